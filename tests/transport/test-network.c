/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-stream.h>

#include "foliot-test.h"
#include "test-plain-transport.h"

#include <string.h>

/*
 * Latency, loss and partition: what arrives, and when. Over links that can send later themselves, and over those that
 * cannot: inside of the kernel and through sockets. The path of a test says which.
 */

typedef struct
{
  FoliotKernel *kernel;
  FoliotNetwork *network;
  FoliotListener *listener;
  FoliotLink *client;
  FoliotLink *server;
  GString *log; /* number@milliseconds, or . for the end */
} Line;

static void
on_frame (gpointer owner, FoliotFrame *frame)
{
  Line *line = owner;
  gint64 number = frame->value != NULL ? foliot_value_get_int (frame->value)
                                       : g_ascii_strtoll (g_bytes_get_data (frame->bytes, NULL), NULL, 10);

  g_string_append_printf (line->log, "%d@%d ", (int) number,
                          (int) (foliot_kernel_now (line->kernel) / FOLIOT_MILLISECOND));
}

static void
on_closed (gpointer owner, const GError *why)
{
  Line *line = owner;

  g_string_append_printf (line->log, ".@%d", (int) (foliot_kernel_now (line->kernel) / FOLIOT_MILLISECOND));
}

static const FoliotLinkSink sink = { .frame = on_frame, .closed = on_closed };

static void
on_accepted (FoliotLink *link, gpointer user_data)
{
  Line *line = user_data;

  line->server = link;
  foliot_link_start (link, &sink, line);
}

static gboolean
is_over (const char *what)
{
  g_autofree char *prefix = g_strdup_printf ("/network/%s/", what);

  return g_str_has_prefix (g_test_get_path (), prefix);
}

static FoliotTransport *
make_inner (FoliotKernel *kernel)
{
  if (is_over ("plain"))
    return test_plain_transport_new (kernel);
  return is_over ("tcp") ? foliot_stream_transport_new (kernel, NULL)
                         : foliot_local_transport_new (kernel, FALSE);
}

static FoliotAddress *
make_address (const char *id)
{
  return is_over ("tcp") ? foliot_address_new_tcp ("127.0.0.1", 0) : foliot_address_new_local (id, NULL);
}

static Line *
line_new (FoliotKernel *kernel, const char *from)
{
  Line *line = g_new0 (Line, 1);
  g_autoptr (FoliotTransport) inner = make_inner (kernel);
  g_autofree char *id = g_strdup_printf ("to-%s", from);
  g_autoptr (FoliotAddress) address = make_address (id);
  g_autoptr (FoliotValue) value = NULL;

  line->kernel = kernel;
  line->log = g_string_new (NULL);
  line->network = foliot_network_new (inner);
  line->listener = foliot_transport_listen (FOLIOT_TRANSPORT (line->network), address, "server", on_accepted,
                                            line, NULL, NULL);
  value = foliot_await_take (foliot_transport_connect (FOLIOT_TRANSPORT (line->network),
                                                       foliot_listener_get_address (line->listener), from),
                             NULL);
  line->client = g_object_ref (foliot_value_get_object (value, FOLIOT_TYPE_LINK));
  while (line->server == NULL) /* accepted a turn later */
    foliot_test_sleep (kernel, 0);
  return line;
}

static void
line_free (Line *line)
{
  g_clear_object (&line->client);
  foliot_link_start (line->server, NULL, NULL);
  g_clear_object (&line->server);
  g_object_unref (line->listener);
  g_object_unref (line->network);
  g_string_free (line->log, TRUE);
  g_free (line);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Line, line_free)

static void
send_numbers (Line *line, int first, int last)
{
  gboolean values = (foliot_link_get_flags (line->client) & FOLIOT_LINK_VALUES) != 0;

  for (int i = first; i <= last; i++)
    {
      char *text = g_strdup_printf ("%d", i);
      FoliotFrame frame = { .value = values ? foliot_value_new_int (i) : NULL,
                            .bytes = values ? NULL : g_bytes_new_take (text, strlen (text) + 1) };

      if (values)
        g_free (text);
      g_assert_true (foliot_link_send (line->client, &frame, NULL));
    }
}

static const FoliotLatency no_latency = { FOLIOT_LATENCY_CONSTANT, 0, 0 };
static const FoliotLatency ten_ms = { FOLIOT_LATENCY_CONSTANT, 10 * FOLIOT_MILLISECOND, 0 };
static const FoliotLatency two_ms = { FOLIOT_LATENCY_CONSTANT, 2 * FOLIOT_MILLISECOND, 0 };

static void
test_latency (FoliotKernel *kernel)
{
  g_autoptr (Line) line = line_new (kernel, "client");

  foliot_network_add_rule (line->network, "client", "server", &ten_ms, 0);
  send_numbers (line, 1, 2);
  foliot_test_sleep (kernel, 5 * FOLIOT_MILLISECOND);
  send_numbers (line, 3, 3);
  foliot_link_close (line->client);
  foliot_test_sleep (kernel, FOLIOT_SECOND);
  g_assert_cmpstr (line->log->str, ==, "1@10 2@10 3@15 .@15");
}

/* While a direction is cut its messages are lost; those under way arrive. */
static void
test_partition (FoliotKernel *kernel)
{
  g_autoptr (Line) line = line_new (kernel, "client");
  g_autoptr (Line) other = line_new (kernel, "other");

  foliot_network_add_rule (line->network, "client", "*", &ten_ms, 0);
  send_numbers (line, 1, 1);
  foliot_network_set_partition (line->network, "client", "server", TRUE);
  send_numbers (line, 2, 2);
  foliot_network_set_partition (line->network, "client", "server", FALSE);
  send_numbers (line, 3, 3);
  foliot_network_add_rule (other->network, "other", "*", &ten_ms, 0);
  send_numbers (other, 1, 1);
  foliot_test_sleep (kernel, FOLIOT_SECOND);
  g_assert_cmpstr (line->log->str, ==, "1@10 3@10 ");
  g_assert_cmpuint (foliot_network_get_n_lost (line->network), ==, 1);
  g_assert_cmpuint (foliot_network_get_n_lost (other->network), ==, 0);
}

static void
test_random_latency_keeps_order (FoliotKernel *kernel)
{
  static const FoliotLatencyKind kinds[]
      = { FOLIOT_LATENCY_UNIFORM, FOLIOT_LATENCY_EXPONENTIAL, FOLIOT_LATENCY_NORMAL };

  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      g_autoptr (Line) line = line_new (kernel, "client");
      FoliotLatency latency = { kinds[k], FOLIOT_MILLISECOND, 5 * FOLIOT_MILLISECOND };
      g_auto (GStrv) parts = NULL;

      foliot_network_add_rule (line->network, "*", "*", &latency, 0);
      send_numbers (line, 1, 200);
      foliot_test_sleep (kernel, FOLIOT_SECOND);
      parts = g_strsplit (line->log->str, " ", 0);
      g_assert_cmpuint (g_strv_length (parts), ==, 201);
      for (int i = 0; i < 200; i++)
        g_assert_cmpint (g_ascii_strtoll (parts[i], NULL, 10), ==, i + 1);
    }
}

static char *
log_lossy (FoliotKernel *kernel, const char *from, const FoliotLatency *latency, guint loss_ppm,
           guint64 *out_lost)
{
  g_autoptr (Line) line = line_new (kernel, from);

  foliot_network_add_rule (line->network, "*", "*", latency, loss_ppm);
  send_numbers (line, 1, 1000);
  foliot_test_sleep (kernel, FOLIOT_SECOND);
  *out_lost = foliot_network_get_n_lost (line->network);
  return g_strdup (line->log->str);
}

static void
test_loss (FoliotKernel *kernel)
{
  guint64 none, all, some;
  g_autofree char *nothing_lost = log_lossy (kernel, "a", &no_latency, 0, &none);
  g_autofree char *all_lost = log_lossy (kernel, "b", &no_latency, 1000000, &all);
  g_autofree char *some_lost = log_lossy (kernel, "c", &two_ms, 100000, &some);

  g_assert_cmpuint (none, ==, 0);
  g_assert_cmpuint (all, ==, 1000);
  g_assert_cmpstr (all_lost, ==, "");
  g_assert_cmpuint (some, >, 60);
  g_assert_cmpuint (some, <, 140);
}

/* The first rule that matches holds, and one for others changes nothing. */
static void
test_rules (FoliotKernel *kernel)
{
  g_autoptr (Line) line = line_new (kernel, "client");

  foliot_network_add_rule (line->network, "somebody", "*", &two_ms, 1000000);
  foliot_network_add_rule (line->network, "*", "server", &ten_ms, 0);
  foliot_network_add_rule (line->network, "client", "server", &two_ms, 0);
  send_numbers (line, 1, 1);
  foliot_test_sleep (kernel, FOLIOT_SECOND);
  g_assert_cmpstr (line->log->str, ==, "1@10 ");
}

/* What is under way when a link is closed, or dropped, still leaves in its time, and the end comes behind it. */
static void
test_close (FoliotKernel *kernel)
{
  g_autoptr (Line) line = line_new (kernel, "client");
  FoliotFrame frame = { .bytes = g_bytes_new_static ("x", 2) };
  g_autoptr (GError) error = NULL;

  foliot_network_add_rule (line->network, "*", "*", &ten_ms, 0);
  send_numbers (line, 1, 2);
  if (!(foliot_link_get_flags (line->client) & FOLIOT_LINK_VALUES))
    g_assert_cmpuint (foliot_link_get_queued_bytes (line->client), ==, 4);
  foliot_link_close (line->client);
  foliot_link_close (line->client);
  g_assert_false (foliot_link_send (line->client, &frame, &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET);
  g_clear_object (&line->client);
  foliot_test_sleep (kernel, 9 * FOLIOT_MILLISECOND);
  g_assert_cmpstr (line->log->str, ==, "");
  foliot_test_sleep (kernel, FOLIOT_SECOND);
  g_assert_cmpstr (line->log->str, ==, "1@10 2@10 .@10");
}

static void
test_drop (FoliotKernel *kernel)
{
  g_autoptr (Line) line = line_new (kernel, "client");

  foliot_network_add_rule (line->network, "*", "*", &ten_ms, 0);
  send_numbers (line, 1, 2);
  g_clear_object (&line->client);
  foliot_test_sleep (kernel, FOLIOT_SECOND);
  g_assert_cmpstr (line->log->str, ==, "1@10 2@10 .@10");
}

/* The other end goes while something is under way to it. */
static void
test_peer_closes (FoliotKernel *kernel)
{
  g_autoptr (Line) line = line_new (kernel, "client");

  foliot_network_add_rule (line->network, "*", "*", &ten_ms, 0);
  send_numbers (line, 1, 2);
  foliot_link_start (line->client, &sink, line);
  foliot_link_start (line->server, NULL, NULL);
  foliot_link_close (line->server);
  foliot_test_sleep (kernel, FOLIOT_SECOND);
  g_assert_cmpstr (line->log->str, ==, ".@0");
}

/* The world ends with frames and an end under way; no order of the last references matters. */
static void
test_world_ends (FoliotKernel *kernel)
{
  for (guint k = 0; k < 4; k++)
    {
      FoliotKernel *other = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
      g_autoptr (FoliotTransport) inner = make_inner (other);
      g_autoptr (FoliotNetwork) network = foliot_network_new (inner);
      g_autoptr (FoliotAddress) address = make_address ("q");
      Line line = { .kernel = other, .network = network, .log = g_string_new (NULL) };
      g_autoptr (FoliotListener) listener = foliot_transport_listen (
          FOLIOT_TRANSPORT (network), address, "server", on_accepted, &line, NULL, NULL);
      g_autoptr (FoliotFuture) attempt = foliot_transport_connect (
          FOLIOT_TRANSPORT (network), foliot_listener_get_address (listener), "client");

      foliot_network_add_rule (network, "*", "*", &ten_ms, 0);
      while (line.server == NULL || !foliot_future_is_settled (attempt))
        foliot_kernel_step (other, 1);
      line.client
          = g_object_ref (foliot_value_get_object (foliot_future_get_value (attempt), FOLIOT_TYPE_LINK));
      foliot_link_start (line.client, &sink, &line);
      send_numbers (&line, 1, 3);
      if (k & 1)
        foliot_link_close (line.client);
      foliot_kernel_close (other);
      g_clear_pointer (&attempt, foliot_future_unref);
      if (k & 2)
        g_clear_object (&other);
      foliot_link_start (line.client, NULL, NULL);
      g_clear_object (&line.client);
      foliot_link_start (line.server, NULL, NULL);
      g_clear_object (&line.server);
      g_clear_object (&other);
      g_string_free (line.log, TRUE);
    }
}

typedef struct
{
  GError *why;
} Ending;

static void
note_why (gpointer owner, const GError *why)
{
  ((Ending *) owner)->why = g_error_copy (why);
}

/* Was accepted, and is refused when its time has come: the link ends and says why. */
static void
test_refused_late (FoliotKernel *kernel)
{
  static const FoliotLinkSink late = { .frame = on_frame, .closed = note_why };
  g_autoptr (Line) line = line_new (kernel, "client");
  g_autofree guint8 *zeros = g_malloc0 (TEST_PLAIN_MAX_BYTES + 1);
  FoliotFrame frame = { .bytes = g_bytes_new (zeros, TEST_PLAIN_MAX_BYTES + 1) };
  Ending ending = { 0 };

  foliot_network_add_rule (line->network, "*", "*", &ten_ms, 0);
  foliot_link_start (line->client, &late, &ending);
  send_numbers (line, 1, 1);
  g_assert_true (foliot_link_send (line->client, &frame, NULL));
  send_numbers (line, 2, 2);
  foliot_test_sleep (kernel, FOLIOT_SECOND);
  g_assert_error (ending.why, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_FRAME_TOO_LONG);
  g_assert_cmpstr (line->log->str, ==, "1@10 .@10");
  g_error_free (ending.why);
}

/* Each end of a connection inside of one world knows the other, and who was given to it. */
static void
test_peer (FoliotKernel *kernel)
{
  g_autoptr (Line) line = line_new (kernel, "client");
  FoliotLink *peer = foliot_link_get_peer (line->client);

  g_assert_nonnull (peer);
  g_assert_true (foliot_link_get_owner (peer, &sink) == line);
}

/* aiomas' rule: what has a latency waits for the next set_time. */
static void
test_jump (void)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_EXTERNAL, 1, 0);
  g_autoptr (FoliotTransport) inner = foliot_local_transport_new (kernel, FALSE);
  g_autoptr (FoliotNetwork) network = foliot_network_new (inner);
  g_autoptr (FoliotAddress) address = foliot_address_new_local ("q", NULL);
  Line line = { .kernel = kernel, .network = network, .log = g_string_new (NULL) };
  g_autoptr (FoliotListener) listener = foliot_transport_listen (FOLIOT_TRANSPORT (network), address,
                                                                 "server", on_accepted, &line, NULL, NULL);
  g_autoptr (FoliotFuture) attempt = foliot_transport_connect (FOLIOT_TRANSPORT (network), address, "client");

  foliot_network_add_rule (network, "*", "*", &ten_ms, 0);
  g_assert_true (foliot_kernel_run_until (kernel, FOLIOT_TIME_NEVER, NULL));
  line.client = foliot_value_get_object (foliot_future_get_value (attempt), FOLIOT_TYPE_LINK);
  send_numbers (&line, 1, 2);
  g_assert_true (foliot_kernel_run_until (kernel, FOLIOT_TIME_NEVER, NULL));
  g_assert_cmpstr (line.log->str, ==, "");
  g_assert_true (foliot_kernel_advance (kernel, FOLIOT_SECOND, FOLIOT_ADVANCE_JUMP, NULL));
  g_assert_true (foliot_kernel_run_until (kernel, FOLIOT_TIME_NEVER, NULL));
  g_assert_cmpstr (line.log->str, ==, "1@1000 2@1000 ");
  foliot_link_start (line.server, NULL, NULL);
  g_object_unref (line.server);
  g_string_free (line.log, TRUE);
}

/* Each direction has its own rule, by the names of both ends. */
static void
test_both_ways (FoliotKernel *kernel)
{
  g_autoptr (Line) line = line_new (kernel, "client");
  FoliotLink *client = line->client;

  foliot_network_add_rule (line->network, "server", "client", &ten_ms, 0);
  foliot_network_add_rule (line->network, "client", "server", &two_ms, 0);
  foliot_link_start (client, &sink, line);
  send_numbers (line, 1, 1);
  foliot_test_sleep (kernel, 5 * FOLIOT_MILLISECOND);
  line->client = line->server;
  send_numbers (line, 2, 2);
  line->client = client;
  foliot_test_sleep (kernel, FOLIOT_SECOND);
  g_assert_cmpstr (line->log->str, ==, "1@2 2@15 ");
  foliot_link_start (client, NULL, NULL);
}

static void
add_all (const char *inner)
{
  static const struct
  {
    const char *name;
    FoliotTestBody body;
  } tests[] = {
    { "latency", test_latency },
    { "partition", test_partition },
    { "random-latency-keeps-order", test_random_latency_keeps_order },
    { "loss", test_loss },
    { "rules", test_rules },
    { "close", test_close },
    { "drop", test_drop },
    { "peer-closes", test_peer_closes },
    { "world-ends", test_world_ends },
    { "peer", test_peer },
    { "both-ways", test_both_ways },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strdup_printf ("/network/%s/%s", inner, tests[i].name);

      foliot_test_add (path, tests[i].body);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  add_all ("local");
  add_all ("plain");
  add_all ("tcp");
  foliot_test_add ("/network/plain/refused-late", test_refused_late);
  g_test_add_func ("/network/jump", test_jump);
  return g_test_run ();
}
