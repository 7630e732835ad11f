/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "scenario-kit.h"

#define HEAD "{'foliot': 1, 'name': 't', 'duration': 4"
#define ARRIVALS                                                                                             \
  ",\n'outputs': [{'table': 'arrivals', 'columns': ['what', 'value']}, {'table': 'ticks', 'columns': ['i', " \
  "'P']}]"

static void
assert_table (FoliotWorld *world, const char *table, const char *rows)
{
  g_autofree char *found = kit_print_table (world, table);

  g_assert_cmpstr (found, ==, rows);
}

/* Inputs come before everything else of their time, also before what was scheduled earlier; scaled where asked. */
static void
test_inputs (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (FoliotWorld) world = NULL;

  kit_write (kit, "data.csv", "time_s,u,v\n-1,1,2\n1,3,4\n2,5,6\n4,7,8\n");
  world = kit_run (kit, HEAD ", 'agents': [{'name': 'a', 'type': 'Probe', 'args': {'ticks': 5}}],\n"
                             "'inputs': [{'file': 'data.csv', 'deliver': [\n"
                             "{'column': 'v', 'agent': 'a', 'input': 'Q', 'scale': 0.5},\n"
                             "{'column': 'u', 'agent': 'a', 'input': 'P'}]}]" ARRIVALS "}");
  assert_table (world, "arrivals", "-1 a Q 1.0; -1 a P 1.0; 1 a Q 2.0; 1 a P 3.0; 2 a Q 3.0; 2 a P 5.0");
  assert_table (world, "ticks", "1 a 1 3.0; 2 a 2 5.0; 3 a 3 5.0");
}

/* A sample sees all else of its time done; it starts at `from`; `duration` is not part of the run. */
static void
test_outputs (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (FoliotWorld) world = NULL;

  kit_write (kit, "data.csv", "time_s,u\n1,3\n2,5\n");
  world = kit_run (
      kit,
      HEAD ", 'agents': [{'name': 'b1', 'type': 'Probe'}, {'name': 'a', 'type': 'Probe'}, {'name': 'b2', "
           "'type': 'Probe'}],\n"
           "'inputs': [{'file': 'data.csv', 'deliver': [{'column': 'u', 'agent': 'b2', 'input': 'P'}]}],\n"
           "'outputs': [{'table': 's', 'agents': 'b?', 'label': 'who', 'every': 1, 'columns': ['P', 'n']},\n"
           "{'table': 'late', 'agents': 'b2', 'every': '500 ms', 'from': 3, 'columns': ['list', 'text']}]}");
  assert_table (world, "s",
                "0 b1 - 0; 0 b2 - 0; 1 b1 - 0; 1 b2 3.0 1; 2 b1 - 0; 2 b2 5.0 2; 3 b1 - 0; 3 b2 5.0 2");
  assert_table (world, "late", "3 b2 [1, True] a \"b\", c; 3.5 b2 [1, True] a \"b\", c");
  g_assert_cmpstr (foliot_table_get_column (foliot_world_get_table (world, 0), 1), ==, "who");
}

static void
assert_fails (const char *json, const char *message)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotWorld) world = NULL;
  g_autofree char *found = NULL, *expected = kit_quotes (message);

  kit_write (kit, "data.csv", "time_s,u\n1.5,3\n");
  world = kit_world (kit, json);
  g_assert_false (foliot_world_run (world, &error));
  g_assert_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_AGENT);
  found = kit_strip (kit, error->message);
  g_strdelimit (found, "'", '"');
  g_assert_cmpstr (found, ==, expected);
  g_assert_cmpuint (foliot_world_step (world, 1, NULL), ==, 0);
}

#define FAULTY(where)                                                                                        \
  HEAD ",\n'agents': [{'name': 'f', 'type': 'Faulty', 'args': {'where': '" where "'}}],\n"                   \
       "'inputs': [{'file': 'data.csv', 'deliver': [{'column': 'u', 'agent': 'f', 'input': 'P'}]}]}"

static void
test_failures (void)
{
  assert_fails (FAULTY ("init"), "agent f: start (scenario.json:2: /agents/0) failed at -1 s: as planned");
  assert_fails (FAULTY ("run"), "agent f: run failed at 2.5 s: as planned");
  assert_fails (FAULTY ("input"), "agent f: input P failed at 1.5 s: as planned");
  assert_fails (FAULTY ("silent"), "agent f: input P failed at 1.5 s: it returned FALSE without an error");
}

/* -- links --------------------------------------------------------------------------------------------------------- */

static FoliotWorld *
run_calls (Kit *kit, const char *link, const char *args)
{
  g_autofree char *json = g_strdup_printf (
      HEAD "00, 'seed': 2, 'containers': [{'name': 'l'}, {'name': 'r'}],\n"
           "'agents': [{'name': 'b', 'type': 'Caller', 'container': 'r', 'args': {'calls': 0}},\n"
           "{'name': 'a', 'type': 'Caller', 'container': 'l', 'args': {'peer': {'agent': 'b'}, %s}}],\n"
           "'links': [%s],\n'outputs': [{'table': 'calls', 'columns': ['answered']}]}",
      args, link);

  return kit_run (kit, json);
}

static void
test_latency (void)
{
  static const char *const kinds[] = { "constant", "uniform", "exponential", "normal" };
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (FoliotWorld) none = run_calls (kit, "", "'calls': 2");
  g_autoptr (FoliotWorld) fixed
      = run_calls (kit, "{'from': 'l', 'to': 'r', 'latency': '250 ms'}", "'calls': 2");

  assert_table (none, "calls", "1 a True; 2 a True");
  assert_table (fixed, "calls", "1.25 a True; 2.25 a True");
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *link = g_strdup_printf (
          "{'from': 'l', 'latency': {'distribution': '%s', 'base': '100 ms', 'spread': '10 ms'}}", kinds[i]);
      g_autoptr (FoliotWorld) world = run_calls (kit, link, "'calls': 1");
      g_autoptr (FoliotWorld) again = run_calls (kit, link, "'calls': 1");
      g_autofree char *rows = kit_print_table (world, "calls");

      assert_table (again, "calls", rows);
      g_assert_true (g_str_has_prefix (rows, "1."));
      g_assert_cmpint (g_str_equal (rows, "1.1 a True"), ==, i == 0);
    }
}

/* What never comes ends at its deadline, or is named at the end of the run. */
static void
test_loss (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (FoliotWorld) good = run_calls (kit, "{'loss': 0}", "'calls': 2, 'within': 0.5");
  g_autoptr (FoliotWorld) lossy = run_calls (kit, "{'loss': 0.05}", "'calls': 50, 'within': 0.5");
  g_autoptr (FoliotWorld) never = run_calls (kit, "{'from': 'r', 'loss': 1}", "'calls': 2");
  g_autofree char *rows = kit_print_table (lossy, "calls"), *calm = foliot_world_dup_wait_report (good);
  g_autoptr (FoliotWorld) patient = run_calls (kit, "{'loss': 0.05}", "'calls': 50");
  g_autofree char *report = foliot_world_dup_wait_report (never);
  g_autofree char *owed = foliot_world_dup_wait_report (patient);

  assert_table (good, "calls", "1 a True; 2 a True");
  g_assert_cmpstr (calm, ==, "");
  g_assert_nonnull (strstr (rows, "True"));
  g_assert_nonnull (strstr (rows, ".5 a False"));
  assert_table (never, "calls", "");
  g_assert_nonnull (strstr (report, "a"));
  g_assert_nonnull (strstr (report, "-1 s"));
  g_assert_nonnull (strstr (owed, " of a waits for the answer of LocalQueue('"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/world/inputs", test_inputs);
  g_test_add_func ("/world/outputs", test_outputs);
  g_test_add_func ("/world/failures", test_failures);
  g_test_add_func ("/world/latency", test_latency);
  g_test_add_func ("/world/loss", test_loss);
  return g_test_run ();
}
