/* SPDX-License-Identifier: MIT */
#include "bench-start.h"

#include <glib/gstdio.h>
#include <stdio.h>

/* A shell loop over seeds starts the command once per seed, so its start is measured as such a loop sees it. */

static double
run_once (const char *const *argv)
{
  gint64 start = g_get_monotonic_time ();
  int status = 0;

  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL,
                     NULL, NULL, &status, NULL)
      || status != 0)
    return -1.0;
  return (double) (g_get_monotonic_time () - start) / 1000.0;
}

static double
best_of (const char *const *argv, guint n_runs)
{
  double best = -1.0;

  for (guint i = 0; i < n_runs; i++)
    {
      double ms = run_once (argv);

      if (ms >= 0.0 && (best < 0.0 || ms < best))
        best = ms;
    }
  return best;
}

void
foliot_bench_start (guint n_runs)
{
  g_autofree char *exe = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *here = g_path_get_dirname (exe);
  g_autofree char *beside = g_build_filename (here, "..", "..", "src", "tools", "foliot", NULL);
  const char *command = g_file_test (beside, G_FILE_TEST_IS_EXECUTABLE) ? beside : "foliot";
  g_autofree char *folder = g_dir_make_tmp ("foliot-bench-XXXXXX", NULL);
  g_autofree char *scenario = g_build_filename (folder, "empty.json", NULL);
  g_autofree char *out = g_build_filename (folder, "out", NULL);
  const char *const foliot[] = { command, "run", scenario, "--quiet", "--out", out, NULL };
  const char *const nothing[] = { "true", NULL };
  double reference, ms;

  g_file_set_contents (scenario, "{ \"foliot\": 1, \"name\": \"empty\", \"duration\": 1 }\n", -1, NULL);
  reference = best_of (nothing, n_runs);
  ms = best_of (foliot, n_runs);
  if (ms < 0.0)
    printf ("start\t-\tms\t-\t%s cannot be run\n", command);
  else
    printf ("start\t%.1f\tms\t%.2f\ttrue %.1f\n", ms, reference / ms, reference);
}
