/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot.h>

/* Values as the command prints them. */

/* A codec for JSON with dates, as agents of aiomas have it. */
FoliotCodec *foliot_print_new_codec (void);
/* Whether JSON can say it: no bytes, dates or agents, no NaN. */
gboolean foliot_print_has_json (FoliotValue *value);
/* Returns: (transfer full): one line of JSON, letters as letters; what has no JSON form in the typed notation. */
char *foliot_print_dup_value (FoliotValue *value);
/* The same of plain data, as it was read from a wire: a map with the key "__type__" is one like others there. */
gboolean foliot_print_has_plain_json (FoliotValue *value);
char *foliot_print_dup_plain (FoliotValue *value);
/* Returns: (transfer full): @text without what would move a terminal's cursor. */
char *foliot_print_dup_line (const char *text);
