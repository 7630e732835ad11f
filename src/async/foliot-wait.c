/* SPDX-License-Identifier: MIT */
#include "async/foliot-wait.h"

#include "async/foliot-fiber-private.h"
#include "kernel/foliot-kernel-private.h"

/*
 * Two ways lead out of a wait. A deadline is an event of its own: when it runs and the wait is still pending, it decides
 * and goes on with the fiber in the same event. Everything else decides inside somebody else's event, where the fiber
 * must not run: it posts a wake-up. The number in both tells a late one from the next wait of the same fiber, or of
 * another fiber on the same stack: numbers are never used twice in a world.
 */

void
_foliot_queue_insert (FoliotQueue *queue, FoliotPlace *place, FoliotPlace *before)
{
  FoliotPlace *after = before != NULL ? before->previous : queue->last;

  place->queue = queue;
  place->previous = after;
  place->next = before;
  if (after != NULL)
    after->next = place;
  else
    queue->first = place;
  if (before != NULL)
    before->previous = place;
  else
    queue->last = place;
  queue->length++;
}

void
_foliot_queue_remove (FoliotPlace *place)
{
  FoliotQueue *queue = place->queue;

  if (queue == NULL)
    return;
  if (place->previous != NULL)
    place->previous->next = place->next;
  else
    queue->first = place->next;
  if (place->next != NULL)
    place->next->previous = place->previous;
  else
    queue->last = place->previous;
  queue->length--;
  place->queue = NULL;
}

static void
set_error (FoliotAsync *async, FoliotWaitEnd end, const char *what, GError **error)
{
  static const struct
  {
    FoliotError code;
    const char *text;
  } ends[] = {
    [FOLIOT_WAIT_TIMED_OUT] = { FOLIOT_ERROR_TIMED_OUT, "timed out" },
    [FOLIOT_WAIT_CANCELLED] = { FOLIOT_ERROR_CANCELLED, "cancelled" },
    [FOLIOT_WAIT_CLOSED] = { FOLIOT_ERROR_CLOSED, "closed" },
    [FOLIOT_WAIT_PREEMPTED] = { FOLIOT_ERROR_PREEMPTED, "a granted resource was taken away" },
  };
  g_autofree char *now = foliot_time_format (_foliot_kernel_now (async->kernel));

  g_set_error (error, FOLIOT_ERROR, ends[end].code, "%s at %s s%s%s", ends[end].text, now,
               what != NULL ? ", waiting for " : ", before it could wait", what != NULL ? what : "");
}

static gboolean
refuse (FoliotAsync *async, FoliotFiber *fiber, GError **error)
{
  FoliotWaitEnd end;

  if (fiber->refusal & FOLIOT_FIBER_UNLISTED)
    _foliot_fiber_list (fiber);
  if (fiber->refusal & FOLIOT_FIBER_CLOSING)
    _foliot_fiber_spend_close_await (fiber);
  if ((fiber->refusal & FOLIOT_FIBER_CANCELLED) && fiber->shield == 0)
    end = FOLIOT_WAIT_CANCELLED;
  else if (fiber->refusal & FOLIOT_FIBER_CLOSING)
    end = FOLIOT_WAIT_CLOSED;
  else if (fiber->refusal & FOLIOT_FIBER_PREEMPTED)
    end = FOLIOT_WAIT_PREEMPTED;
  else
    return TRUE;
  if (error != NULL)
    set_error (async, end, NULL, error);
  return FALSE;
}

gboolean
_foliot_wait_refuse (FoliotAsync *async, GError **error)
{
  FoliotFiber *fiber = async->current;

  if (fiber != NULL)
    return refuse (async, fiber, error);
  g_critical ("a function that awaits was called on the main stack; call it on a fiber");
  g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_RUNTIME, "await on the main stack");
  return FALSE;
}

gboolean
_foliot_wait_fail (FoliotAsync *async, FoliotWait *wait, GError **error)
{
  if (error != NULL)
    set_error (async, wait->end, wait->what, error);
  g_free (wait->what);
  return FALSE;
}

/* Takes a wait that was decided now out of the queue it stood in. */
static void
leave (FoliotWait *wait)
{
  _foliot_queue_remove (&wait->place);
  if (wait->end == FOLIOT_WAIT_DONE)
    return;
  wait->what = wait->wants_error ? wait->kind->describe (wait) : NULL;
  if (wait->kind->left != NULL)
    wait->kind->left (wait);
}

static void
on_wake (gpointer target, gpointer payload)
{
  FoliotFiber *fiber = target;

  if (fiber->wait != NULL && fiber->wait->number == GPOINTER_TO_SIZE (payload))
    _foliot_fiber_resume (fiber);
  else
    _foliot_kernel_count_stale (fiber->async->kernel);
}

void
_foliot_wait_on_deadline (gpointer target, gpointer payload)
{
  FoliotFiber *fiber = target;
  FoliotWait *wait = fiber->wait;

  if (wait == NULL || wait->number != GPOINTER_TO_SIZE (payload) || wait->end != FOLIOT_WAIT_PENDING)
    {
      _foliot_kernel_count_stale (fiber->async->kernel);
      return;
    }
  wait->end = wait->kind->at_deadline;
  leave (wait);
  _foliot_fiber_resume (fiber);
}

gboolean
_foliot_wait_decide (FoliotWait *wait, FoliotWaitEnd end)
{
  FoliotFiber *fiber = wait->fiber;
  FoliotKernel *kernel = fiber->async->kernel;

  if (wait->end != FOLIOT_WAIT_PENDING)
    {
      _foliot_kernel_count_stale (kernel);
      return FALSE;
    }
  wait->end = end;
  if (wait->deadline == FOLIOT_TIME_NEVER)
    fiber->async->n_endless--;
  else
    foliot_kernel_cancel (kernel, wait->timer);
  _foliot_kernel_post_leading (kernel, fiber->node, _foliot_kernel_now (kernel), FOLIOT_EVENT_WAKE, on_wake,
                               fiber, GSIZE_TO_POINTER (wait->number));
  leave (wait);
  return TRUE;
}

void
_foliot_wait_decide_all (FoliotQueue *queue, FoliotWaitEnd end)
{
  while (queue->first != NULL)
    _foliot_wait_decide ((FoliotWait *) queue->first, end);
}
