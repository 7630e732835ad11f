/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-agent.h>

G_BEGIN_DECLS

/**
 * FOLIOT_CHILD_ERROR:
 *
 * What can go wrong with a child process.
 */
#define FOLIOT_CHILD_ERROR (foliot_child_error_quark ())
FOLIOT_API GQuark foliot_child_error_quark (void);

/**
 * FoliotChildError:
 * @FOLIOT_CHILD_ERROR_START: the program could not be started
 */
typedef enum
{
  FOLIOT_CHILD_ERROR_START,
} FoliotChildError;

#ifndef __GI_SCANNER__ /* its GType has the name that peers see, which no namespace knows */
#define FOLIOT_TYPE_MANAGER (foliot_manager_get_type ())
/**
 * FoliotManager: (skip)
 *
 * aiomas' `Manager`, the agent through which another process directs this one. Peers see the class name `Manager` and call:
 *
 * - `spawn(qualname, *args, **kwargs)`: makes an agent of the registered type @qualname (`module:Type`) in the manager's
 *   container, waits for its init, and returns the pair (agent, address): a proxy of path `agents/<id>` and the URL. Fails as
 *   [func@registry_lookup], as the signature of the type says, or as its init failed; then there is no agent
 * - `set_time(t)`: sets the container's ExternalClock to @t seconds, and returns null. Fails with AttributeError on any other clock,
 *   with ValueError unless @t lies in the future
 * - `stop()`: returns null, before anything is closed, and then settles foliot_manager_get_stop_received(). A second call
 *   fails with %FOLIOT_ERROR_INVALID_STATE
 */
FOLIOT_API G_DECLARE_FINAL_TYPE (FoliotManager, foliot_manager, FOLIOT, MANAGER, FoliotAgent);

/**
 * foliot_manager_new: (skip)
 * @container: where it lives, and where it makes agents; it gets the next id, which is 0 in a fresh container
 * @registry: (transfer none): what can be spawned; must outlive the container
 * @error: as foliot_agent_new_detached
 *
 * Returns: (transfer full): the manager, of which the container keeps a reference
 */
FOLIOT_API FoliotManager *foliot_manager_new (FoliotContainer *container, FoliotRegistry *registry,
                                              GError **error) FOLIOT_WARN_UNUSED;
/**
 * foliot_manager_get_stop_received: (skip)
 *
 * Returns: (transfer none): resolves with null when somebody called `stop`
 */
FOLIOT_API FoliotFuture *foliot_manager_get_stop_received (FoliotManager *self);

/**
 * foliot_subproc_start: (skip)
 * @transport: how it listens and connects
 * @at: its address
 * @options: (nullable): of the container
 * @registry: what can be spawned; must outlive the kernel's use of the container
 * @out_manager: (out) (optional) (transfer none) (nullable): the manager, %NULL when the future is rejected
 *
 * aiomas' `subproc.start`: opens a container with a manager in it, which is agent 0, and shuts the container down when the manager
 * was told to stop. Listens before it returns. The caller drives the kernel, and ends the process when the future has settled.
 *
 * Returns: (transfer full): resolves with null when the container is shut down; rejects as foliot_container_new
 */
FOLIOT_API FoliotFuture *foliot_subproc_start (FoliotTransport *transport, FoliotAddress *at,
                                               const FoliotContainerOptions *options,
                                               FoliotRegistry *registry,
                                               FoliotManager **out_manager) FOLIOT_WARN_UNUSED;
#endif

G_END_DECLS
