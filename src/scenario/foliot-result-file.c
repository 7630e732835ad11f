/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-results.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdarg.h>
#include <stdio.h>

#include "kernel/foliot-fault-private.h"

/* A full disk shows at any write, and for certain only when the file is closed. Until then the old file stays in place, so
 * that an interrupted or failed run never leaves half a file under a name that means a whole one. */

static void
set_error (const char *path, int reason, GError **error)
{
  g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_RESULTS, "%s: cannot be written: %s", path,
               g_strerror (reason));
}

FoliotResultFile *
foliot_result_file_open (FoliotKernel *kernel, const char *folder, const char *name, GError **error)
{
  FoliotResultFile *file = g_new0 (FoliotResultFile, 1);
  g_autofree char *partial_name = g_strconcat (".", name, ".partial", NULL);

  file->kernel = kernel;
  file->path = g_build_filename (folder, name, NULL);
  file->partial = g_build_filename (folder, partial_name, NULL);
  if (!_foliot_kernel_fault_errno (kernel, EMFILE))
    file->stream = g_fopen (file->partial, "we");
  if (file->stream != NULL)
    return file;
  set_error (file->path, errno, error);
  foliot_result_file_abandon (file);
  return NULL;
}

void
foliot_result_file_write (FoliotResultFile *file, const char *text, gsize length)
{
  if (length > 0) /* what is empty may be nowhere */
    fwrite (text, 1, length, file->stream);
}

void
foliot_result_file_print (FoliotResultFile *file, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  vfprintf (file->stream, format, args);
  va_end (args);
}

gboolean
foliot_result_file_finish (FoliotResultFile *file, GError **error)
{
  FILE *stream = g_steal_pointer (&file->stream);
  gboolean failed;

  errno = 0;
  failed = _foliot_kernel_fault_errno (file->kernel, ENOSPC) || fflush (stream) != 0 || ferror (stream);
  if (failed && errno == 0)
    errno = EIO;
  if (failed)
    set_error (file->path, errno, error);
  if (fclose (stream) != 0 && !failed)
    {
      set_error (file->path, errno, error);
      failed = TRUE;
    }
  if (!failed
      && (_foliot_kernel_fault_errno (file->kernel, EIO) || g_rename (file->partial, file->path) != 0))
    {
      set_error (file->path, errno, error);
      failed = TRUE;
    }
  if (!failed)
    g_clear_pointer (&file->partial, g_free);
  foliot_result_file_abandon (file);
  return !failed;
}

void
foliot_result_file_abandon (FoliotResultFile *file)
{
  if (file->stream != NULL)
    fclose (file->stream);
  if (file->partial != NULL)
    g_unlink (file->partial);
  g_free (file->partial);
  g_free (file->path);
  g_free (file);
}
