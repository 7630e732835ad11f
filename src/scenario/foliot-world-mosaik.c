/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-world-mosaik.h>

#include <string.h>

#include "async/foliot-side-stack.h"
#include "scenario/foliot-world-part-private.h"

/*
 * Between mosaik and a world stands one translation: keywords become settings, entities agents, attributes inputs and outputs, ticks
 * times. The world lives in mosaik's kernel, so each function here may wait for it as straight-line code.
 *
 * The scenario is known when the program starts, but not the keywords. So it is packed, and unpacked again with the keywords laid
 * over it: which needs no file, and is therefore the same when a recording is played back.
 */

/* Settings of a recording. */
#define ADDRESS "mosaik_address"
#define REMOTE  "mosaik_remote"
#define TIMEOUT "mosaik_timeout_s"

typedef struct
{
  FoliotWorldMosaik *self;
  const FoliotExtraMethod *spec; /* of the world's scenario */
  FoliotMethod method;
} Extra;

struct _FoliotWorldMosaik
{
  FoliotScenario *scenario; /* before the keywords */
  FoliotWorldOptions world_options;
  FoliotWorldMosaikOptions options;
  FoliotRecorder *recorder; /* nullable */
  FoliotKernel *kernel;
  FoliotMosaik *mosaik;
  FoliotWorld *world; /* nullable: before init */
  FoliotWorldMosaikFunc ended;
  gpointer user_data;
  GPtrArray *extras;    /* of Extra */
  FoliotValue *related; /* nullable; with feedback "set_data": {full id: {related: {…}}} */
  FoliotTime tick;
  gint64 step;    /* in ticks; 0: not in fixed steps */
  gint64 time;    /* of the last step */
  gboolean cut;   /* in the middle of a step */
  GError *broken; /* nullable: by what that step failed */
  guint64 n_steps;
};

/* -- init: keywords ---------------------------------------------------------------------------------------------------- */

/* Of `a.b.c` what stands under c in b in a; NULL: it was not given, which None says too. */
static FoliotValue *
find_keyword (FoliotValue *keywords, const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, ".", -1);
  FoliotValue *value = keywords;

  for (guint i = 0; parts[i] != NULL && value != NULL; i++)
    value = foliot_value_get_kind (value) == FOLIOT_VALUE_MAP ? foliot_value_lookup (value, parts[i]) : NULL;
  return value != NULL && !foliot_value_is_null (value) ? value : NULL;
}

static char *
make_setting (const char *path, FoliotValue *value, GError **error)
{
  g_autoptr (FoliotCodec) json = foliot_codec_new (FOLIOT_TYPE_CODEC_JSON);
  g_autoptr (GByteArray) text = g_byte_array_new ();

  if (!foliot_codec_encode (json, value, text, error))
    return NULL;
  return g_strdup_printf ("%s=%.*s", path, (int) text->len, (const char *) text->data);
}

static GStrv
dup_settings (FoliotWorldMosaik *self, FoliotValue *keywords, GError **error)
{
  FoliotValue *names = self->scenario->cosim.mosaik_init;
  g_autoptr (GStrvBuilder) settings = g_strv_builder_new ();

  for (gsize i = 0; i < foliot_value_get_length (names); i++)
    {
      const char *path = foliot_value_get_string (foliot_value_get_pair_value (names, i), NULL);
      FoliotValue *value
          = find_keyword (keywords, foliot_value_get_string (foliot_value_get_key (names, i), NULL));
      g_autofree char *setting = value != NULL ? make_setting (path, value, error) : NULL;

      if (value != NULL && setting == NULL)
        return NULL;
      if (setting != NULL)
        g_strv_builder_add (settings, setting);
    }
  return g_strv_builder_end (settings);
}

/* -- init: the world --------------------------------------------------------------------------------------------------- */

typedef struct
{
  FoliotWorldMosaik *self;
  GStrv settings;
  GError *error;
} Making;

/* Processes of the run load the file, so they need all settings that there are. */
static void
add_settings_before (FoliotScenario *scenario, GStrv before)
{
  g_autoptr (GStrvBuilder) all = g_strv_builder_new ();

  g_strv_builder_addv (all, (const char **) before);
  g_strv_builder_addv (all, (const char **) scenario->settings);
  g_strfreev (scenario->settings);
  scenario->settings = g_strv_builder_end (all);
}

static void
make_world (gpointer data)
{
  Making *making = data;
  FoliotWorldMosaik *self = making->self;
  FoliotWorldOptions options = self->world_options;
  g_autoptr (FoliotValue) pack = foliot_scenario_pack (self->scenario, &making->error);
  g_autoptr (FoliotScenario) scenario
      = pack != NULL
            ? foliot_scenario_unpack (pack, self->scenario->path, (const char *const *) making->settings,
                                      self->options.registry, self->options.module_dirs, &making->error)
            : NULL;

  if (scenario == NULL)
    return;
  add_settings_before (scenario, self->scenario->settings);
  options.coupled = options.entities_later = TRUE;
  options.kernel = self->kernel;
  options.is_recorded = options.record != NULL || options.replay != NULL;
  options.record = NULL;
  options.replay = NULL;
  self->world = foliot_world_new (scenario, &options, &making->error);
}

static FoliotValue *
ask_mosaik (const char *method, FoliotValue *args, gpointer user_data, GError **error)
{
  FoliotMosaik *mosaik = ((FoliotWorldMosaik *) user_data)->mosaik;
  double percent;

  if (g_str_equal (method, "get_progress"))
    return foliot_mosaik_get_progress (mosaik, &percent, error) ? foliot_value_new_double (percent) : NULL;
  if (g_str_equal (method, "get_related_entities"))
    {
      FoliotValue *entities = foliot_value_lookup (args, "entities");

      return foliot_mosaik_get_related_entities (mosaik, !foliot_value_is_null (entities) ? entities : NULL,
                                                 error);
    }
  if (g_str_equal (method, "get_data"))
    return foliot_mosaik_get_data (mosaik, foliot_value_lookup (args, "outputs"), error);
  if (g_str_equal (method, "set_data"))
    return foliot_mosaik_set_data (mosaik, foliot_value_lookup (args, "inputs"), error)
               ? foliot_value_new_null ()
               : NULL;
  return foliot_mosaik_set_event (mosaik, foliot_value_get_int (foliot_value_lookup (args, "time")), error)
             ? foliot_value_new_null ()
             : NULL;
}

/* Parsers and loaders need more room than a fiber has; what they make belongs to nobody. */
static gboolean
call_make_world (FoliotWorldMosaik *self, GStrv settings, GError **error)
{
  Making making = { .self = self, .settings = settings };
  guint32 outer = foliot_kernel_enter_node (self->kernel, 0);

  if (!_foliot_side_stack_call (make_world, &making))
    making.error = g_error_new_literal (FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_MEMORY,
                                        "the system has no memory for a stack");
  foliot_kernel_enter_node (self->kernel, outer);
  if (self->world == NULL)
    {
      g_propagate_prefixed_error (error, making.error, "with the keywords of init: ");
      return FALSE;
    }
  self->world->master = ask_mosaik;
  self->world->master_data = self;
  return TRUE;
}

static const FoliotCosimSpec *
get_cosim (FoliotWorldMosaik *self)
{
  return &self->world->scenario->cosim;
}

/* Steps are whole ticks. */
static gboolean
read_step (FoliotWorldMosaik *self, GError **error)
{
  FoliotTime step = get_cosim (self)->step;
  g_autofree char *step_text = NULL, *tick_text = NULL;

  self->tick = foliot_mosaik_get_tick (self->mosaik);
  if (get_cosim (self)->mosaik_type != FOLIOT_MOSAIK_TIME_BASED)
    return TRUE;
  self->step = step / self->tick;
  if (step > 0 && step % self->tick == 0)
    return TRUE;
  step_text = foliot_time_format (step);
  tick_text = foliot_time_format (self->tick);
  g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_TYPE,
               "steps of %s s (\"cosim\", \"step\") are no multiple of mosaik's time_resolution, %s s",
               step_text, tick_text);
  return FALSE;
}

/* -- init: what mosaik is told ---------------------------------------------------------------------------------------- */

/* Asks as any peer of the agent would, since it may live in another process. */
static FoliotValue *
call_extra (gpointer data, FoliotArgs *args, GError **error)
{
  const Extra *extra = data;
  FoliotWorld *world = extra->self->world;
  const char *agent = g_array_index (world->scenario->agents, FoliotAgentSpec, extra->spec->agent).name;
  int index = _foliot_world_find_agent (world, agent, error);
  g_autofree char *url = index >= 0 ? _foliot_world_dup_agent_url (world, (guint) index) : NULL;
  g_autoptr (FoliotValue) proxy
      = url != NULL ? foliot_await_take (
            foliot_container_connect (foliot_world_get_container (world, 0), url, 0), error)
                    : NULL;

  if (proxy == NULL)
    return NULL;
  return foliot_await_take (foliot_proxy_callv (foliot_value_get_object (proxy, FOLIOT_TYPE_PROXY),
                                                extra->spec->method,
                                                foliot_value_ref (foliot_args_get_value (args, "args")),
                                                foliot_value_ref (foliot_args_get_value (args, "keywords"))),
                            error);
}

static void
describe_model (const FoliotModelSpec *model, FoliotMosaikMeta *meta)
{
  foliot_mosaik_meta_add_model (meta, model->name, FOLIOT_MOSAIK_PUBLIC);
  for (guint i = 0; i < model->params->len; i++)
    foliot_mosaik_meta_add_parameter (meta, model->name,
                                      g_array_index (model->params, FoliotModelParam, i).name);
  for (guint i = 0; i < model->ports->len; i++)
    {
      const FoliotModelPort *port = &g_array_index (model->ports, FoliotModelPort, i);
      FoliotMosaikAttributeFlags event
          = port->output != NULL ? FOLIOT_MOSAIK_NON_PERSISTENT : FOLIOT_MOSAIK_TRIGGER;

      foliot_mosaik_meta_add_attribute (meta, model->name, port->name,
                                        port->is_event ? event : FOLIOT_MOSAIK_MEASUREMENT);
    }
}

static void
describe (FoliotWorldMosaik *self, FoliotMosaikMeta *meta)
{
  const FoliotCosimSpec *cosim = get_cosim (self);

  foliot_mosaik_meta_set_type (meta, cosim->mosaik_type);
  if (cosim->mosaik_sets_events)
    foliot_mosaik_meta_set_events (meta);
  for (guint i = 0; i < cosim->models->len; i++)
    describe_model (&g_array_index (cosim->models, FoliotModelSpec, i), meta);
  for (guint i = 0; i < cosim->mosaik_methods->len; i++)
    {
      Extra *extra = g_new0 (Extra, 1);

      extra->self = self;
      extra->spec = &g_array_index (cosim->mosaik_methods, FoliotExtraMethod, i);
      extra->method = (FoliotMethod){ extra->spec->name, call_extra, "*args, **keywords", NULL };
      g_ptr_array_add (self->extras, extra);
      foliot_mosaik_meta_add_method_of (meta, &extra->method, extra);
    }
}

/* The inits of the agents that are there run at the world's first moment. */
static gboolean
settle_now (FoliotWorldMosaik *self, GError **error)
{
  g_autoptr (FoliotValue) next
      = foliot_await_take (foliot_world_advance_to (self->world, foliot_kernel_now (self->kernel)), error);

  return next != NULL;
}

static gboolean
model_init (gpointer data, FoliotMosaik *mosaik, FoliotValue *keywords, FoliotMosaikMeta *meta,
            GError **error)
{
  FoliotWorldMosaik *self = data;
  g_auto (GStrv) settings = dup_settings (self, keywords, error);

  if (settings == NULL || !call_make_world (self, settings, error) || !read_step (self, error))
    return FALSE;
  describe (self, meta);
  return settle_now (self, error);
}

/* -- create and setup_done --------------------------------------------------------------------------------------------- */

static gboolean
model_create (gpointer data, FoliotMosaikEntity *entity, FoliotValue *params, GError **error)
{
  FoliotWorldMosaik *self = data;
  g_autoptr (FoliotValue) name = foliot_await_take (
      foliot_world_add_agent (self->world, foliot_mosaik_entity_get_model (entity), params), error);

  if (name == NULL)
    return FALSE;
  foliot_mosaik_entity_set_id (entity, foliot_value_get_string (name, NULL));
  return TRUE;
}

static char *
dup_full_id (FoliotWorldMosaik *self, FoliotMosaikEntity *entity)
{
  return g_strdup_printf ("%s.%s", foliot_mosaik_get_id (self->mosaik), foliot_mosaik_entity_get_id (entity));
}

static gboolean
model_setup_done (gpointer data, FoliotMosaik *mosaik, GError **error)
{
  FoliotWorldMosaik *self = data;
  guint n = foliot_mosaik_get_n_entities (mosaik);
  g_autofree FoliotValue **ids = g_new (FoliotValue *, n + 1);
  g_autoptr (FoliotValue) list = NULL;

  if (!get_cosim (self)->mosaik_sets_data || n == 0)
    return TRUE;
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = dup_full_id (self, foliot_mosaik_get_entity_at (mosaik, i));

      ids[i] = foliot_value_new_string (id);
    }
  list = foliot_value_new_list (ids, n);
  self->related = foliot_mosaik_get_related_entities (mosaik, list, error);
  return self->related != NULL;
}

/* -- step: inputs ------------------------------------------------------------------------------------------------------ */

static FoliotValue *
add_up (const FoliotMosaikStep *step, const char *entity, const char *attribute, gsize n, GError **error)
{
  double sum;

  if (foliot_mosaik_step_get_sum (step, entity, attribute, &sum) == n)
    return foliot_value_new_double (sum);
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
               "not all of what %s of %s is told by several sources are numbers", attribute, entity);
  return NULL;
}

/* What @attribute of @entity is told: one value, whatever the number of sources. */
static FoliotValue *
read_value (FoliotWorldMosaik *self, const FoliotMosaikStep *step, const char *entity, const char *attribute,
            FoliotValue *sources, GError **error)
{
  gsize n = foliot_value_get_length (sources);
  int agent = n == 1 ? -1 : _foliot_world_find_agent (self->world, entity, error);
  FoliotModelPort storage;
  const FoliotModelPort *port = agent >= 0 ? _foliot_scenario_find_port (self->world->scenario, (guint) agent,
                                                                         attribute, FALSE, &storage, error)
                                           : NULL;

  if (n == 1)
    return foliot_value_ref (foliot_value_get_pair_value (sources, 0));
  if (port == NULL)
    return NULL;
  if (port->sums)
    return add_up (step, entity, attribute, n, error);
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
               "%s of %s takes one value, but %" G_GSIZE_FORMAT
               " sources say one; \"sum\": true in \"cosim\" adds them up",
               attribute, entity, n);
  return NULL;
}

static gboolean
set_input (FoliotWorldMosaik *self, const FoliotMosaikStep *step, const char *entity, const char *attribute,
           FoliotValue *sources, FoliotTime at, GError **error)
{
  g_autoptr (FoliotValue) value = NULL;

  if (foliot_value_get_length (sources) == 0)
    return TRUE;
  value = read_value (self, step, entity, attribute, sources, error);
  if (value == NULL)
    return FALSE;
  /* What mosaik sends for a source that has no value yet. */
  return foliot_value_is_null (value)
         || foliot_world_set_input (self->world, entity, attribute, at, value, error);
}

static gboolean
set_inputs (FoliotWorldMosaik *self, const FoliotMosaikStep *step, FoliotTime at, GError **error)
{
  for (gsize i = 0; i < foliot_value_get_length (step->inputs); i++)
    {
      const char *entity = foliot_value_get_string (foliot_value_get_key (step->inputs, i), NULL);
      FoliotValue *attributes = foliot_value_get_pair_value (step->inputs, i);

      for (gsize k = 0; k < foliot_value_get_length (attributes); k++)
        if (!set_input (self, step, entity,
                        foliot_value_get_string (foliot_value_get_key (attributes, k), NULL),
                        foliot_value_get_pair_value (attributes, k), at, error))
          return FALSE;
    }
  return TRUE;
}

/* -- step: feedback ---------------------------------------------------------------------------------------------------- */

static gboolean
is_wanted (FoliotWorldMosaik *self, FoliotValue *about)
{
  const char *wanted = get_cosim (self)->mosaik_feedback_to;
  FoliotValue *type
      = foliot_value_get_kind (about) == FOLIOT_VALUE_MAP ? foliot_value_lookup (about, "type") : NULL;

  return wanted == NULL
         || (type != NULL && foliot_value_get_kind (type) == FOLIOT_VALUE_STRING
             && g_str_equal (foliot_value_get_string (type, NULL), wanted));
}

/* Returns: (transfer full): {attribute: value} of all that the agent says. */
static FoliotValue *
read_outputs (FoliotWorldMosaik *self, const char *agent, GError **error)
{
  int index = _foliot_world_find_agent (self->world, agent, error);
  const FoliotModelSpec *model
      = index >= 0 ? _foliot_scenario_get_model_of (self->world->scenario, (guint) index) : NULL;
  g_autofree FoliotValue **pairs = model != NULL ? g_new (FoliotValue *, 2 * model->ports->len + 1) : NULL;
  gsize n = 0;

  if (model == NULL)
    return NULL;
  for (guint i = model->n_inputs; i < model->ports->len; i++, n++)
    {
      const char *name = g_array_index (model->ports, FoliotModelPort, i).name;

      pairs[2 * n] = foliot_value_new_string (name);
      pairs[2 * n + 1] = foliot_world_get_output (self->world, agent, name, NULL);
    }
  return foliot_value_new_map (pairs, n);
}

/* Returns: (transfer full) (nullable): {related: {attribute: value}}; NULL: nobody is related. */
static FoliotValue *
make_feedback (FoliotWorldMosaik *self, FoliotMosaikEntity *entity, GError **error)
{
  g_autofree char *id = dup_full_id (self, entity);
  FoliotValue *related = foliot_value_lookup (self->related, id);
  g_autoptr (FoliotValue) outputs = NULL;
  g_autofree FoliotValue **pairs = NULL;
  gsize n = 0, n_related;

  if (related == NULL || foliot_value_get_kind (related) != FOLIOT_VALUE_MAP)
    return NULL;
  n_related = foliot_value_get_length (related);
  outputs = read_outputs (self, foliot_mosaik_entity_get_id (entity), error);
  pairs = g_new (FoliotValue *, 2 * n_related + 1);
  for (gsize i = 0; outputs != NULL && i < n_related; i++)
    if (is_wanted (self, foliot_value_get_pair_value (related, i)))
      {
        pairs[2 * n] = foliot_value_ref (foliot_value_get_key (related, i));
        pairs[2 * n++ + 1] = foliot_value_ref (outputs);
      }
  return n > 0 ? foliot_value_new_map (pairs, n) : NULL;
}

static gboolean
give_feedback (FoliotWorldMosaik *self, GError **error)
{
  guint n = foliot_mosaik_get_n_entities (self->mosaik), n_pairs = 0;
  g_autofree FoliotValue **pairs = g_new (FoliotValue *, 2 * n + 1);
  g_autoptr (FoliotValue) all = NULL;

  if (self->related == NULL)
    return TRUE;
  for (guint i = 0; i < n; i++)
    {
      FoliotMosaikEntity *entity = foliot_mosaik_get_entity_at (self->mosaik, i);
      FoliotValue *feedback = make_feedback (self, entity, error);

      if (feedback == NULL)
        continue;
      pairs[2 * n_pairs] = foliot_value_new_string (foliot_mosaik_entity_get_id (entity));
      pairs[2 * n_pairs++ + 1] = feedback;
    }
  all = foliot_value_new_map (pairs, n_pairs);
  return n_pairs == 0 || foliot_mosaik_set_data (self->mosaik, all, error);
}

/* -- step -------------------------------------------------------------------------------------------------------------- */

/* The first tick at which what is due is over; mosaik knows no times between. */
static gint64
get_next_tick (FoliotWorldMosaik *self, FoliotValue *next_due, gint64 time)
{
  FoliotTime due;

  if (foliot_value_is_null (next_due))
    return FOLIOT_MOSAIK_NEVER;
  due = foliot_value_get_int (next_due);
  return MAX (due / self->tick + (due % self->tick > 0), time + 1);
}

static gboolean
do_step (FoliotWorldMosaik *self, FoliotMosaikStep *step, GError **error)
{
  g_autoptr (FoliotValue) next_due = NULL;
  FoliotTime at;

  if (__builtin_mul_overflow (step->time, self->tick, &at) || at > FOLIOT_TIME_NEVER - FOLIOT_SECOND)
    {
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
                   "a step at %" G_GINT64_FORMAT " is beyond the end of time, in 292 years", step->time);
      return FALSE;
    }
  if (!set_inputs (self, step, at, error))
    return FALSE;
  next_due = foliot_await_take (foliot_world_advance_to (self->world, at), error);
  if (next_due == NULL || !give_feedback (self, error))
    return FALSE;
  step->next = self->step > 0 ? step->time + self->step : get_next_tick (self, next_due, step->time);
  return TRUE;
}

static gboolean
model_step (gpointer data, FoliotMosaik *mosaik, FoliotMosaikStep *step, GError **error)
{
  FoliotWorldMosaik *self = data;

  self->time = step->time;
  self->cut = TRUE;
  g_clear_error (&self->broken);
  if (!do_step (self, step, &self->broken))
    {
      g_propagate_error (error, g_error_copy (self->broken));
      return FALSE;
    }
  self->cut = FALSE;
  self->n_steps++;
  return TRUE;
}

static FoliotValue *
model_get_data (gpointer data, FoliotMosaikEntity *entity, const char *attribute, GError **error)
{
  FoliotWorldMosaik *self = data;
  int index = _foliot_world_find_agent (self->world, foliot_mosaik_entity_get_id (entity), error);
  FoliotModelPort storage;
  const FoliotModelPort *port = index >= 0 ? _foliot_scenario_find_port (self->world->scenario, (guint) index,
                                                                         attribute, TRUE, &storage, error)
                                           : NULL;
  g_autoptr (FoliotValue) value
      = port != NULL
            ? foliot_world_get_output (self->world, foliot_mosaik_entity_get_id (entity), attribute, error)
            : NULL;

  /* An event that there is not is none. */
  return value != NULL && !(port->is_event && foliot_value_is_null (value)) ? g_steal_pointer (&value) : NULL;
}

/* -- the end ----------------------------------------------------------------------------------------------------------- */

typedef struct
{
  FoliotWorldMosaik *self;
  const GError *why;
} Ending;

static void
tell_ended (gpointer data)
{
  Ending *ending = data;

  ending->self->ended (ending->self, ending->why, ending->self->user_data);
}

/* In steps of a fixed width the last one lasts as long as all others. */
static FoliotTime
get_until (FoliotWorldMosaik *self)
{
  FoliotTime until;

  if (self->step == 0 || self->n_steps == 0
      || __builtin_mul_overflow (self->time + self->step, self->tick, &until))
    return FOLIOT_TIME_NEVER;
  return until;
}

/* A step has no answer: mosaik was told why, or it was not there any more, or it ends all steps by its `stop`. */
static void
set_cut (FoliotWorldMosaik *self, GError **error)
{
  g_autofree char *at = foliot_time_format (self->time * self->tick);

  if (self->broken != NULL && !g_error_matches (self->broken, FOLIOT_ERROR, FOLIOT_ERROR_CANCELLED)
      && !g_error_matches (self->broken, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET))
    g_set_error (error, self->broken->domain, self->broken->code, "the step at %s s: %s", at,
                 self->broken->message);
  else if (!foliot_mosaik_was_stopped (self->mosaik))
    g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET,
                 "mosaik went away in the middle of the step at %s s", at);
}

static void
finish (FoliotWorldMosaik *self, GError **error)
{
  g_autoptr (FoliotValue) finished = NULL;

  if (self->world->failure != NULL)
    g_propagate_error (error, g_error_copy (self->world->failure));
  else if (self->cut)
    set_cut (self, error);
  else
    finished = foliot_await_take (foliot_world_finish (self->world, get_until (self)), error);
}

static gboolean
model_finalize (gpointer data, FoliotMosaik *mosaik, GError **error)
{
  Ending ending = { .self = data };
  g_autoptr (GError) why = NULL;

  if (ending.self->world == NULL)
    return TRUE;
  finish (ending.self, &why);
  ending.why = why;
  if (!_foliot_side_stack_call (tell_ended, &ending))
    {
      g_set_error_literal (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_MEMORY,
                           "the system has no memory for a stack: the results are not written");
      return FALSE;
    }
  return TRUE;
}

/* -- life ---------------------------------------------------------------------------------------------------------------- */

static const FoliotMosaikModel model = { .init = model_init,
                                         .create = model_create,
                                         .setup_done = model_setup_done,
                                         .step = model_step,
                                         .get_data = model_get_data,
                                         .finalize = model_finalize };

static gboolean
check_section (FoliotScenario *scenario, GError **error)
{
  const FoliotCosimSpec *cosim = &scenario->cosim;

  if (cosim->resolved == NULL)
    g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_MISSING,
                 "%s: no section \"cosim\", which says what mosaik sees of the agents (docs/mosaik.md)",
                 scenario->path);
  else if (cosim->mosaik_type == FOLIOT_MOSAIK_TIME_BASED && cosim->step == 0)
    g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_MISSING,
                 "%s: /cosim/step: missing, but a time-based simulator needs it", scenario->path);
  else
    return TRUE;
  return FALSE;
}

/* Before anybody can be heard. */
static gboolean
begin_journal (FoliotWorldMosaik *self, GError **error)
{
  const FoliotWorldOptions *how = &self->world_options;
  g_autoptr (FoliotJournalHeader) header = NULL;
  g_autofree char *timeout = g_strdup_printf ("%u", self->options.timeout_s);

  if (how->replay != NULL)
    foliot_replay_attach (how->replay, self->kernel);
  if (how->record == NULL)
    return TRUE;
  if (self->scenario->processes)
    {
      g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_TYPE,
                   "%s: a run in several processes cannot be recorded: set \"processes\" to false "
                   "(--set processes=false)",
                   self->scenario->name);
      return FALSE;
    }
  header = foliot_scenario_new_journal_header (self->scenario, "mosaik", how, error);
  if (header == NULL)
    return FALSE;
  foliot_journal_header_set (header, ADDRESS, self->options.address);
  foliot_journal_header_set (header, TIMEOUT, timeout);
  if (self->options.remote)
    foliot_journal_header_set (header, REMOTE, "1");
  self->recorder = foliot_recorder_new (self->kernel, how->record, header, how->record_sent, error);
  return self->recorder != NULL;
}

void
foliot_world_mosaik_options_set_from_journal (FoliotWorldMosaikOptions *options,
                                              const FoliotJournalHeader *header)
{
  const char *address = foliot_journal_header_get (header, ADDRESS);
  const char *timeout = foliot_journal_header_get (header, TIMEOUT);
  guint64 timeout_s = 0;

  if (timeout != NULL)
    g_ascii_string_to_unsigned (timeout, 10, 0, G_MAXINT, &timeout_s, NULL);
  options->address = address != NULL ? address : "";
  options->timeout_s = (guint) timeout_s;
  options->remote = foliot_journal_header_get (header, REMOTE) != NULL;
}

static gboolean
attach (FoliotWorldMosaik *self, GError **error)
{
  const FoliotMosaikOptions how = { .moves_time = TRUE };

  if (!begin_journal (self, error))
    return FALSE;
  self->mosaik = foliot_mosaik_new (self->kernel, &model, self, NULL, &how);
  return self->options.remote ? foliot_mosaik_listen (self->mosaik, self->options.address, error)
                              : foliot_mosaik_connect (self->mosaik, self->options.address, error);
}

FoliotWorldMosaik *
foliot_world_mosaik_new (FoliotScenario *scenario, const FoliotWorldOptions *world_options,
                         const FoliotWorldMosaikOptions *options, FoliotWorldMosaikFunc ended,
                         gpointer user_data, GError **error)
{
  static const FoliotWorldOptions defaults = { .until = FOLIOT_TIME_NEVER };
  g_autoptr (FoliotWorldMosaik) self = NULL;

  g_return_val_if_fail (FOLIOT_IS_SCENARIO (scenario) && options != NULL && ended != NULL, NULL);
  if (!check_section (scenario, error))
    return NULL;
  self = g_new0 (FoliotWorldMosaik, 1);
  self->scenario = g_object_ref (scenario);
  self->world_options = world_options != NULL ? *world_options : defaults;
  self->options = *options;
  self->ended = ended;
  self->user_data = user_data;
  self->extras = g_ptr_array_new_with_free_func (g_free);
  self->kernel = foliot_kernel_new (self->world_options.context, FOLIOT_DRIVE_EXTERNAL,
                                    self->world_options.has_seed ? self->world_options.seed : scenario->seed,
                                    scenario->init_time);
  foliot_kernel_set_digest (self->kernel, !self->world_options.digest_off && !scenario->processes);
  foliot_kernel_shuffle_ties (self->kernel, self->world_options.shuffle_ties);
  return attach (self, error) ? g_steal_pointer (&self) : NULL;
}

gboolean
foliot_world_mosaik_run (FoliotWorldMosaik *self, GError **error)
{
  return foliot_mosaik_run (self->mosaik, self->options.timeout_s * 1000, error);
}

gboolean
foliot_world_mosaik_end_recording (FoliotWorldMosaik *self, int code, const GError *verdict, GError **error)
{
  return self->recorder == NULL || foliot_recorder_end (self->recorder, code, verdict, error);
}

void
foliot_world_mosaik_free (FoliotWorldMosaik *self)
{
  if (self->world != NULL)
    foliot_world_close (self->world);
  foliot_kernel_close (self->kernel);
  g_clear_object (&self->mosaik);
  g_clear_object (&self->world);
  g_clear_pointer (&self->recorder, foliot_recorder_free);
  g_object_unref (self->kernel);
  g_ptr_array_unref (self->extras);
  g_clear_pointer (&self->related, foliot_value_unref);
  g_clear_error (&self->broken);
  g_object_unref (self->scenario);
  g_free (self);
}

FoliotMosaik *
foliot_world_mosaik_get_mosaik (FoliotWorldMosaik *self)
{
  return self->mosaik;
}

FoliotWorld *
foliot_world_mosaik_get_world (FoliotWorldMosaik *self)
{
  return self->world;
}

guint64
foliot_world_mosaik_get_n_steps (FoliotWorldMosaik *self)
{
  return self->n_steps;
}
