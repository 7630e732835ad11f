/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/*
 * Makes one certificate and its key, in PEM: for `foliot certs`, for a scenario that wants TLS for the length of a run, and for
 * tests, the bad ones included; so nothing here judges whether a peer would accept the result.
 */

typedef enum
{
  FOLIOT_CERTIFICATE_SERVER = 1 << 0,
  FOLIOT_CERTIFICATE_CLIENT = 1 << 1,
  FOLIOT_CERTIFICATE_CA = 1 << 2, /* alone: signs others */
} FoliotCertificateUse;

typedef struct
{
  const char *name;         /* common name */
  const char *const *hosts; /* nullable; names and addresses in figures */
  FoliotCertificateUse use;
  gint64 not_before; /* seconds since 1970 */
  gint64 not_after;
  guint rsa_bits; /* 0: ECDSA P-256 */
} FoliotCertificateSpec;

/*
 * @ca_cert, @ca_key: PEM of who signs; NULL: itself. @key: nullable; PEM of a key to use, in place of a new one.
 * FALSE: @error of G_FILE_ERROR says what gnutls did not like. Both texts are to be freed.
 */
gboolean _foliot_certificate_make (const FoliotCertificateSpec *spec, const char *ca_cert, const char *ca_key,
                                   const char *key, char **out_cert, char **out_key, GError **error);

/* What a certificate says. */
typedef struct
{
  char *name;
  char **hosts;
  FoliotCertificateUse use;
  gint64 not_before;
  gint64 not_after;
} FoliotCertificateInfo;

/* NULL: @cert is no certificate in PEM. */
FoliotCertificateInfo *_foliot_certificate_read (const char *cert);
void _foliot_certificate_info_free (FoliotCertificateInfo *info);
/* Whether @key is the private key of @cert. */
gboolean _foliot_certificate_has_key (const char *cert, const char *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotCertificateInfo, _foliot_certificate_info_free)
