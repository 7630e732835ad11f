/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * A method with its signature parsed. Handlers of static tables are shared by all routers of their class.
 */

#include <foliot/foliot-rpc.h>

/*
 * FoliotHandler:
 * @func: (nullable): %NULL: known, but not exposed
 * @self: (nullable): %NULL: the owner of the router
 * @name_hash: of the name; what records know the method by
 * @n_implied: arguments that Python counts beside the declared ones: 1 for a method
 */
typedef struct
{
  guint ref_count;
  guint n_implied;
  guint64 name_hash;
  FoliotMethodFunc func;
  gpointer self;
  FoliotSignature *signature;
  char *name;
  char *help;
} FoliotHandler;

FoliotHandler *_foliot_handler_new (const FoliotMethod *method, gpointer self, guint n_implied,
                                    GError **error) FOLIOT_WARN_UNUSED;
void _foliot_handler_unref (FoliotHandler *handler);

static inline FoliotHandler *
_foliot_handler_ref (FoliotHandler *handler)
{
  handler->ref_count++;
  return handler;
}

/* Returns: (element-type FoliotHandler) (transfer none) (nullable): the handlers of a static table, in its order. */
GPtrArray *_foliot_handlers_of_table (const FoliotMethod *methods);
