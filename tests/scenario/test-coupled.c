/* SPDX-License-Identifier: MIT */
#include <foliot/foliot.h>

#include <string.h>

#include "shipped-kit.h"

/* Worlds whose time somebody else sets: here a test that says what the series of the scenario would have said. */

#define STEP (900 * FOLIOT_SECOND)

static const char *const turbines[] = { "Agent_0", "Agent_1", "Agent_2" };
static const double rated_kw[] = { 2000.0, 2000.0, 5000.0 };

static FoliotScenario *
load (const char *file, const char *const *settings)
{
  g_autofree char *name = g_build_filename ("wind-park", file, NULL);

  return shipped_load (name, settings);
}

static FoliotWorld *
make (FoliotScenario *scenario, const FoliotWorldOptions *options)
{
  g_autoptr (GError) error = NULL;
  FoliotWorld *world = foliot_world_new (scenario, options, &error);

  g_assert_no_error (error);
  return world;
}

static void
set_powers (FoliotWorld *world, double share[PARK_N_STEPS][PARK_N_TURBINES], guint step)
{
  for (guint k = 0; k < 3; k++)
    {
      g_autoptr (FoliotValue) power = foliot_value_new_double (share[step][k] * rated_kw[k]);
      g_autoptr (GError) error = NULL;

      foliot_world_set_input (world, turbines[k], "P", step * STEP, power, &error);
      g_assert_no_error (error);
    }
}

static void
finish (FoliotWorld *world, FoliotTime until)
{
  g_autoptr (FoliotFuture) done = foliot_world_finish (world, until);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_run (foliot_world_get_kernel (world), done, &error);

  g_assert_no_error (error);
  g_assert_nonnull (value);
}

/* A day, as a master has it. */
static void
couple (FoliotWorld *world)
{
  double share[PARK_N_STEPS][PARK_N_TURBINES];

  shipped_read_wind (share);
  for (guint step = 0; step < PARK_N_STEPS; step++)
    {
      g_autoptr (GError) error = NULL;
      FoliotTime next = 0;

      set_powers (world, share, step);
      foliot_world_run_to (world, step * STEP, &next, &error);
      g_assert_no_error (error);
      g_assert_cmpint (next, ==, (step + 1) * STEP);
      g_assert_cmpint (foliot_kernel_now (foliot_world_get_kernel (world)), ==, step * STEP);
    }
  finish (world, PARK_N_STEPS * STEP);
}

static guint64
find_digest (FoliotWorld *world, const char *node)
{
  FoliotKernel *kernel = foliot_world_get_kernel (world);

  for (guint32 i = 1; i <= foliot_kernel_get_n_nodes (kernel); i++)
    if (g_str_equal (foliot_kernel_get_node_name (kernel, i), node))
      return foliot_kernel_get_node_digest (kernel, i);
  g_assert_not_reached ();
}

static void
assert_same_views (FoliotWorld *a, FoliotWorld *b)
{
  static const char *const names[] = { "Controller", "Agent_0", "Agent_1", "Agent_2" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_cmphex (find_digest (a, names[i]), ==, find_digest (b, names[i]));
}

static void
assert_same_table (FoliotWorld *a, FoliotWorld *b)
{
  g_autofree char *of_a = kit_print_table (a, "turbines"), *of_b = kit_print_table (b, "turbines");

  g_assert_cmpstr (of_a, ==, of_b);
}

static FoliotWorld *
run_free (const char *file, const char *const *settings)
{
  g_autoptr (FoliotScenario) scenario = load (file, settings);
  FoliotWorld *world = make (scenario, NULL);
  g_autoptr (GError) error = NULL;

  foliot_world_run (world, &error);
  g_assert_no_error (error);
  return world;
}

/* The series of the file, or a master that says the same: the agents see no difference. */
static void
test_views (gconstpointer file)
{
  static const FoliotWorldOptions options = { .until = FOLIOT_TIME_NEVER, .coupled = TRUE };
  g_autoptr (FoliotWorld) alone = run_free (file, NULL);
  g_autoptr (FoliotScenario) scenario = load (file, NULL);
  g_autoptr (FoliotWorld) world = make (scenario, &options);
  g_autoptr (GError) error = NULL;

  couple (world);
  assert_same_views (world, alone);
  assert_same_table (world, alone);
  g_assert_true (foliot_world_is_done (world));
  foliot_world_check_expectations (world, &error);
  g_assert_no_error (error);
}

static void
test_transport (gconstpointer transport)
{
  static const FoliotWorldOptions options = { .until = FOLIOT_TIME_NEVER, .coupled = TRUE };
  g_autofree char *setting = g_strconcat ("transport=", transport, NULL);
  const char *const settings[] = { setting, NULL };
  g_autoptr (FoliotWorld) alone = run_free ("scenario.json", NULL);
  g_autoptr (FoliotScenario) scenario = load ("scenario.json", settings);
  g_autoptr (FoliotWorld) world = make (scenario, &options);

  couple (world);
  assert_same_table (world, alone);
}

/* ---- entities ---- */

static void
add (FoliotWorld *world, FoliotValue *params, const char *expected)
{
  g_autoptr (FoliotFuture) made = foliot_world_add_agent (world, "WecsAgent", params);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) name = foliot_run (foliot_world_get_kernel (world), made, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (foliot_value_get_string (name, NULL), ==, expected);
}

/* One after the other, as the script of a co-simulation makes them, in a kernel of the master's. */
static void
test_entities (gconstpointer file)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_EXTERNAL, 1, -FOLIOT_SECOND);
  const FoliotWorldOptions options
      = { .until = FOLIOT_TIME_NEVER, .coupled = TRUE, .entities_later = TRUE, .kernel = kernel };
  g_autoptr (FoliotWorld) alone = run_free (file, NULL);
  g_autoptr (FoliotScenario) scenario = load (file, NULL);
  g_autoptr (FoliotWorld) world = make (scenario, &options);

  g_assert_null (foliot_world_get_agent (world, "Agent_0"));
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (FoliotValue) params
          = foliot_value_build_map ("P_rated", foliot_value_new_double (rated_kw[i]), NULL);

      add (world, params, turbines[i]);
    }
  couple (world);
  assert_same_views (world, alone);
  assert_same_table (world, alone);
}

/* The file has three; the fourth lives where the first does, and is in the table. */
static void
test_more_entities (void)
{
  static const FoliotWorldOptions options
      = { .until = FOLIOT_TIME_NEVER, .coupled = TRUE, .entities_later = TRUE };
  g_autoptr (FoliotScenario) scenario = load ("scenario.json", NULL);
  g_autoptr (FoliotWorld) world = make (scenario, &options);
  g_autoptr (FoliotValue) params = foliot_value_build_map ("P_rated", foliot_value_new_double (1000), NULL);
  g_autoptr (FoliotValue) power = foliot_value_new_double (400), limit = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 3; i++)
    add (world, NULL, turbines[i]);
  add (world, params, "Agent_3");
  g_assert_cmpstr (
      foliot_container_get_name (foliot_agent_get_container (foliot_world_get_agent (world, "Agent_3"))), ==,
      "park-0");
  g_assert_true (foliot_world_set_input (world, "Agent_3", "P", 0, power, &error));
  g_assert_true (foliot_world_run_to (world, 0, NULL, &error));
  g_assert_no_error (error);
  limit = foliot_world_get_output (world, "Agent_3", "P_max", &error);
  g_assert_no_error (error);
  /* P + (L − S) · P_rated / R, with S = 400 and R = 10 000. */
  g_assert_cmpfloat (foliot_value_get_double (limit), ==, 1000);
  g_assert_cmpuint (foliot_table_get_n_rows (foliot_world_get_table (world, 0)), ==, 4);
}

static void
assert_refused (FoliotWorld *world, const char *model, FoliotValue *params, const char *message)
{
  g_autoptr (FoliotFuture) made = foliot_world_add_agent (world, model, params);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) name = foliot_run (foliot_world_get_kernel (world), made, &error);

  g_assert_null (name);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_bad_entities (void)
{
  static const FoliotWorldOptions options
      = { .until = FOLIOT_TIME_NEVER, .coupled = TRUE, .entities_later = TRUE };
  g_autoptr (FoliotScenario) scenario = load ("scenario.json", NULL);
  g_autoptr (FoliotWorld) world = make (scenario, &options);
  g_autoptr (FoliotValue) unknown = foliot_value_build_map ("P_rate", foliot_value_new_double (1), NULL);
  g_autoptr (FoliotValue) text = foliot_value_build_map ("P_rated", foliot_value_new_string ("much"), NULL);

  assert_refused (world, "Wecs", NULL, "scenario wind-park has no model \"Wecs\" (\"cosim\")");
  assert_refused (world, "WecsAgent", unknown,
                  "the master gives WecsAgent a parameter that \"cosim\" does not name");
  assert_refused (world, "WecsAgent", text,
                  "/P_rated: argument \"P_rated\" of WecsAgent must be number, not string");
  add (world, NULL, "Agent_0");
}

/* ---- what is refused ---- */

static void
test_refused (void)
{
  static const FoliotWorldOptions options = { .until = FOLIOT_TIME_NEVER, .coupled = TRUE };
  g_autoptr (FoliotScenario) scenario = load ("scenario.json", NULL);
  g_autoptr (FoliotWorld) world = make (scenario, &options);
  g_autoptr (FoliotValue) one = foliot_value_new_double (1), output = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (foliot_world_set_input (world, "Agent_9", "P", 0, one, &error));
  g_assert_cmpstr (error->message, ==, "there is no agent \"Agent_9\"");
  g_clear_error (&error);
  g_assert_false (foliot_world_set_input (world, "Agent_0", "Q", 0, one, &error));
  g_assert_cmpstr (error->message, ==, "agent Agent_0 has no input \"Q\"");
  g_clear_error (&error);
  output = foliot_world_get_output (world, "Agent_0", "P", &error);
  g_assert_cmpstr (error->message, ==, "agent Agent_0 has no output \"P\"");
  g_clear_error (&error);
  g_assert_true (foliot_world_run_to (world, STEP, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (foliot_world_set_input (world, "Agent_0", "P", 0, one, &error));
  g_assert_error (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_PAST);
  g_clear_error (&error);
  g_assert_false (foliot_world_run_to (world, 0, NULL, &error));
  g_assert_error (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_PAST);
}

static void
test_variables (void)
{
  g_autoptr (FoliotScenario) scenario = load ("scenario.json", NULL);
  gsize n;
  const FoliotCosimVariable *variables = foliot_scenario_get_cosim_variables (scenario, &n);

  g_assert_cmpint (foliot_scenario_get_cosim_step (scenario), ==, STEP);
  g_assert_cmpuint (n, ==, 9);
  g_assert_cmpstr (variables[1].agent, ==, "Agent_0");
  g_assert_cmpstr (variables[1].name, ==, "vm_pu");
  g_assert_cmpstr (variables[1].unit, ==, "1");
  g_assert_false (variables[1].is_output);
  g_assert_cmpstr (variables[8].agent, ==, "Agent_2");
  g_assert_cmpstr (variables[8].name, ==, "P_max");
  g_assert_true (variables[8].is_output);
  g_assert_nonnull (foliot_scenario_get_cosim (scenario, "mosaik"));
  g_assert_null (foliot_scenario_get_cosim (scenario, "helics"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/coupled/views/four-containers", "scenario.json", test_views);
  g_test_add_data_func ("/coupled/views/one-container", "one-container.json", test_views);
  g_test_add_data_func ("/coupled/transport/tcp", "tcp", test_transport);
  g_test_add_data_func ("/coupled/transport/tls", "tls", test_transport);
  g_test_add_data_func ("/coupled/entities/four-containers", "scenario.json", test_entities);
  g_test_add_data_func ("/coupled/entities/one-container", "one-container.json", test_entities);
  g_test_add_func ("/coupled/entities/more", test_more_entities);
  g_test_add_func ("/coupled/entities/bad", test_bad_entities);
  g_test_add_func ("/coupled/refused", test_refused);
  g_test_add_func ("/coupled/variables", test_variables);
  return g_test_run ();
}
