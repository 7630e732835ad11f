/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-stream.h>
#include <glib/gstdio.h>
#include <string.h>

#include "test-peer.h"
#include "test-pipe.h"
#include "test-tls-foreign.h"

/*
 * TLS over real sockets: who is refused, and that both ends say why. Peers that are not ours are scripts on threads.
 * Behind each refusal a good client gets in at the same listener, which has not noticed.
 */

static FoliotTransport *
new_transport (FoliotKernel *kernel, TestCertificate kind, FoliotTlsCompat compat, guint handshake_limit_ms)
{
  g_autoptr (FoliotTlsCredentials) credentials = test_certificate_load (kind, compat);
  const FoliotStreamOptions options = { .tls = credentials,
                                        .handshake_limit_ms = handshake_limit_ms,
                                        .connect_limit_ms = handshake_limit_ms };

  return foliot_stream_transport_new (kernel, &options);
}

static FoliotTransport *
new_good (FoliotKernel *kernel)
{
  return new_transport (kernel, TEST_CERTIFICATE_GOOD, FOLIOT_TLS_COMPAT_FOLIOT, 0);
}

static TestServer *
new_server (FoliotKernel *kernel, FoliotTransport *transport)
{
  g_autoptr (FoliotAddress) any = foliot_address_new_tcp ("127.0.0.1", 0);

  return test_server_new (kernel, transport, any);
}

static FoliotAddress *
get_address (TestServer *server)
{
  return foliot_listener_get_address (server->listener);
}

/* A good client is let in, after @n others. */
static void
assert_unharmed (TestServer *server, FoliotTransport *transport, guint n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TestLink) client = test_connect (transport, get_address (server), &error);
  TestLink *end;

  g_assert_no_error (error);
  test_server_expect (server, n + 1);
  end = test_server_get (server, server->links->len - 1);
  test_link_start (client);
  test_link_say (client, "hello");
  test_link_expect (end, "hello");
  test_link_say (end, "welcome");
  test_link_expect (client, "welcome");
  foliot_link_close (client->link);
  test_link_expect (client, "welcome.");
  test_link_expect (end, "hello.");
  g_assert_no_error (end->why);
}

/* ---- certificates -------------------------------------------------------------------------------------------- */

static void
refuse (FoliotKernel *kernel, const TestRefusal *refusal, FoliotTlsCompat compat)
{
  g_autoptr (FoliotAddress) any = foliot_address_new_tcp ("0.0.0.0", 0);
  g_autoptr (TestServer) server
      = test_server_new (kernel, new_transport (kernel, refusal->server, compat, 0), any);
  g_autoptr (FoliotTransport) transport = new_transport (kernel, refusal->client, compat, 0);
  g_autoptr (FoliotAddress) to
      = foliot_address_new_tcp (refusal->host, foliot_address_get_port (get_address (server)));
  g_autoptr (GError) error = NULL;
  FoliotValue *peer;

  g_assert_null (test_connect (transport, to, &error));
  g_assert_error (error, FOLIOT_TLS_ERROR, (gint) refusal->code);
  test_server_expect (server, 1);
  g_assert_error (test_server_get_refusal (server, 0), FOLIOT_TLS_ERROR, (gint) refusal->code);
  g_assert_true (g_str_has_prefix (error->message, "TLS with "));
  g_assert_true (g_str_has_prefix (test_server_get_refusal (server, 0)->message, "TLS with 127.0.0.1:"));
  peer = g_ptr_array_index (server->peers, 0);
  g_assert_cmpstr (foliot_value_get_string (foliot_value_get_item (peer, 0), NULL), ==, "127.0.0.1");
}

static void
test_refused (FoliotKernel *kernel, gconstpointer data)
{
  for (int compat = FOLIOT_TLS_COMPAT_FOLIOT; compat <= FOLIOT_TLS_COMPAT_AIOMAS; compat++)
    refuse (kernel, data, (FoliotTlsCompat) compat);
}

/* ---- strangers ----------------------------------------------------------------------------------------------- */

typedef struct
{
  int fd; /* listening, of a server */
  FoliotAddress *address;
  gboolean is_server;
  const TestPem *pem; /* (nullable) */
  const char *priority;
  void (*then) (int fd, TestEnd *end); /* (nullable) once it is open */
  TestEnd end;
} Stranger;

static void
stranger_run (gpointer data)
{
  Stranger *self = data;
  int fd = self->is_server ? test_socket_accept (self->fd) : test_socket_connect (self->address);

  test_end_init (&self->end, test_foreign_new (self->is_server, self->pem, self->priority, TRUE));
  test_socket_open_tls (fd, &self->end);
  if (!self->end.over && self->then != NULL)
    self->then (fd, &self->end);
  test_socket_finish_tls (fd, &self->end);
  test_socket_close (fd);
}

/* A stranger connects; it is refused with @code, and told so by @alert. */
static void
assert_client (FoliotKernel *kernel, const TestPem *pem, const char *priority, FoliotTlsError code, int alert)
{
  g_autoptr (TestServer) server = new_server (kernel, new_good (kernel));
  Stranger stranger = { .address = get_address (server), .pem = pem, .priority = priority };

  test_peer_run (kernel, stranger_run, &stranger);
  test_server_expect (server, 1);
  g_assert_error (test_server_get_refusal (server, 0), FOLIOT_TLS_ERROR, (gint) code);
  g_assert_error (stranger.end.error, TEST_FOREIGN_ERROR, alert);
  test_end_clear (&stranger.end);
  assert_unharmed (server, server->transport, 1);
}

/* A stranger is connected to. */
static void
assert_server (FoliotKernel *kernel, const TestPem *pem, const char *priority, FoliotTlsError code, int alert)
{
  g_autoptr (FoliotTransport) transport = new_good (kernel);
  g_autoptr (FoliotAddress) address = NULL;
  int listening = test_socket_listen ("127.0.0.1", &address);
  Stranger stranger = { .fd = listening, .is_server = TRUE, .pem = pem, .priority = priority };
  FoliotFuture *peer = test_peer_start (kernel, stranger_run, &stranger);
  g_autoptr (GError) error = NULL;

  g_assert_null (test_connect (transport, address, &error));
  g_assert_error (error, FOLIOT_TLS_ERROR, (gint) code);
  test_peer_finish (peer);
  g_assert_error (stranger.end.error, TEST_FOREIGN_ERROR, alert);
  test_end_clear (&stranger.end);
  test_socket_close (listening);
}

static void
test_no_certificate (FoliotKernel *kernel)
{
  assert_client (kernel, NULL, TEST_FOREIGN_ONLY_1_2, FOLIOT_TLS_ERROR_NO_CERTIFICATE, 116);
  assert_client (kernel, NULL, TEST_FOREIGN_ONLY_1_3, FOLIOT_TLS_ERROR_NO_CERTIFICATE, 116);
}

static void
test_weak (FoliotKernel *kernel)
{
  static const char *const weak[] = { TEST_FOREIGN_OLD_TLS, TEST_FOREIGN_CBC_ONLY, TEST_FOREIGN_NO_ECDHE };
  const TestPem *pem = test_certificate_get (TEST_CERTIFICATE_RSA);

  for (gsize i = 0; i < G_N_ELEMENTS (weak); i++)
    {
      assert_client (kernel, pem, weak[i], FOLIOT_TLS_ERROR_WEAK, GNUTLS_A_INSUFFICIENT_SECURITY);
      assert_server (kernel, pem, weak[i], FOLIOT_TLS_ERROR_WEAK, TEST_FOREIGN_OTHER);
    }
}

static void
renegotiate (int fd, TestEnd *end)
{
  test_foreign_renegotiate (end->filter, end->wire);
  test_socket_flush_tls (fd, end);
}

/* Not before it is spoken to: the other end knows then that it is connected. */
static void
hear_and_renegotiate (int fd, TestEnd *end)
{
  while (end->plain->len == 0)
    {
      gsize length;
      g_autofree char *byte = test_socket_read (fd, 1, &length);

      g_assert_cmpuint (length, ==, 1);
      test_end_feed (end, (const guint8 *) byte, length, 0);
    }
  renegotiate (fd, end);
}

static void
test_renegotiation (FoliotKernel *kernel)
{
  const TestPem *pem = test_certificate_get (TEST_CERTIFICATE_GOOD);
  g_autoptr (TestServer) server = new_server (kernel, new_good (kernel));
  Stranger stranger = {
    .address = get_address (server), .pem = pem, .priority = TEST_FOREIGN_ONLY_1_2, .then = renegotiate
  };

  test_peer_run (kernel, stranger_run, &stranger);
  test_server_expect (server, 1);
  test_link_expect (test_server_get (server, 0), ".");
  g_assert_error (test_server_get (server, 0)->why, FOLIOT_TLS_ERROR, FOLIOT_TLS_ERROR_RENEGOTIATION);
  g_assert_error (stranger.end.error, TEST_FOREIGN_ERROR, GNUTLS_A_NO_RENEGOTIATION);
  test_end_clear (&stranger.end);
  assert_unharmed (server, server->transport, 1);
}

/* By the server this time. */
static void
test_renegotiation_asked (FoliotKernel *kernel)
{
  g_autoptr (FoliotTransport) transport = new_good (kernel);
  g_autoptr (FoliotAddress) address = NULL;
  int listening = test_socket_listen ("127.0.0.1", &address);
  Stranger stranger = { .fd = listening,
                        .is_server = TRUE,
                        .pem = test_certificate_get (TEST_CERTIFICATE_GOOD),
                        .priority = TEST_FOREIGN_ONLY_1_2,
                        .then = hear_and_renegotiate };
  FoliotFuture *peer = test_peer_start (kernel, stranger_run, &stranger);
  g_autoptr (GError) error = NULL;
  g_autoptr (TestLink) client = test_connect (transport, address, &error);

  g_assert_no_error (error);
  test_link_start (client);
  test_link_say (client, "hello");
  test_link_expect (client, ".");
  g_assert_error (client->why, FOLIOT_TLS_ERROR, FOLIOT_TLS_ERROR_RENEGOTIATION);
  test_peer_finish (peer);
  g_assert_error (stranger.end.error, TEST_FOREIGN_ERROR, GNUTLS_A_NO_RENEGOTIATION);
  test_end_clear (&stranger.end);
  test_socket_close (listening);
}

/* ---- one of ours, behaving badly ------------------------------------------------------------------------------- */

typedef struct
{
  FoliotAddress *address;
  FoliotTlsCredentials *credentials;
  void (*then) (int fd, TestEnd *end); /* once it is open */
  TestEnd end;
} Client;

static void
client_run (gpointer data)
{
  Client *self = data;
  int fd = test_socket_connect (self->address);

  test_end_init (&self->end, _foliot_tls_filter_new (self->credentials, FALSE, "127.0.0.1"));
  test_socket_open_tls (fd, &self->end);
  g_assert_no_error (self->end.error);
  self->then (fd, &self->end);
  test_socket_close (fd);
}

/* Returns: the server's end, which said "one" and ended. */
static void
misbehave (FoliotKernel *kernel, void (*then) (int fd, TestEnd *end), FoliotTlsError code,
           FoliotTlsError told)
{
  g_autoptr (FoliotTlsCredentials) credentials
      = test_certificate_load (TEST_CERTIFICATE_GOOD, FOLIOT_TLS_COMPAT_FOLIOT);
  g_autoptr (TestServer) server = new_server (kernel, new_good (kernel));
  Client client = { .address = get_address (server), .credentials = credentials, .then = then };

  test_peer_run (kernel, client_run, &client);
  test_server_expect (server, 1);
  test_link_expect (test_server_get (server, 0), "one.");
  g_assert_error (test_server_get (server, 0)->why, FOLIOT_TLS_ERROR, (gint) code);
  g_assert_error (client.end.error, FOLIOT_TLS_ERROR, (gint) told);
  test_end_clear (&client.end);
  assert_unharmed (server, server->transport, 1);
}

static void
say_one (int fd, TestEnd *end)
{
  g_autoptr (GByteArray) frame = g_byte_array_new ();

  foliot_framer_append (frame, (const guint8 *) "one", 3);
  g_assert_true (end->filter->klass->write (end->filter, frame->data, frame->len, end->wire, NULL));
  test_socket_flush_tls (fd, end);
}

static void
say_garbage (int fd, TestEnd *end)
{
  static const guint8 garbage[] = "\x17\x03\x03\x00\x20 this is nothing that was encrypted by us";

  say_one (fd, end);
  test_socket_write (fd, garbage, sizeof garbage - 1);
  test_socket_finish_tls (fd, end);
}

static void
test_garbage (FoliotKernel *kernel)
{
  misbehave (kernel, say_garbage, FOLIOT_TLS_ERROR_GARBAGE, FOLIOT_TLS_ERROR_GARBAGE);
}

/* The script itself sees its end as cut off, too. */
static void
cut_off (int fd, TestEnd *end)
{
  say_one (fd, end);
  test_end_eof (end);
}

static void
test_truncated (FoliotKernel *kernel)
{
  misbehave (kernel, cut_off, FOLIOT_TLS_ERROR_TRUNCATED, FOLIOT_TLS_ERROR_TRUNCATED);
}

/* Goes in the middle of the handshake. */
static void
greet_and_go (gpointer data)
{
  static const guint8 greeting[] = "\x16\x03\x01\x02\x00\x01";
  int fd = test_socket_connect (data);

  test_socket_write (fd, greeting, sizeof greeting - 1);
  test_socket_close (fd);
}

static void
test_truncated_handshake (FoliotKernel *kernel)
{
  g_autoptr (TestServer) server = new_server (kernel, new_good (kernel));

  test_peer_run (kernel, greet_and_go, get_address (server));
  test_server_expect (server, 1);
  g_assert_error (test_server_get_refusal (server, 0), FOLIOT_TLS_ERROR, FOLIOT_TLS_ERROR_TRUNCATED);
  assert_unharmed (server, server->transport, 1);
}

/* All at once: the last word of the handshake, a message, the good-bye. Nothing is lost. */
static void
say_all_and_go (gpointer data)
{
  Client *self = data;
  g_autoptr (GByteArray) frame = g_byte_array_new ();
  int fd = test_socket_connect (self->address);
  g_autofree guint8 *answer = NULL;
  gsize length;

  test_end_init (&self->end, test_foreign_new (FALSE, test_certificate_get (TEST_CERTIFICATE_GOOD),
                                               TEST_FOREIGN_ONLY_1_3, FALSE));
  self->end.filter->klass->start (self->end.filter, self->end.wire, NULL);
  while (!self->end.filter->klass->is_open (self->end.filter))
    {
      test_socket_flush_tls (fd, &self->end);
      answer = (guint8 *) test_socket_read (fd, 1, &length);
      test_end_feed (&self->end, answer, length, 0);
      g_clear_pointer (&answer, g_free);
    }
  foliot_framer_append (frame, (const guint8 *) "one", 3);
  self->end.filter->klass->write (self->end.filter, frame->data, frame->len, self->end.wire, NULL);
  self->end.filter->klass->end (self->end.filter, self->end.wire);
  test_socket_flush_tls (fd, &self->end);
  test_socket_close (fd);
}

static void
test_all_at_once (FoliotKernel *kernel)
{
  g_autoptr (TestServer) server = new_server (kernel, new_good (kernel));
  Client client = { .address = get_address (server) };

  test_peer_run (kernel, say_all_and_go, &client);
  test_server_expect (server, 1);
  test_link_expect (test_server_get (server, 0), "one.");
  g_assert_no_error (test_server_get (server, 0)->why);
  test_end_clear (&client.end);
}

/* ---- no TLS at one end ----------------------------------------------------------------------------------------- */

static void
test_plain_client (FoliotKernel *kernel)
{
  g_autoptr (TestServer) server = new_server (kernel, new_good (kernel));
  g_autoptr (FoliotTransport) plain = foliot_stream_transport_new (kernel, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TestLink) client = test_connect (plain, get_address (server), &error);

  g_assert_no_error (error);
  test_link_start (client);
  test_link_say (client, "hello?");
  test_link_expect (client, ".");
  g_assert_error (client->why, FOLIOT_TLS_ERROR, FOLIOT_TLS_ERROR_PLAIN_PEER);
  test_server_expect (server, 1);
  g_assert_error (test_server_get_refusal (server, 0), FOLIOT_TLS_ERROR, FOLIOT_TLS_ERROR_PLAIN_PEER);
  assert_unharmed (server, server->transport, 1);
}

static void
test_plain_server (FoliotKernel *kernel)
{
  g_autoptr (TestServer) server = new_server (kernel, foliot_stream_transport_new (kernel, NULL));
  g_autoptr (FoliotTransport) transport = new_good (kernel);
  g_autoptr (GError) error = NULL;

  g_assert_null (test_connect (transport, get_address (server), &error));
  g_assert_error (error, FOLIOT_TLS_ERROR, FOLIOT_TLS_ERROR_PLAIN_PEER);
  test_server_expect (server, 1);
  test_link_expect (test_server_get (server, 0), ".");
  g_assert_error (test_server_get (server, 0)->why, FOLIOT_TLS_ERROR, FOLIOT_TLS_ERROR_PLAIN_PEER);
  assert_unharmed (server, server->transport, 1);
}

/* ---- silence --------------------------------------------------------------------------------------------------- */

static void
wait_for_end (gpointer data)
{
  int fd = test_socket_connect (data);

  g_free (test_socket_read (fd, G_MAXUINT32, NULL));
  test_socket_close (fd);
}

static void
test_mute_client (FoliotKernel *kernel)
{
  g_autoptr (TestServer) server
      = new_server (kernel, new_transport (kernel, TEST_CERTIFICATE_GOOD, FOLIOT_TLS_COMPAT_FOLIOT, 200));

  test_peer_run (kernel, wait_for_end, get_address (server));
  test_server_expect (server, 1);
  g_assert_error (test_server_get_refusal (server, 0), FOLIOT_TLS_ERROR, FOLIOT_TLS_ERROR_HANDSHAKE_TIMEOUT);
}

static void
accept_and_read (gpointer data)
{
  int fd = test_socket_accept (GPOINTER_TO_INT (data));

  g_free (test_socket_read (fd, G_MAXUINT32, NULL));
  test_socket_close (fd);
}

static void
test_mute_server (FoliotKernel *kernel)
{
  g_autoptr (FoliotTransport) transport
      = new_transport (kernel, TEST_CERTIFICATE_GOOD, FOLIOT_TLS_COMPAT_FOLIOT, 200);
  g_autoptr (FoliotAddress) address = NULL;
  int listening = test_socket_listen ("127.0.0.1", &address);
  FoliotFuture *peer = test_peer_start (kernel, accept_and_read, GINT_TO_POINTER (listening));
  g_autoptr (GError) error = NULL;

  g_assert_null (test_connect (transport, address, &error));
  g_assert_error (error, FOLIOT_TLS_ERROR, FOLIOT_TLS_ERROR_HANDSHAKE_TIMEOUT);
  test_peer_finish (peer);
  test_socket_close (listening);
}

/* A world that ends while somebody shakes hands, with us and against us. */
static void
test_world_ends (FoliotKernel *kernel)
{
  g_autoptr (FoliotKernel) other = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  g_autoptr (TestServer) server = new_server (other, new_good (other));
  int fd = test_socket_connect (get_address (server));
  g_autoptr (FoliotFuture) attempt = foliot_transport_connect (server->transport, get_address (server), NULL);

  for (guint i = 0; i < 5; i++)
    foliot_kernel_step (other, 1);
  foliot_kernel_close (other);
  test_socket_close (fd);
}

/* ---- Unix sockets ---------------------------------------------------------------------------------------------- */

static void
test_unix (FoliotKernel *kernel)
{
  g_autofree char *folder = g_dir_make_tmp ("foliot-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "socket", NULL);
  g_autoptr (FoliotAddress) address = foliot_address_new_unix (path);
  g_autoptr (TestServer) server = test_server_new (kernel, new_good (kernel), address);

  assert_unharmed (server, server->transport, 0);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < test_n_refusals; i++)
    {
      g_autofree char *path = g_strconcat ("/stream-tls/refused/", test_refusals[i].name, NULL);

      foliot_test_add_data (path, test_refused, &test_refusals[i], sizeof test_refusals[i]);
    }
  foliot_test_add ("/stream-tls/refused/no-certificate", test_no_certificate);
  foliot_test_add ("/stream-tls/refused/weak-parameters", test_weak);
  foliot_test_add ("/stream-tls/refused/renegotiation", test_renegotiation);
  foliot_test_add ("/stream-tls/refused/renegotiation-asked", test_renegotiation_asked);
  foliot_test_add ("/stream-tls/refused/garbage", test_garbage);
  foliot_test_add ("/stream-tls/refused/truncated", test_truncated);
  foliot_test_add ("/stream-tls/refused/truncated-handshake", test_truncated_handshake);
  foliot_test_add ("/stream-tls/refused/plain-client", test_plain_client);
  foliot_test_add ("/stream-tls/refused/plain-server", test_plain_server);
  foliot_test_add ("/stream-tls/refused/mute-client", test_mute_client);
  foliot_test_add ("/stream-tls/refused/mute-server", test_mute_server);
  foliot_test_add ("/stream-tls/all-at-once", test_all_at_once);
  foliot_test_add ("/stream-tls/world-ends", test_world_ends);
  foliot_test_add ("/stream-tls/unix", test_unix);
  return g_test_run ();
}
