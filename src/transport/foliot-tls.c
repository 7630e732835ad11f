/* SPDX-License-Identifier: MIT */
#include "transport/foliot-tls-private.h"

#include <gnutls/x509.h>
#include <string.h>

/*
 * TLS as a filter from memory to memory. gnutls pulls from the bytes of one feed() and pushes into the array of the call
 * under way; it takes all that it is given before it asks for more, so nothing is kept in between.
 *
 * When a link is open. In TLS 1.2 the server's last word of the handshake follows its judgement of our certificate. In
 * TLS 1.3 the client speaks last and would believe itself welcome while it is being refused. So a client waits for one
 * more record, protected by the keys that follow the handshake, and asks for it by a KeyUpdate, which every server must
 * answer behind our Finished. OpenSSL (Python's ssl) sends session tickets or answers the KeyUpdate; gnutls answers
 * only before its next data, so our server sends a KeyUpdate of its own as soon as it has accepted a client.
 *
 * Sessions are not resumed: a ticket would let a peer in by the certificate of yesterday.
 */

#define READ_BYTES     16384
#define NUMBER_BYTES   8
#define PROGRESS_BYTES 32
#define TYPE_ALERT     21
#define TYPE_HANDSHAKE 22
#define MAJOR_VERSION  3

typedef enum
{
  HANDSHAKE,
  CONFIRM, /* a client of TLS 1.3: the first record of the server is missing */
  OPEN,
  ENDED,  /* the peer said good-bye */
  FAILED, /* an error was given out */
} State;

typedef struct
{
  FoliotFilter filter;
  FoliotTlsCredentials *credentials;
  gnutls_session_t session;
  char *peer;
  gboolean server;
  gboolean said_end;
  State state;
  gnutls_typed_vdata_st expected[2];
  guint n_expected;
  guint8 head[2]; /* the first bytes of the peer */
  guint n_head;
  guint8 progress[PROGRESS_BYTES]; /* of CONFIRM: when the handshake was over */
  FoliotTlsMemory memory;
} TlsFilter;

/* ECDHE and authenticated ciphers only; keys and signatures of gnutls' MEDIUM profile (RSA 2048, P-256, no SHA-1). */
#define PRIORITY_COMMON                                                                                      \
  ":+ECDHE-ECDSA:+ECDHE-RSA:+AES-256-GCM:+AES-128-GCM:+AEAD:+COMP-NULL:+CTYPE-X509:+GROUP-X25519:+GROUP-"    \
  "SECP256R1"                                                                                                \
  ":+GROUP-SECP384R1:+GROUP-SECP521R1:+SIGN-ECDSA-SHA256:+SIGN-ECDSA-SHA384:+SIGN-ECDSA-SHA512"              \
  ":+SIGN-ECDSA-SECP256R1-SHA256:+SIGN-ECDSA-SECP384R1-SHA384:+SIGN-ECDSA-SECP521R1-SHA512:+SIGN-EDDSA-"     \
  "ED25519"                                                                                                  \
  ":+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-RSA-PSS-RSAE-SHA384:+SIGN-RSA-PSS-RSAE-SHA512:+SIGN-RSA-SHA256:+SIGN-"   \
  "RSA-SHA384"                                                                                               \
  ":+SIGN-RSA-SHA512:%PROFILE_MEDIUM:%SAFE_RENEGOTIATION:%SERVER_PRECEDENCE"

static const char *const priorities[] = {
  [FOLIOT_TLS_COMPAT_FOLIOT] = "NONE:+VERS-TLS1.3:+VERS-TLS1.2" PRIORITY_COMMON ":+CHACHA20-POLY1305",
  [FOLIOT_TLS_COMPAT_AIOMAS] = "NONE:+VERS-TLS1.2" PRIORITY_COMMON,
};

/* ---- the way to an open link --------------------------------------------------------------------------------- */

/* Takes @error; tells the peer, in an alert. */
static gboolean
fail (TlsFilter *self, gboolean tell, GError *reason, GError **error)
{
  self->state = FAILED;
  if (tell)
    gnutls_alert_send (self->session, GNUTLS_AL_FATAL, _foliot_tls_error_get_alert (reason));
  g_propagate_error (error, reason);
  return FALSE;
}

/* A server that waits for a certificate calls an alert in its place a missing certificate. */
static gboolean
is_told (TlsFilter *self, int code)
{
  return code == GNUTLS_E_FATAL_ALERT_RECEIVED
         || (code == GNUTLS_E_NO_CERTIFICATE_FOUND
             && gnutls_alert_get (self->session) != GNUTLS_A_CLOSE_NOTIFY);
}

static gboolean
fail_by (TlsFilter *self, int code, GError **error)
{
  if (is_told (self, code))
    return fail (self, FALSE,
                 _foliot_tls_error_new_told (self->session, self->head[0] == TYPE_ALERT, self->peer), error);
  return fail (self, TRUE, _foliot_tls_error_new_found (self->session, code, self->peer), error);
}

/* A warning that the peer refuses a handshake anew answers one that somebody asked for. */
static gboolean
is_harmless (TlsFilter *self, int code)
{
  if (code == GNUTLS_E_WARNING_ALERT_RECEIVED)
    return gnutls_alert_get (self->session) != GNUTLS_A_NO_RENEGOTIATION;
  return code != GNUTLS_E_REHANDSHAKE && !gnutls_error_is_fatal (code);
}

/* Changes with each record that arrives: the number of the record, and what each key derives its nonces from. */
static void
get_progress (TlsFilter *self, guint8 *progress)
{
  gnutls_datum_t nonce;
  unsigned char number[NUMBER_BYTES];

  memset (progress, 0, PROGRESS_BYTES);
  gnutls_record_get_state (self->session, 1, NULL, &nonce, NULL, number);
  memcpy (progress, number, sizeof number);
  memcpy (progress + sizeof number, nonce.data, MIN (nonce.size, PROGRESS_BYTES - NUMBER_BYTES));
}

static gboolean
has_confirmation (TlsFilter *self)
{
  guint8 progress[PROGRESS_BYTES];

  get_progress (self, progress);
  return memcmp (progress, self->progress, sizeof progress) != 0;
}

static void
finish_handshake (TlsFilter *self)
{
  self->state = OPEN;
  if (gnutls_protocol_get_version (self->session) != GNUTLS_TLS1_3)
    return;
  if (!self->server)
    {
      self->state = CONFIRM;
      get_progress (self, self->progress);
    }
  gnutls_session_key_update (self->session, self->server ? 0 : GNUTLS_KU_PEER);
}

static gboolean
shake_hands (TlsFilter *self, GError **error)
{
  int code;

  do
    code = gnutls_handshake (self->session);
  while (code < 0 && code != GNUTLS_E_AGAIN && is_harmless (self, code));
  if (code == GNUTLS_E_AGAIN)
    return TRUE;
  if (code < 0)
    return fail_by (self, code, error);
  finish_handshake (self);
  return TRUE;
}

/* A peer that speaks something else shows it in its first two bytes: a handshake, or (to a client) an alert. */
static gboolean
check_head (TlsFilter *self, const guint8 *data, gsize length, GError **error)
{
  for (gsize i = 0; i < length && self->n_head < sizeof self->head; i++)
    self->head[self->n_head++] = data[i];
  if (self->n_head == 0 || _foliot_tls_is_record (self->head, self->n_head))
    return TRUE;
  return fail (self, TRUE, _foliot_tls_error_new (FOLIOT_TLS_ERROR_PLAIN_PEER, self->peer), error);
}

/* ---- the filter ---------------------------------------------------------------------------------------------- */

static void
filter_end (FoliotFilter *filter, GByteArray *wire)
{
  TlsFilter *self = (TlsFilter *) filter;

  if (self->said_end || self->state == FAILED || self->state == HANDSHAKE)
    return;
  self->said_end = TRUE;
  self->memory.wire = wire;
  gnutls_bye (self->session, GNUTLS_SHUT_WR);
}

/* gnutls asks to be called again behind a KeyUpdate, too, with more to read. */
static gboolean
wants_more (TlsFilter *self, gssize n, gsize n_before)
{
  if (n == GNUTLS_E_AGAIN)
    return self->memory.n_input > 0 && self->memory.n_input < n_before;
  return n > 0 || (n < 0 && is_harmless (self, (int) n));
}

/* Reads records until there are no more; their text grows @plain in place. */
static gboolean
read_records (TlsFilter *self, GByteArray *plain, GByteArray *wire, GError **error)
{
  gsize n_before;
  gssize n;

  do
    {
      guint fill = plain->len;

      n_before = self->memory.n_input;
      g_byte_array_set_size (plain, fill + READ_BYTES);
      n = gnutls_record_recv (self->session, plain->data + fill, READ_BYTES);
      g_byte_array_set_size (plain, fill + (guint) MAX (n, 0));
    }
  while (wants_more (self, n, n_before));
  if (n < 0 && n != GNUTLS_E_AGAIN)
    return fail_by (self, (int) n, error);
  if (self->state == CONFIRM && has_confirmation (self))
    self->state = OPEN;
  if (n == GNUTLS_E_AGAIN)
    return TRUE;
  filter_end (&self->filter, wire);
  self->state = ENDED;
  return FALSE;
}

static gboolean
filter_feed (FoliotFilter *filter, const guint8 *data, gsize length, GByteArray *plain, GByteArray *wire,
             GError **error)
{
  TlsFilter *self = (TlsFilter *) filter;

  self->memory.wire = wire;
  self->memory.input = data;
  self->memory.n_input = length;
  if (self->state == ENDED || self->state == FAILED || !check_head (self, data, length, error))
    return FALSE;
  if (self->state == HANDSHAKE && !shake_hands (self, error))
    return FALSE;
  return self->state == HANDSHAKE || read_records (self, plain, wire, error);
}

static gboolean
filter_write (FoliotFilter *filter, const guint8 *data, gsize length, GByteArray *wire, GError **error)
{
  TlsFilter *self = (TlsFilter *) filter;

  g_return_val_if_fail (self->state == OPEN && !self->said_end, FALSE);
  self->memory.wire = wire;
  while (length > 0)
    {
      ssize_t n = gnutls_record_send (self->session, data, length);

      if (n < 0)
        return fail_by (self, (int) n, error);
      data += n;
      length -= (gsize) n;
    }
  return TRUE;
}

static gboolean
filter_is_open (FoliotFilter *filter)
{
  return ((TlsFilter *) filter)->state == OPEN || ((TlsFilter *) filter)->state == ENDED;
}

static void
filter_start (FoliotFilter *filter, GByteArray *wire, GError **error)
{
  TlsFilter *self = (TlsFilter *) filter;

  self->memory.wire = wire;
  if (!self->server && self->state == HANDSHAKE)
    shake_hands (self, error);
}

static gboolean
filter_eof (FoliotFilter *filter, GError **error)
{
  TlsFilter *self = (TlsFilter *) filter;

  if (self->state == ENDED || self->state == FAILED)
    return TRUE;
  return fail (self, FALSE, _foliot_tls_error_new (FOLIOT_TLS_ERROR_TRUNCATED, self->peer), error);
}

static GError *
filter_expire (FoliotFilter *filter, GByteArray *wire)
{
  TlsFilter *self = (TlsFilter *) filter;
  GError *error = NULL;

  self->memory.wire = wire;
  fail (self, TRUE, _foliot_tls_error_new (FOLIOT_TLS_ERROR_HANDSHAKE_TIMEOUT, self->peer), &error);
  return error;
}

static void
filter_free (FoliotFilter *filter)
{
  TlsFilter *self = (TlsFilter *) filter;

  gnutls_deinit (self->session);
  foliot_tls_credentials_unref (self->credentials);
  g_free (self->peer);
  g_free (self);
}

/* The subject of its certificate, as RFC 4514 writes one. */
static char *
filter_dup_identity (FoliotFilter *filter)
{
  TlsFilter *self = (TlsFilter *) filter;
  unsigned n = 0;
  const gnutls_datum_t *chain = gnutls_certificate_get_peers (self->session, &n);
  gnutls_x509_crt_t certificate = NULL;
  gnutls_datum_t subject = { 0 };
  char *identity = NULL;

  if (n == 0 || gnutls_x509_crt_init (&certificate) != GNUTLS_E_SUCCESS)
    return NULL;
  if (gnutls_x509_crt_import (certificate, chain, GNUTLS_X509_FMT_DER) == GNUTLS_E_SUCCESS
      && gnutls_x509_crt_get_dn3 (certificate, &subject, 0) == GNUTLS_E_SUCCESS)
    identity = g_utf8_make_valid ((const char *) subject.data, subject.size);
  gnutls_free (subject.data);
  gnutls_x509_crt_deinit (certificate);
  return identity;
}

static const FoliotFilterClass tls_filter_class = {
  .feed = filter_feed,
  .write = filter_write,
  .is_open = filter_is_open,
  .start = filter_start,
  .end = filter_end,
  .eof = filter_eof,
  .expire = filter_expire,
  .dup_identity = filter_dup_identity,
  .free = filter_free,
};

/* gnutls keeps no copy of what it is to look for. */
static void
expect (TlsFilter *self, gnutls_vdata_types_t type, const char *text)
{
  self->expected[self->n_expected++] = (gnutls_typed_vdata_st){ .type = type,
                                                                .data = (unsigned char *) text,
                                                                .size = (unsigned) strlen (text) };
}

/* Whom the other end must be. The name of a host is sent along, an address is not (RFC 6066). */
static void
set_expectation (TlsFilter *self)
{
  if (self->server)
    {
      gnutls_certificate_server_set_request (self->session, GNUTLS_CERT_REQUIRE);
      expect (self, GNUTLS_DT_KEY_PURPOSE_OID, GNUTLS_KP_TLS_WWW_CLIENT);
    }
  else
    {
      if (!g_hostname_is_ip_address (self->peer))
        gnutls_server_name_set (self->session, GNUTLS_NAME_DNS, self->peer, strlen (self->peer));
      expect (self, GNUTLS_DT_DNS_HOSTNAME, self->peer);
      expect (self, GNUTLS_DT_KEY_PURPOSE_OID, GNUTLS_KP_TLS_WWW_SERVER);
    }
  gnutls_session_set_verify_cert2 (self->session, self->expected, self->n_expected, 0);
}

FoliotFilter *
_foliot_tls_filter_new (FoliotTlsCredentials *credentials, gboolean server, const char *peer)
{
  TlsFilter *self;
  unsigned flags = GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL | GNUTLS_NO_TICKETS;
  int failure;

  g_return_val_if_fail (credentials != NULL && (server || peer != NULL), NULL);
  self = g_new0 (TlsFilter, 1);
  self->filter.klass = &tls_filter_class;
  self->credentials = foliot_tls_credentials_ref (_foliot_tls_credentials_for (credentials, server));
  self->server = server;
  self->peer = g_strdup (peer);
  /* Our certificate is sent even if the server does not believe in its CA: so it says that, and not that there is none. */
  gnutls_init (&self->session, flags | (server ? GNUTLS_SERVER : GNUTLS_CLIENT | GNUTLS_FORCE_CLIENT_CERT));
  failure = gnutls_priority_set_direct (self->session, priorities[self->credentials->compat], NULL);
  g_assert (failure == GNUTLS_E_SUCCESS);
  gnutls_credentials_set (self->session, GNUTLS_CRD_CERTIFICATE, self->credentials->certificates);
  set_expectation (self);
  _foliot_tls_memory_attach (&self->memory, self->session);
  return &self->filter;
}

gboolean
_foliot_tls_is_greeting (const guint8 *data, gsize length)
{
  return _foliot_tls_is_record (data, length) && data[0] == TYPE_HANDSHAKE;
}

gboolean
_foliot_tls_is_record (const guint8 *data, gsize length)
{
  return length > 0 && (data[0] == TYPE_HANDSHAKE || data[0] == TYPE_ALERT)
         && (length < 2 || data[1] == MAJOR_VERSION);
}
