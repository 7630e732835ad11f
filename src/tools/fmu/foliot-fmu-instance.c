/* SPDX-License-Identifier: MIT */
#include "tools/fmu/foliot-fmu-instance.h"

#define TERMINATED "the instance was terminated: reset it first"

Instance *
instance_reject (Instance *instance, const char *name, const char *message)
{
  if (instance->name == NULL)
    instance->name = g_strdup (name != NULL ? name : "");
  instance_refuse (instance, message);
  instance_free (instance);
  return NULL;
}

Instance *
instance_open (Instance *instance, const char *name, const char *token, const char *resources)
{
  g_autoptr (GError) error = NULL;

  instance->name = g_strdup (name != NULL ? name : "");
  instance->texts = g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_value_unref);
  instance->fmu = foliot_fmu_open (resources != NULL ? resources : "", token != NULL ? token : "", &error);
  return instance->fmu != NULL ? instance : instance_reject (instance, name, error->message);
}

void
instance_free (Instance *instance)
{
  if (instance == NULL)
    return;
  g_clear_pointer (&instance->fmu, foliot_fmu_free);
  g_clear_pointer (&instance->texts, g_ptr_array_unref);
  g_free (instance->name);
  g_free (instance);
}

Status
instance_refuse (Instance *instance, const char *message)
{
  instance->log (instance, STATUS_ERROR, message);
  return STATUS_ERROR;
}

Status
instance_fail (Instance *instance, GError *error)
{
  instance_refuse (instance, error->message);
  g_error_free (error);
  return STATUS_ERROR;
}

Status
instance_enter (Instance *instance, double start)
{
  GError *error = NULL;

  if (instance->phase == PHASE_OVER)
    return instance_refuse (instance, TERMINATED);
  if (!foliot_fmu_enter (instance->fmu, start, &error))
    return instance_fail (instance, error);
  instance->phase = PHASE_INITIALIZED;
  return STATUS_OK;
}

Status
instance_leave_initialization (Instance *instance)
{
  if (instance->phase != PHASE_INITIALIZED)
    return instance_refuse (instance, "the initialization mode is to be left, but the instance is not in it");
  instance->phase = PHASE_STEPS;
  return STATUS_OK;
}

Status
instance_terminate (Instance *instance)
{
  if (instance->phase == PHASE_NEW)
    return instance_refuse (instance, "nothing to terminate: the instance was not initialized");
  if (instance->phase == PHASE_OVER)
    return instance_refuse (instance, TERMINATED);
  instance->phase = PHASE_OVER;
  return STATUS_OK;
}

Status
instance_reset (Instance *instance)
{
  foliot_fmu_reset (instance->fmu);
  instance->phase = PHASE_NEW;
  instance->start = 0;
  return STATUS_OK;
}

Status
instance_step (Instance *instance, double time, double step)
{
  GError *error = NULL;

  if (instance->phase == PHASE_INITIALIZED)
    return instance_refuse (instance, "a step in the initialization mode: leave that first");
  if (instance->phase == PHASE_OVER)
    return instance_refuse (instance, TERMINATED);
  return foliot_fmu_step (instance->fmu, time, step, &error) ? STATUS_OK : instance_fail (instance, error);
}

FoliotValue *
instance_get (Instance *instance, guint32 reference, FoliotValueKind kind)
{
  GError *error = NULL;
  FoliotValue *value = foliot_fmu_get (instance->fmu, reference, &error);

  if (value != NULL && foliot_value_get_kind (value) != kind)
    {
      g_set_error (&error, FOLIOT_FMU_ERROR, FOLIOT_FMU_ERROR_VARIABLE,
                   "value reference %u is a variable of another type", reference);
      g_clear_pointer (&value, foliot_value_unref);
    }
  if (error != NULL)
    instance_fail (instance, error);
  return value;
}

Status
instance_set (Instance *instance, guint32 reference, FoliotValue *value)
{
  g_autoptr (FoliotValue) owned = value;
  GError *error = NULL;

  if (instance->phase == PHASE_OVER)
    return instance_refuse (instance, TERMINATED);
  return foliot_fmu_set (instance->fmu, reference, owned, &error) ? STATUS_OK
                                                                  : instance_fail (instance, error);
}

Status
instance_get_doubles (Instance *instance, const guint32 *references, gsize n, double *values)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (FoliotValue) value = instance_get (instance, references[i], FOLIOT_VALUE_DOUBLE);

      if (value == NULL)
        return STATUS_ERROR;
      values[i] = foliot_value_get_double (value);
    }
  return STATUS_OK;
}

Status
instance_set_doubles (Instance *instance, const guint32 *references, gsize n, const double *values)
{
  for (gsize i = 0; i < n; i++)
    if (instance_set (instance, references[i], foliot_value_new_double (values[i])) != STATUS_OK)
      return STATUS_ERROR;
  return STATUS_OK;
}

Status
instance_get_texts (Instance *instance, const guint32 *references, gsize n, const char **values)
{
  g_ptr_array_set_size (instance->texts, 0);
  for (gsize i = 0; i < n; i++)
    {
      FoliotValue *value = instance_get (instance, references[i], FOLIOT_VALUE_STRING);

      if (value == NULL)
        return STATUS_ERROR;
      g_ptr_array_add (instance->texts, value);
      values[i] = foliot_value_get_string (value, NULL);
    }
  return STATUS_OK;
}

Status
instance_set_texts (Instance *instance, const guint32 *references, gsize n, const char *const *values)
{
  for (gsize i = 0; i < n; i++)
    if (instance_set (instance, references[i], foliot_value_new_string (values[i] != NULL ? values[i] : ""))
        != STATUS_OK)
      return STATUS_ERROR;
  return STATUS_OK;
}
