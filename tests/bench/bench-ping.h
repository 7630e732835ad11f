/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-tls.h>

#include <sys/types.h>

/* Servers for benchmarks over TCP, and the reference of all of them: what blocking read and write do with the same bytes. */

/* Serves until it is killed; writes its port (guint16) to @port_pipe as soon as it listens. */
typedef void (*BenchServerFunc) (int port_pipe, gpointer user_data);

/* A server is a process of its own, as it is in earnest. */
pid_t bench_server_start (BenchServerFunc serve, gpointer user_data, guint16 *out_port);
void bench_server_stop (pid_t pid);

/* Returns: exchanges a second, one after another, of @n_request bytes one way and @n_reply bytes back */
double bench_ping_pong (gsize n_request, gsize n_reply, guint64 n_calls);

/* Returns: (transfer full): of both ends, for 127.0.0.1 */
FoliotTlsCredentials *bench_credentials_new (void);
