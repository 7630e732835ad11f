/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-agent.h>

G_BEGIN_DECLS

/*
 * The outgoing connections of one container, by textual address, and on each the agents that were found there.
 *
 * Owned by the container. Holds no reference on it: it lends itself as the service of each connection.
 */
typedef struct _FoliotPeers FoliotPeers;

/* @options is borrowed: it lives as long as the peers do. @node: whose events connecting and validating are. */
FoliotPeers *_foliot_peers_new (FoliotContainer *container, FoliotTransport *transport,
                                const FoliotChannelOptions *options, guint32 node) FOLIOT_WARN_UNUSED;
void _foliot_peers_free (FoliotPeers *peers);

/* See foliot_container_connect. */
FoliotFuture *_foliot_peers_connect (FoliotPeers *peers, const char *url,
                                     FoliotTime timeout) FOLIOT_WARN_UNUSED;

/* Whether a lost peer outside comes back when it is needed again; TRUE at the start. Of those connected to from here on. */
void _foliot_peers_set_reconnects (FoliotPeers *peers, gboolean reconnects);
guint64 _foliot_peers_get_n_reconnects (FoliotPeers *peers);
guint64 _foliot_peers_get_n_repeated (FoliotPeers *peers);

/* Connections that are alive. */
guint _foliot_peers_count (FoliotPeers *peers);

/* Adds the channels (transfer none) of those connections to @channels, in the order in which they were first asked for. */
void _foliot_peers_collect_channels (FoliotPeers *peers, GPtrArray *channels);

/* Rejects all who wait for a connection, forgets all peers, and adds to @closings a future (transfer full) for each connection
 * that is being closed, in the order in which they were first asked for. */
void _foliot_peers_close (FoliotPeers *peers, GPtrArray *closings);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotPeers, _foliot_peers_free)

G_END_DECLS
