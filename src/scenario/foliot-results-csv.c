/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-results.h"

#include <string.h>

static void
write_text (FoliotResultFile *file, const char *text, gsize length)
{
  if (memchr (text, ',', length) == NULL && memchr (text, '"', length) == NULL
      && memchr (text, '\n', length) == NULL && memchr (text, '\r', length) == NULL)
    {
      foliot_result_file_write (file, text, length);
      return;
    }
  foliot_result_file_write (file, "\"", 1);
  for (gsize i = 0; i < length; i++)
    foliot_result_file_write (file, text[i] == '"' ? "\"\"" : text + i, text[i] == '"' ? 2 : 1);
  foliot_result_file_write (file, "\"", 1);
}

static void
write_cell (FoliotResultFile *file, FoliotValue *cell)
{
  char buffer[32];
  const char *text;
  gsize length;

  switch (foliot_value_get_kind (cell))
    {
    case FOLIOT_VALUE_NULL:
      break;
    case FOLIOT_VALUE_BOOL:
      foliot_result_file_print (file, "%s", foliot_value_get_bool (cell) ? "true" : "false");
      break;
    case FOLIOT_VALUE_INT:
      {
        g_autofree char *digits = foliot_value_dup_decimal (cell);

        foliot_result_file_print (file, "%s", digits);
        break;
      }
    case FOLIOT_VALUE_DOUBLE:
      foliot_result_file_print (file, "%s", foliot_double_format (foliot_value_get_double (cell), buffer));
      break;
    default:
      text = foliot_value_get_string (cell, &length);
      write_text (file, text, length);
      break;
    }
}

gboolean
foliot_results_write_csv (FoliotKernel *kernel, FoliotTable *table, const char *folder, GError **error)
{
  g_autofree char *name = g_strconcat (table->name, ".csv", NULL);
  FoliotResultFile *file = foliot_result_file_open (kernel, folder, name, error);
  gsize n_rows = foliot_table_get_n_rows (table);

  if (file == NULL)
    return FALSE;
  for (guint i = 0; i < table->n_columns; i++)
    {
      foliot_result_file_write (file, ",", i > 0);
      write_text (file, table->columns[i], strlen (table->columns[i]));
    }
  foliot_result_file_write (file, "\n", 1);
  for (gsize row = 0; row < n_rows; row++)
    {
      for (guint i = 0; i < table->n_columns; i++)
        {
          foliot_result_file_write (file, ",", i > 0);
          write_cell (file, foliot_table_get_cell (table, row, i));
        }
      foliot_result_file_write (file, "\n", 1);
    }
  return foliot_result_file_finish (file, error);
}
