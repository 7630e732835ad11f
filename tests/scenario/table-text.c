/* SPDX-License-Identifier: MIT */
#include "table-text.h"

/* Of the public functions alone, for tests that link the library itself as well as for those that look inside of it. */

static FoliotTable *
find_table (FoliotWorld *world, const char *name)
{
  for (guint i = 0; i < foliot_world_get_n_tables (world); i++)
    if (g_str_equal (foliot_table_get_name (foliot_world_get_table (world, i)), name))
      return foliot_world_get_table (world, i);
  g_assert_not_reached ();
}

char *
kit_print_table (FoliotWorld *world, const char *name)
{
  FoliotTable *table = find_table (world, name);
  GString *text = g_string_new (NULL);

  for (gsize row = 0; row < foliot_table_get_n_rows (table); row++)
    {
      g_string_append (text, row > 0 ? "; " : "");
      for (guint i = 0; i < foliot_table_get_n_columns (table); i++)
        {
          FoliotValue *cell = foliot_table_get_cell (table, row, i);
          g_autofree char *printed = foliot_value_print (cell);

          g_string_append (text, i > 0 ? " " : "");
          if (foliot_value_get_kind (cell) == FOLIOT_VALUE_STRING)
            g_string_append (text, foliot_value_get_string (cell, NULL));
          else
            g_string_append (text, foliot_value_is_null (cell) ? "-" : printed);
        }
    }
  return g_string_free (text, FALSE);
}
