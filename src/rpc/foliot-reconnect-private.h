/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-rpc.h>

/*
 * Who knows how to get a lost peer back, for one client. The client keeps its proxies and gets another channel.
 */
typedef struct
{
  /* Returns: (transfer full): resolves when the client is attached to a channel again; rejects when it cannot be. */
  FoliotFuture *(*reopen) (gpointer owner);
  /* A call was made once more. */
  void (*repeated) (gpointer owner);
} FoliotReconnectFuncs;

/* @funcs: (nullable): a constant; %NULL: nobody any more. From here on a call whose channel has ended asks for another. */
void _foliot_rpc_client_set_reconnect (FoliotRpcClient *client, const FoliotReconnectFuncs *funcs,
                                       gpointer owner);
/* Goes on with another channel, on which nothing was sent or received yet; the one before must have ended. */
gboolean _foliot_rpc_client_attach (FoliotRpcClient *client, FoliotChannel *channel, GObject *service,
                                    GError **error);
/*
 * _foliot_rpc_client_set_gone:
 * @path: of a sub-service of the peer
 * @why: (transfer full) (nullable): how calls below it end, without being sent; %NULL: it is there
 */
void _foliot_rpc_client_set_gone (FoliotRpcClient *client, const char *path, GError *why);

/* foliot-proxy.c, for a client with somebody who can get its peer back: the reply. @n_repeats: how often it may be repeated. */
FoliotFuture *_foliot_reconnect_call (FoliotRpcClient *client, FoliotValue *content, guint n_repeats);
