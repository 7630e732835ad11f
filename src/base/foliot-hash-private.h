/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The 64-bit hashing that contents and digests share.
 *
 * Words are folded by one 128-bit multiplication (the step of wyhash and XXH3), bytes go through XXH3. Nothing here is
 * seeded and nothing depends on byte order, address or word size, so a hash is the same on every machine and may be
 * written into a file.
 */

#include <glib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

/* Odd constants with balanced bits (the fraction digits of pi); they keep a zero operand from swallowing the other. */
#define FOLIOT_HASH_K0 G_GUINT64_CONSTANT (0x243f6a8885a308d3)
#define FOLIOT_HASH_K1 G_GUINT64_CONSTANT (0x13198a2e03707345)

/*
 * foliot_hash_mix:
 *
 * Folds @b into the running hash @a. Order matters: mix (a, b) is not mix (b, a).
 */
static inline guint64
foliot_hash_mix (guint64 a, guint64 b)
{
  unsigned __int128 product = (unsigned __int128) (a ^ FOLIOT_HASH_K0) * (b ^ FOLIOT_HASH_K1);
  return (guint64) product ^ (guint64) (product >> 64) ^ a;
}

/* foliot_hash_bytes: the hash of @length bytes; 0 bytes have a hash of their own. */
static inline guint64
foliot_hash_bytes (gconstpointer data, gsize length)
{
  return XXH3_64bits (data, length);
}

/* Where the hash of a list or map begins, before its items are mixed in; of an empty one it is all. */
#define FOLIOT_HASH_CONTAINER(kind, n_items) (FOLIOT_HASH_K1 ^ ((guint64) (kind) << 32 | (n_items)))
