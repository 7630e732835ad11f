/* SPDX-License-Identifier: MIT */
#include "cosim/foliot-mosaik-private.h"

#include <string.h>

/*
 * What a simulator says of itself. mosaik divides the attributes of a model twice, into trigger and non-trigger inputs, and
 * into persistent and non-persistent outputs; both by lists that must add up. Here each attribute says what it is, so
 * that they do; what is left to check are names, and the types that know one kind only.
 *
 * The first mistake is kept and told in the end: who fills in a form need not look at each line.
 */

static const char *const reserved[]
    = { "init", "create", "setup_done", "step", "get_data", "finalize", "stop", NULL };

static const char *const type_names[] = {
  [FOLIOT_MOSAIK_TIME_BASED] = "time-based",
  [FOLIOT_MOSAIK_EVENT_BASED] = "event-based",
  [FOLIOT_MOSAIK_HYBRID] = "hybrid",
};

static void
kind_free (gpointer data)
{
  FoliotMosaikKind *kind = data;

  g_hash_table_unref (kind->ranks);
  g_array_unref (kind->attributes);
  g_ptr_array_unref (kind->parameters);
  g_free (kind->name);
  g_free (kind);
}

static void
method_free (gpointer data)
{
  FoliotMosaikMethod *method = data;

  g_clear_pointer (&method->signature, foliot_signature_free);
  g_free (method);
}

static void
attribute_clear (gpointer data)
{
  g_free (((FoliotMosaikAttribute *) data)->name);
}

FoliotMosaikMeta *
foliot_mosaik_meta_new (void)
{
  FoliotMosaikMeta *meta = g_new0 (FoliotMosaikMeta, 1);

  meta->version = g_strdup ("3.0");
  meta->kinds = g_ptr_array_new_with_free_func (kind_free);
  meta->methods = g_ptr_array_new_with_free_func (method_free);
  return meta;
}

void
foliot_mosaik_meta_free (FoliotMosaikMeta *meta)
{
  g_ptr_array_unref (meta->methods);
  g_ptr_array_unref (meta->kinds);
  g_clear_error (&meta->error);
  g_free (meta->version);
  g_free (meta);
}

static void complain (FoliotMosaikMeta *meta, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
complain (FoliotMosaikMeta *meta, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  if (meta->error == NULL)
    meta->error = g_error_new_valist (FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_META, format, args);
  va_end (args);
}

/* ---- looking up ---- */

FoliotMosaikKind *
_foliot_mosaik_meta_get_kind (FoliotMosaikMeta *meta, const char *model)
{
  for (guint i = 0; i < meta->kinds->len; i++)
    {
      FoliotMosaikKind *kind = g_ptr_array_index (meta->kinds, i);

      if (g_str_equal (kind->name, model))
        return kind;
    }
  return NULL;
}

FoliotMosaikMethod *
_foliot_mosaik_meta_get_method (FoliotMosaikMeta *meta, const char *name)
{
  for (guint i = 0; i < meta->methods->len; i++)
    {
      FoliotMosaikMethod *method = g_ptr_array_index (meta->methods, i);

      if (g_str_equal (method->method->name, name))
        return method;
    }
  return NULL;
}

guint
_foliot_mosaik_kind_get_rank (const FoliotMosaikKind *kind, FoliotValue *attribute)
{
  gsize length;
  const char *name = foliot_value_get_string (attribute, &length);
  guint rank = GPOINTER_TO_UINT (g_hash_table_lookup (kind->ranks, name));

  return rank == 0 || strlen (name) != length ? G_MAXUINT : rank - 1;
}

/* ---- filling in ---- */

/* Two or three numbers with dots, of which the first is the protocol. */
static gboolean
is_version (const char *text)
{
  guint n_digits = 0;

  if (text[0] != '2' && text[0] != '3')
    return FALSE;
  for (const char *at = text; *at != '\0'; at++)
    if (g_ascii_isdigit (*at))
      n_digits++;
    else if (*at == '.' && n_digits > 0)
      n_digits = 0;
    else
      return FALSE;
  return n_digits > 0 && (text[1] == '.' || text[1] == '\0');
}

void
foliot_mosaik_meta_set_api_version (FoliotMosaikMeta *meta, const char *version)
{
  g_return_if_fail (meta != NULL && version != NULL);
  if (!is_version (version))
    complain (meta, "API version “%s”: expected 3.0 or 2.2, or another version of 2 or 3", version);
  g_free (meta->version);
  meta->version = g_strdup (version);
}

void
foliot_mosaik_meta_set_type (FoliotMosaikMeta *meta, FoliotMosaikType type)
{
  g_return_if_fail (meta != NULL && type <= FOLIOT_MOSAIK_HYBRID);
  meta->type = type;
}

void
foliot_mosaik_meta_set_events (FoliotMosaikMeta *meta)
{
  g_return_if_fail (meta != NULL);
  meta->sets_events = TRUE;
}

static void
check_name (FoliotMosaikMeta *meta, const char *what, const char *name)
{
  if (*name == '\0' || !g_utf8_validate (name, -1, NULL))
    complain (meta, "a %s needs a name, in UTF-8", what);
  if (g_strv_contains (reserved, name))
    complain (meta, "%s “%s”: mosaik's own calls have this name", what, name);
  if (_foliot_mosaik_meta_get_kind (meta, name) != NULL
      || _foliot_mosaik_meta_get_method (meta, name) != NULL)
    complain (meta, "%s “%s”: there is a model or method of this name already", what, name);
}

void
foliot_mosaik_meta_add_model (FoliotMosaikMeta *meta, const char *model, FoliotMosaikModelFlags flags)
{
  FoliotMosaikKind *kind;

  g_return_if_fail (meta != NULL && model != NULL);
  check_name (meta, "model", model);
  kind = g_new0 (FoliotMosaikKind, 1);
  kind->name = g_strdup (model);
  kind->flags = flags;
  kind->parameters = g_ptr_array_new_with_free_func (g_free);
  kind->attributes = g_array_new (FALSE, FALSE, sizeof (FoliotMosaikAttribute));
  g_array_set_clear_func (kind->attributes, attribute_clear);
  kind->ranks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_ptr_array_add (meta->kinds, kind);
}

void
foliot_mosaik_meta_add_parameter (FoliotMosaikMeta *meta, const char *model, const char *parameter)
{
  FoliotMosaikKind *kind;

  g_return_if_fail (meta != NULL && model != NULL && parameter != NULL);
  kind = _foliot_mosaik_meta_get_kind (meta, model);
  if (kind == NULL)
    complain (meta, "parameter “%s” of model “%s”: add the model first", parameter, model);
  else if (g_ptr_array_find_with_equal_func (kind->parameters, parameter, g_str_equal, NULL))
    complain (meta, "model “%s” has parameter “%s” already", model, parameter);
  else
    g_ptr_array_add (kind->parameters, g_strdup (parameter));
}

void
foliot_mosaik_meta_add_attribute (FoliotMosaikMeta *meta, const char *model, const char *attribute,
                                  FoliotMosaikAttributeFlags flags)
{
  FoliotMosaikKind *kind;
  FoliotMosaikAttribute new = { .flags = flags };

  g_return_if_fail (meta != NULL && model != NULL && attribute != NULL);
  kind = _foliot_mosaik_meta_get_kind (meta, model);
  if (kind == NULL)
    {
      complain (meta, "attribute “%s” of model “%s”: add the model first", attribute, model);
      return;
    }
  new.name = g_strdup (attribute);
  g_array_append_val (kind->attributes, new);
  if (!g_hash_table_insert (kind->ranks, g_strdup (attribute), GUINT_TO_POINTER (kind->attributes->len)))
    complain (meta, "model “%s” has attribute “%s” already", model, attribute);
}

void
foliot_mosaik_meta_add_method (FoliotMosaikMeta *meta, const FoliotMethod *method)
{
  foliot_mosaik_meta_add_method_of (meta, method, NULL);
}

void
foliot_mosaik_meta_add_method_of (FoliotMosaikMeta *meta, const FoliotMethod *method, gpointer self)
{
  g_autoptr (GError) error = NULL;
  FoliotMosaikMethod *added;

  g_return_if_fail (meta != NULL && method != NULL && method->name != NULL && method->func != NULL);
  check_name (meta, "method", method->name);
  added = g_new0 (FoliotMosaikMethod, 1);
  added->method = method;
  added->self = self;
  added->signature = foliot_signature_new (method->signature != NULL ? method->signature : "", &error);
  if (added->signature == NULL)
    complain (meta, "method “%s”: %s", method->name, error->message);
  g_ptr_array_add (meta->methods, added);
}

/* ---- telling mosaik ---- */

static void
check_attributes (FoliotMosaikMeta *meta, const FoliotMosaikKind *kind)
{
  for (guint i = 0; i < kind->attributes->len && meta->type == FOLIOT_MOSAIK_TIME_BASED; i++)
    {
      const FoliotMosaikAttribute *attribute = &g_array_index (kind->attributes, FoliotMosaikAttribute, i);

      if (attribute->flags != FOLIOT_MOSAIK_MEASUREMENT)
        complain (meta, "attribute “%s” of model “%s” is an event: a time-based simulator has none",
                  attribute->name, kind->name);
    }
}

/* Returns: (transfer full): the names of the attributes that have @flag; all with 0. */
static FoliotValue *
list_attributes (const FoliotMosaikKind *kind, FoliotMosaikAttributeFlags flag)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint i = 0; i < kind->attributes->len; i++)
    {
      const FoliotMosaikAttribute *attribute = &g_array_index (kind->attributes, FoliotMosaikAttribute, i);

      if ((attribute->flags & flag) == flag)
        g_ptr_array_add (names, foliot_value_new_string (attribute->name));
    }
  return foliot_value_new_list ((FoliotValue **) names->pdata, names->len);
}

static FoliotValue *
list_parameters (const FoliotMosaikKind *kind)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint i = 0; i < kind->parameters->len; i++)
    g_ptr_array_add (names, foliot_value_new_string (g_ptr_array_index (kind->parameters, i)));
  return foliot_value_new_list ((FoliotValue **) names->pdata, names->len);
}

/* @value: (transfer full) */
static void
add_pair (GPtrArray *pairs, const char *key, FoliotValue *value)
{
  g_ptr_array_add (pairs, foliot_value_new_string (key));
  g_ptr_array_add (pairs, value);
}

static FoliotValue *
take_map (GPtrArray *pairs)
{
  return foliot_value_new_map ((FoliotValue **) pairs->pdata, pairs->len / 2);
}

/* Which of the attributes are events is said where both kinds may be: an event-based simulator has no other. */
static void
add_events (GPtrArray *pairs, const FoliotMosaikKind *kind, const char *key, FoliotMosaikAttributeFlags flag)
{
  FoliotValue *names = list_attributes (kind, flag);

  if (foliot_value_get_length (names) > 0)
    add_pair (pairs, key, names);
  else
    foliot_value_unref (names);
}

static FoliotValue *
kind_to_value (const FoliotMosaikMeta *meta, const FoliotMosaikKind *kind)
{
  g_autoptr (GPtrArray) pairs = g_ptr_array_new ();

  add_pair (pairs, "public", foliot_value_new_bool ((kind->flags & FOLIOT_MOSAIK_PRIVATE) == 0));
  add_pair (pairs, "params", list_parameters (kind));
  add_pair (pairs, "attrs", list_attributes (kind, FOLIOT_MOSAIK_MEASUREMENT));
  if (kind->flags & FOLIOT_MOSAIK_ANY_INPUTS)
    add_pair (pairs, "any_inputs", foliot_value_new_bool (TRUE));
  if (meta->type == FOLIOT_MOSAIK_HYBRID)
    {
      add_events (pairs, kind, "trigger", FOLIOT_MOSAIK_TRIGGER);
      add_events (pairs, kind, "non-persistent", FOLIOT_MOSAIK_NON_PERSISTENT);
    }
  return take_map (pairs);
}

static FoliotValue *
kinds_to_value (const FoliotMosaikMeta *meta)
{
  g_autoptr (GPtrArray) pairs = g_ptr_array_new ();

  for (guint i = 0; i < meta->kinds->len; i++)
    {
      const FoliotMosaikKind *kind = g_ptr_array_index (meta->kinds, i);

      add_pair (pairs, kind->name, kind_to_value (meta, kind));
    }
  return take_map (pairs);
}

static FoliotValue *
methods_to_value (const FoliotMosaikMeta *meta)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint i = 0; i < meta->methods->len; i++)
    {
      const FoliotMosaikMethod *method = g_ptr_array_index (meta->methods, i);

      g_ptr_array_add (names, foliot_value_new_string (method->method->name));
    }
  return foliot_value_new_list ((FoliotValue **) names->pdata, names->len);
}

FoliotValue *
foliot_mosaik_meta_to_value (FoliotMosaikMeta *meta, GError **error)
{
  g_autoptr (GPtrArray) pairs = g_ptr_array_new ();
  gboolean is_old;

  g_return_val_if_fail (meta != NULL, NULL);
  is_old = meta->version[0] == '2';
  for (guint i = 0; i < meta->kinds->len; i++)
    check_attributes (meta, g_ptr_array_index (meta->kinds, i));
  if (is_old && meta->type != FOLIOT_MOSAIK_TIME_BASED)
    complain (meta, "API %s knows time-based simulators only, and this one is %s", meta->version,
              type_names[meta->type]);
  if (meta->error != NULL)
    {
      g_propagate_error (error, g_error_copy (meta->error));
      return NULL;
    }
  add_pair (pairs, "api_version", foliot_value_new_string (meta->version));
  if (!is_old)
    add_pair (pairs, "type", foliot_value_new_string (type_names[meta->type]));
  add_pair (pairs, "models", kinds_to_value (meta));
  if (meta->sets_events)
    add_pair (pairs, "set_events", foliot_value_new_bool (TRUE));
  if (meta->methods->len > 0)
    add_pair (pairs, "extra_methods", methods_to_value (meta));
  return take_map (pairs);
}
