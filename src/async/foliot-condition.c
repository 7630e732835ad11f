/* SPDX-License-Identifier: MIT */
#include "async/foliot-fiber-private.h"

/*
 * The plainest thing to wait at: a queue. A notification goes to fibers that are still waiting in the moment it is
 * given; one whose deadline or cancellation came first stands in the queue no more, so none is wasted on it.
 */

struct _FoliotCondition
{
  FoliotAsync *async;
  FoliotQueue waiting;
};

static char *
describe_condition (FoliotWait *wait)
{
  return g_strdup ("a condition");
}

static const FoliotWaitKind condition_kind
    = { .describe = describe_condition, .at_deadline = FOLIOT_WAIT_TIMED_OUT };

FoliotCondition *
foliot_condition_new (FoliotKernel *kernel)
{
  FoliotCondition *condition = g_new0 (FoliotCondition, 1);

  condition->async = _foliot_async_get (kernel);
  return condition;
}

void
foliot_condition_free (FoliotCondition *condition)
{
  if (condition == NULL)
    return;
  _foliot_wait_decide_all (&condition->waiting, FOLIOT_WAIT_CLOSED);
  g_free (condition);
}

gboolean
foliot_condition_wait (FoliotCondition *condition, FoliotTime deadline, GError **error)
{
  FoliotAsync *async = condition->async;
  FoliotWait wait;

  if (!_foliot_wait_enter (async, error))
    return FALSE;
  _foliot_wait_init (async, &wait, &condition_kind, condition, deadline);
  _foliot_queue_insert (&condition->waiting, &wait.place, NULL);
  return _foliot_wait_suspend (async, &wait, error);
}

guint
foliot_condition_notify (FoliotCondition *condition, guint n)
{
  guint n_woken = 0;

  for (; n_woken < n && condition->waiting.first != NULL; n_woken++)
    _foliot_wait_decide ((FoliotWait *) condition->waiting.first, FOLIOT_WAIT_DONE);
  return n_woken;
}

guint
foliot_condition_get_n_waiting (FoliotCondition *condition)
{
  return condition->waiting.length;
}
