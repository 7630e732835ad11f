/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-scenario-sections.h"

/*
 * A master that makes entities may want more of a kind than the file has. Then the entry of the last one goes on counting. A scenario
 * never changes, since others may have it too: the world of such a master has a copy of its own, with what agents are in
 * it, and shares the rest.
 */

/* -- a copy ---------------------------------------------------------------------------------------------------------- */

static void
copy_agents (FoliotScenario *copy, const FoliotScenario *scenario)
{
  for (guint i = 0; i < scenario->agents->len; i++)
    {
      FoliotAgentSpec spec = g_array_index (scenario->agents, FoliotAgentSpec, i);

      spec.name = g_strdup (spec.name);
      spec.args = foliot_value_ref (spec.args);
      g_array_append_val (copy->agents, spec);
      g_hash_table_insert (copy->agent_index, spec.name, GUINT_TO_POINTER (copy->agents->len));
    }
}

static void
copy_outputs (FoliotScenario *copy, const FoliotScenario *scenario)
{
  for (guint i = 0; i < scenario->outputs->len; i++)
    {
      FoliotOutputSpec spec = g_array_index (scenario->outputs, FoliotOutputSpec, i);

      spec.table = g_strdup (spec.table);
      spec.label = g_strdup (spec.label);
      spec.pattern = g_strdup (spec.pattern);
      spec.columns = g_strdupv (spec.columns);
      spec.agents = g_array_copy (spec.agents);
      spec.outputs = g_ptr_array_copy (spec.outputs, NULL, NULL);
      g_array_append_val (copy->outputs, spec);
    }
}

static void
copy_models (FoliotScenario *copy, const FoliotScenario *scenario)
{
  for (guint i = 0; i < scenario->cosim.models->len; i++)
    {
      FoliotModelSpec model = g_array_index (scenario->cosim.models, FoliotModelSpec, i);

      model.name = g_strdup (model.name);
      model.pattern = g_strdup (model.pattern);
      model.agents = g_array_copy (model.agents);
      g_array_ref (model.params);
      g_array_ref (model.ports);
      g_array_append_val (copy->cosim.models, model);
      for (guint k = 0; k < model.agents->len; k++)
        g_hash_table_insert (copy->cosim.by_agent,
                             GUINT_TO_POINTER (g_array_index (model.agents, guint, k) + 1),
                             GUINT_TO_POINTER (i + 1));
    }
}

static void
share_array (GArray **own, GArray *shared)
{
  g_array_unref (*own);
  *own = g_array_ref (shared);
}

static void
copy_cosim (FoliotScenario *copy, const FoliotScenario *scenario)
{
  const FoliotCosimSpec *from = &scenario->cosim;
  FoliotCosimSpec *to = &copy->cosim;

  copy_models (copy, scenario);
  to->step = from->step;
  to->resolved = from->resolved != NULL ? foliot_value_ref (from->resolved) : NULL;
  to->master = g_strdup (from->master);
  to->mosaik_type = from->mosaik_type;
  to->mosaik_init = from->mosaik_init != NULL ? foliot_value_ref (from->mosaik_init) : NULL;
  to->mosaik_sets_data = from->mosaik_sets_data;
  to->mosaik_sets_events = from->mosaik_sets_events;
  to->mosaik_feedback_to = g_strdup (from->mosaik_feedback_to);
  share_array (&to->mosaik_methods, from->mosaik_methods);
  share_array (&to->variables, from->variables);
}

static void
copy_head (FoliotScenario *copy, FoliotScenario *scenario)
{
  copy->base = g_object_ref (scenario);
  copy->module = scenario->module;
  copy->registry = scenario->registry;
  copy->path = g_strdup (scenario->path);
  copy->folder = g_strdup (scenario->folder);
  copy->name = g_strdup (scenario->name);
  copy->description = g_strdup (scenario->description);
  copy->resolved = foliot_value_ref (scenario->resolved);
  copy->parameters = foliot_value_ref (scenario->parameters);
  copy->packed_inputs = scenario->packed_inputs != NULL ? foliot_value_ref (scenario->packed_inputs) : NULL;
  copy->fault_countdown = scenario->fault_countdown;
  copy->seed = scenario->seed;
  copy->hash = scenario->hash;
  copy->start_date = g_strdup (scenario->start_date);
  copy->transport = g_strdup (scenario->transport);
  copy->processes = scenario->processes;
  copy->settings = g_strdupv (scenario->settings);
  copy->init_time = scenario->init_time;
  copy->duration = scenario->duration;
}

FoliotScenario *
_foliot_scenario_copy (FoliotScenario *scenario)
{
  FoliotScenario *copy = g_object_new (FOLIOT_TYPE_SCENARIO, NULL);

  copy_head (copy, scenario);
  g_ptr_array_unref (copy->files);
  copy->files = g_ptr_array_ref (scenario->files);
  g_hash_table_unref (copy->container_index);
  copy->container_index = g_hash_table_ref (scenario->container_index);
  share_array (&copy->containers, scenario->containers);
  share_array (&copy->links, scenario->links);
  share_array (&copy->inputs, scenario->inputs);
  share_array (&copy->expects, scenario->expects);
  copy_agents (copy, scenario);
  copy_outputs (copy, scenario);
  copy_cosim (copy, scenario);
  return copy;
}

/* -- one more ---------------------------------------------------------------------------------------------------------- */

static gboolean
is_given (const FoliotModelSpec *model, FoliotValue *params, const char *argument)
{
  for (guint i = 0; params != NULL && i < model->params->len; i++)
    {
      const FoliotModelParam *param = &g_array_index (model->params, FoliotModelParam, i);

      if (g_str_equal (param->argument, argument) && foliot_value_lookup (params, param->name) != NULL)
        return TRUE;
    }
  return FALSE;
}

/* Of the arguments of the entry, what @params does not say: a list with one item for each agent has none for this one. */
static FoliotValue *
strip_args (const FoliotModelSpec *model, FoliotValue *args, FoliotValue *params)
{
  gsize n = foliot_value_get_length (args), n_kept = 0;
  g_autofree FoliotValue **pairs = g_new (FoliotValue *, 2 * n + 1);

  for (gsize i = 0; i < n; i++)
    if (!is_given (model, params, foliot_value_get_string (foliot_value_get_key (args, i), NULL)))
      {
        pairs[2 * n_kept] = foliot_value_ref (foliot_value_get_key (args, i));
        pairs[2 * n_kept++ + 1] = foliot_value_ref (foliot_value_get_pair_value (args, i));
      }
  return foliot_value_new_map (pairs, n_kept);
}

/* What @params gives, under the names of the arguments: it counts instead of what the file says. */
static FoliotValue *
rename_params (const FoliotModelSpec *model, FoliotValue *params)
{
  g_autofree FoliotValue **pairs = g_new (FoliotValue *, 2 * model->params->len + 1);
  gsize n = 0;

  for (guint i = 0; params != NULL && i < model->params->len; i++)
    {
      const FoliotModelParam *param = &g_array_index (model->params, FoliotModelParam, i);
      FoliotValue *value = foliot_value_lookup (params, param->name);

      if (value == NULL)
        continue;
      pairs[2 * n] = foliot_value_new_string (param->argument);
      pairs[2 * n++ + 1] = foliot_value_ref (value);
    }
  return foliot_value_new_map (pairs, n);
}

static FoliotValue *
join_maps (FoliotValue *first, FoliotValue *second)
{
  FoliotValue *maps[] = { first, second };
  gsize n = foliot_value_get_length (first) + foliot_value_get_length (second), k = 0;
  g_autofree FoliotValue **pairs = g_new (FoliotValue *, 2 * n + 1);

  for (gsize m = 0; m < G_N_ELEMENTS (maps); m++)
    for (gsize i = 0; i < foliot_value_get_length (maps[m]); i++)
      {
        pairs[k++] = foliot_value_ref (foliot_value_get_key (maps[m], i));
        pairs[k++] = foliot_value_ref (foliot_value_get_pair_value (maps[m], i));
      }
  return foliot_value_new_map (pairs, n);
}

FoliotValue *
_foliot_scenario_lay_params (const FoliotModelSpec *model, FoliotValue *args, FoliotValue *params,
                             GError **error)
{
  g_autoptr (FoliotValue) given = rename_params (model, params);

  if (params != NULL && foliot_value_get_length (given) < foliot_value_get_length (params))
    {
      g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_UNKNOWN,
                   "the master gives %s a parameter that \"cosim\" does not name", model->name);
      return NULL;
    }
  return join_maps (args, given);
}

/* The agents of one entry follow each other. */
static guint
count_agents (FoliotScenario *scenario, guint entry, guint *out_first)
{
  guint n = 0;

  for (guint i = 0; i < scenario->agents->len; i++)
    if (g_array_index (scenario->agents, FoliotAgentSpec, i).entry == entry)
      {
        if (n++ == 0)
          *out_first = i;
      }
  return n;
}

/* The entry as agent number @template->index of it has it. */
static FoliotValue *
make_entry (FoliotScenario *scenario, const FoliotModelSpec *model, const FoliotCursor *at,
            const FoliotTemplate *template, guint first, FoliotValue *params, GError **error)
{
  FoliotCursor at_args = foliot_cursor_member (at, "args");
  g_autoptr (FoliotValue) raw
      = at_args.value != NULL ? strip_args (model, at_args.value, params) : foliot_value_new_map (NULL, 0);
  FoliotCursor at_rest = foliot_cursor_with (&at_args, raw), at_name = foliot_cursor_member (at, "name");
  g_autoptr (FoliotValue) args = foliot_template_expand (template, &at_rest, error);
  g_autoptr (FoliotValue) name = args != NULL ? foliot_template_expand (template, &at_name, error) : NULL;
  g_autoptr (FoliotValue) given = rename_params (model, params);
  guint container = g_array_index (scenario->agents, FoliotAgentSpec, first).container;

  if (name == NULL)
    return NULL;
  return foliot_value_build_map (
      "name", foliot_value_ref (name), "type", foliot_value_ref (foliot_value_lookup (at->value, "type")),
      "container",
      foliot_value_new_string (g_array_index (scenario->containers, FoliotContainerSpec, container).name),
      "args", join_maps (args, given), NULL);
}

/* Tables have it from the next sample on. */
static gboolean
add_to_outputs (FoliotScenario *scenario, guint agent, GError **error)
{
  FoliotCursor root = { .value = scenario->resolved, .files = scenario->files };
  FoliotCursor list = foliot_cursor_member (&root, "outputs");
  const char *name = g_array_index (scenario->agents, FoliotAgentSpec, agent).name;

  for (guint i = 0; i < scenario->outputs->len; i++)
    {
      FoliotOutputSpec *spec = &g_array_index (scenario->outputs, FoliotOutputSpec, i);
      FoliotCursor entry = foliot_cursor_element (&list, i);
      FoliotCursor at_columns = foliot_cursor_member (&entry, "columns");

      if (spec->pattern != NULL && g_pattern_match_simple (spec->pattern, name)
          && !_foliot_scenario_sample_agent (scenario, spec, agent, &at_columns, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
_foliot_scenario_add_agent (FoliotScenario *scenario, const FoliotModelSpec *model, FoliotValue *params,
                            guint *out_agent, GError **error)
{
  FoliotCursor root = { .value = scenario->resolved, .files = scenario->files };
  FoliotCursor list = foliot_cursor_member (&root, "agents");
  guint last = g_array_index (model->agents, guint, model->agents->len - 1), first = 0, agent, number,
        in_file;
  guint entry = g_array_index (scenario->agents, FoliotAgentSpec, last).entry;
  FoliotCursor at = foliot_cursor_element (&list, entry), at_count = foliot_cursor_member (&at, "count"),
               made_at;
  FoliotTemplate template = { .parameters = scenario->parameters };
  g_autoptr (FoliotValue) made = NULL;

  g_assert (scenario->base != NULL);
  if (at_count.value == NULL)
    {
      g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_TYPE,
                   "there are no more than %u of model %s: its last agent has an entry without a \"count\"",
                   model->agents->len, model->name);
      return FALSE;
    }
  in_file = count_agents (scenario->base, entry, &first);
  number = count_agents (scenario, entry, &agent);
  template.index = number;
  template.count = number + 1;
  made = make_entry (scenario, model, &at, &template, first + number % in_file, params, error);
  if (made == NULL)
    {
      g_prefix_error (error, "number %u of model %s, of which the scenario has %u: ", number + 1, model->name,
                      in_file);
      return FALSE;
    }
  made_at = foliot_cursor_with (&at, made);
  agent = scenario->agents->len;
  if (!_foliot_scenario_read_agent (scenario, &made_at, &template, error))
    return FALSE;
  g_array_append_val (model->agents, agent);
  g_hash_table_insert (scenario->cosim.by_agent, GUINT_TO_POINTER (agent + 1),
                       g_hash_table_lookup (scenario->cosim.by_agent, GUINT_TO_POINTER (last + 1)));
  *out_agent = agent;
  return add_to_outputs (scenario, agent, error);
}
