/* SPDX-License-Identifier: MIT */
#include "bench-async.h"

#include <foliot/foliot-async.h>
#include <foliot/foliot-random.h>

#include <stdio.h>
#include <unistd.h>

#include "bench-loop.h"

/*
 * Digests are off: the reference has none, and their price is measured with the kernel. Of several rounds the best
 * counts, because the machine is shared.
 */

#define N_ROUNDS 5
#define N_TIMES  65536 /* exponential times are drawn from a table, by the model and by its reference */

static void
print_line (const char *name, double figure, const char *unit, const char *reference_name, double reference)
{
  if (reference > 0)
    printf ("%s\t%.1f\t%s\t%.2f\t%s %.1f\n", name, figure, unit, reference / figure, reference_name,
            reference);
  else
    printf ("%s\t%.1f\t%s\t-\t-\n", name, figure, unit);
}

static FoliotKernel *
kernel_new (void)
{
  FoliotKernel *kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);

  foliot_kernel_set_digest (kernel, FALSE);
  return kernel;
}

/* Runs @kernel to its end; returns the nanoseconds it took. */
static double
run (FoliotKernel *kernel)
{
  gint64 start = g_get_monotonic_time ();

  if (!foliot_kernel_run_until (kernel, FOLIOT_TIME_NEVER, NULL))
    g_error ("the benchmark did not run to its end");
  return (double) (g_get_monotonic_time () - start) * 1000.0;
}

static void
spawn (FoliotKernel *kernel, FoliotFiberFunc body, gpointer user_data)
{
  foliot_future_unref (foliot_fiber_spawn (kernel, NULL, NULL, body, user_data, NULL));
}

/* Hold. */

typedef struct
{
  FoliotKernel *kernel;
  guint64 *left;
  guint64 random;
} Sleeper;

static guint64
seed (guint i)
{
  return G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) * (i + 1);
}

static FoliotValue *
hold_body (gpointer user_data, GError **error)
{
  Sleeper *self = user_data;

  while (*self->left > 0)
    {
      --*self->left;
      if (!foliot_sleep (self->kernel, (FoliotTime) (bench_draw (&self->random) >> 40) + 1, error))
        return NULL;
    }
  return NULL;
}

static double
measure_hold (guint n, guint64 n_events)
{
  g_autoptr (FoliotKernel) kernel = kernel_new ();
  g_autofree Sleeper *sleepers = g_new (Sleeper, n);
  guint64 left = n_events;

  for (guint i = 0; i < n; i++)
    {
      sleepers[i] = (Sleeper){ kernel, &left, seed (i) };
      spawn (kernel, hold_body, &sleepers[i]);
    }
  foliot_kernel_step (kernel, n);
  return run (kernel) / (double) n_events;
}

static void
loop_hold (BenchLoop *loop, gpointer data)
{
  if (loop->left == 0)
    return;
  loop->left--;
  bench_push (loop, loop->now + (gint64) (bench_draw (data) >> 40) + 1, loop_hold, data);
}

static double
measure_loop_hold (guint n, guint64 n_events)
{
  g_autofree BenchEvent *heap = g_new (BenchEvent, n);
  g_autofree guint64 *states = g_new (guint64, n);
  BenchLoop loop = { .heap = heap, .left = n_events };

  for (guint i = 0; i < n; i++)
    {
      states[i] = seed (i);
      bench_push (&loop, (gint64) (bench_draw (&states[i]) >> 40) + 1, loop_hold, &states[i]);
    }
  return bench_run (&loop) / (double) n_events;
}

void
foliot_bench_fiber_hold (guint n_fibers, guint64 n_events)
{
  g_autofree char *name = g_strdup_printf ("fiber-hold %u", n_fibers);
  double loop = G_MAXDOUBLE, fibers = G_MAXDOUBLE;

  for (guint round = 0; round < N_ROUNDS; round++)
    {
      loop = MIN (loop, measure_loop_hold (n_fibers, n_events));
      fibers = MIN (fibers, measure_hold (n_fibers, n_events));
    }
  print_line (name, fibers, "ns/event", "C loop", loop);
}

/* M/M/1. */

typedef struct
{
  FoliotKernel *kernel;
  FoliotStore *store;
  const gint64 *times; /* exponential, of mean one second */
  guint64 n;
  guint64 random;
  gint64 in_system; /* summed up */
} Mm1;

static gint64 *
times_new (void)
{
  g_autoptr (FoliotKernel) kernel = kernel_new ();
  FoliotRandom *random = foliot_kernel_get_random (kernel, "bench", "times");
  gint64 *times = g_new (gint64, N_TIMES);

  for (guint i = 0; i < N_TIMES; i++)
    times[i] = (gint64) (foliot_random_exponential (random, 1.0) * (double) FOLIOT_SECOND);
  return times;
}

static inline gint64
draw_time (Mm1 *self)
{
  return self->times[bench_draw (&self->random) % N_TIMES];
}

static FoliotValue *
arrive (gpointer user_data, GError **error)
{
  Mm1 *self = user_data;

  for (guint64 i = 0; i < self->n; i++)
    {
      foliot_sleep (self->kernel, draw_time (self), error);
      foliot_store_put (self->store, foliot_value_new_int (foliot_kernel_now (self->kernel)),
                        FOLIOT_TIME_NEVER, error);
    }
  return NULL;
}

static FoliotValue *
serve (gpointer user_data, GError **error)
{
  Mm1 *self = user_data;

  for (guint64 i = 0; i < self->n; i++)
    {
      g_autoptr (FoliotValue) arrived = foliot_store_get (self->store, FOLIOT_TIME_NEVER, error);

      foliot_sleep (self->kernel, draw_time (self) * 9 / 10, error);
      self->in_system += foliot_kernel_now (self->kernel) - foliot_value_get_int (arrived);
    }
  return NULL;
}

static double
measure_mm1 (const gint64 *times, guint64 n, double *out_mean)
{
  g_autoptr (FoliotKernel) kernel = kernel_new ();
  g_autoptr (FoliotStore) store = foliot_store_new (kernel, "queue", 0);
  Mm1 model = { .kernel = kernel, .store = store, .times = times, .n = n, .random = seed (1) };
  double total;

  spawn (kernel, serve, &model);
  spawn (kernel, arrive, &model);
  total = run (kernel) / (double) n;
  *out_mean = (double) model.in_system / (double) n / (double) FOLIOT_SECOND;
  return total;
}

typedef struct
{
  Mm1 model;
  gint64 *waiting; /* arrival times: a ring */
  guint64 n_arrived;
  guint64 n_served;
  gboolean busy;
} LoopMm1;

#define LOOP_SLOTS 65536

static void loop_depart (BenchLoop *loop, gpointer data);

static void
loop_begin (BenchLoop *loop, LoopMm1 *self)
{
  self->busy = self->n_served < self->n_arrived;
  if (self->busy)
    bench_push (loop, loop->now + draw_time (&self->model) * 9 / 10, loop_depart, self);
}

static void
loop_depart (BenchLoop *loop, gpointer data)
{
  LoopMm1 *self = data;

  self->model.in_system += loop->now - self->waiting[self->n_served++ % LOOP_SLOTS];
  loop_begin (loop, self);
}

static void
loop_arrive (BenchLoop *loop, gpointer data)
{
  LoopMm1 *self = data;

  self->waiting[self->n_arrived++ % LOOP_SLOTS] = loop->now;
  if (!self->busy)
    loop_begin (loop, self);
  if (self->n_arrived < self->model.n)
    bench_push (loop, loop->now + draw_time (&self->model), loop_arrive, self);
}

static double
measure_loop_mm1 (const gint64 *times, guint64 n, double *out_mean)
{
  BenchEvent heap[4];
  g_autofree gint64 *waiting = g_new (gint64, LOOP_SLOTS);
  LoopMm1 model = { .model = { .times = times, .n = n, .random = seed (1) }, .waiting = waiting };
  BenchLoop loop = { .heap = heap };
  double total;

  bench_push (&loop, draw_time (&model.model), loop_arrive, &model);
  total = bench_run (&loop) / (double) n;
  *out_mean = (double) model.model.in_system / (double) n / (double) FOLIOT_SECOND;
  return total;
}

void
foliot_bench_mm1 (guint64 n_customers)
{
  g_autofree gint64 *times = times_new ();
  double loop = G_MAXDOUBLE, fibers = G_MAXDOUBLE, mean = 0, loop_mean = 0;

  for (guint round = 0; round < N_ROUNDS; round++)
    {
      loop = MIN (loop, measure_loop_mm1 (times, n_customers, &loop_mean));
      fibers = MIN (fibers, measure_mm1 (times, n_customers, &mean));
    }
  print_line ("mm1", fibers, "ns/customer", "C loop", loop);
  print_line ("mm1-mean-time-in-system", mean, "s", "C loop", loop_mean);
}

/* Memory. */

static double
get_resident_bytes (void)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) fields = NULL;

  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL))
    return 0;
  fields = g_strsplit (text, " ", 3);
  return (double) g_ascii_strtoull (fields[1], NULL, 10) * (double) sysconf (_SC_PAGESIZE);
}

static FoliotValue *
sleep_once (gpointer user_data, GError **error)
{
  foliot_sleep (user_data, FOLIOT_SECOND, error);
  return NULL;
}

void
foliot_bench_fibers_alive (guint n_fibers)
{
  FoliotKernel *kernel = kernel_new ();
  double before = get_resident_bytes (), alive;
  gint64 start = g_get_monotonic_time ();

  for (guint i = 0; i < n_fibers; i++)
    spawn (kernel, sleep_once, kernel);
  foliot_kernel_step (kernel, n_fibers);
  alive = get_resident_bytes ();
  print_line ("fibers-alive-each", (alive - before) / n_fibers, "bytes", NULL, 0);
  print_line ("fibers-alive-total", alive / 1e6, "MB", NULL, 0);
  print_line ("fibers-alive-start", (double) (g_get_monotonic_time () - start) * 1000.0 / n_fibers,
              "ns/fiber", NULL, 0);
  print_line ("fibers-alive-end", run (kernel) / n_fibers, "ns/fiber", NULL, 0);
  g_object_unref (kernel);
}

/* Time-outs. */

typedef struct
{
  FoliotKernel *kernel;
  FoliotCondition *condition;
  guint64 n;
  gboolean notify;
} Timeouts;

static FoliotValue *
wait_again (gpointer user_data, GError **error)
{
  Timeouts *self = user_data;

  for (guint64 i = 0; i < self->n; i++)
    foliot_condition_wait (self->condition, foliot_kernel_now (self->kernel) + FOLIOT_SECOND, NULL);
  return NULL;
}

static FoliotValue *
notify_again (gpointer user_data, GError **error)
{
  Timeouts *self = user_data;

  for (guint64 i = 0; i < self->n; i++)
    {
      foliot_sleep (self->kernel, FOLIOT_MILLISECOND, NULL);
      foliot_condition_notify (self->condition, 1);
    }
  return NULL;
}

static double
measure_timeouts (guint64 n, gboolean notify)
{
  g_autoptr (FoliotKernel) kernel = kernel_new ();
  g_autoptr (FoliotCondition) condition = foliot_condition_new (kernel);
  Timeouts model = { kernel, condition, n, notify };

  spawn (kernel, wait_again, &model);
  if (notify)
    spawn (kernel, notify_again, &model);
  return run (kernel) / (double) n;
}

void
foliot_bench_await_timeouts (guint64 n_awaits)
{
  double done = G_MAXDOUBLE, timed_out = G_MAXDOUBLE;

  for (guint round = 0; round < N_ROUNDS; round++)
    {
      done = MIN (done, measure_timeouts (n_awaits, TRUE));
      timed_out = MIN (timed_out, measure_timeouts (n_awaits, FALSE));
    }
  print_line ("await-notified-before-deadline", done, "ns/await", NULL, 0);
  print_line ("await-timed-out", timed_out, "ns/await", NULL, 0);
}

/* Spawning. */

typedef struct
{
  FoliotKernel *kernel;
  guint64 n;
  guint64 n_done;
} Spawner;

static FoliotValue *
do_nothing (gpointer user_data, GError **error)
{
  return NULL;
}

static FoliotValue *
spawn_again (gpointer user_data, GError **error)
{
  Spawner *self = user_data;

  for (guint64 i = 0; i < self->n; i++)
    {
      g_autoptr (FoliotFuture) future
          = foliot_fiber_spawn (self->kernel, NULL, "child", do_nothing, NULL, NULL);
      g_autoptr (FoliotValue) value = foliot_await (future, FOLIOT_TIME_NEVER, error);
    }
  return NULL;
}

static __attribute__ ((noinline)) void
handle (gpointer user_data)
{
  ((Spawner *) user_data)->n_done++;
}

static void
handle_all (gpointer target, gpointer payload)
{
  Spawner *self = target;

  for (guint64 i = 0; i < self->n; i++)
    foliot_fiber_run_now (self->kernel, NULL, "handler", handle, self, NULL);
}

static void
call_all (gpointer target, gpointer payload)
{
  Spawner *self = target;
  void (*volatile call) (gpointer) = handle;

  for (guint64 i = 0; i < self->n; i++)
    call (self);
}

static double
measure_event (FoliotEventFunc func, guint64 n)
{
  g_autoptr (FoliotKernel) kernel = kernel_new ();
  Spawner model = { .kernel = kernel, .n = n };

  foliot_kernel_post (kernel, 0, FOLIOT_PRIORITY_DEFAULT, FOLIOT_EVENT_CALLBACK, func, &model, NULL);
  return run (kernel) / (double) n;
}

static double
measure_spawn (guint64 n)
{
  g_autoptr (FoliotKernel) kernel = kernel_new ();
  Spawner model = { .kernel = kernel, .n = n };

  spawn (kernel, spawn_again, &model);
  return run (kernel) / (double) n;
}

void
foliot_bench_spawn (guint64 n_fibers)
{
  double spawned = G_MAXDOUBLE, handled = G_MAXDOUBLE, called = G_MAXDOUBLE;

  for (guint round = 0; round < N_ROUNDS; round++)
    {
      spawned = MIN (spawned, measure_spawn (n_fibers));
      handled = MIN (handled, measure_event (handle_all, n_fibers));
      called = MIN (called, measure_event (call_all, n_fibers));
    }
  print_line ("spawn-end-await", spawned, "ns/fiber", NULL, 0);
  print_line ("handler-on-fiber", handled, "ns/call", "plain call", called);
}

/* Switching. */

static FoliotValue *
yield_again (gpointer user_data, GError **error)
{
  Spawner *self = user_data;

  for (guint64 i = 0; i < self->n; i++)
    foliot_sleep (self->kernel, 0, error);
  return NULL;
}

static void
post_again (gpointer target, gpointer payload)
{
  Spawner *self = target;

  if (self->n_done++ < self->n)
    foliot_kernel_post (self->kernel, 0, FOLIOT_PRIORITY_DEFAULT, FOLIOT_EVENT_CALLBACK, post_again, self,
                        NULL);
}

static double
measure_yield (guint64 n)
{
  g_autoptr (FoliotKernel) kernel = kernel_new ();
  Spawner model = { .kernel = kernel, .n = n };

  spawn (kernel, yield_again, &model);
  return run (kernel) / (double) n;
}

static double
measure_post (guint64 n)
{
  g_autoptr (FoliotKernel) kernel = kernel_new ();
  Spawner model = { .kernel = kernel, .n = n };

  post_again (&model, NULL);
  return run (kernel) / (double) n;
}

void
foliot_bench_switch (guint64 n_switches)
{
  double fiber = G_MAXDOUBLE, event = G_MAXDOUBLE;

  for (guint round = 0; round < N_ROUNDS; round++)
    {
      fiber = MIN (fiber, measure_yield (n_switches));
      event = MIN (event, measure_post (n_switches));
    }
  print_line ("yield", fiber, "ns/event", "plain event", event);
}
