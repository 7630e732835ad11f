/* SPDX-License-Identifier: MIT */
#include "foliot-kernel-struct.h"

#include "base/foliot-hash-private.h"

/*
 * One simulated world: its events and what hangs on it. (Who moves time and dispatches is in foliot-kernel-run.c.)
 *
 * Nothing on the path of an event allocates, emits or checks a GObject cast. An event for now with default priority goes
 * to the ring, everything else to the heap; which of the two an event sits in never changes the order, because both
 * are compared by the same key.
 */

G_DEFINE_QUARK (foliot-kernel-error-quark, foliot_kernel_error);
G_DEFINE_FINAL_TYPE (FoliotKernel, foliot_kernel, G_TYPE_OBJECT)

static inline guint64
next_sequence (FoliotKernel *self)
{
  guint64 sequence = ++self->n_reserved;

  if (G_UNLIKELY (sequence >> FOLIOT_SEQUENCE_BITS))
    g_error ("event %" G_GUINT64_FORMAT " of one kernel: at most 2^40 events may be posted", sequence);
  return sequence;
}

static inline guint64
make_order (FoliotKernel *self, gint priority, guint64 sequence)
{
  guint64 order = (guint64) (priority + 128) << 56 | sequence;

  if (G_UNLIKELY (self->shuffle_seed != 0))
    order |= foliot_hash_mix (self->shuffle_seed, sequence) >> 48 << FOLIOT_SEQUENCE_BITS;
  return order;
}

/* @at may lie before now: the heap then keeps the due time, and what is overdue runs in the order it was due. */
static inline void
enqueue (FoliotKernel *self, FoliotEvent *event, FoliotTime at, gint priority, guint64 sequence)
{
  guint64 order = make_order (self, priority, sequence);
  guint64 time = foliot_queue_time_from (at);

  if (at <= self->head.now && priority == FOLIOT_PRIORITY_DEFAULT
      && foliot_event_queue_fits_ring (&self->queue, time, order))
    foliot_event_queue_push_ring (&self->queue, event, time, order);
  else
    foliot_event_queue_push (&self->queue, event, time, order);
}

static inline guint64
post (FoliotKernel *self, const FoliotReservation *origin, FoliotTime at, gint priority, FoliotEventKind kind,
      gboolean leads, FoliotEventFunc func, gpointer target, gpointer payload)
{
  FoliotEvent *event;

  if (G_UNLIKELY (self->closed))
    return 0;
  event = foliot_event_queue_take (&self->queue);
  event->func = func;
  event->target = target;
  event->payload = payload;
  event->cause = origin->cause;
  event->node_cause = origin->node_cause;
  event->node = origin->node;
  event->kind = (guint8) kind;
  event->repeats = FALSE;
  event->leads = (guint8) leads;
  self->counts.scheduled++;
  enqueue (self, event, MAX (at, self->head.now), priority, origin->sequence);
  return foliot_event_get_id (event);
}

static inline FoliotReservation
reserve (FoliotKernel *self)
{
  return (FoliotReservation){
    .sequence = next_sequence (self),
    .cause = self->head.sequence,
    .node_cause = self->node_cause,
    .node = self->head.node,
  };
}

static void
run_close_hooks (FoliotKernel *self)
{
  while (self->close_hooks->len > 0)
    {
      guint last = self->close_hooks->len - 1;
      FoliotCloseHook hook = g_array_index (self->close_hooks, FoliotCloseHook, last);
      g_array_set_size (self->close_hooks, last);
      hook.func (self, hook.user_data);
    }
}

static void
drop_events (FoliotKernel *self)
{
  const FoliotQueueEntry *first;

  while ((first = foliot_event_queue_peek (&self->queue)) != NULL)
    {
      FoliotEvent *event = foliot_event_queue_pop (&self->queue, first);
      FoliotEvent copy = *event;
      foliot_event_queue_give_back (&self->queue, event);
      self->counts.cancelled++;
      foliot_kernel_drop_event (self, &copy);
    }
}

static void
clear_data (FoliotKernel *self)
{
  while (self->data->len > 0)
    {
      guint last = self->data->len - 1;
      FoliotKernelData entry = g_array_index (self->data, FoliotKernelData, last);
      g_array_set_size (self->data, last);
      if (entry.destroy != NULL && entry.data != NULL)
        entry.destroy (entry.data);
    }
}

static void
foliot_kernel_dispose (GObject *object)
{
  foliot_kernel_close (FOLIOT_KERNEL (object));
  G_OBJECT_CLASS (foliot_kernel_parent_class)->dispose (object);
}

static void
foliot_kernel_finalize (GObject *object)
{
  FoliotKernel *self = FOLIOT_KERNEL (object);

  clear_data (self);
  g_array_unref (self->data);
  g_array_unref (self->drop_funcs);
  g_array_unref (self->close_hooks);
  foliot_kernel_names_clear (self);
  foliot_digest_clear (&self->digest);
  foliot_gate_free (self);
  foliot_event_queue_clear (&self->queue);
  g_clear_pointer (&self->context, g_main_context_unref);
  self->magic = 0;
  G_OBJECT_CLASS (foliot_kernel_parent_class)->finalize (object);
}

static void
foliot_kernel_class_init (FoliotKernelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  object_class->dispose = foliot_kernel_dispose;
  object_class->finalize = foliot_kernel_finalize;
}

static void
foliot_kernel_init (FoliotKernel *self)
{
  self->magic = FOLIOT_KERNEL_MAGIC;
  self->digest_on = self->head.recording = TRUE;
  self->wake_us = -1;
  foliot_kernel_set_limit (self, FOLIOT_TIME_NEVER);
  self->pace.factor = 1;
  foliot_event_queue_init (&self->queue);
  foliot_digest_init (&self->digest);
  foliot_kernel_names_init (self);
  self->close_hooks = g_array_new (FALSE, FALSE, sizeof (FoliotCloseHook));
  self->drop_funcs = g_array_new (FALSE, FALSE, sizeof (FoliotDropFunc));
  self->data = g_array_new (FALSE, FALSE, sizeof (FoliotKernelData));
  foliot_kernel_calls_init (self);
}

FoliotKernel *
foliot_kernel_new (GMainContext *context, FoliotDrive drive, guint64 seed, FoliotTime start)
{
  FoliotKernel *self = g_object_new (FOLIOT_TYPE_KERNEL, NULL);

  self->drive = drive;
  self->seed = seed;
  self->head.now = self->target = start;
  self->free_until = G_MININT64;
  if (drive == FOLIOT_DRIVE_REALTIME)
    foliot_pace_restart (&self->pace, start);
  if (context != NULL)
    {
      self->context = g_main_context_ref (context);
      foliot_kernel_sources_attach (self);
    }
  return self;
}

FoliotDrive
foliot_kernel_get_drive (FoliotKernel *self)
{
  g_return_val_if_fail (IS_KERNEL (self), FOLIOT_DRIVE_FREE);
  return self->drive;
}

guint64
foliot_kernel_get_seed (FoliotKernel *self)
{
  g_return_val_if_fail (IS_KERNEL (self), 0);
  return self->seed;
}

GMainContext *
foliot_kernel_get_context (FoliotKernel *self)
{
  g_return_val_if_fail (IS_KERNEL (self), NULL);
  return self->context;
}

void
foliot_kernel_shuffle_ties (FoliotKernel *self, guint64 seed)
{
  g_return_if_fail (IS_KERNEL (self));
  self->shuffle_seed = seed;
}

guint64
foliot_kernel_post (FoliotKernel *self, FoliotTime at, gint8 priority, FoliotEventKind kind,
                    FoliotEventFunc func, gpointer target, gpointer payload)
{
  g_return_val_if_fail (IS_KERNEL (self), 0);
  g_return_val_if_fail (func != NULL, 0);

  FoliotReservation origin = reserve (self);
  return post (self, &origin, at, priority, kind, FALSE, func, target, payload);
}

/* As reserve(), for @node. */
static inline FoliotReservation
reserve_for (FoliotKernel *self, guint32 node)
{
  FoliotReservation origin = reserve (self);

  if (node != origin.node)
    {
      origin.node = node;
      origin.node_cause = node == self->record.node ? self->local_sequence : 0;
    }
  return origin;
}

guint64
_foliot_kernel_post_to (FoliotKernel *self, guint32 node, FoliotTime at, gint8 priority, FoliotEventKind kind,
                        FoliotEventFunc func, gpointer target, gpointer payload)
{
  FoliotReservation origin = reserve_for (self, node);

  return post (self, &origin, at, priority, kind, FALSE, func, target, payload);
}

guint64
_foliot_kernel_post_leading (FoliotKernel *self, guint32 node, FoliotTime at, FoliotEventKind kind,
                             FoliotEventFunc func, gpointer target, gpointer payload)
{
  FoliotReservation origin = reserve_for (self, node);

  return post (self, &origin, at, FOLIOT_PRIORITY_DEFAULT, kind, TRUE, func, target, payload);
}

FoliotReservation
_foliot_kernel_reserve (FoliotKernel *self)
{
  return reserve (self);
}

guint64
_foliot_kernel_post_reserved (FoliotKernel *self, const FoliotReservation *reservation, FoliotTime at,
                              gint8 priority, FoliotEventKind kind, FoliotEventFunc func, gpointer target,
                              gpointer payload)
{
  return post (self, reservation, at, priority, kind, FALSE, func, target, payload);
}

gboolean
foliot_kernel_cancel (FoliotKernel *self, guint64 id)
{
  FoliotEvent *event;

  g_return_val_if_fail (IS_KERNEL (self), FALSE);
  event = foliot_event_queue_find (&self->queue, id);
  if (event == NULL)
    return FALSE;
  foliot_event_queue_remove (&self->queue, event);
  foliot_event_queue_give_back (&self->queue, event);
  self->counts.cancelled++;
  return TRUE;
}

gboolean
foliot_kernel_reschedule (FoliotKernel *self, guint64 id, FoliotTime at)
{
  FoliotEvent *event;
  gint priority;

  g_return_val_if_fail (IS_KERNEL (self), FALSE);
  event = foliot_event_queue_find (&self->queue, id);
  if (event == NULL)
    return FALSE;
  priority = (gint) (event->order >> 56) - 128;
  foliot_event_queue_remove (&self->queue, event);
  event->cause = self->head.sequence;
  event->node_cause = event->node == self->record.node ? self->local_sequence : 0;
  enqueue (self, event, MAX (at, self->head.now), priority, next_sequence (self));
  return TRUE;
}

void
foliot_kernel_requeue (FoliotKernel *self, FoliotEvent *event, FoliotTime at, gint8 priority)
{
  event->cause = self->head.sequence;
  event->node_cause = self->node_cause;
  self->counts.scheduled++;
  enqueue (self, event, at, priority, next_sequence (self));
}

void
foliot_kernel_drop_event (FoliotKernel *self, FoliotEvent *event)
{
  for (guint i = 0; i < self->drop_funcs->len; i++)
    {
      const FoliotDropFunc *entry = &g_array_index (self->drop_funcs, FoliotDropFunc, i);
      if (entry->func == event->func)
        {
          entry->drop (event->target, event->payload);
          return;
        }
    }
}

void
_foliot_kernel_set_drop_func (FoliotKernel *self, FoliotEventFunc func, FoliotEventFunc drop)
{
  const FoliotDropFunc entry = { func, drop };

  for (guint i = 0; i < self->drop_funcs->len; i++)
    if (g_array_index (self->drop_funcs, FoliotDropFunc, i).func == func)
      return;
  g_array_append_val (self->drop_funcs, entry);
}

void
_foliot_kernel_add_close_hook (FoliotKernel *self, FoliotCloseFunc func, gpointer user_data)
{
  const FoliotCloseHook hook = { func, user_data };
  g_array_append_val (self->close_hooks, hook);
}

void
_foliot_kernel_set_waits_func (FoliotKernel *self, FoliotWaitsFunc func)
{
  self->waits_func = func;
}

gboolean
_foliot_kernel_is_closed (FoliotKernel *self)
{
  return self->closed;
}

gpointer
foliot_kernel_get_data (FoliotKernel *self, GQuark key)
{
  g_return_val_if_fail (IS_KERNEL (self), NULL);
  for (guint i = 0; i < self->data->len; i++)
    {
      const FoliotKernelData *entry = &g_array_index (self->data, FoliotKernelData, i);
      if (entry->key == key)
        return entry->data;
    }
  return NULL;
}

void
foliot_kernel_set_data (FoliotKernel *self, GQuark key, gpointer data, GDestroyNotify destroy)
{
  const FoliotKernelData entry = { key, data, destroy };

  g_return_if_fail (IS_KERNEL (self));
  for (guint i = 0; i < self->data->len; i++)
    {
      FoliotKernelData *present = &g_array_index (self->data, FoliotKernelData, i);
      if (present->key == key)
        {
          FoliotKernelData old = *present;
          *present = entry;
          if (old.destroy != NULL && old.data != NULL)
            old.destroy (old.data);
          return;
        }
    }
  g_array_append_val (self->data, entry);
}

void
foliot_kernel_close (FoliotKernel *self)
{
  g_return_if_fail (IS_KERNEL (self));
  run_close_hooks (self);
  if (self->closed)
    return;
  self->closed = TRUE;
  foliot_kernel_sources_destroy (self);
  foliot_poll_close (self);
  drop_events (self);
  foliot_kernel_orphan_holds (self);
}
