/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-journal.h>

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "journal-sample.h"

/*
 * What is written is what is read, and whatever becomes of the file meanwhile is named: every length to which it can be cut,
 * every byte that can be changed, blocks that are missing or exchanged.
 */

/* ---- all that a reader makes of a file ---- */

typedef struct
{
  GArray *numbers; /* guint64: records that were read */
  GPtrArray *errors;
  gboolean opened, ended, truncated;
  guint64 place;
} Reading;

static void
reading_clear (Reading *reading)
{
  g_array_unref (reading->numbers);
  g_ptr_array_unref (reading->errors);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reading, reading_clear)

/* Reads leniently, to the end; each record that comes must be the one of its number in the sample. */
static void
read_all (const char *path, Reading *out)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotJournalReader) reader = foliot_journal_reader_new (path, &error);
  const FoliotJournalRecord *record;
  gsize n;
  const FoliotJournalRecord *written = journal_sample_records (&n);

  *out = (Reading){ .numbers = g_array_new (FALSE, FALSE, sizeof (guint64)),
                    .errors = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free),
                    .opened = reader != NULL };
  g_assert_true ((reader == NULL) == (error != NULL));
  if (error != NULL)
    g_ptr_array_add (out->errors, g_steal_pointer (&error));
  while (reader != NULL && !out->ended && !out->truncated)
    {
      record = foliot_journal_reader_next (reader, &error);
      if (record != NULL)
        {
          g_assert_cmpuint (record->number, >=, 2);
          g_assert_cmpuint (record->number, <=, n + 1);
          journal_assert_equal (record, &written[record->number - 2]);
          g_array_append_val (out->numbers, record->number);
        }
      out->ended = record == NULL && error == NULL;
      out->truncated = g_error_matches (error, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_TRUNCATED);
      if (error != NULL)
        g_ptr_array_add (out->errors, g_steal_pointer (&error));
      g_assert_cmpuint (out->errors->len, <, 100);
    }
  if (reader != NULL)
    out->place = foliot_journal_reader_get_place (reader, NULL);
}

static const GError *
first_error (const Reading *reading)
{
  return reading->errors->len > 0 ? g_ptr_array_index (reading->errors, 0) : NULL;
}

static void
put_file (const char *path, const char *data, gsize size)
{
  g_autoptr (GError) error = NULL;

  g_remove (path);
  g_file_set_contents_full (path, data, (gssize) size, G_FILE_SET_CONTENTS_NONE, 0600, &error);
  g_assert_no_error (error);
}

static char *
get_file (const char *path, gsize *out_size)
{
  g_autoptr (GError) error = NULL;
  char *data = NULL;

  g_file_get_contents (path, &data, out_size, &error);
  g_assert_no_error (error);
  return data;
}

static FoliotJournalReader *
open_good (const char *path)
{
  g_autoptr (GError) error = NULL;
  FoliotJournalReader *reader = foliot_journal_reader_new (path, &error);

  g_assert_no_error (error);
  return reader;
}

static void
assert_refuses (const char *path, FoliotJournalError code, const char *word)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotJournalReader) reader = foliot_journal_reader_new (path, &error);

  g_assert_error (error, FOLIOT_JOURNAL_ERROR, (int) code);
  g_assert_null (reader);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_nonnull (strstr (error->message, word));
}

/* ---- what is written is what is read ---- */

static void
assert_header (const FoliotJournalHeader *header)
{
  const FoliotJournalPort *port = g_ptr_array_index (header->ports, 1);

  g_assert_cmpuint (header->version, ==, FOLIOT_JOURNAL_VERSION);
  g_assert_cmpstr (header->verb, ==, "run");
  g_assert_cmpstr (header->build_id, ==, "1234abcd");
  g_assert_cmpstr (header->scenario_name, ==, "wind-park");
  g_assert_cmpstr (header->scenario_hash, ==, "00ff");
  g_assert_cmpstr (header->scenario, ==, "{\"foliot\": 1, \"name\": \"é\"}\n");
  g_assert_cmpuint (header->seed, ==, G_GUINT64_CONSTANT (0xfedcba9876543210));
  g_assert_cmpuint (header->settings->len, ==, 2);
  g_assert_cmpstr (foliot_journal_header_get (header, "limit"), ==, "3.5");
  g_assert_cmpstr (foliot_journal_header_get (header, "until"), ==, "1 h");
  g_assert_null (foliot_journal_header_get (header, "out"));
  g_assert_cmpmem (g_bytes_get_data (foliot_journal_header_get_file (header, "data/wind.csv"), NULL), 8,
                   "t,P\n0,1\n", 8);
  g_assert_cmpuint (g_bytes_get_size (foliot_journal_header_get_file (header, "nothing")), ==, 0);
  g_assert_null (foliot_journal_header_get_file (header, "other"));
  g_assert_cmpuint (port->number, ==, 2);
  g_assert_cmpstr (port->name, ==, "mosaik");
  g_assert_cmpstr (port->kind, ==, "link");
  g_assert_cmpstr (port->peer, ==, "CN=grid");
}

static void
test_round_trip (gconstpointer flush)
{
  g_auto (JournalPlace) place = { 0 };
  g_auto (Reading) reading = { 0 };
  g_autoptr (FoliotJournalReader) reader = NULL;
  struct stat info;
  gsize n;

  journal_place_init (&place);
  journal_sample_write (place.path, GPOINTER_TO_INT (flush));
  journal_sample_records (&n);
  g_assert_cmpint (g_stat (place.path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
  reader = open_good (place.path);
  assert_header (foliot_journal_reader_get_header (reader));
  g_assert_cmpstr (foliot_journal_reader_get_port (reader, 2)->name, ==, "mosaik");
  g_assert_null (foliot_journal_reader_get_port (reader, 3));
  g_assert_false (foliot_journal_reader_is_live (reader));
  read_all (place.path, &reading);
  g_assert_true (reading.ended);
  g_assert_cmpuint (reading.errors->len, ==, 0);
  g_assert_cmpuint (reading.numbers->len, ==, n);
  g_assert_cmpuint (reading.place, ==, info.st_size);
}

static void
test_ports (void)
{
  g_auto (JournalPlace) place = { 0 };
  g_autoptr (FoliotJournalReader) reader = NULL;

  journal_place_init (&place);
  journal_sample_write (place.path, TRUE);
  reader = open_good (place.path);
  g_assert_nonnull (foliot_journal_reader_next (reader, NULL));
  g_assert_nonnull (foliot_journal_reader_next (reader, NULL));
  g_assert_cmpstr (foliot_journal_reader_get_port (reader, 3)->name, ==, "client 1");
  g_assert_cmpstr (foliot_journal_reader_get_port (reader, 3)->kind, ==, "link");
}

/* Nothing but the time of day tells two recordings of the same run apart. */
static void
test_same_bytes (void)
{
  g_auto (JournalPlace) place = { 0 };
  g_autofree char *first = NULL, *second = NULL;
  gsize first_size, second_size, n_other = 0;

  journal_place_init (&place);
  journal_sample_write (place.path, FALSE);
  first = get_file (place.path, &first_size);
  journal_sample_write (place.path, FALSE);
  second = get_file (place.path, &second_size);
  g_assert_cmpuint (first_size, ==, second_size);
  for (gsize i = 0; i < first_size; i++)
    n_other += first[i] != second[i];
  g_assert_cmpuint (n_other, <=, 2 * sizeof (gint64)); /* two blocks */
}

/* Records that are kept behind many full blocks, and one that is larger than a block. */
static void
test_large (void)
{
  g_auto (JournalPlace) place = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotJournalHeader) header = foliot_journal_header_new ("wire");
  g_autoptr (FoliotJournalWriter) writer = NULL;
  g_autoptr (FoliotJournalReader) reader = NULL;
  const gsize n = 5000, size = 3 << 20;
  g_autoptr (GBytes) big = g_bytes_new_take (g_malloc0 (size), size);
  guint64 n_records;

  journal_place_init (&place);
  writer = foliot_journal_writer_new (place.path, header, &error);
  g_assert_no_error (error);
  for (gsize i = 1; i <= n; i++)
    {
      FoliotJournalRecord record
          = { .kind = FOLIOT_JOURNAL_IN, .port = 1, .sequence = i, .bytes = i == n / 2 ? big : NULL };

      g_assert_true (foliot_journal_writer_add (writer, &record, &error));
    }
  g_assert_cmpuint (foliot_journal_writer_get_size (writer, &n_records), >, size);
  g_assert_cmpuint (n_records, ==, n + 1);
  g_assert_true (foliot_journal_writer_close (writer, &error));
  g_assert_true (foliot_journal_writer_close (writer, &error));
  reader = open_good (place.path);
  for (gsize i = 1; i <= n; i++)
    {
      const FoliotJournalRecord *record = foliot_journal_reader_next (reader, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (record->sequence, ==, i);
      g_assert_cmpuint (record->number, ==, i + 1);
      g_assert_true ((record->bytes != NULL) == (i == n / 2));
      if (record->bytes != NULL)
        g_assert_true (g_bytes_equal (record->bytes, big));
    }
  g_assert_null (foliot_journal_reader_next (reader, &error));
  g_assert_error (error, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_TRUNCATED);
}

/* A text that is no UTF-8 does not make a journal that cannot be read. */
static void
test_not_utf8 (void)
{
  g_auto (JournalPlace) place = { 0 };
  g_autoptr (FoliotJournalHeader) header = foliot_journal_header_new ("run");
  g_autoptr (FoliotJournalWriter) writer = NULL;
  g_autoptr (FoliotJournalReader) reader = NULL;
  FoliotJournalRecord record = { .kind = FOLIOT_JOURNAL_NOTE,
                                 .name = "x",
                                 .text = "a\xff"
                                         "b" };

  journal_place_init (&place);
  writer = foliot_journal_writer_new (place.path, header, NULL);
  foliot_journal_writer_add (writer, &record, NULL);
  foliot_journal_writer_flush (writer, NULL);
  reader = open_good (place.path);
  g_assert_cmpstr (foliot_journal_reader_next (reader, NULL)->text, ==, "a?b");
}

/* ---- a file that is being written ---- */

static void
test_follow (void)
{
  g_auto (JournalPlace) place = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotJournalHeader) header = journal_sample_header ();
  g_autoptr (FoliotJournalWriter) writer = NULL;
  g_autoptr (FoliotJournalReader) reader = NULL;
  gsize n;
  const FoliotJournalRecord *records = journal_sample_records (&n);

  journal_place_init (&place);
  writer = foliot_journal_writer_new (place.path, header, &error);
  g_assert_no_error (error);
  reader = open_good (place.path);
  g_assert_true (foliot_journal_reader_is_live (reader));
  for (gsize i = 0; i < n; i++)
    {
      foliot_journal_writer_add (writer, &records[i], NULL);
      g_assert_null (foliot_journal_reader_next (reader, &error));
      g_assert_error (error, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_TRUNCATED);
      g_clear_error (&error);
      foliot_journal_writer_flush (writer, NULL);
      journal_assert_equal (foliot_journal_reader_next (reader, &error), &records[i]);
      g_assert_no_error (error);
    }
  g_assert_null (foliot_journal_reader_next (reader, &error));
  g_assert_no_error (error);
  foliot_journal_writer_close (writer, NULL);
  g_assert_false (foliot_journal_reader_is_live (reader));
}

/* Whoever reads a journal that is replaced goes on to read the old one. */
static void
test_replaced (void)
{
  g_auto (JournalPlace) place = { 0 };
  g_autoptr (FoliotJournalHeader) header = foliot_journal_header_new ("wire");
  g_autoptr (FoliotJournalReader) old = NULL, new = NULL;
  gsize n;
  const FoliotJournalRecord *records = journal_sample_records (&n);

  journal_place_init (&place);
  journal_sample_write (place.path, TRUE);
  old = open_good (place.path);
  foliot_journal_writer_free (foliot_journal_writer_new (place.path, header, NULL));
  new = open_good (place.path);
  g_assert_cmpstr (foliot_journal_reader_get_header (new)->verb, ==, "wire");
  journal_assert_equal (foliot_journal_reader_next (old, NULL), &records[0]);
}

/* ---- what is refused ---- */

static void
assert_not_written (const char *path, const FoliotJournalHeader *header, FoliotJournalError code,
                    const char *word)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotJournalWriter) writer = foliot_journal_writer_new (path, header, &error);

  g_assert_error (error, FOLIOT_JOURNAL_ERROR, (int) code);
  g_assert_null (writer);
  g_assert_nonnull (strstr (error->message, word));
}

static void
test_not_replaced (void)
{
  g_auto (JournalPlace) place = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotJournalHeader) header = foliot_journal_header_new ("run");
  g_autoptr (FoliotJournalWriter) writer = NULL;
  g_autofree char *missing = NULL, *kept = NULL;
  gsize size;

  journal_place_init (&place);
  missing = g_build_filename (place.folder, "nowhere", "w.flj", NULL);
  put_file (place.path, "my thesis", 9);
  assert_not_written (place.path, header, FOLIOT_JOURNAL_ERROR_REFUSED, "something else");
  kept = get_file (place.path, &size);
  g_assert_cmpstr (kept, ==, "my thesis");
  assert_not_written (place.folder, header, FOLIOT_JOURNAL_ERROR_REFUSED, "something else");
  assert_not_written (missing, header, FOLIOT_JOURNAL_ERROR_WRITE, "No such file");
  put_file (place.path, "", 0);
  writer = foliot_journal_writer_new (place.path, header, &error);
  g_assert_no_error (error);
  assert_not_written (place.path, header, FOLIOT_JOURNAL_ERROR_REFUSED, "being written");
}

static void
test_limits (void)
{
  g_auto (JournalPlace) place = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotJournalHeader) header = foliot_journal_header_new ("run");
  g_autoptr (FoliotJournalWriter) writer = NULL;
  g_autoptr (FoliotJournalReader) reader = NULL;
  g_autofree char *longest = g_strnfill (FOLIOT_JOURNAL_MAX_NAME_BYTES, 'n'),
                  *longer = g_strconcat (longest, "n", NULL);
  FoliotJournalRecord record = { .kind = FOLIOT_JOURNAL_NOTE, .name = longer };

  journal_place_init (&place);
  foliot_journal_header_set (header, longest, "");
  writer = foliot_journal_writer_new (place.path, header, &error);
  g_assert_no_error (error);
  g_assert_false (foliot_journal_writer_add (writer, &record, &error));
  g_assert_error (error, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_LIMIT);
  g_clear_error (&error);
  record.name = longest;
  g_assert_true (foliot_journal_writer_add (writer, &record, &error));
  g_assert_true (foliot_journal_writer_close (writer, &error));
  reader = open_good (place.path);
  g_assert_cmpstr (foliot_journal_reader_next (reader, NULL)->name, ==, longest);
  foliot_journal_header_set (header, longer, "");
  assert_not_written (place.path, header, FOLIOT_JOURNAL_ERROR_LIMIT, "4097");
}

static void
test_no_journal (void)
{
  g_auto (JournalPlace) place = { 0 };
  g_autofree char *data = NULL, *other = NULL;
  gsize size;

  journal_place_init (&place);
  assert_refuses (place.path, FOLIOT_JOURNAL_ERROR_OPEN, "No such file");
  put_file (place.path, "", 0);
  assert_refuses (place.path, FOLIOT_JOURNAL_ERROR_EMPTY, "record it again");
  put_file (place.path, "{\"foliot\": 1}", 13);
  assert_refuses (place.path, FOLIOT_JOURNAL_ERROR_FORMAT, "right file");
  journal_sample_write (other = g_build_filename (place.folder, "other", NULL), FALSE);
  data = get_file (other, &size);
  data[8] = 2;
  put_file (place.path, data, size);
  assert_refuses (place.path, FOLIOT_JOURNAL_ERROR_VERSION, "version 2 of the format");
}

/* ---- cut, changed ---- */

static void
test_cut (gconstpointer flush)
{
  g_auto (JournalPlace) place = { 0 };
  g_autofree char *data = NULL;
  gsize size, n, last = 0;

  journal_place_init (&place);
  journal_sample_write (place.path, GPOINTER_TO_INT (flush));
  journal_sample_records (&n);
  data = get_file (place.path, &size);
  for (gsize cut = 1; cut < size; cut++)
    {
      g_auto (Reading) reading = { 0 };
      g_autofree char *where = NULL;

      put_file (place.path, data, cut);
      read_all (place.path, &reading);
      g_assert_error (first_error (&reading), FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_TRUNCATED);
      g_assert_cmpuint (reading.numbers->len, >=, last); /* never less than of a shorter file */
      last = reading.numbers->len;
      if (!reading.opened)
        continue;
      g_assert_cmpuint (reading.place, <=, cut);
      where = g_strdup_printf ("record %u, at byte %" G_GUINT64_FORMAT ",", reading.numbers->len + 1,
                               reading.place);
      g_assert_nonnull (strstr (first_error (&reading)->message, where));
    }
  g_assert_cmpuint (last, ==, GPOINTER_TO_INT (flush) ? n - 1 : 0);
}

/* What lies where in the file: the blocks' times, and the records. */
typedef struct
{
  gsize offset, end;
} Span;

static GArray *
find_records (const char *path)
{
  GArray *spans = g_array_new (FALSE, FALSE, sizeof (Span));
  g_autoptr (FoliotJournalReader) reader = open_good (path);
  const FoliotJournalRecord *record;

  while ((record = foliot_journal_reader_next (reader, NULL)) != NULL)
    {
      Span span = { .offset = record->offset, .end = foliot_journal_reader_get_place (reader, NULL) };

      g_array_append_val (spans, span);
    }
  return spans;
}

static gboolean
is_wall_clock (const char *data, gsize at)
{
  for (gsize begin = at < 15 ? 0 : at - 15; begin + 4 <= at; begin++)
    if (memcmp (data + begin, "FLJB", 4) == 0 && at - begin >= 8)
      return TRUE;
  return FALSE;
}

static void
assert_flip (const char *path, const char *data, gsize at, gsize n, const GArray *spans)
{
  g_auto (Reading) reading = { 0 };
  const GError *error;
  gboolean named = FALSE;

  read_all (path, &reading);
  error = first_error (&reading);
  if (is_wall_clock (data, at))
    {
      g_assert_no_error (error);
      g_assert_cmpuint (reading.numbers->len, ==, n);
      return;
    }
  g_assert_nonnull (error);
  g_assert_cmpuint (error->domain, ==, FOLIOT_JOURNAL_ERROR);
  if (error->code == FOLIOT_JOURNAL_ERROR_FORMAT || error->code == FOLIOT_JOURNAL_ERROR_VERSION)
    {
      g_assert_cmpuint (at, <, 12);
      return;
    }
  g_assert_error (error, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_DAMAGED);
  for (guint i = 0; i < spans->len; i++)
    {
      const Span *span = &g_array_index (spans, Span, i);
      g_autofree char *where = g_strdup_printf ("record %u, byte %" G_GSIZE_FORMAT ":", i + 2, span->offset);

      if (at < span->offset || at >= span->end)
        continue;
      named = TRUE;
      g_assert_nonnull (strstr (error->message, where));
      /* Of a length that was changed nothing tells where the next record begins. */
      if (at >= span->offset + 4)
        g_assert_cmpuint (reading.numbers->len, ==, n - 1);
    }
  g_assert_true (named || reading.numbers->len < n);
}

static void
test_flipped (gconstpointer flush)
{
  g_auto (JournalPlace) place = { 0 };
  g_autofree char *data = NULL;
  g_autoptr (GArray) spans = NULL;
  gsize size, n;

  journal_place_init (&place);
  journal_sample_write (place.path, GPOINTER_TO_INT (flush));
  journal_sample_records (&n);
  spans = find_records (place.path);
  g_assert_cmpuint (spans->len, ==, n);
  data = get_file (place.path, &size);
  for (gsize at = 0; at < size; at++)
    {
      char bit = (char) (1u << at % 8);

      data[at] ^= bit;
      put_file (place.path, data, size);
      data[at] ^= bit;
      assert_flip (place.path, data, at, n, spans);
    }
}

/* Blocks of a file with one block a record; block 0 holds the header. */
static GArray *
find_blocks (const char *data, gsize size)
{
  GArray *blocks = g_array_new (FALSE, FALSE, sizeof (Span));
  guint32 length;

  for (gsize at = 24; at < size; at += 48 + length)
    {
      Span span = { .offset = at };

      memcpy (&length, data + at + 44, sizeof length);
      length = GUINT32_FROM_LE (length);
      span.end = at + 48 + length;
      g_array_append_val (blocks, span);
    }
  return blocks;
}

static void
test_missing_block (void)
{
  g_auto (JournalPlace) place = { 0 };
  g_autofree char *data = NULL;
  g_autoptr (GArray) blocks = NULL;
  gsize size, n;

  journal_place_init (&place);
  journal_sample_write (place.path, TRUE);
  journal_sample_records (&n);
  data = get_file (place.path, &size);
  blocks = find_blocks (data, size);
  g_assert_cmpuint (blocks->len, ==, n + 1);
  for (guint i = 1; i < n; i++)
    {
      const Span *span = &g_array_index (blocks, Span, i);
      g_autoptr (GString) without = g_string_new_len (data, (gssize) size);
      g_auto (Reading) reading = { 0 };
      g_autofree char *where = g_strdup_printf ("record %u, byte %" G_GSIZE_FORMAT ":", i + 2, span->offset);

      g_string_erase (without, (gssize) span->offset, (gssize) (span->end - span->offset));
      put_file (place.path, without->str, without->len);
      read_all (place.path, &reading);
      g_assert_error (first_error (&reading), FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_DAMAGED);
      g_assert_nonnull (strstr (first_error (&reading)->message, where));
      g_assert_true (reading.ended);
      g_assert_cmpuint (reading.numbers->len, ==, n - 1);
    }
}

/* After a power cut there may be zeros where the last blocks were; what is behind the end is no part of a recording. */
static void
test_tail (void)
{
  g_auto (JournalPlace) place = { 0 };
  g_autofree char *data = NULL;
  g_autoptr (GArray) blocks = NULL;
  g_autoptr (GString) longer = NULL;
  g_auto (Reading) zeros = { 0 }, behind = { 0 };
  gsize size, n;

  journal_place_init (&place);
  journal_sample_write (place.path, TRUE);
  journal_sample_records (&n);
  data = get_file (place.path, &size);
  longer = g_string_new_len (data, (gssize) size);
  blocks = find_blocks (data, size);
  memset (data + g_array_index (blocks, Span, 5).offset, 0, size - g_array_index (blocks, Span, 5).offset);
  put_file (place.path, data, size);
  read_all (place.path, &zeros);
  g_assert_true (zeros.truncated);
  g_assert_cmpuint (zeros.errors->len, ==, 1);
  g_assert_cmpuint (zeros.numbers->len, ==, 4);
  g_string_append (longer, "something that somebody wrote behind the end of it");
  put_file (place.path, longer->str, longer->len);
  read_all (place.path, &behind);
  g_assert_cmpuint (behind.numbers->len, ==, n);
  g_assert_error (first_error (&behind), FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_DAMAGED);
}

static void
test_names (void)
{
  g_assert_cmpstr (foliot_journal_kind_get_name (FOLIOT_JOURNAL_IN), ==, "in");
  g_assert_cmpstr (foliot_journal_kind_get_name (FOLIOT_JOURNAL_END), ==, "end");
  g_assert_null (foliot_journal_kind_get_name (0));
  g_assert_null (foliot_journal_kind_get_name (FOLIOT_JOURNAL_END + 1));
  g_assert_cmpstr (foliot_journal_control_get_name (FOLIOT_JOURNAL_CONTROL_TIMEOUT), ==, "timeout");
  g_assert_null (foliot_journal_control_get_name (FOLIOT_JOURNAL_CONTROL_TIMEOUT + 1));
  g_assert_cmpuint (foliot_journal_hash ("abc", 3), ==, G_GUINT64_CONSTANT (0x78af5f94892f3950));
}

/* Nobody who looks at ports has to look whether they have a name. */
static void
test_nameless_port (void)
{
  g_auto (JournalPlace) place = { 0 };
  g_autoptr (FoliotJournalHeader) header = foliot_journal_header_new ("test");
  g_autoptr (FoliotJournalWriter) writer = NULL;
  g_autoptr (FoliotJournalReader) reader = NULL;
  const FoliotJournalPort *port;

  journal_place_init (&place);
  writer = foliot_journal_writer_new (place.path, header, NULL);
  g_assert_true (foliot_journal_writer_add (writer,
                                            &(FoliotJournalRecord){ .kind = FOLIOT_JOURNAL_CONTROL,
                                                                    .what = FOLIOT_JOURNAL_CONTROL_PORT,
                                                                    .port = 7 },
                                            NULL));
  g_assert_true (foliot_journal_writer_close (writer, NULL));
  reader = foliot_journal_reader_new (place.path, NULL);
  g_assert_nonnull (foliot_journal_reader_next (reader, NULL));
  port = foliot_journal_reader_get_port (reader, 7);
  g_assert_cmpstr (port->name, ==, "unnamed");
  g_assert_cmpstr (port->kind, ==, "port");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/journal/round-trip/one-block", GINT_TO_POINTER (FALSE), test_round_trip);
  g_test_add_data_func ("/journal/round-trip/many-blocks", GINT_TO_POINTER (TRUE), test_round_trip);
  g_test_add_func ("/journal/ports", test_ports);
  g_test_add_func ("/journal/same-bytes", test_same_bytes);
  g_test_add_func ("/journal/large", test_large);
  g_test_add_func ("/journal/not-utf8", test_not_utf8);
  g_test_add_func ("/journal/follow", test_follow);
  g_test_add_func ("/journal/replaced", test_replaced);
  g_test_add_func ("/journal/not-replaced", test_not_replaced);
  g_test_add_func ("/journal/limits", test_limits);
  g_test_add_func ("/journal/no-journal", test_no_journal);
  g_test_add_data_func ("/journal/cut/one-block", GINT_TO_POINTER (FALSE), test_cut);
  g_test_add_data_func ("/journal/cut/many-blocks", GINT_TO_POINTER (TRUE), test_cut);
  g_test_add_data_func ("/journal/flipped/one-block", GINT_TO_POINTER (FALSE), test_flipped);
  g_test_add_data_func ("/journal/flipped/many-blocks", GINT_TO_POINTER (TRUE), test_flipped);
  g_test_add_func ("/journal/missing-block", test_missing_block);
  g_test_add_func ("/journal/tail", test_tail);
  g_test_add_func ("/journal/names", test_names);
  g_test_add_func ("/journal/nameless-port", test_nameless_port);
  return g_test_run ();
}
