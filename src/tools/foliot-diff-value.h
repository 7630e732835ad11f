/* SPDX-License-Identifier: MIT */
#pragma once

#include "tools/foliot-event-reader.h"

/* What events carried, in words: whole, and where two of them part. */

/* Returns: (transfer full): a call as people write one, everything else as it prints. */
char *foliot_diff_content_print (const FoliotContent *content);
/*
 * foliot_diff_contents_find:
 * @a: of FoliotContent
 * @out_a: (out): what stands there in @a
 *
 * Returns: (transfer full) (nullable): the first place in which they differ, `args[0].limit`; '' is the whole; %NULL if there is none.
 */
char *foliot_diff_contents_find (GPtrArray *a, GPtrArray *b, char **out_a, char **out_b);
