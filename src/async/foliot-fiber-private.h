/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-async.h>

#include "async/foliot-sanitizer.h"
#include "async/foliot-stack.h"
#include "async/foliot-wait.h"

G_BEGIN_DECLS

/* Why a fiber may not wait; 0 when it may. */
typedef enum
{
  FOLIOT_FIBER_CANCELLED = 1 << 0, /* its scope was cancelled */
  FOLIOT_FIBER_PREEMPTED = 1 << 1, /* it holds a lost grant */
  FOLIOT_FIBER_CLOSING = 1 << 2,   /* the world ends */
} FoliotFiberRefusal;

/*
 * FoliotFiber: at the top of its own stack, so that an idle one touches a single page. What a switch needs comes last,
 * next to the frames that it resumes.
 */
struct _FoliotFiber
{
  FoliotStack stack;
  FoliotLink in_scope;
  FoliotScope *scope; /* owned */
  guint64 id;
  char *name;
  gboolean owns_name;
  void (*body) (gpointer user_data); /* of run_now, or */
  FoliotFiberFunc func;              /* of spawn: */
  FoliotFuture *future;              /* (nullable) its result, owned */
  FoliotValue *result;
  GError *error;
  GDestroyNotify destroy;
  gpointer user_data;
  FoliotQueue grants; /* it holds */
  guint n_lost;       /* grants that were taken from it */
  SanitizerStack sanitizer;
  FoliotFiber *resumer; /* the fiber that was running when this one was resumed; NULL: the main stack */

  FoliotAsync *async;
  FoliotWait *wait;     /* what it waits at; NULL while it runs */
  guint32 node;         /* its node while it waits */
  guint32 shield;       /* how many shields deep */
  guint32 close_awaits; /* awaits begun in a closing world */
  guint32 refusal;      /* FoliotFiberRefusal */
  gboolean fresh;       /* spawned, and not started yet */
  gboolean ended;
  void *context;   /* where it goes on */
  void *caller;    /* where it goes back to */
  gint main_depth; /* at its first step; see _foliot_fiber_assert_own_frame() */
  GMainContext *thread_default;
};

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

FoliotAsync *_foliot_async_get (FoliotKernel *kernel);

/* Returns: (transfer full): a line for each fiber that would not end when the world was closed; empty if none. */
char *_foliot_fiber_report_abandoned (FoliotKernel *kernel);

/* Runs @fiber until it suspends or ends; from the main stack, or from another fiber. */
void _foliot_fiber_resume (FoliotFiber *fiber);
/* Back to whoever resumed the running @fiber; returns when it is resumed again. */
void _foliot_fiber_suspend (FoliotFiber *fiber);
/* In a closing world no await suspends; a fiber that awaits on and on without ending is given up here. */
void _foliot_fiber_spend_close_await (FoliotFiber *fiber);
/* Await must not lie under somebody else's frame: checked in builds without optimisation (16 ns). */
void _foliot_fiber_assert_own_frame (FoliotFiber *fiber);

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
 * Puts @link, whose tell is set, among those that wait: told in the moment of settling, or now if settled. A tell is
 * the floor's own code: it posts, settles or cancels, and runs nobody.
 */
void _foliot_future_follow (FoliotFuture *future, FoliotLink *link);
/* Fails all that are pending with CLOSED, and runs all followers. */
void _foliot_future_close_all (FoliotAsync *async);

/* Overflow: the handler must not look at a world that is gone. */
void _foliot_overflow_forget (FoliotAsync *async);

/* Resources */
void _foliot_resource_forget_holder (FoliotFiber *fiber);

G_END_DECLS
