/* SPDX-License-Identifier: MIT */
#include "tools/foliot-verbs.h"

#include <dlfcn.h>
#include <foliot/foliot-fmu.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "tools/foliot-build.h"
#include "tools/foliot-drive.h"
#include "tools/foliot-options.h"
#include "tools/foliot-places.h"
#include "tools/foliot-zip.h"

/*
 * `foliot fmu SCENARIO -o park.fmu`: a scenario as an FMU for other masters. The binary in it is the same for all scenarios; the
 * library lies beside it, the packed scenario and its module in the resources. So it needs of a machine what the library needs.
 */

typedef struct
{
  char *output;
  int version;
  char **settings;
  gboolean quiet;
  char **rest; /* SCENARIO */
} Arguments;

static void
arguments_clear (Arguments *arguments)
{
  g_free (arguments->output);
  g_strfreev (arguments->settings);
  g_strfreev (arguments->rest);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, arguments_clear)

static gboolean
parse (int argc, char **argv, Arguments *arguments, GError **error)
{
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &arguments->output, "The file to write", "FILE.fmu" },
    { "fmi", 0, 0, G_OPTION_ARG_INT, &arguments->version, "Version of the standard: 2 or 3 (default)",
      "2|3" },
    { "set", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments->settings,
      "Change a parameter or member; VALUE is JSON", "PATH=VALUE" },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &arguments->quiet, "Print nothing", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments->rest, NULL, "SCENARIO" },
    { NULL },
  };

  arguments->version = 3;
  if (!foliot_options_parse ("fmu", entries, &argc, &argv, error))
    return FALSE;
  if (arguments->version != 2 && arguments->version != 3)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "--fmi %d: expected 2 or 3",
                 arguments->version);
  else if (arguments->output == NULL || arguments->rest == NULL || g_strv_length (arguments->rest) != 1)
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                         "expected SCENARIO -o FILE.fmu (foliot help fmu)");
  else
    return TRUE;
  return FALSE;
}

/* ---- what goes in --------------------------------------------------------------------------------------------------- */

static const char *
get_platform (int version)
{
#if defined __x86_64__
  return version == 2 ? "linux64" : "x86_64-linux";
#elif defined __aarch64__
  return version == 2 ? NULL : "aarch64-linux";
#else
  return NULL;
#endif
}

static gboolean
add_binaries (FoliotZip *zip, FoliotScenario *scenario, int version, GError **error)
{
  const char *platform = get_platform (version);
  g_autofree char *binary = foliot_places_find_fmu_binary ();
  g_autofree char *identifier = foliot_fmu_dup_identifier (scenario);
  g_autofree char *own = NULL, *library = NULL;
  Dl_info here;

  if (platform == NULL)
    {
      g_set_error (error, FOLIOT_FMU_ERROR, FOLIOT_FMU_ERROR_SCENARIO,
                   "FMI %d has no name for this kind of machine; --fmi 3 may have", version);
      return FALSE;
    }
  if (binary == NULL || dladdr ((gpointer) foliot_fmu_open, &here) == 0)
    {
      g_set_error (error, FOLIOT_FMU_ERROR, FOLIOT_FMU_ERROR_SCENARIO,
                   "foliot-fmu.so is not where Foliot was installed; install it again");
      return FALSE;
    }
  own = g_strdup_printf ("binaries/%s/%s.so", platform, identifier);
  library = g_strdup_printf ("binaries/%s/" FOLIOT_SONAME, platform);
  return foliot_zip_add_file (zip, own, binary, error)
         && foliot_zip_add_file (zip, library, here.dli_fname, error);
}

static gboolean
add_resources (FoliotZip *zip, FoliotScenario *scenario, GError **error)
{
  g_autofree char *folder = g_dir_make_tmp ("foliot-fmu-XXXXXX", error);
  gboolean good;

  if (folder == NULL)
    return FALSE;
  good
      = foliot_fmu_save (scenario, folder, error) && foliot_zip_add_folder (zip, "resources/", folder, error);
  foliot_places_remove_folder (folder);
  return good;
}

static gboolean
write_fmu (FoliotScenario *scenario, const Arguments *arguments, GError **error)
{
  g_autofree char *description = foliot_fmu_describe (scenario, (guint) arguments->version, error);
  g_autoptr (FoliotZip) zip = description != NULL ? foliot_zip_new (arguments->output, error) : NULL;

  return zip != NULL && foliot_zip_add (zip, "modelDescription.xml", description, strlen (description), error)
         && add_binaries (zip, scenario, arguments->version, error) && add_resources (zip, scenario, error)
         && foliot_zip_close (zip, error);
}

static void
print_summary (FoliotScenario *scenario, const Arguments *arguments)
{
  gsize n = 0, n_outputs = 0;
  const FoliotCosimVariable *variables = foliot_scenario_get_cosim_variables (scenario, &n);
  GStatBuf status = { 0 };

  for (gsize i = 0; i < n; i++)
    n_outputs += variables[i].is_output;
  g_stat (arguments->output, &status);
  printf ("%s: %s, FMI %d.0 co-simulation, %" G_GSIZE_FORMAT " inputs, %" G_GSIZE_FORMAT
          " outputs, %.1f MB\n",
          arguments->output, foliot_scenario_get_name (scenario), arguments->version, n - n_outputs,
          n_outputs, (double) status.st_size / 1e6);
}

static FoliotScenario *
load (const Arguments *arguments, GError **error)
{
  g_auto (GStrv) module_dirs = foliot_places_dup_module_dirs (NULL);
  g_autofree char *path = foliot_places_find_scenario (arguments->rest[0]);

  if (!foliot_build_if_needed (path, TRUE, error))
    return NULL;
  return foliot_places_load_scenario (path, arguments->settings, module_dirs, error);
}

int
foliot_verb_fmu (int argc, char **argv)
{
  g_auto (Arguments) arguments = { 0 };
  g_autoptr (FoliotScenario) scenario = NULL;
  g_autoptr (GError) error = NULL;

  if (parse (argc, argv, &arguments, &error))
    scenario = load (&arguments, &error);
  if (scenario != NULL && write_fmu (scenario, &arguments, &error))
    {
      if (!arguments.quiet)
        print_summary (scenario, &arguments);
      return FOLIOT_EXIT_OK;
    }
  foliot_drive_say (error->message);
  return error->domain == G_IO_ERROR ? FOLIOT_EXIT_RESULTS : FOLIOT_EXIT_USAGE;
}
