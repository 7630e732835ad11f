/* SPDX-License-Identifier: MIT */
#include "bench-command.h"

#include <sys/resource.h>
#include <sys/wait.h>

char *
bench_command_dup_path (void)
{
  g_autofree char *exe = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *here = g_path_get_dirname (exe);
  g_autofree char *beside = g_build_filename (here, "..", "..", "src", "tools", "foliot", NULL);

  return g_file_test (beside, G_FILE_TEST_IS_EXECUTABLE) ? g_steal_pointer (&beside) : g_strdup ("foliot");
}

BenchCommand
bench_command_start (const char *folder, const char *arguments)
{
  g_autofree char *path = bench_command_dup_path (), *line = g_strconcat (path, " ", arguments, NULL);
  g_auto (GStrv) argv = g_strsplit (line, " ", 0);
  BenchCommand command = { .start_us = g_get_monotonic_time () };
  g_autoptr (GError) error = NULL;

  if (!g_spawn_async (folder, argv, NULL,
                      G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL
                          | G_SPAWN_STDERR_TO_DEV_NULL,
                      NULL, NULL, &command.pid, &error))
    g_error ("%s", error->message);
  return command;
}

static double
to_seconds (struct timeval time)
{
  return (double) time.tv_sec + (double) time.tv_usec / 1e6;
}

BenchCost
bench_command_wait (BenchCommand command)
{
  struct rusage usage = { 0 };
  int status;

  if (wait4 (command.pid, &status, 0, &usage) != command.pid)
    return (BenchCost){ .code = -1 };
  return (BenchCost){
    .cpu_s = to_seconds (usage.ru_utime) + to_seconds (usage.ru_stime),
    .wall_s = (double) (g_get_monotonic_time () - command.start_us) / 1e6,
    .peak_mb = (double) usage.ru_maxrss / 1024.0,
    .code = WIFEXITED (status) ? WEXITSTATUS (status) : -1,
  };
}

BenchCost
bench_command_run (const char *folder, const char *arguments)
{
  return bench_command_wait (bench_command_start (folder, arguments));
}

char *
bench_folder_new (void)
{
  return g_dir_make_tmp ("foliot-bench-XXXXXX", NULL);
}

void
bench_folder_remove (const char *folder)
{
  const char *const argv[] = { "rm", "-r", folder, NULL };

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
}

void
bench_folder_write (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  if (!g_file_set_contents (path, text, -1, &error))
    g_error ("%s", error->message);
}
