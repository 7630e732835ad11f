/* SPDX-License-Identifier: MIT */
#pragma once

#include "cosim/foliot-helics-library-private.h"

#include <foliot/foliot-codec.h>

/*
 * What is said between a world and a federation, as JSON: each request is answered by one grant. Both are what the journal
 * records of the port `helics`.
 *
 *   {"enter": true}                                                      → {"time": 0, "inputs": {…}, "messages": […]}
 *   {"publish": {KEY: VALUE, …}, "send": [[ENDPOINT, TO, TEXT], …], "request": NS}  → {"time": NS, "inputs": {…}, "messages": […]}
 *   {"publish": {…}, "send": […], "leave": true}                         → null
 *
 * A text that is no UTF-8 is {"base64": TEXT}.
 */

typedef struct
{
  char *key;
  FoliotHelicsType type;
  char *unit;         /* nullable */
  GPtrArray *targets; /* of char */
  void *handle;       /* the library's */
} FoliotHelicsInterface;

typedef struct
{
  char *name;
  double value;
} FoliotHelicsSetting;

/* What a federate is: unchanged from enter on. */
typedef struct
{
  FoliotHelicsLibrary library;
  char *name, *core;
  char *broker, *core_init; /* nullable */
  GArray *flags;            /* of FoliotHelicsSetting; not 0 is on */
  GArray *properties;       /* likewise */
  GPtrArray *inputs;        /* of FoliotHelicsInterface, in the order of registration */
  GPtrArray *publications;  /* likewise */
  GPtrArray *endpoints;     /* likewise */
} FoliotHelicsSetup;

FoliotHelicsSetup *_foliot_helics_setup_new (const FoliotHelicsOptions *options);
void _foliot_helics_setup_free (FoliotHelicsSetup *setup);
guint _foliot_helics_setup_add (GPtrArray *interfaces, const char *key, FoliotHelicsType type,
                                const char *unit);

/* The library's side of the conversation. All of it blocks; one thread at a time. */
typedef struct _FoliotHelicsFederate FoliotHelicsFederate;
FoliotHelicsFederate *_foliot_helics_federate_new (FoliotHelicsSetup *setup);
/* Leaves the federation. */
void _foliot_helics_federate_free (FoliotHelicsFederate *self);
/* Returns: (transfer full) (nullable). */
GBytes *_foliot_helics_federate_answer (FoliotHelicsFederate *self, GBytes *question, GError **error);
/* From any thread: ends the answer that is being waited for, if the federate exists by now. */
void _foliot_helics_federate_break_off (FoliotHelicsFederate *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotHelicsFederate, _foliot_helics_federate_free)
