/* SPDX-License-Identifier: MIT */
#include "bench-diff.h"

#include <stdio.h>

#include "bench-command.h"
#include "bench-ring.h"

/* The second run differs from the first by the number of hops, which shows when the first token comes to rest. */

static char *
make_folder (void)
{
  char *folder = bench_folder_new ();

  bench_folder_write (folder, "ring.json", BENCH_RING);
  return folder;
}

static void
print_diff (const char *name, BenchCost cost, BenchCost one)
{
  if (cost.code != 3)
    printf ("%s\t-\ts\t-\texit code %d\n", name, cost.code);
  else
    {
      printf ("%s\t%.3f\ts\t%.2f\tone run %.2f\n", name, cost.wall_s, one.wall_s / cost.wall_s, one.wall_s);
      printf ("%s-memory\t%.0f\tMB\t-\t-\n", name, cost.peak_mb);
    }
}

void
foliot_bench_diff (guint n_hops)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *a = g_strdup_printf ("run ring.json --quiet --set hops=%u --out a --events none", n_hops);
  g_autofree char *b
      = g_strdup_printf ("run ring.json --quiet --set hops=%u --out b --events none", n_hops + 1);
  g_autofree char *all_a
      = g_strdup_printf ("run ring.json --quiet --set hops=%u --out a --events all", n_hops);
  g_autofree char *all_b
      = g_strdup_printf ("run ring.json --quiet --set hops=%u --out b --events all", n_hops + 1);
  BenchCost one = bench_command_run (folder, a);

  bench_command_run (folder, b);
  print_diff ("diff-window", bench_command_run (folder, "diff a b --scenario nowhere"), one);
  print_diff ("diff-again", bench_command_run (folder, "diff a b --scenario ring.json"), one);
  bench_command_run (folder, all_a);
  bench_command_run (folder, all_b);
  print_diff ("diff-kept", bench_command_run (folder, "diff a b"), one);
  bench_folder_remove (folder);
}
