/* SPDX-License-Identifier: MIT */
#include "agent/foliot-timer-private.h"

#include "kernel/foliot-gate-private.h"
#include "kernel/foliot-kernel-private.h"
#include "kernel/foliot-poll-private.h"

/*
 * An entry without a descriptor among those that the kernel polls, and a port of the gate. From its expiry on it is, in turn, an
 * arrival of the present turn, an event, and nothing; it can be freed in each of these but the first, in which nobody
 * runs who could.
 */

struct _FoliotTimer
{
  FoliotPollEntry entry;
  FoliotPort port;
  FoliotKernel *kernel;
  guint64 event; /* once it was admitted; 0 before, and when it has run */
  void (*expired) (gpointer user_data);
  gpointer user_data;
};

static void
timer_ready (FoliotPollEntry *entry, guint32 events)
{
}

static void
timer_expired (FoliotPollEntry *entry)
{
  FoliotTimer *timer = (FoliotTimer *) entry;
  _foliot_gate_bring (timer->kernel, &timer->port, FOLIOT_EVENT_GATE, NULL, NULL, NULL);
}

static void
timer_closed (FoliotPollEntry *entry, gboolean at_last)
{
  _foliot_poll_remove (entry);
}

static const FoliotPollClass timer_class = { timer_ready, timer_expired, NULL, timer_closed };

static void
on_event (gpointer target, gpointer payload)
{
  FoliotTimer *timer = target;
  timer->event = 0;
  _foliot_poll_remove (&timer->entry);
  timer->expired (timer->user_data);
}

static void
timer_admit (FoliotPort *port, FoliotArrival *arrival)
{
  FoliotTimer *timer = (FoliotTimer *) ((char *) port - G_STRUCT_OFFSET (FoliotTimer, port));
  timer->event = foliot_kernel_post (timer->kernel, arrival->time_ns, FOLIOT_PRIORITY_DEFAULT, arrival->kind,
                                     on_event, timer, NULL);
}

FoliotTimer *
_foliot_timer_new (FoliotKernel *kernel, guint limit_ms, void (*expired) (gpointer user_data),
                   gpointer user_data)
{
  g_autofree FoliotTimer *timer = g_new0 (FoliotTimer, 1);
  timer->kernel = kernel;
  timer->expired = expired;
  timer->user_data = user_data;
  if (!_foliot_poll_add (kernel, &timer->entry, &timer_class, -1, 0))
    return NULL;
  _foliot_gate_add_port (kernel, &timer->port, "timer", timer_admit);
  _foliot_poll_set_limit (&timer->entry, MAX (limit_ms, 1));
  return g_steal_pointer (&timer);
}

void
_foliot_timer_free (FoliotTimer *timer)
{
  _foliot_poll_remove (&timer->entry);
  if (timer->event != 0)
    foliot_kernel_cancel (timer->kernel, timer->event);
  g_free (timer);
}

static void
end_sleep (gpointer future)
{
  foliot_future_resolve (future, NULL);
}

gboolean
_foliot_timer_sleep (FoliotKernel *kernel, guint ms, GError **error)
{
  g_autoptr (FoliotFuture) over = foliot_future_new (kernel);
  g_autoptr (FoliotTimer) timer = _foliot_timer_new (kernel, ms, end_sleep, over);
  if (timer == NULL)
    return TRUE;
  foliot_future_set_label (over, "the wall clock");
  g_autoptr (FoliotValue) nothing = foliot_await (over, FOLIOT_TIME_NEVER, error);
  return nothing != NULL;
}

/* ---- simulated time ---- */

#define PRIORITY_OF_ARRIVAL G_MAXINT8

static void
on_arrived (gpointer arrival, gpointer payload)
{
  foliot_future_resolve (arrival, NULL);
  foliot_future_unref (arrival);
}

/* The world ends first: the fiber that waits is told so by its end. */
static void
drop_arrival (gpointer arrival, gpointer payload)
{
  foliot_future_unref (arrival);
}

gboolean
_foliot_timer_await_arrival (FoliotKernel *kernel, FoliotTime at, GError **error)
{
  FoliotFuture *arrival = foliot_future_new (kernel);
  g_autoptr (FoliotFuture) waited_for = foliot_future_ref (arrival);
  foliot_future_set_label (arrival, "the time at which all else is done");
  _foliot_kernel_set_drop_func (kernel, on_arrived, drop_arrival);
  if (foliot_kernel_post (kernel, at, PRIORITY_OF_ARRIVAL, FOLIOT_EVENT_NOTIFY, on_arrived, arrival, NULL)
      == 0)
    drop_arrival (arrival, NULL);
  g_autoptr (FoliotValue) arrived = foliot_await (waited_for, FOLIOT_TIME_NEVER, error);
  return arrived != NULL;
}
