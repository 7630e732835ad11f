/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "scenario-kit.h"

/* The agents of these tests: one that keeps and records what it is given, one that calls, one that fails where it is told to,
 * and one that goes another way in each run. */

/* -- Probe ------------------------------------------------------------------------------------------------------ */

/* clang-format off */
FOLIOT_DEFINE_AGENT (Probe, probe,
  double p;
  double q;
  gboolean has_p;
  gint64 n_inputs;
  FoliotTime every;
  gint64 ticks;
)
/* clang-format on */

static gboolean
probe_init (gpointer self, FoliotArgs *args, GError **error)
{
  Probe *probe = self;

  probe->ticks = foliot_args_get_int (args, "ticks");
  return foliot_time_from_seconds (foliot_args_get_double (args, "every"), &probe->every, error);
}

static gboolean
probe_run (gpointer self, GError **error)
{
  Probe *probe = self;

  for (gint64 i = 1; i <= probe->ticks; i++)
    {
      if (!foliot_agent_sleep_until (probe, i * probe->every, error))
        return FALSE;
      foliot_agent_record (probe, "ticks", "i", foliot_value_new_int (i), "P",
                           foliot_value_new_double (probe->p), NULL);
    }
  return TRUE;
}

static gboolean
probe_take_p (gpointer self, FoliotValue *value, GError **error)
{
  Probe *probe = self;

  probe->n_inputs++;
  probe->has_p = TRUE;
  probe->p = foliot_value_get_double (value);
  foliot_agent_record (probe, "arrivals", "what", foliot_value_new_string ("P"), "value",
                       foliot_value_ref (value), NULL);
  return TRUE;
}

static gboolean
probe_take_q (gpointer self, FoliotValue *value, GError **error)
{
  Probe *probe = self;

  probe->n_inputs++;
  probe->q = foliot_value_get_double (value);
  foliot_agent_record (probe, "arrivals", "what", foliot_value_new_string ("Q"), "value",
                       foliot_value_ref (value), NULL);
  return TRUE;
}

static FoliotValue *
probe_output_p (gpointer self)
{
  Probe *probe = self;

  return probe->has_p ? foliot_value_new_double (probe->p) : NULL;
}

static FoliotValue *
probe_output_n (gpointer self)
{
  return foliot_value_new_int (((Probe *) self)->n_inputs);
}

static FoliotValue *
probe_output_text (gpointer self)
{
  return foliot_value_new_string ("a \"b\", c");
}

static FoliotValue *
probe_output_list (gpointer self)
{
  return foliot_value_build_list (foliot_value_new_int (1), foliot_value_new_bool (TRUE), NULL);
}

static const FoliotInput probe_inputs[]
    = { { "P", "kW", probe_take_p, "Power." }, { "Q", "kvar", probe_take_q, "Reactive power." }, { NULL } };
static const FoliotOutput probe_outputs[] = { { "P", "kW", probe_output_p, "Power." },
                                              { "n", "1", probe_output_n, "Inputs so far." },
                                              { "text", "", probe_output_text, "Needs quotes in CSV." },
                                              { "list", "", probe_output_list, "No cell can hold it." },
                                              { NULL } };

static const FoliotAgentInfo probe_info = { .help = "Keeps what it is given.",
                                            .args = "every:number=1, ticks:int=0, anything=null",
                                            .init = probe_init,
                                            .run = probe_run,
                                            .inputs = probe_inputs,
                                            .outputs = probe_outputs };

/* -- Caller ----------------------------------------------------------------------------------------------------- */

/* clang-format off */
FOLIOT_DEFINE_AGENT (Caller, caller,
  FoliotProxy *peer;
  FoliotTime within;
  gint64 n_calls;
)
/* clang-format on */

static gboolean
caller_init (gpointer self, FoliotArgs *args, GError **error)
{
  Caller *caller = self;

  if (!foliot_args_is_null (args, "peer"))
    caller->peer = foliot_args_dup_proxy (args, "peer");
  caller->n_calls = foliot_args_get_int (args, "calls");
  return foliot_time_from_seconds (foliot_args_get_double (args, "within"), &caller->within, error);
}

static gboolean
caller_run (gpointer self, GError **error)
{
  Caller *caller = self;

  for (gint64 i = 0; caller->peer != NULL && i < caller->n_calls; i++)
    {
      g_autoptr (GError) local = NULL;
      g_autoptr (FoliotValue) reply = NULL;

      if (!foliot_agent_sleep_until (caller, (i + 1) * FOLIOT_SECOND, error))
        return FALSE;
      reply = caller->within > 0
                  ? foliot_agent_call_within (caller, caller->within, caller->peer, &local, "ping", NULL)
                  : foliot_agent_call (caller, caller->peer, &local, "ping", NULL);
      if (reply == NULL && !g_error_matches (local, FOLIOT_ERROR, FOLIOT_ERROR_TIMED_OUT))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      foliot_agent_record (caller, "calls", "answered", foliot_value_new_bool (reply != NULL), NULL);
    }
  return TRUE;
}

static void
caller_dispose (gpointer self)
{
  g_clear_pointer (&((Caller *) self)->peer, foliot_proxy_unref);
}

static FoliotValue *
caller_ping (gpointer self, FoliotArgs *args, GError **error)
{
  return foliot_value_new_int (1);
}

static const FoliotMethod caller_methods[] = { { "ping", caller_ping, "", "Answers." }, { NULL } };
static const FoliotAgentInfo caller_info = { .help = "Calls its peer once a second.",
                                             .args = "peer:proxy?=null, calls:int=1, within:number=0",
                                             .init = caller_init,
                                             .run = caller_run,
                                             .dispose = caller_dispose,
                                             .methods = caller_methods };

/* -- Faulty ----------------------------------------------------------------------------------------------------- */

/* clang-format off */
FOLIOT_DEFINE_AGENT (Faulty, faulty,
  char *where;
)
/* clang-format on */

static gboolean
fail_at (Faulty *faulty, const char *place, GError **error)
{
  if (!g_str_equal (faulty->where, place))
    return TRUE;
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_FAILED, "as planned");
  return FALSE;
}

static gboolean
faulty_init (gpointer self, FoliotArgs *args, GError **error)
{
  Faulty *faulty = self;

  faulty->where = g_strdup (foliot_args_get_string (args, "where"));
  return fail_at (faulty, "init", error);
}

static gboolean
faulty_run (gpointer self, GError **error)
{
  return foliot_agent_sleep_until (self, FOLIOT_SECOND * 5 / 2, error) && fail_at (self, "run", error);
}

static gboolean
faulty_take (gpointer self, FoliotValue *value, GError **error)
{
  Faulty *faulty = self;

  return !g_str_equal (faulty->where, "silent") && fail_at (faulty, "input", error);
}

static void
faulty_dispose (gpointer self)
{
  g_clear_pointer (&((Faulty *) self)->where, g_free);
}

static const FoliotInput faulty_inputs[] = { { "P", "kW", faulty_take, "Fails." }, { NULL } };
static const FoliotAgentInfo faulty_info = { .help = "Fails where it is told to.",
                                             .args = "where:string",
                                             .init = faulty_init,
                                             .run = faulty_run,
                                             .dispose = faulty_dispose,
                                             .inputs = faulty_inputs };

/* -- Chaotic ---------------------------------------------------------------------------------------------------- */

/* clang-format off */
FOLIOT_DEFINE_AGENT (Chaotic, chaotic,
  char *defect;
  FoliotProxy *peer;
  gint64 n_runs;
)
/* clang-format on */

static gint64 n_runs_of_process;

static gboolean
chaotic_init (gpointer self, FoliotArgs *args, GError **error)
{
  Chaotic *chaotic = self;

  chaotic->defect = g_strdup (foliot_args_get_string (args, "defect"));
  if (!foliot_args_is_null (args, "peer"))
    chaotic->peer = foliot_args_dup_proxy (args, "peer");
  chaotic->n_runs = ++n_runs_of_process;
  return TRUE;
}

/* Two fields with padding between them, of which nobody set the padding. */
static FoliotValue *
hash_padding (Chaotic *chaotic)
{
  struct
  {
    guint8 small;
    gint64 large;
  } padded;

  guint32 hash = 2166136261u;

  memset (&padded, chaotic->n_runs & 0xff, sizeof padded); /* what lay there before */
  padded.small = 1;
  padded.large = 2;
  for (gsize i = 0; i < sizeof padded; i++)
    hash = (hash ^ ((const guint8 *) &padded)[i]) * 16777619u;
  return foliot_value_new_int (hash);
}

/* The order in which a table keyed by addresses is walked; in every second run the addresses lie the other way round. */
static FoliotValue *
walk_pointers (Chaotic *chaotic)
{
  g_autoptr (GHashTable) table = g_hash_table_new_full (NULL, NULL, g_free, NULL);
  GHashTableIter iter;
  gpointer number;
  gint64 order = 0;

  for (gint64 i = 1; i <= 12; i++)
    g_hash_table_insert (table, g_malloc (16 + 64 * (gsize) i),
                         (gpointer) (gsize) (chaotic->n_runs % 4 == 0 ? 13 - i : i));
  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, NULL, &number))
    order = order * 13 % 1000000007 + (gint64) (gsize) number;
  return foliot_value_new_int (order);
}

/* Something to say to the peer; each branch is a mistake of the kind that its name says. */
static FoliotValue *
make_message (Chaotic *chaotic)
{
  FoliotRandom *random = foliot_agent_get_random (chaotic, "say");

  if (g_str_equal (chaotic->defect, "padding"))
    return hash_padding (chaotic);
  if (g_str_equal (chaotic->defect, "pointers"))
    return walk_pointers (chaotic);
  if (g_str_equal (chaotic->defect, "clock"))
    return foliot_value_new_int (g_get_monotonic_time ());
  if (g_str_equal (chaotic->defect, "random"))
    return foliot_value_new_double (g_random_double ());
  if (g_str_equal (chaotic->defect, "static"))
    return foliot_value_new_int (chaotic->n_runs);
  if (g_str_equal (chaotic->defect, "draw") && chaotic->n_runs % 4 == 0)
    foliot_random_uniform (random);
  return foliot_value_new_double (foliot_random_uniform (random));
}

static gboolean
chaotic_run (gpointer self, GError **error)
{
  Chaotic *chaotic = self;

  for (guint i = 0; chaotic->peer != NULL && i < 5; i++)
    {
      g_autoptr (FoliotValue) reply = NULL;
      FoliotTime pause = FOLIOT_SECOND;

      if (g_str_equal (chaotic->defect, "pause"))
        pause += chaotic->n_runs;
      if (!foliot_agent_sleep (chaotic, pause, error))
        return FALSE;
      reply = foliot_agent_call (chaotic, chaotic->peer, error, "hear", make_message (chaotic), NULL);
      if (reply == NULL)
        return FALSE;
      if (g_str_equal (chaotic->defect, "record"))
        foliot_agent_record (chaotic, "notes", "n", foliot_value_new_int (chaotic->n_runs), NULL);
      if (g_str_equal (chaotic->defect, "fails") && chaotic->n_runs % 4 == 0)
        {
          g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_FAILED, "only in the second run");
          return FALSE;
        }
    }
  return TRUE;
}

static void
chaotic_dispose (gpointer self)
{
  Chaotic *chaotic = self;

  g_clear_pointer (&chaotic->peer, foliot_proxy_unref);
  g_clear_pointer (&chaotic->defect, g_free);
}

static FoliotValue *
chaotic_hear (gpointer self, FoliotArgs *args, GError **error)
{
  return NULL;
}

static const FoliotMethod chaotic_methods[] = { { "hear", chaotic_hear, "what", "Hears." }, { NULL } };
static const FoliotAgentInfo chaotic_info = { .help = "Goes another way in each run.",
                                              .args = "defect:string=\"\", peer:proxy?=null",
                                              .init = chaotic_init,
                                              .run = chaotic_run,
                                              .dispose = chaotic_dispose,
                                              .methods = chaotic_methods };
