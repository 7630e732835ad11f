/* SPDX-License-Identifier: MIT */
#include "bench-channel.h"

int
main (void)
{
  foliot_bench_channel (500000);
  return 0;
}
