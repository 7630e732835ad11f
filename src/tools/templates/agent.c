#include <foliot/foliot.h>

/* An agent with a friend greets it every period; an agent without one listens. */

/* clang-format off */
FOLIOT_DEFINE_AGENT (@TYPE@, @PREFIX@,
  FoliotProxy *friend;   /* nullable */
  FoliotTime period;
  gint64 n_heard;
)
/* clang-format on */

static gboolean
@PREFIX@_init (gpointer self, FoliotArgs *args, GError **error)
{
  @TYPE@ *agent = self;
  const char *friend = foliot_args_get_string (args, "friend");

  if (!foliot_time_from_seconds (foliot_args_get_double (args, "period"), &agent->period, error))
    return FALSE;
  if (friend != NULL)
    agent->friend = foliot_agent_connect (agent, friend, 0, error);
  return friend == NULL || agent->friend != NULL;
}

static void
@PREFIX@_dispose (gpointer self)
{
  @TYPE@ *agent = self;

  g_clear_pointer (&agent->friend, foliot_proxy_unref);
}

/* What others may call: runs on a fiber of its own, and may wait. */
static FoliotValue *
@PREFIX@_greet (gpointer self, FoliotArgs *args, GError **error)
{
  @TYPE@ *agent = self;
  FoliotTime sent = foliot_args_get_int (args, "sent_ns");
  FoliotTime delay = foliot_kernel_now (foliot_agent_get_kernel (agent)) - sent;

  agent->n_heard++;
  foliot_agent_record (agent, "greetings", "from", foliot_value_new_string (foliot_args_get_string (args, "name")),
                       "delay_s", foliot_value_new_double (foliot_time_to_seconds (delay)), NULL);
  return foliot_value_new_string_printf ("Hello %s", foliot_args_get_string (args, "name"));
}

/* The agent's own life, from top to bottom. The world begins at −1 s, so time 0 is still to come. */
static gboolean
@PREFIX@_run (gpointer self, GError **error)
{
  @TYPE@ *agent = self;

  for (FoliotTime next = 0; agent->friend != NULL; next += agent->period)
    {
      g_autoptr (FoliotValue) answer = NULL;

      if (!foliot_agent_sleep_until (agent, next, error))
        return FALSE;
      answer = foliot_agent_call (agent, agent->friend, error, "greet",
                                  foliot_value_new_string (foliot_agent_get_name (agent)), foliot_value_new_int (next), NULL);
      if (answer == NULL)
        return FALSE;
    }
  return TRUE;
}

static FoliotValue *
@PREFIX@_output_n_heard (gpointer self)
{
  return foliot_value_new_int (((@TYPE@ *) self)->n_heard);
}

static const FoliotMethod @PREFIX@_methods[] = {
  { "greet", @PREFIX@_greet, "name:string, sent_ns:int", "Greets the agent." },
  { NULL },
};

static const FoliotOutput @PREFIX@_outputs[] = {
  { "n_heard", "1", @PREFIX@_output_n_heard, "Greetings heard so far." },
  { NULL },
};

static const FoliotAgentInfo @PREFIX@_info = {
  .help = "Greets its friend.",
  .args = "period:number=60, friend:string?=null",
  .init = @PREFIX@_init,
  .run = @PREFIX@_run,
  .dispose = @PREFIX@_dispose,
  .methods = @PREFIX@_methods,
  .outputs = @PREFIX@_outputs,
};

FOLIOT_MODULE (@PREFIX@_get_type)
