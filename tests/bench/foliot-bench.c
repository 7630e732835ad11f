/* SPDX-License-Identifier: MIT */
#include "bench-async.h"
#include "bench-channel.h"
#include "bench-codec.h"
#include "bench-cosim.h"
#include "bench-diff.h"
#include "bench-keeping.h"
#include "bench-kernel.h"
#include "bench-random.h"
#include "bench-remote.h"
#include "bench-replay.h"
#include "bench-rpc.h"
#include "bench-start.h"
#include "bench-stream.h"

#include <stdio.h>
#include <string.h>

/* `foliot bench`: all benchmarks, or those whose names contain an argument. Each prints lines of name, figure, unit, ratio
 * (speed relative to the reference, above 1 is faster) and reference, between tabs. */

static void
hold (void)
{
  foliot_bench_hold (10, 2000000);
  foliot_bench_hold (100, 2000000);
  foliot_bench_hold (10000, 2000000);
}

static void
ring (void)
{
  foliot_bench_ring (2000000);
}

static void
timeouts (void)
{
  foliot_bench_timeouts (1000, 1000000);
  foliot_bench_await_timeouts (1000000);
}

static void
random_numbers (void)
{
  foliot_bench_random (5000000);
}

static void
fiber_hold (void)
{
  foliot_bench_fiber_hold (10, 2000000);
  foliot_bench_fiber_hold (10000, 2000000);
}

static void
mm1 (void)
{
  foliot_bench_mm1 (1000000);
}

static void
fibers (void)
{
  foliot_bench_switch (5000000);
  foliot_bench_spawn (1000000);
}

static void
fibers_alive (void)
{
  foliot_bench_fibers_alive (1000000);
}

static void
values (void)
{
  foliot_bench_values (2000000);
}

static void
codecs (void)
{
  foliot_bench_codecs (500000, 200);
}

static void
channel (void)
{
  foliot_bench_channel (500000);
}

static void
rpc (void)
{
  foliot_bench_rpc_by_reference (1000000);
  foliot_bench_rpc_through_codecs (200000);
}

static void
start (void)
{
  foliot_bench_start (20);
  foliot_bench_first_call (20);
}

static void
stream (void)
{
  foliot_bench_stream (50000);
}

static void
remote (void)
{
  foliot_bench_remote (20000);
}

static void
keeping (void)
{
  foliot_bench_keeping (1000);
  foliot_bench_keeping_park (100);
}

static void
cosim (void)
{
  foliot_bench_cosim (60);
}

static void
participants (void)
{
  foliot_bench_participants (100);
}

static void
replay (void)
{
  foliot_bench_replay (20000);
}

static void
diff (void)
{
  foliot_bench_diff (27500);
}

static const struct
{
  const char *name;
  void (*func) (void);
} benchmarks[] = {
  { "hold", hold },
  { "ring", ring },
  { "timeouts", timeouts },
  { "fiber-hold", fiber_hold },
  { "mm1", mm1 },
  { "fibers", fibers },
  { "fibers-alive", fibers_alive },
  { "random", random_numbers },
  { "values", values },
  { "codecs", codecs },
  { "channel", channel },
  { "rpc", rpc },
  { "start", start },
  { "stream", stream },
  { "remote", remote },
  { "keeping", keeping },
  { "cosim", cosim },
  { "participants", participants },
  { "replay", replay },
  { "diff", diff },
};

static gboolean
is_wanted (const char *name, int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    if (strstr (name, argv[i]) != NULL)
      return TRUE;
  return argc < 2;
}

int
main (int argc, char **argv)
{
  gboolean any = FALSE;

  setvbuf (stdout, NULL, _IOLBF, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (benchmarks); i++)
    if (is_wanted (benchmarks[i].name, argc, argv))
      {
        if (!any)
          printf ("name\tfigure\tunit\tratio\treference\n");
        any = TRUE;
        benchmarks[i].func ();
      }
  if (any)
    return 0;
  fprintf (stderr, "foliot: no benchmark's name contains that; there are:");
  for (gsize i = 0; i < G_N_ELEMENTS (benchmarks); i++)
    fprintf (stderr, " %s", benchmarks[i].name);
  fprintf (stderr, "\n");
  return 2;
}
