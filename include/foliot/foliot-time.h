/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-macros.h>

G_BEGIN_DECLS

/**
 * FoliotTime:
 *
 * Simulated time or a duration, in nanoseconds. Negative times are legal. There is no sentinel but
 * `FOLIOT_TIME_NEVER`, which lies after every event.
 */
typedef gint64 FoliotTime;

#define FOLIOT_TIME_NEVER  G_MAXINT64 /* later than any event: no deadline, nothing due */
#define FOLIOT_NANOSECOND  ((FoliotTime) 1)
#define FOLIOT_MICROSECOND ((FoliotTime) 1000)
#define FOLIOT_MILLISECOND ((FoliotTime) 1000000)
#define FOLIOT_SECOND      ((FoliotTime) 1000000000)
#define FOLIOT_MINUTE      (60 * FOLIOT_SECOND)
#define FOLIOT_HOUR        (60 * FOLIOT_MINUTE)
#define FOLIOT_DAY         (24 * FOLIOT_HOUR)

/**
 * foliot_time_add:
 * @time: a time
 * @duration: a duration
 *
 * Returns: @time + @duration, saturating at G_MININT64 and `FOLIOT_TIME_NEVER`; never wraps. Never plus anything is never
 */
FOLIOT_API FoliotTime foliot_time_add (FoliotTime time, FoliotTime duration);

/**
 * foliot_time_from_seconds:
 * @seconds: seconds, rounded to the nearest nanosecond, ties to even
 * @out_time: (out): the time
 * @error: %FOLIOT_ERROR_VALUE for NaN, infinities and what does not fit (beyond ±292 years)
 *
 * Returns: whether @out_time was set
 */
FOLIOT_API gboolean foliot_time_from_seconds (double seconds, FoliotTime *out_time, GError **error);

/**
 * foliot_time_to_seconds:
 *
 * Returns: @time in seconds, the nearest double.
 */
FOLIOT_API double foliot_time_to_seconds (FoliotTime time);

/**
 * foliot_time_parse:
 * @text: a number and a unit: "15 min", "2.5 s", "100ms", "1 d"; units ns us ms s min h d; a bare number is seconds
 * @out_time: (out): the time
 * @error: %FOLIOT_ERROR_VALUE names the text and what was expected
 *
 * "never" is `FOLIOT_TIME_NEVER`. A sign and blanks around the unit are taken, up to 24 decimals too, an exponent is not.
 * What is finer than a nanosecond is rounded, ties to even; independent of the locale.
 *
 * Returns: whether @out_time was set
 */
FOLIOT_API gboolean foliot_time_parse (const char *text, FoliotTime *out_time, GError **error);

/**
 * foliot_time_format:
 * @time: a time
 *
 * Returns: (transfer full): seconds as the shortest exact decimal text, without an exponent: "900", "-1", "0.25";
 *   "never" for `FOLIOT_TIME_NEVER`
 */
FOLIOT_API char *foliot_time_format (FoliotTime time) FOLIOT_WARN_UNUSED;

G_END_DECLS
