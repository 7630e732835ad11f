/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* Values: building, hashing and freeing `["path", [3, 4], {}]`. Reference: malloc and free of 40 bytes. */
void foliot_bench_values (guint64 n_values);
/* JSON and MsgPack both ways: a small request, and a value of about 100 KB. References: json-glib and msgpack-c. */
void foliot_bench_codecs (guint64 n_small, guint64 n_large);
