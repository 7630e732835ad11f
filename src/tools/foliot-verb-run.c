/* SPDX-License-Identifier: MIT */
#include "tools/foliot-verbs.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include <foliot/foliot.h>

#include "tools/foliot-build.h"
#include "tools/foliot-drive.h"
#include "tools/foliot-kept.h"
#include "tools/foliot-places.h"
#include "tools/foliot-progress.h"
#include "tools/foliot-watch.h"

/* `foliot run`: loads a scenario, runs it to its end, writes the results, says what came out. Everything that a run is lies in
 * the library; here are only arguments in and text out. */

typedef struct
{
  char *scenario;
  gint64 seed;
  gboolean has_seed;
  FoliotTime until;
  char **settings;
  gboolean check;
  gboolean through_codec;
  char *out;
  gboolean json;
  gboolean quiet;
  FoliotKept kept;
  char *modules;
  gboolean as_built;
  char *record;
  gboolean record_bytes;
} Arguments;

static void
arguments_clear (Arguments *arguments)
{
  g_free (arguments->scenario);
  g_strfreev (arguments->settings);
  g_free (arguments->out);
  g_free (arguments->record);
  g_free (arguments->modules);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, arguments_clear)

static gboolean
parse_arguments (int argc, char **argv, Arguments *arguments, GError **error)
{
  g_autofree char *seed = NULL, *until = NULL, *events = NULL;
  g_auto (GStrv) rest = NULL;
  const GOptionEntry entries[] = {
    { "seed", 0, 0, G_OPTION_ARG_STRING, &seed, "Seed of all random streams, instead of the scenario's",
      "N" },
    { "until", 0, 0, G_OPTION_ARG_STRING, &until, "End before this time, e.g. 3600 or \"2 h\"", "T" },
    { "set", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments->settings,
      "Change a parameter or member; VALUE is JSON", "PATH=VALUE" },
    { "check", 0, 0, G_OPTION_ARG_NONE, &arguments->check,
      "Run the same world twice in lock-step and compare", NULL },
    { "through-codec", 0, 0, G_OPTION_ARG_NONE, &arguments->through_codec, "Encode and decode every message",
      NULL },
    { "out", 0, 0, G_OPTION_ARG_FILENAME, &arguments->out, "Results folder; default results/<scenario>",
      "DIR" },
    { "events", 0, 0, G_OPTION_ARG_STRING, &events,
      "Which events to keep for `foliot diff`: first (default: 4 MB), all, none, or FROM:TO", "WHICH" },
    { "modules", 0, 0, G_OPTION_ARG_FILENAME, &arguments->modules, "Look for modules in this folder first",
      "DIR" },
    { "as-built", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &arguments->as_built, "Build nothing", NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &arguments->json, "Print run.json instead of text", NULL },
    { "quiet", 0, 0, G_OPTION_ARG_NONE, &arguments->quiet, "Print nothing but the digest", NULL },
    { "record", 0, 0, G_OPTION_ARG_FILENAME, &arguments->record,
      "Write down all that comes from outside; foliot replay plays it back", "FILE" },
    { "record-bytes", 0, 0, G_OPTION_ARG_NONE, &arguments->record_bytes,
      "With --record: keep what is sent, too, and not its hash alone", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &rest, NULL, "SCENARIO" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context, "Runs a scenario: a file, or a folder that holds scenario.json.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, error))
    return FALSE;
  if (rest == NULL || g_strv_length (rest) != 1)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                   "expected one SCENARIO, found %u (foliot help run)",
                   rest != NULL ? g_strv_length (rest) : 0);
      return FALSE;
    }
  if (seed != NULL && !g_ascii_string_to_signed (seed, 10, 0, G_MAXINT64, &arguments->seed, NULL))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   "--seed %s: expected a whole number from 0 to %" G_GINT64_FORMAT, seed, G_MAXINT64);
      return FALSE;
    }
  arguments->has_seed = seed != NULL;
  if (!foliot_kept_parse (events, &arguments->kept, error))
    return FALSE;
  arguments->until = FOLIOT_TIME_NEVER;
  if (until != NULL && !foliot_time_parse (until, &arguments->until, error))
    {
      g_prefix_error (error, "--until: ");
      return FALSE;
    }
  arguments->scenario = foliot_places_find_scenario (rest[0]);
  return TRUE;
}

/* -- twice ------------------------------------------------------------------------------------------------------- */

typedef struct
{
  FoliotProgress progress;
  FoliotTime until;
  gboolean quiet;
  gboolean begun;
  gboolean is_second;
} Check;

/* Both worlds are watched in turn: whose events run may not yield, and either is interrupted. What malloc() gives holds other bytes
 * for one than for the other, so that memory which nobody set shows. */
static gboolean
watch_twins (FoliotKernel *next, gpointer user_data)
{
  Check *check = user_data;
  FoliotCounts counts;

  foliot_watch_turn_to (next);
  if (next == NULL)
    mallopt (M_PERTURB, 0);
  if (next == NULL)
    return FALSE;
  if (!check->begun)
    {
      check->begun = TRUE;
      foliot_progress_begin (&check->progress, !check->quiet, foliot_kernel_now (next), check->until);
      foliot_watch_begin (next);
    }
  mallopt (M_PERTURB, check->is_second ? 0x5a : 0xa5);
  check->is_second = !check->is_second;
  foliot_kernel_get_counts (next, &counts);
  foliot_progress_show (&check->progress, foliot_kernel_now (next), counts.dispatched);
  return !foliot_watch_was_interrupted ();
}

static int
check_twins (FoliotScenario *scenario, const FoliotWorldOptions *options, const Arguments *arguments)
{
  Check check = { .until = options->until != FOLIOT_TIME_NEVER ? options->until
                                                               : foliot_scenario_get_until (scenario),
                  .quiet = arguments->quiet || arguments->json };
  g_autoptr (GError) error = NULL;

  foliot_world_check_twins (scenario, options, watch_twins, &check, &error);
  foliot_watch_end ();
  if (check.begun)
    foliot_progress_end (&check.progress);
  if (error != NULL)
    return foliot_drive_complain (error, foliot_drive_get_exit_code (error));
  if (!arguments->quiet)
    printf ("check: two runs of the same world are equal, event by event\n");
  return FOLIOT_EXIT_OK;
}

int
foliot_verb_run (int argc, char **argv)
{
  g_auto (Arguments) arguments = { 0 };
  g_auto (GStrv) module_dirs = NULL;
  g_autofree char *program = foliot_places_dup_command ();
  g_autoptr (FoliotScenario) scenario = NULL;
  g_autoptr (GError) error = NULL;
  FoliotWorldOptions options;
  int code = FOLIOT_EXIT_OK;

  if (!parse_arguments (argc, argv, &arguments, &error) || !foliot_watch_configure (&error)
      || (!arguments.as_built && !foliot_build_if_needed (arguments.scenario, arguments.quiet, &error)))
    return foliot_drive_complain (error, FOLIOT_EXIT_USAGE);
  module_dirs = foliot_places_dup_module_dirs (arguments.modules);
  scenario = foliot_scenario_load (arguments.scenario, (const char *const *) arguments.settings, NULL,
                                   (const char *const *) module_dirs, &error);
  if (scenario == NULL)
    return foliot_drive_complain (error, foliot_drive_get_exit_code (error));
  options = (FoliotWorldOptions){ .has_seed = arguments.has_seed,
                                  .seed = (guint64) arguments.seed,
                                  .until = arguments.until,
                                  .through_codec = arguments.through_codec,
                                  .program = program,
                                  .record = arguments.record,
                                  .record_sent = arguments.record_bytes };
  foliot_kept_apply (&arguments.kept, &options);
  if (arguments.check)
    code = check_twins (scenario, &options, &arguments);
  if (code != FOLIOT_EXIT_OK)
    return code;
  return foliot_drive_run (
      scenario, &options,
      &(FoliotDriveOptions){ .out = arguments.out, .json = arguments.json, .quiet = arguments.quiet });
}
