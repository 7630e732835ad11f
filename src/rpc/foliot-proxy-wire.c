/* SPDX-License-Identifier: MIT */
#include "rpc/foliot-proxy-private.h"

/*
 * Services travel as their path and arrive as proxies. The serializer is the codec's fallback, so it is also who
 * refuses everything else that no serializer knows; a received proxy is among that.
 *
 * Records count what a message carries twice: as it is, and as the agent sees it that gets it. For the second, a proxy
 * is the node it stands for, if that can be known here: so an agent's own view stays the same when it or its peers move
 * to another container.
 */

#include "base/foliot-hash-private.h"
#include "base/foliot-value-private.h"
#include "rpc/foliot-args-private.h"
#include "rpc/foliot-rpc-client-private.h"

#include <string.h>

/* ---- on the wire ---- */

static FoliotValue *
serialize_service (FoliotValue *object, gpointer channel, GError **error)
{
  FoliotRpcClient *client = _foliot_rpc_client_of_channel (channel);
  gpointer service = NULL;
  FoliotRouter *router;
  g_autofree char *text = NULL;

  if (foliot_value_get_kind (object) == FOLIOT_VALUE_OBJECT)
    service = foliot_value_get_object (object, FOLIOT_TYPE_SERVICE);
  if (service == NULL)
    {
      foliot_codec_set_no_serializer_error (error, object);
      return NULL;
    }
  if (client == NULL || client->router == NULL)
    {
      g_set_error_literal (
          error, FOLIOT_ERROR, FOLIOT_ERROR_SERIALIZATION,
          "No RPC service running for this side of the connection.  Cannot send serice proxy.");
      return NULL;
    }
  router = foliot_service_get_router (service);
  if (foliot_router_get_root (router) != client->router)
    {
      text = _foliot_router_print_object (service);
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_SERIALIZATION,
                   "RPC service \"%s\" is not exposed for this connection", text);
      return NULL;
    }
  text = foliot_router_dup_path (router);
  return foliot_value_new_string (text);
}

static FoliotValue *
deserialize_proxy (FoliotValue *representation, gpointer channel, GError **error)
{
  FoliotRpcClient *client = _foliot_rpc_client_of_channel (channel);
  g_autoptr (FoliotProxy) proxy = NULL;

  if (foliot_value_get_kind (representation) != FOLIOT_VALUE_STRING)
    {
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_SERIALIZATION,
                   "The path of a proxy must be text, not %s", _foliot_args_python_type (representation));
      return NULL;
    }
  if (client == NULL)
    {
      g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_SERIALIZATION,
                           "A proxy cannot be made: the RPC client of this connection has ended");
      return NULL;
    }
  proxy = _foliot_proxy_new (client, foliot_value_ref (representation));
  return foliot_value_new_proxy (proxy);
}

gboolean
_foliot_proxy_add_serializer (FoliotChannel *channel, GError **error)
{
  const FoliotSerializer serializer = { .type = G_TYPE_NONE,
                                        .serialize = serialize_service,
                                        .deserialize = deserialize_proxy,
                                        .user_data = channel };

  return foliot_codec_add_serializer (foliot_channel_get_codec (channel), &serializer, error);
}

/* ---- as an agent sees it ---- */

#define VIEW_OF_A_STRANGER G_GUINT64_CONSTANT (0x70726f7879)
/* No codec lets anything deeper through, by default. */
#define MAX_VIEW_DEPTH 1000

/* The node of what lives in this process at the other end; 0 if it does not, or belongs to nobody. */
static guint32
find_node (FoliotProxy *proxy)
{
  FoliotChannel *peer = foliot_channel_get_peer (proxy->client->channel);
  FoliotRpcClient *far = peer != NULL ? _foliot_rpc_client_of_channel (peer) : NULL;
  FoliotRouter *router = far != NULL ? far->router : NULL;

  if (router != NULL && foliot_proxy_get_path (proxy)[0] != '\0')
    router = _foliot_router_find (router, foliot_proxy_get_path (proxy));
  return router != NULL ? foliot_router_get_node (router) : 0;
}

static guint64
hash_view_of_proxy (FoliotProxy *proxy)
{
  guint32 node;
  const char *name;

  if (proxy->view_hash != 0)
    return proxy->view_hash;
  node = find_node (proxy);
  proxy->view_hash = VIEW_OF_A_STRANGER;
  if (node != 0)
    {
      name = foliot_kernel_get_node_name (proxy->client->kernel, node);
      proxy->view_hash = foliot_hash_mix (VIEW_OF_A_STRANGER, foliot_hash_bytes (name, strlen (name)));
    }
  return proxy->view_hash;
}

static guint64 hash_view (FoliotValue *value);

static guint64
hash_view_of_items (FoliotValue *value)
{
  gboolean is_map = foliot_value_get_kind (value) == FOLIOT_VALUE_MAP;
  gsize length = foliot_value_get_length (value);
  guint64 hash = foliot_hash_mix (is_map, length);

  for (gsize i = 0; i < length; i++)
    {
      if (is_map)
        hash = foliot_hash_mix (hash, hash_view (foliot_value_get_key (value, i)));
      hash = foliot_hash_mix (hash, hash_view (is_map ? foliot_value_get_pair_value (value, i)
                                                      : foliot_value_get_item (value, i)));
    }
  return hash;
}

static guint64
hash_view (FoliotValue *value)
{
  FoliotValueKind kind = foliot_value_get_kind (value);

  if ((foliot_value_get_traits (value) & FOLIOT_VALUE_HAS_OBJECT) == 0)
    return foliot_value_hash (value);
  if (kind == FOLIOT_VALUE_LIST || kind == FOLIOT_VALUE_MAP)
    return hash_view_of_items (value);
  if (kind == FOLIOT_VALUE_OBJECT && foliot_value_get_object_type (value) == FOLIOT_TYPE_PROXY)
    return hash_view_of_proxy (foliot_value_get_proxy (value));
  return foliot_value_hash (value);
}

guint64
_foliot_proxy_view_hash (FoliotValue *value)
{
  if (G_LIKELY ((value->traits & FOLIOT_VALUE_HAS_OBJECT) == 0))
    return _foliot_value_hash (value);
  if (G_UNLIKELY (foliot_value_get_depth (value) > MAX_VIEW_DEPTH))
    return VIEW_OF_A_STRANGER;
  return hash_view (value);
}
