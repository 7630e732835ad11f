/* SPDX-License-Identifier: MIT */
#include <gio/gio.h>

#include "wire-data.h"

/*
 * `foliot encode` and `foliot decode` as a user runs them: text in, text out, line by line.
 */

static char *
run_filter (const char *verb, const char *options, const char *input, int *out_code)
{
  g_autofree char *program = g_test_build_filename (G_TEST_BUILT, "codec", "codec-filter", NULL);
  g_autofree char *command = g_strjoin (" ", program, verb, options, NULL);
  g_auto (GStrv) argv = g_strsplit (command, " ", -1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_newv (
      (const char *const *) argv,
      G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE,
      &error);
  char *output = NULL;

  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, input, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  *out_code = g_subprocess_get_exit_status (process);
  return output;
}

/* All recorded values of the three standard serializers and short bytes, through both verbs. */
static void
check_codec (FoliotValue *values, const char *codec)
{
  g_autoptr (GString) typed = g_string_new (NULL);
  g_autoptr (GString) hex = g_string_new (NULL);
  g_autofree char *options = g_strconcat ("--codec ", codec, NULL);
  g_autofree char *encoded = NULL;
  g_autofree char *decoded = NULL;
  g_autofree char *again = NULL;
  int code;

  for (gsize i = 0; i < foliot_value_get_length (values); i++)
    {
      FoliotValue *entry = foliot_value_get_item (values, i);
      FoliotValue *bytes = foliot_value_lookup (entry, "encoded");
      g_autofree char *text = NULL;
      g_autoptr (FoliotValue) value = NULL;

      if (strcmp (wire_data_text (entry, "codec"), codec) != 0
          || strcmp (wire_data_text (entry, "kind"), "both") != 0
          || foliot_value_lookup (entry, "serializers") != NULL
          || foliot_value_lookup (entry, "chunk") != NULL
          || foliot_value_get_kind (bytes) != FOLIOT_VALUE_STRING
          || (value = wire_data_value (entry, "value")) == NULL)
        continue;
      text = foliot_typed_format (value);
      g_string_append_printf (typed, "%s\n", text);
      g_string_append_printf (hex, "%s\n", foliot_value_get_string (bytes, NULL));
    }
  encoded = run_filter ("encode", options, typed->str, &code);
  g_assert_cmpint (code, ==, 0);
  g_assert_cmpstr (encoded, ==, hex->str);
  decoded = run_filter ("decode", options, encoded, &code);
  g_assert_cmpint (code, ==, 0);
  again = run_filter ("encode", options, decoded, &code);
  g_assert_true (strcmp (codec, "json") == 0 || strcmp (decoded, typed->str) == 0);
  g_assert_cmpint (code, ==, 0);
}

static void
test_recorded_values (void)
{
  g_autoptr (FoliotValue) data = wire_data_load ();

  check_codec (foliot_value_lookup (data, "values"), "json");
  check_codec (foliot_value_lookup (data, "values"), "msgpack");
}

static void
test_blosc (void)
{
  g_autofree char *out = NULL;
  int code;

  out = run_filter ("encode", "--codec blosc",
                    "[\"list\", [[\"int\", \"0\"], [\"int\", \"0\"], [\"str\", \"ohai\"]]]\n", &code);
  g_assert_cmpstr (out, ==, "02011308080000000800000018000000930000a46f686169\n");
}

/* A bad line gives an error in its place and the rest is treated. */
static void
test_bad_lines (void)
{
  g_autofree char *encoded = NULL;
  g_autofree char *decoded = NULL;
  int code;

  encoded
      = run_filter ("encode", "--codec=json",
                    "[\"int\", \"1\"]\n\n[\"bytes\", \"00\"]\n[\"what\", 1]\nnonsense\n[\"null\"]", &code);
  g_assert_cmpint (code, ==, 0);
  g_assert_cmpstr (
      encoded, ==,
      "31\n"
      "error JSON: expected a value at byte 0\n"
      "error Could not serialize object \"b'\\x00'\": No serializer found for type \"<class 'bytes'>\"\n"
      "error Typed notation: ['what', 1], expected a known tag and its content\n"
      "error JSON: expected a value at byte 0\n"
      "6e756c6c\n");
  decoded = run_filter ("decode", "--codec msgpack", "c0\nc\nzz\n\nc1\n2a\n", &code);
  g_assert_cmpint (code, ==, 0);
  g_assert_cmpstr (decoded, ==,
                   "[\"null\"]\n"
                   "error no pair of hex digits at column 1\n"
                   "error no pair of hex digits at column 1\n"
                   "error MsgPack: the data ends too early at byte 0\n"
                   "error MsgPack: unknown head 0xc1 at byte 0\n"
                   "[\"int\", \"42\"]\n");
}

static void
test_serializers (void)
{
  g_autofree char *standard = NULL;
  g_autofree char *chosen = NULL;
  g_autofree char *back = NULL;
  int code;

  standard = run_filter ("encode", "--codec msgpack", "[\"service\", \"a\"]\n", &code);
  g_assert_cmpstr (standard, ==, "81a85f5f747970655f5f9202a161\n");
  chosen = run_filter ("encode", "--codec msgpack --serializers proxy", "[\"service\", \"a\"]\n", &code);
  g_assert_cmpstr (chosen, ==, "81a85f5f747970655f5f9200a161\n");
  back = run_filter ("decode", "--codec msgpack --serializers proxy", chosen, &code);
  g_assert_cmpstr (back, ==, "[\"proxy\", \"a\"]\n");
}

static void
test_wrong_arguments (void)
{
  const char *wrong[]
      = { "--codec xml", "--codec json extra", "--serializers set", "--serializers V,V", "--no-such" };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *out = NULL;
      int code;

      out = run_filter ("encode", wrong[i], "", &code);
      g_assert_cmpint (code, ==, 2);
      g_assert_cmpstr (out, ==, "");
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/codec/filter/recorded-values", test_recorded_values);
  g_test_add_func ("/codec/filter/blosc", test_blosc);
  g_test_add_func ("/codec/filter/bad-lines", test_bad_lines);
  g_test_add_func ("/codec/filter/serializers", test_serializers);
  g_test_add_func ("/codec/filter/wrong-arguments", test_wrong_arguments);
  return g_test_run ();
}
