/* SPDX-License-Identifier: MIT */
#pragma once

#include "test-certificate.h"
#include "transport/foliot-tls-private.h"

/* Two ends of a TLS link in one process, joined by memory. */

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
