/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-kernel.h>

/*
 * Digests over event records: the whole run's, each node's own view, each link's, and the ladder of checkpoints.
 */

#define FOLIOT_DIGEST_MAX_CHECKPOINTS 1024

/* How one node (or link) saw the run. */
typedef struct
{
  guint64 count; /* its events */
  guint64 chain;
} FoliotView;

/* A record as it is hashed: 56 bytes, little-endian, in this order. */
typedef struct
{
  guint64 sequence, time, cause, link_sequence, payload_hash;
  guint32 kind, node, link, draws;
} FoliotCanonicalRecord;

G_STATIC_ASSERT (sizeof (FoliotCanonicalRecord) == 56);

typedef struct
{
  gpointer run; /* the XXH3-128 state of the whole run */
  FoliotCanonicalRecord *buffer;
  guint n_buffered;
  FoliotView *nodes; /* index 0 is the world itself */
  FoliotView *links; /* index 0 is unused */
  guint n_nodes, n_links;
  FoliotView outside; /* what left at external ports */
  guint64 next_checkpoint;
  guint64 spacing;
  FoliotCheckpoint *checkpoints;
  gsize n_checkpoints;
} FoliotDigest;

void foliot_digest_init (FoliotDigest *digest);
void foliot_digest_clear (FoliotDigest *digest);
/* Ids must come in order, from 1. The name enters the whole-run digest, because records hold only the id. */
void foliot_digest_add_node (FoliotDigest *digest, guint32 node, const char *name);
void foliot_digest_add_link (FoliotDigest *digest, guint32 link, const char *name);
/* @node_cause: 0 when the cause was another node's event. */
void foliot_digest_add_record (FoliotDigest *digest, const FoliotRecord *record, guint64 node_cause);
/* A message that leaves through the gate: which one of which port, and its bytes. */
void foliot_digest_add_departure (FoliotDigest *digest, guint32 port, guint64 sequence, FoliotTime time_ns,
                                  guint64 hash);
/* Returns: (transfer full): 32 hex digits. */
char *foliot_digest_dup_run (FoliotDigest *digest);
