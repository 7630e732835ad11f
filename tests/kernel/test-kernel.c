/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-kernel.h>

#include "kernel/foliot-fault-private.h"
#include "kernel/foliot-kernel-private.h"

#include <string.h>

/*
 * What the kernel promises about order and time. Events write a letter and the time they see into a log; a test is the
 * text that the log must hold.
 */

typedef struct
{
  FoliotKernel *kernel;
  GString *log;
} World;

static World
world_new (FoliotDrive drive, FoliotTime start)
{
  return (World){ foliot_kernel_new (NULL, drive, 1, start), g_string_new (NULL) };
}

static void
world_clear (World *world)
{
  g_object_unref (world->kernel);
  g_string_free (world->log, TRUE);
}

/* The log since the last look. */
static char *
world_take_log (World *world)
{
  char *text = g_strdup (world->log->str);
  g_string_truncate (world->log, 0);
  return text;
}

#define assert_log(world, expected)                                                                          \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    g_autofree char *log_ = world_take_log (world);                                                          \
    g_assert_cmpstr (log_, ==, expected);                                                                    \
  }                                                                                                          \
  G_STMT_END

static void
write_letter (gpointer target, gpointer payload)
{
  World *world = target;

  g_string_append_printf (world->log, "%s%c%" G_GINT64_FORMAT, world->log->len > 0 ? " " : "",
                          (char) GPOINTER_TO_INT (payload), foliot_kernel_now (world->kernel));
}

static guint64
post (World *world, FoliotTime at, gint8 priority, char letter)
{
  return foliot_kernel_post (world->kernel, at, priority, FOLIOT_EVENT_CALLBACK, write_letter, world,
                             GINT_TO_POINTER (letter));
}

static void
run (World *world, FoliotTime until)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = foliot_kernel_run_until (world->kernel, until, &error);
  g_assert_no_error (error);
  g_assert_true (ok);
}

static void
test_order (void)
{
  World world = world_new (FOLIOT_DRIVE_FREE, 0);

  post (&world, 20, 0, 'e');
  post (&world, 10, 0, 'b');
  post (&world, 10, FOLIOT_PRIORITY_SAMPLE, 'd');
  post (&world, 10, 0, 'c');
  post (&world, 10, FOLIOT_PRIORITY_INPUT, 'a');
  run (&world, FOLIOT_TIME_NEVER);
  assert_log (&world, "a10 b10 c10 d10 e20");
  g_assert_cmpint (foliot_kernel_now (world.kernel), ==, 20);
  world_clear (&world);
}

/* Posts for now go to the ring, others to the heap: the order must not show it. */
static void
post_three (gpointer target, gpointer payload)
{
  World *world = target;

  write_letter (target, payload);
  post (world, 10, 0, 'x');
  post (world, 10, -1, 'y');
  post (world, -5, 0, 'z');
}

static void
test_ring_and_heap (void)
{
  World world = world_new (FOLIOT_DRIVE_FREE, 0);

  foliot_kernel_post (world.kernel, 10, 0, FOLIOT_EVENT_CALLBACK, post_three, &world, GINT_TO_POINTER ('a'));
  post (&world, 10, 0, 'b');
  post (&world, 10, 1, 'c');
  run (&world, FOLIOT_TIME_NEVER);
  assert_log (&world, "a10 y10 b10 x10 z10 c10");
  world_clear (&world);
}

static void
test_negative_times (void)
{
  World world = world_new (FOLIOT_DRIVE_FREE, -FOLIOT_DAY);

  g_assert_cmpint (foliot_kernel_now (world.kernel), ==, -FOLIOT_DAY);
  post (&world, 1, 0, 'd');
  post (&world, 0, 0, 'c');
  post (&world, -1, 0, 'b');
  post (&world, G_MININT64, 0, 'a');
  run (&world, -1);
  assert_log (&world, "a-86400000000000 b-1");
  run (&world, 5);
  assert_log (&world, "c0 d1");
  g_assert_cmpint (foliot_kernel_now (world.kernel), ==, 5);
  world_clear (&world);
}

static void
test_ends_of_time (void)
{
  World world = world_new (FOLIOT_DRIVE_FREE, G_MININT64);
  FoliotSettled settled;

  post (&world, FOLIOT_TIME_NEVER, 0, 'n');
  post (&world, FOLIOT_TIME_NEVER - 1, 0, 'l');
  post (&world, G_MININT64, 0, 'f');
  run (&world, FOLIOT_TIME_NEVER);
  assert_log (&world, "f-9223372036854775808 l9223372036854775806");
  foliot_kernel_peek_settled (world.kernel, &settled);
  g_assert_true (settled.quiet);
  g_assert_cmpint (settled.next_due, ==, FOLIOT_TIME_NEVER);
  world_clear (&world);
}

static void
test_free_until (void)
{
  World world = world_new (FOLIOT_DRIVE_FREE, 0);

  post (&world, 10, 0, 'a');
  post (&world, 20, 0, 'b');
  post (&world, 21, 0, 'c');
  run (&world, 20);
  assert_log (&world, "a10 b20");
  run (&world, FOLIOT_TIME_NEVER);
  assert_log (&world, "c21");
  run (&world, 50);
  assert_log (&world, "");
  g_assert_cmpint (foliot_kernel_now (world.kernel), ==, 50);
  world_clear (&world);
}

/* aiomas' set_time: everything due is released in the order it was due, and sees the new time. */
static void
test_jump (void)
{
  World world = world_new (FOLIOT_DRIVE_EXTERNAL, -1);
  g_autoptr (GError) error = NULL;

  post (&world, 5, 0, 'b');
  post (&world, 10, 0, 'c');
  post (&world, 5, FOLIOT_PRIORITY_INPUT, 'a');
  post (&world, 11, 0, 'e');
  g_assert_true (foliot_kernel_advance (world.kernel, 10, FOLIOT_ADVANCE_JUMP, &error));
  assert_log (&world, ""); /* nothing runs inside */
  g_assert_cmpint (foliot_kernel_now (world.kernel), ==, 10);
  post (&world, 7, 0, 'd'); /* for a time that is over: at now, after those that were due */
  g_assert_cmpuint (foliot_kernel_step (world.kernel, G_MAXUINT64), ==, 4);
  assert_log (&world, "a10 b10 c10 d10");
  g_assert_cmpuint (foliot_kernel_step (world.kernel, G_MAXUINT64), ==, 0);

  g_assert_false (foliot_kernel_advance (world.kernel, 10, FOLIOT_ADVANCE_JUMP, &error));
  g_assert_error (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_PAST);
  g_clear_error (&error);

  /* A second call before the first was used up: they see the later time. */
  g_assert_true (foliot_kernel_advance (world.kernel, 11, FOLIOT_ADVANCE_JUMP, &error));
  g_assert_true (foliot_kernel_advance (world.kernel, 30, FOLIOT_ADVANCE_JUMP, &error));
  run (&world, FOLIOT_TIME_NEVER);
  assert_log (&world, "e30");
  world_clear (&world);
}

static void
post_reply (gpointer target, gpointer payload)
{
  World *world = target;

  write_letter (target, payload);
  post (world, foliot_kernel_now (world->kernel), 0, 'n');
  post (world, foliot_kernel_now (world->kernel) + 1, 0, 'l');
}

/* What an event of a jump posts for later waits for the next one. */
static void
test_jump_waits (void)
{
  World world = world_new (FOLIOT_DRIVE_EXTERNAL, 0);

  foliot_kernel_post (world.kernel, 3, 0, FOLIOT_EVENT_CALLBACK, post_reply, &world, GINT_TO_POINTER ('a'));
  post (&world, 4, 0, 'b');
  foliot_kernel_advance (world.kernel, 10, FOLIOT_ADVANCE_JUMP, NULL);
  run (&world, FOLIOT_TIME_NEVER);
  assert_log (&world, "a10 b10 n10");
  foliot_kernel_advance (world.kernel, 20, FOLIOT_ADVANCE_JUMP, NULL);
  run (&world, FOLIOT_TIME_NEVER);
  assert_log (&world, "l20");
  world_clear (&world);
}

static void
jump_to_five (gpointer target, gpointer payload)
{
  World *world = target;

  g_assert_true (foliot_kernel_advance (world->kernel, 5, FOLIOT_ADVANCE_JUMP, NULL));
  write_letter (target, payload);
}

/* An event that sets the time ends at its own; those behind it see the new one, however many run at a turn. */
static void
test_jump_inside (void)
{
  for (guint64 batch = 1; batch <= 4; batch++)
    {
      World world = world_new (FOLIOT_DRIVE_EXTERNAL, 0);

      foliot_kernel_post (world.kernel, 1, 0, FOLIOT_EVENT_CALLBACK, jump_to_five, &world,
                          GINT_TO_POINTER ('a'));
      post (&world, 1, 0, 'b');
      post (&world, 4, 0, 'c');
      foliot_kernel_advance (world.kernel, 1, FOLIOT_ADVANCE_JUMP, NULL);
      while (foliot_kernel_step (world.kernel, batch) > 0)
        ;
      assert_log (&world, "a1 b5 c5");
      world_clear (&world);
    }
}

static void
test_through (void)
{
  World world = world_new (FOLIOT_DRIVE_EXTERNAL, 0);
  g_autoptr (GError) error = NULL;
  FoliotSettled settled;

  foliot_kernel_post (world.kernel, 3, 0, FOLIOT_EVENT_CALLBACK, post_reply, &world, GINT_TO_POINTER ('a'));
  post (&world, 4, 0, 'b');
  post (&world, 12, 0, 'c');
  g_assert_true (foliot_kernel_advance (world.kernel, 10, FOLIOT_ADVANCE_THROUGH, &error));
  g_assert_cmpint (foliot_kernel_now (world.kernel), ==, 0);
  foliot_kernel_peek_settled (world.kernel, &settled);
  g_assert_false (settled.quiet);
  g_assert_cmpint (settled.next_due, ==, 3);
  run (&world, FOLIOT_TIME_NEVER);
  assert_log (&world, "a3 n3 b4 l4");
  g_assert_cmpint (foliot_kernel_now (world.kernel), ==, 10);
  foliot_kernel_peek_settled (world.kernel, &settled);
  g_assert_true (settled.quiet);
  g_assert_cmpint (settled.next_due, ==, 12);

  g_assert_true (foliot_kernel_advance (world.kernel, 10, FOLIOT_ADVANCE_THROUGH, &error));
  g_assert_false (foliot_kernel_advance (world.kernel, 9, FOLIOT_ADVANCE_THROUGH, &error));
  g_assert_error (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_PAST);
  world_clear (&world);
}

static void
test_only_external_is_advanced (void)
{
  World world = world_new (FOLIOT_DRIVE_FREE, 0);
  g_autoptr (GError) error = NULL;

  g_assert_false (foliot_kernel_advance (world.kernel, 10, FOLIOT_ADVANCE_THROUGH, &error));
  g_assert_error (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_DRIVE);
  world_clear (&world);
}

static void
test_step_counts (void)
{
  World world = world_new (FOLIOT_DRIVE_FREE, 0);

  for (gint i = 0; i < 5; i++)
    post (&world, i, 0, (char) ('a' + i));
  g_assert_cmpuint (foliot_kernel_step (world.kernel, 2), ==, 2);
  assert_log (&world, "a0 b1");
  g_assert_cmpuint (foliot_kernel_step (world.kernel, 0), ==, 0);
  g_assert_cmpuint (foliot_kernel_step (world.kernel, 10), ==, 3);
  g_assert_cmpuint (foliot_kernel_step (world.kernel, 10), ==, 0);
  world_clear (&world);
}

static void
test_step_until (void)
{
  World world = world_new (FOLIOT_DRIVE_EXTERNAL, 0);

  post (&world, 3, 0, 'a');
  post (&world, 6, 0, 'b');
  g_assert_true (foliot_kernel_advance (world.kernel, 10, FOLIOT_ADVANCE_THROUGH, NULL));
  g_assert_cmpuint (foliot_kernel_step_until (world.kernel, 5, 10), ==, 1);
  g_assert_cmpint (foliot_kernel_now (world.kernel), ==, 5);
  g_assert_cmpuint (foliot_kernel_step_until (world.kernel, 20, 10), ==, 1);
  g_assert_cmpint (foliot_kernel_now (world.kernel), ==, 10);
  assert_log (&world, "a3 b6");
  world_clear (&world);
}

static void
test_cancel_and_reschedule (void)
{
  World world = world_new (FOLIOT_DRIVE_FREE, 0);
  guint64 a = post (&world, 10, 0, 'a'), b = post (&world, 10, 0, 'b'), c = post (&world, 10, -3, 'c');
  guint64 r = post (&world, 0, 0, 'r');
  FoliotCounts counts;

  g_assert_true (foliot_kernel_reschedule (world.kernel, a, 10)); /* counts as posted now: behind b */
  g_assert_true (foliot_kernel_reschedule (world.kernel, c, 20)); /* keeps its priority */
  post (&world, 20, -4, 'd');
  post (&world, 20, -2, 'e');
  g_assert_true (foliot_kernel_cancel (world.kernel, r));
  g_assert_false (foliot_kernel_cancel (world.kernel, r));
  g_assert_false (foliot_kernel_reschedule (world.kernel, r, 1));
  run (&world, FOLIOT_TIME_NEVER);
  assert_log (&world, "b10 a10 d20 c20 e20");
  g_assert_false (foliot_kernel_cancel (world.kernel, b));
  foliot_kernel_get_counts (world.kernel, &counts);
  g_assert_cmpuint (counts.scheduled, ==, 6);
  g_assert_cmpuint (counts.dispatched, ==, 5);
  g_assert_cmpuint (counts.cancelled, ==, 1);
  g_assert_cmpuint (counts.stale, ==, 0);
  world_clear (&world);
}

static void
call_letter (gpointer user_data)
{
  write_letter (user_data, GINT_TO_POINTER ('*'));
}

static void
count_destroy (gpointer user_data)
{
  World *world = user_data;
  g_string_append (world->log, "!");
}

static void
test_calls (void)
{
  World world = world_new (FOLIOT_DRIVE_FREE, 100);
  guint64 id;

  foliot_kernel_call_at (world.kernel, 150, G_CALLBACK (call_letter), &world, NULL);
  foliot_kernel_call_in (world.kernel, 20, G_CALLBACK (call_letter), &world, count_destroy);
  foliot_kernel_call_in (world.kernel, FOLIOT_TIME_NEVER, G_CALLBACK (call_letter), &world,
                         NULL); /* saturates */
  id = foliot_kernel_call_at (world.kernel, 130, G_CALLBACK (call_letter), &world, count_destroy);
  g_assert_true (foliot_kernel_uncall (world.kernel, id));
  assert_log (&world, "!");
  g_assert_false (foliot_kernel_uncall (world.kernel, id));
  run (&world, FOLIOT_TIME_NEVER);
  assert_log (&world, "*120! *150");
  world_clear (&world);
}

typedef struct
{
  World *world;
  guint64 id;
  guint left;
} Repeat;

static void
repeat_and_end (gpointer user_data)
{
  Repeat *repeat = user_data;

  call_letter (repeat->world);
  if (--repeat->left == 0)
    g_assert_true (foliot_kernel_uncall (repeat->world->kernel, repeat->id));
  g_string_append (repeat->world->log, "."); /* the data is still there */
}

static void
repeat_destroyed (gpointer user_data)
{
  Repeat *repeat = user_data;
  count_destroy (repeat->world);
}

static void
test_call_every (void)
{
  World world = world_new (FOLIOT_DRIVE_FREE, 0);
  Repeat repeat = { &world, 0, 3 };
  guint64 other;

  repeat.id = foliot_kernel_call_every (world.kernel, 5, 10, G_CALLBACK (repeat_and_end), &repeat,
                                        repeat_destroyed);
  run (&world, FOLIOT_TIME_NEVER);
  assert_log (&world, "*5. *15. *25.!");

  other = foliot_kernel_call_every (world.kernel, 30, 10, G_CALLBACK (call_letter), &world, count_destroy);
  run (&world, 50);
  assert_log (&world, "*30 *40 *50");
  g_assert_true (foliot_kernel_uncall (world.kernel, other)); /* the id is the first one */
  assert_log (&world, "!");
  run (&world, 100);
  assert_log (&world, "");
  world_clear (&world);
}

/* A jump over several repetitions releases each of them. */
static void
test_call_every_jump (void)
{
  World world = world_new (FOLIOT_DRIVE_EXTERNAL, 0);

  foliot_kernel_call_every (world.kernel, 10, 10, G_CALLBACK (call_letter), &world, NULL);
  post (&world, 25, 0, 'a');
  foliot_kernel_advance (world.kernel, 30, FOLIOT_ADVANCE_JUMP, NULL);
  run (&world, FOLIOT_TIME_NEVER);
  assert_log (&world, "*30 *30 a30 *30");
  world_clear (&world);
}

static void
interrupt_kernel (gpointer target, gpointer payload)
{
  foliot_kernel_interrupt (((World *) target)->kernel);
}

static void
test_interrupt (void)
{
  World world = world_new (FOLIOT_DRIVE_FREE, 0);
  g_autoptr (GError) error = NULL;

  post (&world, 1, 0, 'a');
  foliot_kernel_post (world.kernel, 2, 0, FOLIOT_EVENT_CALLBACK, interrupt_kernel, &world, NULL);
  post (&world, 2, 0, 'b');
  g_assert_false (foliot_kernel_run_until (world.kernel, 10, &error));
  g_assert_error (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_INTERRUPTED);
  assert_log (&world, "a1");
  g_assert_cmpint (foliot_kernel_now (world.kernel), ==, 2);
  run (&world, 10); /* and it can go on */
  assert_log (&world, "b2");
  world_clear (&world);
}

static void
stop_kernel (gpointer target, gpointer payload)
{
  _foliot_kernel_stop (((World *) target)->kernel);
}

static void
test_stop (void)
{
  World world = world_new (FOLIOT_DRIVE_FREE, 0);

  _foliot_kernel_stop (world.kernel); /* of no effect: nothing runs */
  foliot_kernel_post (world.kernel, 2, 0, FOLIOT_EVENT_CALLBACK, stop_kernel, &world, NULL);
  post (&world, 2, 0, 'b');
  run (&world, 10);
  assert_log (&world, "");
  g_assert_cmpint (foliot_kernel_now (world.kernel), ==, 2);
  run (&world, 10);
  assert_log (&world, "b2");
  world_clear (&world);
}

static void
run_again (gpointer target, gpointer payload)
{
  World *world = target;
  g_autoptr (GError) error = NULL;

  g_assert_false (foliot_kernel_run_until (world->kernel, 10, &error));
  g_assert_error (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_BUSY);
  g_string_append (world->log, "busy");
}

static void
test_busy (void)
{
  World world = world_new (FOLIOT_DRIVE_FREE, 0);

  foliot_kernel_post (world.kernel, 2, 0, FOLIOT_EVENT_CALLBACK, run_again, &world, NULL);
  run (&world, 10);
  assert_log (&world, "busy");
  world_clear (&world);
}

static void
test_hold_without_context (void)
{
  World world = world_new (FOLIOT_DRIVE_FREE, 0);
  FoliotHold *hold = foliot_kernel_hold (world.kernel, "reply of turbine-3", 0);
  g_autoptr (GError) error = NULL;
  FoliotSettled settled;

  post (&world, 0, 0, 'a');
  post (&world, 1, 0, 'b');
  g_assert_false (foliot_kernel_run_until (world.kernel, 10, &error));
  g_assert_error (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_HELD);
  g_assert_nonnull (strstr (error->message, "reply of turbine-3"));
  assert_log (&world, "a0"); /* what is due now still runs */
  foliot_kernel_peek_settled (world.kernel, &settled);
  g_assert_false (settled.quiet);
  g_assert_cmpuint (settled.n_holds, ==, 1);
  foliot_hold_release (hold);
  run (&world, 10);
  assert_log (&world, "b1");
  world_clear (&world);
}

/* While something is held, neither kind of advance moves time. */
static void
test_hold_external (void)
{
  World world = world_new (FOLIOT_DRIVE_EXTERNAL, 0);
  FoliotHold *first = foliot_kernel_hold (world.kernel, "first", 0);
  FoliotHold *second = foliot_kernel_hold (world.kernel, "second", 0);

  post (&world, 5, 0, 'a');
  g_assert_true (foliot_kernel_advance (world.kernel, 7, FOLIOT_ADVANCE_THROUGH, NULL));
  g_assert_cmpuint (foliot_kernel_step (world.kernel, 10), ==, 0);
  g_assert_cmpint (foliot_kernel_now (world.kernel), ==, 0);
  foliot_hold_release (first);
  g_assert_cmpuint (foliot_kernel_step (world.kernel, 10), ==, 0);
  g_assert_true (foliot_kernel_advance (world.kernel, 8, FOLIOT_ADVANCE_JUMP, NULL));
  g_assert_cmpint (foliot_kernel_now (world.kernel), ==, 0);
  foliot_hold_release (second);
  g_assert_cmpuint (foliot_kernel_step (world.kernel, 10), ==, 1);
  assert_log (&world, "a8");
  world_clear (&world);
}

static void
drop_letter (gpointer target, gpointer payload)
{
  g_string_append_printf (((World *) target)->log, "-%c", (char) GPOINTER_TO_INT (payload));
}

static void
close_hook (FoliotKernel *kernel, gpointer user_data)
{
  World *world = user_data;

  g_string_append (world->log, foliot_kernel_step (kernel, 1) == 1 ? "|" : "#");
}

static void
test_close (void)
{
  World world = world_new (FOLIOT_DRIVE_FREE, 0);
  FoliotHold *hold;

  _foliot_kernel_add_close_hook (world.kernel, close_hook, &world);
  _foliot_kernel_set_drop_func (world.kernel, write_letter, drop_letter);
  post (&world, 9, 0, 'c');
  post (&world, 0, 0, 'a');
  post (&world, 5, 0, 'b');
  foliot_kernel_call_at (world.kernel, 7, G_CALLBACK (call_letter), &world, count_destroy);
  foliot_kernel_call_every (world.kernel, 8, 1, G_CALLBACK (call_letter), &world, count_destroy);
  hold = foliot_kernel_hold (world.kernel, "nobody", 0);
  foliot_kernel_close (world.kernel);
  assert_log (&world, "a0|-b!!-c");
  foliot_kernel_close (world.kernel);
  g_assert_cmpuint (post (&world, 1, 0, 'd'), ==, 0);
  g_assert_cmpuint (foliot_kernel_call_at (world.kernel, 1, G_CALLBACK (call_letter), &world, count_destroy),
                    ==, 0);
  assert_log (&world, "!");
  run (&world, 10);
  assert_log (&world, "");
  world_clear (&world);
  foliot_hold_release (hold); /* outlives the kernel */
}

static void
close_kernel (gpointer target, gpointer payload)
{
  foliot_kernel_close (((World *) target)->kernel);
}

static void
test_close_inside (void)
{
  World world = world_new (FOLIOT_DRIVE_FREE, 0);

  post (&world, 1, 0, 'a');
  foliot_kernel_post (world.kernel, 2, 0, FOLIOT_EVENT_CALLBACK, close_kernel, &world, NULL);
  post (&world, 3, 0, 'b');
  run (&world, 10);
  assert_log (&world, "a1");
  world_clear (&world);
}

static void
test_data (void)
{
  World world = world_new (FOLIOT_DRIVE_FREE, 0);
  GQuark key = g_quark_from_static_string ("test-kernel-data");
  GQuark other = g_quark_from_static_string ("test-kernel-other");
  GString *log = world.log;

  g_assert_null (foliot_kernel_get_data (world.kernel, key));
  foliot_kernel_set_data (world.kernel, key, &world, count_destroy);
  g_assert_true (foliot_kernel_get_data (world.kernel, key) == &world);
  foliot_kernel_set_data (world.kernel, other, log, NULL);
  foliot_kernel_set_data (world.kernel, key, NULL, NULL);
  assert_log (&world, "!");
  foliot_kernel_set_data (world.kernel, key, &world, count_destroy);
  g_object_unref (world.kernel);
  g_assert_cmpstr (log->str, ==, "!");
  g_string_free (log, TRUE);
}

static void
test_two_kernels (void)
{
  World one = world_new (FOLIOT_DRIVE_FREE, 0), two = world_new (FOLIOT_DRIVE_FREE, 100);

  for (gint i = 0; i < 3; i++)
    {
      post (&one, i, 0, (char) ('a' + i));
      post (&two, 102 - i, 0, (char) ('x' + i));
    }
  for (guint i = 0; i < 3; i++)
    {
      foliot_kernel_step (one.kernel, 1);
      foliot_kernel_step (two.kernel, 1);
    }
  assert_log (&one, "a0 b1 c2");
  assert_log (&two, "z100 y101 x102");
  world_clear (&one);
  world_clear (&two);
}

/* A queue that posts only its head keeps its place among the others. */
static void
test_reserve (void)
{
  World world = world_new (FOLIOT_DRIVE_FREE, 0);
  FoliotReservation early = _foliot_kernel_reserve (world.kernel), late;

  post (&world, 10, 0, 'b');
  late = _foliot_kernel_reserve (world.kernel);
  post (&world, 10, 0, 'd');
  _foliot_kernel_post_reserved (world.kernel, &late, 10, 0, FOLIOT_EVENT_FRAME, write_letter, &world,
                                GINT_TO_POINTER ('c'));
  _foliot_kernel_post_reserved (world.kernel, &early, 10, 0, FOLIOT_EVENT_FRAME, write_letter, &world,
                                GINT_TO_POINTER ('a'));
  run (&world, FOLIOT_TIME_NEVER);
  assert_log (&world, "a10 b10 c10 d10");

  /* The same for now, where the others are in the ring. */
  early = _foliot_kernel_reserve (world.kernel);
  post (&world, 0, 0, 'f');
  _foliot_kernel_post_reserved (world.kernel, &early, 0, 0, FOLIOT_EVENT_FRAME, write_letter, &world,
                                GINT_TO_POINTER ('e'));
  run (&world, FOLIOT_TIME_NEVER);
  assert_log (&world, "e10 f10");
  world_clear (&world);
}

static char *
run_shuffled (guint64 seed, FoliotTime at)
{
  World world = world_new (FOLIOT_DRIVE_FREE, 0);
  g_autofree char *text = NULL;
  char *order = g_malloc0 (27);

  foliot_kernel_shuffle_ties (world.kernel, seed);
  for (gint i = 0; i < 26; i++)
    post (&world, at, 0, (char) ('a' + i));
  post (&world, at, 1, '}');
  post (&world, at, -1, '{');
  run (&world, FOLIOT_TIME_NEVER);
  text = world_take_log (&world);
  g_assert_cmpuint (strlen (text), ==, 28 * 3 - 1);
  g_assert_cmpint (text[0], ==, '{'); /* priorities are not shuffled */
  g_assert_cmpint (text[27 * 3], ==, '}');
  for (gint i = 0; i < 26; i++)
    order[i] = text[(i + 1) * 3];
  world_clear (&world);
  return order;
}

static void
test_shuffled_ties (void)
{
  static const FoliotTime times[] = { 0, 7 }; /* for now, and for later */
  const char *letters = "abcdefghijklmnopqrstuvwxyz";

  for (guint t = 0; t < G_N_ELEMENTS (times); t++)
    {
      g_autofree char *plain = run_shuffled (0, times[t]);
      g_autofree char *before = g_strdup (plain);
      g_assert_cmpstr (plain, ==, letters);
      for (guint64 seed = 1; seed <= 20; seed++)
        {
          g_autofree char *order = run_shuffled (seed, times[t]);
          g_autofree char *again = run_shuffled (seed, times[t]);
          for (guint i = 0; i < 26; i++)
            g_assert_nonnull (strchr (order, letters[i]));
          g_assert_cmpstr (order, ==, again);
          g_assert_cmpstr (order, !=, before);
          g_free (g_steal_pointer (&before));
          before = g_strdup (order);
        }
    }
}

static void
test_names (void)
{
  World world = world_new (FOLIOT_DRIVE_FREE, 0);
  FoliotKernel *kernel = world.kernel;

  g_assert_cmpuint (foliot_kernel_get_n_nodes (kernel), ==, 0);
  g_assert_cmpuint (foliot_kernel_add_node (kernel, "agents/0"), ==, 1);
  g_assert_cmpuint (foliot_kernel_add_node (kernel, "agents/1"), ==, 2);
  g_assert_cmpuint (foliot_kernel_add_node (kernel, "agents/0"), ==, 1);
  g_assert_cmpuint (foliot_kernel_get_n_nodes (kernel), ==, 2);
  g_assert_cmpstr (foliot_kernel_get_node_name (kernel, 2), ==, "agents/1");
  g_assert_cmpstr (foliot_kernel_get_node_name (kernel, 0), ==, "world");
  g_assert_cmpuint (foliot_kernel_add_link (kernel, "a", "b"), ==, 1);
  g_assert_cmpuint (foliot_kernel_add_link (kernel, "b", "a"), ==, 2);
  g_assert_cmpuint (foliot_kernel_add_link (kernel, "a", "b"), ==, 1);
  g_assert_cmpuint (foliot_kernel_get_n_links (kernel), ==, 2);
  g_assert_cmpstr (foliot_kernel_get_link_name (kernel, 2), ==, "b → a");
  world_clear (&world);
}

static void
describe (gpointer target, gpointer payload)
{
  World *world = target;
  char buffer[64], small[8];

  foliot_kernel_describe_current (world->kernel, buffer, sizeof buffer);
  g_string_append (world->log, buffer);
  foliot_kernel_describe_current (world->kernel, small, sizeof small);
  g_assert_cmpstr (small, ==, "event 1");
}

static void
test_describe_current (void)
{
  World world = world_new (FOLIOT_DRIVE_FREE, -5);
  char buffer[64];

  foliot_kernel_enter_node (world.kernel, foliot_kernel_add_node (world.kernel, "agents/0"));
  foliot_kernel_post (world.kernel, -2, 0, FOLIOT_EVENT_TIMER, describe, &world, NULL);
  foliot_kernel_enter_node (world.kernel, 0);
  run (&world, FOLIOT_TIME_NEVER);
  assert_log (&world, "event 1 (timer) at -2 ns of agents/0");
  foliot_kernel_describe_current (world.kernel, buffer, sizeof buffer);
  g_assert_cmpstr (buffer, ==, "no event is running, at -2 ns");
  world_clear (&world);
}

static void
test_fault_points (void)
{
  World world = world_new (FOLIOT_DRIVE_FREE, 0);

  for (guint i = 0; i < 3; i++)
    g_assert_false (_foliot_kernel_fault (world.kernel));
  _foliot_kernel_set_fault (world.kernel, 2);
  g_assert_false (_foliot_kernel_fault (world.kernel));
  g_assert_true (_foliot_kernel_fault_is_left (world.kernel));
  g_assert_true (_foliot_kernel_fault (world.kernel));
  g_assert_false (_foliot_kernel_fault_is_left (world.kernel));
  g_assert_false (_foliot_kernel_fault (world.kernel));
  world_clear (&world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernel/order", test_order);
  g_test_add_func ("/kernel/ring-and-heap", test_ring_and_heap);
  g_test_add_func ("/kernel/negative-times", test_negative_times);
  g_test_add_func ("/kernel/ends-of-time", test_ends_of_time);
  g_test_add_func ("/kernel/free-until", test_free_until);
  g_test_add_func ("/kernel/jump", test_jump);
  g_test_add_func ("/kernel/jump-waits", test_jump_waits);
  g_test_add_func ("/kernel/jump-inside", test_jump_inside);
  g_test_add_func ("/kernel/through", test_through);
  g_test_add_func ("/kernel/only-external-is-advanced", test_only_external_is_advanced);
  g_test_add_func ("/kernel/step-counts", test_step_counts);
  g_test_add_func ("/kernel/step-until", test_step_until);
  g_test_add_func ("/kernel/cancel-and-reschedule", test_cancel_and_reschedule);
  g_test_add_func ("/kernel/calls", test_calls);
  g_test_add_func ("/kernel/call-every", test_call_every);
  g_test_add_func ("/kernel/call-every-jump", test_call_every_jump);
  g_test_add_func ("/kernel/interrupt", test_interrupt);
  g_test_add_func ("/kernel/stop", test_stop);
  g_test_add_func ("/kernel/busy", test_busy);
  g_test_add_func ("/kernel/hold-without-context", test_hold_without_context);
  g_test_add_func ("/kernel/hold-external", test_hold_external);
  g_test_add_func ("/kernel/close", test_close);
  g_test_add_func ("/kernel/close-inside", test_close_inside);
  g_test_add_func ("/kernel/data", test_data);
  g_test_add_func ("/kernel/two-kernels", test_two_kernels);
  g_test_add_func ("/kernel/reserve", test_reserve);
  g_test_add_func ("/kernel/shuffled-ties", test_shuffled_ties);
  g_test_add_func ("/kernel/names", test_names);
  g_test_add_func ("/kernel/describe-current", test_describe_current);
  g_test_add_func ("/kernel/fault-points", test_fault_points);
  return g_test_run ();
}
