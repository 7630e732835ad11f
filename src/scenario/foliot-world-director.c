/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-world-part-private.h"

#include <string.h>

#include "agent/foliot-settle-private.h"
#include "agent/foliot-timer-private.h"
#include "channel/foliot-channel-cork-private.h"
#include "foliot/foliot-subproc.h"
#include "kernel/foliot-kernel-private.h"
#include "kernel/foliot-pause-private.h"
#include "kernel/foliot-poll-private.h"

/*
 * One fiber directs all processes of a run, and reads like its story: start them, tell each where the others are, start the agents,
 * then settle, sample, and go to what is due next, all together, up to the end (docs/settle.md). Time moves by this fiber alone, so
 * a table is sampled when nothing of its time is left to do anywhere.
 */

#define SETTLE_LIMIT_MS (3600 * 1000) /* of the work of one instant */
#define END_LIMIT_MS    2000          /* of a process whose run was cut */
#define EXIT_RESULTS    4             /* docs/exit-codes.md */

typedef struct
{
  FoliotWorld *world;
  char *program;
} Director;

static void
director_free (gpointer data)
{
  Director *director = data;

  g_free (director->program);
  g_free (director);
}

/* ---- all children at once ---- */

static GPtrArray *
new_futures (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_future_unref);
}

static FoliotValue *
await_all (FoliotWorld *world, GPtrArray *futures, GError **error)
{
  return foliot_await_take (
      foliot_future_all (world->kernel, (FoliotFuture *const *) futures->pdata, futures->len), error);
}

/* Returns: (transfer full) (nullable): a list of the answers, in the order of the containers. */
static FoliotValue *
ask_all (FoliotWorld *world, const char *method, FoliotValue *args, GError **error)
{
  g_autoptr (GPtrArray) futures = new_futures ();

  for (guint i = 0; i < world->children->len; i++)
    g_ptr_array_add (futures,
                     foliot_proxy_callv (foliot_child_get_manager (world->children->pdata[i]), method,
                                         args != NULL ? foliot_value_ref (args) : NULL, NULL));
  return await_all (world, futures, error);
}

/* Who computes for long is waited for: none of the others is a guest that never answers.
 * Returns: whether nothing is left to do now; *@next is when something is. */
static gboolean
settle (FoliotWorld *world, FoliotTime *next, GError **error)
{
  g_autoptr (FoliotValue) settled
      = foliot_await_take (_foliot_container_settle_patiently (world->control, SETTLE_LIMIT_MS), error);
  FoliotValue *due;

  if (settled == NULL)
    return FALSE;
  if (foliot_value_get_int (foliot_value_lookup (settled, "worlds")) != (gint64) world->children->len + 1)
    {
      g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION,
                           "a process of the run cannot be reached any more");
      return FALSE;
    }
  if (foliot_value_get_bool (foliot_value_lookup (settled, "assumed")))
    {
      g_set_error_literal (
          error, FOLIOT_ERROR, FOLIOT_ERROR_TIMED_OUT,
          "a process of the run works at something so long that it did not say in time whether "
          "messages are on their way to it");
      return FALSE;
    }
  due = foliot_value_lookup (settled, "next_due_ns");
  *next = foliot_value_is_null (due) ? FOLIOT_TIME_NEVER : foliot_value_get_int (due);
  return TRUE;
}

/* ---- starting ---- */

/* Ends with a NULL. */
static void
add_words (GStrvBuilder *argv, const char *const *words)
{
  for (gsize i = 0; words[i] != NULL; i++)
    g_strv_builder_add (argv, words[i]);
}

/* The module that is loaded here, wherever it was found. */
static void
add_modules (GStrvBuilder *argv, FoliotScenario *scenario)
{
  g_autofree char *folder = scenario->module != NULL ? g_path_get_dirname (scenario->module->path) : NULL;

  if (folder != NULL)
    add_words (argv, (const char *const[]){ "--modules", folder, NULL });
}

static void
add_recording (GStrvBuilder *argv, FoliotWorld *world, const char *container)
{
  g_autofree char *record = NULL;

  if (world->record_beside == NULL)
    return;
  record = foliot_recording_dup_part_path (world->record_beside, container);
  add_words (argv, (const char *const[]){ "--record", record, "--recording", world->recording, NULL });
  if (world->record_sent)
    g_strv_builder_add (argv, "--record-bytes");
}

static FoliotFuture *
start_child (Director *director, guint container)
{
  FoliotWorld *world = director->world;
  FoliotScenario *scenario = world->scenario;
  const char *name = g_array_index (scenario->containers, FoliotContainerSpec, container).name;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *seed = g_strdup_printf ("%" G_GUINT64_FORMAT, foliot_kernel_get_seed (world->kernel));
  g_auto (GStrv) argv = NULL;

  add_words (builder, (const char *const[]){ director->program, "child", "--scenario", scenario->path,
                                             "--container", name, "--seed", seed, NULL });
  for (gsize i = 0; scenario->settings[i] != NULL; i++)
    add_words (builder, (const char *const[]){ "--set", scenario->settings[i], NULL });
  if (world->coupled)
    g_strv_builder_add (builder, "--coupled");
  if (world->entities_later)
    g_strv_builder_add (builder, "--entities-later");
  if (world->socket_folder != NULL)
    add_words (builder, (const char *const[]){ "--folder", world->socket_folder, NULL });
  add_modules (builder, scenario);
  add_recording (builder, world, name);
  argv = g_strv_builder_end (builder);
  return foliot_child_start (world->control, (const char *const *) argv, NULL);
}

static gboolean
start_children (Director *director, GError **error)
{
  FoliotWorld *world = director->world;
  g_autoptr (GPtrArray) futures = new_futures ();
  g_autoptr (FoliotValue) children = NULL;

  for (guint i = 1; i < world->scenario->containers->len; i++)
    g_ptr_array_add (futures, start_child (director, i));
  children = await_all (world, futures, error);
  if (children == NULL)
    return FALSE;
  _foliot_world_forget_key (world);
  for (gsize i = 0; i < foliot_value_get_length (children); i++)
    g_ptr_array_add (world->children, foliot_child_ref (foliot_value_get_object (
                                          foliot_value_get_item (children, i), FOLIOT_TYPE_CHILD)));
  return TRUE;
}

static gboolean
tell_urls (FoliotWorld *world, GError **error)
{
  g_autoptr (FoliotValue) others = ask_all (world, "get_url", NULL, error), all = NULL, args = NULL,
                          told = NULL;
  g_autofree FoliotValue **urls = NULL;
  gsize n = world->children->len + 1;

  if (others == NULL)
    return FALSE;
  urls = g_new (FoliotValue *, n);
  urls[0] = foliot_value_new_string (foliot_container_get_base_url (world->containers->pdata[0]));
  for (gsize i = 1; i < n; i++)
    urls[i] = foliot_value_ref (foliot_value_get_item (others, i - 1));
  all = foliot_value_new_list (urls, n);
  if (!_foliot_world_set_urls (world, all, error))
    return FALSE;
  args = foliot_value_build_list (foliot_value_ref (all), NULL);
  told = ask_all (world, "join", args, error);
  return told != NULL;
}

/*
 * All have settled once before anybody can work for long: who has answered a wave is waited for. Nobody hears from an agent elsewhere
 * before all have begun, as in one process: what agents say in their inits stays behind the corks, which the last settling draws.
 */
static gboolean
start_agents (FoliotWorld *world, GError **error)
{
  g_autoptr (FoliotValue) begun = NULL;
  FoliotTime next;

  if (!settle (world, &next, error))
    return FALSE;
  begun = ask_all (world, "begin", NULL, error);
  if (begun == NULL)
    return FALSE;
  _foliot_channels_cork (world->kernel);
  return _foliot_world_start_agents (world, error) && settle (world, &next, error);
}

/* ---- tables ---- */

/* Rows are in the order of the agents, as if all of them were here. Each of @parts has those of one process. */
static gboolean
merge_sample (FoliotWorld *world, guint output, FoliotTime due, FoliotValue *const *parts, GError **error)
{
  const FoliotOutputSpec *spec = &g_array_index (world->scenario->outputs, FoliotOutputSpec, output);
  FoliotTable *table = g_ptr_array_index (world->tables, output);
  g_autofree gsize *next = g_new0 (gsize, world->scenario->containers->len);
  g_autofree FoliotValue **cells = g_new (FoliotValue *, table->n_columns);

  for (guint i = 0; i < spec->agents->len; i++)
    {
      const FoliotAgentSpec *agent
          = &g_array_index (world->scenario->agents, FoliotAgentSpec, g_array_index (spec->agents, guint, i));
      if (!_foliot_world_has_made (world, g_array_index (spec->agents, guint, i)))
        continue;
      FoliotValue *rows = parts[agent->container];
      gsize at = next[agent->container]++;
      FoliotValue *row
          = foliot_value_get_kind (rows) == FOLIOT_VALUE_LIST && at < foliot_value_get_length (rows)
                ? foliot_value_get_item (rows, at)
                : NULL;

      if (row == NULL || foliot_value_get_kind (row) != FOLIOT_VALUE_LIST
          || foliot_value_get_length (row) != table->n_columns - 2)
        {
          g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
                       "table %s: the process of agent %s has no sample of it", spec->table, agent->name);
          return FALSE;
        }
      cells[0] = foliot_table_make_time (due);
      cells[1] = foliot_value_new_string (agent->name);
      for (guint k = 2; k < table->n_columns; k++)
        cells[k] = foliot_value_ref (foliot_value_get_item (row, k - 2));
      foliot_table_add_row (table, cells);
    }
  return TRUE;
}

static gboolean
sample (FoliotWorld *world, guint output, FoliotTime due, GError **error)
{
  g_autoptr (FoliotValue) own = _foliot_world_sample_own (world, output);
  g_autoptr (FoliotValue) args = foliot_value_build_list (foliot_value_new_uint (output), NULL);
  g_autoptr (FoliotValue) others = ask_all (world, "sample", args, error);
  gsize n = world->children->len + 1;
  g_autofree FoliotValue **parts = NULL;

  if (others == NULL)
    return FALSE;
  parts = g_new (FoliotValue *, n);
  parts[0] = own;
  for (gsize i = 1; i < n; i++)
    parts[i] = foliot_value_get_item (others, i - 1);
  return merge_sample (world, output, due, parts, error);
}

/* The next samples of all tables; NEVER: agents fill it themselves. */
static FoliotTime *
new_dues (FoliotWorld *world)
{
  const GArray *outputs = world->scenario->outputs;
  FoliotTime *dues = g_new (FoliotTime, outputs->len + 1);

  for (guint i = 0; i < outputs->len; i++)
    {
      const FoliotOutputSpec *spec = &g_array_index (outputs, FoliotOutputSpec, i);

      dues[i] = spec->every != 0 ? MAX (spec->from, foliot_kernel_now (world->kernel)) : FOLIOT_TIME_NEVER;
    }
  return dues;
}

/* Returns: whether all that is due now was sampled; *@next is lowered to what is due after that. */
static gboolean
sample_all (FoliotWorld *world, FoliotTime *dues, FoliotTime *next, GError **error)
{
  const GArray *outputs = world->scenario->outputs;

  for (guint i = 0; i < outputs->len; i++)
    {
      if (dues[i] <= foliot_kernel_now (world->kernel))
        {
          if (!sample (world, i, dues[i], error))
            return FALSE;
          dues[i] = foliot_time_add (dues[i], g_array_index (outputs, FoliotOutputSpec, i).every);
        }
      *next = MIN (*next, dues[i]);
    }
  return TRUE;
}

/* ---- time ---- */

/* Corked, so that nobody hears of the new time before he is there; the next settling draws the corks. */
static gboolean
advance (FoliotWorld *world, FoliotTime to, GError **error)
{
  FoliotClock *clock = foliot_container_get_clock (world->control);
  g_autoptr (GPtrArray) futures = new_futures ();
  g_autoptr (FoliotValue) there = NULL;

  world->heading = to;
  for (guint i = 0; i < world->children->len; i++)
    {
      FoliotProxy *keeper = foliot_child_get_manager (world->children->pdata[i]);
      g_autoptr (FoliotProxy) root = foliot_rpc_client_get_remote (foliot_proxy_get_client (keeper));

      g_ptr_array_add (futures,
                       foliot_proxy_callv (root, "_foliot/advance_to", NULL,
                                           foliot_value_build_map ("ns", foliot_value_new_int (to), "cork",
                                                                   foliot_value_new_bool (TRUE), NULL)));
    }
  there = await_all (world, futures, error);
  if (there == NULL)
    return FALSE;
  _foliot_channels_cork (world->kernel);
  return foliot_external_clock_advance_to (FOLIOT_EXTERNAL_CLOCK (clock), to, error)
         && _foliot_timer_await_arrival (world->kernel, to, error);
}

/* Up to and at @to; *@out_next is what comes behind that. */
static gboolean
go (FoliotWorld *world, FoliotTime *dues, FoliotTime to, FoliotTime *out_next, GError **error)
{
  for (;;)
    {
      if (!settle (world, out_next, error) || !sample_all (world, dues, out_next, error))
        return FALSE;
      if (*out_next > to)
        return TRUE;
      if (!advance (world, *out_next, error))
        return FALSE;
    }
}

static gboolean
run_all (FoliotWorld *world, GError **error)
{
  g_autofree FoliotTime *dues = new_dues (world);
  FoliotTime next;

  return go (world, dues, world->until - 1, &next, error);
}

/* The run itself has come to its end then. */
static gboolean
is_recording_broken (FoliotWorld *world, guint child)
{
  return (world->record_beside != NULL || _foliot_gate_is_replayed (world->kernel))
         && foliot_child_get_status (world->children->pdata[child]) == EXIT_RESULTS;
}

static void
note_broken_recording (FoliotWorld *world, guint child, const GError *why)
{
  const char *name = g_array_index (world->scenario->containers, FoliotContainerSpec, child + 1).name;

  if (world->part_error == NULL)
    g_set_error (&world->part_error, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_WRITE,
                 "container %s: its recording is not whole: its %s", name, why->message);
}

static gboolean
stop_children (FoliotWorld *world, GError **error)
{
  g_autoptr (GPtrArray) futures = new_futures ();
  gboolean good = TRUE;

  world->stopping = TRUE;
  for (guint i = 0; i < world->children->len; i++)
    g_ptr_array_add (futures, foliot_child_stop (world->children->pdata[i], 0));
  for (guint i = 0; good && i < futures->len; i++)
    {
      g_autoptr (GError) why = NULL;
      g_autoptr (FoliotValue) ended = foliot_await (futures->pdata[i], FOLIOT_TIME_NEVER, &why);

      good = ended != NULL || is_recording_broken (world, i);
      if (!good)
        g_propagate_error (error, g_steal_pointer (&why));
      else if (ended == NULL)
        note_broken_recording (world, i, why);
    }
  return good;
}

/* Nothing that it answers is recorded any more, so nothing here has to be in an order. */
static GPtrArray *
tell_to_end (FoliotWorld *world)
{
  GPtrArray *futures = new_futures ();

  for (guint i = 0; i < world->children->len; i++)
    if (!foliot_future_is_settled (foliot_child_get_ended (world->children->pdata[i])))
      g_ptr_array_add (futures, foliot_child_stop (world->children->pdata[i], END_LIMIT_MS));
  return futures;
}

void
_foliot_world_end_parts (FoliotWorld *world)
{
  g_autoptr (GPtrArray) futures = NULL;

  if (world->children == NULL || world->stopping || world->record_beside == NULL)
    return;
  world->stopping = TRUE;
  _foliot_kernel_take_interrupt (world->kernel); /* nobody runs it any more who would want to know */
  foliot_future_cancel (world->directed);
  if (world->moving != NULL)
    foliot_future_cancel (world->moving);
  _foliot_channels_uncork (world->kernel);
  futures = tell_to_end (world);
  for (guint i = 0; i < futures->len; i++)
    while (!foliot_future_is_settled (futures->pdata[i]) && _foliot_world_step_patiently (world))
      ;
}

/* ---- the fiber ---- */

static FoliotValue *
direct (gpointer user_data, GError **error)
{
  Director *director = user_data;
  FoliotWorld *world = director->world;
  g_autoptr (GError) why = NULL;

  if (start_children (director, &why) && tell_urls (world, &why) && start_agents (world, &why)
      && (world->coupled || (run_all (world, &why) && _foliot_world_collect (world, &why))))
    world->collected = !world->coupled;
  if (why == NULL && (world->coupled || stop_children (world, &why)))
    return foliot_value_new_null ();
  if (world->failure == NULL && !world->closed
      && !g_error_matches (why, FOLIOT_ERROR, FOLIOT_ERROR_CANCELLED))
    world->failure = g_error_copy (why);
  return NULL;
}

void
_foliot_world_direct (FoliotWorld *world, const FoliotWorldOptions *options)
{
  Director *director = g_new (Director, 1);

  *director = (Director){ world, g_strdup (options->program) };
  world->heading = foliot_kernel_now (world->kernel);
  world->children = g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_child_unref);
  world->directed = foliot_fiber_spawn (world->kernel, NULL, "director", direct, director, director_free);
}

/* ---- a master sets the time ---- */

static gboolean
await_begun (FoliotWorld *world, GError **error)
{
  g_autoptr (FoliotValue) begun = foliot_await (world->directed, FOLIOT_TIME_NEVER, error);

  if (begun != NULL && world->dues == NULL)
    world->dues = new_dues (world);
  return begun != NULL;
}

/* What the master says to agents elsewhere: each process gets its own, in one message. */
static gboolean
send_inputs (FoliotWorld *world, GError **error)
{
  g_autoptr (GPtrArray) futures = new_futures ();
  g_autoptr (FoliotValue) told = NULL;

  for (guint i = 0; i < world->children->len; i++)
    {
      g_autoptr (GPtrArray) items = g_ptr_array_new ();

      for (guint k = 0; k < world->inputs_elsewhere->len; k++)
        {
          FoliotValue *input = world->inputs_elsewhere->pdata[k];
          gint64 agent = foliot_value_get_int (foliot_value_get_item (input, 0));

          if (g_array_index (world->scenario->agents, FoliotAgentSpec, agent).container == i + 1)
            g_ptr_array_add (items, foliot_value_ref (input));
        }
      if (items->len > 0)
        g_ptr_array_add (
            futures,
            foliot_proxy_call (foliot_child_get_manager (world->children->pdata[i]), "set_inputs",
                               foliot_value_new_list ((FoliotValue **) items->pdata, items->len), NULL));
    }
  g_ptr_array_set_size (world->inputs_elsewhere, 0);
  told = await_all (world, futures, error);
  return told != NULL;
}

/* What the agents of models say, wherever they live: so that whoever reads it need not wait. */
static gboolean
collect_outputs (FoliotWorld *world, GError **error)
{
  g_autoptr (FoliotValue) said = NULL;

  if (world->scenario->cosim.models->len == 0)
    return TRUE;
  said = ask_all (world, "get_outputs", NULL, error);
  if (said == NULL)
    return FALSE;
  g_clear_pointer (&world->outputs_elsewhere, foliot_value_unref);
  world->outputs_elsewhere = g_steal_pointer (&said);
  return TRUE;
}

static gboolean
go_to (FoliotWorld *world, FoliotTime to, FoliotTime *out_next, GError **error)
{
  if (!await_begun (world, error) || !send_inputs (world, error)
      || !go (world, world->dues, to, out_next, error))
    return FALSE;
  if (to > foliot_kernel_now (world->kernel)
      && (!advance (world, to, error) || !go (world, world->dues, to, out_next, error)))
    return FALSE;
  return collect_outputs (world, error);
}

gboolean
_foliot_world_go_to_all (FoliotWorld *world, FoliotTime to, FoliotTime *out_next, GError **error)
{
  g_autoptr (GError) why = NULL;

  if (go_to (world, to, out_next, &why))
    return TRUE;
  if (world->failure == NULL && !g_error_matches (why, FOLIOT_ERROR, FOLIOT_ERROR_CANCELLED))
    {
      _foliot_world_await_cause (world);
      if (world->failure == NULL)
        world->failure = g_error_copy (why);
    }
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

gboolean
_foliot_world_end_all (FoliotWorld *world, GError **error)
{
  world->collected = await_begun (world, error) && _foliot_world_collect (world, error);
  return world->collected && stop_children (world, error);
}

gboolean
_foliot_world_admit_everywhere (FoliotWorld *world, const char *model, FoliotValue *params, GError **error)
{
  g_autoptr (FoliotValue) args
      = foliot_value_build_list (foliot_value_new_string (model),
                                 params != NULL ? foliot_value_ref (params) : foliot_value_new_null (), NULL);
  g_autoptr (FoliotValue) admitted = NULL;

  if (!await_begun (world, error))
    return FALSE;
  admitted = ask_all (world, "admit", args, error);
  return admitted != NULL;
}

FoliotFuture *
_foliot_world_start_elsewhere (FoliotWorld *world, guint agent)
{
  guint container = g_array_index (world->scenario->agents, FoliotAgentSpec, agent).container;

  return foliot_proxy_call (foliot_child_get_manager (world->children->pdata[container - 1]), "start",
                            foliot_value_new_uint (agent), NULL);
}
