/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-transport.h>

#include "foliot-test.h"

G_BEGIN_DECLS

/*
 * Links under test. An end writes down what arrives: the text of each frame, and "." for the end of the link. Whoever
 * awaits something from outside holds time meanwhile.
 */

typedef struct
{
  FoliotKernel *kernel;
  FoliotLink *link; /* (nullable) owned */
  GString *log;
  GError *why; /* (nullable) the link ended */
  const char *wanted;
  gsize n_wanted;
  FoliotFuture *reached;
} TestLink;

/* What writes it down, for a TestLink. */
extern const FoliotLinkSink test_link_sink;

TestLink *test_link_new (FoliotKernel *kernel, FoliotLink *link);
/* Drops the link without a word. */
void test_link_free (TestLink *end);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestLink, test_link_free)
/* From here on, what arrives is written down. */
void test_link_start (TestLink *end);
gboolean test_link_send (TestLink *end, const char *text, GError **error);
/* Fails unless it could be sent. */
void test_link_say (TestLink *end, const char *text);
/* Awaits that exactly @wanted is in the log. */
void test_link_expect (TestLink *end, const char *wanted);

/* Somebody who listens: keeps the links in the order in which they came, and why others were refused. */
typedef struct
{
  FoliotKernel *kernel;
  FoliotTransport *transport;
  FoliotListener *listener;
  gboolean starts;     /* links at once; at first */
  GPtrArray *links;    /* of TestLink */
  GPtrArray *refusals; /* of GError */
  GPtrArray *peers;    /* of FoliotValue, nullable: who was refused */
  guint wanted;
  FoliotFuture *reached;
} TestServer;

/* @transport: (transfer full). */
TestServer *test_server_new (FoliotKernel *kernel, FoliotTransport *transport, FoliotAddress *at);
void test_server_free (TestServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestServer, test_server_free)
/* Awaits that @n have come, and were let in or refused. */
void test_server_expect (TestServer *server, guint n);
/* The @n-th link; the @n-th refusal. */
TestLink *test_server_get (TestServer *server, guint n);
const GError *test_server_get_refusal (TestServer *server, guint n);

/* One attempt. Returns: (nullable): not started. */
TestLink *test_connect (FoliotTransport *transport, FoliotAddress *to, GError **error);

/* A server and its one client, connected; nothing is started. */
typedef struct
{
  TestServer *listening;
  TestLink *server; /* of @listening */
  TestLink *client;
} TestPipe;

/* @transport: (transfer full): of both ends. */
TestPipe *test_pipe_new (FoliotKernel *kernel, FoliotTransport *transport, FoliotAddress *at);
void test_pipe_free (TestPipe *pipe);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestPipe, test_pipe_free)

/* A pair that talks over a transport while others on it come to grief, and has not noticed when it is freed. */
typedef struct
{
  FoliotKernel *kernel;
  FoliotTransport *transport;
  TestPipe *pipe;
  TestServer *server; /* of the pair, and of all that come */
} TestCalm;

/* @transport: (transfer full). */
TestCalm *test_calm_new (FoliotKernel *kernel, FoliotTransport *transport);
void test_calm_free (TestCalm *calm);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestCalm, test_calm_free)
FoliotAddress *test_calm_get_address (TestCalm *calm);

G_END_DECLS
