/* SPDX-License-Identifier: MIT */
#include "codec/foliot-stand-in-private.h"

#include "codec/foliot-codec-private.h"
#include "codec/foliot-serializable-private.h"

/*
 * One structure for all five kinds. They carry the names of the Python classes, so that error texts are those that were
 * recorded; as in aiomas a service travels as its path and arrives as a proxy, and a proxy cannot be sent on.
 */

#define MAX_NAMES 2

typedef struct
{
  const char *type_name;
  const char *class_name;
  const char *names[MAX_NAMES];
  gsize n_names;
} StandInClass;

typedef struct
{
  grefcount ref_count;
  FoliotStandInKind kind;
  char *text;
  FoliotValue *fields[MAX_NAMES];
} StandIn;

static const StandInClass classes[] = {
  [FOLIOT_STAND_IN_SERVICE] = { "FoliotStandInService", "Service", { NULL }, 0 },
  [FOLIOT_STAND_IN_PROXY] = { "FoliotStandInProxy", "aiomas.rpc.Proxy", { NULL }, 0 },
  [FOLIOT_STAND_IN_SET] = { "FoliotStandInSet", "set", { NULL }, 0 },
  [FOLIOT_STAND_IN_V] = { "FoliotStandInV", "V", { "x", "y" }, 2 },
  [FOLIOT_STAND_IN_W] = { "FoliotStandInW", "W", { "name", "items" }, 2 },
};

/* ---- the boxed types ------------------------------------------------------------------------------------------- */

static StandIn *
stand_in_ref (StandIn *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

static void
stand_in_unref (StandIn *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;
  for (gsize i = 0; i < classes[self->kind].n_names; i++)
    foliot_value_unref (self->fields[i]);
  g_free (self->text);
  g_free (self);
}

static guint64
stand_in_hash (gpointer instance)
{
  StandIn *self = instance;
  g_autoptr (FoliotValue) text = foliot_value_new_string (self->text);
  guint64 hash = foliot_value_hash (text) ^ (guint64) self->kind;

  for (gsize i = 0; i < classes[self->kind].n_names; i++)
    hash = hash * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) + foliot_value_hash (self->fields[i]);
  return hash;
}

static gboolean
stand_ins_equal (gpointer a, gpointer b)
{
  StandIn *left = a;
  StandIn *right = b;

  if (left->kind != right->kind || strcmp (left->text, right->text) != 0)
    return FALSE;
  for (gsize i = 0; i < classes[left->kind].n_names; i++)
    if (!foliot_value_equal (left->fields[i], right->fields[i]))
      return FALSE;
  return TRUE;
}

static char *
stand_in_format (gpointer instance)
{
  StandIn *self = instance;
  const StandInClass *klass = &classes[self->kind];

  switch (self->kind)
    {
    case FOLIOT_STAND_IN_SET:
      return g_strdup ("set()");
    case FOLIOT_STAND_IN_V:
    case FOLIOT_STAND_IN_W:
      return _foliot_serializable_repr (klass->class_name, klass->names, self->fields, klass->n_names);
    case FOLIOT_STAND_IN_SERVICE:
    case FOLIOT_STAND_IN_PROXY:
    default:
      return g_strdup_printf ("%s('%s')", self->kind == FOLIOT_STAND_IN_PROXY ? "Proxy" : "Service",
                              self->text);
    }
}

static GType
register_kind (const StandInClass *klass)
{
  GType type = g_boxed_type_register_static (g_intern_static_string (klass->type_name),
                                             (GBoxedCopyFunc) stand_in_ref, (GBoxedFreeFunc) stand_in_unref);

  _foliot_codec_set_class_name (type, klass->class_name);
  foliot_value_set_object_funcs (type, stand_in_hash, stand_ins_equal, stand_in_format);
  return type;
}

GType
_foliot_stand_in_get_type (FoliotStandInKind kind)
{
  static gsize types[G_N_ELEMENTS (classes)];

  if (g_once_init_enter (&types[kind]))
    g_once_init_leave (&types[kind], register_kind (&classes[kind]));
  return types[kind];
}

/* ---- instances ------------------------------------------------------------------------------------------------- */

/* Returns: (nullable): the instance in @object if it is one of ours. */
static StandIn *
get_instance (FoliotValue *object)
{
  GType type = foliot_value_get_object_type (object);

  for (guint kind = 0; kind < G_N_ELEMENTS (classes); kind++)
    if (type == _foliot_stand_in_get_type (kind))
      return foliot_value_get_object (object, type);
  return NULL;
}

static FoliotStandInKind
get_kind (GType type)
{
  for (guint kind = 0; kind < G_N_ELEMENTS (classes); kind++)
    if (type == _foliot_stand_in_get_type (kind))
      return kind;
  g_assert_not_reached ();
}

GType
_foliot_stand_in_type_from_name (const char *class_name)
{
  if (strcmp (class_name, "V") == 0)
    return _foliot_stand_in_get_type (FOLIOT_STAND_IN_V);
  if (strcmp (class_name, "W") == 0)
    return _foliot_stand_in_get_type (FOLIOT_STAND_IN_W);
  return G_TYPE_INVALID;
}

const char *const *
_foliot_stand_in_get_names (GType type, gsize *out_n_names)
{
  const StandInClass *klass = &classes[get_kind (type)];

  *out_n_names = klass->n_names;
  return klass->names;
}

static FoliotValue *
new_instance (GType type, const char *text, FoliotValue **fields)
{
  StandIn *self = g_new0 (StandIn, 1);
  FoliotValue *value;

  g_ref_count_init (&self->ref_count);
  self->kind = get_kind (type);
  self->text = g_strdup (text);
  for (gsize i = 0; i < classes[self->kind].n_names; i++)
    self->fields[i] = fields[i];
  value = foliot_value_new_object (type, self);
  stand_in_unref (self);
  return value;
}

FoliotValue *
_foliot_stand_in_new_text (GType type, const char *text)
{
  return new_instance (type, text, NULL);
}

FoliotValue *
_foliot_stand_in_new_fields (GType type, FoliotValue **fields)
{
  return new_instance (type, "", fields);
}

const char *
_foliot_stand_in_get_text (FoliotValue *object)
{
  StandIn *self = get_instance (object);

  return self != NULL ? self->text : NULL;
}

FoliotValue *const *
_foliot_stand_in_get_fields (FoliotValue *object, gsize *out_n_fields)
{
  StandIn *self = get_instance (object);

  *out_n_fields = self != NULL ? classes[self->kind].n_names : 0;
  return *out_n_fields > 0 ? self->fields : NULL;
}

const char *
_foliot_stand_in_get_class (FoliotValue *object)
{
  return classes[get_kind (foliot_value_get_object_type (object))].class_name;
}

/* ---- serializers ----------------------------------------------------------------------------------------------- */

static FoliotValue *
serialize_fields (FoliotValue *object, gpointer user_data, GError **error)
{
  StandIn *self = get_instance (object);
  const StandInClass *klass = &classes[self->kind];
  FoliotValue *pairs[2 * MAX_NAMES];

  for (gsize i = 0; i < klass->n_names; i++)
    {
      pairs[2 * i] = foliot_value_new_string (klass->names[i]);
      pairs[2 * i + 1] = foliot_value_ref (self->fields[i]);
    }
  return foliot_value_new_map (pairs, klass->n_names);
}

static FoliotValue *
deserialize_fields (FoliotValue *representation, gpointer user_data, GError **error)
{
  const StandInClass *klass = user_data;
  FoliotValue *fields[MAX_NAMES];

  if (!_foliot_serializable_bind (klass->names, klass->n_names, representation, fields, error))
    return NULL;
  for (gsize i = 0; i < klass->n_names; i++)
    fields[i] = foliot_value_ref (fields[i]);
  return _foliot_stand_in_new_fields (_foliot_stand_in_type_from_name (klass->class_name), fields);
}

static FoliotValue *
serialize_service (FoliotValue *object, gpointer user_data, GError **error)
{
  StandIn *self = foliot_value_get_kind (object) == FOLIOT_VALUE_OBJECT ? get_instance (object) : NULL;

  if (self != NULL && self->kind == FOLIOT_STAND_IN_SERVICE)
    return foliot_value_new_string (self->text);
  foliot_codec_set_no_serializer_error (error, object);
  return NULL;
}

static FoliotValue *
deserialize_proxy (FoliotValue *representation, gpointer user_data, GError **error)
{
  gsize length;

  if (foliot_value_get_kind (representation) == FOLIOT_VALUE_STRING)
    {
      const char *path = foliot_value_get_string (representation, &length);

      if (strlen (path) == length
          && (foliot_value_get_traits (representation) & FOLIOT_VALUE_HAS_SURROGATE) == 0)
        return _foliot_stand_in_new_text (FOLIOT_TYPE_STAND_IN_PROXY, path);
    }
  g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_TYPE, "The path of a proxy must be a text");
  return NULL;
}

const FoliotSerializer *
foliot_typed_get_serializer (const char *name, GError **error)
{
  static FoliotSerializer v
      = { 0, serialize_fields, deserialize_fields, (gpointer) &classes[FOLIOT_STAND_IN_V] };
  static FoliotSerializer w
      = { 0, serialize_fields, deserialize_fields, (gpointer) &classes[FOLIOT_STAND_IN_W] };
  static const FoliotSerializer proxy = { G_TYPE_NONE, serialize_service, deserialize_proxy, NULL };

  g_return_val_if_fail (name != NULL, NULL);
  v.type = _foliot_stand_in_get_type (FOLIOT_STAND_IN_V);
  w.type = _foliot_stand_in_get_type (FOLIOT_STAND_IN_W);
  if (strcmp (name, "date") == 0)
    return foliot_codec_get_date_serializer ();
  if (strcmp (name, "V") == 0)
    return &v;
  if (strcmp (name, "W") == 0)
    return &w;
  if (strcmp (name, "proxy") == 0)
    return &proxy;
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "Unknown serializer \"%s\": use date, V, W, proxy",
               name);
  return NULL;
}
