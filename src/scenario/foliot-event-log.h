/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-scenario.h>

/*
 * The events of a run, kept, with what they carried: as much as its owner wants of it. `foliot diff` reads it.
 *
 * The file: the magic; then as little-endian 64-bit words the number of the first event, how many events there are, and whether
 * they are all that the run had (1) or not (0); the names of nodes and of links, each list a count and then texts; then the
 * events; then for each block of them (FOLIOT_EVENTS_BLOCK) two words: where it begins, counted from the first event on, and the
 * time of the event before it. Counts and the numbers of events are varints (7 bits a byte, the lowest first), a text is a length
 * and its bytes.
 *
 * An event: a byte with its kind and with what follows; the time since the event before (zigzag: it may go back in a world
 * that is set); how long ago its cause was (0: none); its node; if it is a message, link and number on the link; the draws, if any; the
 * payload's hash, 8 bytes, if any; what it carried, if it was kept: the length of all of it, then for each thing what it is, a
 * text, and its MsgPack, a text too.
 */
#define FOLIOT_EVENTS_MAGIC "foliot events 1\n"
#define FOLIOT_EVENTS_BLOCK 4096

enum
{
  FOLIOT_EVENTS_KIND = 0x0f,
  FOLIOT_EVENTS_MESSAGE = 0x10,
  FOLIOT_EVENTS_DRAWS = 0x20,
  FOLIOT_EVENTS_PAYLOAD = 0x40,
  FOLIOT_EVENTS_CONTENT = 0x80,
};

typedef struct _FoliotEventLog FoliotEventLog;

/*
 * foliot_event_log_new:
 * @max_bytes: it stops when it has as many; 0: no limit, and what is more than a few megabytes waits in a file without a name
 * @first: number of the first event to keep, from 1
 * @last: of the last one
 *
 * Keeps what @kernel, which must outlive it, runs from now on.
 */
FoliotEventLog *foliot_event_log_new (FoliotKernel *kernel, gsize max_bytes, guint64 first, guint64 last);
void foliot_event_log_free (FoliotEventLog *log);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotEventLog, foliot_event_log_free)

typedef void (*FoliotEventLogWriteFunc) (gconstpointer bytes, gsize length, gpointer user_data);
/* All of the file, piece by piece. Error: RESULTS: what waited in a file cannot be read back. */
gboolean foliot_event_log_write (FoliotEventLog *log, FoliotEventLogWriteFunc write, gpointer user_data,
                                 GError **error);
