/* SPDX-License-Identifier: MIT */
#include "test-command.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <unistd.h>

/* What the command writes: to standard output, into results folders that cannot take it, and into a folder of one's own. */

static void
test_json (void)
{
  g_autoptr (TestProcess) process = NULL, quiet = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *file = NULL, *digest = NULL;
  JsonObject *run;

  test_scenario_write ("work");
  process = test_command_run ("run . --json --out j", NULL, 0);
  quiet = test_command_run ("run . --quiet --out q", NULL, 0);
  file = test_file_read ("j/run.json");
  g_assert_cmpstr (process->out->str, ==, file);
  g_assert_cmpstr (process->err->str, ==, "");
  g_assert_true (json_parser_load_from_data (parser, process->out->str, -1, NULL));
  run = json_node_get_object (json_parser_get_root (parser));
  g_assert_true (json_object_get_boolean_member (run, "complete"));
  digest = g_strdup_printf ("digest %s\n", json_object_get_string_member (run, "digest"));
  g_assert_cmpstr (quiet->out->str, ==, digest);
}

static char **
filter (const char *arguments, const char *input, const char *output)
{
  const TestSetting setting = { .input = input };
  g_autoptr (TestProcess) process = test_command_run (arguments, &setting, 0);
  g_autofree char *path = g_build_filename (test_folder, output, NULL);

  g_assert_cmpstr (process->err->str, ==, "");
  g_assert_true (g_file_set_contents (path, process->out->str, -1, NULL));
  return g_strsplit (process->out->str, "\n", -1);
}

/* Line 2 is no value, so it is no hex either: both directions say so in its place, and go on. */
static void
test_codec (gconstpointer codec)
{
  static const char values[]
      = "[\"list\", [[\"str\", \"pond\"], [\"int\", \"1\"], [\"float\", \"3ff8000000000000\"], [\"null\"]]]\n"
        "[\"frog\", \"no such tag\"]\n"
        "[\"map\", [[[\"str\", \"k\"], [\"bool\", true]]]]\n"
        "[\"int\", \"-5\"]\n";
  g_autofree char *encode = g_strconcat ("encode --codec ", codec, NULL);
  g_autofree char *decode = g_strconcat ("decode --codec ", codec, NULL);
  g_autofree char *path = g_build_filename (test_folder, "values", NULL);
  g_auto (GStrv) given = g_strsplit (values, "\n", -1), hex = NULL, back = NULL;

  g_assert_true (g_file_set_contents (path, values, -1, NULL));
  hex = filter (encode, "values", "hex");
  back = filter (decode, "hex", "back");
  g_assert_cmpuint (g_strv_length (hex), ==, g_strv_length (given));
  g_assert_cmpuint (g_strv_length (back), ==, g_strv_length (given));
  for (gsize i = 0; given[i] != NULL; i++)
    if (i == 1)
      {
        g_assert_true (g_str_has_prefix (hex[i], "error "));
        g_assert_true (g_str_has_prefix (back[i], "error "));
      }
    else
      {
        g_assert_cmpuint (strspn (hex[i], "0123456789abcdef"), ==, strlen (hex[i]));
        g_assert_cmpstr (back[i], ==, given[i]);
      }
}

/* Some file of the results does not fit. The results of the run before stay as they were. */
static void
test_full_disk (void)
{
  static const rlim_t limits[] = { 16, 512, 4096 };
  g_autoptr (TestProcess) before = NULL;
  g_autofree char *old = NULL, *staging = g_build_filename (test_folder, "full", ".partial", NULL);

  test_scenario_write ("work");
  before = test_command_run ("run . --out full", NULL, 0);
  old = test_file_read ("full/run.json");
  for (gsize i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      const TestSetting setting = { .max_file_bytes = limits[i] };
      g_autoptr (TestProcess) process = test_command_run ("run . --seed 2 --out full", &setting, 4);
      g_autofree char *now = test_file_read ("full/run.json");

      g_assert_nonnull (strstr (process->err->str, "cannot be written: "));
      g_assert_cmpstr (now, ==, old);
      g_assert_false (g_file_test (staging, G_FILE_TEST_EXISTS));
    }
}

static void
test_full_output (void)
{
  static const char *const lines[] = {
    "run . --quiet --out o", "run . --json --out o", "run . --out o", "describe .", "help", "--version"
  };
  const TestSetting setting = { .full_output = TRUE };
  const TestSetting encode = { .full_output = TRUE, .input = "one" };
  g_autofree char *path = g_build_filename (test_folder, "one", NULL);
  g_autoptr (TestProcess) encoded = NULL;

  test_scenario_write ("work");
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr (TestProcess) process = test_command_run (lines[i], &setting, 4);

      g_assert_nonnull (strstr (process->err->str, "foliot: standard output cannot be written"));
    }
  g_assert_true (g_file_set_contents (path, "1\n", -1, NULL));
  encoded = test_command_run ("encode", &encode, 4);
}

static void
test_unwritable (void)
{
  g_autofree char *closed = g_build_filename (test_folder, "closed", NULL);
  g_autoptr (TestProcess) below_file = NULL, in_closed = NULL;

  test_scenario_write ("work");
  below_file = test_command_run ("run . --out scenario.json/o", NULL, 4);
  g_assert_nonnull (strstr (below_file->err->str, "foliot: scenario.json/o: cannot be made: "));
  if (geteuid () == 0)
    return; /* to whom no folder is closed */
  g_assert_cmpint (g_mkdir (closed, 0555), ==, 0);
  in_closed = test_command_run ("run . --out closed", NULL, 4);
}

/* -- a folder of one's own ---------------------------------------------------------------------------------------- */

static void
run_tool (const char *line)
{
  g_auto (GStrv) argv = NULL;
  g_autofree char *out = NULL, *err = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  g_assert_true (g_shell_parse_argv (line, NULL, &argv, NULL));
  g_spawn_sync (test_folder, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &err, &status, &error);
  g_assert_no_error (error);
  if (!g_spawn_check_wait_status (status, NULL))
    g_error ("%s: %s%s", line, out, err);
}

/* There is no such library, so nothing runs: the results of the run before stay, and none are told. */
static void
test_never_began (void)
{
  g_autoptr (TestProcess) before = NULL, process = NULL;
  g_autofree char *kept = NULL, *left = NULL;

  before = test_command_run ("run " TEST_SCENARIOS "/wind-park --quiet --out r", NULL, 0);
  kept = test_file_read ("r/run.json");
  process = test_command_run ("helics " TEST_SCENARIOS "/wind-park --library nowhere/libhelics.so --out r",
                              NULL, 5);
  left = test_file_read ("r/run.json");
  g_assert_nonnull (strstr (process->err->str, "nowhere/libhelics.so"));
  g_assert_cmpstr (process->out->str, ==, "");
  g_assert_cmpstr (left, ==, kept);
}

static void
test_new (void)
{
  g_autoptr (TestProcess) made = NULL, first = NULL, second = NULL, again = NULL;

#if SANITIZED
  g_test_skip ("what is built outside does not load a sanitizer first");
  return;
#endif
  made = test_command_run ("new pond", NULL, 0);
  g_assert_nonnull (strstr (made->out->str, "foliot run pond"));
  first = test_command_run ("run pond --quiet --out p", NULL, 0);
  second = test_command_run ("run pond --quiet --check --through-codec --out p", NULL, 0);
  g_assert_true (g_str_has_prefix (first->out->str, "digest "));
  g_assert_cmpstr (second->out->str, ==, first->out->str);
  run_tool ("meson test -C pond/build");
  again = test_command_run ("new pond", NULL, 2);
  g_assert_nonnull (strstr (again->err->str, "pond exists already"));
}

void
test_command_add_output (void)
{
  static const char *const codecs[] = { "json", "msgpack", "blosc" };

  g_test_add_func ("/command/json", test_json);
  for (gsize i = 0; i < G_N_ELEMENTS (codecs); i++)
    {
      g_autofree char *path = g_strconcat ("/command/codec/", codecs[i], NULL);

      g_test_add_data_func (path, codecs[i], test_codec);
    }
  g_test_add_func ("/command/full-disk", test_full_disk);
  g_test_add_func ("/command/full-output", test_full_output);
  g_test_add_func ("/command/unwritable", test_unwritable);
  g_test_add_func ("/command/never-began", test_never_began);
  g_test_add_func ("/command/new", test_new);
}
