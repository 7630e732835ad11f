/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-error.h>

G_BEGIN_DECLS

/**
 * FOLIOT_TLS_ERROR:
 *
 * Why an encrypted link was refused or cut. Both ends get the same code: one has found it, the other was told by a TLS
 * alert. The message says whose certificate it is about.
 */
#define FOLIOT_TLS_ERROR (foliot_tls_error_quark ())
FOLIOT_API GQuark foliot_tls_error_quark (void);

/**
 * FoliotTlsError:
 * @FOLIOT_TLS_ERROR_PLAIN_PEER: one end speaks TLS and the other does not
 * @FOLIOT_TLS_ERROR_EXPIRED: a certificate (or its CA's) is too old
 * @FOLIOT_TLS_ERROR_NOT_YET_VALID: a certificate begins in the future; a clock may be wrong
 * @FOLIOT_TLS_ERROR_WRONG_CA: a certificate is not signed by the CA of the other end
 * @FOLIOT_TLS_ERROR_WRONG_HOST: the server's certificate is for other hosts than the one connected to
 * @FOLIOT_TLS_ERROR_WRONG_PURPOSE: a server has a certificate for clients only, or the other way round
 * @FOLIOT_TLS_ERROR_NO_CERTIFICATE: a client came without a certificate
 * @FOLIOT_TLS_ERROR_WEAK: a key, signature, version or cipher below what is accepted, or none in common
 * @FOLIOT_TLS_ERROR_TRUNCATED: the connection ended without a good-bye, in the handshake or behind it
 * @FOLIOT_TLS_ERROR_RENEGOTIATION: an open link was asked for another handshake
 * @FOLIOT_TLS_ERROR_GARBAGE: bytes that are not, or not authentic, TLS records
 * @FOLIOT_TLS_ERROR_REFUSED: the peer refused us without saying which of the above it is
 * @FOLIOT_TLS_ERROR_CERTIFICATE: a file of certificates cannot be read
 * @FOLIOT_TLS_ERROR_KEY: a private key cannot be read, is encrypted, or belongs to another certificate
 * @FOLIOT_TLS_ERROR_HANDSHAKE_TIMEOUT: the handshake was not over within the limit of the transport
 */
typedef enum
{
  FOLIOT_TLS_ERROR_PLAIN_PEER,
  FOLIOT_TLS_ERROR_EXPIRED,
  FOLIOT_TLS_ERROR_NOT_YET_VALID,
  FOLIOT_TLS_ERROR_WRONG_CA,
  FOLIOT_TLS_ERROR_WRONG_HOST,
  FOLIOT_TLS_ERROR_WRONG_PURPOSE,
  FOLIOT_TLS_ERROR_NO_CERTIFICATE,
  FOLIOT_TLS_ERROR_WEAK,
  FOLIOT_TLS_ERROR_TRUNCATED,
  FOLIOT_TLS_ERROR_RENEGOTIATION,
  FOLIOT_TLS_ERROR_GARBAGE,
  FOLIOT_TLS_ERROR_REFUSED,
  FOLIOT_TLS_ERROR_CERTIFICATE,
  FOLIOT_TLS_ERROR_KEY,
  FOLIOT_TLS_ERROR_HANDSHAKE_TIMEOUT,
} FoliotTlsError;

/**
 * FoliotTlsCompat:
 * @FOLIOT_TLS_COMPAT_FOLIOT: TLS 1.3 preferred, 1.2 accepted; ephemeral keys, authenticated ciphers only
 * @FOLIOT_TLS_COMPAT_AIOMAS: what aiomas' contexts do: TLS 1.2 only, ECDHE with AES-GCM only
 *
 * What is spoken. Both understand an aiomas peer.
 */
typedef enum
{
  FOLIOT_TLS_COMPAT_FOLIOT,
  FOLIOT_TLS_COMPAT_AIOMAS,
} FoliotTlsCompat;

/**
 * FoliotTlsCredentials:
 *
 * Who we are and whom we believe: a certificate, its key, and the CA that alone makes others trustworthy. Always mutual:
 * a server lets nobody in without a certificate of this CA, for any name; a client wants one of this CA for the host
 * it connects to. The system's CAs are never asked. Reference-counted; not changed any more once links use it.
 */
typedef struct _FoliotTlsCredentials FoliotTlsCredentials;

#define FOLIOT_TYPE_TLS_CREDENTIALS (foliot_tls_credentials_get_type ())
FOLIOT_API GType foliot_tls_credentials_get_type (void);

/**
 * foliot_tls_credentials_new:
 * @ca: the CA's certificate; more than one may stand in it
 * @cert: our certificate, then those between it and the CA, if any
 * @key: its private key, not encrypted
 * @error: %FOLIOT_TLS_ERROR_CERTIFICATE, %FOLIOT_TLS_ERROR_KEY
 *
 * Each is the name of a PEM file, or PEM text itself (what begins with `-----BEGIN`).
 *
 * Returns: (transfer full): credentials
 */
FOLIOT_API FoliotTlsCredentials *foliot_tls_credentials_new (const char *ca, const char *cert,
                                                             const char *key,
                                                             GError **error) FOLIOT_WARN_UNUSED;

/**
 * foliot_tls_credentials_new_from_folder:
 * @folder: holds `ca.pem`, `cert.pem` and `key.pem`, as `foliot certs new` writes them
 * @error: as of [ctor@TlsCredentials.new]
 *
 * Returns: (transfer full): credentials
 */
FOLIOT_API FoliotTlsCredentials *foliot_tls_credentials_new_from_folder (const char *folder,
                                                                         GError **error) FOLIOT_WARN_UNUSED;

/**
 * foliot_tls_credentials_new_pair:
 * @server: (nullable): used to listen
 * @client: (nullable): used to connect
 * @error: %FOLIOT_ERROR_TYPE, in aiomas' words, when one is missing
 *
 * Two in place of one, as aiomas' `ssl=(server context, client context)`.
 *
 * Returns: (transfer full): credentials
 */
FOLIOT_API FoliotTlsCredentials *foliot_tls_credentials_new_pair (FoliotTlsCredentials *server,
                                                                  FoliotTlsCredentials *client,
                                                                  GError **error) FOLIOT_WARN_UNUSED;

FOLIOT_API FoliotTlsCredentials *foliot_tls_credentials_ref (FoliotTlsCredentials *credentials);
FOLIOT_API void foliot_tls_credentials_unref (FoliotTlsCredentials *credentials);

/**
 * foliot_tls_credentials_set_compat:
 *
 * Before the first link; %FOLIOT_TLS_COMPAT_FOLIOT at first. Of a pair it sets both.
 */
FOLIOT_API void foliot_tls_credentials_set_compat (FoliotTlsCredentials *credentials, FoliotTlsCompat compat);
FOLIOT_API FoliotTlsCompat foliot_tls_credentials_get_compat (FoliotTlsCredentials *credentials);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotTlsCredentials, foliot_tls_credentials_unref)

G_END_DECLS
