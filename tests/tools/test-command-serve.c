/* SPDX-License-Identifier: MIT */
#include "test-command.h"

#include <gio/gio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * `foliot serve`, `call` and `describe` as processes that talk to each other; and to whoever else may be at the other end. Where
 * others listen the system says: a port of its choice, or a path in the test's own folder.
 */

#define SERVE_INTEROP "serve --scenario " TEST_SCENARIOS "/interop "

typedef struct
{
  TestProcess *process;
  char *url;
} Server;

static void
server_start (Server *server, const char *arguments)
{
  g_autofree char *line = g_strconcat (SERVE_INTEROP, arguments, NULL);
  g_autofree char *ready = NULL;

  server->process = test_process_start (line, NULL);
  ready = test_process_await_line (server->process);
  g_assert_true (g_str_has_prefix (ready, "READY "));
  server->url = g_strdup (ready + strlen ("READY "));
}

/* It ends by @signal_number as it should, and has said nothing but READY. */
static void
server_end (Server *server, int signal_number)
{
  int status;

  g_assert_cmpint (kill (server->process->pid, signal_number), ==, 0);
  status = test_process_join (server->process);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  g_assert_true (g_str_has_prefix (server->process->out->str, "READY "));
  g_assert_cmpuint (server->process->out->len, ==, strlen ("READY \n") + strlen (server->url));
  test_process_free (server->process);
  g_free (server->url);
}

static void
server_clear (Server *server)
{
  server_end (server, SIGTERM);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Server, server_clear)

/* `foliot VERB URL REST` prints exactly @expected. */
static void
assert_prints (const char *verb, const char *url, const char *rest, const char *expected)
{
  g_autofree char *line = g_strdup_printf ("%s %s %s", verb, url, rest);
  g_autoptr (TestProcess) process = test_command_run (line, NULL, 0);
  g_autofree char *wanted = g_strconcat (expected, "\n", NULL);

  g_assert_cmpstr (process->out->str, ==, wanted);
  g_assert_cmpstr (process->err->str, ==, "");
}

/* It exits with @code, and says one sentence that holds @words. */
static void
assert_complains (const char *verb, const char *url, const char *rest, int code, const char *words)
{
  g_autofree char *line = g_strdup_printf ("%s %s %s", verb, url, rest);
  g_autoptr (TestProcess) process = test_command_run (line, NULL, code);
  const char *end = strchr (process->err->str, '\n');

  g_assert_cmpstr (process->out->str, ==, "");
  g_assert_true (g_str_has_prefix (process->err->str, "foliot: "));
  if (strstr (process->err->str, words) == NULL)
    g_error ("“foliot %s” says “%s”, not “%s”", line, process->err->str, words);
  g_assert_nonnull (end);
  g_assert_cmpstr (end, ==, "\n");
}

/* ---- what it is for ---- */

static void
test_call (gconstpointer arguments)
{
  g_auto (Server) server = { 0 };

  server_start (&server, arguments);
  assert_prints ("call", server.url, "add '[3, 4]'", "7");
  assert_prints ("call", server.url, "add '[\"r\\u00e4\", \"der \\ud83c\\udfa1\\u0007\"]'",
                 "\"räder 🎡\\u0007\"");
  assert_prints ("call", server.url, "add '[\"rä\", \"der \\\\ \\\"\"]'", "\"räder \\\\ \\\"\"");
  assert_prints ("call", server.url, "echo '[\"\\udfa1\\ud83c\"]'", "\"\\udfa1\\ud83c\"");
  assert_prints ("call", server.url, "add '{\"b\": \"in\", \"a\": \"W\"}'", "\"Win\"");
  assert_prints ("call", server.url, "kwargs '{\"a\": [1, null, {\"b\": 2.5}]}'",
                 "{\"a\": [1, null, {\"b\": 2.5}]}");
}

static void
test_results (void)
{
  g_auto (Server) server = { 0 };

  server_start (&server, "tcp://127.0.0.1:0 --codec msgpack");
  assert_prints ("call --codec msgpack", server.url, "date", "[\"date\", \"2016-01-01T00:00:00+00:00\"]");
  assert_prints ("call --codec msgpack", server.url,
                 "date_after '[{\"__type__\": [0, \"2016-01-01T00:00:00+00:00\"]}, 90]'",
                 "[\"date\", \"2016-01-01T00:01:30+00:00\"]");
  assert_prints ("call --codec msgpack", server.url, "me", "[\"proxy\", \"agents/0\"]");
  assert_prints ("call --codec msgpack", server.url, "echo '[NaN]'", "[\"float\", \"7ff8000000000000\"]");
  assert_prints ("call --codec msgpack", server.url, "echo '[[]]'", "[]");
  assert_complains ("call --codec msgpack", server.url, "fail '[\"no wind\"]'", 1,
                    "foliot: ValueError: no wind\n");
  assert_complains ("call --codec msgpack", server.url, "nothing", 1,
                    "LookupError: Name \"nothing\" not found in \"agents/0\"");
}

static void
test_describe (void)
{
  g_auto (Server) server = { 0 };
  g_autofree char *container = NULL, *all = NULL, *one = NULL, *json = NULL, *nobody = NULL;
  g_autoptr (TestProcess) described = NULL, first = NULL, raw = NULL;

  server_start (&server, "tcp://127.0.0.1:0");
  container = g_strndup (server.url, strlen (server.url) - 1);
  all = g_strconcat ("describe ", container, NULL);
  one = g_strconcat ("describe ", server.url, NULL);
  json = g_strconcat ("describe --json ", server.url, NULL);
  nobody = g_strconcat (container, "7", NULL);
  described = test_command_run (all, NULL, 0);
  g_assert_nonnull (strstr (described->out->str, ": container interop of Foliot "));
  g_assert_nonnull (strstr (described->out->str, ", with 2 agents\n"));
  g_assert_nonnull (strstr (described->out->str, "/0 … 1: InteropAgent"));
  g_assert_nonnull (strstr (described->out->str, "methods  add(a, b)  Python's a + b.\n"));
  first = test_command_run (one, NULL, 0);
  g_assert_nonnull (strstr (first->out->str, "/0: InteropAgent"));
  raw = test_command_run (json, NULL, 0);
  g_assert_true (g_str_has_prefix (raw->out->str, "{\"foliot\": \""));
  assert_complains ("describe", nobody, "", 1, "Agent \"7\" does not exist in Container(");
}

/* The agents of a system find each other, whichever of its containers they live in. */
static void
test_containers (void)
{
  g_autofree char *path = g_build_filename (test_folder, "two.json", NULL);
  g_autofree char *line = g_strdup_printf ("serve 'ipc://[%s/pool]' --scenario two.json", test_folder);
  g_autofree char *ready = NULL, *second = NULL;
  g_autoptr (TestProcess) process = NULL;

  g_assert_true (
      g_file_set_contents (path,
                           "{\"foliot\": 1, \"name\": \"two\", \"duration\": 1, \"module\": \"interop\","
                           " \"containers\": [{\"name\": \"a\"}, {\"name\": \"b\"}], \"agents\": ["
                           "{\"name\": \"one\", \"type\": \"InteropAgent\", \"container\": \"a\"},"
                           "{\"name\": \"two\", \"type\": \"InteropAgent\", \"container\": \"b\"}]}",
                           -1, NULL));
  process = test_process_start (line, NULL);
  ready = test_process_await_line (process);
  second = g_strdup_printf ("call_back '[\"ipc://[%s/pool.b]/0\", \"add\", [1, 2]]'", test_folder);
  test_process_await_error (process, "foliot: container b listens at ipc://[");
  assert_prints ("call", ready + strlen ("READY "), second, "3");
  kill (process->pid, SIGTERM);
  g_assert_cmpint (test_process_join (process), ==, 0);
}

/* Time is that of the machine, and the duration of the scenario is no end: it was over before anybody called. */
static void
test_time (void)
{
  g_auto (Server) server = { 0 };

  server_start (&server, "tcp://127.0.0.1:0 --set duration=1e-9");
  assert_prints ("call", server.url, "slow '[0.001, \"done\"]'", "\"done\"");
}

static void
test_end (gconstpointer signal_number)
{
  Server server = { 0 };
  g_autoptr (TestProcess) waiting = NULL;
  g_autofree char *line = NULL;
  int status;

  server_start (&server, "tcp://127.0.0.1:0");
  line = g_strdup_printf ("call %s slow '[3600, 1]'", server.url);
  waiting = test_process_start (line, NULL);
  assert_prints ("call", server.url, "add '[1, 2]'", "3");
  server_end (&server, GPOINTER_TO_INT (signal_number));
  status = test_process_join (waiting);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 5);
}

static void
test_agent_fails (void)
{
  g_autoptr (TestProcess) process = NULL;

  test_scenario_write ("fail in init");
  process = test_command_run ("serve tcp://127.0.0.1:0 --scenario .", NULL, 1);
  g_assert_true (g_str_has_prefix (process->out->str, "READY tcp://127.0.0.1:"));
  g_assert_nonnull (strstr (process->err->str, "foliot: agent w: start ("));
}

/* ---- wrong arguments ---- */

static void
test_usage (void)
{
  g_autofree char *none = g_build_filename (test_folder, "none.json", NULL);

  assert_complains ("serve", "tcp://127.0.0.1:0", "", 2,
                    "expected ADDRESS --scenario SCENARIO (foliot help serve)");
  assert_complains ("serve", "tcp://127.0.0.1:0", "--scenario nobody", 2, "nobody: no such file or folder");
  assert_complains (SERVE_INTEROP, "pond", "", 2, "pond: expected tcp://HOST:PORT");
  assert_complains (SERVE_INTEROP, "local://pond", "", 2, "local://pond: expected tcp://HOST:PORT");
  assert_complains (SERVE_INTEROP, "tcp://127.0.0.1:65536", "", 2, "expected tcp://HOST:PORT (0 to 65535");
  assert_complains (SERVE_INTEROP, "tcp://127.0.0.1:0", "--codec frogs", 2,
                    "use one of json, msgpack, blosc");
  assert_complains ("call", "tcp://127.0.0.1:1/0", "", 2, "expected URL METHOD [ARGS]");
  assert_complains ("call", "pond", "add", 2, "pond: expected the url of an agent");
  assert_complains ("call", "local://pond/0", "add", 2, "a local queue is inside of a process");
  assert_complains ("call", "tcp://127.0.0.1:1/0", "add '[1'", 2, "ARGS [1: JSON: expected ',' or ']'");
  assert_complains ("call", "tcp://127.0.0.1:1/0", "add 3", 2, "ARGS 3: expected a JSON list, as in '[3]'");
  assert_complains ("call", "tcp://127.0.0.1:1/0", "add --codec frogs", 2, "use one of json, msgpack, blosc");
  g_assert_true (
      g_file_set_contents (none, "{\"foliot\": 1, \"name\": \"none\", \"duration\": 1}", -1, NULL));
  assert_complains ("serve", "tcp://127.0.0.1:0", "--scenario none.json", 2, "scenario none has no agents");
}

/* Expectations are those of a run: neither who serves asks for them, nor who plays that back. */
static void
test_replayed (void)
{
  g_autoptr (TestProcess) process = NULL, replayed = NULL;
  g_autofree char *ready = NULL;

  test_scenario_write ("work");
  process = test_process_start ("serve tcp://127.0.0.1:0 --scenario . --record served.flj", NULL);
  ready = test_process_await_line (process);
  g_assert_cmpint (kill (process->pid, SIGTERM), ==, 0);
  g_assert_cmpint (test_process_join (process), ==, 0);
  replayed = test_command_run ("replay served.flj --out served", NULL, 0);
}

/* ---- places ---- */

static void
test_places (void)
{
  g_auto (Server) tcp = { 0 }, file = { 0 };
  g_autofree char *base = NULL, *plain = g_build_filename (test_folder, "plain", NULL);

  server_start (&tcp, "tcp://127.0.0.1:0");
  server_start (&file, "ipc://[taken]");
  base = g_strndup (tcp.url, strlen (tcp.url) - strlen ("/0"));
  assert_complains (SERVE_INTEROP, base, "", 5, "the address is in use");
  assert_complains (SERVE_INTEROP, "ipc://[taken]", "", 5, "the address is in use");
  g_assert_true (g_file_set_contents (plain, "text", -1, NULL));
  assert_complains (SERVE_INTEROP, "ipc://[plain]", "", 5, "a file that is no socket is there");
  assert_complains (SERVE_INTEROP, "tcp://192.0.2.1:0", "", 5, "this machine has no such address");
  assert_complains (SERVE_INTEROP, "tcp://no-such-host.invalid:0", "", 5,
                    "Cannot find host “no-such-host.invalid”");
  assert_complains ("call", "tcp://no-such-host.invalid:1/0", "add", 5,
                    "Cannot find host “no-such-host.invalid”");
  assert_complains ("call", "ipc://[nobody]/0", "add", 5, "there is no such socket file");
  assert_complains ("call", "ipc://[plain]/0", "add", 5, "nobody listens there");
  assert_prints ("call", file.url, "add '[1, 2]'", "3");
}

/* A socket file that nobody listens on any more is in nobody's way. */
static void
test_stale_file (void)
{
  Server first = { 0 };
  g_auto (Server) second = { 0 };

  server_start (&first, "ipc://[stale]");
  server_end (&first, SIGINT);
  server_start (&second, "ipc://[stale]");
  assert_prints ("call", second.url, "add '[1, 2]'", "3");
}

/* ---- who else may be there ---- */

static void
test_wrong_codec (void)
{
  static const char *const codecs[] = { "json", "msgpack", "blosc" };

  for (gsize i = 0; i < G_N_ELEMENTS (codecs); i++)
    {
      g_autofree char *options = g_strconcat ("tcp://127.0.0.1:0 --codec ", codecs[i], NULL);
      g_autofree char *right = g_strconcat ("call --codec ", codecs[i], NULL);
      g_auto (Server) server = { 0 };

      server_start (&server, options);
      for (gsize j = 0; j < G_N_ELEMENTS (codecs); j++)
        {
          g_autofree char *verb = g_strconcat ("call --codec ", codecs[j], NULL);

          if (j != i)
            assert_complains (verb, server.url, "add '[1, 2]'", 5,
                              "the peer hung up without an answer: does it speak aiomas (");
        }
      test_process_await_error (server.process, "foliot: hung up on 127.0.0.1:");
      test_process_await_error (server.process, "; has it another codec than this end (--codec)?\n");
      assert_prints (right, server.url, "add '[1, 2]'", "3");
    }
}

typedef struct
{
  GSocketListener *listener;
  const char *text;
  gsize length;
} Stranger;

/* Answers whatever comes first with one text. */
static gpointer
answer (gpointer data)
{
  const Stranger *stranger = data;
  g_autoptr (GSocketConnection) connection = g_socket_listener_accept (stranger->listener, NULL, NULL, NULL);
  GIOStream *stream = G_IO_STREAM (connection);
  char buffer[64];

  g_assert_cmpint (
      g_input_stream_read (g_io_stream_get_input_stream (stream), buffer, sizeof buffer, NULL, NULL), >, 0);
  g_output_stream_write_all (g_io_stream_get_output_stream (stream), stranger->text, stranger->length, NULL,
                             NULL, NULL);
  return NULL;
}

/* The command line @verb URL @rest, where a stranger says @text, ends with @code and says what holds @words. */
static void
assert_stranger_says (const char *verb, const char *rest, const char *text, gsize length, int code,
                      const char *words)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  g_autofree char *line = g_strdup_printf ("%s tcp://127.0.0.1:%u/ %s", verb, port, rest);
  Stranger stranger = { listener, text, length };
  GThread *thread = g_thread_new ("stranger", answer, &stranger);
  g_autoptr (TestProcess) process = test_command_run (line, NULL, code);

  g_thread_join (thread);
  g_assert_cmpstr (process->out->str, ==, "");
  g_assert_true (g_str_has_prefix (process->err->str, "foliot: "));
  if (strstr (process->err->str, words) == NULL)
    g_error ("“foliot %s” says “%s”, not “%s”", line, process->err->str, words);
}

static void
assert_stranger (const char *verb, const char *rest, const char *text, gsize length, const char *words)
{
  assert_stranger_says (verb, rest, text, length, 5, words);
}

static void
test_http (void)
{
  static const char text[] = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
  g_autoptr (TestProcess) made = test_command_run ("certs new http", NULL, 0);

  assert_stranger ("describe", "", text, strlen (text), "protocol");
  assert_stranger ("describe --tls http", "", text, strlen (text), "it speaks no TLS");
}

/* Whoever answers may say anything of himself. */
static void
test_no_description (void)
{
  static const char *const answers[] = {
    "[1, 0, 3]",
    "[1, 0, {\"agents\": 3, \"n_agents\": 1}]",
    "[1, 0, {\"agents\": [3], \"n_agents\": 1}]",
    "[1, 0, {\"agents\": [{\"methods\": [4]}], \"n_agents\": 1}]",
    "[1, 0, {\"agents\": [{}], \"n_agents\": 1}]",
    "[1, 0, {\"agents\": [], \"n_agents\": 18446744073709551615}]",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (GByteArray) frame = g_byte_array_new ();

      foliot_framer_append (frame, (const guint8 *) answers[i], strlen (answers[i]));
      assert_stranger ("describe", "", (const char *) frame->data, frame->len, "is no description");
    }
}

/* ---- mosaik ---- */

/* A simulator hangs up on all that is not what its master would say; one that was begun says what is wrong, in a list. */
static void
test_mosaik_simulator (void)
{
  static const char failure[]
      = "[2, 0, [\"AttributeError\", \"'Sim' has no attribute 'x'\", \"Traceback:\\n\", \"  File s.py\\n\"]]";
  static const char short_failure[] = "[2, 0, [\"AttributeError\", \"no 'x'\"]]";
  g_autoptr (GByteArray) frame = g_byte_array_new (), short_frame = g_byte_array_new ();

  assert_stranger ("describe", "", "", 0, "(a mosaik simulator does not)");
  assert_stranger ("call", "step '[0, {}, 1]'", "", 0, "(a mosaik simulator does not)");
  foliot_framer_append (short_frame, (const guint8 *) short_failure, strlen (short_failure));
  assert_stranger_says ("call", "x", (const char *) short_frame->data, short_frame->len, 1,
                        "foliot: AttributeError: no 'x'\n");
  foliot_framer_append (frame, (const guint8 *) failure, strlen (failure));
  assert_stranger_says ("call", "x", (const char *) frame->data, frame->len, 1,
                        "foliot: the peer says:\nTraceback:\n  File s.py\n"
                        "AttributeError: 'Sim' has no attribute 'x'\n");
}

/* Sends @request. Returns: (transfer full): the answer to it. */
static char *
be_mosaik (GSocketConnection *connection, const char *request)
{
  g_autoptr (GByteArray) frame = g_byte_array_new ();
  guint8 head[4];
  guint32 length;
  gsize n_read;
  char *answer;

  foliot_framer_append (frame, (const guint8 *) request, strlen (request));
  g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)),
                                            frame->data, frame->len, NULL, NULL, NULL));
  g_assert_true (g_input_stream_read_all (g_io_stream_get_input_stream (G_IO_STREAM (connection)), head,
                                          sizeof head, &n_read, NULL, NULL));
  g_assert_cmpuint (n_read, ==, sizeof head);
  length = (guint32) head[0] << 24 | head[1] << 16 | head[2] << 8 | head[3];
  answer = g_malloc0 (length + 1);
  g_assert_true (g_input_stream_read_all (g_io_stream_get_input_stream (G_IO_STREAM (connection)), answer,
                                          length, &n_read, NULL, NULL));
  g_assert_cmpuint (n_read, ==, length);
  return answer;
}

static GSocketConnection *
connect_to (const Server *server)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autofree char *host
      = g_strndup (server->url + strlen ("tcp://"), strlen (server->url) - strlen ("tcp:///0"));
  g_autoptr (GError) error = NULL;
  GSocketConnection *connection = g_socket_client_connect_to_host (client, host, 0, NULL, &error);

  g_assert_no_error (error);
  return connection;
}

/* A simulator waits for its master to speak, and a master gets a sentence; nobody else notices. */
static void
test_mosaik_guests (void)
{
  g_auto (Server) server = { 0 };
  g_autoptr (GSocketConnection) simulator = NULL, master = NULL;
  g_autofree char *answer = NULL, *again = NULL;

  server_start (&server, "tcp://127.0.0.1:0");
  simulator = connect_to (&server);
  master = connect_to (&server);
  assert_prints ("call", server.url, "add '[1, 2]'", "3");
  answer = be_mosaik (master, "[0, 0, [\"init\", [\"S-0\"], {\"time_resolution\": 1.0}]]");
  g_assert_cmpstr (
      answer, ==,
      "[2, 0, \"LookupError: Container interop has agents, and is no simulator for mosaik: there is "
      "no \\\"init\\\" to call\\n\"]");
  again = be_mosaik (master, "[0, 1, [\"step\", [0, {}, 1], {}]]");
  g_assert_cmpstr (again, ==, "[2, 1, \"LookupError: Name \\\"step\\\" not found in \\\"\\\"\\n\"]");
  g_io_stream_close (G_IO_STREAM (master), NULL, NULL);
  g_io_stream_close (G_IO_STREAM (simulator), NULL, NULL);
  assert_prints ("call", server.url, "add '[1, 2]'", "3");
}

/* ---- TLS ---- */

static void
test_tls (void)
{
  g_autoptr (TestProcess) server_certs = test_command_run ("certs new alpha --host 127.0.0.1", NULL, 0);
  g_autoptr (TestProcess) client_certs
      = test_command_run ("certs new beta --ca alpha-ca --for client", NULL, 0);
  g_autoptr (TestProcess) other_certs = test_command_run ("certs new gamma", NULL, 0);
  g_auto (Server) server = { 0 }, plain = { 0 };

  server_start (&server, "tcp://127.0.0.1:0 --tls alpha");
  server_start (&plain, "tcp://127.0.0.1:0");
  assert_prints ("call --tls beta", server.url, "add '[1, 2]'", "3");
  assert_complains ("call --tls gamma", server.url, "add", 5, "give both ends certificates of one CA");
  test_process_await_error (server.process, "our certificate is not of its CA");
  assert_complains ("call", server.url, "add", 5, "give both ends certificates, or neither");
  test_process_await_error (server.process, "it speaks no TLS");
  assert_complains ("call --tls beta", plain.url, "add", 5, "give both ends certificates, or neither");
  test_process_await_error (plain.process, "The peer speaks TLS, and this end does not");
  assert_prints ("call --tls beta", server.url, "add '[1, 2]'", "3");
  assert_prints ("call", plain.url, "add '[1, 2]'", "3");
}

static void
test_unreadable (void)
{
  g_autoptr (TestProcess) certs = test_command_run ("certs new keys", NULL, 0);
  g_autofree char *key = g_build_filename (test_folder, "keys", "key.pem", NULL);

  assert_complains ("call --tls nowhere", "tcp://127.0.0.1:1/0", "add", 2, "--tls nowhere: ");
  g_assert_true (g_file_set_contents (key, "no key", -1, NULL));
  assert_complains ("call --tls keys", "tcp://127.0.0.1:1/0", "add", 2, "key.pem holds no private key");
  assert_complains (SERVE_INTEROP "--tls keys", "tcp://127.0.0.1:0", "", 2, "key.pem holds no private key");
  g_assert_cmpint (unlink (key), ==, 0);
  assert_complains (SERVE_INTEROP "--tls keys", "tcp://127.0.0.1:0", "", 2, "key.pem");
}

void
test_command_add_serve (void)
{
  g_test_add_data_func ("/command/call/tcp", "tcp://127.0.0.1:0", test_call);
  g_test_add_data_func ("/command/call/unix", "ipc://[socket]", test_call);
  g_test_add_func ("/command/call/results", test_results);
  g_test_add_func ("/command/describe/url", test_describe);
  g_test_add_func ("/command/serve/containers", test_containers);
  g_test_add_func ("/command/serve/replayed", test_replayed);
  g_test_add_func ("/command/serve/time", test_time);
  g_test_add_data_func ("/command/serve/sigterm", GINT_TO_POINTER (SIGTERM), test_end);
  g_test_add_data_func ("/command/serve/sigint", GINT_TO_POINTER (SIGINT), test_end);
  g_test_add_func ("/command/serve/agent-fails", test_agent_fails);
  g_test_add_func ("/command/serve/usage", test_usage);
  g_test_add_func ("/command/serve/places", test_places);
  g_test_add_func ("/command/serve/stale-file", test_stale_file);
  g_test_add_func ("/command/serve/wrong-codec", test_wrong_codec);
  g_test_add_func ("/command/describe/http", test_http);
  g_test_add_func ("/command/describe/no-description", test_no_description);
  g_test_add_func ("/command/call/mosaik-simulator", test_mosaik_simulator);
  g_test_add_func ("/command/serve/mosaik-guests", test_mosaik_guests);
  g_test_add_func ("/command/serve/tls", test_tls);
  g_test_add_func ("/command/serve/unreadable", test_unreadable);
}
