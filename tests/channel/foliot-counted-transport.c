/* SPDX-License-Identifier: MIT */
#include "foliot-counted-transport.h"

struct _FoliotCountedTransport
{
  GObject parent_instance;
  FoliotTransport *inner;
  FoliotCountedFunc failed;
  gpointer user_data;
  guint n_tries;
  guint n_failed;
};

static void iface_init (FoliotTransportInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FoliotCountedTransport, foliot_counted_transport, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (FOLIOT_TYPE_TRANSPORT, iface_init))

static FoliotKernel *
get_kernel (FoliotTransport *base)
{
  return foliot_transport_get_kernel (FOLIOT_COUNTED_TRANSPORT (base)->inner);
}

static void
on_tried (FoliotFuture *attempt, FoliotValue *value, const GError *error, gpointer user_data)
{
  FoliotCountedTransport *self = user_data;

  if (error != NULL && self->failed != NULL)
    self->failed (++self->n_failed, self->user_data);
}

static FoliotFuture *
connect_once (FoliotTransport *base, FoliotAddress *to, const char *name)
{
  FoliotCountedTransport *self = FOLIOT_COUNTED_TRANSPORT (base);
  FoliotFuture *attempt = foliot_transport_connect (self->inner, to, name);

  self->n_tries++;
  foliot_future_then (attempt, on_tried, g_object_ref (self), g_object_unref);
  return attempt;
}

static FoliotListener *
listen_at (FoliotTransport *base, FoliotAddress *at, const char *name, FoliotAcceptFunc accept,
           gpointer user_data, GDestroyNotify destroy, GError **error)
{
  return foliot_transport_listen (FOLIOT_COUNTED_TRANSPORT (base)->inner, at, name, accept, user_data,
                                  destroy, error);
}

static void
iface_init (FoliotTransportInterface *iface)
{
  iface->get_kernel = get_kernel;
  iface->connect = connect_once;
  iface->listen = listen_at;
}

static void
foliot_counted_transport_finalize (GObject *object)
{
  g_object_unref (FOLIOT_COUNTED_TRANSPORT (object)->inner);
  G_OBJECT_CLASS (foliot_counted_transport_parent_class)->finalize (object);
}

static void
foliot_counted_transport_class_init (FoliotCountedTransportClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = foliot_counted_transport_finalize;
}

static void
foliot_counted_transport_init (FoliotCountedTransport *self)
{
}

FoliotCountedTransport *
foliot_counted_transport_new (FoliotTransport *inner, FoliotCountedFunc failed, gpointer user_data)
{
  FoliotCountedTransport *self = g_object_new (FOLIOT_TYPE_COUNTED_TRANSPORT, NULL);

  self->inner = inner;
  self->failed = failed;
  self->user_data = user_data;
  return self;
}

guint
foliot_counted_transport_get_n_tries (FoliotCountedTransport *self)
{
  return self->n_tries;
}
