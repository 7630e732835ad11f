/* SPDX-License-Identifier: MIT */
#include "test-tls-foreign.h"

#include <string.h>

typedef struct
{
  FoliotFilter filter;
  gnutls_session_t session;
  gnutls_certificate_credentials_t certificates;
  gboolean server;
  gboolean open;
  FoliotTlsMemory memory;
} Foreign;

static gboolean
end_by (Foreign *self, int code, GError **error)
{
  int reason = TEST_FOREIGN_OTHER;

  if (code == GNUTLS_E_FATAL_ALERT_RECEIVED || code == GNUTLS_E_WARNING_ALERT_RECEIVED)
    reason = (int) gnutls_alert_get (self->session);
  else
    gnutls_alert_send_appropriate (self->session, code);
  g_set_error (error, TEST_FOREIGN_ERROR, reason, "%s", gnutls_strerror_name (code));
  return FALSE;
}

static gboolean
step (Foreign *self, GByteArray *plain, GError **error)
{
  guint8 buffer[4096];
  gssize n = self->open ? 0 : gnutls_handshake (self->session);

  if (n == GNUTLS_E_AGAIN)
    return TRUE;
  if (n < 0)
    return end_by (self, (int) n, error);
  self->open = TRUE;
  for (gsize before = self->memory.n_input + 1;; before = self->memory.n_input)
    {
      n = gnutls_record_recv (self->session, buffer, sizeof buffer);
      if (n > 0)
        g_byte_array_append (plain, buffer, (guint) n);
      else if (n == GNUTLS_E_AGAIN && (self->memory.n_input == 0 || self->memory.n_input == before))
        return TRUE;
      else if (n != GNUTLS_E_AGAIN)
        return n < 0 ? end_by (self, (int) n, error) : FALSE;
    }
}

static gboolean
foreign_feed (FoliotFilter *filter, const guint8 *data, gsize length, GByteArray *plain, GByteArray *wire,
              GError **error)
{
  Foreign *self = (Foreign *) filter;

  self->memory.wire = wire;
  self->memory.input = data;
  self->memory.n_input = length;
  return step (self, plain, error);
}

static gboolean
foreign_write (FoliotFilter *filter, const guint8 *data, gsize length, GByteArray *wire, GError **error)
{
  Foreign *self = (Foreign *) filter;

  self->memory.wire = wire;
  return gnutls_record_send (self->session, data, length) == (gssize) length;
}

static gboolean
foreign_is_open (FoliotFilter *filter)
{
  return ((Foreign *) filter)->open;
}

static void
foreign_start (FoliotFilter *filter, GByteArray *wire, GError **error)
{
  Foreign *self = (Foreign *) filter;

  self->memory.wire = wire;
  if (!self->server)
    step (self, NULL, error);
}

static void
foreign_end (FoliotFilter *filter, GByteArray *wire)
{
  Foreign *self = (Foreign *) filter;

  self->memory.wire = wire;
  gnutls_bye (self->session, GNUTLS_SHUT_WR);
}

static gboolean
foreign_eof (FoliotFilter *filter, GError **error)
{
  return TRUE;
}

static void
foreign_free (FoliotFilter *filter)
{
  Foreign *self = (Foreign *) filter;

  gnutls_deinit (self->session);
  gnutls_certificate_free_credentials (self->certificates);
  g_free (self);
}

static const FoliotFilterClass foreign_class = {
  .feed = foreign_feed,
  .write = foreign_write,
  .is_open = foreign_is_open,
  .start = foreign_start,
  .end = foreign_end,
  .eof = foreign_eof,
  .free = foreign_free,
};

static gnutls_datum_t
datum_of (const char *text)
{
  return (gnutls_datum_t){ .data = (unsigned char *) text, .size = (unsigned) strlen (text) };
}

FoliotFilter *
test_foreign_new (gboolean server, const TestPem *pem, const char *priority, gboolean asks)
{
  Foreign *self = g_new0 (Foreign, 1);

  self->filter.klass = &foreign_class;
  self->server = server;
  gnutls_certificate_allocate_credentials (&self->certificates);
  if (pem != NULL)
    {
      gnutls_datum_t cert = datum_of (pem->cert), key = datum_of (pem->key);

      g_assert_cmpint (
          gnutls_certificate_set_x509_key_mem (self->certificates, &cert, &key, GNUTLS_X509_FMT_PEM), ==, 0);
    }
  gnutls_init (&self->session,
               GNUTLS_NONBLOCK | (server ? GNUTLS_SERVER : GNUTLS_CLIENT | GNUTLS_FORCE_CLIENT_CERT));
  g_assert_cmpint (gnutls_priority_set_direct (self->session, priority, NULL), ==, 0);
  gnutls_credentials_set (self->session, GNUTLS_CRD_CERTIFICATE, self->certificates);
  if (server && asks)
    gnutls_certificate_server_set_request (self->session, GNUTLS_CERT_REQUEST);
  _foliot_tls_memory_attach (&self->memory, self->session);
  return &self->filter;
}

void
test_foreign_renegotiate (FoliotFilter *filter, GByteArray *wire)
{
  Foreign *self = (Foreign *) filter;

  self->memory.wire = wire;
  if (self->server)
    g_assert_cmpint (gnutls_rehandshake (self->session), ==, 0);
  else
    g_assert_cmpint (gnutls_handshake (self->session), ==, GNUTLS_E_AGAIN);
}

void
test_foreign_alert (FoliotFilter *filter, gnutls_alert_description_t alert, GByteArray *wire)
{
  Foreign *self = (Foreign *) filter;

  self->memory.wire = wire;
  g_assert_cmpint (gnutls_alert_send (self->session, GNUTLS_AL_FATAL, alert), ==, 0);
}

char *
test_foreign_dup_suite (FoliotFilter *filter)
{
  Foreign *self = (Foreign *) filter;

  return g_strdup (gnutls_cipher_suite_get_name (
      gnutls_kx_get (self->session), gnutls_cipher_get (self->session), gnutls_mac_get (self->session)));
}
