/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-json-file.h"

#include <string.h>

#include "scenario-kit.h"

static FoliotJsonFile *
parse (const char *text, GError **error)
{
  g_autofree char *quoted = kit_quotes (text);

  return foliot_json_file_parse ("file", quoted, strlen (quoted), error);
}

static void
assert_refused (const char *text, const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotJsonFile) file = parse (text, &error);

  g_assert_null (file);
  g_assert_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_SYNTAX);
  g_assert_cmpstr (error->message, ==, message);
}

static void
assert_value (const char *text, const char *typed)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotJsonFile) file = parse (text, &error);
  g_autofree char *found = NULL;

  g_assert_no_error (error);
  found = foliot_typed_format (file->value);
  g_assert_cmpstr (found, ==, typed);
}

static void
test_values (void)
{
  assert_value ("null", "[\"null\"]");
  assert_value ("[true, false]", "[\"list\", [[\"bool\", true], [\"bool\", false]]]");
  assert_value ("9223372036854775807", "[\"int\", \"9223372036854775807\"]");
  assert_value ("-9223372036854775808", "[\"int\", \"-9223372036854775808\"]");
  assert_value ("99999999999999999999", "[\"int\", \"99999999999999999999\"]");
  assert_value ("0.1", "[\"float\", \"3fb999999999999a\"]");
  assert_value ("1e5", "[\"float\", \"40f86a0000000000\"]");
  assert_value ("-0.0", "[\"float\", \"8000000000000000\"]");
  assert_value ("{'b': 1, 'a': 2, 'b': 3}",
                "[\"map\", [[[\"str\", \"b\"], [\"int\", \"3\"]], [[\"str\", \"a\"], [\"int\", \"2\"]]]]");
  assert_value (" [ ] \n", "[\"list\", []]");
}

/* Line and column count from 1; what other readers guess at (octal, comments, cut numbers) is refused. */
static void
test_refused (void)
{
  assert_refused ("", "file:1:1: expected a value");
  assert_refused ("  \n", "file:2:1: expected a value");
  assert_refused ("{'a': 1", "file:1:8: expected ',' or '}'");
  assert_refused ("{\n  'a': 1,\n}", "file:3:1: expected a key in double quotes behind the comma");
  assert_refused ("{\n  'a' 1\n}", "file:2:7: expected ':'");
  assert_refused ("[1 2]", "file:1:4: expected ',' or ']'");
  assert_refused ("[1, 2] 3", "file:1:8: extra data");
  assert_refused ("{'a': tru}", "file:1:7: expected a value");
  assert_refused ("'\xff'", "file:1:2: invalid UTF-8");
  assert_refused ("[1, // no\n2]", "file:1:5: expected a value");
  assert_refused ("/* no */ 1", "file:1:1: expected a value");
  assert_refused ("[0777]", "file:1:3: expected ',' or ']'");
  assert_refused ("[0x10]", "file:1:3: expected ',' or ']'");
  assert_refused ("['a\nb']", "file:1:4: raw control character in a string");
  assert_refused ("[1e999]", "file: holds a number that is not finite");
  assert_refused ("{'a': [NaN]}", "file: holds a number that is not finite");
  assert_refused ("['\\u0000']", "file: holds a text with \\u0000 or half a surrogate pair");
  assert_refused ("{'\\ud800': 1}", "file: holds a text with \\u0000 or half a surrogate pair");
}

static void
test_depth (void)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < FOLIOT_JSON_FILE_MAX_DEPTH; i++)
    g_string_append (text, "[");
  for (guint i = 0; i < FOLIOT_JSON_FILE_MAX_DEPTH; i++)
    g_string_append (text, "]");
  {
    g_autoptr (GError) error = NULL;
    g_autoptr (FoliotJsonFile) file = parse (text->str, &error);

    g_assert_no_error (error);
  }
  g_string_prepend (text, "[\n");
  g_string_append (text, "]");
  {
    g_autoptr (GError) error = NULL;
    g_autoptr (FoliotJsonFile) file = parse (text->str, &error);

    g_assert_null (file);
    g_assert_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_SYNTAX);
    g_assert_true (g_str_has_prefix (error->message, "file:2:101: "));
  }
  g_string_free (text, TRUE);
}

static void
test_locate (void)
{
  static const struct
  {
    const char *pointer;
    guint line;
  } places[] = { { "", 1 },          { "/a", 2 },          { "/a/0", 3 },     { "/a/1", 4 },
                 { "/a/1/x~1y", 5 }, { "/a/1/t~0", 6 },    { "/dup", 10 },    { "/a/2", 0 },
                 { "/nobody", 0 },   { "/a/1/x~1y/1", 0 }, { "/u\u00e9", 9 }, { "/a/0/k", 0 } };
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotJsonFile) file = parse ("{\n'a': [\n'[not {a list',\n{\n'x/y': 5,\n't~': '\\']'}],\n"
                                           "'dup':\n1,\n'u\\u00e9': {},\n'dup': 2}",
                                           &error);

  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    g_assert_cmpuint (foliot_json_file_locate (file, places[i].pointer), ==, places[i].line);
}

static void
test_missing (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotJsonFile) file = foliot_json_file_load ("/nonexistent/scenario.json", NULL, &error);

  g_assert_null (file);
  g_assert_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_MISSING);
  g_assert_true (g_str_has_prefix (error->message, "/nonexistent/scenario.json: cannot be read: "));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json-file/values", test_values);
  g_test_add_func ("/json-file/refused", test_refused);
  g_test_add_func ("/json-file/depth", test_depth);
  g_test_add_func ("/json-file/locate", test_locate);
  g_test_add_func ("/json-file/missing", test_missing);
  return g_test_run ();
}
