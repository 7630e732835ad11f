/* SPDX-License-Identifier: MIT */
#include "cosim/foliot-mosaik-private.h"

#include <string.h>

#include "base/foliot-text-private.h"

/*
 * What mosaik calls, a function each, on the fiber that serves. Keywords that the protocol does not know are let pass: a new mosaik may send
 * more than an old simulator knows, as it did with time_resolution. What the model gives back is checked here, where the
 * mistake can still be named: mosaik aborts on some of it, and waits for ever on the rest.
 */

#define MAX_ENTITIES 16777216 /* more than that is no number of entities */

typedef struct
{
  const char *name;
  guint n_args, n_args_max;
  FoliotValue *(*func) (FoliotMosaik *mosaik, FoliotValue *args, FoliotValue *keywords, GError **error);
} Function;

/* ---- init ---- */

/* @out_tick: of whole nanoseconds. */
static gboolean
read_resolution (FoliotValue *keywords, FoliotTime *out_tick, GError **error)
{
  FoliotValue *resolution = foliot_value_lookup (keywords, "time_resolution");
  double ns;

  *out_tick = FOLIOT_SECOND;
  if (resolution == NULL)
    return TRUE;
  ns = foliot_value_is_number (resolution) ? foliot_value_get_double (resolution) * FOLIOT_SECOND : 0;
  if (ns >= 0.5 && ns < 0x1p62)
    {
      *out_tick = (FoliotTime) (ns + 0.5);
      return TRUE;
    }
  g_autofree char *text = foliot_value_print (resolution);
  g_set_error (error, FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_PROTOCOL,
               "time_resolution is %s: expected seconds, of a nanosecond or more", text);
  return FALSE;
}

static FoliotValue *
call_init (FoliotMosaik *mosaik, FoliotValue *args, FoliotValue *keywords, GError **error)
{
  FoliotValue *id = foliot_value_get_item (args, 0), *meta;

  if (mosaik->has_begun)
    {
      g_set_error (error, FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_STATE, "init was called before, as “%s”",
                   mosaik->id);
      return NULL;
    }
  mosaik->has_begun = TRUE;
  g_clear_pointer (&mosaik->patience, _foliot_pause_free);
  if (foliot_value_get_kind (id) != FOLIOT_VALUE_STRING)
    {
      g_set_error_literal (error, FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_PROTOCOL,
                           "init wants the simulator's id, a text");
      return NULL;
    }
  g_free (mosaik->id);
  mosaik->id = _foliot_text_dup_valid (foliot_value_get_string (id, NULL));
  if (!read_resolution (keywords, &mosaik->tick, error)
      || !mosaik->model->init (mosaik->self, mosaik, keywords, mosaik->meta, error))
    return NULL;
  meta = foliot_mosaik_meta_to_value (mosaik->meta, error);
  mosaik->is_ready = meta != NULL;
  return meta;
}

/* ---- create ---- */

static FoliotValue *
pick_parameters (const FoliotMosaikKind *kind, FoliotValue *keywords)
{
  g_autoptr (GPtrArray) pairs = g_ptr_array_new ();

  for (guint i = 0; i < kind->parameters->len; i++)
    {
      const char *name = g_ptr_array_index (kind->parameters, i);
      FoliotValue *value = foliot_value_lookup (keywords, name);

      if (value == NULL)
        continue;
      g_ptr_array_add (pairs, foliot_value_new_string (name));
      g_ptr_array_add (pairs, foliot_value_ref (value));
    }
  return foliot_value_new_map ((FoliotValue **) pairs->pdata, pairs->len / 2);
}

static gboolean
check_create (FoliotMosaik *mosaik, FoliotValue *args, FoliotMosaikKind **out_kind, guint *out_n,
              GError **error)
{
  FoliotValue *n = foliot_value_get_item (args, 0), *model = foliot_value_get_item (args, 1);

  if (foliot_value_get_kind (n) != FOLIOT_VALUE_INT || !foliot_value_fits_int64 (n)
      || foliot_value_get_int (n) < 0 || foliot_value_get_int (n) > MAX_ENTITIES
      || foliot_value_get_kind (model) != FOLIOT_VALUE_STRING)
    {
      g_set_error (error, FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_PROTOCOL,
                   "create wants a number of entities, of 0 to %d, and the name of a model", MAX_ENTITIES);
      return FALSE;
    }
  *out_n = (guint) foliot_value_get_int (n);
  *out_kind = _foliot_mosaik_meta_get_kind (mosaik->meta, foliot_value_get_string (model, NULL));
  if (*out_kind == NULL || ((*out_kind)->flags & FOLIOT_MOSAIK_PRIVATE))
    {
      g_autofree char *name = foliot_value_print (model);

      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_LOOKUP, "%s has no public model %s", mosaik->id, name);
      return FALSE;
    }
  return TRUE;
}

static FoliotValue *
create_all (FoliotMosaik *mosaik, FoliotMosaikKind *kind, guint n, FoliotValue *params, GError **error)
{
  guint first = mosaik->entities.all->len;
  g_autoptr (GPtrArray) roots = g_ptr_array_new ();

  for (guint i = 0; i < n; i++)
    {
      FoliotMosaikEntity *entity = _foliot_mosaik_entities_add (&mosaik->entities, mosaik, kind);

      g_ptr_array_add (roots, entity);
      if (!mosaik->model->create (mosaik->self, entity, params, error))
        return NULL;
    }
  if (!_foliot_mosaik_entities_settle (&mosaik->entities, first, error))
    return NULL;
  for (guint i = 0; i < n; i++)
    roots->pdata[i] = _foliot_mosaik_entity_to_value (roots->pdata[i]);
  return foliot_value_new_list ((FoliotValue **) roots->pdata, n);
}

static FoliotValue *
call_create (FoliotMosaik *mosaik, FoliotValue *args, FoliotValue *keywords, GError **error)
{
  guint n, first = mosaik->entities.all->len;
  FoliotMosaikKind *kind;
  g_autoptr (FoliotValue) params = NULL;
  FoliotValue *created;

  if (!check_create (mosaik, args, &kind, &n, error))
    return NULL;
  params = pick_parameters (kind, keywords);
  created = create_all (mosaik, kind, n, params, error);
  if (created == NULL)
    _foliot_mosaik_entities_drop_from (&mosaik->entities, first);
  return created;
}

/* ---- setup_done ---- */

static FoliotValue *
call_setup_done (FoliotMosaik *mosaik, FoliotValue *args, FoliotValue *keywords, GError **error)
{
  if (mosaik->model->setup_done != NULL && !mosaik->model->setup_done (mosaik->self, mosaik, error))
    return NULL;
  return foliot_value_new_null ();
}

/* ---- step ---- */

static gboolean
read_step (FoliotMosaik *mosaik, FoliotValue *args, FoliotMosaikStep *step, GError **error)
{
  FoliotValue *time = foliot_value_get_item (args, 0), *advance;

  *step = (FoliotMosaikStep){ .max_advance = FOLIOT_MOSAIK_NEVER, .next = FOLIOT_MOSAIK_NEVER };
  if (foliot_value_get_kind (time) != FOLIOT_VALUE_INT || !foliot_value_fits_int64 (time)
      || foliot_value_get_int (time) < 0)
    {
      g_autofree char *text = foliot_value_print (time);

      g_set_error (error, FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_PROTOCOL,
                   "step to %s: expected an integer, 0 or more", text);
      return FALSE;
    }
  step->time = foliot_value_get_int (time);
  if (mosaik->was_stepped && step->time < mosaik->time)
    {
      g_set_error (error, FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_STATE,
                   "step back to %" G_GINT64_FORMAT ": time is %" G_GINT64_FORMAT " already", step->time,
                   mosaik->time);
      return FALSE;
    }
  advance = foliot_value_get_length (args) > 2 ? foliot_value_get_item (args, 2) : NULL;
  if (advance != NULL && foliot_value_get_kind (advance) == FOLIOT_VALUE_INT
      && foliot_value_fits_int64 (advance))
    step->max_advance = foliot_value_get_int (advance);
  return TRUE;
}

static gboolean
move_time (FoliotMosaik *mosaik, gint64 time, GError **error)
{
  FoliotTime to;

  if (mosaik->moves_time)
    return TRUE;
  if (__builtin_mul_overflow (time, mosaik->tick, &to) || to >= FOLIOT_TIME_NEVER)
    {
      g_set_error (error, FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_PROTOCOL,
                   "step to %" G_GINT64_FORMAT ": this is more time than there is", time);
      return FALSE;
    }
  if (to <= foliot_kernel_now (mosaik->kernel))
    return TRUE;
  return foliot_kernel_advance (mosaik->kernel, to, FOLIOT_ADVANCE_THROUGH, error)
         && foliot_sleep_until (mosaik->kernel, to, error);
}

static FoliotValue *
tell_next (FoliotMosaik *mosaik, const FoliotMosaikStep *step, GError **error)
{
  if (step->next == FOLIOT_MOSAIK_NEVER && mosaik->meta->type != FOLIOT_MOSAIK_TIME_BASED)
    return foliot_value_new_null ();
  if (step->next == FOLIOT_MOSAIK_NEVER)
    g_set_error (error, FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_MODEL,
                 "the step at %" G_GINT64_FORMAT " set no next one: a time-based simulator has to",
                 step->time);
  else if (step->next <= step->time)
    g_set_error (error, FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_MODEL,
                 "the step at %" G_GINT64_FORMAT " set %" G_GINT64_FORMAT
                 " as the next one: it must be later",
                 step->time, step->next);
  else
    return foliot_value_new_int (step->next);
  return NULL;
}

static FoliotValue *
call_step (FoliotMosaik *mosaik, FoliotValue *args, FoliotValue *keywords, GError **error)
{
  FoliotMosaikStep step;
  g_autoptr (FoliotValue) inputs = NULL;

  if (!read_step (mosaik, args, &step, error))
    return NULL;
  inputs = step.inputs
      = _foliot_mosaik_order_inputs (&mosaik->entities, foliot_value_get_item (args, 1), error);
  if (inputs == NULL || !move_time (mosaik, step.time, error))
    return NULL;
  mosaik->was_stepped = TRUE;
  mosaik->time = mosaik->output_time = step.time;
  if (!mosaik->model->step (mosaik->self, mosaik, &step, error))
    return NULL;
  return tell_next (mosaik, &step, error);
}

/* ---- get_data ---- */

/* Returns: (nullable) (transfer full): the outputs that there are; NULL with @error. */
static FoliotValue *
get_outputs (FoliotMosaik *mosaik, const FoliotMosaikWish *wish, GError **error)
{
  g_autoptr (GPtrArray) pairs = g_ptr_array_new ();

  for (guint i = 0; i < wish->ranks->len; i++)
    {
      const FoliotMosaikAttribute *attribute = &g_array_index (
          wish->entity->kind->attributes, FoliotMosaikAttribute, g_array_index (wish->ranks, guint, i));
      GError *problem = NULL;
      FoliotValue *value = mosaik->model->get_data (mosaik->self, wish->entity, attribute->name, &problem);

      if (problem != NULL)
        {
          g_propagate_error (error, problem);
          g_ptr_array_set_free_func (pairs, (GDestroyNotify) foliot_value_unref);
          return NULL;
        }
      if (value == NULL)
        continue;
      g_ptr_array_add (pairs, foliot_value_new_string (attribute->name));
      g_ptr_array_add (pairs, value);
    }
  return foliot_value_new_map ((FoliotValue **) pairs->pdata, pairs->len / 2);
}

static gboolean
collect (FoliotMosaik *mosaik, const GArray *wishes, GPtrArray *pairs, GError **error)
{
  for (guint i = 0; i < wishes->len; i++)
    {
      const FoliotMosaikWish *wish = &g_array_index (wishes, FoliotMosaikWish, i);
      g_autoptr (FoliotValue) outputs = get_outputs (mosaik, wish, error);

      if (outputs == NULL)
        return FALSE;
      if (foliot_value_get_length (outputs) == 0)
        continue;
      g_ptr_array_add (pairs, foliot_value_ref (wish->id));
      g_ptr_array_add (pairs, g_steal_pointer (&outputs));
    }
  if (mosaik->was_stepped && mosaik->output_time < mosaik->time)
    {
      g_set_error (error, FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_MODEL,
                   "the outputs of the step at %" G_GINT64_FORMAT " are for %" G_GINT64_FORMAT ", before it",
                   mosaik->time, mosaik->output_time);
      return FALSE;
    }
  if (mosaik->was_stepped && mosaik->output_time > mosaik->time)
    {
      g_ptr_array_add (pairs, foliot_value_new_string ("time"));
      g_ptr_array_add (pairs, foliot_value_new_int (mosaik->output_time));
    }
  return TRUE;
}

static FoliotValue *
call_get_data (FoliotMosaik *mosaik, FoliotValue *args, FoliotValue *keywords, GError **error)
{
  g_autoptr (GArray) wishes
      = _foliot_mosaik_read_outputs (&mosaik->entities, foliot_value_get_item (args, 0), error);
  g_autoptr (GPtrArray) pairs = NULL;

  if (wishes == NULL)
    return NULL;
  if (mosaik->model->get_data == NULL)
    {
      g_set_error (error, FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_MODEL, "%s has no outputs", mosaik->id);
      return NULL;
    }
  pairs = g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_value_unref);
  if (!collect (mosaik, wishes, pairs, error))
    return NULL;
  g_ptr_array_set_free_func (pairs, NULL);
  return foliot_value_new_map ((FoliotValue **) pairs->pdata, pairs->len / 2);
}

/* ---- extra methods ---- */

static FoliotValue *
call_method (FoliotMosaik *mosaik, const FoliotMosaikMethod *method, FoliotValue *args, FoliotValue *keywords,
             GError **error)
{
  g_autoptr (FoliotArgs) bound
      = foliot_signature_bind (method->signature, method->method->name, args, keywords, error);
  GError *problem = NULL;
  FoliotValue *result;

  if (bound == NULL)
    return NULL;
  result = method->method->func (method->self != NULL ? method->self : mosaik->self, bound, &problem);
  if (problem != NULL)
    {
      g_clear_pointer (&result, foliot_value_unref);
      g_propagate_error (error, problem);
      return NULL;
    }
  return result != NULL ? result : foliot_value_new_null ();
}

/* ---- all of them ---- */

static const Function functions[] = {
  { "init", 1, 1, call_init }, { "create", 2, 2, call_create },     { "setup_done", 0, 0, call_setup_done },
  { "step", 2, 3, call_step }, { "get_data", 1, 1, call_get_data },
};

static const Function *
find_function (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (functions); i++)
    if (g_str_equal (functions[i].name, name))
      return &functions[i];
  return NULL;
}

/* A name with a NUL in it is none of a function. */
static gboolean
is_name (FoliotValue *value)
{
  const char *text;
  gsize length;

  if (foliot_value_get_kind (value) != FOLIOT_VALUE_STRING)
    return FALSE;
  text = foliot_value_get_string (value, &length);
  return strlen (text) == length;
}

static gboolean
check_content (FoliotValue *content, GError **error)
{
  if (foliot_value_get_kind (content) == FOLIOT_VALUE_LIST && foliot_value_get_length (content) == 3
      && is_name (foliot_value_get_item (content, 0))
      && foliot_value_get_kind (foliot_value_get_item (content, 1)) == FOLIOT_VALUE_LIST
      && foliot_value_get_kind (foliot_value_get_item (content, 2)) == FOLIOT_VALUE_MAP)
    return TRUE;
  g_set_error_literal (error, FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_PROTOCOL,
                       "A request is [function, [arguments], {keywords}] with a text as function");
  return FALSE;
}

static FoliotValue *
call_function (FoliotMosaik *mosaik, const Function *function, FoliotValue *args, FoliotValue *keywords,
               GError **error)
{
  gsize n = foliot_value_get_length (args);

  if (n >= function->n_args && n <= function->n_args_max)
    return function->func (mosaik, args, keywords, error);
  g_set_error (error, FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_PROTOCOL,
               "%s was called with %" G_GSIZE_FORMAT " arguments: expected %u to %u", function->name, n,
               function->n_args, function->n_args_max);
  return NULL;
}

static void
refuse_unknown (FoliotMosaik *mosaik, const char *name, GError **error)
{
  g_autofree char *quoted = _foliot_text_dup_valid (name);
  GString *known = g_string_new ("init, create, setup_done, step, get_data, stop");

  for (guint i = 0; i < mosaik->meta->methods->len; i++)
    g_string_append_printf (
        known, ", %s", ((FoliotMosaikMethod *) g_ptr_array_index (mosaik->meta->methods, i))->method->name);
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_ATTRIBUTE, "%s has no method “%s”; it has %s", mosaik->id,
               quoted, known->str);
  g_string_free (known, TRUE);
}

FoliotValue *
_foliot_mosaik_serve (FoliotMosaik *mosaik, FoliotValue *content, GError **error)
{
  const char *name;
  const Function *function;
  const FoliotMosaikMethod *method;
  FoliotValue *args, *keywords;

  if (!check_content (content, error))
    return NULL;
  name = foliot_value_get_string (foliot_value_get_item (content, 0), NULL);
  args = foliot_value_get_item (content, 1);
  keywords = foliot_value_get_item (content, 2);
  function = find_function (name);
  if (!mosaik->is_ready && (function == NULL || function->func != call_init))
    {
      g_autofree char *quoted = _foliot_text_dup_valid (name);

      g_set_error (error, FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_STATE, "“%s” was called before init",
                   quoted);
      return NULL;
    }
  if (function != NULL)
    return call_function (mosaik, function, args, keywords, error);
  method = _foliot_mosaik_meta_get_method (mosaik->meta, name);
  if (method != NULL)
    return call_method (mosaik, method, args, keywords, error);
  refuse_unknown (mosaik, name, error);
  return NULL;
}

gboolean
_foliot_mosaik_is_call (FoliotValue *content, const char *name)
{
  return check_content (content, NULL)
         && g_str_equal (foliot_value_get_string (foliot_value_get_item (content, 0), NULL), name);
}

char *
_foliot_mosaik_describe_call (FoliotMosaik *mosaik, FoliotValue *content)
{
  FoliotValue *args;
  const char *name;

  const char *id = *mosaik->id != '\0' ? mosaik->id : "a simulator without a name";

  if (!check_content (content, NULL))
    return g_strdup_printf ("a request to %s", id);
  name = foliot_value_get_string (foliot_value_get_item (content, 0), NULL);
  args = foliot_value_get_item (content, 1);
  if (_foliot_mosaik_is_call (content, "step") && foliot_value_get_length (args) > 0)
    {
      g_autofree char *time = foliot_value_print (foliot_value_get_item (args, 0));

      return g_strdup_printf ("step at %s of %s", time, id);
    }
  return g_strdup_printf ("%s of %s", name, id);
}
