/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-template.h"

#include <string.h>

#include "scenario/foliot-nearest.h"

/* Scenarios are data, not programs: a text that is `$name` becomes a parameter's value, `$$` at the start is a dollar sign, and in
 * an entry with a count the texts may hold its index, and `$index` is it as a number. There are no expressions. */

static char **
dup_keys (FoliotValue *map)
{
  gsize n = foliot_value_get_length (map);
  char **keys = g_new0 (char *, n + 1);

  for (gsize i = 0; i < n; i++)
    keys[i] = g_strdup (foliot_value_get_string (foliot_value_get_key (map, i), NULL));
  return keys;
}

static FoliotValue *
expand_reference (const FoliotTemplate *template, const FoliotCursor *cursor, const char *name,
                  GError **error)
{
  g_auto (GStrv) parts = g_strsplit (name, ".", -1);
  FoliotValue *value = template->parameters;

  for (guint i = 0; parts[i] != NULL; i++)
    {
      FoliotValue *map = value;

      value = foliot_value_get_kind (map) == FOLIOT_VALUE_MAP ? foliot_value_lookup (map, parts[i]) : NULL;
      if (value == NULL)
        {
          g_auto (GStrv) keys = foliot_value_get_kind (map) == FOLIOT_VALUE_MAP ? dup_keys (map) : NULL;

          foliot_cursor_fail_unknown (cursor, "parameter", parts[i], (const char *const *) keys, error);
          return NULL;
        }
    }
  return foliot_value_ref (value);
}

/* What an entry with a count knows of itself: `{index}` in a text, `$index` as a number. */
static const char *const index_names[] = { "index", "next", "previous" };

static gsize
get_index (const FoliotTemplate *template, gsize which)
{
  const gsize offsets[] = { 0, 1, template->count - 1 };

  return (template->index + offsets[which]) % template->count;
}

static FoliotValue *
expand_number (const FoliotTemplate *template, const FoliotCursor *cursor, gsize which, GError **error)
{
  const char *name = index_names[which];

  if (foliot_value_get_kind (template->parameters) != FOLIOT_VALUE_MAP
      || foliot_value_lookup (template->parameters, name) == NULL)
    return foliot_value_new_uint (get_index (template, which));
  foliot_cursor_fail (cursor, FOLIOT_SCENARIO_ERROR_TYPE, error,
                      "$%s is the number of an entry with a \"count\", and a parameter: rename the parameter",
                      name);
  return NULL;
}

static FoliotValue *
expand_dollar (const FoliotTemplate *template, const FoliotCursor *cursor, const char *name, GError **error)
{
  for (gsize i = 0; template->count > 0 && i < G_N_ELEMENTS (index_names); i++)
    if (g_str_equal (name, index_names[i]))
      return expand_number (template, cursor, i, error);
  return expand_reference (template, cursor, name, error);
}

static FoliotValue *
expand_text (const FoliotTemplate *template, const FoliotCursor *cursor, GError **error)
{
  const char *text = foliot_value_get_string (cursor->value, NULL);
  g_autoptr (GString) out = NULL;

  if (text[0] == '$' && text[1] != '$')
    return expand_dollar (template, cursor, text + 1, error);
  if (text[0] != '$' && (template->count == 0 || strchr (text, '{') == NULL))
    return foliot_value_ref (cursor->value);
  out = g_string_new (text[0] == '$' ? text + 1 : text);
  for (gsize i = 0; template->count > 0 && i < G_N_ELEMENTS (index_names); i++)
    {
      g_autofree char *name = g_strdup_printf ("{%s}", index_names[i]);
      g_autofree char *number = g_strdup_printf ("%" G_GSIZE_FORMAT, get_index (template, i));

      g_string_replace (out, name, number, 0);
    }
  return foliot_value_new_string (out->str);
}

static FoliotValue *
expand_each (const FoliotTemplate *template, const FoliotCursor *cursor, GError **error)
{
  FoliotCursor each = foliot_cursor_member (cursor, "each"), item;

  if (!foliot_cursor_expect_list (&each, error))
    return NULL;
  if (template->count == 0 || foliot_value_get_length (each.value) != template->count)
    {
      foliot_cursor_fail (&each, FOLIOT_SCENARIO_ERROR_TYPE, error,
                          "expected as many items as \"count\" says (%" G_GSIZE_FORMAT
                          "), found %" G_GSIZE_FORMAT,
                          template->count, foliot_value_get_length (each.value));
      return NULL;
    }
  item = foliot_cursor_element (&each, template->index);
  return foliot_template_expand (template, &item, error);
}

static FoliotValue *
expand_list (const FoliotTemplate *template, const FoliotCursor *cursor, GError **error)
{
  gsize n = foliot_value_get_length (cursor->value);
  g_autofree FoliotValue **items = g_new0 (FoliotValue *, n + 1);

  for (gsize i = 0; i < n; i++)
    {
      FoliotCursor item = foliot_cursor_element (cursor, i);

      items[i] = foliot_template_expand (template, &item, error);
      if (items[i] == NULL)
        {
          while (i-- > 0)
            foliot_value_unref (items[i]);
          return NULL;
        }
    }
  return foliot_value_new_list (items, n);
}

static FoliotValue *
expand_map (const FoliotTemplate *template, const FoliotCursor *cursor, GError **error)
{
  gsize n = foliot_value_get_length (cursor->value);
  g_autofree FoliotValue **pairs = g_new0 (FoliotValue *, 2 * n + 1);

  if (n == 1 && foliot_value_lookup (cursor->value, "each") != NULL)
    return expand_each (template, cursor, error);
  for (gsize i = 0; i < n; i++)
    {
      FoliotValue *key = foliot_value_get_key (cursor->value, i);
      FoliotCursor member = foliot_cursor_member (cursor, foliot_value_get_string (key, NULL));
      FoliotValue *value = foliot_template_expand (template, &member, error);

      if (value == NULL)
        {
          for (gsize k = 0; k < 2 * i; k++)
            foliot_value_unref (pairs[k]);
          return NULL;
        }
      pairs[2 * i] = foliot_value_ref (key);
      pairs[2 * i + 1] = value;
    }
  return foliot_value_new_map (pairs, n);
}

FoliotValue *
foliot_template_expand (const FoliotTemplate *template, const FoliotCursor *cursor, GError **error)
{
  switch (foliot_value_get_kind (cursor->value))
    {
    case FOLIOT_VALUE_STRING:
      return expand_text (template, cursor, error);
    case FOLIOT_VALUE_LIST:
      return expand_list (template, cursor, error);
    case FOLIOT_VALUE_MAP:
      return expand_map (template, cursor, error);
    default:
      return foliot_value_ref (cursor->value);
    }
}
