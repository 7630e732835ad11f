/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-journal.h>

/*
 * How a journal lies in its file. All numbers are little-endian, nothing is padded.
 *
 *   file    magic (8 bytes), version (u32), 0 (u32), XXH3 of these 16 bytes (u64); then blocks, to the end
 *   block   head (48 bytes), then records
 *     head    0 "FLJB"   4 check: low half of the XXH3 of head[16 … 48)   8 wall-clock time of writing, µs (in no hash)
 *             16 checksum: XXH3 of all of the block from 24 on   24 checksum of the block before (first: the file's XXH3)
 *             32 number of the first record (u64)   40 how many records (u32)   44 how many bytes behind the head (u32)
 *   record  length of the body (u32), check: low half of the XXH3 of the body (u32), body: kind (u8) and its members
 *   text    length (u32; all bits set: none), UTF-8, NUL     bytes    length (likewise), bytes
 *   error   as bytes: domain (text), code (i32), message (text)
 *
 * A record has a check of its own so that a damaged one can be named, and those beside it can be read.
 */

#define FOLIOT_JOURNAL_FILE_HEAD   24
#define FOLIOT_JOURNAL_BLOCK_HEAD  48
#define FOLIOT_JOURNAL_RECORD_HEAD 8
#define FOLIOT_JOURNAL_NONE        G_MAXUINT32

/* The first bytes of every journal; no text file and no transfer as text leaves them as they are. */
extern const guint8 _foliot_journal_magic[8];
extern const guint8 _foliot_journal_block_magic[4];

typedef struct
{
  guint32 check;
  gint64 wall_us;
  guint64 checksum;
  guint64 previous;
  guint64 first;
  guint32 n_records;
  guint32 length;
} FoliotJournalBlock;

static inline guint32
_foliot_journal_peek_u32 (const guint8 *at)
{
  guint32 value;

  __builtin_memcpy (&value, at, sizeof value);
  return GUINT32_FROM_LE (value);
}

static inline guint64
_foliot_journal_peek_u64 (const guint8 *at)
{
  guint64 value;

  __builtin_memcpy (&value, at, sizeof value);
  return GUINT64_FROM_LE (value);
}

static inline guint8 *
_foliot_journal_put_u32 (guint8 *at, guint32 value)
{
  value = GUINT32_TO_LE (value);
  __builtin_memcpy (at, &value, sizeof value);
  return at + sizeof value;
}

static inline guint8 *
_foliot_journal_put_u64 (guint8 *at, guint64 value)
{
  value = GUINT64_TO_LE (value);
  __builtin_memcpy (at, &value, sizeof value);
  return at + sizeof value;
}

/* @text: (nullable); of one that is no UTF-8 all bytes but ASCII become `?`. */
guint8 *_foliot_journal_put_text (guint8 *at, const char *text);
guint8 *_foliot_journal_put_bytes (guint8 *at, gconstpointer data, gsize length);

/* Walks over bytes that anybody may have written. Once something did not fit, @is_bad, and all that follows is 0. */
typedef struct
{
  GBytes *owner; /* what @at points into */
  const guint8 *begin, *at, *end;
  gboolean is_bad;
} FoliotJournalCursor;

guint8 _foliot_journal_take_u8 (FoliotJournalCursor *cursor);
guint32 _foliot_journal_take_u32 (FoliotJournalCursor *cursor);
guint64 _foliot_journal_take_u64 (FoliotJournalCursor *cursor);
/* Returns: (nullable): points into the owner. */
const char *_foliot_journal_take_text (FoliotJournalCursor *cursor, gsize limit);
/* Returns: (transfer full) (nullable): a slice of the owner. */
GBytes *_foliot_journal_take_bytes (FoliotJournalCursor *cursor);

/* ---- file and block heads ---- */

/* Returns: the checksum with which the chain of blocks begins. */
guint64 _foliot_journal_put_file_head (guint8 *head);
/* @block: with its head's place in front of its records. Fills the head in. Returns: the checksum. */
guint64 _foliot_journal_seal_block (guint8 *block, guint64 previous, guint64 first, guint32 n_records,
                                    guint32 length, gint64 wall_us);
/* Returns: whether it is a head, with a check that holds. */
gboolean _foliot_journal_read_block (const guint8 *head, FoliotJournalBlock *out_block);
/* @block: head and records, @size in all. Returns: whether the checksum holds. */
gboolean _foliot_journal_check_block (const guint8 *block, gsize size);

/* ---- records ---- */

/* Returns: how many bytes @record takes at most, with its head; 0: it may not be written, see @error. */
gsize _foliot_journal_measure_record (const FoliotJournalRecord *record, GError **error);
/* Returns: the end of what was written. */
guint8 *_foliot_journal_put_record (guint8 *at, const FoliotJournalRecord *record);
/* Fills in the length and the check of a record whose body ends at @end. */
void _foliot_journal_seal_record (guint8 *record, const guint8 *end);
/* @record: with its head; @length: of the body. */
gboolean _foliot_journal_check_record (const guint8 *record, guint32 length);
/*
 * @cursor: on the body. bytes and error of @out_record are owned by whoever calls. Returns: whether it holds what its kind
 * says, and no more.
 */
gboolean _foliot_journal_read_record (FoliotJournalCursor *cursor, FoliotJournalRecord *out_record);

/* ---- the header ---- */

/* Returns: (transfer full) (nullable): the body of the HEADER record. Error: LIMIT. */
GByteArray *_foliot_journal_header_write (const FoliotJournalHeader *header, GError **error);
/* @cursor: behind the kind. Returns: (transfer full) (nullable): what it holds; %NULL: it is no header. */
FoliotJournalHeader *_foliot_journal_header_read (FoliotJournalCursor *cursor);
