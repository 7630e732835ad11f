/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

/* What libFuzzer, and fuzz-main.c in its place, calls. Returns: 0; what must not happen aborts. */
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
