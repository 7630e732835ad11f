/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-error.h>
#include <foliot/foliot-time.h>

#include <math.h>

static void
test_add (void)
{
  g_assert_cmpint (foliot_time_add (2, 3), ==, 5);
  g_assert_cmpint (foliot_time_add (-1, -FOLIOT_SECOND), ==, -1000000001);
  g_assert_cmpint (foliot_time_add (G_MAXINT64 - 1, 1), ==, FOLIOT_TIME_NEVER);
  g_assert_cmpint (foliot_time_add (G_MAXINT64 - 1, FOLIOT_DAY), ==, FOLIOT_TIME_NEVER);
  g_assert_cmpint (foliot_time_add (G_MININT64, -1), ==, G_MININT64);
  g_assert_cmpint (foliot_time_add (G_MININT64, G_MININT64), ==, G_MININT64);
  g_assert_cmpint (foliot_time_add (FOLIOT_TIME_NEVER, -FOLIOT_DAY), ==, FOLIOT_TIME_NEVER);
  g_assert_cmpint (foliot_time_add (-FOLIOT_DAY, FOLIOT_TIME_NEVER), ==, FOLIOT_TIME_NEVER);
}

static void
assert_from_seconds (double seconds, FoliotTime expected)
{
  g_autoptr (GError) error = NULL;
  FoliotTime time = 42;

  g_assert_true (foliot_time_from_seconds (seconds, &time, &error));
  g_assert_no_error (error);
  g_assert_cmpint (time, ==, expected);
}

static void
assert_not_from_seconds (double seconds)
{
  g_autoptr (GError) error = NULL;
  FoliotTime time = 42;

  g_assert_false (foliot_time_from_seconds (seconds, &time, &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE);
  g_assert_cmpint (time, ==, 42);
}

static void
test_from_seconds (void)
{
  assert_from_seconds (0.0, 0);
  assert_from_seconds (-0.0, 0);
  assert_from_seconds (5e-324, 0);
  assert_from_seconds (1.0, FOLIOT_SECOND);
  assert_from_seconds (-1.0, -FOLIOT_SECOND);
  assert_from_seconds (0.1, 100000000);
  assert_from_seconds (900.25, 900250000000);
  assert_from_seconds (1e-9, 1);
  assert_from_seconds (4.9e-10, 0);
  /* 2^-10 s = 976562.5 ns and 3 × 2^-10 s = 2929687.5 ns are ties: to even */
  assert_from_seconds (0.0009765625, 976562);
  assert_from_seconds (0.0029296875, 2929688);
  assert_from_seconds (-0.0009765625, -976562);
  /* seconds × 1e9 in doubles would round twice and give …072 */
  assert_from_seconds (4503599.627370497, 4503599627370497);
  assert_from_seconds (9223372036.0, 9223372036000000000);
  assert_from_seconds (-9223372036.0, -9223372036000000000);
}

static void
test_from_seconds_out_of_range (void)
{
  assert_not_from_seconds (9223372036.854776);
  assert_not_from_seconds (-9223372036.854778);
  assert_not_from_seconds (9007199254740992.0);
  assert_not_from_seconds (1.8e19);
  assert_not_from_seconds (1.7e308);
  assert_not_from_seconds (INFINITY);
  assert_not_from_seconds (-INFINITY);
  assert_not_from_seconds (NAN);
}

static void
test_to_seconds (void)
{
  g_assert_cmpfloat (foliot_time_to_seconds (0), ==, 0.0);
  g_assert_cmpfloat (foliot_time_to_seconds (1), ==, 1e-9);
  g_assert_cmpfloat (foliot_time_to_seconds (-FOLIOT_MINUTE), ==, -60.0);
  g_assert_cmpfloat (foliot_time_to_seconds (100000000), ==, 0.1);
  /* beyond 2^53 ns; the expected texts are Python's float(Fraction(n, 10**9)) */
  g_assert_cmpfloat (foliot_time_to_seconds (31536000123456789), ==, 31536000.123456787);
  g_assert_cmpfloat (foliot_time_to_seconds (9007199254740993), ==, 9007199.254740993);
  /* time / 1e9 in doubles would round twice and give …69 */
  g_assert_cmpfloat (foliot_time_to_seconds (123456789012345678), ==, 123456789.01234567);
  g_assert_cmpfloat (foliot_time_to_seconds (-9223372036854775807), ==, -9223372036.854776);
  g_assert_cmpfloat (foliot_time_to_seconds (G_MININT64), ==, -9223372036.854776);
}

static void
test_seconds_round_trip (void)
{
  guint64 state = 1;

  for (int i = 0; i < 10000; i++)
    {
      FoliotTime time, again;

      state = state * G_GUINT64_CONSTANT (6364136223846793005) + 1442695040888963407;
      time = (FoliotTime) (state >> 12)
             - (G_GINT64_CONSTANT (1) << 51); /* below 2^52 ns a double is fine enough */
      g_assert_true (foliot_time_from_seconds (foliot_time_to_seconds (time), &again, NULL));
      g_assert_cmpint (again, ==, time);
    }
}

static void
test_parse (void)
{
  static const struct
  {
    const char *text;
    FoliotTime time;
  } cases[] = {
    { "15 min", 15 * FOLIOT_MINUTE },
    { "2.5 s", 2500 * FOLIOT_MILLISECOND },
    { "100ms", 100 * FOLIOT_MILLISECOND },
    { "1 d", FOLIOT_DAY },
    { "3 us", 3 * FOLIOT_MICROSECOND },
    { "7 ns", 7 },
    { "2h", 2 * FOLIOT_HOUR },
    { "90", 90 * FOLIOT_SECOND },
    { "-1", -FOLIOT_SECOND },
    { "+1", FOLIOT_SECOND },
    { ".5", 500 * FOLIOT_MILLISECOND },
    { "5.", 5 * FOLIOT_SECOND },
    { " \t1 \t s ", FOLIOT_SECOND },
    { "0.000000001", 1 },
    { "0.123456789 s", 123456789 },
    { "0.0000000005", 0 },
    { "0.0000000015", 2 },
    { "0.00000000050000001", 1 },
    { "0.1 d", 8640 * FOLIOT_SECOND },
    { "0.333333333333333333333333 d", 28800 * FOLIOT_SECOND },
    { "9223372036.854775806", G_MAXINT64 - 1 },
    { "-9223372036.854775808", G_MININT64 },
    { "106751 d", 106751 * FOLIOT_DAY },
    { "never", FOLIOT_TIME_NEVER },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      FoliotTime time = 42;

      g_assert_true (foliot_time_parse (cases[i].text, &time, &error));
      g_assert_no_error (error);
      g_assert_cmpint (time, ==, cases[i].time);
    }
}

static void
test_parse_refuses (void)
{
  static const char *const texts[] = {
    "",
    " ",
    "s",
    "1 m",
    "1 sec",
    "1 S",
    "1e3",
    "1,5 s",
    "0x10",
    "nan",
    "inf",
    "--1",
    "- 1",
    "1 s 2",
    ".",
    "1 mi",
    "min 1",
    "1 min.",
    "\xff",
    "1\xc3",
    "9223372036.854775807",
    "never again",
    "106752 d",
    "18446744073709551616 ns",
    "99999999999999999999999999999999999999999 s",
    "-9223372036.854775809",
    "0.0000000000000000000000001",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      FoliotTime time = 42;

      g_assert_false (foliot_time_parse (texts[i], &time, &error));
      g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_cmpint (time, ==, 42);
    }
}

static void
test_parse_message (void)
{
  g_autoptr (GError) error = NULL;
  FoliotTime time;

  g_assert_false (foliot_time_parse ("15 mn", &time, &error));
  g_assert_cmpstr (
      error->message, ==,
      "Cannot read \"15 mn\" as a time: expected a number within ±292 years and one of the units "
      "ns, us, ms, s, min, h, d (seconds if none), such as \"15 min\" or \"2.5 s\"");
}

static void
test_format (void)
{
  static const struct
  {
    FoliotTime time;
    const char *text;
  } cases[] = {
    { 0, "0" },
    { 900 * FOLIOT_SECOND, "900" },
    { -FOLIOT_SECOND, "-1" },
    { 250 * FOLIOT_MILLISECOND, "0.25" },
    { -1, "-0.000000001" },
    { 1000000001, "1.000000001" },
    { G_MAXINT64 - 1, "9223372036.854775806" },
    { G_MININT64, "-9223372036.854775808" },
    { FOLIOT_TIME_NEVER, "never" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = foliot_time_format (cases[i].time);
      FoliotTime again;

      g_assert_cmpstr (text, ==, cases[i].text);
      g_assert_true (foliot_time_parse (text, &again, NULL));
      g_assert_cmpint (again, ==, cases[i].time);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/time/add", test_add);
  g_test_add_func ("/time/from-seconds", test_from_seconds);
  g_test_add_func ("/time/from-seconds-out-of-range", test_from_seconds_out_of_range);
  g_test_add_func ("/time/to-seconds", test_to_seconds);
  g_test_add_func ("/time/seconds-round-trip", test_seconds_round_trip);
  g_test_add_func ("/time/parse", test_parse);
  g_test_add_func ("/time/parse-refuses", test_parse_refuses);
  g_test_add_func ("/time/parse-message", test_parse_message);
  g_test_add_func ("/time/format", test_format);
  return g_test_run ();
}
