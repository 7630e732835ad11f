/* SPDX-License-Identifier: MIT */
#include "bench-diff.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <foliot/foliot.h>

/* The runs of the token ring: its nodes do nothing but pass on what they get, so that next to nothing hides what is measured. The
 * second run differs from the first by the number of hops, which shows when the first token comes to rest. */

#define RING                                                                                                 \
  "{ \"foliot\": 1, \"name\": \"ring\", \"module\": \"token-ring\", \"seed\": 1, \"duration\": \"30 d\",\n"  \
  "  \"parameters\": { \"hops\": 100 },\n"                                                                   \
  "  \"containers\": [{ \"name\": \"ring\", \"codec\": \"msgpack\" }],\n"                                    \
  "  \"agents\": [{ \"name\": \"Node_{index}\", \"count\": 500, \"type\": \"Node\", \"args\": { \"index\": " \
  "\"$index\",\n"                                                                                            \
  "    \"next\": { \"agent\": \"Node_{next}\" }, \"tokens\": 100, \"hops\": \"$hops\", \"time_out_s\": 2.5 " \
  "} }],\n"                                                                                                  \
  "  \"links\": [{ \"latency\": \"1 s\", \"loss\": 0.01 }],\n"                                               \
  "  \"outputs\": [{ \"table\": \"arrivals\", \"columns\": [\"token\", \"hops\"] }] }\n"

typedef struct
{
  double user_s, wall_s, peak_mb;
  int code;
} Cost;

static char *
dup_command (void)
{
  g_autofree char *exe = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *here = g_path_get_dirname (exe);
  g_autofree char *beside = g_build_filename (here, "..", "..", "src", "tools", "foliot", NULL);

  return g_file_test (beside, G_FILE_TEST_IS_EXECUTABLE) ? g_steal_pointer (&beside) : g_strdup ("foliot");
}

static double
to_seconds (struct timeval time)
{
  return (double) time.tv_sec + (double) time.tv_usec / 1e6;
}

/* In @folder; the memory is that of the process itself, not of those that it starts. */
static Cost
run (const char *folder, const char *arguments)
{
  g_autofree char *command = dup_command (), *line = g_strconcat (command, " ", arguments, NULL);
  g_auto (GStrv) argv = g_strsplit (line, " ", 0);
  gint64 start = g_get_monotonic_time ();
  struct rusage usage = { 0 };
  Cost cost = { .code = -1 };
  int status;
  GPid pid;

  if (!g_spawn_async (folder, argv, NULL,
                      G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL,
                      NULL, &pid, NULL)
      || wait4 (pid, &status, 0, &usage) != pid)
    return cost;
  cost.wall_s = (double) (g_get_monotonic_time () - start) / 1e6;
  cost.user_s = to_seconds (usage.ru_utime) + to_seconds (usage.ru_stime);
  cost.peak_mb = (double) usage.ru_maxrss / 1024.0;
  cost.code = WIFEXITED (status) ? WEXITSTATUS (status) : -1;
  return cost;
}

static char *
make_folder (void)
{
  char *folder = g_dir_make_tmp ("foliot-bench-XXXXXX", NULL);
  g_autofree char *scenario = g_build_filename (folder, "ring.json", NULL);

  g_file_set_contents (scenario, RING, -1, NULL);
  return folder;
}

static void
remove_folder (const char *folder)
{
  const char *const argv[] = { "rm", "-r", folder, NULL };

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
}

/* -- what keeping costs --------------------------------------------------------------------------------------------------- */

static FoliotScenario *
load (const char *folder, guint n_hops)
{
  g_autofree char *exe = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *here = g_path_get_dirname (exe);
  g_autofree char *beside = g_build_filename (here, "..", "..", "scenarios", NULL);
  g_autofree char *path = g_build_filename (folder, "ring.json", NULL);
  g_autofree char *hops = g_strdup_printf ("hops=%u", n_hops);
  const char *const settings[] = { hops, NULL }, *const dirs[] = { beside, NULL };
  g_autoptr (GError) error = NULL;
  FoliotScenario *scenario = foliot_scenario_load (path, settings, NULL, dirs, &error);

  if (scenario == NULL)
    g_error ("%s", error->message);
  return scenario;
}

static double
get_user_s (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return to_seconds (usage.ru_utime) + to_seconds (usage.ru_stime);
}

static double
run_world (FoliotScenario *scenario, const FoliotWorldOptions *options)
{
  double start = get_user_s ();
  g_autoptr (FoliotWorld) world = foliot_world_new (scenario, options, NULL);

  if (world == NULL || !foliot_world_run (world, NULL))
    g_error ("the ring does not run");
  return get_user_s () - start;
}

static double
run_twins (FoliotScenario *scenario, const FoliotWorldOptions *options)
{
  double start = get_user_s ();

  if (!foliot_world_check_twins (scenario, options, NULL, NULL, NULL))
    g_error ("two runs of the ring differ");
  return get_user_s () - start;
}

static double
best_of (double (*func) (FoliotScenario *scenario, const FoliotWorldOptions *options),
         FoliotScenario *scenario, FoliotKeep keep, gboolean digest_off)
{
  const FoliotWorldOptions options = { .until = FOLIOT_TIME_NEVER, .keep = keep, .digest_off = digest_off };
  double best = G_MAXDOUBLE;

  for (guint i = 0; i < 5; i++)
    best = MIN (best, func (scenario, &options));
  return best;
}

static void
print_cost (const char *name, double cost, const char *reference, double reference_cost)
{
  printf ("%s\t%.3f\ts\t%.2f\t%s %.3f\n", name, cost, reference_cost / cost, reference, reference_cost);
}

void
foliot_bench_keeping (guint n_hops)
{
  g_autofree char *folder = make_folder ();
  g_autoptr (FoliotScenario) scenario = load (folder, n_hops);
  double off = best_of (run_world, scenario, FOLIOT_KEEP_NONE, TRUE);
  double digest = best_of (run_world, scenario, FOLIOT_KEEP_NONE, FALSE);

  print_cost ("keep-digest", digest, "no digest", off);
  print_cost ("keep-first", best_of (run_world, scenario, FOLIOT_KEEP_FIRST, FALSE), "digest alone", digest);
  print_cost ("keep-all", best_of (run_world, scenario, FOLIOT_KEEP_ALL, FALSE), "digest alone", digest);
  print_cost ("check", best_of (run_twins, scenario, FOLIOT_KEEP_NONE, FALSE), "one run", digest);
  remove_folder (folder);
}

/* -- what a comparison costs ----------------------------------------------------------------------------------------------- */

static void
print_diff (const char *name, Cost cost, Cost one)
{
  if (cost.code != 3)
    printf ("%s\t-\ts\t-\texit code %d\n", name, cost.code);
  else
    {
      printf ("%s\t%.3f\ts\t%.2f\tone run %.2f\n", name, cost.wall_s, one.wall_s / cost.wall_s, one.wall_s);
      printf ("%s-memory\t%.0f\tMB\t-\t-\n", name, cost.peak_mb);
    }
}

void
foliot_bench_diff (guint n_hops)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *a = g_strdup_printf ("run ring.json --quiet --set hops=%u --out a --events none", n_hops);
  g_autofree char *b
      = g_strdup_printf ("run ring.json --quiet --set hops=%u --out b --events none", n_hops + 1);
  g_autofree char *all_a
      = g_strdup_printf ("run ring.json --quiet --set hops=%u --out a --events all", n_hops);
  g_autofree char *all_b
      = g_strdup_printf ("run ring.json --quiet --set hops=%u --out b --events all", n_hops + 1);
  Cost one = run (folder, a);

  run (folder, b);
  print_diff ("diff-window", run (folder, "diff a b --scenario nowhere"), one);
  print_diff ("diff-again", run (folder, "diff a b --scenario ring.json"), one);
  run (folder, all_a);
  run (folder, all_b);
  print_diff ("diff-kept", run (folder, "diff a b"), one);
  remove_folder (folder);
}
