/* SPDX-License-Identifier: MIT */
#include <foliot/foliot.h>

/* Tokens go round a ring whose links lose messages. A node keeps a token until the next node has said that it has it; when
 * it hears nothing in time it sends the token again, under the same number, by which the next node knows it. So no token is
 * lost, and none becomes two: the protocol that is known as stop and wait. */

/* clang-format off */
FOLIOT_DEFINE_AGENT (Node, node,
  char *next_url;
  FoliotProxy *next;
  FoliotTime time_out;
  gint64 n_hops;         /* after which a token comes to rest */
  FoliotStore *inbox;    /* of tokens: [token, hops so far] */
  gint64 n_taken;        /* the number of the latest token from the node before */
  gint64 n_passed;
  gint64 n_resent;
  gint64 n_dropped;
)
/* clang-format on */

static gboolean
node_init (gpointer self, FoliotArgs *args, GError **error)
{
  Node *node = self;
  gint64 index = foliot_args_get_int (args, "index");

  if (!foliot_time_from_seconds (foliot_args_get_double (args, "time_out_s"), &node->time_out, error))
    return FALSE;
  node->next_url = g_strdup (foliot_args_get_string (args, "next"));
  node->n_hops = foliot_args_get_int (args, "hops");
  node->inbox = foliot_store_new (foliot_agent_get_kernel (node), "inbox", 0);
  if (index < foliot_args_get_int (args, "tokens"))
    foliot_store_try_put (
        node->inbox, foliot_value_build_list (foliot_value_new_int (index), foliot_value_new_int (0), NULL));
  return TRUE;
}

static void
node_dispose (gpointer self)
{
  Node *node = self;

  g_clear_pointer (&node->next, foliot_proxy_unref);
  g_clear_pointer (&node->inbox, foliot_store_free);
  g_clear_pointer (&node->next_url, g_free);
}

/* What the node before calls. The reply says: it is mine now. */
static FoliotValue *
node_take (gpointer self, FoliotArgs *args, GError **error)
{
  Node *node = self;
  gint64 number = foliot_args_get_int (args, "number");

  if (number <= node->n_taken)
    node->n_dropped++;
  else
    foliot_store_try_put (node->inbox, foliot_value_ref (foliot_args_get_value (args, "token")));
  node->n_taken = MAX (node->n_taken, number);
  return NULL;
}

/* Whether @error, which is cleared then, is only that time is out. */
static gboolean
clear_time_out (GError **error)
{
  if (!g_error_matches (*error, FOLIOT_ERROR, FOLIOT_ERROR_TIMED_OUT))
    return FALSE;
  g_clear_error (error);
  return TRUE;
}

/* To connect is a question to the other container, which may be lost as well. */
static gboolean
node_connect (Node *node, GError **error)
{
  FoliotKernel *kernel = foliot_agent_get_kernel (node);
  g_autoptr (GError) local = NULL;

  while (node->next == NULL)
    {
      g_autoptr (FoliotFuture) connecting
          = foliot_container_connect (foliot_agent_get_container (node), node->next_url, 0);
      g_autoptr (FoliotValue) proxy
          = foliot_await (connecting, foliot_kernel_now (kernel) + node->time_out, &local);

      if (proxy != NULL)
        node->next = foliot_proxy_ref (foliot_value_get_proxy (proxy));
      else if (clear_time_out (&local))
        foliot_future_cancel (connecting);
      else
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
    }
  return TRUE;
}

/* Sends @token, the @number-th of this node, until the next node has it. */
static gboolean
node_pass (Node *node, gint64 number, FoliotValue *token, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (FoliotValue) taken = NULL;

  for (;;)
    {
      taken = foliot_agent_call_within (node, node->time_out, node->next, &local, "take",
                                        foliot_value_new_int (number), foliot_value_ref (token), NULL);
      if (taken != NULL)
        return TRUE;
      if (!clear_time_out (&local))
        break;
      node->n_resent++;
    }
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
node_run (gpointer self, GError **error)
{
  Node *node = self;

  if (!node_connect (node, error))
    return FALSE;
  for (;;)
    {
      g_autoptr (FoliotValue) token = foliot_store_get (node->inbox, FOLIOT_TIME_NEVER, error);
      g_autoptr (FoliotValue) passed = NULL;
      FoliotValue *name, *hops;

      if (token == NULL)
        return FALSE;
      name = foliot_value_get_item (token, 0);
      hops = foliot_value_get_item (token, 1);
      if (foliot_value_get_int (hops) == node->n_hops)
        {
          foliot_agent_record (node, "arrivals", "token", foliot_value_ref (name), "hops",
                               foliot_value_ref (hops), NULL);
          continue;
        }
      passed = foliot_value_build_list (foliot_value_ref (name),
                                        foliot_value_new_int (foliot_value_get_int (hops) + 1), NULL);
      if (!node_pass (node, node->n_passed + 1, passed, error))
        return FALSE;
      node->n_passed++;
    }
}

static FoliotValue *
node_output_passed (gpointer self)
{
  return foliot_value_new_int (((Node *) self)->n_passed);
}

static FoliotValue *
node_output_resent (gpointer self)
{
  return foliot_value_new_int (((Node *) self)->n_resent);
}

static FoliotValue *
node_output_dropped (gpointer self)
{
  return foliot_value_new_int (((Node *) self)->n_dropped);
}

static const FoliotMethod node_methods[]
    = { { "take", node_take, "number:int, token:list", "Takes a token, unless it has that number already." },
        { NULL } };

static const FoliotOutput node_outputs[]
    = { { "passed", "1", node_output_passed, "Tokens that the next node has taken." },
        { "resent", "1", node_output_resent, "Tokens sent again." },
        { "dropped", "1", node_output_dropped, "Tokens that came again." },
        { NULL } };

static const FoliotAgentInfo node_info = {
  .help = "A node of a ring that passes tokens on over links that lose messages.",
  .args = "index:int, next:string, tokens:int=1, hops:int=100, time_out_s:number=2.5",
  .init = node_init,
  .run = node_run,
  .dispose = node_dispose,
  .methods = node_methods,
  .outputs = node_outputs,
};

FOLIOT_MODULE (node_get_type)
