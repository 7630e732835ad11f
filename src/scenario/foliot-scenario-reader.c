/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-scenario-sections.h"

#include <math.h>
#include <string.h>

#include "rpc/foliot-args-private.h"
#include "scenario/foliot-nearest.h"

/* From the merged tree to specs, section by section: containers, agents, links; foliot-scenario-data.c has those that speak of data. Each section is a list of entries; an
 * entry with a "count" stands for that many. The first thing that is wrong ends the reading with one message. */

#define MAX_COUNT (16 * 1024 * 1024)

/* -- entries and counts ------------------------------------------------------------------------------------------ */

static gboolean
read_entry (FoliotScenario *scenario, const FoliotCursor *entry, const char *const *names,
            FoliotEntryFunc func, GError **error)
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
              const char *const *names, FoliotEntryFunc func, GError **error)
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
  return GPOINTER_TO_INT (g_hash_table_lookup (scenario->container_index, name)) - 1;
}

static char **
dup_container_names (FoliotScenario *scenario)
{
  char **names = g_new0 (char *, scenario->containers->len + 1);

  for (guint i = 0; i < scenario->containers->len; i++)
    names[i] = g_strdup (g_array_index (scenario->containers, FoliotContainerSpec, i).name);
  return names;
}

/* @name: (transfer full) */
static void
add_container (FoliotScenario *scenario, char *name, GType codec_type)
{
  FoliotContainerSpec spec = { .name = name, .codec_type = codec_type };

  g_array_append_val (scenario->containers, spec);
  g_hash_table_insert (scenario->container_index, name, GUINT_TO_POINTER (scenario->containers->len));
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
  GType codec_type;

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
  codec_type = foliot_codec_type_from_name (codec, &local);
  if (codec_type == G_TYPE_INVALID)
    {
      const char *const names[] = { "json", "msgpack", "blosc", NULL };

      foliot_cursor_fail_unknown (&at_codec, "codec", codec, names, error);
      return FALSE;
    }
  add_container (scenario, g_strdup (name), codec_type);
  return TRUE;
}

/* Who is to be understood speaks as the others do: a peer of another codec is hung up on. */
static gboolean
check_codecs (FoliotScenario *scenario, const FoliotCursor *root, GError **error)
{
  FoliotCursor at = foliot_cursor_member (root, "containers");
  const FoliotContainerSpec *specs = (const FoliotContainerSpec *) scenario->containers->data;

  for (guint i = 1; i < scenario->containers->len; i++)
    if (specs[i].codec_type != specs[0].codec_type)
      {
        foliot_cursor_fail (&at, FOLIOT_SCENARIO_ERROR_TYPE, error,
                            "containers \"%s\" and \"%s\" have different codecs, and would not understand "
                            "each other: give all of them the same \"codec\"",
                            specs[0].name, specs[i].name);
        return FALSE;
      }
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

const char *
_foliot_scenario_get_agent_name (FoliotValue *value)
{
  FoliotValue *agent;

  if (foliot_value_get_kind (value) != FOLIOT_VALUE_MAP || foliot_value_get_length (value) != 1)
    return NULL;
  agent = foliot_value_lookup (value, "agent");
  return agent != NULL && foliot_value_get_kind (agent) == FOLIOT_VALUE_STRING
             ? foliot_value_get_string (agent, NULL)
             : NULL;
}

/* The type of an argument as init will see it: {"agent": NAME} is an address by then, and an address that is declared as a
 * proxy is one. */
static gboolean
check_arg (const FoliotParameter *parameter, const FoliotCursor *args, const char *type, GError **error)
{
  FoliotCursor at = foliot_cursor_member (args, parameter->name);
  gboolean is_address;

  if (at.value == NULL && parameter->fallback != NULL)
    return TRUE;
  if (at.value == NULL)
    {
      foliot_cursor_fail (args->value != NULL ? args : args->parent, FOLIOT_SCENARIO_ERROR_MISSING, error,
                          "agent type %s needs the argument \"%s\" (%s)", type, parameter->name,
                          _foliot_signature_type_name (parameter->type));
      return FALSE;
    }
  is_address = foliot_value_get_kind (at.value) == FOLIOT_VALUE_STRING
               || _foliot_scenario_get_agent_name (at.value) != NULL;
  if (is_address ? parameter->type == FOLIOT_ARG_PROXY || (parameter->kinds >> FOLIOT_VALUE_STRING & 1) != 0
                 : _foliot_signature_takes (parameter, at.value))
    return TRUE;
  foliot_cursor_fail (&at, FOLIOT_SCENARIO_ERROR_TYPE, error, "argument \"%s\" of %s must be %s%s, not %s",
                      parameter->name, type, _foliot_signature_type_name (parameter->type),
                      parameter->nullable ? " or null" : "",
                      is_address ? "string" : _foliot_signature_type_of (at.value));
  return FALSE;
}

static gboolean
check_arg_types (const FoliotSignature *signature, const FoliotCursor *args, const char *type, GError **error)
{
  for (guint i = 0; i < signature->n_named; i++)
    if (!check_arg (&signature->parameters[i], args, type, error))
      return FALSE;
  return TRUE;
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
                          "agent type %s declares its arguments wrongly: %s",
                          foliot_agent_type_get_name (spec->type), local->message);
      return FALSE;
    }
  n = foliot_signature_get_n_args (signature);
  names = g_new0 (char *, n + 1);
  for (guint i = 0; i < n; i++)
    names[i] = g_strdup (foliot_signature_get_arg_name (signature, i));
  if (args->value != NULL
      && !foliot_cursor_expect_names (args, "argument",
                                      signature->has_more ? NULL : (const char *const *) names, error))
    return FALSE;
  return check_arg_types (signature, args, foliot_agent_type_get_name (spec->type), error);
}

gboolean
_foliot_scenario_check_args (const FoliotAgentSpec *spec, FoliotValue *args, GError **error)
{
  g_autoptr (GPtrArray) no_files = g_ptr_array_new ();
  const FoliotCursor root = { .value = args, .files = no_files };
  const FoliotCursor at = foliot_cursor_with (&root, args);

  return check_args (spec, &at, error);
}

gboolean
_foliot_scenario_read_agent (FoliotScenario *scenario, const FoliotCursor *entry,
                             const FoliotTemplate *template, GError **error)
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
  spec.entry = (guint) entry->index;
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

int
_foliot_scenario_find_agent (FoliotScenario *scenario, const FoliotCursor *at, const char *name,
                             GError **error)
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
check_agent_names (FoliotScenario *scenario, const FoliotCursor *at, GError **error)
{
  const char *name = _foliot_scenario_get_agent_name (at->value);
  FoliotValueKind kind = foliot_value_get_kind (at->value);
  gsize n = kind == FOLIOT_VALUE_LIST || kind == FOLIOT_VALUE_MAP ? foliot_value_get_length (at->value) : 0;
  FoliotCursor inner;

  if (name != NULL)
    {
      inner = foliot_cursor_member (at, "agent");
      return _foliot_scenario_find_agent (scenario, &inner, name, error) >= 0;
    }
  for (gsize i = 0; i < n; i++)
    {
      if (kind == FOLIOT_VALUE_LIST)
        inner = foliot_cursor_element (at, i);
      else
        inner
            = foliot_cursor_member (at, foliot_value_get_string (foliot_value_get_key (at->value, i), NULL));
      if (!check_agent_names (scenario, &inner, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_all_agent_names (FoliotScenario *scenario, const FoliotCursor *root, GError **error)
{
  FoliotCursor list = foliot_cursor_member (root, "agents");

  for (guint i = 0; i < scenario->agents->len; i++)
    {
      const FoliotAgentSpec *spec = &g_array_index (scenario->agents, FoliotAgentSpec, i);
      if (spec->entry == G_MAXUINT)
        continue;
      FoliotCursor entry = foliot_cursor_element (&list, spec->entry);
      FoliotCursor member = foliot_cursor_member (&entry, "args");
      FoliotCursor args = foliot_cursor_with (&member, spec->args);

      if (!check_agent_names (scenario, &args, error))
        return FALSE;
    }
  return TRUE;
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

static gboolean
check_links (FoliotScenario *scenario, const FoliotCursor *root, GError **error)
{
  FoliotCursor at = foliot_cursor_member (root, "links");

  if (scenario->links->len == 0 || !scenario->processes)
    return TRUE;
  foliot_cursor_fail (&at, FOLIOT_SCENARIO_ERROR_TYPE, error,
                      "links need all containers in one process: a process does not know which container of "
                      "another one has connected to it (\"processes\": false)");
  return FALSE;
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
  FoliotCursor at_processes = foliot_cursor_member (root, "processes");
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
      || !foliot_cursor_get_bool (root, "processes", &scenario->processes, error)
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
  else if (scenario->processes && g_str_equal (transport, "local"))
    foliot_cursor_fail (&at_processes, FOLIOT_SCENARIO_ERROR_TYPE, error,
                        "several processes need a transport that leads out of one: \"tcp\", \"unix\" or "
                        "\"tls\", not \"local\"");
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
  scenario->module
      = foliot_loaded_module_new (name, scenario->folder, module_dirs, &scenario->fault_countdown, &local);
  if (scenario->module == NULL)
    foliot_cursor_fail (&at, FOLIOT_SCENARIO_ERROR_MODULE, error, "%s", local->message);
  return scenario->module != NULL;
}

static const char *const root_members[]
    = { "foliot",    "name",     "description", "include",   "module",     "seed",       "start_date",
        "init_time", "duration", "transport",   "processes", "parameters", "containers", "agents",
        "links",     "inputs",   "outputs",     "expect",    "cosim",      NULL };
static const char *const container_members[] = { "name", "codec", "count", NULL };
static const char *const agent_members[] = { "name", "type", "container", "args", "count", NULL };
static const char *const link_members[] = { "from", "to", "latency", "loss", "count", NULL };
static const char *const input_members[] = { "file", "time", "repeat", "deliver", "count", NULL };
static const char *const output_members[] = { "table", "agents", "label", "every", "from", "columns", NULL };
static const char *const expect_members[]
    = { "table",      "column", "fold", "by", "at_most", "at_least", "equals", "relative_tolerance",
        "unless_cut", NULL };

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
    static const char *const scalars[]
        = { "foliot",     "name",      "description", "module",    "seed",
            "start_date", "init_time", "duration",    "transport", "processes" };
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
      || !read_section (scenario, &tree, "containers", container_members, read_container, error)
      || !check_codecs (scenario, &tree, error))
    return FALSE;
  if (scenario->containers->len == 0)
    add_container (scenario, g_strdup ("main"), FOLIOT_TYPE_CODEC_JSON);
  if (!read_section (scenario, &tree, "agents", agent_members, _foliot_scenario_read_agent, error))
    return FALSE;
  if (!_foliot_scenario_read_cosim (scenario, &tree, error)
      || !check_all_agent_names (scenario, &tree, error))
    return FALSE;
  return read_section (scenario, &tree, "links", link_members, read_link, error)
         && check_links (scenario, &tree, error)
         && read_section (scenario, &tree, "inputs", input_members, _foliot_scenario_read_input, error)
         && read_section (scenario, &tree, "outputs", output_members, _foliot_scenario_read_output, error)
         && read_section (scenario, &tree, "expect", expect_members, _foliot_scenario_read_expect, error);
}
