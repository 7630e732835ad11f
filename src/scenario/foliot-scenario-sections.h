/* SPDX-License-Identifier: MIT */
#pragma once

#include "scenario/foliot-scenario-private.h"
#include "scenario/foliot-template.h"

/* One entry of a section, expanded, becomes a spec of the scenario. @template: which of its count it is. */
typedef gboolean (*FoliotEntryFunc) (FoliotScenario *scenario, const FoliotCursor *entry,
                                     const FoliotTemplate *template, GError **error);

gboolean _foliot_scenario_read_agent (FoliotScenario *scenario, const FoliotCursor *entry,
                                      const FoliotTemplate *template, GError **error);
/* Needs all agents: these sections come behind theirs. */
gboolean _foliot_scenario_read_input (FoliotScenario *scenario, const FoliotCursor *entry,
                                      const FoliotTemplate *template, GError **error);
gboolean _foliot_scenario_read_output (FoliotScenario *scenario, const FoliotCursor *entry,
                                       const FoliotTemplate *template, GError **error);
gboolean _foliot_scenario_read_expect (FoliotScenario *scenario, const FoliotCursor *entry,
                                       const FoliotTemplate *template, GError **error);

/* An agent that a sampled table has: the outputs of its columns. */
gboolean _foliot_scenario_sample_agent (FoliotScenario *scenario, FoliotOutputSpec *spec, guint agent,
                                        const FoliotCursor *at_columns, GError **error);

/* Index of the agent of that name, or −1 with UNKNOWN. */
int _foliot_scenario_find_agent (FoliotScenario *scenario, const FoliotCursor *at, const char *name,
                                 GError **error);

/* The section "cosim", which is no list. @root: the tree. */
gboolean _foliot_scenario_read_cosim (FoliotScenario *scenario, const FoliotCursor *root, GError **error);
