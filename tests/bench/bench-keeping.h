/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* What a run costs without a digest, with one, with its events kept, and twice in lock-step: a ring of 500 agents with @n_hops, … */
void foliot_bench_keeping (guint n_hops);
/* … and the wind park for @n_days. */
void foliot_bench_keeping_park (guint n_days);
