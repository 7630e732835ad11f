/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-transport.h>

#include "foliot-test.h"
#include "test-tls-pair.h"

G_BEGIN_DECLS

/* A peer that is not ours: a script on a thread of its own, with sockets that block. A silence of 20 s fails the test. */

typedef void (*TestScript) (gpointer data);

/* Starts @script. Returns: (transfer full): resolves when it has ended; time is held until then. */
FoliotFuture *test_peer_start (FoliotKernel *kernel, TestScript script, gpointer data);
/* Takes and awaits it. */
void test_peer_finish (FoliotFuture *peer);
/* Both. */
void test_peer_run (FoliotKernel *kernel, TestScript script, gpointer data);

/* ---- in a script, or outside when nothing blocks --------------------------------------------------------------- */

/* Returns: a connected socket. */
int test_socket_connect (FoliotAddress *to);
/* Returns: one that listens at the loopback, or @host. */
int test_socket_listen (const char *host, FoliotAddress **out_address);
int test_socket_accept (int listening);
void test_socket_write (int fd, const void *data, gsize length);
/* Header and payload. */
void test_socket_say (int fd, const char *text);
/* Returns: @n_bytes, or less when the stream ended before. */
char *test_socket_read (int fd, gsize n_bytes, gsize *out_length);
/* Fails unless exactly @text comes next. */
void test_socket_expect (int fd, const char *text);
/* Fails unless the stream ends here, whether by an end or a reset. */
void test_socket_expect_end (int fd);
void test_socket_close (int fd);

/* TLS on a socket: @end goes on until it is open or over; until it is over. What it has to say is written. */
void test_socket_open_tls (int fd, TestEnd *end);
void test_socket_finish_tls (int fd, TestEnd *end);
/* Writes what @end has to say. */
void test_socket_flush_tls (int fd, TestEnd *end);

G_END_DECLS
