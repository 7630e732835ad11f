/* SPDX-License-Identifier: MIT */
#include "bench-start.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "bench-command.h"

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

static void
print_start (const char *name, double ms, double reference)
{
  printf ("%s\t%.1f\tms\t%.2f\ttrue %.1f\n", name, ms, reference / ms, reference);
}

void
foliot_bench_start (guint n_runs)
{
  g_autofree char *command = bench_command_dup_path ();
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
    print_start ("start", ms, reference);
}

/* Returns: the milliseconds to READY, and what it said behind it; NULL when it did not get there. */
static char *
start_server (const char *command, const char *scenario, GPid *out_pid, double *out_ms)
{
  const char *const argv[] = { command, "serve", "tcp://127.0.0.1:0", "--scenario", scenario, NULL };
  gint64 start = g_get_monotonic_time ();
  char line[256] = "";
  FILE *out;
  int fd;

  if (!g_spawn_async_with_pipes (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, out_pid,
                                 NULL, &fd, NULL, NULL))
    return NULL;
  out = fdopen (fd, "r");
  if (fgets (line, sizeof line, out) == NULL || !g_str_has_prefix (line, "READY "))
    line[0] = '\0';
  *out_ms = (double) (g_get_monotonic_time () - start) / 1000.0;
  fclose (out);
  return line[0] != '\0' ? g_strdup (g_strchomp (line + strlen ("READY "))) : NULL;
}

void
foliot_bench_first_call (guint n_runs)
{
  g_autofree char *command = bench_command_dup_path ();
  g_autofree char *folder = g_dir_make_tmp ("foliot-bench-XXXXXX", NULL);
  g_autofree char *scenario = g_build_filename (folder, "one.json", NULL);
  const char *const nothing[] = { "true", NULL };
  double reference = best_of (nothing, n_runs), to_ready = G_MAXDOUBLE, to_exit = G_MAXDOUBLE;

  g_file_set_contents (
      scenario,
      "{ \"foliot\": 1, \"name\": \"one\", \"duration\": 1, \"module\": \"interop\", \"agents\": "
      "[{ \"name\": \"a\", \"type\": \"InteropAgent\" }] }\n",
      -1, NULL);
  for (guint i = 0; i < n_runs; i++)
    {
      GPid pid;
      double ms;
      g_autofree char *url = start_server (command, scenario, &pid, &ms);
      const char *const call[] = { command, "call", url, "add", "[3, 4]", NULL };

      if (url == NULL)
        {
          printf ("first-call\t-\tms\t-\t%s cannot serve\n", command);
          return;
        }
      to_ready = MIN (to_ready, ms);
      to_exit = MIN (to_exit, run_once (call));
      kill (pid, SIGTERM);
      g_spawn_close_pid (pid);
      waitpid (pid, NULL, 0);
    }
  print_start ("serve-ready", to_ready, reference);
  print_start ("first-call", to_exit, reference);
}
