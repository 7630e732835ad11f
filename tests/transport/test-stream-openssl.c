/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-stream.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "test-peer.h"
#include "test-pipe.h"

/*
 * TLS against OpenSSL, as the command `openssl` and as Python's ssl: the handshake, data both ways and the good-bye, with TLS
 * 1.2 and 1.3; and how those refused hear of it. Each is a process of its own, run by a script on a thread. Where one of the two
 * programs is missing its tests are skipped, and say so.
 */

static const char *const versions[] = { "1.2", "1.3" };

/* ---- files and programs ---------------------------------------------------------------------------------------- */

typedef struct
{
  char *folder;
  char *ca, *cert, *key;
} Files;

static char *
write_file (const char *folder, const char *name, const char *text)
{
  char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

static Files
files_new (TestCertificate kind)
{
  const TestPem *pem = test_certificate_get (kind);
  Files files = { .folder = g_dir_make_tmp ("foliot-XXXXXX", NULL) };

  files.ca = write_file (files.folder, "ca.pem", test_certificate_get (TEST_CERTIFICATE_GOOD)->ca);
  files.cert = write_file (files.folder, "cert.pem", pem->cert);
  files.key = write_file (files.folder, "key.pem", pem->key);
  return files;
}

static void
files_clear (Files *files)
{
  g_unlink (files->ca);
  g_unlink (files->cert);
  g_unlink (files->key);
  g_rmdir (files->folder);
  g_free (files->ca);
  g_free (files->cert);
  g_free (files->key);
  g_free (files->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Files, files_clear)

static gboolean
has_program (const char *name)
{
  g_autofree char *path = g_find_program_in_path (name);

  if (path == NULL)
    g_test_skip_printf ("NOT TESTED: there is no %s on this machine", name);
  return path != NULL;
}

/* A program, and what its script has to do with it next. */
typedef struct
{
  GPtrArray *argv;
  GSubprocess *process;
  GString *output;
  const char *until; /* stands in the output when the step is over; NULL: it has ended */
  const void *input; /* (nullable) that it is given first */
  gsize n_input;
} Program;

static Program *
program_new (const char *first, ...)
{
  Program *program = g_new0 (Program, 1);
  va_list args;

  program->argv = g_ptr_array_new_with_free_func (g_free);
  program->output = g_string_new (NULL);
  va_start (args, first);
  for (const char *argument = first; argument != NULL; argument = va_arg (args, const char *))
    g_ptr_array_add (program->argv, g_strdup (argument));
  va_end (args);
  g_ptr_array_add (program->argv, NULL);
  return program;
}

static void
program_free (Program *program)
{
  g_ptr_array_unref (program->argv);
  g_clear_object (&program->process);
  g_string_free (program->output, TRUE);
  g_free (program);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Program, program_free)

static void
launch (Program *program)
{
  g_autoptr (GError) error = NULL;

  if (program->process != NULL)
    return;
  program->process = g_subprocess_newv ((const char *const *) program->argv->pdata,
                                        G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE
                                            | G_SUBPROCESS_FLAGS_STDERR_MERGE,
                                        &error);
  g_assert_no_error (error);
}

static gboolean
has_come (Program *program)
{
  return program->until != NULL
         && memmem (program->output->str, program->output->len, program->until, strlen (program->until))
                != NULL;
}

static void
step (gpointer data)
{
  Program *program = data;
  GInputStream *out;
  char piece[4096];
  gssize n = 1;

  launch (program);
  out = g_subprocess_get_stdout_pipe (program->process);
  if (program->input != NULL)
    {
      GOutputStream *in = g_subprocess_get_stdin_pipe (program->process);

      g_assert_true (g_output_stream_write_all (in, program->input, program->n_input, NULL, NULL, NULL));
      g_assert_true (g_output_stream_flush (in, NULL, NULL));
    }
  if (program->until == NULL)
    g_output_stream_close (g_subprocess_get_stdin_pipe (program->process), NULL, NULL);
  while (!has_come (program) && (n = g_input_stream_read (out, piece, sizeof piece, NULL, NULL)) > 0)
    g_string_append_len (program->output, piece, n);
  if (program->until == NULL)
    g_assert_true (g_subprocess_wait (program->process, NULL, NULL));
}

/* Gives it @input, and awaits that its output has @until. */
static void
run_until (FoliotKernel *kernel, Program *program, const void *input, gsize n_input, const char *until)
{
  program->until = until;
  program->input = input;
  program->n_input = n_input;
  test_peer_run (kernel, step, program);
  if (until != NULL && !has_come (program))
    g_error ("no “%s” in: %s", until, program->output->str);
}

/* Ends its input, and awaits its end. */
static void
finish (FoliotKernel *kernel, Program *program)
{
  run_until (kernel, program, NULL, 0, NULL);
}

static void
assert_output (Program *program, const char *words)
{
  if (strstr (program->output->str, words) == NULL)
    g_error ("no “%s” in: %s", words, program->output->str);
}

/* ---- ours -------------------------------------------------------------------------------------------------------- */

static FoliotTransport *
new_transport (FoliotKernel *kernel)
{
  g_autoptr (FoliotTlsCredentials) credentials
      = test_certificate_load (TEST_CERTIFICATE_GOOD, FOLIOT_TLS_COMPAT_FOLIOT);
  const FoliotStreamOptions options = { .tls = credentials };

  return foliot_stream_transport_new (kernel, &options);
}

static TestServer *
new_server (FoliotKernel *kernel, FoliotTransport *transport)
{
  g_autoptr (FoliotAddress) any = foliot_address_new_tcp ("127.0.0.1", 0);

  return test_server_new (kernel, transport, any);
}

static char *
dup_port (TestServer *server)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT,
                          foliot_address_get_port (foliot_listener_get_address (server->listener)));
}

/* ---- the command openssl ----------------------------------------------------------------------------------------- */

static void
test_s_client (FoliotKernel *kernel, gconstpointer data)
{
  static const char hello[] = "\0\0\0\5hello";
  const char *version = data;
  g_auto (Files) files = files_new (TEST_CERTIFICATE_RSA);
  g_autoptr (TestServer) server = NULL;
  g_autoptr (Program) client = NULL;
  g_autofree char *port = NULL, *where = NULL;
  TestLink *link;

  if (!has_program ("openssl"))
    return;
  server = new_server (kernel, new_transport (kernel));
  port = dup_port (server);
  where = g_strconcat ("127.0.0.1:", port, NULL);
  client
      = program_new ("openssl", "s_client", "-quiet", "-no_ign_eof", "-connect", where, "-CAfile", files.ca,
                     "-cert", files.cert, "-key", files.key, "-verify_return_error", "-verify_ip",
                     "127.0.0.1", g_str_equal (version, "1.2") ? "-tls1_2" : "-tls1_3", NULL);
  {
    FoliotFuture *peer;

    client->until = "welcome";
    client->input = hello;
    client->n_input = sizeof hello - 1;
    peer = test_peer_start (kernel, step, client);
    test_server_expect (server, 1);
    link = test_server_get (server, 0);
    test_link_expect (link, "hello");
    test_link_say (link, "welcome");
    test_peer_finish (peer);
  }
  finish (kernel, client);
  test_link_expect (link, "hello.");
  g_assert_no_error (link->why);
}

/* At the end of its input the command closes its socket without a good-bye, which must not go unnoticed. */
static void
talk_to_s_server (FoliotKernel *kernel, const char *version, gboolean we_close)
{
  static const char welcome[] = "\0\0\0\7welcome";
  g_auto (Files) files = files_new (TEST_CERTIFICATE_RSA);
  g_autoptr (FoliotTransport) transport = new_transport (kernel);
  g_autoptr (Program) server = NULL;
  g_autoptr (FoliotAddress) address = NULL;
  g_autoptr (TestLink) link = NULL;
  g_autoptr (GError) error = NULL;
  const char *port;

  if (!has_program ("openssl"))
    return;
  server = program_new ("openssl", "s_server", "-accept", "127.0.0.1:0", "-naccept", "1", "-CAfile", files.ca,
                        "-cert", files.cert, "-key", files.key, "-Verify", "1", "-verify_return_error",
                        g_str_equal (version, "1.2") ? "-tls1_2" : "-tls1_3", NULL);
  run_until (kernel, server, NULL, 0, "ACCEPT 127.0.0.1:");
  port = strstr (server->output->str, "ACCEPT 127.0.0.1:") + strlen ("ACCEPT 127.0.0.1:");
  address = foliot_address_new_tcp ("127.0.0.1", g_ascii_strtoll (port, NULL, 10));
  link = test_connect (transport, address, &error);
  g_assert_no_error (error);
  test_link_start (link);
  test_link_say (link, "hello");
  run_until (kernel, server, welcome, sizeof welcome - 1, "hello");
  test_link_expect (link, "welcome");
  if (we_close)
    foliot_link_close (link->link);
  finish (kernel, server);
  test_link_expect (link, "welcome.");
  if (!we_close)
    g_assert_error (link->why, FOLIOT_TLS_ERROR, FOLIOT_TLS_ERROR_TRUNCATED);
}

static void
test_s_server (FoliotKernel *kernel, gconstpointer data)
{
  talk_to_s_server (kernel, data, TRUE);
}

static void
test_s_server_cut (FoliotKernel *kernel, gconstpointer data)
{
  talk_to_s_server (kernel, data, FALSE);
}

/* ---- Python's ssl ------------------------------------------------------------------------------------------------ */

static Program *
new_python (const char *role, const char *port, const Files *files, const char *cert, const char *version)
{
  g_autofree char *script = g_test_build_filename (G_TEST_DIST, "peers", "tls_peer.py", NULL);

  return program_new ("python3", script, role, port, files->ca, cert, files->key, version, NULL);
}

static void
test_python_client (FoliotKernel *kernel, gconstpointer data)
{
  g_auto (Files) files = files_new (TEST_CERTIFICATE_RSA);
  g_autoptr (TestServer) server = NULL;
  g_autoptr (Program) client = NULL;
  g_autofree char *port = NULL;
  FoliotFuture *peer;
  TestLink *link;

  if (!has_program ("python3"))
    return;
  server = new_server (kernel, new_transport (kernel));
  port = dup_port (server);
  client = new_python ("client", port, &files, files.cert, data);
  peer = test_peer_start (kernel, step, client);
  test_server_expect (server, 1);
  link = test_server_get (server, 0);
  test_link_expect (link, "hello");
  test_link_say (link, "welcome");
  test_peer_finish (peer);
  test_link_expect (link, "hello.");
  g_assert_no_error (link->why);
  assert_output (client, "got welcome");
}

static void
test_python_server (FoliotKernel *kernel, gconstpointer data)
{
  g_auto (Files) files = files_new (TEST_CERTIFICATE_RSA);
  g_autoptr (FoliotTransport) transport = new_transport (kernel);
  g_autoptr (Program) server = NULL;
  g_autoptr (FoliotAddress) address = NULL;
  g_autoptr (TestLink) link = NULL;
  g_autoptr (GError) error = NULL;

  if (!has_program ("python3"))
    return;
  server = new_python ("server", "0", &files, files.cert, data);
  run_until (kernel, server, NULL, 0, "\n");
  address = foliot_address_new_tcp ("127.0.0.1", g_ascii_strtoll (server->output->str, NULL, 10));
  link = test_connect (transport, address, &error);
  g_assert_no_error (error);
  test_link_start (link);
  test_link_say (link, "one ");
  test_link_say (link, "two");
  test_link_expect (link, "one two");
  foliot_link_close (link->link);
  test_link_expect (link, "one two.");
  finish (kernel, server);
  assert_output (server, "gave back 2");
}

/* ---- refused ----------------------------------------------------------------------------------------------------- */

/* A Python client with the certificate @kind, or none at all. */
static void
refuse_python (FoliotKernel *kernel, TestCertificate kind, gboolean has_cert, const char *version,
               FoliotTlsError code, const char *words)
{
  g_auto (Files) files = files_new (kind);
  g_autoptr (TestServer) server = new_server (kernel, new_transport (kernel));
  g_autofree char *port = dup_port (server);
  g_autoptr (Program) client = new_python ("client", port, &files, has_cert ? files.cert : "-", version);

  finish (kernel, client);
  test_server_expect (server, 1);
  g_assert_error (test_server_get_refusal (server, 0), FOLIOT_TLS_ERROR, (gint) code);
  assert_output (client, words);
}

static void
test_python_refused (FoliotKernel *kernel, gconstpointer data)
{
  if (!has_program ("python3"))
    return;
  refuse_python (kernel, TEST_CERTIFICATE_GOOD, FALSE, data, FOLIOT_TLS_ERROR_NO_CERTIFICATE, "ertificate");
  refuse_python (kernel, TEST_CERTIFICATE_EXPIRED, TRUE, data, FOLIOT_TLS_ERROR_EXPIRED,
                 "certificate expired");
  refuse_python (kernel, TEST_CERTIFICATE_OTHER_CA, TRUE, data, FOLIOT_TLS_ERROR_WRONG_CA, "unknown ca");
}

/* A plain port, in the words that everybody knows. */
static void
test_python_at_plain (FoliotKernel *kernel, gconstpointer data)
{
  g_auto (Files) files = files_new (TEST_CERTIFICATE_GOOD);
  g_autoptr (TestServer) server = NULL;
  g_autoptr (Program) client = NULL;
  g_autofree char *port = NULL;

  if (!has_program ("python3"))
    return;
  server = new_server (kernel, foliot_stream_transport_new (kernel, NULL));
  port = dup_port (server);
  client = new_python ("client", port, &files, files.cert, data);
  finish (kernel, client);
  test_server_expect (server, 1);
  test_link_expect (test_server_get (server, 0), ".");
  g_assert_error (test_server_get (server, 0)->why, FOLIOT_TLS_ERROR, FOLIOT_TLS_ERROR_PLAIN_PEER);
  assert_output (client, "WRONG_VERSION_NUMBER");
}

static void
add (const char *name, FoliotTestDataBody body)
{
  for (gsize i = 0; i < G_N_ELEMENTS (versions); i++)
    {
      g_autofree char *path = g_strdup_printf ("/stream-openssl/%s/tls-%s", name, versions[i]);

      foliot_test_add_data (path, body, versions[i], strlen (versions[i]) + 1);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  add ("s_client", test_s_client);
  add ("s_server", test_s_server);
  add ("s_server-cut", test_s_server_cut);
  add ("python-client", test_python_client);
  add ("python-server", test_python_server);
  add ("python-refused", test_python_refused);
  add ("python-at-plain", test_python_at_plain);
  return g_test_run ();
}
