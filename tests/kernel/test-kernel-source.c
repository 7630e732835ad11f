/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-kernel.h>

#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "kernel/foliot-poll-private.h"

/*
 * A world in somebody else's main loop: the same run as without one, and everybody else is served too.
 */

#define N_EVENTS 10000 /* more than two batches */

typedef struct
{
  GMainContext *context;
  FoliotKernel *kernel;
  guint64 left;
  FoliotHold *hold;
  guint n_turns;
} Host;

static void
chain (gpointer target, gpointer payload)
{
  Host *host = target;

  if (host->left > 0)
    {
      host->left--;
      foliot_kernel_post (host->kernel, foliot_kernel_now (host->kernel) + (host->left & 1), 0,
                          FOLIOT_EVENT_CALLBACK, chain, host, NULL);
    }
}

static void
host_init (Host *host, gboolean hosted, FoliotDrive drive, guint64 n_events)
{
  *host = (Host){ .left = n_events - 1 };
  host->context = g_main_context_new ();
  host->kernel = foliot_kernel_new (hosted ? host->context : NULL, drive, 1, 0);
  if (n_events > 0)
    foliot_kernel_post (host->kernel, 1, 0, FOLIOT_EVENT_CALLBACK, chain, host, NULL);
}

static void
host_clear (Host *host)
{
  g_clear_object (&host->kernel);
  g_assert_false (g_main_context_pending (host->context)); /* nothing of the kernel is left in it */
  g_main_context_unref (host->context);
}

static guint64
count_dispatched (Host *host)
{
  FoliotCounts counts;

  foliot_kernel_get_counts (host->kernel, &counts);
  return counts.dispatched;
}

static GSource *
add_source (Host *host, gint priority, GSourceFunc func)
{
  GSource *source = g_idle_source_new ();

  g_source_set_priority (source, priority);
  g_source_set_callback (source, func, host, NULL);
  g_source_attach (source, host->context);
  return source;
}

static gboolean
count_turn (gpointer user_data)
{
  ((Host *) user_data)->n_turns++;
  return G_SOURCE_CONTINUE;
}

static void
test_same_digest (void)
{
  Host plain, hosted, run;
  g_autofree char *one = NULL, *two = NULL, *three = NULL;

  host_init (&plain, FALSE, FOLIOT_DRIVE_FREE, N_EVENTS);
  host_init (&hosted, TRUE, FOLIOT_DRIVE_FREE, N_EVENTS);
  host_init (&run, TRUE, FOLIOT_DRIVE_FREE, N_EVENTS);
  g_assert_true (foliot_kernel_run_until (plain.kernel, FOLIOT_TIME_NEVER, NULL));
  while (g_main_context_iteration (hosted.context, FALSE))
    ;
  g_assert_true (foliot_kernel_run_until (run.kernel, FOLIOT_TIME_NEVER, NULL));
  g_assert_cmpuint (count_dispatched (&hosted), ==, N_EVENTS);
  one = foliot_kernel_dup_digest (plain.kernel);
  two = foliot_kernel_dup_digest (hosted.kernel);
  three = foliot_kernel_dup_digest (run.kernel);
  g_assert_cmpstr (one, ==, two);
  g_assert_cmpstr (one, ==, three);
  host_clear (&plain);
  host_clear (&hosted);
  host_clear (&run);
}

/* A world without end beside a source of any priority: both go on, and no turn is lost. */
static void
test_nobody_starves (gconstpointer data)
{
  Host host;
  GSource *source;

  host_init (&host, TRUE, FOLIOT_DRIVE_FREE, G_MAXUINT64);
  source = add_source (&host, GPOINTER_TO_INT (data), count_turn);
  for (guint i = 0; i < 20; i++)
    g_assert_true (g_main_context_iteration (host.context, FALSE));
  g_assert_cmpuint (host.n_turns, >=, 5);
  if (GPOINTER_TO_INT (data) >= G_PRIORITY_DEFAULT)
    g_assert_cmpuint (count_dispatched (&host), >=, 5 * 4096);
  for (guint i = host.n_turns = 0; i < 20; i++)
    {
      g_assert_true (g_main_context_pending (host.context));
      g_main_context_iteration (host.context, FALSE);
    }
  g_assert_cmpuint (host.n_turns, >=, 5);
  g_source_destroy (source);
  g_source_unref (source);
  host_clear (&host);
}

static void
test_external (void)
{
  Host host;

  host_init (&host, TRUE, FOLIOT_DRIVE_EXTERNAL, 11);
  g_assert_false (g_main_context_iteration (host.context, FALSE));
  g_assert_true (foliot_kernel_advance (host.kernel, 3, FOLIOT_ADVANCE_THROUGH, NULL));
  while (g_main_context_iteration (host.context, FALSE))
    ;
  g_assert_cmpuint (count_dispatched (&host), ==, 5);
  g_assert_cmpint (foliot_kernel_now (host.kernel), ==, 3);
  g_assert_true (foliot_kernel_advance (host.kernel, 1000, FOLIOT_ADVANCE_THROUGH, NULL));
  while (g_main_context_iteration (host.context, FALSE))
    ;
  g_assert_cmpuint (count_dispatched (&host), ==, 11);
  g_assert_cmpint (foliot_kernel_now (host.kernel), ==, 1000); /* time arrives without an event too */
  host_clear (&host);
}

/* run_until lets the context's other sources run between batches, and does not dispatch itself a second time there. */
static void
test_run_serves_others (void)
{
  Host host;
  GSource *source;

  host_init (&host, TRUE, FOLIOT_DRIVE_FREE, N_EVENTS);
  source = add_source (&host, G_PRIORITY_LOW, count_turn);
  g_assert_true (foliot_kernel_run_until (host.kernel, FOLIOT_TIME_NEVER, NULL));
  g_assert_cmpuint (host.n_turns, >=, 2);
  g_assert_cmpuint (count_dispatched (&host), ==, N_EVENTS);
  g_source_destroy (source);
  g_source_unref (source);
  host_clear (&host);
}

static gboolean
release_at_third (gpointer user_data)
{
  Host *host = user_data;

  g_assert_cmpint (foliot_kernel_now (host->kernel), ==, 0);
  if (++host->n_turns < 3)
    return G_SOURCE_CONTINUE;
  foliot_hold_release (g_steal_pointer (&host->hold));
  return G_SOURCE_REMOVE;
}

/* While the outside owes an answer time stands still, and the loop brings the answer. */
static void
test_hold_is_waited_for (void)
{
  Host host;
  GSource *source;
  g_autoptr (GError) error = NULL;

  host_init (&host, TRUE, FOLIOT_DRIVE_FREE, 3);
  host.hold = foliot_kernel_hold (host.kernel, "answer", 60000);
  source = add_source (&host, G_PRIORITY_DEFAULT, release_at_third);
  g_assert_true (foliot_kernel_run_until (host.kernel, FOLIOT_TIME_NEVER, &error));
  g_assert_no_error (error);
  g_assert_null (host.hold);
  g_assert_cmpuint (host.n_turns, ==, 3);
  g_assert_cmpuint (count_dispatched (&host), ==, 3);
  g_source_unref (source);
  host_clear (&host);
}

static void
test_hold_has_a_limit (void)
{
  Host host;
  FoliotHold *endless;
  g_autoptr (GError) error = NULL;

  host_init (&host, TRUE, FOLIOT_DRIVE_FREE, 3);
  endless = foliot_kernel_hold (host.kernel, "somebody patient", 0);
  host.hold = foliot_kernel_hold (host.kernel, "somebody slow", 1);
  g_assert_false (foliot_kernel_run_until (host.kernel, FOLIOT_TIME_NEVER, &error));
  g_assert_error (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_HELD);
  g_assert_nonnull (strstr (error->message, "somebody slow"));
  g_assert_cmpuint (count_dispatched (&host), ==, 0);
  foliot_hold_release (host.hold);
  foliot_hold_release (endless);
  g_assert_true (foliot_kernel_run_until (host.kernel, FOLIOT_TIME_NEVER, NULL));
  g_assert_cmpuint (count_dispatched (&host), ==, 3);
  host_clear (&host);
}

static void
outlive (FoliotHold **hold)
{
  gint64 end_us = g_get_monotonic_time () + 2000;

  while (g_get_monotonic_time () < end_us)
    ;
  g_assert_nonnull (*hold);
}

static gboolean
release_now (gpointer user_data)
{
  foliot_hold_release (g_steal_pointer (&((Host *) user_data)->hold));
  return G_SOURCE_REMOVE;
}

/* A process that was stopped for longer than the limit finds the release that is there, before it complains. */
static void
test_late_by_source (void)
{
  Host host;
  GSource *source;
  g_autoptr (GError) error = NULL;

  host_init (&host, TRUE, FOLIOT_DRIVE_FREE, 3);
  host.hold = foliot_kernel_hold (host.kernel, "answer", 1);
  source = add_source (&host, G_PRIORITY_DEFAULT_IDLE, release_now);
  outlive (&host.hold);
  foliot_kernel_run_until (host.kernel, FOLIOT_TIME_NEVER, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_dispatched (&host), ==, 3);
  g_source_unref (source);
  host_clear (&host);
}

typedef struct
{
  FoliotPollEntry entry;
  Host *host;
} Bell;

static void
on_bell (FoliotPollEntry *entry, guint32 events)
{
  Bell *bell = (Bell *) entry;

  _foliot_poll_remove (entry);
  release_now (bell->host);
}

static void
on_bell_closed (FoliotPollEntry *entry, gboolean at_last)
{
  _foliot_poll_remove (entry);
}

static void
test_late_by_socket (void)
{
  static const FoliotPollClass bell_class = { .ready = on_bell, .closed = on_bell_closed };
  int fd = eventfd (1, EFD_CLOEXEC | EFD_NONBLOCK);
  Host host;
  Bell bell = { .host = &host };
  g_autoptr (GError) error = NULL;

  host_init (&host, FALSE, FOLIOT_DRIVE_FREE, 3);
  g_assert_true (_foliot_poll_add (host.kernel, &bell.entry, &bell_class, fd, EPOLLIN));
  host.hold = foliot_kernel_hold (host.kernel, "answer", 1);
  outlive (&host.hold);
  foliot_kernel_run_until (host.kernel, FOLIOT_TIME_NEVER, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_dispatched (&host), ==, 3);
  close (fd);
  host_clear (&host);
}

static gboolean
interrupt_kernel (gpointer user_data)
{
  foliot_kernel_interrupt (((Host *) user_data)->kernel);
  return G_SOURCE_REMOVE;
}

static void
test_interrupt_while_held (void)
{
  Host host;
  GSource *source;
  g_autoptr (GError) error = NULL;

  host_init (&host, TRUE, FOLIOT_DRIVE_FREE, 3);
  host.hold = foliot_kernel_hold (host.kernel, "answer", 0);
  source = add_source (&host, G_PRIORITY_DEFAULT, interrupt_kernel);
  g_assert_false (foliot_kernel_run_until (host.kernel, FOLIOT_TIME_NEVER, &error));
  g_assert_error (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_INTERRUPTED);
  foliot_hold_release (host.hold);
  g_source_unref (source);
  host_clear (&host);
}

static void
drop_kernel (gpointer target, gpointer payload)
{
  g_clear_object (&((Host *) target)->kernel);
}

/* The last reference goes inside an event: the batch ends before the kernel does. */
static void
test_dropped_inside (void)
{
  Host host;

  host_init (&host, TRUE, FOLIOT_DRIVE_FREE, 3);
  foliot_kernel_post (host.kernel, 100, 0, FOLIOT_EVENT_CALLBACK, drop_kernel, &host, NULL);
  while (g_main_context_iteration (host.context, FALSE))
    ;
  g_assert_null (host.kernel);
  host_clear (&host);
}

static void
test_closed_is_quiet (void)
{
  Host host;

  host_init (&host, TRUE, FOLIOT_DRIVE_FREE, 3);
  foliot_kernel_close (host.kernel);
  g_assert_false (g_main_context_iteration (host.context, FALSE));
  g_assert_cmpuint (count_dispatched (&host), ==, 0);
  host_clear (&host);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernel-source/same-digest", test_same_digest);
  g_test_add_data_func ("/kernel-source/nobody-starves-high", GINT_TO_POINTER (G_PRIORITY_HIGH),
                        test_nobody_starves);
  g_test_add_data_func ("/kernel-source/nobody-starves-default", GINT_TO_POINTER (G_PRIORITY_DEFAULT),
                        test_nobody_starves);
  g_test_add_data_func ("/kernel-source/nobody-starves-idle", GINT_TO_POINTER (G_PRIORITY_DEFAULT_IDLE),
                        test_nobody_starves);
  g_test_add_data_func ("/kernel-source/nobody-starves-low", GINT_TO_POINTER (G_PRIORITY_LOW),
                        test_nobody_starves);
  g_test_add_func ("/kernel-source/external", test_external);
  g_test_add_func ("/kernel-source/run-serves-others", test_run_serves_others);
  g_test_add_func ("/kernel-source/hold-is-waited-for", test_hold_is_waited_for);
  g_test_add_func ("/kernel-source/hold-has-a-limit", test_hold_has_a_limit);
  g_test_add_func ("/kernel-source/hold-is-late/source", test_late_by_source);
  g_test_add_func ("/kernel-source/hold-is-late/socket", test_late_by_socket);
  g_test_add_func ("/kernel-source/interrupt-while-held", test_interrupt_while_held);
  g_test_add_func ("/kernel-source/dropped-inside", test_dropped_inside);
  g_test_add_func ("/kernel-source/closed-is-quiet", test_closed_is_quiet);
  return g_test_run ();
}
