/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot.h>

/* The agents of the demo, and how its gateway is spoken to from inside its own process. */

GType demo_wecs_get_type (void);
GType demo_controller_get_type (void);
GType mosaik_agent_get_type (void);

/**
 * mosaik_agent_add:
 * @id: of the entity
 * @proxy: (transfer full): its agent, wherever it lives
 */
void mosaik_agent_add (gpointer gateway, const char *id, FoliotProxy *proxy);
/**
 * mosaik_agent_update:
 * @inputs: of a step: {entity: {attribute: {source: value}}}, one source each
 *
 * Tells each agent what is new, all at once, and waits until all know it.
 */
gboolean mosaik_agent_update (gpointer gateway, FoliotValue *inputs, GError **error);
/**
 * mosaik_agent_get_limits:
 *
 * Returns: (transfer full): the limits of all agents, in the order in which they were added; null for none
 */
FoliotValue *mosaik_agent_get_limits (gpointer gateway, GError **error);
