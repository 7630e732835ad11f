/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-channel.h>

G_BEGIN_DECLS

typedef struct _FoliotProxy FoliotProxy;

/**
 * FoliotArgs:
 *
 * The arguments of one call, checked against the method's signature before the handler runs: every declared name is
 * there, with a value of its type. Valid during the call. Getters by name; an undeclared name is a programmer's mistake.
 */
typedef struct _FoliotArgs FoliotArgs;

FOLIOT_API gboolean foliot_args_get_bool (FoliotArgs *args, const char *name);
FOLIOT_API gint64 foliot_args_get_int (FoliotArgs *args, const char *name);
FOLIOT_API double foliot_args_get_double (FoliotArgs *args, const char *name);
/**
 * foliot_args_get_string:
 *
 * Returns: (nullable): borrowed; %NULL for null (type `string?`).
 */
FOLIOT_API const char *foliot_args_get_string (FoliotArgs *args, const char *name);
/**
 * foliot_args_get_value:
 *
 * Returns: (transfer none): any argument; the list of `*rest`, the map of `**rest`.
 */
FOLIOT_API FoliotValue *foliot_args_get_value (FoliotArgs *args, const char *name);
FOLIOT_API gboolean foliot_args_is_null (FoliotArgs *args, const char *name);
/**
 * foliot_args_get_proxy:
 *
 * Returns: (transfer none) (nullable): the proxy, for as long as the call; %NULL for null (type `proxy?`)
 */
FOLIOT_API FoliotProxy *foliot_args_get_proxy (FoliotArgs *args, const char *name);
/**
 * foliot_args_dup_proxy:
 *
 * Returns: (transfer full) (nullable): the proxy, to be kept beyond the call; %NULL for null (type `proxy?`)
 */
FOLIOT_API FoliotProxy *foliot_args_dup_proxy (FoliotArgs *args, const char *name) FOLIOT_WARN_UNUSED;

/**
 * FoliotSignature: (skip)
 *
 * Declared arguments, parsed once: names separated by commas or blanks, each `name:type`, `name:type=default` (JSON), `*name`
 * (further positional ones, a list), `**name` (further keywords, a map). Types: any bool int number string bytes list map
 * date proxy; a `?` behind the type also takes null. An int is taken as number.
 */
typedef struct _FoliotSignature FoliotSignature;
/**
 * foliot_signature_new:
 * @error: %FOLIOT_ERROR_VALUE says where the text is wrong.
 */
FOLIOT_API FoliotSignature *foliot_signature_new (const char *text, GError **error) FOLIOT_WARN_UNUSED;
FOLIOT_API void foliot_signature_free (FoliotSignature *signature);
/**
 * foliot_signature_bind:
 * @function: for the error texts
 * @positional: (nullable): a list
 * @keywords: (nullable): a map with text keys
 * @error: %FOLIOT_ERROR_TYPE, in Python's words where Python has them: `add() missing 1 required positional argument: 'b'`,
 *   `add() got an unexpected keyword argument 'x'`, `add() takes 2 positional arguments but 3 were given`,
 *   `add() got multiple values for argument 'a'`, `add() argument 'a' must be number, not string`
 */
FOLIOT_API FoliotArgs *foliot_signature_bind (const FoliotSignature *signature, const char *function,
                                              FoliotValue *positional, FoliotValue *keywords,
                                              GError **error) FOLIOT_WARN_UNUSED;
FOLIOT_API void foliot_args_free (FoliotArgs *args);
FOLIOT_API guint foliot_signature_get_n_args (const FoliotSignature *signature);
FOLIOT_API const char *foliot_signature_get_arg_name (const FoliotSignature *signature, guint index);
/**
 * foliot_signature_get_arg_type:
 *
 * Returns: "number", "proxy", …; "*" and "**" for the rest of the positional and keyword arguments.
 */
FOLIOT_API const char *foliot_signature_get_arg_type (const FoliotSignature *signature, guint index);
/**
 * foliot_signature_to_string:
 *
 * Returns: (transfer full): `(a: number, b: number = 2)`.
 */
FOLIOT_API char *foliot_signature_to_string (const FoliotSignature *signature) FOLIOT_WARN_UNUSED;

/**
 * FoliotMethodFunc:
 * @self: the service
 *
 * Runs on a fiber of its own and may await. A failure goes to the caller as %FOLIOT_ERROR_REMOTE.
 *
 * Returns: (transfer full) (nullable): the result; %NULL without an error is null
 */
typedef FoliotValue *(*FoliotMethodFunc) (gpointer self, FoliotArgs *args, GError **error);

/**
 * FoliotMethod:
 * @name: as callers write it; no slash
 * @func: (nullable): %NULL: known but not exposed: `"Class.name" is not exposed`
 * @signature: see #FoliotSignature
 * @help: one sentence
 *
 * One exposed method. Tables end with an entry whose name is %NULL.
 */
typedef struct
{
  const char *name;
  FoliotMethodFunc func;
  const char *signature;
  const char *help;
} FoliotMethod;

/**
 * FoliotRouter:
 *
 * Finds what a path names. Each service has exactly one, made with it; a router has at most one parent.
 */
#define FOLIOT_TYPE_ROUTER (foliot_router_get_type ())
FOLIOT_API G_DECLARE_FINAL_TYPE (FoliotRouter, foliot_router, FOLIOT, ROUTER, GObject);

/**
 * FoliotService:
 *
 * Whatever can be called: has a router. Implemented by agents, containers, service dicts and plain services.
 */
#define FOLIOT_TYPE_SERVICE (foliot_service_get_type ())
FOLIOT_API G_DECLARE_INTERFACE (FoliotService, foliot_service, FOLIOT, SERVICE, GObject);
struct _FoliotServiceInterface
{
  GTypeInterface parent;
  FoliotRouter *(*get_router) (FoliotService *service);
};
/**
 * foliot_service_get_router:
 *
 * Returns: (transfer none): always the same object; there is no setter.
 */
FOLIOT_API FoliotRouter *foliot_service_get_router (FoliotService *service);

/**
 * foliot_router_new:
 * @owner: (transfer none): the service; not referenced (it owns the router)
 * @class_name: for "not exposed" and "not valid" texts
 * @methods: (nullable): static table
 */
FOLIOT_API FoliotRouter *foliot_router_new (GObject *owner, const char *class_name,
                                            const FoliotMethod *methods) FOLIOT_WARN_UNUSED;
FOLIOT_API gpointer foliot_router_get_owner (FoliotRouter *router);
/**
 * foliot_router_get_name:
 *
 * Returns: the name under which it is mounted in its parent; '' for a root
 */
FOLIOT_API const char *foliot_router_get_name (FoliotRouter *router);
/**
 * foliot_router_get_parent:
 *
 * Returns: (transfer none) (nullable): the router that it is mounted in, for as long as it is; %NULL for a root
 */
FOLIOT_API FoliotRouter *foliot_router_get_parent (FoliotRouter *router);
/**
 * foliot_router_get_root:
 *
 * Returns: (transfer none): the topmost router.
 */
FOLIOT_API FoliotRouter *foliot_router_get_root (FoliotRouter *router);
/**
 * foliot_router_dup_path:
 *
 * Returns: (transfer full): names from below the root, joined with `/`; '' for the root.
 */
FOLIOT_API char *foliot_router_dup_path (FoliotRouter *router) FOLIOT_WARN_UNUSED;
/**
 * foliot_router_add_method:
 * @error: %FOLIOT_ERROR_VALUE `"<name>" is not callable.` when func is NULL.
 *
 * Adds one method at run time (dict services).
 */
FOLIOT_API gboolean foliot_router_add_method (FoliotRouter *router, const FoliotMethod *method, gpointer self,
                                              GError **error);
/**
 * foliot_router_set_sub_router:
 * @service: (type GObject): whatever should be mounted
 * @error: %FOLIOT_ERROR_VALUE `"<x>" is not a valid router.` (no service), `"<obj>" is already a sub service of "<parent obj>"`, a name
 *   that is empty, has a slash, or is taken
 */
FOLIOT_API gboolean foliot_router_set_sub_router (FoliotRouter *router, GObject *service, const char *name,
                                                  GError **error);
/**
 * foliot_router_remove:
 *
 * Removes a method or unmounts a sub-service; what was resolved before is forgotten.
 */
FOLIOT_API gboolean foliot_router_remove (FoliotRouter *router, const char *name);
/**
 * foliot_router_set_node:
 *
 * The node of the record whose view the calls below this router belong to.
 */
FOLIOT_API void foliot_router_set_node (FoliotRouter *router, guint32 node);
FOLIOT_API guint32 foliot_router_get_node (FoliotRouter *router);
/**
 * foliot_router_check:
 * @path: e.g. "agents/0/add"
 * @error: %FOLIOT_ERROR_LOOKUP `Name "<component>" not found in "<path so far>"`, `"<Class>.<name>" is not exposed`
 *
 * Returns: whether @path can be resolved
 */
FOLIOT_API gboolean foliot_router_check (FoliotRouter *router, const char *path, GError **error);
/**
 * foliot_router_describe:
 *
 * Returns: (transfer full): a list of maps {path, signature, arguments, help}, sub-services included, in the order declared;
 *   arguments is a list of maps {name, type}
 */
FOLIOT_API FoliotValue *foliot_router_describe (FoliotRouter *router) FOLIOT_WARN_UNUSED;

/**
 * FoliotServiceDict:
 *
 * A service made of functions and services by name; aiomas' ServiceDict.
 */
#define FOLIOT_TYPE_SERVICE_DICT (foliot_service_dict_get_type ())
FOLIOT_API G_DECLARE_FINAL_TYPE (FoliotServiceDict, foliot_service_dict, FOLIOT, SERVICE_DICT, GObject);
FOLIOT_API FoliotServiceDict *foliot_service_dict_new (void) FOLIOT_WARN_UNUSED;
/**
 * foliot_service_dict_add:
 *
 * Adds a function with a @self of its own.
 */
FOLIOT_API gboolean foliot_service_dict_add (FoliotServiceDict *dict, const FoliotMethod *method,
                                             gpointer self, GError **error);
/**
 * foliot_service_dict_add_service:
 * @service: referenced.
 */
FOLIOT_API gboolean foliot_service_dict_add_service (FoliotServiceDict *dict, const char *name,
                                                     GObject *service, GError **error);
/**
 * foliot_service_dict_lookup:
 *
 * Returns: (transfer none) (nullable): a sub-service.
 */
FOLIOT_API GObject *foliot_service_dict_lookup (FoliotServiceDict *dict, const char *name);

/**
 * FoliotRpcClient:
 *
 * One end of an RPC connection: a channel, the root proxy of the peer, and the service that this end offers (or none:
 * then calls of the peer stay unanswered, as with aiomas).
 */
#define FOLIOT_TYPE_RPC_CLIENT (foliot_rpc_client_get_type ())
FOLIOT_API G_DECLARE_FINAL_TYPE (FoliotRpcClient, foliot_rpc_client, FOLIOT, RPC_CLIENT, GObject);

/**
 * FoliotRpcConnectedFunc:
 * @client: reference it to keep it beyond the connection's life.
 *
 * Once per connection.
 */
typedef void (*FoliotRpcConnectedFunc) (FoliotRpcClient *client, gpointer user_data);
/**
 * FoliotResetFunc:
 *
 * The connection ended with @why.
 */
typedef void (*FoliotResetFunc) (FoliotRpcClient *client, const GError *why, gpointer user_data);

/**
 * foliot_rpc_open:
 * @service: (nullable): what this end offers
 *
 * Returns: (transfer full): resolves with an OBJECT of #FoliotRpcClient; rejects as foliot_channel_open, and with %FOLIOT_ERROR_VALUE
 *   `"<x>" is not a valid RPC service` when @service is no #FoliotService. The proxy serializer gets the id behind options->serializers
 */
FOLIOT_API FoliotFuture *foliot_rpc_open (FoliotTransport *transport, FoliotAddress *to, GObject *service,
                                          FoliotTime timeout,
                                          const FoliotChannelOptions *options) FOLIOT_WARN_UNUSED;
/**
 * foliot_rpc_serve:
 * @connected: (nullable): called once for each connection, in the event in which it arrives
 * @destroy: (nullable): for @user_data, when the listener is gone
 * @error: as foliot_channel_serve; `"<x>" is not a valid RPC service.`
 *
 * Returns: (transfer full): the listener, which accepts until it is closed or dropped; connections live on without it
 */
FOLIOT_API FoliotListener *foliot_rpc_serve (FoliotTransport *transport, FoliotAddress *at, GObject *service,
                                             const FoliotChannelOptions *options,
                                             FoliotRpcConnectedFunc connected, gpointer user_data,
                                             GDestroyNotify destroy, GError **error) FOLIOT_WARN_UNUSED;
/**
 * foliot_rpc_client_new:
 *
 * For those who have a channel.
 */
FOLIOT_API FoliotRpcClient *foliot_rpc_client_new (FoliotChannel *channel, GObject *service,
                                                   GError **error) FOLIOT_WARN_UNUSED;
/**
 * foliot_rpc_client_get_channel:
 *
 * Returns: (transfer none): the channel below, also when it has ended; lives as long as the client
 */
FOLIOT_API FoliotChannel *foliot_rpc_client_get_channel (FoliotRpcClient *client);
/**
 * foliot_rpc_client_get_service:
 *
 * Returns: (transfer none) (nullable): what this end offers to the peer; %NULL: nothing
 */
FOLIOT_API GObject *foliot_rpc_client_get_service (FoliotRpcClient *client);
/**
 * foliot_rpc_client_get_remote:
 *
 * Returns: (transfer full): the root proxy.
 */
FOLIOT_API FoliotProxy *foliot_rpc_client_get_remote (FoliotRpcClient *client) FOLIOT_WARN_UNUSED;
/**
 * foliot_rpc_client_on_connection_reset:
 * @callback: (nullable): replaces the one before; %NULL removes it
 * @error: %FOLIOT_ERROR_RUNTIME `This RpcClient instance has no RPC service running.`
 *
 * Fires once, when the peer goes or on the own close; not after protocol errors.
 */
FOLIOT_API gboolean foliot_rpc_client_on_connection_reset (FoliotRpcClient *client, FoliotResetFunc callback,
                                                           gpointer user_data, GDestroyNotify destroy,
                                                           GError **error);
/**
 * foliot_rpc_client_close:
 *
 * Returns: (transfer full): resolves when pending calls have failed and the service has ended. Idempotent.
 */
FOLIOT_API FoliotFuture *foliot_rpc_client_close (FoliotRpcClient *client) FOLIOT_WARN_UNUSED;
/**
 * foliot_rpc_client_stop_service:
 *
 * Handles no further requests; running handlers go on. No reset callback fires.
 */
FOLIOT_API void foliot_rpc_client_stop_service (FoliotRpcClient *client);

/**
 * FoliotProxy:
 *
 * A stand-in for something at the other end: a client and a path. Reference-counted. Equal when client and path are.
 */
#define FOLIOT_TYPE_PROXY (foliot_proxy_get_type ())
FOLIOT_API GType foliot_proxy_get_type (void);
FOLIOT_API FoliotProxy *foliot_proxy_ref (FoliotProxy *proxy) FOLIOT_WARN_UNUSED;
FOLIOT_API void foliot_proxy_unref (FoliotProxy *proxy);
/**
 * foliot_proxy_get_client:
 *
 * Returns: (transfer none): the connection over which calls go; the proxy keeps it alive
 */
FOLIOT_API FoliotRpcClient *foliot_proxy_get_client (FoliotProxy *proxy);
FOLIOT_API const char *foliot_proxy_get_path (FoliotProxy *proxy);
/**
 * foliot_proxy_get:
 * @name: a component or a path.
 *
 * Returns: (transfer full): the child; the same object while somebody holds it.
 */
FOLIOT_API FoliotProxy *foliot_proxy_get (FoliotProxy *proxy, const char *name) FOLIOT_WARN_UNUSED;
FOLIOT_API gboolean foliot_proxy_equal (gconstpointer a, gconstpointer b);
FOLIOT_API guint foliot_proxy_hash (gconstpointer proxy);
/**
 * foliot_proxy_set_string:
 *
 * A preset text for str: `CalleeProxy('tcp://localhost:5555/0')`.
 */
FOLIOT_API void foliot_proxy_set_string (FoliotProxy *proxy, const char *text);
/**
 * foliot_proxy_to_string:
 *
 * Returns: (transfer full): the preset text, else `Proxy(<peer>, '<path>')`.
 */
FOLIOT_API char *foliot_proxy_to_string (FoliotProxy *proxy) FOLIOT_WARN_UNUSED;
/**
 * foliot_value_new_proxy:
 *
 * Returns: an OBJECT that holds a reference. A received proxy cannot be sent on (row 71).
 */
FOLIOT_API FoliotValue *foliot_value_new_proxy (FoliotProxy *proxy) FOLIOT_WARN_UNUSED;
/**
 * foliot_value_get_proxy:
 *
 * Returns: (transfer none) (nullable): the proxy in an OBJECT, for as long as the value; %NULL if it holds something else
 */
FOLIOT_API FoliotProxy *foliot_value_get_proxy (FoliotValue *value);
/**
 * foliot_value_new_service:
 *
 * Returns: an OBJECT that travels as a proxy.
 */
FOLIOT_API FoliotValue *foliot_value_new_service (GObject *service) FOLIOT_WARN_UNUSED;

/**
 * foliot_proxy_call: (skip)
 * @method: (nullable): a name below @proxy; %NULL calls the proxy itself
 * @...: (transfer full): positional arguments, then %NULL
 *
 * Sends at once. Never waits.
 *
 * Returns: (transfer full): the result. Rejected when nothing could be sent: %FOLIOT_ERROR_ATTRIBUTE `No RPC function name specified.` for a
 *   root proxy, and as foliot_channel_send
 */
FOLIOT_API FoliotFuture *foliot_proxy_call (FoliotProxy *proxy, const char *method,
                                            ...) G_GNUC_NULL_TERMINATED FOLIOT_WARN_UNUSED;
/**
 * foliot_proxy_call_repeatable: (skip)
 *
 * As foliot_proxy_call(), by a caller to whom it is the same whether the method runs once or more often: if the
 * connection is lost before the answer, and can be made again (see foliot_container_connect()), the same call is sent
 * again, at most three times.
 */
FOLIOT_API FoliotFuture *foliot_proxy_call_repeatable (FoliotProxy *proxy, const char *method,
                                                       ...) G_GNUC_NULL_TERMINATED FOLIOT_WARN_UNUSED;
/**
 * foliot_proxy_callv:
 * @positional: (transfer full) (nullable): a list of arguments; %NULL: none
 * @keywords: (transfer full) (nullable): a map of arguments with text keys; %NULL: none
 *
 * Returns: (transfer full): the result, as of foliot_proxy_call()
 */
FOLIOT_API FoliotFuture *foliot_proxy_callv (FoliotProxy *proxy, const char *method, FoliotValue *positional,
                                             FoliotValue *keywords) FOLIOT_WARN_UNUSED;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotProxy, foliot_proxy_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotArgs, foliot_args_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotSignature, foliot_signature_free)

G_END_DECLS
