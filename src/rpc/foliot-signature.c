/* SPDX-License-Identifier: MIT */
#include "rpc/foliot-args-private.h"

/*
 * The text of a signature is read once, when a method table is first used; a call only walks the parsed parameters.
 *
 * Blanks separate as well as commas do, so the reader looks behind blanks for a ':' or '=' before it ends a parameter:
 * `a: number, b: number = 2` is the same as `a:number b:number=2`. A default is JSON and may hold blanks and commas of
 * its own; where it ends is found by its brackets and quotes, what it is by the JSON codec.
 */

#include "base/foliot-value-private.h"

#include <foliot/foliot-codec.h>

#include <string.h>

static const char *const type_names[]
    = { "any", "bool", "int", "number", "string", "bytes", "list", "map", "date", "proxy" };

#define MAX_PARAMETERS 64

typedef struct
{
  const char *text;
  const char *at;
  GArray *parameters; /* of FoliotParameter */
  FoliotSignature *signature;
} Reader;

const char *
_foliot_signature_type_name (FoliotArgType type)
{
  return type_names[type];
}

const char *
_foliot_signature_type_of (const FoliotValue *value)
{
  switch (foliot_value_get_kind (value))
    {
    case FOLIOT_VALUE_NULL:
      return "null";
    case FOLIOT_VALUE_BOOL:
      return "bool";
    case FOLIOT_VALUE_INT:
    case FOLIOT_VALUE_BIGINT:
      return "int";
    case FOLIOT_VALUE_DOUBLE:
      return "number";
    case FOLIOT_VALUE_STRING:
      return "string";
    case FOLIOT_VALUE_BYTES:
      return "bytes";
    case FOLIOT_VALUE_LIST:
      return "list";
    case FOLIOT_VALUE_MAP:
      return "map";
    case FOLIOT_VALUE_DATE:
      return "date";
    case FOLIOT_VALUE_EXT:
      return "ext";
    case FOLIOT_VALUE_OBJECT:
      return foliot_value_get_object_type (value) == FOLIOT_TYPE_PROXY ? "proxy" : "object";
    }
  g_assert_not_reached ();
}

static guint32
get_kinds (FoliotArgType type, gboolean nullable)
{
  static const guint32 kinds[] = {
    [FOLIOT_ARG_ANY] = G_MAXUINT32,
    [FOLIOT_ARG_BOOL] = 1u << FOLIOT_VALUE_BOOL,
    [FOLIOT_ARG_INT] = 1u << FOLIOT_VALUE_INT,
    [FOLIOT_ARG_NUMBER] = 1u << FOLIOT_VALUE_DOUBLE | 1u << FOLIOT_VALUE_INT | 1u << FOLIOT_VALUE_BIGINT,
    [FOLIOT_ARG_STRING] = 1u << FOLIOT_VALUE_STRING,
    [FOLIOT_ARG_BYTES] = 1u << FOLIOT_VALUE_BYTES,
    [FOLIOT_ARG_LIST] = 1u << FOLIOT_VALUE_LIST,
    [FOLIOT_ARG_MAP] = 1u << FOLIOT_VALUE_MAP,
    [FOLIOT_ARG_DATE] = 1u << FOLIOT_VALUE_DATE,
    [FOLIOT_ARG_PROXY] = 1u << FOLIOT_VALUE_OBJECT,
  };

  return kinds[type] | (nullable ? 1u << FOLIOT_VALUE_NULL : 0);
}

gboolean
_foliot_signature_is_proxy (const FoliotValue *value)
{
  return foliot_value_get_object_type (value) == FOLIOT_TYPE_PROXY;
}

/* ---- reading ---- */

static gboolean fail (const Reader *reader, GError **error, const char *format, ...) G_GNUC_PRINTF (3, 4);

static gboolean
fail (const Reader *reader, GError **error, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "Signature \"%s\", offset %" G_GSIZE_FORMAT ": %s",
               reader->text, (gsize) (reader->at - reader->text), what);
  return FALSE;
}

static void
skip_blanks (Reader *reader)
{
  while (g_ascii_isspace (*reader->at))
    reader->at++;
}

/* Takes @character, and the blanks before it, if it comes next. */
static gboolean
take (Reader *reader, char character)
{
  const char *at = reader->at;

  while (g_ascii_isspace (*at))
    at++;
  if (*at != character)
    return FALSE;
  reader->at = at + 1;
  return TRUE;
}

static char *
read_word (Reader *reader)
{
  const char *start = reader->at;

  if (!g_ascii_isalpha (*start) && *start != '_')
    return NULL;
  while (g_ascii_isalnum (*reader->at) || *reader->at == '_')
    reader->at++;
  return g_strndup (start, (gsize) (reader->at - start));
}

static gboolean
read_type (Reader *reader, FoliotParameter *parameter, GError **error)
{
  g_autofree char *word = NULL;
  const char *start;

  skip_blanks (reader);
  start = reader->at;
  word = read_word (reader);
  for (guint i = 0; word != NULL && i < G_N_ELEMENTS (type_names); i++)
    if (strcmp (word, type_names[i]) == 0)
      {
        parameter->type = (FoliotArgType) i;
        parameter->nullable = *reader->at == '?';
        reader->at += parameter->nullable;
        return TRUE;
      }
  reader->at = start;
  return fail (reader, error,
               "not a type: use any, bool, int, number, string, bytes, list, map, date or proxy");
}

/* The end of the JSON value that starts at @at: behind its quotes or brackets, else before a comma or blank. */
static const char *
find_json_end (const char *at)
{
  guint n_open = 0;
  gboolean quoted = FALSE;

  for (; *at != '\0'; at++)
    {
      if (quoted && *at == '\\' && at[1] != '\0')
        at++;
      else if (*at == '"')
        quoted = !quoted;
      else if (!quoted && n_open == 0 && (*at == ',' || g_ascii_isspace (*at)))
        break;
      else if (!quoted && (*at == '[' || *at == '{'))
        n_open++;
      else if (!quoted && (*at == ']' || *at == '}') && n_open > 0)
        n_open--;
    }
  return at;
}

static gboolean
read_default (Reader *reader, FoliotParameter *parameter, GError **error)
{
  g_autoptr (FoliotCodec) json = foliot_codec_new (FOLIOT_TYPE_CODEC_JSON);
  g_autoptr (GError) why = NULL;
  const char *end;
  gsize length;

  skip_blanks (reader);
  end = find_json_end (reader->at);
  length = (gsize) (end - reader->at);
  parameter->fallback = foliot_codec_read (json, (const guint8 *) reader->at, length, &why);
  if (parameter->fallback == NULL)
    return fail (reader, error, "the default of '%s' is no JSON value: %s", parameter->name, why->message);
  if (!_foliot_signature_takes (parameter, parameter->fallback))
    return fail (reader, error, "the default of '%s' is of type %s, not %s", parameter->name,
                 _foliot_signature_type_of (parameter->fallback), type_names[parameter->type]);
  parameter->fallback_text = g_strndup (reader->at, length);
  reader->at = end;
  return TRUE;
}

static gboolean
check_new_name (const Reader *reader, const char *name, GError **error)
{
  if (reader->parameters->len == MAX_PARAMETERS)
    return fail (reader, error, "more than %d arguments", MAX_PARAMETERS);
  for (guint i = 0; i < reader->parameters->len; i++)
    if (strcmp (g_array_index (reader->parameters, FoliotParameter, i).name, name) == 0)
      return fail (reader, error, "'%s' is declared twice", name);
  return TRUE;
}

/* Takes the name over into a new parameter, which lies in the array from here on. */
static FoliotParameter *
add_parameter (Reader *reader, char **name, GError **error)
{
  FoliotParameter fresh = { .type = FOLIOT_ARG_ANY };

  if (!check_new_name (reader, *name, error))
    return NULL;
  fresh.name = g_steal_pointer (name);
  g_array_append_val (reader->parameters, fresh);
  return &g_array_index (reader->parameters, FoliotParameter, reader->parameters->len - 1);
}

static gboolean
read_collector (Reader *reader, GError **error)
{
  FoliotSignature *signature = reader->signature;
  gboolean more = reader->at[1] == '*';
  g_autofree char *name = NULL;

  if (signature->has_more || (!more && signature->has_rest))
    return fail (reader, error, "only one '*' and then one '**' argument can be declared");
  reader->at += more ? 2 : 1;
  name = read_word (reader);
  if (name == NULL)
    return fail (reader, error, "no name behind '*'");
  if (add_parameter (reader, &name, error) == NULL)
    return FALSE;
  if (more)
    signature->has_more = TRUE;
  else
    signature->has_rest = TRUE;
  return TRUE;
}

static gboolean
read_named (Reader *reader, GError **error)
{
  FoliotSignature *signature = reader->signature;
  FoliotParameter *parameter;
  g_autofree char *name = read_word (reader);

  if (name == NULL)
    return fail (reader, error, "not a name");
  if (signature->has_rest || signature->has_more)
    return fail (reader, error, "'%s' follows a '*' argument", name);
  parameter = add_parameter (reader, &name, error);
  if (parameter == NULL || (take (reader, ':') && !read_type (reader, parameter, error)))
    return FALSE;
  parameter->kinds = get_kinds (parameter->type, parameter->nullable);
  signature->n_named++;
  if (take (reader, '='))
    return read_default (reader, parameter, error);
  if (signature->n_required + 1 < signature->n_named)
    return fail (reader, error, "'%s' has no default, but follows one that has", parameter->name);
  signature->n_required++;
  return TRUE;
}

static gboolean
read_all (Reader *reader, GError **error)
{
  skip_blanks (reader);
  while (*reader->at != '\0')
    {
      const char *end;

      if (!(*reader->at == '*' ? read_collector (reader, error) : read_named (reader, error)))
        return FALSE;
      end = reader->at;
      if (!take (reader, ','))
        skip_blanks (reader);
      if (reader->at == end && *end != '\0')
        return fail (reader, error, "expected a comma or a blank");
      skip_blanks (reader);
    }
  return TRUE;
}

static void
clear_parameter (gpointer data)
{
  FoliotParameter *parameter = data;

  g_free (parameter->name);
  g_free (parameter->fallback_text);
  g_clear_pointer (&parameter->fallback, foliot_value_unref);
}

FoliotSignature *
foliot_signature_new (const char *text, GError **error)
{
  g_autoptr (FoliotSignature) signature = g_new0 (FoliotSignature, 1);
  g_autoptr (GArray) parameters = g_array_new (FALSE, FALSE, sizeof (FoliotParameter));
  Reader reader = { .text = text, .at = text, .parameters = parameters, .signature = signature };

  g_return_val_if_fail (text != NULL, NULL);
  g_array_set_clear_func (parameters, clear_parameter);
  if (!read_all (&reader, error))
    return NULL;
  signature->n_parameters = parameters->len;
  signature->parameters = (FoliotParameter *) (gpointer) g_array_steal (parameters, NULL);
  return g_steal_pointer (&signature);
}

void
foliot_signature_free (FoliotSignature *signature)
{
  for (guint i = 0; i < signature->n_parameters; i++)
    clear_parameter (&signature->parameters[i]);
  g_free (signature->parameters);
  g_free (signature);
}

/* ---- telling ---- */

guint
foliot_signature_get_n_args (const FoliotSignature *signature)
{
  return signature->n_parameters;
}

const char *
foliot_signature_get_arg_name (const FoliotSignature *signature, guint index)
{
  g_return_val_if_fail (index < signature->n_parameters, NULL);
  return signature->parameters[index].name;
}

static const char *
stars_of (const FoliotSignature *signature, guint index)
{
  if (index < signature->n_named)
    return "";
  return index == signature->n_named && signature->has_rest ? "*" : "**";
}

const char *
foliot_signature_get_arg_type (const FoliotSignature *signature, guint index)
{
  g_return_val_if_fail (index < signature->n_parameters, NULL);
  if (index >= signature->n_named)
    return stars_of (signature, index);
  return type_names[signature->parameters[index].type];
}

char *
foliot_signature_to_string (const FoliotSignature *signature)
{
  GString *text = g_string_new ("(");

  for (guint i = 0; i < signature->n_parameters; i++)
    {
      const FoliotParameter *parameter = &signature->parameters[i];

      g_string_append_printf (text, "%s%s%s", i > 0 ? ", " : "", stars_of (signature, i), parameter->name);
      if (parameter->type != FOLIOT_ARG_ANY)
        g_string_append_printf (text, ": %s%s", type_names[parameter->type], parameter->nullable ? "?" : "");
      if (parameter->fallback != NULL)
        g_string_append_printf (text, " = %s", parameter->fallback_text);
    }
  g_string_append_c (text, ')');
  return g_string_free (text, FALSE);
}
