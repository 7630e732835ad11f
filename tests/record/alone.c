/* SPDX-License-Identifier: MIT */
#include <foliot/foliot.h>

/*
 * Agents of which one is run alone: they call each other with proxies of themselves, answer, refuse, ask in vain, look outside, draw, and make
 * agents in the course of the run. Each says on standard error that its code runs.
 */

#ifndef SCALE
#define SCALE 1
#endif

/* clang-format off */
FOLIOT_DEFINE_AGENT (Teller, teller,
  char *url;
  FoliotProxy *listener;
  gboolean has_child;
  gint64 rounds;
  double heard;
)

FOLIOT_DEFINE_AGENT (Listener, listener,
  double sum;
)
/* clang-format on */

static void
trace (gpointer self, const char *what)
{
  g_printerr ("code of %s: %s\n", foliot_agent_get_name (self), what);
}

/* ---- teller ---- */

static gboolean
teller_init (gpointer self, FoliotArgs *args, GError **error)
{
  Teller *teller = self;

  trace (self, "init");
  teller->url = g_strdup (foliot_args_get_string (args, "listener"));
  teller->has_child = foliot_args_get_bool (args, "child");
  teller->rounds = foliot_args_get_int (args, "rounds");
  return TRUE;
}

static void
teller_dispose (gpointer self)
{
  Teller *teller = self;

  g_clear_pointer (&teller->listener, foliot_proxy_unref);
  g_clear_pointer (&teller->url, g_free);
}

static FoliotValue *
look (gpointer user_data, GError **error)
{
  return foliot_value_new_string (g_get_host_name ());
}

static gboolean
look_outside (Teller *teller, GError **error)
{
  g_autoptr (FoliotValue) seen
      = foliot_kernel_observe (foliot_agent_get_kernel (teller), "host", look, NULL, error);

  return seen != NULL;
}

/* What cannot be had is no reason to end. */
static void
ask_in_vain (Teller *teller)
{
  g_autoptr (GError) refused = NULL, unknown = NULL, nobody = NULL;
  g_autofree char *url = g_strconcat (teller->url, "9", NULL);
  g_autoptr (FoliotValue) first = foliot_agent_call (teller, teller->listener, &refused, "refuse", NULL);
  g_autoptr (FoliotValue) second
      = foliot_agent_call (teller, teller->listener, &unknown, "no_such_method", NULL);
  g_autoptr (FoliotProxy) third = foliot_agent_connect (teller, url, 0, &nobody);

  g_assert_true (first == NULL && second == NULL && third == NULL);
}

static gboolean
tell (Teller *teller, gint64 round, GError **error)
{
  FoliotRandom *dice = foliot_agent_get_random (teller, "dice");
  double number = (double) round * SCALE + foliot_random_uniform (dice);
  g_autoptr (FoliotValue) sum
      = foliot_agent_call (teller, teller->listener, error, "add", foliot_value_new_double (number),
                           foliot_agent_as_value (teller), NULL);

  return sum != NULL;
}

static gboolean make_child (Teller *teller, GError **error);

static gboolean
teller_run (gpointer self, GError **error)
{
  Teller *teller = self;

  trace (self, "run");
  teller->listener = foliot_agent_connect (teller, teller->url, 0, error);
  if (teller->listener == NULL || (teller->has_child && !make_child (teller, error)))
    return FALSE;
  for (gint64 round = 1; round <= teller->rounds; round++)
    {
      if (!foliot_agent_sleep (self, FOLIOT_SECOND, error) || !tell (teller, round, error)
          || !look_outside (teller, error))
        return FALSE;
      ask_in_vain (teller);
    }
  return TRUE;
}

static FoliotValue *
teller_hear (gpointer self, FoliotArgs *args, GError **error)
{
  trace (self, "hear");
  ((Teller *) self)->heard += foliot_args_get_double (args, "number");
  return foliot_value_new_double (((Teller *) self)->heard);
}

static const FoliotMethod teller_methods[] = {
  { "hear", teller_hear, "number:number", "What the listener says." },
  { NULL },
};

static const FoliotAgentInfo teller_info = {
  .help = "Tells a listener numbers.",
  .args = "listener:string, rounds:int=5, child:bool=false",
  .init = teller_init,
  .run = teller_run,
  .dispose = teller_dispose,
  .methods = teller_methods,
};

static gboolean
make_child (Teller *teller, GError **error)
{
  g_autofree char *name = g_strconcat (foliot_agent_get_name (teller), "/child", NULL);
  g_autoptr (FoliotValue) args
      = foliot_value_build_map ("listener", foliot_value_new_string (teller->url), "rounds",
                                foliot_value_new_int (2), "child", foliot_value_new_bool (FALSE), NULL);
  g_autoptr (FoliotValue) child = foliot_await_take (
      foliot_agent_new (foliot_agent_get_container (teller), teller_get_type (), name, args), error);

  return child != NULL;
}

/* ---- listener ---- */

static gboolean
listener_init (gpointer self, FoliotArgs *args, GError **error)
{
  trace (self, "init");
  return TRUE;
}

/* Before it answers it calls back. */
static FoliotValue *
listener_add (gpointer self, FoliotArgs *args, GError **error)
{
  Listener *listener = self;
  g_autoptr (FoliotProxy) from = foliot_args_dup_proxy (args, "from");
  g_autoptr (FoliotValue) heard = NULL;

  trace (self, "add");
  listener->sum += foliot_args_get_double (args, "number");
  heard = foliot_agent_call (self, from, error, "hear", foliot_value_new_double (listener->sum), NULL);
  return heard != NULL ? foliot_value_new_double (listener->sum) : NULL;
}

static FoliotValue *
listener_refuse (gpointer self, FoliotArgs *args, GError **error)
{
  trace (self, "refuse");
  g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "No");
  return NULL;
}

static const FoliotMethod listener_methods[] = {
  { "add", listener_add, "number:number, from:proxy", "Adds, and tells the sum to who told the number." },
  { "refuse", listener_refuse, "", "Never does." },
  { NULL },
};

static const FoliotAgentInfo listener_info = {
  .help = "Adds numbers.",
  .init = listener_init,
  .methods = listener_methods,
};

FOLIOT_MODULE (teller_get_type, listener_get_type)
