/* SPDX-License-Identifier: MIT */
#include "foliot-test.h"

#include <unistd.h>

#include "async/foliot-fiber-private.h"

/*
 * Tests in the words of the domain: a body that is a fiber, in a world of its own, which must be left tidy.
 */

typedef struct
{
  FoliotTestBody body;
  FoliotTestDataBody data_body; /* (nullable) instead of body */
  gpointer data;
  FoliotKernel *kernel;
  gboolean unfinished;
} Test;

static FoliotValue *
run_body (gpointer user_data, GError **error)
{
  Test *test = user_data;

  if (test->data_body != NULL)
    test->data_body (test->kernel, test->data);
  else
    test->body (test->kernel);
  return NULL;
}

void
foliot_test_assert_idle (FoliotKernel *kernel)
{
  g_autofree char *waits = foliot_fiber_report_waits (kernel);
  FoliotSettled settled;

  g_assert_cmpstr (waits, ==, "");
  g_assert_cmpuint (foliot_fiber_get_n_alive (kernel), ==, 0);
  g_assert_cmpuint (_foliot_async_get (kernel)->pending.length, ==, 0);
  foliot_kernel_peek_settled (kernel, &settled);
  g_assert_true (settled.quiet);
  g_assert_cmpint (settled.next_due, ==, FOLIOT_TIME_NEVER);
  g_assert_cmpuint (settled.n_holds, ==, 0);
  g_assert_cmpuint (settled.n_waits, ==, 0);
}

static void
run_test (gconstpointer user_data)
{
  Test test = *(const Test *) user_data;
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  g_autoptr (FoliotFuture) done = NULL;
  g_autoptr (FoliotValue) value = NULL;
  g_autofree char *abandoned = NULL;
  g_autoptr (GError) error = NULL;

  test.kernel = kernel;
  done = foliot_fiber_spawn_full (kernel, NULL, "test", FOLIOT_STACK_LARGE, run_body, &test, NULL);
  value = foliot_run (kernel, done, &error);
  g_assert_no_error (error);
  g_assert_nonnull (value);
  if (!test.unfinished)
    {
      g_assert_true (foliot_kernel_run_until (kernel, FOLIOT_TIME_NEVER, &error));
      g_assert_no_error (error);
      foliot_test_assert_idle (kernel);
    }
  foliot_kernel_close (kernel);
  g_assert_cmpuint (foliot_fiber_get_n_alive (kernel), ==, 0);
  abandoned = _foliot_fiber_report_abandoned (kernel);
  g_assert_cmpstr (abandoned, ==, "");
}

static void
test_free (gpointer data)
{
  Test *test = data;

  g_free (test->data);
  g_free (test);
}

static void
add (const char *path, const Test *test)
{
  g_test_add_data_func_full (path, g_memdup2 (test, sizeof *test), run_test, test_free);
}

void
foliot_test_add (const char *path, FoliotTestBody body)
{
  add (path, &(Test){ .body = body });
}

void
foliot_test_add_data (const char *path, FoliotTestDataBody body, gconstpointer data, gsize size)
{
  add (path, &(Test){ .data_body = body, .data = g_memdup2 (data, size) });
}

void
foliot_test_add_unfinished (const char *path, FoliotTestBody body)
{
  add (path, &(Test){ .body = body, .unfinished = TRUE });
}

void
foliot_test_sleep (FoliotKernel *kernel, FoliotTime duration)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (foliot_sleep (kernel, duration, &error));
  g_assert_no_error (error);
}

void
foliot_test_list_descriptors (gboolean open[FOLIOT_TEST_MAX_DESCRIPTORS])
{
  for (int fd = 0; fd < FOLIOT_TEST_MAX_DESCRIPTORS; fd++)
    {
      g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
      char target[16];

      open[fd] = readlink (path, target, sizeof target) >= 0;
    }
}
