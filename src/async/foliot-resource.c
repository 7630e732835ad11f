/* SPDX-License-Identifier: MIT */
#include "async/foliot-fiber-private.h"

/*
 * A counted resource. Whenever something changes (units come back, somebody asks, somebody stops waiting) the queue is
 * served from its head until the head cannot be served: by free units, or by taking some from holders that rank lower,
 * if the head asked for that and it suffices. Units change hands in that moment, and only then do fibers wake up; so at
 * no instant does somebody wait whose turn it is.
 *
 * Asking is O(1) behind waiters of the same or better rank, else O(waiters that rank lower); pre-emption is O(holders).
 */

struct _FoliotResource
{
  FoliotAsync *async;
  char *name;
  guint capacity;
  guint in_use;
  FoliotQueue waiting; /* of Request, by (priority, order of asking) */
  FoliotQueue held;    /* of FoliotGrant, in the order of granting */
  gboolean serving;
};

struct _FoliotGrant
{
  FoliotPlace in_resource; /* in no queue: lost */
  FoliotPlace in_holder;   /* in no queue: the holder has ended */
  FoliotResource *resource;
  FoliotFiber *holder;
  guint units;
  gint priority;
};

/* A fiber that waits for units. */
typedef struct
{
  FoliotWait wait;
  FoliotGrant *grant;
  guint units;
  gint priority;
  gboolean preempt;
} Request;

static FoliotGrant *
grant_of_holder (FoliotPlace *place)
{
  return (FoliotGrant *) ((char *) place - G_STRUCT_OFFSET (FoliotGrant, in_holder));
}

static void serve (FoliotResource *resource);

static char *
describe_request (FoliotWait *wait)
{
  Request *request = (Request *) wait;
  FoliotResource *resource = wait->object;

  return g_strdup_printf ("%u of resource “%s” (%u of %u in use)", request->units, resource->name,
                          resource->in_use, resource->capacity);
}

/* Who stood behind one that gave up may be next. */
static void
request_left (FoliotWait *wait)
{
  if (wait->end != FOLIOT_WAIT_CLOSED)
    serve (wait->object);
}

static const FoliotWaitKind request_kind
    = { .describe = describe_request, .left = request_left, .at_deadline = FOLIOT_WAIT_TIMED_OUT };

FoliotResource *
foliot_resource_new (FoliotKernel *kernel, const char *name, guint capacity)
{
  FoliotResource *resource = g_new0 (FoliotResource, 1);

  resource->async = _foliot_async_get (kernel);
  resource->name = g_strdup (name != NULL ? name : "");
  resource->capacity = capacity;
  return resource;
}

/* Takes the units of @grant back. */
static void
reclaim (FoliotGrant *grant)
{
  _foliot_queue_remove (&grant->in_resource);
  grant->resource->in_use -= grant->units;
}

/* Takes @grant away from its holder, who hears of it from its present wait or its next. */
static void
lose (FoliotGrant *grant)
{
  FoliotFiber *holder = grant->holder;

  reclaim (grant);
  if (holder == NULL)
    return;
  holder->n_lost++;
  holder->refusal |= FOLIOT_FIBER_PREEMPTED;
  if (holder->wait != NULL)
    _foliot_wait_decide (holder->wait, FOLIOT_WAIT_PREEMPTED);
}

void
foliot_resource_free (FoliotResource *resource)
{
  if (resource == NULL)
    return;
  _foliot_wait_decide_all (&resource->waiting, FOLIOT_WAIT_CLOSED);
  while (resource->held.first != NULL)
    lose ((FoliotGrant *) resource->held.first);
  g_free (resource->name);
  g_free (resource);
}

static FoliotGrant *
grant_new (FoliotResource *resource, FoliotFiber *holder, guint units, gint priority)
{
  FoliotGrant *grant = g_new0 (FoliotGrant, 1);

  grant->resource = resource;
  grant->holder = holder;
  grant->units = units;
  grant->priority = priority;
  _foliot_queue_insert (&resource->held, &grant->in_resource, NULL);
  _foliot_queue_insert (&holder->grants, &grant->in_holder, NULL);
  resource->in_use += units;
  return grant;
}

/* Returns: (nullable): the grant that ranks lowest, the latest of those. */
static FoliotGrant *
find_victim (FoliotResource *resource)
{
  FoliotGrant *victim = NULL;

  for (FoliotPlace *place = resource->held.last; place != NULL; place = place->previous)
    if (victim == NULL || ((FoliotGrant *) place)->priority > victim->priority)
      victim = (FoliotGrant *) place;
  return victim;
}

static guint64
count_preemptible (FoliotResource *resource, gint priority)
{
  guint64 n = resource->capacity - resource->in_use;

  for (FoliotPlace *place = resource->held.first; place != NULL; place = place->next)
    if (((FoliotGrant *) place)->priority > priority)
      n += ((FoliotGrant *) place)->units;
  return n;
}

/* Makes @units free, from lower ranks if @preempt. Returns: whether they are. */
static gboolean
make_room (FoliotResource *resource, guint units, gint priority, gboolean preempt)
{
  if (resource->capacity - resource->in_use >= units)
    return TRUE;
  if (!preempt || count_preemptible (resource, priority) < units)
    return FALSE;
  while (resource->capacity - resource->in_use < units)
    lose (find_victim (resource));
  return TRUE;
}

/*
 * Taking units away can end a wait in this very queue, and its leaving asks for the queue to be served: that is left to
 * the service that is going on, which looks at the head anew each time.
 */
static void
serve (FoliotResource *resource)
{
  Request *request;

  if (resource->serving)
    return;
  resource->serving = TRUE;
  while ((request = (Request *) resource->waiting.first) != NULL
         && make_room (resource, request->units, request->priority, request->preempt))
    if (&request->wait.place == resource->waiting.first)
      {
        request->grant = grant_new (resource, request->wait.fiber, request->units, request->priority);
        _foliot_wait_decide (&request->wait, FOLIOT_WAIT_DONE);
      }
  resource->serving = FALSE;
}

/* Returns: (nullable): the units at once, when it is the turn of the running fiber. */
static FoliotGrant *
grant_now (FoliotResource *resource, const Request *request)
{
  FoliotPlace *first = resource->waiting.first;
  FoliotGrant *grant = NULL;

  if (first != NULL && ((Request *) first)->priority <= request->priority)
    return NULL;
  resource->serving = TRUE;
  if (make_room (resource, request->units, request->priority, request->preempt))
    grant = grant_new (resource, resource->async->current, request->units, request->priority);
  resource->serving = FALSE;
  if (first != resource->waiting.first)
    serve (resource);
  return grant;
}

/* Behind all that rank the same or better. */
static void
enqueue (FoliotResource *resource, Request *request)
{
  FoliotPlace *before = NULL;

  for (FoliotPlace *place = resource->waiting.last;
       place != NULL && ((Request *) place)->priority > request->priority; place = place->previous)
    before = place;
  _foliot_queue_insert (&resource->waiting, &request->wait.place, before);
}

static FoliotGrant *
wait_for_units (FoliotResource *resource, Request *request, FoliotTime deadline, GError **error)
{
  _foliot_wait_init (resource->async, &request->wait, &request_kind, resource, deadline);
  enqueue (resource, request);
  return _foliot_wait_suspend (resource->async, &request->wait, error) ? request->grant : NULL;
}

FoliotGrant *
foliot_resource_acquire (FoliotResource *resource, guint units, gint priority, gboolean preempt,
                         FoliotTime deadline, GError **error)
{
  Request request = { .units = units, .priority = priority, .preempt = preempt };
  FoliotGrant *grant;

  if (!_foliot_wait_enter (resource->async, error))
    return NULL;
  if (units == 0 || units > resource->capacity)
    {
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "resource “%s” has %u units, asked for %u",
                   resource->name, resource->capacity, units);
      return NULL;
    }
  grant = grant_now (resource, &request);
  return grant != NULL ? grant : wait_for_units (resource, &request, deadline, error);
}

/* The holder may wait again once it has let go of the last grant that it lost. */
static void
forgive (FoliotFiber *holder)
{
  if (--holder->n_lost == 0)
    holder->refusal &= ~(guint32) FOLIOT_FIBER_PREEMPTED;
}

void
foliot_grant_release (FoliotGrant *grant)
{
  gboolean lost;

  if (grant == NULL)
    return;
  lost = foliot_grant_is_lost (grant);
  if (lost && grant->holder != NULL)
    forgive (grant->holder);
  _foliot_queue_remove (&grant->in_holder);
  if (!lost)
    {
      reclaim (grant);
      serve (grant->resource);
    }
  g_free (grant);
}

gboolean
foliot_grant_is_lost (FoliotGrant *grant)
{
  return grant->in_resource.queue == NULL;
}

guint
foliot_resource_get_in_use (FoliotResource *resource)
{
  return resource->in_use;
}

guint
foliot_resource_get_n_waiting (FoliotResource *resource)
{
  return resource->waiting.length;
}

/* A fiber ends and somebody else will release what it holds. */
void
_foliot_resource_forget_holder (FoliotFiber *fiber)
{
  while (fiber->grants.first != NULL)
    {
      FoliotGrant *grant = grant_of_holder (fiber->grants.first);

      grant->holder = NULL;
      _foliot_queue_remove (&grant->in_holder);
    }
}
