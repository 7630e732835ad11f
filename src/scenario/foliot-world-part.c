/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-world-part-private.h"

#include <string.h>

#include "channel/foliot-channel-cork-private.h"
#include "scenario/foliot-table.h"

/*
 * One container of a scenario in a process of its own. Beside it there is a second container, which no agent of the scenario
 * knows: in it lives the keeper, through whom the process that started this one brings it to life and asks for what its
 * tables need. So the ids and the codec of the scenario's own container are what they are in one process.
 *
 * Agents elsewhere have the addresses that their ids give them: those of one container are numbered in the order of the scenario,
 * and where the containers are the keeper is told before anybody is started.
 */

#define MAX_ROWS 1000 /* in one answer */

FOLIOT_DEFINE_AGENT (Keeper, keeper, FoliotWorld *world;)

/* ---- whose is what ---- */

gboolean
_foliot_world_has_container (FoliotWorld *world, guint container)
{
  return !world->divided || container == world->own;
}

FoliotContainer *
_foliot_world_get_container_of (FoliotWorld *world, guint container)
{
  g_assert (_foliot_world_has_container (world, container));
  return g_ptr_array_index (world->containers, world->divided ? 0 : container);
}

gboolean
_foliot_world_has_made (FoliotWorld *world, guint agent)
{
  return g_array_index (world->ids, guint, agent) != G_MAXUINT;
}

char *
_foliot_world_dup_agent_url (FoliotWorld *world, guint index)
{
  guint container = g_array_index (world->scenario->agents, FoliotAgentSpec, index).container;

  if (world->agents->pdata[index] != NULL)
    return g_strdup (foliot_agent_get_address (world->agents->pdata[index]));
  return g_strdup_printf ("%s%u", world->urls[container], g_array_index (world->ids, guint, index));
}

static gboolean
are_texts (FoliotValue *list, gsize n)
{
  if (foliot_value_get_kind (list) != FOLIOT_VALUE_LIST || foliot_value_get_length (list) != n)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    if (foliot_value_get_kind (foliot_value_get_item (list, i)) != FOLIOT_VALUE_STRING)
      return FALSE;
  return TRUE;
}

gboolean
_foliot_world_set_urls (FoliotWorld *world, FoliotValue *urls, GError **error)
{
  gsize n = world->scenario->containers->len;

  if (!are_texts (urls, n))
    {
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
                   "expected the base URLs of %" G_GSIZE_FORMAT " containers", n);
      return FALSE;
    }
  g_clear_pointer (&world->urls, g_strfreev);
  world->urls = g_new0 (char *, n + 1);
  for (gsize i = 0; i < n; i++)
    world->urls[i] = g_strdup (foliot_value_get_string (foliot_value_get_item (urls, i), NULL));
  return TRUE;
}

/* ---- the keeper ---- */

static FoliotValue *
keeper_get_url (gpointer self, FoliotArgs *args, GError **error)
{
  FoliotContainer *container = g_ptr_array_index (((Keeper *) self)->world->containers, 0);

  return foliot_value_new_string (foliot_container_get_base_url (container));
}

static FoliotValue *
keeper_join (gpointer self, FoliotArgs *args, GError **error)
{
  return _foliot_world_set_urls (((Keeper *) self)->world, foliot_args_get_value (args, "urls"), error)
             ? foliot_value_new_null ()
             : NULL;
}

static void
put_cork (gpointer kernel, gpointer payload)
{
  _foliot_channels_cork (kernel);
}

/* The cork is put in by an event of its own: behind our answer, before the first init. */
static FoliotValue *
keeper_begin (gpointer self, FoliotArgs *args, GError **error)
{
  FoliotWorld *world = ((Keeper *) self)->world;

  foliot_kernel_post (world->kernel, foliot_kernel_now (world->kernel), FOLIOT_PRIORITY_DEFAULT,
                      FOLIOT_EVENT_CALLBACK, put_cork, world->kernel, NULL);
  return _foliot_world_start_agents (world, error) ? foliot_value_new_null () : NULL;
}

FoliotValue *
_foliot_world_sample_own (FoliotWorld *world, guint output)
{
  const FoliotOutputSpec *spec = &g_array_index (world->scenario->outputs, FoliotOutputSpec, output);
  guint n_cells = g_strv_length (spec->columns);
  g_autofree FoliotValue **cells = g_new (FoliotValue *, n_cells + 1);
  g_autoptr (GPtrArray) rows = g_ptr_array_new ();

  for (guint i = 0; i < spec->agents->len; i++)
    if (world->agents->pdata[g_array_index (spec->agents, guint, i)] != NULL)
      {
        _foliot_world_sample_agent (world, spec, i, cells);
        g_ptr_array_add (rows, foliot_value_new_list (cells, n_cells));
      }
  return foliot_value_new_list ((FoliotValue **) rows->pdata, rows->len);
}

/* What the caller names; it is another process of the same scenario, or somebody who guesses. */
static gboolean
read_output (FoliotWorld *world, FoliotArgs *args, guint *out_output, GError **error)
{
  gint64 output = foliot_args_get_int (args, "output");

  *out_output = (guint) output;
  if (output >= 0 && output < world->scenario->outputs->len)
    return TRUE;
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "the scenario has no output %" G_GINT64_FORMAT,
               output);
  return FALSE;
}

static FoliotValue *
keeper_sample (gpointer self, FoliotArgs *args, GError **error)
{
  FoliotWorld *world = ((Keeper *) self)->world;
  guint output;

  return read_output (world, args, &output, error) ? _foliot_world_sample_own (world, output) : NULL;
}

FoliotValue *
_foliot_world_dup_row (FoliotTable *table, gsize row)
{
  g_autofree FoliotValue **cells = g_new (FoliotValue *, table->n_columns);

  for (guint i = 0; i < table->n_columns; i++)
    cells[i] = foliot_value_ref (foliot_table_get_cell (table, row, i));
  return foliot_value_new_list (cells, table->n_columns);
}

static FoliotValue *
keeper_get_rows (gpointer self, FoliotArgs *args, GError **error)
{
  FoliotWorld *world = ((Keeper *) self)->world;
  g_autoptr (GPtrArray) rows = g_ptr_array_new ();
  gint64 first = foliot_args_get_int (args, "first");
  FoliotTable *table;
  guint output;

  if (!read_output (world, args, &output, error))
    return NULL;
  table = g_ptr_array_index (world->tables, output);
  for (gsize row = (gsize) MAX (first, 0); row < foliot_table_get_n_rows (table) && rows->len < MAX_ROWS;
       row++)
    g_ptr_array_add (rows, _foliot_world_dup_row (table, row));
  return foliot_value_new_list ((FoliotValue **) rows->pdata, rows->len);
}

/* ---- the keeper, when a master sets the time ---- */

static gboolean
set_one_input (FoliotWorld *world, FoliotValue *input, GError **error)
{
  static const FoliotValueKind kinds[] = { FOLIOT_VALUE_INT, FOLIOT_VALUE_STRING, FOLIOT_VALUE_INT };
  gboolean good = foliot_value_get_kind (input) == FOLIOT_VALUE_LIST && foliot_value_get_length (input) == 4;
  gint64 agent;

  for (gsize i = 0; good && i < G_N_ELEMENTS (kinds); i++)
    good = foliot_value_get_kind (foliot_value_get_item (input, i)) == kinds[i];
  agent = good ? foliot_value_get_int (foliot_value_get_item (input, 0)) : -1;
  if (agent < 0 || agent >= world->agents->len)
    {
      g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
                           "an input is [agent, name, time in ns, value], of an agent of the scenario");
      return FALSE;
    }
  return foliot_world_set_input (world, g_array_index (world->scenario->agents, FoliotAgentSpec, agent).name,
                                 foliot_value_get_string (foliot_value_get_item (input, 1), NULL),
                                 foliot_value_get_int (foliot_value_get_item (input, 2)),
                                 foliot_value_get_item (input, 3), error);
}

static FoliotValue *
keeper_set_inputs (gpointer self, FoliotArgs *args, GError **error)
{
  FoliotValue *inputs = foliot_args_get_value (args, "inputs");

  for (gsize i = 0; i < foliot_value_get_length (inputs); i++)
    if (!set_one_input (((Keeper *) self)->world, foliot_value_get_item (inputs, i), error))
      return NULL;
  return foliot_value_new_null ();
}

/* {name: value} of an agent that is here. */
static FoliotValue *
say_outputs (FoliotWorld *world, guint agent, const FoliotModelSpec *model)
{
  guint n = model->ports->len - model->n_inputs;
  g_autofree FoliotValue **pairs = g_new (FoliotValue *, 2 * n + 1);

  for (guint i = 0; i < n; i++)
    {
      const FoliotModelPort *port = &g_array_index (model->ports, FoliotModelPort, model->n_inputs + i);
      FoliotValue *value = port->output->func (world->agents->pdata[agent]);

      pairs[2 * i] = foliot_value_new_string (port->name);
      pairs[2 * i + 1] = value != NULL ? value : foliot_value_new_null ();
    }
  return foliot_value_new_map (pairs, n);
}

static FoliotValue *
keeper_get_outputs (gpointer self, FoliotArgs *args, GError **error)
{
  FoliotWorld *world = ((Keeper *) self)->world;
  g_autoptr (GPtrArray) pairs = g_ptr_array_new ();

  for (guint i = 0; i < world->agents->len; i++)
    {
      const FoliotModelSpec *model = _foliot_scenario_get_model_of (world->scenario, i);

      if (model == NULL || world->agents->pdata[i] == NULL)
        continue;
      g_ptr_array_add (
          pairs, foliot_value_new_string (g_array_index (world->scenario->agents, FoliotAgentSpec, i).name));
      g_ptr_array_add (pairs, say_outputs (world, i, model));
    }
  return foliot_value_new_map ((FoliotValue **) pairs->pdata, pairs->len / 2);
}

static FoliotValue *
keeper_admit (gpointer self, FoliotArgs *args, GError **error)
{
  FoliotValue *params = foliot_args_get_value (args, "params");
  guint agent;

  return _foliot_world_admit (((Keeper *) self)->world, foliot_args_get_string (args, "model"),
                              !foliot_value_is_null (params) ? params : NULL, &agent, error)
             ? foliot_value_new_null ()
             : NULL;
}

static FoliotValue *
keeper_start (gpointer self, FoliotArgs *args, GError **error)
{
  FoliotWorld *world = ((Keeper *) self)->world;
  gint64 agent = foliot_args_get_int (args, "agent");

  if (agent >= 0 && agent < world->agents->len && world->agents->pdata[agent] != NULL)
    return foliot_await_take (_foliot_world_start_agent (world, (guint) agent), error);
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "there is no agent %" G_GINT64_FORMAT " here", agent);
  return NULL;
}

static FoliotValue *
keeper_stop (gpointer self, FoliotArgs *args, GError **error)
{
  foliot_future_resolve (((Keeper *) self)->world->ended, NULL);
  return foliot_value_new_null ();
}

static const FoliotMethod keeper_methods[] = {
  { "get_url", keeper_get_url, "", "The base URL of the scenario's container." },
  { "join", keeper_join, "urls", "Tells where all containers of the scenario are, in its order." },
  { "begin", keeper_begin, "", "Starts the agents." },
  { "sample", keeper_sample, "output:int", "The outputs of the agents here, for a sampled table." },
  { "get_rows", keeper_get_rows, "output:int, first:int", "What agents here recorded, from a row on." },
  { "set_inputs", keeper_set_inputs, "inputs:list", "What a master tells agents here." },
  { "get_outputs", keeper_get_outputs, "", "What agents of models here say." },
  { "admit", keeper_admit, "model:string, params:map?", "One more agent of a model, here or elsewhere." },
  { "start", keeper_start, "agent:int", "Starts an agent that was admitted, and waits for its init." },
  { "stop", keeper_stop, "", "Ends the process." },
  { NULL },
};

static const FoliotAgentInfo keeper_info = {
  .help = "Directs one container of a scenario.",
  .methods = keeper_methods,
};

gboolean
_foliot_world_add_keeper (FoliotWorld *world, GError **error)
{
  g_autoptr (FoliotAgent) agent = foliot_agent_new_detached (world->control, keeper_get_type (), NULL, error);

  if (agent == NULL)
    return FALSE;
  ((Keeper *) (gpointer) agent)->world = world;
  world->ended = foliot_future_new (world->kernel);
  world->keeper_url = g_strdup (foliot_agent_get_address (agent));
  foliot_future_unref (foliot_agent_start (agent, NULL));
  return TRUE;
}

const char *
foliot_world_get_keeper_url (FoliotWorld *world)
{
  g_return_val_if_fail (FOLIOT_IS_WORLD (world), NULL);
  return world->keeper_url;
}
