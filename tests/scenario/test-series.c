/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-series.h"

#include <string.h>

#include "scenario-kit.h"

static FoliotSeries *
load (Kit *kit, const char *text, gssize length, GError **error)
{
  g_autofree char *path = kit_path (kit, "data.csv");

  g_assert_true (g_file_set_contents (path, text, length, NULL));
  return foliot_series_load (path, "t", NULL, error);
}

static void
test_good (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotSeries) series
      = load (kit, "# where it comes from\r\n a , t,b\r\n\r\n1.5,-1,2\n# between\n -0 ,\t0.5 ,1e3\n3,2,4", -1,
              &error);

  g_assert_no_error (error);
  g_assert_cmpuint (series->n_rows, ==, 3);
  g_assert_cmpuint (series->n_columns, ==, 2);
  g_assert_cmpint (series->times[0], ==, -FOLIOT_SECOND);
  g_assert_cmpint (series->times[1], ==, 500 * FOLIOT_MILLISECOND);
  g_assert_cmpfloat (series->values[0], ==, 1.5);
  g_assert_cmpfloat (series->values[3], ==, 1000.0);
  g_assert_cmpfloat (series->values[5], ==, 4.0);
  g_assert_cmpint (foliot_series_find (series, "a"), ==, 0);
  g_assert_cmpint (foliot_series_find (series, "b"), ==, 1);
  g_assert_cmpint (foliot_series_find (series, "t"), ==, -1);
}

static void
test_mistakes (void)
{
  static const struct
  {
    const char *text;
    const char *message;
  } cases[] = {
    { "", "data.csv:1: expected a header line, found nothing" },
    { "# only\n", "data.csv:2: expected a header line, found nothing" },
    { "a,b\n", "data.csv:1: expected a header line with a column \"t\" and at most 4096 columns" },
    { "t,a,a\n", "data.csv:1: there is already a column \"a\"" },
    { "t,a,t\n", "data.csv:1: there is already a column \"t\"" },
    { "t,a\n0,x\n", "data.csv:2: column \"a\": expected a number, found \"x\"" },
    { "t,a\n0,\n", "data.csv:2: column \"a\": expected a number, found \"\"" },
    { "t,a\n0,\"1\"\n", "data.csv:2: column \"a\": expected a number, found \"\"1\"\"" },
    { "t,a\n0,nan\n", "data.csv:2: column \"a\": expected a number, found \"nan\"" },
    { "t,a\n0,1e999\n", "data.csv:2: column \"a\": expected a finite number, found \"1e999\"" },
    { "t,a\n0,1-2\n", "data.csv:2: column \"a\": expected a finite number, found \"1-2\"" },
    { "t,a\n0,1;5\n", "data.csv:2: column \"a\": expected a number, found \"1;5\"" },
    { "t,a\n\n0,1\n0,2\n",
      "data.csv:4: column \"t\": expected a time later than in the line before, found \"0\"" },
    { "t,a\n1e30,1\n",
      "data.csv:2: column \"t\": expected a time in seconds within 292 years, found \"1e30\"" },
    { "t,a\n0\n", "data.csv:2: expected 2 fields as in the header, found 1" },
    { "t,a\n0,1,2\n", "data.csv:2: expected 2 fields as in the header, found 3" },
  };
  g_autoptr (Kit) kit = kit_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (FoliotSeries) series = load (kit, cases[i].text, -1, &error);
      g_autofree char *message = NULL;

      g_assert_null (series);
      g_assert_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_CSV);
      message = kit_strip (kit, error->message);
      g_assert_cmpstr (message, ==, cases[i].message);
    }
}

/* A NUL is no end: what stands behind it counts. */
static void
test_nul (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (GError) error = NULL, other = NULL;

  g_assert_null (load (kit, "t,a\n0,1\0002\n", 10, &error));
  g_assert_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_CSV);
  g_assert_null (load (kit, "t,a\0,b\n0,1\n", 11, &other));
  g_assert_error (other, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_CSV);
}

static void
test_missing (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (foliot_series_load ("/nonexistent/data.csv", "t", NULL, &error));
  g_assert_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_MISSING);
  g_assert_true (g_str_has_prefix (error->message, "/nonexistent/data.csv: cannot be read: "));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/series/good", test_good);
  g_test_add_func ("/series/mistakes", test_mistakes);
  g_test_add_func ("/series/nul", test_nul);
  g_test_add_func ("/series/missing", test_missing);
  return g_test_run ();
}
