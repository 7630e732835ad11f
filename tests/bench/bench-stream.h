/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/*
 * Frames of 64 bytes and of 1 MB over TCP and TLS between two processes: one after another, 100 under way, and over many
 * connections; then what idle connections cost. Prints lines `name <TAB> figure <TAB> unit <TAB> ratio <TAB> reference`; the
 * reference of frames is a bare ping-pong of the same bytes by blocking read and write, in the same run.
 */
void foliot_bench_stream (guint64 n_calls);
