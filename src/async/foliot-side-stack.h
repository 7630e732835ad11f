/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define FOLIOT_SIDE_STACK_BYTES (512 * 1024)

/*
 * Calls @func on a large stack of the thread's own and returns when it does: for foreign code whose frames a fiber has
 * no room for. @func must not wait, nor call this again. Costs what two switches cost.
 * Returns: FALSE when the system has no memory for the stack; @func was not called then.
 */
gboolean _foliot_side_stack_call (void (*func) (gpointer data), gpointer data);

G_END_DECLS
