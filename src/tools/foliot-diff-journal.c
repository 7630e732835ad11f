/* SPDX-License-Identifier: MIT */
#include "tools/foliot-diff-journal.h"

#include <string.h>

#include <foliot/foliot.h>

#include "tools/foliot-message.h"

/* ---- what a recording says of its run -------------------------------------------------------------------------- */

/* "LIBRARY+MODULE" */
static void
read_builds (FoliotDiffSide *side, const FoliotJournalHeader *header)
{
  g_auto (GStrv) builds = g_strsplit (header->build_id != NULL ? header->build_id : "", "+", 2);

  if (builds[0] == NULL || builds[1] == NULL)
    return;
  side->build = g_strdup (builds[0]);
  side->module_build = g_strdup (builds[1]);
  side->module = g_strdup (side->scenario);
}

static void
read_header (FoliotDiffSide *side, const FoliotJournalHeader *header)
{
  side->is_wire = g_str_equal (header->verb, "wire");
  side->has_good_bye = g_str_equal (header->verb, "mosaik");
  side->scenario = g_strdup (header->scenario_name != NULL ? header->scenario_name : header->verb);
  side->hash = g_strdup (header->scenario_hash != NULL ? header->scenario_hash : "");
  side->seed = header->seed;
  side->settings = g_new0 (char *, 1);
  side->fidelity = g_strdup ("recorded");
  read_builds (side, header);
}

/* The ladder has the lower half of the digest. */
static void
read_digest (FoliotDiffSide *side, const FoliotJournalRecord *record)
{
  const guint n = side->checkpoints->len;
  FoliotCheckpoint checkpoint = { record->sequence, record->time_ns, 0 };

  if (g_strcmp0 (record->name, "run") != 0 || record->text == NULL || strlen (record->text) != 32
      || !g_ascii_string_to_unsigned (record->text + 16, 16, 0, G_MAXUINT64, &checkpoint.digest, NULL))
    return;
  if (n == 0 || g_array_index (side->checkpoints, FoliotCheckpoint, n - 1).sequence < record->sequence)
    g_array_append_val (side->checkpoints, checkpoint);
}

gboolean
foliot_diff_journal_read (FoliotDiffSide *side, GError **error)
{
  g_autoptr (FoliotJournalReader) reader = foliot_journal_reader_new (side->path, error);
  const FoliotJournalRecord *record;
  g_autoptr (GError) local = NULL;
  FoliotTime end = 0;

  if (reader == NULL)
    return FALSE;
  side->is_journal = TRUE;
  read_header (side, foliot_journal_reader_get_header (reader));
  while ((record = foliot_journal_reader_next (reader, &local)) != NULL)
    {
      side->n_events = MAX (side->n_events, record->event);
      end = MAX (end, record->time_ns);
      if (record->kind == FOLIOT_JOURNAL_DIGEST)
        read_digest (side, record);
      if (record->kind != FOLIOT_JOURNAL_END)
        continue;
      side->complete = record->what == 0;
      side->digest = g_strdup (record->name);
    }
  /* One that was cut off is compared as far as it goes. */
  if (local != NULL && !g_error_matches (local, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_TRUNCATED))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  side->ended_at_s = foliot_time_format (end);
  side->until_s = g_strdup (side->ended_at_s);
  if (side->digest == NULL)
    side->digest = g_strdup ("");
  return TRUE;
}

/* ---- two of them ------------------------------------------------------------------------------------------------ */

static FoliotDiffMessage *
copy_message (FoliotJournalReader *reader, const FoliotJournalRecord *record)
{
  const FoliotJournalPort *port = foliot_journal_reader_get_port (reader, record->port);
  FoliotDiffMessage *message = g_new0 (FoliotDiffMessage, 1);

  message->left = record->kind == FOLIOT_JOURNAL_OUT;
  message->port = port != NULL ? g_strdup (port->name) : g_strdup_printf ("port %u", record->port);
  message->sequence = record->sequence;
  message->order = record->order;
  message->time_ns = record->time_ns;
  message->hash = record->hash;
  if (record->bytes != NULL)
    {
      gsize length;
      gconstpointer data = g_bytes_get_data (record->bytes, &length);

      message->bytes = g_bytes_ref (record->bytes);
      message->hash = foliot_journal_hash (data, length);
    }
  return message;
}

static void
free_message (FoliotDiffMessage *message)
{
  g_clear_pointer (&message->bytes, g_bytes_unref);
  g_free (message->port);
  g_free (message);
}

/* The next one that entered or left; %NULL without an error behind the last one. */
static FoliotDiffMessage *
read_message (FoliotJournalReader *reader, GError **error)
{
  const FoliotJournalRecord *record;
  g_autoptr (GError) local = NULL;

  while ((record = foliot_journal_reader_next (reader, &local)) != NULL)
    if (record->kind == FOLIOT_JOURNAL_OUT || (record->kind == FOLIOT_JOURNAL_IN && record->bytes != NULL))
      return copy_message (reader, record);
  if (local != NULL && !g_error_matches (local, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_TRUNCATED))
    g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

static gboolean
is_same (const FoliotDiffMessage *a, const FoliotDiffMessage *b, gboolean is_wire, char **out_where)
{
  if (a == NULL || b == NULL)
    return a == b;
  if (a->left != b->left || !g_str_equal (a->port, b->port) || (!is_wire && a->time_ns != b->time_ns))
    return FALSE;
  if (a->hash == b->hash)
    return TRUE;
  return a->bytes != NULL && b->bytes != NULL
         && foliot_message_compare (a->bytes, b->bytes, out_where) != FOLIOT_MESSAGE_OTHER;
}

void
foliot_diff_messages_free (FoliotDiffMessages *messages)
{
  for (guint i = 0; i < 2; i++)
    g_clear_pointer (&messages->messages[i], free_message);
  g_free (messages->where);
  g_free (messages);
}

FoliotDiffMessages *
foliot_diff_journals_compare (const char *a, const char *b, GError **error)
{
  const char *const paths[2] = { a, b };
  g_autoptr (FoliotJournalReader) first = foliot_journal_reader_new (paths[0], error);
  g_autoptr (FoliotJournalReader) second = first != NULL ? foliot_journal_reader_new (paths[1], error) : NULL;
  gboolean is_wire;

  if (second == NULL)
    return NULL;
  is_wire = g_str_equal (foliot_journal_reader_get_header (first)->verb, "wire");
  for (;;)
    {
      g_autoptr (FoliotDiffMessages) pair = g_new0 (FoliotDiffMessages, 1);
      g_autoptr (GError) local = NULL;

      pair->messages[0] = read_message (first, &local);
      if (local == NULL)
        pair->messages[1] = read_message (second, &local);
      if (local != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return NULL;
        }
      if (pair->messages[0] == NULL && pair->messages[1] == NULL)
        return NULL;
      if (!is_same (pair->messages[0], pair->messages[1], is_wire, &pair->where))
        return g_steal_pointer (&pair);
      g_clear_pointer (&pair->where, g_free);
    }
}
