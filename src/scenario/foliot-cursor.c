/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-cursor.h"

#include "scenario/foliot-nearest.h"

/* Every message about a scenario starts with file, line and JSON pointer, and says what was expected. This file is the
 * one place that knows how. */

FoliotCursor
foliot_cursor_member (const FoliotCursor *cursor, const char *name)
{
  gboolean map = cursor->value != NULL && foliot_value_get_kind (cursor->value) == FOLIOT_VALUE_MAP;

  return (FoliotCursor){ .parent = cursor,
                         .key = name,
                         .value = map ? foliot_value_lookup (cursor->value, name) : NULL,
                         .files = cursor->files };
}

FoliotCursor
foliot_cursor_element (const FoliotCursor *cursor, gsize index)
{
  return (FoliotCursor){ .parent = cursor,
                         .index = index,
                         .value = foliot_value_get_item (cursor->value, index),
                         .files = cursor->files };
}

FoliotCursor
foliot_cursor_with (const FoliotCursor *cursor, FoliotValue *value)
{
  FoliotCursor copy = *cursor;

  copy.value = value;
  return copy;
}

static void
append_pointer (const FoliotCursor *cursor, GString *text)
{
  if (cursor->parent == NULL)
    return;
  append_pointer (cursor->parent, text);
  g_string_append_c (text, '/');
  if (cursor->key == NULL)
    g_string_append_printf (text, "%" G_GSIZE_FORMAT, cursor->index);
  else
    for (const char *p = cursor->key; *p != '\0'; p++)
      if (*p == '~')
        g_string_append (text, "~0");
      else if (*p == '/')
        g_string_append (text, "~1");
      else
        g_string_append_c (text, *p);
}

char *
foliot_cursor_dup_pointer (const FoliotCursor *cursor)
{
  GString *text = g_string_new (NULL);

  append_pointer (cursor, text);
  return g_string_free (text, FALSE);
}

/* What @tree itself has at the cursor's place, or NULL. */
static FoliotValue *
find_value (FoliotValue *tree, const FoliotCursor *cursor)
{
  FoliotValue *outer;

  if (cursor->parent == NULL)
    return tree;
  outer = find_value (tree, cursor->parent);
  if (outer == NULL)
    return NULL;
  if (cursor->key != NULL)
    return foliot_value_get_kind (outer) == FOLIOT_VALUE_MAP ? foliot_value_lookup (outer, cursor->key)
                                                             : NULL;
  return foliot_value_get_kind (outer) == FOLIOT_VALUE_LIST && cursor->index < foliot_value_get_length (outer)
             ? foliot_value_get_item (outer, cursor->index)
             : NULL;
}

/* A missing member is looked for where what should have held it stands. */
static const FoliotCursor *
skip_missing (const FoliotCursor *cursor)
{
  while (cursor->value == NULL && cursor->parent != NULL)
    cursor = cursor->parent;
  return cursor;
}

const FoliotJsonFile *
foliot_cursor_find_file (const FoliotCursor *cursor)
{
  cursor = skip_missing (cursor);
  for (guint i = cursor->files->len; i-- > 0;)
    {
      const FoliotJsonFile *file = g_ptr_array_index (cursor->files, i);

      if (find_value (file->value, cursor) != NULL)
        return file;
    }
  return NULL;
}

/* Where in the files a value comes from that a template was expanded to: what holds it. */
static const FoliotCursor *
skip_expanded (const FoliotCursor *cursor)
{
  const FoliotCursor *root = cursor;

  while (root->parent != NULL)
    root = root->parent;
  while (find_value (root->value, cursor) == NULL && cursor->parent != NULL)
    cursor = cursor->parent;
  return cursor;
}

char *
foliot_cursor_dup_place (const FoliotCursor *cursor)
{
  g_autofree char *pointer = foliot_cursor_dup_pointer (cursor);
  const char *shown = pointer[0] != '\0' ? pointer : "/";
  const FoliotCursor *at = skip_expanded (skip_missing (cursor));
  const FoliotJsonFile *file = foliot_cursor_find_file (at);
  g_autofree char *found = NULL;

  if (file == NULL)
    return g_strdup_printf ("%s: ", shown);
  found = foliot_cursor_dup_pointer (at);
  return g_strdup_printf ("%s:%u: %s: ", file->path, foliot_json_file_locate (file, found), shown);
}

void
foliot_cursor_fail (const FoliotCursor *cursor, FoliotScenarioError code, GError **error, const char *format,
                    ...)
{
  g_autofree char *place = foliot_cursor_dup_place (cursor);
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, FOLIOT_SCENARIO_ERROR, (int) code, "%s%s", place, message);
}

void
foliot_cursor_fail_unknown (const FoliotCursor *cursor, const char *what, const char *name,
                            const char *const *candidates, GError **error)
{
  g_autofree char *hint = foliot_nearest_hint (name, candidates);
  g_autofree char *known = NULL;

  if (hint[0] == '\0' && candidates != NULL && candidates[0] != NULL
      && g_strv_length ((char **) candidates) <= 12)
    {
      g_autofree char *joined = g_strjoinv (", ", (char **) candidates);

      known = g_strdup_printf (", expected one of: %s", joined);
    }
  foliot_cursor_fail (cursor, FOLIOT_SCENARIO_ERROR_UNKNOWN, error, "unknown %s \"%s\"%s%s", what, name, hint,
                      known != NULL ? known : "");
}

const char *
foliot_cursor_kind_name (const FoliotCursor *cursor)
{
  if (cursor->value == NULL)
    return "nothing";
  switch (foliot_value_get_kind (cursor->value))
    {
    case FOLIOT_VALUE_NULL:
      return "null";
    case FOLIOT_VALUE_BOOL:
      return "true or false";
    case FOLIOT_VALUE_INT:
    case FOLIOT_VALUE_BIGINT:
    case FOLIOT_VALUE_DOUBLE:
      return "a number";
    case FOLIOT_VALUE_STRING:
      return "text";
    case FOLIOT_VALUE_LIST:
      return "a list";
    case FOLIOT_VALUE_MAP:
      return "an object";
    default:
      return "something else";
    }
}

static gboolean
expect (const FoliotCursor *cursor, FoliotValueKind kind, const char *what, GError **error)
{
  if (cursor->value != NULL && foliot_value_get_kind (cursor->value) == kind)
    return TRUE;
  foliot_cursor_fail (cursor, FOLIOT_SCENARIO_ERROR_TYPE, error, "expected %s, found %s", what,
                      foliot_cursor_kind_name (cursor));
  return FALSE;
}

gboolean
foliot_cursor_expect_map (const FoliotCursor *cursor, const char *const *names, GError **error)
{
  return foliot_cursor_expect_names (cursor, "member", names, error);
}

gboolean
foliot_cursor_expect_names (const FoliotCursor *cursor, const char *what, const char *const *names,
                            GError **error)
{
  if (!expect (cursor, FOLIOT_VALUE_MAP, "an object", error))
    return FALSE;
  for (gsize i = 0; names != NULL && i < foliot_value_get_length (cursor->value); i++)
    {
      const char *name = foliot_value_get_string (foliot_value_get_key (cursor->value, i), NULL);

      if (!g_strv_contains (names, name))
        {
          FoliotCursor member = foliot_cursor_member (cursor, name);

          foliot_cursor_fail_unknown (&member, what, name, names, error);
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
foliot_cursor_expect_list (const FoliotCursor *cursor, GError **error)
{
  return expect (cursor, FOLIOT_VALUE_LIST, "a list", error);
}

/* TRUE with *@out_found set accordingly; FALSE when a required member is missing. */
static gboolean
find (const FoliotCursor *cursor, const char *name, gboolean required, FoliotCursor *out, gboolean *out_found,
      GError **error)
{
  *out = foliot_cursor_member (cursor, name);
  *out_found = out->value != NULL;
  if (*out_found || !required)
    return TRUE;
  foliot_cursor_fail (out, FOLIOT_SCENARIO_ERROR_MISSING, error, "missing, but required");
  return FALSE;
}

gboolean
foliot_cursor_to_string (const FoliotCursor *cursor, const char **out, GError **error)
{
  if (!expect (cursor, FOLIOT_VALUE_STRING, "text", error))
    return FALSE;
  *out = foliot_value_get_string (cursor->value, NULL);
  return TRUE;
}

gboolean
foliot_cursor_get_string (const FoliotCursor *cursor, const char *name, gboolean required, const char **out,
                          GError **error)
{
  FoliotCursor member;
  gboolean found;

  return find (cursor, name, required, &member, &found, error)
         && (!found || foliot_cursor_to_string (&member, out, error));
}

gboolean
foliot_cursor_to_time (const FoliotCursor *cursor, FoliotTime *out, GError **error)
{
  g_autoptr (GError) local = NULL;
  gboolean good = FALSE;

  if (cursor->value != NULL && foliot_value_is_number (cursor->value))
    good = foliot_time_from_seconds (foliot_value_get_double (cursor->value), out, &local);
  else if (cursor->value != NULL && foliot_value_get_kind (cursor->value) == FOLIOT_VALUE_STRING)
    good = foliot_time_parse (foliot_value_get_string (cursor->value, NULL), out, &local);
  else
    local = g_error_new (FOLIOT_ERROR, FOLIOT_ERROR_TYPE,
                         "expected a time such as \"15 min\" or a number of seconds, found %s",
                         foliot_cursor_kind_name (cursor));
  if (!good)
    foliot_cursor_fail (cursor, FOLIOT_SCENARIO_ERROR_TYPE, error, "%s", local->message);
  return good;
}

gboolean
foliot_cursor_get_time (const FoliotCursor *cursor, const char *name, gboolean required, FoliotTime *out,
                        GError **error)
{
  FoliotCursor member;
  gboolean found;

  return find (cursor, name, required, &member, &found, error)
         && (!found || foliot_cursor_to_time (&member, out, error));
}

gboolean
foliot_cursor_get_double (const FoliotCursor *cursor, const char *name, gboolean required, double *out,
                          GError **error)
{
  FoliotCursor member;
  gboolean found;

  if (!find (cursor, name, required, &member, &found, error))
    return FALSE;
  if (!found)
    return TRUE;
  if (!foliot_value_is_number (member.value))
    {
      foliot_cursor_fail (&member, FOLIOT_SCENARIO_ERROR_TYPE, error, "expected a number, found %s",
                          foliot_cursor_kind_name (&member));
      return FALSE;
    }
  *out = foliot_value_get_double (member.value);
  return TRUE;
}

gboolean
foliot_cursor_get_int (const FoliotCursor *cursor, const char *name, gboolean required, gint64 min,
                       gint64 max, gint64 *out, GError **error)
{
  FoliotCursor member;
  gboolean found;

  if (!find (cursor, name, required, &member, &found, error))
    return FALSE;
  if (!found)
    return TRUE;
  if (foliot_value_get_kind (member.value) != FOLIOT_VALUE_INT || !foliot_value_fits_int64 (member.value)
      || foliot_value_get_int (member.value) < min || foliot_value_get_int (member.value) > max)
    {
      g_autofree char *shown = foliot_value_print (member.value);

      foliot_cursor_fail (&member, FOLIOT_SCENARIO_ERROR_TYPE, error,
                          "expected a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
                          ", found %s",
                          min, max, shown);
      return FALSE;
    }
  *out = foliot_value_get_int (member.value);
  return TRUE;
}

gboolean
foliot_cursor_get_bool (const FoliotCursor *cursor, const char *name, gboolean *out, GError **error)
{
  FoliotCursor member = foliot_cursor_member (cursor, name);

  if (member.value == NULL)
    return TRUE;
  if (foliot_value_get_kind (member.value) != FOLIOT_VALUE_BOOL)
    {
      foliot_cursor_fail (&member, FOLIOT_SCENARIO_ERROR_TYPE, error, "expected true or false, found %s",
                          foliot_cursor_kind_name (&member));
      return FALSE;
    }
  *out = foliot_value_get_bool (member.value);
  return TRUE;
}
