/* SPDX-License-Identifier: MIT */
#include "agent-world.h"

#define REF(i) foliot_value_new_int (i)

static void
assert_call_fails (FoliotFuture *call, FoliotError code, const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await_take (call, &error);
  g_assert_null (value);
  g_assert_error (error, FOLIOT_ERROR, (gint) code);
  if (message != NULL)
    g_assert_cmpstr (error->message, ==, message);
}

/* ---- creation ---- */

static void
test_create (World *world)
{
  FoliotContainer *container = world_container (world, "a");
  g_autofree char *text = foliot_container_to_string (container);
  g_assert_cmpstr (text, ==, world_text (world, "Container('{a/}')"));
  g_assert_cmpstr (foliot_container_get_base_url (container), ==, world_url (world, "a/"));
  g_assert_cmpstr (foliot_container_get_name (container), ==, world_url (world, "a/"));
  g_assert_cmpuint (foliot_container_get_n_agents (container), ==, 0);
  g_assert_true (foliot_container_get_kernel (container) == world->kernel);
}

static void
test_create_async (World *world)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotAddress) address = world_address (world, "a");
  g_autoptr (FoliotValue) value
      = foliot_await_take (foliot_container_new_async (world->transport, address, NULL), &error);
  g_assert_no_error (error);
  FoliotContainer *container = foliot_value_get_object (value, FOLIOT_TYPE_CONTAINER);
  g_assert_cmpstr (foliot_container_get_base_url (container), ==, world_url (world, "a/"));
  assert_call_fails (foliot_container_new_async (world->transport, address, NULL),
                     world_is_local (world) ? FOLIOT_ERROR_RUNTIME : FOLIOT_ERROR_CONNECTION,
                     world_is_local (world) ? "Server is already set." : NULL);
  g_ptr_array_add (world->containers, g_object_ref (container));
}

static void
test_clock (World *world)
{
  g_autoptr (FoliotClock) clock
      = foliot_external_clock_new (world->kernel, "2016-01-01T01:30:00+01:30", 0, NULL);
  FoliotContainerOptions options = { .clock = clock, .name = "plant" };
  g_autoptr (GError) error = NULL;
  FoliotContainer *container = world_container_full (world, "a", &options, &error);
  g_assert_no_error (error);
  g_ptr_array_add (world->containers, container);
  FoliotAgent *agent = world_agent (container, TYPE_CALLEE, NULL);
  FoliotDate date;
  foliot_clock_utcnow (foliot_agent_get_clock (agent), &date);
  g_autofree char *text = foliot_date_format (&date);
  g_assert_cmpstr (text, ==, "2016-01-01T00:00:00+00:00");
  g_assert_cmpstr (foliot_agent_get_name (agent), ==, "plant/0");
}

/* ---- connecting ---- */

static void
test_connect (World *world)
{
  FoliotContainer *a = world_container (world, "a"), *b = world_container (world, "b");
  world_agent (b, TYPE_CALLEE, NULL);
  g_autoptr (FoliotProxy) proxy = world_connect (a, world_url (world, "b/0"));
  g_autofree char *text = foliot_proxy_to_string (proxy);
  g_assert_cmpstr (text, ==, world_text (world, "CalleeProxy('{b/0}')"));
  g_assert_cmpstr (foliot_proxy_get_path (proxy), ==, "agents/0");
  g_assert_cmpuint (world->n_frames, ==, 2); /* validate_aid, once */
  g_assert_cmpuint (foliot_container_get_n_connections (a), ==, 1);
  g_assert_cmpuint (foliot_container_get_n_connections (b), ==, 0);
  world_assert_adds (proxy);
}

static void
test_bad_urls (World *world)
{
  static const char *const urls[][2] = {
    { "", "not enough values to unpack (expected 2, got 1)" },
    { "tcp://localhost:x/0", "invalid literal for int() with base 10: 'x'" },
    { "tcp://:5555/0", "string index out of range" },
    { "local://q", "not enough values to unpack (expected 2, got 1)" },
    { "local://q/", "No agent ID specified." },
  };
  FoliotContainer *a = world_container (world, "a");
  for (gsize i = 0; i < G_N_ELEMENTS (urls); i++)
    {
      g_autofree char *message
          = g_strdup_printf ("Cannot parse agent URL \"%s\": %s", urls[i][0], urls[i][1]);
      world_connect_fails (world, a, urls[i][0], 0, FOLIOT_ERROR_VALUE, message);
    }
}

/* Twice: in aiomas the second one waits for ever. */
static void
test_unknown_agent (World *world)
{
  FoliotContainer *a = world_container (world, "a");
  world_container (world, "b");
  for (int i = 0; i < 2; i++)
    world_connect_fails (world, a, world_url (world, "b/9"), 0, FOLIOT_ERROR_CONNECTION,
                         "Agent \"9\" does not exist in Container(<b>)");
  world_connect_fails (world, a, world_url (world, "b/0/x"), 0, FOLIOT_ERROR_CONNECTION,
                       "Agent \"0/x\" does not exist in Container(<b>)");
}

static FoliotValue *
connect_later (gpointer data, GError **error)
{
  return foliot_await_take (foliot_container_connect (data, "local://b/0", FOLIOT_SECOND), error);
}

static void
test_connect_timeout (World *world)
{
  FoliotContainer *a = world_container (world, "a");
  g_autoptr (FoliotFuture) early = foliot_fiber_spawn (world->kernel, NULL, "early", connect_later, a, NULL);
  g_assert_true (foliot_sleep (world->kernel, 400 * FOLIOT_MILLISECOND, NULL));
  world_agent (world_container (world, "b"), TYPE_CALLEE, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await (early, FOLIOT_TIME_NEVER, &error);
  g_assert_no_error (error);
  g_assert_cmpint (foliot_kernel_now (world->kernel), ==, 500 * FOLIOT_MILLISECOND);
  world_assert_adds (foliot_value_get_proxy (value));
}

static void
test_one_connection (World *world)
{
  FoliotContainer *a = world_container (world, "a"), *b = world_container (world, "b");
  FoliotFuture *futures[10];
  for (int i = 0; i < 10; i++)
    {
      FoliotAgent *agent = world_agent (b, TYPE_CALLEE, NULL);
      futures[i] = foliot_container_connect (a, foliot_agent_get_address (agent), 0);
    }
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) proxies
      = foliot_await_take (foliot_future_all (world->kernel, futures, G_N_ELEMENTS (futures)), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (foliot_container_get_n_connections (a), ==, 1);
  for (int i = 0; i < 10; i++)
    {
      FoliotProxy *proxy = foliot_value_get_proxy (foliot_value_get_item (proxies, i));
      g_assert_true (
          foliot_proxy_get_client (proxy)
          == foliot_proxy_get_client (foliot_value_get_proxy (foliot_value_get_item (proxies, 0))));
      world_assert_adds (proxy);
      foliot_future_unref (futures[i]);
    }
}

static void
test_proxy_cache (World *world)
{
  FoliotContainer *a = world_container (world, "a");
  world_agent (world_container (world, "b"), TYPE_CALLEE, NULL);
  g_autoptr (FoliotFuture) first = foliot_container_connect (a, world_url (world, "b/0"), 0);
  g_autoptr (FoliotFuture) second = foliot_container_connect (a, world_url (world, "b/0"), 0);
  g_autoptr (FoliotValue) one = foliot_await (first, FOLIOT_TIME_NEVER, NULL);
  g_autoptr (FoliotValue) two = foliot_await (second, FOLIOT_TIME_NEVER, NULL);
  g_assert_true (foliot_value_get_proxy (one) == foliot_value_get_proxy (two));
  g_assert_cmpuint (world->n_frames, ==, 2); /* the question was shared */
  g_autoptr (FoliotFuture) third = foliot_container_connect (a, world_url (world, "b/0"), 0);
  g_assert_false (foliot_future_is_settled (third)); /* whoever awaits suspends, cached or not */
  g_autoptr (FoliotValue) three = foliot_await (third, FOLIOT_TIME_NEVER, NULL);
  g_assert_true (foliot_value_get_proxy (one) == foliot_value_get_proxy (three));
  g_assert_cmpuint (world->n_frames, ==, 2);

  g_clear_pointer (&one, foliot_value_unref);
  g_clear_pointer (&two, foliot_value_unref);
  g_clear_pointer (&three, foliot_value_unref);
  g_clear_pointer (&first, foliot_future_unref);
  g_clear_pointer (&second, foliot_future_unref);
  g_clear_pointer (&third, foliot_future_unref);
  g_autoptr (FoliotProxy) again = world_connect (a, world_url (world, "b/0"));
  g_assert_cmpuint (world->n_frames, ==, 4); /* nobody held it: asked again */
}

static void
test_own_container (World *world)
{
  FoliotContainer *a = world_container (world, "a");
  world_agent (a, TYPE_CALLEE, NULL);
  g_autoptr (FoliotProxy) proxy = world_connect (a, world_url (world, "a/0"));
  guint before = world->n_frames;
  world_assert_adds (proxy);
  g_assert_cmpuint (world->n_frames - before, ==, 2); /* through the link, too */
}

static void
test_both_ways (World *world)
{
  FoliotContainer *a = world_container (world, "a"), *b = world_container (world, "b");
  world_agent (a, TYPE_CALLEE, NULL);
  world_agent (b, TYPE_CALLEE, NULL);
  g_autoptr (FoliotProxy) there = world_connect (a, world_url (world, "b/0"));
  g_autoptr (FoliotProxy) here = world_connect (b, world_url (world, "a/0"));
  world_assert_adds (there);
  world_assert_adds (here);
}

/* ---- what travels ---- */

static void
test_passing_agents (World *world)
{
  FoliotContainer *a = world_container (world, "a");
  FoliotAgent *caller = world_agent (a, TYPE_CALLEE, NULL);
  world_agent (world_container (world, "b"), TYPE_CALLEE, NULL);
  g_autoptr (FoliotProxy) proxy = world_connect (a, world_url (world, "b/0"));
  g_autoptr (FoliotValue) me = world_call (proxy, "me", NULL);
  g_assert_cmpstr (foliot_proxy_get_path (foliot_value_get_proxy (me)), ==, "agents/0");
  world_assert_adds (foliot_value_get_proxy (me));
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) sum = foliot_await_take (
      foliot_proxy_call (proxy, "ask", foliot_agent_as_value (caller), REF (5), REF (6), NULL), &error);
  g_assert_no_error (error);
  g_assert_cmpint (foliot_value_get_int (sum), ==, 11);
}

static void
test_dates (World *world)
{
  FoliotContainer *a = world_container (world, "a");
  world_agent (world_container (world, "b"), TYPE_CALLEE, NULL);
  g_autoptr (FoliotProxy) proxy = world_connect (a, world_url (world, "b/0"));
  FoliotDate date;
  g_assert_true (foliot_date_parse ("2016-01-01T12:00:00.5+01:00", &date, NULL));
  g_autoptr (FoliotValue) sent = foliot_value_new_date (&date);
  g_autoptr (FoliotValue) echo = world_call (proxy, "echo", foliot_value_ref (sent));
  g_assert_true (foliot_value_equal (echo, sent));
  g_autoptr (FoliotValue) answer = world_call (proxy, "date", NULL);
  g_assert_cmpint (foliot_value_get_kind (answer), ==, FOLIOT_VALUE_DATE);
}

static void
test_extras (World *world)
{
  FoliotContainer *a = world_container (world, "a");
  world_agent (world_container (world, "b"), TYPE_CALLEE, NULL);
  g_autoptr (FoliotProxy) proxy = world_connect (a, world_url (world, "b/0"));
  g_autoptr (FoliotValue) echo = world_call (proxy, "echo", v_new (REF (1), foliot_value_new_string ("two")));
  g_autofree char *text = foliot_value_print (echo);
  g_assert_cmpstr (text, ==, "ClassV(x=1, y='two')");
  g_autoptr (FoliotValue) named = foliot_value_build_map ("x", REF (1), "y", REF (2), NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) made
      = foliot_await_take (foliot_proxy_callv (proxy, "make", NULL, g_steal_pointer (&named)), &error);
  g_assert_no_error (error);
  g_assert_true (foliot_value_get_object_type (made) == v_get_type ());
  g_autofree char *codec = foliot_codec_to_string (
      foliot_channel_get_codec (foliot_rpc_client_get_channel (foliot_proxy_get_client (proxy))));
  g_assert_true (g_str_has_suffix (codec, ", ClassV, object]"));
}

static void
test_validate (World *world)
{
  FoliotContainer *a = world_container (world, "a");
  world_agent (world_container (world, "b"), TYPE_CALLEE, NULL);
  g_autoptr (FoliotProxy) proxy = world_connect (a, world_url (world, "b/0"));
  g_autoptr (FoliotProxy) root = foliot_rpc_client_get_remote (foliot_proxy_get_client (proxy));
  g_autoptr (FoliotValue) known = world_call (root, "validate_aid", foliot_value_new_string ("0"));
  g_assert_cmpstr (foliot_value_get_string (known, NULL), ==, "Callee");
  static const char *const unknown[] = { "1", "00", "", "-0", " 0", "0/", "99999999999999999999" };
  for (gsize i = 0; i < G_N_ELEMENTS (unknown); i++)
    {
      g_autoptr (FoliotValue) nobody
          = world_call (root, "validate_aid", foliot_value_new_string (unknown[i]));
      g_assert_true (foliot_value_is_null (nobody));
    }
  g_autoptr (FoliotValue) number = world_call (root, "validate_aid", REF (0));
  g_assert_true (foliot_value_is_null (number));
}

/* ---- defects of aiomas that are not copied ---- */

static void
test_dead_address (World *world)
{
  FoliotContainer *a = world_container (world, "a");
  g_autoptr (FoliotFuture) first = foliot_container_connect (a, world_url (world, "dead/0"), 0);
  g_autoptr (FoliotFuture) second = foliot_container_connect (a, world_url (world, "dead/1"), 0);
  assert_call_fails (foliot_future_ref (first), world_get_refusal (world), NULL);
  assert_call_fails (foliot_future_ref (second), world_get_refusal (world), NULL);
  world_connect_fails (world, a, world_url (world, "dead/0"), 0, world_get_refusal (world), NULL);
  world_agent (world_container (world, "dead"), TYPE_CALLEE, NULL);
  g_autoptr (FoliotProxy) proxy = world_connect (a, world_url (world, "dead/0"));
  world_assert_adds (proxy);
}

static void
test_lost_connection (World *world)
{
  world->compat = FOLIOT_COMPAT_AIOMAS; /* it stays lost, and the next connect makes another one */
  FoliotContainer *a = world_container (world, "a"), *b = world_container (world, "b");
  world_agent (b, TYPE_CALLEE, NULL);
  g_autoptr (FoliotProxy) old = world_connect (a, world_url (world, "b/0"));
  world_shutdown (b);
  world_settle (world);
  g_assert_cmpuint (foliot_container_get_n_connections (a), ==, 0);
  world_connect_fails (world, a, world_url (world, "b/0"), 0, FOLIOT_ERROR_CONNECTION_REFUSED, NULL);
  world_agent (world_container (world, "b"), TYPE_CALLEE, NULL);
  g_autoptr (FoliotProxy) fresh = world_connect (a, world_url (world, "b/0"));
  g_assert_true (fresh != old);
  world_assert_adds (fresh);
  assert_call_fails (foliot_proxy_call (old, "add", REF (3), REF (4), NULL), FOLIOT_ERROR_CONNECTION_RESET,
                     "Connection closed");
}

/* The connection breaks while the agent is being validated. */
static void
test_lost_while_validating (World *world)
{
  FoliotContainer *a = world_container (world, "a"), *b = world_container (world, "b");
  world_agent (b, TYPE_CALLEE, NULL);
  g_autoptr (FoliotProxy) kept = world_connect (a, world_url (world, "b/0"));
  g_autoptr (FoliotFuture) one = foliot_container_connect (a, world_url (world, "b/1"), 0);
  g_autoptr (FoliotFuture) two = foliot_container_connect (a, world_url (world, "b/1"), 0);
  foliot_future_unref (foliot_rpc_client_close (foliot_proxy_get_client (kept)));
  assert_call_fails (foliot_future_ref (one), FOLIOT_ERROR_CONNECTION_RESET, "Connection closed");
  assert_call_fails (foliot_future_ref (two), FOLIOT_ERROR_CONNECTION_RESET, "Connection closed");
  g_autoptr (FoliotProxy) fresh = world_connect (a, world_url (world, "b/0"));
  world_assert_adds (fresh);
}

/* ---- shutdown ---- */

/* The first question is lost, and its asker gives up: the next one asks again. A late answer to the first one of two is no harm. */
static void
test_ask_again (World *world)
{
  FoliotTransport *inner = world->transport;
  g_autoptr (FoliotNetwork) network = foliot_network_new (inner);
  const FoliotLatency latency = { .base = FOLIOT_SECOND };
  foliot_network_add_rule (network, "*", "*", &latency, 0);
  world->transport = FOLIOT_TRANSPORT (network);
  FoliotContainer *a = world_container (world, "a"), *b = world_container (world, "b");
  world->transport = inner;
  FoliotAgent *agent = world_agent (b, TYPE_CALLEE, NULL);
  const char *url = foliot_agent_get_address (agent);

  for (int lost = 1; lost >= 0; lost--)
    {
      g_autoptr (GError) error = NULL;
      foliot_network_set_partition (network, "*", "*", lost);
      g_autoptr (FoliotFuture) given_up = foliot_container_connect (a, url, 0);
      FoliotTime deadline = foliot_kernel_now (world->kernel) + FOLIOT_SECOND;
      g_assert_null (foliot_await (given_up, deadline, &error));
      g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_TIMED_OUT);
      foliot_future_cancel (given_up);
      foliot_network_set_partition (network, "*", "*", FALSE);
      g_autoptr (FoliotProxy) proxy = world_connect (a, url);
      world_assert_adds (proxy);
    }
}

static void
test_shutdown (World *world)
{
  FoliotContainer *a = world_container (world, "a"), *b = world_container (world, "b");
  Callee *callee = world_agent (b, TYPE_CALLEE, NULL);
  g_autoptr (FoliotProxy) proxy = world_connect (a, world_url (world, "b/0"));
  g_autoptr (FoliotFuture) ours = foliot_proxy_call (proxy, "wait", REF (10), NULL);
  g_assert_true (foliot_sleep (world->kernel, FOLIOT_SECOND, NULL));
  g_assert_cmpuint (callee->n_waiting, ==, 1);
  world_shutdown (a);
  assert_call_fails (foliot_future_ref (ours), FOLIOT_ERROR_CONNECTION_RESET, "Connection closed");
  world_connect_fails (world, b, world_url (world, "a/0"), 0, FOLIOT_ERROR_CONNECTION_REFUSED, NULL);
  world_shutdown (a);
  world_connect_fails (world, a, world_url (world, "b/0"), 0, FOLIOT_ERROR_CLOSED,
                       "Cannot connect to \"{b/0}\": Container('{a/}') was shut down");
  assert_call_fails (foliot_agent_new (a, TYPE_CALLEE, NULL, NULL), FOLIOT_ERROR_CLOSED,
                     world_text (world, "Container('{a/}') was shut down: it takes no more agents"));
}

/* Those who wait for a peer that never comes. */
static void
test_shutdown_while_connecting (World *world)
{
  FoliotContainer *a = world_container (world, "a");
  g_autoptr (FoliotFuture) never = foliot_container_connect (a, world_url (world, "b/0"), FOLIOT_TIME_NEVER);
  g_assert_true (foliot_sleep (world->kernel, FOLIOT_SECOND, NULL));
  g_assert_false (foliot_future_is_settled (never));
  world_shutdown (a);
  assert_call_fails (foliot_future_ref (never), FOLIOT_ERROR_CONNECTION_RESET, "Connection closed");
}

/* The peer leaves in the middle of a call. */
static void
test_shutdown_of_peer (World *world)
{
  FoliotContainer *a = world_container (world, "a"), *b = world_container (world, "b");
  world_agent (b, TYPE_CALLEE, NULL);
  g_autoptr (FoliotProxy) proxy = world_connect (a, world_url (world, "b/0"));
  g_autoptr (FoliotFuture) call = foliot_proxy_call (proxy, "wait", REF (10), NULL);
  g_assert_true (foliot_sleep (world->kernel, FOLIOT_SECOND, NULL));
  world_shutdown (b);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await (call, FOLIOT_TIME_NEVER, &error);
  g_assert_null (value);
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET);
}

/* Agents that hold each other, and themselves, through proxies. */
static void
test_circles (World *world)
{
  FoliotContainer *a = world_container (world, "a");
  FoliotAgent *agent = world_agent (a, TYPE_CALLEE, NULL);
  g_object_set_data_full (G_OBJECT (agent), "self", world_connect (a, world_url (world, "a/0")),
                          (GDestroyNotify) foliot_proxy_unref);
}

static void
test_sync (void)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  g_autoptr (FoliotTransport) transport = foliot_local_transport_new (kernel, FALSE);
  g_autoptr (FoliotAddress) address = foliot_address_new_local ("a", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotContainer) container = foliot_container_new (transport, address, NULL, &error);
  g_assert_no_error (error);
  foliot_container_shutdown_sync (container);
  foliot_container_shutdown_sync (container);
  g_assert_cmpuint (G_OBJECT (container)->ref_count, ==, 1);
}

/* A world that is closed takes its containers along. */
static void
test_world_ends (void)
{
  FoliotKernel *kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  g_autoptr (FoliotAddress) address = foliot_address_new_local ("a", NULL);
  FoliotTransport *transport = foliot_local_transport_new (kernel, FALSE);
  gpointer container = foliot_container_new (transport, address, NULL, NULL);
  g_autoptr (FoliotFuture) agent = foliot_agent_new (container, TYPE_CALLEE, NULL, NULL);
  g_autoptr (FoliotFuture) connecting = foliot_container_connect (container, "local://a/0", 0);
  g_object_add_weak_pointer (container, &container);
  g_object_unref (container);
  g_object_unref (transport);
  foliot_kernel_run_until (kernel, FOLIOT_SECOND, NULL);
  g_assert_true (foliot_future_is_settled (connecting));
  g_clear_pointer (&agent, foliot_future_unref);
  g_clear_pointer (&connecting, foliot_future_unref);
  g_object_unref (kernel);
  g_assert_null (container);
}

/* ---- run ---- */

static FoliotValue *
return_or_fail (gpointer data, GError **error)
{
  if (data == NULL)
    return REF (42);
  g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "spam");
  return NULL;
}

static void
test_run (void)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotFuture) good = foliot_fiber_spawn (kernel, NULL, "good", return_or_fail, NULL, NULL);
  g_autoptr (FoliotValue) value = foliot_run (kernel, good, &error);
  g_assert_no_error (error);
  g_assert_cmpint (foliot_value_get_int (value), ==, 42);
  g_autoptr (FoliotFuture) bad = foliot_fiber_spawn (kernel, NULL, "bad", return_or_fail, kernel, NULL);
  g_assert_null (foliot_run (kernel, bad, &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE);
  g_assert_cmpstr (error->message, ==, "spam");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  world_test_add ("/agent/row-078-create", test_create);
  world_test_add ("/agent/row-078-create-async", test_create_async);
  g_test_add_func ("/agent/row-078-094-blocking-forms", test_sync);
  world_test_add_once ("/agent/row-103-start-date", test_clock);
  world_test_add ("/agent/row-082-connect", test_connect);
  world_test_add_once ("/agent/row-083-bad-urls", test_bad_urls);
  world_test_add ("/agent/row-084-unknown-agent", test_unknown_agent);
  world_test_add_once ("/agent/row-085-connect-timeout", test_connect_timeout);
  world_test_add ("/agent/row-086-one-connection", test_one_connection);
  world_test_add ("/agent/row-087-proxy-cache", test_proxy_cache);
  world_test_add ("/agent/row-088-passing-agents", test_passing_agents);
  world_test_add ("/agent/row-089-own-container", test_own_container);
  world_test_add ("/agent/row-090-dates", test_dates);
  world_test_add ("/agent/row-091-extras", test_extras);
  world_test_add ("/agent/row-095-validate", test_validate);
  world_test_add ("/agent/row-108-both-ways", test_both_ways);
  world_test_add ("/agent/container/dead-address", test_dead_address);
  world_test_add ("/agent/container/lost-connection", test_lost_connection);
  world_test_add ("/agent/container/lost-while-validating", test_lost_while_validating);
  world_test_add_once ("/agent/container/ask-again", test_ask_again);
  world_test_add ("/agent/row-094-shutdown", test_shutdown);
  world_test_add ("/agent/row-094-shutdown-of-peer", test_shutdown_of_peer);
  world_test_add_once ("/agent/container/shutdown-while-connecting", test_shutdown_while_connecting);
  world_test_add ("/agent/container/circles", test_circles);
  g_test_add_func ("/agent/container/world-ends", test_world_ends);
  g_test_add_func ("/agent/row-111-run", test_run);
  return g_test_run ();
}
