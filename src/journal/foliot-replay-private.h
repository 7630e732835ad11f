/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-replay.h>

#include "kernel/foliot-gate-private.h"

/* What the recorder and the replay agree upon. */

#define FOLIOT_REPLAY_DIGEST_EVENTS 4096 /* so many are lost at most when a run turns out to differ inside */
#define FOLIOT_REPLAY_INTERRUPTED   "interrupted"
#define FOLIOT_REPLAY_FAILED        "failed: "

/* FoliotJournalRecord.what of OUT. */
enum
{
  FOLIOT_REPLAY_REFUSED = 1 << 0, /* the wire did not take it; a CONTROL with the error follows */
  FOLIOT_REPLAY_OUTSIDE = 1 << 1, /* of no event */
};

/* How far a record that is played back has come, and what it was that ended it. */
struct _FoliotReplay
{
  FoliotJournalReader *reader;
  FoliotReplayOptions options;
  FoliotKernel *kernel;            /* (nullable) */
  const FoliotJournalRecord *next; /* (nullable) not played yet; NULL: there are no more */
  GError *trouble;                 /* (nullable) why there are no more, if the recording does not end here */
  GError *error;                   /* (nullable) what ended the replay */
  FoliotRecord *events;            /* the last ones of the run, a ring */
  guint64 n_in, n_out;             /* that have entered and left */
  guint64 n_different;             /* of what left */
  guint64 n_damaged;               /* places of the file that cannot be read */
  GString *told;                   /* differences that did not end it, a line each */
  gboolean has_begun_to_differ;    /* so digests are others, too */
  gboolean is_over;                /* the recorded run was over here */
  gboolean was_interrupted;
};

#define FOLIOT_REPLAY_EVENTS 65536 /* that are remembered */

/* ---- foliot-replay-difference.c: sentences ---- */

/* The name of a port of the recording. */
const char *_foliot_replay_get_port_name (FoliotReplay *replay, guint32 number);
/* Returns: (transfer full): a message left that is another one than the next of the recording. */
GError *_foliot_replay_new_departure_error (FoliotReplay *replay, const FoliotPort *port,
                                            const FoliotGatePoint *point, GBytes *bytes);
/* Returns: (transfer full): @what did not happen, which is the next of the recording. */
GError *_foliot_replay_new_absence_error (FoliotReplay *replay, const FoliotGatePoint *point);
/* Returns: (transfer full) */
GError *_foliot_replay_new_digest_error (FoliotReplay *replay, const FoliotGatePoint *point,
                                         const char *expected, const char *actual);
/* Returns: (transfer full): the run waits for what the recording does not hold. @why: (nullable): what holds time. */
GError *_foliot_replay_new_missing_error (FoliotReplay *replay, const FoliotGatePoint *point,
                                          const char *what, const char *why);

static inline const char *
_foliot_replay_get_port_kind (const FoliotPort *port)
{
  return port->replay != NULL ? port->replay->kind : "port";
}

/* Whether what arrives at @port is a CONTROL in the journal. */
static inline gboolean
_foliot_replay_is_control (const FoliotPort *port, FoliotEventKind kind)
{
  return kind == FOLIOT_EVENT_LINK
         || (kind == FOLIOT_EVENT_GATE && g_str_equal (_foliot_replay_get_port_kind (port), "pause"));
}
