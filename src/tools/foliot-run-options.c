/* SPDX-License-Identifier: MIT */
#include "tools/foliot-run-options.h"

#include "tools/foliot-build.h"
#include "tools/foliot-options.h"
#include "tools/foliot-places.h"

void
foliot_run_options_clear (FoliotRunOptions *options)
{
  g_free (options->seed_text);
  g_strfreev (options->settings);
  g_free (options->record);
  g_free (options->out);
  g_free (options->modules);
  g_strfreev (options->rest);
  g_free (options->scenario);
  g_strfreev (options->module_dirs);
  g_free (options->program);
}

gboolean
foliot_run_options_read (FoliotRunOptions *options, const char *verb, guint n_rest, const char *what,
                         GError **error)
{
  guint n = options->rest != NULL ? g_strv_length (options->rest) : 0;

  if (n != n_rest)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "expected %s, found %u (foliot help %s)",
                   what, n, verb);
      return FALSE;
    }
  if (options->seed_text != NULL
      && !g_ascii_string_to_signed (options->seed_text, 10, 0, G_MAXINT64, &options->seed, NULL))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   "--seed %s: expected a whole number from 0 to %" G_GINT64_FORMAT, options->seed_text,
                   G_MAXINT64);
      return FALSE;
    }
  if (!foliot_options_expect_record ("--record-bytes", options->record_bytes, options->record, error)
      || !foliot_options_expect_record ("--record-agents", options->record_agents, options->record, error)
      || !foliot_options_expect_folder ("--modules", options->modules, error))
    return FALSE;
  options->has_seed = options->seed_text != NULL;
  options->scenario = foliot_places_find_scenario (options->rest[0]);
  options->module_dirs = foliot_places_dup_module_dirs (options->modules);
  options->program = foliot_places_dup_command ();
  return TRUE;
}

FoliotScenario *
foliot_run_options_load (FoliotRunOptions *options, gboolean as_built, gboolean quiet, GError **error)
{
  if (!as_built && !foliot_build_if_needed (options->scenario, quiet, error))
    return NULL;
  return foliot_places_load_scenario (options->scenario, options->settings, options->module_dirs, error);
}

FoliotWorldOptions
foliot_run_options_get_world_options (const FoliotRunOptions *options)
{
  return (FoliotWorldOptions){ .has_seed = options->has_seed,
                               .seed = (guint64) options->seed,
                               .until = FOLIOT_TIME_NEVER,
                               .program = options->program,
                               .keep = FOLIOT_KEEP_FIRST,
                               .record = options->record,
                               .record_sent = options->record_bytes,
                               .record_agents = options->record_agents };
}
