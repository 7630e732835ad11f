/* SPDX-License-Identifier: MIT */
#include "tools/foliot-diff.h"

/* The digest of a ladder's step covers everything before it, so from the first step that differs on all differ, and a
 * binary search finds it. What lies between it and the step before is compared event by event: the events that the run kept, or
 * else made again. */

#define N_CAUSES      10
#define MARGIN_EVENTS 65536 /* made again before the window too, for the causes */
#define MAX_REMAKES   4

gboolean
foliot_diff_is_same (const FoliotDiffSide *a, const FoliotDiffSide *b)
{
  return a->digest[0] != '\0' && g_str_equal (a->digest, b->digest);
}

/* -- nodes ------------------------------------------------------------------------------------------------------- */

static void
compare_nodes (FoliotDiff *diff)
{
  JsonObject *nodes[2]
      = { foliot_diff_side_get_nodes (diff->sides[0]), foliot_diff_side_get_nodes (diff->sides[1]) };

  if (nodes[0] == NULL || nodes[1] == NULL)
    return;
  for (guint side = 0; side < 2; side++)
    {
      g_autoptr (GList) names = json_object_get_members (nodes[side]);

      for (GList *name = names; name != NULL; name = name->next)
        if (!json_object_has_member (nodes[!side], name->data))
          g_ptr_array_add (diff->only[side], g_strdup (name->data));
        else if (side == 0
                 && !json_node_equal (json_object_get_member (nodes[0], name->data),
                                      json_object_get_member (nodes[1], name->data)))
          g_ptr_array_add (diff->differing, g_strdup (name->data));
        else
          diff->n_same += side == 0;
    }
  diff->tie = diff->differing->len + diff->only[0]->len + diff->only[1]->len == 0;
}

/* -- the window -------------------------------------------------------------------------------------------------- */

typedef struct
{
  const FoliotCheckpoint *a, *b; /* of the same event */
} Step;

/* The steps that both ladders have: the longer run's are further apart. */
static GArray *
find_common_steps (const FoliotDiffSide *a, const FoliotDiffSide *b)
{
  GArray *steps = g_array_new (FALSE, FALSE, sizeof (Step));
  guint i = 0, k = 0;

  while (i < a->checkpoints->len && k < b->checkpoints->len)
    {
      const Step step = { &g_array_index (a->checkpoints, FoliotCheckpoint, i),
                          &g_array_index (b->checkpoints, FoliotCheckpoint, k) };

      if (step.a->sequence == step.b->sequence)
        g_array_append_val (steps, step);
      i += step.a->sequence <= step.b->sequence;
      k += step.b->sequence <= step.a->sequence;
    }
  return steps;
}

static void
find_window (FoliotDiff *diff)
{
  const FoliotDiffSide *a = diff->sides[0], *b = diff->sides[1];
  g_autoptr (GArray) steps = find_common_steps (a, b);
  guint low = 0, high = steps->len; /* all before low are equal, high and all behind it differ */

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      const Step *step = &g_array_index (steps, Step, middle);

      if (step->a->digest == step->b->digest)
        low = middle + 1;
      else
        high = middle;
    }
  diff->from = 1;
  diff->to = MAX (a->n_events, b->n_events);
  diff->from_ns = diff->to_ns = FOLIOT_TIME_NEVER;
  if (low > 0)
    {
      const Step *last = &g_array_index (steps, Step, low - 1);

      diff->from = last->a->sequence + 1;
      diff->from_ns = last->a->time_ns;
    }
  if (low < steps->len)
    {
      const Step *first = &g_array_index (steps, Step, low);

      diff->to = first->a->sequence;
      diff->to_ns = MAX (first->a->time_ns, first->b->time_ns);
    }
}

/* -- the first event ---------------------------------------------------------------------------------------------- */

static FoliotDiffEvent *
copy_event (const FoliotKeptEvent *kept)
{
  FoliotDiffEvent *event = g_new0 (FoliotDiffEvent, 1);

  event->named = kept->named;
  event->named.node = event->node = g_strdup (kept->named.node);
  event->named.link = event->link = g_strdup (kept->named.link);
  event->contents = foliot_kept_event_dup_contents (kept);
  return event;
}

static void
free_event (gpointer data)
{
  FoliotDiffEvent *event = data;

  if (event == NULL)
    return;
  g_ptr_array_unref (event->contents);
  g_free (event->node);
  g_free (event->link);
  g_free (event);
}

typedef enum
{
  SCAN_FOUND,
  SCAN_EQUAL, /* to the end of both */
  SCAN_A_ENDS,
  SCAN_B_ENDS, /* its events, not its run */
  SCAN_FAILED,
} Scan;

static gboolean
ends_early (const FoliotDiffSide *side, gboolean has, guint64 sequence)
{
  return !has && sequence <= side->n_events;
}

/* @diff->from moves along. */
static Scan
scan (FoliotDiff *diff, GError **error)
{
  FoliotDiffSide *const *sides = diff->sides;
  FoliotKeptEvent events[2];
  gboolean has[2];

  for (guint i = 0; i < 2; i++)
    if (diff->from <= sides[i]->n_events && !foliot_diff_side_has (sides[i], diff->from))
      return i == 0 ? SCAN_A_ENDS : SCAN_B_ENDS;
    else if (diff->from <= sides[i]->n_events
             && !foliot_event_reader_seek (sides[i]->events, diff->from, error))
      return SCAN_FAILED;
  for (;; diff->from++)
    {
      g_autoptr (GError) local = NULL;

      for (guint i = 0; i < 2 && local == NULL; i++)
        has[i] = diff->from <= sides[i]->n_events
                 && foliot_event_reader_next (sides[i]->events, &events[i], &local);
      if (local != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return SCAN_FAILED;
        }
      if (ends_early (sides[0], has[0], diff->from) || ends_early (sides[1], has[1], diff->from))
        return ends_early (sides[0], has[0], diff->from) ? SCAN_A_ENDS : SCAN_B_ENDS;
      if (!has[0] && !has[1])
        return SCAN_EQUAL;
      diff->field = has[0] && has[1] ? foliot_difference_find (&events[0].named, &events[1].named)
                                     : FOLIOT_FIELD_NODE;
      if (diff->field == FOLIOT_N_FIELDS)
        continue;
      for (guint i = 0; i < 2; i++)
        diff->events[i] = has[i] ? copy_event (&events[i]) : NULL;
      return SCAN_FOUND;
    }
}

static void
start (FoliotDiff *diff, guint which, const FoliotDiffRemake *how, guint64 begin)
{
  FoliotDiffSide *side = diff->sides[which];

  foliot_diff_side_start (side, how, begin > MARGIN_EVENTS ? begin - MARGIN_EVENTS : 1,
                          MIN (diff->to, side->n_events));
}

/* Both at once, if both are needed. */
static gboolean
remake (FoliotDiff *diff, guint which, const FoliotDiffRemake how[2], guint64 begin)
{
  gboolean both = diff->from <= diff->sides[!which]->n_events
                  && !foliot_diff_side_has (diff->sides[!which], diff->from);
  gboolean good;

  start (diff, which, &how[which], begin);
  if (both)
    start (diff, !which, &how[!which], begin);
  good = foliot_diff_side_finish (diff->sides[which]);
  if (both)
    foliot_diff_side_finish (diff->sides[!which]);
  return good;
}

/* What was before a world was there, nobody kept. */
static gboolean
skip_to_first (FoliotDiff *diff, guint which)
{
  FoliotEventReader *events = diff->sides[which]->events;

  if (events == NULL || diff->from >= foliot_event_reader_get_first (events))
    return FALSE;
  diff->from = foliot_event_reader_get_first (events);
  return TRUE;
}

static gboolean
find_first (FoliotDiff *diff, const FoliotDiffRemake how[2], GError **error)
{
  const guint64 begin = diff->from;

  for (guint i = 0; i < MAX_REMAKES; i++)
    {
      Scan result = scan (diff, error);

      if (result == SCAN_FAILED)
        return FALSE;
      diff->found = result == SCAN_FOUND || result == SCAN_EQUAL;
      if (diff->found)
        return TRUE;
      if (diff->from > diff->to) /* other names alone make another digest: the events go on alike */
        diff->to = MAX (diff->sides[0]->n_events, diff->sides[1]->n_events);
      if (!remake (diff, result == SCAN_B_ENDS, how, begin) && !skip_to_first (diff, result == SCAN_B_ENDS))
        return TRUE;
    }
  return TRUE;
}

/* -- what led to it ------------------------------------------------------------------------------------------------- */

static gboolean
is_among (GPtrArray *events, guint64 sequence)
{
  for (guint i = 0; i < events->len; i++)
    if (((FoliotDiffEvent *) g_ptr_array_index (events, i))->named.record.sequence == sequence)
      return TRUE;
  return FALSE;
}

static gboolean
add_causes (FoliotDiff *diff, guint which, GError **error)
{
  FoliotDiffSide *side = diff->sides[which];
  guint64 cause = diff->events[which] != NULL ? diff->events[which]->named.record.cause : 0;
  FoliotKeptEvent event;

  while (diff->causes[which]->len < N_CAUSES && cause > 0 && foliot_diff_side_has (side, cause)
         && !(which == 1 && is_among (diff->causes[0], cause)))
    {
      if (!foliot_event_reader_seek (side->events, cause, error)
          || !foliot_event_reader_next (side->events, &event, error))
        return FALSE;
      g_ptr_array_add (diff->causes[which], copy_event (&event));
      cause = event.named.record.cause;
    }
  return TRUE;
}

static gboolean
compare_messages (FoliotDiff *diff, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (!diff->sides[0]->is_journal || !diff->sides[1]->is_journal)
    return TRUE;
  diff->messages = foliot_diff_journals_compare (diff->sides[0]->path, diff->sides[1]->path, &local);
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

FoliotDiff *
foliot_diff_new (FoliotDiffSide *sides[2], const FoliotDiffRemake how[2], GError **error)
{
  g_autoptr (FoliotDiff) diff = g_new0 (FoliotDiff, 1);

  diff->differing = g_ptr_array_new_with_free_func (g_free);
  diff->field = FOLIOT_N_FIELDS;
  for (guint i = 0; i < 2; i++)
    {
      diff->sides[i] = sides[i];
      diff->only[i] = g_ptr_array_new_with_free_func (g_free);
      diff->causes[i] = g_ptr_array_new_with_free_func (free_event);
    }
  if (!compare_messages (diff, error))
    return NULL;
  if (sides[0]->is_wire)
    return g_steal_pointer (&diff);
  /* One that cannot be played back still has its ladder. */
  for (guint i = 0; i < 2; i++)
    foliot_diff_side_play (sides[i], &how[i]);
  if (foliot_diff_is_same (sides[0], sides[1])) /* as one of them that was played back shows */
    return g_steal_pointer (&diff);
  compare_nodes (diff);
  find_window (diff);
  if (!find_first (diff, how, error) || !add_causes (diff, 0, error) || !add_causes (diff, 1, error))
    return NULL;
  return g_steal_pointer (&diff);
}

void
foliot_diff_free (FoliotDiff *diff)
{
  for (guint i = 0; i < 2; i++)
    {
      g_ptr_array_unref (diff->only[i]);
      g_ptr_array_unref (diff->causes[i]);
      free_event (diff->events[i]);
    }
  g_ptr_array_unref (diff->differing);
  g_clear_pointer (&diff->messages, foliot_diff_messages_free);
  g_free (diff);
}
