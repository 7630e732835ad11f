/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-tls.h>
#include <gnutls/gnutls.h>

#include "transport/foliot-filter-private.h"

/*
 * One end of a TLS link. @peer: of a client the host it connects to, as a name or an address in figures, which the
 * server's certificate must hold; of a server (nullable) how messages call the client. Keeps a reference on @credentials.
 */
FoliotFilter *_foliot_tls_filter_new (FoliotTlsCredentials *credentials, gboolean server, const char *peer);

/* Whether the first bytes of a peer are a TLS record: a plain link uses it to say why it cannot read its peer. */
gboolean _foliot_tls_is_record (const guint8 *data, gsize length);
/* The same, and a client's first word. */
gboolean _foliot_tls_is_greeting (const guint8 *data, gsize length);

/* ---- foliot-tls-memory.c ------------------------------------------------------------------------------------- */

/* What gnutls takes for a socket: it reads from bytes in memory and writes behind an array. */
typedef struct
{
  gnutls_session_t session;
  const guint8 *input; /* not owned; what gnutls has not taken yet */
  gsize n_input;
  GByteArray *wire; /* not owned; during a call */
} FoliotTlsMemory;

/* @session reads from and writes to @memory from now on. */
void _foliot_tls_memory_attach (FoliotTlsMemory *memory, gnutls_session_t session);

/* ---- foliot-tls-credentials.c -------------------------------------------------------------------------------- */

struct _FoliotTlsCredentials
{
  gatomicrefcount ref_count;
  FoliotTlsCompat compat;
  gnutls_certificate_credentials_t certificates; /* NULL: a pair, of the two below */
  FoliotTlsCredentials *server;
  FoliotTlsCredentials *client;
};

/* The half of a pair for that side; the credentials themselves, when they are no pair. */
FoliotTlsCredentials *_foliot_tls_credentials_for (FoliotTlsCredentials *credentials, gboolean server);

/* ---- foliot-tls-error.c -------------------------------------------------------------------------------------- */

/* The alert that tells the peer why; what @error says must have been set by one of the three below. */
gnutls_alert_description_t _foliot_tls_error_get_alert (const GError *error);
/* @code, found by us. */
GError *_foliot_tls_error_new (FoliotTlsError code, const char *peer);
/* What gnutls found (a fatal code other than FATAL_ALERT_RECEIVED). */
GError *_foliot_tls_error_new_found (gnutls_session_t session, int code, const char *peer);
/* What the peer said, in its last alert. @at_once: it was its first word. */
GError *_foliot_tls_error_new_told (gnutls_session_t session, gboolean at_once, const char *peer);
