/* SPDX-License-Identifier: MIT */
#include "foliot-test.h"

static FoliotValue *
number (gint64 n)
{
  return foliot_value_new_int (n);
}

static void
test_settles_once (FoliotKernel *kernel)
{
  g_autoptr (FoliotFuture) future = foliot_future_new (kernel);

  g_assert_false (foliot_future_is_settled (future));
  g_assert_null (foliot_future_get_value (future));
  g_assert_true (foliot_future_resolve (future, number (1)));
  g_assert_false (foliot_future_resolve (future, number (2)));
  g_assert_false (
      foliot_future_reject (future, g_error_new_literal (FOLIOT_ERROR, FOLIOT_ERROR_FAILED, "late")));
  g_assert_false (foliot_future_cancel (future));
  g_assert_cmpint (foliot_value_get_int (foliot_future_get_value (future)), ==, 1);
  g_assert_null (foliot_future_get_error (future));
}

static void
test_null_is_null (FoliotKernel *kernel)
{
  g_autoptr (FoliotFuture) future = foliot_future_new_resolved (kernel, NULL);
  g_autoptr (FoliotValue) value = foliot_await (future, FOLIOT_TIME_NEVER, NULL);

  g_assert_true (foliot_value_is_null (value));
}

static void
test_cancel (FoliotKernel *kernel)
{
  g_autoptr (FoliotFuture) future = foliot_future_new (kernel);
  g_autoptr (GError) error = NULL;

  foliot_future_set_label (future, "reply to a question");
  g_assert_true (foliot_future_cancel (future));
  g_assert_null (foliot_await (future, FOLIOT_TIME_NEVER, &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_CANCELLED);
  g_assert_cmpstr (error->message, ==, "reply to a question was cancelled");
}

/* Those who want to know are told in the order in which they came, each in an event of its own, never inline. */

typedef struct
{
  FoliotKernel *kernel;
  FoliotFuture *future;
  GString *order;
  guint n_destroyed;
} Order;

static void
note_done (FoliotFuture *future, FoliotValue *value, const GError *error, gpointer user_data)
{
  Order *order = user_data;

  g_assert_true ((value != NULL) != (error != NULL));
  g_assert_false (foliot_fiber_is_running (order->kernel));
  g_string_append_c (order->order, 'c');
}

static void
count_destroyed (gpointer user_data)
{
  ((Order *) user_data)->n_destroyed++;
}

static FoliotValue *
note_await (gpointer user_data, GError **error)
{
  Order *order = user_data;
  g_autoptr (FoliotValue) value = foliot_await (order->future, FOLIOT_TIME_NEVER, error);

  g_string_append_c (order->order, 'f');
  return NULL;
}

static void
test_order (FoliotKernel *kernel)
{
  Order order = { .kernel = kernel, .future = foliot_future_new (kernel), .order = g_string_new (NULL) };
  g_autoptr (FoliotFuture) fiber = NULL;

  foliot_future_then (order.future, note_done, &order, count_destroyed);
  fiber = foliot_fiber_spawn (kernel, NULL, "second", note_await, &order, NULL);
  foliot_test_sleep (kernel, 0);
  foliot_future_then (order.future, note_done, &order, count_destroyed);
  foliot_future_resolve (order.future, NULL);
  foliot_future_then (order.future, note_done, &order, count_destroyed);
  g_assert_cmpstr (order.order->str, ==, "");
  foliot_test_sleep (kernel, 0);
  g_assert_cmpstr (order.order->str, ==, "cfcc");
  g_assert_cmpuint (order.n_destroyed, ==, 3);
  g_string_free (order.order, TRUE);
  foliot_future_unref (order.future);
}

static void
test_chain (FoliotKernel *kernel)
{
  enum
  {
    N = 100000
  };
  g_autoptr (FoliotFuture) first = foliot_future_new (kernel);
  g_autoptr (FoliotFuture) last = foliot_future_ref (first);

  for (guint i = 0; i < N; i++)
    {
      FoliotFuture *next = foliot_future_new (kernel);

      foliot_future_chain (last, foliot_future_ref (next));
      foliot_future_unref (last);
      last = next;
    }
  foliot_future_resolve (first, number (3));
  g_assert_cmpint (foliot_value_get_int (foliot_future_get_value (last)), ==, 3);
}

static void
test_all (FoliotKernel *kernel)
{
  FoliotFuture *parts[3];
  g_autoptr (FoliotFuture) all = NULL;
  g_autoptr (FoliotFuture) none = foliot_future_all (kernel, NULL, 0);

  for (gsize i = 0; i < 3; i++)
    parts[i] = foliot_future_new (kernel);
  all = foliot_future_all (kernel, parts, 3);
  for (gsize i = 3; i > 0; i--)
    foliot_future_resolve (parts[i - 1], number ((gint64) i));
  for (gsize i = 0; i < 3; i++)
    {
      g_assert_cmpint (foliot_value_get_int (foliot_value_get_item (foliot_future_get_value (all), i)), ==,
                       i + 1);
      foliot_future_unref (parts[i]);
    }
  g_assert_cmpuint (foliot_value_get_length (foliot_future_get_value (none)), ==, 0);
}

static void
test_all_rejects (FoliotKernel *kernel)
{
  FoliotFuture *parts[2] = { foliot_future_new (kernel), foliot_future_new (kernel) };
  g_autoptr (FoliotFuture) all = foliot_future_all (kernel, parts, 2);

  foliot_future_cancel (parts[1]);
  g_assert_error (foliot_future_get_error (all), FOLIOT_ERROR, FOLIOT_ERROR_CANCELLED);
  foliot_future_cancel (parts[0]);
  foliot_future_unref (parts[0]);
  foliot_future_unref (parts[1]);
}

/* any() leaves nothing behind on a part that lives on, settled or dropped. */
static void
test_any_leaves_nothing (FoliotKernel *kernel)
{
  FoliotFuture *parts[2] = { foliot_future_new (kernel), NULL };

  for (guint i = 0; i < 1000; i++)
    {
      g_autoptr (FoliotFuture) any = NULL;

      parts[1] = foliot_future_new (kernel);
      any = foliot_future_any (kernel, parts, 2);
      if (i % 2 == 0)
        foliot_future_resolve (parts[1], number (i));
      else
        foliot_future_cancel (any);
      foliot_future_cancel (parts[1]);
      foliot_future_unref (parts[1]);
    }
  foliot_future_cancel (parts[0]);
  foliot_future_unref (parts[0]);
}

static void
test_duplicate_parts (FoliotKernel *kernel)
{
  g_autoptr (FoliotFuture) part = foliot_future_new (kernel);
  FoliotFuture *parts[2] = { part, part };
  g_autoptr (FoliotFuture) all = foliot_future_all (kernel, parts, 2);

  foliot_future_resolve (part, number (1));
  g_assert_cmpuint (foliot_value_get_length (foliot_future_get_value (all)), ==, 2);
}

static void
on_closed (FoliotFuture *future, FoliotValue *value, const GError *error, gpointer user_data)
{
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_CLOSED);
  (*(guint *) user_data)++;
}

/* Closing the world fails what is pending, tells those who follow, and what is made afterwards is born failed. */
static void
test_close (void)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  g_autoptr (FoliotFuture) future = foliot_future_new (kernel);
  g_autoptr (FoliotFuture) late = NULL;
  guint n_told = 0;

  foliot_future_then (future, on_closed, &n_told, NULL);
  foliot_kernel_close (kernel);
  foliot_kernel_close (kernel);
  g_assert_error (foliot_future_get_error (future), FOLIOT_ERROR, FOLIOT_ERROR_CLOSED);
  late = foliot_future_new (kernel);
  g_assert_error (foliot_future_get_error (late), FOLIOT_ERROR, FOLIOT_ERROR_CLOSED);
  foliot_future_then (late, on_closed, &n_told, NULL);
  g_assert_cmpuint (n_told, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  foliot_test_add ("/future/settles-once", test_settles_once);
  foliot_test_add ("/future/null-is-null", test_null_is_null);
  foliot_test_add ("/future/cancel", test_cancel);
  foliot_test_add ("/future/order", test_order);
  foliot_test_add ("/future/chain", test_chain);
  foliot_test_add ("/future/all", test_all);
  foliot_test_add ("/future/all-rejects", test_all_rejects);
  foliot_test_add ("/future/any-leaves-nothing", test_any_leaves_nothing);
  foliot_test_add ("/future/duplicate-parts", test_duplicate_parts);
  g_test_add_func ("/future/close", test_close);
  return g_test_run ();
}
