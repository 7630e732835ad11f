/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-kernel.h>

G_BEGIN_DECLS

/**
 * FoliotRandom:
 *
 * A keyed random stream: philox2x64-10 (Salmon et al., SC 2011; Random123), keyed by (seed, name, purpose). What one
 * stream yields depends on nothing else: adding an agent or a draw shifts nobody else's numbers. The same bits on
 * every machine: no libm function takes part. Owned by the kernel.
 */
typedef struct _FoliotRandom FoliotRandom;

/**
 * foliot_kernel_get_random:
 *
 * Returns: (transfer none): the stream; the same object for the same names.
 */
FOLIOT_API FoliotRandom *foliot_kernel_get_random (FoliotKernel *kernel, const char *name,
                                                   const char *purpose);

/**
 * foliot_random_uint64:
 *
 * All 2^64 values equally likely.
 */
FOLIOT_API guint64 foliot_random_uint64 (FoliotRandom *random);
/**
 * foliot_random_uniform:
 *
 * In [0, 1), a multiple of 2^−53.
 */
FOLIOT_API double foliot_random_uniform (FoliotRandom *random);
/**
 * foliot_random_uniform_range:
 *
 * In [low, high); low < high, both finite.
 */
FOLIOT_API double foliot_random_uniform_range (FoliotRandom *random, double low, double high);
/**
 * foliot_random_int_range:
 *
 * Low … high inclusive, without bias (Lemire 2019).
 */
FOLIOT_API gint64 foliot_random_int_range (FoliotRandom *random, gint64 low, gint64 high);
/**
 * foliot_random_chance:
 *
 * True with @probability (0 … 1).
 */
FOLIOT_API gboolean foliot_random_chance (FoliotRandom *random, double probability);
/**
 * foliot_random_exponential:
 *
 * Mean > 0 (ziggurat, Marsaglia & Tsang 2000).
 */
FOLIOT_API double foliot_random_exponential (FoliotRandom *random, double mean);
/**
 * foliot_random_normal:
 * @sigma: ≥ 0
 *
 * Returns: a draw from the normal distribution, by the ziggurat
 */
FOLIOT_API double foliot_random_normal (FoliotRandom *random, double mean, double sigma);
/**
 * foliot_random_poisson:
 *
 * Mean ≥ 0, at most 1e9 (PTRS, Hörmann 1993, from 10 on).
 */
FOLIOT_API gint64 foliot_random_poisson (FoliotRandom *random, double mean);
/**
 * foliot_random_weibull:
 *
 * Scale, shape > 0.
 */
FOLIOT_API double foliot_random_weibull (FoliotRandom *random, double scale, double shape);
/**
 * foliot_random_choice:
 *
 * Returns: an index below @n > 0.
 */
FOLIOT_API gsize foliot_random_choice (FoliotRandom *random, gsize n);
/**
 * foliot_random_shuffle: (skip)
 *
 * @items in place (Fisher–Yates).
 */
FOLIOT_API void foliot_random_shuffle (FoliotRandom *random, gpointer items, gsize n_items, gsize item_size);

/* Functions whose bits are the same on every machine (SLEEF `Sleef_cinz_…_u10purec`); agents should use these. */
FOLIOT_API double foliot_math_exp (double x);
FOLIOT_API double foliot_math_log (double x);
FOLIOT_API double foliot_math_pow (double x, double y);
FOLIOT_API double foliot_math_sin (double x);
FOLIOT_API double foliot_math_cos (double x);
FOLIOT_API double foliot_math_tan (double x);

G_END_DECLS
