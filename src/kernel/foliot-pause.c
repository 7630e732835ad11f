/* SPDX-License-Identifier: MIT */
#include "foliot-pause-private.h"

#include "foliot-gate-private.h"
#include "foliot-kernel-private.h"
#include "foliot-kernel-struct.h"
#include "foliot-poll-private.h"

/* A deadline among the descriptors, a port at the gate, and a hold; its end is an event. */

struct _FoliotPause
{
  FoliotPollEntry entry;
  FoliotPort port;
  FoliotKernel *kernel; /* NULL once it is over */
  FoliotHold *hold;     /* (nullable) */
  guint32 node;
  guint64 event; /* that ends it; 0: not yet */
  FoliotPauseFunc func;
  gpointer user_data;
};

static void
end (gpointer target, gpointer payload)
{
  FoliotPause *pause = target;

  pause->event = 0;
  _foliot_gate_remove_port (pause->kernel, &pause->port);
  pause->kernel = NULL;
  g_clear_pointer (&pause->hold, foliot_hold_release);
  pause->func (pause->user_data);
}

static void
admit (FoliotPort *port, FoliotArrival *arrival)
{
  FoliotPause *pause = arrival->object;

  pause->event = _foliot_kernel_post_to (pause->kernel, pause->node, arrival->time_ns,
                                         FOLIOT_PRIORITY_DEFAULT, arrival->kind, end, pause, NULL);
}

/* The record says when it is over. */
static void
restore (FoliotPort *port, FoliotArrival *arrival, FoliotValue *description)
{
  FoliotPause *pause = (FoliotPause *) ((guint8 *) port - G_STRUCT_OFFSET (FoliotPause, port));

  _foliot_poll_remove (&pause->entry);
  arrival->object = pause;
}

static const FoliotPortReplay port_replay = { .kind = "pause", .restore = restore };

static void
expired (FoliotPollEntry *entry)
{
  FoliotPause *pause = (FoliotPause *) entry;

  _foliot_poll_remove (entry);
  _foliot_gate_bring (pause->kernel, &pause->port, FOLIOT_EVENT_GATE, NULL, NULL, pause);
}

static void
ignore (FoliotPollEntry *entry, guint32 events)
{
}

/* The pause stays with its owner, and says no more. */
static void
closed (FoliotPollEntry *entry, gboolean at_last)
{
  _foliot_poll_remove (entry);
  ((FoliotPause *) entry)->kernel = NULL;
}

/* The same for one whose event was dropped. */
static void
drop (gpointer target, gpointer payload)
{
  FoliotPause *pause = target;

  pause->event = 0;
  pause->kernel = NULL;
}

static const FoliotPollClass pause_class = { .ready = ignore, .expired = expired, .closed = closed };

FoliotPause *
_foliot_pause_new (FoliotKernel *kernel, const char *why, guint delay_ms, FoliotPauseFunc func,
                   gpointer user_data)
{
  g_autofree FoliotPause *pause = g_new0 (FoliotPause, 1);

  if (!_foliot_poll_add (kernel, &pause->entry, &pause_class, -1, 0))
    return NULL;
  pause->kernel = kernel;
  pause->node = why != NULL ? _foliot_kernel_get_node (kernel) : 0;
  pause->func = func;
  pause->user_data = user_data;
  _foliot_gate_add_port_with (kernel, &pause->port, "pause", admit, &port_replay);
  _foliot_kernel_set_drop_func (kernel, end, drop);
  _foliot_poll_set_limit (&pause->entry, MAX (delay_ms, 1));
  if (why != NULL)
    pause->hold = foliot_kernel_hold (kernel, why, 0);
  return g_steal_pointer (&pause);
}

void
_foliot_pause_free (FoliotPause *pause)
{
  _foliot_poll_remove (&pause->entry);
  if (pause->event != 0 && pause->kernel != NULL)
    foliot_kernel_cancel (pause->kernel, pause->event);
  if (pause->kernel != NULL)
    _foliot_gate_remove_port (pause->kernel, &pause->port);
  g_clear_pointer (&pause->hold, foliot_hold_release);
  g_free (pause);
}

static FoliotValue *
read_clock (gpointer user_data, GError **error)
{
  return foliot_value_new_int (foliot_realtime_now_us ());
}

gint64
_foliot_pause_get_clock_us (FoliotKernel *kernel)
{
  g_autoptr (FoliotValue) now = foliot_kernel_observe (kernel, "clock", read_clock, NULL, NULL);

  return now != NULL ? foliot_value_get_int (now) : 0;
}
