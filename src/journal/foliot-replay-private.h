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

typedef struct _FoliotReplayCausal FoliotReplayCausal;

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
  guint64 n_told;                  /* differences, of all kinds */
  guint64 n_damaged;               /* places of the file that cannot be read */
  GString *told;                   /* differences that did not end it, a line each */
  FoliotReplayCausal *causal;      /* (nullable) what is left, once anchors are causal */
  guint64 n_causal;                /* that entered by such an anchor, of n_in */
  gboolean has_begun_to_differ;    /* so digests are others, too */
  gboolean has_other_digest;       /* at the end, which is all that is different */
  gboolean is_over;                /* the recorded run was over here */
  gboolean was_interrupted;
};

/* ---- foliot-recorder.c: a NOTE ---- */
void _foliot_recorder_note (FoliotRecorder *recorder, const FoliotJournalRecord *record);

#define FOLIOT_REPLAY_EVENTS 65536 /* that are remembered */

/* ---- foliot-replay.c ---- */

/* A difference; takes @error. Returns: whether the replay goes on. */
gboolean _foliot_replay_differ (FoliotReplay *replay, GError *error);
void _foliot_replay_read_next (FoliotReplay *replay);
/* Ends the replay; takes @error. */
void _foliot_replay_stop (FoliotReplay *replay, GError *error);
FoliotEventKind _foliot_replay_get_kind (const FoliotJournalRecord *record);

/* ---- foliot-replay-causal.c ---- */

/* Reads what is left of the recording into memory: from now on anchors are causal. */
void _foliot_replay_begin_causal (FoliotReplay *replay, const FoliotGatePoint *point);
void _foliot_replay_causal_free (FoliotReplayCausal *causal);
/* As in FoliotGateSource. */
guint64 _foliot_replay_causal_get_room (FoliotReplay *replay, const FoliotGatePoint *point,
                                        FoliotTime *limit);
gboolean _foliot_replay_causal_enter (FoliotReplay *replay, const FoliotGatePoint *point, gboolean is_stuck);
gboolean _foliot_replay_causal_depart (FoliotReplay *replay, FoliotPort *port, const FoliotGatePoint *point,
                                       GBytes *bytes, GError **error);
gboolean _foliot_replay_causal_recall (FoliotReplay *replay, const char *name, FoliotValue **out_value,
                                       GError **error);
gboolean _foliot_replay_causal_pass_mark (FoliotReplay *replay, const char *name);
/* @out_record: the message that is the next to be sent, an OUT; good until it is. Returns: whether there is one. */
gboolean _foliot_replay_causal_peek_expected (FoliotReplay *replay, FoliotJournalRecord *out_record);
/* Returns: (transfer full) (nullable): which question has no answer, for a sentence. */
char *_foliot_replay_causal_dup_unanswered (FoliotReplay *replay);
/* What was recorded and did not happen is told. */
void _foliot_replay_causal_end (FoliotReplay *replay);

/* ---- foliot-replay-difference.c: sentences ---- */

/* The name of a port of the recording. */
const char *_foliot_replay_get_port_name (FoliotReplay *replay, guint32 number);
/* Returns: (transfer full): a message left that is another one than the next of the recording. */
GError *_foliot_replay_new_departure_error (FoliotReplay *replay, const FoliotPort *port,
                                            const FoliotGatePoint *point, GBytes *bytes);
/* Returns: (transfer full): a message arrives that another end in this world sends, as (nullable) @sent now. */
GError *_foliot_replay_new_inside_error (FoliotReplay *replay, const FoliotPort *port,
                                         const FoliotGatePoint *point, GBytes *recorded, GBytes *sent);
/* Returns: (transfer full): @what did not happen, which is the next of the recording. */
GError *_foliot_replay_new_absence_error (FoliotReplay *replay, const FoliotGatePoint *point);
/* Returns: (transfer full) */
GError *_foliot_replay_new_digest_error (FoliotReplay *replay, const FoliotGatePoint *point,
                                         const char *expected, const char *actual);
/* Returns: (transfer full): a run that says nothing to the outside came out with the digest @actual. @end: of the recording. */
GError *_foliot_replay_new_silent_error (FoliotReplay *replay, const FoliotGatePoint *point,
                                         const FoliotJournalRecord *end, const char *actual);
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
