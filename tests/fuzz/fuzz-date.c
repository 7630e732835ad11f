/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <foliot/foliot-date.h>
#include <foliot/foliot-error.h>

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autofree char *formatted = NULL;
  g_autoptr (GError) error = NULL;
  FoliotDate date, again;

  if (!foliot_date_parse (text, &date, &error))
    {
      g_assert_true (g_error_matches (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE));
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return 0;
    }
  formatted = foliot_date_format (&date);
  g_assert_true (foliot_date_parse (formatted, &again, NULL));
  g_assert_cmpint (again.microseconds, ==, date.microseconds);
  g_assert_cmpint (again.offset_s, ==, date.offset_s);
  g_assert_cmpint (foliot_date_diff (&again, &date), ==, 0);
  return 0;
}
