/* SPDX-License-Identifier: MIT */
#include "channel/foliot-channel-private.h"

#include "base/foliot-value-private.h"
#include "kernel/foliot-hearing-private.h"

/*
 * How a message leaves: as bytes in one frame, or, over a link of values, as the value itself. That one is lowered first where its
 * traits say that bytes would change it, and refused where bytes would be, so that it is what it would be had it gone through them.
 */

#define DEFAULT_MAX_BYTES G_MAXUINT32
#define SPARE_SCRATCH     65536

static gboolean
check_length (FoliotChannel *channel, gsize length, GError **error)
{
  gsize max_bytes = channel->max_bytes != 0 ? channel->max_bytes : DEFAULT_MAX_BYTES;

  if (length <= max_bytes)
    return TRUE;
  /* aiomas prints 2^32 for its limit of 2^32 − 1. */
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
               "Serialized message is too long (%" G_GSIZE_FORMAT ").  Maximum length is %" G_GUINT64_FORMAT
               ".",
               length, channel->max_bytes != 0 ? (guint64) max_bytes : (guint64) max_bytes + 1);
  return FALSE;
}

/* Returns: (transfer none) (nullable): the message as bytes, good until the next call. */
static GByteArray *
encode (FoliotChannel *channel, FoliotMessageType type, guint64 id, FoliotValue *wire_id,
        FoliotValue *content, GError **error)
{
  g_autoptr (FoliotValue) number = wire_id == NULL ? foliot_value_new_uint (id) : NULL;

  if (channel->scratch == NULL)
    channel->scratch = g_byte_array_new ();
  g_byte_array_set_size (channel->scratch, 0);
  if (_foliot_message_write (channel->codec, type, wire_id != NULL ? wire_id : number, content,
                             channel->scratch, error)
      && check_length (channel, channel->scratch->len, error))
    return channel->scratch;
  return NULL;
}

static gboolean
fill_bytes (FoliotChannel *channel, FoliotFrame *frame, FoliotMessageType type, guint64 id,
            FoliotValue *wire_id, FoliotValue *content, GError **error)
{
  GByteArray *bytes = encode (channel, type, id, wire_id, content, error);

  if (bytes == NULL)
    return FALSE;
  frame->id = id;
  frame->type = type;
  if (bytes->len <= SPARE_SCRATCH)
    frame->bytes = g_bytes_new (bytes->data, bytes->len);
  else
    frame->bytes = g_byte_array_free_to_bytes (g_steal_pointer (&channel->scratch));
  return TRUE;
}

/* Whether the codec would write the triple around @content, whatever is in it. */
static inline gboolean
is_surely_within (FoliotChannel *channel, FoliotValue *content)
{
  return (gint) _foliot_value_weight (content) <= channel->bounds->max_weight
         && _foliot_value_depth (content) < channel->bounds->limits.max_depth;
}

/*
 * What bytes would change or refuse: some content, by its traits; the triple around it, by its depth and weight; what
 * is longer than an explicit limit.
 */
static G_GNUC_NO_INLINE FoliotValue *
make_plain (FoliotChannel *channel, FoliotMessageType type, guint64 id, FoliotValue *wire_id,
            FoliotValue *content, GError **error)
{
  g_autoptr (FoliotValue) plain = foliot_codec_lower (channel->codec, content, error);

  if (plain == NULL)
    return NULL;
  if ((channel->max_bytes != 0 || !is_surely_within (channel, plain))
      && encode (channel, type, id, wire_id, content, error) == NULL)
    return NULL;
  return g_steal_pointer (&plain);
}

static inline gboolean
fill_value (FoliotChannel *channel, FoliotFrame *frame, FoliotMessageType type, guint64 id,
            FoliotValue *wire_id, FoliotValue *content, GError **error)
{
  if (G_LIKELY ((content->traits & channel->touched) == 0 && channel->max_bytes == 0
                && is_surely_within (channel, content)))
    frame->value = _foliot_value_ref (content);
  else if ((frame->value = make_plain (channel, type, id, wire_id, content, error)) == NULL)
    return FALSE;
  frame->id = id;
  frame->type = type;
  return TRUE;
}

gboolean
_foliot_channel_send_frame (FoliotChannel *channel, FoliotFrame *frame, GError **error)
{
  guint64 n_inside = _foliot_channel_get_n_inside (channel);

  if (!channel->link_iface->send (channel->link, frame, error))
    return FALSE;
  channel->hold.stays = _foliot_channel_get_n_inside (channel) != n_inside;
  return TRUE;
}

/* Sends @frame, which is taken; @content is what it carries. */
static inline gboolean
hand_over (FoliotChannel *channel, FoliotFrame *frame, FoliotMessageType type, FoliotValue *content,
           GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (G_UNLIKELY (channel->is_modelled))
    frame->express
        = channel->passes || (type == FOLIOT_MESSAGE_REQUEST && _foliot_channel_is_reserved (content));
  if (!channel->by_value && _foliot_channel_keep (channel, frame))
    return TRUE;
  if (_foliot_channel_send_frame (channel, frame, &local_error))
    return TRUE;
  /* A request that was not sent is the caller's affair; a reply that was not sent leaves the peer waiting. */
  if (type != FOLIOT_MESSAGE_REQUEST)
    {
      _foliot_channel_end (channel, g_error_copy (local_error), NULL);
      foliot_link_close (channel->link);
    }
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* Somebody hears what is said: as plain data, and how often the network has drawn for it. */
static G_GNUC_NO_INLINE gboolean
hand_over_heard (FoliotChannel *channel, FoliotFrame *frame, FoliotMessageType type, guint64 id,
                 FoliotValue *content, GError **error)
{
  guint32 n_draws = *_foliot_kernel_get_draws (channel->kernel);
  g_autoptr (FoliotValue) plain = frame->value != NULL ? foliot_value_ref (frame->value)
                                                       : foliot_codec_lower (channel->codec, content, NULL);
  gboolean sent = hand_over (channel, frame, type, content, error);

  n_draws = *_foliot_kernel_get_draws (channel->kernel) - n_draws;
  if (plain != NULL)
    _foliot_kernel_hear (channel->kernel, said, channel, type, id, plain, n_draws);
  return sent;
}

gboolean
_foliot_channel_send_message (FoliotChannel *channel, FoliotMessageType type, guint64 id,
                              FoliotValue *wire_id, FoliotValue *content, gboolean *out_encoding,
                              GError **error)
{
  FoliotFrame frame = { 0 };

  *out_encoding = !(channel->by_value ? fill_value (channel, &frame, type, id, wire_id, content, error)
                                      : fill_bytes (channel, &frame, type, id, wire_id, content, error));
  if (*out_encoding)
    return FALSE;
  return _foliot_kernel_is_heard (channel->kernel)
             ? hand_over_heard (channel, &frame, type, id, content, error)
             : hand_over (channel, &frame, type, content, error);
}

FoliotFuture *
foliot_channel_send (FoliotChannel *channel, FoliotValue *content, GError **error)
{
  FoliotFuture *future;
  guint64 id;
  gboolean encoding;

  g_return_val_if_fail (FOLIOT_IS_CHANNEL (channel), NULL);
  g_return_val_if_fail (content != NULL, NULL);

  if (G_UNLIKELY (channel->error != NULL))
    {
      g_propagate_error (error, g_error_copy (channel->error));
      return NULL;
    }
  if (G_UNLIKELY (channel->pending.n_entries >= channel->flow.max_pending))
    {
      _foliot_channel_flow_refuse (channel, error);
      return NULL;
    }
  id = channel->next_id++;
  if (!_foliot_channel_send_message (channel, FOLIOT_MESSAGE_REQUEST, id, NULL, content, &encoding, error))
    return NULL;
  future = foliot_future_new (channel->kernel);
  _foliot_pending_add (&channel->pending, id, foliot_future_ref (future),
                       G_UNLIKELY (channel->debug || channel->through_system) ? foliot_value_ref (content)
                                                                              : NULL,
                       _foliot_kernel_get_node (channel->kernel));
  if (G_UNLIKELY (channel->through_system))
    {
      if (_foliot_channel_count_request_out (channel, id, content))
        _foliot_channel_hold_request (channel);
      _foliot_channel_flow_update (channel);
    }
  return future;
}
