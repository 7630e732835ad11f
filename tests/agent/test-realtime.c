/* SPDX-License-Identifier: MIT */
#include "agent-world.h"

#include "foliot-test.h"

/*
 * The agents of a simulation in real time, over TCP: nothing of them changes. Only that time passes is looked at, never how
 * much of it at most.
 */

typedef struct
{
  FoliotKernel *kernel;
  FoliotContainer *park, *control;
  FoliotManager *manager;
} Stage;

static FoliotContainer *
open_container (FoliotTransport *transport)
{
  g_autoptr (FoliotAddress) at = foliot_address_new_tcp ("127.0.0.1", 0);
  g_autoptr (GError) error = NULL;
  FoliotContainer *container = foliot_container_new (transport, at, NULL, &error);
  g_assert_no_error (error);
  return container;
}

static void
assert_refused (FoliotFuture *call, const char *tail)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await_take (call, &error);
  g_assert_null (value);
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_REMOTE);
  if (!g_str_has_suffix (foliot_error_get_remote_traceback (error), tail))
    g_error ("\"%s\" does not end with \"%s\"", foliot_error_get_remote_traceback (error), tail);
}

/* An agent sleeps for a second of its clock, which is one of the machine's. */
static void
sleep_over_tcp (Stage *stage)
{
  FoliotClock *clock = foliot_container_get_clock (stage->control);
  FoliotAgent *callee = world_agent (stage->park, TYPE_CALLEE, NULL);
  g_autoptr (FoliotProxy) proxy = world_connect (stage->control, foliot_agent_get_address (callee));
  g_autoptr (GError) error = NULL;
  FoliotTime begin = foliot_clock_time (clock);
  gint64 begin_us = g_get_monotonic_time ();
  g_autoptr (FoliotValue) slept
      = foliot_await_take (foliot_proxy_call (proxy, "wait", foliot_value_new_int (1), NULL), &error);
  g_assert_no_error (error);
  g_assert_true (FOLIOT_IS_REALTIME_CLOCK (clock));
  g_assert_cmpint (foliot_clock_time (clock) - begin, >=, FOLIOT_SECOND);
  g_assert_cmpint (g_get_monotonic_time () - begin_us, >=, G_USEC_PER_SEC - 1000);
}

/* Nobody sets this time. */
static void
set_time_over_tcp (Stage *stage)
{
  g_autoptr (FoliotProxy) manager = world_connect (stage->control, foliot_agent_get_address (stage->manager));
  FoliotRpcClient *client = foliot_proxy_get_client (manager);
  g_autoptr (FoliotProxy) root = foliot_rpc_client_get_remote (client);
  assert_refused (foliot_proxy_call (manager, "set_time", foliot_value_new_int (5), NULL),
                  "AttributeError: 'AsyncioClock' object has no attribute 'set_time'\n");
  assert_refused (
      foliot_proxy_call (root, "_foliot/advance_to", foliot_value_new_int (5), NULL),
      "needs a kernel of \"external\" drive, but this one is \"realtime\": it moves its own time\n");
}

/* What is due later does not keep it from settling now. */
static void
settle_in_real_time (Stage *stage)
{
  g_autoptr (GError) error = NULL;
  FoliotClock *clock = foliot_container_get_clock (stage->park);
  guint64 later = foliot_clock_call_in (clock, 3600 * FOLIOT_SECOND, G_CALLBACK (g_free), NULL, NULL, &error);
  g_assert_no_error (error);
  g_autoptr (FoliotValue) settled = foliot_await_take (foliot_container_settle (stage->control, 0), &error);
  g_assert_no_error (error);
  g_assert_cmpint (foliot_value_get_int (foliot_value_lookup (settled, "next_due_ns")), >,
                   3000 * FOLIOT_SECOND);
  foliot_kernel_uncall (stage->kernel, later);
}

static FoliotValue *
run_body (gpointer user_data, GError **error)
{
  Stage *stage = user_data;
  sleep_over_tcp (stage);
  set_time_over_tcp (stage);
  settle_in_real_time (stage);
  world_shutdown (stage->control);
  world_shutdown (stage->park);
  return NULL;
}

static void
test_realtime (void)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_REALTIME, 1, 0);
  g_autoptr (FoliotTransport) transport = foliot_stream_transport_new (kernel, NULL);
  g_autoptr (FoliotContainer) park = open_container (transport), control = open_container (transport);
  FoliotRegistry *registry = foliot_registry_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotManager) manager = foliot_manager_new (park, registry, &error);
  Stage stage = { kernel, park, control, manager };
  g_assert_no_error (error);
  g_autoptr (FoliotFuture) done
      = foliot_fiber_spawn_full (kernel, NULL, "test", FOLIOT_STACK_LARGE, run_body, &stage, NULL);
  g_autoptr (FoliotValue) value = foliot_run (kernel, done, &error);
  g_assert_no_error (error);
  foliot_kernel_close (kernel);
  foliot_registry_free (registry);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/realtime/row-115-over-tcp", test_realtime);
  return g_test_run ();
}
