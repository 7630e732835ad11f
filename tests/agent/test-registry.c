/* SPDX-License-Identifier: MIT */
#include "agent-world.h"

FOLIOT_DEFINE_AGENT (Turbine, turbine, )
static const FoliotAgentInfo turbine_info = { .help = "Turns." };

static void
assert_unknown (FoliotRegistry *registry, const char *qualified, FoliotError code, const char *message)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (foliot_registry_lookup (registry, qualified, &error) == G_TYPE_INVALID);
  g_assert_error (error, FOLIOT_ERROR, (gint) code);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_lookup (void)
{
  FoliotRegistry *registry = foliot_registry_new ();
  g_autoptr (GError) error = NULL;
  foliot_registry_add (registry, "demo", TYPE_CALLEE);
  foliot_registry_add (registry, "park.agents", turbine_get_type ());
  g_assert_true (foliot_registry_lookup (registry, "demo:Callee", &error) == TYPE_CALLEE);
  g_assert_no_error (error);
  g_assert_true (foliot_registry_lookup (registry, "park.agents:Turbine", &error) == turbine_get_type ());
  g_assert_no_error (error);

  static const char *const malformed[] = { "demo", "demo:Callee:x", "a:b:", "" };
  for (gsize i = 0; i < G_N_ELEMENTS (malformed); i++)
    {
      g_autofree char *message
          = g_strdup_printf ("Malformed object name \"%s\": Expected \"module:object\"", malformed[i]);
      assert_unknown (registry, malformed[i], FOLIOT_ERROR_VALUE, message);
    }
  assert_unknown (registry, ":Callee", FOLIOT_ERROR_VALUE, "Empty module name");
  assert_unknown (registry, "spam:Callee", FOLIOT_ERROR_IMPORT, "No module named 'spam'");
  assert_unknown (registry, "demo:", FOLIOT_ERROR_ATTRIBUTE, "module 'demo' has no attribute ''");
  assert_unknown (registry, "demo:Turbine", FOLIOT_ERROR_ATTRIBUTE,
                  "module 'demo' has no attribute 'Turbine'");
  foliot_registry_free (registry);
}

static void
test_names (void)
{
  FoliotRegistry *registry = foliot_registry_new ();
  g_auto (GStrv) none = foliot_registry_dup_names (registry);
  g_assert_cmpuint (g_strv_length (none), ==, 0);
  foliot_registry_add (registry, "b", turbine_get_type ());
  foliot_registry_add (registry, "a", TYPE_CALLEE);
  foliot_registry_add (registry, "b", turbine_get_type ());
  g_auto (GStrv) names = foliot_registry_dup_names (registry);
  const char *expected[] = { "Turbine", "Callee", NULL };
  g_assert_cmpstrv (names, expected);
  g_assert_true (foliot_registry_find (registry, "Callee") == TYPE_CALLEE);
  g_assert_true (foliot_registry_find (registry, "callee") == G_TYPE_INVALID);
  foliot_registry_free (registry);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/agent/row-112-registry", test_lookup);
  g_test_add_func ("/agent/registry/names", test_names);
  return g_test_run ();
}
