/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-agent.h>

G_BEGIN_DECLS

/* What a container and its agents tell each other. */

/* Gives @agent (transfer none) the next id and mounts its router; keeps a reference. @error: CLOSED. */
gboolean _foliot_container_add_agent (FoliotContainer *container, FoliotAgent *agent, GError **error);
/* Forgets an agent whose init failed; its id is not used again. */
void _foliot_container_remove_agent (FoliotContainer *container, FoliotAgent *agent);
/* Ids given out so far, also to agents whose init failed. */
guint _foliot_container_get_n_ids (FoliotContainer *container);
/* Adds the channels (transfer none) of all connections that are alive, of all containers of @kernel that were not shut down, to
 * @channels: in the order of the containers; of each the outgoing ones first, then the incoming ones. */
void _foliot_kernel_collect_channels (FoliotKernel *kernel, GPtrArray *channels);
/* As its connections are made. */
const FoliotChannelOptions *_foliot_container_get_channel_options (FoliotContainer *container);
/* The parent of the agents' scopes. */
FoliotScope *_foliot_container_get_scope (FoliotContainer *container);
/* The run of @agent failed. Says nothing during a shutdown. */
void _foliot_container_report_failure (FoliotContainer *container, FoliotAgent *agent, const GError *why);

/* Binds a fresh agent to its container, which is not referenced. */
void _foliot_agent_attach (FoliotAgent *agent, FoliotContainer *container, guint id);
guint _foliot_agent_get_id (FoliotAgent *agent);
/* As foliot_agent_start, with the arguments of a call: a list and a map. */
FoliotFuture *_foliot_agent_start_called (FoliotAgent *agent, FoliotValue *positional, FoliotValue *keywords);
/* The container is about to be freed. */
void _foliot_agent_detach (FoliotAgent *agent);

G_END_DECLS
