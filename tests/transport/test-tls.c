/* SPDX-License-Identifier: MIT */
#include "test-tls-foreign.h"

#include <glib/gstdio.h>
#include <string.h>

/*
 * TLS links in memory: who is let in, and that everybody else is told why, at both ends. Certificates are real ones, made
 * in the test.
 */

static TestPair *
run_pair (TestCertificate client, TestCertificate server, FoliotTlsCompat compat, const char *host,
          gsize piece)
{
  g_autoptr (FoliotTlsCredentials) client_credentials = test_certificate_load (client, compat);
  g_autoptr (FoliotTlsCredentials) server_credentials = test_certificate_load (server, compat);
  TestPair *pair = test_pair_new (client_credentials, server_credentials, host);

  test_pair_run (pair, piece);
  return pair;
}

static void
assert_good (FoliotTlsCompat compat, TestCertificate kind, const char *host, gsize piece)
{
  g_autoptr (TestPair) pair = run_pair (kind, kind, compat, host, piece);

  test_pair_assert_open (pair);
}

static void
test_good (void)
{
  for (int compat = FOLIOT_TLS_COMPAT_FOLIOT; compat <= FOLIOT_TLS_COMPAT_AIOMAS; compat++)
    {
      assert_good ((FoliotTlsCompat) compat, TEST_CERTIFICATE_GOOD, "localhost", 0);
      assert_good ((FoliotTlsCompat) compat, TEST_CERTIFICATE_GOOD, "127.0.0.1", 0);
      assert_good ((FoliotTlsCompat) compat, TEST_CERTIFICATE_RSA, "park.example", 0);
    }
}

/* Pieces of every size up to beyond the largest flight. */
static void
test_cut_good (void)
{
  for (int compat = FOLIOT_TLS_COMPAT_FOLIOT; compat <= FOLIOT_TLS_COMPAT_AIOMAS; compat++)
    for (gsize piece = 1; piece < 64; piece++)
      assert_good ((FoliotTlsCompat) compat, TEST_CERTIFICATE_GOOD, "localhost", piece);
}

static void
test_refused (gconstpointer data)
{
  const TestRefusal *refusal = data;

  for (int compat = FOLIOT_TLS_COMPAT_FOLIOT; compat <= FOLIOT_TLS_COMPAT_AIOMAS; compat++)
    for (gsize piece = 0; piece < 20; piece++)
      {
        g_autoptr (TestPair) pair
            = run_pair (refusal->client, refusal->server, (FoliotTlsCompat) compat, refusal->host, piece);

        test_pair_assert_refused (pair, refusal->code, refusal->code);
      }
}

/* ---- peers that are not ours ----------------------------------------------------------------------------------- */

/* One of ours against a stranger that believes everybody. @pem: of the stranger, nullable. */
static TestPair *
pair_with_foreign (gboolean foreign_server, const TestPem *pem, const char *priority, FoliotTlsCompat compat)
{
  g_autoptr (FoliotTlsCredentials) credentials = test_certificate_load (TEST_CERTIFICATE_RSA, compat);
  FoliotFilter *foreign = test_foreign_new (foreign_server, pem, priority, TRUE);
  FoliotFilter *ours
      = _foliot_tls_filter_new (credentials, !foreign_server, foreign_server ? "localhost" : NULL);
  TestPair *pair = g_new0 (TestPair, 1);

  test_end_init (&pair->client, foreign_server ? ours : foreign);
  test_end_init (&pair->server, foreign_server ? foreign : ours);
  return pair;
}

static void
assert_foreign (gboolean foreign_server, const TestPem *pem, const char *priority, FoliotTlsCompat compat,
                int code, int alert)
{
  g_autoptr (TestPair) pair = pair_with_foreign (foreign_server, pem, priority, compat);
  TestEnd *ours = foreign_server ? &pair->client : &pair->server;
  TestEnd *foreign = foreign_server ? &pair->server : &pair->client;

  test_pair_run (pair, 0);
  g_assert_error (ours->error, FOLIOT_TLS_ERROR, code);
  g_assert_false (ours->filter->klass->is_open (ours->filter));
  g_assert_error (foreign->error, TEST_FOREIGN_ERROR, alert);
}

static void
assert_foreign_open (gboolean foreign_server, const TestPem *pem, const char *priority,
                     FoliotTlsCompat compat)
{
  g_autoptr (TestPair) pair = pair_with_foreign (foreign_server, pem, priority, compat);

  test_pair_run (pair, 0);
  /* A gnutls server answers a KeyUpdate before its next data, and without tickets says nothing else. */
  if (foreign_server && !pair->client.filter->klass->is_open (pair->client.filter))
    {
      test_end_write (&pair->server, "x");
      test_pair_exchange (pair, 0);
      g_byte_array_set_size (pair->client.plain, 0);
    }
  test_pair_assert_open (pair);
}

static void
test_foreign_good (void)
{
  for (int compat = FOLIOT_TLS_COMPAT_FOLIOT; compat <= FOLIOT_TLS_COMPAT_AIOMAS; compat++)
    for (int server = 0; server < 2; server++)
      {
        assert_foreign_open (server, test_certificate_get (TEST_CERTIFICATE_GOOD), "NORMAL",
                             (FoliotTlsCompat) compat);
        assert_foreign_open (server, test_certificate_get (TEST_CERTIFICATE_RSA), TEST_FOREIGN_ONLY_1_2,
                             (FoliotTlsCompat) compat);
      }
  for (int server = 0; server < 2; server++)
    assert_foreign_open (server, test_certificate_get (TEST_CERTIFICATE_GOOD), TEST_FOREIGN_ONLY_1_3,
                         FOLIOT_TLS_COMPAT_FOLIOT);
}

static void
test_no_certificate (void)
{
  for (int compat = FOLIOT_TLS_COMPAT_FOLIOT; compat <= FOLIOT_TLS_COMPAT_AIOMAS; compat++)
    assert_foreign (FALSE, NULL, "NORMAL", (FoliotTlsCompat) compat, FOLIOT_TLS_ERROR_NO_CERTIFICATE, 116);
}

static void
test_weak (void)
{
  const TestPem *pem = test_certificate_get (TEST_CERTIFICATE_RSA);

  for (int compat = FOLIOT_TLS_COMPAT_FOLIOT; compat <= FOLIOT_TLS_COMPAT_AIOMAS; compat++)
    for (int server = 0; server < 2; server++)
      {
        int told = server ? TEST_FOREIGN_OTHER : GNUTLS_A_INSUFFICIENT_SECURITY;

        assert_foreign (server, pem, TEST_FOREIGN_OLD_TLS, (FoliotTlsCompat) compat, FOLIOT_TLS_ERROR_WEAK,
                        told);
        assert_foreign (server, pem, TEST_FOREIGN_CBC_ONLY, (FoliotTlsCompat) compat, FOLIOT_TLS_ERROR_WEAK,
                        told);
        assert_foreign (server, pem, TEST_FOREIGN_NO_ECDHE, (FoliotTlsCompat) compat, FOLIOT_TLS_ERROR_WEAK,
                        told);
      }
}

/* aiomas' server context: what a client finds that tries one thing after the other. */
static void
test_server_context (void)
{
  static const char *const suites[] = { "+ECDHE-RSA:+AES-128-GCM", "+ECDHE-RSA:+AES-256-GCM",
                                        "+ECDHE-ECDSA:+AES-128-GCM", "+ECDHE-ECDSA:+AES-256-GCM" };
  static const char *const others[]
      = { "+ECDHE-RSA:+CHACHA20-POLY1305", "+ECDHE-RSA:+AES-128-CBC", "+ECDHE-ECDSA:+AES-128-CCM",
          "+DHE-RSA:+AES-128-GCM", "+RSA:+AES-128-GCM" };
  const TestPem *pem = test_certificate_get (TEST_CERTIFICATE_RSA);

  for (gsize i = 0; i < 2; i++)
    {
      g_autofree char *priority
          = g_strconcat (TEST_FOREIGN_ONLY_1_2 ":-KX-ALL:-CIPHER-ALL:", suites[i], NULL);

      assert_foreign_open (FALSE, pem, priority, FOLIOT_TLS_COMPAT_AIOMAS);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autofree char *priority
          = g_strconcat (TEST_FOREIGN_ONLY_1_2 ":-KX-ALL:-CIPHER-ALL:", others[i], NULL);

      assert_foreign (FALSE, pem, priority, FOLIOT_TLS_COMPAT_AIOMAS, FOLIOT_TLS_ERROR_WEAK,
                      GNUTLS_A_INSUFFICIENT_SECURITY);
    }
  assert_foreign (FALSE, pem, TEST_FOREIGN_ONLY_1_3, FOLIOT_TLS_COMPAT_AIOMAS, FOLIOT_TLS_ERROR_WEAK,
                  GNUTLS_A_INSUFFICIENT_SECURITY);
  assert_foreign (FALSE, NULL, TEST_FOREIGN_ONLY_1_2, FOLIOT_TLS_COMPAT_AIOMAS,
                  FOLIOT_TLS_ERROR_NO_CERTIFICATE, 116);
  assert_foreign (FALSE, test_certificate_get (TEST_CERTIFICATE_OTHER_CA), TEST_FOREIGN_ONLY_1_2,
                  FOLIOT_TLS_COMPAT_AIOMAS, FOLIOT_TLS_ERROR_WRONG_CA, GNUTLS_A_UNKNOWN_CA);
}

static void
test_client_context (void)
{
  const TestPem *pem = test_certificate_get (TEST_CERTIFICATE_RSA);
  g_autoptr (TestPair) pair = pair_with_foreign (TRUE, pem, "NORMAL", FOLIOT_TLS_COMPAT_AIOMAS);
  g_autofree char *suite = NULL;

  test_pair_run (pair, 0);
  test_pair_assert_open (pair);
  suite = test_foreign_dup_suite (pair->server.filter);
  g_assert_cmpstr (suite, ==, "ECDHE_RSA_AES_256_GCM_SHA384");
  assert_foreign (TRUE, pem, TEST_FOREIGN_ONLY_1_3, FOLIOT_TLS_COMPAT_AIOMAS, FOLIOT_TLS_ERROR_WEAK,
                  TEST_FOREIGN_OTHER);
  assert_foreign (TRUE, test_certificate_get (TEST_CERTIFICATE_OTHER_CA), TEST_FOREIGN_ONLY_1_2,
                  FOLIOT_TLS_COMPAT_AIOMAS, FOLIOT_TLS_ERROR_WRONG_CA, GNUTLS_A_UNKNOWN_CA);
  assert_foreign (TRUE, test_certificate_get (TEST_CERTIFICATE_OTHER_HOST), TEST_FOREIGN_ONLY_1_2,
                  FOLIOT_TLS_COMPAT_AIOMAS, FOLIOT_TLS_ERROR_WRONG_HOST, GNUTLS_A_UNRECOGNIZED_NAME);
}

static void
test_renegotiation (void)
{
  for (int server = 0; server < 2; server++)
    {
      g_autoptr (TestPair) pair = pair_with_foreign (server, test_certificate_get (TEST_CERTIFICATE_RSA),
                                                     TEST_FOREIGN_ONLY_1_2, FOLIOT_TLS_COMPAT_FOLIOT);
      TestEnd *ours = server ? &pair->client : &pair->server;
      TestEnd *foreign = server ? &pair->server : &pair->client;

      test_pair_run (pair, 0);
      test_pair_assert_open (pair);
      test_foreign_renegotiate (foreign->filter, foreign->wire);
      test_pair_exchange (pair, 0);
      g_assert_error (ours->error, FOLIOT_TLS_ERROR, FOLIOT_TLS_ERROR_RENEGOTIATION);
      g_assert_error (foreign->error, TEST_FOREIGN_ERROR, GNUTLS_A_NO_RENEGOTIATION);
    }
}

/* What a peer tells us, behind the handshake as a TLS 1.3 server does, and in the middle of it. */
static void
test_told (void)
{
  static const struct
  {
    int alert;
    FoliotTlsError code;
  } told[] = {
    { GNUTLS_A_CERTIFICATE_EXPIRED, FOLIOT_TLS_ERROR_EXPIRED },
    { GNUTLS_A_CERTIFICATE_UNKNOWN, FOLIOT_TLS_ERROR_NOT_YET_VALID },
    { GNUTLS_A_UNKNOWN_CA, FOLIOT_TLS_ERROR_WRONG_CA },
    { GNUTLS_A_UNRECOGNIZED_NAME, FOLIOT_TLS_ERROR_WRONG_HOST },
    { GNUTLS_A_UNSUPPORTED_CERTIFICATE, FOLIOT_TLS_ERROR_WRONG_PURPOSE },
    { 116, FOLIOT_TLS_ERROR_NO_CERTIFICATE },
    { GNUTLS_A_INSUFFICIENT_SECURITY, FOLIOT_TLS_ERROR_WEAK },
    { GNUTLS_A_PROTOCOL_VERSION, FOLIOT_TLS_ERROR_WEAK },
    { GNUTLS_A_NO_RENEGOTIATION, FOLIOT_TLS_ERROR_RENEGOTIATION },
    { GNUTLS_A_BAD_RECORD_MAC, FOLIOT_TLS_ERROR_GARBAGE },
    { GNUTLS_A_UNEXPECTED_MESSAGE, FOLIOT_TLS_ERROR_GARBAGE },
    { GNUTLS_A_DECODE_ERROR, FOLIOT_TLS_ERROR_GARBAGE },
    { GNUTLS_A_HANDSHAKE_FAILURE, FOLIOT_TLS_ERROR_REFUSED },
    { GNUTLS_A_BAD_CERTIFICATE, FOLIOT_TLS_ERROR_REFUSED },
    { GNUTLS_A_ACCESS_DENIED, FOLIOT_TLS_ERROR_REFUSED },
    { 200, FOLIOT_TLS_ERROR_REFUSED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (told); i++)
    for (int server = 0; server < 2; server++)
      {
        g_autoptr (TestPair) pair = pair_with_foreign (server, test_certificate_get (TEST_CERTIFICATE_RSA),
                                                       "NORMAL", FOLIOT_TLS_COMPAT_FOLIOT);
        TestEnd *ours = server ? &pair->client : &pair->server;
        TestEnd *foreign = server ? &pair->server : &pair->client;

        test_pair_run (pair, 0);
        test_foreign_alert (foreign->filter, (gnutls_alert_description_t) told[i].alert, foreign->wire);
        test_pair_exchange (pair, 0);
        g_assert_error (ours->error, FOLIOT_TLS_ERROR, (gint) told[i].code);
      }
}

/* ---- what is not TLS ------------------------------------------------------------------------------------------- */

static void
test_plain_peer (void)
{
  static const struct
  {
    const char *bytes;
    gsize length;
  } words[] = {
    { "GET / HTTP/1.1\r\n\r\n", 18 },
    { "\0\0\0\016[0, 0, \"ohai\"]", 18 },
    { "\x16\0\0\0", 4 }, /* a frame so long that it begins as TLS does */
    { "\x80\x2e\x01\x03\x01", 5 },
    { "\x17\x03\x03\0\0", 5 },
  };
  g_autoptr (FoliotTlsCredentials) credentials
      = test_certificate_load (TEST_CERTIFICATE_GOOD, FOLIOT_TLS_COMPAT_FOLIOT);

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    for (gsize piece = 0; piece < 3; piece++)
      {
        g_autoptr (TestPair) pair = test_pair_new (credentials, credentials, "localhost");

        pair->client.filter->klass->start (pair->client.filter, pair->client.wire, &pair->client.error);
        test_end_feed (&pair->client, (const guint8 *) words[i].bytes, words[i].length, piece);
        test_end_feed (&pair->server, (const guint8 *) words[i].bytes, words[i].length, piece);
        test_pair_assert_refused (pair, FOLIOT_TLS_ERROR_PLAIN_PEER, FOLIOT_TLS_ERROR_PLAIN_PEER);
        /* A plain link that gets our alert can see what has happened. */
        g_assert_true (_foliot_tls_is_record (pair->server.wire->data, pair->server.wire->len));
      }
}

static TestPair *
open_pair (FoliotTlsCompat compat)
{
  TestPair *pair = run_pair (TEST_CERTIFICATE_GOOD, TEST_CERTIFICATE_GOOD, compat, "localhost", 0);

  test_pair_assert_open (pair);
  return pair;
}

static void
test_garbage (void)
{
  static const char *const words[]
      = { "plain text behind the handshake, long enough to be a record", "\x17\x03\x03\x01\x01garbage",
          "\x15\x03\x03\x01\x01\x02\x28", "\x17\x03\x03\xff\xff\x01\x01", "\x16\x03\x03\x01\x01\x01\x01" };

  for (int compat = FOLIOT_TLS_COMPAT_FOLIOT; compat <= FOLIOT_TLS_COMPAT_AIOMAS; compat++)
    for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
      {
        g_autoptr (TestPair) pair = open_pair ((FoliotTlsCompat) compat);
        guint8 filler[400] = { 1 };

        test_end_feed (&pair->server, (const guint8 *) words[i], strlen (words[i]), 0);
        test_end_feed (&pair->server, filler, sizeof filler, 0);
        test_pair_exchange (pair, 0);
        test_pair_assert_refused (pair, FOLIOT_TLS_ERROR_GARBAGE, FOLIOT_TLS_ERROR_GARBAGE);
      }
}

/* A record of which one bit was changed on its way, at each place; what had come before is kept. */
static void
test_changed (void)
{
  for (gsize place = 5; place < 5 + 13; place++)
    {
      g_autoptr (TestPair) pair = open_pair (FOLIOT_TLS_COMPAT_FOLIOT);

      test_end_write (&pair->client, "good");
      test_pair_exchange (pair, 0);
      test_end_write (&pair->client, "a text that is changed");
      pair->client.wire->data[place] ^= 1;
      test_pair_exchange (pair, 0);
      g_assert_cmpmem (pair->server.plain->data, pair->server.plain->len, "good", 4);
      g_assert_error (pair->server.error, FOLIOT_TLS_ERROR, FOLIOT_TLS_ERROR_GARBAGE);
      g_assert_error (pair->client.error, FOLIOT_TLS_ERROR, FOLIOT_TLS_ERROR_GARBAGE);
    }
}

/* ---- ends ------------------------------------------------------------------------------------------------------ */

static void
test_good_bye (void)
{
  for (int compat = FOLIOT_TLS_COMPAT_FOLIOT; compat <= FOLIOT_TLS_COMPAT_AIOMAS; compat++)
    {
      g_autoptr (TestPair) pair = open_pair ((FoliotTlsCompat) compat);

      test_end_write (&pair->client, "last");
      pair->client.filter->klass->end (pair->client.filter, pair->client.wire);
      pair->client.filter->klass->end (pair->client.filter, pair->client.wire);
      test_pair_exchange (pair, 0);
      g_assert_cmpmem (pair->server.plain->data, pair->server.plain->len, "last", 4);
      g_assert_true (pair->server.over && pair->client.over);
      test_end_eof (&pair->server);
      test_end_eof (&pair->client);
      g_assert_no_error (pair->server.error);
      g_assert_no_error (pair->client.error);
    }
}

static void
test_truncated (void)
{
  g_autoptr (TestPair) pair = open_pair (FOLIOT_TLS_COMPAT_FOLIOT);

  test_end_eof (&pair->server);
  test_end_eof (&pair->client);
  test_pair_assert_refused (pair, FOLIOT_TLS_ERROR_TRUNCATED, FOLIOT_TLS_ERROR_TRUNCATED);
}

/* Carries @n_bytes of what @from has said to @to, at most. */
static gsize
carry_some (TestEnd *from, TestEnd *to, gsize n_bytes)
{
  gsize n = MIN (n_bytes, from->wire->len);
  g_autofree guint8 *data = g_memdup2 (from->wire->data, n);

  g_byte_array_remove_range (from->wire, 0, (guint) n);
  test_end_feed (to, data, n, 0);
  return n;
}

/* A handshake of which only the first @n_bytes of both directions together arrive. Returns: how many there were. */
static gsize
run_cut (FoliotTlsCompat compat, gsize n_bytes)
{
  g_autoptr (FoliotTlsCredentials) credentials = test_certificate_load (TEST_CERTIFICATE_GOOD, compat);
  g_autoptr (TestPair) pair = test_pair_new (credentials, credentials, "localhost");
  gsize n = 0, n_before;

  pair->client.filter->klass->start (pair->client.filter, pair->client.wire, &pair->client.error);
  do
    {
      n_before = n;
      n += carry_some (&pair->client, &pair->server, n_bytes - n);
      n += carry_some (&pair->server, &pair->client, n_bytes - n);
    }
  while (n > n_before);
  if (n < n_bytes)
    return n;
  g_assert_false (pair->server.filter->klass->is_open (pair->server.filter)
                  && pair->client.filter->klass->is_open (pair->client.filter)
                  && (pair->client.wire->len > 0 && pair->server.wire->len > 0));
  test_end_eof (&pair->server);
  test_end_eof (&pair->client);
  test_pair_assert_refused (pair, FOLIOT_TLS_ERROR_TRUNCATED, FOLIOT_TLS_ERROR_TRUNCATED);
  return n;
}

static void
test_cut_handshake (void)
{
  for (int compat = FOLIOT_TLS_COMPAT_FOLIOT; compat <= FOLIOT_TLS_COMPAT_AIOMAS; compat++)
    {
      gsize n_all = run_cut ((FoliotTlsCompat) compat, G_MAXSIZE);

      g_assert_cmpuint (n_all, >, 1000);
      for (gsize n = 0; n + 8 < n_all; n++)
        run_cut ((FoliotTlsCompat) compat, n);
    }
}

/* Megabytes, both ways, in pieces that cut records anywhere. */
static void
test_large (void)
{
  g_autoptr (TestPair) pair = open_pair (FOLIOT_TLS_COMPAT_FOLIOT);
  g_autofree char *text = g_strnfill (3000000, 'x');

  test_end_write (&pair->client, text);
  test_end_write (&pair->server, text);
  test_pair_exchange (pair, 4099);
  g_assert_cmpmem (pair->server.plain->data, pair->server.plain->len, text, 3000000);
  g_assert_cmpmem (pair->client.plain->data, pair->client.plain->len, text, 3000000);
}

/* ---- credentials ----------------------------------------------------------------------------------------------- */

static void
assert_unreadable (const char *ca, const char *cert, const char *key, FoliotTlsError code, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotTlsCredentials) credentials = foliot_tls_credentials_new (ca, cert, key, &error);

  g_assert_null (credentials);
  g_assert_error (error, FOLIOT_TLS_ERROR, (gint) code);
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_credentials (void)
{
  const TestPem *pem = test_certificate_get (TEST_CERTIFICATE_GOOD);
  const TestPem *other = test_certificate_get (TEST_CERTIFICATE_RSA);
  const char *encrypted
      = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n";
  const char *nothing = "-----BEGIN NOTHING-----\n";

  assert_unreadable ("/nowhere/ca.pem", pem->cert, pem->key, FOLIOT_TLS_ERROR_CERTIFICATE, "/nowhere/ca.pem");
  assert_unreadable (pem->ca, "/nowhere/cert.pem", pem->key, FOLIOT_TLS_ERROR_CERTIFICATE,
                     "/nowhere/cert.pem");
  assert_unreadable (pem->ca, pem->cert, "/nowhere/key.pem", FOLIOT_TLS_ERROR_KEY, "/nowhere/key.pem");
  assert_unreadable (nothing, pem->cert, pem->key, FOLIOT_TLS_ERROR_CERTIFICATE,
                     "holds no certificate of a CA");
  assert_unreadable (pem->ca, nothing, pem->key, FOLIOT_TLS_ERROR_CERTIFICATE, "cannot be read");
  assert_unreadable (pem->ca, pem->cert, nothing, FOLIOT_TLS_ERROR_KEY, "holds no private key");
  assert_unreadable (pem->ca, pem->cert, encrypted, FOLIOT_TLS_ERROR_KEY, "is encrypted");
  assert_unreadable (pem->ca, pem->cert, other->key, FOLIOT_TLS_ERROR_KEY,
                     "is the key of another certificate");
}

static void
test_folder (void)
{
  const TestPem *pem = test_certificate_get (TEST_CERTIFICATE_GOOD);
  g_autofree char *folder = g_dir_make_tmp ("foliot-tls-XXXXXX", NULL);
  const char *const names[] = { "ca.pem", "cert.pem", "key.pem" };
  const char *const texts[] = { pem->ca, pem->cert, pem->key };
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);
      g_autoptr (FoliotTlsCredentials) early = foliot_tls_credentials_new_from_folder (folder, &error);

      g_assert_null (early);
      g_assert_error (error, FOLIOT_TLS_ERROR, (i < 2 ? FOLIOT_TLS_ERROR_CERTIFICATE : FOLIOT_TLS_ERROR_KEY));
      g_clear_error (&error);
      g_assert_true (g_file_set_contents (path, texts[i], -1, NULL));
    }
  {
    g_autoptr (FoliotTlsCredentials) credentials = foliot_tls_credentials_new_from_folder (folder, &error);
    g_autoptr (TestPair) pair = NULL;

    g_assert_no_error (error);
    pair = test_pair_new (credentials, credentials, "localhost");
    test_pair_run (pair, 0);
    test_pair_assert_open (pair);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}

/* One to listen, another to connect; and aiomas' words when one is missing. */
static void
test_pair_of_credentials (void)
{
  g_autoptr (FoliotTlsCredentials) server
      = test_certificate_load (TEST_CERTIFICATE_SERVER_ONLY, FOLIOT_TLS_COMPAT_FOLIOT);
  g_autoptr (FoliotTlsCredentials) client
      = test_certificate_load (TEST_CERTIFICATE_CLIENT_ONLY, FOLIOT_TLS_COMPAT_FOLIOT);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotTlsCredentials) both = foliot_tls_credentials_new_pair (server, client, &error);
  g_autoptr (TestPair) pair = NULL;

  g_assert_no_error (error);
  foliot_tls_credentials_set_compat (both, FOLIOT_TLS_COMPAT_AIOMAS);
  g_assert_cmpint (foliot_tls_credentials_get_compat (client), ==, FOLIOT_TLS_COMPAT_AIOMAS);
  pair = test_pair_new (both, both, "localhost");
  test_pair_run (pair, 0);
  test_pair_assert_open (pair);
  g_assert_null (foliot_tls_credentials_new_pair (server, NULL, &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_TYPE);
  g_assert_cmpstr (
      error->message, ==,
      "\"ssl\" must contain two \"ssl.SSLContext\" instances; one for the server and one for the client.");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tls/good", test_good);
  g_test_add_func ("/tls/cut-good", test_cut_good);
  for (gsize i = 0; i < test_n_refusals; i++)
    {
      g_autofree char *path = g_strconcat ("/tls/refused/", test_refusals[i].name, NULL);

      g_test_add_data_func (path, &test_refusals[i], test_refused);
    }
  g_test_add_func ("/tls/foreign-good", test_foreign_good);
  g_test_add_func ("/tls/refused/no-certificate", test_no_certificate);
  g_test_add_func ("/tls/refused/weak-parameters", test_weak);
  g_test_add_func ("/tls/refused/renegotiation", test_renegotiation);
  g_test_add_func ("/tls/refused/plain-peer", test_plain_peer);
  g_test_add_func ("/tls/refused/garbage", test_garbage);
  g_test_add_func ("/tls/refused/changed", test_changed);
  g_test_add_func ("/tls/refused/truncated", test_truncated);
  g_test_add_func ("/tls/told", test_told);
  g_test_add_func ("/tls/row-109-server-tls-context", test_server_context);
  g_test_add_func ("/tls/row-110-client-tls-context", test_client_context);
  g_test_add_func ("/tls/good-bye", test_good_bye);
  g_test_add_func ("/tls/cut-handshake", test_cut_handshake);
  g_test_add_func ("/tls/large", test_large);
  g_test_add_func ("/tls/credentials", test_credentials);
  g_test_add_func ("/tls/folder", test_folder);
  g_test_add_func ("/tls/row-093-bad-ssl-tuple", test_pair_of_credentials);
  return g_test_run ();
}
