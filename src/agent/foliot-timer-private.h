/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-async.h>

G_BEGIN_DECLS

/* Two waits of a fiber, for whoever directs several worlds. */

/* Waits until the kernel's time is @at, and all is done that was due by then when it came; on a fiber. Returns: FALSE when cancelled. */
gboolean _foliot_timer_await_arrival (FoliotKernel *kernel, FoliotTime at, GError **error);

/* Waits for a while by the wall clock; on a fiber. Returns: FALSE when cancelled. */
gboolean _foliot_timer_sleep (FoliotKernel *kernel, guint ms, GError **error);

G_END_DECLS
