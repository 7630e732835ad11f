/* SPDX-License-Identifier: MIT */
#include "channel/foliot-channel-private.h"

#include <string.h>

/*
 * Counting messages, for settling (docs/settle.md). On other links than those through the system they are not counted: those never leave
 * their kernel, which knows by itself what is left to do.
 *
 * The requests that ask for the counts are left out, and so are their answers: asking would change what it asks for.
 * Neither do they hold time; who settles does that himself, as long as he likes. There are one or two of them at a time, so
 * their ids are a plain array.
 */

#define RESERVED "_foliot/"

/* Returns: (nullable): of a call. */
static const char *
get_path (FoliotValue *content, gsize *out_length)
{
  if (foliot_value_get_kind (content) != FOLIOT_VALUE_LIST || foliot_value_get_length (content) != 3)
    return NULL;
  FoliotValue *path = foliot_value_get_item (content, 0);
  if (foliot_value_get_kind (path) != FOLIOT_VALUE_STRING)
    return NULL;
  return foliot_value_get_string (path, out_length);
}

static gboolean
is_settle (FoliotValue *content)
{
  gsize length = 0;
  const char *path = get_path (content, &length);
  return length == strlen (FOLIOT_SETTLE_PATH) && memcmp (path, FOLIOT_SETTLE_PATH, length) == 0;
}

gboolean
_foliot_channel_is_reserved (FoliotValue *content)
{
  gsize length = 0;
  const char *path = get_path (content, &length);
  return length >= strlen (RESERVED) && memcmp (path, RESERVED, strlen (RESERVED)) == 0;
}

gboolean
_foliot_channel_count_request_out (FoliotChannel *channel, guint64 id, FoliotValue *content)
{
  if (!is_settle (content))
    {
      channel->count.n_sent++;
      return TRUE;
    }
  if (channel->count.settling == NULL)
    channel->count.settling = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_array_append_val (channel->count.settling, id);
  return FALSE;
}

gboolean
_foliot_channel_is_settling (FoliotChannel *channel, guint64 id)
{
  for (guint i = 0; i < _foliot_channel_n_settling (channel); i++)
    if (g_array_index (channel->count.settling, guint64, i) == id)
      return TRUE;
  return FALSE;
}

gboolean
_foliot_channel_count_answer_in (FoliotChannel *channel, guint64 id)
{
  for (guint i = 0; i < _foliot_channel_n_settling (channel); i++)
    if (g_array_index (channel->count.settling, guint64, i) == id)
      {
        g_array_remove_index (channel->count.settling, i);
        return FALSE;
      }
  channel->count.n_received++;
  return TRUE;
}

void
_foliot_channel_count_request_in (FoliotChannel *channel, FoliotValue *content)
{
  channel->count.n_received += !is_settle (content);
}

void
_foliot_channel_count_answer_out (FoliotChannel *channel, FoliotValue *content)
{
  channel->count.n_sent += !is_settle (content);
}

gboolean
_foliot_channel_get_counts (FoliotChannel *channel, FoliotChannelCounts *out_counts)
{
  *out_counts = (FoliotChannelCounts){
    .n_sent = channel->count.n_sent - _foliot_channel_get_n_inside (channel),
    .n_received = channel->count.n_received,
    .n_owed = channel->pending.n_entries - _foliot_channel_n_settling (channel)
              - (channel->hold.inside != NULL ? g_hash_table_size (channel->hold.inside) : 0),
  };
  return channel->through_system;
}
