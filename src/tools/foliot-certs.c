/* SPDX-License-Identifier: MIT */
#include "tools/foliot-certs.h"

#include "kernel/foliot-realtime-private.h"
#include "tools/foliot-batch.h"

/*
 * A CA that would end before the certificate that it signs gets a new one of its own first, for the same key and name: what
 * it signed before stays good under the new ca.pem, and what it signs now is good for those who still have the old one,
 * until that one ends.
 */

#define DAY            (24 * 60 * 60)
#define AUTHORITY_DAYS 3650
#define CLOCK_SKEW     (60 * 60) /* of the machines that are to believe it */
#define PUBLIC_MODE    0644
#define SECRET_MODE    0600
#define SECRET_FOLDER  0700

typedef struct
{
  char *cert;
  char *key;
} Authority;

static void
authority_clear (Authority *authority)
{
  g_free (authority->cert);
  g_free (authority->key);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Authority, authority_clear)

static gint64
get_now (void)
{
  return foliot_realtime_utc_us () / G_USEC_PER_SEC;
}

static gboolean
has_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static char *
read_file (const char *folder, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, error);
  return text;
}

/* ---- the CA -------------------------------------------------------------------------------------------------- */

/* @name, @key: of the CA so far; NULL: a new one. */
static gboolean
make_authority (Authority *authority, const char *name, const char *key, gint64 until, GError **error)
{
  gint64 now = get_now ();
  FoliotCertificateSpec spec = { .name = name,
                                 .use = FOLIOT_CERTIFICATE_CA,
                                 .not_before = now - CLOCK_SKEW,
                                 .not_after = MAX (until, now + (gint64) AUTHORITY_DAYS * DAY) };
  char *cert = NULL, *new_key = NULL;

  if (!_foliot_certificate_make (&spec, NULL, NULL, key, &cert, &new_key, error))
    return FALSE;
  authority_clear (authority);
  *authority = (Authority){ .cert = cert, .key = new_key };
  return TRUE;
}

static gboolean
read_authority (Authority *authority, const char *folder, GError **error)
{
  authority->cert = read_file (folder, "ca.pem", error);
  authority->key = authority->cert != NULL ? read_file (folder, "ca-key.pem", error) : NULL;
  if (authority->key == NULL)
    return FALSE;
  if (_foliot_certificate_has_key (authority->cert, authority->key))
    return TRUE;
  g_set_error (
      error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
      "%s: ca.pem and ca-key.pem are not a certificate and its key; give another folder by --ca, or put the "
      "right files there",
      folder);
  return FALSE;
}

/* Reads the CA of @folder, makes one if there is none, and sees that it lasts until @until. */
static gboolean
open_authority (Authority *authority, FoliotBatch *batch, const char *folder, gint64 until, GError **error)
{
  g_autoptr (FoliotCertificateInfo) info = NULL;
  g_autofree char *path = g_canonicalize_filename (folder, NULL), *base = g_path_get_basename (path);
  g_autofree char *name = g_strconcat ("Foliot CA ", base, NULL);
  gboolean is_new = !has_file (folder, "ca.pem") && !has_file (folder, "ca-key.pem");

  if (is_new)
    {
      if (!foliot_batch_add_folder (batch, folder, SECRET_FOLDER, error)
          || !make_authority (authority, name, NULL, until, error))
        return FALSE;
      return foliot_batch_add_file (batch, folder, "ca-key.pem", authority->key, SECRET_MODE, error)
             && foliot_batch_add_file (batch, folder, "ca.pem", authority->cert, PUBLIC_MODE, error);
    }
  if (!read_authority (authority, folder, error))
    return FALSE;
  info = _foliot_certificate_read (authority->cert);
  if (info->not_after >= until)
    return TRUE;
  return make_authority (authority, info->name, authority->key, until, error)
         && foliot_batch_add_file (batch, folder, "ca.pem", authority->cert, PUBLIC_MODE, error);
}

/* ---- folders ------------------------------------------------------------------------------------------------- */

static gboolean
check_empty (const char *folder, GError **error)
{
  static const char *const names[] = { "ca.pem", "cert.pem", "key.pem" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (has_file (folder, names[i]))
      {
        g_set_error (
            error, G_FILE_ERROR, G_FILE_ERROR_EXIST,
            "%s has a %s already; give another folder, or renew its certificate: foliot certs renew %s",
            folder, names[i], folder);
        return FALSE;
      }
  return TRUE;
}

static FoliotCertificateSpec
make_spec (const FoliotCertsRequest *request)
{
  gint64 now = get_now ();

  return (FoliotCertificateSpec){ .name = request->name,
                                  .hosts = request->hosts,
                                  .use = request->use,
                                  .not_before = now - CLOCK_SKEW,
                                  .not_after = now + (gint64) request->days * DAY };
}

FoliotCertificateInfo *
foliot_certs_new (const FoliotCertsRequest *request, GError **error)
{
  static const char *const this_machine[] = { "localhost", "127.0.0.1", "::1", NULL };
  FoliotCertificateSpec spec = make_spec (request);
  g_auto (Authority) authority = { 0 };
  g_auto (FoliotBatch) batch = foliot_batch_new ();
  g_autofree char *path = g_canonicalize_filename (request->folder, NULL);
  g_autofree char *base = g_path_get_basename (path), *cert = NULL, *key = NULL;

  if (spec.name == NULL)
    spec.name = base;
  if (spec.hosts == NULL)
    spec.hosts = this_machine;
  if (spec.use == 0)
    spec.use = FOLIOT_CERTIFICATE_SERVER | FOLIOT_CERTIFICATE_CLIENT;
  if (!check_empty (request->folder, error) || !foliot_batch_add_folder (&batch, request->folder, 0755, error)
      || !open_authority (&authority, &batch, request->authority, spec.not_after, error)
      || !_foliot_certificate_make (&spec, authority.cert, authority.key, NULL, &cert, &key, error)
      || !foliot_batch_add_file (&batch, request->folder, "key.pem", key, SECRET_MODE, error)
      || !foliot_batch_add_file (&batch, request->folder, "ca.pem", authority.cert, PUBLIC_MODE, error)
      || !foliot_batch_add_file (&batch, request->folder, "cert.pem", cert, PUBLIC_MODE, error)
      || !foliot_batch_commit (&batch, error))
    return NULL;
  return _foliot_certificate_read (cert);
}

/* What stands in the folder, and that it belongs together. */
static FoliotCertificateInfo *
read_folder (const char *folder, char **out_key, GError **error)
{
  g_autofree char *cert = read_file (folder, "cert.pem", error);
  g_autofree char *key = cert != NULL ? read_file (folder, "key.pem", error) : NULL;

  if (key == NULL)
    return NULL;
  if (!_foliot_certificate_has_key (cert, key))
    {
      g_set_error (
          error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
          "%s: cert.pem and key.pem are not a certificate and its key; make a new folder: foliot certs new",
          folder);
      return NULL;
    }
  *out_key = g_steal_pointer (&key);
  return _foliot_certificate_read (cert);
}

FoliotCertificateInfo *
foliot_certs_renew (const FoliotCertsRequest *request, GError **error)
{
  g_autofree char *old_key = NULL, *cert = NULL, *key = NULL;
  g_autoptr (FoliotCertificateInfo) old = read_folder (request->folder, &old_key, error);
  FoliotCertificateSpec spec = make_spec (request);
  g_auto (Authority) authority = { 0 };
  g_auto (FoliotBatch) batch = foliot_batch_new ();

  if (old == NULL || !read_authority (&authority, request->authority, error))
    return NULL;
  authority_clear (&authority);
  if (spec.name == NULL)
    spec.name = old->name;
  if (spec.hosts == NULL)
    spec.hosts = (const char *const *) old->hosts;
  if (spec.use == 0)
    spec.use = old->use;
  if (!open_authority (&authority, &batch, request->authority, spec.not_after, error)
      || !_foliot_certificate_make (&spec, authority.cert, authority.key, old_key, &cert, &key, error)
      || !foliot_batch_add_file (&batch, request->folder, "ca.pem", authority.cert, PUBLIC_MODE, error)
      || !foliot_batch_add_file (&batch, request->folder, "cert.pem", cert, PUBLIC_MODE, error)
      || !foliot_batch_commit (&batch, error))
    return NULL;
  return _foliot_certificate_read (cert);
}
