/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-channel.h>
#include <foliot/foliot-stream.h>

#include <unistd.h>

#include "foliot-dialogue.h"
#include "foliot-test.h"

/*
 * All recorded dialogues, from both sides: one end of a link that carries bytes plays the golden frames, the other is a
 * channel that is told the contents, and must make the same frames of them.
 */

typedef struct
{
  const char *name;
  const char *codec;
  FoliotDialogueSide script; /* who plays golden frames */
  gboolean over_socket;      /* byte by byte */
} Case;

/* ---- what envelopes hold ------------------------------------------------------------------------------------- */

/* Dates, proxies and objects are of no interest here: each type id gets a class that keeps the representation. */
#define N_STAND_INS 4
static GType stand_ins[N_STAND_INS];

static FoliotValue *
serialize (FoliotValue *object, gpointer user_data, GError **error)
{
  return foliot_value_ref (foliot_value_get_object (object, foliot_value_get_object_type (object)));
}

static FoliotValue *
deserialize (FoliotValue *representation, gpointer user_data, GError **error)
{
  return foliot_value_new_object (stand_ins[GPOINTER_TO_UINT (user_data)], representation);
}

static void
make_serializers (FoliotSerializer serializers[N_STAND_INS])
{
  for (guint i = 0; i < N_STAND_INS; i++)
    {
      g_autofree char *name = g_strdup_printf ("StandIn%u", i);

      if (stand_ins[i] == 0)
        stand_ins[i] = g_boxed_type_register_static (name, (GBoxedCopyFunc) foliot_value_ref,
                                                     (GBoxedFreeFunc) foliot_value_unref);
      serializers[i] = (FoliotSerializer){ stand_ins[i], serialize, deserialize, GUINT_TO_POINTER (i) };
    }
}

/* ---- the side that is told what to say ----------------------------------------------------------------------- */

typedef struct
{
  FoliotDialogue *dialogue;
  FoliotChannel *channel;
  FoliotDialogueSide side;
  GPtrArray *sent;     /* futures, by id */
  GPtrArray *received; /* requests, by id */
} Puppet;

static FoliotValue *
raise_content (Puppet *puppet, FoliotValue *plain)
{
  g_autoptr (GError) error = NULL;
  FoliotValue *value = foliot_codec_raise (foliot_channel_get_codec (puppet->channel), plain, &error);

  g_assert_no_error (error);
  return value;
}

/* The last line of a failure is what a GError says: `Type: message`. */
static GError *
parse_failure (const char *text)
{
  static const FoliotError codes[]
      = { FOLIOT_ERROR_VALUE,   FOLIOT_ERROR_TYPE,   FOLIOT_ERROR_LOOKUP,       FOLIOT_ERROR_ATTRIBUTE,
          FOLIOT_ERROR_RUNTIME, FOLIOT_ERROR_IMPORT, FOLIOT_ERROR_SERIALIZATION };
  const char *tail = g_strrstr (text, "    ...\n");
  g_autofree char *line = g_strdup (tail != NULL ? tail + strlen ("    ...\n") : text);
  g_autofree char *passed_on = NULL;
  char *colon = strstr (line, ": ");

  g_assert_nonnull (colon);
  /* A failure that was passed on ends in two newlines: its own, and that of the text it passes on. */
  if (g_str_has_suffix (text, "\n\n"))
    {
      g_strchomp (line);
      passed_on = g_strdup_printf ("    ...\n%s\n", line);
      return foliot_error_new_remote ("peer", passed_on);
    }
  g_strchomp (line);
  *colon = '\0';
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      GError *error = g_error_new_literal (FOLIOT_ERROR, (int) codes[i], colon + 2);

      if (g_str_equal (foliot_error_get_wire_name (error), line))
        return error;
      g_error_free (error);
    }
  g_error ("no code for %s", line);
}

static void
say (Puppet *puppet, FoliotValue *triple)
{
  gint64 id = foliot_value_get_int (foliot_value_get_item (triple, 1));
  g_autoptr (FoliotValue) content = raise_content (puppet, foliot_value_get_item (triple, 2));
  FoliotRequest *request;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) why = NULL;

  switch (foliot_value_get_int (foliot_value_get_item (triple, 0)))
    {
    case 0:
      g_assert_cmpint (id, ==, puppet->sent->len);
      g_ptr_array_add (puppet->sent, foliot_channel_send (puppet->channel, content, &error));
      break;
    case 1:
      request = g_ptr_array_index (puppet->received, id);
      g_assert_true (foliot_request_reply (request, content, &error));
      break;
    default:
      request = g_ptr_array_index (puppet->received, id);
      why = parse_failure (foliot_value_get_string (content, NULL));
      g_assert_true (foliot_request_fail (request, why, &error));
    }
  g_assert_no_error (error);
}

static void
assert_content (Puppet *puppet, FoliotValue *content, FoliotValue *plain)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) lowered
      = foliot_codec_lower (foliot_channel_get_codec (puppet->channel), content, &error);

  g_assert_no_error (error);
  g_assert_true (foliot_value_equal (lowered, plain));
}

static void
hear (Puppet *puppet, FoliotValue *triple)
{
  gint64 id = foliot_value_get_int (foliot_value_get_item (triple, 1));
  gint64 type = foliot_value_get_int (foliot_value_get_item (triple, 0));
  g_autoptr (FoliotFuture) future = type == 0 ? foliot_channel_recv (puppet->channel)
                                              : foliot_future_ref (g_ptr_array_index (puppet->sent, id));
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await (future, FOLIOT_TIME_NEVER, &error);
  FoliotValue *plain = foliot_value_get_item (triple, 2);
  FoliotRequest *request;

  if (type == 2)
    {
      g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_REMOTE);
      g_assert_cmpstr (foliot_error_get_remote_traceback (error), ==, foliot_value_get_string (plain, NULL));
      return;
    }
  g_assert_no_error (error);
  if (type == 1)
    {
      assert_content (puppet, value, plain);
      return;
    }
  request = foliot_value_get_object (value, FOLIOT_TYPE_REQUEST);
  g_assert_cmpint (id, ==, puppet->received->len);
  assert_content (puppet, foliot_request_get_content (request), plain);
  g_ptr_array_add (puppet->received, foliot_request_ref (request));
}

static FoliotValue *
run_puppet (gpointer user_data, GError **error)
{
  Puppet *puppet = user_data;

  for (guint i = 0; i < foliot_dialogue_get_n_steps (puppet->dialogue); i++)
    {
      int side = foliot_dialogue_get_step_side (puppet->dialogue, i);
      FoliotValue *triple = foliot_dialogue_get_step_triple (puppet->dialogue, i);

      if (side == 0)
        continue;
      if (triple == NULL)
        {
          if (side == (int) puppet->side)
            foliot_future_unref (foliot_channel_close (puppet->channel));
          break;
        }
      if (side == (int) puppet->side)
        say (puppet, triple);
      else
        hear (puppet, triple);
    }
  return NULL;
}

/* ---- the play ------------------------------------------------------------------------------------------------ */

static void
on_accepted (FoliotLink *link, gpointer user_data)
{
  FoliotLink **out_link = user_data;

  *out_link = link;
}

/* Returns: (transfer full): our end; @out_peer is the other. */
static FoliotLink *
connect_local (FoliotKernel *kernel, FoliotDialogueSide script, FoliotRawPeer **out_peer)
{
  g_autoptr (FoliotTransport) transport = foliot_local_transport_new (kernel, TRUE);
  g_autoptr (FoliotAddress) address = foliot_address_new_local ("stage", NULL);
  FoliotLink *server = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotListener) listener
      = foliot_transport_listen (transport, address, "server", on_accepted, &server, NULL, &error);
  g_autoptr (FoliotFuture) attempt = foliot_transport_connect (transport, address, "client");
  g_autoptr (FoliotValue) value = foliot_await (attempt, FOLIOT_TIME_NEVER, &error);
  FoliotLink *client = g_object_ref (foliot_value_get_object (value, FOLIOT_TYPE_LINK));
  gboolean script_is_client = script == FOLIOT_DIALOGUE_CLIENT;

  *out_peer = foliot_raw_peer_new (script_is_client ? client : server);
  return script_is_client ? server : client;
}

static FoliotLink *
accept_socket (FoliotKernel *kernel, FoliotTransport *transport, FoliotRawPeer **out_peer)
{
  g_autoptr (FoliotAddress) any = foliot_address_new_tcp ("127.0.0.1", 0);
  FoliotLink *server = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotListener) listener
      = foliot_transport_listen (transport, any, "server", on_accepted, &server, NULL, &error);
  FoliotRawSocket *socket
      = foliot_raw_socket_new_connected (kernel, foliot_listener_get_address (listener), 0);

  while (server == NULL)
    foliot_raw_socket_await_turn (socket);
  foliot_listener_close (listener);
  *out_peer = foliot_raw_peer_new_socket (socket);
  return server;
}

static FoliotLink *
connect_socket (FoliotKernel *kernel, FoliotTransport *transport, FoliotRawPeer **out_peer)
{
  g_autoptr (FoliotAddress) address = NULL;
  int listener = foliot_raw_socket_listen (&address);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value
      = foliot_await_take (foliot_transport_connect (transport, address, "client"), &error);

  g_assert_no_error (error);
  *out_peer = foliot_raw_peer_new_socket (foliot_raw_socket_new_accepted (kernel, listener));
  close (listener);
  return g_object_ref (foliot_value_get_object (value, FOLIOT_TYPE_LINK));
}

static FoliotLink *
set_stage (FoliotKernel *kernel, const Case *play, FoliotRawPeer **out_peer)
{
  g_autoptr (FoliotTransport) transport = NULL;

  if (!play->over_socket)
    return connect_local (kernel, play->script, out_peer);
  transport = foliot_stream_transport_new (kernel, NULL);
  return play->script == FOLIOT_DIALOGUE_CLIENT ? accept_socket (kernel, transport, out_peer)
                                                : connect_socket (kernel, transport, out_peer);
}

static void
play (FoliotKernel *kernel, const Case *play)
{
  g_autoptr (FoliotDialogue) dialogue = foliot_dialogue_new (play->name, play->codec);
  FoliotSerializer serializers[N_STAND_INS];
  FoliotChannelOptions options = { .codec_type = foliot_dialogue_get_codec_type (dialogue),
                                   .serializers = serializers,
                                   .n_serializers = N_STAND_INS };
  gboolean script_is_client = play->script == FOLIOT_DIALOGUE_CLIENT;
  g_autoptr (FoliotRawPeer) peer = NULL;
  g_autoptr (FoliotLink) link = set_stage (kernel, play, &peer);
  g_autoptr (FoliotChannel) channel = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotFuture) done = NULL;
  g_autoptr (FoliotValue) result = NULL;
  Puppet puppet;

  make_serializers (serializers);
  channel = foliot_channel_new (kernel, link, &options, &error);
  g_assert_no_error (error);
  puppet = (Puppet){ dialogue, channel, script_is_client ? FOLIOT_DIALOGUE_SERVER : FOLIOT_DIALOGUE_CLIENT,
                     g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_future_unref),
                     g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_request_unref) };
  done = foliot_fiber_spawn_full (kernel, NULL, "puppet", FOLIOT_STACK_LARGE, run_puppet, &puppet, NULL);
  foliot_dialogue_play (dialogue, play->script, peer);
  result = foliot_await (done, FOLIOT_TIME_NEVER, &error);
  g_assert_no_error (error);
  g_ptr_array_unref (puppet.sent);
  g_ptr_array_unref (puppet.received);
}

/* The running test's path names its case: /channel/dialogue[-socket]/<script>/<codec>/<name>. */
static void
test_dialogue (FoliotKernel *kernel)
{
  g_auto (GStrv) parts = g_strsplit (g_test_get_path (), "/", 6);
  Case this_case = { parts[5], parts[4], parts[3][0] == 'c' ? FOLIOT_DIALOGUE_CLIENT : FOLIOT_DIALOGUE_SERVER,
                     g_str_has_suffix (parts[2], "-socket") };

  play (kernel, &this_case);
}

int
main (int argc, char *argv[])
{
  static const char *const cases[] = { "json/channel",
                                       "json/rpc calls",
                                       "json/rpc callbacks",
                                       "json/container",
                                       "json/manager",
                                       "msgpack/channel",
                                       "msgpack/rpc calls",
                                       "msgpack/rpc callbacks",
                                       "msgpack/container",
                                       "msgpack/manager",
                                       "json/container without extras short",
                                       "blosc/container short" };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      for (guint j = 0; j < 4; j++)
        {
          g_autofree char *path = g_strconcat (j < 2 ? "/channel/dialogue/" : "/channel/dialogue-socket/",
                                               j % 2 == 0 ? "client/" : "server/", cases[i], NULL);

          foliot_test_add (path, test_dialogue);
        }
    }
  return g_test_run ();
}
