/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot.h>

/*
 * interop_plus:
 * @error: %FOLIOT_ERROR_TYPE, in Python's words
 *
 * Python's `a + b`: numbers of any size, texts, bytes and lists.
 *
 * Returns: (transfer full) (nullable): the sum
 */
FoliotValue *interop_plus (FoliotValue *a, FoliotValue *b, GError **error) FOLIOT_WARN_UNUSED;
