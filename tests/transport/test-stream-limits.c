/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <foliot/foliot-stream.h>
#include <glib/gstdio.h>
#include <malloc.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "test-peer.h"
#include "test-pipe.h"

/*
 * What one peer can make us keep: memory is measured as what is allocated. A pair that talks over the same transport all the
 * while does not notice.
 */

#define MIB   (1 << 20)
#define SLACK (256 << 10) /* of what does not belong to the test */

#ifdef __SANITIZE_ADDRESS__
extern gsize __sanitizer_get_current_allocated_bytes (void);
#endif

static gsize
get_memory (void)
{
#ifdef __SANITIZE_ADDRESS__
  return __sanitizer_get_current_allocated_bytes ();
#else
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
#endif
}

/* Since @before, no more than @limit has come. */
static void
assert_memory (gsize before, gsize limit)
{
  gsize now = get_memory ();

  g_test_message ("%.0f KiB more are allocated, the limit is %.0f KiB",
                  (double) now / 1024 - (double) before / 1024, (double) limit / 1024);
  g_assert_cmpuint (now, <=, before + limit + SLACK);
}

static TestCalm *
new_calm (FoliotKernel *kernel, const FoliotStreamOptions *options)
{
  return test_calm_new (kernel, foliot_stream_transport_new (kernel, options));
}

/* The clock of all limits, which can be stopped: however long something takes then, no limit is reached. */
static gint64 stopped_at_us, lost_us;

static gint64
read_clock (void)
{
  struct timespec now;

  g_assert_no_errno (clock_gettime (CLOCK_MONOTONIC, &now));
  return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000 - lost_us;
}

gint64
g_get_monotonic_time (void)
{
  return stopped_at_us != 0 ? stopped_at_us : read_clock ();
}

static void
stop_clock (void)
{
  stopped_at_us = read_clock ();
}

static void
start_clock (void)
{
  lost_us += read_clock () - stopped_at_us;
  stopped_at_us = 0;
}

/* ---- a peer that does not read --------------------------------------------------------------------------------- */

#define MESSAGE_BYTES 65536

typedef struct
{
  int fd;
  gsize n_bytes;
  gsize n_read;
} Reader;

static void
read_all (gpointer data)
{
  Reader *reader = data;

  g_free (test_socket_read (reader->fd, reader->n_bytes, &reader->n_read));
}

static void
test_does_not_read (FoliotKernel *kernel)
{
  const FoliotStreamOptions options = { .max_queued_bytes = MIB };
  g_autoptr (TestCalm) calm = new_calm (kernel, &options);
  g_autofree char *message = g_strnfill (MESSAGE_BYTES, 'x');
  Reader reader = { .fd = test_socket_connect (test_calm_get_address (calm)) };
  g_autoptr (GError) error = NULL;
  TestLink *link;
  guint n_sent = 0;
  gsize before;

  test_server_expect (calm->server, 2);
  link = test_server_get (calm->server, 1);
  before = get_memory ();
  while (test_link_send (link, message, &error))
    n_sent++;
  g_assert_error (error, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_RESOURCES);
  g_assert_nonnull (strstr (error->message, "The peer does not read"));
  for (guint i = 0; i < 1000; i++)
    g_assert_false (test_link_send (link, message, NULL));
  g_assert_cmpuint (foliot_link_get_queued_bytes (link->link), <=, MIB);
  g_assert_cmpuint (foliot_link_get_queued_bytes (link->link), >, MIB - MESSAGE_BYTES - 8);
  assert_memory (before, MIB + MIB / 8);
  /* It reads after all: nothing of what was taken is lost. */
  reader.n_bytes = (gsize) n_sent * (MESSAGE_BYTES + 4);
  test_peer_run (kernel, read_all, &reader);
  g_assert_cmpuint (reader.n_read, ==, reader.n_bytes);
  g_assert_cmpuint (foliot_link_get_queued_bytes (link->link), ==, 0);
  test_link_say (link, "again");
  test_socket_close (reader.fd);
}

/* ---- a peer that floods ---------------------------------------------------------------------------------------- */

typedef struct
{
  int fd;
  gsize frame_bytes;
  gsize n_bytes; /* to be written, in all */
  gsize n_written;
  gboolean until_stuck;
} Flood;

/* Nobody takes more for a while. */
static gboolean
is_stuck (int fd)
{
  struct pollfd entry = { .fd = fd, .events = POLLOUT };

  return poll (&entry, 1, 200) == 0;
}

/* Goes on where it was, in the middle of a message, too. */
static gssize
write_some (Flood *self)
{
  guint8 buffer[32768];
  gsize n = MIN (sizeof buffer, self->n_bytes - self->n_written);

  for (gsize i = 0; i < n; i++)
    {
      gsize place = (self->n_written + i) % self->frame_bytes;

      buffer[i] = place < 3 ? 0 : place == 3 ? (guint8) (self->frame_bytes - 4) : 'x';
    }
  return send (self->fd, buffer, n, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void
flood (gpointer data)
{
  Flood *self = data;
  guint n_stuck = 0;

  while (self->n_written < self->n_bytes)
    {
      gssize n = write_some (self);

      if (n >= 0)
        {
          self->n_written += (gsize) n;
          n_stuck = 0;
          continue;
        }
      g_assert_cmpint (errno, ==, EAGAIN);
      n_stuck += is_stuck (self->fd);
      if (self->until_stuck && n_stuck > 0)
        return;
      g_assert_cmpuint (n_stuck, <, 100);
    }
}

static void
flood_with (FoliotKernel *kernel, gsize payload_bytes, guint n_frames, gsize limit)
{
  const FoliotStreamOptions options = { .max_read_ahead_bytes = 256 << 10, .max_read_ahead_frames = 1000 };
  g_autoptr (TestCalm) calm = new_calm (kernel, &options);
  g_autofree char *text = g_strnfill (payload_bytes * n_frames, 'x');
  Flood self = { .fd = test_socket_connect (test_calm_get_address (calm)),
                 .frame_bytes = payload_bytes + 4,
                 .n_bytes = (payload_bytes + 4) * n_frames,
                 .until_stuck = TRUE };
  FoliotFuture *peer;
  TestLink *link;
  gsize before;

  calm->server->starts = FALSE;
  test_server_expect (calm->server, 2);
  link = test_server_get (calm->server, 1);
  before = get_memory ();
  test_peer_run (kernel, flood, &self);
  g_test_message ("%.1f MiB of %.1f were taken", (double) self.n_written / MIB, (double) self.n_bytes / MIB);
  g_assert_cmpuint (self.n_written, <, self.n_bytes);
  assert_memory (before, limit);
  /* It is taken after all: nothing is lost. */
  g_string_set_size (link->log, payload_bytes * n_frames);
  g_string_truncate (link->log, 0);
  self.until_stuck = FALSE;
  peer = test_peer_start (kernel, flood, &self);
  test_link_start (link);
  test_link_expect (link, text);
  test_peer_finish (peer);
  test_socket_close (self.fd);
}

/* 32 MiB of messages of 196 bytes, and two million of one byte each. */
static void
test_floods (FoliotKernel *kernel)
{
  flood_with (kernel, 196, 32 * MIB / 200, MIB);
}

static void
test_floods_with_little (FoliotKernel *kernel)
{
  flood_with (kernel, 1, 2000000, 4 * MIB);
}

/* ---- announcements --------------------------------------------------------------------------------------------- */

#define N_LIARS 100

static void
lie (FoliotKernel *kernel, const char *announcement, gsize limit, TestCalm *calm)
{
  static const char text[1000] = { 0 };
  int fds[N_LIARS];
  gsize before = get_memory ();

  for (guint i = 0; i < N_LIARS; i++)
    {
      fds[i] = test_socket_connect (test_calm_get_address (calm));
      test_socket_write (fds[i], announcement, 4);
      test_socket_write (fds[i], text, sizeof text);
    }
  test_server_expect (calm->server, 1 + N_LIARS);
  test_link_say (calm->pipe->client, "x"); /* whatever came by now was read before this is */
  test_link_expect (calm->pipe->server, "beforex");
  g_string_truncate (calm->pipe->server->log, strlen ("before"));
  assert_memory (before, limit);
  for (guint i = 0; i < N_LIARS; i++)
    test_socket_close (fds[i]);
}

/* 4 GB are announced by each: over at once, before any memory is taken. */
static void
test_four_gigabytes (FoliotKernel *kernel)
{
  g_autoptr (TestCalm) calm = new_calm (kernel, NULL);

  lie (kernel, "\xff\xff\xff\xff", N_LIARS * 4096, calm);
  for (guint i = 1; i <= N_LIARS; i++)
    {
      test_link_expect (test_server_get (calm->server, i), ".");
      g_assert_error (test_server_get (calm->server, i)->why, FOLIOT_TRANSPORT_ERROR,
                      FOLIOT_TRANSPORT_ERROR_FRAME_TOO_LONG);
    }
}

/* 64 MiB are announced by each and never come: what came is kept, at most twice, and closing works. */
static void
test_never_finished (FoliotKernel *kernel)
{
  g_autoptr (TestCalm) calm = new_calm (kernel, NULL);

  lie (kernel, "\x04\x00\x00\x00", N_LIARS * 8192, calm);
  for (guint i = 1; i <= N_LIARS; i++)
    {
      TestLink *link = test_server_get (calm->server, i);

      if (i % 2 == 0)
        foliot_link_close (link->link);
      test_link_expect (link, ".");
    }
}

/* ---- connections ----------------------------------------------------------------------------------------------- */

static void
assert_refused (TestServer *server, guint n, const char *words)
{
  const GError *why = test_server_get_refusal (server, n);

  g_assert_error (why, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_RESOURCES);
  g_test_message ("%s", why->message);
  g_assert_nonnull (strstr (why->message, words));
}

static void
test_max_connections (FoliotKernel *kernel)
{
  const FoliotStreamOptions options = { .max_connections = 2 };
  g_autoptr (TestCalm) calm = new_calm (kernel, &options);
  g_autoptr (TestLink) second = test_connect (calm->transport, test_calm_get_address (calm), NULL);
  g_autoptr (TestLink) third = NULL, fourth = NULL;

  test_server_expect (calm->server, 2);
  third = test_connect (calm->transport, test_calm_get_address (calm), NULL);
  test_link_start (third);
  test_server_expect (calm->server, 3);
  assert_refused (calm->server, 0, "2 connections are open at ('127.0.0.1', ");
  assert_refused (calm->server, 0, "close some or raise it");
  g_assert_nonnull (g_ptr_array_index (calm->server->peers, 0));
  test_link_expect (third, ".");
  /* One that goes makes room. */
  test_link_start (second);
  foliot_link_close (second->link);
  test_link_expect (second, ".");
  test_link_expect (test_server_get (calm->server, 1), ".");
  fourth = test_connect (calm->transport, test_calm_get_address (calm), NULL);
  test_server_expect (calm->server, 4);
  g_assert_cmpuint (calm->server->refusals->len, ==, 1);
}

/* Whoever shakes hands counts, too, and not for longer than the limit; and no stranger can make time stand still. It does for us while
 * somebody is to get in. */
static void
test_mute_guests (FoliotKernel *kernel)
{
  g_autoptr (FoliotTlsCredentials) credentials
      = test_certificate_load (TEST_CERTIFICATE_GOOD, FOLIOT_TLS_COMPAT_FOLIOT);
  const FoliotStreamOptions options
      = { .max_connections = 3, .handshake_limit_ms = 300, .linger_limit_ms = 1, .tls = credentials };
  g_autoptr (TestCalm) calm = NULL;
  g_autoptr (TestLink) good = NULL;
  g_autoptr (GError) error = NULL;
  FoliotSettled settled;
  int fds[3];

  stop_clock ();
  calm = new_calm (kernel, &options);
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    fds[i] = test_socket_connect (test_calm_get_address (calm));
  test_server_expect (calm->server, 2); /* the calm one, and who is refused */
  assert_refused (calm->server, 0, "3 connections are open");
  foliot_kernel_peek_settled (kernel, &settled);
  g_assert_cmpuint (settled.n_holds, ==, 0);
  start_clock ();
  test_server_expect (calm->server, 4);
  for (guint i = 1; i <= 2; i++)
    g_assert_error (test_server_get_refusal (calm->server, i), FOLIOT_TLS_ERROR,
                    FOLIOT_TLS_ERROR_HANDSHAKE_TIMEOUT);
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    test_socket_close (fds[i]);
  stop_clock ();
  good = test_connect (calm->transport, test_calm_get_address (calm), &error);
  g_assert_no_error (error);
  test_server_expect (calm->server, 5);
  start_clock ();
}

/* ---- descriptors ----------------------------------------------------------------------------------------------- */

#define N_FILLERS 1000

typedef struct
{
  struct rlimit limit; /* as it was */
  int fds[N_FILLERS];
  guint n_fds;
} Shortage;

static void
shortage_begin (Shortage *shortage)
{
  struct rlimit low;
  int fd;

  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &shortage->limit));
  low = shortage->limit;
  low.rlim_cur = MIN (low.rlim_cur, 256);
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &low));
  shortage->n_fds = 0;
  while ((fd = fcntl (STDIN_FILENO, F_DUPFD_CLOEXEC, 0)) >= 0)
    shortage->fds[shortage->n_fds++] = fd;
  g_assert_cmpint (errno, ==, EMFILE);
}

static void
shortage_ease (Shortage *shortage)
{
  g_assert_no_errno (close (shortage->fds[--shortage->n_fds]));
}

static void
shortage_end (Shortage *shortage)
{
  while (shortage->n_fds > 0)
    shortage_ease (shortage);
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &shortage->limit));
}

static void
ignore_link (FoliotLink *link, gpointer user_data)
{
  g_object_unref (link);
}

static void
assert_no_connection (TestCalm *calm, const char *host)
{
  g_autoptr (FoliotAddress) to
      = foliot_address_new_tcp (host, foliot_address_get_port (test_calm_get_address (calm)));
  g_autoptr (GError) error = NULL;

  g_assert_null (test_connect (calm->transport, to, &error));
  g_assert_error (error, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_RESOURCES);
}

/* Who comes waits until a descriptor is free; the program is told once. */
static void
test_no_descriptors (FoliotKernel *kernel)
{
  g_autoptr (TestCalm) calm = new_calm (kernel, NULL);
  g_autoptr (FoliotAddress) any = foliot_address_new_tcp ("127.0.0.1", 0);
  g_autoptr (GError) error = NULL;
  Shortage shortage;
  int fd;

  shortage_begin (&shortage);
  assert_no_connection (calm, "127.0.0.1");
  assert_no_connection (calm, "localhost");
  g_assert_null (foliot_transport_listen (calm->transport, any, NULL, ignore_link, NULL, NULL, &error));
  g_assert_error (error, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_RESOURCES);
  g_assert_nonnull (strstr (error->message, "too many open files: raise the limit (ulimit -n)"));
  shortage_ease (&shortage);
  fd = test_socket_connect (test_calm_get_address (calm));
  test_server_expect (calm->server, 2);
  assert_refused (calm->server, 0, "too many open files: raise the limit (ulimit -n)");
  g_assert_null (g_ptr_array_index (calm->server->peers, 0));
  test_link_say (calm->pipe->client, "!");
  test_link_expect (calm->pipe->server, "before!");
  g_string_truncate (calm->pipe->server->log, strlen ("before"));
  shortage_ease (&shortage);
  test_server_expect (calm->server, 3);
  test_socket_say (fd, "here at last");
  test_link_expect (test_server_get (calm->server, 1), "here at last");
  shortage_end (&shortage);
  test_socket_close (fd);
}

/* ---- connecting ------------------------------------------------------------------------------------------------ */

/* A server that accepts nobody: when its queue is full, no more is heard of it. */
static void
connect_to_deaf (FoliotKernel *kernel, const char *host)
{
  const FoliotStreamOptions options = { .connect_limit_ms = 150 };
  g_autoptr (TestCalm) calm = new_calm (kernel, &options);
  g_autoptr (FoliotAddress) address = NULL;
  int listening = test_socket_listen (host, &address);
  g_autoptr (GPtrArray) links = g_ptr_array_new_with_free_func ((GDestroyNotify) test_link_free);
  g_autoptr (GError) error = NULL;
  TestLink *link;

  while ((link = test_connect (calm->transport, address, &error)) != NULL)
    g_ptr_array_add (links, link);
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_TIMED_OUT);
  g_assert_nonnull (strstr (error->message, "within 150 ms"));
  g_assert_cmpuint (links->len, <, 32);
  test_socket_close (listening);
}

static void
test_deaf_server (FoliotKernel *kernel)
{
  connect_to_deaf (kernel, "127.0.0.1");
}

static void
test_deaf_unix_server (FoliotKernel *kernel)
{
  g_autofree char *folder = g_dir_make_tmp ("foliot-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "socket", NULL);

  connect_to_deaf (kernel, path);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  foliot_test_add ("/stream-limits/does-not-read", test_does_not_read);
  foliot_test_add ("/stream-limits/floods", test_floods);
  foliot_test_add ("/stream-limits/floods-with-little", test_floods_with_little);
  foliot_test_add ("/stream-limits/four-gigabytes", test_four_gigabytes);
  foliot_test_add ("/stream-limits/never-finished", test_never_finished);
  foliot_test_add ("/stream-limits/max-connections", test_max_connections);
  foliot_test_add ("/stream-limits/mute-guests", test_mute_guests);
  foliot_test_add ("/stream-limits/no-descriptors", test_no_descriptors);
  foliot_test_add ("/stream-limits/deaf-server", test_deaf_server);
  foliot_test_add ("/stream-limits/deaf-unix-server", test_deaf_unix_server);
  return g_test_run ();
}
