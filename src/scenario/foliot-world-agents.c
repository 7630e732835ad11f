/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-world-private.h"

#include <string.h>

#include "scenario/foliot-stage.h"
#include "scenario/foliot-witness.h"
#include "scenario/foliot-world-part-private.h"

/*
 * The agents of a world. All are made before the first is started, so that addresses and ids are known whatever an init does; each start
 * is a fiber of its own, in which the arguments that name agents become addresses, and those that are declared as proxies connections.
 */

typedef struct
{
  FoliotWorld *world;
  guint index;
} Start;

int
_foliot_world_find_agent (FoliotWorld *world, const char *name, GError **error)
{
  guint found = GPOINTER_TO_UINT (g_hash_table_lookup (world->scenario->agent_index, name));

  if (found > 0 && _foliot_world_has_made (world, found - 1))
    return (int) found - 1;
  g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_UNKNOWN, "there is no agent \"%s\"%s",
               name, found > 0 ? ": the master has not made it" : "");
  return -1;
}

static FoliotValue *
new_agent_address (FoliotWorld *world, const char *agent, GError **error)
{
  int found = _foliot_world_find_agent (world, agent, error);
  g_autofree char *url = found >= 0 ? _foliot_world_dup_agent_url (world, (guint) found) : NULL;

  return url != NULL ? foliot_value_new_string (url) : NULL;
}

static FoliotValue *resolve_agents (FoliotWorld *world, FoliotValue *value, GError **error);

static void
unref_values (FoliotValue **values, gsize n)
{
  while (n > 0)
    foliot_value_unref (values[--n]);
}

static FoliotValue *
resolve_list (FoliotWorld *world, FoliotValue *list, GError **error)
{
  gsize n = foliot_value_get_length (list);
  g_autofree FoliotValue **items = g_new (FoliotValue *, n + 1);

  for (gsize i = 0; i < n; i++)
    {
      items[i] = resolve_agents (world, foliot_value_get_item (list, i), error);
      if (items[i] == NULL)
        {
          unref_values (items, i);
          return NULL;
        }
    }
  return foliot_value_new_list (items, n);
}

static FoliotValue *
resolve_map (FoliotWorld *world, FoliotValue *map, GError **error)
{
  gsize n = foliot_value_get_length (map);
  g_autofree FoliotValue **pairs = g_new (FoliotValue *, 2 * n + 1);

  for (gsize i = 0; i < n; i++)
    {
      pairs[2 * i + 1] = resolve_agents (world, foliot_value_get_pair_value (map, i), error);
      if (pairs[2 * i + 1] == NULL)
        {
          unref_values (pairs, 2 * i);
          return NULL;
        }
      pairs[2 * i] = foliot_value_ref (foliot_value_get_key (map, i));
    }
  return foliot_value_new_map (pairs, n);
}

/* {"agent": NAME} becomes the agent's address; everything else stays. */
static FoliotValue *
resolve_agents (FoliotWorld *world, FoliotValue *value, GError **error)
{
  const char *agent = _foliot_scenario_get_agent_name (value);

  if (agent != NULL)
    return new_agent_address (world, agent, error);
  switch (foliot_value_get_kind (value))
    {
    case FOLIOT_VALUE_LIST:
      return resolve_list (world, value, error);
    case FOLIOT_VALUE_MAP:
      return resolve_map (world, value, error);
    default:
      return foliot_value_ref (value);
    }
}

static gboolean
is_proxy_argument (const FoliotSignature *signature, const char *name)
{
  for (guint i = 0; i < foliot_signature_get_n_args (signature); i++)
    if (g_str_equal (foliot_signature_get_arg_name (signature, i), name))
      return g_str_has_prefix (foliot_signature_get_arg_type (signature, i), "proxy");
  return FALSE;
}

/* On a fiber: arguments declared as proxies are connected to. */
static FoliotValue *
connect_arguments (FoliotAgent *agent, FoliotValue *args, GError **error)
{
  const FoliotAgentInfo *info = foliot_agent_type_get_info (G_OBJECT_TYPE (agent));
  g_autoptr (FoliotSignature) signature = foliot_signature_new (info->args != NULL ? info->args : "", error);
  gsize n = foliot_value_get_length (args), done = 0;
  g_autofree FoliotValue **pairs = g_new (FoliotValue *, 2 * n + 1);

  for (gsize i = 0; signature != NULL && i < n; i++)
    {
      FoliotValue *key = foliot_value_get_key (args, i), *value = foliot_value_get_pair_value (args, i);

      pairs[done] = foliot_value_ref (key);
      if (is_proxy_argument (signature, foliot_value_get_string (key, NULL))
          && foliot_value_get_kind (value) == FOLIOT_VALUE_STRING)
        pairs[done + 1]
            = foliot_await_take (foliot_container_connect (foliot_agent_get_container (agent),
                                                           foliot_value_get_string (value, NULL), 0),
                                 error);
      else
        pairs[done + 1] = foliot_value_ref (value);
      if (pairs[done + 1] == NULL)
        {
          foliot_value_unref (pairs[done]);
          break;
        }
      done += 2;
    }
  if (signature != NULL && done == 2 * n)
    return foliot_value_new_map (pairs, n);
  while (done > 0)
    foliot_value_unref (pairs[--done]);
  return NULL;
}

static FoliotValue *
start_agent (gpointer user_data, GError **error)
{
  Start *start = user_data;
  FoliotWorld *world = start->world;
  FoliotAgent *agent = g_ptr_array_index (world->agents, start->index);
  const FoliotAgentSpec *spec = &g_array_index (world->scenario->agents, FoliotAgentSpec, start->index);
  g_autoptr (GError) local = NULL;
  g_autoptr (FoliotValue) addresses = resolve_agents (world, spec->args, &local);
  g_autoptr (FoliotValue) args = addresses != NULL ? connect_arguments (agent, addresses, &local) : NULL;
  g_autoptr (FoliotValue) started = NULL;

  if (args != NULL)
    started = foliot_await_take (foliot_agent_start (agent, args), &local);
  world->n_starting--;
  if (started == NULL && !g_error_matches (local, FOLIOT_ERROR, FOLIOT_ERROR_CANCELLED))
    {
      g_autofree char *place = _foliot_scenario_dup_place (world->scenario, "agents", spec->entry);
      g_autofree char *what = g_strdup_printf ("start (%.*s)", (int) strlen (place) - 2, place);

      _foliot_world_fail (world, spec->name, what, local);
    }
  return NULL;
}

gboolean
_foliot_world_make_agent (FoliotWorld *world, guint index, GError **error)
{
  const FoliotAgentSpec *spec = &g_array_index (world->scenario->agents, FoliotAgentSpec, index);
  gboolean runs = world->stage == NULL || _foliot_stage_plays (world->stage, spec->name);

  if (_foliot_world_has_container (world, spec->container))
    {
      world->agents->pdata[index]
          = foliot_agent_new_detached (_foliot_world_get_container_of (world, spec->container),
                                       runs ? spec->type : FOLIOT_TYPE_AGENT, spec->name, error);
      if (world->agents->pdata[index] == NULL)
        return FALSE;
      if (runs && spec->type == _foliot_master_get_type ())
        _foliot_world_adopt_master (world, world->agents->pdata[index]);
    }
  g_array_index (world->ids, guint, index) = g_array_index (world->n_ids, guint, spec->container)++;
  return TRUE;
}

gboolean
_foliot_world_make_agents (FoliotWorld *world, GError **error)
{
  const guint not_made = G_MAXUINT;

  g_array_set_size (world->n_ids, world->scenario->containers->len);
  g_array_set_size (world->n_entities, world->scenario->cosim.models->len);
  for (guint i = 0; i < world->scenario->agents->len; i++)
    {
      g_ptr_array_add (world->agents, NULL);
      g_array_append_val (world->ids, not_made);
      if ((!world->entities_later || _foliot_scenario_get_model_of (world->scenario, i) == NULL)
          && !_foliot_world_make_agent (world, i, error))
        return FALSE;
    }
  return TRUE;
}

FoliotFuture *
_foliot_world_start_agent (FoliotWorld *world, guint index)
{
  guint32 outer
      = foliot_kernel_enter_node (world->kernel, foliot_agent_get_node (world->agents->pdata[index]));
  Start *start = g_new (Start, 1);
  FoliotFuture *done;

  _foliot_witness_see_start (world->witness, world->agents->pdata[index]);
  *start = (Start){ world, index };
  done = foliot_fiber_spawn (world->kernel, NULL, "start", start_agent, start, g_free);
  foliot_kernel_enter_node (world->kernel, outer);
  world->n_starting++;
  return done;
}

gboolean
_foliot_world_start_agents (FoliotWorld *world, GError **error)
{
  for (guint i = 0; i < world->agents->len; i++)
    {
      g_autoptr (FoliotFuture) done = NULL;

      if (world->agents->pdata[i] == NULL)
        continue;
      done = _foliot_world_start_agent (world, i);
      if (foliot_future_is_settled (done) && foliot_future_get_error (done) != NULL)
        {
          g_propagate_error (error, g_error_copy (foliot_future_get_error (done)));
          return FALSE;
        }
    }
  return TRUE;
}
