/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* The entry of @candidates (NULL-terminated) that @name was most likely meant to be, or NULL if none is near. Ties go to
 * the first. */
const char *foliot_nearest (const char *name, const char *const *candidates);

/* `, did you mean "<nearest>"?`, or an empty text. */
char *foliot_nearest_hint (const char *name, const char *const *candidates);
