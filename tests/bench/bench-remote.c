/* SPDX-License-Identifier: MIT */
#include "bench-remote.h"

#include <foliot/foliot-stream.h>

#include <stdio.h>
#include <unistd.h>

#include "bench-ping.h"

/*
 * A container with one agent in a process of its own, as `foliot serve` has it, and a container that calls it. Time is that of the
 * machine, and there is no digest: this is what a running system costs.
 *
 * How many bytes one call and its answer are is known: [0, 12345, ["agents/0/add", [12345, 4], {}]] and [1, 12345, 12349].
 */

#define N_ROUNDS      3 /* the best counts: the machine is shared */
#define N_IN_FLIGHT   100
#define REQUEST_BYTES (4 + 46)
#define REPLY_BYTES   (4 + 17)

FOLIOT_DEFINE_AGENT (Adder, adder, )

static FoliotValue *
adder_add (gpointer self, FoliotArgs *args, GError **error)
{
  return foliot_value_new_int (foliot_args_get_int (args, "a") + foliot_args_get_int (args, "b"));
}

static const FoliotMethod adder_methods[]
    = { { "add", adder_add, "a: int, b: int", "Their sum." }, { NULL } };
static const FoliotAgentInfo adder_info = { .help = "Adds.", .methods = adder_methods };

/* ---- the server ---------------------------------------------------------------------------------------------- */

FoliotContainer *
bench_remote_open_container (FoliotKernel *kernel, const BenchWay *way)
{
  const FoliotStreamOptions stream = { .tls = way->tls };
  const FoliotContainerOptions options = { .codec_type = way->codec };
  g_autoptr (FoliotTransport) transport = foliot_stream_transport_new (kernel, &stream);
  g_autoptr (FoliotAddress) address = foliot_address_new_tcp ("127.0.0.1", 0);
  g_autoptr (GError) error = NULL;
  FoliotContainer *container;

  container = foliot_container_new (transport, address, &options, &error);
  g_assert_no_error (error);
  return container;
}

void
bench_remote_serve (int port_pipe, gpointer user_data)
{
  FoliotKernel *kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_REALTIME, 1, 0);
  FoliotContainer *container = bench_remote_open_container (kernel, user_data);
  g_autoptr (FoliotAddress) address = foliot_address_parse (foliot_container_get_base_url (container), NULL);
  guint16 port = (guint16) foliot_address_get_port (address);

  foliot_kernel_set_digest (kernel, FALSE);
  foliot_future_unref (foliot_agent_new (container, adder_get_type (), NULL, NULL));
  g_assert_cmpint (write (port_pipe, &port, sizeof port), ==, sizeof port);
  foliot_value_unref (foliot_run (kernel, foliot_future_new (kernel), NULL));
}

/* ---- the client ---------------------------------------------------------------------------------------------- */

typedef struct
{
  FoliotContainer *container;
  char *url;
  guint n_in_flight;
  guint64 n_calls;
  double per_second;
} Client;

void
bench_remote_call (FoliotProxy *far, guint64 first, guint n)
{
  FoliotFuture *replies[N_IN_FLIGHT];

  g_assert (n <= N_IN_FLIGHT);
  for (guint i = 0; i < n; i++)
    replies[i] = foliot_proxy_call (far, "add", foliot_value_new_int ((gint64) (first + i)),
                                    foliot_value_new_int (4), NULL);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (FoliotValue) sum = foliot_await_take (replies[i], NULL);

      g_assert_cmpint (foliot_value_get_int (sum), ==, (gint64) (first + i) + 4);
    }
}

static FoliotValue *
call_all (gpointer user_data, GError **error)
{
  Client *client = user_data;
  g_autoptr (FoliotValue) connected
      = foliot_await_take (foliot_container_connect (client->container, client->url, FOLIOT_SECOND), error);
  FoliotProxy *far = connected != NULL ? foliot_value_get_proxy (connected) : NULL;

  for (guint round = 0; far != NULL && round < N_ROUNDS; round++)
    {
      gint64 begin = g_get_monotonic_time ();

      for (guint64 done = 0; done < client->n_calls; done += client->n_in_flight)
        bench_remote_call (far, done, client->n_in_flight);
      client->per_second = MAX (client->per_second,
                                (double) client->n_calls * 1e6 / (double) (g_get_monotonic_time () - begin));
    }
  return far != NULL ? foliot_value_new_null () : NULL;
}

static double
measure (const BenchWay *way, guint n_in_flight, guint64 n_calls)
{
  guint16 port;
  pid_t pid = bench_server_start (bench_remote_serve, (gpointer) way, &port);
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_REALTIME, 1, 0);
  g_autoptr (FoliotContainer) container = bench_remote_open_container (kernel, way);
  g_autofree char *url = g_strdup_printf ("tcp://127.0.0.1:%u/0", port);
  Client client = { .container = container, .url = url, .n_in_flight = n_in_flight, .n_calls = n_calls };
  g_autoptr (FoliotFuture) done = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = NULL;

  foliot_kernel_set_digest (kernel, FALSE);
  done = foliot_fiber_spawn (kernel, NULL, "caller", call_all, &client, NULL);
  value = foliot_run (kernel, done, &error);
  g_assert_no_error (error);
  foliot_container_shutdown_sync (container);
  bench_server_stop (pid);
  return client.per_second;
}

/* ---- what is measured ---------------------------------------------------------------------------------------- */

void
foliot_bench_remote (guint64 n_calls)
{
  static const guint in_flight[] = { 1, N_IN_FLIGHT };
  g_autoptr (FoliotTlsCredentials) tls = bench_credentials_new ();
  const BenchWay ways[] = { { "json", FOLIOT_TYPE_CODEC_JSON, NULL },
                            { "msgpack", FOLIOT_TYPE_CODEC_MSGPACK, NULL },
                            { "blosc", FOLIOT_TYPE_CODEC_BLOSC, NULL },
                            { "json-tls", FOLIOT_TYPE_CODEC_JSON, tls } };
  double bare = 0;

  for (guint i = 0; i < N_ROUNDS; i++)
    bare = MAX (bare, bench_ping_pong (REQUEST_BYTES, REPLY_BYTES, n_calls));
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    for (guint j = 0; j < G_N_ELEMENTS (in_flight); j++)
      {
        double best = measure (&ways[i], in_flight[j], in_flight[j] == 1 ? n_calls : n_calls * 10);

        printf ("remote-%s %u\t%.0f\tns/call\t%.3f\tbare ping-pong %.0f\n", ways[i].name, in_flight[j],
                1e9 / best, best / bare, 1e9 / bare);
      }
}
