/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-channel.h>
#include <foliot/foliot-stream.h>

#include <malloc.h>
#include <string.h>

#include "foliot-raw-socket.h"
#include "foliot-test.h"

/* Who has to wait when one side does not read, or does not answer. The peers are sockets without a channel. */

#define SMALL_BUFFER 8192
#define LARGE_REPLY  (8 << 20)

typedef struct
{
  FoliotTransport *transport;
  FoliotListener *listener;
  GPtrArray *channels; /* accepted, in their order */
} Server;

static void
on_connected (FoliotChannel *channel, gpointer user_data)
{
  g_ptr_array_add (((Server *) user_data)->channels, g_object_ref (channel));
}

static Server *
server_new (FoliotKernel *kernel, const FoliotChannelOptions *options, const FoliotStreamOptions *limits)
{
  Server *server = g_new0 (Server, 1);
  g_autoptr (FoliotAddress) address = foliot_address_new_tcp ("127.0.0.1", 0);
  g_autoptr (GError) error = NULL;

  server->channels = g_ptr_array_new_with_free_func (g_object_unref);
  server->transport = foliot_stream_transport_new (kernel, limits);
  server->listener
      = foliot_channel_serve (server->transport, address, options, on_connected, server, NULL, &error);
  g_assert_no_error (error);
  return server;
}

static void
server_free (Server *server)
{
  foliot_listener_close (server->listener);
  g_ptr_array_unref (server->channels);
  g_object_unref (server->listener);
  g_object_unref (server->transport);
  g_free (server);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Server, server_free)

/* Lets what is on its way arrive. */
static void
let_pass (FoliotRawSocket *peer)
{
  for (guint i = 0; i < 20; i++)
    foliot_raw_socket_await_turn (peer);
}

/* Returns: (transfer none): the channel of the peer that connected last. */
static FoliotChannel *
await_channel (FoliotKernel *kernel, Server *server, guint n)
{
  FoliotHold *hold = foliot_kernel_hold (kernel, "a channel", FOLIOT_TEST_PATIENCE_MS);

  while (server->channels->len < n)
    g_assert_true (foliot_sleep (kernel, 0, NULL));
  foliot_hold_release (hold);
  return server->channels->pdata[n - 1];
}

static FoliotRawSocket *
connect_raw (FoliotKernel *kernel, Server *server, int receive_bytes)
{
  return foliot_raw_socket_new_connected (kernel, foliot_listener_get_address (server->listener),
                                          receive_bytes);
}

static FoliotRequest *
await_request (FoliotChannel *channel)
{
  g_autoptr (GError) error = NULL;
  FoliotHold *hold
      = foliot_kernel_hold (foliot_channel_get_kernel (channel), "a request", FOLIOT_TEST_PATIENCE_MS);
  g_autoptr (FoliotValue) value = foliot_await_take (foliot_channel_recv (channel), &error);

  foliot_hold_release (hold);
  g_assert_no_error (error);
  return foliot_request_ref (foliot_value_get_object (value, FOLIOT_TYPE_REQUEST));
}

static FoliotValue *
make_large (gsize length)
{
  g_autofree char *text = g_strnfill (length, 'x');

  return foliot_value_new_string (text);
}

static void
reply (FoliotRequest *request, FoliotValue *value)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (foliot_request_reply (request, value, &error));
  g_assert_no_error (error);
}

/* The peer asks, and does not read the answer. Returns: (transfer full): a flush that waits for it to do so. */
static FoliotFuture *
give_too_much (FoliotRawSocket *peer, FoliotChannel *channel)
{
  g_autoptr (FoliotRequest) request = NULL;
  g_autoptr (FoliotValue) large = make_large (LARGE_REPLY);
  FoliotFuture *flush;

  foliot_raw_socket_send_text (peer, "[0, 0, null]");
  request = await_request (channel);
  reply (request, large);
  flush = foliot_channel_flush (channel);
  let_pass (peer);
  g_assert_false (foliot_future_is_settled (flush));
  return flush;
}

/* ---- we wait ------------------------------------------------------------------------------------------------- */

/* A reply of more than the high mark is flushed when the peer has read it, and not before. */
static void
test_flush (FoliotKernel *kernel)
{
  g_autoptr (Server) server = server_new (kernel, NULL, NULL);
  g_autoptr (FoliotRawSocket) peer = connect_raw (kernel, server, SMALL_BUFFER);
  FoliotChannel *channel = await_channel (kernel, server, 1);
  g_autoptr (FoliotFuture) flush = NULL;
  g_autoptr (FoliotFuture) at_once = foliot_channel_flush (channel);
  g_autoptr (FoliotValue) done = NULL;
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (foliot_future_is_settled (at_once));
  flush = give_too_much (peer, channel);
  payload = foliot_raw_socket_recv (peer);
  g_assert_cmpuint (g_bytes_get_size (payload), ==, LARGE_REPLY + strlen ("[1, 0, \"\"]"));
  done = foliot_await (flush, FOLIOT_TIME_NEVER, &error);
  g_assert_no_error (error);
  foliot_test_assert_now (kernel, 0);
}

/* Small messages never wait: a window of the high mark is open. */
static void
test_flush_at_once (FoliotKernel *kernel)
{
  g_autoptr (Server) server = server_new (kernel, NULL, NULL);
  g_autoptr (FoliotRawSocket) peer = connect_raw (kernel, server, 0);
  FoliotChannel *channel = await_channel (kernel, server, 1);
  g_autoptr (FoliotValue) small = make_large (60000);
  g_autoptr (FoliotFuture) answer = foliot_channel_send (channel, small, NULL);
  g_autoptr (FoliotFuture) flush = foliot_channel_flush (channel);
  g_autoptr (FoliotFuture) more = foliot_channel_send (channel, small, NULL);
  g_autoptr (FoliotFuture) late = foliot_channel_flush (channel);

  g_assert_true (foliot_future_is_settled (flush));
  g_assert_false (foliot_future_is_settled (late));
  foliot_future_unref (foliot_channel_close (channel));
  let_pass (peer);
}

/* A flush that is under way when the connection ends, ends with its error. */
static void
test_flush_end (FoliotKernel *kernel)
{
  g_autoptr (Server) server = server_new (kernel, NULL, NULL);
  g_autoptr (FoliotRawSocket) peer = connect_raw (kernel, server, SMALL_BUFFER);
  FoliotChannel *channel = await_channel (kernel, server, 1);
  g_autoptr (FoliotFuture) flush = give_too_much (peer, channel);
  g_autoptr (FoliotFuture) late = NULL;
  g_autoptr (FoliotValue) done = NULL;
  g_autoptr (GError) error = NULL;

  foliot_raw_socket_reset (peer);
  done = foliot_await (flush, FOLIOT_TIME_NEVER, &error);
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET);
  late = foliot_channel_flush (channel);
  g_assert_error (foliot_future_get_error (late), FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET);
}

/* On a link inside of the kernel there is nothing to wait for. */
static void
test_flush_local (FoliotKernel *kernel)
{
  g_autoptr (FoliotTransport) transport = foliot_local_transport_new (kernel, TRUE);
  g_autoptr (FoliotAddress) address = foliot_address_new_local ("q", NULL);
  Server server = { .channels = g_ptr_array_new_with_free_func (g_object_unref) };
  g_autoptr (FoliotListener) listener
      = foliot_channel_serve (transport, address, NULL, on_connected, &server, NULL, NULL);
  g_autoptr (FoliotValue) opened
      = foliot_await_take (foliot_channel_open (transport, address, 0, NULL), NULL);
  FoliotChannel *channel = foliot_value_get_object (opened, FOLIOT_TYPE_CHANNEL);
  g_autoptr (FoliotValue) large = make_large (LARGE_REPLY);
  g_autoptr (FoliotFuture) answer = foliot_channel_send (channel, large, NULL);
  g_autoptr (FoliotFuture) flush = foliot_channel_flush (channel);

  g_assert_true (foliot_future_is_settled (flush));
  g_assert_cmpuint (foliot_channel_get_n_in_flight (channel), ==, 0);
  g_ptr_array_unref (server.channels);
}

/* ---- the peer waits ------------------------------------------------------------------------------------------ */

#define N_FLOOD 1000000

static GByteArray *
make_flood (guint n)
{
  GByteArray *requests = g_byte_array_new ();

  for (guint i = 0; i < n; i++)
    foliot_framer_append (requests, (const guint8 *) "[0, 0, 1]", 9);
  return requests;
}

static gsize
get_allocated (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
}

/*
 * A million tiny requests that nobody answers: no more than the limit is taken in, and the rest waits at the peer. What it
 * costs is a few megabytes, and another connection does not notice.
 */
static void
test_flood (FoliotKernel *kernel)
{
  const FoliotChannelOptions options = { .max_requests_in_flight = 1000 };
  g_autoptr (Server) server = server_new (kernel, &options, NULL);
  g_autoptr (FoliotRawSocket) peer = connect_raw (kernel, server, 0);
  g_autoptr (FoliotRawSocket) other = NULL;
  FoliotChannel *channel = await_channel (kernel, server, 1), *second;
  g_autoptr (GByteArray) requests = make_flood (N_FLOOD);
  g_autoptr (FoliotRequest) request = NULL;
  g_autoptr (FoliotValue) one = foliot_value_new_int (1);
  g_autoptr (GBytes) payload = NULL;
  gsize before = get_allocated (), at = 0, stopped_at;

  at += foliot_raw_socket_send_some (peer, requests->data + at, requests->len - at);
  g_assert_cmpuint (at, <, requests->len);
  g_assert_cmpuint (foliot_channel_get_n_in_flight (channel), ==, 1000);
  g_test_message ("%zu of %u bytes sent, %zu bytes more allocated", at, requests->len,
                  get_allocated () - before);
  g_assert_cmpuint (get_allocated () - before, <, 8 << 20);

  other = connect_raw (kernel, server, 0);
  second = await_channel (kernel, server, 2);
  foliot_raw_socket_send_text (other, "[0, 0, 1]");
  request = await_request (second);
  reply (request, one);
  payload = foliot_raw_socket_recv (other);
  g_assert_nonnull (payload);

  /* As soon as some are answered more is read. */
  stopped_at = at;
  foliot_raw_socket_set_reading (peer, TRUE);
  for (guint i = 0; i < 20000; i++)
    {
      g_autoptr (FoliotRequest) answered = await_request (channel);

      reply (answered, one);
      g_assert_cmpuint (foliot_channel_get_n_in_flight (channel), <=, 1000);
    }
  at += foliot_raw_socket_send_some (peer, requests->data + at, requests->len - at);
  g_assert_cmpuint (at, >, stopped_at);
}

static void
answer_at_once (FoliotChannel *channel, FoliotRequest *request, gpointer user_data)
{
  foliot_request_reply (request, user_data, NULL);
  foliot_request_unref (request);
}

/* A peer that asks and asks and never reads its answers: they pile up to the high mark, not beyond. */
static void
test_deaf_flood (FoliotKernel *kernel)
{
  g_autoptr (Server) server = server_new (kernel, NULL, NULL);
  g_autoptr (FoliotRawSocket) peer = connect_raw (kernel, server, SMALL_BUFFER);
  FoliotChannel *channel = await_channel (kernel, server, 1);
  g_autoptr (FoliotValue) large = make_large (10000);
  g_autoptr (GByteArray) requests = make_flood (N_FLOOD);
  gsize before = get_allocated (), at = 0;

  foliot_channel_set_handlers (channel, answer_at_once, NULL, large);
  at += foliot_raw_socket_send_some (peer, requests->data + at, requests->len - at);
  g_assert_cmpuint (at, <, requests->len);
  g_test_message ("%zu bytes more allocated", get_allocated () - before);
  g_assert_cmpuint (get_allocated () - before, <, 8 << 20);
  g_assert_null (foliot_channel_get_error (channel));

  foliot_raw_socket_set_reading (peer, TRUE);
  while (at < requests->len / 100)
    at += foliot_raw_socket_send_some (peer, requests->data + at, requests->len - at);
  foliot_channel_set_handlers (channel, NULL, NULL, NULL);
}

/* While an answer of the peer is awaited its requests beyond the limit are refused by name: its answer may be behind them. */
static void
test_refused (FoliotKernel *kernel)
{
  const FoliotChannelOptions options = { .max_requests_in_flight = 2 };
  g_autoptr (Server) server = server_new (kernel, &options, NULL);
  g_autoptr (FoliotRawSocket) peer = connect_raw (kernel, server, 0);
  FoliotChannel *channel = await_channel (kernel, server, 1);
  g_autoptr (FoliotValue) one = foliot_value_new_int (1);
  g_autoptr (FoliotFuture) answer = NULL;
  g_autoptr (FoliotValue) value = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) asked = NULL;
  g_autoptr (GBytes) refused = NULL;
  g_autofree char *text = NULL;

  foliot_raw_socket_send_text (peer, "[0, 0, 1]");
  foliot_raw_socket_send_text (peer, "[0, 1, 1]");
  foliot_raw_socket_send_text (peer, "[0, 2, 1]");
  let_pass (peer);
  g_assert_cmpuint (foliot_channel_get_n_in_flight (channel), ==, 2);
  answer = foliot_channel_send (channel, one, &error);
  g_assert_no_error (error);
  asked = foliot_raw_socket_recv (peer);
  refused = foliot_raw_socket_recv (peer);
  text = g_strndup (g_bytes_get_data (refused, NULL), g_bytes_get_size (refused));
  g_assert_true (
      g_str_has_prefix (text, "[2, 2, \"RuntimeError: 2 requests of this connection are without an answer"));
  foliot_raw_socket_send_text (peer, "[1, 0, 7]");
  value = foliot_await (answer, FOLIOT_TIME_NEVER, &error);
  g_assert_no_error (error);
  g_assert_cmpint (foliot_value_get_int (value), ==, 7);
}

/* A peer that is made to wait and goes is noticed all the same. */
static void
test_end_while_stopped (FoliotKernel *kernel)
{
  const FoliotChannelOptions options = { .max_requests_in_flight = 2 };
  g_autoptr (Server) server = server_new (kernel, &options, NULL);
  g_autoptr (FoliotRawSocket) peer = connect_raw (kernel, server, 0);
  FoliotChannel *channel = await_channel (kernel, server, 1);
  FoliotHold *hold = foliot_kernel_hold (kernel, "the end", FOLIOT_TEST_PATIENCE_MS);

  for (guint i = 0; i < 5; i++)
    foliot_raw_socket_send_text (peer, "[0, 0, 1]");
  let_pass (peer);
  g_assert_cmpuint (foliot_channel_get_n_in_flight (channel), ==, 2);
  foliot_raw_socket_end (peer);
  while (foliot_channel_get_error (channel) == NULL)
    foliot_raw_socket_await_turn (peer);
  foliot_hold_release (hold);
  g_assert_error (foliot_channel_get_error (channel), FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET);
}

/* Requests of our own beyond a limit are refused by name, and the channel goes on. */
static void
test_max_pending (FoliotKernel *kernel)
{
  const FoliotChannelOptions options = { .max_pending = 2 };
  g_autoptr (Server) server = server_new (kernel, &options, NULL);
  g_autoptr (FoliotRawSocket) peer = connect_raw (kernel, server, 0);
  FoliotChannel *channel = await_channel (kernel, server, 1);
  g_autoptr (FoliotValue) one = foliot_value_new_int (1);
  g_autoptr (FoliotFuture) first = foliot_channel_send (channel, one, NULL);
  g_autoptr (FoliotFuture) second = foliot_channel_send (channel, one, NULL);
  g_autoptr (FoliotFuture) fourth = NULL;
  g_autoptr (FoliotValue) value = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (foliot_channel_send (channel, one, &error));
  g_assert_error (error, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_RESOURCES);
  g_assert_true (g_str_has_prefix (error->message, "2 requests to "));
  g_clear_error (&error);
  foliot_raw_socket_send_text (peer, "[1, 0, 7]");
  value = foliot_await (first, FOLIOT_TIME_NEVER, &error);
  g_assert_no_error (error);
  fourth = foliot_channel_send (channel, one, &error);
  g_assert_no_error (error);
  foliot_future_unref (foliot_channel_close (channel));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  foliot_test_add ("/channel/row-030-flush", test_flush);
  foliot_test_add ("/channel/row-030-flush-at-once", test_flush_at_once);
  foliot_test_add ("/channel/row-030-flush-end", test_flush_end);
  foliot_test_add ("/channel/row-030-flush-local", test_flush_local);
  foliot_test_add ("/channel/row-030-flood", test_flood);
  foliot_test_add ("/channel/row-030-deaf-flood", test_deaf_flood);
  foliot_test_add ("/channel/flow/refused", test_refused);
  foliot_test_add ("/channel/flow/end-while-stopped", test_end_while_stopped);
  foliot_test_add ("/channel/flow/max-pending", test_max_pending);
  return g_test_run ();
}
