/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-kernel.h>

/*
 * The gate: the one place where the outside enters.
 *
 * Whoever reads from outside has a port. What is read in one turn of service is brought to the gate, which orders it by
 * port and by the sequence on the port, stamps it with the time, shows it to the observer, and hands it to its port,
 * which posts it. So what a run sees depends on what arrived in which turn, and not on which socket was ready first.
 *
 * Ports are numbered in the order in which they are made, which the world decides for everything that it opens itself.
 */

typedef struct _FoliotPort FoliotPort;

typedef struct
{
  FoliotPort *port;
  FoliotTime time_ns;
  guint64 sequence; /* on its port, from 1 */
  FoliotEventKind kind;
  GBytes *bytes;   /* (nullable) a message */
  GError *error;   /* (nullable) why it ended or failed */
  gpointer object; /* (nullable) what was opened */
} FoliotArrival;

struct _FoliotPort
{
  guint32 number;
  guint64 sequence;
  const char *name; /* stable; owned by whoever owns the port */
  /* Posts the event. Takes what it wants of @arrival (steals pointers); @object is its own affair. */
  void (*admit) (FoliotPort *port, FoliotArrival *arrival);
};

void _foliot_gate_add_port (FoliotKernel *kernel, FoliotPort *port, const char *name,
                            void (*admit) (FoliotPort *port, FoliotArrival *arrival));
/* In a turn of service. @bytes, @error: (transfer full) (nullable). */
void _foliot_gate_bring (FoliotKernel *kernel, FoliotPort *port, FoliotEventKind kind, GBytes *bytes,
                         GError *error, gpointer object);

/* One observer: is shown each arrival, in order, before it is posted. */
typedef void (*FoliotGateFunc) (FoliotKernel *kernel, const FoliotArrival *arrival, gpointer user_data);
void _foliot_gate_set_observer (FoliotKernel *kernel, FoliotGateFunc func, gpointer user_data);
