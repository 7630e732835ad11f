/* SPDX-License-Identifier: MIT */
#include "foliot-gate-private.h"

#include "foliot-kernel-struct.h"

/*
 * Arrivals of a turn are in one array. Sockets mostly become ready in the order of their ports, or there is only one,
 * so the array is looked at before it is sorted. A port's own arrivals come in their sequence, and (port, sequence) is
 * never equal: the order is total.
 */

struct _FoliotGate
{
  GArray *arrivals;
  guint32 n_ports;
  gboolean is_sorted;
  FoliotGateFunc observer;
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

void
_foliot_gate_add_port (FoliotKernel *self, FoliotPort *port, const char *name,
                       void (*admit) (FoliotPort *port, FoliotArrival *arrival))
{
  *port = (FoliotPort){ .number = ++get_gate (self)->n_ports, .name = name, .admit = admit };
}

void
_foliot_gate_set_observer (FoliotKernel *self, FoliotGateFunc func, gpointer user_data)
{
  FoliotGate *gate = get_gate (self);

  gate->observer = func;
  gate->observer_data = user_data;
}

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

void
foliot_gate_admit_all (FoliotKernel *self)
{
  FoliotGate *gate = self->gate;

  if (gate == NULL || gate->arrivals->len == 0)
    return;
  if (!gate->is_sorted)
    g_array_sort (gate->arrivals, compare);
  for (guint i = 0; i < gate->arrivals->len; i++)
    {
      FoliotArrival *arrival = &g_array_index (gate->arrivals, FoliotArrival, i);

      arrival->time_ns = self->head.now;
      if (gate->observer != NULL)
        gate->observer (self, arrival, gate->observer_data);
      arrival->port->admit (arrival->port, arrival);
      g_clear_pointer (&arrival->bytes, g_bytes_unref);
      g_clear_error (&arrival->error);
    }
  g_array_set_size (gate->arrivals, 0);
  gate->is_sorted = TRUE;
}

void
foliot_gate_free (FoliotKernel *self)
{
  if (self->gate == NULL)
    return;
  g_array_unref (self->gate->arrivals);
  g_clear_pointer (&self->gate, g_free);
}
