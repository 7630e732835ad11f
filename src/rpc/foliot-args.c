/* SPDX-License-Identifier: MIT */
#include "rpc/foliot-args-private.h"

/*
 * Binding does what Python does at a call, in its order and in its words: a caller that was written against a Python
 * peer sees the same texts. First come the positional arguments, then the keywords, of which the first bad one is the
 * error, then too many positional ones, then what is missing; types, which Python does not know, come last.
 *
 * The usual call has as many positional arguments as are declared and no keyword; then binding is a copy of pointers
 * and one look at each type.
 */

#include "base/foliot-text-private.h"

#include <string.h>

const char *
_foliot_args_python_type (const FoliotValue *value)
{
  FoliotValueKind kind = foliot_value_get_kind (value);
  GType type;

  if (kind != FOLIOT_VALUE_OBJECT)
    return foliot_value_kind_to_python_name (kind);
  type = foliot_value_get_object_type (value);
  return type == FOLIOT_TYPE_PROXY ? "Proxy" : g_type_name (type);
}

static gboolean type_error (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
type_error (GError **error, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_TYPE, text);
  return FALSE;
}

/* ---- what can be wrong ---- */

static gboolean
fail_too_many (const FoliotSignature *signature, const char *function, guint n_implied, gsize n_given,
               GError **error)
{
  guint most = signature->n_named + n_implied;
  guint least = signature->n_required + n_implied;
  const char *were = n_given + n_implied == 1 ? "was" : "were";

  if (least < most)
    return type_error (error,
                       "%s() takes from %u to %u positional arguments but %" G_GSIZE_FORMAT " %s given",
                       function, least, most, n_given + n_implied, were);
  return type_error (error, "%s() takes %u positional argument%s but %" G_GSIZE_FORMAT " %s given", function,
                     most, most == 1 ? "" : "s", n_given + n_implied, were);
}

/* 'a' — 'a' and 'b' — 'a', 'b', and 'c' */
static gboolean
fail_missing (const FoliotArgs *args, const char *function, GError **error)
{
  const FoliotSignature *signature = args->signature;
  g_autoptr (GString) names = g_string_new (NULL);
  guint n_missing = 0, n_named = 0;

  for (guint i = 0; i < signature->n_required; i++)
    n_missing += args->values[i] == NULL;
  for (guint i = 0; i < signature->n_required; i++)
    {
      if (args->values[i] != NULL)
        continue;
      if (n_named > 0)
        g_string_append (names, n_missing > 2 ? ", " : " ");
      if (n_named > 0 && n_named + 1 == n_missing)
        g_string_append (names, "and ");
      g_string_append_printf (names, "'%s'", signature->parameters[i].name);
      n_named++;
    }
  return type_error (error, "%s() missing %u required positional argument%s: %s", function, n_missing,
                     n_missing == 1 ? "" : "s", names->str);
}

static gboolean
fail_wrong_type (const FoliotParameter *parameter, const char *function, const FoliotValue *value,
                 GError **error)
{
  const char *is = _foliot_signature_type_of (value);
  const char *must = _foliot_signature_type_name (parameter->type);

  if (strcmp (is, must) == 0)
    return type_error (error, "%s() argument '%s' must be %s within 64 bits", function, parameter->name,
                       must);
  return type_error (error, "%s() argument '%s' must be %s%s, not %s", function, parameter->name, must,
                     parameter->nullable ? " or null" : "", is);
}

/* ---- binding ---- */

static gboolean
text_is (const FoliotValue *text, const char *name)
{
  gsize length;
  const char *own = foliot_value_get_string (text, &length);

  return strlen (name) == length && memcmp (own, name, length) == 0;
}

/* The pairs of @keywords that @unknown marks: those that no parameter has. */
static FoliotValue *
collect_more (FoliotValue *keywords, const guint8 *unknown, gsize n_unknown)
{
  g_autofree FoliotValue **pairs = g_new (FoliotValue *, 2 * n_unknown + 1);
  gsize n_pairs = foliot_value_get_length (keywords), n = 0;

  for (gsize i = 0; i < n_pairs; i++)
    {
      if (!unknown[i])
        continue;
      pairs[n++] = foliot_value_ref (foliot_value_get_key (keywords, i));
      pairs[n++] = foliot_value_ref (foliot_value_get_pair_value (keywords, i));
    }
  return foliot_value_new_map (pairs, n_unknown);
}

static gboolean
find_parameter (const FoliotSignature *signature, const FoliotValue *key, guint *out_index)
{
  for (guint i = 0; i < signature->n_named; i++)
    if (text_is (key, signature->parameters[i].name))
      {
        *out_index = i;
        return TRUE;
      }
  return FALSE;
}

static gboolean
check_keyword_names (FoliotValue *keywords, const char *function, GError **error)
{
  if ((foliot_value_get_traits (keywords) & FOLIOT_VALUE_HAS_OTHER_KEY) == 0)
    return TRUE;
  for (gsize i = 0; i < foliot_value_get_length (keywords); i++)
    if (foliot_value_get_kind (foliot_value_get_key (keywords, i)) != FOLIOT_VALUE_STRING)
      return type_error (error, "%s() keywords must be strings", function);
  return TRUE;
}

static gboolean
bind_keywords (FoliotArgs *args, const char *function, FoliotValue *keywords, GError **error)
{
  const FoliotSignature *signature = args->signature;
  gsize n_pairs = foliot_value_get_length (keywords), n_unknown = 0;
  g_autofree guint8 *unknown = g_new0 (guint8, n_pairs);

  if (!check_keyword_names (keywords, function, error))
    return FALSE;
  for (gsize i = 0; i < n_pairs; i++)
    {
      FoliotValue *key = foliot_value_get_key (keywords, i);
      guint index;

      if (!find_parameter (signature, key, &index))
        {
          if (!signature->has_more)
            return type_error (error, "%s() got an unexpected keyword argument '%s'", function,
                               foliot_value_get_string (key, NULL));
          unknown[i] = TRUE;
          n_unknown++;
          continue;
        }
      if (args->values[index] != NULL)
        return type_error (error, "%s() got multiple values for argument '%s'", function,
                           signature->parameters[index].name);
      args->values[index] = foliot_value_get_pair_value (keywords, i);
    }
  if (n_unknown > 0)
    args->more = collect_more (keywords, unknown, n_unknown);
  return TRUE;
}

static FoliotValue *
collect_rest (FoliotValue *positional, gsize first, gsize n_given)
{
  g_autofree FoliotValue **items = NULL;

  if (first == 0 && positional != NULL)
    return foliot_value_ref (positional);
  if (first >= n_given)
    return foliot_value_new_list (NULL, 0);
  items = g_new (FoliotValue *, n_given - first);
  for (gsize i = first; i < n_given; i++)
    items[i - first] = foliot_value_ref (foliot_value_get_item (positional, i));
  return foliot_value_new_list (items, n_given - first);
}

static gboolean
is_complete (const FoliotArgs *args)
{
  for (guint i = 0; i < args->signature->n_required; i++)
    if (args->values[i] == NULL)
      return FALSE;
  return TRUE;
}

/* Puts the defaults and the collected arguments in their places. */
static gboolean
complete (FoliotArgs *args, const char *function, gsize n_given, GError **error)
{
  const FoliotSignature *signature = args->signature;
  guint next = signature->n_named;

  if (n_given < signature->n_required && !is_complete (args))
    return fail_missing (args, function, error);
  for (guint i = 0; i < signature->n_named; i++)
    {
      const FoliotParameter *parameter = &signature->parameters[i];

      if (args->values[i] == NULL)
        args->values[i] = parameter->fallback;
      if (!_foliot_signature_takes (parameter, args->values[i]))
        return fail_wrong_type (parameter, function, args->values[i], error);
    }
  if (signature->has_rest)
    {
      args->rest = collect_rest (args->positional, signature->n_named, n_given);
      args->values[next++] = args->rest;
    }
  if (signature->has_more)
    {
      if (args->more == NULL)
        args->more = foliot_value_new_map (NULL, 0);
      args->values[next] = args->more;
    }
  return TRUE;
}

void
_foliot_args_init (FoliotArgs *args)
{
  args->values = args->few;
  args->positional = args->keywords = args->rest = args->more = NULL;
  args->client = NULL;
}

static gboolean
bind_in_full (FoliotArgs *args, const char *function, guint n_implied, FoliotValue **given, guint n_given,
              GError **error)
{
  const FoliotSignature *signature = args->signature;
  FoliotValue *keywords = args->keywords;
  guint n_direct = MIN (n_given, signature->n_named);

  if (signature->n_parameters > FOLIOT_ARGS_N_FEW)
    args->values = g_new (FoliotValue *, signature->n_parameters);
  for (guint i = 0; i < n_direct; i++)
    args->values[i] = given[i];
  for (guint i = n_direct; i < signature->n_parameters; i++)
    args->values[i] = NULL;
  if (keywords != NULL && keywords->n_items > 0 && !bind_keywords (args, function, keywords, error))
    return FALSE;
  if (n_given > signature->n_named && !signature->has_rest)
    return fail_too_many (signature, function, n_implied, n_given, error);
  return complete (args, function, n_given, error);
}

gboolean
_foliot_args_bind (FoliotArgs *args, const FoliotSignature *signature, const char *function, guint n_implied,
                   FoliotValue *positional, FoliotValue *keywords, GError **error)
{
  FoliotValue **given = positional != NULL ? _foliot_value_items (positional) : NULL;
  guint n_given = positional != NULL ? positional->n_items : 0;

  args->signature = signature;
  args->positional = positional != NULL ? _foliot_value_ref (positional) : NULL;
  args->keywords = keywords != NULL ? _foliot_value_ref (keywords) : NULL;
  if (n_given != signature->n_parameters || signature->n_named != n_given || n_given > FOLIOT_ARGS_N_FEW
      || (keywords != NULL && keywords->n_items > 0))
    return bind_in_full (args, function, n_implied, given, n_given, error);
  for (guint i = 0; i < n_given; i++)
    {
      args->few[i] = given[i];
      if (G_UNLIKELY (!_foliot_signature_takes (&signature->parameters[i], given[i])))
        return fail_wrong_type (&signature->parameters[i], function, given[i], error);
    }
  return TRUE;
}

void
_foliot_args_clear (FoliotArgs *args)
{
  if (args->values != args->few)
    g_free (args->values);
  if (args->rest != NULL)
    _foliot_value_unref (args->rest);
  if (args->more != NULL)
    _foliot_value_unref (args->more);
  if (args->positional != NULL)
    _foliot_value_unref (args->positional);
  if (args->keywords != NULL)
    _foliot_value_unref (args->keywords);
}

FoliotArgs *
foliot_signature_bind (const FoliotSignature *signature, const char *function, FoliotValue *positional,
                       FoliotValue *keywords, GError **error)
{
  g_autoptr (FoliotArgs) args = NULL;

  g_return_val_if_fail (positional == NULL || foliot_value_get_kind (positional) == FOLIOT_VALUE_LIST, NULL);
  g_return_val_if_fail (keywords == NULL || foliot_value_get_kind (keywords) == FOLIOT_VALUE_MAP, NULL);
  args = g_new (FoliotArgs, 1);
  _foliot_args_init (args);
  if (!_foliot_args_bind (args, signature, function, 0, positional, keywords, error))
    return NULL;
  return g_steal_pointer (&args);
}

void
foliot_args_free (FoliotArgs *args)
{
  _foliot_args_clear (args);
  g_free (args);
}

/* ---- getters ---- */

FoliotValue *
foliot_args_get_value (FoliotArgs *args, const char *name)
{
  const FoliotSignature *signature = args->signature;

  for (guint i = 0; i < signature->n_parameters; i++)
    if (_foliot_text_is_name (signature->parameters[i].name, name))
      return args->values[i];
  g_critical ("no argument '%s' is declared", name);
  return NULL;
}

gboolean
foliot_args_get_bool (FoliotArgs *args, const char *name)
{
  FoliotValue *value = foliot_args_get_value (args, name);
  return value != NULL && foliot_value_get_bool (value);
}

gint64
foliot_args_get_int (FoliotArgs *args, const char *name)
{
  FoliotValue *value = foliot_args_get_value (args, name);

  if (G_LIKELY (value != NULL && value->kind == FOLIOT_VALUE_INT && value->detail == 0))
    return value->integer;
  return value != NULL ? foliot_value_get_int (value) : 0;
}

double
foliot_args_get_double (FoliotArgs *args, const char *name)
{
  FoliotValue *value = foliot_args_get_value (args, name);
  return value != NULL ? foliot_value_get_double (value) : 0.0;
}

gboolean
foliot_args_is_null (FoliotArgs *args, const char *name)
{
  FoliotValue *value = foliot_args_get_value (args, name);
  return value == NULL || foliot_value_is_null (value);
}

const char *
foliot_args_get_string (FoliotArgs *args, const char *name)
{
  FoliotValue *value = foliot_args_get_value (args, name);

  if (value == NULL || foliot_value_is_null (value))
    return NULL;
  return foliot_value_get_string (value, NULL);
}

FoliotProxy *
foliot_args_get_proxy (FoliotArgs *args, const char *name)
{
  FoliotValue *value = foliot_args_get_value (args, name);

  if (value == NULL || foliot_value_is_null (value))
    return NULL;
  return foliot_value_get_proxy (value);
}

FoliotProxy *
foliot_args_dup_proxy (FoliotArgs *args, const char *name)
{
  FoliotProxy *proxy = foliot_args_get_proxy (args, name);
  return proxy != NULL ? foliot_proxy_ref (proxy) : NULL;
}
