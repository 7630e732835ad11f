/* SPDX-License-Identifier: MIT */
#include "tools/foliot-part.h"

#include <stdio.h>

#include "tools/foliot-dialogue.h"
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
  const FoliotPartOptions *options;
  FoliotDialogue dialogue;
  FoliotKernel *kernel;
  FoliotTransport *transport;
  FoliotListener *listener;
  FoliotLink *link;
  FoliotFuture *done;
  guint n_sent, n_received, n_different, n_notes;
  gboolean has_ended;
  GError *error;
} Part;

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
  return part->n_sent == part->dialogue.ours->len && part->n_received >= part->dialogue.theirs->len;
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
  const FoliotSaid *expected
      = index < part->dialogue.theirs->len ? &g_array_index (part->dialogue.theirs, FoliotSaid, index) : NULL;

  part->n_different++;
  fprintf (stderr, "foliot: message %u of %s differs from the recording", index + 1, part->dialogue.partner);
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

  if (index < part->dialogue.theirs->len)
    match = foliot_message_compare (g_array_index (part->dialogue.theirs, FoliotSaid, index).bytes, actual,
                                    &where);
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

  while (!part->has_ended && error == NULL && part->n_sent < part->dialogue.ours->len && is_writable (part))
    {
      const FoliotSaid *message = &g_array_index (part->dialogue.ours, FoliotSaid, part->n_sent);
      FoliotFrame frame = { .bytes = message->bytes };

      if (message->n_before > part->n_received)
        break;
      g_bytes_ref (frame.bytes);
      part->n_sent++;
      foliot_link_send (part->link, &frame, &error);
    }
  if (error != NULL || (is_over (part) && !part->dialogue.they_hung_up))
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

  if (!part->has_ended && part->n_received < part->dialogue.theirs->len)
    tell_difference (part, part->n_received, NULL, NULL);
  else if (!part->has_ended && part->n_sent < part->dialogue.ours->len)
    {
      part->n_different++;
      fprintf (stderr, "foliot: %s hung up before message %u of %s could be sent\n", part->dialogue.partner,
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

  if (!foliot_dialogue_load (&part->dialogue, options->replay, options->as, options->conversation,
                             options->lenient, error))
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
          part->dialogue.ours->len, part->dialogue.partner, part->n_received, part->dialogue.theirs->len,
          part->n_different);
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
  foliot_dialogue_clear (&part->dialogue);
  g_clear_error (&part->error);
}

int
foliot_part_run (const FoliotPartOptions *options)
{
  const FoliotStreamOptions stream = { .tls = options->tls };
  Part part = { .options = options, .kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_REALTIME, 0, 0) };
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
