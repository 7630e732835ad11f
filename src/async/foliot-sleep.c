/* SPDX-License-Identifier: MIT */
#include "async/foliot-fiber-private.h"

/*
 * The waits that every fiber knows: for a time. A sleep is one event and nothing else: its deadline is its success, so
 * the event that ends it goes on with the fiber at once, and nothing is allocated.
 */

static char *
describe_sleep (FoliotWait *wait)
{
  g_autofree char *until = foliot_time_format (wait->deadline);

  return g_strdup_printf ("time %s s", until);
}

static const FoliotWaitKind sleep_kind = { .describe = describe_sleep, .at_deadline = FOLIOT_WAIT_DONE };

static inline gboolean
sleep_until (FoliotAsync *async, FoliotTime time, GError **error)
{
  FoliotWait wait;

  if (!_foliot_wait_enter (async, error))
    return FALSE;
  _foliot_wait_init (async, &wait, &sleep_kind, NULL, time);
  return _foliot_wait_suspend (async, &wait, error);
}

gboolean
foliot_sleep (FoliotKernel *kernel, FoliotTime duration, GError **error)
{
  return sleep_until (_foliot_async_get (kernel),
                      foliot_time_add (_foliot_kernel_now (kernel), MAX (duration, 0)), error);
}

gboolean
foliot_sleep_until (FoliotKernel *kernel, FoliotTime time, GError **error)
{
  return sleep_until (_foliot_async_get (kernel), time, error);
}
