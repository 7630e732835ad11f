/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-transport.h>

/*
 * What every listener has below the public table: the links that it accepted and that have not ended, and who waits for
 * them to.
 */

/* Embedded in an accepted link, zeroed. */
typedef struct
{
  FoliotListener *listener; /* not owned; NULL: not accepted, ended, or the listener has gone */
  guint index;              /* in the listener's list */
} FoliotAccepted;

void _foliot_listener_add_link (FoliotListener *listener, FoliotAccepted *accepted);
/* The link has ended; of no effect when it is in no list. The last one to go wakes who waits. */
void _foliot_listener_remove_link (FoliotAccepted *accepted);
/* Returns: (transfer full): the future of wait_closed. */
FoliotFuture *_foliot_listener_wait_for_links (FoliotListener *listener, FoliotKernel *kernel);

/* In an event: somebody was not let in. @peername: (nullable). */
void _foliot_listener_refuse (FoliotListener *listener, const GError *why, FoliotValue *peername);
