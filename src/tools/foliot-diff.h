/* SPDX-License-Identifier: MIT */
#pragma once

#include "tools/foliot-diff-journal.h"

/*
 * Where two runs part: by their ladders the window, in it the first event that is not the same, and what led to it.
 */

/* An event with all that is to be told of it. */
typedef struct
{
  FoliotNamedRecord named;
  char *node, *link;   /* nullable; those of @named */
  GPtrArray *contents; /* of FoliotContent */
} FoliotDiffEvent;

typedef struct
{
  FoliotDiffSide *sides[2];

  /* Nodes, by what they saw. */
  GPtrArray *differing; /* names, in the order of A */
  GPtrArray *only[2];   /* names that the other does not have */
  guint n_same;
  gboolean tie; /* each node saw the same run; only the interleaving differs */

  /* The first difference is one of these events. */
  guint64 from, to;
  FoliotTime from_ns, to_ns; /* FOLIOT_TIME_NEVER: not known */

  gboolean found;             /* whether it was found there; else a side's why_not says why not */
  FoliotDiffEvent *events[2]; /* nullable: a run that had come to its end */
  FoliotField field;
  GPtrArray *causes[2];         /* of FoliotDiffEvent, the latest first; of B only those that A has not */
  FoliotDiffMessages *messages; /* nullable: of two recordings, the first message in which they differ */
} FoliotDiff;

/* @sides, @how: of A and of B. @error: what a damaged file says. */
FoliotDiff *foliot_diff_new (FoliotDiffSide *sides[2], const FoliotDiffRemake how[2], GError **error);
void foliot_diff_free (FoliotDiff *diff);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotDiff, foliot_diff_free)

/* Whether the two are the same run: equal digests. */
gboolean foliot_diff_is_same (const FoliotDiffSide *a, const FoliotDiffSide *b);

/* -- for people and for programs; foliot-diff-print.c -- */

/* @colour: as for a terminal. */
void foliot_diff_print (const FoliotDiff *diff, gboolean colour);
void foliot_diff_print_same (FoliotDiffSide *sides[2]);
/* @diff: (nullable): they are the same. */
void foliot_diff_print_json (FoliotDiffSide *sides[2], const FoliotDiff *diff, gboolean same);
