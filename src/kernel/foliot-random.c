/* SPDX-License-Identifier: MIT */
#include "kernel/foliot-random-private.h"

#include "base/foliot-hash-private.h"
#include "kernel/foliot-kernel-private.h"

#include <Random123/philox.h>
#include <string.h>

/*
 * Streams by name, and what can be drawn with integers alone.
 *
 * The generator is counter-based: its n-th block is a keyed permutation of n, so there is no state to seed, to warm up
 * or to share, and streams with different keys are independent without having to be told apart in the sequence. The key
 * is a hash of (seed, name, purpose). Nothing about it depends on which other streams exist or on the order in which
 * they were asked for; that is why a new agent shifts nobody else's numbers.
 *
 * A kernel keeps its streams in a table that is only ever looked up, never walked.
 */

guint64
_foliot_random_draw_block (FoliotRandom *random)
{
  philox2x64_ctr_t counter = { { random->position / 2, 0 } };
  philox2x64_key_t key = { { random->key } };
  philox2x64_ctr_t block = philox2x64 (counter, key);
  random->spare = block.v[1];
  return block.v[0];
}

static guint
stream_hash (gconstpointer data)
{
  const FoliotRandom *random = data;
  return g_str_hash (random->name) * 31 + g_str_hash (random->purpose);
}

static gboolean
stream_equal (gconstpointer a, gconstpointer b)
{
  const FoliotRandom *left = a, *right = b;
  return g_str_equal (left->name, right->name) && g_str_equal (left->purpose, right->purpose);
}

static void
stream_free (gpointer data)
{
  FoliotRandom *random = data;
  g_free (random->name);
  g_free (random->purpose);
  g_free (random);
}

static GQuark
streams_quark (void)
{
  return g_quark_from_static_string ("foliot-random-streams");
}

static GHashTable *
get_streams (FoliotKernel *kernel)
{
  GHashTable *streams = foliot_kernel_get_data (kernel, streams_quark ());
  if (streams == NULL)
    {
      streams = g_hash_table_new_full (stream_hash, stream_equal, stream_free, NULL);
      foliot_kernel_set_data (kernel, streams_quark (), streams, (GDestroyNotify) g_hash_table_unref);
    }
  return streams;
}

/* The NUL between the names keeps ("ab", "c") and ("a", "bc") apart. */
static guint64
make_key (guint64 seed, const char *name, const char *purpose)
{
  g_autoptr (GString) text = g_string_new (name);
  g_string_append_c (text, '\0');
  g_string_append (text, purpose);
  return XXH3_64bits_withSeed (text->str, text->len, seed);
}

FoliotRandom *
foliot_kernel_get_random (FoliotKernel *kernel, const char *name, const char *purpose)
{
  g_return_val_if_fail (FOLIOT_IS_KERNEL (kernel), NULL);
  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (purpose != NULL, NULL);

  GHashTable *streams = get_streams (kernel);
  FoliotRandom wanted = { .name = (char *) name, .purpose = (char *) purpose };
  FoliotRandom *random = g_hash_table_lookup (streams, &wanted);
  if (random == NULL)
    {
      random = g_new0 (FoliotRandom, 1);
      random->key = make_key (foliot_kernel_get_seed (kernel), name, purpose);
      random->draws = _foliot_kernel_get_draws (kernel);
      random->name = g_strdup (name);
      random->purpose = g_strdup (purpose);
      g_hash_table_add (streams, random);
    }
  return random;
}

guint64
foliot_random_uint64 (FoliotRandom *random)
{
  g_return_val_if_fail (random != NULL, 0);
  return foliot_random_draw (random);
}

/* Below n > 0. Lemire 2019: the high word of draw × n, where the draws that would make some results likelier than others
 * (fewer than n of 2^64) are thrown back; the division that finds them is nearly never reached. */
static guint64
draw_below (FoliotRandom *random, guint64 n)
{
  unsigned __int128 product = (unsigned __int128) foliot_random_draw (random) * n;
  if (G_UNLIKELY ((guint64) product < n))
    {
      guint64 threshold = -n % n;
      while ((guint64) product < threshold)
        product = (unsigned __int128) foliot_random_draw (random) * n;
    }
  return (guint64) (product >> 64);
}

gint64
foliot_random_int_range (FoliotRandom *random, gint64 low, gint64 high)
{
  g_return_val_if_fail (random != NULL, low);
  g_return_val_if_fail (low <= high, low);

  guint64 n = (guint64) high - (guint64) low + 1; /* 0 stands for all 2^64 of them */
  guint64 offset = n == 0 ? foliot_random_draw (random) : draw_below (random, n);
  return (gint64) ((guint64) low + offset);
}

gsize
foliot_random_choice (FoliotRandom *random, gsize n)
{
  g_return_val_if_fail (random != NULL, 0);
  g_return_val_if_fail (n > 0, 0);
  return draw_below (random, n);
}

static void
swap_bytes (guint8 *a, guint8 *b, gsize size)
{
  guint8 chunk[64];
  while (size > 0)
    {
      gsize length = MIN (size, sizeof chunk);
      memcpy (chunk, a, length);
      memcpy (a, b, length);
      memcpy (b, chunk, length);
      a += length;
      b += length;
      size -= length;
    }
}

void
foliot_random_shuffle (FoliotRandom *random, gpointer items, gsize n_items, gsize item_size)
{
  g_return_if_fail (random != NULL);
  g_return_if_fail (items != NULL || n_items == 0);
  g_return_if_fail (item_size > 0);

  guint8 *bytes = items;
  for (gsize i = n_items; i > 1; i--)
    {
      gsize other = draw_below (random, i);
      if (other != i - 1)
        swap_bytes (bytes + (i - 1) * item_size, bytes + other * item_size, item_size);
    }
}
