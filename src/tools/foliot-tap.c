/* SPDX-License-Identifier: MIT */
#include "tools/foliot-tap.h"

#include <stdio.h>

#include "tools/foliot-verbs.h"
#include "tools/foliot-watch.h"
#include "tools/foliot-wire.h"

/*
 * A kernel in real time with two links. What one brings is recorded, written, and only then handed to the other, so that the journal has
 * whatever was answered. The bytes are the same on both sides, whatever they are: nobody here reads them.
 *
 * Who is not read from by one side must not fill our memory from the other: as long as a link is not writable, nothing is read from
 * its opposite.
 */

typedef struct _Tap Tap;

typedef struct
{
  Tap *tap;
  guint32 port; /* 1, 2 */
  const char *name;
  FoliotLink *link;
  guint64 sequence;
} Side;

struct _Tap
{
  const FoliotTapOptions *options;
  FoliotKernel *kernel;
  FoliotTransport *transport;
  FoliotListener *listener;
  FoliotJournalWriter *writer;
  FoliotFuture *done; /* when one of them has hung up, or could not be reached */
  Side sides[2];
  guint64 order;
  char *verdict;
  GError *error; /* why it had to end */
  gboolean has_ended;
};

static Side *
get_opposite (Side *side)
{
  return &side->tap->sides[side->port == 1];
}

/* ---- the end ---- */

static void
end (Tap *tap, const char *verdict, GError *error)
{
  if (tap->has_ended)
    {
      g_clear_error (&error);
      return;
    }
  tap->has_ended = TRUE;
  tap->verdict = g_strdup (verdict);
  tap->error = error;
  for (guint i = 0; i < G_N_ELEMENTS (tap->sides); i++)
    if (tap->sides[i].link != NULL)
      foliot_link_close (tap->sides[i].link);
  foliot_future_resolve (tap->done, foliot_value_new_null ());
}

/* ---- the journal ---- */

static gboolean
record (Tap *tap, FoliotJournalRecord *what)
{
  g_autoptr (GError) error = NULL;

  what->time_ns = foliot_kernel_now (tap->kernel);
  if (foliot_journal_writer_add (tap->writer, what, &error)
      && foliot_journal_writer_flush (tap->writer, &error))
    return TRUE;
  end (tap, "the recording cannot be written", g_steal_pointer (&error));
  return FALSE;
}

static void
record_control (Side *side, FoliotJournalControl control, const char *text, const GError *error)
{
  FoliotJournalRecord what = { .kind = FOLIOT_JOURNAL_CONTROL,
                               .port = side->port,
                               .what = control,
                               .sequence = ++side->sequence,
                               .text = text,
                               .error = error };

  record (side->tap, &what);
}

static void
record_opened (Side *side, FoliotJournalControl control)
{
  g_autoptr (FoliotValue) peername = foliot_link_dup_info (side->link, "peername");
  g_autoptr (FoliotValue) identity = foliot_link_dup_info (side->link, "identity");
  g_autofree char *text = peername != NULL ? foliot_value_print (peername) : NULL;

  record_control (side, control, text, NULL);
  if (identity != NULL)
    record_control (side, FOLIOT_JOURNAL_CONTROL_PEER, foliot_value_get_string (identity, NULL), NULL);
}

/* ---- frames ---- */

static void
set_reading (Side *side, gboolean reading)
{
  FoliotLinkInterface *iface = FOLIOT_LINK_GET_IFACE (side->link);

  if (iface->set_reading != NULL)
    iface->set_reading (side->link, reading);
}

static gboolean
is_writable (Side *side)
{
  FoliotLinkInterface *iface = FOLIOT_LINK_GET_IFACE (side->link);

  return iface->is_writable == NULL || iface->is_writable (side->link);
}

static void
on_frame (gpointer owner, FoliotFrame *frame)
{
  Side *side = owner, *opposite = get_opposite (side);
  FoliotJournalRecord what = { .kind = FOLIOT_JOURNAL_IN,
                               .port = side->port,
                               .what = FOLIOT_EVENT_FRAME,
                               .sequence = ++side->sequence,
                               .order = ++side->tap->order,
                               .bytes = frame->bytes };
  g_autoptr (GError) error = NULL;

  if (side->tap->has_ended || !record (side->tap, &what))
    return;
  if (!foliot_link_send (opposite->link, frame, &error))
    end (side->tap, "a message could not be handed on", g_steal_pointer (&error));
  else if (!is_writable (opposite))
    set_reading (side, FALSE);
}

static void
on_writable (gpointer owner)
{
  set_reading (get_opposite (owner), TRUE);
}

static void
on_closed (gpointer owner, const GError *why)
{
  Side *side = owner;
  g_autofree char *verdict = NULL;

  if (side->tap->has_ended)
    return;
  record_control (side, why != NULL ? FOLIOT_JOURNAL_CONTROL_ERROR : FOLIOT_JOURNAL_CONTROL_CLOSE, NULL, why);
  verdict = g_strdup_printf ("%s hung up%s%s", side->name, why != NULL ? ": " : "",
                             why != NULL ? why->message : "");
  end (side->tap, verdict, NULL);
}

static const FoliotLinkSink sink = { .frame = on_frame, .writable = on_writable, .closed = on_closed };

/* ---- opening ---- */

static void
on_connected (FoliotFuture *attempt, FoliotValue *link, const GError *error, gpointer user_data)
{
  Tap *tap = user_data;
  g_autofree char *place = foliot_wire_dup_place (tap->options->connect);
  GError *why;

  if (tap->has_ended)
    return;
  if (error != NULL)
    {
      why = g_error_copy (error);
      g_prefix_error (&why, "%s: ", place);
      record_control (&tap->sides[1], FOLIOT_JOURNAL_CONTROL_ERROR, NULL, why);
      end (tap, "nobody could be reached", why);
      return;
    }
  tap->sides[1].link = g_object_ref (foliot_value_get_object (link, FOLIOT_TYPE_LINK));
  record_opened (&tap->sides[1], FOLIOT_JOURNAL_CONTROL_OPEN);
  for (guint i = 0; i < G_N_ELEMENTS (tap->sides); i++)
    foliot_link_start (tap->sides[i].link, &sink, &tap->sides[i]);
}

/* One pair is recorded; whoever comes later is hung up on. */
static void
on_accepted (FoliotLink *link, gpointer user_data)
{
  Tap *tap = user_data;
  g_autoptr (FoliotFuture) attempt = NULL;

  if (tap->sides[0].link != NULL)
    {
      g_object_unref (link);
      return;
    }
  tap->sides[0].link = link;
  foliot_listener_close (tap->listener);
  record_opened (&tap->sides[0], FOLIOT_JOURNAL_CONTROL_ACCEPT);
  attempt = foliot_transport_connect (tap->transport, tap->options->connect, tap->options->names[1]);
  foliot_future_then (attempt, on_connected, tap, NULL);
}

static gboolean
begin (Tap *tap, GError **error)
{
  g_autoptr (FoliotJournalHeader) header = foliot_journal_header_new ("wire");
  g_autofree char *listen = foliot_wire_dup_place (tap->options->listen);
  g_autofree char *connect = foliot_wire_dup_place (tap->options->connect);

  foliot_journal_header_set (header, "listen", listen);
  foliot_journal_header_set (header, "connect", connect);
  header->build_id = g_strdup (FOLIOT_VERSION);
  for (guint i = 0; i < G_N_ELEMENTS (tap->sides); i++)
    foliot_journal_header_add_port (header, tap->sides[i].port, tap->sides[i].name, "link", NULL);
  tap->listener = foliot_transport_listen (tap->transport, tap->options->listen, tap->options->names[0],
                                           on_accepted, tap, NULL, error);
  if (tap->listener == NULL)
    {
      g_prefix_error (error, "%s: ", listen);
      return FALSE;
    }
  tap->writer = foliot_journal_writer_new (tap->options->record, header, error);
  return tap->writer != NULL;
}

/* ---- all of it ---- */

static int
complain (const GError *error)
{
  if (error->domain != FOLIOT_JOURNAL_ERROR)
    return foliot_wire_complain (error);
  fprintf (stderr, "foliot: %s\n", error->message);
  return FOLIOT_EXIT_RESULTS;
}

/* Nobody looks at a message here that was not asked for: what had been said is on its way, and the journal ends. */
static int
finish (Tap *tap)
{
  FoliotJournalRecord what
      = { .kind = FOLIOT_JOURNAL_END, .text = tap->verdict != NULL ? tap->verdict : "ended by a signal" };

  if (tap->error != NULL)
    what.what = FOLIOT_EXIT_PEER;
  if (tap->error == NULL || tap->error->domain != FOLIOT_JOURNAL_ERROR)
    record (tap, &what);
  foliot_journal_writer_close (tap->writer, tap->error == NULL ? &tap->error : NULL);
  if (tap->error != NULL)
    return complain (tap->error);
  fprintf (stderr, "foliot: %s; %" G_GUINT64_FORMAT " messages recorded in %s\n", what.text, tap->order,
           tap->options->record);
  return FOLIOT_EXIT_OK;
}

static void
tap_clear (Tap *tap)
{
  for (guint i = 0; i < G_N_ELEMENTS (tap->sides); i++)
    if (tap->sides[i].link != NULL)
      {
        foliot_link_start (tap->sides[i].link, NULL, NULL);
        g_clear_object (&tap->sides[i].link);
      }
  g_clear_object (&tap->listener);
  foliot_kernel_close (tap->kernel);
  g_clear_pointer (&tap->writer, foliot_journal_writer_free);
  g_clear_pointer (&tap->done, foliot_future_unref);
  g_clear_object (&tap->transport);
  g_clear_object (&tap->kernel);
  g_clear_error (&tap->error);
  g_free (tap->verdict);
}

int
foliot_tap_run (const FoliotTapOptions *options)
{
  const FoliotStreamOptions stream = { .tls = options->tls };
  Tap tap = { .options = options, .kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_REALTIME, 0, 0) };
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) result = NULL;
  int code;

  for (guint i = 0; i < G_N_ELEMENTS (tap.sides); i++)
    tap.sides[i] = (Side){ .tap = &tap, .port = i + 1, .name = options->names[i] };
  foliot_kernel_set_digest (tap.kernel, FALSE);
  tap.transport = foliot_stream_transport_new (tap.kernel, &stream);
  tap.done = foliot_future_new (tap.kernel);
  if (begin (&tap, &error))
    {
      foliot_watch_begin (tap.kernel);
      foliot_wire_print_ready (tap.listener);
      result = foliot_run (tap.kernel, tap.done, &error);
      foliot_watch_end ();
      if (result == NULL && !foliot_watch_was_interrupted ())
        end (&tap, "ended by a failure", g_steal_pointer (&error));
      code = finish (&tap);
    }
  else
    code = complain (error);
  tap_clear (&tap);
  return code;
}
