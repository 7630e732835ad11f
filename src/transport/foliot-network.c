/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-transport.h>

#include "transport/foliot-network-private.h"

/*
 * The network decorator: a transport whose links go through rules. It keeps the rules; links look theirs up
 * again when the version has changed, so a rule costs nothing per message while it stays. It also knows by which name
 * somebody listens at an address: a socket does not tell who connects.
 */

typedef struct
{
  char *from;
  char *to;
  FoliotLatency latency;
  guint loss_ppm;
} Rule;

typedef struct
{
  char *from;
  char *to;
} Cut;

struct _FoliotNetwork
{
  GObject parent_instance;
  FoliotTransport *inner;
  GArray *rules;       /* of Rule, in the order of adding */
  GArray *cuts;        /* of Cut */
  GHashTable *servers; /* address → name of who listened there last; looked up, never walked */
  guint version;
  guint64 n_lost;
};

static void foliot_network_transport_iface_init (FoliotTransportInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FoliotNetwork, foliot_network, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (FOLIOT_TYPE_TRANSPORT,
                                                      foliot_network_transport_iface_init))

/* ---- rules --------------------------------------------------------------------------------------------------- */

static gboolean
matches (const char *pattern, const char *name)
{
  return g_str_equal (pattern, "*") || g_str_equal (pattern, name);
}

void
foliot_network_add_rule (FoliotNetwork *network, const char *from, const char *to,
                         const FoliotLatency *latency, guint loss_ppm)
{
  Rule rule;

  g_return_if_fail (FOLIOT_IS_NETWORK (network));
  g_return_if_fail (from != NULL && to != NULL && latency != NULL);
  g_return_if_fail (latency->base >= 0 && latency->spread >= 0);
  g_return_if_fail (loss_ppm <= 1000000);

  rule = (Rule){ g_strdup (from), g_strdup (to), *latency, loss_ppm };
  g_array_append_val (network->rules, rule);
  network->version++;
}

void
foliot_network_set_partition (FoliotNetwork *network, const char *from, const char *to, gboolean cut)
{
  g_return_if_fail (FOLIOT_IS_NETWORK (network));
  g_return_if_fail (from != NULL && to != NULL);

  network->version++;
  for (guint i = 0; i < network->cuts->len; i++)
    {
      Cut *old = &g_array_index (network->cuts, Cut, i);

      if (!g_str_equal (old->from, from) || !g_str_equal (old->to, to))
        continue;
      if (!cut)
        g_array_remove_index (network->cuts, i);
      return;
    }
  if (cut)
    {
      Cut added = { g_strdup (from), g_strdup (to) };

      g_array_append_val (network->cuts, added);
    }
}

guint64
foliot_network_get_n_lost (FoliotNetwork *network)
{
  g_return_val_if_fail (FOLIOT_IS_NETWORK (network), 0);
  return network->n_lost;
}

guint
_foliot_network_get_version (FoliotNetwork *network)
{
  return network->version;
}

void
_foliot_network_count_lost (FoliotNetwork *network)
{
  network->n_lost++;
}

void
_foliot_network_find_rule (FoliotNetwork *network, const char *from, const char *to,
                           FoliotNetworkRule *out_rule)
{
  *out_rule = (FoliotNetworkRule){ 0 };
  for (guint i = 0; i < network->cuts->len && !out_rule->cut; i++)
    {
      Cut *cut = &g_array_index (network->cuts, Cut, i);

      out_rule->cut = matches (cut->from, from) && matches (cut->to, to);
    }
  for (guint i = 0; i < network->rules->len; i++)
    {
      Rule *rule = &g_array_index (network->rules, Rule, i);

      if (!matches (rule->from, from) || !matches (rule->to, to))
        continue;
      out_rule->has_rule = TRUE;
      out_rule->latency = rule->latency;
      out_rule->loss_ppm = rule->loss_ppm;
      return;
    }
}

/* ---- transport ----------------------------------------------------------------------------------------------- */

typedef struct
{
  FoliotNetwork *network;
  FoliotFuture *future;
  char *to; /* (nullable) */
} Attempt;

static void
attempt_free (gpointer data)
{
  Attempt *attempt = data;

  g_object_unref (attempt->network);
  foliot_future_unref (attempt->future);
  g_free (attempt->to);
  g_free (attempt);
}

static void
on_connected (FoliotFuture *future, FoliotValue *value, const GError *error, gpointer user_data)
{
  Attempt *attempt = user_data;
  g_autoptr (FoliotLink) link = NULL;

  if (foliot_future_is_settled (attempt->future))
    return;
  if (error != NULL)
    {
      foliot_future_reject (attempt->future, g_error_copy (error));
      return;
    }
  link = _foliot_network_link_new (
      attempt->network, g_object_ref (foliot_value_get_object (value, FOLIOT_TYPE_LINK)), attempt->to);
  foliot_future_resolve (attempt->future, foliot_value_new_object (G_OBJECT_TYPE (link), link));
}

static FoliotFuture *
foliot_network_connect (FoliotTransport *base, FoliotAddress *to, const char *name)
{
  FoliotNetwork *network = FOLIOT_NETWORK (base);
  g_autoptr (FoliotFuture) inner = foliot_transport_connect (network->inner, to, name);
  FoliotFuture *future = foliot_future_new (foliot_transport_get_kernel (network->inner));
  Attempt *attempt = g_new0 (Attempt, 1);

  attempt->network = g_object_ref (network);
  attempt->future = foliot_future_ref (future);
  attempt->to = g_strdup (g_hash_table_lookup (network->servers, foliot_address_get_repr (to)));
  foliot_future_then (inner, on_connected, attempt, attempt_free);
  return future;
}

typedef struct
{
  FoliotNetwork *network;
  FoliotAcceptFunc accept;
  gpointer user_data;
  GDestroyNotify destroy;
} Service;

static void
service_free (gpointer data)
{
  Service *service = data;

  if (service->destroy != NULL)
    service->destroy (service->user_data);
  g_object_unref (service->network);
  g_free (service);
}

static void
on_accepted (FoliotLink *inner, gpointer user_data)
{
  Service *service = user_data;

  service->accept (_foliot_network_link_new (service->network, inner, NULL), service->user_data);
}

static FoliotListener *
foliot_network_listen (FoliotTransport *base, FoliotAddress *at, const char *name, FoliotAcceptFunc accept,
                       gpointer user_data, GDestroyNotify destroy, GError **error)
{
  FoliotNetwork *network = FOLIOT_NETWORK (base);
  Service *service = g_new0 (Service, 1);
  FoliotListener *listener;

  service->network = g_object_ref (network);
  service->accept = accept;
  service->user_data = user_data;
  service->destroy = destroy;
  listener = foliot_transport_listen (network->inner, at, name, on_accepted, service, service_free, error);
  if (listener == NULL)
    {
      service->destroy = NULL;
      service_free (service);
    }
  else if (name != NULL)
    g_hash_table_insert (network->servers,
                         g_strdup (foliot_address_get_repr (foliot_listener_get_address (listener))),
                         g_strdup (name));
  return listener;
}

static FoliotKernel *
foliot_network_get_kernel (FoliotTransport *base)
{
  return foliot_transport_get_kernel (FOLIOT_NETWORK (base)->inner);
}

static void
foliot_network_transport_iface_init (FoliotTransportInterface *iface)
{
  iface->get_kernel = foliot_network_get_kernel;
  iface->connect = foliot_network_connect;
  iface->listen = foliot_network_listen;
}

/* ---- making -------------------------------------------------------------------------------------------------- */

static void
clear_rule (gpointer data)
{
  Rule *rule = data;

  g_free (rule->from);
  g_free (rule->to);
}

static void
clear_cut (gpointer data)
{
  Cut *cut = data;

  g_free (cut->from);
  g_free (cut->to);
}

static void
foliot_network_finalize (GObject *object)
{
  FoliotNetwork *network = FOLIOT_NETWORK (object);

  g_clear_object (&network->inner);
  g_array_unref (network->rules);
  g_array_unref (network->cuts);
  g_hash_table_unref (network->servers);
  G_OBJECT_CLASS (foliot_network_parent_class)->finalize (object);
}

static void
foliot_network_class_init (FoliotNetworkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = foliot_network_finalize;
}

static void
foliot_network_init (FoliotNetwork *network)
{
  network->version = 1; /* links start at 0: they look up at their first message */
  network->rules = g_array_new (FALSE, FALSE, sizeof (Rule));
  g_array_set_clear_func (network->rules, clear_rule);
  network->cuts = g_array_new (FALSE, FALSE, sizeof (Cut));
  g_array_set_clear_func (network->cuts, clear_cut);
  network->servers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

FoliotNetwork *
foliot_network_new (FoliotTransport *inner)
{
  FoliotNetwork *network;

  g_return_val_if_fail (FOLIOT_IS_TRANSPORT (inner), NULL);
  network = g_object_new (FOLIOT_TYPE_NETWORK, NULL);
  network->inner = g_object_ref (inner);
  return network;
}
