/* SPDX-License-Identifier: MIT */
#include "bench-channel.h"

#include <foliot/foliot-channel.h>

#include <stdio.h>

/*
 * A call is a request, its delivery, a reply, its delivery, and a fiber that wakes up. The server answers in the event of the request,
 * as the rpc floor does.
 */

#define N_ROUNDS 5 /* the best of these counts: the machine is shared */

typedef struct
{
  FoliotKernel *kernel;
  FoliotChannel *client;
  FoliotChannel *server;
  guint64 n_calls;
  guint64 left; /* of the bare events */
} World;

static void
on_request (FoliotChannel *channel, FoliotRequest *request, gpointer user_data)
{
  foliot_request_reply (request, foliot_request_get_content (request), NULL);
  foliot_request_unref (request);
}

static void
on_connected (FoliotChannel *channel, gpointer user_data)
{
  World *world = user_data;

  world->server = g_object_ref (channel);
  foliot_channel_set_handlers (channel, on_request, NULL, world);
}

static FoliotValue *
call_all (gpointer user_data, GError **error)
{
  World *world = user_data;

  for (guint64 i = 0; i < world->n_calls; i++)
    {
      FoliotValue *number = foliot_value_new_int ((gint64) i);
      FoliotValue *content = foliot_value_new_list (&number, 1);
      FoliotFuture *future = foliot_channel_send (world->client, content, NULL);
      FoliotValue *reply = foliot_await_take (future, NULL);

      foliot_value_unref (content);
      foliot_value_unref (reply);
    }
  return NULL;
}

static double
measure_calls (guint64 n_calls, GType codec, gboolean carry_bytes, gboolean digest)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  g_autoptr (FoliotTransport) transport = foliot_local_transport_new (kernel, carry_bytes);
  g_autoptr (FoliotAddress) address = foliot_address_new_local ("bench", NULL);
  FoliotChannelOptions options = { .codec_type = codec };
  World world = { .kernel = kernel, .n_calls = n_calls };
  g_autoptr (FoliotListener) listener = NULL;
  g_autoptr (FoliotFuture) opening = NULL;
  g_autoptr (FoliotValue) channel = NULL;
  g_autoptr (FoliotFuture) done = NULL;
  g_autoptr (FoliotValue) result = NULL;
  gint64 begin, end;

  foliot_kernel_set_digest (kernel, digest);
  listener = foliot_channel_serve (transport, address, &options, on_connected, &world, NULL, NULL);
  opening = foliot_channel_open (transport, address, 0, &options);
  channel = foliot_run (kernel, opening, NULL);
  world.client = foliot_value_get_object (channel, FOLIOT_TYPE_CHANNEL);
  done = foliot_fiber_spawn (kernel, NULL, "caller", call_all, &world, NULL);
  begin = g_get_monotonic_time ();
  result = foliot_run (kernel, done, NULL);
  end = g_get_monotonic_time ();
  g_object_unref (world.server);
  return (double) n_calls * 1e6 / (double) (end - begin);
}

static void
bare_event (gpointer target, gpointer payload)
{
  World *world = target;

  if (--world->left > 0)
    foliot_kernel_post (world->kernel, foliot_kernel_now (world->kernel), 0, FOLIOT_EVENT_CALLBACK,
                        bare_event, world, NULL);
}

static double
measure_kernel (guint64 n_calls)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  World world = { .kernel = kernel, .left = 2 * n_calls };
  gint64 begin;

  foliot_kernel_set_digest (kernel, FALSE);
  foliot_kernel_post (kernel, 0, 0, FOLIOT_EVENT_CALLBACK, bare_event, &world, NULL);
  begin = g_get_monotonic_time ();
  foliot_kernel_run_until (kernel, FOLIOT_TIME_NEVER, NULL);
  return (double) n_calls * 1e6 / (double) (g_get_monotonic_time () - begin);
}

void
foliot_bench_channel (guint64 n_calls)
{
  const struct
  {
    const char *name;
    GType codec;
    gboolean carry_bytes;
    gboolean digest;
  } cases[] = {
    { "channel by reference, no digest", FOLIOT_TYPE_CODEC_JSON, FALSE, FALSE },
    { "channel by reference", FOLIOT_TYPE_CODEC_JSON, FALSE, TRUE },
    { "channel through JSON", FOLIOT_TYPE_CODEC_JSON, TRUE, TRUE },
    { "channel through MsgPack", FOLIOT_TYPE_CODEC_MSGPACK, TRUE, TRUE },
    { "channel through MsgPackBlosc", FOLIOT_TYPE_CODEC_BLOSC, TRUE, TRUE },
  };
  double kernel = 0;

  for (guint round = 0; round < N_ROUNDS; round++)
    kernel = MAX (kernel, measure_kernel (n_calls));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      double best = 0;

      for (guint round = 0; round < N_ROUNDS; round++)
        best = MAX (best, measure_calls (n_calls, cases[i].codec, cases[i].carry_bytes, cases[i].digest));
      printf ("%s\t%.3g\tcalls/s\t%.3f\ttwo bare events of the kernel\n", cases[i].name, best, best / kernel);
    }
}
