/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot.h>

/* One message on a wire of aiomas or mosaik, as far as it can be understood by who only listens. */

/* Returns: (transfer full) (nullable): what it holds, be it JSON, MsgPack or MsgPackBlosc; NULL: it is something else. */
FoliotValue *foliot_message_read (GBytes *bytes);
/* Returns: (transfer full): one line: `init("S-0", time_resolution=1.0)  #0`, `#0 = null`, `#0 failed: …`, or the bytes. */
char *foliot_message_describe (GBytes *bytes);

typedef enum
{
  FOLIOT_MESSAGE_SAME,
  FOLIOT_MESSAGE_MAX_ADVANCE, /* mosaik's max_advance alone, which depends on how fast others are */
  FOLIOT_MESSAGE_OTHER,
} FoliotMessageMatch;

/*
 * By value, if both hold one: blanks, escapes and the order of keys do not count. @out_where: (transfer full) (nullable): where the
 * first difference is, as in `/2/1/0`: the content's arguments' first.
 */
FoliotMessageMatch foliot_message_compare (GBytes *expected, GBytes *actual, char **out_where);
