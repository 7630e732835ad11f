/* SPDX-License-Identifier: MIT */
#include "rpc/foliot-rpc-client-private.h"

/*
 * Opening and serving add one step to the channel's own: the client is made around the channel before anybody else
 * sees it, so that the proxy serializer is there before the first message is decoded.
 */

#include "channel/foliot-channel-open-private.h"

/* ---- opening ---- */

/* Held by the channel that is being opened and by whoever waits for it. */
typedef struct
{
  guint ref_count;
  FoliotFuture *opened;
  GObject *service; /* (nullable) */
} Opening;

static void
opening_unref (gpointer data)
{
  Opening *opening = data;

  if (--opening->ref_count > 0)
    return;
  foliot_future_unref (opening->opened);
  g_clear_object (&opening->service);
  g_free (opening);
}

static void
close_channel (FoliotChannel *channel)
{
  foliot_future_unref (foliot_channel_close (channel));
}

static void
on_opened (FoliotChannel *channel, gpointer user_data)
{
  Opening *opening = user_data;
  g_autoptr (FoliotRpcClient) client = NULL;
  GError *why = NULL;

  if (!foliot_future_is_settled (opening->opened)) /* else nobody waits any more */
    client = foliot_rpc_client_new (channel, opening->service, &why);
  if (client == NULL)
    close_channel (channel);
  if (client != NULL)
    foliot_future_resolve (opening->opened, foliot_value_new_object (FOLIOT_TYPE_RPC_CLIENT, client));
  else if (why != NULL)
    foliot_future_reject (opening->opened, why);
}

static void
on_failed (FoliotFuture *future, FoliotValue *value, const GError *error, gpointer user_data)
{
  Opening *opening = user_data;

  if (error != NULL)
    foliot_future_reject (opening->opened, g_error_copy (error));
}

FoliotFuture *
foliot_rpc_open (FoliotTransport *transport, FoliotAddress *to, GObject *service, FoliotTime timeout,
                 const FoliotChannelOptions *options)
{
  g_autoptr (FoliotFuture) opened = NULL;
  g_autoptr (FoliotFuture) channel = NULL;
  FoliotKernel *kernel;
  GError *error = NULL;
  Opening *opening;

  g_return_val_if_fail (FOLIOT_IS_TRANSPORT (transport), NULL);
  kernel = foliot_transport_get_kernel (transport);
  if (service != NULL && !_foliot_rpc_check_service (service, "", &error))
    return foliot_future_new_rejected (kernel, error);
  opened = foliot_future_new (kernel);
  opening = g_new (Opening, 1);
  *opening = (Opening){ 2, foliot_future_ref (opened), service != NULL ? g_object_ref (service) : NULL };
  channel = _foliot_channel_open_with (transport, to, timeout, options, on_opened, opening, opening_unref);
  foliot_future_then (channel, on_failed, opening, opening_unref);
  /* Whoever gives up settles what we return; the channel's future is then settled too, which ends its retries. */
  foliot_future_chain (opened, foliot_future_ref (channel));
  return g_steal_pointer (&opened);
}

/* ---- serving ---- */

typedef struct
{
  GObject *service;
  FoliotRpcConnectedFunc connected;
  gpointer user_data;
  GDestroyNotify destroy;
} Serving;

static void
serving_free (gpointer data)
{
  Serving *serving = data;

  if (serving->destroy != NULL)
    serving->destroy (serving->user_data);
  g_object_unref (serving->service);
  g_free (serving);
}

static void
on_connected (FoliotChannel *channel, gpointer user_data)
{
  Serving *serving = user_data;
  g_autoptr (FoliotRpcClient) client = foliot_rpc_client_new (channel, serving->service, NULL);

  if (client == NULL)
    close_channel (channel);
  else if (serving->connected != NULL)
    serving->connected (client, serving->user_data);
}

FoliotListener *
foliot_rpc_serve (FoliotTransport *transport, FoliotAddress *at, GObject *service,
                  const FoliotChannelOptions *options, FoliotRpcConnectedFunc connected, gpointer user_data,
                  GDestroyNotify destroy, GError **error)
{
  FoliotListener *listener;
  Serving *serving;

  g_return_val_if_fail (FOLIOT_IS_TRANSPORT (transport), NULL);
  if (!_foliot_rpc_check_service (service, ".", error))
    {
      if (destroy != NULL)
        destroy (user_data);
      return NULL;
    }
  serving = g_new (Serving, 1);
  *serving = (Serving){ g_object_ref (service), connected, user_data, destroy };
  listener = foliot_channel_serve (transport, at, options, on_connected, serving, serving_free, error);
  if (listener == NULL) /* then it is still ours */
    serving_free (serving);
  return listener;
}
