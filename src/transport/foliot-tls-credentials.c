/* SPDX-License-Identifier: MIT */
#include "transport/foliot-tls-private.h"

#include <string.h>

/*
 * Certificate, key and CA as gnutls keeps them, read once and shared by all links. A certificate that peers will refuse
 * (expired, weak) is taken all the same: whether it is good is the peers' judgement, on their day.
 */

G_DEFINE_BOXED_TYPE (FoliotTlsCredentials, foliot_tls_credentials, foliot_tls_credentials_ref,
                     foliot_tls_credentials_unref)

/* @source as PEM text; @label: how messages call it. */
static char *
read_pem (const char *source, FoliotTlsError code, GError **error)
{
  g_autoptr (GError) reason = NULL;
  char *text = NULL;

  if (g_str_has_prefix (source, "-----BEGIN"))
    return g_strdup (source);
  if (!g_file_get_contents (source, &text, NULL, &reason))
    g_set_error (error, FOLIOT_TLS_ERROR, (gint) code,
                 "%s; is this the folder that foliot certs new has made, and may this user read it?",
                 reason->message);
  return text;
}

static const char *
name_of (const char *source)
{
  return g_str_has_prefix (source, "-----BEGIN") ? "the PEM text" : source;
}

static gnutls_datum_t
datum_of (char *text)
{
  return (gnutls_datum_t){ .data = (unsigned char *) text, .size = (unsigned) strlen (text) };
}

static gboolean
load_ca (FoliotTlsCredentials *self, const char *ca, GError **error)
{
  g_autofree char *text = read_pem (ca, FOLIOT_TLS_ERROR_CERTIFICATE, error);
  gnutls_datum_t datum;

  if (text == NULL)
    return FALSE;
  datum = datum_of (text);
  if (gnutls_certificate_set_x509_trust_mem (self->certificates, &datum, GNUTLS_X509_FMT_PEM) > 0)
    return TRUE;
  g_set_error (error, FOLIOT_TLS_ERROR, FOLIOT_TLS_ERROR_CERTIFICATE,
               "%s holds no certificate of a CA; expected PEM, \"-----BEGIN CERTIFICATE-----\"",
               name_of (ca));
  return FALSE;
}

/* What of the pair gnutls did not like. */
static void
set_pair_error (int failure, const char *cert, const char *key, const char *key_text, GError **error)
{
  if (failure == GNUTLS_E_CERTIFICATE_KEY_MISMATCH)
    g_set_error (error, FOLIOT_TLS_ERROR, FOLIOT_TLS_ERROR_KEY,
                 "%s is the key of another certificate than %s", name_of (key), name_of (cert));
  else if (failure == GNUTLS_E_DECRYPTION_FAILED || strstr (key_text, "ENCRYPTED") != NULL)
    g_set_error (
        error, FOLIOT_TLS_ERROR, FOLIOT_TLS_ERROR_KEY,
        "%s is encrypted; expected a key without a password: openssl pkey -in key.pem -out plain.pem",
        name_of (key));
  else if (strstr (key_text, "PRIVATE KEY-----") == NULL)
    g_set_error (error, FOLIOT_TLS_ERROR, FOLIOT_TLS_ERROR_KEY,
                 "%s holds no private key; expected PEM, \"-----BEGIN PRIVATE KEY-----\"", name_of (key));
  else
    g_set_error (error, FOLIOT_TLS_ERROR, FOLIOT_TLS_ERROR_CERTIFICATE,
                 "%s and %s cannot be read (%s); expected a certificate and its key in PEM", name_of (cert),
                 name_of (key), gnutls_strerror_name (failure));
}

static gboolean
load_pair (FoliotTlsCredentials *self, const char *cert, const char *key, GError **error)
{
  g_autofree char *cert_text = read_pem (cert, FOLIOT_TLS_ERROR_CERTIFICATE, error);
  g_autofree char *key_text = cert_text != NULL ? read_pem (key, FOLIOT_TLS_ERROR_KEY, error) : NULL;
  gnutls_datum_t cert_datum, key_datum;
  int failure;

  if (key_text == NULL)
    return FALSE;
  cert_datum = datum_of (cert_text);
  key_datum = datum_of (key_text);
  failure = gnutls_certificate_set_x509_key_mem2 (self->certificates, &cert_datum, &key_datum,
                                                  GNUTLS_X509_FMT_PEM, NULL, 0);
  if (failure >= 0)
    return TRUE;
  set_pair_error (failure, cert, key, key_text, error);
  return FALSE;
}

static FoliotTlsCredentials *
credentials_new (void)
{
  FoliotTlsCredentials *self = g_new0 (FoliotTlsCredentials, 1);

  g_atomic_ref_count_init (&self->ref_count);
  return self;
}

FoliotTlsCredentials *
foliot_tls_credentials_new (const char *ca, const char *cert, const char *key, GError **error)
{
  g_autoptr (FoliotTlsCredentials) self = NULL;

  g_return_val_if_fail (ca != NULL && cert != NULL && key != NULL, NULL);
  self = credentials_new ();
  gnutls_certificate_allocate_credentials (&self->certificates);
  if (!load_ca (self, ca, error) || !load_pair (self, cert, key, error))
    return NULL;
  return g_steal_pointer (&self);
}

FoliotTlsCredentials *
foliot_tls_credentials_new_from_folder (const char *folder, GError **error)
{
  g_autofree char *ca = NULL, *cert = NULL, *key = NULL;

  g_return_val_if_fail (folder != NULL, NULL);
  ca = g_build_filename (folder, "ca.pem", NULL);
  cert = g_build_filename (folder, "cert.pem", NULL);
  key = g_build_filename (folder, "key.pem", NULL);
  return foliot_tls_credentials_new (ca, cert, key, error);
}

FoliotTlsCredentials *
foliot_tls_credentials_new_pair (FoliotTlsCredentials *server, FoliotTlsCredentials *client, GError **error)
{
  FoliotTlsCredentials *self;

  if (server == NULL || client == NULL)
    {
      g_set_error_literal (
          error, FOLIOT_ERROR, FOLIOT_ERROR_TYPE,
          "\"ssl\" must contain two \"ssl.SSLContext\" instances; one for the server and one for the "
          "client.");
      return NULL;
    }
  self = credentials_new ();
  self->server = foliot_tls_credentials_ref (server);
  self->client = foliot_tls_credentials_ref (client);
  return self;
}

FoliotTlsCredentials *
foliot_tls_credentials_ref (FoliotTlsCredentials *credentials)
{
  g_return_val_if_fail (credentials != NULL, NULL);
  g_atomic_ref_count_inc (&credentials->ref_count);
  return credentials;
}

void
foliot_tls_credentials_unref (FoliotTlsCredentials *credentials)
{
  g_return_if_fail (credentials != NULL);
  if (!g_atomic_ref_count_dec (&credentials->ref_count))
    return;
  g_clear_pointer (&credentials->server, foliot_tls_credentials_unref);
  g_clear_pointer (&credentials->client, foliot_tls_credentials_unref);
  g_clear_pointer (&credentials->certificates, gnutls_certificate_free_credentials);
  g_free (credentials);
}

void
foliot_tls_credentials_set_compat (FoliotTlsCredentials *credentials, FoliotTlsCompat compat)
{
  g_return_if_fail (credentials != NULL);
  credentials->compat = compat;
  if (credentials->server != NULL)
    foliot_tls_credentials_set_compat (credentials->server, compat);
  if (credentials->client != NULL)
    foliot_tls_credentials_set_compat (credentials->client, compat);
}

FoliotTlsCompat
foliot_tls_credentials_get_compat (FoliotTlsCredentials *credentials)
{
  g_return_val_if_fail (credentials != NULL, FOLIOT_TLS_COMPAT_FOLIOT);
  return credentials->compat;
}

FoliotTlsCredentials *
_foliot_tls_credentials_for (FoliotTlsCredentials *credentials, gboolean server)
{
  FoliotTlsCredentials *half = server ? credentials->server : credentials->client;

  return half != NULL ? half : credentials;
}
