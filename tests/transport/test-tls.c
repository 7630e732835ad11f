/* SPDX-License-Identifier: MIT */
#include "test-tls-pair.h"

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

typedef struct
{
  const char *name;
  TestCertificate client;
  TestCertificate server;
  const char *host;
  FoliotTlsError code;
} Refusal;

static const Refusal refusals[] = {
  { "expired-server", TEST_CERTIFICATE_GOOD, TEST_CERTIFICATE_EXPIRED, "localhost",
    FOLIOT_TLS_ERROR_EXPIRED },
  { "expired-client", TEST_CERTIFICATE_EXPIRED, TEST_CERTIFICATE_GOOD, "localhost",
    FOLIOT_TLS_ERROR_EXPIRED },
  { "not-yet-valid-server", TEST_CERTIFICATE_GOOD, TEST_CERTIFICATE_NOT_YET_VALID, "localhost",
    FOLIOT_TLS_ERROR_NOT_YET_VALID },
  { "not-yet-valid-client", TEST_CERTIFICATE_NOT_YET_VALID, TEST_CERTIFICATE_GOOD, "localhost",
    FOLIOT_TLS_ERROR_NOT_YET_VALID },
  { "wrong-ca-server", TEST_CERTIFICATE_GOOD, TEST_CERTIFICATE_OTHER_CA, "localhost",
    FOLIOT_TLS_ERROR_WRONG_CA },
  { "self-signed-server", TEST_CERTIFICATE_GOOD, TEST_CERTIFICATE_SELF_SIGNED, "localhost",
    FOLIOT_TLS_ERROR_WRONG_CA },
  { "self-signed-client", TEST_CERTIFICATE_SELF_SIGNED, TEST_CERTIFICATE_GOOD, "localhost",
    FOLIOT_TLS_ERROR_WRONG_CA },
  { "wrong-host", TEST_CERTIFICATE_GOOD, TEST_CERTIFICATE_OTHER_HOST, "localhost",
    FOLIOT_TLS_ERROR_WRONG_HOST },
  { "wrong-address", TEST_CERTIFICATE_GOOD, TEST_CERTIFICATE_GOOD, "127.0.0.2", FOLIOT_TLS_ERROR_WRONG_HOST },
  { "wrong-purpose-server", TEST_CERTIFICATE_GOOD, TEST_CERTIFICATE_CLIENT_ONLY, "localhost",
    FOLIOT_TLS_ERROR_WRONG_PURPOSE },
  { "wrong-purpose-client", TEST_CERTIFICATE_SERVER_ONLY, TEST_CERTIFICATE_GOOD, "localhost",
    FOLIOT_TLS_ERROR_WRONG_PURPOSE },
  { "weak-server", TEST_CERTIFICATE_GOOD, TEST_CERTIFICATE_RSA_1024, "localhost", FOLIOT_TLS_ERROR_WEAK },
  { "weak-client", TEST_CERTIFICATE_RSA_1024, TEST_CERTIFICATE_GOOD, "localhost", FOLIOT_TLS_ERROR_WEAK },
};

static void
test_refused (gconstpointer data)
{
  const Refusal *refusal = data;

  for (int compat = FOLIOT_TLS_COMPAT_FOLIOT; compat <= FOLIOT_TLS_COMPAT_AIOMAS; compat++)
    for (gsize piece = 0; piece < 20; piece++)
      {
        g_autoptr (TestPair) pair
            = run_pair (refusal->client, refusal->server, (FoliotTlsCompat) compat, refusal->host, piece);

        test_pair_assert_refused (pair, refusal->code, refusal->code);
      }
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tls/good", test_good);
  g_test_add_func ("/tls/cut-good", test_cut_good);
  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *path = g_strconcat ("/tls/refused/", refusals[i].name, NULL);

      g_test_add_data_func (path, &refusals[i], test_refused);
    }
  result = g_test_run ();
  test_certificates_free ();
  return result;
}
