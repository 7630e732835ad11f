/* SPDX-License-Identifier: MIT */
#include "../tools/test-command.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

/*
 * What makes a run depend on more than its seed, planted (planted.c): each is caught by two runs, and named with node, first event and
 * class. Most of it shows in one process, by `run --check`; what is the same all over a process shows in two, by `diff`.
 */

typedef struct
{
  const char *plant;
  const char *kind;
  const char *node;
  const char *class;
} Plant;

static void
write_scenario (const char *plant)
{
  g_autofree char *path = g_build_filename (test_folder, "scenario.json", NULL);
  g_autofree char *json = g_strdup_printf (
      "{\"foliot\": 1, \"name\": \"planted\", \"duration\": 60, \"seed\": 3, \"module\": \"planted\", "
      "\"agents\": [\n"
      "{\"name\": \"bob\", \"type\": \"Planted\"}, {\"name\": \"carol\", \"type\": \"Planted\"},\n"
      "{\"name\": \"alice\", \"type\": \"Planted\", \"args\": {\"plant\": \"%s\", \"peer\": {\"agent\": "
      "\"bob\"}, "
      "\"other\": {\"agent\": \"carol\"}}}]}",
      plant);

  g_assert_true (g_file_set_contents (path, json, -1, NULL));
}

/* -- in one process --------------------------------------------------------------------------------------------------- */

static const Plant in_one[] = {
  { "padding", "frame", "bob", "payload" }, { "pointers", "frame", "bob", "payload" },
  { "clock", "frame", "bob", "payload" },   { "random", "frame", "bob", "payload" },
  { "draw", "timer", "alice", "draws" },    { "static", "frame", "bob", "payload" },
  { "ties", "frame", "bob", "payload" },    { "sources", "frame", "", "order" },
};

static void
test_in_one (gconstpointer data)
{
  const Plant *plant = data;
  g_autofree char *event = g_strdup_printf (" s, %s of %s", plant->kind, plant->node);
  g_autofree char *class = g_strdup_printf ("\n  class %s: ", plant->class);
  g_autoptr (TestProcess) process = NULL;

  write_scenario (plant->plant);
  process = test_command_run ("run . --check --quiet --modules " PLANTED_DIR " --out o", NULL, 3);
  g_test_message ("%s", process->err->str);
  g_assert_nonnull (strstr (process->err->str, ": event "));
  g_assert_nonnull (strstr (process->err->str, event));
  g_assert_nonnull (strstr (process->err->str, class));
}

/* Without a plant nothing is found. */
static void
test_none (void)
{
  g_autoptr (TestProcess) process = NULL;

  write_scenario ("");
  process = test_command_run ("run . --check --quiet --modules " PLANTED_DIR " --out o", NULL, 0);
}

/* -- in two processes ------------------------------------------------------------------------------------------------- */

static const Plant in_two[] = {
  { "locale", "frame", "bob", "payload" },
  { "folder", "frame", "bob", "payload" },
  { "process", "frame", "bob", "payload" },
};

/* Makes a locale whose numbers have commas; FALSE if this system cannot. */
static gboolean
make_locale (void)
{
  g_autofree char *line = g_strdup_printf ("localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8", test_folder);
  g_autofree char *out = NULL, *err = NULL;
  int status;

  return g_spawn_command_line_sync (line, &out, &err, &status, NULL)
         && g_spawn_check_wait_status (status, NULL);
}

/* Fills a folder with files, the one made first last if @backwards: on a file system in memory they are read in that order. */
static char *
list_folder (const char *folder, gboolean backwards)
{
  g_autoptr (GString) names = g_string_new (NULL);
  g_autoptr (GDir) dir = NULL;
  const char *name;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  for (guint i = 0; i < 16; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/file-%u", folder, backwards ? 15 - i : i);

      g_unlink (path);
      g_assert_true (g_file_set_contents (path, "", 0, NULL));
    }
  dir = g_dir_open (folder, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    g_string_append_printf (names, "%s ", name);
  return g_string_free (g_steal_pointer (&names), FALSE);
}

static void
remove_folder (const char *folder)
{
  for (guint i = 0; i < 16; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/file-%u", folder, i);

      g_unlink (path);
    }
  g_rmdir (folder);
}

/* Sets the world around the process up for the first run or for the second; FALSE: not on this system. */
static gboolean
set_up (const char *plant, gboolean second)
{
  static char *first_listing;
  g_autofree char *folder = g_strdup_printf ("/dev/shm/foliot-planted-%d", (int) getpid ());
  g_autofree char *listing = NULL;

  if (g_str_equal (plant, "locale"))
    {
      g_setenv ("LOCPATH", test_folder, TRUE);
      g_setenv ("LC_ALL", second ? "de_DE.UTF-8" : "C", TRUE);
      return !second || make_locale ();
    }
  if (!g_str_equal (plant, "folder"))
    return TRUE;
  if (!g_file_test ("/dev/shm", G_FILE_TEST_IS_DIR))
    return FALSE;
  if (second)
    remove_folder (folder);
  listing = list_folder (folder, second);
  g_setenv ("FOLIOT_PLANTED_FOLDER", folder, TRUE);
  if (second)
    return !g_str_equal (first_listing, listing);
  g_free (first_listing);
  first_listing = g_steal_pointer (&listing);
  return TRUE;
}

static void
tear_down (void)
{
  const char *folder = g_getenv ("FOLIOT_PLANTED_FOLDER");

  if (folder != NULL)
    remove_folder (folder);
  g_unsetenv ("FOLIOT_PLANTED_FOLDER");
  g_unsetenv ("LOCPATH");
  g_unsetenv ("LC_ALL");
}

static void
assert_named (const char *json, const Plant *plant)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *first, *event;

  g_test_message ("%s", json);
  g_assert_true (json_parser_load_from_data (parser, json, -1, NULL));
  first = json_object_get_object_member (json_node_get_object (json_parser_get_root (parser)), "first");
  g_assert_cmpstr (json_object_get_string_member (first, "class"), ==, plant->class);
  event = json_object_get_object_member (first, "a");
  g_assert_cmpstr (json_object_get_string_member (event, "node"), ==, plant->node);
  g_assert_cmpstr (json_object_get_string_member (event, "kind"), ==, plant->kind);
  g_assert_cmpstr (json_object_get_string_member (event, "carried"), !=,
                   json_object_get_string_member (json_object_get_object_member (first, "b"), "carried"));
}

static void
test_in_two (gconstpointer data)
{
  const Plant *plant = data;
  g_autoptr (TestProcess) a = NULL, b = NULL, diff = NULL;

  write_scenario (plant->plant);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (TestProcess) process = NULL;

      if (!set_up (plant->plant, i == 1))
        {
          g_test_skip ("this system has no other locale, or a folder in one order only");
          tear_down ();
          return;
        }
      process = test_command_run (i == 0 ? "run . --quiet --modules " PLANTED_DIR " --out a"
                                         : "run . --quiet --modules " PLANTED_DIR " --out b",
                                  NULL, 0);
    }
  tear_down ();
  diff = test_command_run ("diff a b --json", NULL, 3);
  assert_named (diff->out->str, plant);
}

/* -- changed code ------------------------------------------------------------------------------------------------------- */

#define OLD "--modules " PLANTED_DIR
#define NEW "--modules " CHANGED_DIR

static const Plant change = { "", "frame", "bob", "payload" };

static void
run_in (const char *options)
{
  g_autofree char *line = g_strconcat ("run . --quiet ", options, NULL);
  g_autoptr (TestProcess) process = NULL;

  write_scenario ("");
  process = test_command_run (line, NULL, 0);
}

/* What a run kept is enough, though nobody can run the old code any more. */
static void
test_changed_code (void)
{
  g_autoptr (TestProcess) diff = NULL, text = NULL;

  run_in (OLD " --out a");
  run_in (NEW " --out b");
  diff = test_command_run ("diff a b --json", NULL, 3);
  assert_named (diff->out->str, &change);
  text = test_command_run ("diff a b", NULL, 3);
  g_assert_nonnull (strstr (text->out->str, "\nThe module planted was built anew between them.\n"));
}

/* Nothing was kept: it is said why there is no more to say; unless one still has the old module. */
static void
test_lost_code (void)
{
  g_autoptr (TestProcess) lost = NULL, found = NULL;

  run_in (OLD " --out a --events none");
  run_in (NEW " --out b --events none");
  lost = test_command_run ("diff a b --modules-a " CHANGED_DIR " --modules-b " CHANGED_DIR, NULL, 3);
  g_test_message ("%s", lost->out->str);
  g_assert_nonnull (strstr (lost->out->str, "The first different event is one of "));
  g_assert_nonnull (strstr (lost->out->str, "\nA  its module planted was built anew since: "));
  found = test_command_run ("diff a b --json --modules-a " PLANTED_DIR " --modules-b " CHANGED_DIR, NULL, 3);
  assert_named (found->out->str, &change);
}

/* Recordings of the old code and of the new. What alice said to bob is recorded, so the old run can be played back by the new code. */
static void
test_changed_recording (void)
{
  g_autoptr (TestProcess) text = NULL, json = NULL;

  run_in (OLD " --set transport=tcp --record a.flj --out a");
  run_in (NEW " --set transport=tcp --record b.flj --out b");
  text = test_command_run ("diff a.flj b.flj --modules-a " CHANGED_DIR " --modules-b " CHANGED_DIR, NULL, 3);
  g_assert_nonnull (strstr (text->out->str, "\nThe module planted was built anew between them.\n"));
  g_assert_nonnull (strstr (text->out->str, "\nThe first different message, in or out\n"));
  json = test_command_run ("diff a.flj b.flj --json --modules-a " CHANGED_DIR " --modules-b " CHANGED_DIR,
                           NULL, 3);
  assert_named (json->out->str, &change);
}

int
main (int argc, char **argv)
{
  g_autofree char *line = NULL;
  int result;

  g_test_init (&argc, &argv, NULL);
  test_folder = g_dir_make_tmp ("foliot-planted-XXXXXX", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (in_one); i++)
    {
      g_autofree char *path = g_strconcat ("/planted/", in_one[i].plant, NULL);

      g_test_add_data_func (path, &in_one[i], test_in_one);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (in_two); i++)
    {
      g_autofree char *path = g_strconcat ("/planted/", in_two[i].plant, NULL);

      g_test_add_data_func (path, &in_two[i], test_in_two);
    }
  g_test_add_func ("/planted/none", test_none);
  g_test_add_func ("/planted/changed-code", test_changed_code);
  g_test_add_func ("/planted/lost-code", test_lost_code);
  g_test_add_func ("/planted/changed-recording", test_changed_recording);
  result = g_test_run ();
  line = g_strconcat ("rm -r ", test_folder, NULL);
  g_spawn_command_line_sync (line, NULL, NULL, NULL, NULL);
  g_free (test_folder);
  return result;
}
