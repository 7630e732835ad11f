/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-channel.h>

#include "foliot-transport-suite.h"

/* Two ends of a channel over whatever transport the test is about, by what aiomas' feature table says of them. */

typedef struct
{
  FoliotKernel *kernel;
  FoliotTransport *transport;
  FoliotAddress *address;
  FoliotListener *listener;
  FoliotChannel *client;
  FoliotChannel *server;
} Pair;

static void
on_connected (FoliotChannel *channel, gpointer user_data)
{
  Pair *pair = user_data;

  g_set_object (&pair->server, channel);
}

/* Opens, or says why not. */
static FoliotChannel *
open_channel (FoliotTransport *transport, FoliotAddress *to, FoliotTime timeout,
              const FoliotChannelOptions *options, GError **error)
{
  g_autoptr (FoliotValue) value
      = foliot_await_take (foliot_channel_open (transport, to, timeout, options), error);

  return value != NULL ? g_object_ref (foliot_value_get_object (value, FOLIOT_TYPE_CHANNEL)) : NULL;
}

static Pair *
pair_new (FoliotKernel *kernel, const FoliotChannelOptions *options)
{
  Pair *pair = g_new0 (Pair, 1);
  g_autoptr (GError) error = NULL;

  pair->kernel = kernel;
  pair->transport = foliot_transport_suite_new (kernel);
  pair->address = foliot_transport_suite_new_address (0);
  pair->listener
      = foliot_channel_serve (pair->transport, pair->address, options, on_connected, pair, NULL, &error);
  g_assert_no_error (error);
  pair->client
      = open_channel (pair->transport, foliot_listener_get_address (pair->listener), 0, options, &error);
  g_assert_no_error (error);
  g_assert_nonnull (pair->server);
  return pair;
}

static void
pair_free (Pair *pair)
{
  g_clear_object (&pair->client);
  g_clear_object (&pair->server);
  g_clear_object (&pair->listener);
  g_clear_object (&pair->transport);
  foliot_address_unref (pair->address);
  g_free (pair);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pair, pair_free)

/* ---- words --------------------------------------------------------------------------------------------------- */

static FoliotFuture *
send_text (FoliotChannel *channel, const char *text)
{
  g_autoptr (FoliotValue) content = foliot_value_new_string (text);
  g_autoptr (GError) error = NULL;
  FoliotFuture *reply = foliot_channel_send (channel, content, &error);

  g_assert_no_error (error);
  g_assert_nonnull (reply);
  return reply;
}

static FoliotRequest *
recv_request (FoliotChannel *channel)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await_take (foliot_channel_recv (channel), &error);

  g_assert_no_error (error);
  return foliot_request_ref (foliot_value_get_object (value, FOLIOT_TYPE_REQUEST));
}

static void
reply_text (FoliotRequest *request, const char *text)
{
  g_autoptr (FoliotValue) result = foliot_value_new_string (text);
  g_autoptr (GError) error = NULL;

  g_assert_true (foliot_request_reply (request, result, &error));
  g_assert_no_error (error);
}

static void
assert_text (FoliotValue *value, const char *text)
{
  g_assert_nonnull (value);
  g_assert_cmpint (foliot_value_get_kind (value), ==, FOLIOT_VALUE_STRING);
  g_assert_cmpstr (foliot_value_get_string (value, NULL), ==, text);
}

/* Awaits @future (transfer full), which must give that text. */
static void
assert_future_text (FoliotFuture *future, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await_take (future, &error);

  g_assert_no_error (error);
  assert_text (value, text);
}

/* Awaits @future (transfer full), which must fail so; @text: (nullable): of the error. */
static void
assert_future_fails (FoliotFuture *future, GQuark domain, int code, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await_take (future, &error);

  g_assert_null (value);
  g_assert_error (error, domain, code);
  if (text != NULL)
    g_assert_cmpstr (error->message, ==, text);
}

#define RESET FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET

/* What waits when the peer leaves is told so. */
static const char *
get_end_text (void)
{
  return foliot_transport_suite_has_eof () ? "" : "Connection closed";
}

/* ---- requests and replies ------------------------------------------------------------------------------------ */

static void
test_reply (FoliotKernel *kernel)
{
  g_autoptr (Pair) pair = pair_new (kernel, NULL);
  g_autoptr (FoliotFuture) reply = send_text (pair->client, "ohai");
  g_autoptr (FoliotRequest) request = recv_request (pair->server);

  assert_text (foliot_request_get_content (request), "ohai");
  g_assert_true (foliot_request_get_channel (request) == pair->server);
  reply_text (request, "cya");
  assert_future_text (g_steal_pointer (&reply), "cya");
  g_assert_cmpuint (foliot_channel_get_n_pending (pair->client), ==, 0);
}

static void
test_fail (FoliotKernel *kernel)
{
  g_autoptr (Pair) pair = pair_new (kernel, NULL);
  g_autoptr (FoliotFuture) reply = send_text (pair->client, "ohai");
  g_autoptr (FoliotRequest) request = recv_request (pair->server);
  g_autoptr (GError) why = g_error_new_literal (FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "42");
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = NULL;
  g_autofree char *origin
      = g_strdup_printf ("Origin: %s\nValueError: 42\n", foliot_channel_get_origin (pair->client));

  g_assert_true (foliot_request_fail (request, why, &error));
  g_assert_no_error (error);
  value = foliot_await (reply, FOLIOT_TIME_NEVER, &error);
  g_assert_null (value);
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_REMOTE);
  g_assert_cmpstr (error->message, ==, origin);
  g_assert_cmpstr (foliot_error_get_origin (error), ==, foliot_channel_get_origin (pair->client));
  g_assert_cmpstr (foliot_error_get_remote_traceback (error), ==, "ValueError: 42\n");
}

/* ---- the end ------------------------------------------------------------------------------------------------- */

static void
test_peer_closes (FoliotKernel *kernel)
{
  g_autoptr (Pair) pair = pair_new (kernel, NULL);
  g_autoptr (FoliotFuture) reply = send_text (pair->client, "never answered");
  g_autoptr (FoliotFuture) request = foliot_channel_recv (pair->client);
  g_autoptr (FoliotValue) content = foliot_value_new_null ();
  g_autoptr (FoliotFuture) closed = foliot_channel_close (pair->server);
  g_autoptr (GError) error = NULL;

  assert_future_fails (g_steal_pointer (&request), RESET, get_end_text ());
  assert_future_fails (g_steal_pointer (&reply), RESET, get_end_text ());
  g_assert_null (foliot_channel_send (pair->client, content, &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET);
  g_assert_cmpstr (error->message, ==, "Connection closed");
  assert_future_fails (foliot_channel_recv (pair->client), RESET, "Connection closed");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  foliot_transport_suite_add ("channel", "row-005-reply", test_reply);
  foliot_transport_suite_add ("channel", "row-006-fail", test_fail);
  foliot_transport_suite_add ("channel", "rows-019-020-021-peer-closes", test_peer_closes);
  return g_test_run ();
}
