/* SPDX-License-Identifier: MIT */
#include "foliot-event-queue.h"

#include <string.h>

/*
 * A 4-ary implicit heap beside a ring.
 *
 * Four children lie in two cache lines and halve the depth of a binary heap. Popping goes bottom-up: the hole at the
 * root sinks to a leaf along the smallest children, found without branches, and the last entry then climbs from there,
 * which is rarely more than a step. Removal from the ring leaves its entry behind: the entry no longer matches the
 * event's order word (orders hold the sequence, so they never come twice) and is skipped when it reaches the head.
 */

#define IN_RING    (G_MAXUINT32 - 1) /* mark in positions; heap indexes stay far below */
#define FIRST_HEAP 64
#define FIRST_RING 64

static inline void
place (FoliotEventQueue *queue, guint32 index, FoliotQueueEntry entry)
{
  queue->heap[index] = entry;
  queue->positions[entry.slot] = index;
}

/* Lets @entry climb from the hole at @index. */
static inline void
sift_up (FoliotEventQueue *queue, guint32 index, FoliotQueueEntry entry)
{
  while (index > 0)
    {
      guint32 parent = (index - 1) / 4;
      if (!foliot_queue_entry_less (&entry, &queue->heap[parent]))
        break;
      place (queue, index, queue->heap[parent]);
      index = parent;
    }
  place (queue, index, entry);
}

/* Returns: the smallest child of @index, which has at least one. */
static inline guint32
smallest_child (const FoliotEventQueue *queue, guint32 index)
{
  const FoliotQueueEntry *heap = queue->heap;
  guint32 first = 4 * index + 1, best = first;

  if (G_LIKELY (first + 3 < queue->n_heap))
    {
      guint32 left = first + (guint32) foliot_queue_entry_less (&heap[first + 1], &heap[first]);
      guint32 right = first + 2 + (guint32) foliot_queue_entry_less (&heap[first + 3], &heap[first + 2]);
      guint32 take_right = -(guint32) foliot_queue_entry_less (&heap[right], &heap[left]);
      return left + ((right - left) & take_right);
    }
  for (guint32 i = first + 1; i < queue->n_heap; i++)
    if (foliot_queue_entry_less (&heap[i], &heap[best]))
      best = i;
  return best;
}

/* Closes the hole at @index with the entry that was the last of the heap. */
static void
fill_hole (FoliotEventQueue *queue, guint32 index)
{
  FoliotQueueEntry last = queue->heap[--queue->n_heap];

  if (index == queue->n_heap)
    return;
  while (4 * index + 1 < queue->n_heap)
    {
      guint32 child = smallest_child (queue, index);
      place (queue, index, queue->heap[child]);
      index = child;
    }
  sift_up (queue, index, last);
}

static void
grow_ring (FoliotEventQueue *queue)
{
  guint32 old_size = queue->ring_mask + 1;
  guint32 n = queue->ring_tail - queue->ring_head;
  FoliotQueueEntry *ring;

  if (n < old_size)
    return;
  ring = g_new (FoliotQueueEntry, 2 * (gsize) old_size);
  for (guint32 i = 0; i < n; i++)
    ring[i] = queue->ring[(queue->ring_head + i) & queue->ring_mask];
  g_free (queue->ring);
  queue->ring = ring;
  queue->ring_mask = 2 * old_size - 1;
  queue->ring_head = 0;
  queue->ring_tail = n;
}

void
foliot_event_queue_init (FoliotEventQueue *queue)
{
  memset (queue, 0, sizeof *queue);
  queue->heap_capacity = FIRST_HEAP;
  queue->heap = g_new (FoliotQueueEntry, FIRST_HEAP);
  queue->ring = g_new (FoliotQueueEntry, FIRST_RING);
  queue->ring_mask = FIRST_RING - 1;
}

void
foliot_event_queue_clear (FoliotEventQueue *queue)
{
  for (guint32 i = 0; i < queue->n_slabs; i++)
    g_aligned_free (queue->slabs[i]);
  g_free (queue->slabs);
  g_free (queue->free_slots);
  g_free (queue->positions);
  g_free (queue->ring);
  g_free (queue->heap);
  memset (queue, 0, sizeof *queue);
}

void
foliot_event_queue_grow_pool (FoliotEventQueue *queue)
{
  guint32 first = queue->n_slabs << FOLIOT_SLAB_BITS;
  gsize n_slots = (gsize) first + FOLIOT_SLAB_EVENTS;
  FoliotEvent *slab = g_aligned_alloc0 (FOLIOT_SLAB_EVENTS, sizeof (FoliotEvent), 64);

  queue->slabs = g_renew (FoliotEvent *, queue->slabs, queue->n_slabs + 1);
  queue->slabs[queue->n_slabs++] = slab;
  queue->positions = g_renew (guint32, queue->positions, n_slots);
  queue->free_slots = g_renew (guint32, queue->free_slots, n_slots);
  for (guint32 i = FOLIOT_SLAB_EVENTS; i-- > 0;)
    {
      slab[i].slot = first + i;
      slab[i].generation = 1;
      queue->free_slots[queue->n_free++] = first + i;
    }
}

void
foliot_event_queue_push (FoliotEventQueue *queue, FoliotEvent *event, guint64 time, guint64 order)
{
  const FoliotQueueEntry entry = { time, order, event->slot };

  if (G_UNLIKELY (queue->n_heap == queue->heap_capacity))
    {
      queue->heap_capacity *= 2;
      queue->heap = g_renew (FoliotQueueEntry, queue->heap, queue->heap_capacity);
    }
  event->order = order;
  sift_up (queue, queue->n_heap++, entry);
}

void
foliot_event_queue_push_ring (FoliotEventQueue *queue, FoliotEvent *event, guint64 time, guint64 order)
{
  if (G_UNLIKELY (queue->ring_tail - queue->ring_head > queue->ring_mask))
    grow_ring (queue);
  event->order = order;
  queue->positions[event->slot] = IN_RING;
  queue->ring[queue->ring_tail++ & queue->ring_mask] = (FoliotQueueEntry){ time, order, event->slot };
}

void
foliot_event_queue_pop_heap (FoliotEventQueue *queue)
{
  fill_hole (queue, 0);
}

void
foliot_event_queue_remove (FoliotEventQueue *queue, FoliotEvent *event)
{
  guint32 position = queue->positions[event->slot];

  g_assert (event->order != 0);
  event->order = 0;
  if (position == IN_RING)
    queue->n_ring_stale++;
  else
    fill_hole (queue, position);
}

FoliotEvent *
foliot_event_queue_find (const FoliotEventQueue *queue, guint64 id)
{
  guint32 slot = (guint32) id;
  FoliotEvent *event;

  if (slot >> FOLIOT_SLAB_BITS >= queue->n_slabs)
    return NULL;
  event = foliot_event_queue_at (queue, slot);
  return event->order != 0 && foliot_event_get_id (event) == id ? event : NULL;
}

void
foliot_event_queue_skip_stale (FoliotEventQueue *queue)
{
  while (queue->ring_head != queue->ring_tail)
    {
      const FoliotQueueEntry *head = &queue->ring[queue->ring_head & queue->ring_mask];
      if (foliot_event_queue_at (queue, head->slot)->order == head->order)
        return;
      queue->ring_head++;
      queue->n_ring_stale--;
    }
}
