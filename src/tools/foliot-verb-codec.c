/* SPDX-License-Identifier: MIT */
#include "tools/foliot-verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <foliot/foliot-codec.h>

#include "tools/foliot-options.h"

/*
 * A filter for people who debug wires: `encode` reads values in typed notation, one a line, and writes hex strings, one
 * a line; `decode` is the way back. A line that cannot be done gives `error <what>` in its place, and the filter goes
 * on, so line n of the output always belongs to line n of the input.
 *
 * Exit codes: 0 when all lines were treated, whatever came of them; 2 for wrong arguments; 4, by main(), when the output
 * could not be written.
 */

typedef char *(*LineFunc) (FoliotCodec *codec, const char *line, GError **error);

static char *
encode_line (FoliotCodec *codec, const char *line, GError **error)
{
  g_autoptr (FoliotValue) value = foliot_typed_parse (line, error);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  static const char digits[] = "0123456789abcdef";
  GString *hex;

  if (value == NULL || !foliot_codec_encode (codec, value, bytes, error))
    return NULL;
  hex = g_string_sized_new (2 * (gsize) bytes->len + 1);
  for (guint i = 0; i < bytes->len; i++)
    {
      g_string_append_c (hex, digits[bytes->data[i] >> 4]);
      g_string_append_c (hex, digits[bytes->data[i] & 15]);
    }
  return g_string_free (hex, FALSE);
}

static GByteArray *
parse_hex (const char *line, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  for (const char *p = line; *p != '\0'; p += 2)
    {
      gint high = g_ascii_xdigit_value (p[0]);
      gint low = high >= 0 ? g_ascii_xdigit_value (p[1]) : -1;
      guint8 byte;

      if (low < 0)
        {
          g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "no pair of hex digits at column %d",
                       (int) (p - line) + 1);
          return NULL;
        }
      byte = (guint8) (high << 4 | low);
      g_byte_array_append (bytes, &byte, 1);
    }
  return g_steal_pointer (&bytes);
}

static char *
decode_line (FoliotCodec *codec, const char *line, GError **error)
{
  g_autoptr (GByteArray) bytes = parse_hex (line, error);
  g_autoptr (FoliotValue) value = NULL;

  if (bytes != NULL)
    value = foliot_codec_decode (codec, bytes->data, bytes->len, error);
  return value != NULL ? foliot_typed_format (value) : NULL;
}

/* The result of a line, or its error with line breaks made visible: it must stay one line. */
static void
print_result (const char *result, const GError *error)
{
  g_auto (GStrv) lines = NULL;
  g_autofree char *message = NULL;

  if (result != NULL)
    {
      puts (result);
      return;
    }
  lines = g_strsplit (error->message, "\n", -1);
  message = g_strjoinv ("\\n", lines);
  printf ("error %s\n", message);
}

static int
filter (FoliotCodec *codec, LineFunc treat)
{
  char *line = NULL;
  gsize size = 0;
  gssize length;

  setvbuf (stdout, NULL, _IOLBF, BUFSIZ);
  while (!ferror (stdout) && (length = getline (&line, &size, stdin)) >= 0)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *result = NULL;

      while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r'))
        line[--length] = '\0';
      if (strlen (line) == (gsize) length)
        result = treat (codec, line, &error);
      else
        g_set_error_literal (&error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "the line holds a NUL byte");
      print_result (result, error);
    }
  free (line);
  return FOLIOT_EXIT_OK;
}

static gboolean
add_serializers (FoliotCodec *codec, const char *names, GError **error)
{
  g_auto (GStrv) list = g_strsplit (names, ",", -1);

  for (gsize i = 0; list[i] != NULL; i++)
    {
      const FoliotSerializer *serializer;

      if (list[i][0] == '\0')
        continue;
      serializer = foliot_typed_get_serializer (list[i], error);
      if (serializer == NULL || !foliot_codec_add_serializer (codec, serializer, error))
        return FALSE;
    }
  return TRUE;
}

/* Returns: (transfer full) (nullable): the codec that the arguments ask for */
static FoliotCodec *
parse_arguments (int argc, char **argv, GError **error)
{
  g_autofree char *codec_name = NULL;
  g_autofree char *serializers = NULL;
  const GOptionEntry entries[] = {
    { "codec", 'c', 0, G_OPTION_ARG_STRING, &codec_name,
      "The wire format: json (the default), msgpack or blosc", "NAME" },
    { "serializers", 's', 0, G_OPTION_ARG_STRING, &serializers,
      "What is registered, in order: date, V, W, proxy (default date,V,proxy)", "LIST" },
    { NULL },
  };
  g_autoptr (FoliotCodec) codec = NULL;
  GType type;

  if (!foliot_options_parse (argv[0], entries, &argc, &argv, error))
    return NULL;
  if (argc > 1)
    {
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
                   "unexpected argument \"%s\": what is to be done is read from standard input", argv[1]);
      return NULL;
    }
  type = foliot_codec_type_from_name (codec_name != NULL ? codec_name : "json", error);
  if (type == G_TYPE_INVALID)
    return NULL;
  codec = foliot_codec_new (type);
  if (!add_serializers (codec, serializers != NULL ? serializers : "date,V,proxy", error))
    return NULL;
  return g_steal_pointer (&codec);
}

static int
run_filter (int argc, char **argv, LineFunc treat)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotCodec) codec = parse_arguments (argc, argv, &error);

  if (codec != NULL)
    return filter (codec, treat);
  fprintf (stderr, "foliot: %s\n", error->message);
  return FOLIOT_EXIT_USAGE;
}

int
foliot_verb_encode (int argc, char **argv)
{
  return run_filter (argc, argv, encode_line);
}

int
foliot_verb_decode (int argc, char **argv)
{
  return run_filter (argc, argv, decode_line);
}
