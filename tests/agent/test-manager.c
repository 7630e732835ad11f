/* SPDX-License-Identifier: MIT */
#include <foliot/foliot.h>

#include "foliot-dialogue.h"
#include "foliot-test.h"

/*
 * The manager in the world of one process: everything but the process. The recorded dialogue plays aiomas' client against it.
 */

FOLIOT_DEFINE_AGENT (Callee, spawned, FoliotValue *args; FoliotValue * kwargs;)

static gboolean
spawned_init (gpointer data, FoliotArgs *args, GError **error)
{
  Callee *self = data;
  self->args = foliot_value_ref (foliot_args_get_value (args, "args"));
  self->kwargs = foliot_value_ref (foliot_args_get_value (args, "kwargs"));
  return TRUE;
}

static void
spawned_dispose (gpointer data)
{
  Callee *self = data;
  g_clear_pointer (&self->args, foliot_value_unref);
  g_clear_pointer (&self->kwargs, foliot_value_unref);
}

static FoliotValue *
spawned_get_init (gpointer data, FoliotArgs *args, GError **error)
{
  Callee *self = data;
  return foliot_value_build_list (foliot_value_ref (self->args), foliot_value_ref (self->kwargs), NULL);
}

/* An integer where Python's clock has one. */
static FoliotValue *
spawned_now (gpointer self, FoliotArgs *args, GError **error)
{
  FoliotTime time = foliot_clock_time (foliot_agent_get_clock (self));
  return time % FOLIOT_SECOND == 0 ? foliot_value_new_int (time / FOLIOT_SECOND)
                                   : foliot_value_new_double (foliot_time_to_seconds (time));
}

static FoliotValue *
spawned_utcnow (gpointer self, FoliotArgs *args, GError **error)
{
  FoliotDate date;
  foliot_clock_utcnow (foliot_agent_get_clock (self), &date);
  return foliot_value_new_date (&date);
}

static FoliotValue *
spawned_ask (gpointer self, FoliotArgs *args, GError **error)
{
  return foliot_agent_call (self, foliot_args_get_proxy (args, "agent"), error, "add",
                            foliot_value_ref (foliot_args_get_value (args, "a")),
                            foliot_value_ref (foliot_args_get_value (args, "b")), NULL);
}

static const FoliotMethod spawned_methods[] = {
  { "get_init", spawned_get_init, "", "What it was made with." },
  { "now", spawned_now, "", "The clock's time." },
  { "utcnow", spawned_utcnow, "", "The clock's date." },
  { "ask", spawned_ask, "agent:proxy a b", "What the agent's add returns." },
  { NULL },
};
static const FoliotAgentInfo spawned_info = {
  .help = "Answers.",
  .args = "*args **kwargs",
  .init = spawned_init,
  .dispose = spawned_dispose,
  .methods = spawned_methods,
};

FOLIOT_DEFINE_AGENT (Caller, caller, )
static const FoliotAgentInfo caller_info = { .help = "Asks." };

static gboolean
picky_init (gpointer self, FoliotArgs *args, GError **error)
{
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_RUNTIME, "not with %" G_GINT64_FORMAT,
               foliot_args_get_int (args, "n"));
  return FALSE;
}

FOLIOT_DEFINE_AGENT (Picky, picky, )
static const FoliotAgentInfo picky_info = { .help = "Refuses.", .args = "n:int", .init = picky_init };

/* ---- the stage ---- */

typedef struct
{
  FoliotKernel *kernel;
  FoliotTransport *transport;
  FoliotRegistry *registry;
  FoliotFuture *served; /* ends when the manager's container is shut down */
  void (*body) (gpointer stage);
} Stage;

typedef void (*StageBody) (gpointer stage);

/* Opens the manager's container at local://child. */
static void
stage_open (Stage *stage, GType codec_type)
{
  g_autoptr (FoliotAddress) address = foliot_address_new_local ("child", NULL);
  g_autoptr (FoliotClock) clock = NULL;
  g_autoptr (GError) error = NULL;
  FoliotManager *manager = NULL;
  if (foliot_kernel_get_drive (stage->kernel) == FOLIOT_DRIVE_EXTERNAL)
    clock = foliot_external_clock_new (stage->kernel, "2016-01-01T00:00:00+00:00", -FOLIOT_SECOND, &error);
  g_assert_no_error (error);
  FoliotContainerOptions options = { .clock = clock, .codec_type = codec_type };
  stage->served = foliot_subproc_start (stage->transport, address, &options, stage->registry, &manager);
  g_assert_true (FOLIOT_IS_MANAGER (manager));
  g_assert_cmpstr (foliot_agent_get_aid (manager), ==, "0");
  g_assert_cmpstr (foliot_agent_get_address (manager), ==, "local://child/0");
}

/* Fails unless the manager's container has been shut down, well. */
static void
stage_assert_ended (Stage *stage)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) nothing = foliot_await (stage->served, FOLIOT_TIME_NEVER, &error);
  g_assert_no_error (error);
  g_assert_true (foliot_value_is_null (nothing));
}

static FoliotValue *
stage_run_body (gpointer user_data, GError **error)
{
  ((Stage *) user_data)->body (user_data);
  return NULL;
}

static void
run_on_stage (FoliotDrive drive, StageBody body)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, drive, 1, -FOLIOT_SECOND);
  Stage stage = { kernel, foliot_local_transport_new (kernel, TRUE), foliot_registry_new (), NULL, body };
  g_autoptr (GError) error = NULL;
  foliot_registry_add (stage.registry, "demo", spawned_get_type ());
  foliot_registry_add (stage.registry, "demo", caller_get_type ());
  foliot_registry_add (stage.registry, "demo", picky_get_type ());
  g_autoptr (FoliotFuture) done
      = foliot_fiber_spawn_full (kernel, NULL, "test", FOLIOT_STACK_LARGE, stage_run_body, &stage, NULL);
  g_autoptr (FoliotValue) value = foliot_run (kernel, done, &error);
  g_assert_no_error (error);
  foliot_test_assert_idle (kernel);
  g_clear_pointer (&stage.served, foliot_future_unref);
  g_object_unref (stage.transport);
  foliot_kernel_close (kernel);
  foliot_registry_free (stage.registry);
}

/* ---- aiomas' client ---- */

static void
play_dialogue (gpointer user_data)
{
  Stage *stage = user_data;
  g_auto (GStrv) parts = g_strsplit (g_test_get_path (), "/", -1);
  g_autoptr (FoliotDialogue) dialogue = foliot_dialogue_new ("manager", parts[g_strv_length (parts) - 1]);
  g_autoptr (FoliotAddress) address = foliot_address_new_local ("child", NULL);
  stage_open (stage, foliot_dialogue_get_codec_type (dialogue));
  g_autoptr (FoliotRawPeer) peer = foliot_raw_peer_new_connected (stage->transport, address);
  foliot_dialogue_play (dialogue, FOLIOT_DIALOGUE_CLIENT, peer);
  stage_assert_ended (stage);
}

static void
test_dialogue (void)
{
  run_on_stage (FOLIOT_DRIVE_EXTERNAL, play_dialogue);
}

/* ---- our client ---- */

typedef struct
{
  FoliotContainer *container;
  FoliotProxy *manager;
} Client;

static Client
client_new (Stage *stage)
{
  g_autoptr (FoliotAddress) address = foliot_address_new_local ("parent", NULL);
  g_autoptr (GError) error = NULL;
  Client client = { foliot_container_new (stage->transport, address, NULL, &error), NULL };
  g_assert_no_error (error);
  g_autoptr (FoliotValue) proxy
      = foliot_await_take (foliot_container_connect (client.container, "local://child/0", 0), &error);
  g_assert_no_error (error);
  client.manager = foliot_proxy_ref (foliot_value_get_proxy (proxy));
  g_autofree char *text = foliot_proxy_to_string (client.manager);
  g_assert_cmpstr (text, ==, "ManagerProxy('local://child/0')");
  return client;
}

static void
client_free (Client *client)
{
  g_autoptr (FoliotValue) nothing = foliot_await_take (foliot_container_shutdown (client->container), NULL);
  g_assert_nonnull (nothing);
  foliot_proxy_unref (client->manager);
  g_object_unref (client->container);
}

/* Fails unless @call (transfer full) fails at the manager with a text that ends in @tail. */
static void
assert_fails (FoliotFuture *call, const char *tail)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await_take (call, &error);
  g_assert_null (value);
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_REMOTE);
  g_assert_cmpstr (foliot_error_get_remote_traceback (error), ==, tail);
}

static void
assert_null (FoliotFuture *call)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await_take (call, &error);
  g_assert_no_error (error);
  g_assert_true (foliot_value_is_null (value));
}

static FoliotFuture *
call_spawn (Client *client, const char *qualname, FoliotValue *arg)
{
  return foliot_proxy_call (client->manager, "spawn", foliot_value_new_string (qualname), arg, NULL);
}

static FoliotFuture *
call_set_time (Client *client, double t)
{
  return foliot_proxy_call (client->manager, "set_time", foliot_value_new_double (t), NULL);
}

static FoliotFuture *
call_stop (Client *client)
{
  return foliot_proxy_call (client->manager, "stop", NULL);
}

static void
spawn_and_call (gpointer user_data)
{
  Stage *stage = user_data;
  g_autoptr (GError) error = NULL;
  stage_open (stage, 0);
  Client client = client_new (stage);

  g_autoptr (FoliotValue) pair
      = foliot_await_take (call_spawn (&client, "demo:Callee", foliot_value_new_int (7)), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (foliot_value_get_length (pair), ==, 2);
  FoliotProxy *proxy = foliot_value_get_proxy (foliot_value_get_item (pair, 0));
  g_assert_cmpstr (foliot_proxy_get_path (proxy), ==, "agents/1");
  g_assert_cmpstr (foliot_value_get_string (foliot_value_get_item (pair, 1), NULL), ==, "local://child/1");
  g_autoptr (FoliotValue) init = foliot_await_take (foliot_proxy_call (proxy, "get_init", NULL), &error);
  g_assert_no_error (error);
  g_autofree char *text = foliot_typed_format (init);
  g_assert_cmpstr (text, ==, "[\"list\", [[\"list\", [[\"int\", \"7\"]]], [\"map\", []]]]");

  assert_fails (call_spawn (&client, "demo:Nope", NULL),
                "AttributeError: module 'demo' has no attribute 'Nope'\n");
  assert_fails (call_spawn (&client, "demo:Caller", foliot_value_new_int (1)),
                "TypeError: Caller() takes 0 positional arguments but 1 was given\n");
  assert_fails (call_spawn (&client, "demo:Picky", foliot_value_new_int (3)), "RuntimeError: not with 3\n");
  assert_null (call_stop (&client));
  stage_assert_ended (stage);
  client_free (&client);
}

static void
test_spawn (void)
{
  run_on_stage (FOLIOT_DRIVE_EXTERNAL, spawn_and_call);
}

static void
set_times (gpointer user_data)
{
  Stage *stage = user_data;
  stage_open (stage, 0);
  Client client = client_new (stage);
  assert_null (call_set_time (&client, 0.5));
  foliot_test_assert_now (stage->kernel, FOLIOT_SECOND / 2);
  assert_fails (call_set_time (&client, 0.5), "ValueError: Time must be > 0.5 but is 0.5\n");
  assert_fails (call_set_time (&client, -1), "ValueError: Time must be > 0.5 but is -1\n");
  assert_fails (foliot_proxy_call (client.manager, "set_time", foliot_value_new_string ("noon"), NULL),
                "TypeError: set_time() argument 't' must be number, not string\n");
  foliot_test_assert_now (stage->kernel, FOLIOT_SECOND / 2);
  assert_null (call_stop (&client));
  stage_assert_ended (stage);
  client_free (&client);
}

static void
test_set_time (void)
{
  run_on_stage (FOLIOT_DRIVE_EXTERNAL, set_times);
}

static void
set_real_time (gpointer user_data)
{
  Stage *stage = user_data;
  stage_open (stage, 0);
  Client client = client_new (stage);
  assert_fails (call_set_time (&client, 1e6),
                "AttributeError: 'AsyncioClock' object has no attribute 'set_time'\n");
  assert_null (call_stop (&client));
  stage_assert_ended (stage);
  client_free (&client);
}

static void
test_set_time_realtime (void)
{
  run_on_stage (FOLIOT_DRIVE_REALTIME, set_real_time);
}

/* Both arrive before anything is shut down. */
static void
stop_twice (gpointer user_data)
{
  Stage *stage = user_data;
  g_autoptr (GError) state = g_error_new_literal (FOLIOT_ERROR, FOLIOT_ERROR_INVALID_STATE, "invalid state");
  g_autofree char *expected = foliot_error_to_wire (state);
  g_assert_error (state, FOLIOT_ERROR, FOLIOT_ERROR_INVALID_STATE);
  stage_open (stage, 0);
  Client client = client_new (stage);
  FoliotFuture *first = call_stop (&client), *second = call_stop (&client);
  assert_null (first);
  assert_fails (second, expected);
  stage_assert_ended (stage);
  client_free (&client);
}

static void
test_stop (void)
{
  run_on_stage (FOLIOT_DRIVE_EXTERNAL, stop_twice);
}

/* A second one at the same address. */
static void
start_refused (gpointer user_data)
{
  Stage *stage = user_data;
  g_autoptr (FoliotAddress) address = foliot_address_new_local ("child", NULL);
  g_autoptr (GError) error = NULL;
  FoliotManager *manager = NULL;
  stage_open (stage, 0);
  g_autoptr (FoliotValue) value = foliot_await_take (
      foliot_subproc_start (stage->transport, address, NULL, stage->registry, &manager), &error);
  g_assert_null (value);
  g_assert_null (manager);
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_RUNTIME);
  Client client = client_new (stage);
  assert_null (call_stop (&client));
  stage_assert_ended (stage);
  client_free (&client);
}

static void
test_start_refused (void)
{
  run_on_stage (FOLIOT_DRIVE_EXTERNAL, start_refused);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/agent/dialogue/client/manager/json", test_dialogue);
  g_test_add_func ("/agent/dialogue/client/manager/msgpack", test_dialogue);
  g_test_add_func ("/manager/row-114-spawn", test_spawn);
  g_test_add_func ("/manager/row-115-set-time", test_set_time);
  g_test_add_func ("/manager/row-115-set-time-realtime", test_set_time_realtime);
  g_test_add_func ("/manager/stop", test_stop);
  g_test_add_func ("/manager/start-refused", test_start_refused);
  return g_test_run ();
}
