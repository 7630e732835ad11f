/* SPDX-License-Identifier: MIT */
#include "tools/foliot-batch.h"

#include <errno.h>
#include <glib/gstdio.h>

/*
 * All is written to temporary names beside the real ones, and renamed at the end: a full disk, or a folder that may not be
 * written, leaves everything as it was. What is still in the batch when it is cleared was not committed.
 */

typedef struct
{
  char *path;
  char *temporary;
  gboolean is_new;
} File;

static void
file_clear (gpointer data)
{
  File *file = data;

  g_free (file->path);
  g_free (file->temporary);
}

FoliotBatch
foliot_batch_new (void)
{
  FoliotBatch batch = { .files = g_array_new (FALSE, FALSE, sizeof (File)),
                        .folders = g_ptr_array_new_with_free_func (g_free) };

  g_array_set_clear_func (batch.files, file_clear);
  return batch;
}

void
foliot_batch_clear (FoliotBatch *batch)
{
  for (guint i = 0; i < batch->files->len; i++)
    g_unlink (g_array_index (batch->files, File, i).temporary);
  for (guint i = batch->folders->len; i > 0; i--)
    g_rmdir (g_ptr_array_index (batch->folders, i - 1));
  g_array_unref (batch->files);
  g_ptr_array_unref (batch->folders);
}

gboolean
foliot_batch_add_folder (FoliotBatch *batch, const char *folder, int mode, GError **error)
{
  gboolean is_new = !g_file_test (folder, G_FILE_TEST_EXISTS);
  int code;

  if (g_mkdir_with_parents (folder, mode) != 0)
    {
      code = errno;
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s cannot be made: %s", folder,
                   !is_new ? "a file has that name, give another one" : g_strerror (code));
      return FALSE;
    }
  if (is_new)
    g_ptr_array_add (batch->folders, g_strdup (folder));
  return TRUE;
}

gboolean
foliot_batch_add_file (FoliotBatch *batch, const char *folder, const char *name, const char *text, int mode,
                       GError **error)
{
  File file = { .path = g_build_filename (folder, name, NULL) };

  file.temporary = g_strconcat (file.path, ".new", NULL);
  file.is_new = !g_file_test (file.path, G_FILE_TEST_EXISTS);
  g_array_append_val (batch->files, file);
  return g_file_set_contents_full (file.temporary, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, mode, error);
}

gboolean
foliot_batch_commit (FoliotBatch *batch, GError **error)
{
  guint n_done = 0;
  int code;

  while (n_done < batch->files->len)
    {
      const File *file = &g_array_index (batch->files, File, n_done);

      if (g_rename (file->temporary, file->path) == 0)
        {
          n_done++;
          continue;
        }
      code = errno;
      g_set_error (error, G_FILE_ERROR, (gint) g_file_error_from_errno (code), "%s cannot be written: %s",
                   file->path, g_strerror (code));
      while (n_done-- > 0)
        if (g_array_index (batch->files, File, n_done).is_new)
          g_unlink (g_array_index (batch->files, File, n_done).path);
      return FALSE;
    }
  g_array_set_size (batch->files, 0);
  g_ptr_array_set_size (batch->folders, 0);
  return TRUE;
}
