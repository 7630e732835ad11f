/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* `foliot diff` of two runs of ten million events that part near their end: time and memory to find the window, and to find the
 * event, where all events were kept and where the runs have to be made again. Reference: one such run. */
void foliot_bench_diff (guint n_hops);
