/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-kernel.h>

/*
 * The event queue: what is due, in (time, priority, tie, sequence) order.
 *
 * It knows nothing of now, drives or records. The caller gives each event its 128-bit key; keys are never equal because
 * sequences are not. An event lives in a pool and is in one of four places: in the heap, on the runway, in the ring, or nowhere (it
 * was taken and not pushed yet, or popped and not given back yet).
 *
 * When thousands of events wait, each lies where no cache has it any more, and so does what it is about. So the first
 * few of a large heap stand in a runway before it, sorted, and are fetched from memory while those before them run.
 */

/* One event: exactly one cache line. */
typedef struct
{
  FoliotEventFunc func;
  gpointer target;
  gpointer payload;
  guint64 order;      /* low word of the key it waits under; 0 when it does not wait */
  guint64 cause;      /* sequence of the dispatched event that posted it */
  guint64 node_cause; /* the same in the numbering of its node; 0 if another node's event posted it */
  guint32 generation; /* how often the slot was used: the high half of the id */
  guint32 slot;
  guint32 node;
  guint8 kind;
  guint8 repeats; /* posted again, under the same id, each time it is dispatched */
  guint8 leads;   /* goes on on another stack, whose address is the first word of target: worth fetching */
} FoliotEvent;

G_STATIC_ASSERT (sizeof (FoliotEvent) <= 64);

/* A waiting event as heap and ring see it. The two key words compare as one unsigned 128-bit integer. */
typedef struct
{
  guint64 time;  /* simulated time, sign bit flipped */
  guint64 order; /* priority + 128 (8 bits), tie (16), sequence (40) */
  guint32 slot;
} FoliotQueueEntry;

#define FOLIOT_SLAB_BITS     10
#define FOLIOT_SLAB_EVENTS   (1u << FOLIOT_SLAB_BITS)
#define FOLIOT_SEQUENCE_BITS 40
#define FOLIOT_RUNWAY        16  /* a power of two */
#define FOLIOT_LARGE_HEAP    512 /* fewer events stay in the caches by themselves */

typedef struct
{
  FoliotQueueEntry
      *heap; /* 4-ary, implicit: the children of i are 4i + 1 … 4i + 4; sentinels follow the last */
  guint32 n_heap;
  guint32 heap_capacity;
  gboolean hole; /* the root was popped and nothing took its place yet */

  FoliotQueueEntry runway[FOLIOT_RUNWAY]; /* cyclic, sorted; all of them before the heap's root */
  guint32 runway_head;                    /* free-running, masked when used */
  guint32 n_runway;

  FoliotQueueEntry *ring; /* a FIFO whose keys only grow; its size is a power of two */
  guint32 ring_head;      /* free-running, masked when used */
  guint32 ring_tail;
  guint32 ring_mask;
  guint32 n_ring_stale; /* entries of events that were removed from the middle */

  /* Where each slot's event waits: a heap index, or one of the marks in the .c file. It is kept outside of the event
   * because each move in the heap writes it: 4 dense bytes instead of a cache line. */
  guint32 *positions;
  FoliotEvent **slabs;
  guint32 n_slabs;
  guint32 *free_slots; /* a stack: the slot that was used last is still warm */
  guint32 n_free;
} FoliotEventQueue;

void foliot_event_queue_init (FoliotEventQueue *queue);
void foliot_event_queue_clear (FoliotEventQueue *queue);

/* Grows the pool by one slab. */
void foliot_event_queue_grow_pool (FoliotEventQueue *queue);
/* O(log n). */
void foliot_event_queue_push (FoliotEventQueue *queue, FoliotEvent *event, guint64 time, guint64 order);
/* O(1). The key must be above the key of the last ring entry: see foliot_event_queue_fits_ring(). */
void foliot_event_queue_push_ring (FoliotEventQueue *queue, FoliotEvent *event, guint64 time, guint64 order);
/* The first of the runway is being taken: lets the heap's root follow at its end, and fetches. */
void foliot_event_queue_roll (FoliotEventQueue *queue);
/* Puts the first of a large heap on the empty runway. */
void foliot_event_queue_line_up (FoliotEventQueue *queue);
/* Closes the hole that a pop left at the root. */
void foliot_event_queue_fill_root (FoliotEventQueue *queue);
/* Takes a waiting event out of the queue; O(log n). It goes on to exist: push it again or give it back. */
void foliot_event_queue_remove (FoliotEventQueue *queue, FoliotEvent *event);
/* Returns: (nullable): the waiting event of that id. */
FoliotEvent *foliot_event_queue_find (const FoliotEventQueue *queue, guint64 id);
/* Drops ring entries of removed events from the head of the ring. */
void foliot_event_queue_skip_stale (FoliotEventQueue *queue);

static inline guint64
foliot_queue_time_from (FoliotTime time)
{
  return (guint64) time ^ (G_GUINT64_CONSTANT (1) << 63);
}

static inline FoliotTime
foliot_queue_time_to (guint64 time)
{
  return (FoliotTime) (time ^ (G_GUINT64_CONSTANT (1) << 63));
}

static inline gboolean
foliot_queue_entry_less (const FoliotQueueEntry *a, const FoliotQueueEntry *b)
{
  return a->time < b->time || (a->time == b->time && a->order < b->order);
}

static inline FoliotEvent *
foliot_event_queue_at (const FoliotEventQueue *queue, guint32 slot)
{
  return queue->slabs[slot >> FOLIOT_SLAB_BITS] + (slot & (FOLIOT_SLAB_EVENTS - 1));
}

static inline guint64
foliot_event_get_id (const FoliotEvent *event)
{
  return ((guint64) event->generation << 32) | event->slot;
}

/* Returns: an event from the pool; the caller fills in everything but slot, generation and order. */
static inline FoliotEvent *
foliot_event_queue_take (FoliotEventQueue *queue)
{
  if (G_UNLIKELY (queue->n_free == 0))
    foliot_event_queue_grow_pool (queue);
  return foliot_event_queue_at (queue, queue->free_slots[--queue->n_free]);
}

/* Puts an event that does not wait back into the pool; its id is dead from here on. */
static inline void
foliot_event_queue_give_back (FoliotEventQueue *queue, FoliotEvent *event)
{
  event->generation += event->generation == G_MAXUINT32 ? 2 : 1; /* an id is never 0 */
  queue->free_slots[queue->n_free++] = event->slot;
}

/* Whether the ring, which must stay sorted, can take this key. */
static inline gboolean
foliot_event_queue_fits_ring (const FoliotEventQueue *queue, guint64 time, guint64 order)
{
  const FoliotQueueEntry entry = { time, order, 0 };
  return queue->ring_head == queue->ring_tail
         || foliot_queue_entry_less (&queue->ring[(queue->ring_tail - 1) & queue->ring_mask], &entry);
}

/* Returns: (nullable): the first entry of all; valid until the queue is touched. */
static inline const FoliotQueueEntry *
foliot_event_queue_peek (FoliotEventQueue *queue)
{
  const FoliotQueueEntry *first = NULL, *head;

  if (queue->n_runway > 0)
    first = &queue->runway[queue->runway_head & (FOLIOT_RUNWAY - 1)];
  else
    {
      if (queue->hole)
        foliot_event_queue_fill_root (queue);
      if (queue->n_heap > 0)
        first = queue->heap;
    }
  if (G_UNLIKELY (queue->n_ring_stale > 0))
    foliot_event_queue_skip_stale (queue);
  if (queue->ring_head == queue->ring_tail)
    return first;
  head = &queue->ring[queue->ring_head & queue->ring_mask];
  return first != NULL && foliot_queue_entry_less (first, head) ? first : head;
}

/* Takes out what foliot_event_queue_peek() has just returned. The heap is mended later: most events post another one,
 * which then goes straight into the hole. */
static inline FoliotEvent *
foliot_event_queue_pop (FoliotEventQueue *queue, const FoliotQueueEntry *first)
{
  FoliotEvent *event = foliot_event_queue_at (queue, first->slot);

  if (first == queue->heap)
    {
      queue->hole = TRUE;
      if (queue->n_heap > FOLIOT_LARGE_HEAP)
        foliot_event_queue_line_up (queue);
    }
  else if (queue->n_runway > 0 && first == &queue->runway[queue->runway_head & (FOLIOT_RUNWAY - 1)])
    foliot_event_queue_roll (queue);
  else
    queue->ring_head++;
  event->order = 0;
  return event;
}

static inline guint64
foliot_event_queue_get_length (const FoliotEventQueue *queue)
{
  return (guint64) queue->n_heap - (guint64) queue->hole + queue->n_runway
         + (queue->ring_tail - queue->ring_head) - queue->n_ring_stale;
}
