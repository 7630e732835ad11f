/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-world-private.h"

#include <math.h>
#include <string.h>

/* What a scenario expects of its own tables. Rows of a group follow each other in the table (they are recorded in the
 * order of time), so a fold needs no memory but its own; sums run from the first row to the last, in doubles. */

typedef struct
{
  gsize first_row;
  guint64 n;
  double value;
} Group;

static void
fold_row (Group *group, FoliotFold fold, double cell)
{
  gboolean first = group->n++ == 0;

  switch (fold)
    {
    case FOLIOT_FOLD_SUM:
    case FOLIOT_FOLD_MEAN:
      group->value = first ? cell : group->value + cell;
      break;
    case FOLIOT_FOLD_MIN:
      group->value = first ? cell : MIN (group->value, cell);
      break;
    case FOLIOT_FOLD_MAX:
      group->value = first ? cell : MAX (group->value, cell);
      break;
    case FOLIOT_FOLD_COUNT:
      group->value = (double) group->n;
      break;
    case FOLIOT_FOLD_NONE:
    case FOLIOT_FOLD_LAST:
    default:
      group->value = cell;
      break;
    }
}

static gboolean
holds (const FoliotExpectSpec *spec, double value)
{
  double most = spec->at_most + fabs (spec->at_most) * spec->relative_tolerance;
  double least = spec->at_least - fabs (spec->at_least) * spec->relative_tolerance;

  return !(spec->has_at_most && !(value <= most)) && !(spec->has_at_least && !(value >= least))
         && !(spec->has_equals
              && !(fabs (value - spec->equals) <= fabs (spec->equals) * spec->relative_tolerance));
}

/* A whole number without its ".0": most limits and all counts are. */
static const char *
format_number (double number, char buffer[32])
{
  gsize length = strlen (foliot_double_format (number, buffer));

  if (length > 2 && g_str_equal (buffer + length - 2, ".0"))
    buffer[length - 2] = '\0';
  return buffer;
}

static void
append_limit (GString *text, gboolean has, const char *what, double limit)
{
  char buffer[32];

  if (has)
    g_string_append_printf (text, "%s%s %s", text->len > 0 ? " and " : "", what,
                            format_number (limit, buffer));
}

static gboolean
fail_group (FoliotScenario *scenario, const FoliotExpectSpec *spec, FoliotTable *table, const Group *group,
            double value, GError **error)
{
  static const char *const names[]
      = { "", "sum of ", "minimum of ", "maximum of ", "mean of ", "last ", "count of " };
  g_autofree char *place = _foliot_scenario_dup_place (scenario, "expect", spec->entry);
  g_autofree char *where = NULL;
  GString *limits = g_string_new (NULL);
  char buffer[32];

  append_limit (limits, spec->has_at_least, "at least", spec->at_least);
  append_limit (limits, spec->has_at_most, "at most", spec->at_most);
  append_limit (limits, spec->has_equals, "exactly", spec->equals);
  if (group->first_row < foliot_table_get_n_rows (table))
    {
      g_autofree char *time = foliot_value_print (foliot_table_get_cell (table, group->first_row, 0));

      where = g_strdup_printf (", row %" G_GSIZE_FORMAT " (%s s)", group->first_row + 1, time);
    }
  g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_EXPECTATION,
               "%stable %s%s: %s%s is %s, expected %s", place, table->name,
               where != NULL ? where : " has no rows", names[spec->fold],
               spec->column >= 0 ? table->columns[spec->column] : "rows", format_number (value, buffer),
               limits->str);
  g_string_free (limits, TRUE);
  return FALSE;
}

static gboolean
check_group (FoliotScenario *scenario, const FoliotExpectSpec *spec, FoliotTable *table, const Group *group,
             GError **error)
{
  double value = group->value;

  if (spec->fold == FOLIOT_FOLD_MEAN && group->n > 0)
    value /= (double) group->n;
  if (group->n == 0 && spec->fold != FOLIOT_FOLD_SUM && spec->fold != FOLIOT_FOLD_COUNT)
    return TRUE;
  return holds (spec, value) || fail_group (scenario, spec, table, group, value, error);
}

static gboolean
same_group (const FoliotExpectSpec *spec, FoliotTable *table, gsize row)
{
  if (spec->fold == FOLIOT_FOLD_NONE)
    return FALSE;
  return spec->by < 0
         || foliot_value_equal (foliot_table_get_cell (table, row - 1, (guint) spec->by),
                                foliot_table_get_cell (table, row, (guint) spec->by));
}

static gboolean
check (FoliotScenario *scenario, const FoliotExpectSpec *spec, FoliotTable *table, GError **error)
{
  gsize n_rows = foliot_table_get_n_rows (table);
  Group group = { 0 };

  for (gsize row = 0; row < n_rows; row++)
    {
      FoliotValue *cell = spec->column >= 0 ? foliot_table_get_cell (table, row, (guint) spec->column) : NULL;
      gboolean counts = cell == NULL || foliot_value_is_number (cell);

      if (row > 0 && !same_group (spec, table, row))
        {
          if ((spec->fold != FOLIOT_FOLD_NONE || group.n > 0)
              && !check_group (scenario, spec, table, &group, error))
            return FALSE;
          group = (Group){ .first_row = row };
        }
      if (counts)
        fold_row (&group, spec->fold, cell != NULL ? foliot_value_get_double (cell) : 0.0);
    }
  if (n_rows == 0 && spec->by >= 0)
    return TRUE;
  return (spec->fold == FOLIOT_FOLD_NONE && group.n == 0)
         || check_group (scenario, spec, table, &group, error);
}

/* A count over a run that somebody gave another end says nothing. */
static gboolean
is_skipped (FoliotWorld *world, const FoliotExpectSpec *spec)
{
  return spec->unless_cut && world->until != world->scenario->duration;
}

char *
foliot_world_dup_skipped_expectations (FoliotWorld *world)
{
  const GArray *expects = world->scenario->expects;
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < expects->len; i++)
    {
      const FoliotExpectSpec *spec = &g_array_index (expects, FoliotExpectSpec, i);

      if (is_skipped (world, spec))
        {
          g_autofree char *place = _foliot_scenario_dup_place (world->scenario, "expect", spec->entry);

          g_string_append_printf (text, "%.*s\n", (int) strlen (place) - 2, place);
        }
    }
  return g_string_free (text, FALSE);
}

gboolean
foliot_world_check_expectations (FoliotWorld *world, GError **error)
{
  const GArray *expects = world->scenario->expects;

  if (world->tables->len
      == 0) /* those who call its agents set the tasks: it has no tables, and nothing is expected */
    return TRUE;
  for (guint i = 0; i < expects->len; i++)
    {
      const FoliotExpectSpec *spec = &g_array_index (expects, FoliotExpectSpec, i);

      if (!is_skipped (world, spec)
          && !check (world->scenario, spec, g_ptr_array_index (world->tables, spec->table), error))
        return FALSE;
    }
  return TRUE;
}
