/* SPDX-License-Identifier: MIT */
#include "foliot-event-queue.h"

#include <string.h>

/*
 * A 4-ary implicit heap beside a ring.
 *
 * Four children lie in two cache lines and halve the depth of a binary heap; the smallest is found without branches. A
 * pop leaves a hole at the root. If the event posts another one, that sinks into the hole: one walk instead of two.
 * Otherwise the hole goes down to a leaf and the last entry climbs from there, which is rarely more than a step. Removal
 * from the ring leaves its entry behind: the entry no longer matches the event's order word (orders hold the sequence,
 * so they never come twice) and is skipped when it reaches the head.
 *
 * The runway is what makes a large world fast. With ten thousand fibers each event, what it is about and the stack it
 * goes back to are out of the caches and of the TLB: three misses, each of which has to end before the next can begin.
 * An entry that joins the runway has its event fetched; some places further on the event's target; near the front what
 * that leads to. By then each address is in the cache, and the misses of several events overlap. What is posted for a
 * time before the runway's end is sorted in, and its last goes back into the heap if it is full.
 */

#define IN_RING   (G_MAXUINT32 - 1) /* marks in positions; heap indexes stay far below */
#define ON_RUNWAY (G_MAXUINT32 - 2)
/* Later than every entry: their sequences are below 2^40 - 1. */
#define SENTINEL   ((FoliotQueueEntry){ G_MAXUINT64, G_MAXUINT64, 0 })
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

/* The same for children of equal time. */
static guint32
smallest_of_ties (const FoliotQueueEntry *children)
{
  guint32 best = 0;

  for (guint32 i = 1; i < 4; i++)
    if (foliot_queue_entry_less (&children[i], &children[best]))
      best = i;
  return best;
}

/*
 * Returns: the smallest of the children that start at @first; sentinels stand in for missing ones.
 *
 * By time alone, without a branch that depends on it, and with all four loads in flight at once; only ties look
 * further.
 */
static inline guint32
smallest_child (const FoliotQueueEntry *heap, guint32 first)
{
  const FoliotQueueEntry *children = heap + first;
  guint64 t0 = children[0].time, t1 = children[1].time, t2 = children[2].time, t3 = children[3].time;
  guint64 left = MIN (t0, t1), right = MIN (t2, t3);
  guint32 is_right = right < left;
  guint64 mask = -(guint64) is_right;
  guint64 a = t0 ^ ((t0 ^ t2) & mask), b = t1 ^ ((t1 ^ t3) & mask); /* the pair that holds it */
  guint32 offset = 2 * is_right + (b < a);

  if (G_UNLIKELY ((left == right) | (a == b)))
    offset = smallest_of_ties (children);
  return first + offset;
}

/* Lets @entry sink from the hole at the root. */
static inline void
sift_down (FoliotEventQueue *queue, FoliotQueueEntry entry)
{
  guint32 index = 0;

  while (4 * index + 1 < queue->n_heap)
    {
      guint32 child = smallest_child (queue->heap, 4 * index + 1);
      if (foliot_queue_entry_less (&entry, &queue->heap[child]))
        break;
      place (queue, index, queue->heap[child]);
      index = child;
    }
  place (queue, index, entry);
}

/* Closes the hole at @index with the entry that was the last of the heap. */
static void
fill_hole (FoliotEventQueue *queue, guint32 index)
{
  FoliotQueueEntry last = queue->heap[--queue->n_heap];

  queue->heap[queue->n_heap] = SENTINEL;
  if (index == queue->n_heap)
    return;
  while (4 * index + 1 < queue->n_heap)
    {
      guint32 child = smallest_child (queue->heap, 4 * index + 1);
      place (queue, index, queue->heap[child]);
      index = child;
    }
  sift_up (queue, index, last);
}

#define TARGET_PLACE 10 /* on the runway, from the front: here a target is fetched … */
#define LEAD_PLACE   5  /* … and here what it leads to, lines of it: */
#define N_LEAD_LINES 4

static inline FoliotQueueEntry *
runway_at (FoliotEventQueue *queue, guint32 place)
{
  return &queue->runway[(queue->runway_head + place) & (FOLIOT_RUNWAY - 1)];
}

/* Always inline: gcc takes a function that does nothing but fetch for one without effect, and drops its calls. */
G_ALWAYS_INLINE static inline void
fetch (FoliotEventQueue *queue)
{
  const FoliotEvent *event;

  __builtin_prefetch (foliot_event_queue_at (queue, runway_at (queue, queue->n_runway - 1)->slot), 1);
  if (queue->n_runway <= TARGET_PLACE)
    return;
  __builtin_prefetch (foliot_event_queue_at (queue, runway_at (queue, TARGET_PLACE)->slot)->target, 1);
  event = foliot_event_queue_at (queue, runway_at (queue, LEAD_PLACE)->slot);
  if (event->leads)
    {
      const char *lead = *(const char *const *) event->target;

      for (guint32 i = 0; i < N_LEAD_LINES; i++)
        __builtin_prefetch (lead + 64 * i, 1);
    }
}

/* Takes the root, which is there, to the end of the runway, which has room. */
static void
follow (FoliotEventQueue *queue)
{
  if (queue->hole)
    foliot_event_queue_fill_root (queue);
  queue->hole = TRUE;
  queue->positions[queue->heap[0].slot] = ON_RUNWAY;
  *runway_at (queue, queue->n_runway++) = queue->heap[0];
  fetch (queue);
}

void
foliot_event_queue_line_up (FoliotEventQueue *queue)
{
  while (queue->n_runway < FOLIOT_RUNWAY)
    follow (queue);
}

void
foliot_event_queue_roll (FoliotEventQueue *queue)
{
  queue->runway_head++;
  queue->n_runway--;
  if (queue->n_heap > FOLIOT_LARGE_HEAP / 2)
    follow (queue);
}

/* Sorts @entry in, which comes before the last. Returns: what is to wait in the heap: the last if there was no room. */
static gboolean
join_runway (FoliotEventQueue *queue, FoliotQueueEntry entry, FoliotQueueEntry *out_last)
{
  gboolean full = queue->n_runway == FOLIOT_RUNWAY;
  guint32 place;

  if (full)
    *out_last = *runway_at (queue, --queue->n_runway);
  for (place = queue->n_runway++; place > 0 && foliot_queue_entry_less (&entry, runway_at (queue, place - 1));
       place--)
    *runway_at (queue, place) = *runway_at (queue, place - 1);
  *runway_at (queue, place) = entry;
  queue->positions[entry.slot] = ON_RUNWAY;
  return full;
}

static void
leave_runway (FoliotEventQueue *queue, guint32 slot)
{
  guint32 place = 0;

  while (runway_at (queue, place)->slot != slot)
    place++;
  for (queue->n_runway--; place < queue->n_runway; place++)
    *runway_at (queue, place) = *runway_at (queue, place + 1);
}

static void
grow_heap (FoliotEventQueue *queue)
{
  queue->heap_capacity = queue->heap_capacity > 0 ? 2 * queue->heap_capacity : FIRST_HEAP;
  queue->heap = g_renew (FoliotQueueEntry, queue->heap, (gsize) queue->heap_capacity + 4);
  for (guint32 i = queue->n_heap; i < queue->heap_capacity + 4; i++)
    queue->heap[i] = SENTINEL;
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
  grow_heap (queue);
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
  FoliotQueueEntry entry = { time, order, event->slot };

  event->order = order;
  if (queue->n_runway > 0 && foliot_queue_entry_less (&entry, runway_at (queue, queue->n_runway - 1)))
    {
      FoliotQueueEntry last;

      if (!join_runway (queue, entry, &last))
        return;
      entry = last;
    }
  if (queue->hole)
    {
      queue->hole = FALSE;
      sift_down (queue, entry);
      return;
    }
  if (G_UNLIKELY (queue->n_heap == queue->heap_capacity))
    grow_heap (queue);
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
foliot_event_queue_fill_root (FoliotEventQueue *queue)
{
  queue->hole = FALSE;
  fill_hole (queue, 0);
}

void
foliot_event_queue_remove (FoliotEventQueue *queue, FoliotEvent *event)
{
  g_assert (event->order != 0);
  event->order = 0;
  if (queue->positions[event->slot] == IN_RING)
    {
      queue->n_ring_stale++;
      return;
    }
  if (queue->positions[event->slot] == ON_RUNWAY)
    {
      leave_runway (queue, event->slot);
      return;
    }
  /* A hole at the root does not matter: the entry that was popped still stands there, and is less than all others. */
  fill_hole (queue, queue->positions[event->slot]);
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
