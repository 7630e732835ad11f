/* SPDX-License-Identifier: MIT */
#include "scenario-kit.h"

/* Rows: at 1, 2, 3 s of a and b in turn, P as the series says. */
static void
check (const char *expect, const char *message)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotWorld) world = NULL;
  g_autofree char *json = g_strdup_printf (
      "{'foliot': 1, 'name': 't', 'duration': 4, 'agents': [{'name': 'a', 'type': 'Probe'}, {'name': 'b', "
      "'type': 'Probe'}],\n"
      "'inputs': [{'file': 'data.csv', 'deliver': [{'column': 'u', 'agent': 'a', 'input': 'P'},\n"
      "{'column': 'v', 'agent': 'b', 'input': 'P'}]}],\n"
      "'outputs': [{'table': 's', 'every': 1, 'columns': ['P']}, {'table': 'none', 'columns': ['x']}],\n"
      "'expect': [{%s}]}",
      expect);
  g_autofree char *found = NULL, *expected = message != NULL ? kit_quotes (message) : NULL;
  gboolean holds;

  kit_write (kit, "data.csv", "time_s,u,v\n1,1,10\n2,2,20\n3,3,30\n");
  world = kit_run (kit, json);
  holds = foliot_world_check_expectations (world, &error);
  g_assert_cmpint (holds, ==, message == NULL);
  if (message == NULL)
    return;
  g_assert_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_EXPECTATION);
  found = kit_strip (kit, error->message);
  g_assert_cmpstr (found, ==, expected);
}

#define PLACE "scenario.json:5: /expect/0: table s, "

static void
test_rows (void)
{
  check ("'table': 's', 'column': 'P', 'at_most': 30, 'at_least': 1", NULL);
  check ("'table': 's', 'column': 'P', 'at_most': 19", PLACE "row 6 (2 s): P is 20, expected at most 19");
  check ("'table': 's', 'column': 'P', 'at_least': 2", PLACE "row 3 (1 s): P is 1, expected at least 2");
  check ("'table': 's', 'column': 'P', 'equals': 1", PLACE "row 4 (1 s): P is 10, expected exactly 1");
}

static void
test_folds (void)
{
  check ("'table': 's', 'column': 'P', 'fold': 'sum', 'equals': 66", NULL);
  check ("'table': 's', 'column': 'P', 'fold': 'mean', 'equals': 11", NULL);
  check ("'table': 's', 'column': 'P', 'fold': 'min', 'equals': 1", NULL);
  check ("'table': 's', 'column': 'P', 'fold': 'max', 'equals': 30", NULL);
  check ("'table': 's', 'column': 'P', 'fold': 'last', 'equals': 30", NULL);
  check ("'table': 's', 'column': 'P', 'fold': 'count', 'equals': 6", NULL);
  check ("'table': 's', 'fold': 'count', 'equals': 8", NULL);
  check ("'table': 's', 'column': 'P', 'fold': 'sum', 'at_most': 65",
         PLACE "row 1 (0 s): sum of P is 66, expected at most 65");
  check ("'table': 's', 'column': 'P', 'fold': 'mean', 'at_least': 12",
         PLACE "row 1 (0 s): mean of P is 11, expected at least 12");
  check ("'table': 's', 'fold': 'count', 'equals': 9",
         PLACE "row 1 (0 s): count of rows is 8, expected exactly 9");
}

static void
test_groups (void)
{
  check ("'table': 's', 'column': 'P', 'fold': 'sum', 'by': 'time_s', 'at_most': 33", NULL);
  check ("'table': 's', 'column': 'P', 'fold': 'sum', 'by': 'time_s', 'at_most': 32",
         PLACE "row 7 (3 s): sum of P is 33, expected at most 32");
  check ("'table': 's', 'fold': 'count', 'by': 'time_s', 'equals': 2", NULL);
}

static void
test_tolerance (void)
{
  check ("'table': 's', 'column': 'P', 'fold': 'sum', 'at_most': 60, 'relative_tolerance': 0.1", NULL);
  check ("'table': 's', 'column': 'P', 'fold': 'sum', 'at_most': 60, 'relative_tolerance': 0.05",
         PLACE "row 1 (0 s): sum of P is 66, expected at most 60");
  check ("'table': 's', 'column': 'P', 'fold': 'sum', 'equals': 60, 'relative_tolerance': 0.1", NULL);
  check ("'table': 's', 'column': 'P', 'fold': 'sum', 'at_least': 70, 'relative_tolerance': 0.1", NULL);
}

/* Of no rows, the sum and the count are 0, and nothing else is anything. */
static void
test_no_rows (void)
{
  check ("'table': 'none', 'fold': 'count', 'equals': 0", NULL);
  check ("'table': 'none', 'column': 'x', 'fold': 'sum', 'equals': 0", NULL);
  check ("'table': 'none', 'column': 'x', 'fold': 'max', 'at_least': 5", NULL);
  check ("'table': 'none', 'column': 'x', 'equals': 5", NULL);
  check ("'table': 'none', 'fold': 'count', 'at_least': 1",
         "scenario.json:5: /expect/0: table none has no rows: count of rows is 0, expected at least 1");
}

/* An end of one's own, earlier or later, skips what speaks of the whole run, and nothing else. */
static void
test_unless_cut (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (FoliotScenario) scenario = kit_scenario (
      kit, "{'foliot': 1, 'name': 't', 'duration': 4, 'agents': [{'name': 'a', 'type': 'Probe'}],\n"
           "'outputs': [{'table': 's', 'every': 1, 'columns': ['P']}],\n"
           "'expect': [{'table': 's', 'fold': 'count', 'equals': 4, 'unless_cut': true},\n"
           "{'table': 's', 'fold': 'count', 'by': 'time_s', 'equals': 1}]}");

  for (int until = 2; until <= 6; until += 2)
    {
      const FoliotWorldOptions options = { .until = until * FOLIOT_SECOND };
      g_autoptr (FoliotWorld) world = foliot_world_new (scenario, &options, NULL);
      g_autofree char *skipped = NULL, *place = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_true (foliot_world_run (world, NULL));
      g_assert_true (foliot_world_check_expectations (world, &error));
      skipped = foliot_world_dup_skipped_expectations (world);
      place = kit_strip (kit, skipped);
      g_assert_cmpstr (place, ==, until == 4 ? "" : "scenario.json:3: /expect/0\n");
    }
  kit_assert_refused (
      kit,
      "{'foliot': 1, 'name': 't', 'duration': 4, 'outputs': [{'table': 's', 'columns': ['P']}],\n"
      "'expect': [{'table': 's', 'fold': 'count', 'equals': 4, 'unless_cut': 1}]}",
      NULL, FOLIOT_SCENARIO_ERROR_TYPE, ":2: /expect/0/unless_cut: expected true or false, found a number");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/expectation/rows", test_rows);
  g_test_add_func ("/expectation/folds", test_folds);
  g_test_add_func ("/expectation/groups", test_groups);
  g_test_add_func ("/expectation/tolerance", test_tolerance);
  g_test_add_func ("/expectation/no-rows", test_no_rows);
  g_test_add_func ("/expectation/unless-cut", test_unless_cut);
  return g_test_run ();
}
