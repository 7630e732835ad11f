/* SPDX-License-Identifier: MIT */
#include "foliot-poll-private.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "foliot-fault-private.h"
#include "foliot-kernel-struct.h"

/*
 * Descriptors are level-triggered and registered once; what is waited for changes only when a queue fills or drains, so
 * that a message costs no epoll_ctl. An entry that goes in the middle of a turn takes itself out of what the turn has
 * still to serve. Deadlines are a list in their order: most limits are the same for all, so a new one belongs near
 * the end.
 *
 * With a main context the epoll descriptor is itself polled by one source, which serves a turn and then at once
 * dispatches what that brought.
 */

#define TURN_EVENTS   256
#define BATCH_EVENTS  4096
#define LAST_WORDS_US 1000000 /* for peers to take what was sent, when a world closes */

struct _FoliotPoll
{
  int fd;
  FoliotPollEntry *entries;
  FoliotPollEntry *closing; /* the next to be asked to go */
  FoliotPollEntry *first_deadline, *last_deadline;
  GPtrArray *flushes; /* of entries; NULL where one has gone */
  GPtrArray *pokes;
  struct epoll_event turn[TURN_EVENTS];
  gint n_turn, next_turn; /* what is still to be served */
  GSource *source;
};

/* ---- lists --------------------------------------------------------------------------------------------------- */

static void
list_add (GPtrArray *list, FoliotPollEntry *entry, guint *place)
{
  if (*place != 0)
    return;
  g_ptr_array_add (list, entry);
  *place = list->len;
}

static void
list_remove (GPtrArray *list, guint *place)
{
  if (*place != 0)
    g_ptr_array_index (list, *place - 1) = NULL;
  *place = 0;
}

static void
clear_deadline (FoliotPoll *poll, FoliotPollEntry *entry)
{
  if (entry->deadline_us == 0)
    return;
  *(entry->earlier != NULL ? &entry->earlier->later : &poll->first_deadline) = entry->later;
  *(entry->later != NULL ? &entry->later->earlier : &poll->last_deadline) = entry->earlier;
  entry->earlier = entry->later = NULL;
  entry->deadline_us = 0;
}

static void
set_deadline (FoliotPoll *poll, FoliotPollEntry *entry, gint64 deadline_us)
{
  FoliotPollEntry *before = poll->last_deadline;

  while (before != NULL && before->deadline_us > deadline_us)
    before = before->earlier;
  entry->deadline_us = deadline_us;
  entry->earlier = before;
  entry->later = before != NULL ? before->later : poll->first_deadline;
  *(entry->earlier != NULL ? &entry->earlier->later : &poll->first_deadline) = entry;
  *(entry->later != NULL ? &entry->later->earlier : &poll->last_deadline) = entry;
}

/* ---- turns --------------------------------------------------------------------------------------------------- */

void
foliot_poll_flush (FoliotKernel *self)
{
  FoliotPoll *poll = self->poll;

  for (guint i = 0; i < poll->flushes->len; i++)
    {
      FoliotPollEntry *entry = g_ptr_array_index (poll->flushes, i);
      if (entry == NULL)
        continue;
      entry->n_flush = 0;
      entry->klass->flush (entry);
    }
  g_ptr_array_set_size (poll->flushes, 0);
}

/* Pokes made while these are served belong to the next turn. */
static void
serve_pokes (FoliotPoll *poll)
{
  guint n = poll->pokes->len;

  if (n == 0)
    return;
  for (guint i = 0; i < n; i++)
    {
      FoliotPollEntry *entry = g_ptr_array_index (poll->pokes, i);
      if (entry == NULL)
        continue;
      entry->n_poke = 0;
      entry->klass->ready (entry, 0);
    }
  g_ptr_array_remove_range (poll->pokes, 0, n);
  for (guint i = 0; i < poll->pokes->len; i++)
    if (g_ptr_array_index (poll->pokes, i) != NULL)
      ((FoliotPollEntry *) g_ptr_array_index (poll->pokes, i))->n_poke = i + 1;
}

static void
serve_deadlines (FoliotPoll *poll)
{
  gint64 now_us;

  if (poll->first_deadline == NULL)
    return;
  now_us = foliot_realtime_now_us ();
  while (poll->first_deadline != NULL && poll->first_deadline->deadline_us <= now_us)
    {
      FoliotPollEntry *entry = poll->first_deadline;
      clear_deadline (poll, entry);
      entry->klass->expired (entry);
    }
}

static gint
get_timeout_ms (FoliotPoll *poll, gint64 until_us)
{
  gint64 left_us;

  if (until_us == 0 || poll->pokes->len > 0)
    return 0;
  if (poll->first_deadline != NULL)
    until_us = MIN (until_us, poll->first_deadline->deadline_us);
  if (until_us == G_MAXINT64)
    return -1;
  left_us = until_us - foliot_realtime_now_us ();
  return left_us > 0 ? (gint) MIN ((left_us + 999) / 1000, G_MAXINT) : 0;
}

void
foliot_poll_serve (FoliotKernel *self, gint64 until_us)
{
  FoliotPoll *poll = self->poll;
  guint64 sequence = self->head.sequence, node_cause = self->node_cause;
  guint32 node = self->head.node;
  gint n;

  if (self->source != NULL)
    return;
  foliot_poll_flush (self);
  if (until_us != 0)
    foliot_gate_note_wait (self);
  self->head.sequence = self->node_cause = 0;
  self->head.node = 0;
  n = epoll_wait (poll->fd, poll->turn, TURN_EVENTS, get_timeout_ms (poll, until_us));
  poll->n_turn = MAX (n, 0); /* a macro: what it is given is evaluated twice */
  poll->next_turn = 0;
  while (poll->next_turn < poll->n_turn)
    {
      const struct epoll_event *event = &poll->turn[poll->next_turn++];
      FoliotPollEntry *entry = event->data.ptr;
      if (entry != NULL)
        entry->klass->ready (entry, event->events);
    }
  serve_pokes (poll);
  serve_deadlines (poll);
  foliot_gate_admit_all (self);
  foliot_poll_flush (self);
  self->head.sequence = sequence;
  self->node_cause = node_cause;
  self->head.node = node;
}

gboolean
foliot_poll_has_entries (FoliotKernel *self)
{
  return self->poll != NULL && self->poll->entries != NULL;
}

/* ---- on a main context --------------------------------------------------------------------------------------- */

typedef struct
{
  GSource source;
  FoliotKernel *kernel;
} PollSource;

/* What was collected outside of our events goes out before the loop sleeps. */
static gboolean
source_prepare (GSource *source, gint *timeout_ms)
{
  FoliotPoll *poll = ((PollSource *) source)->kernel->poll;

  foliot_poll_flush (((PollSource *) source)->kernel);
  g_source_set_ready_time (source, poll->first_deadline != NULL ? poll->first_deadline->deadline_us : -1);
  *timeout_ms = -1;
  return poll->pokes->len > 0;
}

static gboolean
source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  FoliotKernel *kernel = ((PollSource *) source)->kernel;

  if (kernel->dispatching)
    return G_SOURCE_CONTINUE;
  g_object_ref (kernel);
  foliot_poll_serve (kernel, 0);
  if (!kernel->running && foliot_kernel_is_ready (kernel, FOLIOT_TIME_NEVER))
    foliot_kernel_dispatch (kernel, FOLIOT_TIME_NEVER, BATCH_EVENTS);
  if (kernel->poll != NULL)
    foliot_poll_flush (kernel);
  g_object_unref (kernel);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = { source_prepare, NULL, source_dispatch, NULL, NULL, NULL };

static void
attach_source (FoliotKernel *self)
{
  self->poll->source = g_source_new (&source_funcs, sizeof (PollSource));
  ((PollSource *) self->poll->source)->kernel = self;
  g_source_set_static_name (self->poll->source, "foliot sockets");
  g_source_add_unix_fd (self->poll->source, self->poll->fd, G_IO_IN);
  g_source_attach (self->poll->source, self->context);
}

/* ---- entries ------------------------------------------------------------------------------------------------- */

static gboolean
ensure_poll (FoliotKernel *self)
{
  int fd;

  if (self->poll != NULL)
    return TRUE;
  if (self->closed)
    {
      errno = ESHUTDOWN;
      return FALSE;
    }
  fd = self->source == NULL ? epoll_create1 (EPOLL_CLOEXEC) : -1;
  if (fd < 0 && self->source == NULL)
    return FALSE;
  self->poll = g_new0 (FoliotPoll, 1);
  self->poll->fd = fd;
  self->poll->flushes = g_ptr_array_new ();
  self->poll->pokes = g_ptr_array_new ();
  if (self->context != NULL && self->source == NULL)
    attach_source (self);
  return TRUE;
}

gboolean
_foliot_poll_add (FoliotKernel *self, FoliotPollEntry *entry, const FoliotPollClass *klass, int fd,
                  guint32 events)
{
  struct epoll_event event = { .events = events != 0 ? events : EPOLLONESHOT, .data.ptr = entry };

  g_assert (entry->kernel == NULL);
  if (_foliot_kernel_fault (self))
    {
      errno = ENOMEM;
      return FALSE;
    }
  if (self->source != NULL && fd >= 0 /* a replay asks nobody */)
    {
      errno = EPERM;
      return FALSE;
    }
  if (!ensure_poll (self) || (fd >= 0 && epoll_ctl (self->poll->fd, EPOLL_CTL_ADD, fd, &event) < 0))
    return FALSE;
  entry->klass = klass;
  entry->kernel = self;
  entry->fd = fd;
  entry->events = events;
  entry->previous = NULL;
  entry->next = self->poll->entries;
  if (entry->next != NULL)
    entry->next->previous = entry;
  self->poll->entries = entry;
  return TRUE;
}

void
_foliot_poll_remove (FoliotPollEntry *entry)
{
  FoliotPoll *poll;

  if (entry->kernel == NULL)
    return;
  poll = entry->kernel->poll;
  if (entry->fd >= 0)
    epoll_ctl (poll->fd, EPOLL_CTL_DEL, entry->fd, NULL);
  for (gint i = poll->next_turn; i < poll->n_turn; i++)
    if (poll->turn[i].data.ptr == entry)
      poll->turn[i].data.ptr = NULL;
  list_remove (poll->flushes, &entry->n_flush);
  list_remove (poll->pokes, &entry->n_poke);
  clear_deadline (poll, entry);
  if (poll->closing == entry)
    poll->closing = entry->next;
  *(entry->previous != NULL ? &entry->previous->next : &poll->entries) = entry->next;
  if (entry->next != NULL)
    entry->next->previous = entry->previous;
  entry->previous = entry->next = NULL;
  entry->kernel = NULL;
}

void
_foliot_poll_set_events (FoliotPollEntry *entry, guint32 events)
{
  struct epoll_event event = { .events = events != 0 ? events : EPOLLONESHOT, .data.ptr = entry };

  if (entry->kernel == NULL || entry->events == events)
    return;
  entry->events = events;
  epoll_ctl (entry->kernel->poll->fd, EPOLL_CTL_MOD, entry->fd, &event);
}

void
_foliot_poll_set_limit (FoliotPollEntry *entry, guint limit_ms)
{
  if (entry->kernel == NULL)
    return;
  clear_deadline (entry->kernel->poll, entry);
  if (limit_ms > 0)
    set_deadline (entry->kernel->poll, entry, foliot_realtime_now_us () + (gint64) limit_ms * 1000);
}

void
_foliot_poll_want_flush (FoliotPollEntry *entry)
{
  if (entry->kernel != NULL)
    list_add (entry->kernel->poll->flushes, entry, &entry->n_flush);
}

void
_foliot_poll_poke (FoliotPollEntry *entry)
{
  if (entry->kernel != NULL)
    list_add (entry->kernel->poll->pokes, entry, &entry->n_poke);
}

/* ---- the kernel's side --------------------------------------------------------------------------------------- */

gboolean
_foliot_kernel_is_open_to_outside (FoliotKernel *self)
{
  return !self->closed
         && (foliot_poll_has_entries (self)
             || (self->context != NULL
                 && (self->drive == FOLIOT_DRIVE_EXTERNAL || self->drive == FOLIOT_DRIVE_REALTIME)));
}

gboolean
_foliot_kernel_expects_outside (FoliotKernel *self, GError **error)
{
  return self->source == NULL || foliot_gate_fail (self, NULL, error);
}

void
_foliot_kernel_wait_for_outside (FoliotKernel *self)
{
  if (self->source != NULL)
    return;
  if (self->context != NULL)
    g_main_context_iteration (self->context, TRUE);
  else
    foliot_poll_serve (self, foliot_realtime_now_us () + FOLIOT_WAIT_SLICE_US);
}

/* Asks everybody to go, who may take others along. */
static void
close_entries (FoliotPoll *poll, gboolean at_last)
{
  poll->closing = poll->entries;
  while (poll->closing != NULL)
    {
      FoliotPollEntry *entry = poll->closing;

      poll->closing = entry->next;
      entry->klass->closed (entry, at_last);
    }
}

void
foliot_poll_close (FoliotKernel *self)
{
  FoliotPoll *poll = self->poll;
  gint64 until_us = foliot_realtime_now_us () + LAST_WORDS_US;

  if (poll == NULL)
    return;
  close_entries (poll, FALSE);
  while (poll->entries != NULL && self->source == NULL && foliot_realtime_now_us () < until_us)
    {
      foliot_poll_serve (self, until_us);
      close_entries (poll, FALSE);
    }
  close_entries (poll, TRUE);
  if (poll->source != NULL)
    {
      g_source_destroy (poll->source);
      g_source_unref (poll->source);
    }
  g_ptr_array_unref (poll->flushes);
  g_ptr_array_unref (poll->pokes);
  if (poll->fd >= 0)
    close (poll->fd);
  g_clear_pointer (&self->poll, g_free);
}
