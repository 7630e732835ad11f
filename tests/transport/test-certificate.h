/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-tls.h>

/* Certificates made on the spot: the good one of a CA and those that must be refused. */

typedef enum
{
  TEST_CERTIFICATE_GOOD,          /* for localhost, 127.0.0.1 and park.example, both uses */
  TEST_CERTIFICATE_EXPIRED,       /* until an hour ago */
  TEST_CERTIFICATE_NOT_YET_VALID, /* from an hour on */
  TEST_CERTIFICATE_OTHER_CA,      /* good, but of another CA, which it believes in alone */
  TEST_CERTIFICATE_SELF_SIGNED,   /* good, but signed by nobody */
  TEST_CERTIFICATE_OTHER_HOST,    /* for elsewhere.example */
  TEST_CERTIFICATE_CLIENT_ONLY,
  TEST_CERTIFICATE_SERVER_ONLY,
  TEST_CERTIFICATE_RSA,      /* good, RSA 2048 */
  TEST_CERTIFICATE_RSA_1024, /* weak */
  TEST_CERTIFICATE_RSA_512,
  TEST_N_CERTIFICATES,
} TestCertificate;

/* PEM, made at the first call and kept. */
typedef struct
{
  char *ca;
  char *cert;
  char *key;
} TestPem;

const TestPem *test_certificate_get (TestCertificate kind);
FoliotTlsCredentials *test_certificate_load (TestCertificate kind, FoliotTlsCompat compat);

/* Who is refused by certificates alone, by both ends with the same code. */
typedef struct
{
  const char *name;
  TestCertificate client;
  TestCertificate server;
  const char *host;
  FoliotTlsError code;
} TestRefusal;

extern const TestRefusal test_refusals[];
extern const gsize test_n_refusals;
