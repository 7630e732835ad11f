/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-stream.h>

#include <string.h>

#include "foliot-test.h"

/* What only transports over sockets do. Waiting for the outside is a hold, as it is for everybody. */

typedef struct
{
  FoliotKernel *kernel;
  FoliotLink *link;
  GString *log; /* of what arrived, then "." */
  const char *wanted;
  FoliotFuture *reached;
} End;

static void
look (End *end)
{
  if (end->reached != NULL && g_str_equal (end->log->str, end->wanted))
    foliot_future_resolve (end->reached, NULL);
}

static void
on_frame (gpointer owner, FoliotFrame *frame)
{
  End *end = owner;

  g_string_append_len (end->log, g_bytes_get_data (frame->bytes, NULL),
                       (gssize) g_bytes_get_size (frame->bytes));
  look (end);
}

static void
on_closed (gpointer owner, const GError *why)
{
  End *end = owner;

  g_string_append_c (end->log, why == NULL ? '.' : '!');
  look (end);
}

static const FoliotLinkSink sink = { .frame = on_frame, .closed = on_closed };

/* Awaits that @wanted has arrived, and nothing else. */
static void
expect (End *end, const char *wanted)
{
  FoliotHold *hold = foliot_kernel_hold (end->kernel, "a test", 10000);
  g_autoptr (FoliotValue) value = NULL;
  g_autoptr (GError) error = NULL;

  end->wanted = wanted;
  end->reached = foliot_future_new (end->kernel);
  look (end);
  value = foliot_await (end->reached, FOLIOT_TIME_NEVER, &error);
  g_assert_no_error (error);
  g_clear_pointer (&end->reached, foliot_future_unref);
  foliot_hold_release (hold);
}

typedef struct
{
  FoliotTransport *transport;
  FoliotListener *listener;
  End client;
  End server;
} Pipe;

static void
on_accepted (FoliotLink *link, gpointer user_data)
{
  Pipe *pipe = user_data;

  pipe->server.link = link;
  foliot_link_start (link, &sink, &pipe->server);
}

static Pipe *
pipe_new (FoliotKernel *kernel, const char *url)
{
  Pipe *pipe = g_new0 (Pipe, 1);
  g_autoptr (FoliotAddress) address
      = *url != '\0' ? foliot_address_parse (url, NULL) : foliot_address_new_tcp ("", 0);
  g_autoptr (FoliotValue) value = NULL;
  g_autoptr (GError) error = NULL;

  pipe->client = pipe->server = (End){ .kernel = kernel };
  pipe->client.log = g_string_new (NULL);
  pipe->server.log = g_string_new (NULL);
  pipe->transport = foliot_stream_transport_new (kernel, NULL);
  pipe->listener
      = foliot_transport_listen (pipe->transport, address, "server", on_accepted, pipe, NULL, &error);
  g_assert_no_error (error);
  value = foliot_await_take (
      foliot_transport_connect (pipe->transport, foliot_listener_get_address (pipe->listener), "client"),
      &error);
  g_assert_no_error (error);
  pipe->client.link = g_object_ref (foliot_value_get_object (value, FOLIOT_TYPE_LINK));
  foliot_link_start (pipe->client.link, &sink, &pipe->client);
  return pipe;
}

static void
pipe_free (Pipe *pipe)
{
  g_clear_object (&pipe->client.link);
  g_clear_object (&pipe->server.link);
  g_object_unref (pipe->listener);
  g_object_unref (pipe->transport);
  g_string_free (pipe->client.log, TRUE);
  g_string_free (pipe->server.log, TRUE);
  g_free (pipe);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pipe, pipe_free)

static void
say (End *end, const char *text)
{
  FoliotFrame frame = { .bytes = g_bytes_new (text, strlen (text)) };
  g_autoptr (GError) error = NULL;

  g_assert_true (foliot_link_send (end->link, &frame, &error));
  g_assert_no_error (error);
}

static void
talk (FoliotKernel *kernel, const char *url)
{
  g_autoptr (Pipe) pipe = pipe_new (kernel, url);

  g_assert_cmpuint (foliot_link_get_flags (pipe->client.link), ==, 0); /* both ends are here */
  g_assert_true (foliot_link_get_peer (pipe->client.link) == pipe->server.link);
  g_assert_true (foliot_link_get_peer (pipe->server.link) == pipe->client.link);
  say (&pipe->client, "one");
  say (&pipe->client, "");
  say (&pipe->client, "two");
  expect (&pipe->server, "onetwo");
  say (&pipe->server, "three");
  expect (&pipe->client, "three");
  foliot_link_close (pipe->client.link);
  expect (&pipe->client, "three!");
  expect (&pipe->server, "onetwo.");
  foliot_test_assert_now (kernel, 0);
}

static void
test_tcp_v4 (FoliotKernel *kernel)
{
  talk (kernel, "tcp://127.0.0.1:0");
}

static void
test_tcp_name (FoliotKernel *kernel)
{
  talk (kernel, "tcp://localhost:0");
}

static void
test_tcp_any (FoliotKernel *kernel)
{
  talk (kernel, "");
}

static void
test_unix (FoliotKernel *kernel)
{
  g_autofree char *folder = g_dir_make_tmp ("foliot-XXXXXX", NULL);
  g_autofree char *url = g_strdup_printf ("ipc://[%s/socket]", folder);

  talk (kernel, url);
  talk (kernel, url); /* over the file that the first left */
}

static void
test_refused (FoliotKernel *kernel)
{
  g_autoptr (FoliotTransport) transport = foliot_stream_transport_new (kernel, NULL);
  g_autoptr (FoliotAddress) any = foliot_address_parse ("tcp://127.0.0.1:0", NULL);
  g_autoptr (FoliotAddress) nowhere = foliot_address_new_unix ("/nowhere/at/all");
  Pipe pipe = { 0 };
  g_autoptr (FoliotListener) listener
      = foliot_transport_listen (transport, any, NULL, on_accepted, &pipe, NULL, NULL);
  g_autoptr (GError) error = NULL;

  foliot_listener_close (listener);
  g_assert_null (foliot_await_take (
      foliot_transport_connect (transport, foliot_listener_get_address (listener), NULL), &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_REFUSED);
  g_clear_error (&error);
  g_assert_null (foliot_await_take (foliot_transport_connect (transport, nowhere, NULL), &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_FILE_NOT_FOUND);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  foliot_test_add ("/stream/row-010-tcp-v4", test_tcp_v4);
  foliot_test_add ("/stream/row-010-tcp-name", test_tcp_name);
  foliot_test_add ("/stream/row-010-tcp-any", test_tcp_any);
  foliot_test_add ("/stream/row-011-unix", test_unix);
  foliot_test_add ("/stream/row-014-refused", test_refused);
  return g_test_run ();
}
