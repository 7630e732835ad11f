/* SPDX-License-Identifier: MIT */
#include "bench-cosim.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench-command.h"
#include "bench-pairs.h"
#include "bench-park.h"

/*
 * The master is blocking reads and writes: what passes between a request and its answer is the participant's, and the system's. So this is the
 * least that a co-simulation can cost, and whatever is added to it shows at its largest: a real master and its other simulators take
 * many times as long.
 */

#define N_ROUNDS 9

/* ---- the master ------------------------------------------------------------------------------------------------ */

typedef struct
{
  BenchCommand participant;
  int fd;
  guint n_requests;
} Master;

static void
say (Master *master, const char *text)
{
  guint32 length = GUINT32_TO_BE ((guint32) strlen (text));
  g_autoptr (GByteArray) frame = g_byte_array_new ();

  g_byte_array_append (frame, (const guint8 *) &length, sizeof length);
  g_byte_array_append (frame, (const guint8 *) text, strlen (text));
  if (write (master->fd, frame->data, frame->len) != (gssize) frame->len)
    g_error ("the participant hears nothing: %s", g_strerror (errno));
}

static void
read_all (Master *master, gpointer data, gsize length)
{
  for (gsize n = 0; n < length;)
    {
      gssize got = read (master->fd, (char *) data + n, length - n);

      if (got <= 0)
        g_error ("the participant hung up");
      n += (gsize) got;
    }
}

/* One request and its answer, which must be a result; what the answer says is looked at by tests. */
static void
ask (Master *master, const char *function, const char *args, const char *keywords)
{
  g_autofree char *text
      = g_strdup_printf ("[0, %u, [\"%s\", %s, %s]]", master->n_requests++, function, args, keywords);
  g_autofree char *reply = NULL;
  guint32 length;

  say (master, text);
  read_all (master, &length, sizeof length);
  length = GUINT32_FROM_BE (length);
  reply = g_malloc (length + 1);
  read_all (master, reply, length);
  reply[length] = '\0';
  if (!g_str_has_prefix (reply, "[1, "))
    g_error ("%s was answered with %s", text, reply);
}

static int
open_door (guint16 *out_port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = g_htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;
  int door = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_no_errno (bind (door, (struct sockaddr *) &address, sizeof address));
  g_assert_no_errno (listen (door, 1));
  g_assert_no_errno (getsockname (door, (struct sockaddr *) &address, &length));
  *out_port = g_ntohs (address.sin_port);
  return door;
}

/* Starts a participant; its start is over when it has said what it is. */
static Master
start (const char *folder, const char *out, const char *options)
{
  static const int yes = 1;
  guint16 port;
  int door = open_door (&port);
  g_autofree char *arguments
      = g_strdup_printf ("mosaik " BENCH_PARK_FILE " 127.0.0.1:%u --quiet --out %s%s", port, out, options);
  Master master = { .participant = bench_command_start (folder, arguments) };

  master.fd = accept4 (door, NULL, NULL, SOCK_CLOEXEC);
  g_assert_no_errno (master.fd);
  setsockopt (master.fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  close (door);
  ask (&master, "init", "[\"MAS-0\"]", "{\"time_resolution\": 1.0}");
  return master;
}

static BenchCost
stop (Master *master)
{
  ask (master, "stop", "[]", "{}");
  close (master->fd);
  return bench_command_wait (master->participant);
}

/* ---- days ------------------------------------------------------------------------------------------------------ */

typedef struct
{
  const char *folder;
  const char *options;
  guint n_days;
} Play;

static void
step (Master *master, guint number)
{
  g_autoptr (GString) args = g_string_new (NULL);

  g_string_printf (args, "[%u, {", number * BENCH_PARK_STEP_S);
  for (guint i = 0; i < BENCH_PARK_TURBINES; i++)
    g_string_append_printf (args, "%s\"Agent_%u\": {\"P\": {\"Wind-0.wecs-%u\": %u.%u}}", i > 0 ? ", " : "",
                            i, i, bench_park_get_power (number, i), i + 1);
  g_string_append_printf (args, "}, %u]", (number + 1) * BENCH_PARK_STEP_S);
  ask (master, "step", args->str, "{}");
  ask (master, "get_data", "[{\"Agent_0\": [\"P_max\"], \"Agent_1\": [\"P_max\"], \"Agent_2\": [\"P_max\"]}]",
       "{}");
}

static BenchTimes
play (gpointer user_data)
{
  const Play *days = user_data;
  Master master = start (days->folder, "live", days->options);
  BenchCost cost;

  for (guint i = 0; i < BENCH_PARK_TURBINES; i++)
    ask (&master, "create", "[1, \"WecsAgent\"]", "{\"P_rated\": 2000}");
  ask (&master, "setup_done", "[]", "{}");
  for (guint number = 0; number < days->n_days * BENCH_PARK_STEPS_A_DAY; number++)
    step (&master, number);
  cost = stop (&master);
  if (cost.code != 0)
    g_error ("the participant ended with exit code %d", cost.code);
  return (BenchTimes){ cost.cpu_s, cost.wall_s };
}

static BenchTimes
replay (gpointer user_data)
{
  const Play *days = user_data;
  BenchCost cost = bench_command_run (days->folder, days->options);

  if (cost.code != 0)
    g_error ("the replay ended with exit code %d", cost.code);
  return (BenchTimes){ cost.cpu_s, cost.wall_s };
}

void
foliot_bench_cosim (guint n_days)
{
  g_autofree char *folder = bench_folder_new ();
  Play live = { folder, "", n_days }, recorded = { folder, " --record run.flj", n_days },
       whole = { folder, " --record whole.flj --record-bytes", n_days },
       again = { folder, "replay run.flj --quiet --out replayed", n_days };
  const BenchSide sides[] = { { "live", play, &live },
                              { "cosim-recorded", play, &recorded },
                              { "cosim-recorded-bytes", play, &whole },
                              { "cosim-replayed", replay, &again } };

  bench_park_write (folder, 0);
  bench_pairs (sides, G_N_ELEMENTS (sides), N_ROUNDS, TRUE);
  bench_folder_remove (folder);
}

/* ---- many ------------------------------------------------------------------------------------------------------ */

/* In KiB: what no other process shares. */
static double
get_own_memory (GPid pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/smaps_rollup", pid), *text = NULL;
  double sum = 0;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  for (const char *line = strstr (text, "\nPrivate_"); line != NULL; line = strstr (line + 1, "\nPrivate_"))
    sum += g_ascii_strtod (strchr (line, ':') + 1, NULL);
  return sum;
}

void
foliot_bench_participants (guint n_participants)
{
  g_autofree char *folder = bench_folder_new ();
  g_autofree Master *masters = g_new (Master, n_participants);
  BenchTimes begin = bench_times_now (), took;
  double memory_kib = 0, cpu_s = 0;

  bench_park_write (folder, 0);
  for (guint i = 0; i < n_participants; i++)
    {
      g_autofree char *out = g_strdup_printf ("out-%u", i);
      masters[i] = start (folder, out, "");
    }
  took = bench_times_since (begin);
  for (guint i = 0; i < n_participants; i++)
    memory_kib += get_own_memory (masters[i].participant.pid);
  for (guint i = 0; i < n_participants; i++)
    cpu_s += stop (&masters[i]).cpu_s;
  printf ("participants-start %u\t%.1f\tms each\t-\tone after another\n", n_participants,
          1000 * took.wall_s / n_participants);
  printf ("participants-processor %u\t%.1f\tms each\t-\tstart and end\n", n_participants,
          1000 * cpu_s / n_participants);
  printf ("participants-memory %u\t%.0f\tKiB each\t-\tshared with none\n", n_participants,
          memory_kib / n_participants);
  bench_folder_remove (folder);
}
