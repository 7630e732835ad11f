/* SPDX-License-Identifier: MIT */
#include "agent/foliot-container-private.h"

#include "rpc/foliot-rpc-client-private.h"

/*
 * What agents do, written so that a handler or a run reads from top to bottom. Each of these makes futures on the floors
 * below and awaits once; none keeps state. The fiber that calls belongs to the agent's node already.
 *
 * Only before a call to a peer outside, who has not read yet what it was sent before, they await that too.
 */

/* The arguments of a call that is about to be made, up to the NULL. */
static FoliotValue *
collect_list (va_list rest)
{
  FoliotValue *few[8];
  g_autofree FoliotValue **many = NULL;
  FoliotValue **items = few;
  gsize n = 0, n_allocated = G_N_ELEMENTS (few);
  for (FoliotValue *item; (item = va_arg (rest, FoliotValue *)) != NULL;)
    {
      if (n == n_allocated)
        {
          n_allocated *= 2;
          many = g_renew (FoliotValue *, many, n_allocated);
          if (items == few)
            memcpy (many, few, sizeof few);
          items = many;
        }
      items[n++] = item;
    }
  return foliot_value_new_list (items, n);
}

static inline gboolean
await_writable (FoliotProxy *proxy, FoliotTime deadline, GError **error)
{
  return _foliot_rpc_client_await_writable (foliot_proxy_get_client (proxy), deadline, error);
}

gboolean
foliot_agent_sleep (gpointer agent, FoliotTime duration, GError **error)
{
  g_return_val_if_fail (FOLIOT_IS_AGENT (agent), FALSE);
  FoliotClock *clock = foliot_agent_get_clock (agent);
  if (!foliot_clock_check_delay (clock, duration, error))
    return FALSE;
  FoliotTime end = foliot_time_add (foliot_clock_time (clock), duration);
  return foliot_sleep_until (foliot_clock_get_kernel (clock), foliot_clock_to_kernel (clock, end), error);
}

gboolean
foliot_agent_sleep_until (gpointer agent, FoliotTime time, GError **error)
{
  g_return_val_if_fail (FOLIOT_IS_AGENT (agent), FALSE);
  FoliotClock *clock = foliot_agent_get_clock (agent);
  return foliot_clock_check_future (clock, time, error)
         && foliot_sleep_until (foliot_clock_get_kernel (clock), foliot_clock_to_kernel (clock, time), error);
}

FoliotProxy *
foliot_agent_connect (gpointer agent, const char *url, FoliotTime timeout, GError **error)
{
  g_return_val_if_fail (FOLIOT_IS_AGENT (agent), NULL);
  g_return_val_if_fail (url != NULL, NULL);
  g_autoptr (FoliotValue) proxy = foliot_await_take (
      foliot_container_connect (foliot_agent_get_container (agent), url, timeout), error);
  return proxy != NULL ? foliot_proxy_ref (foliot_value_get_proxy (proxy)) : NULL;
}

FoliotValue *
foliot_agent_call (gpointer agent, FoliotProxy *proxy, GError **error, const char *method, ...)
{
  g_return_val_if_fail (FOLIOT_IS_AGENT (agent), NULL);
  va_list rest;
  va_start (rest, method);
  g_autoptr (FoliotValue) args = collect_list (rest);
  va_end (rest);
  if (!await_writable (proxy, FOLIOT_TIME_NEVER, error))
    return NULL;
  return foliot_await_take (foliot_proxy_callv (proxy, method, g_steal_pointer (&args), NULL), error);
}

FoliotValue *
foliot_agent_call_within (gpointer agent, FoliotTime timeout, FoliotProxy *proxy, GError **error,
                          const char *method, ...)
{
  g_return_val_if_fail (FOLIOT_IS_AGENT (agent), NULL);
  va_list rest;
  va_start (rest, method);
  g_autoptr (FoliotValue) args = collect_list (rest);
  va_end (rest);
  FoliotTime deadline = foliot_time_add (foliot_kernel_now (foliot_agent_get_kernel (agent)), timeout);
  if (!await_writable (proxy, deadline, error))
    return NULL;
  g_autoptr (FoliotFuture) call = foliot_proxy_callv (proxy, method, g_steal_pointer (&args), NULL);
  return foliot_await (call, deadline, error);
}

/* Awaits all of @calls (FoliotFuture) at once. */
static FoliotValue *
await_calls (gpointer agent, GPtrArray *calls, GError **error)
{
  return foliot_await_take (
      foliot_future_all (foliot_agent_get_kernel (agent), (FoliotFuture *const *) calls->pdata, calls->len),
      error);
}

FoliotValue *
foliot_agent_call_all (gpointer agent, GPtrArray *proxies, GError **error, const char *method, ...)
{
  g_return_val_if_fail (FOLIOT_IS_AGENT (agent), NULL);
  va_list rest;
  va_start (rest, method);
  g_autoptr (FoliotValue) args = collect_list (rest);
  va_end (rest);
  g_autoptr (GPtrArray) calls = g_ptr_array_new_full (proxies->len, (GDestroyNotify) foliot_future_unref);
  for (guint i = 0; i < proxies->len; i++)
    {
      if (!await_writable (proxies->pdata[i], FOLIOT_TIME_NEVER, error))
        return NULL;
      g_ptr_array_add (calls, foliot_proxy_callv (proxies->pdata[i], method, foliot_value_ref (args), NULL));
    }
  return await_calls (agent, calls, error);
}

FoliotValue *
foliot_agent_call_each (gpointer agent, GPtrArray *proxies, GError **error, const char *method,
                        FoliotValue *args)
{
  g_return_val_if_fail (FOLIOT_IS_AGENT (agent), NULL);
  g_autoptr (FoliotValue) owned G_GNUC_UNUSED = args; /* released with the scope */
  g_return_val_if_fail (foliot_value_get_length (args) == proxies->len, NULL);
  g_autoptr (GPtrArray) calls = g_ptr_array_new_full (proxies->len, (GDestroyNotify) foliot_future_unref);
  for (guint i = 0; i < proxies->len; i++)
    {
      if (!await_writable (proxies->pdata[i], FOLIOT_TIME_NEVER, error))
        return NULL;
      FoliotValue *only = foliot_value_ref (foliot_value_get_item (args, i));
      g_ptr_array_add (
          calls, foliot_proxy_callv (proxies->pdata[i], method, foliot_value_new_list (&only, 1), NULL));
    }
  return await_calls (agent, calls, error);
}

FoliotFuture *
foliot_agent_spawn (gpointer agent, const char *name, FoliotFiberFunc body, gpointer user_data,
                    GDestroyNotify destroy)
{
  g_return_val_if_fail (FOLIOT_IS_AGENT (agent), NULL);
  FoliotKernel *kernel = foliot_agent_get_kernel (agent);
  guint32 before = foliot_kernel_enter_node (kernel, foliot_agent_get_node (agent));
  FoliotFuture *result
      = foliot_fiber_spawn (kernel, foliot_agent_get_scope (agent), name, body, user_data, destroy);
  foliot_kernel_enter_node (kernel, before);
  return result;
}
