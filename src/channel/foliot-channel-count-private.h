/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-channel.h>

G_BEGIN_DECLS

/* The one request that is no part of the work that is counted: it asks for the counts. */
#define FOLIOT_SETTLE_PATH "_foliot/settle"

/*
 * FoliotChannelCounts:
 * @n_sent, @n_received: messages so far, requests and answers, but for those of settling
 * @n_owed: our requests without an answer, but for those of settling
 *
 * What the two ends of a link compare to know that nothing is on its way between them.
 */
typedef struct
{
  guint64 n_sent;
  guint64 n_received;
  guint n_owed;
} FoliotChannelCounts;

/* Names whose answer each of our requests waits for, in a report of who waits for what. */
void _foliot_channel_label_pending (FoliotChannel *channel);

/* Returns: whether @channel's link goes through the system: only there messages are counted. */
gboolean _foliot_channel_get_counts (FoliotChannel *channel, FoliotChannelCounts *out_counts);

G_END_DECLS
