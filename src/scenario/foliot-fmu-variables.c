/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-fmu-variables.h"

#include <math.h>
#include <string.h>

#include "scenario/foliot-nearest.h"
#include "scenario/foliot-scenario-private.h"

/*
 * What an FMU shows of a scenario: its parameters, and what its section `cosim` lets masters exchange. Parameters have no types but
 * those of their values; a number is real whatever the file has, since a user may want 0.5 where it says 1. Agents do not say of what
 * type their inputs and outputs are either: real, unless the section's `fmi` says otherwise.
 */

static const char *const type_names[] = { "real", "integer", "boolean", "string", NULL };

void
foliot_fmu_variables_clear (FoliotFmuVariables *self)
{
  g_clear_pointer (&self->variables, g_ptr_array_unref);
  g_clear_pointer (&self->ports, g_array_unref);
}

FoliotValue *
foliot_fmu_variables_convert (FoliotFmiType type, FoliotValue *value)
{
  static const FoliotValueKind kinds[]
      = { FOLIOT_VALUE_DOUBLE, FOLIOT_VALUE_INT, FOLIOT_VALUE_BOOL, FOLIOT_VALUE_STRING };
  FoliotValueKind kind = foliot_value_get_kind (value);

  if (kind == kinds[type])
    return foliot_value_ref (value);
  if (type == FOLIOT_FMI_REAL && kind == FOLIOT_VALUE_INT)
    return foliot_value_new_double ((double) foliot_value_get_int (value));
  return NULL;
}

FoliotValue *
foliot_fmu_variables_new_blank (FoliotFmiType type)
{
  switch (type)
    {
    case FOLIOT_FMI_INTEGER:
      return foliot_value_new_int (0);
    case FOLIOT_FMI_BOOLEAN:
      return foliot_value_new_bool (FALSE);
    case FOLIOT_FMI_STRING:
      return foliot_value_new_string ("");
    default:
      return foliot_value_new_double (NAN);
    }
}

static void
add (FoliotFmuVariables *self, FoliotFmiVariable variable, FoliotFmuPort port)
{
  g_ptr_array_add (self->variables, g_memdup2 (&variable, sizeof variable));
  g_array_append_val (self->ports, port);
}

static gboolean
has_variable (const FoliotFmuVariables *self, const char *name)
{
  for (guint i = 0; i < self->variables->len; i++)
    if (g_str_equal (foliot_fmu_variables_get (self, i)->name, name))
      return TRUE;
  return FALSE;
}

/* ---- parameters ------------------------------------------------------------------------------------------------- */

static int
get_parameter_type (FoliotValue *value)
{
  switch (foliot_value_get_kind (value))
    {
    case FOLIOT_VALUE_INT:
    case FOLIOT_VALUE_DOUBLE:
      return FOLIOT_FMI_REAL;
    case FOLIOT_VALUE_BOOL:
      return FOLIOT_FMI_BOOLEAN;
    case FOLIOT_VALUE_STRING:
      return FOLIOT_FMI_STRING;
    default:
      return -1;
    }
}

static void
add_parameters (FoliotFmuVariables *self, FoliotValue *parameters, const char *prefix)
{
  for (gsize i = 0; i < foliot_value_get_length (parameters); i++)
    {
      FoliotValue *value = foliot_value_get_pair_value (parameters, i);
      const char *key = foliot_value_get_string (foliot_value_get_key (parameters, i), NULL);
      g_autofree char *name = g_strconcat (prefix, key, NULL);
      int type = get_parameter_type (value);

      if (strpbrk (key, ".=") != NULL) /* no setting can name it */
        continue;
      if (foliot_value_get_kind (value) == FOLIOT_VALUE_MAP)
        {
          g_autofree char *inner = g_strconcat (name, ".", NULL);

          add_parameters (self, value, inner);
        }
      if (type >= 0)
        add (self,
             (FoliotFmiVariable){ .name = g_steal_pointer (&name),
                                  .type = (FoliotFmiType) type,
                                  .causality = FOLIOT_FMI_PARAMETER,
                                  .start = foliot_fmu_variables_convert ((FoliotFmiType) type, value) },
             (FoliotFmuPort){ NULL, NULL });
    }
}

static void
add_seed (FoliotFmuVariables *self, FoliotScenario *scenario)
{
  if (!has_variable (self, "seed"))
    add (self,
         (FoliotFmiVariable){ .name = g_strdup ("seed"),
                              .help = g_strdup ("Of all random streams"),
                              .type = FOLIOT_FMI_INTEGER,
                              .causality = FOLIOT_FMI_PARAMETER,
                              .start = foliot_value_new_int ((gint64) scenario->seed) },
         (FoliotFmuPort){ NULL, NULL });
}

/* ---- inputs and outputs ----------------------------------------------------------------------------------------- */

static gboolean
fail_section (GError **error, const char *member, const char *name, const char *expected)
{
  g_set_error (error, FOLIOT_FMU_ERROR, FOLIOT_FMU_ERROR_SCENARIO,
               "the scenario's /cosim/fmi/%s/%s: expected %s", member, name, expected);
  return FALSE;
}

static FoliotValue *
find_member (FoliotScenario *scenario, const char *member, const char *name)
{
  FoliotValue *fmi = foliot_scenario_get_cosim (scenario, "fmi");
  FoliotValue *members = fmi != NULL ? foliot_value_lookup (fmi, member) : NULL;

  return members != NULL && foliot_value_get_kind (members) == FOLIOT_VALUE_MAP
             ? foliot_value_lookup (members, name)
             : NULL;
}

static gboolean
find_type (FoliotScenario *scenario, const char *name, FoliotFmiType *out_type, GError **error)
{
  FoliotValue *said = find_member (scenario, "types", name);
  const char *text = said != NULL && foliot_value_get_kind (said) == FOLIOT_VALUE_STRING
                         ? foliot_value_get_string (said, NULL)
                         : "";

  *out_type = FOLIOT_FMI_REAL;
  if (said == NULL)
    return TRUE;
  for (guint i = 0; type_names[i] != NULL; i++)
    if (g_str_equal (type_names[i], text))
      {
        *out_type = (FoliotFmiType) i;
        return TRUE;
      }
  return fail_section (error, "types", name, "\"real\", \"integer\", \"boolean\" or \"string\"");
}

/* A start value is a must for an input; masters show it, and some set it. */
static FoliotValue *
find_start (FoliotScenario *scenario, const char *name, FoliotFmiType type, GError **error)
{
  FoliotValue *said = find_member (scenario, "start", name);
  FoliotValue *start;

  if (said == NULL)
    return type == FOLIOT_FMI_REAL ? foliot_value_new_double (0) : foliot_fmu_variables_new_blank (type);
  start = foliot_fmu_variables_convert (type, said);
  if (start == NULL)
    fail_section (error, "start", name, "a value of the variable's type");
  return start;
}

static gboolean
add_port (FoliotFmuVariables *self, FoliotScenario *scenario, const FoliotCosimVariable *port, GError **error)
{
  FoliotFmiVariable variable = { .causality = port->is_output ? FOLIOT_FMI_OUTPUT : FOLIOT_FMI_INPUT };

  if (!find_type (scenario, port->name, &variable.type, error))
    return FALSE;
  if (!port->is_output)
    variable.start = find_start (scenario, port->name, variable.type, error);
  if (!port->is_output && variable.start == NULL)
    return FALSE;
  variable.name = g_strconcat (port->agent, ".", port->name, NULL);
  variable.unit = g_strdup (port->unit);
  variable.help = g_strdup (port->help);
  add (self, variable, (FoliotFmuPort){ port->agent, port->name });
  return TRUE;
}

/* Names that nobody has are mistakes, and no master would tell of them. */
static gboolean
check_names (FoliotValue *map, const char *where, const char *const *names, GError **error)
{
  if (foliot_value_get_kind (map) != FOLIOT_VALUE_MAP)
    {
      g_set_error (error, FOLIOT_FMU_ERROR, FOLIOT_FMU_ERROR_SCENARIO,
                   "the scenario's %s: expected an object", where);
      return FALSE;
    }
  for (gsize i = 0; i < foliot_value_get_length (map); i++)
    {
      const char *name = foliot_value_get_string (foliot_value_get_key (map, i), NULL);
      g_autofree char *hint = NULL;

      if (g_strv_contains (names, name))
        continue;
      hint = foliot_nearest_hint (name, names);
      g_set_error (error, FOLIOT_FMU_ERROR, FOLIOT_FMU_ERROR_SCENARIO, "the scenario's %s: unknown \"%s\"%s",
                   where, name, hint);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_section (FoliotScenario *scenario, GError **error)
{
  static const char *const members[] = { "start", "types", NULL };
  FoliotValue *fmi = foliot_scenario_get_cosim (scenario, "fmi");
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  gsize n = 0;
  const FoliotCosimVariable *ports = foliot_scenario_get_cosim_variables (scenario, &n);

  for (gsize i = 0; i < n; i++)
    g_ptr_array_add (names, (gpointer) ports[i].name);
  g_ptr_array_add (names, NULL);
  if (fmi != NULL && !check_names (fmi, "/cosim/fmi", members, error))
    return FALSE;
  for (gsize i = 0; fmi != NULL && members[i] != NULL; i++)
    {
      g_autofree char *where = g_strconcat ("/cosim/fmi/", members[i], NULL);
      FoliotValue *member = foliot_value_lookup (fmi, members[i]);

      if (member != NULL && !check_names (member, where, (const char *const *) names->pdata, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_scenario (FoliotScenario *scenario, GError **error)
{
  gsize n = 0;
  const char *reason = NULL;

  foliot_scenario_get_cosim_variables (scenario, &n);
  if (_foliot_scenario_has_sockets (scenario) || scenario->processes)
    reason = "its containers need sockets or processes; set \"transport\" to \"local\" and \"processes\" to "
             "false";
  else if (n == 0)
    reason = "its section \"cosim\" names no model: there is nothing to exchange with a master (docs/fmu.md)";
  if (reason != NULL)
    g_set_error (error, FOLIOT_FMU_ERROR, FOLIOT_FMU_ERROR_SCENARIO, "scenario %s cannot be an FMU: %s",
                 scenario->name, reason);
  return reason == NULL;
}

gboolean
foliot_fmu_variables_init (FoliotFmuVariables *self, FoliotScenario *scenario, GError **error)
{
  gsize n = 0;
  const FoliotCosimVariable *ports = foliot_scenario_get_cosim_variables (scenario, &n);

  self->variables = g_ptr_array_new_with_free_func ((GDestroyNotify) _foliot_fmi_variable_free);
  self->ports = g_array_new (FALSE, FALSE, sizeof (FoliotFmuPort));
  if (!check_scenario (scenario, error) || !check_section (scenario, error))
    return FALSE;
  add_parameters (self, scenario->parameters, "");
  add_seed (self, scenario);
  for (gsize i = 0; i < n; i++)
    if (!add_port (self, scenario, &ports[i], error))
      return FALSE;
  return TRUE;
}
