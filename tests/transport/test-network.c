/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-transport.h>

#include "foliot-test.h"

/* Latency, loss and partition: what arrives, and when. */

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

  g_string_append_printf (line->log, "%d@%d ", (int) foliot_value_get_int (frame->value),
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

static Line *
line_new (FoliotKernel *kernel, const char *from)
{
  Line *line = g_new0 (Line, 1);
  g_autoptr (FoliotTransport) inner = foliot_local_transport_new (kernel, FALSE);
  g_autofree char *id = g_strdup_printf ("to-%s", from);
  g_autoptr (FoliotAddress) address = foliot_address_new_local (id, NULL);
  g_autoptr (FoliotValue) value = NULL;

  line->kernel = kernel;
  line->log = g_string_new (NULL);
  line->network = foliot_network_new (inner);
  line->listener = foliot_transport_listen (FOLIOT_TRANSPORT (line->network), address, "server", on_accepted,
                                            line, NULL, NULL);
  value
      = foliot_await_take (foliot_transport_connect (FOLIOT_TRANSPORT (line->network), address, from), NULL);
  line->client = g_object_ref (foliot_value_get_object (value, FOLIOT_TYPE_LINK));
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
  for (int i = first; i <= last; i++)
    {
      FoliotFrame frame = { .value = foliot_value_new_int (i) };

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

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  foliot_test_add ("/network/latency", test_latency);
  foliot_test_add ("/network/partition", test_partition);
  foliot_test_add ("/network/random-latency-keeps-order", test_random_latency_keeps_order);
  foliot_test_add ("/network/loss", test_loss);
  foliot_test_add ("/network/rules", test_rules);
  g_test_add_func ("/network/jump", test_jump);
  return g_test_run ();
}
