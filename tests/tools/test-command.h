/* SPDX-License-Identifier: MIT */
#pragma once

#include <sys/resource.h>

#include <foliot/foliot.h>

/* The command as a process of its own: FOLIOT_COMMAND, in a folder where `good.so` and scenario.json lie. Nothing here looks at
 * a clock: whoever waits, waits for output, and the deadline only fails the test. */

typedef struct
{
  const char *input;     /* nullable; file of the folder that is its standard input */
  const char *watch;     /* nullable; FOLIOT_WATCH_SECONDS */
  gboolean terminal;     /* standard error is one, instead of a pipe */
  gboolean full_output;  /* standard output is a device without space, instead of a pipe */
  rlim_t max_file_bytes; /* 0: no limit; a file that would grow beyond cannot be written */
} TestSetting;

typedef struct
{
  GPid pid;
  int out_fd;
  int err_fd;
  GString *out;
  GString *err;
} TestProcess;

extern char *test_folder;

/* Writes scenario.json with one agent "w" that does @what (tests/scenario/modules/good.c). */
void test_scenario_write (const char *what);
/* Starts `foliot @arguments`. */
TestProcess *test_process_start (const char *arguments, const TestSetting *setting);
/* Returns as soon as standard error holds @text; fails when it ends without. */
void test_process_await_error (TestProcess *process, const char *text);
/* Returns the first line of standard output, as soon as it is there; fails when there is none. */
char *test_process_await_line (TestProcess *process);
/* Reads to the end; returns the status as of waitpid(). */
int test_process_join (TestProcess *process);
void test_process_free (TestProcess *process);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestProcess, test_process_free)

/* Runs `foliot @arguments` to its end; fails unless it exits with @code. */
TestProcess *test_command_run (const char *arguments, const TestSetting *setting, int code);
/* Watches a folder, from before the process that writes there starts; the second returns as soon as something is made in it. */
int test_folder_watch (const char *folder);
void test_folder_await (int watch);
/* The text of a file of the folder; %NULL if there is none. */
char *test_file_read (const char *name);

/* Fails unless an interrupted run exits with 130 and leaves results that say so. */
void test_command_interrupt (void);
void test_command_add_certs (void);
void test_command_add_crowd (void);
void test_command_add_diff (void);
void test_command_add_output (void);
void test_command_add_processes (void);
void test_command_add_serve (void);
void test_command_add_show (void);
void test_command_add_signals (void);
void test_command_add_wire (void);
