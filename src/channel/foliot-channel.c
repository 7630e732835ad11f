/* SPDX-License-Identifier: MIT */
#include "channel/foliot-channel-private.h"

#include <string.h>

#include "base/foliot-value-private.h"
#include "kernel/foliot-hearing-private.h"

/*
 * Requests and replies over a link.
 *
 * The channel keeps three things: the futures of requests that went out, by id; the requests that came in and were not
 * taken yet; and, once it has ended, why. It never waits and nobody is run from inside a call: futures are settled in the event of
 * the frame that settles them, or in close.
 *
 * It ends once, by the first of: own close, the link's end, a peer that broke the rules. Then everything pending is
 * failed with the error of that event, and what is asked of the channel later gets the recorded error, which is the
 * same one, or `Connection closed` where aiomas replaces it.
 *
 * Over a link of values the content is lowered when it is sent and raised when it arrives, so that it is what it would be had
 * it gone through bytes, and its hash too.
 */

#define DEFAULT_MAX_BYTES     G_MAXUINT32
#define DEFAULT_HOLD_LIMIT_MS 60000
#define SPARE_SCRATCH         65536

G_DEFINE_FINAL_TYPE (FoliotChannel, foliot_channel, G_TYPE_OBJECT)

static GError *
new_closed_error (void)
{
  return g_error_new_literal (FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET, "Connection closed");
}

/* ---- the end ------------------------------------------------------------------------------------------------- */

static void
drop_requests (FoliotChannel *channel)
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

/* Returns: (transfer full): what a request ends with that has no answer. */
static GError *
new_loss (FoliotChannel *channel, const FoliotPending *pending, const GError *why)
{
  g_autofree char *request = NULL;

  if (!channel->names_calls || !channel->link_ended
      || !g_error_matches (why, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET))
    return g_error_copy (why);
  request = _foliot_channel_describe_request (pending->content);
  return g_error_new (FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET,
                      "The connection to %s was lost before it answered %s%s%s", channel->origin, request,
                      why->message[0] != '\0' ? ": " : "", why->message);
}

/* Fails everything that waits: requests by id, then recv. */
static void
fail_pending (FoliotChannel *channel, const GError *why)
{
  g_autoptr (FoliotFuture) receiver = g_steal_pointer (&channel->receiver);
  guint n;
  g_autofree FoliotPending *pending = _foliot_pending_take_all (&channel->pending, &n);

  _foliot_channel_hold_end (channel);
  for (guint i = 0; i < n; i++)
    {
      foliot_future_reject (pending[i].future, new_loss (channel, &pending[i], why));
      _foliot_pending_clear (&pending[i]);
    }
  if (receiver != NULL)
    foliot_future_reject (receiver, g_error_copy (why));
  _foliot_channel_flow_end (channel, why);
}

/* @why, @recorded: (transfer full) (nullable): %NULL: as @why. Only the first end counts. */
static void
end (FoliotChannel *channel, GError *why, GError *recorded)
{
  if (channel->error != NULL)
    {
      g_error_free (why);
      g_clear_error (&recorded);
      return;
    }
  channel->why = why;
  channel->error = recorded != NULL ? recorded : g_error_copy (why);
  drop_requests (channel);
  fail_pending (channel, why);
}

/* The peer broke the rules. @why: (transfer full). @replace: whether aiomas records `Connection closed` in the end. */
static void
end_by_protocol (FoliotChannel *channel, GError *why, gboolean replace)
{
  channel->by_protocol = TRUE;
  channel->replace_error = replace;
  end (channel, why, NULL);
  foliot_link_close (channel->link);
}

static void
on_closed (gpointer owner, const GError *why)
{
  g_autoptr (FoliotChannel) channel = g_object_ref (owner);

  _foliot_kernel_hear (channel->kernel, ended, channel, why);
  channel->link_ended = TRUE;
  if (why != NULL)
    end (channel, g_error_copy (why), NULL);
  else
    end (channel, g_error_new_literal (FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET, ""), new_closed_error ());
  if (channel->replace_error)
    {
      g_clear_error (&channel->error);
      channel->error = new_closed_error ();
    }
  if (channel->closed != NULL)
    foliot_future_resolve (channel->closed, NULL);
  if (channel->on_end != NULL)
    channel->on_end (channel, channel->why, channel->by_protocol, channel->user_data);
}

FoliotFuture *
foliot_channel_close (FoliotChannel *channel)
{
  g_return_val_if_fail (FOLIOT_IS_CHANNEL (channel), NULL);

  end (channel, new_closed_error (), NULL);
  if (channel->closed == NULL)
    {
      channel->closed = foliot_future_new (channel->kernel);
      if (channel->link_ended)
        foliot_future_resolve (channel->closed, NULL);
      else
        foliot_link_close (channel->link);
    }
  return foliot_future_ref (channel->closed);
}

/* ---- sending ------------------------------------------------------------------------------------------------- */

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
      end (channel, g_error_copy (local_error), NULL);
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

/* ---- receiving ----------------------------------------------------------------------------------------------- */

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
  end_by_protocol (channel,
                   g_error_new (FOLIOT_ERROR, FOLIOT_ERROR_RUNTIME, "%s Request: %s; Reply: %s",
                                cancelled ? "Request was cancelled." : "Request reply already set.", request,
                                reply),
                   TRUE);
}

static void
refuse_unknown_reply (FoliotChannel *channel, const FoliotMessage *message)
{
  g_autofree char *id = _foliot_message_print_id (message);

  end_by_protocol (
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
  end_by_protocol (channel, error, FALSE);
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
    end_by_protocol (channel, error, g_error_matches (error, FOLIOT_ERROR, FOLIOT_ERROR_RUNTIME));
  /* Not the channel's any more, which may be gone. */
  g_clear_pointer (&message.wire_id, foliot_value_unref);
}

static G_GNUC_NO_INLINE void
refuse_frame (FoliotChannel *channel, const FoliotFrame *frame)
{
  end_by_protocol (channel,
                   g_error_new (FOLIOT_ERROR, FOLIOT_ERROR_RUNTIME, "Invalid message type %u", frame->type),
                   TRUE);
}

static void
on_frame (gpointer owner, FoliotFrame *frame)
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

static const FoliotLinkSink channel_sink = {
  .frame = on_frame,
  .writable = _foliot_channel_flow_writable,
  .closed = on_closed,
  .joined = _foliot_channel_hold_joined,
  .departed = _foliot_channel_hold_departed,
};

/* ---- what it is ---------------------------------------------------------------------------------------------- */

FoliotKernel *
foliot_channel_get_kernel (FoliotChannel *channel)
{
  g_return_val_if_fail (FOLIOT_IS_CHANNEL (channel), NULL);
  return channel->kernel;
}

FoliotCodec *
foliot_channel_get_codec (FoliotChannel *channel)
{
  g_return_val_if_fail (FOLIOT_IS_CHANNEL (channel), NULL);
  return channel->codec;
}

FoliotValue *
foliot_channel_dup_info (FoliotChannel *channel, const char *name, FoliotValue *fallback)
{
  FoliotValue *info;

  g_return_val_if_fail (FOLIOT_IS_CHANNEL (channel), NULL);
  info = foliot_link_dup_info (channel->link, name);
  if (info == NULL && fallback != NULL)
    info = foliot_value_ref (fallback);
  return info;
}

const char *
foliot_channel_get_origin (FoliotChannel *channel)
{
  g_return_val_if_fail (FOLIOT_IS_CHANNEL (channel), NULL);
  return channel->origin;
}

FoliotChannel *
foliot_channel_get_peer (FoliotChannel *channel)
{
  FoliotLink *peer;

  g_return_val_if_fail (FOLIOT_IS_CHANNEL (channel), NULL);
  peer = foliot_link_get_peer (channel->link);
  return peer != NULL ? foliot_link_get_owner (peer, &channel_sink) : NULL;
}

void
foliot_channel_set_handlers (FoliotChannel *channel, FoliotRequestFunc request, FoliotChannelEndFunc ended,
                             gpointer user_data)
{
  g_return_if_fail (FOLIOT_IS_CHANNEL (channel));
  channel->on_request = request;
  channel->on_end = ended;
  channel->user_data = user_data;
}

void
_foliot_channel_set_dialect (FoliotChannel *channel, const FoliotChannelDialect *dialect)
{
  channel->dialect = dialect;
}

gpointer
foliot_channel_get_user_data (FoliotChannel *channel)
{
  g_return_val_if_fail (FOLIOT_IS_CHANNEL (channel), NULL);
  return channel->user_data;
}

const GError *
foliot_channel_get_error (FoliotChannel *channel)
{
  g_return_val_if_fail (FOLIOT_IS_CHANNEL (channel), NULL);
  return channel->error;
}

guint
foliot_channel_get_n_pending (FoliotChannel *channel)
{
  g_return_val_if_fail (FOLIOT_IS_CHANNEL (channel), 0);
  return channel->pending.n_entries;
}

/* ---- making and unmaking ------------------------------------------------------------------------------------- */

/* Whoever connected to a Unix socket has no name of his own. */
static char *
make_nameless_origin (FoliotLink *link)
{
  g_autoptr (FoliotValue) sockname = foliot_link_dup_info (link, "sockname");

  if (sockname == NULL || foliot_value_get_kind (sockname) != FOLIOT_VALUE_STRING)
    return g_strdup ("unknown");
  return g_strdup_printf ("a client of %s", foliot_value_get_string (sockname, NULL));
}

/* As Python prints it: host and port are a tuple there. */
static char *
make_origin (FoliotLink *link)
{
  g_autoptr (FoliotValue) peername = foliot_link_dup_info (link, "peername");
  char *printed;

  if (peername == NULL)
    return make_nameless_origin (link);
  if (foliot_value_get_kind (peername) == FOLIOT_VALUE_STRING)
    return foliot_value_get_string (peername, NULL)[0] != '\0'
               ? g_strdup (foliot_value_get_string (peername, NULL))
               : make_nameless_origin (link);
  printed = foliot_value_print (peername);
  if (foliot_value_get_kind (peername) == FOLIOT_VALUE_LIST)
    {
      printed[0] = '(';
      printed[strlen (printed) - 1] = ')';
    }
  return printed;
}

FoliotChannel *
foliot_channel_new (FoliotKernel *kernel, FoliotLink *link, const FoliotChannelOptions *options,
                    GError **error)
{
  static const FoliotChannelOptions defaults = { 0 };
  g_autoptr (FoliotCodec) codec = NULL;
  FoliotChannel *channel;

  g_return_val_if_fail (FOLIOT_IS_KERNEL (kernel), NULL);
  g_return_val_if_fail (FOLIOT_IS_LINK (link), NULL);

  if (foliot_link_get_kernel (link) != kernel)
    {
      g_set_error_literal (
          error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_OTHER_KERNEL,
          "The link belongs to another kernel: a channel and its link must live in one world");
      return NULL;
    }
  if (options == NULL)
    options = &defaults;
  codec = _foliot_channel_options_make_codec (options, error);
  if (codec == NULL)
    return NULL;

  channel = g_object_new (FOLIOT_TYPE_CHANNEL, NULL);
  channel->kernel = kernel;
  channel->bounds = _foliot_codec_get_bounds (codec);
  channel->touched = _foliot_codec_get_touched (codec);
  channel->codec = g_steal_pointer (&codec);
  channel->link = g_object_ref (link);
  channel->link_iface = FOLIOT_LINK_GET_IFACE (link);
  if (foliot_kernel_get_drive (kernel) != FOLIOT_DRIVE_REALTIME) /* which nothing holds */
    channel->hold.limit_ms = options->hold_limit_ms != 0 ? options->hold_limit_ms : DEFAULT_HOLD_LIMIT_MS;
  _foliot_channel_flow_init (channel, options);
  channel->hold.is_inside = (foliot_link_get_flags (link) & FOLIOT_LINK_EXTERNAL) == 0;
  channel->through_system = !channel->hold.is_inside || channel->flow.max_in_flight != 0;
  channel->is_modelled = channel->through_system && channel->link_iface->get_n_inside != NULL;
  channel->cork = channel->through_system ? _foliot_cork_get (kernel) : NULL;
  channel->by_value = (foliot_link_get_flags (link) & FOLIOT_LINK_VALUES) != 0;
  channel->debug = options->debug;
  channel->max_bytes = options->max_message_bytes;
  channel->origin = make_origin (link);
  foliot_link_start (link, &channel_sink, channel);
  return channel;
}

static void
foliot_channel_dispose (GObject *object)
{
  FoliotChannel *channel = FOLIOT_CHANNEL (object);

  if (channel->link != NULL)
    {
      foliot_link_start (channel->link, NULL, NULL);
      end (channel, new_closed_error (), NULL);
      foliot_link_close (channel->link);
      if (channel->closed != NULL)
        foliot_future_resolve (channel->closed, NULL);
    }
  g_clear_object (&channel->link);
  G_OBJECT_CLASS (foliot_channel_parent_class)->dispose (object);
}

static void
foliot_channel_finalize (GObject *object)
{
  FoliotChannel *channel = FOLIOT_CHANNEL (object);

  _foliot_request_pool_clear (&channel->requests);
  g_clear_pointer (&channel->closed, foliot_future_unref);
  g_clear_pointer (&channel->count.settling, g_array_unref);
  g_clear_pointer (&channel->hold.inside, g_hash_table_unref);
  g_clear_pointer (&channel->scratch, g_byte_array_unref);
  g_clear_object (&channel->codec);
  g_clear_error (&channel->error);
  g_clear_error (&channel->why);
  g_free (channel->origin);
  G_OBJECT_CLASS (foliot_channel_parent_class)->finalize (object);
}

static void
foliot_channel_class_init (FoliotChannelClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = foliot_channel_dispose;
  G_OBJECT_CLASS (klass)->finalize = foliot_channel_finalize;
}

static void
foliot_channel_init (FoliotChannel *channel)
{
}
