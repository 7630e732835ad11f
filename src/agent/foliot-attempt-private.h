/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-async.h>

/* One call of connect. */
typedef struct
{
  guint64 number; /* in the order of asking, in the whole world */
  FoliotFuture *result;
  char *url;
  char *aid;
  FoliotValue *proxy; /* once it has ended: what the result will be … */
  GError *why;        /* … or this */
} FoliotAttempt;

FoliotAttempt *_foliot_attempt_new (FoliotKernel *kernel, const char *url, const char *aid);
/* Whatever becomes of an attempt, its future ends settled. */
void _foliot_attempt_free (FoliotAttempt *attempt);
/* Takes @attempt; copies one of the others, which are nullable. */
void _foliot_attempt_end (FoliotAttempt *attempt, FoliotValue *proxy, const GError *why);

/* Returns: (transfer full): an array that owns its attempts. */
GPtrArray *_foliot_attempts_new (void);
/* Ends all of them; the array is then of no use. */
void _foliot_attempts_end (GPtrArray *attempts, FoliotValue *proxy, const GError *why);
