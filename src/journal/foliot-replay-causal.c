/* SPDX-License-Identifier: MIT */
#include "journal/foliot-replay-private.h"

#include <string.h>

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
 *
 * What is left of the recording is in memory, since it is looked through in any order.
 */

typedef struct
{
  FoliotJournalKind kind; /* IN or OBSERVED */
  FoliotEventKind event;
  guint32 port;
  guint64 question; /* index in the departures + 1: the last of its port; 0: none */
  guint64 after;    /* what @delay_ns is counted from, likewise */
  guint64 behind;   /* so many events */
  FoliotTime delay_ns;
  char *name; /* of OBSERVED */
  char *text;
  GBytes *bytes;
  GError *error;
  gboolean is_done;
} Entry;

typedef struct
{
  guint32 port;
  guint64 sequence;
  guint64 hash;
  guint64 length;
  GBytes *bytes; /* (nullable) */
  FoliotTime recorded_ns;
  FoliotTime sent_ns;
  gboolean is_sent;
  gboolean is_passed; /* a later one of its port was sent */
} Departure;

struct _FoliotReplayCausal
{
  GArray *entries;    /* of Entry, in the order of the recording */
  GArray *departures; /* of Departure, likewise */
  guint first;        /* entry that is not done */
  guint next;         /* departure that is not sent */
  guint settled;      /* departure that is neither sent nor passed */
  FoliotTime begun_ns;
  GHashTable *last_of_port; /* number of a port → of its last departure; looked up alone */
  char *unanswered;         /* (nullable) the last message that is not in the recording */
  gboolean is_silent;       /* nothing was said, and nothing has differed before */
};

static void
clear_entry (gpointer data)
{
  Entry *entry = data;

  g_free (entry->name);
  g_free (entry->text);
  g_clear_pointer (&entry->bytes, g_bytes_unref);
  g_clear_error (&entry->error);
}

static void
clear_departure (gpointer data)
{
  g_clear_pointer (&((Departure *) data)->bytes, g_bytes_unref);
}

void
_foliot_replay_causal_free (FoliotReplayCausal *causal)
{
  g_array_unref (causal->entries);
  g_array_unref (causal->departures);
  g_hash_table_unref (causal->last_of_port);
  g_free (causal->unanswered);
  g_free (causal);
}

static Departure *
get_departure (const FoliotReplayCausal *causal, guint64 after)
{
  return &g_array_index (causal->departures, Departure, after - 1);
}

/* What the clock of the machine did belongs to the program that ran then: another one has its own times. */
static gboolean
is_in_real_time (const FoliotReplay *replay)
{
  return foliot_kernel_get_drive (replay->kernel) == FOLIOT_DRIVE_REALTIME;
}

/* ---- reading --------------------------------------------------------------------------------------------------- */

/* The last message that left through the same port; 0: none. */
static guint64
find_question (const FoliotReplayCausal *causal, guint32 port)
{
  return GPOINTER_TO_SIZE (g_hash_table_lookup (causal->last_of_port, GUINT_TO_POINTER (port)));
}

/* What it is counted from: its question; of a port that only brings something, the last message of any. Where time is not held for an
 * answer, what comes in at one port may well be for what was sent through another. */
static guint64
find_anchor (const FoliotReplay *replay, const FoliotReplayCausal *causal, guint32 port)
{
  guint64 own = find_question (causal, port);

  return own > 0 && !is_in_real_time (replay) ? own : causal->departures->len;
}

static void
add_entry (const FoliotReplay *replay, FoliotReplayCausal *causal, const FoliotJournalRecord *record)
{
  guint64 after = find_anchor (replay, causal, record->port);
  FoliotTime since = after > 0 ? get_departure (causal, after)->recorded_ns : causal->begun_ns;
  Entry entry = {
    .kind = record->kind == FOLIOT_JOURNAL_OBSERVED ? FOLIOT_JOURNAL_OBSERVED : FOLIOT_JOURNAL_IN,
    .event = _foliot_replay_get_kind (record),
    .port = record->port,
    .question = find_question (causal, record->port),
    .after = after,
    .behind = record->event,
    .delay_ns = MAX (record->time_ns - since, 0),
    .name = g_strdup (record->name),
    .text = g_strdup (record->text),
    .bytes = record->bytes != NULL ? g_bytes_ref (record->bytes) : NULL,
    .error = record->error != NULL ? g_error_copy (record->error) : NULL,
  };

  g_array_append_val (causal->entries, entry);
}

static void
add_departure (FoliotReplayCausal *causal, const FoliotJournalRecord *record)
{
  Departure departure = {
    .port = record->port,
    .sequence = record->sequence,
    .hash = record->hash,
    .length = record->length,
    .bytes = record->bytes != NULL ? g_bytes_ref (record->bytes) : NULL,
    .recorded_ns = record->time_ns,
  };

  g_array_append_val (causal->departures, departure);
  g_hash_table_insert (causal->last_of_port, GUINT_TO_POINTER (record->port),
                       GSIZE_TO_POINTER (causal->departures->len));
}

void
_foliot_replay_begin_causal (FoliotReplay *replay, const FoliotGatePoint *point)
{
  FoliotReplayCausal *causal = g_new0 (FoliotReplayCausal, 1);
  FoliotTime last_ns;

  causal->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_array_set_clear_func (causal->entries, clear_entry);
  causal->departures = g_array_new (FALSE, FALSE, sizeof (Departure));
  g_array_set_clear_func (causal->departures, clear_departure);
  causal->last_of_port = g_hash_table_new (NULL, NULL);
  causal->begun_ns = point->time_ns;
  last_ns = point->time_ns;
  for (; replay->next != NULL && replay->next->kind != FOLIOT_JOURNAL_END; _foliot_replay_read_next (replay))
    {
      last_ns = MAX (last_ns, replay->next->time_ns);
      if (replay->next->kind == FOLIOT_JOURNAL_OUT)
        add_departure (causal, replay->next);
      else if (replay->next->kind != FOLIOT_JOURNAL_STEP && replay->next->kind != FOLIOT_JOURNAL_DIGEST)
        add_entry (replay, causal, replay->next);
    }
  causal->is_silent = causal->departures->len == 0 && replay->n_out == 0 && replay->n_told == 0;
  replay->causal = causal;
  replay->has_begun_to_differ = TRUE;
  if (is_in_real_time (replay))
    _foliot_gate_free_time (replay->kernel, replay->next != NULL ? replay->next->time_ns : last_ns);
}

/* ---- entering -------------------------------------------------------------------------------------------------- */

/* Whether the first @n have left, as far as they still can. */
static gboolean
have_left (FoliotReplayCausal *causal, guint64 n)
{
  while (causal->settled < causal->departures->len)
    {
      const Departure *departure = &g_array_index (causal->departures, Departure, causal->settled);

      if (!departure->is_sent && !departure->is_passed)
        break;
      causal->settled++;
    }
  return causal->settled >= n;
}

/* Whether what it came behind has left: in real time all of it, since the last may have come of another agent than that which is
 * answered. */
static gboolean
is_ready (const FoliotReplay *replay, const Entry *entry, FoliotTime *out_due)
{
  FoliotReplayCausal *causal = replay->causal;

  if (entry->is_done || entry->kind != FOLIOT_JOURNAL_IN)
    return FALSE;
  if ((entry->after > 0 && !get_departure (causal, entry->after)->is_sent)
      || (entry->question > 0 && !get_departure (causal, entry->question)->is_sent)
      || (is_in_real_time (replay) && !have_left (causal, entry->after)))
    return FALSE;
  *out_due = foliot_time_add (
      entry->after > 0 ? get_departure (causal, entry->after)->sent_ns : causal->begun_ns, entry->delay_ns);
  if (entry->question > 0)
    *out_due = MAX (*out_due, get_departure (causal, entry->question)->sent_ns);
  return TRUE;
}

/* The first of its port that is still to enter may; *@out_due: when. Ties enter in the order of the recording. */
static Entry *
find_ready (FoliotReplay *replay, FoliotTime *out_due)
{
  FoliotReplayCausal *causal = replay->causal;
  g_autoptr (GHashTable) waiting = g_hash_table_new (NULL, NULL); /* ports; looked up alone */
  Entry *found = NULL;

  while (causal->first < causal->entries->len
         && g_array_index (causal->entries, Entry, causal->first).is_done)
    causal->first++;
  for (guint i = causal->first; i < causal->entries->len; i++)
    {
      Entry *entry = &g_array_index (causal->entries, Entry, i);
      FoliotTime due;

      if (entry->is_done || entry->kind != FOLIOT_JOURNAL_IN)
        continue;
      if (entry->after > causal->next + 1 && found != NULL)
        break;
      if (g_hash_table_contains (waiting, GUINT_TO_POINTER (entry->port)))
        continue;
      g_hash_table_add (waiting, GUINT_TO_POINTER (entry->port));
      if (_foliot_gate_find_port (replay->kernel, entry->port) == NULL || !is_ready (replay, entry, &due))
        continue;
      if (found == NULL || due < *out_due)
        {
          found = entry;
          *out_due = due;
        }
    }
  return found;
}

/* Returns: (nullable): the first that is still to enter. */
static Entry *
find_first (const FoliotReplayCausal *causal)
{
  for (guint i = causal->first; i < causal->entries->len; i++)
    {
      Entry *entry = &g_array_index (causal->entries, Entry, i);

      if (!entry->is_done && entry->kind == FOLIOT_JOURNAL_IN)
        return entry;
    }
  return NULL;
}

static gboolean
was_interrupted (const FoliotJournalRecord *end)
{
  return end != NULL && end->text != NULL && g_str_equal (end->text, FOLIOT_REPLAY_INTERRUPTED);
}

/* Where nothing was said: behind how many events @next (nullable) enters, or somebody interrupts the run. */
static guint64
get_behind (const FoliotReplay *replay, const Entry *next)
{
  if (next != NULL)
    return next->behind;
  return was_interrupted (replay->next) ? replay->next->event : G_MAXUINT64;
}

/* … which is here. */
static gboolean
is_behind (FoliotReplay *replay, const FoliotGatePoint *point, const Entry *next)
{
  FoliotTime due;

  if (!replay->causal->is_silent || get_behind (replay, next) != point->dispatched)
    return FALSE;
  return next == NULL
         || (_foliot_gate_find_port (replay->kernel, next->port) != NULL && is_ready (replay, next, &due)
             && due <= MAX (point->horizon, point->time_ns));
}

static guint64
count_events (FoliotReplay *replay, const FoliotGatePoint *point)
{
  const Entry *next = find_first (replay->causal);
  guint64 behind = get_behind (replay, next);

  if (behind > point->dispatched)
    return behind - point->dispatched;
  return is_behind (replay, point, next) ? 0 : G_MAXUINT64;
}

guint64
_foliot_replay_causal_get_room (FoliotReplay *replay, const FoliotGatePoint *point, FoliotTime *limit)
{
  FoliotTime due;

  if (find_ready (replay, &due) != NULL)
    *limit = MIN (*limit, MAX (due, point->time_ns));
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
admit (FoliotReplay *replay, const FoliotGatePoint *point, Entry *entry, FoliotTime due,
       gboolean by_its_cause)
{
  FoliotPort *port = _foliot_gate_find_port (replay->kernel, entry->port);
  g_autoptr (FoliotValue) description = NULL;

  if (!point->is_held && !_foliot_gate_move_time (replay->kernel, due))
    return FALSE;
  entry->is_done = TRUE;
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
  Entry *next = find_first (replay->causal);
  FoliotTime due;

  if (!is_behind (replay, point, next))
    return FALSE;
  return next == NULL ? interrupt (replay)
                      : is_ready (replay, next, &due) && admit (replay, point, next, due, FALSE);
}

gboolean
_foliot_replay_causal_enter (FoliotReplay *replay, const FoliotGatePoint *point, gboolean is_stuck)
{
  FoliotTime due;
  Entry *entry;

  if (enter_behind (replay, point))
    return TRUE;
  entry = is_stuck ? find_ready (replay, &due) : NULL;
  if (is_stuck && entry == NULL && is_in_real_time (replay))
    end_real_time (replay);
  if (entry == NULL || (due > point->horizon && due > point->time_ns))
    return FALSE;
  return admit (replay, point, entry, due, TRUE);
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

static Departure *
find_departure (FoliotReplayCausal *causal, guint32 port, GBytes *bytes)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  guint64 hash = foliot_journal_hash (data, length);
  Departure *next = NULL;

  while (causal->next < causal->departures->len
         && g_array_index (causal->departures, Departure, causal->next).is_sent)
    causal->next++;
  for (guint i = causal->next; i < causal->departures->len; i++)
    {
      Departure *departure = &g_array_index (causal->departures, Departure, i);

      if (departure->is_sent || departure->port != port)
        continue;
      if (departure->hash == hash && departure->length == length)
        return departure;
      if (next == NULL)
        next = departure;
    }
  return is_answer (data, length) ? next : NULL;
}

/* It is sent; what its port has not sent by now, if ever, comes behind it. */
static void
note_sent (FoliotReplayCausal *causal, Departure *sent, FoliotTime now)
{
  guint place = (guint) (sent - (Departure *) causal->departures->data);

  for (guint i = causal->settled; i < place; i++)
    {
      Departure *departure = &g_array_index (causal->departures, Departure, i);

      departure->is_passed |= departure->port == sent->port;
    }
  sent->is_sent = TRUE;
  sent->sent_ns = now;
}

/* Whether all that was recorded of a port has been sent. */
static gboolean
is_done (const FoliotReplayCausal *causal, guint32 port)
{
  guint64 last = find_question (causal, port);

  return last > 0 && get_departure (causal, last)->is_sent;
}

gboolean
_foliot_replay_causal_depart (FoliotReplay *replay, FoliotPort *port, const FoliotGatePoint *point,
                              GBytes *bytes, GError **error)
{
  FoliotReplayCausal *causal = replay->causal;
  Departure *departure = find_departure (causal, port->number, bytes);
  gsize length;
  gconstpointer data = g_bytes_get_data (bytes, &length);
  gboolean is_same = departure != NULL && departure->hash == foliot_journal_hash (data, length);
  gboolean is_next = is_same && departure->sequence == port->n_departed + 1;
  gboolean is_in_order = is_next
                         && (is_in_real_time (replay)
                             || (departure == &g_array_index (causal->departures, Departure, causal->next)
                                 && departure->recorded_ns == point->time_ns));

  if (departure == NULL && is_in_real_time (replay) && is_done (causal, port->number))
    return TRUE; /* it is a little faster than it was, and the recording ended before that */
  if (!(replay->options.lenient ? is_same : is_in_order))
    {
      replay->n_different++;
      _foliot_replay_differ (replay, _foliot_replay_new_departure_error (replay, port, point, bytes));
    }
  if (departure != NULL)
    note_sent (causal, departure, point->time_ns);
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
  const FoliotReplayCausal *causal = replay->causal;
  const Departure *next;

  if (causal->next >= causal->departures->len)
    return FALSE;
  next = &g_array_index (causal->departures, Departure, causal->next);
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

/* Returns: (nullable): the next of this name, which is done. */
static const Entry *
take_observed (FoliotReplayCausal *causal, const char *name)
{
  for (guint i = causal->first; i < causal->entries->len; i++)
    {
      Entry *entry = &g_array_index (causal->entries, Entry, i);

      if (entry->is_done || entry->kind != FOLIOT_JOURNAL_OBSERVED || g_strcmp0 (entry->name, name) != 0)
        continue;
      entry->is_done = TRUE;
      return entry;
    }
  return NULL;
}

gboolean
_foliot_replay_causal_recall (FoliotReplay *replay, const char *name, FoliotValue **out_value, GError **error)
{
  const Entry *entry = take_observed (replay->causal, name);

  return entry != NULL && _foliot_journal_answer_from_bytes (entry->bytes, out_value, error);
}

gboolean
_foliot_replay_causal_pass_mark (FoliotReplay *replay, const char *name)
{
  return take_observed (replay->causal, name) != NULL;
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
  FoliotReplayCausal *causal = replay->causal;
  guint64 n_unsent = 0;

  for (guint i = causal->next; i < causal->departures->len; i++)
    n_unsent += !g_array_index (causal->departures, Departure, i).is_sent;
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
