/* SPDX-License-Identifier: MIT */
#include "agent-world.h"

#include "foliot-test.h"

/*
 * What a container answers on `_foliot`, asked from another container of the same world. Every body runs on a fiber, so the master in
 * these tests is an event of the world that it directs.
 */

typedef struct
{
  FoliotKernel *kernel;
  FoliotTransport *transport;
  FoliotContainer *served, *asking;
  FoliotProxy *root; /* of the one that serves, as seen by the one that asks */
  void (*body) (gpointer stage);
} Stage;

typedef void (*StageBody) (gpointer stage);

static FoliotContainer *
container_new (Stage *stage, const char *id)
{
  g_autoptr (FoliotAddress) address = foliot_address_new_local (id, NULL);
  g_autoptr (GError) error = NULL;
  FoliotContainer *container = foliot_container_new (stage->transport, address, NULL, &error);
  g_assert_no_error (error);
  return container;
}

static FoliotValue *
run_body (gpointer user_data, GError **error)
{
  Stage *stage = user_data;
  g_autoptr (FoliotAddress) address = foliot_address_new_local ("served", NULL);
  g_autoptr (FoliotValue) opened = NULL;
  stage->served = container_new (stage, "served");
  stage->asking = container_new (stage, "asking");
  g_assert_nonnull (world_agent (stage->served, TYPE_CALLEE, "one"));
  g_assert_nonnull (world_agent (stage->served, TYPE_CALLEE, "two"));
  opened = foliot_await_take (foliot_rpc_open (stage->transport, address, NULL, 0, NULL), error);
  g_assert_nonnull (opened);
  stage->root = foliot_rpc_client_get_remote (foliot_value_get_object (opened, FOLIOT_TYPE_RPC_CLIENT));
  stage->body (stage);
  foliot_proxy_unref (stage->root);
  world_shutdown (stage->asking);
  world_shutdown (stage->served);
  g_object_unref (stage->asking);
  g_object_unref (stage->served);
  return NULL;
}

static void
run_on_stage (FoliotDrive drive, StageBody body)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, drive, 1, 0);
  g_autoptr (FoliotTransport) transport = foliot_local_transport_new (kernel, TRUE);
  Stage stage = { .kernel = kernel, .transport = transport, .body = body };
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotFuture) done
      = foliot_fiber_spawn_full (kernel, NULL, "test", FOLIOT_STACK_LARGE, run_body, &stage, NULL);
  g_autoptr (FoliotValue) value = foliot_run (kernel, done, &error);
  g_assert_no_error (error);
  foliot_test_assert_idle (kernel);
}

/* ---- asking ---- */

static FoliotFuture *
ask (Stage *stage, const char *method, const char *key, FoliotValue *value)
{
  g_autofree char *path = g_strconcat ("_foliot/", method, NULL);
  return foliot_proxy_callv (stage->root, path, NULL,
                             key != NULL ? foliot_value_build_map (key, value, NULL) : NULL);
}

static FoliotValue *
ask_ok (Stage *stage, const char *method, const char *key, FoliotValue *value)
{
  g_autoptr (GError) error = NULL;
  FoliotValue *answer = foliot_await_take (ask (stage, method, key, value), &error);
  g_assert_no_error (error);
  g_assert_nonnull (answer);
  return answer;
}

/* Fails unless the answer is a failure whose last line ends with @tail. */
static void
assert_refused (FoliotFuture *call, const char *tail)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) answer = foliot_await_take (call, &error);
  g_assert_null (answer);
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_REMOTE);
  if (!g_str_has_suffix (foliot_error_get_remote_traceback (error), tail))
    g_error ("\"%s\" does not end with \"%s\"", foliot_error_get_remote_traceback (error), tail);
}

static const char *
get_text (FoliotValue *map, const char *key)
{
  FoliotValue *value = foliot_value_lookup (map, key);
  g_assert_nonnull (value);
  return foliot_value_get_string (value, NULL);
}

/* ---- describe ---- */

static void
describe_all (gpointer user_data)
{
  g_autoptr (FoliotValue) answer = ask_ok (user_data, "describe", NULL, NULL);
  FoliotValue *agents = foliot_value_lookup (answer, "agents");
  g_assert_cmpstr (get_text (answer, "url"), ==, "local://served/");
  g_assert_cmpint (foliot_value_get_int (foliot_value_lookup (answer, "n_agents")), ==, 2);
  g_assert_cmpuint (foliot_value_get_length (agents), ==, 2);

  FoliotValue *second = foliot_value_get_item (agents, 1);
  g_assert_cmpstr (get_text (second, "id"), ==, "1");
  g_assert_cmpstr (get_text (second, "url"), ==, "local://served/1");
  g_assert_cmpstr (get_text (second, "class"), ==, "Callee");
  g_assert_cmpstr (get_text (second, "help"), ==, "Answers.");

  FoliotValue *fail = foliot_value_get_item (foliot_value_lookup (second, "methods"), 2);
  g_autofree char *arguments = foliot_value_print (foliot_value_lookup (fail, "arguments"));
  g_assert_cmpstr (get_text (fail, "path"), ==, "fail");
  g_assert_cmpstr (get_text (fail, "signature"), ==, "(text: string)");
  g_assert_cmpstr (get_text (fail, "help"), ==, "Fails.");
  g_assert_cmpstr (arguments, ==, "[{'name': 'text', 'type': 'string'}]");
}

static void
test_describe (void)
{
  run_on_stage (FOLIOT_DRIVE_FREE, describe_all);
}

static void
describe_some (gpointer user_data)
{
  g_autoptr (FoliotValue) one = ask_ok (user_data, "describe", "aid", foliot_value_new_string ("1"));
  g_autoptr (FoliotValue) behind = ask_ok (user_data, "describe", "first", foliot_value_new_int (1));
  g_autoptr (FoliotValue) cut = ask_ok (user_data, "describe", "limit", foliot_value_new_int (1));
  g_autoptr (FoliotValue) none = ask_ok (user_data, "describe", "first", foliot_value_new_int (7));
  FoliotValue *of_one = foliot_value_lookup (one, "agents"), *of_cut = foliot_value_lookup (cut, "agents");
  g_assert_true (foliot_value_equal (of_one, foliot_value_lookup (behind, "agents")));
  g_assert_cmpuint (foliot_value_get_length (of_one), ==, 1);
  g_assert_cmpstr (get_text (foliot_value_get_item (of_one, 0), "id"), ==, "1");
  g_assert_cmpuint (foliot_value_get_length (of_cut), ==, 1);
  g_assert_cmpstr (get_text (foliot_value_get_item (of_cut, 0), "id"), ==, "0");
  g_assert_cmpuint (foliot_value_get_length (foliot_value_lookup (none, "agents")), ==, 0);
  assert_refused (ask (user_data, "describe", "aid", foliot_value_new_string ("7")),
                  "LookupError: Agent \"7\" does not exist in Container('local://served/')\n");
}

static void
test_describe_some (void)
{
  run_on_stage (FOLIOT_DRIVE_FREE, describe_some);
}

/* ---- advance_to ---- */

/* When a call of wait comes back. */
static void
note_time (FoliotFuture *call, FoliotValue *value, const GError *error, gpointer user_data)
{
  g_assert_no_error (error);
  *(FoliotTime *) user_data = foliot_kernel_now (foliot_future_get_kernel (call));
}

/* Two agents sleep; the clock goes through their times, and the answer comes behind them. */
static void
advance_through (gpointer user_data)
{
  Stage *stage = user_data;
  FoliotTime one = -1, two = -1;
  g_autoptr (FoliotFuture) first
      = foliot_proxy_call (stage->root, "agents/0/wait", foliot_value_new_int (2), NULL);
  g_autoptr (FoliotFuture) second
      = foliot_proxy_call (stage->root, "agents/1/wait", foliot_value_new_int (5), NULL);
  foliot_future_then (first, note_time, &one, NULL);
  foliot_future_then (second, note_time, &two, NULL);

  g_autoptr (FoliotValue) reached = ask_ok (stage, "advance_to", "seconds", foliot_value_new_double (5));
  g_assert_cmpint (foliot_value_get_int (reached), ==, 5 * FOLIOT_SECOND);
  foliot_test_assert_now (stage->kernel, 5 * FOLIOT_SECOND);
  g_assert_cmpint (one, ==, 2 * FOLIOT_SECOND);
  g_assert_cmpint (two, ==, 5 * FOLIOT_SECOND);

  g_autoptr (FoliotValue) again
      = ask_ok (stage, "advance_to", "ns", foliot_value_new_int (5 * FOLIOT_SECOND));
  g_assert_cmpint (foliot_value_get_int (again), ==, 5 * FOLIOT_SECOND);
  g_autoptr (FoliotValue) further
      = ask_ok (stage, "advance_to", "ns", foliot_value_new_int (5 * FOLIOT_SECOND + 1));
  foliot_test_assert_now (stage->kernel, 5 * FOLIOT_SECOND + 1);
}

static void
test_advance_to (void)
{
  run_on_stage (FOLIOT_DRIVE_EXTERNAL, advance_through);
}

static void
advance_badly (gpointer user_data)
{
  Stage *stage = user_data;
  g_autoptr (FoliotValue) reached = ask_ok (stage, "advance_to", "seconds", foliot_value_new_int (3));
  assert_refused (ask (stage, "advance_to", "seconds", foliot_value_new_int (2)),
                  "ValueError: Time must be >= 3 but is 2\n");
  assert_refused (ask (stage, "advance_to", NULL, NULL),
                  "TypeError: advance_to() takes either \"seconds\" or \"ns\"\n");
  assert_refused (ask (stage, "advance_to", "seconds", foliot_value_new_double (1e300)), "\n");
  foliot_test_assert_now (stage->kernel, 3 * FOLIOT_SECOND);
}

static void
test_advance_badly (void)
{
  run_on_stage (FOLIOT_DRIVE_EXTERNAL, advance_badly);
}

static void
advance_free (gpointer user_data)
{
  assert_refused (
      ask (user_data, "advance_to", "seconds", foliot_value_new_int (1)),
      "advance_to() needs a kernel of \"external\" drive, but this one is \"free\": it moves its own time\n");
}

static void
advance_realtime (gpointer user_data)
{
  assert_refused (ask (user_data, "advance_to", "seconds", foliot_value_new_int (1)),
                  "advance_to() needs a kernel of \"external\" drive, but this one is \"realtime\": it moves "
                  "its own time\n");
}

static void
test_advance_refused (void)
{
  run_on_stage (FOLIOT_DRIVE_FREE, advance_free);
  run_on_stage (FOLIOT_DRIVE_REALTIME, advance_realtime);
}

/* ---- nobody else sees it ---- */

static void
is_no_agent (gpointer user_data)
{
  Stage *stage = user_data;
  g_autoptr (FoliotValue) class_name = foliot_await_take (
      foliot_proxy_call (stage->root, "validate_aid", foliot_value_new_string ("_foliot"), NULL), NULL);
  g_assert_true (foliot_value_is_null (class_name));
  assert_refused (foliot_proxy_call (stage->root, "agents/_foliot/describe", NULL),
                  "LookupError: Name \"_foliot\" not found in \"agents\"\n");
  assert_refused (foliot_proxy_call (stage->root, "_foliot", NULL), "object is not callable\n");
}

static void
test_is_no_agent (void)
{
  run_on_stage (FOLIOT_DRIVE_FREE, is_no_agent);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reserved/describe", test_describe);
  g_test_add_func ("/reserved/describe-some", test_describe_some);
  g_test_add_func ("/reserved/advance-to", test_advance_to);
  g_test_add_func ("/reserved/advance-to-badly", test_advance_badly);
  g_test_add_func ("/reserved/advance-to-refused", test_advance_refused);
  g_test_add_func ("/reserved/is-no-agent", test_is_no_agent);
  return g_test_run ();
}
