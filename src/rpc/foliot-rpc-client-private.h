/* SPDX-License-Identifier: MIT */
#pragma once

#include "rpc/foliot-reconnect-private.h"
#include "rpc/foliot-router-private.h"

/*
 * A client lives as long as its connection, and longer if somebody holds it or a handler of it has not ended.
 */
struct _FoliotRpcClient
{
  GObject parent_instance;
  FoliotKernel *kernel; /* lives longer than its channels */
  FoliotChannel *channel;
  GObject *service;     /* (nullable): dropped when the connection has ended */
  FoliotRouter *router; /* of the service */
  FoliotResetFunc reset;
  gpointer reset_data;
  GDestroyNotify reset_destroy;
  void (*ended) (FoliotRpcClient *client, const GError *why, gboolean protocol, gpointer user_data);
  gpointer ended_data;
  GList link;           /* among the connected clients of the kernel, with a reference, while connected */
  guint n_running;      /* handlers that have not ended */
  gboolean has_service; /* had one from the start */
  gboolean is_serving;
  gboolean is_connected;
  gboolean is_lingering;                 /* nobody but running handlers wants it */
  const FoliotReconnectFuncs *reconnect; /* (nullable): of who gets a lost peer back */
  gpointer reconnect_owner;
  GHashTable *gone; /* (nullable): path → GError: what the peer had before it was lost, and has no more */
};

/* Returns: (nullable) (transfer none): the client that was made for @channel, while it lives. */
FoliotRpcClient *_foliot_rpc_client_of_channel (FoliotChannel *channel);

/* @func: (nullable): told how the connection ended, also when it was by broken rules, of which a service never hears. */
void _foliot_rpc_client_set_ended_func (FoliotRpcClient *client,
                                        void (*func) (FoliotRpcClient *client, const GError *why,
                                                      gboolean protocol, gpointer user_data),
                                        gpointer user_data);

/* foliot-rpc-serve.c: answers one request of the peer. @request: (transfer full). */
void _foliot_rpc_serve_request (FoliotRpcClient *client, FoliotRequest *request);
/* A handler of @client ended. */
void _foliot_rpc_client_leave (FoliotRpcClient *client);

/* Awaits that its link is writable; returns at once where it always is. */
gboolean _foliot_rpc_client_await_writable (FoliotRpcClient *client, FoliotTime deadline, GError **error);

/* Returns: a repr in the error texts of invalid services; both ends of opening use it. */
gboolean _foliot_rpc_check_service (GObject *service, const char *full_stop, GError **error);
