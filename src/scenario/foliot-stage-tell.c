/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-stage.h"

#include <string.h>

#include "kernel/foliot-hearing-private.h"
#include "channel/foliot-message-private.h"
#include "scenario/foliot-world-part-private.h"

/*
 * What an agent is told is an event, posted when the agent has had as many events as when it was recorded, and before all else of that
 * time: so it stands where it stood among the agent's own timers and fibers. When the program is another one, that number says
 * nothing; then it comes when as much has been said as had been then, which is never before what it answers, and at its time if that is
 * later. An event with a message begins as one of nobody and becomes the agent's, just as in a whole world, and so the agent's digest
 * comes out the same.
 */

#define PRIORITY_OF_TOLD  (-128)
#define PRIORITY_OF_FIRST 127

/* Returns: whether it was an event of the agent. */
static gboolean
tell_message (FoliotStagePart *part, const FoliotStatement *what)
{
  FoliotStage *stage = part->stage;
  gint64 number = _foliot_statement_get_int (what, "channel");
  guint64 id = _foliot_statement_get_uint (what, "id");
  FoliotStageChannel *channel = _foliot_stage_get_channel (stage, number);
  FoliotValue *content = _foliot_statement_get_value (what, "content");
  FoliotFrame frame = { .type = (guint8) _foliot_statement_get_int (what, "type"), .id = id };
  g_autofree char *key = _foliot_stage_dup_key (number, id);
  const guint64 *now = g_hash_table_lookup (part->ids, key);

  if (channel == NULL || (frame.type != FOLIOT_MESSAGE_REQUEST && now == NULL))
    return FALSE; /* an answer to what was not asked */
  if (frame.type != FOLIOT_MESSAGE_REQUEST)
    frame.id = *now;
  else if (foliot_value_get_kind (content) == FOLIOT_VALUE_LIST && foliot_value_get_length (content) > 0
           && foliot_value_get_kind (foliot_value_get_item (content, 0)) == FOLIOT_VALUE_STRING)
    {
      const char *path = foliot_value_get_string (foliot_value_get_item (content, 0), NULL);
      const char *slash = strrchr (path, '/');

      g_hash_table_replace (part->asked, g_steal_pointer (&key), g_strdup (slash != NULL ? slash + 1 : path));
    }
  frame.value = foliot_value_ref (content);
  foliot_stage_link_deliver (channel->link, &frame);
  return TRUE;
}

static void
tell_connected (FoliotStagePart *part, const FoliotStatement *what)
{
  gint64 n = _foliot_statement_get_int (what, "n");
  FoliotFuture *future = g_hash_table_lookup (part->connects, &n);
  FoliotStageChannel *channel
      = _foliot_stage_get_channel (part->stage, _foliot_statement_get_int (what, "channel"));
  GError *error = _foliot_statement_dup_error (what, "error");
  g_autoptr (FoliotProxy) proxy = NULL;

  if (future == NULL || (error == NULL && channel == NULL))
    {
      g_clear_error (&error);
      return;
    }
  if (error != NULL)
    {
      foliot_future_reject (future, error);
      return;
    }
  proxy = foliot_proxy_get (channel->root, _foliot_statement_get_text (what, "path"));
  foliot_proxy_set_string (proxy, _foliot_statement_get_text (what, "text"));
  foliot_future_resolve (future, foliot_value_new_proxy (proxy));
}

static void
tell_ended (FoliotStagePart *part, const FoliotStatement *what)
{
  FoliotStageChannel *channel
      = _foliot_stage_get_channel (part->stage, _foliot_statement_get_int (what, "channel"));
  g_autoptr (GError) why = _foliot_statement_dup_error (what, "error");

  if (channel != NULL)
    foliot_stage_link_end (channel->link, why);
}

static gboolean
tell_input (FoliotStagePart *part, const FoliotStatement *what)
{
  foliot_kernel_note_payload (part->stage->world->kernel, part->node, 0, 0);
  return _foliot_world_bring_now (part->stage->world, part->agent, _foliot_statement_get_text (what, "name"),
                                  _foliot_statement_get_flag (what, "method"),
                                  _foliot_statement_get_value (what, "value"));
}

static gboolean
tell_echo (FoliotStagePart *part, const FoliotStatement *what)
{
  FoliotKernel *kernel = part->stage->world->kernel;

  foliot_kernel_note_payload (kernel, part->node, 0, _foliot_statement_get_uint (what, "view"));
  *_foliot_kernel_get_draws (kernel) += (guint32) _foliot_statement_get_int (what, "draws");
  return TRUE;
}

static void
start_late (FoliotStagePart *part)
{
  guint index;

  if (g_ptr_array_find (part->stage->world->agents, part->agent, &index))
    foliot_future_unref (_foliot_world_start_agent (part->stage->world, index));
}

/* Returns: whether it was an event of the agent. */
static gboolean
tell (FoliotStagePart *part, const FoliotStatement *what)
{
  switch (what->kind)
    {
    case FOLIOT_STATEMENT_HEARD:
      return tell_message (part, what);
    case FOLIOT_STATEMENT_INPUT:
      return tell_input (part, what);
    case FOLIOT_STATEMENT_ECHO:
      return tell_echo (part, what);
    case FOLIOT_STATEMENT_CONNECTED:
      tell_connected (part, what);
      return FALSE;
    case FOLIOT_STATEMENT_ENDED:
      tell_ended (part, what);
      return FALSE;
    case FOLIOT_STATEMENT_START:
      start_late (part);
      return FALSE;
    default:
      return FALSE;
    }
}

static void
play (gpointer target, gpointer payload)
{
  FoliotStagePart *part = target;
  FoliotStage *stage = part->stage;
  const FoliotStatement *what = part->told->pdata[part->next_told++];

  part->is_posted = FALSE;
  if (stage->is_over)
    return;
  stage->n_told++;
  if (tell (part, what))
    _foliot_kernel_set_node_cause (stage->world->kernel, _foliot_statement_get_uint (what, "cause"));
  else
    _foliot_stage_go_on (part);
}

static FoliotEventKind
get_kind (const FoliotStatement *what)
{
  switch (what->kind)
    {
    case FOLIOT_STATEMENT_HEARD:
      return FOLIOT_EVENT_FRAME;
    case FOLIOT_STATEMENT_INPUT:
      return FOLIOT_EVENT_INPUT;
    case FOLIOT_STATEMENT_ENDED:
      return FOLIOT_EVENT_LINK;
    case FOLIOT_STATEMENT_ECHO:
      return (FoliotEventKind) _foliot_statement_get_int (what, "kind");
    default:
      return FOLIOT_EVENT_NOTIFY;
    }
}

/* Among what else there is at that time. Before it has said anything, an agent has to come to life first. */
static gint8
get_priority (const FoliotStagePart *part, const FoliotStatement *what)
{
  if (!part->is_causal)
    return PRIORITY_OF_TOLD;
  if (_foliot_statement_get_uint (what, "s") == 0 && what->kind == FOLIOT_STATEMENT_HEARD)
    return PRIORITY_OF_FIRST;
  return what->kind == FOLIOT_STATEMENT_INPUT ? FOLIOT_PRIORITY_INPUT : FOLIOT_PRIORITY_DEFAULT;
}

void
_foliot_stage_tell_next (FoliotStagePart *part)
{
  FoliotKernel *kernel = part->stage->world->kernel;
  const FoliotStatement *what = part->told->pdata[part->next_told];

  part->is_posted = TRUE;
  _foliot_kernel_post_to (kernel, 0, MAX (what->time, foliot_kernel_now (kernel)), get_priority (part, what),
                          get_kind (what), play, part, NULL);
}

/* What was told at once has been. */
static gboolean
was_at_once (const FoliotStatement *what)
{
  return what->kind == FOLIOT_STATEMENT_CONNECTED && _foliot_statement_get_flag (what, "at_once");
}

void
_foliot_stage_tell_at_once (FoliotStagePart *part, gint64 n)
{
  for (guint i = part->next_told; i < part->told->len; i++)
    if (was_at_once (part->told->pdata[i]) && _foliot_statement_get_int (part->told->pdata[i], "n") == n)
      tell_connected (part, part->told->pdata[i]);
}

void
_foliot_stage_go_on (FoliotStagePart *part)
{
  FoliotStage *stage = part->stage;
  const FoliotStatement *what;
  guint64 n_events;

  if (part->is_posted || stage->is_over || part->agent == NULL)
    return;
  while (part->next_told < part->told->len && was_at_once (part->told->pdata[part->next_told]))
    part->next_told++;
  if (part->next_told == part->told->len)
    return;
  what = part->told->pdata[part->next_told];
  n_events = _foliot_kernel_get_n_node_events (stage->world->kernel, part->node);
  if (part->is_causal ? part->next_said >= _foliot_statement_get_uint (what, "s") : n_events >= what->k)
    _foliot_stage_tell_next (part);
}
