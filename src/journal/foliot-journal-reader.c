/* SPDX-License-Identifier: MIT */
#include "journal/foliot-journal-format-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Reads a block, checks it, and hands out its records one by one. What was read from the file in one go is kept, for blocks are
 * small where a world waits often. Memory is taken for what the file has, never for what it announces.
 *
 * Of a damaged block each record is checked by itself: the first that fails is the one that the error names, and those behind it
 * are still read. Behind a damaged head the next one is looked for.
 */

#define WINDOW_BYTES ((gsize) 256 << 10)

struct _FoliotJournalReader
{
  char *path;
  int fd;
  FoliotJournalHeader *header;

  guint8 *window; /* a piece of the file */
  gsize window_size, window_capacity;
  guint64 window_offset;

  GBytes *block; /* with its head; NULL: none */
  const guint8 *data;
  FoliotJournalBlock head;
  gsize at;         /* next record in the block */
  guint64 number;   /* of that record */
  gboolean is_good; /* the block's checksum holds */

  guint64 offset; /* of the next block in the file */
  guint64 chain;  /* checksum of the block before it */
  gboolean is_chained;
  guint64 last_number, last_end;
  gboolean has_ended;
  FoliotJournalRecord record;
};

/* ---- errors ---- */

#define REMEDY_DAMAGED                                                                                       \
  "the file was changed after it was recorded; take an intact copy, or go on behind the damage (--lenient)"

static gboolean
say_damaged (FoliotJournalReader *self, guint64 number, guint64 offset, const char *what, GError **error)
{
  g_set_error (error, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_DAMAGED,
               "%s: damaged at record %" G_GUINT64_FORMAT ", byte %" G_GUINT64_FORMAT ": %s: " REMEDY_DAMAGED,
               self->path, number, offset, what);
  return FALSE;
}

/* Without its head or its header nothing of a journal can be used. */
static gboolean
say_lost (FoliotJournalReader *self, guint64 number, guint64 offset, const char *what, GError **error)
{
  g_set_error (error, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_DAMAGED,
               "%s: damaged at record %" G_GUINT64_FORMAT ", byte %" G_GUINT64_FORMAT
               ": %s: the file was changed after it was recorded, and nothing of it can be used without "
               "that; take an intact copy",
               self->path, number, offset, what);
  return FALSE;
}

static gboolean
say_truncated (FoliotJournalReader *self, GError **error)
{
  if (self->header == NULL)
    g_set_error (error, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_TRUNCATED,
                 "%s: cut off before its header is complete: there is nothing to replay; record it again",
                 self->path);
  else
    g_set_error (error, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_TRUNCATED,
                 "%s: ends after record %" G_GUINT64_FORMAT ", at byte %" G_GUINT64_FORMAT
                 ", without the recording's end: it was cut off there, or is being written; what there is up "
                 "to there is good",
                 self->path, self->last_number, self->last_end);
  return FALSE;
}

static gboolean
say_unreadable (FoliotJournalReader *self, GError **error)
{
  g_set_error (error, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_OPEN, "%s: cannot be read: %s", self->path,
               errno == EISDIR ? "it is a folder; expected the file of a recording (*.flj)"
                               : g_strerror (errno));
  return FALSE;
}

/* ---- the file ---- */

/* Returns: how many bytes there are at @offset, up to @size; they are at *@out_data. −1: see errno. */
static gssize
look (FoliotJournalReader *self, guint64 offset, gsize size, const guint8 **out_data)
{
  gssize n = 1;

  if (offset < self->window_offset || offset - self->window_offset > self->window_size
      || offset - self->window_offset + size > self->window_size)
    {
      self->window_offset = offset;
      self->window_size = 0;
      if (self->window_capacity < MAX (size, WINDOW_BYTES))
        {
          self->window_capacity = MAX (size, WINDOW_BYTES);
          self->window = g_realloc (self->window, self->window_capacity);
        }
      while (n > 0 && self->window_size < size)
        {
          n = pread (self->fd, self->window + self->window_size, self->window_capacity - self->window_size,
                     (off_t) (offset + self->window_size));
          if (n < 0 && errno != EINTR)
            return -1;
          self->window_size += (gsize) MAX (n, 0);
          n = n < 0 ? 1 : n;
        }
    }
  *out_data = self->window + (offset - self->window_offset);
  return (gssize) MIN (size, self->window_size - (offset - self->window_offset));
}

/* Returns: how many bytes the file has behind @offset. */
static guint64
count_left (FoliotJournalReader *self, guint64 offset)
{
  struct stat info;

  if (fstat (self->fd, &info) != 0 || (guint64) info.st_size <= offset)
    return 0;
  return (guint64) info.st_size - offset;
}

/* A file system that lost the last writes in a power cut leaves zeros. */
static gboolean
is_zero_from (FoliotJournalReader *self, guint64 offset)
{
  const guint8 *data;
  gssize n;

  while ((n = look (self, offset, 4096, &data)) > 0)
    {
      for (gssize i = 0; i < n; i++)
        if (data[i] != 0)
          return FALSE;
      offset += (guint64) n;
    }
  return TRUE;
}

static gboolean
read_file_head (FoliotJournalReader *self, GError **error)
{
  guint8 expected[FOLIOT_JOURNAL_FILE_HEAD];
  const guint8 *head = NULL;
  gssize n = look (self, 0, FOLIOT_JOURNAL_FILE_HEAD, &head);
  gsize n_magic = MIN ((gsize) MAX (n, 0), sizeof _foliot_journal_magic);
  guint32 version;

  self->chain = _foliot_journal_put_file_head (expected);
  self->is_chained = TRUE;
  self->offset = self->last_end = FOLIOT_JOURNAL_FILE_HEAD;
  if (n < 0)
    return say_unreadable (self, error);
  if (n == 0)
    g_set_error (error, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_EMPTY,
                 "%s: empty: nothing was recorded in it; record it again", self->path);
  else if (memcmp (head, _foliot_journal_magic, n_magic) != 0)
    g_set_error (error, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_FORMAT,
                 "%s: not a journal of Foliot: its first bytes are others; is it the right file?",
                 self->path);
  else if (n < FOLIOT_JOURNAL_FILE_HEAD)
    say_truncated (self, error);
  else if (memcmp (head, expected, sizeof expected) == 0)
    return TRUE;
  else if (version = _foliot_journal_peek_u32 (head + 8), version != FOLIOT_JOURNAL_VERSION)
    g_set_error (error, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_VERSION,
                 "%s: written in version %u of the format at byte 8; this Foliot reads version %d: use the "
                 "Foliot that "
                 "recorded it",
                 self->path, version, FOLIOT_JOURNAL_VERSION);
  else
    say_lost (self, 0, 12, "the head of the file is not as it was written", error);
  return FALSE;
}

/* ---- blocks ---- */

/* Goes to the next head behind a damaged one, or to the end of the file. */
static void
seek_block (FoliotJournalReader *self)
{
  FoliotJournalBlock head;
  const guint8 *data;
  gssize n;

  for (self->offset++; (n = look (self, self->offset, WINDOW_BYTES, &data)) >= FOLIOT_JOURNAL_BLOCK_HEAD;)
    {
      gsize last = (gsize) n - FOLIOT_JOURNAL_BLOCK_HEAD;

      for (gsize i = 0; i <= last; i++)
        if (data[i] == _foliot_journal_block_magic[0] && _foliot_journal_read_block (data + i, &head))
          {
            self->offset += i;
            return;
          }
      self->offset += last + 1;
    }
  self->offset += (guint64) MAX (n, 0);
}

/* What comes behind the damage does not follow what comes before it. */
static gboolean
leave_damage (FoliotJournalReader *self)
{
  self->is_chained = FALSE;
  return FALSE;
}

static gboolean
read_block_head (FoliotJournalReader *self, GError **error)
{
  const guint8 *data;
  gssize n = look (self, self->offset, FOLIOT_JOURNAL_BLOCK_HEAD, &data);
  guint64 offset = self->offset;

  if (n < 0)
    return say_unreadable (self, error);
  if (n < FOLIOT_JOURNAL_BLOCK_HEAD)
    return say_truncated (self, error);
  if (!_foliot_journal_read_block (data, &self->head))
    {
      if (is_zero_from (self, offset))
        return say_truncated (self, error);
      say_damaged (self, self->last_number + 1, offset, "the head of a block is not as it was written",
                   error);
      seek_block (self);
      return leave_damage (self);
    }
  if (count_left (self, offset + FOLIOT_JOURNAL_BLOCK_HEAD) < self->head.length)
    return say_truncated (self, error);
  if (self->is_chained && self->head.previous != self->chain)
    {
      say_damaged (self, self->head.first, offset,
                   "what was recorded before this is missing or was exchanged", error);
      return leave_damage (self);
    }
  return TRUE;
}

static gboolean
read_block (FoliotJournalReader *self, GError **error)
{
  const guint8 *data;
  gsize size;
  gssize n;

  g_clear_pointer (&self->block, g_bytes_unref);
  if (!read_block_head (self, error))
    return FALSE;
  size = FOLIOT_JOURNAL_BLOCK_HEAD + (gsize) self->head.length;
  n = look (self, self->offset, size, &data);
  if (n < 0)
    return say_unreadable (self, error);
  if ((gsize) n < size)
    return say_truncated (self, error);
  self->block = g_bytes_new (data, size);
  self->data = g_bytes_get_data (self->block, NULL);
  self->is_good = _foliot_journal_check_block (self->data, size);
  self->at = FOLIOT_JOURNAL_BLOCK_HEAD;
  self->number = self->head.first;
  self->chain = self->head.checksum;
  self->is_chained = TRUE;
  self->offset += size;
  return TRUE;
}

/* ---- records ---- */

static guint64
get_offset (const FoliotJournalReader *self)
{
  return self->offset - g_bytes_get_size (self->block) + self->at;
}

/* Returns: the length of the body at @at in the block; −1: there is no record with a check that holds. */
static gssize
measure (const FoliotJournalReader *self, gsize at)
{
  gsize left = g_bytes_get_size (self->block) - at;
  guint32 length;

  if (left < FOLIOT_JOURNAL_RECORD_HEAD)
    return -1;
  length = _foliot_journal_peek_u32 (self->data + at);
  if (length > left - FOLIOT_JOURNAL_RECORD_HEAD
      || (!self->is_good && !_foliot_journal_check_record (self->data + at, length)))
    return -1;
  return (gssize) length;
}

/* Steps over a damaged record, to the next if that is one, else to the end of the block. */
static gboolean
skip_record (FoliotJournalReader *self, const char *what, GError **error)
{
  gsize size = g_bytes_get_size (self->block), next = size;

  say_damaged (self, self->number, get_offset (self), what, error);
  if (size - self->at >= FOLIOT_JOURNAL_RECORD_HEAD)
    next = self->at + FOLIOT_JOURNAL_RECORD_HEAD + _foliot_journal_peek_u32 (self->data + self->at);
  self->at = next < size && measure (self, next) >= 0 ? next : size;
  self->number++;
  return FALSE;
}

static void
forget_record (FoliotJournalReader *self)
{
  g_clear_pointer (&self->record.bytes, g_bytes_unref);
  if (self->record.error != NULL)
    g_error_free ((GError *) self->record.error);
  self->record = (FoliotJournalRecord){ 0 };
}

/* Whoever looks at ports may rely on their having a name and a kind, as those in the header. */
static void
keep_port (FoliotJournalReader *self)
{
  const FoliotJournalRecord *record = &self->record;

  if (record->kind == FOLIOT_JOURNAL_CONTROL && record->what == FOLIOT_JOURNAL_CONTROL_PORT)
    foliot_journal_header_add_port (self->header, record->port,
                                    record->name != NULL ? record->name : "unnamed",
                                    record->text != NULL ? record->text : "port", NULL);
}

/* The cursor is on the body of the next record. */
static FoliotJournalCursor
enter_record (FoliotJournalReader *self, gsize length)
{
  const guint8 *body = self->data + self->at + FOLIOT_JOURNAL_RECORD_HEAD;

  return (FoliotJournalCursor){ .owner = self->block, .begin = self->data, .at = body, .end = body + length };
}

static void
leave_record (FoliotJournalReader *self, gsize length)
{
  self->at += FOLIOT_JOURNAL_RECORD_HEAD + length;
  self->last_number = self->number++;
  self->last_end = get_offset (self);
}

static gboolean
read_record (FoliotJournalReader *self, GError **error)
{
  gssize length = measure (self, self->at);
  FoliotJournalCursor cursor;
  guint64 offset = get_offset (self);

  if (length < 0)
    return skip_record (self, "its bytes are not as they were written", error);
  cursor = enter_record (self, (gsize) length);
  if (!_foliot_journal_read_record (&cursor, &self->record))
    {
      forget_record (self);
      return skip_record (self, "it does not hold what a record of its kind holds", error);
    }
  self->record.number = self->number;
  self->record.offset = offset;
  self->record.wall_us = self->head.wall_us;
  self->has_ended = self->record.kind == FOLIOT_JOURNAL_END;
  leave_record (self, (gsize) length);
  keep_port (self);
  return TRUE;
}

static gboolean
read_header (FoliotJournalReader *self, GError **error)
{
  FoliotJournalCursor cursor;
  gssize length;

  if (!read_block (self, error))
    return FALSE;
  length = measure (self, self->at);
  if (!self->is_good || length < 0)
    return say_lost (self, 1, get_offset (self), "the header is not as it was written", error);
  cursor = enter_record (self, (gsize) length);
  if (_foliot_journal_take_u8 (&cursor) == FOLIOT_JOURNAL_HEADER)
    self->header = _foliot_journal_header_read (&cursor);
  if (self->header == NULL)
    return say_lost (self, 1, get_offset (self), "it is no header", error);
  leave_record (self, (gsize) length);
  return TRUE;
}

FoliotJournalReader *
foliot_journal_reader_new (const char *path, GError **error)
{
  g_autoptr (FoliotJournalReader) self = g_new0 (FoliotJournalReader, 1);

  self->path = g_strdup (path);
  self->fd = open (path, O_RDONLY | O_CLOEXEC);
  if (self->fd < 0)
    {
      g_set_error (error, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_OPEN, "%s: cannot be opened: %s", path,
                   g_strerror (errno));
      return NULL;
    }
  return read_file_head (self, error) && read_header (self, error) ? g_steal_pointer (&self) : NULL;
}

const FoliotJournalHeader *
foliot_journal_reader_get_header (FoliotJournalReader *self)
{
  return self->header;
}

const char *
foliot_journal_reader_get_path (FoliotJournalReader *self)
{
  return self->path;
}

const FoliotJournalPort *
foliot_journal_reader_get_port (FoliotJournalReader *self, guint32 number)
{
  for (guint i = 0; i < self->header->ports->len; i++)
    {
      const FoliotJournalPort *port = g_ptr_array_index (self->header->ports, i);

      if (port->number == number)
        return port;
    }
  return NULL;
}

const FoliotJournalRecord *
foliot_journal_reader_next (FoliotJournalReader *self, GError **error)
{
  forget_record (self);
  while (self->block == NULL || self->at == g_bytes_get_size (self->block))
    {
      if (self->has_ended && count_left (self, self->offset) == 0)
        return NULL;
      if (!read_block (self, error))
        return NULL;
    }
  return read_record (self, error) ? &self->record : NULL;
}

guint64
foliot_journal_reader_get_place (FoliotJournalReader *self, guint64 *out_records)
{
  if (out_records != NULL)
    *out_records = self->last_number;
  return self->last_end;
}

gboolean
foliot_journal_reader_is_live (FoliotJournalReader *self)
{
  if (flock (self->fd, LOCK_SH | LOCK_NB) != 0)
    return errno == EWOULDBLOCK;
  flock (self->fd, LOCK_UN);
  return FALSE;
}

void
foliot_journal_reader_free (FoliotJournalReader *self)
{
  forget_record (self);
  g_clear_pointer (&self->block, g_bytes_unref);
  g_clear_pointer (&self->header, foliot_journal_header_free);
  g_free (self->window);
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->path);
  g_free (self);
}
