/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-event-log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kernel/foliot-kernel-private.h"

/* A run costs a few hundred nanoseconds an event, so what is kept of each is appended to one array and nothing else is done. What an
 * event carried comes before its record is complete, so it waits in an array of its own. */

#define SPILL_BYTES     (4 * 1024 * 1024)
#define MAX_ENTRY_BYTES 96 /* without content */

struct _FoliotEventLog
{
  FoliotKernel *kernel;
  FoliotCodec *codec;
  GByteArray *entries;
  GByteArray *content; /* of the event that runs */
  GByteArray *blocks;  /* where each begins, as it is written */
  GByteArray *scratch;
  FILE *spill; /* nullable */
  gsize n_spilled;
  gsize max_bytes;
  guint64 first, last;
  guint64 n_events;
  FoliotTime time; /* of the event before */
  gboolean full;
};

/* -- bytes ------------------------------------------------------------------------------------------------------- */

static inline guint8 *
put_number (guint8 *at, guint64 number)
{
  for (; number >= 0x80; number >>= 7)
    *at++ = (guint8) (number | 0x80);
  *at++ = (guint8) number;
  return at;
}

static void
append_number (GByteArray *bytes, guint64 number)
{
  guint8 buffer[10];

  g_byte_array_append (bytes, buffer, (guint) (put_number (buffer, number) - buffer));
}

static void
append_text (GByteArray *bytes, gconstpointer text, gsize length)
{
  append_number (bytes, length);
  g_byte_array_append (bytes, text, (guint) length);
}

static void
append_word (GByteArray *bytes, guint64 word)
{
  guint64 little = GUINT64_TO_LE (word);

  g_byte_array_append (bytes, (const guint8 *) &little, sizeof little);
}

/* -- while it runs ------------------------------------------------------------------------------------------------- */

/* What is no plain data is kept as people read it. */
static void
keep_content (FoliotKernel *kernel, const char *what, FoliotValue *content, gpointer user_data)
{
  FoliotEventLog *log = user_data;
  GByteArray *bytes = log->scratch;

  if (log->full || _foliot_kernel_get_current_sequence (kernel) < log->first)
    return;
  g_byte_array_set_size (bytes, 0);
  if (!foliot_codec_write (log->codec, content, bytes, NULL))
    {
      g_autofree char *text = foliot_value_print (content);
      g_autoptr (FoliotValue) printed = foliot_value_new_string (text);

      foliot_codec_write (log->codec, printed, bytes, NULL);
    }
  append_text (log->content, what, strlen (what));
  append_text (log->content, bytes->data, bytes->len);
}

static inline guint8 *
put_record (guint8 *at, const FoliotRecord *record, FoliotTime since, gboolean has_content)
{
  guint8 *flags = at++;
  guint64 hash = GUINT64_TO_LE (record->payload_hash);

  *flags = (guint8) (record->kind & FOLIOT_EVENTS_KIND);
  at = put_number (at, (guint64) since << 1 ^ (guint64) (since >> 63));
  at = put_number (at, record->cause > 0 ? record->sequence - record->cause : 0);
  at = put_number (at, record->node);
  if (record->link > 0)
    {
      *flags |= FOLIOT_EVENTS_MESSAGE;
      at = put_number (at, record->link);
      at = put_number (at, record->link_sequence);
    }
  if (record->draws > 0)
    {
      *flags |= FOLIOT_EVENTS_DRAWS;
      at = put_number (at, record->draws);
    }
  if (hash != 0)
    {
      *flags |= FOLIOT_EVENTS_PAYLOAD;
      memcpy (at, &hash, sizeof hash);
      at += sizeof hash;
    }
  if (has_content)
    *flags |= FOLIOT_EVENTS_CONTENT;
  return at;
}

/* A disk that is full ends the log, not the run. */
static void
spill (FoliotEventLog *log)
{
  if (log->spill == NULL)
    log->spill = tmpfile ();
  if (log->spill == NULL || fwrite (log->entries->data, 1, log->entries->len, log->spill) < log->entries->len)
    {
      log->full = TRUE;
      return;
    }
  log->n_spilled += log->entries->len;
  g_byte_array_set_size (log->entries, 0);
}

static void
keep_record (FoliotKernel *kernel, const FoliotRecord *record, gpointer user_data)
{
  FoliotEventLog *log = user_data;
  guint8 buffer[MAX_ENTRY_BYTES];
  const guint8 *end;

  if (log->full || record->sequence < log->first)
    return;
  if (log->n_events == 0)
    log->first = record->sequence; /* a world in a kernel that has run already */
  if (log->n_events % FOLIOT_EVENTS_BLOCK == 0)
    {
      append_word (log->blocks, log->n_spilled + log->entries->len);
      append_word (log->blocks, (guint64) log->time);
    }
  end = put_record (buffer, record, record->time_ns - log->time, log->content->len > 0);
  g_byte_array_append (log->entries, buffer, (guint) (end - buffer));
  if (log->content->len > 0)
    {
      append_text (log->entries, log->content->data, log->content->len);
      g_byte_array_set_size (log->content, 0);
    }
  log->time = record->time_ns;
  log->n_events++;
  if (record->sequence >= log->last || (log->max_bytes > 0 && log->entries->len >= log->max_bytes))
    log->full = TRUE;
  else if (log->entries->len >= SPILL_BYTES)
    spill (log);
}

FoliotEventLog *
foliot_event_log_new (FoliotKernel *kernel, gsize max_bytes, guint64 first, guint64 last)
{
  FoliotEventLog *log = g_new0 (FoliotEventLog, 1);

  log->kernel = kernel;
  log->codec = foliot_codec_new (FOLIOT_TYPE_CODEC_MSGPACK);
  log->entries = g_byte_array_new ();
  log->content = g_byte_array_new ();
  log->blocks = g_byte_array_new ();
  log->scratch = g_byte_array_new ();
  log->max_bytes = max_bytes;
  log->first = first;
  log->last = last;
  foliot_kernel_set_record_func (kernel, keep_record, log);
  _foliot_kernel_set_content_func (kernel, keep_content, log);
  return log;
}

void
foliot_event_log_free (FoliotEventLog *log)
{
  foliot_kernel_set_record_func (log->kernel, NULL, NULL);
  _foliot_kernel_set_content_func (log->kernel, NULL, NULL);
  if (log->spill != NULL)
    fclose (log->spill);
  g_byte_array_unref (log->entries);
  g_byte_array_unref (log->content);
  g_byte_array_unref (log->blocks);
  g_byte_array_unref (log->scratch);
  g_object_unref (log->codec);
  g_free (log);
}

/* -- afterwards ---------------------------------------------------------------------------------------------------- */

static GByteArray *
make_head (FoliotEventLog *log)
{
  GByteArray *head = g_byte_array_new ();
  guint32 n_nodes = foliot_kernel_get_n_nodes (log->kernel),
          n_links = foliot_kernel_get_n_links (log->kernel);
  FoliotCounts counts;

  foliot_kernel_get_counts (log->kernel, &counts);
  g_byte_array_append (head, (const guint8 *) FOLIOT_EVENTS_MAGIC, strlen (FOLIOT_EVENTS_MAGIC));
  append_word (head, log->first);
  append_word (head, log->n_events);
  append_word (head, log->first == 1 && log->n_events == counts.dispatched);
  append_number (head, n_nodes + 1);
  for (guint32 i = 0; i <= n_nodes; i++)
    {
      const char *name = foliot_kernel_get_node_name (log->kernel, i);

      append_text (head, name, strlen (name));
    }
  append_number (head, n_links + 1);
  for (guint32 i = 0; i <= n_links; i++)
    {
      const char *name = foliot_kernel_get_link_name (log->kernel, i);

      append_text (head, name, strlen (name));
    }
  return head;
}

static gboolean
write_spilled (FoliotEventLog *log, FoliotEventLogWriteFunc write, gpointer user_data, GError **error)
{
  g_autofree guint8 *buffer = g_malloc (65536);
  gsize left = log->n_spilled, n;

  if (left > 0 && (fflush (log->spill) != 0 || fseek (log->spill, 0, SEEK_SET) != 0))
    n = 0;
  else
    for (n = 1; left > 0 && n > 0; left -= n)
      {
        n = fread (buffer, 1, MIN (left, 65536), log->spill);
        if (n > 0)
          write (buffer, n, user_data);
      }
  if (n == 0)
    g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_RESULTS,
                 "the events that were kept cannot be read back: %s", g_strerror (errno));
  return n > 0 && (log->spill == NULL || fseek (log->spill, 0, SEEK_END) == 0);
}

gboolean
foliot_event_log_write (FoliotEventLog *log, FoliotEventLogWriteFunc write, gpointer user_data,
                        GError **error)
{
  g_autoptr (GByteArray) head = make_head (log);

  write (head->data, head->len, user_data);
  if (!write_spilled (log, write, user_data, error))
    return FALSE;
  write (log->entries->data, log->entries->len, user_data);
  write (log->blocks->data, log->blocks->len, user_data);
  return TRUE;
}
