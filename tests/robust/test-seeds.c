/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-stream.h>

#include "agent-world.h"
#include "robust-pair.h"
#include "robust-proxy.h"

/*
 * A client and a server with somebody in between who delays, splits, merges, and hangs up in several ways: for each seed
 * all calls, which may be repeated, give what they would have given without him, and nothing hangs.
 */

#define N_CALLS    16
#define MAX_LENGTH 3000
#define MAX_TRIES  5

/* The first few tries may fall into a connection that is cut. */
static FoliotProxy *
connect_at_last (FoliotContainer *client, const char *url)
{
  for (guint i = 0; i < MAX_TRIES; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (FoliotValue) value = foliot_await_take (foliot_container_connect (client, url, 0), &error);

      if (value != NULL)
        return foliot_proxy_ref (foliot_value_get_proxy (value));
      g_assert_true (robust_is_named_loss (error));
    }
  g_assert_not_reached ();
}

static FoliotValue *
make_argument (FoliotRandom *random, guint i)
{
  gsize length = i == 7 ? 200000 : foliot_random_choice (random, MAX_LENGTH);
  g_autofree char *text = g_strnfill (length, (char) ('a' + i));

  return foliot_value_new_string (text);
}

static void
talk (FoliotKernel *kernel, FoliotProxy *proxy)
{
  FoliotRandom *random = foliot_kernel_get_random (kernel, "client", "lengths");
  g_autoptr (GPtrArray) arguments = g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_value_unref);
  g_autoptr (GPtrArray) calls = g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_future_unref);

  for (guint i = 0; i < N_CALLS; i++)
    {
      FoliotValue *argument = make_argument (random, i);

      g_ptr_array_add (arguments, argument);
      g_ptr_array_add (calls,
                       foliot_proxy_call_repeatable (proxy, "echo", foliot_value_ref (argument), NULL));
      if (i % 4 == 3) /* some one after another, some at once */
        {
          g_autoptr (FoliotValue) now = foliot_await (calls->pdata[i], FOLIOT_TIME_NEVER, NULL);
        }
    }
  for (guint i = 0; i < N_CALLS; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (FoliotValue) value = foliot_await (calls->pdata[i], FOLIOT_TIME_NEVER, &error);

      g_assert_no_error (error);
      g_assert_true (foliot_value_equal (value, arguments->pdata[i]));
    }
}

typedef struct
{
  guint64 n_reconnects;
  guint64 n_repeated;
  guint n_cut;
} Counts;

static void
play (FoliotKernel *kernel, gpointer user_data)
{
  Counts *counts = user_data;
  g_autoptr (FoliotTransport) transport = foliot_stream_transport_new (kernel, NULL);
  FoliotContainer *server = robust_container_new (transport), *client = robust_container_new (transport);
  g_autoptr (FoliotAddress) address = foliot_address_parse (foliot_container_get_base_url (server), NULL);
  RobustPlan plan = { .n_cut = (guint) (foliot_kernel_get_seed (kernel) % 3), .at_random = TRUE };
  RobustProxy *between = robust_proxy_new (kernel, address, &plan);
  g_autofree char *url = robust_url (robust_proxy_get_address (between), "0");
  g_autoptr (FoliotProxy) proxy = NULL;

  world_agent (server, TYPE_CALLEE, NULL);
  proxy = connect_at_last (client, url);
  talk (kernel, proxy);
  counts->n_reconnects += foliot_container_get_n_reconnects (client);
  counts->n_repeated += foliot_container_get_n_repeated (client);
  counts->n_cut += robust_proxy_get_n_cut (between);
  robust_container_end (client);
  robust_container_end (server);
  robust_proxy_free (between);
}

static void
test_seeds (void)
{
  guint n = robust_get_count ("FOLIOT_TEST_SEEDS", 60);
  Counts counts = { 0 };

  for (guint64 seed = 1; seed <= n; seed++)
    robust_run (seed, play, &counts);
  g_test_message ("%u seeds: %u connections cut, %" G_GUINT64_FORMAT " made again, %" G_GUINT64_FORMAT
                  " calls repeated",
                  n, counts.n_cut, counts.n_reconnects, counts.n_repeated);
  g_assert_cmpuint (counts.n_cut, >, 0);
  g_assert_cmpuint (counts.n_reconnects, >, 0);
  g_assert_cmpuint (counts.n_repeated, >, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/robust/seeds", test_seeds);
  return g_test_run ();
}
