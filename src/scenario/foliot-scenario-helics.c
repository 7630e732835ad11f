/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-scenario-helics.h"

/* Without this part every variable of the models is AGENT.NAME in the federation, a double in the unit that the type of the agents
 * declares. Here stands what is to be otherwise. */

static void
clear_rule (gpointer data)
{
  FoliotHelicsRule *rule = data;

  g_clear_pointer (&rule->pattern, g_pattern_spec_free);
  g_free (rule->key);
  g_free (rule->target);
  g_free (rule->unit);
}

static void
clear_endpoint (gpointer data)
{
  g_free (((FoliotHelicsEndpoint *) data)->name);
}

static FoliotHelicsPlan *
plan_new (void)
{
  FoliotHelicsPlan *plan = g_new0 (FoliotHelicsPlan, 1);

  plan->rules = g_array_new (FALSE, TRUE, sizeof (FoliotHelicsRule));
  g_array_set_clear_func (plan->rules, clear_rule);
  plan->endpoints = g_array_new (FALSE, FALSE, sizeof (FoliotHelicsEndpoint));
  g_array_set_clear_func (plan->endpoints, clear_endpoint);
  return plan;
}

void
_foliot_helics_plan_free (FoliotHelicsPlan *plan)
{
  g_free (plan->name);
  g_free (plan->core);
  g_free (plan->broker);
  g_free (plan->core_init);
  g_clear_pointer (&plan->flags, foliot_value_unref);
  g_clear_pointer (&plan->properties, foliot_value_unref);
  g_array_unref (plan->rules);
  g_array_unref (plan->endpoints);
  g_free (plan);
}

static gboolean
matches (const FoliotHelicsRule *rule, const FoliotCosimVariable *variable)
{
  g_autofree char *name = g_strconcat (variable->agent, ".", variable->name, NULL);

  return g_pattern_spec_match_string (rule->pattern, name);
}

const FoliotHelicsRule *
_foliot_helics_plan_find_rule (const FoliotHelicsPlan *plan, const FoliotCosimVariable *variable)
{
  for (guint i = 0; i < plan->rules->len; i++)
    if (matches (&g_array_index (plan->rules, FoliotHelicsRule, i), variable))
      return &g_array_index (plan->rules, FoliotHelicsRule, i);
  return NULL;
}

/* -- reading ------------------------------------------------------------------------------------------------------- */

static gboolean
get_text (const FoliotCursor *at, const char *name, gboolean required, char **out, GError **error)
{
  const char *text = NULL;

  if (!foliot_cursor_get_string (at, name, required, &text, error))
    return FALSE;
  *out = g_strdup (text);
  return TRUE;
}

/* A map of names that only HELICS knows. */
static gboolean
get_settings (const FoliotCursor *at, const char *name, gboolean are_flags, FoliotValue **out, GError **error)
{
  FoliotCursor map = foliot_cursor_member (at, name);

  if (map.value == NULL)
    return TRUE;
  if (!foliot_cursor_expect_map (&map, NULL, error))
    return FALSE;
  for (gsize i = 0; i < foliot_value_get_length (map.value); i++)
    {
      const char *key = foliot_value_get_string (foliot_value_get_key (map.value, i), NULL);
      gboolean flag = FALSE;
      double number = 0.0;

      if (are_flags ? !foliot_cursor_get_bool (&map, key, &flag, error)
                    : !foliot_cursor_get_double (&map, key, TRUE, &number, error))
        return FALSE;
    }
  *out = foliot_value_ref (map.value);
  return TRUE;
}

static gboolean
is_used (FoliotScenario *scenario, const FoliotHelicsRule *rule)
{
  const GArray *variables = scenario->cosim.variables;

  for (guint i = 0; i < variables->len; i++)
    if (matches (rule, &g_array_index (variables, FoliotCosimVariable, i)))
      return TRUE;
  return FALSE;
}

static gboolean
read_rule (FoliotScenario *scenario, const FoliotCursor *at, FoliotHelicsPlan *plan, GError **error)
{
  static const char *const members[] = { "match", "key", "target", "unit", "type", NULL };
  FoliotCursor at_match = foliot_cursor_member (at, "match"), at_type = foliot_cursor_member (at, "type");
  const char *pattern = NULL, *type = "double";
  g_autoptr (GError) local = NULL;
  FoliotHelicsRule *rule;

  g_array_set_size (plan->rules, plan->rules->len + 1);
  rule = &g_array_index (plan->rules, FoliotHelicsRule, plan->rules->len - 1);
  if (!foliot_cursor_expect_map (at, members, error)
      || !foliot_cursor_get_string (at, "match", TRUE, &pattern, error)
      || !foliot_cursor_get_string (at, "type", FALSE, &type, error)
      || !get_text (at, "key", FALSE, &rule->key, error)
      || !get_text (at, "target", FALSE, &rule->target, error)
      || !get_text (at, "unit", FALSE, &rule->unit, error))
    return FALSE;
  if (!foliot_helics_type_from_name (type, &rule->type, &local))
    {
      foliot_cursor_fail (&at_type, FOLIOT_SCENARIO_ERROR_UNKNOWN, error, "%s", local->message);
      return FALSE;
    }
  rule->pattern = g_pattern_spec_new (pattern);
  if (is_used (scenario, rule))
    return TRUE;
  foliot_cursor_fail (&at_match, FOLIOT_SCENARIO_ERROR_UNKNOWN, error,
                      "no variable of a model matches \"%s\"; they are named AGENT.NAME", pattern);
  return FALSE;
}

static const FoliotMethod *
find_method (FoliotScenario *scenario, guint agent, const FoliotCursor *at, const char *name, GError **error)
{
  GType type = g_array_index (scenario->agents, FoliotAgentSpec, agent).type;
  const FoliotMethod *methods = foliot_agent_type_get_info (type)->methods;
  FoliotCursor at_method = foliot_cursor_member (at, "method");
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (const FoliotMethod *method = methods; method != NULL && method->name != NULL; method++)
    {
      if (method->func != NULL && g_str_equal (method->name, name))
        return method;
      g_ptr_array_add (names, (gpointer) method->name);
    }
  g_ptr_array_add (names, NULL);
  foliot_cursor_fail_unknown (&at_method, "method", name, (const char *const *) names->pdata, error);
  return NULL;
}

static gboolean
find_agent (FoliotScenario *scenario, const FoliotCursor *at, const char *name, guint *out_agent,
            GError **error)
{
  FoliotCursor at_agent = foliot_cursor_member (at, "agent");
  guint found = GPOINTER_TO_UINT (g_hash_table_lookup (scenario->agent_index, name));
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  *out_agent = found - 1;
  if (found > 0)
    return TRUE;
  for (guint i = 0; i < scenario->agents->len; i++)
    g_ptr_array_add (names, g_array_index (scenario->agents, FoliotAgentSpec, i).name);
  g_ptr_array_add (names, NULL);
  foliot_cursor_fail_unknown (&at_agent, "agent", name, (const char *const *) names->pdata, error);
  return FALSE;
}

static gboolean
read_endpoint (FoliotScenario *scenario, const FoliotCursor *at, FoliotHelicsPlan *plan, GError **error)
{
  static const char *const members[] = { "name", "agent", "method", "json", NULL };
  const char *name = NULL, *agent = NULL, *method = NULL;
  FoliotHelicsEndpoint endpoint = { 0 };

  if (!foliot_cursor_expect_map (at, members, error)
      || !foliot_cursor_get_string (at, "name", TRUE, &name, error)
      || !foliot_cursor_get_string (at, "agent", TRUE, &agent, error)
      || !foliot_cursor_get_string (at, "method", TRUE, &method, error)
      || !foliot_cursor_get_bool (at, "json", &endpoint.is_json, error)
      || !find_agent (scenario, at, agent, &endpoint.agent, error))
    return FALSE;
  endpoint.method = find_method (scenario, endpoint.agent, at, method, error);
  if (endpoint.method == NULL)
    return FALSE;
  endpoint.name = g_strdup (name);
  g_array_append_val (plan->endpoints, endpoint);
  return TRUE;
}

static gboolean
read_list (FoliotScenario *scenario, const FoliotCursor *at, const char *member, FoliotHelicsPlan *plan,
           gboolean (*read) (FoliotScenario *scenario, const FoliotCursor *at, FoliotHelicsPlan *plan,
                             GError **error),
           GError **error)
{
  FoliotCursor list = foliot_cursor_member (at, member);

  if (list.value == NULL)
    return TRUE;
  if (!foliot_cursor_expect_list (&list, error))
    return FALSE;
  for (gsize i = 0; i < foliot_value_get_length (list.value); i++)
    {
      FoliotCursor entry = foliot_cursor_element (&list, i);

      if (!read (scenario, &entry, plan, error))
        return FALSE;
    }
  return TRUE;
}

FoliotHelicsPlan *
_foliot_scenario_read_helics (FoliotScenario *scenario, const FoliotCursor *at, GError **error)
{
  static const char *const members[]
      = { "name", "core", "broker", "core_init", "flags", "properties", "variables", "endpoints", NULL };
  g_autoptr (FoliotHelicsPlan) plan = plan_new ();

  if (at->value == NULL)
    return g_steal_pointer (&plan);
  if (!foliot_cursor_expect_map (at, members, error) || !get_text (at, "name", FALSE, &plan->name, error)
      || !get_text (at, "core", FALSE, &plan->core, error)
      || !get_text (at, "broker", FALSE, &plan->broker, error)
      || !get_text (at, "core_init", FALSE, &plan->core_init, error)
      || !get_settings (at, "flags", TRUE, &plan->flags, error)
      || !get_settings (at, "properties", FALSE, &plan->properties, error)
      || !read_list (scenario, at, "variables", plan, read_rule, error)
      || !read_list (scenario, at, "endpoints", plan, read_endpoint, error))
    return NULL;
  return g_steal_pointer (&plan);
}
