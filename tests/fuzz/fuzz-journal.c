/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "journal/foliot-journal-format-private.h"

/*
 * A journal that anybody may have written. The first byte says what the others are: a whole file, or the body of one record, or
 * of a header, around which the checks are made good. Whatever it is, reading it ends, and ends with an end or a named error.
 */

enum
{
  WHOLE_FILE,
  RECORD_BODY,
  HEADER_BODY,
};

/* Appends a block of one record. Returns: its checksum. */
static guint64
append_block (GByteArray *file, guint64 previous, guint64 number, const guint8 *body, gsize size)
{
  guint begin = file->len;
  guint8 *block, *record;

  g_byte_array_set_size (file,
                         file->len + FOLIOT_JOURNAL_BLOCK_HEAD + FOLIOT_JOURNAL_RECORD_HEAD + (guint) size);
  block = file->data + begin;
  record = block + FOLIOT_JOURNAL_BLOCK_HEAD;
  if (size > 0)
    memcpy (record + FOLIOT_JOURNAL_RECORD_HEAD, body, size);
  _foliot_journal_seal_record (record, file->data + file->len);
  return _foliot_journal_seal_block (block, previous, number, 1, FOLIOT_JOURNAL_RECORD_HEAD + (guint32) size,
                                     0);
}

static GByteArray *
make_file (const uint8_t *data, size_t size)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (FoliotJournalHeader) header = foliot_journal_header_new ("run");
  g_autoptr (GByteArray) body = _foliot_journal_header_write (header, NULL);
  int kind = size > 0 ? data[0] % 3 : WHOLE_FILE;
  guint64 previous;

  data += size > 0;
  size -= size > 0;
  if (kind == WHOLE_FILE)
    {
      if (size > 0)
        g_byte_array_append (file, data, (guint) size);
      return g_steal_pointer (&file);
    }
  g_byte_array_set_size (file, FOLIOT_JOURNAL_FILE_HEAD);
  previous = _foliot_journal_put_file_head (file->data);
  if (kind == HEADER_BODY)
    append_block (file, previous, 1, data, size);
  else
    append_block (file, append_block (file, previous, 1, body->data, body->len), 2, data, size);
  return g_steal_pointer (&file);
}

static void
read_all (const char *path, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotJournalReader) reader = foliot_journal_reader_new (path, &error);
  gsize n_calls = 0;

  while (reader != NULL)
    {
      const FoliotJournalRecord *record = foliot_journal_reader_next (reader, &error);

      if (record == NULL && (error == NULL || error->code == FOLIOT_JOURNAL_ERROR_TRUNCATED))
        break;
      g_assert_true ((record == NULL) == (error != NULL));
      g_assert_cmpuint (++n_calls, <=, 2 * size + 2);
      g_clear_error (&error);
    }
  if (error != NULL)
    g_assert_cmpuint (error->domain, ==, FOLIOT_JOURNAL_ERROR);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GByteArray) file = make_file (data, size);
  int fd = memfd_create ("journal", MFD_CLOEXEC);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, file->data, file->len), ==, file->len);
  read_all (path, file->len);
  close (fd);
  return 0;
}
