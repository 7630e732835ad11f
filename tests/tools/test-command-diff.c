/* SPDX-License-Identifier: MIT */
#include "test-command.h"

#include <foliot/foliot-journal.h>

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/wait.h>

/* `foliot diff`: two runs of the shipped wind park, whose controller hands out limits. */

#define PARK "run " TEST_SCENARIOS "/wind-park --quiet "

static TestProcess *
run_park (const char *options)
{
  g_autofree char *line = g_strconcat (PARK, options, NULL);

  return test_command_run (line, NULL, 0);
}

static void
assert_says (TestProcess *process, const char *text)
{
  if (strstr (process->out->str, text) == NULL)
    g_error ("expected “%s” in “%s”", text, process->out->str);
}

/* A line that does not fit is for nobody. */
static void
assert_fits (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", 0);

  for (gsize i = 0; lines[i] != NULL; i++)
    g_assert_cmpint (g_utf8_strlen (lines[i], -1), <=, 80);
}

static void
test_same (void)
{
  g_autoptr (TestProcess) a = run_park ("--out a"), b = run_park ("--out b --through-codec");
  g_autoptr (TestProcess) diff = test_command_run ("diff a b", NULL, 0);

  g_assert_true (g_str_has_prefix (diff->out->str, "the same run: "));
  g_assert_cmpstr (diff->err->str, ==, "");
}

/* One number of the controller: the first event is the first limit that it hands out, and the chain leads back to what it asked. */
static void
test_changed_number (void)
{
  g_autoptr (TestProcess) a = run_park ("--out a"), b = run_park ("--set max_windpark_feedin=5000 --out b");
  g_autoptr (TestProcess) diff = test_command_run ("diff a b", NULL, 3);

  assert_says (diff, "The scenario wind-park, a setting or a file of it is not the same in both.\n");
  assert_says (
      diff, "The first different event is number 63, at 0 s.\nClass payload: it carried something else.\n");
  assert_says (diff, "  event\n    frame of Agent_0, message 4 of control → park-0\n");
  assert_says (diff, "  carried\n    A  request agents/0/set_limit (1884.197018888889)\n"
                     "    B  request agents/0/set_limit (1439.7525744444447)\n"
                     "  args[0]\n    A  1884.197018888889\n    B  1439.7525744444447\n");
  assert_says (diff, "\nCaused by, the latest first\n       62  at 0 s, wake of Controller\n");
  assert_says (diff,
               "\nNodes that saw another run: Agent_0, Agent_1, Agent_2\nThe other 5 saw the same run.\n");
  assert_fits (diff->out->str);
  g_assert_null (strchr (diff->out->str, '\033'));
}

/* Nothing was kept: both are run again, and say the same. */
static void
test_made_again (void)
{
  g_autoptr (TestProcess) a = run_park ("--out a"), b = run_park ("--set max_windpark_feedin=5000 --out b");
  g_autoptr (TestProcess) kept = test_command_run ("diff a b", NULL, 3);
  g_autoptr (TestProcess) c = run_park ("--out a --events none");
  g_autoptr (TestProcess) d = run_park ("--set max_windpark_feedin=5000 --out b --events none");
  g_autoptr (TestProcess) again
      = test_command_run ("diff a b --scenario " TEST_SCENARIOS "/wind-park", NULL, 3);

  g_assert_cmpstr (again->out->str, ==, kept->out->str);
}

/* What can neither be read nor run again is still narrowed down. */
static void
test_not_to_be_found (void)
{
  g_autoptr (TestProcess) a = run_park ("--out a"),
                          b = run_park ("--set max_windpark_feedin=5000 --out b --events none");
  g_autoptr (TestProcess) lost = test_command_run ("diff a b", NULL, 3);
  g_autoptr (TestProcess) other
      = test_command_run ("diff a b --scenario " TEST_SCENARIOS "/wind-park/one-container.json", NULL, 3);

  assert_says (lost, "The first different event is one of 63 to 64, from 0 s to 0 s.\n");
  assert_says (lost, "\nB  there is no scenario wind-park here to run again: give it with --scenario\n");
  assert_says (
      other,
      "\nB  the scenario wind-park has changed since (or is another one: give it with\n   --scenario)\n");
}

/* Which events are kept. */
static void
test_events (void)
{
  g_autoptr (TestProcess) a = run_park ("--out a --events 100:120"), b = run_park ("--out b --events all");
  g_autoptr (TestProcess) bad = test_command_run ("run . --events some", NULL, 2);
  g_autoptr (TestProcess) backwards = test_command_run ("run . --events 5:4", NULL, 2);
  g_autofree char *run = test_file_read ("a/run.json");

  g_assert_nonnull (strstr (run, "\"dispatched\" : 120"));
  g_assert_nonnull (
      strstr (bad->err->str, "--events some: expected first, all, none, or the numbers of two events"));
}

static void
test_json (void)
{
  g_autoptr (TestProcess) a = run_park ("--out a"), b = run_park ("--set max_windpark_feedin=5000 --out b");
  g_autoptr (TestProcess) diff = test_command_run ("diff --json a b", NULL, 3);
  g_autoptr (TestProcess) quiet = test_command_run ("diff --quiet a b", NULL, 3);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *root, *first;

  g_assert_cmpstr (quiet->out->str, ==, "");
  g_assert_true (json_parser_load_from_data (parser, diff->out->str, -1, NULL));
  root = json_node_get_object (json_parser_get_root (parser));
  g_assert_false (json_object_get_boolean_member (root, "same"));
  first = json_object_get_object_member (root, "first");
  g_assert_cmpstr (json_object_get_string_member (first, "class"), ==, "payload");
  g_assert_cmpstr (json_object_get_string_member (json_object_get_object_member (first, "b"), "node"), ==,
                   "Agent_0");
}

static void
assert_refused (const char *arguments, const char *message)
{
  g_autofree char *line = g_strconcat ("diff ", arguments, NULL);
  g_autoptr (TestProcess) process = test_command_run (line, NULL, 2);

  g_assert_true (g_str_has_prefix (process->err->str, "foliot: "));
  if (strstr (process->err->str, message) == NULL)
    g_error ("expected “%s” in “%s”", message, process->err->str);
}

static void
write_file (const char *name, const char *text, gsize length)
{
  g_autofree char *path = g_build_filename (test_folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, (gssize) length, NULL));
}

static void
compare_damaged (const char *line)
{
  g_autoptr (TestProcess) process = test_process_start (line, NULL);
  int status = test_process_join (process);

  g_assert_true (WIFEXITED (status));
  g_assert_true (WEXITSTATUS (status) == 2 || WEXITSTATUS (status) == 3);
  g_assert_true (WEXITSTATUS (status) == 3 || g_str_has_prefix (process->err->str, "foliot: "));
}

/* Each file of the folder, cut off at many places: a sentence, or a result that does not need it. */
static void
test_damaged (void)
{
  static const char *const names[] = { "run.json", "checkpoints.csv", "events.bin" };
  g_autoptr (TestProcess) b = run_park ("--set max_windpark_feedin=5000 --out b");

  assert_refused ("a", "expected the results folders or recordings of two runs, found 1");
  assert_refused ("b nowhere", "nowhere: no such file or folder");
  assert_refused ("b .", "run.json");
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *out = g_strdup_printf ("--out damaged-%" G_GSIZE_FORMAT, i);
      g_autofree char *pair = g_strdup_printf ("damaged-%" G_GSIZE_FORMAT " b", i);
      g_autofree char *name = g_strdup_printf ("damaged-%" G_GSIZE_FORMAT "/%s", i, names[i]);
      g_autofree char *line = g_strconcat ("diff ", pair, NULL), *text = NULL;
      g_autofree char *path = g_build_filename (test_folder, name, NULL);
      g_autoptr (TestProcess) a = run_park (out);
      gsize length;

      g_assert_true (g_file_get_contents (path, &text, &length, NULL));
      for (gsize cut = 0; cut < 8; cut++)
        {
          write_file (name, text, length * cut / 8);
          compare_damaged (line);
        }
      write_file (name, "foliot events 2\nand more", 24);
      assert_refused (pair, name);
    }
}

/* -- recordings ------------------------------------------------------------------------------------------------------- */

static void
add_message (FoliotJournalWriter *writer, guint32 port, guint64 sequence, const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  const FoliotJournalRecord record = { .kind = FOLIOT_JOURNAL_IN,
                                       .what = FOLIOT_EVENT_FRAME,
                                       .port = port,
                                       .sequence = sequence,
                                       .time_ns = (FoliotTime) sequence * FOLIOT_SECOND,
                                       .bytes = bytes };

  foliot_journal_writer_add (writer, &record, &error);
  g_assert_no_error (error);
}

/* What a listener between a simulator and mosaik heard: a request, and the answer. */
static void
record_wire (const char *name, const char *request, const char *answer)
{
  g_autofree char *path = g_build_filename (test_folder, name, NULL);
  g_autoptr (FoliotJournalHeader) header = foliot_journal_header_new ("wire");
  const FoliotJournalRecord end = { .kind = FOLIOT_JOURNAL_END, .text = "complete" };
  g_autoptr (FoliotJournalWriter) writer = NULL;
  g_autoptr (GError) error = NULL;

  foliot_journal_header_add_port (header, 1, "mosaik", "link", NULL);
  foliot_journal_header_add_port (header, 2, "Grid-0", "link", NULL);
  writer = foliot_journal_writer_new (path, header, &error);
  g_assert_no_error (error);
  add_message (writer, 1, 1, request);
  add_message (writer, 2, 1, answer);
  g_assert_true (foliot_journal_writer_add (writer, &end, &error)
                 && foliot_journal_writer_close (writer, &error));
}

static void
test_wires (void)
{
  g_autoptr (TestProcess) same = NULL, other = NULL, advance = NULL;

  record_wire ("a.flj", "[0, 7, [\"step\", [900, {}, 1800], {}]]", "[1, 7, 1800]");
  record_wire ("b.flj", "[0,7,[\"step\",[900,{},1800],{}]]", "[1, 7, 1800]");
  same = test_command_run ("diff a.flj b.flj", NULL, 0);
  g_assert_cmpstr (same->out->str, ==, "the same messages\n");
  record_wire ("b.flj", "[0, 7, [\"step\", [900, {}, 2700], {}]]", "[1, 7, 1800]");
  advance = test_command_run ("diff a.flj b.flj", NULL, 0);
  record_wire ("b.flj", "[0, 7, [\"step\", [900, {}, 1800], {}]]", "[1, 7, 2700]");
  other = test_command_run ("diff a.flj b.flj", NULL, 3);
  assert_says (other, "The first different message, in or out\n");
  assert_says (
      other,
      "    A  message 1 from Grid-0, at 1 s: #7 = 1800\n    B  message 1 from Grid-0, at 1 s: #7 = 2700\n");
  assert_fits (other->out->str);
}

/* Played back, and compared with each other and with results; the first message that differs is shown, too. */
static void
test_recordings (void)
{
  g_autoptr (TestProcess) a = run_park ("--set transport=tcp --record a.flj --out a");
  g_autoptr (TestProcess) b
      = run_park ("--set transport=tcp --set max_windpark_feedin=5000 --record b.flj --out b");
  g_autoptr (TestProcess) same = test_command_run ("diff a a.flj", NULL, 0);
  g_autoptr (TestProcess) both = test_command_run ("diff a.flj b.flj", NULL, 3);
  g_autoptr (TestProcess) mixed = test_command_run ("diff a b.flj", NULL, 3);

  assert_says (both, "The first different message, in or out\n  message, at /2/1/0\n");
  assert_says (both, "agents/0/set_limit(1439.7525744444447)");
  for (guint i = 0; i < 2; i++)
    {
      assert_says (i == 0 ? both : mixed, "Class payload: it carried something else.\n");
      assert_says (i == 0 ? both : mixed, "  args[0]\n    A  1884.197018888889\n    B  1439.7525744444447\n");
      assert_says (i == 0 ? both : mixed, "\nNo event of the run caused it: it came from outside.\n");
      assert_fits (i == 0 ? both->out->str : mixed->out->str);
    }
}

static void
test_bad_recordings (void)
{
  g_autoptr (TestProcess) a = run_park ("--out a"), none = NULL, mixed = NULL;

  record_wire ("a.flj", "[0, 7, [\"stop\", [], {}]]", "[1, 7, null]");
  write_file ("b.flj", "this is no recording", 20);
  none = test_command_run ("diff a.flj b.flj", NULL, 7);
  g_assert_nonnull (strstr (none->err->str, "b.flj"));
  assert_refused ("a a.flj", "a.flj is the recording of a wire, a is a run: a wire is compared with a wire");
}

void
test_command_add_diff (void)
{
  g_test_add_func ("/command/diff/same", test_same);
  g_test_add_func ("/command/diff/changed-number", test_changed_number);
  g_test_add_func ("/command/diff/made-again", test_made_again);
  g_test_add_func ("/command/diff/not-to-be-found", test_not_to_be_found);
  g_test_add_func ("/command/diff/events", test_events);
  g_test_add_func ("/command/diff/json", test_json);
  g_test_add_func ("/command/diff/damaged", test_damaged);
  g_test_add_func ("/command/diff/wires", test_wires);
  g_test_add_func ("/command/diff/recordings", test_recordings);
  g_test_add_func ("/command/diff/bad-recordings", test_bad_recordings);
}
