/* SPDX-License-Identifier: MIT */
#include "bench-replay.h"

#include <foliot/foliot-replay.h>
#include <foliot/foliot.h>

#include "bench-command.h"
#include "bench-pairs.h"
#include "bench-ping.h"
#include "bench-remote.h"

/*
 * As `foliot run`, `run --record` and `replay` have it, without what they do besides: the kernel is FREE, so a call that has no answer yet
 * holds time. Opening and closing count, and are nothing beside so many calls.
 */

#define N_ROUNDS 9

typedef enum
{
  PLAIN,
  RECORDED,
  REPLAYED,
  BY_CAUSE, /* as of a program that was changed */
} Mode;

typedef struct
{
  Mode mode;
  const BenchWay *way;
  const char *path; /* of the journal */
  guint16 port;
  guint64 n_calls;
  FoliotContainer *container; /* while it runs */
} Run;

static FoliotValue *
call_all (gpointer user_data, GError **error)
{
  Run *run = user_data;
  g_autofree char *url = g_strdup_printf ("tcp://127.0.0.1:%u/0", run->port);
  g_autoptr (FoliotValue) connected
      = foliot_await_take (foliot_container_connect (run->container, url, 0), error);

  if (connected == NULL)
    return NULL;
  for (guint64 i = 0; i < run->n_calls; i++)
    bench_remote_call (foliot_value_get_proxy (connected), i, 1);
  return foliot_value_new_null ();
}

static void
call_in (FoliotKernel *kernel, Run *run)
{
  g_autoptr (FoliotContainer) container = bench_remote_open_container (kernel, run->way);
  g_autoptr (FoliotFuture) done = NULL;
  g_autoptr (FoliotValue) value = NULL;
  g_autoptr (GError) error = NULL;

  run->container = container;
  done = foliot_fiber_spawn (kernel, NULL, "caller", call_all, run, NULL);
  value = foliot_run (kernel, done, &error);
  if (value == NULL)
    g_error ("%s", error->message);
}

static BenchTimes
run (gpointer user_data)
{
  Run *run = user_data;
  BenchTimes begin = bench_times_now ();
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  g_autoptr (FoliotJournalHeader) header = foliot_journal_header_new ("bench");
  g_autoptr (FoliotRecorder) recorder = NULL;
  const FoliotReplayOptions options = { .until = FOLIOT_TIME_NEVER, .causal = run->mode == BY_CAUSE };
  g_autoptr (FoliotReplay) replay = NULL;
  g_autoptr (GError) error = NULL;

  if (run->mode == RECORDED)
    recorder = foliot_recorder_new (kernel, run->path, header, FALSE, &error);
  else if (run->mode != PLAIN)
    replay = foliot_replay_new (run->path, &options, &error);
  if (replay != NULL)
    foliot_replay_attach (replay, kernel);
  g_assert_no_error (error);
  call_in (kernel, run);
  if (recorder != NULL)
    foliot_recorder_end (recorder, 0, NULL, &error);
  if (replay != NULL)
    foliot_replay_end (replay, &error);
  g_assert_no_error (error);
  foliot_kernel_close (kernel);
  return bench_times_since (begin);
}

static void
compare (const BenchWay *way, const char *folder, guint64 n_calls)
{
  g_autofree char *path = g_build_filename (folder, "run.flj", NULL);
  g_autofree char *recorded = g_strdup_printf ("calls-recorded-%s", way->name);
  g_autofree char *replayed = g_strdup_printf ("calls-replayed-%s", way->name);
  g_autofree char *by_cause = g_strdup_printf ("calls-replayed-by-cause-%s", way->name);
  Run runs[4];
  const BenchSide sides[] = { { "live", run, &runs[PLAIN] },
                              { recorded, run, &runs[RECORDED] },
                              { replayed, run, &runs[REPLAYED] },
                              { by_cause, run, &runs[BY_CAUSE] } };
  guint16 port;
  pid_t pid = bench_server_start (bench_remote_serve, (gpointer) way, &port);

  for (guint mode = 0; mode < G_N_ELEMENTS (runs); mode++)
    runs[mode] = (Run){ .mode = mode, .way = way, .path = path, .port = port, .n_calls = n_calls };
  bench_pairs (sides, G_N_ELEMENTS (sides), N_ROUNDS, TRUE);
  bench_server_stop (pid);
}

void
foliot_bench_replay (guint64 n_calls)
{
  g_autofree char *folder = bench_folder_new ();
  g_autoptr (FoliotTlsCredentials) tls = bench_credentials_new ();
  const BenchWay ways[] = { { "tcp", FOLIOT_TYPE_CODEC_JSON, NULL }, { "tls", FOLIOT_TYPE_CODEC_JSON, tls } };

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    compare (&ways[i], folder, n_calls);
  bench_folder_remove (folder);
}
