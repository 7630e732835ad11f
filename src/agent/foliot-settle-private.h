/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-agent.h>

G_BEGIN_DECLS

/*
 * Settling, see docs/settle.md. A wave visits each world (each kernel) that can be reached over the connections of containers once, and
 * brings back what it found in each: a list of worlds.
 *
 * A world is a map: "name", "drive", "quiet", "now_ns", "next_due_ns" (or null), "holds", "waits", "links" and, if it was asked
 * for, "report". A link is a list of what follows; the two ends of a link give it mirrored.
 */
enum
{
  FOLIOT_LINK_END,      /* its own name for this end */
  FOLIOT_LINK_PEER,     /* the other end's, or null */
  FOLIOT_LINK_ORIGIN,   /* whom failures name */
  FOLIOT_LINK_SENT,     /* messages */
  FOLIOT_LINK_RECEIVED, /* messages */
  FOLIOT_LINK_OWED,     /* requests without an answer */
  FOLIOT_LINK_PLAIN,    /* whether the peer does not settle: aiomas, or a client without services */
  FOLIOT_LINK_N_FIELDS,
};

/*
 * FoliotWave:
 * @id: (nullable): its name, the same everywhere; %NULL: it visits this world alone
 * @from: (nullable): the channel that it came over
 * @from_end: (nullable): the name of the other end of that
 * @report: whether who waits for what is reported too
 * @limit_ms: how long an answer is waited for, by the wall clock; who does not answer is plain
 */
typedef struct
{
  const char *id;
  FoliotChannel *from;
  const char *from_end;
  gboolean report;
  guint limit_ms;
} FoliotWave;

/* On a fiber: visits the world of @container and, beyond it, all that @wave has not visited yet.
 * Returns: (transfer full) (nullable): {"end", "seen", "worlds"}; the worlds are none if it was here before. */
FoliotValue *_foliot_settle_visit (FoliotContainer *container, const FoliotWave *wave,
                                   GError **error) FOLIOT_WARN_UNUSED;

/*
 * _foliot_settle_judge:
 * @before, @after: the worlds that two successive waves found
 *
 * Returns: (transfer full) (nullable): what foliot_container_settle() resolves with; %NULL: something may be left to do
 */
FoliotValue *_foliot_settle_judge (FoliotValue *before, FoliotValue *after) FOLIOT_WARN_UNUSED;

/* As foliot_container_settle(), where all peers are known to settle: who has not answered yet is waited for up to a quarter of the limit. */
FoliotFuture *_foliot_container_settle_patiently (FoliotContainer *container,
                                                  guint limit_ms) FOLIOT_WARN_UNUSED;

/* Returns: (transfer full): who waits for whom, and what is on its way. */
char *_foliot_settle_report (FoliotValue *worlds) FOLIOT_WARN_UNUSED;

G_END_DECLS
