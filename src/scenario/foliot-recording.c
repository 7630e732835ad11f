/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-recording-private.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include "kernel/foliot-realtime-private.h"
#include "scenario/foliot-scenario-private.h"

/*
 * Each process of a run records what is outside of itself, and nobody waits for another to do so. What belongs together is found by its
 * path and known by its name: the parts lie beside the first, with the name of their container behind it.
 */

#define VERB "child"

/* ---- names ---- */

char *
foliot_recording_dup_part_path (const char *path, const char *container)
{
  g_autofree char *name = NULL;

  g_return_val_if_fail (path != NULL && container != NULL, NULL);
  name = g_uri_escape_string (container, NULL, TRUE);
  return g_strconcat (path, ".", name, NULL);
}

char *
_foliot_recording_make_name (void)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT "-%d", foliot_realtime_utc_us (), (int) getpid ());
}

void
_foliot_recording_list_parts (FoliotJournalHeader *header, FoliotScenario *scenario, const char *program)
{
  g_autofree char *command = program != NULL ? g_path_get_basename (program) : NULL;

  if (scenario->processes && command != NULL)
    foliot_journal_header_set (header, FOLIOT_RECORDING_COMMAND, command);
  for (guint i = 1; scenario->processes && i < scenario->containers->len; i++)
    {
      g_autofree char *name = g_strdup_printf (FOLIOT_RECORDING_LIST, i);

      foliot_journal_header_set (header, name,
                                 g_array_index (scenario->containers, FoliotContainerSpec, i).name);
    }
}

GStrv
foliot_recording_dup_parts (const FoliotJournalHeader *header)
{
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();
  const char *part = "";

  g_return_val_if_fail (header != NULL, NULL);
  for (guint i = 1; part != NULL; i++)
    {
      g_autofree char *name = g_strdup_printf (FOLIOT_RECORDING_LIST, i);

      part = foliot_journal_header_get (header, name);
      if (part != NULL)
        g_strv_builder_add (parts, part);
    }
  return g_strv_builder_end (parts);
}

const char *
foliot_recording_get_part (const FoliotJournalHeader *header)
{
  g_return_val_if_fail (header != NULL, NULL);
  return foliot_journal_header_get (header, FOLIOT_RECORDING_PART);
}

gboolean
foliot_recording_is_divided (const FoliotJournalHeader *header)
{
  g_auto (GStrv) parts = foliot_recording_dup_parts (header);

  return parts[0] != NULL || foliot_recording_get_part (header) != NULL;
}

gboolean
foliot_recording_has_part (const FoliotJournalHeader *header, const FoliotJournalHeader *part)
{
  const char *name = NULL;

  g_return_val_if_fail (header != NULL && part != NULL, FALSE);
  name = foliot_journal_header_get (header, FOLIOT_RECORDING_NAME);
  return name != NULL && g_strcmp0 (name, foliot_journal_header_get (part, FOLIOT_RECORDING_NAME)) == 0;
}

/* ---- what is there already ---- */

/* Of a recording at @whole, and nobody writes it: it lies where the part of its container has to. */
static gboolean
is_part (const char *path, const char *whole)
{
  g_autoptr (FoliotJournalReader) reader = foliot_journal_reader_new (path, NULL);
  const FoliotJournalHeader *header = reader != NULL ? foliot_journal_reader_get_header (reader) : NULL;
  const char *container
      = header != NULL && g_str_equal (header->verb, VERB) ? foliot_recording_get_part (header) : NULL;
  g_autofree char *place = container != NULL ? foliot_recording_dup_part_path (whole, container) : NULL;
  g_autofree char *name = g_path_get_basename (path), *expected = NULL;

  if (place == NULL || foliot_journal_reader_is_live (reader))
    return FALSE;
  expected = g_path_get_basename (place);
  return g_str_equal (name, expected);
}

static void
remove_parts (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path), *base = g_path_get_basename (path);
  g_autofree char *prefix = g_strconcat (base, ".", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *other = g_build_filename (folder, name, NULL);

      if (g_str_has_prefix (name, prefix) && is_part (other, path))
        g_unlink (other);
    }
}

/* Before anything is replaced: a process that cannot record would end the run. */
static gboolean
check_room (const char *path, const FoliotJournalHeader *header, GError **error)
{
  g_auto (GStrv) parts = foliot_recording_dup_parts (header);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_autofree char *other = foliot_recording_dup_part_path (path, parts[i]);
      g_autoptr (GError) why = NULL;
      g_autoptr (FoliotJournalReader) reader = foliot_journal_reader_new (other, &why);

      if (reader != NULL || !g_error_matches (why, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_FORMAT))
        continue;
      g_set_error (error, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_REFUSED,
                   "%s: there is something else than a journal, where container %s is to be recorded: "
                   "choose another file",
                   other, parts[i]);
      return FALSE;
    }
  return TRUE;
}

FoliotRecorder *
_foliot_recording_begin (FoliotKernel *kernel, const FoliotWorldOptions *options,
                         const FoliotJournalHeader *header, GError **error)
{
  FoliotRecorder *recorder;

  if (!check_room (options->record, header, error))
    return NULL;
  recorder = foliot_recorder_new (kernel, options->record, header, options->record_sent, error);
  if (recorder != NULL && options->part == NULL)
    remove_parts (options->record);
  return recorder;
}
