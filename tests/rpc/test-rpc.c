/* SPDX-License-Identifier: MIT */
#include "foliot-transport-suite.h"
#include "rpc-peers.h"

#include <string.h>

/*
 * What RPC promises, over every kind of transport: one line at the end of this file for each.
 */

/* ---- transports ---- */

typedef struct
{
  const char *transport; /* its name in the suite of transports */
  GType (*codec) (void);
} Variant;

static FoliotTransport *
new_transport (FoliotKernel *kernel, const Variant *variant)
{
  return foliot_transport_suite_new_by_name (variant->transport, kernel);
}

static FoliotAddress *
new_address (const Variant *variant, const char *id)
{
  return foliot_transport_suite_new_address_by_name (variant->transport, id);
}

/* ---- a connection ---- */

typedef struct
{
  FoliotKernel *kernel;
  FoliotTransport *transport;
  FoliotAddress *address;
  FoliotChannelOptions options;
  RpcServer *server;
  FoliotListener *listener;
  FoliotRpcClient *incoming; /* the server's end of the last connection */
  guint n_connected;
  FoliotRpcClient *client;
  FoliotProxy *remote;
} Pair;

static void
on_connected (FoliotRpcClient *client, gpointer user_data)
{
  Pair *pair = user_data;

  pair->n_connected++;
  g_set_object (&pair->incoming, client);
}

static FoliotRpcClient *
open_client (Pair *pair, gpointer service)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await_take (
      foliot_rpc_open (pair->transport, pair->address, service, 0, &pair->options), &error);

  g_assert_no_error (error);
  return g_object_ref (foliot_value_get_object (value, FOLIOT_TYPE_RPC_CLIENT));
}

static void
pair_listen (Pair *pair, FoliotKernel *kernel, const Variant *variant)
{
  g_autoptr (GError) error = NULL;

  memset (pair, 0, sizeof *pair);
  pair->kernel = kernel;
  pair->transport = new_transport (kernel, variant);
  pair->address = new_address (variant, "server");
  pair->options.codec_type = variant->codec ();
  pair->server = rpc_server_new (kernel);
  pair->listener = foliot_rpc_serve (pair->transport, pair->address, G_OBJECT (pair->server), &pair->options,
                                     on_connected, pair, NULL, &error);
  g_assert_no_error (error);
}

static void
pair_open (Pair *pair, FoliotKernel *kernel, const Variant *variant, gpointer service)
{
  pair_listen (pair, kernel, variant);
  pair->client = open_client (pair, service);
  pair->remote = foliot_rpc_client_get_remote (pair->client);
}

static void
close_client (FoliotRpcClient *client)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) done = foliot_await_take (foliot_rpc_client_close (client), &error);

  g_assert_no_error (error);
  g_assert_nonnull (done);
}

static void
pair_close (Pair *pair)
{
  if (pair->client != NULL)
    close_client (pair->client);
  foliot_listener_close (pair->listener);
  g_clear_pointer (&pair->remote, foliot_proxy_unref);
  g_clear_object (&pair->client);
  g_clear_object (&pair->incoming);
  g_clear_object (&pair->listener);
  g_clear_object (&pair->server);
  g_clear_object (&pair->transport);
  foliot_address_unref (pair->address);
}

static FoliotValue *
number (gint64 value)
{
  return foliot_value_new_int (value);
}

static FoliotValue *
text (const char *value)
{
  return foliot_value_new_string (value);
}

/* Awaits @reply (transfer full), which must print as @expected. */
static void
assert_reply (FoliotFuture *reply, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await_take (reply, &error);
  g_autofree char *printed = NULL;

  g_assert_no_error (error);
  printed = foliot_value_print (value);
  g_assert_cmpstr (printed, ==, expected);
}

/* Awaits @reply (transfer full), which must be a failure of the peer that ends in @tail. */
static void
assert_remote (FoliotFuture *reply, const char *tail)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await_take (reply, &error);

  g_assert_null (value);
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_REMOTE);
  if (!g_str_has_suffix (error->message, tail))
    g_error ("\"%s\" does not end in \"%s\"", error->message, tail);
}

static void
assert_fails (FoliotFuture *reply, FoliotError code, const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await_take (reply, &error);

  g_assert_null (value);
  g_assert_error (error, FOLIOT_ERROR, (gint) code);
  if (message != NULL)
    g_assert_cmpstr (error->message, ==, message);
}

/* ---- calls ---- */

typedef struct
{
  FoliotChannel *channel;
} RawPeer;

static void
on_raw_connected (FoliotChannel *channel, gpointer user_data)
{
  ((RawPeer *) user_data)->channel = g_object_ref (channel);
}

static void
call_wire_form (FoliotKernel *kernel, const Variant *variant)
{
  g_autoptr (FoliotTransport) transport = new_transport (kernel, variant);
  g_autoptr (FoliotAddress) address = new_address (variant, "raw");
  const FoliotChannelOptions options = { .codec_type = variant->codec () };
  RawPeer peer = { NULL };
  g_autoptr (FoliotListener) listener
      = foliot_channel_serve (transport, address, &options, on_raw_connected, &peer, NULL, NULL);
  g_autoptr (FoliotValue) opened
      = foliot_await_take (foliot_rpc_open (transport, address, NULL, 0, &options), NULL);
  FoliotRpcClient *client = foliot_value_get_object (opened, FOLIOT_TYPE_RPC_CLIENT);
  g_autoptr (FoliotProxy) remote = foliot_rpc_client_get_remote (client);
  g_autoptr (FoliotFuture) reply = foliot_proxy_call (remote, "add", number (3), number (4), NULL);
  g_autoptr (FoliotValue) request = foliot_await_take (foliot_channel_recv (peer.channel), NULL);
  FoliotRequest *got = foliot_value_get_object (request, FOLIOT_TYPE_REQUEST);
  g_autofree char *printed = foliot_value_print (foliot_request_get_content (got));
  g_autoptr (FoliotValue) seven = number (7);

  g_assert_cmpstr (printed, ==, "['add', [3, 4], {}]");
  g_assert_true (foliot_request_reply (got, seven, NULL));
  assert_reply (foliot_future_ref (reply), "7");
  close_client (client);
  g_object_unref (peer.channel);
}

static void
keywords (FoliotKernel *kernel, const Variant *variant)
{
  Pair pair;

  pair_open (&pair, kernel, variant, NULL);
  assert_reply (foliot_proxy_callv (pair.remote, "add", NULL,
                                    foliot_value_build_map ("a", text ("x"), "b", text ("y"), NULL)),
                "'xy'");
  assert_reply (foliot_proxy_callv (pair.remote, "add",
                                    foliot_value_build_list (foliot_value_new_double (1.5), NULL),
                                    foliot_value_build_map ("b", number (2), NULL)),
                "3.5");
  assert_reply (foliot_proxy_callv (pair.remote, "sub/mul", foliot_value_build_list (number (5), NULL),
                                    foliot_value_build_map ("b", number (6), NULL)),
                "30");
  pair_close (&pair);
}

static void
not_exposed (FoliotKernel *kernel, const Variant *variant)
{
  Pair pair;

  pair_open (&pair, kernel, variant, NULL);
  assert_remote (foliot_proxy_call (pair.remote, "hidden", NULL),
                 "\nLookupError: \"__main__.Server.hidden\" is not exposed\n");
  assert_remote (foliot_proxy_call (pair.remote, "d/plain", NULL),
                 "\nLookupError: \"aiomas.rpc.ServiceDict.plain\" is not exposed\n");
  assert_remote (foliot_proxy_call (pair.remote, "private", NULL),
                 "\nLookupError: \"__main__.Server.private\" is not exposed\n");
  pair_close (&pair);
}

static void
unknown_name (FoliotKernel *kernel, const Variant *variant)
{
  Pair pair;

  pair_open (&pair, kernel, variant, NULL);
  assert_remote (foliot_proxy_call (pair.remote, "nope", NULL),
                 "\nLookupError: Name \"nope\" not found in \"\"\n");
  assert_remote (foliot_proxy_call (pair.remote, "d/deep/x", NULL),
                 "\nLookupError: Name \"x\" not found in \"d/deep\"\n");
  assert_remote (foliot_proxy_call (pair.remote, "add/x", NULL),
                 "\nLookupError: Name \"x\" not found in \"add\"\n");
  assert_reply (foliot_proxy_call (pair.remote, "add", number (1), number (2), NULL), "3");
  pair_close (&pair);
}

static void
dict_service (FoliotKernel *kernel, const Variant *variant)
{
  Pair pair;

  pair_open (&pair, kernel, variant, NULL);
  assert_reply (foliot_proxy_call (pair.remote, "d/f", number (1),
                                   foliot_value_build_list (number (2), foliot_value_new_null (), NULL),
                                   NULL),
                "[1, [2, None]]");
  assert_reply (foliot_proxy_call (pair.remote, "d/f", NULL), "[]");
  assert_remote (foliot_proxy_call (pair.remote, "d", NULL),
                 "\nTypeError: 'ServiceDict' object is not callable\n");
  assert_remote (foliot_proxy_call (pair.remote, "sub", NULL), "\nTypeError: 'Sub' object is not callable\n");
  pair_close (&pair);
}

static void
hierarchies (FoliotKernel *kernel, const Variant *variant)
{
  Pair pair;
  g_autoptr (FoliotProxy) d = NULL;
  g_autoptr (FoliotProxy) s = NULL;

  pair_open (&pair, kernel, variant, NULL);
  d = foliot_proxy_get (pair.remote, "d");
  s = foliot_proxy_get (d, "deep/s");
  g_assert_cmpstr (foliot_proxy_get_path (s), ==, "d/deep/s");
  assert_reply (foliot_proxy_call (s, "name", NULL), "'deep'");
  assert_reply (foliot_proxy_call (pair.remote, "d/deep/s/name", NULL), "'deep'");
  assert_reply (foliot_proxy_call (s, "mul", number (4), NULL), "8");
  pair_close (&pair);
}

static void
plain_handler (FoliotKernel *kernel, const Variant *variant)
{
  Pair pair;
  g_autoptr (FoliotProxy) add = NULL;

  pair_open (&pair, kernel, variant, NULL);
  assert_reply (foliot_proxy_call (pair.remote, "add", number (3), number (4), NULL), "7");
  add = foliot_proxy_get (pair.remote, "add");
  assert_reply (foliot_proxy_call (add, NULL, text ("a"), text ("b"), NULL), "'ab'");
  pair_close (&pair);
}

static void
slow_handlers_overlap (FoliotKernel *kernel, const Variant *variant)
{
  Pair pair;
  FoliotTime begin;
  FoliotFuture *slow, *quick;

  pair_open (&pair, kernel, variant, NULL);
  begin = foliot_kernel_now (kernel);
  slow = foliot_proxy_call (pair.remote, "slow", foliot_value_new_double (0.15), text ("slow"), NULL);
  quick = foliot_proxy_call (pair.remote, "slow", foliot_value_new_double (0.05), text ("quick"), NULL);
  assert_reply (quick, "'quick'");
  g_assert_cmpint (foliot_kernel_now (kernel) - begin, <, 150 * FOLIOT_MILLISECOND);
  g_assert_false (foliot_future_is_settled (slow));
  assert_reply (slow, "'slow'");
  g_assert_cmpint (foliot_kernel_now (kernel) - begin, >=, 150 * FOLIOT_MILLISECOND);
  g_assert_cmpint (foliot_kernel_now (kernel) - begin, <=, 156 * FOLIOT_MILLISECOND);
  pair_close (&pair);
}

static void
null_result (FoliotKernel *kernel, const Variant *variant)
{
  Pair pair;

  pair_open (&pair, kernel, variant, NULL);
  assert_reply (foliot_proxy_call (pair.remote, "nothing", NULL), "None");
  pair_close (&pair);
}

static void
handler_error (FoliotKernel *kernel, const Variant *variant)
{
  Pair pair;

  pair_open (&pair, kernel, variant, NULL);
  assert_remote (foliot_proxy_call (pair.remote, "err", text ("boom"), NULL), "\nValueError: boom\n");
  assert_remote (
      foliot_proxy_call (pair.remote, "unser", NULL),
      "\naiomas.exceptions.SerializationError: Could not serialize object \"{1}\": No serializer found "
      "for type \"<class 'set'>\"\n");
  assert_reply (foliot_proxy_call (pair.remote, "nothing", NULL), "None");
  pair_close (&pair);
}

static void
wrong_arguments (FoliotKernel *kernel, const Variant *variant)
{
  Pair pair;

  pair_open (&pair, kernel, variant, NULL);
  assert_remote (foliot_proxy_call (pair.remote, "add", number (1), NULL),
                 "\nTypeError: add() missing 1 required positional argument: 'b'\n");
  assert_remote (foliot_proxy_call (pair.remote, "add", number (1), number (2), number (3), NULL),
                 "\nTypeError: add() takes 3 positional arguments but 4 were given\n");
  assert_remote (foliot_proxy_callv (pair.remote, "add", foliot_value_build_list (number (1), NULL),
                                     foliot_value_build_map ("c", number (2), NULL)),
                 "\nTypeError: add() got an unexpected keyword argument 'c'\n");
  assert_remote (foliot_proxy_call (pair.remote, "slow", text ("x"), number (1), NULL),
                 "\nTypeError: slow() argument 't' must be number, not string\n");
  assert_reply (foliot_proxy_call (pair.remote, "add", number (1), number (2), NULL), "3");
  pair_close (&pair);
}

/* Sends @content as it is. */
static FoliotFuture *
send_raw (Pair *pair, FoliotValue *content)
{
  g_autoptr (FoliotValue) owned = content;
  FoliotFuture *reply = foliot_channel_send (foliot_rpc_client_get_channel (pair->client), owned, NULL);

  g_assert_nonnull (reply);
  return reply;
}

static FoliotValue *
request (FoliotValue *path, FoliotValue *args, FoliotValue *names)
{
  return foliot_value_build_list (path, args, names, NULL);
}

static void
odd_arguments (FoliotKernel *kernel, const Variant *variant)
{
  Pair pair;

  pair_open (&pair, kernel, variant, NULL);
  assert_reply (send_raw (&pair, request (text ("add"), text ("ab"), foliot_value_new_map (NULL, 0))),
                "'ab'");
  assert_reply (send_raw (&pair, request (text ("d/f"), text ("aé漢😀"), foliot_value_new_map (NULL, 0))),
                "['a', 'é', '漢', '😀']");
  assert_reply (
      send_raw (&pair, request (text ("add"), foliot_value_build_map ("x", number (1), "y", number (2), NULL),
                                foliot_value_new_map (NULL, 0))),
      "'xy'");
  assert_remote (send_raw (&pair, request (text ("add"), number (5), foliot_value_new_map (NULL, 0))),
                 "\nTypeError: add() argument after * must be an iterable, not int\n");
  assert_remote (
      send_raw (&pair, request (text ("add"), foliot_value_new_list (NULL, 0), foliot_value_new_null ())),
      "\nTypeError: add() argument after ** must be a mapping, not NoneType\n");
  assert_reply (foliot_proxy_call (pair.remote, "nothing", NULL), "None");
  pair_close (&pair);
}

/* aiomas does not reply to these at all; we say what is wrong. */
static void
malformed_requests (FoliotKernel *kernel, const Variant *variant)
{
  const char *why = "\nValueError: An RPC request is [path, arguments, keywords] with a text as path\n";
  Pair pair;

  pair_open (&pair, kernel, variant, NULL);
  assert_remote (send_raw (&pair, number (5)), why);
  assert_remote (send_raw (&pair, foliot_value_build_list (text ("add"), NULL)), why);
  assert_remote (
      send_raw (&pair, request (number (1), foliot_value_new_list (NULL, 0), foliot_value_new_map (NULL, 0))),
      why);
  assert_remote (send_raw (&pair, text ("xyz")), why);
  assert_reply (foliot_proxy_call (pair.remote, "nothing", NULL), "None");
  pair_close (&pair);
}

/* ---- connections ---- */

static void
invalid_service (FoliotKernel *kernel, const Variant *variant)
{
  g_autoptr (GObject) stranger = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (FoliotAddress) other = new_address (variant, "other");
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotFuture) opened = NULL;
  Pair pair;

  pair_listen (&pair, kernel, variant);
  opened = foliot_rpc_open (pair.transport, pair.address, stranger, 0, &pair.options);
  g_assert_error (foliot_future_get_error (opened), FOLIOT_ERROR, FOLIOT_ERROR_VALUE);
  g_assert_true (g_pattern_match_simple ("\"*GObject*\" is not a valid RPC service",
                                         foliot_future_get_error (opened)->message));
  g_assert_null (foliot_rpc_serve (pair.transport, other, stranger, &pair.options, NULL, NULL, NULL, &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE);
  g_assert_true (g_pattern_match_simple ("\"*GObject*\" is not a valid RPC service.", error->message));
  g_clear_error (&error);
  g_assert_null (foliot_rpc_serve (pair.transport, other, NULL, &pair.options, NULL, NULL, NULL, &error));
  g_assert_cmpstr (error->message, ==, "\"None\" is not a valid RPC service.");
  pair_close (&pair);
}

static void
connected_once (FoliotKernel *kernel, const Variant *variant)
{
  g_autoptr (FoliotRpcClient) second = NULL;
  Pair pair;

  pair_open (&pair, kernel, variant, NULL);
  g_assert_cmpuint (pair.n_connected, ==, 1);
  assert_reply (foliot_proxy_call (pair.remote, "nothing", NULL), "None");
  g_assert_cmpuint (pair.n_connected, ==, 1);
  second = open_client (&pair, NULL);
  g_assert_cmpuint (pair.n_connected, ==, 2);
  close_client (second);
  pair_close (&pair);
}

static void
both_ways (FoliotKernel *kernel, const Variant *variant)
{
  g_autoptr (RpcCaller) caller = rpc_caller_new ("Monty");
  Pair pair;

  pair_open (&pair, kernel, variant, caller);
  assert_reply (foliot_proxy_call (pair.remote, "greet", foliot_value_new_service (G_OBJECT (caller)), NULL),
                "'Client name is \"Monty\"'");
  assert_reply (foliot_proxy_call (pair.remote, "twice", foliot_value_new_service (G_OBJECT (caller)),
                                   number (7), NULL),
                "[14, 42]");
  pair_close (&pair);
}

/* The server calls in its connected callback, before the client has its client. */
static void
on_connected_call (FoliotRpcClient *client, gpointer user_data)
{
  g_autoptr (FoliotProxy) remote = foliot_rpc_client_get_remote (client);
  FoliotFuture **reply = user_data;

  *reply = foliot_proxy_call (remote, "sub/mul", number (21), NULL);
}

static void
called_at_once (FoliotKernel *kernel, const Variant *variant)
{
  g_autoptr (FoliotTransport) transport = new_transport (kernel, variant);
  g_autoptr (FoliotAddress) address = new_address (variant, "server");
  const FoliotChannelOptions options = { .codec_type = variant->codec () };
  g_autoptr (RpcServer) server = rpc_server_new (kernel);
  g_autoptr (RpcCaller) caller = rpc_caller_new ("Monty");
  FoliotFuture *reply = NULL;
  g_autoptr (FoliotListener) listener = foliot_rpc_serve (transport, address, G_OBJECT (server), &options,
                                                          on_connected_call, &reply, NULL, NULL);
  g_autoptr (FoliotValue) opened
      = foliot_await_take (foliot_rpc_open (transport, address, G_OBJECT (caller), 0, &options), NULL);

  assert_reply (reply, "42");
  close_client (foliot_value_get_object (opened, FOLIOT_TYPE_RPC_CLIENT));
}

/* ---- proxies ---- */

static void
services_become_proxies (FoliotKernel *kernel, const Variant *variant)
{
  g_autoptr (FoliotValue) sub = NULL;
  g_autoptr (FoliotValue) all = NULL;
  FoliotValue *subs;
  Pair pair;

  pair_open (&pair, kernel, variant, NULL);
  sub = foliot_await_take (foliot_proxy_call (pair.remote, "get_sub", NULL), NULL);
  g_assert_cmpstr (foliot_proxy_get_path (foliot_value_get_proxy (sub)), ==, "sub");
  g_assert_true (foliot_proxy_get_client (foliot_value_get_proxy (sub)) == pair.client);
  assert_reply (foliot_proxy_call (foliot_value_get_proxy (sub), "name", NULL), "'sub'");
  all = foliot_await_take (foliot_proxy_call (pair.remote, "get_all", NULL), NULL);
  subs = foliot_value_lookup (all, "subs");
  g_assert_true (
      foliot_proxy_equal (foliot_value_get_proxy (foliot_value_lookup (all, "root")), pair.remote));
  g_assert_true (foliot_value_equal (foliot_value_get_item (subs, 0), sub));
  g_assert_cmpuint (foliot_value_hash (foliot_value_get_item (subs, 0)), ==, foliot_value_hash (sub));
  g_assert_cmpstr (foliot_proxy_get_path (foliot_value_get_proxy (foliot_value_get_item (subs, 1))), ==,
                   "d/deep/s");
  pair_close (&pair);
}

static void
service_without_service (FoliotKernel *kernel, const Variant *variant)
{
  g_autoptr (RpcSub) sub = rpc_sub_new ("x");
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = NULL;
  Pair pair;

  pair_open (&pair, kernel, variant, NULL);
  value = foliot_await_take (
      foliot_proxy_call (pair.remote, "greet", foliot_value_new_service (G_OBJECT (sub)), NULL), &error);
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_SERIALIZATION);
  g_assert_true (g_str_has_suffix (
      error->message,
      ": No RPC service running for this side of the connection.  Cannot send serice proxy."));
  g_assert_true (g_str_has_prefix (error->message, "Could not serialize object \""));
  pair_close (&pair);
}

static void
foreign_service (FoliotKernel *kernel, const Variant *variant)
{
  g_autoptr (RpcCaller) caller = rpc_caller_new ("Monty");
  g_autoptr (RpcSub) sub = rpc_sub_new ("x");
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = NULL;
  Pair pair;

  pair_open (&pair, kernel, variant, caller);
  value = foliot_await_take (
      foliot_proxy_call (pair.remote, "greet", foliot_value_new_service (G_OBJECT (sub)), NULL), &error);
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_SERIALIZATION);
  g_assert_true (g_pattern_match_simple ("*RPC service \"*RpcSub*\" is not exposed for this connection",
                                         error->message));
  pair_close (&pair);
}

static void
not_forwardable (FoliotKernel *kernel, const Variant *variant)
{
  g_autoptr (RpcCaller) caller = rpc_caller_new ("Monty");
  g_autoptr (FoliotValue) sub = NULL;
  Pair pair;

  pair_open (&pair, kernel, variant, caller);
  sub = foliot_await_take (foliot_proxy_call (pair.remote, "get_sub", NULL), NULL);
  g_assert_nonnull (foliot_value_get_proxy (sub));
  {
    g_autoptr (FoliotFuture) reply = foliot_proxy_call (pair.remote, "greet", foliot_value_ref (sub), NULL);
    const GError *why = foliot_future_get_error (reply);

    g_assert_error (why, FOLIOT_ERROR, FOLIOT_ERROR_SERIALIZATION);
    g_assert_true (
        g_str_has_suffix (why->message, "No serializer found for type \"<class 'aiomas.rpc.Proxy'>\""));
  }
  pair_close (&pair);
}

static void
root_is_not_callable (FoliotKernel *kernel, const Variant *variant)
{
  Pair pair;

  pair_open (&pair, kernel, variant, NULL);
  assert_fails (foliot_proxy_call (pair.remote, NULL, number (1), NULL), FOLIOT_ERROR_ATTRIBUTE,
                "No RPC function name specified.");
  g_assert_cmpuint (foliot_channel_get_n_pending (foliot_rpc_client_get_channel (pair.client)), ==, 0);
  pair_close (&pair);
}

/* ---- the end ---- */

typedef struct
{
  guint n_resets;
  guint n_destroyed;
  char *message;
} Resets;

static void
on_reset (FoliotRpcClient *client, const GError *why, gpointer user_data)
{
  Resets *resets = user_data;

  g_assert_error (why, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET);
  resets->n_resets++;
  g_free (resets->message);
  resets->message = g_strdup (why->message);
}

static void
on_destroy (gpointer user_data)
{
  ((Resets *) user_data)->n_destroyed++;
}

static void
reset_by_peer (FoliotKernel *kernel, const Variant *variant)
{
  Resets first = { 0 }, second = { 0 }, none = { 0 };
  g_autoptr (GError) error = NULL;
  Pair pair;

  pair_open (&pair, kernel, variant, NULL);
  g_assert_false (foliot_rpc_client_on_connection_reset (pair.client, on_reset, &none, on_destroy, &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_RUNTIME);
  g_assert_cmpstr (error->message, ==, "This RpcClient instance has no RPC service running.");
  g_assert_cmpuint (none.n_destroyed, ==, 1);
  g_assert_true (foliot_rpc_client_on_connection_reset (pair.incoming, on_reset, &first, on_destroy, NULL));
  g_assert_true (foliot_rpc_client_on_connection_reset (pair.incoming, on_reset, &second, on_destroy, NULL));
  g_assert_cmpuint (first.n_destroyed, ==, 1);
  close_client (pair.client);
  foliot_test_sleep (kernel, FOLIOT_SECOND);
  g_assert_cmpuint (first.n_resets, ==, 0);
  g_assert_cmpuint (second.n_resets, ==, 1);
  g_assert_cmpuint (second.n_destroyed, ==, 1);
  g_free (second.message);
  pair_close (&pair);
}

static void
reset_by_own_close (FoliotKernel *kernel, const Variant *variant)
{
  Resets resets = { 0 };
  Pair pair;

  pair_open (&pair, kernel, variant, NULL);
  g_assert_true (foliot_rpc_client_on_connection_reset (pair.incoming, on_reset, &resets, NULL, NULL));
  close_client (pair.incoming);
  g_assert_cmpuint (resets.n_resets, ==, 1);
  g_assert_cmpstr (resets.message, ==, "Connection closed");
  close_client (pair.incoming);
  g_assert_cmpuint (resets.n_resets, ==, 1);
  g_free (resets.message);
  pair_close (&pair);
}

static void
no_reset (FoliotKernel *kernel, const Variant *variant)
{
  Resets removed = { 0 }, stopped = { 0 };
  g_autoptr (FoliotRpcClient) first = NULL;
  Pair pair;

  pair_open (&pair, kernel, variant, NULL);
  g_set_object (&first, pair.incoming);
  g_assert_true (foliot_rpc_client_on_connection_reset (first, on_reset, &removed, on_destroy, NULL));
  g_assert_true (foliot_rpc_client_on_connection_reset (first, NULL, NULL, NULL, NULL));
  g_assert_cmpuint (removed.n_destroyed, ==, 1);
  {
    g_autoptr (FoliotRpcClient) other = open_client (&pair, NULL);
    g_assert_true (
        foliot_rpc_client_on_connection_reset (pair.incoming, on_reset, &stopped, on_destroy, NULL));
    foliot_rpc_client_stop_service (pair.incoming);
    close_client (other);
  }
  close_client (pair.client);
  foliot_test_sleep (kernel, FOLIOT_SECOND);
  g_assert_cmpuint (removed.n_resets, ==, 0);
  g_assert_cmpuint (stopped.n_resets, ==, 0);
  g_assert_cmpuint (stopped.n_destroyed, ==, 1);
  pair_close (&pair);
}

static void
send_rubbish (FoliotLink *link)
{
  FoliotFrame frame = { .type = 7 };

  if (foliot_link_get_flags (link) & FOLIOT_LINK_VALUES)
    frame.value = number (1);
  else
    frame.bytes = g_bytes_new_static ("[7, 0, 1", 8);
  g_assert_true (foliot_link_send (link, &frame, NULL));
}

static void
no_reset_after_protocol_errors (FoliotKernel *kernel, const Variant *variant)
{
  g_autoptr (FoliotValue) opened = NULL;
  Resets resets = { 0 };
  Pair pair;

  pair_listen (&pair, kernel, variant);
  opened = foliot_await_take (foliot_transport_connect (pair.transport, pair.address, "raw"), NULL);
  g_assert_true (foliot_rpc_client_on_connection_reset (pair.incoming, on_reset, &resets, on_destroy, NULL));
  send_rubbish (foliot_value_get_object (opened, FOLIOT_TYPE_LINK));
  foliot_test_sleep (kernel, FOLIOT_SECOND);
  g_assert_nonnull (foliot_channel_get_error (foliot_rpc_client_get_channel (pair.incoming)));
  g_assert_cmpuint (resets.n_resets, ==, 0);
  g_assert_cmpuint (resets.n_destroyed, ==, 1);
  pair_close (&pair);
}

static void
close_fails_pending (FoliotKernel *kernel, const Variant *variant)
{
  g_autoptr (FoliotFuture) reply = NULL;
  Pair pair;

  pair_open (&pair, kernel, variant, NULL);
  reply = foliot_proxy_call (pair.remote, "slow", number (100), number (1), NULL);
  foliot_test_sleep (kernel, FOLIOT_SECOND);
  close_client (pair.client);
  g_assert_error (foliot_future_get_error (reply), FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET);
  g_assert_cmpstr (foliot_future_get_error (reply)->message, ==, "Connection closed");
  assert_fails (foliot_proxy_call (pair.remote, "nothing", NULL), FOLIOT_ERROR_CONNECTION_RESET,
                "Connection closed");
  pair_close (&pair);
}

static FoliotValue *
hang_up (gpointer user_data, FoliotArgs *args, GError **error)
{
  Pair *pair = user_data;

  foliot_future_unref (foliot_rpc_client_close (pair->incoming));
  return NULL;
}

static void
closed_inside_of_handler (FoliotKernel *kernel, const Variant *variant)
{
  static const FoliotMethod method = { "hang_up", hang_up, "", NULL };
  Pair pair;

  pair_open (&pair, kernel, variant, NULL);
  g_assert_true (foliot_service_dict_add (rpc_server_get_dict (pair.server), &method, &pair, NULL));
  assert_fails (foliot_proxy_call (pair.remote, "d/hang_up", NULL), FOLIOT_ERROR_CONNECTION_RESET, NULL);
  pair_close (&pair);
}

static void
unanswered_without_service (FoliotKernel *kernel, const Variant *variant)
{
  g_autoptr (FoliotFuture) reply = NULL;
  g_autoptr (FoliotProxy) back = NULL;
  Pair pair;

  pair_open (&pair, kernel, variant, NULL);
  back = foliot_rpc_client_get_remote (pair.incoming);
  reply = foliot_proxy_call (back, "name", NULL);
  foliot_test_sleep (kernel, 100 * FOLIOT_SECOND);
  g_assert_false (foliot_future_is_settled (reply));
  assert_reply (foliot_proxy_call (pair.remote, "nothing", NULL), "None");
  close_client (pair.client);
  assert_fails (g_steal_pointer (&reply), FOLIOT_ERROR_CONNECTION_RESET, NULL);
  pair_close (&pair);
}

static void
stopped_service (FoliotKernel *kernel, const Variant *variant)
{
  g_autoptr (FoliotFuture) running = NULL;
  g_autoptr (FoliotFuture) late = NULL;
  Pair pair;

  pair_open (&pair, kernel, variant, NULL);
  running = foliot_proxy_call (pair.remote, "slow", number (1), text ("done"), NULL);
  foliot_test_sleep (kernel, 100 * FOLIOT_MILLISECOND);
  foliot_rpc_client_stop_service (pair.incoming);
  late = foliot_proxy_call (pair.remote, "nothing", NULL);
  assert_reply (g_steal_pointer (&running), "'done'");
  g_assert_false (foliot_future_is_settled (late));
  pair_close (&pair);
}

/* ---- what outlives what ---- */

typedef struct
{
  FoliotKernel *kernel;
  gboolean ended;
} Nap;

static FoliotValue *
nap (gpointer user_data, FoliotArgs *args, GError **error)
{
  Nap *self = user_data;

  if (foliot_sleep (self->kernel, FOLIOT_SECOND, error))
    self->ended = TRUE;
  return NULL;
}

/* A handler goes on when its connection has gone, and its reply is dropped. */
static void
handlers_are_not_cancelled (FoliotKernel *kernel, const Variant *variant)
{
  static const FoliotMethod method = { "nap", nap, "", NULL };
  g_autoptr (FoliotFuture) reply = NULL;
  Nap sleeper = { kernel, FALSE };
  Pair pair;

  pair_open (&pair, kernel, variant, NULL);
  g_assert_true (foliot_service_dict_add (rpc_server_get_dict (pair.server), &method, &sleeper, NULL));
  reply = foliot_proxy_call (pair.remote, "d/nap", NULL);
  foliot_test_sleep (kernel, 100 * FOLIOT_MILLISECOND);
  pair_close (&pair); /* drops the server, too */
  g_assert_false (sleeper.ended);
  foliot_test_sleep (kernel, 2 * FOLIOT_SECOND);
  g_assert_true (sleeper.ended);
}

/* What is unmounted while its handler runs lives until that ends. */
static void
unmounted_while_running (FoliotKernel *kernel, const Variant *variant)
{
  g_autoptr (FoliotFuture) reply = NULL;
  RpcServer *fresh = rpc_server_new (kernel);
  Pair pair;

  pair_open (&pair, kernel, variant, NULL);
  g_assert_true (
      foliot_service_dict_add_service (rpc_server_get_dict (pair.server), "fresh", G_OBJECT (fresh), NULL));
  g_object_add_weak_pointer (G_OBJECT (fresh), (gpointer *) &fresh);
  g_object_unref (fresh);
  reply = foliot_proxy_call (pair.remote, "d/fresh/slow", number (1), text ("alive"), NULL);
  foliot_test_sleep (kernel, 100 * FOLIOT_MILLISECOND);
  g_assert_true (foliot_router_remove (
      foliot_service_get_router (FOLIOT_SERVICE (rpc_server_get_dict (pair.server))), "fresh"));
  assert_remote (foliot_proxy_call (pair.remote, "d/fresh/nothing", NULL),
                 "\nLookupError: Name \"fresh\" not found in \"d\"\n");
  g_assert_nonnull (fresh);
  assert_reply (g_steal_pointer (&reply), "'alive'");
  g_assert_null (fresh);
  pair_close (&pair);
}

/* Nobody holds the clients or services here but their connection. */
static void
connection_keeps_client (FoliotKernel *kernel, const Variant *variant)
{
  RpcCaller *caller = rpc_caller_new ("Monty");
  g_autoptr (FoliotProxy) back = NULL;
  Pair pair;

  pair_open (&pair, kernel, variant, caller);
  g_object_add_weak_pointer (G_OBJECT (caller), (gpointer *) &caller);
  g_object_unref (caller);
  g_clear_pointer (&pair.remote, foliot_proxy_unref);
  g_clear_object (&pair.client);
  back = foliot_rpc_client_get_remote (pair.incoming);
  assert_reply (foliot_proxy_call (back, "name", NULL), "'Monty'");
  g_assert_nonnull (caller);
  close_client (pair.incoming);
  foliot_test_sleep (kernel, FOLIOT_SECOND);
  g_assert_null (caller);
  pair_close (&pair);
}

/* ---- suites ---- */

#define CASES(CASE, variant)                                                                                 \
  CASE (variant, "row-050-call-wire-form", call_wire_form)                                                   \
  CASE (variant, "row-051-keywords", keywords)                                                               \
  CASE (variant, "row-052-not-exposed", not_exposed)                                                         \
  CASE (variant, "row-054-unknown-name", unknown_name)                                                       \
  CASE (variant, "row-056-dict-service", dict_service)                                                       \
  CASE (variant, "row-057-hierarchies", hierarchies)                                                         \
  CASE (variant, "row-060-plain-handler", plain_handler)                                                     \
  CASE (variant, "row-061-slow-handlers-overlap", slow_handlers_overlap)                                     \
  CASE (variant, "row-062-null-result", null_result)                                                         \
  CASE (variant, "row-063-handler-error", handler_error)                                                     \
  CASE (variant, "row-064-wrong-arguments", wrong_arguments)                                                 \
  CASE (variant, "row-064-odd-arguments", odd_arguments)                                                     \
  CASE (variant, "malformed-requests", malformed_requests)                                                   \
  CASE (variant, "row-065-invalid-service", invalid_service)                                                 \
  CASE (variant, "row-066-connected-once", connected_once)                                                   \
  CASE (variant, "row-067-both-ways", both_ways)                                                             \
  CASE (variant, "row-067-called-at-once", called_at_once)                                                   \
  CASE (variant, "row-068-services-become-proxies", services_become_proxies)                                 \
  CASE (variant, "row-069-service-without-service", service_without_service)                                 \
  CASE (variant, "row-070-foreign-service", foreign_service)                                                 \
  CASE (variant, "row-071-not-forwardable", not_forwardable)                                                 \
  CASE (variant, "row-074-root-is-not-callable", root_is_not_callable)                                       \
  CASE (variant, "row-075-reset-by-peer", reset_by_peer)                                                     \
  CASE (variant, "row-075-reset-by-own-close", reset_by_own_close)                                           \
  CASE (variant, "row-075-no-reset", no_reset)                                                               \
  CASE (variant, "row-075-no-reset-after-protocol-errors", no_reset_after_protocol_errors)                   \
  CASE (variant, "row-076-close-fails-pending", close_fails_pending)                                         \
  CASE (variant, "row-077-closed-inside-of-handler", closed_inside_of_handler)                               \
  CASE (variant, "unanswered-without-service", unanswered_without_service)                                   \
  CASE (variant, "stopped-service", stopped_service)                                                         \
  CASE (variant, "handlers-are-not-cancelled", handlers_are_not_cancelled)                                   \
  CASE (variant, "unmounted-while-running", unmounted_while_running)                                         \
  CASE (variant, "connection-keeps-client", connection_keeps_client)

#define DEFINE_CASE(variant, name, body)                                                                     \
  static void variant##_##body (FoliotKernel *kernel)                                                        \
  {                                                                                                          \
    body (kernel, &variant);                                                                                 \
  }
#define ADD_CASE(variant, name, body) foliot_test_add ("/rpc/" #variant "/" name, variant##_##body);
#define SUITE(variant, transport, codec)                                                                     \
  static const Variant variant = { transport, codec };                                                       \
  CASES (DEFINE_CASE, variant)                                                                               \
  static void add_##variant (void)                                                                           \
  {                                                                                                          \
    CASES (ADD_CASE, variant)                                                                                \
  }

SUITE (local, "local", foliot_codec_json_get_type)
SUITE (local_msgpack, "local", foliot_codec_msgpack_get_type)
SUITE (json, "local-bytes", foliot_codec_json_get_type)
SUITE (msgpack, "local-bytes", foliot_codec_msgpack_get_type)
SUITE (blosc, "local-bytes", foliot_codec_blosc_get_type)
SUITE (network, "network", foliot_codec_json_get_type)
SUITE (tcp, "tcp", foliot_codec_json_get_type)
SUITE (unix_socket, "unix", foliot_codec_msgpack_get_type)
SUITE (tls, "tls", foliot_codec_blosc_get_type)

static void
test_hierarchy_of_errors (void)
{
  g_autoptr (GError) remote = foliot_error_new_remote ("x", "ValueError\n");
  g_autoptr (GError) other = g_error_new_literal (FOLIOT_ERROR, FOLIOT_ERROR_SERIALIZATION, "");

  g_assert_true (foliot_error_is_aiomas (remote));
  g_assert_false (foliot_error_is_aiomas (other));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_local ();
  add_local_msgpack ();
  add_json ();
  add_msgpack ();
  add_blosc ();
  add_network ();
  add_tcp ();
  add_unix_socket ();
  add_tls ();
  g_test_add_func ("/rpc/row-116-hierarchy-of-errors", test_hierarchy_of_errors);
  return g_test_run ();
}
