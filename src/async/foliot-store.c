/* SPDX-License-Identifier: MIT */
#include "async/foliot-fiber-private.h"

/*
 * A queue of values between fibers. A value is handed over in the moment in which it is decided who gets it: put gives it
 * to the first who waits, and get lets the first who could not put move up. So there is no instant at which a value lies
 * in the store while somebody waits for one, and nothing that was handed over is lost when a cancellation follows.
 */

#define FIRST_SLOTS 8

struct _FoliotStore
{
  FoliotAsync *async;
  char *name;
  gsize capacity;      /* 0: unlimited */
  FoliotValue **slots; /* a ring; its size is a power of two */
  gsize n_slots;
  gsize head;
  gsize length;
  FoliotQueue getting; /* of Exchange: not empty only when no value is there */
  FoliotQueue putting; /* of Exchange: not empty only when the store is full */
  gboolean closed;
};

/* A fiber that waits to get, or to put what it holds. */
typedef struct
{
  FoliotWait wait;
  FoliotValue *value;
} Exchange;

static char *
describe_get (FoliotWait *wait)
{
  return g_strdup_printf ("a value from store “%s”", ((FoliotStore *) wait->object)->name);
}

static char *
describe_put (FoliotWait *wait)
{
  return g_strdup_printf ("room in store “%s”", ((FoliotStore *) wait->object)->name);
}

static const FoliotWaitKind get_kind = { .describe = describe_get, .at_deadline = FOLIOT_WAIT_TIMED_OUT };
static const FoliotWaitKind put_kind = { .describe = describe_put, .at_deadline = FOLIOT_WAIT_TIMED_OUT };

FoliotStore *
foliot_store_new (FoliotKernel *kernel, const char *name, gsize capacity)
{
  FoliotStore *store = g_new0 (FoliotStore, 1);

  store->async = _foliot_async_get (kernel);
  store->name = g_strdup (name != NULL ? name : "");
  store->capacity = capacity;
  return store;
}

/* The ring. */

static void
grow (FoliotStore *store)
{
  gsize n_slots = MAX (FIRST_SLOTS, 2 * store->n_slots);
  FoliotValue **slots = g_new (FoliotValue *, n_slots);

  for (gsize i = 0; i < store->length; i++)
    slots[i] = store->slots[(store->head + i) & (store->n_slots - 1)];
  g_free (store->slots);
  store->slots = slots;
  store->n_slots = n_slots;
  store->head = 0;
}

static void
push (FoliotStore *store, FoliotValue *value)
{
  if (store->length == store->n_slots)
    grow (store);
  store->slots[(store->head + store->length++) & (store->n_slots - 1)] = value;
}

static FoliotValue *
pop (FoliotStore *store)
{
  FoliotValue *value = store->slots[store->head];

  store->head = (store->head + 1) & (store->n_slots - 1);
  store->length--;
  return value;
}

static gboolean
is_full (FoliotStore *store)
{
  return store->capacity > 0 && store->length >= store->capacity;
}

/* Hands @value to the first who waits, or keeps it. The store is not full. */
static void
accept_value (FoliotStore *store, FoliotValue *value)
{
  Exchange *getter = (Exchange *) store->getting.first;

  if (getter == NULL)
    push (store, value);
  else
    {
      getter->value = value;
      _foliot_wait_decide (&getter->wait, FOLIOT_WAIT_DONE);
    }
}

/* The first value; the room it leaves goes to the first who waits for room. The store is not empty. */
static FoliotValue *
give_value (FoliotStore *store)
{
  FoliotValue *value = pop (store);
  Exchange *putter = (Exchange *) store->putting.first;

  if (putter != NULL)
    {
      push (store, g_steal_pointer (&putter->value));
      _foliot_wait_decide (&putter->wait, FOLIOT_WAIT_DONE);
    }
  return value;
}

void
foliot_store_close (FoliotStore *store)
{
  store->closed = TRUE;
  _foliot_wait_decide_all (&store->getting, FOLIOT_WAIT_CLOSED);
  _foliot_wait_decide_all (&store->putting, FOLIOT_WAIT_CLOSED);
}

void
foliot_store_free (FoliotStore *store)
{
  if (store == NULL)
    return;
  foliot_store_close (store);
  while (store->length > 0)
    foliot_value_unref (pop (store));
  g_free (store->slots);
  g_free (store->name);
  g_free (store);
}

static void
set_closed (FoliotStore *store, GError **error)
{
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_CLOSED, "store “%s” is closed", store->name);
}

/* Takes @value, which is still in the exchange afterwards if nobody made room for it. */
static gboolean
wait_for_room (FoliotStore *store, FoliotValue *value, FoliotTime deadline, GError **error)
{
  Exchange exchange = { .value = value };
  gboolean put;

  _foliot_wait_init (store->async, &exchange.wait, &put_kind, store, deadline);
  _foliot_queue_insert (&store->putting, &exchange.wait.place, NULL);
  put = _foliot_wait_suspend (store->async, &exchange.wait, error);
  g_clear_pointer (&exchange.value, foliot_value_unref);
  return put;
}

gboolean
foliot_store_put (FoliotStore *store, FoliotValue *value, FoliotTime deadline, GError **error)
{
  g_return_val_if_fail (value != NULL, FALSE);

  if (_foliot_wait_enter (store->async, error))
    {
      if (!store->closed && is_full (store))
        return wait_for_room (store, value, deadline, error);
      if (foliot_store_try_put (store, value))
        return TRUE;
      set_closed (store, error);
      return FALSE;
    }
  foliot_value_unref (value);
  return FALSE;
}

gboolean
foliot_store_try_put (FoliotStore *store, FoliotValue *value)
{
  g_return_val_if_fail (value != NULL, FALSE);

  if (store->closed || is_full (store))
    {
      foliot_value_unref (value);
      return FALSE;
    }
  accept_value (store, value);
  return TRUE;
}

static FoliotValue *
wait_for_value (FoliotStore *store, FoliotTime deadline, GError **error)
{
  Exchange exchange = { .value = NULL };

  _foliot_wait_init (store->async, &exchange.wait, &get_kind, store, deadline);
  _foliot_queue_insert (&store->getting, &exchange.wait.place, NULL);
  return _foliot_wait_suspend (store->async, &exchange.wait, error) ? exchange.value : NULL;
}

FoliotValue *
foliot_store_get (FoliotStore *store, FoliotTime deadline, GError **error)
{
  if (!_foliot_wait_enter (store->async, error))
    return NULL;
  if (store->length > 0)
    return give_value (store);
  if (!store->closed)
    return wait_for_value (store, deadline, error);
  set_closed (store, error);
  return NULL;
}

FoliotValue *
foliot_store_try_get (FoliotStore *store)
{
  return store->length > 0 ? give_value (store) : NULL;
}

gsize
foliot_store_get_length (FoliotStore *store)
{
  return store->length;
}
