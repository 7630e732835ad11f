/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-time.h>

/*
 * Nanoseconds are exact, seconds as doubles are not, so each crossing is done in 128-bit integers and rounded once:
 * what goes out as a double comes back as the same nanosecond wherever the double is fine enough.
 */

#include "base/foliot-text-private.h"
#include <foliot/foliot-error.h>
#include <foliot/foliot-value.h>

#include <string.h>

typedef unsigned __int128 Wide;

FoliotTime
foliot_time_add (FoliotTime time, FoliotTime duration)
{
  FoliotTime sum;

  if (time == FOLIOT_TIME_NEVER || duration == FOLIOT_TIME_NEVER)
    return FOLIOT_TIME_NEVER;
  if (__builtin_add_overflow (time, duration, &sum))
    return duration > 0 ? FOLIOT_TIME_NEVER : G_MININT64;
  return sum;
}

/* @magnitude nanoseconds with a sign, if that is a time and not the one that means never. */
static gboolean
to_time (Wide magnitude, gboolean negative, FoliotTime *out_time)
{
  Wide limit = negative ? (Wide) G_MAXINT64 + 1 : (Wide) G_MAXINT64 - 1;

  if (magnitude > limit)
    return FALSE;
  *out_time = negative ? (FoliotTime) (0 - (guint64) magnitude) : (FoliotTime) magnitude;
  return TRUE;
}

static Wide
divide_half_even (Wide number, Wide divisor)
{
  Wide quotient = number / divisor, twice = number % divisor * 2;

  return quotient + (twice > divisor || (twice == divisor && (quotient & 1) != 0));
}

/* ---- doubles ---- */

gboolean
foliot_time_from_seconds (double seconds, FoliotTime *out_time, GError **error)
{
  char text[32];
  guint64 bits;
  int exponent;
  Wide product;

  g_return_val_if_fail (out_time != NULL, FALSE);
  memcpy (&bits, &seconds, sizeof bits);
  exponent = (int) (bits >> 52 & 0x7ff) - 1075;
  product = (Wide) ((bits & G_GUINT64_CONSTANT (0xfffffffffffff)) | G_GUINT64_CONSTANT (0x10000000000000))
            * FOLIOT_SECOND; /* below 2^83 */
  if (exponent < -90)
    product = 0; /* a subnormal among them */
  else if (exponent < 0)
    product = divide_half_even (product, (Wide) 1 << -exponent);
  if (exponent <= 0 && to_time (product, bits >> 63, out_time))
    return TRUE;
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
               "%s seconds cannot be a simulated time: expected a number within ±292 years",
               foliot_double_format (seconds, text));
  return FALSE;
}

double
foliot_time_to_seconds (FoliotTime time)
{
  gboolean negative = time < 0;
  guint64 magnitude = negative ? 0 - (guint64) time : (guint64) time;
  Wide scaled;
  double seconds;

  if (magnitude <= G_GUINT64_CONSTANT (1) << 53)
    return (double) time / 1e9; /* both exact: one rounding */
  /* 63 bits or more, and the lowest one says whether something was lost: the conversion is the one rounding. */
  scaled = (Wide) magnitude << 40;
  seconds = (double) (scaled / FOLIOT_SECOND | (scaled % FOLIOT_SECOND != 0)) / 1099511627776.0;
  return negative ? -seconds : seconds;
}

/* ---- text ---- */

static const struct
{
  const char *name;
  FoliotTime length;
} units[] = {
  { "", FOLIOT_SECOND },        { "ns", FOLIOT_NANOSECOND }, { "us", FOLIOT_MICROSECOND },
  { "ms", FOLIOT_MILLISECOND }, { "s", FOLIOT_SECOND },      { "min", FOLIOT_MINUTE },
  { "h", FOLIOT_HOUR },         { "d", FOLIOT_DAY },
};

static const char *
skip_blanks (const char *at)
{
  while (*at == ' ' || *at == '\t')
    at++;
  return at;
}

/* The unit that is all of @text, but for blanks around it; 0 if there is none. */
static FoliotTime
parse_unit (const char *text)
{
  gsize length;

  text = skip_blanks (text);
  length = strlen (text);
  while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
    length--;
  for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
    if (strlen (units[i].name) == length && memcmp (units[i].name, text, length) == 0)
      return units[i].length;
  return 0;
}

/* 10^24 × a day's 2^47 nanoseconds is just below 2^128. */
#define MAX_DECIMALS 24

/* Reads d*[.d*] with at least one digit into @number / @scale; NULL if it is none or has too many digits. */
static const char *
parse_number (const char *at, Wide *out_whole, Wide *out_fraction, Wide *out_scale)
{
  gsize n_digits = 0, n_decimals = 0;

  *out_whole = *out_fraction = 0;
  *out_scale = 1;
  for (; g_ascii_isdigit (*at); at++, n_digits++)
    {
      *out_whole = *out_whole * 10 + (Wide) (*at - '0');
      if (*out_whole > G_MAXUINT64)
        return NULL;
    }
  if (*at == '.')
    for (at++; g_ascii_isdigit (*at); at++, n_decimals++)
      {
        if (n_decimals == MAX_DECIMALS)
          return NULL;
        *out_fraction = *out_fraction * 10 + (Wide) (*at - '0');
        *out_scale *= 10;
      }
  return n_digits + n_decimals > 0 ? at : NULL;
}

static gboolean
parse_time (const char *text, FoliotTime *out_time)
{
  Wide whole, fraction, scale;
  FoliotTime unit;
  gboolean negative;
  const char *at = skip_blanks (text);

  if (strcmp (at, "never") == 0)
    {
      *out_time = FOLIOT_TIME_NEVER;
      return TRUE;
    }
  negative = *at == '-';
  if (*at == '-' || *at == '+')
    at++;
  at = parse_number (at, &whole, &fraction, &scale);
  if (at == NULL || (unit = parse_unit (at)) == 0)
    return FALSE;
  return to_time (whole * unit + divide_half_even (fraction * unit, scale), negative, out_time);
}

gboolean
foliot_time_parse (const char *text, FoliotTime *out_time, GError **error)
{
  g_autofree char *quoted = NULL;

  g_return_val_if_fail (text != NULL && out_time != NULL, FALSE);
  if (parse_time (text, out_time))
    return TRUE;
  quoted = _foliot_text_dup_valid (text);
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
               "Cannot read \"%s\" as a time: expected a number within ±292 years and one of the units "
               "ns, us, ms, s, min, h, d (seconds if none), such as \"15 min\" or \"2.5 s\"",
               quoted);
  return FALSE;
}

char *
foliot_time_format (FoliotTime time)
{
  guint64 magnitude = time < 0 ? 0 - (guint64) time : (guint64) time;
  guint64 fraction = magnitude % FOLIOT_SECOND;
  GString *text;

  if (time == FOLIOT_TIME_NEVER)
    return g_strdup ("never");
  text = g_string_new (time < 0 ? "-" : "");
  g_string_append_printf (text, "%" G_GUINT64_FORMAT, magnitude / FOLIOT_SECOND);
  if (fraction != 0)
    {
      g_string_append_printf (text, ".%09" G_GUINT64_FORMAT, fraction);
      while (text->str[text->len - 1] == '0')
        g_string_truncate (text, text->len - 1);
    }
  return g_string_free (text, FALSE);
}
