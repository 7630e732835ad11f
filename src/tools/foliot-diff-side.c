/* SPDX-License-Identifier: MIT */
#include "tools/foliot-diff-side.h"

#include <glib/gstdio.h>
#include <string.h>

#include <foliot/foliot.h>

#include "tools/foliot-diff-journal.h"
#include "tools/foliot-places.h"
#include "tools/foliot-verbs.h"

/* -- reading ------------------------------------------------------------------------------------------------------ */

static gboolean
fail (const char *path, const char *what, GError **error)
{
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "%s: %s", path, what);
  return FALSE;
}

static JsonNode *
get_value (JsonObject *object, const char *member, GType type)
{
  JsonNode *node = json_object_get_member (object, member);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type ? node
                                                                                                 : NULL;
}

/* Returns: (transfer full) (nullable) */
static char *
dup_text (JsonObject *object, const char *member)
{
  JsonNode *node = get_value (object, member, G_TYPE_STRING);

  return node != NULL ? g_strdup (json_node_get_string (node)) : NULL;
}

static gboolean
read_number (JsonObject *object, const char *member, guint64 *out_number)
{
  JsonNode *node = get_value (object, member, G_TYPE_INT64);

  if (node != NULL)
    *out_number = (guint64) json_node_get_int (node);
  return node != NULL;
}

static JsonObject *
get_object (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static JsonObject *
load_object (JsonParser *parser, const char *path, GError **error)
{
  JsonNode *root;

  if (!json_parser_load_from_file (parser, path, error))
    {
      g_prefix_error (error, "%s: ", path);
      return NULL;
    }
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      fail (path, "holds no JSON object", error);
      return NULL;
    }
  return json_node_get_object (root);
}

static GStrv
dup_settings (JsonObject *run)
{
  g_autoptr (GStrvBuilder) settings = g_strv_builder_new ();
  JsonNode *node = json_object_get_member (run, "settings");
  JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      const char *text = json_array_get_string_element (array, i);

      g_strv_builder_add (settings, text != NULL ? text : "");
    }
  return g_strv_builder_end (settings);
}

static gboolean
read_run (FoliotDiffSide *side, GError **error)
{
  g_autofree char *path = g_build_filename (side->path, "run.json", NULL);
  JsonObject *run, *counts;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return fail (side->path, "not the results folder of a run: it holds no run.json", error);
  run = load_object (side->run, path, error);
  if (run == NULL)
    return FALSE;
  counts = get_object (run, "counts");
  side->scenario = dup_text (run, "scenario");
  side->digest = dup_text (run, "digest");
  side->hash = dup_text (run, "scenario_hash");
  side->until_s = dup_text (run, "until_s");
  side->ended_at_s = dup_text (run, "ended_at_s");
  side->fidelity = dup_text (run, "fidelity");
  side->complete = get_value (run, "complete", G_TYPE_BOOLEAN) != NULL
                   && json_object_get_boolean_member (run, "complete");
  side->settings = dup_settings (run);
  if (!json_object_has_member (run, "foliot-results") || side->scenario == NULL || side->digest == NULL
      || side->hash == NULL || side->until_s == NULL || side->ended_at_s == NULL || counts == NULL
      || get_object (run, "nodes") == NULL || !read_number (run, "seed", &side->seed)
      || !read_number (counts, "dispatched", &side->n_events))
    return fail (path, "is not what a run of this version leaves", error);
  if (g_str_equal (side->digest, "none"))
    return fail (side->path,
                 "is of a run in several processes, whose events have no common order: compare its tables",
                 error);
  return TRUE;
}

/* What is missing there is not said; nothing depends on it. */
static void
read_machine (FoliotDiffSide *side)
{
  g_autofree char *path = g_build_filename (side->path, "machine.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *machine = load_object (parser, path, NULL);

  if (machine == NULL)
    return;
  side->build = dup_text (machine, "build");
  side->module = dup_text (machine, "module");
  side->module_build = dup_text (machine, "module_build");
}

static gboolean
read_checkpoint (const char *line, FoliotCheckpoint *out)
{
  g_auto (GStrv) cells = g_strsplit (line, ",", 0);

  return g_strv_length (cells) == 3
         && g_ascii_string_to_unsigned (cells[0], 10, 1, G_MAXUINT64, &out->sequence, NULL)
         && g_ascii_string_to_signed (cells[1], 10, G_MININT64, G_MAXINT64, &out->time_ns, NULL)
         && g_ascii_string_to_unsigned (cells[2], 16, 0, G_MAXUINT64, &out->digest, NULL);
}

static gboolean
read_ladder (const char *folder, GArray *checkpoints, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "checkpoints.csv", NULL), *text = NULL;
  g_auto (GStrv) lines = NULL;
  FoliotCheckpoint checkpoint, before = { 0 };

  if (!g_file_get_contents (path, &text, NULL, error))
    return FALSE;
  lines = g_strsplit (text, "\n", 0);
  for (gsize i = 1; lines[0] != NULL && lines[i] != NULL && lines[i][0] != '\0'; i++, before = checkpoint)
    {
      if (!read_checkpoint (lines[i], &checkpoint) || checkpoint.sequence <= before.sequence)
        return fail (path, "is not what a run of this version leaves", error);
      g_array_append_val (checkpoints, checkpoint);
    }
  return TRUE;
}

static gboolean
open_events (FoliotDiffSide *side, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "events.bin", NULL);

  g_clear_pointer (&side->events, foliot_event_reader_free);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  side->events = foliot_event_reader_open (path, error);
  return side->events != NULL;
}

FoliotDiffSide *
foliot_diff_side_open (char name, const char *path, GError **error)
{
  g_autoptr (FoliotDiffSide) side = g_new0 (FoliotDiffSide, 1);

  side->name = name;
  side->path = g_strdup (path);
  side->run = json_parser_new ();
  side->checkpoints = g_array_new (FALSE, FALSE, sizeof (FoliotCheckpoint));
  if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return foliot_diff_journal_read (side, error) ? g_steal_pointer (&side) : NULL;
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    fail (path, "no such file or folder; expected the results folder of a run, or a recording", error);
  else if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    fail (path, "expected the results folder of a run, or a recording", error);
  else if (read_run (side, error) && read_ladder (path, side->checkpoints, error)
           && open_events (side, path, error))
    {
      read_machine (side);
      return g_steal_pointer (&side);
    }
  return NULL;
}

void
foliot_diff_side_free (FoliotDiffSide *side)
{
  g_clear_pointer (&side->events, foliot_event_reader_free);
  if (side->child != NULL)
    g_subprocess_force_exit (side->child);
  g_clear_object (&side->child);
  if (side->again != NULL)
    foliot_places_remove_folder (side->again);
  g_object_unref (side->run);
  g_array_unref (side->checkpoints);
  g_strfreev (side->settings);
  g_free (side->path);
  g_free (side->scenario);
  g_free (side->digest);
  g_free (side->hash);
  g_free (side->until_s);
  g_free (side->ended_at_s);
  g_free (side->fidelity);
  g_free (side->build);
  g_free (side->module);
  g_free (side->module_build);
  g_free (side->again);
  g_free (side->why_not);
  g_free (side);
}

gboolean
foliot_diff_side_has (FoliotDiffSide *side, guint64 sequence)
{
  return side->events != NULL && sequence >= foliot_event_reader_get_first (side->events)
         && sequence <= foliot_event_reader_get_last (side->events);
}

JsonObject *
foliot_diff_side_get_nodes (FoliotDiffSide *side)
{
  JsonNode *root = json_parser_get_root (side->run);

  return root != NULL ? json_object_get_object_member (json_node_get_object (root), "nodes") : NULL;
}

/* -- making it again ------------------------------------------------------------------------------------------------ */

/* Whether a scenario of this name lies in the present folder. */
static gboolean
is_here (const char *name)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *scenario = load_object (parser, "scenario.json", NULL);
  g_autofree char *own = scenario != NULL ? dup_text (scenario, "name") : NULL;

  return g_strcmp0 (own, name) == 0;
}

/* As the user wrote it, or as one who stands beside it would call it: a shipped one, a folder here, this folder. */
static char *
find_scenario (const FoliotDiffSide *side, const FoliotDiffRemake *how)
{
  g_autofree char *beside = g_build_filename ("scenarios", side->scenario, NULL);
  char *found;

  if (how->scenario != NULL)
    return foliot_places_find_scenario (how->scenario);
  found = foliot_places_find_scenario (side->scenario);
  if (g_file_test (found, G_FILE_TEST_EXISTS))
    return found;
  g_free (found);
  if (g_file_test (beside, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&beside);
  return is_here (side->scenario) ? g_strdup (".") : NULL;
}

static char **
dup_command (const FoliotDiffSide *side, const FoliotDiffRemake *how, const char *scenario, guint64 first,
             guint64 last)
{
  GStrvBuilder *line = g_strv_builder_new ();
  g_autofree char *program = foliot_places_dup_command ();
  g_autofree char *seed = g_strdup_printf ("--seed=%" G_GUINT64_FORMAT, side->seed);
  g_autofree char *until = g_strconcat ("--until=", side->until_s, NULL);
  g_autofree char *out = g_strconcat ("--out=", side->again, NULL);
  g_autofree char *events
      = g_strdup_printf ("--events=%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, first, last);
  char **argv;

  g_strv_builder_add_many (line, program, "run", "--quiet", "--as-built", seed, until, events, out, NULL);
  if (how->modules != NULL)
    g_strv_builder_add_many (line, "--modules", how->modules, NULL);
  for (gsize i = 0; side->settings[i] != NULL; i++)
    g_strv_builder_add_many (line, "--set", side->settings[i], NULL);
  g_strv_builder_add_many (line, "--", scenario, NULL);
  argv = g_strv_builder_end (line);
  g_strv_builder_unref (line);
  return argv;
}

static void set_why (FoliotDiffSide *side, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
set_why (FoliotDiffSide *side, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_free (side->why_not);
  side->why_not = g_strdup_vprintf (format, args);
  va_end (args);
}

static void
start_again (FoliotDiffSide *side, const char *const *argv)
{
  g_autoptr (GError) error = NULL;

  side->child
      = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);
  if (side->child == NULL)
    set_why (side, "it cannot be run again: %s", error->message);
}

/* A run that failed, as it did before, or a replay that went another way, has results too. */
static gboolean
has_results (GSubprocess *child)
{
  int code = g_subprocess_get_if_exited (child) ? g_subprocess_get_exit_status (child) : -1;

  return code == FOLIOT_EXIT_OK || code == FOLIOT_EXIT_MODEL || code == FOLIOT_EXIT_DIFFERS;
}

/* Returns: (nullable): what it left. */
static FoliotDiffSide *
finish_again (FoliotDiffSide *side)
{
  g_autoptr (GSubprocess) child = g_steal_pointer (&side->child);
  g_autofree char *complaint = NULL;
  g_autoptr (GError) error = NULL;
  FoliotDiffSide *again = NULL;

  if (child == NULL)
    return NULL;
  side->plays_other = FALSE;
  if (!g_subprocess_communicate_utf8 (child, NULL, NULL, NULL, &complaint, &error))
    set_why (side, "it cannot be run again: %s", error->message);
  else if (!has_results (child))
    set_why (side, "it cannot be run again: %s",
             complaint != NULL ? g_strchomp (complaint) : "it was killed");
  else if ((again = foliot_diff_side_open (side->name, side->again, &error)) == NULL)
    set_why (side, "it cannot be run again: %s", error->message);
  else
    side->plays_other = g_subprocess_get_exit_status (child) == FOLIOT_EXIT_DIFFERS;
  return again;
}

/* Whether the ladders say the same wherever both say something; the whole digests at the end. */
static gboolean
is_same_run (const FoliotDiffSide *side, const FoliotDiffSide *again)
{
  guint i = 0, k = 0;

  if (again->n_events == side->n_events)
    return g_str_equal (again->digest, side->digest);
  while (i < side->checkpoints->len && k < again->checkpoints->len)
    {
      const FoliotCheckpoint *a = &g_array_index (side->checkpoints, FoliotCheckpoint, i);
      const FoliotCheckpoint *b = &g_array_index (again->checkpoints, FoliotCheckpoint, k);

      if (a->sequence == b->sequence && a->digest != b->digest)
        return FALSE;
      i += a->sequence <= b->sequence;
      k += b->sequence <= a->sequence;
    }
  return again->n_events < side->n_events;
}

static void
say_what_changed (FoliotDiffSide *side, const FoliotDiffSide *again)
{
  if (!g_str_equal (side->hash, again->hash))
    set_why (side, "the scenario %s has changed since (or is another one: give it with --scenario)",
             side->scenario);
  else if (g_strcmp0 (side->module_build, again->module_build) != 0)
    set_why (side,
             "its module %s was built anew since: what it ran is no longer there (the folder of the old one: "
             "--modules-%c)",
             side->module, g_ascii_tolower (side->name));
  else if (g_strcmp0 (side->build, again->build) != 0)
    set_why (side, "it was made by another build of Foliot");
  else
    set_why (
        side,
        "made again, it is another run: it depends on more than its seed and inputs (foliot run --check)");
}

static gboolean
make_folder (FoliotDiffSide *side)
{
  g_autoptr (GError) error = NULL;

  if (side->again == NULL && (side->again = g_dir_make_tmp ("foliot-diff-XXXXXX", &error)) == NULL)
    set_why (side, "it cannot be run again: %s", error->message);
  return side->again != NULL;
}

static gboolean
can_remake (FoliotDiffSide *side, const char *scenario)
{
  if (side->is_journal)
    return FALSE; /* it was played back whole, or could not be */
  if (g_strcmp0 (side->fidelity, "closed") != 0)
    set_why (side, "it heard from outside, so it cannot simply be run again: compare its recording");
  else if (scenario == NULL)
    set_why (side, "there is no scenario %s here to run again: give it with --scenario", side->scenario);
  else
    return make_folder (side);
  return FALSE;
}

/* Of mosaik the recorded digest is that behind the good-bye, and the results' that before it; the replay has compared the former. */
static gboolean
is_recorded_run (const FoliotDiffSide *side, const FoliotDiffSide *again)
{
  if (side->has_good_bye)
    return !side->plays_other;
  return side->digest[0] == '\0' || g_str_equal (side->digest, again->digest);
}

gboolean
foliot_diff_side_play (FoliotDiffSide *side, const FoliotDiffRemake *how)
{
  g_autofree char *program = foliot_places_dup_command ();
  g_autofree char *out = NULL;
  g_autoptr (FoliotDiffSide) again = NULL;
  const char *argv[] = { program, "replay",   "--quiet",   "--lenient",  "--events=all",
                         NULL,    side->path, "--modules", how->modules, NULL };

  if (!side->is_journal)
    return TRUE;
  if (side->is_wire)
    {
      set_why (side, "it is the recording of a wire between two other programs, which have no events here");
      return FALSE;
    }
  if (!make_folder (side))
    return FALSE;
  argv[5] = out = g_strconcat ("--out=", side->again, NULL);
  if (how->modules == NULL)
    argv[7] = NULL;
  start_again (side, argv);
  again = finish_again (side);
  if (again == NULL)
    return FALSE;
  if (!is_recorded_run (side, again))
    {
      say_what_changed (side, again);
      return FALSE;
    }
  side->n_events = again->n_events;
  if (side->has_good_bye)
    {
      g_free (side->digest);
      side->digest = g_strdup (again->digest);
    }
  g_set_object (&side->run, again->run);
  side->events = g_steal_pointer (&again->events);
  g_array_unref (side->checkpoints);
  side->checkpoints = g_array_ref (again->checkpoints);
  return TRUE;
}

void
foliot_diff_side_start (FoliotDiffSide *side, const FoliotDiffRemake *how, guint64 first, guint64 last)
{
  g_autofree char *scenario = find_scenario (side, how);
  g_auto (GStrv) argv = NULL;

  if (!can_remake (side, scenario))
    return;
  argv = dup_command (side, how, scenario, first, last);
  start_again (side, (const char *const *) argv);
}

gboolean
foliot_diff_side_finish (FoliotDiffSide *side)
{
  g_autoptr (FoliotDiffSide) again = finish_again (side);

  if (again == NULL)
    return FALSE;
  if (!is_same_run (side, again))
    {
      say_what_changed (side, again);
      return FALSE;
    }
  g_clear_pointer (&side->events, foliot_event_reader_free);
  side->events = g_steal_pointer (&again->events);
  g_clear_pointer (&side->why_not, g_free);
  return side->events != NULL;
}
