/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-scenario-private.h"

/* What a person wants to know of a scenario or an agent type, as plain data: the command prints it as text or JSON. */

static FoliotValue *
text_or_null (const char *text)
{
  return text != NULL ? foliot_value_new_string (text) : foliot_value_new_null ();
}

static FoliotValue *
list_of (GPtrArray *items)
{
  return foliot_value_new_list ((FoliotValue **) items->pdata, items->len);
}

static FoliotValue *
describe_signature (const char *text)
{
  g_autoptr (FoliotSignature) signature = foliot_signature_new (text != NULL ? text : "", NULL);
  g_autofree char *shown = signature != NULL ? foliot_signature_to_string (signature) : NULL;

  return text_or_null (shown);
}

FoliotValue *
foliot_scenario_describe_type (GType type)
{
  const FoliotAgentInfo *info = foliot_agent_type_get_info (type);
  g_autoptr (GPtrArray) methods = g_ptr_array_new (), inputs = g_ptr_array_new (),
                        outputs = g_ptr_array_new ();

  g_return_val_if_fail (info != NULL, NULL);
  for (const FoliotMethod *method = info->methods; method != NULL && method->name != NULL; method++)
    if (method->func != NULL)
      g_ptr_array_add (methods, foliot_value_build_map ("name", foliot_value_new_string (method->name),
                                                        "arguments", describe_signature (method->signature),
                                                        "help", text_or_null (method->help), NULL));
  for (const FoliotInput *input = info->inputs; input != NULL && input->name != NULL; input++)
    g_ptr_array_add (inputs, foliot_value_build_map ("name", foliot_value_new_string (input->name), "unit",
                                                     text_or_null (input->unit), "help",
                                                     text_or_null (input->help), NULL));
  for (const FoliotOutput *output = info->outputs; output != NULL && output->name != NULL; output++)
    g_ptr_array_add (outputs, foliot_value_build_map ("name", foliot_value_new_string (output->name), "unit",
                                                      text_or_null (output->unit), "help",
                                                      text_or_null (output->help), NULL));
  return foliot_value_build_map ("type", foliot_value_new_string (foliot_agent_type_get_name (type)), "help",
                                 text_or_null (info->help), "arguments", describe_signature (info->args),
                                 "methods", list_of (methods), "inputs", list_of (inputs), "outputs",
                                 list_of (outputs), NULL);
}

static FoliotValue *
describe_link (const FoliotLinkSpec *link)
{
  static const char *const kinds[] = { "constant", "uniform", "exponential", "normal" };

  return foliot_value_build_map (
      "from", foliot_value_new_string (link->from), "to", foliot_value_new_string (link->to), "distribution",
      foliot_value_new_string (kinds[link->latency.kind]), "base_s",
      foliot_value_new_double (foliot_time_to_seconds (link->latency.base)), "spread_s",
      foliot_value_new_double (foliot_time_to_seconds (link->latency.spread)), "loss",
      foliot_value_new_double (link->loss_ppm / 1e6), NULL);
}

static FoliotValue *
describe_input (FoliotScenario *scenario, const FoliotInputSpec *input)
{
  g_autoptr (GPtrArray) to = g_ptr_array_new ();
  g_autofree char *file = g_path_get_basename (input->series->path);

  for (guint i = 0; i < input->deliveries->len; i++)
    {
      const FoliotDelivery *delivery = &g_array_index (input->deliveries, FoliotDelivery, i);
      const FoliotAgentSpec *agent = &g_array_index (scenario->agents, FoliotAgentSpec, delivery->agent);

      g_ptr_array_add (to, foliot_value_build_map (
                               "column", foliot_value_new_string (input->series->columns[delivery->column]),
                               "agent", foliot_value_new_string (agent->name), "input",
                               foliot_value_new_string (delivery->input->name), NULL));
    }
  return foliot_value_build_map ("file", foliot_value_new_string (file), "rows",
                                 foliot_value_new_uint (input->series->n_rows), "deliver", list_of (to),
                                 NULL);
}

static FoliotValue *
describe_output (const FoliotOutputSpec *output)
{
  g_autoptr (GPtrArray) columns = g_ptr_array_new ();

  for (gsize i = 0; output->columns[i] != NULL; i++)
    g_ptr_array_add (columns, foliot_value_new_string (output->columns[i]));
  return foliot_value_build_map (
      "table", foliot_value_new_string (output->table), "columns", list_of (columns), "every_s",
      output->every > 0 ? foliot_value_new_double (foliot_time_to_seconds (output->every))
                        : foliot_value_new_null (),
      "agents", foliot_value_new_uint (output->agents->len), NULL);
}

/* Agents of one type and container that follow each other are one line: ten thousand of them are no list to read. */
static FoliotValue *
describe_agents (FoliotScenario *scenario)
{
  g_autoptr (GPtrArray) agents = g_ptr_array_new ();
  guint i = 0;

  while (i < scenario->agents->len)
    {
      const FoliotAgentSpec *first = &g_array_index (scenario->agents, FoliotAgentSpec, i);
      const FoliotAgentSpec *last = first;
      guint n = 0;

      for (; i < scenario->agents->len; i++, n++)
        {
          const FoliotAgentSpec *next = &g_array_index (scenario->agents, FoliotAgentSpec, i);

          if (next->type != first->type || next->container != first->container)
            break;
          last = next;
        }
      g_ptr_array_add (
          agents, foliot_value_build_map (
                      "first", foliot_value_new_string (first->name), "last",
                      foliot_value_new_string (last->name), "count", foliot_value_new_uint (n), "type",
                      foliot_value_new_string (foliot_agent_type_get_name (first->type)), "container",
                      foliot_value_new_string (
                          g_array_index (scenario->containers, FoliotContainerSpec, first->container).name),
                      NULL));
    }
  return list_of (agents);
}

static FoliotValue *
describe_types (FoliotScenario *scenario)
{
  g_autoptr (GPtrArray) types = g_ptr_array_new (), seen = g_ptr_array_new ();

  for (guint i = 0; i < scenario->agents->len; i++)
    {
      GType type = g_array_index (scenario->agents, FoliotAgentSpec, i).type;

      if (g_ptr_array_find (seen, GSIZE_TO_POINTER (type), NULL))
        continue;
      g_ptr_array_add (seen, GSIZE_TO_POINTER (type));
      g_ptr_array_add (types, foliot_scenario_describe_type (type));
    }
  return list_of (types);
}

FoliotValue *
foliot_scenario_describe (FoliotScenario *scenario)
{
  g_autoptr (GPtrArray) containers = g_ptr_array_new (), links = g_ptr_array_new (),
                        inputs = g_ptr_array_new (), outputs = g_ptr_array_new ();
  g_autofree char *duration = foliot_time_format (scenario->duration);

  for (guint i = 0; i < scenario->containers->len; i++)
    g_ptr_array_add (containers, foliot_value_new_string (
                                     g_array_index (scenario->containers, FoliotContainerSpec, i).name));
  for (guint i = 0; i < scenario->links->len; i++)
    g_ptr_array_add (links, describe_link (&g_array_index (scenario->links, FoliotLinkSpec, i)));
  for (guint i = 0; i < scenario->inputs->len; i++)
    g_ptr_array_add (inputs,
                     describe_input (scenario, &g_array_index (scenario->inputs, FoliotInputSpec, i)));
  for (guint i = 0; i < scenario->outputs->len; i++)
    g_ptr_array_add (outputs, describe_output (&g_array_index (scenario->outputs, FoliotOutputSpec, i)));
  return foliot_value_build_map (
      "scenario", foliot_value_new_string (scenario->name), "description",
      foliot_value_new_string (scenario->description), "start_date",
      foliot_value_new_string (scenario->start_date), "duration_s", foliot_value_new_string (duration),
      "seed", foliot_value_new_uint (scenario->seed), "transport",
      foliot_value_new_string (scenario->transport), "processes", foliot_value_new_bool (scenario->processes),
      "parameters", foliot_value_ref (scenario->parameters), "containers", list_of (containers), "agents",
      describe_agents (scenario), "types", describe_types (scenario), "links", list_of (links), "inputs",
      list_of (inputs), "outputs", list_of (outputs), NULL);
}
