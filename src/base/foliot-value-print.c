/* SPDX-License-Identifier: MIT */
#include "base/foliot-value-private.h"

/*
 * Values for people, in logs and error messages: short, whatever the value. What is long ends in `…`; so does what
 * lies deep, because a fiber's stack is small.
 */

#include "base/foliot-text-private.h"

#define MAX_BYTES 200
#define MAX_DEPTH 20

static void append_value (GString *out, const FoliotValue *value, guint depth);

static gsize
bytes_left (const GString *out)
{
  return out->len < MAX_BYTES ? MAX_BYTES - out->len : 0;
}

static void
append_items (GString *out, const FoliotValue *value, guint depth)
{
  gboolean is_map = value->kind == FOLIOT_VALUE_MAP;
  FoliotValue **items = _foliot_value_items (value);

  for (guint32 i = 0; i < value->n_items; i++)
    {
      if (i > 0)
        g_string_append (out, is_map && i % 2 == 1 ? ": " : ", ");
      if (bytes_left (out) == 0 || depth >= MAX_DEPTH)
        {
          g_string_append (out, "…");
          break;
        }
      append_value (out, items[i], depth + 1);
    }
}

static void
append_digits (GString *out, const FoliotValue *value)
{
  const char *digits = _foliot_value_text (value);
  gsize n_digits = MIN (value->n_bytes, bytes_left (out));

  g_string_append_len (out, digits, n_digits);
  if (n_digits < value->n_bytes)
    g_string_append (out, "…");
}

static void
append_object (GString *out, const FoliotValue *value)
{
  FoliotObjectFormatFunc format = _foliot_value_object_funcs (value->type)->format;
  g_autofree char *text = format != NULL ? format (value->instance) : NULL;

  if (text != NULL)
    g_string_append (out, text);
  else
    g_string_append_printf (out, "<%s object>", g_type_name (value->type));
}

static void
append_value (GString *out, const FoliotValue *value, guint depth)
{
  char number[32];
  g_autofree char *text = NULL;

  switch ((FoliotValueKind) value->kind)
    {
    case FOLIOT_VALUE_NULL:
      g_string_append (out, "None");
      break;
    case FOLIOT_VALUE_BOOL:
      g_string_append (out, value->integer ? "True" : "False");
      break;
    case FOLIOT_VALUE_INT:
      text = foliot_value_dup_decimal (value);
      g_string_append (out, text);
      break;
    case FOLIOT_VALUE_BIGINT:
      append_digits (out, value);
      break;
    case FOLIOT_VALUE_DOUBLE:
      g_string_append (out, foliot_double_format (value->real, number));
      break;
    case FOLIOT_VALUE_STRING:
      _foliot_text_append_repr (out, _foliot_value_text (value), value->n_bytes, bytes_left (out));
      break;
    case FOLIOT_VALUE_BYTES:
      g_string_append_c (out, 'b');
      _foliot_text_append_bytes_repr (out, _foliot_value_text (value), value->n_bytes, bytes_left (out));
      break;
    case FOLIOT_VALUE_EXT:
      g_string_append_printf (out, "ExtType(code=%u, data=b", value->detail);
      _foliot_text_append_bytes_repr (out, _foliot_value_text (value), value->n_bytes, bytes_left (out));
      g_string_append_c (out, ')');
      break;
    case FOLIOT_VALUE_DATE:
      text = foliot_date_format (&value->date);
      g_string_append_printf (out, "<Arrow [%s]>", text);
      break;
    case FOLIOT_VALUE_OBJECT:
      append_object (out, value);
      break;
    case FOLIOT_VALUE_LIST:
      g_string_append_c (out, '[');
      append_items (out, value, depth);
      g_string_append_c (out, ']');
      break;
    case FOLIOT_VALUE_MAP:
      g_string_append_c (out, '{');
      append_items (out, value, depth);
      g_string_append_c (out, '}');
      break;
    }
}

char *
foliot_value_print (const FoliotValue *value)
{
  GString *out;

  g_return_val_if_fail (value != NULL, NULL);
  out = g_string_new (NULL);
  append_value (out, value, 0);
  return g_string_free (out, FALSE);
}
