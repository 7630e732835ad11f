/* SPDX-License-Identifier: MIT */
#include "agent/foliot-container-private.h"

#include <foliot/foliot-stream.h>
#include <string.h>

#include "agent/foliot-peers-private.h"
#include "agent/foliot-reserved-private.h"
#include "kernel/foliot-hearing-private.h"
#include "rpc/foliot-rpc-client-private.h"

/*
 * A container is a root service with a listener in front of it and a table of outgoing connections behind it. The same
 * service is offered on all of them, so that a peer that was called may call back.
 *
 * Who owns what: the container owns its agents, its scope, its listener and its connections. Agents and peers point back
 * without a reference. The rpc floor references the container, as the service that it serves; that circle is meant
 * (what listens is alive) and the shutdown opens it.
 *
 * The shutdown asks everything to end first, in a fixed order, and then waits for all of it. It collects futures, looks at
 * none of their errors, and cannot fail. When a world is closed, those of its containers that are still open are shut down.
 */

typedef struct
{
  FoliotKernel *kernel; /* outlives us */
  FoliotTransport *transport;
  FoliotClock *clock;
  FoliotAddress *address;
  char *name;
  guint32 node;

  FoliotCompat compat;
  FoliotLimits limits;
  GArray *serializers;
  FoliotChannelOptions options; /* points into the two above */

  FoliotRouter *router;
  FoliotServiceDict *services; /* "agents" */
  GPtrArray *agents;           /* by id; NULL where init failed */
  guint n_agents;
  FoliotScope *scope;

  GList link; /* among the open containers of the kernel */
  FoliotListener *listener;
  GPtrArray *incoming; /* FoliotRpcClient, in the order of arrival */
  guint prune_at;      /* how many there may be before the dead ones are looked for */
  FoliotPeers *peers;

  FoliotFuture *shutdown; /* once it was asked for */
  guint n_closing;        /* what it still waits for */

  FoliotAgentFailureFunc failure_func;
  gpointer failure_data;
  FoliotRefusalFunc refusal_func;
  gpointer refusal_data;
} FoliotContainerPrivate;

static FoliotRouter *container_get_router (FoliotService *service);

static void
service_init (FoliotServiceInterface *iface)
{
  iface->get_router = container_get_router;
}

G_DEFINE_TYPE_WITH_CODE (FoliotContainer, foliot_container, G_TYPE_OBJECT,
                         G_ADD_PRIVATE (FoliotContainer)
                             G_IMPLEMENT_INTERFACE (FOLIOT_TYPE_SERVICE, service_init))

#define PRIVATE(container) ((FoliotContainerPrivate *) foliot_container_get_instance_private (container))

static FoliotRouter *
container_get_router (FoliotService *service)
{
  return PRIVATE (FOLIOT_CONTAINER (service))->router;
}

static FoliotValue *
validate_aid (gpointer self, FoliotArgs *args, GError **error)
{
  FoliotValue *aid = foliot_args_get_value (args, "aid");
  if (foliot_value_get_kind (aid) != FOLIOT_VALUE_STRING)
    return NULL;
  FoliotAgent *agent = foliot_container_get_agent (self, foliot_value_get_string (aid, NULL));
  return agent != NULL ? foliot_value_new_string (foliot_agent_type_get_name (G_OBJECT_TYPE (agent))) : NULL;
}

/* What a mosaik master asks first, in the same words as aiomas' wire: whoever wrote that scenario learns what is wrong. */
static FoliotValue *
refuse_master (gpointer self, FoliotArgs *args, GError **error)
{
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_LOOKUP,
               "Container %s has agents, and is no simulator for mosaik: there is no \"init\" to call",
               foliot_container_get_name (self));
  return NULL;
}

static const FoliotMethod container_methods[] = {
  { "validate_aid", validate_aid, "aid:any", "The class name of the agent with this id, or null." },
  { "init", refuse_master, "*args, **kw", "Says that a container is no simulator." },
  { NULL },
};

static void
foliot_container_init (FoliotContainer *self)
{
  FoliotContainerPrivate *priv = PRIVATE (self);
  priv->agents = g_ptr_array_new ();
  priv->incoming = g_ptr_array_new_with_free_func (g_object_unref);
  priv->serializers = g_array_new (FALSE, FALSE, sizeof (FoliotSerializer));
}

/* What keeps us alive, and what only makes sense while we are. */
static void
container_let_go (FoliotContainer *self)
{
  FoliotContainerPrivate *priv = PRIVATE (self);
  for (guint i = 0; i < priv->incoming->len; i++)
    _foliot_rpc_client_set_ended_func (priv->incoming->pdata[i], NULL, NULL);
  g_ptr_array_set_size (priv->incoming, 0);
  g_clear_pointer (&priv->peers, _foliot_peers_free);
  g_clear_object (&priv->listener);
}

static void
foliot_container_dispose (GObject *object)
{
  FoliotContainer *self = FOLIOT_CONTAINER (object);
  FoliotContainerPrivate *priv = PRIVATE (self);
  container_let_go (self);
  for (guint i = 0; i < priv->agents->len; i++)
    if (priv->agents->pdata[i] != NULL)
      {
        _foliot_agent_detach (priv->agents->pdata[i]);
        g_object_unref (priv->agents->pdata[i]);
      }
  g_ptr_array_set_size (priv->agents, 0);
  g_clear_object (&priv->services);
  g_clear_pointer (&priv->scope, foliot_scope_unref);
  g_clear_pointer (&priv->shutdown, foliot_future_unref);
  G_OBJECT_CLASS (foliot_container_parent_class)->dispose (object);
}

static void
foliot_container_finalize (GObject *object)
{
  FoliotContainerPrivate *priv = PRIVATE (FOLIOT_CONTAINER (object));
  g_clear_object (&priv->router);
  g_clear_object (&priv->clock);
  g_clear_object (&priv->transport);
  g_clear_pointer (&priv->address, foliot_address_unref);
  g_ptr_array_unref (priv->agents);
  g_ptr_array_unref (priv->incoming);
  g_array_unref (priv->serializers);
  g_free (priv->name);
  G_OBJECT_CLASS (foliot_container_parent_class)->finalize (object);
}

static void
foliot_container_class_init (FoliotContainerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = foliot_container_dispose;
  G_OBJECT_CLASS (klass)->finalize = foliot_container_finalize;
}

/* ---- the open containers of a kernel ---- */

static void
shut_down_all (FoliotKernel *kernel, gpointer open)
{
  GList *link;
  while ((link = g_queue_peek_head_link (open)) != NULL)
    foliot_future_unref (foliot_container_shutdown (link->data));
}

static GQueue *
get_open (FoliotKernel *kernel)
{
  GQuark key = g_quark_from_static_string ("foliot-open-containers");
  GQueue *open = foliot_kernel_get_data (kernel, key);
  if (open == NULL)
    {
      open = g_queue_new ();
      foliot_kernel_set_data (kernel, key, open, (GDestroyNotify) g_queue_free);
      _foliot_kernel_add_close_hook (kernel, shut_down_all, open);
    }
  return open;
}

/* ---- opening ---- */

/* Incoming connections are kept for the shutdown only; dead ones are dropped when they may have become half of all. */
static void
incoming_prune (FoliotContainerPrivate *priv)
{
  for (guint i = priv->incoming->len; i > 0; i--)
    {
      FoliotRpcClient *client = priv->incoming->pdata[i - 1];
      if (foliot_channel_get_error (foliot_rpc_client_get_channel (client)) != NULL)
        g_ptr_array_remove_index (priv->incoming, i - 1);
    }
  priv->prune_at = MAX (16, 2 * priv->incoming->len);
}

/* @peername: (nullable): as links and listeners give it. */
static void
tell_refusal (FoliotContainer *self, FoliotValue *peername, const GError *why)
{
  FoliotContainerPrivate *priv = PRIVATE (self);
  g_autofree char *peer = NULL;
  if (priv->refusal_func == NULL || priv->shutdown != NULL)
    return;
  if (peername != NULL && foliot_value_get_kind (peername) == FOLIOT_VALUE_LIST)
    {
      const char *host = foliot_value_get_string (foliot_value_get_item (peername, 0), NULL);
      gint64 port = foliot_value_get_int (foliot_value_get_item (peername, 1));
      peer = g_strdup_printf (strchr (host, ':') != NULL ? "[%s]:%" G_GINT64_FORMAT : "%s:%" G_GINT64_FORMAT,
                              host, port);
    }
  priv->refusal_func (self, peer != NULL ? peer : "a client", why, priv->refusal_data);
}

static void
on_refused (FoliotListener *listener, const GError *why, FoliotValue *peername, gpointer self)
{
  tell_refusal (self, peername, why);
}

/* A connection that was lost is nobody's fault, with TLS or without; what breaks a rule has a domain of its own. */
static void
on_incoming_ended (FoliotRpcClient *client, const GError *why, gboolean protocol, gpointer self)
{
  g_autoptr (FoliotValue) peername = NULL;
  if (!protocol
      && (why == NULL || why->domain == FOLIOT_ERROR
          || g_error_matches (why, FOLIOT_TLS_ERROR, FOLIOT_TLS_ERROR_TRUNCATED)))
    return;
  peername = foliot_channel_dup_info (foliot_rpc_client_get_channel (client), "peername", NULL);
  tell_refusal (self, peername, why);
}

static void
on_incoming (FoliotRpcClient *client, gpointer user_data)
{
  FoliotContainerPrivate *priv = PRIVATE (FOLIOT_CONTAINER (user_data));
  if (priv->incoming->len >= priv->prune_at)
    incoming_prune (priv);
  _foliot_rpc_client_set_ended_func (client, on_incoming_ended, user_data);
  g_ptr_array_add (priv->incoming, g_object_ref (client));
}

/* Dates first, then what the user adds; the rpc floor puts the proxy serializer last. */
static void
container_set_options (FoliotContainer *self, const FoliotContainerOptions *options)
{
  FoliotContainerPrivate *priv = PRIVATE (self);
  g_array_append_vals (priv->serializers, foliot_codec_get_date_serializer (), 1);
  if (options->n_serializers > 0)
    g_array_append_vals (priv->serializers, options->serializers, options->n_serializers);
  if (options->limits != NULL)
    priv->limits = *options->limits;
  priv->options = (FoliotChannelOptions){
    .codec_type = options->codec_type,
    .serializers = (const FoliotSerializer *) priv->serializers->data,
    .n_serializers = priv->serializers->len,
    .limits = options->limits != NULL ? &priv->limits : NULL,
    .max_requests_in_flight = options->max_requests_in_flight,
    .name = priv->name,
    .debug = options->debug,
    .hold_limit_ms = options->hold_limit_ms,
  };
}

static void
container_set_compat (FoliotContainerPrivate *priv, FoliotCompat compat)
{
  FoliotTlsCredentials *tls = foliot_stream_transport_get_tls (priv->transport);
  priv->compat = compat;
  _foliot_peers_set_reconnects (priv->peers, compat != FOLIOT_COMPAT_AIOMAS);
  if (tls != NULL && compat == FOLIOT_COMPAT_AIOMAS)
    foliot_tls_credentials_set_compat (tls, FOLIOT_TLS_COMPAT_AIOMAS);
}

static FoliotClock *
clock_new_default (FoliotKernel *kernel, GError **error)
{
  if (foliot_kernel_get_drive (kernel) == FOLIOT_DRIVE_REALTIME)
    return foliot_realtime_clock_new (kernel, error);
  return foliot_external_clock_new (kernel, "1970-01-01T00:00:00+00:00", foliot_kernel_now (kernel), error);
}

static gboolean
container_mount (FoliotContainer *self, GError **error)
{
  FoliotContainerPrivate *priv = PRIVATE (self);
  priv->router = foliot_router_new (G_OBJECT (self), "aiomas.agent.Container", container_methods);
  foliot_router_set_node (priv->router, priv->node);
  priv->services = foliot_service_dict_new ();
  g_autoptr (FoliotServiceDict) reserved = _foliot_reserved_new (self);
  return foliot_router_set_sub_router (priv->router, G_OBJECT (priv->services), "agents", error)
         && foliot_router_set_sub_router (priv->router, G_OBJECT (reserved), FOLIOT_RESERVED_NAME, error);
}

/* How many containers of @kernel were opened at a port that the system chooses, this one included. */
static guint
count_port_zero (FoliotKernel *kernel)
{
  GQuark key = g_quark_from_static_string ("foliot-containers-at-port-zero");
  guint n = GPOINTER_TO_UINT (foliot_kernel_get_data (kernel, key)) + 1;
  foliot_kernel_set_data (kernel, key, GUINT_TO_POINTER (n), NULL);
  return n;
}

/*
 * The same on every machine and in every run: neither a port that the system chose nor the machine's name is in it, and
 * of several at a port zero the later ones are numbered.
 */
static char *
make_default_name (FoliotKernel *kernel, FoliotAddress *at)
{
  if (foliot_address_get_kind (at) != FOLIOT_ADDRESS_TCP)
    return g_strdup (foliot_address_get_base_url (at));
  const char *host = foliot_address_get_host (at);
  gint64 port = foliot_address_get_port (at);
  guint n = port == 0 ? count_port_zero (kernel) : 1;
  if (n > 1)
    return g_strdup_printf ("tcp://%s:0#%u/", host, n);
  return g_strdup_printf ("tcp://%s:%" G_GINT64_FORMAT "/", host, port);
}

static gboolean
container_open (FoliotContainer *self, FoliotAddress *at, const FoliotContainerOptions *options,
                GError **error)
{
  FoliotContainerPrivate *priv = PRIVATE (self);
  priv->kernel = foliot_transport_get_kernel (priv->transport);
  priv->name = options->name != NULL ? g_strdup (options->name) : make_default_name (priv->kernel, at);
  priv->clock
      = options->clock != NULL ? g_object_ref (options->clock) : clock_new_default (priv->kernel, error);
  if (priv->clock == NULL)
    return FALSE;
  container_set_options (self, options);
  priv->node = foliot_kernel_add_node (priv->kernel, priv->name);
  priv->scope = foliot_scope_new (priv->kernel, NULL);
  priv->peers = _foliot_peers_new (self, priv->transport, &priv->options, priv->node);
  container_set_compat (priv, options->compat);
  if (!container_mount (self, error))
    return FALSE;
  guint32 before = foliot_kernel_enter_node (priv->kernel, priv->node);
  priv->listener = foliot_rpc_serve (priv->transport, at, G_OBJECT (self), &priv->options, on_incoming, self,
                                     NULL, error);
  foliot_kernel_enter_node (priv->kernel, before);
  if (priv->listener == NULL)
    return FALSE;
  g_signal_connect_object (priv->listener, "refused", G_CALLBACK (on_refused), self, 0);
  priv->address = foliot_address_ref (foliot_listener_get_address (priv->listener));
  priv->link.data = self;
  g_queue_push_tail_link (get_open (priv->kernel), &priv->link);
  return TRUE;
}

FoliotContainer *
foliot_container_new (FoliotTransport *transport, FoliotAddress *at, const FoliotContainerOptions *options,
                      GError **error)
{
  static const FoliotContainerOptions defaults = { NULL };
  g_return_val_if_fail (FOLIOT_IS_TRANSPORT (transport), NULL);
  g_return_val_if_fail (at != NULL, NULL);
  g_autoptr (FoliotContainer) self = g_object_new (FOLIOT_TYPE_CONTAINER, NULL);
  PRIVATE (self)->transport = g_object_ref (transport);
  if (!container_open (self, at, options != NULL ? options : &defaults, error))
    return NULL;
  return g_steal_pointer (&self);
}

FoliotFuture *
foliot_container_new_async (FoliotTransport *transport, FoliotAddress *at,
                            const FoliotContainerOptions *options)
{
  g_return_val_if_fail (FOLIOT_IS_TRANSPORT (transport), NULL);
  FoliotKernel *kernel = foliot_transport_get_kernel (transport);
  GError *error = NULL;
  g_autoptr (FoliotContainer) self = foliot_container_new (transport, at, options, &error);
  if (self == NULL)
    return foliot_future_new_rejected (kernel, error);
  return foliot_future_new_resolved (kernel, foliot_value_new_object (FOLIOT_TYPE_CONTAINER, self));
}

/* ---- what it is ---- */

FoliotKernel *
foliot_container_get_kernel (FoliotContainer *container)
{
  g_return_val_if_fail (FOLIOT_IS_CONTAINER (container), NULL);
  return PRIVATE (container)->kernel;
}

FoliotClock *
foliot_container_get_clock (FoliotContainer *container)
{
  g_return_val_if_fail (FOLIOT_IS_CONTAINER (container), NULL);
  return PRIVATE (container)->clock;
}

const char *
foliot_container_get_name (FoliotContainer *container)
{
  g_return_val_if_fail (FOLIOT_IS_CONTAINER (container), NULL);
  return PRIVATE (container)->name;
}

FoliotCompat
foliot_container_get_compat (FoliotContainer *container)
{
  g_return_val_if_fail (FOLIOT_IS_CONTAINER (container), FOLIOT_COMPAT_FOLIOT);
  return PRIVATE (container)->compat;
}

const char *
foliot_container_get_base_url (FoliotContainer *container)
{
  g_return_val_if_fail (FOLIOT_IS_CONTAINER (container), NULL);
  return foliot_address_get_base_url (PRIVATE (container)->address);
}

char *
foliot_container_to_string (FoliotContainer *container)
{
  g_return_val_if_fail (FOLIOT_IS_CONTAINER (container), NULL);
  return g_strdup_printf ("Container('%s')", foliot_container_get_base_url (container));
}

guint
foliot_container_get_n_agents (FoliotContainer *container)
{
  g_return_val_if_fail (FOLIOT_IS_CONTAINER (container), 0);
  return PRIVATE (container)->n_agents;
}

/* Ids are decimal numbers without leading zeros. */
static gboolean
parse_aid (const char *aid, guint64 *out_id)
{
  return g_ascii_string_to_unsigned (aid, 10, 0, G_MAXUINT32, out_id, NULL)
         && (aid[0] != '0' || aid[1] == '\0');
}

FoliotAgent *
foliot_container_get_agent (FoliotContainer *container, const char *aid)
{
  g_return_val_if_fail (FOLIOT_IS_CONTAINER (container), NULL);
  g_return_val_if_fail (aid != NULL, NULL);
  FoliotContainerPrivate *priv = PRIVATE (container);
  guint64 id;
  return parse_aid (aid, &id) && id < priv->agents->len ? priv->agents->pdata[id] : NULL;
}

static FoliotFuture *
container_connect (FoliotContainer *container, const char *url, FoliotTime timeout)
{
  FoliotContainerPrivate *priv = PRIVATE (container);
  if (priv->shutdown == NULL)
    return _foliot_peers_connect (priv->peers, url, timeout);
  g_autofree char *text = foliot_container_to_string (container);
  return foliot_future_new_rejected (priv->kernel,
                                     g_error_new (FOLIOT_ERROR, FOLIOT_ERROR_CLOSED,
                                                  "Cannot connect to \"%s\": %s was shut down", url, text));
}

/* Somebody hears, and perhaps answers. */
static FoliotFuture *
container_connect_heard (FoliotContainer *container, const char *url, FoliotTime timeout)
{
  FoliotKernel *kernel = PRIVATE (container)->kernel;
  const FoliotKernelHead *head = (const FoliotKernelHead *) kernel;
  guint32 n_draws = head->draws;
  FoliotFuture *future
      = head->hearing->connect != NULL ? head->hearing->connect (head->hearing_data, container, url) : NULL;
  if (future != NULL)
    return future;
  future = container_connect (container, url, timeout);
  _foliot_kernel_hear (kernel, connecting, future, url, head->draws - n_draws);
  return future;
}

FoliotFuture *
foliot_container_connect (FoliotContainer *container, const char *url, FoliotTime timeout)
{
  g_return_val_if_fail (FOLIOT_IS_CONTAINER (container), NULL);
  g_return_val_if_fail (url != NULL, NULL);
  FoliotContainerPrivate *priv = PRIVATE (container);
  if (_foliot_kernel_is_heard (priv->kernel))
    return container_connect_heard (container, url, timeout);
  return container_connect (container, url, timeout);
}

guint
foliot_container_get_n_connections (FoliotContainer *container)
{
  g_return_val_if_fail (FOLIOT_IS_CONTAINER (container), 0);
  FoliotContainerPrivate *priv = PRIVATE (container);
  return priv->peers != NULL ? _foliot_peers_count (priv->peers) : 0;
}

guint64
foliot_container_get_n_reconnects (FoliotContainer *container)
{
  g_return_val_if_fail (FOLIOT_IS_CONTAINER (container), 0);
  FoliotContainerPrivate *priv = PRIVATE (container);
  return priv->peers != NULL ? _foliot_peers_get_n_reconnects (priv->peers) : 0;
}

guint64
foliot_container_get_n_repeated (FoliotContainer *container)
{
  g_return_val_if_fail (FOLIOT_IS_CONTAINER (container), 0);
  FoliotContainerPrivate *priv = PRIVATE (container);
  return priv->peers != NULL ? _foliot_peers_get_n_repeated (priv->peers) : 0;
}

void
foliot_container_set_failure_func (FoliotContainer *container, FoliotAgentFailureFunc func,
                                   gpointer user_data)
{
  g_return_if_fail (FOLIOT_IS_CONTAINER (container));
  FoliotContainerPrivate *priv = PRIVATE (container);
  priv->failure_func = func;
  priv->failure_data = user_data;
}

void
foliot_container_set_refusal_func (FoliotContainer *container, FoliotRefusalFunc func, gpointer user_data)
{
  g_return_if_fail (FOLIOT_IS_CONTAINER (container));
  FoliotContainerPrivate *priv = PRIVATE (container);
  priv->refusal_func = func;
  priv->refusal_data = user_data;
}

/* ---- shutdown ---- */

/* One of the things that a shutdown waits for has ended; how does not matter. */
static void
on_part_closed (FoliotFuture *part, FoliotValue *value, const GError *error, gpointer user_data)
{
  FoliotContainer *self = user_data;
  FoliotContainerPrivate *priv = PRIVATE (self);
  if (--priv->n_closing > 0)
    return;
  container_let_go (self);
  foliot_future_resolve (priv->shutdown, NULL);
}

static void
container_close_incoming (FoliotContainerPrivate *priv, GPtrArray *closings)
{
  for (guint i = 0; i < priv->incoming->len; i++)
    {
      FoliotRpcClient *client = priv->incoming->pdata[i];
      foliot_rpc_client_stop_service (client);
      g_ptr_array_add (closings, foliot_rpc_client_close (client));
    }
}

FoliotFuture *
foliot_container_shutdown (FoliotContainer *container)
{
  g_return_val_if_fail (FOLIOT_IS_CONTAINER (container), NULL);
  FoliotContainerPrivate *priv = PRIVATE (container);
  if (priv->shutdown != NULL)
    return foliot_future_ref (priv->shutdown);
  guint32 before = foliot_kernel_enter_node (priv->kernel, priv->node);
  priv->shutdown = foliot_future_new (priv->kernel);
  g_queue_unlink (get_open (priv->kernel), &priv->link);
  g_autoptr (GPtrArray) closings = g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_future_unref);
  _foliot_peers_close (priv->peers, closings);
  foliot_listener_close (priv->listener);
  container_close_incoming (priv, closings);
  g_ptr_array_add (closings, foliot_scope_close (priv->scope));
  g_ptr_array_add (closings, foliot_listener_wait_closed (priv->listener));
  priv->n_closing = closings->len;
  for (guint i = 0; i < closings->len; i++)
    foliot_future_then (closings->pdata[i], on_part_closed, g_object_ref (container), g_object_unref);
  foliot_kernel_enter_node (priv->kernel, before);
  return foliot_future_ref (priv->shutdown);
}

void
foliot_container_shutdown_sync (FoliotContainer *container)
{
  g_return_if_fail (FOLIOT_IS_CONTAINER (container));
  g_autoptr (FoliotFuture) done = foliot_container_shutdown (container);
  g_autoptr (FoliotValue) nothing G_GNUC_UNUSED = foliot_run (PRIVATE (container)->kernel, done, NULL);
}

/* ---- its agents ---- */

gboolean
_foliot_container_add_agent (FoliotContainer *container, FoliotAgent *agent, GError **error)
{
  FoliotContainerPrivate *priv = PRIVATE (container);
  if (priv->shutdown != NULL)
    {
      g_autofree char *text = foliot_container_to_string (container);
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_CLOSED, "%s was shut down: it takes no more agents",
                   text);
      return FALSE;
    }
  _foliot_agent_attach (agent, container, priv->agents->len);
  if (!foliot_service_dict_add_service (priv->services, foliot_agent_get_aid (agent), G_OBJECT (agent),
                                        error))
    return FALSE;
  g_ptr_array_add (priv->agents, g_object_ref (agent));
  priv->n_agents++;
  return TRUE;
}

void
_foliot_container_remove_agent (FoliotContainer *container, FoliotAgent *agent)
{
  FoliotContainerPrivate *priv = PRIVATE (container);
  guint id = _foliot_agent_get_id (agent);
  if (priv->agents->pdata[id] != agent)
    return;
  foliot_router_remove (foliot_service_get_router (FOLIOT_SERVICE (priv->services)),
                        foliot_agent_get_aid (agent));
  priv->agents->pdata[id] = NULL;
  priv->n_agents--;
  g_object_unref (agent);
}

static void
container_collect_channels (FoliotContainerPrivate *priv, GPtrArray *channels)
{
  _foliot_peers_collect_channels (priv->peers, channels);
  for (guint i = 0; i < priv->incoming->len; i++)
    {
      FoliotChannel *channel = foliot_rpc_client_get_channel (priv->incoming->pdata[i]);
      if (foliot_channel_get_error (channel) == NULL)
        g_ptr_array_add (channels, channel);
    }
}

void
_foliot_kernel_collect_channels (FoliotKernel *kernel, GPtrArray *channels)
{
  for (GList *link = get_open (kernel)->head; link != NULL; link = link->next)
    container_collect_channels (PRIVATE (FOLIOT_CONTAINER (link->data)), channels);
}

guint
_foliot_container_get_n_ids (FoliotContainer *container)
{
  return PRIVATE (container)->agents->len;
}

const FoliotChannelOptions *
_foliot_container_get_channel_options (FoliotContainer *container)
{
  return &PRIVATE (container)->options;
}

FoliotScope *
_foliot_container_get_scope (FoliotContainer *container)
{
  return PRIVATE (container)->scope;
}

void
_foliot_container_report_failure (FoliotContainer *container, FoliotAgent *agent, const GError *why)
{
  FoliotContainerPrivate *priv = PRIVATE (container);
  if (priv->failure_func != NULL && priv->shutdown == NULL)
    priv->failure_func (agent, why, priv->failure_data);
}
