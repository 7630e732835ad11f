/* SPDX-License-Identifier: MIT */
#include "robust-pair.h"

#include "foliot-test.h"

static guint
count_descriptors (void)
{
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  g_assert_nonnull (folder);
  while (g_dir_read_name (folder) != NULL)
    n++;
  return n;
}

typedef struct
{
  FoliotKernel *kernel;
  RobustBody body;
  gpointer user_data;
} Run;

static FoliotValue *
run_body (gpointer user_data, GError **error)
{
  Run *run = user_data;

  run->body (run->kernel, run->user_data);
  return NULL;
}

void
robust_run (guint64 seed, RobustBody body, gpointer user_data)
{
  guint before = count_descriptors ();
  Run run = { foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, seed, 0), body, user_data };
  g_autoptr (FoliotFuture) done
      = foliot_fiber_spawn_full (run.kernel, NULL, "test", FOLIOT_STACK_LARGE, run_body, &run, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_run (run.kernel, done, &error);

  g_assert_no_error (error);
  g_assert_true (foliot_kernel_run_until (run.kernel, FOLIOT_TIME_NEVER, &error));
  g_assert_no_error (error);
  foliot_test_assert_idle (run.kernel);
  foliot_kernel_close (run.kernel);
  g_object_unref (run.kernel);
  g_assert_cmpuint (count_descriptors (), ==, before);
}

FoliotContainer *
robust_container_new (FoliotTransport *transport)
{
  const FoliotContainerOptions options = { .hold_limit_ms = FOLIOT_TEST_PATIENCE_MS };
  g_autoptr (FoliotAddress) any = foliot_address_new_tcp ("127.0.0.1", 0);
  g_autoptr (GError) error = NULL;
  FoliotContainer *container = foliot_container_new (transport, any, &options, &error);

  g_assert_no_error (error);
  return container;
}

void
robust_container_end (FoliotContainer *container)
{
  g_autoptr (FoliotValue) done = foliot_await_take (foliot_container_shutdown (container), NULL);

  g_object_unref (container);
}

char *
robust_url (FoliotAddress *address, const char *aid)
{
  return g_strconcat (foliot_address_get_base_url (address), aid, NULL);
}

FoliotProxy *
robust_connect (FoliotContainer *from, const char *url)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await_take (foliot_container_connect (from, url, 0), &error);

  g_assert_no_error (error);
  return foliot_proxy_ref (foliot_value_get_proxy (value));
}

gboolean
robust_is_named_loss (const GError *error)
{
  return g_error_matches (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET)
         || g_error_matches (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_REFUSED)
         || g_error_matches (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION);
}

guint
robust_get_count (const char *variable, guint fallback)
{
  const char *text = g_getenv (variable);
  guint64 count;

  return text != NULL && g_ascii_string_to_unsigned (text, 10, 1, 1000000, &count, NULL) ? (guint) count
                                                                                         : fallback;
}
