/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <math.h>
#include <sys/mman.h>
#include <unistd.h>

#include "scenario/foliot-series.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  int descriptor = memfd_create ("series", MFD_CLOEXEC);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", descriptor);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotSeries) series = NULL;

  g_assert_cmpint (descriptor, >=, 0);
  g_assert_cmpint (write (descriptor, data, size), ==, (gssize) size);
  series = foliot_series_load (path, "t", NULL, &error);
  close (descriptor);
  g_assert_true ((series != NULL) != (error != NULL));
  g_assert_true (error == NULL || g_utf8_validate (error->message, -1, NULL));
  for (gsize i = 0; series != NULL && i < series->n_rows; i++)
    {
      g_assert_true (i == 0 || series->times[i] > series->times[i - 1]);
      for (guint k = 0; k < series->n_columns; k++)
        g_assert_true (isfinite (series->values[i * series->n_columns + k]));
    }
  return 0;
}
