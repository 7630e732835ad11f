/* SPDX-License-Identifier: MIT */
#include <foliot/foliot.h>

/* A series that begins again. */

static FoliotScenario *
load (const char *repeat, GError **error)
{
  g_autofree char *modules = g_test_build_filename (G_TEST_BUILT, "..", "scenarios", NULL);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "scenarios", "wind-park", NULL);
  const char *const module_dirs[] = { modules, NULL };
  g_autofree char *setting = g_strconcat ("inputs.0.repeat=", repeat, NULL);
  const char *const settings[] = { setting, "duration=\"3 d\"", "expect=[]", NULL };

  return foliot_scenario_load (path, settings, NULL, module_dirs, error);
}

static void
test_days (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotScenario) scenario = load ("\"1 d\"", &error);
  g_autoptr (FoliotWorld) world = scenario != NULL ? foliot_world_new (scenario, NULL, &error) : NULL;
  FoliotTable *table;

  g_assert_no_error (error);
  g_assert_true (foliot_world_run (world, &error));
  table = foliot_world_get_table (world, 0);
  g_assert_cmpuint (foliot_table_get_n_rows (table), ==, 3 * 288);
  for (gsize row = 288; row < 3 * 288; row++)
    g_assert_true (foliot_value_equal (foliot_table_get_cell (table, row, 2),
                                       foliot_table_get_cell (table, row - 288, 2)));
}

static void
test_too_short (void)
{
  static const char *const wrong[] = { "0", "\"-1 d\"", "85500", "\"1 h\"" };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (load (wrong[i], &error));
      g_assert_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_TYPE);
      g_assert_nonnull (strstr (error->message, "/inputs/0/repeat: expected a time longer than"));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/repeat/days", test_days);
  g_test_add_func ("/repeat/too-short", test_too_short);
  return g_test_run ();
}
