/* SPDX-License-Identifier: MIT */
#include "transport/foliot-stream-private.h"

#include "transport/foliot-frame-queue-private.h"
#include "transport/foliot-listener-private.h"

/*
 * One end of a pipe to the outside.
 *
 * What its wire reads it brings to the gate under its port. What the gate admits waits in a queue whose head is posted,
 * as on links inside the kernel, each with its place in the order of posting. A queue that grows beyond the limits
 * stops the reading, and the peer has to wait. So does a queue that its sink does not want to be handed.
 *
 * Whether it is writable must not depend on how fast the system takes what is sent, or no run could be repeated: it
 * counts what was sent, and what it counted is forgotten by an arrival at the gate, once the wire has drained.
 */

typedef enum
{
  STATE_OPEN,
  STATE_CLOSING, /* by us; the sink is still to be told */
  STATE_ENDED,
} LinkState;

struct _FoliotStreamLink
{
  GObject parent_instance;
  FoliotStreamShared *shared;
  FoliotKernel *kernel;
  FoliotStreamWire *wire; /* NULL once it has ended */
  FoliotPort port;
  const FoliotLinkSink *sink;
  gpointer owner;
  FoliotFrameQueue queue; /* admitted, and not handed to the sink yet */
  gsize n_waiting_bytes;  /* in @queue and at the gate */
  guint n_waiting;
  guint64 event;    /* that delivers the head, or announces our own close; 0: none */
  guint64 drained;  /* the event that says so; 0: none */
  gsize n_sent;     /* bytes, since it was last known to have drained */
  guint64 *counter; /* of the messages on @id */
  guint32 id;       /* of the direction that ends here */
  LinkState state;
  gboolean is_slowed; /* nothing is read */
  gboolean is_held;   /* by the sink: nothing is delivered */
  gboolean is_full;   /* not writable */
  GError *why;        /* (nullable) of the end that is in @queue */

  char *name;
  char *peer_name;
  FoliotValue *peername;  /* (nullable) */
  FoliotValue *sockname;  /* (nullable) */
  FoliotValue *identity;  /* (nullable) */
  FoliotStreamPair *pair; /* (nullable) when the other end may be in this kernel */
  FoliotStreamSide side;  /* which end of it we are */
  FoliotAccepted accepted;
};

static void foliot_stream_link_iface_init (FoliotLinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FoliotStreamLink, foliot_stream_link, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (FOLIOT_TYPE_LINK, foliot_stream_link_iface_init))

static void deliver (gpointer target, gpointer payload);
static void tell_writable (gpointer target, gpointer payload);

static gboolean
has_kernel (FoliotStreamLink *link)
{
  return link->shared->exchange->kernel != NULL;
}

/* ---- the end ------------------------------------------------------------------------------------------------- */

static void
cancel (FoliotStreamLink *link, guint64 *event)
{
  if (*event != 0 && has_kernel (link))
    foliot_kernel_cancel (link->kernel, *event);
  *event = 0;
}

static void
drop_waiting (FoliotStreamLink *link)
{
  _foliot_frame_queue_clear (&link->queue);
  link->n_waiting = 0;
  link->n_waiting_bytes = 0;
}

/* Nothing arrives here any more, and nothing goes out but what was sent. */
static void
stop (FoliotStreamLink *link)
{
  cancel (link, &link->event);
  cancel (link, &link->drained);
  drop_waiting (link);
  if (link->wire != NULL && link->pair != NULL)
    _foliot_stream_pair_leave (link->pair, link->side);
  if (link->wire != NULL)
    _foliot_stream_wire_close (g_steal_pointer (&link->wire), TRUE);
  _foliot_listener_remove_link (&link->accepted);
}

/* The sink hears no more of us after this; the link may be gone when it returns. */
static void
tell_closed (FoliotStreamLink *link, const GError *why)
{
  const FoliotLinkSink *sink = g_steal_pointer (&link->sink);

  link->state = STATE_ENDED;
  if (sink != NULL)
    sink->closed (link->owner, why);
}

static void
announce (gpointer target, gpointer payload)
{
  FoliotStreamLink *link = target;
  g_autoptr (GError) why
      = g_error_new_literal (FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET, "Connection closed");

  link->event = 0;
  tell_closed (link, why);
}

/* ---- arriving ------------------------------------------------------------------------------------------------ */

static void
limit_reading (FoliotStreamLink *link)
{
  const FoliotStreamOptions *options = &link->shared->options;
  gboolean is_over = link->n_waiting_bytes > options->max_read_ahead_bytes
                     || link->n_waiting > options->max_read_ahead_frames;
  gboolean is_below = link->n_waiting_bytes <= options->max_read_ahead_bytes / 2
                      && link->n_waiting <= options->max_read_ahead_frames / 2;

  if (link->wire == NULL || (link->is_slowed ? !is_below : !is_over))
    return;
  link->is_slowed = !link->is_slowed;
  _foliot_stream_wire_set_reading (link->wire, !link->is_slowed);
  if (link->pair != NULL)
    _foliot_stream_pair_set_reading (link->pair, link->side, !link->is_slowed);
}

static void
count_waiting (FoliotStreamLink *link, GBytes *payload)
{
  link->n_waiting++;
  link->n_waiting_bytes += g_bytes_get_size (payload);
  limit_reading (link);
}

static void
on_wire_frame (gpointer owner, GBytes *payload)
{
  FoliotStreamLink *link = owner;

  count_waiting (link, payload);
  _foliot_gate_bring (link->kernel, &link->port, FOLIOT_EVENT_FRAME, payload, NULL, NULL);
}

static void
on_wire_ended (gpointer owner, GError *error)
{
  FoliotStreamLink *link = owner;

  _foliot_gate_bring (link->kernel, &link->port, FOLIOT_EVENT_LINK, NULL, error, NULL);
}

/* Posts the head, if it is to be delivered: what a sink does not want now waits, but for the end. */
static void
post_head (FoliotStreamLink *link)
{
  FoliotFrameSlot *slot;
  FoliotEventKind kind;

  if (link->queue.length == 0 || link->sink == NULL || link->event != 0)
    return;
  slot = _foliot_frame_queue_peek (&link->queue);
  if (link->is_held && slot->number != 0)
    return;
  kind = slot->number != 0 ? FOLIOT_EVENT_FRAME : FOLIOT_EVENT_LINK;
  link->event = _foliot_kernel_post_reserved (link->kernel, &slot->place,
                                              MAX (slot->due, foliot_kernel_now (link->kernel)),
                                              FOLIOT_PRIORITY_DEFAULT, kind, deliver, link, NULL);
}

static void
admit_drained (FoliotStreamLink *link)
{
  link->n_sent = 0;
  link->is_full = FALSE;
  if (link->drained == 0 && link->sink != NULL)
    link->drained
        = foliot_kernel_post (link->kernel, foliot_kernel_now (link->kernel), FOLIOT_PRIORITY_DEFAULT,
                              FOLIOT_EVENT_GATE, tell_writable, link, NULL);
}

static FoliotStreamLink *
get_link (FoliotPort *port)
{
  return (FoliotStreamLink *) ((guint8 *) port - G_STRUCT_OFFSET (FoliotStreamLink, port));
}

/* What reading it did. */
static void
restore (FoliotPort *port, FoliotArrival *arrival, FoliotValue *description)
{
  if (arrival->kind == FOLIOT_EVENT_FRAME)
    count_waiting (get_link (port), arrival->bytes);
}

static const FoliotPortReplay port_replay = { .kind = "link", .restore = restore };

static void
admit (FoliotPort *port, FoliotArrival *arrival)
{
  FoliotStreamLink *link = get_link (port);
  FoliotFrameSlot *slot;

  if (arrival->kind == FOLIOT_EVENT_GATE)
    {
      admit_drained (link);
      return;
    }
  if (arrival->kind != FOLIOT_EVENT_FRAME && link->is_held)
    drop_waiting (link);
  slot = _foliot_frame_queue_push (&link->queue);
  *slot = (FoliotFrameSlot){
    .frame = { .bytes = g_steal_pointer (&arrival->bytes) },
    .place = _foliot_kernel_reserve (link->kernel),
    .due = arrival->time_ns,
    .number = arrival->kind == FOLIOT_EVENT_FRAME ? ++*link->counter : 0,
  };
  if (arrival->kind != FOLIOT_EVENT_FRAME)
    link->why = g_steal_pointer (&arrival->error);
  if (link->pair != NULL)
    _foliot_stream_pair_received (link->pair, link->side, port, slot->frame.bytes);
  post_head (link);
}

static void
deliver_end (FoliotStreamLink *link)
{
  g_autoptr (GError) why = g_steal_pointer (&link->why);

  stop (link);
  tell_closed (link, why);
}

static void
deliver (gpointer target, gpointer payload)
{
  FoliotStreamLink *link = target;
  const FoliotFrameSlot *slot = _foliot_frame_queue_peek (&link->queue);
  FoliotFrame frame = slot->frame;
  guint64 number = slot->number;

  _foliot_frame_queue_pop (&link->queue);
  link->event = 0;
  if (number == 0)
    {
      deliver_end (link);
      return;
    }
  link->n_waiting--;
  link->n_waiting_bytes -= g_bytes_get_size (frame.bytes);
  limit_reading (link);
  post_head (link);
  foliot_kernel_note_message (link->kernel, link->id, number);
  link->sink->frame (link->owner, &frame);
  foliot_frame_clear (&frame);
}

/* ---- sending ------------------------------------------------------------------------------------------------- */

static void
tell_writable (gpointer target, gpointer payload)
{
  FoliotStreamLink *link = target;

  link->drained = 0;
  if (link->sink != NULL && link->sink->writable != NULL)
    link->sink->writable (link->owner);
}

static void
on_wire_drained (gpointer owner)
{
  FoliotStreamLink *link = owner;

  _foliot_gate_bring (link->kernel, &link->port, FOLIOT_EVENT_GATE, NULL, NULL, NULL);
}

static gboolean
check_sendable (FoliotStreamLink *link, const FoliotFrame *frame, GError **error)
{
  gsize length;

  if (link->state != STATE_OPEN || link->wire == NULL)
    {
      g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET, "Connection closed");
      return FALSE;
    }
  length = g_bytes_get_size (frame->bytes);
  if (length <= link->shared->options.max_frame_bytes && length <= G_MAXUINT32)
    return TRUE;
  g_set_error (error, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_FRAME_TOO_LONG,
               "A message of %" G_GSIZE_FORMAT " bytes, the limit is %" G_GSIZE_FORMAT
               ": send less or raise the limit on both sides",
               length, link->shared->options.max_frame_bytes);
  return FALSE;
}

static void
count_sent (FoliotStreamLink *link, gsize length)
{
  link->n_sent += length;
  if (link->is_full || link->n_sent <= link->shared->options.high_water_bytes)
    return;
  link->is_full = TRUE;
  _foliot_stream_wire_want_drained (link->wire);
}

static gboolean
is_inside (FoliotStreamLink *link)
{
  return link->pair != NULL && _foliot_stream_pair_is_inside (link->pair);
}

/* What stays in this world is nobody else's business; what leaves it passes the gate, whether the wire takes it or not. */
static gboolean
give_to_wire (FoliotStreamLink *link, GBytes *bytes, GError **error)
{
  g_autoptr (GError) refusal = NULL;

  if (_foliot_gate_is_replayed (link->kernel))
    return is_inside (link) || _foliot_gate_recall_departure (link->kernel, &link->port, bytes, error);
  _foliot_stream_wire_send (link->wire, bytes, &refusal);
  if (!is_inside (link))
    _foliot_gate_depart (link->kernel, &link->port, bytes, refusal);
  if (refusal == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&refusal));
  return FALSE;
}

static gboolean
foliot_stream_link_send (FoliotLink *base, FoliotFrame *frame, GError **error)
{
  FoliotStreamLink *link = (FoliotStreamLink *) base;
  gboolean ok;

  g_return_val_if_fail (frame->bytes != NULL, FALSE);
  ok = check_sendable (link, frame, error) && give_to_wire (link, frame->bytes, error);
  if (ok)
    count_sent (link, g_bytes_get_size (frame->bytes));
  if (ok && link->pair != NULL)
    _foliot_stream_pair_sent (link->pair, link->side, frame->bytes);
  foliot_frame_clear (frame);
  return ok;
}

static gboolean
foliot_stream_link_is_writable (FoliotLink *base)
{
  return !((FoliotStreamLink *) base)->is_full;
}

static void
foliot_stream_link_set_reading (FoliotLink *base, gboolean reading)
{
  FoliotStreamLink *link = (FoliotStreamLink *) base;

  link->is_held = !reading;
  if (reading)
    post_head (link);
  else if (link->event != 0 && link->queue.length > 0 && _foliot_frame_queue_peek (&link->queue)->number != 0)
    cancel (link, &link->event);
}

static gsize
foliot_stream_link_get_queued_bytes (FoliotLink *base)
{
  FoliotStreamLink *link = FOLIOT_STREAM_LINK (base);

  return link->wire != NULL ? _foliot_stream_wire_get_queued_bytes (link->wire) : 0;
}

static void
foliot_stream_link_close (FoliotLink *base)
{
  FoliotStreamLink *link = FOLIOT_STREAM_LINK (base);

  if (link->state != STATE_OPEN)
    return;
  stop (link);
  link->state = link->sink != NULL ? STATE_CLOSING : STATE_ENDED;
  if (link->sink != NULL && has_kernel (link))
    link->event = foliot_kernel_post (link->kernel, foliot_kernel_now (link->kernel), FOLIOT_PRIORITY_DEFAULT,
                                      FOLIOT_EVENT_LINK, announce, link, NULL);
}

static void
foliot_stream_link_start (FoliotLink *base, const FoliotLinkSink *sink, gpointer owner)
{
  FoliotStreamLink *link = FOLIOT_STREAM_LINK (base);

  link->sink = sink;
  link->owner = sink != NULL ? owner : NULL;
  if (sink == NULL)
    cancel (link, &link->event);
  else
    post_head (link);
}

/* ---- what it is ---------------------------------------------------------------------------------------------- */

static FoliotKernel *
foliot_stream_link_get_kernel (FoliotLink *base)
{
  return FOLIOT_STREAM_LINK (base)->kernel;
}

static FoliotLinkFlags
foliot_stream_link_get_flags (FoliotLink *base)
{
  FoliotStreamLink *link = FOLIOT_STREAM_LINK (base);

  return is_inside (link) ? 0 : FOLIOT_LINK_EXTERNAL;
}

static FoliotLink *
foliot_stream_link_get_peer (FoliotLink *base)
{
  FoliotStreamLink *link = FOLIOT_STREAM_LINK (base);

  return link->pair != NULL ? (FoliotLink *) _foliot_stream_pair_get_peer (link->pair, link->side) : NULL;
}

static FoliotValue *
foliot_stream_link_dup_info (FoliotLink *base, const char *name)
{
  FoliotStreamLink *link = FOLIOT_STREAM_LINK (base);

  if (g_str_equal (name, "peername"))
    return link->peername != NULL ? foliot_value_ref (link->peername) : NULL;
  if (g_str_equal (name, "sockname"))
    return link->sockname != NULL ? foliot_value_ref (link->sockname) : NULL;
  if (g_str_equal (name, "identity"))
    return link->identity != NULL ? foliot_value_ref (link->identity) : NULL;
  if (g_str_equal (name, "name"))
    return foliot_value_new_string (link->name);
  if (g_str_equal (name, "peer"))
    return foliot_value_new_string (link->peer_name);
  return NULL;
}

static gpointer
foliot_stream_link_get_owner (FoliotLink *base, const FoliotLinkSink *sink)
{
  FoliotStreamLink *link = FOLIOT_STREAM_LINK (base);

  return link->sink == sink ? link->owner : NULL;
}

static void
foliot_stream_link_iface_init (FoliotLinkInterface *iface)
{
  iface->get_kernel = foliot_stream_link_get_kernel;
  iface->get_flags = foliot_stream_link_get_flags;
  iface->start = foliot_stream_link_start;
  iface->send = foliot_stream_link_send;
  iface->get_queued_bytes = foliot_stream_link_get_queued_bytes;
  iface->close = foliot_stream_link_close;
  iface->dup_info = foliot_stream_link_dup_info;
  iface->get_peer = foliot_stream_link_get_peer;
  iface->get_owner = foliot_stream_link_get_owner;
  iface->is_writable = foliot_stream_link_is_writable;
  iface->set_reading = foliot_stream_link_set_reading;
}

/* ---- making and unmaking ------------------------------------------------------------------------------------- */

static void
foliot_stream_link_finalize (GObject *object)
{
  FoliotStreamLink *link = FOLIOT_STREAM_LINK (object);

  link->sink = NULL;
  stop (link);
  if (has_kernel (link))
    _foliot_gate_remove_port (link->kernel, &link->port);
  g_clear_pointer (&link->pair, _foliot_stream_pair_unref);
  g_clear_error (&link->why);
  g_clear_pointer (&link->peername, foliot_value_unref);
  g_clear_pointer (&link->sockname, foliot_value_unref);
  g_clear_pointer (&link->identity, foliot_value_unref);
  g_free (link->name);
  g_free (link->peer_name);
  _foliot_stream_shared_unref (link->shared);
  G_OBJECT_CLASS (foliot_stream_link_parent_class)->finalize (object);
}

static void
foliot_stream_link_class_init (FoliotStreamLinkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = foliot_stream_link_finalize;
}

static void
foliot_stream_link_init (FoliotStreamLink *link)
{
}

FoliotStreamLink *
_foliot_stream_link_new (FoliotStreamShared *shared, FoliotStreamWire *wire, const char *name,
                         const char *peer_name)
{
  static const FoliotStreamWireSink sink
      = { .frame = on_wire_frame, .ended = on_wire_ended, .drained = on_wire_drained };
  FoliotStreamLink *link = g_object_new (FOLIOT_TYPE_STREAM_LINK, NULL);

  link->shared = _foliot_stream_shared_ref (shared);
  link->kernel = shared->kernel;
  link->name = g_strdup (name);
  link->peer_name = g_strdup (peer_name);
  link->id = foliot_kernel_add_link (shared->kernel, peer_name, name);
  link->counter = _foliot_exchange_get_counter (shared->exchange, link->id);
  _foliot_gate_add_port_with (shared->kernel, &link->port,
                              foliot_kernel_get_link_name (shared->kernel, link->id), admit, &port_replay);
  link->wire = wire;
  link->peername = _foliot_stream_wire_dup_name (wire, TRUE);
  link->sockname = _foliot_stream_wire_dup_name (wire, FALSE);
  link->identity = _foliot_stream_wire_dup_identity (wire);
  _foliot_stream_wire_set_sink (wire, &sink, link);
  return link;
}

void
_foliot_stream_link_set_pair (FoliotStreamLink *link, FoliotStreamPair *pair, FoliotStreamSide side)
{
  link->pair = pair;
  link->side = side;
  if (pair != NULL)
    _foliot_stream_pair_join (pair, side, link);
}

void
_foliot_stream_link_joined (FoliotStreamLink *link)
{
  if (link->sink != NULL && link->sink->joined != NULL)
    link->sink->joined (link->owner);
}

void
_foliot_stream_link_set_listener (FoliotStreamLink *link, FoliotStreamListener *listener)
{
  _foliot_listener_add_link (FOLIOT_LISTENER (listener), &link->accepted);
}
