/* SPDX-License-Identifier: MIT */
#include "test-command.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* `foliot certs`: what it writes, that others than gnutls find it good, and what it refuses. */

static void
run (const char *arguments, int code, const char *words)
{
  g_autoptr (TestProcess) process = test_command_run (arguments, NULL, code);

  if (code == 0)
    {
      g_assert_cmpstr (process->err->str, ==, "");
      g_assert_nonnull (strstr (process->out->str, words));
      return;
    }
  g_assert_true (g_str_has_prefix (process->err->str, "foliot: "));
  g_assert_nonnull (strstr (process->err->str, words));
}

static void
assert_mode (const char *name, mode_t mode)
{
  g_autofree char *path = g_build_filename (test_folder, name, NULL);
  GStatBuf status;

  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmphex (status.st_mode & 0777, ==, mode);
}

static void
write_file (const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (test_folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static FoliotTlsCredentials *
load (const char *name)
{
  g_autofree char *folder = g_build_filename (test_folder, name, NULL);
  g_autoptr (GError) error = NULL;
  FoliotTlsCredentials *credentials = foliot_tls_credentials_new_from_folder (folder, &error);

  g_assert_no_error (error);
  return credentials;
}

static void
test_new (void)
{
  g_autoptr (FoliotTlsCredentials) park = NULL, panel = NULL;
  g_autofree char *park_ca = NULL, *panel_ca = NULL, *ca = NULL;

  run ("certs new park --host park.example --host 10.1.2.3", 0,
       "park: \"park\", a server and client, for park.example, 10.1.2.3, until ");
  run ("certs new panel/ --ca park-ca --name \"the panel\" --for client --days 2", 0,
       "\"the panel\", a client, for localhost");
  park = load ("park");
  panel = load ("panel");
  assert_mode ("park/key.pem", 0600);
  assert_mode ("park-ca", 0700);
  assert_mode ("park-ca/ca-key.pem", 0600);
  park_ca = test_file_read ("park/ca.pem");
  panel_ca = test_file_read ("panel/ca.pem");
  ca = test_file_read ("park-ca/ca.pem");
  g_assert_cmpstr (park_ca, ==, ca);
  g_assert_cmpstr (panel_ca, ==, ca);
}

/* The same key; a CA that would end too early goes on with its own. */
static void
test_renew (void)
{
  g_autofree char *key = NULL, *new_key = NULL, *cert = NULL, *new_cert = NULL, *ca = NULL, *same_ca = NULL,
                  *new_ca = NULL;
  g_autoptr (FoliotTlsCredentials) credentials = NULL;

  run ("certs new old --host a.example --for server --days 1", 0, "a server, for a.example");
  key = test_file_read ("old/key.pem");
  cert = test_file_read ("old/cert.pem");
  ca = test_file_read ("old/ca.pem");
  run ("certs renew old", 0, "\"old\", a server, for a.example, until ");
  new_key = test_file_read ("old/key.pem");
  new_cert = test_file_read ("old/cert.pem");
  same_ca = test_file_read ("old/ca.pem");
  g_assert_cmpstr (new_key, ==, key);
  g_assert_cmpstr (new_cert, !=, cert);
  g_assert_cmpstr (same_ca, ==, ca);
  run ("certs renew old --days 5000 --host b.example --for both", 0,
       "\"old\", a server and client, for b.example");
  new_ca = test_file_read ("old/ca.pem");
  g_assert_cmpstr (new_ca, !=, ca);
  credentials = load ("old");
}

/* OpenSSL, at its strictest; under the CA of before its own renewal as well. */
static void
assert_verified (const char *arguments)
{
  g_autofree char *line = g_strdup_printf ("openssl verify -x509_strict %s", arguments);
  g_auto (GStrv) argv = NULL;
  g_autofree char *out = NULL, *err = NULL;
  int status;

  g_assert_true (g_shell_parse_argv (line, NULL, &argv, NULL));
  g_assert_true (
      g_spawn_sync (test_folder, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &err, &status, NULL));
  if (status != 0)
    g_test_message ("%s: %s%s", line, out, err);
  g_assert_cmpint (status, ==, 0);
}

static void
test_openssl (void)
{
  g_autofree char *openssl = g_find_program_in_path ("openssl"), *ca = NULL;

  if (openssl == NULL)
    {
      g_test_skip ("there is no openssl command");
      return;
    }
  run ("certs new strict --host strict.example --host 127.0.0.1 --host ::1", 0, "strict.example");
  assert_verified (
      "-CAfile strict/ca.pem -purpose sslserver -verify_hostname strict.example strict/cert.pem");
  assert_verified ("-CAfile strict/ca.pem -purpose sslserver -verify_ip 127.0.0.1 strict/cert.pem");
  assert_verified ("-CAfile strict/ca.pem -purpose sslserver -verify_ip ::1 strict/cert.pem");
  assert_verified ("-CAfile strict/ca.pem -purpose sslclient strict/cert.pem");
  ca = test_file_read ("strict/ca.pem");
  write_file ("before.pem", ca);
  run ("certs new late --ca strict-ca --days 9000", 0, "\"late\"");
  assert_verified ("-CAfile before.pem late/cert.pem");
  assert_verified ("-CAfile late/ca.pem strict/cert.pem");
}

static void
test_refused (void)
{
  run ("certs", 2, "expected new DIR or renew DIR (foliot help certs)");
  run ("certs new", 2, "expected new DIR or renew DIR");
  run ("certs make x", 2, "expected new DIR or renew DIR");
  run ("certs new x --host a:5555", 2, "--host a:5555: expected a host's name or address, without a port");
  run ("certs new x --host ''", 2, "--host : expected");
  run ("certs new x --days 0", 2, "--days 0: expected a whole number from 1 to 36500");
  run ("certs new x --name ''", 2, "--name : expected 1 to 64 bytes");
  run ("certs new x --for frogs", 2, "--for frogs: expected server, client or both");
  run ("certs renew nowhere", 2, "nowhere/cert.pem");
  run ("certs new /proc/nowhere", 4, "/proc/nowhere cannot be made: ");
  write_file ("a-file", "text");
  run ("certs new a-file", 4, "a-file cannot be made: a file has that name, give another one");
  run ("certs new good", 0, "\"good\"");
  run ("certs new good", 2,
       "good has a ca.pem already; give another folder, or renew its certificate: foliot certs renew good");
}

/* Files that are not what their names say: nothing is overwritten. */
static void
test_unfit (void)
{
  g_autofree char *other = NULL, *before = NULL, *after = NULL;

  run ("certs new first", 0, "\"first\"");
  run ("certs new second", 0, "\"second\"");
  other = test_file_read ("second/key.pem");
  before = test_file_read ("first/cert.pem");
  run ("certs renew first --ca nowhere-ca", 2, "nowhere-ca/ca.pem");
  write_file ("first/key.pem", other);
  run ("certs renew first", 2, "first: cert.pem and key.pem are not a certificate and its key");
  write_file ("first-ca/ca-key.pem", other);
  run ("certs new third --ca first-ca", 2,
       "first-ca: ca.pem and ca-key.pem are not a certificate and its key");
  after = test_file_read ("first/cert.pem");
  g_assert_cmpstr (before, ==, after);
}

static void
run_full (const char *arguments, guint64 max_file_bytes, const char *words)
{
  const TestSetting setting = { .max_file_bytes = max_file_bytes };
  g_autoptr (TestProcess) process = test_command_run (arguments, &setting, 4);

  g_assert_true (g_str_has_prefix (process->err->str, "foliot: "));
  g_assert_nonnull (strstr (process->err->str, words));
}

static void
assert_missing (const char *name)
{
  g_autofree char *path = g_build_filename (test_folder, name, NULL);

  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

/* A disk that is full, at the first file and, with room for a key only, midway: everything is as it was before. */
static void
test_full (void)
{
  g_autofree char *cert = NULL, *ca = NULL, *same_cert = NULL, *same_ca = NULL;

  run_full ("certs new crowded", 16, "ca-key.pem");
  run_full ("certs new crowded", 300, "ca.pem");
  assert_missing ("crowded");
  assert_missing ("crowded-ca");
  run ("certs new roomy", 0, "\"roomy\"");
  run_full ("certs new narrow --ca roomy-ca", 300, "narrow/ca.pem");
  assert_missing ("narrow");
  cert = test_file_read ("roomy/cert.pem");
  ca = test_file_read ("roomy-ca/ca.pem");
  run_full ("certs renew roomy --days 9000", 300, "roomy-ca/ca.pem");
  same_cert = test_file_read ("roomy/cert.pem");
  same_ca = test_file_read ("roomy-ca/ca.pem");
  g_assert_cmpstr (cert, ==, same_cert);
  g_assert_cmpstr (ca, ==, same_ca);
  assert_missing ("roomy/cert.pem.new");
  assert_missing ("roomy-ca/ca.pem.new");
}

void
test_command_add_certs (void)
{
  g_test_add_func ("/command/certs/new", test_new);
  g_test_add_func ("/command/certs/renew", test_renew);
  g_test_add_func ("/command/certs/openssl", test_openssl);
  g_test_add_func ("/command/certs/refused", test_refused);
  g_test_add_func ("/command/certs/unfit", test_unfit);
  g_test_add_func ("/command/certs/full", test_full);
}
