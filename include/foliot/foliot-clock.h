/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-date.h>
#include <foliot/foliot-kernel.h>

G_BEGIN_DECLS

/**
 * FoliotClock:
 *
 * A view of a kernel's time with a calendar; it has no queue of its own. aiomas' clock interface.
 */
#define FOLIOT_TYPE_CLOCK (foliot_clock_get_type ())
FOLIOT_API G_DECLARE_DERIVABLE_TYPE (FoliotClock, foliot_clock, FOLIOT, CLOCK, GObject);

/**
 * FoliotClockClass:
 * @from_kernel: clock time of a kernel time
 * @to_kernel: kernel time of a clock time
 * @get_utc: the date that belongs to a clock time, in UTC
 * @check_delay: see [method@Clock.check_delay]; the default accepts every delay
 *
 * @from_kernel and @to_kernel must be increasing and map `FOLIOT_TIME_NEVER` to itself; the default is the identity.
 * @get_utc must be given.
 */
struct _FoliotClockClass
{
  GObjectClass parent_class;
  FoliotTime (*from_kernel) (FoliotClock *clock, FoliotTime time);
  FoliotTime (*to_kernel) (FoliotClock *clock, FoliotTime time);
  void (*get_utc) (FoliotClock *clock, FoliotTime time, FoliotDate *out_date);
  gboolean (*check_delay) (FoliotClock *clock, FoliotTime delay, GError **error);
  gpointer padding[3];
};

/**
 * foliot_clock_get_kernel:
 *
 * A clock does not keep its world alive. Everything below needs a kernel that still exists.
 *
 * Returns: (nullable) (transfer none): the kernel, %NULL once it was freed
 */
FOLIOT_API FoliotKernel *foliot_clock_get_kernel (FoliotClock *clock);
/**
 * foliot_clock_time:
 *
 * Aiomas' `time()`, on the clock's own scale.
 */
FOLIOT_API FoliotTime foliot_clock_time (FoliotClock *clock);
/**
 * foliot_clock_utcnow:
 *
 * Start date + time, also before time 0; always in UTC.
 */
FOLIOT_API void foliot_clock_utcnow (FoliotClock *clock, FoliotDate *out_date);
/**
 * foliot_clock_time_of:
 *
 * Returns: clock time at which the calendar shows @date: `(date − utcnow()) + time()`; `FOLIOT_TIME_NEVER` when that is
 *   more than 292 years away
 */
FOLIOT_API FoliotTime foliot_clock_time_of (FoliotClock *clock, const FoliotDate *date);
/**
 * foliot_clock_to_kernel:
 *
 * Clock time → kernel time; `FOLIOT_TIME_NEVER` stays what it is.
 */
FOLIOT_API FoliotTime foliot_clock_to_kernel (FoliotClock *clock, FoliotTime time);

/**
 * foliot_clock_check_future:
 * @time: clock time
 * @error: FOLIOT_ERROR_VALUE `Date "<t>" is in the past` when @time ≤ now (equality is the past)
 */
FOLIOT_API gboolean foliot_clock_check_future (FoliotClock *clock, FoliotTime time, GError **error);
/**
 * foliot_clock_check_delay:
 * @error: FOLIOT_ERROR_VALUE `dt must be > 0 but is <dt>` on an ExternalClock when @delay ≤ 0; never on a RealtimeClock
 */
FOLIOT_API gboolean foliot_clock_check_delay (FoliotClock *clock, FoliotTime delay, GError **error);

/**
 * foliot_clock_call_at:
 * @time: clock time; errors as check_future
 * @callback: plain callback
 *
 * On an error @destroy is not called: @user_data stays the caller's.
 *
 * Returns: an event id for [method@Kernel.uncall] (which has no effect, and is no error, once it ran), 0 on error
 */
FOLIOT_API guint64 foliot_clock_call_at (FoliotClock *clock, FoliotTime time, GCallback callback,
                                         gpointer user_data, GDestroyNotify destroy, GError **error);
/**
 * foliot_clock_call_at_date:
 *
 * As call_at, at [method@Clock.time_of] @date; errors print the date.
 */
FOLIOT_API guint64 foliot_clock_call_at_date (FoliotClock *clock, const FoliotDate *date, GCallback callback,
                                              gpointer user_data, GDestroyNotify destroy, GError **error);
/**
 * foliot_clock_call_in:
 *
 * As call_at, at time() + @delay; errors as check_delay.
 */
FOLIOT_API guint64 foliot_clock_call_in (FoliotClock *clock, FoliotTime delay, GCallback callback,
                                         gpointer user_data, GDestroyNotify destroy, GError **error);

/**
 * FoliotExternalClock:
 *
 * aiomas' ExternalClock: somebody else sets the time.
 */
#define FOLIOT_TYPE_EXTERNAL_CLOCK (foliot_external_clock_get_type ())
FOLIOT_API G_DECLARE_FINAL_TYPE (FoliotExternalClock, foliot_external_clock, FOLIOT, EXTERNAL_CLOCK,
                                 FoliotClock);

/**
 * foliot_external_clock_new:
 * @kernel: a kernel, usually of EXTERNAL or FREE drive; its present time becomes @init_time on this clock
 * @utc_start: the date at clock time 0, any offset (converted to UTC), as foliot_date_parse() reads it
 * @init_time: clock time at the start; may be negative
 * @error: FOLIOT_ERROR_VALUE when @utc_start is no date, or when @init_time and the kernel's time are more than 292
 *   years apart
 */
FOLIOT_API FoliotClock *foliot_external_clock_new (FoliotKernel *kernel, const char *utc_start,
                                                   FoliotTime init_time, GError **error) FOLIOT_WARN_UNUSED;
/**
 * foliot_external_clock_set_time:
 * @time: clock time
 * @error: FOLIOT_ERROR_VALUE `Time must be > <cur> but is <t>`; FOLIOT_KERNEL_ERROR_DRIVE
 *
 * Releases everything due at or before @time, in order, all seeing @time. Runs nothing itself. While time is held the
 * clock does not move before the last hold is released; call it from outside of events.
 */
FOLIOT_API gboolean foliot_external_clock_set_time (FoliotExternalClock *clock, FoliotTime time,
                                                    GError **error);
/**
 * foliot_external_clock_advance_to:
 * @time: clock time
 * @error: FOLIOT_ERROR_VALUE `Time must be >= <cur> but is <t>`; FOLIOT_KERNEL_ERROR_DRIVE
 *
 * Goes through every due time up to @time, each seen at its own time. Runs nothing itself.
 */
FOLIOT_API gboolean foliot_external_clock_advance_to (FoliotExternalClock *clock, FoliotTime time,
                                                      GError **error);

/**
 * FoliotRealtimeClock:
 *
 * aiomas' AsyncioClock: time() is the kernel's monotonic time, utcnow() the real date. For REALTIME kernels.
 */
#define FOLIOT_TYPE_REALTIME_CLOCK (foliot_realtime_clock_get_type ())
FOLIOT_API G_DECLARE_FINAL_TYPE (FoliotRealtimeClock, foliot_realtime_clock, FOLIOT, REALTIME_CLOCK,
                                 FoliotClock);
/**
 * foliot_realtime_clock_new:
 * @error: FOLIOT_KERNEL_ERROR_DRIVE unless @kernel is of REALTIME drive.
 */
FOLIOT_API FoliotClock *foliot_realtime_clock_new (FoliotKernel *kernel, GError **error) FOLIOT_WARN_UNUSED;

G_END_DECLS
