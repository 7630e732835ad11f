/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-stream.h>

#include <string.h>
#include <unistd.h>

#include "agent-world.h"
#include "foliot-raw-socket.h"
#include "foliot-test.h"

/*
 * Agents and a peer that does not read: who calls waits, and what is kept for the peer stays what the marks say, however
 * many call.
 */

#define N_CALLERS 50
#define ARGUMENT  200000

typedef struct
{
  FoliotAgent *agent;
  FoliotProxy *proxy;
  guint n_done;
  guint n_failed;
} Callers;

static FoliotValue *
call_once (gpointer user_data, GError **error)
{
  Callers *callers = user_data;
  g_autofree char *text = g_strnfill (ARGUMENT, 'x');
  g_autoptr (GError) why = NULL;
  g_autoptr (FoliotValue) value = foliot_agent_call (callers->agent, callers->proxy, &why, "echo",
                                                     foliot_value_new_string (text), NULL);

  if (value != NULL)
    g_assert_cmpint (foliot_value_get_int (value), ==, 7);
  else
    g_assert_error (why, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET);
  callers->n_done += value != NULL;
  callers->n_failed += value == NULL;
  return NULL;
}

typedef struct
{
  FoliotTransport *transport;
  FoliotContainer *container;
  FoliotRawSocket *peer;
  Callers callers;
  GPtrArray *fibers;
} Stage;

/* A peer by hand that has said that it has the agent; all callers call. */
static void
stage_open (Stage *stage, FoliotKernel *kernel)
{
  g_autoptr (FoliotAddress) any = foliot_address_new_tcp ("127.0.0.1", 0), address = NULL;
  int listener = foliot_raw_socket_listen (&address);
  g_autofree char *url = g_strconcat (foliot_address_get_base_url (address), "0", NULL);
  g_autoptr (FoliotFuture) connected = NULL;
  g_autoptr (FoliotValue) proxy = NULL;
  g_autoptr (GBytes) question = NULL;

  *stage = (Stage){ .transport = foliot_stream_transport_new (kernel, NULL) };
  stage->container = foliot_container_new (stage->transport, any, NULL, NULL);
  stage->callers.agent = world_agent (stage->container, TYPE_CALLEE, NULL);
  connected = foliot_container_connect (stage->container, url, 0);
  stage->peer = foliot_raw_socket_new_accepted (kernel, listener);
  close (listener);
  question = foliot_raw_socket_recv (stage->peer);
  g_assert_true (foliot_raw_socket_send_text (stage->peer, "[1, 0, \"Callee\"]"));
  foliot_raw_socket_set_reading (stage->peer, FALSE);
  proxy = foliot_await (connected, FOLIOT_TIME_NEVER, NULL);
  stage->callers.proxy = foliot_proxy_ref (foliot_value_get_proxy (proxy));
  stage->fibers = g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_future_unref);
  for (guint i = 0; i < N_CALLERS; i++)
    g_ptr_array_add (stage->fibers,
                     foliot_agent_spawn (stage->callers.agent, "caller", call_once, &stage->callers, NULL));
  for (guint i = 0; i < 100; i++)
    foliot_raw_socket_await_turn (stage->peer);
}

static FoliotChannel *
get_channel (Stage *stage)
{
  return foliot_rpc_client_get_channel (foliot_proxy_get_client (stage->callers.proxy));
}

static void
stage_close (Stage *stage)
{
  for (guint i = 0; i < N_CALLERS; i++)
    {
      g_autoptr (FoliotValue) done = foliot_await (stage->fibers->pdata[i], FOLIOT_TIME_NEVER, NULL);
    }
  g_ptr_array_unref (stage->fibers);
  foliot_raw_socket_free (stage->peer);
  foliot_proxy_unref (stage->callers.proxy);
  world_shutdown (stage->container);
  g_object_unref (stage->container);
  g_object_unref (stage->transport);
}

/* Those whose calls the system has taken wait for their answers, one more waits for the mark, the rest has sent nothing. */
static void
test_callers_wait (FoliotKernel *kernel)
{
  Stage stage;
  guint n_sent;

  stage_open (&stage, kernel);
  n_sent = foliot_channel_get_n_pending (get_channel (&stage));
  g_test_message ("%u of %u calls were sent", n_sent, N_CALLERS);
  g_assert_cmpuint (n_sent, >, 0);
  g_assert_cmpuint (n_sent, <, N_CALLERS);
  for (guint i = 1; i <= N_CALLERS; i++)
    {
      g_autoptr (GBytes) call = foliot_raw_socket_recv (stage.peer);
      g_autofree char *answer = g_strdup_printf ("[1, %u, 7]", i);

      g_assert_nonnull (call);
      g_assert_true (foliot_raw_socket_send_text (stage.peer, answer));
    }
  stage_close (&stage);
  g_assert_cmpuint (stage.callers.n_done, ==, N_CALLERS);
}

/* The connection is closed while they wait: nobody waits on. */
static void
test_close (FoliotKernel *kernel)
{
  Stage stage;

  stage_open (&stage, kernel);
  foliot_raw_socket_reset (stage.peer);
  foliot_future_unref (foliot_rpc_client_close (foliot_proxy_get_client (stage.callers.proxy)));
  stage_close (&stage);
  g_assert_cmpuint (stage.callers.n_failed, ==, N_CALLERS);
}

#define N_REQUESTS 1000
#define LIMIT      100

/* A stranger who asks for more than there may be in flight: no more handlers than that run, and all get their answers. */
static void
test_in_flight (FoliotKernel *kernel)
{
  const FoliotContainerOptions options = { .max_requests_in_flight = LIMIT };
  g_autoptr (FoliotTransport) transport = foliot_stream_transport_new (kernel, NULL);
  g_autoptr (FoliotAddress) any = foliot_address_new_tcp ("127.0.0.1", 0);
  g_autoptr (FoliotContainer) container = foliot_container_new (transport, any, &options, NULL);
  g_autoptr (FoliotAddress) address = foliot_address_parse (foliot_container_get_base_url (container), NULL);
  g_autoptr (FoliotRawSocket) peer = foliot_raw_socket_new_connected (kernel, address, 0);
  Callee *callee = world_agent (container, TYPE_CALLEE, NULL);

  for (guint i = 0; i < N_REQUESTS; i++)
    {
      g_autofree char *text = g_strdup_printf ("[0, %u, [\"agents/0/wait\", [1], {}]]", i);

      g_assert_true (foliot_raw_socket_send_text (peer, text));
    }
  for (guint i = 0; i < 100; i++)
    foliot_raw_socket_await_turn (peer);
  g_assert_cmpuint (callee->n_waiting, ==, LIMIT);
  for (guint i = 0; i < N_REQUESTS; i++)
    {
      g_autoptr (GBytes) answer = foliot_raw_socket_recv (peer);

      g_assert_nonnull (answer);
      g_assert_cmpuint (callee->n_waiting, <=, LIMIT);
    }
  g_assert_cmpint (foliot_kernel_now (kernel), >=, N_REQUESTS / LIMIT * FOLIOT_SECOND);
  world_shutdown (container);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  foliot_test_add ("/robust/pressure/callers-wait", test_callers_wait);
  foliot_test_add ("/robust/pressure/close", test_close);
  foliot_test_add ("/robust/pressure/in-flight", test_in_flight);
  return g_test_run ();
}
