/* SPDX-License-Identifier: MIT */
#include "foliot-transport-suite.h"

#include <string.h>

/* What every transport does, whatever lies below: the conformance suite. */

typedef struct
{
  FoliotLink *link;
  GString *log; /* of what arrived: numbers, then "." */
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
  g_autofree char *text = NULL;

  g_assert_true ((frame->bytes != NULL) != (frame->value != NULL));
  if (frame->value != NULL)
    text = g_strdup (foliot_value_get_string (frame->value, NULL));
  else
    text = g_strndup (g_bytes_get_data (frame->bytes, NULL), g_bytes_get_size (frame->bytes));
  g_string_append (end->log, text);
  look (end);
}

static void
on_closed (gpointer owner, const GError *why)
{
  End *end = owner;

  g_string_append_c (end->log, '.');
  look (end);
}

static const FoliotLinkSink sink = { .frame = on_frame, .closed = on_closed };

/* Awaits that exactly @wanted has arrived. */
static void
expect (FoliotKernel *kernel, End *end, const char *wanted)
{
  FoliotHold *hold
      = foliot_transport_suite_is_external () ? foliot_kernel_hold (kernel, "a test", 20000) : NULL;
  g_autoptr (FoliotValue) value = NULL;

  end->wanted = wanted;
  end->reached = foliot_future_new (kernel);
  look (end);
  value = foliot_await (end->reached, foliot_kernel_now (kernel) + FOLIOT_SECOND, NULL);
  g_assert_cmpstr (end->log->str, ==, wanted);
  g_clear_pointer (&end->reached, foliot_future_unref);
  if (hold != NULL)
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

  g_assert_null (pipe->client.link);
  pipe->server.link = link;
}

static Pipe *
pipe_new (FoliotKernel *kernel)
{
  Pipe *pipe = g_new0 (Pipe, 1);
  g_autoptr (FoliotAddress) address = foliot_transport_suite_new_address (0);
  g_autoptr (FoliotFuture) attempt = NULL;
  g_autoptr (FoliotValue) value = NULL;
  g_autoptr (GError) error = NULL;

  pipe->transport = foliot_transport_suite_new (kernel);
  pipe->listener
      = foliot_transport_listen (pipe->transport, address, "server", on_accepted, pipe, NULL, &error);
  g_assert_no_error (error);
  attempt
      = foliot_transport_connect (pipe->transport, foliot_listener_get_address (pipe->listener), "client");
  g_assert_false (foliot_future_is_settled (attempt));
  value = foliot_await (attempt, FOLIOT_TIME_NEVER, &error);
  g_assert_no_error (error);
  g_assert_nonnull (pipe->server.link);
  pipe->client.link = g_object_ref (foliot_value_get_object (value, FOLIOT_TYPE_LINK));
  pipe->client.log = g_string_new (NULL);
  pipe->server.log = g_string_new (NULL);
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

static gboolean
send_text (FoliotLink *link, const char *text, GError **error)
{
  FoliotFrame frame = { 0 };

  if (foliot_link_get_flags (link) & FOLIOT_LINK_VALUES)
    frame.value = foliot_value_new_string (text);
  else
    frame.bytes = g_bytes_new (text, strlen (text));
  return foliot_link_send (link, &frame, error);
}

static void
test_order (FoliotKernel *kernel)
{
  g_autoptr (Pipe) pipe = pipe_new (kernel);

  foliot_link_start (pipe->server.link, &sink, &pipe->server);
  for (guint i = 0; i < 9; i++)
    {
      char text[] = { (char) ('1' + i), 0 };

      g_assert_true (send_text (pipe->client.link, text, NULL));
      g_assert_true (send_text (pipe->server.link, text, NULL));
    }
  g_assert_cmpstr (pipe->server.log->str, ==, ""); /* never from inside the call */
  expect (kernel, &pipe->server, "123456789");
  expect (kernel, &pipe->client, "123456789");
}

static void
test_frames_wait_for_start (FoliotKernel *kernel)
{
  g_autoptr (Pipe) pipe = pipe_new (kernel);

  g_assert_true (send_text (pipe->client.link, "1", NULL));
  g_assert_true (send_text (pipe->client.link, "2", NULL));
  foliot_link_close (pipe->client.link);
  expect (kernel, &pipe->client, ".");
  foliot_link_start (pipe->server.link, &sink, &pipe->server);
  g_assert_cmpstr (pipe->server.log->str, ==, "");
  expect (kernel, &pipe->server, "12.");
}

static void
test_close (FoliotKernel *kernel)
{
  g_autoptr (Pipe) pipe = pipe_new (kernel);
  g_autoptr (GError) error = NULL;

  foliot_link_start (pipe->server.link, &sink, &pipe->server);
  g_assert_true (send_text (pipe->client.link, "1", NULL));
  foliot_link_close (pipe->client.link);
  foliot_link_close (pipe->client.link);
  g_assert_cmpstr (pipe->client.log->str, ==, ""); /* announced by an event */
  g_assert_false (send_text (pipe->client.link, "2", &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET);
  expect (kernel, &pipe->client, ".");
  expect (kernel, &pipe->server, "1.");
  g_clear_error (&error);
  g_assert_false (send_text (pipe->server.link, "3", &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET);
}

static void
test_both_close (FoliotKernel *kernel)
{
  g_autoptr (Pipe) pipe = pipe_new (kernel);

  foliot_link_start (pipe->server.link, &sink, &pipe->server);
  foliot_link_close (pipe->client.link);
  foliot_link_close (pipe->server.link);
  expect (kernel, &pipe->client, ".");
  expect (kernel, &pipe->server, ".");
}

static void
test_drop_closes (FoliotKernel *kernel)
{
  g_autoptr (Pipe) pipe = pipe_new (kernel);

  foliot_link_start (pipe->server.link, &sink, &pipe->server);
  g_assert_true (send_text (pipe->client.link, "1", NULL));
  foliot_link_start (pipe->client.link, NULL, NULL);
  g_clear_object (&pipe->client.link);
  expect (kernel, &pipe->server, "1.");
  expect (kernel, &pipe->client, "");
}

static void
test_owner (FoliotKernel *kernel)
{
  static const FoliotLinkSink other = { .frame = on_frame, .closed = on_closed };
  g_autoptr (Pipe) pipe = pipe_new (kernel);

  g_assert_true (foliot_link_get_kernel (pipe->client.link) == kernel);
  g_assert_true (foliot_link_get_owner (pipe->client.link, &sink) == &pipe->client);
  g_assert_null (foliot_link_get_owner (pipe->client.link, &other));
  g_assert_null (foliot_link_get_owner (pipe->server.link, &sink));
}

/* However ties are broken, the order on a link stays. */
static void
test_shuffled_ties (FoliotKernel *kernel)
{
  foliot_kernel_shuffle_ties (kernel, 12345);
  test_order (kernel);
}

/* The world may end with everything under way. */
static void
test_world_ends (FoliotKernel *kernel)
{
  g_autoptr (FoliotKernel) other = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  g_autoptr (FoliotTransport) transport = foliot_transport_suite_new (other);
  g_autoptr (FoliotAddress) address = foliot_transport_suite_new_address (0);
  Pipe pipe = { 0 };
  g_autoptr (FoliotListener) listener
      = foliot_transport_listen (transport, address, NULL, on_accepted, &pipe, NULL, NULL);
  g_autoptr (FoliotFuture) first
      = foliot_transport_connect (transport, foliot_listener_get_address (listener), NULL);
  g_autoptr (FoliotFuture) second = NULL;

  while (pipe.server.link == NULL)
    foliot_kernel_step (other, 1);
  g_assert_true (send_text (pipe.server.link, "1", NULL));
  second = foliot_transport_connect (transport, foliot_listener_get_address (listener), NULL);
  foliot_kernel_close (other);
  g_assert_true (foliot_future_is_settled (second));
  g_clear_object (&pipe.server.link);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  foliot_transport_suite_add_all ("transport", "order", test_order);
  foliot_transport_suite_add_all ("transport", "frames-wait-for-start", test_frames_wait_for_start);
  foliot_transport_suite_add_all ("transport", "close", test_close);
  foliot_transport_suite_add_all ("transport", "both-close", test_both_close);
  foliot_transport_suite_add_all ("transport", "drop-closes", test_drop_closes);
  foliot_transport_suite_add_all ("transport", "owner", test_owner);
  foliot_transport_suite_add_all ("transport", "shuffled-ties", test_shuffled_ties);
  foliot_transport_suite_add_all ("transport", "world-ends", test_world_ends);
  return g_test_run ();
}
