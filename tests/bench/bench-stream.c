/* SPDX-License-Identifier: MIT */
#include "bench-stream.h"

#include <foliot/foliot-stream.h>

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench-ping.h"

/*
 * Both sides run without a main context and without digests, under a hold, so that time stands still.
 */

#define PAYLOAD_BYTES 64
#define FRAME_BYTES   (PAYLOAD_BYTES + 4)
#define N_ROUNDS      3 /* the best counts: the machine is shared */

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
  FoliotTransport *transport = foliot_stream_transport_new (kernel, NULL);
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

static double
measure (guint n_links, guint n_active, guint window, guint64 n_calls)
{
  guint8 payload[PAYLOAD_BYTES] = { 0 };
  guint16 port;
  pid_t pid = bench_server_start (serve_foliot, NULL, &port);
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  g_autoptr (FoliotTransport) transport = foliot_stream_transport_new (kernel, NULL);
  g_autoptr (FoliotAddress) address = foliot_address_new_tcp ("127.0.0.1", port);
  g_autoptr (GPtrArray) links = g_ptr_array_new_with_free_func (end_free);
  g_autoptr (GBytes) bytes = g_bytes_new (payload, sizeof payload);
  Client client
      = { .kernel = kernel, .transport = transport, .address = address, .links = links, .payload = bytes };
  double best = 0;

  foliot_kernel_set_digest (kernel, FALSE);
  client_connect (&client, n_links);
  for (guint i = 0; i < N_ROUNDS; i++)
    best = MAX (best, client_call (&client, n_active, window, n_calls));
  bench_server_stop (pid);
  return best;
}

static void
raise_limit (void)
{
  struct rlimit limit;

  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
}

void
foliot_bench_stream (guint64 n_calls)
{
  const struct
  {
    const char *name;
    guint n_links, n_active, window;
  } cases[] = {
    { "stream TCP, one after another", 1, 1, 1 },
    { "stream TCP, 100 under way", 1, 1, 100 },
    { "stream TCP, 10 connections", 10, 10, 1 },
    { "stream TCP, 1000 connections", 1000, 1000, 1 },
    { "stream TCP, 10000 connections", 10000, 10000, 1 },
    { "stream TCP, one of 10000 connections", 10000, 1, 1 },
  };
  double bare = 0;

  raise_limit ();
  for (guint i = 0; i < N_ROUNDS; i++)
    bare = MAX (bare, bench_ping_pong (FRAME_BYTES, FRAME_BYTES, n_calls));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      double best = measure (cases[i].n_links, cases[i].n_active, cases[i].window, n_calls);
      printf ("%s\t%.3g\tframes/s\t%.3f\tbare ping-pong\n", cases[i].name, best, best / bare);
    }
}
