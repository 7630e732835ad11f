/* SPDX-License-Identifier: MIT */
#include "kernel/foliot-event-queue.h"

#include <string.h>

/*
 * The queue against a model that cannot be wrong: an array kept sorted by insertion. Both see the same random
 * operations; after each of them they must agree on what comes first and on how many there are.
 */

typedef struct
{
  guint64 time;
  guint64 order;
  guint64 id;
} Entry;

typedef struct
{
  FoliotEventQueue queue;
  GArray *model; /* of Entry, sorted */
  guint64 sequence;
  guint64 random;
} Pair;

/* Knuth's MMIX generator. */
static guint32
draw (Pair *pair, guint32 below)
{
  pair->random
      = pair->random * G_GUINT64_CONSTANT (6364136223846793005) + G_GUINT64_CONSTANT (1442695040888963407);
  return (guint32) (((pair->random >> 32) * below) >> 32);
}

static void
pair_init (Pair *pair, guint64 seed)
{
  memset (pair, 0, sizeof *pair);
  foliot_event_queue_init (&pair->queue);
  pair->model = g_array_new (FALSE, FALSE, sizeof (Entry));
  pair->random = seed;
}

static void
pair_clear (Pair *pair)
{
  foliot_event_queue_clear (&pair->queue);
  g_array_unref (pair->model);
}

static void
model_insert (Pair *pair, Entry entry)
{
  guint i = 0;

  while (i < pair->model->len)
    {
      const Entry *other = &g_array_index (pair->model, Entry, i);
      if (other->time > entry.time || (other->time == entry.time && other->order > entry.order))
        break;
      i++;
    }
  g_array_insert_val (pair->model, i, entry);
}

static void
insert (Pair *pair, FoliotEvent *event, guint64 time, guint64 priority, gboolean ring)
{
  guint64 order = priority << 56 | ++pair->sequence;

  if (ring && foliot_event_queue_fits_ring (&pair->queue, time, order))
    foliot_event_queue_push_ring (&pair->queue, event, time, order);
  else
    foliot_event_queue_push (&pair->queue, event, time, order);
  model_insert (pair, (Entry){ time, order, foliot_event_get_id (event) });
}

static void
push (Pair *pair, guint64 time, guint64 priority, gboolean ring)
{
  insert (pair, foliot_event_queue_take (&pair->queue), time, priority, ring);
}

static void
assert_agree (Pair *pair)
{
  const FoliotQueueEntry *first;

  g_assert_cmpuint (foliot_event_queue_get_length (&pair->queue), ==, pair->model->len);
  first = foliot_event_queue_peek (&pair->queue);
  g_assert_cmpuint (foliot_event_queue_get_length (&pair->queue), ==, pair->model->len);
  if (pair->model->len == 0)
    {
      g_assert_null (first);
      return;
    }
  g_assert_nonnull (first);
  g_assert_cmpuint (first->time, ==, g_array_index (pair->model, Entry, 0).time);
  g_assert_cmpuint (first->order, ==, g_array_index (pair->model, Entry, 0).order);
}

static void
pop (Pair *pair)
{
  const FoliotQueueEntry *first = foliot_event_queue_peek (&pair->queue);
  FoliotEvent *event;

  if (first == NULL)
    return;
  event = foliot_event_queue_pop (&pair->queue, first);
  g_assert_cmpuint (foliot_event_get_id (event), ==, g_array_index (pair->model, Entry, 0).id);
  g_assert_null (foliot_event_queue_find (&pair->queue, foliot_event_get_id (event)));
  foliot_event_queue_give_back (&pair->queue, event);
  g_array_remove_index (pair->model, 0);
}

static void
cancel (Pair *pair, guint index)
{
  guint64 id = g_array_index (pair->model, Entry, index).id;
  FoliotEvent *event = foliot_event_queue_find (&pair->queue, id);

  g_assert_nonnull (event);
  foliot_event_queue_remove (&pair->queue, event);
  foliot_event_queue_give_back (&pair->queue, event);
  g_assert_null (foliot_event_queue_find (&pair->queue, id));
  g_array_remove_index (pair->model, index);
}

static void
reschedule (Pair *pair, guint index, guint64 time, gboolean ring)
{
  Entry old = g_array_index (pair->model, Entry, index);
  FoliotEvent *event = foliot_event_queue_find (&pair->queue, old.id);

  g_assert_nonnull (event);
  foliot_event_queue_remove (&pair->queue, event);
  g_array_remove_index (pair->model, index);
  insert (pair, event, time, 128, ring);
  g_assert_cmpuint (foliot_event_get_id (event), ==, old.id);
}

static void
drain (Pair *pair)
{
  while (pair->model->len > 0)
    {
      pop (pair);
      assert_agree (pair);
    }
}

static void
test_random_operations (void)
{
  static const guint n_waiting[] = { 3, 40, 1500 };
  Pair pair;

  for (guint round = 0; round < G_N_ELEMENTS (n_waiting); round++)
    {
      pair_init (&pair, round + 1);
      for (guint i = 0; i < 20000; i++)
        {
          guint32 what = draw (&pair, 8);
          guint64 time = draw (&pair, 64);
          guint32 index = pair.model->len > 0 ? draw (&pair, pair.model->len) : 0;

          if (pair.model->len < n_waiting[round] && what < 4)
            push (&pair, time, 127 + draw (&pair, 3), draw (&pair, 2));
          else if (what == 4 && pair.model->len > 0)
            cancel (&pair, index);
          else if (what == 5 && pair.model->len > 0)
            reschedule (&pair, index, time, draw (&pair, 2));
          else
            pop (&pair);
          if (draw (&pair, 2))
            assert_agree (&pair); /* not always: it would close the hole that a pop leaves */
        }
      drain (&pair);
      pair_clear (&pair);
    }
}

/* The entry at heap index @position, for each of them, in heaps of all small sizes, with and without a hole. */
static void
test_every_position (gconstpointer data)
{
  gboolean reschedules = GPOINTER_TO_INT (data);

  for (guint n = 1; n <= 40; n++)
    for (guint position = 0; position < n; position++)
      for (guint with_hole = 0; with_hole < 2; with_hole++)
        {
          Pair pair;
          guint64 order;
          guint index = 0;

          pair_init (&pair, n);
          if (with_hole)
            push (&pair, 0, 128, FALSE);
          for (guint i = 0; i < n; i++)
            push (&pair, 1 + draw (&pair, 20), 128, FALSE);
          if (with_hole)
            pop (&pair);
          else
            assert_agree (&pair);
          order = pair.queue.heap[position + with_hole].order;
          while (g_array_index (pair.model, Entry, index).order != order)
            index++;
          if (reschedules)
            reschedule (&pair, index, draw (&pair, 22), FALSE);
          else
            cancel (&pair, index);
          assert_agree (&pair);
          drain (&pair);
          pair_clear (&pair);
        }
}

/* Removed from head, middle and tail of the ring; the ring wraps around and grows. */
static void
test_ring (void)
{
  Pair pair;

  pair_init (&pair, 7);
  for (guint round = 0; round < 50; round++)
    {
      for (guint i = 0; i < 30 + round; i++)
        push (&pair, round, 128, TRUE);
      g_assert_cmpuint (pair.queue.n_heap, ==, 0);
      cancel (&pair, 0);
      cancel (&pair, pair.model->len - 1);
      cancel (&pair, pair.model->len / 2);
      reschedule (&pair, 3, round, TRUE);
      assert_agree (&pair);
      for (guint i = 0; i < 20; i++)
        pop (&pair);
      assert_agree (&pair);
    }
  drain (&pair);
  pair_clear (&pair);
}

static void
test_ring_refuses_disorder (void)
{
  Pair pair;

  pair_init (&pair, 1);
  g_assert_true (foliot_event_queue_fits_ring (&pair.queue, 5, 10));
  foliot_event_queue_push_ring (&pair.queue, foliot_event_queue_take (&pair.queue), 5, 10);
  g_assert_false (foliot_event_queue_fits_ring (&pair.queue, 5, 9));
  g_assert_false (foliot_event_queue_fits_ring (&pair.queue, 4, 11));
  g_assert_true (foliot_event_queue_fits_ring (&pair.queue, 5, 11));
  g_assert_true (foliot_event_queue_fits_ring (&pair.queue, 6, 1));
  pair_clear (&pair);
}

static void
test_ids (void)
{
  Pair pair;
  FoliotEvent *event;
  guint64 id;

  pair_init (&pair, 1);
  event = foliot_event_queue_take (&pair.queue);
  id = foliot_event_get_id (event);
  g_assert_cmpuint (id, !=, 0);
  g_assert_null (foliot_event_queue_find (&pair.queue, id)); /* taken, but does not wait */
  foliot_event_queue_give_back (&pair.queue, event);
  event = foliot_event_queue_take (&pair.queue);
  g_assert_cmpuint (foliot_event_get_id (event), !=, id);
  foliot_event_queue_push (&pair.queue, event, 1, 1);
  g_assert_null (foliot_event_queue_find (&pair.queue, id));
  g_assert_null (foliot_event_queue_find (&pair.queue, 0));
  g_assert_null (foliot_event_queue_find (&pair.queue, G_MAXUINT64));
  g_assert_true (foliot_event_queue_find (&pair.queue, foliot_event_get_id (event)) == event);

  foliot_event_queue_remove (&pair.queue, event);
  event->generation = G_MAXUINT32;
  foliot_event_queue_give_back (&pair.queue, event);
  g_assert_cmpuint (event->generation, ==, 1); /* 0 is left out: no id is ever 0 */
  pair_clear (&pair);
}

static void
test_time_words (void)
{
  static const FoliotTime times[] = { G_MININT64, -1, 0, 1, FOLIOT_TIME_NEVER };

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_assert_cmpint (foliot_queue_time_to (foliot_queue_time_from (times[i])), ==, times[i]);
      if (i > 0)
        g_assert_cmpuint (foliot_queue_time_from (times[i - 1]), <, foliot_queue_time_from (times[i]));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/event-queue/random-operations", test_random_operations);
  g_test_add_data_func ("/event-queue/cancel-every-position", GINT_TO_POINTER (FALSE), test_every_position);
  g_test_add_data_func ("/event-queue/reschedule-every-position", GINT_TO_POINTER (TRUE),
                        test_every_position);
  g_test_add_func ("/event-queue/ring", test_ring);
  g_test_add_func ("/event-queue/ring-refuses-disorder", test_ring_refuses_disorder);
  g_test_add_func ("/event-queue/ids", test_ids);
  g_test_add_func ("/event-queue/time-words", test_time_words);
  return g_test_run ();
}
