/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-transport.h>

G_BEGIN_DECLS

/*
 * A transport that counts how often was tried to connect and to no avail, and tells at once: so a test can let a server
 * come up after a try, and needs no time for it.
 */
#define FOLIOT_TYPE_COUNTED_TRANSPORT (foliot_counted_transport_get_type ())
G_DECLARE_FINAL_TYPE (FoliotCountedTransport, foliot_counted_transport, FOLIOT, COUNTED_TRANSPORT, GObject)

/* Called in the event of the @n-th try that failed. */
typedef void (*FoliotCountedFunc) (guint n, gpointer user_data);

/* @inner: (transfer full). @failed: (nullable). */
FoliotCountedTransport *foliot_counted_transport_new (FoliotTransport *inner, FoliotCountedFunc failed,
                                                      gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;
guint foliot_counted_transport_get_n_tries (FoliotCountedTransport *self);

G_END_DECLS
