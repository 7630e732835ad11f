/* SPDX-License-Identifier: MIT */
#include "tools/foliot-diff-value.h"

#define MAX_DEPTH 64

/* A request is [path, arguments, arguments by name]. */
static gboolean
is_call (const FoliotContent *content)
{
  FoliotValue *value = content->value;

  return g_str_equal (content->what, "request") && foliot_value_get_kind (value) == FOLIOT_VALUE_LIST
         && foliot_value_get_length (value) == 3
         && foliot_value_get_kind (foliot_value_get_item (value, 0)) == FOLIOT_VALUE_STRING
         && foliot_value_get_kind (foliot_value_get_item (value, 1)) == FOLIOT_VALUE_LIST
         && foliot_value_get_kind (foliot_value_get_item (value, 2)) == FOLIOT_VALUE_MAP;
}

static void
append_printed (GString *text, FoliotValue *value)
{
  g_autofree char *printed = foliot_value_print (value);

  g_string_append (text, printed);
}

static void
append_call (GString *text, FoliotValue *call)
{
  FoliotValue *args = foliot_value_get_item (call, 1), *keywords = foliot_value_get_item (call, 2);
  const char *separator = "";

  g_string_append_printf (text, " %s (", foliot_value_get_string (foliot_value_get_item (call, 0), NULL));
  for (gsize i = 0; i < foliot_value_get_length (args); i++, separator = ", ")
    {
      g_string_append (text, separator);
      append_printed (text, foliot_value_get_item (args, i));
    }
  for (gsize i = 0; i < foliot_value_get_length (keywords); i++, separator = ", ")
    {
      g_string_append (text, separator);
      append_printed (text, foliot_value_get_key (keywords, i));
      g_string_append (text, "=");
      append_printed (text, foliot_value_get_pair_value (keywords, i));
    }
  g_string_append_c (text, ')');
}

char *
foliot_diff_content_print (const FoliotContent *content)
{
  GString *text = g_string_new (content->what);

  if (is_call (content))
    append_call (text, content->value);
  else
    {
      g_string_append_c (text, ' ');
      append_printed (text, content->value);
    }
  return g_string_free (text, FALSE);
}

/* -- where two part --------------------------------------------------------------------------------------------------- */

static gboolean
is_list_pair (FoliotValue *a, FoliotValue *b, FoliotValueKind kind)
{
  return foliot_value_get_kind (a) == kind && foliot_value_get_kind (b) == kind;
}

/* Whether every key of @a stands at the same place in @b. */
static gboolean
have_same_keys (FoliotValue *a, FoliotValue *b)
{
  gsize n = foliot_value_get_length (a);

  if (foliot_value_get_length (b) != n)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    if (!foliot_value_equal (foliot_value_get_key (a, i), foliot_value_get_key (b, i)))
      return FALSE;
  return TRUE;
}

static gboolean find_in (FoliotValue **a, FoliotValue **b, GString *place, guint depth);

static gboolean
find_in_list (FoliotValue **a, FoliotValue **b, GString *place, guint depth)
{
  gsize n = foliot_value_get_length (*a), length = place->len;

  if (foliot_value_get_length (*b) != n)
    return TRUE;
  for (gsize i = 0; i < n; i++)
    {
      FoliotValue *x = foliot_value_get_item (*a, i), *y = foliot_value_get_item (*b, i);

      g_string_append_printf (place, "[%" G_GSIZE_FORMAT "]", i);
      if (find_in (&x, &y, place, depth + 1))
        {
          *a = x;
          *b = y;
          return TRUE;
        }
      g_string_truncate (place, length);
    }
  return FALSE;
}

static gboolean
find_in_map (FoliotValue **a, FoliotValue **b, GString *place, guint depth)
{
  gsize n = foliot_value_get_length (*a), length = place->len;

  if (!have_same_keys (*a, *b))
    return TRUE;
  for (gsize i = 0; i < n; i++)
    {
      FoliotValue *x = foliot_value_get_pair_value (*a, i), *y = foliot_value_get_pair_value (*b, i);
      FoliotValue *key = foliot_value_get_key (*a, i);

      g_string_append (place, ".");
      if (foliot_value_get_kind (key) == FOLIOT_VALUE_STRING)
        g_string_append (place, foliot_value_get_string (key, NULL));
      else
        append_printed (place, key);
      if (find_in (&x, &y, place, depth + 1))
        {
          *a = x;
          *b = y;
          return TRUE;
        }
      g_string_truncate (place, length);
    }
  return FALSE;
}

/* Goes down to the first difference: *@a and *@b become what stands there. */
static gboolean
find_in (FoliotValue **a, FoliotValue **b, GString *place, guint depth)
{
  if (foliot_value_equal (*a, *b))
    return FALSE;
  if (depth < MAX_DEPTH && is_list_pair (*a, *b, FOLIOT_VALUE_LIST))
    return find_in_list (a, b, place, depth);
  if (depth < MAX_DEPTH && is_list_pair (*a, *b, FOLIOT_VALUE_MAP))
    return find_in_map (a, b, place, depth);
  return TRUE;
}

/* The parts of a call have names. */
static gboolean
find_in_content (const FoliotContent *a, const FoliotContent *b, FoliotValue **x, FoliotValue **y,
                 GString *place)
{
  static const char *const parts[] = { "path", "args", "" };

  *x = a->value;
  *y = b->value;
  if (!is_call (a) || !is_call (b))
    return find_in (x, y, place, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      *x = foliot_value_get_item (a->value, i);
      *y = foliot_value_get_item (b->value, i);
      g_string_assign (place, parts[i]);
      if (find_in (x, y, place, 0))
        {
          if (place->str[0] == '.')
            g_string_erase (place, 0, 1);
          return TRUE;
        }
    }
  return FALSE;
}

char *
foliot_diff_contents_find (GPtrArray *a, GPtrArray *b, char **out_a, char **out_b)
{
  for (guint i = 0; i < MIN (a->len, b->len); i++)
    {
      const FoliotContent *first = g_ptr_array_index (a, i), *second = g_ptr_array_index (b, i);
      g_autoptr (GString) place = g_string_new (NULL);
      FoliotValue *x, *y;

      if (!g_str_equal (first->what, second->what))
        return NULL;
      if (!find_in_content (first, second, &x, &y, place))
        continue;
      *out_a = foliot_value_print (x);
      *out_b = foliot_value_print (y);
      return g_strdup (place->str);
    }
  return NULL;
}
