/* SPDX-License-Identifier: MIT */
#include "channel/foliot-channel-private.h"

#include <string.h>

#include "kernel/foliot-hearing-private.h"

/*
 * Requests and replies over a link: what a channel is, and how it ends. How messages leave and arrive is in -send.c and -receive.c.
 *
 * The channel keeps three things: the futures of requests that went out, by id; the requests that came in and were not
 * taken yet; and, once it has ended, why. It never waits and nobody is run from inside a call: futures are settled in the event of
 * the frame that settles them, or in close.
 *
 * It ends once, by the first of: own close, the link's end, a peer that broke the rules. Then everything pending is
 * failed with the error of that event, and what is asked of the channel later gets the recorded error, which is the
 * same one, or `Connection closed` where aiomas replaces it.
 */

#define DEFAULT_HOLD_LIMIT_MS 60000

G_DEFINE_FINAL_TYPE (FoliotChannel, foliot_channel, G_TYPE_OBJECT)

static GError *
new_closed_error (void)
{
  return g_error_new_literal (FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET, "Connection closed");
}

/* ---- the end ------------------------------------------------------------------------------------------------- */

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

void
_foliot_channel_end (FoliotChannel *channel, GError *why, GError *recorded)
{
  if (channel->error != NULL)
    {
      g_error_free (why);
      g_clear_error (&recorded);
      return;
    }
  channel->why = why;
  channel->error = recorded != NULL ? recorded : g_error_copy (why);
  _foliot_channel_drop_requests (channel);
  fail_pending (channel, why);
}

void
_foliot_channel_end_by_protocol (FoliotChannel *channel, GError *why, gboolean replace)
{
  channel->by_protocol = TRUE;
  channel->replace_error = replace;
  _foliot_channel_end (channel, why, NULL);
  foliot_link_close (channel->link);
}

static void
on_closed (gpointer owner, const GError *why)
{
  g_autoptr (FoliotChannel) channel = g_object_ref (owner);

  _foliot_kernel_hear (channel->kernel, ended, channel, why);
  channel->link_ended = TRUE;
  if (why != NULL)
    _foliot_channel_end (channel, g_error_copy (why), NULL);
  else
    _foliot_channel_end (channel, g_error_new_literal (FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET, ""),
                         new_closed_error ());
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

  _foliot_channel_end (channel, new_closed_error (), NULL);
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

static const FoliotLinkSink channel_sink = {
  .frame = _foliot_channel_receive_frame,
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

void
_foliot_channel_label_pending (FoliotChannel *channel)
{
  g_autofree char *label = g_strdup_printf ("the answer of %s", channel->origin);

  for (guint i = 0; i < channel->pending.capacity; i++)
    if (channel->pending.entries[i].future != NULL)
      foliot_future_set_label (channel->pending.entries[i].future, label);
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
      _foliot_channel_end (channel, new_closed_error (), NULL);
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
