/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-channel.h>

G_BEGIN_DECLS

/*
 * What a world says to others is kept in it from cork to uncork: all but the answers below `_foliot`. Several worlds that
 * go to the same time together are corked, so that none hears from another before it has arrived itself.
 */
void _foliot_channels_cork (FoliotKernel *kernel);
/* Sends what was kept, in its order. */
void _foliot_channels_uncork (FoliotKernel *kernel);

G_END_DECLS
