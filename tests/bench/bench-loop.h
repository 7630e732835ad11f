/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/*
 * The reference of all benchmarks of events: what one would write by hand for one model. A binary heap of (time, sequence,
 * function, data), no ids, no cancelling, no priorities, no records. Inline, so that it is as fast as it can be.
 */

typedef struct BenchLoop BenchLoop;
typedef void (*BenchFunc) (BenchLoop *loop, gpointer data);

typedef struct
{
  gint64 time;
  guint64 sequence;
  BenchFunc func;
  gpointer data;
} BenchEvent;

struct BenchLoop
{
  BenchEvent *heap;
  gsize n;
  gint64 now;
  guint64 sequence;
  guint64 left;
};

/* xorshift64: cheap, so that the events are what is measured. */
static inline guint64
bench_draw (guint64 *state)
{
  guint64 x = *state;

  x ^= x << 13;
  x ^= x >> 7;
  x ^= x << 17;
  return *state = x;
}

static inline gboolean
bench_less (const BenchEvent *a, const BenchEvent *b)
{
  return a->time < b->time || (a->time == b->time && a->sequence < b->sequence);
}

static inline void
bench_push (BenchLoop *loop, gint64 time, BenchFunc func, gpointer data)
{
  BenchEvent event = { time, ++loop->sequence, func, data };
  gsize i = loop->n++;

  for (; i > 0 && bench_less (&event, &loop->heap[(i - 1) / 2]); i = (i - 1) / 2)
    loop->heap[i] = loop->heap[(i - 1) / 2];
  loop->heap[i] = event;
}

static inline BenchEvent
bench_pop (BenchLoop *loop)
{
  BenchEvent first = loop->heap[0], last = loop->heap[--loop->n];
  gsize i = 0;

  for (gsize child = 1; child < loop->n; child = 2 * i + 1)
    {
      if (child + 1 < loop->n && bench_less (&loop->heap[child + 1], &loop->heap[child]))
        child++;
      if (!bench_less (&loop->heap[child], &last))
        break;
      loop->heap[i] = loop->heap[child];
      i = child;
    }
  loop->heap[i] = last;
  return first;
}

/* Runs all events; returns the nanoseconds it took. */
static inline double
bench_run (BenchLoop *loop)
{
  gint64 start = g_get_monotonic_time ();

  while (loop->n > 0)
    {
      BenchEvent event = bench_pop (loop);
      loop->now = event.time;
      event.func (loop, event.data);
    }
  return (double) (g_get_monotonic_time () - start) * 1000.0;
}
