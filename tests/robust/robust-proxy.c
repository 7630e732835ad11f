/* SPDX-License-Identifier: MIT */
#include "robust-proxy.h"

#include <foliot/foliot-async.h>
#include <foliot/foliot-random.h>

#include <unistd.h>

#include "foliot-raw-socket.h"

/*
 * A fiber accepts, two pass on per connection, one for each direction. A delay is a number of turns in which the kernel
 * serves its descriptors: nothing here looks at a clock.
 */

#define MAX_TURNS   6
#define MAX_PIECE   24
#define MAX_CUT     700
#define FROM_CLIENT 0
#define FROM_SERVER 1

struct _RobustProxy
{
  FoliotKernel *kernel;
  FoliotRandom *random;
  FoliotScope *scope;
  FoliotAddress *address;
  FoliotAddress *server;
  RobustPlan plan;
  int listener;
  guint n_accepted;
  guint n_cut;
};

typedef struct
{
  guint ref_count;
  RobustProxy *proxy;
  FoliotRawSocket *sides[2]; /* client, server */
  RobustPlan plan;
  gboolean to_be_cut;
  gboolean is_over;
} Relay;

typedef struct
{
  Relay *relay;
  guint from;
} Direction;

static void
direction_free (gpointer data)
{
  Direction *direction = data;
  Relay *relay = direction->relay;

  g_free (direction);
  if (--relay->ref_count > 0)
    return;
  foliot_raw_socket_free (relay->sides[FROM_CLIENT]);
  foliot_raw_socket_free (relay->sides[FROM_SERVER]);
  g_free (relay);
}

static guint
draw (RobustProxy *proxy, guint n)
{
  return (guint) foliot_random_choice (proxy->random, n);
}

static void
dawdle (Direction *direction)
{
  Relay *relay = direction->relay;

  if (relay->plan.hurry || draw (relay->proxy, 2) == 0)
    return;
  for (guint i = draw (relay->proxy, MAX_TURNS); i > 0; i--)
    g_assert_true (foliot_sleep (relay->proxy->kernel, 0, NULL));
}

static void
cut (Direction *direction)
{
  Relay *relay = direction->relay;

  relay->to_be_cut = FALSE;
  relay->proxy->n_cut++;
  relay->is_over = relay->plan.kind != ROBUST_HALF;
  for (guint i = 0; i < 2; i++)
    if (relay->plan.kind == ROBUST_RESET)
      foliot_raw_socket_reset (relay->sides[i]);
    else if (relay->plan.kind == ROBUST_END || i != direction->from)
      foliot_raw_socket_end (relay->sides[i]);
}

/* Passes on some bytes. Returns: FALSE: this direction has ended. */
static gboolean
pass (Direction *direction, const guint8 *data, gsize length, guint64 *passed)
{
  Relay *relay = direction->relay;
  gboolean counts = relay->to_be_cut && direction->from == (guint) relay->plan.from_server;

  while (length > 0)
    {
      gsize piece = length;

      if (!relay->plan.hurry && draw (relay->proxy, 2) == 0)
        piece = 1 + draw (relay->proxy, (guint) MIN (length, MAX_PIECE));
      if (counts && *passed + piece > relay->plan.at)
        piece = relay->plan.at - *passed;
      dawdle (direction);
      if (relay->is_over || !foliot_raw_socket_send (relay->sides[!direction->from], data, piece))
        return FALSE;
      *passed += piece;
      data += piece;
      length -= piece;
      if (counts && *passed == relay->plan.at)
        {
          cut (direction);
          return FALSE;
        }
    }
  return TRUE;
}

static FoliotValue *
run_direction (gpointer user_data, GError **error)
{
  Direction *direction = user_data;
  Relay *relay = direction->relay;
  guint64 passed = 0;

  while (!relay->is_over)
    {
      g_autoptr (GBytes) some = foliot_raw_socket_read (relay->sides[direction->from]);
      gsize length;
      const guint8 *data;

      if (some == NULL || relay->is_over)
        break;
      data = g_bytes_get_data (some, &length);
      if (!pass (direction, data, length, &passed))
        return NULL;
    }
  if (!relay->is_over)
    foliot_raw_socket_end (relay->sides[!direction->from]);
  return NULL;
}

static void
start_direction (Relay *relay, guint from)
{
  RobustProxy *proxy = relay->proxy;
  Direction *direction = g_new (Direction, 1);

  *direction = (Direction){ relay, from };
  relay->ref_count++;
  foliot_future_unref (foliot_fiber_spawn_full (
      proxy->kernel, proxy->scope, from == FROM_CLIENT ? "proxy from client" : "proxy from server",
      FOLIOT_STACK_LARGE, run_direction, direction, direction_free));
}

static void
start_relay (RobustProxy *proxy, FoliotRawSocket *client)
{
  Relay *relay = g_new0 (Relay, 1);

  relay->proxy = proxy;
  relay->sides[FROM_CLIENT] = client;
  relay->sides[FROM_SERVER] = foliot_raw_socket_new_connected (proxy->kernel, proxy->server, 0);
  relay->plan = proxy->plan;
  relay->to_be_cut = proxy->n_accepted++ < proxy->plan.n_cut;
  if (proxy->plan.at_random)
    {
      relay->plan.kind = (RobustKind) draw (proxy, ROBUST_N_KINDS);
      relay->plan.from_server = draw (proxy, 2) == 1;
      relay->plan.at = 1 + draw (proxy, MAX_CUT);
    }
  start_direction (relay, FROM_CLIENT);
  start_direction (relay, FROM_SERVER);
}

static FoliotValue *
run_acceptor (gpointer user_data, GError **error)
{
  RobustProxy *proxy = user_data;
  FoliotRawSocket *client;

  while ((client = foliot_raw_socket_new_accepted (proxy->kernel, proxy->listener)) != NULL)
    start_relay (proxy, client);
  return NULL;
}

RobustProxy *
robust_proxy_new (FoliotKernel *kernel, FoliotAddress *server, const RobustPlan *plan)
{
  RobustProxy *proxy = g_new0 (RobustProxy, 1);

  proxy->kernel = kernel;
  proxy->random = foliot_kernel_get_random (kernel, "proxy", "plan");
  proxy->scope = foliot_scope_new (kernel, NULL);
  proxy->server = foliot_address_ref (server);
  proxy->plan = *plan;
  proxy->listener = foliot_raw_socket_listen (&proxy->address);
  foliot_future_unref (foliot_fiber_spawn (kernel, proxy->scope, "proxy", run_acceptor, proxy, NULL));
  return proxy;
}

void
robust_proxy_free (RobustProxy *proxy)
{
  g_autoptr (FoliotValue) ended = foliot_await_take (foliot_scope_close (proxy->scope), NULL);

  close (proxy->listener);
  foliot_scope_unref (proxy->scope);
  foliot_address_unref (proxy->address);
  foliot_address_unref (proxy->server);
  g_free (proxy);
}

FoliotAddress *
robust_proxy_get_address (RobustProxy *proxy)
{
  return proxy->address;
}

guint
robust_proxy_get_n_cut (RobustProxy *proxy)
{
  return proxy->n_cut;
}
