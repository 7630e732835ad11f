/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-scenario-private.h"

#include <math.h>
#include <string.h>

#include "scenario/foliot-nearest.h"
#include "scenario/foliot-template.h"

/* From the merged tree to specs, section by section: containers, agents, links, inputs. Each section is a list of entries; an
 * entry with a "count" stands for that many. The first thing that is wrong ends the reading with one message. */

#define MAX_COUNT (16 * 1024 * 1024)

typedef gboolean (*EntryFunc) (FoliotScenario *scenario, const FoliotCursor *entry,
                               const FoliotTemplate *template, GError **error);

/* -- entries and counts ------------------------------------------------------------------------------------------ */

static gboolean
read_entry (FoliotScenario *scenario, const FoliotCursor *entry, const char *const *names, EntryFunc func,
            GError **error)
{
  FoliotTemplate template = { .parameters = scenario->parameters };
  FoliotCursor count = foliot_cursor_member (entry, "count");
  gint64 n = 1;

  if (!foliot_cursor_expect_map (entry, names, error))
    return FALSE;
  if (count.value != NULL)
    {
      g_autoptr (FoliotValue) expanded = foliot_template_expand (&template, &count, error);
      FoliotValue *pair[]
          = { foliot_value_new_string ("count"), expanded != NULL ? foliot_value_ref (expanded) : NULL };
      g_autoptr (FoliotValue) map = expanded != NULL ? foliot_value_new_map (pair, 1) : NULL;
      FoliotCursor at = foliot_cursor_with (entry, map);

      if (expanded == NULL)
        {
          foliot_value_unref (pair[0]);
          return FALSE;
        }
      if (!foliot_cursor_get_int (&at, "count", TRUE, 0, MAX_COUNT, &n, error))
        return FALSE;
      template.count = (gsize) n;
    }
  for (template.index = 0; template.index < (gsize) n; template.index++)
    {
      g_autoptr (FoliotValue) expanded = foliot_template_expand (&template, entry, error);
      FoliotCursor at;

      if (expanded == NULL)
        return FALSE;
      at = foliot_cursor_with (entry, expanded);
      if (!func (scenario, &at, &template, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_section (FoliotScenario *scenario, const FoliotCursor *root, const char *section,
              const char *const *names, EntryFunc func, GError **error)
{
  FoliotCursor list = foliot_cursor_member (root, section);

  if (list.value == NULL)
    return TRUE;
  if (!foliot_cursor_expect_list (&list, error))
    return FALSE;
  for (gsize i = 0; i < foliot_value_get_length (list.value); i++)
    {
      FoliotCursor entry = foliot_cursor_element (&list, i);

      if (!read_entry (scenario, &entry, names, func, error))
        return FALSE;
    }
  return TRUE;
}

/* -- containers --------------------------------------------------------------------------------------------------- */

static int
find_container (FoliotScenario *scenario, const char *name)
{
  for (guint i = 0; i < scenario->containers->len; i++)
    if (g_str_equal (g_array_index (scenario->containers, FoliotContainerSpec, i).name, name))
      return (int) i;
  return -1;
}

static char **
dup_container_names (FoliotScenario *scenario)
{
  char **names = g_new0 (char *, scenario->containers->len + 1);

  for (guint i = 0; i < scenario->containers->len; i++)
    names[i] = g_strdup (g_array_index (scenario->containers, FoliotContainerSpec, i).name);
  return names;
}

static gboolean
read_container (FoliotScenario *scenario, const FoliotCursor *entry, const FoliotTemplate *template,
                GError **error)
{
  FoliotCursor at_name = foliot_cursor_member (entry, "name");
  FoliotCursor at_codec = foliot_cursor_member (entry, "codec");
  const char *name = NULL, *codec = "json";
  g_autoptr (FoliotAddress) address = NULL;
  g_autoptr (GError) local = NULL;
  FoliotContainerSpec spec = { 0 };

  if (!foliot_cursor_get_string (entry, "name", TRUE, &name, error)
      || !foliot_cursor_get_string (entry, "codec", FALSE, &codec, error))
    return FALSE;
  address = foliot_address_new_local (name, &local);
  if (address == NULL || name[0] == '\0' || g_str_equal (name, "*"))
    {
      foliot_cursor_fail (&at_name, FOLIOT_SCENARIO_ERROR_TYPE, error, "\"%s\" cannot name a container%s%s",
                          name, local != NULL ? ": " : "", local != NULL ? local->message : "");
      return FALSE;
    }
  if (find_container (scenario, name) >= 0)
    {
      foliot_cursor_fail (&at_name, FOLIOT_SCENARIO_ERROR_TYPE, error,
                          "there is already a container \"%s\"%s", name,
                          template->count > 1 ? "; put {index} into its name" : "");
      return FALSE;
    }
  spec.codec_type = foliot_codec_type_from_name (codec, &local);
  if (spec.codec_type == G_TYPE_INVALID)
    {
      const char *const names[] = { "json", "msgpack", "blosc", NULL };

      foliot_cursor_fail_unknown (&at_codec, "codec", codec, names, error);
      return FALSE;
    }
  spec.name = g_strdup (name);
  g_array_append_val (scenario->containers, spec);
  return TRUE;
}

/* -- agents --------------------------------------------------------------------------------------------------------- */

static GType
find_type (FoliotScenario *scenario, const FoliotCursor *at, const char *name, GError **error)
{
  g_auto (GStrv) names = NULL;
  GType type = G_TYPE_INVALID;

  if (scenario->module != NULL)
    {
      type = foliot_loaded_module_lookup (scenario->module, name);
      names = foliot_loaded_module_dup_names (scenario->module);
    }
  if (type == G_TYPE_INVALID && scenario->registry != NULL)
    type = foliot_registry_find (scenario->registry, name);
  if (names == NULL && scenario->registry != NULL)
    names = foliot_registry_dup_names (scenario->registry);
  if (type != G_TYPE_INVALID)
    return type;
  if (names == NULL)
    foliot_cursor_fail (at, FOLIOT_SCENARIO_ERROR_UNKNOWN, error,
                        "unknown agent type \"%s\": the scenario names no \"module\"", name);
  else
    foliot_cursor_fail_unknown (at, "agent type", name, (const char *const *) names, error);
  return G_TYPE_INVALID;
}

static gboolean
check_args (const FoliotAgentSpec *spec, const FoliotCursor *args, GError **error)
{
  const FoliotAgentInfo *info = foliot_agent_type_get_info (spec->type);
  g_autoptr (FoliotSignature) signature = NULL;
  g_autoptr (GError) local = NULL;
  g_auto (GStrv) names = NULL;
  guint n;

  signature = foliot_signature_new (info->args != NULL ? info->args : "", &local);
  if (signature == NULL)
    {
      foliot_cursor_fail (args->parent, FOLIOT_SCENARIO_ERROR_TYPE, error,
                          "agent type %s declares its arguments wrongly: %s", g_type_name (spec->type),
                          local->message);
      return FALSE;
    }
  n = foliot_signature_get_n_args (signature);
  names = g_new0 (char *, n + 1);
  for (guint i = 0; i < n; i++)
    {
      if (g_str_has_prefix (foliot_signature_get_arg_type (signature, i), "**"))
        return TRUE; /* takes any keyword */
      names[i] = g_strdup (foliot_signature_get_arg_name (signature, i));
    }
  return args->value == NULL
         || foliot_cursor_expect_names (args, "argument", (const char *const *) names, error);
}

static gboolean
read_agent (FoliotScenario *scenario, const FoliotCursor *entry, const FoliotTemplate *template,
            GError **error)
{
  FoliotCursor at_name = foliot_cursor_member (entry, "name");
  FoliotCursor at_type = foliot_cursor_member (entry, "type");
  FoliotCursor at_container = foliot_cursor_member (entry, "container");
  FoliotCursor at_args = foliot_cursor_member (entry, "args");
  const char *name = NULL, *type = NULL, *container = NULL;
  FoliotAgentSpec spec = { 0 };
  int index = 0;

  if (!foliot_cursor_get_string (entry, "name", TRUE, &name, error)
      || !foliot_cursor_get_string (entry, "type", TRUE, &type, error)
      || !foliot_cursor_get_string (entry, "container", FALSE, &container, error))
    return FALSE;
  if (name[0] == '\0')
    {
      foliot_cursor_fail (&at_name, FOLIOT_SCENARIO_ERROR_TYPE, error,
                          "the name of an agent cannot be empty");
      return FALSE;
    }
  if (g_hash_table_contains (scenario->agent_index, name))
    {
      foliot_cursor_fail (&at_name, FOLIOT_SCENARIO_ERROR_TYPE, error, "there is already an agent \"%s\"%s",
                          name, template->count > 1 ? "; put {index} into its name" : "");
      return FALSE;
    }
  spec.type = find_type (scenario, &at_type, type, error);
  if (spec.type == G_TYPE_INVALID)
    return FALSE;
  if (container != NULL)
    index = find_container (scenario, container);
  if (index < 0 || scenario->containers->len == 0)
    {
      g_auto (GStrv) names = dup_container_names (scenario);

      foliot_cursor_fail_unknown (&at_container, "container", container != NULL ? container : "",
                                  (const char *const *) names, error);
      return FALSE;
    }
  if (!check_args (&spec, &at_args, error))
    return FALSE;
  spec.name = g_strdup (name);
  spec.container = (guint) index;
  spec.args = at_args.value != NULL ? foliot_value_ref (at_args.value) : foliot_value_new_map (NULL, 0);
  spec.place = template->index == 0 ? foliot_cursor_dup_place (entry) : NULL;
  if (spec.place == NULL)
    spec.place
        = g_strdup (g_array_index (scenario->agents, FoliotAgentSpec, scenario->agents->len - 1).place);
  g_array_append_val (scenario->agents, spec);
  g_hash_table_insert (scenario->agent_index, spec.name, GUINT_TO_POINTER (scenario->agents->len));
  return TRUE;
}

char **
_foliot_scenario_dup_agent_names (FoliotScenario *scenario)
{
  char **names = g_new0 (char *, scenario->agents->len + 1);

  for (guint i = 0; i < scenario->agents->len; i++)
    names[i] = g_strdup (g_array_index (scenario->agents, FoliotAgentSpec, i).name);
  return names;
}

static int
find_agent (FoliotScenario *scenario, const FoliotCursor *at, const char *name, GError **error)
{
  guint found = GPOINTER_TO_UINT (g_hash_table_lookup (scenario->agent_index, name));
  g_auto (GStrv) names = NULL;

  if (found > 0)
    return (int) found - 1;
  names = _foliot_scenario_dup_agent_names (scenario);
  foliot_cursor_fail_unknown (at, "agent", name, (const char *const *) names, error);
  return -1;
}

/* Agents that are named in arguments: {"agent": NAME}. They may come later in the file, so this is checked at the end. */
static gboolean
check_agent_names (FoliotScenario *scenario, FoliotValue *value, const char *place, GError **error)
{
  gsize n;

  switch (foliot_value_get_kind (value))
    {
    case FOLIOT_VALUE_LIST:
      n = foliot_value_get_length (value);
      for (gsize i = 0; i < n; i++)
        if (!check_agent_names (scenario, foliot_value_get_item (value, i), place, error))
          return FALSE;
      return TRUE;
    case FOLIOT_VALUE_MAP:
      {
        FoliotValue *agent = foliot_value_lookup (value, "agent");

        n = foliot_value_get_length (value);
        if (n == 1 && agent != NULL && foliot_value_get_kind (agent) == FOLIOT_VALUE_STRING)
          {
            const char *name = foliot_value_get_string (agent, NULL);

            if (!g_hash_table_contains (scenario->agent_index, name))
              {
                g_auto (GStrv) names = _foliot_scenario_dup_agent_names (scenario);
                g_autofree char *hint = foliot_nearest_hint (name, (const char *const *) names);

                g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_UNKNOWN,
                             "%sunknown agent \"%s\"%s", place, name, hint);
                return FALSE;
              }
            return TRUE;
          }
        for (gsize i = 0; i < n; i++)
          if (!check_agent_names (scenario, foliot_value_get_pair_value (value, i), place, error))
            return FALSE;
        return TRUE;
      }
    default:
      return TRUE;
    }
}

/* -- links ------------------------------------------------------------------------------------------------------------ */

static gboolean
read_latency (const FoliotCursor *at, FoliotLatency *latency, GError **error)
{
  static const char *const members[] = { "distribution", "base", "spread", NULL };
  static const char *const kinds[] = { "constant", "uniform", "exponential", "normal", NULL };
  const char *kind = "constant";
  FoliotCursor at_kind = foliot_cursor_member (at, "distribution");

  if (at->value == NULL)
    return TRUE;
  if (foliot_value_get_kind (at->value) != FOLIOT_VALUE_MAP)
    {
      if (!foliot_cursor_to_time (at, &latency->base, error))
        return FALSE;
    }
  else
    {
      if (!foliot_cursor_expect_map (at, members, error)
          || !foliot_cursor_get_string (at, "distribution", FALSE, &kind, error)
          || !foliot_cursor_get_time (at, "base", FALSE, &latency->base, error)
          || !foliot_cursor_get_time (at, "spread", FALSE, &latency->spread, error))
        return FALSE;
      if (!g_strv_contains (kinds, kind))
        {
          foliot_cursor_fail_unknown (&at_kind, "distribution", kind, kinds, error);
          return FALSE;
        }
      while (!g_str_equal (kinds[latency->kind], kind))
        latency->kind++;
    }
  if (latency->base < 0 || latency->spread < 0)
    {
      foliot_cursor_fail (at, FOLIOT_SCENARIO_ERROR_TYPE, error, "a latency cannot be negative");
      return FALSE;
    }
  return TRUE;
}

static gboolean
read_link_end (FoliotScenario *scenario, const FoliotCursor *entry, const char *member, char **out,
               GError **error)
{
  FoliotCursor at = foliot_cursor_member (entry, member);
  const char *name = "*";

  if (!foliot_cursor_get_string (entry, member, FALSE, &name, error))
    return FALSE;
  if (!g_str_equal (name, "*") && find_container (scenario, name) < 0)
    {
      g_auto (GStrv) names = dup_container_names (scenario);

      foliot_cursor_fail_unknown (&at, "container", name, (const char *const *) names, error);
      return FALSE;
    }
  *out = g_strdup (name);
  return TRUE;
}

static gboolean
read_link (FoliotScenario *scenario, const FoliotCursor *entry, const FoliotTemplate *template,
           GError **error)
{
  FoliotCursor at_latency = foliot_cursor_member (entry, "latency");
  FoliotCursor at_loss = foliot_cursor_member (entry, "loss");
  g_autofree char *from = NULL, *to = NULL;
  FoliotLinkSpec spec = { 0 };
  double loss = 0.0;

  if (!read_link_end (scenario, entry, "from", &from, error)
      || !read_link_end (scenario, entry, "to", &to, error)
      || !read_latency (&at_latency, &spec.latency, error)
      || !foliot_cursor_get_double (entry, "loss", FALSE, &loss, error))
    return FALSE;
  if (!(loss >= 0.0 && loss <= 1.0))
    {
      char buffer[32];

      foliot_cursor_fail (&at_loss, FOLIOT_SCENARIO_ERROR_TYPE, error,
                          "expected a probability from 0 to 1, found %s",
                          foliot_double_format (loss, buffer));
      return FALSE;
    }
  spec.loss_ppm = (guint) (loss * 1e6 + 0.5);
  spec.from = g_steal_pointer (&from);
  spec.to = g_steal_pointer (&to);
  g_array_append_val (scenario->links, spec);
  return TRUE;
}

/* -- inputs --------------------------------------------------------------------------------------------------------------- */

static const FoliotInput *
find_input (FoliotScenario *scenario, guint agent, const FoliotCursor *at, const char *name, GError **error)
{
  GType type = g_array_index (scenario->agents, FoliotAgentSpec, agent).type;
  const FoliotInput *inputs = foliot_agent_type_get_info (type)->inputs;
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (gsize i = 0; inputs != NULL && inputs[i].name != NULL; i++)
    {
      if (g_str_equal (inputs[i].name, name))
        return &inputs[i];
      g_ptr_array_add (names, (gpointer) inputs[i].name);
    }
  g_ptr_array_add (names, NULL);
  foliot_cursor_fail_unknown (at, "input", name, (const char *const *) names->pdata, error);
  return NULL;
}

static gboolean
read_delivery (FoliotScenario *scenario, FoliotInputSpec *spec, const FoliotCursor *at, GError **error)
{
  static const char *const members[] = { "column", "agent", "input", "scale", NULL };
  FoliotCursor at_column = foliot_cursor_member (at, "column");
  FoliotCursor at_agent = foliot_cursor_member (at, "agent");
  FoliotCursor at_input = foliot_cursor_member (at, "input");
  FoliotCursor at_scale = foliot_cursor_member (at, "scale");
  const char *column = NULL, *agent = NULL, *input = NULL;
  FoliotDelivery delivery = { .scale = 1.0, .scaled = at_scale.value != NULL };
  int found;

  if (!foliot_cursor_expect_map (at, members, error)
      || !foliot_cursor_get_string (at, "column", TRUE, &column, error)
      || !foliot_cursor_get_string (at, "agent", TRUE, &agent, error)
      || !foliot_cursor_get_string (at, "input", TRUE, &input, error)
      || !foliot_cursor_get_double (at, "scale", FALSE, &delivery.scale, error))
    return FALSE;
  found = foliot_series_find (spec->series, column);
  if (found < 0)
    {
      foliot_cursor_fail_unknown (&at_column, "column", column, (const char *const *) spec->series->columns,
                                  error);
      return FALSE;
    }
  delivery.column = (guint) found;
  found = find_agent (scenario, &at_agent, agent, error);
  if (found < 0)
    return FALSE;
  delivery.agent = (guint) found;
  delivery.input = find_input (scenario, delivery.agent, &at_input, input, error);
  if (delivery.input == NULL)
    return FALSE;
  g_array_append_val (spec->deliveries, delivery);
  return TRUE;
}

/* A relative path starts at the folder of the file that holds it, included or not. */
static char *
resolve_path (FoliotScenario *scenario, const FoliotCursor *at, const char *path)
{
  guint line;
  const FoliotJsonFile *file = foliot_cursor_find_file (at, &line);
  g_autofree char *folder = file != NULL ? g_path_get_dirname (file->path) : g_strdup (scenario->folder);

  return g_path_is_absolute (path) ? g_strdup (path) : g_build_filename (folder, path, NULL);
}

static gboolean
read_input (FoliotScenario *scenario, const FoliotCursor *entry, const FoliotTemplate *template,
            GError **error)
{
  FoliotCursor list = foliot_cursor_member (entry, "deliver");
  FoliotCursor at_file = foliot_cursor_member (entry, "file");
  const char *file = NULL, *time = "time_s";
  g_autofree char *path = NULL;
  FoliotInputSpec spec;

  if (!foliot_cursor_get_string (entry, "file", TRUE, &file, error)
      || !foliot_cursor_get_string (entry, "time", FALSE, &time, error)
      || !foliot_cursor_expect_list (&list, error))
    return FALSE;
  path = resolve_path (scenario, &at_file, file);
  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    {
      foliot_cursor_fail (&at_file, FOLIOT_SCENARIO_ERROR_MISSING, error, "no such file: %s", path);
      return FALSE;
    }
  spec.series = foliot_series_load (path, time, error);
  if (spec.series == NULL)
    return FALSE;
  if (spec.series->n_rows > 0 && spec.series->times[0] < scenario->init_time)
    {
      g_autofree char *begins = foliot_time_format (spec.series->times[0]);
      g_autofree char *init = foliot_time_format (scenario->init_time);

      foliot_cursor_fail (&at_file, FOLIOT_SCENARIO_ERROR_CSV, error,
                          "%s begins at %s s, before the world does (\"init_time\": %s s)", file, begins,
                          init);
      foliot_series_free (spec.series);
      return FALSE;
    }
  spec.deliveries = g_array_new (FALSE, TRUE, sizeof (FoliotDelivery));
  g_array_append_val (scenario->inputs, spec);
  for (gsize i = 0; i < foliot_value_get_length (list.value); i++)
    {
      FoliotCursor at = foliot_cursor_element (&list, i);

      if (!read_delivery (scenario, &spec, &at, error))
        return FALSE;
    }
  return TRUE;
}

/* -- outputs ------------------------------------------------------------------------------------------------------------------ */

static const FoliotOutput *
find_output (FoliotScenario *scenario, guint agent, const FoliotCursor *at, const char *name, GError **error)
{
  GType type = g_array_index (scenario->agents, FoliotAgentSpec, agent).type;
  const FoliotOutput *outputs = foliot_agent_type_get_info (type)->outputs;
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (gsize i = 0; outputs != NULL && outputs[i].name != NULL; i++)
    {
      if (g_str_equal (outputs[i].name, name))
        return &outputs[i];
      g_ptr_array_add (names, (gpointer) outputs[i].name);
    }
  g_ptr_array_add (names, NULL);
  foliot_cursor_fail_unknown (at, "output", name, (const char *const *) names->pdata, error);
  return NULL;
}

/* Names of columns become names of SQLite, for which a and A are one. */
static gboolean
has_column (const FoliotOutputSpec *spec, GPtrArray *names, const char *name, const char **out_other)
{
  *out_other = NULL;
  if (g_ascii_strcasecmp (name, "time_s") == 0)
    *out_other = "time_s";
  else if (names != NULL && g_ascii_strcasecmp (name, spec->label) == 0)
    *out_other = spec->label;
  for (guint i = 0; names != NULL && *out_other == NULL && i < names->len; i++)
    if (g_ascii_strcasecmp (name, g_ptr_array_index (names, i)) == 0)
      *out_other = g_ptr_array_index (names, i);
  return *out_other != NULL;
}

static gboolean
check_column (const FoliotCursor *at, const FoliotOutputSpec *spec, GPtrArray *names, const char *name,
              GError **error)
{
  const char *other;

  if (name[0] == '\0')
    foliot_cursor_fail (at, FOLIOT_SCENARIO_ERROR_TYPE, error, "the name of a column cannot be empty");
  else if (has_column (spec, names, name, &other))
    foliot_cursor_fail (at, FOLIOT_SCENARIO_ERROR_TYPE, error, "there is already a column \"%s\"", other);
  else
    return TRUE;
  return FALSE;
}

static gboolean
read_columns (const FoliotCursor *entry, FoliotOutputSpec *spec, GError **error)
{
  FoliotCursor at_label = foliot_cursor_member (entry, "label");
  FoliotCursor list = foliot_cursor_member (entry, "columns");
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  if (!check_column (&at_label, spec, NULL, spec->label, error) || !foliot_cursor_expect_list (&list, error))
    return FALSE;
  for (gsize i = 0; i < foliot_value_get_length (list.value); i++)
    {
      FoliotCursor at = foliot_cursor_element (&list, i);
      const char *name = NULL;

      if (!foliot_cursor_to_string (&at, &name, error) || !check_column (&at, spec, names, name, error))
        return FALSE;
      g_ptr_array_add (names, g_strdup (name));
    }
  g_ptr_array_add (names, NULL);
  spec->columns = (char **) g_ptr_array_steal (names, NULL);
  return TRUE;
}

static gboolean
read_sampling (FoliotScenario *scenario, const FoliotCursor *entry, FoliotOutputSpec *spec, GError **error)
{
  FoliotCursor at_agents = foliot_cursor_member (entry, "agents");
  FoliotCursor at_every = foliot_cursor_member (entry, "every");
  FoliotCursor at_from = foliot_cursor_member (entry, "from");
  FoliotCursor at_columns = foliot_cursor_member (entry, "columns");
  const char *pattern = "*";
  g_autoptr (GPatternSpec) compiled = NULL;

  if (!foliot_cursor_get_time (entry, "every", TRUE, &spec->every, error)
      || !foliot_cursor_get_time (entry, "from", FALSE, &spec->from, error)
      || !foliot_cursor_get_string (entry, "agents", FALSE, &pattern, error))
    return FALSE;
  if (spec->every <= 0)
    {
      foliot_cursor_fail (&at_every, FOLIOT_SCENARIO_ERROR_TYPE, error, "expected a time greater than 0");
      return FALSE;
    }
  if (spec->from < scenario->init_time)
    {
      foliot_cursor_fail (&at_from, FOLIOT_SCENARIO_ERROR_TYPE, error,
                          "expected a time not before \"init_time\"");
      return FALSE;
    }
  compiled = g_pattern_spec_new (pattern);
  for (guint i = 0; i < scenario->agents->len; i++)
    {
      const FoliotAgentSpec *agent = &g_array_index (scenario->agents, FoliotAgentSpec, i);

      if (!g_pattern_spec_match_string (compiled, agent->name))
        continue;
      g_array_append_val (spec->agents, i);
      for (gsize k = 0; spec->columns[k] != NULL; k++)
        {
          FoliotCursor at = foliot_cursor_element (&at_columns, k);
          const FoliotOutput *output = find_output (scenario, i, &at, spec->columns[k], error);

          if (output == NULL)
            return FALSE;
          g_ptr_array_add (spec->outputs, (gpointer) output);
        }
    }
  if (spec->agents->len > 0)
    return TRUE;
  foliot_cursor_fail (&at_agents, FOLIOT_SCENARIO_ERROR_UNKNOWN, error, "no agent's name matches \"%s\"",
                      pattern);
  return FALSE;
}

/* A table becomes TABLE.csv and a table of results.sqlite, beside those that every run has. */
static gboolean
check_table_name (FoliotScenario *scenario, const FoliotCursor *at, const char *name, GError **error)
{
  for (guint i = 0; i < scenario->outputs->len; i++)
    {
      const char *other = g_array_index (scenario->outputs, FoliotOutputSpec, i).table;

      if (g_ascii_strcasecmp (other, name) != 0)
        continue;
      foliot_cursor_fail (at, FOLIOT_SCENARIO_ERROR_TYPE, error, "there is already a table \"%s\"", other);
      return FALSE;
    }
  for (const char *p = name; *p != '\0' || p == name; p++)
    if (!g_ascii_isalnum (*p) && *p != '_' && *p != '-')
      {
        foliot_cursor_fail (at, FOLIOT_SCENARIO_ERROR_TYPE, error,
                            "\"%s\" cannot name a table: expected letters, digits, _ and -", name);
        return FALSE;
      }
  if (g_ascii_strcasecmp (name, "run") != 0 && g_ascii_strcasecmp (name, "checkpoints") != 0
      && g_ascii_strncasecmp (name, "sqlite_", strlen ("sqlite_")) != 0)
    return TRUE;
  foliot_cursor_fail (at, FOLIOT_SCENARIO_ERROR_TYPE, error,
                      "\"%s\" cannot name a table: the results have a file or table of this name", name);
  return FALSE;
}

/* Without "every" there is nothing to sample: what only sampling reads is a mistake. */
static gboolean
check_unsampled (const FoliotCursor *entry, GError **error)
{
  static const char *const members[] = { "agents", "from" };

  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    {
      FoliotCursor at = foliot_cursor_member (entry, members[i]);

      if (at.value == NULL)
        continue;
      foliot_cursor_fail (&at, FOLIOT_SCENARIO_ERROR_MISSING, error,
                          "only means something with \"every\": without it, agents record rows themselves");
      return FALSE;
    }
  return TRUE;
}

static gboolean
read_output (FoliotScenario *scenario, const FoliotCursor *entry, const FoliotTemplate *template,
             GError **error)
{
  FoliotCursor at_table = foliot_cursor_member (entry, "table");
  const char *table = NULL, *label = "agent";
  FoliotOutputSpec spec = { 0 }, *stored;

  if (!foliot_cursor_get_string (entry, "table", TRUE, &table, error)
      || !foliot_cursor_get_string (entry, "label", FALSE, &label, error)
      || !check_table_name (scenario, &at_table, table, error))
    return FALSE;
  spec.table = g_strdup (table);
  spec.label = g_strdup (label);
  spec.agents = g_array_new (FALSE, FALSE, sizeof (guint));
  spec.outputs = g_ptr_array_new ();
  g_array_append_val (scenario->outputs, spec);
  stored = &g_array_index (scenario->outputs, FoliotOutputSpec, scenario->outputs->len - 1);
  if (!read_columns (entry, stored, error))
    return FALSE;
  return foliot_value_lookup (entry->value, "every") != NULL ? read_sampling (scenario, entry, stored, error)
                                                             : check_unsampled (entry, error);
}

/* -- expectations --------------------------------------------------------------------------------------------------------------- */

static int
find_column (const FoliotOutputSpec *table, const char *name)
{
  if (g_str_equal (name, "time_s"))
    return 0;
  if (g_str_equal (name, table->label))
    return 1;
  for (int i = 0; table->columns[i] != NULL; i++)
    if (g_str_equal (table->columns[i], name))
      return i + 2;
  return -1;
}

static gboolean
read_expect_column (const FoliotOutputSpec *table, const FoliotCursor *entry, const char *member, int *out,
                    GError **error)
{
  FoliotCursor at = foliot_cursor_member (entry, member);
  g_autoptr (GPtrArray) names = NULL;
  const char *name = NULL;

  if (!foliot_cursor_get_string (entry, member, FALSE, &name, error))
    return FALSE;
  *out = name != NULL ? find_column (table, name) : -1;
  if (name == NULL || *out >= 0)
    return TRUE;
  names = g_ptr_array_new ();
  g_ptr_array_add (names, (gpointer) "time_s");
  g_ptr_array_add (names, table->label);
  for (gsize i = 0; table->columns[i] != NULL; i++)
    g_ptr_array_add (names, table->columns[i]);
  g_ptr_array_add (names, NULL);
  foliot_cursor_fail_unknown (&at, "column", name, (const char *const *) names->pdata, error);
  return FALSE;
}

static gboolean
find_table (FoliotScenario *scenario, const FoliotCursor *at, const char *name, guint *out, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (*out = 0; *out < scenario->outputs->len; (*out)++)
    {
      char *table = g_array_index (scenario->outputs, FoliotOutputSpec, *out).table;

      if (g_str_equal (table, name))
        return TRUE;
      g_ptr_array_add (names, table);
    }
  g_ptr_array_add (names, NULL);
  foliot_cursor_fail_unknown (at, "table", name, (const char *const *) names->pdata, error);
  return FALSE;
}

static gboolean
read_limit (const FoliotCursor *entry, const char *member, gboolean *out_has, double *out, GError **error)
{
  *out_has = foliot_value_lookup (entry->value, member) != NULL;
  return foliot_cursor_get_double (entry, member, FALSE, out, error);
}

static gboolean
read_expect (FoliotScenario *scenario, const FoliotCursor *entry, const FoliotTemplate *template,
             GError **error)
{
  static const char *const folds[] = { "none", "sum", "min", "max", "mean", "last", "count", NULL };
  FoliotCursor at_table = foliot_cursor_member (entry, "table");
  FoliotCursor at_fold = foliot_cursor_member (entry, "fold");
  FoliotCursor at_tolerance = foliot_cursor_member (entry, "relative_tolerance");
  const char *table = NULL, *fold = "none";
  FoliotExpectSpec spec = { 0 };
  const FoliotOutputSpec *output = NULL;

  if (!foliot_cursor_get_string (entry, "table", TRUE, &table, error)
      || !foliot_cursor_get_string (entry, "fold", FALSE, &fold, error))
    return FALSE;
  if (!find_table (scenario, &at_table, table, &spec.table, error))
    return FALSE;
  output = &g_array_index (scenario->outputs, FoliotOutputSpec, spec.table);
  if (!g_strv_contains (folds, fold))
    {
      foliot_cursor_fail_unknown (&at_fold, "fold", fold, folds, error);
      return FALSE;
    }
  while (!g_str_equal (folds[spec.fold], fold))
    spec.fold++;
  if (!read_expect_column (output, entry, "column", &spec.column, error)
      || !read_expect_column (output, entry, "by", &spec.by, error)
      || !read_limit (entry, "at_most", &spec.has_at_most, &spec.at_most, error)
      || !read_limit (entry, "at_least", &spec.has_at_least, &spec.at_least, error)
      || !read_limit (entry, "equals", &spec.has_equals, &spec.equals, error)
      || !foliot_cursor_get_double (entry, "relative_tolerance", FALSE, &spec.relative_tolerance, error))
    return FALSE;
  if (spec.relative_tolerance < 0.0)
    {
      foliot_cursor_fail (&at_tolerance, FOLIOT_SCENARIO_ERROR_TYPE, error, "a tolerance cannot be negative");
      return FALSE;
    }
  if (spec.column < 0 && spec.fold != FOLIOT_FOLD_COUNT)
    {
      foliot_cursor_fail (entry, FOLIOT_SCENARIO_ERROR_MISSING, error,
                          "expected a \"column\", or \"fold\": \"count\"");
      return FALSE;
    }
  if (!spec.has_at_most && !spec.has_at_least && !spec.has_equals)
    {
      foliot_cursor_fail (entry, FOLIOT_SCENARIO_ERROR_MISSING, error,
                          "expected at least one of \"at_most\", \"at_least\", \"equals\"");
      return FALSE;
    }
  spec.place = foliot_cursor_dup_place (entry);
  g_array_append_val (scenario->expects, spec);
  return TRUE;
}

/* -- the whole ---------------------------------------------------------------------------------------------------------------------- */

/* It names a folder, whoever wrote the file. */
static gboolean
is_good_name (const char *name)
{
  for (const char *p = name; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("_-.", *p) == NULL)
      return FALSE;
  return name[0] != '\0' && name[0] != '.' && strlen (name) <= 200;
}

static void
fail_duration (FoliotScenario *scenario, const FoliotCursor *at, GError **error)
{
  g_autofree char *begins = foliot_time_format (scenario->init_time);
  g_autofree char *ends = foliot_time_format (scenario->duration);

  foliot_cursor_fail (at, FOLIOT_SCENARIO_ERROR_TYPE, error,
                      "the run ends at %s s, which is not after its start (\"init_time\") at %s s", ends,
                      begins);
}

static gboolean
read_head (FoliotScenario *scenario, const FoliotCursor *root, GError **error)
{
  static const char *const transports[] = { "local", "tcp", "unix", "tls", NULL };
  FoliotCursor at_name = foliot_cursor_member (root, "name");
  FoliotCursor at_date = foliot_cursor_member (root, "start_date");
  FoliotCursor at_duration = foliot_cursor_member (root, "duration");
  FoliotCursor at_transport = foliot_cursor_member (root, "transport");
  const char *name = NULL, *description = "", *date = "1970-01-01T00:00:00+00:00", *transport = "local";
  g_autoptr (GError) local = NULL;
  gint64 seed = 0, version = 0;
  FoliotDate parsed;

  if (!foliot_cursor_get_int (root, "foliot", TRUE, 1, 1, &version, error)
      || !foliot_cursor_get_string (root, "name", TRUE, &name, error)
      || !foliot_cursor_get_string (root, "description", FALSE, &description, error)
      || !foliot_cursor_get_int (root, "seed", FALSE, 0, G_MAXINT64, &seed, error)
      || !foliot_cursor_get_string (root, "start_date", FALSE, &date, error)
      || !foliot_cursor_get_string (root, "transport", FALSE, &transport, error)
      || !foliot_cursor_get_time (root, "init_time", FALSE, &scenario->init_time, error)
      || !foliot_cursor_get_time (root, "duration", TRUE, &scenario->duration, error))
    return FALSE;
  if (!is_good_name (name))
    foliot_cursor_fail (&at_name, FOLIOT_SCENARIO_ERROR_TYPE, error,
                        "\"%s\" cannot name a scenario: it names the results folder; expected letters, "
                        "digits, _, - and ., no . first",
                        name);
  else if (!foliot_date_parse (date, &parsed, &local))
    foliot_cursor_fail (&at_date, FOLIOT_SCENARIO_ERROR_TYPE, error, "%s", local->message);
  else if (scenario->duration <= scenario->init_time)
    fail_duration (scenario, &at_duration, error);
  else if (!g_strv_contains (transports, transport))
    foliot_cursor_fail_unknown (&at_transport, "transport", transport, transports, error);
  else if (!g_str_equal (transport, "local"))
    foliot_cursor_fail (&at_transport, FOLIOT_SCENARIO_ERROR_TYPE, error,
                        "transport \"%s\" is not available in this version, only \"local\"", transport);
  else
    {
      scenario->name = g_strdup (name);
      scenario->description = g_strdup (description);
      scenario->seed = (guint64) seed;
      scenario->start_date = g_strdup (date);
      scenario->transport = g_strdup (transport);
      return TRUE;
    }
  return FALSE;
}

static gboolean
read_module (FoliotScenario *scenario, const FoliotCursor *root, const char *const *module_dirs,
             GError **error)
{
  FoliotCursor at = foliot_cursor_member (root, "module");
  g_autoptr (GError) local = NULL;
  const char *name = NULL;

  if (!foliot_cursor_get_string (root, "module", FALSE, &name, error))
    return FALSE;
  if (name == NULL)
    return TRUE;
  scenario->module = foliot_loaded_module_new (name, scenario->folder, module_dirs, &local);
  if (scenario->module == NULL)
    foliot_cursor_fail (&at, FOLIOT_SCENARIO_ERROR_MODULE, error, "%s", local->message);
  return scenario->module != NULL;
}

static const char *const root_members[]
    = { "foliot",     "name",      "description", "include",   "module",     "seed",
        "start_date", "init_time", "duration",    "transport", "parameters", "containers",
        "agents",     "links",     "inputs",      "outputs",   "expect",     NULL };
static const char *const container_members[] = { "name", "codec", "count", NULL };
static const char *const agent_members[] = { "name", "type", "container", "args", "count", NULL };
static const char *const link_members[] = { "from", "to", "latency", "loss", "count", NULL };
static const char *const input_members[] = { "file", "time", "deliver", "count", NULL };
static const char *const output_members[] = { "table", "agents", "label", "every", "from", "columns", NULL };
static const char *const expect_members[]
    = { "table", "column", "fold", "by", "at_most", "at_least", "equals", "relative_tolerance", NULL };

gboolean
_foliot_scenario_read (FoliotScenario *scenario, const char *const *module_dirs, GError **error)
{
  FoliotCursor tree = { .value = scenario->resolved, .files = scenario->files };
  FoliotTemplate template = { .parameters = scenario->parameters };
  g_autoptr (FoliotValue) head = NULL;
  FoliotCursor root;

  if (!foliot_cursor_expect_map (&tree, root_members, error))
    return FALSE;
  {
    /* The head's own texts may be parameters too; the sections are expanded entry by entry. */
    static const char *const scalars[] = { "foliot",     "name",      "description", "module",   "seed",
                                           "start_date", "init_time", "duration",    "transport" };
    FoliotValue *pairs[2 * G_N_ELEMENTS (scalars)];
    gsize n = 0;

    for (gsize i = 0; i < G_N_ELEMENTS (scalars); i++)
      {
        FoliotCursor at = foliot_cursor_member (&tree, scalars[i]);
        FoliotValue *expanded;

        if (at.value == NULL)
          continue;
        expanded = foliot_template_expand (&template, &at, error);
        if (expanded == NULL)
          {
            while (n > 0)
              foliot_value_unref (pairs[--n]);
            return FALSE;
          }
        pairs[n++] = foliot_value_new_string (scalars[i]);
        pairs[n++] = expanded;
      }
    head = foliot_value_new_map (pairs, n / 2);
  }
  root = foliot_cursor_with (&tree, head);
  if (!read_head (scenario, &root, error) || !read_module (scenario, &root, module_dirs, error)
      || !read_section (scenario, &tree, "containers", container_members, read_container, error))
    return FALSE;
  if (scenario->containers->len == 0)
    {
      FoliotContainerSpec spec = { .name = g_strdup ("main"), .codec_type = FOLIOT_TYPE_CODEC_JSON };

      g_array_append_val (scenario->containers, spec);
    }
  if (!read_section (scenario, &tree, "agents", agent_members, read_agent, error))
    return FALSE;
  for (guint i = 0; i < scenario->agents->len; i++)
    {
      const FoliotAgentSpec *spec = &g_array_index (scenario->agents, FoliotAgentSpec, i);

      if (!check_agent_names (scenario, spec->args, spec->place, error))
        return FALSE;
    }
  return read_section (scenario, &tree, "links", link_members, read_link, error)
         && read_section (scenario, &tree, "inputs", input_members, read_input, error)
         && read_section (scenario, &tree, "outputs", output_members, read_output, error)
         && read_section (scenario, &tree, "expect", expect_members, read_expect, error);
}
