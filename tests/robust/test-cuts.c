/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-stream.h>

#include "agent-world.h"
#include "robust-pair.h"
#include "robust-proxy.h"

/*
 * The connection ends at each byte of a dialogue, in either direction, in each way: every call ends with its result or with
 * an error that has a name, nothing is left behind, and the next connect works.
 */

#define N_CALLS         5
#define N_REQUEST_BYTES 230 /* of the dialogue, less than there are */
#define N_REPLY_BYTES   80

static void
await_end (FoliotFuture *call, guint *n_lost)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await (call, FOLIOT_TIME_NEVER, &error);

  if (value != NULL)
    return;
  if (!robust_is_named_loss (error))
    g_assert_no_error (error);
  ++*n_lost;
}

/* Returns: how many calls were lost. */
static guint
talk (FoliotContainer *client, const char *url)
{
  g_autoptr (FoliotFuture) connected = foliot_container_connect (client, url, 0);
  g_autoptr (GPtrArray) calls = g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_future_unref);
  FoliotProxy *proxy;
  guint n_lost = 0;

  await_end (connected, &n_lost);
  if (n_lost > 0)
    return n_lost;
  proxy = foliot_value_get_proxy (foliot_future_get_value (connected));
  for (gint64 i = 0; i < N_CALLS; i++)
    g_ptr_array_add (
        calls, foliot_proxy_call (proxy, "add", foliot_value_new_int (i), foliot_value_new_int (i), NULL));
  for (guint i = 0; i < N_CALLS; i++)
    await_end (calls->pdata[i], &n_lost);
  return n_lost;
}

static void
play (FoliotKernel *kernel, gpointer user_data)
{
  const RobustPlan *plan = user_data;
  g_autoptr (FoliotTransport) transport = foliot_stream_transport_new (kernel, NULL);
  FoliotContainer *server = robust_container_new (transport), *client = robust_container_new (transport);
  g_autoptr (FoliotAddress) address = foliot_address_parse (foliot_container_get_base_url (server), NULL);
  RobustProxy *between = robust_proxy_new (kernel, address, plan);
  g_autofree char *url = robust_url (robust_proxy_get_address (between), "0");

  world_agent (server, TYPE_CALLEE, NULL);
  g_assert_cmpuint (talk (client, url), >, 0);
  g_assert_cmpuint (robust_proxy_get_n_cut (between), ==, 1);
  g_assert_cmpuint (talk (client, url), ==, 0);
  robust_container_end (client);
  robust_container_end (server);
  robust_proxy_free (between);
}

static void
test_cuts (gconstpointer user_data)
{
  RobustPlan plan = { .n_cut = 1, .kind = (RobustKind) (GPOINTER_TO_UINT (user_data) / 2), .hurry = TRUE };
  guint n = robust_get_count ("FOLIOT_TEST_CUTS", 30);
  guint n_bytes;

  plan.from_server = GPOINTER_TO_UINT (user_data) % 2 == 1;
  n_bytes = plan.from_server ? N_REPLY_BYTES : N_REQUEST_BYTES;
  for (plan.at = 1; plan.at < n_bytes; plan.at += MAX (1, n_bytes / n))
    robust_run (1, play, &plan);
}

int
main (int argc, char *argv[])
{
  static const char *const kinds[] = { "reset", "end", "half" };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < 2 * ROBUST_N_KINDS; i++)
    {
      g_autofree char *path
          = g_strdup_printf ("/robust/cut/%s/%s", kinds[i / 2], i % 2 == 0 ? "requests" : "replies");
      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_cuts);
    }
  return g_test_run ();
}
