/* SPDX-License-Identifier: MIT */
#pragma once

#include "foliot-realtime-private.h"
#include "foliot-digest.h"
#include "foliot-event-queue.h"
#include "foliot-gate-private.h"
#include "foliot-kernel-private.h"

/*
 * The kernel's fields and what its own files tell one another. For the files of this floor only.
 */

/* Reasons to leave the dispatch loop before the next event; a bit set that a signal handler may add to. */
enum
{
  FOLIOT_ATTENTION_INTERRUPT = 1 << 0,
  FOLIOT_ATTENTION_STOP = 1 << 1,
};

/* How simulated time follows the monotonic clock, for PACED and REALTIME. */
typedef struct
{
  gint64 base_us;  /* monotonic time at which … */
  FoliotTime base; /* … it was this time here */
  double factor;
  gboolean started;
} FoliotPace;

typedef struct _FoliotPoll FoliotPoll;
typedef struct _FoliotGate FoliotGate;

struct _FoliotHold
{
  FoliotKernel *kernel; /* NULL once the kernel is closed */
  FoliotHold *next;
  char *why; /* NULL: @describe says it */
  FoliotDescribeFunc describe;
  gpointer user_data;
  guint limit_ms;
  gint64 end_us;     /* monotonic; G_MAXINT64 without limit */
  gboolean was_over; /* that has passed when it was looked for a release */
  gboolean settles;  /* see _foliot_kernel_hold_to_settle() */
};

typedef struct
{
  FoliotCloseFunc func;
  gpointer user_data;
} FoliotCloseHook;

typedef struct
{
  FoliotEventFunc func;
  FoliotEventFunc drop;
} FoliotDropFunc;

typedef struct
{
  GQuark key;
  gpointer data;
  GDestroyNotify destroy;
} FoliotKernelData;

struct _FoliotKernel
{
  FoliotKernelHead head;
  guint32 magic;
  gint attention; /* atomic */

  FoliotEventQueue queue;
  guint64 n_reserved;   /* sequences given out */
  guint64 shuffle_seed; /* 0: ties run in the order of posting */
  guint64 node_cause;   /* what a post inherits, in the numbering of the current node */
  FoliotCounts counts;

  /* The event that is being dispatched. */
  FoliotRecord record;
  guint64 record_node_cause;
  guint64 local_sequence; /* its number at its node */
  guint8 kind;
  gboolean digest_on;
  gboolean dispatching;
  gboolean advanced; /* by the event that runs, or limited: takes effect behind it */
  FoliotRecordFunc record_func;
  gpointer record_data;
  FoliotRecordFunc memory_func; /* the same, of a replay */
  gpointer memory_data;
  FoliotContentFunc content_func;
  gpointer content_data;
  FoliotDigest digest;

  /* Time. */
  FoliotDrive drive;
  guint64 seed;
  FoliotTime target; /* how far an EXTERNAL kernel may go */
  FoliotTime limit;  /* how far any may go */
  FoliotAdvance how;
  FoliotPace pace;
  FoliotHold *holds; /* in order of asking */
  guint n_holds;
  guint n_settle_holds;          /* of these */
  FoliotEventFunc released_func; /* NULL: nobody waits for that */
  gpointer released_target;
  gboolean running;      /* inside run_until */
  gboolean waits_behind; /* who runs it waits for the outside next, so nobody needs to look there before */
  gboolean closed;

  /* The main loop. */
  GMainContext *context;
  GSource *sources[2];
  gint64 wake_us;    /* when run_until wants the context back; −1: when something happens */
  guint turns_out;   /* for how many turns the first source leaves the loop to others … */
  gboolean sits_out; /* … and whether this is one */

  /* The outside. */
  FoliotPoll *poll;               /* NULL until something is polled */
  FoliotGate *gate;               /* NULL until somebody has a port */
  const FoliotGateSource *source; /* (nullable) a record is played back */
  gpointer source_data;
  FoliotTime replay_until; /* with it, how far the present dispatch may go */
  FoliotTime free_until;   /* with it, a REALTIME kernel is FREE up to here; G_MININT64: it is not */
  gboolean is_recorded;    /* time moves where a dispatch begins, and nowhere else */
  gboolean keeps_pace;     /* with it: time does not go before real time × the pace's factor */
  gboolean rests;          /* and waits for it now; read by a signal handler */

  /* Names. */
  GPtrArray *node_names; /* index = id */
  GPtrArray *link_names;
  GHashTable *node_ids; /* looked up, never iterated */
  GHashTable *link_ids;
  gint naming; /* volatile: names are being moved, do not read them from a signal handler */

  GArray *close_hooks;
  GArray *drop_funcs;
  GArray *data;
  FoliotWaitsFunc waits_func;
};

#define FOLIOT_KERNEL_MAGIC 0xf0110700u
/* Cheaper than a GObject cast check, and as good at telling a kernel from NULL, rubbish and a freed one. */
#define IS_KERNEL(kernel) ((kernel) != NULL && (kernel)->magic == FOLIOT_KERNEL_MAGIC)

/* foliot-kernel.c */
void foliot_kernel_drop_event (FoliotKernel *kernel, FoliotEvent *event);
/* Posts @event of the pool again, under its id. */
void foliot_kernel_requeue (FoliotKernel *kernel, FoliotEvent *event, FoliotTime at, gint8 priority);

/* foliot-kernel-run.c */
/* Dispatches what is due at or before @until and what the drive allows; returns how many. */
guint64 foliot_kernel_dispatch (FoliotKernel *kernel, FoliotTime until, guint64 max_events);
/* Before time moves to @to: waits, if a replay keeps pace. Returns: FALSE: somebody interrupts, and it does not move. */
gboolean foliot_kernel_await_pace (FoliotKernel *kernel, FoliotTime to);
/* Whether dispatch would run something or move time, were it called now. */
gboolean foliot_kernel_is_ready (FoliotKernel *kernel, FoliotTime until);

/* foliot-kernel-call.c */
void foliot_kernel_calls_init (FoliotKernel *kernel);
/* The event behind call_every: when it comes next. */
FoliotTime foliot_kernel_call_get_period (const FoliotEvent *event);

/* foliot-kernel-names.c */
void foliot_kernel_names_init (FoliotKernel *kernel);
void foliot_kernel_names_clear (FoliotKernel *kernel);

/* foliot-kernel-source.c: hosting on a main context. */
void foliot_kernel_sources_attach (FoliotKernel *kernel);
void foliot_kernel_sources_destroy (FoliotKernel *kernel);

/* foliot-hold.c */
/* Returns: (nullable): the hold whose limit ends first. */
FoliotHold *foliot_kernel_get_first_hold (FoliotKernel *kernel);
/* Returns: (transfer full) */
char *foliot_hold_dup_why (const FoliotHold *hold);
void foliot_kernel_orphan_holds (FoliotKernel *kernel);

/* foliot-poll.c: only if there is a poll. */
/* One turn of service; waits for it until @until_us, monotonic; 0: not at all. */
void foliot_poll_serve (FoliotKernel *kernel, gint64 until_us);
void foliot_poll_flush (FoliotKernel *kernel);
/* Also without a poll. */
gboolean foliot_poll_has_entries (FoliotKernel *kernel);
void foliot_poll_close (FoliotKernel *kernel);

/* foliot-gate.c */
/* The end of a turn: all that was brought is posted. */
void foliot_gate_admit_all (FoliotKernel *kernel);
void foliot_gate_free (FoliotKernel *kernel);
/* Time was moved, and not by an event. */
void foliot_gate_note_time (FoliotKernel *kernel);
void foliot_gate_note_wait (FoliotKernel *kernel);
/* Of a kernel with a source: as there; fail returns FALSE. */
guint64 foliot_gate_get_room (FoliotKernel *kernel, FoliotTime *limit);
gboolean foliot_gate_enter (FoliotKernel *kernel, gboolean is_stuck);
gboolean foliot_gate_fail (FoliotKernel *kernel, const char *why, GError **error);

void foliot_realtime_wait (gint64 until_us);
/* How far a PACED or REALTIME kernel may be now. */
FoliotTime foliot_pace_get_time (FoliotPace *pace, FoliotTime now);
/* When it may reach @time. */
gint64 foliot_pace_get_due_us (const FoliotPace *pace, FoliotTime time);
/* Counts from now on; what was lost (a hold, another factor) is not caught up. */
void foliot_pace_restart (FoliotPace *pace, FoliotTime now);
