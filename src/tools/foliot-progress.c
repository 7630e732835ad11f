/* SPDX-License-Identifier: MIT */
#include "tools/foliot-progress.h"

#include <stdio.h>
#include <unistd.h>

#include "kernel/foliot-realtime-private.h"

#define PERIOD_US 200000

void
foliot_progress_begin (FoliotProgress *progress, gboolean on, FoliotTime start, FoliotTime until)
{
  gint64 now_us = foliot_realtime_now_us ();

  *progress = (FoliotProgress){ .on = on && isatty (STDERR_FILENO),
                                .start = start,
                                .until = until,
                                .begun_us = now_us,
                                .next_us = now_us + PERIOD_US };
}

static double
seconds (FoliotTime time)
{
  return (double) time / (double) FOLIOT_SECOND;
}

void
foliot_progress_show (FoliotProgress *progress, FoliotTime now, guint64 n_events)
{
  double passed_s, done_s, left_s;
  gint64 now_us;

  if (!progress->on || (now_us = foliot_realtime_now_us ()) < progress->next_us)
    return;
  progress->next_us = now_us + PERIOD_US;
  progress->shown = TRUE;
  passed_s = (double) (now_us - progress->begun_us) / 1e6;
  done_s = seconds (now - progress->start);
  left_s = done_s > 0 ? seconds (progress->until - now) * passed_s / done_s : 0;
  fprintf (stderr, "\r%.1f of %.1f s simulated, %.0f x real time, %.0f events/s, %.0f s left \033[K",
           seconds (now), seconds (progress->until), done_s / passed_s, (double) n_events / passed_s, left_s);
  fflush (stderr);
}

void
foliot_progress_end (FoliotProgress *progress)
{
  if (progress->shown)
    fprintf (stderr, "\r\033[K");
}
