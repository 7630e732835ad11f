/* SPDX-License-Identifier: MIT */
#include <foliot/foliot.h>

#include <glib/gstdio.h>

/* Seeds survive an edit: whatever is changed in one agent, what all others see stays as it was, as far as they are not told. */

#define N_WALKERS 30
#define EDITED    7

static FoliotWorld *
run (const char *edit, gboolean one_more)
{
  const char *const dirs[] = { EDITS_DIR, NULL };
  g_autofree char *folder = g_dir_make_tmp ("foliot-edits-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "scenario.json", NULL);
  g_autoptr (GString) json = g_string_new (NULL);
  g_autoptr (FoliotScenario) scenario = NULL;
  g_autoptr (GError) error = NULL;
  FoliotWorld *world;

  g_string_printf (
      json, "{\"foliot\": 1, \"name\": \"edits\", \"duration\": 20, \"seed\": 5, \"module\": \"edits\", "
            "\"outputs\": [{\"table\": \"walk\", \"columns\": [\"place\"]}], \"agents\": [");
  for (guint i = 0; i < N_WALKERS; i++)
    g_string_append_printf (
        json,
        "{\"name\": \"w%u\", \"type\": \"Walker\", \"args\": {\"next\": {\"agent\": \"w%u\"}, "
        "\"edit\": \"%s\"}}%s",
        i, (i + 1) % N_WALKERS, i == EDITED ? edit : "", i + 1 < N_WALKERS ? "," : "");
  g_string_append (json,
                   one_more ? ", {\"name\": \"late\", \"type\": \"Walker\", \"args\": {\"next\": {\"agent\": "
                              "\"late\"}}}]}"
                            : "]}");
  g_assert_true (g_file_set_contents (path, json->str, -1, NULL));
  scenario = foliot_scenario_load (path, NULL, NULL, dirs, &error);
  g_assert_no_error (error);
  world = foliot_world_new (scenario, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (foliot_world_run (world, &error));
  g_unlink (path);
  g_rmdir (folder);
  return world;
}

static guint64
get_digest (FoliotWorld *world, guint walker)
{
  g_autofree char *name = g_strdup_printf ("w%u", walker);
  FoliotAgent *agent = foliot_world_get_agent (world, name);

  return foliot_kernel_get_node_digest (foliot_world_get_kernel (world), foliot_agent_get_node (agent));
}

typedef struct
{
  const char *edit;
  gboolean one_more;
  guint n_changed; /* walkers from EDITED on that see another run */
} Edit;

static const Edit edits[]
    = { { "draw", FALSE, 1 }, { "message", FALSE, 2 }, { "", TRUE, 0 }, { "draw", TRUE, 1 } };

static void
test_edit (gconstpointer data)
{
  const Edit *edit = data;
  g_autoptr (FoliotWorld) before = run ("", FALSE), after = run (edit->edit, edit->one_more);
  g_autofree char *first = foliot_world_dup_digest (before), *second = foliot_world_dup_digest (after);

  g_assert_cmpstr (first, !=, second);
  for (guint i = 0; i < N_WALKERS; i++)
    if (i >= EDITED && i < EDITED + edit->n_changed)
      g_assert_cmphex (get_digest (before, i), !=, get_digest (after, i));
    else
      g_assert_cmphex (get_digest (before, i), ==, get_digest (after, i));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/edits/one-draw-more", &edits[0], test_edit);
  g_test_add_data_func ("/edits/new-message", &edits[1], test_edit);
  g_test_add_data_func ("/edits/one-agent-more", &edits[2], test_edit);
  g_test_add_data_func ("/edits/draw-and-agent", &edits[3], test_edit);
  return g_test_run ();
}
