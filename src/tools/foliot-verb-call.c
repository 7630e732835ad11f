/* SPDX-License-Identifier: MIT */
#include "tools/foliot-verbs.h"

#include <stdio.h>
#include <string.h>

#include "tools/foliot-options.h"
#include "tools/foliot-print.h"
#include "tools/foliot-wire.h"

/*
 * `foliot call URL METHOD [ARGS]`: one call to an agent of a running system, of Foliot or of aiomas. What is JSON on the
 * command line are values as the JSON codec has them, so a date is written as it travels: {"__type__": [0, "2016-01-01"]}.
 */

typedef struct
{
  FoliotWireOptions wire;
  char **rest; /* URL, METHOD, ARGS */
} Arguments;

static void
arguments_clear (Arguments *arguments)
{
  foliot_wire_options_clear (&arguments->wire);
  g_strfreev (arguments->rest);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, arguments_clear)

static gboolean
parse (int argc, char **argv, Arguments *arguments, GError **error)
{
  const GOptionEntry entries[] = {
    FOLIOT_WIRE_ENTRIES (&arguments->wire),
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments->rest, NULL, "URL METHOD [ARGS]" },
    { NULL },
  };
  guint n;

  if (!foliot_options_parse ("call", entries, &argc, &argv, error))
    return FALSE;
  n = arguments->rest != NULL ? g_strv_length (arguments->rest) : 0;
  if (n == 2 || n == 3)
    return TRUE;
  g_set_error_literal (
      error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
      "expected URL METHOD [ARGS], ARGS a JSON list in one argument: '[3, 4]' (foliot help call)");
  return FALSE;
}

static FoliotValue *
parse_args (const char *text, GError **error)
{
  g_autoptr (FoliotCodec) codec = foliot_print_new_codec ();
  g_autoptr (GError) why = NULL;
  g_autoptr (FoliotValue) args = foliot_codec_decode (codec, (const guint8 *) text, strlen (text), &why);

  if (args == NULL)
    {
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "ARGS %s: %s", text, why->message);
      return NULL;
    }
  if (foliot_value_get_kind (args) == FOLIOT_VALUE_LIST || foliot_value_get_kind (args) == FOLIOT_VALUE_MAP)
    return g_steal_pointer (&args);
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
               "ARGS %s: expected a JSON list, as in '[%s]', or a JSON object of arguments by name", text,
               text);
  return NULL;
}

int
foliot_verb_call (int argc, char **argv)
{
  g_auto (Arguments) arguments = { 0 };
  g_auto (FoliotWire) wire = { 0 };
  g_autoptr (FoliotValue) args = NULL, result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *printed = NULL;

  if (!parse (argc, argv, &arguments, &error) || !foliot_wire_read (&arguments.wire, &wire, &error))
    return foliot_wire_complain (error);
  if (arguments.rest[2] != NULL)
    args = parse_args (arguments.rest[2], &error);
  if (error == NULL)
    result = foliot_wire_call (&wire, arguments.rest[0], arguments.rest[1], args, &error);
  if (result == NULL)
    return foliot_wire_complain (error);
  printed = foliot_print_dup_value (result);
  puts (printed);
  return FOLIOT_EXIT_OK;
}
