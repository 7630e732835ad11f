/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-transport.h>

#include <string.h>

/* Payloads out of a stream, however it is cut. */

static GByteArray *
make_stream (const char *const *payloads, gsize n)
{
  GByteArray *stream = g_byte_array_new ();

  for (gsize i = 0; i < n; i++)
    foliot_framer_append (stream, (const guint8 *) payloads[i], strlen (payloads[i]));
  return stream;
}

static void
assert_next (FoliotFramer *framer, const char *payload)
{
  g_autoptr (GBytes) bytes = foliot_framer_next (framer);

  g_assert_nonnull (bytes);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), payload, strlen (payload));
}

static void
test_header (void)
{
  static const guint8 expected[] = "\x00\x00\x00\x0e[0, 0, \"ohai\"]";
  static const char *const payloads[] = { "[0, 0, \"ohai\"]" };
  g_autoptr (GByteArray) stream = make_stream (payloads, 1);

  g_assert_cmpmem (stream->data, stream->len, expected, sizeof expected - 1);
}

/* Every way of cutting the stream into pieces of one size. */
static void
test_cut (void)
{
  static const char *const payloads[] = { "[0, 0, \"ohai\"]", "", "[0, 1, \"a somewhat longer payload\"]" };
  g_autoptr (GByteArray) stream = make_stream (payloads, G_N_ELEMENTS (payloads));

  for (gsize size = 1; size <= stream->len; size++)
    {
      g_autoptr (FoliotFramer) framer = foliot_framer_new (100);
      g_autoptr (GError) error = NULL;

      for (gsize at = 0; at < stream->len; at += size)
        g_assert_true (foliot_framer_feed (framer, stream->data + at, MIN (size, stream->len - at), &error));
      g_assert_no_error (error);
      for (gsize i = 0; i < G_N_ELEMENTS (payloads); i++)
        assert_next (framer, payloads[i]);
      g_assert_null (foliot_framer_next (framer));
    }
}

static void
test_large (void)
{
  g_autofree char *payload = g_strnfill (1000000, 'x');
  const char *payloads[] = { payload };
  g_autoptr (GByteArray) stream = make_stream (payloads, 1);
  g_autoptr (FoliotFramer) framer = foliot_framer_new (1000000);

  for (gsize at = 0; at < stream->len; at += 1000)
    g_assert_true (foliot_framer_feed (framer, stream->data + at, MIN (1000, stream->len - at), NULL));
  assert_next (framer, payload);
}

/* An announcement over the limit ends the stream for good; what came before is still there. */
static void
test_limit (void)
{
  static const char *const payloads[] = { "fits" };
  g_autoptr (GByteArray) stream = make_stream (payloads, 1);
  g_autoptr (FoliotFramer) framer = foliot_framer_new (4);
  g_autoptr (GError) error = NULL;

  g_byte_array_append (stream, (const guint8 *) "\x00\x00\x00\x05", 4);
  g_assert_false (foliot_framer_feed (framer, stream->data, stream->len, &error));
  g_assert_error (error, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_FRAME_TOO_LONG);
  g_clear_error (&error);
  assert_next (framer, "fits");
  g_assert_null (foliot_framer_next (framer));
  g_assert_false (foliot_framer_feed (framer, (const guint8 *) "x", 1, &error));
  g_assert_error (error, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_FRAME_TOO_LONG);
}

/* Four gigabytes are announced, a few bytes come: no memory is taken for the rest. */
static void
test_announcement_costs_nothing (void)
{
  g_autoptr (FoliotFramer) framer = foliot_framer_new (G_MAXUINT32);

  g_assert_true (foliot_framer_feed (framer,
                                     (const guint8 *) "\xff\xff\xff\xff"
                                                      "abc",
                                     7, NULL));
  g_assert_null (foliot_framer_next (framer));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/framer/row-001-header", test_header);
  g_test_add_func ("/framer/row-002-003-cut", test_cut);
  g_test_add_func ("/framer/large", test_large);
  g_test_add_func ("/framer/limit", test_limit);
  g_test_add_func ("/framer/announcement-costs-nothing", test_announcement_costs_nothing);
  return g_test_run ();
}
