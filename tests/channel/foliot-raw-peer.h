/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-transport.h>

#include "foliot-raw-socket.h"

G_BEGIN_DECLS

/*
 * FoliotRawPeer:
 *
 * The other end of a byte link as a test plays it by hand: it sends what payloads it likes, and sees the payloads that
 * arrive, in order.
 */
typedef struct _FoliotRawPeer FoliotRawPeer;

/* @link: (transfer full): carries bytes. */
FoliotRawPeer *foliot_raw_peer_new (FoliotLink *link);
/* Connects to @address; awaits. */
FoliotRawPeer *foliot_raw_peer_new_connected (FoliotTransport *transport, FoliotAddress *address);
/* The same over a real connection, to which everything is given a byte at a time. @socket: (transfer full). */
FoliotRawPeer *foliot_raw_peer_new_socket (FoliotRawSocket *socket);
void foliot_raw_peer_free (FoliotRawPeer *peer);
void foliot_raw_peer_send (FoliotRawPeer *peer, gconstpointer payload, gsize length);
/* @text: the payload. */
void foliot_raw_peer_send_text (FoliotRawPeer *peer, const char *text);
/* Awaits. Returns: (transfer full) (nullable): the next payload; %NULL when the link has ended. */
GBytes *foliot_raw_peer_recv (FoliotRawPeer *peer);
/* Awaits the next payload, which must be @text. */
void foliot_raw_peer_assert_text (FoliotRawPeer *peer, const char *text);
/* Awaits the end, which must come next. */
void foliot_raw_peer_assert_end (FoliotRawPeer *peer);
void foliot_raw_peer_close (FoliotRawPeer *peer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotRawPeer, foliot_raw_peer_free)

G_END_DECLS
