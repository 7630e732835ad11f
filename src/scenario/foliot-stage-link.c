/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-stage-link.h"

/*
 * Links by value, whatever the recorded ones were: a message was taken down as plain data, which is what a codec makes of it, and so
 * what an agent sees of it is the same.
 */

struct _FoliotStageLink
{
  GObject parent_instance;
  FoliotKernel *kernel;
  FoliotStageLink *peer; /* nullable; each clears the other */
  const FoliotLinkSink *sink;
  gpointer owner;
  FoliotValue *info; /* nullable */
};

static void link_iface_init (FoliotLinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FoliotStageLink, foliot_stage_link, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (FOLIOT_TYPE_LINK, link_iface_init))

static FoliotKernel *
link_get_kernel (FoliotLink *base)
{
  return FOLIOT_STAGE_LINK (base)->kernel;
}

static FoliotLinkFlags
link_get_flags (FoliotLink *base)
{
  return FOLIOT_LINK_VALUES;
}

static void
link_start (FoliotLink *base, const FoliotLinkSink *sink, gpointer owner)
{
  FoliotStageLink *link = FOLIOT_STAGE_LINK (base);

  link->sink = sink;
  link->owner = sink != NULL ? owner : NULL;
}

static gboolean
link_send (FoliotLink *base, FoliotFrame *frame, GError **error)
{
  foliot_frame_clear (frame);
  return TRUE;
}

static gsize
link_get_queued_bytes (FoliotLink *base)
{
  return 0;
}

/* That it has ended is told as it was. */
static void
link_close (FoliotLink *base)
{
}

static FoliotValue *
link_dup_info (FoliotLink *base, const char *name)
{
  FoliotStageLink *link = FOLIOT_STAGE_LINK (base);
  FoliotValue *value = link->info != NULL ? foliot_value_lookup (link->info, name) : NULL;

  return value != NULL && !foliot_value_is_null (value) ? foliot_value_ref (value) : NULL;
}

static FoliotLink *
link_get_peer (FoliotLink *base)
{
  return (FoliotLink *) FOLIOT_STAGE_LINK (base)->peer;
}

static gpointer
link_get_owner (FoliotLink *base, const FoliotLinkSink *sink)
{
  FoliotStageLink *link = FOLIOT_STAGE_LINK (base);

  return link->sink == sink ? link->owner : NULL;
}

static void
link_iface_init (FoliotLinkInterface *iface)
{
  iface->get_kernel = link_get_kernel;
  iface->get_flags = link_get_flags;
  iface->start = link_start;
  iface->send = link_send;
  iface->get_queued_bytes = link_get_queued_bytes;
  iface->close = link_close;
  iface->dup_info = link_dup_info;
  iface->get_peer = link_get_peer;
  iface->get_owner = link_get_owner;
}

static void
foliot_stage_link_finalize (GObject *object)
{
  FoliotStageLink *link = FOLIOT_STAGE_LINK (object);

  if (link->peer != NULL)
    link->peer->peer = NULL;
  g_clear_pointer (&link->info, foliot_value_unref);
  G_OBJECT_CLASS (foliot_stage_link_parent_class)->finalize (object);
}

static void
foliot_stage_link_class_init (FoliotStageLinkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = foliot_stage_link_finalize;
}

static void
foliot_stage_link_init (FoliotStageLink *link)
{
}

FoliotStageLink *
foliot_stage_link_new (FoliotKernel *kernel, FoliotValue *info)
{
  FoliotStageLink *link = g_object_new (FOLIOT_TYPE_STAGE_LINK, NULL);

  link->kernel = kernel;
  link->info = info != NULL ? foliot_value_ref (info) : NULL;
  return link;
}

void
foliot_stage_link_pair (FoliotStageLink *one, FoliotStageLink *other)
{
  one->peer = other;
  other->peer = one;
}

void
foliot_stage_link_deliver (FoliotStageLink *link, FoliotFrame *frame)
{
  if (link->sink != NULL)
    link->sink->frame (link->owner, frame);
  foliot_frame_clear (frame);
}

void
foliot_stage_link_end (FoliotStageLink *link, const GError *why)
{
  const FoliotLinkSink *sink = g_steal_pointer (&link->sink);

  if (sink != NULL)
    sink->closed (link->owner, why);
}

/* ---- listener -------------------------------------------------------------------------------------------------- */

#define FOLIOT_TYPE_STAGE_LISTENER (foliot_stage_listener_get_type ())
G_DECLARE_FINAL_TYPE (FoliotStageListener, foliot_stage_listener, FOLIOT, STAGE_LISTENER, FoliotListener)

struct _FoliotStageListener
{
  FoliotListener parent_instance;
  FoliotKernel *kernel;
  FoliotAddress *address;
  gpointer user_data;
  GDestroyNotify destroy;
};

G_DEFINE_FINAL_TYPE (FoliotStageListener, foliot_stage_listener, FOLIOT_TYPE_LISTENER)

static FoliotAddress *
listener_get_address (FoliotListener *base)
{
  return FOLIOT_STAGE_LISTENER (base)->address;
}

static void
listener_close (FoliotListener *base)
{
}

static FoliotFuture *
listener_wait_closed (FoliotListener *base)
{
  return foliot_future_new_resolved (FOLIOT_STAGE_LISTENER (base)->kernel, NULL);
}

static void
foliot_stage_listener_finalize (GObject *object)
{
  FoliotStageListener *listener = FOLIOT_STAGE_LISTENER (object);

  foliot_address_unref (listener->address);
  if (listener->destroy != NULL)
    listener->destroy (listener->user_data);
  G_OBJECT_CLASS (foliot_stage_listener_parent_class)->finalize (object);
}

static void
foliot_stage_listener_class_init (FoliotStageListenerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = foliot_stage_listener_finalize;
  klass->parent_class.get_address = listener_get_address;
  klass->parent_class.close = listener_close;
  klass->parent_class.wait_closed = listener_wait_closed;
}

static void
foliot_stage_listener_init (FoliotStageListener *listener)
{
}

/* ---- transport ------------------------------------------------------------------------------------------------- */

#define FOLIOT_TYPE_STAGE_TRANSPORT (foliot_stage_transport_get_type ())
G_DECLARE_FINAL_TYPE (FoliotStageTransport, foliot_stage_transport, FOLIOT, STAGE_TRANSPORT, GObject)

struct _FoliotStageTransport
{
  GObject parent_instance;
  FoliotKernel *kernel;
};

static void transport_iface_init (FoliotTransportInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FoliotStageTransport, foliot_stage_transport, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (FOLIOT_TYPE_TRANSPORT, transport_iface_init))

static FoliotKernel *
transport_get_kernel (FoliotTransport *base)
{
  return FOLIOT_STAGE_TRANSPORT (base)->kernel;
}

static FoliotFuture *
transport_connect (FoliotTransport *base, FoliotAddress *to, const char *name)
{
  return foliot_future_new_rejected (FOLIOT_STAGE_TRANSPORT (base)->kernel,
                                     g_error_new (FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_ADDRESS,
                                                  "An agent that is run alone cannot reach %s",
                                                  foliot_address_get_repr (to)));
}

static FoliotListener *
transport_listen (FoliotTransport *base, FoliotAddress *at, const char *name, FoliotAcceptFunc accept,
                  gpointer user_data, GDestroyNotify destroy, GError **error)
{
  FoliotStageListener *listener = g_object_new (FOLIOT_TYPE_STAGE_LISTENER, NULL);

  listener->kernel = FOLIOT_STAGE_TRANSPORT (base)->kernel;
  listener->address = foliot_address_ref (at);
  listener->user_data = user_data;
  listener->destroy = destroy;
  return FOLIOT_LISTENER (listener);
}

static void
transport_iface_init (FoliotTransportInterface *iface)
{
  iface->get_kernel = transport_get_kernel;
  iface->connect = transport_connect;
  iface->listen = transport_listen;
}

static void
foliot_stage_transport_class_init (FoliotStageTransportClass *klass)
{
}

static void
foliot_stage_transport_init (FoliotStageTransport *transport)
{
}

FoliotTransport *
foliot_stage_transport_new (FoliotKernel *kernel)
{
  FoliotStageTransport *transport = g_object_new (FOLIOT_TYPE_STAGE_TRANSPORT, NULL);

  transport->kernel = kernel;
  return FOLIOT_TRANSPORT (transport);
}
