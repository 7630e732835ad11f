/* SPDX-License-Identifier: MIT */
#include <glib.h>

/* Runs a program that the README prints, and returns what it printed. */
static char *
run_program (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_BUILT, "readme", name, NULL);
  char *argv[] = { path, NULL };
  g_autofree char *complaints = NULL;
  g_autoptr (GError) error = NULL;
  char *output = NULL;
  int status = 0;

  g_spawn_sync (NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output, &complaints, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (complaints, ==, "");
  g_assert_true (g_spawn_check_wait_status (status, &error));
  return output;
}

static void
test_two_agents (void)
{
  g_autofree char *first = run_program ("two-agents");
  g_autofree char *second = run_program ("two-agents");

  g_assert_true (g_str_has_prefix (first, "1 + 1 = 2\n2 + 2 = 4\n3 + 3 = 6\n4 + 4 = 8\ndigest "));
  g_assert_cmpstr (first, ==, second);
}

static void
test_glib_host (void)
{
  g_autofree char *output = run_program ("glib-host");

  g_assert_cmpstr (output, ==, "24 hours passed in the world, timers fired outside\n");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/readme/two-agents", test_two_agents);
  g_test_add_func ("/readme/glib-host", test_glib_host);
  return g_test_run ();
}
