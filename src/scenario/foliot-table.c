/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-table.h"

/* Rows in memory, as they were recorded, until the results are written. Cells are values: immutable and shared. */

FoliotTable *
foliot_table_new (const char *name, const char *label, const char *const *columns)
{
  FoliotTable *table = g_new0 (FoliotTable, 1);
  GStrvBuilder *builder = g_strv_builder_new ();

  g_strv_builder_add (builder, "time_s");
  g_strv_builder_add (builder, label);
  g_strv_builder_addv (builder, (const char **) columns);
  table->name = g_strdup (name);
  table->columns = g_strv_builder_end (builder);
  table->n_columns = g_strv_length (table->columns);
  table->cells = g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_value_unref);
  g_strv_builder_unref (builder);
  return table;
}

void
foliot_table_free (FoliotTable *table)
{
  g_ptr_array_unref (table->cells);
  g_strfreev (table->columns);
  g_free (table->name);
  g_free (table);
}

void
foliot_table_add_row (FoliotTable *table, FoliotValue **cells)
{
  for (guint i = 0; i < table->n_columns; i++)
    g_ptr_array_add (table->cells, cells[i]);
}

FoliotValue *
foliot_table_make_cell (FoliotValue *value)
{
  g_autofree char *text = NULL;

  switch (foliot_value_get_kind (value))
    {
    case FOLIOT_VALUE_NULL:
    case FOLIOT_VALUE_BOOL:
    case FOLIOT_VALUE_INT:
    case FOLIOT_VALUE_DOUBLE:
    case FOLIOT_VALUE_STRING:
      return foliot_value_ref (value);
    default:
      text = foliot_value_print (value);
      return foliot_value_new_string (text);
    }
}

FoliotValue *
foliot_table_make_time (FoliotTime time)
{
  if (time % FOLIOT_SECOND == 0)
    return foliot_value_new_int (time / FOLIOT_SECOND);
  return foliot_value_new_double (foliot_time_to_seconds (time));
}

const char *
foliot_table_get_name (FoliotTable *table)
{
  return table->name;
}

guint
foliot_table_get_n_columns (FoliotTable *table)
{
  return table->n_columns;
}

const char *
foliot_table_get_column (FoliotTable *table, guint column)
{
  g_return_val_if_fail (column < table->n_columns, NULL);
  return table->columns[column];
}

gsize
foliot_table_get_n_rows (FoliotTable *table)
{
  return table->cells->len / table->n_columns;
}

FoliotValue *
foliot_table_get_cell (FoliotTable *table, gsize row, guint column)
{
  g_return_val_if_fail (column < table->n_columns && row < foliot_table_get_n_rows (table), NULL);
  return g_ptr_array_index (table->cells, row * table->n_columns + column);
}
