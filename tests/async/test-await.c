/* SPDX-License-Identifier: MIT */
#include "foliot-test.h"

static void
test_time_out (FoliotKernel *kernel)
{
  g_autoptr (FoliotFuture) future = foliot_future_new (kernel);
  g_autoptr (GError) error = NULL;

  foliot_future_set_label (future, "an answer");
  g_assert_null (foliot_await (future, 3 * FOLIOT_SECOND, &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_TIMED_OUT);
  g_assert_cmpstr (error->message, ==, "timed out at 3 s, waiting for an answer");
  foliot_test_assert_now (kernel, 3 * FOLIOT_SECOND);
  g_assert_false (foliot_future_is_settled (future));
  foliot_future_cancel (future);
}

/* A deadline at or before now suspends and times out now, after what was ready; unless settled. */
static void
test_past_deadline (FoliotKernel *kernel)
{
  g_autoptr (FoliotFuture) pending = foliot_future_new (kernel);
  g_autoptr (FoliotFuture) settled = foliot_future_new_resolved (kernel, NULL);
  g_autoptr (FoliotValue) value = NULL;
  g_autoptr (GError) error = NULL;

  foliot_test_sleep (kernel, FOLIOT_SECOND);
  g_assert_null (foliot_await (pending, 0, &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_TIMED_OUT);
  foliot_test_assert_now (kernel, FOLIOT_SECOND);
  value = foliot_await (settled, 0, NULL);
  g_assert_nonnull (value);
  foliot_future_cancel (pending);
}

static void
resolve (gpointer user_data)
{
  foliot_future_resolve (user_data, NULL);
}

static void
test_past_deadline_lets_ready_run (FoliotKernel *kernel)
{
  g_autoptr (FoliotFuture) future = foliot_future_new (kernel);
  g_autoptr (FoliotValue) value = NULL;

  foliot_kernel_call_in (kernel, 0, G_CALLBACK (resolve), future, NULL);
  value = foliot_await (future, 0, NULL);
  g_assert_nonnull (value);
}

/* A wait that ended early leaves no event behind, so time does not run on to its deadline. */
static void
test_deadline_is_cancelled (FoliotKernel *kernel)
{
  g_autoptr (FoliotFuture) future = foliot_future_new (kernel);
  g_autoptr (FoliotValue) value = NULL;
  FoliotSettled settled;

  foliot_kernel_call_in (kernel, FOLIOT_SECOND, G_CALLBACK (resolve), future, NULL);
  value = foliot_await (future, FOLIOT_DAY, NULL);
  g_assert_nonnull (value);
  foliot_kernel_peek_settled (kernel, &settled);
  g_assert_cmpint (settled.next_due, ==, FOLIOT_TIME_NEVER);
}

static void
test_take (FoliotKernel *kernel)
{
  g_autoptr (FoliotValue) value
      = foliot_await_take (foliot_future_new_resolved (kernel, foliot_value_new_int (5)), NULL);

  g_assert_cmpint (foliot_value_get_int (value), ==, 5);
}

typedef struct
{
  FoliotKernel *kernel;
  GString *order;
  char name;
  FoliotTime time;
} Step;

static FoliotValue *
step (gpointer user_data, GError **error)
{
  Step *self = user_data;

  if (foliot_sleep_until (self->kernel, self->time, error))
    g_string_append_c (self->order, self->name);
  return NULL;
}

static void
test_sleep_order (FoliotKernel *kernel)
{
  g_autoptr (GString) order = g_string_new (NULL);
  Step steps[] = { { kernel, order, 'd', 3 },
                   { kernel, order, 'b', 2 },
                   { kernel, order, 'c', 2 },
                   { kernel, order, 'a', -5 } };

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    foliot_future_unref (foliot_fiber_spawn (kernel, NULL, "step", step, &steps[i], NULL));
  foliot_test_sleep (kernel, 4);
  g_assert_cmpstr (order->str, ==, "abcd");
}

/* A sleep of nothing lets everything that is ready now run first. */
static void
test_sleep_zero (FoliotKernel *kernel)
{
  g_autoptr (FoliotFuture) future = foliot_future_new (kernel);

  foliot_kernel_call_in (kernel, 0, G_CALLBACK (resolve), future, NULL);
  foliot_test_sleep (kernel, -FOLIOT_SECOND);
  g_assert_true (foliot_future_is_settled (future));
  foliot_test_assert_now (kernel, 0);
}

static void
test_main_stack (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);

      foliot_sleep (kernel, 1, NULL);
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*a function that awaits was called on the main stack*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  foliot_test_add ("/await/time-out", test_time_out);
  foliot_test_add ("/await/past-deadline", test_past_deadline);
  foliot_test_add ("/await/past-deadline-lets-ready-run", test_past_deadline_lets_ready_run);
  foliot_test_add ("/await/deadline-is-cancelled", test_deadline_is_cancelled);
  foliot_test_add ("/await/take", test_take);
  foliot_test_add ("/await/sleep-order", test_sleep_order);
  foliot_test_add ("/await/sleep-zero", test_sleep_zero);
  g_test_add_func ("/await/main-stack", test_main_stack);
  return g_test_run ();
}
