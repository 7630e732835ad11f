/* SPDX-License-Identifier: MIT */
#include "bench-rpc.h"

#include <foliot/foliot-rpc.h>

#include <stdio.h>
#include <time.h>

/*
 * What one call costs: path and arguments to a value, an event, the path looked up, the arguments bound, a handler on
 * its fiber, and the same way back.
 */

#define N_ROUNDS 3

typedef struct
{
  FoliotKernel *kernel;
  gboolean carry_bytes;
  GType codec;
  guint64 n_calls;
  guint n_in_flight;
  double ns;
} Bench;

static double
now_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double) now.tv_sec * 1e9 + (double) now.tv_nsec;
}

static FoliotValue *
add (gpointer self, FoliotArgs *args, GError **error)
{
  return foliot_value_new_int (foliot_args_get_int (args, "a") + foliot_args_get_int (args, "b"));
}

static FoliotServiceDict *
make_service (void)
{
  static const FoliotMethod method = { "add", add, "a:int b:int", NULL };
  FoliotServiceDict *service = foliot_service_dict_new ();

  g_assert_true (foliot_service_dict_add (service, &method, NULL, NULL));
  return service;
}

/* @n_in_flight calls at a time, each batch awaited in the order sent. */
static void
call_many (const Bench *bench, FoliotProxy *service)
{
  g_autofree FoliotFuture **replies = g_new (FoliotFuture *, bench->n_in_flight);

  for (guint64 done = 0; done < bench->n_calls; done += bench->n_in_flight)
    {
      for (guint i = 0; i < bench->n_in_flight; i++)
        replies[i] = foliot_proxy_call (service, "add", foliot_value_new_int ((gint64) (done + i)),
                                        foliot_value_new_int (4), NULL);
      for (guint i = 0; i < bench->n_in_flight; i++)
        {
          g_autoptr (FoliotValue) sum = foliot_await_take (replies[i], NULL);
          g_assert_cmpint (foliot_value_get_int (sum), ==, (gint64) (done + i) + 4);
        }
    }
}

static FoliotValue *
run (gpointer user_data, GError **error)
{
  Bench *bench = user_data;
  g_autoptr (FoliotTransport) transport = foliot_local_transport_new (bench->kernel, bench->carry_bytes);
  g_autoptr (FoliotAddress) address = foliot_address_new_local ("bench", NULL);
  const FoliotChannelOptions options = { .codec_type = bench->codec };
  g_autoptr (FoliotServiceDict) root = foliot_service_dict_new ();
  g_autoptr (FoliotServiceDict) agents = foliot_service_dict_new ();
  g_autoptr (FoliotServiceDict) agent = make_service ();
  g_autoptr (FoliotListener) listener = NULL;
  g_autoptr (FoliotValue) opened = NULL;
  g_autoptr (FoliotProxy) remote = NULL;
  g_autoptr (FoliotProxy) far = NULL;
  FoliotRpcClient *client;
  double begin;

  foliot_service_dict_add_service (root, "agents", G_OBJECT (agents), NULL);
  foliot_service_dict_add_service (agents, "0", G_OBJECT (agent), NULL);
  foliot_router_set_node (foliot_service_get_router (FOLIOT_SERVICE (agent)),
                          foliot_kernel_add_node (bench->kernel, "agent-0"));
  listener = foliot_rpc_serve (transport, address, G_OBJECT (root), &options, NULL, NULL, NULL, error);
  opened = foliot_await_take (foliot_rpc_open (transport, address, NULL, 0, &options), error);
  client = foliot_value_get_object (opened, FOLIOT_TYPE_RPC_CLIENT);
  remote = foliot_rpc_client_get_remote (client);
  far = foliot_proxy_get (remote, "agents/0");
  begin = now_ns ();
  call_many (bench, far);
  bench->ns = (now_ns () - begin) / (double) bench->n_calls;
  return foliot_await_take (foliot_rpc_client_close (client), error);
}

static double
measure (Bench bench, gboolean digest)
{
  double best = G_MAXDOUBLE;

  for (guint round = 0; round < N_ROUNDS; round++)
    {
      g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
      g_autoptr (FoliotFuture) done = NULL;
      g_autoptr (FoliotValue) value = NULL;

      bench.kernel = kernel;
      foliot_kernel_set_digest (kernel, digest);
      done = foliot_fiber_spawn (kernel, NULL, "caller", run, &bench, NULL);
      value = foliot_run (kernel, done, NULL);
      g_assert_nonnull (value);
      foliot_kernel_close (kernel);
      best = MIN (best, bench.ns);
    }
  return best;
}

static void
print_line (const char *name, guint n_in_flight, double ns, double reference)
{
  printf ("%s %u\t%.1f\tns/call\t%.2f\t%.2f M/s\n", name, n_in_flight, ns, reference / ns, 1000.0 / ns);
  fflush (stdout);
}

static double
measure_reference (guint64 n_calls)
{
  const Bench bench = { .codec = FOLIOT_TYPE_CODEC_JSON, .n_calls = n_calls, .n_in_flight = 1 };
  return measure (bench, FALSE);
}

void
foliot_bench_rpc_by_reference (guint64 n_calls)
{
  double reference = measure_reference (n_calls);

  for (guint n_in_flight = 1; n_in_flight <= 100; n_in_flight *= 100)
    {
      const Bench bench = { .codec = FOLIOT_TYPE_CODEC_JSON, .n_calls = n_calls, .n_in_flight = n_in_flight };

      print_line ("rpc", n_in_flight, measure (bench, FALSE), reference);
      print_line ("rpc+digest", n_in_flight, measure (bench, TRUE), reference);
    }
}

void
foliot_bench_rpc_through_codecs (guint64 n_calls)
{
  const GType codecs[] = { FOLIOT_TYPE_CODEC_JSON, FOLIOT_TYPE_CODEC_MSGPACK, FOLIOT_TYPE_CODEC_BLOSC };
  static const char *const names[] = { "rpc-json+digest", "rpc-msgpack+digest", "rpc-blosc+digest" };
  double reference = measure_reference (n_calls);

  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++)
    for (guint n_in_flight = 1; n_in_flight <= 100; n_in_flight *= 100)
      {
        const Bench bench
            = { .carry_bytes = TRUE, .codec = codecs[i], .n_calls = n_calls, .n_in_flight = n_in_flight };
        print_line (names[i], n_in_flight, measure (bench, TRUE), reference);
      }
}
