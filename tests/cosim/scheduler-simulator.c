/* SPDX-License-Identifier: MIT */
#include <string.h>

#include <foliot/foliot.h>

/*
 * The kinds of simulators of data/mosaik-scenarios.json, on the public interface alone. `init` has the keyword `kind`, and
 * what the scenario gives to that kind; tests/cosim/real/scheduler.py drives them, under a real mosaik.
 *
 *   Generic, RemoteGeneric  model A, entity 0: outputs the time of its step as val_out. step_type, step_size (1), self_steps
 *                           {time: next}, output_timing {time: output time, or a list, one used up a sub-step, or null},
 *                           events {wall-clock seconds: time}: set_event.
 *   LoopSim                 model Loop, entity Loop: counts its steps to loop_length as loop_out; one more outputs nothing.
 *   EchoSim                 model Echo, entity Echo: outputs as loop_out what came in as loop_in.
 *   FixedOut                model E, entity E0: its output `out` is {"answer": 42} at 0, {"question": …} at 1.
 *   Remote, Local           models A and B, entity 0.0: A adds 1 per time unit, from 0; B outputs the sum of what came in.
 *   RemoteMAS               model MAS, entity 0: asks for progress and data, sets val_in = 23 of all that are related to it.
 */

typedef struct _Simulator Simulator;

typedef struct
{
  const char *name;
  const char *models[3];
  const char *id, *input, *output;
  FoliotMosaikType type;
  FoliotMosaikAttributeFlags input_flags, output_flags;
  gboolean (*step) (Simulator *self, FoliotMosaik *mosaik, FoliotMosaikStep *step, GError **error);
} Kind;

struct _Simulator
{
  const Kind *kind;
  FoliotMosaikType type;
  gint64 step_size, loop_length, n, time, sum;
  gboolean adds;
  FoliotValue *self_steps, *timing, *events; /* (nullable) */
  GHashTable *n_used;                        /* time → how many of its output timings */
  FoliotValue *output;                       /* (nullable): none now */
};

/* ---- keywords ---- */

static gint64
get_int (FoliotValue *keywords, const char *name, gint64 fallback)
{
  FoliotValue *value = foliot_value_lookup (keywords, name);

  return value != NULL && foliot_value_fits_int64 (value) ? foliot_value_get_int (value) : fallback;
}

static FoliotValue *
dup_map (FoliotValue *keywords, const char *name)
{
  FoliotValue *value = foliot_value_lookup (keywords, name);

  return value != NULL && foliot_value_get_kind (value) == FOLIOT_VALUE_MAP ? foliot_value_ref (value) : NULL;
}

/* @map: (nullable). JSON has numbers as keys in the form of texts. */
static FoliotValue *
lookup_time (FoliotValue *map, gint64 time)
{
  g_autofree char *key = g_strdup_printf ("%" G_GINT64_FORMAT, time);

  return map != NULL ? foliot_value_lookup (map, key) : NULL;
}

/* @value: (transfer full) (nullable) */
static void
take_output (Simulator *self, FoliotValue *value)
{
  g_clear_pointer (&self->output, foliot_value_unref);
  self->output = value;
}

/* Returns: (nullable): the sources of the one input. */
static FoliotValue *
get_sources (Simulator *self, FoliotMosaikStep *step)
{
  return foliot_mosaik_step_get_sources (step, self->kind->id, self->kind->input);
}

/* ---- kinds ---- */

/* Returns: (nullable): when the output of this step holds; NULL: it has none. Each timing is used once. */
static FoliotValue *
use_timing (Simulator *self, gint64 time)
{
  FoliotValue *timing = lookup_time (self->timing, time);
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (self->n_used, GINT_TO_POINTER (time)));
  gboolean is_list = timing != NULL && foliot_value_get_kind (timing) == FOLIOT_VALUE_LIST;

  if (timing == NULL || n >= (is_list ? foliot_value_get_length (timing) : 1))
    return NULL;
  g_hash_table_insert (self->n_used, GINT_TO_POINTER (time), GUINT_TO_POINTER (n + 1));
  return is_list ? foliot_value_get_item (timing, n) : timing;
}

static gboolean
step_generic (Simulator *self, FoliotMosaik *mosaik, FoliotMosaikStep *step, GError **error)
{
  FoliotValue *next = lookup_time (self->self_steps, step->time);
  FoliotValue *timing = self->timing != NULL ? use_timing (self, step->time) : NULL;

  if (self->type == FOLIOT_MOSAIK_TIME_BASED)
    step->next = step->time + self->step_size;
  else if (next != NULL)
    step->next = foliot_value_get_int (next);
  take_output (self, NULL);
  if (self->timing == NULL || (timing != NULL && !foliot_value_is_null (timing)))
    take_output (self, foliot_value_new_int (step->time));
  if (timing != NULL && !foliot_value_is_null (timing))
    foliot_mosaik_set_output_time (mosaik, foliot_value_get_int (timing));
  return TRUE;
}

static gboolean
step_loop (Simulator *self, FoliotMosaik *mosaik, FoliotMosaikStep *step, GError **error)
{
  self->n++;
  take_output (self, self->n <= self->loop_length ? foliot_value_new_int (self->n) : NULL);
  if (self->n <= self->loop_length)
    return TRUE;
  self->n = 0;
  step->next = step->time + 1;
  return TRUE;
}

static gboolean
step_echo (Simulator *self, FoliotMosaik *mosaik, FoliotMosaikStep *step, GError **error)
{
  take_output (self, foliot_value_ref (foliot_value_get_pair_value (get_sources (self, step), 0)));
  return TRUE;
}

static gboolean
step_fixed (Simulator *self, FoliotMosaik *mosaik, FoliotMosaikStep *step, GError **error)
{
  take_output (self, step->time == 0 ? foliot_value_build_map ("answer", foliot_value_new_int (42), NULL)
                                     : foliot_value_build_map (
                                         "question", foliot_value_new_string ("still computing"), NULL));
  step->next = step->time + 1;
  return TRUE;
}

static gboolean
step_sum (Simulator *self, FoliotMosaik *mosaik, FoliotMosaikStep *step, GError **error)
{
  double sum;

  if (self->adds)
    self->sum += step->time - self->time;
  else if (foliot_mosaik_step_get_sum (step, self->kind->id, self->kind->input, &sum) > 0)
    self->sum = (gint64) sum;
  self->time = step->time;
  take_output (self, foliot_value_new_int (self->sum));
  step->next = step->time + self->step_size;
  return TRUE;
}

/* Returns: (transfer full): {id: @value} for each of @related. */
static FoliotValue *
give_each (FoliotValue *related, FoliotValue *value)
{
  g_autoptr (GPtrArray) pairs = g_ptr_array_new ();

  for (gsize i = 0; i < foliot_value_get_length (related); i++)
    {
      g_ptr_array_add (pairs, foliot_value_ref (foliot_value_get_key (related, i)));
      g_ptr_array_add (pairs, foliot_value_ref (value));
    }
  return foliot_value_new_map ((FoliotValue **) pairs->pdata, pairs->len / 2);
}

static gboolean
step_asking (Simulator *self, FoliotMosaik *mosaik, FoliotMosaikStep *step, GError **error)
{
  g_autofree char *me = g_strdup_printf ("%s.%s", foliot_mosaik_get_id (mosaik), self->kind->id);
  g_autoptr (FoliotValue) id = foliot_value_new_string (me), related = NULL, data = NULL, outputs = NULL,
                          inputs = NULL;
  g_autoptr (FoliotValue) wanted = foliot_value_build_list (foliot_value_new_string ("val_out"), NULL);
  g_autoptr (FoliotValue) given = foliot_value_build_map ("val_in", foliot_value_new_int (23), NULL);
  double progress;

  if (!foliot_mosaik_get_progress (mosaik, &progress, error))
    return FALSE;
  related = foliot_mosaik_get_related_entities (mosaik, id, error);
  if (related == NULL)
    return FALSE;
  outputs = give_each (related, wanted);
  data = foliot_mosaik_get_data (mosaik, outputs, error);
  if (data == NULL)
    return FALSE;
  inputs = foliot_value_build_map (me, give_each (related, given), NULL);
  step->next = step->time + self->step_size;
  return foliot_mosaik_set_data (mosaik, inputs, error);
}

static const Kind kinds[] = {
  { "Generic", { "A" }, "0", "val_in", "val_out", .step = step_generic },
  { "RemoteGeneric", { "A" }, "0", "val_in", "val_out", .step = step_generic },
  { "LoopSim",
    { "Loop" },
    "Loop",
    "loop_in",
    "loop_out",
    FOLIOT_MOSAIK_HYBRID,
    FOLIOT_MOSAIK_TRIGGER,
    FOLIOT_MOSAIK_NON_PERSISTENT,
    step_loop },
  { "EchoSim", { "Echo" }, "Echo", "loop_in", "loop_out", FOLIOT_MOSAIK_EVENT_BASED, .step = step_echo },
  { "FixedOut", { "E" }, "E0", "in", "out", .step = step_fixed },
  { "Remote", { "A", "B" }, "0.0", "val_in", "val_out", .step = step_sum },
  { "Local", { "A", "B" }, "0.0", "val_in", "val_out", .step = step_sum },
  { "RemoteMAS", { "MAS" }, "0", "val_in", "val_out", .step = step_asking },
};

/* ---- what mosaik calls ---- */

static const Kind *
find_kind (FoliotValue *keywords, GError **error)
{
  FoliotValue *name = foliot_value_lookup (keywords, "kind");
  const char *text = name != NULL && foliot_value_get_kind (name) == FOLIOT_VALUE_STRING
                         ? foliot_value_get_string (name, NULL)
                         : "Generic";

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kinds[i].name, text))
      return &kinds[i];
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "there is no kind “%s” of simulator", text);
  return NULL;
}

static FoliotMosaikType
read_type (const Kind *kind, FoliotValue *keywords)
{
  FoliotValue *name = foliot_value_lookup (keywords, "step_type");

  if (name == NULL)
    return kind->type;
  switch (foliot_value_get_string (name, NULL)[0])
    {
    case 'e':
      return FOLIOT_MOSAIK_EVENT_BASED;
    case 'h':
      return FOLIOT_MOSAIK_HYBRID;
    default:
      return FOLIOT_MOSAIK_TIME_BASED;
    }
}

static gboolean
init (gpointer data, FoliotMosaik *mosaik, FoliotValue *keywords, FoliotMosaikMeta *meta, GError **error)
{
  Simulator *self = data;

  self->kind = find_kind (keywords, error);
  if (self->kind == NULL)
    return FALSE;
  self->type = read_type (self->kind, keywords);
  self->step_size = get_int (keywords, "step_size", 1);
  self->loop_length = get_int (keywords, "loop_length", 1);
  self->self_steps = dup_map (keywords, "self_steps");
  self->timing = dup_map (keywords, "output_timing");
  self->events = dup_map (keywords, "events");
  self->time = -1;
  foliot_mosaik_meta_set_type (meta, self->type);
  if (self->events != NULL)
    foliot_mosaik_meta_set_events (meta);
  for (gsize i = 0; self->kind->models[i] != NULL; i++)
    {
      foliot_mosaik_meta_add_model (meta, self->kind->models[i], FOLIOT_MOSAIK_PUBLIC);
      foliot_mosaik_meta_add_attribute (meta, self->kind->models[i], self->kind->input,
                                        self->kind->input_flags);
      foliot_mosaik_meta_add_attribute (meta, self->kind->models[i], self->kind->output,
                                        self->kind->output_flags);
    }
  return TRUE;
}

static gboolean
create (gpointer data, FoliotMosaikEntity *entity, FoliotValue *params, GError **error)
{
  Simulator *self = data;

  self->adds = g_str_equal (foliot_mosaik_entity_get_model (entity), "A");
  foliot_mosaik_entity_set_id (entity, self->kind->id);
  return TRUE;
}

typedef struct
{
  FoliotMosaik *mosaik;
  guint delay_ms;
  gint64 time;
} Event;

static FoliotValue *
set_event (gpointer data, GError **error)
{
  Event *event = data;

  if (!foliot_mosaik_wait_real (event->mosaik, event->delay_ms, error)
      || !foliot_mosaik_set_event (event->mosaik, event->time, error))
    return NULL;
  return foliot_value_new_null ();
}

static gboolean
setup_done (gpointer data, FoliotMosaik *mosaik, GError **error)
{
  Simulator *self = data;

  for (gsize i = 0; self->events != NULL && i < foliot_value_get_length (self->events); i++)
    {
      const char *seconds = foliot_value_get_string (foliot_value_get_key (self->events, i), NULL);
      Event *event = g_new0 (Event, 1);

      event->mosaik = mosaik;
      event->delay_ms = (guint) (foliot_double_parse (seconds, strlen (seconds)) * 1000);
      event->time = foliot_value_get_int (foliot_value_get_pair_value (self->events, i));
      foliot_future_unref (
          foliot_fiber_spawn (foliot_mosaik_get_kernel (mosaik), NULL, "event", set_event, event, g_free));
    }
  return TRUE;
}

static gboolean
step (gpointer data, FoliotMosaik *mosaik, FoliotMosaikStep *step_now, GError **error)
{
  Simulator *self = data;

  return self->kind->step (self, mosaik, step_now, error);
}

static FoliotValue *
get_data (gpointer data, FoliotMosaikEntity *entity, const char *attribute, GError **error)
{
  Simulator *self = data;
  gboolean is_there = self->output != NULL && g_str_equal (attribute, self->kind->output);

  return is_there ? foliot_value_ref (self->output) : NULL;
}

static gboolean
finalize (gpointer data, FoliotMosaik *mosaik, GError **error)
{
  Simulator *self = data;

  take_output (self, NULL);
  g_clear_pointer (&self->self_steps, foliot_value_unref);
  g_clear_pointer (&self->timing, foliot_value_unref);
  g_clear_pointer (&self->events, foliot_value_unref);
  return TRUE;
}

static const FoliotMosaikModel model = { init, create, setup_done, step, get_data, finalize };

int
main (int argc, char **argv)
{
  Simulator self = { .n_used = g_hash_table_new (NULL, NULL) };
  int code = foliot_mosaik_main (argc, argv, &model, &self);

  g_hash_table_unref (self.n_used);
  return code;
}
