/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-world-private.h"

/*
 * The agent through which others ask the master: how far the co-simulation is, who is related to whom, what others say. It is an
 * agent like any other, so it can be called from everywhere, from another process too, and what an agent sees of it is the same under
 * all masters. In a run without a master it has no answers.
 */

FOLIOT_DEFINE_AGENT (Master, master, FoliotWorld *world;)

GType
_foliot_master_get_type (void)
{
  return master_get_type ();
}

void
_foliot_world_adopt_master (FoliotWorld *world, FoliotAgent *agent)
{
  ((Master *) (gpointer) agent)->world = world;
}

/* @args: (transfer full) */
static FoliotValue *
ask (gpointer self, const char *method, FoliotValue *args, GError **error)
{
  FoliotWorld *world = ((Master *) self)->world;
  g_autoptr (FoliotValue) owned = args;

  if (world->master != NULL)
    return world->master (method, owned, world->master_data, error);
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_FAILED,
               "%s: nobody directs this run: there is no master to ask", method);
  return NULL;
}

static FoliotValue *
master_get_progress (gpointer self, FoliotArgs *args, GError **error)
{
  return ask (self, "get_progress", foliot_value_new_map (NULL, 0), error);
}

static FoliotValue *
master_get_related_entities (gpointer self, FoliotArgs *args, GError **error)
{
  FoliotValue *entities = foliot_args_get_value (args, "entities");

  return ask (self, "get_related_entities",
              foliot_value_build_map ("entities", foliot_value_ref (entities), NULL), error);
}

static FoliotValue *
master_get_data (gpointer self, FoliotArgs *args, GError **error)
{
  FoliotValue *outputs = foliot_args_get_value (args, "outputs");

  return ask (self, "get_data", foliot_value_build_map ("outputs", foliot_value_ref (outputs), NULL), error);
}

static FoliotValue *
master_set_data (gpointer self, FoliotArgs *args, GError **error)
{
  FoliotValue *inputs = foliot_args_get_value (args, "inputs");

  return ask (self, "set_data", foliot_value_build_map ("inputs", foliot_value_ref (inputs), NULL), error);
}

static FoliotValue *
master_set_event (gpointer self, FoliotArgs *args, GError **error)
{
  FoliotValue *time = foliot_args_get_value (args, "time");

  return ask (self, "set_event", foliot_value_build_map ("time", foliot_value_ref (time), NULL), error);
}

static const FoliotMethod master_methods[] = {
  { "get_progress", master_get_progress, "", "How much of the co-simulation is done, in percent." },
  { "get_related_entities", master_get_related_entities, "entities: any = null",
    "Who is connected with an entity, with each of a list, or all of the co-simulation." },
  { "get_data", master_get_data, "outputs: map", "What entities of others say: {entity: [attribute, …]}." },
  { "set_data", master_set_data, "inputs: map",
    "Tells entities of others in their next step: {source: {entity: {attribute: value}}}." },
  { "set_event", master_set_event, "time: int", "Asks for a step at this time of the master's." },
  { NULL },
};

static const FoliotAgentInfo master_info = {
  .help = "Hands on what agents ask of the master that sets the time.",
  .methods = master_methods,
};
