/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-channel.h>

/* Whether the link goes through the system, so that it may be lost, and made again. */
gboolean _foliot_channel_leads_outside (FoliotChannel *channel);

/*
 * _foliot_channel_open_with:
 * @connected: (nullable): called with the channel as soon as it exists, before any frame of the peer is delivered
 *
 * As foliot_channel_open(), for the floor above, which must put its handlers and serializers in place in time: a peer
 * may send before whoever awaits the channel has it.
 */
FoliotFuture *_foliot_channel_open_with (FoliotTransport *transport, FoliotAddress *to, FoliotTime timeout,
                                         const FoliotChannelOptions *options,
                                         FoliotChannelConnectedFunc connected, gpointer user_data,
                                         GDestroyNotify destroy) FOLIOT_WARN_UNUSED;
