/* SPDX-License-Identifier: MIT */
#include "base/foliot-value-private.h"

/*
 * Equality and hash, of contents and of map keys.
 *
 * Both walk a tree whose depth a peer decided, so they keep their own stack: sixteen frames are on the C stack, more
 * go to the heap. A container remembers its hash; hashing what was hashed before costs nothing, and of two containers
 * with different known hashes nobody compares the items.
 */

#include "base/foliot-double-private.h"
#include "base/foliot-hash-private.h"

#include <string.h>

typedef enum
{
  BY_CONTENT,
  AS_KEY, /* numbers are equal by number */
} Sense;

/* ---- the walk ---- */

typedef struct
{
  const FoliotValue *a;
  const FoliotValue *b; /* equality only */
  guint64 hash;         /* hash only: of the items so far */
  guint32 next_item;
} Frame;

typedef struct
{
  Frame *frames;
  gsize n_frames;
  gsize n_allocated;
  Frame few[16];
} Walk;

static void
walk_init (Walk *walk)
{
  walk->frames = walk->few;
  walk->n_frames = 0;
  walk->n_allocated = G_N_ELEMENTS (walk->few);
}

static void
walk_clear (Walk *walk)
{
  if (walk->frames != walk->few)
    g_free (walk->frames);
}

static void
walk_push (Walk *walk, const FoliotValue *a, const FoliotValue *b, guint64 hash)
{
  if (walk->n_frames == walk->n_allocated)
    {
      gboolean was_few = walk->frames == walk->few;

      walk->n_allocated *= 2;
      walk->frames = g_renew (Frame, was_few ? NULL : walk->frames, walk->n_allocated);
      if (was_few)
        memcpy (walk->frames, walk->few, sizeof walk->few);
    }
  walk->frames[walk->n_frames++] = (Frame){ .a = a, .b = b, .hash = hash };
}

/* ---- numbers as keys ---- */

#define TWO_63 9223372036854775808.0
#define TWO_64 18446744073709551616.0

static gboolean
is_number_key (const FoliotValue *value)
{
  return value->kind == FOLIOT_VALUE_BOOL || foliot_value_is_number (value);
}

/* The INT (in @out, which holds no reference) that a BOOL, INT or DOUBLE is equal to, if there is one. */
static gboolean
number_as_int (const FoliotValue *value, FoliotValue *out)
{
  double real = value->real;

  *out = *value;
  out->kind = FOLIOT_VALUE_INT;
  if (value->kind == FOLIOT_VALUE_INT || value->kind == FOLIOT_VALUE_BOOL)
    return TRUE;
  if (value->kind != FOLIOT_VALUE_DOUBLE || !(real >= -TWO_63 && real < TWO_64))
    return FALSE;
  out->detail = real >= TWO_63;
  if (real >= TWO_63)
    out->natural = (guint64) real;
  else
    out->integer = (gint64) real;
  return real >= TWO_63 || (double) out->integer == real;
}

/* The digits of the integer that a DOUBLE beyond 64 bits is. */
static gsize
double_as_digits (double real, char digits[FOLIOT_DOUBLE_INTEGER_SIZE])
{
  return _foliot_double_format_integer (real, digits);
}

static gboolean
is_big_double (const FoliotValue *value)
{
  return value->kind == FOLIOT_VALUE_DOUBLE && (value->real >= TWO_64 || value->real < -TWO_63)
         && value->real - value->real == 0.0;
}

static gboolean
big_equals_double (const FoliotValue *big, const FoliotValue *real)
{
  char digits[FOLIOT_DOUBLE_INTEGER_SIZE];

  if (!is_big_double (real))
    return FALSE;
  return double_as_digits (real->real, digits) == big->n_bytes
         && memcmp (digits, _foliot_value_text (big), big->n_bytes) == 0;
}

static gboolean
number_keys_equal (const FoliotValue *a, const FoliotValue *b)
{
  FoliotValue x, y;

  if (number_as_int (a, &x) && number_as_int (b, &y))
    return x.detail == y.detail && x.natural == y.natural;
  if (a->kind == FOLIOT_VALUE_DOUBLE && b->kind == FOLIOT_VALUE_DOUBLE)
    return a->natural == b->natural;
  if (a->kind == FOLIOT_VALUE_BIGINT && b->kind == FOLIOT_VALUE_DOUBLE)
    return big_equals_double (a, b);
  if (a->kind == FOLIOT_VALUE_DOUBLE && b->kind == FOLIOT_VALUE_BIGINT)
    return big_equals_double (b, a);
  return a->kind == FOLIOT_VALUE_BIGINT && b->kind == FOLIOT_VALUE_BIGINT && a->n_bytes == b->n_bytes
         && memcmp (_foliot_value_text (a), _foliot_value_text (b), a->n_bytes) == 0;
}

/* ---- objects ---- */

static GQuark
object_funcs_quark (void)
{
  static GQuark quark;

  if (G_UNLIKELY (quark == 0))
    quark = g_quark_from_static_string ("foliot-object-funcs");
  return quark;
}

const FoliotObjectFuncs *
_foliot_value_object_funcs (GType type)
{
  static const FoliotObjectFuncs none = { NULL, NULL, NULL };

  for (; type != G_TYPE_INVALID; type = g_type_parent (type))
    {
      const FoliotObjectFuncs *funcs = g_type_get_qdata (type, object_funcs_quark ());
      if (funcs != NULL)
        return funcs;
    }
  return &none;
}

void
foliot_value_set_object_funcs (GType type, FoliotObjectHashFunc hash, FoliotObjectEqualFunc equal,
                               FoliotObjectFormatFunc format)
{
  FoliotObjectFuncs *funcs;

  g_return_if_fail (type != G_TYPE_INVALID);
  funcs = g_type_get_qdata (type, object_funcs_quark ());
  if (funcs == NULL)
    {
      funcs = g_new0 (FoliotObjectFuncs, 1); /* lives as long as its type: as the process */
      g_type_set_qdata (type, object_funcs_quark (), funcs);
    }
  funcs->hash = hash;
  funcs->equal = equal;
  funcs->format = format;
}

static gboolean
objects_equal (const FoliotValue *a, const FoliotValue *b)
{
  FoliotObjectEqualFunc equal;

  if (a->type != b->type)
    return FALSE;
  if (a->instance == b->instance)
    return TRUE;
  equal = _foliot_value_object_funcs (a->type)->equal;
  return equal != NULL && equal (a->instance, b->instance);
}

/* ---- equality ---- */

static gboolean
leaves_equal (const FoliotValue *a, const FoliotValue *b)
{
  switch ((FoliotValueKind) a->kind)
    {
    case FOLIOT_VALUE_NULL:
      return TRUE;
    case FOLIOT_VALUE_BOOL:
    case FOLIOT_VALUE_INT:
    case FOLIOT_VALUE_DOUBLE:
      return a->detail == b->detail && a->natural == b->natural;
    case FOLIOT_VALUE_BIGINT:
    case FOLIOT_VALUE_STRING:
    case FOLIOT_VALUE_BYTES:
    case FOLIOT_VALUE_EXT:
      return a->detail == b->detail && a->n_bytes == b->n_bytes
             && memcmp (_foliot_value_text (a), _foliot_value_text (b), a->n_bytes) == 0;
    case FOLIOT_VALUE_DATE:
      return a->date.microseconds == b->date.microseconds && a->date.offset_s == b->date.offset_s;
    case FOLIOT_VALUE_OBJECT:
      return objects_equal (a, b);
    case FOLIOT_VALUE_LIST:
    case FOLIOT_VALUE_MAP:
      break;
    }
  g_assert_not_reached ();
}

typedef enum
{
  DIFFERENT,
  EQUAL,
  ITEMS_DECIDE,
} Verdict;

/* Two values without their items. */
static Verdict
compare_heads (const FoliotValue *a, const FoliotValue *b, Sense sense)
{
  if (a == b)
    return EQUAL;
  if (sense == AS_KEY && is_number_key (a) && is_number_key (b))
    return number_keys_equal (a, b) ? EQUAL : DIFFERENT;
  if (a->kind != b->kind)
    return DIFFERENT;
  if (!_foliot_value_is_container (a))
    return leaves_equal (a, b) ? EQUAL : DIFFERENT;
  if (a->n_items != b->n_items || a->depth != b->depth)
    return DIFFERENT;
  if (sense == BY_CONTENT && a->hash != 0 && b->hash != 0 && a->hash != b->hash)
    return DIFFERENT;
  return ITEMS_DECIDE;
}

static gboolean
equal_in_sense (const FoliotValue *a, const FoliotValue *b, Sense sense)
{
  Verdict verdict = compare_heads (a, b, sense);
  Walk walk;

  if (verdict != ITEMS_DECIDE)
    return verdict == EQUAL;
  walk_init (&walk);
  walk_push (&walk, a, b, 0);
  while (walk.n_frames > 0 && verdict != DIFFERENT)
    {
      Frame *frame = &walk.frames[walk.n_frames - 1];
      const FoliotValue *item_a, *item_b;

      if (frame->next_item == frame->a->n_items)
        {
          walk.n_frames--;
          continue;
        }
      item_a = _foliot_value_items (frame->a)[frame->next_item];
      item_b = _foliot_value_items (frame->b)[frame->next_item++];
      verdict = compare_heads (item_a, item_b, sense);
      if (verdict == ITEMS_DECIDE)
        walk_push (&walk, item_a, item_b, 0);
    }
  walk_clear (&walk);
  return verdict != DIFFERENT;
}

gboolean
foliot_value_equal (const FoliotValue *a, const FoliotValue *b)
{
  g_return_val_if_fail (a != NULL && b != NULL, FALSE);
  return equal_in_sense (a, b, BY_CONTENT);
}

gboolean
_foliot_value_key_equal (const FoliotValue *a, const FoliotValue *b)
{
  return equal_in_sense (a, b, AS_KEY);
}

/* ---- hash ---- */

static inline guint64
hash_head (FoliotValueKind kind, guint detail)
{
  return (guint64) kind << 8 | detail;
}

static guint64
hash_text (const FoliotValue *value)
{
  return foliot_hash_mix (hash_head (value->kind, value->kind == FOLIOT_VALUE_EXT ? value->detail : 0),
                          foliot_hash_bytes (_foliot_value_text (value), value->n_bytes));
}

/* Zero means "not yet known", so a content whose hash is zero has the hash one. */
static inline guint64
remember_hash (const FoliotValue *value, guint64 hash)
{
  hash = hash != 0 ? hash : 1;
  if (value->ref_count < FOLIOT_VALUE_IMMORTAL)
    ((FoliotValue *) value)->hash = hash;
  return hash;
}

static guint64
hash_string (const FoliotValue *value)
{
  return value->hash != 0 ? value->hash : remember_hash (value, hash_text (value));
}

static guint64
hash_object (const FoliotValue *value)
{
  const char *name = g_type_name (value->type);
  FoliotObjectHashFunc hash = _foliot_value_object_funcs (value->type)->hash;
  guint64 of_type = foliot_hash_mix (hash_head (value->kind, 0), foliot_hash_bytes (name, strlen (name)));

  return hash != NULL ? foliot_hash_mix (of_type, hash (value->instance)) : of_type;
}

static guint64
hash_leaf (const FoliotValue *value)
{
  switch ((FoliotValueKind) value->kind)
    {
    case FOLIOT_VALUE_NULL:
      return foliot_hash_mix (hash_head (value->kind, 0), 0);
    case FOLIOT_VALUE_BOOL:
    case FOLIOT_VALUE_INT:
    case FOLIOT_VALUE_DOUBLE:
      return foliot_hash_mix (hash_head (value->kind, value->detail), value->natural);
    case FOLIOT_VALUE_STRING:
      return hash_string (value);
    case FOLIOT_VALUE_BIGINT:
    case FOLIOT_VALUE_BYTES:
    case FOLIOT_VALUE_EXT:
      return hash_text (value);
    case FOLIOT_VALUE_DATE:
      return foliot_hash_mix (
          foliot_hash_mix (hash_head (value->kind, 0), (guint64) value->date.microseconds),
          (guint64) (gint64) value->date.offset_s);
    case FOLIOT_VALUE_OBJECT:
      return hash_object (value);
    case FOLIOT_VALUE_LIST:
    case FOLIOT_VALUE_MAP:
      break;
    }
  g_assert_not_reached ();
}

static guint64
hash_number_key (const FoliotValue *value)
{
  char digits[FOLIOT_DOUBLE_INTEGER_SIZE];
  FoliotValue as_int;

  if (number_as_int (value, &as_int))
    return hash_leaf (&as_int);
  if (is_big_double (value))
    return foliot_hash_mix (hash_head (FOLIOT_VALUE_BIGINT, 0),
                            foliot_hash_bytes (digits, double_as_digits (value->real, digits)));
  return hash_leaf (value);
}

static inline guint64
hash_container_head (const FoliotValue *value)
{
  return FOLIOT_HASH_CONTAINER (value->kind, value->n_items);
}

/* What lies no deeper than this is hashed by recursion, which is twice as fast; 16 frames are about a kilobyte. */
#define SHALLOW 16

static guint64 hash_shallow (const FoliotValue *value);

/* The usual items, numbers and what has a hash already, are hashed where they are met. */
static inline guint64
hash_item (const FoliotValue *item)
{
  if (item->kind == FOLIOT_VALUE_INT || item->kind == FOLIOT_VALUE_DOUBLE)
    return foliot_hash_mix (hash_head (item->kind, item->detail), item->natural);
  if (_foliot_value_has_hash (item))
    return item->hash;
  return _foliot_value_is_container (item) ? hash_shallow (item) : hash_leaf (item);
}

static guint64
hash_shallow (const FoliotValue *value)
{
  FoliotValue **items = _foliot_value_items (value);
  guint64 hash = hash_container_head (value);

  for (guint32 i = 0; i < value->n_items; i++)
    {
      const FoliotValue *item = items[i];

      hash = foliot_hash_mix (hash, hash_item (item));
    }
  return remember_hash (value, hash);
}

/* The hash of what needs no stack of its own. */
static inline gboolean
hash_at_once (const FoliotValue *value, Sense sense, guint64 *out_hash)
{
  if (_foliot_value_is_container (value))
    {
      if (sense == AS_KEY || (value->hash == 0 && value->depth > SHALLOW))
        return FALSE;
      *out_hash = value->hash != 0 ? value->hash : hash_shallow (value);
      return TRUE;
    }
  *out_hash = sense == AS_KEY && is_number_key (value) ? hash_number_key (value) : hash_leaf (value);
  return TRUE;
}

/* Adds the hash of a finished item to the container on top of the stack, if there is one. */
static void
walk_add_hash (Walk *walk, guint64 hash)
{
  Frame *frame;

  if (walk->n_frames == 0)
    return;
  frame = &walk->frames[walk->n_frames - 1];
  frame->hash = foliot_hash_mix (frame->hash, hash);
  frame->next_item++;
}

static guint64
hash_in_sense (const FoliotValue *value, Sense sense)
{
  guint64 hash = 0;
  Walk walk;

  if (hash_at_once (value, sense, &hash))
    return hash;
  walk_init (&walk);
  walk_push (&walk, value, NULL, hash_container_head (value));
  while (walk.n_frames > 0)
    {
      Frame *frame = &walk.frames[walk.n_frames - 1];
      const FoliotValue *item;

      if (frame->next_item == frame->a->n_items)
        {
          hash = sense == BY_CONTENT ? remember_hash (frame->a, frame->hash) : frame->hash;
          walk.n_frames--;
          walk_add_hash (&walk, hash);
          continue;
        }
      item = _foliot_value_items (frame->a)[frame->next_item];
      if (hash_at_once (item, sense, &hash))
        walk_add_hash (&walk, hash);
      else
        walk_push (&walk, item, NULL, hash_container_head (item));
    }
  walk_clear (&walk);
  return hash;
}

guint64
foliot_value_hash (const FoliotValue *value)
{
  g_return_val_if_fail (value != NULL, 0);
  if (_foliot_value_is_container (value) && value->depth > SHALLOW)
    return hash_in_sense (value, BY_CONTENT);
  return hash_item (value);
}

guint64
_foliot_value_key_hash (const FoliotValue *value)
{
  return hash_in_sense (value, AS_KEY);
}

/* ---- maps ---- */

/* Up to this many pairs are compared with each other; more get an index. */
#define FEW_PAIRS 8

/* Of two equal keys: the value at @from goes to @to, the rest is released. */
static void
replace_pair (FoliotValue **pairs, gsize to, gsize from)
{
  foliot_value_unref (pairs[2 * from]);
  foliot_value_unref (pairs[2 * to + 1]);
  pairs[2 * to + 1] = pairs[2 * from + 1];
}

static void
keep_pair (FoliotValue **pairs, gsize to, gsize from)
{
  pairs[2 * to] = pairs[2 * from];
  pairs[2 * to + 1] = pairs[2 * from + 1];
}

/* The usual keys, texts of different lengths or beginnings, are told apart without a call. */
static inline gboolean
keys_equal (const FoliotValue *a, const FoliotValue *b)
{
  if (a->kind == FOLIOT_VALUE_STRING && b->kind == FOLIOT_VALUE_STRING
      && (a->n_bytes != b->n_bytes || _foliot_value_text (a)[0] != _foliot_value_text (b)[0]))
    return FALSE;
  return _foliot_value_key_equal (a, b);
}

static gsize
unite_few (FoliotValue **pairs, gsize n_pairs)
{
  gsize n_left = 0;

  for (gsize i = 0; i < n_pairs; i++)
    {
      gsize at = 0;

      while (at < n_left && !keys_equal (pairs[2 * at], pairs[2 * i]))
        at++;
      if (at < n_left)
        replace_pair (pairs, at, i);
      else
        keep_pair (pairs, n_left++, i);
    }
  return n_left;
}

typedef struct
{
  guint32 hash;  /* the high half; the low half chose the place */
  guint32 place; /* of the pair, plus one; 0 is free */
} Slot;

/* An open-addressed index with at most half of its slots taken; it lives as long as the call. */
static gsize
unite_many (FoliotValue **pairs, gsize n_pairs)
{
  gsize n_slots = (gsize) 1 << g_bit_storage (2 * n_pairs - 1);
  g_autofree Slot *slots = g_new0 (Slot, n_slots);
  gsize n_left = 0;

  for (gsize i = 0; i < n_pairs; i++)
    {
      guint64 hash = _foliot_value_key_hash (pairs[2 * i]);
      guint32 high = hash >> 32;
      gsize at = hash & (n_slots - 1);

      while (slots[at].place != 0
             && (slots[at].hash != high || !keys_equal (pairs[2 * (slots[at].place - 1)], pairs[2 * i])))
        at = (at + 1) & (n_slots - 1);
      if (slots[at].place != 0)
        {
          replace_pair (pairs, slots[at].place - 1, i);
          continue;
        }
      slots[at] = (Slot){ .hash = high, .place = n_left + 1 };
      keep_pair (pairs, n_left++, i);
    }
  return n_left;
}

gsize
_foliot_value_unite_keys (FoliotValue **pairs, gsize n_pairs)
{
  g_assert (n_pairs <= G_MAXUINT32 / 2);
  return n_pairs <= FEW_PAIRS ? unite_few (pairs, n_pairs) : unite_many (pairs, n_pairs);
}
