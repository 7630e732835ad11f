/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-statistics.h>

#include <math.h>

/* Observations are folded into a few numbers as they come. Nothing here calls the C library but for sqrt(), which IEEE 754
 * rounds exactly; so quantiles of Student's distribution come from a table and a series instead of from an inverse. */

#define N_TABLE_DEGREES 30

/* -- Student's t --------------------------------------------------------------------------------------------------- */

static const double student_table[][N_TABLE_DEGREES] = {
  { 6.31375151468, 2.91998558035, 2.3533634348,  2.13184678633, 2.01504837333, 1.94318028052,
    1.89457860509, 1.85954803753, 1.83311293266, 1.81246112281, 1.7958848187,  1.78228755565,
    1.77093339599, 1.76131013577, 1.75305035569, 1.74588367628, 1.73960672608, 1.73406360662,
    1.72913281152, 1.72471824292, 1.72074290281, 1.71714437438, 1.71387152775, 1.71088207991,
    1.70814076125, 1.70561791976, 1.70328844572, 1.70113093427, 1.69912702653, 1.69726088659 },
  { 12.7062047362, 4.30265272975, 3.18244630528, 2.7764451052,  2.57058183564, 2.44691185114,
    2.36462425159, 2.3060041352,  2.2621571628,  2.22813885199, 2.20098516009, 2.17881282967,
    2.16036865646, 2.14478668792, 2.13144954556, 2.11990529922, 2.10981557783, 2.10092204024,
    2.09302405441, 2.08596344727, 2.07961384473, 2.0738730679,  2.06865761042, 2.06389856163,
    2.05953855275, 2.05552943864, 2.05183051648, 2.0484071418,  2.04522964213, 2.0422724563 },
  { 63.6567411629, 9.92484320092, 5.84090930973, 4.60409487135, 4.03214298356, 3.70742802132,
    3.49948329735, 3.35538733133, 3.24983554159, 3.16927267262, 3.10580651554, 3.05453958939,
    3.01227583872, 2.97684273437, 2.94671288348, 2.92078162243, 2.89823051968, 2.87844047274,
    2.86093460646, 2.84533970979, 2.83135955802, 2.8187560606,  2.80733568377, 2.79693950477,
    2.78743581368, 2.77871453333, 2.77068295712, 2.76326245546, 2.75638590367, 2.74999565357 },
};

/* Of the normal distribution, two-sided. */
static const double normal_quantiles[] = { 1.6448536269514722, 1.959963984540054, 2.5758293035489004 };

double
foliot_student_quantile (FoliotConfidence confidence, guint64 degrees)
{
  double z, z2, g1, g2, g3, g4, v;

  g_return_val_if_fail (confidence <= FOLIOT_CONFIDENCE_99, NAN);
  g_return_val_if_fail (degrees > 0, NAN);
  if (degrees <= N_TABLE_DEGREES)
    return student_table[confidence][degrees - 1];
  z = normal_quantiles[confidence];
  z2 = z * z;
  v = (double) degrees;
  g1 = z * (z2 + 1) / 4;
  g2 = z * ((5 * z2 + 16) * z2 + 3) / 96;
  g3 = z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384;
  g4 = z * ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) / 92160;
  return z + (g1 + (g2 + (g3 + g4 / v) / v) / v) / v;
}

/* -- independent observations -------------------------------------------------------------------------------------- */

void
foliot_tally_add (FoliotTally *tally, double observation)
{
  double distance = observation - tally->mean;

  tally->minimum = tally->n > 0 && tally->minimum <= observation ? tally->minimum : observation;
  tally->maximum = tally->n > 0 && tally->maximum >= observation ? tally->maximum : observation;
  tally->n++;
  tally->mean += distance / (double) tally->n;
  tally->squares += distance * (observation - tally->mean);
}

double
foliot_tally_get_variance (const FoliotTally *tally)
{
  return tally->n > 1 ? tally->squares / (double) (tally->n - 1) : 0.0;
}

double
foliot_tally_get_deviation (const FoliotTally *tally)
{
  return sqrt (foliot_tally_get_variance (tally));
}

double
foliot_tally_get_half_width (const FoliotTally *tally, FoliotConfidence confidence)
{
  if (tally->n < 2)
    return INFINITY;
  return foliot_student_quantile (confidence, tally->n - 1)
         * sqrt (foliot_tally_get_variance (tally) / (double) tally->n);
}

/* -- averages over time -------------------------------------------------------------------------------------------- */

void
foliot_time_average_set (FoliotTimeAverage *average, FoliotTime now, double value)
{
  g_return_if_fail (!average->begun || now >= average->since);
  if (!average->begun)
    *average = (FoliotTimeAverage){
      .begun = TRUE, .start = now, .since = now, .minimum = value, .maximum = value
    };
  average->integral += average->value * (double) (now - average->since);
  average->since = now;
  average->value = value;
  average->minimum = value < average->minimum ? value : average->minimum;
  average->maximum = value > average->maximum ? value : average->maximum;
}

void
foliot_time_average_add (FoliotTimeAverage *average, FoliotTime now, double change)
{
  foliot_time_average_set (average, now, average->value + change);
}

double
foliot_time_average_get_mean (const FoliotTimeAverage *average, FoliotTime now)
{
  g_return_val_if_fail (!average->begun || now >= average->since, NAN);
  if (!average->begun || now == average->start)
    return average->value;
  return (average->integral + average->value * (double) (now - average->since))
         / (double) (now - average->start);
}

void
foliot_time_average_restart (FoliotTimeAverage *average, FoliotTime now)
{
  double value = average->value;

  *average = (FoliotTimeAverage){ 0 };
  foliot_time_average_set (average, now, value);
}

/* -- observations that depend on each other ------------------------------------------------------------------------ */

static void
pair_batches (FoliotBatchMeans *batches)
{
  batches->n_batches /= 2;
  batches->batch_size *= 2;
  for (guint i = 0; i < batches->n_batches; i++)
    batches->totals[i] = batches->totals[2 * i] + batches->totals[2 * i + 1];
}

void
foliot_batch_means_add (FoliotBatchMeans *batches, double observation)
{
  if (batches->n++ == 0)
    batches->batch_size = 1;
  batches->total += observation;
  batches->batch_total += observation;
  if (++batches->n_in_batch < batches->batch_size)
    return;
  batches->totals[batches->n_batches++] = batches->batch_total;
  batches->batch_total = 0.0;
  batches->n_in_batch = 0;
  if (batches->n_batches == G_N_ELEMENTS (batches->totals))
    pair_batches (batches);
}

double
foliot_batch_means_get_mean (const FoliotBatchMeans *batches)
{
  return batches->n > 0 ? batches->total / (double) batches->n : 0.0;
}

double
foliot_batch_means_get_half_width (const FoliotBatchMeans *batches, FoliotConfidence confidence)
{
  FoliotTally means = { 0 };

  if (batches->n_batches < FOLIOT_BATCH_MEANS_LEAST)
    return INFINITY;
  for (guint i = 0; i < batches->n_batches; i++)
    foliot_tally_add (&means, batches->totals[i] / (double) batches->batch_size);
  return foliot_tally_get_half_width (&means, confidence);
}
