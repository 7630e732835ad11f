/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-results.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/foliot-build-id-private.h"
#include "kernel/foliot-fault-private.h"
#include "kernel/foliot-realtime-private.h"
#include "scenario/foliot-world-part-private.h"

/* The results folder. Everything in it but machine.json depends on the run alone, byte for byte. run.json lists the files of
 * the folder. A later run replaces the files that an earlier one lists, and nothing else; a folder that is not ours is left
 * alone. All files are written into a folder of their own inside, and only when the last byte is on the disk do they take
 * their places, run.json last: a full disk leaves the earlier results as they were. */

#define MARK    "foliot-results"
#define STAGING ".partial"

/* -- the folder ------------------------------------------------------------------------------------------------ */

static gboolean
fail (const char *path, const char *what, const char *reason, GError **error)
{
  g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_RESULTS, "%s: %s: %s", path, what, reason);
  return FALSE;
}

/* The root of run.json, if it is one of ours. */
static JsonObject *
find_run (JsonParser *parser)
{
  JsonNode *root = json_parser_get_root (parser);
  JsonObject *run = root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;

  return run != NULL && json_object_has_member (run, MARK) && json_object_has_member (run, "files")
                 && JSON_NODE_HOLDS_ARRAY (json_object_get_member (run, "files"))
             ? run
             : NULL;
}

/* *@out_files: what an earlier run left in @folder; NULL if that was none. FALSE if nobody can say. */
static gboolean
read_old_files (FoliotKernel *kernel, const char *folder, GStrv *out_files, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "run.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GStrvBuilder) files = g_strv_builder_new ();
  g_autoptr (GError) local = NULL;
  JsonObject *run;
  JsonArray *list;

  if (kernel != NULL && _foliot_kernel_fault (kernel))
    local = g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_MFILE, g_strerror (EMFILE));
  else
    json_parser_load_from_file (parser, path, &local);
  if (local != NULL && local->domain == G_FILE_ERROR && local->code != G_FILE_ERROR_NOENT)
    return fail (path, "cannot be read", local->message, error);
  run = find_run (parser);
  if (run == NULL)
    return TRUE;
  list = json_object_get_array_member (run, "files");
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      JsonNode *node = json_array_get_element (list, i);
      const char *name = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;

      if (name != NULL && strchr (name, '/') == NULL)
        g_strv_builder_add (files, name);
    }
  *out_files = g_strv_builder_end (files);
  return TRUE;
}

/* What a run that was killed was about to write does not count. */
static gboolean
expect_empty (FoliotKernel *kernel, const char *folder, GError **error)
{
  gboolean faulty = kernel != NULL && _foliot_kernel_fault_errno (kernel, EMFILE);
  g_autoptr (GDir) dir = faulty ? NULL : g_dir_open (folder, 0, NULL);
  const char *name;

  if (dir == NULL)
    return fail (folder, "cannot be read", g_strerror (errno), error);
  while ((name = g_dir_read_name (dir)) != NULL && g_str_equal (name, STAGING))
    ;
  if (name == NULL)
    return TRUE;
  g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_RESULTS,
               "%s: holds files that no run left there; give another folder with --out", folder);
  return FALSE;
}

static gboolean
make_folder (FoliotKernel *kernel, const char *folder, GError **error)
{
  return (!_foliot_kernel_fault_errno (kernel, ENOSPC) && g_mkdir_with_parents (folder, 0777) == 0)
         || fail (folder, "cannot be made", g_strerror (errno), error);
}

static void
remove_staging (const char *staging)
{
  g_autoptr (GDir) dir = g_dir_open (staging, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (staging, name, NULL);

      g_unlink (path);
    }
  g_rmdir (staging);
}

/* Makes @folder and a fresh @staging in it; *@out_old: what an earlier run left. */
static gboolean
prepare_folder (FoliotKernel *kernel, const char *folder, const char *staging, GStrv *out_old, GError **error)
{
  if (!make_folder (kernel, folder, error) || !read_old_files (kernel, folder, out_old, error)
      || (*out_old == NULL && !expect_empty (kernel, folder, error)))
    return FALSE;
  remove_staging (staging);
  return make_folder (kernel, staging, error);
}

/* The names of all files, in the order in which they take their places. */
static GStrv
dup_file_names (FoliotWorld *world, gboolean waits)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  g_strv_builder_add (names, "checkpoints.csv");
  for (guint i = 0; i < world->tables->len; i++)
    {
      FoliotTable *table = g_ptr_array_index (world->tables, i);
      g_autofree char *name = g_strconcat (table->name, ".csv", NULL);

      g_strv_builder_add (names, name);
    }
  if (waits)
    g_strv_builder_add (names, "waits.txt");
  if (world->log != NULL)
    g_strv_builder_add (names, "events.bin");
  g_strv_builder_add_many (names, "results.sqlite", "machine.json", "run.json", NULL);
  return g_strv_builder_end (names);
}

static gboolean
move_files (FoliotKernel *kernel, const char *folder, const char *staging, GStrv names, GStrv old,
            GError **error)
{
  for (gsize i = 0; names[i] != NULL; i++)
    {
      g_autofree char *from = g_build_filename (staging, names[i], NULL);
      g_autofree char *to = g_build_filename (folder, names[i], NULL);

      if (_foliot_kernel_fault_errno (kernel, EIO) || g_rename (from, to) != 0)
        return fail (to, "cannot be written", g_strerror (errno), error);
    }
  for (gsize i = 0; old != NULL && old[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (folder, old[i], NULL);

      if (!g_strv_contains ((const char *const *) names, old[i]))
        g_unlink (path);
    }
  return TRUE;
}

/* -- JSON files -------------------------------------------------------------------------------------------------- */

static gboolean
write_json (FoliotKernel *kernel, const char *folder, const char *name, JsonBuilder *builder, GError **error)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = NULL;
  FoliotResultFile *file = foliot_result_file_open (kernel, folder, name, error);
  gsize length;

  if (file == NULL)
    return FALSE;
  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  text = json_generator_to_data (generator, &length);
  foliot_result_file_write (file, text, length);
  foliot_result_file_write (file, "\n", 1);
  return foliot_result_file_finish (file, error);
}

static void
add_text (JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, text);
}

static void
add_count (JsonBuilder *builder, const char *name, guint64 n)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, (gint64) n);
}

static void
add_hex (JsonBuilder *builder, const char *name, guint64 digest)
{
  g_autofree char *text = g_strdup_printf ("%016" G_GINT64_MODIFIER "x", digest);

  add_text (builder, name, text);
}

static void
add_counts (JsonBuilder *builder, FoliotWorld *world)
{
  FoliotCounts counts;

  foliot_kernel_get_counts (world->kernel, &counts);
  json_builder_set_member_name (builder, "counts");
  json_builder_begin_object (builder);
  add_count (builder, "scheduled", counts.scheduled);
  add_count (builder, "dispatched", counts.dispatched);
  add_count (builder, "cancelled", counts.cancelled);
  add_count (builder, "stale", counts.stale);
  add_count (builder, "lost", world->network != NULL ? foliot_network_get_n_lost (world->network) : 0);
  json_builder_end_object (builder);
}

/* With scenario and seed it says how to make the run again. */
static void
add_settings (JsonBuilder *builder, FoliotWorld *world)
{
  GStrv settings = world->scenario->settings;

  json_builder_set_member_name (builder, "settings");
  json_builder_begin_array (builder);
  for (gsize i = 0; settings != NULL && settings[i] != NULL; i++)
    json_builder_add_string_value (builder, settings[i]);
  json_builder_end_array (builder);
}

/* Whether the events of this world alone are all that there were. */
static gboolean
has_digests (FoliotWorld *world)
{
  return !world->divided || world->keeper_url != NULL;
}

static void
add_digests (JsonBuilder *builder, FoliotWorld *world)
{
  json_builder_set_member_name (builder, "nodes");
  json_builder_begin_object (builder);
  for (guint32 i = 1; has_digests (world) && i <= foliot_kernel_get_n_nodes (world->kernel); i++)
    add_hex (builder, foliot_kernel_get_node_name (world->kernel, i),
             foliot_kernel_get_node_digest (world->kernel, i));
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "links");
  json_builder_begin_object (builder);
  for (guint32 i = 1; has_digests (world) && i <= foliot_kernel_get_n_links (world->kernel); i++)
    add_hex (builder, foliot_kernel_get_link_name (world->kernel, i),
             foliot_kernel_get_link_digest (world->kernel, i));
  json_builder_end_object (builder);
}

/* Nothing of a run that talks to nobody. */
static void
add_outside (JsonBuilder *builder, FoliotWorld *world)
{
  guint64 n, digest = foliot_kernel_get_outside_digest (world->kernel, &n);

  if (n == 0 || !has_digests (world))
    return;
  json_builder_set_member_name (builder, "outside");
  json_builder_begin_object (builder);
  add_count (builder, "messages", n);
  add_hex (builder, "digest", digest);
  json_builder_end_object (builder);
}

static void
add_tables (JsonBuilder *builder, FoliotWorld *world, GStrv names)
{
  json_builder_set_member_name (builder, "tables");
  json_builder_begin_object (builder);
  for (guint i = 0; i < world->tables->len; i++)
    {
      FoliotTable *table = g_ptr_array_index (world->tables, i);

      add_count (builder, table->name, foliot_table_get_n_rows (table));
    }
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "files");
  json_builder_begin_array (builder);
  for (gsize i = 0; names[i] != NULL; i++)
    json_builder_add_string_value (builder, names[i]);
  json_builder_end_array (builder);
}

static gboolean
write_run (FoliotWorld *world, const char *folder, GStrv names, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *digest = foliot_world_dup_digest (world);
  g_autofree char *until = foliot_time_format (world->until);
  g_autofree char *ended_at = foliot_time_format (foliot_kernel_now (world->kernel));

  json_builder_begin_object (builder);
  add_count (builder, MARK, 1);
  add_text (builder, "scenario", world->scenario->name);
  add_text (builder, "digest", digest);
  add_count (builder, "seed", foliot_kernel_get_seed (world->kernel));
  add_hex (builder, "scenario_hash", world->scenario->hash);
  add_text (builder, "until_s", until);
  add_text (builder, "ended_at_s", ended_at);
  json_builder_set_member_name (builder, "complete");
  json_builder_add_boolean_value (builder, foliot_world_is_done (world) && world->failure == NULL);
  add_text (builder, "fidelity", foliot_fidelity_get_name (foliot_world_get_fidelity (world)));
  add_settings (builder, world);
  add_counts (builder, world);
  add_tables (builder, world, names);
  add_digests (builder, world);
  add_outside (builder, world);
  json_builder_end_object (builder);
  return write_json (world->kernel, folder, "run.json", builder, error);
}

static gboolean
write_machine (FoliotWorld *world, const char *folder, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *glib
      = g_strdup_printf ("%u.%u.%u", glib_major_version, glib_minor_version, glib_micro_version);
  g_autofree char *started = NULL, *written = NULL;
  const FoliotLoadedModule *module = world->scenario->module;
  g_autofree char *build = _foliot_build_id_of (_foliot_build_id_of);
  g_autofree char *module_build = _foliot_build_id_of (module != NULL ? module->module : NULL);
  const FoliotDate end = { .microseconds = foliot_realtime_utc_us () };
  struct utsname system;

  written = foliot_date_format (&end);
  started = foliot_date_format (&world->started);
  uname (&system);
  json_builder_begin_object (builder);
  add_text (builder, "started", started);
  add_text (builder, "written", written);
  add_text (builder, "foliot", FOLIOT_VERSION);
  add_text (builder, "build", build);
  if (module != NULL)
    {
      add_text (builder, "module", module->name);
      add_text (builder, "module_build", module_build);
    }
  add_text (builder, "compiler", __VERSION__);
  add_text (builder, "glib", glib);
  add_text (builder, "sqlite", sqlite3_libversion ());
  add_text (builder, "system", system.sysname);
  add_text (builder, "kernel", system.release);
  add_text (builder, "machine", system.machine);
  json_builder_end_object (builder);
  return write_json (world->kernel, folder, "machine.json", builder, error);
}

/* -- the other files ------------------------------------------------------------------------------------------------ */

static gboolean
write_checkpoints (FoliotWorld *world, const char *folder, GError **error)
{
  FoliotResultFile *file = foliot_result_file_open (world->kernel, folder, "checkpoints.csv", error);
  const FoliotCheckpoint *checkpoints;
  gsize n;

  if (file == NULL)
    return FALSE;
  checkpoints = foliot_kernel_get_checkpoints (world->kernel, &n);
  foliot_result_file_print (file, "sequence,time_ns,digest\n");
  for (gsize i = 0; has_digests (world) && i < n; i++)
    foliot_result_file_print (file, "%" G_GUINT64_FORMAT ",%" G_GINT64_FORMAT ",%016" G_GINT64_MODIFIER "x\n",
                              checkpoints[i].sequence, checkpoints[i].time_ns, checkpoints[i].digest);
  return foliot_result_file_finish (file, error);
}

static void
write_piece (gconstpointer bytes, gsize length, gpointer user_data)
{
  foliot_result_file_write (user_data, bytes, length);
}

static gboolean
write_events (FoliotWorld *world, const char *folder, GError **error)
{
  g_autoptr (FoliotResultFile) file = NULL;

  if (world->log == NULL)
    return TRUE;
  file = foliot_result_file_open (world->kernel, folder, "events.bin", error);
  return file != NULL && foliot_event_log_write (world->log, write_piece, file, error)
         && foliot_result_file_finish (g_steal_pointer (&file), error);
}

static gboolean
write_waits (FoliotWorld *world, const char *folder, const char *report, GError **error)
{
  FoliotResultFile *file;

  if (report[0] == '\0')
    return TRUE;
  file = foliot_result_file_open (world->kernel, folder, "waits.txt", error);
  if (file == NULL)
    return FALSE;
  foliot_result_file_write (file, report, strlen (report));
  return foliot_result_file_finish (file, error);
}

static gboolean
write_files (FoliotWorld *world, const char *folder, GStrv names, const char *waits, GError **error)
{
  if (!write_checkpoints (world, folder, error) || !write_events (world, folder, error)
      || !write_waits (world, folder, waits, error))
    return FALSE;
  for (guint i = 0; i < world->tables->len; i++)
    if (!foliot_results_write_csv (world->kernel, g_ptr_array_index (world->tables, i), folder, error))
      return FALSE;
  return foliot_results_write_sqlite (world, folder, error) && write_machine (world, folder, error)
         && write_run (world, folder, names, error);
}

gboolean
foliot_results_check_folder (const char *out, GError **error)
{
  g_auto (GStrv) old = NULL;

  if (!g_file_test (out, G_FILE_TEST_EXISTS))
    return TRUE;
  if (!g_file_test (out, G_FILE_TEST_IS_DIR))
    return fail (out, "cannot be made", g_strerror (ENOTDIR), error);
  return read_old_files (NULL, out, &old, error) && (old != NULL || expect_empty (NULL, out, error));
}

gboolean
foliot_world_write_results (FoliotWorld *world, const char *out, GError **error)
{
  g_autofree char *waits = NULL;
  g_autofree char *staging = g_build_filename (out, STAGING, NULL);
  g_auto (GStrv) names = NULL, old = NULL;
  gboolean good;

  _foliot_world_bring_back (world);
  waits = foliot_world_dup_wait_report (world);
  names = dup_file_names (world, waits[0] != '\0');
  if (!prepare_folder (world->kernel, out, staging, &old, error))
    return FALSE;
  good = write_files (world, staging, names, waits, error)
         && move_files (world->kernel, out, staging, names, old, error);
  remove_staging (staging);
  return good;
}
