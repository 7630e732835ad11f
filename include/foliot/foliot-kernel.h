/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-error.h>
#include <foliot/foliot-time.h>
#include <foliot/foliot-value.h>

G_BEGIN_DECLS

/**
 * FOLIOT_KERNEL_ERROR:
 *
 * What can go wrong with time and events.
 */
#define FOLIOT_KERNEL_ERROR (foliot_kernel_error_quark ())
FOLIOT_API GQuark foliot_kernel_error_quark (void);

/**
 * FoliotKernelError:
 * @FOLIOT_KERNEL_ERROR_PAST: time was asked to stand still or to go back
 * @FOLIOT_KERNEL_ERROR_HELD: a hold outlived its wall-clock limit; the message names it
 * @FOLIOT_KERNEL_ERROR_STUCK: nothing is due and nothing is held, but the future that was waited for is pending
 * @FOLIOT_KERNEL_ERROR_OTHER_KERNEL: two things of different worlds were put together
 * @FOLIOT_KERNEL_ERROR_INTERRUPTED: [method@Kernel.interrupt] was called
 * @FOLIOT_KERNEL_ERROR_DRIVE: the operation does not fit the kernel's drive
 * @FOLIOT_KERNEL_ERROR_BUSY: the kernel is already being run, or an event never yielded
 * @FOLIOT_KERNEL_ERROR_MEMORY: a stack or slab could not be had from the system
 */
typedef enum
{
  FOLIOT_KERNEL_ERROR_PAST,
  FOLIOT_KERNEL_ERROR_HELD,
  FOLIOT_KERNEL_ERROR_STUCK,
  FOLIOT_KERNEL_ERROR_OTHER_KERNEL,
  FOLIOT_KERNEL_ERROR_INTERRUPTED,
  FOLIOT_KERNEL_ERROR_DRIVE,
  FOLIOT_KERNEL_ERROR_BUSY,
  FOLIOT_KERNEL_ERROR_MEMORY,
} FoliotKernelError;

/**
 * FoliotDrive:
 * @FOLIOT_DRIVE_EXTERNAL: somebody calls [method@Kernel.advance]
 * @FOLIOT_DRIVE_FREE: time jumps to the next due event as soon as nothing is left to do now
 * @FOLIOT_DRIVE_PACED: as FREE, but held to real time × a factor
 * @FOLIOT_DRIVE_REALTIME: simulated time is the monotonic clock, counted from the start time at construction
 */
typedef enum
{
  FOLIOT_DRIVE_EXTERNAL,
  FOLIOT_DRIVE_FREE,
  FOLIOT_DRIVE_PACED,
  FOLIOT_DRIVE_REALTIME,
} FoliotDrive;

/**
 * FoliotAdvance:
 * @FOLIOT_ADVANCE_JUMP: aiomas' `set_time`: all that is due at or before the new time is released, and sees the new time
 * @FOLIOT_ADVANCE_THROUGH: `advance_to`: every due time in between is visited, each event sees its own time
 */
typedef enum
{
  FOLIOT_ADVANCE_JUMP,
  FOLIOT_ADVANCE_THROUGH,
} FoliotAdvance;

/**
 * FoliotEventKind:
 *
 * What an event is, in the event record.
 */
typedef enum
{
  FOLIOT_EVENT_CALLBACK, /* call_at, call_in, call_every, post */
  FOLIOT_EVENT_WAKE,     /* a fiber goes on, or starts */
  FOLIOT_EVENT_NOTIFY,   /* a future tells its follower */
  FOLIOT_EVENT_TIMER,    /* a deadline or a sleep */
  FOLIOT_EVENT_FRAME,    /* a link delivers */
  FOLIOT_EVENT_LINK,     /* a link opens or ends */
  FOLIOT_EVENT_INPUT,    /* a value from an input series or from a master */
  FOLIOT_EVENT_SAMPLE,   /* outputs are recorded */
  FOLIOT_EVENT_GATE,     /* bytes from outside */
} FoliotEventKind;

/**
 * FoliotRecord:
 *
 * One dispatched event, in canonical form: no pointer, no padding, no wall-clock time. Digests are made of these.
 * Node 0 is "nobody" (the world itself); link 0 is "none".
 */
typedef struct
{
  guint64 sequence;      /* 1, 2, 3 … in the order of dispatch */
  FoliotTime time_ns;    /* simulated time of dispatch */
  guint64 cause;         /* sequence of the event that scheduled it; 0 from outside */
  guint64 link_sequence; /* number of the message on its link, from 1; 0 if no message */
  guint64 payload_hash;  /* foliot_value_hash of what it carried; 0 if nothing */
  guint64 view_hash; /* the same as the node itself sees it: without names that depend on where agents live */
  guint32 kind;      /* FoliotEventKind */
  guint32 node;
  guint32 link;
  guint32 draws; /* random draws made while it ran */
} FoliotRecord;

typedef struct
{
  guint64 scheduled;
  guint64 dispatched;
  guint64 cancelled;
  guint64 stale; /* wake-ups that came too late and were dropped */
} FoliotCounts;

/**
 * FoliotCheckpoint:
 * @sequence: after how many dispatched events
 * @time_ns: simulated time then
 * @digest: 64 bits of the whole-run digest then
 */
typedef struct
{
  guint64 sequence;
  FoliotTime time_ns;
  guint64 digest;
} FoliotCheckpoint;

/**
 * FoliotSettled:
 * @quiet: nothing is ready at or before now, and nothing is held
 * @assumed: a plain aiomas peer was taken as settled because it owes no reply
 * @next_due: when the next event is due, or `FOLIOT_TIME_NEVER`
 * @n_holds: holds in force
 * @n_waits: fibers that wait without anything due that could end their wait
 */
typedef struct
{
  gboolean quiet;
  gboolean assumed;
  FoliotTime next_due;
  guint n_holds;
  guint n_waits;
} FoliotSettled;

/**
 * FoliotKernel:
 *
 * One simulated world: owns time, the event queue, ids, random streams and queues by name. Everything else in a world
 * holds a pointer to it. Not thread-safe; two kernels may live in one thread or in two.
 *
 * Order guarantee: events run in (time, priority, sequence) order; events of the same time and priority run in the
 * order in which they were posted. An event posted for a time at or before now runs at now, after those already
 * posted for it. Lower priority values run first.
 */
#define FOLIOT_TYPE_KERNEL (foliot_kernel_get_type ())
FOLIOT_API G_DECLARE_FINAL_TYPE (FoliotKernel, foliot_kernel, FOLIOT, KERNEL, GObject);

#define FOLIOT_PRIORITY_INPUT   (-100) /* inputs come before whatever else happens at their time */
#define FOLIOT_PRIORITY_DEFAULT 0
#define FOLIOT_PRIORITY_SAMPLE  100 /* outputs are recorded when all else of that time is done */

/**
 * FoliotEventFunc:
 *
 * Runs one event on the main stack (or hands over to a fiber); must return.
 */
typedef void (*FoliotEventFunc) (gpointer target, gpointer payload);
typedef void (*FoliotRecordFunc) (FoliotKernel *kernel, const FoliotRecord *record, gpointer user_data);

/**
 * foliot_kernel_new:
 * @context: (nullable): the main context whose loop dispatches events; %NULL: none, only [method@Kernel.run_until] and [method@Kernel.step] do
 * @drive: who moves time
 * @seed: of all random streams
 * @start: the first time; may be negative
 */
FOLIOT_API FoliotKernel *foliot_kernel_new (GMainContext *context, FoliotDrive drive, guint64 seed,
                                            FoliotTime start) FOLIOT_WARN_UNUSED;

FOLIOT_API FoliotTime foliot_kernel_now (FoliotKernel *kernel);
FOLIOT_API FoliotDrive foliot_kernel_get_drive (FoliotKernel *kernel);
FOLIOT_API guint64 foliot_kernel_get_seed (FoliotKernel *kernel);
/**
 * foliot_kernel_get_context:
 *
 * Returns: (nullable) (transfer none): the main context of the construction, which dispatches the events; %NULL: only
 *   [method@Kernel.run_until] and [method@Kernel.step] do
 */
FOLIOT_API GMainContext *foliot_kernel_get_context (FoliotKernel *kernel);
/**
 * foliot_kernel_set_pace:
 * @factor: simulated seconds per real second, > 0; for PACED.
 */
FOLIOT_API void foliot_kernel_set_pace (FoliotKernel *kernel, double factor);
/**
 * foliot_kernel_shuffle_ties:
 * @seed: 0 turns it off
 *
 * Events of equal time and priority run in an order drawn from @seed, instead of the order of posting; the order of
 * messages on one link is kept. For finding hidden dependence on ties.
 */
FOLIOT_API void foliot_kernel_shuffle_ties (FoliotKernel *kernel, guint64 seed);

/**
 * foliot_kernel_post: (skip)
 * @at: when; a time at or before now means now
 * @priority: −128 … 127, lower runs first
 *
 * The event belongs to the node that is current when it is posted. O(log n); O(1) for now and default priority.
 * At most 2^40 events may be posted in one run.
 *
 * Returns: the id of the event, never 0 (but 0 once the kernel is closed: nothing was posted then, @payload stays the
 *   caller's); ids are not reused while 2^32 further events of the same slot are posted
 */
FOLIOT_API guint64 foliot_kernel_post (FoliotKernel *kernel, FoliotTime at, gint8 priority,
                                       FoliotEventKind kind, FoliotEventFunc func, gpointer target,
                                       gpointer payload);
/**
 * foliot_kernel_cancel:
 *
 * O(log n).
 *
 * Returns: whether @event was still waiting; it will not run, its payload stays the caller's.
 */
FOLIOT_API gboolean foliot_kernel_cancel (FoliotKernel *kernel, guint64 event);
/**
 * foliot_kernel_reschedule:
 *
 * Moves a waiting event; it counts as posted now.
 *
 * Returns: whether it was still waiting.
 */
FOLIOT_API gboolean foliot_kernel_reschedule (FoliotKernel *kernel, guint64 event, FoliotTime at);

/**
 * foliot_kernel_call_at:
 * @callback: (scope notified): `void (*) (gpointer user_data)`: plain callback on the main stack; an error cannot be
 *   reported from it
 * @destroy: (nullable): for @user_data, after the callback ran, on uncall, or on close; without it nothing is allocated
 *
 * Returns: the id of the event, for [method@Kernel.uncall]
 */
FOLIOT_API guint64 foliot_kernel_call_at (FoliotKernel *kernel, FoliotTime at, GCallback callback,
                                          gpointer user_data, GDestroyNotify destroy);
FOLIOT_API guint64 foliot_kernel_call_in (FoliotKernel *kernel, FoliotTime delay, GCallback callback,
                                          gpointer user_data, GDestroyNotify destroy);
/**
 * foliot_kernel_call_every:
 * @first: when it is called first
 * @period: > 0
 *
 * Each repetition is posted just before the callback of the one before runs, @period after the time at which that was
 * due; so a jump over several of them calls each. It may be uncalled inside its own callback; @destroy then runs after it.
 *
 * Returns: the id, the same for all repetitions
 */
FOLIOT_API guint64 foliot_kernel_call_every (FoliotKernel *kernel, FoliotTime first, FoliotTime period,
                                             GCallback callback, gpointer user_data, GDestroyNotify destroy);
/**
 * foliot_kernel_uncall:
 *
 * Cancels an event made by call_at, call_in or call_every, and runs its destroy notify.
 */
FOLIOT_API gboolean foliot_kernel_uncall (FoliotKernel *kernel, guint64 event);

/**
 * FoliotHold:
 *
 * A named reason why time must not move now.
 */
typedef struct _FoliotHold FoliotHold;
/**
 * foliot_kernel_hold: (skip)
 * @why: for error messages; copied
 * @limit_ms: wall-clock limit, after which [method@Kernel.run_until] ends with HELD; 0 for none
 *
 * Events due at or before now still run. A REALTIME kernel's time cannot be held; run_until waits for its holds all the
 * same. In a foreign main loop time stands still until the release, whatever the limit.
 *
 * Returns: (transfer full): the hold; released by its owner, also after the kernel was closed
 */
FOLIOT_API FoliotHold *foliot_kernel_hold (FoliotKernel *kernel, const char *why,
                                           guint limit_ms) FOLIOT_WARN_UNUSED;
/**
 * foliot_hold_release:
 * @hold: (transfer full): is freed; time may move again when no other one is in force
 */
FOLIOT_API void foliot_hold_release (FoliotHold *hold);

/**
 * foliot_kernel_advance:
 * @to: must be later than now for JUMP, not before now for THROUGH
 * @how: see #FoliotAdvance
 * @error: %FOLIOT_KERNEL_ERROR_PAST, %FOLIOT_KERNEL_ERROR_DRIVE (only EXTERNAL kernels are advanced)
 *
 * Sets how far time may go. Runs nothing itself: the main loop or [method@Kernel.run_until] does. A second call before
 * the first was used up replaces the target. A JUMP moves now at once, or, while something is held, at the first
 * dispatch after the release; THROUGH ends with now at @to, event or not. Called by an event, it takes
 * effect when that event has ended.
 */
FOLIOT_API gboolean foliot_kernel_advance (FoliotKernel *kernel, FoliotTime to, FoliotAdvance how,
                                           GError **error);

/**
 * foliot_kernel_peek_settled: (skip)
 *
 * The answer of settle for this process, now.
 */
FOLIOT_API void foliot_kernel_peek_settled (FoliotKernel *kernel, FoliotSettled *out_settled);

/**
 * foliot_kernel_set_limit:
 * @limit: no event later than this runs, whoever drives; `FOLIOT_TIME_NEVER` for none
 *
 * The end of a run, for a world that lives in somebody else's main loop.
 */
FOLIOT_API void foliot_kernel_set_limit (FoliotKernel *kernel, FoliotTime limit);

/**
 * foliot_kernel_step:
 * @max_events: how many at most
 *
 * Dispatches ready events, moving time as the drive allows, and returns; never blocks. Main stack only.
 *
 * Returns: how many events ran; 0 means nothing can run without something from outside
 */
FOLIOT_API guint64 foliot_kernel_step (FoliotKernel *kernel, guint64 max_events);
/**
 * foliot_kernel_step_until:
 *
 * As step, but no event later than @until runs.
 */
FOLIOT_API guint64 foliot_kernel_step_until (FoliotKernel *kernel, FoliotTime until, guint64 max_events);

/**
 * foliot_kernel_run_until:
 * @until: last time to run events of; `FOLIOT_TIME_NEVER` for no limit
 * @error: %FOLIOT_KERNEL_ERROR_HELD, %FOLIOT_KERNEL_ERROR_INTERRUPTED, %FOLIOT_KERNEL_ERROR_BUSY
 *
 * Runs a FREE or PACED kernel until nothing is due at or before @until and nothing is held; time ends at @until unless
 * that is NEVER. For EXTERNAL kernels: until everything up to the advance target is done. Main stack only. With a main
 * context the loop also serves its other sources while something is held.
 */
FOLIOT_API gboolean foliot_kernel_run_until (FoliotKernel *kernel, FoliotTime until, GError **error);

/**
 * foliot_kernel_interrupt:
 *
 * Async-signal-safe. The running [method@Kernel.run_until] ends with INTERRUPTED before the next event; if none runs, the
 * next one does, and until then the kernel dispatches nothing.
 */
FOLIOT_API void foliot_kernel_interrupt (FoliotKernel *kernel);

/**
 * foliot_kernel_describe_current: (skip)
 * @buffer: (out caller-allocates): what is being dispatched, "event 12 (timer) at 900 ns of agents/0"
 * @size: of @buffer, > 0; longer text is cut
 *
 * Async-signal-safe: for a timer's signal handler that says which event never yields.
 */
FOLIOT_API void foliot_kernel_describe_current (FoliotKernel *kernel, char *buffer, gsize size);

/**
 * FoliotObserveFunc:
 * @error: why the outside did not answer
 *
 * Asks the outside. Returns: (transfer full) (nullable): plain data; %NULL with @error.
 */
typedef FoliotValue *(*FoliotObserveFunc) (gpointer user_data, GError **error);
/**
 * foliot_kernel_observe: (skip)
 * @name: what is asked for, such as `clock` or `environment/HOME`: a replay finds the answer under it
 * @func: (scope call) (closure user_data): asks, unless a recording is played back
 * @error: of @func, in a replay as it was; or that the recording has no such answer
 *
 * The one way in which an agent may look at the world outside of the simulation: the time of day, the environment, a file that is
 * no input of the scenario. A recording keeps the answer, and its replay gives it without asking.
 *
 * Returns: (transfer full) (nullable): the answer
 */
FOLIOT_API FoliotValue *foliot_kernel_observe (FoliotKernel *kernel, const char *name, FoliotObserveFunc func,
                                               gpointer user_data, GError **error) FOLIOT_WARN_UNUSED;

/* Nodes and links: the names that appear in records. Ids are given in the order of the calls, from 1; the same name
 * gives the same id. Node 0 is named "world". */
FOLIOT_API guint32 foliot_kernel_add_node (FoliotKernel *kernel, const char *name);
FOLIOT_API const char *foliot_kernel_get_node_name (FoliotKernel *kernel, guint32 node);
FOLIOT_API guint32 foliot_kernel_get_n_nodes (FoliotKernel *kernel);
/**
 * foliot_kernel_add_link:
 *
 * The same pair gives the same id.
 */
FOLIOT_API guint32 foliot_kernel_add_link (FoliotKernel *kernel, const char *from, const char *to);
/**
 * foliot_kernel_get_link_name:
 *
 * Returns: `from → to`.
 */
FOLIOT_API const char *foliot_kernel_get_link_name (FoliotKernel *kernel, guint32 link);
FOLIOT_API guint32 foliot_kernel_get_n_links (FoliotKernel *kernel);
/**
 * foliot_kernel_enter_node:
 *
 * Posts, fibers and draws from here on belong to @node.
 *
 * Returns: the node before.
 */
FOLIOT_API guint32 foliot_kernel_enter_node (FoliotKernel *kernel, guint32 node);
FOLIOT_API guint32 foliot_kernel_get_current_node (FoliotKernel *kernel);

/* Digests. On by default; switching is only allowed before the first event. */
FOLIOT_API void foliot_kernel_set_digest (FoliotKernel *kernel, gboolean on);
/**
 * foliot_kernel_dup_digest:
 *
 * Returns: (transfer full): 32 hex digits over all records so far.
 */
FOLIOT_API char *foliot_kernel_dup_digest (FoliotKernel *kernel) FOLIOT_WARN_UNUSED;
/**
 * foliot_kernel_get_node_digest:
 *
 * The node's own view: its events with node-local numbers and causes.
 */
FOLIOT_API guint64 foliot_kernel_get_node_digest (FoliotKernel *kernel, guint32 node);
FOLIOT_API guint64 foliot_kernel_get_link_digest (FoliotKernel *kernel, guint32 link);
/**
 * foliot_kernel_get_outside_digest: (skip)
 * @out_n: (out) (optional): how many messages
 *
 * Over the messages that left the run, byte for byte: to which port, in which order, when. 0 of a run that says nothing to
 * anybody. It is no part of the digest of the run.
 */
FOLIOT_API guint64 foliot_kernel_get_outside_digest (FoliotKernel *kernel, guint64 *out_n);
/**
 * foliot_kernel_get_checkpoints:
 * @out_n: (out): how many
 *
 * The ladder: one checkpoint every 2^k events, k growing with the run, so that there are never many.
 *
 * Returns: (array length=out_n) (transfer none): in the order of the events; good until the next event
 */
FOLIOT_API const FoliotCheckpoint *foliot_kernel_get_checkpoints (FoliotKernel *kernel, gsize *out_n);
FOLIOT_API void foliot_kernel_get_counts (FoliotKernel *kernel, FoliotCounts *out_counts);
/**
 * foliot_kernel_set_record_func: (skip)
 *
 * Called after each event, once its record is complete; also with digests off. Set inside an event, where digests must be on, it is
 * called from that one on.
 */
FOLIOT_API void foliot_kernel_set_record_func (FoliotKernel *kernel, FoliotRecordFunc func,
                                               gpointer user_data);

/* For floors above, inside an event: what the event turned out to carry. */
/**
 * foliot_kernel_note_message: (skip)
 */
FOLIOT_API void foliot_kernel_note_message (FoliotKernel *kernel, guint32 link, guint64 link_sequence);
/**
 * foliot_kernel_note_payload: (skip)
 * @node: 0 keeps the event's node.
 */
FOLIOT_API void foliot_kernel_note_payload (FoliotKernel *kernel, guint32 node, guint64 payload_hash,
                                            guint64 view_hash);

/**
 * foliot_kernel_get_data: (skip)
 *
 * One pointer per key for the floors above (queues by name, caches). Freed with the kernel, after all events.
 */
FOLIOT_API gpointer foliot_kernel_get_data (FoliotKernel *kernel, GQuark key);
FOLIOT_API void foliot_kernel_set_data (FoliotKernel *kernel, GQuark key, gpointer data,
                                        GDestroyNotify destroy);

/**
 * foliot_kernel_close:
 *
 * Ends the world: drops all events (running destroy notifies), cancels all fibers, fails all pending futures with
 * %FOLIOT_ERROR_CLOSED. Idempotent. Disposing the kernel closes it.
 */
FOLIOT_API void foliot_kernel_close (FoliotKernel *kernel);

G_END_DECLS
