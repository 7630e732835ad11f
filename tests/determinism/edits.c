/* SPDX-License-Identifier: MIT */
#include <foliot/foliot.h>

/*
 * An agent that lives by chance, greets the next one once a second, and whose code can be "edited" by an argument: one draw more, or a
 * message that there was not before.
 */

/* clang-format off */
FOLIOT_DEFINE_AGENT (Walker, walker,
  FoliotProxy *next;
  char *edit;
  double place;
)
/* clang-format on */

static gboolean
walker_init (gpointer self, FoliotArgs *args, GError **error)
{
  Walker *walker = self;

  walker->edit = g_strdup (foliot_args_get_string (args, "edit"));
  if (!foliot_args_is_null (args, "next"))
    walker->next = foliot_args_dup_proxy (args, "next");
  return TRUE;
}

static void
walker_dispose (gpointer self)
{
  Walker *walker = self;

  g_clear_pointer (&walker->next, foliot_proxy_unref);
  g_clear_pointer (&walker->edit, g_free);
}

static gboolean
walker_run (gpointer self, GError **error)
{
  Walker *walker = self;
  FoliotRandom *random = foliot_agent_get_random (walker, "walk");

  for (gint64 second = 1; walker->next != NULL; second++)
    {
      g_autoptr (FoliotValue) greeted = NULL, waved = NULL;

      while (foliot_random_uniform (random) < 0.7)
        {
          walker->place += foliot_random_uniform (random) - 0.5;
          foliot_agent_record (walker, "walk", "place", foliot_value_new_double (walker->place), NULL);
        }
      if (g_str_equal (walker->edit, "draw"))
        foliot_random_uniform (random);
      if (!foliot_agent_sleep_until (walker, second * FOLIOT_SECOND, error))
        return FALSE;
      greeted = foliot_agent_call (walker, walker->next, error, "greet", foliot_value_new_int (second), NULL);
      if (greeted == NULL)
        return FALSE;
      if (!g_str_equal (walker->edit, "message"))
        continue;
      waved = foliot_agent_call (walker, walker->next, error, "wave", NULL);
      if (waved == NULL)
        return FALSE;
    }
  return TRUE;
}

static FoliotValue *
walker_greet (gpointer self, FoliotArgs *args, GError **error)
{
  return NULL;
}

static const FoliotMethod walker_methods[] = { { "greet", walker_greet, "second:int", "Is greeted." },
                                               { "wave", walker_greet, "", "Is waved at." },
                                               { NULL } };
static const FoliotAgentInfo walker_info = { .help = "Lives by chance.",
                                             .args = "next:proxy?=null, edit:string=\"\"",
                                             .init = walker_init,
                                             .run = walker_run,
                                             .dispose = walker_dispose,
                                             .methods = walker_methods };

FOLIOT_MODULE (walker_get_type)
