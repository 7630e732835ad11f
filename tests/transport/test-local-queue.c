/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-transport.h>

#include "foliot-test.h"

#include "kernel/foliot-fault-private.h"

/* Queues by name, and the one server that each may have. */

static void
on_accepted (FoliotLink *link, gpointer user_data)
{
  g_object_unref (link);
}

static FoliotListener *
listen_at (FoliotTransport *transport, const char *id, GError **error)
{
  g_autoptr (FoliotAddress) address = foliot_address_new_local (id, NULL);

  return foliot_transport_listen (transport, address, NULL, on_accepted, NULL, NULL, error);
}

static void
test_get (FoliotKernel *kernel)
{
  g_autoptr (GError) error = NULL;
  FoliotLocalQueue *queue = foliot_local_queue_get (kernel, "a", &error);
  g_autoptr (FoliotLocalQueue) kept G_GNUC_UNUSED = g_object_ref (queue);
  g_autofree char *text = foliot_local_queue_to_string (queue);

  g_assert_true (foliot_local_queue_get (kernel, "a", &error) == queue);
  g_assert_true (foliot_local_queue_get (kernel, "b", &error) != queue);
  g_assert_cmpstr (foliot_local_queue_get_id (queue), ==, "a");
  g_assert_cmpstr (text, ==, "LocalQueue('a')");
  foliot_local_queue_clear_cache (kernel);
  g_assert_true (foliot_local_queue_get (kernel, "a", &error) != queue);
  g_assert_no_error (error);

  g_assert_null (foliot_local_queue_get (kernel, "a/b", &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE);
  g_assert_cmpstr (error->message, ==, "\"/\" not allowed in queue ID ('a/b')");
}

static void
test_server_rules (FoliotKernel *kernel)
{
  g_autoptr (FoliotTransport) transport = foliot_local_transport_new (kernel, FALSE);
  g_autoptr (FoliotAddress) address = foliot_address_new_local ("q", NULL);
  g_autoptr (FoliotFuture) refused = foliot_transport_connect (transport, address, NULL);
  g_autoptr (FoliotListener) listener = NULL;
  g_autoptr (FoliotListener) second = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_error (foliot_future_get_error (refused), FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_REFUSED);
  g_assert_cmpstr (foliot_future_get_error (refused)->message, ==,
                   "No server started for this local queue instance.");
  listener = listen_at (transport, "q", &error);
  g_assert_no_error (error);
  g_assert_true (foliot_address_equal (foliot_listener_get_address (listener), address));
  g_assert_true (foliot_local_queue_has_server (foliot_local_queue_get (kernel, "q", NULL)));
  g_assert_null (listen_at (transport, "q", &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_RUNTIME);
  g_assert_cmpstr (error->message, ==, "Server is already set.");
  g_clear_error (&error);

  /* Closing frees the queue; closing again does not take it from the next one. */
  foliot_listener_close (listener);
  second = listen_at (transport, "q", &error);
  g_assert_no_error (error);
  foliot_listener_close (listener);
  g_assert_true (foliot_local_queue_has_server (foliot_local_queue_get (kernel, "q", NULL)));
  g_clear_object (&second);
  g_assert_false (foliot_local_queue_has_server (foliot_local_queue_get (kernel, "q", NULL)));
}

/* It knows queues of this process only, and says so at both ends. */
static void
test_other_address (FoliotKernel *kernel)
{
  g_autoptr (FoliotTransport) transport = foliot_local_transport_new (kernel, FALSE);
  g_autoptr (FoliotAddress) address = foliot_address_parse ("tcp://localhost:5555", NULL);
  g_autoptr (FoliotFuture) attempt = foliot_transport_connect (transport, address, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_error (foliot_future_get_error (attempt), FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_ADDRESS);
  g_assert_null (foliot_transport_listen (transport, address, NULL, on_accepted, NULL, NULL, &error));
  g_assert_error (error, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_ADDRESS);
  g_assert_cmpstr (error->message, ==,
                   "The local transport cannot reach ('localhost', 5555): it knows local:// addresses only");
}

/* When the system has nothing left, each of the steps says so, and the next try goes well. */
static void
test_resources (FoliotKernel *kernel)
{
  g_autoptr (FoliotTransport) transport = foliot_local_transport_new (kernel, FALSE);
  g_autoptr (FoliotAddress) address = foliot_address_new_local ("q", NULL);
  g_autoptr (FoliotListener) listener = NULL;
  g_autoptr (FoliotFuture) refused = NULL;
  g_autoptr (FoliotFuture) attempt = NULL;
  g_autoptr (FoliotValue) link = NULL;
  FoliotFrame frame = { .value = foliot_value_new_null () };
  g_autoptr (GError) error = NULL;

  _foliot_kernel_set_fault (kernel, 1);
  g_assert_null (listen_at (transport, "q", &error));
  g_assert_error (error, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_RESOURCES);
  g_clear_error (&error);
  listener = listen_at (transport, "q", &error);
  g_assert_no_error (error);

  _foliot_kernel_set_fault (kernel, 1);
  refused = foliot_transport_connect (transport, address, NULL);
  g_assert_error (foliot_future_get_error (refused), FOLIOT_TRANSPORT_ERROR,
                  FOLIOT_TRANSPORT_ERROR_RESOURCES);
  attempt = foliot_transport_connect (transport, address, NULL);
  link = foliot_await (attempt, FOLIOT_TIME_NEVER, &error);
  g_assert_no_error (error);

  _foliot_kernel_set_fault (kernel, 1);
  g_assert_false (foliot_link_send (foliot_value_get_object (link, FOLIOT_TYPE_LINK), &frame, &error));
  g_assert_error (error, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_RESOURCES);
  g_assert_null (frame.value);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  foliot_test_add ("/local-queue/row-104-get", test_get);
  foliot_test_add ("/local-queue/row-105-server-rules", test_server_rules);
  foliot_test_add ("/local-queue/other-address", test_other_address);
  foliot_test_add ("/local-queue/resources", test_resources);
  return g_test_run ();
}
