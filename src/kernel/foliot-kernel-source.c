/* SPDX-License-Identifier: MIT */
#include "foliot-kernel-struct.h"

/*
 * Hosting on a main context.
 *
 * Two sources share the work. The first has the default priority and takes a batch and then sits out; the second has the
 * lowest and takes a batch when nothing else is ready. So a world that always has something to do leaves turns to
 * sources of any priority, idle handlers too, and still a turn with nothing else to do is never lost.
 */

#define BATCH_EVENTS   4096
#define TURNS_OUT      2 /* g_main_context_pending() uses up one without running anybody */
#define SPARE_PRIORITY (G_PRIORITY_LOW + 1000)

typedef struct
{
  GSource source;
  FoliotKernel *kernel;
} KernelSource;

static gboolean
is_first (KernelSource *self)
{
  return self->kernel->sources[0] == (GSource *) self;
}

/* When the context must wake up although no source is ready; −1: never. */
static gint64
get_ready_time (FoliotKernel *kernel)
{
  const FoliotQueueEntry *first;

  if (kernel->running)
    return kernel->wake_us;
  if (kernel->n_holds > 0 || (kernel->drive != FOLIOT_DRIVE_PACED && kernel->drive != FOLIOT_DRIVE_REALTIME))
    return -1;
  first = foliot_event_queue_peek (&kernel->queue);
  if (first == NULL || foliot_queue_time_to (first->time) == FOLIOT_TIME_NEVER)
    return -1;
  return foliot_pace_get_due_us (&kernel->pace, foliot_queue_time_to (first->time));
}

static gboolean
is_ready (KernelSource *self)
{
  FoliotKernel *kernel = self->kernel;

  if (kernel->running || kernel->dispatching)
    return FALSE;
  return !(is_first (self) && kernel->sits_out) && foliot_kernel_is_ready (kernel, FOLIOT_TIME_NEVER);
}

static gboolean
source_prepare (GSource *source, gint *timeout_ms)
{
  KernelSource *self = (KernelSource *) source;
  FoliotKernel *kernel = self->kernel;
  gboolean ready;

  *timeout_ms = -1;
  if (!is_first (self))
    return is_ready (self);
  kernel->sits_out = kernel->turns_out > 0;
  if (kernel->sits_out)
    kernel->turns_out--;
  ready = is_ready (self);
  g_source_set_ready_time (source, ready ? -1 : get_ready_time (kernel));
  return ready;
}

static gboolean
source_check (GSource *source)
{
  return is_ready ((KernelSource *) source);
}

static gboolean
source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  KernelSource *self = (KernelSource *) source;
  FoliotKernel *kernel = self->kernel;

  if (!is_ready (self))
    return G_SOURCE_CONTINUE;
  kernel->turns_out = is_first (self) ? TURNS_OUT : 0;
  g_object_ref (kernel);
  foliot_kernel_dispatch (kernel, FOLIOT_TIME_NEVER, BATCH_EVENTS);
  g_object_unref (kernel);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = { source_prepare, source_check, source_dispatch, NULL, NULL, NULL };

void
foliot_kernel_sources_attach (FoliotKernel *self)
{
  static const gint priorities[] = { G_PRIORITY_DEFAULT, SPARE_PRIORITY };

  for (guint i = 0; i < G_N_ELEMENTS (self->sources); i++)
    {
      self->sources[i] = g_source_new (&source_funcs, sizeof (KernelSource));
      ((KernelSource *) self->sources[i])->kernel = self;
      g_source_set_static_name (self->sources[i], "foliot kernel");
      g_source_set_priority (self->sources[i], priorities[i]);
      g_source_attach (self->sources[i], self->context);
    }
}

void
foliot_kernel_sources_destroy (FoliotKernel *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->sources); i++)
    if (self->sources[i] != NULL)
      {
        g_source_destroy (self->sources[i]);
        g_clear_pointer (&self->sources[i], g_source_unref);
      }
}
