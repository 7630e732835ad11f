/* SPDX-License-Identifier: MIT */
#include "tools/foliot-tap.h"

#include <stdio.h>

#include "tools/foliot-drive.h"
#include "tools/foliot-verbs.h"
#include "tools/foliot-watch.h"
#include "tools/foliot-wire.h"

/*
 * A kernel in real time with two links for each conversation. What one brings is recorded, written, and only then handed to the other, so
 * that the journal has whatever was answered. The bytes are the same on both sides, whatever they are: nobody here reads them.
 *
 * Who is not read from by one side must not fill our memory from the other: as long as a link is not writable, nothing is read from
 * its opposite.
 */

typedef struct _Tap Tap;
typedef struct _Conversation Conversation;

typedef struct
{
  Conversation *conversation;
  guint32 port;
  char *name;
  FoliotLink *link;
  guint64 sequence;
} Side;

struct _Conversation
{
  Tap *tap;
  const FoliotTapPair *pair;
  guint number; /* from 1 */
  Side sides[2];
  gboolean has_ended;
};

/* Where conversations come in. */
typedef struct
{
  Tap *tap;
  const FoliotTapPair *pair;
  FoliotListener *listener;
  guint n_taken;
} Entrance;

struct _Tap
{
  const FoliotTapOptions *options;
  FoliotKernel *kernel;
  FoliotTransport *transport;
  FoliotJournalWriter *writer;
  FoliotFuture *done; /* when nothing is left to be recorded */
  GArray *entrances;
  GPtrArray *conversations;
  guint n_open;
  guint n_unreachable;
  guint64 order;
  char *verdict;
  GError *error; /* why it had to end */
  gboolean has_ended;
};

void
foliot_tap_pair_clear (FoliotTapPair *pair)
{
  g_clear_pointer (&pair->listen, foliot_address_unref);
  g_clear_pointer (&pair->connect, foliot_address_unref);
  g_clear_pointer (&pair->names[0], g_free);
  g_clear_pointer (&pair->names[1], g_free);
}

static Side *
get_opposite (Side *side)
{
  return &side->conversation->sides[side->port % 2];
}

/* There is one conversation, so its end is that of all. */
static gboolean
is_single (const Tap *tap)
{
  return tap->options->pairs->len == 1 && tap->options->n_connections == 1;
}

/* ---- the end ---- */

static void
close_links (Conversation *conversation)
{
  conversation->has_ended = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (conversation->sides); i++)
    if (conversation->sides[i].link != NULL)
      foliot_link_close (conversation->sides[i].link);
}

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
  for (guint i = 0; i < tap->conversations->len; i++)
    close_links (g_ptr_array_index (tap->conversations, i));
  foliot_future_resolve (tap->done, foliot_value_new_null ());
}

static gboolean
is_waited_for (const Tap *tap)
{
  guint n = tap->options->n_connections;

  for (guint i = 0; i < tap->entrances->len; i++)
    if (n == 0 || g_array_index (tap->entrances, Entrance, i).n_taken < n)
      return TRUE;
  return FALSE;
}

/* @error: (nullable): nobody could be reached. */
static void
end_conversation (Conversation *conversation, const char *verdict, GError *error)
{
  Tap *tap = conversation->tap;
  g_autofree char *all = NULL;

  if (is_single (tap))
    {
      end (tap, verdict, error);
      return;
    }
  fprintf (stderr, "foliot: conversation %u: %s\n", conversation->number,
           error != NULL ? error->message : verdict);
  tap->n_unreachable += error != NULL;
  g_clear_error (&error);
  close_links (conversation);
  if (--tap->n_open > 0 || is_waited_for (tap))
    return;
  all = g_strdup_printf ("all %u conversations have ended", tap->conversations->len);
  end (tap, all, NULL);
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

  record (side->conversation->tap, &what);
}

static void
record_port (Side *side)
{
  FoliotJournalRecord what = { .kind = FOLIOT_JOURNAL_CONTROL,
                               .port = side->port,
                               .what = FOLIOT_JOURNAL_CONTROL_PORT,
                               .name = side->name,
                               .text = "link" };

  record (side->conversation->tap, &what);
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
  Tap *tap = side->conversation->tap;
  FoliotJournalRecord what = { .kind = FOLIOT_JOURNAL_IN,
                               .port = side->port,
                               .what = FOLIOT_EVENT_FRAME,
                               .sequence = ++side->sequence,
                               .order = ++tap->order,
                               .bytes = frame->bytes };
  g_autoptr (GError) error = NULL;

  if (side->conversation->has_ended || !record (tap, &what))
    return;
  if (!foliot_link_send (opposite->link, frame, &error))
    end_conversation (side->conversation, "a message could not be handed on", g_steal_pointer (&error));
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

  if (side->conversation->has_ended)
    return;
  record_control (side, why != NULL ? FOLIOT_JOURNAL_CONTROL_ERROR : FOLIOT_JOURNAL_CONTROL_CLOSE, NULL, why);
  verdict = g_strdup_printf ("%s hung up%s%s", side->name, why != NULL ? ": " : "",
                             why != NULL ? why->message : "");
  end_conversation (side->conversation, verdict, NULL);
}

static const FoliotLinkSink sink = { .frame = on_frame, .writable = on_writable, .closed = on_closed };

/* ---- conversations ---- */

static void
release_links (Conversation *conversation)
{
  for (guint i = 0; i < G_N_ELEMENTS (conversation->sides); i++)
    if (conversation->sides[i].link != NULL)
      {
        foliot_link_start (conversation->sides[i].link, NULL, NULL);
        g_clear_object (&conversation->sides[i].link);
      }
}

static void
conversation_free (gpointer data)
{
  Conversation *conversation = data;

  release_links (conversation);
  g_free (conversation->sides[0].name);
  g_free (conversation->sides[1].name);
  g_free (conversation);
}

/* Several who connect at one place are told apart; whom we connect to is the same for all of them. */
static Conversation *
new_conversation (Tap *tap, const FoliotTapPair *pair)
{
  Conversation *conversation = g_new0 (Conversation, 1);

  g_ptr_array_add (tap->conversations, conversation);
  conversation->tap = tap;
  conversation->pair = pair;
  conversation->number = tap->conversations->len;
  for (guint i = 0; i < G_N_ELEMENTS (conversation->sides); i++)
    {
      gboolean is_one_of_many = i == 0 && tap->options->n_connections != 1;

      conversation->sides[i]
          = (Side){ .conversation = conversation,
                    .port = 2 * conversation->number - 1 + i,
                    .name = is_one_of_many ? g_strdup_printf ("%s %u", pair->names[i], conversation->number)
                                           : g_strdup (pair->names[i]) };
    }
  return conversation;
}

static void
on_connected (FoliotFuture *attempt, FoliotValue *link, const GError *error, gpointer user_data)
{
  Conversation *conversation = user_data;
  Side *sides = conversation->sides;
  g_autofree char *place = foliot_wire_dup_place (conversation->pair->connect);
  GError *why;

  if (conversation->has_ended)
    return;
  if (error != NULL)
    {
      why = g_error_copy (error);
      g_prefix_error (&why, "%s: ", place);
      record_control (&sides[1], FOLIOT_JOURNAL_CONTROL_ERROR, NULL, why);
      end_conversation (conversation, "nobody could be reached", why);
      return;
    }
  sides[1].link = g_object_ref (foliot_value_get_object (link, FOLIOT_TYPE_LINK));
  record_opened (&sides[1], FOLIOT_JOURNAL_CONTROL_OPEN);
  for (guint i = 0; i < G_N_ELEMENTS (conversation->sides); i++)
    foliot_link_start (sides[i].link, &sink, &sides[i]);
}

/* Nobody calls from within the links of conversations that have ended, here. */
static void
release_ended (Tap *tap)
{
  for (guint i = 0; i < tap->conversations->len; i++)
    {
      Conversation *conversation = g_ptr_array_index (tap->conversations, i);

      if (conversation->has_ended)
        release_links (conversation);
    }
}

/* Whoever comes when enough have come is hung up on. */
static void
on_accepted (FoliotLink *link, gpointer user_data)
{
  Entrance *entrance = user_data;
  Tap *tap = entrance->tap;
  guint n_connections = tap->options->n_connections;
  g_autoptr (FoliotFuture) attempt = NULL;
  Conversation *conversation;

  if (tap->has_ended || (n_connections != 0 && entrance->n_taken == n_connections))
    {
      g_object_unref (link);
      return;
    }
  release_ended (tap);
  if (++entrance->n_taken == n_connections)
    foliot_listener_close (entrance->listener);
  conversation = new_conversation (tap, entrance->pair);
  tap->n_open++;
  conversation->sides[0].link = link;
  for (guint i = 0; i < G_N_ELEMENTS (conversation->sides) && !is_single (tap); i++)
    record_port (&conversation->sides[i]);
  record_opened (&conversation->sides[0], FOLIOT_JOURNAL_CONTROL_ACCEPT);
  attempt = foliot_transport_connect (tap->transport, entrance->pair->connect, entrance->pair->names[1]);
  foliot_future_then (attempt, on_connected, conversation, NULL);
}

/* ---- opening ---- */

static void
describe_pair (FoliotJournalHeader *header, const FoliotTapPair *pair, guint number)
{
  g_autofree char *listen = foliot_wire_dup_place (pair->listen);
  g_autofree char *connect = foliot_wire_dup_place (pair->connect);
  g_autofree char *listen_name = number == 1 ? g_strdup ("listen") : g_strdup_printf ("listen/%u", number);
  g_autofree char *connect_name = number == 1 ? g_strdup ("connect") : g_strdup_printf ("connect/%u", number);

  foliot_journal_header_set (header, listen_name, listen);
  foliot_journal_header_set (header, connect_name, connect);
}

static gboolean
open_entrance (Tap *tap, Entrance *entrance, GError **error)
{
  g_autofree char *place = foliot_wire_dup_place (entrance->pair->listen);

  entrance->listener = foliot_transport_listen (tap->transport, entrance->pair->listen,
                                                entrance->pair->names[0], on_accepted, entrance, NULL, error);
  if (entrance->listener == NULL)
    g_prefix_error (error, "%s: ", place);
  return entrance->listener != NULL;
}

static gboolean
begin (Tap *tap, GError **error)
{
  g_autoptr (FoliotJournalHeader) header = foliot_journal_header_new ("wire");

  header->build_id = g_strdup (FOLIOT_VERSION);
  for (guint i = 0; i < tap->entrances->len; i++)
    {
      Entrance *entrance = &g_array_index (tap->entrances, Entrance, i);

      *entrance = (Entrance){ .tap = tap, .pair = &g_array_index (tap->options->pairs, FoliotTapPair, i) };
      describe_pair (header, entrance->pair, i + 1);
      for (guint k = 0; k < G_N_ELEMENTS (entrance->pair->names) && is_single (tap); k++)
        foliot_journal_header_add_port (header, k + 1, entrance->pair->names[k], "link", NULL);
      if (!open_entrance (tap, entrance, error))
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
  foliot_drive_say (error->message);
  return FOLIOT_EXIT_RESULTS;
}

/* Nobody looks at a message here that was not asked for: what had been said is on its way, and the journal ends. */
static int
finish (Tap *tap)
{
  FoliotJournalRecord what
      = { .kind = FOLIOT_JOURNAL_END, .text = tap->verdict != NULL ? tap->verdict : "ended by a signal" };

  tap->has_ended = TRUE;
  if (tap->error != NULL || tap->n_unreachable > 0)
    what.what = FOLIOT_EXIT_PEER;
  if (tap->error == NULL || tap->error->domain != FOLIOT_JOURNAL_ERROR)
    record (tap, &what);
  foliot_journal_writer_close (tap->writer, tap->error == NULL ? &tap->error : NULL);
  if (tap->error != NULL)
    return complain (tap->error);
  fprintf (stderr, "foliot: %s; %" G_GUINT64_FORMAT " messages recorded in %s\n", what.text, tap->order,
           tap->options->record);
  return (int) what.what;
}

static void
tap_clear (Tap *tap)
{
  for (guint i = 0; i < tap->conversations->len; i++)
    {
      Conversation *conversation = g_ptr_array_index (tap->conversations, i);

      conversation->has_ended = TRUE;
      release_links (conversation);
    }
  for (guint i = 0; i < tap->entrances->len; i++)
    g_clear_object (&g_array_index (tap->entrances, Entrance, i).listener);
  foliot_kernel_close (tap->kernel);
  g_ptr_array_unref (tap->conversations);
  g_array_unref (tap->entrances);
  g_clear_pointer (&tap->writer, foliot_journal_writer_free);
  g_clear_pointer (&tap->done, foliot_future_unref);
  g_clear_object (&tap->transport);
  g_clear_object (&tap->kernel);
  g_clear_error (&tap->error);
  g_free (tap->verdict);
}

static int
run (Tap *tap)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) result = NULL;

  foliot_watch_begin (tap->kernel);
  for (guint i = 0; i < tap->entrances->len; i++)
    foliot_wire_print_ready (g_array_index (tap->entrances, Entrance, i).listener);
  result = foliot_run (tap->kernel, tap->done, &error);
  foliot_watch_end ();
  if (result == NULL && !foliot_watch_was_interrupted ())
    end (tap, "ended by a failure", g_steal_pointer (&error));
  return finish (tap);
}

int
foliot_tap_run (const FoliotTapOptions *options)
{
  const FoliotStreamOptions stream = { .tls = options->tls };
  Tap tap = { .options = options,
              .kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_REALTIME, 0, 0),
              .entrances = g_array_new (FALSE, TRUE, sizeof (Entrance)),
              .conversations = g_ptr_array_new_with_free_func (conversation_free) };
  g_autoptr (GError) error = NULL;
  int code;

  g_array_set_size (tap.entrances, options->pairs->len);
  foliot_kernel_set_digest (tap.kernel, FALSE);
  tap.transport = foliot_stream_transport_new (tap.kernel, &stream);
  tap.done = foliot_future_new (tap.kernel);
  code = begin (&tap, &error) ? run (&tap) : complain (error);
  tap_clear (&tap);
  return code;
}
