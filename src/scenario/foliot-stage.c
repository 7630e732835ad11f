/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-stage.h"

#include <string.h>

#include "agent/foliot-container-private.h"
#include "kernel/foliot-gate-private.h"
#include "kernel/foliot-hearing-private.h"
#include "rpc/foliot-router-private.h"
#include "scenario/foliot-world-part-private.h"

/*
 * A world in which some agents run, and all others are there and do nothing: what those said is said again.
 *
 * Containers, addresses, names and ids are as they were; an agent that does not run is an empty one in its place. Between an agent that
 * runs and the stage all is real: its channels, the router that finds its methods, the fibers of its handlers. The links below
 * lead nowhere.
 */

#define BATCH_EVENTS 4096

/* ---- connections ----------------------------------------------------------------------------------------------- */

static GQuark
number_quark (void)
{
  return g_quark_from_static_string ("foliot-stage-channel");
}

static FoliotContainer *
get_container (FoliotStage *stage, gint64 index)
{
  GPtrArray *containers = stage->world->containers;

  return index >= 0 && index < containers->len ? containers->pdata[index] : NULL;
}

/* An end of a connection at @container. */
static FoliotRpcClient *
make_end (FoliotStage *stage, FoliotContainer *container, FoliotStageLink *link)
{
  g_autoptr (FoliotChannel) channel = foliot_channel_new (
      stage->world->kernel, FOLIOT_LINK (link), _foliot_container_get_channel_options (container), NULL);

  return channel != NULL ? foliot_rpc_client_new (channel, G_OBJECT (container), NULL) : NULL;
}

static void
open_channel (FoliotStage *stage, FoliotStageChannel *channel, gint64 number)
{
  FoliotContainer *near = get_container (stage, _foliot_statement_get_int (channel->what, "near"));
  FoliotContainer *far = get_container (stage, _foliot_statement_get_int (channel->what, "far"));
  g_autoptr (FoliotStageLink) other = NULL;
  FoliotChannel *end;

  channel->link = foliot_stage_link_new (stage->world->kernel, channel->what->body);
  channel->client = near != NULL ? make_end (stage, near, channel->link) : NULL;
  if (channel->client == NULL)
    return;
  end = foliot_rpc_client_get_channel (channel->client);
  g_object_set_qdata (G_OBJECT (end), number_quark (), GINT_TO_POINTER ((int) number));
  channel->root = foliot_rpc_client_get_remote (channel->client);
  if (far == NULL)
    return;
  other = foliot_stage_link_new (stage->world->kernel, NULL);
  channel->far = make_end (stage, far, other);
  foliot_stage_link_pair (channel->link, other);
}

FoliotStageChannel *
_foliot_stage_get_channel (FoliotStage *stage, gint64 number)
{
  FoliotStageChannel *channel
      = number > 0 && number <= stage->channels->len ? stage->channels->pdata[number - 1] : NULL;

  if (channel != NULL && channel->link == NULL)
    open_channel (stage, channel, number);
  return channel != NULL && channel->client != NULL ? channel : NULL;
}

/* "Agent_2.set_limit"; the path, when nobody here is there. */
char *
_foliot_stage_dup_callee (FoliotStage *stage, gint64 number, const char *path)
{
  FoliotStageChannel *channel = _foliot_stage_get_channel (stage, number);
  const char *rest = g_str_has_prefix (path, "agents/") ? strchr (path + strlen ("agents/"), '/') : NULL;
  g_autofree char *agent = rest != NULL ? g_strndup (path, (gsize) (rest - path)) : NULL;
  FoliotRouter *router = agent != NULL && channel != NULL && channel->far != NULL
                             ? _foliot_router_find (channel->far->router, agent)
                             : NULL;

  if (router == NULL)
    return g_strdup (path);
  return g_strdup_printf (
      "%s.%s", foliot_kernel_get_node_name (stage->world->kernel, foliot_router_get_node (router)), rest + 1);
}

/* ---- hearing --------------------------------------------------------------------------------------------------- */

static void
on_ran (gpointer data, const FoliotRecord *record, guint64 node_cause)
{
  FoliotStagePart *part = _foliot_stage_find_part (data, record->node);

  if (part != NULL)
    _foliot_stage_go_on (part);
}

static void
on_made (gpointer data, gpointer agent, const char *container)
{
  FoliotStage *stage = data;
  FoliotStagePart *part = g_hash_table_lookup (stage->by_name, foliot_agent_get_name (agent));
  guint32 node = foliot_agent_get_node (agent);

  if (part == NULL || part->agent != NULL)
    return;
  part->agent = agent;
  part->node = node;
  if (stage->by_node->len <= node)
    g_ptr_array_set_size (stage->by_node, (int) node + 1);
  stage->by_node->pdata[node] = part;
}

static void
on_said (gpointer data, gpointer channel, guint8 type, guint64 id, FoliotValue *plain, guint32 n_draws)
{
  FoliotStage *stage = data;
  FoliotStagePart *part = _foliot_stage_find_part (stage, _foliot_kernel_get_node (stage->world->kernel));
  gint number = GPOINTER_TO_INT (g_object_get_qdata (channel, number_quark ()));

  if (part != NULL && number > 0)
    _foliot_stage_check_said (part, (guint) number, type, id, plain);
}

static gpointer
on_connect (gpointer data, gpointer container, const char *url)
{
  FoliotStage *stage = data;
  FoliotFuture *future = foliot_future_new (stage->world->kernel);
  FoliotStagePart *part = _foliot_stage_find_part (stage, _foliot_kernel_get_node (stage->world->kernel));
  const FoliotStatement *recorded = part != NULL ? _foliot_stage_check_connect (part, url) : NULL;
  gint64 n = recorded != NULL ? _foliot_statement_get_int (recorded, "n") : 0;
  g_autofree char *label = g_strconcat ("connection to ", url, NULL);

  foliot_future_set_label (future, label);
  if (recorded == NULL)
    return future;
  g_hash_table_insert (part->connects, g_memdup2 (&n, sizeof n), foliot_future_ref (future));
  _foliot_stage_tell_at_once (part, n);
  _foliot_stage_go_on (part);
  return future;
}

static const FoliotHearing hearing
    = { .ran = on_ran, .made = on_made, .said = on_said, .connect = on_connect };

/* ---- the outside ----------------------------------------------------------------------------------------------- */

static guint64
get_room (gpointer data, const FoliotGatePoint *point, FoliotTime *limit)
{
  return G_MAXUINT64;
}

static gboolean
enter (gpointer data, const FoliotGatePoint *point, gboolean is_stuck)
{
  return FALSE;
}

static gboolean
depart (gpointer data, FoliotPort *port, const FoliotGatePoint *point, GBytes *bytes, GError **error)
{
  return TRUE;
}

static gboolean
recall (gpointer data, const FoliotGatePoint *point, const char *name, FoliotValue **out_value,
        GError **error)
{
  FoliotStage *stage = data;
  FoliotStagePart *part = _foliot_stage_find_part (stage, _foliot_kernel_get_node (stage->world->kernel));
  const FoliotStatement *recorded = part != NULL ? _foliot_stage_check_observed (part, name) : NULL;
  GError *answer = recorded != NULL ? _foliot_statement_dup_error (recorded, "error") : NULL;
  FoliotValue *value = recorded != NULL ? _foliot_statement_get_value (recorded, "value") : NULL;

  if (value != NULL)
    {
      *out_value = foliot_value_ref (value);
      return TRUE;
    }
  if (answer == NULL && part != NULL)
    answer = g_error_new (FOLIOT_REPLAY_ERROR, FOLIOT_REPLAY_ERROR_MISSING,
                          "agent %s looks outside (“%s”), and the recording does not hold what it saw",
                          part->name, name);
  else if (answer == NULL)
    answer = g_error_new (
        FOLIOT_REPLAY_ERROR, FOLIOT_REPLAY_ERROR_MISSING,
        "%s alone opens something of its own (“%s”): an agent that makes containers or transports "
        "cannot be run alone, because what comes through them is not heard",
        stage->only, name);
  if (answer->domain == FOLIOT_REPLAY_ERROR && !stage->is_over)
    {
      stage->error = g_error_copy (answer);
      stage->is_over = TRUE;
      foliot_kernel_interrupt (stage->world->kernel);
    }
  g_propagate_error (error, answer);
  return FALSE;
}

static void
fail (gpointer data, const FoliotGatePoint *point, const char *why, GError **error)
{
  g_set_error (error, FOLIOT_REPLAY_ERROR, FOLIOT_REPLAY_ERROR_MISSING,
               "the run waits for %s, which the recording does not hold", why != NULL ? why : "something");
}

static const FoliotGateSource source
    = { .get_room = get_room, .enter = enter, .depart = depart, .recall = recall, .fail = fail };

/* ---- the world ------------------------------------------------------------------------------------------------- */

void
_foliot_stage_attach (FoliotStage *stage, FoliotWorld *world)
{
  stage->world = world;
  _foliot_kernel_set_hearing (world->kernel, &hearing, stage);
  _foliot_gate_set_source (world->kernel, &source, stage);
}

FoliotAddress *
_foliot_stage_make_address (FoliotStage *stage, guint container, GError **error)
{
  FoliotValue *urls = _foliot_statement_get_value (stage->setting, "containers");

  if (urls != NULL && container < foliot_value_get_length (urls))
    return foliot_address_parse (foliot_value_get_string (foliot_value_get_item (urls, container), NULL),
                                 error);
  g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_UNKNOWN,
               "%s: the recorded run had fewer containers", stage->path);
  return NULL;
}

gboolean
_foliot_stage_plays (FoliotStage *stage, const char *name)
{
  return g_hash_table_contains (stage->by_name, name);
}

void
_foliot_stage_detach (FoliotStage *stage)
{
  g_ptr_array_set_size (stage->channels, 0);
  for (guint i = 0; i < stage->parts->len; i++)
    {
      FoliotStagePart *part = stage->parts->pdata[i];

      g_hash_table_remove_all (part->connects);
      part->agent = NULL;
    }
  stage->world = NULL;
}

static gboolean
make_stub (FoliotStage *stage, const FoliotStatement *what, GError **error)
{
  const char *name = _foliot_statement_get_text (what, "container");
  FoliotContainer *container = NULL;
  g_autoptr (FoliotAgent) stub = NULL;

  for (guint i = 0; i < stage->world->containers->len && container == NULL; i++)
    if (g_str_equal (foliot_container_get_name (stage->world->containers->pdata[i]), name))
      container = stage->world->containers->pdata[i];
  if (container != NULL)
    stub = foliot_agent_new_detached (container, FOLIOT_TYPE_AGENT, _foliot_statement_get_text (what, "name"),
                                      error);
  else
    g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_UNKNOWN,
                 "%s: agent %s was made in a container %s, which the scenario does not have", stage->path,
                 _foliot_statement_get_text (what, "name"), name);
  return stub != NULL;
}

static gboolean
make_extra (FoliotStage *stage, const FoliotStatement *what, GError **error)
{
  FoliotValue *params = _foliot_statement_get_value (what, "params");
  guint index;

  if (what->kind == FOLIOT_STATEMENT_MADE)
    return make_stub (stage, what, error);
  return _foliot_world_admit (stage->world, _foliot_statement_get_text (what, "model"),
                              params != NULL && !foliot_value_is_null (params) ? params : NULL, &index,
                              error);
}

/* An agent that a part has made since has the id that it had. */
static void
check_id (FoliotStagePart *part)
{
  const char *recorded = _foliot_statement_get_text (part->made, "aid");

  if (part->agent != NULL && !g_str_equal (foliot_agent_get_aid (part->agent), recorded)
      && part->stage->error == NULL)
    part->stage->error
        = g_error_new (FOLIOT_REPLAY_ERROR, FOLIOT_REPLAY_ERROR_DIFFERS,
                       "agent %s has the id %s, and had %s: it was made in the course of the run, beside "
                       "others in its container; "
                       "run the container %s alone instead",
                       part->name, foliot_agent_get_aid (part->agent), recorded, part->container);
}

gboolean
_foliot_stage_begin (FoliotStage *stage, GError **error)
{
  FoliotWorld *world = stage->world;

  for (guint i = 0; i < stage->extras->len; i++)
    if (!make_extra (stage, stage->extras->pdata[i], error))
      return FALSE;
  for (guint i = 0; i < world->agents->len && !world->entities_later; i++)
    {
      FoliotStagePart *part = _foliot_stage_find_part (
          stage, world->agents->pdata[i] != NULL ? foliot_agent_get_node (world->agents->pdata[i]) : 0);

      if (part != NULL)
        foliot_future_unref (_foliot_world_start_agent (world, i));
    }
  for (guint i = 0; i < stage->parts->len; i++)
    _foliot_stage_go_on (stage->parts->pdata[i]);
  return TRUE;
}

/* ---- running --------------------------------------------------------------------------------------------------- */

FoliotStage *
foliot_stage_new (const char *path, const char *only, const FoliotStageOptions *options, GError **error)
{
  g_autoptr (FoliotStage) stage = NULL;

  g_return_val_if_fail (path != NULL && only != NULL, NULL);
  stage = g_new0 (FoliotStage, 1);
  stage->path = g_strdup (path);
  stage->only = g_strdup (only);
  stage->report = g_string_new (NULL);
  stage->options = options != NULL ? *options : (FoliotStageOptions){ .until = FOLIOT_TIME_NEVER };
  return _foliot_stage_read (stage, error) ? g_steal_pointer (&stage) : NULL;
}

/* Whether the same program runs in the same scenario. */
static gboolean
is_same (FoliotStage *stage, FoliotScenario *scenario)
{
  g_autofree char *build = _foliot_scenario_dup_build_id (scenario);

  return scenario->hash == _foliot_statement_get_uint (stage->setting, "hash")
         && g_str_equal (build, _foliot_statement_get_text (stage->setting, "build"));
}

FoliotScenario *
foliot_stage_make_scenario (FoliotStage *stage, const char *path, const char *const *settings,
                            const char *const *module_dirs, GError **error)
{
  FoliotValue *pack = _foliot_statement_get_value (stage->setting, "scenario");
  FoliotScenario *scenario = foliot_scenario_unpack (pack, path, settings, NULL, module_dirs, error);

  stage->is_changed = scenario != NULL && !is_same (stage, scenario);
  for (guint i = 0; i < stage->parts->len; i++)
    ((FoliotStagePart *) stage->parts->pdata[i])->is_causal = stage->is_changed;
  return scenario;
}

gboolean
foliot_stage_is_changed (FoliotStage *stage)
{
  return stage->is_changed;
}

void
foliot_world_options_set_from_stage (FoliotWorldOptions *options, FoliotStage *stage)
{
  *options = (FoliotWorldOptions){
    .has_seed = TRUE,
    .seed = _foliot_statement_get_uint (stage->setting, "seed"),
    .until = MIN (stage->over != NULL ? _foliot_statement_get_int (stage->over, "until")
                                      : foliot_time_add (stage->until, 1),
                  stage->options.until),
    .coupled = _foliot_statement_get_flag (stage->setting, "coupled"),
    .entities_later = _foliot_statement_get_flag (stage->setting, "later"),
    .stage = stage,
  };
}

/* Nothing runs any more, and yet somebody was told more. Returns: whether he is told it now. */
static gboolean
push (FoliotStage *stage)
{
  gboolean pushed = FALSE;

  for (guint i = 0; i < stage->parts->len; i++)
    {
      FoliotStagePart *part = stage->parts->pdata[i];

      if (part->is_posted || part->agent == NULL || part->next_told == part->told->len)
        continue;
      if (!_foliot_stage_check_asked (part))
        return FALSE;
      part->is_causal = TRUE;
      _foliot_stage_go_on (part);
      if (!part->is_posted && part->next_told < part->told->len)
        _foliot_stage_tell_next (part);
      pushed = TRUE;
    }
  return pushed;
}

static gboolean
check_end (FoliotStage *stage, GError **error)
{
  for (guint i = 0; i < stage->parts->len; i++)
    {
      check_id (stage->parts->pdata[i]);
      _foliot_stage_check_end (stage->parts->pdata[i]);
    }
  stage->is_over = TRUE;
  if (stage->error == NULL && stage->n_different > 0)
    g_set_error (&stage->error, FOLIOT_REPLAY_ERROR, FOLIOT_REPLAY_ERROR_DIFFERS,
                 "%s differs from its recording in %" G_GUINT64_FORMAT " places", stage->only,
                 stage->n_different);
  if (stage->error == NULL && stage->trouble != NULL)
    stage->error = g_error_copy (stage->trouble);
  if (stage->error != NULL)
    g_propagate_error (error, g_error_copy (stage->error));
  return stage->error == NULL;
}

gboolean
foliot_world_run_alone (FoliotWorld *world, GError **error)
{
  FoliotStage *stage = world->stage;
  g_autoptr (GError) failure = NULL;
  gboolean interrupted = FALSE;

  g_return_val_if_fail (stage != NULL, FALSE);
  if (world->coupled
      && !foliot_kernel_advance (world->kernel, MAX (world->until - 1, foliot_kernel_now (world->kernel)),
                                 FOLIOT_ADVANCE_THROUGH, error))
    return FALSE;
  do
    while (foliot_world_step (world, BATCH_EVENTS, &failure) > 0 && !stage->is_over)
      ;
  while (failure == NULL && !stage->is_over && !(interrupted = _foliot_kernel_take_interrupt (world->kernel))
         && push (stage));
  _foliot_kernel_take_interrupt (world->kernel);
  world->finished = TRUE;
  if (interrupted && !stage->is_over)
    {
      g_set_error_literal (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_INTERRUPTED, "interrupted");
      return FALSE;
    }
  if (!check_end (stage, error))
    return FALSE;
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return world->failure == NULL;
}

guint
foliot_stage_get_n_agents (FoliotStage *stage)
{
  return stage->parts->len;
}

const char *
foliot_stage_get_agent (FoliotStage *stage, guint index, guint64 *out_events, guint64 *out_digest)
{
  const FoliotStagePart *part = stage->parts->pdata[index];
  FoliotKernel *kernel = stage->world->kernel;

  if (out_events != NULL)
    *out_events = _foliot_kernel_get_n_node_events (kernel, part->node);
  if (out_digest != NULL)
    *out_digest = foliot_kernel_get_node_digest (kernel, part->node);
  return part->name;
}

char *
foliot_stage_dup_report (FoliotStage *stage)
{
  GString *text = g_string_new (stage->report->str);

  g_string_append_printf (text, "%" G_GUINT64_FORMAT " told, %" G_GUINT64_FORMAT " said as recorded",
                          stage->n_told, stage->n_said);
  if (stage->n_different > 0)
    g_string_append_printf (text, ", %" G_GUINT64_FORMAT " differences", stage->n_different);
  return g_string_free (text, FALSE);
}

void
foliot_stage_free (FoliotStage *stage)
{
  g_clear_pointer (&stage->channels, g_ptr_array_unref);
  g_clear_pointer (&stage->parts, g_ptr_array_unref);
  g_clear_pointer (&stage->extras, g_ptr_array_unref);
  g_clear_pointer (&stage->by_name, g_hash_table_unref);
  g_clear_pointer (&stage->by_node, g_ptr_array_unref);
  g_clear_pointer (&stage->setting, _foliot_statement_free);
  g_clear_pointer (&stage->over, _foliot_statement_free);
  g_string_free (stage->report, TRUE);
  g_clear_error (&stage->error);
  g_clear_error (&stage->trouble);
  g_free (stage->path);
  g_free (stage->only);
  g_free (stage);
}
