/* SPDX-License-Identifier: MIT */
#include "base/foliot-hash-private.h"
#include "kernel/foliot-kernel-private.h"
#include "kernel/foliot-random-private.h"

#include <Random123/philox.h>
#include <math.h>
#include <string.h>

/*
 * Random streams: that they are the published generator, that they do not disturb each other, that every distribution
 * gives the bits it always gave, and that those bits are distributed as they should be.
 *
 * All seeds are fixed, so the statistical tests either always pass or always fail; their limits are those of a test at
 * the level of 0.1 %. The golden rows were the same for gcc and clang, at -O0 and at -O3 -march=native.
 */

#define N_SAMPLES 100000

static FoliotKernel *
kernel_new (guint64 seed)
{
  return foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, seed, 0);
}

/* --- The generator -------------------------------------------------------------------------------------------- */

/* The vectors of Random123's kat_vectors, `philox2x64 10`. */
static void
test_known_answers (void)
{
  static const struct
  {
    guint64 counter[2], key, block[2];
  } vectors[] = {
    { { 0, 0 }, 0, { 0xca00a0459843d731, 0x66c24222c9a845b5 } },
    { { G_MAXUINT64, G_MAXUINT64 }, G_MAXUINT64, { 0x65b021d60cd8310f, 0x4d02f3222f86df20 } },
    { { 0x243f6a8885a308d3, 0x13198a2e03707344 },
      0xa4093822299f31d0,
      { 0x0a5e742c2997341c, 0xb0f883d38000de5d } },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      philox2x64_ctr_t counter = { { vectors[i].counter[0], vectors[i].counter[1] } };
      philox2x64_key_t key = { { vectors[i].key } };
      philox2x64_ctr_t block = philox2x64 (counter, key);
      g_assert_cmphex (block.v[0], ==, vectors[i].block[0]);
      g_assert_cmphex (block.v[1], ==, vectors[i].block[1]);
    }

  guint32 draws = 0;
  FoliotRandom stream = { .key = 0, .draws = &draws };
  g_assert_cmphex (foliot_random_uint64 (&stream), ==, vectors[0].block[0]);
  g_assert_cmphex (foliot_random_uint64 (&stream), ==, vectors[0].block[1]);
  g_assert_cmpuint (draws, ==, 2);
}

/* The words of a stream are the blocks of counters 0, 1, 2 … under its key, first word first. */
static void
test_sequence (void)
{
  g_autoptr (FoliotKernel) kernel = kernel_new (7);
  FoliotRandom *stream = foliot_kernel_get_random (kernel, "turbine-1", "wind");
  static const char names[] = "turbine-1\0wind";
  g_assert_cmphex (stream->key, ==, XXH3_64bits_withSeed (names, sizeof names - 1, 7));
  g_assert_cmphex (stream->key, ==, 0xd57b5a6af0531a2e);

  for (guint64 i = 0; i < 1000; i++)
    {
      philox2x64_ctr_t counter = { { i, 0 } };
      philox2x64_key_t key = { { stream->key } };
      philox2x64_ctr_t block = philox2x64 (counter, key);
      g_assert_cmphex (foliot_random_uint64 (stream), ==, block.v[0]);
      g_assert_cmphex (foliot_random_uint64 (stream), ==, block.v[1]);
    }
}

static void
test_same_names (void)
{
  g_autoptr (FoliotKernel) kernel = kernel_new (1);
  FoliotRandom *stream = foliot_kernel_get_random (kernel, "ab", "c");
  g_assert_true (stream == foliot_kernel_get_random (kernel, "ab", "c"));

  const char *others[][2] = { { "a", "bc" }, { "abc", "" }, { "", "abc" }, { "c", "ab" } };
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    {
      FoliotRandom *other = foliot_kernel_get_random (kernel, others[i][0], others[i][1]);
      g_assert_true (other != stream);
      g_assert_cmphex (other->key, !=, stream->key);
    }
}

static void
test_seeds (void)
{
  g_autoptr (FoliotKernel) one = kernel_new (1);
  g_autoptr (FoliotKernel) same = kernel_new (1);
  g_autoptr (FoliotKernel) two = kernel_new (2);
  guint64 first = foliot_random_uint64 (foliot_kernel_get_random (one, "a", "b"));
  g_assert_cmphex (first, ==, foliot_random_uint64 (foliot_kernel_get_random (same, "a", "b")));
  g_assert_cmphex (first, !=, foliot_random_uint64 (foliot_kernel_get_random (two, "a", "b")));
}

/* Another stream, and other draws in between, leave a stream as it was. */
static void
test_independence (void)
{
  g_autoptr (FoliotKernel) alone = kernel_new (3);
  g_autoptr (FoliotKernel) crowd = kernel_new (3);
  for (int i = 0; i < 50; i++)
    {
      g_autofree char *name = g_strdup_printf ("agent-%d", i);
      foliot_random_normal (foliot_kernel_get_random (crowd, name, "noise"), 0, 1);
    }

  FoliotRandom *a = foliot_kernel_get_random (alone, "load", "jitter");
  FoliotRandom *b = foliot_kernel_get_random (crowd, "load", "jitter");
  FoliotRandom *neighbour = foliot_kernel_get_random (crowd, "load", "other");
  for (int i = 0; i < 1000; i++)
    {
      g_assert_cmphex (foliot_random_uint64 (a), ==, foliot_random_uint64 (b));
      foliot_random_poisson (neighbour, i);
    }
}

/* Neighbouring names and seeds give unrelated words: half of the bits differ. */
static void
test_avalanche (void)
{
  double n_bits = 0;
  for (int i = 0; i < 1000; i++)
    {
      g_autoptr (FoliotKernel) kernel = kernel_new (i);
      g_autoptr (FoliotKernel) next = kernel_new (i + 1);
      guint64 word = foliot_random_uint64 (foliot_kernel_get_random (kernel, "a", "x"));
      n_bits
          += __builtin_popcountll (word ^ foliot_random_uint64 (foliot_kernel_get_random (kernel, "b", "x")));
      n_bits
          += __builtin_popcountll (word ^ foliot_random_uint64 (foliot_kernel_get_random (next, "a", "x")));
    }
  g_assert_cmpfloat (fabs (n_bits / 2000 - 32), <, 3.3 * 4 / sqrt (2000));
}

static void
test_draws_are_counted (void)
{
  g_autoptr (FoliotKernel) kernel = kernel_new (1);
  FoliotRandom *a = foliot_kernel_get_random (kernel, "a", "");
  FoliotRandom *b = foliot_kernel_get_random (kernel, "b", "");
  guint32 before = *_foliot_kernel_get_draws (kernel);
  foliot_random_uint64 (a);
  foliot_random_uniform (b);
  foliot_random_uint64 (a);
  g_assert_cmpuint (*_foliot_kernel_get_draws (kernel) - before, ==, 3);
}

/* --- Golden sequences ----------------------------------------------------------------------------------------- */

typedef double (*DrawFunc) (FoliotRandom *random);

#define DEFINE_DRAW(name, expression)                                                                        \
  static double draw_##name (FoliotRandom *random)                                                           \
  {                                                                                                          \
    return (double) (expression);                                                                            \
  }

DEFINE_DRAW (uniform, foliot_random_uniform (random))
DEFINE_DRAW (uniform_range, foliot_random_uniform_range (random, -3.5, 1e3))
DEFINE_DRAW (uniform_wide, foliot_random_uniform_range (random, -1.7e308, 1.7e308))
DEFINE_DRAW (die, foliot_random_int_range (random, 1, 6))
DEFINE_DRAW (int_wide, foliot_random_int_range (random, G_MININT64 / 2, G_MAXINT64 / 2 + 7))
DEFINE_DRAW (chance, foliot_random_chance (random, 0.3))
DEFINE_DRAW (exponential, foliot_random_exponential (random, 1))
DEFINE_DRAW (normal, foliot_random_normal (random, 0, 1))
DEFINE_DRAW (poisson_small, foliot_random_poisson (random, 3.7))
DEFINE_DRAW (poisson_edge, foliot_random_poisson (random, 10))
DEFINE_DRAW (poisson_middle, foliot_random_poisson (random, 123.4))
DEFINE_DRAW (poisson_large, foliot_random_poisson (random, 1e9))
DEFINE_DRAW (weibull, foliot_random_weibull (random, 8.5, 2.1))
DEFINE_DRAW (choice, foliot_random_choice (random, 10))

/* The first four results, and a hash over the bits of N_SAMPLES of them, which has gone through every slow path. */
static const struct
{
  const char *name;
  DrawFunc draw;
  guint64 hash;
  double first[4];
} goldens[] = {
  /* clang-format off */
  { "uniform", draw_uniform, 0x4cb795e5e93d7a9c, { 0x1.95a3c3916d12dp-1, 0x1.3f2d855423536p-2, 0x1.3e6d027f9c1efp-1, 0x1.3153a599da985p-1 } },
  { "uniform-range", draw_uniform_range, 0x836d85dd24d9137d, { 0x1.b65185971bfc1p+7, 0x1.0e32e05a31ac4p+9, 0x1.8303dca984b7ap+9, 0x1.31be5e1e3972fp+8 } },
  { "uniform-wide", draw_uniform_wide, 0x2432859949b76a9e, { -0x1.ab0ada00e22b6p+1023, -0x1.a214942dad996p+1021, 0x1.500d43517e06cp+1022, 0x1.acff5436ab174p+1020 } },
  { "die", draw_die, 0x829fa405a817faee, { 0x1p+0, 0x1p+2, 0x1.8p+1, 0x1.8p+2 } },
  { "int-wide", draw_int_wide, 0x6eaa108986ad7752, { -0x1.2d402b8cb55e5p+61, -0x1.e5317304f8ecbp+61, -0x1.1f3adbe0b8614p+61, 0x1.f6f7878f298ap+61 } },
  { "chance", draw_chance, 0x72033b69854fe666, { 0x0p+0, 0x1p+0, 0x0p+0, 0x1p+0 } },
  { "exponential", draw_exponential, 0xc5873fd1582d5b94, { 0x1.47f2433a4ba61p-2, 0x1.a2546f65c18a7p+0, 0x1.13f8cc6114321p-2, 0x1.8d28181c8518ap-1 } },
  { "normal", draw_normal, 0x0d625bea12a21c0b, { -0x1.7c102f6cb7013p+0, 0x1.5c22db57edc72p+1, 0x1.0dfebb961e178p+0, -0x1.531f049bed948p-1 } },
  { "poisson-small", draw_poisson_small, 0x27db865baee4b399, { 0x1.8p+1, 0x1p+1, 0x1.8p+1, 0x1.8p+2 } },
  { "poisson-edge", draw_poisson_edge, 0xdaf8e905a6309379, { 0x1.ep+3, 0x1.6p+3, 0x1.cp+2, 0x1.cp+3 } },
  { "poisson-middle", draw_poisson_middle, 0x3936cbb81075e59a, { 0x1.0cp+7, 0x1.1cp+7, 0x1.f4p+6, 0x1.c8p+6 } },
  { "poisson-large", draw_poisson_large, 0x6a224bace6a9811b, { 0x1.dcd3cd98p+29, 0x1.dcd36adp+29, 0x1.dcd14f68p+29, 0x1.dcd4d928p+29 } },
  { "weibull", draw_weibull, 0x60473cbb0a91f407, { 0x1.c3a8c96b0f573p+1, 0x1.043d8874ab382p+3, 0x1.c7b685d30b2fdp+2, 0x1.593636c3592aep+2 } },
  { "choice", draw_choice, 0x8641d390e035b832, { 0x1p+2, 0x1.8p+2, 0x1p+3, 0x1.8p+1 } },
  /* clang-format on */
};

static guint64
double_bits (double x)
{
  guint64 bits;
  memcpy (&bits, &x, sizeof bits);
  return bits;
}

static void
test_golden (gconstpointer data)
{
  gsize row = GPOINTER_TO_SIZE (data);
  g_autoptr (FoliotKernel) kernel = kernel_new (42);
  FoliotRandom *stream = foliot_kernel_get_random (kernel, "golden", goldens[row].name);

  double first[4];
  guint64 hash = 0;
  for (int i = 0; i < N_SAMPLES; i++)
    {
      double x = goldens[row].draw (stream);
      hash = foliot_hash_mix (hash, double_bits (x));
      if (i < 4)
        first[i] = x;
    }

  g_test_message ("{ \"%s\", …, 0x%016" G_GINT64_MODIFIER "x, { %a, %a, %a, %a } },", goldens[row].name, hash,
                  first[0], first[1], first[2], first[3]);
  for (int i = 0; i < 4; i++)
    g_assert_cmphex (double_bits (first[i]), ==, double_bits (goldens[row].first[i]));
  g_assert_cmphex (hash, ==, goldens[row].hash);
}

static void
test_golden_shuffle (void)
{
  g_autoptr (FoliotKernel) kernel = kernel_new (42);
  FoliotRandom *stream = foliot_kernel_get_random (kernel, "golden", "shuffle");
  char letters[] = "abcdefghijklmnopqrstuvwxyz";
  foliot_random_shuffle (stream, letters, 26, 1);
  g_assert_cmpstr (letters, ==, "phlgnsvmkdqzxbforuiwyectja");
}

/* --- Distributions -------------------------------------------------------------------------------------------- */

static FoliotRandom *
stream_for (FoliotKernel *kernel, const char *purpose)
{
  return foliot_kernel_get_random (kernel, "statistics", purpose);
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double left = *(const double *) a, right = *(const double *) b;
  return (left > right) - (left < right);
}

/* Mean and variance within 4 standard errors; Kolmogorov–Smirnov's distance below its 0.1 % point. */
static void
check_continuous (const char *purpose, DrawFunc draw, double (*cumulative) (double x), double mean,
                  double variance, double fourth_moment)
{
  g_autoptr (FoliotKernel) kernel = kernel_new (2026);
  FoliotRandom *stream = stream_for (kernel, purpose);
  g_autofree double *samples = g_new (double, N_SAMPLES);
  double sum = 0, squares = 0;
  for (int i = 0; i < N_SAMPLES; i++)
    {
      samples[i] = draw (stream);
      sum += samples[i];
      squares += (samples[i] - mean) * (samples[i] - mean);
    }
  g_assert_cmpfloat (fabs (sum / N_SAMPLES - mean), <, 4 * sqrt (variance / N_SAMPLES));
  g_assert_cmpfloat (fabs (squares / N_SAMPLES - variance), <,
                     4 * sqrt ((fourth_moment - variance * variance) / N_SAMPLES));

  qsort (samples, N_SAMPLES, sizeof *samples, compare_doubles);
  double distance = 0;
  for (int i = 0; i < N_SAMPLES; i++)
    {
      double expected = cumulative (samples[i]);
      distance
          = MAX (distance, MAX (expected - (double) i / N_SAMPLES, (double) (i + 1) / N_SAMPLES - expected));
    }
  g_test_message ("%s: sqrt(n) D = %.3f", purpose, distance * sqrt (N_SAMPLES));
  g_assert_cmpfloat (distance * sqrt (N_SAMPLES), <, 1.95);
}

static double
uniform_cumulative (double x)
{
  return x;
}

static double
exponential_cumulative (double x)
{
  return -expm1 (-x);
}

static double
normal_cumulative (double x)
{
  return erfc (-x / sqrt (2)) / 2;
}

static double
weibull_cumulative (double x)
{
  return -expm1 (-pow (x / 8.5, 2.1));
}

static double
weibull_moment (double n)
{
  return pow (8.5, n) * tgamma (1 + n / 2.1);
}

static void
test_continuous (void)
{
  check_continuous ("uniform", draw_uniform, uniform_cumulative, 0.5, 1.0 / 12, 1.0 / 80);
  check_continuous ("exponential", draw_exponential, exponential_cumulative, 1, 1, 9);
  check_continuous ("normal", draw_normal, normal_cumulative, 0, 1, 3);

  double m1 = weibull_moment (1), m2 = weibull_moment (2), m3 = weibull_moment (3), m4 = weibull_moment (4);
  check_continuous ("weibull", draw_weibull, weibull_cumulative, m1, m2 - m1 * m1,
                    m4 - 4 * m3 * m1 + 6 * m2 * m1 * m1 - 3 * m1 * m1 * m1 * m1);
}

/* The tails come from code of their own: as many samples beyond R as there should be, and distributed as the tail. */
static void
check_tail (const char *purpose, DrawFunc draw, double from, double probability, double mean_excess)
{
  g_autoptr (FoliotKernel) kernel = kernel_new (2027);
  FoliotRandom *stream = stream_for (kernel, purpose);
  const int n = 16000000;
  int n_beyond = 0;
  double excess = 0;
  for (int i = 0; i < n; i++)
    {
      double x = fabs (draw (stream));
      if (x > from)
        {
          n_beyond++;
          excess += x - from;
        }
    }
  double expected = n * probability;
  g_test_message ("%s: %d beyond %g, expected %.1f; mean excess %g, expected %g", purpose, n_beyond, from,
                  expected, excess / n_beyond, mean_excess);
  g_assert_cmpfloat (fabs (n_beyond - expected), <, 4 * sqrt (expected));
  g_assert_cmpfloat (fabs (excess / n_beyond - mean_excess), <, 4 * mean_excess / sqrt (expected));
}

static void
test_tails (void)
{
  const double exponential_r = 7.69711747013105, normal_r = 3.65415288536101;
  check_tail ("exponential", draw_exponential, exponential_r, exp (-exponential_r), 1);
  double normal_beyond = erfc (normal_r / sqrt (2));
  double density = 2 * exp (-normal_r * normal_r / 2) / sqrt (2 * G_PI);
  check_tail ("normal", draw_normal, normal_r, normal_beyond, density / normal_beyond - normal_r);
}

/* Pearson's chi-square over the cells first … last, the outer ones taking the rest. Wilson and Hilferty's cube root
 * makes it a normal deviate, which must not exceed the 0.1 % point. */
static void
check_discrete (const char *purpose, DrawFunc draw, const double *expected, int first, int n_cells)
{
  g_autoptr (FoliotKernel) kernel = kernel_new (2028);
  FoliotRandom *stream = stream_for (kernel, purpose);
  g_autofree int *counts = g_new0 (int, n_cells);
  for (int i = 0; i < N_SAMPLES; i++)
    {
      int cell = (int) draw (stream) - first;
      counts[CLAMP (cell, 0, n_cells - 1)]++;
    }

  double chi_square = 0;
  for (int i = 0; i < n_cells; i++)
    {
      double difference = counts[i] - expected[i] * N_SAMPLES;
      g_assert_cmpfloat (expected[i] * N_SAMPLES, >, 4);
      chi_square += difference * difference / (expected[i] * N_SAMPLES);
    }
  double spread = 2.0 / (9 * (n_cells - 1));
  double deviate = (cbrt (chi_square / (n_cells - 1)) - (1 - spread)) / sqrt (spread);
  g_test_message ("%s: chi-square %.2f in %d cells, deviate %.2f", purpose, chi_square, n_cells, deviate);
  g_assert_cmpfloat (fabs (deviate), <, 3.3);
}

/* Cells from 3.5 standard deviations below the mean to 3.5 above. */
static void
check_poisson (const char *purpose, DrawFunc draw, double mean)
{
  int first = MAX (0, (int) (mean - 3.5 * sqrt (mean))), last = (int) (mean + 3.5 * sqrt (mean));
  int n_cells = last - first + 1;
  g_autofree double *expected = g_new0 (double, n_cells);
  for (int k = 0; k < last + 20 * (int) sqrt (mean) + 50; k++)
    expected[CLAMP (k, first, last) - first] += exp (k * log (mean) - mean - lgamma (k + 1));
  check_discrete (purpose, draw, expected, first, n_cells);
}

static void
test_discrete (void)
{
  static const double sixths[] = { 1.0 / 6, 1.0 / 6, 1.0 / 6, 1.0 / 6, 1.0 / 6, 1.0 / 6 };
  static const double tenths[] = { .1, .1, .1, .1, .1, .1, .1, .1, .1, .1 };
  static const double chances[] = { 0.7, 0.3 };
  check_discrete ("die", draw_die, sixths, 1, 6);
  check_discrete ("choice", draw_choice, tenths, 0, 10);
  check_discrete ("chance", draw_chance, chances, 0, 2);
  check_poisson ("poisson-small", draw_poisson_small, 3.7);
  check_poisson ("poisson-edge", draw_poisson_edge, 10);
  check_poisson ("poisson-middle", draw_poisson_middle, 123.4);
}

/* Too wide for cells: the normal limit. */
static void
test_poisson_large (void)
{
  g_autoptr (FoliotKernel) kernel = kernel_new (2029);
  FoliotRandom *stream = stream_for (kernel, "poisson-large");
  double sum = 0, squares = 0;
  for (int i = 0; i < N_SAMPLES; i++)
    {
      double deviate = ((double) foliot_random_poisson (stream, 1e9) - 1e9) / sqrt (1e9);
      sum += deviate;
      squares += deviate * deviate;
    }
  g_assert_cmpfloat (fabs (sum / N_SAMPLES), <, 4 / sqrt (N_SAMPLES));
  g_assert_cmpfloat (fabs (squares / N_SAMPLES - 1), <, 4 * sqrt (2.0 / N_SAMPLES));
}

static double
draw_permutation (FoliotRandom *random)
{
  char items[] = "\0\1\2\3";
  foliot_random_shuffle (random, items, 4, 1);
  int rank = 0;
  for (int i = 0; i < 4; i++)
    {
      int smaller = 0;
      for (int j = i + 1; j < 4; j++)
        smaller += items[j] < items[i];
      rank = rank * (4 - i) + smaller;
    }
  return rank;
}

static void
test_shuffle_is_fair (void)
{
  double expected[24];
  for (int i = 0; i < 24; i++)
    expected[i] = 1.0 / 24;
  check_discrete ("shuffle", draw_permutation, expected, 0, 24);
}

/* --- Edges ---------------------------------------------------------------------------------------------------- */

static void
test_integer_edges (void)
{
  g_autoptr (FoliotKernel) kernel = kernel_new (5);
  FoliotRandom *stream = foliot_kernel_get_random (kernel, "edges", "integers");
  gboolean negative = FALSE, positive = FALSE;
  for (int i = 0; i < 1000; i++)
    {
      g_assert_cmpint (foliot_random_int_range (stream, 5, 5), ==, 5);
      g_assert_cmpint (foliot_random_int_range (stream, G_MAXINT64, G_MAXINT64), ==, G_MAXINT64);
      gint64 low = foliot_random_int_range (stream, G_MININT64, G_MININT64 + 1);
      g_assert_cmpint (low, <=, G_MININT64 + 1);
      gint64 any = foliot_random_int_range (stream, G_MININT64, G_MAXINT64);
      negative |= any < G_MININT64 / 2;
      positive |= any > G_MAXINT64 / 2;
      g_assert_cmpuint (foliot_random_choice (stream, 1), ==, 0);
      g_assert_cmpuint (foliot_random_choice (stream, 3), <, 3);
    }
  g_assert_true (negative && positive);
}

/* Of 3·2^61 results floor (3/8 · word) would reach every third one from two words only, the others from three. */
static void
test_integers_without_bias (void)
{
  g_autoptr (FoliotKernel) kernel = kernel_new (6);
  FoliotRandom *stream = foliot_kernel_get_random (kernel, "edges", "bias");
  const guint64 n = 3 * (G_GUINT64_CONSTANT (1) << 61);
  int counts[3] = { 0 };
  for (int i = 0; i < N_SAMPLES; i++)
    {
      gint64 value = foliot_random_int_range (stream, G_MININT64, (gint64) ((guint64) G_MININT64 + n - 1));
      counts[((guint64) value - (guint64) G_MININT64) % 3]++;
    }
  for (int i = 0; i < 3; i++)
    g_assert_cmpfloat (fabs (counts[i] - N_SAMPLES / 3.0), <, 4 * sqrt (N_SAMPLES * 2.0 / 9));
}

static void
test_real_edges (void)
{
  g_autoptr (FoliotKernel) kernel = kernel_new (5);
  FoliotRandom *stream = foliot_kernel_get_random (kernel, "edges", "reals");
  const double next = nextafter (1, 2), after = nextafter (next, 2);
  for (int i = 0; i < 1000; i++)
    {
      g_assert_cmpfloat (foliot_random_uniform_range (stream, 1, next), ==, 1);
      g_assert_cmpfloat (foliot_random_uniform_range (stream, next, after), ==, next);
      double wide = foliot_random_uniform_range (stream, -G_MAXDOUBLE, G_MAXDOUBLE);
      g_assert_true (isfinite (wide) && wide >= -G_MAXDOUBLE && wide < G_MAXDOUBLE);
      g_assert_false (foliot_random_chance (stream, 0));
      g_assert_true (foliot_random_chance (stream, 1));
      g_assert_cmpfloat (foliot_random_normal (stream, 2.5, 0), ==, 2.5);
      g_assert_cmpint (foliot_random_poisson (stream, 0), ==, 0);
      g_assert_cmpfloat (foliot_random_weibull (stream, 1, 1), >=, 0);
      g_assert_cmpfloat (foliot_random_weibull (stream, 3, 1e300), ==, 3);
    }
}

/* Items of several sizes, also larger than the buffer they are swapped through: all still there, none torn. */
static void
test_shuffle_edges (void)
{
  g_autoptr (FoliotKernel) kernel = kernel_new (5);
  FoliotRandom *stream = foliot_kernel_get_random (kernel, "edges", "shuffle");
  foliot_random_shuffle (stream, NULL, 0, 8);
  g_assert_cmpuint (stream->position, ==, 0);

  for (gsize size = 1; size <= 200; size += 33)
    {
      g_autofree guint8 *items = g_malloc (100 * size);
      gboolean seen[100] = { FALSE };
      gboolean moved = FALSE;
      for (gsize i = 0; i < 100; i++)
        memset (items + i * size, (int) i, size);
      foliot_random_shuffle (stream, items, 100, size);
      for (gsize i = 0; i < 100; i++)
        {
          guint8 *item = items + i * size;
          for (gsize j = 1; j < size; j++)
            g_assert_cmpuint (item[j], ==, item[0]);
          g_assert_false (seen[item[0]]);
          seen[item[0]] = TRUE;
          moved |= item[0] != i;
        }
      g_assert_true (moved);
    }
}

#define EXPECT_CRITICAL(assertion, statement)                                                                \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    g_test_expect_message ("Foliot", G_LOG_LEVEL_CRITICAL, "*assertion '" assertion "'*");                   \
    statement;                                                                                               \
    g_test_assert_expected_messages ();                                                                      \
  }                                                                                                          \
  G_STMT_END

static void
test_mistakes (void)
{
  g_autoptr (FoliotKernel) kernel = kernel_new (5);
  FoliotRandom *r = foliot_kernel_get_random (kernel, "edges", "mistakes");
  char letters[] = "abc";
  EXPECT_CRITICAL ("name != NULL*", g_assert_null (foliot_kernel_get_random (kernel, NULL, "")));
  EXPECT_CRITICAL ("purpose != NULL*", g_assert_null (foliot_kernel_get_random (kernel, "", NULL)));
  EXPECT_CRITICAL ("random != NULL*", foliot_random_uint64 (NULL));
  EXPECT_CRITICAL ("low <= high*", g_assert_cmpint (foliot_random_int_range (r, 2, 1), ==, 2));
  EXPECT_CRITICAL ("n > 0*", foliot_random_choice (r, 0));
  EXPECT_CRITICAL ("*low < high*", g_assert_cmpfloat (foliot_random_uniform_range (r, 1, 1), ==, 1));
  EXPECT_CRITICAL ("*isfinite (high)*", foliot_random_uniform_range (r, 1, INFINITY));
  EXPECT_CRITICAL ("probability >= 0*", foliot_random_chance (r, 1.1));
  EXPECT_CRITICAL ("probability >= 0*", foliot_random_chance (r, NAN));
  EXPECT_CRITICAL ("mean > 0*", foliot_random_exponential (r, 0));
  EXPECT_CRITICAL ("mean > 0*", foliot_random_exponential (r, INFINITY));
  EXPECT_CRITICAL ("sigma >= 0*", foliot_random_normal (r, 0, -1));
  EXPECT_CRITICAL ("isfinite (mean)*", foliot_random_normal (r, NAN, 1));
  EXPECT_CRITICAL ("mean >= 0*", foliot_random_poisson (r, -1));
  EXPECT_CRITICAL ("mean >= 0*", foliot_random_poisson (r, 1.1e9));
  EXPECT_CRITICAL ("scale > 0*", foliot_random_weibull (r, 0, 1));
  EXPECT_CRITICAL ("shape > 0*", foliot_random_weibull (r, 1, 0));
  EXPECT_CRITICAL ("item_size > 0*", foliot_random_shuffle (r, letters, 1, 0));
  g_assert_cmpuint (r->position, ==, 0);
}

/* --- Elementary functions ------------------------------------------------------------------------------------- */

/* Within 1 ulp and a little for the error of the function it is compared with; and the bits it always gave. */
static void
check_function (const char *name, double (*ours) (double), double (*libm) (double), double low, double high,
                guint64 golden)
{
  g_autoptr (FoliotKernel) kernel = kernel_new (9);
  FoliotRandom *stream = foliot_kernel_get_random (kernel, "math", name);
  guint64 hash = 0;
  for (int i = 0; i < N_SAMPLES; i++)
    {
      double x = foliot_random_uniform_range (stream, low, high);
      double y = ours (x), reference = libm (x);
      g_assert_cmpfloat (fabs (y - reference), <=,
                         2 * (nextafter (fabs (reference), INFINITY) - fabs (reference)));
      hash = foliot_hash_mix (hash, double_bits (y));
    }
  g_test_message ("%s: 0x%016" G_GINT64_MODIFIER "x", name, hash);
  g_assert_cmphex (hash, ==, golden);
}

static double
our_square_root (double x)
{
  return foliot_math_pow (x, 0.5);
}

static void
test_math (void)
{
  check_function ("exp", foliot_math_exp, exp, -700, 700, 0x7b8ec8e61a082c78);
  check_function ("log", foliot_math_log, log, 1e-300, 1e6, 0xb8d9ce6e39d8d235);
  check_function ("pow", our_square_root, sqrt, 0, 1e300, 0x6e6610a05194f9fb);
  check_function ("sin", foliot_math_sin, sin, -1e4, 1e4, 0x42c787e8fa150b9f);
  check_function ("cos", foliot_math_cos, cos, -1e4, 1e4, 0x017395abea945e5f);
  check_function ("tan", foliot_math_tan, tan, -1e4, 1e4, 0x3fdb6ce3d513597a);

  g_assert_cmpfloat (foliot_math_exp (0), ==, 1);
  g_assert_cmpfloat (foliot_math_log (1), ==, 0);
  g_assert_cmpfloat (foliot_math_log (0), ==, -INFINITY);
  g_assert_true (isnan (foliot_math_log (-1)));
  g_assert_cmpfloat (foliot_math_exp (1000), ==, INFINITY);
  g_assert_cmpfloat (foliot_math_exp (-1000), ==, 0);
  g_assert_cmpfloat (foliot_math_pow (2, 10), ==, 1024);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/random/philox/known-answers", test_known_answers);
  g_test_add_func ("/random/streams/sequence", test_sequence);
  g_test_add_func ("/random/streams/same-names", test_same_names);
  g_test_add_func ("/random/streams/seeds", test_seeds);
  g_test_add_func ("/random/streams/independence", test_independence);
  g_test_add_func ("/random/streams/avalanche", test_avalanche);
  g_test_add_func ("/random/streams/draws-are-counted", test_draws_are_counted);
  for (gsize i = 0; i < G_N_ELEMENTS (goldens); i++)
    {
      g_autofree char *path = g_strdup_printf ("/random/golden/%s", goldens[i].name);
      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_golden);
    }
  g_test_add_func ("/random/golden/shuffle", test_golden_shuffle);
  g_test_add_func ("/random/statistics/continuous", test_continuous);
  g_test_add_func ("/random/statistics/tails", test_tails);
  g_test_add_func ("/random/statistics/discrete", test_discrete);
  g_test_add_func ("/random/statistics/poisson-large", test_poisson_large);
  g_test_add_func ("/random/statistics/shuffle", test_shuffle_is_fair);
  g_test_add_func ("/random/edges/integers", test_integer_edges);
  g_test_add_func ("/random/edges/integers-without-bias", test_integers_without_bias);
  g_test_add_func ("/random/edges/reals", test_real_edges);
  g_test_add_func ("/random/edges/shuffle", test_shuffle_edges);
  g_test_add_func ("/random/edges/mistakes", test_mistakes);
  g_test_add_func ("/random/math", test_math);
  return g_test_run ();
}
