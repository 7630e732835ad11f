/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-replay.h>

/*
 * What is left of a recording when what it holds enters by its causes: what came in, what left, and which message each came behind.
 * All of it is in memory, since it is looked through in any order. Each port has a lane; what is next in a lane either waits at
 * the message that it comes behind, or is among what may enter. So a message costs the same in a long recording as in a short one.
 *
 * Places are counted from 1; 0 is none. First everything is added, in the order of the recording; then, after
 * _foliot_causes_begin(), entries and departures stay where they are in memory.
 */

typedef struct _FoliotCauses FoliotCauses;
typedef struct _FoliotCausesLane FoliotCausesLane;

typedef struct
{
  FoliotJournalKind kind; /* IN or OBSERVED */
  FoliotEventKind event;
  guint32 port;
  guint64 question; /* place of a departure: the last of its port */
  guint64 after;    /* what @delay_ns is counted from, likewise */
  guint64 behind;   /* so many events */
  FoliotTime delay_ns;
  char *text;
  GBytes *bytes;
  GError *error;
  FoliotCausesLane *lane;
  guint64 next;     /* of its lane */
  gboolean is_done; /* of IN: it has entered */
  gboolean is_ready;
  FoliotTime due_ns; /* if it is ready */
} FoliotCausesEntry;

typedef struct
{
  guint32 port;
  guint64 sequence;
  guint64 hash;
  guint64 length;
  GBytes *bytes; /* (nullable) */
  FoliotTime recorded_ns;
  FoliotTime sent_ns;
  gboolean is_sent;
  FoliotCausesLane *lane;
  guint64 next; /* of its lane */
  guint64 next_alike;
  FoliotCausesLane *waiters; /* whose first entry comes behind it */
} FoliotCausesDeparture;

/*
 * @begun_ns: what comes before the first message is counted from it. @all_of_it: an entry comes behind all that had left before it,
 * as far as it still can, and not behind the last of its own port: nothing held time for an answer, so what came in at one port
 * may well have been for what was sent through another.
 */
FoliotCauses *_foliot_causes_new (FoliotTime begun_ns, gboolean all_of_it);
void _foliot_causes_free (FoliotCauses *self);
void _foliot_causes_add_entry (FoliotCauses *self, const FoliotJournalRecord *record, FoliotEventKind event);
void _foliot_causes_add_departure (FoliotCauses *self, const FoliotJournalRecord *record);
void _foliot_causes_begin (FoliotCauses *self);

guint64 _foliot_causes_get_n_departures (FoliotCauses *self);
guint64 _foliot_causes_count_unsent (FoliotCauses *self);
/* Whether the last that @port recorded was sent. */
gboolean _foliot_causes_is_last_sent (FoliotCauses *self, guint32 port);

/* Returns: (nullable): the first that may enter, as they are due, ties in the order of the recording. @has_port: whether it can. */
FoliotCausesEntry *_foliot_causes_find_ready (FoliotCauses *self, gboolean (*has_port) (gpointer, guint32),
                                              gpointer user_data);
/* Returns: (nullable): the first that is still to enter, be it ready or not. */
FoliotCausesEntry *_foliot_causes_find_first (FoliotCauses *self);
/* It has entered. */
void _foliot_causes_finish (FoliotCauses *self, FoliotCausesEntry *entry);
/* Returns: (nullable): the next that was observed by this name, which is done. */
const FoliotCausesEntry *_foliot_causes_take_observed (FoliotCauses *self, const char *name);

/* Returns: (nullable): the first that was recorded with these bytes through this port and is not sent. */
FoliotCausesDeparture *_foliot_causes_find_same (FoliotCauses *self, guint32 port, guint64 hash,
                                                 guint64 length);
/* Returns: (nullable): the first that is not sent, of this port, and of all. */
FoliotCausesDeparture *_foliot_causes_get_next_of_port (FoliotCauses *self, guint32 port);
FoliotCausesDeparture *_foliot_causes_get_next (FoliotCauses *self);
void _foliot_causes_note_sent (FoliotCauses *self, FoliotCausesDeparture *sent, FoliotTime now);
