/* SPDX-License-Identifier: MIT */
#include "transport/foliot-frame-queue-private.h"

/* What is rare about the ring of foliot-frame-queue-private.h: growing and clearing. */

#define FIRST_CAPACITY 4

void
_foliot_frame_queue_grow (FoliotFrameQueue *queue)
{
  guint32 capacity = queue->capacity == 0 ? FIRST_CAPACITY : queue->capacity * 2;
  FoliotFrameSlot *slots = g_new (FoliotFrameSlot, capacity);

  for (guint32 i = 0; i < queue->length; i++)
    slots[i] = queue->slots[(queue->head + i) & (queue->capacity - 1)];
  g_free (queue->slots);
  queue->slots = slots;
  queue->head = 0;
  queue->capacity = capacity;
}

void
_foliot_frame_queue_clear (FoliotFrameQueue *queue)
{
  while (queue->length > 0)
    {
      foliot_frame_clear (&_foliot_frame_queue_peek (queue)->frame);
      _foliot_frame_queue_pop (queue);
    }
  g_clear_pointer (&queue->slots, g_free);
  queue->head = queue->capacity = 0;
}
