/* SPDX-License-Identifier: MIT */
#include "tools/fmu/foliot-fmu-instance.h"

/*
 * The C functions of FMI 2.0 for co-simulation. All that the standard lists is there; what modelDescription.xml does not announce
 * (states, derivatives) answers with an error.
 */

typedef struct
{
  void (*logger) (void *environment, const char *instance, int status, const char *category,
                  const char *message, ...);
  void *(*allocate) (size_t n, size_t size);
  void (*release) (void *memory);
  void (*step_finished) (void *environment, int status);
  void *environment;
} fmi2CallbackFunctions;

#define CO_SIMULATION 1

/* Prototypes: the standard's header has them; here they are the definitions' own. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

static void
log_message (Instance *instance, Status status, const char *message)
{
  const fmi2CallbackFunctions *functions = instance->logger;

  if (functions != NULL && functions->logger != NULL)
    functions->logger (functions->environment, instance->name, (int) status, "logStatusError", "%s", message);
}

EXPORT const char *
fmi2GetTypesPlatform (void)
{
  return "default";
}

EXPORT const char *
fmi2GetVersion (void)
{
  return "2.0";
}

EXPORT Status
fmi2SetDebugLogging (Instance *instance, int on, size_t n, const char *const *categories)
{
  return STATUS_OK;
}

EXPORT Instance *
fmi2Instantiate (const char *name, int type, const char *guid, const char *resources,
                 const fmi2CallbackFunctions *functions, int visible, int logging)
{
  Instance *instance = g_new0 (Instance, 1);

  instance->log = log_message;
  instance->logger = (void *) functions;
  if (type == CO_SIMULATION)
    return instance_open (instance, name, guid, resources);
  return instance_reject (instance, name, "this FMU is for co-simulation, not for model exchange");
}

EXPORT void
fmi2FreeInstance (Instance *instance)
{
  instance_free (instance);
}

EXPORT Status
fmi2SetupExperiment (Instance *instance, int has_tolerance, double tolerance, double start, int has_stop,
                     double stop)
{
  instance->start = start;
  return STATUS_OK;
}

EXPORT Status
fmi2EnterInitializationMode (Instance *instance)
{
  return instance_enter (instance, instance->start);
}

EXPORT Status
fmi2ExitInitializationMode (Instance *instance)
{
  return instance_leave_initialization (instance);
}

EXPORT Status
fmi2Terminate (Instance *instance)
{
  return instance_terminate (instance);
}

EXPORT Status
fmi2Reset (Instance *instance)
{
  return instance_reset (instance);
}

/* ---- values ----------------------------------------------------------------------------------------------------- */

EXPORT Status
fmi2GetReal (Instance *instance, const guint32 *references, size_t n, double *values)
{
  return instance_get_doubles (instance, references, n, values);
}

EXPORT Status
fmi2GetInteger (Instance *instance, const guint32 *references, size_t n, int *values)
{
  for (size_t i = 0; i < n; i++)
    {
      g_autoptr (FoliotValue) value = instance_get (instance, references[i], FOLIOT_VALUE_INT);

      if (value == NULL)
        return STATUS_ERROR;
      if (foliot_value_get_int (value) != (int) foliot_value_get_int (value))
        return instance_refuse (instance, "the integer has more than the 32 bits of FMI 2");
      values[i] = (int) foliot_value_get_int (value);
    }
  return STATUS_OK;
}

EXPORT Status
fmi2GetBoolean (Instance *instance, const guint32 *references, size_t n, int *values)
{
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
fmi2GetString (Instance *instance, const guint32 *references, size_t n, const char **values)
{
  return instance_get_texts (instance, references, n, values);
}

EXPORT Status
fmi2SetReal (Instance *instance, const guint32 *references, size_t n, const double *values)
{
  return instance_set_doubles (instance, references, n, values);
}

EXPORT Status
fmi2SetInteger (Instance *instance, const guint32 *references, size_t n, const int *values)
{
  for (size_t i = 0; i < n; i++)
    if (instance_set (instance, references[i], foliot_value_new_int (values[i])) != STATUS_OK)
      return STATUS_ERROR;
  return STATUS_OK;
}

EXPORT Status
fmi2SetBoolean (Instance *instance, const guint32 *references, size_t n, const int *values)
{
  for (size_t i = 0; i < n; i++)
    if (instance_set (instance, references[i], foliot_value_new_bool (values[i] != 0)) != STATUS_OK)
      return STATUS_ERROR;
  return STATUS_OK;
}

EXPORT Status
fmi2SetString (Instance *instance, const guint32 *references, size_t n, const char *const *values)
{
  return instance_set_texts (instance, references, n, values);
}

/* ---- steps ------------------------------------------------------------------------------------------------------ */

EXPORT Status
fmi2DoStep (Instance *instance, double time, double step, int no_set_state_before)
{
  return instance_step (instance, time, step);
}

EXPORT Status
fmi2CancelStep (Instance *instance)
{
  return instance_refuse (instance, "fmi2CancelStep: steps of this FMU do not run beside the master");
}

EXPORT Status
fmi2GetRealStatus (Instance *instance, int kind, double *value)
{
  enum
  {
    LAST_SUCCESSFUL_TIME = 2
  };

  if (kind != LAST_SUCCESSFUL_TIME)
    return STATUS_DISCARD;
  *value = foliot_fmu_get_time (instance->fmu);
  return STATUS_OK;
}

/* ---- what is not announced -------------------------------------------------------------------------------------- */

#define DISCARD(name, ...)                                                                                   \
  EXPORT Status name (__VA_ARGS__)                                                                           \
  {                                                                                                          \
    return STATUS_DISCARD;                                                                                   \
  }

#define REFUSE(name, ...)                                                                                    \
  EXPORT Status name (Instance *instance, __VA_ARGS__)                                                       \
  {                                                                                                          \
    return instance_refuse (instance, #name ": not offered; see modelDescription.xml");                      \
  }

DISCARD (fmi2GetStatus, Instance *instance, int kind, int *value)
DISCARD (fmi2GetIntegerStatus, Instance *instance, int kind, int *value)
DISCARD (fmi2GetBooleanStatus, Instance *instance, int kind, int *value)
DISCARD (fmi2GetStringStatus, Instance *instance, int kind, const char **value)
REFUSE (fmi2GetFMUstate, void **state)
REFUSE (fmi2SetFMUstate, void *state)
REFUSE (fmi2FreeFMUstate, void **state)
REFUSE (fmi2SerializedFMUstateSize, void *state, size_t *size)
REFUSE (fmi2SerializeFMUstate, void *state, char *bytes, size_t size)
REFUSE (fmi2DeSerializeFMUstate, const char *bytes, size_t size, void **state)
REFUSE (fmi2GetDirectionalDerivative, const guint32 *unknowns, size_t n_unknowns, const guint32 *knowns,
        size_t n_knowns, const double *seed, double *sensitivity)
REFUSE (fmi2SetRealInputDerivatives, const guint32 *references, size_t n, const int *orders,
        const double *values)
REFUSE (fmi2GetRealOutputDerivatives, const guint32 *references, size_t n, const int *orders, double *values)
