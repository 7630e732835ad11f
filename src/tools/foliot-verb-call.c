/* SPDX-License-Identifier: MIT */
#include "tools/foliot-verbs.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tools/foliot-wire.h"

/*
 * `foliot call URL METHOD [ARGS]`: one call to an agent of a running system, of Foliot or of aiomas. What is JSON on the
 * command line are values as the JSON codec has them, so a date is written as it travels: {"__type__": [0, "2016-01-01"]}.
 */

typedef struct
{
  FoliotWireOptions wire;
  char **rest; /* URL, METHOD, ARGS */
} Arguments;

static void
arguments_clear (Arguments *arguments)
{
  foliot_wire_options_clear (&arguments->wire);
  g_strfreev (arguments->rest);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, arguments_clear)

static gboolean
parse (int argc, char **argv, Arguments *arguments, GError **error)
{
  const GOptionEntry entries[] = {
    FOLIOT_WIRE_ENTRIES (&arguments->wire),
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments->rest, NULL, "URL METHOD [ARGS]" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  guint n;

  g_option_context_set_summary (context, "Calls an agent of a running system and prints the result.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, error))
    return FALSE;
  n = arguments->rest != NULL ? g_strv_length (arguments->rest) : 0;
  if (n == 2 || n == 3)
    return TRUE;
  g_set_error_literal (
      error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
      "expected URL METHOD [ARGS], ARGS a JSON list in one argument: '[3, 4]' (foliot help call)");
  return FALSE;
}

static FoliotCodec *
make_json_codec (void)
{
  FoliotCodec *codec = foliot_codec_new (FOLIOT_TYPE_CODEC_JSON);

  foliot_codec_add_serializer (codec, foliot_codec_get_date_serializer (), NULL);
  return codec;
}

static FoliotValue *
parse_args (const char *text, GError **error)
{
  g_autoptr (FoliotCodec) codec = make_json_codec ();
  g_autoptr (GError) why = NULL;
  g_autoptr (FoliotValue) args = foliot_codec_decode (codec, (const guint8 *) text, strlen (text), &why);

  if (args == NULL)
    {
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "ARGS %s: %s", text, why->message);
      return NULL;
    }
  if (foliot_value_get_kind (args) == FOLIOT_VALUE_LIST || foliot_value_get_kind (args) == FOLIOT_VALUE_MAP)
    return g_steal_pointer (&args);
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
               "ARGS %s: expected a JSON list, as in '[%s]', or a JSON object of arguments by name", text,
               text);
  return NULL;
}

/* ---- the result ---- */

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

static gboolean
has_json_form (FoliotValue *value)
{
  const FoliotValueTraits none = FOLIOT_VALUE_HAS_OBJECT | FOLIOT_VALUE_HAS_BYTES | FOLIOT_VALUE_HAS_EXT
                                 | FOLIOT_VALUE_HAS_OTHER_KEY | FOLIOT_VALUE_HAS_TYPE_KEY;

  return (foliot_value_get_traits (value) & none) == 0 && is_finite (value);
}

/* The typed notation has a word for an agent of the peer, but it knows no connection. */
static FoliotValue *
name_proxy (FoliotProxy *proxy)
{
  g_autoptr (FoliotCodec) codec = make_json_codec ();
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

static void
print_result (FoliotValue *value)
{
  g_autoptr (FoliotValue) named = NULL;
  g_autoptr (FoliotCodec) codec = make_json_codec ();
  g_autoptr (GByteArray) json = g_byte_array_new ();
  g_autofree char *typed = NULL, *readable = NULL;

  if (has_json_form (value) && foliot_codec_encode (codec, value, json, NULL))
    {
      readable = make_readable (json);
      puts (readable);
      return;
    }
  named = name_proxies (value);
  typed = foliot_typed_format (named);
  puts (typed);
}

int
foliot_verb_call (int argc, char **argv)
{
  g_auto (Arguments) arguments = { 0 };
  g_auto (FoliotWire) wire = { 0 };
  g_autoptr (FoliotValue) args = NULL, result = NULL;
  g_autoptr (GError) error = NULL;

  if (!parse (argc, argv, &arguments, &error) || !foliot_wire_read (&arguments.wire, &wire, &error))
    return foliot_wire_complain (error);
  if (arguments.rest[2] != NULL)
    args = parse_args (arguments.rest[2], &error);
  if (error == NULL)
    result = foliot_wire_call (&wire, arguments.rest[0], arguments.rest[1], args, &error);
  if (result == NULL)
    return foliot_wire_complain (error);
  print_result (result);
  return FOLIOT_EXIT_OK;
}
