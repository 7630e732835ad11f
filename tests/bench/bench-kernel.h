/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/*
 * Benchmarks of the kernel. Each prints lines `name <TAB> figure <TAB> unit <TAB> ratio <TAB> reference`; the ratio is
 * speed relative to a reference measured in the same call (above 1: faster), or "-".
 */

/* Hold model: @n_callbacks that post themselves anew, @n_events in all. Reference: a plain binary heap in C. */
void foliot_bench_hold (guint n_callbacks, guint64 n_events);
/* Events for now, through the ring. */
void foliot_bench_ring (guint64 n_events);
/* Time-outs that are cancelled: a deadline is posted and cancelled for each event. */
void foliot_bench_timeouts (guint n_waiting, guint64 n_events);
