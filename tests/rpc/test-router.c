/* SPDX-License-Identifier: MIT */
#include "rpc-peers.h"

/* What paths name, and what routers refuse. */

static void
assert_found (RpcServer *server, const char *path)
{
  g_autoptr (GError) error = NULL;
  gboolean found = foliot_router_check (foliot_service_get_router (FOLIOT_SERVICE (server)), path, &error);

  g_assert_no_error (error);
  g_assert_true (found);
}

static void
assert_not_found (RpcServer *server, const char *path, const char *why)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (foliot_router_check (foliot_service_get_router (FOLIOT_SERVICE (server)), path, &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_LOOKUP);
  g_assert_cmpstr (error->message, ==, why);
}

static void
test_not_exposed (void)
{
  g_autoptr (RpcServer) server = rpc_server_new (NULL);

  assert_not_found (server, "hidden", "\"__main__.Server.hidden\" is not exposed");
  assert_not_found (server, "hidden/x", "\"__main__.Server.hidden\" is not exposed");
  assert_not_found (server, "sub/hidden", "\"__main__.Sub.hidden\" is not exposed");
  assert_not_found (server, "d/plain", "\"aiomas.rpc.ServiceDict.plain\" is not exposed");
  assert_not_found (server, "router", "\"__main__.Server.router\" is not exposed");
  assert_not_found (server, "private", "\"__main__.Server.private\" is not exposed");
}

static void
test_unknown (void)
{
  g_autoptr (RpcServer) server = rpc_server_new (NULL);

  assert_not_found (server, "", "Name \"\" not found in \"\"");
  assert_not_found (server, "nope", "Name \"nope\" not found in \"\"");
  assert_not_found (server, "sub/nope", "Name \"nope\" not found in \"sub\"");
  assert_not_found (server, "d/deep/s/x", "Name \"x\" not found in \"d/deep/s\"");
  assert_not_found (server, "d/deep/x/s", "Name \"x\" not found in \"d/deep\"");
  assert_not_found (server, "add/x", "Name \"x\" not found in \"add\"");
  assert_not_found (server, "sub/mul/x/y", "Name \"x\" not found in \"sub/mul\"");
  assert_not_found (server, "sub/", "Name \"\" not found in \"sub\"");
  assert_not_found (server, "/add", "Name \"\" not found in \"\"");
  assert_not_found (server, "sub//mul", "Name \"\" not found in \"sub\"");
  assert_not_found (server, "d/router", "Name \"router\" not found in \"d\"");
}

static void
test_hierarchies (void)
{
  g_autoptr (RpcServer) server = rpc_server_new (NULL);

  assert_found (server, "add");
  assert_found (server, "sub");
  assert_found (server, "sub/mul");
  assert_found (server, "d/f");
  assert_found (server, "d/deep");
  assert_found (server, "d/deep/s/name");
}

static void
test_one_router_each (void)
{
  g_autoptr (RpcSub) one = rpc_sub_new ("one");
  g_autoptr (RpcSub) two = rpc_sub_new ("two");
  FoliotRouter *router = foliot_service_get_router (FOLIOT_SERVICE (one));

  g_assert_true (router == foliot_service_get_router (FOLIOT_SERVICE (one)));
  g_assert_true (router != foliot_service_get_router (FOLIOT_SERVICE (two)));
  g_assert_true (foliot_router_get_owner (router) == one);
}

static void
test_mounting (void)
{
  g_autoptr (RpcServer) server = rpc_server_new (NULL);
  g_autoptr (RpcSub) fresh = rpc_sub_new ("fresh");
  FoliotRouter *router = foliot_service_get_router (FOLIOT_SERVICE (server));
  g_autoptr (GError) error = NULL;

  assert_not_found (server, "fresh/name", "Name \"fresh\" not found in \"\"");
  g_assert_true (foliot_router_set_sub_router (router, G_OBJECT (fresh), "fresh", &error));
  g_assert_no_error (error);
  assert_found (server, "fresh/name");
  g_assert_true (foliot_router_get_parent (foliot_service_get_router (FOLIOT_SERVICE (fresh))) == router);
  g_assert_true (foliot_router_get_root (foliot_service_get_router (FOLIOT_SERVICE (fresh))) == router);
  g_assert_true (foliot_router_remove (router, "fresh"));
  g_assert_false (foliot_router_remove (router, "fresh"));
  g_assert_false (foliot_router_remove (router, "add"));
  assert_not_found (server, "fresh/name", "Name \"fresh\" not found in \"\"");
  g_assert_null (foliot_router_get_parent (foliot_service_get_router (FOLIOT_SERVICE (fresh))));
  g_assert_true (foliot_router_set_sub_router (router, G_OBJECT (fresh), "again", NULL));
  assert_found (server, "again/name");
}

static void
assert_refused (RpcServer *server, gpointer service, const char *name, const char *pattern)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (foliot_router_set_sub_router (foliot_service_get_router (FOLIOT_SERVICE (server)), service,
                                                name, &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE);
  if (!g_pattern_match_simple (pattern, error->message))
    g_error ("not %s: %s", pattern, error->message);
}

static void
test_mounting_refused (void)
{
  g_autoptr (RpcServer) server = rpc_server_new (NULL);
  g_autoptr (RpcServer) other = rpc_server_new (NULL);
  g_autoptr (GObject) stranger = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (RpcSub) fresh = rpc_sub_new ("fresh");

  assert_refused (server, stranger, "x", "\"*GObject*\" is not a valid router.");
  assert_refused (server, NULL, "x", "\"None\" is not a valid router.");
  assert_refused (server, rpc_server_get_sub (other), "x",
                  "\"*RpcSub*\" is already a sub service of \"*RpcServer*\"");
  assert_refused (server, server, "x", "\"*\" cannot be a sub service of \"*\", which is below it");
  assert_refused (server, fresh, "", "\"\" cannot be a name*");
  assert_refused (server, fresh, "a/b", "\"a/b\" cannot be a name*");
  assert_refused (server, fresh, "sub", "Name \"sub\" is taken in \"\"");
  assert_refused (server, fresh, "add", "Name \"add\" is taken in \"\"");
}

static void
test_mounting_a_root_below_itself (void)
{
  g_autoptr (RpcServer) server = rpc_server_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (
      foliot_service_dict_add_service (rpc_server_get_dict (server), "up", G_OBJECT (server), &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE);
}

static FoliotValue *
answer (gpointer self, FoliotArgs *args, GError **error)
{
  return NULL;
}

static void
test_methods_at_run_time (void)
{
  static const FoliotMethod method = { "late", answer, "a:int", NULL };
  static const FoliotMethod nothing = { "x", NULL, NULL, NULL };
  static const FoliotMethod bad = { "bad", answer, "a:float", NULL };
  g_autoptr (RpcServer) server = rpc_server_new (NULL);
  FoliotRouter *router = foliot_service_get_router (FOLIOT_SERVICE (server));
  g_autoptr (GError) error = NULL;

  g_assert_true (foliot_router_add_method (router, &method, NULL, &error));
  g_assert_no_error (error);
  assert_found (server, "late");
  g_assert_false (foliot_router_add_method (router, &method, NULL, &error));
  g_assert_cmpstr (error->message, ==, "Name \"late\" is taken in \"\"");
  g_clear_error (&error);
  g_assert_true (foliot_router_remove (router, "late"));
  assert_not_found (server, "late", "Name \"late\" not found in \"\"");
  g_assert_false (foliot_router_add_method (router, &nothing, NULL, &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE);
  g_assert_cmpstr (error->message, ==, "\"x\" is not callable.");
  g_clear_error (&error);
  g_assert_false (foliot_router_add_method (router, &bad, NULL, &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE);
}

static void
assert_path (gpointer service, const char *expected)
{
  g_autofree char *path = foliot_router_dup_path (foliot_service_get_router (service));
  g_assert_cmpstr (path, ==, expected);
}

static void
test_paths (void)
{
  g_autoptr (RpcServer) server = rpc_server_new (NULL);
  FoliotServiceDict *deep
      = FOLIOT_SERVICE_DICT (foliot_service_dict_lookup (rpc_server_get_dict (server), "deep"));
  GObject *s = foliot_service_dict_lookup (deep, "s");

  assert_path (server, "");
  assert_path (rpc_server_get_sub (server), "sub");
  assert_path (s, "d/deep/s");
  g_assert_cmpstr (foliot_router_get_name (foliot_service_get_router (FOLIOT_SERVICE (s))), ==, "s");
  g_assert_cmpstr (foliot_router_get_name (foliot_service_get_router (FOLIOT_SERVICE (server))), ==, "");
}

static void
test_nodes (void)
{
  g_autoptr (RpcServer) server = rpc_server_new (NULL);
  FoliotRouter *router = foliot_service_get_router (FOLIOT_SERVICE (server));
  FoliotRouter *sub = foliot_service_get_router (FOLIOT_SERVICE (rpc_server_get_sub (server)));

  g_assert_cmpuint (foliot_router_get_node (sub), ==, 0);
  foliot_router_set_node (router, 3);
  g_assert_cmpuint (foliot_router_get_node (sub), ==, 3);
  foliot_router_set_node (sub, 5);
  g_assert_cmpuint (foliot_router_get_node (sub), ==, 5);
  g_assert_cmpuint (foliot_router_get_node (router), ==, 3);
}

static void
test_describe (void)
{
  g_autoptr (RpcServer) server = rpc_server_new (NULL);
  g_autoptr (FoliotValue) list = foliot_router_describe (foliot_service_get_router (FOLIOT_SERVICE (server)));
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize i = 0; i < foliot_value_get_length (list); i++)
    {
      FoliotValue *item = foliot_value_get_item (list, i);

      g_string_append_printf (text, "%s%s ",
                              foliot_value_get_string (foliot_value_lookup (item, "path"), NULL),
                              foliot_value_get_string (foliot_value_lookup (item, "signature"), NULL));
    }
  g_assert_cmpstr (
      text->str, ==,
      "add(a, b) nothing() slow(t: number, x) err(t: string) unser() greet(client) get_sub() get_all() "
      "twice(client: proxy, f: int) sub/name() sub/mul(a: int, b: int = 2) d/f(*args) d/deep/s/name() "
      "d/deep/s/mul(a: int, b: int = 2) ");
  g_assert_cmpstr (
      foliot_value_get_string (foliot_value_lookup (foliot_value_get_item (list, 0), "help"), NULL), ==,
      "The sum.");
}

/* Children live as long as somebody holds them, and know then that they are roots. */
static void
test_parent_dies_first (void)
{
  g_autoptr (RpcSub) sub = NULL;
  RpcServer *server = rpc_server_new (NULL);

  sub = g_object_ref (rpc_server_get_sub (server));
  assert_path (sub, "sub");
  g_object_unref (server);
  assert_path (sub, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rpc/router/row-052-not-exposed", test_not_exposed);
  g_test_add_func ("/rpc/router/row-054-unknown", test_unknown);
  g_test_add_func ("/rpc/router/row-055-one-router-each", test_one_router_each);
  g_test_add_func ("/rpc/router/row-057-hierarchies", test_hierarchies);
  g_test_add_func ("/rpc/router/row-058-mounting", test_mounting);
  g_test_add_func ("/rpc/router/row-058-mounting-refused", test_mounting_refused);
  g_test_add_func ("/rpc/router/row-058-below-itself", test_mounting_a_root_below_itself);
  g_test_add_func ("/rpc/router/row-053-methods-at-run-time", test_methods_at_run_time);
  g_test_add_func ("/rpc/router/row-059-paths", test_paths);
  g_test_add_func ("/rpc/router/nodes", test_nodes);
  g_test_add_func ("/rpc/router/describe", test_describe);
  g_test_add_func ("/rpc/router/parent-dies-first", test_parent_dies_first);
  return g_test_run ();
}
