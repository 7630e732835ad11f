/* SPDX-License-Identifier: MIT */
#include "transport/foliot-certificate-private.h"

#include <arpa/inet.h>
#include <gio/gio.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>

/*
 * X.509 by gnutls, as OpenSSL 3 with a strict host name check wants it: version 3, hosts as alternative names (DNS or IP),
 * key usage and extended key usage, key identifiers; a CA says that it signs leaves only. Keys are PKCS #8 without a
 * password.
 */

typedef struct gnutls_x509_crt_int GnutlsCertificate;
typedef struct gnutls_x509_privkey_int GnutlsKey;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GnutlsCertificate, gnutls_x509_crt_deinit)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GnutlsKey, gnutls_x509_privkey_deinit)

#define SERIAL_BYTES 16

static gboolean
check (int code, const char *what, GError **error)
{
  if (code >= 0)
    return TRUE;
  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: %s", what, gnutls_strerror (code));
  return FALSE;
}

static gnutls_datum_t
datum_of (const char *text)
{
  return (gnutls_datum_t){ .data = (unsigned char *) text, .size = (unsigned) strlen (text) };
}

/* Takes what gnutls allocated. */
static char *
text_of (gnutls_datum_t *datum)
{
  char *text = g_strndup ((const char *) datum->data, datum->size);

  gnutls_free (datum->data);
  return text;
}

static GnutlsKey *
read_key (const char *text, GError **error)
{
  g_autoptr (GnutlsKey) key = NULL;
  gnutls_datum_t datum = datum_of (text);

  gnutls_x509_privkey_init (&key);
  if (!check (gnutls_x509_privkey_import2 (key, &datum, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN),
              "the private key cannot be read", error))
    return NULL;
  return g_steal_pointer (&key);
}

static GnutlsCertificate *
read_certificate (const char *text, GError **error)
{
  g_autoptr (GnutlsCertificate) certificate = NULL;
  gnutls_datum_t datum = datum_of (text);

  gnutls_x509_crt_init (&certificate);
  if (!check (gnutls_x509_crt_import (certificate, &datum, GNUTLS_X509_FMT_PEM),
              "the certificate cannot be read", error))
    return NULL;
  return g_steal_pointer (&certificate);
}

static GnutlsKey *
make_key (guint rsa_bits, GError **error)
{
  g_autoptr (GnutlsKey) key = NULL;
  int code;

  gnutls_x509_privkey_init (&key);
  if (rsa_bits > 0)
    code = gnutls_x509_privkey_generate (key, GNUTLS_PK_RSA, rsa_bits, 0);
  else
    code = gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA,
                                         GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0);
  if (!check (code, "no key could be made", error))
    return NULL;
  return g_steal_pointer (&key);
}

static gboolean
add_host (gnutls_x509_crt_t certificate, const char *host, GError **error)
{
  guint8 address[sizeof (struct in6_addr)];
  int code;

  if (inet_pton (AF_INET, host, address) == 1)
    code = gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_IPADDRESS, address,
                                                 sizeof (struct in_addr), GNUTLS_FSAN_APPEND);
  else if (inet_pton (AF_INET6, host, address) == 1)
    code = gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_IPADDRESS, address,
                                                 sizeof (struct in6_addr), GNUTLS_FSAN_APPEND);
  else
    code = gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_DNSNAME, host,
                                                 (unsigned) strlen (host), GNUTLS_FSAN_APPEND);
  return check (code, host, error);
}

static void
set_use (gnutls_x509_crt_t certificate, FoliotCertificateUse use)
{
  if (use & FOLIOT_CERTIFICATE_CA)
    {
      gnutls_x509_crt_set_basic_constraints (certificate, 1, 0);
      gnutls_x509_crt_set_key_usage (certificate, GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN);
      return;
    }
  gnutls_x509_crt_set_basic_constraints (certificate, 0, -1);
  gnutls_x509_crt_set_key_usage (certificate, GNUTLS_KEY_DIGITAL_SIGNATURE);
  if (use & FOLIOT_CERTIFICATE_SERVER)
    gnutls_x509_crt_set_key_purpose_oid (certificate, GNUTLS_KP_TLS_WWW_SERVER, 0);
  if (use & FOLIOT_CERTIFICATE_CLIENT)
    gnutls_x509_crt_set_key_purpose_oid (certificate, GNUTLS_KP_TLS_WWW_CLIENT, 0);
}

/* A random number: two certificates of one CA differ in it. */
static gboolean
set_serial (gnutls_x509_crt_t certificate, GError **error)
{
  guint8 serial[SERIAL_BYTES];

  if (!check (gnutls_rnd (GNUTLS_RND_NONCE, serial, sizeof serial), "no random number", error))
    return FALSE;
  serial[0] = (guint8) ((serial[0] & 0x3f) | 0x40); /* positive, and of full length */
  return check (gnutls_x509_crt_set_serial (certificate, serial, sizeof serial), "serial number", error);
}

static gboolean
fill_in (gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key, const FoliotCertificateSpec *spec,
         GError **error)
{
  guint8 id[64];
  size_t n_id = sizeof id;

  if (!check (gnutls_x509_crt_set_version (certificate, 3), "version", error)
      || !set_serial (certificate, error)
      || !check (gnutls_x509_crt_set_dn_by_oid (certificate, GNUTLS_OID_X520_COMMON_NAME, 0, spec->name,
                                                (unsigned) strlen (spec->name)),
                 spec->name, error)
      || !check (gnutls_x509_crt_set_key (certificate, key), "key", error)
      || !check (gnutls_x509_crt_set_activation_time (certificate, (time_t) spec->not_before), "time", error)
      || !check (gnutls_x509_crt_set_expiration_time (certificate, (time_t) spec->not_after), "time", error))
    return FALSE;
  for (gsize i = 0; spec->hosts != NULL && spec->hosts[i] != NULL; i++)
    if (!add_host (certificate, spec->hosts[i], error))
      return FALSE;
  set_use (certificate, spec->use);
  return check (gnutls_x509_crt_get_key_id (certificate, GNUTLS_KEYID_USE_SHA1, id, &n_id), "key id", error)
         && check (gnutls_x509_crt_set_subject_key_id (certificate, id, n_id), "key id", error);
}

static gboolean
sign (gnutls_x509_crt_t certificate, gnutls_x509_crt_t ca, gnutls_x509_privkey_t ca_key, GError **error)
{
  guint8 id[64];
  size_t n_id = sizeof id;

  if (gnutls_x509_crt_get_subject_key_id (ca, id, &n_id, NULL) >= 0
      && !check (gnutls_x509_crt_set_authority_key_id (certificate, id, n_id), "key id", error))
    return FALSE;
  return check (gnutls_x509_crt_sign2 (certificate, ca, ca_key, GNUTLS_DIG_SHA256, 0), "cannot be signed",
                error);
}

gboolean
_foliot_certificate_make (const FoliotCertificateSpec *spec, const char *ca_cert, const char *ca_key,
                          const char *key, char **out_cert, char **out_key, GError **error)
{
  g_autoptr (GnutlsKey) own_key = key != NULL ? read_key (key, error) : make_key (spec->rsa_bits, error);
  g_autoptr (GnutlsKey) signer_key = NULL;
  g_autoptr (GnutlsCertificate) certificate = NULL, signer = NULL;
  gnutls_datum_t cert_pem = { 0 }, key_pem = { 0 };

  if (own_key == NULL || (ca_key != NULL && (signer_key = read_key (ca_key, error)) == NULL)
      || (ca_cert != NULL && (signer = read_certificate (ca_cert, error)) == NULL))
    return FALSE;
  gnutls_x509_crt_init (&certificate);
  if (!fill_in (certificate, own_key, spec, error)
      || !sign (certificate, signer != NULL ? signer : certificate, signer_key != NULL ? signer_key : own_key,
                error)
      || !check (gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_PEM, &cert_pem), "PEM", error)
      || !check (
          gnutls_x509_privkey_export2_pkcs8 (own_key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &key_pem),
          "PEM", error))
    {
      gnutls_free (cert_pem.data);
      return FALSE;
    }
  *out_cert = text_of (&cert_pem);
  *out_key = text_of (&key_pem);
  return TRUE;
}

/* ---- reading ------------------------------------------------------------------------------------------------- */

static char *
read_name (gnutls_x509_crt_t certificate)
{
  char name[256];
  size_t n = sizeof name;

  if (gnutls_x509_crt_get_dn_by_oid (certificate, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &n) < 0)
    return g_strdup ("");
  return g_strndup (name, n);
}

static char *
read_host (gnutls_x509_crt_t certificate, unsigned i)
{
  char host[256];
  char text[INET6_ADDRSTRLEN];
  size_t n = sizeof host;
  int type = gnutls_x509_crt_get_subject_alt_name (certificate, i, host, &n, NULL);

  if (type == GNUTLS_SAN_DNSNAME)
    return g_strndup (host, n);
  if (type == GNUTLS_SAN_IPADDRESS && (n == sizeof (struct in_addr) || n == sizeof (struct in6_addr)))
    return g_strdup (inet_ntop (n == sizeof (struct in_addr) ? AF_INET : AF_INET6, host, text, sizeof text));
  return NULL;
}

static char **
read_hosts (gnutls_x509_crt_t certificate)
{
  g_autoptr (GStrvBuilder) hosts = g_strv_builder_new ();
  size_t n = 0;

  for (unsigned i = 0; gnutls_x509_crt_get_subject_alt_name (certificate, i, NULL, &n, NULL)
                       != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE;
       i++, n = 0)
    {
      g_autofree char *host = read_host (certificate, i);

      if (host != NULL)
        g_strv_builder_add (hosts, host);
    }
  return g_strv_builder_end (hosts);
}

static FoliotCertificateUse
read_use (gnutls_x509_crt_t certificate)
{
  FoliotCertificateUse use = 0;
  char oid[64];

  if (gnutls_x509_crt_get_ca_status (certificate, NULL) > 0)
    return FOLIOT_CERTIFICATE_CA;
  for (unsigned i = 0;; i++)
    {
      size_t n = sizeof oid;

      if (gnutls_x509_crt_get_key_purpose_oid (certificate, i, oid, &n, NULL) < 0)
        return use;
      if (g_str_equal (oid, GNUTLS_KP_TLS_WWW_SERVER))
        use |= FOLIOT_CERTIFICATE_SERVER;
      if (g_str_equal (oid, GNUTLS_KP_TLS_WWW_CLIENT))
        use |= FOLIOT_CERTIFICATE_CLIENT;
    }
}

FoliotCertificateInfo *
_foliot_certificate_read (const char *cert)
{
  g_autoptr (GnutlsCertificate) certificate = read_certificate (cert, NULL);
  FoliotCertificateInfo *info;

  if (certificate == NULL)
    return NULL;
  info = g_new0 (FoliotCertificateInfo, 1);
  info->name = read_name (certificate);
  info->hosts = read_hosts (certificate);
  info->use = read_use (certificate);
  info->not_before = gnutls_x509_crt_get_activation_time (certificate);
  info->not_after = gnutls_x509_crt_get_expiration_time (certificate);
  return info;
}

void
_foliot_certificate_info_free (FoliotCertificateInfo *info)
{
  g_free (info->name);
  g_strfreev (info->hosts);
  g_free (info);
}

gboolean
_foliot_certificate_has_key (const char *cert, const char *key)
{
  g_autoptr (GnutlsCertificate) certificate = read_certificate (cert, NULL);
  g_autoptr (GnutlsKey) private_key = read_key (key, NULL);
  guint8 public_id[64], private_id[64];
  size_t n_public = sizeof public_id, n_private = sizeof private_id;

  return certificate != NULL && private_key != NULL
         && gnutls_x509_crt_get_key_id (certificate, GNUTLS_KEYID_USE_SHA256, public_id, &n_public) >= 0
         && gnutls_x509_privkey_get_key_id (private_key, GNUTLS_KEYID_USE_SHA256, private_id, &n_private) >= 0
         && n_public == n_private && memcmp (public_id, private_id, n_public) == 0;
}
