/* SPDX-License-Identifier: MIT */
#include "foliot-gate-private.h"

#include "base/foliot-hash-private.h"

#include "foliot-hearing-private.h"
#include "foliot-kernel-struct.h"

/*
 * Arrivals of a turn are in one array. Sockets mostly become ready in the order of their ports, or there is only one,
 * so the array is looked at before it is sorted. A port's own arrivals come in their sequence, and (port, sequence) is
 * never equal: the order is total.
 *
 * A source brings one arrival at a time, in the order of its record, which was that order. Ports are looked up by their number
 * then, and only then are they kept.
 */

struct _FoliotGate
{
  GArray *arrivals;
  GPtrArray *ports; /* (nullable) by number − 1, when there is a source; NULL where one has gone */
  guint32 n_ports;
  gboolean is_sorted;
  gboolean was_used;
  const FoliotGateObserver *observer; /* (nullable) */
  gpointer observer_data;
};

static FoliotGate *
get_gate (FoliotKernel *self)
{
  if (self->gate == NULL)
    {
      self->gate = g_new0 (FoliotGate, 1);
      self->gate->arrivals = g_array_new (FALSE, FALSE, sizeof (FoliotArrival));
      self->gate->is_sorted = TRUE;
    }
  return self->gate;
}

FoliotGatePoint
_foliot_gate_get_point (FoliotKernel *self)
{
  FoliotTime reach
      = self->drive == FOLIOT_DRIVE_EXTERNAL ? MAX (self->target, self->head.now) : FOLIOT_TIME_NEVER;

  if (self->source != NULL)
    reach = MIN (reach, MIN (self->replay_until, self->limit));
  return (FoliotGatePoint){
    .dispatched = self->counts.dispatched,
    .time_ns = self->head.now,
    .horizon = reach,
    .is_held = self->n_holds > 0,
    .settles = self->n_holds > 0 && self->n_holds == self->n_settle_holds,
    .inside = self->head.sequence != 0,
  };
}

/* ---- ports ----------------------------------------------------------------------------------------------------- */

void
_foliot_gate_add_port_with (FoliotKernel *self, FoliotPort *port, const char *name,
                            void (*admit) (FoliotPort *port, FoliotArrival *arrival),
                            const FoliotPortReplay *replay)
{
  FoliotGate *gate = get_gate (self);

  *port = (FoliotPort){ .number = ++gate->n_ports, .name = name, .replay = replay, .admit = admit };
  if (gate->ports != NULL)
    g_ptr_array_add (gate->ports, port);
  if (gate->observer != NULL)
    gate->observer->opened (gate->observer_data, port);
}

void
_foliot_gate_add_port (FoliotKernel *self, FoliotPort *port, const char *name,
                       void (*admit) (FoliotPort *port, FoliotArrival *arrival))
{
  _foliot_gate_add_port_with (self, port, name, admit, NULL);
}

void
_foliot_gate_remove_port (FoliotKernel *self, FoliotPort *port)
{
  FoliotGate *gate = self->gate;

  if (gate != NULL && gate->ports != NULL && port->number > 0)
    g_ptr_array_index (gate->ports, port->number - 1) = NULL;
}

FoliotPort *
_foliot_gate_find_port (FoliotKernel *self, guint32 number)
{
  const FoliotGate *gate = self->gate;

  return gate != NULL && number > 0 && number <= gate->n_ports ? g_ptr_array_index (gate->ports, number - 1)
                                                               : NULL;
}

/* ---- observing ------------------------------------------------------------------------------------------------- */

void
_foliot_gate_set_observer (FoliotKernel *self, const FoliotGateObserver *observer, gpointer data)
{
  FoliotGate *gate = get_gate (self);

  gate->observer = observer;
  self->is_recorded |= observer != NULL;
  gate->observer_data = data;
}

void
_foliot_gate_depart (FoliotKernel *self, FoliotPort *port, GBytes *bytes, const GError *refusal)
{
  FoliotGate *gate = self->gate;

  port->n_departed++;
  gate->was_used = TRUE;
  if (self->digest_on)
    {
      gsize length;
      gconstpointer data = g_bytes_get_data (bytes, &length);

      foliot_digest_add_departure (&self->digest, port->number, port->n_departed, self->head.now,
                                   foliot_hash_bytes (data, length));
    }
  if (G_UNLIKELY (gate->observer != NULL))
    {
      FoliotGatePoint point = _foliot_gate_get_point (self);
      gate->observer->departed (gate->observer_data, port, &point, bytes, refusal);
    }
}

void
_foliot_gate_note (FoliotKernel *self, const char *name, FoliotValue *value, const GError *error)
{
  FoliotGate *gate = get_gate (self);
  FoliotGatePoint point = _foliot_gate_get_point (self);

  gate->was_used = TRUE;
  if (gate->observer != NULL)
    gate->observer->noted (gate->observer_data, &point, name, value, error);
}

void
foliot_gate_note_time (FoliotKernel *self)
{
  const FoliotGate *gate = self->gate;

  if (gate != NULL && gate->observer != NULL)
    {
      FoliotGatePoint point = _foliot_gate_get_point (self);
      gate->observer->moved (gate->observer_data, &point);
    }
}

void
foliot_gate_note_wait (FoliotKernel *self)
{
  const FoliotGate *gate = self->gate;

  if (gate != NULL && gate->observer != NULL)
    gate->observer->waits (gate->observer_data);
}

gboolean
_foliot_gate_was_used (FoliotKernel *self)
{
  return self->gate != NULL && self->gate->was_used;
}

/* ---- arriving -------------------------------------------------------------------------------------------------- */

static gint
compare (gconstpointer a, gconstpointer b)
{
  const FoliotArrival *first = a, *second = b;

  if (first->port->number != second->port->number)
    return first->port->number < second->port->number ? -1 : 1;
  return first->sequence < second->sequence ? -1 : first->sequence > second->sequence;
}

void
_foliot_gate_bring (FoliotKernel *self, FoliotPort *port, FoliotEventKind kind, GBytes *bytes, GError *error,
                    gpointer object)
{
  FoliotGate *gate = get_gate (self);
  guint n = gate->arrivals->len;

  if (n > 0 && g_array_index (gate->arrivals, FoliotArrival, n - 1).port->number > port->number)
    gate->is_sorted = FALSE;
  g_array_set_size (gate->arrivals, n + 1);
  g_array_index (gate->arrivals, FoliotArrival, n) = (FoliotArrival){
    .port = port,
    .sequence = ++port->sequence,
    .kind = kind,
    .bytes = bytes,
    .error = error,
    .object = object,
  };
}

static void
admit (FoliotKernel *self, FoliotArrival *arrival)
{
  FoliotGate *gate = self->gate;

  arrival->time_ns = self->head.now;
  gate->was_used = TRUE;
  if (gate->observer != NULL)
    {
      FoliotGatePoint point = _foliot_gate_get_point (self);
      gate->observer->arrived (gate->observer_data, arrival, &point);
    }
  arrival->port->admit (arrival->port, arrival);
  g_clear_pointer (&arrival->bytes, g_bytes_unref);
  g_clear_error (&arrival->error);
}

void
foliot_gate_admit_all (FoliotKernel *self)
{
  FoliotGate *gate = self->gate;

  if (gate == NULL || gate->arrivals->len == 0)
    return;
  if (!gate->is_sorted)
    g_array_sort (gate->arrivals, compare);
  for (guint i = 0; i < gate->arrivals->len; i++)
    admit (self, &g_array_index (gate->arrivals, FoliotArrival, i));
  g_array_set_size (gate->arrivals, 0);
  gate->is_sorted = TRUE;
}

void
foliot_gate_free (FoliotKernel *self)
{
  if (self->gate == NULL)
    return;
  g_array_unref (self->gate->arrivals);
  g_clear_pointer (&self->gate->ports, g_ptr_array_unref);
  g_clear_pointer (&self->gate, g_free);
}

/* ---- a record in the place of the outside ---------------------------------------------------------------------- */

void
_foliot_gate_set_source (FoliotKernel *self, const FoliotGateSource *source, gpointer data)
{
  FoliotGate *gate = get_gate (self);

  g_assert (source == NULL || gate->n_ports == 0);
  if (source != NULL)
    gate->ports = g_ptr_array_new ();
  self->source = source;
  self->source_data = data;
}

void
_foliot_gate_set_memory_func (FoliotKernel *self, FoliotRecordFunc func, gpointer data)
{
  self->memory_func = func;
  self->memory_data = data;
}

gboolean
_foliot_gate_is_replayed (FoliotKernel *self)
{
  return self->source != NULL;
}

void
_foliot_gate_bring_again (FoliotKernel *self, FoliotPort *port, FoliotEventKind kind, GBytes *bytes,
                          GError *error, FoliotValue *description)
{
  FoliotArrival arrival = {
    .port = port,
    .time_ns = self->head.now,
    .sequence = ++port->sequence,
    .kind = kind,
    .bytes = bytes,
    .error = error,
  };

  if (port->replay != NULL && port->replay->restore != NULL)
    port->replay->restore (port, &arrival, description);
  admit (self, &arrival);
}

gboolean
_foliot_gate_move_time (FoliotKernel *self, FoliotTime to)
{
  if (!foliot_kernel_await_pace (self, to))
    return FALSE;
  self->head.now = MAX (self->head.now, to);
  return TRUE;
}

void
_foliot_gate_free_time (FoliotKernel *self, FoliotTime until)
{
  self->free_until = until;
}

void
_foliot_gate_set_speed (FoliotKernel *self, double factor)
{
  self->keeps_pace = factor > 0;
  self->pace.factor = factor > 0 ? factor : 1;
  self->pace.started = FALSE;
}

gboolean
_foliot_gate_recall_departure (FoliotKernel *self, FoliotPort *port, GBytes *bytes, GError **error)
{
  FoliotGatePoint point = _foliot_gate_get_point (self);
  g_autoptr (GError) local = NULL;
  gboolean taken = self->source->depart (self->source_data, port, &point, bytes, &local);

  _foliot_gate_depart (self, port, bytes, local);
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return taken;
}

void
_foliot_gate_tell_other (FoliotKernel *self, FoliotPort *port, GBytes *recorded, GBytes *sent)
{
  FoliotGatePoint point = _foliot_gate_get_point (self);

  if (self->source->tell_other != NULL)
    self->source->tell_other (self->source_data, port, &point, recorded, sent);
}

gboolean
_foliot_gate_recall (FoliotKernel *self, const char *name, FoliotValue **out_value, GError **error)
{
  FoliotGatePoint point = _foliot_gate_get_point (self);

  *out_value = NULL;
  self->gate->was_used = TRUE;
  return self->source->recall (self->source_data, &point, name, out_value, error);
}

gboolean
_foliot_gate_mark (FoliotKernel *self, const char *name)
{
  FoliotGatePoint point = _foliot_gate_get_point (self);

  if (self->source != NULL)
    return self->source->pass_mark (self->source_data, &point, name);
  _foliot_gate_note (self, name, NULL, NULL);
  return TRUE;
}

FoliotValue *
foliot_kernel_observe (FoliotKernel *self, const char *name, FoliotObserveFunc func, gpointer user_data,
                       GError **error)
{
  g_autoptr (GError) local = NULL;
  FoliotValue *value = NULL;

  g_return_val_if_fail (IS_KERNEL (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);
  if (self->source != NULL)
    {
      _foliot_gate_recall (self, name, &value, &local);
      _foliot_kernel_hear (self, noted, name, value, local);
      if (local != NULL)
        g_propagate_error (error, g_steal_pointer (&local));
      return value;
    }
  value = func (user_data, &local);
  _foliot_gate_note (self, name, value, local);
  _foliot_kernel_hear (self, noted, name, value, local);
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return value;
}

guint64
foliot_gate_get_room (FoliotKernel *self, FoliotTime *limit)
{
  FoliotGatePoint point = _foliot_gate_get_point (self);

  return self->source->get_room (self->source_data, &point, limit);
}

/* What enters belongs to no event, as in a turn of service. */
gboolean
foliot_gate_enter (FoliotKernel *self, gboolean is_stuck)
{
  guint64 sequence = self->head.sequence, node_cause = self->node_cause;
  guint32 node = self->head.node;
  FoliotGatePoint point = _foliot_gate_get_point (self);
  gboolean entered;

  self->head.sequence = self->node_cause = 0;
  self->head.node = 0;
  entered = self->source->enter (self->source_data, &point, is_stuck);
  self->head.sequence = sequence;
  self->node_cause = node_cause;
  self->head.node = node;
  return entered;
}

gboolean
foliot_gate_fail (FoliotKernel *self, const char *why, GError **error)
{
  FoliotGatePoint point = _foliot_gate_get_point (self);
  g_autoptr (GError) local = NULL;

  self->source->fail (self->source_data, &point, why, &local);
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}
