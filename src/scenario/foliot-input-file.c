/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-input-file.h"

#include <errno.h>

#include "kernel/foliot-fault-private.h"

/* The one place where the files of a scenario are opened: its JSON files and its series. */

GMappedFile *
foliot_input_file_map (const char *path, guint32 *faults, GError **error)
{
  g_autoptr (GError) local = NULL;
  GMappedFile *mapped = NULL;

  if (_foliot_fault (faults))
    local = g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_MFILE, g_strerror (EMFILE));
  else
    mapped = g_mapped_file_new (path, FALSE, &local);
  if (mapped == NULL)
    g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_MISSING, "%s: cannot be read: %s", path,
                 local->message);
  return mapped;
}
