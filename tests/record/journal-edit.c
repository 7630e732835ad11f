/* SPDX-License-Identifier: MIT */
#include <foliot/foliot.h>

#include <stdio.h>
#include <stdlib.h>

/* journal-edit FROM TO N: the same recording, but one byte of the Nth message that entered is another one, and all checksums are
 * good. Prints which port it entered by. */

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

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotJournalReader) reader = NULL;
  g_autoptr (FoliotJournalWriter) writer = NULL;
  const FoliotJournalRecord *record;
  guint wanted, n = 0;

  if (argc != 4)
    return 2;
  wanted = (guint) atoi (argv[3]);
  reader = foliot_journal_reader_new (argv[1], &error);
  g_assert_no_error (error);
  writer = foliot_journal_writer_new (argv[2], foliot_journal_reader_get_header (reader), &error);
  g_assert_no_error (error);
  while ((record = foliot_journal_reader_next (reader, &error)) != NULL)
    {
      FoliotJournalRecord copy = *record;
      g_autoptr (GBytes) flipped = NULL;

      if (copy.kind == FOLIOT_JOURNAL_IN && copy.bytes != NULL && ++n == wanted)
        {
          copy.bytes = flipped = flip (copy.bytes);
          printf ("%u\n", copy.port);
        }
      foliot_journal_writer_add (writer, &copy, &error);
      g_assert_no_error (error);
    }
  g_assert_no_error (error);
  g_assert_true (foliot_journal_writer_close (writer, NULL));
  return n >= wanted ? 0 : 1;
}
