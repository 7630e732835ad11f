/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-world-part-private.h"

#include "agent/foliot-timer-private.h"
#include "kernel/foliot-kernel-private.h"
#include "scenario/foliot-witness.h"

/*
 * A world whose time somebody else sets: mosaik, HELICS, an FMU's importer, a test. All of them do the same: they bring inputs, move
 * time, and read outputs. One fiber moves time; it is over when nothing of that time is left to do: no event, no question to the
 * outside without an answer, no sample of the tables that waits for messages of its time.
 */

/* -- inputs and outputs ------------------------------------------------------------------------------------------------ */

static gboolean
check_time (FoliotWorld *world, FoliotTime at, GError **error)
{
  FoliotTime now = foliot_kernel_now (world->kernel);
  g_autofree char *wanted = NULL, *present = NULL;

  if (at >= now)
    return TRUE;
  wanted = foliot_time_format (at);
  present = foliot_time_format (now);
  g_set_error (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_PAST,
               "the master is at %s s, but the agents are at %s s already: time does not go back", wanted,
               present);
  return FALSE;
}

/* What has a unit is a number. */
static gboolean
check_unit (const char *agent, const FoliotModelPort *port, FoliotValue *value, GError **error)
{
  const char *unit = port->input != NULL ? port->input->unit : NULL;
  g_autofree char *shown = NULL;

  if (unit == NULL || foliot_value_is_number (value))
    return TRUE;
  shown = foliot_value_print (value);
  g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_TYPE,
               "input %s of agent %s is a number, in %s, and cannot be %s", port->input->name, agent,
               g_str_equal (unit, "1") ? "units of 1" : unit, shown);
  return FALSE;
}

gboolean
foliot_world_set_input (FoliotWorld *world, const char *agent, const char *input, FoliotTime at,
                        FoliotValue *value, GError **error)
{
  FoliotModelPort storage;
  const FoliotModelPort *port = NULL;
  int index;

  g_return_val_if_fail (FOLIOT_IS_WORLD (world) && world->coupled, FALSE);
  index = _foliot_world_find_agent (world, agent, error);
  if (index >= 0 && check_time (world, at, error))
    port = _foliot_scenario_find_port (world->scenario, (guint) index, input, FALSE, &storage, error);
  if (port == NULL || !check_unit (agent, port, value, error))
    return FALSE;
  if (world->agents->pdata[index] != NULL)
    _foliot_world_deliver (world, (guint) index, port->input, port->method, at, value);
  else
    g_ptr_array_add (world->inputs_elsewhere,
                     foliot_value_build_list (foliot_value_new_int (index), foliot_value_new_string (input),
                                              foliot_value_new_int (at), foliot_value_ref (value), NULL));
  return TRUE;
}

/* Of an agent in another process: as it was when all had settled. */
static FoliotValue *
find_output (FoliotWorld *world, guint agent, const char *output)
{
  const FoliotAgentSpec *spec = &g_array_index (world->scenario->agents, FoliotAgentSpec, agent);
  FoliotValue *said = world->outputs_elsewhere != NULL
                          ? foliot_value_get_item (world->outputs_elsewhere, spec->container - 1)
                          : NULL;

  if (said != NULL && foliot_value_get_kind (said) == FOLIOT_VALUE_MAP)
    said = foliot_value_lookup (said, spec->name);
  if (said != NULL && foliot_value_get_kind (said) == FOLIOT_VALUE_MAP)
    said = foliot_value_lookup (said, output);
  return said != NULL ? foliot_value_ref (said) : foliot_value_new_null ();
}

FoliotValue *
foliot_world_get_output (FoliotWorld *world, const char *agent, const char *output, GError **error)
{
  FoliotModelPort storage;
  const FoliotModelPort *port = NULL;
  FoliotValue *value;
  int index;

  g_return_val_if_fail (FOLIOT_IS_WORLD (world), NULL);
  index = _foliot_world_find_agent (world, agent, error);
  if (index >= 0)
    port = _foliot_scenario_find_port (world->scenario, (guint) index, output, TRUE, &storage, error);
  if (port == NULL)
    return NULL;
  if (world->agents->pdata[index] == NULL)
    return find_output (world, (guint) index, output);
  value = port->output->func (world->agents->pdata[index]);
  return value != NULL ? value : foliot_value_new_null ();
}

/* -- time -------------------------------------------------------------------------------------------------------------- */

static void
on_released (gpointer future, gpointer payload)
{
  foliot_future_resolve (future, NULL);
  foliot_future_unref (future);
}

/* Something outside still owes an answer; what comes of it is done at this time. */
static gboolean
await_release (FoliotWorld *world, GError **error)
{
  FoliotFuture *released = foliot_future_new (world->kernel);
  g_autoptr (FoliotValue) nothing = NULL;
  g_autoptr (FoliotFuture) waited_for = foliot_future_ref (released);

  foliot_future_set_label (released, "the answers that are missing");
  _foliot_kernel_set_drop_func (world->kernel, on_released, on_released);
  _foliot_kernel_set_released_func (world->kernel, on_released, released);
  nothing = foliot_await (waited_for, FOLIOT_TIME_NEVER, error);
  if (nothing != NULL)
    return TRUE;
  if (_foliot_kernel_set_released_func (world->kernel, NULL, NULL))
    foliot_future_unref (released);
  return FALSE;
}

/* Waits until nothing up to and at @to is left to do. */
static gboolean
settle (FoliotWorld *world, FoliotTime to, FoliotTime *out_next, GError **error)
{
  FoliotSettled settled;

  for (;;)
    {
      if (!_foliot_timer_await_arrival (world->kernel, to, error))
        return FALSE;
      foliot_kernel_peek_settled (world->kernel, &settled);
      if (settled.next_due <= to)
        continue;
      if (settled.n_holds > 0)
        {
          if (!await_release (world, error))
            return FALSE;
        }
      else if (world->late != NULL)
        _foliot_world_resume_samples (world);
      else
        break;
    }
  *out_next = settled.next_due;
  return TRUE;
}

typedef struct
{
  FoliotWorld *world;
  FoliotTime to;
} Advance;

static gboolean
go_to (FoliotWorld *world, FoliotTime to, FoliotTime *out_next, GError **error)
{
  if (world->divided)
    return _foliot_world_go_to_all (world, to, out_next, error);
  return foliot_kernel_advance (world->kernel, to, FOLIOT_ADVANCE_THROUGH, error)
         && settle (world, to, out_next, error);
}

static gboolean
advance (FoliotWorld *world, FoliotTime to, FoliotTime *out_next, GError **error)
{
  if (world->failure == NULL && check_time (world, to, error) && go_to (world, to, out_next, error)
      && world->failure == NULL)
    return TRUE;
  if (world->failure != NULL)
    {
      g_clear_error (error);
      g_propagate_error (error, g_error_copy (world->failure));
    }
  return FALSE;
}

static FoliotValue *
advance_to (gpointer user_data, GError **error)
{
  Advance *self = user_data;
  FoliotTime next;

  if (!advance (self->world, self->to, &next, error))
    return NULL;
  return next != FOLIOT_TIME_NEVER ? foliot_value_new_int (next) : foliot_value_new_null ();
}

/* Time ends at the last thing that was done, as in a run that nobody directs. */
static gboolean
run_rest (FoliotWorld *world, FoliotTime until, GError **error)
{
  FoliotTime next = foliot_kernel_now (world->kernel);

  while (next < until)
    if (!advance (world, next, &next, error))
      return FALSE;
  return TRUE;
}

static FoliotValue *
finish (gpointer user_data, GError **error)
{
  Advance *self = user_data;
  FoliotWorld *world = self->world;
  gboolean is_given = self->to != FOLIOT_TIME_NEVER;

  if ((is_given && !run_rest (world, self->to, error))
      || (world->divided && !_foliot_world_end_all (world, error)))
    return NULL;
  world->until = is_given ? self->to : foliot_kernel_now (world->kernel) + 1;
  world->finished = TRUE;
  return foliot_value_new_null ();
}

/* One at a time: each is a fiber that belongs to nobody. */
static FoliotFuture *
spawn (FoliotWorld *world, const char *name, FoliotFiberFunc body, FoliotTime to)
{
  Advance *self;
  guint32 outer;

  if (world->moving != NULL && !foliot_future_is_settled (world->moving))
    return foliot_future_new_rejected (
        world->kernel, g_error_new (FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_BUSY,
                                    "the world is being advanced already: one step after the other"));
  self = g_new (Advance, 1);
  *self = (Advance){ world, to };
  outer = foliot_kernel_enter_node (world->kernel, 0);
  g_clear_pointer (&world->moving, foliot_future_unref);
  world->moving = foliot_fiber_spawn (world->kernel, world->scope, name, body, self, g_free);
  foliot_kernel_enter_node (world->kernel, outer);
  return foliot_future_ref (world->moving);
}

FoliotFuture *
foliot_world_advance_to (FoliotWorld *world, FoliotTime to)
{
  g_return_val_if_fail (FOLIOT_IS_WORLD (world) && world->coupled && !world->closed, NULL);
  return spawn (world, "advance", advance_to, to);
}

FoliotFuture *
foliot_world_finish (FoliotWorld *world, FoliotTime until)
{
  g_return_val_if_fail (FOLIOT_IS_WORLD (world) && world->coupled && !world->closed, NULL);
  return spawn (world, "finish", finish, until);
}

gboolean
foliot_world_run_to (FoliotWorld *world, FoliotTime to, FoliotTime *out_next_due, GError **error)
{
  g_autoptr (FoliotFuture) there = foliot_world_advance_to (world, to);
  g_autoptr (FoliotValue) next = there != NULL ? foliot_run (world->kernel, there, error) : NULL;

  if (next != NULL && out_next_due != NULL)
    *out_next_due = foliot_value_is_null (next) ? FOLIOT_TIME_NEVER : foliot_value_get_int (next);
  return next != NULL;
}

/* -- agents of a model ----------------------------------------------------------------------------------------------------- */

static const FoliotModelSpec *
find_model (FoliotWorld *world, const char *name, guint *out_model, GError **error)
{
  const GArray *models = world->scenario->cosim.models;

  for (*out_model = 0; *out_model < models->len; (*out_model)++)
    if (g_str_equal (g_array_index (models, FoliotModelSpec, *out_model).name, name))
      return &g_array_index (models, FoliotModelSpec, *out_model);
  g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_UNKNOWN,
               "scenario %s has no model \"%s\" (\"cosim\")", world->scenario->name, name);
  return NULL;
}

/* The next one of a model: as the file describes it, or beyond its count. */
static gboolean
next_agent (FoliotWorld *world, const char *name, FoliotValue *params, guint *out_agent, GError **error)
{
  g_autoptr (FoliotValue) args = NULL;
  const FoliotModelSpec *model;
  FoliotAgentSpec *spec;
  guint number = 0, n;

  model = find_model (world, name, &number, error);
  if (model == NULL)
    return FALSE;
  n = g_array_index (world->n_entities, guint, number);
  if (n < model->agents->len)
    *out_agent = g_array_index (model->agents, guint, n);
  else if (!_foliot_scenario_add_agent (world->scenario, model, params, out_agent, error))
    return FALSE;
  spec = &g_array_index (world->scenario->agents, FoliotAgentSpec, *out_agent);
  args = _foliot_scenario_lay_params (model, spec->args, params, error);
  if (args == NULL || !_foliot_scenario_check_args (spec, args, error))
    return FALSE;
  foliot_value_unref (spec->args);
  spec->args = g_steal_pointer (&args);
  g_array_index (world->n_entities, guint, number)++;
  return TRUE;
}

gboolean
_foliot_world_admit (FoliotWorld *world, const char *model, FoliotValue *params, guint *out_agent,
                     GError **error)
{
  gboolean is_made;

  if (!next_agent (world, model, params, out_agent, error))
    return FALSE;
  _foliot_witness_see_admission (world->witness, model, params);
  while (world->agents->len <= *out_agent)
    {
      const guint not_made = G_MAXUINT;

      g_ptr_array_add (world->agents, NULL);
      g_array_append_val (world->ids, not_made);
    }
  is_made = _foliot_world_make_agent (world, *out_agent, error);
  _foliot_witness_see_admitted (world->witness);
  return is_made;
}

typedef struct
{
  FoliotWorld *world;
  guint agent;
  char *model;
  FoliotValue *params; /* nullable */
} Entity;

static void
entity_free (gpointer data)
{
  Entity *entity = data;

  g_free (entity->model);
  g_clear_pointer (&entity->params, foliot_value_unref);
  g_free (entity);
}

static FoliotValue *
start (const Entity *entity, GError **error)
{
  FoliotWorld *world = entity->world;

  if (world->divided && !_foliot_world_admit_everywhere (world, entity->model, entity->params, error))
    return NULL;
  return foliot_await_take (world->agents->pdata[entity->agent] != NULL
                                ? _foliot_world_start_agent (world, entity->agent)
                                : _foliot_world_start_elsewhere (world, entity->agent),
                            error);
}

static FoliotValue *
start_entity (gpointer user_data, GError **error)
{
  Entity *entity = user_data;
  FoliotWorld *world = entity->world;
  g_autoptr (FoliotValue) started = start (entity, error);

  if (started != NULL && world->failure == NULL)
    return foliot_value_new_string (
        g_array_index (world->scenario->agents, FoliotAgentSpec, entity->agent).name);
  if (world->failure != NULL)
    {
      g_clear_error (error);
      g_propagate_error (error, g_error_copy (world->failure));
    }
  return NULL;
}

FoliotFuture *
foliot_world_add_agent (FoliotWorld *world, const char *model, FoliotValue *params)
{
  g_autoptr (GError) error = NULL;
  Entity *entity;
  guint agent;

  g_return_val_if_fail (FOLIOT_IS_WORLD (world) && world->entities_later && !world->closed, NULL);
  if (!_foliot_world_admit (world, model, params, &agent, &error))
    return foliot_future_new_rejected (world->kernel, g_steal_pointer (&error));
  entity = g_new (Entity, 1);
  *entity = (Entity){ world, agent, g_strdup (model), params != NULL ? foliot_value_ref (params) : NULL };
  return foliot_fiber_spawn (world->kernel, world->scope, "entity", start_entity, entity, entity_free);
}
