/* SPDX-License-Identifier: MIT */
#pragma once

#include "scenario/foliot-event-log.h"
#include "kernel/foliot-gate-private.h"
#include "scenario/foliot-scenario-private.h"
#include "scenario/foliot-table.h"

/* What an agent asks of the master; on the fiber that waits for the answer. @args: a map of named arguments, all there. */
typedef FoliotValue *(*FoliotMasterFunc) (const char *method, FoliotValue *args, gpointer user_data,
                                          GError **error);

struct _FoliotWorld
{
  GObject parent_instance;
  FoliotScenario *scenario;
  FoliotKernel *kernel;
  FoliotNetwork *network;      /* nullable: no links */
  GPtrArray *containers;       /* of FoliotContainer */
  GPtrArray *agents;           /* of FoliotAgent, in the order of the scenario */
  GPtrArray *tables;           /* of FoliotTable, in the order of the outputs */
  FoliotTime until;            /* no event at or after this time runs */
  FoliotDate started;          /* wall clock, for machine.json alone */
  GError *failure;             /* the first agent that failed */
  FoliotFuture *ended;         /* nullable; of foliot_world_serve(): by a failure alone */
  guint n_starting;            /* agents whose init has not ended */
  char *socket_folder;         /* nullable: where its Unix sockets are */
  GPtrArray *late;             /* nullable: of Sampler: samples that wait for messages of their time */
  FoliotHold *late_hold;       /* nullable: while there are any */
  FoliotEventLog *log;         /* nullable: keeps events for the results */
  gboolean divided;            /* it has one of the scenario's containers, other processes have the others */
  guint own;                   /* which one, if divided */
  FoliotContainer *control;    /* nullable: over which processes direct each other */
  char *keeper_url;            /* nullable: of a world that is directed by another process */
  GStrv urls;                  /* nullable: base URLs of all containers, if divided */
  GPtrArray *children;         /* nullable: of FoliotChild: the processes of the further containers */
  FoliotFuture *directed;      /* nullable: settles when the director has come to the end */
  FoliotTime heading;          /* where the director sends all of them */
  gboolean stopping;           /* the other processes were told to end */
  gboolean collected;          /* what agents recorded there was brought back, as far as it could be */
  gboolean has_cause;          /* the failure is what it is */
  FoliotScope *scope;          /* nullable: of a coupled world: whoever moves its time */
  FoliotFuture *moving;        /* nullable: the advance that is under way */
  GArray *ids;                 /* of guint: of each agent in its container; G_MAXUINT: not made yet */
  GArray *n_ids;               /* of guint: given out in each container */
  GArray *n_entities;          /* of guint: agents that the master has made of each model */
  gboolean coupled;            /* a master sets the time */
  gboolean entities_later;     /* and makes the agents of the models */
  gboolean finished;           /* the master has come to its end */
  FoliotTime *dues;            /* nullable: of the next samples, if divided and coupled */
  GPtrArray *inputs_elsewhere; /* of FoliotValue: what a master tells agents elsewhere */
  FoliotValue *outputs_elsewhere; /* nullable: of each process {agent: {name: value}} */
  FoliotMasterFunc master;        /* nullable: nobody can be asked */
  gpointer master_data;
  gboolean owns_folder;
  gboolean has_sockets; /* its containers talk over real ones, and whoever steps it waits for them */
  gboolean through_codec;
  gboolean closed;
  FoliotRecorder *recorder; /* nullable */
  FoliotWitness *witness;   /* nullable */
  gboolean owns_witness;
  FoliotStage *stage;   /* nullable; borrowed */
  gboolean is_recorded; /* by it, or by whoever gave the kernel; or it is a replay */
  char *record_beside;  /* nullable: the processes of the run write their own recordings beside this one */
  char *recording;      /* nullable: its name, in all of them */
  gboolean record_sent; /* all of them keep what is sent */
  GError *part_error;   /* nullable: one of them is not whole */
};

/* The kernel is there, and nothing else: records, or plays back; foliot-world-journal.c. */
gboolean _foliot_world_begin_journal (FoliotWorld *world, const FoliotWorldOptions *options, GError **error);

/*
 * How containers are connected; foliot-world-transport.c.
 *
 * A sample comes after everything else of its time. Over sockets that is when nothing is on its way any more, which time
 * being held tells: the sample is put off then, and whoever steps the world brings it back when nothing else is held.
 */
FoliotTransport *_foliot_world_make_transport (FoliotWorld *world, const FoliotWorldOptions *options,
                                               GError **error);
FoliotAddress *_foliot_world_make_address (FoliotWorld *world, const FoliotWorldOptions *options,
                                           guint container, GError **error);
/* Of the container over which processes direct each other. */
FoliotAddress *_foliot_world_make_control_address (FoliotWorld *world);
/* Nothing can run. Returns: whether to try again: something may have come, or a sample is due now. */
gboolean _foliot_world_wait_for_sockets (FoliotWorld *world, GError **error);
/* Whether anything can still come. */
gboolean _foliot_world_wait_a_while (FoliotWorld *world);
/* After the kernel has gone. */
void _foliot_world_remove_sockets (FoliotWorld *world);
/* Whether a sample would come too early. */
gboolean _foliot_world_is_waiting (FoliotWorld *world);
/* Brings back the samples that were put off. */
void _foliot_world_resume_samples (FoliotWorld *world);

/*
 * _foliot_world_deliver:
 * @input, @method: one of the two; static
 * @at: not before now
 * @value: transfer none
 *
 * Brings @value to @agent at the time @at: an event of the agent, before everything else of that time. The one
 * way in, whoever the master is: a series of the scenario or a simulator that sets the time.
 */
void _foliot_world_deliver (FoliotWorld *world, guint agent, const FoliotInput *input,
                            const FoliotMethod *method, FoliotTime at, FoliotValue *value);
/*
 * _foliot_world_bring_now:
 *
 * In an event of the agent: does what the event of _foliot_world_deliver() does.
 *
 * Returns: whether @agent has an input or a method of this name
 */
gboolean _foliot_world_bring_now (FoliotWorld *world, FoliotAgent *agent, const char *name,
                                  gboolean is_method, FoliotValue *value);
/* @value: (nullable) (transfer none): what the method returned; NULL: it failed, or never ran. Called once. */
typedef void (*FoliotReplyFunc) (FoliotValue *value, gpointer user_data);
/* The same, of a method, and somebody wants to know what it returns. */
void _foliot_world_call (FoliotWorld *world, guint agent, const FoliotMethod *method, FoliotTime at,
                         FoliotValue *value, FoliotReplyFunc reply, gpointer user_data);

/* Whether it is there in name alone: the world is played for others. */
static inline gboolean
_foliot_world_is_stub (FoliotWorld *world, FoliotAgent *agent)
{
  return world->stage != NULL && G_OBJECT_TYPE (agent) == FOLIOT_TYPE_AGENT;
}

/* Ends the run: `<agent>: <what> failed at <time> s: <message>`. The first failure counts. */
void _foliot_world_fail (FoliotWorld *world, const char *agent, const char *what, const GError *why);

/* ---- foliot-world-agents.c ---- */

/* Makes all of them whose container is here, but for those that a master makes. */
gboolean _foliot_world_make_agents (FoliotWorld *world, GError **error);
/* Starts the agents that are here, in their order. */
gboolean _foliot_world_start_agents (FoliotWorld *world, GError **error);
/* Makes the agent, if its container is here. */
gboolean _foliot_world_make_agent (FoliotWorld *world, guint index, GError **error);
/* Starts one that is here. Returns: (transfer full): settled when its init has ended, well or not. */
FoliotFuture *_foliot_world_start_agent (FoliotWorld *world, guint index);
/* Index of an agent that is made, here or elsewhere; −1 with UNKNOWN. */
int _foliot_world_find_agent (FoliotWorld *world, const char *name, GError **error);

/* Tells the agent that asks the master whose it is; foliot-world-master.c. */
void _foliot_world_adopt_master (FoliotWorld *world, FoliotAgent *agent);

/* @cells: of the outputs alone; transfer full. @index: in the table's agents; it must be here. */
void _foliot_world_sample_agent (FoliotWorld *world, const FoliotOutputSpec *spec, guint index,
                                 FoliotValue **cells);
/* A list of all cells. */
FoliotValue *_foliot_world_dup_row (FoliotTable *table, gsize row);

/* Posts the first rows and samples, before the first event. */
void _foliot_world_start_inputs (FoliotWorld *world);
void _foliot_world_start_outputs (FoliotWorld *world);
