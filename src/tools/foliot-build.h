/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* Builds the module of a scenario folder that holds a meson.build, if a source is newer than what was built. @scenario: a file or folder;
 * one without a meson.build is fine as it is. @quiet: the build's output is shown only when it fails. */
gboolean foliot_build_if_needed (const char *scenario, gboolean quiet, GError **error);
