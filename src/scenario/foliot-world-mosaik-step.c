/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-world-mosaik-private.h"

/*
 * One step of mosaik is one advance of the world: whatever mosaik says holds from the step's time on, and the step is over when nothing
 * of its time is left to do. Attributes that several sources feed are one value, as the scenario says.
 */

/* -- inputs ------------------------------------------------------------------------------------------------------ */

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

char *
_foliot_world_mosaik_dup_full_id (FoliotWorldMosaik *self, FoliotMosaikEntity *entity)
{
  return g_strdup_printf ("%s.%s", foliot_mosaik_get_id (self->mosaik), foliot_mosaik_entity_get_id (entity));
}

/* -- feedback ---------------------------------------------------------------------------------------------------- */

static gboolean
is_wanted (FoliotWorldMosaik *self, FoliotValue *about)
{
  const char *wanted = self->world->scenario->cosim.mosaik_feedback_to;
  FoliotValue *type
      = foliot_value_get_kind (about) == FOLIOT_VALUE_MAP ? foliot_value_lookup (about, "type") : NULL;

  return wanted == NULL
         || (type != NULL && foliot_value_get_kind (type) == FOLIOT_VALUE_STRING
             && g_str_equal (foliot_value_get_string (type, NULL), wanted));
}

/* Returns: (transfer full): {attribute: value} of all that the agent says; each entity has one. A null is no event. */
static FoliotValue *
read_outputs (FoliotWorldMosaik *self, const char *agent)
{
  int index = _foliot_world_find_agent (self->world, agent, NULL);
  const FoliotModelSpec *model;
  g_autofree FoliotValue **pairs = NULL;
  gsize n = 0;

  g_assert (index >= 0);
  model = _foliot_scenario_get_model_of (self->world->scenario, (guint) index);
  pairs = g_new (FoliotValue *, 2 * model->ports->len + 1);
  for (guint i = model->n_inputs; i < model->ports->len; i++)
    {
      const FoliotModelPort *port = &g_array_index (model->ports, FoliotModelPort, i);
      g_autoptr (FoliotValue) value = foliot_world_get_output (self->world, agent, port->name, NULL);

      if (port->is_event && foliot_value_is_null (value))
        continue;
      pairs[2 * n] = foliot_value_new_string (port->name);
      pairs[2 * n++ + 1] = g_steal_pointer (&value);
    }
  return foliot_value_new_map (pairs, n);
}

/* Returns: (transfer full) (nullable): {related: {attribute: value}}; NULL: nobody is related, or there is nothing to say. */
static FoliotValue *
make_feedback (FoliotWorldMosaik *self, FoliotMosaikEntity *entity)
{
  g_autofree char *id = _foliot_world_mosaik_dup_full_id (self, entity);
  FoliotValue *related = foliot_value_lookup (self->related, id);
  g_autoptr (FoliotValue) outputs = NULL;
  g_autofree FoliotValue **pairs = NULL;
  gsize n = 0, n_related;

  if (related == NULL || foliot_value_get_kind (related) != FOLIOT_VALUE_MAP)
    return NULL;
  n_related = foliot_value_get_length (related);
  outputs = read_outputs (self, foliot_mosaik_entity_get_id (entity));
  if (foliot_value_get_length (outputs) == 0)
    return NULL;
  pairs = g_new (FoliotValue *, 2 * n_related + 1);
  for (gsize i = 0; i < n_related; i++)
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
      FoliotValue *feedback = make_feedback (self, entity);

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
  step->next = self->step > 0 ? foliot_time_add (step->time, self->step)
                              : get_next_tick (self, next_due, step->time);
  return TRUE;
}

gboolean
_foliot_world_mosaik_step (gpointer data, FoliotMosaik *mosaik, FoliotMosaikStep *step, GError **error)
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

FoliotValue *
_foliot_world_mosaik_get_data (gpointer data, FoliotMosaikEntity *entity, const char *attribute,
                               GError **error)
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
