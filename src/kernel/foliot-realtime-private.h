/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* foliot-realtime.c: the only file that reads the clock of the machine. */

/* Monotonic, for pacing and for limits of holds. */
gint64 foliot_realtime_now_us (void);
/* Of the calendar: microseconds since 1970, UTC. */
gint64 foliot_realtime_utc_us (void);
