/* SPDX-License-Identifier: MIT */
#include "controller.h"

/* Keeps the feed-in of a wind park below a limit. At every check it asks all turbines for their power, in the order of their
 * numbers, and hands out limits. Only + - * /, in the order written, so that every machine gets the same bits. */

#define VOLTAGE_LIMIT_PU 1.03
#define VOLTAGE_BAND_PU  0.05
#define LEAST_SHARE      0.2

typedef struct
{
  gint64 number;
  double rated_kw;
} Turbine;

/* clang-format off */
FOLIOT_DEFINE_AGENT (Controller, controller,
  double limit_kw;
  FoliotTime interval;
  gboolean shares;       /* rule "share"; else "demo" */
  GArray *turbines;      /* of Turbine, by number */
  GPtrArray *proxies;    /* of FoliotProxy, likewise */
  double total_kw;       /* at the last check */
)
/* clang-format on */

static gboolean
controller_init (gpointer self, FoliotArgs *args, GError **error)
{
  Controller *controller = self;
  const char *rule = foliot_args_get_string (args, "rule");

  controller->limit_kw = foliot_args_get_double (args, "max_windpark_feedin");
  controller->shares = g_str_equal (rule, "share");
  controller->turbines = g_array_new (FALSE, FALSE, sizeof (Turbine));
  controller->proxies = g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_proxy_unref);
  if (!foliot_time_from_seconds (foliot_args_get_double (args, "check_interval"), &controller->interval,
                                 error))
    return FALSE;
  if (controller->interval > 0 && (controller->shares || g_str_equal (rule, "demo")))
    return TRUE;
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
               "expected a check_interval > 0 and the rule \"share\" or \"demo\", not \"%s\"", rule);
  return FALSE;
}

static void
controller_dispose (gpointer self)
{
  Controller *controller = self;

  g_clear_pointer (&controller->turbines, g_array_unref);
  g_clear_pointer (&controller->proxies, g_ptr_array_unref);
}

static FoliotValue *
controller_register (gpointer self, FoliotArgs *args, GError **error)
{
  Controller *controller = self;
  Turbine turbine = { foliot_args_get_int (args, "number"), foliot_args_get_double (args, "P_rated") };
  guint place = controller->turbines->len;

  while (place > 0 && g_array_index (controller->turbines, Turbine, place - 1).number > turbine.number)
    place--;
  g_array_insert_val (controller->turbines, place, turbine);
  g_ptr_array_insert (controller->proxies, (int) place, foliot_args_dup_proxy (args, "turbine"));
  return NULL;
}

static FoliotValue *
controller_status (gpointer self, FoliotArgs *args, GError **error)
{
  Controller *controller = self;

  return foliot_value_build_map ("P", foliot_value_new_double (controller->total_kw), "max_windpark_feedin",
                                 foliot_value_new_double (controller->limit_kw), NULL);
}

static double
get_power (FoliotValue *states, guint turbine)
{
  return foliot_value_get_double (foliot_value_get_item (foliot_value_get_item (states, turbine), 0));
}

static double
reduce_for_voltage (double limit_kw, FoliotValue *vm_pu)
{
  double share;

  if (foliot_value_is_null (vm_pu) || foliot_value_get_double (vm_pu) <= VOLTAGE_LIMIT_PU)
    return limit_kw;
  share = 1.0 - (foliot_value_get_double (vm_pu) - VOLTAGE_LIMIT_PU) / VOLTAGE_BAND_PU;
  return limit_kw * (share > LEAST_SHARE ? share : LEAST_SHARE);
}

/* Every turbine gets its part of the park's limit; what is free is shared by rated power. */
static FoliotValue *
share_limit (Controller *controller, FoliotValue *states, guint turbine, double total_kw,
             double total_rated_kw)
{
  double rated_kw = g_array_index (controller->turbines, Turbine, turbine).rated_kw;
  double power_kw = get_power (states, turbine);
  double limit_kw;

  if (total_kw > controller->limit_kw)
    limit_kw = power_kw * controller->limit_kw / total_kw;
  else
    {
      limit_kw = power_kw + (controller->limit_kw - total_kw) * rated_kw / total_rated_kw;
      limit_kw = limit_kw < rated_kw ? limit_kw : rated_kw;
    }
  limit_kw
      = reduce_for_voltage (limit_kw, foliot_value_get_item (foliot_value_get_item (states, turbine), 1));
  return foliot_value_new_double (limit_kw);
}

static FoliotValue *
make_limits (Controller *controller, FoliotValue *states)
{
  guint n = controller->proxies->len;
  g_autofree FoliotValue **limits = g_new (FoliotValue *, n + 1);
  double total_kw = 0.0, total_rated_kw = 0.0;

  for (guint i = 0; i < n; i++)
    {
      total_kw += get_power (states, i);
      total_rated_kw += g_array_index (controller->turbines, Turbine, i).rated_kw;
    }
  for (guint i = 0; i < n; i++)
    if (controller->shares)
      limits[i] = share_limit (controller, states, i, total_kw, total_rated_kw);
    else if (total_kw > controller->limit_kw)
      limits[i] = foliot_value_new_double (get_power (states, i) * controller->limit_kw / total_kw);
    else
      limits[i] = foliot_value_new_null ();
  controller->total_kw = total_kw;
  return foliot_value_new_list (limits, n);
}

static gboolean
controller_check (Controller *controller, GError **error)
{
  g_autoptr (FoliotValue) states
      = foliot_agent_call_all (controller, controller->proxies, error, "get_state", NULL);
  g_autoptr (FoliotValue) done = NULL;

  if (states == NULL)
    return FALSE;
  done = foliot_agent_call_each (controller, controller->proxies, error, "set_limit",
                                 make_limits (controller, states));
  return done != NULL;
}

static gboolean
controller_run (gpointer self, GError **error)
{
  Controller *controller = self;
  FoliotTime next = 0;

  while (foliot_agent_sleep_until (controller, next, error) && controller_check (controller, error))
    next += controller->interval;
  return FALSE;
}

static const FoliotMethod controller_methods[]
    = { { "register", controller_register, "turbine:proxy, number:int, P_rated:number", "Adds a turbine." },
        { "status", controller_status, "",
          "Available power and limit of the park at the last check, in kW." },
        { NULL } };

static const FoliotAgentInfo controller_info = {
  .help = "Keeps the feed-in of a wind park below a limit.",
  .args = "max_windpark_feedin:number=7000, check_interval:number=900, rule:string=\"share\"",
  .init = controller_init,
  .run = controller_run,
  .dispose = controller_dispose,
  .methods = controller_methods,
};
