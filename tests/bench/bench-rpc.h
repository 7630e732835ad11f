/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/*
 * Calls of `add (a, b)` between two ends in one world, from a fiber that awaits each reply. Prints lines `name <TAB>
 * figure <TAB> unit <TAB> ratio <TAB> reference`; the reference of each is the first line, values by reference without
 * a digest.
 */
void foliot_bench_rpc_by_reference (guint64 n_calls);
void foliot_bench_rpc_through_codecs (guint64 n_calls);
