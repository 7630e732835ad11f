/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-kernel.h>

/*
 * FoliotPause:
 *
 * Waits for the outside by the wall clock, as somebody does who tries again a little later, or who gives up then. Simulated time
 * is held meanwhile: what is waited for happens outside of it. The end of a pause enters through the gate, as all that the outside
 * does.
 *
 * Not for drives that follow real time: there foliot_kernel_call_in() is the same and holds nothing.
 */
typedef struct _FoliotPause FoliotPause;
typedef void (*FoliotPauseFunc) (gpointer user_data);

/*
 * @why: (nullable): what time is held for; NULL: it is not held, and the end belongs to no node. @func: called in an event of the current node, once @delay_ms are over, unless the pause is
 * freed before or the kernel closes. Returns: (transfer full) (nullable): NULL: the system has no room; errno.
 */
FoliotPause *_foliot_pause_new (FoliotKernel *kernel, const char *why, guint delay_ms, FoliotPauseFunc func,
                                gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;
/* May be called inside of its function. */
void _foliot_pause_free (FoliotPause *pause);

/* Wall-clock time, monotonic, for deadlines of what happens outside and for nothing else; in a replay that of the record. */
gint64 _foliot_pause_get_clock_us (FoliotKernel *kernel);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotPause, _foliot_pause_free)
