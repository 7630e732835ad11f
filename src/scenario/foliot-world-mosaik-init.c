/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-world-mosaik-private.h"

#include "async/foliot-side-stack.h"

/*
 * The scenario is known when the program starts, but not the keywords. So it is packed, and unpacked again with the keywords laid
 * over it: which needs no file, and is therefore the same when a recording is played back.
 */

typedef struct
{
  FoliotWorldMosaik *self;
  const FoliotExtraMethod *spec; /* of the world's scenario */
  FoliotMethod method;
} Extra;

/* -- keywords ---------------------------------------------------------------------------------------------------- */

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

/* -- the world --------------------------------------------------------------------------------------------------- */

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
  options.record_beside = options.record;
  options.recording = self->recording;
  options.recorder = self->recorder;
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

/* Steps are whole ticks. */
static gboolean
read_step (FoliotWorldMosaik *self, GError **error)
{
  FoliotTime step = self->world->scenario->cosim.step;
  g_autofree char *step_text = NULL, *tick_text = NULL;

  self->tick = foliot_mosaik_get_tick (self->mosaik);
  if (self->world->scenario->cosim.mosaik_type != FOLIOT_MOSAIK_TIME_BASED)
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

/* -- what mosaik is told ---------------------------------------------------------------------------------------- */

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
  const FoliotCosimSpec *cosim = &self->world->scenario->cosim;

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

gboolean
_foliot_world_mosaik_init (gpointer data, FoliotMosaik *mosaik, FoliotValue *keywords, FoliotMosaikMeta *meta,
                           GError **error)
{
  FoliotWorldMosaik *self = data;
  g_auto (GStrv) settings = dup_settings (self, keywords, error);

  if (settings == NULL || !call_make_world (self, settings, error) || !read_step (self, error))
    return FALSE;
  describe (self, meta);
  return settle_now (self, error);
}
