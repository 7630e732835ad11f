/* SPDX-License-Identifier: MIT */
#include "test-tls-pair.h"

#include <string.h>

void
test_end_init (TestEnd *end, FoliotFilter *filter)
{
  end->filter = filter;
  end->plain = g_byte_array_new ();
  end->wire = g_byte_array_new ();
}

void
test_end_clear (TestEnd *end)
{
  end->filter->klass->free (end->filter);
  g_byte_array_unref (end->plain);
  g_byte_array_unref (end->wire);
  g_clear_error (&end->error);
}

void
test_end_feed (TestEnd *end, const guint8 *data, gsize length, gsize piece)
{
  while (length > 0 && !end->over)
    {
      gsize n = piece > 0 ? MIN (piece, length) : length;
      g_autofree guint8 *copy = g_memdup2 (data, n);

      end->over = !end->filter->klass->feed (end->filter, copy, n, end->plain, end->wire, &end->error);
      data += n;
      length -= n;
    }
}

void
test_end_eof (TestEnd *end)
{
  if (!end->over)
    g_assert_true (end->filter->klass->eof (end->filter, &end->error) == (end->error == NULL));
  end->over = TRUE;
}

void
test_end_write (TestEnd *end, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (
      end->filter->klass->write (end->filter, (const guint8 *) text, strlen (text), end->wire, &error));
  g_assert_no_error (error);
}

TestPair *
test_pair_new (FoliotTlsCredentials *client, FoliotTlsCredentials *server, const char *host)
{
  TestPair *pair = g_new0 (TestPair, 1);

  test_end_init (&pair->client, _foliot_tls_filter_new (client, FALSE, host));
  test_end_init (&pair->server, _foliot_tls_filter_new (server, TRUE, NULL));
  return pair;
}

void
test_pair_free (TestPair *pair)
{
  test_end_clear (&pair->client);
  test_end_clear (&pair->server);
  g_free (pair);
}

static gboolean
carry (TestEnd *from, TestEnd *to, gsize piece)
{
  g_autoptr (GByteArray) wire = g_steal_pointer (&from->wire);

  from->wire = g_byte_array_new ();
  test_end_feed (to, wire->data, wire->len, piece);
  return wire->len > 0;
}

void
test_pair_exchange (TestPair *pair, gsize piece)
{
  while (carry (&pair->client, &pair->server, piece) | carry (&pair->server, &pair->client, piece))
    ;
}

void
test_pair_run (TestPair *pair, gsize piece)
{
  pair->client.filter->klass->start (pair->client.filter, pair->client.wire, &pair->client.error);
  pair->server.filter->klass->start (pair->server.filter, pair->server.wire, &pair->server.error);
  test_pair_exchange (pair, piece);
}

static void
assert_arrived (TestEnd *end, const char *text)
{
  g_assert_cmpmem (end->plain->data, end->plain->len, text, strlen (text));
  g_byte_array_set_size (end->plain, 0);
}

void
test_pair_assert_open (TestPair *pair)
{
  g_assert_no_error (pair->client.error);
  g_assert_no_error (pair->server.error);
  g_assert_true (pair->client.filter->klass->is_open (pair->client.filter));
  g_assert_true (pair->server.filter->klass->is_open (pair->server.filter));
  test_end_write (&pair->client, "to the server");
  test_end_write (&pair->server, "to the ");
  test_end_write (&pair->server, "client");
  test_pair_exchange (pair, 0);
  assert_arrived (&pair->server, "to the server");
  assert_arrived (&pair->client, "to the client");
}

static void
assert_refused (TestEnd *end, FoliotTlsError code)
{
  g_assert_error (end->error, FOLIOT_TLS_ERROR, (gint) code);
  g_assert_true (end->over);
  g_assert_false (end->filter->klass->is_open (end->filter));
  g_assert_true (g_str_has_prefix (end->error->message, "TLS with "));
  g_assert_cmpuint (end->plain->len, ==, 0);
}

void
test_pair_assert_refused (TestPair *pair, FoliotTlsError client_code, FoliotTlsError server_code)
{
  assert_refused (&pair->client, client_code);
  assert_refused (&pair->server, server_code);
}
