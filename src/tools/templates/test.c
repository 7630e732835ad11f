#include <foliot/foliot.h>

/* Runs the scenario as `foliot run` does, and looks at what it recorded. MODULE_DIR and SCENARIO come from meson.build. */

static FoliotWorld *
run_world (gboolean through_codec)
{
  const char *const module_dirs[] = { MODULE_DIR, NULL };
  const FoliotWorldOptions options = { .until = FOLIOT_TIME_NEVER, .through_codec = through_codec };
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotScenario) scenario = foliot_scenario_load (SCENARIO, NULL, NULL, module_dirs, &error);
  FoliotWorld *world;

  g_assert_no_error (error);
  world = foliot_world_new (scenario, &options, &error);
  g_assert_no_error (error);
  foliot_world_run (world, &error);
  g_assert_no_error (error);
  foliot_world_check_expectations (world, &error);
  g_assert_no_error (error);
  return world;
}

static void
test_expectations (void)
{
  g_autoptr (FoliotWorld) world = run_world (FALSE);

  g_assert_cmpuint (foliot_table_get_n_rows (foliot_world_get_table (world, 0)), ==, 60);
}

static void
test_same_digest_through_codec (void)
{
  g_autoptr (FoliotWorld) by_reference = run_world (FALSE);
  g_autoptr (FoliotWorld) encoded = run_world (TRUE);
  g_autofree char *a = foliot_kernel_dup_digest (foliot_world_get_kernel (by_reference));
  g_autofree char *b = foliot_kernel_dup_digest (foliot_world_get_kernel (encoded));

  g_assert_cmpstr (a, ==, b);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/@NAME@/expectations", test_expectations);
  g_test_add_func ("/@NAME@/same-digest-through-codec", test_same_digest_through_codec);
  return g_test_run ();
}
