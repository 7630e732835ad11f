/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-scenario.h>

/* An input series: times in ascending order, and a number in each column. Read from CSV: `#` comment lines, one header line,
 * then one line a time; comma-separated, no quotes; finite numbers. */
typedef struct
{
  char *path;
  char **columns; /* without the time column */
  guint n_columns;
  gsize n_rows;
  FoliotTime *times; /* seconds in the file */
  double *values;    /* n_rows × n_columns */
  guint64 hash;      /* of the file's bytes */
} FoliotSeries;

/* @faults: (nullable). @error: MISSING, CSV `<file>:<line>: column <name>: …` */
FoliotSeries *foliot_series_load (const char *path, const char *time_column, guint32 *faults, GError **error);
/* The same of the text of a file; @path is for messages. */
FoliotSeries *foliot_series_parse (const char *path, const char *text, gsize length, const char *time_column,
                                   GError **error);
void foliot_series_free (FoliotSeries *series);
/* −1 if there is no such column. */
int foliot_series_find (const FoliotSeries *series, const char *column);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotSeries, foliot_series_free)
