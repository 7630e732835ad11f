/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdio.h>

#include "scenario/foliot-world-private.h"

/* A file of the results while it is being written: beside its place, under a name of its own, until all of it is there. */
typedef struct
{
  FoliotKernel *kernel; /* whose results they are; borrowed */
  char *path;
  char *partial;
  FILE *stream;
} FoliotResultFile;

/* @error: RESULTS with path and reason. */
FoliotResultFile *foliot_result_file_open (FoliotKernel *kernel, const char *folder, const char *name,
                                           GError **error);
void foliot_result_file_write (FoliotResultFile *file, const char *text, gsize length);
void foliot_result_file_print (FoliotResultFile *file, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* Puts the file in its place, or says why it cannot be. Frees @file in every case. */
gboolean foliot_result_file_finish (FoliotResultFile *file, GError **error);
/* Forgets what was written. */
void foliot_result_file_abandon (FoliotResultFile *file);

/* NAME.csv: RFC 4180, newline ends; null is an empty cell, doubles are the shortest exact text. */
gboolean foliot_results_write_csv (FoliotKernel *kernel, FoliotTable *table, const char *folder,
                                   GError **error);
/* results.sqlite: every table, and `run` with what run.json says. */
gboolean foliot_results_write_sqlite (FoliotWorld *world, const char *folder, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotResultFile, foliot_result_file_abandon)
