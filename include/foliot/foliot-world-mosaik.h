/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-mosaik.h>
#include <foliot/foliot-scenario.h>

G_BEGIN_DECLS

/**
 * FoliotWorldMosaik: (skip)
 *
 * A scenario as a simulator of mosaik, as its section `cosim` says: the keywords of init are settings, entities are agents, a step
 * brings inputs, goes to its time, and waits until nothing of that is left to do.
 */
typedef struct _FoliotWorldMosaik FoliotWorldMosaik;

/**
 * FoliotWorldMosaikFunc: (skip)
 * @why: (nullable): the co-simulation has not ended well: an agent failed, or the connection was lost in the middle of a step
 *   (%FOLIOT_ERROR_CONNECTION_RESET)
 *
 * The co-simulation is over, and mosaik is told when this returns, which may end the process a moment later: so here results are
 * written. Called once, on a large stack, if there is a world; it must not wait.
 */
typedef void (*FoliotWorldMosaikFunc) (FoliotWorldMosaik *self, const GError *why, gpointer user_data);

/**
 * FoliotWorldMosaikOptions: (skip)
 * @address: `HOST:PORT`
 * @remote: listens there for mosaik to connect, instead of connecting to it
 * @timeout_s: how long mosaik may take to call init; 0: for ever
 * @registry: (nullable): as for foliot_scenario_load()
 * @module_dirs: (array zero-terminated=1) (nullable): likewise
 *
 * Where mosaik is, and what is needed to make a world when it calls. What it points to must stay.
 */
typedef struct
{
  const char *address;
  gboolean remote;
  guint timeout_s;
  FoliotRegistry *registry;
  const char *const *module_dirs;
} FoliotWorldMosaikOptions;

/**
 * foliot_world_mosaik_new: (skip)
 * @scenario: as it is before mosaik's keywords
 * @world_options: (nullable): of the world that init makes; what it points to must stay. With `record` or `replay` all that mosaik
 *   says is recorded, or comes out of the recording
 * @options: where mosaik is
 * @ended: told of the end
 * @error: MISSING: no section `cosim`, or no `step` where one is needed; TYPE: a run in several processes is not recorded;
 *   %FOLIOT_ERROR_VALUE: no address; what listening says; %FOLIOT_JOURNAL_ERROR
 *
 * Returns: (transfer full): a simulator that listens, or starts to connect
 */
FOLIOT_API FoliotWorldMosaik *foliot_world_mosaik_new (FoliotScenario *scenario,
                                                       const FoliotWorldOptions *world_options,
                                                       const FoliotWorldMosaikOptions *options,
                                                       FoliotWorldMosaikFunc ended, gpointer user_data,
                                                       GError **error) FOLIOT_WARN_UNUSED;
/**
 * foliot_world_mosaik_run: (skip)
 * @error: as [method@Mosaik.run]
 *
 * Runs up to the end of the simulation. Main stack only.
 */
FOLIOT_API gboolean foliot_world_mosaik_run (FoliotWorldMosaik *self, GError **error);
/**
 * foliot_world_mosaik_end_recording: (skip)
 * @code: exit code of the run
 * @verdict: (nullable): how it failed
 * @error: %FOLIOT_JOURNAL_ERROR: the recording is not whole
 */
FOLIOT_API gboolean foliot_world_mosaik_end_recording (FoliotWorldMosaik *self, int code,
                                                       const GError *verdict, GError **error);
/**
 * foliot_world_mosaik_options_set_from_journal: (skip)
 *
 * As they were when the run was recorded; @header must stay.
 */
FOLIOT_API void foliot_world_mosaik_options_set_from_journal (FoliotWorldMosaikOptions *options,
                                                              const FoliotJournalHeader *header);
/**
 * foliot_world_mosaik_free: (skip)
 *
 * On the main stack: closes the world, and its kernel.
 */
FOLIOT_API void foliot_world_mosaik_free (FoliotWorldMosaik *self);
/**
 * foliot_world_mosaik_get_mosaik: (skip)
 *
 * Returns: (transfer none): the simulator, to be connected and run
 */
FOLIOT_API FoliotMosaik *foliot_world_mosaik_get_mosaik (FoliotWorldMosaik *self);
/**
 * foliot_world_mosaik_get_world: (skip)
 *
 * Returns: (transfer none) (nullable): what init has made
 */
FOLIOT_API FoliotWorld *foliot_world_mosaik_get_world (FoliotWorldMosaik *self);
/**
 * foliot_world_mosaik_get_n_steps: (skip)
 *
 * Returns: how many steps were done
 */
FOLIOT_API guint64 foliot_world_mosaik_get_n_steps (FoliotWorldMosaik *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotWorldMosaik, foliot_world_mosaik_free)

G_END_DECLS
