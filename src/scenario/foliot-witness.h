/* SPDX-License-Identifier: MIT */
#pragma once

#include "scenario/foliot-world-private.h"

/* How a world tells its witness what no hearing of the kernel tells. @witness: (nullable) in all of these. */

/* The kernel is there, and nothing else. @recorder: (nullable): who writes what is heard, if it has no file of its own. */
gboolean _foliot_witness_attach (FoliotWitness *witness, FoliotWorld *world, FoliotRecorder *recorder,
                                 GError **error);
/* The containers are there, and now its agents are made. */
void _foliot_witness_see_world (FoliotWitness *witness);
/* The master makes an agent. */
void _foliot_witness_see_admission (FoliotWitness *witness, const char *model, FoliotValue *params);
/* What is made from now on is made by agents. */
void _foliot_witness_see_admitted (FoliotWitness *witness);
void _foliot_witness_see_start (FoliotWitness *witness, FoliotAgent *agent);
/* The run is over. Idempotent. Error: of the journal. */
gboolean _foliot_witness_end (FoliotWitness *witness, GError **error);
/* A witness that hears all agents, and writes into the journal of the run. */
FoliotWitness *_foliot_witness_new_for_all (void);
