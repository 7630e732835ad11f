/* SPDX-License-Identifier: MIT */
#include <foliot/foliot.h>

/* An agent that asks its master, and does something of its own accord every ten seconds, if it wakes. */

/* clang-format off */
FOLIOT_DEFINE_AGENT (Asker, asker,
  FoliotProxy *master;
  double number;
  double percent;
  gboolean wakes;
  gint64 n_ticks;
  gboolean has_news;
)
/* clang-format on */

static gboolean
asker_init (gpointer self, FoliotArgs *args, GError **error)
{
  Asker *asker = self;

  asker->master = foliot_args_dup_proxy (args, "master");
  asker->number = foliot_args_get_double (args, "number");
  asker->wakes = foliot_args_get_bool (args, "wakes");
  return TRUE;
}

static void
asker_dispose (gpointer self)
{
  g_clear_pointer (&((Asker *) self)->master, foliot_proxy_unref);
}

static gboolean
asker_run (gpointer self, GError **error)
{
  Asker *asker = self;

  while (asker->wakes)
    {
      if (!foliot_agent_sleep (asker, 10 * FOLIOT_SECOND, error))
        return FALSE;
      asker->n_ticks++;
    }
  return TRUE;
}

/* Asks while mosaik waits for the step. */
static gboolean
asker_take (gpointer self, FoliotValue *value, GError **error)
{
  Asker *asker = self;
  g_autoptr (FoliotValue) percent = foliot_agent_call (asker, asker->master, error, "get_progress", NULL);
  g_autoptr (FoliotValue) related
      = percent != NULL ? foliot_agent_call (asker, asker->master, error, "get_related_entities",
                                             foliot_value_new_string ("S-0.Asker_0"), NULL)
                        : NULL;

  if (related == NULL)
    return FALSE;
  asker->percent = foliot_value_get_double (percent);
  asker->number = foliot_value_get_double (value) + (double) foliot_value_get_length (related);
  asker->has_news = TRUE;
  return TRUE;
}

static FoliotValue *
asker_add (gpointer self, FoliotArgs *args, GError **error)
{
  Asker *asker = self;

  asker->number += foliot_args_get_double (args, "number");
  return foliot_value_new_double (asker->number);
}

static FoliotValue *
asker_ask_for_event (gpointer self, FoliotArgs *args, GError **error)
{
  Asker *asker = self;

  return foliot_agent_call (asker, asker->master, error, "set_event",
                            foliot_value_new_int (foliot_args_get_int (args, "time")), NULL);
}

static FoliotValue *
asker_ask (gpointer self, FoliotArgs *args, GError **error)
{
  Asker *asker = self;

  return foliot_agent_call (asker, asker->master, error, foliot_args_get_string (args, "method"),
                            foliot_value_ref (foliot_args_get_value (args, "argument")), NULL);
}

static FoliotValue *
asker_output_number (gpointer self)
{
  return foliot_value_new_double (((Asker *) self)->number);
}

static FoliotValue *
asker_output_news (gpointer self)
{
  Asker *asker = self;
  gboolean has_news = asker->has_news;

  asker->has_news = FALSE;
  return has_news ? foliot_value_new_double (asker->percent) : NULL;
}

static FoliotValue *
asker_output_ticks (gpointer self)
{
  return foliot_value_new_int (((Asker *) self)->n_ticks);
}

static const FoliotMethod asker_methods[]
    = { { "add", asker_add, "number:number", "Adds to the number." },
        { "ask_for_event", asker_ask_for_event, "time:int", "Asks for a step." },
        { "ask", asker_ask, "method:string, argument:any", "Asks the master anything." },
        { NULL } };

static const FoliotInput asker_inputs[] = { { "number", "1", asker_take, "A number." }, { NULL } };

static const FoliotOutput asker_outputs[] = { { "number", "1", asker_output_number, "The number." },
                                              { "news", "1", asker_output_news, "Progress, once." },
                                              { "ticks", "1", asker_output_ticks, "How often it woke up." },
                                              { NULL } };

static const FoliotAgentInfo asker_info = {
  .help = "Asks its master.",
  .args = "master:proxy, number:number=0, wakes:bool=true",
  .init = asker_init,
  .run = asker_run,
  .dispose = asker_dispose,
  .methods = asker_methods,
  .inputs = asker_inputs,
  .outputs = asker_outputs,
};

FOLIOT_MODULE (asker_get_type)
