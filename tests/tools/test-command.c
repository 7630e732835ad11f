/* SPDX-License-Identifier: MIT */
#include "test-command.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the command prints, and its exit codes. Agents come from the module `good` of TEST_MODULE_DIR. */

static void
assert_complains (const char *arguments, int code, const char *message)
{
  g_autoptr (TestProcess) process = test_command_run (arguments, NULL, code);

  g_assert_true (g_str_has_prefix (process->err->str, "foliot: "));
  g_assert_nonnull (strstr (process->err->str, message));
}

static void
test_quiet (void)
{
  g_autoptr (TestProcess) once = NULL, again = NULL, other = NULL;

  test_scenario_write ("work");
  once = test_command_run ("run --quiet . --out o", NULL, 0);
  again = test_command_run ("run . --out=o --quiet --check --through-codec", NULL, 0);
  other = test_command_run ("run . --seed 7 --quiet --out o", NULL, 0);
  g_assert_true (g_str_has_prefix (once->out->str, "digest "));
  g_assert_cmpuint (once->out->len, ==, strlen ("digest \n") + 32);
  g_assert_cmpstr (once->err->str, ==, "");
  g_assert_cmpstr (again->out->str, ==, once->out->str);
  g_assert_true (g_str_has_prefix (other->out->str, "digest "));
  g_assert_cmpstr (other->out->str, !=, once->out->str);
}

static void
test_exit_codes (void)
{
  test_scenario_write ("work");
  assert_complains ("run . --until 2 --out o", 1, "count of rows");
  assert_complains ("run", 2, "expected one SCENARIO, found 0");
  assert_complains ("run nobody", 2, "nobody: no such file or folder");
  assert_complains ("run . --seed x", 2, "--seed x: expected a whole number");
  assert_complains ("run . --until soon", 2, "--until: Cannot read \"soon\" as a time");
  assert_complains ("run . --set nothing", 2, "--set nothing: expected PATH=VALUE");
  assert_complains ("rnu", 2, "unknown verb \"rnu\", did you mean \"run\"? foliot help lists the verbs");
  assert_complains ("help runn", 2, "no help for \"runn\"");
  assert_complains ("run . --out .", 4, "holds files that no run left there");
  assert_complains ("run . --until=-1", 2, "--until -1 s: the run begins at -1 s");
  test_scenario_write ("fail in init");
  assert_complains ("run . --out o", 1, "agent w: start (");
  test_scenario_write ("fail in run");
  assert_complains ("run . --out o", 1, "agent w: run failed at 3 s: as planned");
  test_scenario_write ("differ");
  assert_complains ("run . --check --out o", 3, "two runs of the same world differ");
}

/* What is misspelled, or is for something else, is said, with what to do; and before the run, not behind it. */
static void
test_slips (void)
{
  g_autofree char *fifo = g_build_filename (test_folder, "fifo", NULL);
  g_autofree char *comma = g_build_filename (test_folder, "comma.json", NULL);
  g_autoptr (TestProcess) recorded = NULL, checked = NULL;
  struct stat status;

  test_scenario_write ("work");
  assert_complains ("run . --recrod=x", 2,
                    "Unknown option --recrod=x, did you mean \"--record\"? (foliot help run)");
  assert_complains ("run . --until", 2, "Missing argument for --until (foliot help run)");
  assert_complains ("decode --codek json", 2, "did you mean \"--codec\"? (foliot help decode)");
  assert_complains ("run . --set name=2017-01-01", 2,
                    "the value is not JSON: 1:5: extra data; a text that is");
  assert_complains ("run . --record-bytes", 2, "--record-bytes: nothing is recorded");
  assert_complains ("run . --record-agents", 2, "--record-agents: nothing is recorded");
  assert_complains ("serve ipc://[x] --scenario . --record-bytes", 2, "--record-bytes: nothing is recorded");
  assert_complains ("run . --modules nowhere", 2, "--modules nowhere: there is no such folder");
  assert_complains ("diff a b --modules-b nowhere", 2, "--modules-b nowhere: there is no such folder");
  assert_complains ("run . --out scenario.json --record early.flj", 4, "scenario.json: cannot be made");
  g_assert_null (test_file_read ("early.flj"));
  recorded = test_command_run ("run . --out o --record slip.flj", NULL, 0);
  checked = test_command_run ("run . --out o --check --record slip.flj", NULL, 0);
  assert_complains ("run slip.flj", 2, "a recording, not a scenario: foliot replay slip.flj plays it back");
  assert_complains ("replay slip.flj --modules nowhere", 2, "--modules nowhere: there is no such folder");
  assert_complains ("replay slip.flj --until=-1 --out o", 2, "the run begins at -1 s");
  assert_complains ("replay . ", 2, ".: cannot be read: it is a folder; expected the file of a recording");
  assert_complains ("diff nowhere o", 2, "nowhere: no such file or folder");
  assert_complains ("diff . o", 2, ".: not the results folder of a run");
  g_assert_true (g_file_set_contents (comma, "{ \"foliot\": 1, }", -1, NULL));
  assert_complains ("run comma.json", 2, "comma.json:1:16: expected a key in double quotes behind the comma");
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  assert_complains ("fmu " TEST_SCENARIOS "/wind-park -o fifo", 4, "fifo cannot be written: it is there");
  g_assert_cmpint (stat (fifo, &status), ==, 0);
  g_assert_true (S_ISFIFO (status.st_mode));
}

/* A recording without its answers, such as where the container listens. */
static void
produce_missing (void)
{
  g_autofree char *whole = g_build_filename (test_folder, "whole.flj", NULL);
  g_autofree char *part = g_build_filename (test_folder, "part.flj", NULL);
  g_autoptr (TestProcess) recorded = NULL, replayed = NULL;
  g_autoptr (FoliotJournalReader) reader = NULL;
  g_autoptr (FoliotJournalWriter) writer = NULL;
  const FoliotJournalRecord *record;

  test_scenario_write ("work");
  recorded = test_command_run ("run . --out o --set transport=tcp --record whole.flj", NULL, 0);
  reader = foliot_journal_reader_new (whole, NULL);
  g_assert_nonnull (reader);
  writer = foliot_journal_writer_new (part, foliot_journal_reader_get_header (reader), NULL);
  g_assert_nonnull (writer);
  while ((record = foliot_journal_reader_next (reader, NULL)) != NULL)
    if (record->kind != FOLIOT_JOURNAL_OBSERVED)
      g_assert_true (foliot_journal_writer_add (writer, record, NULL));
  g_assert_true (foliot_journal_writer_close (writer, NULL));
  replayed = test_command_run ("replay part.flj --out o", NULL, 6);
}

/* One run for each code; fails for a code without one. */
static void
produce (guint64 code)
{
  static const struct
  {
    guint64 code;
    const char *what;
    const char *arguments;
  } runs[] = {
    { 0, "work", "run . --out o" },      { 1, "fail in run", "run . --out o" },
    { 2, "work", "run nobody" },         { 3, "differ", "run . --check --out o" },
    { 4, "work", "run . --out ." },      { 5, "work", "call ipc://[nobody]/0 add" },
    { 7, "work", "show scenario.json" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (runs); i++)
    if (runs[i].code == code)
      {
        g_autoptr (TestProcess) process = NULL;

        test_scenario_write (runs[i].what);
        process = test_command_run (runs[i].arguments, NULL, (int) code);
        return;
      }
  if (code == 6)
    {
      produce_missing ();
      return;
    }
  g_assert_cmpuint (code, ==, 130);
  test_command_interrupt ();
}

static void
test_documented_codes (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "docs", "exit-codes.md", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint n = 0;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "| ") && g_ascii_isdigit (lines[i][2]))
      {
        produce (g_ascii_strtoull (lines[i] + 2, NULL, 10));
        n++;
      }
  g_assert_cmpuint (n, >=, 6);
}

static void
test_help (void)
{
  static const char *const lines[] = {
    "help",        "help certs",    "help run",  "help replay",       "help diff",         "help serve",
    "help call",   "help describe", "help wire", "help show",         "help new",          "help bench",
    "help encode", "help decode",   "--version", "describe --schema", "describe . --json", "describe ."
  };

  test_scenario_write ("work");
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr (TestProcess) process = test_command_run (lines[i], NULL, 0);

      g_assert_cmpstr (process->out->str, !=, "");
      g_assert_cmpstr (process->err->str, ==, "");
    }
}

/* There is one help of a verb, for terminals of 80 columns. */
static void
test_help_pages (void)
{
  static const char *const verbs[]
      = { "run",  "replay",   "diff", "show", "mosaik", "helics", "fmu",    "serve",
          "call", "describe", "wire", "new",  "certs",  "bench",  "encode", "decode" };

  for (gsize i = 0; i < G_N_ELEMENTS (verbs); i++)
    {
      g_autofree char *page = g_strconcat ("help ", verbs[i], NULL);
      g_autofree char *option = g_strconcat (verbs[i], " --help", NULL);
      g_autofree char *begin = g_strdup_printf ("Usage: foliot %s ", verbs[i]);
      g_autoptr (TestProcess) one = test_command_run (page, NULL, 0);
      g_autoptr (TestProcess) other = test_command_run (option, NULL, 0);
      g_auto (GStrv) lines = g_strsplit (one->out->str, "\n", -1);

      g_assert_true (g_str_has_prefix (one->out->str, begin));
      g_assert_cmpstr (one->out->str, ==, other->out->str);
      for (gsize j = 0; lines[j] != NULL; j++)
        g_assert_cmpint (g_utf8_strlen (lines[j], -1), <=, 80);
    }
}

int
main (int argc, char **argv)
{
  g_autofree char *link = NULL, *line = NULL;
  int result;

  g_test_init (&argc, &argv, NULL);
  test_folder = g_dir_make_tmp ("foliot-command-XXXXXX", NULL);
  link = g_build_filename (test_folder, "good.so", NULL);
  g_assert_cmpint (symlink (TEST_MODULE_DIR "/good.so", link), ==, 0);
  g_test_add_func ("/command/quiet", test_quiet);
  g_test_add_func ("/command/exit-codes", test_exit_codes);
  g_test_add_func ("/command/documented-codes", test_documented_codes);
  g_test_add_func ("/command/help", test_help);
  g_test_add_func ("/command/help-pages", test_help_pages);
  g_test_add_func ("/command/slips", test_slips);
  test_command_add_certs ();
  test_command_add_diff ();
  test_command_add_output ();
  test_command_add_processes ();
  test_command_add_serve ();
  test_command_add_crowd ();
  test_command_add_signals ();
  test_command_add_show ();
  test_command_add_wire ();
  result = g_test_run ();
  line = g_strconcat ("rm -r ", test_folder, NULL);
  g_spawn_command_line_sync (line, NULL, NULL, NULL, NULL);
  g_free (test_folder);
  return result;
}
