/* SPDX-License-Identifier: MIT */
#include "base/foliot-value-private.h"

#include <string.h>

/* What a value is and holds. Nothing here makes one or changes one; a reader that is asked for another kind than it reads says so. */

FoliotValueKind
foliot_value_get_kind (const FoliotValue *value)
{
  g_return_val_if_fail (value != NULL, FOLIOT_VALUE_NULL);
  return value->kind;
}

FoliotValueTraits
foliot_value_get_traits (const FoliotValue *value)
{
  g_return_val_if_fail (value != NULL, 0);
  return value->traits;
}

guint
foliot_value_get_depth (const FoliotValue *value)
{
  g_return_val_if_fail (value != NULL, 0);
  return _foliot_value_depth (value);
}

gboolean
foliot_value_is_null (const FoliotValue *value)
{
  g_return_val_if_fail (value != NULL, FALSE);
  return value->kind == FOLIOT_VALUE_NULL;
}

const char *
foliot_value_kind_to_python_name (FoliotValueKind kind)
{
  static const char *const names[] = {
    [FOLIOT_VALUE_NULL] = "NoneType", [FOLIOT_VALUE_BOOL] = "bool",    [FOLIOT_VALUE_INT] = "int",
    [FOLIOT_VALUE_BIGINT] = "int",    [FOLIOT_VALUE_DOUBLE] = "float", [FOLIOT_VALUE_STRING] = "str",
    [FOLIOT_VALUE_BYTES] = "bytes",   [FOLIOT_VALUE_LIST] = "list",    [FOLIOT_VALUE_MAP] = "dict",
    [FOLIOT_VALUE_DATE] = "Arrow",    [FOLIOT_VALUE_EXT] = "ExtType",  [FOLIOT_VALUE_OBJECT] = "object",
  };

  g_return_val_if_fail (kind < G_N_ELEMENTS (names), NULL);
  return names[kind];
}

gboolean
foliot_value_is_number (const FoliotValue *value)
{
  g_return_val_if_fail (value != NULL, FALSE);
  return value->kind == FOLIOT_VALUE_INT || value->kind == FOLIOT_VALUE_BIGINT
         || value->kind == FOLIOT_VALUE_DOUBLE;
}

static inline gboolean
is_kind (const FoliotValue *value, FoliotValueKind kind)
{
  return value != NULL && value->kind == kind;
}

gboolean
foliot_value_get_bool (const FoliotValue *value)
{
  g_return_val_if_fail (is_kind (value, FOLIOT_VALUE_BOOL), FALSE);
  return value->integer != 0;
}

gboolean
foliot_value_fits_int64 (const FoliotValue *value)
{
  g_return_val_if_fail (value != NULL, FALSE);
  return value->kind == FOLIOT_VALUE_INT && value->detail == 0;
}

gint64
foliot_value_get_int (const FoliotValue *value)
{
  g_return_val_if_fail (is_kind (value, FOLIOT_VALUE_INT), 0);
  g_return_val_if_fail (value->detail == 0, G_MAXINT64);
  return value->integer;
}

guint64
foliot_value_get_uint (const FoliotValue *value)
{
  g_return_val_if_fail (is_kind (value, FOLIOT_VALUE_INT), 0);
  g_return_val_if_fail (value->detail == 1 || value->integer >= 0, 0);
  return value->natural;
}

char *
foliot_value_dup_decimal (const FoliotValue *value)
{
  g_return_val_if_fail (value != NULL, NULL);
  if (value->kind == FOLIOT_VALUE_BIGINT)
    return g_strdup (_foliot_value_text (value));
  g_return_val_if_fail (value->kind == FOLIOT_VALUE_INT, NULL);
  if (value->detail == 1)
    return g_strdup_printf ("%" G_GUINT64_FORMAT, value->natural);
  return g_strdup_printf ("%" G_GINT64_FORMAT, value->integer);
}

double
foliot_value_get_double (const FoliotValue *value)
{
  g_return_val_if_fail (value != NULL && foliot_value_is_number (value), 0.0);
  if (value->kind == FOLIOT_VALUE_DOUBLE)
    return value->real;
  if (value->kind == FOLIOT_VALUE_BIGINT)
    return foliot_double_parse (_foliot_value_text (value), value->n_bytes);
  return value->detail == 1 ? (double) value->natural : (double) value->integer;
}

const char *
foliot_value_get_string (const FoliotValue *value, gsize *out_length)
{
  g_return_val_if_fail (is_kind (value, FOLIOT_VALUE_STRING), NULL);
  if (out_length != NULL)
    *out_length = value->n_bytes;
  return _foliot_value_text (value);
}

gconstpointer
foliot_value_get_bytes (const FoliotValue *value, gsize *out_length)
{
  g_return_val_if_fail (is_kind (value, FOLIOT_VALUE_BYTES) || is_kind (value, FOLIOT_VALUE_EXT), NULL);
  if (out_length != NULL)
    *out_length = value->n_bytes;
  return _foliot_value_text (value);
}

guint8
foliot_value_get_ext_code (const FoliotValue *value)
{
  g_return_val_if_fail (is_kind (value, FOLIOT_VALUE_EXT), 0);
  return value->detail;
}

const FoliotDate *
foliot_value_get_date (const FoliotValue *value)
{
  g_return_val_if_fail (is_kind (value, FOLIOT_VALUE_DATE), NULL);
  return &value->date;
}

gsize
foliot_value_get_length (const FoliotValue *value)
{
  g_return_val_if_fail (value != NULL && _foliot_value_is_container (value), 0);
  return value->kind == FOLIOT_VALUE_MAP ? value->n_items / 2 : value->n_items;
}

FoliotValue *
foliot_value_get_item (const FoliotValue *list, gsize index)
{
  g_return_val_if_fail (is_kind (list, FOLIOT_VALUE_LIST), NULL);
  g_return_val_if_fail (index < list->n_items, NULL);
  return _foliot_value_items (list)[index];
}

FoliotValue *
foliot_value_get_key (const FoliotValue *map, gsize index)
{
  g_return_val_if_fail (is_kind (map, FOLIOT_VALUE_MAP), NULL);
  g_return_val_if_fail (index < map->n_items / 2, NULL);
  return _foliot_value_items (map)[2 * index];
}

FoliotValue *
foliot_value_get_pair_value (const FoliotValue *map, gsize index)
{
  g_return_val_if_fail (is_kind (map, FOLIOT_VALUE_MAP), NULL);
  g_return_val_if_fail (index < map->n_items / 2, NULL);
  return _foliot_value_items (map)[2 * index + 1];
}

FoliotValue *
foliot_value_lookup (const FoliotValue *map, const char *key)
{
  FoliotValue **items;
  gsize length;

  g_return_val_if_fail (is_kind (map, FOLIOT_VALUE_MAP), NULL);
  g_return_val_if_fail (key != NULL, NULL);
  items = _foliot_value_items (map);
  length = strlen (key);
  for (guint32 i = 0; i < map->n_items; i += 2)
    {
      const FoliotValue *own = items[i];

      if (own->kind == FOLIOT_VALUE_STRING && own->n_bytes == length
          && memcmp (_foliot_value_text (own), key, length) == 0)
        return items[i + 1];
    }
  return NULL;
}

GType
foliot_value_get_object_type (const FoliotValue *value)
{
  g_return_val_if_fail (is_kind (value, FOLIOT_VALUE_OBJECT), G_TYPE_INVALID);
  return value->type;
}

gpointer
foliot_value_get_object (const FoliotValue *value, GType type)
{
  g_return_val_if_fail (is_kind (value, FOLIOT_VALUE_OBJECT), NULL);
  return g_type_is_a (value->type, type) ? value->instance : NULL;
}
