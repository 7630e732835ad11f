/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-macros.h>
#include <foliot/foliot-time.h>

G_BEGIN_DECLS

/**
 * FoliotDate:
 * @microseconds: since 1970-01-01T00:00:00 UTC; years 1–9999 as shown in @offset_s
 * @offset_s: seconds east of UTC in which it is shown, −86 399 … 86 399
 *
 * A moment of the calendar, proleptic Gregorian without leap seconds.
 */
typedef struct
{
  gint64 microseconds;
  gint32 offset_s;
} FoliotDate;

/**
 * FOLIOT_TYPE_DATE:
 *
 * Boxed #FoliotDate; the type under which a serializer for DATE values is registered.
 */
#define FOLIOT_TYPE_DATE (foliot_date_get_type ())
FOLIOT_API GType foliot_date_get_type (void);

/**
 * foliot_date_parse:
 * @text: ISO 8601 as aiomas' reader (arrow 0.12.0) takes it: `YYYY-MM-DDTHH:MM:SS.ffffff+HH:MM` and its shorter forms,
 *   no offset = UTC, `Z`, `+HH`, `+HHMM`, a blank for `T`, a plain number (all digits too) = Unix seconds
 * @out_date: (out): the date
 * @error: %FOLIOT_ERROR_VALUE names the text and what was expected
 *
 * Like that reader it ignores what it does not understand behind a date: a zone's name counts as UTC, a lower-case `t`
 * cuts the time off. The seventh digit of a fraction rounds the six before it, ties to even.
 *
 * Returns: whether @out_date was set
 */
FOLIOT_API gboolean foliot_date_parse (const char *text, FoliotDate *out_date, GError **error);

/**
 * foliot_date_format:
 * @date: a date
 *
 * Returns: (transfer full): `YYYY-MM-DDTHH:MM:SS[.ffffff]+HH:MM`, six digits only when not zero; UTC is `+00:00`; an
 *   offset with seconds gives `+HH:MM:SS`
 */
FOLIOT_API char *foliot_date_format (const FoliotDate *date) FOLIOT_WARN_UNUSED;

/**
 * foliot_date_add:
 * @date: a date
 * @duration: nanoseconds, rounded to microseconds, ties to even
 *
 * Returns: @date moved by @duration, in the same offset, clamped to the years 1–9999
 */
FOLIOT_API FoliotDate foliot_date_add (const FoliotDate *date, FoliotTime duration);

/**
 * foliot_date_diff:
 *
 * Returns: @a − @b in nanoseconds, saturating at ±292 years.
 */
FOLIOT_API FoliotTime foliot_date_diff (const FoliotDate *a, const FoliotDate *b);

G_END_DECLS
