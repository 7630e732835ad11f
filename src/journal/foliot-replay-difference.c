/* SPDX-License-Identifier: MIT */
#include "journal/foliot-replay-private.h"

#include <string.h>

/* What a person needs who wants to know why a run went another way: where, when, what was expected and what came, and the events
 * that led there. */

#define SHOWN_BYTES  48 /* of a message, around the first byte that differs */
#define SHOWN_EVENTS 10

const char *
_foliot_replay_get_port_name (FoliotReplay *replay, guint32 number)
{
  const FoliotJournalPort *port = foliot_journal_reader_get_port (replay->reader, number);

  return port != NULL ? port->name : "unnamed";
}

static void
append_point (GString *text, const FoliotGatePoint *point)
{
  g_autofree char *time = foliot_time_format (point->time_ns);

  g_string_append_printf (text, " at %s s (event %" G_GUINT64_FORMAT ")", time, point->dispatched);
}

/* ---- causes ---------------------------------------------------------------------------------------------------- */

static const FoliotRecord *
find_event (FoliotReplay *replay, guint64 sequence)
{
  const FoliotRecord *event = sequence > 0 ? &replay->events[(sequence - 1) % FOLIOT_REPLAY_EVENTS] : NULL;

  return event != NULL && event->sequence == sequence ? event : NULL;
}

static const char *
get_kind_name (guint32 kind)
{
  static const char *const names[]
      = { "callback", "wake", "notify", "timer", "frame", "link", "input", "sample", "gate" };

  return kind < G_N_ELEMENTS (names) ? names[kind] : "unknown";
}

static void
append_event (GString *text, FoliotKernel *kernel, const FoliotRecord *event)
{
  g_autofree char *time = foliot_time_format (event->time_ns);

  g_string_append_printf (text, "event %" G_GUINT64_FORMAT " at %s s, %s of %s", event->sequence, time,
                          get_kind_name (event->kind),
                          event->node > 0 ? foliot_kernel_get_node_name (kernel, event->node) : "the world");
  if (event->link > 0)
    g_string_append_printf (text, ", message %" G_GUINT64_FORMAT " of %s", event->link_sequence,
                            foliot_kernel_get_link_name (kernel, event->link));
}

/* The event that runs has no record yet: the chain begins at what the last complete event was caused by, and at that event. */
static void
append_causes (GString *text, FoliotReplay *replay, const FoliotGatePoint *point)
{
  guint64 last = point->inside ? point->dispatched - 1 : point->dispatched;
  const FoliotRecord *event = find_event (replay, last);

  for (guint i = 0; i < SHOWN_EVENTS && event != NULL; i++)
    {
      g_string_append (text, i == 0 ? "\n  behind " : "\n      by ");
      append_event (text, replay->kernel, event);
      event = find_event (replay, event->cause);
    }
}

/* ---- messages -------------------------------------------------------------------------------------------------- */

static void
append_bytes (GString *text, GBytes *bytes, gsize from)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  gsize begin = from > SHOWN_BYTES / 2 ? from - SHOWN_BYTES / 2 : 0;
  gsize end = MIN (length, begin + SHOWN_BYTES);

  g_string_append (text, begin > 0 ? "…" : "");
  for (gsize i = begin; i < end; i++)
    if (data[i] >= 0x20 && data[i] < 0x7f && data[i] != '\\')
      g_string_append_c (text, (char) data[i]);
    else
      g_string_append_printf (text, "\\x%02x", data[i]);
  g_string_append (text, end < length ? "…" : "");
}

static gsize
find_difference (GBytes *a, GBytes *b)
{
  gsize n_a, n_b, i = 0;
  const guint8 *first = g_bytes_get_data (a, &n_a), *second = g_bytes_get_data (b, &n_b);

  while (i < n_a && i < n_b && first[i] == second[i])
    i++;
  return i;
}

static void
append_contents (GString *text, const FoliotJournalRecord *expected, GBytes *bytes)
{
  gsize length;
  gconstpointer data = g_bytes_get_data (bytes, &length);

  if (expected->bytes != NULL)
    {
      gsize at = find_difference (expected->bytes, bytes);

      g_string_append_printf (text, "\n  byte %" G_GSIZE_FORMAT "\n  expected ", at);
      append_bytes (text, expected->bytes, at);
      g_string_append (text, "\n  actual   ");
      append_bytes (text, bytes, at);
      return;
    }
  g_string_append_printf (text,
                          "\n  expected %" G_GUINT64_FORMAT " bytes, hash %016" G_GINT64_MODIFIER "x"
                          "\n  actual   %" G_GSIZE_FORMAT " bytes, hash %016" G_GINT64_MODIFIER "x: ",
                          expected->length, expected->hash, length, foliot_journal_hash (data, length));
  append_bytes (text, bytes, 0);
  g_string_append (text, "\n  (record with --record-bytes to see which byte)");
}

/* Returns: (nullable): what comes next in the recording, in @buffer if it is not there as a record. */
static const FoliotJournalRecord *
get_expected (FoliotReplay *replay, FoliotJournalRecord *buffer)
{
  if (replay->causal == NULL)
    return replay->next;
  return _foliot_replay_causal_peek_expected (replay, buffer) ? buffer : NULL;
}

/* @next: (nullable) */
static void
append_expected (GString *text, FoliotReplay *replay, const FoliotJournalRecord *next)
{
  g_autofree char *time = next != NULL ? foliot_time_format (next->time_ns) : NULL;

  if (next == NULL || next->kind == FOLIOT_JOURNAL_END)
    g_string_append (text, "the end of the run");
  else if (next->kind == FOLIOT_JOURNAL_OUT)
    g_string_append_printf (text, "message %" G_GUINT64_FORMAT " of port %u (%s) at %s s", next->sequence,
                            next->port, _foliot_replay_get_port_name (replay, next->port), time);
  else if (next->kind == FOLIOT_JOURNAL_OBSERVED)
    g_string_append_printf (text, "the question for “%s” at %s s", next->name, time);
  else if (next->port > 0)
    g_string_append_printf (text, "that something enters by port %u (%s) at %s s", next->port,
                            _foliot_replay_get_port_name (replay, next->port), time);
  else
    g_string_append_printf (text, "a %s of the recording at %s s", foliot_journal_kind_get_name (next->kind),
                            time);
}

GError *
_foliot_replay_new_departure_error (FoliotReplay *replay, const FoliotPort *port,
                                    const FoliotGatePoint *point, GBytes *bytes)
{
  FoliotJournalRecord buffer;
  const FoliotJournalRecord *next = get_expected (replay, &buffer);
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text,
                          "the run differs from its recording: message %" G_GUINT64_FORMAT " of port %u (%s)",
                          port->n_departed + 1, port->number, port->name);
  append_point (text, point);
  if (next != NULL && next->kind == FOLIOT_JOURNAL_OUT && next->port == port->number
      && next->sequence == port->n_departed + 1 && next->time_ns == point->time_ns)
    append_contents (text, next, bytes);
  else
    {
      g_string_append (text, "\n  expected ");
      append_expected (text, replay, next);
      g_string_append (text, "\n  actual   ");
      append_bytes (text, bytes, 0);
    }
  append_causes (text, replay, point);
  return g_error_new_literal (FOLIOT_REPLAY_ERROR, FOLIOT_REPLAY_ERROR_DIFFERS, text->str);
}

GError *
_foliot_replay_new_inside_error (FoliotReplay *replay, const FoliotPort *port, const FoliotGatePoint *point,
                                 GBytes *recorded, GBytes *sent)
{
  const FoliotJournalRecord expected = { .bytes = recorded };
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (
      text, "the run differs from its recording: message %" G_GUINT64_FORMAT " that arrives at port %u (%s)",
      port->sequence, port->number, port->name);
  append_point (text, point);
  g_string_append (text, sent != NULL ? " was sent as another one" : " was not sent");
  if (sent != NULL)
    append_contents (text, &expected, sent);
  append_causes (text, replay, point);
  return g_error_new_literal (FOLIOT_REPLAY_ERROR, FOLIOT_REPLAY_ERROR_DIFFERS, text->str);
}

GError *
_foliot_replay_new_absence_error (FoliotReplay *replay, const FoliotGatePoint *point)
{
  FoliotJournalRecord buffer;
  g_autoptr (GString) text = g_string_new ("the run differs from its recording: expected ");

  append_expected (text, replay, get_expected (replay, &buffer));
  g_string_append (text, ", but it did not come:");
  append_point (text, point);
  g_string_append (text, " the run is past it");
  append_causes (text, replay, point);
  return g_error_new_literal (FOLIOT_REPLAY_ERROR, FOLIOT_REPLAY_ERROR_DIFFERS, text->str);
}

GError *
_foliot_replay_new_digest_error (FoliotReplay *replay, const FoliotGatePoint *point, const char *expected,
                                 const char *actual)
{
  g_autoptr (GString) text
      = g_string_new ("the run differs from its recording inside: all that left is equal, "
                      "but its events are not, in the last 4096 or so");

  append_point (text, point);
  g_string_append_printf (text, "\n  expected digest %s\n  actual   digest %s", expected, actual);
  return g_error_new_literal (FOLIOT_REPLAY_ERROR, FOLIOT_REPLAY_ERROR_DIFFERS, text->str);
}

/* Only what `foliot run` and its like recorded can be compared event by event; a program knows itself. */
static void
append_search (GString *text, FoliotReplay *replay)
{
  const char *path = foliot_journal_reader_get_path (replay->reader);

  if (foliot_journal_reader_get_header (replay->reader)->scenario == NULL)
    return;
  g_string_append_printf (text,
                          "\n  to find the first different event: foliot replay %s --lenient --out NEW, and "
                          "foliot diff OLD NEW, where OLD is "
                          "the results folder of the recorded run; without one: foliot diff %s NEW "
                          "--modules-a DIR, where DIR has the "
                          "module as it was",
                          path, path);
}

GError *
_foliot_replay_new_silent_error (FoliotReplay *replay, const FoliotGatePoint *point,
                                 const FoliotJournalRecord *end, const char *actual)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (
      text,
      "the run differs from its recording: nothing was said to the outside, and its digest "
      "is %s after %" G_GUINT64_FORMAT " events; recorded was %s after %" G_GUINT64_FORMAT,
      actual, point->dispatched, end->name, end->event);
  append_search (text, replay);
  return g_error_new_literal (FOLIOT_REPLAY_ERROR, FOLIOT_REPLAY_ERROR_DIFFERS, text->str);
}

GError *
_foliot_replay_new_missing_error (FoliotReplay *replay, const FoliotGatePoint *point, const char *what,
                                  const char *why)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, "the recording %s does not hold %s",
                          foliot_journal_reader_get_path (replay->reader), what);
  append_point (text, point);
  if (why != NULL)
    g_string_append_printf (text, ": time is held by “%s”", why);
  g_string_append (text, "; nothing outside is asked in a replay");
  append_causes (text, replay, point);
  return g_error_new_literal (FOLIOT_REPLAY_ERROR, FOLIOT_REPLAY_ERROR_MISSING, text->str);
}
