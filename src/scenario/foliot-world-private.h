/* SPDX-License-Identifier: MIT */
#pragma once

#include "scenario/foliot-scenario-private.h"
#include "scenario/foliot-table.h"

struct _FoliotWorld
{
  GObject parent_instance;
  FoliotScenario *scenario;
  FoliotKernel *kernel;
  FoliotNetwork *network; /* nullable: no links */
  GPtrArray *containers;  /* of FoliotContainer */
  GPtrArray *agents;      /* of FoliotAgent, in the order of the scenario */
  GPtrArray *tables;      /* of FoliotTable, in the order of the outputs */
  FoliotTime until;       /* no event at or after this time runs */
  FoliotDate started;     /* wall clock, for machine.json alone */
  GError *failure;        /* the first agent that failed */
  FoliotFuture *ended;    /* nullable; of foliot_world_serve(): by a failure alone */
  guint n_starting;       /* agents whose init has not ended */
  gboolean through_codec;
  gboolean closed;
};

/*
 * _foliot_world_deliver:
 * @value: transfer none
 *
 * Brings @value to an input of @agent at the present time: an event of the agent, before everything else of this time. The one
 * way in, whoever the master is: a series of the scenario or a simulator that sets the time.
 */
void _foliot_world_deliver (FoliotWorld *world, guint agent, const FoliotInput *input, FoliotValue *value);

/* Ends the run: `<agent>: <what> failed at <time> s: <message>`. The first failure counts. */
void _foliot_world_fail (FoliotWorld *world, const char *agent, const char *what, const GError *why);

/* Posts the first rows and samples, before the first event. */
void _foliot_world_start_inputs (FoliotWorld *world);
void _foliot_world_start_outputs (FoliotWorld *world);
