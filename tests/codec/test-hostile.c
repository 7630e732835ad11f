/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <string.h>

#include <blosc.h>

#include "wire-data.h"

/*
 * Bytes that somebody chose to do harm: nothing crashes, nothing recurses, every refusal is a named error. The deep ones
 * run on a thread with the stack of a fiber.
 */

#define DEEP        1000000
#define FIBER_STACK (64 * 1024)

static const char *const names[] = { "json", "msgpack", "blosc" };

static FoliotCodec *
new_codec (const char *name, const FoliotLimits *limits)
{
  FoliotCodec *codec = foliot_codec_new (foliot_codec_type_from_name (name, NULL));
  const char *serializers[] = { "date", "V", "proxy" };

  for (gsize i = 0; i < G_N_ELEMENTS (serializers); i++)
    foliot_codec_add_serializer (codec, foliot_typed_get_serializer (serializers[i], NULL), NULL);
  if (limits != NULL)
    foliot_codec_set_limits (codec, limits);
  return codec;
}

/* Decodes to a value that survives encoding, or fails with an error of one of our domains. */
static gboolean
try_decode (FoliotCodec *codec, const guint8 *data, gsize length)
{
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *exact = g_memdup2 (data, length);
  g_autoptr (FoliotValue) value = foliot_codec_decode (codec, exact, length, &error);

  g_assert_true ((value == NULL) == (error != NULL));
  if (error != NULL)
    {
      g_assert_true (error->domain == FOLIOT_CODEC_ERROR || error->domain == FOLIOT_ERROR);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }
  return value != NULL;
}

static void
on_fiber_sized_stack (void *(*body) (void *) )
{
  pthread_attr_t attributes;
  pthread_t thread;

  g_assert_cmpint (pthread_attr_init (&attributes), ==, 0);
  g_assert_cmpint (pthread_attr_setstacksize (&attributes, FIBER_STACK), ==, 0);
  g_assert_cmpint (pthread_create (&thread, &attributes, body, NULL), ==, 0);
  pthread_join (thread, NULL);
  pthread_attr_destroy (&attributes);
}

/* DEEP times @open, then @inner, then DEEP times @close. */
static GByteArray *
new_nest (const char *open, const char *inner, const char *close)
{
  GByteArray *bytes = g_byte_array_new ();

  for (guint i = 0; i < DEEP; i++)
    g_byte_array_append (bytes, (const guint8 *) open, (guint) strlen (open));
  g_byte_array_append (bytes, (const guint8 *) inner, (guint) strlen (inner));
  for (guint i = 0; i < DEEP; i++)
    g_byte_array_append (bytes, (const guint8 *) close, (guint) strlen (close));
  return bytes;
}

static void
check_deep (const char *name, const GByteArray *bytes)
{
  const FoliotLimits limits = { 64 << 20, DEEP, 16 << 20 };
  g_autoptr (FoliotCodec) deep = new_codec (name, &limits);
  g_autoptr (FoliotCodec) usual = new_codec (name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_codec_decode (deep, bytes->data, bytes->len, &error);
  g_autoptr (FoliotValue) lowered = NULL;
  g_autoptr (GByteArray) encoded = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (foliot_value_get_depth (value), ==, DEEP);
  encoded = wire_data_encode (deep, value);
  g_assert_cmpmem (encoded->data, encoded->len, bytes->data, bytes->len);
  lowered = foliot_codec_lower (deep, value, &error);
  g_assert_no_error (error);
  g_assert_null (foliot_codec_decode (usual, bytes->data, bytes->len, &error));
  g_assert_error (error, FOLIOT_CODEC_ERROR, FOLIOT_CODEC_ERROR_LIMIT);
}

static void *
deep_nests (void *unused)
{
  g_autoptr (GByteArray) json_lists = new_nest ("[", "[]", "]");
  g_autoptr (GByteArray) json_maps = new_nest ("{\"a\": ", "\"\"", "}");
  g_autoptr (GByteArray) msgpack_lists = new_nest ("\x91", "\xc3", "");
  g_autoptr (GByteArray) msgpack_maps = new_nest ("\x81\xc3", "\xc3", "");

  g_byte_array_remove_index (json_lists, 0);
  g_byte_array_set_size (json_lists, json_lists->len - 1);
  check_deep ("json", json_lists);
  check_deep ("json", json_maps);
  check_deep ("msgpack", msgpack_lists);
  check_deep ("msgpack", msgpack_maps);
  return NULL;
}

static void
test_deep (void)
{
  on_fiber_sized_stack (deep_nests);
}

/* The notation of a nest has brackets twice as deep. */
static void *
deep_notation (void *unused)
{
  g_autoptr (FoliotValue) value = foliot_value_new_null ();
  g_autoptr (FoliotValue) again = NULL;
  g_autofree char *typed = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < DEEP / 4; i++)
    value = foliot_value_new_list (&value, 1);
  typed = foliot_typed_format (value);
  again = foliot_typed_parse (typed, &error);
  g_assert_no_error (error);
  g_assert_true (foliot_value_equal (value, again));
  return NULL;
}

static void
test_deep_notation (void)
{
  on_fiber_sized_stack (deep_notation);
}

/* Something to change at the very bottom: lower and raise go all the way down. */
static void *
deep_changes (void *unused)
{
  const FoliotLimits limits = { 64 << 20, DEEP + 10, 16 << 20 };
  g_autoptr (FoliotCodec) codec = new_codec ("json", &limits);
  FoliotDate date = { 0, 0 };
  g_autoptr (FoliotValue) value = foliot_value_new_date (&date);
  g_autoptr (FoliotValue) lowered = NULL;
  g_autoptr (FoliotValue) raised = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < DEEP; i++)
    {
      FoliotValue *pair[] = { foliot_value_new_null (), value };

      value = i % 2 == 0 ? foliot_value_new_map (pair, 1) : foliot_value_new_list (&value, 1);
    }
  lowered = foliot_codec_lower (codec, value, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (foliot_value_get_depth (lowered), ==, DEEP + 2);
  raised = foliot_codec_raise (codec, lowered, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (foliot_value_get_depth (raised), ==, DEEP);
  return NULL;
}

static void
test_deep_changes (void)
{
  on_fiber_sized_stack (deep_changes);
}

/* Objects inside objects: their destructors nest, so there are few at a time. */
static void *
nested_objects (void *unused)
{
  const FoliotLimits limits = { 64 << 20, DEEP, 16 << 20 };
  g_autoptr (FoliotCodec) codec = new_codec ("json", &limits);

  for (guint depth = 31; depth <= 34; depth++)
    {
      g_autoptr (GString) json = g_string_new (NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (FoliotValue) value = NULL;

      for (guint i = 0; i < depth; i++)
        g_string_append (json, "{\"__type__\": [1, {\"y\": 0, \"x\": ");
      g_string_append (json, "0");
      for (guint i = 0; i < depth; i++)
        g_string_append (json, "}]}");
      value = foliot_codec_decode (codec, (const guint8 *) json->str, json->len, &error);
      g_assert_true ((value != NULL) == (depth <= 32));
      if (value == NULL)
        g_assert_error (error, FOLIOT_CODEC_ERROR, FOLIOT_CODEC_ERROR_LIMIT);
    }
  return NULL;
}

static void
test_nested_objects (void)
{
  on_fiber_sized_stack (nested_objects);
}

/* Keys inside keys, and lists of lists as keys: checked once each, not once a level. */
static void
test_deep_keys (void)
{
  const FoliotLimits limits = { 64 << 20, DEEP + 10, 16 << 20 };
  g_autoptr (FoliotCodec) codec = new_codec ("msgpack", &limits);
  g_autoptr (GByteArray) key = new_nest ("\x91", "\x90", "");
  g_autoptr (GByteArray) maps = new_nest ("\x81", "\xc3", "\xc3");
  g_autoptr (GError) error = NULL;

  g_byte_array_prepend (key, (const guint8 *) "\x81", 1);
  g_byte_array_append (key, (const guint8 *) "\xc0", 1);
  g_assert_true (try_decode (codec, key->data, key->len));
  g_assert_null (foliot_codec_decode (codec, maps->data, maps->len, &error));
  g_assert_error (error, FOLIOT_CODEC_ERROR, FOLIOT_CODEC_ERROR_UNSUPPORTED);
}

/* Every recorded value of up to 1 KB: cut at each byte, and with each bit changed. */
static void
test_cuts_and_flips (void)
{
  g_autoptr (FoliotValue) data = wire_data_load ();
  FoliotValue *values = foliot_value_lookup (data, "values");
  guint n_tries = 0;

  for (gsize i = 0; i < foliot_value_get_length (values); i++)
    {
      FoliotValue *entry = foliot_value_get_item (values, i);
      FoliotValue *hex = foliot_value_lookup (entry, "encoded");
      g_autoptr (FoliotCodec) codec = new_codec (wire_data_text (entry, "codec"), NULL);
      g_autoptr (GByteArray) bytes = NULL;
      gboolean whole;

      if (hex == NULL || foliot_value_get_kind (hex) != FOLIOT_VALUE_STRING
          || strlen (foliot_value_get_string (hex, NULL)) > 2048)
        continue;
      bytes = wire_data_unhex (foliot_value_get_string (hex, NULL));
      whole = try_decode (codec, bytes->data, bytes->len);
      for (guint cut = 0; cut < MIN (bytes->len, 300); cut++, n_tries += 9)
        {
          gboolean taken = try_decode (codec, bytes->data, cut);

          /* A number that is cut is a number; nothing else is whole before its end. */
          if (whole && taken)
            g_assert_true (strcmp (wire_data_text (entry, "codec"), "json") == 0);
          for (guint bit = 0; bit < 8; bit++)
            {
              bytes->data[cut] ^= (guint8) (1u << bit);
              try_decode (codec, bytes->data, bytes->len);
              bytes->data[cut] ^= (guint8) (1u << bit);
            }
        }
    }
  g_test_message ("%u inputs", n_tries);
  g_assert_cmpuint (n_tries, >, 50000);
}

/* Bytes without any form, from a fixed generator. */
static void
test_noise (void)
{
  guint64 state = 1;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (FoliotCodec) codec = new_codec (names[i], NULL);

      for (guint round = 0; round < 20000; round++)
        {
          guint8 noise[64];
          gsize length = round % sizeof noise;

          for (gsize k = 0; k < length; k++)
            {
              state = state * G_GUINT64_CONSTANT (6364136223846793005) + 1442695040888963407;
              noise[k] = (guint8) (state >> 56);
            }
          try_decode (codec, noise, length);
        }
    }
}

/* What we store without blosc is what blosc would have stored, at every length where we do. */
static void
test_stored_chunks (void)
{
  g_autoptr (FoliotCodec) codec = new_codec ("blosc", NULL);
  g_autoptr (FoliotCodec) msgpack = new_codec ("msgpack", NULL);

  for (guint length = 0; length < 200; length++)
    {
      g_autofree char *text = g_strnfill (length, 'a');
      g_autoptr (FoliotValue) value = foliot_value_new_string (text);
      g_autoptr (GByteArray) chunk = wire_data_encode (codec, value);
      g_autoptr (GByteArray) plain = wire_data_encode (msgpack, value);
      guint8 expected[512];
      guint8 back[512];
      int n = blosc_compress_ctx (9, BLOSC_SHUFFLE, 8, plain->len, plain->data, expected, sizeof expected,
                                  "blosclz", 0, 1);

      g_assert_cmpint (n, >, 0);
      g_assert_cmpmem (chunk->data, chunk->len, expected, (gsize) n);
      n = blosc_decompress_ctx (chunk->data, back, sizeof back, 1);
      g_assert_cmpmem (back, (gsize) n, plain->data, plain->len);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/codec/hostile/deep", test_deep);
  g_test_add_func ("/codec/hostile/deep-notation", test_deep_notation);
  g_test_add_func ("/codec/hostile/deep-changes", test_deep_changes);
  g_test_add_func ("/codec/hostile/nested-objects", test_nested_objects);
  g_test_add_func ("/codec/hostile/deep-keys", test_deep_keys);
  g_test_add_func ("/codec/hostile/row-025-cuts-and-flips", test_cuts_and_flips);
  g_test_add_func ("/codec/hostile/noise", test_noise);
  g_test_add_func ("/codec/hostile/row-038-stored-chunks", test_stored_chunks);
  return g_test_run ();
}
