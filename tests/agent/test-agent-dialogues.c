/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-stream.h>

#include <unistd.h>

#include "agent-world.h"
#include "foliot-dialogue.h"
#include "foliot-test.h"

/*
 * The recorded dialogues between two containers. With the client's golden frames played at a container of ours, all its
 * replies and its calls back are compared; with the server's, all that a container sends which connects to it.
 */

typedef struct
{
  FoliotDialogue *dialogue;
  FoliotContainer *container;
  FoliotAgent *caller;
  FoliotProxy *root;    /* once connected */
  GPtrArray *replies;   /* FoliotFuture, by id */
  gint64 proxy_id;      /* of the serializer */
  const char *base_url; /* of the stage */
} Driver;

/* Whether the running test is one over a real connection, byte by byte. */
static gboolean
is_over_socket (void)
{
  return g_str_has_prefix (g_test_get_path (), "/agent/dialogue-socket/");
}

static FoliotTransport *
new_transport (FoliotKernel *kernel)
{
  return is_over_socket () ? foliot_stream_transport_new (kernel, NULL)
                           : foliot_local_transport_new (kernel, TRUE);
}

static FoliotContainer *
new_container (FoliotTransport *transport, const char *id, FoliotDialogue *dialogue, gboolean extras)
{
  g_autoptr (FoliotAddress) address
      = is_over_socket () ? foliot_address_new_tcp ("127.0.0.1", 0) : foliot_address_new_local (id, NULL);
  FoliotContainerOptions options = { .codec_type = foliot_dialogue_get_codec_type (dialogue),
                                     .serializers = v_serializer (),
                                     .n_serializers = extras };
  g_autoptr (GError) error = NULL;
  FoliotContainer *container = foliot_container_new (transport, address, &options, &error);
  g_assert_no_error (error);
  return container;
}

/* ---- our server ---- */

static void
play_at_server (FoliotKernel *kernel, FoliotDialogue *dialogue, gboolean extras)
{
  g_autoptr (FoliotTransport) transport = new_transport (kernel);
  g_autoptr (FoliotContainer) container = new_container (transport, "stage", dialogue, extras);
  g_autoptr (FoliotAddress) address = foliot_address_parse (foliot_container_get_base_url (container), NULL);
  world_agent (container, TYPE_CALLEE, NULL);
  world_agent (container, TYPE_CALLEE, NULL);
  g_autoptr (FoliotRawPeer) peer
      = is_over_socket () ? foliot_raw_peer_new_socket (foliot_raw_socket_new_connected (kernel, address, 0))
                          : foliot_raw_peer_new_connected (transport, address);
  foliot_dialogue_play (dialogue, FOLIOT_DIALOGUE_CLIENT, peer);
  world_shutdown (container);
}

/* ---- our client ---- */

static FoliotCodec *
get_codec (Driver *driver)
{
  return foliot_channel_get_codec (foliot_rpc_client_get_channel (foliot_proxy_get_client (driver->root)));
}

/* What the recorded client gave: its agent where the frame has a proxy. */
static FoliotValue *
make_argument (Driver *driver, FoliotValue *plain)
{
  FoliotValue *envelope = NULL;
  if (foliot_value_get_kind (plain) == FOLIOT_VALUE_MAP)
    envelope = foliot_value_lookup (plain, "__type__");
  if (envelope != NULL && foliot_value_get_int (foliot_value_get_item (envelope, 0)) == driver->proxy_id)
    return foliot_agent_as_value (driver->caller);
  return foliot_codec_raise (get_codec (driver), plain, NULL);
}

static FoliotFuture *
make_call (Driver *driver, FoliotValue *content)
{
  const char *path = foliot_value_get_string (foliot_value_get_item (content, 0), NULL);
  FoliotValue *args = foliot_value_get_item (content, 1);
  gsize n_args = foliot_value_get_length (args);
  g_autofree FoliotValue **given = g_new (FoliotValue *, n_args + 1);
  FoliotValue *first = n_args > 0 ? foliot_value_get_item (args, 0) : NULL;
  if (g_str_equal (path, "validate_aid") && foliot_value_get_kind (first) == FOLIOT_VALUE_STRING)
    {
      g_autofree char *url = g_strconcat (driver->base_url, foliot_value_get_string (first, NULL), NULL);
      return foliot_container_connect (driver->container, url, 0);
    }
  for (gsize i = 0; i < n_args; i++)
    given[i] = make_argument (driver, foliot_value_get_item (args, i));
  return foliot_proxy_callv (driver->root, path, foliot_value_new_list (given, n_args), NULL);
}

static void
assert_result (Driver *driver, FoliotValue *value, FoliotValue *expected)
{
  FoliotProxy *proxy = foliot_value_get_proxy (value);
  g_autoptr (GError) error = NULL;
  if (proxy == NULL)
    {
      g_autoptr (FoliotValue) plain = foliot_codec_lower (get_codec (driver), value, &error);
      g_assert_no_error (error);
      g_assert_true (foliot_value_equal (plain, expected));
      return;
    }
  if (driver->root == NULL)
    driver->root = foliot_rpc_client_get_remote (foliot_proxy_get_client (proxy));
  if (foliot_value_get_kind (expected) == FOLIOT_VALUE_STRING) /* the answer to validate_aid */
    {
      g_autofree char *text = foliot_proxy_to_string (proxy);
      g_assert_true (g_str_has_prefix (text, foliot_value_get_string (expected, NULL)));
      return;
    }
  FoliotValue *envelope = foliot_value_lookup (expected, "__type__");
  g_assert_cmpstr (foliot_proxy_get_path (proxy), ==,
                   foliot_value_get_string (foliot_value_get_item (envelope, 1), NULL));
}

static void
assert_reply (Driver *driver, FoliotValue *triple)
{
  FoliotFuture *reply = driver->replies->pdata[foliot_value_get_int (foliot_value_get_item (triple, 1))];
  FoliotValue *expected = foliot_value_get_item (triple, 2);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await (reply, FOLIOT_TIME_NEVER, &error);
  if (foliot_value_get_int (foliot_value_get_item (triple, 0)) == 2)
    g_assert_cmpstr (foliot_error_get_remote_traceback (error), ==, foliot_value_get_string (expected, NULL));
  else if (value == NULL && foliot_value_is_null (expected)) /* no such agent */
    g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION);
  else
    {
      g_assert_no_error (error);
      assert_result (driver, value, expected);
    }
}

static FoliotValue *
drive (gpointer user_data, GError **error)
{
  Driver *driver = user_data;
  for (guint i = 0; i < foliot_dialogue_get_n_steps (driver->dialogue); i++)
    {
      int side = foliot_dialogue_get_step_side (driver->dialogue, i);
      FoliotValue *triple = foliot_dialogue_get_step_triple (driver->dialogue, i);
      if (side == 0)
        continue;
      if (triple == NULL)
        break;
      gint64 type = foliot_value_get_int (foliot_value_get_item (triple, 0));
      if (side == FOLIOT_DIALOGUE_CLIENT && type == 0)
        g_ptr_array_add (driver->replies, make_call (driver, foliot_value_get_item (triple, 2)));
      else if (side == FOLIOT_DIALOGUE_SERVER && type != 0)
        assert_reply (driver, triple);
    }
  world_shutdown (driver->container);
  return NULL;
}

static void
on_accepted (FoliotLink *link, gpointer user_data)
{
  *(FoliotRawPeer **) user_data = foliot_raw_peer_new (link);
}

static void
play_at_client (FoliotKernel *kernel, FoliotDialogue *dialogue, gboolean extras)
{
  g_autoptr (FoliotTransport) transport = new_transport (kernel);
  g_autoptr (FoliotContainer) container = new_container (transport, "client", dialogue, extras);
  g_autoptr (FoliotAddress) address = NULL;
  int raw_listener = is_over_socket () ? foliot_raw_socket_listen (&address) : -1;
  g_autoptr (GPtrArray) replies = g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_future_unref);
  g_autoptr (FoliotRawPeer) peer = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotListener) listener = NULL;
  if (address == NULL)
    {
      address = foliot_address_new_local ("stage", NULL);
      listener = foliot_transport_listen (transport, address, "server", on_accepted, &peer, NULL, &error);
    }
  g_assert_no_error (error);
  Driver driver = { dialogue, container,  world_agent (container, TYPE_CALLEE, NULL), NULL,
                    replies,  1 + extras, foliot_address_get_base_url (address) };
  g_autoptr (FoliotFuture) done
      = foliot_fiber_spawn_full (kernel, NULL, "driver", FOLIOT_STACK_LARGE, drive, &driver, NULL);
  if (raw_listener >= 0)
    {
      peer = foliot_raw_peer_new_socket (foliot_raw_socket_new_accepted (kernel, raw_listener));
      close (raw_listener);
    }
  while (peer == NULL)
    g_assert_true (foliot_sleep (kernel, 0, NULL));
  foliot_dialogue_play (dialogue, FOLIOT_DIALOGUE_SERVER, peer);
  g_autoptr (FoliotValue) result = foliot_await (done, FOLIOT_TIME_NEVER, &error);
  g_assert_no_error (error);
  foliot_proxy_unref (driver.root);
}

/* The path of the running test is /agent/dialogue[-socket]/<whose frames are golden>/<codec>/<name>. */
static void
test_dialogue (FoliotKernel *kernel)
{
  g_auto (GStrv) parts = g_strsplit (g_test_get_path (), "/", 6);
  g_autoptr (FoliotDialogue) dialogue = foliot_dialogue_new (parts[5], parts[4]);
  gboolean extras = strstr (parts[5], "without extras") == NULL;
  if (g_str_equal (parts[3], "client"))
    play_at_server (kernel, dialogue, extras);
  else
    play_at_client (kernel, dialogue, extras);
}

int
main (int argc, char **argv)
{
  static const char *const dialogues[] = { "json/container", "msgpack/container",
                                           "json/container without extras short", "blosc/container short" };
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (dialogues); i++)
    {
      for (guint j = 0; j < 4; j++)
        {
          g_autofree char *path = g_strconcat (j < 2 ? "/agent/dialogue/" : "/agent/dialogue-socket/",
                                               j % 2 == 0 ? "client/" : "server/", dialogues[i], NULL);
          foliot_test_add (path, test_dialogue);
        }
    }
  return g_test_run ();
}
