/* SPDX-License-Identifier: MIT */
#pragma once

#include <gio/gio.h>

/*
 * A zip file that is written once, on libarchive. The same entries give the same bytes: no time of day, no owner, no mode of the
 * machine enters.
 */
typedef struct _FoliotZip FoliotZip;

/* @path is there when foliot_zip_close() has said so; until then what was there stays. @error: of GIO. */
FoliotZip *foliot_zip_new (const char *path, GError **error);
gboolean foliot_zip_add (FoliotZip *zip, const char *name, gconstpointer data, gsize length, GError **error);
gboolean foliot_zip_add_file (FoliotZip *zip, const char *name, const char *path, GError **error);
/* All files of @folder, below @prefix, in the order of their names. */
gboolean foliot_zip_add_folder (FoliotZip *zip, const char *prefix, const char *folder, GError **error);
/* Puts it in its place. */
gboolean foliot_zip_close (FoliotZip *zip, GError **error);
void foliot_zip_free (FoliotZip *zip);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotZip, foliot_zip_free)
