/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-world-private.h"

#include "base/foliot-hash-private.h"
#include "kernel/foliot-kernel-private.h"

/* Recorded tables. Sampled ones are filled by an event of their own, after everything else of that time; the others by the
 * agents themselves, through foliot_agent_record(). What was recorded counts as the payload of the sample, so a digest
 * covers it. */

typedef struct
{
  FoliotWorld *world;
  const FoliotOutputSpec *spec;
  FoliotTable *table;
  FoliotTime due;
} Sampler;

static FoliotAgent *
get_agent (FoliotWorld *world, const FoliotOutputSpec *spec, guint index)
{
  return g_ptr_array_index (world->agents, g_array_index (spec->agents, guint, index));
}

/* Returns: a hash of the values. */
static guint64
read_outputs (FoliotWorld *world, const FoliotOutputSpec *spec, guint index, FoliotValue **cells,
              guint64 hash)
{
  FoliotAgent *agent = get_agent (world, spec, index);
  guint n_outputs = g_strv_length (spec->columns);

  for (guint i = 0; i < n_outputs; i++)
    {
      const FoliotOutput *output = g_ptr_array_index (spec->outputs, index * n_outputs + i);
      g_autoptr (FoliotValue) value = output->func (agent);

      if (value == NULL)
        value = foliot_value_new_null ();
      hash = foliot_hash_mix (hash, foliot_value_hash (value));
      cells[i] = foliot_table_make_cell (value);
    }
  return hash;
}

void
_foliot_world_sample_agent (FoliotWorld *world, const FoliotOutputSpec *spec, guint index,
                            FoliotValue **cells)
{
  read_outputs (world, spec, index, cells, 0);
}

static void
sample_agent (Sampler *sampler, guint index, FoliotValue **cells, guint64 *hash)
{
  FoliotAgent *agent = get_agent (sampler->world, sampler->spec, index);

  cells[0] = foliot_table_make_time (sampler->due);
  cells[1] = foliot_value_new_string (foliot_agent_get_name (agent));
  *hash = read_outputs (sampler->world, sampler->spec, index, cells + 2, *hash);
}

static void post_sample (Sampler *sampler);

static void
show_row (FoliotWorld *world, FoliotTable *table, FoliotValue *row)
{
  g_autofree char *what = NULL;

  if (!_foliot_kernel_is_showing (world->kernel))
    return;
  what = g_strconcat ("row of ", table->name, NULL);
  _foliot_kernel_show_content (world->kernel, what, row);
}

static void
put_off (Sampler *sampler)
{
  FoliotWorld *world = sampler->world;

  if (world->late == NULL)
    world->late = g_ptr_array_new_with_free_func (g_free);
  if (world->late_hold == NULL)
    world->late_hold = _foliot_kernel_hold_to_settle (world->kernel);
  g_ptr_array_add (world->late, sampler);
}

static void
sample (gpointer target, gpointer payload)
{
  Sampler *sampler = payload;
  g_autofree FoliotValue **cells = g_new (FoliotValue *, sampler->table->n_columns);
  guint64 hash = 0;

  if (sampler->world->closed)
    {
      g_free (sampler);
      return;
    }
  if (_foliot_world_is_waiting (sampler->world))
    {
      put_off (sampler);
      return;
    }
  for (guint i = 0; i < sampler->spec->agents->len; i++)
    {
      FoliotAgent *agent = get_agent (sampler->world, sampler->spec, i);

      if (agent == NULL || _foliot_world_is_stub (sampler->world, agent))
        continue; /* the master has not made it, or it is not played */
      sample_agent (sampler, i, cells, &hash);
      foliot_table_add_row (sampler->table, cells);
      if (_foliot_kernel_is_showing (sampler->world->kernel))
        {
          gsize n = foliot_table_get_n_rows (sampler->table);
          g_autoptr (FoliotValue) row = _foliot_world_dup_row (sampler->table, n - 1);

          show_row (sampler->world, sampler->table, row);
        }
    }
  foliot_kernel_note_payload (sampler->world->kernel, 0, hash, hash);
  sampler->due = foliot_time_add (sampler->due, sampler->spec->every);
  post_sample (sampler);
}

static void
drop_sampler (gpointer target, gpointer payload)
{
  g_free (payload);
}

static void
post_sample (Sampler *sampler)
{
  foliot_kernel_post (sampler->world->kernel, sampler->due, FOLIOT_PRIORITY_SAMPLE, FOLIOT_EVENT_SAMPLE,
                      sample, sampler->world, sampler);
}

void
_foliot_world_resume_samples (FoliotWorld *world)
{
  g_autoptr (GPtrArray) late = g_steal_pointer (&world->late);

  g_clear_pointer (&world->late_hold, foliot_hold_release);
  g_ptr_array_set_free_func (late, NULL);
  for (guint i = 0; i < late->len; i++)
    post_sample (late->pdata[i]);
}

static void
record_row (FoliotAgent *agent, const char *name, FoliotValue *row, gpointer user_data)
{
  FoliotWorld *world = user_data;
  g_autofree FoliotValue **cells = NULL;
  FoliotTable *table = NULL;

  for (guint i = 0; i < world->tables->len && table == NULL; i++)
    if (g_str_equal (foliot_table_get_name (g_ptr_array_index (world->tables, i)), name))
      table = g_ptr_array_index (world->tables, i);
  if (table == NULL)
    return;
  cells = g_new (FoliotValue *, table->n_columns);
  cells[0] = foliot_table_make_time (foliot_kernel_now (world->kernel));
  cells[1] = foliot_value_new_string (foliot_agent_get_name (agent));
  for (guint i = 2; i < table->n_columns; i++)
    {
      FoliotValue *value = foliot_value_lookup (row, table->columns[i]);

      cells[i] = value != NULL ? foliot_table_make_cell (value) : foliot_value_new_null ();
    }
  foliot_table_add_row (table, cells);
  /* What an agent records is part of what its event did: another value is another run. */
  foliot_kernel_note_payload (world->kernel, 0, foliot_value_hash (row), foliot_value_hash (row));
  show_row (world, table, row);
}

void
_foliot_world_start_outputs (FoliotWorld *world)
{
  const GArray *outputs = world->scenario->outputs;

  _foliot_kernel_set_drop_func (world->kernel, sample, drop_sampler);
  foliot_kernel_set_recorder (world->kernel, record_row, world);
  for (guint i = 0; i < outputs->len; i++)
    {
      const FoliotOutputSpec *spec = &g_array_index (outputs, FoliotOutputSpec, i);
      FoliotTable *table = foliot_table_new (spec->table, spec->label, (const char *const *) spec->columns);
      Sampler *sampler;

      g_ptr_array_add (world->tables, table);
      if (spec->every == 0 || world->divided)
        continue;
      sampler = g_new (Sampler, 1);
      *sampler = (Sampler){ world, spec, table, spec->from };
      post_sample (sampler);
    }
}
