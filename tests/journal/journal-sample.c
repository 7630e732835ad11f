/* SPDX-License-Identifier: MIT */
#include "journal-sample.h"

#include <glib/gstdio.h>
#include <string.h>

static GBytes *
text_bytes (const char *text)
{
  return g_bytes_new_static (text, strlen (text));
}

FoliotJournalHeader *
journal_sample_header (void)
{
  FoliotJournalHeader *header = foliot_journal_header_new ("run");
  g_autoptr (GBytes) file = text_bytes ("t,P\n0,1\n");
  g_autoptr (GBytes) nothing = g_bytes_new (NULL, 0);

  header->build_id = g_strdup ("1234abcd");
  header->scenario_name = g_strdup ("wind-park");
  header->scenario_hash = g_strdup ("00ff");
  header->scenario = g_strdup ("{\"foliot\": 1, \"name\": \"é\"}\n");
  header->seed = G_GUINT64_CONSTANT (0xfedcba9876543210);
  foliot_journal_header_set (header, "limit", "2");
  foliot_journal_header_set (header, "until", "1 h");
  foliot_journal_header_set (header, "limit", "3.5");
  foliot_journal_header_add_file (header, "data/wind.csv", file);
  foliot_journal_header_add_file (header, "nothing", nothing);
  foliot_journal_header_add_port (header, 1, "server 1", "listener", NULL);
  foliot_journal_header_add_port (header, 2, "mosaik", "link", "CN=grid");
  return header;
}

const FoliotJournalRecord *
journal_sample_records (gsize *out_n)
{
  static FoliotJournalRecord records[] = {
    { .kind = FOLIOT_JOURNAL_STEP,
      .sequence = 1,
      .time_ns = 900 * FOLIOT_SECOND,
      .event = 4,
      .name = "mosaik" },
    { .kind = FOLIOT_JOURNAL_CONTROL,
      .port = 3,
      .what = FOLIOT_JOURNAL_CONTROL_PORT,
      .name = "client 1",
      .text = "link" },
    { .kind = FOLIOT_JOURNAL_CONTROL, .port = 3, .what = FOLIOT_JOURNAL_CONTROL_PEER, .text = "CN=turbine" },
    { .kind = FOLIOT_JOURNAL_OUT,
      .port = 2,
      .what = 4,
      .sequence = 1,
      .time_ns = -1,
      .event = 5,
      .order = 1,
      .hash = 77,
      .length = 11 },
    { .kind = FOLIOT_JOURNAL_IN,
      .port = 2,
      .what = 8,
      .sequence = G_MAXUINT64,
      .time_ns = FOLIOT_TIME_NEVER,
      .event = 1000,
      .order = 1,
      .last_out = 1,
      .last_out_time_ns = -1,
      .text = "" },
    { .kind = FOLIOT_JOURNAL_IN, .port = 2, .what = 5, .sequence = 2, .order = 2, .last_out = 1 },
    { .kind = FOLIOT_JOURNAL_OBSERVED, .sequence = 1, .time_ns = 5, .event = 9, .name = "wall clock" },
    { .kind = FOLIOT_JOURNAL_NOTE,
      .time_ns = 6,
      .event = 9,
      .name = "agents/0",
      .text = "here it is odd: ü" },
    { .kind = FOLIOT_JOURNAL_DIGEST,
      .sequence = 1024,
      .time_ns = 7,
      .event = 1024,
      .hash = G_GUINT64_CONSTANT (0x8000000000000001),
      .name = "run",
      .text = "0123" },
    { .kind = FOLIOT_JOURNAL_END,
      .what = 3,
      .time_ns = 8,
      .event = 2048,
      .name = "00112233445566778899aabbccddeeff",
      .text = "an expectation does not hold" },
  };

  if (records[4].bytes == NULL)
    {
      records[3].bytes = g_bytes_new (NULL, 0);
      records[4].bytes = text_bytes ("[0, 3, [\"step\", [0, {}, 2], {}]]");
      records[5].error = g_error_new (FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET, "gone: %s", "ö");
      records[6].bytes = text_bytes ("2016-01-01");
    }
  *out_n = G_N_ELEMENTS (records);
  return records;
}

void
journal_sample_write (const char *path, gboolean flush)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotJournalHeader) header = journal_sample_header ();
  g_autoptr (FoliotJournalWriter) writer = foliot_journal_writer_new (path, header, &error);
  gsize n;
  const FoliotJournalRecord *records = journal_sample_records (&n);

  g_assert_no_error (error);
  for (gsize i = 0; i < n; i++)
    {
      foliot_journal_writer_add (writer, &records[i], &error);
      g_assert_no_error (error);
      if (flush)
        foliot_journal_writer_flush (writer, &error);
      g_assert_no_error (error);
    }
  g_assert_true (foliot_journal_writer_close (writer, &error));
  g_assert_no_error (error);
}

void
journal_assert_equal (const FoliotJournalRecord *read, const FoliotJournalRecord *written)
{
  g_assert_cmpint (read->kind, ==, written->kind);
  g_assert_cmpuint (read->what, ==, written->what);
  g_assert_cmpuint (read->port, ==, written->port);
  g_assert_cmpuint (read->sequence, ==, written->sequence);
  g_assert_cmpint (read->time_ns, ==, written->time_ns);
  g_assert_cmpuint (read->event, ==, written->event);
  g_assert_cmpuint (read->order, ==, written->order);
  g_assert_cmpuint (read->last_out, ==, written->last_out);
  g_assert_cmpint (read->last_out_time_ns, ==, written->last_out_time_ns);
  g_assert_cmpuint (read->hash, ==, written->hash);
  g_assert_cmpuint (read->length, ==, written->length);
  g_assert_cmpstr (read->name, ==, written->name);
  g_assert_cmpstr (read->text, ==, written->text);
  g_assert_true ((read->bytes == NULL) == (written->bytes == NULL));
  if (read->bytes != NULL)
    g_assert_true (g_bytes_equal (read->bytes, written->bytes));
  g_assert_true ((read->error == NULL) == (written->error == NULL));
  if (read->error != NULL)
    {
      g_assert_error (read->error, written->error->domain, written->error->code);
      g_assert_cmpstr (read->error->message, ==, written->error->message);
    }
}

void
journal_place_init (JournalPlace *place)
{
  g_autoptr (GError) error = NULL;

  place->folder = g_dir_make_tmp ("foliot-journal-XXXXXX", &error);
  g_assert_no_error (error);
  place->path = g_build_filename (place->folder, "w.flj", NULL);
}

void
journal_place_clear (JournalPlace *place)
{
  g_autoptr (GDir) dir = g_dir_open (place->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (place->folder, name, NULL);

      g_assert_cmpint (g_remove (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (place->folder), ==, 0);
  g_free (place->folder);
  g_free (place->path);
}
