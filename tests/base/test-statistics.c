/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-statistics.h>

#include <math.h>

/* Expected values: Python's statistics module over exact fractions; quantiles as the published tables have them. */

static void
assert_near (double value, double expected, double relative)
{
  g_assert_cmpfloat_with_epsilon (value, expected, relative * fabs (expected));
}

static void
test_student_published (void)
{
  static const struct
  {
    guint64 degrees;
    double quantiles[3]; /* 90, 95, 99 %, three decimals */
  } published[] = {
    { 1, { 6.314, 12.706, 63.657 } }, { 2, { 2.920, 4.303, 9.925 } },    { 5, { 2.015, 2.571, 4.032 } },
    { 10, { 1.812, 2.228, 3.169 } },  { 19, { 1.729, 2.093, 2.861 } },   { 30, { 1.697, 2.042, 2.750 } },
    { 31, { 1.696, 2.040, 2.744 } },  { 39, { 1.685, 2.023, 2.708 } },   { 60, { 1.671, 2.000, 2.660 } },
    { 120, { 1.658, 1.980, 2.617 } }, { 1000, { 1.646, 1.962, 2.581 } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (published); i++)
    for (FoliotConfidence c = FOLIOT_CONFIDENCE_90; c <= FOLIOT_CONFIDENCE_99; c++)
      g_assert_cmpfloat_with_epsilon (foliot_student_quantile (c, published[i].degrees),
                                      published[i].quantiles[c], 0.000501);
}

/* More degrees, a smaller quantile: also where the table ends and the expansion begins, and in every row of the table. */
static void
test_student_falls (void)
{
  for (FoliotConfidence c = FOLIOT_CONFIDENCE_90; c <= FOLIOT_CONFIDENCE_99; c++)
    {
      double before = foliot_student_quantile (c, 1), step_before = INFINITY;

      for (guint64 degrees = 2; degrees < 200; degrees++)
        {
          double quantile = foliot_student_quantile (c, degrees);

          g_assert_cmpfloat (quantile, <, before);
          g_assert_cmpfloat (before - quantile, <, step_before);
          step_before = before - quantile;
          before = quantile;
        }
    }
  assert_near (foliot_student_quantile (FOLIOT_CONFIDENCE_95, G_MAXUINT64), 1.959963984540054, 1e-15);
}

static void
test_tally (void)
{
  static const double observations[] = { 2.5, 3.25, 1.0, 4.75, 2.0, 8.5 };
  FoliotTally tally = { 0 };

  g_assert_cmpfloat (foliot_tally_get_variance (&tally), ==, 0.0);
  g_assert_true (isinf (foliot_tally_get_half_width (&tally, FOLIOT_CONFIDENCE_95)));
  for (gsize i = 0; i < G_N_ELEMENTS (observations); i++)
    {
      foliot_tally_add (&tally, observations[i]);
      if (i == 0)
        g_assert_true (isinf (foliot_tally_get_half_width (&tally, FOLIOT_CONFIDENCE_95)));
    }
  g_assert_cmpuint (tally.n, ==, 6);
  assert_near (tally.mean, 22.0 / 6.0, 1e-15);
  assert_near (foliot_tally_get_variance (&tally), 863.0 / 120.0, 1e-15);
  assert_near (foliot_tally_get_deviation (&tally), 2.6817282984423807, 1e-15);
  g_assert_cmpfloat (tally.minimum, ==, 1.0);
  g_assert_cmpfloat (tally.maximum, ==, 8.5);
  assert_near (foliot_tally_get_half_width (&tally, FOLIOT_CONFIDENCE_90), 2.206097111212025, 1e-11);
  assert_near (foliot_tally_get_half_width (&tally, FOLIOT_CONFIDENCE_95), 2.814301252903049, 1e-11);
  assert_near (foliot_tally_get_half_width (&tally, FOLIOT_CONFIDENCE_99), 4.414434465065262, 1e-11);
}

/* A sum of squares minus a square of sums would give 0 or worse here. */
static void
test_tally_far_from_zero (void)
{
  FoliotTally tally = { 0 };

  foliot_tally_add (&tally, 1e9 + 4);
  foliot_tally_add (&tally, 1e9 + 7);
  foliot_tally_add (&tally, 1e9 + 13);
  foliot_tally_add (&tally, 1e9 + 16);
  g_assert_cmpfloat (tally.mean, ==, 1e9 + 10);
  g_assert_cmpfloat (foliot_tally_get_variance (&tally), ==, 30.0);
}

static void
test_tally_negative (void)
{
  FoliotTally tally = { 0 };

  foliot_tally_add (&tally, -3.0);
  g_assert_cmpfloat (tally.minimum, ==, -3.0);
  g_assert_cmpfloat (tally.maximum, ==, -3.0);
  foliot_tally_add (&tally, -1.0);
  g_assert_cmpfloat (tally.minimum, ==, -3.0);
  g_assert_cmpfloat (tally.maximum, ==, -1.0);
}

static void
test_time_average (void)
{
  FoliotTimeAverage average = { 0 };

  g_assert_cmpfloat (foliot_time_average_get_mean (&average, 5), ==, 0.0);
  foliot_time_average_set (&average, 10 * FOLIOT_SECOND, 2.0);
  g_assert_cmpfloat (foliot_time_average_get_mean (&average, 10 * FOLIOT_SECOND), ==, 2.0);
  foliot_time_average_set (&average, 14 * FOLIOT_SECOND, 5.0);
  foliot_time_average_add (&average, 15 * FOLIOT_SECOND, -4.0);
  /* 4 s of 2, 1 s of 5, 5 s of 1 */
  g_assert_cmpfloat (foliot_time_average_get_mean (&average, 20 * FOLIOT_SECOND), ==, 1.8);
  g_assert_cmpfloat (average.minimum, ==, 1.0);
  g_assert_cmpfloat (average.maximum, ==, 5.0);
  /* asking changed nothing */
  g_assert_cmpfloat (foliot_time_average_get_mean (&average, 25 * FOLIOT_SECOND), ==, 23.0 / 15.0);
}

static void
test_time_average_restart (void)
{
  FoliotTimeAverage average = { 0 };

  foliot_time_average_add (&average, -FOLIOT_SECOND, 3.0);
  foliot_time_average_restart (&average, FOLIOT_SECOND);
  g_assert_cmpfloat (foliot_time_average_get_mean (&average, FOLIOT_SECOND), ==, 3.0);
  foliot_time_average_set (&average, 2 * FOLIOT_SECOND, 0.0);
  g_assert_cmpfloat (foliot_time_average_get_mean (&average, 4 * FOLIOT_SECOND), ==, 1.0);
  g_assert_cmpfloat (average.maximum, ==, 3.0);
}

/* x[n] = 0.75 x[n − 1] + u[n]: neighbours that depend on each other, from a generator of the test's own. */
static void
test_batch_means (void)
{
  FoliotBatchMeans batches = { 0 };
  FoliotTally naive = { 0 };
  guint64 state = 12345;
  double x = 0.0;

  for (int i = 0; i < 1000; i++)
    {
      state = (state * 1103515245 + 12345) % (G_GUINT64_CONSTANT (1) << 31);
      x = 0.75 * x + (double) state / 2147483648.0;
      foliot_batch_means_add (&batches, x);
      foliot_tally_add (&naive, x);
      g_assert_cmpuint (batches.n_batches, <, 2 * FOLIOT_BATCH_MEANS_LEAST);
      if (batches.batch_size > 1)
        g_assert_cmpuint (batches.n_batches, >=, FOLIOT_BATCH_MEANS_LEAST);
      g_assert_cmpuint (batches.n_batches * batches.batch_size + batches.n_in_batch, ==, batches.n);
    }
  g_assert_cmpuint (batches.batch_size, ==, 32);
  g_assert_cmpuint (batches.n_batches, ==, 31);
  assert_near (foliot_batch_means_get_mean (&batches), 1.9800769667774782, 1e-14);
  assert_near (foliot_batch_means_get_half_width (&batches, FOLIOT_CONFIDENCE_95), 0.06369881568756683,
               1e-10);
  /* who takes them for independent is twice as sure as may be */
  assert_near (foliot_tally_get_half_width (&naive, FOLIOT_CONFIDENCE_95), 0.026471928033366707, 1e-10);
}

static void
test_batch_means_few (void)
{
  FoliotBatchMeans batches = { 0 };

  g_assert_cmpfloat (foliot_batch_means_get_mean (&batches), ==, 0.0);
  for (int i = 1; i < FOLIOT_BATCH_MEANS_LEAST; i++)
    foliot_batch_means_add (&batches, i);
  g_assert_true (isinf (foliot_batch_means_get_half_width (&batches, FOLIOT_CONFIDENCE_90)));
  foliot_batch_means_add (&batches, FOLIOT_BATCH_MEANS_LEAST);
  g_assert_false (isinf (foliot_batch_means_get_half_width (&batches, FOLIOT_CONFIDENCE_90)));
  g_assert_cmpfloat (foliot_batch_means_get_mean (&batches), ==, 10.5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/statistics/student-published", test_student_published);
  g_test_add_func ("/statistics/student-falls", test_student_falls);
  g_test_add_func ("/statistics/tally", test_tally);
  g_test_add_func ("/statistics/tally-far-from-zero", test_tally_far_from_zero);
  g_test_add_func ("/statistics/tally-negative", test_tally_negative);
  g_test_add_func ("/statistics/time-average", test_time_average);
  g_test_add_func ("/statistics/time-average-restart", test_time_average_restart);
  g_test_add_func ("/statistics/batch-means", test_batch_means);
  g_test_add_func ("/statistics/batch-means-few", test_batch_means_few);
  return g_test_run ();
}
