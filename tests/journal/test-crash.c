/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-journal.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "journal-sample.h"

/*
 * A process that records is killed, at many moments. It does what a recorded world does: some records a turn, a flush, and then
 * the answer, here a byte on its standard output. Whoever got an answer finds in the journal all that was recorded before it,
 * and what more there is are whole records in their order.
 */

#define N_KILLS            100
#define MAX_RECORDS_A_TURN 7

static const char *program;

/* ---- who is killed ---- */

/* Sizes that fill blocks now and then, so that some are written by add, and some by flush. */
static FoliotJournalRecord
make_record (guint64 i, GBytes *bytes)
{
  return (
      FoliotJournalRecord){ .kind = FOLIOT_JOURNAL_IN, .port = 1, .sequence = i, .order = i, .bytes = bytes };
}

static gsize
size_of (guint64 i)
{
  return (i * i * 7919) % 30011;
}

static int
record_forever (const char *path)
{
  g_autoptr (FoliotJournalHeader) header = journal_sample_header ();
  g_autoptr (FoliotJournalWriter) writer = foliot_journal_writer_new (path, header, NULL);
  g_autofree char *data = g_strnfill (30011, 'x');
  guint64 sequence = 0;

  for (guint turn = 1; writer != NULL; turn++)
    {
      for (guint i = 0; i < turn % MAX_RECORDS_A_TURN + 1; i++)
        {
          g_autoptr (GBytes) bytes = g_bytes_new_static (data, size_of (++sequence));
          FoliotJournalRecord record = make_record (sequence, bytes);

          if (!foliot_journal_writer_add (writer, &record, NULL))
            return 1;
        }
      if (!foliot_journal_writer_flush (writer, NULL) || write (STDOUT_FILENO, "", 1) != 1)
        return 1;
    }
  return 1;
}

/* ---- who kills ---- */

/* Returns: how many answers there were. */
static guint
run_and_kill (const char *path, guint n_answers)
{
  g_autoptr (GError) error = NULL;
  char *argv[] = { (char *) program, (char *) "--record", (char *) path, NULL };
  char answers[256];
  GPid pid;
  int out, status;
  guint n = 0;
  gssize got;

  g_spawn_async_with_pipes (NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL, &out, NULL,
                            &error);
  g_assert_no_error (error);
  while (n < n_answers && (got = read (out, answers, MIN (n_answers - n, sizeof answers))) > 0)
    n += (guint) got;
  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
  while ((got = read (out, answers, sizeof answers)) > 0)
    n += (guint) got;
  close (out);
  g_spawn_close_pid (pid);
  return n;
}

static guint64
count_answered (guint n_turns)
{
  guint64 n = 0;

  for (guint turn = 1; turn <= n_turns; turn++)
    n += turn % MAX_RECORDS_A_TURN + 1;
  return n;
}

static void
assert_recorded (const char *path, guint n_turns)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotJournalReader) reader = foliot_journal_reader_new (path, &error);
  const FoliotJournalRecord *record;
  guint64 n = 0, n_good;

  g_assert_no_error (error);
  g_assert_false (foliot_journal_reader_is_live (reader));
  while ((record = foliot_journal_reader_next (reader, &error)) != NULL)
    {
      g_assert_cmpuint (record->sequence, ==, ++n);
      g_assert_cmpuint (g_bytes_get_size (record->bytes), ==, size_of (n));
    }
  g_assert_error (error, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_TRUNCATED);
  g_assert_cmpuint (n, >=, count_answered (n_turns));
  foliot_journal_reader_get_place (reader, &n_good);
  g_assert_cmpuint (n_good, ==, n + 1);
}

static void
test_kill (void)
{
  g_auto (JournalPlace) place = { 0 };

  journal_place_init (&place);
  for (guint i = 0; i < N_KILLS; i++)
    assert_recorded (place.path, run_and_kill (place.path, 1 + (i * 37) % 200));
}

int
main (int argc, char **argv)
{
  program = argv[0];
  if (argc == 3 && g_str_equal (argv[1], "--record"))
    return record_forever (argv[2]);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/journal/kill", test_kill);
  return g_test_run ();
}
