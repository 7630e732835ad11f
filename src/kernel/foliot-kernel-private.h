/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-kernel.h>

G_BEGIN_DECLS

/* What the kernel offers to the floors above it and to nobody else. */

typedef struct _FoliotHearing FoliotHearing;

/*
 * FoliotKernelHead:
 *
 * The first words of every kernel: what hot paths above read without a call. Only the kernel writes them, except
 * @draws and @async.
 */
typedef struct
{
  GObject parent_instance;
  FoliotTime now;
  gpointer async;   /* (nullable) what the async floor keeps of this kernel; the floor's own */
  guint64 sequence; /* of the event that is being dispatched; 0 outside of events */
  guint64 n_stale;
  guint32 node;                 /* the current node */
  guint32 draws;                /* random draws made by the event; each draw adds one */
  guint32 fault_countdown;      /* see foliot-fault-private.h */
  gboolean recording;           /* whether records are made: a digest or a record function is on */
  gboolean showing;             /* whether somebody wants to see what events carry */
  const FoliotHearing *hearing; /* (nullable) see foliot-hearing-private.h */
  gpointer hearing_data;
} FoliotKernelHead;

/* The time that the present event sees. Inside events only (a REALTIME kernel's time moves between them). */
static inline FoliotTime
_foliot_kernel_now (FoliotKernel *kernel)
{
  return ((FoliotKernelHead *) kernel)->now;
}

static inline guint32
_foliot_kernel_get_node (FoliotKernel *kernel)
{
  return ((FoliotKernelHead *) kernel)->node;
}

/* Returns: the sequence of the event that is being dispatched, for causes; 0 outside of events. */
static inline guint64
_foliot_kernel_get_current_sequence (FoliotKernel *kernel)
{
  return ((FoliotKernelHead *) kernel)->sequence;
}

/* Returns: where random streams count their draws; lives as long as the kernel. */
static inline guint32 *
_foliot_kernel_get_draws (FoliotKernel *kernel)
{
  return &((FoliotKernelHead *) kernel)->draws;
}

/* Returns: whether anybody wants payload hashes; if not, do not compute them. */
static inline gboolean
_foliot_kernel_is_recording (FoliotKernel *kernel)
{
  return ((FoliotKernelHead *) kernel)->recording;
}

/* Returns: whether anybody wants to see what the present event carries; if not, do not show it. */
static inline gboolean
_foliot_kernel_is_showing (FoliotKernel *kernel)
{
  return ((FoliotKernelHead *) kernel)->showing;
}

/*
 * _foliot_kernel_set_content_func:
 * @func: (nullable): %NULL ends it
 *
 * Who sees what the events carry, which the record holds only the hash of. Also inside an event.
 */
typedef void (*FoliotContentFunc) (FoliotKernel *kernel, const char *what, FoliotValue *content,
                                   gpointer user_data);
void _foliot_kernel_set_content_func (FoliotKernel *kernel, FoliotContentFunc func, gpointer user_data);
/*
 * _foliot_kernel_show_content:
 * @what: what it is: `request`, `result`, `input P`
 *
 * Beside [method@Kernel.note_payload], when _foliot_kernel_is_showing(). An event may carry several things.
 */
void _foliot_kernel_show_content (FoliotKernel *kernel, const char *what, FoliotValue *content);

/* A wake-up found its wait already decided. */
static inline void
_foliot_kernel_count_stale (FoliotKernel *kernel)
{
  ((FoliotKernelHead *) kernel)->n_stale++;
}

/*
 * _foliot_kernel_post_to:
 *
 * As [method@Kernel.post], for another node than the current one: a fiber's wake-up belongs to the fiber's node,
 * whoever causes it.
 */
guint64 _foliot_kernel_post_to (FoliotKernel *kernel, guint32 node, FoliotTime at, gint8 priority,
                                FoliotEventKind kind, FoliotEventFunc func, gpointer target,
                                gpointer payload);

/*
 * _foliot_kernel_post_leading:
 *
 * As _foliot_kernel_post_to() at the default priority, for a @func that goes on on another stack, whose address is the
 * first word of @target; both stay readable as long as the event waits. When much waits, the memory there is fetched in
 * advance. See foliot-leap-private.h.
 */
guint64 _foliot_kernel_post_leading (FoliotKernel *kernel, guint32 node, FoliotTime at, FoliotEventKind kind,
                                     FoliotEventFunc func, gpointer target, gpointer payload);

/*
 * FoliotReservation:
 *
 * A place in the order of posting that is taken now and used later. A queue that posts only its head (the local
 * transport's links) reserves when something enters it: so its events run in the order in which they entered, also
 * relative to everybody else's. @node is the current node; set it to post for another.
 */
typedef struct
{
  guint64 sequence;
  guint64 cause;      /* the event that reserved, as the record will say */
  guint64 node_cause; /* the same in the numbering of @node; 0 if you change @node */
  guint32 node;
} FoliotReservation;

FoliotReservation _foliot_kernel_reserve (FoliotKernel *kernel);

/* Posts under @reservation, which can be used once. It need not be used. */
guint64 _foliot_kernel_post_reserved (FoliotKernel *kernel, const FoliotReservation *reservation,
                                      FoliotTime at, gint8 priority, FoliotEventKind kind,
                                      FoliotEventFunc func, gpointer target, gpointer payload);

/*
 * _foliot_kernel_add_close_hook:
 *
 * @func runs once in foliot_kernel_close(), before events are dropped, the hook that was added last first. It may post,
 * cancel, and, unless close was called inside an event, dispatch with foliot_kernel_step().
 */
typedef void (*FoliotCloseFunc) (FoliotKernel *kernel, gpointer user_data);
void _foliot_kernel_add_close_hook (FoliotKernel *kernel, FoliotCloseFunc func, gpointer user_data);

/*
 * _foliot_kernel_set_drop_func:
 *
 * Events posted with @func that are still waiting when the kernel closes are handed to @drop instead, in their order, to free
 * what they carry.
 */
void _foliot_kernel_set_drop_func (FoliotKernel *kernel, FoliotEventFunc func, FoliotEventFunc drop);

/* _foliot_kernel_set_waits_func: who counts FoliotSettled.n_waits. */
typedef guint (*FoliotWaitsFunc) (FoliotKernel *kernel);
void _foliot_kernel_set_waits_func (FoliotKernel *kernel, FoliotWaitsFunc func);

/*
 * _foliot_kernel_stop:
 *
 * Ends the running foliot_kernel_run_until() with success before the next event; time stays where it is. Of no effect
 * when nothing runs.
 */
void _foliot_kernel_stop (FoliotKernel *kernel);
/* Returns: whether it was interrupted; it may go on then. */
gboolean _foliot_kernel_take_interrupt (FoliotKernel *kernel);

gboolean _foliot_kernel_is_closed (FoliotKernel *kernel);

/*
 * _foliot_kernel_hold_described:
 * @describe: (transfer full): says why, when somebody wants to read it
 *
 * As foliot_kernel_hold(), for those whose reason changes while they hold.
 */
typedef char *(*FoliotDescribeFunc) (gpointer user_data);
FoliotHold *_foliot_kernel_hold_described (FoliotKernel *kernel, FoliotDescribeFunc describe,
                                           gpointer user_data, guint limit_ms) FOLIOT_WARN_UNUSED;
/* As foliot_kernel_hold(), without a limit, for those who wait to find out whether anything is left to do: it is nothing that is
 * left to do itself, and no report names it. */
FoliotHold *_foliot_kernel_hold_to_settle (FoliotKernel *kernel) FOLIOT_WARN_UNUSED;
/*
 * _foliot_kernel_set_released_func:
 * @func: (nullable): %NULL takes back what was set
 *
 * When no hold is in force any more but those of who settles, an event of @func is posted at the present time, behind all that is
 * posted for it by then; once. For a fiber that waits until all is done. There is one at a time.
 *
 * Returns: whether one was set, whose event is not posted now
 */
gboolean _foliot_kernel_set_released_func (FoliotKernel *kernel, FoliotEventFunc func, gpointer target);
/*
 * _foliot_kernel_wait_while_held:
 * @error: %FOLIOT_KERNEL_ERROR_HELD
 *
 * For those who step a kernel, when a step ran nothing: waits for the outside, for a while at most. Outside of events.
 *
 * Returns: whether to step again; FALSE without an error: nothing is held, or somebody interrupts
 */
gboolean _foliot_kernel_wait_while_held (FoliotKernel *kernel, GError **error);
/* Returns: (transfer full): a line for each hold in force, why it is; '' if none. */
char *_foliot_kernel_report_holds (FoliotKernel *kernel) FOLIOT_WARN_UNUSED;
/* The limit of @hold counts from now on: what it waited for came, and it waits for the next thing. */
void _foliot_hold_renew (FoliotHold *hold);

G_END_DECLS
