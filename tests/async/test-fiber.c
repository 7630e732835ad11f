/* SPDX-License-Identifier: MIT */
#include "foliot-test.h"

#include "async/foliot-fiber-private.h"

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  foliot_test_add ("/fiber/result", test_result);
  return g_test_run ();
}
