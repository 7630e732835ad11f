/* SPDX-License-Identifier: MIT */
#include <foliot/foliot.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The same recording, but for something; all checksums are good.
 *
 *     journal-edit FROM TO N          one digit of the Nth message that entered is another one; prints which port it entered by
 *     journal-edit FROM TO OLD NEW    OLD is NEW in all messages that entered, and in all notes; prints how often
 */

static GBytes *
flip (GBytes *bytes)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  guint8 *copy = g_memdup2 (data, length);

  for (gsize i = length; i > 0; i--)
    if (g_ascii_isdigit (copy[i - 1]))
      {
        copy[i - 1] ^= 1;
        break;
      }
  return g_bytes_new_take (copy, length);
}

typedef struct
{
  guint wanted; /* 0: @old */
  const char *old, *new;
  guint n;
} Edit;

static guint
replace (GString *text, const Edit *edit)
{
  return g_string_replace (text, edit->old, edit->new, 0);
}

static void
edit_message (Edit *edit, FoliotJournalRecord *record)
{
  gsize length;
  const char *data = g_bytes_get_data (record->bytes, &length);
  GString *text;

  if (edit->wanted != 0)
    {
      if (++edit->n != edit->wanted)
        return;
      printf ("%u\n", record->port);
      record->bytes = flip (record->bytes);
      return;
    }
  text = g_string_new_len (data, (gssize) length);
  edit->n += replace (text, edit);
  record->bytes = g_string_free_to_bytes (text);
}

static void
edit_note (Edit *edit, FoliotJournalRecord *record)
{
  GString *text = g_string_new (record->text);

  edit->n += replace (text, edit);
  record->text = g_string_free (text, FALSE);
}

int
main (int argc, char **argv)
{
  Edit edit = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotJournalReader) reader = NULL;
  g_autoptr (FoliotJournalWriter) writer = NULL;
  const FoliotJournalRecord *record;

  if (argc != 4 && argc != 5)
    return 2;
  if (argc == 4)
    edit.wanted = (guint) atoi (argv[3]);
  else
    edit = (Edit){ .old = argv[3], .new = argv[4] };
  reader = foliot_journal_reader_new (argv[1], &error);
  g_assert_no_error (error);
  writer = foliot_journal_writer_new (argv[2], foliot_journal_reader_get_header (reader), &error);
  g_assert_no_error (error);
  while ((record = foliot_journal_reader_next (reader, &error)) != NULL)
    {
      FoliotJournalRecord copy = *record;

      if (copy.kind == FOLIOT_JOURNAL_IN && copy.bytes != NULL)
        edit_message (&edit, &copy);
      else if (copy.kind == FOLIOT_JOURNAL_NOTE && copy.text != NULL && edit.wanted == 0)
        edit_note (&edit, &copy);
      foliot_journal_writer_add (writer, &copy, &error);
      g_assert_no_error (error);
      if (copy.bytes != record->bytes)
        g_bytes_unref (copy.bytes);
      if (copy.text != record->text)
        g_free ((char *) copy.text);
    }
  g_assert_no_error (error);
  g_assert_true (foliot_journal_writer_close (writer, NULL));
  if (edit.wanted == 0)
    printf ("%u\n", edit.n);
  return edit.n > 0 && edit.n >= edit.wanted ? 0 : 1;
}
