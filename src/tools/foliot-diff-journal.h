/* SPDX-License-Identifier: MIT */
#pragma once

#include "tools/foliot-diff-side.h"

/* Recordings: what they say of a run by themselves, and the first message in which two of them differ. */

/* One message that entered or left. */
typedef struct
{
  gboolean left; /* else it entered */
  char *port;
  guint64 sequence; /* on its port */
  guint64 order;    /* among all that left, or that entered */
  FoliotTime time_ns;
  guint64 hash;
  GBytes *bytes; /* nullable: a recording need not keep what left */
} FoliotDiffMessage;

typedef struct
{
  FoliotDiffMessage *messages[2]; /* nullable: the recording has no more */
  char *where;                    /* nullable: in the message, as `/2/1/0` */
} FoliotDiffMessages;

void foliot_diff_messages_free (FoliotDiffMessages *messages);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotDiffMessages, foliot_diff_messages_free)

/* Fills in what the recording @side->path says. @error: FOLIOT_JOURNAL_ERROR. */
gboolean foliot_diff_journal_read (FoliotDiffSide *side, GError **error);
/* The first message that is not the same in both; %NULL without an error: there is none. What mosaik says of how far a step may go
 * does not count, because it depends on how fast others are. */
FoliotDiffMessages *foliot_diff_journals_compare (const char *a, const char *b, GError **error);
