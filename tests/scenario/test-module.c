/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "scenario-kit.h"

/* Real shared objects, made by modules/meson.build. TEST_MODULE_DIR is where they lie. */

static const char *const dirs[] = { TEST_MODULE_DIR, NULL };

static FoliotScenario *
load (Kit *kit, const char *module, const char *type, GError **error)
{
  g_autofree char *json = g_strdup_printf ("{'foliot': 1, 'name': 't', 'duration': 3,\n'module': '%s',\n"
                                           "'agents': [{'name': 'w', 'type': '%s'}],\n"
                                           "'outputs': [{'table': 'seconds', 'columns': ['i']}]}",
                                           module, type);

  kit_write (kit, "scenario.json", json);
  return foliot_scenario_load (kit->folder, NULL, NULL, dirs, error);
}

static void
assert_refused (const char *module, const char *type, FoliotScenarioError code, const char *begin,
                const char *end)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotScenario) scenario = load (kit, module, type, &error);
  g_autofree char *message = NULL;

  g_assert_null (scenario);
  g_assert_error (error, FOLIOT_SCENARIO_ERROR, (int) code);
  message = kit_strip (kit, error->message);
  g_assert_true (g_str_has_prefix (message, begin));
  g_assert_nonnull (strstr (message, end));
}

static void
test_good (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotScenario) scenario = load (kit, "good", "Worker", &error);
  g_autoptr (FoliotWorld) world = NULL;
  g_autofree char *rows = NULL;

  g_assert_no_error (error);
  world = foliot_world_new (scenario, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (foliot_world_run (world, &error));
  rows = kit_print_table (world, "seconds");
  g_assert_cmpstr (rows, ==, "1 w 1; 2 w 2");
}

static void
test_refused (void)
{
  assert_refused ("other-abi", "Worker", FOLIOT_SCENARIO_ERROR_MODULE, "scenario.json:2: /module: module ",
                  "other-abi.so is of version 9999, expected 1: build it again against this Foliot");
  assert_refused ("no-symbol", "Worker", FOLIOT_SCENARIO_ERROR_MODULE, "scenario.json:2: /module: module ",
                  "no-symbol.so has no symbol foliot_module: end its source with FOLIOT_MODULE (…)");
  assert_refused ("not-a-module", "Worker", FOLIOT_SCENARIO_ERROR_MODULE, "scenario.json:2: /module: module ",
                  "not-a-module.so cannot be loaded: ");
  assert_refused ("nobody", "Worker", FOLIOT_SCENARIO_ERROR_MODULE,
                  "scenario.json:2: /module: module nobody.so not found; looked in: " TEST_MODULE_DIR ", ",
                  "build, ");
  assert_refused ("../good", "Worker", FOLIOT_SCENARIO_ERROR_MODULE,
                  "scenario.json:2: /module: module \"../good\": expected a bare name, without a folder", "");
  assert_refused ("good", "Wroker", FOLIOT_SCENARIO_ERROR_UNKNOWN,
                  "scenario.json:3: /agents/0/type: unknown agent type \"Wroker\", did you mean \"Worker\"?",
                  "");
}

static void
assert_no_type (const char *name, GQuark domain, int code, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (foliot_module_find_type (name, dirs, &error), ==, G_TYPE_INVALID);
  g_assert_error (error, domain, code);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_find_type (void)
{
  g_autoptr (GError) error = NULL;
  GType type = foliot_module_find_type ("good:Worker", dirs, &error);
  g_autoptr (FoliotValue) description = NULL;
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  description = foliot_scenario_describe_type (type);
  text = foliot_value_print (description);
  g_assert_nonnull (strstr (text, "Adds two numbers."));
  g_assert_cmpstr (foliot_agent_type_get_name (foliot_module_find_type ("good:Ox", dirs, &error)), ==, "Ox");
  g_assert_no_error (error);
  assert_no_type ("good", FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "\"good\": expected MODULE:TYPE");
  assert_no_type ("good:", FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "\"good:\": expected MODULE:TYPE");
  assert_no_type ("good:Wroker", FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_UNKNOWN,
                  "module good has no agent type \"Wroker\", did you mean \"Worker\"?");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/module/good", test_good);
  g_test_add_func ("/module/refused", test_refused);
  g_test_add_func ("/module/find-type", test_find_type);
  return g_test_run ();
}
