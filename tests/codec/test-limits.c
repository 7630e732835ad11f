/* SPDX-License-Identifier: MIT */
#include "wire-data.h"

#include <string.h>

/* Each limit at its edge: what just fits passes, one more is refused by name, in both directions. */

static const char *const names[] = { "json", "msgpack", "blosc" };

static FoliotCodec *
new_codec (const char *name, gsize max_bytes, guint max_depth, guint max_items)
{
  FoliotCodec *codec = foliot_codec_new (foliot_codec_type_from_name (name, NULL));
  const FoliotLimits limits = { max_bytes, max_depth, max_items };

  foliot_codec_set_limits (codec, &limits);
  return codec;
}

/* @depth lists inside each other. */
static FoliotValue *
new_nest (guint depth)
{
  FoliotValue *value = foliot_value_new_list (NULL, 0);

  for (guint i = 1; i < depth; i++)
    value = foliot_value_new_list (&value, 1);
  return value;
}

static FoliotValue *
new_nulls (guint n_items)
{
  g_autofree FoliotValue **items = g_new (FoliotValue *, n_items);

  for (guint i = 0; i < n_items; i++)
    items[i] = foliot_value_new_null ();
  return foliot_value_new_list (items, n_items);
}

static void
assert_limit (const GError *error, const char *limit)
{
  g_assert_error (error, FOLIOT_CODEC_ERROR, FOLIOT_CODEC_ERROR_LIMIT);
  g_assert_nonnull (strstr (error->message, limit));
}

/* What a link that carries values does instead of writing: @loose gives the @plain data, @tight says what its writer said. */
static void
check_limit_by_reference (FoliotCodec *loose, FoliotCodec *tight, FoliotValue *value, FoliotValue *plain,
                          const GError *written)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) lowered = foliot_codec_lower (loose, value, &error);

  g_assert_no_error (error);
  g_assert_true (foliot_value_equal (lowered, plain));
  g_assert_null (foliot_codec_lower (tight, value, &error));
  g_assert_error (error, written->domain, written->code);
  g_assert_cmpstr (error->message, ==, written->message);
}

/* @value passes @loose both ways, and @tight refuses it both ways, naming @limit. */
static void
check_limit (FoliotCodec *loose, FoliotCodec *tight, FoliotValue *value, const char *limit)
{
  g_autoptr (GByteArray) bytes = wire_data_encode (loose, value);
  g_autoptr (GByteArray) kept = g_byte_array_new ();
  g_autoptr (FoliotValue) plain = foliot_codec_read (loose, bytes->data, bytes->len, NULL);
  g_autoptr (FoliotValue) back = NULL;
  g_autoptr (GError) error = NULL;

  back = foliot_codec_decode (loose, bytes->data, bytes->len, &error);
  g_assert_no_error (error);
  g_assert_true (foliot_value_equal (back, value));
  g_byte_array_append (kept, (const guint8 *) "kept", 4);
  g_assert_false (foliot_codec_encode (tight, value, kept, &error));
  assert_limit (error, limit);
  g_assert_cmpmem (kept->data, kept->len, "kept", 4);
  check_limit_by_reference (loose, tight, value, plain, error);
  g_clear_error (&error);
  g_assert_null (foliot_codec_decode (tight, bytes->data, bytes->len, &error));
  assert_limit (error, limit);
}

static void
test_defaults (void)
{
  g_autoptr (FoliotCodec) codec = foliot_codec_new (FOLIOT_TYPE_CODEC_JSON);
  const FoliotLimits *limits = foliot_codec_get_limits (codec);

  g_assert_cmpuint (limits->max_bytes, ==, 67108864);
  g_assert_cmpuint (limits->max_depth, ==, 1000);
  g_assert_cmpuint (limits->max_items, ==, 16777216);
}

static void
test_depth (void)
{
  const guint depths[] = { 1, 2, 11, 12, 13, 1000, 5000 };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    for (gsize d = 0; d < G_N_ELEMENTS (depths); d++)
      {
        g_autoptr (FoliotCodec) loose = new_codec (names[i], 1 << 20, depths[d], 1 << 20);
        g_autoptr (FoliotCodec) tight = new_codec (names[i], 1 << 20, depths[d] - 1, 1 << 20);
        g_autoptr (FoliotValue) value = new_nest (depths[d]);
        g_autoptr (GError) error = NULL;

        check_limit (loose, tight, value, "max_depth");
        g_assert_null (foliot_codec_lower (tight, value, &error));
        assert_limit (error, "max_depth");
      }
}

static FoliotValue *
serialize_to_itself (FoliotValue *object, gpointer user_data, GError **error)
{
  return foliot_value_ref (object);
}

static FoliotValue *
deserialize_nothing (FoliotValue *representation, gpointer user_data, GError **error)
{
  return foliot_value_new_null ();
}

/* Envelopes are two levels, and a serializer that never ends stops at the limit. */
static void
test_depth_of_objects (void)
{
  static const FoliotSerializer endless = { G_TYPE_NONE, serialize_to_itself, deserialize_nothing, NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (FoliotCodec) loose = new_codec (names[i], 1 << 20, 12, 1000);
      g_autoptr (FoliotCodec) tight = new_codec (names[i], 1 << 20, 11, 1000);
      g_autoptr (FoliotCodec) never = new_codec (names[i], 1 << 20, 1000, 100000);
      const FoliotDate date = { 0, 0 };
      FoliotValue *value = foliot_value_new_date (&date);
      g_autoptr (FoliotValue) nest = NULL;
      g_autoptr (GError) error = NULL;

      for (guint depth = 0; depth < 10; depth++)
        value = foliot_value_new_list (&value, 1);
      nest = value;
      foliot_codec_add_serializer (loose, foliot_codec_get_date_serializer (), NULL);
      foliot_codec_add_serializer (tight, foliot_codec_get_date_serializer (), NULL);
      foliot_codec_add_serializer (never, &endless, NULL);
      check_limit (loose, tight, nest, "max_depth");
      g_assert_null (foliot_codec_lower (tight, nest, &error));
      assert_limit (error, "max_depth");
      g_clear_error (&error);
      g_assert_null (foliot_codec_lower (never, nest, &error));
      assert_limit (error, "max_depth");
    }
}

static void
test_items (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (FoliotCodec) loose = new_codec (names[i], 1 << 20, 1000, 101);
      g_autoptr (FoliotCodec) tight = new_codec (names[i], 1 << 20, 1000, 100);
      g_autoptr (FoliotValue) value = new_nulls (100);
      g_autoptr (FoliotValue) map = foliot_value_build_map ("a", new_nulls (49), "b", new_nulls (49), NULL);

      check_limit (loose, tight, value, "max_items");
      check_limit (loose, tight, map, "max_items");
    }
}

static void
test_bytes (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    for (guint n = 1; n < 3000; n += 97)
      {
        g_autoptr (FoliotCodec) any = new_codec (names[i], 1 << 20, 1000, 1 << 20);
        g_autoptr (FoliotValue) value = new_nulls (n);
        g_autoptr (GByteArray) bytes = wire_data_encode (any, value);
        gsize needed = MAX (bytes->len, n); /* blosc: what it becomes counts too */
        g_autoptr (FoliotCodec) loose = NULL;
        g_autoptr (FoliotCodec) tight = NULL;

        if (i == 2 && needed != bytes->len)
          needed = n + (n < 16 ? 1 : 3);
        loose = new_codec (names[i], needed, 1000, 1 << 20);
        tight = new_codec (names[i], needed - 1, 1000, 1 << 20);
        check_limit (loose, tight, value, "max_bytes");
      }
}

/* One long text or byte string: refused before it is copied. */
static void
test_long_data (void)
{
  g_autofree char *text = g_strnfill (1 << 20, 'x');
  g_autoptr (FoliotValue) string = foliot_value_new_string (text);
  g_autoptr (FoliotValue) bytes = foliot_value_new_bytes (text, 1 << 20);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (FoliotCodec) loose = new_codec (names[i], (1 << 20) + 16, 1000, 1 << 20);
      g_autoptr (FoliotCodec) tight = new_codec (names[i], (1 << 20) - 1, 1000, 1 << 20);

      check_limit (loose, tight, string, "max_bytes");
      if (i > 0)
        check_limit (loose, tight, bytes, "max_bytes");
    }
}

/* Bytes that are six each in JSON, and digits, which are one: what a value becomes is not what it holds. */
static void
test_escaped_data (void)
{
  for (guint n = 1; n < 5000; n = n * 3 / 2 + 1)
    {
      g_autofree char *text = g_strnfill (n, '\x01');
      g_autofree char *digits = g_strnfill (n + 20, '9');
      FoliotValue *data[] = { foliot_value_new_string (text), foliot_value_new_decimal (digits, -1) };
      const gsize needed[] = { 6 * n + 4, n + 22 };

      for (gsize i = 0; i < G_N_ELEMENTS (data); i++)
        {
          g_autoptr (FoliotValue) value = foliot_value_new_list (&data[i], 1);
          g_autoptr (FoliotCodec) loose = new_codec ("json", needed[i], 1000, 1 << 20);
          g_autoptr (FoliotCodec) tight = new_codec ("json", needed[i] - 1, 1000, 1 << 20);

          check_limit (loose, tight, value, "max_bytes");
        }
    }
}

/* A few values, of which each is many times in the next: more than any message, and nobody walks them all. */
static void
test_shared_parts (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (FoliotCodec) codec = foliot_codec_new (foliot_codec_type_from_name (names[i], NULL));
      g_autoptr (FoliotValue) value = foliot_value_new_int (7);
      g_autoptr (GError) error = NULL;

      for (guint level = 0; level < 100; level++)
        {
          FoliotValue *twice[] = { foliot_value_ref (value), value };

          value = foliot_value_new_list (twice, 2);
        }
      g_assert_null (foliot_codec_lower (codec, value, &error));
      g_assert_error (error, FOLIOT_CODEC_ERROR, FOLIOT_CODEC_ERROR_LIMIT);
    }
}

/* An extension keeps its code where others keep their weight. */
static void
test_extensions (void)
{
  g_autofree char *data = g_strnfill (100000, 'x');

  for (guint code = 0; code <= 127; code++)
    {
      g_autoptr (FoliotValue) ext = foliot_value_new_ext ((guint8) code, data, 100000);
      FoliotValue *items[] = { foliot_value_ref (ext) };
      g_autoptr (FoliotValue) value = foliot_value_new_list (items, 1);
      g_autoptr (FoliotCodec) loose = new_codec ("msgpack", 6 + 1 + 100000, 1000, 1 << 20);
      g_autoptr (FoliotCodec) tight = new_codec ("msgpack", 6 + 100000, 1000, 1 << 20);
      g_autoptr (FoliotCodec) tighter = new_codec ("msgpack", 5 + 100000, 1000, 1 << 20);

      check_limit (loose, tight, value, "max_bytes");
      check_limit (tight, tighter, ext, "max_bytes");
    }
}

/* 100 bytes cannot announce more than they could hold. */
static void
test_announced_lengths (void)
{
  const char *hostile[] = { "ddffffff00",   "df7fffffff", "dbffffffff",   "c6ffffffff",
                            "c9ffffffff01", "dd0000ffff", "82dd00fffff0", "de7fff" };
  g_autoptr (FoliotCodec) codec = foliot_codec_new (FOLIOT_TYPE_CODEC_MSGPACK);

  for (gsize i = 0; i < G_N_ELEMENTS (hostile); i++)
    {
      g_autoptr (GByteArray) bytes = wire_data_unhex (hostile[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (foliot_codec_decode (codec, bytes->data, bytes->len, &error));
      g_assert_true (g_error_matches (error, FOLIOT_CODEC_ERROR, FOLIOT_CODEC_ERROR_LIMIT)
                     || g_error_matches (error, FOLIOT_CODEC_ERROR, FOLIOT_CODEC_ERROR_TRUNCATED));
    }
}

/* Each head announces no more than the bytes behind it, all of them together much more. */
static void
test_announced_in_a_nest (void)
{
  g_autoptr (FoliotCodec) codec = new_codec ("msgpack", 1 << 22, 1000, 16 << 20);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GError) error = NULL;

  g_byte_array_set_size (bytes, 1 << 21);
  memset (bytes->data, 0, bytes->len);
  for (guint i = 0; i < 40; i++)
    memcpy (bytes->data + 5 * i, "\xdd\x00\x10\x00\x00", 5);
  g_assert_null (foliot_codec_decode (codec, bytes->data, bytes->len, &error));
  g_assert_error (error, FOLIOT_CODEC_ERROR, FOLIOT_CODEC_ERROR_TRUNCATED);
}

static void
assert_blosc_error (FoliotCodec *codec, const GByteArray *chunk, int code, const char *part)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (foliot_codec_decode (codec, chunk->data, chunk->len, &error));
  g_assert_error (error, FOLIOT_CODEC_ERROR, code);
  g_assert_nonnull (strstr (error->message, part));
}

/* A chunk that would become large, by its header alone. */
static void
test_blosc_announces (void)
{
  g_autoptr (FoliotCodec) codec = new_codec ("blosc", 1 << 20, 1000, 1 << 20);
  g_autofree char *text = g_strnfill (4000, 'a');
  g_autoptr (FoliotValue) value = foliot_value_new_string (text);
  g_autoptr (GByteArray) chunk = wire_data_encode (codec, value);

  g_assert_cmpuint (chunk->len, <, 200);
  chunk->data[6] = 0x0f;
  assert_blosc_error (codec, chunk, FOLIOT_CODEC_ERROR_SYNTAX,
                      "nbytes at byte 4 is more than the data can hold");
  chunk->data[6] = 0x11;
  assert_blosc_error (codec, chunk, FOLIOT_CODEC_ERROR_LIMIT, "max_bytes");
  chunk->data[6] = 0;
  chunk->data[11] = 0x01;
  assert_blosc_error (codec, chunk, FOLIOT_CODEC_ERROR_SYNTAX, "block size");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/codec/limits/defaults", test_defaults);
  g_test_add_func ("/codec/limits/depth", test_depth);
  g_test_add_func ("/codec/limits/depth-of-objects", test_depth_of_objects);
  g_test_add_func ("/codec/limits/items", test_items);
  g_test_add_func ("/codec/limits/bytes", test_bytes);
  g_test_add_func ("/codec/limits/long-data", test_long_data);
  g_test_add_func ("/codec/limits/escaped-data", test_escaped_data);
  g_test_add_func ("/codec/limits/shared-parts", test_shared_parts);
  g_test_add_func ("/codec/limits/extensions", test_extensions);
  g_test_add_func ("/codec/limits/announced-lengths", test_announced_lengths);
  g_test_add_func ("/codec/limits/announced-in-a-nest", test_announced_in_a_nest);
  g_test_add_func ("/codec/limits/blosc-announces", test_blosc_announces);
  return g_test_run ();
}
