/* SPDX-License-Identifier: MIT */
#include "tools/foliot-drive.h"

#include <stdio.h>

#include "tools/foliot-progress.h"
#include "tools/foliot-verbs.h"
#include "tools/foliot-watch.h"

/* What all verbs that make a run have in common: they drive a world to its end, write the results, and say what came out. */

#define BATCH_EVENTS    16384
#define MAX_WAITS_SHOWN 10

/* @last: number of the last event to run; 0: to the end. */
static void
run_freely (FoliotWorld *world, guint64 last, const FoliotDriveOptions *options, FoliotProgress *progress,
            GError **error)
{
  guint64 batch = options->keeps_pace ? 1 : BATCH_EVENTS, n_events = 0, n;

  do
    {
      n = foliot_world_step (world, last > 0 ? MIN (batch, last - n_events) : batch, error);
      n_events += n;
      foliot_progress_show (progress, foliot_kernel_now (foliot_world_get_kernel (world)), n_events);
    }
  while (n > 0 && n_events != last && !foliot_watch_was_interrupted ());
}

static void
show_step (FoliotWorld *world, gpointer progress)
{
  FoliotKernel *kernel = foliot_world_get_kernel (world);
  FoliotCounts counts;

  foliot_kernel_get_counts (kernel, &counts);
  foliot_progress_show (progress, foliot_kernel_now (kernel), counts.dispatched);
}

/* Somebody wanted it to end, now or in the recording, or the replay has ended it, which has its own word for that. */
static gboolean
was_stopped (const FoliotWorldOptions *options, const GError *error)
{
  return g_error_matches (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_INTERRUPTED)
         && (foliot_watch_was_interrupted () || options->replay != NULL);
}

static gboolean
run_world (FoliotWorld *world, const FoliotWorldOptions *world_options, const FoliotDriveOptions *options,
           GError **error)
{
  FoliotKernel *kernel = foliot_world_get_kernel (world);
  FoliotTime until = options->run != NULL ? foliot_scenario_get_until (foliot_world_get_scenario (world))
                                          : foliot_world_get_until (world);
  FoliotProgress progress;
  g_autoptr (GError) local = NULL;

  foliot_progress_begin (&progress, !options->quiet && !options->json, foliot_kernel_now (kernel), until);
  foliot_watch_begin (kernel);
  if (options->run != NULL)
    options->run (world, show_step, &progress, options->run_data, &local);
  else if (world_options->realtime)
    foliot_world_serve (world, &local);
  else
    run_freely (world, world_options->keep_to, options, &progress, &local);
  foliot_watch_turn_to (NULL);
  foliot_progress_end (&progress);
  if (local != NULL && !was_stopped (world_options, local))
    g_propagate_error (error, g_steal_pointer (&local));
  return *error == NULL;
}

static void
print_table (FoliotTable *table, const char *out)
{
  printf ("  %-16s %8" G_GSIZE_FORMAT " rows   %s/%s.csv\n", foliot_table_get_name (table),
          foliot_table_get_n_rows (table), out, foliot_table_get_name (table));
}

/* The first few who wait; a large world has thousands. */
static void
print_waits (const char *waits, const char *out)
{
  g_auto (GStrv) lines = g_strsplit (waits, "\n", -1);
  guint n = g_strv_length (lines) - 1; /* the last line ends too */

  printf ("still waiting at the end (%s/waits.txt):\n", out);
  for (guint i = 0; i < MIN (n, MAX_WAITS_SHOWN); i++)
    printf ("%s\n", lines[i]);
  if (n > MAX_WAITS_SHOWN)
    printf ("and %u more\n", n - MAX_WAITS_SHOWN);
}

static void
print_skipped (const char *skipped)
{
  g_auto (GStrv) lines = g_strsplit (skipped, "\n", -1);

  for (guint i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++)
    printf ("not checked, because the run was cut: %s\n", lines[i]);
}

void
foliot_drive_print_summary (FoliotWorld *world, const char *out, const char *how_long)
{
  FoliotKernel *kernel = foliot_world_get_kernel (world);
  g_autofree char *now = foliot_time_format (foliot_kernel_now (kernel));
  g_autofree char *waits = foliot_world_dup_wait_report (world);
  g_autofree char *skipped = foliot_world_dup_skipped_expectations (world);

  printf ("%s: seed %" G_GUINT64_FORMAT ", ended at %s s after %s, %s\n",
          foliot_scenario_get_name (foliot_world_get_scenario (world)), foliot_kernel_get_seed (kernel), now,
          how_long, foliot_fidelity_get_name (foliot_world_get_fidelity (world)));
  for (guint i = 0; i < foliot_world_get_n_tables (world); i++)
    print_table (foliot_world_get_table (world, i), out);
  if (waits[0] != '\0')
    print_waits (waits, out);
  print_skipped (skipped);
  printf ("results %s\n", out);
}

static gboolean
print_json (const char *out, GError **error)
{
  g_autofree char *path = g_build_filename (out, "run.json", NULL);
  g_autofree char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, error))
    return FALSE;
  fputs (text, stdout);
  return TRUE;
}

/* What peers said may be in it, and is not for the terminal to obey. */
void
foliot_drive_say (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  for (char *c = valid; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c) && *c != '\n' && *c != '\t')
      *c = '?';
  fprintf (stderr, "foliot: %s\n", valid);
}

int
foliot_drive_complain (const GError *error, int code)
{
  foliot_drive_say (error->message);
  return code;
}

int
foliot_drive_get_exit_code (const GError *error)
{
  if (g_error_matches (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_AGENT)
      || g_error_matches (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_EXPECTATION))
    return FOLIOT_EXIT_MODEL;
  if (error->domain == FOLIOT_CHILD_ERROR
      || (error->domain == FOLIOT_HELICS_ERROR && error->code != FOLIOT_HELICS_ERROR_REFUSED))
    return FOLIOT_EXIT_PEER;
  if (g_error_matches (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_DIFFERS))
    return FOLIOT_EXIT_DIFFERS;
  if (error->domain == FOLIOT_REPLAY_ERROR || error->domain == FOLIOT_JOURNAL_ERROR)
    return foliot_tape_get_exit_code (error);
  if (g_error_matches (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_RESULTS))
    return FOLIOT_EXIT_RESULTS;
  if (g_error_matches (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_INTERRUPTED))
    return FOLIOT_EXIT_INTERRUPTED;
  return error->domain == FOLIOT_KERNEL_ERROR ? FOLIOT_EXIT_MODEL : FOLIOT_EXIT_USAGE;
}

/* The run is over: so is its recording, and the one that is played back. @failure: of the run, (nullable). */
static void
end_journals (FoliotWorld *world, FoliotReplay *replay, GError **failure, GError **problem)
{
  g_autoptr (GError) interrupted = NULL;
  const GError *verdict = *failure;

  if (verdict == NULL && foliot_watch_was_interrupted ())
    verdict = interrupted
        = g_error_new_literal (FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_INTERRUPTED, "interrupted");
  foliot_world_end_recording (world, verdict != NULL ? foliot_drive_get_exit_code (verdict) : FOLIOT_EXIT_OK,
                              verdict, problem);
  if (replay != NULL && !foliot_watch_was_interrupted () && foliot_replay_end (replay, problem)
      && *failure == NULL && foliot_replay_get_failure (replay) != NULL)
    g_set_error_literal (failure, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_HELD,
                         foliot_replay_get_failure (replay));
}

static gboolean
was_cut (FoliotReplay *replay, const FoliotDriveOptions *options)
{
  return foliot_watch_was_interrupted ()
         || (replay != NULL && !options->is_endless && foliot_replay_was_interrupted (replay));
}

/* What a replay that went another way leaves belongs to nobody, unless somebody wants it; a run that failed before its first event
 * leaves nothing, and what is in its folder stays. */
static gboolean
wants_results (FoliotWorld *world, const FoliotDriveOptions *options, const GError *problem,
               const GError *failure)
{
  FoliotCounts counts;

  foliot_kernel_get_counts (foliot_world_get_kernel (world), &counts);
  if (failure != NULL && counts.dispatched == 0)
    return FALSE;
  return !options->dry && (options->out != NULL || problem == NULL || problem->domain != FOLIOT_REPLAY_ERROR);
}

static void
print_run (FoliotWorld *world, const char *out)
{
  g_autofree char *how_long = NULL;
  FoliotCounts counts;

  foliot_kernel_get_counts (foliot_world_get_kernel (world), &counts);
  how_long = g_strdup_printf ("%" G_GUINT64_FORMAT " events", counts.dispatched);
  foliot_drive_print_summary (world, out, how_long);
}

static int
report (FoliotWorld *world, const FoliotDriveOptions *options, const char *out)
{
  g_autofree char *digest = foliot_world_dup_digest (world);
  g_autoptr (GError) error = NULL;

  if (!options->json && !options->quiet)
    print_run (world, out);
  if (!options->json)
    printf ("digest %s\n", digest);
  else if (!print_json (out, &error))
    return foliot_drive_complain (error, FOLIOT_EXIT_RESULTS);
  fflush (stdout);
  return FOLIOT_EXIT_OK;
}

static int
conclude (FoliotReplay *replay, const FoliotDriveOptions *options, const GError *problem,
          const GError *failure, const char *out)
{
  /* A failure that the recording has, too, is no news beside what made the replay end. */
  if (problem != NULL)
    return foliot_drive_complain (problem, foliot_drive_get_exit_code (problem));
  if (failure != NULL)
    return foliot_drive_complain (failure, foliot_drive_get_exit_code (failure));
  if (!was_cut (replay, options))
    return FOLIOT_EXIT_OK;
  fprintf (stderr, "foliot: %s; the results up to here are in %s\n",
           foliot_watch_was_interrupted () ? "interrupted" : "interrupted here when it was recorded", out);
  return FOLIOT_EXIT_INTERRUPTED;
}

char *
foliot_drive_dup_out (FoliotScenario *scenario, const char *given)
{
  return given != NULL ? g_strdup (given)
                       : g_build_filename ("results", foliot_scenario_get_name (scenario), NULL);
}

/* Of the scenario's own times this was seen when it was read. */
static gboolean
expect_time (FoliotWorld *world, GError **error)
{
  FoliotTime begin = foliot_kernel_now (foliot_world_get_kernel (world));
  g_autofree char *first = foliot_time_format (begin), *last = NULL;

  if (foliot_world_get_until (world) > begin)
    return TRUE;
  last = foliot_time_format (foliot_world_get_until (world));
  g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_TYPE,
               "--until %s s: the run begins at %s s (\"init_time\"), and would be empty", last, first);
  return FALSE;
}

int
foliot_drive_run (FoliotScenario *scenario, const FoliotWorldOptions *world_options,
                  const FoliotDriveOptions *options)
{
  FoliotReplay *replay = world_options->replay;
  g_autoptr (GError) failure = NULL, problem = NULL, error = NULL;
  g_autofree char *out = foliot_drive_dup_out (scenario, options->out);
  g_autoptr (FoliotWorld) world = NULL;
  gboolean written;
  int code;

  if (options->dry || foliot_results_check_folder (out, &error))
    world = foliot_world_new (scenario, world_options, &error);
  if (world == NULL || !expect_time (world, &error))
    return foliot_drive_complain (error, foliot_drive_get_exit_code (error));
  run_world (world, world_options, options, &failure);
  end_journals (world, replay, &failure, &problem);
  if (failure == NULL && problem == NULL && !was_cut (replay, options) && world_options->keep_to == 0
      && !options->dry)
    foliot_world_check_expectations (world, &failure);
  if (!wants_results (world, options, problem, failure))
    {
      foliot_watch_end ();
      return conclude (replay, options, problem, failure, out);
    }
  written = foliot_world_write_results (world, out, &error);
  foliot_watch_end ();
  if (!written)
    {
      if (failure != NULL)
        foliot_drive_complain (failure, 0);
      return foliot_drive_complain (error, foliot_drive_get_exit_code (error));
    }
  code = report (world, options, out);
  return code != FOLIOT_EXIT_OK ? code : conclude (replay, options, problem, failure, out);
}
