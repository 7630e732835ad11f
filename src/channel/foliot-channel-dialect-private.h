/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-channel.h>

G_BEGIN_DECLS

/*
 * FoliotChannelDialect:
 * @write_failure: Returns: (transfer full): what tells the peer that @request failed
 * @read_failure: @request: (nullable): what was asked. Returns: (transfer full): what our caller gets
 * @hash_failure: what of a failure reply enters the record
 *
 * Where a peer that sends the same messages means something else by them: a program that is no relative of aiomas. Its maps are maps, whatever
 * key they have, and who serves its requests notes in the record what they asked: the channel does not.
 */
typedef struct
{
  FoliotValue *(*write_failure) (FoliotRequest *request, const GError *why);
  GError *(*read_failure) (FoliotChannel *channel, FoliotValue *request, FoliotValue *content);
  guint64 (*hash_failure) (FoliotValue *content);
} FoliotChannelDialect;

/* @dialect: not copied: a static one. Before the first frame: in the connected function of who opens or serves. */
void _foliot_channel_set_dialect (FoliotChannel *channel, const FoliotChannelDialect *dialect);

G_END_DECLS
