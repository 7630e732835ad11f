/* SPDX-License-Identifier: MIT */
#pragma once

#include "test-tls-pair.h"

/*
 * A peer that is not ours: gnutls with settings that Foliot never has, as a filter, so that a pair can hold it. It believes
 * everybody. What ended it is not of FOLIOT_TLS_ERROR but of TEST_FOREIGN_ERROR: the number of the alert that it was told,
 * 256 for anything else.
 */

#define TEST_FOREIGN_ERROR (g_quark_from_static_string ("test-foreign"))
#define TEST_FOREIGN_OTHER 256

/* Priorities. */
#define TEST_FOREIGN_OLD_TLS  "NORMAL:-VERS-ALL:+VERS-TLS1.0:+VERS-TLS1.1:%PROFILE_LOW"
#define TEST_FOREIGN_CBC_ONLY "NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-128-CBC:+AES-256-CBC"
#define TEST_FOREIGN_NO_ECDHE "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+DHE-RSA:+RSA"
#define TEST_FOREIGN_ONLY_1_2 "NORMAL:-VERS-ALL:+VERS-TLS1.2"
#define TEST_FOREIGN_ONLY_1_3 "NORMAL:-VERS-ALL:+VERS-TLS1.3"

/* @pem: nullable, it has no certificate. @priority: of gnutls. @asks: as a server, whether it asks for a certificate. */
FoliotFilter *test_foreign_new (gboolean server, const TestPem *pem, const char *priority, gboolean asks);
/* Begins another handshake (TLS 1.2). */
void test_foreign_renegotiate (FoliotFilter *filter, GByteArray *wire);
/* Says why it goes. */
void test_foreign_alert (FoliotFilter *filter, gnutls_alert_description_t alert, GByteArray *wire);
/* The name of the cipher suite that was agreed on. */
char *test_foreign_dup_suite (FoliotFilter *filter);
