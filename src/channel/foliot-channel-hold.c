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

void
_foliot_channel_hold_request (FoliotChannel *channel)
{
  if (channel->hold.hold != NULL || channel->hold.is_inside)
    return;
  channel->hold.oldest = channel->next_id - 1;
  channel->hold.hold
      = _foliot_kernel_hold_described (channel->kernel, describe_hold, channel, channel->hold.limit_ms);
}

void
_foliot_channel_hold_answer (FoliotChannel *channel)
{
  guint64 oldest = channel->hold.oldest;

  if (channel->hold.hold == NULL)
    return;
  if (channel->pending.n_entries == _foliot_channel_n_settling (channel))
    {
      _foliot_channel_hold_end (channel);
      return;
    }
  while (_foliot_pending_peek (&channel->pending, channel->hold.oldest) == NULL
         || _foliot_channel_is_settling (channel, channel->hold.oldest))
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
