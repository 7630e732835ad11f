/* SPDX-License-Identifier: MIT */
#include "bench-kernel.h"

#include <foliot/foliot-kernel.h>

#include <stdio.h>

/*
 * The reference is what one would write by hand for one model: a binary heap of (time, sequence, function, data), no
 * ids, no cancelling, no priorities, no records.
 */

#define N_ROUNDS 5 /* the best of these counts: the machine is shared */

typedef struct Loop Loop;
typedef void (*LoopFunc) (Loop *loop, gpointer data);

typedef struct
{
  gint64 time;
  guint64 sequence;
  LoopFunc func;
  gpointer data;
} LoopEvent;

struct Loop
{
  LoopEvent *heap;
  gsize n;
  gint64 now;
  guint64 sequence;
  guint64 left;
};

typedef struct
{
  FoliotKernel *kernel;
  guint64 left;
} Model;

typedef struct
{
  guint64 random;
} Actor;

/* xorshift64: cheap, so that the queue is what is measured. */
static inline gint64
draw (Actor *actor)
{
  guint64 x = actor->random;

  x ^= x << 13;
  x ^= x >> 7;
  x ^= x << 17;
  actor->random = x;
  return (gint64) (x >> 40) + 1;
}

static inline gboolean
loop_less (const LoopEvent *a, const LoopEvent *b)
{
  return a->time < b->time || (a->time == b->time && a->sequence < b->sequence);
}

static void
loop_push (Loop *loop, gint64 time, LoopFunc func, gpointer data)
{
  LoopEvent event = { time, ++loop->sequence, func, data };
  gsize i = loop->n++;

  for (; i > 0 && loop_less (&event, &loop->heap[(i - 1) / 2]); i = (i - 1) / 2)
    loop->heap[i] = loop->heap[(i - 1) / 2];
  loop->heap[i] = event;
}

static LoopEvent
loop_pop (Loop *loop)
{
  LoopEvent first = loop->heap[0], last = loop->heap[--loop->n];
  gsize i = 0;

  for (gsize child = 1; child < loop->n; child = 2 * i + 1)
    {
      if (child + 1 < loop->n && loop_less (&loop->heap[child + 1], &loop->heap[child]))
        child++;
      if (!loop_less (&loop->heap[child], &last))
        break;
      loop->heap[i] = loop->heap[child];
      i = child;
    }
  loop->heap[i] = last;
  return first;
}

static void
loop_hold (Loop *loop, gpointer data)
{
  if (loop->left > 0)
    {
      loop->left--;
      loop_push (loop, loop->now + draw (data), loop_hold, data);
    }
}

static double
measure_loop (Actor *actors, guint n, guint64 n_events)
{
  g_autofree LoopEvent *heap = g_new (LoopEvent, n);
  Loop loop = { .heap = heap, .left = n_events - n };
  gint64 start;

  for (guint i = 0; i < n; i++)
    loop_push (&loop, draw (&actors[i]), loop_hold, &actors[i]);
  start = g_get_monotonic_time ();
  while (loop.n > 0)
    {
      LoopEvent event = loop_pop (&loop);
      loop.now = event.time;
      event.func (&loop, event.data);
    }
  return (double) (g_get_monotonic_time () - start) * 1000.0 / (double) n_events;
}

static void
kernel_hold (gpointer target, gpointer payload)
{
  Model *model = target;

  if (model->left > 0)
    {
      model->left--;
      foliot_kernel_post (model->kernel, foliot_kernel_now (model->kernel) + draw (payload),
                          FOLIOT_PRIORITY_DEFAULT, FOLIOT_EVENT_CALLBACK, kernel_hold, target, payload);
    }
}

static void
kernel_next (gpointer target, gpointer payload)
{
  Model *model = target;

  if (model->left > 0)
    {
      model->left--;
      foliot_kernel_post (model->kernel, 0, FOLIOT_PRIORITY_DEFAULT, FOLIOT_EVENT_CALLBACK, kernel_next,
                          target, payload);
    }
}

static void
kernel_expired (gpointer target, gpointer payload)
{
}

static void
kernel_call (gpointer target, gpointer payload)
{
  Model *model = target;
  FoliotTime now = foliot_kernel_now (model->kernel);
  guint64 *deadline = payload;

  foliot_kernel_cancel (model->kernel, *deadline);
  *deadline = 0;
  if (model->left == 0)
    return;
  model->left--;
  *deadline = foliot_kernel_post (model->kernel, now + 5 * FOLIOT_SECOND, FOLIOT_PRIORITY_DEFAULT,
                                  FOLIOT_EVENT_TIMER, kernel_expired, NULL, NULL);
  foliot_kernel_post (model->kernel, now + FOLIOT_MILLISECOND, FOLIOT_PRIORITY_DEFAULT, FOLIOT_EVENT_CALLBACK,
                      kernel_call, target, payload);
}

/* Runs what was posted; returns nanoseconds an event. */
static double
measure_kernel (FoliotKernel *kernel)
{
  gint64 start = g_get_monotonic_time ();
  gint64 end;
  FoliotCounts counts;

  if (!foliot_kernel_run_until (kernel, FOLIOT_TIME_NEVER, NULL))
    g_error ("the benchmark did not run to its end");
  end = g_get_monotonic_time ();
  foliot_kernel_get_counts (kernel, &counts);
  return (double) (end - start) * 1000.0 / (double) counts.dispatched;
}

static double
measure_hold (Actor *actors, guint n, guint64 n_events, gboolean digest)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  Model model = { .kernel = kernel, .left = n_events - n };

  foliot_kernel_set_digest (kernel, digest);
  for (guint i = 0; i < n; i++)
    foliot_kernel_post (kernel, draw (&actors[i]), FOLIOT_PRIORITY_DEFAULT, FOLIOT_EVENT_CALLBACK,
                        kernel_hold, &model, &actors[i]);
  return measure_kernel (kernel);
}

static double
measure_ring (guint64 n_events, gboolean digest)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  Model model = { .kernel = kernel, .left = n_events };

  foliot_kernel_set_digest (kernel, digest);
  kernel_next (&model, NULL);
  return measure_kernel (kernel);
}

static double
measure_timeouts (guint n_waiting, guint64 n_events)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  g_autofree guint64 *deadlines = g_new0 (guint64, n_waiting);
  Model model = { .kernel = kernel, .left = n_events };

  foliot_kernel_set_digest (kernel, FALSE);
  for (guint i = 0; i < n_waiting; i++)
    foliot_kernel_post (kernel, i, FOLIOT_PRIORITY_DEFAULT, FOLIOT_EVENT_CALLBACK, kernel_call, &model,
                        &deadlines[i]);
  return measure_kernel (kernel);
}

static Actor *
actors_new (guint n)
{
  Actor *actors = g_new (Actor, n);

  for (guint i = 0; i < n; i++)
    actors[i] = (Actor){ G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) * (i + 1) };
  return actors;
}

static void
print_line (const char *name, guint size, double figure, double reference)
{
  if (reference > 0)
    printf ("%s %u\t%.1f\tns/event\t%.2f\tC loop %.1f\n", name, size, figure, reference / figure, reference);
  else
    printf ("%s %u\t%.1f\tns/event\t-\t-\n", name, size, figure);
}

void
foliot_bench_hold (guint n_callbacks, guint64 n_events)
{
  double loop = G_MAXDOUBLE, off = G_MAXDOUBLE, on = G_MAXDOUBLE;

  for (guint round = 0; round < N_ROUNDS; round++)
    {
      g_autofree Actor *first = actors_new (n_callbacks);
      g_autofree Actor *second = actors_new (n_callbacks);
      g_autofree Actor *third = actors_new (n_callbacks);
      loop = MIN (loop, measure_loop (first, n_callbacks, n_events));
      off = MIN (off, measure_hold (second, n_callbacks, n_events, FALSE));
      on = MIN (on, measure_hold (third, n_callbacks, n_events, TRUE));
    }
  print_line ("hold", n_callbacks, off, loop);
  print_line ("hold+digest", n_callbacks, on, loop);
}

void
foliot_bench_ring (guint64 n_events)
{
  double off = G_MAXDOUBLE, on = G_MAXDOUBLE;

  for (guint round = 0; round < N_ROUNDS; round++)
    {
      off = MIN (off, measure_ring (n_events, FALSE));
      on = MIN (on, measure_ring (n_events, TRUE));
    }
  print_line ("ring", 1, off, 0);
  print_line ("ring+digest", 1, on, 0);
}

void
foliot_bench_timeouts (guint n_waiting, guint64 n_events)
{
  double best = G_MAXDOUBLE;

  for (guint round = 0; round < N_ROUNDS; round++)
    best = MIN (best, measure_timeouts (n_waiting, n_events));
  print_line ("timeout+cancel", n_waiting, best, 0);
}
