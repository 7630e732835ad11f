/* SPDX-License-Identifier: MIT */
#include "rpc/foliot-rpc-client-private.h"

/*
 * From a request to its reply. All of it happens in the event that delivered the request, up to where the handler
 * first waits: the path is looked up, the record is told whose call this is, and the handler runs on a pooled fiber
 * whose stack holds the arguments. Whatever goes wrong on the way is the reply; a reply that finds its connection
 * gone is dropped.
 *
 * The stack holds all there is of a call: a request costs no allocation here beyond what its reply needs.
 */

#include "base/foliot-hash-private.h"
#include "base/foliot-text-private.h"
#include "base/foliot-value-private.h"
#include "kernel/foliot-hearing-private.h"
#include "rpc/foliot-args-private.h"
#include "rpc/foliot-proxy-private.h"

#include <string.h>

typedef struct
{
  FoliotRpcClient *client;
  FoliotRequest *request;
  FoliotRoute route;
  FoliotValue *args;
  FoliotValue *keywords;
} Call;

static void
fail_request (FoliotRequest *request, GError *why)
{
  foliot_request_fail (request, why, NULL);
  g_error_free (why);
}

/* ---- arguments ---- */

static FoliotValue *
split_text (FoliotValue *text)
{
  g_autoptr (GPtrArray) characters = g_ptr_array_new ();
  gsize length;
  const char *at = foliot_value_get_string (text, &length);
  const char *end = at + length;
  guint size;

  for (; at < end; at += size)
    {
      _foliot_text_get_char (at, &size);
      g_ptr_array_add (characters, foliot_value_new_string_checked (at, size, TRUE));
    }
  return foliot_value_new_list ((FoliotValue **) characters->pdata, characters->len);
}

static FoliotValue *
split_bytes (FoliotValue *bytes)
{
  g_autoptr (GPtrArray) numbers = g_ptr_array_new ();
  gsize length;
  const guint8 *data = foliot_value_get_bytes (bytes, &length);

  for (gsize i = 0; i < length; i++)
    g_ptr_array_add (numbers, foliot_value_new_int (data[i]));
  return foliot_value_new_list ((FoliotValue **) numbers->pdata, numbers->len);
}

static FoliotValue *
list_keys (FoliotValue *map)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();

  for (gsize i = 0; i < foliot_value_get_length (map); i++)
    g_ptr_array_add (keys, foliot_value_ref (foliot_value_get_key (map, i)));
  return foliot_value_new_list ((FoliotValue **) keys->pdata, keys->len);
}

/* Returns: (transfer full) (nullable): what Python would get by iterating over @value, which is no list; %NULL if it would not. */
static FoliotValue *
list_items (FoliotValue *value)
{
  switch (foliot_value_get_kind (value))
    {
    case FOLIOT_VALUE_STRING:
      return split_text (value);
    case FOLIOT_VALUE_BYTES:
      return split_bytes (value);
    case FOLIOT_VALUE_MAP:
      return list_keys (value);
    default:
      return NULL;
    }
}

static gboolean
bind (const Call *call, FoliotArgs *args, GError **error)
{
  const FoliotHandler *handler = call->route.handler;
  g_autoptr (FoliotValue) made = NULL;
  FoliotValue *positional = call->args;

  _foliot_args_init (args);
  args->client = call->client;
  if (call->keywords->kind != FOLIOT_VALUE_MAP)
    {
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_TYPE, "%s() argument after ** must be a mapping, not %s",
                   handler->name, _foliot_args_python_type (call->keywords));
      return FALSE;
    }
  if (positional->kind != FOLIOT_VALUE_LIST)
    positional = made = list_items (call->args);
  if (positional == NULL)
    {
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_TYPE,
                   "%s() argument after * must be an iterable, not %s", handler->name,
                   _foliot_args_python_type (call->args));
      return FALSE;
    }
  return _foliot_args_bind (args, handler->signature, handler->name, handler->n_implied, positional,
                            call->keywords, error);
}

/* ---- the handler's fiber ---- */

static void
reply (FoliotRequest *request, FoliotValue *result, GError *error)
{
  if (G_UNLIKELY (error != NULL))
    fail_request (request, error);
  else
    foliot_request_reply (request, result, NULL);
  if (result != NULL)
    _foliot_value_unref (result);
}

/* Runs on a fiber; what @user_data points to is gone once it waits. */
static void
run_handler (gpointer user_data)
{
  Call call = *(Call *) user_data;
  FoliotHandler *handler = call.route.handler;
  FoliotValue *result = NULL;
  GError *error = NULL;
  FoliotArgs args;

  if (bind (&call, &args, &error))
    result = handler->func (call.route.self, &args, &error);
  reply (call.request, result, error);
  _foliot_args_clear (&args);
  foliot_request_unref (call.request);
  _foliot_handler_unref (handler);
  _foliot_router_leave (call.route.router);
  _foliot_rpc_client_leave (call.client);
}

static void
start_handler (Call *call)
{
  GError *error = NULL;

  _foliot_handler_ref (call->route.handler);
  _foliot_router_enter (call->route.router);
  call->client->n_running++;
  if (foliot_fiber_run_now (call->client->kernel, NULL, call->route.handler->name, run_handler, call, &error))
    return;
  fail_request (call->request, error);
  foliot_request_unref (call->request);
  _foliot_handler_unref (call->route.handler);
  _foliot_router_leave (call->route.router);
  _foliot_rpc_client_leave (call->client);
}

/* ---- requests ---- */

/*
 * The channel has noted the whole request; here the record learns whose call it is, and what the one who is called sees
 * of it: the method's name and the arguments, but not the path, in which its container and its place there would show.
 */
static void
note_call (const Call *call)
{
  FoliotKernel *kernel = call->client->kernel;
  guint64 view = 0;

  if (_foliot_kernel_is_recording (kernel))
    {
      view = foliot_hash_mix (call->route.handler->name_hash, _foliot_proxy_view_hash (call->args));
      view = foliot_hash_mix (view, _foliot_proxy_view_hash (call->keywords));
    }
  foliot_kernel_note_payload (kernel, _foliot_router_get_node (call->route.router), 0, view);
  _foliot_kernel_hear (kernel, called);
}

/* Sets @call to what @content says. */
static gboolean
read_content (Call *call, FoliotValue *content, GError **error)
{
  const FoliotRoute *route;
  FoliotValue **items = _foliot_value_items (content);

  if (content->kind != FOLIOT_VALUE_LIST || content->n_items != 3 || items[0]->kind != FOLIOT_VALUE_STRING)
    {
      g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
                           "An RPC request is [path, arguments, keywords] with a text as path");
      return FALSE;
    }
  call->args = items[1];
  call->keywords = items[2];
  route = _foliot_router_resolve (call->client->router, items[0], error);
  if (route == NULL)
    return FALSE;
  call->route = *route;
  if (route->handler != NULL)
    return TRUE;
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_TYPE, "'%s' object is not callable",
               _foliot_router_get_short_class_name (route->router));
  return FALSE;
}

void
_foliot_rpc_serve_request (FoliotRpcClient *client, FoliotRequest *request)
{
  FoliotValue *content = foliot_request_get_content (request);
  Call call = { .client = client, .request = request };
  GError *error = NULL;

  if (G_UNLIKELY (!read_content (&call, content, &error)))
    {
      fail_request (request, error);
      foliot_request_unref (request);
      return;
    }
  note_call (&call);
  start_handler (&call);
}
