/* SPDX-License-Identifier: MIT */
#include "transport/foliot-local-private.h"

#include "kernel/foliot-fault-private.h"
#include "transport/foliot-frame-queue-private.h"
#include "transport/foliot-listener-private.h"

/*
 * One end of a pipe inside the kernel.
 *
 * Each end holds the frames that are on their way to it. Sending reserves a place in the kernel's order of posting and
 * puts the frame there; when it is the first, it is posted under that place. The event takes it out, posts the next
 * one, and only then calls the sink: as its last act, because the sink may drop the link. The end of a link travels
 * the same way, as a slot without a frame, and so comes after all that was sent.
 *
 * A link that ended forgets its peer, and a peer that is still there is told by that slot. Closing is therefore the
 * same thing whether it was asked for, came from the other side, or is due to the last reference being dropped.
 */

typedef enum
{
  STATE_OPEN,
  STATE_CLOSING, /* by us; the sink is still to be told */
  STATE_ENDED,
} LinkState;

struct _FoliotLocalLink
{
  GObject parent_instance;
  FoliotKernel *kernel;
  FoliotExchange *exchange;
  FoliotLocalLink *peer; /* NULL once that has ended; not owned: each clears the other */
  const FoliotLinkSink *sink;
  gpointer owner;
  FoliotFrameQueue queue; /* on its way to us */
  guint64 event;          /* that delivers the head, or announces our own close; 0: none */
  guint64 *counter;       /* of the messages on @id */
  guint32 id;             /* of the direction that ends here */
  LinkState state;
  gboolean carry_bytes;
  gsize queued_bytes; /* in @queue */
  FoliotTime last_due;

  FoliotValue *peername;
  char *name;
  char *peer_name;
  FoliotAccepted accepted;
};

static void foliot_local_link_iface_init (FoliotLinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FoliotLocalLink, foliot_local_link, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (FOLIOT_TYPE_LINK, foliot_local_link_iface_init))

static void deliver (gpointer target, gpointer payload);
static void announce (gpointer target, gpointer payload);

/* ---- the end ------------------------------------------------------------------------------------------------- */

/* Nothing arrives here any more, and nothing goes out. */
static void
stop (FoliotLocalLink *link)
{
  if (link->event != 0 && link->exchange->kernel != NULL)
    foliot_kernel_cancel (link->kernel, link->event);
  link->event = 0;
  _foliot_frame_queue_clear (&link->queue);
  link->queued_bytes = 0;
  _foliot_listener_remove_link (&link->accepted);
}

/* The sink hears no more of us after this; the link may be gone when it returns. */
static void
tell_closed (FoliotLocalLink *link)
{
  const FoliotLinkSink *sink = g_steal_pointer (&link->sink);
  g_autoptr (GError) why = NULL;

  link->state = STATE_ENDED;
  if (sink == NULL)
    return;
  why = g_error_new_literal (FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET, "Connection closed");
  sink->closed (link->owner, why);
}

static void
announce (gpointer target, gpointer payload)
{
  FoliotLocalLink *link = target;

  link->event = 0;
  tell_closed (link);
}

/* ---- frames -------------------------------------------------------------------------------------------------- */

static void
post_head (FoliotLocalLink *link)
{
  FoliotFrameSlot *slot = _foliot_frame_queue_peek (&link->queue);
  FoliotEventKind kind = slot->number != 0 ? FOLIOT_EVENT_FRAME : FOLIOT_EVENT_LINK;

  link->event = _foliot_kernel_post_reserved (link->kernel, &slot->place, slot->due, FOLIOT_PRIORITY_DEFAULT,
                                              kind, deliver, link, NULL);
}

/*
 * Queues what @frame holds for arrival at @link; a @number of 0 is the end. A frame that finds the queue empty, as
 * nearly all do, is posted here and needs no place kept.
 */
static inline void
enqueue (FoliotLocalLink *link, const FoliotFrame *frame, guint64 number, FoliotTime due)
{
  FoliotFrameSlot *slot = _foliot_frame_queue_push (&link->queue);

  slot->frame = *frame;
  slot->due = link->last_due = MAX (due, link->last_due);
  slot->number = number;
  if (G_UNLIKELY (frame->bytes != NULL))
    link->queued_bytes += g_bytes_get_size (frame->bytes);
  if (G_UNLIKELY (link->event != 0 || link->sink == NULL))
    slot->place = _foliot_kernel_reserve (link->kernel);
  else
    link->event
        = foliot_kernel_post (link->kernel, slot->due, FOLIOT_PRIORITY_DEFAULT,
                              number != 0 ? FOLIOT_EVENT_FRAME : FOLIOT_EVENT_LINK, deliver, link, NULL);
}

static void
deliver (gpointer target, gpointer payload)
{
  FoliotLocalLink *link = target;
  const FoliotFrameSlot *slot = _foliot_frame_queue_peek (&link->queue);
  const FoliotLinkSink *sink = link->sink;
  FoliotFrame frame = slot->frame;
  guint64 number = slot->number;

  _foliot_frame_queue_pop (&link->queue);
  link->event = 0;
  if (G_UNLIKELY (number == 0))
    {
      link->peer = NULL;
      stop (link);
      tell_closed (link);
      return;
    }
  if (G_UNLIKELY (frame.bytes != NULL))
    link->queued_bytes -= g_bytes_get_size (frame.bytes);
  if (link->queue.length > 0)
    post_head (link);
  foliot_kernel_note_message (link->kernel, link->id, number);
  sink->frame (link->owner, &frame);
  if (G_UNLIKELY (frame.value != NULL || frame.bytes != NULL))
    foliot_frame_clear (&frame);
}

static gboolean
foliot_local_link_send_at (FoliotLink *base, FoliotFrame *frame, FoliotTime due, GError **error)
{
  FoliotLocalLink *link = (FoliotLocalLink *) base;
  FoliotLocalLink *peer = link->peer;

  if (G_UNLIKELY (link->state != STATE_OPEN))
    {
      foliot_frame_clear (frame);
      g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET, "Connection closed");
      return FALSE;
    }
  if (_foliot_kernel_fault (link->kernel))
    {
      foliot_frame_clear (frame);
      g_set_error (error, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_RESOURCES,
                   "No memory for a message from \"%s\" to \"%s\"; free some and connect again", link->name,
                   link->peer_name);
      return FALSE;
    }
  if (G_LIKELY (peer != NULL))
    enqueue (peer, frame, ++*peer->counter, due);
  else
    foliot_frame_clear (frame); /* the end is on its way to us: nobody reads this */
  frame->bytes = NULL;
  frame->value = NULL;
  return TRUE;
}

static gboolean
foliot_local_link_send (FoliotLink *base, FoliotFrame *frame, GError **error)
{
  FoliotLocalLink *link = (FoliotLocalLink *) base;

  return foliot_local_link_send_at (base, frame, _foliot_kernel_now (link->kernel), error);
}

static void
foliot_local_link_close (FoliotLink *base)
{
  static const FoliotFrame nothing = { 0 };
  FoliotLocalLink *link = FOLIOT_LOCAL_LINK (base);
  FoliotLocalLink *peer = g_steal_pointer (&link->peer);

  if (link->state != STATE_OPEN)
    return;
  stop (link);
  link->state = link->sink != NULL ? STATE_CLOSING : STATE_ENDED;
  if (peer != NULL)
    peer->peer = NULL;
  if (link->exchange->kernel == NULL)
    return;
  if (peer != NULL)
    enqueue (peer, &nothing, 0, _foliot_kernel_now (link->kernel));
  if (link->sink != NULL)
    link->event = foliot_kernel_post (link->kernel, _foliot_kernel_now (link->kernel),
                                      FOLIOT_PRIORITY_DEFAULT, FOLIOT_EVENT_LINK, announce, link, NULL);
}

static void
foliot_local_link_start (FoliotLink *base, const FoliotLinkSink *sink, gpointer owner)
{
  FoliotLocalLink *link = FOLIOT_LOCAL_LINK (base);

  link->sink = sink;
  link->owner = sink != NULL ? owner : NULL;
  if (sink == NULL && link->event != 0)
    {
      if (link->exchange->kernel != NULL)
        foliot_kernel_cancel (link->kernel, link->event);
      link->event = 0;
    }
  else if (sink != NULL && link->event == 0 && link->queue.length > 0)
    post_head (link);
}

/* ---- what it is ---------------------------------------------------------------------------------------------- */

static FoliotKernel *
foliot_local_link_get_kernel (FoliotLink *base)
{
  return FOLIOT_LOCAL_LINK (base)->kernel;
}

static FoliotLinkFlags
foliot_local_link_get_flags (FoliotLink *base)
{
  return FOLIOT_LOCAL_LINK (base)->carry_bytes ? 0 : FOLIOT_LINK_VALUES;
}

static gsize
foliot_local_link_get_queued_bytes (FoliotLink *base)
{
  FoliotLocalLink *link = FOLIOT_LOCAL_LINK (base);

  return link->peer != NULL ? link->peer->queued_bytes : 0;
}

static FoliotValue *
foliot_local_link_dup_info (FoliotLink *base, const char *name)
{
  FoliotLocalLink *link = FOLIOT_LOCAL_LINK (base);

  if (g_str_equal (name, "peername"))
    return foliot_value_ref (link->peername);
  if (g_str_equal (name, "name"))
    return foliot_value_new_string (link->name);
  if (g_str_equal (name, "peer"))
    return foliot_value_new_string (link->peer_name);
  return NULL;
}

static FoliotLink *
foliot_local_link_get_peer (FoliotLink *base)
{
  return (FoliotLink *) FOLIOT_LOCAL_LINK (base)->peer;
}

static gpointer
foliot_local_link_get_owner (FoliotLink *base, const FoliotLinkSink *sink)
{
  FoliotLocalLink *link = FOLIOT_LOCAL_LINK (base);

  return link->sink == sink ? link->owner : NULL;
}

static void
foliot_local_link_iface_init (FoliotLinkInterface *iface)
{
  iface->get_kernel = foliot_local_link_get_kernel;
  iface->get_flags = foliot_local_link_get_flags;
  iface->start = foliot_local_link_start;
  iface->send = foliot_local_link_send;
  iface->send_at = foliot_local_link_send_at;
  iface->get_queued_bytes = foliot_local_link_get_queued_bytes;
  iface->close = foliot_local_link_close;
  iface->dup_info = foliot_local_link_dup_info;
  iface->get_peer = foliot_local_link_get_peer;
  iface->get_owner = foliot_local_link_get_owner;
}

static void
foliot_local_link_finalize (GObject *object)
{
  FoliotLocalLink *link = FOLIOT_LOCAL_LINK (object);

  link->sink = NULL;
  foliot_local_link_close (FOLIOT_LINK (link));
  stop (link);
  foliot_value_unref (link->peername);
  g_free (link->name);
  g_free (link->peer_name);
  _foliot_exchange_unref (link->exchange);
  G_OBJECT_CLASS (foliot_local_link_parent_class)->finalize (object);
}

static void
foliot_local_link_class_init (FoliotLocalLinkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = foliot_local_link_finalize;
}

static void
foliot_local_link_init (FoliotLocalLink *link)
{
  link->last_due = G_MININT64;
}

/* ---- making -------------------------------------------------------------------------------------------------- */

static FoliotLocalLink *
new_end (FoliotExchange *exchange, gboolean carry_bytes, FoliotValue *peername, const char *name,
         const char *peer_name)
{
  FoliotLocalLink *link = g_object_new (FOLIOT_TYPE_LOCAL_LINK, NULL);

  link->exchange = _foliot_exchange_ref (exchange);
  link->kernel = exchange->kernel;
  link->carry_bytes = carry_bytes;
  link->peername = foliot_value_ref (peername);
  link->name = g_strdup (name);
  link->peer_name = g_strdup (peer_name);
  link->id = foliot_kernel_add_link (exchange->kernel, peer_name, name);
  link->counter = _foliot_exchange_get_counter (exchange, link->id);
  return link;
}

FoliotLocalLink *
_foliot_local_link_new_pair (FoliotExchange *exchange, gboolean carry_bytes, FoliotValue *peername,
                             const char *client_name, const char *server_name, FoliotLocalLink **out_server)
{
  FoliotLocalLink *server = new_end (exchange, carry_bytes, peername, server_name, client_name);
  FoliotLocalLink *client = new_end (exchange, carry_bytes, peername, client_name, server_name);

  server->peer = client;
  client->peer = server;
  *out_server = server;
  return client;
}

void
_foliot_local_link_set_listener (FoliotLocalLink *link, FoliotLocalListener *listener)
{
  _foliot_listener_add_link (FOLIOT_LISTENER (listener), &link->accepted);
}
