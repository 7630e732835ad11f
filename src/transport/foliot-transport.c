/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-transport.h>

/*
 * The three small tables through which the floors above reach every transport. Nothing is decided here: each function
 * checks its arguments and goes through the table once. Who sends per message keeps the table and saves the look-up.
 */

G_DEFINE_QUARK (foliot-transport-error-quark, foliot_transport_error);
G_DEFINE_INTERFACE (FoliotLink, foliot_link, G_TYPE_OBJECT)
G_DEFINE_INTERFACE (FoliotTransport, foliot_transport, G_TYPE_OBJECT)

void
foliot_frame_clear (FoliotFrame *frame)
{
  g_clear_pointer (&frame->bytes, g_bytes_unref);
  g_clear_pointer (&frame->value, foliot_value_unref);
}

/* ---- links --------------------------------------------------------------------------------------------------- */

static void
foliot_link_default_init (FoliotLinkInterface *iface)
{
}

FoliotKernel *
foliot_link_get_kernel (FoliotLink *link)
{
  g_return_val_if_fail (FOLIOT_IS_LINK (link), NULL);
  return FOLIOT_LINK_GET_IFACE (link)->get_kernel (link);
}

FoliotLinkFlags
foliot_link_get_flags (FoliotLink *link)
{
  g_return_val_if_fail (FOLIOT_IS_LINK (link), 0);
  return FOLIOT_LINK_GET_IFACE (link)->get_flags (link);
}

void
foliot_link_start (FoliotLink *link, const FoliotLinkSink *sink, gpointer owner)
{
  g_return_if_fail (FOLIOT_IS_LINK (link));
  FOLIOT_LINK_GET_IFACE (link)->start (link, sink, owner);
}

gboolean
foliot_link_send (FoliotLink *link, FoliotFrame *frame, GError **error)
{
  g_return_val_if_fail (FOLIOT_IS_LINK (link), FALSE);
  g_return_val_if_fail (frame != NULL, FALSE);
  return FOLIOT_LINK_GET_IFACE (link)->send (link, frame, error);
}

gsize
foliot_link_get_queued_bytes (FoliotLink *link)
{
  g_return_val_if_fail (FOLIOT_IS_LINK (link), 0);
  return FOLIOT_LINK_GET_IFACE (link)->get_queued_bytes (link);
}

void
foliot_link_close (FoliotLink *link)
{
  g_return_if_fail (FOLIOT_IS_LINK (link));
  FOLIOT_LINK_GET_IFACE (link)->close (link);
}

FoliotValue *
foliot_link_dup_info (FoliotLink *link, const char *name)
{
  g_return_val_if_fail (FOLIOT_IS_LINK (link), NULL);
  g_return_val_if_fail (name != NULL, NULL);
  return FOLIOT_LINK_GET_IFACE (link)->dup_info (link, name);
}

FoliotLink *
foliot_link_get_peer (FoliotLink *link)
{
  FoliotLinkInterface *iface;

  g_return_val_if_fail (FOLIOT_IS_LINK (link), NULL);
  iface = FOLIOT_LINK_GET_IFACE (link);
  return iface->get_peer != NULL ? iface->get_peer (link) : NULL;
}

gpointer
foliot_link_get_owner (FoliotLink *link, const FoliotLinkSink *sink)
{
  g_return_val_if_fail (FOLIOT_IS_LINK (link), NULL);
  return FOLIOT_LINK_GET_IFACE (link)->get_owner (link, sink);
}

/* ---- transports ---------------------------------------------------------------------------------------------- */

static void
foliot_transport_default_init (FoliotTransportInterface *iface)
{
}

FoliotKernel *
foliot_transport_get_kernel (FoliotTransport *transport)
{
  g_return_val_if_fail (FOLIOT_IS_TRANSPORT (transport), NULL);
  return FOLIOT_TRANSPORT_GET_IFACE (transport)->get_kernel (transport);
}

FoliotFuture *
foliot_transport_connect (FoliotTransport *transport, FoliotAddress *to, const char *name)
{
  g_return_val_if_fail (FOLIOT_IS_TRANSPORT (transport), NULL);
  g_return_val_if_fail (to != NULL, NULL);
  return FOLIOT_TRANSPORT_GET_IFACE (transport)->connect (transport, to, name);
}

FoliotListener *
foliot_transport_listen (FoliotTransport *transport, FoliotAddress *at, const char *name,
                         FoliotAcceptFunc accept, gpointer user_data, GDestroyNotify destroy, GError **error)
{
  g_return_val_if_fail (FOLIOT_IS_TRANSPORT (transport), NULL);
  g_return_val_if_fail (at != NULL && accept != NULL, NULL);
  return FOLIOT_TRANSPORT_GET_IFACE (transport)->listen (transport, at, name, accept, user_data, destroy,
                                                         error);
}
