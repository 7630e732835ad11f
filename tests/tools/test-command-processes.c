/* SPDX-License-Identifier: MIT */
#include "test-command.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* `foliot run` with a process for each container: the same tables as in one process, byte for byte; and a process that ends is told. */

#define RUN_WIND_PARK "run --quiet " TEST_SCENARIOS "/wind-park --out o --set transport="

/* Returns: (transfer full): the table that the run leaves. */
static char *
run (const char *line, const char *processes, const char *table)
{
  g_autofree char *arguments = g_strconcat (line, " --set processes=", processes, NULL);
  g_autofree char *path = g_build_filename ("o", table, NULL);
  g_autoptr (TestProcess) process = test_command_run (arguments, NULL, 0);
  char *text = test_file_read (path);

  g_assert_cmpstr (process->err->str, ==, "");
  g_assert_true (g_str_has_prefix (process->out->str, "digest "));
  g_assert_cmpint (g_str_equal (process->out->str, "digest none\n"), ==, g_str_equal (processes, "true"));
  g_assert_nonnull (text);
  return text;
}

static void
test_wind_park (gconstpointer transport)
{
  g_autofree char *line = g_strconcat (RUN_WIND_PARK, transport, NULL);
  g_autofree char *one = run (line, "false", "turbines.csv");
  g_autofree char *several = run (line, "true", "turbines.csv");

  g_assert_cmpstr (several, ==, one);
}

/* Three containers with a worker each; that of the second does @what. */
static void
write_scenario (const char *what)
{
  g_autofree char *path = g_build_filename (test_folder, "scenario.json", NULL);
  g_autofree char *json = g_strdup_printf (
      "{\"foliot\": 1, \"name\": \"p\", \"duration\": 5, \"module\": \"good\", \"transport\": \"tcp\", "
      "\"containers\": [{\"name\": \"a\"}, {\"name\": \"b\"}, {\"name\": \"c\"}], \"agents\": "
      "[{\"name\": \"first\", \"type\": \"Worker\", \"container\": \"a\"}, "
      "{\"name\": \"third\", \"type\": \"Worker\", \"container\": \"c\"}, "
      "{\"name\": \"second\", \"type\": \"Worker\", \"container\": \"b\", \"args\": {\"what\": \"%s\"}}], "
      "\"outputs\": [{\"table\": \"seconds\", \"columns\": [\"i\", \"draw\"]}]}",
      what);

  g_assert_true (g_file_set_contents (path, json, -1, NULL));
}

static void
test_recorded (void)
{
  write_scenario ("work");

  g_autofree char *one = run ("run . --quiet --seed 7 --out o", "false", "seconds.csv");
  g_autofree char *several = run ("run . --quiet --seed 7 --out o", "true", "seconds.csv");

  g_assert_cmpstr (several, ==, one);
}

/* Agents that live together are found by their ids, from here and from elsewhere, also when they come later in the file. */
static void
test_ring (void)
{
  g_autofree char *path = g_build_filename (test_folder, "scenario.json", NULL);
  static const char json[]
      = "{\"foliot\": 1, \"name\": \"ring\", \"duration\": 5, \"module\": \"token-ring\", \"transport\": "
        "\"tcp\", "
        "\"containers\": [{\"name\": \"a\"}, {\"name\": \"b\"}, {\"name\": \"c\"}], "
        "\"agents\": [{\"name\": \"Node_{index}\", \"count\": 6, \"type\": \"Node\", "
        "\"container\": {\"each\": [\"b\", \"c\", \"a\", \"c\", \"b\", \"c\"]}, "
        "\"args\": {\"index\": \"$index\", \"next\": {\"agent\": \"Node_{next}\"}, \"tokens\": 2, \"hops\": "
        "9, "
        "\"time_out_s\": 2.5}}], "
        "\"outputs\": [{\"table\": \"nodes\", \"every\": 1, \"columns\": [\"passed\", \"resent\", "
        "\"dropped\"]}], "
        "\"expect\": [{\"table\": \"nodes\", \"column\": \"passed\", \"fold\": \"sum\", \"by\": \"time_s\", "
        "\"equals\": 18}]}";

  g_assert_true (g_file_set_contents (path, json, -1, NULL));

  g_autofree char *one = run ("run . --quiet --out o", "false", "nodes.csv");
  g_autofree char *several = run ("run . --quiet --out o", "true", "nodes.csv");

  g_assert_cmpstr (several, ==, one);
}

static void
assert_fails (const char *arguments, int code, const char *const *words)
{
  g_autoptr (TestProcess) process = test_command_run (arguments, NULL, code);

  for (gsize i = 0; words[i] != NULL; i++)
    if (strstr (process->err->str, words[i]) == NULL)
      g_error ("“foliot %s” says “%s”, not “%s”", arguments, process->err->str, words[i]);
}

static void
test_killed (void)
{
  static const char *const words[]
      = { "foliot: container b: at 2 s its process ", " was killed by signal 9 (",
          "its last lines:\n  READY tcp:", "\n  about to go\n", NULL };

  write_scenario ("kill");
  assert_fails ("run . --quiet --out o --set processes=true", 5, words);
}

static void
test_overflow (void)
{
  static const char *const words[] = { "foliot: container b: at 2 s its process ", " was killed by signal ",
                                       " “second” used more than its 64 KiB of stack", NULL };

#if SANITIZED
  g_test_skip ("a sanitizer has its own words for a stack that is full");
  return;
#endif
  write_scenario ("overflow");
  assert_fails ("run . --quiet --out o --set processes=true", 5, words);
}

static void
test_agent_failed (void)
{
  static const char *const in_run[]
      = { "foliot: container b: at 3 s its process ", "agent second: run failed at 3 s: as planned", NULL };
  static const char *const in_init[]
      = { "foliot: container b: at -1 s its process ", "agent second: start (", NULL };

  write_scenario ("fail in run");
  assert_fails ("run . --quiet --out o --set processes=true", 1, in_run);
  write_scenario ("fail in init");
  assert_fails ("run . --quiet --out o --set processes=true", 1, in_init);
}

/* What agents of other processes recorded is not lost with the one that fails. */
static void
test_rows_of_failed (void)
{
  g_autofree char *rows = NULL;

  write_scenario ("fail in run");
  assert_fails ("run . --quiet --out failed --set processes=true", 1,
                (const char *const[]){ "as planned", NULL });
  rows = test_file_read ("failed/seconds.csv");
  g_assert_nonnull (strstr (rows, "\n1,first,1,"));
  g_assert_nonnull (strstr (rows, "\n1,third,1,"));
}

/* Returns: (transfer full): one whose second agent works at something, and does not come back. */
static TestProcess *
start_spinning (const char *out)
{
  g_autofree char *line
      = g_strconcat ("run . --quiet --set processes=true --set transport=tls --out ", out, NULL);
  g_autofree char *sign = g_strconcat (test_folder, "/", out, ".sign", NULL);
  TestProcess *process;

  g_assert_no_errno (mkfifo (sign, 0600));
  g_setenv ("FOLIOT_TEST_SPINS", sign, TRUE);
  process = test_process_start (line, NULL);
  g_unsetenv ("FOLIOT_TEST_SPINS");
  g_assert_no_errno (close (open (sign, O_RDONLY | O_CLOEXEC))); /* comes back when the other end is opened */
  return process;
}

/* Nor by Ctrl-C, if one of them works at something; a second one leaves nothing behind with which others could get in. */
static void
test_interrupted (void)
{
  g_autofree char *private = g_build_filename (test_folder, "private", NULL), *rows = NULL;
  g_autoptr (TestProcess) first = NULL, second = NULL;
  g_autoptr (GDir) dir = NULL;
  const char *name;

  g_assert_cmpint (g_mkdir (private, 0700), ==, 0);
  write_scenario ("spin");
  g_setenv ("TMPDIR", private, TRUE);
  first = start_spinning ("cut");
  second = start_spinning ("ended");
  g_unsetenv ("TMPDIR");
  g_assert_cmpint (kill (first->pid, SIGINT), ==, 0);
  g_assert_cmpint (kill (second->pid, SIGINT), ==, 0);
  g_assert_cmpint (kill (second->pid, SIGINT), ==, 0);
  test_process_join (first);
  test_process_join (second);
  rows = test_file_read ("cut/seconds.csv");
  g_assert_nonnull (strstr (rows, "\n1,third,1,"));
  g_assert_null (strstr (rows, ",second,"));
  dir = g_dir_open (private, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *key = g_build_filename (private, name, "key.pem", NULL);

      g_assert_false (g_file_test (key, G_FILE_TEST_EXISTS));
    }
}

static void
test_refused (void)
{
  static const char *const local[] = { "processes", "not \"local\"", NULL };
  static const char *const elsewhere[] = { "only `foliot run` makes a process for each container", NULL };

  write_scenario ("work");
  assert_fails ("run . --out o --set processes=true --set transport=local", 2, local);
  assert_fails ("serve tcp://127.0.0.1:0 --scenario . --set processes=true", 2, elsewhere);
  assert_fails ("child --scenario . --container nobody --seed 1 --set processes=true", 2,
                (const char *const[]){ "p has no container nobody", NULL });
}

void
test_command_add_processes (void)
{
  g_test_add_data_func ("/command/processes/tcp", "tcp", test_wind_park);
  g_test_add_data_func ("/command/processes/unix", "unix", test_wind_park);
  g_test_add_data_func ("/command/processes/tls", "tls", test_wind_park);
  g_test_add_func ("/command/processes/recorded", test_recorded);
  g_test_add_func ("/command/processes/ring", test_ring);
  g_test_add_func ("/command/processes/killed", test_killed);
  g_test_add_func ("/command/processes/overflow", test_overflow);
  g_test_add_func ("/command/processes/agent-failed", test_agent_failed);
  g_test_add_func ("/command/processes/rows-of-failed", test_rows_of_failed);
  g_test_add_func ("/command/processes/interrupted", test_interrupted);
  g_test_add_func ("/command/processes/refused", test_refused);
}
