/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-scenario-sections.h"

#include <math.h>
#include <string.h>

/* The sections that speak of data: what comes in, what is recorded, and what is expected of it. */

/* -- inputs --------------------------------------------------------------------------------------------------------------- */

/* The entry of @table (entries of @size bytes that begin with their name, the last one's NULL) that is called @name. */
static gconstpointer
find_named (gconstpointer table, gsize size, const FoliotCursor *at, const char *what, const char *name,
            GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (const char *entry = table; entry != NULL && *(const char *const *) entry != NULL; entry += size)
    {
      const char *const *its_name = (const char *const *) entry;

      if (g_str_equal (*its_name, name))
        return entry;
      g_ptr_array_add (names, (gpointer) *its_name);
    }
  g_ptr_array_add (names, NULL);
  foliot_cursor_fail_unknown (at, what, name, (const char *const *) names->pdata, error);
  return NULL;
}

static const FoliotAgentInfo *
get_info (FoliotScenario *scenario, guint agent)
{
  return foliot_agent_type_get_info (g_array_index (scenario->agents, FoliotAgentSpec, agent).type);
}

static const FoliotInput *
find_input (FoliotScenario *scenario, guint agent, const FoliotCursor *at, const char *name, GError **error)
{
  return find_named (get_info (scenario, agent)->inputs, sizeof (FoliotInput), at, "input", name, error);
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
  found = _foliot_scenario_find_agent (scenario, &at_agent, agent, error);
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
  const FoliotJsonFile *file = foliot_cursor_find_file (at);
  g_autofree char *folder = file != NULL ? g_path_get_dirname (file->path) : g_strdup (scenario->folder);

  return g_path_is_absolute (path) ? g_strdup (path) : g_build_filename (folder, path, NULL);
}

static FoliotSeries *
load_series (FoliotScenario *scenario, const FoliotCursor *at, const char *time, GError **error)
{
  g_autofree char *path = resolve_path (scenario, at, foliot_value_get_string (at->value, NULL));

  if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return foliot_series_load (path, time, &scenario->fault_countdown, error);
  foliot_cursor_fail (at, FOLIOT_SCENARIO_ERROR_MISSING, error, "no such file: %s", path);
  return NULL;
}

static gboolean
check_repeat (const FoliotInputSpec *spec, const FoliotCursor *entry, GError **error)
{
  FoliotCursor at = foliot_cursor_member (entry, "repeat");
  const FoliotSeries *series = spec->series;

  if (at.value == NULL
      || (spec->repeat > 0 && series->n_rows > 0
          && spec->repeat > series->times[series->n_rows - 1] - series->times[0]))
    return TRUE;
  foliot_cursor_fail (&at, FOLIOT_SCENARIO_ERROR_TYPE, error,
                      "expected a time longer than from the first row of the series to its last");
  return FALSE;
}

gboolean
_foliot_scenario_read_input (FoliotScenario *scenario, const FoliotCursor *entry,
                             const FoliotTemplate *template, GError **error)
{
  FoliotCursor list = foliot_cursor_member (entry, "deliver");
  FoliotCursor at_file = foliot_cursor_member (entry, "file");
  const char *file = NULL, *time = "time_s";
  FoliotInputSpec spec = { 0 };

  if (!foliot_cursor_get_string (entry, "file", TRUE, &file, error)
      || !foliot_cursor_get_string (entry, "time", FALSE, &time, error)
      || !foliot_cursor_get_time (entry, "repeat", FALSE, &spec.repeat, error)
      || !foliot_cursor_expect_list (&list, error))
    return FALSE;
  spec.series = scenario->packed_inputs != NULL
                    ? _foliot_scenario_unpack_series (scenario, &at_file, time, error)
                    : load_series (scenario, &at_file, time, error);
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
  if (!check_repeat (&spec, entry, error))
    return FALSE;
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
  return find_named (get_info (scenario, agent)->outputs, sizeof (FoliotOutput), at, "output", name, error);
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

gboolean
_foliot_scenario_sample_agent (FoliotScenario *scenario, FoliotOutputSpec *spec, guint agent,
                               const FoliotCursor *at_columns, GError **error)
{
  g_array_append_val (spec->agents, agent);
  for (gsize k = 0; spec->columns[k] != NULL; k++)
    {
      FoliotCursor at = foliot_cursor_element (at_columns, k);
      const FoliotOutput *output = find_output (scenario, agent, &at, spec->columns[k], error);

      if (output == NULL)
        return FALSE;
      g_ptr_array_add (spec->outputs, (gpointer) output);
    }
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
  spec->pattern = g_strdup (pattern);
  compiled = g_pattern_spec_new (pattern);
  for (guint i = 0; i < scenario->agents->len; i++)
    {
      const FoliotAgentSpec *agent = &g_array_index (scenario->agents, FoliotAgentSpec, i);

      if (g_pattern_spec_match_string (compiled, agent->name)
          && !_foliot_scenario_sample_agent (scenario, spec, i, &at_columns, error))
        return FALSE;
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

gboolean
_foliot_scenario_read_output (FoliotScenario *scenario, const FoliotCursor *entry,
                              const FoliotTemplate *template, GError **error)
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

gboolean
_foliot_scenario_read_expect (FoliotScenario *scenario, const FoliotCursor *entry,
                              const FoliotTemplate *template, GError **error)
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
      || !foliot_cursor_get_double (entry, "relative_tolerance", FALSE, &spec.relative_tolerance, error)
      || !foliot_cursor_get_bool (entry, "unless_cut", &spec.unless_cut, error))
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
  spec.entry = (guint) entry->index;
  g_array_append_val (scenario->expects, spec);
  return TRUE;
}
