/* SPDX-License-Identifier: MIT */
#include "tools/foliot-verbs.h"

#include <foliot/foliot.h>

#include "tools/foliot-build.h"
#include "tools/foliot-drive.h"
#include "tools/foliot-places.h"
#include "tools/foliot-replay-verbs.h"
#include "tools/foliot-watch.h"

/* `foliot helics SCENARIO`: the agents of a scenario as a federate of HELICS. Arguments in, text out; the loop is in the library. */

typedef struct
{
  char *scenario;
  char *library, *core, *broker, *name, *core_init;
  char *record;
  gboolean record_bytes;
  char *out;
  gboolean quiet;
  char **settings;
  gint64 seed;
  gboolean has_seed;
} Arguments;

static void
arguments_clear (Arguments *arguments)
{
  g_free (arguments->scenario);
  g_free (arguments->library);
  g_free (arguments->core);
  g_free (arguments->broker);
  g_free (arguments->name);
  g_free (arguments->core_init);
  g_free (arguments->record);
  g_free (arguments->out);
  g_strfreev (arguments->settings);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, arguments_clear)

static gboolean
read_rest (Arguments *arguments, char **rest, const char *seed, GError **error)
{
  if (rest == NULL || g_strv_length (rest) != 1)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                   "expected one SCENARIO, found %u (foliot help helics)",
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
  arguments->scenario = foliot_places_find_scenario (rest[0]);
  return TRUE;
}

static gboolean
parse_arguments (int argc, char **argv, Arguments *arguments, GError **error)
{
  g_autofree char *seed = NULL;
  g_auto (GStrv) rest = NULL;
  const GOptionEntry entries[] = {
    { "library", 0, 0, G_OPTION_ARG_FILENAME, &arguments->library,
      "The shared library of HELICS; default: libhelics.so, where the system's loader finds it", "PATH" },
    { "core", 0, 0, G_OPTION_ARG_STRING, &arguments->core, "Core type: zmq (the default), tcp, ipc …",
      "TYPE" },
    { "broker", 0, 0, G_OPTION_ARG_STRING, &arguments->broker, "Address of the broker, tcp://HOST:PORT",
      "ADDRESS" },
    { "core-init", 0, 0, G_OPTION_ARG_STRING, &arguments->core_init, "Further words for the core", "WORDS" },
    { "name", 0, 0, G_OPTION_ARG_STRING, &arguments->name, "Of the federate; default: the scenario's",
      "NAME" },
    { "record", 0, 0, G_OPTION_ARG_FILENAME, &arguments->record,
      "Write down all that comes from outside; foliot replay plays it back", "FILE" },
    { "record-bytes", 0, 0, G_OPTION_ARG_NONE, &arguments->record_bytes,
      "With --record: keep what is sent, too, and not its hash alone", NULL },
    { "out", 0, 0, G_OPTION_ARG_FILENAME, &arguments->out, "Results folder; default results/<scenario>",
      "DIR" },
    { "quiet", 0, 0, G_OPTION_ARG_NONE, &arguments->quiet, "Print nothing but the digest", NULL },
    { "set", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments->settings,
      "Change a parameter or member; VALUE is JSON", "PATH=VALUE" },
    { "seed", 0, 0, G_OPTION_ARG_STRING, &seed, "Seed of all random streams, instead of the scenario's",
      "N" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &rest, NULL, "SCENARIO" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context, "Runs the agents of a scenario as a federate of HELICS.");
  g_option_context_add_main_entries (context, entries, NULL);
  return g_option_context_parse (context, &argc, &argv, error) && read_rest (arguments, rest, seed, error);
}

static gboolean
run (FoliotWorld *world, FoliotWorldStepFunc look, gpointer look_data, gconstpointer user_data,
     GError **error)
{
  return foliot_world_run_helics (world, user_data, look, look_data, error);
}

int
foliot_replay_helics (FoliotReplay *replay, const FoliotReplayArguments *given)
{
  const FoliotHelicsOptions nothing = { 0 };

  return foliot_replay_drive (replay, given, run, &nothing);
}

int
foliot_verb_helics (int argc, char **argv)
{
  g_auto (Arguments) arguments = { 0 };
  g_auto (GStrv) module_dirs = foliot_places_dup_module_dirs (NULL);
  g_autofree char *program = foliot_places_dup_command ();
  g_autoptr (FoliotScenario) scenario = NULL;
  g_autoptr (GError) error = NULL;
  FoliotHelicsOptions helics;
  FoliotWorldOptions options;

  if (!parse_arguments (argc, argv, &arguments, &error) || !foliot_watch_configure (&error)
      || !foliot_build_if_needed (arguments.scenario, arguments.quiet, &error))
    return foliot_drive_complain (error, FOLIOT_EXIT_USAGE);
  scenario = foliot_scenario_load (arguments.scenario, (const char *const *) arguments.settings, NULL,
                                   (const char *const *) module_dirs, &error);
  if (scenario == NULL)
    return foliot_drive_complain (error, foliot_drive_get_exit_code (error));
  helics = (FoliotHelicsOptions){ .library = arguments.library,
                                  .name = arguments.name,
                                  .core = arguments.core,
                                  .broker = arguments.broker,
                                  .core_init = arguments.core_init };
  options = (FoliotWorldOptions){ .keep = FOLIOT_KEEP_FIRST,
                                  .has_seed = arguments.has_seed,
                                  .seed = (guint64) arguments.seed,
                                  .until = FOLIOT_TIME_NEVER,
                                  .program = program,
                                  .record = arguments.record,
                                  .record_verb = "helics",
                                  .record_sent = arguments.record_bytes,
                                  .coupled = TRUE };
  return foliot_drive_run (
      scenario, &options,
      &(FoliotDriveOptions){
          .out = arguments.out, .quiet = arguments.quiet, .run = run, .run_data = &helics });
}
