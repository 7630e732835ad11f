/* SPDX-License-Identifier: MIT */
#include "foliot/foliot-agent.h"

/*
 * A list, in the order of adding, which is also the order in which the names are told; a process knows a dozen agent
 * types. The failures are those of Python's importer, because peers read them.
 */

typedef struct
{
  char *module;
  const char *class_name; /* of the type: static */
  GType type;
} Entry;

struct _FoliotRegistry
{
  GPtrArray *entries;
};

static void
entry_free (Entry *entry)
{
  g_free (entry->module);
  g_free (entry);
}

FoliotRegistry *
foliot_registry_new (void)
{
  FoliotRegistry *registry = g_new (FoliotRegistry, 1);
  registry->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) entry_free);
  return registry;
}

void
foliot_registry_free (FoliotRegistry *registry)
{
  g_ptr_array_unref (registry->entries);
  g_free (registry);
}

/* Returns: (nullable): the first entry that fits; %NULL for a name fits all. */
static Entry *
registry_search (FoliotRegistry *registry, const char *module, const char *class_name)
{
  for (guint i = 0; i < registry->entries->len; i++)
    {
      Entry *entry = registry->entries->pdata[i];
      if ((module == NULL || g_str_equal (entry->module, module))
          && (class_name == NULL || g_str_equal (entry->class_name, class_name)))
        return entry;
    }
  return NULL;
}

void
foliot_registry_add (FoliotRegistry *registry, const char *module, GType type)
{
  g_return_if_fail (registry != NULL && module != NULL && g_type_is_a (type, FOLIOT_TYPE_AGENT));
  const char *class_name = foliot_agent_type_get_name (type);
  Entry *entry = registry_search (registry, module, class_name);
  if (entry == NULL)
    {
      entry = g_new0 (Entry, 1);
      entry->module = g_strdup (module);
      entry->class_name = class_name;
      g_ptr_array_add (registry->entries, entry);
    }
  entry->type = type;
}

static gboolean
split_name (const char *qualified, char **out_module, const char **out_object, GError **error)
{
  const char *colon = strchr (qualified, ':');
  if (colon == NULL || strchr (colon + 1, ':') != NULL)
    {
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
                   "Malformed object name \"%s\": Expected \"module:object\"", qualified);
      return FALSE;
    }
  if (colon == qualified)
    {
      g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "Empty module name");
      return FALSE;
    }
  *out_module = g_strndup (qualified, colon - qualified);
  *out_object = colon + 1;
  return TRUE;
}

GType
foliot_registry_lookup (FoliotRegistry *registry, const char *qualified, GError **error)
{
  g_return_val_if_fail (registry != NULL && qualified != NULL, G_TYPE_INVALID);
  g_autofree char *module = NULL;
  const char *object;
  if (!split_name (qualified, &module, &object, error))
    return G_TYPE_INVALID;
  Entry *entry = registry_search (registry, module, object);
  if (entry != NULL)
    return entry->type;
  if (registry_search (registry, module, NULL) == NULL)
    g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_IMPORT, "No module named '%s'", module);
  else
    g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_ATTRIBUTE, "module '%s' has no attribute '%s'", module,
                 object);
  return G_TYPE_INVALID;
}

GType
foliot_registry_find (FoliotRegistry *registry, const char *class_name)
{
  g_return_val_if_fail (registry != NULL && class_name != NULL, G_TYPE_INVALID);
  Entry *entry = registry_search (registry, NULL, class_name);
  return entry != NULL ? entry->type : G_TYPE_INVALID;
}

char **
foliot_registry_dup_names (FoliotRegistry *registry)
{
  g_return_val_if_fail (registry != NULL, NULL);
  GStrvBuilder *names = g_strv_builder_new ();
  for (guint i = 0; i < registry->entries->len; i++)
    g_strv_builder_add (names, ((Entry *) registry->entries->pdata[i])->class_name);
  char **result = g_strv_builder_end (names);
  g_strv_builder_unref (names);
  return result;
}
