/* SPDX-License-Identifier: MIT */
#include "bench-stream.h"

#include <foliot/foliot-stream.h>

#include <malloc.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench-ping.h"

/*
 * Both sides run without a main context and without digests, under a hold, so that time stands still.
 */

#define HEADER_BYTES 4
#define SMALL_BYTES  64
#define LARGE_BYTES  (1 << 20)
#define LARGE_FACTOR 100 /* as many times fewer of them */
#define N_ROUNDS     3   /* the best counts: the machine is shared */
#define N_IDLE       10000
#define N_STEPS      100000

typedef struct
{
  const char *name;
  gboolean is_encrypted;
  gsize n_bytes; /* of a payload */
  guint n_links, n_active, window;
} Case;

/* ---- the server -------------------------------------------------------------------------------------------- */

static void
on_server_frame (gpointer owner, FoliotFrame *frame)
{
  foliot_link_send (owner, frame, NULL);
}

static void
on_server_closed (gpointer owner, const GError *why)
{
  g_object_unref (owner);
}

static const FoliotLinkSink server_sink = { .frame = on_server_frame, .closed = on_server_closed };

static void
on_accepted (FoliotLink *link, gpointer user_data)
{
  foliot_link_start (link, &server_sink, link);
}

static void
serve_foliot (int port_pipe, gpointer user_data)
{
  FoliotKernel *kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  const FoliotStreamOptions options = { .tls = user_data };
  FoliotTransport *transport = foliot_stream_transport_new (kernel, &options);
  FoliotAddress *address = foliot_address_new_tcp ("127.0.0.1", 0);
  FoliotListener *listener
      = foliot_transport_listen (transport, address, NULL, on_accepted, NULL, NULL, NULL);
  guint16 port = (guint16) foliot_address_get_port (foliot_listener_get_address (listener));
  FoliotHold *hold = foliot_kernel_hold (kernel, "serving", 0);

  foliot_kernel_set_digest (kernel, FALSE);
  g_assert_cmpint (write (port_pipe, &port, sizeof port), ==, sizeof port);
  foliot_kernel_run_until (kernel, FOLIOT_TIME_NEVER, NULL);
  foliot_hold_release (hold);
}

/* ---- our client ---------------------------------------------------------------------------------------------- */

typedef struct
{
  FoliotKernel *kernel;
  FoliotTransport *transport;
  FoliotAddress *address;
  GPtrArray *links;
  GBytes *payload;
  FoliotFuture *done;
  guint64 n_to_send;
  guint64 n_to_come;
} Client;

typedef struct
{
  Client *client;
  FoliotLink *link;
} End;

static void
end_free (gpointer data)
{
  End *end = data;

  foliot_link_start (end->link, NULL, NULL);
  g_object_unref (end->link);
  g_free (end);
}

static void
say (End *end)
{
  FoliotFrame frame = { .bytes = g_bytes_ref (end->client->payload) };

  end->client->n_to_send--;
  g_assert_true (foliot_link_send (end->link, &frame, NULL));
}

static void
on_client_frame (gpointer owner, FoliotFrame *frame)
{
  End *end = owner;

  if (end->client->n_to_send > 0)
    say (end);
  if (--end->client->n_to_come == 0)
    foliot_future_resolve (end->client->done, NULL);
}

static void
on_client_closed (gpointer owner, const GError *why)
{
  g_error ("the server has gone: %s", why != NULL ? why->message : "end of stream");
}

static const FoliotLinkSink client_sink = { .frame = on_client_frame, .closed = on_client_closed };

static void
client_connect (Client *client, guint n_links)
{
  for (guint i = 0; i < n_links; i++)
    {
      g_autoptr (FoliotFuture) attempt = foliot_transport_connect (client->transport, client->address, NULL);
      g_autoptr (FoliotValue) value = foliot_run (client->kernel, attempt, NULL);
      End *end = g_new0 (End, 1);

      end->client = client;
      end->link = g_object_ref (foliot_value_get_object (value, FOLIOT_TYPE_LINK));
      foliot_link_start (end->link, &client_sink, end);
      g_ptr_array_add (client->links, end);
    }
}

/* @window frames are under way on each of the first @n_active links. */
static double
client_call (Client *client, guint n_active, guint window, guint64 n_calls)
{
  FoliotHold *hold = foliot_kernel_hold (client->kernel, "calling", 0);
  g_autoptr (FoliotValue) value = NULL;
  gint64 begin = g_get_monotonic_time ();

  n_calls = MAX (n_calls, (guint64) n_active * window);
  client->n_to_send = client->n_to_come = n_calls;
  client->done = foliot_future_new (client->kernel);
  for (guint i = 0; i < n_active; i++)
    for (guint j = 0; j < window; j++)
      say (g_ptr_array_index (client->links, i));
  value = foliot_run (client->kernel, client->done, NULL);
  g_assert_nonnull (value);
  g_clear_pointer (&client->done, foliot_future_unref);
  foliot_hold_release (hold);
  return (double) n_calls * 1e6 / (double) (g_get_monotonic_time () - begin);
}

typedef void (*ClientFunc) (Client *client, const Case *what, gpointer user_data);

/* Runs @func as a client of @what's links, all of them connected. */
static void
with_client (const Case *what, FoliotTlsCredentials *credentials, ClientFunc func, gpointer user_data)
{
  FoliotTlsCredentials *tls = what->is_encrypted ? credentials : NULL;
  const FoliotStreamOptions options = { .tls = tls };
  guint16 port;
  pid_t pid = bench_server_start (serve_foliot, tls, &port);
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  g_autoptr (FoliotTransport) transport = foliot_stream_transport_new (kernel, &options);
  g_autoptr (FoliotAddress) address = foliot_address_new_tcp ("127.0.0.1", port);
  g_autoptr (GPtrArray) links = g_ptr_array_new_with_free_func (end_free);
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (what->n_bytes), what->n_bytes);
  Client client
      = { .kernel = kernel, .transport = transport, .address = address, .links = links, .payload = bytes };

  foliot_kernel_set_digest (kernel, FALSE);
  func (&client, what, user_data);
  bench_server_stop (pid);
}

/* ---- frames ------------------------------------------------------------------------------------------------ */

typedef struct
{
  guint64 n_calls;
  double per_second;
} Frames;

static void
measure_frames (Client *client, const Case *what, gpointer user_data)
{
  Frames *frames = user_data;

  client_connect (client, what->n_links);
  for (guint i = 0; i < N_ROUNDS; i++)
    frames->per_second
        = MAX (frames->per_second, client_call (client, what->n_active, what->window, frames->n_calls));
}

/* ---- idle connections -------------------------------------------------------------------------------------- */

typedef struct
{
  double bytes;               /* of memory for each, here */
  double before_ns, after_ns; /* a step of time */
} Idle;

static void
step (gpointer user_data)
{
  FoliotKernel *kernel = user_data;

  if (foliot_kernel_now (kernel) % N_STEPS != 0)
    foliot_kernel_call_in (kernel, 1, G_CALLBACK (step), kernel, NULL);
}

/* Sockets are looked at before each. */
static double
measure_step (FoliotKernel *kernel)
{
  double best = G_MAXDOUBLE;

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      gint64 begin = g_get_monotonic_time ();

      foliot_kernel_call_in (kernel, 1, G_CALLBACK (step), kernel, NULL);
      foliot_kernel_run_until (kernel, foliot_kernel_now (kernel) + N_STEPS, NULL);
      best = MIN (best, (double) (g_get_monotonic_time () - begin) * 1e3 / N_STEPS);
    }
  return best;
}

static void
measure_idle (Client *client, const Case *what, gpointer user_data)
{
  Idle *idle = user_data;
  gsize before;

  client_connect (client, 1);
  idle->before_ns = measure_step (client->kernel);
  before = mallinfo2 ().uordblks;
  client_connect (client, what->n_links - 1);
  idle->bytes = (double) (mallinfo2 ().uordblks - before) / (what->n_links - 1);
  idle->after_ns = measure_step (client->kernel);
}

/* ---- all of it --------------------------------------------------------------------------------------------- */

static void
raise_limit (void)
{
  struct rlimit limit;

  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
}

static double
measure_bare (gsize n_bytes, guint64 n_calls)
{
  double best = 0;

  for (guint i = 0; i < N_ROUNDS; i++)
    best = MAX (best, bench_ping_pong (n_bytes + HEADER_BYTES, n_bytes + HEADER_BYTES, n_calls));
  return best;
}

static void
print_frames (guint64 n_calls, FoliotTlsCredentials *credentials)
{
  static const Case cases[] = {
    { "stream TCP, one after another", FALSE, SMALL_BYTES, 1, 1, 1 },
    { "stream TCP, 100 under way", FALSE, SMALL_BYTES, 1, 1, 100 },
    { "stream TCP, 10 connections", FALSE, SMALL_BYTES, 10, 10, 1 },
    { "stream TCP, 1000 connections", FALSE, SMALL_BYTES, 1000, 1000, 1 },
    { "stream TCP, 10000 connections", FALSE, SMALL_BYTES, 10000, 10000, 1 },
    { "stream TCP, one of 10000 connections", FALSE, SMALL_BYTES, 10000, 1, 1 },
    { "stream TLS, one after another", TRUE, SMALL_BYTES, 1, 1, 1 },
    { "stream TLS, 100 under way", TRUE, SMALL_BYTES, 1, 1, 100 },
    { "stream TCP, 1 MB, one after another", FALSE, LARGE_BYTES, 1, 1, 1 },
    { "stream TCP, 1 MB, 8 under way", FALSE, LARGE_BYTES, 1, 1, 8 },
    { "stream TLS, 1 MB, one after another", TRUE, LARGE_BYTES, 1, 1, 1 },
  };
  const double bare = measure_bare (SMALL_BYTES, n_calls);
  const double bare_large = measure_bare (LARGE_BYTES, n_calls / LARGE_FACTOR);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gboolean is_large = cases[i].n_bytes == LARGE_BYTES;
      Frames frames = { .n_calls = is_large ? n_calls / LARGE_FACTOR : n_calls };

      with_client (&cases[i], credentials, measure_frames, &frames);
      printf ("%s\t%.3g\tframes/s\t%.3f\tbare ping-pong\n", cases[i].name, frames.per_second,
              frames.per_second / (is_large ? bare_large : bare));
    }
}

void
foliot_bench_stream (guint64 n_calls)
{
  static const Case idle_cases[] = { { "stream TCP, idle", FALSE, SMALL_BYTES, N_IDLE, 0, 0 },
                                     { "stream TLS, idle", TRUE, SMALL_BYTES, N_IDLE / 10, 0, 0 } };
  g_autoptr (FoliotTlsCredentials) credentials = bench_credentials_new ();

  raise_limit ();
  print_frames (n_calls, credentials);
  for (guint i = 0; i < G_N_ELEMENTS (idle_cases); i++)
    {
      const Case *what = &idle_cases[i];
      Idle idle = { 0 };

      with_client (what, credentials, measure_idle, &idle);
      printf ("%s, %u connections\t%.0f\tbytes each\t\t\n", what->name, what->n_links, idle.bytes);
      printf ("%s, a step among %u connections\t%.0f\tns\t%.3f\tamong one\n", what->name, what->n_links,
              idle.after_ns, idle.after_ns / idle.before_ns);
    }
}
