/* SPDX-License-Identifier: MIT */
#pragma once

#include "scenario/foliot-difference.h"

/*
 * Reads the events that a run left (scenario/foliot-event-log.h), one after another or from any of them on. A file may be from
 * anybody: whatever is in it, what is wrong is an error.
 */

typedef struct _FoliotEventReader FoliotEventReader;

typedef struct
{
  FoliotNamedRecord named;
  const guint8 *
      content; /* nullable: what it carried was not kept, or it carried nothing; good until the next event is read */
  gsize n_content;
} FoliotKeptEvent;

/* One thing that an event carried. */
typedef struct
{
  char *what;
  FoliotValue *value;
} FoliotContent;

/* @error: FOLIOT_ERROR_VALUE: not of ours, of another version, cut off; or what the system says. */
FoliotEventReader *foliot_event_reader_open (const char *path, GError **error);
void foliot_event_reader_free (FoliotEventReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotEventReader, foliot_event_reader_free)

/* The numbers of the first and of the last event; of none, the last is before the first. */
guint64 foliot_event_reader_get_first (FoliotEventReader *reader);
guint64 foliot_event_reader_get_last (FoliotEventReader *reader);
/* Whether these are all events that the run had. */
gboolean foliot_event_reader_is_complete (FoliotEventReader *reader);
/* The next event read is number @sequence, which must be there. */
gboolean foliot_event_reader_seek (FoliotEventReader *reader, guint64 sequence, GError **error);
/* FALSE without an error: that was the last one. */
gboolean foliot_event_reader_next (FoliotEventReader *reader, FoliotKeptEvent *out_event, GError **error);
/* Returns: (transfer full): of FoliotContent; what cannot be decoded is left out. */
GPtrArray *foliot_kept_event_dup_contents (const FoliotKeptEvent *event);
