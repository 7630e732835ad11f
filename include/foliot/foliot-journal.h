/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-error.h>
#include <foliot/foliot-time.h>

G_BEGIN_DECLS

/*
 * The journal: what a run was made from, and what came in from outside, in a file from which the run can be made again.
 *
 * A journal is a sequence of records, of which the first is the header. It is only ever appended to, in blocks: each has
 * a checksum, and the checksum of the block before it, so that whatever was changed, cut or left out is found, and named
 * with its place. Of a recording that was killed every block that was flushed is there.
 *
 * It holds decrypted text. The file is its owner's alone (mode 0600); whoever is given it can read what was said.
 */

/**
 * FOLIOT_JOURNAL_ERROR:
 *
 * What is wrong with a recording. Each message names the file, the place in it, and what can be done.
 */
#define FOLIOT_JOURNAL_ERROR (foliot_journal_error_quark ())
FOLIOT_API GQuark foliot_journal_error_quark (void);

/**
 * FoliotJournalError:
 * @FOLIOT_JOURNAL_ERROR_OPEN: the file cannot be opened or read
 * @FOLIOT_JOURNAL_ERROR_EMPTY: the file has no bytes
 * @FOLIOT_JOURNAL_ERROR_FORMAT: the file is no journal
 * @FOLIOT_JOURNAL_ERROR_VERSION: it was written in another version of the format
 * @FOLIOT_JOURNAL_ERROR_DAMAGED: bytes were altered, or a block is missing; the message names record and offset
 * @FOLIOT_JOURNAL_ERROR_TRUNCATED: the file ends before the recording does; what there is up to there is good
 * @FOLIOT_JOURNAL_ERROR_LIMIT: a name, text or message is longer than a journal may hold
 * @FOLIOT_JOURNAL_ERROR_REFUSED: what is at the path is not to be replaced: no journal, or one being written
 * @FOLIOT_JOURNAL_ERROR_WRITE: the file cannot be made or written
 */
typedef enum
{
  FOLIOT_JOURNAL_ERROR_OPEN,
  FOLIOT_JOURNAL_ERROR_EMPTY,
  FOLIOT_JOURNAL_ERROR_FORMAT,
  FOLIOT_JOURNAL_ERROR_VERSION,
  FOLIOT_JOURNAL_ERROR_DAMAGED,
  FOLIOT_JOURNAL_ERROR_TRUNCATED,
  FOLIOT_JOURNAL_ERROR_LIMIT,
  FOLIOT_JOURNAL_ERROR_REFUSED,
  FOLIOT_JOURNAL_ERROR_WRITE,
} FoliotJournalError;

#define FOLIOT_JOURNAL_VERSION 1 /* of the format */

/* What one record may hold. */
#define FOLIOT_JOURNAL_MAX_NAME_BYTES   ((gsize) 4096)
#define FOLIOT_JOURNAL_MAX_TEXT_BYTES   ((gsize) 16 << 20)
#define FOLIOT_JOURNAL_MAX_RECORD_BYTES ((gsize) 1 << 30)

/* ---- the header ---- */

/**
 * FoliotJournalPort: (skip)
 * @number: as the gate numbers it, from 1
 * @name: stable
 * @kind: what it is: "link", "listener", "helics", …
 * @peer: (nullable): who is at the other end, as its certificate says
 */
typedef struct
{
  guint32 number;
  char *name;
  char *kind;
  char *peer;
} FoliotJournalPort;

/**
 * FoliotJournalSetting: (skip)
 * @name: what was set: a parameter's path, or an option of the command
 * @value: as text; JSON where it is a parameter
 */
typedef struct
{
  char *name;
  char *value;
} FoliotJournalSetting;

/**
 * FoliotJournalFile: (skip)
 * @name: as the scenario names it; never a path that is opened again
 * @bytes: what was in it
 */
typedef struct
{
  char *name;
  GBytes *bytes;
} FoliotJournalFile;

/**
 * FoliotJournalHeader: (skip)
 * @version: of the format; set by the reader
 * @verb: which verb recorded: "run", "mosaik", "helics", "wire"; "child": one of several processes of a run
 * @build_id: (nullable): of the library and the scenario's module
 * @scenario_name: (nullable): where the scenario's module is looked for, as a run does
 * @scenario_hash: (nullable): of the resolved scenario
 * @scenario: (nullable): whole text of the resolved scenario
 * @seed: of all random streams
 * @settings: (element-type FoliotJournalSetting): in the order in which they were set
 * @files: (element-type FoliotJournalFile): input files
 * @ports: (element-type FoliotJournalPort): those known at the start; CONTROL records name the others
 *
 * What a run is made from. Whoever makes one fills in what it knows; all texts are UTF-8 and belong to the header.
 */
typedef struct
{
  guint32 version;
  char *verb;
  char *build_id;
  char *scenario_name;
  char *scenario_hash;
  char *scenario;
  guint64 seed;
  GPtrArray *settings;
  GPtrArray *files;
  GPtrArray *ports;
} FoliotJournalHeader;

/**
 * foliot_journal_header_new: (skip)
 *
 * Returns: (transfer full): a header of which only the verb is known
 */
FOLIOT_API FoliotJournalHeader *foliot_journal_header_new (const char *verb) FOLIOT_WARN_UNUSED;
FOLIOT_API void foliot_journal_header_free (FoliotJournalHeader *header);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotJournalHeader, foliot_journal_header_free)

/**
 * foliot_journal_header_set: (skip)
 *
 * A setting; replaces the one of this name.
 */
FOLIOT_API void foliot_journal_header_set (FoliotJournalHeader *header, const char *name, const char *value);
/**
 * foliot_journal_header_get: (skip)
 *
 * Returns: (transfer none) (nullable): the setting
 */
FOLIOT_API const char *foliot_journal_header_get (const FoliotJournalHeader *header, const char *name);
/**
 * foliot_journal_header_add_file: (skip)
 */
FOLIOT_API void foliot_journal_header_add_file (FoliotJournalHeader *header, const char *name, GBytes *bytes);
/**
 * foliot_journal_header_get_file: (skip)
 *
 * Returns: (transfer none) (nullable): what was in the file of this name
 */
FOLIOT_API GBytes *foliot_journal_header_get_file (const FoliotJournalHeader *header, const char *name);
/**
 * foliot_journal_header_add_port: (skip)
 * @peer: (nullable): see #FoliotJournalPort
 */
FOLIOT_API void foliot_journal_header_add_port (FoliotJournalHeader *header, guint32 number, const char *name,
                                                const char *kind, const char *peer);

/* ---- records ---- */

/**
 * FoliotJournalKind: (skip)
 * @FOLIOT_JOURNAL_HEADER: what the run is made from; the first record, written and read by itself
 * @FOLIOT_JOURNAL_STEP: time was granted: sequence (of the step), time_ns, event, name (by whom)
 * @FOLIOT_JOURNAL_IN: something entered: port, what (a #FoliotEventKind), sequence, time_ns, event, order, last_out,
 *   last_out_time_ns, text, bytes, error
 * @FOLIOT_JOURNAL_OUT: something left: port, what, sequence, time_ns, event, order, hash, length, bytes
 * @FOLIOT_JOURNAL_CONTROL: port, what (a #FoliotJournalControl), sequence, time_ns, event, name, text, error
 * @FOLIOT_JOURNAL_OBSERVED: somebody looked outside: sequence, time_ns, event, name, bytes
 * @FOLIOT_JOURNAL_NOTE: a mark by a person or an agent: time_ns, event, name (whose), text
 * @FOLIOT_JOURNAL_DIGEST: sequence (how many events it covers), time_ns, event, hash, name (of what: "run", an agent), text
 * @FOLIOT_JOURNAL_END: the recording is complete: what (exit code), time_ns, event, name (digest), text (verdict)
 */
typedef enum
{
  FOLIOT_JOURNAL_HEADER = 1,
  FOLIOT_JOURNAL_STEP,
  FOLIOT_JOURNAL_IN,
  FOLIOT_JOURNAL_OUT,
  FOLIOT_JOURNAL_CONTROL,
  FOLIOT_JOURNAL_OBSERVED,
  FOLIOT_JOURNAL_NOTE,
  FOLIOT_JOURNAL_DIGEST,
  FOLIOT_JOURNAL_END,
} FoliotJournalKind;

/**
 * FoliotJournalControl: (skip)
 * @FOLIOT_JOURNAL_CONTROL_PORT: there is a port that the header does not know: name, and in text its kind
 * @FOLIOT_JOURNAL_CONTROL_OPEN: we opened it
 * @FOLIOT_JOURNAL_CONTROL_ACCEPT: somebody connected
 * @FOLIOT_JOURNAL_CONTROL_PEER: who is at the other end, in text, as its certificate says
 * @FOLIOT_JOURNAL_CONTROL_CLOSE: it was closed; text: by whom
 * @FOLIOT_JOURNAL_CONTROL_ERROR: it failed: error
 * @FOLIOT_JOURNAL_CONTROL_TIMEOUT: nothing came in time
 */
typedef enum
{
  FOLIOT_JOURNAL_CONTROL_PORT = 1,
  FOLIOT_JOURNAL_CONTROL_OPEN,
  FOLIOT_JOURNAL_CONTROL_ACCEPT,
  FOLIOT_JOURNAL_CONTROL_PEER,
  FOLIOT_JOURNAL_CONTROL_CLOSE,
  FOLIOT_JOURNAL_CONTROL_ERROR,
  FOLIOT_JOURNAL_CONTROL_TIMEOUT,
} FoliotJournalControl;

/**
 * FoliotJournalRecord: (skip)
 * @kind: says which of the members below are kept, see #FoliotJournalKind; the others are 0 in what is read
 * @what: what kind of it
 * @number: of the record in its file, from 1; set by the reader
 * @offset: of the record in its file, in bytes; set by the reader
 * @wall_us: when its block was written, in microseconds since 1970, UTC; set by the reader. Information: no checksum has it
 * @port: number of the port
 * @sequence: on its port, from 1
 * @time_ns: simulated time
 * @event: the last kernel event that was dispatched before it; 0: none
 * @order: number over all ports, from 1, of what entered, or of what left
 * @last_out: order of the last OUT before it; 0: none
 * @last_out_time_ns: simulated time of that OUT
 * @hash: of the bytes, or the digest
 * @length: of the bytes that @hash is of, whether they are kept or not
 * @name: (nullable): at most %FOLIOT_JOURNAL_MAX_NAME_BYTES, UTF-8
 * @text: (nullable): at most %FOLIOT_JOURNAL_MAX_TEXT_BYTES, UTF-8
 * @bytes: (nullable): the message, as plain bytes
 * @error: (nullable): domain, code and message
 *
 * One record, as it is written and as it is read. A plain struct that owns nothing.
 */
typedef struct
{
  FoliotJournalKind kind;
  guint32 what;
  guint64 number;
  guint64 offset;
  gint64 wall_us;
  guint32 port;
  guint64 sequence;
  FoliotTime time_ns;
  guint64 event;
  guint64 order;
  guint64 last_out;
  FoliotTime last_out_time_ns;
  guint64 hash;
  guint64 length;
  const char *name;
  const char *text;
  GBytes *bytes;
  const GError *error;
} FoliotJournalRecord;

/**
 * foliot_journal_hash: (skip)
 *
 * Returns: the hash of a message, as OUT records hold it; the same on every machine
 */
FOLIOT_API guint64 foliot_journal_hash (gconstpointer data, gsize length);

/**
 * foliot_journal_kind_get_name: (skip)
 *
 * Returns: "in", "out", …; %NULL for no kind
 */
FOLIOT_API const char *foliot_journal_kind_get_name (FoliotJournalKind kind);
/**
 * foliot_journal_control_get_name: (skip)
 *
 * Returns: "open", "close", …; %NULL for none
 */
FOLIOT_API const char *foliot_journal_control_get_name (FoliotJournalControl control);

/* ---- writing ---- */

/**
 * FoliotJournalWriter: (skip)
 *
 * Appends records to a file.
 */
typedef struct _FoliotJournalWriter FoliotJournalWriter;

/**
 * foliot_journal_writer_new: (skip)
 * @path: a journal that is there is replaced, and so is an empty file
 * @header: what the run is made from; not needed afterwards
 * @error: %FOLIOT_JOURNAL_ERROR_REFUSED: something else is there, or a journal that somebody writes;
 *   %FOLIOT_JOURNAL_ERROR_WRITE, %FOLIOT_JOURNAL_ERROR_LIMIT
 *
 * Makes the file, mode 0600, and writes the header.
 *
 * Returns: (transfer full) (nullable): a writer
 */
FOLIOT_API FoliotJournalWriter *foliot_journal_writer_new (const char *path,
                                                           const FoliotJournalHeader *header,
                                                           GError **error) FOLIOT_WARN_UNUSED;
/**
 * foliot_journal_writer_add: (skip)
 * @record: its number, offset and wall_us are not looked at
 * @error: %FOLIOT_JOURNAL_ERROR_LIMIT: this record was not added; %FOLIOT_JOURNAL_ERROR_WRITE: a full block could not be
 *   written, and from now on nothing is added
 *
 * Appends a record to the block being filled; a full one is written.
 */
FOLIOT_API gboolean foliot_journal_writer_add (FoliotJournalWriter *writer, const FoliotJournalRecord *record,
                                               GError **error);
/**
 * foliot_journal_writer_flush: (skip)
 * @error: %FOLIOT_JOURNAL_ERROR_WRITE
 *
 * Writes what was added as a block, so that a reader sees it, and no end of the process takes it away. One system call;
 * none if nothing was added. To be called whenever the world is about to wait for the outside: before what left could be answered.
 */
FOLIOT_API gboolean foliot_journal_writer_flush (FoliotJournalWriter *writer, GError **error);
/**
 * foliot_journal_writer_close: (skip)
 * @error: %FOLIOT_JOURNAL_ERROR_WRITE, also of an earlier call
 *
 * Flushes and closes the file. A recording that is complete has got its END record before. Idempotent.
 */
FOLIOT_API gboolean foliot_journal_writer_close (FoliotJournalWriter *writer, GError **error);
/**
 * foliot_journal_writer_get_size: (skip)
 * @out_records: (out) (optional): how many records, the header among them
 *
 * Returns: how many bytes the journal has, what is not flushed yet too
 */
FOLIOT_API guint64 foliot_journal_writer_get_size (FoliotJournalWriter *writer, guint64 *out_records);
/**
 * foliot_journal_writer_free: (skip)
 *
 * Closes it, whatever comes of that.
 */
FOLIOT_API void foliot_journal_writer_free (FoliotJournalWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotJournalWriter, foliot_journal_writer_free)

/* ---- reading ---- */

/**
 * FoliotJournalReader: (skip)
 *
 * Reads a journal from its beginning to its end, which may be written meanwhile.
 */
typedef struct _FoliotJournalReader FoliotJournalReader;

/**
 * foliot_journal_reader_new: (skip)
 * @error: %FOLIOT_JOURNAL_ERROR_OPEN, EMPTY, FORMAT, VERSION, DAMAGED, TRUNCATED; without a header nothing can be read
 *
 * Opens a journal and reads its header.
 *
 * Returns: (transfer full) (nullable): a reader
 */
FOLIOT_API FoliotJournalReader *foliot_journal_reader_new (const char *path,
                                                           GError **error) FOLIOT_WARN_UNUSED;
/**
 * foliot_journal_reader_get_header: (skip)
 *
 * Returns: (transfer none): the header
 */
FOLIOT_API const FoliotJournalHeader *foliot_journal_reader_get_header (FoliotJournalReader *reader);
/**
 * foliot_journal_reader_get_path: (skip)
 *
 * Returns: (transfer none): the file, as it was named
 */
FOLIOT_API const char *foliot_journal_reader_get_path (FoliotJournalReader *reader);
/**
 * foliot_journal_reader_get_port: (skip)
 *
 * Returns: (transfer none) (nullable): the port of this number, from the header or from the CONTROL records read so far
 */
FOLIOT_API const FoliotJournalPort *foliot_journal_reader_get_port (FoliotJournalReader *reader,
                                                                    guint32 number);
/**
 * foliot_journal_reader_next: (skip)
 * @error: %FOLIOT_JOURNAL_ERROR_DAMAGED: who calls again gets what comes behind the damage.
 *   %FOLIOT_JOURNAL_ERROR_TRUNCATED: there is no more, and no END: the recording was cut off, or goes on; who calls again
 *   gets what was written since, or the same error. %FOLIOT_JOURNAL_ERROR_OPEN: the file cannot be read
 *
 * The next record. What it points to is good until the next call; bytes may be kept by a reference of one's own.
 *
 * Returns: (transfer none) (nullable): a record; %NULL without an error behind the END record
 */
FOLIOT_API const FoliotJournalRecord *foliot_journal_reader_next (FoliotJournalReader *reader,
                                                                  GError **error);
/**
 * foliot_journal_reader_get_place: (skip)
 * @out_records: (out) (optional): number of the last good record
 *
 * Returns: offset behind the last good record: where a file that was cut ends
 */
FOLIOT_API guint64 foliot_journal_reader_get_place (FoliotJournalReader *reader, guint64 *out_records);
/**
 * foliot_journal_reader_is_live: (skip)
 *
 * Returns: whether somebody writes the file now
 */
FOLIOT_API gboolean foliot_journal_reader_is_live (FoliotJournalReader *reader);
FOLIOT_API void foliot_journal_reader_free (FoliotJournalReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotJournalReader, foliot_journal_reader_free)

G_END_DECLS
