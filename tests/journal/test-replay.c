/* SPDX-License-Identifier: MIT */
#include <foliot/foliot.h>
#include <glib/gstdio.h>
#include <string.h>

#include "kernel/foliot-gate-private.h"
#include "kernel/foliot-kernel-private.h"
#include "kernel/foliot-kernel-struct.h"

/* A kernel with one port of a test's own: what goes through it is recorded, and played back to another kernel. */

typedef struct
{
  char *folder;
  char *path;
  FoliotPort port;
  FoliotKernel *kernel; /* of the port, for admit_at_once() */
} Fixture;

static void
do_nothing (gpointer target, gpointer payload)
{
}

static void
admit (FoliotPort *port, FoliotArrival *arrival)
{
}

static void
admit_at_once (FoliotPort *port, FoliotArrival *arrival)
{
  foliot_kernel_post (((Fixture *) ((char *) port - G_STRUCT_OFFSET (Fixture, port)))->kernel,
                      arrival->time_ns, -1, arrival->kind, do_nothing, NULL, NULL);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("foliot-replay-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "run.flj", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_unlink (fixture->path);
  g_rmdir (fixture->folder);
  g_free (fixture->path);
  g_free (fixture->folder);
}

static FoliotValue *
answer (gpointer user_data, GError **error)
{
  return foliot_value_new_int (42);
}

static FoliotValue *
refuse (gpointer user_data, GError **error)
{
  g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_LOOKUP, "nobody knows");
  return NULL;
}

/* An event, two words out, two questions. */
static void
record (Fixture *fixture)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 0, 0);
  g_autoptr (FoliotJournalHeader) header = foliot_journal_header_new ("test");
  g_autoptr (FoliotRecorder) recorder = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) seen = NULL, unseen = NULL;
  g_autoptr (GBytes) said = g_bytes_new_static ("said", 4), more = g_bytes_new_static ("more", 4);

  recorder = foliot_recorder_new (kernel, fixture->path, header, TRUE, &error);
  g_assert_no_error (error);
  _foliot_gate_add_port (kernel, &fixture->port, "test", admit);
  foliot_kernel_post (kernel, FOLIOT_SECOND, 0, FOLIOT_EVENT_CALLBACK, do_nothing, NULL, NULL);
  foliot_kernel_step (kernel, 1);
  _foliot_gate_depart (kernel, &fixture->port, said, NULL);
  seen = foliot_kernel_observe (kernel, "number", answer, NULL, &error);
  g_assert_no_error (error);
  unseen = foliot_kernel_observe (kernel, "nothing", refuse, NULL, &error);
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_LOOKUP);
  g_clear_error (&error);
  _foliot_gate_depart (kernel, &fixture->port, more, NULL);
  g_assert_true (foliot_recorder_end (recorder, 0, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (foliot_recorder_end (recorder, 0, NULL, &error));
}

static FoliotReplay *
begin_replay (Fixture *fixture, FoliotKernel *kernel)
{
  g_autoptr (GError) error = NULL;
  FoliotReplay *replay = foliot_replay_new (fixture->path, NULL, &error);

  g_assert_no_error (error);
  foliot_replay_attach (replay, kernel);
  _foliot_gate_add_port (kernel, &fixture->port, "test", admit);
  foliot_kernel_post (kernel, FOLIOT_SECOND, 0, FOLIOT_EVENT_CALLBACK, do_nothing, NULL, NULL);
  foliot_kernel_step (kernel, 1);
  return replay;
}

static gboolean
say (Fixture *fixture, FoliotKernel *kernel, const char *word)
{
  g_autoptr (GBytes) bytes = g_bytes_new (word, strlen (word));

  return _foliot_gate_recall_departure (kernel, &fixture->port, bytes, NULL);
}

static void
test_same (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FoliotKernel) kernel = NULL;
  g_autoptr (FoliotReplay) replay = NULL;
  g_autoptr (FoliotValue) seen = NULL, unseen = NULL;
  g_autoptr (GError) error = NULL;

  record (fixture);
  kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 0, 0);
  replay = begin_replay (fixture, kernel);
  g_assert_true (say (fixture, kernel, "said"));
  seen = foliot_kernel_observe (kernel, "number", refuse, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (foliot_value_get_int (seen), ==, 42);
  unseen = foliot_kernel_observe (kernel, "nothing", answer, NULL, &error);
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_LOOKUP);
  g_clear_error (&error);
  g_assert_true (say (fixture, kernel, "more"));
  foliot_replay_end (replay, &error);
  g_assert_no_error (error);
}

static void
count (gpointer target, gpointer payload)
{
  (*(guint *) target)++;
}

/* Five events at one time; behind the second somebody does something, and behind the fourth the run is cut. */
static void
post_five (FoliotKernel *kernel, guint *n)
{
  for (guint i = 0; i < 5; i++)
    foliot_kernel_post (kernel, FOLIOT_SECOND, 0, FOLIOT_EVENT_CALLBACK, count, n, NULL);
}

static void
record_marks (Fixture *fixture)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 0, 0);
  g_autoptr (FoliotJournalHeader) header = foliot_journal_header_new ("test");
  g_autoptr (FoliotRecorder) recorder = foliot_recorder_new (kernel, fixture->path, header, FALSE, NULL);
  guint n = 0;

  post_five (kernel, &n);
  foliot_kernel_step (kernel, 2);
  g_assert_true (_foliot_gate_mark (kernel, "here"));
  foliot_kernel_step (kernel, 2);
  g_assert_true (_foliot_gate_mark (kernel, FOLIOT_GATE_CUT));
  g_assert_true (foliot_recorder_end (recorder, 0, NULL, NULL));
}

/* Events come in other batches, but none gets past a mark before who made it is there. */
static void
test_marks (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 0, 0);
  g_autoptr (FoliotReplay) replay = NULL;
  g_autoptr (GError) error = NULL;
  guint n = 0;

  record_marks (fixture);
  replay = foliot_replay_new (fixture->path, NULL, &error);
  g_assert_no_error (error);
  foliot_replay_attach (replay, kernel);
  post_five (kernel, &n);
  g_assert_false (_foliot_gate_mark (kernel, "there"));
  foliot_kernel_step (kernel, 100);
  g_assert_cmpuint (n, ==, 2);
  g_assert_false (_foliot_kernel_take_interrupt (kernel));
  g_assert_true (_foliot_gate_mark (kernel, "here"));
  g_assert_false (_foliot_gate_mark (kernel, "here"));
  foliot_kernel_step (kernel, 100);
  g_assert_cmpuint (n, ==, 4);
  g_assert_true (_foliot_kernel_take_interrupt (kernel));
  g_assert_true (_foliot_gate_mark (kernel, FOLIOT_GATE_CUT));
  foliot_replay_end (replay, &error);
  g_assert_no_error (error);
}

/* What a journal brings can be the first that a process hears of a domain. */
static void
test_first_error (Fixture *fixture, gconstpointer data)
{
  if (g_test_subprocess ())
    {
      g_autoptr (FoliotJournalReader) reader
          = foliot_journal_reader_new (g_getenv ("FOLIOT_TEST_JOURNAL"), NULL);
      const FoliotJournalRecord *record = foliot_journal_reader_next (reader, NULL);
      g_autoptr (GError) copy = NULL;

      while (record->error == NULL)
        record = foliot_journal_reader_next (reader, NULL);
      foliot_error_quark ();
      copy = g_error_copy (record->error);
      g_assert_error (copy, FOLIOT_ERROR, FOLIOT_ERROR_CLOSED);
      return;
    }

  g_autoptr (FoliotJournalHeader) header = foliot_journal_header_new ("test");
  g_autoptr (FoliotJournalWriter) writer = foliot_journal_writer_new (fixture->path, header, NULL);
  g_autoptr (GError) error = g_error_new_literal (FOLIOT_ERROR, FOLIOT_ERROR_CLOSED, "it was closed");

  g_assert_true (foliot_journal_writer_add (
      writer,
      &(FoliotJournalRecord){
          .kind = FOLIOT_JOURNAL_CONTROL, .what = FOLIOT_JOURNAL_CONTROL_ERROR, .port = 1, .error = error },
      NULL));
  g_assert_true (foliot_journal_writer_close (writer, NULL));
  g_setenv ("FOLIOT_TEST_JOURNAL", fixture->path, TRUE);
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

static void
test_another_message (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FoliotKernel) kernel = NULL;
  g_autoptr (FoliotReplay) replay = NULL;
  g_autoptr (GError) error = NULL;

  record (fixture);
  kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 0, 0);
  replay = begin_replay (fixture, kernel);
  say (fixture, kernel, "sand");
  g_assert_false (foliot_replay_end (replay, &error));
  g_assert_error (error, FOLIOT_REPLAY_ERROR, FOLIOT_REPLAY_ERROR_DIFFERS);
  g_assert_nonnull (strstr (error->message, "message 1 of port 1 (test) at 1 s"));
  g_assert_nonnull (strstr (error->message, "byte 2"));
}

static void
test_nothing_said (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FoliotKernel) kernel = NULL;
  g_autoptr (FoliotReplay) replay = NULL;
  g_autoptr (GError) error = NULL;

  record (fixture);
  kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 0, 0);
  replay = begin_replay (fixture, kernel);
  g_assert_false (foliot_replay_end (replay, &error));
  g_assert_error (error, FOLIOT_REPLAY_ERROR, FOLIOT_REPLAY_ERROR_DIFFERS);
}

static void
test_another_question (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FoliotKernel) kernel = NULL;
  g_autoptr (FoliotReplay) replay = NULL;
  g_autoptr (FoliotValue) seen = NULL;
  g_autoptr (GError) error = NULL;

  record (fixture);
  kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 0, 0);
  replay = begin_replay (fixture, kernel);
  say (fixture, kernel, "said");
  seen = foliot_kernel_observe (kernel, "clock", answer, NULL, &error);
  g_assert_null (seen);
  g_assert_error (error, FOLIOT_REPLAY_ERROR, FOLIOT_REPLAY_ERROR_MISSING);
  g_clear_error (&error);
  g_assert_false (foliot_replay_end (replay, &error));
  g_assert_error (error, FOLIOT_REPLAY_ERROR, FOLIOT_REPLAY_ERROR_MISSING);
}

/* ---- nothing is said ---- */

static void
open_port (Fixture *fixture, FoliotKernel *kernel)
{
  fixture->port = (FoliotPort){ 0 };
  fixture->kernel = kernel;
  _foliot_gate_add_port (kernel, &fixture->port, "test", admit_at_once);
}

/* Five events at one time; what comes from outside comes behind the second. */
static void
record_silent (Fixture *fixture, const GError *verdict)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 0, 0);
  g_autoptr (FoliotJournalHeader) header = foliot_journal_header_new ("test");
  g_autoptr (FoliotRecorder) recorder = foliot_recorder_new (kernel, fixture->path, header, FALSE, NULL);
  guint n = 0;

  open_port (fixture, kernel);
  post_five (kernel, &n);
  foliot_kernel_step (kernel, 2);
  _foliot_gate_bring (kernel, &fixture->port, FOLIOT_EVENT_FRAME, g_bytes_new_static ("come", 4), NULL, NULL);
  foliot_gate_admit_all (kernel);
  foliot_kernel_step (kernel, verdict != NULL ? 2 : 100);
  g_assert_true (foliot_recorder_end (recorder, 0, verdict, NULL));
}

/* By another build: of @n_more events more. Returns: whether it is the recorded run. */
static gboolean
play_silent (Fixture *fixture, const FoliotReplayOptions *options, guint n_more, guint *out_n, GError **error)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 0, 0);
  g_autoptr (FoliotReplay) replay = foliot_replay_new (fixture->path, options, error);
  g_autofree char *report = NULL;
  gboolean good;

  g_assert_nonnull (replay);
  foliot_replay_set_causal (replay);
  foliot_replay_attach (replay, kernel);
  open_port (fixture, kernel);
  *out_n = 0;
  post_five (kernel, out_n);
  for (guint i = 0; i < n_more; i++)
    foliot_kernel_post (kernel, 2 * FOLIOT_SECOND, 0, FOLIOT_EVENT_CALLBACK, count, out_n, NULL);
  foliot_kernel_step (kernel, 100);
  good = foliot_replay_end (replay, error);
  report = foliot_replay_dup_report (replay);
  g_assert_null (strstr (report, "the digest is another one"));
  return good;
}

/* Nothing can be compared but the digest, and it is. */
static void
test_silent (Fixture *fixture, gconstpointer data)
{
  const FoliotReplayOptions to_end = { .until = FOLIOT_TIME_NEVER };
  const FoliotReplayOptions lenient = { .until = FOLIOT_TIME_NEVER, .lenient = TRUE };
  const FoliotReplayOptions not_to_end = { .until = FOLIOT_SECOND };
  g_autoptr (GError) error = NULL;
  guint n;

  record_silent (fixture, NULL);
  g_assert_true (play_silent (fixture, &to_end, 0, &n, &error));
  g_assert_no_error (error);
  g_assert_false (play_silent (fixture, &to_end, 1, &n, &error));
  g_assert_error (error, FOLIOT_REPLAY_ERROR, FOLIOT_REPLAY_ERROR_DIFFERS);
  g_assert_nonnull (strstr (error->message, " after 7 events; recorded was "));
  g_assert_nonnull (strstr (error->message, " after 6"));
  g_clear_error (&error);
  g_assert_false (play_silent (fixture, &lenient, 1, &n, &error));
  g_assert_error (error, FOLIOT_REPLAY_ERROR, FOLIOT_REPLAY_ERROR_DIFFERS);
  g_clear_error (&error);
  g_assert_true (play_silent (fixture, &not_to_end, 1, &n, &error));
  g_assert_no_error (error);
}

/* It ends where somebody ended it then. */
static void
test_silent_interrupted (Fixture *fixture, gconstpointer data)
{
  const FoliotReplayOptions to_end = { .until = FOLIOT_TIME_NEVER };
  g_autoptr (GError) interrupted
      = g_error_new_literal (FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_INTERRUPTED, "interrupted");
  g_autoptr (GError) error = NULL;
  guint n;

  record_silent (fixture, interrupted);
  g_assert_true (play_silent (fixture, &to_end, 0, &n, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, 3);
}

/* ---- in real time, by another program ---- */

/* Two say something, one after the other, and a third port brings what comes of both. */
enum
{
  FIRST,
  SECOND,
  THIRD,
  N_PORTS
};

typedef struct
{
  FoliotKernel *kernel;
  FoliotPort ports[N_PORTS];
  GString *log;
} Trio;

static void
admit_third (FoliotPort *port, FoliotArrival *arrival)
{
  Trio *trio = (Trio *) ((guint8 *) port - G_STRUCT_OFFSET (Trio, ports) - THIRD * sizeof *port);

  g_string_append (trio->log, " answer");
}

static void
trio_init (Trio *self, FoliotKernel *kernel)
{
  *self = (Trio){ .kernel = kernel, .log = g_string_new (NULL) };
  for (guint i = 0; i < N_PORTS; i++)
    _foliot_gate_add_port (kernel, &self->ports[i], "test", i == THIRD ? admit_third : admit);
}

static void
record_trio (Fixture *fixture)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 0, 0);
  g_autoptr (FoliotJournalHeader) header = foliot_journal_header_new ("test");
  g_autoptr (FoliotRecorder) recorder = foliot_recorder_new (kernel, fixture->path, header, TRUE, NULL);
  g_autoptr (GBytes) said = g_bytes_new_static ("said", 4);
  Trio self;

  trio_init (&self, kernel);
  _foliot_gate_depart (kernel, &self.ports[FIRST], said, NULL);
  _foliot_gate_depart (kernel, &self.ports[SECOND], said, NULL);
  _foliot_gate_bring (kernel, &self.ports[THIRD], FOLIOT_EVENT_FRAME, g_bytes_ref (said), NULL, NULL);
  foliot_gate_admit_all (kernel);
  g_assert_cmpstr (self.log->str, ==, " answer");
  g_assert_true (foliot_kernel_run_until (kernel, FOLIOT_SECOND, NULL));
  g_assert_true (foliot_recorder_end (recorder, 0, NULL, NULL));
  g_string_free (self.log, TRUE);
}

static void
say_now (gpointer target, gpointer payload)
{
  Trio *trio = target;
  guint place = GPOINTER_TO_UINT (payload);
  g_autoptr (GBytes) said = g_bytes_new_static ("said", 4);

  g_string_append (trio->log, place == FIRST ? " first" : " second");
  _foliot_gate_recall_departure (trio->kernel, &trio->ports[place], said, NULL);
}

/* In the other order now: what came behind both does so again, and not behind the one that had been the last. */
static void
test_behind_all (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_REALTIME, 0, 0);
  const FoliotReplayOptions options = { .until = FOLIOT_TIME_NEVER, .causal = TRUE };
  g_autoptr (FoliotReplay) replay = NULL;
  g_autoptr (GError) error = NULL;
  Trio self;

  record_trio (fixture);
  replay = foliot_replay_new (fixture->path, &options, &error);
  g_assert_no_error (error);
  foliot_replay_attach (replay, kernel);
  trio_init (&self, kernel);
  foliot_kernel_post (kernel, 1, 0, FOLIOT_EVENT_CALLBACK, say_now, &self, GUINT_TO_POINTER (SECOND));
  foliot_kernel_post (kernel, 2, 0, FOLIOT_EVENT_CALLBACK, say_now, &self, GUINT_TO_POINTER (FIRST));
  foliot_kernel_step (kernel, 2);
  foliot_kernel_step (kernel, 1);
  foliot_replay_end (replay, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (self.log->str, ==, " second first answer");
  g_string_free (self.log, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/replay/same", Fixture, NULL, set_up, test_same, tear_down);
  g_test_add ("/replay/marks", Fixture, NULL, set_up, test_marks, tear_down);
  g_test_add ("/replay/first-error", Fixture, NULL, set_up, test_first_error, tear_down);
  g_test_add ("/replay/another-message", Fixture, NULL, set_up, test_another_message, tear_down);
  g_test_add ("/replay/nothing-said", Fixture, NULL, set_up, test_nothing_said, tear_down);
  g_test_add ("/replay/silent", Fixture, NULL, set_up, test_silent, tear_down);
  g_test_add ("/replay/silent-interrupted", Fixture, NULL, set_up, test_silent_interrupted, tear_down);
  g_test_add ("/replay/another-question", Fixture, NULL, set_up, test_another_question, tear_down);
  g_test_add ("/replay/behind-all", Fixture, NULL, set_up, test_behind_all, tear_down);
  return g_test_run ();
}
