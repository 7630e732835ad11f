/* SPDX-License-Identifier: MIT */
#include "tools/foliot-event-reader.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include <foliot/foliot-codec.h>

#include "scenario/foliot-event-log.h"

/* The file may be larger than memory, so it is read through one buffer, from the block on in which what is wanted lies. */

#define MAX_NAME_BYTES (64 * 1024)
#define BLOCK_BYTES    16

struct _FoliotEventReader
{
  char *path;
  FILE *stream;
  guint64 size;
  guint64 first, n_events;
  gboolean is_complete;
  GPtrArray *nodes, *links;
  guint64 begin; /* where the events begin in the file */
  guint64 end;   /* and where they end, and the blocks begin */
  guint64 next;  /* number of the event that is read next */
  FoliotTime time;
  GByteArray *content;
};

static gboolean
fail (FoliotEventReader *reader, GError **error)
{
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
               "%s: is cut off or damaged at event %" G_GUINT64_FORMAT, reader->path, reader->next);
  return FALSE;
}

/* -- bytes ------------------------------------------------------------------------------------------------------- */

static gboolean
read_number (FoliotEventReader *reader, guint64 *out_number)
{
  guint64 number = 0;

  for (guint shift = 0; shift < 64; shift += 7)
    {
      int byte = getc_unlocked (reader->stream);

      if (byte == EOF)
        return FALSE;
      number |= (guint64) (byte & 0x7f) << shift;
      if (byte < 0x80)
        {
          *out_number = number;
          return TRUE;
        }
    }
  return FALSE;
}

static gboolean
read_word (FoliotEventReader *reader, guint64 *out_word)
{
  guint64 little;

  if (fread (&little, sizeof little, 1, reader->stream) != 1)
    return FALSE;
  *out_word = GUINT64_FROM_LE (little);
  return TRUE;
}

static gboolean
read_names (FoliotEventReader *reader, GPtrArray *names)
{
  guint64 n, length;

  if (!read_number (reader, &n) || n == 0 || n > reader->size)
    return FALSE;
  for (guint64 i = 0; i < n; i++)
    {
      g_autofree char *name = NULL;

      if (!read_number (reader, &length) || length > MAX_NAME_BYTES)
        return FALSE;
      name = g_malloc (length + 1);
      if (fread (name, 1, length, reader->stream) < length)
        return FALSE;
      name[length] = '\0';
      g_ptr_array_add (names, g_utf8_make_valid (name, -1));
    }
  return TRUE;
}

/* They are the last thing in the file. */
static gboolean
find_blocks (FoliotEventReader *reader)
{
  guint64 left, n_blocks;

  reader->begin = (guint64) ftell (reader->stream);
  left = reader->size - reader->begin;
  if (reader->n_events > left) /* an event has more than one byte */
    return FALSE;
  n_blocks = (reader->n_events + FOLIOT_EVENTS_BLOCK - 1) / FOLIOT_EVENTS_BLOCK;
  if (n_blocks * BLOCK_BYTES > left || reader->first > G_MAXINT64)
    return FALSE;
  reader->end = reader->size - n_blocks * BLOCK_BYTES;
  return TRUE;
}

static gboolean
read_head (FoliotEventReader *reader, GError **error)
{
  char magic[sizeof FOLIOT_EVENTS_MAGIC] = "";
  guint64 complete;

  if (fread (magic, strlen (FOLIOT_EVENTS_MAGIC), 1, reader->stream) != 1
      || !g_str_equal (magic, FOLIOT_EVENTS_MAGIC))
    {
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
                   "%s: holds no events of a run, or those of another version of Foliot", reader->path);
      return FALSE;
    }
  if (!read_word (reader, &reader->first) || !read_word (reader, &reader->n_events)
      || !read_word (reader, &complete) || reader->first == 0 || !read_names (reader, reader->nodes)
      || !read_names (reader, reader->links))
    return fail (reader, error);
  reader->is_complete = complete == 1;
  reader->next = reader->first;
  return find_blocks (reader) || fail (reader, error);
}

FoliotEventReader *
foliot_event_reader_open (const char *path, GError **error)
{
  g_autoptr (FoliotEventReader) reader = g_new0 (FoliotEventReader, 1);

  reader->path = g_strdup (path);
  reader->nodes = g_ptr_array_new_with_free_func (g_free);
  reader->links = g_ptr_array_new_with_free_func (g_free);
  reader->content = g_byte_array_new ();
  reader->stream = g_fopen (path, "rbe");
  if (reader->stream == NULL || fseek (reader->stream, 0, SEEK_END) != 0)
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "%s: cannot be read: %s", path,
                   g_strerror (errno));
      return NULL;
    }
  reader->size = (guint64) ftell (reader->stream);
  rewind (reader->stream);
  return read_head (reader, error) ? g_steal_pointer (&reader) : NULL;
}

void
foliot_event_reader_free (FoliotEventReader *reader)
{
  if (reader->stream != NULL)
    fclose (reader->stream);
  g_ptr_array_unref (reader->nodes);
  g_ptr_array_unref (reader->links);
  g_byte_array_unref (reader->content);
  g_free (reader->path);
  g_free (reader);
}

guint64
foliot_event_reader_get_first (FoliotEventReader *reader)
{
  return reader->first;
}

guint64
foliot_event_reader_get_last (FoliotEventReader *reader)
{
  return reader->first + reader->n_events - 1;
}

gboolean
foliot_event_reader_is_complete (FoliotEventReader *reader)
{
  return reader->is_complete;
}

/* -- events ------------------------------------------------------------------------------------------------------ */

static const char *
get_name (GPtrArray *names, guint64 id)
{
  return id > 0 && id < names->len ? g_ptr_array_index (names, id) : NULL;
}

static gboolean
read_content (FoliotEventReader *reader, FoliotKeptEvent *event)
{
  guint64 length;

  if (!read_number (reader, &length) || length > reader->size)
    return FALSE;
  g_byte_array_set_size (reader->content, (guint) length);
  event->content = reader->content->data;
  event->n_content = length;
  return fread (reader->content->data, 1, length, reader->stream) == length;
}

/* What follows the flags. */
static gboolean
read_fields (FoliotEventReader *reader, int flags, FoliotKeptEvent *event)
{
  FoliotRecord *record = &event->named.record;
  guint64 since, ago, node, link = 0, draws = 0;

  if (!read_number (reader, &since) || !read_number (reader, &ago) || !read_number (reader, &node)
      || ago > record->sequence || node >= reader->nodes->len)
    return FALSE;
  record->time_ns = (FoliotTime) ((guint64) reader->time + (since >> 1 ^ -(since & 1)));
  record->cause = ago > 0 ? record->sequence - ago : 0;
  if ((flags & FOLIOT_EVENTS_MESSAGE) != 0
      && (!read_number (reader, &link) || !read_number (reader, &record->link_sequence)
          || link >= reader->links->len))
    return FALSE;
  if ((flags & FOLIOT_EVENTS_DRAWS) != 0 && (!read_number (reader, &draws) || draws > G_MAXUINT32))
    return FALSE;
  if ((flags & FOLIOT_EVENTS_PAYLOAD) != 0 && !read_word (reader, &record->payload_hash))
    return FALSE;
  record->node = (guint32) node;
  record->link = (guint32) link;
  record->draws = (guint32) draws;
  event->named.node = get_name (reader->nodes, node);
  event->named.link = get_name (reader->links, link);
  return (flags & FOLIOT_EVENTS_CONTENT) == 0 || read_content (reader, event);
}

gboolean
foliot_event_reader_next (FoliotEventReader *reader, FoliotKeptEvent *out_event, GError **error)
{
  guint64 index = reader->next - reader->first;
  int flags;

  if (index >= reader->n_events)
    return FALSE;
  flags = getc_unlocked (reader->stream);
  *out_event = (FoliotKeptEvent){ .named.record = { .sequence = reader->next,
                                                    .kind = (guint32) flags & FOLIOT_EVENTS_KIND } };
  if (flags == EOF || !read_fields (reader, flags, out_event))
    return fail (reader, error);
  reader->time = out_event->named.record.time_ns;
  reader->next++;
  return TRUE;
}

static gboolean
seek_block (FoliotEventReader *reader, guint64 block)
{
  guint64 offset, time;

  if (fseek (reader->stream, (long) (reader->end + block * BLOCK_BYTES), SEEK_SET) != 0
      || !read_word (reader, &offset) || !read_word (reader, &time) || offset > reader->end - reader->begin)
    return FALSE;
  reader->next = reader->first + block * FOLIOT_EVENTS_BLOCK;
  reader->time = (FoliotTime) time;
  return fseek (reader->stream, (long) (reader->begin + offset), SEEK_SET) == 0;
}

gboolean
foliot_event_reader_seek (FoliotEventReader *reader, guint64 sequence, GError **error)
{
  g_autoptr (GError) local = NULL;
  FoliotKeptEvent event;

  g_return_val_if_fail (sequence >= reader->first && sequence - reader->first < reader->n_events, FALSE);
  if (!seek_block (reader, (sequence - reader->first) / FOLIOT_EVENTS_BLOCK))
    return fail (reader, error);
  while (reader->next < sequence && foliot_event_reader_next (reader, &event, &local))
    ;
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* -- what they carried --------------------------------------------------------------------------------------------- */

static void
free_content (gpointer data)
{
  FoliotContent *content = data;

  g_free (content->what);
  g_clear_pointer (&content->value, foliot_value_unref);
  g_free (content);
}

/* Takes a text off the front of *@at. */
static gboolean
take_text (const guint8 **at, gsize *left, const guint8 **out_text, gsize *out_length)
{
  guint64 length = 0;

  for (guint shift = 0; *left > 0 && shift < 64; shift += 7)
    {
      guint8 byte = *(*at)++;

      (*left)--;
      length |= (guint64) (byte & 0x7f) << shift;
      if (byte >= 0x80)
        continue;
      if (length > *left)
        return FALSE;
      *out_text = *at;
      *out_length = length;
      *at += length;
      *left -= length;
      return TRUE;
    }
  return FALSE;
}

GPtrArray *
foliot_kept_event_dup_contents (const FoliotKeptEvent *event)
{
  g_autoptr (FoliotCodec) codec = foliot_codec_new (FOLIOT_TYPE_CODEC_MSGPACK);
  GPtrArray *contents = g_ptr_array_new_with_free_func (free_content);
  const guint8 *at = event->content, *what, *bytes;
  gsize left = event->content != NULL ? event->n_content : 0, n_what, n_bytes;

  while (left > 0 && take_text (&at, &left, &what, &n_what) && take_text (&at, &left, &bytes, &n_bytes))
    {
      FoliotContent *content = g_new0 (FoliotContent, 1);

      content->what = g_utf8_make_valid ((const char *) what, (gssize) n_what);
      content->value = foliot_codec_read (codec, bytes, n_bytes, NULL);
      if (content->value != NULL)
        g_ptr_array_add (contents, content);
      else
        free_content (content);
    }
  return contents;
}
