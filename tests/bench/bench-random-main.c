/* SPDX-License-Identifier: MIT */
#include "bench-random.h"

int
main (void)
{
  foliot_bench_random (2000000);
  return 0;
}
