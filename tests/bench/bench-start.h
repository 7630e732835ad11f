/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* `foliot run` of the smallest scenario, from spawn to exit, wall clock. Reference: the same for `true`. */
void foliot_bench_start (guint n_runs);
/* A server from spawn to READY, and `foliot call` of it from spawn to exit. */
void foliot_bench_first_call (guint n_runs);
