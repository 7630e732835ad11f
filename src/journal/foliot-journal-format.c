/* SPDX-License-Identifier: MIT */
#include "journal/foliot-journal-format-private.h"

#include <string.h>

#include "base/foliot-hash-private.h"
#include "journal/foliot-journal-plain-private.h"

/*
 * Which members a kind of record has is a table of bits, and what is written is what is read: both walk over the bits in the
 * same order. A writer measures first and then writes without looking, for it is called for each message.
 */

G_DEFINE_QUARK (foliot-journal-error-quark, foliot_journal_error);

const guint8 _foliot_journal_magic[8] = { 0x8b, 'F', 'L', 'J', '\r', '\n', 0x1a, '\n' };
const guint8 _foliot_journal_block_magic[4] = { 'F', 'L', 'J', 'B' };

typedef enum
{
  HAS_PORT = 1 << 0,
  HAS_WHAT = 1 << 1,
  HAS_SEQUENCE = 1 << 2,
  HAS_ORDER = 1 << 3,
  HAS_LAST_OUT = 1 << 4,
  HAS_HASH = 1 << 5,
  HAS_LENGTH = 1 << 6,
  HAS_NAME = 1 << 7,
  HAS_TEXT = 1 << 8,
  HAS_BYTES = 1 << 9,
  HAS_ERROR = 1 << 10,
} Members;

/* All but the header have a time and an event. */
static const struct
{
  const char *name;
  Members members;
} kinds[] = {
  [FOLIOT_JOURNAL_HEADER] = { "header", 0 },
  [FOLIOT_JOURNAL_STEP] = { "step", HAS_SEQUENCE | HAS_NAME },
  [FOLIOT_JOURNAL_IN] = { "in", HAS_PORT | HAS_WHAT | HAS_SEQUENCE | HAS_ORDER | HAS_LAST_OUT | HAS_TEXT
                                    | HAS_BYTES | HAS_ERROR },
  [FOLIOT_JOURNAL_OUT]
  = { "out", HAS_PORT | HAS_WHAT | HAS_SEQUENCE | HAS_ORDER | HAS_HASH | HAS_LENGTH | HAS_BYTES },
  [FOLIOT_JOURNAL_CONTROL]
  = { "control", HAS_PORT | HAS_WHAT | HAS_SEQUENCE | HAS_NAME | HAS_TEXT | HAS_ERROR },
  [FOLIOT_JOURNAL_OBSERVED] = { "observed", HAS_SEQUENCE | HAS_NAME | HAS_BYTES },
  [FOLIOT_JOURNAL_NOTE] = { "note", HAS_NAME | HAS_TEXT },
  [FOLIOT_JOURNAL_DIGEST] = { "digest", HAS_SEQUENCE | HAS_HASH | HAS_NAME | HAS_TEXT },
  [FOLIOT_JOURNAL_END] = { "end", HAS_WHAT | HAS_NAME | HAS_TEXT },
};

static const char *const controls[] = {
  [FOLIOT_JOURNAL_CONTROL_PORT] = "port",       [FOLIOT_JOURNAL_CONTROL_OPEN] = "open",
  [FOLIOT_JOURNAL_CONTROL_ACCEPT] = "accept",   [FOLIOT_JOURNAL_CONTROL_PEER] = "peer",
  [FOLIOT_JOURNAL_CONTROL_CLOSE] = "close",     [FOLIOT_JOURNAL_CONTROL_ERROR] = "error",
  [FOLIOT_JOURNAL_CONTROL_TIMEOUT] = "timeout",
};

/* Numbers of one record, with its head: no kind has more. */
#define NUMBERS_BYTES 128
#define DOMAIN_BYTES  ((gsize) 256)

guint64
foliot_journal_hash (gconstpointer data, gsize length)
{
  return foliot_hash_bytes (data, length);
}

const char *
foliot_journal_kind_get_name (FoliotJournalKind kind)
{
  return (guint) kind < G_N_ELEMENTS (kinds) ? kinds[kind].name : NULL;
}

const char *
foliot_journal_control_get_name (FoliotJournalControl control)
{
  return (guint) control < G_N_ELEMENTS (controls) ? controls[control] : NULL;
}

/* ---- writing ---- */

guint8 *
_foliot_journal_put_bytes (guint8 *at, gconstpointer data, gsize length)
{
  at = _foliot_journal_put_u32 (at, (guint32) length);
  if (length > 0)
    memcpy (at, data, length);
  return at + length;
}

guint8 *
_foliot_journal_put_text (guint8 *at, const char *text)
{
  gsize length;

  if (text == NULL)
    return _foliot_journal_put_u32 (at, FOLIOT_JOURNAL_NONE);
  length = strlen (text);
  at = _foliot_journal_put_bytes (at, text, length);
  if (!g_utf8_validate (text, (gssize) length, NULL))
    for (guint8 *byte = at - length; byte < at; byte++)
      *byte = *byte < 0x80 ? *byte : '?';
  *at = '\0';
  return at + 1;
}

static guint8 *
put_error (guint8 *at, const GError *error)
{
  guint8 *begin = at;

  if (error == NULL)
    return _foliot_journal_put_u32 (at, FOLIOT_JOURNAL_NONE);
  at = _foliot_journal_put_text (at + 4, g_quark_to_string (error->domain));
  at = _foliot_journal_put_u32 (at, (guint32) error->code);
  at = _foliot_journal_put_text (at, error->message);
  _foliot_journal_put_u32 (begin, (guint32) (at - begin - 4));
  return at;
}

static gboolean
measure_text (const char *what, const char *text, gsize limit, gsize *total, GError **error)
{
  gsize length = text != NULL ? strlen (text) : 0;

  *total += length + 5;
  if (length <= limit)
    return TRUE;
  g_set_error (error, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_LIMIT,
               "the %s of a record has %" G_GSIZE_FORMAT " bytes; a journal holds at most %" G_GSIZE_FORMAT
               " of one: make it shorter",
               what, length, limit);
  return FALSE;
}

gsize
_foliot_journal_measure_record (const FoliotJournalRecord *record, GError **error)
{
  Members members = kinds[record->kind].members;
  gsize total = NUMBERS_BYTES;

  if (((members & HAS_NAME) != 0
       && !measure_text ("name", record->name, FOLIOT_JOURNAL_MAX_NAME_BYTES, &total, error))
      || ((members & HAS_TEXT) != 0
          && !measure_text ("text", record->text, FOLIOT_JOURNAL_MAX_TEXT_BYTES, &total, error)))
    return 0;
  if ((members & HAS_ERROR) != 0 && record->error != NULL
      && (!measure_text ("error's domain", g_quark_to_string (record->error->domain), DOMAIN_BYTES, &total,
                         error)
          || !measure_text ("error", record->error->message, FOLIOT_JOURNAL_MAX_TEXT_BYTES, &total, error)))
    return 0;
  if ((members & HAS_BYTES) != 0 && record->bytes != NULL)
    total += g_bytes_get_size (record->bytes);
  if (total <= FOLIOT_JOURNAL_MAX_RECORD_BYTES)
    return total;
  g_set_error (error, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_LIMIT,
               "a message of %" G_GSIZE_FORMAT
               " bytes is more than one record of a journal may hold, %" G_GSIZE_FORMAT
               ": record without the bytes, or send it in parts",
               g_bytes_get_size (record->bytes), FOLIOT_JOURNAL_MAX_RECORD_BYTES);
  return 0;
}

static guint8 *
put_numbers (guint8 *at, const FoliotJournalRecord *record, Members members)
{
  at = _foliot_journal_put_u64 (at, (guint64) record->time_ns);
  at = _foliot_journal_put_u64 (at, record->event);
  if ((members & HAS_PORT) != 0)
    at = _foliot_journal_put_u32 (at, record->port);
  if ((members & HAS_WHAT) != 0)
    at = _foliot_journal_put_u32 (at, record->what);
  if ((members & HAS_SEQUENCE) != 0)
    at = _foliot_journal_put_u64 (at, record->sequence);
  if ((members & HAS_ORDER) != 0)
    at = _foliot_journal_put_u64 (at, record->order);
  if ((members & HAS_LAST_OUT) != 0)
    {
      at = _foliot_journal_put_u64 (at, record->last_out);
      at = _foliot_journal_put_u64 (at, (guint64) record->last_out_time_ns);
    }
  if ((members & HAS_HASH) != 0)
    at = _foliot_journal_put_u64 (at, record->hash);
  if ((members & HAS_LENGTH) != 0)
    at = _foliot_journal_put_u64 (at, record->length);
  return at;
}

guint8 *
_foliot_journal_put_record (guint8 *begin, const FoliotJournalRecord *record)
{
  Members members = kinds[record->kind].members;
  guint8 *at = begin + FOLIOT_JOURNAL_RECORD_HEAD;
  gsize length;

  *at = (guint8) record->kind;
  at = put_numbers (at + 1, record, members);
  if ((members & HAS_NAME) != 0)
    at = _foliot_journal_put_text (at, record->name);
  if ((members & HAS_TEXT) != 0)
    at = _foliot_journal_put_text (at, record->text);
  if ((members & HAS_BYTES) != 0 && record->bytes != NULL)
    {
      gconstpointer data = g_bytes_get_data (record->bytes, &length);

      at = _foliot_journal_put_bytes (at, data, length);
    }
  else if ((members & HAS_BYTES) != 0)
    at = _foliot_journal_put_u32 (at, FOLIOT_JOURNAL_NONE);
  if ((members & HAS_ERROR) != 0)
    at = put_error (at, record->error);
  _foliot_journal_seal_record (begin, at);
  return at;
}

void
_foliot_journal_seal_record (guint8 *record, const guint8 *end)
{
  const guint8 *body = record + FOLIOT_JOURNAL_RECORD_HEAD;

  _foliot_journal_put_u32 (record, (guint32) (end - body));
  _foliot_journal_put_u32 (record + 4, (guint32) foliot_hash_bytes (body, (gsize) (end - body)));
}

/* ---- reading ---- */

static gboolean
take (FoliotJournalCursor *cursor, gsize n)
{
  cursor->is_bad |= (gsize) (cursor->end - cursor->at) < n;
  return !cursor->is_bad;
}

guint8
_foliot_journal_take_u8 (FoliotJournalCursor *cursor)
{
  return take (cursor, 1) ? *cursor->at++ : 0;
}

guint32
_foliot_journal_take_u32 (FoliotJournalCursor *cursor)
{
  if (!take (cursor, 4))
    return 0;
  cursor->at += 4;
  return _foliot_journal_peek_u32 (cursor->at - 4);
}

guint64
_foliot_journal_take_u64 (FoliotJournalCursor *cursor)
{
  if (!take (cursor, 8))
    return 0;
  cursor->at += 8;
  return _foliot_journal_peek_u64 (cursor->at - 8);
}

const char *
_foliot_journal_take_text (FoliotJournalCursor *cursor, gsize limit)
{
  guint32 length = _foliot_journal_take_u32 (cursor);
  const char *text = (const char *) cursor->at;

  if (length == FOLIOT_JOURNAL_NONE || !take (cursor, (gsize) length + 1))
    return NULL;
  cursor->is_bad |= length > limit || text[length] != '\0' || !g_utf8_validate (text, length, NULL);
  cursor->at += (gsize) length + 1;
  return cursor->is_bad ? NULL : text;
}

GBytes *
_foliot_journal_take_bytes (FoliotJournalCursor *cursor)
{
  guint32 length = _foliot_journal_take_u32 (cursor);

  if (length == FOLIOT_JOURNAL_NONE || !take (cursor, length))
    return NULL;
  cursor->at += length;
  return g_bytes_new_from_bytes (cursor->owner, (gsize) (cursor->at - length - cursor->begin), length);
}

static GError *
take_error (FoliotJournalCursor *cursor)
{
  guint32 length = _foliot_journal_take_u32 (cursor);
  const char *domain, *message;
  gint32 code;

  if (length == FOLIOT_JOURNAL_NONE || cursor->is_bad)
    return NULL;
  domain = _foliot_journal_take_text (cursor, DOMAIN_BYTES);
  code = (gint32) _foliot_journal_take_u32 (cursor);
  message = _foliot_journal_take_text (cursor, FOLIOT_JOURNAL_MAX_TEXT_BYTES);
  cursor->is_bad |= domain == NULL || *domain == '\0' || message == NULL;
  return cursor->is_bad ? NULL : _foliot_journal_new_error (domain, code, message);
}

gboolean
_foliot_journal_read_record (FoliotJournalCursor *cursor, FoliotJournalRecord *record)
{
  Members members;

  *record = (FoliotJournalRecord){ .kind = _foliot_journal_take_u8 (cursor) };
  if ((guint) record->kind >= G_N_ELEMENTS (kinds) || kinds[record->kind].name == NULL
      || record->kind == FOLIOT_JOURNAL_HEADER)
    return FALSE;
  members = kinds[record->kind].members;
  record->time_ns = (FoliotTime) _foliot_journal_take_u64 (cursor);
  record->event = _foliot_journal_take_u64 (cursor);
  record->port = (members & HAS_PORT) != 0 ? _foliot_journal_take_u32 (cursor) : 0;
  record->what = (members & HAS_WHAT) != 0 ? _foliot_journal_take_u32 (cursor) : 0;
  record->sequence = (members & HAS_SEQUENCE) != 0 ? _foliot_journal_take_u64 (cursor) : 0;
  record->order = (members & HAS_ORDER) != 0 ? _foliot_journal_take_u64 (cursor) : 0;
  record->last_out = (members & HAS_LAST_OUT) != 0 ? _foliot_journal_take_u64 (cursor) : 0;
  record->last_out_time_ns
      = (members & HAS_LAST_OUT) != 0 ? (FoliotTime) _foliot_journal_take_u64 (cursor) : 0;
  record->hash = (members & HAS_HASH) != 0 ? _foliot_journal_take_u64 (cursor) : 0;
  record->length = (members & HAS_LENGTH) != 0 ? _foliot_journal_take_u64 (cursor) : 0;
  record->name
      = (members & HAS_NAME) != 0 ? _foliot_journal_take_text (cursor, FOLIOT_JOURNAL_MAX_NAME_BYTES) : NULL;
  record->text
      = (members & HAS_TEXT) != 0 ? _foliot_journal_take_text (cursor, FOLIOT_JOURNAL_MAX_TEXT_BYTES) : NULL;
  record->bytes = (members & HAS_BYTES) != 0 ? _foliot_journal_take_bytes (cursor) : NULL;
  record->error = (members & HAS_ERROR) != 0 ? take_error (cursor) : NULL;
  return !cursor->is_bad && cursor->at == cursor->end;
}

gboolean
_foliot_journal_check_record (const guint8 *record, guint32 length)
{
  return (guint32) foliot_hash_bytes (record + FOLIOT_JOURNAL_RECORD_HEAD, length)
         == _foliot_journal_peek_u32 (record + 4);
}

/* ---- heads ---- */

guint64
_foliot_journal_put_file_head (guint8 *head)
{
  guint64 hash;

  memcpy (head, _foliot_journal_magic, sizeof _foliot_journal_magic);
  _foliot_journal_put_u32 (head + 8, FOLIOT_JOURNAL_VERSION);
  _foliot_journal_put_u32 (head + 12, 0);
  hash = foliot_hash_bytes (head, 16);
  _foliot_journal_put_u64 (head + 16, hash);
  return hash;
}

guint64
_foliot_journal_seal_block (guint8 *block, guint64 previous, guint64 first, guint32 n_records, guint32 length,
                            gint64 wall_us)
{
  guint64 checksum;

  memcpy (block, _foliot_journal_block_magic, sizeof _foliot_journal_block_magic);
  _foliot_journal_put_u64 (block + 8, (guint64) wall_us);
  _foliot_journal_put_u64 (block + 24, previous);
  _foliot_journal_put_u64 (block + 32, first);
  _foliot_journal_put_u32 (block + 40, n_records);
  _foliot_journal_put_u32 (block + 44, length);
  checksum = foliot_hash_bytes (block + 24, FOLIOT_JOURNAL_BLOCK_HEAD - 24 + (gsize) length);
  _foliot_journal_put_u64 (block + 16, checksum);
  _foliot_journal_put_u32 (block + 4,
                           (guint32) foliot_hash_bytes (block + 16, FOLIOT_JOURNAL_BLOCK_HEAD - 16));
  return checksum;
}

gboolean
_foliot_journal_read_block (const guint8 *head, FoliotJournalBlock *block)
{
  *block = (FoliotJournalBlock){
    .check = _foliot_journal_peek_u32 (head + 4),
    .wall_us = (gint64) _foliot_journal_peek_u64 (head + 8),
    .checksum = _foliot_journal_peek_u64 (head + 16),
    .previous = _foliot_journal_peek_u64 (head + 24),
    .first = _foliot_journal_peek_u64 (head + 32),
    .n_records = _foliot_journal_peek_u32 (head + 40),
    .length = _foliot_journal_peek_u32 (head + 44),
  };
  return memcmp (head, _foliot_journal_block_magic, sizeof _foliot_journal_block_magic) == 0
         && block->check == (guint32) foliot_hash_bytes (head + 16, FOLIOT_JOURNAL_BLOCK_HEAD - 16);
}

gboolean
_foliot_journal_check_block (const guint8 *block, gsize size)
{
  return foliot_hash_bytes (block + 24, size - 24) == _foliot_journal_peek_u64 (block + 16);
}
