/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-async.h>

G_BEGIN_DECLS

/*
 * FoliotTimer:
 *
 * A wall-clock limit for something that waits for the outside. It comes through the gate, like all that the outside does.
 */
typedef struct _FoliotTimer FoliotTimer;

/* @expired: called once, in an event, unless the timer is freed before; it may free it.
 * Returns: (transfer full) (nullable): %NULL when the world is closed or the system has no room: there is no limit then. */
FoliotTimer *_foliot_timer_new (FoliotKernel *kernel, guint limit_ms, void (*expired) (gpointer user_data),
                                gpointer user_data) FOLIOT_WARN_UNUSED;
/* In an event, or outside of the kernel's run. */
void _foliot_timer_free (FoliotTimer *timer);

/* Waits until the kernel's time is @at, and all is done that was due by then when it came; on a fiber. Returns: FALSE when cancelled. */
gboolean _foliot_timer_await_arrival (FoliotKernel *kernel, FoliotTime at, GError **error);

/* Waits for a while by the wall clock; on a fiber. Returns: FALSE when cancelled. */
gboolean _foliot_timer_sleep (FoliotKernel *kernel, guint ms, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotTimer, _foliot_timer_free)

G_END_DECLS
