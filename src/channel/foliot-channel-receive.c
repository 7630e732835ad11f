/* SPDX-License-Identifier: MIT */
#include "channel/foliot-channel-private.h"

#include "base/foliot-value-private.h"
#include "kernel/foliot-hearing-private.h"

/*
 * What a frame of the peer leads to: a request is handed to whoever serves, or waits for recv; a reply settles the future of its
 * request. A peer that breaks the rules ends the channel.
 */

static FoliotValue *
wrap_request (FoliotRequest *request)
{
  FoliotValue *value = foliot_value_new_object (FOLIOT_TYPE_REQUEST, request);

  foliot_request_unref (request);
  return value;
}

FoliotFuture *
foliot_channel_recv (FoliotChannel *channel)
{
  FoliotRequest *request;

  g_return_val_if_fail (FOLIOT_IS_CHANNEL (channel), NULL);

  if (channel->error != NULL)
    return foliot_future_new_rejected (channel->kernel, g_error_copy (channel->error));
  if (channel->receiver != NULL && !foliot_future_is_settled (channel->receiver))
    return foliot_future_new_rejected (
        channel->kernel,
        g_error_new_literal (FOLIOT_ERROR, FOLIOT_ERROR_RUNTIME,
                             "recv() called while another coroutine is already waiting for incoming data."));
  request = channel->first_request;
  if (request != NULL)
    {
      channel->first_request = request->behind;
      if (channel->first_request == NULL)
        channel->last_request = NULL;
      return foliot_future_new_resolved (channel->kernel, wrap_request (request));
    }
  g_clear_pointer (&channel->receiver, foliot_future_unref);
  channel->receiver = foliot_future_new (channel->kernel);
  return foliot_future_ref (channel->receiver);
}

/* Hands over @content (transfer full). The channel may be gone afterwards. */
static void
accept_request (FoliotChannel *channel, FoliotMessage *message, FoliotValue *content)
{
  FoliotRequest *request = _foliot_request_new (channel, &channel->requests, message, content);
  g_autoptr (FoliotFuture) receiver = NULL;

  if (G_UNLIKELY (channel->through_system))
    _foliot_channel_count_request_in (channel, content);
  if (G_UNLIKELY (channel->flow.max_in_flight != 0) && !_foliot_channel_flow_enter (channel, request))
    return;
  if (channel->on_request != NULL)
    {
      channel->on_request (channel, request, channel->user_data);
      return;
    }
  receiver = g_steal_pointer (&channel->receiver);
  if (receiver != NULL && !foliot_future_is_settled (receiver))
    {
      foliot_future_resolve (receiver, wrap_request (request));
      return;
    }
  if (channel->last_request != NULL)
    channel->last_request->behind = request;
  else
    channel->first_request = request;
  channel->last_request = request;
}

static GError *
new_remote_error (FoliotChannel *channel, const FoliotPending *pending, FoliotValue *failure)
{
  g_autofree char *text = NULL;

  if (channel->dialect != NULL)
    return channel->dialect->read_failure (channel, pending->content, failure);
  text = _foliot_message_format_failure (failure);
  return foliot_error_new_remote (channel->origin, text);
}

/* The owner of the request has settled it. aiomas ends the connection; we do in debug mode, to find such places. */
static void
refuse_late_reply (FoliotChannel *channel, const FoliotPending *pending, FoliotValue *content)
{
  const GError *settled_by = foliot_future_get_error (pending->future);
  gboolean cancelled = g_error_matches (settled_by, FOLIOT_ERROR, FOLIOT_ERROR_CANCELLED);
  g_autofree char *request = NULL, *reply = NULL;

  if (!channel->debug)
    {
      _foliot_kernel_count_stale (channel->kernel);
      return;
    }
  request = foliot_value_print (pending->content);
  reply = foliot_value_print (content);
  _foliot_channel_end_by_protocol (
      channel,
      g_error_new (FOLIOT_ERROR, FOLIOT_ERROR_RUNTIME, "%s Request: %s; Reply: %s",
                   cancelled ? "Request was cancelled." : "Request reply already set.", request, reply),
      TRUE);
}

static void
refuse_unknown_reply (FoliotChannel *channel, const FoliotMessage *message)
{
  g_autofree char *id = _foliot_message_print_id (message);

  _foliot_channel_end_by_protocol (
      channel,
      g_error_new (FOLIOT_ERROR, FOLIOT_ERROR_LOOKUP,
                   "A reply to request %s arrived, which was never sent or has its reply already", id),
      FALSE);
}

/* Takes @content. */
static inline void
accept_reply (FoliotChannel *channel, const FoliotMessage *message, FoliotValue *content, guint64 hash,
              guint64 view)
{
  FoliotPending pending;

  if (G_UNLIKELY (!message->has_id || !_foliot_pending_take (&channel->pending, message->id, &pending)))
    {
      foliot_kernel_note_payload (channel->kernel, 0, hash, view);
      refuse_unknown_reply (channel, message);
      _foliot_value_unref (content);
      return;
    }
  if (G_UNLIKELY (channel->through_system))
    {
      if (_foliot_channel_count_answer_in (channel, message->id))
        _foliot_channel_hold_answer (channel);
      _foliot_channel_flow_update (channel);
    }
  foliot_kernel_note_payload (channel->kernel, pending.node, hash, view);
  if (G_LIKELY (message->type == FOLIOT_MESSAGE_RESULT && !foliot_future_is_settled (pending.future)))
    {
      foliot_future_resolve (pending.future, content);
      _foliot_pending_clear (&pending);
      return;
    }
  if (foliot_future_is_settled (pending.future))
    refuse_late_reply (channel, &pending, content);
  else
    foliot_future_reject (pending.future, new_remote_error (channel, &pending, content));
  _foliot_value_unref (content);
  _foliot_pending_clear (&pending);
}

/* Returns: (transfer full) (nullable): what @plain (transfer full) stands for; %NULL: the channel has ended. */
static G_GNUC_NO_INLINE FoliotValue *
raise_content (FoliotChannel *channel, FoliotValue *plain, guint64 hash)
{
  GError *error = NULL;
  FoliotValue *content = foliot_codec_raise (channel->codec, plain, &error);

  foliot_value_unref (plain);
  if (content != NULL)
    return content;
  foliot_kernel_note_payload (channel->kernel, 0, hash, 0);
  _foliot_channel_end_by_protocol (channel, error, FALSE);
  return NULL;
}

/* What the record covers of a content: of a request in another dialect nothing, which its server notes. */
static inline guint64
hash_content (FoliotChannel *channel, guint8 type, FoliotValue *content)
{
  if (G_LIKELY (channel->dialect == NULL || type == FOLIOT_MESSAGE_RESULT))
    return _foliot_message_hash_content (type, content);
  return type == FOLIOT_MESSAGE_FAILURE ? channel->dialect->hash_failure (content) : 0;
}

/* Empties @message. */
static G_ALWAYS_INLINE inline void
accept_message (FoliotChannel *channel, FoliotMessage *message)
{
  gboolean recording = _foliot_kernel_is_recording (channel->kernel);
  FoliotValue *content = g_steal_pointer (&message->plain);
  guint64 hash = 0, view = 0;

  if (recording)
    {
      view = hash_content (channel, message->type, content);
      hash = _foliot_message_hash (message, view);
      if (G_UNLIKELY (_foliot_kernel_is_showing (channel->kernel)))
        _foliot_kernel_show_content (channel->kernel, _foliot_message_type_name (message->type), content);
    }
  _foliot_kernel_hear (channel->kernel, heard, channel, message->type, message->id, content);
  if (G_UNLIKELY (content->traits & FOLIOT_VALUE_HAS_TYPE_KEY) && channel->dialect == NULL)
    {
      content = raise_content (channel, content, hash);
      if (content == NULL)
        return;
      if (recording)
        view = _foliot_message_hash_content (message->type, content);
    }
  if (message->type != FOLIOT_MESSAGE_REQUEST)
    {
      accept_reply (channel, message, content, hash, view);
      return;
    }
  /* Whoever serves requests knows what in them names places, and notes the view. */
  foliot_kernel_note_payload (channel->kernel, 0, hash, channel->on_request == NULL ? view : 0);
  accept_request (channel, message, content);
}

static G_GNUC_NO_INLINE void
on_bytes (FoliotChannel *channel, GBytes *bytes)
{
  FoliotMessage message = { 0 };
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  GError *error = NULL;

  if (_foliot_message_read (channel->codec, data, length, &message, &error))
    accept_message (channel, &message);
  else
    _foliot_channel_end_by_protocol (channel, error,
                                     g_error_matches (error, FOLIOT_ERROR, FOLIOT_ERROR_RUNTIME));
  /* Not the channel's any more, which may be gone. */
  g_clear_pointer (&message.wire_id, foliot_value_unref);
}

static G_GNUC_NO_INLINE void
refuse_frame (FoliotChannel *channel, const FoliotFrame *frame)
{
  _foliot_channel_end_by_protocol (
      channel, g_error_new (FOLIOT_ERROR, FOLIOT_ERROR_RUNTIME, "Invalid message type %u", frame->type),
      TRUE);
}

void
_foliot_channel_receive_frame (gpointer owner, FoliotFrame *frame)
{
  FoliotChannel *channel = owner;
  FoliotMessage message;

  if (G_UNLIKELY (channel->error != NULL))
    return;
  if (G_UNLIKELY (!channel->by_value))
    {
      on_bytes (channel, frame->bytes);
      return;
    }
  if (G_UNLIKELY (frame->type > FOLIOT_MESSAGE_FAILURE || frame->value == NULL))
    {
      refuse_frame (channel, frame);
      return;
    }
  message = (FoliotMessage){
    .type = frame->type, .id = frame->id, .has_id = TRUE, .plain = g_steal_pointer (&frame->value)
  };
  accept_message (channel, &message);
}

void
_foliot_channel_drop_requests (FoliotChannel *channel)
{
  FoliotRequest *request = channel->first_request;

  channel->first_request = channel->last_request = NULL;
  while (request != NULL)
    {
      FoliotRequest *behind = request->behind;

      foliot_request_unref (request);
      request = behind;
    }
}
