/* SPDX-License-Identifier: MIT */
#include "tools/fmu/foliot-fmu-instance.h"

#include <stdbool.h>

/*
 * The C functions of FMI 3.0 for co-simulation. All that the standard lists is there; what modelDescription.xml does not announce
 * (events, clocks, states, derivatives, further types) answers with an error.
 */

typedef void (*LogMessage) (void *environment, int status, const char *category, const char *message);

/* Prototypes: the standard's header has them; here they are the definitions' own. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

static void
log_message (Instance *instance, Status status, const char *message)
{
  LogMessage logger = (LogMessage) instance->logger;

  if (logger != NULL)
    logger (instance->environment, (int) status, "logStatusError", message);
}

EXPORT const char *
fmi3GetVersion (void)
{
  return "3.0";
}

EXPORT Status
fmi3SetDebugLogging (Instance *instance, bool on, size_t n, const char *const *categories)
{
  return STATUS_OK;
}

static Instance *
make (void *environment, LogMessage logger)
{
  Instance *instance = g_new0 (Instance, 1);

  instance->log = log_message;
  instance->logger = (void *) logger;
  instance->environment = environment;
  return instance;
}

EXPORT Instance *
fmi3InstantiateCoSimulation (const char *name, const char *token, const char *resources, bool visible,
                             bool logging, bool event_mode, bool early_return, const guint32 *intermediate,
                             size_t n_intermediate, void *environment, LogMessage logger,
                             void (*update) (void))
{
  if (event_mode)
    return instance_reject (make (environment, logger), name, "this FMU has no event mode");
  return instance_open (make (environment, logger), name, token, resources);
}

EXPORT Instance *
fmi3InstantiateModelExchange (const char *name, const char *token, const char *resources, bool visible,
                              bool logging, void *environment, LogMessage logger)
{
  return instance_reject (make (environment, logger), name,
                          "this FMU is for co-simulation, not for model exchange");
}

EXPORT Instance *
fmi3InstantiateScheduledExecution (const char *name, const char *token, const char *resources, bool visible,
                                   bool logging, void *environment, LogMessage logger, void (*update) (void),
                                   void (*lock) (void), void (*unlock) (void))
{
  return instance_reject (make (environment, logger), name,
                          "this FMU is for co-simulation, not for scheduled execution");
}

EXPORT void
fmi3FreeInstance (Instance *instance)
{
  instance_free (instance);
}

EXPORT Status
fmi3EnterInitializationMode (Instance *instance, bool has_tolerance, double tolerance, double start,
                             bool has_stop, double stop)
{
  return instance_enter (instance, start);
}

EXPORT Status
fmi3ExitInitializationMode (Instance *instance)
{
  return instance_leave_initialization (instance);
}

EXPORT Status
fmi3Terminate (Instance *instance)
{
  return instance_terminate (instance);
}

EXPORT Status
fmi3Reset (Instance *instance)
{
  return instance_reset (instance);
}

EXPORT Status
fmi3DoStep (Instance *instance, double time, double step, bool no_set_state_before, bool *event_needed,
            bool *terminate, bool *early_return, double *last_successful_time)
{
  Status status = instance_step (instance, time, step);

  *event_needed = *terminate = *early_return = false;
  *last_successful_time = foliot_fmu_get_time (instance->fmu);
  return status;
}

/* ---- values: all variables are scalars -------------------------------------------------------------------------- */

static bool
is_scalar (Instance *instance, size_t n, size_t n_values)
{
  if (n != n_values)
    instance_refuse (instance, "all variables of this FMU are scalars: as many values as value references");
  return n == n_values;
}

static bool
is_time (Instance *instance, const guint32 *references, size_t n)
{
  return n == 1 && references[0] == foliot_fmu_get_n_variables (instance->fmu);
}

EXPORT Status
fmi3GetFloat64 (Instance *instance, const guint32 *references, size_t n, double *values, size_t n_values)
{
  if (!is_scalar (instance, n, n_values))
    return STATUS_ERROR;
  if (!is_time (instance, references, n))
    return instance_get_doubles (instance, references, n, values);
  values[0] = foliot_fmu_get_time (instance->fmu);
  return STATUS_OK;
}

EXPORT Status
fmi3SetFloat64 (Instance *instance, const guint32 *references, size_t n, const double *values,
                size_t n_values)
{
  return is_scalar (instance, n, n_values) ? instance_set_doubles (instance, references, n, values)
                                           : STATUS_ERROR;
}

EXPORT Status
fmi3GetInt64 (Instance *instance, const guint32 *references, size_t n, gint64 *values, size_t n_values)
{
  if (!is_scalar (instance, n, n_values))
    return STATUS_ERROR;
  for (size_t i = 0; i < n; i++)
    {
      g_autoptr (FoliotValue) value = instance_get (instance, references[i], FOLIOT_VALUE_INT);

      if (value == NULL)
        return STATUS_ERROR;
      values[i] = foliot_value_get_int (value);
    }
  return STATUS_OK;
}

EXPORT Status
fmi3SetInt64 (Instance *instance, const guint32 *references, size_t n, const gint64 *values, size_t n_values)
{
  if (!is_scalar (instance, n, n_values))
    return STATUS_ERROR;
  for (size_t i = 0; i < n; i++)
    if (instance_set (instance, references[i], foliot_value_new_int (values[i])) != STATUS_OK)
      return STATUS_ERROR;
  return STATUS_OK;
}

EXPORT Status
fmi3GetBoolean (Instance *instance, const guint32 *references, size_t n, bool *values, size_t n_values)
{
  if (!is_scalar (instance, n, n_values))
    return STATUS_ERROR;
  for (size_t i = 0; i < n; i++)
    {
      g_autoptr (FoliotValue) value = instance_get (instance, references[i], FOLIOT_VALUE_BOOL);

      if (value == NULL)
        return STATUS_ERROR;
      values[i] = foliot_value_get_bool (value);
    }
  return STATUS_OK;
}

EXPORT Status
fmi3SetBoolean (Instance *instance, const guint32 *references, size_t n, const bool *values, size_t n_values)
{
  if (!is_scalar (instance, n, n_values))
    return STATUS_ERROR;
  for (size_t i = 0; i < n; i++)
    if (instance_set (instance, references[i], foliot_value_new_bool (values[i])) != STATUS_OK)
      return STATUS_ERROR;
  return STATUS_OK;
}

EXPORT Status
fmi3GetString (Instance *instance, const guint32 *references, size_t n, const char **values, size_t n_values)
{
  return is_scalar (instance, n, n_values) ? instance_get_texts (instance, references, n, values)
                                           : STATUS_ERROR;
}

EXPORT Status
fmi3SetString (Instance *instance, const guint32 *references, size_t n, const char *const *values,
               size_t n_values)
{
  return is_scalar (instance, n, n_values) ? instance_set_texts (instance, references, n, values)
                                           : STATUS_ERROR;
}

/* ---- what is not announced -------------------------------------------------------------------------------------- */

#define REFUSE(name, ...)                                                                                    \
  EXPORT Status name (Instance *instance, ##__VA_ARGS__)                                                     \
  {                                                                                                          \
    return instance_refuse (instance, #name ": not offered; see modelDescription.xml");                      \
  }

/* No variable of the type: right as long as none is asked for. */
#define NO_VARIABLES(Type, type)                                                                             \
  EXPORT Status fmi3Get##Type (Instance *instance, const guint32 *references, size_t n, type *values,        \
                               size_t n_values)                                                              \
  {                                                                                                          \
    return n == 0 ? STATUS_OK : instance_refuse (instance, "no variable of this FMU is a " #Type);           \
  }                                                                                                          \
  EXPORT Status fmi3Set##Type (Instance *instance, const guint32 *references, size_t n, const type *values,  \
                               size_t n_values)                                                              \
  {                                                                                                          \
    return n == 0 ? STATUS_OK : instance_refuse (instance, "no variable of this FMU is a " #Type);           \
  }

NO_VARIABLES (Float32, float)
NO_VARIABLES (Int8, gint8)
NO_VARIABLES (UInt8, guint8)
NO_VARIABLES (Int16, gint16)
NO_VARIABLES (UInt16, guint16)
NO_VARIABLES (Int32, gint32)
NO_VARIABLES (UInt32, guint32)
NO_VARIABLES (UInt64, guint64)

typedef const guint32 *References;

REFUSE (fmi3GetBinary, References references, size_t n, size_t *sizes, const guint8 **values, size_t n_values)
REFUSE (fmi3SetBinary, References references, size_t n, const size_t *sizes, const guint8 *const *values,
        size_t n_values)
REFUSE (fmi3GetClock, References references, size_t n, bool *values)
REFUSE (fmi3SetClock, References references, size_t n, const bool *values)
REFUSE (fmi3GetNumberOfVariableDependencies, guint32 reference, size_t *n)
REFUSE (fmi3GetVariableDependencies, guint32 dependent, size_t *elements, guint32 *independents,
        size_t *element_indices, int *kinds, size_t n)
REFUSE (fmi3GetFMUState, void **state)
REFUSE (fmi3SetFMUState, void *state)
REFUSE (fmi3FreeFMUState, void **state)
REFUSE (fmi3SerializedFMUStateSize, void *state, size_t *size)
REFUSE (fmi3SerializeFMUState, void *state, guint8 *bytes, size_t size)
REFUSE (fmi3DeserializeFMUState, const guint8 *bytes, size_t size, void **state)
REFUSE (fmi3GetDirectionalDerivative, References unknowns, size_t n_unknowns, References knowns,
        size_t n_knowns, const double *seed, size_t n_seed, double *sensitivity, size_t n_sensitivity)
REFUSE (fmi3GetAdjointDerivative, References unknowns, size_t n_unknowns, References knowns, size_t n_knowns,
        const double *seed, size_t n_seed, double *sensitivity, size_t n_sensitivity)
REFUSE (fmi3EnterConfigurationMode)
REFUSE (fmi3ExitConfigurationMode)
REFUSE (fmi3EnterEventMode)
REFUSE (fmi3EnterStepMode)
REFUSE (fmi3EnterContinuousTimeMode)
REFUSE (fmi3EvaluateDiscreteStates)
REFUSE (fmi3UpdateDiscreteStates, bool *need_update, bool *terminate, bool *nominals, bool *values,
        bool *has_next, double *next)
REFUSE (fmi3GetIntervalDecimal, References references, size_t n, double *intervals, int *qualifiers)
REFUSE (fmi3GetIntervalFraction, References references, size_t n, guint64 *counters, guint64 *resolutions,
        int *qualifiers)
REFUSE (fmi3GetShiftDecimal, References references, size_t n, double *shifts)
REFUSE (fmi3GetShiftFraction, References references, size_t n, guint64 *counters, guint64 *resolutions)
REFUSE (fmi3SetIntervalDecimal, References references, size_t n, const double *intervals)
REFUSE (fmi3SetIntervalFraction, References references, size_t n, const guint64 *counters,
        const guint64 *resolutions)
REFUSE (fmi3SetShiftDecimal, References references, size_t n, const double *shifts)
REFUSE (fmi3SetShiftFraction, References references, size_t n, const guint64 *counters,
        const guint64 *resolutions)
REFUSE (fmi3GetOutputDerivatives, References references, size_t n, const gint32 *orders, double *values,
        size_t n_values)
REFUSE (fmi3CompletedIntegratorStep, bool no_set_state_before, bool *event_mode, bool *terminate)
REFUSE (fmi3SetTime, double time)
REFUSE (fmi3SetContinuousStates, const double *states, size_t n)
REFUSE (fmi3GetContinuousStateDerivatives, double *derivatives, size_t n)
REFUSE (fmi3GetEventIndicators, double *indicators, size_t n)
REFUSE (fmi3GetContinuousStates, double *states, size_t n)
REFUSE (fmi3GetNominalsOfContinuousStates, double *nominals, size_t n)
REFUSE (fmi3GetNumberOfEventIndicators, size_t *n)
REFUSE (fmi3GetNumberOfContinuousStates, size_t *n)
REFUSE (fmi3ActivateModelPartition, guint32 clock, double time)
