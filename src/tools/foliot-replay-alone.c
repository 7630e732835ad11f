/* SPDX-License-Identifier: MIT */
#include "tools/foliot-replay-verbs.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/foliot-places.h"
#include "tools/foliot-verbs.h"
#include "tools/foliot-watch.h"

/*
 * `foliot replay FILE --only NAME`: one participant alone, against what it heard.
 *
 * What it heard is in the recording, if that was made with --record-agents. If not, the whole run is replayed first, by a process of its
 * own, so that a debugger that is on this one never stops in the code of the others; it writes what NAME hears into a
 * file that is nobody else's and gone when this ends. That is only the recorded run as long as the program is what it was.
 */

typedef struct
{
  char *path; /* nullable: the recording itself has it */
  int code;   /* of the process that replayed the run */
} Heard;

static void
heard_clear (Heard *heard)
{
  if (heard->path != NULL)
    g_unlink (heard->path);
  g_free (heard->path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Heard, heard_clear)

/* ---- the whole run first --------------------------------------------------------------------------------------- */

static GStrv
dup_command (const FoliotReplayArguments *given, const char *into)
{
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  g_autofree char *program = foliot_places_dup_command ();

  g_strv_builder_add_many (words, program != NULL ? program : "foliot", "replay", given->path, "--only",
                           given->only, "--hear", into, NULL);
  if (given->modules != NULL)
    g_strv_builder_add_many (words, "--modules", given->modules, NULL);
  return g_strv_builder_end (words);
}

/* What was said to be wrong, without the name of who said it. */
static int
tell_trouble (const char *said, int code, const FoliotReplayArguments *given)
{
  g_autofree char *text = g_strchomp (g_strdup (said));

  fprintf (stderr, "%s\n", text[0] != '\0' ? text : "foliot: the whole run could not be replayed");
  if (code == FOLIOT_EXIT_DIFFERS)
    fprintf (stderr,
             "foliot: the whole run is not the recorded one any more, so nobody knows what %s heard then. "
             "Record with "
             "--record-agents to run it alone against that, whatever has been changed\n",
             given->only);
  return code;
}

static gboolean
is_good (int code)
{
  return code == FOLIOT_EXIT_OK || code == FOLIOT_EXIT_MODEL || code == FOLIOT_EXIT_INTERRUPTED
         || code == FOLIOT_EXIT_JOURNAL;
}

/* Returns: exit code; 0: *heard is filled. */
static int
hear (const FoliotReplayArguments *given, Heard *heard)
{
  g_auto (GStrv) words = NULL;
  g_autofree char *said = NULL;
  g_autoptr (GError) error = NULL;
  int file = g_file_open_tmp ("foliot-heard-XXXXXX", &heard->path, &error), status;

  if (file < 0)
    return foliot_drive_complain (error, FOLIOT_EXIT_RESULTS);
  close (file);
  words = dup_command (given, heard->path);
  if (!g_spawn_sync (NULL, words, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL,
                     &said, &status, &error))
    return foliot_drive_complain (error, FOLIOT_EXIT_PEER);
  heard->code = WIFEXITED (status) ? WEXITSTATUS (status) : FOLIOT_EXIT_INTERRUPTED;
  return is_good (heard->code) && WIFEXITED (status) ? FOLIOT_EXIT_OK
                                                     : tell_trouble (said, heard->code, given);
}

/* ---- what came out --------------------------------------------------------------------------------------------- */

static void
print_json (FoliotStage *stage, const char *only)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "only");
  json_builder_add_string_value (builder, only);
  json_builder_set_member_name (builder, "agents");
  json_builder_begin_array (builder);
  for (guint i = 0; i < foliot_stage_get_n_agents (stage); i++)
    {
      guint64 n_events, digest;
      const char *name = foliot_stage_get_agent (stage, i, &n_events, &digest);
      g_autofree char *hex = g_strdup_printf ("%016" G_GINT64_MODIFIER "x", digest);

      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "name");
      json_builder_add_string_value (builder, name);
      json_builder_set_member_name (builder, "events");
      json_builder_add_int_value (builder, (gint64) n_events);
      json_builder_set_member_name (builder, "digest");
      json_builder_add_string_value (builder, hex);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  text = json_generator_to_data (generator, NULL);
  printf ("%s\n", text);
}

static void
print_agents (FoliotStage *stage, gboolean quiet)
{
  for (guint i = 0; i < foliot_stage_get_n_agents (stage); i++)
    {
      guint64 n_events, digest;
      const char *name = foliot_stage_get_agent (stage, i, &n_events, &digest);

      if (!quiet)
        printf ("%s alone: %" G_GUINT64_FORMAT " events\n", name, n_events);
      printf ("digest %016" G_GINT64_MODIFIER "x %s\n", digest, name);
    }
}

static void
print (FoliotStage *stage, const FoliotReplayArguments *given)
{
  g_autofree char *report = foliot_stage_dup_report (stage);

  if (given->drive.json)
    print_json (stage, given->only);
  else
    print_agents (stage, given->drive.quiet);
  fflush (stdout);
  if (!given->drive.quiet)
    fprintf (stderr, "%s\n", report);
}

/* ---- running --------------------------------------------------------------------------------------------------- */

static int
run (FoliotStage *stage, FoliotScenario *scenario, const FoliotReplayArguments *given)
{
  g_autoptr (FoliotWorld) world = NULL;
  g_autoptr (GError) error = NULL, unwritten = NULL;
  FoliotWorldOptions options;

  foliot_world_options_set_from_stage (&options, stage);
  world = foliot_world_new (scenario, &options, &error);
  if (world == NULL)
    return foliot_drive_complain (error, foliot_drive_get_exit_code (error));
  foliot_watch_begin (foliot_world_get_kernel (world));
  foliot_world_run_alone (world, &error);
  foliot_watch_end ();
  print (stage, given);
  if (given->drive_out != NULL && !foliot_world_write_results (world, given->drive_out, &unwritten))
    return foliot_drive_complain (unwritten, foliot_drive_get_exit_code (unwritten));
  return error == NULL ? FOLIOT_EXIT_OK : foliot_drive_complain (error, foliot_drive_get_exit_code (error));
}

static int
play (const char *path, const FoliotReplayArguments *given)
{
  const FoliotStageOptions options = { .lenient = given->lenient, .until = given->until };
  g_auto (GStrv) module_dirs = foliot_places_dup_module_dirs (given->modules);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotStage) stage = foliot_stage_new (path, given->only, &options, &error);
  g_autoptr (FoliotScenario) scenario
      = stage != NULL ? foliot_stage_make_scenario (stage, given->path, (const char *const *) given->settings,
                                                    (const char *const *) module_dirs, &error)
                      : NULL;

  if (scenario == NULL)
    return foliot_drive_complain (error, foliot_drive_get_exit_code (error));
  if (foliot_stage_is_changed (stage) && !given->drive.quiet)
    fprintf (stderr,
             "foliot: the scenario, its module, or Foliot itself, is another one than was recorded. What %s "
             "heard comes behind what it said before\n",
             given->only);
  return run (stage, scenario, given);
}

/* A recording that was made with --record-agents says so. */
static gboolean
holds_agents (const FoliotJournalHeader *header)
{
  return foliot_journal_header_get (header, "record_agents") != NULL;
}

int
foliot_replay_alone (FoliotReplay *replay, const FoliotReplayArguments *given)
{
  g_auto (Heard) heard = { 0 };
  int code = FOLIOT_EXIT_OK;

  if (foliot_replay_get_header (replay)->scenario == NULL)
    {
      fprintf (stderr,
               "foliot: %s: it was recorded by `foliot %s`, and has no agents of which one could run alone\n",
               given->path, foliot_replay_get_header (replay)->verb);
      return FOLIOT_EXIT_USAGE;
    }
  if (holds_agents (foliot_replay_get_header (replay)))
    return play (given->path, given);
  code = hear (given, &heard);
  if (code == FOLIOT_EXIT_OK)
    code = play (heard.path, given);
  return code == FOLIOT_EXIT_OK && heard.code == FOLIOT_EXIT_JOURNAL ? FOLIOT_EXIT_JOURNAL : code;
}
