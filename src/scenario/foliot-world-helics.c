/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-scenario-helics.h"

#include <string.h>

#include "scenario/foliot-world-private.h"

/*
 * A world as a federate of HELICS: `next = settle (); grant = request (next); advance_to (grant.time)`.
 *
 * With the flag wait_for_current_time_update, which is on unless the scenario says otherwise, a grant of a time comes when all others
 * are past it: so agents see at t what a grid published at t, as they see a series of the file. What the agents say at t the
 * others see at their next time, as it is with the limits of the wind park.
 */

#define WAIT_FLAG "wait_for_current_time_update"
#define PER_UNIT  "1" /* which HELICS takes for a unit of its own that nothing converts to */

typedef struct
{
  FoliotWorld *world;
  FoliotHelics *helics;
  const FoliotHelicsPlan *plan;
  GHashTable *inputs;      /* key → FoliotCosimVariable; looked up, never walked */
  GHashTable *endpoints;   /* name → number + 1; likewise */
  GPtrArray *publications; /* of FoliotCosimVariable, by number */
  GPtrArray *published;    /* of FoliotValue, by number; NULL: never */
  FoliotCodec *json;
  FoliotTime until; /* where the run ends */
} Link;

static void
clear_value (gpointer value)
{
  g_clear_pointer (&value, foliot_value_unref);
}

static void
link_clear (Link *link)
{
  g_clear_object (&link->helics);
  g_clear_object (&link->json);
  g_clear_pointer (&link->inputs, g_hash_table_unref);
  g_clear_pointer (&link->endpoints, g_hash_table_unref);
  g_clear_pointer (&link->publications, g_ptr_array_unref);
  g_clear_pointer (&link->published, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Link, link_clear)

/* -- what is registered -------------------------------------------------------------------------------------------- */

static char *
fill_in (const char *form, const FoliotCosimVariable *variable)
{
  GString *text = g_string_new (form);

  g_string_replace (text, "{model}", variable->model, 0);
  g_string_replace (text, "{agent}", variable->agent, 0);
  g_string_replace (text, "{name}", variable->name, 0);
  return g_string_free (text, FALSE);
}

static const char *
get_unit (const FoliotHelicsRule *rule, const FoliotCosimVariable *variable)
{
  if (rule != NULL && rule->unit != NULL)
    return rule->unit[0] != '\0' ? rule->unit : NULL;
  return g_strcmp0 (variable->unit, PER_UNIT) != 0 ? variable->unit : NULL;
}

static void
add_variable (Link *link, const FoliotCosimVariable *variable)
{
  const FoliotHelicsRule *rule = _foliot_helics_plan_find_rule (link->plan, variable);
  FoliotHelicsType type = rule != NULL ? rule->type : FOLIOT_HELICS_DOUBLE;
  char *key = fill_in (rule != NULL && rule->key != NULL ? rule->key : "{agent}.{name}", variable);
  guint number;

  if (variable->is_output)
    {
      foliot_helics_add_publication (link->helics, key, type, get_unit (rule, variable));
      g_ptr_array_add (link->publications, (gpointer) variable);
      g_ptr_array_add (link->published, NULL);
      g_free (key);
      return;
    }
  number = foliot_helics_add_input (link->helics, key, type, get_unit (rule, variable));
  if (rule != NULL && rule->target != NULL)
    {
      g_autofree char *target = fill_in (rule->target, variable);

      foliot_helics_add_target (link->helics, number, target);
    }
  g_hash_table_insert (link->inputs, key, (gpointer) variable);
}

static void
add_settings (Link *link)
{
  FoliotValue *flags = link->plan->flags, *properties = link->plan->properties;

  if (flags == NULL || foliot_value_lookup (flags, WAIT_FLAG) == NULL)
    foliot_helics_set_flag (link->helics, WAIT_FLAG, TRUE);
  for (gsize i = 0; flags != NULL && i < foliot_value_get_length (flags); i++)
    foliot_helics_set_flag (link->helics, foliot_value_get_string (foliot_value_get_key (flags, i), NULL),
                            foliot_value_get_bool (foliot_value_get_pair_value (flags, i)));
  for (gsize i = 0; properties != NULL && i < foliot_value_get_length (properties); i++)
    foliot_helics_set_property (link->helics,
                                foliot_value_get_string (foliot_value_get_key (properties, i), NULL),
                                foliot_value_get_double (foliot_value_get_pair_value (properties, i)));
}

static gboolean
open_link (Link *link, const FoliotHelicsOptions *options, GError **error)
{
  const FoliotHelicsPlan *plan = link->plan;
  FoliotHelicsOptions filled = *options;
  const FoliotCosimVariable *variables;
  gsize n;

  if (filled.name == NULL)
    filled.name = plan->name != NULL ? plan->name : foliot_scenario_get_name (link->world->scenario);
  if (filled.core == NULL)
    filled.core = plan->core;
  if (filled.broker == NULL)
    filled.broker = plan->broker;
  if (filled.core_init == NULL)
    filled.core_init = plan->core_init;
  link->helics = foliot_helics_new (link->world->kernel, &filled, error);
  if (link->helics == NULL)
    return FALSE;
  link->json = foliot_codec_new (FOLIOT_TYPE_CODEC_JSON);
  link->inputs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  link->endpoints = g_hash_table_new (g_str_hash, g_str_equal);
  link->publications = g_ptr_array_new ();
  link->published = g_ptr_array_new_with_free_func (clear_value);
  add_settings (link);
  variables = foliot_scenario_get_cosim_variables (link->world->scenario, &n);
  for (gsize i = 0; i < n; i++)
    add_variable (link, &variables[i]);
  for (guint i = 0; i < plan->endpoints->len; i++)
    {
      const char *name = g_array_index (plan->endpoints, FoliotHelicsEndpoint, i).name;

      foliot_helics_add_endpoint (link->helics, name);
      g_hash_table_insert (link->endpoints, (gpointer) name, GUINT_TO_POINTER (i + 1));
    }
  return TRUE;
}

/* -- in --------------------------------------------------------------------------------------------------------------- */

typedef struct
{
  FoliotHelics *helics;
  guint endpoint;
  char *to;
} Reply;

static void
reply_free (Reply *reply)
{
  g_object_unref (reply->helics);
  g_free (reply->to);
  g_free (reply);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reply, reply_free)

/* What a method returns goes back to where the message came from, as text or as JSON; null says nothing. */
static void
send_reply (FoliotValue *value, gpointer user_data)
{
  g_autoptr (Reply) reply = user_data;
  g_autoptr (FoliotCodec) json = NULL;
  g_autoptr (GByteArray) out = NULL;

  if (value == NULL || foliot_value_is_null (value))
    return;
  if (foliot_value_get_kind (value) == FOLIOT_VALUE_STRING)
    {
      foliot_helics_send (reply->helics, reply->endpoint, reply->to, foliot_value_get_string (value, NULL));
      return;
    }
  json = foliot_codec_new (FOLIOT_TYPE_CODEC_JSON);
  out = g_byte_array_new ();
  if (!foliot_codec_encode (json, value, out, NULL))
    return;
  g_byte_array_append (out, (const guint8 *) "", 1);
  foliot_helics_send (reply->helics, reply->endpoint, reply->to, (const char *) out->data);
}

static gboolean
take_message (Link *link, FoliotValue *message, FoliotTime at, GError **error)
{
  const char *name = foliot_value_get_string (foliot_value_get_item (message, 0), NULL);
  guint number = GPOINTER_TO_UINT (g_hash_table_lookup (link->endpoints, name)) - 1;
  const FoliotHelicsEndpoint *endpoint = &g_array_index (link->plan->endpoints, FoliotHelicsEndpoint, number);
  const char *from = foliot_value_get_string (foliot_value_get_item (message, 1), NULL);
  FoliotValue *text = foliot_value_get_item (message, 2);
  g_autoptr (FoliotValue) value = NULL;
  Reply *reply;
  gsize length;

  if (endpoint->is_json && foliot_value_get_kind (text) == FOLIOT_VALUE_STRING)
    {
      const char *data = foliot_value_get_string (text, &length);

      value = foliot_codec_decode (link->json, (const guint8 *) data, length, error);
      if (value == NULL)
        {
          g_prefix_error (error, "endpoint %s: a message of %s: ", name, from);
          return FALSE;
        }
    }
  else
    value = foliot_value_ref (text);
  reply = g_new (Reply, 1);
  *reply = (Reply){ g_object_ref (link->helics), number, g_strdup (from) };
  _foliot_world_call (link->world, endpoint->agent, endpoint->method, at, value, send_reply, reply);
  return TRUE;
}

static gboolean
is_text (FoliotValue *list, gsize index)
{
  return foliot_value_get_kind (foliot_value_get_item (list, index)) == FOLIOT_VALUE_STRING;
}

static FoliotValue *
get_member (FoliotValue *grant, const char *name, FoliotValueKind kind)
{
  FoliotValue *member
      = foliot_value_get_kind (grant) == FOLIOT_VALUE_MAP ? foliot_value_lookup (grant, name) : NULL;

  return member != NULL && foliot_value_get_kind (member) == kind ? member : NULL;
}

/* Of the library it has this form, and names what was registered; of a recording that somebody has altered it may have any. */
static gboolean
is_grant (Link *link, FoliotValue *grant)
{
  FoliotValue *time = get_member (grant, "time", FOLIOT_VALUE_INT);
  FoliotValue *inputs = get_member (grant, "inputs", FOLIOT_VALUE_MAP);
  FoliotValue *messages = get_member (grant, "messages", FOLIOT_VALUE_LIST);
  gboolean good = time != NULL && foliot_value_fits_int64 (time) && inputs != NULL && messages != NULL;

  for (gsize i = 0; good && i < foliot_value_get_length (inputs); i++)
    {
      FoliotValue *key = foliot_value_get_key (inputs, i);

      good = foliot_value_get_kind (key) == FOLIOT_VALUE_STRING
             && g_hash_table_contains (link->inputs, foliot_value_get_string (key, NULL));
    }
  for (gsize i = 0; good && i < foliot_value_get_length (messages); i++)
    {
      FoliotValue *message = foliot_value_get_item (messages, i);

      good = foliot_value_get_kind (message) == FOLIOT_VALUE_LIST && foliot_value_get_length (message) == 3
             && is_text (message, 0) && is_text (message, 1)
             && g_hash_table_contains (link->endpoints,
                                       foliot_value_get_string (foliot_value_get_item (message, 0), NULL));
    }
  return good;
}

static gboolean
take_grant (Link *link, FoliotValue *grant, FoliotTime at, GError **error)
{
  FoliotValue *inputs = foliot_value_lookup (grant, "inputs"),
              *messages = foliot_value_lookup (grant, "messages");

  for (gsize i = 0; i < foliot_value_get_length (inputs); i++)
    {
      const char *key = foliot_value_get_string (foliot_value_get_key (inputs, i), NULL);
      const FoliotCosimVariable *variable = g_hash_table_lookup (link->inputs, key);

      if (!foliot_world_set_input (link->world, variable->agent, variable->name, at,
                                   foliot_value_get_pair_value (inputs, i), error))
        return FALSE;
    }
  for (gsize i = 0; i < foliot_value_get_length (messages); i++)
    if (!take_message (link, foliot_value_get_item (messages, i), at, error))
      return FALSE;
  return TRUE;
}

/* -- out ---------------------------------------------------------------------------------------------------------------- */

/* What is no other than before is not said again. */
static gboolean
publish_outputs (Link *link, GError **error)
{
  for (guint i = 0; i < link->publications->len; i++)
    {
      const FoliotCosimVariable *variable = g_ptr_array_index (link->publications, i);
      gpointer *before = &link->published->pdata[i];
      g_autoptr (FoliotValue) value
          = foliot_world_get_output (link->world, variable->agent, variable->name, error);

      if (value == NULL)
        return FALSE;
      if (*before != NULL && foliot_value_equal (*before, value))
        continue;
      if (!foliot_helics_publish (link->helics, i, value, error))
        return FALSE;
      g_clear_pointer (before, foliot_value_unref);
      *before = g_steal_pointer (&value);
    }
  return TRUE;
}

/* -- the loop ------------------------------------------------------------------------------------------------------------ */

static void
fail_ended (Link *link, FoliotTime wanted, GError **error)
{
  g_autofree char *now = foliot_time_format (foliot_kernel_now (link->world->kernel));
  g_autofree char *then = foliot_time_format (wanted);

  g_set_error (error, FOLIOT_HELICS_ERROR, FOLIOT_HELICS_ERROR_PEER,
               "HELICS: the federation was ended at %s s, before %s s, for which the agents had asked", now,
               then);
}

/* @asked: (transfer full). Returns: whether there is a time; *@out_time. */
static gboolean
await_grant (Link *link, FoliotFuture *asked, FoliotTime wanted, FoliotTime *out_time, GError **error)
{
  g_autoptr (FoliotFuture) future = asked;
  g_autoptr (FoliotValue) grant = foliot_run (link->world->kernel, future, error);

  if (grant == NULL)
    return FALSE;
  if (!is_grant (link, grant))
    {
      g_set_error_literal (
          error, FOLIOT_HELICS_ERROR, FOLIOT_HELICS_ERROR_PEER,
          "HELICS: a grant that names what is none of the federate's: somebody has altered the "
          "recording; take an intact copy");
      return FALSE;
    }
  *out_time = foliot_value_get_int (foliot_value_lookup (grant, "time"));
  if (*out_time == FOLIOT_TIME_NEVER && wanted != FOLIOT_TIME_NEVER)
    {
      fail_ended (link, wanted, error);
      return FALSE;
    }
  return *out_time >= link->until || take_grant (link, grant, *out_time, error);
}

static gboolean
take_part (Link *link, FoliotWorldStepFunc func, gpointer user_data, GError **error)
{
  FoliotWorld *world = link->world;
  FoliotTime time, next;

  if (!foliot_world_run_to (world, foliot_kernel_now (world->kernel), NULL, error)
      || !await_grant (link, foliot_helics_enter (link->helics), 0, &time, error))
    return FALSE;
  while (time < link->until)
    {
      if (!foliot_world_run_to (world, time, &next, error) || !publish_outputs (link, error))
        return FALSE;
      if (func != NULL)
        func (world, user_data);
      next = MIN (next, link->until);
      if (!await_grant (link, foliot_helics_request (link->helics, next), next, &time, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
finish (Link *link, GError **error)
{
  g_autoptr (FoliotFuture) end = foliot_world_finish (link->world, link->until);
  g_autoptr (FoliotValue) done = foliot_run (link->world->kernel, end, error);

  return done != NULL;
}

gboolean
foliot_world_run_helics (FoliotWorld *world, const FoliotHelicsOptions *options, FoliotWorldStepFunc func,
                         gpointer user_data, GError **error)
{
  g_auto (Link) link = { .world = world };
  gboolean fine, has_left;

  g_return_val_if_fail (FOLIOT_IS_WORLD (world) && world->coupled, FALSE);
  link.plan = world->scenario->cosim.helics;
  link.until = world->until != FOLIOT_TIME_NEVER ? world->until : foliot_scenario_get_until (world->scenario);
  if (link.plan == NULL)
    g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_UNKNOWN,
                 "scenario %s has no section \"cosim\", which names what goes in and out",
                 world->scenario->name);
  if (link.plan == NULL)
    return FALSE;
  if (!open_link (&link, options, error))
    return FALSE;
  fine = take_part (&link, func, user_data, error);
  has_left = foliot_helics_close (link.helics);
  fine = fine && finish (&link, error);
  if (fine && !has_left)
    g_set_error (
        error, FOLIOT_HELICS_ERROR, FOLIOT_HELICS_ERROR_PEER,
        "HELICS: the run is done, but its federate cannot leave: the library does not come back from "
        "the call, so the others of the federation may wait for it in vain");
  return fine && has_left;
}
