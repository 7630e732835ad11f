/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/*
 * Calls between agents of two processes over TCP: one after another and 100 in flight, in each codec, and with TLS. Prints lines
 * `name <TAB> figure <TAB> unit <TAB> ratio <TAB> reference`; the reference is a bare ping-pong of the same bytes by blocking read
 * and write, in the same run.
 */
void foliot_bench_remote (guint64 n_calls);
