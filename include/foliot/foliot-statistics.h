/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-time.h>

G_BEGIN_DECLS

/*
 * What simulations ask of their observations: means, how sure they are, averages over time. Plain structs that begin as
 * zeros (`FoliotTally waits = { 0 };`) and own nothing. Only + - * / and square roots, in the order of the calls, so the
 * results have the same bits on every machine.
 */

/**
 * FoliotConfidence:
 * @FOLIOT_CONFIDENCE_90: 90 %
 * @FOLIOT_CONFIDENCE_95: 95 %
 * @FOLIOT_CONFIDENCE_99: 99 %
 *
 * How often an interval covers the true mean.
 */
typedef enum
{
  FOLIOT_CONFIDENCE_90,
  FOLIOT_CONFIDENCE_95,
  FOLIOT_CONFIDENCE_99,
} FoliotConfidence;

/**
 * foliot_student_quantile:
 * @degrees: of freedom, > 0
 *
 * The two-sided quantile of Student's t distribution: within ± it lies @confidence of the probability. Up to 30 degrees
 * by table (made from Abramowitz & Stegun 26.7.3 and 26.7.4), above by the expansion 26.7.5, whose relative error is
 * below 2e-7 there. O(1).
 */
FOLIOT_API double foliot_student_quantile (FoliotConfidence confidence, guint64 degrees);

/**
 * FoliotTally:
 * @n: how many observations
 * @mean: of them; 0 without any
 * @squares: sum of squared distances from the mean
 * @minimum: 0 without any
 * @maximum: 0 without any
 *
 * Independent observations: count, mean, variance (Welford 1962), extremes.
 */
typedef struct
{
  guint64 n;
  double mean;
  double squares;
  double minimum;
  double maximum;
} FoliotTally;

/**
 * foliot_tally_add:
 *
 * O(1).
 */
FOLIOT_API void foliot_tally_add (FoliotTally *tally, double observation);
/**
 * foliot_tally_get_variance:
 *
 * Returns: of the sample (divided by n − 1); 0 for fewer than two.
 */
FOLIOT_API double foliot_tally_get_variance (const FoliotTally *tally);
/**
 * foliot_tally_get_deviation:
 *
 * Returns: the square root of the variance.
 */
FOLIOT_API double foliot_tally_get_deviation (const FoliotTally *tally);
/**
 * foliot_tally_get_half_width:
 *
 * Returns: half the width of the confidence interval of the mean, infinity for fewer than two observations. It presumes
 *   independent observations; successive waiting times are not: see #FoliotBatchMeans
 */
FOLIOT_API double foliot_tally_get_half_width (const FoliotTally *tally, FoliotConfidence confidence);

/**
 * FoliotTimeAverage:
 * @begun: whether a value was set
 * @start: when it was set first, or of the last restart
 * @since: when @value was set
 * @value: the present one
 * @integral: of the value over time, up to @since, in its unit × ns
 * @minimum: since @start; 0 without a value
 * @maximum: likewise
 *
 * A quantity that stays until it changes, like the length of a queue, averaged over time.
 */
typedef struct
{
  gboolean begun;
  FoliotTime start;
  FoliotTime since;
  double value;
  double integral;
  double minimum;
  double maximum;
} FoliotTimeAverage;

/**
 * foliot_time_average_set:
 *
 * The quantity is @value from @now on; @now is not before that of the call before. O(1).
 */
FOLIOT_API void foliot_time_average_set (FoliotTimeAverage *average, FoliotTime now, double value);
/**
 * foliot_time_average_add:
 *
 * As set, with the present value + @change; it begins at 0.
 */
FOLIOT_API void foliot_time_average_add (FoliotTimeAverage *average, FoliotTime now, double change);
/**
 * foliot_time_average_get_mean:
 *
 * Returns: from the start to @now; the present value if no time has passed.
 */
FOLIOT_API double foliot_time_average_get_mean (const FoliotTimeAverage *average, FoliotTime now);
/**
 * foliot_time_average_restart:
 *
 * Forgets what was, keeps the present value: at the end of a warm-up or of an interval.
 */
FOLIOT_API void foliot_time_average_restart (FoliotTimeAverage *average, FoliotTime now);

#define FOLIOT_BATCH_MEANS_LEAST 20
/**
 * FoliotBatchMeans:
 * @n: how many observations
 * @total: their sum
 * @batch_size: observations a batch; 0 before the first
 * @n_batches: whole batches, at most 2 × FOLIOT_BATCH_MEANS_LEAST − 1
 * @n_in_batch: observations of the batch that is being filled
 * @batch_total: their sum
 * @totals: of the whole batches
 *
 * Observations that depend on each other, like successive waiting times. They are put together into batches whose means
 * hardly do (Law & Kelton, Simulation Modeling and Analysis, on batch means). The number of batches stays between
 * FOLIOT_BATCH_MEANS_LEAST and twice that: when the upper limit is reached, neighbours become one and the size doubles.
 */
typedef struct
{
  guint64 n;
  double total;
  guint64 batch_size;
  guint n_batches;
  guint64 n_in_batch;
  double batch_total;
  double totals[2 * FOLIOT_BATCH_MEANS_LEAST];
} FoliotBatchMeans;

/**
 * foliot_batch_means_add:
 *
 * O(1), amortised.
 */
FOLIOT_API void foliot_batch_means_add (FoliotBatchMeans *batches, double observation);
/**
 * foliot_batch_means_get_mean:
 *
 * Returns: of all observations; 0 without any.
 */
FOLIOT_API double foliot_batch_means_get_mean (const FoliotBatchMeans *batches);
/**
 * foliot_batch_means_get_half_width:
 *
 * Returns: half the width of the confidence interval of the mean, from the whole batches; infinity for fewer than
 *   FOLIOT_BATCH_MEANS_LEAST of them
 */
FOLIOT_API double foliot_batch_means_get_half_width (const FoliotBatchMeans *batches,
                                                     FoliotConfidence confidence);

G_END_DECLS
