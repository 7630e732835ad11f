/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot.h>

G_BEGIN_DECLS

/*
 * InteropStage:
 *
 * A client that has connected to an interop agent, whoever that is: the cases are those of tests/peers/interop_client.py,
 * by the same names.
 */
typedef struct
{
  FoliotContainer *container;
  FoliotAgent *own;   /* an InteropAgent of @container, for calls back */
  FoliotProxy *peer;  /* the first of the two that are tried */
  const char *url;    /* of @peer */
  gboolean has_bytes; /* what the codec can carry beyond JSON */
  GString *failure;   /* what went wrong in the present case */
} InteropStage;

typedef struct
{
  const char *name;
  void (*run) (InteropStage *stage);
} InteropCase;

/* Ended by an entry without a name. A case runs on a fiber. */
extern const InteropCase interop_cases[];

G_END_DECLS
