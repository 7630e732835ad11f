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
 *
 * What leaves is shown to the observer, too, and what the outside answers at once (where do we listen? what time is it?). So an
 * observer sees all that a run had from outside, and all that it said: it can record the run. A source plays such a record
 * back: it says at which point of the run what enters, and nothing outside is asked any more.
 */

typedef struct _FoliotPort FoliotPort;

/* A point of a run between two of its events: the same in each run of the same world. */
typedef struct
{
  guint64 dispatched; /* events so far, with that which is being dispatched */
  FoliotTime time_ns;
  FoliotTime horizon; /* time may go so far without anybody's leave */
  gboolean is_held;   /* time may not move at all */
  gboolean settles;   /* … and nobody holds it but those who settle, who go on by themselves */
  gboolean inside;    /* an event is being dispatched */
} FoliotGatePoint;

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

/* How a record tells what is not bytes; a port without it brings bytes and errors alone. */
typedef struct
{
  const char *kind; /* "link", "connect", … */
  /* (nullable) Returns: (transfer full) (nullable): plain data, from which restore makes the same again. */
  FoliotValue *(*describe) (FoliotPort *port, const FoliotArrival *arrival);
  /* (nullable) Makes the object of an arrival of a record, and whatever else was done when it was read. @description: (nullable). */
  void (*restore) (FoliotPort *port, FoliotArrival *arrival, FoliotValue *description);
} FoliotPortReplay;

struct _FoliotPort
{
  guint32 number;
  guint64 sequence;
  guint64 n_departed;
  const char *name;               /* stable; owned by whoever owns the port */
  const FoliotPortReplay *replay; /* (nullable) */
  /* Posts the event. Takes what it wants of @arrival (steals pointers); @object is its own affair. */
  void (*admit) (FoliotPort *port, FoliotArrival *arrival);
};

void _foliot_gate_add_port (FoliotKernel *kernel, FoliotPort *port, const char *name,
                            void (*admit) (FoliotPort *port, FoliotArrival *arrival));
/* The same, for a port that brings more than bytes and errors. */
void _foliot_gate_add_port_with (FoliotKernel *kernel, FoliotPort *port, const char *name,
                                 void (*admit) (FoliotPort *port, FoliotArrival *arrival),
                                 const FoliotPortReplay *replay);
/* Before the port's memory goes; not needed once the kernel is closed. Nothing enters through it any more. */
void _foliot_gate_remove_port (FoliotKernel *kernel, FoliotPort *port);
/* In a turn of service. @bytes, @error: (transfer full) (nullable). */
void _foliot_gate_bring (FoliotKernel *kernel, FoliotPort *port, FoliotEventKind kind, GBytes *bytes,
                         GError *error, gpointer object);
/* A message was given to the wire behind @port. @refusal: (nullable): and not taken. */
void _foliot_gate_depart (FoliotKernel *kernel, FoliotPort *port, GBytes *bytes, const GError *refusal);
/* What the outside answered at once. @value, @error: (nullable): one of them. */
void _foliot_gate_note (FoliotKernel *kernel, const char *name, FoliotValue *value, const GError *error);
/*
 * _foliot_gate_mark:
 *
 * Whoever steps the kernel does something now that no event tells of; a record says at which point, and does not go past it before
 * he is there. Outside of events. Returns: FALSE: with a source, when its record has nothing of the kind here.
 */
gboolean _foliot_gate_mark (FoliotKernel *kernel, const char *name);
/* A mark behind which the run does not go on: a source interrupts the kernel that comes to it. */
#define FOLIOT_GATE_CUT "the run is cut here"
/* Whether anything came from outside, or went there. */
gboolean _foliot_gate_was_used (FoliotKernel *kernel);

/* One observer, of all that goes through; each function in the order in which things happen. */
typedef struct
{
  void (*opened) (gpointer data, const FoliotPort *port);
  /* Before it is admitted. */
  void (*arrived) (gpointer data, const FoliotArrival *arrival, const FoliotGatePoint *point);
  void (*departed) (gpointer data, const FoliotPort *port, const FoliotGatePoint *point, GBytes *bytes,
                    const GError *refusal);
  void (*noted) (gpointer data, const FoliotGatePoint *point, const char *name, FoliotValue *value,
                 const GError *error);
  /* Somebody else than an event moved time. */
  void (*moved) (gpointer data, const FoliotGatePoint *point);
  /* The kernel is about to wait for the outside. */
  void (*waits) (gpointer data);
} FoliotGateObserver;

/* @observer: (nullable): nobody observes any more. */
void _foliot_gate_set_observer (FoliotKernel *kernel, const FoliotGateObserver *observer, gpointer data);

/* ---- a record that is played back ------------------------------------------------------------------------------ */

/*
 * FoliotGateSource:
 *
 * Takes the place of the outside, from the first event on. No descriptor is polled, no limit in wall-clock time runs out, and a
 * REALTIME kernel stands still, but for what the source does. Time waits for nobody, unless a speed is set.
 */
typedef struct
{
  /* Returns: how many events may run until something enters; *@limit can be lowered: no later one than this. */
  guint64 (*get_room) (gpointer data, const FoliotGatePoint *point, FoliotTime *limit);
  /*
   * Lets enter what enters here: _foliot_gate_bring_again(), _foliot_gate_move_time(). @is_stuck: nothing can run otherwise.
   * Returns: whether anything did.
   */
  gboolean (*enter) (gpointer data, const FoliotGatePoint *point, gboolean is_stuck);
  /* A message would go to the wire. Returns: FALSE: it was not taken. */
  gboolean (*depart) (gpointer data, FoliotPort *port, const FoliotGatePoint *point, GBytes *bytes,
                      GError **error);
  /* What the outside answered. Returns: FALSE: with @error, which is what it answered, or that nobody knows. */
  gboolean (*recall) (gpointer data, const FoliotGatePoint *point, const char *name, FoliotValue **out_value,
                      GError **error);
  /* Whether the record has this mark here, which is behind us then. */
  gboolean (*pass_mark) (gpointer data, const FoliotGatePoint *point, const char *name);
  /* What was let in by @port, which another end in this world sends to: that sent @sent now, (nullable) or nothing. */
  void (*tell_other) (gpointer data, FoliotPort *port, const FoliotGatePoint *point, GBytes *recorded,
                      GBytes *sent);
  /* Nothing enters any more, and time is held: (nullable) by @why. Sets @error. */
  void (*fail) (gpointer data, const FoliotGatePoint *point, const char *why, GError **error);
} FoliotGateSource;

/* Before the first port is made. */
void _foliot_gate_set_source (FoliotKernel *kernel, const FoliotGateSource *source, gpointer data);
/* With a source: as foliot_kernel_set_record_func(), beside that. */
void _foliot_gate_set_memory_func (FoliotKernel *kernel, FoliotRecordFunc func, gpointer data);
gboolean _foliot_gate_is_replayed (FoliotKernel *kernel);
/* Returns: (nullable): a port that is still there. */
FoliotPort *_foliot_gate_find_port (FoliotKernel *kernel, guint32 number);
/* Admits at once. @bytes, @error: (transfer full) (nullable); @description: (nullable). Outside of events. */
void _foliot_gate_bring_again (FoliotKernel *kernel, FoliotPort *port, FoliotEventKind kind, GBytes *bytes,
                               GError *error, FoliotValue *description);
/* Never back. Outside of events. Returns: FALSE: it keeps pace, somebody interrupts its waiting, and time stays where it is. */
gboolean _foliot_gate_move_time (FoliotKernel *kernel, FoliotTime to);
/* With a source: a REALTIME kernel goes to what is due next by itself, up to @until. */
void _foliot_gate_free_time (FoliotKernel *kernel, FoliotTime until);
/* With a source: time goes at @factor times real time from now on, at most; 0: as fast as it can. Waiting is of no event. */
void _foliot_gate_set_speed (FoliotKernel *kernel, double factor);
/* As of the source. */
gboolean _foliot_gate_recall_departure (FoliotKernel *kernel, FoliotPort *port, GBytes *bytes,
                                        GError **error);
void _foliot_gate_tell_other (FoliotKernel *kernel, FoliotPort *port, GBytes *recorded, GBytes *sent);
gboolean _foliot_gate_recall (FoliotKernel *kernel, const char *name, FoliotValue **out_value,
                              GError **error);
FoliotGatePoint _foliot_gate_get_point (FoliotKernel *kernel);
