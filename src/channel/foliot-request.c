/* SPDX-License-Identifier: MIT */
#include "channel/foliot-channel-private.h"

#include "base/foliot-value-private.h"

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

  request->ref_count = 1;
  request->channel = channel;
  request->previous = request->behind = NULL;
  request->next = pool->live;
  request->content = content;
  request->wire_id = g_steal_pointer (&message->wire_id);
  request->id = message->id;
  request->answered = request->is_counted = FALSE;
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
  FoliotRequestPool *pool = &request->channel->requests;

  if (G_UNLIKELY (request->is_counted))
    _foliot_channel_flow_leave (request);
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
  _foliot_value_unref (request->content);
  if (G_UNLIKELY (request->wire_id != NULL))
    _foliot_value_unref (request->wire_id);
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

/* Why a reply cannot go out. Returns: FALSE. */
static G_GNUC_NO_INLINE gboolean
refuse (FoliotRequest *request, GError **error)
{
  if (request->channel == NULL)
    g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET, "Connection closed");
  else if (request->channel->error != NULL)
    g_propagate_error (error, g_error_copy (request->channel->error));
  else
    g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_RUNTIME,
                         "The request was answered before: reply to it, or fail it, once");
  return FALSE;
}

static inline gboolean
claim (FoliotRequest *request, GError **error)
{
  if (G_UNLIKELY (request->channel == NULL || request->channel->error != NULL || request->answered))
    return refuse (request, error);
  if (G_UNLIKELY (request->channel->through_system))
    {
      _foliot_channel_count_answer_out (request->channel, request->content);
      request->channel->passes = _foliot_channel_is_reserved (request->content);
    }
  return request->answered = TRUE;
}

/* The answer is on its way, or will never be. */
static inline gboolean
settle (FoliotRequest *request, gboolean sent)
{
  if (G_UNLIKELY (request->is_counted))
    _foliot_channel_flow_leave (request);
  return sent;
}

static gboolean
send_failure (FoliotRequest *request, const GError *why, GError **error)
{
  const FoliotChannelDialect *dialect = request->channel->dialect;
  g_autofree char *text = dialect == NULL ? foliot_error_to_wire (why) : NULL;
  g_autoptr (FoliotValue) content
      = dialect == NULL ? foliot_value_new_string (text) : dialect->write_failure (request, why);
  gboolean encoding;

  return settle (request, _foliot_channel_send_message (request->channel, FOLIOT_MESSAGE_FAILURE, request->id,
                                                        request->wire_id, content, &encoding, error));
}

gboolean
foliot_request_reply (FoliotRequest *request, FoliotValue *result, GError **error)
{
  GError *local_error = NULL;
  gboolean encoding = FALSE, sent = FALSE;

  g_return_val_if_fail (request != NULL, FALSE);

  if (!claim (request, error))
    return FALSE;
  if (G_LIKELY (_foliot_channel_send_message (
          request->channel, FOLIOT_MESSAGE_RESULT, request->id, request->wire_id,
          result != NULL ? result : foliot_value_new_null (), /* a constant, which needs no reference */
          &encoding, &local_error)))
    return settle (request, TRUE);
  if (encoding)
    sent = send_failure (request, local_error, error);
  else
    g_propagate_error (error, g_steal_pointer (&local_error));
  g_clear_error (&local_error);
  return sent;
}

gboolean
foliot_request_fail (FoliotRequest *request, const GError *why, GError **error)
{
  g_return_val_if_fail (request != NULL, FALSE);
  g_return_val_if_fail (why != NULL, FALSE);

  return claim (request, error) && send_failure (request, why, error);
}
