/* SPDX-License-Identifier: MIT */
#include <foliot/foliot.h>

#include "foliot-test.h"

/*
 * Worlds of their own in threads of their own, connected over TCP, throw messages at one another after random pieces of
 * work. The one who settles is connected with the first of them only. What it is told can be checked here from
 * outside: a counter that all threads share knows how many messages are still under way.
 */

#define MAX_NODES 5
#define LIMIT_MS  60000

static gint n_under_way; /* hops begun and not ended */
static gint n_hops;      /* that have ended */
static gint is_blocked;  /* who blocks goes on when this is 0 */

/* ---- who hops ---- */

FOLIOT_DEFINE_AGENT (Hopper, hopper, GPtrArray *friends; guint64 work; gint64 heard_ns;)

static gboolean
hopper_init (gpointer data, FoliotArgs *args, GError **error)
{
  ((Hopper *) data)->friends = g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_proxy_unref);
  return TRUE;
}

static void
hopper_dispose (gpointer data)
{
  g_clear_pointer (&((Hopper *) data)->friends, g_ptr_array_unref);
}

static FoliotValue *
hopper_meet (gpointer data, FoliotArgs *args, GError **error)
{
  Hopper *self = data;
  FoliotProxy *proxy = foliot_agent_connect (self, foliot_args_get_string (args, "url"), 0, error);
  if (proxy != NULL)
    g_ptr_array_add (self->friends, proxy);
  return NULL;
}

static void throw (Hopper * self, gint64 n)
{
  FoliotRandom *random = foliot_agent_get_random (self, "hops");
  FoliotProxy *to = self->friends->pdata[foliot_random_choice (random, self->friends->len)];
  g_atomic_int_inc (&n_under_way);
  foliot_future_unref (foliot_proxy_call (to, "hop", foliot_value_new_int (n), NULL));
}

/* Works for a while, and throws what is left. */
static FoliotValue *
hopper_hop (gpointer data, FoliotArgs *args, GError **error)
{
  Hopper *self = data;
  FoliotRandom *random = foliot_agent_get_random (self, "hops");
  gint64 n = foliot_args_get_int (args, "n");
  for (gsize work = foliot_random_choice (random, (gsize) 1 << foliot_random_choice (random, 17)); work > 0;
       work--)
    self->work ^= foliot_random_uint64 (random);
  if (n > 0)
    throw (self, n - 1);
  g_atomic_int_inc (&n_hops);
  g_atomic_int_add (&n_under_way, -1);
  return NULL;
}

static FoliotValue *
hopper_wait (gpointer self, FoliotArgs *args, GError **error)
{
  foliot_agent_sleep (self, foliot_args_get_int (args, "seconds") * FOLIOT_SECOND, error);
  return NULL;
}

static FoliotValue *
hopper_wait_quietly (gpointer self, FoliotArgs *args, GError **error)
{
  gint64 ns = foliot_args_get_int (args, "seconds") * FOLIOT_SECOND;
  foliot_clock_call_in (foliot_agent_get_clock (self), ns, G_CALLBACK (g_free), NULL, NULL, error);
  return NULL;
}

/* Nothing else happens in its world meanwhile. */
static FoliotValue *
hopper_block (gpointer self, FoliotArgs *args, GError **error)
{
  while (g_atomic_int_get (&is_blocked))
    g_thread_yield ();
  return NULL;
}

static FoliotValue *
hopper_now (gpointer self, FoliotArgs *args, GError **error)
{
  return foliot_value_new_int (foliot_clock_time (foliot_agent_get_clock (self)));
}

/* Later it asks its friend for the time. */
static gboolean
ask_later (gpointer data, GError **error)
{
  Hopper *self = data;
  if (!foliot_agent_sleep (self, 5 * FOLIOT_SECOND, error))
    return FALSE;
  g_autoptr (FoliotValue) heard = foliot_agent_call (self, self->friends->pdata[0], error, "now", NULL);
  self->heard_ns = heard != NULL ? foliot_value_get_int (heard) : -1;
  return heard != NULL;
}

static FoliotValue *
ask_later_body (gpointer self, GError **error)
{
  return ask_later (self, error) ? foliot_value_new_null () : NULL;
}

static FoliotValue *
hopper_ask_later (gpointer self, FoliotArgs *args, GError **error)
{
  foliot_future_unref (foliot_agent_spawn (self, "ask later", ask_later_body, self, NULL));
  return NULL;
}

static FoliotValue *
hopper_heard (gpointer self, FoliotArgs *args, GError **error)
{
  return foliot_value_new_int (((Hopper *) self)->heard_ns);
}

static const FoliotMethod hopper_methods[] = {
  { "block", hopper_block, "", "Does not yield for a while." },
  { "now", hopper_now, "", "Its time." },
  { "ask_later", hopper_ask_later, "", "Asks its friend for the time in 5 s." },
  { "heard", hopper_heard, "", "What it was told." },
  { "meet", hopper_meet, "url:string", "Connects to another." },
  { "hop", hopper_hop, "n:int", "Throws on." },
  { "wait", hopper_wait, "seconds:int", "Comes back later." },
  { "wait_quietly", hopper_wait_quietly, "seconds:int", "Has something to do later." },
  { NULL },
};
static const FoliotAgentInfo hopper_info = { .help = "Throws messages at others.",
                                             .init = hopper_init,
                                             .dispose = hopper_dispose,
                                             .methods = hopper_methods };

/* ---- a world in a thread ---- */

typedef struct
{
  guint64 seed;
  GThread *thread;
  GMutex lock;
  GCond opened;
  char *url; /* of its manager, once it listens */
} Node;

static FoliotContainer *
open_container (FoliotTransport *transport, FoliotRegistry *registry, FoliotFuture **out_served)
{
  g_autoptr (FoliotAddress) at = foliot_address_new_tcp ("127.0.0.1", 0);
  g_autoptr (GError) error = NULL;
  FoliotManager *manager = NULL;
  FoliotContainer *container;
  if (registry == NULL)
    container = foliot_container_new (transport, at, NULL, &error);
  else
    {
      *out_served = foliot_subproc_start (transport, at, NULL, registry, &manager);
      container = g_object_ref (foliot_agent_get_container (manager));
    }
  g_assert_no_error (error);
  return container;
}

static gpointer
run_node (gpointer data)
{
  Node *node = data;
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_EXTERNAL, node->seed, 0);
  g_autoptr (FoliotTransport) transport = foliot_stream_transport_new (kernel, NULL);
  FoliotRegistry *registry = foliot_registry_new ();
  g_autoptr (FoliotFuture) served = NULL;
  g_autoptr (GError) error = NULL;
  foliot_registry_add (registry, "demo", hopper_get_type ());
  FoliotContainer *container = open_container (transport, registry, &served);
  g_mutex_lock (&node->lock);
  node->url = g_strconcat (foliot_container_get_base_url (container), "0", NULL);
  g_cond_signal (&node->opened);
  g_mutex_unlock (&node->lock);
  g_autoptr (FoliotValue) stopped = foliot_run (kernel, served, &error);
  g_assert_no_error (error);
  g_object_unref (container);
  foliot_kernel_close (kernel);
  foliot_registry_free (registry);
  return NULL;
}

static void
node_start (Node *node, guint64 seed)
{
  *node = (Node){ .seed = seed };
  g_mutex_init (&node->lock);
  g_cond_init (&node->opened);
  g_mutex_lock (&node->lock);
  node->thread = g_thread_new ("node", run_node, node);
  while (node->url == NULL)
    g_cond_wait (&node->opened, &node->lock);
  g_mutex_unlock (&node->lock);
}

static void
node_clear (Node *node)
{
  g_thread_join (node->thread);
  g_mutex_clear (&node->lock);
  g_cond_clear (&node->opened);
  g_free (node->url);
}

/* ---- the one who directs ---- */

typedef struct Stage Stage;
struct Stage
{
  guint n_nodes;
  Node nodes[MAX_NODES];
  FoliotKernel *kernel;
  FoliotTransport *transport;
  FoliotContainer *container;
  FoliotProxy *managers[MAX_NODES], *hoppers[MAX_NODES];
  char *urls[MAX_NODES]; /* of the hoppers */
  void (*body) (Stage *stage);
};

static FoliotValue *
await_ok (FoliotFuture *call)
{
  g_autoptr (GError) error = NULL;
  FoliotValue *value = foliot_await_take (call, &error);
  g_assert_no_error (error);
  return value;
}

static void
call_ok (FoliotProxy *proxy, const char *method, FoliotValue *arg)
{
  g_autoptr (FoliotValue) value = await_ok (foliot_proxy_call (proxy, method, arg, NULL));
}

static FoliotProxy *
connect_to (Stage *stage, const char *url)
{
  g_autoptr (FoliotValue) proxy = await_ok (foliot_container_connect (stage->container, url, 0));
  return foliot_proxy_ref (foliot_value_get_proxy (proxy));
}

static void
spawn_hopper (Stage *stage, guint i)
{
  stage->managers[i] = connect_to (stage, stage->nodes[i].url);
  g_autoptr (FoliotValue) pair = await_ok (
      foliot_proxy_call (stage->managers[i], "spawn", foliot_value_new_string ("demo:Hopper"), NULL));
  stage->hoppers[i] = foliot_proxy_ref (foliot_value_get_proxy (foliot_value_get_item (pair, 0)));
  stage->urls[i] = g_strdup (foliot_value_get_string (foliot_value_get_item (pair, 1), NULL));
}

static void
meet (Stage *stage, guint who, guint whom)
{
  call_ok (stage->hoppers[who], "meet", foliot_value_new_string (stage->urls[whom]));
}

static FoliotValue *
run_stage (gpointer user_data, GError **error)
{
  Stage *stage = user_data;
  for (guint i = 0; i < stage->n_nodes; i++)
    spawn_hopper (stage, i);
  stage->body (stage);
  for (guint i = 0; i < stage->n_nodes; i++)
    {
      call_ok (stage->managers[i], "stop", NULL);
      foliot_proxy_unref (stage->managers[i]);
      foliot_proxy_unref (stage->hoppers[i]);
      g_free (stage->urls[i]);
    }
  g_autoptr (FoliotValue) nothing = await_ok (foliot_container_shutdown (stage->container));
  return NULL;
}

static void
run_on_stage (guint n_nodes, guint64 seed, void (*body) (Stage *stage))
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_EXTERNAL, seed, 0);
  g_autoptr (FoliotTransport) transport = foliot_stream_transport_new (kernel, NULL);
  g_autoptr (FoliotContainer) container = open_container (transport, NULL, NULL);
  Stage stage = {
    .n_nodes = n_nodes, .kernel = kernel, .transport = transport, .container = container, .body = body
  };
  g_autoptr (GError) error = NULL;
  for (guint i = 0; i < n_nodes; i++)
    node_start (&stage.nodes[i], seed * MAX_NODES + i);
  g_autoptr (FoliotFuture) done
      = foliot_fiber_spawn_full (kernel, NULL, "test", FOLIOT_STACK_LARGE, run_stage, &stage, NULL);
  g_autoptr (FoliotValue) value = foliot_run (kernel, done, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < n_nodes; i++)
    node_clear (&stage.nodes[i]);
  foliot_kernel_close (kernel);
}

static FoliotValue *
settle_ok (Stage *stage)
{
  return await_ok (foliot_container_settle (stage->container, LIMIT_MS));
}

static gint64
get_int (FoliotValue *map, const char *key)
{
  return foliot_value_get_int (foliot_value_lookup (map, key));
}

static gboolean
get_bool (FoliotValue *map, const char *key)
{
  return foliot_value_get_bool (foliot_value_lookup (map, key));
}

/* ---- nothing is under way when it settles ---- */

#define N_HOPS 60

/* Everybody knows the next one, and the director only the first: it takes part in one connection. */
static void
hop_around (Stage *stage)
{
  for (guint i = 0; i < stage->n_nodes; i++)
    for (guint k = 1; k < stage->n_nodes; k++)
      if (k == 1 || (stage->nodes[0].seed & k) != 0)
        meet (stage, i, (i + k) % stage->n_nodes);
  g_atomic_int_set (&n_hops, 0);
  for (guint round = 0; round < 3; round++)
    {
      for (guint i = 0; i < stage->n_nodes; i++)
        {
          g_atomic_int_inc (&n_under_way);
          foliot_future_unref (
              foliot_proxy_call (stage->hoppers[i], "hop", foliot_value_new_int (N_HOPS - 1), NULL));
        }
      g_autoptr (FoliotValue) settled = settle_ok (stage);
      g_assert_cmpint (g_atomic_int_get (&n_under_way), ==, 0);
      g_assert_cmpint (g_atomic_int_get (&n_hops), ==, (gint) ((round + 1) * stage->n_nodes * N_HOPS));
      g_assert_false (get_bool (settled, "assumed"));
      g_assert_true (foliot_value_is_null (foliot_value_lookup (settled, "next_due_ns")));
      g_assert_cmpint (get_int (settled, "worlds"), ==, stage->n_nodes + 1);
    }
}

static void
test_random_delays (void)
{
  for (guint64 seed = 1; seed <= 12; seed++)
    run_on_stage (2 + seed % (MAX_NODES - 1), seed, hop_around);
}

/* ---- the next due time is the first of all worlds ---- */

static void
wait_everywhere (Stage *stage)
{
  meet (stage, 0, 1);
  for (guint i = 0; i < stage->n_nodes; i++)
    call_ok (stage->hoppers[i], "wait_quietly", foliot_value_new_int (9 - i));
  g_autoptr (FoliotValue) settled = settle_ok (stage);
  g_assert_cmpint (get_int (settled, "now_ns"), ==, 0);
  g_assert_cmpint (get_int (settled, "next_due_ns"), ==, (gint64) (10 - stage->n_nodes) * FOLIOT_SECOND);
}

static void
test_next_due (void)
{
  run_on_stage (3, 1, wait_everywhere);
}

/* ---- who goes together arrives before he hears of others ---- */

static FoliotFuture *
advance (Stage *stage, guint i, gint64 ns)
{
  FoliotRpcClient *client = foliot_proxy_get_client (stage->managers[i]);
  g_autoptr (FoliotProxy) root = foliot_rpc_client_get_remote (client);
  return foliot_proxy_callv (
      root, "_foliot/advance_to", NULL,
      foliot_value_build_map ("ns", foliot_value_new_int (ns), "cork", foliot_value_new_bool (TRUE), NULL));
}

/* The first is there, and asks the second, long before that sets out. */
static void
go_together (Stage *stage)
{
  g_autoptr (GError) error = NULL;
  meet (stage, 0, 1);
  g_autoptr (FoliotValue) asked = await_ok (foliot_proxy_call (stage->hoppers[0], "ask_later", NULL));
  g_autoptr (FoliotValue) settled = settle_ok (stage);
  g_assert_cmpint (get_int (settled, "next_due_ns"), ==, 5 * FOLIOT_SECOND);

  g_autoptr (FoliotValue) too_far = foliot_await_take (advance (stage, 0, 6 * FOLIOT_SECOND), &error);
  g_assert_null (too_far);
  g_assert_nonnull (strstr (error->message, "ValueError: advance_to() with cork goes no further"));
  g_autoptr (FoliotValue) first = await_ok (advance (stage, 0, 5 * FOLIOT_SECOND));
  g_autoptr (FoliotValue) second = await_ok (advance (stage, 1, 5 * FOLIOT_SECOND));
  g_autoptr (FoliotValue) again = settle_ok (stage);
  g_autoptr (FoliotValue) heard = await_ok (foliot_proxy_call (stage->hoppers[0], "heard", NULL));
  g_assert_cmpint (foliot_value_get_int (heard), ==, 5 * FOLIOT_SECOND);
}

static void
test_cork (void)
{
  run_on_stage (2, 1, go_together);
}

/* ---- what does not settle is reported ---- */

static void
never_settles (Stage *stage)
{
  g_autoptr (FoliotFuture) late
      = foliot_proxy_call (stage->hoppers[0], "wait", foliot_value_new_int (5), NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) settled
      = foliot_await_take (foliot_container_settle (stage->container, 100), &error);
  g_assert_null (settled);
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_TIMED_OUT);
  g_assert_nonnull (strstr (error->message, "not settled after 100 ms:\n"));
  g_assert_nonnull (strstr (error->message, "  waits for 1 answers of ('127.0.0.1', "));
  g_assert_nonnull (strstr (error->message, " to agents/1/wait, missing since 0"));

  g_autoptr (FoliotValue) text = await_ok (foliot_container_report_waits (stage->container, 0));
  g_assert_nonnull (strstr (foliot_value_get_string (text, NULL), " to agents/1/wait, missing since 0"));
  g_assert_nonnull (strstr (foliot_value_get_string (text, NULL), "is quiet\n"));
}

static void
test_report (void)
{
  run_on_stage (1, 1, never_settles);
}

/* ---- who is late is waited for ---- */

/* A peer that has settled once works at something for longer than a wave waits: then it is late, and not one that cannot settle. */
static void
come_late (Stage *stage)
{
  g_autoptr (FoliotValue) before = settle_ok (stage);
  g_autoptr (GError) error = NULL;
  g_atomic_int_set (&is_blocked, TRUE);
  g_autoptr (FoliotFuture) blocked = foliot_proxy_call (stage->hoppers[0], "block", NULL);
  g_autoptr (FoliotValue) settled
      = foliot_await_take (foliot_container_settle (stage->container, 100), &error);
  g_assert_null (settled);
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_TIMED_OUT);
  g_atomic_int_set (&is_blocked, FALSE);
  g_autoptr (FoliotValue) after = settle_ok (stage);
  g_assert_false (get_bool (after, "assumed"));
  g_assert_cmpint (get_int (after, "worlds"), ==, 2);
  g_assert_true (foliot_future_is_settled (blocked));
}

static void
test_late (void)
{
  run_on_stage (1, 1, come_late);
}

/* ---- peers that do not know how to ---- */

static FoliotValue *
plain_validate (gpointer self, FoliotArgs *args, GError **error)
{
  return foliot_value_new_string ("Plain");
}

static FoliotValue *
plain_never (gpointer never, FoliotArgs *args, GError **error)
{
  return foliot_await (never, FOLIOT_TIME_NEVER, error);
}

/* A service that is no container, and a client that is none. */
static void
settle_with_plain (Stage *stage)
{
  static const FoliotMethod validate = { "validate_aid", plain_validate, "aid", "Yes." };
  static const FoliotMethod never = { "never", plain_never, "", "Not yet." };
  g_autoptr (FoliotFuture) answer = foliot_future_new (stage->kernel);
  g_autoptr (FoliotServiceDict) service = foliot_service_dict_new ();
  g_autoptr (FoliotAddress) at = foliot_address_new_tcp ("127.0.0.1", 0);
  g_autoptr (FoliotAddress) ours = NULL;
  g_autoptr (GError) error = NULL;
  g_assert_true (foliot_service_dict_add (service, &validate, stage, NULL));
  g_assert_true (foliot_service_dict_add (service, &never, answer, NULL));
  g_autoptr (FoliotListener) listener
      = foliot_rpc_serve (stage->transport, at, G_OBJECT (service), NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_autofree char *url
      = g_strconcat (foliot_address_get_base_url (foliot_listener_get_address (listener)), "0", NULL);
  g_autoptr (FoliotProxy) plain = connect_to (stage, url);
  g_autofree char *our_url = g_strconcat (foliot_container_get_base_url (stage->container), "0", NULL);
  g_autofree char *aid = NULL;
  ours = foliot_address_parse_agent (our_url, &aid, &error);
  g_autoptr (FoliotValue) silent = await_ok (foliot_rpc_open (stage->transport, ours, NULL, 0, NULL));

  g_autoptr (FoliotValue) settled = await_ok (foliot_container_settle (stage->container, 2000));
  g_assert_true (get_bool (settled, "assumed"));
  g_assert_cmpint (get_int (settled, "worlds"), ==, 1);
  g_assert_cmpint (get_int (settled, "links"), ==, 2);

  FoliotRpcClient *client = foliot_proxy_get_client (plain);
  g_autoptr (FoliotProxy) root = foliot_rpc_client_get_remote (client);
  g_autoptr (FoliotFuture) owed = foliot_proxy_call (root, "never", NULL);
  g_autoptr (FoliotValue) late = foliot_await_take (foliot_container_settle (stage->container, 100), &error);
  g_assert_null (late);
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_TIMED_OUT);
  g_assert_nonnull (strstr (error->message, ", which does not settle\n"));

  foliot_future_resolve (answer, NULL);
  g_autoptr (FoliotValue) at_last = settle_ok (stage);
  g_assert_true (get_bool (at_last, "assumed"));
  foliot_listener_close (listener);
}

static void
test_plain (void)
{
  run_on_stage (0, 1, settle_with_plain);
}

/* ---- a peer whose answers have the right form and the wrong numbers ---- */

static FoliotValue *
liar_settle (gpointer self, FoliotArgs *args, GError **error)
{
  static const char text[]
      = "{\"end\": \"x\", \"seen\": [], \"worlds\": [{\"name\": \"liar\", \"quiet\": true,"
        " \"now_ns\": 18446744073709551615, \"next_due_ns\": 18446744073709551615, \"report\": 7,"
        " \"links\": [[\"x\", null, \"y\", 18446744073709551615, 0, 0, true]]}, 3]}";
  g_autoptr (FoliotCodec) json = foliot_codec_new (FOLIOT_TYPE_CODEC_JSON);
  return foliot_codec_decode (json, (const guint8 *) text, strlen (text), error);
}

static void
settle_with_liar (Stage *stage)
{
  static const FoliotMethod validate = { "validate_aid", plain_validate, "aid", "Yes." };
  static const FoliotMethod lie = { "settle", liar_settle, "*all", "Nonsense." };
  g_autoptr (FoliotServiceDict) service = foliot_service_dict_new (), reserved = foliot_service_dict_new ();
  g_autoptr (FoliotAddress) at = foliot_address_new_tcp ("127.0.0.1", 0);
  g_autoptr (GError) error = NULL;
  g_assert_true (foliot_service_dict_add (service, &validate, stage, NULL));
  g_assert_true (foliot_service_dict_add (reserved, &lie, stage, NULL));
  g_assert_true (foliot_service_dict_add_service (service, "_foliot", G_OBJECT (reserved), NULL));
  g_autoptr (FoliotListener) listener
      = foliot_rpc_serve (stage->transport, at, G_OBJECT (service), NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_autofree char *url
      = g_strconcat (foliot_address_get_base_url (foliot_listener_get_address (listener)), "0", NULL);
  g_autoptr (FoliotProxy) liar = connect_to (stage, url);

  g_autoptr (FoliotValue) late = foliot_await_take (foliot_container_settle (stage->container, 100), &error);
  g_assert_null (late);
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_TIMED_OUT);
  g_assert_nonnull (strstr (error->message, "liar at "));
  foliot_listener_close (listener);
}

static void
test_liar (void)
{
  run_on_stage (0, 1, settle_with_liar);
}

/* ---- alone ---- */

static void
settle_alone (Stage *stage)
{
  g_autoptr (FoliotValue) settled = settle_ok (stage);
  g_assert_cmpint (get_int (settled, "worlds"), ==, 1);
  g_assert_cmpint (get_int (settled, "links"), ==, 0);
}

static void
test_alone (void)
{
  run_on_stage (0, 1, settle_alone);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/settle/alone", test_alone);
  g_test_add_func ("/settle/random-delays", test_random_delays);
  g_test_add_func ("/settle/next-due", test_next_due);
  g_test_add_func ("/settle/cork", test_cork);
  g_test_add_func ("/settle/late", test_late);
  g_test_add_func ("/settle/report", test_report);
  g_test_add_func ("/settle/plain", test_plain);
  g_test_add_func ("/settle/liar", test_liar);
  return g_test_run ();
}
