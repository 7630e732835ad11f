/* SPDX-License-Identifier: MIT */
#include "foliot-transport-suite.h"
#include "rpc-peers.h"

#include <string.h>

/* What a proxy is, without a call. */

typedef struct
{
  FoliotTransport *transport;
  FoliotListener *listener;
  FoliotRpcClient *client;
} World;

static FoliotRpcClient *
open_client (World *world)
{
  g_autoptr (FoliotAddress) address = foliot_transport_suite_new_address (0);
  g_autoptr (FoliotValue) value
      = foliot_await_take (foliot_rpc_open (world->transport, address, NULL, 0, NULL), NULL);

  return g_object_ref (foliot_value_get_object (value, FOLIOT_TYPE_RPC_CLIENT));
}

static void
world_init (World *world, FoliotKernel *kernel)
{
  g_autoptr (FoliotAddress) address = foliot_transport_suite_new_address (0);
  g_autoptr (RpcSub) sub = rpc_sub_new ("sub");

  world->transport = foliot_transport_suite_new (kernel);
  world->listener
      = foliot_rpc_serve (world->transport, address, G_OBJECT (sub), NULL, NULL, NULL, NULL, NULL);
  world->client = open_client (world);
}

static void
close_client (FoliotRpcClient *client)
{
  g_autoptr (FoliotValue) done = foliot_await_take (foliot_rpc_client_close (client), NULL);

  g_assert_nonnull (done);
  g_object_unref (client);
}

static void
world_clear (World *world)
{
  close_client (world->client);
  g_object_unref (world->listener);
  g_object_unref (world->transport);
}

static void
test_equality (FoliotKernel *kernel)
{
  World world;
  FoliotRpcClient *second;

  world_init (&world, kernel);
  second = open_client (&world);
  {
    g_autoptr (FoliotProxy) one = foliot_rpc_client_get_remote (world.client);
    g_autoptr (FoliotProxy) same = foliot_rpc_client_get_remote (world.client);
    g_autoptr (FoliotProxy) far = foliot_rpc_client_get_remote (second);
    g_autoptr (FoliotProxy) a = foliot_proxy_get (one, "a");
    g_autoptr (FoliotProxy) other_a = foliot_proxy_get (same, "a");
    g_autoptr (FoliotValue) value = foliot_value_new_proxy (a);
    g_autoptr (FoliotValue) other_value = foliot_value_new_proxy (other_a);

    g_assert_true (one != same);
    g_assert_true (foliot_proxy_equal (one, same));
    g_assert_cmpuint (foliot_proxy_hash (one), ==, foliot_proxy_hash (same));
    g_assert_false (foliot_proxy_equal (one, far));
    g_assert_false (foliot_proxy_equal (one, a));
    g_assert_true (a != other_a);
    g_assert_true (foliot_proxy_equal (a, other_a));
    g_assert_true (foliot_value_equal (value, other_value));
    g_assert_cmpuint (foliot_value_hash (value), ==, foliot_value_hash (other_value));
  }
  close_client (second);
  world_clear (&world);
}

static void
test_cache (FoliotKernel *kernel)
{
  World world;

  world_init (&world, kernel);
  {
    g_autoptr (FoliotProxy) root = foliot_rpc_client_get_remote (world.client);
    FoliotProxy *a = foliot_proxy_get (root, "a");
    g_autoptr (FoliotProxy) again = foliot_proxy_get (root, "a");
    g_autoptr (FoliotProxy) below = foliot_proxy_get (a, "b/c");
    g_autoptr (FoliotProxy) b = foliot_proxy_get (a, "b");
    g_autoptr (FoliotProxy) c = foliot_proxy_get (b, "c");

    g_assert_true (a == again);
    g_assert_true (below == c);
    g_assert_cmpstr (foliot_proxy_get_path (c), ==, "a/b/c");
    foliot_proxy_unref (a);
    g_clear_pointer (&again, foliot_proxy_unref);
    again = foliot_proxy_get (root, "a");
    g_assert_cmpstr (foliot_proxy_get_path (again), ==, "a");
    g_clear_pointer (&root, foliot_proxy_unref); /* children go on */
    g_assert_true (foliot_proxy_get_client (below) == world.client);
  }
  world_clear (&world);
}

static void
assert_text (FoliotProxy *proxy, const char *expected)
{
  g_autofree char *text = foliot_proxy_to_string (proxy);
  g_autoptr (FoliotValue) value = foliot_value_new_proxy (proxy);
  g_autofree char *printed = foliot_value_print (value);

  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpstr (printed, ==, expected);
}

static void
test_text (FoliotKernel *kernel)
{
  World world;

  world_init (&world, kernel);
  {
    g_autoptr (FoliotProxy) root = foliot_rpc_client_get_remote (world.client);
    g_autoptr (FoliotProxy) add = foliot_proxy_get (root, "add");
    const char *origin = foliot_channel_get_origin (foliot_rpc_client_get_channel (world.client));
    gboolean is_tuple = foliot_transport_suite_get_kind () == FOLIOT_ADDRESS_TCP;
    g_autoptr (FoliotValue) peer = foliot_value_new_string (origin);
    g_autofree char *name = is_tuple ? g_strdup (origin) : foliot_value_print (peer);
    g_autofree char *before = g_strdup_printf ("Proxy(%s, 'add')", name);

    assert_text (add, before);
    foliot_proxy_set_string (add, "CalleeProxy('local://q/0')");
    assert_text (add, "CalleeProxy('local://q/0')");
  }
  world_clear (&world);
}

/* More methods than a proxy remembers the paths of, and more arguments than it has room for. */
static void
test_many_methods_and_arguments (FoliotKernel *kernel)
{
  World world;

  world_init (&world, kernel);
  {
    g_autoptr (FoliotProxy) root = foliot_rpc_client_get_remote (world.client);
    static const char *const methods[] = { "name", "a", "b", "mul", "c", "d", "name", "mul" };

    for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
      {
        g_autoptr (GError) error = NULL;
        g_autoptr (FoliotValue) value = foliot_await_take (
            foliot_proxy_callv (root, methods[i],
                                strcmp (methods[i], "mul") == 0
                                    ? foliot_value_build_list (foliot_value_new_int (i), NULL)
                                    : NULL,
                                NULL),
            &error);

        if (strlen (methods[i]) == 1)
          g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_REMOTE);
        else if (methods[i][0] == 'n')
          g_assert_cmpstr (foliot_value_get_string (value, NULL), ==, "sub");
        else
          g_assert_cmpint (foliot_value_get_int (value), ==, 2 * i);
      }
    {
      FoliotValue *n = foliot_value_new_int (1); /* a constant */
      g_autoptr (GError) error = NULL;
      g_autoptr (FoliotValue) value
          = foliot_await_take (foliot_proxy_call (root, "mul", n, n, n, n, n, n, n, n, n, n, NULL), &error);

      g_assert_null (value);
      g_assert_true (g_str_has_suffix (error->message,
                                       "mul() takes from 2 to 3 positional arguments but 11 were given\n"));
    }
  }
  world_clear (&world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  foliot_transport_suite_add_all ("rpc-proxy", "row-072-equality", test_equality);
  foliot_transport_suite_add_all ("rpc-proxy", "row-073-cache", test_cache);
  foliot_transport_suite_add_all ("rpc-proxy", "text", test_text);
  foliot_transport_suite_add_all ("rpc-proxy", "many-methods-and-arguments", test_many_methods_and_arguments);
  return g_test_run ();
}
