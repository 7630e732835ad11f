/* SPDX-License-Identifier: MIT */
#pragma once

#include "scenario/foliot-cursor.h"

/* What texts of a scenario may refer to. */
typedef struct
{
  FoliotValue *parameters; /* a map */
  gsize index;             /* of an entry with "count" */
  gsize count;             /* 0: the entry has no count */
} FoliotTemplate;

/* The value at @cursor with `$parameter`, `{index}`, `{next}`, `{previous}` and `{"each": [...]}` replaced, everywhere inside. */
FoliotValue *foliot_template_expand (const FoliotTemplate *template, const FoliotCursor *cursor,
                                     GError **error);
