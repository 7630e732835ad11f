/* SPDX-License-Identifier: MIT */
#include "async/foliot-fiber-private.h"
#include "kernel/foliot-kernel-private.h"

/*
 * aiomas' sleeps: futures that a clock settles. They register when they are called and not when they are awaited, and
 * refuse with a rejected future. The timer follows its future: settled by whom ever, the event goes with it.
 */

typedef struct
{
  FoliotPlace place;
  FoliotFuture *future; /* owned */
  FoliotValue *result;  /* (nullable) owned, until it is due */
  guint64 event;        /* 0: it has run */
} ClockSleep;

static void
on_due (gpointer target, gpointer payload)
{
  ClockSleep *sleep = target;

  sleep->event = 0;
  foliot_future_resolve (sleep->future, g_steal_pointer (&sleep->result));
}

static void
sleep_tell (FoliotPlace *place, FoliotFuture *future)
{
  ClockSleep *sleep = (ClockSleep *) place;

  if (sleep->event != 0)
    foliot_kernel_cancel (foliot_future_get_kernel (future), sleep->event);
  g_clear_pointer (&sleep->result, foliot_value_unref);
  foliot_future_unref (sleep->future);
  g_free (sleep);
}

static FoliotFuture *
sleep_until_kernel_time (FoliotKernel *kernel, FoliotTime time, FoliotValue *result)
{
  ClockSleep *sleep = g_new0 (ClockSleep, 1);
  FoliotFuture *future = foliot_future_new (kernel);

  foliot_future_set_label (future, "a sleep of a clock");
  sleep->place.tell = sleep_tell;
  sleep->future = foliot_future_ref (future);
  sleep->result = result;
  if (!foliot_future_is_settled (future))
    sleep->event
        = foliot_kernel_post (kernel, time, FOLIOT_PRIORITY_DEFAULT, FOLIOT_EVENT_TIMER, on_due, sleep, NULL);
  _foliot_future_follow (future, &sleep->place);
  return future;
}

static FoliotFuture *
refuse (FoliotClock *clock, FoliotValue *result, GError *error)
{
  g_clear_pointer (&result, foliot_value_unref);
  return foliot_future_new_rejected (foliot_clock_get_kernel (clock), error);
}

FoliotFuture *
foliot_clock_sleep (FoliotClock *clock, FoliotTime delay, FoliotValue *result)
{
  FoliotKernel *kernel = foliot_clock_get_kernel (clock);
  GError *error = NULL;

  if (!foliot_clock_check_delay (clock, delay, &error))
    return refuse (clock, result, error);
  return sleep_until_kernel_time (kernel, foliot_time_add (foliot_kernel_now (kernel), delay), result);
}

FoliotFuture *
foliot_clock_sleep_until (FoliotClock *clock, FoliotTime time, FoliotValue *result)
{
  GError *error = NULL;

  if (!foliot_clock_check_future (clock, time, &error))
    return refuse (clock, result, error);
  return sleep_until_kernel_time (foliot_clock_get_kernel (clock), foliot_clock_to_kernel (clock, time),
                                  result);
}

FoliotFuture *
foliot_clock_sleep_until_date (FoliotClock *clock, const FoliotDate *date, FoliotValue *result)
{
  FoliotTime time = foliot_clock_time_of (clock, date);

  if (time <= foliot_clock_time (clock))
    {
      g_autofree char *text = foliot_date_format (date);

      return refuse (clock, result,
                     g_error_new (FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "Date \"%s\" is in the past", text));
    }
  return foliot_clock_sleep_until (clock, time, result);
}
