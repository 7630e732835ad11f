/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-date.h>
#include <foliot/foliot-error.h>

static FoliotDate
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  FoliotDate date = { 0 };

  g_assert_true (foliot_date_parse (text, &date, &error));
  g_assert_no_error (error);
  return date;
}

static void
assert_reads (const char *text, const char *expected)
{
  FoliotDate date = parse (text);
  g_autofree char *formatted = foliot_date_format (&date);

  g_assert_cmpstr (formatted, ==, expected);
}

static void
assert_refuses (const char *text)
{
  g_autoptr (GError) error = NULL;
  FoliotDate date = { 42, 42 };

  g_assert_false (foliot_date_parse (text, &date, &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE);
  g_assert_cmpint (date.microseconds, ==, 42);
  g_assert_cmpint (date.offset_s, ==, 42);
}

/* What is written is read back as it was: the dates of the golden data, and the ends of the calendar. */
static void
test_wire_form (void)
{
  static const char *const texts[] = {
    "2016-01-01T00:00:00+00:00",        "2016-01-01T12:00:00.000001+05:30",
    "2016-07-01T12:00:00-08:00",        "2016-01-01T00:00:00-00:30",
    "0001-01-01T00:00:00+00:00",        "9999-12-31T23:59:59.999999+00:00",
    "2016-01-01T00:00:00.500000+00:00", "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59.999999-23:59", "1969-12-31T23:59:59.999999+00:00",
    "2000-02-29T00:00:00+00:00",        "1900-03-01T00:00:00+00:00",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_reads (texts[i], texts[i]);
}

static void
test_reader_tolerates (void)
{
  static const char *const cases[][2] = {
    { "2016-01-01T10:00:00Z", "2016-01-01T10:00:00+00:00" },
    { "2016-01-01T10:00:00", "2016-01-01T10:00:00+00:00" },
    { "2016-01-01T10:00", "2016-01-01T10:00:00+00:00" },
    { "2016-01-01T10:00+02", "2016-01-01T10:00:00+02:00" },
    { "2016-01-01T10:00:00+01", "2016-01-01T10:00:00+01:00" },
    { "2016-01-01T10:00:00+0130", "2016-01-01T10:00:00+01:30" },
    { "2016-01-01 10:00", "2016-01-01T10:00:00+00:00" },
    { "2016-01-01 10:00:00.5-01:00", "2016-01-01T10:00:00.500000-01:00" },
    { "2016-01-01T10:00:00,25", "2016-01-01T10:00:00.250000+00:00" },
    { "2016-01-01T10:00:00.123456789+0100", "2016-01-01T10:00:00.123457+01:00" },
    { "2016-01-01T10:00:00.1234565", "2016-01-01T10:00:00.123456+00:00" },
    { "2016-01-01T10:00:00.1234575", "2016-01-01T10:00:00.123458+00:00" },
    { "2016-01-01T10:00:00.12345659", "2016-01-01T10:00:00.123456+00:00" },
    { "2016-01-01T10:00:59.9999999", "2016-01-01T10:01:00+00:00" },
    { "2016-01-01", "2016-01-01T00:00:00+00:00" },
    { "2016/02/29", "2016-02-29T00:00:00+00:00" },
    { "2016.02.29", "2016-02-29T00:00:00+00:00" },
    { "2016-02", "2016-02-01T00:00:00+00:00" },
    { " 2016-02 ", "2016-02-01T00:00:00+00:00" },
    { "2016-1-1", "2016-01-01T00:00:00+00:00" },
    { "2016-02/03", "2016-02-01T00:00:00+00:00" },
    { "2016-01-01t10:00:00", "2016-01-01T00:00:00+00:00" },
    { "2016-01-01T10:00:00Europe/Berlin", "2016-01-01T10:00:00+00:00" },
    { "2016-01-01T10:00:00+01:00[Europe/Berlin]", "2016-01-01T10:00:00+01:00" },
    { "2016-01-01T10:00+01:00:30", "2016-01-01T10:00:00+01:00" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_reads (cases[i][0], cases[i][1]);
}

static void
test_reader_unix_seconds (void)
{
  static const char *const cases[][2] = {
    { "1451606400", "2016-01-01T00:00:00+00:00" },
    { "2016", "1970-01-01T00:33:36+00:00" },
    { "20160101", "1970-08-22T08:01:41+00:00" },
    { "1451606400.25", "2016-01-01T00:00:00.250000+00:00" },
    { "1451606400.123456", "2016-01-01T00:00:00.123456+00:00" },
    { "1.4516064e9", "2016-01-01T00:00:00+00:00" },
    { "+1", "1970-01-01T00:00:01+00:00" },
    { "-1", "1969-12-31T23:59:59+00:00" },
    { "-0.25", "1969-12-31T23:59:59.750000+00:00" },
    { "0.0000005", "1970-01-01T00:00:00+00:00" },
    { "0.0000015", "1970-01-01T00:00:00.000002+00:00" },
    { "-62135596800", "0001-01-01T00:00:00+00:00" },
    { "253402300799", "9999-12-31T23:59:59+00:00" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_reads (cases[i][0], cases[i][1]);
}

static void
test_reader_refuses (void)
{
  static const char *const texts[] = {
    "",
    "   ",
    "x",
    "now",
    "16-01-01",
    "20160101T100000Z",
    "2016-01-01T24:00:00",
    "2016-01-01T23:60:00",
    "2016-01-01T23:00:60",
    "2016-02-30",
    "2015-02-29",
    "1900-02-29",
    "2016-04-31",
    "2016-13-01",
    "2016-00-01",
    "2016-01-00",
    "0000-01-01",
    "2016-01-01T10",
    "2016-01-01T10:",
    "2016-01-01T10:00:",
    "2016-01-01T10:00:00.",
    "2016-01-01T10:00.5",
    "2016-01-01T1:00:00",
    "2016-01-01T10:00:00 +01:00",
    "2016-01-01T10:00:00 Europe/Berlin",
    "2016-01-01  10:00",
    "2016/01/01T10:00",
    "2016-01T10:00",
    "2016-01-01T10:00:00+",
    "2016-01-01T10:00:00+1",
    "2016-01-01T10:00:00Z+01",
    "2016-01-01T10:00:00+24:00",
    "2016-01-01T10:00:00-99",
    "9999-12-31T23:59:59.9999999",
    "T10:00:00",
    " T",
    "nan",
    "inf",
    "1e",
    "1e400",
    "-",
    ".",
    "1_000",
    "-62135596801",
    "253402300800",
    "99999999999999999999",
    "[2016]",
    "\xff",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_refuses (texts[i]);
}

static void
test_refusal_names_text (void)
{
  g_autoptr (GError) error = NULL;
  FoliotDate date;

  g_assert_false (foliot_date_parse ("2016-02-30", &date, &error));
  g_assert_cmpstr (
      error->message, ==,
      "Cannot read \"2016-02-30\" as a date: expected YYYY-MM-DD[THH:MM[:SS[.ffffff]][+HH:MM]] of the "
      "years 1–9999, or Unix seconds");
}

/* Every day of the calendar is one after the day before; GDate is the witness. */
static void
test_calendar (void)
{
  FoliotDate date = parse ("0001-01-01");
  g_autoptr (GDate) witness = g_date_new_dmy (1, 1, 1);
  gint64 n_days = 0;

  for (; g_date_get_year (witness) < 2401; n_days++)
    {
      g_autofree char *text = foliot_date_format (&date);
      g_autofree char *expected = g_strdup_printf ("%04d-%02d-%02dT00:00:00+00:00", g_date_get_year (witness),
                                                   g_date_get_month (witness), g_date_get_day (witness));
      FoliotDate again = parse (text);

      g_assert_cmpstr (text, ==, expected);
      g_assert_cmpint (again.microseconds, ==, date.microseconds);
      date = foliot_date_add (&date, FOLIOT_DAY);
      g_date_add_days (witness, 1);
    }
  g_assert_cmpint (n_days, ==, 2400 / 400 * 146097);
}

static void
test_format_odd_offset (void)
{
  FoliotDate date = { 0, -86399 };
  g_autofree char *text = foliot_date_format (&date);

  g_assert_cmpstr (text, ==, "1969-12-31T00:00:01-23:59:59");
}

static void
test_add (void)
{
  FoliotDate start = parse ("2016-02-28T23:00:00+01:00");
  FoliotDate moved = foliot_date_add (&start, 25 * FOLIOT_HOUR);
  g_autofree char *text = foliot_date_format (&moved);

  g_assert_cmpstr (text, ==, "2016-03-01T00:00:00+01:00");
  g_assert_cmpint (foliot_date_diff (&moved, &start), ==, 25 * FOLIOT_HOUR);
  g_assert_cmpint (foliot_date_diff (&start, &moved), ==, -25 * FOLIOT_HOUR);
}

static void
test_add_rounds (void)
{
  static const struct
  {
    FoliotTime duration;
    gint64 microseconds;
  } cases[] = { { 499, 0 },  { 500, 0 },   { 501, 1 },    { 1500, 2 },   { 2500, 2 },
                { -500, 0 }, { -501, -1 }, { -1500, -2 }, { -2500, -2 }, { -1, 0 } };
  FoliotDate epoch = { 0, 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (foliot_date_add (&epoch, cases[i].duration).microseconds, ==, cases[i].microseconds);
}

static void
test_add_clamps (void)
{
  FoliotDate first = parse ("0001-01-01T00:00:00+05:00"), last = parse ("9999-12-31T23:59:59.999999-05:00");

  g_assert_cmpint (foliot_date_add (&first, -1000).microseconds, ==, first.microseconds);
  g_assert_cmpint (foliot_date_add (&first, G_MININT64).microseconds, ==, first.microseconds);
  g_assert_cmpint (foliot_date_add (&first, 1000).microseconds, ==, first.microseconds + 1);
  g_assert_cmpint (foliot_date_add (&last, FOLIOT_TIME_NEVER).microseconds, ==, last.microseconds);
  g_assert_cmpint (foliot_date_add (&last, FOLIOT_TIME_NEVER).offset_s, ==, -5 * 3600);
}

static void
test_diff_saturates (void)
{
  FoliotDate first = parse ("0001-01-01"), last = parse ("9999-12-31");

  g_assert_cmpint (foliot_date_diff (&last, &first), ==, FOLIOT_TIME_NEVER);
  g_assert_cmpint (foliot_date_diff (&first, &last), ==, G_MININT64);
}

static void
test_boxed (void)
{
  FoliotDate date = { 123, -60 };
  FoliotDate *copy = g_boxed_copy (FOLIOT_TYPE_DATE, &date);

  g_assert_cmpstr (g_type_name (FOLIOT_TYPE_DATE), ==, "FoliotDate");
  g_assert_cmpint (copy->microseconds, ==, 123);
  g_assert_cmpint (copy->offset_s, ==, -60);
  g_boxed_free (FOLIOT_TYPE_DATE, copy);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/date/wire-form", test_wire_form);
  g_test_add_func ("/date/reader-tolerates", test_reader_tolerates);
  g_test_add_func ("/date/reader-unix-seconds", test_reader_unix_seconds);
  g_test_add_func ("/date/reader-refuses", test_reader_refuses);
  g_test_add_func ("/date/refusal-names-text", test_refusal_names_text);
  g_test_add_func ("/date/calendar", test_calendar);
  g_test_add_func ("/date/format-odd-offset", test_format_odd_offset);
  g_test_add_func ("/date/add", test_add);
  g_test_add_func ("/date/add-rounds", test_add_rounds);
  g_test_add_func ("/date/add-clamps", test_add_clamps);
  g_test_add_func ("/date/diff-saturates", test_diff_saturates);
  g_test_add_func ("/date/boxed", test_boxed);
  return g_test_run ();
}
