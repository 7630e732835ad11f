/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot.h>

/* The line a person watches while a world runs: simulated time, rate, time left. On standard error, and only on a terminal. */
typedef struct
{
  gboolean on;
  gboolean shown;
  FoliotTime start;
  FoliotTime until;
  gint64 begun_us;
  gint64 next_us;
} FoliotProgress;

void foliot_progress_begin (FoliotProgress *progress, gboolean on, FoliotTime start, FoliotTime until);
void foliot_progress_show (FoliotProgress *progress, FoliotTime now, guint64 n_events);
void foliot_progress_end (FoliotProgress *progress);
