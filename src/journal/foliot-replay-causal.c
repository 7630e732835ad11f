/* SPDX-License-Identifier: MIT */
#include "journal/foliot-replay-private.h"

#include <string.h>

#include "journal/foliot-causes-private.h"
#include "journal/foliot-journal-plain-private.h"

/*
 * The second anchor, for a program that is not the recorded one: its events have other numbers, so what was recorded enters when
 * the message that left before it has left again, and as long after it in simulated time as it did.
 *
 * A question is the same when its bytes are: an answer must not come before its question, nor to another one. An answer of
 * ours may have changed with the program, and still is the one to the question that was recorded: it takes the place of the next that its
 * port recorded. Whatever else is sent was not in the recording, and what only came after a message that is never sent does not
 * come.
 *
 * Where nothing at all was said there is no cause, and no message that could be compared. Then what was recorded enters behind as many
 * events as it did, or at its time if that comes first; and the digest at the end has to be the recorded one.
 */

struct _FoliotReplayCausal
{
  FoliotCauses *causes;
  char *unanswered;   /* (nullable) the last message that is not in the recording */
  gboolean is_silent; /* nothing was said, and nothing has differed before */
};

void
_foliot_replay_causal_free (FoliotReplayCausal *causal)
{
  _foliot_causes_free (causal->causes);
  g_free (causal->unanswered);
  g_free (causal);
}

/* What the clock of the machine did belongs to the program that ran then: another one has its own times. */
static gboolean
is_in_real_time (const FoliotReplay *replay)
{
  return foliot_kernel_get_drive (replay->kernel) == FOLIOT_DRIVE_REALTIME;
}

void
_foliot_replay_begin_causal (FoliotReplay *replay, const FoliotGatePoint *point)
{
  FoliotReplayCausal *causal = g_new0 (FoliotReplayCausal, 1);
  FoliotCauses *causes = _foliot_causes_new (point->time_ns, is_in_real_time (replay));
  FoliotTime last_ns = point->time_ns;

  for (; replay->next != NULL && replay->next->kind != FOLIOT_JOURNAL_END; _foliot_replay_read_next (replay))
    {
      last_ns = MAX (last_ns, replay->next->time_ns);
      if (replay->next->kind == FOLIOT_JOURNAL_OUT)
        _foliot_causes_add_departure (causes, replay->next);
      else if (replay->next->kind != FOLIOT_JOURNAL_STEP && replay->next->kind != FOLIOT_JOURNAL_DIGEST)
        _foliot_causes_add_entry (causes, replay->next, _foliot_replay_get_kind (replay->next));
    }
  _foliot_causes_begin (causes);
  causal->causes = causes;
  causal->is_silent
      = _foliot_causes_get_n_departures (causes) == 0 && replay->n_out == 0 && replay->n_told == 0;
  replay->causal = causal;
  replay->has_begun_to_differ = TRUE;
  if (is_in_real_time (replay))
    _foliot_gate_free_time (replay->kernel, replay->next != NULL ? replay->next->time_ns : last_ns);
}

/* ---- entering -------------------------------------------------------------------------------------------------- */

static gboolean
has_port (gpointer replay, guint32 port)
{
  return _foliot_gate_find_port (((FoliotReplay *) replay)->kernel, port) != NULL;
}

static FoliotCausesEntry *
find_ready (FoliotReplay *replay)
{
  return _foliot_causes_find_ready (replay->causal->causes, has_port, replay);
}

static gboolean
was_interrupted (const FoliotJournalRecord *end)
{
  return end != NULL && end->text != NULL && g_str_equal (end->text, FOLIOT_REPLAY_INTERRUPTED);
}

/* Where nothing was said: behind how many events @next (nullable) enters, or somebody interrupts the run. */
static guint64
get_behind (const FoliotReplay *replay, const FoliotCausesEntry *next)
{
  if (next != NULL)
    return next->behind;
  return was_interrupted (replay->next) ? replay->next->event : G_MAXUINT64;
}

/* … which is here. */
static gboolean
is_behind (FoliotReplay *replay, const FoliotGatePoint *point, const FoliotCausesEntry *next)
{
  if (!replay->causal->is_silent || get_behind (replay, next) != point->dispatched)
    return FALSE;
  return next == NULL
         || (next->is_ready && has_port (replay, next->port)
             && next->due_ns <= MAX (point->horizon, point->time_ns));
}

static guint64
count_events (FoliotReplay *replay, const FoliotGatePoint *point)
{
  const FoliotCausesEntry *next = _foliot_causes_find_first (replay->causal->causes);
  guint64 behind = get_behind (replay, next);

  if (behind > point->dispatched)
    return behind - point->dispatched;
  return is_behind (replay, point, next) ? 0 : G_MAXUINT64;
}

guint64
_foliot_replay_causal_get_room (FoliotReplay *replay, const FoliotGatePoint *point, FoliotTime *limit)
{
  const FoliotCausesEntry *ready = find_ready (replay);

  if (ready != NULL)
    *limit = MIN (*limit, MAX (ready->due_ns, point->time_ns));
  if (is_in_real_time (replay)) /* nothing holds time: each event may be what an answer waits for */
    return 1;
  return replay->causal->is_silent ? count_events (replay, point) : G_MAXUINT64;
}

/* Nothing comes any more, and nobody else ends it: it goes on to where the recording ends. */
static void
end_real_time (FoliotReplay *replay)
{
  const FoliotJournalRecord *end = replay->next;

  replay->was_interrupted = was_interrupted (end);
  if (end != NULL && _foliot_gate_move_time (replay->kernel, end->time_ns))
    foliot_kernel_interrupt (replay->kernel);
  else if (end == NULL && replay->trouble != NULL)
    _foliot_replay_stop (replay, g_error_copy (replay->trouble));
}

static gboolean
interrupt (FoliotReplay *replay)
{
  if (!_foliot_gate_move_time (replay->kernel, replay->next->time_ns))
    return FALSE;
  replay->was_interrupted = TRUE;
  foliot_kernel_interrupt (replay->kernel);
  return TRUE;
}

static gboolean
admit (FoliotReplay *replay, const FoliotGatePoint *point, FoliotCausesEntry *entry, gboolean by_its_cause)
{
  FoliotPort *port = _foliot_gate_find_port (replay->kernel, entry->port);
  g_autoptr (FoliotValue) description = NULL;

  if (!point->is_held && !_foliot_gate_move_time (replay->kernel, entry->due_ns))
    return FALSE;
  _foliot_causes_finish (replay->causal->causes, entry);
  if (g_strcmp0 (port->name, _foliot_replay_get_port_name (replay, entry->port)) != 0)
    return TRUE; /* another port has its number now */
  replay->n_in++;
  replay->n_causal += by_its_cause;
  description = _foliot_journal_value_from_text (entry->text, entry->text != NULL ? strlen (entry->text) : 0);
  if (entry->bytes == NULL && entry->event == FOLIOT_EVENT_FRAME)
    entry->bytes = g_bytes_new (NULL, 0);
  _foliot_gate_bring_again (replay->kernel, port, entry->event, g_steal_pointer (&entry->bytes),
                            g_steal_pointer (&entry->error), description);
  return TRUE;
}

/* Returns: whether something entered by the number of events. */
static gboolean
enter_behind (FoliotReplay *replay, const FoliotGatePoint *point)
{
  FoliotCausesEntry *next = _foliot_causes_find_first (replay->causal->causes);

  if (!is_behind (replay, point, next))
    return FALSE;
  return next == NULL ? interrupt (replay) : admit (replay, point, next, FALSE);
}

gboolean
_foliot_replay_causal_enter (FoliotReplay *replay, const FoliotGatePoint *point, gboolean is_stuck)
{
  FoliotCausesEntry *entry;

  if (enter_behind (replay, point))
    return TRUE;
  entry = is_stuck ? find_ready (replay) : NULL;
  if (is_stuck && entry == NULL && is_in_real_time (replay))
    end_real_time (replay);
  if (entry == NULL || (entry->due_ns > point->time_ns && (entry->due_ns > point->horizon || point->settles)))
    return FALSE;
  return admit (replay, point, entry, TRUE);
}

/* ---- leaving --------------------------------------------------------------------------------------------------- */

/* Of the channel's messages: a result or a failure, in JSON or MsgPack. */
static gboolean
is_answer (const guint8 *data, gsize length)
{
  gsize at = 1;

  if (length < 3)
    return FALSE;
  if (data[0] == 0x93)
    return data[1] == 1 || data[1] == 2;
  while (at < length && data[at] == ' ')
    at++;
  return data[0] == '[' && at < length && (data[at] == '1' || data[at] == '2');
}

gboolean
_foliot_replay_causal_depart (FoliotReplay *replay, FoliotPort *port, const FoliotGatePoint *point,
                              GBytes *bytes, GError **error)
{
  FoliotReplayCausal *causal = replay->causal;
  const FoliotCausesDeparture *next = _foliot_causes_get_next (causal->causes);
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  FoliotCausesDeparture *departure
      = _foliot_causes_find_same (causal->causes, port->number, foliot_journal_hash (data, length), length);
  gboolean is_same = departure != NULL;
  gboolean is_next = is_same && departure->sequence == port->n_departed + 1;
  gboolean is_in_order
      = is_next
        && (is_in_real_time (replay) || (departure == next && departure->recorded_ns == point->time_ns));

  if (departure == NULL && is_answer (data, length))
    departure = _foliot_causes_get_next_of_port (causal->causes, port->number);
  if (departure == NULL && is_in_real_time (replay)
      && _foliot_causes_is_last_sent (causal->causes, port->number))
    return TRUE; /* it is a little faster than it was, and the recording ended before that */
  if (!(replay->options.lenient ? is_same : is_in_order))
    {
      replay->n_different++;
      _foliot_replay_differ (replay, _foliot_replay_new_departure_error (replay, port, point, bytes));
    }
  if (departure != NULL)
    _foliot_causes_note_sent (causal->causes, departure, point->time_ns);
  else
    {
      g_free (causal->unanswered);
      causal->unanswered = g_strdup_printf ("an answer to message %" G_GUINT64_FORMAT " of port %u (%s)",
                                            port->n_departed + 1, port->number, port->name);
    }
  return TRUE;
}

gboolean
_foliot_replay_causal_peek_expected (FoliotReplay *replay, FoliotJournalRecord *out_record)
{
  const FoliotCausesDeparture *next = _foliot_causes_get_next (replay->causal->causes);

  if (next == NULL)
    return FALSE;
  *out_record = (FoliotJournalRecord){
    .kind = FOLIOT_JOURNAL_OUT,
    .port = next->port,
    .sequence = next->sequence,
    .time_ns = next->recorded_ns,
    .hash = next->hash,
    .length = next->length,
    .bytes = next->bytes,
  };
  return TRUE;
}

gboolean
_foliot_replay_causal_recall (FoliotReplay *replay, const char *name, FoliotValue **out_value, GError **error)
{
  const FoliotCausesEntry *entry = _foliot_causes_take_observed (replay->causal->causes, name);

  return entry != NULL && _foliot_journal_answer_from_bytes (entry->bytes, out_value, error);
}

gboolean
_foliot_replay_causal_pass_mark (FoliotReplay *replay, const char *name)
{
  return _foliot_causes_take_observed (replay->causal->causes, name) != NULL;
}

char *
_foliot_replay_causal_dup_unanswered (FoliotReplay *replay)
{
  return g_strdup (replay->causal->unanswered);
}

/* Of a run that came to where the recording ends. Messages that are all as recorded are what a program is to the outside, whatever its
 * events are; one that says nothing is nothing else than its events. */
static void
check_digest (FoliotReplay *replay)
{
  const FoliotJournalRecord *end = replay->next;
  FoliotGatePoint point = _foliot_gate_get_point (replay->kernel);
  g_autofree char *digest = foliot_kernel_dup_digest (replay->kernel);

  if (end == NULL || end->name == NULL || replay->options.until <= end->time_ns
      || g_str_equal (digest, end->name))
    return;
  if (replay->causal->is_silent && replay->n_damaged == 0 && !is_in_real_time (replay))
    _foliot_replay_differ (replay, _foliot_replay_new_silent_error (replay, &point, end, digest));
  else
    replay->has_other_digest = TRUE;
}

void
_foliot_replay_causal_end (FoliotReplay *replay)
{
  guint64 n_unsent = _foliot_causes_count_unsent (replay->causal->causes);

  if (n_unsent > 0 && replay->options.until == FOLIOT_TIME_NEVER)
    _foliot_replay_differ (
        replay, g_error_new (FOLIOT_REPLAY_ERROR, FOLIOT_REPLAY_ERROR_DIFFERS,
                             "the run differs from its recording: %" G_GUINT64_FORMAT
                             " recorded messages were not sent, and what came behind them did not come",
                             n_unsent));
  else if (replay->trouble != NULL)
    _foliot_replay_stop (replay, g_error_copy (replay->trouble));
  else
    check_digest (replay);
}
