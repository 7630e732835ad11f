/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <foliot/foliot-stream.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "test-peer.h"
#include "test-pipe.h"

/*
 * Peers of another protocol, and what stands in the way of listening and connecting: one clear sentence each, and a pair
 * that talks over the same transport all the while does not notice.
 */

/* What is wrong, and what to do, each in its words. */
static void
assert_says (const GError *error, const char *what, const char *advice)
{
  g_assert_nonnull (strstr (error->message, what));
  g_assert_nonnull (strstr (error->message, advice));
  g_assert_null (strchr (error->message, '\n'));
}

/* ---- other protocols ------------------------------------------------------------------------------------------- */

typedef struct
{
  FoliotAddress *address;
  int listening;
  const char *words;
  gsize n_words;
  gsize piece; /* 0: all at once */
  char *answer;
} Talker;

static void
talk (Talker *self, int fd)
{
  gsize piece = self->piece > 0 ? self->piece : self->n_words;

  for (gsize i = 0; i < self->n_words; i += piece)
    test_socket_write (fd, self->words + i, MIN (piece, self->n_words - i));
  self->answer = test_socket_read (fd, G_MAXUINT16, NULL);
  test_socket_close (fd);
}

static void
call (gpointer data)
{
  Talker *self = data;

  talk (self, test_socket_connect (self->address));
}

static void
be_called (gpointer data)
{
  Talker *self = data;

  talk (self, test_socket_accept (self->listening));
}

static void
refuse_words (TestCalm *calm, const char *words, gsize n_words, gsize piece, const char *what,
              const char *answer)
{
  Talker talker
      = { .address = test_calm_get_address (calm), .words = words, .n_words = n_words, .piece = piece };
  TestLink *end;

  test_peer_run (calm->kernel, call, &talker);
  test_server_expect (calm->server, calm->server->links->len + (calm->server->links->len == 1));
  end = test_server_get (calm->server, calm->server->links->len - 1);
  test_link_expect (end, ".");
  g_assert_error (end->why, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_PROTOCOL);
  assert_says (end->why, what, "see whether the address is right");
  g_assert_true (g_str_has_prefix (talker.answer, answer));
  g_free (talker.answer);
}

static void
test_http (FoliotKernel *kernel)
{
  static const char *const requests[]
      = { "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "POST /agents HTTP/1.1\r\n\r\n",
          "OPTIONS * HTTP/1.1\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autoptr (TestCalm) calm = test_calm_new (kernel, foliot_stream_transport_new (kernel, NULL));

      refuse_words (calm, requests[i], strlen (requests[i]), i, "speaks HTTP",
                    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 49\r\n");
    }
}

/* We connect to a server of another protocol, which speaks first, or answers what it does not understand. */
static void
test_other_servers (FoliotKernel *kernel)
{
  static const char *const banners[] = { "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n" };
  static const char *const names[] = { "speaks SSH", "speaks HTTP" };

  for (gsize i = 0; i < G_N_ELEMENTS (banners); i++)
    {
      g_autoptr (TestCalm) calm = test_calm_new (kernel, foliot_stream_transport_new (kernel, NULL));
      g_autoptr (FoliotAddress) address = NULL;
      Talker talker = { .listening = test_socket_listen ("127.0.0.1", &address),
                        .words = banners[i],
                        .n_words = strlen (banners[i]) };
      FoliotFuture *peer = test_peer_start (kernel, be_called, &talker);
      g_autoptr (TestLink) client = test_connect (calm->transport, address, NULL);

      test_link_start (client);
      test_link_expect (client, ".");
      g_assert_error (client->why, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_PROTOCOL);
      assert_says (client->why, names[i], "see whether the address is right");
      test_peer_finish (peer);
      g_assert_cmpstr (talker.answer, ==, "");
      g_free (talker.answer);
      test_socket_close (talker.listening);
    }
}

/* What belongs to no protocol that we know is a message without measure. */
static void
test_four_gigabytes (FoliotKernel *kernel)
{
  g_autoptr (TestCalm) calm = test_calm_new (kernel, foliot_stream_transport_new (kernel, NULL));
  Talker talker = {
    .address = test_calm_get_address (calm), .words = "\xff\xff\xff\xff[0, 0, 1]", .n_words = 13, .piece = 3
  };
  TestLink *end;

  test_peer_run (kernel, call, &talker);
  test_server_expect (calm->server, 2);
  end = test_server_get (calm->server, 1);
  test_link_expect (end, ".");
  g_assert_error (end->why, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_FRAME_TOO_LONG);
  assert_says (end->why, "announces a message of 4294967295 bytes, the limit is 67108864",
               "see whether the peer speaks this protocol");
  g_assert_cmpstr (talker.answer, ==, "");
  g_free (talker.answer);
}

static void
test_too_long_to_send (FoliotKernel *kernel)
{
  const FoliotStreamOptions options = { .max_frame_bytes = 10 };
  g_autoptr (FoliotAddress) any = foliot_address_new_tcp ("127.0.0.1", 0);
  g_autoptr (TestPipe) pipe = test_pipe_new (kernel, foliot_stream_transport_new (kernel, &options), any);
  g_autoptr (GError) error = NULL;

  test_link_start (pipe->server);
  g_assert_false (test_link_send (pipe->client, "12345678901", &error));
  g_assert_error (error, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_FRAME_TOO_LONG);
  assert_says (error, "of 11 bytes, the limit is 10", "send less or raise the limit");
  test_link_say (pipe->client, "1234567890");
  test_link_expect (pipe->server, "1234567890");
}

/* ---- listening ------------------------------------------------------------------------------------------------- */

static void
ignore_link (FoliotLink *link, gpointer user_data)
{
  g_object_unref (link);
}

static void
assert_no_listener (TestCalm *calm, FoliotAddress *at, FoliotError code, const char *what, const char *advice)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotListener) listener
      = foliot_transport_listen (calm->transport, at, NULL, ignore_link, NULL, NULL, &error);

  g_assert_null (listener);
  g_assert_error (error, FOLIOT_ERROR, (gint) code);
  assert_says (error, what, advice);
}

static void
test_port_in_use (FoliotKernel *kernel)
{
  g_autoptr (TestCalm) calm = test_calm_new (kernel, foliot_stream_transport_new (kernel, NULL));
  g_autofree char *what
      = g_strdup_printf ("Cannot listen at %s", foliot_address_get_repr (test_calm_get_address (calm)));

  assert_no_listener (calm, test_calm_get_address (calm), FOLIOT_ERROR_CONNECTION, what,
                      "in use: choose another, or port 0");
}

static void
test_socket_file (FoliotKernel *kernel)
{
  g_autoptr (TestCalm) calm = test_calm_new (kernel, foliot_stream_transport_new (kernel, NULL));
  g_autofree char *folder = g_dir_make_tmp ("foliot-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "socket", NULL), *text = NULL;
  g_autoptr (FoliotAddress) at = foliot_address_new_unix (path);
  g_autoptr (FoliotAddress) bound = NULL;
  int listening = test_socket_listen (path, &bound);

  /* Somebody listens there. */
  assert_no_listener (calm, at, FOLIOT_ERROR_CONNECTION, path, "in use: choose another");
  test_socket_close (test_socket_connect (at));
  /* It has gone, and the file has stayed. */
  test_socket_close (listening);
  {
    g_autoptr (TestPipe) pipe = test_pipe_new (kernel, foliot_stream_transport_new (kernel, NULL), at);

    test_link_start (pipe->server);
    test_link_say (pipe->client, "hello");
    test_link_expect (pipe->server, "hello");
    assert_no_listener (calm, at, FOLIOT_ERROR_CONNECTION, path, "in use: choose another");
  }
  /* A file of somebody else's is left alone. */
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_true (g_file_set_contents (path, "precious", -1, NULL));
  assert_no_listener (calm, at, FOLIOT_ERROR_CONNECTION, path, "remove it or choose another path");
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "precious");
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  assert_no_listener (calm, at, FOLIOT_ERROR_FILE_NOT_FOUND, path, "no such folder; make it");
}

static void
test_long_path (FoliotKernel *kernel)
{
  g_autoptr (TestCalm) calm = test_calm_new (kernel, foliot_stream_transport_new (kernel, NULL));
  g_autofree char *path = g_strnfill (108, 'x');
  g_autoptr (FoliotAddress) at = foliot_address_new_unix (path);
  g_autoptr (GError) error = NULL;

  g_assert_null (test_connect (calm->transport, at, &error));
  g_assert_error (error, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_ADDRESS);
  assert_says (error, "has 1 to 107 bytes", "choose a shorter one");
  g_clear_error (&error);
  g_assert_null (foliot_transport_listen (calm->transport, at, NULL, ignore_link, NULL, NULL, &error));
  g_assert_error (error, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_ADDRESS);
}

/* ---- connecting ------------------------------------------------------------------------------------------------ */

/* A label of 64 letters is no name anywhere, so nobody is asked. */
static void
test_no_such_host (FoliotKernel *kernel)
{
  g_autoptr (TestCalm) calm = test_calm_new (kernel, foliot_stream_transport_new (kernel, NULL));
  g_autofree char *host = g_strnfill (64, 'x');
  g_autoptr (FoliotAddress) to = foliot_address_new_tcp (host, 5555);
  g_autoptr (GError) error = NULL;

  g_assert_null (test_connect (calm->transport, to, &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION);
  assert_says (error, host, "see whether it is spelt right");
  assert_no_listener (calm, to, FOLIOT_ERROR_CONNECTION, host, "see whether it is spelt right");
}

static void
test_unreadable_key (FoliotKernel *kernel)
{
  g_autoptr (TestCalm) calm = test_calm_new (kernel, foliot_stream_transport_new (kernel, NULL));
  const TestPem *pem = test_certificate_get (TEST_CERTIFICATE_GOOD);
  g_autofree char *folder = g_dir_make_tmp ("foliot-XXXXXX", NULL);
  g_autoptr (GError) error = NULL;

  /* A folder is what not even root can read. */
  g_assert_null (foliot_tls_credentials_new (pem->ca, pem->cert, folder, &error));
  g_assert_error (error, FOLIOT_TLS_ERROR, FOLIOT_TLS_ERROR_KEY);
  assert_says (error, folder, "may this user read it?");
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  foliot_test_add ("/stream-refusals/http", test_http);
  foliot_test_add ("/stream-refusals/other-servers", test_other_servers);
  foliot_test_add ("/stream-refusals/four-gigabytes", test_four_gigabytes);
  foliot_test_add ("/stream-refusals/too-long-to-send", test_too_long_to_send);
  foliot_test_add ("/stream-refusals/port-in-use", test_port_in_use);
  foliot_test_add ("/stream-refusals/socket-file", test_socket_file);
  foliot_test_add ("/stream-refusals/long-path", test_long_path);
  foliot_test_add ("/stream-refusals/no-such-host", test_no_such_host);
  foliot_test_add ("/stream-refusals/unreadable-key", test_unreadable_key);
  return g_test_run ();
}
