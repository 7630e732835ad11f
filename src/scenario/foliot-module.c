/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-module.h"

#include <gmodule.h>
#include <string.h>

#include "kernel/foliot-fault-private.h"
#include "scenario/foliot-nearest.h"

/* A module is found by name, never by a path that a scenario gives: a scenario file from a stranger can only name what
 * already lies in the folders one looks in. */

static GModule *
open_module (const char *path, const FoliotModule **out_module, guint32 *faults, GError **error)
{
  gboolean refused = _foliot_fault (faults);
  GModule *handle = refused ? NULL : g_module_open (path, G_MODULE_BIND_LOCAL);
  gpointer symbol = NULL;

  if (handle == NULL)
    {
      g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_MODULE,
                   "module %s cannot be loaded: %s", path, refused ? g_strerror (ENOMEM) : g_module_error ());
      return NULL;
    }
  if (!g_module_symbol (handle, "foliot_module", &symbol) || symbol == NULL)
    g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_MODULE,
                 "module %s has no symbol foliot_module: end its source with FOLIOT_MODULE (…)", path);
  else if (((const FoliotModule *) symbol)->abi != FOLIOT_MODULE_ABI)
    g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_MODULE,
                 "module %s is of version %u, expected %d: build it again against this Foliot", path,
                 ((const FoliotModule *) symbol)->abi, FOLIOT_MODULE_ABI);
  else
    {
      g_module_make_resident (handle);
      *out_module = symbol;
      return handle;
    }
  g_module_close (handle);
  return NULL;
}

static char *
find_module (const char *name, const char *folder, const char *const *dirs, GError **error)
{
  g_autofree char *file = g_strconcat (name, ".so", NULL);
  g_autofree char *build = g_build_filename (folder, "build", NULL);
  g_autoptr (GPtrArray) places = g_ptr_array_new ();
  GString *looked = g_string_new (NULL);

  for (gsize i = 0; dirs != NULL && dirs[i] != NULL; i++)
    g_ptr_array_add (places, (gpointer) dirs[i]);
  g_ptr_array_add (places, build);
  g_ptr_array_add (places, (gpointer) folder);
  g_ptr_array_add (places, (gpointer) FOLIOT_MODULE_DIR);
  for (guint i = 0; i < places->len; i++)
    {
      char *path = g_build_filename (g_ptr_array_index (places, i), file, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
        {
          g_string_free (looked, TRUE);
          return path;
        }
      g_free (path);
      g_string_append_printf (looked, "%s%s", i > 0 ? ", " : "",
                              (const char *) g_ptr_array_index (places, i));
    }
  g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_MODULE,
               "module %s.so not found; looked in: %s", name, looked->str);
  g_string_free (looked, TRUE);
  return NULL;
}

FoliotLoadedModule *
foliot_loaded_module_new (const char *name, const char *folder, const char *const *dirs, guint32 *faults,
                          GError **error)
{
  g_autoptr (FoliotLoadedModule) loaded = g_new0 (FoliotLoadedModule, 1);

  if (name[0] == '\0' || name[0] == '.' || strchr (name, '/') != NULL)
    {
      g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_MODULE,
                   "module \"%s\": expected a bare name, without a folder", name);
      return NULL;
    }
  loaded->name = g_strdup (name);
  loaded->path = find_module (name, folder, dirs, error);
  if (loaded->path == NULL || open_module (loaded->path, &loaded->module, faults, error) == NULL)
    return NULL;
  return g_steal_pointer (&loaded);
}

void
foliot_loaded_module_free (FoliotLoadedModule *module)
{
  g_free (module->name);
  g_free (module->path);
  g_free (module);
}

GType
foliot_loaded_module_lookup (FoliotLoadedModule *module, const char *class_name)
{
  for (gsize i = 0; module->module->types[i] != NULL; i++)
    {
      GType type = module->module->types[i]();

      if (g_str_equal (foliot_agent_type_get_name (type), class_name))
        return type;
    }
  return G_TYPE_INVALID;
}

char **
foliot_loaded_module_dup_names (FoliotLoadedModule *module)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (gsize i = 0; module->module->types[i] != NULL; i++)
    g_ptr_array_add (names, g_strdup (foliot_agent_type_get_name (module->module->types[i]())));
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_steal (names, NULL);
}

GType
foliot_module_find_type (const char *name, const char *const *module_dirs, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (name, ":", 2);
  g_autoptr (FoliotLoadedModule) module = NULL;
  g_auto (GStrv) names = NULL;
  g_autofree char *hint = NULL;
  GType type;

  if (parts[0] == NULL || parts[1] == NULL || parts[1][0] == '\0')
    {
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "\"%s\": expected MODULE:TYPE", name);
      return G_TYPE_INVALID;
    }
  module = foliot_loaded_module_new (parts[0], ".", module_dirs, NULL, error);
  if (module == NULL)
    return G_TYPE_INVALID;
  type = foliot_loaded_module_lookup (module, parts[1]);
  if (type != G_TYPE_INVALID)
    return type;
  names = foliot_loaded_module_dup_names (module);
  hint = foliot_nearest_hint (parts[1], (const char *const *) names);
  g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_UNKNOWN,
               "module %s has no agent type \"%s\"%s", parts[0], parts[1], hint);
  return G_TYPE_INVALID;
}
