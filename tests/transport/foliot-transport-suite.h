/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-transport.h>

#include "foliot-test.h"

G_BEGIN_DECLS

/*
 * Suites that run over every transport. The table of transports is in foliot-transport-suite.c: one line each, and a
 * new line there gives the transport all tests of all suites.
 */

/* foliot_transport_suite_add: `/<suite>/<transport>/<name>` for each transport. */
void foliot_transport_suite_add (const char *suite, const char *name, FoliotTestBody body);

/* In a body: the transport that this test is about. Returns: (transfer full). */
FoliotTransport *foliot_transport_suite_new (FoliotKernel *kernel);
/* In a body: the @n-th address of that transport. Returns: (transfer full). */
FoliotAddress *foliot_transport_suite_new_address (guint n);
/* In a body: whether the end of a link by the peer is seen as an end of stream first, as on sockets. */
gboolean foliot_transport_suite_has_eof (void);

G_END_DECLS
