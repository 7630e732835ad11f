/* SPDX-License-Identifier: MIT */
#include "async/foliot-sanitizer.h"
#include "foliot-test.h"

#include <fenv.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "async/foliot-fiber-private.h"
#include "kernel/foliot-fault-private.h"

static FoliotValue *
sleep_and_answer (gpointer user_data, GError **error)
{
  FoliotKernel *kernel = user_data;

  if (!foliot_sleep (kernel, 5 * FOLIOT_SECOND, error))
    return NULL;
  return foliot_value_new_int (42);
}

static void
test_result (FoliotKernel *kernel)
{
  g_autoptr (FoliotFuture) future
      = foliot_fiber_spawn (kernel, NULL, "answer", sleep_and_answer, kernel, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await (future, FOLIOT_TIME_NEVER, &error);

  g_assert_no_error (error);
  g_assert_cmpint (foliot_value_get_int (value), ==, 42);
  foliot_test_assert_now (kernel, 5 * FOLIOT_SECOND);
}

static FoliotValue *
fail (gpointer user_data, GError **error)
{
  g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_LOOKUP, "no such thing");
  return NULL;
}

static void
test_error (FoliotKernel *kernel)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (foliot_await_take (foliot_fiber_spawn (kernel, NULL, NULL, fail, NULL, NULL), &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_LOOKUP);
}

static void
set_flag (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

static FoliotValue *
check_flag_is_unset (gpointer user_data, GError **error)
{
  g_assert_false (*(gboolean *) user_data);
  return NULL;
}

static void
test_destroy (FoliotKernel *kernel)
{
  gboolean destroyed = FALSE;
  g_autoptr (FoliotFuture) future
      = foliot_fiber_spawn (kernel, NULL, "body", check_flag_is_unset, &destroyed, set_flag);

  g_assert_false (destroyed);
  foliot_test_sleep (kernel, 0);
  g_assert_true (destroyed);
}

/* run_now: inside the present event until it first suspends. */

typedef struct
{
  FoliotKernel *kernel;
  GString *order;
} Handler;

static void
handle (gpointer user_data)
{
  Handler *self = user_data;

  g_assert_cmpstr (foliot_fiber_get_name (self->kernel), ==, "handler");
  g_string_append_c (self->order, 'a');
  foliot_kernel_enter_node (self->kernel, foliot_kernel_add_node (self->kernel, "elsewhere"));
  foliot_test_sleep (self->kernel, FOLIOT_SECOND);
  g_assert_cmpstr (foliot_kernel_get_node_name (self->kernel, foliot_kernel_get_current_node (self->kernel)),
                   ==, "elsewhere");
  g_string_append_c (self->order, 'c');
}

static void
run_handler (gpointer user_data)
{
  Handler *self = user_data;
  guint32 node = foliot_kernel_get_current_node (self->kernel);
  g_autoptr (GError) error = NULL;

  g_assert_true (foliot_fiber_run_now (self->kernel, NULL, "handler", handle, self, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (foliot_kernel_get_current_node (self->kernel), ==, node);
  g_assert_false (foliot_fiber_is_running (self->kernel));
  g_string_append_c (self->order, 'b');
}

static void
test_run_now (FoliotKernel *kernel)
{
  g_autoptr (GString) order = g_string_new (NULL);
  Handler handler = { kernel, order };

  foliot_kernel_call_in (kernel, 0, G_CALLBACK (run_handler), &handler, NULL);
  foliot_test_sleep (kernel, 2 * FOLIOT_SECOND);
  g_assert_cmpstr (order->str, ==, "abc");
}

/* A fiber runs with the defaults, whatever the host does, and what it leaves behind does not reach the host. */

static FoliotValue *
round_upward (gpointer user_data, GError **error)
{
  FoliotKernel *kernel = user_data;

  g_assert_cmpint (fegetround (), ==, FE_TONEAREST);
  fesetround (FE_UPWARD);
  fesetround (FE_TONEAREST);
  foliot_test_sleep (kernel, FOLIOT_SECOND);
  g_assert_cmpint (fegetround (), ==, FE_TONEAREST);
  fesetround (FE_UPWARD);
  return NULL;
}

static void
test_float_control (void)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  g_autoptr (FoliotFuture) fiber = NULL;

  fesetround (FE_DOWNWARD);
  fiber = foliot_fiber_spawn (kernel, NULL, "upward", round_upward, kernel, NULL);
  g_assert_true (foliot_kernel_run_until (kernel, FOLIOT_TIME_NEVER, NULL));
  g_assert_cmpint (fegetround (), ==, FE_DOWNWARD);
  fesetround (FE_TONEAREST);
  g_assert_true (foliot_future_is_settled (fiber));
}

static FoliotValue *
sleep_until_woken (gpointer user_data, GError **error)
{
  foliot_sleep (user_data, FOLIOT_HOUR, error);
  return NULL;
}

static void
test_many (FoliotKernel *kernel)
{
  const guint n = sanitizer_on_valgrind () ? 1000 : 100000;
  g_autoptr (FoliotScope) scope = foliot_scope_new (kernel, NULL);

  for (guint i = 0; i < n; i++)
    foliot_future_unref (foliot_fiber_spawn (kernel, scope, "one of many", sleep_until_woken, kernel, NULL));
  foliot_test_sleep (kernel, FOLIOT_SECOND);
  g_assert_cmpuint (foliot_fiber_get_n_alive (kernel), ==, n + 1);
  foliot_future_unref (foliot_scope_close (scope));
  foliot_test_sleep (kernel, 0);
  g_assert_cmpuint (foliot_fiber_get_n_alive (kernel), ==, 1);
}

static FoliotValue *
get_from_store (gpointer user_data, GError **error)
{
  return foliot_store_get (user_data, FOLIOT_TIME_NEVER, error);
}

/* Who waits for a time is not listed: that will come. */
static void
test_report (FoliotKernel *kernel)
{
  g_autoptr (FoliotScope) scope = foliot_scope_new (kernel, NULL);
  g_autoptr (FoliotStore) store = foliot_store_new (kernel, "orders", 0);
  g_autofree char *report = NULL;

  foliot_kernel_enter_node (kernel, foliot_kernel_add_node (kernel, "agents/0"));
  foliot_future_unref (foliot_fiber_spawn (kernel, scope, "clerk", get_from_store, store, NULL));
  foliot_kernel_enter_node (kernel, 0);
  foliot_future_unref (foliot_fiber_spawn (kernel, scope, "sleeper", sleep_until_woken, kernel, NULL));
  foliot_test_sleep (kernel, 1500 * FOLIOT_MILLISECOND);
  foliot_future_unref (foliot_fiber_spawn (kernel, scope, "late", sleep_until_woken, kernel, NULL));
  report = foliot_fiber_report_waits (kernel);
  g_assert_cmpstr (report, ==,
                   "fiber 2 “clerk” of agents/0 waits for a value from store “orders” since 0 s\n"
                   "fiber 4 “late” has not started yet\n");
  foliot_scope_cancel (scope);
  foliot_test_sleep (kernel, 0);
}

/* No memory for a stack: a named error, in the future or from the call, and the user data is freed. */
static void
test_fault (FoliotKernel *kernel)
{
  gboolean destroyed = FALSE;
  g_autoptr (FoliotFuture) future = NULL;

  _foliot_kernel_set_fault (kernel, 1);
  future = foliot_fiber_spawn_full (kernel, NULL, "small", FOLIOT_STACK_SMALL, sleep_and_answer, &destroyed,
                                    set_flag);
  g_assert_error (foliot_future_get_error (future), FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_MEMORY);
  g_assert_true (destroyed);
  g_assert_false (_foliot_kernel_fault_is_left (kernel));
}

static void
never (gpointer user_data)
{
  g_assert_not_reached ();
}

static void
test_fault_run_now (void)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  g_autoptr (GError) error = NULL;

  _foliot_kernel_set_fault (kernel, 1);
  g_assert_false (foliot_fiber_run_now (kernel, NULL, "handler", never, NULL, &error));
  g_assert_error (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_MEMORY);
  g_assert_cmpuint (foliot_fiber_get_n_alive (kernel), ==, 0);
}

/* Closing the world brings every fiber to its end: waiting, shielded, not started, or one that will not end. */

typedef struct
{
  FoliotKernel *kernel;
  guint n_ended;
} Closing;

static FoliotValue *
end_when_cancelled (gpointer user_data, GError **error)
{
  Closing *self = user_data;
  g_autoptr (GError) why = NULL;

  g_assert_false (foliot_sleep (self->kernel, FOLIOT_DAY, &why));
  g_assert_error (why, FOLIOT_ERROR, FOLIOT_ERROR_CANCELLED);
  self->n_ended++;
  return NULL;
}

static FoliotValue *
end_shielded (gpointer user_data, GError **error)
{
  Closing *self = user_data;
  g_autoptr (GError) why = NULL;
  g_autoptr (GError) again = NULL;

  foliot_shield_enter (self->kernel);
  g_assert_false (foliot_sleep (self->kernel, FOLIOT_DAY, &why));
  g_assert_error (why, FOLIOT_ERROR, FOLIOT_ERROR_CLOSED);
  g_assert_false (foliot_sleep (self->kernel, FOLIOT_DAY, &again));
  g_assert_error (again, FOLIOT_ERROR, FOLIOT_ERROR_CLOSED);
  foliot_shield_leave (self->kernel);
  self->n_ended++;
  return NULL;
}

static FoliotValue *
never_end (gpointer user_data, GError **error)
{
  Closing *self = user_data;

  for (;;)
    foliot_sleep (self->kernel, FOLIOT_SECOND, NULL);
  return NULL;
}

static void
test_close (void)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  Closing closing = { kernel, 0 };
  FoliotFuture *futures[4];
  g_autofree char *abandoned = NULL;

  futures[0] = foliot_fiber_spawn (kernel, NULL, "waits", end_when_cancelled, &closing, NULL);
  futures[1] = foliot_fiber_spawn (kernel, NULL, "shielded", end_shielded, &closing, NULL);
  futures[2] = foliot_fiber_spawn (kernel, NULL, "deaf", never_end, &closing, NULL);
  g_assert_cmpuint (foliot_kernel_step (kernel, 3), ==, 3);
  futures[3] = foliot_fiber_spawn (kernel, NULL, "fresh", end_when_cancelled, &closing, NULL);
  foliot_kernel_close (kernel);
  g_assert_cmpuint (closing.n_ended, ==, 2);
  g_assert_cmpuint (foliot_fiber_get_n_alive (kernel), ==, 1);
  abandoned = _foliot_fiber_report_abandoned (kernel);
  g_assert_cmpstr (abandoned, ==, "fiber 3 “deaf” did not end when its world was closed\n");
  g_assert_null (foliot_future_get_error (futures[0]));
  g_assert_null (foliot_future_get_error (futures[1]));
  g_assert_error (foliot_future_get_error (futures[2]), FOLIOT_ERROR, FOLIOT_ERROR_CLOSED);
  g_assert_error (foliot_future_get_error (futures[3]), FOLIOT_ERROR, FOLIOT_ERROR_CANCELLED);
  for (gsize i = 0; i < G_N_ELEMENTS (futures); i++)
    foliot_future_unref (futures[i]);
}

/* What a wait was given before the world was closed, it returns. */
static FoliotValue *
take_and_see (gpointer user_data, GError **error)
{
  FoliotStore *store = user_data;
  g_autoptr (FoliotValue) value = foliot_store_get (store, FOLIOT_TIME_NEVER, NULL);

  return foliot_value_new_int (value != NULL ? foliot_value_get_int (value) : -1);
}

static void
test_close_after_decision (void)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  g_autoptr (FoliotStore) store = foliot_store_new (kernel, "shelf", 0);
  g_autoptr (FoliotFuture) fiber = foliot_fiber_spawn (kernel, NULL, "taker", take_and_see, store, NULL);

  g_assert_cmpuint (foliot_kernel_step (kernel, 1), ==, 1);
  g_assert_true (foliot_store_try_put (store, foliot_value_new_int (7)));
  foliot_kernel_close (kernel);
  g_assert_cmpint (foliot_value_get_int (foliot_future_get_value (fiber)), ==, 7);
}

/* Overflow, by each kind of guard. */

/* Writes down the stack until it is just beyond the end. */
static G_NO_INLINE guint
dig (FoliotFiber *fiber)
{
  volatile char space[1024];

  memset ((char *) space, 1, sizeof space);
  return (char *) space < fiber->stack.bottom ? 0 : dig (fiber) + (guint) space[0];
}

static FoliotValue *
overflow (gpointer user_data, GError **error)
{
  return foliot_value_new_int (dig (_foliot_async_get (user_data)->current));
}

static void
run_overflow (FoliotStackGuard guard)
{
  struct rlimit no_core = { 0, 0 };
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  g_autoptr (FoliotFuture) fiber = NULL;

  setrlimit (RLIMIT_CORE, &no_core);
  _foliot_stack_pool_set_guard (_foliot_async_get (kernel)->stacks, guard);
  foliot_fiber_catch_overflow (kernel);
  fiber = foliot_fiber_spawn_full (kernel, NULL, "digger", FOLIOT_STACK_SMALL, overflow, kernel, NULL);
  foliot_kernel_run_until (kernel, FOLIOT_TIME_NEVER, NULL);
}

static void
test_overflow (gconstpointer user_data)
{
  if (g_test_subprocess ())
    {
      run_overflow (GPOINTER_TO_UINT (user_data));
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*fiber 1 *digger* used more than its 16 KiB of stack*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  foliot_test_add ("/fiber/result", test_result);
  foliot_test_add ("/fiber/error", test_error);
  foliot_test_add ("/fiber/destroy", test_destroy);
  foliot_test_add ("/fiber/run-now", test_run_now);
  g_test_add_func ("/fiber/float-control", test_float_control);
  foliot_test_add ("/fiber/many", test_many);
  foliot_test_add ("/fiber/report", test_report);
  foliot_test_add ("/fiber/fault", test_fault);
  g_test_add_func ("/fiber/fault-run-now", test_fault_run_now);
  g_test_add_func ("/fiber/close", test_close);
  g_test_add_func ("/fiber/close-after-decision", test_close_after_decision);
  if (FOLIOT_ASAN == 0)
    {
      g_test_add_data_func ("/fiber/overflow/page", GUINT_TO_POINTER (FOLIOT_STACK_GUARD_PAGE),
                            test_overflow);
      g_test_add_data_func ("/fiber/overflow/protect", GUINT_TO_POINTER (FOLIOT_STACK_GUARD_PROTECT),
                            test_overflow);
      g_test_add_data_func ("/fiber/overflow/canary", GUINT_TO_POINTER (FOLIOT_STACK_GUARD_CANARY),
                            test_overflow);
    }
  return g_test_run ();
}
