/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-transport.h>

#include "kernel/foliot-kernel-private.h"

/*
 * A ring of frames under way in one direction of a link. Only the head of such a queue is in the kernel's event queue;
 * the others wait here, each with the place in the order of posting that was reserved when it was sent. So nothing is
 * allocated per frame, and no way of breaking ties can turn two frames of a link round.
 */

typedef struct
{
  FoliotFrame frame;
  FoliotReservation place;
  FoliotTime due;
  guint64 number; /* of the message on its link, from 1; 0: the link ends here */
} FoliotFrameSlot;

typedef struct
{
  FoliotFrameSlot *slots;
  guint32 head;
  guint32 length;
  guint32 capacity; /* a power of two, or 0 */
} FoliotFrameQueue;

void _foliot_frame_queue_grow (FoliotFrameQueue *queue);
/* Drops all frames and the memory. */
void _foliot_frame_queue_clear (FoliotFrameQueue *queue);

/* Returns: a slot at the end, to be filled in all its fields. */
static inline FoliotFrameSlot *
_foliot_frame_queue_push (FoliotFrameQueue *queue)
{
  if (G_UNLIKELY (queue->length == queue->capacity))
    _foliot_frame_queue_grow (queue);
  return &queue->slots[(queue->head + queue->length++) & (queue->capacity - 1)];
}

/* The queue must not be empty. Its contents are the queue's until popped. */
static inline FoliotFrameSlot *
_foliot_frame_queue_peek (FoliotFrameQueue *queue)
{
  return &queue->slots[queue->head];
}

/* Forgets the head, whose contents the caller has taken. */
static inline void
_foliot_frame_queue_pop (FoliotFrameQueue *queue)
{
  queue->head = (queue->head + 1) & (queue->capacity - 1);
  queue->length--;
}
