/* SPDX-License-Identifier: MIT */
#include "test-tls-pair.h"

#include <string.h>

#define HOUR 3600

static TestPem pems[TEST_N_CERTIFICATES];

/* The CA of all but one of the certificates. */
static TestPem authority;

static void
make (const FoliotCertificateSpec *spec, const TestPem *signer, TestPem *out)
{
  g_autoptr (GError) error = NULL;

  foliot_certificate_make (spec, signer != NULL ? signer->cert : NULL, signer != NULL ? signer->key : NULL,
                           NULL, &out->cert, &out->key, &error);
  g_assert_no_error (error);
}

static void
make_authority (TestPem *out)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  FoliotCertificateSpec spec = {
    .name = "Test CA", .use = FOLIOT_CERTIFICATE_CA, .not_before = now - 2 * HOUR, .not_after = now + 2 * HOUR
  };

  make (&spec, NULL, out);
}

static void
make_leaf (TestCertificate kind, const TestPem *signer)
{
  static const char *const hosts[] = { "localhost", "127.0.0.1", "park.example", NULL };
  static const char *const other_hosts[] = { "elsewhere.example", NULL };
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  FoliotCertificateSpec spec = { .name = "leaf",
                                 .hosts = hosts,
                                 .use = FOLIOT_CERTIFICATE_SERVER | FOLIOT_CERTIFICATE_CLIENT,
                                 .not_before = now - HOUR,
                                 .not_after = now + HOUR };

  if (kind == TEST_CERTIFICATE_EXPIRED)
    spec.not_before -= HOUR, spec.not_after = now - 60;
  if (kind == TEST_CERTIFICATE_NOT_YET_VALID)
    spec.not_before = now + HOUR / 2;
  if (kind == TEST_CERTIFICATE_OTHER_HOST)
    spec.hosts = other_hosts;
  if (kind == TEST_CERTIFICATE_CLIENT_ONLY)
    spec.use = FOLIOT_CERTIFICATE_CLIENT;
  if (kind == TEST_CERTIFICATE_SERVER_ONLY)
    spec.use = FOLIOT_CERTIFICATE_SERVER;
  if (kind == TEST_CERTIFICATE_RSA)
    spec.rsa_bits = 2048;
  if (kind == TEST_CERTIFICATE_RSA_1024)
    spec.rsa_bits = 1024;
  if (kind == TEST_CERTIFICATE_RSA_512)
    spec.rsa_bits = 512;
  make (&spec, kind == TEST_CERTIFICATE_SELF_SIGNED ? NULL : signer, &pems[kind]);
  pems[kind].ca = g_strdup (signer->cert);
}

static void
pem_clear (TestPem *pem)
{
  g_clear_pointer (&pem->ca, g_free);
  g_clear_pointer (&pem->cert, g_free);
  g_clear_pointer (&pem->key, g_free);
}

const TestPem *
test_certificate_get (TestCertificate kind)
{
  if (authority.cert == NULL)
    make_authority (&authority);
  if (pems[kind].cert == NULL && kind == TEST_CERTIFICATE_OTHER_CA)
    {
      TestPem other = { 0 };

      make_authority (&other);
      make_leaf (kind, &other);
      pem_clear (&other);
    }
  else if (pems[kind].cert == NULL)
    make_leaf (kind, &authority);
  return &pems[kind];
}

FoliotTlsCredentials *
test_certificate_load (TestCertificate kind, FoliotTlsCompat compat)
{
  const TestPem *pem = test_certificate_get (kind);
  g_autoptr (GError) error = NULL;
  FoliotTlsCredentials *credentials = foliot_tls_credentials_new (pem->ca, pem->cert, pem->key, &error);

  g_assert_no_error (error);
  foliot_tls_credentials_set_compat (credentials, compat);
  return credentials;
}

void
test_certificates_free (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (pems); i++)
    pem_clear (&pems[i]);
  pem_clear (&authority);
}

/* ---- ends ---------------------------------------------------------------------------------------------------- */

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
