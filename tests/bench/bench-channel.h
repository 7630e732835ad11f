/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/*
 * Echo over a channel in one process, @n_calls calls each: by reference with digest off and on, and through each codec. Prints
 * lines `name <TAB> figure <TAB> unit <TAB> ratio <TAB> reference`; the reference is the kernel alone, two events a call.
 */
void foliot_bench_channel (guint64 n_calls);
