/* SPDX-License-Identifier: MIT */
#include "bench-async.h"

int
main (void)
{
  foliot_bench_switch (5000000);
  foliot_bench_fiber_hold (10, 2000000);
  foliot_bench_fiber_hold (10000, 2000000);
  foliot_bench_mm1 (1000000);
  foliot_bench_await_timeouts (1000000);
  foliot_bench_spawn (1000000);
  foliot_bench_fibers_alive (1000000);
  return 0;
}
