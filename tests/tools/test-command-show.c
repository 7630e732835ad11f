/* SPDX-License-Identifier: MIT */
#include "test-command.h"

#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/wait.h>

/* `foliot show`: a line a message for people, an object a line for programs, and where a recording ends, and how. */

static void
add (FoliotJournalWriter *writer, FoliotJournalRecord record)
{
  g_assert_true (foliot_journal_writer_add (writer, &record, NULL));
}

static void
add_message (FoliotJournalWriter *writer, FoliotJournalKind kind, guint32 port, FoliotTime time,
             const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  add (writer, (FoliotJournalRecord){ .kind = kind,
                                      .port = port,
                                      .what = FOLIOT_EVENT_FRAME,
                                      .time_ns = time,
                                      .sequence = 1,
                                      .order = 1,
                                      .hash = foliot_journal_hash (text, strlen (text)),
                                      .length = strlen (text),
                                      .bytes = kind == FOLIOT_JOURNAL_IN ? bytes : NULL });
}

static FoliotJournalWriter *
begin (const char *name, const char *verb, const char *port)
{
  g_autofree char *path = g_build_filename (test_folder, name, NULL);
  g_autoptr (FoliotJournalHeader) header = foliot_journal_header_new (verb);
  g_autoptr (GError) error = NULL;
  FoliotJournalWriter *writer;

  header->scenario_name = g_strdup ("park");
  header->seed = 7;
  foliot_journal_header_set (header, "limit", "3.5");
  foliot_journal_header_add_port (header, 1, port, "link", NULL);
  writer = foliot_journal_writer_new (path, header, &error);
  g_assert_no_error (error);
  return writer;
}

static void
fill (FoliotJournalWriter *writer)
{
  g_autoptr (GError) reset = g_error_new_literal (FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET, "gone");

  add (writer, (FoliotJournalRecord){ .kind = FOLIOT_JOURNAL_CONTROL,
                                      .port = 1,
                                      .what = FOLIOT_JOURNAL_CONTROL_ACCEPT,
                                      .text = "a\x1b[2Jb" });
  add_message (writer, FOLIOT_JOURNAL_IN, 1, 0,
               "[0, 0, [\"init\", [\"S-0\"], {\"me\": {\"__type__\": [1, \"a\"]}}]]");
  add (writer, (FoliotJournalRecord){ .kind = FOLIOT_JOURNAL_CONTROL,
                                      .port = 2,
                                      .what = FOLIOT_JOURNAL_CONTROL_PORT,
                                      .name = "turbine → park",
                                      .text = "link" });
  add (writer, (FoliotJournalRecord){ .kind = FOLIOT_JOURNAL_CONTROL,
                                      .port = 3,
                                      .what = FOLIOT_JOURNAL_CONTROL_PORT,
                                      .name = "door",
                                      .text = "listen" });
  add (writer, (FoliotJournalRecord){
                   .kind = FOLIOT_JOURNAL_CONTROL, .port = 3, .what = FOLIOT_JOURNAL_CONTROL_ACCEPT });
  add (writer, (FoliotJournalRecord){
                   .kind = FOLIOT_JOURNAL_STEP, .sequence = 4, .time_ns = FOLIOT_SECOND, .name = "mosaik" });
  add_message (writer, FOLIOT_JOURNAL_OUT, 2, FOLIOT_SECOND / 4, "[1, 0, null]");
  add_message (writer, FOLIOT_JOURNAL_IN, 2, FOLIOT_SECOND / 4, "\x93\x01\x07\xcb\x7f\xf8");
  add (writer, (FoliotJournalRecord){ .kind = FOLIOT_JOURNAL_NOTE,
                                      .time_ns = 900 * FOLIOT_SECOND,
                                      .name = "agents/0",
                                      .text = "odd\nhere" });
  add (writer, (FoliotJournalRecord){
                   .kind = FOLIOT_JOURNAL_IN, .port = 1, .what = FOLIOT_EVENT_LINK, .error = reset });
  add (writer, (FoliotJournalRecord){ .kind = FOLIOT_JOURNAL_END,
                                      .time_ns = 900 * FOLIOT_SECOND,
                                      .what = 1,
                                      .name = "00ff",
                                      .text = "an expectation does not hold" });
}

static void
make (const char *name)
{
  g_autoptr (FoliotJournalWriter) writer = begin (name, "run", "mosaik");

  fill (writer);
  g_assert_true (foliot_journal_writer_close (writer, NULL));
}

static void
test_text (void)
{
  static const char *const lines[] = {
    "shown.flj: recorded by foliot run, scenario park, seed 7\n  limit = 3.5\n",
    "          time  park    mosaik\n             0  │       ◆       accept: a [2Jb\n",
    "             0  ◀───────●       init(\"S-0\", me={\"__type__\": [1, \"a\"]})  #0\n",
    "          time  park    mosaik  turbine\n",
    "             0  │       │       │        door: accept\n",
    "             1  │       │       │        time granted by mosaik: 4\n",
    "          0.25  ●───────────────▶        12 bytes, hash ",
    "          0.25  ◀───────────────●        6 bytes: 93 01 07 cb 7f f8\n",
    "           900  │       │       │        note by agents/0: odd here\n",
    "             0  ◀───────●       │        failed: gone\n",
    "\nends at 900 s, complete, after 12 records, at byte ",
    ": an expectation does not hold (exit code 1)\ndigest 00ff\n",
  };
  g_autoptr (TestProcess) process = NULL;

  make ("shown.flj");
  process = test_command_run ("show shown.flj", NULL, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    if (strstr (process->out->str, lines[i]) == NULL)
      g_error ("“%s” is not in\n%s", lines[i], process->out->str);
  g_assert_cmpstr (process->err->str, ==, "");
}

static void
add_output (FoliotJournalWriter *writer, guint32 port, const char *output, const char *status)
{
  g_autoptr (GBytes) bytes = output != NULL ? g_bytes_new (output, strlen (output)) : NULL;

  add (writer, (FoliotJournalRecord){ .kind = FOLIOT_JOURNAL_IN,
                                      .port = port,
                                      .what = FOLIOT_EVENT_GATE,
                                      .sequence = 1,
                                      .order = 1,
                                      .text = status,
                                      .bytes = bytes });
}

/* A program of its own, and what its child writes. */
static void
test_program (void)
{
  static const char *const lines[] = {
    "program.flj: recorded by park-demo\n  program = park-demo\n",
    "          time  park-demo  mosaik  child 1  child 2\n",
    "◀───────────────────────────●        writes: second\n",
    "●        │        writes: READY tcp://127.0.0.1:5555/0 ok\n",
    "●        │        writes no more\n",
    "●        │        ends: -9, and has written: bye\n",
    "●        │        ends: nobody knows how\n",
  };
  g_autofree char *path = g_build_filename (test_folder, "program.flj", NULL);
  g_autoptr (FoliotJournalHeader) header = foliot_journal_header_new ("program");
  g_autoptr (FoliotJournalWriter) writer = NULL;
  g_autoptr (TestProcess) process = NULL;

  foliot_journal_header_set (header, "program", "park-demo");
  foliot_journal_header_add_port (header, 1, "stop", "port", NULL);
  foliot_journal_header_add_port (header, 2, "mosaik → client 1", "link", NULL);
  foliot_journal_header_add_port (header, 3, "child", "output", NULL);
  foliot_journal_header_add_port (header, 4, "child", "end", NULL);
  foliot_journal_header_add_port (header, 5, "child", "output", NULL);
  foliot_journal_header_add_port (header, 6, "child", "end", NULL);
  writer = foliot_journal_writer_new (path, header, NULL);
  g_assert_nonnull (writer);
  add_output (writer, 3, "READY tcp://127.0.0.1:5555/0\nok", NULL);
  add_output (writer, 3, NULL, NULL);
  add_output (writer, 5, "second", NULL);
  add_output (writer, 4, "bye", "-9");
  add_output (writer, 4, NULL, NULL);
  g_assert_true (foliot_journal_writer_close (writer, NULL));
  process = test_command_run ("show program.flj", NULL, 7);
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    if (strstr (process->out->str, lines[i]) == NULL)
      g_error ("“%s” is not in\n%s", lines[i], process->out->str);
}

/* Whatever the ends of that link are called inside: one is the scenario, the other is mosaik. */
static void
test_mosaik (void)
{
  static const char *const lines[] = {
    "          time  park    mosaik\n             0  ◀───────●       stop()  #0\n",
    "\ndigest 00ff, with the good-bye behind the run\n",
  };
  g_autoptr (FoliotJournalWriter) writer = begin ("behind.flj", "mosaik", "server 1 → mosaik");
  g_autoptr (TestProcess) process = NULL;

  add (writer, (FoliotJournalRecord){ .kind = FOLIOT_JOURNAL_CONTROL,
                                      .port = 2,
                                      .what = FOLIOT_JOURNAL_CONTROL_PORT,
                                      .name = "stop",
                                      .text = "port" });
  add_message (writer, FOLIOT_JOURNAL_IN, 1, 0, "[0, 0, [\"stop\", [], {}]]");
  add (writer, (FoliotJournalRecord){ .kind = FOLIOT_JOURNAL_END, .name = "00ff" });
  g_assert_true (foliot_journal_writer_close (writer, NULL));
  process = test_command_run ("show behind.flj", NULL, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    if (strstr (process->out->str, lines[i]) == NULL)
      g_error ("“%s” is not in\n%s", lines[i], process->out->str);
}

/* Only what goes through a port, and what belongs to none. */
static void
test_port (void)
{
  g_autoptr (TestProcess) process = NULL, other = NULL;

  make ("shown.flj");
  process = test_command_run ("show shown.flj --port 'turbine → park'", NULL, 0);
  g_assert_null (strstr (process->out->str, "init"));
  g_assert_nonnull (strstr (process->out->str, "12 bytes, hash"));
  g_assert_nonnull (strstr (process->out->str, "note by"));
  other = test_command_run ("show shown.flj --port park", NULL, 2);
  g_assert_cmpstr (
      other->err->str, ==,
      "foliot: --port \"park\": the recording has no such port; there are: \"mosaik\", \"turbine → "
      "park\", \"door\"\n");
}

static void
test_json (void)
{
  g_autoptr (TestProcess) process = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GString) kinds = g_string_new (NULL);

  make ("shown.flj");
  process = test_command_run ("show --json shown.flj", NULL, 0);
  lines = g_strsplit (process->out->str, "\n", -1);
  for (gsize i = 0; *lines[i] != '\0'; i++)
    {
      g_autoptr (JsonParser) parser = json_parser_new ();
      g_autoptr (GError) error = NULL;
      JsonObject *object;

      json_parser_load_from_data (parser, lines[i], -1, &error);
      g_assert_no_error (error);
      object = json_node_get_object (json_parser_get_root (parser));
      g_string_append_printf (kinds, "%s ", json_object_get_string_member (object, "kind"));
      if (i == 2)
        g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "message")), ==, 3);
    }
  g_assert_cmpstr (kinds->str, ==, "header control in control control control step out in note in end ");
}

/* ---- what does not end well ---- */

static void
cut (const char *name, gsize n)
{
  g_autofree char *path = g_build_filename (test_folder, name, NULL), *data = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  g_assert_true (g_file_set_contents (path, data, (gssize) (size - n), NULL));
}

static void
test_cut (void)
{
  g_autofree char *path = g_build_filename (test_folder, "empty.flj", NULL);
  g_autoptr (TestProcess) process = NULL, json = NULL, empty = NULL, nothing = NULL;

  make ("shown.flj");
  cut ("shown.flj", 1);
  process = test_command_run ("show shown.flj", NULL, 7);
  g_assert_nonnull (strstr (process->out->str, "shown.flj: ends after record 1, at byte "));
  json = test_command_run ("show --json shown.flj", NULL, 7);
  g_assert_nonnull (strstr (json->out->str, "{\"kind\": \"truncated\", \"records\": 1, \"good_until\": "));
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  empty = test_command_run ("show empty.flj", NULL, 7);
  g_assert_nonnull (strstr (empty->err->str, "empty.flj: empty"));
  nothing = test_command_run ("show", NULL, 2);
}

/* What is damaged is named in its place, and what is behind it shown. */
static void
test_damaged (void)
{
  g_autofree char *path = g_build_filename (test_folder, "shown.flj", NULL), *data = NULL;
  g_autoptr (TestProcess) process = NULL;
  gsize size;
  char *at;

  make ("shown.flj");
  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  at = memmem (data, size, "agents/0", 8);
  *at = 'A';
  g_assert_true (g_file_set_contents (path, data, (gssize) size, NULL));
  process = test_command_run ("show shown.flj", NULL, 7);
  g_assert_nonnull (strstr (process->out->str, "shown.flj: damaged at record 10, byte "));
  g_assert_nonnull (strstr (process->out->str, "failed: gone"));
  g_assert_nonnull (strstr (process->out->str, ", complete, after 12 records"));
}

/* ---- what is being written ---- */

static void
test_follow (void)
{
  g_autoptr (FoliotJournalWriter) writer = begin ("live.flj", "run", "mosaik");
  g_autoptr (TestProcess) so_far = test_command_run ("show live.flj", NULL, 0), process = NULL;
  g_autofree char *first = NULL;
  int status;

  process = test_process_start ("show --follow live.flj", NULL);
  first = test_process_await_line (process);
  fill (writer);
  g_assert_true (foliot_journal_writer_flush (writer, NULL));
  status = test_process_join (process);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  g_assert_nonnull (strstr (process->out->str, "ends at 900 s, complete"));
}

/* Whoever wrote it is gone, and nothing more will come. */
static void
test_follow_to_cut (void)
{
  g_autoptr (FoliotJournalWriter) writer = begin ("live.flj", "run", "mosaik");
  g_autoptr (TestProcess) process = test_process_start ("show --follow live.flj", NULL);
  g_autofree char *first = test_process_await_line (process);
  int status;

  add_message (writer, FOLIOT_JOURNAL_IN, 1, 0, "[0, 1, [\"last\", [], {}]]");
  g_assert_true (foliot_journal_writer_close (writer, NULL));
  status = test_process_join (process);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 7);
  g_assert_nonnull (strstr (process->out->str, "last()  #1\n"));
  g_assert_nonnull (strstr (process->out->str, "without the recording's end"));
}

void
test_command_add_show (void)
{
  g_test_add_func ("/command/show/text", test_text);
  g_test_add_func ("/command/show/program", test_program);
  g_test_add_func ("/command/show/mosaik", test_mosaik);
  g_test_add_func ("/command/show/port", test_port);
  g_test_add_func ("/command/show/json", test_json);
  g_test_add_func ("/command/show/cut", test_cut);
  g_test_add_func ("/command/show/damaged", test_damaged);
  g_test_add_func ("/command/show/follow", test_follow);
  g_test_add_func ("/command/show/follow-to-cut", test_follow_to_cut);
}
