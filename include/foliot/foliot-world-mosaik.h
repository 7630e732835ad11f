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
 * foliot_world_mosaik_new: (skip)
 * @scenario: as it is before mosaik's keywords
 * @options: (nullable): of the world that init makes; what it points to must stay
 * @registry: (nullable): as for foliot_scenario_load()
 * @module_dirs: (array zero-terminated=1) (nullable): likewise; must stay
 * @ended: told of the end
 * @error: MISSING: no section `cosim`, or no `step` where one is needed
 *
 * Returns: (transfer full): a simulator that is not connected to anybody; see [method@Mosaik.connect]
 */
FOLIOT_API FoliotWorldMosaik *
foliot_world_mosaik_new (FoliotScenario *scenario, const FoliotWorldOptions *options,
                         FoliotRegistry *registry, const char *const *module_dirs,
                         FoliotWorldMosaikFunc ended, gpointer user_data, GError **error) FOLIOT_WARN_UNUSED;
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
