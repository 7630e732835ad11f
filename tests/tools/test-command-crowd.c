/* SPDX-License-Identifier: MIT */
#include "test-command.h"

#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * Many at once, over sockets without anything of ours in between: ten thousand connections to one server, and a hundred
 * thousand agents behind one connection. Both processes raise their own limit of descriptors.
 */

#define N_CONNECTIONS 10000
#define N_AGENTS      100000
#define N_AT_ONCE     1000 /* requests under way; small enough for what the system keeps of them */
#define SPARE         100  /* descriptors that a process needs for other things */

static int
connect_to (guint16 port)
{
  const struct sockaddr_in address
      = { .sin_family = AF_INET, .sin_port = g_htons (port), .sin_addr.s_addr = g_htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_no_errno (fd);
  g_assert_no_errno (connect (fd, (const struct sockaddr *) &address, sizeof address));
  return fd;
}

/* Adds request @id, `agents/@agent/add(@id, 1)`, to @frames. */
static void
append_request (GByteArray *frames, guint id, guint agent)
{
  g_autofree char *text = g_strdup_printf ("[0, %u, [\"agents/%u/add\", [%u, 1], {}]]", id, agent, id);

  foliot_framer_append (frames, (const guint8 *) text, strlen (text));
}

static void
send_all (int fd, const GByteArray *frames)
{
  for (gsize sent = 0; sent < frames->len;)
    {
      gssize n = send (fd, frames->data + sent, frames->len - sent, MSG_NOSIGNAL);

      g_assert_no_errno (n);
      sent += (gsize) n;
    }
}

/* The next message on @fd is the answer to request @id. */
static void
assert_answer (int fd, FoliotFramer *framer, guint id)
{
  g_autofree char *expected = g_strdup_printf ("[1, %u, %u]", id, id + 1);
  g_autoptr (GBytes) answer = foliot_framer_next (framer);
  gsize length;

  while (answer == NULL)
    {
      guint8 buffer[65536];
      gssize n = recv (fd, buffer, sizeof buffer, 0);

      g_assert_no_errno (n);
      g_assert_cmpint (n, >, 0);
      g_assert_true (foliot_framer_feed (framer, buffer, (gsize) n, NULL));
      answer = foliot_framer_next (framer);
    }
  g_assert_cmpmem (g_bytes_get_data (answer, &length), g_bytes_get_size (answer), expected,
                   strlen (expected));
}

static guint16
read_port (const char *ready)
{
  const char *colon = strrchr (ready, ':');

  g_assert_true (g_str_has_prefix (ready, "READY tcp://127.0.0.1:"));
  return (guint16) g_ascii_strtoull (colon + 1, NULL, 10);
}

static void
end (TestProcess *server)
{
  int status;

  g_assert_no_errno (kill (server->pid, SIGTERM));
  status = test_process_join (server);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  g_assert_cmpstr (server->err->str, ==, "");
}

static void
test_connections (void)
{
  g_autoptr (TestProcess) server = NULL;
  g_autoptr (GByteArray) request = g_byte_array_new ();
  g_autofree char *ready = NULL;
  g_autofree int *fds = g_new (int, N_CONNECTIONS);
  struct rlimit before, limit;

  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &before));
  if (before.rlim_max != RLIM_INFINITY && before.rlim_max < N_CONNECTIONS + SPARE)
    {
      g_test_skip ("this system allows fewer than 10 100 descriptors in a process (ulimit -Hn)");
      return;
    }
  server = test_process_start ("serve tcp://127.0.0.1:0 --scenario " TEST_SCENARIOS "/interop", NULL);
  ready = test_process_await_line (server);
  limit = (struct rlimit){ .rlim_cur = before.rlim_max, .rlim_max = before.rlim_max };
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &limit));
  for (guint i = 0; i < N_CONNECTIONS; i++)
    {
      fds[i] = connect_to (read_port (ready));
      g_byte_array_set_size (request, 0);
      append_request (request, i, 0);
      send_all (fds[i], request);
    }
  for (guint i = N_CONNECTIONS; i > 0; i--)
    {
      FoliotFramer *framer = foliot_framer_new (65536);

      assert_answer (fds[i - 1], framer, i - 1);
      foliot_framer_free (framer);
    }
  for (guint i = 0; i < N_CONNECTIONS; i++)
    g_assert_no_errno (close (fds[i]));
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &before));
  end (server);
}

static void
test_agents (void)
{
  g_autofree char *path = g_build_filename (test_folder, "crowd.json", NULL);
  g_autofree char *ready = NULL;
  g_autoptr (TestProcess) server = NULL;
  g_autoptr (FoliotFramer) framer = foliot_framer_new (65536);
  int fd;

  g_assert_true (g_file_set_contents (
      path,
      "{\"foliot\": 1, \"name\": \"crowd\", \"duration\": 1, \"module\": \"interop\","
      " \"containers\": [{\"name\": \"all\"}], \"agents\": [{\"name\": \"a{index}\", "
      "\"count\": " G_STRINGIFY (N_AGENTS) ", \"type\": \"InteropAgent\", \"container\": \"all\"}]}",
      -1, NULL));
  server = test_process_start ("serve tcp://127.0.0.1:0 --scenario crowd.json", NULL);
  ready = test_process_await_line (server);
  fd = connect_to (read_port (ready));
  for (guint first = 0; first < N_AGENTS; first += N_AT_ONCE)
    {
      g_autoptr (GByteArray) requests = g_byte_array_new ();

      for (guint i = first; i < first + N_AT_ONCE; i++)
        append_request (requests, i, i);
      send_all (fd, requests);
      for (guint i = first; i < first + N_AT_ONCE; i++)
        assert_answer (fd, framer, i);
    }
  g_assert_no_errno (close (fd));
  end (server);
}

void
test_command_add_crowd (void)
{
  g_test_add_func ("/command/serve/10000-connections", test_connections);
  g_test_add_func ("/command/serve/100000-agents", test_agents);
}
