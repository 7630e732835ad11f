/* SPDX-License-Identifier: MIT */
#include "rpc-peers.h"

/* Services by name. */

static FoliotValue *
answer (gpointer self, FoliotArgs *args, GError **error)
{
  return NULL;
}

static const FoliotMethod f = { "f", answer, "", NULL };
static const FoliotMethod unexposed = { "u", NULL, NULL, NULL };

static void
assert_check (FoliotServiceDict *dict, const char *path, const char *why)
{
  FoliotRouter *router = foliot_service_get_router (FOLIOT_SERVICE (dict));
  g_autoptr (GError) error = NULL;

  g_assert_true (foliot_router_check (router, path, &error) == (why == NULL));
  g_assert_cmpstr (error != NULL ? error->message : NULL, ==, why);
}

static void
test_names (void)
{
  g_autoptr (FoliotServiceDict) dict = foliot_service_dict_new ();
  g_autoptr (RpcSub) sub = rpc_sub_new ("sub");
  g_autoptr (GError) error = NULL;

  g_assert_true (foliot_service_dict_add (dict, &f, NULL, &error));
  g_assert_true (foliot_service_dict_add (dict, &unexposed, NULL, &error));
  g_assert_true (foliot_service_dict_add_service (dict, "s", G_OBJECT (sub), &error));
  g_assert_no_error (error);
  assert_check (dict, "f", NULL);
  assert_check (dict, "s/name", NULL);
  assert_check (dict, "u", "\"aiomas.rpc.ServiceDict.u\" is not exposed");
  assert_check (dict, "g", "Name \"g\" not found in \"\"");
  assert_check (dict, "router", "Name \"router\" not found in \"\"");
  g_assert_true (foliot_service_dict_lookup (dict, "s") == G_OBJECT (sub));
  g_assert_null (foliot_service_dict_lookup (dict, "f"));
  g_assert_null (foliot_service_dict_lookup (dict, "g"));
}

static void
test_taken (void)
{
  g_autoptr (FoliotServiceDict) dict = foliot_service_dict_new ();
  g_autoptr (RpcSub) sub = rpc_sub_new ("sub");
  g_autoptr (GError) error = NULL;

  g_assert_true (foliot_service_dict_add (dict, &f, NULL, NULL));
  g_assert_false (foliot_service_dict_add_service (dict, "f", G_OBJECT (sub), &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE);
  g_clear_error (&error);
  g_assert_false (foliot_service_dict_add (dict, &f, NULL, &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE);
}

static void
test_holds_its_services (void)
{
  FoliotServiceDict *dict = foliot_service_dict_new ();
  RpcSub *sub = rpc_sub_new ("sub");

  g_assert_true (foliot_service_dict_add_service (dict, "s", G_OBJECT (sub), NULL));
  g_object_add_weak_pointer (G_OBJECT (sub), (gpointer *) &sub);
  g_object_unref (sub);
  g_assert_nonnull (sub);
  g_object_unref (dict);
  g_assert_null (sub);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rpc/service-dict/row-056-names", test_names);
  g_test_add_func ("/rpc/service-dict/taken", test_taken);
  g_test_add_func ("/rpc/service-dict/holds-its-services", test_holds_its_services);
  return g_test_run ();
}
