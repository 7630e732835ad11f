/* SPDX-License-Identifier: MIT */
#include "tools/foliot-replay-verbs.h"

#include <stdio.h>

#include "tools/foliot-places.h"
#include "tools/foliot-verbs.h"
#include "tools/foliot-watch.h"

/*
 * A run in several processes has a recording for each. That of the first gives the results of the run, since it holds what the others
 * answered. Those of the others are played back behind it, each by itself: so their agents run again, and what they said is compared. Or one of
 * them is played alone, under a debugger.
 */

/* What came of one. */
typedef struct
{
  char *digest;
  GError *problem; /* (nullable): it did not go as recorded, or cannot be played */
  GError *failure; /* (nullable): of the run, as recorded */
} Played;

static void
played_clear (Played *played)
{
  g_free (played->digest);
  g_clear_error (&played->problem);
  g_clear_error (&played->failure);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Played, played_clear)

static FoliotWorld *
make_world (FoliotReplay *replay, const char *path, const FoliotReplayArguments *given, gboolean quiet,
            GError **error)
{
  const FoliotJournalHeader *header = foliot_replay_get_header (replay);
  g_auto (GStrv) module_dirs = foliot_places_dup_module_dirs (given->modules);
  g_autoptr (FoliotScenario) scenario = foliot_scenario_new_from_journal (
      header, path, (const char *const *) given->settings, NULL, (const char *const *) module_dirs, error);
  FoliotWorldOptions options;

  if (scenario == NULL || !foliot_world_options_set_from_journal (&options, header, error))
    return NULL;
  foliot_replay_mind_changes (replay, scenario, quiet);
  options.replay = replay;
  return foliot_world_new (scenario, &options, error);
}

/* @out: (nullable): a folder for what its own agents recorded. */
static void
play (FoliotReplay *replay, const char *path, const FoliotReplayArguments *given, gboolean quiet,
      const char *out, Played *played)
{
  g_autoptr (FoliotWorld) world = make_world (replay, path, given, quiet, &played->problem);

  if (world == NULL)
    return;
  foliot_watch_begin (foliot_world_get_kernel (world));
  foliot_world_serve (world, &played->failure);
  foliot_watch_end ();
  if (!foliot_watch_was_interrupted ())
    foliot_replay_end (replay, &played->problem);
  played->digest = foliot_world_dup_digest (world);
  if (out != NULL)
    foliot_world_write_results (world, out, played->problem == NULL ? &played->problem : NULL);
  foliot_world_close (world);
}

/* ---- one of them alone ----------------------------------------------------------------------------------------- */

int
foliot_replay_child (FoliotReplay *replay, const FoliotReplayArguments *given)
{
  g_auto (Played) played = { 0 };
  const GError *error;

  play (replay, given->path, given, given->drive.quiet, given->drive.out, &played);
  if (played.digest != NULL)
    printf ("digest %s\n", played.digest);
  fflush (stdout);
  error = played.problem != NULL ? played.problem : played.failure;
  return error != NULL ? foliot_drive_complain (error, foliot_drive_get_exit_code (error)) : FOLIOT_EXIT_OK;
}

/* ---- all of them behind the first ------------------------------------------------------------------------------ */

static int
complain (const char *part, const GError *error)
{
  fprintf (stderr, "foliot: part %s: %s\n", part, error->message);
  return foliot_drive_get_exit_code (error);
}

static void
report (const char *part, FoliotReplay *replay, const Played *played, const char *how)
{
  g_autofree char *text = foliot_replay_dup_report (replay);

  fprintf (stderr, "part %s: as recorded%s, digest %s: %s\n", part, how,
           played->digest != NULL ? played->digest : "none", text);
}

/* It is in the place where it belongs, but does it belong there? */
static FoliotReplay *
open_part (const FoliotJournalHeader *header, const char *part, const char *path,
           const FoliotReplayArguments *given, GError **error)
{
  const FoliotReplayOptions options = { .lenient = given->lenient, .until = FOLIOT_TIME_NEVER };
  g_autoptr (FoliotReplay) replay = foliot_replay_new (path, &options, error);

  if (replay == NULL)
    return NULL;
  if (foliot_recording_has_part (header, foliot_replay_get_header (replay))
      && g_strcmp0 (foliot_recording_get_part (foliot_replay_get_header (replay)), part) == 0)
    return g_steal_pointer (&replay);
  g_set_error (error, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_FORMAT,
               "%s is of another recording: all files of one run belong together", path);
  return NULL;
}

/* What it was to record it has not even begun. */
static gboolean
was_ended_at_once (const GError *error)
{
  return g_error_matches (error, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_EMPTY)
         || g_error_matches (error, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_TRUNCATED);
}

/* @was_cut: the run did not come to its end, and its processes with it. */
static int
play_part (const FoliotJournalHeader *header, const char *part, const FoliotReplayArguments *given,
           gboolean was_cut)
{
  g_autofree char *path = foliot_recording_dup_part_path (given->path, part);
  g_auto (Played) played = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotReplay) replay = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      fprintf (stderr, "foliot: part %s: %s is missing: the agents in it were not run again\n", part, path);
      return FOLIOT_EXIT_OK;
    }
  replay = open_part (header, part, path, given, &error);
  if (replay == NULL && was_cut && was_ended_at_once (error))
    {
      fprintf (stderr, "foliot: part %s: its process was ended before anything was recorded in %s\n", part,
               path);
      return FOLIOT_EXIT_OK;
    }
  if (replay == NULL)
    return complain (part, error);
  play (replay, path, given, TRUE, NULL, &played);
  if (foliot_watch_was_interrupted ())
    return FOLIOT_EXIT_INTERRUPTED;
  if (played.problem == NULL && !given->drive.quiet)
    report (part, replay, &played, "");
  if (played.problem == NULL)
    return FOLIOT_EXIT_OK;
  if (!was_cut || !g_error_matches (played.problem, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_TRUNCATED))
    return complain (part, played.problem);
  if (!given->drive.quiet)
    report (part, replay, &played, ", up to where its process was ended");
  return FOLIOT_EXIT_OK;
}

/* What a replay tells of itself comes before what the run ended with when it was recorded. */
static gboolean
is_of_replay (int code)
{
  return code == FOLIOT_EXIT_DIFFERS || code == FOLIOT_EXIT_MISSING || code == FOLIOT_EXIT_JOURNAL;
}

int
foliot_replay_parts (const FoliotJournalHeader *header, const FoliotReplayArguments *given, int code)
{
  g_auto (GStrv) parts = foliot_recording_dup_parts (header);
  gboolean was_cut = code != FOLIOT_EXIT_OK;

  for (guint i = 0; parts[i] != NULL && !foliot_watch_was_interrupted (); i++)
    {
      int of_part = play_part (header, parts[i], given, was_cut);

      if (code == FOLIOT_EXIT_OK || (is_of_replay (of_part) && !is_of_replay (code)))
        code = of_part;
    }
  return code;
}
