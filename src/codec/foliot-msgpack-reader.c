/* SPDX-License-Identifier: MIT */
#include "codec/foliot-msgpack-private.h"

#include "base/foliot-value-private.h"
#include "codec/foliot-codec-private.h"
#include "codec/foliot-key-cache-private.h"
#include "codec/foliot-stack-private.h"

/*
 * Our own reader, because msgpack-c's stops at 32 levels, reserves what a length announces, and takes invalid UTF-8.
 * Here an announced length is first compared with the bytes that are left: each item needs at least one.
 */

typedef struct
{
  const guint8 *start;
  const guint8 *cursor;
  const guint8 *end;
  const FoliotLimits *limits;
  gsize n_items;
  FoliotStack stack;
  FoliotKeyCache keys;
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
  guint64 number = 0;

  if (!need (reader, n_bytes, error))
    return FALSE;
  for (guint i = 0; i < n_bytes; i++)
    number = number << 8 | reader->cursor[i];
  reader->cursor += n_bytes;
  *out = number;
  return TRUE;
}

/* Whether the next value is a map key. */
static inline gboolean
is_key (FoliotStack *stack)
{
  FoliotFrame *frame = stack->n_frames > 0 ? _foliot_stack_top (stack) : NULL;

  return frame != NULL && frame->kind == FOLIOT_VALUE_MAP && (frame->index & 1) == 0;
}

static FoliotValue *
read_string (Reader *reader, guint64 length, GError **error)
{
  const guint8 *text = reader->cursor;
  gboolean key = is_key (&reader->stack);
  FoliotValue *value;

  if (!need (reader, length, error))
    return NULL;
  reader->cursor += length;
  value = key ? _foliot_key_cache_get (&reader->keys, text, length) : NULL;
  if (value != NULL)
    return value;
  value = foliot_value_new_string_checked ((const char *) text, length, FALSE);
  if (value == NULL)
    fail (reader, text, FOLIOT_CODEC_ERROR_UTF8, "invalid UTF-8 in the text", error);
  else if (key)
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
static FoliotValue *
read_scalar (Reader *reader, guint8 head, GError **error)
{
  guint64 length = 0;

  if (head < 0x80 || head >= 0xe0)
    return foliot_value_new_int ((gint8) head);
  if ((head & 0xe0) == 0xa0)
    return read_string (reader, head & 0x1f, error);
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
      return take_number (reader, 1u << (head - 0xd9), &length, error) ? read_string (reader, length, error)
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

static gboolean
open_container (Reader *reader, guint8 head, GError **error)
{
  const FoliotLimits *limits = reader->limits;
  FoliotValueKind kind;
  guint64 length;

  if (!read_container_head (reader, head, &kind, &length, error))
    return FALSE;
  reader->n_items += length;
  if (reader->n_items > limits->max_items)
    {
      _foliot_codec_set_items_error (error, limits->max_items);
      return FALSE;
    }
  if (reader->stack.n_frames >= limits->max_depth)
    {
      _foliot_codec_set_depth_error (error, limits->max_depth);
      return FALSE;
    }
  if (kind == FOLIOT_VALUE_MAP)
    length *= 2;
  return need (reader, length, error) && _foliot_stack_push_frame (&reader->stack, NULL, kind, length, error);
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

/* Takes a value that is complete, and closes the containers that it completes. */
static gboolean
add_value (Reader *reader, FoliotValue *value, GError **error)
{
  FoliotStack *stack = &reader->stack;

  for (;;)
    {
      FoliotFrame *frame;

      if (!_foliot_stack_push_value (stack, value, error))
        return FALSE;
      if (stack->n_frames == 0)
        return TRUE;
      frame = _foliot_stack_top (stack);
      if (_foliot_value_is_container (value) && is_key (stack) && !check_key (reader, value, error))
        return FALSE;
      if (++frame->index < frame->length)
        return TRUE;
      value = _foliot_stack_pop_container (stack);
    }
}

static inline gboolean
is_container_head (guint8 head)
{
  return (head & 0xe0) == 0x80 || (head >= 0xdc && head <= 0xdf);
}

static gboolean
read_value (Reader *reader, GError **error)
{
  do
    {
      FoliotValue *value;
      guint8 head;

      if (!need (reader, 1, error))
        return FALSE;
      head = *reader->cursor++;
      if (is_container_head (head))
        {
          if (!open_container (reader, head, error))
            return FALSE;
          if (_foliot_stack_top (&reader->stack)->length > 0)
            continue;
          value = _foliot_stack_pop_container (&reader->stack);
        }
      else
        value = read_scalar (reader, head, error);
      if (value == NULL || !add_value (reader, value, error))
        return FALSE;
    }
  while (reader->stack.n_frames > 0);
  if (reader->cursor != reader->end)
    return fail (reader, reader->cursor, FOLIOT_CODEC_ERROR_TRAILING, "extra data", error);
  return TRUE;
}

FoliotValue *
_foliot_msgpack_read (const guint8 *data, gsize length, const FoliotLimits *limits, GError **error)
{
  Reader reader;
  FoliotValue *value = NULL;

  reader.start = reader.cursor = data;
  reader.end = data + length;
  reader.limits = limits;
  reader.n_items = 1;
  _foliot_stack_init (&reader.stack);
  _foliot_key_cache_init (&reader.keys);
  if (read_value (&reader, error))
    value = reader.stack.values[--reader.stack.n_values];
  _foliot_stack_clear (&reader.stack);
  _foliot_key_cache_clear (&reader.keys);
  return value;
}
