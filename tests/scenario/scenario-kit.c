/* SPDX-License-Identifier: MIT */
#include "scenario-kit.h"

#include "foliot-test.h"

#include <glib/gstdio.h>
#include <string.h>

Kit *
kit_new (void)
{
  Kit *kit = g_new0 (Kit, 1);
  g_autoptr (GError) error = NULL;

  kit->folder = g_dir_make_tmp ("foliot-scenario-XXXXXX", &error);
  g_assert_no_error (error);
  kit->registry = foliot_registry_new ();
  foliot_registry_add (kit->registry, "demo", probe_get_type ());
  foliot_registry_add (kit->registry, "demo", caller_get_type ());
  foliot_registry_add (kit->registry, "demo", faulty_get_type ());
  foliot_registry_add (kit->registry, "demo", chaotic_get_type ());
  return kit;
}

void
kit_free (Kit *kit)
{
  foliot_test_remove_folder (kit->folder);
  foliot_registry_free (kit->registry);
  g_free (kit->folder);
  g_free (kit);
}

char *
kit_quotes (const char *text)
{
  return g_strdelimit (g_strdup (text), "'", '"');
}

char *
kit_path (Kit *kit, const char *name)
{
  return g_build_filename (kit->folder, name, NULL);
}

void
kit_write (Kit *kit, const char *name, const char *text)
{
  g_autofree char *path = kit_path (kit, name);
  g_autofree char *quoted = kit_quotes (text);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, quoted, -1, &error);
  g_assert_no_error (error);
}

char *
kit_read (Kit *kit, const char *name)
{
  g_autofree char *path = kit_path (kit, name);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

char *
kit_list (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  return g_strjoinv (" ", (char **) names->pdata);
}

char *
kit_strip (Kit *kit, const char *text)
{
  g_auto (GStrv) parts = NULL;
  g_autofree char *prefix = g_strconcat (kit->folder, "/", NULL);

  parts = g_strsplit (text, prefix, -1);
  return g_strjoinv ("", parts);
}

FoliotScenario *
kit_load (Kit *kit, const char *json, const char *const *settings, GError **error)
{
  kit_write (kit, "scenario.json", json);
  return foliot_scenario_load (kit->folder, settings, kit->registry, NULL, error);
}

FoliotScenario *
kit_scenario (Kit *kit, const char *json)
{
  g_autoptr (GError) error = NULL;
  FoliotScenario *scenario = kit_load (kit, json, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (scenario);
  return scenario;
}

void
kit_assert_refused (Kit *kit, const char *json, const char *const *settings, FoliotScenarioError code,
                    const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotScenario) scenario = kit_load (kit, json, settings, &error);
  g_autofree char *found = NULL, *expected = NULL;

  g_assert_null (scenario);
  g_assert_nonnull (error);
  found = kit_strip (kit, error->message);
  g_strdelimit (found, "'", '"');
  expected = message[0] == '=' ? kit_quotes (message + 1) : NULL;
  if (expected == NULL)
    {
      g_autofree char *quoted = kit_quotes (message);

      expected = g_strconcat ("scenario.json", quoted, NULL);
    }
  g_assert_cmpstr (found, ==, expected);
  g_assert_error (error, FOLIOT_SCENARIO_ERROR, (int) code);
}

FoliotWorld *
kit_world (Kit *kit, const char *json)
{
  g_autoptr (FoliotScenario) scenario = kit_scenario (kit, json);
  g_autoptr (GError) error = NULL;
  FoliotWorld *world = foliot_world_new (scenario, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (world);
  return world;
}

FoliotWorld *
kit_run (Kit *kit, const char *json)
{
  g_autoptr (GError) error = NULL;
  FoliotWorld *world = kit_world (kit, json);
  gboolean good = foliot_world_run (world, &error);

  g_assert_no_error (error);
  g_assert_true (good);
  return world;
}
