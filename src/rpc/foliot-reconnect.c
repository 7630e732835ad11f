/* SPDX-License-Identifier: MIT */
#include "rpc/foliot-reconnect-private.h"

/*
 * Calls over a connection that may be lost and come back.
 *
 * A call that finds the connection lost asks for another, waits for it, and is sent then, once. A call that was under way
 * when it was lost may have been done or not, nobody can know; it ends with the error, unless its caller said that doing
 * it twice does no harm. Then it is sent again, a few times at most.
 *
 * Between two channels of a client the peer may have become another one. Whoever finds that something it had is gone
 * says so here, and calls to that are refused: an answer of somebody else who happens to have the same id would be worse.
 */

#include "channel/foliot-channel-private.h"
#include "rpc/foliot-rpc-client-private.h"

#include <string.h>

/* Connections made for one call, of which the last ones may be lost before it was sent. */
#define MAX_REOPENS 4

/* A call, until its caller has the answer. */
typedef struct
{
  guint ref_count;
  FoliotRpcClient *client;
  FoliotValue *content;
  FoliotFuture *answer;
  FoliotChannel *channel; /* (nullable): on which it is under way */
  guint n_repeats;        /* that are left */
  guint n_reopens;        /* connections that were made for it */
} Call;

static void send_call (Call *call);

static Call *
call_ref (Call *call)
{
  call->ref_count++;
  return call;
}

/* Whatever becomes of a call, its answer ends settled. */
static void
call_unref (gpointer data)
{
  Call *call = data;

  if (--call->ref_count > 0)
    return;
  if (!foliot_future_is_settled (call->answer))
    foliot_future_reject (
        call->answer, g_error_new_literal (FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET, "Connection closed"));
  g_object_unref (call->client);
  g_clear_object (&call->channel);
  foliot_value_unref (call->content);
  foliot_future_unref (call->answer);
  g_free (call);
}

/* Whether the peer was lost meanwhile, and did not break the rules. */
static gboolean
was_lost (Call *call, const GError *error)
{
  return call->channel->error != NULL && !call->channel->by_protocol
         && !g_error_matches (error, FOLIOT_ERROR, FOLIOT_ERROR_REMOTE);
}

static void
on_answer (FoliotFuture *future, FoliotValue *value, const GError *error, gpointer user_data)
{
  Call *call = user_data;
  FoliotRpcClient *client = call->client;

  if (value != NULL)
    foliot_future_resolve (call->answer, foliot_value_ref (value));
  else if (call->n_repeats > 0 && client->reconnect != NULL && was_lost (call, error))
    {
      call->n_repeats--;
      client->reconnect->repeated (client->reconnect_owner);
      send_call (call);
    }
  else
    foliot_future_reject (call->answer, g_error_copy (error));
}

static gboolean
can_reopen (Call *call)
{
  return call->client->reconnect != NULL && call->n_reopens < MAX_REOPENS;
}

static void
on_reopened (FoliotFuture *future, FoliotValue *value, const GError *error, gpointer user_data)
{
  Call *call = user_data;

  if (error == NULL
      || (g_error_matches (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET) && can_reopen (call)))
    send_call (call);
  else
    foliot_future_reject (call->answer, g_error_copy (error));
}

static void
reopen (Call *call)
{
  FoliotRpcClient *client = call->client;
  g_autoptr (FoliotFuture) reopened = client->reconnect->reopen (client->reconnect_owner);

  call->n_reopens++;
  foliot_future_then (reopened, on_reopened, call_ref (call), call_unref);
}

/* Returns: (nullable) (transfer none): why nothing is sent to the path of @content. */
static const GError *
find_gone (FoliotRpcClient *client, FoliotValue *content)
{
  g_autofree char *path = NULL;
  const GError *why = NULL;
  char *slash;

  if (client->gone == NULL)
    return NULL;
  path = g_strdup (foliot_value_get_string (foliot_value_get_item (content, 0), NULL));
  while (why == NULL && (slash = strrchr (path, '/')) != NULL)
    {
      *slash = '\0';
      why = g_hash_table_lookup (client->gone, path);
    }
  return why;
}

static void
send_call (Call *call)
{
  FoliotRpcClient *client = call->client;
  g_autoptr (FoliotFuture) reply = NULL;
  const GError *gone = find_gone (client, call->content);
  GError *error = NULL;

  if (foliot_future_is_settled (call->answer)) /* nobody waits any more */
    return;
  if (gone != NULL)
    {
      foliot_future_reject (call->answer, g_error_copy (gone));
      return;
    }
  g_set_object (&call->channel, client->channel);
  reply = foliot_channel_send (client->channel, call->content, &error);
  if (reply != NULL)
    foliot_future_then (reply, on_answer, call_ref (call), call_unref);
  else if (client->channel->error != NULL && can_reopen (call))
    {
      g_error_free (error);
      reopen (call);
    }
  else
    foliot_future_reject (call->answer, error);
}

FoliotFuture *
_foliot_reconnect_call (FoliotRpcClient *client, FoliotValue *content, guint n_repeats)
{
  FoliotFuture *answer;
  Call *call;

  if (n_repeats == 0 && client->channel->error == NULL && client->gone == NULL)
    {
      GError *error = NULL;

      answer = foliot_channel_send (client->channel, content, &error);
      return answer != NULL ? answer : foliot_future_new_rejected (client->kernel, error);
    }
  answer = foliot_future_new (client->kernel);
  call = g_new0 (Call, 1);
  call->ref_count = 1;
  call->client = g_object_ref (client);
  call->content = foliot_value_ref (content);
  call->answer = foliot_future_ref (answer);
  call->n_repeats = n_repeats;
  send_call (call);
  call_unref (call);
  return answer;
}

/* ---- what the client is told --------------------------------------------------------------------------------- */

void
_foliot_rpc_client_set_reconnect (FoliotRpcClient *client, const FoliotReconnectFuncs *funcs, gpointer owner)
{
  client->reconnect = funcs;
  client->reconnect_owner = funcs != NULL ? owner : NULL;
  client->channel->names_calls = funcs != NULL;
}

void
_foliot_rpc_client_set_gone (FoliotRpcClient *client, const char *path, GError *why)
{
  if (client->gone == NULL && why == NULL)
    return;
  if (client->gone == NULL)
    client->gone = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_error_free);
  if (why != NULL)
    g_hash_table_replace (client->gone, g_strdup (path), why);
  else
    g_hash_table_remove (client->gone, path);
  if (g_hash_table_size (client->gone) == 0)
    g_clear_pointer (&client->gone, g_hash_table_unref);
}
