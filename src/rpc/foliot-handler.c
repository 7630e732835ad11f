/* SPDX-License-Identifier: MIT */
#include "rpc/foliot-handler-private.h"

/*
 * Ten thousand agents of a class have one method table, so its signatures are parsed once and a router costs no more
 * than a pointer to the result. Parsed tables are kept per thread: their default values have no atomic references,
 * and two worlds may run in two threads.
 */

#include "base/foliot-hash-private.h"

#include <string.h>

FoliotHandler *
_foliot_handler_new (const FoliotMethod *method, gpointer self, guint n_implied, GError **error)
{
  g_autoptr (FoliotSignature) signature
      = foliot_signature_new (method->signature != NULL ? method->signature : "", error);
  FoliotHandler *handler;

  if (signature == NULL)
    {
      g_prefix_error (error, "Method \"%s\": ", method->name);
      return NULL;
    }
  handler = g_new (FoliotHandler, 1);
  *handler = (FoliotHandler){
    .ref_count = 1,
    .n_implied = n_implied,
    .name_hash = foliot_hash_bytes (method->name, strlen (method->name)),
    .func = method->func,
    .self = self,
    .signature = g_steal_pointer (&signature),
    .name = g_strdup (method->name),
    .help = g_strdup (method->help),
  };
  return handler;
}

void
_foliot_handler_unref (FoliotHandler *handler)
{
  if (--handler->ref_count > 0)
    return;
  foliot_signature_free (handler->signature);
  g_free (handler->name);
  g_free (handler->help);
  g_free (handler);
}

static GPtrArray *
parse_table (const FoliotMethod *methods)
{
  GPtrArray *handlers = g_ptr_array_new_with_free_func ((GDestroyNotify) _foliot_handler_unref);

  for (const FoliotMethod *method = methods; method->name != NULL; method++)
    {
      g_autoptr (GError) error = NULL;
      FoliotHandler *handler = _foliot_handler_new (method, NULL, 1, &error);

      if (handler != NULL)
        g_ptr_array_add (handlers, handler);
      else
        g_critical ("%s", error->message);
    }
  return handlers;
}

GPtrArray *
_foliot_handlers_of_table (const FoliotMethod *methods)
{
  static GPrivate tables = G_PRIVATE_INIT ((GDestroyNotify) g_hash_table_unref);
  GHashTable *parsed = g_private_get (&tables);
  GPtrArray *handlers;

  if (methods == NULL)
    return NULL;
  if (parsed == NULL)
    {
      parsed = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_ptr_array_unref);
      g_private_set (&tables, parsed);
    }
  handlers = g_hash_table_lookup (parsed, methods);
  if (handlers == NULL)
    {
      handlers = parse_table (methods);
      g_hash_table_insert (parsed, (gpointer) methods, handlers);
    }
  return handlers;
}
