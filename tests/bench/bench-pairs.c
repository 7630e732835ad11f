/* SPDX-License-Identifier: MIT */
#include "bench-pairs.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#define MAX_ROUNDS 64

BenchTimes
bench_times_now (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (BenchTimes){
    .cpu_s = (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
             + (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
    .wall_s = (double) g_get_monotonic_time () / 1e6,
  };
}

BenchTimes
bench_times_since (BenchTimes begin)
{
  BenchTimes now = bench_times_now ();

  return (BenchTimes){ now.cpu_s - begin.cpu_s, now.wall_s - begin.wall_s };
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

/* @figures: sorted here. */
static double
get_quantile (double *figures, guint n, double share)
{
  qsort (figures, n, sizeof *figures, compare);
  return figures[(guint) ((double) (n - 1) * share + 0.5)];
}

static void
print_side (const BenchSide *side, const char *suffix, double *figures, const BenchSide *reference,
            const double *reference_figures, guint n_rounds)
{
  double ratios[MAX_ROUNDS], references[MAX_ROUNDS];
  double low, high;

  for (guint i = 0; i < n_rounds; i++)
    {
      ratios[i] = reference_figures[i] / figures[i];
      references[i] = reference_figures[i];
    }
  low = get_quantile (ratios, n_rounds, 0.25);
  high = get_quantile (ratios, n_rounds, 0.75);
  printf ("%s%s\t%.3f\ts\t%.2f\t%s %.3f, half of %u ratios in %.2f–%.2f\n", side->name, suffix,
          get_quantile (figures, n_rounds, 0.5), get_quantile (ratios, n_rounds, 0.5), reference->name,
          get_quantile (references, n_rounds, 0.5), n_rounds, low, high);
}

void
bench_pairs (const BenchSide *sides, guint n_sides, guint n_rounds, gboolean wall)
{
  g_autofree double *cpu = g_new (double, n_sides *MAX_ROUNDS);
  g_autofree double *passed = g_new (double, n_sides *MAX_ROUNDS);

  g_assert (n_rounds <= MAX_ROUNDS);
  for (guint i = 0; i < n_rounds; i++)
    for (guint k = 0; k < n_sides; k++)
      {
        BenchTimes times = sides[k].run (sides[k].user_data);

        cpu[k * MAX_ROUNDS + i] = times.cpu_s;
        passed[k * MAX_ROUNDS + i] = times.wall_s;
      }
  for (guint k = 1; k < n_sides; k++)
    {
      print_side (&sides[k], "", cpu + k * MAX_ROUNDS, &sides[0], cpu, n_rounds);
      if (wall)
        print_side (&sides[k], "-wall", passed + k * MAX_ROUNDS, &sides[0], passed, n_rounds);
    }
}
