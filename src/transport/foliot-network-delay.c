/* SPDX-License-Identifier: MIT */
#include "transport/foliot-network-private.h"

#include "transport/foliot-exchange-private.h"
#include "transport/foliot-frame-queue-private.h"

/*
 * Gives any link what links inside of a process have: sending later.
 *
 * What is not due yet waits here, each frame with the place in the order of posting that was reserved when it was sent;
 * only the head is in the kernel's event queue. Its event hands it to the link below, where its way through the system
 * begins: the latency of the model comes first, and no simulated time passes behind it.
 *
 * The event keeps the link alive, so one that is closed or dropped ends when the last frame has left. A frame that the
 * link below refuses when its time has come was accepted here long ago: all that is left is to end the link and say why.
 */

#define FOLIOT_TYPE_DELAY_LINK (foliot_delay_link_get_type ())
G_DECLARE_FINAL_TYPE (FoliotDelayLink, foliot_delay_link, FOLIOT, DELAY_LINK, GObject)

typedef enum
{
  STATE_OPEN,
  STATE_CLOSING, /* by us; the sink is still to be told */
  STATE_ENDED,
} LinkState;

struct _FoliotDelayLink
{
  GObject parent_instance;
  FoliotLink *inner;
  FoliotLinkInterface *inner_iface;
  FoliotExchange *exchange;
  FoliotKernel *kernel;
  const FoliotLinkSink *sink;
  gpointer owner;
  FoliotFrameQueue queue; /* not due yet */
  gsize queued_bytes;     /* in it */
  FoliotTime last_due;
  guint64 departure; /* the event of the head, which owns a reference; 0: none */
  guint64 ending;    /* the event that announces our own close, which does too; 0: none */
  LinkState state;
};

static void foliot_delay_link_iface_init (FoliotLinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FoliotDelayLink, foliot_delay_link, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (FOLIOT_TYPE_LINK, foliot_delay_link_iface_init))

/* ---- the end ------------------------------------------------------------------------------------------------- */

static void
cancel (FoliotDelayLink *link, guint64 *event)
{
  if (*event != 0 && foliot_kernel_cancel (link->kernel, *event))
    g_object_unref (link);
  *event = 0;
}

static void
drop_queue (FoliotDelayLink *link)
{
  cancel (link, &link->departure);
  _foliot_frame_queue_clear (&link->queue);
  link->queued_bytes = 0;
}

/* The sink hears no more of us after this. */
static void
tell_closed (FoliotDelayLink *link, const GError *why)
{
  const FoliotLinkSink *sink = g_steal_pointer (&link->sink);

  link->state = STATE_ENDED;
  if (sink != NULL)
    sink->closed (link->owner, why);
}

static void
announce (gpointer target, gpointer payload)
{
  g_autoptr (FoliotDelayLink) link = target;
  g_autoptr (GError) why
      = g_error_new_literal (FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET, "Connection closed");

  link->ending = 0;
  tell_closed (link, why);
}

/* The kernel closes: an event of ours goes, and the reference that it owns. */
static void
drop_event (gpointer target, gpointer payload)
{
  g_autoptr (FoliotDelayLink) link = target;

  link->departure = link->ending = 0;
}

/* ---- leaving ------------------------------------------------------------------------------------------------- */

static void depart (gpointer target, gpointer payload);

static void
post_head (FoliotDelayLink *link)
{
  const FoliotFrameSlot *slot = _foliot_frame_queue_peek (&link->queue);

  link->departure = _foliot_kernel_post_reserved (
      link->kernel, &slot->place, slot->due, FOLIOT_PRIORITY_DEFAULT, FOLIOT_EVENT_FRAME, depart, link, NULL);
  if (link->departure != 0)
    g_object_ref (link);
}

static void
depart (gpointer target, gpointer payload)
{
  g_autoptr (FoliotDelayLink) link = target;
  FoliotFrame frame = _foliot_frame_queue_peek (&link->queue)->frame;
  const FoliotFrame label = frame; /* what it was, when it is taken */
  g_autoptr (GError) error = NULL;

  link->departure = 0;
  _foliot_frame_queue_pop (&link->queue);
  if (frame.bytes != NULL)
    link->queued_bytes -= g_bytes_get_size (frame.bytes);
  if (link->queue.length > 0)
    post_head (link);
  if (!foliot_link_send (link->inner, &frame, &error))
    {
      drop_queue (link);
      foliot_link_start (link->inner, NULL, NULL);
      foliot_link_close (link->inner);
      if (link->state == STATE_OPEN)
        tell_closed (link, error);
    }
  else if (link->state != STATE_OPEN && link->queue.length == 0)
    foliot_link_close (link->inner);
  else if (link->sink != NULL && link->sink->departed != NULL)
    link->sink->departed (link->owner, label.type, label.id);
}

static gboolean
foliot_delay_link_send_at (FoliotLink *base, FoliotFrame *frame, FoliotTime due, GError **error)
{
  FoliotDelayLink *link = (FoliotDelayLink *) base;
  FoliotFrameSlot *slot;

  if (link->state != STATE_OPEN)
    {
      foliot_frame_clear (frame);
      g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET, "Connection closed");
      return FALSE;
    }
  if (frame->express || (link->queue.length == 0 && due <= foliot_kernel_now (link->kernel)))
    return foliot_link_send (link->inner, frame, error);
  slot = _foliot_frame_queue_push (&link->queue);
  *slot = (FoliotFrameSlot){ .frame = *frame,
                             .place = _foliot_kernel_reserve (link->kernel),
                             .due = MAX (due, link->last_due) };
  *frame = (FoliotFrame){ 0 };
  link->last_due = slot->due;
  if (slot->frame.bytes != NULL)
    link->queued_bytes += g_bytes_get_size (slot->frame.bytes);
  if (link->departure == 0)
    post_head (link);
  return TRUE;
}

static gboolean
foliot_delay_link_send (FoliotLink *base, FoliotFrame *frame, GError **error)
{
  return foliot_delay_link_send_at (base, frame, foliot_kernel_now (FOLIOT_DELAY_LINK (base)->kernel), error);
}

static void
foliot_delay_link_close (FoliotLink *base)
{
  FoliotDelayLink *link = FOLIOT_DELAY_LINK (base);

  if (link->state != STATE_OPEN)
    return;
  foliot_link_start (link->inner, NULL, NULL);
  if (link->queue.length == 0)
    foliot_link_close (link->inner);
  link->state = link->sink != NULL ? STATE_CLOSING : STATE_ENDED;
  if (link->sink == NULL || link->exchange->kernel == NULL)
    return;
  link->ending = foliot_kernel_post (link->kernel, foliot_kernel_now (link->kernel), FOLIOT_PRIORITY_DEFAULT,
                                     FOLIOT_EVENT_LINK, announce, link, NULL);
  if (link->ending != 0)
    g_object_ref (link);
}

/* ---- arriving ------------------------------------------------------------------------------------------------ */

static void
on_frame (gpointer owner, FoliotFrame *frame)
{
  FoliotDelayLink *link = owner;

  link->sink->frame (link->owner, frame);
}

static void
on_writable (gpointer owner)
{
  FoliotDelayLink *link = owner;

  if (link->sink->writable != NULL)
    link->sink->writable (link->owner);
}

/* What has not left yet has nowhere to go. */
static void
on_closed (gpointer owner, const GError *why)
{
  g_autoptr (FoliotDelayLink) link = g_object_ref (owner);

  drop_queue (link);
  tell_closed (link, why);
}

static void
on_joined (gpointer owner)
{
  FoliotDelayLink *link = owner;

  if (link->sink->joined != NULL)
    link->sink->joined (link->owner);
}

static const FoliotLinkSink inner_sink
    = { .frame = on_frame, .writable = on_writable, .closed = on_closed, .joined = on_joined };

static void
foliot_delay_link_start (FoliotLink *base, const FoliotLinkSink *sink, gpointer owner)
{
  FoliotDelayLink *link = FOLIOT_DELAY_LINK (base);

  link->sink = sink;
  link->owner = sink != NULL ? owner : NULL;
  if (sink == NULL)
    cancel (link, &link->ending);
  if (link->state == STATE_OPEN)
    foliot_link_start (link->inner, sink != NULL ? &inner_sink : NULL, sink != NULL ? link : NULL);
}

/* ---- what it is ---------------------------------------------------------------------------------------------- */

static FoliotKernel *
foliot_delay_link_get_kernel (FoliotLink *base)
{
  return FOLIOT_DELAY_LINK (base)->kernel;
}

static FoliotLinkFlags
foliot_delay_link_get_flags (FoliotLink *base)
{
  return foliot_link_get_flags (FOLIOT_DELAY_LINK (base)->inner);
}

static gsize
foliot_delay_link_get_queued_bytes (FoliotLink *base)
{
  FoliotDelayLink *link = FOLIOT_DELAY_LINK (base);

  return link->queued_bytes + foliot_link_get_queued_bytes (link->inner);
}

static FoliotValue *
foliot_delay_link_dup_info (FoliotLink *base, const char *name)
{
  return foliot_link_dup_info (FOLIOT_DELAY_LINK (base)->inner, name);
}

/* The other end's own decoration, if it has one: that is what its owner was given to. */
static FoliotLink *
foliot_delay_link_get_peer (FoliotLink *base)
{
  FoliotLink *peer = foliot_link_get_peer (FOLIOT_DELAY_LINK (base)->inner);
  gpointer decorated = peer != NULL ? foliot_link_get_owner (peer, &inner_sink) : NULL;

  return decorated != NULL ? decorated : peer;
}

static gpointer
foliot_delay_link_get_owner (FoliotLink *base, const FoliotLinkSink *sink)
{
  FoliotDelayLink *link = FOLIOT_DELAY_LINK (base);

  return link->sink == sink ? link->owner : NULL;
}

static gboolean
foliot_delay_link_is_writable (FoliotLink *base)
{
  FoliotDelayLink *link = FOLIOT_DELAY_LINK (base);

  return link->inner_iface->is_writable == NULL || link->inner_iface->is_writable (link->inner);
}

static void
foliot_delay_link_set_reading (FoliotLink *base, gboolean reading)
{
  FoliotDelayLink *link = FOLIOT_DELAY_LINK (base);

  if (link->inner_iface->set_reading != NULL)
    link->inner_iface->set_reading (link->inner, reading);
}

static guint64
foliot_delay_link_get_n_inside (FoliotLink *base)
{
  return FOLIOT_DELAY_LINK (base)->queue.length;
}

static void
foliot_delay_link_iface_init (FoliotLinkInterface *iface)
{
  iface->get_kernel = foliot_delay_link_get_kernel;
  iface->get_flags = foliot_delay_link_get_flags;
  iface->start = foliot_delay_link_start;
  iface->send = foliot_delay_link_send;
  iface->send_at = foliot_delay_link_send_at;
  iface->get_queued_bytes = foliot_delay_link_get_queued_bytes;
  iface->close = foliot_delay_link_close;
  iface->dup_info = foliot_delay_link_dup_info;
  iface->get_peer = foliot_delay_link_get_peer;
  iface->get_owner = foliot_delay_link_get_owner;
  iface->is_writable = foliot_delay_link_is_writable;
  iface->set_reading = foliot_delay_link_set_reading;
  iface->get_n_inside = foliot_delay_link_get_n_inside;
}

/* ---- making and unmaking ------------------------------------------------------------------------------------- */

/* Nothing is under way here any more, or the kernel is closed. */
static void
foliot_delay_link_finalize (GObject *object)
{
  FoliotDelayLink *link = FOLIOT_DELAY_LINK (object);

  _foliot_frame_queue_clear (&link->queue);
  foliot_link_start (link->inner, NULL, NULL);
  g_clear_object (&link->inner);
  _foliot_exchange_unref (link->exchange);
  G_OBJECT_CLASS (foliot_delay_link_parent_class)->finalize (object);
}

static void
foliot_delay_link_class_init (FoliotDelayLinkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = foliot_delay_link_finalize;
}

static void
foliot_delay_link_init (FoliotDelayLink *link)
{
  link->last_due = G_MININT64;
}

FoliotLink *
_foliot_network_delay_new (FoliotLink *inner)
{
  FoliotDelayLink *link = g_object_new (FOLIOT_TYPE_DELAY_LINK, NULL);

  link->inner = inner;
  link->inner_iface = FOLIOT_LINK_GET_IFACE (inner);
  link->kernel = foliot_link_get_kernel (inner);
  link->exchange = _foliot_exchange_ref (_foliot_exchange_get (link->kernel));
  _foliot_kernel_set_drop_func (link->kernel, depart, drop_event);
  _foliot_kernel_set_drop_func (link->kernel, announce, drop_event);
  return FOLIOT_LINK (link);
}
