/* SPDX-License-Identifier: MIT */
#include "foliot-test.h"

static FoliotValue *
sleep_long (gpointer user_data, GError **error)
{
  FoliotKernel *kernel = user_data;

  foliot_sleep (kernel, FOLIOT_DAY, error);
  return NULL;
}

static FoliotFuture *
spawn_sleeper (FoliotKernel *kernel, FoliotScope *scope)
{
  return foliot_fiber_spawn (kernel, scope, "sleeper", sleep_long, kernel, NULL);
}

static void
await_ok (FoliotFuture *future)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await_take (future, &error);

  g_assert_no_error (error);
  g_assert_nonnull (value);
}

static void
test_close (FoliotKernel *kernel)
{
  g_autoptr (FoliotScope) scope = foliot_scope_new (kernel, NULL);
  g_autoptr (FoliotFuture) first = spawn_sleeper (kernel, scope);
  g_autoptr (FoliotFuture) second = spawn_sleeper (kernel, scope);

  foliot_test_sleep (kernel, FOLIOT_SECOND);
  g_assert_cmpuint (foliot_scope_get_n_fibers (scope), ==, 2);
  await_ok (foliot_scope_close (scope));
  foliot_test_assert_now (kernel, FOLIOT_SECOND);
  g_assert_cmpuint (foliot_scope_get_n_fibers (scope), ==, 0);
  g_assert_error (foliot_future_get_error (first), FOLIOT_ERROR, FOLIOT_ERROR_CANCELLED);
  g_assert_error (foliot_future_get_error (second), FOLIOT_ERROR, FOLIOT_ERROR_CANCELLED);
  await_ok (foliot_scope_close (scope));
}

static void
test_join (FoliotKernel *kernel)
{
  g_autoptr (FoliotScope) scope = foliot_scope_new (kernel, NULL);
  g_autoptr (FoliotFuture) sleeper = spawn_sleeper (kernel, scope);

  await_ok (foliot_scope_join (scope));
  foliot_test_assert_now (kernel, FOLIOT_DAY);
  g_assert_null (foliot_future_get_error (sleeper));
}

static void
test_nest (FoliotKernel *kernel)
{
  enum
  {
    DEPTH = 20000
  };
  g_autoptr (GPtrArray) scopes = g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_scope_unref);
  FoliotScope *top, *inner = NULL;
  g_autoptr (FoliotFuture) deep = NULL;

  for (guint i = 0; i < DEPTH; i++)
    {
      inner = foliot_scope_new (kernel, inner);
      g_ptr_array_add (scopes, inner);
    }
  top = g_ptr_array_index (scopes, 0);
  deep = spawn_sleeper (kernel, inner);
  foliot_test_sleep (kernel, FOLIOT_SECOND);
  g_assert_cmpuint (foliot_scope_get_n_fibers (top), ==, 1);
  await_ok (foliot_scope_close (top));
  foliot_test_assert_now (kernel, FOLIOT_SECOND);
  g_assert_true (foliot_scope_is_cancelled (inner));
  g_assert_error (foliot_future_get_error (deep), FOLIOT_ERROR, FOLIOT_ERROR_CANCELLED);
}

/* A scope that nobody holds any more hands what lives in it to the one around it. */
static void
test_dropped_middle (FoliotKernel *kernel)
{
  g_autoptr (FoliotScope) outer = foliot_scope_new (kernel, NULL);
  FoliotScope *middle = foliot_scope_new (kernel, outer);
  g_autoptr (FoliotScope) inner = foliot_scope_new (kernel, middle);
  g_autoptr (FoliotFuture) sleeper = spawn_sleeper (kernel, inner);

  foliot_test_sleep (kernel, 0);
  foliot_scope_unref (middle);
  g_assert_cmpuint (foliot_scope_get_n_fibers (outer), ==, 1);
  await_ok (foliot_scope_close (outer));
  g_assert_true (foliot_scope_is_cancelled (inner));
  g_assert_true (foliot_future_is_settled (sleeper));
}

static void
test_cancelled_admits_nobody (FoliotKernel *kernel)
{
  g_autoptr (FoliotScope) scope = foliot_scope_new (kernel, NULL);
  g_autoptr (FoliotScope) inner = NULL;
  g_autoptr (FoliotFuture) early = spawn_sleeper (kernel, scope);
  g_autoptr (FoliotFuture) late = NULL;

  foliot_scope_cancel (scope);
  inner = foliot_scope_new (kernel, scope);
  g_assert_true (foliot_scope_is_cancelled (inner));
  late = spawn_sleeper (kernel, inner);
  g_assert_error (foliot_future_get_error (late), FOLIOT_ERROR, FOLIOT_ERROR_CANCELLED);
  await_ok (foliot_scope_join (scope));
  g_assert_error (foliot_future_get_error (early), FOLIOT_ERROR, FOLIOT_ERROR_CANCELLED);
  foliot_test_assert_now (kernel, 0);
}

/* Level-triggered: every await fails, until the end; under a shield none does. */

typedef struct
{
  FoliotKernel *kernel;
  FoliotFuture *settled;
  gboolean cleaned_up;
} Stubborn;

static FoliotValue *
be_stubborn (gpointer user_data, GError **error)
{
  Stubborn *self = user_data;
  FoliotTime cancelled_at;

  g_assert_false (foliot_sleep (self->kernel, FOLIOT_DAY, NULL));
  cancelled_at = foliot_kernel_now (self->kernel);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) again = NULL;

      g_assert_false (foliot_sleep (self->kernel, FOLIOT_DAY, &again));
      g_assert_error (again, FOLIOT_ERROR, FOLIOT_ERROR_CANCELLED);
      g_assert_null (foliot_await (self->settled, FOLIOT_TIME_NEVER, NULL));
    }
  foliot_test_assert_now (self->kernel, cancelled_at);
  foliot_shield_enter (self->kernel);
  foliot_shield_enter (self->kernel);
  foliot_shield_leave (self->kernel);
  foliot_test_sleep (self->kernel, FOLIOT_SECOND);
  foliot_shield_leave (self->kernel);
  foliot_test_assert_now (self->kernel, cancelled_at + FOLIOT_SECOND);
  g_assert_false (foliot_sleep (self->kernel, 0, NULL));
  self->cleaned_up = TRUE;
  return NULL;
}

static void
test_level_triggered (FoliotKernel *kernel)
{
  g_autoptr (FoliotScope) scope = foliot_scope_new (kernel, NULL);
  g_autoptr (FoliotFuture) settled = foliot_future_new_resolved (kernel, NULL);
  Stubborn stubborn = { .kernel = kernel, .settled = settled };
  g_autoptr (FoliotFuture) fiber
      = foliot_fiber_spawn (kernel, scope, "stubborn", be_stubborn, &stubborn, NULL);

  foliot_test_sleep (kernel, FOLIOT_SECOND);
  await_ok (foliot_scope_close (scope));
  g_assert_true (stubborn.cleaned_up);
}

/* A cancellation that comes under the shield does not end the wait; it is seen after. */
static FoliotValue *
wait_shielded (gpointer user_data, GError **error)
{
  FoliotKernel *kernel = user_data;

  foliot_shield_enter (kernel);
  foliot_test_sleep (kernel, 10 * FOLIOT_SECOND);
  foliot_shield_leave (kernel);
  foliot_test_assert_now (kernel, 10 * FOLIOT_SECOND);
  g_assert_false (foliot_sleep (kernel, FOLIOT_SECOND, error));
  foliot_test_assert_now (kernel, 10 * FOLIOT_SECOND);
  return NULL;
}

static void
test_shielded_wait (FoliotKernel *kernel)
{
  g_autoptr (FoliotScope) scope = foliot_scope_new (kernel, NULL);
  g_autoptr (FoliotFuture) fiber
      = foliot_fiber_spawn (kernel, scope, "shielded", wait_shielded, kernel, NULL);

  foliot_test_sleep (kernel, FOLIOT_SECOND);
  await_ok (foliot_scope_close (scope));
  g_assert_error (foliot_future_get_error (fiber), FOLIOT_ERROR, FOLIOT_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  foliot_test_add ("/scope/close", test_close);
  foliot_test_add ("/scope/join", test_join);
  foliot_test_add ("/scope/nest", test_nest);
  foliot_test_add ("/scope/dropped-middle", test_dropped_middle);
  foliot_test_add ("/scope/cancelled-admits-nobody", test_cancelled_admits_nobody);
  foliot_test_add ("/scope/level-triggered", test_level_triggered);
  foliot_test_add ("/scope/shielded-wait", test_shielded_wait);
  return g_test_run ();
}
