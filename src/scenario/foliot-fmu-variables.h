/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-fmu.h>

#include "cosim/foliot-fmi-description.h"

/* The variables of a scenario as an FMU, by value reference. */

/* Behind a variable; @agent is NULL for a parameter. Borrowed of the scenario. */
typedef struct
{
  const char *agent;
  const char *name; /* of the input or output */
} FoliotFmuPort;

typedef struct
{
  GPtrArray *variables; /* of FoliotFmiVariable */
  GArray *ports;        /* of FoliotFmuPort */
} FoliotFmuVariables;

/* @error: SCENARIO: it cannot be an FMU, or its section says what cannot be. */
gboolean foliot_fmu_variables_init (FoliotFmuVariables *self, FoliotScenario *scenario, GError **error);
void foliot_fmu_variables_clear (FoliotFmuVariables *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FoliotFmuVariables, foliot_fmu_variables_clear)

static inline const FoliotFmiVariable *
foliot_fmu_variables_get (const FoliotFmuVariables *self, guint reference)
{
  return g_ptr_array_index (self->variables, reference);
}

static inline const FoliotFmuPort *
foliot_fmu_variables_get_port (const FoliotFmuVariables *self, guint reference)
{
  return &g_array_index (self->ports, FoliotFmuPort, reference);
}

/* Returns: (transfer full) (nullable): @value as the type wants it; an int stands for a real. NULL: it is of another type. */
FoliotValue *foliot_fmu_variables_convert (FoliotFmiType type, FoliotValue *value);
/* Returns: (transfer full): what stands for no value: NaN, 0, false, ''. */
FoliotValue *foliot_fmu_variables_new_blank (FoliotFmiType type);
