/* SPDX-License-Identifier: MIT */
#include <foliot/foliot.h>

/* Agents that ask somebody outside once a second, over the sockets of their container, or over TLS of their own; and some who ask to be
 * called. */

/* clang-format off */
FOLIOT_DEFINE_AGENT (Caller, caller,
  char *url;
  char *tls;                 /* folder with certificates; "": over the container's own sockets */
  gint64 n_rounds;
  gint64 extra;              /* round in which it asks once more; −1: none */
  FoliotTime every;
  gint64 size;               /* bytes of text that go along */
  gboolean looks_out;        /* it observes something, too */
  FoliotTransport *transport;
  FoliotContainer *outside;
)

FOLIOT_DEFINE_AGENT (Clerk, clerk,
  char *url;
  FoliotTime pause;
  gint64 noted;
)
/* clang-format on */

static gboolean
caller_init (gpointer self, FoliotArgs *args, GError **error)
{
  Caller *caller = self;

  caller->url = g_strdup (foliot_args_get_string (args, "url"));
  caller->tls = g_strdup (foliot_args_get_string (args, "tls"));
  caller->n_rounds = foliot_args_get_int (args, "rounds");
  caller->extra = foliot_args_get_int (args, "extra");
  caller->size = foliot_args_get_int (args, "size");
  caller->looks_out = foliot_args_get_bool (args, "looks_out");
  return foliot_time_from_seconds (foliot_args_get_double (args, "every"), &caller->every, error);
}

static void
caller_dispose (gpointer self)
{
  Caller *caller = self;

  g_clear_object (&caller->outside);
  g_clear_object (&caller->transport);
  g_clear_pointer (&caller->url, g_free);
  g_clear_pointer (&caller->tls, g_free);
}

static gboolean
open_outside (Caller *caller, GError **error)
{
  FoliotContainer *own = foliot_agent_get_container (caller);
  const FoliotContainerOptions how = { .name = "outside",
                                       .clock = foliot_container_get_clock (own),
                                       .codec_type = FOLIOT_TYPE_CODEC_JSON };
  g_autoptr (FoliotTlsCredentials) tls = foliot_tls_credentials_new_from_folder (caller->tls, error);
  g_autoptr (FoliotAddress) address = foliot_address_new_tcp ("127.0.0.1", 0);
  const FoliotStreamOptions options = { .tls = tls };

  if (tls == NULL)
    return FALSE;
  caller->transport = foliot_stream_transport_new (foliot_agent_get_kernel (caller), &options);
  caller->outside = foliot_container_new (caller->transport, address, &how, error);
  return caller->outside != NULL;
}

static FoliotProxy *
connect_outside (Caller *caller, GError **error)
{
  g_autoptr (FoliotValue) value = NULL;

  if (caller->tls[0] == '\0')
    return foliot_agent_connect (caller, caller->url, 0, error);
  if (!open_outside (caller, error))
    return NULL;
  value = foliot_await_take (foliot_container_connect (caller->outside, caller->url, 0), error);
  return value != NULL ? foliot_proxy_ref (foliot_value_get_object (value, FOLIOT_TYPE_PROXY)) : NULL;
}

static FoliotValue *
look_at_environment (gpointer user_data, GError **error)
{
  return foliot_value_new_string (g_getenv ("PATH"));
}

static FoliotValue *
ask (Caller *caller, FoliotProxy *proxy, gint64 round, GError **error)
{
  g_autofree char *text = g_strnfill ((gsize) caller->size, 'x');

  return foliot_await_take (foliot_proxy_call (proxy, "echo",
                                               foliot_value_build_list (foliot_value_new_int (round),
                                                                        foliot_value_new_string (text), NULL),
                                               NULL),
                            error);
}

static gboolean
caller_run (gpointer self, GError **error)
{
  Caller *caller = self;
  g_autoptr (FoliotProxy) proxy = connect_outside (caller, error);

  for (gint64 i = 1; proxy != NULL && i <= caller->n_rounds; i++)
    {
      FoliotTime now = foliot_kernel_now (foliot_agent_get_kernel (caller));
      g_autoptr (FoliotValue) answer = NULL, more = NULL, seen = NULL;

      if (!foliot_agent_sleep_until (caller, MAX (i * caller->every, now + 1), error))
        return FALSE;
      if (i == caller->extra && (more = ask (caller, proxy, -i, error)) == NULL)
        return FALSE;
      if (caller->looks_out
          && (seen = foliot_kernel_observe (foliot_agent_get_kernel (caller), "environment/PATH",
                                            look_at_environment, NULL, error))
                 == NULL)
        return FALSE;
      answer = ask (caller, proxy, i, error);
      if (answer == NULL)
        return FALSE;
      foliot_agent_record (caller, "answers", "round", foliot_value_ref (foliot_value_get_item (answer, 0)),
                           "seen", seen != NULL ? foliot_value_ref (seen) : foliot_value_new_null (), NULL);
    }
  return proxy != NULL;
}

static const FoliotAgentInfo caller_info = {
  .help = "Asks somebody outside once a second.",
  .args = "url:string, rounds:int=5, extra:int=-1, every:number=1, size:int=0, tls:string=\"\", "
          "looks_out:bool=false",
  .init = caller_init,
  .run = caller_run,
  .dispose = caller_dispose,
};

/* ---- who asks to be called ---- */

static gboolean
clerk_init (gpointer self, FoliotArgs *args, GError **error)
{
  Clerk *clerk = self;

  clerk->url = g_strdup (foliot_args_get_string (args, "url"));
  return foliot_time_from_seconds (foliot_args_get_double (args, "pause"), &clerk->pause, error);
}

static void
clerk_dispose (gpointer self)
{
  g_clear_pointer (&((Clerk *) self)->url, g_free);
}

static FoliotValue *
clerk_note (gpointer self, FoliotArgs *args, GError **error)
{
  Clerk *clerk = self;
  FoliotDate now;
  g_autofree char *date = NULL;

  foliot_clock_utcnow (foliot_agent_get_clock (clerk), &now);
  date = foliot_date_format (&now);
  clerk->noted = foliot_args_get_int (args, "round");
  foliot_agent_record (clerk, "notes", "round", foliot_value_new_int (clerk->noted), "date",
                       foliot_value_new_string (date), NULL);
  return foliot_value_new_int (clerk->noted);
}

/* Until somebody ends the run. */
static gboolean
clerk_run (gpointer self, GError **error)
{
  Clerk *clerk = self;
  g_autoptr (FoliotProxy) proxy = foliot_agent_connect (clerk, clerk->url, 0, error);

  for (gint64 i = 1; proxy != NULL && foliot_agent_sleep (clerk, clerk->pause, error); i++)
    {
      g_autoptr (FoliotValue) answer = foliot_agent_call (
          clerk, proxy, error, "call_back", foliot_value_new_string (foliot_agent_get_address (clerk)),
          foliot_value_new_string ("note"), foliot_value_build_list (foliot_value_new_int (i), NULL), NULL);

      if (answer == NULL)
        return FALSE;
      g_assert (foliot_value_get_int (answer) == i && clerk->noted == i);
    }
  return FALSE;
}

static FoliotValue *
clerk_get_noted (gpointer self)
{
  return foliot_value_new_int (((Clerk *) self)->noted);
}

static const FoliotMethod clerk_methods[]
    = { { "note", clerk_note, "round:int", "Notes it, and when that was." }, { NULL } };

static const FoliotOutput clerk_outputs[]
    = { { "noted", "1", clerk_get_noted, "The last round that was noted." }, { NULL } };

static const FoliotAgentInfo clerk_info = {
  .help = "Asks somebody outside to call it, again and again.",
  .args = "url:string, pause:number",
  .init = clerk_init,
  .run = clerk_run,
  .dispose = clerk_dispose,
  .methods = clerk_methods,
  .outputs = clerk_outputs,
};

FOLIOT_MODULE (caller_get_type, clerk_get_type)
