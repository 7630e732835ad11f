/* SPDX-License-Identifier: MIT */
#include "foliot-raw-socket.h"

#include <foliot/foliot-async.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "foliot-test.h"
#include "kernel/foliot-poll-private.h"

#define IDLE_TURNS 100

struct _FoliotRawSocket
{
  FoliotPollEntry entry;
  FoliotKernel *kernel;
  int fd;
  FoliotFramer *framer;
  GByteArray *bytes;   /* (nullable): read, and not taken; instead of frames */
  FoliotFuture *woken; /* (nullable): somebody waits for the descriptor */
  gsize n_read;
  gboolean is_reading;
  gboolean wants_room;
  gboolean has_ended;
  gboolean is_listener; /* waits for somebody to accept */
};

/* ---- the descriptor ------------------------------------------------------------------------------------------ */

static void
listen_for (FoliotRawSocket *socket)
{
  gboolean reads = socket->is_listener || (socket->is_reading && !socket->has_ended);

  _foliot_poll_set_events (&socket->entry, (reads ? EPOLLIN : 0) | (socket->wants_room ? EPOLLOUT : 0));
}

static void
wake (FoliotRawSocket *socket)
{
  g_autoptr (FoliotFuture) woken = g_steal_pointer (&socket->woken);

  if (woken != NULL)
    foliot_future_resolve (woken, NULL);
}

static void
read_some (FoliotRawSocket *socket)
{
  guint8 buffer[65536];
  gssize n = recv (socket->fd, buffer, sizeof buffer, 0);

  if (n > 0)
    {
      socket->n_read += (gsize) n;
      if (socket->bytes != NULL)
        g_byte_array_append (socket->bytes, buffer, (guint) n);
      else
        foliot_framer_feed (socket->framer, buffer, (gsize) n, NULL);
    }
  else if (n == 0 || (errno != EAGAIN && errno != EINTR))
    socket->has_ended = TRUE;
}

static void
on_ready (FoliotPollEntry *entry, guint32 events)
{
  FoliotRawSocket *socket = (FoliotRawSocket *) entry;

  if (socket->is_reading && events & (EPOLLIN | EPOLLHUP | EPOLLERR))
    read_some (socket);
  else if (events & (EPOLLHUP | EPOLLERR))
    socket->has_ended = TRUE;
  if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR))
    socket->wants_room = FALSE;
  listen_for (socket);
  wake (socket);
}

static void
on_expired (FoliotPollEntry *entry)
{
}

static void
on_kernel_closed (FoliotPollEntry *entry, gboolean at_last)
{
  _foliot_poll_remove (entry);
}

static const FoliotPollClass raw_class
    = { .ready = on_ready, .expired = on_expired, .flush = on_expired, .closed = on_kernel_closed };

/* Returns: FALSE: the fiber was cancelled. */
static gboolean
await_wake (FoliotRawSocket *socket)
{
  g_autoptr (FoliotFuture) woken = foliot_future_new (socket->kernel);
  g_autoptr (FoliotValue) value = NULL;

  g_assert_null (socket->woken);
  socket->woken = foliot_future_ref (woken);
  listen_for (socket);
  value = foliot_await (woken, FOLIOT_TIME_NEVER, NULL);
  if (value == NULL)
    g_clear_pointer (&socket->woken, foliot_future_unref);
  return value != NULL;
}

static gboolean
await_change (FoliotRawSocket *socket)
{
  FoliotHold *hold = foliot_kernel_hold (socket->kernel, "a raw socket", FOLIOT_TEST_PATIENCE_MS);
  gboolean woken = await_wake (socket);

  foliot_hold_release (hold);
  return woken;
}

void
foliot_raw_socket_await_turn (FoliotRawSocket *socket)
{
  _foliot_poll_poke (&socket->entry);
  await_change (socket);
}

/* ---- making and unmaking ------------------------------------------------------------------------------------- */

static FoliotRawSocket *
socket_new (FoliotKernel *kernel, int fd)
{
  FoliotRawSocket *self = g_new0 (FoliotRawSocket, 1);
  const int yes = 1;

  g_assert_cmpint (fd, >=, 0);
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  g_assert_cmpint (fcntl (fd, F_SETFL, O_NONBLOCK), ==, 0);
  self->kernel = kernel;
  self->fd = fd;
  self->framer = foliot_framer_new (G_MAXUINT32);
  g_assert_true (_foliot_poll_add (kernel, &self->entry, &raw_class, fd, 0));
  return self;
}

static void
connect_tcp (int fd, FoliotAddress *address)
{
  struct sockaddr_in to
      = { .sin_family = AF_INET, .sin_port = htons ((guint16) foliot_address_get_port (address)) };

  to.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &to, sizeof to), ==, 0);
}

static void
connect_unix (int fd, FoliotAddress *address)
{
  struct sockaddr_un to = { .sun_family = AF_UNIX };

  g_strlcpy (to.sun_path, foliot_address_get_host (address), sizeof to.sun_path);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &to, sizeof to), ==, 0);
}

FoliotRawSocket *
foliot_raw_socket_new_connected (FoliotKernel *kernel, FoliotAddress *address, int receive_bytes)
{
  gboolean is_tcp = foliot_address_get_kind (address) == FOLIOT_ADDRESS_TCP;
  int fd = socket (is_tcp ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (receive_bytes > 0)
    setsockopt (fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
  if (is_tcp)
    connect_tcp (fd, address);
  else
    connect_unix (fd, address);
  return socket_new (kernel, fd);
}

int
foliot_raw_socket_listen (FoliotAddress **out_address)
{
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in at = { .sin_family = AF_INET };
  socklen_t length = sizeof at;

  at.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &at, sizeof at), ==, 0);
  g_assert_cmpint (listen (fd, 8), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &at, &length), ==, 0);
  *out_address = foliot_address_new_tcp ("127.0.0.1", ntohs (at.sin_port));
  return fd;
}

FoliotRawSocket *
foliot_raw_socket_new_accepted (FoliotKernel *kernel, int listener)
{
  FoliotRawSocket *waiter = socket_new (kernel, dup (listener));
  int fd;

  waiter->is_listener = TRUE;
  while ((fd = accept4 (listener, NULL, NULL, SOCK_CLOEXEC)) < 0)
    if (!await_wake (waiter))
      break;
  foliot_raw_socket_free (waiter);
  return fd >= 0 ? socket_new (kernel, fd) : NULL;
}

static void
hang_up (FoliotRawSocket *socket)
{
  if (socket->fd < 0)
    return;
  _foliot_poll_remove (&socket->entry);
  close (socket->fd);
  socket->fd = -1;
  socket->has_ended = TRUE;
}

void
foliot_raw_socket_free (FoliotRawSocket *socket)
{
  hang_up (socket);
  foliot_framer_free (socket->framer);
  g_clear_pointer (&socket->bytes, g_byte_array_unref);
  g_clear_pointer (&socket->woken, foliot_future_unref);
  g_free (socket);
}

void
foliot_raw_socket_end (FoliotRawSocket *socket)
{
  shutdown (socket->fd, SHUT_WR);
}

void
foliot_raw_socket_reset (FoliotRawSocket *socket)
{
  const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

  setsockopt (socket->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  hang_up (socket);
}

/* ---- talking ------------------------------------------------------------------------------------------------- */

gssize
foliot_raw_socket_try_send (FoliotRawSocket *socket, gconstpointer data, gsize length)
{
  gssize n;

  if (socket->has_ended)
    return -1;
  n = send (socket->fd, data, length, MSG_NOSIGNAL);
  if (n >= 0)
    return n;
  if (errno == EAGAIN)
    return 0;
  socket->has_ended = TRUE;
  return -1;
}

gsize
foliot_raw_socket_send_some (FoliotRawSocket *socket, gconstpointer data, gsize length)
{
  gsize at = 0;
  guint n_idle = 0;

  while (n_idle < IDLE_TURNS && at < length)
    {
      gssize n = foliot_raw_socket_try_send (socket, (const guint8 *) data + at, length - at);

      g_assert_cmpint (n, >=, 0);
      at += (gsize) n;
      n_idle = n > 0 ? 0 : n_idle + 1;
      foliot_raw_socket_await_turn (socket);
    }
  return at;
}

gboolean
foliot_raw_socket_send (FoliotRawSocket *socket, gconstpointer data, gsize length)
{
  const guint8 *at = data;

  while (length > 0)
    {
      gssize n = foliot_raw_socket_try_send (socket, at, length);

      if (n < 0)
        return FALSE;
      at += n;
      length -= (gsize) n;
      if (length == 0)
        break;
      socket->wants_room = TRUE;
      if (!await_change (socket))
        return FALSE;
    }
  return TRUE;
}

gboolean
foliot_raw_socket_send_text (FoliotRawSocket *socket, const char *text)
{
  g_autoptr (GByteArray) frame = g_byte_array_new ();

  foliot_framer_append (frame, (const guint8 *) text, strlen (text));
  return foliot_raw_socket_send (socket, frame->data, frame->len);
}

void
foliot_raw_socket_set_reading (FoliotRawSocket *socket, gboolean reading)
{
  socket->is_reading = reading;
  listen_for (socket);
}

gsize
foliot_raw_socket_get_n_read (FoliotRawSocket *socket)
{
  return socket->n_read;
}

GBytes *
foliot_raw_socket_recv (FoliotRawSocket *socket)
{
  GBytes *payload;

  socket->is_reading = TRUE;
  while ((payload = foliot_framer_next (socket->framer)) == NULL && !socket->has_ended)
    if (!await_wake (socket))
      return NULL;
  return payload;
}

GBytes *
foliot_raw_socket_read (FoliotRawSocket *socket)
{
  socket->is_reading = TRUE;
  if (socket->bytes == NULL)
    socket->bytes = g_byte_array_new ();
  while (socket->bytes->len == 0 && !socket->has_ended)
    if (!await_wake (socket))
      return NULL;
  return socket->bytes->len > 0 ? g_byte_array_free_to_bytes (g_steal_pointer (&socket->bytes)) : NULL;
}
