/* SPDX-License-Identifier: MIT */
#include "tools/foliot-verbs.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include <foliot/foliot.h>

#include "tools/foliot-drive.h"
#include "tools/foliot-kept.h"
#include "tools/foliot-options.h"
#include "tools/foliot-progress.h"
#include "tools/foliot-run-options.h"
#include "tools/foliot-watch.h"

/* `foliot run`: loads a scenario, runs it to its end, writes the results, says what came out. Everything that a run is lies in
 * the library; here are only arguments in and text out. */

typedef struct
{
  FoliotRunOptions run;
  FoliotTime until;
  gboolean check;
  gboolean realtime;
  gboolean through_codec;
  gboolean json;
  FoliotKept kept;
  gboolean as_built;
} Arguments;

static void
arguments_clear (Arguments *arguments)
{
  foliot_run_options_clear (&arguments->run);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, arguments_clear)

static gboolean
parse_arguments (int argc, char **argv, Arguments *arguments, GError **error)
{
  g_autofree char *until = NULL, *events = NULL;
  const GOptionEntry entries[] = {
    { "until", 0, 0, G_OPTION_ARG_STRING, &until, "End before this time, e.g. 3600 or \"2 h\"", "T" },
    { "check", 0, 0, G_OPTION_ARG_NONE, &arguments->check,
      "Run the same world twice in lock-step and compare", NULL },
    { "realtime", 0, 0, G_OPTION_ARG_NONE, &arguments->realtime,
      "Time is that of the machine, from the scenario's init_time on", NULL },
    { "through-codec", 0, 0, G_OPTION_ARG_NONE, &arguments->through_codec, "Encode and decode every message",
      NULL },
    { "events", 0, 0, G_OPTION_ARG_STRING, &events,
      "Which events to keep for `foliot diff`: first (default: 4 MB), all, none, or FROM:TO", "WHICH" },
    { "as-built", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &arguments->as_built, "Build nothing", NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &arguments->json, "Print run.json instead of text", NULL },
    FOLIOT_RUN_ENTRIES (&arguments->run, "SCENARIO"),
    { NULL },
  };

  if (!foliot_options_parse ("run", entries, &argc, &argv, error)
      || !foliot_run_options_read (&arguments->run, "run", 1, "one SCENARIO", error)
      || !foliot_kept_parse (events, &arguments->kept, error))
    return FALSE;
  if (arguments->check && arguments->realtime)
    {
      g_set_error_literal (
          error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
          "--check and --realtime: no two runs in real time are equal; record one and replay it");
      return FALSE;
    }
  arguments->until = FOLIOT_TIME_NEVER;
  if (until == NULL || foliot_time_parse (until, &arguments->until, error))
    return TRUE;
  g_prefix_error (error, "--until: ");
  return FALSE;
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
                  .quiet = arguments->run.quiet || arguments->json };
  g_autoptr (GError) error = NULL;

  foliot_world_check_twins (scenario, options, watch_twins, &check, &error);
  foliot_watch_end ();
  if (check.begun)
    foliot_progress_end (&check.progress);
  if (error != NULL)
    return foliot_drive_complain (error, foliot_drive_get_exit_code (error));
  if (!arguments->run.quiet)
    printf ("check: two runs of the same world are equal, event by event\n");
  return FOLIOT_EXIT_OK;
}

int
foliot_verb_run (int argc, char **argv)
{
  g_auto (Arguments) arguments = { 0 };
  const FoliotRunOptions *run = &arguments.run;
  g_autoptr (FoliotScenario) scenario = NULL;
  g_autoptr (GError) error = NULL;
  FoliotWorldOptions options;
  int code = FOLIOT_EXIT_OK;

  if (!parse_arguments (argc, argv, &arguments, &error) || !foliot_watch_configure (&error))
    return foliot_drive_complain (error, FOLIOT_EXIT_USAGE);
  scenario = foliot_run_options_load (&arguments.run, arguments.as_built, run->quiet, &error);
  if (scenario == NULL)
    return foliot_drive_complain (error, foliot_drive_get_exit_code (error));
  options = foliot_run_options_get_world_options (run);
  options.until = arguments.until;
  options.realtime = arguments.realtime;
  if (arguments.realtime && arguments.until == FOLIOT_TIME_NEVER)
    options.until = foliot_scenario_get_until (scenario);
  options.through_codec = arguments.through_codec;
  foliot_kept_apply (&arguments.kept, &options);
  if (arguments.check)
    code = check_twins (scenario, &options, &arguments);
  if (code != FOLIOT_EXIT_OK)
    return code;
  return foliot_drive_run (
      scenario, &options,
      &(FoliotDriveOptions){ .out = run->out, .json = arguments.json, .quiet = run->quiet });
}
