/* SPDX-License-Identifier: MIT */
#include "foliot-test.h"

/* aiomas' sleeps, on a clock that starts at −1 s over a kernel that starts at 0. */

typedef struct
{
  FoliotKernel *kernel;
  FoliotClock *clock;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_EXTERNAL, 1, 0);
  f->clock = foliot_external_clock_new (f->kernel, "2016-01-01T00:00:00+00:00", -FOLIOT_SECOND, NULL);
  g_assert_nonnull (f->clock);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  foliot_kernel_close (f->kernel);
  g_object_unref (f->clock);
  g_object_unref (f->kernel);
}

static void
set_time (Fixture *f, FoliotTime time)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (foliot_external_clock_set_time (FOLIOT_EXTERNAL_CLOCK (f->clock), time, &error));
  g_assert_no_error (error);
  g_assert_true (foliot_kernel_run_until (f->kernel, FOLIOT_TIME_NEVER, &error));
  g_assert_no_error (error);
}

static void
assert_rejected (FoliotFuture *future, const char *text)
{
  g_assert_error (foliot_future_get_error (future), FOLIOT_ERROR, FOLIOT_ERROR_VALUE);
  g_assert_cmpstr (foliot_future_get_error (future)->message, ==, text);
  foliot_future_unref (future);
}

static void
test_past (Fixture *f, gconstpointer data)
{
  FoliotDate date;

  g_assert_true (foliot_date_parse ("2015-12-31T23:59:59+00:00", &date, NULL));
  assert_rejected (foliot_clock_sleep_until (f->clock, -FOLIOT_SECOND, foliot_value_new_int (1)),
                   "Date \"-1\" is in the past");
  assert_rejected (foliot_clock_sleep_until (f->clock, -2 * FOLIOT_SECOND, NULL),
                   "Date \"-2\" is in the past");
  assert_rejected (foliot_clock_sleep_until_date (f->clock, &date, NULL),
                   "Date \"2015-12-31T23:59:59+00:00\" is in the past");
}

static void
test_past_realtime (void)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_REALTIME, 1, 0);
  g_autoptr (FoliotClock) clock = foliot_realtime_clock_new (kernel, NULL);
  g_autoptr (FoliotFuture) future = foliot_clock_sleep_until (clock, 0, NULL);

  g_assert_error (foliot_future_get_error (future), FOLIOT_ERROR, FOLIOT_ERROR_VALUE);
}

/* A clock of real time takes a delay of nothing, and is done in the next event. */
static void
test_realtime (void)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_REALTIME, 1, 0);
  g_autoptr (FoliotClock) clock = foliot_realtime_clock_new (kernel, NULL);
  g_autoptr (FoliotFuture) now = foliot_clock_sleep (clock, 0, foliot_value_new_int (1));
  g_autoptr (FoliotFuture) soon = foliot_clock_sleep (clock, FOLIOT_MILLISECOND, foliot_value_new_int (2));
  g_autoptr (FoliotFuture) never = foliot_clock_sleep (clock, FOLIOT_MICROSECOND, NULL);
  g_autoptr (FoliotValue) first = NULL;
  g_autoptr (FoliotValue) second = NULL;
  FoliotTime start = foliot_clock_time (clock);

  g_assert_false (foliot_future_is_settled (now));
  foliot_future_cancel (never);
  first = foliot_run (kernel, now, NULL);
  g_assert_cmpint (foliot_value_get_int (first), ==, 1);
  second = foliot_run (kernel, soon, NULL);
  g_assert_cmpint (foliot_value_get_int (second), ==, 2);
  g_assert_cmpint (foliot_clock_time (clock), >=, start);
}

static void
test_delay (Fixture *f, gconstpointer data)
{
  assert_rejected (foliot_clock_sleep (f->clock, 0, foliot_value_new_int (1)), "dt must be > 0 but is 0");
  assert_rejected (foliot_clock_sleep (f->clock, -FOLIOT_SECOND / 2, NULL), "dt must be > 0 but is -0.5");
}

static void
test_cancel (Fixture *f, gconstpointer data)
{
  g_autoptr (FoliotFuture) future = foliot_clock_sleep (f->clock, FOLIOT_SECOND, foliot_value_new_int (1));
  FoliotSettled settled;

  g_assert_true (foliot_future_cancel (future));
  foliot_kernel_peek_settled (f->kernel, &settled);
  g_assert_cmpint (settled.next_due, ==, FOLIOT_TIME_NEVER);
  set_time (f, 5 * FOLIOT_SECOND);
  g_assert_error (foliot_future_get_error (future), FOLIOT_ERROR, FOLIOT_ERROR_CANCELLED);
}

/* Somebody else settles the sleep: nothing comes of its timer (aiomas raises in set_time). */
static void
test_settled_by_another (Fixture *f, gconstpointer data)
{
  g_autoptr (FoliotFuture) future = foliot_clock_sleep (f->clock, FOLIOT_SECOND, foliot_value_new_int (1));

  g_assert_true (foliot_future_resolve (future, foliot_value_new_int (2)));
  set_time (f, 5 * FOLIOT_SECOND);
  g_assert_cmpint (foliot_value_get_int (foliot_future_get_value (future)), ==, 2);
}

static void
test_result (Fixture *f, gconstpointer data)
{
  g_autoptr (FoliotFuture) delay = foliot_clock_sleep (f->clock, 2 * FOLIOT_SECOND, foliot_value_new_int (1));
  g_autoptr (FoliotFuture) time
      = foliot_clock_sleep_until (f->clock, FOLIOT_SECOND, foliot_value_new_int (2));
  g_autoptr (FoliotFuture) date = NULL;
  g_autoptr (FoliotFuture) nothing = foliot_clock_sleep (f->clock, FOLIOT_NANOSECOND, NULL);
  FoliotDate at;

  g_assert_true (foliot_date_parse ("2016-01-01T01:00:02+01:00", &at, NULL));
  date = foliot_clock_sleep_until_date (f->clock, &at, foliot_value_new_int (3));
  set_time (f, FOLIOT_SECOND - 1);
  g_assert_true (foliot_value_is_null (foliot_future_get_value (nothing)));
  g_assert_false (foliot_future_is_settled (delay));
  g_assert_false (foliot_future_is_settled (time));
  set_time (f, FOLIOT_SECOND);
  g_assert_cmpint (foliot_value_get_int (foliot_future_get_value (delay)), ==, 1);
  g_assert_cmpint (foliot_value_get_int (foliot_future_get_value (time)), ==, 2);
  g_assert_false (foliot_future_is_settled (date));
  set_time (f, 2 * FOLIOT_SECOND);
  g_assert_cmpint (foliot_value_get_int (foliot_future_get_value (date)), ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/clock-sleep/row-096-realtime", test_realtime);
  g_test_add ("/clock-sleep/row-097-past", Fixture, NULL, set_up, test_past, tear_down);
  g_test_add_func ("/clock-sleep/row-097-past-realtime", test_past_realtime);
  g_test_add ("/clock-sleep/row-100-delay", Fixture, NULL, set_up, test_delay, tear_down);
  g_test_add ("/clock-sleep/row-101-cancel", Fixture, NULL, set_up, test_cancel, tear_down);
  g_test_add ("/clock-sleep/row-101-settled-by-another", Fixture, NULL, set_up, test_settled_by_another,
              tear_down);
  g_test_add ("/clock-sleep/row-102-result", Fixture, NULL, set_up, test_result, tear_down);
  return g_test_run ();
}
