/* SPDX-License-Identifier: MIT */
#include "agent-world.h"

#include <malloc.h>

#define INT(i) foliot_value_new_int (i)

/* ---- types ---- */

FOLIOT_DEFINE_AGENT (Worker, worker, gint64 level; guint n_rounds; gboolean configured;
                     gboolean saw_configuration;)

static gboolean
worker_init (gpointer data, FoliotArgs *args, GError **error)
{
  Worker *self = data;
  self->level = foliot_args_get_int (args, "level");
  if (self->level >= 0)
    return foliot_agent_sleep (self, FOLIOT_SECOND, error);
  if (self->level != G_MININT64) /* that one fails without a word */
    g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "level must not be negative");
  return FALSE;
}

/* Fails after as many rounds as its level says; 0: never. */
static gboolean
worker_run (gpointer data, GError **error)
{
  Worker *self = data;
  self->saw_configuration = self->configured;
  while (foliot_agent_sleep (self, FOLIOT_MINUTE, error))
    if (++self->n_rounds == self->level)
      {
        g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_RUNTIME, "worn out");
        return FALSE;
      }
  return FALSE;
}

static const FoliotAgentInfo worker_info = {
  .help = "Works.",
  .args = "level:int=0",
  .init = worker_init,
  .run = worker_run,
};

FOLIOT_DEFINE_AGENT (Idle, idle, )
static const FoliotAgentInfo idle_info = { .help = "Does nothing." };

static void
assert_fails (FoliotFuture *future, FoliotError code, const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await_take (future, &error);
  g_assert_null (value);
  g_assert_error (error, FOLIOT_ERROR, (gint) code);
  g_assert_cmpstr (error->message, ==, message);
}

static FoliotValue *
level_args (gint64 level)
{
  return foliot_value_build_map ("level", INT (level), NULL);
}

/* Returns: (transfer none): a worker of @level whose init is done. */
static Worker *
new_worker (FoliotContainer *container, const char *name, gint64 level)
{
  g_autoptr (FoliotValue) args = level_args (level);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value
      = foliot_await_take (foliot_agent_new (container, worker_get_type (), name, args), &error);
  g_assert_no_error (error);
  return foliot_value_get_object (value, worker_get_type ());
}

/* ---- who they are ---- */

static void
test_ids (World *world)
{
  FoliotContainer *a = world_container (world, "a");
  for (guint i = 0; i < 12; i++)
    {
      FoliotAgent *agent = world_agent (a, TYPE_CALLEE, NULL);
      g_autofree char *aid = g_strdup_printf ("%u", i);
      g_autofree char *place = g_strdup_printf ("a/%u", i);
      const char *address = world_url (world, place);
      g_autofree char *text = foliot_agent_to_string (agent);
      g_autofree char *expected = g_strdup_printf ("Callee('%s')", address);
      g_assert_cmpstr (foliot_agent_get_aid (agent), ==, aid);
      g_assert_cmpstr (foliot_agent_get_address (agent), ==, address);
      g_assert_cmpstr (foliot_agent_get_name (agent), ==, address);
      g_assert_cmpstr (text, ==, expected);
      g_assert_true (foliot_container_get_agent (a, aid) == agent);
      g_assert_true (foliot_agent_get_container (agent) == a);
    }
  g_assert_cmpuint (foliot_container_get_n_agents (a), ==, 12);
}

typedef FoliotContainer Special;
typedef FoliotContainerClass SpecialClass;
GType special_get_type (void);
G_DEFINE_TYPE (Special, special, FOLIOT_TYPE_CONTAINER)
static void
special_class_init (SpecialClass *klass)
{
}
static void
special_init (Special *self)
{
}

static void
test_container_check (World *world)
{
  static const char text[] = "\"container\" must be a \"Container\" instance but is ";
  g_autoptr (GError) error = NULL;
  g_assert_null (foliot_agent_new_detached (NULL, TYPE_CALLEE, NULL, &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_TYPE);
  g_assert_cmpstr (error->message, ==, "\"container\" must be a \"Container\" instance but is None");
  g_clear_error (&error);
  g_assert_null (foliot_agent_new_detached (world->kernel, TYPE_CALLEE, NULL, &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_TYPE);
  g_assert_true (g_str_has_prefix (error->message, text));
  g_assert_true (g_type_is_a (special_get_type (), FOLIOT_TYPE_CONTAINER));
}

/* Two modules may have a class of the same name each. */
static void
test_same_class_name (World *world)
{
  static const FoliotAgentInfo other_info = { .help = "Another one." };
  GType other = foliot_agent_register_type ("Callee", sizeof (Idle), &other_info);
  g_assert_true (other != TYPE_CALLEE);
  FoliotContainer *a = world_container (world, "a");
  FoliotAgent *agent = world_agent (a, other, NULL);
  g_autofree char *text = foliot_agent_to_string (agent);
  g_assert_cmpstr (text, ==, world_text (world, "Callee('{a/0}')"));
  g_assert_cmpstr (foliot_agent_type_get_name (other), ==, "Callee");
  g_assert_true (foliot_agent_type_get_info (other) == &other_info);
  g_autoptr (FoliotProxy) proxy = world_connect (a, world_url (world, "a/0"));
  g_autofree char *proxy_text = foliot_proxy_to_string (proxy);
  g_assert_cmpstr (proxy_text, ==, world_text (world, "CalleeProxy('{a/0}')"));
}

/* ---- birth, life and failure ---- */

static void
test_init (World *world)
{
  FoliotContainer *a = world_container (world, "a");
  Worker *worker = new_worker (a, "w", 7);
  g_assert_cmpint (worker->level, ==, 7);
  g_assert_cmpint (foliot_kernel_now (world->kernel), ==, FOLIOT_SECOND);
  worker->configured = TRUE; /* those who waited for it come before its run */
  g_assert_true (foliot_sleep (world->kernel, FOLIOT_SECOND, NULL));
  g_assert_true (worker->saw_configuration);
  g_assert_cmpstr (foliot_agent_get_name (worker), ==, "w");
}

static void
test_init_fails (World *world)
{
  FoliotContainer *a = world_container (world, "a");
  g_autoptr (FoliotValue) negative = level_args (-1);
  g_autoptr (FoliotValue) mute = level_args (G_MININT64);
  g_autoptr (FoliotValue) wrong = foliot_value_build_map ("level", foliot_value_new_string ("high"), NULL);
  g_autoptr (FoliotValue) unknown = foliot_value_build_map ("size", INT (1), NULL);
  GType type = worker_get_type ();
  assert_fails (foliot_agent_new (a, type, NULL, negative), FOLIOT_ERROR_VALUE, "level must not be negative");
  assert_fails (foliot_agent_new (a, type, "mute", mute), FOLIOT_ERROR_FAILED,
                "init of mute failed without saying why");
  assert_fails (foliot_agent_new (a, type, NULL, wrong), FOLIOT_ERROR_TYPE,
                "Worker() argument 'level' must be int, not string");
  assert_fails (foliot_agent_new (a, type, NULL, unknown), FOLIOT_ERROR_TYPE,
                "Worker() got an unexpected keyword argument 'size'");
  assert_fails (foliot_agent_new (a, idle_get_type (), NULL, unknown), FOLIOT_ERROR_TYPE,
                "Idle() got an unexpected keyword argument 'size'");
  g_assert_cmpuint (foliot_container_get_n_agents (a), ==, 0);
  FoliotAgent *agent = world_agent (a, idle_get_type (), NULL);
  g_assert_cmpstr (foliot_agent_get_aid (agent), ==, "5"); /* ids are not used again */
  world_connect_fails (world, a, world_url (world, "a/0"), 0, FOLIOT_ERROR_CONNECTION,
                       "Agent \"0\" does not exist in Container(<a>)");
}

static void
on_failure (FoliotAgent *agent, const GError *why, gpointer user_data)
{
  g_string_append_printf (user_data, "%s: %s\n", foliot_agent_get_name (agent), why->message);
}

static void
test_failure (World *world)
{
  FoliotContainer *a = world_container (world, "a");
  g_autoptr (GString) log = g_string_new (NULL);
  foliot_container_set_failure_func (a, on_failure, log);
  Worker *weak = new_worker (a, "weak", 2), *strong = new_worker (a, "strong", 0);
  g_assert_true (foliot_sleep (world->kernel, FOLIOT_HOUR, NULL));
  g_assert_cmpstr (log->str, ==, "weak: worn out\n");
  g_assert_error (foliot_agent_get_failure (weak), FOLIOT_ERROR, FOLIOT_ERROR_RUNTIME);
  g_assert_null (foliot_agent_get_failure (strong));
  world_shutdown (a);
  g_assert_cmpstr (log->str, ==, "weak: worn out\n");
  g_assert_null (foliot_agent_get_failure (strong)); /* cancelled, which is well */
  g_assert_cmpuint (strong->n_rounds, ==, 59);
}

static FoliotValue *
fiber_of_agent (gpointer agent, GError **error)
{
  g_assert_cmpuint (foliot_kernel_get_current_node (foliot_agent_get_kernel (agent)), ==,
                    foliot_agent_get_node (agent));
  return foliot_agent_sleep (agent, FOLIOT_DAY, error) ? INT (1) : NULL;
}

static void
test_spawn (World *world)
{
  FoliotContainer *a = world_container (world, "a");
  FoliotAgent *agent = world_agent (a, idle_get_type (), NULL);
  g_autoptr (FoliotFuture) fiber = foliot_agent_spawn (agent, "helper", fiber_of_agent, agent, NULL);
  g_assert_true (foliot_sleep (world->kernel, FOLIOT_SECOND, NULL));
  g_assert_cmpuint (foliot_scope_get_n_fibers (foliot_agent_get_scope (agent)), ==, 1);
  world_shutdown (a);
  assert_fails (foliot_future_ref (fiber), FOLIOT_ERROR_CANCELLED, foliot_future_get_error (fiber)->message);
}

static void
test_detached (World *world)
{
  FoliotContainer *a = world_container (world, "a");
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotAgent) agent = foliot_agent_new_detached (a, worker_get_type (), "w", &error);
  g_assert_no_error (error);
  g_autoptr (FoliotProxy) proxy = world_connect (a, world_url (world, "a/0")); /* there before its init */
  g_autoptr (FoliotValue) value = foliot_await_take (foliot_agent_start (agent, NULL), &error);
  g_assert_no_error (error);
  g_assert_true (foliot_value_get_object (value, worker_get_type ()) == (gpointer) agent);
}

/* ---- what they do ---- */

static void
test_sleep (World *world)
{
  FoliotContainer *a = world_container (world, "a");
  FoliotAgent *agent = world_agent (a, idle_get_type (), NULL);
  g_autoptr (GError) error = NULL;
  g_assert_true (foliot_agent_sleep (agent, FOLIOT_MINUTE, &error));
  g_assert_cmpint (foliot_kernel_now (world->kernel), ==, FOLIOT_MINUTE);
  g_assert_true (foliot_agent_sleep_until (agent, 2 * FOLIOT_MINUTE, &error));
  g_assert_cmpint (foliot_kernel_now (world->kernel), ==, 2 * FOLIOT_MINUTE);
  g_assert_false (foliot_agent_sleep_until (agent, 2 * FOLIOT_MINUTE, &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE);
  g_assert_cmpstr (error->message, ==, "Date \"120\" is in the past");
  g_clear_error (&error);
  g_assert_false (foliot_agent_sleep (agent, 0, &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE);
  g_assert_cmpstr (error->message, ==, "dt must be > 0 but is 0");
}

/* One agent that asks, and three that answer, in a container each. */
typedef struct
{
  FoliotAgent *agent;
  GPtrArray *proxies;
} Asking;

static Asking
asking_new (World *world)
{
  static const char *const ids[] = { "b", "c", "d" };
  FoliotContainer *a = world_container (world, "a");
  Asking asking = { world_agent (a, idle_get_type (), NULL),
                    g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_proxy_unref) };
  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr (GError) error = NULL;
      FoliotAgent *callee = world_agent (world_container (world, ids[i]), TYPE_CALLEE, NULL);
      g_ptr_array_add (asking.proxies,
                       foliot_agent_connect (asking.agent, foliot_agent_get_address (callee), 0, &error));
      g_assert_no_error (error);
    }
  return asking;
}

static void
test_call (World *world)
{
  Asking asking = asking_new (world);
  g_autoptr (GPtrArray) proxies = asking.proxies;
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) sum
      = foliot_agent_call (asking.agent, proxies->pdata[0], &error, "add", INT (3), INT (4), NULL);
  g_assert_no_error (error);
  g_assert_cmpint (foliot_value_get_int (sum), ==, 7);
  g_autoptr (FoliotValue) nothing
      = foliot_agent_call (asking.agent, proxies->pdata[0], &error, "add", INT (1), INT (2), INT (3), INT (4),
                           INT (5), INT (6), INT (7), INT (8), INT (9), INT (10), INT (11), NULL);
  g_assert_null (nothing);
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_REMOTE);
  g_assert_nonnull (
      strstr (error->message, "TypeError: add() takes 3 positional arguments but 12 were given\n"));
}

static void
test_call_within (World *world)
{
  Asking asking = asking_new (world);
  g_autoptr (GPtrArray) proxies = asking.proxies;
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) in_time = foliot_agent_call_within (
      asking.agent, 2 * FOLIOT_SECOND, proxies->pdata[0], &error, "wait", INT (1), NULL);
  g_assert_no_error (error);
  g_assert_cmpint (foliot_value_get_int (in_time), ==, 1);
  g_assert_null (foliot_agent_call_within (asking.agent, 2 * FOLIOT_SECOND, proxies->pdata[0], &error, "wait",
                                           INT (3), NULL));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_TIMED_OUT);
  g_assert_cmpint (foliot_kernel_now (world->kernel), ==, 3 * FOLIOT_SECOND);
  g_clear_error (&error);
  g_assert_true (foliot_sleep (world->kernel, 5 * FOLIOT_SECOND, NULL)); /* the late reply harms nobody */
  g_autoptr (FoliotValue) sum
      = foliot_agent_call (asking.agent, proxies->pdata[0], &error, "add", INT (3), INT (4), NULL);
  g_assert_no_error (error);
}

static void
test_call_all (World *world)
{
  Asking asking = asking_new (world);
  g_autoptr (GPtrArray) proxies = asking.proxies;
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) waits = foliot_value_build_list (INT (3), INT (1), INT (2), NULL);
  g_autoptr (FoliotValue) each
      = foliot_agent_call_each (asking.agent, proxies, &error, "wait", foliot_value_ref (waits));
  g_assert_no_error (error);
  g_assert_true (foliot_value_equal (each, waits)); /* in the order of the proxies */
  g_assert_cmpint (foliot_kernel_now (world->kernel), ==, 3 * FOLIOT_SECOND); /* all at once */
  g_autoptr (FoliotValue) all
      = foliot_agent_call_all (asking.agent, proxies, &error, "add", INT (3), INT (4), NULL);
  g_autoptr (FoliotValue) sevens = foliot_value_build_list (INT (7), INT (7), INT (7), NULL);
  g_assert_no_error (error);
  g_assert_true (foliot_value_equal (all, sevens));
  g_assert_null (
      foliot_agent_call_all (asking.agent, proxies, &error, "fail", foliot_value_new_string ("boom"), NULL));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_REMOTE);
  g_clear_error (&error);
  g_ptr_array_set_size (proxies, 0);
  g_autoptr (FoliotValue) none = foliot_agent_call_all (asking.agent, proxies, &error, "add", NULL);
  g_assert_no_error (error);
  g_assert_cmpuint (foliot_value_get_length (none), ==, 0);
}

static void
test_sub_service (World *world)
{
  FoliotContainer *a = world_container (world, "a");
  FoliotAgent *agent = world_agent (a, idle_get_type (), NULL);
  FoliotAgent *other = world_agent (a, TYPE_CALLEE, NULL);
  g_autoptr (FoliotServiceDict) dict = foliot_service_dict_new ();
  g_autoptr (GError) error = NULL;
  g_assert_true (foliot_agent_add_service (agent, "tools", G_OBJECT (dict), &error));
  g_assert_no_error (error);
  g_assert_false (
      foliot_agent_add_service (agent, "other", G_OBJECT (other), &error)); /* lives under agents */
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE);
  g_assert_true (
      foliot_router_check (foliot_service_get_router (FOLIOT_SERVICE (a)), "agents/0/tools", NULL));
}

static void
test_random (World *world)
{
  FoliotContainer *a = world_container (world, "a");
  FoliotAgent *agent = world_agent (a, idle_get_type (), "dice");
  g_assert_true (foliot_agent_get_random (agent, "throw")
                 == foliot_kernel_get_random (world->kernel, "dice", "throw"));
}

static void
on_row (FoliotAgent *agent, const char *table, FoliotValue *row, gpointer user_data)
{
  g_autofree char *text = foliot_value_print (row);
  g_string_append_printf (user_data, "%s %s %s\n", foliot_agent_get_name (agent), table, text);
}

static void
test_record (World *world)
{
  FoliotAgent *agent = world_agent (world_container (world, "a"), idle_get_type (), "meter");
  g_autoptr (GString) log = g_string_new (NULL);
  foliot_agent_record (agent, "powers", "P", foliot_value_new_double (1.5), NULL); /* nobody records */
  foliot_kernel_set_recorder (world->kernel, on_row, log);
  foliot_agent_record (agent, "powers", "P", foliot_value_new_double (2.5), "n", INT (1), NULL);
  g_assert_cmpstr (log->str, ==, "meter powers {'P': 2.5, 'n': 1}\n");
}

/* ---- what they cost ---- */

#define N_IDLE 100000

static void
test_idle_cost (void)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  g_autoptr (FoliotTransport) transport = foliot_local_transport_new (kernel, FALSE);
  g_autoptr (FoliotAddress) address = foliot_address_new_local ("a", NULL);
  g_autoptr (FoliotContainer) container = foliot_container_new (transport, address, NULL, NULL);
  struct mallinfo2 before = mallinfo2 ();
  for (guint i = 0; i < N_IDLE; i++)
    g_object_unref (foliot_agent_new_detached (container, TYPE_CALLEE, NULL, NULL));
  struct mallinfo2 after = mallinfo2 ();
  gsize bytes = (after.uordblks + after.hblkhd - before.uordblks - before.hblkhd) / N_IDLE;
  g_test_message ("an idle agent with its router: %" G_GSIZE_FORMAT " bytes", bytes);
  g_assert_cmpuint (bytes, <=, 1024);
  g_assert_cmpuint (foliot_container_get_n_agents (container), ==, N_IDLE);
  foliot_container_shutdown_sync (container);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  world_test_add ("/agent/row-080-ids-and-addresses", test_ids);
  world_test_add_once ("/agent/row-081-container-check", test_container_check);
  world_test_add ("/agent/agent/same-class-name", test_same_class_name);
  world_test_add_once ("/agent/agent/init", test_init);
  world_test_add ("/agent/agent/init-fails", test_init_fails);
  world_test_add_once ("/agent/agent/failure", test_failure);
  world_test_add_once ("/agent/agent/spawn", test_spawn);
  world_test_add ("/agent/agent/detached", test_detached);
  world_test_add_once ("/agent/agent/sleep", test_sleep);
  world_test_add ("/agent/agent/call", test_call);
  world_test_add ("/agent/agent/call-within", test_call_within);
  world_test_add ("/agent/agent/call-all", test_call_all);
  world_test_add_once ("/agent/agent/sub-service", test_sub_service);
  world_test_add_once ("/agent/agent/random", test_random);
  world_test_add_once ("/agent/agent/record", test_record);
  g_test_add_func ("/agent/agent/idle-cost", test_idle_cost);
  return g_test_run ();
}
