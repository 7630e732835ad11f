/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-channel.h>

#include "foliot-raw-peer.h"
#include "foliot-transport-suite.h"

#include "kernel/foliot-fault-private.h"

/* A channel against a peer that writes its frames by hand: the exact bytes, and all that is wrong with other bytes. */

typedef struct
{
  FoliotTransport *transport;
  FoliotAddress *address;
  FoliotListener *listener;
  FoliotChannel *channel;
  FoliotRawPeer *peer;
} Stage;

static void
on_connected (FoliotChannel *channel, gpointer user_data)
{
  g_set_object ((FoliotChannel **) user_data, channel);
}

static Stage *
stage_new (FoliotKernel *kernel, GType codec_type)
{
  FoliotChannelOptions options = { .codec_type = codec_type };
  Stage *stage = g_new0 (Stage, 1);
  g_autoptr (GError) error = NULL;

  stage->transport = foliot_transport_suite_new (kernel);
  stage->address = foliot_transport_suite_new_address (0);
  stage->listener = foliot_channel_serve (stage->transport, stage->address, &options, on_connected,
                                          &stage->channel, NULL, &error);
  g_assert_no_error (error);
  stage->peer = foliot_raw_peer_new_connected (stage->transport, stage->address);
  return stage;
}

static void
stage_free (Stage *stage)
{
  foliot_raw_peer_free (stage->peer);
  g_clear_object (&stage->channel);
  g_clear_object (&stage->listener);
  g_clear_object (&stage->transport);
  foliot_address_unref (stage->address);
  g_free (stage);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Stage, stage_free)

static FoliotFuture *
send_text (FoliotChannel *channel, const char *text)
{
  g_autoptr (FoliotValue) content = foliot_value_new_string (text);
  g_autoptr (GError) error = NULL;
  FoliotFuture *reply = foliot_channel_send (channel, content, &error);

  g_assert_no_error (error);
  return reply;
}

/* Awaits. @text: (nullable): of the error. */
static void
assert_fails (FoliotFuture *future, GQuark domain, int code, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await (future, FOLIOT_TIME_NEVER, &error);

  g_assert_null (value);
  g_assert_error (error, domain, code);
  if (text != NULL)
    g_assert_cmpstr (error->message, ==, text);
}

/* Without a codec it is JSON; a send that was refused has used up its id. */
static void
test_bytes (FoliotKernel *kernel)
{
  g_autoptr (Stage) stage = stage_new (kernel, G_TYPE_INVALID);
  g_autoptr (FoliotFuture) first = send_text (stage->channel, "ohai");
  g_autoptr (FoliotFuture) second = send_text (stage->channel, "ohai");
  g_autoptr (FoliotValue) bad = foliot_value_new_bytes ("x", 1);
  g_autoptr (FoliotFuture) fourth = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (foliot_channel_send (stage->channel, bad, &error));
  fourth = send_text (stage->channel, "\xc3\xa9");
  foliot_raw_peer_assert_text (stage->peer, "[0, 0, \"ohai\"]");
  foliot_raw_peer_assert_text (stage->peer, "[0, 1, \"ohai\"]");
  foliot_raw_peer_assert_text (stage->peer, "[0, 3, \"\\u00e9\"]");
}

/* The request that comes next. */
static FoliotRequest *
recv_request (FoliotChannel *channel)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await_take (foliot_channel_recv (channel), &error);

  g_assert_no_error (error);
  return foliot_request_ref (foliot_value_get_object (value, FOLIOT_TYPE_REQUEST));
}

/* What the peer sends under its ids 0, 1, 2 does not move ours, which begin at 0 too. */
static void
test_both_count (FoliotKernel *kernel)
{
  g_autoptr (Stage) stage = stage_new (kernel, G_TYPE_INVALID);

  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *theirs = g_strdup_printf ("[0, %u, \"theirs\"]", i);
      g_autofree char *reply = g_strdup_printf ("[1, %u, null]", i);
      g_autofree char *ours = g_strdup_printf ("[0, %u, \"ours\"]", i);
      g_autoptr (FoliotRequest) request = NULL;
      g_autoptr (FoliotFuture) future = NULL;
      g_autoptr (FoliotValue) value = NULL;

      foliot_raw_peer_send_text (stage->peer, theirs);
      request = recv_request (stage->channel);
      future = send_text (stage->channel, "ours");
      foliot_raw_peer_assert_text (stage->peer, ours);
      g_assert_true (foliot_request_reply (request, NULL, NULL));
      foliot_raw_peer_assert_text (stage->peer, reply);
      foliot_raw_peer_send_text (stage->peer, reply);
      value = foliot_await (future, FOLIOT_TIME_NEVER, NULL);
      g_assert_true (foliot_value_is_null (value));
    }
}

static void
test_answers (FoliotKernel *kernel)
{
  g_autoptr (Stage) stage = stage_new (kernel, G_TYPE_INVALID);
  g_autoptr (FoliotValue) result = foliot_value_new_string ("cya");
  g_autoptr (GError) why = g_error_new_literal (FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "42");
  g_autoptr (FoliotRequest) replied = NULL;
  g_autoptr (FoliotRequest) failed = NULL;

  foliot_raw_peer_send_text (stage->peer, "[0, 0, \"ohai\"]");
  foliot_raw_peer_send_text (stage->peer, "[0, 1, \"ohai\"]");
  replied = recv_request (stage->channel);
  failed = recv_request (stage->channel);
  g_assert_true (foliot_request_reply (replied, result, NULL));
  foliot_raw_peer_assert_text (stage->peer, "[1, 0, \"cya\"]");
  g_assert_true (foliot_request_fail (failed, why, NULL));
  foliot_raw_peer_assert_text (stage->peer, "[2, 1, \"ValueError: 42\\n\"]");
}

/* Answers whatever comes with null. */
static FoliotValue *
answer_all (gpointer user_data, GError **error)
{
  FoliotChannel *channel = user_data;
  FoliotValue *value;

  while ((value = foliot_await_take (foliot_channel_recv (channel), NULL)) != NULL)
    {
      foliot_request_reply (foliot_value_get_object (value, FOLIOT_TYPE_REQUEST), NULL, NULL);
      foliot_value_unref (value);
    }
  return NULL;
}

/* Ids are echoed as they came, whatever they are; types count by value. */
static void
test_request_ids (FoliotKernel *kernel)
{
  static const char *const ids[]
      = { "0", "7", "-1", "\"text\"", "null", "[1, 2]", "1.5", "true", "7", "18446744073709551616", "0.0" };
  g_autoptr (Stage) stage = stage_new (kernel, G_TYPE_INVALID);
  g_autoptr (FoliotFuture) server = foliot_fiber_spawn (kernel, NULL, "server", answer_all,
                                                        g_object_ref (stage->channel), g_object_unref);

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autofree char *request = g_strdup_printf ("[%s, %s, 42]", i % 2 == 0 ? "0" : "false", ids[i]);
      g_autofree char *reply = g_strdup_printf ("[1, %s, null]", ids[i]);

      foliot_raw_peer_send_text (stage->peer, request);
      foliot_raw_peer_assert_text (stage->peer, reply);
    }
  foliot_raw_peer_close (stage->peer);
}

static void
test_reply_ids (FoliotKernel *kernel)
{
  static const char *const replies[]
      = { "[1, 0.0, \"yes\"]", "[1.0, 1, \"yes\"]", "[true, 2.0, \"yes\"]", " [1 ,3,\t\"yes\" ]" };
  g_autoptr (Stage) stage = stage_new (kernel, G_TYPE_INVALID);

  for (guint i = 0; i < G_N_ELEMENTS (replies); i++)
    {
      g_autoptr (FoliotFuture) reply = send_text (stage->channel, "?");
      g_autoptr (FoliotValue) value = NULL;

      foliot_raw_peer_send_text (stage->peer, replies[i]);
      value = foliot_await (reply, FOLIOT_TIME_NEVER, NULL);
      g_assert_cmpstr (foliot_value_get_string (value, NULL), ==, "yes");
    }
}

static void
test_odd_failure (FoliotKernel *kernel)
{
  g_autoptr (Stage) stage = stage_new (kernel, G_TYPE_INVALID);
  g_autoptr (FoliotFuture) reply = send_text (stage->channel, "?");
  g_autofree char *text = g_strdup_printf ("Origin: %s\n42", foliot_channel_get_origin (stage->channel));

  foliot_raw_peer_send_text (stage->peer, "[2, 0, 42]");
  assert_fails (reply, FOLIOT_ERROR, FOLIOT_ERROR_REMOTE, text);
}

typedef struct
{
  const char *payload;
  GQuark domain; /* 0: of the codec */
  int code;
  const char *text;
  gboolean replaced; /* by Connection closed */
} Broken;

/* What breaks the rules ends the channel with a named error; the peer sees the end; the process goes on. */
static void
check_broken (FoliotKernel *kernel, const Broken *broken)
{
  g_autoptr (Stage) stage = stage_new (kernel, G_TYPE_INVALID);
  g_autoptr (FoliotFuture) request = foliot_channel_recv (stage->channel);
  g_autoptr (FoliotFuture) later = NULL;
  GQuark domain = broken->domain != 0 ? broken->domain : FOLIOT_CODEC_ERROR;

  foliot_raw_peer_send_text (stage->peer, broken->payload);
  assert_fails (request, domain, broken->code, broken->text);
  foliot_raw_peer_assert_end (stage->peer);
  later = foliot_channel_recv (stage->channel);
  if (broken->replaced)
    assert_fails (later, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET, "Connection closed");
  else
    assert_fails (later, domain, broken->code, broken->text);
}

static void
test_invalid_type (FoliotKernel *kernel)
{
  const Broken cases[] = {
    { "[7, 0, null]", FOLIOT_ERROR, FOLIOT_ERROR_RUNTIME, "Invalid message type 7", TRUE },
    { "[7.9, 0, null]", FOLIOT_ERROR, FOLIOT_ERROR_RUNTIME, "Invalid message type 7", TRUE },
    { "[-1, 0, null]", FOLIOT_ERROR, FOLIOT_ERROR_RUNTIME, "Invalid message type -1", TRUE },
    { "[36893488147419103232, 0, null]", FOLIOT_ERROR, FOLIOT_ERROR_RUNTIME,
      "Invalid message type 36893488147419103232", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    check_broken (kernel, &cases[i]);
}

static void
test_undecodable (FoliotKernel *kernel)
{
  const Broken cases[] = {
    { "", 0, FOLIOT_CODEC_ERROR_TRUNCATED, NULL, FALSE },
    { "[0, 0, ", 0, FOLIOT_CODEC_ERROR_TRUNCATED, NULL, FALSE },
    { "}{", 0, FOLIOT_CODEC_ERROR_SYNTAX, NULL, FALSE },
    { "[0, 0, 1] x", 0, FOLIOT_CODEC_ERROR_TRAILING, NULL, FALSE },
    { "[0, 0, {\"__type__\": [5, 1]}]", 0, FOLIOT_CODEC_ERROR_ENVELOPE, NULL, FALSE },
    { "[0, 0]", FOLIOT_ERROR, FOLIOT_ERROR_VALUE, NULL, FALSE },
    { "\"abc\"", FOLIOT_ERROR, FOLIOT_ERROR_VALUE, NULL, FALSE },
    { "[\"0\", 0, 1]", FOLIOT_ERROR, FOLIOT_ERROR_TYPE,
      "The message type is '0', expected a number: 0, 1 or 2", FALSE },
    { "[NaN, 0, 1]", FOLIOT_ERROR, FOLIOT_ERROR_TYPE, "The message type is nan, expected a number: 0, 1 or 2",
      FALSE },
    { "[1, 99, 1]", FOLIOT_ERROR, FOLIOT_ERROR_LOOKUP,
      "A reply to request 99 arrived, which was never sent or has its reply already", FALSE },
    { "[1, \"0\", 1]", FOLIOT_ERROR, FOLIOT_ERROR_LOOKUP,
      "A reply to request '0' arrived, which was never sent or has its reply already", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    check_broken (kernel, &cases[i]);
}

/* A second reply is one to an unknown request. */
static void
test_second_reply (FoliotKernel *kernel)
{
  g_autoptr (Stage) stage = stage_new (kernel, G_TYPE_INVALID);
  g_autoptr (FoliotFuture) reply = send_text (stage->channel, "?");
  g_autoptr (FoliotFuture) other = send_text (stage->channel, "?");
  g_autoptr (FoliotValue) value = NULL;

  foliot_raw_peer_send_text (stage->peer, "[1, 0, 1]");
  foliot_raw_peer_send_text (stage->peer, "[1, 0, 2]");
  value = foliot_await (reply, FOLIOT_TIME_NEVER, NULL);
  g_assert_cmpint (foliot_value_get_int (value), ==, 1);
  assert_fails (other, FOLIOT_ERROR, FOLIOT_ERROR_LOOKUP, NULL);
}

/* Two codecs on one link are seen as what they are: bytes of another format. */
static void
test_codec_mismatch (FoliotKernel *kernel)
{
  g_autoptr (Stage) stage = stage_new (kernel, FOLIOT_TYPE_CODEC_MSGPACK);
  g_autoptr (FoliotFuture) request = foliot_channel_recv (stage->channel);

  foliot_raw_peer_send_text (stage->peer, "[0, 0, \"ohai\"]");
  assert_fails (request, FOLIOT_CODEC_ERROR, FOLIOT_CODEC_ERROR_TRAILING, NULL);
}

/* A failure text with a lone surrogate goes out all the same, under a codec that has none. */
static void
test_failure_text_is_encodable (FoliotKernel *kernel)
{
  g_autoptr (Stage) stage = stage_new (kernel, FOLIOT_TYPE_CODEC_MSGPACK);
  g_autoptr (FoliotFuture) waiting = foliot_channel_recv (stage->channel);
  g_autoptr (GError) why = g_error_new_literal (FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "lone \xed\xa0\x80 here");
  g_autoptr (FoliotValue) value = NULL;
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (GError) error = NULL;

  foliot_raw_peer_send (stage->peer, "\x93\x00\x00\xc0", 4);
  value = foliot_await (waiting, FOLIOT_TIME_NEVER, NULL);
  g_assert_true (foliot_request_fail (foliot_value_get_object (value, FOLIOT_TYPE_REQUEST), why, &error));
  payload = foliot_raw_peer_recv (stage->peer);
  g_assert_nonnull (payload);
}

/* A link of values may carry rubbish too. */
static void
on_link_accepted (FoliotLink *link, gpointer user_data)
{
  *(FoliotLink **) user_data = link;
}

static void
test_rubbish_by_value (FoliotKernel *kernel)
{
  g_autoptr (FoliotTransport) transport = foliot_local_transport_new (kernel, FALSE);
  g_autoptr (FoliotAddress) address = foliot_address_new_local ("values", NULL);
  g_autoptr (FoliotLink) server = NULL;
  g_autoptr (FoliotListener) listener
      = foliot_transport_listen (transport, address, NULL, on_link_accepted, &server, NULL, NULL);
  g_autoptr (FoliotFuture) attempt = foliot_transport_connect (transport, address, NULL);
  g_autoptr (FoliotValue) value = foliot_await (attempt, FOLIOT_TIME_NEVER, NULL);
  g_autoptr (FoliotChannel) channel = foliot_channel_new (kernel, server, NULL, NULL);
  g_autoptr (FoliotFuture) request = foliot_channel_recv (channel);
  FoliotFrame frame = { .value = foliot_value_new_null (), .type = 9 };

  g_assert_true (foliot_link_send (foliot_value_get_object (value, FOLIOT_TYPE_LINK), &frame, NULL));
  assert_fails (request, FOLIOT_ERROR, FOLIOT_ERROR_RUNTIME, "Invalid message type 9");
}

/* ---- faults -------------------------------------------------------------------------------------------------- */

static FoliotValue *
ping (gpointer user_data, GError **error)
{
  FoliotKernel *kernel = user_data;
  g_autoptr (FoliotTransport) transport = foliot_local_transport_new (kernel, TRUE);
  g_autoptr (FoliotAddress) address = foliot_address_new_local ("faulty", NULL);
  g_autoptr (FoliotChannel) server = NULL;
  g_autoptr (FoliotListener) listener
      = foliot_channel_serve (transport, address, NULL, on_connected, &server, NULL, error);
  g_autoptr (FoliotFuture) service = NULL;
  g_autoptr (FoliotFuture) reply = NULL;
  g_autoptr (FoliotValue) value = NULL;
  g_autoptr (FoliotValue) content = foliot_value_new_string ("ping");
  FoliotValue *result = NULL;

  if (listener == NULL)
    return NULL;
  value = foliot_await_take (foliot_channel_open (transport, address, 0, NULL), error);
  if (value == NULL)
    return NULL;
  service = foliot_fiber_spawn (kernel, NULL, "service", answer_all, g_object_ref (server), g_object_unref);
  reply = foliot_channel_send (foliot_value_get_object (value, FOLIOT_TYPE_CHANNEL), content, error);
  if (reply != NULL)
    result = foliot_await (reply, FOLIOT_TIME_NEVER, error);
  foliot_future_unref (foliot_channel_close (foliot_value_get_object (value, FOLIOT_TYPE_CHANNEL)));
  return result;
}

static void
test_faults (void)
{
  guint n_failed = 0;

  for (guint n = 1;; n++)
    {
      g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
      g_autoptr (FoliotFuture) done = NULL;
      g_autoptr (FoliotValue) value = NULL;
      g_autoptr (GError) error = NULL;

      _foliot_kernel_set_fault (kernel, n);
      done = foliot_fiber_spawn (kernel, NULL, "ping", ping, kernel, NULL);
      value = foliot_run (kernel, done, &error);
      if (_foliot_kernel_fault_is_left (kernel))
        {
          g_assert_no_error (error);
          break;
        }
      g_assert_null (value);
      g_assert_nonnull (error);
      g_assert_cmpstr (error->message, !=, "");
      n_failed++;
    }
  g_assert_cmpuint (n_failed, >=, 4); /* listen, connect, send, reply */
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  foliot_transport_suite_add_bytes ("frames", "row-001-004-039-bytes", test_bytes);
  foliot_transport_suite_add_bytes ("frames", "row-004-both-count", test_both_count);
  foliot_transport_suite_add_bytes ("frames", "row-005-006-answers", test_answers);
  foliot_transport_suite_add_bytes ("frames", "request-ids-are-echoed", test_request_ids);
  foliot_transport_suite_add_bytes ("frames", "reply-ids-by-value", test_reply_ids);
  foliot_transport_suite_add_bytes ("frames", "odd-failure", test_odd_failure);
  foliot_transport_suite_add_bytes ("frames", "row-023-invalid-type", test_invalid_type);
  foliot_transport_suite_add_bytes ("frames", "row-025-undecodable", test_undecodable);
  foliot_transport_suite_add_bytes ("frames", "second-reply", test_second_reply);
  foliot_transport_suite_add_bytes ("frames", "codec-mismatch", test_codec_mismatch);
  foliot_transport_suite_add_bytes ("frames", "failure-text-is-encodable", test_failure_text_is_encodable);
  foliot_test_add ("/frames/rubbish-by-value", test_rubbish_by_value);
  g_test_add_func ("/frames/faults", test_faults);
  return g_test_run ();
}
