/* SPDX-License-Identifier: MIT */
#include "agents.h"

/* A wind turbine: introduces itself to the controller as it is made, and knows its power and its limit. All power in kW. */

/* clang-format off */
FOLIOT_DEFINE_AGENT (DemoWecs, demo_wecs,
  double power_kw;
  double limit_kw;
  gboolean has_limit;
)
/* clang-format on */

static gboolean
demo_wecs_init (gpointer self, FoliotArgs *args, GError **error)
{
  g_autoptr (FoliotValue) registered
      = foliot_agent_call (self, foliot_args_get_proxy (args, "controller"), error, "register",
                           foliot_agent_as_value (self), NULL);

  return registered != NULL;
}

static FoliotValue *
demo_wecs_update_state (gpointer self, FoliotArgs *args, GError **error)
{
  FoliotValue *power = foliot_value_lookup (foliot_args_get_value (args, "state"), "P");

  if (power != NULL && foliot_value_is_number (power))
    ((DemoWecs *) self)->power_kw = foliot_value_get_double (power);
  return NULL;
}

static FoliotValue *
demo_wecs_get_power (gpointer self, FoliotArgs *args, GError **error)
{
  return foliot_value_new_double (((DemoWecs *) self)->power_kw);
}

static FoliotValue *
demo_wecs_get_limit (gpointer self, FoliotArgs *args, GError **error)
{
  DemoWecs *wecs = self;

  return wecs->has_limit ? foliot_value_new_double (wecs->limit_kw) : NULL;
}

static FoliotValue *
demo_wecs_set_limit (gpointer self, FoliotArgs *args, GError **error)
{
  DemoWecs *wecs = self;

  wecs->has_limit = !foliot_args_is_null (args, "P_max");
  wecs->limit_kw = wecs->has_limit ? foliot_args_get_double (args, "P_max") : 0.0;
  return NULL;
}

static const FoliotMethod demo_wecs_methods[]
    = { { "update_state", demo_wecs_update_state, "state:map", "What is new from the simulated world." },
        { "get_P", demo_wecs_get_power, "", "Power, in kW." },
        { "get_P_max", demo_wecs_get_limit, "", "Limit, in kW; null: none." },
        { "set_P_max", demo_wecs_set_limit, "P_max:number?", "A new limit; null: none." },
        { NULL } };

static const FoliotAgentInfo demo_wecs_info = {
  .help = "A wind turbine.",
  .args = "controller:proxy, P_rated:number",
  .init = demo_wecs_init,
  .methods = demo_wecs_methods,
};
