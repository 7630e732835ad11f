/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-clock.h>

/*
 * The clock that somebody else sets: a start date, and a shift between the kernel's time and the clock's.
 *
 * The messages of the value errors are aiomas' own, since agents and tests on the other side read them. Over a kernel
 * that moves by itself the clock only shows; the kernel refuses the attempt to set it.
 */

struct _FoliotExternalClock
{
  FoliotClock parent_instance;
  FoliotDate start; /* at clock time 0, in UTC */
  FoliotTime shift; /* clock time − kernel time */
};

G_DEFINE_FINAL_TYPE (FoliotExternalClock, foliot_external_clock, FOLIOT_TYPE_CLOCK)

static FoliotTime
foliot_external_clock_from_kernel (FoliotClock *clock, FoliotTime time)
{
  return foliot_time_add (time, FOLIOT_EXTERNAL_CLOCK (clock)->shift);
}

static FoliotTime
foliot_external_clock_to_kernel (FoliotClock *clock, FoliotTime time)
{
  return foliot_time_add (time, -FOLIOT_EXTERNAL_CLOCK (clock)->shift);
}

static void
foliot_external_clock_get_utc (FoliotClock *clock, FoliotTime time, FoliotDate *out_date)
{
  *out_date = foliot_date_add (&FOLIOT_EXTERNAL_CLOCK (clock)->start, time);
}

static gboolean
foliot_external_clock_check_delay (FoliotClock *clock, FoliotTime delay, GError **error)
{
  if (delay > 0)
    return TRUE;

  g_autofree char *text = foliot_time_format (delay);
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "dt must be > 0 but is %s", text);
  return FALSE;
}

static void
foliot_external_clock_class_init (FoliotExternalClockClass *klass)
{
  FoliotClockClass *clock_class = FOLIOT_CLOCK_CLASS (klass);

  clock_class->from_kernel = foliot_external_clock_from_kernel;
  clock_class->to_kernel = foliot_external_clock_to_kernel;
  clock_class->get_utc = foliot_external_clock_get_utc;
  clock_class->check_delay = foliot_external_clock_check_delay;
}

static void
foliot_external_clock_init (FoliotExternalClock *self)
{
}

FoliotClock *
foliot_external_clock_new (FoliotKernel *kernel, const char *utc_start, FoliotTime init_time, GError **error)
{
  g_return_val_if_fail (FOLIOT_IS_KERNEL (kernel), NULL);
  g_return_val_if_fail (utc_start != NULL, NULL);
  g_return_val_if_fail (init_time != FOLIOT_TIME_NEVER, NULL);

  FoliotDate start;
  if (!foliot_date_parse (utc_start, &start, error))
    return NULL;
  start.offset_s = 0;

  FoliotTime now = foliot_kernel_now (kernel), shift;
  if (__builtin_sub_overflow (init_time, now, &shift) || shift == G_MININT64)
    {
      g_autofree char *init_text = foliot_time_format (init_time);
      g_autofree char *now_text = foliot_time_format (now);
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
                   "A clock cannot start at %s s while its kernel is at %s s: they must not be more than 292 "
                   "years apart",
                   init_text, now_text);
      return NULL;
    }

  FoliotExternalClock *self = g_object_new (FOLIOT_TYPE_EXTERNAL_CLOCK, "kernel", kernel, NULL);
  self->start = start;
  self->shift = shift;
  return FOLIOT_CLOCK (self);
}

/* Beyond the end of time is refused here, before it; whether the drive allows it at all is the kernel's to say. */
static gboolean
advance (FoliotExternalClock *self, FoliotTime time, FoliotAdvance how, GError **error)
{
  FoliotClock *clock = FOLIOT_CLOCK (self);
  FoliotKernel *kernel = foliot_clock_get_kernel (clock);
  g_return_val_if_fail (kernel != NULL, FALSE);

  FoliotTime now = foliot_clock_time (clock), target = foliot_clock_to_kernel (clock, time);
  gboolean back = how == FOLIOT_ADVANCE_JUMP ? time <= now : time < now;
  gboolean beyond = target == FOLIOT_TIME_NEVER;
  if ((back || beyond) && foliot_kernel_get_drive (kernel) == FOLIOT_DRIVE_EXTERNAL)
    {
      g_autofree char *limit = foliot_time_format (beyond ? FOLIOT_TIME_NEVER : now);
      g_autofree char *text = foliot_time_format (time);
      const char *relation = beyond ? "<" : how == FOLIOT_ADVANCE_JUMP ? ">" : ">=";
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "Time must be %s %s but is %s", relation, limit,
                   text);
      return FALSE;
    }
  return foliot_kernel_advance (kernel, target, how, error);
}

gboolean
foliot_external_clock_set_time (FoliotExternalClock *self, FoliotTime time, GError **error)
{
  g_return_val_if_fail (FOLIOT_IS_EXTERNAL_CLOCK (self), FALSE);
  return advance (self, time, FOLIOT_ADVANCE_JUMP, error);
}

gboolean
foliot_external_clock_advance_to (FoliotExternalClock *self, FoliotTime time, GError **error)
{
  g_return_val_if_fail (FOLIOT_IS_EXTERNAL_CLOCK (self), FALSE);
  return advance (self, time, FOLIOT_ADVANCE_THROUGH, error);
}
