/* SPDX-License-Identifier: MIT */
#include "agents.h"

/* The gateway: the one agent that knows of mosaik. It has a proxy of each agent that stands for an entity. */

/* clang-format off */
FOLIOT_DEFINE_AGENT (MosaikAgent, mosaik_agent,
  GPtrArray *ids;     /* of entities */
  GPtrArray *proxies; /* of their agents, in the same order */
)
/* clang-format on */

static gboolean
mosaik_agent_init (gpointer self, FoliotArgs *args, GError **error)
{
  MosaikAgent *gateway = self;

  gateway->ids = g_ptr_array_new_with_free_func (g_free);
  gateway->proxies = g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_proxy_unref);
  return TRUE;
}

static void
mosaik_agent_dispose (gpointer self)
{
  MosaikAgent *gateway = self;

  g_clear_pointer (&gateway->ids, g_ptr_array_unref);
  g_clear_pointer (&gateway->proxies, g_ptr_array_unref);
}

void
mosaik_agent_add (gpointer self, const char *id, FoliotProxy *proxy)
{
  MosaikAgent *gateway = self;

  g_ptr_array_add (gateway->ids, g_strdup (id));
  g_ptr_array_add (gateway->proxies, proxy);
}

/* {attribute: {source: value}} becomes {attribute: value}. */
static FoliotValue *
flatten (FoliotValue *attributes)
{
  gsize n = attributes != NULL ? foliot_value_get_length (attributes) : 0;
  g_autofree FoliotValue **pairs = g_new (FoliotValue *, 2 * n + 1);

  for (gsize i = 0; i < n; i++)
    {
      pairs[2 * i] = foliot_value_ref (foliot_value_get_key (attributes, i));
      pairs[2 * i + 1]
          = foliot_value_ref (foliot_value_get_pair_value (foliot_value_get_pair_value (attributes, i), 0));
    }
  return foliot_value_new_map (pairs, n);
}

gboolean
mosaik_agent_update (gpointer self, FoliotValue *inputs, GError **error)
{
  MosaikAgent *gateway = self;
  g_autofree FoliotValue **states = g_new (FoliotValue *, gateway->ids->len + 1);
  g_autoptr (FoliotValue) done = NULL;

  for (guint i = 0; i < gateway->ids->len; i++)
    states[i] = flatten (foliot_value_lookup (inputs, gateway->ids->pdata[i]));
  done = foliot_agent_call_each (gateway, gateway->proxies, error, "update_state",
                                 foliot_value_new_list (states, gateway->ids->len));
  return done != NULL;
}

FoliotValue *
mosaik_agent_get_limits (gpointer self, GError **error)
{
  return foliot_agent_call_all (self, ((MosaikAgent *) self)->proxies, error, "get_P_max", NULL);
}

static const FoliotMethod mosaik_agent_methods[] = { { NULL } };

static const FoliotAgentInfo mosaik_agent_info = {
  .help = "The gateway between agents and mosaik.",
  .args = "",
  .init = mosaik_agent_init,
  .dispose = mosaik_agent_dispose,
  .methods = mosaik_agent_methods,
};
