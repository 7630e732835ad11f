/* SPDX-License-Identifier: MIT */
#pragma once

#include "transport/foliot-exchange-private.h"

/* How the files of the local transport know one another. */

#define FOLIOT_TYPE_LOCAL_LINK (foliot_local_link_get_type ())
G_DECLARE_FINAL_TYPE (FoliotLocalLink, foliot_local_link, FOLIOT, LOCAL_LINK, GObject)
#define FOLIOT_TYPE_LOCAL_LISTENER (foliot_local_listener_get_type ())
G_DECLARE_FINAL_TYPE (FoliotLocalListener, foliot_local_listener, FOLIOT, LOCAL_LISTENER, FoliotListener)

/*
 * _foliot_local_link_new_pair:
 * @peername: the text LocalQueue('id'), what both ends say of the other
 * @client_name, @server_name: the stable names of the ends
 * @out_server: (out) (transfer full): the other end
 *
 * Returns: (transfer full): the client's end
 */
FoliotLocalLink *_foliot_local_link_new_pair (FoliotExchange *exchange, gboolean carry_bytes,
                                              FoliotValue *peername, const char *client_name,
                                              const char *server_name, FoliotLocalLink **out_server);

/* It tells @listener, once, that it has ended. */
void _foliot_local_link_set_listener (FoliotLocalLink *link, FoliotLocalListener *listener);

/* Returns: (nullable) (transfer none): who listens on @queue. */
FoliotLocalListener *_foliot_local_queue_get_server (FoliotLocalQueue *queue);
void _foliot_local_queue_set_server (FoliotLocalQueue *queue, FoliotLocalListener *server);
FoliotValue *_foliot_local_queue_get_peername (FoliotLocalQueue *queue);
