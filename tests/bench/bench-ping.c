/* SPDX-License-Identifier: MIT */
#include "bench-ping.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "transport/foliot-certificate-private.h"

typedef struct
{
  gsize n_request;
  gsize n_reply;
} Ping;

pid_t
bench_server_start (BenchServerFunc serve, gpointer user_data, guint16 *out_port)
{
  int ends[2];
  pid_t pid;

  g_assert_no_errno (pipe (ends));
  pid = fork ();
  if (pid == 0)
    {
      serve (ends[1], user_data);
      _exit (0);
    }
  g_assert_cmpint (read (ends[0], out_port, sizeof *out_port), ==, sizeof *out_port);
  close (ends[0]);
  close (ends[1]);
  return pid;
}

void
bench_server_stop (pid_t pid)
{
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
}

static gboolean
read_all (int fd, guint8 *data, gsize length)
{
  for (gsize n = 0; n < length;)
    {
      gssize got = read (fd, data + n, length - n);
      if (got <= 0)
        return FALSE;
      n += (gsize) got;
    }
  return TRUE;
}

static void
set_no_delay (int fd)
{
  static const int yes = 1;

  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

static void
serve (int port_pipe, gpointer user_data)
{
  const Ping *ping = user_data;
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = g_htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;
  int door = socket (AF_INET, SOCK_STREAM, 0), fd;
  g_autofree guint8 *data = g_malloc0 (MAX (ping->n_request, ping->n_reply));
  guint16 port;

  g_assert_no_errno (bind (door, (struct sockaddr *) &address, sizeof address));
  g_assert_no_errno (listen (door, 1));
  getsockname (door, (struct sockaddr *) &address, &length);
  port = g_ntohs (address.sin_port);
  g_assert_cmpint (write (port_pipe, &port, sizeof port), ==, sizeof port);
  fd = accept (door, NULL, NULL);
  set_no_delay (fd);
  while (read_all (fd, data, ping->n_request))
    g_assert_cmpint (write (fd, data, ping->n_reply), ==, (gssize) ping->n_reply);
}

double
bench_ping_pong (gsize n_request, gsize n_reply, guint64 n_calls)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = g_htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_STREAM, 0);
  g_autofree guint8 *data = g_malloc0 (MAX (n_request, n_reply));
  Ping ping = { n_request, n_reply };
  guint16 port;
  pid_t pid = bench_server_start (serve, &ping, &port);
  gint64 begin, end;

  address.sin_port = g_htons (port);
  g_assert_no_errno (connect (fd, (struct sockaddr *) &address, sizeof address));
  set_no_delay (fd);
  begin = g_get_monotonic_time ();
  for (guint64 i = 0; i < n_calls; i++)
    {
      g_assert_cmpint (write (fd, data, n_request), ==, (gssize) n_request);
      g_assert_true (read_all (fd, data, n_reply));
    }
  end = g_get_monotonic_time ();
  close (fd);
  bench_server_stop (pid);
  return (double) n_calls * 1e6 / (double) (end - begin);
}

FoliotTlsCredentials *
bench_credentials_new (void)
{
  static const char *const hosts[] = { "127.0.0.1", NULL };
  const FoliotCertificateSpec ca = { .name = "CA", .use = FOLIOT_CERTIFICATE_CA, .not_after = G_MAXINT32 };
  const FoliotCertificateSpec own = { .name = "bench",
                                      .hosts = hosts,
                                      .use = FOLIOT_CERTIFICATE_SERVER | FOLIOT_CERTIFICATE_CLIENT,
                                      .not_after = G_MAXINT32 };
  g_autofree char *ca_cert = NULL, *ca_key = NULL, *cert = NULL, *key = NULL;
  g_autoptr (GError) error = NULL;
  FoliotTlsCredentials *credentials;

  _foliot_certificate_make (&ca, NULL, NULL, NULL, &ca_cert, &ca_key, &error);
  g_assert_no_error (error);
  _foliot_certificate_make (&own, ca_cert, ca_key, NULL, &cert, &key, &error);
  g_assert_no_error (error);
  credentials = foliot_tls_credentials_new (ca_cert, cert, key, &error);
  g_assert_no_error (error);
  return credentials;
}
