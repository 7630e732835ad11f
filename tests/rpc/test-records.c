/* SPDX-License-Identifier: MIT */
#include "foliot-test.h"
#include "rpc-peers.h"

/*
 * What calls leave in the record: the same by reference and through bytes, and an agent's own view the same wherever it
 * and its peers live.
 */

typedef struct
{
  FoliotKernel *kernel;
  gboolean carry_bytes;
  GType codec;
  const char *server_place; /* where the server is mounted below its root */
  const char *caller_place;
  const char *caller_name;
  char *digest; /* (out) */
  guint64 view; /* (out): the server's */
} World;

static FoliotServiceDict *
mount (World *world, gpointer service, const char *place, const char *node)
{
  FoliotServiceDict *root = foliot_service_dict_new ();

  g_assert_true (foliot_service_dict_add_service (root, place, service, NULL));
  foliot_router_set_node (foliot_service_get_router (service), foliot_kernel_add_node (world->kernel, node));
  return root;
}

static FoliotValue *
play (gpointer user_data, GError **error)
{
  World *world = user_data;
  g_autoptr (RpcServer) server = rpc_server_new (world->kernel);
  g_autoptr (RpcCaller) caller = rpc_caller_new ("Monty");
  g_autoptr (FoliotServiceDict) root = mount (world, server, world->server_place, "server");
  g_autoptr (FoliotServiceDict) far_root = mount (world, caller, world->caller_place, world->caller_name);
  g_autoptr (FoliotTransport) transport = foliot_local_transport_new (world->kernel, world->carry_bytes);
  g_autoptr (FoliotAddress) address = foliot_address_new_local ("server", NULL);
  const FoliotChannelOptions options = { .codec_type = world->codec };
  g_autoptr (FoliotListener) listener
      = foliot_rpc_serve (transport, address, G_OBJECT (root), &options, NULL, NULL, NULL, error);
  g_autoptr (FoliotValue) opened
      = foliot_await_take (foliot_rpc_open (transport, address, G_OBJECT (far_root), 0, &options), error);
  FoliotRpcClient *client = foliot_value_get_object (opened, FOLIOT_TYPE_RPC_CLIENT);
  g_autoptr (FoliotProxy) remote = foliot_rpc_client_get_remote (client);
  g_autoptr (FoliotProxy) far = foliot_proxy_get (remote, world->server_place);
  g_autoptr (FoliotValue) sum = foliot_await_take (
      foliot_proxy_call (far, "add", foliot_value_new_int (1), foliot_value_new_int (2), NULL), error);
  g_autoptr (FoliotValue) greeting = foliot_await_take (
      foliot_proxy_call (far, "greet", foliot_value_new_service (G_OBJECT (caller)), NULL), error);

  g_assert_cmpstr (foliot_value_get_string (greeting, NULL), ==, "Client name is \"Monty\"");
  return foliot_await_take (foliot_rpc_client_close (client), error);
}

static void
run (World *world)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  g_autoptr (FoliotFuture) done = NULL;
  g_autoptr (FoliotValue) value = NULL;
  g_autoptr (GError) error = NULL;

  world->kernel = kernel;
  done = foliot_fiber_spawn (kernel, NULL, "play", play, world, NULL);
  value = foliot_run (kernel, done, &error);
  g_assert_no_error (error);
  world->digest = foliot_kernel_dup_digest (kernel);
  world->view = foliot_kernel_get_node_digest (kernel, 1);
  g_assert_cmpstr (foliot_kernel_get_node_name (kernel, 1), ==, "server");
}

static void
test_same_digest_through_codecs (void)
{
  const GType codecs[] = { FOLIOT_TYPE_CODEC_JSON, FOLIOT_TYPE_CODEC_MSGPACK, FOLIOT_TYPE_CODEC_BLOSC };
  World first = { NULL, FALSE, codecs[0], "s", "c", "caller", NULL, 0 };

  run (&first);
  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++)
    {
      World again = { NULL, TRUE, codecs[i], "s", "c", "caller", NULL, 0 };

      run (&again);
      g_assert_cmpstr (again.digest, ==, first.digest);
      g_assert_cmpuint (again.view, ==, first.view);
      g_free (again.digest);
    }
  g_free (first.digest);
}

static void
test_view_does_not_know_places (void)
{
  World here = { NULL, FALSE, FOLIOT_TYPE_CODEC_JSON, "s", "c", "caller", NULL, 0 };
  World there = { NULL, FALSE, FOLIOT_TYPE_CODEC_JSON, "elsewhere", "far", "caller", NULL, 0 };
  World stranger = { NULL, FALSE, FOLIOT_TYPE_CODEC_JSON, "s", "c", "stranger", NULL, 0 };

  run (&here);
  run (&there);
  run (&stranger);
  g_assert_cmpstr (here.digest, !=, there.digest);
  g_assert_cmpuint (here.view, ==, there.view);
  g_assert_cmpuint (here.view, !=, stranger.view);
  g_free (here.digest);
  g_free (there.digest);
  g_free (stranger.digest);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rpc/records/same-digest-through-codecs", test_same_digest_through_codecs);
  g_test_add_func ("/rpc/records/view-does-not-know-places", test_view_does_not_know_places);
  return g_test_run ();
}
