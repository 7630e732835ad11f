/* SPDX-License-Identifier: MIT */
#include "test-plain-transport.h"

/* Links of bytes of the local transport, less than they are. */

/* ---- links --------------------------------------------------------------------------------------------------- */

#define TEST_TYPE_PLAIN_LINK (test_plain_link_get_type ())
G_DECLARE_FINAL_TYPE (TestPlainLink, test_plain_link, TEST, PLAIN_LINK, GObject)

struct _TestPlainLink
{
  GObject parent_instance;
  FoliotLink *inner;
};

static FoliotKernel *
get_kernel (FoliotLink *link)
{
  return foliot_link_get_kernel (TEST_PLAIN_LINK (link)->inner);
}

static FoliotLinkFlags
get_flags (FoliotLink *link)
{
  return foliot_link_get_flags (TEST_PLAIN_LINK (link)->inner);
}

static void
start (FoliotLink *link, const FoliotLinkSink *sink, gpointer owner)
{
  foliot_link_start (TEST_PLAIN_LINK (link)->inner, sink, owner);
}

static gboolean
send_frame (FoliotLink *link, FoliotFrame *frame, GError **error)
{
  if (g_bytes_get_size (frame->bytes) <= TEST_PLAIN_MAX_BYTES)
    return foliot_link_send (TEST_PLAIN_LINK (link)->inner, frame, error);
  foliot_frame_clear (frame);
  g_set_error_literal (error, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_FRAME_TOO_LONG, "Too long");
  return FALSE;
}

static gsize
get_queued_bytes (FoliotLink *link)
{
  return foliot_link_get_queued_bytes (TEST_PLAIN_LINK (link)->inner);
}

static void
close_link (FoliotLink *link)
{
  foliot_link_close (TEST_PLAIN_LINK (link)->inner);
}

static FoliotValue *
dup_info (FoliotLink *link, const char *name)
{
  return foliot_link_dup_info (TEST_PLAIN_LINK (link)->inner, name);
}

static FoliotLink *
get_peer (FoliotLink *link)
{
  return foliot_link_get_peer (TEST_PLAIN_LINK (link)->inner);
}

static gpointer
get_owner (FoliotLink *link, const FoliotLinkSink *sink)
{
  return foliot_link_get_owner (TEST_PLAIN_LINK (link)->inner, sink);
}

static void
plain_link_iface_init (FoliotLinkInterface *iface)
{
  iface->get_kernel = get_kernel;
  iface->get_flags = get_flags;
  iface->start = start;
  iface->send = send_frame;
  iface->get_queued_bytes = get_queued_bytes;
  iface->close = close_link;
  iface->dup_info = dup_info;
  iface->get_peer = get_peer;
  iface->get_owner = get_owner;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestPlainLink, test_plain_link, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (FOLIOT_TYPE_LINK, plain_link_iface_init))

static void
test_plain_link_finalize (GObject *object)
{
  g_object_unref (TEST_PLAIN_LINK (object)->inner);
  G_OBJECT_CLASS (test_plain_link_parent_class)->finalize (object);
}

static void
test_plain_link_class_init (TestPlainLinkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_plain_link_finalize;
}

static void
test_plain_link_init (TestPlainLink *link)
{
}

/* @inner: (transfer full) */
static FoliotLink *
wrap (FoliotLink *inner)
{
  TestPlainLink *link = g_object_new (TEST_TYPE_PLAIN_LINK, NULL);

  link->inner = inner;
  return FOLIOT_LINK (link);
}

/* ---- the transport ------------------------------------------------------------------------------------------- */

#define TEST_TYPE_PLAIN_TRANSPORT (test_plain_transport_get_type ())
G_DECLARE_FINAL_TYPE (TestPlainTransport, test_plain_transport, TEST, PLAIN_TRANSPORT, GObject)

struct _TestPlainTransport
{
  GObject parent_instance;
  FoliotTransport *inner;
};

static FoliotKernel *
get_transport_kernel (FoliotTransport *transport)
{
  return foliot_transport_get_kernel (TEST_PLAIN_TRANSPORT (transport)->inner);
}

static void
on_connected (FoliotFuture *inner, FoliotValue *value, const GError *error, gpointer user_data)
{
  FoliotFuture *future = user_data;
  g_autoptr (FoliotLink) link = NULL;

  if (foliot_future_is_settled (future))
    return;
  if (error != NULL)
    {
      foliot_future_reject (future, g_error_copy (error));
      return;
    }
  link = wrap (g_object_ref (foliot_value_get_object (value, FOLIOT_TYPE_LINK)));
  foliot_future_resolve (future, foliot_value_new_object (TEST_TYPE_PLAIN_LINK, link));
}

static FoliotFuture *
connect_to (FoliotTransport *transport, FoliotAddress *to, const char *name)
{
  g_autoptr (FoliotFuture) inner
      = foliot_transport_connect (TEST_PLAIN_TRANSPORT (transport)->inner, to, name);
  FoliotFuture *future = foliot_future_new (foliot_transport_get_kernel (transport));

  foliot_future_then (inner, on_connected, foliot_future_ref (future), (GDestroyNotify) foliot_future_unref);
  return future;
}

typedef struct
{
  FoliotAcceptFunc accept;
  gpointer user_data;
  GDestroyNotify destroy;
} Service;

static void
service_free (gpointer data)
{
  Service *service = data;

  if (service->destroy != NULL)
    service->destroy (service->user_data);
  g_free (service);
}

static void
on_accepted (FoliotLink *link, gpointer user_data)
{
  Service *service = user_data;

  service->accept (wrap (link), service->user_data);
}

static FoliotListener *
listen_at (FoliotTransport *transport, FoliotAddress *at, const char *name, FoliotAcceptFunc accept,
           gpointer user_data, GDestroyNotify destroy, GError **error)
{
  Service *service = g_new (Service, 1);
  FoliotListener *listener;

  *service = (Service){ accept, user_data, destroy };
  listener = foliot_transport_listen (TEST_PLAIN_TRANSPORT (transport)->inner, at, name, on_accepted, service,
                                      service_free, error);
  if (listener == NULL) /* then it is still ours */
    g_free (service);
  return listener;
}

static void
plain_transport_iface_init (FoliotTransportInterface *iface)
{
  iface->get_kernel = get_transport_kernel;
  iface->connect = connect_to;
  iface->listen = listen_at;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestPlainTransport, test_plain_transport, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (FOLIOT_TYPE_TRANSPORT, plain_transport_iface_init))

static void
test_plain_transport_finalize (GObject *object)
{
  g_object_unref (TEST_PLAIN_TRANSPORT (object)->inner);
  G_OBJECT_CLASS (test_plain_transport_parent_class)->finalize (object);
}

static void
test_plain_transport_class_init (TestPlainTransportClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_plain_transport_finalize;
}

static void
test_plain_transport_init (TestPlainTransport *transport)
{
}

FoliotTransport *
test_plain_transport_new (FoliotKernel *kernel)
{
  TestPlainTransport *transport = g_object_new (TEST_TYPE_PLAIN_TRANSPORT, NULL);

  transport->inner = foliot_local_transport_new (kernel, TRUE);
  return FOLIOT_TRANSPORT (transport);
}
