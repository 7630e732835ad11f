/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-world-private.h"

#include "agent/foliot-container-private.h"
#include "channel/foliot-channel-count-private.h"
#include "kernel/foliot-fault-private.h"
#include "kernel/foliot-realtime-private.h"
#include "scenario/foliot-stage.h"
#include "scenario/foliot-witness.h"
#include "scenario/foliot-world-part-private.h"

/* A scenario brought to life. Everything that the file names is made before the first event: containers, then all agents,
 * so that addresses and the order of creation are known; then the agents' inits are started in that order. Time is
 * free; it starts at init_time and ends before `until`. */

G_DEFINE_FINAL_TYPE (FoliotWorld, foliot_world, G_TYPE_OBJECT)

#define BATCH_EVENTS         65536
#define KEPT_BYTES           (4 * 1024 * 1024)
#define CLOSING_BATCH_EVENTS 256
#define MAX_CLOSING_EVENTS   (16 * 1024 * 1024)
#define LAST_PRIORITY        G_MAXINT8
#define MAX_CLOSING_WAITS    16 /* for sockets of ours to notice */

void
_foliot_world_fail (FoliotWorld *world, const char *agent, const char *what, const GError *why)
{
  FoliotTime now = foliot_kernel_now (world->kernel);
  g_autofree char *time = foliot_time_format (now);

  if (world->failure != NULL)
    return;
  g_set_error (&world->failure, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_AGENT,
               "agent %s: %s failed at %s s: %s", agent, what, time, why->message);
  foliot_kernel_set_limit (world->kernel, now);
  if (world->scope != NULL)
    foliot_scope_cancel (world->scope);
  if (world->ended != NULL)
    foliot_future_resolve (world->ended, NULL);
}

static void
on_agent_failed (FoliotAgent *agent, const GError *why, gpointer user_data)
{
  _foliot_world_fail (user_data, foliot_agent_get_name (agent), "run", why);
}

/* -- containers ---------------------------------------------------------------------------------------------------- */

/* Its messages are MsgPack's, whatever the scenario's are: that carries every number as it is. */
static gboolean
make_control (FoliotWorld *world, FoliotTransport *transport, FoliotClock *clock, GError **error)
{
  const FoliotContainerOptions how
      = { .name = "processes", .clock = clock, .codec_type = FOLIOT_TYPE_CODEC_MSGPACK };
  g_autoptr (FoliotAddress) address = _foliot_world_make_control_address (world);

  world->control = foliot_container_new (transport, address, &how, error);
  return world->control != NULL;
}

static gboolean
make_containers (FoliotWorld *world, const FoliotWorldOptions *options, GError **error)
{
  FoliotScenario *scenario = world->scenario;
  g_autoptr (FoliotTransport) transport = _foliot_world_make_transport (world, options, error);
  g_autoptr (FoliotClock) clock
      = transport != NULL
            ? foliot_external_clock_new (world->kernel, scenario->start_date, scenario->init_time, error)
            : NULL;

  for (guint i = 0; clock != NULL && i < scenario->containers->len; i++)
    {
      if (!_foliot_world_has_container (world, i))
        continue;
      const FoliotContainerSpec *spec = &g_array_index (scenario->containers, FoliotContainerSpec, i);
      const FoliotContainerOptions how
          = { .name = spec->name,
              .clock = clock,
              .codec_type = options->codec_type != 0 ? options->codec_type : spec->codec_type };
      g_autoptr (FoliotAddress) address = _foliot_world_make_address (world, options, i, error);
      FoliotContainer *container
          = address != NULL ? foliot_container_new (transport, address, &how, error) : NULL;

      if (container == NULL)
        return FALSE;
      foliot_container_set_failure_func (container, on_agent_failed, world);
      g_ptr_array_add (world->containers, container);
    }
  return clock != NULL && (!world->divided || make_control (world, transport, clock, error));
}

/* -- life ---------------------------------------------------------------------------------------------------------------- */

/* Which container is here, if the others are in processes of their own. */
static gboolean
divide (FoliotWorld *world, const FoliotWorldOptions *options, GError **error)
{
  FoliotScenario *scenario = world->scenario;

  world->divided = scenario->processes;
  if (!scenario->processes)
    {
      if (options->part != NULL)
        g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_TYPE,
                     "%s: one container alone is for scenarios with \"processes\": true", scenario->name);
      return options->part == NULL;
    }
  if (options->part == NULL && options->program != NULL && options->listen == NULL && !options->realtime)
    return TRUE;
  if (options->part == NULL)
    {
      g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_TYPE,
                   "%s: only `foliot run` makes a process for each container, and not in real time; else set "
                   "\"processes\" to false (--set processes=false)",
                   scenario->name);
      return FALSE;
    }
  world->own = GPOINTER_TO_UINT (g_hash_table_lookup (scenario->container_index, options->part));
  if (world->own == 0)
    g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_UNKNOWN, "%s has no container %s",
                 scenario->name, options->part);
  return world->own-- > 0;
}

static FoliotDrive
get_drive (FoliotWorld *world, const FoliotWorldOptions *options)
{
  if (world->divided || options->coupled)
    return FOLIOT_DRIVE_EXTERNAL;
  return options->realtime ? FOLIOT_DRIVE_REALTIME : FOLIOT_DRIVE_FREE;
}

/* Agents are started by whoever directs the processes, if there are several. */
static gboolean
begin (FoliotWorld *world, const FoliotWorldOptions *options, GError **error)
{
  if (world->stage != NULL)
    return _foliot_stage_begin (world->stage, error);
  if (!world->divided)
    return _foliot_world_start_agents (world, error);
  if (options->part != NULL)
    return _foliot_world_add_keeper (world, error);
  _foliot_world_direct (world, options);
  return TRUE;
}

static void
keep_events (FoliotWorld *world, const FoliotWorldOptions *options)
{
  if (options->keep == FOLIOT_KEEP_NONE || options->digest_off || world->divided)
    return;
  world->log = foliot_event_log_new (world->kernel, options->keep == FOLIOT_KEEP_FIRST ? KEPT_BYTES : 0,
                                     MAX (options->keep_from, 1),
                                     options->keep_to != 0 ? options->keep_to : G_MAXUINT64);
}

/* A kernel of the master's, which it has set up. */
static gboolean
take_kernel (FoliotWorld *world, FoliotKernel *kernel, GError **error)
{
  FoliotTime now = foliot_kernel_now (kernel);
  g_autofree char *stands = NULL, *begins = NULL;

  world->kernel = g_object_ref (kernel);
  if (now == world->scenario->init_time)
    return TRUE;
  stands = foliot_time_format (now);
  begins = foliot_time_format (world->scenario->init_time);
  g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_TYPE,
               "%s begins at %s s (\"init_time\"), but the master's kernel is at %s s", world->scenario->name,
               begins, stands);
  return FALSE;
}

static gboolean
make_kernel (FoliotWorld *world, const FoliotWorldOptions *options, GError **error)
{
  FoliotScenario *scenario = world->scenario;

  if (options->kernel != NULL)
    return take_kernel (world, options->kernel, error);
  world->kernel = foliot_kernel_new (options->context, get_drive (world, options),
                                     options->has_seed ? options->seed : scenario->seed, scenario->init_time);
  foliot_kernel_set_digest (world->kernel,
                            !options->digest_off
                                && (!world->divided || options->record != NULL || options->replay != NULL));
  foliot_kernel_shuffle_ties (world->kernel, options->shuffle_ties);
  foliot_kernel_set_limit (world->kernel, options->part == NULL ? world->until - 1 : FOLIOT_TIME_NEVER);
  return TRUE;
}

FoliotWorld *
foliot_world_new (FoliotScenario *scenario, const FoliotWorldOptions *options, GError **error)
{
  static const FoliotWorldOptions defaults = { .until = FOLIOT_TIME_NEVER };
  g_autoptr (FoliotWorld) world = NULL;

  g_return_val_if_fail (FOLIOT_IS_SCENARIO (scenario), NULL);
  if (options == NULL)
    options = &defaults;
  g_return_val_if_fail (options->coupled || (options->kernel == NULL && !options->entities_later), NULL);
  g_return_val_if_fail (
      options->kernel == NULL || foliot_kernel_get_drive (options->kernel) == FOLIOT_DRIVE_EXTERNAL, NULL);
  world = g_object_new (FOLIOT_TYPE_WORLD, NULL);
  world->scenario = options->entities_later ? _foliot_scenario_copy (scenario) : g_object_ref (scenario);
  world->started.microseconds = foliot_realtime_utc_us ();
  world->coupled = options->coupled;
  world->entities_later = options->entities_later;
  world->until = options->until == FOLIOT_TIME_NEVER && !options->realtime && !options->coupled
                     ? scenario->duration
                     : options->until;
  world->through_codec = options->through_codec;
  if (!divide (world, options, error) || !make_kernel (world, options, error))
    return NULL;
  if (world->coupled)
    world->scope = foliot_scope_new (world->kernel, NULL);
  _foliot_kernel_set_fault (world->kernel, scenario->fault_countdown);
  keep_events (world, options);
  if (!_foliot_world_begin_journal (world, options, error) || !make_containers (world, options, error))
    return NULL;
  _foliot_witness_see_world (world->witness);
  if (!_foliot_world_make_agents (world, error) || !begin (world, options, error))
    return NULL;
  _foliot_witness_see_admitted (world->witness);
  _foliot_world_start_inputs (world);
  if (!options->realtime || world->until != FOLIOT_TIME_NEVER)
    _foliot_world_start_outputs (world);
  return g_steal_pointer (&world);
}

guint64
foliot_world_step (FoliotWorld *world, guint64 max_events, GError **error)
{
  g_autoptr (GError) local = NULL;
  guint64 n = 0;

  do
    n = world->failure == NULL ? foliot_kernel_step (world->kernel, max_events) : 0;
  while (n == 0 && world->failure == NULL && _foliot_world_wait_for_sockets (world, &local));
  if (world->failure != NULL)
    _foliot_world_find_cause (world);
  if (world->failure != NULL || local != NULL)
    {
      g_propagate_error (error,
                         world->failure != NULL ? g_error_copy (world->failure) : g_steal_pointer (&local));
      return 0;
    }
  return n;
}

gboolean
foliot_world_is_done (FoliotWorld *world)
{
  FoliotSettled settled;

  if (world->coupled)
    return world->failure != NULL || world->finished;
  if (world->directed != NULL)
    return world->failure != NULL || foliot_future_is_settled (world->directed);
  foliot_kernel_peek_settled (world->kernel, &settled);
  return world->failure != NULL || (settled.quiet && settled.next_due >= world->until);
}

gboolean
foliot_world_run (FoliotWorld *world, GError **error)
{
  g_autoptr (GError) local = NULL;

  while (foliot_world_step (world, BATCH_EVENTS, &local) > 0)
    ;
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return world->failure == NULL;
}

static void
end_serving (gpointer target, gpointer payload)
{
  foliot_future_resolve (((FoliotWorld *) target)->ended, NULL);
}

void
foliot_world_serve (FoliotWorld *world, GError **error)
{
  g_autoptr (FoliotValue) ended = NULL;

  g_return_if_fail (FOLIOT_IS_WORLD (world));
  if (world->ended == NULL)
    world->ended = foliot_future_new (world->kernel);
  /* Where somebody else sets the time, he ends it, too. */
  if (world->until != FOLIOT_TIME_NEVER && foliot_kernel_get_drive (world->kernel) == FOLIOT_DRIVE_REALTIME)
    foliot_kernel_post (world->kernel, world->until - 1, LAST_PRIORITY, FOLIOT_EVENT_CALLBACK, end_serving,
                        world, NULL);
  if (world->failure == NULL)
    ended = foliot_run (world->kernel, world->ended, error);
  if (world->failure != NULL)
    {
      g_clear_error (error);
      g_propagate_error (error, g_error_copy (world->failure));
    }
}

/* Says of each call that has no answer who owes it. Nobody does so when it is made: it would cost more than the call. */
static void
label_calls (FoliotKernel *kernel)
{
  g_autoptr (GPtrArray) channels = g_ptr_array_new ();

  _foliot_kernel_collect_channels (kernel, channels);
  for (guint i = 0; i < channels->len; i++)
    _foliot_channel_label_pending (g_ptr_array_index (channels, i));
}

char *
foliot_world_dup_digest (FoliotWorld *world)
{
  g_return_val_if_fail (FOLIOT_IS_WORLD (world), NULL);
  return world->divided && world->keeper_url == NULL ? g_strdup ("none")
                                                     : foliot_kernel_dup_digest (world->kernel);
}

char *
foliot_world_dup_wait_report (FoliotWorld *world)
{
  label_calls (world->kernel);
  return foliot_fiber_report_waits (world->kernel);
}

/* Lets all containers shut down while there are still events: what closes tells the other end, and that may take time. */
static void
shut_down (FoliotWorld *world)
{
  g_autoptr (GPtrArray) ends = g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_future_unref);
  g_autoptr (FoliotFuture) all = NULL;
  guint64 n_events = 0, n;
  guint n_waits = 0;

  for (guint i = 0; i < world->containers->len; i++)
    g_ptr_array_add (ends, foliot_container_shutdown (g_ptr_array_index (world->containers, i)));
  if (world->control != NULL)
    g_ptr_array_add (ends, foliot_container_shutdown (world->control));
  all = foliot_future_all (world->kernel, (FoliotFuture *const *) ends->pdata, ends->len);
  foliot_kernel_set_limit (world->kernel, FOLIOT_TIME_NEVER);
  do
    {
      n = foliot_kernel_step (world->kernel, CLOSING_BATCH_EVENTS);
      n_events += n;
    }
  while (n_events < MAX_CLOSING_EVENTS && !foliot_future_is_settled (all)
         && (n > 0
             || (world->has_sockets && n_waits++ < MAX_CLOSING_WAITS && _foliot_world_wait_a_while (world))));
}

void
foliot_world_close (FoliotWorld *world)
{
  if (world->closed)
    return;
  world->closed = TRUE;
  foliot_world_end_recording (world, world->failure != NULL, world->failure, NULL);
  g_clear_pointer (&world->log, foliot_event_log_free);
  _foliot_world_end_parts (world);
  shut_down (world);
  g_ptr_array_set_size (world->agents, 0);
  foliot_kernel_close (world->kernel);
  if (world->stage != NULL)
    _foliot_stage_detach (world->stage);
}

static void
foliot_world_dispose (GObject *object)
{
  FoliotWorld *world = FOLIOT_WORLD (object);

  if (world->kernel != NULL)
    foliot_world_close (world);
  g_ptr_array_set_size (world->containers, 0);
  g_clear_object (&world->control);
  g_clear_pointer (&world->children, g_ptr_array_unref);
  g_clear_pointer (&world->directed, foliot_future_unref);
  g_clear_pointer (&world->ended, foliot_future_unref);
  g_clear_pointer (&world->moving, foliot_future_unref);
  g_clear_pointer (&world->scope, foliot_scope_unref);
  G_OBJECT_CLASS (foliot_world_parent_class)->dispose (object);
}

static void
foliot_world_finalize (GObject *object)
{
  FoliotWorld *world = FOLIOT_WORLD (object);

  g_clear_pointer (&world->late, g_ptr_array_unref);
  g_ptr_array_unref (world->inputs_elsewhere);
  g_clear_pointer (&world->outputs_elsewhere, foliot_value_unref);
  g_free (world->dues);
  g_clear_pointer (&world->late_hold, foliot_hold_release);
  g_ptr_array_unref (world->agents);
  g_array_unref (world->ids);
  g_array_unref (world->n_ids);
  g_array_unref (world->n_entities);
  g_ptr_array_unref (world->containers);
  g_ptr_array_unref (world->tables);
  g_clear_object (&world->network);
  if (world->owns_witness)
    foliot_witness_free (world->witness);
  g_clear_pointer (&world->recorder, foliot_recorder_free);
  g_clear_object (&world->kernel);
  _foliot_world_remove_sockets (world);
  g_clear_pointer (&world->keeper_url, g_free);
  g_clear_pointer (&world->urls, g_strfreev);
  g_clear_pointer (&world->record_beside, g_free);
  g_clear_pointer (&world->recording, g_free);
  g_clear_error (&world->part_error);
  g_clear_object (&world->scenario);
  g_clear_error (&world->failure);
  G_OBJECT_CLASS (foliot_world_parent_class)->finalize (object);
}

static void
foliot_world_class_init (FoliotWorldClass *class)
{
  G_OBJECT_CLASS (class)->dispose = foliot_world_dispose;
  G_OBJECT_CLASS (class)->finalize = foliot_world_finalize;
}

/* One that lives elsewhere is NULL here. */
static void
unref_agent (gpointer agent)
{
  g_clear_object (&agent);
}

static void
foliot_world_init (FoliotWorld *world)
{
  world->containers = g_ptr_array_new_with_free_func (g_object_unref);
  world->agents = g_ptr_array_new_with_free_func (unref_agent);
  world->inputs_elsewhere = g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_value_unref);
  world->ids = g_array_new (FALSE, TRUE, sizeof (guint));
  world->n_ids = g_array_new (FALSE, TRUE, sizeof (guint));
  world->n_entities = g_array_new (FALSE, TRUE, sizeof (guint));
  world->tables = g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_table_free);
}

FoliotKernel *
foliot_world_get_kernel (FoliotWorld *world)
{
  return world->kernel;
}

FoliotScenario *
foliot_world_get_scenario (FoliotWorld *world)
{
  return world->scenario;
}

FoliotTime
foliot_world_get_until (FoliotWorld *world)
{
  return world->until;
}

FoliotAgent *
foliot_world_get_agent (FoliotWorld *world, const char *name)
{
  guint found = GPOINTER_TO_UINT (g_hash_table_lookup (world->scenario->agent_index, name));

  return found > 0 ? g_ptr_array_index (world->agents, found - 1) : NULL;
}

void
foliot_world_set_refusal_func (FoliotWorld *world, FoliotRefusalFunc func, gpointer user_data)
{
  g_return_if_fail (FOLIOT_IS_WORLD (world));
  for (guint i = 0; i < world->containers->len; i++)
    foliot_container_set_refusal_func (g_ptr_array_index (world->containers, i), func, user_data);
}

FoliotContainer *
foliot_world_get_container (FoliotWorld *world, guint index)
{
  g_return_val_if_fail (FOLIOT_IS_WORLD (world), NULL);
  return index < world->containers->len ? g_ptr_array_index (world->containers, index) : NULL;
}

FoliotAgent *
foliot_world_get_first_agent (FoliotWorld *world)
{
  g_return_val_if_fail (FOLIOT_IS_WORLD (world), NULL);
  return world->agents->len > 0 ? g_ptr_array_index (world->agents, 0) : NULL;
}

guint
foliot_world_get_n_tables (FoliotWorld *world)
{
  return world->tables->len;
}

FoliotTable *
foliot_world_get_table (FoliotWorld *world, guint index)
{
  g_return_val_if_fail (index < world->tables->len, NULL);
  return g_ptr_array_index (world->tables, index);
}
