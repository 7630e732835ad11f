/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-scenario.h>

struct _FoliotTable
{
  char *name;
  char **columns; /* time_s, label, … */
  guint n_columns;
  GPtrArray *cells; /* of FoliotValue, row by row */
};

/* @columns: those behind time_s and @label. */
FoliotTable *foliot_table_new (const char *name, const char *label, const char *const *columns);
void foliot_table_free (FoliotTable *table);
/* @cells: n_columns values, transfer full. */
void foliot_table_add_row (FoliotTable *table, FoliotValue **cells);
/* A cell that a table can hold: null, bool, int, double, text; anything else as its printed text. */
FoliotValue *foliot_table_make_cell (FoliotValue *value);
FoliotValue *foliot_table_make_time (FoliotTime time);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotTable, foliot_table_free)
