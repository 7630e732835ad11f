/* SPDX-License-Identifier: MIT */
#include "foliot-kernel-struct.h"

#include "base/foliot-hash-private.h"
#include "foliot-float-private.h"
#include "foliot-hearing-private.h"
#include "foliot-leap-private.h"
#include "foliot-poll-private.h"

/*
 * Time, and who moves it.
 *
 * There is one loop, foliot_kernel_dispatch(): while the first event is due at or before now it runs; when it lies
 * later, time moves to it, provided that the limit of the drive is not before it and nothing is held. The drives differ
 * only in that limit. JUMP moves now first and so makes everything overdue, in the order in which it was due; THROUGH
 * is a limit that time reaches in the end, event or not.
 */

#define BATCH_EVENTS 4096
#define LAST_TIME    (FOLIOT_TIME_NEVER - 1) /* an event at NEVER never runs */

static inline gboolean
has_attention (FoliotKernel *self)
{
  return G_UNLIKELY (__atomic_load_n (&self->attention, __ATOMIC_RELAXED) != 0);
}

static gboolean
take_attention (FoliotKernel *self, gint bit)
{
  return (__atomic_fetch_and (&self->attention, ~bit, __ATOMIC_RELAXED) & bit) != 0;
}

static gboolean
follows_realtime (FoliotKernel *self)
{
  return self->drive == FOLIOT_DRIVE_PACED || self->drive == FOLIOT_DRIVE_REALTIME;
}

/* Nothing holds the clock of the machine. */
static inline gboolean
is_held (FoliotKernel *self)
{
  return self->n_holds > 0 && self->drive != FOLIOT_DRIVE_REALTIME;
}

/* How far dispatch may go now. */
static FoliotTime
get_limit (FoliotKernel *self, FoliotTime until)
{
  switch (self->drive)
    {
    case FOLIOT_DRIVE_EXTERNAL:
      return MIN (MIN (self->target, until), self->limit);
    case FOLIOT_DRIVE_REALTIME:
      if (self->source != NULL)
        return MIN (MIN (until, self->limit), MAX (self->head.now, self->free_until));
      return MIN (MIN (until, self->limit), foliot_pace_get_time (&self->pace, self->head.now));
    case FOLIOT_DRIVE_PACED:
      if (self->source != NULL)
        return MIN (until, self->limit);
      return MIN (MIN (until, self->limit), foliot_pace_get_time (&self->pace, self->head.now));
    case FOLIOT_DRIVE_FREE:
    default:
      return MIN (until, self->limit);
    }
}

/* Who interrupts wants an end, and no more waiting. */
gboolean
foliot_kernel_await_pace (FoliotKernel *self, FoliotTime to)
{
  gint64 due_us, now_us;

  if (G_LIKELY (!self->keeps_pace) || to <= self->head.now)
    return TRUE;
  foliot_pace_get_time (&self->pace, self->head.now);
  due_us = foliot_pace_get_due_us (&self->pace, to);
  self->rests = TRUE;
  while (!has_attention (self) && (now_us = foliot_realtime_now_us ()) < due_us)
    foliot_realtime_wait (MIN (due_us, now_us + FOLIOT_WAIT_SLICE_US));
  self->rests = FALSE;
  self->keeps_pace = !has_attention (self);
  return self->keeps_pace;
}

/* Moves time as far as it goes without an event: before the loop (@first), or when nothing is left up to @limit. */
static void
move_time (FoliotKernel *self, FoliotTime limit, gboolean first)
{
  gboolean follows = self->drive == FOLIOT_DRIVE_REALTIME && self->source == NULL;
  gboolean jumps = follows || (self->drive == FOLIOT_DRIVE_EXTERNAL && self->how == FOLIOT_ADVANCE_JUMP);
  gboolean arrives = follows || self->drive == FOLIOT_DRIVE_EXTERNAL;

  if (!(first ? jumps : arrives) || is_held (self) || limit <= self->head.now
      || !foliot_kernel_await_pace (self, limit))
    return;
  self->head.now = limit;
  if (G_UNLIKELY (self->gate != NULL))
    foliot_gate_note_time (self);
}

static inline void
begin_record (FoliotKernel *self, const FoliotEvent *event)
{
  self->record = (FoliotRecord){
    .sequence = self->head.sequence,
    .time_ns = self->head.now,
    .cause = event->cause,
    .kind = event->kind,
    .node = event->node,
  };
  self->record_node_cause = event->node_cause;
  self->local_sequence = self->node_cause = self->digest.nodes[event->node].count + 1;
  self->head.draws = 0;
}

static inline void
end_record (FoliotKernel *self)
{
  self->record.draws = self->head.draws;
  if (self->digest_on)
    foliot_digest_add_record (&self->digest, &self->record, self->record_node_cause);
  if (self->record_func != NULL)
    self->record_func (self, &self->record, self->record_data);
  if (self->memory_func != NULL)
    self->memory_func (self, &self->record, self->memory_data);
  _foliot_kernel_hear (self, ran, &self->record, self->record_node_cause);
}

static void
repeat (FoliotKernel *self, FoliotEvent *event, FoliotTime due, guint64 order)
{
  FoliotTime next;

  if (__builtin_add_overflow (due, foliot_kernel_call_get_period (event), &next))
    next = FOLIOT_TIME_NEVER;
  foliot_kernel_requeue (self, event, next, (gint8) ((gint) (order >> 56) - 128));
}

/* Runs the first event of the queue. Its slot is free before its function runs, so that what it posts finds it warm. */
static inline void
run_first (FoliotKernel *self, const FoliotQueueEntry *first)
{
  FoliotTime due = foliot_queue_time_to (first->time);
  guint64 order = first->order;
  FoliotEvent *event = foliot_event_queue_pop (&self->queue, first);
  FoliotEventFunc func = event->func;
  gpointer target = event->target, payload = event->payload;
  gboolean leads = event->leads;

  self->head.sequence = ++self->counts.dispatched;
  self->head.node = event->node;
  self->kind = event->kind;
  if (self->head.recording)
    begin_record (self, event);
  if (G_UNLIKELY (event->repeats))
    repeat (self, event, due, order);
  else
    foliot_event_queue_give_back (&self->queue, event);
  if (leads)
    foliot_leap (func, target, payload);
  else
    func (target, payload);
  if (self->head.recording)
    end_record (self);
}

/* What has arrived comes before what is due later. Returns: whether something is to be done now. */
static G_GNUC_NO_INLINE gboolean
take_outside (FoliotKernel *self)
{
  const FoliotQueueEntry *first;

  foliot_poll_serve (self, 0);
  first = foliot_event_queue_peek (&self->queue);
  return first != NULL && foliot_queue_time_to (first->time) <= self->head.now;
}

static guint64
dispatch (FoliotKernel *self, FoliotTime until, guint64 max_events)
{
  FoliotTime limit = get_limit (self, until);
  guint32 outer_node = self->head.node;
  guint64 n = 0;
  FloatControl control = float_control_reset ();

  self->dispatching = TRUE;
  move_time (self, limit, TRUE);
  while (n < max_events && !has_attention (self))
    {
      const FoliotQueueEntry *first = foliot_event_queue_peek (&self->queue);
      FoliotTime due = first != NULL ? foliot_queue_time_to (first->time) : FOLIOT_TIME_NEVER;

      if (due > self->head.now)
        {
          gboolean stays = due > limit || is_held (self);

          if (foliot_poll_has_entries (self) && !(stays && self->running) && take_outside (self))
            continue;
          if (stays)
            {
              move_time (self, MIN (limit, due - 1), FALSE);
              break;
            }
          if (!foliot_kernel_await_pace (self, due))
            break;
          self->head.now = due;
        }
      run_first (self, first);
      n++;
      if (G_UNLIKELY (self->advanced))
        {
          self->advanced = FALSE;
          limit = get_limit (self, until);
          move_time (self, limit, TRUE);
        }
    }
  float_control_set (control);
  self->dispatching = FALSE;
  self->head.sequence = 0;
  self->head.node = outer_node;
  self->node_cause = self->local_sequence = 0;
  return n;
}

/* As many events as there are until something enters, then that. */
static guint64
dispatch_replayed (FoliotKernel *self, FoliotTime until, guint64 max_events)
{
  guint64 n = 0;

  self->replay_until = until;
  while (n < max_events && !has_attention (self) && !self->closed)
    {
      FoliotTime limit = until;
      guint64 batch = MIN (foliot_gate_get_room (self, &limit), max_events - n);
      guint64 ran = batch > 0 ? dispatch (self, limit, batch) : 0;

      n += ran;
      if ((batch == 0 || ran < batch) && !has_attention (self) && !foliot_gate_enter (self, ran < batch))
        break;
    }
  return n;
}

guint64
foliot_kernel_dispatch (FoliotKernel *self, FoliotTime until, guint64 max_events)
{
  return G_LIKELY (self->source == NULL) ? dispatch (self, until, max_events)
                                         : dispatch_replayed (self, until, max_events);
}

gboolean
foliot_kernel_is_ready (FoliotKernel *self, FoliotTime until)
{
  const FoliotQueueEntry *first = foliot_event_queue_peek (&self->queue);
  FoliotTime due = first != NULL ? foliot_queue_time_to (first->time) : FOLIOT_TIME_NEVER;
  FoliotTime limit;

  if (self->closed || has_attention (self))
    return FALSE;
  if (due <= self->head.now)
    return TRUE;
  if (is_held (self))
    return FALSE;
  limit = get_limit (self, until);
  return due <= limit || (self->drive == FOLIOT_DRIVE_EXTERNAL && limit > self->head.now);
}

FoliotTime
foliot_kernel_now (FoliotKernel *self)
{
  g_return_val_if_fail (IS_KERNEL (self), 0);
  if (G_UNLIKELY (self->drive == FOLIOT_DRIVE_REALTIME) && !self->dispatching && !self->is_recorded)
    move_time (self, get_limit (self, LAST_TIME), TRUE);
  return self->head.now;
}

void
foliot_kernel_set_pace (FoliotKernel *self, double factor)
{
  g_return_if_fail (IS_KERNEL (self));
  g_return_if_fail (self->drive == FOLIOT_DRIVE_PACED);
  g_return_if_fail (factor > 0);
  self->pace.factor = factor;
  self->pace.started = FALSE;
}

gboolean
foliot_kernel_advance (FoliotKernel *self, FoliotTime to, FoliotAdvance how, GError **error)
{
  g_return_val_if_fail (IS_KERNEL (self), FALSE);
  if (self->drive != FOLIOT_DRIVE_EXTERNAL)
    {
      g_set_error (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_DRIVE,
                   "this kernel moves its own time: only one with an EXTERNAL drive can be advanced");
      return FALSE;
    }
  if (how == FOLIOT_ADVANCE_JUMP ? to <= self->head.now : to < self->head.now)
    {
      g_set_error (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_PAST,
                   "time must be %s %" G_GINT64_FORMAT " ns but is %" G_GINT64_FORMAT " ns",
                   how == FOLIOT_ADVANCE_JUMP ? ">" : ">=", self->head.now, to);
      return FALSE;
    }
  self->target = MIN (to, LAST_TIME);
  self->how = how;
  self->advanced = self->dispatching;
  if (!self->dispatching)
    move_time (self, self->target, TRUE);
  return TRUE;
}

void
foliot_kernel_peek_settled (FoliotKernel *self, FoliotSettled *out_settled)
{
  const FoliotQueueEntry *first;
  FoliotTime now, due;
  guint n_holds;

  g_return_if_fail (IS_KERNEL (self));
  now = foliot_kernel_now (self);
  first = foliot_event_queue_peek (&self->queue);
  due = first != NULL ? foliot_queue_time_to (first->time) : FOLIOT_TIME_NEVER;
  n_holds = self->n_holds - self->n_settle_holds;
  *out_settled = (FoliotSettled){
    .quiet = due > now && n_holds == 0 && (self->drive != FOLIOT_DRIVE_EXTERNAL || self->target <= now),
    .next_due = MAX (due, now),
    .n_holds = n_holds,
    .n_waits = self->waits_func != NULL ? self->waits_func (self) : 0,
  };
}

void
foliot_kernel_set_limit (FoliotKernel *self, FoliotTime limit)
{
  g_return_if_fail (IS_KERNEL (self));
  self->limit = MIN (limit, LAST_TIME);
  self->advanced = self->dispatching;
}

guint64
foliot_kernel_step (FoliotKernel *self, guint64 max_events)
{
  return foliot_kernel_step_until (self, LAST_TIME, max_events);
}

guint64
foliot_kernel_step_until (FoliotKernel *self, FoliotTime until, guint64 max_events)
{
  guint64 n;

  g_return_val_if_fail (IS_KERNEL (self), 0);
  g_return_val_if_fail (!self->dispatching, 0);
  g_object_ref (self);
  n = foliot_kernel_dispatch (self, until, max_events);
  g_object_unref (self);
  return n;
}

/* One turn of the context for the other sources, or of the sockets, or a sleep. */
static void
wait_until (FoliotKernel *self, gint64 until_us)
{
  until_us = MIN (until_us, foliot_realtime_now_us () + FOLIOT_WAIT_SLICE_US);
  if (self->context == NULL)
    {
      if (foliot_poll_has_entries (self))
        foliot_poll_serve (self, until_us);
      else
        foliot_realtime_wait (until_us);
      return;
    }
  self->wake_us = until_us;
  g_main_context_iteration (self->context, TRUE);
  self->wake_us = -1;
}

static gboolean
can_be_released (FoliotKernel *self)
{
  return self->context != NULL || foliot_poll_has_entries (self);
}

static void
set_held_error (FoliotKernel *self, const FoliotHold *hold, GError **error)
{
  g_autofree char *why = foliot_hold_dup_why (hold);

  if (!can_be_released (self))
    g_set_error (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_HELD,
                 "time is held by “%s”, and without a main context or a socket nothing can release it", why);
  else
    g_set_error (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_HELD,
                 "time was held by “%s” for longer than its limit of %u ms", why, hold->limit_ms);
}

/* Whoever was stopped, or had no turn, for longer than the limit has not looked what came meanwhile: it counts, so a hold that
 * is over is given one look more. */
static gboolean
wait_for_release (FoliotKernel *self, FoliotHold *hold, GError **error)
{
  gboolean is_over = hold->end_us <= foliot_realtime_now_us ();

  if (!can_be_released (self) || (is_over && hold->was_over))
    {
      set_held_error (self, hold, error);
      return FALSE;
    }
  hold->was_over = is_over;
  if (!is_over)
    wait_until (self, hold->end_us);
  else if (self->context != NULL)
    g_main_context_iteration (self->context, FALSE);
  else
    foliot_poll_serve (self, 0);
  return TRUE;
}

/* In a replay nothing comes but what the record holds. Returns: whether nothing is waited for. */
static gboolean
fail_if_held (FoliotKernel *self, GError **error)
{
  const FoliotHold *hold = foliot_kernel_get_first_hold (self);
  g_autofree char *why = hold != NULL ? foliot_hold_dup_why (hold) : NULL;

  return hold == NULL || foliot_gate_fail (self, why, error);
}

/* Nothing can be dispatched at once. @out_more: whether it is worth trying again. */
static gboolean
wait_for_something (FoliotKernel *self, FoliotTime until, gboolean *out_more, GError **error)
{
  FoliotHold *hold = foliot_kernel_get_first_hold (self);
  const FoliotQueueEntry *first = foliot_event_queue_peek (&self->queue);
  FoliotTime due = first != NULL ? foliot_queue_time_to (first->time) : FOLIOT_TIME_NEVER;
  gboolean is_pending = due <= MIN (until, self->limit);
  gint64 wake_us = G_MAXINT64;

  *out_more = TRUE;
  if (self->source != NULL)
    {
      *out_more = FALSE;
      return fail_if_held (self, error);
    }
  if (foliot_kernel_is_ready (self, until))
    return TRUE;
  if (follows_realtime (self) && !is_held (self)
      && (is_pending || (until <= LAST_TIME && foliot_pace_get_time (&self->pace, self->head.now) < until)))
    wake_us = foliot_pace_get_due_us (&self->pace, MIN (due, until));
  else if (hold != NULL)
    return wait_for_release (self, hold, error);
  else
    {
      if (foliot_poll_has_entries (self) && !self->waits_behind)
        foliot_poll_serve (self, 0);
      *out_more = foliot_kernel_is_ready (self, until);
      return TRUE;
    }
  wait_until (self, hold != NULL ? MIN (wake_us, hold->end_us) : wake_us);
  return TRUE;
}

gboolean
_foliot_kernel_wait_while_held (FoliotKernel *self, GError **error)
{
  FoliotHold *hold = foliot_kernel_get_first_hold (self);

  if (hold == NULL || self->closed || has_attention (self))
    return FALSE;
  if (self->source != NULL)
    {
      fail_if_held (self, error);
      return FALSE;
    }
  return wait_for_release (self, hold, error);
}

static gboolean
run (FoliotKernel *self, FoliotTime until, GError **error)
{
  gboolean more = TRUE;

  while (more && !self->closed)
    {
      guint64 n = foliot_kernel_dispatch (self, until, BATCH_EVENTS);

      if (take_attention (self, FOLIOT_ATTENTION_INTERRUPT))
        {
          g_set_error (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_INTERRUPTED,
                       "interrupted at %" G_GINT64_FORMAT " ns, after %" G_GUINT64_FORMAT " events",
                       self->head.now, self->counts.dispatched);
          return FALSE;
        }
      if (take_attention (self, FOLIOT_ATTENTION_STOP))
        return TRUE;
      if (n == BATCH_EVENTS && foliot_poll_has_entries (self))
        foliot_poll_serve (self, 0);
      else if (n == 0 && !wait_for_something (self, until, &more, error))
        return FALSE;
      if (n > 0 && self->context != NULL)
        g_main_context_iteration (self->context, FALSE);
    }
  if (self->drive != FOLIOT_DRIVE_EXTERNAL && until != FOLIOT_TIME_NEVER && until > self->head.now
      && !self->closed)
    self->head.now = until;
  return TRUE;
}

gboolean
foliot_kernel_run_until (FoliotKernel *self, FoliotTime until, GError **error)
{
  gboolean ok;

  g_return_val_if_fail (IS_KERNEL (self), FALSE);
  if (self->running || self->dispatching)
    {
      g_set_error (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_BUSY,
                   "the kernel is being run already: an event cannot run it once more, it must return");
      return FALSE;
    }
  g_object_ref (self);
  self->running = TRUE;
  ok = run (self, self->drive == FOLIOT_DRIVE_EXTERNAL ? FOLIOT_TIME_NEVER : until, error);
  take_attention (self, FOLIOT_ATTENTION_STOP);
  self->running = FALSE;
  g_object_unref (self);
  return ok;
}

gboolean
_foliot_kernel_run_before_wait (FoliotKernel *self, GError **error)
{
  gboolean ok;

  self->waits_behind = _foliot_kernel_is_open_to_outside (self);
  ok = foliot_kernel_run_until (self, FOLIOT_TIME_NEVER, error);
  self->waits_behind = FALSE;
  return ok;
}

void
foliot_kernel_interrupt (FoliotKernel *self)
{
  __atomic_fetch_or (&self->attention, FOLIOT_ATTENTION_INTERRUPT, __ATOMIC_RELAXED);
}

gboolean
_foliot_kernel_take_interrupt (FoliotKernel *self)
{
  return take_attention (self, FOLIOT_ATTENTION_INTERRUPT);
}

void
_foliot_kernel_stop (FoliotKernel *self)
{
  if (self->running)
    __atomic_fetch_or (&self->attention, FOLIOT_ATTENTION_STOP, __ATOMIC_RELAXED);
}

guint32
foliot_kernel_enter_node (FoliotKernel *self, guint32 node)
{
  guint32 before;

  g_return_val_if_fail (IS_KERNEL (self), 0);
  g_return_val_if_fail (node < self->node_names->len, self->head.node);
  before = self->head.node;
  self->head.node = node;
  self->node_cause = node == self->record.node ? self->local_sequence : 0;
  return before;
}

guint32
foliot_kernel_get_current_node (FoliotKernel *self)
{
  g_return_val_if_fail (IS_KERNEL (self), 0);
  return self->head.node;
}

void
foliot_kernel_note_message (FoliotKernel *self, guint32 link, guint64 link_sequence)
{
  g_return_if_fail (IS_KERNEL (self));
  g_return_if_fail (link < self->link_names->len);
  if (!self->head.recording)
    return;
  self->record.link = link;
  self->record.link_sequence = link_sequence;
}

/* A second payload of the same event does not hide the first. */
static guint64
add_hash (guint64 so_far, guint64 hash)
{
  return so_far == 0 ? hash : foliot_hash_mix (so_far, hash);
}

void
foliot_kernel_note_payload (FoliotKernel *self, guint32 node, guint64 payload_hash, guint64 view_hash)
{
  g_return_if_fail (IS_KERNEL (self));
  g_return_if_fail (node < self->node_names->len);
  if (self->head.recording)
    {
      self->record.payload_hash = add_hash (self->record.payload_hash, payload_hash);
      self->record.view_hash = add_hash (self->record.view_hash, view_hash);
      if (node != 0 && node != self->record.node)
        {
          self->record.node = node;
          self->record_node_cause = 0;
          self->local_sequence = self->digest.nodes[node].count + 1;
        }
    }
  if (node != 0)
    foliot_kernel_enter_node (self, node);
}
