/* SPDX-License-Identifier: MIT */
#include "codec/foliot-msgpack-private.h"

#include "base/foliot-value-private.h"
#include "codec/foliot-codec-private.h"
#include "codec/foliot-sink-private.h"
#include "codec/foliot-stack-private.h"

/*
 * The shortest form of each integer and length, doubles always as float64: byte for byte what msgpack-python writes.
 * Written here and not with msgpack-c, whose packer calls back for each token to append it.
 */

static inline void
put_8 (FoliotSink *sink, guint head, guint64 number)
{
  sink->cursor[0] = (guint8) head;
  sink->cursor[1] = (guint8) number;
  sink->cursor += 2;
}

static inline void
put_16 (FoliotSink *sink, guint head, guint64 number)
{
  guint16 swapped = GUINT16_TO_BE ((guint16) number);

  sink->cursor[0] = (guint8) head;
  memcpy (sink->cursor + 1, &swapped, 2);
  sink->cursor += 3;
}

static inline void
put_32 (FoliotSink *sink, guint head, guint64 number)
{
  guint32 swapped = GUINT32_TO_BE ((guint32) number);

  sink->cursor[0] = (guint8) head;
  memcpy (sink->cursor + 1, &swapped, 4);
  sink->cursor += 5;
}

static inline void
put_64 (FoliotSink *sink, guint head, guint64 number)
{
  guint64 swapped = GUINT64_TO_BE (number);

  sink->cursor[0] = (guint8) head;
  memcpy (sink->cursor + 1, &swapped, 8);
  sink->cursor += 9;
}

static void
put_natural (FoliotSink *sink, guint64 number)
{
  if (number < 0x80)
    *sink->cursor++ = (guint8) number;
  else if (number <= 0xff)
    put_8 (sink, 0xcc, number);
  else if (number <= 0xffff)
    put_16 (sink, 0xcd, number);
  else if (number <= 0xffffffff)
    put_32 (sink, 0xce, number);
  else
    put_64 (sink, 0xcf, number);
}

static void
put_negative (FoliotSink *sink, gint64 number)
{
  if (number >= -32)
    *sink->cursor++ = (guint8) number;
  else if (number >= G_MININT8)
    put_8 (sink, 0xd0, (guint64) number);
  else if (number >= G_MININT16)
    put_16 (sink, 0xd1, (guint64) number);
  else if (number >= G_MININT32)
    put_32 (sink, 0xd2, (guint64) number);
  else
    put_64 (sink, 0xd3, (guint64) number);
}

/* A head with a length: @few is the form whose head byte holds lengths below @n_few; no form of 8 bits if @head_8 is 0. */
static void
put_length (FoliotSink *sink, gsize length, guint few, guint n_few, guint head_8, guint head_16)
{
  if (length < n_few)
    *sink->cursor++ = (guint8) (few | length);
  else if (head_8 != 0 && length <= 0xff)
    put_8 (sink, head_8, length);
  else if (length <= 0xffff)
    put_16 (sink, head_16, length);
  else
    put_32 (sink, head_16 + 1, length);
}

static void
put_ext_head (FoliotSink *sink, gsize length, guint8 code)
{
  if (length == 1 || length == 2 || length == 4 || length == 8 || length == 16)
    *sink->cursor++ = (guint8) (0xd4 + g_bit_nth_lsf (length, -1));
  else
    put_length (sink, length, 0, 0, 0xc7, 0xc8);
  *sink->cursor++ = code;
}

/* A length of 2^32 or more has no form; no limit lets it come here. The caller has reserved what the head takes. */
static gboolean
write_data (FoliotSink *sink, const FoliotValue *value, GError **error)
{
  gsize length = value->n_bytes;

  if (value->kind == FOLIOT_VALUE_STRING)
    put_length (sink, length, 0xa0, 32, 0xd9, 0xda);
  else if (value->kind == FOLIOT_VALUE_BYTES)
    put_length (sink, length, 0, 0, 0xc4, 0xc5);
  else
    put_ext_head (sink, length, value->detail);
  if (!_foliot_sink_reserve (sink, length, error))
    return FALSE;
  _foliot_sink_put (sink, _foliot_value_text (value), length);
  return TRUE;
}

static gboolean
write_scalar (FoliotSink *sink, const FoliotValue *value, GError **error)
{
  if (!_foliot_sink_reserve (sink, 16, error))
    return FALSE;
  switch ((FoliotValueKind) value->kind)
    {
    case FOLIOT_VALUE_NULL:
      *sink->cursor++ = 0xc0;
      return TRUE;
    case FOLIOT_VALUE_BOOL:
      *sink->cursor++ = value->integer != 0 ? 0xc3 : 0xc2;
      return TRUE;
    case FOLIOT_VALUE_INT:
      if (value->detail == 0 && value->integer < 0)
        put_negative (sink, value->integer);
      else
        put_natural (sink, value->natural);
      return TRUE;
    case FOLIOT_VALUE_DOUBLE:
      put_64 (sink, 0xcb, value->natural);
      return TRUE;
    case FOLIOT_VALUE_STRING:
      if (value->traits & FOLIOT_VALUE_HAS_SURROGATE)
        break;
      return write_data (sink, value, error);
    case FOLIOT_VALUE_BYTES:
    case FOLIOT_VALUE_EXT:
      return write_data (sink, value, error);
    default:
      break;
    }
  _foliot_codec_set_not_plain_error (error, value);
  return FALSE;
}

static gboolean
open_container (FoliotSink *sink, FoliotStack *stack, FoliotValue *value, const FoliotLimits *limits,
                gsize *n_items, GError **error)
{
  gboolean is_list = value->kind == FOLIOT_VALUE_LIST;
  gsize length;

  if (!_foliot_sink_open (sink, 8, stack->n_frames, value, limits, n_items, &length, error))
    return FALSE;
  put_length (sink, length, is_list ? 0x90 : 0x80, 16, 0, is_list ? 0xdc : 0xde);
  if (length == 0)
    return TRUE;
  return _foliot_stack_push_frame (stack, _foliot_value_ref (value), value->kind, value->n_items, error);
}

/* The next value to write, from the innermost container that has one; NULL at the end. */
static FoliotValue *
next_child (FoliotStack *stack)
{
  while (stack->n_frames > 0)
    {
      FoliotFrame *frame = _foliot_stack_top (stack);

      if (frame->index < frame->length)
        return _foliot_value_items (frame->value)[frame->index++];
      _foliot_value_unref (frame->value);
      stack->n_frames--;
    }
  return NULL;
}

static gboolean
write_value (FoliotSink *sink, FoliotValue *value, const FoliotLimits *limits, GError **error)
{
  g_auto (FoliotStack) stack;
  gsize n_items = 1;

  _foliot_stack_init (&stack);
  for (; value != NULL; value = next_child (&stack))
    if (!(_foliot_value_is_container (value) ? open_container (sink, &stack, value, limits, &n_items, error)
                                             : write_scalar (sink, value, error)))
      return FALSE;
  return TRUE;
}

gboolean
_foliot_msgpack_write (FoliotValue *value, const FoliotLimits *limits, GByteArray *out, GError **error)
{
  FoliotSink sink;

  _foliot_sink_init (&sink, out, limits);
  return _foliot_sink_finish (&sink, write_value (&sink, value, limits, error), error);
}
