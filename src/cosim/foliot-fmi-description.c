/* SPDX-License-Identifier: MIT */
#include "cosim/foliot-fmi-description.h"

#include <string.h>

/*
 * Both versions say the same in other words, so one function a section writes either. Nothing of the machine or the time of day
 * enters: the same scenario gives the same FMU.
 */

void
_foliot_fmi_variable_free (FoliotFmiVariable *variable)
{
  g_free (variable->name);
  g_free (variable->unit);
  g_free (variable->help);
  g_clear_pointer (&variable->start, foliot_value_unref);
  g_free (variable);
}

char *
_foliot_fmi_dup_identifier (const char *name)
{
  GString *identifier = g_string_new (g_ascii_isdigit (name[0]) ? "_" : "");

  for (const char *p = name; *p != '\0'; p++)
    g_string_append_c (identifier, g_ascii_isalnum (*p) ? *p : '_');
  return g_string_free (identifier, FALSE);
}

/* ---- units ------------------------------------------------------------------------------------------------------ */

/* In terms of the SI base units kg, m, s, A, K. */
typedef struct
{
  const char *name;
  double factor;
  gint8 kg, m, s, a, k;
} Unit;

static const Unit known_units[] = {
  { "W", 1, 1, 2, -3 },        { "kW", 1e3, 1, 2, -3 },    { "MW", 1e6, 1, 2, -3 },
  { "GW", 1e9, 1, 2, -3 },     { "var", 1, 1, 2, -3 },     { "kvar", 1e3, 1, 2, -3 },
  { "Mvar", 1e6, 1, 2, -3 },   { "VA", 1, 1, 2, -3 },      { "kVA", 1e3, 1, 2, -3 },
  { "MVA", 1e6, 1, 2, -3 },    { "J", 1, 1, 2, -2 },       { "Wh", 3.6e3, 1, 2, -2 },
  { "kWh", 3.6e6, 1, 2, -2 },  { "MWh", 3.6e9, 1, 2, -2 }, { "V", 1, 1, 2, -3, -1 },
  { "kV", 1e3, 1, 2, -3, -1 }, { "A", 1, 0, 0, 0, 1 },     { "kA", 1e3, 0, 0, 0, 1 },
  { "Ohm", 1, 1, 2, -3, -2 },  { "Hz", 1, 0, 0, -1 },      { "s", 1, 0, 0, 1 },
  { "min", 60, 0, 0, 1 },      { "h", 3600, 0, 0, 1 },     { "m", 1, 0, 1 },
  { "km", 1e3, 0, 1 },         { "m/s", 1, 0, 1, -1 },     { "kg", 1, 1 },
  { "K", 1, 0, 0, 0, 0, 1 },   { "Pa", 1, 1, -1, -2 },     { "N", 1, 1, 1, -2 },
};

static gboolean
has_unit (const FoliotFmiVariable *variable)
{
  return variable->type == FOLIOT_FMI_REAL && variable->unit != NULL && variable->unit[0] != '\0'
         && !g_str_equal (variable->unit, "1");
}

static void
append_exponent (GString *xml, const char *base, int exponent)
{
  if (exponent != 0)
    g_string_append_printf (xml, " %s=\"%d\"", base, exponent);
}

static void
append_unit (GString *xml, const char *name)
{
  g_autofree char *escaped = g_markup_escape_text (name, -1);
  char factor[32];

  for (gsize i = 0; i < G_N_ELEMENTS (known_units); i++)
    {
      const Unit *unit = &known_units[i];

      if (!g_str_equal (unit->name, name))
        continue;
      g_string_append_printf (xml, "    <Unit name=\"%s\"><BaseUnit", escaped);
      append_exponent (xml, "kg", unit->kg);
      append_exponent (xml, "m", unit->m);
      append_exponent (xml, "s", unit->s);
      append_exponent (xml, "A", unit->a);
      append_exponent (xml, "K", unit->k);
      if (unit->factor != 1)
        g_string_append_printf (xml, " factor=\"%s\"", foliot_double_format (unit->factor, factor));
      g_string_append (xml, "/></Unit>\n");
      return;
    }
  g_string_append_printf (xml, "    <Unit name=\"%s\"/>\n", escaped);
}

static void
append_units (GString *xml, const FoliotFmiModel *model)
{
  g_autoptr (GPtrArray) seen = g_ptr_array_new ();

  for (guint i = 0; i < model->variables->len; i++)
    {
      const FoliotFmiVariable *variable = g_ptr_array_index (model->variables, i);

      if (!has_unit (variable) || g_ptr_array_find_with_equal_func (seen, variable->unit, g_str_equal, NULL))
        continue;
      if (seen->len == 0)
        g_string_append (xml, "  <UnitDefinitions>\n");
      g_ptr_array_add (seen, variable->unit);
      append_unit (xml, variable->unit);
    }
  if (seen->len > 0)
    g_string_append (xml, "  </UnitDefinitions>\n");
}

/* ---- variables -------------------------------------------------------------------------------------------------- */

static void
append_attribute (GString *xml, const char *name, const char *text)
{
  g_autofree char *escaped = text != NULL ? g_markup_escape_text (text, -1) : NULL;

  if (escaped != NULL)
    g_string_append_printf (xml, " %s=\"%s\"", name, escaped);
}

static char *
dup_start (const FoliotFmiVariable *variable)
{
  char buffer[32];

  switch (variable->type)
    {
    case FOLIOT_FMI_REAL:
      return g_strdup (foliot_double_format (foliot_value_get_double (variable->start), buffer));
    case FOLIOT_FMI_INTEGER:
      return g_strdup_printf ("%" G_GINT64_FORMAT, foliot_value_get_int (variable->start));
    case FOLIOT_FMI_BOOLEAN:
      return g_strdup (foliot_value_get_bool (variable->start) ? "true" : "false");
    default:
      return g_strdup (foliot_value_get_string (variable->start, NULL));
    }
}

static const char *
get_variability (const FoliotFmiVariable *variable)
{
  return variable->causality == FOLIOT_FMI_PARAMETER ? "fixed" : "discrete";
}

/* `initial` of an input is implied in both versions, and may not be said in FMI 2. */
static const char *
get_initial (const FoliotFmiVariable *variable)
{
  static const char *const initials[] = { "exact", NULL, "calculated" };

  return initials[variable->causality];
}

static void
append_head (GString *xml, const FoliotFmiVariable *variable, guint reference)
{
  static const char *const causalities[] = { "parameter", "input", "output" };

  append_attribute (xml, "name", variable->name);
  g_string_append_printf (xml, " valueReference=\"%u\"", reference);
  append_attribute (xml, "description", variable->help);
  append_attribute (xml, "causality", causalities[variable->causality]);
  append_attribute (xml, "variability", get_variability (variable));
  append_attribute (xml, "initial", get_initial (variable));
}

static void
append_variable_2 (GString *xml, const FoliotFmiVariable *variable, guint reference)
{
  static const char *const types[] = { "Real", "Integer", "Boolean", "String" };
  g_autofree char *start = variable->start != NULL ? dup_start (variable) : NULL;

  g_string_append (xml, "    <ScalarVariable");
  append_head (xml, variable, reference);
  g_string_append_printf (xml, "><%s", types[variable->type]);
  append_attribute (xml, "unit", has_unit (variable) ? variable->unit : NULL);
  append_attribute (xml, "start", start);
  g_string_append (xml, "/></ScalarVariable>\n");
}

static void
append_variable_3 (GString *xml, const FoliotFmiVariable *variable, guint reference)
{
  static const char *const types[] = { "Float64", "Int64", "Boolean", "String" };
  g_autofree char *start = variable->start != NULL ? dup_start (variable) : NULL;

  g_string_append_printf (xml, "    <%s", types[variable->type]);
  append_head (xml, variable, reference);
  append_attribute (xml, "unit", has_unit (variable) ? variable->unit : NULL);
  if (variable->type != FOLIOT_FMI_STRING)
    append_attribute (xml, "start", start);
  if (variable->type != FOLIOT_FMI_STRING || start == NULL)
    {
      g_string_append (xml, "/>\n");
      return;
    }
  g_string_append (xml, "><Start");
  append_attribute (xml, "value", start);
  g_string_append (xml, "/></String>\n");
}

static void
append_variables (GString *xml, const FoliotFmiModel *model)
{
  g_string_append (xml, "  <ModelVariables>\n");
  for (guint i = 0; i < model->variables->len; i++)
    if (model->version == 2)
      append_variable_2 (xml, g_ptr_array_index (model->variables, i), i);
    else
      append_variable_3 (xml, g_ptr_array_index (model->variables, i), i);
  if (model->version == 3)
    g_string_append_printf (
        xml,
        "    <Float64 name=\"time\" valueReference=\"%u\" description=\"Simulated time, in seconds\" "
        "causality=\"independent\" variability=\"continuous\"/>\n",
        model->variables->len);
  g_string_append (xml, "  </ModelVariables>\n");
}

/* ---- structure -------------------------------------------------------------------------------------------------- */

static void
append_outputs (GString *xml, const FoliotFmiModel *model, const char *element)
{
  for (guint i = 0; i < model->variables->len; i++)
    {
      const FoliotFmiVariable *variable = g_ptr_array_index (model->variables, i);

      if (variable->causality != FOLIOT_FMI_OUTPUT)
        continue;
      if (model->version == 2) /* the place in the list, from 1 */
        g_string_append_printf (xml, "      <Unknown index=\"%u\"/>\n", i + 1);
      else
        g_string_append_printf (xml, "    <%s valueReference=\"%u\"/>\n", element, i);
    }
}

static gboolean
has_outputs (const FoliotFmiModel *model)
{
  for (guint i = 0; i < model->variables->len; i++)
    if (((const FoliotFmiVariable *) g_ptr_array_index (model->variables, i))->causality == FOLIOT_FMI_OUTPUT)
      return TRUE;
  return FALSE;
}

static void
append_structure (GString *xml, const FoliotFmiModel *model)
{
  g_string_append (xml, "  <ModelStructure>\n");
  if (model->version == 3)
    {
      append_outputs (xml, model, "Output");
      append_outputs (xml, model, "InitialUnknown");
    }
  else if (has_outputs (model))
    {
      g_string_append (xml, "    <Outputs>\n");
      append_outputs (xml, model, NULL);
      g_string_append (xml, "    </Outputs>\n    <InitialUnknowns>\n");
      append_outputs (xml, model, NULL);
      g_string_append (xml, "    </InitialUnknowns>\n");
    }
  g_string_append (xml, "  </ModelStructure>\n");
}

static void
append_experiment (GString *xml, const FoliotFmiModel *model)
{
  char start[32], stop[32], step[32];

  g_string_append_printf (xml, "  <DefaultExperiment startTime=\"%s\" stopTime=\"%s\" stepSize=\"%s\"/>\n",
                          foliot_double_format (model->start, start),
                          foliot_double_format (model->stop, stop), foliot_double_format (model->step, step));
}

char *
_foliot_fmi_describe (const FoliotFmiModel *model)
{
  GString *xml = g_string_new ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<fmiModelDescription");

  append_attribute (xml, "fmiVersion", model->version == 2 ? "2.0" : "3.0");
  append_attribute (xml, "modelName", model->name);
  append_attribute (xml, model->version == 2 ? "guid" : "instantiationToken", model->token);
  append_attribute (xml, "description", model->description);
  append_attribute (xml, "generationTool", "Foliot " FOLIOT_VERSION);
  append_attribute (xml, "variableNamingConvention", "flat");
  g_string_append (xml, ">\n  <CoSimulation");
  append_attribute (xml, "modelIdentifier", model->identifier);
  append_attribute (xml, "canHandleVariableCommunicationStepSize", "true");
  if (model->version == 2)
    append_attribute (xml, "canNotUseMemoryManagementFunctions", "true");
  g_string_append (xml, "/>\n");
  append_units (xml, model);
  append_experiment (xml, model);
  append_variables (xml, model);
  append_structure (xml, model);
  g_string_append (xml, "</fmiModelDescription>\n");
  return g_string_free (xml, FALSE);
}
