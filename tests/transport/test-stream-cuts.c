/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <foliot/foliot-stream.h>
#include <glib/gstdio.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "test-peer.h"
#include "test-pipe.h"

/*
 * Messages cut and coalesced in every way over real sockets, and how a stream may end. What a Unix socket has not been read
 * of is known to its writer, so each piece is really read alone.
 */

/* ---- counting system calls --------------------------------------------------------------------------------------- */

static gint n_receives, n_sends;

/* In place of those of the C library, for the transport and the scripts. */
ssize_t
recv (int fd, void *buffer, size_t length, int flags)
{
  g_atomic_int_inc (&n_receives);
  return syscall (SYS_recvfrom, fd, buffer, length, flags, NULL, NULL);
}

ssize_t
send (int fd, const void *buffer, size_t length, int flags)
{
  g_atomic_int_inc (&n_sends);
  return syscall (SYS_sendto, fd, buffer, length, flags, NULL, 0);
}

ssize_t
sendmsg (int fd, const struct msghdr *message, int flags)
{
  g_atomic_int_inc (&n_sends);
  return syscall (SYS_sendmsg, fd, message, flags);
}

/* ---- cuts -------------------------------------------------------------------------------------------------------- */

typedef struct
{
  char *folder;
  char *path;
  FoliotAddress *address;
  TestServer *server;
} Place;

static void
place_init (Place *place, FoliotKernel *kernel)
{
  place->folder = g_dir_make_tmp ("foliot-XXXXXX", NULL);
  place->path = g_build_filename (place->folder, "socket", NULL);
  place->address = foliot_address_new_unix (place->path);
  place->server = test_server_new (kernel, foliot_stream_transport_new (kernel, NULL), place->address);
}

static void
place_clear (Place *place)
{
  test_server_free (place->server);
  g_assert_cmpint (g_unlink (place->path), ==, 0);
  g_assert_cmpint (g_rmdir (place->folder), ==, 0);
  foliot_address_unref (place->address);
  g_free (place->path);
  g_free (place->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)

static void
wait_until_read (int fd)
{
  int left = 0;

  do
    {
      g_assert_no_errno (ioctl (fd, SIOCOUTQ, &left));
      sched_yield ();
    }
  while (left > 0);
}

typedef struct
{
  FoliotAddress *address;
  GByteArray *bytes;
  GString *text; /* what arrives in all */
} Cutter;

static void
write_cut (int fd, const guint8 *data, gsize length)
{
  test_socket_write (fd, data, length);
  wait_until_read (fd);
}

/* The same messages in pieces of each size, and cut in two at each place. */
static void
cut (gpointer data)
{
  Cutter *self = data;
  int fd = test_socket_connect (self->address);

  for (gsize piece = 1; piece <= self->bytes->len; piece++)
    for (gsize i = 0; i < self->bytes->len; i += piece)
      write_cut (fd, self->bytes->data + i, MIN (piece, self->bytes->len - i));
  for (gsize place = 1; place < self->bytes->len; place++)
    {
      write_cut (fd, self->bytes->data, place);
      write_cut (fd, self->bytes->data + place, self->bytes->len - place);
    }
  test_socket_close (fd);
}

static void
test_cut (FoliotKernel *kernel)
{
  static const char *const texts[] = { "one", "", "2", "and more than both of them together", "", "" };
  g_auto (Place) place = { 0 };
  Cutter cutter = { .bytes = g_byte_array_new (), .text = g_string_new (NULL) };

  place_init (&place, kernel);
  cutter.address = place.address;
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    foliot_framer_append (cutter.bytes, (const guint8 *) texts[i], strlen (texts[i]));
  for (gsize round = 0; round < 2 * cutter.bytes->len - 1; round++)
    for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
      g_string_append (cutter.text, texts[i]);
  g_string_append_c (cutter.text, '.');
  test_peer_run (kernel, cut, &cutter);
  test_server_expect (place.server, 1);
  test_link_expect (test_server_get (place.server, 0), cutter.text->str);
  g_assert_no_error (test_server_get (place.server, 0)->why);
  g_byte_array_unref (cutter.bytes);
  g_string_free (cutter.text, TRUE);
}

/* ---- coalesced --------------------------------------------------------------------------------------------------- */

#define N_MESSAGES 1000

/* A thousand messages leave in one system call, and are read by a few. */
static void
test_coalesced (FoliotKernel *kernel)
{
  g_autoptr (FoliotAddress) any = foliot_address_new_tcp ("127.0.0.1", 0);
  g_autoptr (TestPipe) pipe = test_pipe_new (kernel, foliot_stream_transport_new (kernel, NULL), any);
  g_autoptr (GString) wanted = g_string_new (NULL);

  test_link_start (pipe->server);
  n_receives = n_sends = 0;
  for (guint i = 0; i < N_MESSAGES; i++)
    {
      test_link_say (pipe->client, "message ");
      g_string_append (wanted, "message ");
    }
  test_link_expect (pipe->server, wanted->str);
  g_test_message ("%d messages: %d calls to send, %d to receive", N_MESSAGES, n_sends, n_receives);
  g_assert_cmpint (n_sends, ==, 1);
  g_assert_cmpint (n_receives, <=, N_MESSAGES / 50);
}

/* ---- ends -------------------------------------------------------------------------------------------------------- */

static void
on_echo_frame (gpointer owner, FoliotFrame *frame)
{
  g_assert_true (foliot_link_send (((TestLink *) owner)->link, frame, NULL));
}

static void
on_echo_closed (gpointer owner, const GError *why)
{
  TestLink *link = owner;

  link->why = why != NULL ? g_error_copy (why) : NULL;
  foliot_future_resolve (link->reached, NULL);
}

/* Asks, says that this was all, and hears the answers. */
static void
ask_and_half_close (gpointer data)
{
  int fd = test_socket_connect (data);
  guint8 header[4];

  test_socket_say (fd, "first");
  test_socket_say (fd, "second");
  g_assert_no_errno (shutdown (fd, SHUT_WR));
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *got = test_socket_read (fd, sizeof header, NULL);

      g_assert_cmpmem (got, 3, "\0\0\0", 3);
      test_socket_expect (fd, i == 0 ? "first" : "second");
    }
  test_socket_expect_end (fd);
  test_socket_close (fd);
}

static void
half_close (FoliotKernel *kernel, FoliotAddress *at)
{
  static const FoliotLinkSink echo = { .frame = on_echo_frame, .closed = on_echo_closed };
  g_autoptr (TestServer) server = test_server_new (kernel, foliot_stream_transport_new (kernel, NULL), at);
  FoliotFuture *peer;
  TestLink *link;

  server->starts = FALSE;
  peer = test_peer_start (kernel, ask_and_half_close, foliot_listener_get_address (server->listener));
  test_server_expect (server, 1);
  link = test_server_get (server, 0);
  link->reached = foliot_future_new (kernel);
  foliot_link_start (link->link, &echo, link);
  test_peer_finish (peer);
  foliot_value_unref (foliot_await (link->reached, FOLIOT_TIME_NEVER, NULL));
  g_assert_no_error (link->why);
  g_clear_pointer (&link->reached, foliot_future_unref);
}

static void
test_half_close (FoliotKernel *kernel)
{
  g_autoptr (FoliotAddress) any = foliot_address_new_tcp ("127.0.0.1", 0);

  half_close (kernel, any);
}

/* Once all has arrived, for the system drops what has not. */
static void
reset (gpointer data)
{
  const struct linger at_once = { .l_onoff = 1 };
  int fd = test_socket_connect (data);

  test_socket_say (fd, "last");
  g_free (test_socket_read (fd, 4 + strlen ("got it"), NULL));
  g_assert_no_errno (setsockopt (fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once));
  test_socket_close (fd);
}

static void
test_reset (FoliotKernel *kernel)
{
  g_autoptr (FoliotAddress) any = foliot_address_new_tcp ("127.0.0.1", 0);
  g_autoptr (TestServer) server = test_server_new (kernel, foliot_stream_transport_new (kernel, NULL), any);
  FoliotFuture *peer = test_peer_start (kernel, reset, foliot_listener_get_address (server->listener));
  TestLink *link;

  test_server_expect (server, 1);
  link = test_server_get (server, 0);
  test_link_expect (link, "last");
  test_link_say (link, "got it");
  test_peer_finish (peer);
  test_link_expect (link, "last.");
  g_assert_error (link->why, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET);
}

#define LAST_WORDS_BYTES 3000000

typedef struct
{
  int fd;
  gsize n_read;
} Listener;

static void
hear_all (gpointer data)
{
  Listener *self = data;

  g_free (test_socket_read (self->fd, G_MAXUINT32, &self->n_read));
}

/* What was sent before a close is handed over behind it, also more than the system takes at once. */
static void
test_last_words (FoliotKernel *kernel)
{
  g_autoptr (FoliotAddress) any = foliot_address_new_tcp ("127.0.0.1", 0);
  const FoliotStreamOptions options = { .linger_limit_ms = 20000 };
  g_autoptr (TestServer) server
      = test_server_new (kernel, foliot_stream_transport_new (kernel, &options), any);
  g_autofree char *text = g_strnfill (LAST_WORDS_BYTES, 'x');
  Listener listener = { .fd = test_socket_connect (foliot_listener_get_address (server->listener)) };
  TestLink *link;

  test_server_expect (server, 1);
  link = test_server_get (server, 0);
  test_link_say (link, text);
  test_link_say (link, text);
  foliot_link_close (link->link);
  test_link_expect (link, ".");
  test_peer_run (kernel, hear_all, &listener);
  g_assert_cmpuint (listener.n_read, ==, 2 * (LAST_WORDS_BYTES + 4));
  test_socket_close (listener.fd);
}

/* ---- IPv6 -------------------------------------------------------------------------------------------------------- */

static gboolean
has_ipv6 (void)
{
  struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
  int fd = socket (AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gboolean has = fd >= 0 && bind (fd, (struct sockaddr *) &address, sizeof address) == 0;

  if (fd >= 0)
    close (fd);
  if (!has)
    g_test_skip ("this machine has no IPv6");
  return has;
}

static void
test_ipv6 (FoliotKernel *kernel)
{
  g_autoptr (FoliotAddress) any = foliot_address_parse ("tcp://[::1]:0", NULL);
  g_autoptr (TestPipe) pipe = NULL;
  g_autoptr (FoliotValue) peername = NULL;

  if (!has_ipv6 ())
    return;
  pipe = test_pipe_new (kernel, foliot_stream_transport_new (kernel, NULL), any);
  g_assert_cmpstr (foliot_address_get_host (foliot_listener_get_address (pipe->listening->listener)), ==,
                   "::1");
  test_link_start (pipe->server);
  test_link_start (pipe->client);
  test_link_say (pipe->client, "six");
  test_link_expect (pipe->server, "six");
  test_link_say (pipe->server, "sixty-six");
  test_link_expect (pipe->client, "sixty-six");
  peername = foliot_link_dup_info (pipe->server->link, "peername");
  g_assert_cmpuint (foliot_value_get_length (peername), ==, 4);
  g_assert_cmpstr (foliot_value_get_string (foliot_value_get_item (peername, 0), NULL), ==, "::1");
}

/* All interfaces are both families, at one port. */
static void
test_ipv6_any (FoliotKernel *kernel)
{
  g_autoptr (FoliotAddress) any = foliot_address_new_tcp ("", 0);
  g_autoptr (TestServer) server = NULL;
  static const char *const hosts[] = { "127.0.0.1", "::1" };

  if (!has_ipv6 ())
    return;
  server = test_server_new (kernel, foliot_stream_transport_new (kernel, NULL), any);
  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      g_autoptr (FoliotAddress) to = foliot_address_new_tcp (
          hosts[i], foliot_address_get_port (foliot_listener_get_address (server->listener)));
      g_autoptr (TestLink) client = test_connect (server->transport, to, NULL);

      test_server_expect (server, i + 1);
      test_link_say (client, "hello");
      test_link_expect (test_server_get (server, i), "hello");
    }
}

static void
test_ipv6_half_close (FoliotKernel *kernel)
{
  g_autoptr (FoliotAddress) any = foliot_address_parse ("tcp://[::1]:0", NULL);

  if (has_ipv6 ())
    half_close (kernel, any);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  foliot_test_add ("/stream-cuts/cut", test_cut);
  foliot_test_add ("/stream-cuts/coalesced", test_coalesced);
  foliot_test_add ("/stream-cuts/half-close", test_half_close);
  foliot_test_add ("/stream-cuts/reset", test_reset);
  foliot_test_add ("/stream-cuts/last-words", test_last_words);
  foliot_test_add ("/stream-cuts/ipv6", test_ipv6);
  foliot_test_add ("/stream-cuts/ipv6-any", test_ipv6_any);
  foliot_test_add ("/stream-cuts/ipv6-half-close", test_ipv6_half_close);
  return g_test_run ();
}
