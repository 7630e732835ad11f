/* SPDX-License-Identifier: MIT */
#include <glib/gstdio.h>

#include "shipped-kit.h"

/* The wind park over real sockets: one word of the scenario, and the same tables, byte for byte. */

/* Messages take a while in the model. */
static FoliotScenario *
load_slow (const char *folder, const char *const *settings)
{
  g_autofree char *park
      = g_test_build_filename (G_TEST_DIST, "..", "scenarios", "wind-park", "scenario.json", NULL);
  g_autofree char *absolute = g_canonicalize_filename (park, NULL);
  g_autofree char *path = g_build_filename (folder, "slow.json", NULL);
  g_autofree char *json = g_strdup_printf (
      "{\"foliot\": 1, \"include\": [\"%s\"], \"links\": [{\"latency\": \"250 ms\"}]}", absolute);

  FoliotScenario *scenario;

  g_assert_true (g_file_set_contents (path, json, -1, NULL));
  scenario = shipped_load_file (path, settings);
  g_assert_cmpint (g_unlink (path), ==, 0);
  return scenario;
}

/* Returns: (transfer full): turbines.csv of a run. */
static char *
run (const char *transport, gboolean slow)
{
  g_autofree char *setting = g_strconcat ("transport=", transport, NULL);
  const char *const settings[] = { setting, NULL };
  g_autofree char *folder = g_dir_make_tmp ("foliot-XXXXXX", NULL);
  g_autoptr (FoliotScenario) scenario
      = slow ? load_slow (folder, settings) : shipped_load ("wind-park", settings);
  g_autofree char *path = g_build_filename (folder, "turbines.csv", NULL);
  g_autoptr (FoliotWorld) world = NULL;
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  world = foliot_world_new (scenario, NULL, &error);
  g_assert_no_error (error);
  foliot_world_run (world, &error);
  g_assert_no_error (error);
  g_assert_true (foliot_world_is_done (world));
  foliot_world_check_expectations (world, &error);
  g_assert_no_error (error);
  foliot_world_write_results (world, folder, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  foliot_test_remove_folder (folder);
  foliot_world_close (world);
  return text;
}

static void
test_wind_park (gconstpointer transport)
{
  g_autofree char *local = run ("local", FALSE), *sockets = run (transport, FALSE);

  g_assert_cmpstr (sockets, ==, local);
}

/* A latency of the model passes on all of them alike: it is in simulated time, and the way through the system is in none. */
static void
test_latency (gconstpointer transport)
{
  g_autofree char *none = run ("local", FALSE), *local = run ("local", TRUE),
                  *sockets = run (transport, TRUE);

  g_assert_cmpstr (sockets, ==, local);
  g_assert_cmpstr (sockets, !=, none);
}

/* What was made for the run goes with it. */
static void
test_private_folder (void)
{
  static const char *const settings[] = { "transport=unix", NULL };
  g_autoptr (FoliotScenario) scenario = shipped_load ("wind-park", settings);
  g_autoptr (GError) error = NULL;
  FoliotWorld *world = foliot_world_new (scenario, NULL, &error);
  g_autofree char *folder = NULL, *aid = NULL;
  g_autoptr (FoliotAddress) address = NULL;
  GStatBuf info;

  g_assert_no_error (error);
  address = foliot_address_parse_agent (
      foliot_agent_get_address (foliot_world_get_agent (world, "Controller")), &aid, &error);
  g_assert_no_error (error);
  folder = g_path_get_dirname (foliot_address_get_host (address));
  g_assert_cmpint (g_stat (folder, &info), ==, 0);
  g_assert_cmphex (info.st_mode & 0777, ==, 0700);
  g_object_unref (world);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
}

static void
test_no_twins (void)
{
  static const char *const settings[] = { "transport=tcp", NULL };
  g_autoptr (FoliotScenario) scenario = shipped_load ("wind-park", settings);
  g_autoptr (GError) error = NULL;

  g_assert_false (foliot_world_check_twins (scenario, NULL, NULL, NULL, &error));
  g_assert_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_TYPE);
  g_assert_cmpstr (
      error->message, ==,
      "wind-park: two runs over real sockets need not be equal event by event: check it with transport "
      "\"local\"");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/transports/wind-park/tcp", "tcp", test_wind_park);
  g_test_add_data_func ("/transports/wind-park/unix", "unix", test_wind_park);
  g_test_add_data_func ("/transports/wind-park/tls", "tls", test_wind_park);
  g_test_add_data_func ("/transports/latency/tcp", "tcp", test_latency);
  g_test_add_data_func ("/transports/latency/tls", "tls", test_latency);
  g_test_add_func ("/transports/private-folder", test_private_folder);
  g_test_add_func ("/transports/no-twins", test_no_twins);
  return g_test_run ();
}
