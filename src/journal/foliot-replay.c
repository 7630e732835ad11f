/* SPDX-License-Identifier: MIT */
#include "journal/foliot-replay-private.h"

#include <string.h>

#include "journal/foliot-journal-plain-private.h"

/*
 * A journal as the source of a gate.
 *
 * Records lie in the journal in the order in which things happened, so there is one next record at each time. What entered says
 * behind how many events it did: exactly so many run, and then it enters. What left, and what was asked, is compared with the
 * next record when it comes. The journal is read as the run goes on and never held in memory.
 *
 * Whatever ends the replay before its time interrupts the kernel, which then stops before its next event.
 */

G_DEFINE_QUARK (foliot - replay - error - quark, foliot_replay_error)

/* ---- the next record ------------------------------------------------------------------------------------------- */

#define MAX_TOLD 10

void
_foliot_replay_stop (FoliotReplay *replay, GError *error)
{
  if (replay->error == NULL)
    replay->error = error;
  else
    g_error_free (error);
  foliot_kernel_interrupt (replay->kernel);
}

/* A line for each of the first few: from the first on, most of what follows from it is another one, too. */
static void
tell (FoliotReplay *replay, const GError *error)
{
  const char *end = strchr (error->message, '\n');

  if (replay->n_told > MAX_TOLD)
    return;
  g_string_append_len (replay->told, error->message, end != NULL ? end - error->message : -1);
  g_string_append_c (replay->told, '\n');
}

/* A difference. Returns: whether the replay goes on. */
gboolean
_foliot_replay_differ (FoliotReplay *replay, GError *error)
{
  replay->has_begun_to_differ = TRUE;
  replay->n_told++;
  if (!replay->options.lenient)
    {
      _foliot_replay_stop (replay, error);
      return FALSE;
    }
  tell (replay, error);
  g_error_free (error);
  return TRUE;
}

static gboolean
is_information (const FoliotJournalRecord *record)
{
  return record->kind == FOLIOT_JOURNAL_NOTE
         || (record->kind == FOLIOT_JOURNAL_CONTROL
             && (record->what == FOLIOT_JOURNAL_CONTROL_PORT || record->what == FOLIOT_JOURNAL_CONTROL_PEER));
}

/* What is behind a damaged place goes on to be played only by whoever is lenient. */
void
_foliot_replay_read_next (FoliotReplay *replay)
{
  g_autoptr (GError) error = NULL;

  do
    {
      g_clear_error (&error);
      replay->next = foliot_journal_reader_next (replay->reader, &error);
      if (error != NULL && g_error_matches (error, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_DAMAGED)
          && replay->options.lenient)
        {
          tell (replay, error);
          replay->n_damaged++;
          replay->has_begun_to_differ = TRUE;
          continue;
        }
      if (error != NULL)
        {
          replay->trouble = g_steal_pointer (&error);
          return;
        }
    }
  while (error != NULL || (replay->next != NULL && is_information (replay->next)));
}

static gboolean
is_next (const FoliotReplay *replay, FoliotJournalKind kind)
{
  return replay->next != NULL && replay->next->kind == kind;
}

/* Whether an event that has run already should have made the next record. */
static gboolean
is_overdue (const FoliotReplay *replay, const FoliotGatePoint *point)
{
  const FoliotJournalRecord *next = replay->next;
  gboolean is_made_by_event = next->kind == FOLIOT_JOURNAL_OUT && (next->what & FOLIOT_REPLAY_OUTSIDE) == 0;

  return next->event < point->dispatched || (is_made_by_event && next->event == point->dispatched);
}

/* ---- entering -------------------------------------------------------------------------------------------------- */

FoliotEventKind
_foliot_replay_get_kind (const FoliotJournalRecord *record)
{
  if (record->kind == FOLIOT_JOURNAL_IN)
    return record->what;
  return record->what == FOLIOT_JOURNAL_CONTROL_TIMEOUT ? FOLIOT_EVENT_GATE : FOLIOT_EVENT_LINK;
}

static gboolean
admit (FoliotReplay *replay, const FoliotGatePoint *point)
{
  const FoliotJournalRecord *next = replay->next;
  FoliotPort *port = _foliot_gate_find_port (replay->kernel, next->port);
  g_autoptr (FoliotValue) description = NULL;
  FoliotEventKind kind = _foliot_replay_get_kind (next);
  GBytes *bytes;
  GError *error;

  if (!_foliot_gate_move_time (replay->kernel, next->time_ns))
    return FALSE;
  if (port == NULL || port->sequence + 1 != next->sequence)
    {
      if (!_foliot_replay_differ (replay, _foliot_replay_new_absence_error (replay, point)))
        return FALSE;
      _foliot_replay_begin_causal (replay, point);
      return TRUE;
    }
  description = _foliot_journal_value_from_text (next->text, next->text != NULL ? strlen (next->text) : 0);
  bytes = next->bytes != NULL ? g_bytes_ref (next->bytes) : NULL;
  if (bytes == NULL && kind == FOLIOT_EVENT_FRAME)
    bytes = g_bytes_new (NULL, 0);
  error = next->error != NULL ? g_error_copy (next->error) : NULL;
  _foliot_replay_read_next (replay);
  replay->n_in++;
  _foliot_gate_bring_again (replay->kernel, port, kind, bytes, error, description);
  return TRUE;
}

static gboolean
check_digest (FoliotReplay *replay, const FoliotGatePoint *point, const char *expected)
{
  g_autofree char *digest = foliot_kernel_dup_digest (replay->kernel);

  return replay->has_begun_to_differ || expected == NULL || g_str_equal (digest, expected)
         || _foliot_replay_differ (replay, _foliot_replay_new_digest_error (replay, point, expected, digest));
}

static gboolean
finish (FoliotReplay *replay, const FoliotGatePoint *point)
{
  const FoliotJournalRecord *next = replay->next;

  if (!_foliot_gate_move_time (replay->kernel, next->time_ns))
    return FALSE;
  replay->is_over = TRUE;
  replay->was_interrupted = next->text != NULL && g_str_equal (next->text, FOLIOT_REPLAY_INTERRUPTED);
  if (!check_digest (replay, point, next->name))
    return FALSE;
  if (replay->was_interrupted)
    foliot_kernel_interrupt (replay->kernel);
  return TRUE;
}

static guint64
get_room (gpointer data, const FoliotGatePoint *point, FoliotTime *limit)
{
  FoliotReplay *replay = data;
  guint64 room = G_MAXUINT64;

  if (replay->error != NULL)
    return 0;
  if (replay->options.break_at != NULL)
    room = replay->options.break_event - MIN (point->dispatched + 1, replay->options.break_event);
  if (replay->is_over)
    return room;
  if (replay->causal != NULL)
    return MIN (room, _foliot_replay_causal_get_room (replay, point, limit));
  if (replay->next == NULL || replay->next->event <= point->dispatched)
    return 0;
  return MIN (room, replay->next->event - point->dispatched);
}

/* Returns: whether this is before the event that somebody wants to look at. */
static gboolean
break_if_due (FoliotReplay *replay, const FoliotGatePoint *point)
{
  void (*break_at) (gpointer user_data) = replay->options.break_at;

  if (break_at == NULL || point->dispatched + 1 < replay->options.break_event)
    return FALSE;
  replay->options.break_at = NULL;
  break_at (replay->options.user_data);
  return TRUE;
}

static gboolean
enter (gpointer data, const FoliotGatePoint *point, gboolean is_stuck)
{
  FoliotReplay *replay = data;
  const FoliotJournalRecord *next = replay->next;

  if (replay->error != NULL)
    return FALSE;
  if (break_if_due (replay, point))
    return TRUE;
  if (replay->is_over)
    return FALSE;
  if (replay->causal != NULL)
    return _foliot_replay_causal_enter (replay, point, is_stuck);
  if (next == NULL)
    {
      _foliot_replay_stop (replay, g_error_copy (replay->trouble));
      return FALSE;
    }
  if (next->event > point->dispatched)
    return FALSE;
  if (is_overdue (replay, point))
    {
      if (!_foliot_replay_differ (replay, _foliot_replay_new_absence_error (replay, point)))
        return FALSE;
      _foliot_replay_begin_causal (replay, point);
      return TRUE;
    }
  switch (next->kind)
    {
    case FOLIOT_JOURNAL_IN:
    case FOLIOT_JOURNAL_CONTROL:
      return next->time_ns <= point->horizon && admit (replay, point);
    case FOLIOT_JOURNAL_STEP:
      if (foliot_kernel_get_drive (replay->kernel) == FOLIOT_DRIVE_REALTIME
          && !_foliot_gate_move_time (replay->kernel, next->time_ns))
        return FALSE;
      _foliot_replay_read_next (replay);
      return TRUE;
    case FOLIOT_JOURNAL_DIGEST:
      if (!check_digest (replay, point, next->text))
        return FALSE;
      _foliot_replay_read_next (replay);
      return TRUE;
    case FOLIOT_JOURNAL_END:
      return finish (replay, point);
    case FOLIOT_JOURNAL_OBSERVED:
      if (g_strcmp0 (next->name, FOLIOT_GATE_CUT) == 0)
        foliot_kernel_interrupt (replay->kernel);
      return FALSE;
    default: /* sent or asked by whoever runs the kernel */
      return FALSE;
    }
}

/* ---- leaving and asking ---------------------------------------------------------------------------------------- */

/* Whether the recording ended before the run did, because it was cut or is damaged. */
static gboolean
is_lost (FoliotReplay *replay)
{
  if (replay->next != NULL || replay->trouble == NULL || replay->causal != NULL)
    return FALSE;
  _foliot_replay_stop (replay, g_error_copy (replay->trouble));
  return TRUE;
}

static gboolean
is_as_recorded (const FoliotJournalRecord *next, const FoliotPort *port, const FoliotGatePoint *point,
                GBytes *bytes)
{
  gsize length;
  gconstpointer data = g_bytes_get_data (bytes, &length);

  return next->port == port->number && next->sequence == port->n_departed + 1
         && next->time_ns == point->time_ns && next->length == length
         && next->hash == foliot_journal_hash (data, length);
}

static gboolean
depart (gpointer data, FoliotPort *port, const FoliotGatePoint *point, GBytes *bytes, GError **error)
{
  FoliotReplay *replay = data;

  if (replay->error != NULL || replay->is_over || is_lost (replay))
    return TRUE;
  replay->n_out++;
  if (replay->causal != NULL)
    return _foliot_replay_causal_depart (replay, port, point, bytes, error);
  if (!is_next (replay, FOLIOT_JOURNAL_OUT) || !is_as_recorded (replay->next, port, point, bytes))
    {
      if (!replay->options.lenient)
        {
          replay->n_different++;
          _foliot_replay_stop (replay, _foliot_replay_new_departure_error (replay, port, point, bytes));
          return TRUE;
        }
      _foliot_replay_begin_causal (replay, point);
      return _foliot_replay_causal_depart (replay, port, point, bytes, error);
    }
  if ((replay->next->what & FOLIOT_REPLAY_REFUSED) == 0)
    {
      _foliot_replay_read_next (replay);
      return TRUE;
    }
  _foliot_replay_read_next (replay);
  if (is_next (replay, FOLIOT_JOURNAL_CONTROL) && replay->next->error != NULL)
    {
      g_propagate_error (error, g_error_copy (replay->next->error));
      _foliot_replay_read_next (replay);
    }
  return FALSE;
}

static void
tell_other (gpointer data, FoliotPort *port, const FoliotGatePoint *point, GBytes *recorded, GBytes *sent)
{
  FoliotReplay *replay = data;

  if (replay->error != NULL || replay->is_over)
    return;
  replay->n_different++;
  _foliot_replay_differ (replay, _foliot_replay_new_inside_error (replay, port, point, recorded, sent));
}

static gboolean
recall (gpointer data, const FoliotGatePoint *point, const char *name, FoliotValue **out_value,
        GError **error)
{
  FoliotReplay *replay = data;
  g_autofree char *what = NULL;
  g_autoptr (GError) answer = NULL;
  gboolean is_answered;

  if (replay->error == NULL && !replay->is_over && replay->causal != NULL
      && _foliot_replay_causal_recall (replay, name, out_value, &answer))
    return TRUE;
  if (answer != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&answer));
      return FALSE;
    }
  if (replay->error == NULL && is_next (replay, FOLIOT_JOURNAL_OBSERVED)
      && g_strcmp0 (replay->next->name, name) == 0)
    {
      is_answered = _foliot_journal_answer_from_bytes (replay->next->bytes, out_value, &answer);
      if (is_answered || answer != NULL)
        {
          _foliot_replay_read_next (replay);
          if (answer != NULL)
            g_propagate_error (error, g_steal_pointer (&answer));
          return is_answered;
        }
    }
  what = g_strdup_printf ("an answer to “%s” here", name);
  if (!replay->is_over && !is_lost (replay))
    _foliot_replay_stop (replay, _foliot_replay_new_missing_error (replay, point, what, NULL));
  if (replay->error != NULL)
    g_propagate_error (error, g_error_copy (replay->error));
  else
    g_set_error (error, FOLIOT_REPLAY_ERROR, FOLIOT_REPLAY_ERROR_MISSING, "the recording does not hold %s",
                 what);
  return FALSE;
}

static gboolean
pass_mark (gpointer data, const FoliotGatePoint *point, const char *name)
{
  FoliotReplay *replay = data;

  if (replay->error != NULL || replay->is_over)
    return FALSE;
  if (replay->causal != NULL)
    return _foliot_replay_causal_pass_mark (replay, name);
  if (!is_next (replay, FOLIOT_JOURNAL_OBSERVED) || g_strcmp0 (replay->next->name, name) != 0)
    return FALSE;
  _foliot_gate_move_time (replay->kernel, replay->next->time_ns);
  _foliot_replay_read_next (replay);
  return TRUE;
}

/* The recorded run ended so, too? Then that is no difference. */
static void
fail (gpointer data, const FoliotGatePoint *point, const char *why, GError **error)
{
  FoliotReplay *replay = data;

  if (foliot_replay_get_failure (replay) != NULL)
    {
      g_set_error_literal (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_HELD,
                           foliot_replay_get_failure (replay));
      return;
    }
  if (replay->error == NULL && replay->causal != NULL)
    {
      g_autofree char *what = _foliot_replay_causal_dup_unanswered (replay);

      if (what != NULL || replay->trouble == NULL)
        _foliot_replay_stop (replay, _foliot_replay_new_missing_error (
                                         replay, point, what != NULL ? what : "what the run waits for", why));
    }
  if (replay->error == NULL)
    _foliot_replay_stop (replay, replay->trouble != NULL ? g_error_copy (replay->trouble)
                                 : replay->is_over       ? _foliot_replay_new_missing_error (
                                             replay, point, "what the run waits for", why)
                                                   : _foliot_replay_new_absence_error (replay, point));
  g_propagate_error (error, g_error_copy (replay->error));
}

static const FoliotGateSource source = { .get_room = get_room,
                                         .enter = enter,
                                         .depart = depart,
                                         .recall = recall,
                                         .pass_mark = pass_mark,
                                         .tell_other = tell_other,
                                         .fail = fail };

/* ---- life ------------------------------------------------------------------------------------------------------ */

static void
remember (FoliotKernel *kernel, const FoliotRecord *record, gpointer user_data)
{
  FoliotReplay *replay = user_data;

  replay->events[(record->sequence - 1) % FOLIOT_REPLAY_EVENTS] = *record;
}

FoliotReplay *
foliot_replay_new (const char *path, const FoliotReplayOptions *options, GError **error)
{
  static const FoliotReplayOptions defaults = { .until = FOLIOT_TIME_NEVER };
  FoliotJournalReader *reader = foliot_journal_reader_new (path, error);
  FoliotReplay *replay;

  if (reader == NULL)
    return NULL;
  replay = g_new0 (FoliotReplay, 1);
  replay->reader = reader;
  replay->options = options != NULL ? *options : defaults;
  replay->told = g_string_new (NULL);
  return replay;
}

const FoliotJournalHeader *
foliot_replay_get_header (FoliotReplay *replay)
{
  return foliot_journal_reader_get_header (replay->reader);
}

void
foliot_replay_attach (FoliotReplay *replay, FoliotKernel *kernel)
{
  g_return_if_fail (replay->kernel == NULL);
  replay->kernel = g_object_ref (kernel);
  replay->events = g_new0 (FoliotRecord, FOLIOT_REPLAY_EVENTS);
  _foliot_gate_set_memory_func (kernel, remember, replay);
  _foliot_gate_set_source (kernel, &source, replay);
  _foliot_gate_set_speed (kernel, replay->options.speed);
  _foliot_replay_read_next (replay);
  if (replay->options.causal)
    {
      FoliotGatePoint point = _foliot_gate_get_point (kernel);

      _foliot_replay_begin_causal (replay, &point);
    }
}

void
foliot_replay_set_causal (FoliotReplay *replay)
{
  replay->options.causal = TRUE;
}

/* What was recorded and did not happen. */
static void
check_whole (FoliotReplay *replay)
{
  FoliotGatePoint point = _foliot_gate_get_point (replay->kernel);

  if (replay->error != NULL || replay->is_over)
    return;
  if (replay->causal != NULL)
    _foliot_replay_causal_end (replay);
  else if (is_next (replay, FOLIOT_JOURNAL_END) && replay->next->event <= point.dispatched)
    finish (replay, &point);
  else if (replay->trouble != NULL && replay->next == NULL)
    _foliot_replay_stop (replay, g_error_copy (replay->trouble));
  else if (replay->options.until == FOLIOT_TIME_NEVER)
    _foliot_replay_differ (replay, _foliot_replay_new_absence_error (replay, &point));
}

gboolean
foliot_replay_end (FoliotReplay *replay, GError **error)
{
  if (replay->kernel != NULL)
    {
      check_whole (replay);
      replay->is_over = TRUE;
      _foliot_gate_set_memory_func (replay->kernel, NULL, NULL);
      _foliot_gate_set_speed (replay->kernel, 0);
    }
  if (replay->error == NULL && replay->n_told > 0)
    g_set_error (&replay->error, FOLIOT_REPLAY_ERROR, FOLIOT_REPLAY_ERROR_DIFFERS,
                 "the run differs from its recording in %" G_GUINT64_FORMAT " %s", replay->n_told,
                 replay->n_told == 1 ? "place" : "places");
  if (replay->error != NULL)
    g_propagate_error (error, g_error_copy (replay->error));
  return replay->error == NULL;
}

const GError *
foliot_replay_peek_error (FoliotReplay *replay)
{
  return replay->error;
}

gboolean
foliot_replay_was_interrupted (FoliotReplay *replay)
{
  return replay->was_interrupted;
}

const char *
foliot_replay_get_failure (FoliotReplay *replay)
{
  if (replay->error != NULL || replay->causal != NULL || !replay->is_over
      || !is_next (replay, FOLIOT_JOURNAL_END) || replay->next->text == NULL
      || !g_str_has_prefix (replay->next->text, FOLIOT_REPLAY_FAILED))
    return NULL;
  return replay->next->text + strlen (FOLIOT_REPLAY_FAILED);
}

char *
foliot_replay_dup_report (FoliotReplay *replay)
{
  GString *text = g_string_new (replay->told->str);

  if (replay->n_told > MAX_TOLD)
    g_string_append_printf (text, "and %" G_GUINT64_FORMAT " more\n", replay->n_told - MAX_TOLD);
  g_string_append_printf (text, "%" G_GUINT64_FORMAT " entered, %" G_GUINT64_FORMAT " left", replay->n_in,
                          replay->n_out);
  if (replay->n_different > 0)
    g_string_append_printf (text, ", %" G_GUINT64_FORMAT " of them other than recorded", replay->n_different);
  if (replay->n_causal > 0)
    g_string_append_printf (text,
                            "; %" G_GUINT64_FORMAT
                            " entered behind as many events as recorded, %" G_GUINT64_FORMAT
                            " behind what they answer",
                            replay->n_in - replay->n_causal, replay->n_causal);
  if (replay->has_other_digest)
    g_string_append (text, "; the digest is another one than recorded");
  if (replay->n_damaged > 0)
    g_string_append_printf (text, "; the recording is damaged in %" G_GUINT64_FORMAT " place%s",
                            replay->n_damaged, replay->n_damaged == 1 ? "" : "s");
  return g_string_free (text, FALSE);
}

void
foliot_replay_free (FoliotReplay *replay)
{
  if (replay->kernel != NULL)
    foliot_replay_end (replay, NULL);
  g_clear_object (&replay->kernel);
  g_clear_pointer (&replay->causal, _foliot_replay_causal_free);
  foliot_journal_reader_free (replay->reader);
  g_clear_error (&replay->trouble);
  g_clear_error (&replay->error);
  g_string_free (replay->told, TRUE);
  g_free (replay->events);
  g_free (replay);
}
