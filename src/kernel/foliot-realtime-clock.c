/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-clock.h>

#include "kernel/foliot-kernel-struct.h"

/*
 * The clock on the wall. Its time is the kernel's, which follows the monotonic clock, so it never goes back; its date
 * is what the system says, which may. What belongs to another time than now is counted from now.
 */

struct _FoliotRealtimeClock
{
  FoliotClock parent_instance;
};

G_DEFINE_FINAL_TYPE (FoliotRealtimeClock, foliot_realtime_clock, FOLIOT_TYPE_CLOCK)

static FoliotValue *
read_utc (gpointer user_data, GError **error)
{
  return foliot_value_new_int (foliot_realtime_utc_us ());
}

static void
foliot_realtime_clock_get_utc (FoliotClock *clock, FoliotTime time, FoliotDate *out_date)
{
  g_autoptr (FoliotValue) utc
      = foliot_kernel_observe (foliot_clock_get_kernel (clock), "utc", read_utc, NULL, NULL);
  FoliotDate now = { .microseconds = utc != NULL ? foliot_value_get_int (utc) : 0 };

  *out_date = foliot_date_add (&now, foliot_time_add (time, -foliot_clock_time (clock)));
}

static void
foliot_realtime_clock_class_init (FoliotRealtimeClockClass *klass)
{
  FOLIOT_CLOCK_CLASS (klass)->get_utc = foliot_realtime_clock_get_utc;
}

static void
foliot_realtime_clock_init (FoliotRealtimeClock *self)
{
}

FoliotClock *
foliot_realtime_clock_new (FoliotKernel *kernel, GError **error)
{
  g_return_val_if_fail (FOLIOT_IS_KERNEL (kernel), NULL);
  if (foliot_kernel_get_drive (kernel) != FOLIOT_DRIVE_REALTIME)
    {
      g_set_error (
          error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_DRIVE,
          "A real-time clock needs a kernel with a REALTIME drive; over any other, take an ExternalClock");
      return NULL;
    }
  return g_object_new (FOLIOT_TYPE_REALTIME_CLOCK, "kernel", kernel, NULL);
}
