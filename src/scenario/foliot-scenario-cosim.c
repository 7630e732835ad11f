/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-scenario-sections.h"

#include "scenario/foliot-scenario-helics.h"

#include <string.h>

/*
 * The section "cosim": what a master that sets the time may see of a scenario, whoever the master is. A model is a kind of agents
 * under the name that the master gives it; what goes in and out is named there and nowhere else, so that one list serves mosaik, HELICS
 * and FMI. Each of these has a part of its own for what only it knows.
 */

/* -- life ---------------------------------------------------------------------------------------------------------- */

static void
clear_port (gpointer data)
{
  g_free (((FoliotModelPort *) data)->name);
}

static void
clear_param (gpointer data)
{
  FoliotModelParam *param = data;

  g_free (param->name);
  g_free (param->argument);
}

static void
clear_model (gpointer data)
{
  FoliotModelSpec *model = data;

  g_free (model->name);
  g_free (model->pattern);
  g_array_unref (model->agents);
  g_array_unref (model->params);
  g_array_unref (model->ports);
}

static void
clear_method (gpointer data)
{
  FoliotExtraMethod *method = data;

  g_free (method->name);
  g_free (method->method);
}

void
_foliot_scenario_init_cosim (FoliotScenario *scenario)
{
  FoliotCosimSpec *cosim = &scenario->cosim;

  cosim->models = _foliot_scenario_new_specs (sizeof (FoliotModelSpec), clear_model);
  cosim->variables = _foliot_scenario_new_specs (sizeof (FoliotCosimVariable), NULL);
  cosim->mosaik_methods = _foliot_scenario_new_specs (sizeof (FoliotExtraMethod), clear_method);
  cosim->by_agent = g_hash_table_new (NULL, NULL);
}

void
_foliot_scenario_clear_cosim (FoliotScenario *scenario)
{
  FoliotCosimSpec *cosim = &scenario->cosim;

  g_clear_pointer (&cosim->helics, _foliot_helics_plan_free);
  g_array_unref (cosim->mosaik_methods);
  g_array_unref (cosim->variables);
  g_array_unref (cosim->models);
  g_hash_table_unref (cosim->by_agent);
  g_clear_pointer (&cosim->mosaik_init, foliot_value_unref);
  g_clear_pointer (&cosim->resolved, foliot_value_unref);
  g_free (cosim->mosaik_feedback_to);
  g_free (cosim->master);
}

/* -- ports of a model -------------------------------------------------------------------------------------------------- */

/* The entry of @table (entries of @size bytes that begin with their name, the last one's NULL) that is called @name. */
static gconstpointer
find_named (gconstpointer table, gsize size, const char *name)
{
  for (const char *entry = table; entry != NULL && *(const char *const *) entry != NULL; entry += size)
    if (g_str_equal (*(const char *const *) entry, name))
      return entry;
  return NULL;
}

static void
fail_unknown (const FoliotCursor *at, gconstpointer table, gsize size, const char *what, const char *name,
              GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (const char *entry = table; entry != NULL && *(const char *const *) entry != NULL; entry += size)
    g_ptr_array_add (names, *(char *const *) entry);
  g_ptr_array_add (names, NULL);
  foliot_cursor_fail_unknown (at, what, name, (const char *const *) names->pdata, error);
}

static gboolean
find_input (const FoliotAgentInfo *info, const FoliotCursor *at, const char *name, FoliotModelPort *port,
            GError **error)
{
  port->input = find_named (info->inputs, sizeof (FoliotInput), name);
  if (port->input == NULL)
    fail_unknown (at, info->inputs, sizeof (FoliotInput), "input", name, error);
  return port->input != NULL;
}

static gboolean
find_method (const FoliotAgentInfo *info, const FoliotCursor *at, const char *name, FoliotModelPort *port,
             GError **error)
{
  port->method = find_named (info->methods, sizeof (FoliotMethod), name);
  if (port->method != NULL && port->method->func != NULL)
    return TRUE;
  fail_unknown (at, info->methods, sizeof (FoliotMethod), "method", name, error);
  return FALSE;
}

static gboolean
find_output (const FoliotAgentInfo *info, const FoliotCursor *at, const char *name, FoliotModelPort *port,
             GError **error)
{
  port->output = find_named (info->outputs, sizeof (FoliotOutput), name);
  if (port->output == NULL)
    fail_unknown (at, info->outputs, sizeof (FoliotOutput), "output", name, error);
  return port->output != NULL;
}

static gboolean
read_input (const FoliotAgentInfo *info, const FoliotCursor *at, FoliotModelPort *port, const char **out_name,
            GError **error)
{
  static const char *const members[] = { "name", "input", "method", "trigger", "sum", NULL };
  FoliotCursor at_method = foliot_cursor_member (at, "method"), at_input;
  const char *method = NULL, *input;

  if (foliot_value_get_kind (at->value) == FOLIOT_VALUE_STRING)
    return foliot_cursor_to_string (at, out_name, error) && find_input (info, at, *out_name, port, error);
  if (!foliot_cursor_expect_map (at, members, error)
      || !foliot_cursor_get_string (at, "name", TRUE, out_name, error)
      || !foliot_cursor_get_bool (at, "trigger", &port->is_event, error)
      || !foliot_cursor_get_bool (at, "sum", &port->sums, error)
      || !foliot_cursor_get_string (at, "method", FALSE, &method, error))
    return FALSE;
  port->is_no_event = !port->is_event && foliot_cursor_member (at, "trigger").value != NULL;
  if (method != NULL)
    return find_method (info, &at_method, method, port, error);
  input = *out_name;
  at_input = foliot_cursor_member (at, "input");
  return foliot_cursor_get_string (at, "input", FALSE, &input, error)
         && find_input (info, &at_input, input, port, error);
}

static gboolean
read_output (const FoliotAgentInfo *info, const FoliotCursor *at, FoliotModelPort *port,
             const char **out_name, GError **error)
{
  static const char *const members[] = { "name", "output", "persistent", NULL };
  FoliotCursor at_output;
  gboolean persistent = TRUE;
  const char *output;

  if (foliot_value_get_kind (at->value) == FOLIOT_VALUE_STRING)
    return foliot_cursor_to_string (at, out_name, error) && find_output (info, at, *out_name, port, error);
  if (!foliot_cursor_expect_map (at, members, error)
      || !foliot_cursor_get_string (at, "name", TRUE, out_name, error)
      || !foliot_cursor_get_bool (at, "persistent", &persistent, error))
    return FALSE;
  port->is_event = !persistent;
  port->is_no_event = persistent && foliot_cursor_member (at, "persistent").value != NULL;
  output = *out_name;
  at_output = foliot_cursor_member (at, "output");
  return foliot_cursor_get_string (at, "output", FALSE, &output, error)
         && find_output (info, &at_output, output, port, error);
}

static gboolean
check_port_name (const FoliotModelSpec *model, const FoliotCursor *at, const char *name, GError **error)
{
  for (guint i = 0; i < model->ports->len; i++)
    if (g_str_equal (g_array_index (model->ports, FoliotModelPort, i).name, name))
      {
        foliot_cursor_fail (at, FOLIOT_SCENARIO_ERROR_TYPE, error, "the model has \"%s\" already", name);
        return FALSE;
      }
  return TRUE;
}

typedef gboolean (*PortFunc) (const FoliotAgentInfo *info, const FoliotCursor *at, FoliotModelPort *port,
                              const char **out_name, GError **error);

static gboolean
read_ports (FoliotModelSpec *model, const FoliotCursor *entry, const char *member, PortFunc func,
            GError **error)
{
  FoliotCursor list = foliot_cursor_member (entry, member);
  const FoliotAgentInfo *info = foliot_agent_type_get_info (model->type);

  if (list.value == NULL)
    return TRUE;
  if (!foliot_cursor_expect_list (&list, error))
    return FALSE;
  for (gsize i = 0; i < foliot_value_get_length (list.value); i++)
    {
      FoliotCursor at = foliot_cursor_element (&list, i);
      FoliotModelPort port = { 0 };
      const char *name = NULL;

      if (!func (info, &at, &port, &name, error) || !check_port_name (model, &at, name, error))
        return FALSE;
      port.name = g_strdup (name);
      g_array_append_val (model->ports, port);
    }
  return TRUE;
}

/* -- models ------------------------------------------------------------------------------------------------------------ */

static gboolean
read_params (FoliotModelSpec *model, const FoliotCursor *entry, GError **error)
{
  FoliotCursor map = foliot_cursor_member (entry, "params");
  const FoliotAgentInfo *info = foliot_agent_type_get_info (model->type);
  g_autoptr (FoliotSignature) signature = foliot_signature_new (info->args != NULL ? info->args : "", NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  if (map.value == NULL)
    return TRUE;
  if (!foliot_cursor_expect_map (&map, NULL, error))
    return FALSE;
  for (guint i = 0; i < foliot_signature_get_n_args (signature); i++)
    g_ptr_array_add (names, (gpointer) foliot_signature_get_arg_name (signature, i));
  g_ptr_array_add (names, NULL);
  for (gsize i = 0; i < foliot_value_get_length (map.value); i++)
    {
      const char *name = foliot_value_get_string (foliot_value_get_key (map.value, i), NULL);
      FoliotCursor at = foliot_cursor_member (&map, name);
      const char *argument = NULL;
      FoliotModelParam param;

      if (!foliot_cursor_to_string (&at, &argument, error))
        return FALSE;
      if (!g_strv_contains ((const char *const *) names->pdata, argument))
        {
          foliot_cursor_fail_unknown (&at, "argument", argument, (const char *const *) names->pdata, error);
          return FALSE;
        }
      param = (FoliotModelParam){ g_strdup (name), g_strdup (argument) };
      g_array_append_val (model->params, param);
    }
  return TRUE;
}

static gboolean
add_model_agent (FoliotScenario *scenario, FoliotModelSpec *model, const FoliotCursor *at, guint agent,
                 GError **error)
{
  const FoliotAgentSpec *spec = &g_array_index (scenario->agents, FoliotAgentSpec, agent);
  guint number = scenario->cosim.models->len;
  gpointer key = GUINT_TO_POINTER (agent + 1);

  if (model->agents->len == 0)
    model->type = spec->type;
  if (spec->type != model->type)
    {
      foliot_cursor_fail (at, FOLIOT_SCENARIO_ERROR_TYPE, error,
                          "the agents of a model are of one type, but %s is a %s, not a %s", spec->name,
                          foliot_agent_type_get_name (spec->type), foliot_agent_type_get_name (model->type));
      return FALSE;
    }
  if (!g_hash_table_insert (scenario->cosim.by_agent, key, GUINT_TO_POINTER (number)))
    {
      foliot_cursor_fail (at, FOLIOT_SCENARIO_ERROR_TYPE, error, "agent %s belongs to another model already",
                          spec->name);
      return FALSE;
    }
  g_array_append_val (model->agents, agent);
  return TRUE;
}

static gboolean
find_model_agents (FoliotScenario *scenario, FoliotModelSpec *model, const FoliotCursor *at, GError **error)
{
  g_autoptr (GPatternSpec) pattern = g_pattern_spec_new (model->pattern);

  for (guint i = 0; i < scenario->agents->len; i++)
    if (g_array_index (scenario->agents, FoliotAgentSpec, i).entry != G_MAXUINT
        && g_pattern_spec_match_string (pattern, g_array_index (scenario->agents, FoliotAgentSpec, i).name)
        && !add_model_agent (scenario, model, at, i, error))
      return FALSE;
  if (model->agents->len > 0)
    return TRUE;
  foliot_cursor_fail (at, FOLIOT_SCENARIO_ERROR_UNKNOWN, error, "no agent's name matches \"%s\"",
                      model->pattern);
  return FALSE;
}

static gboolean
check_model_name (FoliotScenario *scenario, const FoliotCursor *at, const char *name, GError **error)
{
  for (guint i = 0; i < scenario->cosim.models->len; i++)
    if (g_str_equal (g_array_index (scenario->cosim.models, FoliotModelSpec, i).name, name))
      {
        foliot_cursor_fail (at, FOLIOT_SCENARIO_ERROR_TYPE, error, "there is already a model \"%s\"", name);
        return FALSE;
      }
  return TRUE;
}

static gboolean
read_model (FoliotScenario *scenario, const FoliotCursor *at, GError **error)
{
  static const char *const members[] = { "name", "agents", "params", "inputs", "outputs", NULL };
  FoliotCursor at_name = foliot_cursor_member (at, "name"), at_agents = foliot_cursor_member (at, "agents");
  const char *name = NULL, *pattern = NULL;
  FoliotModelSpec model = { 0 }, *stored;

  if (!foliot_cursor_expect_map (at, members, error)
      || !foliot_cursor_get_string (at, "name", TRUE, &name, error)
      || !foliot_cursor_get_string (at, "agents", TRUE, &pattern, error)
      || !check_model_name (scenario, &at_name, name, error))
    return FALSE;
  model.name = g_strdup (name);
  model.pattern = g_strdup (pattern);
  model.agents = _foliot_scenario_new_specs (sizeof (guint), NULL);
  model.params = _foliot_scenario_new_specs (sizeof (FoliotModelParam), clear_param);
  model.ports = _foliot_scenario_new_specs (sizeof (FoliotModelPort), clear_port);
  g_array_append_val (scenario->cosim.models, model);
  stored = &g_array_index (scenario->cosim.models, FoliotModelSpec, scenario->cosim.models->len - 1);
  if (!find_model_agents (scenario, stored, &at_agents, error) || !read_params (stored, at, error)
      || !read_ports (stored, at, "inputs", read_input, error))
    return FALSE;
  stored->n_inputs = stored->ports->len;
  return read_ports (stored, at, "outputs", read_output, error);
}

static gboolean
read_models (FoliotScenario *scenario, const FoliotCursor *at, GError **error)
{
  FoliotCursor list = foliot_cursor_member (at, "models");

  if (list.value == NULL)
    return TRUE;
  if (!foliot_cursor_expect_list (&list, error))
    return FALSE;
  for (gsize i = 0; i < foliot_value_get_length (list.value); i++)
    {
      FoliotCursor model = foliot_cursor_element (&list, i);

      if (!read_model (scenario, &model, error))
        return FALSE;
    }
  return TRUE;
}

/* -- mosaik ------------------------------------------------------------------------------------------------------------ */

/* Index of @name in @words, which ends with NULL; −1 with UNKNOWN. A missing member is the first word. */
static int
read_word (const FoliotCursor *at, const char *member, const char *const *words, GError **error)
{
  FoliotCursor at_word = foliot_cursor_member (at, member);
  const char *word = words[0];

  if (!foliot_cursor_get_string (at, member, FALSE, &word, error))
    return -1;
  for (int i = 0; words[i] != NULL; i++)
    if (g_str_equal (words[i], word))
      return i;
  foliot_cursor_fail_unknown (&at_word, member, word, words, error);
  return -1;
}

static gboolean
read_init (FoliotScenario *scenario, const FoliotCursor *at, GError **error)
{
  FoliotCursor map = foliot_cursor_member (at, "init");

  scenario->cosim.mosaik_init
      = map.value != NULL ? foliot_value_ref (map.value) : foliot_value_new_map (NULL, 0);
  if (map.value == NULL)
    return TRUE;
  if (!foliot_cursor_expect_map (&map, NULL, error))
    return FALSE;
  for (gsize i = 0; i < foliot_value_get_length (map.value); i++)
    {
      FoliotCursor keyword
          = foliot_cursor_member (&map, foliot_value_get_string (foliot_value_get_key (map.value, i), NULL));
      const char *setting;

      if (!foliot_cursor_to_string (&keyword, &setting, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_extra_method (FoliotScenario *scenario, const FoliotCursor *at, GError **error)
{
  static const char *const members[] = { "name", "agent", "method", NULL };
  FoliotCursor at_agent = foliot_cursor_member (at, "agent"), at_method = foliot_cursor_member (at, "method");
  const char *name = NULL, *agent = NULL, *method;
  FoliotModelPort found = { 0 };
  FoliotExtraMethod extra;
  int index;

  if (!foliot_cursor_expect_map (at, members, error)
      || !foliot_cursor_get_string (at, "name", TRUE, &name, error)
      || !foliot_cursor_get_string (at, "agent", TRUE, &agent, error))
    return FALSE;
  method = name;
  index = _foliot_scenario_find_agent (scenario, &at_agent, agent, error);
  if (index < 0 || !foliot_cursor_get_string (at, "method", FALSE, &method, error)
      || !find_method (
          foliot_agent_type_get_info (g_array_index (scenario->agents, FoliotAgentSpec, index).type),
          &at_method, method, &found, error))
    return FALSE;
  extra = (FoliotExtraMethod){ g_strdup (name), (guint) index, g_strdup (method) };
  g_array_append_val (scenario->cosim.mosaik_methods, extra);
  return TRUE;
}

static gboolean
read_extra_methods (FoliotScenario *scenario, const FoliotCursor *at, GError **error)
{
  FoliotCursor list = foliot_cursor_member (at, "extra_methods");

  if (list.value == NULL)
    return TRUE;
  if (!foliot_cursor_expect_list (&list, error))
    return FALSE;
  for (gsize i = 0; i < foliot_value_get_length (list.value); i++)
    {
      FoliotCursor method = foliot_cursor_element (&list, i);

      if (!read_extra_method (scenario, &method, error))
        return FALSE;
    }
  return TRUE;
}

static const char *
name_kind (const FoliotModelPort *port, gboolean is_event)
{
  if (port->output != NULL)
    return is_event ? "not persistent" : "persistent";
  return is_event ? "a trigger" : "no trigger";
}

/* mosaik forbids it, and would say so of a script that does not know why. */
static gboolean
check_event (const FoliotModelSpec *model, const FoliotModelPort *port, FoliotMosaikType type,
             const FoliotCursor *at, GError **error)
{
  gboolean wrong = type == FOLIOT_MOSAIK_TIME_BASED    ? port->is_event
                   : type == FOLIOT_MOSAIK_EVENT_BASED ? port->is_no_event
                                                       : FALSE;

  if (wrong)
    foliot_cursor_fail (at, FOLIOT_SCENARIO_ERROR_TYPE, error,
                        "%s, but \"%s\" of %s is %s: take the type \"hybrid\"",
                        type == FOLIOT_MOSAIK_TIME_BASED ? "a time-based simulator has no events"
                                                         : "an event-based simulator has nothing but events",
                        port->name, model->name, name_kind (port, port->is_event));
  return !wrong;
}

/* What the type of the simulator makes of its attributes. */
static gboolean
settle_events (FoliotScenario *scenario, const FoliotCursor *at, GError **error)
{
  FoliotMosaikType type = scenario->cosim.mosaik_type;

  for (guint i = 0; i < scenario->cosim.models->len; i++)
    {
      const FoliotModelSpec *model = &g_array_index (scenario->cosim.models, FoliotModelSpec, i);

      for (guint k = 0; k < model->ports->len; k++)
        {
          FoliotModelPort *port = &g_array_index (model->ports, FoliotModelPort, k);

          if (!check_event (model, port, type, at, error))
            return FALSE;
          port->is_event = port->is_event || type == FOLIOT_MOSAIK_EVENT_BASED;
        }
    }
  return TRUE;
}

static gboolean
read_mosaik (FoliotScenario *scenario, const FoliotCursor *cosim, GError **error)
{
  static const char *const members[]
      = { "type", "init", "feedback", "feedback_to", "set_events", "extra_methods", NULL };
  static const char *const types[] = { "time-based", "event-based", "hybrid", NULL };
  static const char *const feedbacks[] = { "output", "set_data", NULL };
  FoliotCursor at = foliot_cursor_member (cosim, "mosaik");
  const char *feedback_to = NULL;
  int type, feedback;

  if (at.value == NULL)
    return read_init (scenario, &at, error);
  if (!foliot_cursor_expect_map (&at, members, error) || !read_init (scenario, &at, error)
      || !foliot_cursor_get_string (&at, "feedback_to", FALSE, &feedback_to, error)
      || !foliot_cursor_get_bool (&at, "set_events", &scenario->cosim.mosaik_sets_events, error)
      || !read_extra_methods (scenario, &at, error))
    return FALSE;
  type = read_word (&at, "type", types, error);
  feedback = type >= 0 ? read_word (&at, "feedback", feedbacks, error) : -1;
  if (feedback < 0)
    return FALSE;
  scenario->cosim.mosaik_type = (FoliotMosaikType) type;
  scenario->cosim.mosaik_sets_data = feedback == 1;
  scenario->cosim.mosaik_feedback_to = g_strdup (feedback_to);
  return settle_events (scenario, &at, error);
}

/* -- the whole ------------------------------------------------------------------------------------------------------------ */

static void
list_variables (FoliotScenario *scenario, const FoliotModelSpec *model)
{
  for (guint i = 0; i < model->agents->len; i++)
    {
      guint agent = g_array_index (model->agents, guint, i);

      for (guint k = 0; k < model->ports->len; k++)
        {
          const FoliotModelPort *port = &g_array_index (model->ports, FoliotModelPort, k);
          const FoliotCosimVariable variable = {
            .model = model->name,
            .agent = g_array_index (scenario->agents, FoliotAgentSpec, agent).name,
            .name = port->name,
            .unit = port->input != NULL    ? port->input->unit
                    : port->output != NULL ? port->output->unit
                                           : NULL,
            .help = port->input != NULL    ? port->input->help
                    : port->output != NULL ? port->output->help
                                           : port->method->help,
            .is_output = port->output != NULL,
          };

          g_array_append_val (scenario->cosim.variables, variable);
        }
    }
}

/* One agent more, behind all others: whoever wants to ask the master calls it. */
static gboolean
read_master (FoliotScenario *scenario, const FoliotCursor *at, GError **error)
{
  FoliotCursor at_master = foliot_cursor_member (at, "master");
  const char *name = NULL;
  FoliotAgentSpec spec = { 0 };

  if (!foliot_cursor_get_string (at, "master", FALSE, &name, error) || name == NULL)
    return at_master.value == NULL;
  if (name[0] == '\0' || g_hash_table_contains (scenario->agent_index, name))
    {
      foliot_cursor_fail (&at_master, FOLIOT_SCENARIO_ERROR_TYPE, error,
                          "\"%s\" cannot name the agent that asks the master: %s", name,
                          name[0] == '\0' ? "it is empty" : "another agent has this name");
      return FALSE;
    }
  spec.name = g_strdup (name);
  spec.entry = G_MAXUINT;
  spec.type = _foliot_master_get_type ();
  spec.args = foliot_value_new_map (NULL, 0);
  g_array_append_val (scenario->agents, spec);
  g_hash_table_insert (scenario->agent_index, spec.name, GUINT_TO_POINTER (scenario->agents->len));
  scenario->cosim.master = g_strdup (name);
  return TRUE;
}

static gboolean
check_fmi (const FoliotCursor *at, GError **error)
{
  FoliotCursor fmi = foliot_cursor_member (at, "fmi");

  return fmi.value == NULL || foliot_cursor_expect_map (&fmi, NULL, error);
}

gboolean
_foliot_scenario_read_cosim (FoliotScenario *scenario, const FoliotCursor *root, GError **error)
{
  static const char *const members[] = { "step", "master", "models", "mosaik", "helics", "fmi", NULL };
  FoliotTemplate template = { .parameters = scenario->parameters };
  FoliotCosimSpec *cosim = &scenario->cosim;
  FoliotCursor raw = foliot_cursor_member (root, "cosim"), at, at_step, at_helics;

  if (raw.value != NULL)
    cosim->resolved = foliot_template_expand (&template, &raw, error);
  if (raw.value == NULL || cosim->resolved == NULL)
    return raw.value == NULL;
  at = foliot_cursor_with (&raw, cosim->resolved);
  at_step = foliot_cursor_member (&at, "step");
  if (!foliot_cursor_expect_map (&at, members, error)
      || !foliot_cursor_get_time (&at, "step", FALSE, &cosim->step, error))
    return FALSE;
  if (cosim->step < 0 || (cosim->step == 0 && at_step.value != NULL))
    {
      foliot_cursor_fail (&at_step, FOLIOT_SCENARIO_ERROR_TYPE, error, "expected a time greater than 0");
      return FALSE;
    }
  if (!read_master (scenario, &at, error) || !read_models (scenario, &at, error)
      || !read_mosaik (scenario, &at, error) || !check_fmi (&at, error))
    return FALSE;
  for (guint i = 0; i < cosim->models->len; i++)
    list_variables (scenario, &g_array_index (cosim->models, FoliotModelSpec, i));
  at_helics = foliot_cursor_member (&at, "helics");
  cosim->helics = _foliot_scenario_read_helics (scenario, &at_helics, error);
  return cosim->helics != NULL;
}

/* -- what others ask for ---------------------------------------------------------------------------------------------------- */

const FoliotModelSpec *
_foliot_scenario_get_model_of (FoliotScenario *scenario, guint agent)
{
  guint found
      = GPOINTER_TO_UINT (g_hash_table_lookup (scenario->cosim.by_agent, GUINT_TO_POINTER (agent + 1)));

  return found > 0 ? &g_array_index (scenario->cosim.models, FoliotModelSpec, found - 1) : NULL;
}

static void
fail_port (FoliotScenario *scenario, guint agent, const char *what, const char *name, GError **error)
{
  g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_UNKNOWN, "agent %s has no %s \"%s\"",
               g_array_index (scenario->agents, FoliotAgentSpec, agent).name, what, name);
}

const FoliotModelPort *
_foliot_scenario_find_port (FoliotScenario *scenario, guint agent, const char *name, gboolean is_output,
                            FoliotModelPort *storage, GError **error)
{
  const FoliotModelSpec *model = _foliot_scenario_get_model_of (scenario, agent);
  const FoliotAgentInfo *info
      = foliot_agent_type_get_info (g_array_index (scenario->agents, FoliotAgentSpec, agent).type);

  for (guint i = 0; model != NULL && i < model->ports->len; i++)
    {
      const FoliotModelPort *port = &g_array_index (model->ports, FoliotModelPort, i);

      if ((port->output != NULL) == is_output && g_str_equal (port->name, name))
        return port;
    }
  *storage = (FoliotModelPort){ 0 };
  if (model == NULL && is_output)
    storage->output = find_named (info->outputs, sizeof (FoliotOutput), name);
  else if (model == NULL)
    storage->input = find_named (info->inputs, sizeof (FoliotInput), name);
  if (storage->input != NULL || storage->output != NULL)
    return storage;
  fail_port (scenario, agent, is_output ? "output" : "input", name, error);
  return NULL;
}

const FoliotCosimVariable *
foliot_scenario_get_cosim_variables (FoliotScenario *scenario, gsize *out_n)
{
  g_return_val_if_fail (FOLIOT_IS_SCENARIO (scenario), NULL);
  *out_n = scenario->cosim.variables->len;
  return (const FoliotCosimVariable *) (gconstpointer) scenario->cosim.variables->data;
}

FoliotTime
foliot_scenario_get_cosim_step (FoliotScenario *scenario)
{
  g_return_val_if_fail (FOLIOT_IS_SCENARIO (scenario), 0);
  return scenario->cosim.step;
}

FoliotValue *
foliot_scenario_get_cosim (FoliotScenario *scenario, const char *master)
{
  g_return_val_if_fail (FOLIOT_IS_SCENARIO (scenario), NULL);
  return scenario->cosim.resolved != NULL ? foliot_value_lookup (scenario->cosim.resolved, master) : NULL;
}
