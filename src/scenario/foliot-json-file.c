/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-json-file.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* Scenario files are read by json-glib, which knows line and column of a syntax error, and kept as plain values. No
 * position is kept for each member: almost none is ever asked for. When something is wrong with a member, its line is
 * found by walking the text once more along the member's JSON pointer. */

/* -- json-glib to values ------------------------------------------------------------------------------------ */

static FoliotValue *value_of_node (JsonNode *node);

static FoliotValue *
value_of_array (JsonArray *array)
{
  guint n = json_array_get_length (array);
  g_autofree FoliotValue **items = g_new (FoliotValue *, n + 1);

  for (guint i = 0; i < n; i++)
    items[i] = value_of_node (json_array_get_element (array, i));
  return foliot_value_new_list (items, n);
}

static FoliotValue *
value_of_object (JsonObject *object)
{
  g_autofree FoliotValue **pairs = g_new (FoliotValue *, 2 * json_object_get_size (object) + 1);
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;
  gsize n = 0;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    {
      pairs[n++] = foliot_value_new_string (name);
      pairs[n++] = value_of_node (node);
    }
  return foliot_value_new_map (pairs, n / 2);
}

static FoliotValue *
value_of_node (JsonNode *node)
{
  switch (json_node_get_node_type (node))
    {
    case JSON_NODE_OBJECT:
      return value_of_object (json_node_get_object (node));
    case JSON_NODE_ARRAY:
      return value_of_array (json_node_get_array (node));
    case JSON_NODE_VALUE:
      switch (json_node_get_value_type (node))
        {
        case G_TYPE_BOOLEAN:
          return foliot_value_new_bool (json_node_get_boolean (node));
        case G_TYPE_INT64:
          return foliot_value_new_int (json_node_get_int (node));
        case G_TYPE_DOUBLE:
          return foliot_value_new_double (json_node_get_double (node));
        default:
          return foliot_value_new_string (json_node_get_string (node));
        }
    case JSON_NODE_NULL:
    default:
      return foliot_value_new_null ();
    }
}

/* -- reading ------------------------------------------------------------------------------------------------ */

/* json-glib descends by recursion: hostile nesting is refused before it sees the text. */
static gboolean
depth_is_sane (const char *text, gsize length, guint *out_line)
{
  guint depth = 0, line = 1;
  gboolean in_string = FALSE;

  for (gsize i = 0; i < length; i++)
    {
      char c = text[i];

      if (c == '\n')
        line++;
      if (in_string)
        {
          if (c == '\\')
            i++;
          else if (c == '"')
            in_string = FALSE;
        }
      else if (c == '"')
        in_string = TRUE;
      else if (c == '[' || c == '{')
        {
          if (++depth > FOLIOT_JSON_FILE_MAX_DEPTH)
            {
              *out_line = line;
              return FALSE;
            }
        }
      else if ((c == ']' || c == '}') && depth > 0)
        depth--;
    }
  return TRUE;
}

static FoliotValue *
parse (const char *text, gsize length, char **out_problem)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) local = NULL;
  guint line = 0;

  if (memchr (text, '\0', length) != NULL || !g_utf8_validate (text, (gssize) length, NULL))
    *out_problem = g_strdup ("1: not UTF-8 text");
  else if (!depth_is_sane (text, length, &line))
    *out_problem = g_strdup_printf ("%u: more than %d lists and objects inside each other", line,
                                    FOLIOT_JSON_FILE_MAX_DEPTH);
  else if (!json_parser_load_from_data (parser, text, (gssize) length, &local))
    {
      const char *message = local->message;

      if (g_str_has_prefix (message, "<data>:"))
        message += strlen ("<data>:");
      *out_problem = g_strdup (message);
    }
  else if (json_parser_get_root (parser) == NULL)
    *out_problem = g_strdup ("1: empty, expected a JSON value");
  else
    return value_of_node (json_parser_get_root (parser));
  return NULL;
}

FoliotJsonFile *
foliot_json_file_parse (const char *path, const char *text, gsize length, GError **error)
{
  g_autoptr (FoliotJsonFile) file = g_new0 (FoliotJsonFile, 1);
  g_autofree char *problem = NULL;

  file->path = g_strdup (path);
  file->value = parse (text, length, &problem);
  if (file->value == NULL)
    {
      g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_SYNTAX, "%s:%s", path, problem);
      return NULL;
    }
  file->text = g_strndup (text, length);
  file->length = length;
  return g_steal_pointer (&file);
}

FoliotJsonFile *
foliot_json_file_load (const char *path, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GMappedFile) mapped = g_mapped_file_new (path, FALSE, &local);
  gsize length;

  if (mapped == NULL)
    {
      g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_MISSING, "%s: cannot be read: %s",
                   path, local->message);
      return NULL;
    }
  length = g_mapped_file_get_length (mapped);
  if (length > FOLIOT_JSON_FILE_MAX_BYTES)
    {
      g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_SYNTAX,
                   "%s: %" G_GSIZE_FORMAT " bytes, expected at most %d", path, length,
                   FOLIOT_JSON_FILE_MAX_BYTES);
      return NULL;
    }
  return foliot_json_file_parse (path, length > 0 ? g_mapped_file_get_contents (mapped) : "", length, error);
}

void
foliot_json_file_free (FoliotJsonFile *file)
{
  g_free (file->path);
  g_free (file->text);
  g_clear_pointer (&file->value, foliot_value_unref);
  g_free (file);
}

FoliotValue *
foliot_json_parse_text (const char *text, GError **error)
{
  g_autofree char *problem = NULL;
  FoliotValue *value = parse (text, strlen (text), &problem);

  if (value == NULL)
    g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_SYNTAX, "not JSON: %s", problem);
  return value;
}

/* -- lines of pointers: the text is known to be valid --------------------------------------------------------- */

static const char *
skip_blanks (const char *p)
{
  while (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r')
    p++;
  return p;
}

static const char *
skip_string (const char *p)
{
  for (p++; *p != '"' && *p != '\0'; p++)
    if (*p == '\\' && p[1] != '\0')
      p++;
  return *p == '"' ? p + 1 : p;
}

static const char *
skip_value (const char *p)
{
  guint depth = 0;

  do
    {
      p = skip_blanks (p);
      if (*p == '"')
        p = skip_string (p);
      else if (*p == '[' || *p == '{')
        depth++, p++;
      else if (*p == ']' || *p == '}')
        depth--, p++;
      else if (*p == ',' || *p == ':')
        p++;
      else
        while (*p != '\0' && strchr (",:]} \t\r\n", *p) == NULL)
          p++;
    }
  while (depth > 0 && *p != '\0');
  return p;
}

static char *
dup_member_name (const char *start, const char *end)
{
  g_autofree char *quoted = g_strndup (start, (gsize) (end - start));
  g_autoptr (FoliotValue) value = foliot_json_parse_text (quoted, NULL);

  return g_strdup (value != NULL && foliot_value_get_kind (value) == FOLIOT_VALUE_STRING
                       ? foliot_value_get_string (value, NULL)
                       : "");
}

/* The value of member @name of the object at @p; of equal names the last counts, as for the reader. */
static const char *
find_member (const char *p, const char *name)
{
  const char *found = NULL;

  for (p = skip_blanks (p + 1); *p == '"' || *p == ','; p = skip_blanks (p))
    {
      const char *start;
      g_autofree char *member = NULL;

      if (*p == ',')
        p = skip_blanks (p + 1);
      start = p;
      if (*p != '"')
        break;
      p = skip_string (p);
      member = dup_member_name (start, p);
      p = skip_blanks (p);
      if (*p == ':')
        p = skip_blanks (p + 1);
      if (g_str_equal (member, name))
        found = p;
      p = skip_value (p);
    }
  return found;
}

static const char *
find_element (const char *p, guint64 index)
{
  p = skip_blanks (p + 1);
  for (guint64 i = 0; *p != ']' && *p != '\0'; i++)
    {
      if (i == index)
        return p;
      p = skip_blanks (skip_value (p));
      if (*p == ',')
        p = skip_blanks (p + 1);
    }
  return NULL;
}

static char *
unescape_token (const char *token)
{
  GString *text = g_string_new (token);

  g_string_replace (text, "~1", "/", 0);
  g_string_replace (text, "~0", "~", 0);
  return g_string_free (text, FALSE);
}

guint
foliot_json_file_locate (const FoliotJsonFile *file, const char *pointer)
{
  g_auto (GStrv) tokens = g_strsplit (pointer, "/", -1);
  const char *p = skip_blanks (file->text);
  guint line = 1;

  for (guint i = 1; tokens[0] != NULL && tokens[i] != NULL && p != NULL; i++)
    {
      g_autofree char *token = unescape_token (tokens[i]);

      if (*p == '{')
        p = find_member (p, token);
      else if (*p == '[')
        p = find_element (p, g_ascii_strtoull (token, NULL, 10));
      else
        p = NULL;
    }
  if (p == NULL)
    return 0;
  for (const char *q = file->text; q < p; q++)
    line += *q == '\n';
  return line;
}
