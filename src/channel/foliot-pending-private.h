/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-async.h>

/*
 * The requests of a channel that wait for their reply, by id. Ids are our own and count up, so a small table that is
 * indexed by the low bits finds nearly all at the first look: no hashing, no allocation per call.
 */

typedef struct
{
  guint64 id;
  FoliotFuture *future; /* owned; NULL: the place is free */
  FoliotValue
      *content; /* (nullable) owned: of the request, kept in debug mode, and as far as a hold names it */
  guint32 node; /* that sent the request, and will see the reply */
} FoliotPending;

typedef struct
{
  FoliotPending *entries;
  guint n_entries;
  guint capacity;    /* a power of two, or 0; always more than n_entries */
  guint n_displaced; /* entries that do not stand where their id's low bits say */
} FoliotPendingTable;

/* @id must not be in the table. @future: (transfer full). @content: (transfer full) (nullable) */
void _foliot_pending_add (FoliotPendingTable *table, guint64 id, FoliotFuture *future, FoliotValue *content,
                          guint32 node);
/* Moves the entry of @id to @out_pending. Returns: whether there was one. */
gboolean _foliot_pending_take (FoliotPendingTable *table, guint64 id, FoliotPending *out_pending);
/* Returns: (transfer none) (nullable): the entry of @id, good until the table changes. */
const FoliotPending *_foliot_pending_peek (const FoliotPendingTable *table, guint64 id);
/* Empties the table. Returns: (transfer full) (nullable): its entries, by id. */
FoliotPending *_foliot_pending_take_all (FoliotPendingTable *table, guint *out_n);
void _foliot_pending_clear (FoliotPending *pending);
