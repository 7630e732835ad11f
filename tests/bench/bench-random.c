/* SPDX-License-Identifier: MIT */
#include "bench-random.h"

#include <foliot/foliot-random.h>

#include <Random123/philox.h>
#include <stdio.h>

/*
 * Each distribution is drawn through the public function, as an agent does it. The results are summed, and the sum is
 * stored where the compiler must believe that somebody reads it.
 */

#define N_ROUNDS 5 /* the best of these counts: the machine is shared */

typedef void (*LoopFunc) (FoliotRandom *random, guint64 n);

static void
keep (double sum)
{
  __asm__ volatile("" : : "g"(sum) : "memory");
}

#define DEFINE_LOOP(name, expression)                                                                        \
  static void loop_##name (FoliotRandom *random, guint64 n)                                                  \
  {                                                                                                          \
    double sum = 0;                                                                                          \
    for (guint64 i = 0; i < n; i++)                                                                          \
      sum += (double) (expression);                                                                          \
    keep (sum);                                                                                              \
  }

DEFINE_LOOP (uniform, foliot_random_uniform (random))
DEFINE_LOOP (int_range, foliot_random_int_range (random, 1, 6))
DEFINE_LOOP (exponential, foliot_random_exponential (random, 1))
DEFINE_LOOP (normal, foliot_random_normal (random, 0, 1))
DEFINE_LOOP (poisson_3, foliot_random_poisson (random, 3))
DEFINE_LOOP (poisson_100, foliot_random_poisson (random, 100))
DEFINE_LOOP (weibull, foliot_random_weibull (random, 8, 2))

/* A word is used as the integer it is: converting it would be measured too. */
static void
loop_uint64 (FoliotRandom *random, guint64 n)
{
  guint64 sum = 0;
  for (guint64 i = 0; i < n; i++)
    sum ^= foliot_random_uint64 (random);
  keep ((double) sum);
}

static void
loop_bare (FoliotRandom *random, guint64 n)
{
  guint64 sum = 0;
  philox2x64_key_t key = { { 42 } };
  for (guint64 i = 0; i < n / 2; i++)
    {
      philox2x64_ctr_t counter = { { i, 0 } };
      philox2x64_ctr_t block = philox2x64 (counter, key);
      sum ^= block.v[0] + block.v[1];
    }
  keep ((double) sum);
}

static double
measure_ns (LoopFunc loop, FoliotRandom *random, guint64 n)
{
  gint64 best_us = G_MAXINT64;
  for (int i = 0; i < N_ROUNDS; i++)
    {
      gint64 start_us = g_get_monotonic_time ();
      loop (random, n);
      best_us = MIN (best_us, g_get_monotonic_time () - start_us);
    }
  return (double) best_us * 1000.0 / (double) n;
}

void
foliot_bench_random (guint64 n_draws)
{
  static const struct
  {
    const char *name;
    LoopFunc loop;
  } rows[] = {
    { "uint64", loop_uint64 },           { "uniform", loop_uniform }, { "int-range", loop_int_range },
    { "exponential", loop_exponential }, { "normal", loop_normal },   { "poisson-3", loop_poisson_3 },
    { "poisson-100", loop_poisson_100 }, { "weibull", loop_weibull },
  };

  g_return_if_fail (n_draws > 1);
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  FoliotRandom *random = foliot_kernel_get_random (kernel, "bench", "random");
  double bare = measure_ns (loop_bare, random, n_draws);
  printf ("random/philox2x64\t%.2f\tns\t-\t-\n", bare);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      double ns = measure_ns (rows[i].loop, random, n_draws);
      printf ("random/%s\t%.2f\tns\t%.2f\tphilox2x64\n", rows[i].name, ns, bare / ns);
    }
}
