/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-stream.h>
#include <foliot/foliot.h>

#include <string.h>
#include <unistd.h>

#include "foliot-raw-socket.h"
#include "foliot-test.h"
#include "foliot-transport-suite.h"

/*
 * A peer outside that is lost comes back: the same proxies reach whoever is at its address then. Losing it is played by
 * a shutdown, or by a raw socket that hangs up. All of it over each kind of socket.
 */

/* Its `park` answers when the gate is opened; where there is none, at once. */
FOLIOT_DEFINE_AGENT (Parker, parker, FoliotFuture *gate;)
FOLIOT_DEFINE_AGENT (Stranger, stranger, guint nothing;)

static FoliotValue *
parker_park (gpointer data, FoliotArgs *args, GError **error)
{
  Parker *self = data;

  if (self->gate == NULL)
    return foliot_value_ref (foliot_args_get_value (args, "x"));
  return foliot_await (self->gate, FOLIOT_TIME_NEVER, error);
}

static const FoliotMethod parker_methods[] = { { "park", parker_park, "x", "The same, later." }, { NULL } };
static const FoliotAgentInfo parker_info = { .help = "Parks.", .methods = parker_methods };
static const FoliotAgentInfo stranger_info = { .help = "Another one.", .methods = parker_methods };

/* How a pair is joined. */
typedef struct
{
  const char *transport;
  FoliotCompat compat;
  void (*body) (FoliotKernel *kernel, gconstpointer way);
} Way;

typedef struct
{
  FoliotKernel *kernel;
  const Way *way;
  FoliotTransport *transport;
  FoliotContainer *near;
  FoliotContainer *far;   /* (nullable) */
  FoliotAddress *address; /* of whoever is @far */
} Pair;

static FoliotContainer *
make_container (Pair *pair, FoliotAddress *address)
{
  const FoliotContainerOptions options = { .compat = pair->way->compat };
  g_autoptr (GError) error = NULL;
  FoliotContainer *container = foliot_container_new (pair->transport, address, &options, &error);

  g_assert_no_error (error);
  return container;
}

static gpointer
make_agent (FoliotContainer *container, GType type)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await_take (foliot_agent_new (container, type, NULL, NULL), &error);

  g_assert_no_error (error);
  return foliot_value_get_object (value, type);
}

/* @far_address: (nullable): of a peer that somebody else plays. */
static Pair *
pair_new (FoliotKernel *kernel, const Way *way, FoliotAddress *far_address)
{
  Pair *pair = g_new0 (Pair, 1);
  g_autoptr (FoliotAddress) near = foliot_transport_suite_new_address_by_name (way->transport, "near");
  g_autoptr (FoliotAddress) any = foliot_transport_suite_new_address_by_name (way->transport, "far");

  pair->kernel = kernel;
  pair->way = way;
  pair->transport = foliot_transport_suite_new_by_name (way->transport, kernel);
  pair->near = make_container (pair, near);
  if (far_address != NULL)
    pair->address = foliot_address_ref (far_address);
  else
    {
      pair->far = make_container (pair, any);
      pair->address = foliot_address_parse (foliot_container_get_base_url (pair->far), NULL);
    }
  return pair;
}

static void
shut_down (FoliotContainer **container)
{
  g_autoptr (FoliotValue) done = NULL;

  if (*container == NULL)
    return;
  done = foliot_await_take (foliot_container_shutdown (*container), NULL);
  g_clear_object (container);
}

static void
pair_free (Pair *pair)
{
  shut_down (&pair->near);
  shut_down (&pair->far);
  foliot_address_unref (pair->address);
  g_object_unref (pair->transport);
  g_free (pair);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pair, pair_free)

/* The peer goes, and we notice. */
static void
lose_far (Pair *pair)
{
  FoliotHold *hold = foliot_kernel_hold (pair->kernel, "the loss", FOLIOT_TEST_PATIENCE_MS);

  shut_down (&pair->far);
  while (foliot_container_get_n_connections (pair->near) > 0)
    g_assert_true (foliot_sleep (pair->kernel, 0, NULL));
  foliot_hold_release (hold);
}

/* The peer goes; another one comes in its place, with an agent of @type. */
static void
replace_far (Pair *pair, GType type)
{
  lose_far (pair);
  pair->far = make_container (pair, pair->address);
  if (type != G_TYPE_INVALID)
    make_agent (pair->far, type);
}

static FoliotProxy *
connect_far (Pair *pair)
{
  g_autofree char *url = g_strconcat (foliot_address_get_base_url (pair->address), "0", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await_take (foliot_container_connect (pair->near, url, 0), &error);

  g_assert_no_error (error);
  return foliot_proxy_ref (foliot_value_get_proxy (value));
}

static void
assert_parks (FoliotFuture *call, gint64 expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await (call, FOLIOT_TIME_NEVER, &error);

  g_assert_no_error (error);
  g_assert_cmpint (foliot_value_get_int (value), ==, expected);
}

static void
assert_fails (FoliotFuture *call, FoliotError code, const char *part)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await (call, FOLIOT_TIME_NEVER, &error);

  g_assert_null (value);
  g_assert_error (error, FOLIOT_ERROR, (int) code);
  if (strstr (error->message, part) == NULL)
    g_error ("\"%s\" is not in \"%s\"", part, error->message);
}

static void
test_comes_back (FoliotKernel *kernel, gconstpointer way)
{
  g_autoptr (Pair) pair = pair_new (kernel, way, NULL);
  g_autoptr (FoliotProxy) proxy = NULL, again = NULL;
  g_autoptr (FoliotFuture) first = NULL, second = NULL, third = NULL;

  make_agent (pair->far, parker_get_type ());
  proxy = connect_far (pair);
  first = foliot_proxy_call (proxy, "park", foliot_value_new_int (1), NULL);
  assert_parks (first, 1);
  for (guint i = 1; i < 4; i++)
    {
      g_autoptr (FoliotFuture) call = NULL;

      replace_far (pair, parker_get_type ());
      call = foliot_proxy_call (proxy, "park", foliot_value_new_int (i), NULL);
      assert_parks (call, i);
      g_assert_cmpuint (foliot_container_get_n_reconnects (pair->near), ==, i);
    }
  again = connect_far (pair);
  g_assert_true (again == proxy);
  g_assert_cmpuint (foliot_container_get_n_connections (pair->near), ==, 1);
  g_assert_cmpuint (foliot_container_get_n_repeated (pair->near), ==, 0);
  g_clear_pointer (&again, foliot_proxy_unref);

  /* A connect brings it back, too. */
  replace_far (pair, parker_get_type ());
  again = connect_far (pair);
  g_assert_true (again == proxy);
  third = foliot_proxy_call (proxy, "park", foliot_value_new_int (7), NULL);
  assert_parks (third, 7);
  g_assert_cmpuint (foliot_container_get_n_reconnects (pair->near), ==, 4);
}

/* A call that was under way names what was lost; one that may be repeated is. */
static void
test_pending (FoliotKernel *kernel, gconstpointer way)
{
  g_autoptr (Pair) pair = pair_new (kernel, way, NULL);
  g_autoptr (FoliotFuture) gate = foliot_future_new (kernel);
  g_autoptr (FoliotProxy) proxy = NULL;
  g_autoptr (FoliotFuture) once = NULL, repeatable = NULL;
  Parker *parker = make_agent (pair->far, parker_get_type ());

  parker->gate = gate;
  proxy = connect_far (pair);
  once = foliot_proxy_call (proxy, "park", foliot_value_new_int (1), NULL);
  repeatable = foliot_proxy_call_repeatable (proxy, "park", foliot_value_new_int (2), NULL);
  replace_far (pair, parker_get_type ());
  assert_fails (once, FOLIOT_ERROR_CONNECTION_RESET, "was lost before it answered agents/0/park");
  assert_parks (repeatable, 2);
  g_assert_cmpuint (foliot_container_get_n_repeated (pair->near), ==, 1);
  g_assert_cmpuint (foliot_container_get_n_reconnects (pair->near), ==, 1);
  foliot_future_resolve (gate, NULL);
}

/* Whoever has the id now is not the one that was meant. */
static void
test_gone (FoliotKernel *kernel, gconstpointer way)
{
  g_autoptr (Pair) pair = pair_new (kernel, way, NULL);
  g_autoptr (FoliotProxy) proxy = NULL, stranger = NULL;
  g_autoptr (FoliotFuture) nobody = NULL, another = NULL, back = NULL, other = NULL;

  make_agent (pair->far, parker_get_type ());
  proxy = connect_far (pair);
  replace_far (pair, G_TYPE_INVALID);
  nobody = foliot_proxy_call (proxy, "park", foliot_value_new_int (1), NULL);
  assert_fails (nobody, FOLIOT_ERROR_LOOKUP, "nobody there has its id");
  replace_far (pair, stranger_get_type ());
  another = foliot_proxy_call (proxy, "park", foliot_value_new_int (1), NULL);
  assert_fails (another, FOLIOT_ERROR_LOOKUP, "Parker \"0\" of Container(");
  /* Who asks for it anew gets it. */
  stranger = connect_far (pair);
  other = foliot_proxy_call (stranger, "park", foliot_value_new_int (5), NULL);
  assert_parks (other, 5);
}

static void
count_reset (FoliotRpcClient *client, const GError *why, gpointer user_data)
{
  g_assert_error (why, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET);
  ++*(guint *) user_data;
}

static void
test_reset_callback (FoliotKernel *kernel, gconstpointer way)
{
  g_autoptr (Pair) pair = pair_new (kernel, way, NULL);
  g_autoptr (FoliotProxy) proxy = NULL;
  g_autoptr (FoliotFuture) call = NULL;
  guint n_resets = 0;

  make_agent (pair->far, parker_get_type ());
  proxy = connect_far (pair);
  foliot_rpc_client_on_connection_reset (foliot_proxy_get_client (proxy), count_reset, &n_resets, NULL, NULL);
  replace_far (pair, parker_get_type ());
  call = foliot_proxy_call (proxy, "park", foliot_value_new_int (1), NULL);
  assert_parks (call, 1);
  g_assert_cmpuint (n_resets, ==, 1);
}

/* Nobody comes back: the call ends with the error of the last attempt, and so does the next, which is less patient. */
static void
test_in_vain (FoliotKernel *kernel, gconstpointer way)
{
  g_autoptr (Pair) pair = pair_new (kernel, way, NULL);
  g_autoptr (FoliotProxy) proxy = NULL;
  g_autoptr (FoliotFuture) first = NULL, second = NULL, third = NULL;
  FoliotTime patient;

  make_agent (pair->far, parker_get_type ());
  proxy = connect_far (pair);
  lose_far (pair);
  first = foliot_proxy_call (proxy, "park", foliot_value_new_int (1), NULL);
  second = foliot_proxy_call (proxy, "park", foliot_value_new_int (1), NULL);
  assert_fails (first, FOLIOT_ERROR_CONNECTION_REFUSED, "");
  assert_fails (second, FOLIOT_ERROR_CONNECTION_REFUSED, "");
  patient = foliot_kernel_now (kernel);
  third = foliot_proxy_call (proxy, "park", foliot_value_new_int (1), NULL);
  assert_fails (third, FOLIOT_ERROR_CONNECTION_REFUSED, "");
  foliot_test_assert_now (kernel, patient);
  g_assert_cmpuint (foliot_container_get_n_reconnects (pair->near), ==, 0);
}

/* A shutdown while a peer is awaited ends what waits for it. */
static void
test_shutdown (FoliotKernel *kernel, gconstpointer way)
{
  g_autoptr (Pair) pair = pair_new (kernel, way, NULL);
  g_autoptr (FoliotProxy) proxy = NULL;
  g_autoptr (FoliotFuture) call = NULL, late = NULL;

  make_agent (pair->far, parker_get_type ());
  proxy = connect_far (pair);
  lose_far (pair);
  call = foliot_proxy_call (proxy, "park", foliot_value_new_int (1), NULL);
  shut_down (&pair->near);
  assert_fails (call, FOLIOT_ERROR_CONNECTION_RESET, "Connection closed");
  late = foliot_proxy_call (proxy, "park", foliot_value_new_int (1), NULL);
  assert_fails (late, FOLIOT_ERROR_CONNECTION_RESET, "");
}

/* A world that ends in the midst of it. */
static void
test_unfinished (FoliotKernel *kernel, gconstpointer way)
{
  Pair *pair = pair_new (kernel, way, NULL);
  g_autoptr (FoliotFuture) gate = foliot_future_new (kernel);
  g_autoptr (FoliotProxy) proxy = NULL;
  Parker *parker = make_agent (pair->far, parker_get_type ());

  parker->gate = gate;
  proxy = connect_far (pair);
  for (guint i = 0; i < 2; i++)
    {
      foliot_future_unref (foliot_proxy_call_repeatable (proxy, "park", foliot_value_new_int (1), NULL));
      if (i == 0)
        lose_far (pair);
    }
  g_clear_object (&pair->near);
  foliot_address_unref (pair->address);
  g_object_unref (pair->transport);
  g_free (pair);
}

/* ---- a peer that hangs up at each call ---- */

typedef struct
{
  FoliotKernel *kernel;
  int listener;
  guint n_connections;
  guint n_calls;
} Rogue;

/* Answers that it has the agent, and hangs up at the next request. */
static FoliotValue *
be_rogue (gpointer user_data, GError **error)
{
  Rogue *rogue = user_data;

  for (guint i = 0; i < rogue->n_connections; i++)
    {
      g_autoptr (FoliotRawSocket) peer = foliot_raw_socket_new_accepted (rogue->kernel, rogue->listener);
      g_autoptr (GBytes) question = foliot_raw_socket_recv (peer);
      g_autofree char *answer = NULL;
      g_autoptr (GBytes) call = NULL;

      g_assert_nonnull (question);
      answer = g_strdup_printf ("[1, %c, \"Parker\"]", ((const char *) g_bytes_get_data (question, NULL))[4]);
      g_assert_true (foliot_raw_socket_send_text (peer, answer));
      call = foliot_raw_socket_recv (peer);
      g_assert_nonnull (call);
      rogue->n_calls++;
      foliot_raw_socket_reset (peer);
    }
  return NULL;
}

static void
test_three_repeats (FoliotKernel *kernel, gconstpointer way)
{
  g_autoptr (FoliotAddress) address = NULL;
  Rogue rogue = { .kernel = kernel, .listener = foliot_raw_socket_listen (&address), .n_connections = 4 };
  g_autoptr (FoliotFuture) done = foliot_fiber_spawn (kernel, NULL, "rogue", be_rogue, &rogue, NULL);
  g_autoptr (Pair) pair = pair_new (kernel, way, address);
  g_autoptr (FoliotProxy) proxy = connect_far (pair);
  g_autoptr (FoliotFuture) call
      = foliot_proxy_call_repeatable (proxy, "park", foliot_value_new_int (1), NULL);
  g_autoptr (FoliotValue) nothing = NULL;

  assert_fails (call, FOLIOT_ERROR_CONNECTION_RESET, "was lost before it answered agents/0/park");
  nothing = foliot_await (done, FOLIOT_TIME_NEVER, NULL);
  g_assert_cmpuint (rogue.n_calls, ==, 4);
  g_assert_cmpuint (foliot_container_get_n_repeated (pair->near), ==, 3);
  g_assert_cmpuint (foliot_container_get_n_reconnects (pair->near), ==, 3);
  close (rogue.listener);
}

/* ---- as aiomas ---- */

/* A lost connection stays lost: what it led to is gone, and whoever connects anew gets another one. */
static void
test_aiomas (FoliotKernel *kernel, gconstpointer way)
{
  g_autoptr (Pair) pair = pair_new (kernel, way, NULL);
  g_autoptr (FoliotProxy) proxy = NULL, again = NULL;
  g_autoptr (FoliotFuture) first = NULL, second = NULL, third = NULL;

  make_agent (pair->far, parker_get_type ());
  proxy = connect_far (pair);
  first = foliot_proxy_call (proxy, "park", foliot_value_new_int (1), NULL);
  assert_parks (first, 1);
  replace_far (pair, parker_get_type ());
  second = foliot_proxy_call_repeatable (proxy, "park", foliot_value_new_int (2), NULL);
  assert_fails (second, FOLIOT_ERROR_CONNECTION_RESET, "");
  again = connect_far (pair);
  g_assert_true (again != proxy);
  third = foliot_proxy_call (again, "park", foliot_value_new_int (3), NULL);
  assert_parks (third, 3);
  g_assert_cmpuint (foliot_container_get_n_reconnects (pair->near), ==, 0);
  g_assert_cmpuint (foliot_container_get_n_repeated (pair->near), ==, 0);
}

static void
run_way (FoliotKernel *kernel, gconstpointer data)
{
  const Way *way = data;

  way->body (kernel, way);
}

static const struct
{
  const char *name;
  void (*body) (FoliotKernel *kernel, gconstpointer way);
} tests[] = {
  { "comes-back", test_comes_back },         { "pending", test_pending }, { "gone", test_gone },
  { "reset-callback", test_reset_callback }, { "in-vain", test_in_vain }, { "shutdown", test_shutdown },
};

static void
add_all (const char *transport)
{
  const Way aiomas = { transport, FOLIOT_COMPAT_AIOMAS, test_aiomas };
  g_autofree char *path = g_strdup_printf ("/agent/reconnect/%s/aiomas-stays-lost", transport);

  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      const Way way = { transport, FOLIOT_COMPAT_FOLIOT, tests[i].body };
      g_autofree char *named = g_strdup_printf ("/agent/reconnect/%s/%s", transport, tests[i].name);

      foliot_test_add_data (named, run_way, &way, sizeof way);
    }
  foliot_test_add_data (path, run_way, &aiomas, sizeof aiomas);
}

static const Way tcp = { "tcp", FOLIOT_COMPAT_FOLIOT, NULL };

static void
run_unfinished (FoliotKernel *kernel)
{
  test_unfinished (kernel, &tcp);
}

static void
run_three_repeats (FoliotKernel *kernel)
{
  test_three_repeats (kernel, &tcp);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  add_all ("tcp");
  add_all ("unix");
  add_all ("tls");
  foliot_test_add_unfinished ("/agent/reconnect/tcp/unfinished", run_unfinished);
  foliot_test_add ("/agent/reconnect/tcp/three-repeats", run_three_repeats);
  return g_test_run ();
}
