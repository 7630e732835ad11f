/* SPDX-License-Identifier: MIT */
#include "tools/foliot-verbs.h"

#include <foliot/foliot.h>

#include "tools/foliot-drive.h"
#include "tools/foliot-options.h"
#include "tools/foliot-replay-verbs.h"
#include "tools/foliot-run-options.h"
#include "tools/foliot-watch.h"

/* `foliot helics SCENARIO`: the agents of a scenario as a federate of HELICS. Arguments in, text out; the loop is in the library. */

typedef struct
{
  FoliotRunOptions run;
  char *library, *core, *broker, *name, *core_init;
} Arguments;

static void
arguments_clear (Arguments *arguments)
{
  foliot_run_options_clear (&arguments->run);
  g_free (arguments->library);
  g_free (arguments->core);
  g_free (arguments->broker);
  g_free (arguments->name);
  g_free (arguments->core_init);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, arguments_clear)

static gboolean
parse_arguments (int argc, char **argv, Arguments *arguments, GError **error)
{
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
    FOLIOT_RUN_ENTRIES (&arguments->run, "SCENARIO"),
    { NULL },
  };

  return foliot_options_parse ("helics", entries, &argc, &argv, error)
         && foliot_run_options_read (&arguments->run, "helics", 1, "one SCENARIO", error);
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
  const FoliotRunOptions *given = &arguments.run;
  g_autoptr (FoliotScenario) scenario = NULL;
  g_autoptr (GError) error = NULL;
  FoliotHelicsOptions helics;
  FoliotWorldOptions options;

  if (!parse_arguments (argc, argv, &arguments, &error) || !foliot_watch_configure (&error))
    return foliot_drive_complain (error, FOLIOT_EXIT_USAGE);
  scenario = foliot_run_options_load (&arguments.run, FALSE, given->quiet, &error);
  if (scenario == NULL)
    return foliot_drive_complain (error, foliot_drive_get_exit_code (error));
  helics = (FoliotHelicsOptions){ .library = arguments.library,
                                  .name = arguments.name,
                                  .core = arguments.core,
                                  .broker = arguments.broker,
                                  .core_init = arguments.core_init };
  options = foliot_run_options_get_world_options (given);
  options.record_verb = "helics";
  options.coupled = TRUE;
  return foliot_drive_run (
      scenario, &options,
      &(FoliotDriveOptions){ .out = given->out, .quiet = given->quiet, .run = run, .run_data = &helics });
}
