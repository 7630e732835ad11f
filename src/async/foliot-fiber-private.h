/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-async.h>

#include "async/foliot-context.h"
#include "async/foliot-sanitizer.h"
#include "async/foliot-stack.h"
#include "async/foliot-wait.h"
#include "kernel/foliot-kernel-private.h"

G_BEGIN_DECLS

/* Why a fiber may not wait, or not yet; 0 when it may. */
typedef enum
{
  FOLIOT_FIBER_CANCELLED = 1 << 0, /* its scope was cancelled */
  FOLIOT_FIBER_PREEMPTED = 1 << 1, /* it holds a lost grant */
  FOLIOT_FIBER_CLOSING = 1 << 2,   /* the world ends */
  FOLIOT_FIBER_UNLISTED = 1 << 3,  /* it never waited, and stands in no scope: most handlers end so */
} FoliotFiberRefusal;

/*
 * FoliotFiber: at the top of its own stack, so that an idle one touches a single page. Its first cache line is all that
 * a switch reads, and lies next to the frames that the switch goes back to.
 */
struct _FoliotFiber
{
  FoliotContext context;
  FoliotAsync *async;
  FoliotWait *wait;     /* what it waits at; NULL while it runs */
  FoliotFiber *resumer; /* the fiber that was running when this one was resumed; NULL: the main stack */
  guint32 node;         /* its node while it waits */
  guint16 refusal;      /* FoliotFiberRefusal */
  guint8 has_canary;    /* look at it when it is left */
  guint8 fresh;         /* spawned, and not started yet */

  guint32 shield;       /* how many shields deep */
  guint32 close_awaits; /* awaits begun in a closing world */
  FoliotScope *scope;   /* owned; NULL: UNLISTED */
  FoliotPlace in_scope;
  guint64 id;
  char *name;
  gboolean owns_name;
  gboolean ended;
  void (*body) (gpointer user_data); /* of run_now, or */
  FoliotFiberFunc func;              /* of spawn: */
  FoliotFuture *future;              /* (nullable) its result, owned */
  FoliotValue *result;
  GError *error;
  GDestroyNotify destroy;
  gpointer user_data;
  FoliotQueue grants; /* it holds */
  guint n_lost;       /* grants that were taken from it */
  gint main_depth;    /* at its first step; see _foliot_fiber_assert_own_frame() */
  GMainContext *thread_default;
  SanitizerStack sanitizer;
  FoliotStack stack;
};

G_STATIC_ASSERT (G_STRUCT_OFFSET (FoliotFiber, context) == 0); /* events lead to its stack */
G_STATIC_ASSERT (G_STRUCT_OFFSET (FoliotFiber, shield) == 64);

/* The async floor of one kernel; kept as the kernel's data, freed with it. */
struct _FoliotAsync
{
  FoliotKernel *kernel;
  FoliotFiber *current; /* NULL: the main stack */
  guint64 last_number;
  FoliotStackPool *stacks;
  FoliotScope *root;
  guint64 last_fiber;
  gsize n_alive;
  FoliotQueue pending; /* futures, in the order of creation */
  FoliotQueue posted;  /* followers whose event is on its way */
  FoliotQueue settled; /* futures whose followers are being told */
  gboolean telling;
  gsize n_endless;           /* fibers that wait without a deadline */
  gboolean closing;          /* fibers are being brought to their end */
  gboolean closed;           /* futures are born settled */
  gboolean over;             /* there are no more events: callbacks run at once */
  FoliotAsync *next_watched; /* see foliot-overflow.c */
  GString *abandoned;        /* names of the fibers that did not end when the world did */
  SanitizerStack sanitizer;  /* of the main stack */
};

FoliotAsync *_foliot_async_new (FoliotKernel *kernel);

static inline FoliotAsync *
_foliot_async_get (FoliotKernel *kernel)
{
  FoliotAsync *async = ((FoliotKernelHead *) kernel)->async;

  return G_LIKELY (async != NULL) ? async : _foliot_async_new (kernel);
}

static inline FoliotFiber *
_foliot_fiber_of_stack (FoliotStack *stack)
{
  return (FoliotFiber *) ((char *) stack - G_STRUCT_OFFSET (FoliotFiber, stack));
}

/* Returns: (transfer full): a line for each fiber that would not end when the world was closed; empty if none. */
char *_foliot_fiber_report_abandoned (FoliotKernel *kernel);

/* Runs @fiber until it suspends or ends; from the main stack, or from another fiber. */
void _foliot_fiber_resume (FoliotFiber *fiber);
/* The running @fiber left its stack: dies if that was too small. */
void _foliot_fiber_check_stack (FoliotFiber *fiber);

/* Where sanitizers keep the stack that @fiber goes back to. */
static inline SanitizerStack *
_foliot_fiber_get_other_stack (FoliotFiber *fiber)
{
  return fiber->resumer != NULL ? &fiber->resumer->sanitizer : &fiber->async->sanitizer;
}

/* Back to whoever resumed the running @fiber; returns when it is resumed again. */
static inline void
_foliot_fiber_suspend (FoliotFiber *fiber)
{
  FoliotAsync *async = fiber->async;

  if (G_UNLIKELY (fiber->has_canary))
    _foliot_fiber_check_stack (fiber);
  fiber->node = _foliot_kernel_get_node (async->kernel);
  async->current = fiber->resumer;
  sanitizer_leave (&fiber->sanitizer, _foliot_fiber_get_other_stack (fiber));
  foliot_context_suspend (&fiber->context);
  sanitizer_arrive (&fiber->sanitizer, _foliot_fiber_get_other_stack (fiber));
}

/* The first wait of an UNLISTED fiber: from now on others may ask for it, so it joins the root scope. */
void _foliot_fiber_list (FoliotFiber *fiber);

/* In a closing world no await suspends; a fiber that awaits on and on without ending is given up here. */
void _foliot_fiber_spend_close_await (FoliotFiber *fiber);
/* Await must not lie under somebody else's frame, nor leave a rounding mode behind: checked in builds without
 * optimisation (16 ns). */
#ifdef __OPTIMIZE__
#define _foliot_fiber_assert_own_frame(fiber)
#else
void _foliot_fiber_assert_own_frame (FoliotFiber *fiber);
#endif

/* Waits */
/* What _foliot_wait_enter() does when the running fiber, if any, may not wait. */
gboolean _foliot_wait_refuse (FoliotAsync *async, GError **error);
/* Sets @error for a wait that ended other than DONE. Returns: FALSE. */
gboolean _foliot_wait_fail (FoliotAsync *async, FoliotWait *wait, GError **error);
/* The event of a deadline. */
void _foliot_wait_on_deadline (gpointer fiber, gpointer number);

/*
 * Every function that awaits begins with this: TRUE when the running fiber may wait now. Otherwise @error says why:
 * CANCELLED, PREEMPTED, CLOSED.
 */
static inline gboolean
_foliot_wait_enter (FoliotAsync *async, GError **error)
{
  FoliotFiber *fiber = async->current;

  if (G_UNLIKELY (fiber == NULL || fiber->refusal != 0))
    return _foliot_wait_refuse (async, error);
  _foliot_fiber_assert_own_frame (fiber);
  return TRUE;
}

/* Fills @wait for the running fiber; then it may be put into a queue. */
static inline void
_foliot_wait_init (FoliotAsync *async, FoliotWait *wait, const FoliotWaitKind *kind, gpointer object,
                   FoliotTime deadline)
{
  wait->place.queue = NULL;
  wait->place.tell = NULL;
  wait->kind = kind;
  wait->object = object;
  wait->fiber = async->current;
  wait->number = ++async->last_number;
  wait->since = _foliot_kernel_now (async->kernel);
  wait->deadline = deadline;
  wait->timer = 0;
  wait->end = FOLIOT_WAIT_PENDING;
}

/* Suspends the running fiber until @wait is decided. Returns: TRUE for DONE, else @error is set. */
static inline gboolean
_foliot_wait_suspend (FoliotAsync *async, FoliotWait *wait, GError **error)
{
  FoliotFiber *fiber = wait->fiber;

  if (wait->deadline == FOLIOT_TIME_NEVER)
    async->n_endless++;
  else
    wait->timer = _foliot_kernel_post_leading (async->kernel, _foliot_kernel_get_node (async->kernel),
                                               wait->deadline, FOLIOT_EVENT_TIMER, _foliot_wait_on_deadline,
                                               fiber, GSIZE_TO_POINTER (wait->number));
  wait->wants_error = error != NULL;
  fiber->wait = wait;
  _foliot_fiber_suspend (fiber);
  fiber->wait = NULL;
  return G_LIKELY (wait->end == FOLIOT_WAIT_DONE) || _foliot_wait_fail (async, wait, error);
}

/* Scopes */
FoliotScope *_foliot_scope_new_root (FoliotAsync *async);
/* The scopes of users may live on; they know then that their world is gone. */
void _foliot_scope_free_root (FoliotScope *root);
/* Takes @fiber in, with a reference on the scope. */
void _foliot_scope_admit (FoliotScope *scope, FoliotFiber *fiber);
void _foliot_scope_dismiss (FoliotFiber *fiber);
/* Returns: (transfer container): all fibers of @scope and the scopes inside, by id. */
GPtrArray *_foliot_scope_list_fibers (FoliotScope *scope);

/* Futures */
/*
 * Puts @place, whose tell is set, among those that wait: told in the moment of settling, or now if settled. A tell is
 * the floor's own code: it posts, settles or cancels, and runs nobody.
 */
void _foliot_future_follow (FoliotFuture *future, FoliotPlace *place);
/* Fails all that are pending with CLOSED, and runs all followers. */
void _foliot_future_close_all (FoliotAsync *async);

/* Overflow: the handler must not look at a world that is gone. */
void _foliot_overflow_forget (FoliotAsync *async);

/* Resources */
void _foliot_resource_forget_holder (FoliotFiber *fiber);

G_END_DECLS
