/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot.h>

/* One recorded side of a wire, played against the live other one. */

typedef struct
{
  const char *replay;        /* the journal */
  const char *as;            /* whose part is played */
  guint conversation;        /* in which one, from 1; 0: there is one */
  FoliotAddress *listen;     /* nullable: one of both */
  FoliotAddress *connect;    /* nullable */
  FoliotTlsCredentials *tls; /* nullable */
  gboolean lenient;          /* go on behind a difference */
} FoliotPartOptions;

/* Returns: an exit code; what is different, or why it could not be done, has been said. */
int foliot_part_run (const FoliotPartOptions *options);
