/* SPDX-License-Identifier: MIT */
#include "tools/foliot-verbs.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/foliot-drive.h"
#include "tools/foliot-options.h"
#include "tools/foliot-places.h"
#include "tools/foliot-replay-verbs.h"
#include "tools/foliot-watch.h"

/*
 * `foliot replay FILE`: a recorded run once more, without anything that is outside. The header of the recording says which verb
 * made it, and a table says who makes the same world for it.
 */

static const FoliotReplayVerb *
find_verb (const char *name)
{
  static const FoliotReplayVerb verbs[] = {
    { "run", foliot_replay_run },       { "child", foliot_replay_child }, { "helics", foliot_replay_helics },
    { "mosaik", foliot_replay_mosaik }, { "serve", foliot_replay_serve },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (g_strcmp0 (verbs[i].name, name) == 0)
      return &verbs[i];
  return NULL;
}

/* ---- arguments ------------------------------------------------------------------------------------------------- */

typedef struct
{
  char *file;
  FoliotReplayArguments given;
} Arguments;

static void
arguments_clear (Arguments *arguments)
{
  g_free (arguments->file);
  g_strfreev (arguments->given.settings);
  g_free (arguments->given.drive_out);
  g_free (arguments->given.modules);
  g_free (arguments->given.only);
  g_free (arguments->given.hear);
  g_clear_pointer (&arguments->given.witness, foliot_witness_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, arguments_clear)

static gboolean
parse_speed (const char *text, double *out_speed, GError **error)
{
  g_autoptr (FoliotCodec) codec = foliot_codec_new (FOLIOT_TYPE_CODEC_JSON);
  g_autoptr (FoliotValue) value = foliot_codec_decode (codec, (const guint8 *) text, strlen (text), NULL);

  if (value != NULL && foliot_value_get_kind (value) == FOLIOT_VALUE_INT)
    *out_speed = (double) foliot_value_get_int (value);
  else if (value != NULL && foliot_value_get_kind (value) == FOLIOT_VALUE_DOUBLE)
    *out_speed = foliot_value_get_double (value);
  if (*out_speed > 0 && *out_speed <= G_MAXDOUBLE)
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               "--speed %s: expected a number above 0: 1 is as fast as real time, 60 a minute in a second",
               text);
  return FALSE;
}

/* @is_directed: by the numbers of its events, or by real time. */
static gboolean
check_only (const FoliotReplayArguments *given, gboolean is_directed, GError **error)
{
  if (given->only == NULL && given->hear != NULL)
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--hear is for --only");
  else if (given->only != NULL && is_directed)
    g_set_error_literal (
        error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "--break and --speed are for the whole run: an agent that runs alone (--only) has other "
        "events; set a breakpoint in its code instead");
  else
    return TRUE;
  return FALSE;
}

static gboolean
parse_arguments (int argc, char **argv, Arguments *arguments, GError **error)
{
  FoliotReplayArguments *given = &arguments->given;
  g_autofree char *until = NULL, *event = NULL, *events = NULL, *speed = NULL;
  g_auto (GStrv) rest = NULL;
  const GOptionEntry entries[] = {
    { "out", 0, 0, G_OPTION_ARG_FILENAME, &given->drive_out, "Results folder; default results/<scenario>",
      "DIR" },
    { "lenient", 0, 0, G_OPTION_ARG_NONE, &given->lenient, "Tell differences, and go on", NULL },
    { "only", 0, 0, G_OPTION_ARG_STRING, &given->only,
      "Run one agent, or the agents of one container, against what they heard", "NAME" },
    { "hear", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &given->hear,
      "With --only: write down what it hears, and nothing else", "FILE" },
    { "until", 0, 0, G_OPTION_ARG_STRING, &until, "End before this time, e.g. 3600 or \"2 h\"", "T" },
    { "speed", 0, 0, G_OPTION_ARG_STRING, &speed,
      "As many times as fast as real time: 1, 60; default: as fast as it can", "F" },
    { "break", 0, 0, G_OPTION_ARG_STRING, &event, "Stop in the debugger before event N", "N" },
    { "set", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &given->settings,
      "Change a parameter or member of the recorded scenario; VALUE is JSON", "PATH=VALUE" },
    { "modules", 0, 0, G_OPTION_ARG_FILENAME, &given->modules, "Look for modules in this folder first",
      "DIR" },
    { "events", 0, 0, G_OPTION_ARG_STRING, &events,
      "Which events to keep for `foliot diff`: first (default: 4 MB), all, none, or FROM:TO", "WHICH" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &given->drive.json, "Print run.json instead of text", NULL },
    { "quiet", 0, 0, G_OPTION_ARG_NONE, &given->drive.quiet, "Print nothing but the digest", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &rest, NULL, "FILE" },
    { NULL },
  };

  if (!foliot_options_parse ("replay", entries, &argc, &argv, error))
    return FALSE;
  if (rest == NULL || g_strv_length (rest) != 1)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                   "expected one FILE, found %u (foliot help replay)",
                   rest != NULL ? g_strv_length (rest) : 0);
      return FALSE;
    }
  if (!foliot_kept_parse (events, &given->kept, error)
      || !foliot_options_expect_folder ("--modules", given->modules, error))
    return FALSE;
  given->until = FOLIOT_TIME_NEVER;
  if (until != NULL && !foliot_time_parse (until, &given->until, error))
    {
      g_prefix_error (error, "--until: ");
      return FALSE;
    }
  if (event != NULL && !g_ascii_string_to_unsigned (event, 10, 1, G_MAXINT64, &given->break_event, NULL))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   "--break %s: expected the number of an event, from 1", event);
      return FALSE;
    }
  if (speed != NULL && !parse_speed (speed, &given->speed, error))
    return FALSE;
  given->drive.keeps_pace = speed != NULL;
  if (!check_only (given, event != NULL || speed != NULL, error))
    return FALSE;
  arguments->file = g_strdup (rest[0]);
  given->path = arguments->file;
  given->drive.out = given->drive_out;
  return TRUE;
}

/* ---- the debugger ---------------------------------------------------------------------------------------------- */

static gboolean
has_debugger (void)
{
  g_autofree char *status = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/self/status", &status, NULL, NULL))
    return FALSE;
  line = strstr (status, "TracerPid:");
  return line != NULL && g_ascii_strtoll (line + strlen ("TracerPid:"), NULL, 10) != 0;
}

static void
break_here (gpointer user_data)
{
  const FoliotReplayArguments *given = user_data;

  if (has_debugger ())
    raise (SIGTRAP);
  else
    fprintf (stderr,
             "foliot: event %" G_GUINT64_FORMAT " comes now, but no debugger is there: start it as "
             "`gdb --args foliot replay …`\n",
             given->break_event);
}

/* ---- what `foliot run` recorded -------------------------------------------------------------------------------- */

void
foliot_replay_mind_changes (FoliotReplay *replay, FoliotScenario *scenario, gboolean quiet)
{
  const char *what
      = "What was recorded enters behind what it answers; to play it back event by event, take the "
        "build and the settings that were recorded";
  gboolean is_divided = foliot_recording_is_divided (foliot_replay_get_header (replay));
  g_autofree char *how = NULL;

  if (foliot_scenario_is_of_journal (scenario, foliot_replay_get_header (replay), &how))
    return;
  if (is_divided)
    what = "Of several processes each is played back event by event all the same, up to the first difference";
  else
    foliot_replay_set_causal (replay);
  if (!quiet)
    fprintf (stderr, "foliot: %s. %s\n", how, what);
}

int
foliot_replay_drive (FoliotReplay *replay, const FoliotReplayArguments *given, FoliotDriveFunc run,
                     gconstpointer run_data)
{
  FoliotDriveOptions drive = given->drive;
  const FoliotJournalHeader *header = foliot_replay_get_header (replay);
  g_auto (GStrv) module_dirs = foliot_places_dup_module_dirs (given->modules);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotScenario) scenario
      = foliot_scenario_new_from_journal (header, given->path, (const char *const *) given->settings, NULL,
                                          (const char *const *) module_dirs, &error);
  FoliotWorldOptions options;
  int code;

  if (scenario == NULL || !foliot_world_options_set_from_journal (&options, header, &error))
    return foliot_drive_complain (error, foliot_drive_get_exit_code (error));
  if (given->hear == NULL) /* what is heard is heard in the recorded run or not at all */
    foliot_replay_mind_changes (replay, scenario, given->drive.quiet);
  options.replay = replay;
  options.witness = given->witness;
  foliot_kept_apply (&given->kept, &options);
  options.coupled = run != NULL;
  drive.run = run;
  drive.run_data = run_data;
  if (given->until != FOLIOT_TIME_NEVER)
    options.until = given->until;
  code = foliot_drive_run (scenario, &options, &drive);
  g_clear_pointer (&options.listen, foliot_address_unref);
  return code;
}

int
foliot_replay_run (FoliotReplay *replay, const FoliotReplayArguments *given)
{
  return foliot_replay_drive (replay, given, NULL, NULL);
}

int
foliot_replay_serve (FoliotReplay *replay, const FoliotReplayArguments *given)
{
  FoliotReplayArguments serving = *given;

  serving.drive.is_endless = TRUE;
  return foliot_replay_drive (replay, &serving, NULL, NULL);
}

/* Nobody here can make what it was recorded of. */
static int
refuse (const FoliotJournalHeader *header, const char *file)
{
  const char *program = foliot_journal_header_get (header, "program");

  if (program != NULL)
    fprintf (stderr,
             "foliot: %s was recorded by the program %s, which plays it back itself: %s --replay %s\n", file,
             program, program, file);
  else
    fprintf (stderr, "foliot: %s was recorded by `foliot %s`, which no replay makes again\n", file,
             header->verb);
  return FOLIOT_EXIT_USAGE;
}

/* ---- the verb -------------------------------------------------------------------------------------------------- */

/* Of a run in several processes. */
static gboolean
suits_parts (const FoliotReplayArguments *given)
{
  if (given->only != NULL)
    fprintf (
        stderr,
        "foliot: --only: what was recorded of several processes is played back as a whole; record it with "
        "\"processes\": false (--set processes=false)\n");
  else if (given->until != FOLIOT_TIME_NEVER)
    fprintf (stderr, "foliot: --until: what was recorded of several processes is played back to its end\n");
  return given->only == NULL && given->until == FOLIOT_TIME_NEVER;
}

int
foliot_verb_replay (int argc, char **argv)
{
  g_auto (Arguments) arguments = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotReplay) replay = NULL;
  const FoliotReplayVerb *verb;
  FoliotReplayOptions options;
  int code;

  if (!parse_arguments (argc, argv, &arguments, &error) || !foliot_watch_configure (&error))
    return foliot_drive_complain (error, FOLIOT_EXIT_USAGE);
  options = (FoliotReplayOptions){
    .lenient = arguments.given.lenient,
    .until = arguments.given.until,
    .speed = arguments.given.speed,
    .break_at = arguments.given.break_event > 0 ? break_here : NULL,
    .break_event = arguments.given.break_event,
    .user_data = &arguments.given,
  };
  replay = foliot_replay_new (arguments.file, &options, &error);
  if (replay == NULL)
    return foliot_drive_complain (error, foliot_drive_get_exit_code (error));
  verb = find_verb (foliot_replay_get_header (replay)->verb);
  if (verb == NULL)
    return refuse (foliot_replay_get_header (replay), arguments.file);
  if (foliot_recording_is_divided (foliot_replay_get_header (replay)) && !suits_parts (&arguments.given))
    return FOLIOT_EXIT_USAGE;
  if (arguments.given.only != NULL && arguments.given.hear == NULL)
    return foliot_replay_alone (replay, &arguments.given);
  if (arguments.given.hear != NULL)
    {
      arguments.given.witness = foliot_witness_new (arguments.given.only, arguments.given.hear);
      arguments.given.drive.dry = arguments.given.drive.quiet = TRUE;
    }
  code = verb->run (replay, &arguments.given);
  if (!arguments.given.drive.quiet && code != FOLIOT_EXIT_USAGE)
    {
      g_autofree char *report = foliot_replay_dup_report (replay);

      fprintf (stderr, "%s\n", report);
    }
  return code != FOLIOT_EXIT_USAGE
             ? foliot_replay_parts (foliot_replay_get_header (replay), &arguments.given, code)
             : code;
}
