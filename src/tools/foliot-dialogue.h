/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot.h>

/* What two have said to each other in a recording, whoever recorded it, from the side of one of them. */

typedef struct
{
  GBytes *bytes;
  guint64 order;  /* over both, from 1 */
  guint n_before; /* messages of the other one before it */
} FoliotSaid;

typedef struct
{
  char *partner;
  GArray *ours, *theirs; /* FoliotSaid */
  gboolean they_hung_up; /* and not we */
} FoliotDialogue;

void foliot_dialogue_clear (FoliotDialogue *dialogue);

/*
 * @as: who "we" are
 * @conversation: which of those that @as takes part in, by its number in the journal, from 1; 0: there is one
 * @lenient: go on behind damaged places
 *
 * A recording that was cut off is read as far as it goes, which is said on standard error. Error: FOLIOT_ERROR_VALUE: there is no such
 * conversation, or more than one, or not all that was said in it is there; FOLIOT_JOURNAL_ERROR.
 */
gboolean foliot_dialogue_load (FoliotDialogue *dialogue, const char *path, const char *as, guint conversation,
                               gboolean lenient, GError **error);
