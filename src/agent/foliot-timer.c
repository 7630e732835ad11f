/* SPDX-License-Identifier: MIT */
#include "agent/foliot-timer-private.h"

#include "kernel/foliot-kernel-private.h"
#include "kernel/foliot-pause-private.h"

/*
 * For whoever directs several worlds: a pause of the wall clock while others work, and the moment in which all that is due by
 * a time is done, which is an event of that time behind all others.
 */

/* ---- the wall clock ---- */

static void
end_sleep (gpointer future)
{
  foliot_future_resolve (future, NULL);
}

gboolean
_foliot_timer_sleep (FoliotKernel *kernel, guint ms, GError **error)
{
  g_autoptr (FoliotFuture) over = foliot_future_new (kernel);
  g_autoptr (FoliotPause) pause = _foliot_pause_new (kernel, NULL, ms, end_sleep, over);
  if (pause == NULL)
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
