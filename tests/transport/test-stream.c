/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-stream.h>

#include "test-pipe.h"

/* What only transports over sockets do. */

static void
talk (FoliotKernel *kernel, FoliotAddress *address)
{
  g_autoptr (TestPipe) pipe = test_pipe_new (kernel, foliot_stream_transport_new (kernel, NULL), address);

  test_link_start (pipe->client);
  test_link_start (pipe->server);
  g_assert_cmpuint (foliot_link_get_flags (pipe->client->link), ==, 0); /* both ends are here */
  g_assert_true (foliot_link_get_peer (pipe->client->link) == pipe->server->link);
  g_assert_true (foliot_link_get_peer (pipe->server->link) == pipe->client->link);
  test_link_say (pipe->client, "one");
  test_link_say (pipe->client, "");
  test_link_say (pipe->client, "two");
  test_link_expect (pipe->server, "onetwo");
  test_link_say (pipe->server, "three");
  test_link_expect (pipe->client, "three");
  foliot_link_close (pipe->client->link);
  test_link_expect (pipe->client, "three.");
  g_assert_error (pipe->client->why, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET);
  test_link_expect (pipe->server, "onetwo.");
  g_assert_no_error (pipe->server->why);
  foliot_test_assert_now (kernel, 0);
}

static void
talk_at (FoliotKernel *kernel, const char *url)
{
  g_autoptr (FoliotAddress) address = foliot_address_parse (url, NULL);

  talk (kernel, address);
}

static void
test_tcp_v4 (FoliotKernel *kernel)
{
  talk_at (kernel, "tcp://127.0.0.1:0");
}

static void
test_tcp_name (FoliotKernel *kernel)
{
  talk_at (kernel, "tcp://localhost:0");
}

static void
test_tcp_any (FoliotKernel *kernel)
{
  g_autoptr (FoliotAddress) address = foliot_address_new_tcp ("", 0);

  talk (kernel, address);
}

static void
test_unix (FoliotKernel *kernel)
{
  g_autofree char *folder = g_dir_make_tmp ("foliot-XXXXXX", NULL);
  g_autofree char *url = g_strdup_printf ("ipc://[%s/socket]", folder);

  talk_at (kernel, url);
  talk_at (kernel, url); /* over the file that the first left */
}

static void
test_refused (FoliotKernel *kernel)
{
  g_autoptr (FoliotTransport) transport = foliot_stream_transport_new (kernel, NULL);
  g_autoptr (FoliotAddress) any = foliot_address_new_tcp ("127.0.0.1", 0);
  g_autoptr (FoliotAddress) nowhere = foliot_address_new_unix ("/nowhere/at/all");
  g_autoptr (TestServer) server = test_server_new (kernel, g_object_ref (transport), any);
  g_autoptr (GError) error = NULL;

  foliot_listener_close (server->listener);
  g_assert_null (test_connect (transport, foliot_listener_get_address (server->listener), &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_REFUSED);
  g_clear_error (&error);
  g_assert_null (test_connect (transport, nowhere, &error));
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
