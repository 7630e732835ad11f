/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-stream.h>

#include <string.h>
#include <unistd.h>

#include "agent-world.h"
#include "foliot-raw-socket.h"
#include "foliot-test.h"

/*
 * Where aiomas waits for ever, Foliot ends with an error: the known cases, over each kind of socket, and where the peer
 * must do what no container does, by a socket that is played by hand.
 */

static FoliotFuture *
connect_to (FoliotContainer *from, const char *url)
{
  return foliot_container_connect (from, url, 0);
}

static void
assert_ends (FoliotFuture *future, FoliotError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await (future, FOLIOT_TIME_NEVER, &error);

  g_assert_null (value);
  g_assert_error (error, FOLIOT_ERROR, (int) code);
}

/* Whatever a dead address is called there. */
static void
assert_unreachable (FoliotFuture *future)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await (future, FOLIOT_TIME_NEVER, &error);

  g_assert_null (value);
  if (!g_error_matches (error, FOLIOT_ERROR, FOLIOT_ERROR_FILE_NOT_FOUND))
    g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_REFUSED);
}

/* After a failed attempt the next one is made anew; there the mark of the first is never removed. */
static void
test_after_failed_attempt (World *world)
{
  FoliotContainer *a = world_container (world, "a");
  const char *url = world_url (world, "nobody/0");

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (FoliotFuture) attempt = connect_to (a, url);

      assert_unreachable (attempt);
    }
}

/* Several at once: there only the first gets the error. */
static void
test_shared_failure (World *world)
{
  FoliotContainer *a = world_container (world, "a");
  const char *url = world_url (world, "nobody/0");
  g_autoptr (GPtrArray) attempts = g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_future_unref);

  for (guint i = 0; i < 5; i++)
    g_ptr_array_add (attempts, connect_to (a, url));
  for (guint i = 0; i < 5; i++)
    assert_unreachable (attempts->pdata[i]);
}

/* An unknown id, again and again; and then it is known. */
static void
test_unknown_agent (World *world)
{
  FoliotContainer *a = world_container (world, "a");
  FoliotContainer *b = world_container (world, "b");
  g_autofree char *url = g_strconcat (foliot_container_get_base_url (b), "0", NULL);
  g_autoptr (FoliotProxy) proxy = NULL;

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (FoliotFuture) first = connect_to (a, url), second = connect_to (a, url);

      assert_ends (first, FOLIOT_ERROR_CONNECTION);
      assert_ends (second, FOLIOT_ERROR_CONNECTION);
    }
  world_agent (b, TYPE_CALLEE, NULL);
  proxy = world_connect (a, url);
}

/* A connection that was lost: there it is given out for ever. */
static void
test_lost_connection (World *world)
{
  FoliotContainer *a = world_container (world, "a");
  FoliotContainer *b = world_container (world, "b");
  g_autofree char *url = g_strconcat (foliot_container_get_base_url (b), "0", NULL);
  g_autoptr (FoliotProxy) proxy = NULL;
  FoliotHold *hold;

  world_agent (b, TYPE_CALLEE, NULL);
  proxy = world_connect (a, url);
  world_shutdown (b);
  hold = foliot_kernel_hold (world->kernel, "the loss", FOLIOT_TEST_PATIENCE_MS);
  while (foliot_container_get_n_connections (a) > 0)
    g_assert_true (foliot_sleep (world->kernel, 0, NULL));
  foliot_hold_release (hold);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (FoliotFuture) first = connect_to (a, url), second = connect_to (a, url);
      g_autoptr (FoliotFuture) call
          = foliot_proxy_call (proxy, "add", foliot_value_new_int (1), foliot_value_new_int (2), NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (FoliotValue) value = NULL;

      g_assert_true (first != second);
      assert_ends (first, FOLIOT_ERROR_CONNECTION_REFUSED);
      assert_ends (second, FOLIOT_ERROR_CONNECTION_REFUSED);
      value = foliot_await (call, FOLIOT_TIME_NEVER, &error);
      g_assert_null (value);
      g_assert_nonnull (error);
    }
}

/* A peer that breaks the rules: pending calls end, and the shutdown is not held up. */
static void
test_garbage (FoliotKernel *kernel)
{
  g_autoptr (FoliotTransport) transport = foliot_stream_transport_new (kernel, NULL);
  g_autoptr (FoliotAddress) any = foliot_address_new_tcp ("127.0.0.1", 0);
  g_autoptr (FoliotContainer) container = foliot_container_new (transport, any, NULL, NULL);
  g_autoptr (FoliotAddress) address = NULL;
  int listener = foliot_raw_socket_listen (&address);
  g_autofree char *url = g_strconcat (foliot_address_get_base_url (address), "0", NULL);
  g_autoptr (FoliotFuture) first = foliot_container_connect (container, url, 0);
  g_autoptr (FoliotRawSocket) peer = foliot_raw_socket_new_accepted (kernel, listener);
  g_autoptr (GBytes) question = foliot_raw_socket_recv (peer);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = NULL;

  g_assert_nonnull (question);
  foliot_raw_socket_send_text (peer, "[1, 17, null]"); /* an answer to nothing */
  value = foliot_await (first, FOLIOT_TIME_NEVER, &error);
  g_assert_null (value);
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_LOOKUP);
  world_shutdown (container);
  close (listener);
}

/* A reply that is blocked when its connection ends: there it never returns. */
static void
test_blocked_reply (FoliotKernel *kernel)
{
  g_autoptr (FoliotTransport) transport = foliot_stream_transport_new (kernel, NULL);
  g_autoptr (FoliotAddress) any = foliot_address_new_tcp ("127.0.0.1", 0);
  g_autoptr (FoliotContainer) container = foliot_container_new (transport, any, NULL, NULL);
  g_autoptr (FoliotAddress) address = foliot_address_parse (foliot_container_get_base_url (container), NULL);
  g_autoptr (FoliotRawSocket) peer = foliot_raw_socket_new_connected (kernel, address, 8192);
  g_autofree char *large = g_strnfill (1 << 20, 'x');
  g_autofree char *call = g_strdup_printf ("[0, 0, [\"agents/0/echo\", [\"%s\"], {}]]", large);
  g_autoptr (GByteArray) calls = g_byte_array_new ();

  world_agent (container, TYPE_CALLEE, NULL);
  for (guint i = 0; i < 8; i++)
    foliot_framer_append (calls, (const guint8 *) call, strlen (call));
  foliot_raw_socket_send_some (peer, calls->data, calls->len); /* whose replies are blocked reads no more */
  foliot_raw_socket_reset (peer);
  world_shutdown (container);
}

/* A peer that never answers: time is held for so long and not longer, and the error says by whom. */
static void
test_mute_peer (void)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  g_autoptr (FoliotTransport) transport = foliot_stream_transport_new (kernel, NULL);
  g_autoptr (FoliotAddress) any = foliot_address_new_tcp ("127.0.0.1", 0);
  const FoliotContainerOptions options = { .hold_limit_ms = 50 };
  g_autoptr (FoliotContainer) container = foliot_container_new (transport, any, &options, NULL);
  g_autoptr (FoliotAddress) address = NULL;
  int listener = foliot_raw_socket_listen (&address);
  g_autofree char *url = g_strconcat (foliot_address_get_base_url (address), "0", NULL);
  g_autoptr (FoliotFuture) attempt = foliot_container_connect (container, url, 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_run (kernel, attempt, &error);

  g_assert_null (value);
  g_assert_error (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_HELD);
  g_assert_nonnull (strstr (error->message, "validate_aid"));
  foliot_container_shutdown_sync (container);
  close (listener);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  world_test_add_sockets ("/robust/hang/after-failed-attempt", test_after_failed_attempt);
  world_test_add_sockets ("/robust/hang/shared-failure", test_shared_failure);
  world_test_add_sockets ("/robust/hang/unknown-agent", test_unknown_agent);
  world_test_add_sockets ("/robust/hang/lost", test_lost_connection);
  foliot_test_add ("/robust/hang/garbage", test_garbage);
  foliot_test_add ("/robust/hang/blocked-reply", test_blocked_reply);
  g_test_add_func ("/robust/hang/mute-peer", test_mute_peer);
  return g_test_run ();
}
