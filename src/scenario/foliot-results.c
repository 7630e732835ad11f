/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-results.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/utsname.h>

#include "kernel/foliot-realtime-private.h"

/* The results folder. Everything in it but machine.json depends on the run alone, byte for byte. run.json lists the files of
 * the folder and is written last: a folder with a run.json is whole. A later run replaces the files that an earlier one
 * lists, and nothing else; a folder that is not ours is left alone. */

#define MARK "foliot-results"

/* -- the folder ------------------------------------------------------------------------------------------------ */

static GStrv
read_old_files (const char *folder, gboolean *out_ours)
{
  g_autofree char *path = g_build_filename (folder, "run.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GStrvBuilder) files = g_strv_builder_new ();
  JsonObject *run;
  JsonArray *list;

  *out_ours = FALSE;
  if (!json_parser_load_from_file (parser, path, NULL) || json_parser_get_root (parser) == NULL
      || !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    return NULL;
  run = json_node_get_object (json_parser_get_root (parser));
  if (!json_object_has_member (run, MARK) || !json_object_has_member (run, "files"))
    return NULL;
  *out_ours = TRUE;
  list = json_object_get_array_member (run, "files");
  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      const char *name = json_array_get_string_element (list, i);

      if (name != NULL && strchr (name, '/') == NULL)
        g_strv_builder_add (files, name);
    }
  return g_strv_builder_end (files);
}

static gboolean
is_empty (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

  return dir != NULL && g_dir_read_name (dir) == NULL;
}

static gboolean
prepare_folder (const char *folder, GError **error)
{
  g_auto (GStrv) old = NULL;
  gboolean ours;

  if (g_mkdir_with_parents (folder, 0777) != 0)
    {
      g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_RESULTS, "%s: cannot be made: %s",
                   folder, g_strerror (errno));
      return FALSE;
    }
  old = read_old_files (folder, &ours);
  if (!ours && !is_empty (folder))
    {
      g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_RESULTS,
                   "%s: holds files that no run left there; give another folder with --out", folder);
      return FALSE;
    }
  for (gsize i = 0; old != NULL && old[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (folder, old[i], NULL);

      g_unlink (path);
    }
  return TRUE;
}

/* -- JSON files -------------------------------------------------------------------------------------------------- */

static gboolean
write_json (const char *folder, const char *name, JsonBuilder *builder, GError **error)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = NULL;
  FoliotResultFile *file = foliot_result_file_open (folder, name, error);
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

static void
add_digests (JsonBuilder *builder, FoliotWorld *world)
{
  json_builder_set_member_name (builder, "nodes");
  json_builder_begin_object (builder);
  for (guint32 i = 1; i <= foliot_kernel_get_n_nodes (world->kernel); i++)
    add_hex (builder, foliot_kernel_get_node_name (world->kernel, i),
             foliot_kernel_get_node_digest (world->kernel, i));
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "links");
  json_builder_begin_object (builder);
  for (guint32 i = 1; i <= foliot_kernel_get_n_links (world->kernel); i++)
    add_hex (builder, foliot_kernel_get_link_name (world->kernel, i),
             foliot_kernel_get_link_digest (world->kernel, i));
  json_builder_end_object (builder);
}

static void
add_tables (JsonBuilder *builder, FoliotWorld *world, gboolean waits)
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
  json_builder_add_string_value (builder, "checkpoints.csv");
  for (guint i = 0; i < world->tables->len; i++)
    {
      FoliotTable *table = g_ptr_array_index (world->tables, i);
      g_autofree char *name = g_strconcat (table->name, ".csv", NULL);

      json_builder_add_string_value (builder, name);
    }
  if (waits)
    json_builder_add_string_value (builder, "waits.txt");
  json_builder_add_string_value (builder, "results.sqlite");
  json_builder_add_string_value (builder, "machine.json");
  json_builder_add_string_value (builder, "run.json");
  json_builder_end_array (builder);
}

static gboolean
write_run (FoliotWorld *world, const char *folder, gboolean waits, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *digest = foliot_kernel_dup_digest (world->kernel);
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
  add_text (builder, "fidelity", "closed");
  add_counts (builder, world);
  add_tables (builder, world, waits);
  add_digests (builder, world);
  json_builder_end_object (builder);
  return write_json (folder, "run.json", builder, error);
}

static gboolean
write_machine (FoliotWorld *world, const char *folder, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *glib
      = g_strdup_printf ("%u.%u.%u", glib_major_version, glib_minor_version, glib_micro_version);
  g_autofree char *started = NULL, *written = NULL;
  const FoliotDate end = { .microseconds = foliot_realtime_utc_us () };
  struct utsname system;

  written = foliot_date_format (&end);
  started = foliot_date_format (&world->started);
  uname (&system);
  json_builder_begin_object (builder);
  add_text (builder, "started", started);
  add_text (builder, "written", written);
  add_text (builder, "foliot", FOLIOT_VERSION);
  add_text (builder, "compiler", __VERSION__);
  add_text (builder, "glib", glib);
  add_text (builder, "sqlite", sqlite3_libversion ());
  add_text (builder, "system", system.sysname);
  add_text (builder, "kernel", system.release);
  add_text (builder, "machine", system.machine);
  json_builder_end_object (builder);
  return write_json (folder, "machine.json", builder, error);
}

/* -- the other files ------------------------------------------------------------------------------------------------ */

static gboolean
write_checkpoints (FoliotWorld *world, const char *folder, GError **error)
{
  FoliotResultFile *file = foliot_result_file_open (folder, "checkpoints.csv", error);
  const FoliotCheckpoint *checkpoints;
  gsize n;

  if (file == NULL)
    return FALSE;
  checkpoints = foliot_kernel_get_checkpoints (world->kernel, &n);
  foliot_result_file_print (file, "sequence,time_ns,digest\n");
  for (gsize i = 0; i < n; i++)
    foliot_result_file_print (file, "%" G_GUINT64_FORMAT ",%" G_GINT64_FORMAT ",%016" G_GINT64_MODIFIER "x\n",
                              checkpoints[i].sequence, checkpoints[i].time_ns, checkpoints[i].digest);
  return foliot_result_file_finish (file, error);
}

static gboolean
write_waits (const char *folder, const char *report, GError **error)
{
  FoliotResultFile *file;

  if (report[0] == '\0')
    return TRUE;
  file = foliot_result_file_open (folder, "waits.txt", error);
  if (file == NULL)
    return FALSE;
  foliot_result_file_write (file, report, strlen (report));
  return foliot_result_file_finish (file, error);
}

gboolean
foliot_world_write_results (FoliotWorld *world, const char *out, GError **error)
{
  g_autofree char *waits = foliot_world_dup_wait_report (world);

  if (!prepare_folder (out, error) || !write_checkpoints (world, out, error)
      || !write_waits (out, waits, error))
    return FALSE;
  for (guint i = 0; i < world->tables->len; i++)
    if (!foliot_results_write_csv (g_ptr_array_index (world->tables, i), out, error))
      return FALSE;
  return foliot_results_write_sqlite (world, out, error) && write_machine (world, out, error)
         && write_run (world, out, waits[0] != '\0', error);
}
