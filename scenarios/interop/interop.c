/* SPDX-License-Identifier: MIT */
#include <foliot/foliot.h>

#include "plus.h"

/* An agent that behaves as the Python agent of tests/peers/interop_agent.py does, seen from the other end of a wire. */

/* clang-format off */
FOLIOT_DEFINE_AGENT (InteropAgent, interop_agent,
  FoliotProxy *held;
)
/* clang-format on */

static void
interop_agent_dispose (gpointer self)
{
  g_clear_pointer (&((InteropAgent *) self)->held, foliot_proxy_unref);
}

static FoliotValue *
interop_agent_add (gpointer self, FoliotArgs *args, GError **error)
{
  return interop_plus (foliot_args_get_value (args, "a"), foliot_args_get_value (args, "b"), error);
}

static FoliotValue *
interop_agent_echo (gpointer self, FoliotArgs *args, GError **error)
{
  return foliot_value_ref (foliot_args_get_value (args, "x"));
}

static FoliotValue *
interop_agent_fail (gpointer self, FoliotArgs *args, GError **error)
{
  g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, foliot_args_get_string (args, "text"));
  return NULL;
}

static FoliotValue *
interop_agent_slow (gpointer self, FoliotArgs *args, GError **error)
{
  FoliotValue *x = foliot_args_get_value (args, "x");
  FoliotTime delay;

  if (!foliot_time_from_seconds (foliot_args_get_double (args, "seconds"), &delay, error))
    return NULL;
  return foliot_await_take (foliot_clock_sleep (foliot_agent_get_clock (self), delay, foliot_value_ref (x)),
                            error);
}

static FoliotValue *
call (FoliotProxy *proxy, FoliotArgs *args, GError **error)
{
  return foliot_await_take (foliot_proxy_callv (proxy, foliot_args_get_string (args, "method"),
                                                foliot_value_ref (foliot_args_get_value (args, "args")),
                                                NULL),
                            error);
}

static FoliotValue *
interop_agent_call_back (gpointer self, FoliotArgs *args, GError **error)
{
  g_autoptr (FoliotProxy) proxy
      = foliot_agent_connect (self, foliot_args_get_string (args, "addr"), 0, error);

  return proxy != NULL ? call (proxy, args, error) : NULL;
}

static FoliotValue *
interop_agent_hold (gpointer self, FoliotArgs *args, GError **error)
{
  InteropAgent *agent = self;

  g_clear_pointer (&agent->held, foliot_proxy_unref);
  agent->held = foliot_args_dup_proxy (args, "proxy");
  return NULL;
}

static FoliotValue *
interop_agent_call_held (gpointer self, FoliotArgs *args, GError **error)
{
  InteropAgent *agent = self;
  g_autoptr (FoliotProxy) held = agent->held != NULL ? foliot_proxy_ref (agent->held) : NULL;

  if (held != NULL)
    return call (held, args, error);
  g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_RUNTIME, "nobody is held; call hold(proxy) first");
  return NULL;
}

static FoliotValue *
interop_agent_date (gpointer self, FoliotArgs *args, GError **error)
{
  FoliotDate date;

  return foliot_date_parse ("2016-01-01T00:00:00+00:00", &date, error) ? foliot_value_new_date (&date) : NULL;
}

static FoliotValue *
interop_agent_date_after (gpointer self, FoliotArgs *args, GError **error)
{
  const FoliotDate *date = foliot_value_get_date (foliot_args_get_value (args, "date"));
  FoliotTime duration;
  FoliotDate after;

  if (!foliot_time_from_seconds (foliot_args_get_double (args, "seconds"), &duration, error))
    return NULL;
  after = foliot_date_add (date, duration);
  return foliot_value_new_date (&after);
}

static FoliotValue *
interop_agent_kwargs (gpointer self, FoliotArgs *args, GError **error)
{
  return foliot_value_ref (foliot_args_get_value (args, "kw"));
}

static FoliotValue *
interop_agent_me (gpointer self, FoliotArgs *args, GError **error)
{
  return foliot_agent_as_value (self);
}

/* No codec has a form for the world itself. */
static FoliotValue *
interop_agent_unserializable (gpointer self, FoliotArgs *args, GError **error)
{
  return foliot_value_new_object (FOLIOT_TYPE_KERNEL, foliot_agent_get_kernel (self));
}

static const FoliotMethod interop_agent_methods[]
    = { { "add", interop_agent_add, "a, b", "Python's a + b." },
        { "echo", interop_agent_echo, "x", "Its argument." },
        { "fail", interop_agent_fail, "text:string", "Fails as ValueError with this text." },
        { "slow", interop_agent_slow, "seconds:number, x", "Its second argument, later." },
        { "call_back", interop_agent_call_back, "addr:string, method:string, args:list",
          "Connects to an agent, calls it and returns its answer." },
        { "hold", interop_agent_hold, "proxy:proxy", "Keeps an agent for call_held." },
        { "call_held", interop_agent_call_held, "args:list, method:string=\"add\"",
          "Calls the agent that is held and returns its answer." },
        { "date", interop_agent_date, "", "2016-01-01T00:00:00+00:00." },
        { "date_after", interop_agent_date_after, "date:date, seconds:number", "A date and some seconds." },
        { "kwargs", interop_agent_kwargs, "**kw", "Its keyword arguments." },
        { "me", interop_agent_me, "", "The agent itself; arrives as a proxy." },
        { "unserializable", interop_agent_unserializable, "", "An answer that no codec can write." },
        { "hidden", NULL, "", "Is not exposed." },
        { NULL } };

static const FoliotAgentInfo interop_agent_info = {
  .help = "What a Python peer tries.",
  .dispose = interop_agent_dispose,
  .methods = interop_agent_methods,
};

FOLIOT_MODULE (interop_agent_get_type)
