/* SPDX-License-Identifier: MIT */
#include <foliot/foliot.h>

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "foliot-mosaik-master.h"

/* Whole programs: the example of docs/mosaik-c.md, in C and C++, as mosaik starts them; and whom nobody comes to. */

/* ---- a master that waits for its process ---- */

typedef struct
{
  GSubprocess *process;
  GSocket *socket;
} Peer;

static GSocket *
new_socket (void)
{
  g_autoptr (GError) error = NULL;
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);

  g_assert_no_error (error);
  g_socket_set_timeout (socket, 20);
  return socket;
}

/* Returns: (transfer full): a socket that listens; @out_address: (transfer full): HOST:PORT. */
static GSocket *
new_listener (char **out_address)
{
  GSocket *listener = new_socket ();
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string ("127.0.0.1", 0), at = NULL;

  g_assert_true (g_socket_bind (listener, any, FALSE, NULL));
  g_assert_true (g_socket_listen (listener, NULL));
  at = g_socket_get_local_address (listener, NULL);
  *out_address
      = g_strdup_printf ("127.0.0.1:%u", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (at)));
  return listener;
}

static GSubprocess *
start (const char *program, const char *const *arguments)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autofree char *path = g_build_filename (g_getenv ("G_TEST_BUILDDIR"), "cosim", program, NULL);
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  g_ptr_array_add (argv, path);
  for (gsize i = 0; arguments[i] != NULL; i++)
    g_ptr_array_add (argv, (char *) arguments[i]);
  g_ptr_array_add (argv, NULL);
  process = g_subprocess_newv ((const char *const *) argv->pdata,
                               G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);
  g_assert_no_error (error);
  return process;
}

/* @record: (nullable): where it records */
static void
peer_start_recorded (Peer *peer, const char *program, const char *record)
{
  g_autofree char *address = NULL;
  g_autoptr (GSocket) listener = new_listener (&address);
  const char *const arguments[]
      = { "--timeout", "20", address, record != NULL ? "--record" : NULL, record, NULL };

  peer->process = start (program, arguments);
  peer->socket = g_socket_accept (listener, NULL, NULL);
  g_assert_nonnull (peer->socket);
  g_socket_set_timeout (peer->socket, 20);
}

static void
peer_start (Peer *peer, const char *program)
{
  peer_start_recorded (peer, program, NULL);
}

/* The process listens, and says where. */
static void
peer_start_remote (Peer *peer, const char *program, const char *record)
{
  const char *const arguments[]
      = { "-r", "-l", "error", "127.0.0.1:0", record != NULL ? "--record" : NULL, record, NULL };
  static const char said[] = "listening at port ";
  g_autofree char *line = NULL;
  g_autoptr (GSocketAddress) address = NULL;

  peer->process = start (program, arguments);
  g_autoptr (GDataInputStream) err = g_data_input_stream_new (g_subprocess_get_stderr_pipe (peer->process));
  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (err), FALSE);
  line = g_data_input_stream_read_line (err, NULL, NULL, NULL);
  g_assert_true (g_str_has_prefix (line, said));
  address = g_inet_socket_address_new_from_string ("127.0.0.1",
                                                   (guint) g_ascii_strtoull (line + strlen (said), NULL, 10));
  peer->socket = new_socket ();
  g_assert_true (g_socket_connect (peer->socket, address, NULL, NULL));
}

static void
say (Peer *peer, const char *text)
{
  g_autoptr (GByteArray) frame = g_byte_array_new ();

  foliot_framer_append (frame, (const guint8 *) text, strlen (text));
  g_assert_cmpint (g_socket_send (peer->socket, (const char *) frame->data, frame->len, NULL, NULL), ==,
                   frame->len);
}

/* Returns: (nullable) (transfer full): @length bytes; NULL at the end. */
static char *
take (Peer *peer, gsize length)
{
  g_autofree char *bytes = g_malloc0 (length + 1);
  gsize n = 0;

  while (n < length)
    {
      gssize got = g_socket_receive (peer->socket, bytes + n, length - n, NULL, NULL);

      if (got <= 0)
        return NULL;
      n += (gsize) got;
    }
  return g_steal_pointer (&bytes);
}

static char *
hear (Peer *peer)
{
  g_autofree char *header = take (peer, 4);
  guint32 length;

  if (header == NULL)
    return NULL;
  memcpy (&length, header, sizeof length);
  return take (peer, GUINT32_FROM_BE (length));
}

static void
assert_answer (Peer *peer, const char *request, const char *expected)
{
  g_autofree char *heard = NULL;

  say (peer, request);
  heard = hear (peer);
  g_assert_cmpstr (heard, ==, expected);
}

/* @words: (nullable): of what it said on standard error; NULL: nothing. Returns: (transfer full): what it printed. */
static char *
end_of (GSubprocess *process, int code, const char *words)
{
  g_autofree char *out = NULL, *err = NULL;

  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, &out, &err, NULL));
  g_assert_true (g_subprocess_get_if_exited (process));
  if (g_subprocess_get_exit_status (process) != code)
    g_test_message ("%s", err);
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, code);
  if (words == NULL)
    g_assert_cmpstr (err, ==, "");
  else if (strstr (err, words) == NULL)
    g_assert_cmpstr (err, ==, words);
  return g_steal_pointer (&out);
}

static void
assert_exit (GSubprocess *process, int code, const char *words)
{
  g_autofree char *out = end_of (process, code, words);

  g_assert_cmpstr (out, ==, "");
}

static void
peer_clear (Peer *peer)
{
  g_clear_object (&peer->socket);
  g_clear_object (&peer->process);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Peer, peer_clear)

/* ---- the battery ---- */

#define SAID "create of B-0 failed: capacity_kwh must be a number greater than 0\n"

static void
play_battery (Peer *peer)
{
  assert_answer (peer, "[0, 0, [\"init\", [\"B-0\"], {\"time_resolution\": 1.0}]]",
                 "[1, 0, {\"api_version\": \"3.0\", \"type\": \"time-based\", \"models\": {\"Battery\": "
                 "{\"public\": true, "
                 "\"params\": [\"capacity_kwh\"], \"attrs\": [\"P\", \"soc\"]}}}]");
  assert_answer (
      peer, "[0, 1, [\"create\", [1, \"Battery\"], {\"capacity_kwh\": 0}]]",
      "[2, 1, [\"ValueError\", \"capacity_kwh must be a number greater than 0\", \"in create of B-0 "
      "(FoliotError 5)\\n\"]]");
  assert_answer (peer, "[0, 2, [\"create\", [1, \"Battery\"], {\"capacity_kwh\": 10}]]",
                 "[1, 2, [{\"eid\": \"Battery_0\", \"type\": \"Battery\"}]]");
  assert_answer (peer, "[0, 3, [\"setup_done\", [], {}]]", "[1, 3, null]");
  assert_answer (
      peer,
      "[0, 4, [\"step\", [0, {\"Battery_0\": {\"P\": {\"PV-0.pv\": 12.0, \"Load-0.l\": -2}}}, 86400], {}]]",
      "[1, 4, 900]");
  assert_answer (peer, "[0, 5, [\"get_data\", [{\"Battery_0\": [\"soc\"]}], {}]]",
                 "[1, 5, {\"Battery_0\": {\"soc\": 0.25}}]");
}

static void
test_battery (gconstpointer program)
{
  g_auto (Peer) peer = { NULL };

  peer_start (&peer, program);
  play_battery (&peer);
  assert_answer (&peer, "[0, 6, [\"stop\", [], {}]]", "[1, 6, null]");
  g_assert_null (hear (&peer));
  assert_exit (peer.process, 0, SAID);
}

static void
test_remote (void)
{
  g_auto (Peer) peer = { NULL };

  peer_start_remote (&peer, "mosaik-battery", NULL);
  play_battery (&peer);
  assert_answer (&peer, "[0, 6, [\"stop\", [], {}]]", "[1, 6, null]");
  assert_exit (peer.process, 0, NULL);
}

static void
test_two_at_once (void)
{
  g_auto (Peer) one = { NULL }, other = { NULL };

  peer_start_remote (&one, "mosaik-battery", NULL);
  peer_start_remote (&other, "mosaik-battery", NULL);
  play_battery (&one);
  play_battery (&other);
  say (&one, "[0, 6, [\"stop\", [], {}]]");
  say (&other, "[0, 6, [\"stop\", [], {}]]");
  assert_exit (one.process, 0, NULL);
  assert_exit (other.process, 0, NULL);
}

/* As mosaik 3.7 ends its children. */
static void
test_stop_and_signal (void)
{
  g_auto (Peer) peer = { NULL };

  peer_start (&peer, "mosaik-battery");
  play_battery (&peer);
  say (&peer, "[0, 6, [\"stop\", [], {}]]");
  g_subprocess_send_signal (peer.process, SIGTERM);
  g_clear_object (&peer.socket);
  assert_exit (peer.process, 0, SAID);
}

static void
test_signal (void)
{
  g_auto (Peer) peer = { NULL };

  peer_start (&peer, "mosaik-battery");
  play_battery (&peer);
  g_subprocess_send_signal (peer.process, SIGTERM);
  g_assert_null (hear (&peer));
  assert_exit (peer.process, 0, SAID);
}

static void
test_end_of_stream (void)
{
  g_auto (Peer) peer = { NULL };

  peer_start (&peer, "mosaik-battery");
  play_battery (&peer);
  g_socket_shutdown (peer.socket, FALSE, TRUE, NULL);
  g_assert_null (hear (&peer));
  assert_exit (peer.process, 0, SAID);
}

static void
test_init_fails (void)
{
  g_auto (Peer) peer = { NULL };

  peer_start (&peer, "scheduler-simulator");
  assert_answer (
      &peer, "[0, 0, [\"init\", [\"X-0\"], {\"kind\": \"Odd\"}]]",
      "[2, 0, [\"ValueError\", \"there is no kind \\u201cOdd\\u201d of simulator\", \"in init of X-0 "
      "(FoliotError 5)\\n\"]]");
  g_assert_null (hear (&peer));
  assert_exit (peer.process, 1, "there is no kind “Odd” of simulator");
}

static void
test_nonsense (void)
{
  g_auto (Peer) peer = { NULL };

  peer_start (&peer, "mosaik-battery");
  say (&peer, "GET / HTTP/1.1");
  g_assert_null (hear (&peer));
  assert_exit (peer.process, 5, "is not mosaik's protocol");
}

/* ---- recorded ---- */

/* A folder with a recording in it. */
typedef struct
{
  char *folder, *path;
} Tape;

static void
tape_make (Tape *tape)
{
  tape->folder = g_dir_make_tmp ("foliot-tape-XXXXXX", NULL);
  tape->path = g_build_filename (tape->folder, "run.flj", NULL);
}

static void
tape_clear (Tape *tape)
{
  g_unlink (tape->path);
  g_assert_cmpint (g_rmdir (tape->folder), ==, 0);
  g_free (tape->folder);
  g_free (tape->path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Tape, tape_clear)

/* Returns: (transfer full): what it prints. */
static char *
replay (const char *program, const Tape *tape, gboolean lenient, int code, const char *words)
{
  const char *const arguments[] = { "--replay", tape->path, lenient ? "--lenient" : NULL, NULL };
  g_autoptr (GSubprocess) process = start (program, arguments);

  return end_of (process, code, words);
}

/* Returns: (transfer full): the digest at the end of a recording, as it is printed. */
static char *
read_digest (const Tape *tape)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotJournalReader) reader = foliot_journal_reader_new (tape->path, &error);
  const FoliotJournalRecord *record;
  char *digest = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (foliot_journal_header_get (foliot_journal_reader_get_header (reader), "program"), ==,
                   "mosaik-battery");
  while ((record = foliot_journal_reader_next (reader, &error)) != NULL)
    if (record->kind == FOLIOT_JOURNAL_END)
      digest = g_strdup_printf ("digest %s\n", record->name);
  g_assert_no_error (error);
  g_assert_nonnull (digest);
  return digest;
}

static void
record_battery (const Tape *tape)
{
  g_auto (Peer) peer = { NULL };

  peer_start_recorded (&peer, "mosaik-battery", tape->path);
  play_battery (&peer);
  assert_answer (&peer, "[0, 6, [\"stop\", [], {}]]", "[1, 6, null]");
  assert_exit (peer.process, 0, SAID);
}

/* It says the same, to people too, with no mosaik anywhere. */
static void
test_replay (void)
{
  g_auto (Tape) tape = { NULL };
  g_autofree char *digest = NULL, *printed = NULL;

  tape_make (&tape);
  record_battery (&tape);
  digest = read_digest (&tape);
  printed = replay ("mosaik-battery", &tape, FALSE, 0, SAID);
  g_assert_cmpstr (printed, ==, digest);
}

static void
test_replay_remote (void)
{
  g_auto (Tape) tape = { NULL };
  g_auto (Peer) peer = { NULL };
  g_autofree char *digest = NULL, *printed = NULL;

  tape_make (&tape);
  peer_start_remote (&peer, "mosaik-battery", tape.path);
  play_battery (&peer);
  g_socket_shutdown (peer.socket, FALSE, TRUE, NULL);
  assert_exit (peer.process, 0, NULL);
  digest = read_digest (&tape);
  printed = replay ("mosaik-battery", &tape, FALSE, 0, "8 entered, 6 left");
  g_assert_cmpstr (printed, ==, digest);
}

/* One number in the model is another one. */
static void
test_replay_changed (void)
{
  g_auto (Tape) tape = { NULL };
  g_autofree char *printed = NULL, *lenient = NULL;

  tape_make (&tape);
  record_battery (&tape);
  printed = replay ("changed-battery", &tape, FALSE, 3,
                    "  byte 32\n"
                    "  expected …\"Battery_0\": {\"soc\": 0.25}}]\n"
                    "  actual   …\"Battery_0\": {\"soc\": 0.2}}]\n");
  g_assert_cmpstr (printed, ==, "");
  lenient = replay ("changed-battery", &tape, TRUE, 3, "left, 1 of them other than recorded");
}

/* What was not asked then nobody can answer; without --lenient the question itself is the difference. */
static void
test_replay_missing (void)
{
  g_auto (Tape) tape = { NULL };
  g_autofree char *strict = NULL, *lenient = NULL;

  tape_make (&tape);
  record_battery (&tape);
  strict = replay ("asking-battery", &tape, FALSE, 3, "  actual   [0, 0, [\"get_progress\", [], {}]]");
  lenient = replay ("asking-battery", &tape, TRUE, 6, "does not hold an answer to message 5 of port 4");
}

/* Also of a run that nobody came to. */
static void
test_replay_nobody (void)
{
  g_auto (Tape) tape = { NULL };
  g_autofree char *address = NULL, *printed = NULL;
  g_autoptr (GSocket) listener = new_listener (&address);
  g_autoptr (GSubprocess) process = NULL;

  tape_make (&tape);
  g_clear_object (&listener);
  process = start ("mosaik-battery", (const char *const[]){ "--record", tape.path, address, NULL });
  assert_exit (process, 5, "No mosaik at ");
  printed = replay ("mosaik-battery", &tape, FALSE, 5, "No mosaik at ");
  g_assert_true (g_str_has_prefix (printed, "digest "));
}

static void
test_replay_damaged (void)
{
  g_auto (Tape) tape = { NULL };
  g_autofree char *bytes = NULL, *cut = NULL, *none = NULL, *empty = NULL;
  gsize length;

  tape_make (&tape);
  record_battery (&tape);
  g_assert_true (g_file_get_contents (tape.path, &bytes, &length, NULL));
  g_assert_true (g_file_set_contents (tape.path, bytes, (gssize) length - 20, NULL));
  cut = replay ("mosaik-battery", &tape, FALSE, 7, "run.flj: ends after record ");
  g_assert_true (g_file_set_contents (tape.path, "Once upon a time", -1, NULL));
  none = replay ("mosaik-battery", &tape, FALSE, 7, "run.flj");
  g_assert_true (g_file_set_contents (tape.path, "", 0, NULL));
  empty = replay ("mosaik-battery", &tape, FALSE, 7, "run.flj");
  g_unlink (tape.path);
}

/* The command knows no such program. */
static void
test_replay_by_command (void)
{
  g_auto (Tape) tape = { NULL };
  g_autofree char *command
      = g_build_filename (g_getenv ("G_TEST_BUILDDIR"), "..", "src", "tools", "foliot", NULL);
  g_autoptr (GSubprocess) process = NULL;

  tape_make (&tape);
  record_battery (&tape);
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, NULL, command,
                              "replay", tape.path, NULL);
  g_assert_nonnull (process);
  assert_exit (process, 2, "mosaik-battery --replay ");
}

/* ---- the command line ---- */

static void
assert_refuses (const char *line, int code, const char *words)
{
  g_auto (GStrv) arguments = g_strsplit (line, " ", -1);
  g_autoptr (GSubprocess) process = start ("mosaik-battery", *line != '\0' ? (const char *const *) arguments
                                                                           : (const char *const[]){ NULL });

  assert_exit (process, code, words);
}

static void
test_usage (void)
{
  assert_refuses ("", 2, "expected HOST:PORT; see --help");
  assert_refuses ("localhost", 2, "localhost: expected HOST:PORT, as in localhost:5678");
  assert_refuses ("localhost:x", 2, "localhost:x: expected HOST:PORT");
  assert_refuses ("localhost:70000", 2, "expected HOST:PORT");
  assert_refuses ("localhost:1 localhost:2", 2, "expected HOST:PORT; see --help");
  assert_refuses ("--odd localhost:1", 2, "--odd");
  assert_refuses ("-l loud localhost:1", 2,
                  "log level loud: expected debug, info, warning, error or critical");
  assert_refuses ("-t -1 localhost:1", 2, "expected HOST:PORT; see --help");
  assert_refuses ("--record a --replay b", 2, "--record and --replay: choose one");
  assert_refuses ("--replay /nonexistent/run.flj", 2, "/nonexistent/run.flj");
  assert_refuses ("--replay run.flj localhost:1", 2, "--replay takes no HOST:PORT");
  assert_refuses ("--record /nonexistent/run.flj localhost:1", 4, "/nonexistent/run.flj");
}

static void
test_nobody (void)
{
  g_autofree char *address = NULL, *line = NULL;
  g_autoptr (GSocket) listener = new_listener (&address);

  line = g_strdup_printf ("-r %s", address);
  assert_refuses (line, 5, "in use");
  g_clear_object (&listener);
  assert_refuses (address, 5, "No mosaik at ");
}

/* ---- whom nobody comes to, without a process ---- */

static void
assert_unreachable (FoliotKernel *kernel, Probe *probe, guint timeout_ms, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (foliot_mosaik_run (probe->mosaik, timeout_ms, &error));
  g_assert_error (error, FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_UNREACHABLE);
  if (strstr (error->message, words) == NULL)
    g_assert_cmpstr (error->message, ==, words);
  g_assert_cmpuint (probe->n_finalized, ==, 0);
  foliot_kernel_close (kernel);
  g_object_unref (probe->mosaik);
}

static void
test_refused (void)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_EXTERNAL, 1, 0);
  g_auto (Probe) probe = { NULL };
  g_autofree char *address = NULL;
  g_autoptr (GSocket) listener = new_listener (&address);

  g_clear_object (&listener);
  probe_make (&probe, kernel);
  g_assert_true (foliot_mosaik_connect (probe.mosaik, address, NULL));
  assert_unreachable (kernel, &probe, 0, "No mosaik at 127.0.0.1:");
}

static void
test_nobody_comes (void)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_EXTERNAL, 1, 0);
  g_auto (Probe) probe = { NULL };

  probe_make (&probe, kernel);
  g_assert_true (foliot_mosaik_listen (probe.mosaik, "localhost:0", NULL));
  assert_unreachable (kernel, &probe, 10, "No mosaik connected to localhost:0 in time");
}

static void
test_no_init (void)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_EXTERNAL, 1, 0);
  g_auto (Probe) probe = { NULL };
  g_autofree char *address = NULL;
  g_autoptr (GSocket) listener = new_listener (&address);

  probe_make (&probe, kernel);
  g_assert_true (foliot_mosaik_connect (probe.mosaik, address, NULL));
  assert_unreachable (kernel, &probe, 10, "did not call init in time");
}

/* Told to stop before anybody came, which is no mistake. */
static void
test_stop_alone (void)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_EXTERNAL, 1, 0);
  g_auto (Probe) probe = { NULL };
  g_autoptr (GError) error = NULL;

  probe_make (&probe, kernel);
  g_assert_true (foliot_mosaik_listen (probe.mosaik, "localhost:0", NULL));
  foliot_mosaik_stop (probe.mosaik);
  g_assert_true (foliot_mosaik_run (probe.mosaik, 0, &error));
  g_assert_no_error (error);
  g_assert_null (foliot_mosaik_get_address (probe.mosaik));
  foliot_kernel_close (kernel);
  g_object_unref (probe.mosaik);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/mosaik/a01-cmd-start", "mosaik-battery", test_battery);
#ifdef WITH_CXX
  g_test_add_data_func ("/mosaik/cxx", "mosaik-battery-cxx", test_battery);
#endif
  g_test_add_func ("/mosaik/a02-remote", test_remote);
  g_test_add_func ("/mosaik/main/replay", test_replay);
  g_test_add_func ("/mosaik/main/replay/remote", test_replay_remote);
  g_test_add_func ("/mosaik/main/replay/changed", test_replay_changed);
  g_test_add_func ("/mosaik/main/replay/missing", test_replay_missing);
  g_test_add_func ("/mosaik/main/replay/nobody", test_replay_nobody);
  g_test_add_func ("/mosaik/main/replay/damaged", test_replay_damaged);
  g_test_add_func ("/mosaik/main/replay/by-command", test_replay_by_command);
  g_test_add_func ("/mosaik/a03-two-at-once", test_two_at_once);
  g_test_add_func ("/mosaik/a18-process-stop-and-signal", test_stop_and_signal);
  g_test_add_func ("/mosaik/a18-process-signal", test_signal);
  g_test_add_func ("/mosaik/a18-process-end-of-stream", test_end_of_stream);
  g_test_add_func ("/mosaik/a07-process-init-fails", test_init_fails);
  g_test_add_func ("/mosaik/a20-process-nonsense", test_nonsense);
  g_test_add_func ("/mosaik/command-line", test_usage);
  g_test_add_func ("/mosaik/nobody", test_nobody);
  g_test_add_func ("/mosaik/a05-refused", test_refused);
  g_test_add_func ("/mosaik/a05-nobody-comes", test_nobody_comes);
  g_test_add_func ("/mosaik/a05-no-init", test_no_init);
  g_test_add_func ("/mosaik/stop-alone", test_stop_alone);
  return g_test_run ();
}
