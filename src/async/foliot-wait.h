/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-async.h>

G_BEGIN_DECLS

/*
 * The one way in which fibers wait.
 *
 * A wait is decided once, by the first cause that occurs: what was waited for, the deadline, a cancellation, a close, a
 * pre-emption. Deciding takes the wait out of the queue it stood in, cancels its deadline, and posts one wake-up that
 * carries (fiber, number of the wait). Whatever comes later finds it decided: it is dropped, and counted as stale.
 */

typedef struct _FoliotAsync FoliotAsync;
typedef struct _FoliotFiber FoliotFiber;
typedef struct _FoliotPlace FoliotPlace;
typedef struct _FoliotQueue FoliotQueue;
typedef struct _FoliotWait FoliotWait;
typedef struct _FoliotWaitKind FoliotWaitKind;

/* A place in a queue; the first member of what stands there: a wait, or (in futures) a follower with a @tell. */
struct _FoliotPlace
{
  void (*tell) (FoliotPlace *place, FoliotFuture *future); /* NULL: a wait */
  FoliotQueue *queue;                                      /* NULL: in none */
  FoliotPlace *previous;
  FoliotPlace *next;
};

struct _FoliotQueue
{
  FoliotPlace *first;
  FoliotPlace *last;
  guint length;
};

/* @before: (nullable): %NULL: at the end. */
void _foliot_queue_insert (FoliotQueue *queue, FoliotPlace *place, FoliotPlace *before);
/* Nothing happens to a place that is in no queue. */
void _foliot_queue_remove (FoliotPlace *place);

typedef enum
{
  FOLIOT_WAIT_PENDING,
  FOLIOT_WAIT_DONE,
  FOLIOT_WAIT_TIMED_OUT,
  FOLIOT_WAIT_CANCELLED,
  FOLIOT_WAIT_CLOSED,
  FOLIOT_WAIT_PREEMPTED,
} FoliotWaitEnd;

/*
 * What fibers can wait at.
 * @describe: (transfer full): what for, as the report and errors print it
 * @left: (nullable): the wait ended other than DONE and is out of its queue: who stood behind it may be served now
 * @at_deadline: DONE for those that wait for the time itself
 */
struct _FoliotWaitKind
{
  char *(*describe) (FoliotWait *wait);
  void (*left) (FoliotWait *wait);
  FoliotWaitEnd at_deadline;
};

/* One wait; lives in the frame of the function that waits, and may be the first member of something larger. */
struct _FoliotWait
{
  FoliotPlace place;
  const FoliotWaitKind *kind;
  gpointer object; /* waited at */
  FoliotFiber *fiber;
  guint64 number;
  guint64 timer; /* event of the deadline, or 0 */
  FoliotTime since;
  FoliotTime deadline;
  FoliotWaitEnd end;
  gboolean wants_error;
  char *what; /* described in the moment of a bad end: the object may be gone when the fiber wakes up */
};

/* Decides @wait and posts its wake-up, unless it is decided already. Returns: whether this call decided. */
gboolean _foliot_wait_decide (FoliotWait *wait, FoliotWaitEnd end);

/* Decides all that wait in @queue, in order. */
void _foliot_wait_decide_all (FoliotQueue *queue, FoliotWaitEnd end);

G_END_DECLS
