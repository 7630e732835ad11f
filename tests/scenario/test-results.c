/* SPDX-License-Identifier: MIT */
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "scenario-kit.h"

#define ALL "checkpoints.csv machine.json results.sqlite run.json"

static const char *const json
    = "{'foliot': 1, 'name': 't', 'duration': 4, 'agents': [{'name': 'a', 'type': 'Probe', 'args': {'ticks': "
      "2}}],\n"
      "'inputs': [{'file': 'data.csv', 'deliver': [{'column': 'u', 'agent': 'a', 'input': 'P'}]}],\n"
      "'outputs': [{'table': 's', 'every': 1, 'columns': ['P', 'n', 'text', 'list']}, {'table': 'ticks', "
      "'columns': ['i', 'P']}]}";

static void
write_results (Kit *kit, const char *text, const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotWorld) world = NULL;
  g_autofree char *out = kit_path (kit, folder);

  kit_write (kit, "data.csv", "time_s,u\n1,0.1\n2,2\n");
  world = kit_run (kit, text);
  foliot_world_write_results (world, out, &error);
  g_assert_no_error (error);
}

static void
assert_listed (Kit *kit, const char *folder, const char *names)
{
  g_autofree char *path = kit_path (kit, folder), *found = kit_list (path);

  g_assert_cmpstr (found, ==, names);
}

static void
assert_same_file (Kit *kit, const char *folder_a, const char *folder_b, const char *name)
{
  g_autofree char *name_a = g_build_filename (folder_a, name, NULL),
                  *name_b = g_build_filename (folder_b, name, NULL);
  g_autofree char *a = kit_path (kit, name_a), *b = kit_path (kit, name_b);
  g_autofree char *text_a = NULL, *text_b = NULL;
  gsize n_a, n_b;

  g_assert_true (g_file_get_contents (a, &text_a, &n_a, NULL));
  g_assert_true (g_file_get_contents (b, &text_b, &n_b, NULL));
  g_assert_cmpmem (text_a, n_a, text_b, n_b);
}

/* The same to the byte in every run, but for what belongs to the machine. */
static void
test_same_bytes (void)
{
  static const char *const names[]
      = { "run.json", "checkpoints.csv", "s.csv", "ticks.csv", "results.sqlite" };
  g_autoptr (Kit) kit = kit_new ();
  g_autofree char *csv = NULL;

  write_results (kit, json, "one");
  write_results (kit, json, "deep/er/two");
  assert_listed (kit, "one", "checkpoints.csv machine.json results.sqlite run.json s.csv ticks.csv");
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    assert_same_file (kit, "one", "deep/er/two", names[i]);
  csv = kit_read (kit, "one/s.csv");
  g_assert_cmpstr (
      csv, ==,
      "time_s,agent,P,n,text,list\n"
      "0,a,,0,\"a \"\"b\"\", c\",\"[1, True]\"\n1,a,0.1,1,\"a \"\"b\"\", c\",\"[1, True]\"\n"
      "2,a,2.0,2,\"a \"\"b\"\", c\",\"[1, True]\"\n3,a,2.0,2,\"a \"\"b\"\", c\",\"[1, True]\"\n");
}

/* A later run replaces what an earlier one left, and that alone. */
static void
test_replaced (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autofree char *note = NULL;

  write_results (kit, json, "out");
  kit_write (kit, "out/note.txt", "mine");
  write_results (kit, "{'foliot': 1, 'name': 't', 'duration': 4}", "out");
  assert_listed (kit, "out", "checkpoints.csv machine.json note.txt results.sqlite run.json");
  note = kit_read (kit, "out/note.txt");
  g_assert_cmpstr (note, ==, "mine");
}

static void
assert_refused (Kit *kit, const char *folder, const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotWorld) world = kit_run (kit, "{'foliot': 1, 'name': 't', 'duration': 4}");
  g_autofree char *out = kit_path (kit, folder), *found = NULL;

  g_assert_false (foliot_world_write_results (world, out, &error));
  g_assert_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_RESULTS);
  found = kit_strip (kit, error->message);
  g_assert_cmpstr (found, ==, message);
}

static void
test_foreign (void)
{
  static const char *const runs[]
      = { "", "[]", "{}", "{'foliot-results': 1}", "{'foliot-results': 1, 'files': 'x'}", "{" };
  g_autoptr (Kit) kit = kit_new ();
  g_autofree char *out = kit_path (kit, "out");

  g_mkdir (out, 0777);
  kit_write (kit, "out/thesis.txt", "years of work");
  assert_refused (kit, "out", "out: holds files that no run left there; give another folder with --out");
  for (gsize i = 0; i < G_N_ELEMENTS (runs); i++)
    {
      kit_write (kit, "out/run.json", runs[i]);
      assert_refused (kit, "out", "out: holds files that no run left there; give another folder with --out");
    }
  assert_listed (kit, "out", "run.json thesis.txt");
  kit_write (kit, "file", "");
  assert_refused (kit, "file/out", "file/out: cannot be made: Not a directory");
}

/* Names in a run.json that somebody planted reach nothing outside of the folder, and nothing that is no text. */
static void
test_planted_names (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autofree char *out = kit_path (kit, "out"), *precious = NULL;

  g_mkdir (out, 0777);
  kit_write (kit, "precious", "keep");
  kit_write (kit, "out/run.json",
             "{'foliot-results': 1, 'files': ['../precious', 7, null, ['x'], '..', '.', '']}");
  write_results (kit, "{'foliot': 1, 'name': 't', 'duration': 4}", "out");
  precious = kit_read (kit, "precious");
  g_assert_cmpstr (precious, ==, "keep");
}

/* A run that was killed while it wrote does not lock its own folder. */
static void
test_killed (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autofree char *staging = kit_path (kit, "out/.partial");

  g_mkdir_with_parents (staging, 0777);
  kit_write (kit, "out/.partial/run.json", "half");
  write_results (kit, "{'foliot': 1, 'name': 't', 'duration': 4}", "out");
  assert_listed (kit, "out", ALL);
}

/* At every size at which the disk can be full: a named error, and the earlier results as they were. */
static void
test_full_disk (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (FoliotWorld) world = NULL;
  g_autofree char *out = kit_path (kit, "out"), *fresh = kit_path (kit, "fresh");
  struct rlimit before, limit;
  gboolean written = FALSE;
  guint n_refused = 0;

  write_results (kit, json, "out");
  write_results (kit, json, "reference");
  world = kit_run (kit, json);
  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &before);
  for (rlim_t size = 0; !written; size += 256)
    {
      g_autoptr (GError) error = NULL, again = NULL;

      limit = (struct rlimit){ size, before.rlim_max };
      setrlimit (RLIMIT_FSIZE, &limit);
      written = foliot_world_write_results (world, out, &error);
      if (!written)
        g_assert_false (foliot_world_write_results (world, fresh, &again));
      setrlimit (RLIMIT_FSIZE, &before);
      if (written)
        break;
      g_assert_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_RESULTS);
      g_assert_nonnull (strstr (error->message, ": cannot be written: "));
      assert_same_file (kit, "out", "reference", "run.json");
      assert_same_file (kit, "out", "reference", "s.csv");
      assert_same_file (kit, "out", "reference", "results.sqlite");
      assert_listed (kit, "fresh", "");
      n_refused++;
    }
  g_assert_cmpuint (n_refused, >, 10);
  assert_listed (kit, "out", "checkpoints.csv machine.json results.sqlite run.json s.csv ticks.csv");
}

/* What waits for ever is in the results. */
static void
test_waits (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autofree char *waits = NULL;

  write_results (
      kit,
      "{'foliot': 1, 'name': 't', 'duration': 4, 'containers': [{'name': 'l'}, {'name': 'r'}],\n"
      "'agents': [{'name': 'bob', 'type': 'Caller', 'container': 'r'},\n"
      "{'name': 'alice', 'type': 'Caller', 'container': 'l', 'args': {'peer': {'agent': 'bob'}}}],\n"
      "'links': [{'from': 'r', 'loss': 1}]}",
      "out");
  assert_listed (kit, "out", ALL " waits.txt");
  waits = kit_read (kit, "out/waits.txt");
  g_assert_nonnull (strstr (waits, "alice"));
  write_results (kit, "{'foliot': 1, 'name': 't', 'duration': 4}", "out");
  assert_listed (kit, "out", ALL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/results/same-bytes", test_same_bytes);
  g_test_add_func ("/results/replaced", test_replaced);
  g_test_add_func ("/results/foreign", test_foreign);
  g_test_add_func ("/results/planted-names", test_planted_names);
  g_test_add_func ("/results/killed", test_killed);
  g_test_add_func ("/results/full-disk", test_full_disk);
  g_test_add_func ("/results/waits", test_waits);
  return g_test_run ();
}
