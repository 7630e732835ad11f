/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-transport.h>

#include "foliot-test.h"

G_BEGIN_DECLS

/*
 * Suites that run over every transport. The table of transports is in foliot-transport-suite.c: one line each, and a
 * new line there gives the transport all tests of all suites.
 */

/* foliot_transport_suite_add: `/<suite>/<transport>/<name>` for each transport inside of one kernel. */
void foliot_transport_suite_add (const char *suite, const char *name, FoliotTestBody body);
/* The same for these and all that go through sockets. */
void foliot_transport_suite_add_all (const char *suite, const char *name, FoliotTestBody body);

/* The same for those whose links carry bytes. */
void foliot_transport_suite_add_bytes (const char *suite, const char *name, FoliotTestBody body);

/* In a body: the transport that this test is about. Returns: (transfer full). */
FoliotTransport *foliot_transport_suite_new (FoliotKernel *kernel);
/* In a body: the @n-th address of that transport. Returns: (transfer full). */
FoliotAddress *foliot_transport_suite_new_address (guint n);
/* In a body: whether the end of a link by the peer is seen as an end of stream first, as on sockets. */
gboolean foliot_transport_suite_has_eof (void);
/*
 * In a body: whether it goes through sockets, at once. Then simulated time says nothing about arrival: who waits for
 * something holds time meanwhile, and connects to the address that the listener says.
 */
gboolean foliot_transport_suite_is_external (void);
FoliotAddressKind foliot_transport_suite_get_kind (void);

/*
 * The same lines of the table by their name, for suites that have more than transports to vary. @id: names the place
 * within this program: one id is one address, whether somebody listens there or not.
 */
FoliotTransport *foliot_transport_suite_new_by_name (const char *transport, FoliotKernel *kernel);
FoliotAddress *foliot_transport_suite_new_address_by_name (const char *transport, const char *id);
gboolean foliot_transport_suite_is_external_by_name (const char *transport);

G_END_DECLS
