/* SPDX-License-Identifier: MIT */
#include "base/foliot-double-private.h"

#include <foliot/foliot-value.h>

#include <float.h>
#include <locale.h>
#include <math.h>
#include <string.h>

static double
from_bits (guint64 bits)
{
  double value;
  memcpy (&value, &bits, sizeof value);
  return value;
}

static guint64
to_bits (double value)
{
  guint64 bits;
  memcpy (&bits, &value, sizeof bits);
  return bits;
}

static double
parse (const char *text)
{
  return foliot_double_parse (text, strlen (text));
}

static guint64
next_random (guint64 *state)
{
  *state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15); /* SplitMix64 */
  guint64 z = *state;
  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

/* Texts as Python 3 prints them. */
static void
test_format (void)
{
  static const struct
  {
    double value;
    const char *text;
  } cases[] = {
    { 0.0, "0.0" },
    { -0.0, "-0.0" },
    { 1.0, "1.0" },
    { -2.0, "-2.0" },
    { 0.1, "0.1" },
    { 0.1 + 0.2, "0.30000000000000004" },
    { 100.0, "100.0" },
    { 1.0 / 3.0, "0.3333333333333333" },
    { 123456.789, "123456.789" },
    { 0.0001, "0.0001" },
    { 0.00012345, "0.00012345" },
    { 0.00001, "1e-05" },
    { 1e-07, "1e-07" },
    { 1.5e-10, "1.5e-10" },
    { 1e15, "1000000000000000.0" },
    { 9999999999999998.0, "9999999999999998.0" },
    { 1e16, "1e+16" },
    { 12345678901234567.0, "1.2345678901234568e+16" },
    { 9007199254740993.0, "9007199254740992.0" },
    { 1e22, "1e+22" },
    { 1e23, "1e+23" },
    { 9.5367431640625e-07, "9.5367431640625e-07" },
    { 5e-324, "5e-324" },
    { DBL_MIN, "2.2250738585072014e-308" },
    { 2.225073858507201e-308, "2.225073858507201e-308" },
    { DBL_MAX, "1.7976931348623157e+308" },
    { -DBL_MAX, "-1.7976931348623157e+308" },
    { 1e100, "1e+100" },
    { 4.35, "4.35" },
    { 2.98023223876953125e-8, "2.9802322387695312e-08" },
    { 9.109e-31, "9.109e-31" },
    { INFINITY, "inf" },
    { -INFINITY, "-inf" },
    { NAN, "nan" },
  };
  char buffer[32];

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_true (foliot_double_format (cases[i].value, buffer) == buffer);
      g_assert_cmpstr (buffer, ==, cases[i].text);
    }
  g_assert_cmpstr (foliot_double_format (from_bits (G_GUINT64_CONSTANT (0xfff8000000000001)), buffer), ==,
                   "nan");
}

static gsize
count_digits (const char *text)
{
  g_autofree char *digits = g_strndup (text, strcspn (text, "e"));
  gsize n = 0, n_zeros = 0;

  for (const char *at = digits; *at != '\0'; at++)
    if (g_ascii_isdigit (*at) && (n > 0 || *at != '0'))
      {
        n++;
        n_zeros = *at == '0' ? n_zeros + 1 : 0;
      }
  return n - n_zeros;
}

/* Reads back the same, and the nearest decimal with one digit less does not. The C library is the witness. */
static void
assert_shortest (double value)
{
  char buffer[32], shorter[64];
  gsize n_digits;

  foliot_double_format (value, buffer);
  g_assert_cmpuint (strlen (buffer), <, sizeof buffer);
  g_assert_cmphex (to_bits (g_ascii_strtod (buffer, NULL)), ==, to_bits (value));
  g_assert_cmphex (to_bits (parse (buffer)), ==, to_bits (value));
  n_digits = count_digits (buffer);
  g_assert_cmpuint (n_digits, <=, 17);
  if (n_digits >= 2)
    {
      g_autofree char *format = g_strdup_printf ("%%.%ue", (guint) n_digits - 2);

      g_ascii_formatd (shorter, sizeof shorter, format, value);
      g_assert_cmphex (to_bits (g_ascii_strtod (shorter, NULL)), !=, to_bits (value));
    }
}

static void
test_random_bits (void)
{
  guint64 state = 1;

  for (int i = 0; i < 50000; i++)
    {
      double value = from_bits (next_random (&state));

      if (value - value == 0.0)
        assert_shortest (value);
    }
}

static void
test_borders (void)
{
  for (guint64 exponent = 0; exponent < 0x7ff; exponent++)
    {
      if (exponent > 0)
        assert_shortest (from_bits (exponent << 52));
      assert_shortest (from_bits (exponent << 52 | 1));
      assert_shortest (from_bits ((exponent << 52) + G_GUINT64_CONSTANT (0xfffffffffffff)));
    }
  for (int power = -323; power <= 308; power++)
    {
      g_autofree char *text = g_strdup_printf ("1e%d", power);
      guint64 bits = to_bits (parse (text));

      assert_shortest (from_bits (bits - 1));
      assert_shortest (from_bits (bits));
      assert_shortest (from_bits (bits + 1));
    }
}

static void
test_parse (void)
{
  static const struct
  {
    const char *text;
    guint64 bits;
  } cases[] = {
    { "0", 0 },
    { "-0", G_GUINT64_CONSTANT (0x8000000000000000) },
    { "-0.0", G_GUINT64_CONSTANT (0x8000000000000000) },
    { "1", G_GUINT64_CONSTANT (0x3ff0000000000000) },
    { "1E5", G_GUINT64_CONSTANT (0x40f86a0000000000) },
    { "1e+5", G_GUINT64_CONSTANT (0x40f86a0000000000) },
    { "0.1", G_GUINT64_CONSTANT (0x3fb999999999999a) },
    { "100e-3", G_GUINT64_CONSTANT (0x3fb999999999999a) },
    { "1e22", G_GUINT64_CONSTANT (0x4480f0cf064dd592) },
    { "1e23", G_GUINT64_CONSTANT (0x44b52d02c7e14af6) },
    { "9007199254740992", G_GUINT64_CONSTANT (0x4340000000000000) },
    { "9007199254740993", G_GUINT64_CONSTANT (0x4340000000000000) },
    { "9007199254740993.00000000000000000000000000000000000000000000000000000000001",
      G_GUINT64_CONSTANT (0x4340000000000001) },
    { "2.2250738585072011e-308", G_GUINT64_CONSTANT (0x000fffffffffffff) },
    { "2.4703282292062327e-324", 0 },
    { "2.4703282292062328e-324", 1 },
    { "1.7976931348623158e308", G_GUINT64_CONSTANT (0x7fefffffffffffff) },
    { "1.7976931348623159e308", G_GUINT64_CONSTANT (0x7ff0000000000000) },
    { "1e400", G_GUINT64_CONSTANT (0x7ff0000000000000) },
    { "-1e99999999999", G_GUINT64_CONSTANT (0xfff0000000000000) },
    { "1e-99999999999", 0 },
    { "0e99999999999", 0 },
    { "inf", G_GUINT64_CONSTANT (0x7ff0000000000000) },
    { "-inf", G_GUINT64_CONSTANT (0xfff0000000000000) },
    { "nan", G_GUINT64_CONSTANT (0x7ff8000000000000) },
    { "123456789012345678901234567890", G_GUINT64_CONSTANT (0x45f8ee90ff6c373e) },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmphex (to_bits (parse (cases[i].text)), ==, cases[i].bits);
}

static void
test_parse_is_bounded (void)
{
  g_autofree char *digits = g_strnfill (5000, '7');
  g_autofree char *fraction = g_strdup_printf ("0.%05000d1", 0);

  g_assert_cmpfloat (foliot_double_parse ("1234", 2), ==, 12.0);
  g_assert_cmpfloat (foliot_double_parse ("1.5e300", 3), ==, 1.5);
  g_assert_true (isinf (parse (digits)));
  g_assert_cmpfloat (parse (fraction), ==, 0.0);
}

/* Short decimals, which take the exact path, as the C library reads them. */
static void
test_parse_agrees_with_strtod (void)
{
  guint64 state = 2;

  for (int i = 0; i < 50000; i++)
    {
      guint64 random = next_random (&state);
      g_autofree char *text
          = g_strdup_printf ("%s%" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT "e%d", random & 1 ? "-" : "",
                             next_random (&state) >> (random >> 8 & 63),
                             next_random (&state) >> (random >> 16 & 63), (int) (random >> 24 & 63) - 32);

      g_assert_cmphex (to_bits (parse (text)), ==, to_bits (g_ascii_strtod (text, NULL)));
    }
}

static void
test_locale (void)
{
  char buffer[32];

  if (setlocale (LC_ALL, "de_DE.UTF-8") == NULL)
    {
      g_test_skip ("no German locale here");
      return;
    }
  g_assert_cmpstr (foliot_double_format (1234567.5, buffer), ==, "1234567.5");
  g_assert_cmpfloat (parse ("1234567.5"), ==, 1234567.5);
  g_assert_cmpfloat (parse ("0.12345678901234567890123"), ==, 0.12345678901234568);
  setlocale (LC_ALL, "C");
}

static void
test_integer_in_full (void)
{
  char digits[FOLIOT_DOUBLE_INTEGER_SIZE];

  g_assert_cmpuint (_foliot_double_format_integer (18446744073709551616.0, digits), ==, 20);
  g_assert_cmpstr (digits, ==, "18446744073709551616");
  _foliot_double_format_integer (-1e23, digits);
  g_assert_cmpstr (digits, ==, "-99999999999999991611392");
  _foliot_double_format_integer (1e18, digits);
  g_assert_cmpstr (digits, ==, "1000000000000000000");
  _foliot_double_format_integer (3.0, digits);
  g_assert_cmpstr (digits, ==, "3");
  _foliot_double_format_integer (0.0, digits);
  g_assert_cmpstr (digits, ==, "0");
  g_assert_cmpuint (_foliot_double_format_integer (-DBL_MAX, digits), ==, 310);
  g_assert_true (g_str_has_prefix (digits, "-179769313486231570814527423731704356798070567525844996598917"));
  g_assert_true (g_str_has_suffix (digits, "274797826204144723168738177180919299881250404026184124858368"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/double/format", test_format);
  g_test_add_func ("/double/random-bits", test_random_bits);
  g_test_add_func ("/double/borders", test_borders);
  g_test_add_func ("/double/parse", test_parse);
  g_test_add_func ("/double/parse-is-bounded", test_parse_is_bounded);
  g_test_add_func ("/double/parse-agrees-with-strtod", test_parse_agrees_with_strtod);
  g_test_add_func ("/double/locale", test_locale);
  g_test_add_func ("/double/integer-in-full", test_integer_in_full);
  return g_test_run ();
}
