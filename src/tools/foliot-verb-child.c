/* SPDX-License-Identifier: MIT */
#include "tools/foliot-verbs.h"

#include <stdio.h>

#include <foliot/foliot.h>

#include "tools/foliot-drive.h"
#include "tools/foliot-places.h"
#include "tools/foliot-watch.h"

/*
 * `foliot child`: one container of a run, in a process that `foliot run` starts and directs. It is not for people, so no help
 * page names it. What it prints is for the process that started it: READY with the address of its keeper, and what went
 * wrong, as last lines.
 */

typedef struct
{
  char *scenario, *container, *seed, *folder, *record, *recording, *modules;
  char **settings;
  gboolean coupled, entities_later, record_bytes;
} Arguments;

static void
arguments_clear (Arguments *arguments)
{
  g_free (arguments->scenario);
  g_free (arguments->container);
  g_free (arguments->seed);
  g_free (arguments->folder);
  g_free (arguments->record);
  g_free (arguments->recording);
  g_free (arguments->modules);
  g_strfreev (arguments->settings);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, arguments_clear)

static gboolean
parse (int argc, char **argv, Arguments *arguments, guint64 *out_seed, GError **error)
{
  const GOptionEntry entries[] = {
    { "scenario", 0, 0, G_OPTION_ARG_FILENAME, &arguments->scenario, "Whose container", "FILE" },
    { "container", 0, 0, G_OPTION_ARG_STRING, &arguments->container, "Which one", "NAME" },
    { "seed", 0, 0, G_OPTION_ARG_STRING, &arguments->seed, "Of the run", "N" },
    { "folder", 0, 0, G_OPTION_ARG_FILENAME, &arguments->folder, "Of the run's sockets and certificates",
      "DIR" },
    { "set", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments->settings, "As of the run", "PATH=VALUE" },
    { "coupled", 0, 0, G_OPTION_ARG_NONE, &arguments->coupled, "A master sets the time", NULL },
    { "entities-later", 0, 0, G_OPTION_ARG_NONE, &arguments->entities_later, "And makes agents", NULL },
    { "modules", 0, 0, G_OPTION_ARG_FILENAME, &arguments->modules, "As of the run", "DIR" },
    { "record", 0, 0, G_OPTION_ARG_FILENAME, &arguments->record, "Of this container", "FILE" },
    { "recording", 0, 0, G_OPTION_ARG_STRING, &arguments->recording, "Of the run", "NAME" },
    { "record-bytes", 0, 0, G_OPTION_ARG_NONE, &arguments->record_bytes, "As of the run", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context, "One container of a run; foliot run starts it.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, error))
    return FALSE;
  if (arguments->scenario != NULL && arguments->container != NULL && arguments->seed != NULL
      && g_ascii_string_to_unsigned (arguments->seed, 10, 0, G_MAXUINT64, out_seed, NULL))
    return TRUE;
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                       "expected --scenario FILE --container NAME --seed N; use foliot run");
  return FALSE;
}

static int
get_exit_code (const GError *error)
{
  return error->domain == FOLIOT_JOURNAL_ERROR ? FOLIOT_EXIT_RESULTS : foliot_drive_get_exit_code (error);
}

static int
complain (const GError *error)
{
  return foliot_drive_complain (error, get_exit_code (error));
}

/* Returns: exit code. */
static int
serve (FoliotWorld *world)
{
  g_autoptr (GError) failure = NULL, problem = NULL;

  foliot_watch_begin (foliot_world_get_kernel (world));
  printf ("READY %s\n", foliot_world_get_keeper_url (world));
  fflush (stdout);
  foliot_world_serve (world, &failure);
  foliot_watch_end ();
  foliot_world_end_recording (world, failure != NULL ? get_exit_code (failure) : FOLIOT_EXIT_OK, failure,
                              &problem);
  if (failure != NULL)
    return complain (failure);
  foliot_world_close (world);
  return problem != NULL ? complain (problem) : FOLIOT_EXIT_OK;
}

int
foliot_verb_child (int argc, char **argv)
{
  g_auto (Arguments) arguments = { 0 };
  g_auto (GStrv) module_dirs = NULL;
  g_autoptr (FoliotScenario) scenario = NULL;
  g_autoptr (FoliotWorld) world = NULL;
  g_autoptr (GError) error = NULL;
  FoliotWorldOptions options = { .has_seed = TRUE, .until = FOLIOT_TIME_NEVER };

  if (!parse (argc, argv, &arguments, &options.seed, &error) || !foliot_watch_configure (&error))
    return complain (error);
  module_dirs = foliot_places_dup_module_dirs (arguments.modules);
  scenario = foliot_scenario_load (arguments.scenario, (const char *const *) arguments.settings, NULL,
                                   (const char *const *) module_dirs, &error);
  options.part = arguments.container;
  options.coupled = arguments.coupled;
  options.entities_later = arguments.entities_later;
  options.folder = arguments.folder;
  options.record = arguments.record;
  options.record_verb = "child";
  options.record_sent = arguments.record_bytes;
  options.recording = arguments.recording;
  if (scenario != NULL)
    world = foliot_world_new (scenario, &options, &error);
  return world != NULL ? serve (world) : complain (error);
}
