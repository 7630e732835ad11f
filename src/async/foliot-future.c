/* SPDX-License-Identifier: MIT */
#include "async/foliot-fiber-private.h"

#include "base/foliot-block-private.h"
#include "kernel/foliot-kernel-private.h"

/*
 * A future keeps one queue of those who want to know, fibers and followers alike, so that all of them are told in the
 * order in which they came. Settling tells each: a fiber's wait is decided, a callback's event is posted, a composite
 * future is settled in turn. The last is done by a loop over a queue and not by recursion: chains may be long, and the
 * caller may stand on a small stack.
 *
 * Who keeps whom: what waits here keeps the future (a fiber by its await, a callback by its follower), except for
 * composites, which keep their parts and take themselves out of them when they are settled or dropped. So an any() over
 * a long-lived future leaves nothing behind on it.
 */

typedef enum
{
  STATE_PENDING,
  STATE_RESOLVED,
  STATE_REJECTED,
} State;

typedef struct _Composite Composite;

struct _FoliotFuture
{
  guint ref_count;
  State state;
  FoliotKernel *kernel;
  FoliotAsync *async;
  FoliotValue *value;
  GError *error;
  FoliotQueue waiting;
  FoliotPlace in_world; /* among the world's pending futures, then among those whose waiters are being told */
  char *label;
  Composite *composite; /* (nullable) what all() and any() add; owned until settled */
};

/* One part of a composite: stands in the queue of the future at that place. */
typedef struct
{
  FoliotPlace place;
  FoliotFuture *whole;
  FoliotFuture *part; /* owned */
} Part;

struct _Composite
{
  gsize n_parts;
  gsize n_pending;
  Part parts[];
};

/* A callback; stands in the future's queue, then in the world's queue of posted ones. */
typedef struct
{
  FoliotPlace place;
  FoliotFuture *future; /* owned */
  FoliotDoneFunc done;
  gpointer user_data;
  GDestroyNotify destroy;
  guint32 node;
} Callback;

typedef struct
{
  FoliotPlace place;
  FoliotFuture *from; /* owned */
  FoliotFuture *to;   /* owned */
} Chain;

G_DEFINE_BOXED_TYPE (FoliotFuture, foliot_future, foliot_future_ref, foliot_future_unref)

static FoliotFuture *
future_at (FoliotPlace *place)
{
  return (FoliotFuture *) ((char *) place - G_STRUCT_OFFSET (FoliotFuture, in_world));
}

static GError *
new_closed_error (void)
{
  return g_error_new_literal (FOLIOT_ERROR, FOLIOT_ERROR_CLOSED, "the world was closed");
}

static FoliotFuture *
future_alloc (FoliotKernel *kernel)
{
  FoliotFuture *future = _foliot_block_new (sizeof *future);

  *future = (FoliotFuture){ .ref_count = 1, .kernel = kernel, .async = _foliot_async_get (kernel) };
  return future;
}

FoliotFuture *
foliot_future_new (FoliotKernel *kernel)
{
  FoliotFuture *future = future_alloc (kernel);

  if (G_UNLIKELY (future->async->closed))
    {
      future->state = STATE_REJECTED;
      future->error = new_closed_error ();
    }
  else
    _foliot_queue_insert (&future->async->pending, &future->in_world, NULL);
  return future;
}

FoliotFuture *
foliot_future_new_resolved (FoliotKernel *kernel, FoliotValue *value)
{
  FoliotFuture *future = future_alloc (kernel);

  future->state = STATE_RESOLVED;
  future->value = value != NULL ? value : foliot_value_new_null ();
  return future;
}

FoliotFuture *
foliot_future_new_rejected (FoliotKernel *kernel, GError *error)
{
  FoliotFuture *future = future_alloc (kernel);

  g_return_val_if_fail (error != NULL, future);

  future->state = STATE_REJECTED;
  future->error = error;
  return future;
}

FoliotFuture *
foliot_future_ref (FoliotFuture *future)
{
  future->ref_count++;
  return future;
}

static void
drop_composite (FoliotFuture *future)
{
  Composite *composite = g_steal_pointer (&future->composite);

  for (gsize i = 0; i < composite->n_parts; i++)
    {
      _foliot_queue_remove (&composite->parts[i].place);
      foliot_future_unref (composite->parts[i].part);
    }
  g_free (composite);
}

void
foliot_future_unref (FoliotFuture *future)
{
  if (--future->ref_count > 0)
    return;
  if (future->composite != NULL)
    drop_composite (future);
  _foliot_queue_remove (&future->in_world);
  g_clear_pointer (&future->value, foliot_value_unref);
  g_clear_error (&future->error);
  g_free (future->label);
  _foliot_block_free (future, sizeof *future);
}

FoliotKernel *
foliot_future_get_kernel (FoliotFuture *future)
{
  return future->kernel;
}

void
foliot_future_set_label (FoliotFuture *future, const char *label)
{
  g_free (future->label);
  future->label = g_strdup (label);
}

static void
tell_all (FoliotFuture *future)
{
  FoliotPlace *place;

  if (future->composite != NULL)
    drop_composite (future);
  while ((place = future->waiting.first) != NULL)
    if (place->tell == NULL)
      _foliot_wait_decide ((FoliotWait *) place, FOLIOT_WAIT_DONE);
    else
      {
        _foliot_queue_remove (place);
        place->tell (place, future);
      }
}

/* Tells those who wait; what settles in turn while we are at it is told after, in that order. */
static void
announce (FoliotFuture *future)
{
  FoliotAsync *async = future->async;
  FoliotPlace *place;

  _foliot_queue_remove (&future->in_world);
  if (future->waiting.first == NULL && future->composite == NULL)
    return;
  _foliot_queue_insert (&async->settled, &foliot_future_ref (future)->in_world, NULL);
  if (async->telling)
    return;
  async->telling = TRUE;
  while ((place = async->settled.first) != NULL)
    {
      _foliot_queue_remove (place);
      tell_all (future_at (place));
      foliot_future_unref (future_at (place));
    }
  async->telling = FALSE;
}

gboolean
foliot_future_resolve (FoliotFuture *future, FoliotValue *value)
{
  if (future->state != STATE_PENDING)
    {
      g_clear_pointer (&value, foliot_value_unref);
      return FALSE;
    }
  future->state = STATE_RESOLVED;
  future->value = value != NULL ? value : foliot_value_new_null ();
  announce (future);
  return TRUE;
}

gboolean
foliot_future_reject (FoliotFuture *future, GError *error)
{
  g_return_val_if_fail (error != NULL, FALSE);

  if (future->state != STATE_PENDING)
    {
      g_error_free (error);
      return FALSE;
    }
  future->state = STATE_REJECTED;
  future->error = error;
  announce (future);
  return TRUE;
}

gboolean
foliot_future_cancel (FoliotFuture *future)
{
  if (future->state != STATE_PENDING)
    return FALSE;
  return foliot_future_reject (future, g_error_new (FOLIOT_ERROR, FOLIOT_ERROR_CANCELLED, "%s was cancelled",
                                                    future->label != NULL ? future->label : "a future"));
}

gboolean
foliot_future_is_settled (FoliotFuture *future)
{
  return future->state != STATE_PENDING;
}

FoliotValue *
foliot_future_get_value (FoliotFuture *future)
{
  return future->value;
}

const GError *
foliot_future_get_error (FoliotFuture *future)
{
  return future->error;
}

void
_foliot_future_follow (FoliotFuture *future, FoliotPlace *place)
{
  if (future->state != STATE_PENDING)
    place->tell (place, future);
  else
    _foliot_queue_insert (&future->waiting, place, NULL);
}

/* Callbacks. */

static void
callback_run (Callback *callback)
{
  FoliotFuture *future = callback->future;

  _foliot_queue_remove (&callback->place);
  callback->done (future, future->value, future->error, callback->user_data);
  if (callback->destroy != NULL)
    callback->destroy (callback->user_data);
  foliot_future_unref (future);
  g_free (callback);
}

static void
on_notify (gpointer target, gpointer payload)
{
  callback_run (target);
}

/* In a closed world the queue of posted callbacks is run by the one who closes. */
static void
callback_tell (FoliotPlace *place, FoliotFuture *future)
{
  Callback *callback = (Callback *) place;

  _foliot_queue_insert (&future->async->posted, place, NULL);
  if (future->async->over)
    callback_run (callback);
  else if (!future->async->closed)
    _foliot_kernel_post_to (future->kernel, callback->node, foliot_kernel_now (future->kernel),
                            FOLIOT_PRIORITY_DEFAULT, FOLIOT_EVENT_NOTIFY, on_notify, callback, NULL);
}

void
foliot_future_then (FoliotFuture *future, FoliotDoneFunc done, gpointer user_data, GDestroyNotify destroy)
{
  Callback *callback = g_new0 (Callback, 1);

  g_return_if_fail (done != NULL);

  callback->place.tell = callback_tell;
  callback->future = foliot_future_ref (future);
  callback->done = done;
  callback->user_data = user_data;
  callback->destroy = destroy;
  callback->node = foliot_kernel_get_current_node (future->kernel);
  _foliot_future_follow (future, &callback->place);
}

/* Chains and composites. */

static void
settle_as (FoliotFuture *to, FoliotFuture *from)
{
  if (from->state == STATE_RESOLVED)
    foliot_future_resolve (to, foliot_value_ref (from->value));
  else
    foliot_future_reject (to, g_error_copy (from->error));
}

static void
chain_tell (FoliotPlace *place, FoliotFuture *future)
{
  Chain *chain = (Chain *) place;

  settle_as (chain->to, future);
  foliot_future_unref (chain->to);
  foliot_future_unref (chain->from);
  g_free (chain);
}

void
foliot_future_chain (FoliotFuture *from, FoliotFuture *to)
{
  Chain *chain = g_new0 (Chain, 1);

  chain->place.tell = chain_tell;
  chain->from = foliot_future_ref (from);
  chain->to = to;
  _foliot_future_follow (from, &chain->place);
}

static FoliotValue *
gather_values (Composite *composite)
{
  g_autofree FoliotValue **values = g_new (FoliotValue *, composite->n_parts);

  for (gsize i = 0; i < composite->n_parts; i++)
    values[i] = foliot_value_ref (composite->parts[i].part->value);
  return foliot_value_new_list (values, composite->n_parts);
}

static void
all_tell (FoliotPlace *place, FoliotFuture *part)
{
  FoliotFuture *whole = ((Part *) place)->whole;

  if (whole->state != STATE_PENDING)
    return;
  if (part->state == STATE_REJECTED)
    foliot_future_reject (whole, g_error_copy (part->error));
  else if (--whole->composite->n_pending == 0)
    foliot_future_resolve (whole, gather_values (whole->composite));
}

static void
any_tell (FoliotPlace *place, FoliotFuture *part)
{
  FoliotFuture *whole = ((Part *) place)->whole;
  gsize index = (gsize) ((Part *) place - whole->composite->parts);

  if (whole->state != STATE_PENDING)
    return;
  if (part->state == STATE_REJECTED)
    foliot_future_reject (whole, g_error_copy (part->error));
  else
    foliot_future_resolve (whole, foliot_value_build_list (foliot_value_new_int ((gint64) index),
                                                           foliot_value_ref (part->value), NULL));
}

static FoliotFuture *
composite_new (FoliotKernel *kernel, FoliotFuture *const *futures, gsize n,
               void (*tell) (FoliotPlace *place, FoliotFuture *part))
{
  FoliotFuture *whole = foliot_future_new (kernel);
  Composite *composite = g_malloc0 (sizeof (Composite) + n * sizeof (Part));

  whole->composite = composite;
  composite->n_parts = n;
  composite->n_pending = n;
  for (gsize i = 0; i < n; i++)
    {
      composite->parts[i].place.tell = tell;
      composite->parts[i].whole = whole;
      composite->parts[i].part = foliot_future_ref (futures[i]);
    }
  for (gsize i = 0; i < n && whole->state == STATE_PENDING; i++)
    _foliot_future_follow (futures[i], &composite->parts[i].place);
  return whole;
}

FoliotFuture *
foliot_future_all (FoliotKernel *kernel, FoliotFuture *const *futures, gsize n)
{
  if (n == 0)
    return foliot_future_new_resolved (kernel, foliot_value_new_list (NULL, 0));
  return composite_new (kernel, futures, n, all_tell);
}

FoliotFuture *
foliot_future_any (FoliotKernel *kernel, FoliotFuture *const *futures, gsize n)
{
  g_return_val_if_fail (n > 0, NULL);

  return composite_new (kernel, futures, n, any_tell);
}

/* Awaiting. */

static char *
describe_future (FoliotWait *wait)
{
  FoliotFuture *future = wait->object;

  return g_strdup (future->label != NULL ? future->label : "a future");
}

static const FoliotWaitKind future_kind
    = { .describe = describe_future, .at_deadline = FOLIOT_WAIT_TIMED_OUT };

static gboolean
wait_until_settled (FoliotFuture *future, FoliotTime deadline, GError **error)
{
  FoliotWait wait;

  _foliot_wait_init (future->async, &wait, &future_kind, future, deadline);
  _foliot_queue_insert (&future->waiting, &wait.place, NULL);
  return _foliot_wait_suspend (future->async, &wait, error);
}

FoliotValue *
foliot_await (FoliotFuture *future, FoliotTime deadline, GError **error)
{
  g_autoptr (FoliotFuture) kept = NULL;

  if (!_foliot_wait_enter (future->async, error))
    return NULL;
  kept = foliot_future_ref (future);
  if (future->state == STATE_PENDING && !wait_until_settled (future, deadline, error))
    return NULL;
  if (future->state == STATE_RESOLVED)
    return foliot_value_ref (future->value);
  g_propagate_error (error, g_error_copy (future->error));
  return NULL;
}

FoliotValue *
foliot_await_take (FoliotFuture *future, GError **error)
{
  FoliotValue *value = foliot_await (future, FOLIOT_TIME_NEVER, error);

  foliot_future_unref (future);
  return value;
}

void
_foliot_future_close_all (FoliotAsync *async)
{
  FoliotPlace *place;

  async->closed = TRUE;
  while ((place = async->pending.first) != NULL)
    foliot_future_reject (future_at (place), new_closed_error ());
  while ((place = async->posted.first) != NULL)
    callback_run ((Callback *) place);
  async->over = TRUE;
}
