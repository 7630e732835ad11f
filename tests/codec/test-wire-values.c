/* SPDX-License-Identifier: MIT */
#include "codec/foliot-stand-in-private.h"
#include "wire-data.h"

/*
 * Every value and every message that was recorded from aiomas 2.0.1, none left out: what it wrote we write byte for byte
 * (under Blosc: in the uncompressed MsgPack, and the header of stored chunks), what it read we read, what it refused we
 * refuse, with its text where we promise it.
 */

typedef struct
{
  guint both;
  guint decode_only;
  guint reject;
  guint encode_error;
  guint messages;
} Counts;

static gboolean
is_blosc (FoliotValue *entry)
{
  return strcmp (wire_data_text (entry, "codec"), "blosc") == 0;
}

/* Recorded bytes are hex, or for long ones their digest. */
static void
assert_bytes (const char *name, const GByteArray *actual, FoliotValue *recorded)
{
  if (foliot_value_get_kind (recorded) == FOLIOT_VALUE_STRING)
    {
      g_autoptr (GByteArray) expected = wire_data_unhex (foliot_value_get_string (recorded, NULL));

      g_test_message ("%s", name);
      g_assert_cmpmem (actual->data, actual->len, expected->data, expected->len);
    }
  else
    {
      g_autofree char *md5 = g_compute_checksum_for_data (G_CHECKSUM_MD5, actual->data, actual->len);

      g_test_message ("%s", name);
      g_assert_cmpuint (actual->len, ==,
                        (guint64) foliot_value_get_int (foliot_value_lookup (recorded, "len")));
      g_assert_cmpstr (md5, ==, wire_data_text (recorded, "md5"));
    }
}

/* What a chunk holds, by our reader and writer of MsgPack. */
static GByteArray *
get_msgpack (FoliotCodec *blosc, const GByteArray *chunk)
{
  g_autoptr (FoliotCodec) msgpack = foliot_codec_new (FOLIOT_TYPE_CODEC_MSGPACK);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) plain = foliot_codec_read (blosc, chunk->data, chunk->len, &error);
  GByteArray *bytes = g_byte_array_new ();

  g_assert_no_error (error);
  foliot_codec_write (msgpack, plain, bytes, &error);
  g_assert_no_error (error);
  return bytes;
}

static void
assert_encoded (FoliotValue *entry, FoliotCodec *codec, const GByteArray *actual, FoliotValue *recorded)
{
  const char *name = wire_data_text (entry, "name");

  if (is_blosc (entry))
    {
      g_autoptr (GByteArray) msgpack = get_msgpack (codec, actual);

      assert_bytes (name, msgpack, foliot_value_lookup (entry, "msgpack"));
      if (actual->data[2] != 0x13)
        return;
    }
  assert_bytes (name, actual, recorded);
}

/* Decoding gives @expected, or for a value without a recipe something that encodes to the same. */
static void
assert_decodes (FoliotValue *entry, FoliotCodec *codec, const GByteArray *bytes, FoliotValue *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) actual = foliot_codec_decode (codec, bytes->data, bytes->len, &error);
  const char *name = wire_data_text (entry, "name");

  g_test_message ("%s", name);
  g_assert_no_error (error);
  if (expected != NULL)
    wire_data_assert_same (name, actual, expected);
  else
    {
      g_autoptr (GByteArray) again = wire_data_encode (codec, actual);

      if (is_blosc (entry))
        {
          g_autoptr (GByteArray) msgpack = get_msgpack (codec, again);

          assert_bytes (name, msgpack, foliot_value_lookup (entry, "msgpack"));
        }
      else
        g_assert_cmpmem (again->data, again->len, bytes->data, bytes->len);
    }
}

/* A link that carries values must do what a wire does. */
static void
assert_lower_is_the_wire (const char *name, FoliotCodec *codec, FoliotValue *value, FoliotValue *decoded)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) lowered = foliot_codec_lower (codec, value, &error);
  g_autoptr (FoliotValue) raised = NULL;

  g_assert_no_error (error);
  raised = foliot_codec_raise (codec, lowered, &error);
  g_assert_no_error (error);
  wire_data_assert_same (name, raised, decoded);
}

/* What @value arrives as: services as proxies. */
static FoliotValue *
get_expected (FoliotValue *entry, const char *key)
{
  g_autoptr (FoliotValue) value = wire_data_value (entry, key);
  g_autofree char *text = value != NULL ? foliot_typed_format (value) : NULL;
  g_auto (GStrv) parts = text != NULL ? g_strsplit (text, "[\"service\", ", -1) : NULL;
  g_autofree char *arrived = text != NULL ? g_strjoinv ("[\"proxy\", ", parts) : NULL;

  return text != NULL ? foliot_typed_parse (arrived, NULL) : NULL;
}

static void
check_both (FoliotValue *entry, FoliotCodec *codec)
{
  g_autoptr (FoliotValue) value = wire_data_value (entry, "value");
  FoliotValue *recorded = foliot_value_lookup (entry, "encoded");
  const char *decoded_key = foliot_value_lookup (entry, "decoded") != NULL ? "decoded" : "value";
  g_autoptr (FoliotValue) expected = get_expected (entry, decoded_key);
  g_autoptr (GByteArray) bytes = NULL;

  if (foliot_value_get_kind (recorded) == FOLIOT_VALUE_STRING)
    {
      bytes = wire_data_unhex (foliot_value_get_string (recorded, NULL));
      assert_decodes (entry, codec, bytes, expected);
    }
  if (value != NULL)
    {
      g_autoptr (GByteArray) actual = wire_data_encode (codec, value);

      assert_encoded (entry, codec, actual, recorded);
      assert_decodes (entry, codec, actual, expected);
      assert_lower_is_the_wire (wire_data_text (entry, "name"), codec, value, expected);
    }
}

static void
check_decode_only (FoliotValue *entry, FoliotCodec *codec)
{
  g_autoptr (GByteArray) bytes = wire_data_unhex (wire_data_text (entry, "encoded"));
  g_autoptr (FoliotValue) expected = wire_data_value (entry, "decoded");

  assert_decodes (entry, codec, bytes, expected);
}

static void
check_reject (FoliotValue *entry, FoliotCodec *codec)
{
  g_autoptr (GByteArray) bytes = wire_data_unhex (wire_data_text (entry, "encoded"));
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_codec_decode (codec, bytes->data, bytes->len, &error);

  g_test_message ("%s", wire_data_text (entry, "name"));
  g_assert_null (value);
  g_assert_nonnull (error);
}

static void
check_encode_error (FoliotValue *entry, FoliotCodec *codec)
{
  g_autoptr (FoliotValue) value = wire_data_value (entry, "value");
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) lower_error = NULL;

  g_byte_array_append (bytes, (const guint8 *) "kept", 4);
  g_assert_false (foliot_codec_encode (codec, value, bytes, &error));
  g_assert_cmpstr (error->message, ==, wire_data_text (entry, "text"));
  g_assert_cmpmem (bytes->data, bytes->len, "kept", 4);
  if (g_str_has_suffix (wire_data_text (entry, "error"), "SerializationError"))
    g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_SERIALIZATION);
  else if (strcmp (wire_data_text (entry, "error"), "TypeError") == 0)
    g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_TYPE);
  else
    g_assert_error (error, FOLIOT_CODEC_ERROR, FOLIOT_CODEC_ERROR_UTF8);
  g_assert_null (foliot_codec_lower (codec, value, &lower_error));
  g_assert_cmpstr (lower_error->message, ==, error->message);
}

static void
test_values (void)
{
  g_autoptr (FoliotValue) data = wire_data_load ();
  FoliotValue *values = foliot_value_lookup (data, "values");
  Counts counts = { 0 };

  for (gsize i = 0; i < foliot_value_get_length (values); i++)
    {
      FoliotValue *entry = foliot_value_get_item (values, i);
      const char *kind = wire_data_text (entry, "kind");
      g_autoptr (FoliotCodec) codec = wire_data_codec (entry);

      if (strcmp (kind, "both") == 0)
        check_both (entry, codec), counts.both++;
      else if (strcmp (kind, "decode_only") == 0)
        check_decode_only (entry, codec), counts.decode_only++;
      else if (strcmp (kind, "reject") == 0)
        check_reject (entry, codec), counts.reject++;
      else if (strcmp (kind, "encode_error") == 0)
        check_encode_error (entry, codec), counts.encode_error++;
      else
        g_error ("%s: unknown kind %s", wire_data_text (entry, "name"), kind);
    }
  g_test_message ("%u both, %u decode_only, %u reject, %u encode_error", counts.both, counts.decode_only,
                  counts.reject, counts.encode_error);
  g_assert_cmpuint (counts.both + counts.decode_only + counts.reject + counts.encode_error, ==, 375);
}

/* A frame is four bytes of length and the payload. */
static void
test_messages (void)
{
  g_autoptr (FoliotValue) data = wire_data_load ();
  FoliotValue *messages = foliot_value_lookup (data, "messages");
  guint n_messages = 0;

  for (gsize i = 0; i < foliot_value_get_length (messages); i++, n_messages++)
    {
      FoliotValue *entry = foliot_value_get_item (messages, i);
      g_autoptr (FoliotCodec) codec = wire_data_codec (entry);
      g_autoptr (FoliotValue) triple = wire_data_value (entry, "triple");
      g_autoptr (FoliotValue) expected = get_expected (entry, "triple");
      const char *hex = wire_data_text (entry, "frame");
      g_autoptr (FoliotValue) payload = foliot_value_new_string (hex + 8);
      g_autoptr (GByteArray) bytes = wire_data_unhex (hex + 8);
      g_autoptr (GByteArray) encoded = wire_data_encode (codec, triple);

      assert_encoded (entry, codec, encoded, payload);
      assert_decodes (entry, codec, bytes, expected);
      assert_lower_is_the_wire (wire_data_text (entry, "name"), codec, triple, expected);
    }
  g_test_message ("%u messages", n_messages);
  g_assert_cmpuint (n_messages, ==, 60);
}

/* The notation itself: what is formatted is parsed to the same. */
static void
test_notation (void)
{
  g_autoptr (FoliotValue) data = wire_data_load ();
  FoliotValue *values = foliot_value_lookup (data, "values");
  guint n_values = 0;

  for (gsize i = 0; i < foliot_value_get_length (values); i++)
    {
      g_autoptr (FoliotValue) value = wire_data_value (foliot_value_get_item (values, i), "value");
      g_autofree char *text = value != NULL ? foliot_typed_format (value) : NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (FoliotValue) again = text != NULL ? foliot_typed_parse (text, &error) : NULL;

      g_assert_no_error (error);
      if (value == NULL)
        continue;
      g_assert_true (foliot_value_equal (value, again));
      n_values++;
    }
  g_assert_cmpuint (n_values, >, 180);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/codec/wire-values/row-033-034-035-036-037-038-values", test_values);
  g_test_add_func ("/codec/wire-values/messages", test_messages);
  g_test_add_func ("/codec/wire-values/notation", test_notation);
  return g_test_run ();
}
