/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-scenario.h>

G_BEGIN_DECLS

/**
 * FoliotFmu:
 *
 * A scenario as a co-simulation FMU (Functional Mock-up Unit, FMI 2.0 and 3.0, https://fmi-standard.org): its variables, and one
 * instance of it. The binary in an FMU calls nothing else of the library; programs that are masters themselves may, too.
 *
 * Variables, in this order, which is that of value references from 0: the scenario's parameters that are numbers, bools or texts (a
 * member of an object is `net.delay`) and `seed`; then, for each model of the scenario's `cosim` section and each agent of it, its inputs
 * and outputs, as `Agent_0.P`, in the units that the agent's type declares. Numbers are reals; `seed` is an integer.
 *
 * Life: new → set parameters → enter → set inputs, get outputs, exit initialization → step, … → free. A reset goes back to the start.
 * Main stack of one thread at a time.
 */
typedef struct _FoliotFmu FoliotFmu;

/**
 * FoliotFmuError:
 * @FOLIOT_FMU_ERROR_SCENARIO: the scenario cannot be an FMU: it has no `cosim` section, or needs sockets or processes
 * @FOLIOT_FMU_ERROR_TOKEN: the binary and the modelDescription.xml are of different scenarios
 * @FOLIOT_FMU_ERROR_VARIABLE: no such value reference, another type, or it may not be set (any more)
 * @FOLIOT_FMU_ERROR_STATE: the call does not belong to this point of the instance's life
 * @FOLIOT_FMU_ERROR_TIME: a step that is not a step forward from where the last one ended
 */
typedef enum
{
  FOLIOT_FMU_ERROR_SCENARIO,
  FOLIOT_FMU_ERROR_TOKEN,
  FOLIOT_FMU_ERROR_VARIABLE,
  FOLIOT_FMU_ERROR_STATE,
  FOLIOT_FMU_ERROR_TIME,
} FoliotFmuError;
#define FOLIOT_FMU_ERROR (foliot_fmu_error_quark ())
FOLIOT_API GQuark foliot_fmu_error_quark (void);

/**
 * foliot_fmu_describe: (skip)
 * @version: of FMI: 2 or 3
 * @error: SCENARIO says why it cannot be one
 *
 * Returns: (transfer full): the text of modelDescription.xml; the same for the same scenario
 */
FOLIOT_API char *foliot_fmu_describe (FoliotScenario *scenario, guint version,
                                      GError **error) FOLIOT_WARN_UNUSED;
/**
 * foliot_fmu_dup_identifier: (skip)
 *
 * Returns: (transfer full): the `modelIdentifier` of the scenario, after which the binary is named
 */
FOLIOT_API char *foliot_fmu_dup_identifier (FoliotScenario *scenario) FOLIOT_WARN_UNUSED;
/**
 * foliot_fmu_open: (skip)
 * @resources: the folder `resources` of the unpacked FMU, as a path or a `file:` URI
 * @token: what modelDescription.xml says
 * @error: TOKEN; what loading the scenario says
 *
 * Returns: (transfer full): an instance, before its initialization
 */
FOLIOT_API FoliotFmu *foliot_fmu_open (const char *resources, const char *token,
                                       GError **error) FOLIOT_WARN_UNUSED;
/**
 * foliot_fmu_save: (skip)
 * @resources: an empty folder
 *
 * Writes what foliot_fmu_open() reads: the packed scenario and its module.
 */
FOLIOT_API gboolean foliot_fmu_save (FoliotScenario *scenario, const char *resources, GError **error);
/**
 * foliot_fmu_free: (skip)
 * @fmu: (transfer full)
 */
FOLIOT_API void foliot_fmu_free (FoliotFmu *fmu);

/**
 * foliot_fmu_get_n_variables: (skip)
 *
 * Returns: how many there are; value references are below it
 */
FOLIOT_API guint foliot_fmu_get_n_variables (FoliotFmu *fmu);
/**
 * foliot_fmu_set: (skip)
 * @value: (transfer none): bool, int, double or string, as the variable is; int stands for double, too
 * @error: VARIABLE, STATE
 *
 * A parameter, before foliot_fmu_enter(); an input, before or between steps. An input holds until it is set again: it is delivered
 * at the beginning of each step, before everything else of that time; one that was never set is never delivered.
 */
FOLIOT_API gboolean foliot_fmu_set (FoliotFmu *fmu, guint reference, FoliotValue *value, GError **error);
/**
 * foliot_fmu_get: (skip)
 * @error: VARIABLE
 *
 * Returns: (transfer full): a bool, int, double or string, as the variable is; a real output that is null is NaN. Before the
 *   world is made (foliot_fmu_enter()) outputs are NaN, 0, false or ''
 */
FOLIOT_API FoliotValue *foliot_fmu_get (FoliotFmu *fmu, guint reference, GError **error) FOLIOT_WARN_UNUSED;
/**
 * foliot_fmu_get_time: (skip)
 *
 * Returns: seconds at which the next step begins; NaN before foliot_fmu_enter()
 */
FOLIOT_API double foliot_fmu_get_time (FoliotFmu *fmu);
/**
 * foliot_fmu_enter: (skip)
 * @start: seconds of the scenario's time at which the first step begins; not before its `init_time`
 * @error: what the scenario says of its parameters; TIME
 *
 * Makes the world. Agents have started when this returns.
 */
FOLIOT_API gboolean foliot_fmu_enter (FoliotFmu *fmu, double start, GError **error);
/**
 * foliot_fmu_step: (skip)
 * @time: seconds: where the last step ended
 * @step: seconds, > 0
 * @error: %FOLIOT_SCENARIO_ERROR_AGENT; TIME; kernel errors
 *
 * Delivers the inputs at @time and runs everything due before @time + @step; what is due at that very time sees the inputs of the
 * next step.
 */
FOLIOT_API gboolean foliot_fmu_step (FoliotFmu *fmu, double time, double step, GError **error);
/**
 * foliot_fmu_reset: (skip)
 *
 * As it was when it was opened.
 */
FOLIOT_API void foliot_fmu_reset (FoliotFmu *fmu);
/**
 * foliot_fmu_get_world: (skip)
 *
 * Returns: (transfer none) (nullable): between enter and reset
 */
FOLIOT_API FoliotWorld *foliot_fmu_get_world (FoliotFmu *fmu);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotFmu, foliot_fmu_free)

G_END_DECLS
