/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-transport.h>

#include "transport/foliot-local-private.h"

/*
 * An address inside a kernel, and who listens there. A queue knows its server only as long as that listens; the server
 * owns the queue, not the other way round, so dropping a server frees the address.
 */

struct _FoliotLocalQueue
{
  GObject parent_instance;
  char *id;
  FoliotValue *peername;       /* LocalQueue('id') */
  FoliotLocalListener *server; /* not owned */
};

G_DEFINE_FINAL_TYPE (FoliotLocalQueue, foliot_local_queue, G_TYPE_OBJECT)

static void
foliot_local_queue_finalize (GObject *object)
{
  FoliotLocalQueue *queue = FOLIOT_LOCAL_QUEUE (object);

  g_free (queue->id);
  g_clear_pointer (&queue->peername, foliot_value_unref);
  G_OBJECT_CLASS (foliot_local_queue_parent_class)->finalize (object);
}

static void
foliot_local_queue_class_init (FoliotLocalQueueClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = foliot_local_queue_finalize;
}

static void
foliot_local_queue_init (FoliotLocalQueue *queue)
{
}

FoliotLocalQueue *
foliot_local_queue_get (FoliotKernel *kernel, const char *id, GError **error)
{
  FoliotExchange *exchange;
  FoliotLocalQueue *queue;

  g_return_val_if_fail (FOLIOT_IS_KERNEL (kernel), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  if (strchr (id, '/') != NULL)
    {
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "\"/\" not allowed in queue ID ('%s')", id);
      return NULL;
    }
  exchange = _foliot_exchange_get (kernel);
  queue = g_hash_table_lookup (exchange->queues, id);
  if (queue == NULL)
    {
      queue = g_object_new (FOLIOT_TYPE_LOCAL_QUEUE, NULL);
      queue->id = g_strdup (id);
      queue->peername = foliot_value_new_string_printf ("LocalQueue('%s')", id);
      g_hash_table_insert (exchange->queues, g_strdup (id), queue);
    }
  return queue;
}

void
foliot_local_queue_clear_cache (FoliotKernel *kernel)
{
  g_return_if_fail (FOLIOT_IS_KERNEL (kernel));
  g_hash_table_remove_all (_foliot_exchange_get (kernel)->queues);
}

const char *
foliot_local_queue_get_id (FoliotLocalQueue *queue)
{
  g_return_val_if_fail (FOLIOT_IS_LOCAL_QUEUE (queue), NULL);
  return queue->id;
}

gboolean
foliot_local_queue_has_server (FoliotLocalQueue *queue)
{
  g_return_val_if_fail (FOLIOT_IS_LOCAL_QUEUE (queue), FALSE);
  return queue->server != NULL;
}

char *
foliot_local_queue_to_string (FoliotLocalQueue *queue)
{
  g_return_val_if_fail (FOLIOT_IS_LOCAL_QUEUE (queue), NULL);
  return g_strdup (foliot_value_get_string (queue->peername, NULL));
}

FoliotLocalListener *
_foliot_local_queue_get_server (FoliotLocalQueue *queue)
{
  return queue->server;
}

void
_foliot_local_queue_set_server (FoliotLocalQueue *queue, FoliotLocalListener *server)
{
  queue->server = server;
}

FoliotValue *
_foliot_local_queue_get_peername (FoliotLocalQueue *queue)
{
  return queue->peername;
}
