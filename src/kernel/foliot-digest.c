/* SPDX-License-Identifier: MIT */
#include "foliot-digest.h"

#include <string.h>

#include "base/foliot-hash-private.h"

/*
 * The whole run is hashed by XXH3-128 over the records in canonical form, in blocks: hashing each record by itself
 * would cost three times as much. Nodes and links, of which there may be many, have a chain of one word each instead.
 *
 * A node's chain holds only what the node can see: its own numbering, times, kinds, draws, and the view hash of what it
 * was sent. So it does not move when another node does something else in between, nor when the node lives in another
 * container, where its address and its links have other names; names enter the whole-run digest only.
 *
 * The ladder starts with a checkpoint after each event; whenever it is full, every second one goes and the spacing
 * doubles. So short runs are exact and long ones need no more memory.
 */

#define BUFFERED_RECORDS 128

static void
flush (FoliotDigest *digest)
{
  XXH3_128bits_update (digest->run, digest->buffer, digest->n_buffered * sizeof *digest->buffer);
  digest->n_buffered = 0;
}

static inline void
append (FoliotDigest *digest, const FoliotRecord *record)
{
  digest->buffer[digest->n_buffered] = (FoliotCanonicalRecord){
    .sequence = GUINT64_TO_LE (record->sequence),
    .time = GUINT64_TO_LE ((guint64) record->time_ns),
    .cause = GUINT64_TO_LE (record->cause),
    .link_sequence = GUINT64_TO_LE (record->link_sequence),
    .payload_hash = GUINT64_TO_LE (record->payload_hash),
    .kind = GUINT32_TO_LE (record->kind),
    .node = GUINT32_TO_LE (record->node),
    .link = GUINT32_TO_LE (record->link),
    .draws = GUINT32_TO_LE (record->draws),
  };
  if (G_UNLIKELY (++digest->n_buffered == BUFFERED_RECORDS))
    flush (digest);
}

static XXH128_hash_t
run_hash (FoliotDigest *digest)
{
  flush (digest);
  return XXH3_128bits_digest (digest->run);
}

/* Sequence 0, which no event has, marks a name in the stream of records. */
static void
append_name (FoliotDigest *digest, guint32 node, guint32 link, const char *name)
{
  guint64 hash = foliot_hash_bytes (name, strlen (name));

  append (digest, &(FoliotRecord){ .payload_hash = hash, .node = node, .link = link });
}

/* The room doubles whenever the number reaches a power of two. */
static void
add_view (FoliotView **views, guint *n_views)
{
  if ((*n_views & (*n_views - 1)) == 0)
    *views = g_renew (FoliotView, *views, MAX (2 * *n_views, 1));
  (*views)[(*n_views)++] = (FoliotView){ 0, 0 };
}

static G_GNUC_NO_INLINE void
add_checkpoint (FoliotDigest *digest, const FoliotRecord *record)
{
  if (digest->n_checkpoints == FOLIOT_DIGEST_MAX_CHECKPOINTS)
    {
      digest->n_checkpoints /= 2;
      digest->spacing *= 2;
      for (gsize i = 0; i < digest->n_checkpoints; i++)
        digest->checkpoints[i] = digest->checkpoints[2 * i + 1];
    }
  if (record->sequence % digest->spacing == 0)
    digest->checkpoints[digest->n_checkpoints++]
        = (FoliotCheckpoint){ record->sequence, record->time_ns, run_hash (digest).low64 };
  digest->next_checkpoint = (record->sequence / digest->spacing + 1) * digest->spacing;
}

void
foliot_digest_init (FoliotDigest *digest)
{
  memset (digest, 0, sizeof *digest);
  digest->run = g_aligned_alloc0 (1, sizeof (XXH3_state_t), 64);
  XXH3_128bits_reset (digest->run);
  digest->buffer = g_new (FoliotCanonicalRecord, BUFFERED_RECORDS);
  digest->checkpoints = g_new (FoliotCheckpoint, FOLIOT_DIGEST_MAX_CHECKPOINTS);
  digest->spacing = 1;
  digest->next_checkpoint = 1;
  add_view (&digest->nodes, &digest->n_nodes);
  add_view (&digest->links, &digest->n_links);
}

void
foliot_digest_clear (FoliotDigest *digest)
{
  g_aligned_free (digest->run);
  g_free (digest->buffer);
  g_free (digest->checkpoints);
  g_free (digest->nodes);
  g_free (digest->links);
  memset (digest, 0, sizeof *digest);
}

void
foliot_digest_add_node (FoliotDigest *digest, guint32 node, const char *name)
{
  g_assert (node == digest->n_nodes);
  add_view (&digest->nodes, &digest->n_nodes);
  append_name (digest, node, 0, name);
}

void
foliot_digest_add_link (FoliotDigest *digest, guint32 link, const char *name)
{
  g_assert (link == digest->n_links);
  add_view (&digest->links, &digest->n_links);
  append_name (digest, 0, link, name);
}

void
foliot_digest_add_record (FoliotDigest *digest, const FoliotRecord *record, guint64 node_cause)
{
  FoliotView *node = &digest->nodes[record->node];
  guint64 what = foliot_hash_mix ((guint64) record->time_ns, record->view_hash);
  guint64 which = foliot_hash_mix (++node->count << 8 | record->kind, node_cause);

  node->chain = foliot_hash_mix (node->chain, foliot_hash_mix (what, which) + record->draws);
  if (record->link != 0)
    {
      FoliotView *link = &digest->links[record->link];
      link->count++;
      link->chain = foliot_hash_mix (foliot_hash_mix (link->chain, record->link_sequence),
                                     foliot_hash_mix ((guint64) record->time_ns, record->payload_hash));
    }
  append (digest, record);
  if (G_UNLIKELY (record->sequence >= digest->next_checkpoint))
    add_checkpoint (digest, record);
}

void
foliot_digest_add_departure (FoliotDigest *digest, guint32 port, guint64 sequence, FoliotTime time_ns,
                             guint64 hash)
{
  FoliotView *outside = &digest->outside;

  outside->count++;
  outside->chain = foliot_hash_mix (foliot_hash_mix (outside->chain, (guint64) port << 40 ^ sequence),
                                    foliot_hash_mix ((guint64) time_ns, hash));
}

char *
foliot_digest_dup_run (FoliotDigest *digest)
{
  XXH128_hash_t hash = run_hash (digest);

  return g_strdup_printf ("%016" G_GINT64_MODIFIER "x%016" G_GINT64_MODIFIER "x", (guint64) hash.high64,
                          (guint64) hash.low64);
}
