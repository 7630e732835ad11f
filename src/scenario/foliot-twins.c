/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-world-private.h"

#include <string.h>

#include "scenario/foliot-difference.h"

/* The same world twice, in lock-step: both run a batch of events, then their records are compared. A record holds all that an
 * event may depend on and all that it did, so the first record that differs is the first event that went another way,
 * and the field that differs says what kind of cause to look for. The last batches of one world are kept, for the chain
 * of causes. */

/* Whenever the two take turns, the caches hold the other one's memory: seldom is faster. */
#define BATCH_EVENTS 16384
#define N_BATCHES    4
#define N_CAUSES     10

typedef struct
{
  FoliotWorld *world;
  FoliotRecord *records; /* N_BATCHES batches, as a ring */
  gsize n_filled;        /* of the present batch */
  gsize batch;           /* number of the present batch */
} Twin;

static FoliotRecord *
get_batch (const Twin *twin, gsize batch)
{
  return twin->records + batch % N_BATCHES * BATCH_EVENTS;
}

static void
keep_record (FoliotKernel *kernel, const FoliotRecord *record, gpointer user_data)
{
  Twin *twin = user_data;

  get_batch (twin, twin->batch)[twin->n_filled++] = *record;
}

static gboolean
twin_init (Twin *twin, FoliotScenario *scenario, const FoliotWorldOptions *options, GError **error)
{
  FoliotWorldOptions own = options != NULL ? *options : (FoliotWorldOptions){ .until = FOLIOT_TIME_NEVER };

  own.keep = FOLIOT_KEEP_NONE; /* its records come here, … */
  own.digest_off = TRUE;       /* … each of them, which says more than any digest */
  own.record = NULL;           /* two cannot write one file */
  own.record_sent = own.record_agents = FALSE;
  *twin = (Twin){ .world = foliot_world_new (scenario, &own, error) };
  if (twin->world == NULL)
    return FALSE;
  twin->records = g_new0 (FoliotRecord, N_BATCHES * BATCH_EVENTS);
  foliot_kernel_set_record_func (twin->world->kernel, keep_record, twin);
  return TRUE;
}

static void
twin_clear (Twin *twin)
{
  if (twin->world != NULL)
    foliot_kernel_set_record_func (twin->world->kernel, NULL, NULL);
  g_clear_object (&twin->world);
  g_clear_pointer (&twin->records, g_free);
}

/* -- naming the difference ------------------------------------------------------------------------------------- */

static FoliotNamedRecord
name_record (FoliotKernel *kernel, const FoliotRecord *record)
{
  return (FoliotNamedRecord){
    .record = *record,
    .node = record->node > 0 ? foliot_kernel_get_node_name (kernel, record->node) : NULL,
    .link = record->link > 0 ? foliot_kernel_get_link_name (kernel, record->link) : NULL,
  };
}

static void
append_record (GString *text, FoliotKernel *kernel, const FoliotRecord *record)
{
  const FoliotNamedRecord named = name_record (kernel, record);

  foliot_named_record_append (text, &named);
}

static const FoliotRecord *
find_record (const Twin *twin, guint64 sequence)
{
  guint64 batch = (sequence - 1) / BATCH_EVENTS;

  if (sequence == 0 || batch > twin->batch || batch + N_BATCHES <= twin->batch)
    return NULL;
  return get_batch (twin, batch) + (sequence - 1) % BATCH_EVENTS;
}

static void
append_causes (GString *text, const Twin *twin, const FoliotRecord *record)
{
  const FoliotRecord *cause = find_record (twin, record->cause);

  for (guint i = 0; i < N_CAUSES && cause != NULL; i++)
    {
      g_string_append (text, i == 0 ? "\n  caused by " : "\n         by ");
      append_record (text, twin->world->kernel, cause);
      cause = find_record (twin, cause->cause);
    }
}

static void
append_difference (GString *text, const FoliotNamedRecord *a, const FoliotNamedRecord *b)
{
  FoliotField field = foliot_difference_find (a, b);
  g_autofree char *first = foliot_field_format (field, a), *second = foliot_field_format (field, b);

  g_string_append_printf (text, "\n  class %s: %s: %s in the first run, %s in the second",
                          foliot_field_get_class (field), foliot_field_get_name (field), first, second);
}

static gboolean
fail_at (const Twin *a, const Twin *b, gsize index, GError **error)
{
  const FoliotRecord *x = index < a->n_filled ? get_batch (a, a->batch) + index : NULL;
  const FoliotRecord *y = index < b->n_filled ? get_batch (b, b->batch) + index : NULL;
  const Twin *shown = x != NULL ? a : b;
  g_autoptr (GString) text = g_string_new ("two runs of the same world differ: ");

  append_record (text, shown->world->kernel, x != NULL ? x : y);
  if (x != NULL && y != NULL)
    {
      const FoliotNamedRecord first = name_record (a->world->kernel, x);
      const FoliotNamedRecord second = name_record (b->world->kernel, y);

      append_difference (text, &first, &second);
    }
  else
    g_string_append_printf (text, "\n  class order: events: %s in the first run, %s in the second",
                            x != NULL ? "one more" : "at their end", y != NULL ? "one more" : "at their end");
  append_causes (text, shown, x != NULL ? x : y);
  g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_DIFFERS, "%s", text->str);
  return FALSE;
}

static gboolean
compare_batch (const Twin *a, const Twin *b, GError **error)
{
  const FoliotRecord *x = get_batch (a, a->batch), *y = get_batch (b, b->batch);
  gsize n = MIN (a->n_filled, b->n_filled);

  if (memcmp (x, y, n * sizeof *x) != 0)
    for (gsize i = 0; i < n; i++)
      if (memcmp (x + i, y + i, sizeof *x) != 0)
        return fail_at (a, b, i, error);
  return a->n_filled == b->n_filled || fail_at (a, b, n, error);
}

static gboolean
run_batch (Twin *twin, GError **error)
{
  g_autoptr (GError) local = NULL;

  twin->n_filled = 0;
  while (twin->n_filled < BATCH_EVENTS && local == NULL
         && foliot_world_step (twin->world, BATCH_EVENTS - twin->n_filled, &local) > 0)
    ;
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return *error == NULL;
}

/* Equal records, but what the two worlds hold is not: class "state". */
static gboolean
fail_state (const Twin *a, const char *what, const char *first, const char *second, GError **error)
{
  g_autofree char *time = foliot_time_format (foliot_kernel_now (a->world->kernel));

  g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_DIFFERS,
               "two runs of the same world differ: their events are equal up to %s s\n"
               "  class state: %s: %s in the first run, %s in the second",
               time, what, first, second);
  return FALSE;
}

static gboolean
compare_tables (const Twin *a, const Twin *b, GError **error)
{
  for (guint i = 0; i < a->world->tables->len; i++)
    {
      FoliotTable *x = g_ptr_array_index (a->world->tables, i), *y = g_ptr_array_index (b->world->tables, i);
      gsize n = MIN (x->cells->len, y->cells->len), k = 0;
      g_autofree char *what = NULL, *first = NULL, *second = NULL;

      while (k < n && foliot_value_equal (g_ptr_array_index (x->cells, k), g_ptr_array_index (y->cells, k)))
        k++;
      if (k == n && x->cells->len == y->cells->len)
        continue;
      what = g_strdup_printf ("table %s, row %" G_GSIZE_FORMAT ", %s", x->name, k / x->n_columns + 1,
                              x->columns[k % x->n_columns]);
      first = k < x->cells->len ? foliot_value_print (g_ptr_array_index (x->cells, k)) : g_strdup ("no row");
      second = k < y->cells->len ? foliot_value_print (g_ptr_array_index (y->cells, k)) : g_strdup ("no row");
      return fail_state (a, what, first, second, error);
    }
  return TRUE;
}

static gboolean
compare_failures (const Twin *a, const GError *x, const GError *y, GError **error)
{
  const char *first = x != NULL ? x->message : "none", *second = y != NULL ? y->message : "none";

  return g_str_equal (first, second) || fail_state (a, "failure", first, second, error);
}

typedef struct
{
  FoliotTwinsFunc func;
  gpointer user_data;
} Observer;

static gboolean
goes_on (const Observer *observer, const Twin *next, GError **error)
{
  g_autofree char *now = NULL;

  if (observer->func == NULL || observer->func (next->world->kernel, observer->user_data))
    return TRUE;
  now = foliot_time_format (foliot_kernel_now (next->world->kernel));
  g_set_error (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_INTERRUPTED,
               "interrupted; up to %s s two runs of the same world are equal", now);
  return FALSE;
}

/* A failure of one run alone is a difference too; one of both ends the check. A batch that was interrupted is not compared: it
 * ends where the interruption came. */
static gboolean
run_lockstep (Twin *a, Twin *b, const Observer *observer, GError **error)
{
  if (!goes_on (observer, a, error))
    return FALSE;
  for (;; a->batch++, b->batch++)
    {
      g_autoptr (GError) failed_a = NULL, failed_b = NULL;

      run_batch (a, &failed_a);
      if (!goes_on (observer, b, error))
        return FALSE;
      run_batch (b, &failed_b);
      if (!goes_on (observer, a, error))
        return FALSE;
      if (!compare_batch (a, b, error) || !compare_failures (a, failed_a, failed_b, error))
        return FALSE;
      if (failed_a != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failed_a));
          return FALSE;
        }
      if (a->n_filled < BATCH_EVENTS)
        return compare_tables (a, b, error);
    }
}

gboolean
foliot_world_check_twins (FoliotScenario *scenario, const FoliotWorldOptions *options, FoliotTwinsFunc func,
                          gpointer user_data, GError **error)
{
  const Observer observer = { func, user_data };
  Twin a = { 0 }, b = { 0 };
  gboolean same;

  if (_foliot_scenario_has_sockets (scenario))
    {
      g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_TYPE,
                   "%s: two runs over real sockets need not be equal event by event: check it with transport "
                   "\"local\"",
                   foliot_scenario_get_name (scenario));
      return FALSE;
    }
  same = twin_init (&a, scenario, options, error) && twin_init (&b, scenario, options, error)
         && run_lockstep (&a, &b, &observer, error);

  if (func != NULL)
    func (NULL, user_data);
  twin_clear (&b);
  twin_clear (&a);
  return same;
}
