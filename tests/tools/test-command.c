/* SPDX-License-Identifier: MIT */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include <foliot/foliot.h>

/* The command as a process of its own: FOLIOT_COMMAND. Agents come from the module `good` of TEST_MODULE_DIR. */

static char *folder;

static void
write_scenario (const char *what)
{
  g_autofree char *path = g_build_filename (folder, "scenario.json", NULL);
  g_autofree char *json = g_strdup_printf (
      "{\"foliot\": 1, \"name\": \"t\", \"duration\": 5, \"module\": \"good\", \"agents\": "
      "[{\"name\": \"w\", \"type\": \"Worker\", \"args\": {\"what\": \"%s\"}}], \"outputs\": "
      "[{\"table\": \"seconds\", \"columns\": [\"i\", \"draw\"]}], \"expect\": [{\"table\": "
      "\"seconds\", \"fold\": \"count\", \"at_least\": 4}]}",
      what);

  g_assert_true (g_file_set_contents (path, json, -1, NULL));
}

/* Runs `foliot <arguments>` in the folder; fails unless it exits with @code. */
static void
run (const char *arguments, int code, char **out, char **err)
{
  g_autofree char *line = g_strconcat (FOLIOT_COMMAND " ", arguments, NULL);
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  g_assert_true (g_shell_parse_argv (line, NULL, &argv, NULL));
  g_spawn_sync (folder, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, out, err, &status, &error);
  g_assert_no_error (error);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, code);
}

static void
assert_complains (const char *arguments, int code, const char *message)
{
  g_autofree char *out = NULL, *err = NULL;

  run (arguments, code, &out, &err);
  g_assert_true (g_str_has_prefix (err, "foliot: "));
  g_assert_nonnull (strstr (err, message));
}

static void
test_quiet (void)
{
  g_autofree char *out = NULL, *err = NULL, *again = NULL, *other = NULL, *e2 = NULL, *e3 = NULL;

  write_scenario ("work");
  run ("run --quiet . --out o", 0, &out, &err);
  run ("run . --out=o --quiet --check --through-codec", 0, &again, &e2);
  run ("run . --seed 7 --quiet --out o", 0, &other, &e3);
  g_assert_true (g_str_has_prefix (out, "digest "));
  g_assert_cmpuint (strlen (out), ==, strlen ("digest \n") + 32);
  g_assert_cmpstr (err, ==, "");
  g_assert_cmpstr (again, ==, out);
  g_assert_true (g_str_has_prefix (other, "digest "));
}

static void
test_exit_codes (void)
{
  write_scenario ("work");
  assert_complains ("run . --until 2 --out o", 1, "count of rows");
  assert_complains ("run", 2, "expected one SCENARIO, found 0");
  assert_complains ("run nobody", 2, "nobody: no such file or folder");
  assert_complains ("run . --seed x", 2, "--seed x: expected a whole number");
  assert_complains ("run . --until soon", 2, "--until: Cannot read \"soon\" as a time");
  assert_complains ("run . --set nothing", 2, "--set nothing: expected PATH=VALUE");
  assert_complains ("runn", 2, "unknown verb \"runn\"");
  assert_complains ("help runn", 2, "no help for \"runn\"");
  assert_complains ("run . --out .", 4, "holds files that no run left there");
  write_scenario ("fail in init");
  assert_complains ("run . --out o", 1, "agent w: start (");
  write_scenario ("fail in run");
  assert_complains ("run . --out o", 1, "agent w: run failed at 3 s: as planned");
  write_scenario ("differ");
  assert_complains ("run . --check --out o", 3, "two runs of the same world differ");
}

static void
test_help (void)
{
  static const char *const lines[]
      = { "help",        "help run",  "help describe",     "help new",          "help bench", "help encode",
          "help decode", "--version", "describe --schema", "describe . --json", "describe ." };

  write_scenario ("work");
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *out = NULL, *err = NULL;

      run (lines[i], 0, &out, &err);
      g_assert_cmpstr (out, !=, "");
      g_assert_cmpstr (err, ==, "");
    }
}

int
main (int argc, char **argv)
{
  g_autofree char *link = NULL, *line = NULL;
  int result;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("foliot-command-XXXXXX", NULL);
  link = g_build_filename (folder, "good.so", NULL);
  g_assert_cmpint (symlink (TEST_MODULE_DIR "/good.so", link), ==, 0);
  g_test_add_func ("/command/quiet", test_quiet);
  g_test_add_func ("/command/exit-codes", test_exit_codes);
  g_test_add_func ("/command/help", test_help);
  result = g_test_run ();
  line = g_strconcat ("rm -r ", folder, NULL);
  g_spawn_command_line_sync (line, NULL, NULL, NULL, NULL);
  g_free (folder);
  return result;
}
