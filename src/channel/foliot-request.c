/* SPDX-License-Identifier: MIT */
#include "channel/foliot-channel-private.h"

/*
 * One request of the peer, and its one reply.
 *
 * Whatever the handler does, the caller must learn of it: a result that cannot be sent becomes a failure with the reason,
 * and a link that refuses the reply ends the channel, because the caller would wait for ever.
 */

#define MAX_FREE_REQUESTS 64

G_DEFINE_BOXED_TYPE (FoliotRequest, foliot_request, foliot_request_ref, foliot_request_unref)

FoliotRequest *
_foliot_request_new (FoliotChannel *channel, FoliotRequestPool *pool, FoliotMessage *message,
                     FoliotValue *content)
{
  FoliotRequest *request = pool->free;

  if (request != NULL)
    {
      pool->free = request->next;
      pool->n_free--;
    }
  else
    request = g_new (FoliotRequest, 1);

  *request = (FoliotRequest){
    .ref_count = 1,
    .channel = channel,
    .next = pool->live,
    .content = content,
    .wire_id = g_steal_pointer (&message->wire_id),
    .id = message->id,
  };
  if (pool->live != NULL)
    pool->live->previous = request;
  pool->live = request;
  return request;
}

void
_foliot_request_pool_clear (FoliotRequestPool *pool)
{
  for (FoliotRequest *request = pool->live; request != NULL; request = request->next)
    request->channel = NULL;
  pool->live = NULL;
  while (pool->free != NULL)
    {
      FoliotRequest *request = pool->free;

      pool->free = request->next;
      g_free (request);
    }
}

FoliotRequest *
foliot_request_ref (FoliotRequest *request)
{
  request->ref_count++;
  return request;
}

static void
give_back (FoliotRequest *request)
{
  FoliotRequestPool *pool = _foliot_channel_get_request_pool (request->channel);

  if (request->previous != NULL)
    request->previous->next = request->next;
  else
    pool->live = request->next;
  if (request->next != NULL)
    request->next->previous = request->previous;
  if (pool->n_free == MAX_FREE_REQUESTS)
    {
      g_free (request);
      return;
    }
  request->next = pool->free;
  pool->free = request;
  pool->n_free++;
}

void
foliot_request_unref (FoliotRequest *request)
{
  if (--request->ref_count > 0)
    return;
  foliot_value_unref (request->content);
  g_clear_pointer (&request->wire_id, foliot_value_unref);
  if (request->channel != NULL)
    give_back (request);
  else
    g_free (request);
}

FoliotValue *
foliot_request_get_content (FoliotRequest *request)
{
  return request->content;
}

FoliotChannel *
foliot_request_get_channel (FoliotRequest *request)
{
  return request->channel;
}

/* Whether a reply can go out at all. */
static gboolean
claim (FoliotRequest *request, GError **error)
{
  const GError *lost = request->channel != NULL ? foliot_channel_get_error (request->channel) : NULL;

  if (request->channel == NULL)
    g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET, "Connection closed");
  else if (lost != NULL)
    g_propagate_error (error, g_error_copy (lost));
  else if (request->answered)
    g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_RUNTIME,
                         "The request was answered before: reply to it, or fail it, once");
  else
    return request->answered = TRUE;
  return FALSE;
}

static gboolean
send_failure (FoliotRequest *request, const GError *why, GError **error)
{
  g_autofree char *text = foliot_error_to_wire (why);
  g_autoptr (FoliotValue) content = foliot_value_new_string (text);
  gboolean encoding;

  return _foliot_channel_send_message (request->channel, FOLIOT_MESSAGE_FAILURE, request->id,
                                       request->wire_id, content, &encoding, error);
}

gboolean
foliot_request_reply (FoliotRequest *request, FoliotValue *result, GError **error)
{
  g_autoptr (FoliotValue) null = result == NULL ? foliot_value_new_null () : NULL;
  g_autoptr (GError) local_error = NULL;
  gboolean encoding = FALSE;

  g_return_val_if_fail (request != NULL, FALSE);

  if (!claim (request, error))
    return FALSE;
  if (_foliot_channel_send_message (request->channel, FOLIOT_MESSAGE_RESULT, request->id, request->wire_id,
                                    result != NULL ? result : null, &encoding, &local_error))
    return TRUE;
  if (encoding)
    return send_failure (request, local_error, error);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

gboolean
foliot_request_fail (FoliotRequest *request, const GError *why, GError **error)
{
  g_return_val_if_fail (request != NULL, FALSE);
  g_return_val_if_fail (why != NULL, FALSE);

  return claim (request, error) && send_failure (request, why, error);
}
