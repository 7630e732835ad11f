/* SPDX-License-Identifier: MIT */
#include "transport/foliot-tls-private.h"

/*
 * One table says for each reason how it reads here, how it reads when the peer has told us, and by which alert it is told. The
 * alerts are those that others use for it too (RFC 8446 §6), except that "not yet valid" and "other host" have none of
 * their own: they go as certificate_unknown and unrecognized_name, which nobody else sends about a certificate.
 */

G_DEFINE_QUARK (foliot - tls - error - quark, foliot_tls_error)

typedef struct
{
  FoliotTlsError code;
  gnutls_alert_description_t alert;
  const char *here;
  const char *told; /* NULL: it is never told by this alert */
  const char *advice;
} Reason;

#define A_CERTIFICATE_REQUIRED ((gnutls_alert_description_t) 116)

static const Reason reasons[] = {
  { FOLIOT_TLS_ERROR_PLAIN_PEER, GNUTLS_A_UNEXPECTED_MESSAGE, "it speaks no TLS", NULL,
    "give both ends certificates, or neither" },
  { FOLIOT_TLS_ERROR_EXPIRED, GNUTLS_A_CERTIFICATE_EXPIRED, "its certificate has expired",
    "our certificate has expired", "renew it (foliot certs renew), or set the clock" },
  { FOLIOT_TLS_ERROR_NOT_YET_VALID, GNUTLS_A_CERTIFICATE_UNKNOWN, "its certificate is not valid yet",
    "our certificate is not valid yet", "compare the clocks of both machines" },
  { FOLIOT_TLS_ERROR_WRONG_CA, GNUTLS_A_UNKNOWN_CA, "its certificate is not of our CA",
    "our certificate is not of its CA", "give both ends certificates of one CA and its ca.pem" },
  { FOLIOT_TLS_ERROR_WRONG_HOST, GNUTLS_A_UNRECOGNIZED_NAME, "its certificate is for other hosts",
    "our certificate is not for the host it connected to",
    "connect by a name of the certificate, or make one with this name (foliot certs new --host)" },
  { FOLIOT_TLS_ERROR_WRONG_PURPOSE, GNUTLS_A_UNSUPPORTED_CERTIFICATE, "its certificate is not for this use",
    "our certificate is not for this use", "make one for servers and clients (foliot certs new)" },
  { FOLIOT_TLS_ERROR_NO_CERTIFICATE, A_CERTIFICATE_REQUIRED, "it came without a certificate",
    "we came without a certificate", "give the client a certificate (foliot certs new)" },
  { FOLIOT_TLS_ERROR_WEAK, GNUTLS_A_INSUFFICIENT_SECURITY,
    "its key, signature, version or ciphers are too weak",
    "our key, signature, version or ciphers are too weak",
    "use TLS 1.2 or newer, ECDHE with AES-GCM, and keys of RSA 2048 or P-256 at least" },
  { FOLIOT_TLS_ERROR_WEAK, GNUTLS_A_PROTOCOL_VERSION, "it speaks no version of TLS that we do",
    "we speak no version of TLS that it does", "use TLS 1.2 or newer at both ends" },
  { FOLIOT_TLS_ERROR_TRUNCATED, GNUTLS_A_USER_CANCELED, "it ended the connection without a good-bye",
    "it gave up before the handshake was over",
    "see what became of the peer; what came last may be incomplete" },
  { FOLIOT_TLS_ERROR_HANDSHAKE_TIMEOUT, GNUTLS_A_USER_CANCELED, "its handshake took too long", NULL,
    "see whether it speaks TLS, and what stands between the two ends" },
  { FOLIOT_TLS_ERROR_RENEGOTIATION, GNUTLS_A_NO_RENEGOTIATION, "it asked for another handshake",
    "we asked for another handshake", "turn renegotiation off in the peer" },
  { FOLIOT_TLS_ERROR_GARBAGE, GNUTLS_A_BAD_RECORD_MAC, "what it sent is no TLS, or was changed on its way",
    "what we sent did not arrive as we sent it", "see what stands between the two ends" },
  { FOLIOT_TLS_ERROR_GARBAGE, GNUTLS_A_DECODE_ERROR, "what it sent is no TLS",
    "what we sent was no TLS to it", "see what stands between the two ends" },
  { FOLIOT_TLS_ERROR_GARBAGE, GNUTLS_A_DECRYPT_ERROR, "what it sent was changed on its way",
    "what we sent was changed on its way", "see what stands between the two ends" },
  { FOLIOT_TLS_ERROR_GARBAGE, GNUTLS_A_RECORD_OVERFLOW, "a record of it is too long",
    "a record of ours was too long to it", "see what stands between the two ends" },
  { FOLIOT_TLS_ERROR_GARBAGE, GNUTLS_A_UNEXPECTED_MESSAGE, "what it sent is out of place",
    "what we sent was out of place to it", "see what stands between the two ends" },
  { FOLIOT_TLS_ERROR_REFUSED, GNUTLS_A_HANDSHAKE_FAILURE, "we refused it",
    "it refused the handshake (as when no cipher is in common, or it misses a certificate)",
    "its own messages say more" },
  { FOLIOT_TLS_ERROR_REFUSED, GNUTLS_A_BAD_CERTIFICATE, "its certificate is not good",
    "it refused our certificate (as when it is weak, or not yet valid)", "its own messages say more" },
};

static const Reason *
find_code (FoliotTlsError code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (reasons[i].code == code)
      return &reasons[i];
  g_return_val_if_reached (&reasons[0]);
}

/* Who refuses a handshake without a word of its own found nothing in common with us. */
static const Reason *
find_told (gnutls_alert_description_t alert, gboolean at_once)
{
  if (alert == GNUTLS_A_HANDSHAKE_FAILURE && at_once)
    return find_code (FOLIOT_TLS_ERROR_WEAK);
  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (reasons[i].alert == alert && reasons[i].told != NULL)
      return &reasons[i];
  return NULL;
}

static FoliotTlsError
code_of_status (unsigned status)
{
  /* The worst first: a stranger's certificate is a stranger's, however old it is. */
  static const struct
  {
    unsigned bit;
    FoliotTlsError code;
  } bits[] = {
    { GNUTLS_CERT_SIGNER_NOT_FOUND, FOLIOT_TLS_ERROR_WRONG_CA },
    { GNUTLS_CERT_SIGNER_NOT_CA, FOLIOT_TLS_ERROR_WRONG_CA },
    { GNUTLS_CERT_SIGNATURE_FAILURE, FOLIOT_TLS_ERROR_WRONG_CA },
    { GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE, FOLIOT_TLS_ERROR_WRONG_CA },
    { GNUTLS_CERT_INSECURE_ALGORITHM, FOLIOT_TLS_ERROR_WEAK },
    { GNUTLS_CERT_EXPIRED, FOLIOT_TLS_ERROR_EXPIRED },
    { GNUTLS_CERT_NOT_ACTIVATED, FOLIOT_TLS_ERROR_NOT_YET_VALID },
    { GNUTLS_CERT_UNEXPECTED_OWNER, FOLIOT_TLS_ERROR_WRONG_HOST },
    { GNUTLS_CERT_PURPOSE_MISMATCH, FOLIOT_TLS_ERROR_WRONG_PURPOSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bits); i++)
    if (status & bits[i].bit)
      return bits[i].code;
  return FOLIOT_TLS_ERROR_REFUSED;
}

static FoliotTlsError
code_of_failure (gnutls_session_t session, int failure)
{
  switch (failure)
    {
    case GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR:
    case GNUTLS_E_CERTIFICATE_ERROR:
      return code_of_status (gnutls_session_get_verify_cert_status (session));
    case GNUTLS_E_NO_CERTIFICATE_FOUND:
    case GNUTLS_E_CERTIFICATE_REQUIRED:
      return FOLIOT_TLS_ERROR_NO_CERTIFICATE;
    case GNUTLS_E_UNSUPPORTED_VERSION_PACKET:
    case GNUTLS_E_NO_CIPHER_SUITES:
    case GNUTLS_E_INSUFFICIENT_SECURITY:
    case GNUTLS_E_UNWANTED_ALGORITHM:
    case GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM:
    case GNUTLS_E_NO_COMMON_KEY_SHARE:
    case GNUTLS_E_ECC_UNSUPPORTED_CURVE:
    case GNUTLS_E_ECC_NO_SUPPORTED_CURVES:
    case GNUTLS_E_SAFE_RENEGOTIATION_FAILED:
      return FOLIOT_TLS_ERROR_WEAK;
    case GNUTLS_E_REHANDSHAKE:
    case GNUTLS_E_UNSAFE_RENEGOTIATION_DENIED:
      return FOLIOT_TLS_ERROR_RENEGOTIATION;
    default:
      return FOLIOT_TLS_ERROR_GARBAGE;
    }
}

static const char *
name_of (const char *peer)
{
  return peer != NULL ? peer : "a client";
}

gnutls_alert_description_t
_foliot_tls_error_get_alert (const GError *error)
{
  return find_code ((FoliotTlsError) error->code)->alert;
}

GError *
_foliot_tls_error_new (FoliotTlsError code, const char *peer)
{
  const Reason *reason = find_code (code);

  return g_error_new (FOLIOT_TLS_ERROR, (gint) code, "TLS with %s: %s; %s", name_of (peer), reason->here,
                      reason->advice);
}

GError *
_foliot_tls_error_new_found (gnutls_session_t session, int code, const char *peer)
{
  const Reason *reason = find_code (code_of_failure (session, code));

  if (reason->code != FOLIOT_TLS_ERROR_GARBAGE)
    return _foliot_tls_error_new (reason->code, peer);
  return g_error_new (FOLIOT_TLS_ERROR, (gint) reason->code, "TLS with %s: %s (%s); %s", name_of (peer),
                      reason->here, gnutls_strerror_name (code), reason->advice);
}

GError *
_foliot_tls_error_new_told (gnutls_session_t session, gboolean at_once, const char *peer)
{
  gnutls_alert_description_t alert = gnutls_alert_get (session);
  const Reason *reason = find_told (alert, at_once);

  if (reason != NULL)
    return g_error_new (FOLIOT_TLS_ERROR, (gint) reason->code, "TLS with %s: it says that %s; %s",
                        name_of (peer), reason->told, reason->advice);
  return g_error_new (FOLIOT_TLS_ERROR, FOLIOT_TLS_ERROR_REFUSED,
                      "TLS with %s: it refused us by alert %d; its own messages say more", name_of (peer),
                      (int) alert);
}
