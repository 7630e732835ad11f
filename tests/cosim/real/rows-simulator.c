/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-mosaik.h>

#include <stdio.h>

/* A simulator that does what the script wants of it, for rows A1 to A23 of what mosaik expects of a simulator: rows.py. All is said by
 * keywords of init:
 *
 *   type, api           of its meta; events: announces set_event
 *   fail                the call that fails: "init", "create", "setup_done", "step", "get_data", "finalize"
 *   in_setup, in_step   lists of [function, argument]: what it asks mosaik there; in_step only in the first step
 *   next                what its steps return, one after the other: null for no further step; then the time after
 *   values              its output x, step by step: null for none; else the time of the step
 *   output_time         the outputs hold so long after the step
 *   slow_ms             init or finalize (slow: which) takes so long by the wall clock
 *   trace               a file to which finalize adds a line, at its end
 *
 * Further outputs: echo, what came in as x; answers, of mosaik to what was asked; inputs and max_advance of the step. */

typedef struct
{
  FoliotValue *keywords;
  FoliotMosaikStep step;
  GPtrArray *answers;
  guint n_steps;
} Rows;

static FoliotValue *
get_keyword (Rows *rows, const char *name)
{
  FoliotValue *value = rows->keywords != NULL ? foliot_value_lookup (rows->keywords, name) : NULL;

  return value != NULL && !foliot_value_is_null (value) ? value : NULL;
}

static const char *
get_text (Rows *rows, const char *name, const char *fallback)
{
  FoliotValue *value = get_keyword (rows, name);

  return value != NULL ? foliot_value_get_string (value, NULL) : fallback;
}

static gint64
get_number (Rows *rows, const char *name)
{
  FoliotValue *value = get_keyword (rows, name);

  return value != NULL ? foliot_value_get_int (value) : 0;
}

static gboolean
may_fail (Rows *rows, const char *where, GError **error)
{
  if (!g_str_equal (get_text (rows, "fail", ""), where))
    return TRUE;
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "no wind in %s", where);
  return FALSE;
}

/* As one that has much to write, or that a slow disk holds up: mosaik's time limits are by the wall clock. */
static void
may_be_slow (Rows *rows, const char *where)
{
  if (g_str_equal (get_text (rows, "slow", ""), where))
    g_usleep ((gulong) get_number (rows, "slow_ms") * 1000);
}

/* ---- asking mosaik --------------------------------------------------------------------------------------------- */

static FoliotValue *
ask (FoliotMosaik *mosaik, const char *function, FoliotValue *argument, GError **error)
{
  double percent;

  if (g_str_equal (function, "get_progress"))
    return foliot_mosaik_get_progress (mosaik, &percent, error) ? foliot_value_new_double (percent) : NULL;
  if (g_str_equal (function, "get_related_entities"))
    return foliot_mosaik_get_related_entities (mosaik, foliot_value_is_null (argument) ? NULL : argument,
                                               error);
  if (g_str_equal (function, "get_data"))
    return foliot_mosaik_get_data (mosaik, argument, error);
  if (g_str_equal (function, "set_data"))
    return foliot_mosaik_set_data (mosaik, argument, error) ? foliot_value_new_null () : NULL;
  return foliot_mosaik_set_event (mosaik, foliot_value_get_int (argument), error) ? foliot_value_new_null ()
                                                                                  : NULL;
}

static FoliotValue *
describe_error (const GError *error)
{
  const char *class_name = foliot_mosaik_error_get_class_name (error);
  const char *trace = foliot_mosaik_error_get_trace (error);

  return foliot_value_build_map ("code", foliot_value_new_int (error->code), "class",
                                 foliot_value_new_string (class_name != NULL ? class_name : ""), "text",
                                 foliot_value_new_string (error->message), "has_trace",
                                 foliot_value_new_bool (trace != NULL && *trace != '\0'), NULL);
}

static void
ask_all (Rows *rows, FoliotMosaik *mosaik, FoliotValue *requests)
{
  for (gsize i = 0; requests != NULL && i < foliot_value_get_length (requests); i++)
    {
      FoliotValue *request = foliot_value_get_item (requests, i);
      g_autoptr (GError) error = NULL;
      FoliotValue *answer = ask (mosaik, foliot_value_get_string (foliot_value_get_item (request, 0), NULL),
                                 foliot_value_get_item (request, 1), &error);

      g_ptr_array_add (rows->answers, answer != NULL ? answer : describe_error (error));
    }
}

/* ---- the model ------------------------------------------------------------------------------------------------- */

static FoliotValue *
rows_method_a (gpointer self, FoliotArgs *args, GError **error)
{
  return foliot_value_new_string_printf ("a(%" G_GINT64_FORMAT ")", foliot_args_get_int (args, "n"));
}

static FoliotValue *
rows_method_b (gpointer self, FoliotArgs *args, GError **error)
{
  return foliot_value_new_string_printf ("b(%" G_GINT64_FORMAT ", %" G_GINT64_FORMAT ")",
                                         foliot_args_get_int (args, "n"), foliot_args_get_int (args, "x"));
}

static FoliotValue *
rows_surroundings (gpointer self, FoliotArgs *args, GError **error)
{
  g_autofree char *folder = g_get_current_dir ();
  const char *text = g_getenv (foliot_args_get_string (args, "variable"));

  return foliot_value_build_list (foliot_value_new_string (text != NULL ? text : ""),
                                  foliot_value_new_string (folder), NULL);
}

static const FoliotMethod rows_methods[]
    = { { "method_a", rows_method_a, "n:int", "Says what it was called with." },
        { "method_b", rows_method_b, "n:int, x:int=0", "The same." },
        { "surroundings", rows_surroundings, "variable:string",
          "An environment variable and the current folder." },
        { NULL } };

static void
describe_models (FoliotMosaikMeta *meta)
{
  static const char *const parameters[] = { "id", "children", "relation", "extra" };
  static const char *const attributes[] = { "x", "echo", "answers", "inputs", "max_advance" };

  foliot_mosaik_meta_add_model (meta, "M", FOLIOT_MOSAIK_PUBLIC);
  foliot_mosaik_meta_add_model (meta, "Child", FOLIOT_MOSAIK_PRIVATE);
  foliot_mosaik_meta_add_attribute (meta, "Child", "x", FOLIOT_MOSAIK_MEASUREMENT);
  for (guint i = 0; i < G_N_ELEMENTS (parameters); i++)
    foliot_mosaik_meta_add_parameter (meta, "M", parameters[i]);
  for (guint i = 0; i < G_N_ELEMENTS (attributes); i++)
    foliot_mosaik_meta_add_attribute (meta, "M", attributes[i], FOLIOT_MOSAIK_MEASUREMENT);
  for (const FoliotMethod *method = rows_methods; method->name != NULL; method++)
    foliot_mosaik_meta_add_method (meta, method);
}

static gboolean
rows_init (gpointer self, FoliotMosaik *mosaik, FoliotValue *keywords, FoliotMosaikMeta *meta, GError **error)
{
  Rows *rows = self;
  const char *type;

  rows->keywords = foliot_value_ref (keywords);
  rows->answers = g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_value_unref);
  type = get_text (rows, "type", "time-based");
  foliot_mosaik_meta_set_api_version (meta, get_text (rows, "api", "3.0"));
  foliot_mosaik_meta_set_type (meta, g_str_equal (type, "hybrid")        ? FOLIOT_MOSAIK_HYBRID
                                     : g_str_equal (type, "event-based") ? FOLIOT_MOSAIK_EVENT_BASED
                                                                         : FOLIOT_MOSAIK_TIME_BASED);
  if (get_keyword (rows, "events") != NULL)
    foliot_mosaik_meta_set_events (meta);
  describe_models (meta);
  may_be_slow (rows, "init");
  return may_fail (rows, "init", error);
}

static gboolean
rows_create (gpointer self, FoliotMosaikEntity *entity, FoliotValue *params, GError **error)
{
  FoliotValue *id = foliot_value_lookup (params, "id"), *relation = foliot_value_lookup (params, "relation");
  FoliotValue *children = foliot_value_lookup (params, "children");
  FoliotValue *extra = foliot_value_lookup (params, "extra");

  if (id != NULL)
    foliot_mosaik_entity_set_id (entity, foliot_value_get_string (id, NULL));
  for (gint64 i = 0; children != NULL && i < foliot_value_get_int (children); i++)
    foliot_mosaik_entity_add_child (entity, "Child");
  if (relation != NULL)
    foliot_mosaik_entity_add_relation (entity, foliot_value_get_string (relation, NULL));
  if (extra != NULL)
    foliot_mosaik_entity_set_extra_info (entity, foliot_value_ref (extra));
  return may_fail (self, "create", error);
}

static gboolean
rows_setup_done (gpointer self, FoliotMosaik *mosaik, GError **error)
{
  ask_all (self, mosaik, get_keyword (self, "in_setup"));
  return may_fail (self, "setup_done", error);
}

static gboolean
rows_step (gpointer self, FoliotMosaik *mosaik, FoliotMosaikStep *step, GError **error)
{
  Rows *rows = self;
  FoliotValue *next = get_keyword (rows, "next");

  g_clear_pointer (&rows->step.inputs, foliot_value_unref);
  rows->step = *step;
  rows->step.inputs = foliot_value_ref (step->inputs);
  rows->n_steps++;
  if (rows->n_steps == 1)
    ask_all (rows, mosaik, get_keyword (rows, "in_step"));
  if (get_keyword (rows, "output_time") != NULL)
    foliot_mosaik_set_output_time (mosaik, step->time + get_number (rows, "output_time"));
  step->next = step->time + 1;
  if (next != NULL && rows->n_steps <= foliot_value_get_length (next))
    {
      FoliotValue *item = foliot_value_get_item (next, rows->n_steps - 1);

      step->next = foliot_value_is_null (item) ? FOLIOT_MOSAIK_NEVER : foliot_value_get_int (item);
    }
  return may_fail (rows, "step", error);
}

static FoliotValue *
get_x (Rows *rows)
{
  FoliotValue *values = get_keyword (rows, "values"), *value;

  if (values == NULL)
    return foliot_value_new_int (rows->step.time);
  value = rows->n_steps <= foliot_value_get_length (values)
              ? foliot_value_get_item (values, rows->n_steps - 1)
              : NULL;
  return value != NULL && !foliot_value_is_null (value) ? foliot_value_ref (value) : NULL;
}

static FoliotValue *
get_echo (Rows *rows, FoliotMosaikEntity *entity)
{
  FoliotValue *sources
      = foliot_mosaik_step_get_sources (&rows->step, foliot_mosaik_entity_get_id (entity), "x");

  return sources != NULL ? foliot_value_ref (foliot_value_get_pair_value (sources, 0))
                         : foliot_value_new_null ();
}

static FoliotValue *
get_answers (Rows *rows)
{
  g_autofree FoliotValue **items = g_new (FoliotValue *, rows->answers->len + 1);

  for (guint i = 0; i < rows->answers->len; i++)
    items[i] = foliot_value_ref (rows->answers->pdata[i]);
  return foliot_value_new_list (items, rows->answers->len);
}

static FoliotValue *
rows_get_data (gpointer self, FoliotMosaikEntity *entity, const char *attribute, GError **error)
{
  Rows *rows = self;

  if (!may_fail (rows, "get_data", error))
    return NULL;
  if (g_str_equal (attribute, "x"))
    return get_x (rows);
  if (g_str_equal (attribute, "echo"))
    return get_echo (rows, entity);
  if (g_str_equal (attribute, "answers"))
    return get_answers (rows);
  if (g_str_equal (attribute, "inputs"))
    return foliot_value_ref (rows->step.inputs);
  return rows->step.max_advance == FOLIOT_MOSAIK_NEVER ? foliot_value_new_null ()
                                                       : foliot_value_new_int (rows->step.max_advance);
}

static gboolean
rows_finalize (gpointer self, FoliotMosaik *mosaik, GError **error)
{
  Rows *rows = self;
  const char *path = get_text (rows, "trace", NULL);
  FILE *trace;

  may_be_slow (rows, "finalize");
  trace = path != NULL ? fopen (path, "a") : NULL;
  if (trace != NULL)
    {
      fprintf (trace, "finalized after %u\n", rows->n_steps);
      fclose (trace);
    }
  return may_fail (rows, "finalize", error);
}

int
main (int argc, char **argv)
{
  static const FoliotMosaikModel model
      = { rows_init, rows_create, rows_setup_done, rows_step, rows_get_data, rows_finalize };
  Rows rows = { NULL };
  int code = foliot_mosaik_main (argc, argv, &model, &rows);

  g_clear_pointer (&rows.keywords, foliot_value_unref);
  g_clear_pointer (&rows.step.inputs, foliot_value_unref);
  g_clear_pointer (&rows.answers, g_ptr_array_unref);
  return code;
}
