/* SPDX-License-Identifier: MIT */
#include "tools/foliot-places.h"

#include <glib/gstdio.h>

/* The binary itself is the only fixed point: everything is looked for relative to where it lies. In a build folder that is
 * `src/tools/foliot`; installed it is `bin/foliot` under some prefix. */

static char *
dup_exe_folder (void)
{
  g_autofree char *exe = g_file_read_link ("/proc/self/exe", NULL);

  return exe != NULL ? g_path_get_dirname (exe) : g_strdup (".");
}

static char *
dup_if_there (const char *folder, const char *relative, GFileTest test)
{
  g_autofree char *joined = g_build_filename (folder, relative, NULL);
  g_autofree char *path = g_canonicalize_filename (joined, NULL);

  return g_file_test (path, test) ? g_steal_pointer (&path) : NULL;
}

char *
foliot_places_dup_command (void)
{
  return g_file_read_link ("/proc/self/exe", NULL);
}

char **
foliot_places_dup_module_dirs (const char *first)
{
  g_autofree char *here = dup_exe_folder ();
  g_autoptr (GStrvBuilder) dirs = g_strv_builder_new ();
  const char *const relative[] = { "../../scenarios", "../" FOLIOT_LIBDIR "/foliot-1/scenarios" };

  if (first != NULL)
    g_strv_builder_add (dirs, first);
  for (gsize i = 0; i < G_N_ELEMENTS (relative); i++)
    {
      g_autofree char *dir = dup_if_there (here, relative[i], G_FILE_TEST_IS_DIR);

      if (dir != NULL)
        g_strv_builder_add (dirs, dir);
    }
  return g_strv_builder_end (dirs);
}

char *
foliot_places_dup_pkg_config_path (void)
{
  g_autofree char *here = dup_exe_folder ();
  g_autofree char *uninstalled = dup_if_there (here, "../../meson-uninstalled", G_FILE_TEST_IS_DIR);
  g_autofree char *installed = dup_if_there (here, "../" FOLIOT_LIBDIR "/pkgconfig", G_FILE_TEST_IS_DIR);
  const char *own = uninstalled != NULL ? uninstalled : installed;
  const char *outer = g_getenv ("PKG_CONFIG_PATH");

  if (own == NULL)
    return g_strdup (outer != NULL ? outer : "");
  return outer != NULL && outer[0] != '\0' ? g_strconcat (own, ":", outer, NULL) : g_strdup (own);
}

char *
foliot_places_find_program (const char *name)
{
  g_autofree char *here = dup_exe_folder ();
  g_autofree char *beside = g_build_filename (here, "..", "..", "tests", "bench", name, NULL);
  g_autofree char *installed = g_build_filename (here, "..", "libexec", "foliot-1", name, NULL);

  if (g_file_test (beside, G_FILE_TEST_IS_EXECUTABLE))
    return g_steal_pointer (&beside);
  return g_file_test (installed, G_FILE_TEST_IS_EXECUTABLE) ? g_steal_pointer (&installed) : NULL;
}

char *
foliot_places_find_fmu_binary (void)
{
  g_autofree char *here = dup_exe_folder ();
  char *built = dup_if_there (here, "foliot-fmu.so", G_FILE_TEST_IS_REGULAR);

  return built != NULL
             ? built
             : dup_if_there (here, "../" FOLIOT_LIBDIR "/foliot-1/foliot-fmu.so", G_FILE_TEST_IS_REGULAR);
}

void
foliot_places_remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}

/* Who gives a recording in place of a scenario wants to have that run again. */
static void
mind_recording (const char *path, GError **error)
{
  FoliotJournalReader *reader
      = g_file_test (path, G_FILE_TEST_IS_REGULAR) ? foliot_journal_reader_new (path, NULL) : NULL;

  if (reader == NULL)
    return;
  foliot_journal_reader_free (reader);
  g_clear_error (error);
  g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_SYNTAX,
               "%s: a recording, not a scenario: foliot replay %s plays it back", path, path);
}

FoliotScenario *
foliot_places_load_scenario (const char *path, char **settings, char **module_dirs, GError **error)
{
  FoliotScenario *scenario = foliot_scenario_load (path, (const char *const *) settings, NULL,
                                                   (const char *const *) module_dirs, error);

  if (scenario == NULL)
    mind_recording (path, error);
  return scenario;
}

char *
foliot_places_find_scenario (const char *scenario)
{
  g_autofree char *here = dup_exe_folder ();
  g_autofree char *shipped = NULL;
  char *found = NULL;

  if (!g_file_test (scenario, G_FILE_TEST_EXISTS) && scenario[0] != '.' && scenario[0] != '/')
    {
      shipped = g_build_filename ("../share/foliot-1/scenarios", scenario, NULL);
      found = dup_if_there (here, shipped, G_FILE_TEST_EXISTS);
    }
  return found != NULL ? found : g_strdup (scenario);
}
