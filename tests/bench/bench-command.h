/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* The command itself, as a benchmark starts it: that of the build folder, or the installed one. */

typedef struct
{
  gint64 start_us;
  GPid pid;
} BenchCommand;

typedef struct
{
  double cpu_s, wall_s, peak_mb; /* of the process itself, not of those that it starts */
  int code;                      /* −1: it did not exit */
} BenchCost;

/* Returns: (transfer full): its path. */
char *bench_command_dup_path (void);
/* In @folder; @arguments are parted by blanks. What it prints is not seen, nor what it complains of. */
BenchCommand bench_command_start (const char *folder, const char *arguments);
BenchCost bench_command_wait (BenchCommand command);
BenchCost bench_command_run (const char *folder, const char *arguments);

/* Returns: (transfer full): an empty folder for files. */
char *bench_folder_new (void);
/* With all that is in it. */
void bench_folder_remove (const char *folder);
void bench_folder_write (const char *folder, const char *name, const char *text);
