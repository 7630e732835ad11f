/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-codec.h>

#include "base/foliot-text-private.h"
#include "codec/foliot-json-private.h"
#include "codec/foliot-stand-in-private.h"

/*
 * Values in the notation that foliot-typed.c reads, byte for byte as the recorded data has it. What is open stands in an
 * array of its own, because a peer chose how deep a value is.
 */

static const FoliotLimits no_limits = { G_MAXUINT32, G_MAXUINT32, G_MAXUINT32 };

static const char hex_digits[] = "0123456789abcdef";

static gboolean
is_kind (FoliotValue *value, FoliotValueKind kind)
{
  return foliot_value_get_kind (value) == kind;
}

/* A list, map or object whose children are being written. */
typedef struct
{
  FoliotValue *value;
  gsize index;
} Written;

static void
append_text_json (GString *out, const char *text, gsize length)
{
  g_autoptr (GByteArray) json = g_byte_array_new ();
  FoliotSink sink;

  _foliot_sink_init (&sink, json, &no_limits);
  _foliot_sink_finish (&sink, _foliot_json_write_string (&sink, text, length, NULL), NULL);
  g_string_append_len (out, (const char *) json->data, json->len);
}

/* @text needs no escapes. */
static void
append_tagged (GString *out, const char *tag, const char *text)
{
  g_string_append (out, "[\"");
  g_string_append (out, tag);
  g_string_append (out, "\", \"");
  g_string_append (out, text);
  g_string_append (out, "\"]");
}

static void
append_hex (GString *out, gconstpointer data, gsize length)
{
  const guint8 *bytes = data;

  for (gsize i = 0; i < length; i++)
    {
      g_string_append_c (out, hex_digits[bytes[i] >> 4]);
      g_string_append_c (out, hex_digits[bytes[i] & 15]);
    }
}

/* `str`, or `str16` if it holds what JSON text in a file should not: a NUL or a lone surrogate. */
static void
append_string (GString *out, FoliotValue *value)
{
  gsize length;
  const char *text = foliot_value_get_string (value, &length);

  if (strlen (text) == length && (foliot_value_get_traits (value) & FOLIOT_VALUE_HAS_SURROGATE) == 0)
    {
      g_string_append (out, "[\"str\", ");
      append_text_json (out, text, length);
      g_string_append_c (out, ']');
      return;
    }
  g_string_append (out, "[\"str16\", \"");
  for (gsize i = 0; i < length;)
    {
      guint size;
      gunichar c = _foliot_text_get_char (text + i, &size);

      if (c >= 0x10000)
        g_string_append_printf (out, "%04x%04x", 0xd800 + ((c - 0x10000) >> 10), 0xdc00 + (c & 0x3ff));
      else
        g_string_append_printf (out, "%04x", c);
      i += size;
    }
  g_string_append (out, "\"]");
}

static void
append_object (GString *out, FoliotValue *value)
{
  GType type = foliot_value_get_object_type (value);
  const char *text = _foliot_stand_in_get_text (value);

  if (type == FOLIOT_TYPE_STAND_IN_SERVICE || type == FOLIOT_TYPE_STAND_IN_PROXY)
    {
      g_string_append (out, type == FOLIOT_TYPE_STAND_IN_SERVICE ? "[\"service\", " : "[\"proxy\", ");
      append_text_json (out, text, strlen (text));
    }
  else
    {
      const char *name = type == FOLIOT_TYPE_STAND_IN_SET ? "set" : g_type_name (type);

      g_string_append (out, "[\"unsupported\", ");
      append_text_json (out, name, strlen (name));
    }
  g_string_append_c (out, ']');
}

static void
append_float (GString *out, FoliotValue *value)
{
  double real = foliot_value_get_double (value);
  guint64 bits;

  memcpy (&bits, &real, sizeof bits);
  g_string_append_printf (out, "[\"float\", \"%016" G_GINT64_MODIFIER "x\"]", bits);
}

static void
append_data (GString *out, FoliotValue *value)
{
  gsize length;
  gconstpointer data = foliot_value_get_bytes (value, &length);
  gboolean is_ext = foliot_value_get_kind (value) == FOLIOT_VALUE_EXT;

  if (is_ext)
    g_string_append_printf (out, "[\"ext\", [%u, \"", foliot_value_get_ext_code (value));
  else
    g_string_append (out, "[\"bytes\", \"");
  append_hex (out, data, length);
  g_string_append (out, is_ext ? "\"]]" : "\"]");
}

static void
append_leaf (GString *out, FoliotValue *value)
{
  g_autofree char *text = NULL;

  switch (foliot_value_get_kind (value))
    {
    case FOLIOT_VALUE_NULL:
      g_string_append (out, "[\"null\"]");
      break;
    case FOLIOT_VALUE_BOOL:
      g_string_append_printf (out, "[\"bool\", %s]", foliot_value_get_bool (value) ? "true" : "false");
      break;
    case FOLIOT_VALUE_INT:
    case FOLIOT_VALUE_BIGINT:
      text = foliot_value_dup_decimal (value);
      append_tagged (out, "int", text);
      break;
    case FOLIOT_VALUE_DOUBLE:
      append_float (out, value);
      break;
    case FOLIOT_VALUE_STRING:
      append_string (out, value);
      break;
    case FOLIOT_VALUE_DATE:
      text = foliot_date_format (foliot_value_get_date (value));
      append_tagged (out, "date", text);
      break;
    case FOLIOT_VALUE_OBJECT:
      append_object (out, value);
      break;
    default:
      append_data (out, value);
      break;
    }
}

/* The fields of a V or W, NULL for anything else. */
static FoliotValue *const *
get_fields (FoliotValue *value, gsize *out_n_fields)
{
  return is_kind (value, FOLIOT_VALUE_OBJECT) ? _foliot_stand_in_get_fields (value, out_n_fields) : NULL;
}

/* Whether it has children; then what stands before them is written. */
static gboolean
append_opening (GString *out, FoliotValue *value)
{
  gsize n_fields;

  if (is_kind (value, FOLIOT_VALUE_LIST))
    g_string_append (out, "[\"list\", [");
  else if (is_kind (value, FOLIOT_VALUE_MAP))
    g_string_append (out, "[\"map\", [");
  else if (get_fields (value, &n_fields) != NULL)
    g_string_append_printf (out, "[\"obj\", [\"%s\", [", _foliot_stand_in_get_class (value));
  else
    return FALSE;
  return TRUE;
}

/* Writes what stands before the next child and returns it; NULL after the last, whose brackets are closed. */
static FoliotValue *
append_next (GString *out, Written *open)
{
  FoliotValue *value = open->value;
  gsize index = open->index++;
  gsize n_fields;
  FoliotValue *const *fields = get_fields (value, &n_fields);

  if (fields != NULL)
    {
      const char *const *names = _foliot_stand_in_get_names (foliot_value_get_object_type (value), &n_fields);

      g_string_append (out, index == n_fields ? "]]]]" : index > 0 ? "], [" : "[");
      if (index == n_fields)
        return NULL;
      g_string_append_printf (out, "\"%s\", ", names[index]);
      return fields[index];
    }
  if (is_kind (value, FOLIOT_VALUE_LIST))
    {
      gboolean last = index == foliot_value_get_length (value);

      g_string_append (out, last ? "]]" : index > 0 ? ", " : "");
      return last ? NULL : foliot_value_get_item (value, index);
    }
  if (index == 2 * foliot_value_get_length (value))
    {
      g_string_append (out, index > 0 ? "]]]" : "]]");
      return NULL;
    }
  if (index % 2 == 1)
    {
      g_string_append (out, ", ");
      return foliot_value_get_pair_value (value, index / 2);
    }
  g_string_append (out, index > 0 ? "], [" : "[");
  return foliot_value_get_key (value, index / 2);
}

char *
foliot_typed_format (FoliotValue *value)
{
  g_autoptr (GArray) opens = g_array_new (FALSE, FALSE, sizeof (Written));
  GString *out = g_string_new (NULL);

  g_return_val_if_fail (value != NULL, NULL);
  while (value != NULL)
    {
      if (append_opening (out, value))
        {
          Written open = { value, 0 };

          g_array_append_val (opens, open);
        }
      else
        append_leaf (out, value);
      for (value = NULL; value == NULL && opens->len > 0;)
        {
          value = append_next (out, &g_array_index (opens, Written, opens->len - 1));
          if (value == NULL)
            g_array_set_size (opens, opens->len - 1);
        }
    }
  return g_string_free (out, FALSE);
}
