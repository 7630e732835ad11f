/* SPDX-License-Identifier: MIT */
#include "channel/foliot-channel-private.h"

#include "kernel/foliot-kernel-private.h"

/*
 * While a peer outside of this world owes an answer, simulated time stands still: otherwise a time-out of five simulated
 * seconds beats a socket that answers in a millisecond.
 *
 * One hold per channel is enough. Its limit, in wall-clock time, is that of the request which has waited longest: when
 * that one is answered the hold is renewed for the next. Ids count up, so the next one is found by counting on, and
 * each id is counted over once.
 *
 * A request that the model's network keeps back, for its latency or because it is lost, has not left this world, so nobody
 * outside owes its answer: it holds from its departure on.
 *
 * A peer on a socket may turn out to live in this world. Then it takes simulated time to answer, and nothing is held here:
 * the link itself holds time for what is on its way.
 */

char *
_foliot_channel_describe_request (FoliotValue *content)
{
  FoliotValue *path = content;
  g_autofree char *text = NULL;

  if (content == NULL)
    return g_strdup ("a request");
  if (foliot_value_get_kind (content) == FOLIOT_VALUE_LIST && foliot_value_get_length (content) == 3)
    path = foliot_value_get_item (content, 0);
  if (foliot_value_get_kind (path) == FOLIOT_VALUE_STRING)
    return g_strdup (foliot_value_get_string (path, NULL));
  text = foliot_value_print (content);
  return g_strdup_printf ("request %.60s", text);
}

static char *
describe_hold (gpointer user_data)
{
  FoliotChannel *channel = user_data;
  const FoliotPending *oldest = _foliot_pending_peek (&channel->pending, channel->hold.oldest);
  g_autofree char *request = _foliot_channel_describe_request (oldest != NULL ? oldest->content : NULL);
  g_autofree char *now = foliot_time_format (foliot_kernel_now (channel->kernel));

  return g_strdup_printf ("the answer of %s to %s, missing since %s s (%u without an answer)",
                          channel->origin, request, now, channel->pending.n_entries);
}

guint64
_foliot_channel_get_n_inside (FoliotChannel *channel)
{
  return G_UNLIKELY (channel->is_modelled) ? channel->link_iface->get_n_inside (channel->link) : 0;
}

static gboolean
is_kept_back (FoliotChannel *channel, guint64 id)
{
  return channel->hold.inside != NULL && g_hash_table_contains (channel->hold.inside, &id);
}

static guint
count_kept_back (FoliotChannel *channel)
{
  return channel->hold.inside != NULL ? g_hash_table_size (channel->hold.inside) : 0;
}

static void
keep_back (FoliotChannel *channel, guint64 id)
{
  if (channel->hold.inside == NULL)
    channel->hold.inside = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_hash_table_add (channel->hold.inside, g_memdup2 (&id, sizeof id));
}

static void
begin (FoliotChannel *channel, guint64 id)
{
  if (channel->hold.hold != NULL || channel->hold.is_inside)
    return;
  channel->hold.oldest = id;
  channel->hold.hold
      = _foliot_kernel_hold_described (channel->kernel, describe_hold, channel, channel->hold.limit_ms);
}

void
_foliot_channel_hold_request (FoliotChannel *channel)
{
  if (G_UNLIKELY (channel->hold.stays))
    keep_back (channel, channel->next_id - 1);
  else
    begin (channel, channel->next_id - 1);
}

void
_foliot_channel_hold_departed (gpointer owner, guint8 type, guint64 id)
{
  FoliotChannel *channel = owner;

  if (type == FOLIOT_MESSAGE_REQUEST && channel->hold.inside != NULL
      && g_hash_table_remove (channel->hold.inside, &id))
    begin (channel, id);
}

void
_foliot_channel_hold_answer (FoliotChannel *channel)
{
  guint64 oldest = channel->hold.oldest;

  if (channel->hold.hold == NULL)
    return;
  if (channel->pending.n_entries == _foliot_channel_n_settling (channel) + count_kept_back (channel))
    {
      _foliot_channel_hold_end (channel);
      return;
    }
  while (_foliot_pending_peek (&channel->pending, channel->hold.oldest) == NULL
         || _foliot_channel_is_settling (channel, channel->hold.oldest)
         || is_kept_back (channel, channel->hold.oldest))
    channel->hold.oldest++;
  if (channel->hold.oldest != oldest)
    _foliot_hold_renew (channel->hold.hold);
}

void
_foliot_channel_hold_joined (gpointer owner)
{
  FoliotChannel *channel = owner;

  channel->hold.is_inside = TRUE;
  _foliot_channel_hold_end (channel);
  g_clear_pointer (&channel->flow.hold, foliot_hold_release);
}

void
_foliot_channel_hold_end (FoliotChannel *channel)
{
  g_clear_pointer (&channel->hold.hold, foliot_hold_release);
}
