/* SPDX-License-Identifier: MIT */
#include "test-certificate.h"

#include <stdlib.h>

#include "transport/foliot-certificate-private.h"

#define HOUR 3600

static TestPem pems[TEST_N_CERTIFICATES];

/* The CA of all but one of the certificates. */
static TestPem authority;

static void
make (const FoliotCertificateSpec *spec, const TestPem *signer, TestPem *out)
{
  g_autoptr (GError) error = NULL;

  _foliot_certificate_make (spec, signer != NULL ? signer->cert : NULL, signer != NULL ? signer->key : NULL,
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

static void
free_all (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (pems); i++)
    pem_clear (&pems[i]);
  pem_clear (&authority);
}

const TestPem *
test_certificate_get (TestCertificate kind)
{
  if (authority.cert == NULL)
    {
      make_authority (&authority);
      atexit (free_all);
    }
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

const TestRefusal test_refusals[] = {
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

const gsize test_n_refusals = G_N_ELEMENTS (test_refusals);
