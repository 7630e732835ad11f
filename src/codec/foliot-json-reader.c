/* SPDX-License-Identifier: MIT */
#include "codec/foliot-json-private.h"

#include <math.h>

#include "codec/foliot-codec-private.h"
#include "codec/foliot-key-cache-private.h"
#include "codec/foliot-stack-private.h"

/*
 * As strict and as lenient as Python's reader: NaN and infinities, integers of any size, lone surrogate escapes and
 * repeated keys are taken; byte order marks, raw control characters, leading zeros and trailing commas are not. One pass,
 * straight into values. What comes next is the whole state: a value, or whatever may follow one in the open container.
 */

typedef struct
{
  const guint8 *start;
  const guint8 *cursor;
  const guint8 *end;
  const FoliotLimits *limits;
  const guint8 *failed_at; /* NULL: at the cursor */
  gsize n_items;
  FoliotStack stack;
  FoliotKeyCache keys;
  GByteArray *scratch; /* the text of a string with escapes */
} Reader;

enum
{
  STRING_PLAIN = 0,
  STRING_SPECIAL = 1, /* quote, backslash, control */
  STRING_HIGH = 2     /* part of a character of several bytes */
};

#define U4(x)  x, x, x, x
#define U16(x) U4 (x), U4 (x), U4 (x), U4 (x)
static const guint8 string_class[256] = {
  U16 (1), U16 (1), 0,       0,       1,       0,       U4 (0),  U4 (0),  U4 (0),  U16 (0),
  U16 (0), U4 (0),  U4 (0),  U4 (0),  1,       0,       0,       0,       U16 (0), U16 (0),
  U16 (2), U16 (2), U16 (2), U16 (2), U16 (2), U16 (2), U16 (2), U16 (2),
};
#undef U4
#undef U16

static gboolean
fail (Reader *reader, const guint8 *at, FoliotCodecError code, const char *what, GError **error)
{
  reader->failed_at = at;
  g_set_error (error, FOLIOT_CODEC_ERROR, code, "JSON: %s at byte %" G_GSIZE_FORMAT, what,
               (gsize) (at - reader->start));
  return FALSE;
}

/* `[1, ]`: at the bracket that closes, behind a comma. */
static gboolean
is_behind_comma (const Reader *reader)
{
  const guint8 *p = reader->cursor;

  if (p >= reader->end || (*p != ']' && *p != '}'))
    return FALSE;
  while (p > reader->start && g_ascii_isspace (p[-1]))
    p--;
  return p > reader->start && p[-1] == ',';
}

/* @what was expected at the cursor: a syntax error, or the end came too early. */
static gboolean
fail_expecting (Reader *reader, const char *what, GError **error)
{
  g_autofree char *slip = is_behind_comma (reader) ? g_strconcat (what, " behind the comma", NULL) : NULL;

  if (slip != NULL)
    return fail (reader, reader->cursor, FOLIOT_CODEC_ERROR_SYNTAX, slip, error);
  return fail (reader, reader->cursor,
               reader->cursor >= reader->end ? FOLIOT_CODEC_ERROR_TRUNCATED : FOLIOT_CODEC_ERROR_SYNTAX, what,
               error);
}

static inline void
skip_blanks (Reader *reader)
{
  const guint8 *p = reader->cursor;

  while (p < reader->end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
    p++;
  reader->cursor = p;
}

/* One more item or pair in the open container. */
static inline gboolean
count_item (Reader *reader, GError **error)
{
  if (G_LIKELY (++reader->n_items <= reader->limits->max_items))
    return TRUE;
  _foliot_codec_set_items_error (error, reader->limits->max_items);
  return FALSE;
}

/* Four hex digits, or -1. */
static gint
read_hex4 (const guint8 *p, const guint8 *end)
{
  gint unit = 0;

  if (end - p < 4)
    return -1;
  for (guint i = 0; i < 4; i++)
    {
      gint digit = g_ascii_xdigit_value ((char) p[i]);

      if (digit < 0)
        return -1;
      unit = unit << 4 | digit;
    }
  return unit;
}

static void
append_character (GByteArray *text, guint c)
{
  guint8 utf8[4];
  guint n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

  switch (n)
    {
    case 1:
      utf8[0] = (guint8) c;
      break;
    case 2:
      utf8[0] = (guint8) (0xc0 | c >> 6);
      utf8[1] = (guint8) (0x80 | (c & 0x3f));
      break;
    case 3:
      utf8[0] = (guint8) (0xe0 | c >> 12);
      utf8[1] = (guint8) (0x80 | (c >> 6 & 0x3f));
      utf8[2] = (guint8) (0x80 | (c & 0x3f));
      break;
    default:
      utf8[0] = (guint8) (0xf0 | c >> 18);
      utf8[1] = (guint8) (0x80 | (c >> 12 & 0x3f));
      utf8[2] = (guint8) (0x80 | (c >> 6 & 0x3f));
      utf8[3] = (guint8) (0x80 | (c & 0x3f));
    }
  g_byte_array_append (text, utf8, n);
}

/* The cursor stands behind `\u`. A high surrogate takes the low one that follows it. */
static gboolean
read_unicode_escape (Reader *reader, GError **error)
{
  gint unit = read_hex4 (reader->cursor, reader->end);

  if (unit < 0)
    return fail (reader, reader->cursor, FOLIOT_CODEC_ERROR_SYNTAX, "expected four hex digits", error);
  reader->cursor += 4;
  if ((unit & 0xfc00) == 0xd800 && reader->end - reader->cursor >= 6 && reader->cursor[0] == '\\'
      && reader->cursor[1] == 'u')
    {
      gint low = read_hex4 (reader->cursor + 2, reader->end);

      if (low >= 0 && (low & 0xfc00) == 0xdc00)
        {
          unit = 0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff);
          reader->cursor += 6;
        }
    }
  append_character (reader->scratch, (guint) unit);
  return TRUE;
}

/* The cursor stands at a backslash. */
static gboolean
read_escape (Reader *reader, GError **error)
{
  static const char letters[] = "\"\\/bfnrt";
  static const char meanings[] = "\"\\/\b\f\n\r\t";
  const guint8 *at = reader->cursor;
  const char *letter;

  if (reader->end - at < 2)
    return fail (reader, at, FOLIOT_CODEC_ERROR_TRUNCATED, "unterminated string", error);
  reader->cursor += 2;
  if (at[1] == 'u')
    return read_unicode_escape (reader, error);
  letter = memchr (letters, at[1], sizeof letters - 1);
  if (letter == NULL)
    return fail (reader, at, FOLIOT_CODEC_ERROR_SYNTAX, "unknown escape", error);
  g_byte_array_append (reader->scratch, (const guint8 *) &meanings[letter - letters], 1);
  return TRUE;
}

/* The bytes up to the next quote, backslash or control character; they are valid UTF-8. */
static gboolean
scan_run (Reader *reader, GError **error)
{
  const guint8 *begin = reader->cursor;
  const guint8 *p = begin;
  guint seen = 0;
  const char *bad;

  while (p < reader->end && string_class[*p] != STRING_SPECIAL)
    seen |= string_class[*p++];
  reader->cursor = p;
  if ((seen & STRING_HIGH) && !g_utf8_validate_len ((const char *) begin, (gsize) (p - begin), &bad))
    return fail (reader, (const guint8 *) bad, FOLIOT_CODEC_ERROR_UTF8, "invalid UTF-8", error);
  if (p == reader->end)
    return fail (reader, p, FOLIOT_CODEC_ERROR_TRUNCATED, "unterminated string", error);
  if (*p < 0x20)
    return fail (reader, p, FOLIOT_CODEC_ERROR_SYNTAX, "raw control character in a string", error);
  return TRUE;
}

/* The rest of a string whose first run ended in a backslash. */
static FoliotValue *
read_escaped_string (Reader *reader, const guint8 *begin, GError **error)
{
  if (reader->scratch == NULL)
    reader->scratch = g_byte_array_new ();
  g_byte_array_set_size (reader->scratch, 0);
  g_byte_array_append (reader->scratch, begin, (guint) (reader->cursor - begin));
  while (*reader->cursor == '\\')
    {
      if (!read_escape (reader, error))
        return NULL;
      begin = reader->cursor;
      if (!scan_run (reader, error))
        return NULL;
      g_byte_array_append (reader->scratch, begin, (guint) (reader->cursor - begin));
    }
  reader->cursor++;
  return foliot_value_new_string_checked ((const char *) reader->scratch->data, reader->scratch->len, TRUE);
}

/* A text that has no escapes; its bytes were checked. */
static FoliotValue *
take_text (Reader *reader, const guint8 *text, gsize length, gboolean is_key)
{
  FoliotValue *value = is_key ? _foliot_key_cache_get (&reader->keys, text, length) : NULL;

  if (value != NULL)
    return value;
  value = _foliot_value_new_valid_text ((const char *) text, length);
  if (is_key)
    _foliot_key_cache_put (&reader->keys, value);
  return value;
}

/* The cursor stands behind the opening quote. */
static FoliotValue *
read_string (Reader *reader, gboolean is_key, GError **error)
{
  const guint8 *begin = reader->cursor;

  if (!scan_run (reader, error))
    return NULL;
  if (*reader->cursor == '\\')
    return read_escaped_string (reader, begin, error);
  reader->cursor++;
  return take_text (reader, begin, (gsize) (reader->cursor - 1 - begin), is_key);
}

static FoliotValue *
read_word (Reader *reader, const char *word, FoliotValue *(*make) (void), GError **error)
{
  gsize length = strlen (word);

  if ((gsize) (reader->end - reader->cursor) < length || memcmp (reader->cursor, word, length) != 0)
    {
      fail (reader, reader->cursor, FOLIOT_CODEC_ERROR_SYNTAX, "expected a value", error);
      return NULL;
    }
  reader->cursor += length;
  return make ();
}

static FoliotValue *
make_true (void)
{
  return foliot_value_new_bool (TRUE);
}

static FoliotValue *
make_false (void)
{
  return foliot_value_new_bool (FALSE);
}

FoliotValue *
_foliot_json_make_nan (void)
{
  guint64 bits = G_GUINT64_CONSTANT (0x7ff8000000000000);
  double nan;

  memcpy (&nan, &bits, sizeof nan);
  return foliot_value_new_double (nan);
}

static FoliotValue *
make_infinity (void)
{
  return foliot_value_new_double (HUGE_VAL);
}

static FoliotValue *
make_minus_infinity (void)
{
  return foliot_value_new_double (-HUGE_VAL);
}

static inline const guint8 *
skip_digits (const guint8 *p, const guint8 *end)
{
  while (p < end && (guint) (*p - '0') < 10)
    p++;
  return p;
}

/* From the end of the integer part to the end of the number; the same place if it is an integer. */
static const guint8 *
skip_fraction (const guint8 *p, const guint8 *end)
{
  if (end - p >= 2 && *p == '.' && g_ascii_isdigit ((char) p[1]))
    p = skip_digits (p + 1, end);
  if (end - p >= 2 && (*p | 0x20) == 'e')
    {
      const guint8 *exponent = p + 1;

      if (*exponent == '+' || *exponent == '-')
        exponent++;
      if (exponent < end && g_ascii_isdigit ((char) *exponent))
        p = skip_digits (exponent, end);
    }
  return p;
}

static FoliotValue *
read_number (Reader *reader, GError **error)
{
  const guint8 *begin = reader->cursor;
  const guint8 *digits = begin + (*begin == '-');
  const guint8 *p;
  const guint8 *number_end;

  if (digits < reader->end && *digits == 'I' && digits != begin)
    return read_word (reader, "-Infinity", make_minus_infinity, error);
  p = digits < reader->end && *digits == '0' ? digits + 1 : skip_digits (digits, reader->end);
  if (p == digits)
    {
      fail_expecting (reader, "expected a value", error);
      return NULL;
    }
  number_end = skip_fraction (p, reader->end);
  reader->cursor = number_end;
  if (number_end != p)
    return foliot_value_new_double (foliot_double_parse ((const char *) begin, (gsize) (number_end - begin)));
  if (p - digits <= 18)
    {
      gint64 number = 0;

      for (const guint8 *d = digits; d < p; d++)
        number = number * 10 + (*d - '0');
      return foliot_value_new_int (digits != begin ? -number : number);
    }
  return foliot_value_new_decimal ((const char *) begin, p - begin);
}

static FoliotValue *
read_scalar (Reader *reader, GError **error)
{
  switch (*reader->cursor)
    {
    case '"':
      reader->cursor++;
      return read_string (reader, FALSE, error);
    case 'n':
      return read_word (reader, "null", foliot_value_new_null, error);
    case 't':
      return read_word (reader, "true", make_true, error);
    case 'f':
      return read_word (reader, "false", make_false, error);
    case 'N':
      return read_word (reader, "NaN", _foliot_json_make_nan, error);
    case 'I':
      return read_word (reader, "Infinity", make_infinity, error);
    default:
      return read_number (reader, error);
    }
}

/* `"key":`; the cursor then stands before the value. */
static gboolean
read_key (Reader *reader, GError **error)
{
  FoliotValue *key;

  skip_blanks (reader);
  if (reader->cursor == reader->end || *reader->cursor != '"')
    return fail_expecting (reader, "expected a key in double quotes", error);
  reader->cursor++;
  key = read_string (reader, TRUE, error);
  if (key == NULL || !_foliot_stack_push_value (&reader->stack, key, error))
    return FALSE;
  skip_blanks (reader);
  if (reader->cursor == reader->end || *reader->cursor != ':')
    return fail_expecting (reader, "expected ':'", error);
  reader->cursor++;
  return TRUE;
}

/* The cursor stands at the bracket. @out_empty: whether the container was closed at once, so that no value comes next. */
static gboolean
open_container (Reader *reader, gboolean *out_empty, GError **error)
{
  FoliotValueKind kind = *reader->cursor++ == '[' ? FOLIOT_VALUE_LIST : FOLIOT_VALUE_MAP;

  if (reader->stack.n_frames >= reader->limits->max_depth)
    {
      _foliot_codec_set_depth_error (error, reader->limits->max_depth);
      return FALSE;
    }
  skip_blanks (reader);
  *out_empty = reader->cursor < reader->end && *reader->cursor == (kind == FOLIOT_VALUE_LIST ? ']' : '}');
  if (*out_empty)
    {
      reader->cursor++;
      return _foliot_stack_push_value (&reader->stack,
                                       kind == FOLIOT_VALUE_LIST ? foliot_value_new_list (NULL, 0)
                                                                 : foliot_value_new_map (NULL, 0),
                                       error);
    }
  return count_item (reader, error) && _foliot_stack_push_frame (&reader->stack, NULL, kind, 0, error)
         && (kind == FOLIOT_VALUE_LIST || read_key (reader, error));
}

/* A value has ended: closes containers up to one that goes on. @out_done: whether none is left. */
static gboolean
follow_value (Reader *reader, gboolean *out_done, GError **error)
{
  FoliotStack *stack = &reader->stack;

  for (;;)
    {
      gboolean is_list;
      guint8 c;

      *out_done = stack->n_frames == 0;
      if (*out_done)
        return TRUE;
      is_list = _foliot_stack_top (stack)->kind == FOLIOT_VALUE_LIST;
      skip_blanks (reader);
      c = reader->cursor < reader->end ? *reader->cursor : 0;
      if (c == ',')
        {
          reader->cursor++;
          return count_item (reader, error) && (is_list || read_key (reader, error));
        }
      if (c != (is_list ? ']' : '}'))
        return fail_expecting (reader, is_list ? "expected ',' or ']'" : "expected ',' or '}'", error);
      reader->cursor++;
      if (!_foliot_stack_push_value (stack, _foliot_stack_pop_container (stack), error))
        return FALSE;
    }
}

static gboolean
read_value (Reader *reader, GError **error)
{
  gboolean done = FALSE;

  while (!done)
    {
      gboolean complete = TRUE;

      skip_blanks (reader);
      if (reader->cursor == reader->end)
        return fail_expecting (reader, "expected a value", error);
      if (*reader->cursor == '[' || *reader->cursor == '{')
        {
          if (!open_container (reader, &complete, error))
            return FALSE;
        }
      else
        {
          FoliotValue *scalar = read_scalar (reader, error);

          if (scalar == NULL || !_foliot_stack_push_value (&reader->stack, scalar, error))
            return FALSE;
        }
      if (complete && !follow_value (reader, &done, error))
        return FALSE;
    }
  skip_blanks (reader);
  if (reader->cursor != reader->end)
    return fail (reader, reader->cursor, FOLIOT_CODEC_ERROR_TRAILING, "extra data", error);
  return TRUE;
}

FoliotValue *
_foliot_json_read_located (const guint8 *data, gsize length, const FoliotLimits *limits, gsize *out_offset,
                           GError **error)
{
  Reader reader;
  FoliotValue *value = NULL;

  reader.start = reader.cursor = data;
  reader.end = data + length;
  reader.limits = limits;
  reader.failed_at = NULL;
  reader.n_items = 1;
  reader.scratch = NULL;
  _foliot_key_cache_init (&reader.keys);
  _foliot_stack_init (&reader.stack);
  if (read_value (&reader, error))
    value = reader.stack.values[--reader.stack.n_values];
  else
    *out_offset = (gsize) ((reader.failed_at != NULL ? reader.failed_at : reader.cursor) - data);
  _foliot_stack_clear (&reader.stack);
  _foliot_key_cache_clear (&reader.keys);
  g_clear_pointer (&reader.scratch, g_byte_array_unref);
  return value;
}

FoliotValue *
_foliot_json_read (const guint8 *data, gsize length, const FoliotLimits *limits, GError **error)
{
  gsize offset;

  return _foliot_json_read_located (data, length, limits, &offset, error);
}
