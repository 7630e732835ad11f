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
 * @FOLIOT_CHILD_ERROR_ENDED: the process ended before it was ready, or not well; the message has its status and its last lines
 * @FOLIOT_CHILD_ERROR_HANGS: the process was not ready, or had not ended, within the limit, and was killed; likewise
 */
typedef enum
{
  FOLIOT_CHILD_ERROR_START,
  FOLIOT_CHILD_ERROR_ENDED,
  FOLIOT_CHILD_ERROR_HANGS,
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

/**
 * FoliotChild: (skip)
 *
 * A process that we started and that serves a manager: another Foliot, or a Python program with aiomas' `subproc.start`.
 * Reference-counted. It never outlives us: it is killed with its whole process group when the last reference goes, when the world is closed, and, by the
 * system, when we end without a word, as by SIGKILL (docs/subproc.md says what that leaves of processes that it started itself).
 */
typedef struct _FoliotChild FoliotChild;
#define FOLIOT_TYPE_CHILD (foliot_child_get_type ())
FOLIOT_API GType foliot_child_get_type (void);
FOLIOT_API FoliotChild *foliot_child_ref (FoliotChild *child) FOLIOT_WARN_UNUSED;
FOLIOT_API void foliot_child_unref (FoliotChild *child);

/**
 * FoliotChildOptions: (skip)
 * @environment: (nullable): `NAME=value`; %NULL: ours
 * @folder: (nullable): to work in
 * @url: (nullable): of its manager, which is connected to until it is there; %NULL: the program says it, in the first line of its output
 *   that begins with `READY `
 * @n_lines: how many last lines of its output reports have; 0: 20
 * @start_limit_ms: wall-clock limit until the manager is connected to; 0: 30 000
 */
typedef struct
{
  const char *const *environment;
  const char *folder;
  const char *url;
  guint n_lines;
  guint start_limit_ms;
} FoliotChildOptions;

/**
 * foliot_child_start: (skip)
 * @container: that connects to it
 * @argv: the program, looked for in PATH unless it has a slash, and its arguments
 * @options: (nullable)
 *
 * Starts a process, and connects to its manager. Time is held meanwhile. Its output goes nowhere but into reports.
 * The thread that calls must live as long as the child should: the system ends the child with it.
 *
 * Returns: (transfer full): resolves with an OBJECT of #FoliotChild; rejects with START, ENDED, HANGS, or what connecting says
 */
FOLIOT_API FoliotFuture *foliot_child_start (FoliotContainer *container, const char *const *argv,
                                             const FoliotChildOptions *options) FOLIOT_WARN_UNUSED;
/**
 * foliot_child_get_manager: (skip)
 *
 * Returns: (transfer none): to call `spawn`, `set_time` and `stop`.
 */
FOLIOT_API FoliotProxy *foliot_child_get_manager (FoliotChild *child);
/**
 * foliot_child_get_url: (skip)
 *
 * Returns: (transfer none): of the manager.
 */
FOLIOT_API const char *foliot_child_get_url (FoliotChild *child);
FOLIOT_API GPid foliot_child_get_pid (FoliotChild *child);
/**
 * foliot_child_get_ended: (skip)
 *
 * Returns: (transfer none): resolves with null when the process has ended with status 0; rejects with ENDED otherwise
 */
FOLIOT_API FoliotFuture *foliot_child_get_ended (FoliotChild *child);
/**
 * foliot_child_get_status: (skip)
 *
 * Returns: its exit status, or minus the signal that killed it; %G_MININT while it lives, or when the system does not say.
 */
FOLIOT_API int foliot_child_get_status (FoliotChild *child);
/**
 * foliot_child_stop: (skip)
 * @limit_ms: wall-clock limit; 0: 10 000
 *
 * Calls `stop` of the manager and waits for the end of the process. Time is held meanwhile.
 *
 * Returns: (transfer full): as foliot_child_get_ended(); rejects with HANGS when it had to be killed
 */
FOLIOT_API FoliotFuture *foliot_child_stop (FoliotChild *child, guint limit_ms) FOLIOT_WARN_UNUSED;
/**
 * foliot_child_dup_report: (skip)
 *
 * Returns: (transfer full): what has become of the process, and its last lines:
 *   `process 4711 (./turbine.py) ended with exit status 1; its last lines:\n  …`.
 */
FOLIOT_API char *foliot_child_dup_report (FoliotChild *child) FOLIOT_WARN_UNUSED;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotChild, foliot_child_unref)
#endif

G_END_DECLS
