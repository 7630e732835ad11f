/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot.h>

/* A man in the middle: hands on, frame by frame, what two programs say to each other, and records it. */

typedef struct
{
  FoliotAddress *listen;     /* one of them connects here */
  FoliotAddress *connect;    /* the other one listens there */
  const char *names[2];      /* of who connects to us, and of whom we connect to */
  const char *record;        /* the journal */
  FoliotTlsCredentials *tls; /* nullable */
} FoliotTapOptions;

/* Until one of them hangs up, or somebody ends it by a signal. Returns: an exit code; why it is not 0 has been said. */
int foliot_tap_run (const FoliotTapOptions *options);
