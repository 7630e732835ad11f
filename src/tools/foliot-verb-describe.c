/* SPDX-License-Identifier: MIT */
#include "tools/foliot-verbs.h"

#include <stdio.h>
#include <string.h>

#include <foliot/foliot.h>

#include "tools/foliot-build.h"
#include "tools/foliot-drive.h"
#include "tools/foliot-options.h"
#include "tools/foliot-places.h"
#include "tools/foliot-wire.h"

/* What a scenario, an agent type or a running container offers. The library says it as plain data; here it becomes text, or
 * JSON as it is. */

#define MAX_SHOWN 6

static const char *
text_of (FoliotValue *map, const char *name)
{
  FoliotValue *value = foliot_value_lookup (map, name);

  return value != NULL && foliot_value_get_kind (value) == FOLIOT_VALUE_STRING
             ? foliot_value_get_string (value, NULL)
             : "";
}

static FoliotValue *
list_of (FoliotValue *map, const char *name)
{
  return foliot_value_lookup (map, name);
}

static void
print_entries (FoliotValue *type, const char *list_name, const char *title)
{
  FoliotValue *list = list_of (type, list_name);

  for (gsize i = 0; i < foliot_value_get_length (list); i++)
    {
      FoliotValue *entry = foliot_value_get_item (list, i);
      const char *unit = text_of (entry, "unit"), *arguments = text_of (entry, "arguments");

      printf ("    %-8s %s%s%s%s%s  %s\n", i == 0 ? title : "", text_of (entry, "name"), arguments,
              unit[0] != '\0' ? " [" : "", unit, unit[0] != '\0' ? "]" : "", text_of (entry, "help"));
    }
}

static void
print_type (FoliotValue *type)
{
  printf ("  %s%s  %s\n", text_of (type, "type"), text_of (type, "arguments"), text_of (type, "help"));
  print_entries (type, "methods", "methods");
  print_entries (type, "inputs", "inputs");
  print_entries (type, "outputs", "outputs");
}

static void
print_count (FoliotValue *map, const char *name)
{
  g_autofree char *digits = foliot_value_dup_decimal (foliot_value_lookup (map, name));

  printf ("%s", digits);
}

static void
print_agents (FoliotValue *agents)
{
  for (gsize i = 0; i < foliot_value_get_length (agents); i++)
    {
      FoliotValue *entry = foliot_value_get_item (agents, i);
      gboolean one = g_str_equal (text_of (entry, "first"), text_of (entry, "last"));

      printf ("  %s%s%s: %s in %s (", text_of (entry, "first"), one ? "" : " … ",
              one ? "" : text_of (entry, "last"), text_of (entry, "type"), text_of (entry, "container"));
      print_count (entry, "count");
      printf (")\n");
    }
}

static char *
dup_number (FoliotValue *map, const char *name)
{
  FoliotValue *value = foliot_value_lookup (map, name);
  char *text = foliot_value_print (value);

  if (g_str_has_suffix (text, ".0"))
    text[strlen (text) - 2] = '\0';
  return text;
}

static void
print_link (FoliotValue *link)
{
  g_autofree char *base = dup_number (link, "base_s"), *spread = dup_number (link, "spread_s");
  g_autofree char *loss = dup_number (link, "loss");

  printf ("  %s → %s: latency %s", text_of (link, "from"), text_of (link, "to"), base);
  if (g_str_equal (text_of (link, "distribution"), "constant"))
    printf (" s");
  else
    printf (" s, %s, spread %s s", text_of (link, "distribution"), spread);
  if (!g_str_equal (loss, "0"))
    printf (", loss %s", loss);
  printf ("\n");
}

/* The first few of the places where the columns go; a large world has thousands. */
static void
print_input (FoliotValue *input)
{
  FoliotValue *to = list_of (input, "deliver");
  gsize n = foliot_value_get_length (to), n_shown = MIN (n, MAX_SHOWN);

  printf ("  %s, ", text_of (input, "file"));
  print_count (input, "rows");
  printf (" rows:");
  for (gsize i = 0; i < n_shown; i++)
    {
      FoliotValue *place = foliot_value_get_item (to, i);

      printf ("%s %s → %s.%s", i > 0 ? "," : "", text_of (place, "column"), text_of (place, "agent"),
              text_of (place, "input"));
    }
  if (n > n_shown)
    printf (", and %" G_GSIZE_FORMAT " more", n - n_shown);
  printf ("\n");
}

static void
print_output (FoliotValue *output)
{
  FoliotValue *columns = list_of (output, "columns");
  g_autofree char *every = dup_number (output, "every_s");

  printf ("  %s:", text_of (output, "table"));
  for (gsize i = 0; i < foliot_value_get_length (columns); i++)
    printf ("%s %s", i > 0 ? "," : "", foliot_value_get_string (foliot_value_get_item (columns, i), NULL));
  if (foliot_value_get_kind (foliot_value_lookup (output, "every_s")) == FOLIOT_VALUE_NULL)
    {
      printf ("; as agents record them\n");
      return;
    }
  printf ("; every %s s, of ", every);
  print_count (output, "agents");
  printf (foliot_value_get_int (foliot_value_lookup (output, "agents")) == 1 ? " agent\n" : " agents\n");
}

static void
print_rest (FoliotValue *list, const char *title, void (*print) (FoliotValue *entry))
{
  if (foliot_value_get_length (list) > 0)
    printf ("%s\n", title);
  for (gsize i = 0; i < foliot_value_get_length (list); i++)
    print (foliot_value_get_item (list, i));
}

static void
print_scenario (FoliotValue *description)
{
  FoliotValue *types = list_of (description, "types");

  printf ("%s: %s\n", text_of (description, "scenario"), text_of (description, "description"));
  printf ("starts at %s, lasts %s s, seed ", text_of (description, "start_date"),
          text_of (description, "duration_s"));
  print_count (description, "seed");
  printf ("\nagents\n");
  print_agents (list_of (description, "agents"));
  printf ("types\n");
  for (gsize i = 0; i < foliot_value_get_length (types); i++)
    print_type (foliot_value_get_item (types, i));
  print_rest (list_of (description, "links"), "links", print_link);
  print_rest (list_of (description, "inputs"), "inputs", print_input);
  print_rest (list_of (description, "outputs"), "outputs", print_output);
}

static int
print_json (FoliotValue *value)
{
  g_autoptr (FoliotCodec) codec = foliot_codec_new (FOLIOT_TYPE_CODEC_JSON);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  if (!foliot_codec_encode (codec, value, bytes, NULL))
    return FOLIOT_EXIT_USAGE;
  fwrite (bytes->data, 1, bytes->len, stdout);
  fputc ('\n', stdout);
  return FOLIOT_EXIT_OK;
}

static int
complain (const GError *error)
{
  foliot_drive_say (error->message);
  return FOLIOT_EXIT_USAGE;
}

/* "module:Type", as scenarios' types are named across modules. */
static int
describe_type (const char *name, gboolean json, const char *const *module_dirs)
{
  g_autoptr (GError) error = NULL;
  GType type = foliot_module_find_type (name, module_dirs, &error);
  g_autoptr (FoliotValue) description = NULL;

  if (type == G_TYPE_INVALID)
    return complain (error);
  description = foliot_scenario_describe_type (type);
  if (json)
    return print_json (description);
  print_type (description);
  return FOLIOT_EXIT_OK;
}

static int
describe_scenario (const char *path, gboolean json, char **module_dirs)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *found = foliot_places_find_scenario (path);
  g_autoptr (FoliotScenario) scenario = NULL;
  g_autoptr (FoliotValue) description = NULL;

  if (!foliot_build_if_needed (found, TRUE, &error))
    return complain (error);
  scenario = foliot_places_load_scenario (found, NULL, module_dirs, &error);
  if (scenario == NULL)
    return complain (error);
  description = foliot_scenario_describe (scenario);
  if (json)
    return print_json (description);
  print_scenario (description);
  return FOLIOT_EXIT_OK;
}

/* -- what runs ---------------------------------------------------------------------------------------------------- */

static void
print_methods (FoliotValue *methods)
{
  for (gsize i = 0; i < foliot_value_get_length (methods); i++)
    {
      FoliotValue *method = foliot_value_get_item (methods, i);

      printf ("    %-8s %s%s  %s\n", i == 0 ? "methods" : "", text_of (method, "path"),
              text_of (method, "signature"), text_of (method, "help"));
    }
}

/* Agents of one class that stand in a row are one line, and tell their methods once. */
static void
print_living (FoliotValue *agents)
{
  gsize n = foliot_value_get_length (agents), last;

  for (gsize first = 0; first < n; first = last + 1)
    {
      FoliotValue *agent = foliot_value_get_item (agents, first);
      FoliotValue *methods = list_of (agent, "methods");

      for (last = first; last + 1 < n; last++)
        {
          FoliotValue *next = foliot_value_get_item (agents, last + 1);

          if (!g_str_equal (text_of (next, "class"), text_of (agent, "class"))
              || !foliot_value_equal (list_of (next, "methods"), methods))
            break;
        }
      printf ("  %s", text_of (agent, "url"));
      if (last > first)
        printf (" … %s", text_of (foliot_value_get_item (agents, last), "id"));
      printf (": %s  %s\n", text_of (agent, "class"), text_of (agent, "help"));
      print_methods (methods);
    }
}

static void
print_container (FoliotValue *description, gboolean one)
{
  FoliotValue *agents = list_of (description, "agents");
  gint64 n = foliot_value_get_int (foliot_value_lookup (description, "n_agents"));
  gint64 n_shown = (gint64) foliot_value_get_length (agents);

  printf ("%s: container %s of Foliot %s, with %" G_GINT64_FORMAT " agent%s\n", text_of (description, "url"),
          text_of (description, "name"), text_of (description, "foliot"), n, n == 1 ? "" : "s");
  print_living (agents);
  if (!one && n > n_shown)
    printf ("  and %" G_GINT64_FORMAT " more\n", n - n_shown);
}

static gboolean
has_list_of_maps (FoliotValue *map, const char *name)
{
  FoliotValue *list = foliot_value_get_kind (map) == FOLIOT_VALUE_MAP ? list_of (map, name) : NULL;

  if (list == NULL || foliot_value_get_kind (list) != FOLIOT_VALUE_LIST)
    return FALSE;
  for (gsize i = 0; i < foliot_value_get_length (list); i++)
    if (foliot_value_get_kind (foliot_value_get_item (list, i)) != FOLIOT_VALUE_MAP)
      return FALSE;
  return TRUE;
}

/* What the tool takes as a description has all that it prints, in its form: anybody may have answered. */
static gboolean
is_description (FoliotValue *value)
{
  FoliotValue *agents, *n;

  if (!has_list_of_maps (value, "agents"))
    return FALSE;
  n = foliot_value_lookup (value, "n_agents");
  agents = list_of (value, "agents");
  for (gsize i = 0; i < foliot_value_get_length (agents); i++)
    if (!has_list_of_maps (foliot_value_get_item (agents, i), "methods"))
      return FALSE;
  return n != NULL && foliot_value_fits_int64 (n);
}

/* The container is no Foliot's: all that it tells is what an agent is called. */
static int
describe_plain (const FoliotWire *wire, const char *container, const char *aid, const char *url)
{
  g_autoptr (FoliotValue) args = NULL, name = NULL;
  g_autoptr (GError) error = NULL;

  if (aid == NULL)
    {
      fprintf (stderr,
               "foliot: %s: a plain aiomas container, which does not say what is there; of an agent's url "
               "it tells the class\n",
               url);
      return FOLIOT_EXIT_MODEL;
    }
  args = foliot_value_build_list (foliot_value_new_string (aid), NULL);
  name = foliot_wire_call (wire, container, "validate_aid", args, &error);
  if (name == NULL)
    return foliot_wire_complain (error);
  if (foliot_value_get_kind (name) != FOLIOT_VALUE_STRING)
    {
      fprintf (stderr, "foliot: %s: there is no agent “%s” in that container\n", url, aid);
      return FOLIOT_EXIT_PEER;
    }
  printf ("%s: %s, in a plain aiomas container, which does not say what its agents offer\n", url,
          foliot_value_get_string (name, NULL));
  return FOLIOT_EXIT_OK;
}

static int
describe_url (const char *url, gboolean json, const FoliotWireOptions *options)
{
  g_auto (FoliotWire) wire = { 0 };
  g_autofree char *aid = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotAddress) address = NULL;
  g_autoptr (FoliotValue) args = NULL, description = NULL;
  const char *container;

  if (foliot_wire_read (options, &wire, &error))
    address = foliot_wire_parse_url (url, &aid, &error);
  if (address == NULL)
    return foliot_wire_complain (error);
  container = foliot_address_get_base_url (address);
  if (aid != NULL)
    args = foliot_value_build_map ("aid", foliot_value_new_string (aid), NULL);
  description = foliot_wire_call (&wire, container, "_foliot/describe", args, &error);
  if (description == NULL && g_error_matches (error, FOLIOT_ERROR, FOLIOT_ERROR_REMOTE)
      && strstr (error->message, "LookupError: Name \"_foliot\" not found") != NULL)
    return describe_plain (&wire, container, aid, url);
  if (description == NULL)
    return foliot_wire_complain (error);
  if (json)
    return print_json (description);
  if (!is_description (description))
    {
      fprintf (stderr, "foliot: %s: what it says of itself is no description; --json shows it\n", url);
      return FOLIOT_EXIT_PEER;
    }
  print_container (description, aid != NULL);
  return FOLIOT_EXIT_OK;
}

int
foliot_verb_describe (int argc, char **argv)
{
  gboolean json = FALSE, schema = FALSE;
  g_auto (FoliotWireOptions) wire = { 0 };
  g_auto (GStrv) rest = NULL, module_dirs = foliot_places_dup_module_dirs (NULL);
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print JSON", NULL },
    { "schema", 0, 0, G_OPTION_ARG_NONE, &schema, "Print the JSON schema of scenario files", NULL },
    FOLIOT_WIRE_ENTRIES (&wire),
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &rest, NULL, "SCENARIO|MODULE:TYPE|URL" },
    { NULL },
  };
  g_autoptr (GError) error = NULL;

  if (!foliot_options_parse ("describe", entries, &argc, &argv, &error))
    return complain (error);
  if (schema)
    {
      fputs (foliot_scenario_get_schema (), stdout);
      return FOLIOT_EXIT_OK;
    }
  if (rest == NULL || g_strv_length (rest) != 1)
    {
      fprintf (stderr, "foliot: expected one SCENARIO, MODULE:TYPE or URL (foliot help describe)\n");
      return FOLIOT_EXIT_USAGE;
    }
  if (strstr (rest[0], "://") != NULL)
    return describe_url (rest[0], json, &wire);
  if (strchr (rest[0], ':') != NULL && !g_file_test (rest[0], G_FILE_TEST_EXISTS))
    return describe_type (rest[0], json, (const char *const *) module_dirs);
  return describe_scenario (rest[0], json, module_dirs);
}
