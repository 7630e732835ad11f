/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-codec.h>

#include <math.h>

/*
 * aiomas 2.0.1 `util.arrow_serializer`: a date is its ISO text. Its reader also takes numbers, as seconds since 1970,
 * and null, as now; that last one is refused, since a message must mean the same whenever it is read.
 */

/* 0001-01-01 and 9999-12-31T23:59:59 in seconds since 1970. */
#define FIRST_SECOND (-G_GINT64_CONSTANT (62135596800))
#define LAST_SECOND  G_GINT64_CONSTANT (253402300799)

static FoliotValue *
serialize_date (FoliotValue *object, gpointer user_data, GError **error)
{
  g_autofree char *text = foliot_date_format (foliot_value_get_date (object));

  return foliot_value_new_string (text);
}

/* Microseconds are rounded half to even, as Python does. */
static gboolean
seconds_to_date (double seconds, FoliotDate *out_date)
{
  double whole = trunc (seconds);

  if (!(whole >= (double) FIRST_SECOND && whole <= (double) LAST_SECOND))
    return FALSE;
  out_date->microseconds
      = (gint64) whole * G_USEC_PER_SEC + (gint64) rint ((seconds - whole) * G_USEC_PER_SEC);
  out_date->offset_s = 0;
  return out_date->microseconds >= FIRST_SECOND * G_USEC_PER_SEC
         && out_date->microseconds < (LAST_SECOND + 1) * G_USEC_PER_SEC;
}

static gboolean
parse_text (FoliotValue *text, FoliotDate *out_date, GError **error)
{
  gsize length;
  const char *chars = foliot_value_get_string (text, &length);

  if (strlen (chars) == length)
    return foliot_date_parse (chars, out_date, error);
  g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
                       "A date with a NUL character: expected ISO 8601");
  return FALSE;
}

static FoliotValue *
deserialize_date (FoliotValue *representation, gpointer user_data, GError **error)
{
  FoliotDate date = { 0, 0 };
  FoliotValueKind kind = foliot_value_get_kind (representation);

  if (kind == FOLIOT_VALUE_STRING)
    return parse_text (representation, &date, error) ? foliot_value_new_date (&date) : NULL;
  if ((kind == FOLIOT_VALUE_INT || kind == FOLIOT_VALUE_DOUBLE)
      && seconds_to_date (foliot_value_get_double (representation), &date))
    return foliot_value_new_date (&date);
  {
    g_autofree char *text = foliot_value_print (representation);

    g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
                 "%s is no date: expected ISO 8601 text or seconds since 1970, in the years 1 to 9999", text);
  }
  return NULL;
}

const FoliotSerializer *
foliot_codec_get_date_serializer (void)
{
  static FoliotSerializer serializer = { G_TYPE_INVALID, serialize_date, deserialize_date, NULL };

  serializer.type = FOLIOT_TYPE_DATE;
  return &serializer;
}
