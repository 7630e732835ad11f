/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-date.h>

/*
 * The calendar by integer arithmetic: days are counted from 1 March of the year 0, so that the leap day is the last of
 * its year (Howard Hinnant, "chrono-compatible low-level date algorithms"). GDateTime would allocate and would bring
 * zones and locales along.
 *
 * Reading follows arrow 0.12.0, the reader behind aiomas: it takes the form it recognizes and ignores what stands
 * behind it.
 */

#include "base/foliot-text-private.h"
#include <foliot/foliot-error.h>
#include <foliot/foliot-value.h>

#include <string.h>

#define MICROSECONDS_A_SECOND G_GINT64_CONSTANT (1000000)
#define SECONDS_A_DAY         G_GINT64_CONSTANT (86400)
#define MICROSECONDS_A_DAY    (SECONDS_A_DAY * MICROSECONDS_A_SECOND)
#define FIRST_DAY             G_GINT64_CONSTANT (-719162) /* 0001-01-01 */
#define LAST_DAY              G_GINT64_CONSTANT (2932896) /* 9999-12-31 */

static FoliotDate *
date_copy (FoliotDate *date)
{
  return g_memdup2 (date, sizeof *date);
}

G_DEFINE_BOXED_TYPE (FoliotDate, foliot_date, date_copy, g_free)

/* ---- the calendar ---- */

typedef struct
{
  int year, month, day;
} Civil;

static gint64
floor_div (gint64 number, gint64 divisor)
{
  return number / divisor - (number % divisor < 0);
}

/* Days since 1970-01-01; the year is at least 1. */
static gint64
days_from_civil (const Civil *civil)
{
  int year = civil->year - (civil->month <= 2), era = year / 400;
  int of_era = year - era * 400;
  int of_year = (153 * (civil->month + (civil->month > 2 ? -3 : 9)) + 2) / 5 + civil->day - 1;

  return (gint64) era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static Civil
civil_from_days (gint64 days)
{
  gint64 since = days + 719468, era = floor_div (since, 146097);
  int of_era = (int) (since - era * 146097);
  int year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  int of_year = of_era - (365 * year + year / 4 - year / 100);
  int month = (5 * of_year + 2) / 153;
  Civil civil = { .day = of_year - (153 * month + 2) / 5 + 1, .month = month < 10 ? month + 3 : month - 9 };

  civil.year = (int) (era * 400) + year + (civil.month <= 2);
  return civil;
}

static int
days_in_month (int year, int month)
{
  gboolean leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  static const guint8 days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

  return days[month - 1] + (month == 2 && leap);
}

/* The years 1–9999 in the date's own offset, as microseconds since 1970 in UTC. */
static gint64
first_moment (gint32 offset_s)
{
  return FIRST_DAY * MICROSECONDS_A_DAY - offset_s * MICROSECONDS_A_SECOND;
}

static gint64
last_moment (gint32 offset_s)
{
  return (LAST_DAY + 1) * MICROSECONDS_A_DAY - 1 - offset_s * MICROSECONDS_A_SECOND;
}

static gboolean
is_in_range (const FoliotDate *date)
{
  return date->microseconds >= first_moment (date->offset_s)
         && date->microseconds <= last_moment (date->offset_s);
}

/* ---- reading ---- */

static gboolean
read_digits (const char **at, int n_digits, int *out_number)
{
  int number = 0;

  for (int i = 0; i < n_digits; i++)
    {
      if (!g_ascii_isdigit ((*at)[i]))
        return FALSE;
      number = number * 10 + ((*at)[i] - '0');
    }
  *at += n_digits;
  *out_number = number;
  return TRUE;
}

static gboolean
read_char (const char **at, char expected)
{
  if (**at != expected)
    return FALSE;
  (*at)++;
  return TRUE;
}

/* YYYY, YYYY-MM or YYYY-MM-DD with one separator of - / . */
static gboolean
read_short_date (const char **at, Civil *civil)
{
  char separator;
  const char *next;

  civil->month = civil->day = 1;
  if (!read_digits (at, 4, &civil->year))
    return FALSE;
  separator = **at;
  if (separator == '\0' || strchr ("-/.", separator) == NULL)
    return TRUE;
  next = *at + 1;
  if (!read_digits (&next, 2, &civil->month))
    return TRUE;
  *at = next;
  if (read_char (&next, separator) && read_digits (&next, 2, &civil->day))
    *at = next;
  return TRUE;
}

/* Microseconds of a fraction: six digits, rounded to even by the seventh alone, as arrow does. */
static gboolean
read_fraction (const char **at, gint64 *out_microseconds)
{
  int digits[7] = { 0 }, n_digits = 0;
  gint64 microseconds = 0;

  for (; g_ascii_isdigit (**at); (*at)++, n_digits++)
    if (n_digits < 7)
      digits[n_digits] = **at - '0';
  for (int i = 0; i < 6; i++)
    microseconds = microseconds * 10 + digits[i];
  if (digits[6] > 5 || (digits[6] == 5 && digits[5] % 2 == 1))
    microseconds++;
  *out_microseconds = microseconds;
  return n_digits > 0;
}

/* ±HH, ±HHMM or ±HH:MM, less than a day. */
static gboolean
read_offset (const char **at, gint32 *out_offset_s)
{
  gboolean west = **at == '-';
  int hours, minutes = 0;
  const char *next;

  if ((**at != '+' && **at != '-'))
    return FALSE;
  (*at)++;
  if (!read_digits (at, 2, &hours))
    return FALSE;
  next = *at + (**at == ':');
  if (read_digits (&next, 2, &minutes))
    *at = next;
  *out_offset_s = (hours * 60 + minutes) * 60 * (west ? -1 : 1);
  return ABS (*out_offset_s) < SECONDS_A_DAY;
}

/* HH:MM[:SS[.f…]][±offset]. Which parts must be there follows from the signs, colons and points that are. */
static gboolean
read_time (const char *at, gint64 *out_microseconds, gint32 *out_offset_s)
{
  gsize length = strcspn (at, "+-");
  gboolean has_offset = at[length] != '\0';
  gsize to_point = strcspn (at, ".,");
  const char *colon = memchr (at, ':', length);
  gboolean has_seconds = colon != NULL && memchr (colon + 1, ':', length - (gsize) (colon + 1 - at)) != NULL;
  int hour, minute, second = 0;
  gint64 microseconds = 0;

  if (!read_digits (&at, 2, &hour) || !read_char (&at, ':') || !read_digits (&at, 2, &minute))
    return FALSE;
  if ((has_seconds || to_point < length) && (!read_char (&at, ':') || !read_digits (&at, 2, &second)))
    return FALSE;
  if (to_point < length)
    {
      if (*at != '.' && *at != ',')
        return FALSE;
      at++;
      if (!read_fraction (&at, &microseconds))
        return FALSE;
    }
  if (has_offset && !read_offset (&at, out_offset_s))
    return FALSE;
  *out_microseconds = (hour * 3600 + minute * 60 + second) * MICROSECONDS_A_SECOND + microseconds;
  return hour <= 23 && minute <= 59 && second <= 59;
}

static gboolean
parse_calendar (const char *text, FoliotDate *date)
{
  Civil civil;
  gint64 time = 0;
  gsize length = strcspn (text, "T "), full_date = strlen ("YYYY-MM-DD");

  date->offset_s = 0;
  if (text[length] == '\0')
    {
      if (!read_short_date (&text, &civil))
        return FALSE;
    }
  else
    {
      const char *at = text;

      if (!read_short_date (&at, &civil) || at != text + full_date || text[4] != '-' || length != full_date
          || strchr (at + 1, ' ') != NULL || !read_time (at + 1, &time, &date->offset_s))
        return FALSE;
    }
  if (civil.year < 1 || civil.month < 1 || civil.month > 12 || civil.day < 1
      || civil.day > days_in_month (civil.year, civil.month))
    return FALSE;
  date->microseconds
      = days_from_civil (&civil) * MICROSECONDS_A_DAY + time - date->offset_s * MICROSECONDS_A_SECOND;
  return is_in_range (date);
}

/* Whether @text is a plain number: [sign]digits[.digits][e[sign]digits]. */
static gboolean
is_number (const char *text)
{
  gsize whole, fraction = 0;

  text += *text == '-' || *text == '+';
  text += whole = strspn (text, "0123456789");
  if (*text == '.')
    text += 1 + (fraction = strspn (text + 1, "0123456789"));
  if (whole + fraction == 0)
    return FALSE;
  if (*text == 'e' || *text == 'E')
    {
      text += text[1] == '-' || text[1] == '+' ? 2 : 1;
      if (!g_ascii_isdigit (*text))
        return FALSE;
      text += strspn (text, "0123456789");
    }
  return *text == '\0';
}

/* Unix seconds; whole and fraction are split first, as Python does, so that the fraction keeps its digits. */
static gboolean
parse_unix (const char *text, FoliotDate *date)
{
  double seconds, fraction;
  gint64 whole, rounded;

  text += *text == '+';
  seconds = foliot_double_parse (text, strlen (text));
  if (!(seconds > -1e12 && seconds < 1e12))
    return FALSE;
  whole = (gint64) seconds;
  fraction = (seconds - (double) whole) * 1e6;
  rounded = (gint64) fraction;
  fraction -= (double) rounded;
  if (ABS (fraction) > 0.5 || (ABS (fraction) == 0.5 && rounded % 2 != 0))
    rounded += fraction > 0 ? 1 : -1;
  *date = (FoliotDate){ .microseconds = whole * MICROSECONDS_A_SECOND + rounded, .offset_s = 0 };
  return is_in_range (date);
}

gboolean
foliot_date_parse (const char *text, FoliotDate *out_date, GError **error)
{
  g_autofree char *stripped = NULL, *quoted = NULL;
  FoliotDate date;

  g_return_val_if_fail (text != NULL && out_date != NULL, FALSE);
  stripped = g_strstrip (g_strdup (text));
  if (is_number (stripped) ? parse_unix (stripped, &date) : parse_calendar (stripped, &date))
    {
      *out_date = date;
      return TRUE;
    }
  quoted = _foliot_text_dup_valid (text);
  g_set_error (
      error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
      "Cannot read \"%s\" as a date: expected YYYY-MM-DD[THH:MM[:SS[.ffffff]][+HH:MM]] of the years 1–9999, "
      "or Unix seconds",
      quoted);
  return FALSE;
}

/* ---- writing and arithmetic ---- */

static void
append_offset (GString *text, gint32 offset_s)
{
  int seconds = ABS (offset_s);

  g_string_append_printf (text, "%c%02d:%02d", offset_s < 0 ? '-' : '+', seconds / 3600, seconds / 60 % 60);
  if (seconds % 60 != 0)
    g_string_append_printf (text, ":%02d", seconds % 60);
}

char *
foliot_date_format (const FoliotDate *date)
{
  gint64 local, days, of_day;
  int seconds;
  Civil civil;
  GString *text;

  g_return_val_if_fail (date != NULL, NULL);
  g_return_val_if_fail (ABS (date->offset_s) < SECONDS_A_DAY && is_in_range (date), NULL);
  local = date->microseconds + date->offset_s * MICROSECONDS_A_SECOND;
  days = floor_div (local, MICROSECONDS_A_DAY);
  of_day = local - days * MICROSECONDS_A_DAY;
  seconds = (int) (of_day / MICROSECONDS_A_SECOND);
  civil = civil_from_days (days);
  text = g_string_sized_new (40);
  g_string_append_printf (text, "%04d-%02d-%02dT%02d:%02d:%02d", civil.year, civil.month, civil.day,
                          seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (of_day % MICROSECONDS_A_SECOND != 0)
    g_string_append_printf (text, ".%06d", (int) (of_day % MICROSECONDS_A_SECOND));
  append_offset (text, date->offset_s);
  return g_string_free (text, FALSE);
}

FoliotDate
foliot_date_add (const FoliotDate *date, FoliotTime duration)
{
  FoliotDate sum = { 0 };
  gint64 moved, left;

  g_return_val_if_fail (date != NULL, sum);
  moved = floor_div (duration, FOLIOT_MICROSECOND);
  left = (duration % FOLIOT_MICROSECOND + FOLIOT_MICROSECOND) % FOLIOT_MICROSECOND;
  if (left > FOLIOT_MICROSECOND / 2 || (left == FOLIOT_MICROSECOND / 2 && moved % 2 != 0))
    moved++;
  sum = *date;
  sum.microseconds
      = CLAMP (date->microseconds + moved, first_moment (date->offset_s), last_moment (date->offset_s));
  return sum;
}

FoliotTime
foliot_date_diff (const FoliotDate *a, const FoliotDate *b)
{
  gint64 difference;
  FoliotTime duration;

  g_return_val_if_fail (a != NULL && b != NULL, 0);
  difference = a->microseconds - b->microseconds;
  if (__builtin_mul_overflow (difference, FOLIOT_MICROSECOND, &duration))
    return difference > 0 ? FOLIOT_TIME_NEVER : G_MININT64;
  return duration;
}
