/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-stage.h"

#include "scenario/foliot-nearest.h"

/*
 * What a witness has written, in memory: of the agents that will run all of it, of the others nothing.
 */

static void
statement_free (gpointer statement)
{
  if (statement != NULL)
    _foliot_statement_free (statement);
}

static void
part_free (gpointer data)
{
  FoliotStagePart *part = data;

  g_free (part->name);
  g_free (part->container);
  statement_free (part->made);
  statement_free (part->end);
  g_ptr_array_unref (part->told);
  g_ptr_array_unref (part->said);
  g_hash_table_unref (part->ids);
  g_hash_table_unref (part->asked);
  g_hash_table_unref (part->connects);
  g_clear_pointer (&part->places, g_hash_table_unref);
  g_free (part->unanswered);
  g_free (part);
}

/* Takes @made. */
static void
add_part (FoliotStage *stage, const char *name, FoliotStatement *made)
{
  FoliotStagePart *part = g_new0 (FoliotStagePart, 1);

  part->stage = stage;
  part->name = g_strdup (name);
  part->container = g_strdup (_foliot_statement_get_text (made, "container"));
  part->made = made;
  part->told = g_ptr_array_new_with_free_func (statement_free);
  part->said = g_ptr_array_new_with_free_func (statement_free);
  part->ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  part->asked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  part->connects
      = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) foliot_future_unref);
  g_ptr_array_add (stage->parts, part);
  g_hash_table_insert (stage->by_name, part->name, part);
}

static void
channel_free (gpointer data)
{
  FoliotStageChannel *channel = data;

  if (channel == NULL)
    return;
  g_clear_pointer (&channel->root, foliot_proxy_unref);
  g_clear_object (&channel->client);
  g_clear_object (&channel->far);
  g_clear_object (&channel->link);
  statement_free (channel->what);
  g_free (channel);
}

static void
add_channel (FoliotStage *stage, FoliotStatement *what)
{
  FoliotStageChannel *channel = g_new0 (FoliotStageChannel, 1);

  channel->what = what;
  g_ptr_array_add (stage->channels, channel);
}

static void
set (FoliotStatement **place, FoliotStatement *statement)
{
  statement_free (*place);
  *place = statement;
}

/* Takes @statement. @name: whose it is. */
static void
sort (FoliotStage *stage, const char *name, FoliotStatement *statement)
{
  FoliotStagePart *part = g_hash_table_lookup (stage->by_name, name);

  switch (statement->kind)
    {
    case FOLIOT_STATEMENT_WORLD:
      set (&stage->setting, statement);
      return;
    case FOLIOT_STATEMENT_OVER:
      set (&stage->over, statement);
      return;
    case FOLIOT_STATEMENT_ADMIT:
      g_ptr_array_add (stage->extras, statement);
      return;
    case FOLIOT_STATEMENT_CHANNEL:
      add_channel (stage, statement);
      return;
    default:
      break;
    }
  if (part == NULL)
    statement_free (statement);
  else if (statement->kind == FOLIOT_STATEMENT_END)
    set (&part->end, statement);
  else
    g_ptr_array_add (_foliot_statement_is_said (statement) ? part->said : part->told, statement);
}

/* Whether it is one of those that run. */
static gboolean
is_wanted (FoliotStage *stage, const char *name, const FoliotStatement *made)
{
  return g_str_equal (stage->only, name)
         || g_str_equal (stage->only, _foliot_statement_get_text (made, "container"))
         || g_hash_table_contains (stage->by_name, _foliot_statement_get_text (made, "by"));
}

/* An agent that somebody else made in the course of the run has its place among the others. Takes @made. */
static void
add_extra (FoliotStage *stage, const char *name, FoliotStatement *made)
{
  FoliotValue *body = foliot_value_build_map (
      "container", foliot_value_new_string (_foliot_statement_get_text (made, "container")), "name",
      foliot_value_new_string (name), NULL);

  foliot_value_unref (made->body);
  made->body = body;
  g_ptr_array_add (stage->extras, made);
}

static void
take (FoliotStage *stage, const char *name, FoliotStatement *statement, GPtrArray *names)
{
  stage->until = MAX (stage->until, statement->time);
  if (statement->kind != FOLIOT_STATEMENT_MADE)
    {
      sort (stage, name, statement);
      return;
    }
  g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_add (names, g_strdup (_foliot_statement_get_text (statement, "container")));
  if (is_wanted (stage, name, statement))
    add_part (stage, name, statement);
  else if (_foliot_statement_get_flag (statement, "late"))
    add_extra (stage, name, statement);
  else
    statement_free (statement);
}

static gboolean
expect_somebody (FoliotStage *stage, GPtrArray *names, GError **error)
{
  g_autofree char *hint = NULL;

  if (stage->setting == NULL)
    {
      g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_MISSING,
                   "%s: it does not hold what the agents heard", stage->path);
      return FALSE;
    }
  if (stage->parts->len > 0)
    return TRUE;
  g_ptr_array_add (names, NULL);
  hint = foliot_nearest_hint (stage->only, (const char *const *) names->pdata);
  g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_UNKNOWN,
               "there is no agent or container \"%s\" in the recorded run%s", stage->only, hint);
  return FALSE;
}

gboolean
_foliot_stage_read (FoliotStage *stage, GError **error)
{
  g_autoptr (FoliotJournalReader) reader = foliot_journal_reader_new (stage->path, error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) fault = NULL;
  const FoliotJournalRecord *record;

  if (reader == NULL)
    return FALSE;
  stage->extras = g_ptr_array_new_with_free_func (statement_free);
  stage->channels = g_ptr_array_new_with_free_func (channel_free);
  stage->parts = g_ptr_array_new_with_free_func (part_free);
  stage->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  stage->by_node = g_ptr_array_new ();
  stage->until = G_MININT64;
  while (stage->over == NULL && (record = foliot_journal_reader_next (reader, &stage->trouble)) != NULL)
    {
      FoliotStatement *statement = _foliot_statement_parse (record, &fault);

      if (fault != NULL)
        {
          g_propagate_prefixed_error (error, g_steal_pointer (&fault), "%s: ", stage->path);
          return FALSE;
        }
      if (statement != NULL)
        take (stage, record->name != NULL ? record->name : "", statement, names);
    }
  if (stage->over != NULL)
    g_clear_error (&stage->trouble);
  return expect_somebody (stage, names, error);
}

FoliotStagePart *
_foliot_stage_find_part (FoliotStage *stage, guint32 node)
{
  return node < stage->by_node->len ? stage->by_node->pdata[node] : NULL;
}

char *
_foliot_stage_dup_key (gint64 channel, guint64 id)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT "/%" G_GUINT64_FORMAT, channel, id);
}
