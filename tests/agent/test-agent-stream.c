/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-stream.h>
#include <foliot/foliot-subproc.h>
#include <string.h>

#include "agent-world.h"
#include "foliot-counted-transport.h"
#include "foliot-transport-suite.h"
#include "test-certificate.h"

/*
 * Containers over sockets: what only they have. The other worlds of these tests are kernels on threads of their own,
 * which share nothing with ours but the wire.
 */

#define INT(i) foliot_value_new_int (i)

/* ---- another world ---- */

typedef struct
{
  GThread *thread;
  const char *wire;
  GType codec;
  FoliotAddress *address;
  GAsyncQueue *said; /* its base URL, when it listens */
  char *base_url;
} Elsewhere;

static gpointer
live_elsewhere (gpointer data)
{
  Elsewhere *elsewhere = data;
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  g_autoptr (FoliotTransport) transport = foliot_transport_suite_new_by_name (elsewhere->wire, kernel);
  FoliotContainerOptions options
      = { .codec_type = elsewhere->codec, .serializers = v_serializer (), .n_serializers = 1 };
  FoliotRegistry *registry = foliot_registry_new ();
  FoliotManager *manager = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotFuture) served
      = foliot_subproc_start (transport, elsewhere->address, &options, registry, &manager);
  FoliotContainer *container = foliot_agent_get_container (manager);
  g_autoptr (FoliotFuture) callee = foliot_agent_new (container, TYPE_CALLEE, NULL, NULL);
  g_async_queue_push (elsewhere->said, g_strdup (foliot_container_get_base_url (container)));
  g_autoptr (FoliotValue) done = foliot_run (kernel, served, &error);
  g_assert_no_error (error);
  g_clear_pointer (&callee, foliot_future_unref);
  foliot_kernel_close (kernel);
  foliot_registry_free (registry);
  return NULL;
}

/* A container in another world: a manager is its agent 0, a callee its agent 1. */
static Elsewhere *
elsewhere_new (World *world)
{
  Elsewhere *elsewhere = g_new0 (Elsewhere, 1);
  elsewhere->wire = world->wire;
  elsewhere->codec = world->codec;
  elsewhere->address = world_address (world, "elsewhere");
  elsewhere->said = g_async_queue_new ();
  elsewhere->thread = g_thread_new ("elsewhere", live_elsewhere, elsewhere);
  elsewhere->base_url = g_async_queue_pop (elsewhere->said);
  return elsewhere;
}

static char *
elsewhere_dup_url (Elsewhere *elsewhere, const char *aid)
{
  return g_strconcat (elsewhere->base_url, aid, NULL);
}

/* Tells the manager to stop, by @from. */
static void
elsewhere_end (Elsewhere *elsewhere, FoliotContainer *from)
{
  g_autofree char *url = elsewhere_dup_url (elsewhere, "0");
  g_autoptr (FoliotProxy) manager = world_connect (from, url);
  g_autoptr (FoliotValue) nothing = world_call (manager, "stop", NULL);
  g_assert_true (foliot_value_is_null (nothing));
  g_thread_join (elsewhere->thread);
  g_async_queue_unref (elsewhere->said);
  foliot_address_unref (elsewhere->address);
  g_free (elsewhere->base_url);
  g_free (elsewhere);
}

static void
test_elsewhere (World *world)
{
  FoliotContainer *a = world_container (world, "a");
  FoliotAgent *caller = world_agent (a, TYPE_CALLEE, NULL);
  Elsewhere *elsewhere = elsewhere_new (world);
  g_autofree char *url = elsewhere_dup_url (elsewhere, "1");
  g_autofree char *text = g_strdup_printf ("CalleeProxy('%s')", url);
  g_autoptr (FoliotProxy) proxy = world_connect (a, url);
  g_autofree char *proxy_text = foliot_proxy_to_string (proxy);
  g_assert_cmpstr (proxy_text, ==, text);
  world_assert_adds (proxy);
  g_autoptr (FoliotValue) me = world_call (proxy, "me", NULL);
  world_assert_adds (foliot_value_get_proxy (me));
  g_autoptr (FoliotValue) slow = world_call (proxy, "wait", INT (3600));
  g_assert_cmpint (foliot_value_get_int (slow), ==, 3600);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) sum = foliot_await_take (
      foliot_proxy_call (proxy, "ask", foliot_agent_as_value (caller), INT (5), INT (6), NULL), &error);
  g_assert_no_error (error);
  g_assert_cmpint (foliot_value_get_int (sum), ==, 11);
  g_assert_cmpuint (foliot_container_get_n_connections (a), ==, 1);
  g_assert_cmpint (foliot_kernel_now (world->kernel), ==, 0); /* it was held */
  elsewhere_end (elsewhere, a);
}

/* ---- this world ---- */

static void
test_same_world (World *world)
{
  FoliotContainer *a = world_container (world, "a"), *b = world_container (world, "b");
  FoliotAgent *caller = world_agent (a, TYPE_CALLEE, NULL);
  FoliotAgent *callee = world_agent (b, TYPE_CALLEE, NULL);
  g_autoptr (FoliotProxy) there = world_connect (a, foliot_agent_get_address (callee));
  g_autoptr (FoliotProxy) here = world_connect (b, foliot_agent_get_address (caller));
  world_assert_adds (there);
  world_assert_adds (here);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) sum = foliot_await_take (
      foliot_proxy_call (there, "ask", foliot_agent_as_value (caller), INT (5), INT (6), NULL), &error);
  g_assert_no_error (error);
  g_assert_cmpint (foliot_value_get_int (sum), ==, 11);
}

/* Who is asked may sleep, and calls and sleeps of many agree on the time. */
static void
test_asleep (World *world)
{
  FoliotContainer *a = world_container (world, "a"), *b = world_container (world, "b");
  world_agent (a, TYPE_CALLEE, NULL);
  world_agent (b, TYPE_CALLEE, NULL);
  g_autoptr (FoliotProxy) there = world_connect (a, world_url (world, "b/0"));
  g_autoptr (FoliotProxy) here = world_connect (a, world_url (world, "a/0"));
  g_autoptr (FoliotFuture) long_one = foliot_proxy_call (there, "wait", INT (3600), NULL);
  g_autoptr (FoliotValue) slow = world_call (there, "wait", INT (1));
  g_assert_cmpint (foliot_kernel_now (world->kernel), ==, FOLIOT_SECOND);
  g_autoptr (FoliotValue) own = world_call (here, "wait", INT (2));
  g_assert_cmpint (foliot_kernel_now (world->kernel), ==, 3 * FOLIOT_SECOND);
  g_autofree char *big = g_strnfill (5000000, 'x'); /* does not fit into any socket's buffer */
  g_autoptr (FoliotFuture) echo = foliot_proxy_call (there, "echo", foliot_value_new_string (big), NULL);
  g_autoptr (FoliotValue) echoed = foliot_await (echo, foliot_kernel_now (world->kernel) + 1, NULL);
  g_assert_nonnull (echoed);
  g_assert_cmpint (foliot_kernel_now (world->kernel), ==, 3 * FOLIOT_SECOND);
  g_autoptr (FoliotValue) late = foliot_await (long_one, FOLIOT_TIME_NEVER, NULL);
  g_assert_nonnull (late);
  g_assert_cmpint (foliot_kernel_now (world->kernel), ==, FOLIOT_HOUR);
}

static FoliotContainer *
container_at (World *world, FoliotAddress *address)
{
  g_autoptr (GError) error = NULL;
  FoliotContainer *container = foliot_container_new (world->transport, address, NULL, &error);
  g_assert_no_error (error);
  g_ptr_array_add (world->containers, container);
  return container;
}

/* The URL has the port that the system chose; the name in records has not. */
static void
test_port_zero (World *world)
{
  g_autoptr (FoliotAddress) any = foliot_address_new_tcp ("127.0.0.1", 0);
  g_autoptr (FoliotAddress) everywhere = foliot_address_new_tcp ("", 0);
  FoliotContainer *a = container_at (world, any), *b = container_at (world, any);
  FoliotContainer *c = container_at (world, everywhere);
  g_autoptr (FoliotAddress) real = foliot_address_parse (foliot_container_get_base_url (a), NULL);
  g_autoptr (FoliotAddress) wide = foliot_address_parse (foliot_container_get_base_url (c), NULL);
  g_autoptr (FoliotAddress) machine = foliot_address_parse (foliot_address_get_base_url (everywhere), NULL);
  g_assert_cmpint (foliot_address_get_port (real), >, 0);
  g_assert_cmpint (foliot_address_get_port (wide), >, 0);
  g_assert_cmpstr (foliot_address_get_host (wide), ==, foliot_address_get_host (machine));
  g_assert_cmpstr (foliot_container_get_base_url (a), !=, foliot_container_get_base_url (b));
  g_assert_cmpstr (foliot_container_get_name (a), ==, "tcp://127.0.0.1:0/");
  g_assert_cmpstr (foliot_container_get_name (b), ==, "tcp://127.0.0.1:0#2/");
  FoliotAgent *agent = world_agent (b, TYPE_CALLEE, NULL);
  g_assert_cmpstr (foliot_agent_get_name (agent), ==, "tcp://127.0.0.1:0#2/0");
  g_assert_true (g_str_has_prefix (foliot_agent_get_address (agent), foliot_container_get_base_url (b)));
  g_autoptr (FoliotProxy) proxy = world_connect (a, foliot_agent_get_address (agent));
  world_assert_adds (proxy);
}

/* ---- who is not there yet ---- */

typedef struct
{
  World *world;
  FoliotContainer *container;
} Seeker;

/* A container whose tries to connect are seen. */
static void
seeker_init (Seeker *seeker, World *world, FoliotCountedFunc failed, FoliotCountedTransport **out_counted)
{
  FoliotTransport *inner = world->transport;
  *out_counted = foliot_counted_transport_new (g_object_ref (inner), failed, seeker);
  seeker->world = world;
  world->transport = FOLIOT_TRANSPORT (*out_counted);
  seeker->container = world_container (world, "seeker");
  world->transport = inner;
}

static void
on_refused_serve (guint n, gpointer user_data)
{
  Seeker *seeker = user_data;
  if (n == 1)
    foliot_future_unref (foliot_agent_new (world_container (seeker->world, "late"), TYPE_CALLEE, NULL, NULL));
}

static void
test_connect_timeout (World *world)
{
  g_autoptr (FoliotCountedTransport) counted = NULL;
  Seeker seeker;
  seeker_init (&seeker, world, on_refused_serve, &counted);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await_take (
      foliot_container_connect (seeker.container, world_url (world, "late/0"), FOLIOT_SECOND), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (foliot_counted_transport_get_n_tries (counted), ==, 2);
  g_assert_cmpint (foliot_kernel_now (world->kernel), ==, 0);
  world_assert_adds (foliot_value_get_proxy (value));
}

static void
on_refused_shut_down (guint n, gpointer user_data)
{
  foliot_future_unref (foliot_container_shutdown (((Seeker *) user_data)->container));
}

static void
test_shutdown_while_connecting (World *world)
{
  g_autoptr (FoliotCountedTransport) counted = NULL;
  Seeker seeker;
  seeker_init (&seeker, world, on_refused_shut_down, &counted);
  g_autoptr (GError) error = NULL;
  g_assert_null (foliot_await_take (
      foliot_container_connect (seeker.container, world_url (world, "never/0"), FOLIOT_TIME_NEVER), &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET);
  g_assert_cmpuint (foliot_counted_transport_get_n_tries (counted), ==, 1);
  world_settle (world); /* nothing holds time any more */
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  world_test_add_sockets ("/agent/stream/same-world", test_same_world);
  world_test_add_sockets ("/agent/stream/asleep", test_asleep);
  world_test_add_sockets ("/agent/stream/elsewhere", test_elsewhere);
  world_test_add_sockets ("/agent/row-079-port-zero", test_port_zero);
  world_test_add_sockets ("/agent/row-085-connect-timeout", test_connect_timeout);
  world_test_add_sockets ("/agent/stream/shutdown-while-connecting", test_shutdown_while_connecting);
  return g_test_run ();
}
