/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-world-mosaik-private.h"

#include "async/foliot-side-stack.h"
#include "scenario/foliot-recording-private.h"

/*
 * Between mosaik and a world stands one translation: keywords become settings, entities agents, attributes inputs and outputs, ticks
 * times. The world lives in mosaik's kernel, so each function here may wait for it as straight-line code. This file has its life: how it
 * is made and recorded, the entities, and the end.
 */

/* Settings of a recording. */
#define ADDRESS "mosaik_address"
#define REMOTE  "mosaik_remote"
#define TIMEOUT "mosaik_timeout_s"

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

static gboolean
model_setup_done (gpointer data, FoliotMosaik *mosaik, GError **error)
{
  FoliotWorldMosaik *self = data;
  guint n = foliot_mosaik_get_n_entities (mosaik);
  g_autofree FoliotValue **ids = g_new (FoliotValue *, n + 1);
  g_autoptr (FoliotValue) list = NULL;

  if (!self->world->scenario->cosim.mosaik_sets_data || n == 0)
    return TRUE;
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = _foliot_world_mosaik_dup_full_id (self, foliot_mosaik_get_entity_at (mosaik, i));

      ids[i] = foliot_value_new_string (id);
    }
  list = foliot_value_new_list (ids, n);
  self->related = foliot_mosaik_get_related_entities (mosaik, list, error);
  return self->related != NULL;
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
      || __builtin_mul_overflow (foliot_time_add (self->time, self->step), self->tick, &until))
    return FOLIOT_TIME_NEVER;
  return until;
}

static char *
dup_last_step (FoliotWorldMosaik *self)
{
  g_autofree char *at = NULL;
  FoliotTime time;

  if (__builtin_mul_overflow (self->time, self->tick, &time))
    return g_strdup_printf ("the step at tick %" G_GINT64_FORMAT, self->time);
  at = foliot_time_format (time);
  return g_strdup_printf ("the step at %s s", at);
}

/* A step has no answer: mosaik was told why, or it was not there any more, or it ends all steps by its `stop`. */
static void
set_cut (FoliotWorldMosaik *self, GError **error)
{
  g_autofree char *step = dup_last_step (self);

  if (self->broken != NULL && !g_error_matches (self->broken, FOLIOT_ERROR, FOLIOT_ERROR_CANCELLED)
      && !g_error_matches (self->broken, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET))
    g_set_error (error, self->broken->domain, self->broken->code, "%s: %s", step, self->broken->message);
  else if (!foliot_mosaik_was_stopped (self->mosaik))
    g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET, "mosaik went away in the middle of %s",
                 step);
}

static void
finish (FoliotWorldMosaik *self, GError **error)
{
  g_autoptr (FoliotValue) finished = NULL;

  if (self->world->failure == NULL && !self->cut)
    finished = foliot_await_take (foliot_world_finish (self->world, get_until (self)), error);
  else if (self->world->failure != NULL)
    g_propagate_error (error, g_error_copy (self->world->failure));
  else
    set_cut (self, error);
  if (finished == NULL)
    _foliot_world_bring_back_on_fiber (self->world);
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

static const FoliotMosaikModel model = { .init = _foliot_world_mosaik_init,
                                         .create = model_create,
                                         .setup_done = model_setup_done,
                                         .step = _foliot_world_mosaik_step,
                                         .get_data = _foliot_world_mosaik_get_data,
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
  FoliotWorldOptions *how = &self->world_options;
  g_autoptr (FoliotJournalHeader) header = NULL;
  g_autofree char *timeout = g_strdup_printf ("%u", self->options.timeout_s);

  foliot_mosaik_error_quark (); /* before a journal has one */
  if (how->replay != NULL)
    foliot_replay_attach (how->replay, self->kernel);
  if (how->record == NULL)
    return TRUE;
  how->recording = self->recording = _foliot_recording_make_name ();
  header = foliot_scenario_new_journal_header (self->scenario, "mosaik", how, error);
  if (header == NULL)
    return FALSE;
  foliot_journal_header_set (header, ADDRESS, self->options.address);
  foliot_journal_header_set (header, TIMEOUT, timeout);
  if (self->options.remote)
    foliot_journal_header_set (header, REMOTE, "1");
  self->recorder = _foliot_recording_begin (self->kernel, how, header, error);
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
    g_ascii_string_to_unsigned (timeout, 10, 0, G_MAXUINT / 1000, &timeout_s, NULL);
  options->address = address != NULL ? address : "";
  options->timeout_s = (guint) timeout_s;
  options->remote = foliot_journal_header_get (header, REMOTE) != NULL;
}

static gboolean
attach (FoliotWorldMosaik *self, GError **error)
{
  const FoliotMosaikOptions how = { .moves_time = TRUE, .tells_steps = TRUE };

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
  foliot_kernel_set_digest (self->kernel, !self->world_options.digest_off
                                              && (!scenario->processes || self->world_options.record != NULL
                                                  || self->world_options.replay != NULL));
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
  const GError *part_error = self->world != NULL ? self->world->part_error : NULL;

  if (self->recorder == NULL)
    return TRUE;
  if (!foliot_recorder_end (self->recorder, code, verdict, error))
    return FALSE;
  if (part_error != NULL)
    g_propagate_error (error, g_error_copy (part_error));
  return part_error == NULL;
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
  g_free (self->recording);
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
