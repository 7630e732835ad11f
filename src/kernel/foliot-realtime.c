/* SPDX-License-Identifier: MIT */
#include "foliot-kernel-struct.h"

/*
 * The clock of the machine, in one place. It decides only when an event runs, never which one or at which simulated
 * time under PACED; under REALTIME it is the simulated time.
 */

gint64
foliot_realtime_now_us (void)
{
  return g_get_monotonic_time ();
}

gint64
foliot_realtime_utc_us (void)
{
  return g_get_real_time ();
}

void
foliot_realtime_wait (gint64 until_us)
{
  gint64 left_us = until_us - g_get_monotonic_time ();

  if (left_us > 0)
    g_poll (NULL, 0, (gint) MIN ((left_us + 999) / 1000, G_MAXINT));
}

void
foliot_pace_restart (FoliotPace *pace, FoliotTime now)
{
  pace->base_us = g_get_monotonic_time ();
  pace->base = now;
  pace->started = TRUE;
}

FoliotTime
foliot_pace_get_time (FoliotPace *pace, FoliotTime now)
{
  double passed_ns;

  if (!pace->started)
    foliot_pace_restart (pace, now);
  passed_ns = (double) (g_get_monotonic_time () - pace->base_us) * 1000.0 * pace->factor;
  return foliot_time_add (pace->base, passed_ns < 9.2e18 ? (FoliotTime) passed_ns : FOLIOT_TIME_NEVER);
}

gint64
foliot_pace_get_due_us (const FoliotPace *pace, FoliotTime time)
{
  double left_us = ((double) time - (double) pace->base) / (1000.0 * pace->factor);

  return left_us < 9.2e18 ? pace->base_us + (gint64) left_us + 1 : G_MAXINT64;
}
