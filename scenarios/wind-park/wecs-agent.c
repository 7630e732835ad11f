/* SPDX-License-Identifier: MIT */
#include "wecs-agent.h"

/* A wind turbine (wind energy conversion system). Its available power comes from outside, as the input P; what it feeds in is
 * bounded by the limit of the step before. All power in kW. */

/* clang-format off */
FOLIOT_DEFINE_AGENT (WecsAgent, wecs_agent,
  FoliotProxy *controller;
  double rated_kw;
  double power_kw;     /* available */
  double feed_kw;      /* fed in */
  double limit_kw;
  double vm_pu;        /* voltage at its bus, per unit */
  gboolean has_limit;
  gboolean has_voltage;
)
/* clang-format on */

static FoliotValue *
number_or_null (gboolean has, double number)
{
  return has ? foliot_value_new_double (number) : foliot_value_new_null ();
}

static gboolean
wecs_agent_init (gpointer self, FoliotArgs *args, GError **error)
{
  WecsAgent *wecs = self;
  g_autoptr (FoliotValue) registered = NULL;

  wecs->rated_kw = foliot_args_get_double (args, "P_rated");
  wecs->controller = foliot_args_dup_proxy (args, "controller");
  registered = foliot_agent_call (wecs, wecs->controller, error, "register", foliot_agent_as_value (wecs),
                                  foliot_value_new_int (foliot_args_get_int (args, "number")),
                                  foliot_value_new_double (wecs->rated_kw), NULL);
  return registered != NULL;
}

static void
wecs_agent_dispose (gpointer self)
{
  WecsAgent *wecs = self;

  g_clear_pointer (&wecs->controller, foliot_proxy_unref);
}

static FoliotValue *
wecs_agent_get_state (gpointer self, FoliotArgs *args, GError **error)
{
  WecsAgent *wecs = self;

  return foliot_value_build_list (foliot_value_new_double (wecs->power_kw),
                                  number_or_null (wecs->has_voltage, wecs->vm_pu), NULL);
}

static FoliotValue *
wecs_agent_get_feed (gpointer self, FoliotArgs *args, GError **error)
{
  return foliot_value_new_double (((WecsAgent *) self)->feed_kw);
}

static FoliotValue *
wecs_agent_set_voltage (gpointer self, FoliotArgs *args, GError **error)
{
  WecsAgent *wecs = self;

  wecs->has_voltage = TRUE;
  wecs->vm_pu = foliot_args_get_double (args, "vm_pu");
  return NULL;
}

static FoliotValue *
wecs_agent_set_limit (gpointer self, FoliotArgs *args, GError **error)
{
  WecsAgent *wecs = self;

  wecs->has_limit = !foliot_args_is_null (args, "P_max");
  wecs->limit_kw = wecs->has_limit ? foliot_args_get_double (args, "P_max") : 0.0;
  return NULL;
}

static gboolean
wecs_agent_take_power (gpointer self, FoliotValue *value, GError **error)
{
  WecsAgent *wecs = self;

  wecs->power_kw = foliot_value_get_double (value);
  wecs->feed_kw = wecs->has_limit && wecs->limit_kw < wecs->power_kw ? wecs->limit_kw : wecs->power_kw;
  return TRUE;
}

static gboolean
wecs_agent_take_voltage (gpointer self, FoliotValue *value, GError **error)
{
  WecsAgent *wecs = self;

  wecs->has_voltage = TRUE;
  wecs->vm_pu = foliot_value_get_double (value);
  return TRUE;
}

static FoliotValue *
wecs_agent_output_power (gpointer self)
{
  return foliot_value_new_double (((WecsAgent *) self)->power_kw);
}

static FoliotValue *
wecs_agent_output_feed (gpointer self)
{
  return foliot_value_new_double (((WecsAgent *) self)->feed_kw);
}

static FoliotValue *
wecs_agent_output_limit (gpointer self)
{
  WecsAgent *wecs = self;

  return number_or_null (wecs->has_limit, wecs->limit_kw);
}

static FoliotValue *
wecs_agent_output_voltage (gpointer self)
{
  WecsAgent *wecs = self;

  return number_or_null (wecs->has_voltage, wecs->vm_pu);
}

static const FoliotMethod wecs_agent_methods[]
    = { { "get_state", wecs_agent_get_state, "",
          "Available power in kW and voltage per unit (null: unknown)." },
        { "get_feed", wecs_agent_get_feed, "", "Power fed in, in kW." },
        { "set_voltage", wecs_agent_set_voltage, "vm_pu:number", "Tells the voltage at the bus." },
        { "set_limit", wecs_agent_set_limit, "P_max:number?",
          "Bounds the feed-in from the next step on; null: no limit." },
        { NULL } };

static const FoliotInput wecs_agent_inputs[]
    = { { "P", "kW", wecs_agent_take_power, "Available power." },
        { "vm_pu", "1", wecs_agent_take_voltage, "Voltage at the bus." },
        { NULL } };

static const FoliotOutput wecs_agent_outputs[]
    = { { "P", "kW", wecs_agent_output_power, "Available power." },
        { "P_feed", "kW", wecs_agent_output_feed, "Power fed in." },
        { "P_max", "kW", wecs_agent_output_limit, "Limit handed out." },
        { "vm_pu", "1", wecs_agent_output_voltage, "Voltage at the bus." },
        { NULL } };

static const FoliotAgentInfo wecs_agent_info = {
  .help = "A wind turbine that keeps to the limit of the step before.",
  .args = "controller:proxy, number:int, P_rated:number",
  .init = wecs_agent_init,
  .dispose = wecs_agent_dispose,
  .methods = wecs_agent_methods,
  .inputs = wecs_agent_inputs,
  .outputs = wecs_agent_outputs,
};
