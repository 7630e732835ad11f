/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-transport.h>

/*
 * Connections of a world that is played: what is sent over them goes nowhere, since whoever plays hears it on its way, and what arrives
 * is what he brings.
 */

#define FOLIOT_TYPE_STAGE_LINK (foliot_stage_link_get_type ())
G_DECLARE_FINAL_TYPE (FoliotStageLink, foliot_stage_link, FOLIOT, STAGE_LINK, GObject)

/* @info: (nullable): a map of what the link says of itself: peername, sockname, name, peer. */
FoliotStageLink *foliot_stage_link_new (FoliotKernel *kernel, FoliotValue *info);
/* Each is the other end of the other; neither holds the other. */
void foliot_stage_link_pair (FoliotStageLink *one, FoliotStageLink *other);
/* In an event. Takes what @frame holds. */
void foliot_stage_link_deliver (FoliotStageLink *link, FoliotFrame *frame);
/* In an event. @why: (nullable): an end of stream. Of no effect when it has ended. */
void foliot_stage_link_end (FoliotStageLink *link, const GError *why);

/* Listeners are where @at says, whatever it is, and nobody ever comes or is reached. */
FoliotTransport *foliot_stage_transport_new (FoliotKernel *kernel);
