/* SPDX-License-Identifier: MIT */
#include "wire-data.h"

#include "codec/foliot-stand-in-private.h"

FoliotValue *
wire_data_load (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "aiomas-wire.json", NULL);
  g_autofree char *text = NULL;
  g_autoptr (FoliotCodec) codec = foliot_codec_new (FOLIOT_TYPE_CODEC_JSON);
  g_autoptr (GError) error = NULL;
  FoliotValue *data;
  gsize length;

  g_file_get_contents (path, &text, &length, &error);
  g_assert_no_error (error);
  data = foliot_codec_decode (codec, (const guint8 *) text, length, &error);
  g_assert_no_error (error);
  return data;
}

const char *
wire_data_text (FoliotValue *entry, const char *key)
{
  FoliotValue *text = foliot_value_lookup (entry, key);

  return text != NULL ? foliot_value_get_string (text, NULL) : NULL;
}

FoliotCodec *
wire_data_codec (FoliotValue *entry)
{
  g_autoptr (GError) error = NULL;
  FoliotCodec *codec
      = foliot_codec_new (foliot_codec_type_from_name (wire_data_text (entry, "codec"), &error));
  FoliotValue *names = foliot_value_lookup (entry, "serializers");

  for (gsize i = 0; names != NULL && i < foliot_value_get_length (names); i++)
    {
      const char *name = foliot_value_get_string (foliot_value_get_item (names, i), NULL);

      foliot_codec_add_serializer (codec, foliot_typed_get_serializer (name, &error), &error);
      g_assert_no_error (error);
    }
  return codec;
}

GByteArray *
wire_data_unhex (const char *hex)
{
  GByteArray *bytes = g_byte_array_new ();

  for (; *hex != '\0'; hex += 2)
    {
      guint8 byte = (guint8) (g_ascii_xdigit_value (hex[0]) << 4 | g_ascii_xdigit_value (hex[1]));

      g_byte_array_append (bytes, &byte, 1);
    }
  return bytes;
}

FoliotValue *
wire_data_value (FoliotValue *entry, const char *key)
{
  FoliotValue *notation = foliot_value_lookup (entry, key);
  g_autoptr (GError) error = NULL;
  FoliotValue *value;

  if (notation == NULL
      || strcmp (foliot_value_get_string (foliot_value_get_item (notation, 0), NULL), "opaque") == 0)
    return NULL;
  value = _foliot_typed_from_notation (notation, &error);
  g_assert_no_error (error);
  return value;
}

void
wire_data_assert_same (const char *name, FoliotValue *actual, FoliotValue *expected)
{
  g_autofree char *actual_text = foliot_typed_format (actual);
  g_autofree char *expected_text = foliot_typed_format (expected);

  if (strcmp (actual_text, expected_text) != 0)
    g_error ("%s: %.500s instead of %.500s", name, actual_text, expected_text);
}

GByteArray *
wire_data_encode (FoliotCodec *codec, FoliotValue *value)
{
  GByteArray *bytes = g_byte_array_new ();
  g_autoptr (GError) error = NULL;

  foliot_codec_encode (codec, value, bytes, &error);
  g_assert_no_error (error);
  return bytes;
}
