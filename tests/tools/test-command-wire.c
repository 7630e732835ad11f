/* SPDX-License-Identifier: MIT */
#include "test-command.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

/*
 * `foliot wire` between two programs, each of which is `foliot wire --replay` of one side of a recording that the test has made:
 * what the man in the middle records must be what was played. And `foliot show` of what was recorded.
 */

typedef struct
{
  guint32 port; /* 1: "mosaik", 2: "S" */
  const char *text;
} Said;

static const Said dialogue[] = {
  { 1, "[0, 0, [\"init\", [\"S-0\"], {\"time_resolution\": 1.0}]]" },
  { 2, "[1,0,{\"api_version\":\"3.0\",\"models\":{\"M\":{\"attrs\":[\"x\",\"y\"]}}}]" },
  { 1, "[0, 1, [\"step\", [0, {}, 2], {}]]" },
  { 2, "[0,0,[\"get_progress\",[],{}]]" },
  { 1, "[1, 0, 50.0]" },
  { 2, "[1,1,1]" },
  { 1, "[0, 2, [\"get_data\", [{\"e0\": [\"x\"]}], {}]]" },
  { 2, "[2,2,[\"ValueError\",\"b\\u00e4d\",\"\"]]" },
  { 1, "\x93 no JSON \xff" },
  { 2, "" },
  { 1, "[0, 3, [\"stop\", [], {}]]" },
};

#define N_SAID G_N_ELEMENTS (dialogue)

/* Makes a recording of @dialogue in the test's folder, in which message @other (from 0 on) is @text; −1: all as they are. */
static void
make_recording (const char *name, int other, const char *text, gboolean complete)
{
  g_autofree char *path = g_build_filename (test_folder, name, NULL);
  g_autoptr (FoliotJournalHeader) header = foliot_journal_header_new ("wire");
  g_autoptr (FoliotJournalWriter) writer = NULL;
  g_autoptr (GError) error = NULL;
  FoliotJournalRecord close
      = { .kind = FOLIOT_JOURNAL_CONTROL, .port = 1, .what = FOLIOT_JOURNAL_CONTROL_CLOSE },
      end = { .kind = FOLIOT_JOURNAL_END, .text = "mosaik hung up" };

  foliot_journal_header_add_port (header, 1, "mosaik", "link", NULL);
  foliot_journal_header_add_port (header, 2, "S", "link", NULL);
  writer = foliot_journal_writer_new (path, header, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < N_SAID; i++)
    {
      const char *said = (int) i == other ? text : dialogue[i].text;
      g_autoptr (GBytes) bytes = g_bytes_new (said, strlen (said));
      FoliotJournalRecord in = { .kind = FOLIOT_JOURNAL_IN,
                                 .port = dialogue[i].port,
                                 .what = FOLIOT_EVENT_FRAME,
                                 .sequence = i + 1,
                                 .order = i + 1,
                                 .time_ns = (FoliotTime) i * FOLIOT_MILLISECOND,
                                 .bytes = bytes };

      g_assert_true (foliot_journal_writer_add (writer, &in, &error));
    }
  if (complete)
    g_assert_true (foliot_journal_writer_add (writer, &close, &error)
                   && foliot_journal_writer_add (writer, &end, &error));
  g_assert_true (foliot_journal_writer_close (writer, &error));
}

/* ---- three processes ---- */

static TestProcess *start_listening (char **out_place, const char *format, ...) G_GNUC_PRINTF (2, 3);

static TestProcess *
start_listening (char **out_place, const char *format, ...)
{
  va_list arguments;
  g_autofree char *line = NULL, *ready = NULL;
  TestProcess *process;

  va_start (arguments, format);
  line = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  process = test_process_start (line, NULL);
  ready = test_process_await_line (process);
  g_assert_true (g_str_has_prefix (ready, "READY "));
  *out_place = g_shell_quote (ready + strlen ("READY "));
  return process;
}

static void
assert_ends (TestProcess *process, int code)
{
  int status = test_process_join (process);

  g_assert_true (WIFEXITED (status));
  if (WEXITSTATUS (status) != code)
    g_error ("exit code %d, not %d: %s%s", WEXITSTATUS (status), code, process->out->str, process->err->str);
}

static TestProcess *
play (const char *recording, const char *as, const char *place, const char *options, int code)
{
  g_autofree char *line
      = g_strdup_printf ("wire --replay %s --as %s --connect %s %s", recording, as, place, options);

  return test_command_run (line, NULL, code);
}

/* What was recorded is what was played: the same messages, byte for byte, in the same order. */
static void
assert_recorded (const char *name)
{
  g_autofree char *path = g_build_filename (test_folder, name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotJournalReader) reader = foliot_journal_reader_new (path, &error);
  const FoliotJournalRecord *record, *last = NULL;
  gsize n = 0;

  g_assert_no_error (error);
  g_assert_cmpstr (foliot_journal_reader_get_header (reader)->verb, ==, "wire");
  while ((record = foliot_journal_reader_next (reader, &error)) != NULL)
    {
      if (record->kind != FOLIOT_JOURNAL_IN)
        {
          last = record->kind == FOLIOT_JOURNAL_END ? record : NULL;
          continue;
        }
      g_assert_cmpuint (n, <, N_SAID);
      g_assert_cmpuint (record->port, ==, dialogue[n].port);
      g_assert_cmpuint (record->order, ==, n + 1);
      g_assert_cmpmem (g_bytes_get_data (record->bytes, NULL), g_bytes_get_size (record->bytes),
                       dialogue[n].text, strlen (dialogue[n].text));
      n++;
    }
  g_assert_no_error (error);
  g_assert_nonnull (last);
  g_assert_cmpuint (n, ==, N_SAID);
}

static void
record_between (const char *listen_s, const char *listen_tap, const char *options)
{
  g_autofree char *place = NULL, *tap_place = NULL;
  g_autoptr (TestProcess) simulator = NULL, tap = NULL, mosaik = NULL;

  make_recording ("played.flj", -1, NULL, TRUE);
  simulator = start_listening (&place, "wire --replay played.flj --as S --listen %s %s", listen_s, options);
  tap = start_listening (&tap_place, "wire %s %s --record new.flj --name-listen mosaik --name-connect S %s",
                         listen_tap, place, options);
  mosaik = play ("played.flj", "mosaik", tap_place, options, 0);
  g_assert_cmpstr (mosaik->out->str, ==, "mosaik: 6 of 6 messages sent; S: 5 of 5 received, 0 differ\n");
  assert_ends (tap, 0);
  assert_ends (simulator, 0);
  g_assert_nonnull (
      strstr (simulator->out->str, "S: 5 of 5 messages sent; mosaik: 6 of 6 received, 0 differ\n"));
  g_assert_nonnull (strstr (tap->err->str, "mosaik hung up; 11 messages recorded in new.flj\n"));
  assert_recorded ("new.flj");
}

static void
test_tcp (void)
{
  record_between ("127.0.0.1:0", "tcp://127.0.0.1:0", "");
}

static void
test_unix (void)
{
  record_between ("'ipc://[wire-s]'", "'ipc://[wire-tap]'", "");
}

static void
test_tls (void)
{
  g_autoptr (TestProcess) certs = test_command_run ("certs new wire-certs", NULL, 0), shown = NULL;

  record_between ("localhost:0", "localhost:0", "--tls wire-certs");
  shown = test_command_run ("show new.flj", NULL, 0);
  g_assert_nonnull (strstr (shown->out->str, "◆       │       peer: CN=wire-certs\n"));
  g_assert_nonnull (strstr (shown->out->str, "│       ◆       peer: CN=wire-certs\n"));
}

/* aiomas' wire, with another codec: an agent that is called through the man in the middle. */
static void
test_call (void)
{
  g_autofree char *place = NULL, *line = NULL;
  g_autoptr (TestProcess) server = test_process_start (
      "serve 'ipc://[wire-agents]' --codec msgpack --scenario " TEST_SCENARIOS "/interop", NULL);
  g_autofree char *ready = test_process_await_line (server);
  g_autoptr (TestProcess) tap = NULL, call = NULL, shown = NULL;

  tap = start_listening (&place, "wire 127.0.0.1:0 'ipc://[wire-agents]' --record new.flj");
  line = g_strdup_printf ("call --codec msgpack tcp://%s/0 add '[3, 4]'", place);
  call = test_command_run (line, NULL, 0);
  g_assert_cmpstr (call->out->str, ==, "7\n");
  assert_ends (tap, 0);
  shown = test_command_run ("show new.flj", NULL, 0);
  g_assert_nonnull (strstr (shown->out->str, "●───────▶       agents/0/add(3, 4)  #1\n"));
  g_assert_nonnull (strstr (shown->out->str, "◀───────●       #1 = 7\n"));
  kill (server->pid, SIGTERM);
  assert_ends (server, 0);
}

/* ---- more than a socket takes at a time ---- */

#define N_LARGE    24
#define LARGE_SIZE (512 << 10)

/* mosaik says much, and S answers once. */
static void
make_large_recording (const char *name)
{
  g_autofree char *path = g_build_filename (test_folder, name, NULL);
  g_autoptr (FoliotJournalHeader) header = foliot_journal_header_new ("wire");
  g_autoptr (FoliotJournalWriter) writer = NULL;

  foliot_journal_header_add_port (header, 1, "mosaik", "link", NULL);
  foliot_journal_header_add_port (header, 2, "S", "link", NULL);
  writer = foliot_journal_writer_new (path, header, NULL);
  for (guint i = 0; i <= N_LARGE; i++)
    {
      gsize size = i < N_LARGE ? LARGE_SIZE : 2;
      g_autoptr (GBytes) bytes = g_bytes_new_take (g_strnfill (size, (char) ('a' + i)), size);
      FoliotJournalRecord in = { .kind = FOLIOT_JOURNAL_IN,
                                 .port = i < N_LARGE ? 1 : 2,
                                 .what = FOLIOT_EVENT_FRAME,
                                 .order = i + 1,
                                 .bytes = bytes };

      g_assert_true (foliot_journal_writer_add (writer, &in, NULL));
    }
  g_assert_true (foliot_journal_writer_close (writer, NULL));
}

static void
test_large (void)
{
  g_autofree char *place = NULL, *tap_place = NULL;
  g_autoptr (TestProcess) simulator = NULL, tap = NULL, mosaik = NULL;

  make_large_recording ("played.flj");
  simulator = start_listening (&place, "wire --replay played.flj --as S --listen 127.0.0.1:0");
  tap = start_listening (&tap_place, "wire 127.0.0.1:0 %s --record new.flj", place);
  mosaik = play ("played.flj", "mosaik", tap_place, "", 0);
  g_assert_cmpstr (mosaik->out->str, ==, "mosaik: 24 of 24 messages sent; S: 1 of 1 received, 0 differ\n");
  assert_ends (tap, 0);
  assert_ends (simulator, 0);
}

/* What cannot be recorded is not handed on; what was recorded is there. */
static void
test_full_disk (void)
{
  const TestSetting small = { .max_file_bytes = 3 << 20 };
  g_autofree char *place = NULL, *ready = NULL, *line = NULL;
  g_autoptr (TestProcess) simulator = NULL, tap = NULL, mosaik = NULL, shown = NULL;

  make_large_recording ("played.flj");
  simulator = start_listening (&place, "wire --replay played.flj --as S --listen 127.0.0.1:0");
  line = g_strdup_printf ("wire 127.0.0.1:0 %s --record new.flj", place);
  tap = test_process_start (line, &small);
  ready = test_process_await_line (tap);
  mosaik = play ("played.flj", "mosaik", ready + strlen ("READY "), "", 3);
  assert_ends (tap, 4);
  g_assert_nonnull (strstr (tap->err->str, "new.flj: cannot be written: "));
  assert_ends (simulator, 3);
  shown = test_command_run ("show new.flj", NULL, 7);
  g_assert_nonnull (strstr (shown->out->str, "new.flj: ends after record 8, at byte "));
}

/* ---- a side that says something else ---- */

/* S says @text as message @index; plays mosaik's side of the whole recording against it. */
static TestProcess *
play_against (int index, const char *text, const char *options, int code)
{
  g_autofree char *place = NULL;
  g_autoptr (TestProcess) simulator = NULL;
  TestProcess *mosaik;

  make_recording ("played.flj", -1, NULL, TRUE);
  make_recording ("other.flj", index, text, TRUE);
  simulator = start_listening (&place, "wire --replay other.flj --as S --lenient --listen 127.0.0.1:0");
  mosaik = play ("played.flj", "mosaik", place, options, code);
  test_process_join (simulator);
  return mosaik;
}

static void
test_differs (void)
{
  g_autoptr (TestProcess) strict = play_against (5, "[1, 1, 2]", "", 3);
  g_autoptr (TestProcess) lenient = play_against (5, "[1, 1, 2]", "--lenient", 3);

  g_assert_cmpstr (strict->err->str, ==,
                   "foliot: message 3 of S differs from the recording, where it is message 6 of both, at /2\n"
                   "  recorded: #1 = 1\n"
                   "  live:     #1 = 2\n");
  g_assert_cmpstr (lenient->err->str, ==, strict->err->str);
  g_assert_cmpstr (lenient->out->str, ==, "mosaik: 6 of 6 messages sent; S: 5 of 5 received, 1 differ\n");
}

/* Blanks, escapes and the order of keys are not what is said. */
static void
test_same_value (void)
{
  g_autoptr (TestProcess) keys = play_against (
      1, "[1, 0, {\"models\": {\"M\": {\"attrs\": [\"x\", \"y\"]}}, \"api_version\": \"3.\\u0030\"}]", "", 0);
  g_autoptr (TestProcess) kind = play_against (5, "[1, 1, 1.0]", "", 3);
  g_autoptr (TestProcess) bytes = play_against (9, "x", "", 3);

  g_assert_cmpstr (keys->err->str, ==, "");
  g_assert_nonnull (strstr (kind->err->str, "  live:     #1 = 1.0\n"));
  g_assert_nonnull (strstr (bytes->err->str, "  recorded: 0 bytes:\n  live:     1 bytes: 78\n"));
}

/* Of max_advance it is known that it depends on how fast the others are. */
static void
test_max_advance (void)
{
  g_autofree char *place = NULL, *other = NULL;
  g_autoptr (TestProcess) simulator = NULL, mosaik = NULL, strict = NULL, once_more = NULL;

  make_recording ("played.flj", -1, NULL, TRUE);
  make_recording ("other.flj", 2, "[0, 1, [\"step\", [0, {}, -1], {}]]", TRUE);
  simulator = start_listening (&place, "wire --replay played.flj --as S --listen 127.0.0.1:0");
  mosaik = play ("other.flj", "mosaik", place, "", 0);
  assert_ends (simulator, 0);
  g_assert_nonnull (strstr (simulator->out->str, "6 of 6 received, 0 differ, 1 in max_advance alone\n"));
  make_recording ("other.flj", 2, "[0, 1, [\"step\", [1, {}, -1], {}]]", TRUE);
  strict = start_listening (&other, "wire --replay played.flj --as S --listen 127.0.0.1:0");
  once_more = play ("other.flj", "mosaik", other, "", 3);
  assert_ends (strict, 3);
  g_assert_nonnull (strstr (strict->err->str, "at /2/1/0\n"));
}

static void
test_hangs_up (void)
{
  g_autofree char *place = NULL;
  g_autoptr (TestProcess) simulator = NULL, mosaik = NULL;

  make_recording ("played.flj", -1, NULL, TRUE);
  make_recording ("other.flj", 2, "[0, 1, []]", TRUE);
  simulator = start_listening (&place, "wire --replay other.flj --as S --listen 127.0.0.1:0");
  mosaik = play ("played.flj", "mosaik", place, "", 3);
  assert_ends (simulator, 3);
  g_assert_nonnull (strstr (mosaik->err->str,
                            "foliot: message 2 of S differs from the recording, where it is message 4"
                            " of both\n  recorded: get_progress()  #0\n  live:     nothing more\n"));
}

/* What there is of a recording that was cut off is played. */
static void
test_cut_off (void)
{
  g_autofree char *place = NULL;
  g_autoptr (TestProcess) simulator = NULL, mosaik = NULL;

  make_recording ("played.flj", -1, NULL, FALSE);
  simulator = start_listening (&place, "wire --replay played.flj --as S --listen 127.0.0.1:0");
  mosaik = play ("played.flj", "mosaik", place, "", 0);
  assert_ends (simulator, 0);
  g_assert_nonnull (strstr (mosaik->err->str, "without the recording's end"));
}

/* ---- ends ---- */

static void
test_signal (gconstpointer signal_number)
{
  g_autofree char *tap_place = NULL;
  g_autoptr (TestProcess) tap = NULL, shown = NULL, named = NULL;

  tap = start_listening (&tap_place, "wire 127.0.0.1:0 127.0.0.1:1 --record new.flj --name-listen Räder");
  kill (tap->pid, GPOINTER_TO_INT (signal_number));
  assert_ends (tap, 0);
  shown = test_command_run ("show new.flj", NULL, 0);
  g_assert_nonnull (strstr (shown->out->str, ", complete, after 2 records"));
  g_assert_nonnull (strstr (shown->out->str, "ended by a signal"));
  named = test_command_run ("show --json new.flj", NULL, 0);
  g_assert_nonnull (strstr (named->out->str, "\"name\": \"Räder\""));
}

static void
assert_complains (const char *arguments, int code, const char *words)
{
  g_autoptr (TestProcess) process = test_command_run (arguments, NULL, code);

  g_assert_true (g_str_has_prefix (process->err->str, "foliot: "));
  if (strstr (process->err->str, words) == NULL)
    g_error ("“foliot %s” says “%s”, not “%s”", arguments, process->err->str, words);
}

static void
test_complaints (void)
{
  g_autofree char *path = g_build_filename (test_folder, "thesis", NULL);
  g_autofree char *data = NULL, *damaged = g_build_filename (test_folder, "damaged.flj", NULL),
                  *good = g_build_filename (test_folder, "played.flj", NULL);
  gsize size;

  make_recording ("played.flj", -1, NULL, TRUE);
  g_assert_true (g_file_get_contents (good, &data, &size, NULL));
  data[size / 2] ^= 1;
  g_assert_true (g_file_set_contents (damaged, data, (gssize) size, NULL));
  g_assert_true (g_file_set_contents (path, "all my work", -1, NULL));
  assert_complains ("wire 127.0.0.1:0", 2, "expected LISTEN CONNECT --record FILE");
  assert_complains ("wire 127.0.0.1:0 nowhere --record n.flj", 2, "nowhere: expected HOST:PORT");
  assert_complains ("wire 127.0.0.1:0 127.0.0.1:99999 --record n.flj", 2,
                    "127.0.0.1:99999: expected HOST:PORT");
  assert_complains ("wire 127.0.0.1:0 127.0.0.1:1 --record n.flj --name-listen a --name-connect a", 2,
                    "both “a”");
  assert_complains ("wire 127.0.0.1:0 127.0.0.1:1 --record thesis", 4, "something else than a journal");
  assert_complains ("wire 'ipc://[/nowhere/at/all]' 127.0.0.1:1 --record n.flj", 5, "/nowhere/at/all");
  assert_complains ("wire --replay played.flj --as nobody --listen 127.0.0.1:0", 2, "there are: mosaik, S");
  assert_complains ("wire --replay played.flj --as S --connect 'ipc://[nobody]'", 5, "nobody");
  assert_complains ("wire --replay missing.flj --as S --listen 127.0.0.1:0", 2, "No such file");
  assert_complains ("wire --replay thesis --as S --listen 127.0.0.1:0", 7, "not a journal");
  assert_complains ("wire --replay damaged.flj --as S --listen 127.0.0.1:0", 7, "damaged at record");
}

/* Whoever cannot be reached is told to who came, and in the journal. */
static void
test_unreachable (void)
{
  g_autofree char *place = NULL;
  g_autoptr (TestProcess) tap = NULL, mosaik = NULL, shown = NULL;

  make_recording ("played.flj", -1, NULL, TRUE);
  tap = start_listening (&place, "wire 127.0.0.1:0 'ipc://[nobody]' --record new.flj");
  mosaik = play ("played.flj", "mosaik", place, "", 3);
  assert_ends (tap, 5);
  g_assert_nonnull (strstr (tap->err->str, "foliot: ipc://[nobody]: "));
  shown = test_command_run ("show new.flj", NULL, 0);
  g_assert_nonnull (strstr (shown->out->str, "nobody could be reached (exit code 5)"));
}

void
test_command_add_wire (void)
{
  g_test_add_func ("/command/wire/tcp", test_tcp);
  g_test_add_func ("/command/wire/unix", test_unix);
  g_test_add_func ("/command/wire/tls", test_tls);
  g_test_add_func ("/command/wire/call", test_call);
  g_test_add_func ("/command/wire/large", test_large);
  g_test_add_func ("/command/wire/full-disk", test_full_disk);
  g_test_add_func ("/command/wire/differs", test_differs);
  g_test_add_func ("/command/wire/same-value", test_same_value);
  g_test_add_func ("/command/wire/max-advance", test_max_advance);
  g_test_add_func ("/command/wire/hangs-up", test_hangs_up);
  g_test_add_func ("/command/wire/cut-off", test_cut_off);
  g_test_add_data_func ("/command/wire/interrupt", GINT_TO_POINTER (SIGINT), test_signal);
  g_test_add_data_func ("/command/wire/terminate", GINT_TO_POINTER (SIGTERM), test_signal);
  g_test_add_func ("/command/wire/complaints", test_complaints);
  g_test_add_func ("/command/wire/unreachable", test_unreachable);
}
