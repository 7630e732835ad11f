/* SPDX-License-Identifier: MIT */
#include "agent-world.h"
#include "foliot-test.h"
#include "kernel/foliot-fault-private.h"

/*
 * Ping-pong of two containers in which the first acquisition fails, then the second, and so on, until one run gets
 * through. Each run must come to an end, name what failed, and leave nothing behind.
 */

FOLIOT_DEFINE_AGENT (Pinger, pinger, guint n_pongs;)

static gboolean
pinger_run (gpointer data, GError **error)
{
  Pinger *self = data;
  g_autoptr (FoliotProxy) peer = foliot_agent_connect (self, "local://pong/0", 0, error);
  while (peer != NULL && self->n_pongs < 3 && foliot_agent_sleep (self, FOLIOT_SECOND, error))
    {
      g_autoptr (FoliotValue) pong
          = foliot_agent_call (self, peer, error, "echo", foliot_value_new_string ("ping"), NULL);
      if (pong == NULL)
        return FALSE;
      self->n_pongs++;
    }
  return self->n_pongs == 3;
}

static const FoliotAgentInfo pinger_info = { .help = "Pings three times.", .run = pinger_run };

static FoliotContainer *
new_container (FoliotTransport *transport, const char *id, GError **error)
{
  g_autoptr (FoliotAddress) address = foliot_address_new_local (id, NULL);
  return foliot_container_new (transport, address, NULL, error);
}

/* What went wrong first, if anything did. */
static GError *
play (FoliotTransport *transport, FoliotContainer *ping, FoliotContainer *pong)
{
  FoliotKernel *kernel = foliot_transport_get_kernel (transport);
  g_autoptr (FoliotFuture) callee = foliot_agent_new (pong, TYPE_CALLEE, "pong", NULL);
  g_autoptr (FoliotFuture) pinger = foliot_agent_new (ping, pinger_get_type (), "ping", NULL);
  GError *error = NULL;
  if (!foliot_kernel_run_until (kernel, FOLIOT_MINUTE, &error))
    return error;
  g_assert_true (foliot_future_is_settled (pinger));
  if (foliot_future_get_error (pinger) != NULL)
    return g_error_copy (foliot_future_get_error (pinger));
  Pinger *agent = foliot_value_get_object (foliot_future_get_value (pinger), pinger_get_type ());
  const GError *failure = foliot_agent_get_failure (agent);
  g_assert_true ((failure == NULL) == (agent->n_pongs == 3));
  return failure != NULL ? g_error_copy (failure) : NULL;
}

/* Returns: whether the @n-th acquisition was still reached. */
static gboolean
run_with_fault (guint32 n, gboolean carry_bytes)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  g_autoptr (FoliotTransport) transport = foliot_local_transport_new (kernel, carry_bytes);
  g_autoptr (GError) error = NULL;
  _foliot_kernel_set_fault (kernel, n);
  g_autoptr (FoliotContainer) ping = new_container (transport, "ping", &error);
  g_autoptr (FoliotContainer) pong = ping != NULL ? new_container (transport, "pong", &error) : NULL;
  if (pong != NULL)
    error = play (transport, ping, pong);
  gboolean struck = !_foliot_kernel_fault_is_left (kernel);
  _foliot_kernel_set_fault (kernel, 0);
  g_assert_cmpint (error != NULL, ==, struck);
  if (error != NULL)
    {
      g_test_message ("%u: %s", n, error->message);
      g_assert_cmpuint (strlen (error->message), >, 0);
    }
  if (ping != NULL)
    foliot_container_shutdown_sync (ping);
  if (pong != NULL)
    foliot_container_shutdown_sync (pong);
  foliot_test_assert_idle (kernel);
  g_assert_true (ping == NULL || G_OBJECT (ping)->ref_count == 1);
  g_assert_true (pong == NULL || G_OBJECT (pong)->ref_count == 1);
  return struck;
}

static void
test_faults (gconstpointer carry_bytes)
{
  guint32 n = 1;
  while (run_with_fault (n, GPOINTER_TO_INT (carry_bytes)))
    n++;
  g_test_message ("%u acquisitions", n - 1);
  g_assert_cmpuint (n, >, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/agent/faults/local-values", GINT_TO_POINTER (FALSE), test_faults);
  g_test_add_data_func ("/agent/faults/local-json", GINT_TO_POINTER (TRUE), test_faults);
  return g_test_run ();
}
