/* SPDX-License-Identifier: MIT */
#include "tools/foliot-build.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "tools/foliot-places.h"

/* `foliot run` on one's own folder builds it first. Asking the build system costs more than a small run, so it is only asked
 * when a source is newer than the stamp that the last good build left. */

#define STAMP "foliot-build.stamp"

static gboolean
is_source (const char *name)
{
  return g_str_has_suffix (name, ".c") || g_str_has_suffix (name, ".h") || g_str_equal (name, "meson.build");
}

static gint64
get_mtime_ns (const char *path)
{
  GStatBuf status;

  if (g_stat (path, &status) != 0)
    return G_MININT64;
  return (gint64) status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec;
}

static gboolean
is_up_to_date (const char *folder)
{
  g_autofree char *stamp = g_build_filename (folder, "build", STAMP, NULL);
  gint64 built = get_mtime_ns (stamp);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (is_source (name) && get_mtime_ns (path) >= built)
        return FALSE;
    }
  return built != G_MININT64;
}

static gboolean
run_tool (const char *folder, const char *const *argv, gboolean quiet, GError **error)
{
  g_auto (GStrv) environment = g_get_environ ();
  g_autofree char *pkg_config_path = foliot_places_dup_pkg_config_path ();
  g_autofree char *output = NULL, *errors = NULL;
  g_autoptr (GError) local = NULL;
  int status = 0;

  environment = g_environ_setenv (environment, "PKG_CONFIG_PATH", pkg_config_path, TRUE);
  if (!g_spawn_sync (folder, (char **) argv, environment, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, &errors,
                     &status, &local))
    {
      g_set_error (error, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED,
                   "%s cannot be started: %s (Debian: apt install meson)", argv[0], local->message);
      return FALSE;
    }
  if (g_spawn_check_wait_status (status, NULL))
    {
      if (!quiet)
        fprintf (stderr, "%s", output);
      return TRUE;
    }
  g_set_error (error, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED, "%s does not build:\n%s%s", folder, output,
               errors);
  return FALSE;
}

gboolean
foliot_build_if_needed (const char *scenario, gboolean quiet, GError **error)
{
  gboolean is_folder = g_file_test (scenario, G_FILE_TEST_IS_DIR);
  g_autofree char *folder = is_folder ? g_strdup (scenario) : g_path_get_dirname (scenario);
  g_autofree char *marker = g_build_filename (folder, "scenario.json", NULL);
  g_autofree char *file = g_build_filename (folder, "meson.build", NULL);
  g_autofree char *ninja = g_build_filename (folder, "build", "build.ninja", NULL);
  g_autofree char *stamp = g_build_filename (folder, "build", STAMP, NULL);
  const char *const setup[] = { "meson", "setup", "build", NULL };
  const char *const compile[] = { "meson", "compile", "-C", "build", NULL };

  if (!g_file_test (scenario, G_FILE_TEST_EXISTS) || !g_file_test (marker, G_FILE_TEST_IS_REGULAR)
      || !g_file_test (file, G_FILE_TEST_IS_REGULAR) || is_up_to_date (folder))
    return TRUE;
  if (!quiet)
    fprintf (stderr, "building %s\n", folder);
  if (!g_file_test (ninja, G_FILE_TEST_IS_REGULAR) && !run_tool (folder, setup, TRUE, error))
    return FALSE;
  return run_tool (folder, compile, TRUE, error) && g_file_set_contents (stamp, "", 0, error);
}
