/* SPDX-License-Identifier: MIT */
#include "test-peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "kernel/foliot-poll-private.h"

typedef struct
{
  FoliotPollEntry entry; /* readable when the script has ended */
  GThread *thread;
  TestScript script;
  gpointer data;
  FoliotFuture *future;
  FoliotHold *hold;
} Peer;

static gpointer
run (gpointer data)
{
  Peer *peer = data;

  peer->script (peer->data);
  g_assert_no_errno (eventfd_write (peer->entry.fd, 1));
  return NULL;
}

static void
finish (Peer *peer)
{
  int fd = peer->entry.fd;

  _foliot_poll_remove (&peer->entry);
  g_thread_join (peer->thread);
  close (fd);
  foliot_hold_release (peer->hold);
  foliot_future_unref (peer->future);
  g_free (peer);
}

static void
ready (FoliotPollEntry *entry, guint32 events)
{
  Peer *peer = (Peer *) entry;

  foliot_future_resolve (peer->future, NULL);
  finish (peer);
}

static void
closed (FoliotPollEntry *entry, gboolean at_last)
{
  finish ((Peer *) entry);
}

FoliotFuture *
test_peer_start (FoliotKernel *kernel, TestScript script, gpointer data)
{
  static const FoliotPollClass klass = { .ready = ready, .closed = closed };
  Peer *peer = g_new0 (Peer, 1);
  FoliotFuture *future = foliot_future_new (kernel);

  peer->script = script;
  peer->data = data;
  peer->future = foliot_future_ref (future);
  peer->hold = foliot_kernel_hold (kernel, "a peer", 0);
  g_assert_true (
      _foliot_poll_add (kernel, &peer->entry, &klass, eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK), EPOLLIN));
  peer->thread = g_thread_new ("peer", run, peer);
  return future;
}

void
test_peer_finish (FoliotFuture *peer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await_take (peer, &error);

  g_assert_no_error (error);
}

void
test_peer_run (FoliotKernel *kernel, TestScript script, gpointer data)
{
  test_peer_finish (test_peer_start (kernel, script, data));
}

/* ---- sockets ------------------------------------------------------------------------------------------------- */

typedef union
{
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
  struct sockaddr_un local;
} Address;

static socklen_t
fill (Address *out, const char *host, guint16 port)
{
  *out = (Address){ 0 };
  if (*host == '/')
    {
      out->local.sun_family = AF_UNIX;
      g_strlcpy (out->local.sun_path, host, sizeof out->local.sun_path);
      return sizeof out->local;
    }
  if (inet_pton (AF_INET, host, &out->v4.sin_addr) == 1)
    {
      out->v4.sin_family = AF_INET;
      out->v4.sin_port = g_htons (port);
      return sizeof out->v4;
    }
  g_assert_cmpint (inet_pton (AF_INET6, host, &out->v6.sin6_addr), ==, 1);
  out->v6.sin6_family = AF_INET6;
  out->v6.sin6_port = g_htons (port);
  return sizeof out->v6;
}

static int
new_socket (int family)
{
  struct timeval silence = { .tv_sec = FOLIOT_TEST_PATIENCE_MS / 1000 };
  int fd = socket (family, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_no_errno (fd);
  g_assert_no_errno (setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof silence));
  g_assert_no_errno (setsockopt (fd, SOL_SOCKET, SO_SNDTIMEO, &silence, sizeof silence));
  return fd;
}

int
test_socket_connect (FoliotAddress *to)
{
  gboolean is_path = foliot_address_get_kind (to) == FOLIOT_ADDRESS_UNIX;
  Address address;
  socklen_t length
      = fill (&address, foliot_address_get_host (to), is_path ? 0 : (guint16) foliot_address_get_port (to));
  int fd = new_socket (address.any.sa_family);

  g_assert_no_errno (connect (fd, &address.any, length));
  return fd;
}

int
test_socket_listen (const char *host, FoliotAddress **out_address)
{
  Address address;
  socklen_t length = fill (&address, host, 0);
  int fd = new_socket (address.any.sa_family);

  g_assert_no_errno (bind (fd, &address.any, length));
  g_assert_no_errno (listen (fd, 16));
  g_assert_no_errno (getsockname (fd, &address.any, &length));
  *out_address = *host == '/' ? foliot_address_new_unix (host)
                              : foliot_address_new_tcp (host, g_ntohs (address.v4.sin_port));
  return fd;
}

int
test_socket_accept (int listening)
{
  struct timeval silence = { .tv_sec = FOLIOT_TEST_PATIENCE_MS / 1000 };
  int fd = accept4 (listening, NULL, NULL, SOCK_CLOEXEC);

  g_assert_no_errno (fd);
  g_assert_no_errno (setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof silence));
  return fd;
}

void
test_socket_write (int fd, const void *data, gsize length)
{
  const guint8 *next = data;

  while (length > 0)
    {
      gssize n = send (fd, next, length, MSG_NOSIGNAL);

      if (n < 0)
        g_error ("cannot write to a socket: %s", g_strerror (errno));
      next += n;
      length -= (gsize) n;
    }
}

void
test_socket_say (int fd, const char *text)
{
  g_autoptr (GByteArray) frame = g_byte_array_new ();

  foliot_framer_append (frame, (const guint8 *) text, strlen (text));
  test_socket_write (fd, frame->data, frame->len);
}

/* A reset is an end. */
static gsize
read_some (int fd, guint8 *data, gsize length)
{
  gssize n = recv (fd, data, length, 0);

  if (n < 0 && errno == ECONNRESET)
    return 0;
  if (n < 0)
    g_error ("cannot read from a socket: %s", g_strerror (errno));
  return (gsize) n;
}

char *
test_socket_read (int fd, gsize n_bytes, gsize *out_length)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  guint8 piece[65536];
  gsize n;

  while (all->len < n_bytes && (n = read_some (fd, piece, MIN (sizeof piece, n_bytes - all->len))) > 0)
    g_byte_array_append (all, piece, (guint) n);
  if (out_length != NULL)
    *out_length = all->len;
  g_byte_array_append (all, (const guint8 *) "", 1);
  return (char *) g_byte_array_free (g_steal_pointer (&all), FALSE);
}

void
test_socket_expect (int fd, const char *text)
{
  g_autofree char *got = test_socket_read (fd, strlen (text), NULL);

  g_assert_cmpstr (got, ==, text);
}

void
test_socket_expect_end (int fd)
{
  guint8 byte;

  g_assert_cmpuint (read_some (fd, &byte, 1), ==, 0);
}

void
test_socket_close (int fd)
{
  g_assert_no_errno (close (fd));
}

/* ---- TLS ----------------------------------------------------------------------------------------------------- */

void
test_socket_flush_tls (int fd, TestEnd *end)
{
  if (end->wire->len > 0)
    test_socket_write (fd, end->wire->data, end->wire->len);
  g_byte_array_set_size (end->wire, 0);
}

static void
step (int fd, TestEnd *end)
{
  guint8 piece[65536];
  gsize n = read_some (fd, piece, sizeof piece);

  if (n > 0)
    test_end_feed (end, piece, n, 0);
  else
    test_end_eof (end);
  test_socket_flush_tls (fd, end);
}

void
test_socket_open_tls (int fd, TestEnd *end)
{
  end->filter->klass->start (end->filter, end->wire, &end->error);
  test_socket_flush_tls (fd, end);
  while (!end->over && !end->filter->klass->is_open (end->filter))
    step (fd, end);
}

void
test_socket_finish_tls (int fd, TestEnd *end)
{
  while (!end->over)
    step (fd, end);
}
