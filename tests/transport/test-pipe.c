/* SPDX-License-Identifier: MIT */
#include "test-pipe.h"

#include <string.h>

/* Awaits that @future is settled, while the outside has its time. */
static void
await_outside (FoliotKernel *kernel, FoliotFuture *future)
{
  FoliotHold *hold = foliot_kernel_hold (kernel, "a test", FOLIOT_TEST_PATIENCE_MS);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await (future, FOLIOT_TIME_NEVER, &error);

  g_assert_no_error (error);
  foliot_hold_release (hold);
}

/* ---- one end ------------------------------------------------------------------------------------------------- */

static void
look (TestLink *end)
{
  if (end->reached != NULL && end->log->len == end->n_wanted && g_str_equal (end->log->str, end->wanted))
    foliot_future_resolve (end->reached, NULL);
}

static void
on_frame (gpointer owner, FoliotFrame *frame)
{
  TestLink *end = owner;

  g_assert_true ((frame->bytes != NULL) != (frame->value != NULL));
  if (frame->value != NULL)
    g_string_append (end->log, foliot_value_get_string (frame->value, NULL));
  else
    g_string_append_len (end->log, g_bytes_get_data (frame->bytes, NULL),
                         (gssize) g_bytes_get_size (frame->bytes));
  look (end);
}

static void
on_closed (gpointer owner, const GError *why)
{
  TestLink *end = owner;

  g_assert_null (end->why);
  end->why = why != NULL ? g_error_copy (why) : NULL;
  g_string_append_c (end->log, '.');
  look (end);
}

const FoliotLinkSink test_link_sink = { .frame = on_frame, .closed = on_closed };

TestLink *
test_link_new (FoliotKernel *kernel, FoliotLink *link)
{
  TestLink *end = g_new0 (TestLink, 1);

  end->kernel = kernel;
  end->link = link;
  end->log = g_string_new (NULL);
  return end;
}

void
test_link_free (TestLink *end)
{
  if (end->link != NULL)
    foliot_link_start (end->link, NULL, NULL);
  g_clear_object (&end->link);
  g_string_free (end->log, TRUE);
  g_clear_error (&end->why);
  g_free (end);
}

void
test_link_start (TestLink *end)
{
  foliot_link_start (end->link, &test_link_sink, end);
}

gboolean
test_link_send (TestLink *end, const char *text, GError **error)
{
  FoliotFrame frame = { 0 };

  if (foliot_link_get_flags (end->link) & FOLIOT_LINK_VALUES)
    frame.value = foliot_value_new_string (text);
  else
    frame.bytes = g_bytes_new (text, strlen (text));
  return foliot_link_send (end->link, &frame, error);
}

void
test_link_say (TestLink *end, const char *text)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = test_link_send (end, text, &error);

  g_assert_no_error (error);
  g_assert_true (ok);
}

void
test_link_expect (TestLink *end, const char *wanted)
{
  gboolean is_external = (foliot_link_get_flags (end->link) & FOLIOT_LINK_EXTERNAL) != 0;

  end->wanted = wanted;
  end->n_wanted = strlen (wanted);
  end->reached = foliot_future_new (end->kernel);
  look (end);
  if (is_external)
    await_outside (end->kernel, end->reached);
  else
    foliot_value_unref (foliot_await (end->reached, foliot_kernel_now (end->kernel) + FOLIOT_SECOND, NULL));
  g_assert_cmpstr (end->log->str, ==, wanted);
  g_clear_pointer (&end->reached, foliot_future_unref);
}

/* ---- who listens --------------------------------------------------------------------------------------------- */

static void
count (TestServer *server)
{
  if (server->reached != NULL && server->links->len + server->refusals->len >= server->wanted
      && !foliot_future_is_settled (server->reached))
    foliot_future_resolve (server->reached, NULL);
}

static void
on_accepted (FoliotLink *link, gpointer user_data)
{
  TestServer *server = user_data;
  TestLink *end = test_link_new (server->kernel, link);

  g_ptr_array_add (server->links, end);
  if (server->starts)
    test_link_start (end);
  count (server);
}

static void
on_refused (FoliotListener *listener, const GError *why, FoliotValue *peername, gpointer user_data)
{
  TestServer *server = user_data;

  g_ptr_array_add (server->refusals, g_error_copy (why));
  g_ptr_array_add (server->peers, peername != NULL ? foliot_value_ref (peername) : NULL);
  count (server);
}

static void
unref_value (gpointer value)
{
  g_clear_pointer ((FoliotValue **) &value, foliot_value_unref);
}

TestServer *
test_server_new (FoliotKernel *kernel, FoliotTransport *transport, FoliotAddress *at)
{
  TestServer *server = g_new0 (TestServer, 1);
  g_autoptr (GError) error = NULL;

  server->kernel = kernel;
  server->transport = transport;
  server->starts = TRUE;
  server->links = g_ptr_array_new_with_free_func ((GDestroyNotify) test_link_free);
  server->refusals = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);
  server->peers = g_ptr_array_new_with_free_func (unref_value);
  server->listener = foliot_transport_listen (transport, at, "server", on_accepted, server, NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (server->listener, "refused", G_CALLBACK (on_refused), server);
  return server;
}

void
test_server_free (TestServer *server)
{
  foliot_listener_close (server->listener);
  g_signal_handlers_disconnect_by_data (server->listener, server);
  g_ptr_array_unref (server->links);
  g_ptr_array_unref (server->refusals);
  g_ptr_array_unref (server->peers);
  g_object_unref (server->listener);
  g_object_unref (server->transport);
  g_free (server);
}

void
test_server_expect (TestServer *server, guint n)
{
  server->wanted = n;
  server->reached = foliot_future_new (server->kernel);
  count (server);
  await_outside (server->kernel, server->reached);
  g_assert_cmpuint (server->links->len + server->refusals->len, ==, n);
  g_clear_pointer (&server->reached, foliot_future_unref);
}

TestLink *
test_server_get (TestServer *server, guint n)
{
  g_assert_cmpuint (n, <, server->links->len);
  return g_ptr_array_index (server->links, n);
}

const GError *
test_server_get_refusal (TestServer *server, guint n)
{
  g_assert_cmpuint (n, <, server->refusals->len);
  return g_ptr_array_index (server->refusals, n);
}

TestLink *
test_connect (FoliotTransport *transport, FoliotAddress *to, GError **error)
{
  g_autoptr (FoliotFuture) attempt = foliot_transport_connect (transport, to, "client");
  g_autoptr (FoliotValue) value = foliot_await (attempt, FOLIOT_TIME_NEVER, error);

  return value != NULL ? test_link_new (foliot_transport_get_kernel (transport),
                                        g_object_ref (foliot_value_get_object (value, FOLIOT_TYPE_LINK)))
                       : NULL;
}

/* ---- both ---------------------------------------------------------------------------------------------------- */

TestPipe *
test_pipe_new (FoliotKernel *kernel, FoliotTransport *transport, FoliotAddress *at)
{
  TestPipe *pipe = g_new0 (TestPipe, 1);
  g_autoptr (GError) error = NULL;

  pipe->listening = test_server_new (kernel, transport, at);
  pipe->listening->starts = FALSE;
  pipe->client = test_connect (transport, foliot_listener_get_address (pipe->listening->listener), &error);
  g_assert_no_error (error);
  test_server_expect (pipe->listening, 1);
  pipe->server = test_server_get (pipe->listening, 0);
  return pipe;
}

void
test_pipe_free (TestPipe *pipe)
{
  test_link_free (pipe->client);
  test_server_free (pipe->listening);
  g_free (pipe);
}

/* ---- beside it all ------------------------------------------------------------------------------------------- */

TestCalm *
test_calm_new (FoliotKernel *kernel, FoliotTransport *transport)
{
  g_autoptr (FoliotAddress) any = foliot_address_new_tcp ("127.0.0.1", 0);
  TestCalm *calm = g_new0 (TestCalm, 1);

  calm->kernel = kernel;
  calm->transport = transport;
  calm->pipe = test_pipe_new (kernel, transport, any);
  calm->server = calm->pipe->listening;
  calm->server->starts = TRUE;
  test_link_start (calm->pipe->client);
  test_link_start (calm->pipe->server);
  test_link_say (calm->pipe->client, "before");
  test_link_expect (calm->pipe->server, "before");
  return calm;
}

void
test_calm_free (TestCalm *calm)
{
  test_link_say (calm->pipe->client, ", behind");
  test_link_expect (calm->pipe->server, "before, behind");
  test_link_say (calm->pipe->server, "and back");
  test_link_expect (calm->pipe->client, "and back");
  test_pipe_free (calm->pipe);
  g_free (calm);
}

FoliotAddress *
test_calm_get_address (TestCalm *calm)
{
  return foliot_listener_get_address (calm->server->listener);
}
