/* SPDX-License-Identifier: MIT */
#include "tools/foliot-zip.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

/* 1980-01-01, where the time of a zip file begins. */
#define FIRST_TIME 315532800

struct _FoliotZip
{
  struct archive *archive;
  char *path, *partial;
};

static gboolean
fail (FoliotZip *zip, GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s cannot be written: %s", zip->path,
               g_strerror (archive_errno (zip->archive)));
  return FALSE;
}

FoliotZip *
foliot_zip_new (const char *path, GError **error)
{
  g_autoptr (FoliotZip) zip = g_new0 (FoliotZip, 1);

  zip->path = g_strdup (path);
  zip->partial = g_strconcat (path, ".part", NULL);
  zip->archive = archive_write_new ();
  if (g_file_test (path, G_FILE_TEST_EXISTS) && !g_file_test (path, G_FILE_TEST_IS_REGULAR))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE,
                   "%s cannot be written: it is there, and no file; give another name", path);
      return NULL;
    }
  if (archive_write_set_format_zip (zip->archive) == ARCHIVE_OK
      && archive_write_open_filename (zip->archive, zip->partial) == ARCHIVE_OK)
    return g_steal_pointer (&zip);
  fail (zip, error);
  return NULL;
}

gboolean
foliot_zip_add (FoliotZip *zip, const char *name, gconstpointer data, gsize length, GError **error)
{
  struct archive_entry *entry = archive_entry_new ();
  gboolean good;

  archive_entry_set_pathname (entry, name);
  archive_entry_set_size (entry, (la_int64_t) length);
  archive_entry_set_filetype (entry, AE_IFREG);
  archive_entry_set_perm (entry, 0644);
  archive_entry_set_mtime (entry, FIRST_TIME, 0);
  good = archive_write_header (zip->archive, entry) == ARCHIVE_OK
         && archive_write_data (zip->archive, data, length) == (la_ssize_t) length;
  archive_entry_free (entry);
  return good || fail (zip, error);
}

gboolean
foliot_zip_add_file (FoliotZip *zip, const char *name, const char *path, GError **error)
{
  g_autoptr (GMappedFile) mapped = g_mapped_file_new (path, FALSE, error);

  return mapped != NULL
         && foliot_zip_add (zip, name, g_mapped_file_get_contents (mapped), g_mapped_file_get_length (mapped),
                            error);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

gboolean
foliot_zip_add_folder (FoliotZip *zip, const char *prefix, const char *folder, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  if (dir == NULL)
    return FALSE;
  while ((name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, g_ptr_array_index (names, i), NULL);
      g_autofree char *inside = g_strconcat (prefix, g_ptr_array_index (names, i), NULL);

      if (!foliot_zip_add_file (zip, inside, path, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
foliot_zip_close (FoliotZip *zip, GError **error)
{
  if (archive_write_close (zip->archive) != ARCHIVE_OK)
    return fail (zip, error);
  if (g_rename (zip->partial, zip->path) == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s cannot be written: %s", zip->path,
               g_strerror (errno));
  return FALSE;
}

void
foliot_zip_free (FoliotZip *zip)
{
  archive_write_free (zip->archive);
  if (zip->partial != NULL)
    g_unlink (zip->partial); /* gone already, if all went well */
  g_free (zip->partial);
  g_free (zip->path);
  g_free (zip);
}
