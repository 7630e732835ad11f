/* SPDX-License-Identifier: MIT */
#include "foliot-kernel-struct.h"

/*
 * Plain callbacks. Without a destroy notify nothing is allocated: callback and data travel in the event itself. With
 * one, or with a period, a Call carries them. A repeating event is posted again before its callback runs, so the id
 * is good inside the callback too, also for ending the repetition.
 */

typedef struct
{
  FoliotTime period; /* 0: once */
  GCallback callback;
  gpointer user_data;
  GDestroyNotify destroy;
  gboolean running;
  gboolean ended; /* uncalled from inside its own callback */
} Call;

static inline void
invoke (GCallback callback, gpointer user_data)
{
  ((void (*) (gpointer)) callback) (user_data);
}

static void
free_call (Call *call)
{
  if (call->destroy != NULL)
    call->destroy (call->user_data);
  g_free (call);
}

static void
run_plain (gpointer target, gpointer payload)
{
  invoke ((GCallback) target, payload);
}

static void
run_call (gpointer target, gpointer payload)
{
  Call *call = payload;

  call->running = TRUE;
  invoke (call->callback, call->user_data);
  call->running = FALSE;
  if (call->period == 0 || call->ended)
    free_call (call);
}

static void
drop_call (gpointer target, gpointer payload)
{
  Call *call = payload;

  if (call->running)
    call->ended = TRUE;
  else
    free_call (call);
}

static guint64
post_call (FoliotKernel *self, FoliotTime at, FoliotTime period, GCallback callback, gpointer user_data,
           GDestroyNotify destroy)
{
  Call *call;
  guint64 id;

  if (period == 0 && destroy == NULL)
    return foliot_kernel_post (self, at, FOLIOT_PRIORITY_DEFAULT, FOLIOT_EVENT_CALLBACK, run_plain,
                               (gpointer) callback, user_data);
  call = g_new0 (Call, 1);
  *call = (Call){ .period = period, .callback = callback, .user_data = user_data, .destroy = destroy };
  id = foliot_kernel_post (self, at, FOLIOT_PRIORITY_DEFAULT, FOLIOT_EVENT_CALLBACK, run_call, NULL, call);
  if (id == 0)
    free_call (call);
  else
    foliot_event_queue_find (&self->queue, id)->repeats = period > 0;
  return id;
}

void
foliot_kernel_calls_init (FoliotKernel *self)
{
  _foliot_kernel_set_drop_func (self, run_call, drop_call);
}

FoliotTime
foliot_kernel_call_get_period (const FoliotEvent *event)
{
  return ((const Call *) event->payload)->period;
}

guint64
foliot_kernel_call_at (FoliotKernel *self, FoliotTime at, GCallback callback, gpointer user_data,
                       GDestroyNotify destroy)
{
  g_return_val_if_fail (IS_KERNEL (self), 0);
  g_return_val_if_fail (callback != NULL, 0);
  return post_call (self, at, 0, callback, user_data, destroy);
}

guint64
foliot_kernel_call_in (FoliotKernel *self, FoliotTime delay, GCallback callback, gpointer user_data,
                       GDestroyNotify destroy)
{
  g_return_val_if_fail (IS_KERNEL (self), 0);
  g_return_val_if_fail (callback != NULL, 0);
  return post_call (self, foliot_time_add (foliot_kernel_now (self), delay), 0, callback, user_data, destroy);
}

guint64
foliot_kernel_call_every (FoliotKernel *self, FoliotTime first, FoliotTime period, GCallback callback,
                          gpointer user_data, GDestroyNotify destroy)
{
  g_return_val_if_fail (IS_KERNEL (self), 0);
  g_return_val_if_fail (callback != NULL, 0);
  g_return_val_if_fail (period > 0, 0);
  return post_call (self, first, period, callback, user_data, destroy);
}

gboolean
foliot_kernel_uncall (FoliotKernel *self, guint64 id)
{
  FoliotEvent *event, copy;

  g_return_val_if_fail (IS_KERNEL (self), FALSE);
  event = foliot_event_queue_find (&self->queue, id);
  if (event == NULL)
    return FALSE;
  copy = *event;
  if (!foliot_kernel_cancel (self, id))
    return FALSE;
  foliot_kernel_drop_event (self, &copy);
  return TRUE;
}
