/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-world-part-private.h"

#include <string.h>

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

static FoliotValue *
keeper_begin (gpointer self, FoliotArgs *args, GError **error)
{
  return _foliot_world_start_agents (((Keeper *) self)->world, error) ? foliot_value_new_null () : NULL;
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
