/* SPDX-License-Identifier: MIT */
#include "rpc/foliot-rpc-client-private.h"

/*
 * One end of a connection. The kernel keeps a reference on each client while its channel is up, as aiomas' running
 * service task does: so a peer can call a service whose client nobody holds. It is dropped when the channel ends or
 * the world does; then the service goes too, which undoes circles like agent → proxy → client → container → agent.
 *
 * A running handler holds no reference on the client: the last reference, whoever drops it, waits for the handlers.
 */

#include "rpc/foliot-proxy-private.h"

#include "channel/foliot-channel-private.h"
#include "kernel/foliot-kernel-private.h"

G_DEFINE_FINAL_TYPE (FoliotRpcClient, foliot_rpc_client, G_TYPE_OBJECT)

/* ---- the connected clients of a kernel ---- */

static void
disconnect (FoliotRpcClient *self, GQueue *connected)
{
  if (!self->is_connected)
    return;
  self->is_connected = FALSE;
  g_queue_unlink (connected, &self->link);
  g_object_unref (self);
}

static void
drop_service (FoliotRpcClient *self)
{
  self->router = NULL;
  g_clear_object (&self->service);
}

/* The end of a channel may have been told by an event that never came, and a service whose agents hold proxies would hold itself. */
static void
disconnect_all (FoliotKernel *kernel, gpointer connected)
{
  GList *link;

  while ((link = g_queue_peek_head_link (connected)) != NULL)
    {
      g_autoptr (FoliotRpcClient) self = g_object_ref (link->data);

      disconnect (self, connected);
      if (self->n_running == 0)
        drop_service (self);
    }
}

static void
free_connected (gpointer connected)
{
  g_queue_free (connected);
}

static GQueue *
get_connected (FoliotKernel *kernel)
{
  GQuark key = g_quark_from_static_string ("foliot-rpc-connected");
  GQueue *connected = foliot_kernel_get_data (kernel, key);

  if (connected == NULL)
    {
      connected = g_queue_new ();
      foliot_kernel_set_data (kernel, key, connected, free_connected);
      _foliot_kernel_add_close_hook (kernel, disconnect_all, connected);
    }
  return connected;
}

/* ---- events of the channel ---- */

static GQuark
client_quark (void)
{
  return g_quark_from_static_string ("foliot-rpc-client");
}

FoliotRpcClient *
_foliot_rpc_client_of_channel (FoliotChannel *channel)
{
  return g_object_get_qdata (G_OBJECT (channel), client_quark ());
}

void
_foliot_rpc_client_leave (FoliotRpcClient *client)
{
  if (--client->n_running > 0)
    return;
  if (!client->is_connected)
    drop_service (client);
  if (client->is_lingering)
    {
      client->is_lingering = FALSE;
      g_object_unref (client);
    }
}

static void
on_request (FoliotChannel *channel, FoliotRequest *request, gpointer user_data)
{
  FoliotRpcClient *self = user_data;

  if (self->is_serving)
    _foliot_rpc_serve_request (self, request);
  else
    foliot_request_unref (request); /* unanswered, as with aiomas */
}

static void
set_reset (FoliotRpcClient *self, FoliotResetFunc reset, gpointer data, GDestroyNotify destroy)
{
  GDestroyNotify old_destroy = self->reset_destroy;
  gpointer old_data = self->reset_data;

  self->reset = reset;
  self->reset_data = data;
  self->reset_destroy = destroy;
  if (old_destroy != NULL)
    old_destroy (old_data);
}

static void
on_ended (FoliotChannel *channel, const GError *why, gboolean protocol, gpointer user_data)
{
  g_autoptr (FoliotRpcClient) self = g_object_ref (user_data);

  if (self->is_serving && self->reset != NULL && !protocol)
    self->reset (self, why, self->reset_data);
  if (self->ended != NULL)
    self->ended (self, why, protocol, self->ended_data);
  self->is_serving = FALSE;
  set_reset (self, NULL, NULL, NULL);
  disconnect (self, get_connected (self->kernel));
  if (self->n_running == 0)
    drop_service (self);
}

void
_foliot_rpc_client_set_ended_func (FoliotRpcClient *client,
                                   void (*func) (FoliotRpcClient *client, const GError *why,
                                                 gboolean protocol, gpointer user_data),
                                   gpointer user_data)
{
  client->ended = func;
  client->ended_data = user_data;
}

/* ---- birth and death ---- */

static void
leave_channel (FoliotRpcClient *self)
{
  if (self->channel != NULL && _foliot_rpc_client_of_channel (self->channel) == self)
    {
      foliot_channel_set_handlers (self->channel, NULL, NULL, NULL);
      g_object_set_qdata (G_OBJECT (self->channel), client_quark (), NULL);
    }
  g_clear_object (&self->channel);
}

static void
foliot_rpc_client_dispose (GObject *object)
{
  FoliotRpcClient *self = FOLIOT_RPC_CLIENT (object);

  if (self->n_running > 0)
    {
      if (!self->is_lingering)
        g_object_ref (self);
      self->is_lingering = TRUE;
      return;
    }
  set_reset (self, NULL, NULL, NULL);
  drop_service (self);
  leave_channel (self);
  g_clear_pointer (&self->gone, g_hash_table_unref);
  G_OBJECT_CLASS (foliot_rpc_client_parent_class)->dispose (object);
}

static void
foliot_rpc_client_class_init (FoliotRpcClientClass *class)
{
  G_OBJECT_CLASS (class)->dispose = foliot_rpc_client_dispose;
}

static void
foliot_rpc_client_init (FoliotRpcClient *self)
{
  self->link.data = self;
}

gboolean
_foliot_rpc_check_service (GObject *service, const char *full_stop, GError **error)
{
  g_autofree char *text = NULL;

  if (FOLIOT_IS_SERVICE (service))
    return TRUE;
  text = _foliot_router_print_object (service);
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "\"%s\" is not a valid RPC service%s", text,
               full_stop);
  return FALSE;
}

static void
connect (FoliotRpcClient *self)
{
  g_object_set_qdata (G_OBJECT (self->channel), client_quark (), self);
  foliot_channel_set_handlers (self->channel, on_request, on_ended, self);
  if (foliot_channel_get_error (self->channel) != NULL)
    return;
  self->is_connected = TRUE;
  g_queue_push_tail_link (get_connected (self->kernel), &g_object_ref (self)->link);
}

static void
offer (FoliotRpcClient *self, GObject *service)
{
  self->router = foliot_service_get_router (FOLIOT_SERVICE (service));
  g_set_object (&self->service, service);
  self->has_service = self->is_serving = TRUE;
}

gboolean
_foliot_rpc_client_attach (FoliotRpcClient *client, FoliotChannel *channel, GObject *service, GError **error)
{
  g_assert (foliot_channel_get_error (client->channel) != NULL);
  if (!_foliot_proxy_add_serializer (channel, error))
    return FALSE;
  if (client->is_connected) /* its end was not told yet */
    on_ended (client->channel, client->channel->why, client->channel->by_protocol, client);
  leave_channel (client);
  client->channel = g_object_ref (channel);
  offer (client, service);
  connect (client);
  return TRUE;
}

FoliotRpcClient *
foliot_rpc_client_new (FoliotChannel *channel, GObject *service, GError **error)
{
  FoliotRpcClient *self;

  g_return_val_if_fail (FOLIOT_IS_CHANNEL (channel), NULL);
  if (service != NULL && !_foliot_rpc_check_service (service, "", error))
    return NULL;
  if (!_foliot_proxy_add_serializer (channel, error))
    return NULL;
  self = g_object_new (FOLIOT_TYPE_RPC_CLIENT, NULL);
  self->kernel = foliot_channel_get_kernel (channel);
  self->channel = g_object_ref (channel);
  if (service != NULL)
    offer (self, service);
  connect (self);
  return self;
}

/* ---- what it offers ---- */

FoliotChannel *
foliot_rpc_client_get_channel (FoliotRpcClient *client)
{
  g_return_val_if_fail (FOLIOT_IS_RPC_CLIENT (client), NULL);
  return client->channel;
}

GObject *
foliot_rpc_client_get_service (FoliotRpcClient *client)
{
  g_return_val_if_fail (FOLIOT_IS_RPC_CLIENT (client), NULL);
  return client->service;
}

FoliotProxy *
foliot_rpc_client_get_remote (FoliotRpcClient *client)
{
  g_return_val_if_fail (FOLIOT_IS_RPC_CLIENT (client), NULL);
  return _foliot_proxy_new (client, foliot_value_new_string (""));
}

gboolean
foliot_rpc_client_on_connection_reset (FoliotRpcClient *client, FoliotResetFunc callback, gpointer user_data,
                                       GDestroyNotify destroy, GError **error)
{
  g_return_val_if_fail (FOLIOT_IS_RPC_CLIENT (client), FALSE);
  if (!client->has_service)
    {
      g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_RUNTIME,
                           "This RpcClient instance has no RPC service running.");
      if (destroy != NULL)
        destroy (user_data);
      return FALSE;
    }
  set_reset (client, callback, user_data, destroy);
  return TRUE;
}

FoliotFuture *
foliot_rpc_client_close (FoliotRpcClient *client)
{
  g_return_val_if_fail (FOLIOT_IS_RPC_CLIENT (client), NULL);
  _foliot_rpc_client_set_reconnect (client, NULL, NULL);
  return foliot_channel_close (client->channel);
}

gboolean
_foliot_rpc_client_await_writable (FoliotRpcClient *client, FoliotTime deadline, GError **error)
{
  /* Again after each wait: of many who wait the first ones may fill it. */
  while (G_UNLIKELY (!_foliot_channel_is_writable (client->channel)) && client->channel->error == NULL)
    {
      g_autoptr (FoliotFuture) flush = foliot_channel_flush (client->channel);
      g_autoptr (FoliotValue) done = foliot_await (flush, deadline, error);

      if (done != NULL)
        continue;
      if (client->reconnect == NULL || client->channel->error == NULL)
        return FALSE;
      g_clear_error (error); /* was lost, and may come back: the call sees to that */
    }
  return TRUE;
}

void
foliot_rpc_client_stop_service (FoliotRpcClient *client)
{
  g_return_if_fail (FOLIOT_IS_RPC_CLIENT (client));
  client->is_serving = FALSE;
}
