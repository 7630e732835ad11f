/* SPDX-License-Identifier: MIT */
#include "wire-data.h"

#include <string.h>

#include "codec/foliot-stand-in-private.h"

/*
 * What all codecs share: serializers, envelopes, error texts; and what a link that carries values owes to the wire.
 */

static const GType *
get_codec_types (void)
{
  static GType types[4];

  types[0] = FOLIOT_TYPE_CODEC_JSON;
  types[1] = FOLIOT_TYPE_CODEC_MSGPACK;
  types[2] = FOLIOT_TYPE_CODEC_BLOSC;
  return types;
}

static FoliotValue *
parse (const char *typed)
{
  g_autoptr (GError) error = NULL;
  FoliotValue *value = foliot_typed_parse (typed, &error);

  g_assert_no_error (error);
  return value;
}

static FoliotCodec *
new_codec (GType type, const char *serializers)
{
  FoliotCodec *codec = foliot_codec_new (type);
  g_auto (GStrv) names = g_strsplit (serializers, ",", -1);
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; names[i] != NULL && names[i][0] != '\0'; i++)
    foliot_codec_add_serializer (codec, foliot_typed_get_serializer (names[i], &error), &error);
  g_assert_no_error (error);
  return codec;
}

/* @typed encodes to @json. */
static void
assert_json (FoliotCodec *codec, const char *typed, const char *json)
{
  g_autoptr (FoliotValue) value = parse (typed);
  g_autoptr (GByteArray) bytes = wire_data_encode (codec, value);

  g_byte_array_append (bytes, (const guint8 *) "", 1);
  g_assert_cmpstr ((const char *) bytes->data, ==, json);
}

/* @typed cannot be encoded nor lowered, and the text says why. */
static void
assert_refused (FoliotCodec *codec, FoliotValue *value, GQuark domain, int code, const char *message)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) lower_error = NULL;

  g_assert_false (foliot_codec_encode (codec, value, bytes, &error));
  g_assert_error (error, domain, code);
  g_assert_cmpstr (error->message, ==, message);
  g_assert_cmpuint (bytes->len, ==, 0);
  g_assert_null (foliot_codec_lower (codec, value, &lower_error));
  g_assert_error (lower_error, domain, code);
  g_assert_cmpstr (lower_error->message, ==, message);
}

static void
assert_serialization_error (FoliotCodec *codec, const char *typed, const char *message)
{
  g_autoptr (FoliotValue) value = parse (typed);

  assert_refused (codec, value, FOLIOT_ERROR, FOLIOT_ERROR_SERIALIZATION, message);
}

static FoliotValue *
decode_text (FoliotCodec *codec, const char *text, GError **error)
{
  return foliot_codec_decode (codec, (const guint8 *) text, strlen (text), error);
}

static void
assert_envelope_error (FoliotCodec *codec, const char *json, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (decode_text (codec, json, &error));
  g_assert_error (error, FOLIOT_CODEC_ERROR, FOLIOT_CODEC_ERROR_ENVELOPE);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_names (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (foliot_codec_type_from_name ("json", NULL) == FOLIOT_TYPE_CODEC_JSON);
  g_assert_true (foliot_codec_type_from_name ("msgpack", NULL) == FOLIOT_TYPE_CODEC_MSGPACK);
  g_assert_true (foliot_codec_type_from_name ("blosc", NULL) == FOLIOT_TYPE_CODEC_BLOSC);
  g_assert_true (foliot_codec_type_from_name ("JSON", &error) == G_TYPE_INVALID);
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE);
  g_assert_cmpstr (error->message, ==, "Unknown codec \"JSON\": use one of json, msgpack, blosc");
}

static void
test_to_string (void)
{
  g_autoptr (FoliotCodec) json = new_codec (FOLIOT_TYPE_CODEC_JSON, "date,proxy");
  g_autoptr (FoliotCodec) msgpack = new_codec (FOLIOT_TYPE_CODEC_MSGPACK, "date,V,proxy");
  g_autoptr (FoliotCodec) blosc = new_codec (FOLIOT_TYPE_CODEC_BLOSC, "");
  g_autofree char *json_text = foliot_codec_to_string (json);
  g_autofree char *msgpack_text = foliot_codec_to_string (msgpack);
  g_autofree char *blosc_text = foliot_codec_to_string (blosc);

  g_assert_cmpstr (json_text, ==, "JSON[Arrow, object]");
  g_assert_cmpstr (msgpack_text, ==, "MsgPack[Arrow, V, object]");
  g_assert_cmpstr (blosc_text, ==, "MsgPackBlosc[]");
}

static void
test_serializer_ids (void)
{
  g_autoptr (FoliotCodec) codec = new_codec (FOLIOT_TYPE_CODEC_JSON, "V,date,W,proxy");

  assert_json (codec, "[\"date\", \"2016-01-01T00:00:00+00:00\"]",
               "{\"__type__\": [1, \"2016-01-01T00:00:00+00:00\"]}");
  assert_json (codec, "[\"obj\", [\"V\", [[\"x\", [\"null\"]], [\"y\", [\"null\"]]]]]",
               "{\"__type__\": [0, {\"x\": null, \"y\": null}]}");
  assert_json (codec, "[\"obj\", [\"W\", [[\"name\", [\"null\"]], [\"items\", [\"null\"]]]]]",
               "{\"__type__\": [2, {\"name\": null, \"items\": null}]}");
  assert_json (codec, "[\"service\", \"a/b\"]", "{\"__type__\": [3, \"a/b\"]}");
}

static void
test_duplicate_serializer (void)
{
  g_autoptr (FoliotCodec) codec = new_codec (FOLIOT_TYPE_CODEC_JSON, "date,V,proxy");
  const char *names[] = { "date", "V", "proxy" };
  const char *classes[] = { "arrow.arrow.Arrow", "V", "object" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *message
          = g_strdup_printf ("There is already a serializer for type \"<class '%s'>\"", classes[i]);
      g_autoptr (GError) error = NULL;

      g_assert_false (
          foliot_codec_add_serializer (codec, foliot_typed_get_serializer (names[i], NULL), &error));
      g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE);
      g_assert_cmpstr (error->message, ==, message);
    }
}

/* A serializer for every class, that takes what comes and says so. */
static FoliotValue *
serialize_any (FoliotValue *object, gpointer user_data, GError **error)
{
  return foliot_value_new_string ("any");
}

static FoliotValue *
deserialize_any (FoliotValue *representation, gpointer user_data, GError **error)
{
  return foliot_value_new_string ("was any");
}

static FoliotValue *
serialize_never (FoliotValue *object, gpointer user_data, GError **error)
{
  g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_RUNTIME, "out of order");
  return NULL;
}

static FoliotValue *
serialize_type_key (FoliotValue *object, gpointer user_data, GError **error)
{
  return foliot_value_build_map ("__type__", foliot_value_new_null (), NULL);
}

static FoliotValue *
serialize_bytes (FoliotValue *object, gpointer user_data, GError **error)
{
  return foliot_value_new_bytes ("b", 1);
}

static void
test_fallback (void)
{
  static const FoliotSerializer any = { G_TYPE_NONE, serialize_any, deserialize_any, NULL };
  g_autoptr (FoliotCodec) codec = new_codec (FOLIOT_TYPE_CODEC_JSON, "");
  g_autoptr (FoliotValue) back = NULL;

  g_assert_true (foliot_codec_add_serializer (codec, &any, NULL));
  g_assert_true (foliot_codec_add_serializer (codec, foliot_typed_get_serializer ("V", NULL), NULL));
  assert_json (codec, "[\"obj\", [\"V\", [[\"x\", [\"null\"]], [\"y\", [\"null\"]]]]]",
               "{\"__type__\": [1, {\"x\": null, \"y\": null}]}");
  assert_json (codec, "[\"obj\", [\"W\", [[\"name\", [\"null\"]], [\"items\", [\"null\"]]]]]",
               "{\"__type__\": [0, \"any\"]}");
  assert_json (codec, "[\"date\", \"2016-01-01T00:00:00+00:00\"]", "{\"__type__\": [0, \"any\"]}");
  back = decode_text (codec, "[{\"__type__\": [0, 1]}]", NULL);
  g_assert_cmpstr (foliot_value_get_string (foliot_value_get_item (back, 0), NULL), ==, "was any");
}

static void
test_nested_objects (void)
{
  const char *typed
      = "[\"obj\", [\"V\", [[\"x\", [\"obj\", [\"V\", [[\"x\", [\"date\", \"2016-01-01T00:00:00+00:00\"]], "
        "[\"y\", [\"list\", []]]]]]], [\"y\", [\"map\", [[[\"str\", \"p\"], [\"obj\", [\"W\", [[\"name\", "
        "[\"null\"]], [\"items\", [\"int\", \"1\"]]]]]]]]]]]]";

  for (const GType *type = get_codec_types (); *type != 0; type++)
    {
      g_autoptr (FoliotCodec) codec = new_codec (*type, "date,V,W");
      g_autoptr (FoliotValue) value = parse (typed);
      g_autoptr (GByteArray) bytes = wire_data_encode (codec, value);
      g_autoptr (FoliotValue) back = foliot_codec_decode (codec, bytes->data, bytes->len, NULL);

      wire_data_assert_same ("nested", back, value);
      g_assert_true (foliot_value_equal (back, value));
    }
}

static void
test_no_serializer (void)
{
  g_autoptr (FoliotCodec) codec = new_codec (FOLIOT_TYPE_CODEC_MSGPACK, "");

  assert_serialization_error (codec, "[\"list\", [[\"date\", \"2016-01-01T00:00:00+00:00\"]]]",
                              "No serializer found for type \"<class 'arrow.arrow.Arrow'>\"");
  assert_serialization_error (codec, "[\"obj\", [\"V\", [[\"x\", [\"null\"]], [\"y\", [\"null\"]]]]]",
                              "No serializer found for type \"<class 'V'>\"");
  assert_serialization_error (codec, "[\"unsupported\", \"set\"]",
                              "No serializer found for type \"<class 'set'>\"");
}

/* With a fallback, which is what RPC registers, the texts are wrapped. */
static void
test_failing_serializer (void)
{
  static const FoliotSerializer never = { G_TYPE_NONE, serialize_never, deserialize_any, NULL };
  g_autoptr (FoliotCodec) json = new_codec (FOLIOT_TYPE_CODEC_JSON, "date,proxy");
  g_autoptr (FoliotCodec) msgpack = new_codec (FOLIOT_TYPE_CODEC_MSGPACK, "proxy");
  g_autoptr (FoliotCodec) failing = new_codec (FOLIOT_TYPE_CODEC_JSON, "");

  assert_serialization_error (
      json, "[\"bytes\", \"78\"]",
      "Could not serialize object \"b'x'\": No serializer found for type \"<class 'bytes'>\"");
  assert_serialization_error (
      json, "[\"unsupported\", \"set\"]",
      "Could not serialize object \"set()\": No serializer found for type \"<class 'set'>\"");
  assert_serialization_error (json, "[\"proxy\", \"a\"]",
                              "Could not serialize object \"Proxy('a')\": No serializer found for type "
                              "\"<class 'aiomas.rpc.Proxy'>\"");
  assert_serialization_error (
      msgpack, "[\"int\", \"18446744073709551616\"]",
      "Could not serialize object \"18446744073709551616\": No serializer found for type \"<class 'int'>\"");
  g_assert_true (foliot_codec_add_serializer (failing, &never, NULL));
  assert_serialization_error (failing,
                              "[\"obj\", [\"V\", [[\"x\", [\"int\", \"1\"]], [\"y\", [\"str\", \"b\"]]]]]",
                              "Could not serialize object \"V(x=1, y='b')\": out of order");
}

/* What a serializer returns must be sendable too. */
static void
test_representation_is_checked (void)
{
  static const FoliotSerializer type_key = { G_TYPE_NONE, serialize_type_key, deserialize_any, NULL };
  static const FoliotSerializer bytes = { G_TYPE_NONE, serialize_bytes, deserialize_any, NULL };
  g_autoptr (FoliotCodec) first = new_codec (FOLIOT_TYPE_CODEC_JSON, "");
  g_autoptr (FoliotCodec) second = new_codec (FOLIOT_TYPE_CODEC_JSON, "");

  g_assert_true (foliot_codec_add_serializer (first, &type_key, NULL));
  g_assert_true (foliot_codec_add_serializer (second, &bytes, NULL));
  assert_serialization_error (
      first, "[\"unsupported\", \"set\"]",
      "A map with the key \"__type__\" cannot be sent: the other end would take it for an object. "
      "Use another key");
  assert_serialization_error (
      second, "[\"list\", [[\"unsupported\", \"set\"]]]",
      "Could not serialize object \"b'b'\": No serializer found for type \"<class 'bytes'>\"");
}

/* The __type__ of a user's map would be read as an envelope. A key of bytes would not. */
static void
test_type_key_refused (void)
{
  for (const GType *type = get_codec_types (); *type != 0; type++)
    {
      g_autoptr (FoliotCodec) codec = new_codec (*type, "V");

      assert_serialization_error (
          codec,
          "[\"list\", [[\"map\", [[[\"str\", \"a\"], [\"map\", [[[\"str\", \"__type__\"], [\"null\"]]]]]]]]]",
          "A map with the key \"__type__\" cannot be sent: the other end would take it for an object. Use "
          "another key");
    }
  {
    g_autoptr (FoliotCodec) codec = new_codec (FOLIOT_TYPE_CODEC_MSGPACK, "V");
    g_autoptr (FoliotValue) value = parse ("[\"map\", [[[\"bytes\", \"5f5f747970655f5f\"], [\"null\"]]]]");
    g_autoptr (GByteArray) bytes = wire_data_encode (codec, value);
    g_autoptr (FoliotValue) back = foliot_codec_decode (codec, bytes->data, bytes->len, NULL);

    g_assert_true (foliot_value_equal (back, value));
  }
}

static void
test_envelope_errors (void)
{
  g_autoptr (FoliotCodec) codec = new_codec (FOLIOT_TYPE_CODEC_JSON, "V");
  const char *unknown = ", 1 serializers are registered: both ends need the same ones in the same order";
  const char *no_pair = ", expected a pair of type id and representation";
  const char *ids[] = { "1", "-1", "0.5", "1e300", "NaN", "\"0\"", "null", "[0]", "18446744073709551616" };
  const char *prints[] = { "1", "-1", "0.5", "1e+300", "nan", "'0'", "None", "[0]", "18446744073709551616" };
  const char *pairs[] = { "0", "[0]", "[0, 1, 2]", "\"01\"", "{\"a\": 0, \"b\": 1}", "null" };
  const char *pair_prints[] = { "0", "[0]", "[0, 1, 2]", "'01'", "{'a': 0, 'b': 1}", "None" };

  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autofree char *json = g_strdup_printf ("{\"__type__\": [%s, {}]}", ids[i]);
      g_autofree char *message = g_strconcat ("Unknown type id ", prints[i], unknown, NULL);

      assert_envelope_error (codec, json, message);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autofree char *json = g_strdup_printf ("[{\"__type__\": %s}]", pairs[i]);
      g_autofree char *message = g_strconcat ("The value of \"__type__\" is ", pair_prints[i], no_pair, NULL);

      assert_envelope_error (codec, json, message);
    }
}

static void
test_date_texts (void)
{
  g_autoptr (FoliotCodec) codec = new_codec (FOLIOT_TYPE_CODEC_JSON, "date");
  const char *good[][2] = {
    { "1451606400", "[\"date\", \"2016-01-01T00:00:00+00:00\"]" },
    { "-0.5", "[\"date\", \"1969-12-31T23:59:59.500000+00:00\"]" },
    { "0.0000005", "[\"date\", \"1970-01-01T00:00:00+00:00\"]" },
    { "0.0000015", "[\"date\", \"1970-01-01T00:00:00.000002+00:00\"]" },
    { "253402300799", "[\"date\", \"9999-12-31T23:59:59+00:00\"]" },
    { "-62135596800", "[\"date\", \"0001-01-01T00:00:00+00:00\"]" },
  };
  const char *bad[]
      = { "null", "NaN",  "Infinity", "253402300800", "-62135596801",         "[]",
          "true", "\"\"", "1e99",     "\"a\\u0000\"", "253402300799.9999999", "18446744073709551616" };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *json = g_strdup_printf ("{\"__type__\": [0, %s]}", good[i][0]);
      g_autoptr (FoliotValue) value = decode_text (codec, json, NULL);
      g_autofree char *typed = foliot_typed_format (value);

      g_assert_cmpstr (typed, ==, good[i][1]);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *json = g_strdup_printf ("{\"__type__\": [0, %s]}", bad[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (decode_text (codec, json, &error));
      g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE);
    }
}

/* What JSON changes, lower changes the same way; and it costs nothing when there is nothing to change. */
static void
test_json_lower (void)
{
  g_autoptr (FoliotCodec) codec = new_codec (FOLIOT_TYPE_CODEC_JSON, "date");
  const char *cases[][2] = {
    { "[\"map\", [[[\"int\", \"1\"], [\"str\", \"int\"]], [[\"str\", \"1\"], [\"str\", \"str\"]], "
      "[[\"null\"], [\"int\", "
      "\"0\"]]]]",
      "[\"map\", [[[\"str\", \"1\"], [\"str\", \"str\"]], [[\"str\", \"null\"], [\"int\", \"0\"]]]]" },
    { "[\"list\", [[\"float\", \"fff8000000000001\"], [\"float\", \"8000000000000000\"]]]",
      "[\"list\", [[\"float\", \"7ff8000000000000\"], [\"float\", \"8000000000000000\"]]]" },
    { "[\"map\", [[[\"float\", \"3ff8000000000000\"], [\"map\", [[[\"bool\", false], [\"date\", "
      "\"2016-01-01T00:00:00+00:00\"]]]]]]]",
      "[\"map\", [[[\"str\", \"1.5\"], [\"map\", [[[\"str\", \"false\"], [\"map\", [[[\"str\", "
      "\"__type__\"], [\"list\", "
      "[[\"int\", \"0\"], [\"str\", \"2016-01-01T00:00:00+00:00\"]]]]]]]]]]]]" },
  };
  g_autoptr (FoliotValue) plain = parse ("[\"map\", [[[\"str\", \"a\"], [\"list\", [[\"null\"]]]]]]");
  g_autoptr (FoliotValue) same = foliot_codec_lower (codec, plain, NULL);

  g_assert_true (same == plain);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (FoliotValue) value = parse (cases[i][0]);
      g_autoptr (FoliotValue) lowered = foliot_codec_lower (codec, value, NULL);
      g_autoptr (GByteArray) bytes = wire_data_encode (codec, value);
      g_autoptr (FoliotValue) read = foliot_codec_read (codec, bytes->data, bytes->len, NULL);
      g_autofree char *typed = foliot_typed_format (lowered);

      g_assert_cmpstr (typed, ==, cases[i][1]);
      g_assert_true (foliot_value_equal (lowered, read));
    }
}

/* Two surrogates side by side, made by hand as two times three bytes: a wire makes one character of them. */
static void
test_json_joins_surrogates (void)
{
  g_autoptr (FoliotCodec) codec = new_codec (FOLIOT_TYPE_CODEC_JSON, "");
  g_autoptr (FoliotValue) text
      = foliot_value_new_string_checked ("\xed\xa0\xbd\xed\xb8\x80\xed\xa0\xbd", 9, TRUE);
  FoliotValue *pair[] = { foliot_value_ref (text), foliot_value_ref (text) };
  g_autoptr (FoliotValue) map = foliot_value_new_map (pair, 1);
  g_autoptr (FoliotValue) lowered = foliot_codec_lower (codec, map, NULL);
  g_autoptr (GByteArray) bytes = wire_data_encode (codec, map);
  g_autoptr (FoliotValue) decoded = foliot_codec_decode (codec, bytes->data, bytes->len, NULL);
  g_autofree char *typed = foliot_typed_format (lowered);

  g_assert_cmpstr (typed, ==, "[\"map\", [[[\"str16\", \"d83dde00d83d\"], [\"str16\", \"d83dde00d83d\"]]]]");
  g_assert_true (foliot_value_equal (lowered, decoded));
}

/* Keys that repeat are shared by what is read: those that look alike must stay apart. */
static void
test_repeated_keys (void)
{
  FoliotValue *maps[3];
  g_autoptr (FoliotValue) value = NULL;

  for (gsize m = 0; m < G_N_ELEMENTS (maps); m++)
    {
      FoliotValue *pairs[160];

      for (guint i = 0; i < 80; i++)
        {
          g_autofree char *key = g_strnfill (i / 2, 'a');

          if (i % 2 == 1 && i > 1)
            key[i / 4] = 'b';
          pairs[2 * i] = foliot_value_new_string (key);
          pairs[2 * i + 1] = foliot_value_new_uint (i * 1000 + m);
        }
      maps[m] = foliot_value_new_map (pairs, 80);
    }
  value = foliot_value_new_list (maps, G_N_ELEMENTS (maps));
  for (const GType *type = get_codec_types (); *type != 0; type++)
    {
      g_autoptr (FoliotCodec) codec = new_codec (*type, "");
      g_autoptr (GByteArray) bytes = wire_data_encode (codec, value);
      g_autoptr (FoliotValue) back = foliot_codec_decode (codec, bytes->data, bytes->len, NULL);

      g_assert_true (foliot_value_equal (back, value));
    }
}

static void
test_json_keys_refused (void)
{
  g_autoptr (FoliotCodec) codec = new_codec (FOLIOT_TYPE_CODEC_JSON, "date,V");
  const char *keys[][2] = { { "[\"list\", []]", "tuple" },
                            { "[\"bytes\", \"61\"]", "bytes" },
                            { "[\"date\", \"2016-01-01T00:00:00+00:00\"]", "Arrow" },
                            { "[\"obj\", [\"V\", [[\"x\", [\"null\"]], [\"y\", [\"null\"]]]]]", "V" },
                            { "[\"ext\", [1, \"\"]]", "ExtType" } };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autofree char *typed = g_strdup_printf ("[\"list\", [[\"map\", [[%s, [\"null\"]]]]]]", keys[i][0]);
      g_autofree char *message
          = g_strconcat ("keys must be str, int, float, bool or None, not ", keys[i][1], NULL);
      g_autoptr (FoliotValue) value = parse (typed);

      assert_refused (codec, value, FOLIOT_ERROR, FOLIOT_ERROR_TYPE, message);
    }
}

/* An object as a map key: MsgPack carries it, as aiomas does. */
static void
test_msgpack_object_key (void)
{
  g_autoptr (FoliotCodec) codec = new_codec (FOLIOT_TYPE_CODEC_MSGPACK, "date");
  g_autoptr (FoliotValue) value = parse (
      "[\"map\", [[[\"date\", \"2016-01-01T00:00:00+00:00\"], [\"int\", \"1\"]], [[\"list\", [[\"date\", "
      "\"2016-01-01T00:00:00+00:00\"]]], [\"int\", \"2\"]]]]");
  g_autoptr (GByteArray) bytes = wire_data_encode (codec, value);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) back = foliot_codec_decode (codec, bytes->data, bytes->len, &error);

  g_assert_no_error (error);
  wire_data_assert_same ("object key", back, value);
}

/* Integers beyond 64 bits, surrogates with something before them. */
static void
test_msgpack_refused (void)
{
  g_autoptr (FoliotCodec) codec = new_codec (FOLIOT_TYPE_CODEC_BLOSC, "");
  g_autoptr (FoliotValue) surrogate
      = parse ("[\"map\", [[[\"str16\", \"00e9d83dde0000e9dfff\"], [\"null\"]]]]");

  assert_serialization_error (codec, "[\"map\", [[[\"int\", \"-9223372036854775809\"], [\"null\"]]]]",
                              "No serializer found for type \"<class 'int'>\"");
  assert_refused (codec, surrogate, FOLIOT_CODEC_ERROR, FOLIOT_CODEC_ERROR_UTF8,
                  "'utf-8' codec can't encode character '\\udfff' in position 3: surrogates not allowed");
}

/* write takes plain data only and says so. */
static void
test_write_of_what_is_not_plain (void)
{
  const char *values[] = { "[\"date\", \"2016-01-01T00:00:00+00:00\"]", "[\"list\", [[\"service\", \"\"]]]" };

  for (const GType *type = get_codec_types (); *type != 0; type++)
    for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
      {
        g_autoptr (FoliotCodec) codec = new_codec (*type, "date,proxy");
        g_autoptr (FoliotValue) value = parse (values[i]);
        g_autoptr (GByteArray) bytes = g_byte_array_new ();
        g_autoptr (GError) error = NULL;

        g_assert_false (foliot_codec_write (codec, value, bytes, &error));
        g_assert_error (error, FOLIOT_CODEC_ERROR, FOLIOT_CODEC_ERROR_UNSUPPORTED);
        g_assert_cmpuint (bytes->len, ==, 0);
      }
}

/* ---- a codec of a user's own --------------------------------------------------------------------------------- */

typedef struct
{
  FoliotCodec parent_instance;
} OwnCodec;

typedef struct
{
  FoliotCodecClass parent_class;
} OwnCodecClass;

static GType own_codec_get_type (void);
G_DEFINE_TYPE (OwnCodec, own_codec, FOLIOT_TYPE_CODEC)

static gboolean
own_codec_write (FoliotCodec *codec, FoliotValue *value, GByteArray *out, GError **error)
{
  g_autofree char *typed = foliot_typed_format (value);

  g_byte_array_append (out, (const guint8 *) typed, (guint) strlen (typed));
  return TRUE;
}

static FoliotValue *
own_codec_read (FoliotCodec *codec, const guint8 *data, gsize length, GError **error)
{
  g_autofree char *typed = g_strndup ((const char *) data, length);

  return foliot_typed_parse (typed, error);
}

static void
own_codec_class_init (OwnCodecClass *klass)
{
  klass->parent_class.name = "Own";
  klass->parent_class.write = own_codec_write;
  klass->parent_class.read = own_codec_read;
}

static void
own_codec_init (OwnCodec *codec)
{
}

static void
test_own_codec (void)
{
  g_autoptr (FoliotCodec) codec = new_codec (own_codec_get_type (), "date,V");
  g_autoptr (FoliotValue) value
      = parse ("[\"list\", [[\"bytes\", \"00\"], [\"date\", \"2016-01-01T00:00:00+00:00\"]]]");
  g_autoptr (GByteArray) bytes = wire_data_encode (codec, value);
  g_autoptr (FoliotValue) back = foliot_codec_decode (codec, bytes->data, bytes->len, NULL);
  g_autofree char *text = foliot_codec_to_string (codec);

  g_assert_cmpstr (text, ==, "Own[Arrow, V]");
  wire_data_assert_same ("own codec", back, value);
}

/* Recipes are short for what they make: what all of one notation make is limited. */
static void
test_recipes (void)
{
  static const struct
  {
    const char *typed;
    gboolean fits;
  } cases[] = {
    { "[\"countmap\", 65536]", TRUE },
    { "[\"countmap\", 65537]", FALSE },
    { "[\"countmap\",805516]", FALSE },
    { "[\"list\", [[\"countmap\", 65535], [\"fill\", {\"of\": [\"int\", \"7\"], \"n\": 1}]]]", TRUE },
    { "[\"list\", [[\"countmap\", 65535], [\"fill\", {\"of\": [\"int\", \"7\"], \"n\": 2}]]]", FALSE },
    { "[\"repeat\", {\"of\": [\"str\", \"ab\"], \"n\": 524288}]", TRUE },
    { "[\"repeat\", {\"of\": [\"str\", \"ab\"], \"n\": 524289}]", FALSE },
    { "[\"repeat\", {\"of\": [\"str\", \"\"], \"n\": 9000000000}]", FALSE },
    { "[\"lcg\", {\"seed\": 1, \"n\": 1048577}]", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (FoliotValue) value = foliot_typed_parse (cases[i].typed, &error);

      if (cases[i].fits)
        g_assert_no_error (error);
      else
        g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE);
      g_assert_true ((value != NULL) == cases[i].fits);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/codec/names", test_names);
  g_test_add_func ("/codec/row-040-codec-str", test_to_string);
  g_test_add_func ("/codec/row-041-add-serializer-ids", test_serializer_ids);
  g_test_add_func ("/codec/row-042-duplicate-serializer", test_duplicate_serializer);
  g_test_add_func ("/codec/row-043-object-fallback", test_fallback);
  g_test_add_func ("/codec/row-044-nested-custom-objects", test_nested_objects);
  g_test_add_func ("/codec/row-045-no-serializer", test_no_serializer);
  g_test_add_func ("/codec/row-046-failing-serializer", test_failing_serializer);
  g_test_add_func ("/codec/representation-is-checked", test_representation_is_checked);
  g_test_add_func ("/codec/type-key-refused", test_type_key_refused);
  g_test_add_func ("/codec/envelope-errors", test_envelope_errors);
  g_test_add_func ("/codec/date-texts", test_date_texts);
  g_test_add_func ("/codec/row-036-json-lower", test_json_lower);
  g_test_add_func ("/codec/json-joins-surrogates", test_json_joins_surrogates);
  g_test_add_func ("/codec/repeated-keys", test_repeated_keys);
  g_test_add_func ("/codec/json-keys-refused", test_json_keys_refused);
  g_test_add_func ("/codec/msgpack-object-key", test_msgpack_object_key);
  g_test_add_func ("/codec/msgpack-refused", test_msgpack_refused);
  g_test_add_func ("/codec/write-of-what-is-not-plain", test_write_of_what_is_not_plain);
  g_test_add_func ("/codec/row-049-own-codec", test_own_codec);
  g_test_add_func ("/codec/recipes", test_recipes);
  return g_test_run ();
}
