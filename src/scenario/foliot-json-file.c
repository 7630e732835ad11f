/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-json-file.h"

#include <math.h>
#include <string.h>

#include "codec/foliot-json-private.h"
#include "scenario/foliot-input-file.h"

/* Scenario files are read by the reader of the wire, which is strict and knows the byte of a syntax error; what only the
 * wire takes (NaN, infinities, texts with NUL or half a character) is refused afterwards. No position is kept for each
 * member: almost none is ever asked for. When something is wrong with a member, its line is found by walking the text once
 * more along the member's JSON pointer. */

/* -- reading ------------------------------------------------------------------------------------------------ */

static char *
format_problem (const char *text, gsize offset, const char *what)
{
  guint line = 1;
  gsize line_start = 0;

  for (gsize i = 0; i < offset; i++)
    if (text[i] == '\n')
      {
        line++;
        line_start = i + 1;
      }
  return g_strdup_printf ("%u:%" G_GSIZE_FORMAT ": %s", line, offset - line_start + 1, what);
}

/* The reader of the wire says where in bytes; people count lines. */
static char *
format_syntax_error (const char *text, gsize offset, const GError *error)
{
  g_autofree char *suffix = g_strdup_printf (" at byte %" G_GSIZE_FORMAT, offset);
  const char *message = error->message;
  g_autofree char *what = NULL;

  if (g_str_has_prefix (message, "JSON: "))
    message += strlen ("JSON: ");
  what = g_str_has_suffix (message, suffix) ? g_strndup (message, strlen (message) - strlen (suffix))
                                            : g_strdup (message);
  return format_problem (text, offset, what);
}

static const char *
find_unusable (FoliotValue *value)
{
  const char *problem = NULL, *text;
  gsize n;

  switch (foliot_value_get_kind (value))
    {
    case FOLIOT_VALUE_DOUBLE:
      return isfinite (foliot_value_get_double (value)) ? NULL : "a number that is not finite";
    case FOLIOT_VALUE_STRING:
      text = foliot_value_get_string (value, &n);
      return g_utf8_validate (text, (gssize) n, NULL) ? NULL : "a text with \\u0000 or half a surrogate pair";
    case FOLIOT_VALUE_LIST:
      n = foliot_value_get_length (value);
      for (gsize i = 0; i < n && problem == NULL; i++)
        problem = find_unusable (foliot_value_get_item (value, i));
      return problem;
    case FOLIOT_VALUE_MAP:
      n = foliot_value_get_length (value);
      for (gsize i = 0; i < n && problem == NULL; i++)
        {
          problem = find_unusable (foliot_value_get_key (value, i));
          if (problem == NULL)
            problem = find_unusable (foliot_value_get_pair_value (value, i));
        }
      return problem;
    default:
      return NULL;
    }
}

static FoliotValue *
parse (const char *text, gsize length, char **out_problem)
{
  const FoliotLimits limits = { .max_bytes = FOLIOT_JSON_FILE_MAX_BYTES,
                                .max_items = FOLIOT_JSON_FILE_MAX_BYTES,
                                .max_depth = FOLIOT_JSON_FILE_MAX_DEPTH };
  g_autoptr (GError) local = NULL;
  g_autoptr (FoliotValue) value = NULL;
  const char *unusable;
  gsize offset = 0;

  value = _foliot_json_read_located ((const guint8 *) text, length, &limits, &offset, &local);
  if (value == NULL)
    {
      *out_problem = format_syntax_error (text, offset, local);
      return NULL;
    }
  unusable = find_unusable (value);
  if (unusable == NULL)
    return g_steal_pointer (&value);
  *out_problem = g_strdup_printf (" holds %s", unusable);
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
foliot_json_file_load (const char *path, guint32 *faults, GError **error)
{
  g_autoptr (GMappedFile) mapped = foliot_input_file_map (path, faults, error);
  gsize length;

  if (mapped == NULL)
    return NULL;
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
    g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_SYNTAX, "not JSON: %s",
                 g_strchug (problem));
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
