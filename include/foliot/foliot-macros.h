/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib-object.h>

/* FOLIOT_API marks what the shared library exports; everything else is hidden. */
#define FOLIOT_API extern __attribute__ ((visibility ("default")))

/* The result carries ownership or an error that must be looked at. */
#define FOLIOT_WARN_UNUSED __attribute__ ((warn_unused_result))
