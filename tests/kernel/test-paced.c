/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-kernel.h>

/*
 * Drives that follow the clock of the machine. How long anything takes is nobody's promise here; that events run in
 * order, see their times, and never run early is.
 */

typedef struct
{
  FoliotKernel *kernel;
  FoliotKernel *watch; /* a REALTIME kernel, as a stopwatch: it starts first */
  FoliotTime due;
  FoliotTime last;
  guint n_seen;
} Paced;

static void
paced_init (Paced *paced, GMainContext *context, FoliotDrive drive)
{
  *paced = (Paced){ .watch = foliot_kernel_new (NULL, FOLIOT_DRIVE_REALTIME, 1, 0), .last = G_MININT64 };
  paced->kernel = foliot_kernel_new (context, drive, 1, 0);
}

static void
paced_clear (Paced *paced)
{
  g_object_unref (paced->kernel);
  g_object_unref (paced->watch);
}

/* A PACED event sees exactly its due time; a REALTIME one never an earlier time. */
static void
see (gpointer target, gpointer payload)
{
  Paced *paced = target;
  FoliotTime now = foliot_kernel_now (paced->kernel), due = (FoliotTime) GPOINTER_TO_SIZE (payload);

  if (foliot_kernel_get_drive (paced->kernel) == FOLIOT_DRIVE_PACED)
    g_assert_cmpint (now, ==, due);
  else
    g_assert_cmpint (now, >=, due);
  g_assert_cmpint (due, >=, paced->due);
  g_assert_cmpint (now, >=, paced->last);
  g_assert_cmpint (foliot_kernel_now (paced->kernel), ==, now); /* does not move inside an event */
  paced->due = due;
  paced->last = now;
  paced->n_seen++;
}

/* From now on, the last first. What is due is reckoned from one reading: posted for the past, it would be due now. */
static void
post_all (Paced *paced, FoliotTime unit)
{
  FoliotTime now = foliot_kernel_now (paced->kernel);

  for (guint i = 20; i > 0; i--)
    foliot_kernel_post (paced->kernel, now + i * unit, 0, FOLIOT_EVENT_CALLBACK, see, paced,
                        GSIZE_TO_POINTER ((gsize) (now + i * unit)));
}

static void
run (Paced *paced, FoliotTime until)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = foliot_kernel_run_until (paced->kernel, until, &error);
  g_assert_no_error (error);
  g_assert_true (ok);
}

/* Never ahead of real time, with and without a context. */
static void
test_paced (gconstpointer data)
{
  g_autoptr (GMainContext) context = data != NULL ? g_main_context_new () : NULL;
  Paced paced;

  paced_init (&paced, context, FOLIOT_DRIVE_PACED);
  post_all (&paced, 100 * FOLIOT_MICROSECOND);
  run (&paced, 3 * FOLIOT_MILLISECOND);
  g_assert_cmpuint (paced.n_seen, ==, 20);
  g_assert_cmpint (foliot_kernel_now (paced.kernel), ==, 3 * FOLIOT_MILLISECOND);
  g_assert_cmpint (foliot_kernel_now (paced.watch), >=, 3 * FOLIOT_MILLISECOND - FOLIOT_MICROSECOND);
  paced_clear (&paced);
}

/* An hour in a moment; the digest is that of a free run. */
static void
test_fast (void)
{
  Paced paced, free;
  g_autofree char *one = NULL, *two = NULL;

  paced_init (&paced, NULL, FOLIOT_DRIVE_PACED);
  paced_init (&free, NULL, FOLIOT_DRIVE_FREE);
  foliot_kernel_set_pace (paced.kernel, 1e7);
  post_all (&paced, 3 * FOLIOT_MINUTE);
  post_all (&free, 3 * FOLIOT_MINUTE);
  run (&paced, FOLIOT_TIME_NEVER);
  run (&free, FOLIOT_TIME_NEVER);
  g_assert_cmpint (foliot_kernel_now (paced.kernel), ==, FOLIOT_HOUR);
  one = foliot_kernel_dup_digest (paced.kernel);
  two = foliot_kernel_dup_digest (free.kernel);
  g_assert_cmpstr (one, ==, two);
  paced_clear (&paced);
  paced_clear (&free);
}

static void
test_realtime (gconstpointer data)
{
  g_autoptr (GMainContext) context = data != NULL ? g_main_context_new () : NULL;
  Paced paced;
  FoliotTime before;

  paced_init (&paced, context, FOLIOT_DRIVE_REALTIME);
  before = foliot_kernel_now (paced.kernel);
  g_assert_cmpint (before, >=, 0);
  g_assert_cmpint (foliot_kernel_now (paced.kernel), >=, before);
  post_all (&paced, 100 * FOLIOT_MICROSECOND);
  run (&paced, FOLIOT_TIME_NEVER);
  g_assert_cmpuint (paced.n_seen, ==, 20);
  g_assert_cmpint (foliot_kernel_now (paced.kernel), >=, 2 * FOLIOT_MILLISECOND);
  run (&paced, 3 * FOLIOT_MILLISECOND);
  g_assert_cmpint (foliot_kernel_now (paced.kernel), >=, 3 * FOLIOT_MILLISECOND);
  paced_clear (&paced);
}

/* Hosted: the loop wakes up by itself when the next event is due. */
static void
test_hosted (gconstpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  Paced paced;

  paced_init (&paced, context, (FoliotDrive) GPOINTER_TO_INT (data));
  post_all (&paced, 100 * FOLIOT_MICROSECOND);
  while (paced.n_seen < 20)
    g_main_context_iteration (context, TRUE);
  g_assert_cmpint (foliot_kernel_now (paced.watch), >=, 2 * FOLIOT_MILLISECOND - FOLIOT_MICROSECOND);
  paced_clear (&paced);
}

static gboolean
release (gpointer user_data)
{
  foliot_hold_release (user_data);
  return G_SOURCE_REMOVE;
}

/* A hold stops PACED; it does not stop the clock of the machine. */
static void
test_hold (gconstpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GSource) source = g_idle_source_new ();
  Paced paced;
  FoliotHold *hold;

  paced_init (&paced, context, (FoliotDrive) GPOINTER_TO_INT (data));
  post_all (&paced, 10 * FOLIOT_MICROSECOND);
  hold = foliot_kernel_hold (paced.kernel, "answer", 0);
  if (foliot_kernel_get_drive (paced.kernel) == FOLIOT_DRIVE_REALTIME)
    while (paced.n_seen < 20)
      foliot_kernel_step (paced.kernel, 1);
  else
    g_assert_cmpuint (foliot_kernel_step (paced.kernel, 1), ==, 0);
  g_source_set_callback (source, release, hold, NULL);
  g_source_attach (source, context);
  run (&paced, FOLIOT_TIME_NEVER);
  g_assert_cmpuint (paced.n_seen, ==, 20);
  paced_clear (&paced);
}

static void
interrupt_kernel (gpointer target, gpointer payload)
{
  foliot_kernel_interrupt (target);
}

static void
test_interrupt (void)
{
  Paced paced;
  g_autoptr (GError) error = NULL;

  paced_init (&paced, NULL, FOLIOT_DRIVE_PACED);
  foliot_kernel_post (paced.kernel, 1, 0, FOLIOT_EVENT_CALLBACK, interrupt_kernel, paced.kernel, NULL);
  foliot_kernel_post (paced.kernel, FOLIOT_DAY, 0, FOLIOT_EVENT_CALLBACK, interrupt_kernel, paced.kernel,
                      NULL);
  g_assert_false (foliot_kernel_run_until (paced.kernel, FOLIOT_TIME_NEVER, &error));
  g_assert_error (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_INTERRUPTED);
  paced_clear (&paced);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/paced/plain", NULL, test_paced);
  g_test_add_data_func ("/paced/with-context", "context", test_paced);
  g_test_add_func ("/paced/fast", test_fast);
  g_test_add_data_func ("/paced/hosted", GINT_TO_POINTER (FOLIOT_DRIVE_PACED), test_hosted);
  g_test_add_data_func ("/paced/hold", GINT_TO_POINTER (FOLIOT_DRIVE_PACED), test_hold);
  g_test_add_func ("/paced/interrupt", test_interrupt);
  g_test_add_data_func ("/realtime/plain", NULL, test_realtime);
  g_test_add_data_func ("/realtime/with-context", "context", test_realtime);
  g_test_add_data_func ("/realtime/hosted", GINT_TO_POINTER (FOLIOT_DRIVE_REALTIME), test_hosted);
  g_test_add_data_func ("/realtime/hold", GINT_TO_POINTER (FOLIOT_DRIVE_REALTIME), test_hold);
  return g_test_run ();
}
