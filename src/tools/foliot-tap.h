/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot.h>

/* A man in the middle: hands on, frame by frame, what programs say to each other, and records it. */

typedef struct
{
  FoliotAddress *listen;  /* one connects here … */
  FoliotAddress *connect; /* … and the other one listens there */
  char *names[2];         /* of who connects to us, and of whom we connect to */
} FoliotTapPair;

void foliot_tap_pair_clear (FoliotTapPair *pair);

typedef struct
{
  const GArray *pairs;       /* FoliotTapPair */
  guint n_connections;       /* that are taken at each place; 0: any number, until somebody ends it */
  const char *record;        /* the journal */
  FoliotTlsCredentials *tls; /* nullable */
} FoliotTapOptions;

/*
 * Until each conversation has ended that is to be taken, by one of its two who hangs up, or somebody ends it by a signal. In the
 * journal the K-th conversation has the ports 2K − 1, of who connected to us, and 2K. Returns: an exit code; why it is not 0 has been said.
 */
int foliot_tap_run (const FoliotTapOptions *options);
