/* SPDX-License-Identifier: MIT */
#include "foliot-test.h"

static FoliotValue *
answer_later (gpointer user_data, GError **error)
{
  foliot_test_sleep (user_data, FOLIOT_SECOND);
  return foliot_value_new_int (42);
}

static FoliotValue *
fail_later (gpointer user_data, GError **error)
{
  foliot_test_sleep (user_data, FOLIOT_SECOND);
  g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_LOOKUP, "no such thing");
  return NULL;
}

static void
count (gpointer user_data)
{
  (*(guint *) user_data)++;
}

/* Row 111: the result of what was run. Nothing that comes after it has happened then. */
static void
test_result (void)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  g_autoptr (FoliotFuture) future = foliot_fiber_spawn (kernel, NULL, "answer", answer_later, kernel, NULL);
  g_autoptr (FoliotValue) value = NULL;
  g_autoptr (FoliotValue) again = NULL;
  g_autoptr (FoliotValue) rest = NULL;
  g_autoptr (GError) error = NULL;
  guint n_late = 0;

  foliot_kernel_call_at (kernel, 2 * FOLIOT_SECOND, G_CALLBACK (count), &n_late, NULL);
  value = foliot_run (kernel, future, &error);
  g_assert_no_error (error);
  g_assert_cmpint (foliot_value_get_int (value), ==, 42);
  foliot_test_assert_now (kernel, FOLIOT_SECOND);
  g_assert_cmpuint (n_late, ==, 0);
  again = foliot_run (kernel, future, &error);
  g_assert_cmpint (foliot_value_get_int (again), ==, 42);
  rest = foliot_run (kernel, NULL, &error);
  g_assert_true (foliot_value_is_null (rest));
  g_assert_cmpuint (n_late, ==, 1);
}

/* Row 111: its error. */
static void
test_error (void)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  g_autoptr (FoliotFuture) future = foliot_fiber_spawn (kernel, NULL, "failure", fail_later, kernel, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (foliot_run (kernel, future, &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_LOOKUP);
}

/* Row 111: two worlds in one thread, each run by its own kernel. */
static void
test_two_worlds (void)
{
  g_autoptr (FoliotKernel) one = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  g_autoptr (FoliotKernel) two = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 100);
  g_autoptr (FoliotFuture) first = foliot_fiber_spawn (one, NULL, "answer", answer_later, one, NULL);
  g_autoptr (FoliotFuture) second = foliot_fiber_spawn (two, NULL, "answer", answer_later, two, NULL);
  g_autoptr (FoliotValue) value = foliot_run (two, second, NULL);

  g_assert_nonnull (value);
  g_assert_false (foliot_future_is_settled (first));
  foliot_test_assert_now (one, 0);
  foliot_test_assert_now (two, 100 + FOLIOT_SECOND);
}

static FoliotValue *
get_from_store (gpointer user_data, GError **error)
{
  return foliot_store_get (user_data, FOLIOT_TIME_NEVER, error);
}

static void
test_stuck (void)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, FOLIOT_SECOND);
  g_autoptr (FoliotStore) store = foliot_store_new (kernel, "orders", 0);
  g_autoptr (FoliotFuture) future = foliot_fiber_spawn (kernel, NULL, "clerk", get_from_store, store, NULL);
  g_autoptr (GError) error = NULL;
  FoliotSettled settled;

  g_assert_null (foliot_run (kernel, future, &error));
  g_assert_error (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_STUCK);
  g_assert_cmpstr (error->message, ==,
                   "nothing is left to do at 1 s, but what was waited for has not happened:\n"
                   "fiber 1 “clerk” waits for a value from store “orders” since 1 s\n");
  foliot_kernel_peek_settled (kernel, &settled);
  g_assert_cmpuint (settled.n_waits, ==, 1);
}

static gboolean
resolve_from_outside (gpointer user_data)
{
  foliot_future_resolve (user_data, NULL);
  return G_SOURCE_REMOVE;
}

/* A world that others drive, hosted in a main context: run waits for what its other sources bring. */
static void
test_external (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (context, FOLIOT_DRIVE_EXTERNAL, 1, 0);
  g_autoptr (FoliotFuture) future = foliot_future_new (kernel);
  g_autoptr (GSource) source = g_idle_source_new ();
  g_autoptr (FoliotValue) value = NULL;

  g_source_set_callback (source, resolve_from_outside, future, NULL);
  g_source_attach (source, context);
  value = foliot_run (kernel, future, NULL);
  g_assert_nonnull (value);
}

static void
test_interrupted (void)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  g_autoptr (FoliotFuture) future = foliot_future_new (kernel);
  g_autoptr (GError) error = NULL;

  foliot_kernel_call_at (kernel, 1, G_CALLBACK (foliot_kernel_interrupt), kernel, NULL);
  g_assert_null (foliot_run (kernel, future, &error));
  g_assert_error (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_INTERRUPTED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/run/row-111-result", test_result);
  g_test_add_func ("/run/row-111-error", test_error);
  g_test_add_func ("/run/row-111-two-worlds", test_two_worlds);
  g_test_add_func ("/run/stuck", test_stuck);
  g_test_add_func ("/run/external", test_external);
  g_test_add_func ("/run/interrupted", test_interrupted);
  return g_test_run ();
}
