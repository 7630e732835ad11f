/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-helics.h>

#include "scenario/foliot-cursor.h"
#include "scenario/foliot-scenario-private.h"

/*
 * What HELICS alone knows of a scenario: the part `helics` of its section `cosim`, read and checked.
 */

typedef struct
{
  GPatternSpec *pattern; /* of AGENT.NAME */
  char *key;             /* nullable; may hold {model}, {agent}, {name} */
  char *target;          /* nullable; likewise */
  char *unit;            /* nullable: that of the agents' type; "": none */
  FoliotHelicsType type;
} FoliotHelicsRule;

typedef struct
{
  char *name;
  guint agent;
  const FoliotMethod *method;
  gboolean is_json; /* what its messages are; else text */
} FoliotHelicsEndpoint;

struct _FoliotHelicsPlan
{
  char *name, *core, *broker, *core_init; /* nullable */
  FoliotValue *flags, *properties;        /* nullable: maps */
  GArray *rules;                          /* of FoliotHelicsRule; the first that matches counts */
  GArray *endpoints;                      /* of FoliotHelicsEndpoint */
};

/* @at: NULL value: the section does not say anything. After the models. */
FoliotHelicsPlan *_foliot_scenario_read_helics (FoliotScenario *scenario, const FoliotCursor *at,
                                                GError **error);
void _foliot_helics_plan_free (FoliotHelicsPlan *plan);
/* Returns: (nullable). */
const FoliotHelicsRule *_foliot_helics_plan_find_rule (const FoliotHelicsPlan *plan,
                                                       const FoliotCosimVariable *variable);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotHelicsPlan, _foliot_helics_plan_free)
