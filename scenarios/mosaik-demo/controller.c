/* SPDX-License-Identifier: MIT */
#include "agents.h"

/* Every interval it asks all turbines for their power, and cuts it back in proportion when the park feeds in too much. That a
 * cycle is over it need not tell: who moves the time asks whether all is settled. */

/* clang-format off */
FOLIOT_DEFINE_AGENT (DemoController, demo_controller,
  double limit_kw;
  FoliotTime interval;
  GPtrArray *turbines; /* of FoliotProxy */
)
/* clang-format on */

static gboolean
demo_controller_init (gpointer self, FoliotArgs *args, GError **error)
{
  DemoController *controller = self;

  controller->limit_kw = foliot_args_get_double (args, "max_windpark_feedin");
  controller->turbines = g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_proxy_unref);
  return foliot_time_from_seconds (foliot_args_get_double (args, "check_interval"), &controller->interval,
                                   error);
}

static void
demo_controller_dispose (gpointer self)
{
  g_clear_pointer (&((DemoController *) self)->turbines, g_ptr_array_unref);
}

static FoliotValue *
demo_controller_register (gpointer self, FoliotArgs *args, GError **error)
{
  g_ptr_array_add (((DemoController *) self)->turbines, foliot_args_dup_proxy (args, "turbine"));
  return NULL;
}

static FoliotValue *
make_limits (DemoController *controller, FoliotValue *powers)
{
  gsize n = foliot_value_get_length (powers);
  g_autofree FoliotValue **limits = g_new (FoliotValue *, n + 1);
  double total_kw = 0.0;

  for (gsize i = 0; i < n; i++)
    total_kw += foliot_value_get_double (foliot_value_get_item (powers, i));
  for (gsize i = 0; i < n; i++)
    limits[i] = total_kw > controller->limit_kw
                    ? foliot_value_new_double (foliot_value_get_double (foliot_value_get_item (powers, i))
                                               * controller->limit_kw / total_kw)
                    : foliot_value_new_null ();
  return foliot_value_new_list (limits, n);
}

static gboolean
check (DemoController *controller, GError **error)
{
  g_autoptr (FoliotValue) powers
      = foliot_agent_call_all (controller, controller->turbines, error, "get_P", NULL);
  g_autoptr (FoliotValue) done = NULL;

  if (powers == NULL)
    return FALSE;
  done = foliot_agent_call_each (controller, controller->turbines, error, "set_P_max",
                                 make_limits (controller, powers));
  return done != NULL;
}

static gboolean
demo_controller_run (gpointer self, GError **error)
{
  DemoController *controller = self;
  FoliotTime next = 0;

  while (foliot_agent_sleep_until (controller, next, error) && check (controller, error))
    next += controller->interval;
  return FALSE;
}

static const FoliotMethod demo_controller_methods[]
    = { { "register", demo_controller_register, "turbine:proxy", "Adds a turbine." }, { NULL } };

static const FoliotAgentInfo demo_controller_info = {
  .help = "Keeps the feed-in of a wind park below a limit.",
  .args = "max_windpark_feedin:number=7000, check_interval:number=900",
  .init = demo_controller_init,
  .run = demo_controller_run,
  .dispose = demo_controller_dispose,
  .methods = demo_controller_methods,
};
