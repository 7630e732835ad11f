/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-stream.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent-world.h"
#include "robust-pair.h"

/*
 * The peer is a process, and dies at each of the first 300 system calls of a dialogue: every call ends with a result or an
 * error that has a name, nothing is left behind, and the next connect works, to another process that lives on.
 *
 * A thread of ours is its tracer: it counts system calls and kills. Where tracing is not permitted the test is skipped;
 * the cuts, which need no permission, are in test-cuts.c.
 */

#define N_SYSTEM_CALLS 300
#define N_AT_ONCE      4
#define MAX_ROUNDS     2000

static const char *peer_program;

typedef struct
{
  GPid pid;
  char *url;
  guint at; /* the system call at which it dies, from 1 */
  GThread *thread;
  GAsyncQueue *ready; /* "ok" when it is traced, else why it cannot be */
} Peer;

/* ---- the process --------------------------------------------------------------------------------------------- */

static char *
read_line (int fd)
{
  g_autoptr (GString) line = g_string_new (NULL);
  char c;

  while (read (fd, &c, 1) == 1 && c != '\n')
    g_string_append_c (line, c);
  return g_string_free (g_steal_pointer (&line), FALSE);
}

static Peer *
peer_new (void)
{
  Peer *peer = g_new0 (Peer, 1);
  char *argv[] = { (char *) peer_program, NULL };
  g_autoptr (GError) error = NULL;
  int out;

  g_assert_true (g_spawn_async_with_pipes (NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                                           &peer->pid, NULL, &out, NULL, &error));
  g_assert_no_error (error);
  peer->url = read_line (out);
  close (out);
  g_assert_true (g_str_has_prefix (peer->url, "tcp://"));
  return peer;
}

static void
peer_free (Peer *peer)
{
  int status;

  if (peer->thread != NULL)
    {
      g_thread_join (peer->thread);
      g_async_queue_unref (peer->ready);
    }
  else
    {
      kill (peer->pid, SIGKILL);
      g_assert_cmpint (waitpid (peer->pid, &status, 0), ==, peer->pid);
    }
  g_free (peer->url);
  g_free (peer);
}

/* ---- the tracer ---------------------------------------------------------------------------------------------- */

static gboolean
attach (Peer *peer)
{
  int status;

  return ptrace (PTRACE_SEIZE, peer->pid, NULL, (void *) PTRACE_O_TRACESYSGOOD) == 0
         && ptrace (PTRACE_INTERRUPT, peer->pid, NULL, NULL) == 0
         && waitpid (peer->pid, &status, 0) == peer->pid
         && ptrace (PTRACE_SYSCALL, peer->pid, NULL, NULL) == 0;
}

/* Each system call stops twice: before and behind it. Kills before. */
static gpointer
trace (gpointer data)
{
  Peer *peer = data;
  guint n_stops = 0;
  int status;

  if (!attach (peer))
    g_async_queue_push (peer->ready, g_strdup (g_strerror (errno)));
  else
    {
      g_async_queue_push (peer->ready, g_strdup ("ok"));
      while (n_stops < 2 * peer->at - 1 && waitpid (peer->pid, &status, 0) == peer->pid
             && WIFSTOPPED (status))
        {
          gboolean is_call = WSTOPSIG (status) == (SIGTRAP | 0x80);

          n_stops += is_call;
          if (n_stops < 2 * peer->at - 1)
            ptrace (PTRACE_SYSCALL, peer->pid, NULL, (void *) (gsize) (is_call ? 0 : WSTOPSIG (status)));
        }
    }
  kill (peer->pid, SIGKILL);
  while (waitpid (peer->pid, &status, 0) == peer->pid && !WIFSIGNALED (status))
    ;
  return NULL;
}

/* Returns: (transfer full) (nullable): why it cannot be traced. */
static char *
peer_kill_at (Peer *peer, guint at)
{
  g_autofree char *said = NULL;

  peer->at = at;
  peer->ready = g_async_queue_new ();
  peer->thread = g_thread_new ("tracer", trace, peer);
  said = g_async_queue_pop (peer->ready);
  return g_str_equal (said, "ok") ? NULL : g_steal_pointer (&said);
}

/* ---- the dialogue -------------------------------------------------------------------------------------------- */

/* Returns: whether it was lost. */
static gboolean
is_lost (FoliotFuture *call, gboolean named)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await (call, FOLIOT_TIME_NEVER, &error);

  if (value != NULL)
    return FALSE;
  if (!robust_is_named_loss (error))
    g_assert_no_error (error);
  if (named && g_error_matches (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET))
    g_assert_nonnull (strstr (error->message, "was lost before it answered agents/0/add"));
  return TRUE;
}

/* Calls, several at once, until the peer is lost. */
static void
talk_until_lost (FoliotContainer *client, const char *url)
{
  g_autoptr (FoliotFuture) connected = foliot_container_connect (client, url, 0);
  gboolean lost = is_lost (connected, FALSE);

  for (guint round = 0; !lost && round < MAX_ROUNDS; round++)
    {
      FoliotProxy *proxy = foliot_value_get_proxy (foliot_future_get_value (connected));
      FoliotFuture *calls[N_AT_ONCE];

      for (guint i = 0; i < N_AT_ONCE; i++)
        calls[i] = foliot_proxy_call (proxy, "add", foliot_value_new_int (i), foliot_value_new_int (1), NULL);
      for (guint i = 0; i < N_AT_ONCE; i++)
        {
          lost = is_lost (calls[i], TRUE) || lost;
          foliot_future_unref (calls[i]);
        }
    }
  g_assert_true (lost);
}

typedef struct
{
  Peer *victim;
  Peer *survivor;
} Cast;

static void
play (FoliotKernel *kernel, gpointer user_data)
{
  Cast *cast = user_data;
  g_autoptr (FoliotTransport) transport = foliot_stream_transport_new (kernel, NULL);
  FoliotContainer *client = robust_container_new (transport);
  g_autoptr (FoliotProxy) next = NULL;
  g_autoptr (FoliotValue) sum = NULL;
  g_autoptr (GError) error = NULL;

  talk_until_lost (client, cast->victim->url);
  next = robust_connect (client, cast->survivor->url);
  sum = foliot_await_take (
      foliot_proxy_call (next, "add", foliot_value_new_int (3), foliot_value_new_int (4), NULL), &error);
  g_assert_no_error (error);
  g_assert_cmpint (foliot_value_get_int (sum), ==, 7);
  robust_container_end (client);
}

static void
test_kills (void)
{
  guint n = MIN (robust_get_count ("FOLIOT_TEST_KILLS", 30), N_SYSTEM_CALLS);
  Peer *survivor = peer_new ();

  for (guint i = 0; i < n; i++)
    {
      Cast cast = { peer_new (), survivor };
      g_autofree char *why = peer_kill_at (cast.victim, 1 + i * N_SYSTEM_CALLS / n);

      if (why == NULL)
        robust_run (1, play, &cast);
      peer_free (cast.victim);
      if (why != NULL)
        {
          g_autofree char *text = g_strdup_printf ("a process of our own cannot be traced: %s", why);

          g_test_skip (text);
          break;
        }
    }
  peer_free (survivor);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  peer_program = argv[1];
  g_test_add_func ("/robust/kills", test_kills);
  return g_test_run ();
}
