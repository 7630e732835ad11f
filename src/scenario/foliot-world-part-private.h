/* SPDX-License-Identifier: MIT */
#pragma once

#include "scenario/foliot-world-private.h"

/*
 * A world of a scenario whose containers are in several processes. Each process has one of the scenario's containers, and the agents
 * that live there; the first one directs.
 */

/* ---- foliot-world-part.c: what every one of them has ---- */

gboolean _foliot_world_has_container (FoliotWorld *world, guint container);
/* By its number in the scenario; it must be here. */
FoliotContainer *_foliot_world_get_container_of (FoliotWorld *world, guint container);
/* Of any agent of the scenario, wherever it lives. */
char *_foliot_world_dup_agent_url (FoliotWorld *world, guint index);
/* @urls: a list of the base URLs of all containers. Error: FOLIOT_ERROR_VALUE. */
gboolean _foliot_world_set_urls (FoliotWorld *world, FoliotValue *urls, GError **error);
/* Whether the agent is there, here or elsewhere: a master may not have made it yet. */
gboolean _foliot_world_has_made (FoliotWorld *world, guint agent);
/* The next agent of a model, as the file describes it, or beyond its count; made if its container is here. Every process of a
 * run admits the same in the same order. Error: UNKNOWN, TYPE. */
gboolean _foliot_world_admit (FoliotWorld *world, const char *model, FoliotValue *params, guint *out_agent,
                              GError **error);
/* The outputs of the agents here for a sampled table: a list of rows, in the order of the table. */
FoliotValue *_foliot_world_sample_own (FoliotWorld *world, guint output);
/* In a world that is directed by another process. */
gboolean _foliot_world_add_keeper (FoliotWorld *world, GError **error);

/* All processes have read it: nobody who ends this one leaves it behind. */
void _foliot_world_forget_key (FoliotWorld *world);

/* ---- foliot-world-director.c: what the first has ---- */

/* Starts the other processes, runs the scenario in all of them, and fills the tables. */
void _foliot_world_direct (FoliotWorld *world, const FoliotWorldOptions *options);
/* Outside of events, when the run is over: if it was cut, lets the other processes end by themselves, if they are recorded. */
void _foliot_world_end_parts (FoliotWorld *world);

/* ---- foliot-world-cause.c: when a process ends ---- */

/* One event; if there is none, waits for the outside. Returns: whether anything can still come. */
gboolean _foliot_world_step_patiently (FoliotWorld *world);
/* Nothing can run. Returns: whether to try again. Sets the world's failure when a process has ended. */
gboolean _foliot_world_wait_for_processes (FoliotWorld *world, GError **error);
/* The world has failed: if that came of the end of a process, that is the failure. */
void _foliot_world_find_cause (FoliotWorld *world);
/* The same, on a fiber that waits. */
void _foliot_world_await_cause (FoliotWorld *world);

/* ---- foliot-world-collect.c ---- */

/* The tables that agents fill, of all processes. On a fiber. */
gboolean _foliot_world_collect (FoliotWorld *world, GError **error);
/* The run is over: brings back what agents of other processes recorded, if it did not come to its end. */
void _foliot_world_bring_back (FoliotWorld *world);
/* The same on a fiber, from which nobody can drive the kernel: for a world that lives in somebody else's. */
void _foliot_world_bring_back_on_fiber (FoliotWorld *world);

/* ---- foliot-world-director.c: for a master that sets the time; on a fiber, as all of it waits ---- */

/* As foliot_world_advance_to(), in all processes. */
gboolean _foliot_world_go_to_all (FoliotWorld *world, FoliotTime to, FoliotTime *out_next, GError **error);
/* Collects what agents elsewhere recorded, and ends the other processes. */
gboolean _foliot_world_end_all (FoliotWorld *world, GError **error);
/* Tells the others of an agent that is admitted here. */
gboolean _foliot_world_admit_everywhere (FoliotWorld *world, const char *model, FoliotValue *params,
                                         GError **error);
FoliotFuture *_foliot_world_start_elsewhere (FoliotWorld *world, guint agent);
