/* SPDX-License-Identifier: MIT */
#include "foliot-test.h"

typedef struct
{
  FoliotKernel *kernel;
  FoliotStore *store;
  gint64 n;
  FoliotTime pause;
} World;

static FoliotValue *
produce (gpointer user_data, GError **error)
{
  World *world = user_data;

  for (gint64 i = 0; i < world->n; i++)
    if (!foliot_store_put (world->store, foliot_value_new_int (i), FOLIOT_TIME_NEVER, error))
      return NULL;
  return NULL;
}

static void
test_first_in_first_out (FoliotKernel *kernel)
{
  const gsize capacities[] = { 0, 1, 3 };

  for (gsize c = 0; c < G_N_ELEMENTS (capacities); c++)
    {
      g_autoptr (FoliotStore) store = foliot_store_new (kernel, "belt", capacities[c]);
      World world = { kernel, store, 100, 0 };
      g_autoptr (FoliotFuture) producer
          = foliot_fiber_spawn (kernel, NULL, "producer", produce, &world, NULL);

      for (gint64 i = 0; i < world.n; i++)
        {
          g_autoptr (FoliotValue) value = foliot_store_get (store, FOLIOT_TIME_NEVER, NULL);

          g_assert_cmpint (foliot_value_get_int (value), ==, i);
          if (capacities[c] > 0)
            g_assert_cmpuint (foliot_store_get_length (store), <=, capacities[c]);
        }
      foliot_test_sleep (kernel, 0);
      g_assert_true (foliot_future_is_settled (producer));
    }
}

static void
test_try (FoliotKernel *kernel)
{
  g_autoptr (FoliotStore) store = foliot_store_new (kernel, "shelf", 1);
  g_autoptr (FoliotValue) value = NULL;

  g_assert_null (foliot_store_try_get (store));
  g_assert_true (foliot_store_try_put (store, foliot_value_new_int (1)));
  g_assert_false (foliot_store_try_put (store, foliot_value_new_int (2)));
  value = foliot_store_try_get (store);
  g_assert_cmpint (foliot_value_get_int (value), ==, 1);
}

static void
test_close (FoliotKernel *kernel)
{
  g_autoptr (FoliotStore) store = foliot_store_new (kernel, "shelf", 1);
  World world = { kernel, store, 2, 0 };
  g_autoptr (FoliotFuture) producer = foliot_fiber_spawn (kernel, NULL, "producer", produce, &world, NULL);
  g_autoptr (FoliotValue) value = NULL;
  g_autoptr (GError) error = NULL;

  foliot_test_sleep (kernel, 0);
  foliot_store_close (store);
  foliot_store_close (store);
  foliot_test_sleep (kernel, 0);
  g_assert_error (foliot_future_get_error (producer), FOLIOT_ERROR, FOLIOT_ERROR_CLOSED);
  value = foliot_store_get (store, FOLIOT_TIME_NEVER, &error);
  g_assert_no_error (error);
  g_assert_nonnull (value);
  g_assert_null (foliot_store_get (store, FOLIOT_TIME_NEVER, &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_CLOSED);
  g_assert_false (foliot_store_try_put (store, foliot_value_new_null ()));
}

static void
test_time_out (FoliotKernel *kernel)
{
  g_autoptr (FoliotStore) store = foliot_store_new (kernel, "shelf", 1);
  g_autoptr (GError) error = NULL;

  g_assert_null (foliot_store_get (store, FOLIOT_SECOND, &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_TIMED_OUT);
  g_assert_cmpstr (error->message, ==, "timed out at 1 s, waiting for a value from store “shelf”");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  foliot_test_add ("/store/first-in-first-out", test_first_in_first_out);
  foliot_test_add ("/store/try", test_try);
  foliot_test_add ("/store/close", test_close);
  foliot_test_add ("/store/time-out", test_time_out);
  return g_test_run ();
}
