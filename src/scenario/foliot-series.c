/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-series.h"

#include <math.h>
#include <string.h>

#include "base/foliot-hash-private.h"
#include "scenario/foliot-input-file.h"

/* Time series are plain numbers under a header line; quotes and other comforts of spreadsheets are refused by name instead
 * of being guessed at. */

#define MAX_BYTES   (1024 * 1024 * 1024)
#define MAX_COLUMNS 4096

typedef struct
{
  FoliotSeries *series;
  guint line;
  guint time_index; /* among all columns of the file */
  guint n_fields;
  char **header;
  GArray *times;
  GArray *values;
} Reader;

static gboolean
fail (const Reader *reader, guint field, GError **error, const char *expected, const char *found,
      gsize length)
{
  g_autofree char *shown = g_strndup (found, MIN (length, 40));
  g_autofree char *safe = g_utf8_make_valid (shown, -1);

  g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_CSV,
               "%s:%u: column \"%s\": expected %s, found \"%s\"", reader->series->path, reader->line,
               reader->header[field], expected, safe);
  return FALSE;
}

static gboolean
looks_like_number (const char *text, gsize length)
{
  gboolean digit = FALSE;

  for (gsize i = 0; i < length; i++)
    {
      if (g_ascii_isdigit (text[i]))
        digit = TRUE;
      else if (memchr ("+-.eE", text[i], 5) == NULL)
        return FALSE;
    }
  return digit;
}

static gboolean
read_field (Reader *reader, guint field, const char *text, gsize length, GError **error)
{
  char buffer[64];
  char *end;
  double number;

  while (length > 0 && (*text == ' ' || *text == '\t'))
    text++, length--;
  while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
    length--;
  if (length >= sizeof buffer || !looks_like_number (text, length))
    return fail (reader, field, error, "a number", text, length);
  memcpy (buffer, text, length);
  buffer[length] = '\0';
  number = g_ascii_strtod (buffer, &end);
  if (*end != '\0' || !isfinite (number))
    return fail (reader, field, error, "a finite number", text, length);
  if (field == reader->time_index)
    {
      FoliotTime time;

      if (!foliot_time_from_seconds (number, &time, NULL))
        return fail (reader, field, error, "a time in seconds within 292 years", text, length);
      if (reader->times->len > 0 && time <= g_array_index (reader->times, FoliotTime, reader->times->len - 1))
        return fail (reader, field, error, "a time later than in the line before", text, length);
      g_array_append_val (reader->times, time);
    }
  else
    g_array_append_val (reader->values, number);
  return TRUE;
}

static gboolean
read_line (Reader *reader, const char *line, gsize length, GError **error)
{
  const char *p = line, *end = line + length;
  guint field = 0;

  for (;;)
    {
      const char *comma = memchr (p, ',', (gsize) (end - p));
      const char *stop = comma != NULL ? comma : end;

      if (field < reader->n_fields && !read_field (reader, field, p, (gsize) (stop - p), error))
        return FALSE;
      field++;
      if (comma == NULL)
        break;
      p = comma + 1;
    }
  if (field != reader->n_fields)
    {
      g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_CSV,
                   "%s:%u: expected %u fields as in the header, found %u", reader->series->path, reader->line,
                   reader->n_fields, field);
      return FALSE;
    }
  return TRUE;
}

static gboolean
read_header (Reader *reader, const char *line, gsize length, const char *time_column, GError **error)
{
  g_autofree char *text = g_strndup (line, length);
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) names = NULL; /* looked up, never walked */
  int time_index = -1;

  reader->header = g_strsplit (text, ",", MAX_COLUMNS + 1);
  reader->n_fields = g_strv_length (reader->header);
  for (guint i = 0; i < reader->n_fields; i++)
    {
      g_strstrip (reader->header[i]);
      if (g_str_equal (reader->header[i], time_column))
        time_index = (int) i;
    }
  if (time_index < 0 || reader->n_fields > MAX_COLUMNS || strlen (text) != length
      || !g_utf8_validate (text, -1, NULL))
    {
      g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_CSV,
                   "%s:%u: expected a header line with a column \"%s\" and at most %d columns",
                   reader->series->path, reader->line, time_column, MAX_COLUMNS);
      return FALSE;
    }
  names = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < reader->n_fields; i++)
    {
      if (!g_hash_table_add (names, reader->header[i]))
        {
          g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_CSV,
                       "%s:%u: there is already a column \"%s\"", reader->series->path, reader->line,
                       reader->header[i]);
          return FALSE;
        }
      if (i != (guint) time_index)
        g_ptr_array_add (columns, g_strdup (reader->header[i]));
    }
  reader->time_index = (guint) time_index;
  reader->series->n_columns = columns->len;
  g_ptr_array_add (columns, NULL);
  reader->series->columns = (char **) g_ptr_array_steal (columns, NULL);
  return TRUE;
}

static gboolean
read_text (Reader *reader, const char *text, gsize length, const char *time_column, GError **error)
{
  const char *p = text, *end = text + length;

  while (p < end)
    {
      const char *newline = memchr (p, '\n', (gsize) (end - p));
      const char *stop = newline != NULL ? newline : end;
      gsize n = (gsize) (stop - p);

      reader->line++;
      if (n > 0 && p[n - 1] == '\r')
        n--;
      if (n > 0 && p[0] != '#')
        {
          if (reader->header == NULL ? !read_header (reader, p, n, time_column, error)
                                     : !read_line (reader, p, n, error))
            return FALSE;
        }
      p = stop + 1;
    }
  if (reader->header == NULL)
    g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_CSV,
                 "%s:%u: expected a header line, found nothing", reader->series->path, reader->line + 1);
  return reader->header != NULL;
}

FoliotSeries *
foliot_series_load (const char *path, const char *time_column, guint32 *faults, GError **error)
{
  g_autoptr (GMappedFile) mapped = foliot_input_file_map (path, faults, error);
  gsize length = mapped != NULL ? g_mapped_file_get_length (mapped) : 0;

  if (mapped == NULL)
    return NULL;
  return foliot_series_parse (path, length > 0 ? g_mapped_file_get_contents (mapped) : "", length,
                              time_column, error);
}

FoliotSeries *
foliot_series_parse (const char *path, const char *text, gsize length, const char *time_column,
                     GError **error)
{
  g_autoptr (FoliotSeries) series = g_new0 (FoliotSeries, 1);
  Reader reader = { .series = series };
  gboolean good;

  series->path = g_strdup (path);
  if (length > MAX_BYTES)
    {
      g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_CSV,
                   "%s: %" G_GSIZE_FORMAT " bytes, expected at most %d", path, length, MAX_BYTES);
      return NULL;
    }
  reader.times = g_array_new (FALSE, FALSE, sizeof (FoliotTime));
  reader.values = g_array_new (FALSE, FALSE, sizeof (double));
  good = read_text (&reader, text, length, time_column, error);
  g_strfreev (reader.header);
  series->n_rows = reader.times->len;
  series->hash = foliot_hash_bytes (text, length);
  series->times = (FoliotTime *) (gpointer) g_array_free (reader.times, FALSE);
  series->values = (double *) (gpointer) g_array_free (reader.values, FALSE);
  return good ? g_steal_pointer (&series) : NULL;
}

void
foliot_series_free (FoliotSeries *series)
{
  g_free (series->path);
  g_strfreev (series->columns);
  g_free (series->times);
  g_free (series->values);
  g_free (series);
}

int
foliot_series_find (const FoliotSeries *series, const char *column)
{
  for (guint i = 0; i < series->n_columns; i++)
    if (g_str_equal (series->columns[i], column))
      return (int) i;
  return -1;
}
