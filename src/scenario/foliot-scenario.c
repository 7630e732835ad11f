/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-scenario.h>

#include <string.h>

#include "base/foliot-hash-private.h"
#include "scenario/foliot-nearest.h"
#include "scenario/foliot-scenario-private.h"

/* A scenario is loaded in three steps: files are read and merged (included ones first, later wins), settings of the command
 * line are laid over the tree, and the reader turns the tree into specs. Files are kept, for the lines in messages. */

G_DEFINE_QUARK (foliot-scenario-error-quark, foliot_scenario_error);
G_DEFINE_FINAL_TYPE (FoliotScenario, foliot_scenario, G_TYPE_OBJECT)

#define MAX_INCLUDES 64

/* -- merging ---------------------------------------------------------------------------------------------------- */

static gboolean
is_map (FoliotValue *value)
{
  return value != NULL && foliot_value_get_kind (value) == FOLIOT_VALUE_MAP;
}

/* @below with @above laid over it: maps member by member, anything else replaced. */
static FoliotValue *
merge (FoliotValue *below, FoliotValue *above)
{
  g_autofree FoliotValue **pairs = NULL;
  gsize n_below, n_above, n = 0;

  if (!is_map (below) || !is_map (above))
    return foliot_value_ref (above);
  n_below = foliot_value_get_length (below);
  n_above = foliot_value_get_length (above);
  pairs = g_new (FoliotValue *, 2 * (n_below + n_above) + 1);
  for (gsize i = 0; i < n_below; i++)
    {
      pairs[n++] = foliot_value_ref (foliot_value_get_key (below, i));
      pairs[n++] = foliot_value_ref (foliot_value_get_pair_value (below, i));
    }
  for (gsize i = 0; i < n_above; i++)
    {
      FoliotValue *key = foliot_value_get_key (above, i);
      FoliotValue *old = foliot_value_lookup (below, foliot_value_get_string (key, NULL));
      FoliotValue *new = foliot_value_get_pair_value (above, i);

      pairs[n++] = foliot_value_ref (key);
      pairs[n++] = old != NULL ? merge (old, new) : foliot_value_ref (new);
    }
  return foliot_value_new_map (pairs, n / 2);
}

static FoliotValue *load_tree (FoliotScenario *scenario, const char *path, GPtrArray *chain, GError **error);

static FoliotValue *
load_includes (FoliotScenario *scenario, FoliotJsonFile *file, GPtrArray *chain, GError **error)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new ();
  FoliotCursor root = { .value = file->value, .files = files };
  FoliotCursor list = foliot_cursor_member (&root, "include");
  g_autofree char *folder = g_path_get_dirname (file->path);
  g_autoptr (FoliotValue) tree = foliot_value_new_map (NULL, 0);

  g_ptr_array_add (files, file);
  if (list.value == NULL)
    return g_steal_pointer (&tree);
  if (!foliot_cursor_expect_list (&list, error))
    return NULL;
  for (gsize i = 0; i < foliot_value_get_length (list.value); i++)
    {
      FoliotCursor at = foliot_cursor_element (&list, i);
      g_autoptr (FoliotValue) below = g_steal_pointer (&tree);
      g_autoptr (FoliotValue) above = NULL;
      g_autofree char *path = NULL, *full = NULL;
      const char *name = NULL;

      if (!foliot_cursor_to_string (&at, &name, error))
        return NULL;
      path = g_path_is_absolute (name) ? g_strdup (name) : g_build_filename (folder, name, NULL);
      full = g_canonicalize_filename (path, NULL);
      if (g_ptr_array_find_with_equal_func (chain, full, g_str_equal, NULL))
        {
          foliot_cursor_fail (&at, FOLIOT_SCENARIO_ERROR_CYCLE, error, "%s includes itself", path);
          return NULL;
        }
      if (chain->len >= MAX_INCLUDES)
        {
          foliot_cursor_fail (&at, FOLIOT_SCENARIO_ERROR_CYCLE, error, "more than %d files inside each other",
                              MAX_INCLUDES);
          return NULL;
        }
      if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
        {
          foliot_cursor_fail (&at, FOLIOT_SCENARIO_ERROR_MISSING, error, "no such file: %s", path);
          return NULL;
        }
      above = load_tree (scenario, path, chain, error);
      if (above == NULL)
        return NULL;
      tree = merge (below, above);
    }
  return g_steal_pointer (&tree);
}

static FoliotValue *
load_tree (FoliotScenario *scenario, const char *path, GPtrArray *chain, GError **error)
{
  g_autoptr (FoliotJsonFile) file = foliot_json_file_load (path, &scenario->fault_countdown, error);
  g_autofree char *full = g_canonicalize_filename (path, NULL);
  g_autoptr (FoliotValue) below = NULL;
  FoliotValue *tree = NULL;

  if (file == NULL)
    return NULL;
  if (!is_map (file->value))
    {
      g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_TYPE, "%s:1: /: expected an object",
                   path);
      return NULL;
    }
  g_ptr_array_add (chain, full);
  below = load_includes (scenario, file, chain, error);
  g_ptr_array_remove_index (chain, chain->len - 1);
  if (below != NULL)
    {
      tree = merge (below, file->value);
      g_ptr_array_add (scenario->files, g_steal_pointer (&file));
    }
  return tree;
}

/* -- settings --------------------------------------------------------------------------------------------------- */

static FoliotValue *
replace_list_item (FoliotValue *list, guint64 index, FoliotValue *item)
{
  gsize n = foliot_value_get_length (list);
  g_autofree FoliotValue **items = g_new (FoliotValue *, n + 1);

  for (gsize i = 0; i < n; i++)
    items[i] = foliot_value_ref (i == index ? item : foliot_value_get_item (list, i));
  return foliot_value_new_list (items, n);
}

static gboolean
fail_setting (const char *setting, GError **error, FoliotValue *const *maps, gsize n_maps, const char *name)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *hint = NULL;

  for (gsize k = 0; k < n_maps; k++)
    for (gsize i = 0; is_map (maps[k]) && i < foliot_value_get_length (maps[k]); i++)
      g_ptr_array_add (names, (gpointer) foliot_value_get_string (foliot_value_get_key (maps[k], i), NULL));
  g_ptr_array_add (names, NULL);
  if (n_maps > 1 || foliot_value_get_kind (maps[0]) != FOLIOT_VALUE_LIST)
    hint = foliot_nearest_hint (name, (const char *const *) names->pdata);
  else
    hint = g_strdup_printf ("; it counts the %" G_GSIZE_FORMAT " items of a list from 0",
                            foliot_value_get_length (maps[0]));
  g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_UNKNOWN,
               "--set %s: the scenario has no parameter or member \"%s\"%s", setting, name, hint);
  return FALSE;
}

/* @tree with the value at @path replaced; the last component of a map may be new where @may_add. */
static FoliotValue *
replace (FoliotValue *tree, char **path, gboolean may_add, FoliotValue *value, const char *setting,
         GError **error)
{
  g_autoptr (FoliotValue) inner = NULL;
  FoliotValue *old = NULL;
  guint64 index = 0;

  if (path[0] == NULL)
    return foliot_value_ref (value);
  if (is_map (tree))
    old = foliot_value_lookup (tree, path[0]);
  else if (foliot_value_get_kind (tree) == FOLIOT_VALUE_LIST
           && g_ascii_string_to_unsigned (path[0], 10, 0, G_MAXUINT32, &index, NULL)
           && index < foliot_value_get_length (tree))
    old = foliot_value_get_item (tree, index);
  if (old == NULL && !(may_add && is_map (tree) && path[1] == NULL))
    {
      fail_setting (setting, error, &tree, 1, path[0]);
      return NULL;
    }
  inner = old != NULL ? replace (old, path + 1, may_add, value, setting, error) : foliot_value_ref (value);
  if (inner == NULL)
    return NULL;
  if (is_map (tree))
    {
      g_autoptr (FoliotValue) patch = foliot_value_build_map (path[0], foliot_value_ref (inner), NULL);
      FoliotValue *pair[] = { foliot_value_new_string (path[0]), foliot_value_new_null () };
      g_autoptr (FoliotValue) blank = foliot_value_new_map (pair, 1);
      g_autoptr (FoliotValue) cleared = merge (tree, blank);

      return merge (cleared, patch);
    }
  return replace_list_item (tree, index, inner);
}

/* A setting's value is JSON; a bare word is taken as text, since nothing else could be meant. */
static FoliotValue *
parse_setting_value (const char *setting, const char *text, GError **error)
{
  g_autoptr (GError) local = NULL;
  FoliotValue *value = foliot_json_parse_text (text, &local);
  gboolean word = g_ascii_isalpha (text[0]);

  for (const char *p = text; *p != '\0'; p++)
    word = word && (g_ascii_isalnum (*p) || *p == '-' || *p == '_');
  if (value == NULL && word)
    return foliot_value_new_string (text);
  if (value == NULL)
    g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_SYNTAX, "--set %s: the value is %s%s",
                 setting, local->message,
                 text[0] == '\0' || strchr ("[{\"", text[0]) != NULL
                     ? ""
                     : "; a text that is not one word needs quotes, as in '\"two words\"'");
  return value;
}

static gboolean
apply_setting (FoliotScenario *scenario, const char *setting, GError **error)
{
  const char *equals = strchr (setting, '=');
  g_autofree char *path = NULL;
  g_auto (GStrv) parts = NULL;
  g_autoptr (FoliotValue) value = NULL, old = NULL;
  FoliotValue *parameters = foliot_value_lookup (scenario->resolved, "parameters");
  static const char *const optional[]
      = { "seed", "start_date", "init_time", "transport", "processes", "description", NULL };

  if (equals == NULL || equals == setting)
    {
      g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_SYNTAX,
                   "--set %s: expected PATH=VALUE, such as seed=7", setting);
      return FALSE;
    }
  path = g_strndup (setting, (gsize) (equals - setting));
  parts = g_strsplit (path, ".", -1);
  value = parse_setting_value (setting, equals + 1, error);
  if (value == NULL)
    return FALSE;
  old = g_steal_pointer (&scenario->resolved);
  if (is_map (parameters) && foliot_value_lookup (parameters, parts[0]) != NULL)
    {
      g_autofree char *full = g_strconcat ("parameters.", path, NULL);
      g_auto (GStrv) full_parts = g_strsplit (full, ".", -1);

      scenario->resolved = replace (old, full_parts, FALSE, value, setting, error);
    }
  else if (foliot_value_lookup (old, parts[0]) == NULL && !g_strv_contains (optional, parts[0]))
    {
      FoliotValue *const maps[] = { parameters, old };

      fail_setting (setting, error, maps, G_N_ELEMENTS (maps), parts[0]);
    }
  else
    scenario->resolved = replace (old, parts, TRUE, value, setting, error);
  if (scenario->resolved == NULL)
    scenario->resolved = foliot_value_ref (old);
  else
    return TRUE;
  return FALSE;
}

/* -- loading ---------------------------------------------------------------------------------------------------- */

static char *
find_file (const char *path, GError **error)
{
  g_autofree char *full = g_canonicalize_filename (path, NULL);
  g_autofree char *inside = g_build_filename (full, "scenario.json", NULL);

  if (g_file_test (full, G_FILE_TEST_IS_REGULAR))
    return g_strdup (path);
  if (g_file_test (inside, G_FILE_TEST_IS_REGULAR))
    return g_build_filename (path, "scenario.json", NULL);
  if (g_file_test (full, G_FILE_TEST_IS_DIR))
    g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_MISSING,
                 "%s: the folder holds no scenario.json", path);
  else
    g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_MISSING, "%s: no such file or folder",
                 path);
  return NULL;
}

static gboolean
find_parameters (FoliotScenario *scenario, GError **error)
{
  FoliotCursor root = { .value = scenario->resolved, .files = scenario->files };
  FoliotCursor at = foliot_cursor_member (&root, "parameters");

  if (at.value != NULL && !foliot_cursor_expect_map (&at, NULL, error))
    return FALSE;
  scenario->parameters = at.value != NULL ? foliot_value_ref (at.value) : foliot_value_new_map (NULL, 0);
  return TRUE;
}

char *
_foliot_scenario_dup_place (FoliotScenario *scenario, const char *section, guint entry)
{
  FoliotCursor root = { .value = scenario->resolved, .files = scenario->files };
  FoliotCursor list = foliot_cursor_member (&root, section);
  FoliotCursor at = foliot_cursor_element (&list, entry);

  return foliot_cursor_dup_place (&at);
}

static guint64
hash_everything (FoliotScenario *scenario)
{
  guint64 hash = foliot_value_hash (scenario->resolved);

  for (guint i = 0; i < scenario->inputs->len; i++)
    hash = foliot_hash_mix (hash, g_array_index (scenario->inputs, FoliotInputSpec, i).series->hash);
  return hash;
}

/* The tree is there: settings, then what it says. */
static gboolean
read_all (FoliotScenario *scenario, const char *const *module_dirs, GError **error)
{
  for (char **setting = scenario->settings; *setting != NULL; setting++)
    if (!apply_setting (scenario, *setting, error))
      return FALSE;
  if (!find_parameters (scenario, error) || !_foliot_scenario_read (scenario, module_dirs, error))
    return FALSE;
  scenario->hash = hash_everything (scenario);
  return TRUE;
}

FoliotScenario *
foliot_scenario_load (const char *path, const char *const *settings, FoliotRegistry *registry,
                      const char *const *module_dirs, GError **error)
{
  g_return_val_if_fail (path != NULL, NULL);
  return _foliot_scenario_load (path, settings, registry, module_dirs, 0, error);
}

FoliotScenario *
_foliot_scenario_load (const char *path, const char *const *settings, FoliotRegistry *registry,
                       const char *const *module_dirs, guint32 fault, GError **error)
{
  g_autoptr (FoliotScenario) scenario = g_object_new (FOLIOT_TYPE_SCENARIO, NULL);
  g_autoptr (GPtrArray) chain = g_ptr_array_new ();

  scenario->registry = registry;
  scenario->fault_countdown = fault;
  scenario->settings = settings != NULL ? g_strdupv ((char **) settings) : g_new0 (char *, 1);
  scenario->path = find_file (path, error);
  if (scenario->path == NULL)
    return NULL;
  scenario->folder = g_path_get_dirname (scenario->path);
  scenario->resolved = load_tree (scenario, scenario->path, chain, error);
  if (scenario->resolved == NULL || !read_all (scenario, module_dirs, error))
    return NULL;
  return g_steal_pointer (&scenario);
}

FoliotScenario *
_foliot_scenario_new (const char *path, FoliotJsonFile *file, FoliotValue *packed_inputs,
                      const char *const *settings, FoliotRegistry *registry, const char *const *module_dirs,
                      GError **error)
{
  g_autoptr (FoliotScenario) scenario = g_object_new (FOLIOT_TYPE_SCENARIO, NULL);

  scenario->registry = registry;
  scenario->settings = settings != NULL ? g_strdupv ((char **) settings) : g_new0 (char *, 1);
  scenario->path = g_strdup (path);
  scenario->folder = g_path_get_dirname (path);
  scenario->resolved = foliot_value_ref (file->value);
  scenario->packed_inputs = foliot_value_ref (packed_inputs);
  g_ptr_array_add (scenario->files, file);
  return read_all (scenario, module_dirs, error) ? g_steal_pointer (&scenario) : NULL;
}

/* -- life --------------------------------------------------------------------------------------------------------- */

static void
clear_container (gpointer data)
{
  g_free (((FoliotContainerSpec *) data)->name);
}

static void
clear_agent (gpointer data)
{
  FoliotAgentSpec *spec = data;

  g_free (spec->name);
  foliot_value_unref (spec->args);
}

static void
clear_link (gpointer data)
{
  FoliotLinkSpec *spec = data;

  g_free (spec->from);
  g_free (spec->to);
}

static void
clear_input (gpointer data)
{
  FoliotInputSpec *spec = data;

  foliot_series_free (spec->series);
  g_array_unref (spec->deliveries);
}

static void
clear_output (gpointer data)
{
  FoliotOutputSpec *spec = data;

  g_free (spec->table);
  g_free (spec->label);
  g_free (spec->pattern);
  g_strfreev (spec->columns);
  g_array_unref (spec->agents);
  g_ptr_array_unref (spec->outputs);
}

GArray *
_foliot_scenario_new_specs (gsize size, GDestroyNotify clear)
{
  GArray *array = g_array_new (FALSE, TRUE, (guint) size);

  g_array_set_clear_func (array, clear);
  return array;
}

static void
foliot_scenario_init (FoliotScenario *scenario)
{
  scenario->files = g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_json_file_free);
  scenario->containers = _foliot_scenario_new_specs (sizeof (FoliotContainerSpec), clear_container);
  scenario->container_index = g_hash_table_new (g_str_hash, g_str_equal);
  scenario->agents = _foliot_scenario_new_specs (sizeof (FoliotAgentSpec), clear_agent);
  scenario->agent_index = g_hash_table_new (g_str_hash, g_str_equal);
  scenario->links = _foliot_scenario_new_specs (sizeof (FoliotLinkSpec), clear_link);
  scenario->inputs = _foliot_scenario_new_specs (sizeof (FoliotInputSpec), clear_input);
  scenario->outputs = _foliot_scenario_new_specs (sizeof (FoliotOutputSpec), clear_output);
  scenario->expects = _foliot_scenario_new_specs (sizeof (FoliotExpectSpec), NULL);
  scenario->init_time = -FOLIOT_SECOND;
  _foliot_scenario_init_cosim (scenario);
}

static void
foliot_scenario_finalize (GObject *object)
{
  FoliotScenario *scenario = FOLIOT_SCENARIO (object);

  _foliot_scenario_clear_cosim (scenario);
  g_hash_table_unref (scenario->agent_index);
  g_hash_table_unref (scenario->container_index);
  g_array_unref (scenario->expects);
  g_array_unref (scenario->outputs);
  g_array_unref (scenario->inputs);
  g_array_unref (scenario->links);
  g_array_unref (scenario->agents);
  g_array_unref (scenario->containers);
  if (scenario->base == NULL)
    g_clear_pointer (&scenario->module, foliot_loaded_module_free);
  g_clear_object (&scenario->base);
  g_clear_pointer (&scenario->parameters, foliot_value_unref);
  g_clear_pointer (&scenario->resolved, foliot_value_unref);
  g_clear_pointer (&scenario->packed_inputs, foliot_value_unref);
  g_ptr_array_unref (scenario->files);
  g_free (scenario->transport);
  g_strfreev (scenario->settings);
  g_free (scenario->start_date);
  g_free (scenario->description);
  g_free (scenario->name);
  g_free (scenario->folder);
  g_free (scenario->path);
  G_OBJECT_CLASS (foliot_scenario_parent_class)->finalize (object);
}

static void
foliot_scenario_class_init (FoliotScenarioClass *class)
{
  G_OBJECT_CLASS (class)->finalize = foliot_scenario_finalize;
}

const char *
foliot_scenario_get_name (FoliotScenario *scenario)
{
  return scenario->name;
}

const char *
foliot_scenario_get_folder (FoliotScenario *scenario)
{
  return scenario->folder;
}

guint64
foliot_scenario_get_seed (FoliotScenario *scenario)
{
  return scenario->seed;
}

FoliotTime
foliot_scenario_get_until (FoliotScenario *scenario)
{
  return scenario->duration;
}

guint64
foliot_scenario_get_hash (FoliotScenario *scenario)
{
  return scenario->hash;
}
