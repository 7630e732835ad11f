/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/*
 * A run that makes @n_calls calls, one after another, of an agent in another process, over TCP and over TLS: plain, recorded, and replayed
 * from the recording. The reference is the plain run.
 */
void foliot_bench_replay (guint64 n_calls);
