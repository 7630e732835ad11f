/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/*
 * Benchmarks of fibers. Each prints lines `name <TAB> figure <TAB> unit <TAB> ratio <TAB> reference`; the ratio is
 * speed relative to a reference measured in the same call (above 1: faster), or "-".
 */

/* Hold model: @n_fibers that sleep again and again, @n_events in all. Reference: a plain binary heap in C. */
void foliot_bench_fiber_hold (guint n_fibers, guint64 n_events);
/* M/M/1 at rho 0.9: a source and a server that share a store. Reference: the same in events of the plain heap. */
void foliot_bench_mm1 (guint64 n_customers);
/* Memory of @n_fibers that sleep: resident bytes each, and the peak of the process. */
void foliot_bench_fibers_alive (guint n_fibers);
/* Awaits with a deadline that end by a result, and by the deadline. */
void foliot_bench_await_timeouts (guint64 n_awaits);
/* Spawn, run, end, await the result; and a handler on a pooled fiber. Reference of the latter: a plain call. */
void foliot_bench_spawn (guint64 n_fibers);
/* There and back between two stacks, beside a plain event. */
void foliot_bench_switch (guint64 n_switches);
