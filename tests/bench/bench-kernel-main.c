/* SPDX-License-Identifier: MIT */
#include "bench-kernel.h"

int
main (void)
{
  foliot_bench_hold (10, 2000000);
  foliot_bench_hold (100, 2000000);
  foliot_bench_hold (10000, 2000000);
  foliot_bench_ring (2000000);
  foliot_bench_timeouts (1000, 1000000);
  return 0;
}
