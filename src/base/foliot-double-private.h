/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* A sign, the 309 digits of the largest double, and a NUL. */
#define FOLIOT_DOUBLE_INTEGER_SIZE 312

/* Writes all digits of @value, a finite integer; Returns: how many characters. */
gsize _foliot_double_format_integer (double value, char digits[FOLIOT_DOUBLE_INTEGER_SIZE]);
