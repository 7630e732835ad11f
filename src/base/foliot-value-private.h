/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * How a value lies in memory, for the floors above whose fast paths read values without a call.
 *
 * One allocation a value: 24 bytes of head, then the text, bytes or items. The fields that every user of a value asks
 * first (kind, traits) are in its first 8 bytes. Only this header and src/base write any of it.
 */

#include <foliot/foliot-value.h>

#include "base/foliot-block-private.h"

/* A reference count at or above this is never changed: the value is a constant, and may lie in read-only memory. */
#define FOLIOT_VALUE_IMMORTAL 0x80000000u

struct _FoliotValue
{
  guint32 ref_count;
  guint8 kind; /* FoliotValueKind */
  guint8
      detail; /* INT: 1 when it is above G_MAXINT64; EXT: the code; with text, bytes or items: the weight */
  guint16 traits;
  union
  {
    struct
    {
      union
      {
        gint64 integer;
        guint64 natural;
        double real;
        guint64 n_bytes; /* STRING, BIGINT, BYTES, EXT: without the NUL behind them */
        struct
        {
          guint32 n_items; /* LIST: items; MAP: keys and values, so twice the pairs */
          guint32 depth;   /* LIST, MAP: at least 1 */
        };
      };
      guint64 hash; /* STRING, LIST, MAP: of the content, 0 = not yet known */
    };
    FoliotDate date;
    struct
    {
      gpointer instance;
      GType type;
    };
  };
};

/* The text of STRING and BIGINT, the data of BYTES and EXT. */
static inline char *
_foliot_value_text (const FoliotValue *value)
{
  return (char *) (value + 1);
}

/* The items of LIST; key, value, key, value … of MAP. */
static inline FoliotValue **
_foliot_value_items (const FoliotValue *value)
{
  return (FoliotValue **) (value + 1);
}

static inline gboolean
_foliot_value_is_container (const FoliotValue *value)
{
  return value->kind == FOLIOT_VALUE_LIST || value->kind == FOLIOT_VALUE_MAP;
}

static inline guint
_foliot_value_depth (const FoliotValue *value)
{
  return _foliot_value_is_container (value) ? value->depth : 0;
}

/*
 * How much a value is at most, as a power of two: a scalar counts 32, a text or bytes their length and 8, a container
 * what is in it and 32. No format writes more than six bytes for one of these, nor an item for fewer than sixteen. From
 * FOLIOT_VALUE_MAX_WEIGHT on, and where an EXT is, nothing is known.
 */
#define FOLIOT_VALUE_MAX_WEIGHT 31

static inline guint
_foliot_value_weight (const FoliotValue *value)
{
  return value->kind == FOLIOT_VALUE_EXT ? FOLIOT_VALUE_MAX_WEIGHT : value->detail;
}

/* The weight of what counts @sum, more than 0, in all. */
static inline guint8
_foliot_value_weigh (guint64 sum)
{
  guint weight = 64 - (guint) __builtin_clzll (sum);

  return G_LIKELY (weight < FOLIOT_VALUE_MAX_WEIGHT) ? (guint8) weight : FOLIOT_VALUE_MAX_WEIGHT;
}

/* What an item adds to the sum of its container, besides 32; for an EXT the container's traits speak. */
static inline guint64
_foliot_value_count (const FoliotValue *item)
{
  return (guint64) 1 << (item->detail % 32);
}

static inline void
_foliot_value_set_weight (FoliotValue *container, guint64 sum)
{
  if (G_UNLIKELY (container->traits & FOLIOT_VALUE_HAS_EXT))
    container->detail = FOLIOT_VALUE_MAX_WEIGHT;
  else
    container->detail = _foliot_value_weigh (sum + 32 * ((guint64) container->n_items + 1));
}

static inline gboolean
_foliot_value_has_hash (const FoliotValue *value)
{
  return (1u << value->kind & (1u << FOLIOT_VALUE_STRING | 1u << FOLIOT_VALUE_LIST | 1u << FOLIOT_VALUE_MAP))
         && value->hash != 0;
}

/* foliot_value_hash(), without a call for what was hashed before. */
static inline guint64
_foliot_value_hash (const FoliotValue *value)
{
  return _foliot_value_has_hash (value) ? value->hash : foliot_value_hash (value);
}

/* A count that would overflow makes the value immortal: a leak, never a use after free. */
static inline FoliotValue *
_foliot_value_ref (FoliotValue *value)
{
  if (G_LIKELY (value->ref_count < FOLIOT_VALUE_IMMORTAL))
    value->ref_count++;
  return value;
}

void _foliot_value_free (FoliotValue *value);

static inline void
_foliot_value_unref (FoliotValue *value)
{
  if (G_LIKELY (value->ref_count < FOLIOT_VALUE_IMMORTAL) && --value->ref_count == 0)
    _foliot_value_free (value);
}

static inline FoliotValue *
_foliot_value_init (FoliotValue *value, FoliotValueKind kind)
{
  value->ref_count = 1;
  value->kind = kind;
  value->detail = 0;
  value->traits = 0;
  value->hash = 0;
  return value;
}

/* A head with @extra bytes behind it, one reference, no traits. */
static inline FoliotValue *
_foliot_value_alloc (FoliotValueKind kind, gsize extra)
{
  return _foliot_value_init (_foliot_block_new (sizeof (FoliotValue) + extra), kind);
}

/* The same, but %NULL if there is no memory for what a peer may have wished. */
static inline FoliotValue *
_foliot_value_try_alloc (FoliotValueKind kind, gsize extra)
{
  FoliotValue *value = _foliot_block_try_new (sizeof *value + extra);

  return G_LIKELY (value != NULL) ? _foliot_value_init (value, kind) : NULL;
}

/* @text: UTF-8 that was checked, without surrogates. */
FoliotValue *_foliot_value_new_valid_text (const char *text, gsize length);

/*
 * FoliotFilling:
 *
 * A list or map whose length is known before its items are: its memory is taken at once, each item is put where it will
 * stay, and traits and depth are summed up on the way. A reader keeps it in registers.
 */
typedef struct
{
  FoliotValue *value;
  FoliotValue **next;
  FoliotValue **end;
  guint64 sum; /* for the weight */
} FoliotFilling;

/* @n_items: more than 0; of a map keys and values. Returns: FALSE if there is no memory. */
static inline gboolean
_foliot_filling_begin (FoliotFilling *filling, FoliotValueKind kind, guint32 n_items)
{
  gsize extra = n_items * sizeof (FoliotValue *);
  FoliotValue *value = _foliot_value_try_alloc (kind, extra);

  if (G_UNLIKELY (value == NULL))
    return FALSE;
  value->n_items = n_items;
  value->depth = 1;
  filling->value = value;
  filling->next = _foliot_value_items (value);
  filling->end = filling->next + n_items;
  filling->sum = 0;
  return TRUE;
}

/* Whether the next item of a map is a key. */
static inline gboolean
_foliot_filling_at_key (const FoliotFilling *filling)
{
  return filling->value->kind == FOLIOT_VALUE_MAP && ((filling->end - filling->next) & 1) == 0;
}

/* Takes @item. There is one that is still to come. */
static inline void
_foliot_filling_add (FoliotFilling *filling, FoliotValue *item)
{
  *filling->next++ = item;
  filling->value->traits |= item->traits;
  filling->sum += _foliot_value_count (item);
  if (_foliot_value_is_container (item) && item->depth >= filling->value->depth)
    filling->value->depth = item->depth < G_MAXUINT32 ? item->depth + 1 : item->depth;
}

/* Returns: (transfer full): the value, with equal keys united. All items have come. */
FoliotValue *_foliot_filling_end (FoliotFilling *filling);
/* Releases what has come. */
void _foliot_filling_abandon (FoliotFilling *filling);

/* Of equal keys the last value wins at the place of the first; releases what loses. Returns the pairs that are left. */
gsize _foliot_value_unite_keys (FoliotValue **pairs, gsize n_pairs);

/*
 * Equality and hash of map keys: as those of contents, except that numbers are equal by number, at any depth, as in
 * Python: 1, 1.0 and true are one key, 2^53 and 2^53 + 1 are not, 2^70 is one key as a BIGINT and as a DOUBLE.
 */
gboolean _foliot_value_key_equal (const FoliotValue *a, const FoliotValue *b);
guint64 _foliot_value_key_hash (const FoliotValue *value);

/* What foliot_value_set_object_funcs() declared for @type or the nearest class above it. */
typedef struct
{
  FoliotObjectHashFunc hash;
  FoliotObjectEqualFunc equal;
  FoliotObjectFormatFunc format;
} FoliotObjectFuncs;

const FoliotObjectFuncs *_foliot_value_object_funcs (GType type);
