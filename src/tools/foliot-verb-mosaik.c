/* SPDX-License-Identifier: MIT */
#include "tools/foliot-verbs.h"

#include <stdio.h>

#include <foliot/foliot.h>

#include "tools/foliot-drive.h"
#include "tools/foliot-options.h"
#include "tools/foliot-places.h"
#include "tools/foliot-replay-verbs.h"
#include "tools/foliot-run-options.h"
#include "tools/foliot-watch.h"

/*
 * `foliot mosaik SCENARIO HOST:PORT`: the agents of a scenario as a simulator of mosaik. Its options are those that mosaik's own simulators
 * have, and those of `foliot run` that are left when somebody else sets the time. Results are written before mosaik is told that we have
 * ended, since it may end us then.
 */

#define DEFAULT_TIMEOUT_S 60

typedef struct
{
  FoliotRunOptions run;
  gboolean remote;
  gint timeout_s;
  char *level;
  GLogLevelFlags levels;
} Arguments;

static void
arguments_clear (Arguments *arguments)
{
  foliot_run_options_clear (&arguments->run);
  g_free (arguments->level);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, arguments_clear)

static gboolean
check (Arguments *arguments, GError **error)
{
  const char *level = arguments->level != NULL ? arguments->level : "warning";

  if (arguments->timeout_s >= 0 && arguments->timeout_s <= G_MAXINT / 1000)
    return foliot_mosaik_parse_log_level (level, &arguments->levels, error);
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--timeout %d: expected seconds; 0: for ever",
               arguments->timeout_s);
  return FALSE;
}

static gboolean
parse_arguments (int argc, char **argv, Arguments *arguments, GError **error)
{
  const GOptionEntry entries[] = {
    { "remote", 'r', 0, G_OPTION_ARG_NONE, &arguments->remote,
      "Listen at HOST:PORT for mosaik to connect, instead of connecting to it", NULL },
    { "timeout", 't', 0, G_OPTION_ARG_INT, &arguments->timeout_s,
      "How long mosaik may take to call; 60, 0: for ever", "SECONDS" },
    { "log-level", 'l', 0, G_OPTION_ARG_STRING, &arguments->level,
      "debug, info, warning (the default), error or critical", "LEVEL" },
    FOLIOT_RUN_ENTRIES (&arguments->run, "SCENARIO HOST:PORT"),
    { NULL },
  };

  return foliot_options_parse ("mosaik", entries, &argc, &argv, error)
         && foliot_run_options_read (&arguments->run, "mosaik", 2, "SCENARIO and HOST:PORT", error)
         && check (arguments, error);
}

/* -- the end ------------------------------------------------------------------------------------------------------ */

typedef struct
{
  const FoliotDriveOptions *drive;
  FoliotReplay *replay; /* nullable */
  char *out;            /* nullable: there was no end yet */
  char *digest;
  GError *failure; /* nullable: of the run */
  GError *problem; /* nullable: of what is left of it: results, a recording */
} Outcome;

static void
outcome_clear (Outcome *outcome)
{
  g_free (outcome->out);
  g_free (outcome->digest);
  g_clear_error (&outcome->failure);
  g_clear_error (&outcome->problem);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

/* The digest is that of the run, without the good-bye behind it. */
static void
on_ended (FoliotWorldMosaik *self, const GError *why, gpointer user_data)
{
  Outcome *outcome = user_data;
  FoliotWorld *world = foliot_world_mosaik_get_world (self);

  outcome->out = foliot_drive_dup_out (foliot_world_get_scenario (world), outcome->drive->out);
  outcome->digest = foliot_world_dup_digest (world);
  if (!foliot_world_end_recording (world, FOLIOT_EXIT_OK, why, &outcome->problem) || outcome->drive->dry)
    return;
  if (why != NULL)
    outcome->failure = g_error_copy (why);
  else if (foliot_world_is_done (world))
    foliot_world_check_expectations (world, &outcome->failure);
  foliot_world_write_results (world, outcome->out, &outcome->problem);
}

static int
get_exit_code (const GError *error)
{
  if (error->domain == FOLIOT_MOSAIK_ERROR || error->domain == FOLIOT_TRANSPORT_ERROR
      || g_error_matches (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET))
    return FOLIOT_EXIT_PEER;
  return foliot_drive_get_exit_code (error);
}

static int
complain (const GError *error)
{
  return foliot_drive_complain (error, get_exit_code (error));
}

static void
print_summary (FoliotWorldMosaik *self, const Outcome *outcome)
{
  FoliotWorld *world = foliot_world_mosaik_get_world (self);
  g_autofree char *how_long
      = g_strdup_printf ("%" G_GUINT64_FORMAT " steps of mosaik%s", foliot_world_mosaik_get_n_steps (self),
                         foliot_world_is_done (world) ? "" : ", in the middle of one");

  foliot_drive_print_summary (world, outcome->out, how_long);
}

static int
report (FoliotWorldMosaik *self, const Outcome *outcome)
{
  if (!outcome->drive->dry && outcome->out != NULL
      && (outcome->problem == NULL || outcome->problem->domain != FOLIOT_SCENARIO_ERROR))
    {
      if (!outcome->drive->quiet)
        print_summary (self, outcome);
      printf ("digest %s\n", outcome->digest);
      fflush (stdout);
    }
  if (outcome->failure != NULL && outcome->problem == NULL)
    return complain (outcome->failure);
  return outcome->problem != NULL ? complain (outcome->problem) : FOLIOT_EXIT_OK;
}

/* The run is over: so is its recording, and the one that is played back. What ended that is what there is to tell. */
static void
end_journals (FoliotWorldMosaik *self, Outcome *outcome, GError *error)
{
  FoliotWorld *world = foliot_world_mosaik_get_world (self);
  const GError *verdict = error != NULL ? error : outcome->failure;

  foliot_world_mosaik_end_recording (self, verdict != NULL ? get_exit_code (verdict) : FOLIOT_EXIT_OK,
                                     verdict, outcome->problem == NULL ? &outcome->problem : NULL);
  if (outcome->replay != NULL && !foliot_watch_was_interrupted ())
    foliot_replay_end (outcome->replay, outcome->problem == NULL ? &outcome->problem : NULL);
  if (outcome->out == NULL && world != NULL && outcome->replay != NULL && outcome->drive->out != NULL)
    on_ended (self, outcome->problem != NULL ? outcome->problem : error, outcome);
  else if (error != NULL && outcome->failure == NULL)
    outcome->failure = g_error_copy (error);
}

/* -- running ------------------------------------------------------------------------------------------------------ */

static void
print_log (GLogLevelFlags level, const char *text, gpointer user_data)
{
  const GLogLevelFlags *levels = user_data;

  if (level & *levels)
    foliot_drive_say (text);
}

static void
stop (gpointer user_data)
{
  foliot_mosaik_stop (user_data);
}

static int
run (FoliotScenario *scenario, const FoliotWorldOptions *world_options,
     const FoliotWorldMosaikOptions *options, const FoliotDriveOptions *drive, GLogLevelFlags levels)
{
  g_auto (Outcome) outcome = { .drive = drive, .replay = world_options->replay };
  g_autoptr (GError) error = NULL;
  g_autofree char *out = foliot_drive_dup_out (scenario, drive->out);
  g_autoptr (FoliotWorldMosaik) self = NULL;
  FoliotMosaik *mosaik;

  if (drive->dry || foliot_results_check_folder (out, &error))
    self = foliot_world_mosaik_new (scenario, world_options, options, on_ended, &outcome, &error);
  if (self == NULL)
    return complain (error);
  mosaik = foliot_world_mosaik_get_mosaik (self);
  foliot_mosaik_set_log_func (mosaik, print_log, &levels);
  if (options->remote && world_options->replay == NULL)
    fprintf (stderr, "foliot: listening at port %" G_GINT64_FORMAT "\n",
             foliot_address_get_port (foliot_mosaik_get_address (mosaik)));
  foliot_watch_begin (foliot_mosaik_get_kernel (mosaik));
  if (outcome.replay == NULL) /* nobody would hear it */
    foliot_watch_stop_by (stop, mosaik);
  foliot_world_mosaik_run (self, &error);
  foliot_watch_end ();
  end_journals (self, &outcome, error);
  return report (self, &outcome);
}

int
foliot_replay_mosaik (FoliotReplay *replay, const FoliotReplayArguments *given)
{
  const FoliotJournalHeader *header = foliot_replay_get_header (replay);
  g_auto (GStrv) module_dirs = foliot_places_dup_module_dirs (given->modules);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotScenario) scenario
      = foliot_scenario_new_from_journal (header, given->path, (const char *const *) given->settings, NULL,
                                          (const char *const *) module_dirs, &error);
  FoliotWorldMosaikOptions options = { .module_dirs = (const char *const *) module_dirs };
  FoliotWorldOptions world_options;

  if (scenario == NULL || !foliot_world_options_set_from_journal (&world_options, header, &error))
    return complain (error);
  foliot_world_mosaik_options_set_from_journal (&options, header);
  if (given->hear == NULL) /* what is heard is heard in the recorded run or not at all */
    foliot_replay_mind_changes (replay, scenario, given->drive.quiet);
  world_options.replay = replay;
  world_options.witness = given->witness;
  foliot_kept_apply (&given->kept, &world_options);
  return run (scenario, &world_options, &options, &given->drive, 0);
}

int
foliot_verb_mosaik (int argc, char **argv)
{
  g_auto (Arguments) arguments = { .timeout_s = DEFAULT_TIMEOUT_S };
  const FoliotRunOptions *given = &arguments.run;
  g_autoptr (FoliotScenario) scenario = NULL;
  g_autoptr (GError) error = NULL;
  FoliotWorldOptions world_options;
  FoliotWorldMosaikOptions options;
  FoliotDriveOptions drive;

  if (!parse_arguments (argc, argv, &arguments, &error) || !foliot_watch_configure (&error))
    return foliot_drive_complain (error, FOLIOT_EXIT_USAGE);
  scenario = foliot_run_options_load (&arguments.run, FALSE, TRUE, &error);
  if (scenario == NULL)
    return complain (error);
  world_options = foliot_run_options_get_world_options (given);
  options = (FoliotWorldMosaikOptions){ .address = given->rest[1],
                                        .remote = arguments.remote,
                                        .timeout_s = (guint) arguments.timeout_s,
                                        .module_dirs = (const char *const *) given->module_dirs };
  drive = (FoliotDriveOptions){ .out = given->out, .quiet = given->quiet };
  return run (scenario, &world_options, &options, &drive, arguments.levels);
}
