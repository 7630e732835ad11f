/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/*
 * Random numbers, @n_draws of each distribution. Prints lines `name <TAB> figure <TAB> unit <TAB> ratio <TAB>
 * reference`; the reference is the bare generator in a loop, with no stream, no count and no function to call.
 */
void foliot_bench_random (guint64 n_draws);
