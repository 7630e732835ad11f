/* SPDX-License-Identifier: MIT */
#include "bench-keeping.h"

#include <foliot/foliot.h>

#include "bench-command.h"
#include "bench-pairs.h"
#include "bench-park.h"
#include "bench-ring.h"

#define N_ROUNDS 15

typedef struct
{
  FoliotScenario *scenario;
  FoliotWorldOptions options;
} Run;

static FoliotScenario *
load (const char *folder, const char *file, const char *setting)
{
  g_autofree char *exe = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *here = g_path_get_dirname (exe);
  g_autofree char *beside = g_build_filename (here, "..", "..", "scenarios", NULL);
  g_autofree char *path = g_build_filename (folder, file, NULL);
  const char *const settings[] = { setting, NULL }, *const dirs[] = { beside, NULL };
  g_autoptr (GError) error = NULL;
  FoliotScenario *scenario = foliot_scenario_load (path, settings, NULL, dirs, &error);

  if (scenario == NULL)
    g_error ("%s", error->message);
  return scenario;
}

static BenchTimes
run_world (gpointer user_data)
{
  const Run *run = user_data;
  BenchTimes begin = bench_times_now ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotWorld) world = foliot_world_new (run->scenario, &run->options, &error);

  if (world == NULL || !foliot_world_run (world, &error))
    g_error ("%s", error->message);
  g_clear_object (&world);
  return bench_times_since (begin);
}

static BenchTimes
run_twins (gpointer user_data)
{
  const Run *run = user_data;
  BenchTimes begin = bench_times_now ();
  g_autoptr (GError) error = NULL;

  if (!foliot_world_check_twins (run->scenario, &run->options, NULL, NULL, &error))
    g_error ("%s", error->message);
  return bench_times_since (begin);
}

/* A plain run, which has a digest, is the reference. */
static void
compare (FoliotScenario *scenario, const char *name)
{
  Run off = { scenario, { .until = FOLIOT_TIME_NEVER, .keep = FOLIOT_KEEP_NONE, .digest_off = TRUE } };
  Run plain = { scenario, { .until = FOLIOT_TIME_NEVER, .keep = FOLIOT_KEEP_NONE } };
  Run first = { scenario, { .until = FOLIOT_TIME_NEVER, .keep = FOLIOT_KEEP_FIRST } };
  Run all = { scenario, { .until = FOLIOT_TIME_NEVER, .keep = FOLIOT_KEEP_ALL } };
  g_autofree char *without = g_strconcat (name, "-no-digest", NULL);
  g_autofree char *keep_first = g_strconcat (name, "-keep-first", NULL);
  g_autofree char *keep_all = g_strconcat (name, "-keep-all", NULL);
  g_autofree char *twice = g_strconcat (name, "-check", NULL);
  const BenchSide sides[] = { { "plain", run_world, &plain },
                              { without, run_world, &off },
                              { keep_first, run_world, &first },
                              { keep_all, run_world, &all },
                              { twice, run_twins, &plain } };

  bench_pairs (sides, G_N_ELEMENTS (sides), N_ROUNDS, FALSE);
}

void
foliot_bench_keeping (guint n_hops)
{
  g_autofree char *folder = bench_folder_new ();
  g_autofree char *hops = g_strdup_printf ("hops=%u", n_hops);
  g_autoptr (FoliotScenario) scenario = NULL;

  bench_folder_write (folder, "ring.json", BENCH_RING);
  scenario = load (folder, "ring.json", hops);
  compare (scenario, "ring");
  bench_folder_remove (folder);
}

void
foliot_bench_keeping_park (guint n_days)
{
  g_autofree char *folder = bench_folder_new ();
  g_autoptr (FoliotScenario) scenario = NULL;

  bench_park_write (folder, n_days);
  scenario = load (folder, BENCH_PARK_FILE, NULL);
  compare (scenario, "park");
  bench_folder_remove (folder);
}
