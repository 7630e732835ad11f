/* SPDX-License-Identifier: MIT */
#include <foliot/foliot.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/* The wind park as an FMU, without a master of another make: what its agents see is what they see in a run. */

#define N_TURBINES 3
#define STEP_S     900.0
#define N_STEPS    96

static FoliotScenario *
load (const char *const *settings)
{
  g_autofree char *modules = g_build_filename (g_getenv ("G_TEST_BUILDDIR"), "..", "scenarios", NULL);
  g_autofree char *path = g_build_filename (g_getenv ("G_TEST_SRCDIR"), "..", "scenarios", "wind-park", NULL);
  const char *const dirs[] = { modules, NULL };
  g_autoptr (GError) error = NULL;
  FoliotScenario *scenario = foliot_scenario_load (path, settings, NULL, dirs, &error);

  g_assert_no_error (error);
  return scenario;
}

/* The resources of an FMU, in a folder of their own. */
typedef struct
{
  char *folder;
  char *token;
  FoliotFmu *fmu;
} Unit;

static char *
dup_token (FoliotScenario *scenario)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *xml = foliot_fmu_describe (scenario, 3, &error);
  const char *start;

  g_assert_no_error (error);
  start = strstr (xml, "instantiationToken=\"");
  g_assert_nonnull (start);
  start = strchr (start, '"') + 1;
  return g_strndup (start, (gsize) (strchr (start, '"') - start));
}

static Unit *
unit_new (void)
{
  Unit *unit = g_new0 (Unit, 1);
  g_autoptr (FoliotScenario) scenario = load (NULL);
  g_autoptr (GError) error = NULL;

  unit->folder = g_dir_make_tmp ("foliot-test-XXXXXX", &error);
  g_assert_no_error (error);
  unit->token = dup_token (scenario);
  g_assert_true (foliot_fmu_save (scenario, unit->folder, &error));
  g_assert_no_error (error);
  unit->fmu = foliot_fmu_open (unit->folder, unit->token, &error);
  g_assert_no_error (error);
  return unit;
}

static void
unit_free (Unit *unit)
{
  static const char *const names[] = { "scenario.json", "input-0.csv", "wind-park.so" };

  foliot_fmu_free (unit->fmu);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (unit->folder, names[i], NULL);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (unit->folder), ==, 0);
  g_free (unit->folder);
  g_free (unit->token);
  g_free (unit);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Unit, unit_free)

/* Parameters come first, three of them and the seed; then P, vm_pu, P_max of each turbine. */
static guint
reference_of (guint turbine, guint port)
{
  return 4 + 3 * turbine + port;
}

static void
set_power (FoliotFmu *fmu, guint turbine, double kw)
{
  g_autoptr (FoliotValue) value = foliot_value_new_double (kw);
  g_autoptr (GError) error = NULL;

  foliot_fmu_set (fmu, reference_of (turbine, 0), value, &error);
  g_assert_no_error (error);
}

static double
get_limit (FoliotFmu *fmu, guint turbine)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_fmu_get (fmu, reference_of (turbine, 2), &error);

  g_assert_no_error (error);
  return foliot_value_get_double (value);
}

/* What each turbine could feed in at each step: the scenario's own table. */
static FoliotWorld *
run_alone (void)
{
  g_autoptr (FoliotScenario) scenario = load (NULL);
  g_autoptr (GError) error = NULL;
  FoliotWorld *world = foliot_world_new (scenario, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (foliot_world_run (world, &error));
  g_assert_no_error (error);
  return world;
}

static double
get_cell (FoliotTable *table, guint step, guint turbine, guint column)
{
  return foliot_value_get_double (foliot_table_get_cell (table, step * N_TURBINES + turbine, column));
}

static void
assert_same_views (FoliotWorld *a, FoliotWorld *b)
{
  static const char *const names[] = { "Controller", "Agent_0", "Agent_1", "Agent_2" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      guint64 digests[2];
      FoliotWorld *worlds[] = { a, b };

      for (gsize k = 0; k < 2; k++)
        {
          FoliotAgent *agent = foliot_world_get_agent (worlds[k], names[i]);

          g_assert_nonnull (agent);
          digests[k] = foliot_kernel_get_node_digest (foliot_world_get_kernel (worlds[k]),
                                                      foliot_agent_get_node (agent));
        }
      if (digests[0] != digests[1])
        g_test_message ("%s saw another run", names[i]);
      g_assert_cmpuint (digests[0], ==, digests[1]);
    }
}

static void
test_views (void)
{
  g_autoptr (Unit) unit = unit_new ();
  g_autoptr (FoliotWorld) alone = run_alone ();
  FoliotTable *table = foliot_world_get_table (alone, 0);
  g_autoptr (GError) error = NULL;

  g_assert_true (isnan (get_limit (unit->fmu, 0)));
  g_assert_true (foliot_fmu_enter (unit->fmu, 0, &error));
  for (guint step = 0; step < N_STEPS; step++)
    {
      for (guint i = 0; i < N_TURBINES; i++)
        set_power (unit->fmu, i, get_cell (table, step, i, 2));
      foliot_fmu_step (unit->fmu, step * STEP_S, STEP_S, &error);
      g_assert_no_error (error);
      for (guint i = 0; i < N_TURBINES; i++)
        g_assert_true (get_limit (unit->fmu, i) == get_cell (table, step, i, 4));
    }
  assert_same_views (alone, foliot_fmu_get_world (unit->fmu));
}

static void
assert_fails (gboolean good, GError **error, FoliotFmuError code)
{
  g_assert_false (good);
  g_assert_error (*error, FOLIOT_FMU_ERROR, (int) code);
  g_clear_error (error);
}

static void
test_errors (void)
{
  g_autoptr (Unit) unit = unit_new ();
  const char *const sockets[] = { "transport=tcp", NULL };
  g_autoptr (FoliotScenario) networked = load (sockets);
  g_autoptr (FoliotValue) one = foliot_value_new_int (1);
  g_autoptr (GError) error = NULL;

  assert_fails (foliot_fmu_describe (networked, 2, &error) != NULL, &error, FOLIOT_FMU_ERROR_SCENARIO);
  assert_fails (foliot_fmu_open (unit->folder, "another", &error) != NULL, &error, FOLIOT_FMU_ERROR_TOKEN);
  assert_fails (foliot_fmu_step (unit->fmu, 0, 1, &error), &error, FOLIOT_FMU_ERROR_STATE);
  assert_fails (foliot_fmu_set (unit->fmu, 99, one, &error), &error, FOLIOT_FMU_ERROR_VARIABLE);
  assert_fails (foliot_fmu_enter (unit->fmu, -5, &error), &error, FOLIOT_FMU_ERROR_TIME);
  g_assert_true (foliot_fmu_enter (unit->fmu, 0, &error));
  assert_fails (foliot_fmu_enter (unit->fmu, 0, &error), &error, FOLIOT_FMU_ERROR_STATE);
  assert_fails (foliot_fmu_step (unit->fmu, 5, 1, &error), &error, FOLIOT_FMU_ERROR_TIME);
  g_assert_true (foliot_fmu_step (unit->fmu, 0, 1, &error));
}

static void
assert_section_refused (const char *setting, const char *message)
{
  const char *const settings[] = { setting, NULL };
  g_autoptr (FoliotScenario) scenario = load (settings);
  g_autoptr (GError) error = NULL;
  g_autofree char *xml = foliot_fmu_describe (scenario, 3, &error);

  g_assert_null (xml);
  g_assert_error (error, FOLIOT_FMU_ERROR, FOLIOT_FMU_ERROR_SCENARIO);
  g_assert_cmpstr (error->message, ==, message);
}

/* What the scenario says for FMI alone. */
static void
test_section (void)
{
  const char *const settings[]
      = { "cosim.fmi={\"start\": {\"vm_pu\": 1.0}, \"types\": {\"P_max\": \"string\"}}", NULL };
  g_autoptr (FoliotScenario) scenario = load (settings);
  g_autofree char *xml = foliot_fmu_describe (scenario, 3, NULL);

  g_assert_nonnull (strstr (xml, "name=\"Agent_2.vm_pu\""));
  g_assert_nonnull (strstr (xml, "start=\"1.0\""));
  g_assert_nonnull (strstr (xml, "<String name=\"Agent_0.P_max\""));
  assert_section_refused ("cosim.fmi={\"stat\": {}}",
                          "the scenario's /cosim/fmi: unknown \"stat\", did you mean \"start\"?");
  assert_section_refused ("cosim.fmi={\"start\": {\"vm_p\": 1}}",
                          "the scenario's /cosim/fmi/start: unknown \"vm_p\", did you mean \"vm_pu\"?");
  assert_section_refused (
      "cosim.fmi={\"types\": {\"P\": \"float\"}}",
      "the scenario's /cosim/fmi/types/P: expected \"real\", \"integer\", \"boolean\" or \"string\"");
  assert_section_refused ("cosim.fmi={\"start\": {\"P\": \"x\"}}",
                          "the scenario's /cosim/fmi/start/P: expected a value of the variable's type");
}

/* What a master computed in doubles is taken for what it meant; a year of such steps slips nowhere. */
static void
test_slip (void)
{
  g_autoptr (Unit) unit = unit_new ();
  g_autoptr (GError) error = NULL;
  double time = 0;

  g_assert_true (foliot_fmu_enter (unit->fmu, 0, &error));
  for (guint i = 0; i < 1000; i++, time += 0.1)
    {
      foliot_fmu_step (unit->fmu, time, 0.1, &error);
      g_assert_no_error (error);
    }
  g_assert_cmpfloat (fabs (foliot_fmu_get_time (unit->fmu) - 100.0), <, 1e-6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fmu/views", test_views);
  g_test_add_func ("/fmu/errors", test_errors);
  g_test_add_func ("/fmu/section", test_section);
  g_test_add_func ("/fmu/slip", test_slip);
  return g_test_run ();
}
