/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot.h>

/* What --events says: which events of a run are kept in its results. */
typedef struct
{
  FoliotKeep keep;
  guint64 from, to; /* 0: as in FoliotWorldOptions */
} FoliotKept;

/* @text: (nullable): `first`, which is the default, `all`, `none`, or FROM:TO by the numbers of the events, from 1. */
gboolean foliot_kept_parse (const char *text, FoliotKept *out_kept, GError **error);
void foliot_kept_apply (const FoliotKept *kept, FoliotWorldOptions *options);
