/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot.h>

/* Who speaks to whom in a journal: the names that its ports have for the two ends. */

typedef struct
{
  guint32 port;
  int far; /* who speaks when something comes in there; −1: a port that says nothing (a listener, a pause) */
  int near; /* who hears it */
} FoliotEnds;

typedef struct
{
  GPtrArray *names; /* char *, printable */
  GArray *ends;     /* FoliotEnds, one a port */
} FoliotParticipants;

void foliot_participants_init (FoliotParticipants *participants);
void foliot_participants_clear (FoliotParticipants *participants);
/* Takes the ports that @header has got since the last call. */
void foliot_participants_update (FoliotParticipants *participants, const FoliotJournalHeader *header);
/* Returns: (nullable): the program that recorded itself; NULL: the command did. */
const char *foliot_participants_get_program (const FoliotJournalHeader *header);
/* Returns: (nullable): those of the port. */
const FoliotEnds *foliot_participants_find (const FoliotParticipants *participants, guint32 port);
