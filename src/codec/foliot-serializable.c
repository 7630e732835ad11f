/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-codec.h>

#include "codec/foliot-serializable-private.h"

/*
 * aiomas' `@serializable` for GObject classes: the named properties are the constructor's parameters. What a class was
 * declared with hangs at its type; instances are hashed and compared by these properties, so that digests cover them.
 */

typedef struct
{
  FoliotSerializer serializer;
  gsize n_names;
  char **names;
  GParamSpec **specs;
} Serializable;

static G_DEFINE_QUARK (foliot-serializable, serializable);

/* ---- arguments by name ----------------------------------------------------------------------------------------- */

static gssize
find_name (const char *const *names, gsize n_names, FoliotValue *key)
{
  if (foliot_value_get_kind (key) == FOLIOT_VALUE_STRING)
    {
      gsize length;
      const char *text = foliot_value_get_string (key, &length);

      for (gsize i = 0; i < n_names; i++)
        if (strlen (names[i]) == length && memcmp (names[i], text, length) == 0)
          return (gssize) i;
    }
  return -1;
}

/* `__init__() missing 2 required positional arguments: 'x' and 'y'` */
static void
set_missing_error (GError **error, const char *const *names, FoliotValue *const *values, gsize n_names)
{
  g_autoptr (GString) list = g_string_new (NULL);
  gsize n_missing = 0;
  gsize n_left;

  for (gsize i = 0; i < n_names; i++)
    n_missing += values[i] == NULL;
  n_left = n_missing;
  for (gsize i = 0; i < n_names; i++)
    if (values[i] == NULL)
      {
        n_left--;
        g_string_append_printf (list, "'%s'", names[i]);
        if (n_left > 0)
          g_string_append (list, n_left > 1 ? ", " : n_missing > 2 ? ", and " : " and ");
      }
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_TYPE,
               "__init__() missing %" G_GSIZE_FORMAT " required positional argument%s: %s", n_missing,
               n_missing > 1 ? "s" : "", list->str);
}

gboolean
_foliot_serializable_bind (const char *const *names, gsize n_names, FoliotValue *fields,
                           FoliotValue **out_values, GError **error)
{
  gsize n_found = 0;

  if (foliot_value_get_kind (fields) != FOLIOT_VALUE_MAP)
    {
      g_autofree char *text = foliot_value_print (fields);

      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_TYPE, "%s is no map from parameter names to values",
                   text);
      return FALSE;
    }
  memset (out_values, 0, n_names * sizeof *out_values);
  for (gsize i = 0; i < foliot_value_get_length (fields); i++)
    {
      FoliotValue *key = foliot_value_get_key (fields, i);
      gssize at = find_name (names, n_names, key);

      if (at < 0)
        {
          g_autofree char *text = foliot_value_print (key);

          g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_TYPE,
                       "__init__() got an unexpected keyword argument %s", text);
          return FALSE;
        }
      out_values[at] = foliot_value_get_pair_value (fields, i);
      n_found++;
    }
  if (n_found == n_names)
    return TRUE;
  set_missing_error (error, names, out_values, n_names);
  return FALSE;
}

char *
_foliot_serializable_repr (const char *class_name, const char *const *names, FoliotValue *const *values,
                           gsize n_names)
{
  GString *text = g_string_new (class_name);

  g_string_append_c (text, '(');
  for (gsize i = 0; i < n_names; i++)
    {
      g_autofree char *repr = foliot_value_print (values[i]);

      g_string_append_printf (text, "%s%s=%s", i > 0 ? ", " : "", names[i], repr);
    }
  g_string_append_c (text, ')');
  return g_string_free (text, FALSE);
}

/* ---- properties ------------------------------------------------------------------------------------------------ */

static FoliotValue *
boxed_to_value (const GValue *property)
{
  gpointer boxed = g_value_get_boxed (property);

  if (boxed == NULL)
    return foliot_value_new_null ();
  if (G_VALUE_HOLDS (property, FOLIOT_TYPE_VALUE))
    return foliot_value_ref (boxed);
  if (G_VALUE_HOLDS (property, FOLIOT_TYPE_DATE))
    return foliot_value_new_date (boxed);
  if (G_VALUE_HOLDS (property, G_TYPE_BYTES))
    {
      gsize length;
      gconstpointer data = g_bytes_get_data (boxed, &length);

      return foliot_value_new_bytes (data, length);
    }
  return foliot_value_new_object (G_VALUE_TYPE (property), boxed);
}

/* Returns: (transfer full) (nullable): NULL for a type of property that has no value */
static FoliotValue *
property_to_value (const GValue *property)
{
  GObject *object;

  switch (G_TYPE_FUNDAMENTAL (G_VALUE_TYPE (property)))
    {
    case G_TYPE_BOOLEAN:
      return foliot_value_new_bool (g_value_get_boolean (property));
    case G_TYPE_INT:
      return foliot_value_new_int (g_value_get_int (property));
    case G_TYPE_UINT:
      return foliot_value_new_uint (g_value_get_uint (property));
    case G_TYPE_LONG:
      return foliot_value_new_int (g_value_get_long (property));
    case G_TYPE_ULONG:
      return foliot_value_new_uint (g_value_get_ulong (property));
    case G_TYPE_INT64:
      return foliot_value_new_int (g_value_get_int64 (property));
    case G_TYPE_UINT64:
      return foliot_value_new_uint (g_value_get_uint64 (property));
    case G_TYPE_ENUM:
      return foliot_value_new_int (g_value_get_enum (property));
    case G_TYPE_FLOAT:
      return foliot_value_new_double (g_value_get_float (property));
    case G_TYPE_DOUBLE:
      return foliot_value_new_double (g_value_get_double (property));
    case G_TYPE_STRING:
      return g_value_get_string (property) != NULL ? foliot_value_new_string (g_value_get_string (property))
                                                   : foliot_value_new_null ();
    case G_TYPE_BOXED:
      return boxed_to_value (property);
    case G_TYPE_OBJECT:
      object = g_value_get_object (property);
      return object != NULL ? foliot_value_new_object (G_OBJECT_TYPE (object), object)
                            : foliot_value_new_null ();
    default:
      return NULL;
    }
}

static FoliotValue *
get_property (GObject *object, GParamSpec *spec)
{
  g_auto (GValue) property = G_VALUE_INIT;

  g_object_get_property (object, spec->name, g_value_init (&property, spec->value_type));
  return property_to_value (&property);
}

/* A whole number in the width of the property; whether it fits. */
static gboolean
set_integer (GValue *property, FoliotValue *value)
{
  gboolean is_signed = foliot_value_fits_int64 (value);
  gint64 number = is_signed ? foliot_value_get_int (value) : 0;

  switch (G_VALUE_TYPE (property))
    {
    case G_TYPE_INT:
      g_value_set_int (property, (gint) number);
      return is_signed && number >= G_MININT && number <= G_MAXINT;
    case G_TYPE_UINT:
      g_value_set_uint (property, (guint) number);
      return is_signed && number >= 0 && number <= G_MAXUINT;
    case G_TYPE_LONG:
      g_value_set_long (property, (glong) number);
      return is_signed && number >= G_MINLONG && number <= G_MAXLONG;
    case G_TYPE_INT64:
      g_value_set_int64 (property, number);
      return is_signed;
    default:
      break;
    }
  if (is_signed && number < 0)
    return FALSE;
  if (G_VALUE_HOLDS_UINT64 (property))
    g_value_set_uint64 (property, foliot_value_get_uint (value));
  else
    g_value_set_ulong (property, (gulong) foliot_value_get_uint (value));
  return foliot_value_get_uint (value) <= G_MAXULONG || G_VALUE_HOLDS_UINT64 (property);
}

static gboolean
set_enum (GValue *property, FoliotValue *value)
{
  gint64 number = foliot_value_fits_int64 (value) ? foliot_value_get_int (value) : G_MAXINT64;
  g_autoptr (GTypeClass) klass = g_type_class_ref (G_VALUE_TYPE (property));

  if (number < G_MININT || number > G_MAXINT
      || g_enum_get_value ((GEnumClass *) klass, (gint) number) == NULL)
    return FALSE;
  g_value_set_enum (property, (gint) number);
  return TRUE;
}

static gboolean
set_text (GValue *property, FoliotValue *value)
{
  gsize length;
  const char *text = foliot_value_get_string (value, &length);

  if (strlen (text) != length || (foliot_value_get_traits (value) & FOLIOT_VALUE_HAS_SURROGATE))
    return FALSE;
  g_value_set_string (property, text);
  return TRUE;
}

/* Boxed and object properties; null is none. */
static gboolean
set_pointer (GValue *property, FoliotValue *value)
{
  FoliotValueKind kind = foliot_value_get_kind (value);

  if (G_VALUE_HOLDS (property, FOLIOT_TYPE_VALUE))
    g_value_set_boxed (property, value);
  else if (kind == FOLIOT_VALUE_NULL)
    return TRUE;
  else if (kind == FOLIOT_VALUE_DATE && G_VALUE_HOLDS (property, FOLIOT_TYPE_DATE))
    g_value_set_boxed (property, foliot_value_get_date (value));
  else if (kind == FOLIOT_VALUE_BYTES && G_VALUE_HOLDS (property, G_TYPE_BYTES))
    {
      gsize length;
      gconstpointer data = foliot_value_get_bytes (value, &length);

      g_value_take_boxed (property, g_bytes_new (data, length));
    }
  else if (kind == FOLIOT_VALUE_OBJECT && foliot_value_get_object (value, G_VALUE_TYPE (property)) != NULL)
    g_value_set_instance (property, foliot_value_get_object (value, G_VALUE_TYPE (property)));
  else
    return FALSE;
  return TRUE;
}

static gboolean
value_to_property (FoliotValue *value, GValue *property)
{
  FoliotValueKind kind = foliot_value_get_kind (value);

  switch (G_TYPE_FUNDAMENTAL (G_VALUE_TYPE (property)))
    {
    case G_TYPE_BOOLEAN:
      if (kind == FOLIOT_VALUE_BOOL)
        g_value_set_boolean (property, foliot_value_get_bool (value));
      return kind == FOLIOT_VALUE_BOOL;
    case G_TYPE_FLOAT:
      if (foliot_value_is_number (value))
        g_value_set_float (property, (float) foliot_value_get_double (value));
      return foliot_value_is_number (value);
    case G_TYPE_DOUBLE:
      if (foliot_value_is_number (value))
        g_value_set_double (property, foliot_value_get_double (value));
      return foliot_value_is_number (value);
    case G_TYPE_STRING:
      return kind == FOLIOT_VALUE_NULL || (kind == FOLIOT_VALUE_STRING && set_text (property, value));
    case G_TYPE_ENUM:
      return kind == FOLIOT_VALUE_INT && set_enum (property, value);
    case G_TYPE_BOXED:
    case G_TYPE_OBJECT:
      return set_pointer (property, value);
    default:
      return kind == FOLIOT_VALUE_INT && set_integer (property, value);
    }
}

static gboolean
fill_property (GParamSpec *spec, FoliotValue *value, GValue *property, GError **error)
{
  g_value_init (property, spec->value_type);
  if (value_to_property (value, property) && !g_param_value_validate (spec, property))
    return TRUE;
  {
    g_autofree char *text = foliot_value_print (value);

    g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_TYPE,
                 "__init__() argument '%s' cannot be %s: it takes a %s in its range", spec->name, text,
                 g_type_name (spec->value_type));
  }
  return FALSE;
}

/* ---- the serializer -------------------------------------------------------------------------------------------- */

/* What the class of @instance, or the nearest class above it, was declared with. */
static const Serializable *
get_declaration (gpointer instance)
{
  for (GType type = G_OBJECT_TYPE (instance); type != 0; type = g_type_parent (type))
    {
      Serializable *self = g_type_get_qdata (type, serializable_quark ());

      if (self != NULL)
        return self;
    }
  return NULL;
}

static void
clear_values (FoliotValue **values, gsize n_values)
{
  for (gsize i = 0; i < n_values; i++)
    foliot_value_unref (values[i]);
  g_free (values);
}

/* Returns: (transfer full): the properties' values, in order */
static FoliotValue **
get_values (const Serializable *self, GObject *object)
{
  FoliotValue **values = g_new (FoliotValue *, self->n_names);

  for (gsize i = 0; i < self->n_names; i++)
    values[i] = get_property (object, self->specs[i]);
  return values;
}

static FoliotValue *
serialize_properties (FoliotValue *object, gpointer user_data, GError **error)
{
  const Serializable *self = user_data;
  g_autofree FoliotValue **pairs = g_new (FoliotValue *, 2 * self->n_names);
  GObject *instance = foliot_value_get_object (object, self->serializer.type);

  for (gsize i = 0; i < self->n_names; i++)
    {
      pairs[2 * i] = foliot_value_new_string (self->names[i]);
      pairs[2 * i + 1] = get_property (instance, self->specs[i]);
    }
  return foliot_value_new_map (pairs, self->n_names);
}

static FoliotValue *
deserialize_properties (FoliotValue *representation, gpointer user_data, GError **error)
{
  const Serializable *self = user_data;
  g_autofree FoliotValue **values = g_new (FoliotValue *, self->n_names);
  g_autofree GValue *properties = g_new0 (GValue, self->n_names);
  g_autoptr (GObject) object = NULL;
  gboolean ok = _foliot_serializable_bind ((const char *const *) self->names, self->n_names, representation,
                                           values, error);

  for (gsize i = 0; ok && i < self->n_names; i++)
    ok = fill_property (self->specs[i], values[i], &properties[i], error);
  if (ok)
    object = g_object_new_with_properties (self->serializer.type, (guint) self->n_names,
                                           (const char **) self->names, properties);
  for (gsize i = 0; i < self->n_names; i++)
    if (G_IS_VALUE (&properties[i]))
      g_value_unset (&properties[i]);
  return ok ? foliot_value_new_object (self->serializer.type, object) : NULL;
}

static guint64
hash_instance (gpointer instance)
{
  const Serializable *self = get_declaration (instance);
  FoliotValue **values = get_values (self, instance);
  g_autoptr (FoliotValue) list = foliot_value_new_list (values, self->n_names);

  g_free (values);
  return foliot_value_hash (list);
}

static gboolean
instances_equal (gpointer a, gpointer b)
{
  const Serializable *self = get_declaration (a);
  FoliotValue **values_a;
  FoliotValue **values_b;
  gboolean equal = TRUE;

  if (a == b || G_OBJECT_TYPE (a) != G_OBJECT_TYPE (b))
    return a == b;
  values_a = get_values (self, a);
  values_b = get_values (self, b);
  for (gsize i = 0; equal && i < self->n_names; i++)
    equal = foliot_value_equal (values_a[i], values_b[i]);
  clear_values (values_a, self->n_names);
  clear_values (values_b, self->n_names);
  return equal;
}

static char *
format_instance (gpointer instance)
{
  const Serializable *self = get_declaration (instance);
  FoliotValue **values = get_values (self, instance);
  char *text = _foliot_serializable_repr (G_OBJECT_TYPE_NAME (instance), (const char *const *) self->names,
                                          values, self->n_names);

  clear_values (values, self->n_names);
  return text;
}

static gboolean
is_supported (GParamSpec *spec)
{
  g_auto (GValue) property = G_VALUE_INIT;
  g_autoptr (FoliotValue) value = property_to_value (g_value_init (&property, spec->value_type));

  return value != NULL && (spec->flags & G_PARAM_READWRITE) == G_PARAM_READWRITE;
}

static Serializable *
declare (GType type, const char *const *names)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (type);
  Serializable *self = g_new0 (Serializable, 1);

  self->serializer = (FoliotSerializer){ type, serialize_properties, deserialize_properties, self };
  self->n_names = g_strv_length ((char **) names);
  self->names = g_strdupv ((char **) names);
  self->specs = g_new (GParamSpec *, self->n_names);
  for (gsize i = 0; i < self->n_names; i++)
    {
      self->specs[i] = g_object_class_find_property ((GObjectClass *) klass, names[i]);
      if (self->specs[i] == NULL || !is_supported (self->specs[i]))
        g_error ("%s has no readable and writable property '%s' of a type that values know",
                 g_type_name (type), names[i]);
    }
  return self;
}

const FoliotSerializer *
foliot_serializable_new (GType type, const char *const *names, gboolean repr)
{
  static GMutex mutex;
  g_autoptr (GMutexLocker) locker = NULL;
  Serializable *self;

  g_return_val_if_fail (g_type_is_a (type, G_TYPE_OBJECT) && names != NULL, NULL);
  locker = g_mutex_locker_new (&mutex);
  self = g_type_get_qdata (type, serializable_quark ());
  if (self == NULL)
    {
      self = declare (type, names);
      g_type_set_qdata (type, serializable_quark (), self);
      foliot_value_set_object_funcs (type, hash_instance, instances_equal, repr ? format_instance : NULL);
    }
  return &self->serializer;
}
