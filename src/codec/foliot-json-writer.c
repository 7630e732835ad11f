/* SPDX-License-Identifier: MIT */
#include "codec/foliot-json-private.h"

#include <math.h>

#include "base/foliot-value-private.h"
#include "codec/foliot-codec-private.h"
#include "codec/foliot-stack-private.h"

/*
 * Byte for byte what `json.dumps` writes: separators `", "` and `": "`, ASCII only, shortest doubles. Strings are
 * copied in runs: a table says for each byte whether it stands for itself.
 */

/* Bytes of a string that are looked at per reservation; one byte becomes six at most. */
#define CHUNK 512

/* What a byte becomes in a string: 0 itself, 1 \u00XX, 2 part of a longer character, else the letter after the \. */
#define U4(x)  x, x, x, x
#define U16(x) U4 (x), U4 (x), U4 (x), U4 (x)
static const guint8 escapes[256] = {
  1,       1,       1,       1,       1,       1,       1,       1,       'b',
  't',     'n',     1,       'f',     'r',     1,       1,       U16 (1), /* 0x00 */
  0,       0,       '"',     0,       U4 (0),  U4 (0),  U4 (0),  U16 (0), /* 0x20 */
  U16 (0), U4 (0),  U4 (0),  U4 (0),  '\\',    0,       0,       0,       /* 0x40 */
  U16 (0), U4 (0),  U4 (0),  U4 (0),  0,       0,       0,       1,       /* 0x60 */
  U16 (2), U16 (2), U16 (2), U16 (2), U16 (2), U16 (2), U16 (2), U16 (2),
};
#undef U4
#undef U16

static const char digit_pairs[]
    = "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
      "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
      "8081828384858687888990919293949596979899";

static guint8 *
put_escape (guint8 *cursor, guint code_unit)
{
  static const char hex[] = "0123456789abcdef";

  cursor[0] = '\\';
  cursor[1] = 'u';
  cursor[2] = (guint8) hex[code_unit >> 12];
  cursor[3] = (guint8) hex[(code_unit >> 8) & 15];
  cursor[4] = (guint8) hex[(code_unit >> 4) & 15];
  cursor[5] = (guint8) hex[code_unit & 15];
  return cursor + 6;
}

/* @in stands at the first byte of a character of two to four bytes (valid: values hold nothing else). */
static guint8 *
put_character (guint8 *cursor, const guint8 **in)
{
  const guint8 *p = *in;
  guint c;

  if (p[0] < 0xe0)
    {
      *in = p + 2;
      return put_escape (cursor, (guint) ((p[0] & 0x1f) << 6 | (p[1] & 0x3f)));
    }
  if (p[0] < 0xf0)
    {
      *in = p + 3;
      return put_escape (cursor, (guint) ((p[0] & 0x0f) << 12 | (p[1] & 0x3f) << 6 | (p[2] & 0x3f)));
    }
  *in = p + 4;
  c = (guint) ((p[0] & 0x07) << 18 | (p[1] & 0x3f) << 12 | (p[2] & 0x3f) << 6 | (p[3] & 0x3f)) - 0x10000;
  cursor = put_escape (cursor, 0xd800 + (c >> 10));
  return put_escape (cursor, 0xdc00 + (c & 0x3ff));
}

gboolean
_foliot_json_write_string (FoliotSink *sink, const char *text, gsize length, GError **error)
{
  const guint8 *in = (const guint8 *) text;
  const guint8 *end = in + length;

  if (!_foliot_sink_reserve (sink, 2, error))
    return FALSE;
  *sink->cursor++ = '"';
  while (in < end)
    {
      const guint8 *chunk_end = (gsize) (end - in) > CHUNK ? in + CHUNK : end;
      guint8 *cursor;

      if (!_foliot_sink_reserve (sink, 6 * (gsize) (chunk_end - in) + 32, error))
        return FALSE;
      cursor = sink->cursor;
      while (in < chunk_end)
        {
          guint8 escape = escapes[*in];

          if (G_LIKELY (escape == 0))
            *cursor++ = *in++;
          else if (escape == 1)
            cursor = put_escape (cursor, *in++);
          else if (escape == 2)
            cursor = put_character (cursor, &in);
          else
            {
              *cursor++ = '\\';
              *cursor++ = escape;
              in++;
            }
        }
      sink->cursor = cursor;
    }
  if (!_foliot_sink_reserve (sink, 1, error))
    return FALSE;
  *sink->cursor++ = '"';
  return TRUE;
}

/* At most 20 bytes. */
static guint8 *
put_unsigned (guint8 *cursor, guint64 number)
{
  char digits[20];
  guint at = sizeof digits;

  while (number >= 100)
    {
      guint pair = (guint) (number % 100) * 2;

      number /= 100;
      digits[--at] = digit_pairs[pair + 1];
      digits[--at] = digit_pairs[pair];
    }
  if (number >= 10)
    {
      digits[--at] = digit_pairs[number * 2 + 1];
      digits[--at] = digit_pairs[number * 2];
    }
  else
    digits[--at] = (char) ('0' + number);
  memcpy (cursor, digits + at, sizeof digits - at);
  return cursor + (sizeof digits - at);
}

static void
put_int (FoliotSink *sink, const FoliotValue *value)
{
  gboolean negative = value->detail == 0 && value->integer < 0;

  if (negative)
    *sink->cursor++ = '-';
  sink->cursor = put_unsigned (sink->cursor, negative ? -value->natural : value->natural);
}

static const char *
format_double (double number, char buffer[32])
{
  if (isnan (number))
    return "NaN";
  if (isinf (number))
    return number < 0 ? "-Infinity" : "Infinity";
  return foliot_double_format (number, buffer);
}

static gboolean
write_bigint (FoliotSink *sink, const FoliotValue *value, GError **error)
{
  if (!_foliot_sink_reserve (sink, value->n_bytes, error))
    return FALSE;
  _foliot_sink_put (sink, _foliot_value_text (value), value->n_bytes);
  return TRUE;
}

static gboolean
write_scalar (FoliotSink *sink, FoliotValue *value, GError **error)
{
  char buffer[32];
  const char *text;

  if (!_foliot_sink_reserve (sink, 40, error))
    return FALSE;
  switch ((FoliotValueKind) value->kind)
    {
    case FOLIOT_VALUE_NULL:
      _foliot_sink_put (sink, "null", 4);
      return TRUE;
    case FOLIOT_VALUE_BOOL:
      if (value->integer != 0)
        _foliot_sink_put (sink, "true", 4);
      else
        _foliot_sink_put (sink, "false", 5);
      return TRUE;
    case FOLIOT_VALUE_INT:
      put_int (sink, value);
      return TRUE;
    case FOLIOT_VALUE_BIGINT:
      return write_bigint (sink, value, error);
    case FOLIOT_VALUE_DOUBLE:
      text = format_double (value->real, buffer);
      _foliot_sink_put (sink, text, strlen (text));
      return TRUE;
    case FOLIOT_VALUE_STRING:
      return _foliot_json_write_string (sink, _foliot_value_text (value), value->n_bytes, error);
    default:
      _foliot_codec_set_not_plain_error (error, value);
      return FALSE;
    }
}

FoliotValue *
_foliot_json_key_to_text (FoliotValue *key, GError **error)
{
  char buffer[32];

  switch (foliot_value_get_kind (key))
    {
    case FOLIOT_VALUE_STRING:
      return foliot_value_ref (key);
    case FOLIOT_VALUE_NULL:
      return foliot_value_new_string ("null");
    case FOLIOT_VALUE_BOOL:
      return foliot_value_new_string (foliot_value_get_bool (key) ? "true" : "false");
    case FOLIOT_VALUE_INT:
    case FOLIOT_VALUE_BIGINT:
      {
        g_autofree char *digits = foliot_value_dup_decimal (key);

        return foliot_value_new_string (digits);
      }
    case FOLIOT_VALUE_DOUBLE:
      return foliot_value_new_string (format_double (foliot_value_get_double (key), buffer));
    default:
      _foliot_codec_set_key_error (error, key);
      return NULL;
    }
}

static gboolean
write_key (FoliotSink *sink, FoliotValue *key, GError **error)
{
  g_autoptr (FoliotValue) text = NULL;

  if (key->kind != FOLIOT_VALUE_STRING)
    {
      key = text = _foliot_json_key_to_text (key, error);
      if (key == NULL)
        return FALSE;
    }
  if (!_foliot_json_write_string (sink, _foliot_value_text (key), key->n_bytes, error)
      || !_foliot_sink_reserve (sink, 2, error))
    return FALSE;
  _foliot_sink_put (sink, ": ", 2);
  return TRUE;
}

static gboolean
open_container (FoliotSink *sink, FoliotStack *stack, FoliotValue *value, const FoliotLimits *limits,
                gsize *n_items, GError **error)
{
  gboolean is_list = value->kind == FOLIOT_VALUE_LIST;
  gsize length;

  if (!_foliot_sink_open (sink, 2, stack->n_frames, value, limits, n_items, &length, error))
    return FALSE;
  *sink->cursor++ = is_list ? '[' : '{';
  return _foliot_stack_push_frame (stack, _foliot_value_ref (value), value->kind, length, error);
}

/* Writes what stands before the next child of the top frame; closes frames that have none left. */
static gboolean
next_child (FoliotSink *sink, FoliotStack *stack, FoliotValue **out_child, GError **error)
{
  *out_child = NULL;
  while (stack->n_frames > 0)
    {
      FoliotFrame *frame = _foliot_stack_top (stack);
      gsize index = frame->index++;

      if (!_foliot_sink_reserve (sink, 2, error))
        return FALSE;
      if (index < frame->length)
        {
          if (index > 0)
            _foliot_sink_put (sink, ", ", 2);
          if (frame->kind == FOLIOT_VALUE_LIST)
            *out_child = _foliot_value_items (frame->value)[index];
          else if (write_key (sink, _foliot_value_items (frame->value)[2 * index], error))
            *out_child = _foliot_value_items (frame->value)[2 * index + 1];
          return *out_child != NULL;
        }
      *sink->cursor++ = frame->kind == FOLIOT_VALUE_LIST ? ']' : '}';
      _foliot_value_unref (frame->value);
      stack->n_frames--;
    }
  return TRUE;
}

static gboolean
write_value (FoliotSink *sink, FoliotValue *value, const FoliotLimits *limits, GError **error)
{
  g_auto (FoliotStack) stack;
  gsize n_items = 1;

  _foliot_stack_init (&stack);
  do
    {
      gboolean ok = _foliot_value_is_container (value)
                        ? open_container (sink, &stack, value, limits, &n_items, error)
                        : write_scalar (sink, value, error);

      if (!ok || !next_child (sink, &stack, &value, error))
        return FALSE;
    }
  while (value != NULL);
  return TRUE;
}

gboolean
_foliot_json_write (FoliotValue *value, const FoliotLimits *limits, GByteArray *out, GError **error)
{
  FoliotSink sink;

  _foliot_sink_init (&sink, out, limits);
  return _foliot_sink_finish (&sink, write_value (&sink, value, limits, error), error);
}
