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

static void
assert_resolves (FoliotFuture *future)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await (future, FOLIOT_TIME_NEVER, &error);

  g_assert_no_error (error);
}

static void
assert_resolves_take (FoliotFuture *future)
{
  assert_resolves (future);
  foliot_future_unref (future);
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

static void
test_close_is_idempotent (FoliotKernel *kernel)
{
  g_autoptr (Pair) pair = pair_new (kernel, NULL);
  g_autoptr (FoliotFuture) reply = send_text (pair->client, "never answered");
  g_autoptr (FoliotFuture) request = foliot_channel_recv (pair->client);
  g_autoptr (FoliotFuture) first = foliot_channel_close (pair->client);
  g_autoptr (FoliotFuture) second = foliot_channel_close (pair->client);

  g_assert_true (foliot_future_is_settled (reply));
  g_assert_true (foliot_future_is_settled (request));
  g_assert_error (foliot_channel_get_error (pair->client), FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET);
  assert_resolves (first);
  assert_resolves (second);
  assert_resolves_take (foliot_channel_close (pair->client));
  assert_future_fails (g_steal_pointer (&reply), RESET, "Connection closed");
  assert_future_fails (g_steal_pointer (&request), RESET, "Connection closed");
}

static void
test_close_flushes_replies (FoliotKernel *kernel)
{
  g_autoptr (Pair) pair = pair_new (kernel, NULL);
  g_autoptr (FoliotFuture) reply = send_text (pair->client, "last words?");
  g_autoptr (FoliotRequest) request = recv_request (pair->server);

  reply_text (request, "farewell");
  assert_resolves_take (foliot_channel_close (pair->server));
  assert_future_text (g_steal_pointer (&reply), "farewell");
  assert_future_fails (foliot_channel_recv (pair->client), RESET, NULL);
}

/* A reply that comes too late for its connection ends with that connection's error, and waits for nothing. */
static void
test_reply_after_the_end (FoliotKernel *kernel)
{
  g_autoptr (Pair) pair = pair_new (kernel, NULL);
  g_autoptr (FoliotFuture) reply = send_text (pair->client, "ohai");
  g_autoptr (FoliotRequest) request = recv_request (pair->server);
  g_autoptr (GError) error = NULL;

  assert_resolves_take (foliot_channel_close (pair->client));
  g_assert_false (foliot_request_reply (request, NULL, &error)
                  && foliot_channel_get_error (pair->server) != NULL);
  g_clear_error (&error);
  assert_future_fails (foliot_channel_recv (pair->server), RESET, NULL);
  g_assert_false (foliot_request_fail (request, foliot_channel_get_error (pair->server), &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET);
  g_clear_error (&error);

  g_clear_object (&pair->server);
  g_assert_null (foliot_request_get_channel (request));
  g_assert_false (foliot_request_reply (request, NULL, &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET);
}

static void
test_second_answer (FoliotKernel *kernel)
{
  g_autoptr (Pair) pair = pair_new (kernel, NULL);
  g_autoptr (FoliotFuture) reply = send_text (pair->client, "ohai");
  g_autoptr (FoliotRequest) request = recv_request (pair->server);
  g_autoptr (GError) error = NULL;

  reply_text (request, "once");
  g_assert_false (foliot_request_reply (request, NULL, &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_RUNTIME);
  assert_future_text (g_steal_pointer (&reply), "once");
  g_assert_null (foliot_channel_get_error (pair->client));
}

static void
test_dropping_closes (FoliotKernel *kernel)
{
  g_autoptr (Pair) pair = pair_new (kernel, NULL);
  g_autoptr (FoliotFuture) mine = send_text (pair->client, "mine");
  g_autoptr (FoliotFuture) theirs = send_text (pair->server, "theirs");

  g_clear_object (&pair->client);
  assert_future_fails (g_steal_pointer (&mine), RESET, "Connection closed");
  assert_future_fails (g_steal_pointer (&theirs), RESET, get_end_text ());
}

/* ---- requests and replies, continued ------------------------------------------------------------------------- */

static void
test_replies_out_of_order (FoliotKernel *kernel)
{
  g_autoptr (Pair) pair = pair_new (kernel, NULL);
  g_autoptr (FoliotFuture) first = send_text (pair->client, "one");
  g_autoptr (FoliotFuture) second = send_text (pair->client, "two");
  g_autoptr (FoliotRequest) one = recv_request (pair->server);
  g_autoptr (FoliotRequest) two = recv_request (pair->server);

  assert_text (foliot_request_get_content (one), "one");
  assert_text (foliot_request_get_content (two), "two");
  g_assert_cmpuint (foliot_channel_get_n_pending (pair->client), ==, 2);
  reply_text (two, "second");
  reply_text (one, "first");
  assert_future_text (g_steal_pointer (&first), "first");
  assert_future_text (g_steal_pointer (&second), "second");
}

static void
test_both_directions (FoliotKernel *kernel)
{
  g_autoptr (Pair) pair = pair_new (kernel, NULL);
  g_autoptr (FoliotFuture) up = send_text (pair->client, "up");
  g_autoptr (FoliotFuture) down = send_text (pair->server, "down");
  g_autoptr (FoliotRequest) at_server = recv_request (pair->server);
  g_autoptr (FoliotRequest) at_client = recv_request (pair->client);

  assert_text (foliot_request_get_content (at_server), "up");
  assert_text (foliot_request_get_content (at_client), "down");
  reply_text (at_server, "from the server");
  reply_text (at_client, "from the client");
  assert_future_text (g_steal_pointer (&up), "from the server");
  assert_future_text (g_steal_pointer (&down), "from the client");
}

/* Many requests with one that is never answered: the table of pending ones neither loses nor mixes up any. */
static void
test_many_pending (FoliotKernel *kernel)
{
  enum
  {
    N = 300
  };
  g_autoptr (Pair) pair = pair_new (kernel, NULL);
  g_autoptr (FoliotFuture) stuck = send_text (pair->client, "stuck");
  g_autoptr (FoliotRequest) stuck_request = recv_request (pair->server);
  FoliotFuture *replies[N];
  FoliotRequest *requests[N];

  for (guint i = 0; i < N; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);

      replies[i] = send_text (pair->client, text);
    }
  for (guint i = 0; i < N; i++)
    requests[i] = recv_request (pair->server);
  g_assert_cmpuint (foliot_channel_get_n_pending (pair->client), ==, N + 1);
  for (guint i = 0; i < N; i++)
    {
      guint k = i * 7 % N; /* N and 7 have no common divisor */

      reply_text (requests[k], foliot_value_get_string (foliot_request_get_content (requests[k]), NULL));
      foliot_request_unref (requests[k]);
    }
  for (guint i = 0; i < N; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);

      assert_future_text (replies[i], text);
    }
  g_assert_cmpuint (foliot_channel_get_n_pending (pair->client), ==, 1);
  reply_text (stuck_request, "at last");
  assert_future_text (g_steal_pointer (&stuck), "at last");
}

static void
test_double_recv (FoliotKernel *kernel)
{
  g_autoptr (Pair) pair = pair_new (kernel, NULL);
  g_autoptr (FoliotFuture) first = foliot_channel_recv (pair->server);
  g_autoptr (FoliotFuture) third = NULL;
  g_autoptr (FoliotFuture) reply = NULL;
  g_autoptr (FoliotRequest) request = NULL;

  assert_future_fails (foliot_channel_recv (pair->server), FOLIOT_ERROR, FOLIOT_ERROR_RUNTIME,
                       "recv() called while another coroutine is already waiting for incoming data.");
  /* Who gives up cancels; what comes then is for the next one. */
  g_assert_true (foliot_future_cancel (first));
  reply = send_text (pair->client, "ohai");
  request = recv_request (pair->server);
  reply_text (request, "cya");
  assert_future_text (g_steal_pointer (&reply), "cya");
}

static void
test_late_reply_is_ignored (FoliotKernel *kernel)
{
  g_autoptr (Pair) pair = pair_new (kernel, NULL);
  g_autoptr (FoliotFuture) given_up = send_text (pair->client, "slow");
  g_autoptr (FoliotFuture) reply = NULL;
  g_autoptr (FoliotRequest) slow = recv_request (pair->server);
  g_autoptr (FoliotRequest) request = NULL;
  FoliotCounts before, after;

  g_assert_true (foliot_future_cancel (given_up));
  foliot_kernel_get_counts (kernel, &before);
  reply_text (slow, "too late");
  reply = send_text (pair->client, "ohai");
  request = recv_request (pair->server);
  reply_text (request, "cya");
  assert_future_text (g_steal_pointer (&reply), "cya");
  foliot_kernel_get_counts (kernel, &after);
  g_assert_cmpuint (after.stale, ==, before.stale + 1);
  g_assert_cmpuint (foliot_channel_get_n_pending (pair->client), ==, 0);
}

static void
check_debug (FoliotKernel *kernel, gboolean cancel, const char *text)
{
  static const FoliotChannelOptions options = { .debug = TRUE };
  g_autoptr (Pair) pair = pair_new (kernel, &options);
  g_autoptr (FoliotFuture) settled = send_text (pair->client, "ohai");
  g_autoptr (FoliotFuture) other = send_text (pair->client, "never answered");
  g_autoptr (FoliotRequest) request = recv_request (pair->server);

  g_assert_true (cancel ? foliot_future_cancel (settled) : foliot_future_resolve (settled, NULL));
  reply_text (request, "cya");
  assert_future_fails (g_steal_pointer (&other), FOLIOT_ERROR, FOLIOT_ERROR_RUNTIME, text);
  foliot_test_sleep (kernel, FOLIOT_SECOND);
  assert_future_fails (foliot_channel_recv (pair->client), RESET, "Connection closed");
}

static void
test_debug_mode (FoliotKernel *kernel)
{
  check_debug (kernel, TRUE, "Request was cancelled. Request: 'ohai'; Reply: 'cya'");
}

static void
test_debug_mode_set (FoliotKernel *kernel)
{
  check_debug (kernel, FALSE, "Request reply already set. Request: 'ohai'; Reply: 'cya'");
}

/* ---- content ------------------------------------------------------------------------------------------------- */

static void
assert_remote_text (FoliotFuture *future, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await (future, FOLIOT_TIME_NEVER, &error);

  g_assert_null (value);
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_REMOTE);
  g_assert_cmpstr (foliot_error_get_remote_traceback (error), ==, text);
}

static void
test_too_long (FoliotKernel *kernel)
{
  static const FoliotChannelOptions options = { .max_message_bytes = 100 };
  g_autoptr (Pair) pair = pair_new (kernel, &options);
  g_autofree char *text = g_strnfill (200, 'x');
  g_autoptr (FoliotValue) content = foliot_value_new_string (text);
  g_autoptr (FoliotFuture) reply = NULL;
  g_autoptr (FoliotRequest) request = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (foliot_channel_send (pair->client, content, &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE);
  g_assert_cmpstr (error->message, ==, "Serialized message is too long (210).  Maximum length is 100.");
  g_clear_error (&error);
  g_assert_cmpuint (foliot_channel_get_n_pending (pair->client), ==, 0);

  reply = send_text (pair->client, "ohai");
  request = recv_request (pair->server);
  g_assert_true (foliot_request_reply (request, content, &error));
  assert_remote_text (reply, "ValueError: Serialized message is too long (210).  Maximum length is 100.\n");
}

static void
test_unserializable_reply (FoliotKernel *kernel)
{
  g_autoptr (Pair) pair = pair_new (kernel, NULL);
  g_autoptr (FoliotFuture) reply = send_text (pair->client, "ohai");
  g_autoptr (FoliotFuture) next = NULL;
  g_autoptr (FoliotRequest) request = recv_request (pair->server);
  g_autoptr (FoliotRequest) another = NULL;
  g_autoptr (FoliotValue) bytes = foliot_value_new_bytes ("x", 1);
  g_autoptr (GError) error = NULL;

  g_assert_true (foliot_request_reply (request, bytes, &error));
  assert_remote_text (
      reply, "aiomas.exceptions.SerializationError: No serializer found for type \"<class 'bytes'>\"\n");
  g_assert_null (foliot_channel_send (pair->client, bytes, &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_SERIALIZATION);

  next = send_text (pair->client, "still there?");
  another = recv_request (pair->server);
  reply_text (another, "yes");
  assert_future_text (g_steal_pointer (&next), "yes");
}

/* What JSON would change is changed, whatever the link carries: keys become text, of equal ones the last wins. */
static void
test_content_is_what_a_wire_makes_of_it (FoliotKernel *kernel)
{
  g_autoptr (Pair) pair = pair_new (kernel, NULL);
  FoliotValue *pairs[] = { foliot_value_new_int (1), foliot_value_new_string ("int"),
                           foliot_value_new_string ("1"), foliot_value_new_string ("str") };
  g_autoptr (FoliotValue) map = foliot_value_new_map (pairs, 2);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotFuture) reply = foliot_channel_send (pair->client, map, &error);
  g_autoptr (FoliotRequest) request = recv_request (pair->server);

  g_assert_cmpuint (foliot_value_get_length (foliot_request_get_content (request)), ==, 1);
  assert_text (foliot_value_lookup (foliot_request_get_content (request), "1"), "str");
  reply_text (request, "thanks");
  assert_future_text (g_steal_pointer (&reply), "thanks");
}

static FoliotValue *
nest (guint depth)
{
  FoliotValue *value = foliot_value_new_null ();

  for (guint i = 0; i < depth; i++)
    value = foliot_value_build_list (value, NULL);
  return value;
}

/* The message itself is one level, on all links. */
static void
test_depth_limit (FoliotKernel *kernel)
{
  static const FoliotLimits limits = { 1 << 20, 10, 1000 };
  static const FoliotChannelOptions options = { .limits = &limits };
  g_autoptr (Pair) pair = pair_new (kernel, &options);
  g_autoptr (FoliotValue) fits = nest (9);
  g_autoptr (FoliotValue) too_deep = nest (10);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotFuture) reply = foliot_channel_send (pair->client, fits, &error);
  g_autoptr (FoliotRequest) request = recv_request (pair->server);

  g_assert_no_error (error);
  reply_text (request, "fine");
  assert_future_text (g_steal_pointer (&reply), "fine");
  g_assert_null (foliot_channel_send (pair->client, too_deep, &error));
  g_assert_error (error, FOLIOT_CODEC_ERROR, FOLIOT_CODEC_ERROR_LIMIT);
}

/* ---- opening and serving ------------------------------------------------------------------------------------- */

typedef struct
{
  FoliotTransport *transport;
  FoliotAddress *address;
  guint n_connected;
  FoliotListener *listener;
  GPtrArray *channels;
} Late;

static void
on_late_connected (FoliotChannel *channel, gpointer user_data)
{
  Late *late = user_data;

  late->n_connected++;
  g_ptr_array_add (late->channels, g_object_ref (channel));
}

static void
late_listen (gpointer user_data)
{
  Late *late = user_data;
  g_autoptr (GError) error = NULL;

  late->listener
      = foliot_channel_serve (late->transport, late->address, NULL, on_late_connected, late, NULL, &error);
  g_assert_no_error (error);
}

static Late *
late_new (FoliotKernel *kernel)
{
  Late *late = g_new0 (Late, 1);

  late->transport = foliot_transport_suite_new (kernel);
  late->address = foliot_transport_suite_new_address (7);
  late->channels = g_ptr_array_new_with_free_func (g_object_unref);
  return late;
}

static void
late_free (Late *late)
{
  g_clear_object (&late->listener);
  g_ptr_array_unref (late->channels);
  g_object_unref (late->transport);
  foliot_address_unref (late->address);
  g_free (late);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Late, late_free)

/* Nobody listens: gives up after @seconds, which tells how often it tried. */
static void
check_gives_up (Late *late, FoliotKernel *kernel, FoliotTime timeout, FoliotTime after)
{
  FoliotTime begin = foliot_kernel_now (kernel);
  g_autoptr (GError) error = NULL;

  g_assert_null (open_channel (late->transport, late->address, timeout, NULL, &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_REFUSED);
  g_assert_cmpint (foliot_kernel_now (kernel) - begin, ==, after);
}

static void
test_refused (FoliotKernel *kernel)
{
  g_autoptr (Late) late = late_new (kernel);

  check_gives_up (late, kernel, 0, 0);
  check_gives_up (late, kernel, -1, 0);
}

static void
test_connect_timeout (FoliotKernel *kernel)
{
  g_autoptr (Late) late = late_new (kernel);
  g_autoptr (FoliotChannel) channel = NULL;
  g_autoptr (GError) error = NULL;

  check_gives_up (late, kernel, FOLIOT_SECOND, 1250 * FOLIOT_MILLISECOND);
  check_gives_up (late, kernel, 100 * FOLIOT_MILLISECOND, 500 * FOLIOT_MILLISECOND);
  check_gives_up (late, kernel, 500 * FOLIOT_MILLISECOND, 500 * FOLIOT_MILLISECOND);
  check_gives_up (late, kernel, 3 * FOLIOT_SECOND, 4062500 * FOLIOT_MICROSECOND);

  foliot_kernel_call_in (kernel, 500 * FOLIOT_MILLISECOND, G_CALLBACK (late_listen), late, NULL);
  channel = open_channel (late->transport, late->address, FOLIOT_SECOND, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (channel);
  g_assert_cmpuint (late->n_connected, ==, 1);
}

static void
test_endless_timeout (FoliotKernel *kernel)
{
  g_autoptr (Late) late = late_new (kernel);
  g_autoptr (FoliotChannel) channel = NULL;
  g_autoptr (GError) error = NULL;

  foliot_kernel_call_in (kernel, 60 * FOLIOT_SECOND, G_CALLBACK (late_listen), late, NULL);
  channel = open_channel (late->transport, late->address, FOLIOT_TIME_NEVER, NULL, &error);
  g_assert_no_error (error);
  /* The eleventh pause is the longest but one: 28.8 s, and after that all are 30 s. */
  g_assert_cmpint (foliot_kernel_now (kernel) / FOLIOT_MILLISECOND, ==, 85497);
}

static void
test_giving_up_an_open (FoliotKernel *kernel)
{
  g_autoptr (Late) late = late_new (kernel);
  g_autoptr (FoliotFuture) opening
      = foliot_channel_open (late->transport, late->address, FOLIOT_TIME_NEVER, NULL);

  foliot_test_sleep (kernel, FOLIOT_SECOND);
  g_assert_true (foliot_future_cancel (opening));
}

static void
test_bad_address (FoliotKernel *kernel)
{
  g_autoptr (FoliotTransport) transport = foliot_transport_suite_new (kernel);
  gboolean is_local = foliot_transport_suite_get_kind () == FOLIOT_ADDRESS_LOCAL;
  g_autoptr (FoliotAddress) address
      = is_local ? foliot_address_new_unix ("/nowhere") : foliot_address_new_local ("nowhere", NULL);
  g_autofree char *text = g_strdup_printf ("Unknown address type: %s", foliot_address_get_repr (address));
  g_autoptr (GError) error = NULL;

  g_assert_null (foliot_channel_serve (transport, address, NULL, on_late_connected, NULL, NULL, &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE);
  g_assert_cmpstr (error->message, ==, text);
  assert_future_fails (foliot_channel_open (transport, address, FOLIOT_SECOND, NULL), FOLIOT_ERROR,
                       FOLIOT_ERROR_VALUE, text);
}

static void
test_server_close (FoliotKernel *kernel)
{
  g_autoptr (Late) late = late_new (kernel);
  g_autoptr (FoliotChannel) channel = NULL;
  g_autoptr (FoliotFuture) reply = NULL;
  g_autoptr (FoliotRequest) request = NULL;
  g_autoptr (GError) error = NULL;

  late_listen (late);
  channel = open_channel (late->transport, late->address, 0, NULL, &error);
  g_assert_no_error (error);
  foliot_listener_close (late->listener);
  foliot_listener_close (late->listener);
  check_gives_up (late, kernel, 0, 0);

  reply = send_text (channel, "still there?");
  request = recv_request (g_ptr_array_index (late->channels, 0));
  reply_text (request, "yes");
  assert_future_text (g_steal_pointer (&reply), "yes");
}

static void
test_wait_closed (FoliotKernel *kernel)
{
  g_autoptr (Late) late = late_new (kernel);
  g_autoptr (FoliotChannel) first = NULL;
  g_autoptr (FoliotChannel) second = NULL;
  g_autoptr (FoliotFuture) closed = NULL;
  g_autoptr (GError) error = NULL;

  late_listen (late);
  assert_resolves_take (foliot_listener_wait_closed (late->listener));
  first = open_channel (late->transport, late->address, 0, NULL, &error);
  second = open_channel (late->transport, late->address, 0, NULL, &error);
  g_assert_no_error (error);
  foliot_listener_close (late->listener);
  closed = foliot_listener_wait_closed (late->listener);
  assert_resolves_take (foliot_channel_close (first));
  foliot_test_sleep (kernel, FOLIOT_SECOND);
  g_assert_false (foliot_future_is_settled (closed));
  assert_resolves_take (foliot_channel_close (g_ptr_array_index (late->channels, 1)));
  assert_resolves (closed);
}

static void
test_info (FoliotKernel *kernel)
{
  g_autoptr (Pair) pair = pair_new (kernel, NULL);
  g_autoptr (FoliotValue) fallback = foliot_value_new_string ("fallback");
  g_autoptr (FoliotValue) peername = foliot_channel_dup_info (pair->client, "peername", NULL);
  g_autoptr (FoliotValue) unknown = foliot_channel_dup_info (pair->client, "no such thing", fallback);
  g_autoptr (FoliotValue) nothing = foliot_channel_dup_info (pair->client, "no such thing", NULL);
  g_autoptr (FoliotValue) after = NULL;

  g_assert_nonnull (peername);
  assert_text (unknown, "fallback");
  g_assert_null (nothing);
  assert_resolves_take (foliot_channel_close (pair->client));
  after = foliot_channel_dup_info (pair->client, "peername", NULL);
  g_assert_true (foliot_value_equal (peername, after));
}

static void
test_connected_once (FoliotKernel *kernel)
{
  g_autoptr (Late) late = late_new (kernel);
  g_autoptr (GError) error = NULL;

  late_listen (late);
  for (guint i = 1; i <= 3; i++)
    {
      g_autoptr (FoliotFuture) opening = foliot_channel_open (late->transport, late->address, 0, NULL);
      g_autoptr (FoliotValue) value = foliot_await (opening, FOLIOT_TIME_NEVER, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (late->n_connected, ==, i);
    }
}

/* The server's side is there before the client has its own; both know each other when they live in one process. */
static void
test_peer_channel (FoliotKernel *kernel)
{
  g_autoptr (Pair) pair = pair_new (kernel, NULL);

  g_assert_true (foliot_channel_get_peer (pair->client) == pair->server);
  g_assert_true (foliot_channel_get_peer (pair->server) == pair->client);
}

static void
test_other_kernel (FoliotKernel *kernel)
{
  g_autoptr (FoliotKernel) other = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  g_autoptr (Late) late = late_new (kernel);
  g_autoptr (FoliotFuture) attempt = NULL;
  g_autoptr (FoliotValue) value = NULL;
  g_autoptr (GError) error = NULL;

  late_listen (late);
  attempt = foliot_transport_connect (late->transport, late->address, NULL);
  value = foliot_await (attempt, FOLIOT_TIME_NEVER, &error);
  g_assert_no_error (error);
  g_assert_null (foliot_channel_new (other, foliot_value_get_object (value, FOLIOT_TYPE_LINK), NULL, &error));
  g_assert_error (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_OTHER_KERNEL);
}

/* What was written before close: a recv that waits gets its request, what is behind it is dropped. */
static void
test_requests_before_close (FoliotKernel *kernel)
{
  g_autoptr (Pair) pair = pair_new (kernel, NULL);
  g_autoptr (FoliotFuture) waiting = foliot_channel_recv (pair->server);
  g_autoptr (FoliotFuture) first = send_text (pair->client, "first");
  g_autoptr (FoliotFuture) second = send_text (pair->client, "second");
  g_autoptr (FoliotFuture) closed = foliot_channel_close (pair->client);
  g_autoptr (FoliotValue) value = NULL;
  g_autoptr (GError) error = NULL;

  foliot_test_sleep (kernel, FOLIOT_SECOND);
  value = foliot_await (waiting, FOLIOT_TIME_NEVER, &error);
  g_assert_no_error (error);
  assert_text (foliot_request_get_content (foliot_value_get_object (value, FOLIOT_TYPE_REQUEST)), "first");
  assert_future_fails (foliot_channel_recv (pair->server), RESET, "Connection closed");
}

/* A log of many requests over several connections, in the order in which they arrive. */
typedef struct
{
  FoliotChannel *servers[3];
  guint n_servers;
  GString *log;
} Arrivals;

static void
on_logged_request (FoliotChannel *channel, FoliotRequest *request, gpointer user_data)
{
  Arrivals *arrivals = user_data;

  g_string_append_printf (arrivals->log, "%s ",
                          foliot_value_get_string (foliot_request_get_content (request), NULL));
  foliot_request_unref (request);
}

static void
on_logged_connected (FoliotChannel *channel, gpointer user_data)
{
  Arrivals *arrivals = user_data;

  arrivals->servers[arrivals->n_servers++] = g_object_ref (channel);
  foliot_channel_set_handlers (channel, on_logged_request, NULL, arrivals);
}

static char *
log_arrivals (FoliotKernel *kernel, FoliotTransport *transport)
{
  static const char order[] = "babcaacbba";
  Arrivals arrivals = { .log = g_string_new (NULL) };
  g_autoptr (FoliotAddress) address = foliot_address_new_local ("order", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotListener) listener
      = foliot_channel_serve (transport, address, NULL, on_logged_connected, &arrivals, NULL, &error);
  FoliotChannel *clients[3];

  for (guint i = 0; i < 3; i++)
    clients[i] = open_channel (transport, foliot_listener_get_address (listener), 0, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; order[i] != 0; i++)
    {
      g_autofree char *text = g_strdup_printf ("%c%u", order[i], i);

      foliot_future_unref (send_text (clients[order[i] - 'a'], text));
    }
  foliot_test_sleep (kernel, FOLIOT_SECOND);
  for (guint i = 0; i < 3; i++)
    {
      g_object_unref (clients[i]);
      g_object_unref (arrivals.servers[i]);
    }
  return g_string_free (arrivals.log, FALSE);
}

static void
test_arrival_order (FoliotKernel *kernel)
{
  g_autoptr (FoliotTransport) transport = foliot_local_transport_new (kernel, FALSE);
  g_autoptr (FoliotTransport) over_bytes = foliot_local_transport_new (kernel, TRUE);

  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *log = log_arrivals (kernel, i % 2 == 0 ? transport : over_bytes);

      g_assert_cmpstr (log, ==, "b0 a1 b2 c3 a4 a5 c6 b7 b8 a9 ");
    }
}

static void
add (const char *name, FoliotTestBody body)
{
  foliot_transport_suite_add_all ("channel", name, body);
}

/* Over sockets these are of test-channel-open: there it is another time that passes. */
static void
add_local (const char *name, FoliotTestBody body)
{
  foliot_transport_suite_add ("channel", name, body);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  add ("row-005-reply", test_reply);
  add ("row-006-007-fail", test_fail);
  add ("row-008-replies-out-of-order", test_replies_out_of_order);
  add ("row-009-both-directions", test_both_directions);
  add ("row-013-bad-address", test_bad_address);
  add_local ("row-014-refused", test_refused);
  add_local ("row-015-connect-timeout", test_connect_timeout);
  add_local ("row-016-endless-timeout", test_endless_timeout);
  add ("row-018-too-long", test_too_long);
  add ("row-019-020-021-peer-closes", test_peer_closes);
  add ("row-022-double-recv", test_double_recv);
  add ("row-024-late-reply-is-ignored", test_late_reply_is_ignored);
  add ("row-026-unserializable-reply", test_unserializable_reply);
  add ("row-027-close-is-idempotent", test_close_is_idempotent);
  add ("row-028-close-flushes-replies", test_close_flushes_replies);
  add ("row-029-server-close", test_server_close);
  add ("row-031-info", test_info);
  add ("row-032-connected-once", test_connected_once);
  add ("row-107-requests-before-close", test_requests_before_close);
  add ("row-107-wait-closed", test_wait_closed);
  add ("row-117-debug-mode-cancelled", test_debug_mode);
  add ("row-117-debug-mode-set", test_debug_mode_set);
  add ("many-pending", test_many_pending);
  add ("reply-after-the-end", test_reply_after_the_end);
  add ("second-answer", test_second_answer);
  add ("dropping-closes", test_dropping_closes);
  add ("content-is-what-a-wire-makes-of-it", test_content_is_what_a_wire_makes_of_it);
  add ("depth-limit", test_depth_limit);
  add_local ("giving-up-an-open", test_giving_up_an_open);
  add ("peer-channel", test_peer_channel);
  add ("other-kernel", test_other_kernel);
  foliot_test_add ("/channel/row-106-arrival-order", test_arrival_order);
  return g_test_run ();
}
