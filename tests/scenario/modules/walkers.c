/* SPDX-License-Identifier: MIT */
#include <foliot/foliot.h>

/* Walkers for test-shipped: each takes steps of its own, and greets the next one once a minute over a link with random
 * latency. What one says does not depend on where it is, so only the walker itself may notice how often it draws. */

/* clang-format off */
FOLIOT_DEFINE_AGENT (Walker, walker,
  FoliotProxy *next;
  gint64 n_extra;    /* draws beyond need, each minute */
  double position;
)
/* clang-format on */

static gboolean
walker_init (gpointer self, FoliotArgs *args, GError **error)
{
  Walker *walker = self;

  walker->next = foliot_args_dup_proxy (args, "next");
  walker->n_extra = foliot_args_get_int (args, "extra");
  return TRUE;
}

static void
walker_dispose (gpointer self)
{
  g_clear_pointer (&((Walker *) self)->next, foliot_proxy_unref);
}

static FoliotValue *
walker_greet (gpointer self, FoliotArgs *args, GError **error)
{
  return NULL;
}

static gboolean
walker_run (gpointer self, GError **error)
{
  Walker *walker = self;
  FoliotRandom *steps = foliot_agent_get_random (walker, "steps");

  for (FoliotTime next = FOLIOT_MINUTE;; next += FOLIOT_MINUTE)
    {
      g_autoptr (FoliotValue) greeted = NULL;

      if (!foliot_agent_sleep_until (walker, next, error))
        return FALSE;
      for (gint64 i = 0; i <= walker->n_extra; i++)
        walker->position += foliot_random_normal (steps, 0, 1);
      greeted = foliot_agent_call (walker, walker->next, error, "greet", NULL);
      if (greeted == NULL)
        return FALSE;
    }
}

static FoliotValue *
walker_output_position (gpointer self)
{
  return foliot_value_new_double (((Walker *) self)->position);
}

static const FoliotMethod walker_methods[] = { { "greet", walker_greet, "", "Greets." }, { NULL } };

static const FoliotOutput walker_outputs[]
    = { { "position", "m", walker_output_position, "Where it is." }, { NULL } };

static const FoliotAgentInfo walker_info = {
  .help = "Takes random steps.",
  .args = "next:proxy, extra:int=0",
  .init = walker_init,
  .run = walker_run,
  .dispose = walker_dispose,
  .methods = walker_methods,
  .outputs = walker_outputs,
};

FOLIOT_MODULE (walker_get_type)
