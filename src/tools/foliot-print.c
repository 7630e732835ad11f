/* SPDX-License-Identifier: MIT */
#include "tools/foliot-print.h"

#include <math.h>
#include <string.h>

/*
 * JSON for people: what the codec writes, with letters in place of escapes. What has no JSON form is printed in the typed
 * notation, which says what each thing is.
 */

FoliotCodec *
foliot_print_new_codec (void)
{
  FoliotCodec *codec = foliot_codec_new (FOLIOT_TYPE_CODEC_JSON);

  foliot_codec_add_serializer (codec, foliot_codec_get_date_serializer (), NULL);
  return codec;
}

static gboolean
is_finite (FoliotValue *value)
{
  gsize n;

  switch (foliot_value_get_kind (value))
    {
    case FOLIOT_VALUE_DOUBLE:
      return isfinite (foliot_value_get_double (value));
    case FOLIOT_VALUE_LIST:
      n = foliot_value_get_length (value);
      for (gsize i = 0; i < n; i++)
        if (!is_finite (foliot_value_get_item (value, i)))
          return FALSE;
      return TRUE;
    case FOLIOT_VALUE_MAP:
      n = foliot_value_get_length (value);
      for (gsize i = 0; i < n; i++)
        if (!is_finite (foliot_value_get_pair_value (value, i)))
          return FALSE;
      return TRUE;
    default:
      return TRUE;
    }
}

#define NO_JSON                                                                                              \
  (FOLIOT_VALUE_HAS_OBJECT | FOLIOT_VALUE_HAS_BYTES | FOLIOT_VALUE_HAS_EXT | FOLIOT_VALUE_HAS_OTHER_KEY)

gboolean
foliot_print_has_plain_json (FoliotValue *value)
{
  return (foliot_value_get_traits (value) & NO_JSON) == 0 && is_finite (value);
}

gboolean
foliot_print_has_json (FoliotValue *value)
{
  return (foliot_value_get_traits (value) & FOLIOT_VALUE_HAS_TYPE_KEY) == 0
         && foliot_print_has_plain_json (value);
}

/* The typed notation has a word for an agent of the peer, but it knows no connection. */
static FoliotValue *
name_proxy (FoliotProxy *proxy)
{
  g_autoptr (FoliotCodec) codec = foliot_print_new_codec ();
  g_autoptr (GByteArray) text = g_byte_array_new ();
  g_autoptr (FoliotValue) typed = foliot_value_build_list (
      foliot_value_new_string ("proxy"), foliot_value_new_string (foliot_proxy_get_path (proxy)), NULL);

  foliot_codec_encode (codec, typed, text, NULL);
  g_byte_array_append (text, (const guint8 *) "", 1);
  return foliot_typed_parse ((const char *) text->data, NULL);
}

static FoliotValue *
name_proxies (FoliotValue *value)
{
  FoliotValueKind kind = foliot_value_get_kind (value);
  gboolean is_map = kind == FOLIOT_VALUE_MAP;
  g_autofree FoliotValue **items = NULL;
  gsize n;

  if (kind == FOLIOT_VALUE_OBJECT && foliot_value_get_object_type (value) == FOLIOT_TYPE_PROXY)
    return name_proxy (foliot_value_get_proxy (value));
  if ((foliot_value_get_traits (value) & FOLIOT_VALUE_HAS_OBJECT) == 0
      || (kind != FOLIOT_VALUE_LIST && kind != FOLIOT_VALUE_MAP))
    return foliot_value_ref (value);
  n = foliot_value_get_length (value);
  items = g_new (FoliotValue *, 2 * n + 1);
  for (gsize i = 0; i < n; i++)
    if (is_map)
      {
        items[2 * i] = name_proxies (foliot_value_get_key (value, i));
        items[2 * i + 1] = name_proxies (foliot_value_get_pair_value (value, i));
      }
    else
      items[i] = name_proxies (foliot_value_get_item (value, i));
  return is_map ? foliot_value_new_map (items, n) : foliot_value_new_list (items, n);
}

/* The code unit of `\\uXXXX` at @at. */
static gunichar
read_unit (const char *at)
{
  gunichar unit = 0;

  for (gsize i = 2; i < 6; i++)
    unit = unit << 4 | (gunichar) g_ascii_xdigit_value (at[i]);
  return unit;
}

/* The codec writes all but ASCII as escapes, as Python does; people read letters. Lone surrogates stay what they are. */
static char *
make_readable (const GByteArray *json)
{
  GString *text = g_string_sized_new (json->len);
  const char *at = (const char *) json->data, *end = at + json->len;

  while (at < end)
    {
      gboolean escapes = *at == '\\';
      gunichar unit = escapes && at[1] == 'u' ? read_unit (at) : 0;
      gsize length = unit != 0 ? 6 : escapes ? 2 : 1;

      if (unit >= 0xd800 && unit < 0xdc00 && end - at >= 12 && at[6] == '\\' && at[7] == 'u'
          && read_unit (at + 6) >= 0xdc00 && read_unit (at + 6) < 0xe000)
        {
          unit = 0x10000 + ((unit - 0xd800) << 10) + (read_unit (at + 6) - 0xdc00);
          length = 12;
        }
      if (unit >= 0xa0 && (unit < 0xd800 || unit >= 0xe000))
        g_string_append_unichar (text, unit);
      else
        g_string_append_len (text, at, (gssize) length);
      at += length;
    }
  return g_string_free (text, FALSE);
}

char *
foliot_print_dup_value (FoliotValue *value)
{
  g_autoptr (FoliotValue) named = NULL;
  g_autoptr (FoliotCodec) codec = foliot_print_new_codec ();
  g_autoptr (GByteArray) json = g_byte_array_new ();

  if (foliot_print_has_json (value) && foliot_codec_encode (codec, value, json, NULL))
    return make_readable (json);
  named = name_proxies (value);
  return foliot_typed_format (named);
}

char *
foliot_print_dup_plain (FoliotValue *value)
{
  g_autoptr (FoliotCodec) codec = foliot_codec_new (FOLIOT_TYPE_CODEC_JSON);
  g_autoptr (GByteArray) json = g_byte_array_new ();

  if (foliot_print_has_plain_json (value) && foliot_codec_write (codec, value, json, NULL))
    return make_readable (json);
  return foliot_typed_format (value);
}

char *
foliot_print_dup_line (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *line = g_string_sized_new (strlen (valid));

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      g_string_append_unichar (line, g_unichar_iscntrl (c) ? ' ' : c);
    }
  return g_string_free (line, FALSE);
}
