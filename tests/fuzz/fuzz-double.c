/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <foliot/foliot-value.h>

#include <string.h>

/* The bytes once as a number's text, with the C library as the witness, and once as the bits of a double. */

static guint64
to_bits (double value)
{
  guint64 bits;
  memcpy (&bits, &value, sizeof bits);
  return bits;
}

/* [-]digits[.digits][e[±]digits]: nothing that the C library would read otherwise, such as hexadecimal. */
static gboolean
is_number (const char *text)
{
  gsize n;

  text += *text == '-';
  if ((n = strspn (text, "0123456789")) == 0)
    return FALSE;
  text += n;
  if (*text == '.')
    {
      if ((n = strspn (text + 1, "0123456789")) == 0)
        return FALSE;
      text += 1 + n;
    }
  if (*text == 'e' || *text == 'E')
    {
      text += 1 + (text[1] == '-' || text[1] == '+');
      if ((n = strspn (text, "0123456789")) == 0)
        return FALSE;
      text += n;
    }
  return *text == '\0';
}

static void
check_round_trip (double value)
{
  char buffer[32];

  foliot_double_format (value, buffer);
  g_assert_cmpuint (strlen (buffer), <, sizeof buffer);
  if (value == value)
    g_assert_cmphex (to_bits (foliot_double_parse (buffer, strlen (buffer))), ==, to_bits (value));
  else
    g_assert_cmpstr (buffer, ==, "nan");
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  double value = foliot_double_parse ((const char *) data, size);

  if (strlen (text) == size && is_number (text))
    g_assert_cmphex (to_bits (value), ==, to_bits (g_ascii_strtod (text, NULL)));
  check_round_trip (value);
  if (size >= sizeof value)
    {
      memcpy (&value, data, sizeof value);
      check_round_trip (value);
    }
  return 0;
}
