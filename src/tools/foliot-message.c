/* SPDX-License-Identifier: MIT */
#include "tools/foliot-message.h"

#include <string.h>

#include "tools/foliot-print.h"

/*
 * Nobody says which codec is spoken, but no message of one is read by another: JSON begins with a bracket, MsgPack's triple with
 * 0x93, Blosc's header with its version.
 */

/* ---- reading ---- */

FoliotValue *
foliot_message_read (GBytes *bytes)
{
  const GType types[] = { FOLIOT_TYPE_CODEC_JSON, FOLIOT_TYPE_CODEC_MSGPACK, FOLIOT_TYPE_CODEC_BLOSC };
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr (FoliotCodec) codec = foliot_codec_new (types[i]);
      FoliotValue *value = foliot_codec_read (codec, data, size, NULL);

      if (value != NULL && (i == 0 || foliot_value_get_kind (value) == FOLIOT_VALUE_LIST))
        return value;
      g_clear_pointer (&value, foliot_value_unref);
    }
  return NULL;
}

static gboolean
is_kind (FoliotValue *value, FoliotValueKind kind, gsize length)
{
  return foliot_value_get_kind (value) == kind && foliot_value_get_length (value) == length;
}

/* Returns: 0 request, 1 result, 2 failure; −1: no message of an RPC. */
static int
get_type (FoliotValue *message)
{
  FoliotValue *type;

  if (!is_kind (message, FOLIOT_VALUE_LIST, 3))
    return -1;
  type = foliot_value_get_item (message, 0);
  if (foliot_value_get_kind (type) != FOLIOT_VALUE_INT
      || foliot_value_get_kind (foliot_value_get_item (message, 1)) != FOLIOT_VALUE_INT
      || !foliot_value_fits_int64 (type) || foliot_value_get_int (type) < 0
      || foliot_value_get_int (type) > 2)
    return -1;
  return (int) foliot_value_get_int (type);
}

static gboolean
is_call (FoliotValue *content)
{
  return is_kind (content, FOLIOT_VALUE_LIST, 3)
         && foliot_value_get_kind (foliot_value_get_item (content, 0)) == FOLIOT_VALUE_STRING
         && foliot_value_get_kind (foliot_value_get_item (content, 1)) == FOLIOT_VALUE_LIST
         && foliot_value_get_kind (foliot_value_get_item (content, 2)) == FOLIOT_VALUE_MAP;
}

/* ---- for people ---- */

static void
append_value (GString *line, FoliotValue *value)
{
  g_autofree char *text = foliot_print_dup_plain (value);

  g_string_append (line, text);
}

/* A path or a keyword: a text without its quotes. */
static void
append_word (GString *line, FoliotValue *value)
{
  g_autofree char *word = NULL;

  if (foliot_value_get_kind (value) != FOLIOT_VALUE_STRING)
    {
      append_value (line, value);
      return;
    }
  word = foliot_print_dup_line (foliot_value_get_string (value, NULL));
  g_string_append (line, word);
}

static void
append_call (GString *line, FoliotValue *content)
{
  FoliotValue *positional = foliot_value_get_item (content, 1),
              *keywords = foliot_value_get_item (content, 2);
  const char *separator = "";

  append_word (line, foliot_value_get_item (content, 0));
  g_string_append_c (line, '(');
  for (gsize i = 0; i < foliot_value_get_length (positional); i++)
    {
      g_string_append (line, separator);
      append_value (line, foliot_value_get_item (positional, i));
      separator = ", ";
    }
  for (gsize i = 0; i < foliot_value_get_length (keywords); i++)
    {
      g_string_append (line, separator);
      append_word (line, foliot_value_get_key (keywords, i));
      g_string_append_c (line, '=');
      append_value (line, foliot_value_get_pair_value (keywords, i));
      separator = ", ";
    }
  g_string_append_c (line, ')');
}

static char *
describe_message (FoliotValue *message)
{
  GString *line = g_string_new (NULL);
  int type = get_type (message);
  FoliotValue *content = type >= 0 ? foliot_value_get_item (message, 2) : NULL;

  if (type < 0 || (type == 0 && !is_call (content)))
    append_value (line, message);
  else if (type == 0)
    append_call (line, content);
  g_string_append (line, type >= 0 ? type == 0 ? "  #" : "#" : "");
  if (type >= 0)
    append_value (line, foliot_value_get_item (message, 1));
  if (type > 0)
    {
      g_string_append (line, type == 1 ? " = " : " failed: ");
      append_value (line, content);
    }
  return g_string_free (line, FALSE);
}

#define MAX_HEX_BYTES 64

static char *
describe_bytes (GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  GString *line = g_string_new (NULL);

  g_string_append_printf (line, "%" G_GSIZE_FORMAT " bytes:", size);
  for (gsize i = 0; i < MIN (size, MAX_HEX_BYTES); i++)
    g_string_append_printf (line, " %02x", data[i]);
  if (size > MAX_HEX_BYTES)
    g_string_append (line, " …");
  return g_string_free (line, FALSE);
}

char *
foliot_message_describe (GBytes *bytes)
{
  g_autoptr (FoliotValue) message = foliot_message_read (bytes);

  return message != NULL ? describe_message (message) : describe_bytes (bytes);
}

/* ---- comparing ---- */

static gboolean differs (FoliotValue *a, FoliotValue *b, GString *path, const char *ignored);

static gboolean
list_differs (FoliotValue *a, FoliotValue *b, GString *path, const char *ignored)
{
  gsize length = foliot_value_get_length (a), n = path->len;

  if (length != foliot_value_get_length (b))
    return TRUE;
  for (gsize i = 0; i < length; i++)
    {
      g_string_append_printf (path, "/%" G_GSIZE_FORMAT, i);
      if (differs (foliot_value_get_item (a, i), foliot_value_get_item (b, i), path, ignored))
        return TRUE;
      g_string_truncate (path, n);
    }
  return FALSE;
}

/* Mostly the keys are in the same order; if not, each is looked for. */
static FoliotValue *
find_pair (FoliotValue *map, gsize index, FoliotValue *key)
{
  if (foliot_value_equal (foliot_value_get_key (map, index), key))
    return foliot_value_get_pair_value (map, index);
  for (gsize i = 0; i < foliot_value_get_length (map); i++)
    if (foliot_value_equal (foliot_value_get_key (map, i), key))
      return foliot_value_get_pair_value (map, i);
  return NULL;
}

static gboolean
map_differs (FoliotValue *a, FoliotValue *b, GString *path, const char *ignored)
{
  gsize length = foliot_value_get_length (a), n = path->len;

  if (length != foliot_value_get_length (b))
    return TRUE;
  for (gsize i = 0; i < length; i++)
    {
      FoliotValue *key = foliot_value_get_key (a, i), *other = find_pair (b, i, key);

      g_string_append_c (path, '/');
      append_word (path, key);
      if (other == NULL || differs (foliot_value_get_pair_value (a, i), other, path, ignored))
        return TRUE;
      g_string_truncate (path, n);
    }
  return FALSE;
}

/* @path: where a and b are; where it is TRUE, where they differ first. As deep as the codecs let a message be. */
static gboolean
differs (FoliotValue *a, FoliotValue *b, GString *path, const char *ignored)
{
  FoliotValueKind kind = foliot_value_get_kind (a);

  if (ignored != NULL && g_str_equal (path->str, ignored))
    return FALSE;
  if (kind != foliot_value_get_kind (b))
    return TRUE;
  if (kind == FOLIOT_VALUE_LIST)
    return list_differs (a, b, path, ignored);
  if (kind == FOLIOT_VALUE_MAP)
    return map_differs (a, b, path, ignored);
  return !foliot_value_equal (a, b);
}

#define MAX_ADVANCE_PATH "/2/1/2"

static gboolean
is_step (FoliotValue *message)
{
  FoliotValue *content = get_type (message) == 0 ? foliot_value_get_item (message, 2) : NULL;

  return content != NULL && is_call (content)
         && g_str_equal (foliot_value_get_string (foliot_value_get_item (content, 0), NULL), "step");
}

FoliotMessageMatch
foliot_message_compare (GBytes *expected, GBytes *actual, char **out_where)
{
  g_autoptr (FoliotValue) a = NULL, b = NULL;
  g_autoptr (GString) path = g_string_new (NULL), rest = g_string_new (NULL);

  *out_where = NULL;
  if (g_bytes_equal (expected, actual))
    return FOLIOT_MESSAGE_SAME;
  a = foliot_message_read (expected);
  b = foliot_message_read (actual);
  if (a == NULL || b == NULL)
    return FOLIOT_MESSAGE_OTHER;
  if (!differs (a, b, path, NULL))
    return FOLIOT_MESSAGE_SAME;
  *out_where = g_strdup (path->str);
  if (g_str_equal (path->str, MAX_ADVANCE_PATH) && is_step (a) && is_step (b)
      && !differs (a, b, rest, MAX_ADVANCE_PATH))
    return FOLIOT_MESSAGE_MAX_ADVANCE;
  return FOLIOT_MESSAGE_OTHER;
}
