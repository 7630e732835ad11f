/* SPDX-License-Identifier: MIT */
#pragma once

#include "tools/foliot-certificate.h"
#include "transport/foliot-tls-private.h"

/*
 * Two ends of a TLS link in one process, joined by memory, and certificates made on the spot: the good one of a CA and
 * those that must be refused.
 */

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

/* PEM, made at the first call and kept until test_certificates_free(). */
typedef struct
{
  char *ca;
  char *cert;
  char *key;
} TestPem;

const TestPem *test_certificate_get (TestCertificate kind);
FoliotTlsCredentials *test_certificate_load (TestCertificate kind, FoliotTlsCompat compat);
void test_certificates_free (void);

/* One end: a filter, what it has decrypted, what it wants to send. */
typedef struct
{
  FoliotFilter *filter;
  GByteArray *plain;
  GByteArray *wire;
  GError *error;
  gboolean over;
} TestEnd;

typedef struct
{
  TestEnd client;
  TestEnd server;
} TestPair;

/* Takes nothing. @host: what the client believes to connect to. */
TestPair *test_pair_new (FoliotTlsCredentials *client, FoliotTlsCredentials *server, const char *host);
void test_pair_free (TestPair *pair);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestPair, test_pair_free)

void test_end_init (TestEnd *end, FoliotFilter *filter);
void test_end_clear (TestEnd *end);
/* Feeds @end with @data in pieces of at most @piece bytes (0: in one). */
void test_end_feed (TestEnd *end, const guint8 *data, gsize length, gsize piece);
/* The peer's end of stream. */
void test_end_eof (TestEnd *end);
void test_end_write (TestEnd *end, const char *text);

/* The client's first word, then to and fro in pieces of at most @piece bytes until both are silent. */
void test_pair_run (TestPair *pair, gsize piece);
/* The same without the first word. */
void test_pair_exchange (TestPair *pair, gsize piece);
/* Fails unless both are open and understand each other. */
void test_pair_assert_open (TestPair *pair);
/* Fails unless neither is open, and both ended with @code, each saying whose fault it is. */
void test_pair_assert_refused (TestPair *pair, FoliotTlsError client_code, FoliotTlsError server_code);
