/* SPDX-License-Identifier: MIT */
#include "tools/foliot-part.h"

#include <stdio.h>

#include "tools/foliot-message.h"
#include "tools/foliot-verbs.h"
#include "tools/foliot-watch.h"
#include "tools/foliot-wire.h"

/*
 * A recorded message is sent when as many messages of the other side have come as came before it in the recording. What the live side
 * says is compared with what it said then, one by one. Nothing is made up: where the live side says something else, the part ends,
 * or with --lenient goes on by the numbers alone.
 */

typedef struct
{
  GBytes *bytes;
  guint64 order;  /* over both sides, in the recording */
  guint n_before; /* messages of the other side before it */
} Message;

typedef struct
{
  const FoliotPartOptions *options;
  char *partner;
  GArray *ours, *theirs; /* Message */
  gboolean they_hung_up; /* in the recording, and not we */
  FoliotKernel *kernel;
  FoliotTransport *transport;
  FoliotListener *listener;
  FoliotLink *link;
  FoliotFuture *done;
  guint n_sent, n_received, n_different, n_notes;
  gboolean has_ended;
  GError *error;
} Part;

static void
message_clear (gpointer data)
{
  g_bytes_unref (((Message *) data)->bytes);
}

/* ---- the recording ---- */

/* Returns: the port of whose part is played; 0: there is none of that name. */
static guint32
find_port (Part *part, FoliotJournalReader *reader, GError **error)
{
  const FoliotJournalHeader *header = foliot_journal_reader_get_header (reader);
  g_autoptr (GString) names = g_string_new (NULL);
  guint32 number = 0;

  if (!g_str_equal (header->verb, "wire"))
    {
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
                   "%s: recorded by foliot %s; only a recording of foliot wire has both sides to play",
                   part->options->replay, header->verb);
      return 0;
    }
  for (guint i = 0; i < header->ports->len; i++)
    {
      const FoliotJournalPort *port = g_ptr_array_index (header->ports, i);

      g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", port->name);
      if (g_str_equal (port->name, part->options->as))
        number = port->number;
      else
        {
          g_free (part->partner);
          part->partner = g_strdup (port->name);
        }
    }
  if (number == 0)
    g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
                 "%s: nobody in it is called “%s” (--as); there are: %s", part->options->replay,
                 part->options->as, names->str);
  return number;
}

static void
take_record (Part *part, const FoliotJournalRecord *record, guint32 port)
{
  gboolean is_ours = record->port == port;

  if (record->kind == FOLIOT_JOURNAL_CONTROL
      && (record->what == FOLIOT_JOURNAL_CONTROL_CLOSE || record->what == FOLIOT_JOURNAL_CONTROL_ERROR))
    part->they_hung_up = !is_ours;
  if (record->kind == FOLIOT_JOURNAL_IN && record->bytes != NULL)
    {
      Message message = { .bytes = g_bytes_ref (record->bytes),
                          .order = record->order,
                          .n_before = is_ours ? part->theirs->len : part->ours->len };

      g_array_append_val (is_ours ? part->ours : part->theirs, message);
    }
}

/* A recording that was cut off is played as far as it goes. */
static gboolean
load (Part *part, GError **error)
{
  g_autoptr (FoliotJournalReader) reader = foliot_journal_reader_new (part->options->replay, error);
  const FoliotJournalRecord *record;
  guint32 port = reader != NULL ? find_port (part, reader, error) : 0;
  g_autoptr (GError) why = NULL;

  if (port == 0)
    return FALSE;
  while ((record = foliot_journal_reader_next (reader, &why)) != NULL || why != NULL)
    {
      if (record != NULL)
        take_record (part, record, port);
      else if (why->code == FOLIOT_JOURNAL_ERROR_TRUNCATED)
        break;
      else if (!part->options->lenient)
        {
          g_propagate_error (error, g_steal_pointer (&why));
          return FALSE;
        }
      if (why != NULL)
        fprintf (stderr, "foliot: %s\n", why->message);
      g_clear_error (&why);
    }
  if (why != NULL)
    fprintf (stderr, "foliot: %s\n", why->message);
  return TRUE;
}

/* ---- the end ---- */

static void
end (Part *part, GError *error)
{
  if (part->has_ended)
    {
      g_clear_error (&error);
      return;
    }
  part->has_ended = TRUE;
  part->error = error;
  if (part->link != NULL)
    foliot_link_close (part->link);
  foliot_future_resolve (part->done, foliot_value_new_null ());
}

static gboolean
is_over (Part *part)
{
  return part->n_sent == part->ours->len && part->n_received >= part->theirs->len;
}

/* ---- what they say ---- */

static void
print_text (const char *title, GBytes *bytes)
{
  g_autofree char *text = bytes != NULL ? foliot_message_describe (bytes) : g_strdup ("nothing more");

  fprintf (stderr, "  %-9s %s\n", title, text);
}

/* @where: (nullable). @actual: (nullable): they hung up. */
static void
tell_difference (Part *part, guint index, GBytes *actual, const char *where)
{
  const Message *expected = index < part->theirs->len ? &g_array_index (part->theirs, Message, index) : NULL;

  part->n_different++;
  fprintf (stderr, "foliot: message %u of %s differs from the recording", index + 1, part->partner);
  if (expected != NULL)
    fprintf (stderr, ", where it is message %" G_GUINT64_FORMAT " of both", expected->order);
  fprintf (stderr, "%s%s\n", where != NULL && *where != '\0' ? ", at " : "", where != NULL ? where : "");
  print_text ("recorded:", expected != NULL ? expected->bytes : NULL);
  print_text ("live:", actual);
}

static void
compare (Part *part, guint index, GBytes *actual)
{
  g_autofree char *where = NULL;
  FoliotMessageMatch match = FOLIOT_MESSAGE_OTHER;

  if (index < part->theirs->len)
    match = foliot_message_compare (g_array_index (part->theirs, Message, index).bytes, actual, &where);
  part->n_notes += match == FOLIOT_MESSAGE_MAX_ADVANCE;
  if (match == FOLIOT_MESSAGE_OTHER)
    tell_difference (part, index, actual, where);
}

/* ---- what we say ---- */

static gboolean
is_writable (Part *part)
{
  FoliotLinkInterface *iface = FOLIOT_LINK_GET_IFACE (part->link);

  return iface->is_writable == NULL || iface->is_writable (part->link);
}

static void
send_due (gpointer owner)
{
  Part *part = owner;
  g_autoptr (GError) error = NULL;

  while (!part->has_ended && error == NULL && part->n_sent < part->ours->len && is_writable (part))
    {
      const Message *message = &g_array_index (part->ours, Message, part->n_sent);
      FoliotFrame frame = { .bytes = message->bytes };

      if (message->n_before > part->n_received)
        break;
      g_bytes_ref (frame.bytes);
      part->n_sent++;
      foliot_link_send (part->link, &frame, &error);
    }
  if (error != NULL || (is_over (part) && !part->they_hung_up))
    end (part, g_steal_pointer (&error));
}

static void
on_frame (gpointer owner, FoliotFrame *frame)
{
  Part *part = owner;

  if (part->has_ended)
    return;
  compare (part, part->n_received++, frame->bytes);
  if (part->n_different > 0 && !part->options->lenient)
    end (part, NULL);
  else
    send_due (part);
}

static void
on_closed (gpointer owner, const GError *why)
{
  Part *part = owner;

  if (!part->has_ended && part->n_received < part->theirs->len)
    tell_difference (part, part->n_received, NULL, NULL);
  else if (!part->has_ended && part->n_sent < part->ours->len)
    {
      part->n_different++;
      fprintf (stderr, "foliot: %s hung up before message %u of %s could be sent\n", part->partner,
               part->n_sent + 1, part->options->as);
    }
  end (part, NULL);
}

static const FoliotLinkSink sink = { .frame = on_frame, .writable = send_due, .closed = on_closed };

/* ---- opening ---- */

static void
on_connected (FoliotFuture *attempt, FoliotValue *link, const GError *error, gpointer user_data)
{
  Part *part = user_data;
  g_autofree char *place = NULL;
  GError *why;

  if (part->has_ended)
    return;
  if (error == NULL)
    {
      part->link = g_object_ref (foliot_value_get_object (link, FOLIOT_TYPE_LINK));
      foliot_link_start (part->link, &sink, part);
      send_due (part);
      return;
    }
  place = foliot_wire_dup_place (part->options->connect);
  why = g_error_copy (error);
  g_prefix_error (&why, "%s: ", place);
  end (part, why);
}

static void
on_accepted (FoliotLink *link, gpointer user_data)
{
  Part *part = user_data;

  if (part->link != NULL)
    {
      g_object_unref (link);
      return;
    }
  part->link = link;
  foliot_listener_close (part->listener);
  foliot_link_start (part->link, &sink, part);
  send_due (part);
}

static gboolean
begin (Part *part, GError **error)
{
  const FoliotPartOptions *options = part->options;
  g_autoptr (FoliotFuture) attempt = NULL;

  if (!load (part, error))
    return FALSE;
  if (options->connect != NULL)
    {
      attempt = foliot_transport_connect (part->transport, options->connect, options->as);
      foliot_future_then (attempt, on_connected, part, NULL);
      return TRUE;
    }
  part->listener = foliot_transport_listen (part->transport, options->listen, options->as, on_accepted, part,
                                            NULL, error);
  if (part->listener != NULL)
    foliot_wire_print_ready (part->listener);
  return part->listener != NULL;
}

/* ---- all of it ---- */

static int
complain (const GError *error)
{
  int code = foliot_wire_complain (error);

  return error->domain == FOLIOT_JOURNAL_ERROR && error->code != FOLIOT_JOURNAL_ERROR_OPEN
             ? FOLIOT_EXIT_JOURNAL
             : code;
}

static int
finish (Part *part)
{
  if (part->error != NULL)
    return complain (part->error);
  if (foliot_watch_was_interrupted ())
    return FOLIOT_EXIT_INTERRUPTED;
  printf ("%s: %u of %u messages sent; %s: %u of %u received, %u differ", part->options->as, part->n_sent,
          part->ours->len, part->partner, part->n_received, part->theirs->len, part->n_different);
  if (part->n_notes > 0)
    printf (", %u in max_advance alone", part->n_notes);
  putchar ('\n');
  return part->n_different > 0 ? FOLIOT_EXIT_DIFFERS : FOLIOT_EXIT_OK;
}

static void
part_clear (Part *part)
{
  if (part->link != NULL)
    foliot_link_start (part->link, NULL, NULL);
  g_clear_object (&part->link);
  g_clear_object (&part->listener);
  foliot_kernel_close (part->kernel);
  g_clear_pointer (&part->done, foliot_future_unref);
  g_clear_object (&part->transport);
  g_clear_object (&part->kernel);
  g_array_unref (part->ours);
  g_array_unref (part->theirs);
  g_clear_error (&part->error);
  g_free (part->partner);
}

static GArray *
new_messages (void)
{
  GArray *messages = g_array_new (FALSE, FALSE, sizeof (Message));

  g_array_set_clear_func (messages, message_clear);
  return messages;
}

int
foliot_part_run (const FoliotPartOptions *options)
{
  const FoliotStreamOptions stream = { .tls = options->tls };
  Part part = { .options = options,
                .ours = new_messages (),
                .theirs = new_messages (),
                .kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_REALTIME, 0, 0) };
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) result = NULL;
  int code;

  foliot_kernel_set_digest (part.kernel, FALSE);
  part.transport = foliot_stream_transport_new (part.kernel, &stream);
  part.done = foliot_future_new (part.kernel);
  if (begin (&part, &error))
    {
      foliot_watch_begin (part.kernel);
      result = foliot_run (part.kernel, part.done, &error);
      foliot_watch_end ();
      if (result == NULL && !foliot_watch_was_interrupted ())
        end (&part, g_steal_pointer (&error));
      code = finish (&part);
    }
  else
    code = complain (error);
  part_clear (&part);
  return code;
}
