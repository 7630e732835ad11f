/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot.h>

G_BEGIN_DECLS

/*
 * What the tests of this folder have in common: a world whose containers speak TCP, that is told to end, and then must
 * have left nothing behind.
 */

/* A body runs on a fiber. */
typedef void (*RobustBody) (FoliotKernel *kernel, gpointer user_data);

/* Runs @body in a world of its own; fails when it leaves a descriptor, a hold or anything else behind, or hangs. */
void robust_run (guint64 seed, RobustBody body, gpointer user_data);
/* A container on a port of its own. A peer that owes an answer is waited for ten seconds. */
FoliotContainer *robust_container_new (FoliotTransport *transport);
void robust_container_end (FoliotContainer *container);
/* The URL of agent @aid of whoever is at @address. */
char *robust_url (FoliotAddress *address, const char *aid);
/* Connects, which must go well. */
FoliotProxy *robust_connect (FoliotContainer *from, const char *url);
/* Whether @error is one that a lost peer may cause, with a name. */
gboolean robust_is_named_loss (const GError *error);
/* How often to do something: the number in the environment, or @fallback. */
guint robust_get_count (const char *variable, guint fallback);

G_END_DECLS
