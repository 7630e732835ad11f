/* SPDX-License-Identifier: MIT */
#include "rpc/foliot-proxy-private.h"

/*
 * A proxy is a client and a path. All proxies made below one share its table of living children, by path, so whoever
 * asks for the same path again gets the same proxy while the first one lives; a child holds the proxy it was made
 * below, the table holds nobody.
 *
 * A call needs the path of its method as a value. The last few are kept, so that calling the same methods again makes
 * no text, and the far router, which remembers paths with their hash, finds the very value it has seen before.
 */

#include "base/foliot-text-private.h"
#include "base/foliot-value-private.h"
#include "codec/foliot-codec-private.h"
#include "rpc/foliot-rpc-client-private.h"

#include <string.h>

static guint64 hash_object (gpointer proxy);
static char *format_object (gpointer proxy);

#define MAX_REPEATS 3

static GType
register_type (void)
{
  GType type
      = g_boxed_type_register_static (g_intern_static_string ("FoliotProxy"),
                                      (GBoxedCopyFunc) foliot_proxy_ref, (GBoxedFreeFunc) foliot_proxy_unref);

  _foliot_codec_set_class_name (type, "aiomas.rpc.Proxy");
  foliot_value_set_object_funcs (type, hash_object, (FoliotObjectEqualFunc) foliot_proxy_equal,
                                 format_object);
  return type;
}

GType
foliot_proxy_get_type (void)
{
  static gsize type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, register_type ());
  return type;
}

/* ---- birth and death ---- */

FoliotProxy *
_foliot_proxy_new (FoliotRpcClient *client, FoliotValue *path)
{
  FoliotProxy *proxy = g_new0 (FoliotProxy, 1);

  proxy->ref_count = 1;
  proxy->client = g_object_ref (client);
  proxy->path = path;
  return proxy;
}

FoliotProxy *
foliot_proxy_ref (FoliotProxy *proxy)
{
  g_return_val_if_fail (proxy != NULL, NULL);
  proxy->ref_count++;
  return proxy;
}

static void
leave_origin (FoliotProxy *proxy)
{
  g_hash_table_remove (proxy->origin->children, foliot_proxy_get_path (proxy));
  foliot_proxy_unref (proxy->origin);
}

void
foliot_proxy_unref (FoliotProxy *proxy)
{
  g_return_if_fail (proxy != NULL && proxy->ref_count > 0);
  if (--proxy->ref_count > 0)
    return;
  if (proxy->origin != NULL)
    leave_origin (proxy);
  g_clear_pointer (&proxy->children, g_hash_table_unref);
  for (guint i = 0; i < FOLIOT_PROXY_N_METHODS; i++)
    g_clear_pointer (&proxy->methods[i], foliot_value_unref);
  foliot_value_unref (proxy->path);
  g_object_unref (proxy->client);
  g_free (proxy->text);
  g_free (proxy);
}

/* ---- what it stands for ---- */

FoliotRpcClient *
foliot_proxy_get_client (FoliotProxy *proxy)
{
  g_return_val_if_fail (proxy != NULL, NULL);
  return proxy->client;
}

const char *
foliot_proxy_get_path (FoliotProxy *proxy)
{
  g_return_val_if_fail (proxy != NULL, NULL);
  return foliot_value_get_string (proxy->path, NULL);
}

/* Returns: (transfer full): the path of @name below @proxy, as a value. */
static FoliotValue *
join (FoliotProxy *proxy, const char *name)
{
  g_autofree char *text = NULL;
  gsize length, name_length = strlen (name);
  const char *path = foliot_value_get_string (proxy->path, &length);
  FoliotValue *joined;

  if (length > 0)
    {
      text = g_malloc (length + 1 + name_length);
      memcpy (text, path, length);
      text[length] = '/';
      memcpy (text + length + 1, name, name_length);
      joined = foliot_value_new_string_checked (text, length + 1 + name_length, TRUE);
      if (joined != NULL)
        return joined;
      return foliot_value_new_string_len (text, length + 1 + name_length);
    }
  joined = foliot_value_new_string_checked (name, name_length, TRUE);
  return joined != NULL ? joined : foliot_value_new_string (name);
}

FoliotProxy *
foliot_proxy_get (FoliotProxy *proxy, const char *name)
{
  g_autoptr (FoliotValue) path = NULL;
  FoliotProxy *origin, *child;

  g_return_val_if_fail (proxy != NULL && name != NULL, NULL);
  origin = proxy->origin != NULL ? proxy->origin : proxy;
  path = join (proxy, name);
  if (origin->children == NULL)
    origin->children = g_hash_table_new (g_str_hash, g_str_equal);
  child = g_hash_table_lookup (origin->children, foliot_value_get_string (path, NULL));
  if (child != NULL)
    return foliot_proxy_ref (child);
  child = _foliot_proxy_new (proxy->client, g_steal_pointer (&path));
  child->origin = foliot_proxy_ref (origin);
  g_hash_table_insert (origin->children, (gpointer) foliot_proxy_get_path (child), child);
  return child;
}

gboolean
foliot_proxy_equal (gconstpointer a, gconstpointer b)
{
  const FoliotProxy *one = a, *other = b;

  return one->client == other->client && foliot_value_equal (one->path, other->path);
}

static guint64
hash_object (gpointer proxy)
{
  return foliot_value_hash (((FoliotProxy *) proxy)->path);
}

guint
foliot_proxy_hash (gconstpointer proxy)
{
  return (guint) hash_object ((gpointer) proxy);
}

/* ---- as text ---- */

void
foliot_proxy_set_string (FoliotProxy *proxy, const char *text)
{
  g_return_if_fail (proxy != NULL);
  g_free (proxy->text);
  proxy->text = g_strdup (text);
}

/* Host and port of whoever is there; the text of an address that is one. */
static char *
print_peer (FoliotProxy *proxy)
{
  g_autoptr (FoliotValue) nobody = foliot_value_new_null ();
  g_autoptr (FoliotValue) peer = foliot_channel_dup_info (proxy->client->channel, "peername", nobody);
  g_autofree char *host = NULL;
  g_autofree char *port = NULL;

  if (foliot_value_get_kind (peer) != FOLIOT_VALUE_LIST || foliot_value_get_length (peer) < 2)
    return foliot_value_print (peer);
  host = foliot_value_print (foliot_value_get_item (peer, 0));
  port = foliot_value_print (foliot_value_get_item (peer, 1));
  return g_strdup_printf ("(%s, %s)", host, port);
}

char *
foliot_proxy_to_string (FoliotProxy *proxy)
{
  g_autofree char *peer = NULL;

  g_return_val_if_fail (proxy != NULL, NULL);
  if (proxy->text != NULL)
    return g_strdup (proxy->text);
  peer = print_peer (proxy);
  return g_strdup_printf ("Proxy(%s, '%s')", peer, foliot_proxy_get_path (proxy));
}

static char *
format_object (gpointer proxy)
{
  return foliot_proxy_to_string (proxy);
}

/* ---- as a value ---- */

FoliotValue *
foliot_value_new_proxy (FoliotProxy *proxy)
{
  g_return_val_if_fail (proxy != NULL, NULL);
  return foliot_value_new_object (FOLIOT_TYPE_PROXY, proxy);
}

FoliotProxy *
foliot_value_get_proxy (FoliotValue *value)
{
  g_return_val_if_fail (value != NULL, NULL);
  if (foliot_value_get_kind (value) != FOLIOT_VALUE_OBJECT)
    return NULL;
  return foliot_value_get_object (value, FOLIOT_TYPE_PROXY);
}

FoliotValue *
foliot_value_new_service (GObject *service)
{
  g_return_val_if_fail (G_IS_OBJECT (service), NULL);
  return foliot_value_new_object (G_OBJECT_TYPE (service), service);
}

/* ---- calling ---- */

/* Whether @path is that of @method below @proxy. */
static inline gboolean
is_method (const FoliotValue *path, gsize prefix, const char *method)
{
  return _foliot_text_is_name (_foliot_value_text (path) + prefix, method);
}

/* Returns: (transfer none): the path of @method. */
static FoliotValue *
get_method_path (FoliotProxy *proxy, const char *method)
{
  gsize prefix = proxy->path->n_bytes + (proxy->path->n_bytes > 0);
  FoliotValue **slot;

  for (guint i = 0; i < FOLIOT_PROXY_N_METHODS && proxy->methods[i] != NULL; i++)
    if (is_method (proxy->methods[i], prefix, method))
      return proxy->methods[i];
  slot = &proxy->methods[proxy->next_method];
  proxy->next_method = (proxy->next_method + 1) % FOLIOT_PROXY_N_METHODS;
  g_clear_pointer (slot, foliot_value_unref);
  *slot = join (proxy, method);
  return *slot;
}

/* @positional, @keywords: (transfer full). */
static inline FoliotFuture *
call (FoliotProxy *proxy, const char *method, FoliotValue *positional, FoliotValue *keywords, guint n_repeats)
{
  FoliotValue *path = method != NULL ? get_method_path (proxy, method) : proxy->path;
  FoliotValue *items[] = { _foliot_value_ref (path), positional, keywords };
  FoliotValue *content = foliot_value_new_list (items, G_N_ELEMENTS (items));
  FoliotRpcClient *client = proxy->client;
  FoliotFuture *reply = NULL;
  GError *error = NULL;

  if (G_UNLIKELY (method == NULL && path->n_bytes == 0))
    error = g_error_new_literal (FOLIOT_ERROR, FOLIOT_ERROR_ATTRIBUTE, "No RPC function name specified.");
  else if (G_UNLIKELY (client->reconnect != NULL))
    reply = _foliot_reconnect_call (client, content, n_repeats);
  else
    reply = foliot_channel_send (client->channel, content, &error);
  _foliot_value_unref (content);
  return G_LIKELY (reply != NULL) ? reply : foliot_future_new_rejected (client->kernel, error);
}

FoliotFuture *
foliot_proxy_callv (FoliotProxy *proxy, const char *method, FoliotValue *positional, FoliotValue *keywords)
{
  g_return_val_if_fail (proxy != NULL, NULL);
  return call (proxy, method, positional != NULL ? positional : foliot_value_new_list (NULL, 0),
               keywords != NULL ? keywords : foliot_value_new_map (NULL, 0), 0);
}

/* Collects the arguments that did not fit into @few. */
static FoliotValue *
collect_many (FoliotValue **few, gsize n_few, FoliotValue *next, va_list args)
{
  g_autoptr (GPtrArray) many = g_ptr_array_new ();

  for (gsize i = 0; i < n_few; i++)
    g_ptr_array_add (many, few[i]);
  for (; next != NULL; next = va_arg (args, FoliotValue *))
    g_ptr_array_add (many, next);
  return foliot_value_new_list ((FoliotValue **) many->pdata, many->len);
}

/* Returns: (transfer full): the arguments up to the NULL. */
static inline FoliotValue *
collect (va_list args)
{
  FoliotValue *few[8], *item;
  gsize n_items = 0;

  for (item = va_arg (args, FoliotValue *); item != NULL && n_items < G_N_ELEMENTS (few);
       item = va_arg (args, FoliotValue *))
    few[n_items++] = item;
  return item != NULL ? collect_many (few, n_items, item, args) : foliot_value_new_list (few, n_items);
}

FoliotFuture *
foliot_proxy_call (FoliotProxy *proxy, const char *method, ...)
{
  FoliotValue *positional;
  va_list args;

  g_return_val_if_fail (proxy != NULL, NULL);
  va_start (args, method);
  positional = collect (args);
  va_end (args);
  return call (proxy, method, positional, foliot_value_new_map (NULL, 0), 0);
}

FoliotFuture *
foliot_proxy_call_repeatable (FoliotProxy *proxy, const char *method, ...)
{
  FoliotValue *positional;
  va_list args;

  g_return_val_if_fail (proxy != NULL, NULL);
  va_start (args, method);
  positional = collect (args);
  va_end (args);
  return call (proxy, method, positional, foliot_value_new_map (NULL, 0), MAX_REPEATS);
}
