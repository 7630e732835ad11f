/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-agent.h>
#include <foliot/foliot-tls.h>

/*
 * Calls between agents of two processes over TCP: one after another and 100 in flight, in each codec, and with TLS. Prints lines
 * `name <TAB> figure <TAB> unit <TAB> ratio <TAB> reference`; the reference is a bare ping-pong of the same bytes by blocking read
 * and write, in the same run.
 */
void foliot_bench_remote (guint64 n_calls);

/* How two processes speak to each other; also for benchmarks of what is beside the calls. */
typedef struct
{
  const char *name;
  GType codec;
  FoliotTlsCredentials *tls; /* nullable */
} BenchWay;

/* Returns: (transfer full): a container at a free port */
FoliotContainer *bench_remote_open_container (FoliotKernel *kernel, const BenchWay *way);
/* A BenchServerFunc: one agent, `tcp://127.0.0.1:PORT/0`, that adds. @user_data: a BenchWay. */
void bench_remote_serve (int port_pipe, gpointer user_data);
/* @n calls of it at a time, at most 100; awaits all. On a fiber. */
void bench_remote_call (FoliotProxy *far, guint64 first, guint n);
