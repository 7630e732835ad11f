/* SPDX-License-Identifier: MIT */
#include "tools/foliot-verbs.h"

#include <stdio.h>

#include <foliot/foliot.h>

#include "tools/foliot-build.h"
#include "tools/foliot-places.h"
#include "tools/foliot-watch.h"

/*
 * `foliot mosaik SCENARIO HOST:PORT`: the agents of a scenario as a simulator of mosaik. Its options are those that mosaik's own simulators
 * have, and those of `foliot run` that are left when somebody else sets the time. Results are written before mosaik is told that we have
 * ended, since it may end us then.
 */

#define DEFAULT_TIMEOUT_S 60

typedef struct
{
  char *scenario;
  char *address;
  gboolean remote;
  gint timeout_s;
  char *level;
  char *out;
  gboolean quiet;
  char **settings;
  gint64 seed;
  gboolean has_seed;
  GLogLevelFlags levels;
} Arguments;

static void
arguments_clear (Arguments *arguments)
{
  g_free (arguments->scenario);
  g_free (arguments->address);
  g_free (arguments->level);
  g_free (arguments->out);
  g_strfreev (arguments->settings);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, arguments_clear)

static gboolean
read_rest (Arguments *arguments, char **rest, GError **error)
{
  if (rest == NULL || g_strv_length (rest) != 2)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                   "expected SCENARIO and HOST:PORT, found %u arguments (foliot help mosaik)",
                   rest != NULL ? g_strv_length (rest) : 0);
      return FALSE;
    }
  arguments->scenario = foliot_places_find_scenario (rest[0]);
  arguments->address = g_strdup (rest[1]);
  return TRUE;
}

static gboolean
check (Arguments *arguments, const char *seed, GError **error)
{
  const char *level = arguments->level != NULL ? arguments->level : "warning";

  if (arguments->timeout_s < 0 || arguments->timeout_s > G_MAXINT / 1000)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   "--timeout %d: expected seconds; 0: for ever", arguments->timeout_s);
      return FALSE;
    }
  if (seed != NULL && !g_ascii_string_to_signed (seed, 10, 0, G_MAXINT64, &arguments->seed, NULL))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   "--seed %s: expected a whole number from 0 to %" G_GINT64_FORMAT, seed, G_MAXINT64);
      return FALSE;
    }
  arguments->has_seed = seed != NULL;
  return foliot_mosaik_parse_log_level (level, &arguments->levels, error);
}

static gboolean
parse_arguments (int argc, char **argv, Arguments *arguments, GError **error)
{
  g_autofree char *seed = NULL;
  g_auto (GStrv) rest = NULL;
  const GOptionEntry entries[] = {
    { "remote", 'r', 0, G_OPTION_ARG_NONE, &arguments->remote,
      "Listen at HOST:PORT for mosaik to connect, instead of connecting to it", NULL },
    { "timeout", 't', 0, G_OPTION_ARG_INT, &arguments->timeout_s,
      "How long mosaik may take to call; 60, 0: for ever", "SECONDS" },
    { "log-level", 'l', 0, G_OPTION_ARG_STRING, &arguments->level,
      "debug, info, warning (the default), error or critical", "LEVEL" },
    { "out", 0, 0, G_OPTION_ARG_FILENAME, &arguments->out, "Results folder; default results/<scenario>",
      "DIR" },
    { "quiet", 0, 0, G_OPTION_ARG_NONE, &arguments->quiet, "Print nothing but the digest", NULL },
    { "set", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments->settings,
      "Change a parameter or member; VALUE is JSON", "PATH=VALUE" },
    { "seed", 0, 0, G_OPTION_ARG_STRING, &seed, "Seed of all random streams, instead of the scenario's",
      "N" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &rest, NULL, "SCENARIO HOST:PORT" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context, "Runs the agents of a scenario as a simulator of mosaik.");
  g_option_context_add_main_entries (context, entries, NULL);
  return g_option_context_parse (context, &argc, &argv, error) && read_rest (arguments, rest, error)
         && check (arguments, seed, error);
}

/* -- the end ------------------------------------------------------------------------------------------------------ */

typedef struct
{
  const Arguments *arguments;
  char *out;
  GError *failure; /* nullable: of the run */
  GError *problem; /* nullable: of its results */
  gboolean written;
} Outcome;

static void
outcome_clear (Outcome *outcome)
{
  g_free (outcome->out);
  g_clear_error (&outcome->failure);
  g_clear_error (&outcome->problem);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

static void
on_ended (FoliotWorldMosaik *self, const GError *why, gpointer user_data)
{
  Outcome *outcome = user_data;
  FoliotWorld *world = foliot_world_mosaik_get_world (self);
  const char *name = foliot_scenario_get_name (foliot_world_get_scenario (world));

  outcome->out = outcome->arguments->out != NULL ? g_strdup (outcome->arguments->out)
                                                 : g_build_filename ("results", name, NULL);
  if (why != NULL)
    outcome->failure = g_error_copy (why);
  else if (foliot_world_is_done (world))
    foliot_world_check_expectations (world, &outcome->failure);
  outcome->written = foliot_world_write_results (world, outcome->out, &outcome->problem);
}

static int
complain (const GError *error, int code)
{
  fprintf (stderr, "foliot: %s\n", error->message);
  return code;
}

static int
get_exit_code (const GError *error)
{
  if (g_error_matches (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_AGENT)
      || g_error_matches (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_EXPECTATION))
    return FOLIOT_EXIT_MODEL;
  if (g_error_matches (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_RESULTS))
    return FOLIOT_EXIT_RESULTS;
  if (error->domain == FOLIOT_SCENARIO_ERROR || g_error_matches (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE))
    return FOLIOT_EXIT_USAGE;
  if (error->domain == FOLIOT_CHILD_ERROR || error->domain == FOLIOT_MOSAIK_ERROR
      || error->domain == FOLIOT_TRANSPORT_ERROR
      || g_error_matches (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET))
    return FOLIOT_EXIT_PEER;
  return FOLIOT_EXIT_MODEL;
}

static void
print_summary (FoliotWorldMosaik *self, const Outcome *outcome)
{
  FoliotWorld *world = foliot_world_mosaik_get_world (self);
  FoliotKernel *kernel = foliot_world_get_kernel (world);
  g_autofree char *now = foliot_time_format (foliot_kernel_now (kernel));

  printf ("%s: seed %" G_GUINT64_FORMAT ", ended at %s s after %" G_GUINT64_FORMAT " steps of mosaik%s\n",
          foliot_scenario_get_name (foliot_world_get_scenario (world)), foliot_kernel_get_seed (kernel), now,
          foliot_world_mosaik_get_n_steps (self),
          foliot_world_is_done (world) ? "" : ", in the middle of one");
  for (guint i = 0; i < foliot_world_get_n_tables (world); i++)
    {
      FoliotTable *table = foliot_world_get_table (world, i);

      printf ("  %-16s %8" G_GSIZE_FORMAT " rows   %s/%s.csv\n", foliot_table_get_name (table),
              foliot_table_get_n_rows (table), outcome->out, foliot_table_get_name (table));
    }
  printf ("results %s\n", outcome->out);
}

static int
report (FoliotWorldMosaik *self, const Outcome *outcome)
{
  g_autofree char *digest = NULL;

  if (outcome->problem != NULL)
    {
      if (outcome->failure != NULL)
        complain (outcome->failure, 0);
      return complain (outcome->problem, get_exit_code (outcome->problem));
    }
  digest = foliot_world_dup_digest (foliot_world_mosaik_get_world (self));
  if (!outcome->arguments->quiet)
    print_summary (self, outcome);
  printf ("digest %s\n", digest);
  fflush (stdout);
  return outcome->failure != NULL ? complain (outcome->failure, get_exit_code (outcome->failure))
                                  : FOLIOT_EXIT_OK;
}

/* -- running ------------------------------------------------------------------------------------------------------ */

static void
print_log (GLogLevelFlags level, const char *text, gpointer user_data)
{
  const Arguments *arguments = user_data;

  if (level & arguments->levels)
    fprintf (stderr, "foliot: %s\n", text);
}

static void
stop (gpointer user_data)
{
  foliot_mosaik_stop (user_data);
}

static gboolean
attach (FoliotMosaik *mosaik, const Arguments *arguments, GError **error)
{
  if (!arguments->remote)
    return foliot_mosaik_connect (mosaik, arguments->address, error);
  if (!foliot_mosaik_listen (mosaik, arguments->address, error))
    return FALSE;
  fprintf (stderr, "foliot: listening at port %" G_GINT64_FORMAT "\n",
           foliot_address_get_port (foliot_mosaik_get_address (mosaik)));
  return TRUE;
}

static int
run (FoliotScenario *scenario, const FoliotWorldOptions *options, const char *const *module_dirs,
     Arguments *arguments)
{
  g_auto (Outcome) outcome = { .arguments = arguments };
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotWorldMosaik) self
      = foliot_world_mosaik_new (scenario, options, NULL, module_dirs, on_ended, &outcome, &error);
  FoliotMosaik *mosaik = self != NULL ? foliot_world_mosaik_get_mosaik (self) : NULL;
  gboolean ended;

  if (self == NULL)
    return complain (error, FOLIOT_EXIT_USAGE);
  foliot_mosaik_set_log_func (mosaik, print_log, arguments);
  if (!attach (mosaik, arguments, &error))
    return complain (error, get_exit_code (error));
  foliot_watch_begin (foliot_mosaik_get_kernel (mosaik));
  foliot_watch_stop_by (stop, mosaik);
  ended = foliot_mosaik_run (mosaik, (guint) arguments->timeout_s * 1000, &error);
  foliot_watch_end ();
  if (!ended)
    return complain (error, get_exit_code (error));
  return outcome.out != NULL ? report (self, &outcome) : FOLIOT_EXIT_OK;
}

int
foliot_verb_mosaik (int argc, char **argv)
{
  g_auto (Arguments) arguments = { .timeout_s = DEFAULT_TIMEOUT_S };
  g_auto (GStrv) module_dirs = foliot_places_dup_module_dirs (NULL);
  g_autofree char *program = foliot_places_dup_command ();
  g_autoptr (FoliotScenario) scenario = NULL;
  g_autoptr (GError) error = NULL;
  FoliotWorldOptions options;

  if (!parse_arguments (argc, argv, &arguments, &error) || !foliot_watch_configure (&error)
      || !foliot_build_if_needed (arguments.scenario, TRUE, &error))
    return complain (error, FOLIOT_EXIT_USAGE);
  scenario = foliot_scenario_load (arguments.scenario, (const char *const *) arguments.settings, NULL,
                                   (const char *const *) module_dirs, &error);
  if (scenario == NULL)
    return complain (error, get_exit_code (error));
  options = (FoliotWorldOptions){ .keep = FOLIOT_KEEP_FIRST,
                                  .has_seed = arguments.has_seed,
                                  .seed = (guint64) arguments.seed,
                                  .until = FOLIOT_TIME_NEVER,
                                  .program = program };
  return run (scenario, &options, (const char *const *) module_dirs, &arguments);
}
