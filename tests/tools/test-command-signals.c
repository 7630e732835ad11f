/* SPDX-License-Identifier: MIT */
#include "test-command.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

/* What the command does when a signal comes: of a person, of its own timer, of a stack that is full. */

/* 285 simulated years: hours of real time. */
#define LONG_RUN "run . --set duration=9000000000 --out "

static JsonObject *
get_run (JsonParser *parser, const char *name)
{
  g_autofree char *text = test_file_read (name);

  g_assert_nonnull (text);
  g_assert_true (json_parser_load_from_data (parser, text, -1, NULL));
  return json_node_get_object (json_parser_get_root (parser));
}

static void
assert_files_are_there (JsonObject *run, const char *out)
{
  JsonArray *files = json_object_get_array_member (run, "files");

  g_assert_cmpuint (json_array_get_length (files), >=, 4);
  for (guint i = 0; i < json_array_get_length (files); i++)
    {
      g_autofree char *path
          = g_build_filename (test_folder, out, json_array_get_string_element (files, i), NULL);

      g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
    }
}

/* Runs as far as the interrupted run came, and a second more: without a terminal, and so without progress. The rows that the
 * interrupted run left begin the table. */
static void
assert_same_rows (JsonObject *run)
{
  g_autofree char *arguments = NULL, *cut = NULL, *whole = NULL;
  g_autoptr (TestProcess) process = NULL;
  gint64 until_s;

  g_assert_true (g_ascii_string_to_signed (json_object_get_string_member (run, "ended_at_s"), 10, 1,
                                           8000000000, &until_s, NULL));
  arguments = g_strdup_printf (LONG_RUN "whole --until %" G_GINT64_FORMAT, until_s + 1);
  process = test_command_run (arguments, NULL, 0);
  g_assert_cmpstr (process->err->str, ==, "");
  cut = test_file_read ("cut/seconds.csv");
  whole = test_file_read ("whole/seconds.csv");
  g_assert_cmpuint (strlen (cut), >, strlen ("i,draw\n"));
  g_assert_true (g_str_has_suffix (cut, "\n"));
  g_assert_true (g_str_has_prefix (whole, cut));
}

void
test_command_interrupt (void)
{
  g_autoptr (TestProcess) process = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  const TestSetting setting = { .terminal = TRUE };
  JsonObject *run;
  int status;

  test_scenario_write ("work");
  process = test_process_start (LONG_RUN "cut", &setting);
  test_process_await_error (process, "of 9000000000.0 s simulated");
  g_assert_cmpint (kill (process->pid, SIGINT), ==, 0);
  status = test_process_join (process);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 130);
  g_assert_nonnull (strstr (process->err->str, "foliot: interrupted; the results up to here are in cut"));
  run = get_run (parser, "cut/run.json");
  g_assert_false (json_object_get_boolean_member (run, "complete"));
  assert_files_are_there (run, "cut");
  assert_same_rows (run);
}

/* The line says how many Ctrl-C are still to come, so it also says when the first one has arrived. */
static void
test_second_interrupt (void)
{
  g_autoptr (TestProcess) process = NULL;
  g_autofree char *run = NULL;
  const TestSetting setting = { .watch = "1" };
  int status;

  test_scenario_write ("spin");
  process = test_process_start ("run . --out spun", &setting);
  test_process_await_error (
      process, " at 2000000000 ns of w; it computes, or waits outside of Foliot. Ctrl-C twice ends it");
  g_assert_cmpint (kill (process->pid, SIGINT), ==, 0);
  test_process_await_error (process, "Ctrl-C once more ends it");
  g_assert_cmpint (kill (process->pid, SIGINT), ==, 0);
  status = test_process_join (process);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 130);
  run = test_file_read ("spun/run.json");
  g_assert_null (run);
}

/* Returns: (transfer full): one that got a signal while it wrote into @folder; or, if nobody gave us a turn meanwhile, after that. */
static TestProcess *
interrupt_writing (const char *folder, int *out_code)
{
  int watch = test_folder_watch (folder), status;
  TestProcess *process = test_process_start ("run . --out written", NULL);

  test_folder_await (watch);
  g_assert_cmpint (kill (process->pid, SIGINT), ==, 0);
  status = test_process_join (process);
  g_assert_true (WIFEXITED (status));
  *out_code = WEXITSTATUS (status);
  return process;
}

/* The second signal, which would end the process, never comes: the first one lets it finish what it writes. */
static void
test_interrupt_while_writing (void)
{
  g_autofree char *folder = g_build_filename (test_folder, "written", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (TestProcess) process = NULL;
  JsonObject *run;
  int code = 0;

  test_scenario_write ("many rows");
  g_assert_cmpint (g_mkdir (folder, 0777), ==, 0);
  for (guint i = 0; i < 20 && code == 0; i++)
    {
      g_clear_pointer (&process, test_process_free);
      process = interrupt_writing (folder, &code);
    }
  g_assert_cmpint (code, ==, 130);
  g_assert_nonnull (strstr (process->err->str, "foliot: interrupted; the results up to here are in written"));
  run = get_run (parser, "written/run.json");
  g_assert_true (json_object_get_boolean_member (run, "complete"));
  assert_files_are_there (run, "written");
}

static void
test_check_interrupt (void)
{
  g_autoptr (TestProcess) process = NULL;
  g_autofree char *run = NULL;
  const TestSetting setting = { .terminal = TRUE };
  int status;

  test_scenario_write ("work");
  process = test_process_start (LONG_RUN "checked --check", &setting);
  test_process_await_error (process, "of 9000000000.0 s simulated");
  g_assert_cmpint (kill (process->pid, SIGINT), ==, 0);
  status = test_process_join (process);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 130);
  g_assert_nonnull (strstr (process->err->str, "s two runs of the same world are equal"));
  run = test_file_read ("checked/run.json");
  g_assert_null (run);
}

static void
test_check_never_yields (void)
{
  g_autoptr (TestProcess) process = NULL;
  const TestSetting setting = { .watch = "1" };

  test_scenario_write ("spin");
  process = test_process_start ("run . --check --out spun", &setting);
  test_process_await_error (process, "foliot: does not yield: event ");
  test_process_await_error (process, " at 2000000000 ns of w;");
  g_assert_cmpint (kill (process->pid, SIGKILL), ==, 0);
  g_assert_true (WIFSIGNALED (test_process_join (process)));
}

static void
test_never_yields (void)
{
  g_autoptr (TestProcess) process = NULL;
  const TestSetting setting = { .watch = "1" };

  test_scenario_write ("spin");
  process = test_process_start ("run . --out spun", &setting);
  test_process_await_error (process, "foliot: does not yield: event ");
  test_process_await_error (process, " at 2000000000 ns of w;");
  g_assert_cmpint (kill (process->pid, SIGKILL), ==, 0);
  g_assert_true (WIFSIGNALED (test_process_join (process)));
}

static void
test_watch_seconds (void)
{
  static const char *const wrong[] = { "0", "soon", "", "-1", "86401", "1.5" };

  test_scenario_write ("work");
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      const TestSetting setting = { .watch = wrong[i] };
      g_autoptr (TestProcess) process = test_command_run ("run . --out o", &setting, 2);

      g_assert_nonnull (strstr (process->err->str, "expected a whole number of seconds from 1 to 86400"));
    }
}

static void
test_overflow (void)
{
  g_autoptr (TestProcess) process = NULL;
  int status;

#if SANITIZED
  g_test_skip ("a sanitizer has its own words for a stack that is full");
  return;
#endif
  test_scenario_write ("overflow");
  process = test_process_start ("run . --out over", NULL);
  status = test_process_join (process);
  g_assert_true (WIFSIGNALED (status));
  g_assert_true (WTERMSIG (status) == SIGSEGV || WTERMSIG (status) == SIGABRT);
  g_assert_nonnull (strstr (process->err->str, " “w” used more than its 64 KiB of stack"));
}

void
test_command_add_signals (void)
{
  g_test_add_func ("/command/interrupt", test_command_interrupt);
  g_test_add_func ("/command/second-interrupt", test_second_interrupt);
  g_test_add_func ("/command/interrupt-while-writing", test_interrupt_while_writing);
  g_test_add_func ("/command/check-interrupt", test_check_interrupt);
  g_test_add_func ("/command/check-never-yields", test_check_never_yields);
  g_test_add_func ("/command/never-yields", test_never_yields);
  g_test_add_func ("/command/watch-seconds", test_watch_seconds);
  g_test_add_func ("/command/overflow", test_overflow);
}
