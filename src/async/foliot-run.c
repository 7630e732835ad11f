/* SPDX-License-Identifier: MIT */
#include "async/foliot-fiber-private.h"
#include "kernel/foliot-kernel-private.h"
#include "kernel/foliot-poll-private.h"

/*
 * Running a world until one thing has happened. The future that is waited for stops the kernel in the moment of being
 * settled, so that no event after that one runs and time stays where it is.
 */

typedef struct
{
  FoliotPlace place;
  FoliotKernel *kernel;
} Stop;

static void
stop_tell (FoliotPlace *place, FoliotFuture *future)
{
  _foliot_kernel_stop (((Stop *) place)->kernel);
}

static void
set_stuck (FoliotKernel *kernel, GError **error)
{
  g_autofree char *report = foliot_fiber_report_waits (kernel);
  g_autofree char *now = foliot_time_format (foliot_kernel_now (kernel));

  g_set_error (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_STUCK,
               "nothing is left to do at %s s, but what was waited for has not happened%s%s", now,
               *report != '\0' ? ":\n" : "; no fiber waits", report);
}

static FoliotValue *
dup_result (FoliotFuture *future, GError **error)
{
  FoliotValue *value = foliot_future_get_value (future);

  if (value != NULL)
    return foliot_value_ref (value);
  g_propagate_error (error, g_error_copy (foliot_future_get_error (future)));
  return NULL;
}

/* Time was held for too long: who waits here for whom tells why it matters. */
static void
add_report (FoliotKernel *kernel, GError **error)
{
  g_autofree char *report = NULL;

  if (error == NULL || !g_error_matches (*error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_HELD))
    return;
  report = foliot_fiber_report_waits (kernel);
  if (*report != '\0')
    {
      g_autofree char *message = g_steal_pointer (&(*error)->message);

      (*error)->message = g_strdup_printf ("%s:\n%s", message, report);
    }
}

static gboolean
drive_until (FoliotKernel *kernel, FoliotFuture *until, GError **error)
{
  Stop stop = { .place = { .tell = stop_tell }, .kernel = kernel };
  gboolean ran;

  if (foliot_future_is_settled (until))
    return TRUE;
  _foliot_future_follow (until, &stop.place);
  ran = _foliot_kernel_run_before_wait (kernel, error);
  while (ran && !foliot_future_is_settled (until) && _foliot_kernel_is_open_to_outside (kernel))
    {
      ran = _foliot_kernel_expects_outside (kernel, error);
      if (ran)
        _foliot_kernel_wait_for_outside (kernel);
      ran = ran && (foliot_future_is_settled (until) || _foliot_kernel_run_before_wait (kernel, error));
    }
  _foliot_queue_remove (&stop.place);
  if (!ran)
    add_report (kernel, error);
  if (ran && !foliot_future_is_settled (until))
    set_stuck (kernel, error);
  return ran && foliot_future_is_settled (until);
}

static FoliotValue *
run_to_the_end (FoliotKernel *kernel, GError **error)
{
  if (foliot_kernel_run_until (kernel, FOLIOT_TIME_NEVER, error))
    return foliot_value_new_null ();
  add_report (kernel, error);
  return NULL;
}

static FoliotValue *
run_until_settled (FoliotKernel *kernel, FoliotFuture *until, GError **error)
{
  g_autoptr (FoliotFuture) kept = foliot_future_ref (until);

  return drive_until (kernel, kept, error) ? dup_result (kept, error) : NULL;
}

FoliotValue *
foliot_run (FoliotKernel *kernel, FoliotFuture *until, GError **error)
{
  FoliotValue *value;

  g_return_val_if_fail (until == NULL || foliot_future_get_kernel (until) == kernel, NULL);
  g_return_val_if_fail (!foliot_fiber_is_running (kernel), NULL);

  g_object_ref (kernel);
  value = until != NULL ? run_until_settled (kernel, until, error) : run_to_the_end (kernel, error);
  g_object_unref (kernel);
  return value;
}
