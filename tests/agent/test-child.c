/* SPDX-License-Identifier: MIT */
#include <foliot/foliot.h>

#include <glib/gstdio.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "foliot-test.h"

/*
 * Managers in processes of their own: Foliot's (this program with --child), and the real aiomas', each driven by Foliot; and
 * Foliot's driven by aiomas. Both children have the same class, so one body tries both.
 */

static char *self_path;

/* ---- what a child can spawn ---- */

FOLIOT_DEFINE_AGENT (Callee, callee, gint64 offset;)

static gboolean
callee_init (gpointer self, FoliotArgs *args, GError **error)
{
  ((Callee *) self)->offset = foliot_args_get_int (args, "offset");
  return TRUE;
}

static FoliotValue *
callee_add (gpointer self, FoliotArgs *args, GError **error)
{
  return foliot_value_new_int (foliot_args_get_int (args, "a") + foliot_args_get_int (args, "b")
                               + ((Callee *) self)->offset);
}

static FoliotValue *
callee_now (gpointer self, FoliotArgs *args, GError **error)
{
  return foliot_value_new_int (foliot_clock_time (foliot_agent_get_clock (self)) / FOLIOT_SECOND);
}

static FoliotValue *
callee_ask (gpointer self, FoliotArgs *args, GError **error)
{
  return foliot_agent_call (self, foliot_args_get_proxy (args, "agent"), error, "add",
                            foliot_value_ref (foliot_args_get_value (args, "a")),
                            foliot_value_ref (foliot_args_get_value (args, "b")), NULL);
}

static FoliotValue *
callee_die (gpointer self, FoliotArgs *args, GError **error)
{
  g_print ("%s\n", foliot_args_get_string (args, "text"));
  _exit ((int) foliot_args_get_int (args, "status"));
}

static const FoliotMethod callee_methods[] = {
  { "add", callee_add, "a:int b:int", "Their sum, and the offset." },
  { "now", callee_now, "", "Its time." },
  { "ask", callee_ask, "agent:proxy a b", "What the agent's add returns." },
  { "die", callee_die, "text:string status:int", "Ends the process." },
  { NULL },
};
static const FoliotAgentInfo callee_info
    = { .help = "Answers.", .args = "offset:int=0", .init = callee_init, .methods = callee_methods };

/* ---- a child ---- */

static FoliotAddress *
parse_address (const char *text)
{
  if (text[0] == '/')
    return foliot_address_new_unix (text);
  return foliot_address_new_tcp ("127.0.0.1", 0);
}

/* With the way of hanging or dying as its second argument. */
static int
be_child (const char *where, const char *how)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (
      NULL, g_str_equal (how, "realtime") ? FOLIOT_DRIVE_REALTIME : FOLIOT_DRIVE_EXTERNAL, 1, -FOLIOT_SECOND);
  g_autoptr (FoliotTransport) transport = foliot_stream_transport_new (kernel, NULL);
  g_autoptr (FoliotAddress) at = parse_address (where);
  g_autoptr (GError) error = NULL;
  FoliotRegistry *registry = foliot_registry_new ();
  FoliotManager *manager = NULL;
  foliot_registry_add (registry, "demo", callee_get_type ());
  g_autoptr (FoliotFuture) served = foliot_subproc_start (transport, at, NULL, registry, &manager);
  if (g_str_equal (how, "hang"))
    g_print ("going to hang\n");
  g_print ("READY %s\n", foliot_agent_get_address (manager));
  g_autoptr (FoliotValue) stopped = foliot_run (kernel, served, &error);
  g_assert_no_error (error);
  while (g_str_equal (how, "hang"))
    pause ();
  foliot_kernel_close (kernel);
  foliot_registry_free (registry);
  return 0;
}

/* ---- the stage ---- */

typedef struct Stage Stage;
struct Stage
{
  FoliotKernel *kernel;
  FoliotContainer *container;
  char *folder;
  const char *const *argv; /* of the child */
  char *url;               /* (nullable) */
  const char *qualname;
  void (*body) (Stage *stage);
};

static FoliotValue *
run_stage (gpointer user_data, GError **error)
{
  Stage *stage = user_data;
  stage->body (stage);
  g_autoptr (FoliotValue) nothing = foliot_await_take (foliot_container_shutdown (stage->container), NULL);
  return NULL;
}

static void
stage_run (Stage *stage, FoliotDrive drive)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, drive, 1, 0);
  g_autoptr (FoliotTransport) transport = foliot_stream_transport_new (kernel, NULL);
  g_autoptr (FoliotAddress) at = foliot_address_new_tcp ("127.0.0.1", 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotContainer) container = foliot_container_new (transport, at, NULL, &error);
  g_assert_no_error (error);
  stage->kernel = kernel;
  stage->container = container;
  g_autoptr (FoliotFuture) done
      = foliot_fiber_spawn_full (kernel, NULL, "test", FOLIOT_STACK_LARGE, run_stage, stage, NULL);
  g_autoptr (FoliotValue) value = foliot_run (kernel, done, &error);
  g_assert_no_error (error);
  foliot_kernel_close (kernel);
}

/* A child of ours, over TCP. */
static void
run_foliot (const char *how, void (*body) (Stage *stage))
{
  const char *const argv[] = { self_path, "--child", "tcp", how, NULL };
  Stage stage = { .argv = argv, .qualname = "demo:Callee", .body = body };
  stage_run (&stage, FOLIOT_DRIVE_EXTERNAL);
}

/* Returns: (nullable): the Python that has aiomas; skips the test without it. */
static char *
find_python (void)
{
  g_autofree char *tool = g_test_build_filename (G_TEST_DIST, "..", "tools", "peers", NULL);
  const char *argv[] = { tool, "--find", NULL };
  char *found = NULL;
  int status = 1;
  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &found, NULL,
                     &status, NULL)
      || status != 0)
    {
      g_clear_pointer (&found, g_free);
      if (g_strcmp0 (g_getenv ("CI"), "true") == 0)
        g_error ("no real aiomas: run tools/peers");
      g_test_skip ("no real aiomas: run tools/peers");
      return NULL;
    }
  return g_strchomp (found);
}

/* The real aiomas, over a Unix socket, whose address it cannot tell. */
static void
run_aiomas (const char *how, void (*body) (Stage *stage))
{
  g_autofree char *python = find_python ();
  if (python == NULL)
    return;
  g_autofree char *script = g_test_build_filename (G_TEST_DIST, "peers", "manager_child.py", NULL);
  g_autofree char *folder = g_dir_make_tmp ("foliot-child-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "socket", NULL);
  g_autofree char *url = g_strdup_printf ("ipc://[%s]/0", path);
  const char *const argv[] = { python, script, path, how, NULL };
  Stage stage = { .argv = argv, .url = url, .qualname = "manager_child:Callee", .body = body };
  stage_run (&stage, FOLIOT_DRIVE_EXTERNAL);
  foliot_test_remove_folder (folder);
}

/* ---- asking ---- */

static FoliotValue *
await_ok (FoliotFuture *call)
{
  g_autoptr (GError) error = NULL;
  FoliotValue *value = foliot_await_take (call, &error);
  g_assert_no_error (error);
  return value;
}

static FoliotChild *
start_ok (Stage *stage)
{
  const FoliotChildOptions options = { .url = stage->url };
  g_autoptr (FoliotValue) child = await_ok (foliot_child_start (stage->container, stage->argv, &options));
  return foliot_child_ref (foliot_value_get_object (child, FOLIOT_TYPE_CHILD));
}

static void
assert_fails (FoliotFuture *call, GQuark domain, int code, const char *part)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await_take (call, &error);
  g_assert_null (value);
  g_assert_error (error, domain, code);
  if (strstr (error->message, part) == NULL)
    g_error ("\"%s\" has no \"%s\"", error->message, part);
}

static gint64
call_int (FoliotFuture *call)
{
  g_autoptr (FoliotValue) value = await_ok (call);
  return foliot_value_get_int (value);
}

static FoliotProxy *
spawn_ok (Stage *stage, FoliotChild *child, char **out_url)
{
  g_autoptr (FoliotValue) pair = await_ok (foliot_proxy_call (foliot_child_get_manager (child), "spawn",
                                                              foliot_value_new_string (stage->qualname),
                                                              foliot_value_new_int (1), NULL));
  g_assert_cmpuint (foliot_value_get_length (pair), ==, 2);
  *out_url = g_strdup (foliot_value_get_string (foliot_value_get_item (pair, 1), NULL));
  return foliot_proxy_ref (foliot_value_get_proxy (foliot_value_get_item (pair, 0)));
}

static FoliotFuture *
set_time (FoliotChild *child, gint64 seconds)
{
  return foliot_proxy_call (foliot_child_get_manager (child), "set_time", foliot_value_new_int (seconds),
                            NULL);
}

/* ---- what a manager does ---- */

static void
drive (Stage *stage)
{
  g_autoptr (FoliotChild) child = start_ok (stage);
  FoliotProxy *manager = foliot_child_get_manager (child);
  g_autofree char *url = NULL, *text = foliot_proxy_to_string (manager);
  g_assert_true (g_str_has_prefix (text, "ManagerProxy('"));
  g_assert_true (g_str_has_suffix (foliot_child_get_url (child), "/0"));

  g_autoptr (FoliotProxy) agent = spawn_ok (stage, child, &url);
  g_assert_true (g_str_has_suffix (url, "/1"));
  g_assert_cmpint (
      call_int (foliot_proxy_call (agent, "add", foliot_value_new_int (3), foliot_value_new_int (4), NULL)),
      ==, 8);
  g_autoptr (FoliotValue) again = await_ok (foliot_container_connect (stage->container, url, 0));
  g_assert_nonnull (foliot_value_get_proxy (again));
  g_autoptr (FoliotAgent) own = NULL;
  g_autoptr (FoliotValue) made
      = await_ok (foliot_agent_new (stage->container, callee_get_type (), NULL, NULL));
  own = g_object_ref (foliot_value_get_object (made, callee_get_type ()));
  g_assert_cmpint (call_int (foliot_proxy_call (agent, "ask", foliot_agent_as_value (own),
                                                foliot_value_new_int (20), foliot_value_new_int (1), NULL)),
                   ==, 21);
  assert_fails (foliot_proxy_call (manager, "spawn", foliot_value_new_string ("nowhere:Nobody"), NULL),
                FOLIOT_ERROR, FOLIOT_ERROR_REMOTE, "No module named 'nowhere'");

  g_autoptr (FoliotValue) set = await_ok (set_time (child, 5));
  g_assert_true (foliot_value_is_null (set));
  g_assert_cmpint (call_int (foliot_proxy_call (agent, "now", NULL)), ==, 5);
  assert_fails (set_time (child, 5), FOLIOT_ERROR, FOLIOT_ERROR_REMOTE,
                "ValueError: Time must be > 5 but is 5");

  g_autoptr (FoliotValue) stopped = await_ok (foliot_child_stop (child, 0));
  g_assert_true (foliot_value_is_null (stopped));
  g_autofree char *report = foliot_child_dup_report (child);
  g_assert_nonnull (strstr (report, " ended with exit status 0"));
}

static void
test_foliot (void)
{
  run_foliot ("", drive);
}

static void
test_aiomas (void)
{
  run_aiomas ("", drive);
}

static void
drive_realtime (Stage *stage)
{
  g_autoptr (FoliotChild) child = start_ok (stage);
  assert_fails (set_time (child, 5), FOLIOT_ERROR, FOLIOT_ERROR_REMOTE,
                "AttributeError: 'AsyncioClock' object has no attribute 'set_time'");
  g_autoptr (FoliotValue) stopped = await_ok (foliot_child_stop (child, 0));
}

static void
test_foliot_realtime (void)
{
  run_foliot ("realtime", drive_realtime);
}

static void
test_aiomas_realtime (void)
{
  run_aiomas ("--realtime", drive_realtime);
}

/* aiomas' Manager client drives a child of ours. */
static void
test_by_aiomas (void)
{
  g_autofree char *python = find_python ();
  if (python == NULL)
    return;
  g_autofree char *script = g_test_build_filename (G_TEST_DIST, "peers", "manager_parent.py", NULL);
  g_autofree char *folder = g_dir_make_tmp ("foliot-child-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "socket", NULL);
  const char *argv[] = { python, script, path, self_path, "--child", path, "", NULL };
  g_autofree char *output = NULL, *complaints = NULL;
  g_autoptr (GError) error = NULL;
  int status = 1;
  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output, &complaints, &status,
                &error);
  g_assert_no_error (error);
  if (status != 0 || !g_str_has_suffix (output, "ok\n"))
    g_error ("%s%s", output, complaints);
  foliot_test_remove_folder (folder);
}

/* ---- children that fail ---- */

static void
drive_dying (Stage *stage)
{
  g_autoptr (FoliotChild) child = start_ok (stage);
  g_autofree char *url = NULL;
  g_autoptr (FoliotProxy) agent = spawn_ok (stage, child, &url);
  assert_fails (foliot_proxy_call (agent, "die", foliot_value_new_string ("I am tired"),
                                   foliot_value_new_int (7), NULL),
                FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET, "");
  assert_fails (foliot_future_ref (foliot_child_get_ended (child)), FOLIOT_CHILD_ERROR,
                FOLIOT_CHILD_ERROR_ENDED, " ended with exit status 7; its last lines:\n  ");
  g_autofree char *report = foliot_child_dup_report (child);
  g_assert_true (g_str_has_suffix (report, "\n  I am tired"));
}

static void
test_dies_foliot (void)
{
  run_foliot ("", drive_dying);
}

static void
test_dies_aiomas (void)
{
  run_aiomas ("", drive_dying);
}

static void
drive_hanging (Stage *stage)
{
  g_autoptr (FoliotChild) child = start_ok (stage);
  assert_fails (foliot_child_stop (child, 500), FOLIOT_CHILD_ERROR, FOLIOT_CHILD_ERROR_HANGS,
                "did not stop within its limit, and was killed: process ");
  g_autofree char *report = foliot_child_dup_report (child);
  g_assert_nonnull (strstr (report, " was killed by signal 9 (KILL)"));
  g_assert_nonnull (strstr (report, "\n  going to hang"));
}

static void
test_hangs (void)
{
  run_foliot ("hang", drive_hanging);
}

/* The child that hangs up on whoever connects, and ends. */
static int
be_gone (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;
  int listener = socket (AF_INET, SOCK_STREAM, 0);
  g_assert_no_errno (bind (listener, (struct sockaddr *) &address, length));
  g_assert_no_errno (listen (listener, 1));
  g_assert_no_errno (getsockname (listener, (struct sockaddr *) &address, &length));
  printf ("READY tcp://127.0.0.1:%d/0\n", ntohs (address.sin_port));
  fflush (stdout);
  close (accept (listener, NULL, NULL));
  return 3;
}

/* A child that says a word and no more, however slow the machine is: it gets more time if that was too little for the word. */
static void
assert_killed_with_word (Stage *stage, const char *const *argv, const char *url)
{
  FoliotChildOptions options = { .start_limit_ms = 150, .url = url };
  g_autoptr (GError) error = NULL;
  do
    {
      g_clear_error (&error);
      options.start_limit_ms *= 2;
      g_autoptr (FoliotValue) value
          = foliot_await_take (foliot_child_start (stage->container, argv, &options), &error);
      g_assert_null (value);
      g_assert_error (error, FOLIOT_CHILD_ERROR, FOLIOT_CHILD_ERROR_HANGS);
      g_assert_nonnull (strstr (error->message, "not ready within its limit, and killed: process "));
    }
  while (g_str_has_suffix (error->message, "; it wrote nothing"));
  if (!g_str_has_suffix (error->message, "its last lines:\n  starting"))
    g_error ("\"%s\" has no last line", error->message);
}

static void
start_badly (Stage *stage)
{
  const char *const gone[] = { self_path, "--gone", NULL };
  static const char *const nowhere[] = { "/nonexistent/child", NULL },
                           *const dead[] = { "sh", "-c", "echo no licence >&2; exit 3", NULL },
                           *const silent[] = { "sh", "-c", "echo starting; exec sleep 1000", NULL },
                           *const lying[] = { "sh", "-c", "echo READY nonsense; exec sleep 1000", NULL };
  const FoliotChildOptions nobody = { .url = "ipc://[/nonexistent/socket]/0" };
  assert_fails (foliot_child_start (stage->container, nowhere, NULL), FOLIOT_CHILD_ERROR,
                FOLIOT_CHILD_ERROR_START, "cannot start \"/nonexistent/child\"");
  assert_fails (foliot_child_start (stage->container, dead, NULL), FOLIOT_CHILD_ERROR,
                FOLIOT_CHILD_ERROR_ENDED, " ended with exit status 3; its last lines:\n  no licence");
  assert_fails (foliot_child_start (stage->container, dead, &nobody), FOLIOT_CHILD_ERROR,
                FOLIOT_CHILD_ERROR_ENDED, " ended with exit status 3; its last lines:\n  no licence");
  assert_killed_with_word (stage, silent, NULL);
  assert_killed_with_word (stage, silent, nobody.url);
  assert_fails (foliot_child_start (stage->container, lying, NULL), FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
                "Cannot parse agent URL \"nonsense\"");
  assert_fails (foliot_child_start (stage->container, gone, NULL), FOLIOT_CHILD_ERROR,
                FOLIOT_CHILD_ERROR_ENDED,
                " ended with exit status 3; its last lines:\n  READY tcp://127.0.0.1:");
}

static void
test_never_starts (void)
{
  run_foliot ("", start_badly);
}

/* ---- no orphans ---- */

/* Starts a child, says its pid, and hangs. */
static void
say_and_hang (Stage *stage)
{
  FoliotChild *child = start_ok (stage);
  g_print ("CHILD %d\n", foliot_child_get_pid (child));
  for (;;)
    pause ();
}

static void
wait_end (GPid pid)
{
  int end = pidfd_open (pid, 0);
  GPollFD one = { .fd = end, .events = G_IO_IN };
  if (end < 0) /* it has gone already */
    return;
  g_assert_cmpint (g_poll (&one, 1, -1), ==, 1);
  close (end);
}

/* Kills the parent without a word: its child goes too. */
static void
kill_parent (const char *what)
{
  const char *argv[] = { self_path, "--parent", what, NULL };
  g_autoptr (GError) error = NULL;
  int output = -1;
  GPid parent;
  g_spawn_async_with_pipes (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &parent, NULL,
                            &output, NULL, &error);
  g_assert_no_error (error);
  GIOChannel *lines = g_io_channel_unix_new (output);
  g_autofree char *line = NULL;
  do
    {
      g_clear_pointer (&line, g_free);
      g_assert_cmpint (g_io_channel_read_line (lines, &line, NULL, NULL, &error), ==, G_IO_STATUS_NORMAL);
    }
  while (!g_str_has_prefix (line, "CHILD "));
  GPid child = (GPid) g_ascii_strtoll (line + strlen ("CHILD "), NULL, 10);
  g_assert_cmpint (child, >, 1);
  g_assert_cmpint (kill (parent, SIGKILL), ==, 0);
  wait_end (child);
  wait_end (parent);
  g_io_channel_shutdown (lines, FALSE, NULL);
  g_io_channel_unref (lines);
}

static void
test_orphan_foliot (void)
{
  kill_parent ("foliot");
}

static void
test_orphan_aiomas (void)
{
  g_autofree char *python = find_python ();
  if (python != NULL)
    kill_parent ("aiomas");
}

/* The last reference goes, or the world does. */
static void
drop (Stage *stage)
{
  FoliotChild *child = start_ok (stage);
  int end = pidfd_open (foliot_child_get_pid (child), 0);
  GPollFD one = { .fd = end, .events = G_IO_IN };
  g_assert_cmpint (end, >=, 0);
  foliot_child_unref (child);
  g_assert_cmpint (g_poll (&one, 1, -1), ==, 1);
  close (end);
}

static void
test_dropped (void)
{
  run_foliot ("", drop);
}

int
main (int argc, char **argv)
{
  self_path = g_file_read_link ("/proc/self/exe", NULL);
  if (argc > 3 && g_str_equal (argv[1], "--child"))
    return be_child (argv[2], argv[3]);
  if (argc > 1 && g_str_equal (argv[1], "--gone"))
    return be_gone ();
  g_test_init (&argc, &argv, NULL);
  if (argc > 2 && g_str_equal (argv[1], "--parent"))
    {
      if (g_str_equal (argv[2], "aiomas"))
        run_aiomas ("", say_and_hang);
      else
        run_foliot ("", say_and_hang);
      return 1;
    }
  g_test_add_func ("/child/foliot/row-113-114-115-drive", test_foliot);
  g_test_add_func ("/child/foliot/row-115-realtime", test_foliot_realtime);
  g_test_add_func ("/child/aiomas/row-113-114-115-drive", test_aiomas);
  g_test_add_func ("/child/aiomas/row-115-realtime", test_aiomas_realtime);
  g_test_add_func ("/child/by-aiomas/row-113-114-115-drive", test_by_aiomas);
  g_test_add_func ("/child/foliot/dies", test_dies_foliot);
  g_test_add_func ("/child/aiomas/dies", test_dies_aiomas);
  g_test_add_func ("/child/hangs", test_hangs);
  g_test_add_func ("/child/never-starts", test_never_starts);
  g_test_add_func ("/child/foliot/orphan", test_orphan_foliot);
  g_test_add_func ("/child/aiomas/orphan", test_orphan_aiomas);
  g_test_add_func ("/child/dropped", test_dropped);
  return g_test_run ();
}
