/* SPDX-License-Identifier: MIT */
#include "journal/foliot-journal-format-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/foliot-realtime-private.h"

/*
 * Records are put together where they will be written from: behind the place of a block's head. A block goes out with one
 * write(), which no end of the process takes back, when it is full or when the world is about to wait.
 *
 * The file is locked as long as it is written, so that two recordings do not take each other's place, and a reader knows
 * whether there is more to come.
 */

#define BLOCK_BYTES ((gsize) 64 << 10)

struct _FoliotJournalWriter
{
  char *path;
  int fd; /* -1: closed */
  guint8 *block;
  gsize size; /* of the block, head included */
  gsize capacity;
  guint64 offset; /* of the block in the file */
  guint64 previous;
  guint64 first; /* number of the block's first record */
  guint32 n_records;
  GError *error; /* why nothing can be added any more */
};

/* ---- the file ---- */

static gboolean
refuse (const char *path, const char *why, GError **error)
{
  g_set_error (error, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_REFUSED, "%s: %s", path, why);
  return FALSE;
}

static gboolean
fail (const char *path, const char *verb, GError **error)
{
  g_set_error (error, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_WRITE, "%s: cannot be %s: %s", path, verb,
               g_strerror (errno));
  return FALSE;
}

/* Whether what is at @path may be replaced; if there is nothing, TRUE too. */
static gboolean
is_ours (const char *path, GError **error)
{
  guint8 head[sizeof _foliot_journal_magic];
  struct stat info;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  gboolean good = FALSE;

  if (fd < 0 && errno == ENOENT)
    return TRUE;
  if (fd < 0)
    return fail (path, "looked at", error);
  if (fstat (fd, &info) != 0 || !S_ISREG (info.st_mode)
      || (info.st_size > 0
          && (pread (fd, head, sizeof head, 0) != sizeof head
              || memcmp (head, _foliot_journal_magic, sizeof head) != 0)))
    refuse (path, "there is something else than a journal, which is not replaced: choose another file",
            error);
  else if (flock (fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    refuse (path, "a recording is being written there: end it first, or choose another file", error);
  else
    good = TRUE;
  close (fd);
  return good;
}

/* A new file: whoever still reads the old one goes on to do so. */
static gboolean
open_file (FoliotJournalWriter *self, GError **error)
{
  if (!is_ours (self->path, error))
    return FALSE;
  if (unlink (self->path) != 0 && errno != ENOENT)
    return fail (self->path, "replaced", error);
  self->fd = open (self->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_APPEND, 0600);
  if (self->fd < 0 || fchmod (self->fd, 0600) != 0)
    return fail (self->path, "made", error);
  flock (self->fd, LOCK_EX); /* not every file system has locks */
  return TRUE;
}

static gboolean
write_all (FoliotJournalWriter *self, const guint8 *data, gsize size)
{
  while (size > 0)
    {
      gssize n = write (self->fd, data, size);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return fail (self->path, "written", &self->error);
      data += n;
      size -= (gsize) n;
    }
  return TRUE;
}

/* ---- blocks ---- */

/* Room for @size bytes more. */
static guint8 *
reserve (FoliotJournalWriter *self, gsize size)
{
  if (self->size + size > self->capacity)
    {
      self->capacity = MAX (self->capacity, self->size + size);
      self->block = g_realloc (self->block, self->capacity);
    }
  return self->block + self->size;
}

static gboolean
write_block (FoliotJournalWriter *self)
{
  guint64 checksum = _foliot_journal_seal_block (self->block, self->previous, self->first, self->n_records,
                                                 (guint32) (self->size - FOLIOT_JOURNAL_BLOCK_HEAD),
                                                 foliot_realtime_utc_us ());

  if (!write_all (self, self->block, self->size))
    return FALSE;
  self->previous = checksum;
  self->offset += self->size;
  self->first += self->n_records;
  self->n_records = 0;
  self->size = FOLIOT_JOURNAL_BLOCK_HEAD;
  if (self->capacity > 4 * BLOCK_BYTES)
    {
      self->capacity = 2 * BLOCK_BYTES;
      self->block = g_realloc (self->block, self->capacity);
    }
  return TRUE;
}

static gboolean
check (FoliotJournalWriter *self, GError **error)
{
  if (self->error == NULL)
    return TRUE;
  if (error != NULL)
    *error = g_error_copy (self->error);
  return FALSE;
}

static gboolean
begin_file (FoliotJournalWriter *self, const FoliotJournalHeader *header, GError **error)
{
  guint8 head[FOLIOT_JOURNAL_FILE_HEAD];
  g_autoptr (GByteArray) body = _foliot_journal_header_write (header, error);
  guint8 *record;

  if (body == NULL || !open_file (self, error))
    return FALSE;
  self->previous = _foliot_journal_put_file_head (head);
  self->offset = sizeof head;
  record = reserve (self, FOLIOT_JOURNAL_RECORD_HEAD + body->len);
  memcpy (record + FOLIOT_JOURNAL_RECORD_HEAD, body->data, body->len);
  self->size += FOLIOT_JOURNAL_RECORD_HEAD + body->len;
  self->n_records = 1;
  _foliot_journal_seal_record (record, self->block + self->size);
  if (!write_all (self, head, sizeof head) || !write_block (self))
    return check (self, error);
  return TRUE;
}

FoliotJournalWriter *
foliot_journal_writer_new (const char *path, const FoliotJournalHeader *header, GError **error)
{
  g_autoptr (FoliotJournalWriter) self = g_new0 (FoliotJournalWriter, 1);

  self->path = g_strdup (path);
  self->fd = -1;
  self->first = 1;
  self->capacity = 2 * BLOCK_BYTES;
  self->block = g_malloc (self->capacity);
  self->size = FOLIOT_JOURNAL_BLOCK_HEAD;
  return begin_file (self, header, error) ? g_steal_pointer (&self) : NULL;
}

gboolean
foliot_journal_writer_add (FoliotJournalWriter *self, const FoliotJournalRecord *record, GError **error)
{
  gsize bound;

  g_return_val_if_fail (record->kind > FOLIOT_JOURNAL_HEADER && record->kind <= FOLIOT_JOURNAL_END, FALSE);
  if (!check (self, error))
    return FALSE;
  bound = _foliot_journal_measure_record (record, error);
  if (bound == 0)
    return FALSE;
  self->size = (gsize) (_foliot_journal_put_record (reserve (self, bound), record) - self->block);
  self->n_records++;
  return self->size < BLOCK_BYTES || write_block (self) || check (self, error);
}

gboolean
foliot_journal_writer_flush (FoliotJournalWriter *self, GError **error)
{
  return check (self, error) && (self->n_records == 0 || write_block (self) || check (self, error));
}

gboolean
foliot_journal_writer_close (FoliotJournalWriter *self, GError **error)
{
  if (self->fd >= 0)
    {
      foliot_journal_writer_flush (self, NULL);
      if (close (self->fd) != 0 && self->error == NULL)
        fail (self->path, "written", &self->error);
      self->fd = -1;
    }
  return check (self, error);
}

guint64
foliot_journal_writer_get_size (FoliotJournalWriter *self, guint64 *out_records)
{
  if (out_records != NULL)
    *out_records = self->first - 1 + self->n_records;
  return self->offset + (self->n_records > 0 ? self->size : 0);
}

void
foliot_journal_writer_free (FoliotJournalWriter *self)
{
  foliot_journal_writer_close (self, NULL);
  g_free (self->path);
  g_free (self->block);
  g_clear_error (&self->error);
  g_free (self);
}
