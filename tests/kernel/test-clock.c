/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-clock.h>

#include <string.h>

/*
 * Clocks: aiomas' two, its texts, and its order of release; and the same clock as a mere view of a kernel that moves
 * by itself. Callbacks write their letter and the time they see into a log.
 */

#define SECOND FOLIOT_SECOND

typedef struct
{
  FoliotKernel *kernel;
  FoliotClock *clock;
  GString *log;
} World;

typedef struct
{
  World *world;
  const char *name;
} Entry;

static World *
world_new (FoliotDrive drive, const char *start, FoliotTime init_time)
{
  g_autoptr (GError) error = NULL;
  World *world = g_new0 (World, 1);
  world->kernel = foliot_kernel_new (NULL, drive, 1, 0);
  world->clock = foliot_external_clock_new (world->kernel, start, init_time, &error);
  g_assert_no_error (error);
  world->log = g_string_new (NULL);
  return world;
}

static void
world_free (World *world)
{
  g_clear_object (&world->clock);
  g_assert_finalize_object (world->kernel);
  g_string_free (world->log, TRUE);
  g_free (world);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (World, world_free)

static void
write_entry (Entry *entry)
{
  g_autofree char *time = foliot_time_format (foliot_clock_time (entry->world->clock));
  g_string_append_printf (entry->world->log, "%s@%s ", entry->name, time);
}

static Entry *
entry_new (World *world, const char *name)
{
  Entry *entry = g_new (Entry, 1);
  *entry = (Entry){ world, name };
  return entry;
}

static guint64
call_at (World *world, FoliotTime time, const char *name)
{
  g_autoptr (GError) error = NULL;
  guint64 event = foliot_clock_call_at (world->clock, time, G_CALLBACK (write_entry), entry_new (world, name),
                                        g_free, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (event, !=, 0);
  return event;
}

static guint64
call_in (World *world, FoliotTime delay, const char *name)
{
  g_autoptr (GError) error = NULL;
  guint64 event = foliot_clock_call_in (world->clock, delay, G_CALLBACK (write_entry),
                                        entry_new (world, name), g_free, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (event, !=, 0);
  return event;
}

static void
set_time (World *world, FoliotTime time)
{
  g_autoptr (GError) error = NULL;
  foliot_external_clock_set_time (FOLIOT_EXTERNAL_CLOCK (world->clock), time, &error);
  g_assert_no_error (error);
}

static void
advance_to (World *world, FoliotTime time)
{
  g_autoptr (GError) error = NULL;
  foliot_external_clock_advance_to (FOLIOT_EXTERNAL_CLOCK (world->clock), time, &error);
  g_assert_no_error (error);
}

/* Lets everything run that may run, and compares what it wrote. */
static void
run_and_expect (World *world, const char *expected)
{
  while (foliot_kernel_step (world->kernel, 100) > 0)
    ;
  g_assert_cmpstr (world->log->str, ==, expected);
  g_string_truncate (world->log, 0);
}

static void
expect_time (World *world, const char *expected)
{
  g_autofree char *text = foliot_time_format (foliot_clock_time (world->clock));
  g_assert_cmpstr (text, ==, expected);
}

static void
expect_utc (World *world, const char *expected)
{
  FoliotDate now;
  foliot_clock_utcnow (world->clock, &now);
  g_autofree char *text = foliot_date_format (&now);
  g_assert_cmpstr (text, ==, expected);
}

/* @call must fail with a value error of that @text, and put it into `failure`. */
#define EXPECT_VALUE_ERROR(call, text)                                                                       \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    g_autoptr (GError) failure = NULL;                                                                       \
    g_assert_false (call);                                                                                   \
    g_assert_error (failure, FOLIOT_ERROR, FOLIOT_ERROR_VALUE);                                              \
    g_assert_cmpstr (failure->message, ==, text);                                                            \
  }                                                                                                          \
  G_STMT_END

#define EXPECT_DRIVE_ERROR(call)                                                                             \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    g_autoptr (GError) failure = NULL;                                                                       \
    g_assert_false (call);                                                                                   \
    g_assert_error (failure, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_DRIVE);                                \
  }                                                                                                          \
  G_STMT_END

#define SET_TIME(world, time)                                                                                \
  foliot_external_clock_set_time (FOLIOT_EXTERNAL_CLOCK ((world)->clock), time, &failure)
#define ADVANCE_TO(world, time)                                                                              \
  foliot_external_clock_advance_to (FOLIOT_EXTERNAL_CLOCK ((world)->clock), time, &failure)
#define CALL_AT(world, time)                                                                                 \
  foliot_clock_call_at ((world)->clock, time, G_CALLBACK (g_free), NULL, NULL, &failure)
#define CALL_IN(world, delay)                                                                                \
  foliot_clock_call_in ((world)->clock, delay, G_CALLBACK (g_free), NULL, NULL, &failure)

/* --- The real-time clock -------------------------------------------------------------------------------------- */

static World *
realtime_world_new (void)
{
  g_autoptr (GError) error = NULL;
  World *world = g_new0 (World, 1);
  world->kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_REALTIME, 1, 0);
  world->clock = foliot_realtime_clock_new (world->kernel, &error);
  g_assert_no_error (error);
  world->log = g_string_new (NULL);
  return world;
}

typedef struct
{
  FoliotClock *clock;
  FoliotDate date;
} Look;

static void
look_at_date (Look *look)
{
  foliot_clock_utcnow (look->clock, &look->date);
}

/* The date is read inside an event, where time stands still: so it is the date of the machine and no estimate. */
static void
test_realtime_time (void)
{
  g_autoptr (World) world = realtime_world_new ();
  FoliotTime last = foliot_clock_time (world->clock);
  for (int i = 0; i < 1000; i++)
    {
      FoliotTime now = foliot_clock_time (world->clock);
      g_assert_cmpint (now, >=, last);
      last = now;
    }

  g_autoptr (GError) error = NULL;
  Look look = { .clock = world->clock };
  foliot_clock_call_in (world->clock, 0, G_CALLBACK (look_at_date), &look, NULL, &error);
  g_assert_no_error (error);
  gint64 before = g_get_real_time ();
  run_and_expect (world, "");
  g_assert_cmpint (look.date.microseconds, >=, before);
  g_assert_cmpint (look.date.microseconds, <=, g_get_real_time ());
  g_assert_cmpint (look.date.offset_s, ==, 0);
}

/* However slow the machine is: asks again for a time that became the past between two lines. Returns: the time. */
static FoliotTime
call_soon (World *world, const char *name, gboolean by_date)
{
  g_autofree Entry *entry = entry_new (world, name);
  for (;;)
    {
      FoliotTime at = foliot_clock_time (world->clock) + FOLIOT_MILLISECOND;
      FoliotDate date;
      foliot_clock_utcnow (world->clock, &date);
      date = foliot_date_add (&date, FOLIOT_MILLISECOND);
      guint64 event
          = by_date ? foliot_clock_call_at_date (world->clock, &date, G_CALLBACK (write_entry), entry, g_free,
                                                 NULL)
                    : foliot_clock_call_at (world->clock, at, G_CALLBACK (write_entry), entry, g_free, NULL);
      if (event != 0)
        {
          g_steal_pointer (&entry);
          return at;
        }
    }
}

/* What is due when is up to the machine; that it comes, and not early, is not. */
static void
test_realtime_calls (void)
{
  g_autoptr (World) world = realtime_world_new ();
  g_autoptr (GError) error = NULL;
  guint64 cancelled = call_in (world, FOLIOT_HOUR, "cancelled");
  g_assert_true (foliot_kernel_uncall (world->kernel, cancelled));
  call_in (world, 0, "now");
  call_in (world, -SECOND, "late");
  call_in (world, FOLIOT_MILLISECOND, "delay");
  FoliotTime at = call_soon (world, "time", FALSE);
  call_soon (world, "date", TRUE);

  g_assert_true (foliot_kernel_run_until (world->kernel, FOLIOT_TIME_NEVER, &error));
  g_assert_no_error (error);
  g_auto (GStrv) entries = g_strsplit (g_strchomp (world->log->str), " ", -1);
  g_assert_cmpuint (g_strv_length (entries), ==, 5);
  g_assert_true (g_str_has_prefix (entries[0], "now@"));
  g_assert_true (g_str_has_prefix (entries[1], "late@"));
  for (int i = 2; i < 5; i++)
    {
      FoliotTime seen;
      g_assert_true (foliot_time_parse (strchr (entries[i], '@') + 1, &seen, &error));
      if (g_str_has_prefix (entries[i], "time@"))
        g_assert_cmpint (seen, >=, at);
      else
        g_assert_true (g_str_has_prefix (entries[i], "delay@") || g_str_has_prefix (entries[i], "date@"));
    }
}

static void
test_realtime_drive (void)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  EXPECT_DRIVE_ERROR (foliot_realtime_clock_new (kernel, &failure));
}

/* --- The past ------------------------------------------------------------------------------------------------- */

static void
test_past_external (void)
{
  g_autoptr (World) world = world_new (FOLIOT_DRIVE_EXTERNAL, "2016-01-01T00:00:00", 0);
  set_time (world, 5 * SECOND / 2);
  EXPECT_VALUE_ERROR (CALL_AT (world, 2 * SECOND), "Date \"2\" is in the past");
  EXPECT_VALUE_ERROR (CALL_AT (world, 5 * SECOND / 2), "Date \"2.5\" is in the past");
  EXPECT_VALUE_ERROR (CALL_AT (world, -SECOND), "Date \"-1\" is in the past");

  FoliotDate date;
  g_assert_true (foliot_date_parse ("2016-01-01T01:00:02.500000+01:00", &date, NULL));
  EXPECT_VALUE_ERROR (
      foliot_clock_call_at_date (world->clock, &date, G_CALLBACK (g_free), NULL, NULL, &failure),
      "Date \"2016-01-01T01:00:02.500000+01:00\" is in the past");
  g_assert_true (foliot_clock_check_future (world->clock, 5 * SECOND / 2 + 1, NULL));
}

static void
test_past_realtime (void)
{
  g_autoptr (World) world = realtime_world_new ();
  EXPECT_VALUE_ERROR (CALL_AT (world, -SECOND), "Date \"-1\" is in the past");

  FoliotDate date;
  g_assert_true (foliot_date_parse ("2016-01-01", &date, NULL));
  EXPECT_VALUE_ERROR (
      foliot_clock_call_at_date (world->clock, &date, G_CALLBACK (g_free), NULL, NULL, &failure),
      "Date \"2016-01-01T00:00:00+00:00\" is in the past");
}

/* An error leaves the callback's data to the caller. */
static void
test_past_keeps_data (void)
{
  g_autoptr (World) world = world_new (FOLIOT_DRIVE_EXTERNAL, "2016-01-01T00:00:00", 0);
  g_autofree Entry *entry = entry_new (world, "never");
  g_autoptr (GError) error = NULL;
  g_assert_cmpuint (foliot_clock_call_at (world->clock, 0, G_CALLBACK (write_entry), entry, g_free, &error),
                    ==, 0);
  run_and_expect (world, "");
}

/* --- The external clock: basics ------------------------------------------------------------------------------- */

static void
test_basics (void)
{
  g_autoptr (World) world = world_new (FOLIOT_DRIVE_EXTERNAL, "2016-01-01T00:00:00", 0);
  expect_time (world, "0");
  expect_utc (world, "2016-01-01T00:00:00+00:00");
  set_time (world, 1 * SECOND);
  expect_time (world, "1");
  expect_utc (world, "2016-01-01T00:00:01+00:00");
  set_time (world, 5 * SECOND / 2);
  expect_time (world, "2.5");
  expect_utc (world, "2016-01-01T00:00:02.500000+00:00");

  EXPECT_VALUE_ERROR (SET_TIME (world, 5 * SECOND / 2), "Time must be > 2.5 but is 2.5");
  EXPECT_VALUE_ERROR (SET_TIME (world, 1 * SECOND), "Time must be > 2.5 but is 1");
  EXPECT_VALUE_ERROR (SET_TIME (world, FOLIOT_TIME_NEVER), "Time must be < never but is never");
  expect_time (world, "2.5");
}

static void
test_negative_init_time (void)
{
  g_autoptr (World) world = world_new (FOLIOT_DRIVE_EXTERNAL, "2016-01-01T00:00:00", -SECOND);
  expect_time (world, "-1");
  expect_utc (world, "2015-12-31T23:59:59+00:00");
  EXPECT_VALUE_ERROR (SET_TIME (world, -SECOND), "Time must be > -1 but is -1");

  call_at (world, 0, "zero");
  call_in (world, SECOND / 2, "half");
  set_time (world, 0);
  expect_utc (world, "2016-01-01T00:00:00+00:00");
  run_and_expect (world, "half@0 zero@0 ");
}

/* The shift between the two scales goes both ways. */
static void
test_kernel_scale (void)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_EXTERNAL, 1, 100 * SECOND);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotClock) clock = foliot_external_clock_new (kernel, "2016-01-01", 7 * SECOND, &error);
  g_assert_no_error (error);
  g_assert_true (foliot_clock_get_kernel (clock) == kernel);
  g_assert_cmpint (foliot_clock_time (clock), ==, 7 * SECOND);
  g_assert_cmpint (foliot_clock_to_kernel (clock, 7 * SECOND), ==, 100 * SECOND);
  g_assert_cmpint (foliot_clock_to_kernel (clock, FOLIOT_TIME_NEVER), ==, FOLIOT_TIME_NEVER);
  g_assert_cmpint (foliot_clock_to_kernel (clock, G_MAXINT64 - 1), ==, FOLIOT_TIME_NEVER);
  g_assert_true (foliot_external_clock_set_time (FOLIOT_EXTERNAL_CLOCK (clock), 8 * SECOND, &error));
  g_assert_cmpint (foliot_kernel_now (kernel), ==, 101 * SECOND);
}

static void
test_init_time_too_far (void)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_EXTERNAL, 1, -SECOND);
  g_autoptr (GError) error = NULL;
  g_assert_null (foliot_external_clock_new (kernel, "2016-01-01", G_MAXINT64 - 1, &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE);
  g_assert_nonnull (g_strstr_len (error->message, -1, "292 years"));
}

/* --- The external clock: release ------------------------------------------------------------------------------ */

/* By time, then in the order of scheduling; all see the new time; set_time itself runs nothing. */
static void
test_release_order (void)
{
  g_autoptr (World) world = world_new (FOLIOT_DRIVE_EXTERNAL, "2016-01-01T00:00:00", 0);
  call_at (world, 3 * SECOND, "c");
  call_at (world, 1 * SECOND, "a");
  call_in (world, 3 * SECOND, "d");
  call_in (world, 2 * SECOND, "b");
  call_at (world, 5 * SECOND, "late");
  run_and_expect (world, "");

  set_time (world, 4 * SECOND);
  g_assert_cmpstr (world->log->str, ==, "");
  expect_time (world, "4");
  run_and_expect (world, "a@4 b@4 c@4 d@4 ");
  set_time (world, 5 * SECOND);
  run_and_expect (world, "late@5 ");
}

/* Whoever sets the time again before the loop runs: what was released sees the later time, in the order of due times. */
static void
test_set_time_twice (void)
{
  g_autoptr (World) world = world_new (FOLIOT_DRIVE_EXTERNAL, "2016-01-01T00:00:00", 0);
  call_at (world, 3 * SECOND, "c");
  call_at (world, 2 * SECOND, "b");
  call_at (world, 1 * SECOND, "a");
  set_time (world, 1 * SECOND);
  set_time (world, 2 * SECOND);
  expect_time (world, "2");
  run_and_expect (world, "a@2 b@2 ");
  set_time (world, 3 * SECOND);
  run_and_expect (world, "c@3 ");
}

typedef struct
{
  World *world;
  FoliotTime at;
} Chain;

/* Schedules a call at now, which is the past, and one at chain->at. */
static void
schedule_more (Chain *chain)
{
  EXPECT_VALUE_ERROR (CALL_AT (chain->world, foliot_clock_time (chain->world->clock)),
                      "Date \"4\" is in the past");
  call_at (chain->world, chain->at, "next");
}

static void
test_schedule_from_callback (void)
{
  g_autoptr (World) world = world_new (FOLIOT_DRIVE_EXTERNAL, "2016-01-01T00:00:00", 0);
  g_autoptr (GError) error = NULL;
  Chain chain = { world, 4 * SECOND + 1 };
  foliot_clock_call_at (world->clock, SECOND, G_CALLBACK (schedule_more), &chain, NULL, &error);
  call_at (world, 2 * SECOND, "other");
  set_time (world, 4 * SECOND);
  run_and_expect (world, "other@4 ");
  set_time (world, 4 * SECOND + 1);
  run_and_expect (world, "next@4.000000001 ");
}

static void
test_delays (void)
{
  g_autoptr (World) world = world_new (FOLIOT_DRIVE_EXTERNAL, "2016-01-01T00:00:00", 0);
  EXPECT_VALUE_ERROR (CALL_IN (world, 0), "dt must be > 0 but is 0");
  EXPECT_VALUE_ERROR (CALL_IN (world, -SECOND), "dt must be > 0 but is -1");
  EXPECT_VALUE_ERROR (CALL_IN (world, -SECOND / 4), "dt must be > 0 but is -0.25");
  EXPECT_VALUE_ERROR (foliot_clock_check_delay (world->clock, 0, &failure), "dt must be > 0 but is 0");
  g_assert_true (foliot_clock_check_delay (world->clock, 1, NULL));
  call_in (world, 1, "smallest");
  set_time (world, 1);
  run_and_expect (world, "smallest@0.000000001 ");
}

/* A delay beyond the end of time never ends; nothing wraps round. */
static void
test_delay_too_long (void)
{
  g_autoptr (World) world = world_new (FOLIOT_DRIVE_EXTERNAL, "2016-01-01T00:00:00", SECOND);
  g_assert_cmpint (foliot_clock_to_kernel (world->clock, FOLIOT_TIME_NEVER), ==, FOLIOT_TIME_NEVER);
  call_in (world, FOLIOT_TIME_NEVER, "never");
  call_in (world, FOLIOT_TIME_NEVER - 1, "nearly");
  set_time (world, 100000 * FOLIOT_DAY);
  run_and_expect (world, "");
}

static void
test_cancel (void)
{
  g_autoptr (World) world = world_new (FOLIOT_DRIVE_EXTERNAL, "2016-01-01T00:00:00", 0);
  guint64 first = call_at (world, 1 * SECOND, "first");
  call_at (world, 1 * SECOND, "second");
  guint64 third = call_in (world, 1 * SECOND, "third");
  g_assert_true (foliot_kernel_uncall (world->kernel, first));
  g_assert_false (foliot_kernel_uncall (world->kernel, first));
  set_time (world, 1 * SECOND);
  run_and_expect (world, "second@1 third@1 ");

  g_assert_false (foliot_kernel_uncall (world->kernel, third));
  run_and_expect (world, "");
}

/* Between its release and its turn a call can still be taken back. */
static void
test_cancel_released (void)
{
  g_autoptr (World) world = world_new (FOLIOT_DRIVE_EXTERNAL, "2016-01-01T00:00:00", 0);
  guint64 first = call_at (world, 1 * SECOND, "first");
  call_at (world, 1 * SECOND, "second");
  set_time (world, 1 * SECOND);
  g_assert_true (foliot_kernel_uncall (world->kernel, first));
  run_and_expect (world, "second@1 ");
}

/* --- Dates ---------------------------------------------------------------------------------------------------- */

static void
test_call_at_date (void)
{
  g_autoptr (World) world = world_new (FOLIOT_DRIVE_EXTERNAL, "2016-01-01T00:00:00", -SECOND);
  g_autoptr (GError) error = NULL;
  FoliotDate date;
  g_assert_true (foliot_date_parse ("2016-01-01T02:00:03.250+02:00", &date, &error));
  g_assert_cmpint (foliot_clock_time_of (world->clock, &date), ==, 3 * SECOND + SECOND / 4);
  g_assert_cmpuint (foliot_clock_call_at_date (world->clock, &date, G_CALLBACK (write_entry),
                                               entry_new (world, "date"), g_free, &error),
                    !=, 0);
  call_at (world, 3 * SECOND, "before");
  call_at (world, 4 * SECOND, "after");
  advance_to (world, 10 * SECOND);
  run_and_expect (world, "before@3 date@3.25 after@4 ");

  FoliotDate now;
  foliot_clock_utcnow (world->clock, &now);
  g_assert_cmpint (foliot_clock_time_of (world->clock, &now), ==, 10 * SECOND);
}

static void
test_far_dates (void)
{
  g_autoptr (World) world = world_new (FOLIOT_DRIVE_EXTERNAL, "2016-01-01T00:00:00", 0);
  g_autoptr (GError) error = NULL;
  FoliotDate future, past;
  g_assert_true (foliot_date_parse ("9999-12-31T23:59:59", &future, &error));
  g_assert_true (foliot_date_parse ("0001-01-01T00:00:00", &past, &error));
  g_assert_cmpint (foliot_clock_time_of (world->clock, &future), ==, FOLIOT_TIME_NEVER);
  g_assert_cmpint (foliot_clock_time_of (world->clock, &past), <, -292 * 365 * FOLIOT_DAY);
  g_assert_cmpuint (foliot_clock_call_at_date (world->clock, &future, G_CALLBACK (write_entry),
                                               entry_new (world, "never"), g_free, &error),
                    !=, 0);
  set_time (world, 100000 * FOLIOT_DAY);
  run_and_expect (world, "");
}

static void
test_start_dates (void)
{
  static const struct
  {
    const char *text, *utc;
  } starts[] = {
    { "2016-01-01T00:00:00", "2016-01-01T00:00:00+00:00" },
    { "2016-01-01T00:00:00Z", "2016-01-01T00:00:00+00:00" },
    { "2016-01-01T00:00:00+00:00", "2016-01-01T00:00:00+00:00" },
    { "2016-01-01T01:00:00+01:00", "2016-01-01T00:00:00+00:00" },
    { "2015-12-31T18:30:00-05:30", "2016-01-01T00:00:00+00:00" },
    { "2016-01-01T02:00:00+0200", "2016-01-01T00:00:00+00:00" },
    { "2016-01-01 00:00:00.125", "2016-01-01T00:00:00.125000+00:00" },
    { "2016-01-01", "2016-01-01T00:00:00+00:00" },
    { "0001-01-01T00:00:00", "0001-01-01T00:00:00+00:00" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (starts); i++)
    {
      g_autoptr (World) world = world_new (FOLIOT_DRIVE_EXTERNAL, starts[i].text, 0);
      expect_utc (world, starts[i].utc);
    }

  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_EXTERNAL, 1, 0);
  g_autoptr (GError) error = NULL;
  g_assert_null (foliot_external_clock_new (kernel, "2016-02-30", 0, &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE);
}

/* --- What aiomas does not have -------------------------------------------------------------------------------- */

static void
test_advance_to (void)
{
  g_autoptr (World) world = world_new (FOLIOT_DRIVE_EXTERNAL, "2016-01-01T00:00:00", -SECOND);
  call_at (world, 3 * SECOND, "c");
  call_at (world, 1 * SECOND, "a");
  call_at (world, 1 * SECOND, "b");
  advance_to (world, 3 * SECOND);
  g_assert_cmpstr (world->log->str, ==, "");
  run_and_expect (world, "a@1 b@1 c@3 ");
  expect_time (world, "3");

  advance_to (world, 3 * SECOND);
  advance_to (world, 4 * SECOND);
  run_and_expect (world, "");
  expect_time (world, "4");
  EXPECT_VALUE_ERROR (ADVANCE_TO (world, 3 * SECOND), "Time must be >= 4 but is 3");
  EXPECT_VALUE_ERROR (ADVANCE_TO (world, FOLIOT_TIME_NEVER), "Time must be < never but is never");
}

/* Over a kernel that moves by itself the clock shows, and is not set: not forward, and not back either. */
static void
test_view_of_free_kernel (void)
{
  g_autoptr (World) world = world_new (FOLIOT_DRIVE_FREE, "2016-01-01T00:00:00+02:00", -SECOND);
  g_autoptr (GError) error = NULL;
  call_in (world, 2 * SECOND, "b");
  call_at (world, 0, "a");
  EXPECT_DRIVE_ERROR (SET_TIME (world, 5 * SECOND));
  EXPECT_DRIVE_ERROR (SET_TIME (world, -5 * SECOND));
  EXPECT_DRIVE_ERROR (ADVANCE_TO (world, 5 * SECOND));
  g_assert_true (foliot_kernel_run_until (world->kernel, 10 * SECOND, &error));
  g_assert_no_error (error);
  run_and_expect (world, "a@0 b@1 ");
  expect_time (world, "9");
  expect_utc (world, "2015-12-31T22:00:09+00:00");
}

static void
test_set_time_while_held (void)
{
  g_autoptr (World) world = world_new (FOLIOT_DRIVE_EXTERNAL, "2016-01-01T00:00:00", 0);
  call_at (world, 1 * SECOND, "a");
  FoliotHold *hold = foliot_kernel_hold (world->kernel, "an unanswered request", 0);
  set_time (world, 2 * SECOND);
  run_and_expect (world, "");
  expect_time (world, "0");
  foliot_hold_release (hold);
  run_and_expect (world, "a@2 ");
  expect_time (world, "2");
}

static void
test_two_clocks (void)
{
  g_autoptr (World) world = world_new (FOLIOT_DRIVE_EXTERNAL, "2016-01-01T00:00:00", 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotClock) other
      = foliot_external_clock_new (world->kernel, "2000-01-01T00:00:00", 100 * SECOND, &error);
  g_assert_no_error (error);
  call_at (world, 2 * SECOND, "second");
  foliot_clock_call_at (other, 101 * SECOND, G_CALLBACK (write_entry), entry_new (world, "first"), g_free,
                        &error);
  foliot_clock_call_at (other, 102 * SECOND, G_CALLBACK (write_entry), entry_new (world, "third"), g_free,
                        &error);
  advance_to (world, 2 * SECOND);
  run_and_expect (world, "first@1 second@2 third@2 ");
  g_assert_cmpint (foliot_clock_time (other), ==, 102 * SECOND);
}

/* The world does not live on because somebody still has its clock. */
static void
test_world_gone (void)
{
  FoliotKernel *kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_EXTERNAL, 1, 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotClock) clock = foliot_external_clock_new (kernel, "2016-01-01", 0, &error);
  FoliotKernel *shown = NULL;
  g_object_get (clock, "kernel", &shown, NULL);
  g_assert_true (shown == kernel);
  g_object_unref (shown);

  g_assert_finalize_object (kernel);
  g_assert_null (foliot_clock_get_kernel (clock));
  g_test_expect_message ("Foliot", G_LOG_LEVEL_CRITICAL, "*assertion 'kernel != NULL' failed*");
  g_assert_cmpint (foliot_clock_time (clock), ==, 0);
  g_test_assert_expected_messages ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/clock/row-096-realtime-time", test_realtime_time);
  g_test_add_func ("/clock/row-096-realtime-calls", test_realtime_calls);
  g_test_add_func ("/clock/row-096-realtime-drive", test_realtime_drive);
  g_test_add_func ("/clock/row-097-past-external", test_past_external);
  g_test_add_func ("/clock/row-097-past-realtime", test_past_realtime);
  g_test_add_func ("/clock/row-097-past-keeps-data", test_past_keeps_data);
  g_test_add_func ("/clock/row-098-basics", test_basics);
  g_test_add_func ("/clock/row-098-negative-init-time", test_negative_init_time);
  g_test_add_func ("/clock/row-098-kernel-scale", test_kernel_scale);
  g_test_add_func ("/clock/row-098-init-time-too-far", test_init_time_too_far);
  g_test_add_func ("/clock/row-099-release-order", test_release_order);
  g_test_add_func ("/clock/row-099-set-time-twice", test_set_time_twice);
  g_test_add_func ("/clock/row-099-schedule-from-callback", test_schedule_from_callback);
  g_test_add_func ("/clock/row-100-delays", test_delays);
  g_test_add_func ("/clock/row-100-delay-too-long", test_delay_too_long);
  g_test_add_func ("/clock/row-101-cancel", test_cancel);
  g_test_add_func ("/clock/row-101-cancel-released", test_cancel_released);
  g_test_add_func ("/clock/row-102-call-at-date", test_call_at_date);
  g_test_add_func ("/clock/row-102-far-dates", test_far_dates);
  g_test_add_func ("/clock/row-103-start-dates", test_start_dates);
  g_test_add_func ("/clock/advance-to", test_advance_to);
  g_test_add_func ("/clock/view-of-free-kernel", test_view_of_free_kernel);
  g_test_add_func ("/clock/set-time-while-held", test_set_time_while_held);
  g_test_add_func ("/clock/two-clocks", test_two_clocks);
  g_test_add_func ("/clock/world-gone", test_world_gone);
  return g_test_run ();
}
