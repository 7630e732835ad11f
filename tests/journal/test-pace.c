/* SPDX-License-Identifier: MIT */
#include <foliot/foliot.h>
#include <glib/gstdio.h>

#include "kernel/foliot-gate-private.h"

/*
 * A replay that keeps pace with real time. The clock is ours: the two functions of GLib that the real-time clock of the kernel is made of
 * are those below, so it is known to the microsecond how long was waited, and nobody waits.
 */

static gint64 clock_us;
static guint n_polls;
static FoliotKernel *interrupted; /* (nullable) in a wait … */
static guint interrupt_at;        /* … of this number */

gint64
g_get_monotonic_time (void)
{
  return clock_us;
}

gint
g_poll (GPollFD *fds, guint n_fds, gint timeout)
{
  g_assert_cmpuint (n_fds, ==, 0);
  g_assert_cmpint (timeout, >, 0);
  clock_us += (gint64) timeout * 1000;
  if (++n_polls == interrupt_at)
    foliot_kernel_interrupt (interrupted);
  return 0;
}

#define N_TICKS 20
#define SECONDS 5 /* of simulated time, all of it */

typedef struct
{
  char *folder;
  char *path;
  FoliotTime seen[N_TICKS];
  guint n_seen;
  FoliotTime seen_again[N_TICKS];
  guint n_seen_again;
} Fixture;

typedef struct
{
  FoliotKernel *kernel;
  FoliotTime *seen;
  guint *n_seen;
} Ticker;

static void
set_up (Fixture *fixture, gconstpointer drive)
{
  fixture->folder = g_dir_make_tmp ("foliot-pace-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "run.flj", NULL);
  interrupt_at = 0;
}

static void
tear_down (Fixture *fixture, gconstpointer drive)
{
  g_unlink (fixture->path);
  g_rmdir (fixture->folder);
  g_free (fixture->path);
  g_free (fixture->folder);
}

/* Four a second; a REALTIME world sees each later than it was due. */
static void
tick (gpointer target, gpointer payload)
{
  Ticker *ticker = target;

  ticker->seen[(*ticker->n_seen)++] = foliot_kernel_now (ticker->kernel);
}

static void
post_ticks (Ticker *ticker)
{
  for (guint i = 1; i <= N_TICKS; i++)
    foliot_kernel_post (ticker->kernel, i * FOLIOT_SECOND / 4 - 1, 0, FOLIOT_EVENT_CALLBACK, tick, ticker,
                        NULL);
}

/* Returns: the digest. */
static char *
record (Fixture *fixture, FoliotDrive drive)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, drive, 0, 0);
  g_autoptr (FoliotJournalHeader) header = foliot_journal_header_new ("test");
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotRecorder) recorder = foliot_recorder_new (kernel, fixture->path, header, FALSE, &error);
  Ticker ticker = { kernel, fixture->seen, &fixture->n_seen };

  g_assert_no_error (error);
  clock_us += 1234;
  post_ticks (&ticker);
  foliot_kernel_run_until (kernel, SECONDS * FOLIOT_SECOND, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fixture->n_seen, ==, N_TICKS);
  foliot_recorder_end (recorder, 0, NULL, &error);
  g_assert_no_error (error);
  return foliot_kernel_dup_digest (kernel);
}

/* Returns: whether nobody interrupted. */
static gboolean
play (Fixture *fixture, FoliotDrive drive, double speed, const char *digest)
{
  const FoliotReplayOptions options = { .until = FOLIOT_TIME_NEVER, .speed = speed };
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, drive, 0, 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotReplay) replay = foliot_replay_new (fixture->path, &options, &error);
  Ticker ticker = { kernel, fixture->seen_again, &fixture->n_seen_again };
  g_autofree char *again = NULL;
  gboolean ran;

  g_assert_no_error (error);
  foliot_replay_attach (replay, kernel);
  post_ticks (&ticker);
  clock_us = n_polls = 0;
  interrupted = kernel;
  ran = foliot_kernel_run_until (kernel, SECONDS * FOLIOT_SECOND, &error);
  if (!ran)
    {
      g_assert_error (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_INTERRUPTED);
      return FALSE;
    }
  foliot_replay_end (replay, &error);
  g_assert_no_error (error);
  again = foliot_kernel_dup_digest (kernel);
  g_assert_cmpstr (again, ==, digest);
  return TRUE;
}

static void
assert_same (Fixture *fixture, guint n)
{
  g_assert_cmpuint (fixture->n_seen_again, ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (fixture->seen[i], ==, fixture->seen_again[i]);
}

static void
test_no_pace (Fixture *fixture, gconstpointer drive)
{
  g_autofree char *digest = record (fixture, GPOINTER_TO_INT (drive));

  g_assert_true (play (fixture, GPOINTER_TO_INT (drive), 0, digest));
  assert_same (fixture, N_TICKS);
  g_assert_cmpint (clock_us, ==, 0);
}

/* A wait ends with the millisecond in which time may go on. */
static void
test_paces (Fixture *fixture, gconstpointer drive)
{
  static const double speeds[] = { 1, 2, 0.5, 100 };
  g_autofree char *digest = record (fixture, GPOINTER_TO_INT (drive));

  for (gsize i = 0; i < G_N_ELEMENTS (speeds); i++)
    {
      double due_us = (double) fixture->seen[N_TICKS - 1] / 1e3 / speeds[i];

      fixture->n_seen_again = 0;
      g_assert_true (play (fixture, GPOINTER_TO_INT (drive), speeds[i], digest));
      assert_same (fixture, N_TICKS);
      g_assert_cmpfloat ((double) clock_us, >=, due_us);
      g_assert_cmpfloat ((double) clock_us, <, due_us + 3000);
    }
}

static void
test_too_fast_to_wait (Fixture *fixture, gconstpointer drive)
{
  g_autofree char *digest = record (fixture, GPOINTER_TO_INT (drive));

  g_assert_true (play (fixture, GPOINTER_TO_INT (drive), 1e9, digest));
  assert_same (fixture, N_TICKS);
  g_assert_cmpuint (n_polls, <=, N_TICKS + 1);
}

/* Nothing runs behind an interrupt, and nobody waits for the rest. */
static void
test_interrupt (Fixture *fixture, gconstpointer drive)
{
  g_autofree char *digest = record (fixture, GPOINTER_TO_INT (drive));

  interrupt_at = 7;
  g_assert_false (play (fixture, GPOINTER_TO_INT (drive), 1e-9, digest));
  g_assert_cmpuint (n_polls, ==, 7);
  assert_same (fixture, 0);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    FoliotDrive drive;
    const char *name;
  } drives[] = { { FOLIOT_DRIVE_FREE, "free" }, { FOLIOT_DRIVE_REALTIME, "realtime" } };
  static const struct
  {
    const char *name;
    void (*func) (Fixture *fixture, gconstpointer drive);
  } cases[] = { { "none", test_no_pace },
                { "exact", test_paces },
                { "too-fast-to-wait", test_too_fast_to_wait },
                { "interrupt", test_interrupt } };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (drives); i++)
    for (gsize k = 0; k < G_N_ELEMENTS (cases); k++)
      {
        g_autofree char *path = g_strdup_printf ("/pace/%s/%s", drives[i].name, cases[k].name);

        g_test_add (path, Fixture, GINT_TO_POINTER (drives[i].drive), set_up, cases[k].func, tear_down);
      }
  return g_test_run ();
}
