/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-kernel.h>

/*
 * The descriptors of a kernel, all behind one epoll descriptor.
 *
 * They are served in turns: between batches of events, before time moves, and while the kernel waits for something; never
 * inside an event. In a turn each entry that is ready is called; what it finds it brings to the gate, which posts it
 * when the turn ends. Nothing of the floors above runs in a turn.
 */

typedef struct _FoliotPollEntry FoliotPollEntry;

typedef struct
{
  /* The descriptor is ready: EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP; or 0 when it was poked. May remove any entry. */
  void (*ready) (FoliotPollEntry *entry, guint32 events);
  /* Its deadline has come. */
  void (*expired) (FoliotPollEntry *entry);
  /* What was collected goes out, if it asked for it. */
  void (*flush) (FoliotPollEntry *entry);
  /*
   * The kernel closes: removes itself, and may free itself and other entries. Whoever has something to hand over stays;
   * it is asked again after a while (@at_last) and then must go.
   */
  void (*closed) (FoliotPollEntry *entry, gboolean at_last);
} FoliotPollClass;

/* Embedded in what is polled, zeroed. */
struct _FoliotPollEntry
{
  const FoliotPollClass *klass;
  FoliotKernel *kernel; /* NULL: not added */
  FoliotPollEntry *previous, *next;
  FoliotPollEntry *earlier, *later; /* by deadline */
  gint64 deadline_us;               /* monotonic; 0: none */
  int fd;                           /* not owned; −1: none, only pokes and deadlines */
  guint32 events;
  guint n_flush, n_poke; /* place in the list of such, from 1; 0: none */
};

/* @fd: −1 for none. Returns: whether the system had room for it; errno says why not. */
gboolean _foliot_poll_add (FoliotKernel *kernel, FoliotPollEntry *entry, const FoliotPollClass *klass, int fd,
                           guint32 events);
/* Of no effect when it was not added. The descriptor must still be open. */
void _foliot_poll_remove (FoliotPollEntry *entry);
/*
 * Which events are waited for; no system call when nothing changes. With 0 the descriptor is left alone, also when it
 * hangs up, about which it may call once.
 */
void _foliot_poll_set_events (FoliotPollEntry *entry, guint32 events);
/* @limit_ms: wall-clock from now; 0: none. */
void _foliot_poll_set_limit (FoliotPollEntry *entry, guint limit_ms);
/* flush is called at the end of this batch of events at the latest. */
void _foliot_poll_want_flush (FoliotPollEntry *entry);
/* ready is called in the next turn, whatever the descriptor says. */
void _foliot_poll_poke (FoliotPollEntry *entry);
/* A signal that came just before a wait is noticed after this. */
#define FOLIOT_WAIT_SLICE_US 250000

/* Whether anything from outside can still come. */
gboolean _foliot_kernel_is_open_to_outside (FoliotKernel *kernel);
/* As run_until() without end, for who calls the function below when nothing is left: without a last look at the sockets. */
gboolean _foliot_kernel_run_before_wait (FoliotKernel *kernel, GError **error);
/* Nothing is left to run, and somebody waits. Returns: FALSE: nothing comes either, since a record is played back that has nothing more. */
gboolean _foliot_kernel_expects_outside (FoliotKernel *kernel, GError **error);
/* Waits until something from outside came, at most for a while. Not inside run_until. */
void _foliot_kernel_wait_for_outside (FoliotKernel *kernel);
