/* SPDX-License-Identifier: MIT */
#include "base/foliot-text-private.h"

/*
 * Nearly all text on a wire is ASCII, so that is skipped eight bytes at a time; the rest is decided by the table 3-7 of
 * the Unicode standard (well-formed byte sequences), whose only exceptions are the ranges of the second byte.
 */

#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

static inline gboolean
is_tail (guint8 byte)
{
  return (byte & 0xc0) == 0x80;
}

static inline gboolean
is_surrogate (const guint8 *text, gsize left)
{
  return left >= 3 && text[0] == 0xed && text[1] >= 0xa0 && text[1] <= 0xbf && is_tail (text[2]);
}

/* How many bytes the character that starts at @text has; 0 if it is not well-formed. A surrogate is not. */
static guint
character_size (const guint8 *text, gsize left)
{
  guint8 lead = text[0], low = 0x80, high = 0xbf;

  if (lead < 0x80)
    return 1;
  if (lead >= 0xc2 && lead <= 0xdf)
    return left >= 2 && is_tail (text[1]) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef)
    {
      low = lead == 0xe0 ? 0xa0 : low;
      high = lead == 0xed ? 0x9f : high;
      return left >= 3 && text[1] >= low && text[1] <= high && is_tail (text[2]) ? 3 : 0;
    }
  if (lead >= 0xf0 && lead <= 0xf4)
    {
      low = lead == 0xf0 ? 0x90 : low;
      high = lead == 0xf4 ? 0x8f : high;
      return left >= 4 && text[1] >= low && text[1] <= high && is_tail (text[2]) && is_tail (text[3]) ? 4 : 0;
    }
  return 0;
}

#define HIGH_BITS G_GUINT64_CONSTANT (0x8080808080808080)

static inline guint64
load_8 (const guint8 *at)
{
  guint64 word;
  memcpy (&word, at, sizeof word);
  return word;
}

static inline guint32
load_4 (const guint8 *at)
{
  guint32 word;
  memcpy (&word, at, sizeof word);
  return word;
}

/* Where the ASCII that starts at @at ends. What is left of a word is read as two that overlap. */
static inline gsize
skip_ascii (const guint8 *text, gsize at, gsize length)
{
  gsize left;

  while (length - at >= 8 && !(load_8 (text + at) & HIGH_BITS))
    at += 8;
  left = length - at;
  if (left >= 4 && left < 8 && !((load_4 (text + at) | load_4 (text + length - 4)) & (guint32) HIGH_BITS))
    return length;
  while (at < length && text[at] < 0x80)
    at++;
  return at;
}

gsize
_foliot_text_check (const char *text, gsize length, gboolean allow_surrogates, gboolean *out_surrogates)
{
  const guint8 *bytes = (const guint8 *) text;
  gsize at = 0;

  *out_surrogates = FALSE;
  while ((at = skip_ascii (bytes, at, length)) < length)
    {
      guint size = character_size (bytes + at, length - at);

      if (size == 0 && allow_surrogates && is_surrogate (bytes + at, length - at))
        {
          *out_surrogates = TRUE;
          size = 3;
        }
      if (size == 0)
        break;
      at += size;
    }
  return at;
}

GString *
_foliot_text_make_valid (const char *text, gsize length)
{
  GString *valid = g_string_sized_new (length + 16);
  gsize at = 0;

  while (at < length)
    {
      const guint8 *bytes = (const guint8 *) text + at;
      gboolean surrogates;
      gsize good = _foliot_text_check (text + at, length - at, FALSE, &surrogates);

      g_string_append_len (valid, text + at, good);
      at += good;
      if (at == length)
        break;
      g_string_append (valid, REPLACEMENT);
      at += is_surrogate (bytes + good, length - at) ? 3 : 1;
    }
  return valid;
}

gunichar
_foliot_text_get_char (const char *text, guint *out_size)
{
  const guint8 *bytes = (const guint8 *) text;

  if (bytes[0] < 0x80)
    {
      *out_size = 1;
      return bytes[0];
    }
  if (bytes[0] < 0xe0)
    {
      *out_size = 2;
      return (bytes[0] & 0x1fu) << 6 | (bytes[1] & 0x3fu);
    }
  if (bytes[0] < 0xf0)
    {
      *out_size = 3;
      return (bytes[0] & 0x0fu) << 12 | (bytes[1] & 0x3fu) << 6 | (bytes[2] & 0x3fu);
    }
  *out_size = 4;
  return (bytes[0] & 0x07u) << 18 | (bytes[1] & 0x3fu) << 12 | (bytes[2] & 0x3fu) << 6 | (bytes[3] & 0x3fu);
}

char *
_foliot_text_dup_valid (const char *text)
{
  return g_string_free (_foliot_text_make_valid (text, strlen (text)), FALSE);
}

/* ---- as Python prints it ---- */

/* What `str.isprintable` knows by the Unicode category; the blank is the only separator that is printed. */
static gboolean
is_printable (gunichar c)
{
  if (c < 0x7f)
    return c >= 0x20;
  switch (g_unichar_type (c))
    {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
    case G_UNICODE_SPACE_SEPARATOR:
      return FALSE;
    default:
      return TRUE;
    }
}

static void
append_escaped (GString *out, gunichar c, char quote)
{
  if (c == (gunichar) quote || c == '\\')
    g_string_append_printf (out, "\\%c", (char) c);
  else if (c == '\n')
    g_string_append (out, "\\n");
  else if (c == '\r')
    g_string_append (out, "\\r");
  else if (c == '\t')
    g_string_append (out, "\\t");
  else if (is_printable (c))
    g_string_append_unichar (out, c);
  else
    g_string_append_printf (out, c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
}

/* Single quotes, unless there are some inside and no double ones. */
static char
choose_quote (const char *text, gsize length)
{
  return length > 0 && memchr (text, '\'', length) != NULL && memchr (text, '"', length) == NULL ? '"' : '\'';
}

void
_foliot_text_append_repr (GString *out, const char *text, gsize length, gsize limit)
{
  char quote = choose_quote (text, length);
  gsize at = 0, n_chars = 0;

  g_string_append_c (out, quote);
  while (at < length && n_chars++ < limit)
    {
      const guint8 *bytes = (const guint8 *) text + at;
      guint size = character_size (bytes, length - at);
      gunichar c = 0xfffd;

      if (size == 0 && is_surrogate (bytes, length - at))
        size = 3;
      if (size > 0)
        c = _foliot_text_get_char (text + at, &size);
      append_escaped (out, c, quote);
      at += MAX (size, 1);
    }
  if (at < length)
    g_string_append (out, "…");
  g_string_append_c (out, quote);
}

void
_foliot_text_append_bytes_repr (GString *out, gconstpointer data, gsize length, gsize limit)
{
  const guint8 *bytes = data;
  char quote = choose_quote (data, length);

  g_string_append_c (out, quote);
  for (gsize i = 0; i < MIN (length, limit); i++)
    {
      if (bytes[i] < 0x7f)
        append_escaped (out, bytes[i], quote);
      else
        g_string_append_printf (out, "\\x%02x", bytes[i]);
    }
  if (length > limit)
    g_string_append (out, "…");
  g_string_append_c (out, quote);
}
