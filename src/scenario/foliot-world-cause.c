/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-world-part-private.h"

#include "agent/foliot-timer-private.h"
#include "foliot/foliot-subproc.h"
#include "kernel/foliot-kernel-private.h"
#include "kernel/foliot-pause-private.h"
#include "kernel/foliot-poll-private.h"

/*
 * A process that ends early takes connections along, and whoever used them fails too, here or in a third process. What is
 * told is the process that ended first: so a failure waits for a moment until the system has told of the ends.
 */

#define CAUSE_LIMIT_MS 300
#define CAUSE_PAUSE_MS 20
#define EXIT_MODEL     1 /* docs/exit-codes.md */
#define FINDS_CAUSE    "the cause of the failure is looked for"
#define BATCH_EVENTS   65536

/* Who was killed, or crashed, rather than who gave up because of that. */
static FoliotChild *
find_ended (FoliotWorld *world)
{
  FoliotChild *found = NULL;

  for (guint i = 0; i < world->children->len; i++)
    {
      FoliotChild *child = world->children->pdata[i];

      if (foliot_future_is_settled (foliot_child_get_ended (child))
          && (found == NULL || foliot_child_get_status (child) != EXIT_MODEL))
        found = child;
      if (found != NULL && foliot_child_get_status (found) != EXIT_MODEL)
        break;
    }
  return found;
}

static void
blame (FoliotWorld *world, FoliotChild *child)
{
  gboolean model = foliot_child_get_status (child) == EXIT_MODEL;
  g_autofree char *report = foliot_child_dup_report (child);
  g_autofree char *time = foliot_time_format (MAX (world->heading, foliot_kernel_now (world->kernel)));
  guint index = 0;
  const char *name;

  g_ptr_array_find (world->children, child, &index);
  name = g_array_index (world->scenario->containers, FoliotContainerSpec, index + 1).name;
  g_clear_error (&world->failure);
  g_set_error (&world->failure, model ? FOLIOT_SCENARIO_ERROR : FOLIOT_CHILD_ERROR,
               model ? (int) FOLIOT_SCENARIO_ERROR_AGENT : (int) FOLIOT_CHILD_ERROR_ENDED,
               "container %s: at %s s its %s", name, time, report);
}

static void
on_waited_enough (gpointer waited)
{
  *(gboolean *) waited = TRUE;
}

gboolean
_foliot_world_step_patiently (FoliotWorld *world)
{
  if (foliot_kernel_step (world->kernel, 1) > 0)
    return TRUE;
  return !_foliot_gate_is_replayed (world->kernel) && _foliot_world_wait_a_while (world);
}

/* A recording says how many events came before that, and they may come in other batches now. */
static gboolean
mark_cause (FoliotWorld *world)
{
  while (_foliot_gate_is_replayed (world->kernel) && foliot_kernel_step (world->kernel, BATCH_EVENTS) > 0)
    ;
  return _foliot_gate_mark (world->kernel, FINDS_CAUSE);
}

void
_foliot_world_find_cause (FoliotWorld *world)
{
  gboolean waited = FALSE;
  g_autoptr (FoliotPause) pause = NULL;
  FoliotChild *child = NULL;

  if (world->children == NULL || world->stopping || world->has_cause)
    return;
  world->has_cause = TRUE;
  if (!mark_cause (world))
    return;
  pause = _foliot_pause_new (world->kernel, NULL, CAUSE_LIMIT_MS, on_waited_enough, &waited);
  while (pause != NULL && !waited)
    {
      child = find_ended (world);
      if (child != NULL && foliot_child_get_status (child) != EXIT_MODEL)
        break;
      if (!_foliot_world_step_patiently (world))
        break;
    }
  if (child != NULL)
    blame (world, child);
}

gboolean
_foliot_world_wait_for_processes (FoliotWorld *world, GError **error)
{
  FoliotChild *ended = world->stopping ? NULL : find_ended (world);

  if (foliot_future_is_settled (world->directed))
    return FALSE;
  if (ended == NULL)
    return _foliot_kernel_wait_while_held (world->kernel, error);
  blame (world, ended);
  return FALSE;
}

void
_foliot_world_await_cause (FoliotWorld *world)
{
  FoliotChild *ended = find_ended (world);

  for (guint ms = 0; ms < CAUSE_LIMIT_MS && (ended == NULL || foliot_child_get_status (ended) == EXIT_MODEL);
       ms += CAUSE_PAUSE_MS)
    {
      if (!_foliot_timer_sleep (world->kernel, CAUSE_PAUSE_MS, NULL))
        break;
      ended = find_ended (world);
    }
  if (ended != NULL)
    blame (world, ended);
}
