/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* Files and folders that appear together, or not at all. */
typedef struct
{
  GArray *files;      /* written under temporary names */
  GPtrArray *folders; /* that were made */
} FoliotBatch;

FoliotBatch foliot_batch_new (void);
/* Undoes what was not committed. */
void foliot_batch_clear (FoliotBatch *batch);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FoliotBatch, foliot_batch_clear)

/* @error: of G_FILE_ERROR, as with the next two. Makes it and what is above it, where it is missing. */
gboolean foliot_batch_add_folder (FoliotBatch *batch, const char *folder, int mode, GError **error);
gboolean foliot_batch_add_file (FoliotBatch *batch, const char *folder, const char *name, const char *text,
                                int mode, GError **error);
/* In the order in which they were added. */
gboolean foliot_batch_commit (FoliotBatch *batch, GError **error);
