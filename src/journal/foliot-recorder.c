/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-replay.h>

#include "journal/foliot-journal-plain-private.h"
#include "journal/foliot-replay-private.h"
#include "kernel/foliot-gate-private.h"

/*
 * The observer of a gate that writes. It decides nothing and changes nothing: a run that is recorded is the run that it would
 * be otherwise.
 *
 * What cannot be written is told at the end; the run goes on meanwhile, for it may have cost a day.
 */

struct _FoliotRecorder
{
  FoliotKernel *kernel;
  FoliotJournalWriter *writer;
  gboolean keep_sent;
  gboolean ended;
  guint64 n_in;
  guint64 n_out;
  guint64 n_observed;
  guint64 n_steps;
  FoliotTime last_out_ns;
  guint64 digested;         /* events that the last DIGEST covers */
  gboolean clock_has_moved; /* … */
  FoliotGatePoint clock;    /* … to here, and nothing has happened since that would have to know */
  GError *error;            /* (nullable) the first that went wrong */
};

static void
write_record (FoliotRecorder *recorder, const FoliotJournalRecord *record)
{
  if (recorder->error == NULL)
    foliot_journal_writer_add (recorder->writer, record, &recorder->error);
}

static void
add_step (FoliotRecorder *recorder, const FoliotGatePoint *point, const char *by_whom)
{
  write_record (recorder, &(FoliotJournalRecord){
                              .kind = FOLIOT_JOURNAL_STEP,
                              .sequence = ++recorder->n_steps,
                              .time_ns = point->time_ns,
                              .event = point->dispatched,
                              .name = by_whom,
                          });
}

static void
add_clock (FoliotRecorder *recorder)
{
  if (!recorder->clock_has_moved)
    return;
  recorder->clock_has_moved = FALSE;
  add_step (recorder, &recorder->clock, "clock");
}

static void
add (FoliotRecorder *recorder, const FoliotJournalRecord *record)
{
  add_clock (recorder);
  write_record (recorder, record);
}

static void
add_digest (FoliotRecorder *recorder, const FoliotGatePoint *point)
{
  g_autofree char *digest = foliot_kernel_dup_digest (recorder->kernel);

  recorder->digested = point->dispatched;
  add (recorder, &(FoliotJournalRecord){
                     .kind = FOLIOT_JOURNAL_DIGEST,
                     .sequence = point->dispatched,
                     .event = point->dispatched,
                     .time_ns = point->time_ns,
                     .name = "run",
                     .text = digest,
                 });
}

static void
on_opened (gpointer data, const FoliotPort *port)
{
  add (data, &(FoliotJournalRecord){
                 .kind = FOLIOT_JOURNAL_CONTROL,
                 .what = FOLIOT_JOURNAL_CONTROL_PORT,
                 .port = port->number,
                 .name = port->name,
                 .text = _foliot_replay_get_port_kind (port),
             });
}

static FoliotJournalControl
get_control (const FoliotArrival *arrival)
{
  const char *kind = _foliot_replay_get_port_kind (arrival->port);

  if (arrival->error != NULL)
    return FOLIOT_JOURNAL_CONTROL_ERROR;
  if (g_str_equal (kind, "connect"))
    return FOLIOT_JOURNAL_CONTROL_OPEN;
  if (g_str_equal (kind, "listen"))
    return FOLIOT_JOURNAL_CONTROL_ACCEPT;
  return g_str_equal (kind, "pause") ? FOLIOT_JOURNAL_CONTROL_TIMEOUT : FOLIOT_JOURNAL_CONTROL_CLOSE;
}

/* A message, or that a link drained, is IN; what opens and ends is CONTROL. */
static void
on_arrived (gpointer data, const FoliotArrival *arrival, const FoliotGatePoint *point)
{
  FoliotRecorder *recorder = data;
  const FoliotPortReplay *replay = arrival->port->replay;
  g_autoptr (FoliotValue) description
      = replay != NULL && replay->describe != NULL ? replay->describe (arrival->port, arrival) : NULL;
  g_autofree char *text = description != NULL ? _foliot_journal_value_to_text (description) : NULL;
  FoliotJournalRecord record = {
    .port = arrival->port->number,
    .sequence = arrival->sequence,
    .time_ns = point->time_ns,
    .event = point->dispatched,
    .text = text,
    .bytes = arrival->bytes,
    .error = arrival->error,
  };

  if (point->dispatched - recorder->digested >= FOLIOT_REPLAY_DIGEST_EVENTS)
    add_digest (recorder, point);
  if (_foliot_replay_is_control (arrival->port, arrival->kind))
    {
      record.kind = FOLIOT_JOURNAL_CONTROL;
      record.what = get_control (arrival);
    }
  else
    {
      record.kind = FOLIOT_JOURNAL_IN;
      record.what = arrival->kind;
      record.order = ++recorder->n_in;
      record.last_out = recorder->n_out;
      record.last_out_time_ns = recorder->last_out_ns;
    }
  add (recorder, &record);
}

static void
on_departed (gpointer data, const FoliotPort *port, const FoliotGatePoint *point, GBytes *bytes,
             const GError *refusal)
{
  FoliotRecorder *recorder = data;
  gsize length;
  gconstpointer start = g_bytes_get_data (bytes, &length);

  recorder->last_out_ns = point->time_ns;
  add (recorder, &(FoliotJournalRecord){
                     .kind = FOLIOT_JOURNAL_OUT,
                     .what = (refusal != NULL ? FOLIOT_REPLAY_REFUSED : 0)
                             | (point->inside ? 0 : FOLIOT_REPLAY_OUTSIDE),
                     .port = port->number,
                     .sequence = port->n_departed,
                     .time_ns = point->time_ns,
                     .event = point->dispatched,
                     .order = ++recorder->n_out,
                     .hash = foliot_journal_hash (start, length),
                     .length = length,
                     .bytes = recorder->keep_sent ? bytes : NULL,
                 });
  if (refusal != NULL)
    add (recorder, &(FoliotJournalRecord){
                       .kind = FOLIOT_JOURNAL_CONTROL,
                       .what = FOLIOT_JOURNAL_CONTROL_ERROR,
                       .port = port->number,
                       .sequence = port->n_departed,
                       .time_ns = point->time_ns,
                       .event = point->dispatched,
                       .error = refusal,
                   });
}

static void
on_noted (gpointer data, const FoliotGatePoint *point, const char *name, FoliotValue *value,
          const GError *error)
{
  FoliotRecorder *recorder = data;
  g_autoptr (GBytes) answer = _foliot_journal_answer_to_bytes (value, error);

  add (recorder, &(FoliotJournalRecord){
                     .kind = FOLIOT_JOURNAL_OBSERVED,
                     .sequence = ++recorder->n_observed,
                     .time_ns = point->time_ns,
                     .event = point->dispatched,
                     .name = name,
                     .bytes = answer,
                 });
}

/* The clock of the machine moves in each turn of service, of which there are many a second and mostly nothing is done in them: the last
 * of its steps counts, before something happens. */
static void
on_moved (gpointer data, const FoliotGatePoint *point)
{
  FoliotRecorder *recorder = data;

  if (foliot_kernel_get_drive (recorder->kernel) != FOLIOT_DRIVE_REALTIME)
    {
      add_step (recorder, point, "master");
      return;
    }
  if (recorder->clock_has_moved && point->dispatched != recorder->clock.dispatched)
    add_clock (recorder);
  recorder->clock_has_moved = TRUE;
  recorder->clock = *point;
}

static void
on_waits (gpointer data)
{
  FoliotRecorder *recorder = data;

  if (recorder->clock_has_moved
      && _foliot_gate_get_point (recorder->kernel).dispatched != recorder->clock.dispatched)
    add_clock (recorder);
  if (recorder->error == NULL)
    foliot_journal_writer_flush (recorder->writer, &recorder->error);
}

static const FoliotGateObserver observer
    = { on_opened, on_arrived, on_departed, on_noted, on_moved, on_waits };

FoliotRecorder *
foliot_recorder_new (FoliotKernel *kernel, const char *path, const FoliotJournalHeader *header,
                     gboolean keep_sent, GError **error)
{
  g_autoptr (FoliotJournalWriter) writer = foliot_journal_writer_new (path, header, error);
  FoliotRecorder *recorder;

  if (writer == NULL)
    return NULL;
  recorder = g_new0 (FoliotRecorder, 1);
  recorder->kernel = kernel;
  recorder->writer = g_steal_pointer (&writer);
  recorder->keep_sent = keep_sent;
  _foliot_gate_set_observer (kernel, &observer, recorder);
  return recorder;
}

void
_foliot_recorder_note (FoliotRecorder *recorder, const FoliotJournalRecord *record)
{
  if (!recorder->ended)
    add (recorder, record);
}

static char *
format_verdict (const GError *verdict)
{
  if (verdict == NULL)
    return g_strdup ("complete");
  if (g_error_matches (verdict, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_INTERRUPTED))
    return g_strdup (FOLIOT_REPLAY_INTERRUPTED);
  return g_strconcat (FOLIOT_REPLAY_FAILED, verdict->message, NULL);
}

gboolean
foliot_recorder_end (FoliotRecorder *recorder, int code, const GError *verdict, GError **error)
{
  FoliotGatePoint point;
  g_autofree char *digest = NULL, *text = NULL;

  if (!recorder->ended)
    {
      recorder->ended = TRUE;
      point = _foliot_gate_get_point (recorder->kernel);
      digest = foliot_kernel_dup_digest (recorder->kernel);
      text = format_verdict (verdict);
      add (recorder, &(FoliotJournalRecord){
                         .kind = FOLIOT_JOURNAL_END,
                         .what = (guint32) code,
                         .time_ns = point.time_ns,
                         .event = point.dispatched,
                         .name = digest,
                         .text = text,
                     });
      _foliot_gate_set_observer (recorder->kernel, NULL, NULL);
      foliot_journal_writer_close (recorder->writer, recorder->error == NULL ? &recorder->error : NULL);
    }
  if (recorder->error != NULL)
    g_propagate_error (error, g_error_copy (recorder->error));
  return recorder->error == NULL;
}

void
foliot_recorder_free (FoliotRecorder *recorder)
{
  if (!recorder->ended)
    _foliot_gate_set_observer (recorder->kernel, NULL, NULL);
  foliot_journal_writer_free (recorder->writer);
  g_clear_error (&recorder->error);
  g_free (recorder);
}
