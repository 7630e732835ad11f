/* SPDX-License-Identifier: MIT */
#include "channel/foliot-message-private.h"

#include "base/foliot-hash-private.h"
#include "base/foliot-value-private.h"

#include <math.h>
#include <string.h>

/* Messages as bytes: writing them, and reading what a peer sent, which may be anything. */

const char *
_foliot_message_type_name (guint8 type)
{
  static const char *const names[] = { "request", "result", "failure" };

  return names[type];
}

/* A number that counts by value: 0.0 and false are 0. */
static gboolean
get_natural (const FoliotValue *value, guint64 *out_number)
{
  double real;

  switch (foliot_value_get_kind (value))
    {
    case FOLIOT_VALUE_BOOL:
      *out_number = foliot_value_get_bool (value) ? 1 : 0;
      return TRUE;
    case FOLIOT_VALUE_INT:
      if (foliot_value_fits_int64 (value) && foliot_value_get_int (value) < 0)
        return FALSE;
      *out_number = foliot_value_get_uint (value);
      return TRUE;
    case FOLIOT_VALUE_DOUBLE:
      real = foliot_value_get_double (value);
      if (!(real >= 0 && real < 0x1p64) || (double) (guint64) real != real)
        return FALSE;
      *out_number = (guint64) real;
      return TRUE;
    default:
      return FALSE;
    }
}

/* Returns: (transfer full) (nullable): @value cut to an integer, in digits; %NULL if it is no finite number. */
static char *
format_integer (const FoliotValue *value)
{
  double real;

  switch (foliot_value_get_kind (value))
    {
    case FOLIOT_VALUE_INT:
    case FOLIOT_VALUE_BIGINT:
      return foliot_value_dup_decimal (value);
    case FOLIOT_VALUE_DOUBLE:
      real = foliot_value_get_double (value);
      if (real >= -0x1p63 && real < 0x1p63)
        return g_strdup_printf ("%" G_GINT64_FORMAT, (gint64) real);
      return isfinite (real) ? foliot_value_print (value) : NULL;
    default:
      return NULL;
    }
}

static gboolean
read_type (const FoliotValue *value, guint8 *out_type, GError **error)
{
  guint64 type;
  g_autofree char *digits = NULL;

  if (get_natural (value, &type) && type <= FOLIOT_MESSAGE_FAILURE)
    {
      *out_type = (guint8) type;
      return TRUE;
    }
  digits = format_integer (value);
  if (digits != NULL)
    g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_RUNTIME, "Invalid message type %s", digits);
  else
    {
      g_autofree char *text = foliot_value_print (value);

      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_TYPE,
                   "The message type is %s, expected a number: 0, 1 or 2", text);
    }
  return FALSE;
}

gboolean
_foliot_message_read (FoliotCodec *codec, const guint8 *data, gsize length, FoliotMessage *out_message,
                      GError **error)
{
  g_autoptr (FoliotValue) triple = foliot_codec_read (codec, data, length, error);
  FoliotValue *id;

  if (triple == NULL)
    return FALSE;
  if (foliot_value_get_kind (triple) != FOLIOT_VALUE_LIST || foliot_value_get_length (triple) != 3)
    {
      g_autofree char *text = foliot_value_print (triple);

      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
                   "The message is no triple [type, id, content]: %s", text);
      return FALSE;
    }
  if (!read_type (foliot_value_get_item (triple, 0), &out_message->type, error))
    return FALSE;
  id = foliot_value_get_item (triple, 1);
  out_message->has_id = get_natural (id, &out_message->id);
  if (!out_message->has_id || foliot_value_get_kind (id) != FOLIOT_VALUE_INT)
    out_message->wire_id = foliot_value_ref (id);
  out_message->plain = foliot_value_ref (foliot_value_get_item (triple, 2));
  return TRUE;
}

gboolean
_foliot_message_write (FoliotCodec *codec, guint8 type, FoliotValue *id, FoliotValue *content,
                       GByteArray *out, GError **error)
{
  FoliotValue *items[] = { foliot_value_new_int (type), foliot_value_ref (id), foliot_value_ref (content) };
  g_autoptr (FoliotValue) triple = foliot_value_new_list (items, 3);

  return foliot_codec_encode (codec, triple, out, error);
}

/* Whether @content is a failure as mosaik sends it: `[type, message, trace…]`, all of it text. */
static gboolean
is_failure_list (FoliotValue *content)
{
  gsize n = foliot_value_get_kind (content) == FOLIOT_VALUE_LIST ? foliot_value_get_length (content) : 0;

  for (gsize i = 0; i < n; i++)
    if (foliot_value_get_kind (foliot_value_get_item (content, i)) != FOLIOT_VALUE_STRING)
      return FALSE;
  return n >= 2;
}

guint64
_foliot_message_hash_content (guint8 type, FoliotValue *content)
{
  FoliotValue *text = content;
  const char *name;

  if (type == FOLIOT_MESSAGE_FAILURE && is_failure_list (content))
    text = foliot_value_get_item (content, 0);
  if (type != FOLIOT_MESSAGE_FAILURE || foliot_value_get_kind (text) != FOLIOT_VALUE_STRING)
    return _foliot_value_hash (content);
  name = foliot_value_get_string (text, NULL);
  return foliot_hash_bytes (name, strcspn (name, ":\n"));
}

/* The trace first and what it was last, as a traceback of Python reads; a trace may end with that itself. */
static char *
format_failure_list (FoliotValue *content)
{
  GString *text = g_string_new (NULL);
  g_autofree char *last
      = g_strdup_printf ("%s: %s", foliot_value_get_string (foliot_value_get_item (content, 0), NULL),
                         foliot_value_get_string (foliot_value_get_item (content, 1), NULL));

  for (gsize i = 2; i < foliot_value_get_length (content); i++)
    {
      const char *line = foliot_value_get_string (foliot_value_get_item (content, i), NULL);

      g_string_append (text, line);
      if (!g_str_has_suffix (line, "\n"))
        g_string_append_c (text, '\n');
    }
  if (text->len > 0)
    g_string_truncate (text, text->len - 1);
  if (!g_str_has_suffix (text->str, last))
    g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", last);
  g_string_append_c (text, '\n');
  return g_string_free (text, FALSE);
}

char *
_foliot_message_format_failure (FoliotValue *content)
{
  if (foliot_value_get_kind (content) == FOLIOT_VALUE_STRING)
    return g_strdup (foliot_value_get_string (content, NULL));
  return is_failure_list (content) ? format_failure_list (content) : foliot_value_print (content);
}

guint64
_foliot_message_hash (const FoliotMessage *message, guint64 content_hash)
{
  guint64 id = message->has_id ? message->id : foliot_value_hash (message->wire_id);

  return foliot_hash_mix (foliot_hash_mix (message->type, id), content_hash);
}

char *
_foliot_message_print_id (const FoliotMessage *message)
{
  if (message->wire_id != NULL)
    return foliot_value_print (message->wire_id);
  return g_strdup_printf ("%" G_GUINT64_FORMAT, message->id);
}
