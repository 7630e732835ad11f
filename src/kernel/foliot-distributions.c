/* SPDX-License-Identifier: MIT */
#include "kernel/foliot-random-private.h"

#include "kernel/foliot-random-tables.h"

#include <math.h>
#include <string.h>

/*
 * The continuous distributions, and Poisson's.
 *
 * Everything here is built from operations that IEEE 754 defines to the last bit: + − × ÷, square root, rounding down,
 * conversion of integers, and comparison. Where a logarithm or a power cannot be avoided it is one of foliot-math.c.
 * The constants are hexadecimal, computed in decimal arithmetic by tools/make-ziggurat-tables.py.
 *
 * Exponential and normal numbers come from a ziggurat of 256 layers: 98.9 and 99.3 of 100 draws cost one word, one
 * multiplication and one comparison. Of a word the low 8 bits choose the layer, bit 8 is the sign, and the upper 53 are
 * the place in the layer, so no bit is used twice. (Doornik 2005 shows what happens to those who do.)
 */

#define LAYER(word) ((word) &0xff)
#define SIGN(word)  ((word) &0x100)
#define PLACE(word) ((word) >> 11)

#define POISSON_PTRS_FROM 10.0 /* Hörmann's transformation needs a mean of 10 */
#define POISSON_MEAN_MAX  1e9

/* Moves the sign bit by hand: a branch on a random bit would be mispredicted every other time. */
static inline double
apply_sign (double x, guint64 word)
{
  guint64 bits;
  memcpy (&bits, &x, sizeof bits);
  bits ^= SIGN (word) << 55;
  memcpy (&x, &bits, sizeof bits);
  return x;
}

/* A height within layer @i of the curve with these @heights. */
static inline double
draw_height (FoliotRandom *random, const double *heights, guint64 i)
{
  return heights[i] + foliot_random_draw_unit (random) * (heights[i + 1] - heights[i]);
}

double
foliot_random_uniform (FoliotRandom *random)
{
  g_return_val_if_fail (random != NULL, 0);
  return foliot_random_draw_unit (random);
}

/* Rounding may lift a result onto @high; such a draw is thrown back. The span of the widest ranges is no double: they
 * are weighted from both ends. */
double
foliot_random_uniform_range (FoliotRandom *random, double low, double high)
{
  g_return_val_if_fail (random != NULL, low);
  g_return_val_if_fail (isfinite (low) && isfinite (high) && low < high, low);

  double span = high - low;
  double value;
  do
    {
      double unit = foliot_random_draw_unit (random);
      value = isfinite (span) ? low + span * unit : low * (1 - unit) + high * unit;
    }
  while (value >= high);
  return value;
}

gboolean
foliot_random_chance (FoliotRandom *random, double probability)
{
  g_return_val_if_fail (random != NULL, FALSE);
  g_return_val_if_fail (probability >= 0 && probability <= 1, FALSE);
  return foliot_random_draw_unit (random) < probability;
}

/* Outside the rectangle. The tail of an exponential looks like the whole, moved by R: go round again with an offset. */
static G_GNUC_NO_INLINE double
exponential_slow (FoliotRandom *random, guint64 word)
{
  double offset = 0;
  for (;;)
    {
      guint64 i = LAYER (word);
      double x = (double) PLACE (word) * exponential_width[i];
      if (PLACE (word) < exponential_inside[i])
        return offset + x;
      if (i == 0)
        offset += EXPONENTIAL_R;
      else if (draw_height (random, exponential_height, i) < foliot_math_exp (-x))
        return offset + x;
      word = foliot_random_draw (random);
    }
}

static inline double
draw_exponential (FoliotRandom *random)
{
  guint64 word = foliot_random_draw (random);
  guint64 i = LAYER (word);
  if (G_LIKELY (PLACE (word) < exponential_inside[i]))
    return (double) PLACE (word) * exponential_width[i];
  return exponential_slow (random, word);
}

double
foliot_random_exponential (FoliotRandom *random, double mean)
{
  g_return_val_if_fail (random != NULL, 0);
  g_return_val_if_fail (mean > 0 && isfinite (mean), 0);
  return mean * draw_exponential (random);
}

/* Beyond R, after Marsaglia (1964): an exponential of rate R, accepted where it lies under the normal curve. */
static double
draw_normal_tail (FoliotRandom *random)
{
  double x, y;
  do
    {
      x = draw_exponential (random) / NORMAL_R;
      y = draw_exponential (random);
    }
  while (2 * y <= x * x);
  return NORMAL_R + x;
}

static G_GNUC_NO_INLINE double
normal_slow (FoliotRandom *random, guint64 word)
{
  for (;;)
    {
      guint64 i = LAYER (word);
      double x = (double) PLACE (word) * normal_width[i];
      if (PLACE (word) < normal_inside[i])
        return apply_sign (x, word);
      if (i == 0)
        return apply_sign (draw_normal_tail (random), word);
      if (draw_height (random, normal_height, i) < foliot_math_exp (-0.5 * x * x))
        return apply_sign (x, word);
      word = foliot_random_draw (random);
    }
}

double
foliot_random_normal (FoliotRandom *random, double mean, double sigma)
{
  g_return_val_if_fail (random != NULL, mean);
  g_return_val_if_fail (isfinite (mean), mean);
  g_return_val_if_fail (sigma >= 0 && isfinite (sigma), mean);

  guint64 word = foliot_random_draw (random);
  guint64 i = LAYER (word);
  double x;
  if (G_LIKELY (PLACE (word) < normal_inside[i]))
    x = apply_sign ((double) PLACE (word) * normal_width[i], word);
  else
    x = normal_slow (random, word);
  return mean + sigma * x;
}

/* Events until the waiting times, as factors, have used up e^−mean. */
static gint64
poisson_by_multiplication (FoliotRandom *random, double mean)
{
  double limit = foliot_math_exp (-mean);
  double product = foliot_random_draw_unit (random);
  gint64 n = 0;
  while (product > limit)
    {
      product *= foliot_random_draw_unit (random);
      n++;
    }
  return n;
}

/* ln k! for a whole k ≥ 0: a table, then Stirling's series to k^−7, whose next term is below 2^−46. */
static double
log_factorial (double k)
{
  if (k < G_N_ELEMENTS (log_factorials))
    return log_factorials[(gsize) k];

  double inverse = 1 / k;
  double square = inverse * inverse;
  double series = inverse * (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square / 1680)));
  return (k + 0.5) * foliot_math_log (k) - k + HALF_LOG_TWO_PI + series;
}

/* Transformed rejection with squeeze (Hörmann 1993, algorithm PTRS). k stays a double until it is known to be a count:
 * u = −½ sends it to −∞. */
static gint64
poisson_by_rejection (FoliotRandom *random, double mean)
{
  double log_mean = foliot_math_log (mean);
  double b = 0.931 + 2.53 * sqrt (mean);
  double a = -0.059 + 0.02483 * b;
  double log_inverse_alpha = foliot_math_log (1.1239 + 1.1328 / (b - 3.4));
  double v_r = 0.9277 - 3.6224 / (b - 2);

  for (;;)
    {
      double u = foliot_random_draw_unit (random) - 0.5;
      double v = foliot_random_draw_unit (random);
      double u_s = 0.5 - fabs (u);
      double k = floor ((2 * a / u_s + b) * u + mean + 0.43);
      if (u_s >= 0.07 && v <= v_r)
        return (gint64) k;
      if (k < 0 || (u_s < 0.013 && v > u_s))
        continue;
      if (foliot_math_log (v) + log_inverse_alpha - foliot_math_log (a / (u_s * u_s) + b)
          <= k * log_mean - mean - log_factorial (k))
        return (gint64) k;
    }
}

gint64
foliot_random_poisson (FoliotRandom *random, double mean)
{
  g_return_val_if_fail (random != NULL, 0);
  g_return_val_if_fail (mean >= 0 && mean <= POISSON_MEAN_MAX, 0);

  if (mean < POISSON_PTRS_FROM)
    return poisson_by_multiplication (random, mean);
  return poisson_by_rejection (random, mean);
}

/* By inversion. 1 − unit is exact and never 0; 0 − log keeps −0 away from the power. */
double
foliot_random_weibull (FoliotRandom *random, double scale, double shape)
{
  g_return_val_if_fail (random != NULL, 0);
  g_return_val_if_fail (scale > 0 && isfinite (scale), 0);
  g_return_val_if_fail (shape > 0 && isfinite (shape), 0);

  double x = 0 - foliot_math_log (1 - foliot_random_draw_unit (random));
  return scale * foliot_math_pow (x, 1 / shape);
}
