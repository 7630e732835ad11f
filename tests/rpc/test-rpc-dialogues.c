/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-stream.h>

#include <unistd.h>

#include "foliot-dialogue.h"
#include "foliot-test.h"
#include "rpc-peers.h"

/*
 * The recorded RPC dialogues. With the client's golden frames played at our server, every reply of ours is compared; with
 * the server's played at our client, every call and every reply to a call back.
 */

typedef struct
{
  FoliotDialogue *dialogue;
  FoliotTransport *transport;
  FoliotAddress *address;
  FoliotChannelOptions options;
  gboolean over_socket; /* byte by byte */
} Stage;

static void
stage_init (Stage *stage, FoliotKernel *kernel, const char *name, const char *codec)
{
  stage->dialogue = foliot_dialogue_new (name, codec);
  stage->over_socket = g_str_has_prefix (g_test_get_path (), "/rpc/dialogue-socket/");
  if (stage->over_socket)
    {
      stage->transport = foliot_stream_transport_new (kernel, NULL);
      stage->address = foliot_address_new_tcp ("127.0.0.1", 0);
    }
  else
    {
      stage->transport = foliot_local_transport_new (kernel, TRUE);
      stage->address = foliot_address_new_local ("stage", NULL);
    }
  stage->options = (FoliotChannelOptions){ .codec_type = foliot_dialogue_get_codec_type (stage->dialogue) };
}

static void
stage_clear (Stage *stage)
{
  foliot_dialogue_free (stage->dialogue);
  foliot_address_unref (stage->address);
  g_object_unref (stage->transport);
}

/* ---- our server ---- */

static void
play_at_server (FoliotKernel *kernel, const char *name, const char *codec)
{
  g_autoptr (RpcServer) server = rpc_server_new (kernel);
  g_autoptr (FoliotListener) listener = NULL;
  g_autoptr (FoliotRawPeer) peer = NULL;
  Stage stage;

  stage_init (&stage, kernel, name, codec);
  listener = foliot_rpc_serve (stage.transport, stage.address, G_OBJECT (server), &stage.options, NULL, NULL,
                               NULL, NULL);
  if (stage.over_socket)
    peer = foliot_raw_peer_new_socket (
        foliot_raw_socket_new_connected (kernel, foliot_listener_get_address (listener), 0));
  else
    peer = foliot_raw_peer_new_connected (stage.transport, stage.address);
  foliot_dialogue_play (stage.dialogue, FOLIOT_DIALOGUE_CLIENT, peer);
  stage_clear (&stage);
}

/* ---- our client ---- */

typedef struct
{
  FoliotDialogue *dialogue;
  FoliotRpcClient *client;
  FoliotProxy *remote;
  RpcCaller *caller;
  GPtrArray *replies; /* of FoliotFuture, by id */
} Driver;

/* What the recorded client gave as arguments: its services where the frame has them as proxies. */
static FoliotValue *
make_argument (Driver *driver, FoliotValue *plain)
{
  FoliotValue *envelope = NULL;
  const char *path;

  if (foliot_value_get_kind (plain) == FOLIOT_VALUE_MAP)
    envelope = foliot_value_lookup (plain, "__type__");
  if (envelope == NULL)
    return foliot_value_ref (plain);
  path = foliot_value_get_string (foliot_value_get_item (envelope, 1), NULL);
  return foliot_value_new_service (*path == '\0' ? G_OBJECT (driver->caller)
                                                 : G_OBJECT (rpc_caller_get_sub (driver->caller)));
}

static FoliotFuture *
make_call (Driver *driver, FoliotValue *content)
{
  const char *path = foliot_value_get_string (foliot_value_get_item (content, 0), NULL);
  FoliotValue *args = foliot_value_get_item (content, 1);
  gsize n_args = foliot_value_get_length (args);
  g_autofree FoliotValue **given = g_new (FoliotValue *, n_args + 1);

  if (*path == '\0') /* no proxy calls that */
    return foliot_channel_send (foliot_rpc_client_get_channel (driver->client), content, NULL);
  for (gsize i = 0; i < n_args; i++)
    given[i] = make_argument (driver, foliot_value_get_item (args, i));
  return foliot_proxy_callv (driver->remote, path, foliot_value_new_list (given, n_args),
                             foliot_value_ref (foliot_value_get_item (content, 2)));
}

static void
assert_reply (Driver *driver, FoliotValue *triple)
{
  FoliotFuture *reply
      = g_ptr_array_index (driver->replies, foliot_value_get_int (foliot_value_get_item (triple, 1)));
  FoliotValue *expected = foliot_value_get_item (triple, 2);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await (reply, FOLIOT_TIME_NEVER, &error);
  FoliotCodec *codec = foliot_channel_get_codec (foliot_rpc_client_get_channel (driver->client));
  g_autoptr (FoliotValue) raised = NULL;

  if (foliot_value_get_int (foliot_value_get_item (triple, 0)) == 2)
    {
      g_assert_cmpstr (foliot_error_get_remote_traceback (error), ==,
                       foliot_value_get_string (expected, NULL));
      return;
    }
  g_assert_no_error (error);
  raised = foliot_codec_raise (codec, expected, &error);
  g_assert_no_error (error);
  g_assert_true (foliot_value_equal (value, raised));
}

static FoliotValue *
drive (gpointer user_data, GError **error)
{
  Driver *driver = user_data;

  for (guint i = 0; i < foliot_dialogue_get_n_steps (driver->dialogue); i++)
    {
      int side = foliot_dialogue_get_step_side (driver->dialogue, i);
      FoliotValue *triple = foliot_dialogue_get_step_triple (driver->dialogue, i);
      gint64 type;

      if (side == 0)
        continue;
      if (triple == NULL)
        break;
      type = foliot_value_get_int (foliot_value_get_item (triple, 0));
      if (side == FOLIOT_DIALOGUE_CLIENT && type == 0)
        g_ptr_array_add (driver->replies, make_call (driver, foliot_value_get_item (triple, 2)));
      else if (side == FOLIOT_DIALOGUE_SERVER && type != 0)
        assert_reply (driver, triple);
    }
  return foliot_await_take (foliot_rpc_client_close (driver->client), error);
}

static void
on_accepted (FoliotLink *link, gpointer user_data)
{
  *(FoliotRawPeer **) user_data = foliot_raw_peer_new (link);
}

static void
play_at_client (FoliotKernel *kernel, const char *name, const char *codec, gboolean with_service)
{
  g_autoptr (RpcCaller) caller = rpc_caller_new ("Monty");
  g_autoptr (FoliotListener) listener = NULL;
  g_autoptr (FoliotRawPeer) peer = NULL;
  g_autoptr (FoliotValue) opened = NULL;
  g_autoptr (FoliotFuture) done = NULL;
  g_autoptr (FoliotValue) result = NULL;
  g_autoptr (FoliotProxy) remote = NULL;
  g_autoptr (GPtrArray) replies = g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_future_unref);
  g_autoptr (GError) error = NULL;
  Driver driver;
  Stage stage;
  int raw_listener = -1;

  stage_init (&stage, kernel, name, codec);
  if (stage.over_socket)
    {
      foliot_address_unref (stage.address);
      raw_listener = foliot_raw_socket_listen (&stage.address);
    }
  else
    listener = foliot_transport_listen (stage.transport, stage.address, "server", on_accepted, &peer, NULL,
                                        &error);
  opened = foliot_await_take (foliot_rpc_open (stage.transport, stage.address,
                                               with_service ? G_OBJECT (caller) : NULL, 0, &stage.options),
                              &error);
  g_assert_no_error (error);
  if (stage.over_socket)
    {
      peer = foliot_raw_peer_new_socket (foliot_raw_socket_new_accepted (kernel, raw_listener));
      close (raw_listener);
    }
  driver = (Driver){ stage.dialogue, foliot_value_get_object (opened, FOLIOT_TYPE_RPC_CLIENT), NULL, caller,
                     replies };
  remote = driver.remote = foliot_rpc_client_get_remote (driver.client);
  done = foliot_fiber_spawn_full (kernel, NULL, "driver", FOLIOT_STACK_LARGE, drive, &driver, NULL);
  foliot_dialogue_play (stage.dialogue, FOLIOT_DIALOGUE_SERVER, peer);
  result = foliot_await (done, FOLIOT_TIME_NEVER, &error);
  g_assert_no_error (error);
  stage_clear (&stage);
}

/* The path of the running test is /rpc/dialogue[-socket]/<whose frames are golden>/<codec>/<name>. */
static void
test_dialogue (FoliotKernel *kernel)
{
  g_auto (GStrv) parts = g_strsplit (g_test_get_path (), "/", 6);

  if (g_str_equal (parts[3], "client"))
    play_at_server (kernel, parts[5], parts[4]);
  else
    play_at_client (kernel, parts[5], parts[4], g_str_equal (parts[5], "rpc callbacks"));
}

int
main (int argc, char **argv)
{
  static const char *const codecs[]
      = { "json", "msgpack" },
      *const names[] = { "rpc calls", "rpc callbacks" }, *const sides[] = { "client", "server" };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < 16; i++)
    {
      g_autofree char *path = g_strdup_printf ("/rpc/dialogue%s/%s/%s/%s", i >> 3 != 0 ? "-socket" : "",
                                               sides[i & 1], codecs[i >> 1 & 1], names[i >> 2 & 1]);
      foliot_test_add (path, test_dialogue);
    }
  return g_test_run ();
}
