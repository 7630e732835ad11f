/* SPDX-License-Identifier: MIT */
#include "shipped-kit.h"

/* What tests of the shipped scenarios share. Their modules bring the shared library along, so these tests link that and nothing else. */

FoliotScenario *
shipped_load_file (const char *path, const char *const *settings)
{
  g_autofree char *modules = g_test_build_filename (G_TEST_BUILT, "..", "scenarios", NULL);
  g_autofree char *test_modules = g_test_build_filename (G_TEST_BUILT, "scenario", NULL);
  const char *const module_dirs[] = { modules, test_modules, NULL };
  g_autoptr (GError) error = NULL;
  FoliotScenario *scenario = foliot_scenario_load (path, settings, NULL, module_dirs, &error);

  g_assert_no_error (error);
  return scenario;
}

FoliotScenario *
shipped_load (const char *name, const char *const *settings)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "scenarios", name, NULL);

  return shipped_load_file (path, settings);
}

void
shipped_read_wind (double share[PARK_N_STEPS][PARK_N_TURBINES])
{
  g_autofree char *path
      = g_test_build_filename (G_TEST_DIST, "..", "scenarios", "wind-park", "wind-park.csv", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint n = 0;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) cells = g_strsplit (lines[i], ",", -1);

      if (!g_ascii_isdigit (lines[i][0]))
        continue;
      g_assert_cmpuint (n, <, PARK_N_STEPS);
      g_assert_cmpfloat (g_ascii_strtod (cells[0], NULL), ==, n * 900.0);
      for (guint k = 0; k < PARK_N_TURBINES; k++)
        share[n][k] = g_ascii_strtod (cells[1 + k], NULL);
      n++;
    }
  g_assert_cmpuint (n, ==, PARK_N_STEPS);
}
