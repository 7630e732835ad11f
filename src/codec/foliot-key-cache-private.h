/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/foliot-value-private.h"

G_BEGIN_DECLS

/*
 * FoliotKeyCache:
 *
 * The map keys that a message brought last. Records in a list repeat theirs, and a reader that finds a key here saves an
 * allocation, and later a comparison of texts. A message without maps does not even clear it.
 */
typedef struct
{
  gboolean in_use;
  FoliotValue *keys[16];
} FoliotKeyCache;

#define FOLIOT_KEY_CACHE_MAX_BYTES 32

static inline void
_foliot_key_cache_init (FoliotKeyCache *cache)
{
  cache->in_use = FALSE;
}

static inline void
_foliot_key_cache_clear (FoliotKeyCache *cache)
{
  if (cache->in_use)
    for (gsize i = 0; i < G_N_ELEMENTS (cache->keys); i++)
      if (cache->keys[i] != NULL)
        _foliot_value_unref (cache->keys[i]);
}

static inline FoliotValue **
_foliot_key_cache_slot (FoliotKeyCache *cache, const guint8 *text, gsize length)
{
  return &cache->keys[(length + 5u * text[0] + 3u * text[length - 1]) % G_N_ELEMENTS (cache->keys)];
}

/* Returns: (transfer full) (nullable): the text @text if it was a key before */
static inline FoliotValue *
_foliot_key_cache_get (FoliotKeyCache *cache, const guint8 *text, gsize length)
{
  FoliotValue *key;

  if (!cache->in_use || length == 0 || length > FOLIOT_KEY_CACHE_MAX_BYTES)
    return NULL;
  key = *_foliot_key_cache_slot (cache, text, length);
  if (key == NULL || key->n_bytes != length || memcmp (_foliot_value_text (key), text, length) != 0)
    return NULL;
  return _foliot_value_ref (key);
}

static inline void
_foliot_key_cache_put (FoliotKeyCache *cache, FoliotValue *key)
{
  FoliotValue **slot;

  if (key->n_bytes == 0 || key->n_bytes > FOLIOT_KEY_CACHE_MAX_BYTES)
    return;
  if (!cache->in_use)
    memset (cache->keys, 0, sizeof cache->keys);
  cache->in_use = TRUE;
  slot = _foliot_key_cache_slot (cache, (const guint8 *) _foliot_value_text (key), key->n_bytes);
  if (*slot != NULL)
    _foliot_value_unref (*slot);
  *slot = _foliot_value_ref (key);
}

G_END_DECLS
