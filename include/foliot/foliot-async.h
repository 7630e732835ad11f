/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-clock.h>
#include <foliot/foliot-kernel.h>

G_BEGIN_DECLS

/*
 * Futures, fibers, scopes, and what fibers wait at.
 *
 * Every wait ends exactly once: with a result, a time-out, a cancellation or a close. When two of these fall on the
 * same instant, the one whose event runs first decides; the other finds the wait decided and is dropped (counted as
 * stale). What a wait was given is never lost: a cancellation that comes after the decision is seen by the next await.
 *
 * Functions that may suspend say "awaits". They must be called on a fiber, never on the main stack and never under a
 * foreign frame (a callback, a destroy notify, a lock). In a cancelled scope every await returns
 * %FOLIOT_ERROR_CANCELLED at once, until the fiber ends; under a shield it does not.
 */

/**
 * FoliotFuture:
 *
 * A value that comes later: settled once, with a value or an error. Reference-counted. Settling never runs anybody
 * inline: it posts wake-ups, in the order of waiting, at the present time.
 */
typedef struct _FoliotFuture FoliotFuture;
#define FOLIOT_TYPE_FUTURE (foliot_future_get_type ())
FOLIOT_API GType foliot_future_get_type (void);

/**
 * FoliotDoneFunc:
 *
 * @value, @error: (transfer none), exactly one is set.
 */
typedef void (*FoliotDoneFunc) (FoliotFuture *future, FoliotValue *value, const GError *error,
                                gpointer user_data);

FOLIOT_API FoliotFuture *foliot_future_new (FoliotKernel *kernel) FOLIOT_WARN_UNUSED;
/**
 * foliot_future_new_resolved:
 * @value: (transfer full) (nullable): %NULL is null.
 */
FOLIOT_API FoliotFuture *foliot_future_new_resolved (FoliotKernel *kernel,
                                                     FoliotValue *value) FOLIOT_WARN_UNUSED;
/**
 * foliot_future_new_rejected:
 * @error: (transfer full): why there will never be a value
 *
 * Returns: (transfer full): a future that is settled already
 */
FOLIOT_API FoliotFuture *foliot_future_new_rejected (FoliotKernel *kernel, GError *error) FOLIOT_WARN_UNUSED;
FOLIOT_API FoliotFuture *foliot_future_ref (FoliotFuture *future) FOLIOT_WARN_UNUSED;
FOLIOT_API void foliot_future_unref (FoliotFuture *future);
/**
 * foliot_future_get_kernel:
 *
 * Returns: (transfer none): the world whose events tell its followers; a future does not keep it alive
 */
FOLIOT_API FoliotKernel *foliot_future_get_kernel (FoliotFuture *future);
/**
 * foliot_future_set_label:
 *
 * What the wait-for report prints: "reply to agents/0/add from local://b/". Copied.
 */
FOLIOT_API void foliot_future_set_label (FoliotFuture *future, const char *label);

/**
 * foliot_future_resolve:
 * @value: (transfer full) (nullable): %NULL is null.
 *
 * Returns: whether this call settled it.
 */
FOLIOT_API gboolean foliot_future_resolve (FoliotFuture *future, FoliotValue *value);
/**
 * foliot_future_reject:
 * @error: (transfer full): why there will be no value
 *
 * Returns: whether this call settled it.
 */
FOLIOT_API gboolean foliot_future_reject (FoliotFuture *future, GError *error);
/**
 * foliot_future_cancel:
 *
 * Rejects with CANCELLED.
 *
 * Returns: whether this call settled it.
 */
FOLIOT_API gboolean foliot_future_cancel (FoliotFuture *future);
FOLIOT_API gboolean foliot_future_is_settled (FoliotFuture *future);
/**
 * foliot_future_get_value:
 *
 * Returns: (transfer none) (nullable): the value, if resolved.
 */
FOLIOT_API FoliotValue *foliot_future_get_value (FoliotFuture *future);
/**
 * foliot_future_get_error:
 *
 * Returns: (transfer none) (nullable): the error, if rejected.
 */
FOLIOT_API const GError *foliot_future_get_error (FoliotFuture *future);
/**
 * foliot_future_then:
 * @done: runs once, in an event of its own on the main stack; never inline. Also when settled already.
 */
FOLIOT_API void foliot_future_then (FoliotFuture *future, FoliotDoneFunc done, gpointer user_data,
                                    GDestroyNotify destroy);
/**
 * foliot_future_chain: (skip)
 *
 * Settles @to (transfer full) as @from is settled.
 */
FOLIOT_API void foliot_future_chain (FoliotFuture *from, FoliotFuture *to);
/**
 * foliot_future_all:
 * @futures: (array length=n): of whom
 *
 * Gather. Resolves with the list of values, in order; rejects with the first error.
 */
FOLIOT_API FoliotFuture *foliot_future_all (FoliotKernel *kernel, FoliotFuture *const *futures,
                                            gsize n) FOLIOT_WARN_UNUSED;
/**
 * foliot_future_any:
 *
 * Settles as the first of @futures does, with `[index, value]`. n > 0.
 */
FOLIOT_API FoliotFuture *foliot_future_any (FoliotKernel *kernel, FoliotFuture *const *futures,
                                            gsize n) FOLIOT_WARN_UNUSED;

/**
 * foliot_await:
 * @future: (transfer none): settled ones return at once, without suspending (unless the scope is cancelled)
 * @deadline: kernel time, or `FOLIOT_TIME_NEVER`; at or before now: suspends and times out at now unless settled
 * @error: the future's error; %FOLIOT_ERROR_TIMED_OUT; %FOLIOT_ERROR_CANCELLED; %FOLIOT_ERROR_PREEMPTED
 *
 * Awaits. The future itself is left alone when the wait ends early.
 *
 * Returns: (transfer full) (nullable): the value
 */
FOLIOT_API FoliotValue *foliot_await (FoliotFuture *future, FoliotTime deadline,
                                      GError **error) FOLIOT_WARN_UNUSED;
/**
 * foliot_await_take:
 *
 * As await without deadline, and drops @future (transfer full).
 */
FOLIOT_API FoliotValue *foliot_await_take (FoliotFuture *future, GError **error) FOLIOT_WARN_UNUSED;
/**
 * foliot_sleep:
 * @duration: ≤ 0 lets everything that is ready now run first.
 *
 * Awaits.
 *
 * Returns: FALSE only when cancelled or pre-empted.
 */
FOLIOT_API gboolean foliot_sleep (FoliotKernel *kernel, FoliotTime duration, GError **error);
/**
 * foliot_sleep_until:
 * @time: kernel time; one at or before now is now
 * @error: CANCELLED
 *
 * Awaits @time.
 */
FOLIOT_API gboolean foliot_sleep_until (FoliotKernel *kernel, FoliotTime time, GError **error);

/**
 * foliot_clock_sleep:
 * @delay: on an ExternalClock > 0, else the future is rejected: `dt must be > 0 but is <dt>`
 * @result: (transfer full) (nullable): what the future resolves with
 *
 * aiomas' `clock.sleep(dt, result)`: registers at once. Cancelling the future is allowed.
 */
FOLIOT_API FoliotFuture *foliot_clock_sleep (FoliotClock *clock, FoliotTime delay,
                                             FoliotValue *result) FOLIOT_WARN_UNUSED;
/**
 * foliot_clock_sleep_until:
 * @time: clock time; rejected with `Date "<t>" is in the past`.
 */
FOLIOT_API FoliotFuture *foliot_clock_sleep_until (FoliotClock *clock, FoliotTime time,
                                                   FoliotValue *result) FOLIOT_WARN_UNUSED;
FOLIOT_API FoliotFuture *foliot_clock_sleep_until_date (FoliotClock *clock, const FoliotDate *date,
                                                        FoliotValue *result) FOLIOT_WARN_UNUSED;

/**
 * FoliotScope:
 *
 * Owns fibers; closing it cancels and awaits them all. Scopes form a tree: closing one closes those inside. Reference-counted.
 */
typedef struct _FoliotScope FoliotScope;
#define FOLIOT_TYPE_SCOPE (foliot_scope_get_type ())
FOLIOT_API GType foliot_scope_get_type (void);
/**
 * foliot_scope_new:
 * @parent: (nullable): %NULL: the kernel's own root scope.
 */
FOLIOT_API FoliotScope *foliot_scope_new (FoliotKernel *kernel, FoliotScope *parent) FOLIOT_WARN_UNUSED;
FOLIOT_API FoliotScope *foliot_scope_ref (FoliotScope *scope) FOLIOT_WARN_UNUSED;
FOLIOT_API void foliot_scope_unref (FoliotScope *scope);
/**
 * foliot_scope_cancel:
 *
 * Level-triggered: every await of its fibers returns CANCELLED, until they end.
 */
FOLIOT_API void foliot_scope_cancel (FoliotScope *scope);
FOLIOT_API gboolean foliot_scope_is_cancelled (FoliotScope *scope);
/**
 * foliot_scope_close:
 *
 * Cancels.
 *
 * Returns: (transfer full): resolves with null when all its fibers have ended. Idempotent.
 */
FOLIOT_API FoliotFuture *foliot_scope_close (FoliotScope *scope) FOLIOT_WARN_UNUSED;
/**
 * foliot_scope_join:
 *
 * Returns: (transfer full): resolves when all its fibers have ended; cancels nothing.
 */
FOLIOT_API FoliotFuture *foliot_scope_join (FoliotScope *scope) FOLIOT_WARN_UNUSED;
FOLIOT_API guint foliot_scope_get_n_fibers (FoliotScope *scope);

/**
 * FoliotFiberFunc:
 *
 * The body.
 *
 * Returns: (transfer full) (nullable): the result (NULL without @error is null).
 */
typedef FoliotValue *(*FoliotFiberFunc) (gpointer user_data, GError **error);

typedef enum
{
  FOLIOT_STACK_DEFAULT, /* 64 KiB */
  FOLIOT_STACK_SMALL,   /* 16 KiB: no GLib logging, no regular expressions */
  FOLIOT_STACK_LARGE,   /* 512 KiB */
} FoliotStackSize;

/**
 * foliot_fiber_spawn:
 * @scope: (nullable): who owns it; %NULL: the kernel's root scope
 * @name: (nullable): for reports; copied
 * @body: runs on a stack of its own, from an event at the present time; belongs to the current node
 * @destroy: (nullable): for @user_data, when it ended
 *
 * Returns: (transfer full) (nullable): its result, as a future; an error when no stack can be had
 */
FOLIOT_API FoliotFuture *foliot_fiber_spawn (FoliotKernel *kernel, FoliotScope *scope, const char *name,
                                             FoliotFiberFunc body, gpointer user_data,
                                             GDestroyNotify destroy) FOLIOT_WARN_UNUSED;
FOLIOT_API FoliotFuture *foliot_fiber_spawn_full (FoliotKernel *kernel, FoliotScope *scope, const char *name,
                                                  FoliotStackSize stack, FoliotFiberFunc body,
                                                  gpointer user_data,
                                                  GDestroyNotify destroy) FOLIOT_WARN_UNUSED;
/**
 * foliot_fiber_run_now: (skip)
 *
 * As spawn, but runs the body inside the present event until it first suspends; what RPC handlers use. No future:
 * @body reports by itself. Main stack only.
 */
FOLIOT_API gboolean foliot_fiber_run_now (FoliotKernel *kernel, FoliotScope *scope, const char *static_name,
                                          void (*body) (gpointer user_data), gpointer user_data,
                                          GError **error);
/**
 * foliot_fiber_is_running:
 *
 * Returns: whether the caller is on a fiber of @kernel.
 */
FOLIOT_API gboolean foliot_fiber_is_running (FoliotKernel *kernel);
/**
 * foliot_fiber_get_name:
 *
 * Returns: (nullable): the name of the running fiber, as long as that lives; %NULL on the main stack
 */
FOLIOT_API const char *foliot_fiber_get_name (FoliotKernel *kernel);
/**
 * foliot_fiber_get_n_alive:
 *
 * Fibers that have started or will, and not ended.
 */
FOLIOT_API gsize foliot_fiber_get_n_alive (FoliotKernel *kernel);
/**
 * foliot_shield_enter:
 *
 * Between enter and leave awaits ignore cancellation, for clean-up. Nests.
 */
FOLIOT_API void foliot_shield_enter (FoliotKernel *kernel);
FOLIOT_API void foliot_shield_leave (FoliotKernel *kernel);
/**
 * foliot_fiber_report_waits:
 *
 * Returns: (transfer full): a line per fiber that waits without anything due that could end its wait: who, what for,
 *   since when; ordered by fiber id.
 */
FOLIOT_API char *foliot_fiber_report_waits (FoliotKernel *kernel) FOLIOT_WARN_UNUSED;
/**
 * foliot_fiber_catch_overflow:
 *
 * Installs a SIGSEGV handler on an alternate stack that, when the fault lies in the guard of a fiber's stack, prints
 * which fiber overflowed, and lets the process die as it would have. For programs; a library should not call it.
 */
FOLIOT_API void foliot_fiber_catch_overflow (FoliotKernel *kernel);

/**
 * foliot_run:
 * @until: (nullable) (transfer none): what to wait for; %NULL: until nothing is left to do
 * @error: its error; %FOLIOT_KERNEL_ERROR_STUCK with the wait-for report, and those of [method@Kernel.run_until]
 *
 * aiomas' `run()`: drives the kernel from the main stack until @until is settled.
 *
 * Returns: (transfer full) (nullable): the value of @until, null without one
 */
FOLIOT_API FoliotValue *foliot_run (FoliotKernel *kernel, FoliotFuture *until,
                                    GError **error) FOLIOT_WARN_UNUSED;

/**
 * FoliotCondition:
 *
 * Fibers wait until somebody says so; first come, first served.
 */
typedef struct _FoliotCondition FoliotCondition;
/**
 * foliot_condition_new: (skip)
 */
FOLIOT_API FoliotCondition *foliot_condition_new (FoliotKernel *kernel) FOLIOT_WARN_UNUSED;
/**
 * foliot_condition_free:
 *
 * Waiters end with CLOSED; then it is gone.
 */
FOLIOT_API void foliot_condition_free (FoliotCondition *condition);
/**
 * foliot_condition_wait:
 * @error: TIMED_OUT, CANCELLED, CLOSED.
 *
 * Awaits.
 */
FOLIOT_API gboolean foliot_condition_wait (FoliotCondition *condition, FoliotTime deadline, GError **error);
/**
 * foliot_condition_notify:
 *
 * Wakes at most @n, in order of waiting.
 *
 * Returns: how many.
 */
FOLIOT_API guint foliot_condition_notify (FoliotCondition *condition, guint n);
FOLIOT_API guint foliot_condition_get_n_waiting (FoliotCondition *condition);

/**
 * FoliotResource:
 *
 * A counted resource with priority and pre-emption. Waiters are served by (priority, order of asking); a large request
 * at the head is not overtaken by smaller ones behind it.
 */
typedef struct _FoliotResource FoliotResource;
/**
 * FoliotGrant:
 *
 * Units in somebody's hands. Free it by release, exactly once.
 */
typedef struct _FoliotGrant FoliotGrant;
/**
 * foliot_resource_new: (skip)
 */
FOLIOT_API FoliotResource *foliot_resource_new (FoliotKernel *kernel, const char *name,
                                                guint capacity) FOLIOT_WARN_UNUSED;
/**
 * foliot_resource_free:
 *
 * Waiters end with CLOSED; grants become lost.
 */
FOLIOT_API void foliot_resource_free (FoliotResource *resource);
/**
 * foliot_resource_acquire: (skip)
 * @units: 1 … capacity
 * @priority: lower is served first
 * @preempt: whether to take units from holders of a higher value of priority (the lowest-ranked, latest first), when that suffices
 * @error: TIMED_OUT, CANCELLED, CLOSED; %FOLIOT_ERROR_VALUE for @units out of range
 *
 * Awaits; returns at once when free and nobody waits. A holder whose grant is taken gets %FOLIOT_ERROR_PREEMPTED from its
 * present and every further await until it releases the lost grant.
 */
FOLIOT_API FoliotGrant *foliot_resource_acquire (FoliotResource *resource, guint units, gint priority,
                                                 gboolean preempt, FoliotTime deadline,
                                                 GError **error) FOLIOT_WARN_UNUSED;
FOLIOT_API void foliot_grant_release (FoliotGrant *grant);
FOLIOT_API gboolean foliot_grant_is_lost (FoliotGrant *grant);
FOLIOT_API guint foliot_resource_get_in_use (FoliotResource *resource);
FOLIOT_API guint foliot_resource_get_n_waiting (FoliotResource *resource);

/**
 * FoliotStore:
 *
 * A queue of values, first in, first out, with an optional capacity.
 */
typedef struct _FoliotStore FoliotStore;
/**
 * foliot_store_new: (skip)
 * @name: for the wait-for report; copied
 * @capacity: how many values it takes; 0: any number
 *
 * Returns: (transfer full): an empty store
 */
FOLIOT_API FoliotStore *foliot_store_new (FoliotKernel *kernel, const char *name,
                                          gsize capacity) FOLIOT_WARN_UNUSED;
/**
 * foliot_store_free:
 *
 * As foliot_store_close(); what is still in it is dropped, and then it is gone.
 */
FOLIOT_API void foliot_store_free (FoliotStore *store);
/**
 * foliot_store_close:
 *
 * Waiters end with CLOSED; values already in it can still be got. Idempotent.
 */
FOLIOT_API void foliot_store_close (FoliotStore *store);
/**
 * foliot_store_put:
 * @value: (transfer full): dropped on error
 * @deadline: kernel time at which to give up; `FOLIOT_TIME_NEVER`: not at all
 * @error: TIMED_OUT, CANCELLED, CLOSED
 *
 * Awaits while full; who waits longest is first.
 */
FOLIOT_API gboolean foliot_store_put (FoliotStore *store, FoliotValue *value, FoliotTime deadline,
                                      GError **error);
/**
 * foliot_store_try_put:
 * @value: (transfer full): dropped when full or closed; callable from anywhere.
 */
FOLIOT_API gboolean foliot_store_try_put (FoliotStore *store, FoliotValue *value);
/**
 * foliot_store_get:
 * @deadline: kernel time at which to give up; `FOLIOT_TIME_NEVER`: not at all
 * @error: TIMED_OUT, CANCELLED, CLOSED (once it is closed and empty)
 *
 * Awaits while empty; who waits longest is first.
 *
 * Returns: (transfer full) (nullable): the value that was put first; %NULL with @error
 */
FOLIOT_API FoliotValue *foliot_store_get (FoliotStore *store, FoliotTime deadline,
                                          GError **error) FOLIOT_WARN_UNUSED;
FOLIOT_API FoliotValue *foliot_store_try_get (FoliotStore *store) FOLIOT_WARN_UNUSED;
FOLIOT_API gsize foliot_store_get_length (FoliotStore *store);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotFuture, foliot_future_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotScope, foliot_scope_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotCondition, foliot_condition_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotResource, foliot_resource_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotStore, foliot_store_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotGrant, foliot_grant_release)

G_END_DECLS
