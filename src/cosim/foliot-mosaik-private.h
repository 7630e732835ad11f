/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-mosaik.h>

G_BEGIN_DECLS

/*
 * Failures on mosaik's wire: a list of texts, of which the first is the class, the second the message, and the rest lines of a trace. Its receiver
 * hangs for ever on anything else.
 */

/* @where: what failed, "step at 900 of MAS-0". Returns: (transfer full): what a failure reply carries. */
FoliotValue *_foliot_mosaik_error_to_wire (const GError *error, const char *where);
/* @request: what was asked. @content: what came, in whatever form. Returns: (transfer full): FOLIOT_MOSAIK_ERROR. */
GError *_foliot_mosaik_error_new_remote (const char *request, FoliotValue *content);

G_END_DECLS
