/* SPDX-License-Identifier: MIT */
#include "codec/foliot-msgpack-private.h"

#include "base/foliot-value-private.h"
#include "codec/foliot-codec-private.h"
#include "codec/foliot-key-cache-private.h"
#include "codec/foliot-stack-private.h"

/*
 * Our own reader, because msgpack-c's stops at 32 levels, reserves what a length announces, and takes invalid UTF-8.
 *
 * Lengths come before items, so a container is filled where it will stay. What is reserved for it is bounded by what
 * has come: each item that is still owed, to it and to all containers around it, needs at least one of the bytes left.
 */

typedef struct
{
  const guint8 *start;
  const guint8 *cursor;
  const guint8 *end;
  const FoliotLimits *limits;
  gsize n_items;
  FoliotKeyCache keys;
  /* The open containers around the one that is being filled. */
  FoliotFilling *outer;
  gsize n_outer;
  gsize outer_capacity;
  gsize n_owed; /* items that they wait for, without the one in which the next begins */
  FoliotFilling first_outer[12];
} Reader;

static gboolean
fail (Reader *reader, const guint8 *at, FoliotCodecError code, const char *what, GError **error)
{
  g_set_error (error, FOLIOT_CODEC_ERROR, code, "MsgPack: %s at byte %" G_GSIZE_FORMAT, what,
               (gsize) (at - reader->start));
  return FALSE;
}

static inline gboolean
need (Reader *reader, gsize n_bytes, GError **error)
{
  if (G_LIKELY ((gsize) (reader->end - reader->cursor) >= n_bytes))
    return TRUE;
  return fail (reader, reader->end, FOLIOT_CODEC_ERROR_TRUNCATED, "the data ends too early", error);
}

/* A big-endian number of 1, 2, 4 or 8 bytes. */
static inline gboolean
take_number (Reader *reader, guint n_bytes, guint64 *out, GError **error)
{
  guint16 two;
  guint32 four;
  guint64 eight;

  if (!need (reader, n_bytes, error))
    return FALSE;
  switch (n_bytes)
    {
    case 1:
      *out = reader->cursor[0];
      break;
    case 2:
      memcpy (&two, reader->cursor, sizeof two);
      *out = GUINT16_FROM_BE (two);
      break;
    case 4:
      memcpy (&four, reader->cursor, sizeof four);
      *out = GUINT32_FROM_BE (four);
      break;
    default:
      memcpy (&eight, reader->cursor, sizeof eight);
      *out = GUINT64_FROM_BE (eight);
    }
  reader->cursor += n_bytes;
  return TRUE;
}

static FoliotValue *
read_string (Reader *reader, guint64 length, gboolean is_key, GError **error)
{
  const guint8 *text = reader->cursor;
  FoliotValue *value;

  if (!need (reader, length, error))
    return NULL;
  reader->cursor += length;
  value = is_key ? _foliot_key_cache_get (&reader->keys, text, length) : NULL;
  if (value != NULL)
    return value;
  value = foliot_value_new_string_checked ((const char *) text, length, FALSE);
  if (value == NULL)
    fail (reader, text, FOLIOT_CODEC_ERROR_UTF8, "invalid UTF-8 in the text", error);
  else if (is_key)
    _foliot_key_cache_put (&reader->keys, value);
  return value;
}

static FoliotValue *
read_bytes (Reader *reader, guint64 length, GError **error)
{
  if (!need (reader, length, error))
    return NULL;
  reader->cursor += length;
  return foliot_value_new_bytes (reader->cursor - length, length);
}

static FoliotValue *
read_ext (Reader *reader, guint64 length, GError **error)
{
  guint8 code;

  if (!need (reader, length + 1, error))
    return NULL;
  code = reader->cursor[0];
  if (code > 127)
    {
      fail (reader, reader->cursor, FOLIOT_CODEC_ERROR_UNSUPPORTED, "extension with a negative code", error);
      return NULL;
    }
  reader->cursor += length + 1;
  return foliot_value_new_ext (code, reader->cursor - length, length);
}

/* @size: bytes of the float. */
static FoliotValue *
read_float (Reader *reader, guint size, GError **error)
{
  guint64 bits;
  double real;

  if (!take_number (reader, size, &bits, error))
    return NULL;
  if (size == 4)
    {
      guint32 half = (guint32) bits;
      float single;

      memcpy (&single, &half, sizeof single);
      real = (double) single;
    }
  else
    memcpy (&real, &bits, sizeof real);
  return foliot_value_new_double (real);
}

static FoliotValue *
read_int (Reader *reader, guint8 head, GError **error)
{
  guint size = 1u << (head & 3);
  guint64 bits;

  if (!take_number (reader, size, &bits, error))
    return NULL;
  if (head < 0xd0)
    return foliot_value_new_uint (bits);
  return foliot_value_new_int ((gint64) (bits << (64 - 8 * size)) >> (64 - 8 * size));
}

/* Everything but lists and maps. */
static inline FoliotValue *
read_scalar (Reader *reader, guint8 head, gboolean is_key, GError **error)
{
  guint64 length = 0;

  if (head < 0x80 || head >= 0xe0)
    return foliot_value_new_int ((gint8) head);
  if ((head & 0xe0) == 0xa0)
    return read_string (reader, head & 0x1f, is_key, error);
  switch (head)
    {
    case 0xc0:
      return foliot_value_new_null ();
    case 0xc2:
    case 0xc3:
      return foliot_value_new_bool (head == 0xc3);
    case 0xc4:
    case 0xc5:
    case 0xc6:
      return take_number (reader, 1u << (head - 0xc4), &length, error) ? read_bytes (reader, length, error)
                                                                       : NULL;
    case 0xc7:
    case 0xc8:
    case 0xc9:
      return take_number (reader, 1u << (head - 0xc7), &length, error) ? read_ext (reader, length, error)
                                                                       : NULL;
    case 0xca:
    case 0xcb:
      return read_float (reader, head == 0xca ? 4 : 8, error);
    case 0xcc:
    case 0xcd:
    case 0xce:
    case 0xcf:
    case 0xd0:
    case 0xd1:
    case 0xd2:
    case 0xd3:
      return read_int (reader, head, error);
    case 0xd4:
    case 0xd5:
    case 0xd6:
    case 0xd7:
    case 0xd8:
      return read_ext (reader, 1u << (head - 0xd4), error);
    case 0xd9:
    case 0xda:
    case 0xdb:
      return take_number (reader, 1u << (head - 0xd9), &length, error)
                 ? read_string (reader, length, is_key, error)
                 : NULL;
    default:
      fail (reader, reader->cursor - 1, FOLIOT_CODEC_ERROR_SYNTAX, "unknown head 0xc1", error);
      return NULL;
    }
}

/* Whether @head opens a list or map, and how long it is announced to be. */
static gboolean
read_container_head (Reader *reader, guint8 head, FoliotValueKind *out_kind, guint64 *out_length,
                     GError **error)
{
  gboolean is_map = (head & 0xf0) == 0x80 || head >= 0xde;

  *out_kind = is_map ? FOLIOT_VALUE_MAP : FOLIOT_VALUE_LIST;
  if (head < 0xa0)
    {
      *out_length = head & 0x0f;
      return TRUE;
    }
  return take_number (reader, (head & 1) ? 4 : 2, out_length, error);
}

/* Leaves the container that is being filled, if there is one, for one of @n_items inside it. */
static gboolean
begin_filling (Reader *reader, FoliotFilling *filling, FoliotValueKind kind, guint32 n_items, GError **error)
{
  if (filling->value != NULL)
    {
      if (G_UNLIKELY (reader->n_outer == reader->outer_capacity))
        {
          FoliotFilling *grown = _foliot_stack_grow (reader->outer, reader->first_outer,
                                                     &reader->outer_capacity, sizeof (FoliotFilling), error);

          if (grown == NULL)
            return FALSE;
          reader->outer = grown;
        }
      reader->outer[reader->n_outer++] = *filling;
      reader->n_owed += (gsize) (filling->end - filling->next) - 1;
      filling->value = NULL;
    }
  if (G_LIKELY (_foliot_filling_begin (filling, kind, n_items)))
    return TRUE;
  _foliot_codec_set_memory_error (error, n_items * sizeof (FoliotValue *));
  return FALSE;
}

/* Returns: the container that was filled; @filling is again the one around it, or none. */
static FoliotValue *
end_filling (Reader *reader, FoliotFilling *filling)
{
  FoliotValue *value = _foliot_filling_end (filling);

  filling->value = NULL;
  if (reader->n_outer > 0)
    {
      *filling = reader->outer[--reader->n_outer];
      reader->n_owed -= (gsize) (filling->end - filling->next) - 1;
    }
  return value;
}

/* @out_empty: the container if it has no items; NULL if it is the one to fill now. */
static gboolean
open_container (Reader *reader, FoliotFilling *filling, guint8 head, FoliotValue **out_empty, GError **error)
{
  FoliotValueKind kind;
  guint64 length;

  if (!read_container_head (reader, head, &kind, &length, error))
    return FALSE;
  reader->n_items += length;
  if (!_foliot_codec_check_container (reader->limits, reader->n_items,
                                      reader->n_outer + (filling->value != NULL), error))
    return FALSE;
  if (length == 0)
    {
      *out_empty
          = kind == FOLIOT_VALUE_MAP ? foliot_value_new_map (NULL, 0) : foliot_value_new_list (NULL, 0);
      return TRUE;
    }
  *out_empty = NULL;
  if (kind == FOLIOT_VALUE_MAP)
    length *= 2;
  return need (reader, length + reader->n_owed, error)
         && begin_filling (reader, filling, kind, (guint32) MIN (length, G_MAXUINT32), error);
}

/*
 * Whether @key has a map inside, which Python cannot hash. An envelope passes: it will be an object. Maps inside keys
 * inside keys were refused before, so each key is walked once.
 */
static gboolean
check_key (Reader *reader, FoliotValue *key, GError **error)
{
  g_auto (FoliotStack) stack;

  _foliot_stack_init (&stack);
  if (!_foliot_stack_push_value (&stack, _foliot_value_ref (key), error))
    return FALSE;
  while (stack.n_values > 0)
    {
      g_autoptr (FoliotValue) part = stack.values[--stack.n_values];

      if (part->kind == FOLIOT_VALUE_MAP && foliot_value_lookup (part, FOLIOT_ENVELOPE_KEY) == NULL)
        return fail (reader, reader->cursor, FOLIOT_CODEC_ERROR_UNSUPPORTED, "a map as map key, which ended",
                     error);
      if (part->kind != FOLIOT_VALUE_LIST || part->depth < 2)
        continue;
      for (guint32 i = 0; i < part->n_items; i++)
        {
          FoliotValue *item = _foliot_value_items (part)[i];

          if (_foliot_value_is_container (item)
              && !_foliot_stack_push_value (&stack, _foliot_value_ref (item), error))
            return FALSE;
        }
    }
  return TRUE;
}

static inline gboolean
is_container_head (guint8 head)
{
  return (head & 0xe0) == 0x80 || (head >= 0xdc && head <= 0xdf);
}

/* Puts a value that is complete where it belongs, and closes the containers that it completes. @value: taken. */
static inline gboolean
add_value (Reader *reader, FoliotFilling *filling, FoliotValue *value, FoliotValue **out_root, GError **error)
{
  while (filling->value != NULL)
    {
      gboolean is_key = _foliot_value_is_container (value) && _foliot_filling_at_key (filling);

      _foliot_filling_add (filling, value);
      if (G_UNLIKELY (is_key) && !check_key (reader, value, error))
        return FALSE;
      if (G_LIKELY (filling->next < filling->end))
        return TRUE;
      value = end_filling (reader, filling);
    }
  *out_root = value;
  return TRUE;
}

/* Returns: the next value, if it is one without items; or what opens one with items and then NULL. */
static inline gboolean
read_next (Reader *reader, FoliotFilling *filling, FoliotValue **out_value, GError **error)
{
  guint8 head;

  if (!need (reader, 1, error))
    return FALSE;
  head = *reader->cursor++;
  if (is_container_head (head))
    return open_container (reader, filling, head, out_value, error);
  *out_value = read_scalar (reader, head, filling->value != NULL && _foliot_filling_at_key (filling), error);
  return *out_value != NULL;
}

/* Returns: (transfer full) (nullable): the one value that the data is */
static FoliotValue *
read_root (Reader *reader, GError **error)
{
  FoliotFilling filling = { NULL, NULL, NULL };
  FoliotValue *root = NULL, *value;

  do
    {
      if (!read_next (reader, &filling, &value, error)
          || (value != NULL && !add_value (reader, &filling, value, &root, error)))
        break;
    }
  while (root == NULL);
  if (filling.value != NULL)
    _foliot_filling_abandon (&filling);
  if (root == NULL || reader->cursor == reader->end)
    return root;
  fail (reader, reader->cursor, FOLIOT_CODEC_ERROR_TRAILING, "extra data", error);
  _foliot_value_unref (root);
  return NULL;
}

FoliotValue *
_foliot_msgpack_read (const guint8 *data, gsize length, const FoliotLimits *limits, GError **error)
{
  Reader reader;
  FoliotValue *value;

  reader.start = reader.cursor = data;
  reader.end = data + length;
  reader.limits = limits;
  reader.n_items = 1;
  reader.outer = reader.first_outer;
  reader.n_outer = reader.n_owed = 0;
  reader.outer_capacity = G_N_ELEMENTS (reader.first_outer);
  _foliot_key_cache_init (&reader.keys);
  value = read_root (&reader, error);
  while (reader.n_outer > 0)
    _foliot_filling_abandon (&reader.outer[--reader.n_outer]);
  if (reader.outer != reader.first_outer)
    g_free (reader.outer);
  _foliot_key_cache_clear (&reader.keys);
  return value;
}
