/* SPDX-License-Identifier: MIT */
#include "cosim/foliot-mosaik-private.h"

#include <string.h>

#include "base/foliot-text-private.h"

/*
 * Failures, from mosaik and to it. What mosaik sent is kept with the error, whole; which failure it is, is read from its
 * text, which has been the same through releases that renamed the classes.
 */

typedef struct
{
  char *class_name, *text, *trace; /* (nullable): of mosaik */
} FoliotMosaikErrorPrivate;

static void
foliot_mosaik_error_private_init (FoliotMosaikErrorPrivate *private)
{
}

static void
foliot_mosaik_error_private_copy (const FoliotMosaikErrorPrivate *from, FoliotMosaikErrorPrivate *to)
{
  to->class_name = g_strdup (from->class_name);
  to->text = g_strdup (from->text);
  to->trace = g_strdup (from->trace);
}

static void
foliot_mosaik_error_private_clear (FoliotMosaikErrorPrivate *private)
{
  g_free (private->class_name);
  g_free (private->text);
  g_free (private->trace);
}

G_DEFINE_EXTENDED_ERROR (FoliotMosaikError, foliot_mosaik_error)

static const FoliotMosaikErrorPrivate *
peek (const GError *error)
{
  static const FoliotMosaikErrorPrivate nothing = { NULL };

  return error != NULL && error->domain == FOLIOT_MOSAIK_ERROR ? foliot_mosaik_error_get_private (error)
                                                               : &nothing;
}

const char *
foliot_mosaik_error_get_class_name (const GError *error)
{
  return peek (error)->class_name;
}

const char *
foliot_mosaik_error_get_text (const GError *error)
{
  return peek (error)->text;
}

const char *
foliot_mosaik_error_get_trace (const GError *error)
{
  return peek (error)->trace;
}

/* ---- to mosaik ---- */

/* Returns: (transfer full): one line of text, as valid as the wire wants it. */
static FoliotValue *
new_line (const char *text)
{
  g_autofree char *valid = _foliot_text_dup_valid (text);

  return foliot_value_new_string (valid);
}

/* As a Python peer would call it: mosaik prints the name. */
static const char *
get_class_name (const GError *error)
{
  const char *remote = foliot_mosaik_error_get_class_name (error);

  if (remote != NULL)
    return remote;
  if (g_error_matches (error, FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_PROTOCOL))
    return "TypeError";
  if (g_error_matches (error, FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_META))
    return "ValueError";
  return foliot_error_get_wire_name (error);
}

FoliotValue *
_foliot_mosaik_error_to_wire (const GError *error, const char *where)
{
  const FoliotMosaikErrorPrivate *remote = peek (error);
  const char *name = get_class_name (error);
  g_autofree char *place
      = g_strdup_printf ("in %s (%s %d)\n", where, g_quark_to_string (error->domain), error->code);

  if (remote->trace == NULL)
    return foliot_value_build_list (new_line (name), new_line (error->message), new_line (place), NULL);
  return foliot_value_build_list (new_line (name), new_line (error->message), new_line (place),
                                  new_line (remote->trace), NULL);
}

/* ---- from mosaik ---- */

static const struct
{
  const char *text;
  FoliotMosaikError code;
} known[] = {
  { "No connection from ", FOLIOT_MOSAIK_ERROR_NOT_CONNECTED },
  { "Async. requests not enabled", FOLIOT_MOSAIK_ERROR_NOT_ENABLED },
  { "get_data must happen in step", FOLIOT_MOSAIK_ERROR_NOT_IN_STEP },
  { "tried to set an event in non-real-time mode", FOLIOT_MOSAIK_ERROR_NOT_REAL_TIME },
};

/* A name that is not there is Python's KeyError, and its text the name alone. */
static FoliotMosaikError
classify (const char *class_name, const char *text)
{
  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (strstr (text, known[i].text) != NULL)
      return known[i].code;
  return g_str_equal (class_name, "KeyError") ? FOLIOT_MOSAIK_ERROR_UNKNOWN : FOLIOT_MOSAIK_ERROR_FAILED;
}

/* Returns: (transfer full): item @index of @content as a text, whatever it is; '' behind the end. */
static char *
dup_item (FoliotValue *content, gsize index)
{
  FoliotValue *item = content;

  if (foliot_value_get_kind (content) == FOLIOT_VALUE_LIST)
    {
      if (index >= foliot_value_get_length (content))
        return g_strdup ("");
      item = foliot_value_get_item (content, index);
    }
  else if (index != 1) /* a text alone is the message, as the protocol's own description has it */
    return g_strdup ("");
  if (foliot_value_get_kind (item) != FOLIOT_VALUE_STRING)
    return foliot_value_print (item);
  return _foliot_text_dup_valid (foliot_value_get_string (item, NULL));
}

static char *
dup_trace (FoliotValue *content)
{
  GString *trace = g_string_new (NULL);
  gsize n = foliot_value_get_kind (content) == FOLIOT_VALUE_LIST ? foliot_value_get_length (content) : 0;

  for (gsize i = 2; i < n; i++)
    {
      g_autofree char *line = dup_item (content, i);

      g_string_append (trace, line);
      if (!g_str_has_suffix (line, "\n"))
        g_string_append_c (trace, '\n');
    }
  return g_string_free (trace, FALSE);
}

GError *
_foliot_mosaik_error_new_remote (const char *request, FoliotValue *content)
{
  g_autofree char *class_name = dup_item (content, 0), *text = dup_item (content, 1);
  GError *error
      = g_error_new (FOLIOT_MOSAIK_ERROR, (gint) classify (class_name, text), "mosaik refused %s: %s%s%s",
                     request, class_name, *class_name != '\0' ? ": " : "", text);
  FoliotMosaikErrorPrivate *private = foliot_mosaik_error_get_private (error);

  private->class_name = g_steal_pointer (&class_name);
  private->text = g_steal_pointer (&text);
  private->trace = dup_trace (content);
  return error;
}
