/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-results.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sqlite3.h>

#include "kernel/foliot-fault-private.h"

/* The tables once more, in a file that can be queried. Its bytes depend on nothing but the rows and the version of SQLite:
 * one transaction, no journal, no time stamps, columns without a type so that a cell stays what it is. */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3, sqlite3_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3_stmt, sqlite3_finalize)

static gboolean
fail (sqlite3 *db, const char *path, GError **error)
{
  g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_RESULTS, "%s: cannot be written: %s", path,
               sqlite3_errmsg (db));
  return FALSE;
}

static gboolean
execute (sqlite3 *db, const char *path, const char *sql, GError **error)
{
  return sqlite3_exec (db, sql, NULL, NULL, NULL) == SQLITE_OK || fail (db, path, error);
}

static void
append_name (GString *sql, const char *name)
{
  g_string_append_c (sql, '"');
  for (const char *p = name; *p != '\0'; p++)
    {
      if (*p == '"')
        g_string_append_c (sql, '"');
      g_string_append_c (sql, *p);
    }
  g_string_append_c (sql, '"');
}

static int
bind_cell (sqlite3_stmt *statement, int index, FoliotValue *cell)
{
  const char *text;
  gsize length;

  switch (foliot_value_get_kind (cell))
    {
    case FOLIOT_VALUE_NULL:
      return sqlite3_bind_null (statement, index);
    case FOLIOT_VALUE_BOOL:
      return sqlite3_bind_int (statement, index, foliot_value_get_bool (cell));
    case FOLIOT_VALUE_INT:
      if (foliot_value_fits_int64 (cell))
        return sqlite3_bind_int64 (statement, index, foliot_value_get_int (cell));
      return sqlite3_bind_double (statement, index, foliot_value_get_double (cell));
    case FOLIOT_VALUE_DOUBLE:
      return sqlite3_bind_double (statement, index, foliot_value_get_double (cell));
    default:
      text = foliot_value_get_string (cell, &length);
      return sqlite3_bind_text64 (statement, index, text, length, SQLITE_STATIC, SQLITE_UTF8);
    }
}

static gboolean
create_table (sqlite3 *db, const char *path, FoliotTable *table, sqlite3_stmt **out_insert, GError **error)
{
  g_autoptr (GString) create = g_string_new ("CREATE TABLE "), insert = g_string_new ("INSERT INTO ");

  append_name (create, table->name);
  append_name (insert, table->name);
  g_string_append (insert, " VALUES ");
  for (guint i = 0; i < table->n_columns; i++)
    {
      g_string_append (create, i == 0 ? " (" : ", ");
      append_name (create, table->columns[i]);
      g_string_append (insert, i == 0 ? "(?" : ", ?");
    }
  g_string_append_c (create, ')');
  g_string_append_c (insert, ')');
  return execute (db, path, create->str, error)
         && (sqlite3_prepare_v2 (db, insert->str, -1, out_insert, NULL) == SQLITE_OK
             || fail (db, path, error));
}

static gboolean
write_table (sqlite3 *db, const char *path, FoliotTable *table, GError **error)
{
  g_autoptr (sqlite3_stmt) insert = NULL;
  gsize n_rows = foliot_table_get_n_rows (table);

  if (!create_table (db, path, table, &insert, error))
    return FALSE;
  for (gsize row = 0; row < n_rows; row++)
    {
      for (guint i = 0; i < table->n_columns; i++)
        if (bind_cell (insert, (int) i + 1, foliot_table_get_cell (table, row, i)) != SQLITE_OK)
          return fail (db, path, error);
      if (sqlite3_step (insert) != SQLITE_DONE || sqlite3_reset (insert) != SQLITE_OK)
        return fail (db, path, error);
    }
  return TRUE;
}

static gboolean
write_run (sqlite3 *db, const char *path, FoliotWorld *world, GError **error)
{
  g_autofree char *digest = foliot_world_dup_digest (world);
  g_autofree char *seed = g_strdup_printf ("%" G_GUINT64_FORMAT, foliot_kernel_get_seed (world->kernel));
  g_autofree char *hash = g_strdup_printf ("%016" G_GINT64_MODIFIER "x", world->scenario->hash);
  const char *const rows[]
      = { "scenario", world->scenario->name, "digest", digest, "seed", seed, "scenario_hash", hash };
  g_autoptr (sqlite3_stmt) insert = NULL;

  if (!execute (db, path, "CREATE TABLE run (name, value)", error))
    return FALSE;
  if (sqlite3_prepare_v2 (db, "INSERT INTO run VALUES (?, ?)", -1, &insert, NULL) != SQLITE_OK)
    return fail (db, path, error);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i += 2)
    {
      sqlite3_bind_text (insert, 1, rows[i], -1, SQLITE_STATIC);
      sqlite3_bind_text (insert, 2, rows[i + 1], -1, SQLITE_STATIC);
      if (sqlite3_step (insert) != SQLITE_DONE || sqlite3_reset (insert) != SQLITE_OK)
        return fail (db, path, error);
    }
  return TRUE;
}

static gboolean
write_database (FoliotWorld *world, const char *path, const char *partial, GError **error)
{
  g_autoptr (sqlite3) db = NULL;

  if (_foliot_kernel_fault (world->kernel) || sqlite3_open (partial, &db) != SQLITE_OK)
    return fail (db, path, error);
  if (!execute (db, path,
                "PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; "
                "PRAGMA encoding = 'UTF-8'; BEGIN",
                error)
      || !write_run (db, path, world, error))
    return FALSE;
  for (guint i = 0; i < world->tables->len; i++)
    if (!write_table (db, path, g_ptr_array_index (world->tables, i), error))
      return FALSE;
  return execute (db, path, "COMMIT", error);
}

gboolean
foliot_results_write_sqlite (FoliotWorld *world, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "results.sqlite", NULL);
  g_autofree char *partial = g_build_filename (folder, ".results.sqlite.partial", NULL);
  gboolean good;

  g_unlink (partial);
  good = write_database (world, path, partial, error);
  if (good && (_foliot_kernel_fault_errno (world->kernel, EIO) || g_rename (partial, path) != 0))
    {
      g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_RESULTS, "%s: cannot be written: %s",
                   path, g_strerror (errno));
      good = FALSE;
    }
  if (!good)
    g_unlink (partial);
  return good;
}
