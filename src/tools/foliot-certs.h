/* SPDX-License-Identifier: MIT */
#pragma once

#include "transport/foliot-certificate-private.h"

/*
 * Folders of certificates. A --tls folder holds ca.pem, cert.pem and key.pem (0600); the folder of a CA holds ca.pem and
 * ca-key.pem (0600) and is for its owner alone (0700).
 */

typedef struct
{
  const char *folder;       /* the --tls folder */
  const char *authority;    /* folder of the CA */
  const char *name;         /* nullable: of the folder; renew: as it was */
  const char *const *hosts; /* nullable: this machine; renew: as they were */
  FoliotCertificateUse use; /* 0: server and client; renew: as it was */
  guint days;
} FoliotCertsRequest;

/*
 * Writes @request->folder anew, and the CA if there is none. G_FILE_ERROR_EXIST: there are certificates already;
 * G_FILE_ERROR_INVAL: what is there cannot be used; the rest: the system's refusal to read or write. Returns: (nullable):
 * what the certificate says.
 */
FoliotCertificateInfo *foliot_certs_new (const FoliotCertsRequest *request, GError **error);

/* Gives @request->folder a new certificate for the same key, in one step; its ca.pem too. Errors as above. */
FoliotCertificateInfo *foliot_certs_renew (const FoliotCertsRequest *request, GError **error);
