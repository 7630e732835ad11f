/* SPDX-License-Identifier: MIT */
#include "foliot-transport-suite.h"

#include "test-pipe.h"

/* What every transport does, whatever lies below: the conformance suite. */

static TestPipe *
pipe_new (FoliotKernel *kernel)
{
  g_autoptr (FoliotAddress) address = foliot_transport_suite_new_address (0);

  TestPipe *pipe = test_pipe_new (kernel, foliot_transport_suite_new (kernel), address);

  test_link_start (pipe->client);
  return pipe;
}

static void
test_order (FoliotKernel *kernel)
{
  g_autoptr (TestPipe) pipe = pipe_new (kernel);

  test_link_start (pipe->server);
  for (guint i = 0; i < 9; i++)
    {
      char text[] = { (char) ('1' + i), 0 };

      test_link_say (pipe->client, text);
      test_link_say (pipe->server, text);
    }
  g_assert_cmpstr (pipe->server->log->str, ==, ""); /* never from inside the call */
  test_link_expect (pipe->server, "123456789");
  test_link_expect (pipe->client, "123456789");
}

static void
test_frames_wait_for_start (FoliotKernel *kernel)
{
  g_autoptr (TestPipe) pipe = pipe_new (kernel);

  test_link_say (pipe->client, "1");
  test_link_say (pipe->client, "2");
  foliot_link_close (pipe->client->link);
  test_link_expect (pipe->client, ".");
  test_link_start (pipe->server);
  g_assert_cmpstr (pipe->server->log->str, ==, "");
  test_link_expect (pipe->server, "12.");
}

static void
test_close (FoliotKernel *kernel)
{
  g_autoptr (TestPipe) pipe = pipe_new (kernel);
  g_autoptr (GError) error = NULL;

  test_link_start (pipe->server);
  test_link_say (pipe->client, "1");
  foliot_link_close (pipe->client->link);
  foliot_link_close (pipe->client->link);
  g_assert_cmpstr (pipe->client->log->str, ==, ""); /* announced by an event */
  g_assert_false (test_link_send (pipe->client, "2", &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET);
  test_link_expect (pipe->client, ".");
  test_link_expect (pipe->server, "1.");
  g_clear_error (&error);
  g_assert_false (test_link_send (pipe->server, "3", &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET);
}

static void
test_both_close (FoliotKernel *kernel)
{
  g_autoptr (TestPipe) pipe = pipe_new (kernel);

  test_link_start (pipe->server);
  foliot_link_close (pipe->client->link);
  foliot_link_close (pipe->server->link);
  test_link_expect (pipe->client, ".");
  test_link_expect (pipe->server, ".");
}

static void
test_drop_closes (FoliotKernel *kernel)
{
  g_autoptr (TestPipe) pipe = pipe_new (kernel);

  test_link_start (pipe->server);
  test_link_say (pipe->client, "1");
  foliot_link_start (pipe->client->link, NULL, NULL);
  g_clear_object (&pipe->client->link);
  test_link_expect (pipe->server, "1.");
  g_assert_cmpstr (pipe->client->log->str, ==, "");
}

static void
test_owner (FoliotKernel *kernel)
{
  const FoliotLinkSink other = test_link_sink;
  g_autoptr (TestPipe) pipe = pipe_new (kernel);

  g_assert_true (foliot_link_get_kernel (pipe->client->link) == kernel);
  g_assert_true (foliot_link_get_owner (pipe->client->link, &test_link_sink) == pipe->client);
  g_assert_null (foliot_link_get_owner (pipe->client->link, &other));
  g_assert_null (foliot_link_get_owner (pipe->server->link, &test_link_sink));
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
  g_autoptr (FoliotAddress) address = foliot_transport_suite_new_address (0);
  g_autoptr (TestServer) server = test_server_new (other, foliot_transport_suite_new (other), address);
  FoliotAddress *there = foliot_listener_get_address (server->listener);
  g_autoptr (FoliotFuture) first = foliot_transport_connect (server->transport, there, NULL);
  g_autoptr (FoliotFuture) second = NULL;

  server->starts = FALSE;
  while (server->links->len == 0)
    foliot_kernel_step (other, 1);
  test_link_say (test_server_get (server, 0), "1");
  second = foliot_transport_connect (server->transport, there, NULL);
  foliot_kernel_close (other);
  g_assert_true (foliot_future_is_settled (second));
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
