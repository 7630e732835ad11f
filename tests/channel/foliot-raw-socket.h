/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-transport.h>

G_BEGIN_DECLS

/*
 * FoliotRawSocket:
 *
 * The other end of a real connection as a test plays it by hand, a byte at a time if it likes: it knows nothing of
 * frames, links or transports. Its descriptor is served with all others of the kernel. Who sends holds time, who reads
 * does not: what is to come may take some.
 */
typedef struct _FoliotRawSocket FoliotRawSocket;

/* To a listener of ours, TCP over IPv4 or Unix. @receive_bytes: of the buffer in the system; 0: as it is. */
FoliotRawSocket *foliot_raw_socket_new_connected (FoliotKernel *kernel, FoliotAddress *address,
                                                  int receive_bytes);
/* Awaits a connection of ours to @listener, see below. Returns: (nullable): none, when the fiber was cancelled. */
FoliotRawSocket *foliot_raw_socket_new_accepted (FoliotKernel *kernel, int listener);
void foliot_raw_socket_free (FoliotRawSocket *socket);
/* Returns: a descriptor that listens on a port of the loopback; @out_address: (transfer full): that. */
int foliot_raw_socket_listen (FoliotAddress **out_address);

/* Awaits until the system has taken all of it. Returns: FALSE: the connection is gone. */
gboolean foliot_raw_socket_send (FoliotRawSocket *socket, gconstpointer data, gsize length);
/* The same with a length in front, and the text as payload. */
gboolean foliot_raw_socket_send_text (FoliotRawSocket *socket, const char *text);
/* Gives what the system takes at once. Returns: how much that is, −1: the connection is gone. */
gssize foliot_raw_socket_try_send (FoliotRawSocket *socket, gconstpointer data, gsize length);
/* As much as is taken, until for a hundred turns nothing is: whoever is to read it waits for something else. Returns: how much. */
gsize foliot_raw_socket_send_some (FoliotRawSocket *socket, gconstpointer data, gsize length);
/* Awaits that the kernel has served its descriptors, and what they brought was delivered. */
void foliot_raw_socket_await_turn (FoliotRawSocket *socket);
/* At the start nothing is read. */
void foliot_raw_socket_set_reading (FoliotRawSocket *socket, gboolean reading);
/*
 * Instead of frames: awaits some bytes, for as long as it takes. Returns: (transfer full) (nullable): them; %NULL: the
 * connection has ended, or the fiber was cancelled.
 */
GBytes *foliot_raw_socket_read (FoliotRawSocket *socket);
/* Bytes read so far. */
gsize foliot_raw_socket_get_n_read (FoliotRawSocket *socket);
/* Reads. Awaits the next frame. Returns: (transfer full) (nullable): its payload; %NULL when the connection has ended. */
GBytes *foliot_raw_socket_recv (FoliotRawSocket *socket);
/* No more is sent; what comes can still be read. */
void foliot_raw_socket_end (FoliotRawSocket *socket);
/* As a process that dies: a reset for whoever still sends. */
void foliot_raw_socket_reset (FoliotRawSocket *socket);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotRawSocket, foliot_raw_socket_free)

G_END_DECLS
