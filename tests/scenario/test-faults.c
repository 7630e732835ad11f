/* SPDX-License-Identifier: MIT */
#include "foliot-test.h"
#include "kernel/foliot-fault-private.h"
#include "scenario-kit.h"
#include "scenario/foliot-world-private.h"

/*
 * The shipped scenario ping-pong, as a user runs it and with its results written, in which the first acquisition fails,
 * then the second, and so on, until one run gets through: files, modules, stacks, messages. Each run must come to an
 * end, name what failed, and leave no descriptor behind; memory is the leak checker's affair.
 */

typedef struct
{
  const char *modules;
  const char *path; /* of the scenario */
  char *out;        /* (nullable) where results go, each time; NULL: into a folder that is not there yet */
  gboolean by_codec;
} Setup;

/* How the run ended; *@out_world as far as it came, with what is left of the fault. */
static GError *
run_with_fault (Kit *kit, const Setup *setup, guint32 n, FoliotWorld **out_world)
{
  const char *const module_dirs[] = { setup->modules, NULL };
  const FoliotWorldOptions options = { .until = FOLIOT_TIME_NEVER, .through_codec = setup->by_codec };
  g_autofree char *fresh = kit_path (kit, "fresh");
  GError *error = NULL, *second = NULL;
  g_autoptr (FoliotScenario) scenario
      = _foliot_scenario_load (setup->path, NULL, NULL, module_dirs, n, &error);

  if (scenario != NULL)
    *out_world = foliot_world_new (scenario, &options, &error);
  if (*out_world == NULL)
    return error;
  if (foliot_world_run (*out_world, &error))
    foliot_world_check_expectations (*out_world, &error);
  /* What there is of a failed run is written as well. */
  foliot_world_write_results (*out_world, setup->out != NULL ? setup->out : fresh,
                              error == NULL ? &error : &second);
  g_assert_no_error (second);
  foliot_test_remove_folder (fresh);
  return error;
}

static gboolean
is_named (const GError *error)
{
  return g_error_matches (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_MISSING)
         || g_error_matches (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_MODULE)
         || g_error_matches (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_AGENT)
         || g_error_matches (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_RESULTS)
         || g_error_matches (error, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_RESOURCES)
         || g_error_matches (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_MEMORY);
}

/* Returns: whether the @n-th acquisition was still reached. Those of closing fail unheard: closing cannot. */
static gboolean
try_fault (Kit *kit, const Setup *setup, guint32 n, guint n_errors[])
{
  g_autoptr (FoliotWorld) world = NULL;
  g_autoptr (GError) error = run_with_fault (kit, setup, n, &world);
  gboolean is_left = world != NULL && _foliot_kernel_fault_is_left (world->kernel);

  g_test_message ("%u: %s", n, error != NULL ? error->message : "through");
  if (is_left)
    g_assert_no_error (error);
  else
    {
      g_assert_nonnull (error);
      g_assert_true (is_named (error));
      g_assert_cmpstr (error->message, !=, "");
      if (error->domain == FOLIOT_SCENARIO_ERROR)
        n_errors[error->code]++;
    }
  if (world != NULL)
    foliot_world_close (world);
  return world == NULL || !_foliot_kernel_fault_is_left (world->kernel);
}

static void
run_loop (Setup *setup)
{
  g_autofree char *modules = g_test_build_filename (G_TEST_BUILT, "..", "scenarios", NULL);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "scenarios", "ping-pong", NULL);
  g_autoptr (Kit) kit = kit_new ();
  guint n_errors[FOLIOT_SCENARIO_ERROR_DIFFERS + 1] = { 0 };
  gboolean before[FOLIOT_TEST_MAX_DESCRIPTORS], after[FOLIOT_TEST_MAX_DESCRIPTORS];
  guint32 n = 1;

  setup->modules = modules;
  setup->path = path;
  do
    {
      foliot_test_list_descriptors (before);
      if (!try_fault (kit, setup, n, n_errors))
        break;
      foliot_test_list_descriptors (after);
      g_assert_cmpmem (before, sizeof before, after, sizeof after);
    }
  while (n++ < G_MAXUINT16);
  g_test_message ("%u acquisitions", n - 1);
  g_assert_cmpuint (n_errors[FOLIOT_SCENARIO_ERROR_MISSING], ==, 1); /* scenario.json */
  g_assert_cmpuint (n_errors[FOLIOT_SCENARIO_ERROR_MODULE], ==, 1);
  g_assert_cmpuint (n_errors[FOLIOT_SCENARIO_ERROR_AGENT], >, 20);   /* ten balls there and back, stacks */
  g_assert_cmpuint (n_errors[FOLIOT_SCENARIO_ERROR_RESULTS], >, 20); /* five files: open, write, move, move */
}

static void
test_fresh_folder (gconstpointer by_codec)
{
  Setup setup = { .by_codec = GPOINTER_TO_INT (by_codec) };

  run_loop (&setup);
}

static void
test_same_folder (gconstpointer by_codec)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autofree char *out = kit_path (kit, "out");
  Setup setup = { .by_codec = GPOINTER_TO_INT (by_codec), .out = out };

  run_loop (&setup);
}

/* Every file that a scenario is made of. */
static void
test_loading (void)
{
  g_autoptr (Kit) kit = kit_new ();
  guint32 n = 0;

  kit_write (kit, "scenario.json",
             "{'foliot': 1, 'name': 't', 'duration': 4, 'include': ['one.json', 'two.json']}");
  kit_write (kit, "one.json", "{'agents': [{'name': 'a', 'type': 'Probe'}]}");
  kit_write (kit, "two.json",
             "{'inputs': [{'file': 'data.csv', 'deliver': [{'column': 'u', 'agent': 'a', 'input': 'P'}]}]}");
  kit_write (kit, "data.csv", "time_s,u\n1,0.1\n");
  for (g_autoptr (FoliotScenario) scenario = NULL; scenario == NULL;)
    {
      g_autoptr (GError) error = NULL;

      scenario = _foliot_scenario_load (kit->folder, NULL, kit->registry, NULL, ++n, &error);
      if (scenario == NULL)
        g_assert_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_MISSING);
      else
        g_assert_no_error (error);
    }
  g_assert_cmpuint (n, ==, 4 + 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scenario/faults/loading", test_loading);
  g_test_add_data_func ("/scenario/faults/fresh-folder", GINT_TO_POINTER (FALSE), test_fresh_folder);
  g_test_add_data_func ("/scenario/faults/same-folder", GINT_TO_POINTER (FALSE), test_same_folder);
  g_test_add_data_func ("/scenario/faults/through-codec", GINT_TO_POINTER (TRUE), test_same_folder);
  return g_test_run ();
}
