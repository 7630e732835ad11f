/* SPDX-License-Identifier: MIT */
#include <foliot/foliot.h>

/* Agents of several processes: a boss who asks clerks once a second, each of whom writes down what he was asked. */

/* The number that is changed in the other build of this module. */
#ifndef SHARE
#define SHARE 1.0
#endif

FOLIOT_DEFINE_AGENT (Clerk, clerk, double sum;)

static FoliotValue *
clerk_work (gpointer self, FoliotArgs *args, GError **error)
{
  Clerk *clerk = self;

  clerk->sum += foliot_args_get_double (args, "hours");
  foliot_agent_record (clerk, "work", "hours", foliot_value_ref (foliot_args_get_value (args, "hours")),
                       "sum", foliot_value_new_double (clerk->sum), NULL);
  return foliot_value_new_double (clerk->sum);
}

static const FoliotMethod clerk_methods[]
    = { { "work", clerk_work, "hours:number", "Adds hours to what was done." }, { NULL } };
static const FoliotAgentInfo clerk_info = { .help = "Works.", .methods = clerk_methods };

/* clang-format off */
FOLIOT_DEFINE_AGENT (Boss, boss,
  FoliotProxy *clerks[2];
  gint64 n_rounds;
)
/* clang-format on */

static gboolean
boss_init (gpointer self, FoliotArgs *args, GError **error)
{
  Boss *boss = self;

  boss->clerks[0] = foliot_args_dup_proxy (args, "first");
  boss->clerks[1] = foliot_args_dup_proxy (args, "second");
  boss->n_rounds = foliot_args_get_int (args, "rounds");
  return TRUE;
}

static void
boss_dispose (gpointer self)
{
  Boss *boss = self;

  g_clear_pointer (&boss->clerks[0], foliot_proxy_unref);
  g_clear_pointer (&boss->clerks[1], foliot_proxy_unref);
}

static gboolean
boss_run (gpointer self, GError **error)
{
  Boss *boss = self;

  for (gint64 i = 1; i <= boss->n_rounds; i++)
    {
      if (!foliot_agent_sleep_until (boss, i * FOLIOT_SECOND, error))
        return FALSE;
      for (guint k = 0; k < G_N_ELEMENTS (boss->clerks); k++)
        {
          double hours = (double) i * SHARE;
          g_autoptr (FoliotValue) sum = foliot_await_take (
              foliot_proxy_call (boss->clerks[k], "work", foliot_value_new_double (hours), NULL), error);

          if (sum == NULL)
            return FALSE;
        }
    }
  return TRUE;
}

static const FoliotAgentInfo boss_info = {
  .help = "Asks clerks to work.",
  .args = "first:proxy, second:proxy, rounds:int=5",
  .init = boss_init,
  .run = boss_run,
  .dispose = boss_dispose,
};

FOLIOT_MODULE (clerk_get_type, boss_get_type)
