/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-world-private.h"

#include <string.h>

#include "base/foliot-hash-private.h"
#include "kernel/foliot-hearing-private.h"

/* Input series. Only the next row of each series is in the event queue: its event, which belongs to nobody, posts one event for
 * each delivery, which belongs to the agent. So an agent's own view does not depend on who else gets inputs, nor on who
 * posted them. */

typedef struct
{
  FoliotWorld *world;
  const FoliotInputSpec *spec;
  gsize row;
  FoliotTime offset; /* of the repetition */
} Feed;

typedef struct
{
  FoliotWorld *world;
  guint agent;
  const FoliotInput *input; /* NULL: @method */
  const FoliotMethod *method;
  FoliotValue *value;
  FoliotReplyFunc reply; /* nullable */
  gpointer reply_data;
} Delivery;

static const char *
get_name (const Delivery *delivery)
{
  return delivery->input != NULL ? delivery->input->name : delivery->method->name;
}

static void
delivery_free (Delivery *delivery, FoliotValue *result)
{
  if (delivery->reply != NULL)
    delivery->reply (result, delivery->reply_data);
  foliot_value_unref (delivery->value);
  g_free (delivery);
}

/* A method of the agent that takes one argument, called as a peer would. */
static gboolean
call_method (const Delivery *delivery, FoliotAgent *agent, FoliotValue **out_result, GError **error)
{
  const FoliotMethod *method = delivery->method;
  g_autoptr (FoliotSignature) signature
      = foliot_signature_new (method->signature != NULL ? method->signature : "", error);
  g_autoptr (FoliotValue) positional = foliot_value_build_list (foliot_value_ref (delivery->value), NULL);
  g_autoptr (GError) local = NULL;
  g_autoptr (FoliotArgs) args
      = signature != NULL ? foliot_signature_bind (signature, method->name, positional, NULL, error) : NULL;

  if (args == NULL)
    return FALSE;
  *out_result = method->func (agent, args, &local);
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
take (const Delivery *delivery, FoliotAgent *agent, FoliotValue **out_result, GError **error)
{
  if (delivery->method != NULL)
    return call_method (delivery, agent, out_result, error);
  return delivery->input->func (agent, delivery->value, error);
}

static void
run_input (gpointer user_data)
{
  Delivery *delivery = user_data;
  FoliotAgent *agent = g_ptr_array_index (delivery->world->agents, delivery->agent);
  g_autoptr (FoliotValue) result = NULL;
  g_autoptr (GError) error = NULL;

  if (!take (delivery, agent, &result, &error)
      && !g_error_matches (error, FOLIOT_ERROR, FOLIOT_ERROR_CANCELLED))
    {
      g_autofree char *what = g_strdup_printf ("input %s", get_name (delivery));

      if (error == NULL)
        error = g_error_new (FOLIOT_ERROR, FOLIOT_ERROR_FAILED, "it returned FALSE without an error");
      _foliot_world_fail (delivery->world, foliot_agent_get_name (agent), what, error);
    }
  delivery_free (delivery, result);
}

static void
drop_delivery (gpointer target, gpointer payload)
{
  delivery_free (payload, NULL);
}

/* Takes @delivery. */
static void
bring (FoliotWorld *world, Delivery *delivery)
{
  FoliotAgent *agent = g_ptr_array_index (world->agents, delivery->agent);
  const char *name = get_name (delivery);
  guint64 hash
      = foliot_hash_mix (foliot_hash_bytes (name, strlen (name)), foliot_value_hash (delivery->value));
  g_autoptr (GError) error = NULL;

  foliot_kernel_note_payload (world->kernel, 0, hash, hash);
  _foliot_kernel_hear (world->kernel, input, name, delivery->method != NULL, delivery->value);
  if (_foliot_kernel_is_showing (world->kernel))
    {
      g_autofree char *what = g_strconcat ("input ", name, NULL);

      _foliot_kernel_show_content (world->kernel, what, delivery->value);
    }
  if (!foliot_fiber_run_now (world->kernel, foliot_agent_get_scope (agent), "input", run_input, delivery,
                             &error))
    {
      _foliot_world_fail (world, foliot_agent_get_name (agent), "input", error);
      drop_delivery (NULL, delivery);
    }
}

static void
deliver (gpointer target, gpointer payload)
{
  bring (target, payload);
}

gboolean
_foliot_world_bring_now (FoliotWorld *world, FoliotAgent *agent, const char *name, gboolean is_method,
                         FoliotValue *value)
{
  const FoliotAgentInfo *info = foliot_agent_type_get_info (G_OBJECT_TYPE (agent));
  const FoliotInput *input = is_method ? NULL : info->inputs;
  const FoliotMethod *method = is_method ? info->methods : NULL;
  Delivery delivery = { .world = world };

  while (input != NULL && input->name != NULL && !g_str_equal (input->name, name))
    input++;
  while (method != NULL && method->name != NULL && !g_str_equal (method->name, name))
    method++;
  delivery.input = input != NULL && input->name != NULL ? input : NULL;
  delivery.method = method != NULL && method->name != NULL ? method : NULL;
  if ((delivery.input == NULL && delivery.method == NULL)
      || !g_ptr_array_find (world->agents, agent, &delivery.agent))
    return FALSE;
  delivery.value = foliot_value_ref (value);
  bring (world, g_memdup2 (&delivery, sizeof delivery));
  return TRUE;
}

static void
post (FoliotWorld *world, const Delivery *delivery, FoliotTime at)
{
  guint32 node = foliot_agent_get_node (g_ptr_array_index (world->agents, delivery->agent));

  _foliot_kernel_post_to (world->kernel, node, at, FOLIOT_PRIORITY_INPUT, FOLIOT_EVENT_INPUT, deliver, world,
                          g_memdup2 (delivery, sizeof *delivery));
}

void
_foliot_world_deliver (FoliotWorld *world, guint agent, const FoliotInput *input, const FoliotMethod *method,
                       FoliotTime at, FoliotValue *value)
{
  const Delivery delivery = { world, agent, input, method, foliot_value_ref (value), NULL, NULL };

  post (world, &delivery, at);
}

void
_foliot_world_call (FoliotWorld *world, guint agent, const FoliotMethod *method, FoliotTime at,
                    FoliotValue *value, FoliotReplyFunc reply, gpointer user_data)
{
  const Delivery delivery = { world, agent, NULL, method, foliot_value_ref (value), reply, user_data };

  post (world, &delivery, at);
}

/* What the master names as input of a model is its own to set. */
static gboolean
is_fed (FoliotWorld *world, const FoliotDelivery *to)
{
  const FoliotModelSpec *model
      = world->coupled ? _foliot_scenario_get_model_of (world->scenario, to->agent) : NULL;

  for (guint i = 0; model != NULL && i < model->n_inputs; i++)
    if (g_array_index (model->ports, FoliotModelPort, i).input == to->input)
      return FALSE;
  return world->agents->pdata[to->agent] != NULL;
}

static void post_row (Feed *feed);

static void
feed_row (gpointer target, gpointer payload)
{
  Feed *feed = payload;
  const FoliotSeries *series = feed->spec->series;

  if (feed->world->closed)
    {
      g_free (feed);
      return;
    }
  for (guint i = 0; i < feed->spec->deliveries->len; i++)
    {
      const FoliotDelivery *to = &g_array_index (feed->spec->deliveries, FoliotDelivery, i);
      double number = series->values[feed->row * series->n_columns + to->column];
      g_autoptr (FoliotValue) value = foliot_value_new_double (to->scaled ? number * to->scale : number);

      if (is_fed (feed->world, to))
        _foliot_world_deliver (feed->world, to->agent, to->input, NULL,
                               foliot_kernel_now (feed->world->kernel), value);
    }
  feed->row++;
  post_row (feed);
}

static void
drop_feed (gpointer target, gpointer payload)
{
  g_free (payload);
}

static void
post_row (Feed *feed)
{
  if (feed->row >= feed->spec->series->n_rows && feed->spec->repeat > 0)
    {
      feed->row = 0;
      feed->offset = foliot_time_add (feed->offset, feed->spec->repeat);
    }
  if (feed->row >= feed->spec->series->n_rows)
    g_free (feed);
  else
    foliot_kernel_post (feed->world->kernel,
                        foliot_time_add (feed->spec->series->times[feed->row], feed->offset),
                        FOLIOT_PRIORITY_INPUT, FOLIOT_EVENT_CALLBACK, feed_row, feed->world, feed);
}

static gboolean
is_for_us (FoliotWorld *world, const FoliotInputSpec *spec)
{
  for (guint i = 0; i < spec->deliveries->len; i++)
    if (is_fed (world, &g_array_index (spec->deliveries, FoliotDelivery, i)))
      return TRUE;
  return FALSE;
}

void
_foliot_world_start_inputs (FoliotWorld *world)
{
  _foliot_kernel_set_drop_func (world->kernel, feed_row, drop_feed);
  _foliot_kernel_set_drop_func (world->kernel, deliver, drop_delivery);
  if (world->stage != NULL) /* which brings them */
    return;
  for (guint i = 0; i < world->scenario->inputs->len; i++)
    {
      const FoliotInputSpec *spec = &g_array_index (world->scenario->inputs, FoliotInputSpec, i);
      Feed *feed;

      if (!is_for_us (world, spec))
        continue;
      feed = g_new0 (Feed, 1);
      feed->world = world;
      feed->spec = spec;
      post_row (feed);
    }
}
