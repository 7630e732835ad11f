/* SPDX-License-Identifier: MIT */
#include "foliot-test.h"

typedef struct
{
  FoliotKernel *kernel;
  FoliotCondition *condition;
  GString *order;
} World;

typedef struct
{
  World *world;
  char name;
  FoliotTime deadline;
} Waiter;

static FoliotValue *
wait_and_note (gpointer user_data, GError **error)
{
  Waiter *self = user_data;

  if (foliot_condition_wait (self->world->condition, self->deadline, error))
    g_string_append_c (self->world->order, self->name);
  return NULL;
}

static void
test_order (FoliotKernel *kernel)
{
  g_autoptr (GString) order = g_string_new (NULL);
  World world = { kernel, foliot_condition_new (kernel), order };
  Waiter waiters[] = { { &world, 'a', FOLIOT_TIME_NEVER },
                       { &world, 'b', FOLIOT_SECOND },
                       { &world, 'c', FOLIOT_TIME_NEVER },
                       { &world, 'd', FOLIOT_TIME_NEVER } };

  for (gsize i = 0; i < G_N_ELEMENTS (waiters); i++)
    foliot_future_unref (foliot_fiber_spawn (kernel, NULL, "waiter", wait_and_note, &waiters[i], NULL));
  foliot_test_sleep (kernel, 2 * FOLIOT_SECOND);
  g_assert_cmpuint (foliot_condition_get_n_waiting (world.condition), ==, 3);
  g_assert_cmpuint (foliot_condition_notify (world.condition, 2), ==, 2);
  foliot_test_sleep (kernel, 0);
  g_assert_cmpstr (order->str, ==, "ac");
  g_assert_cmpuint (foliot_condition_notify (world.condition, 5), ==, 1);
  g_assert_cmpuint (foliot_condition_notify (world.condition, 5), ==, 0);
  foliot_test_sleep (kernel, 0);
  g_assert_cmpstr (order->str, ==, "acd");
  foliot_condition_free (world.condition);
}

static void
test_free_closes (FoliotKernel *kernel)
{
  g_autoptr (GString) order = g_string_new (NULL);
  World world = { kernel, foliot_condition_new (kernel), order };
  Waiter waiter = { &world, 'a', FOLIOT_TIME_NEVER };
  g_autoptr (FoliotFuture) fiber = foliot_fiber_spawn (kernel, NULL, "waiter", wait_and_note, &waiter, NULL);

  foliot_test_sleep (kernel, FOLIOT_SECOND);
  foliot_condition_free (world.condition);
  foliot_test_sleep (kernel, 0);
  g_assert_error (foliot_future_get_error (fiber), FOLIOT_ERROR, FOLIOT_ERROR_CLOSED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  foliot_test_add ("/condition/order", test_order);
  foliot_test_add ("/condition/free-closes", test_free_closes);
  return g_test_run ();
}
