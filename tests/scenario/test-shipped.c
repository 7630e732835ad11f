/* SPDX-License-Identifier: MIT */
#include "shipped-kit.h"

/* Every shipped scenario, as a user runs it; the large ones with fewer agents or customers. */

typedef struct
{
  const char *path;
  const char *const *settings;
} Shipped;

static const char *const fewer_customers[] = { "customers=4000", NULL };
static const char *const smaller_ring[]
    = { "nodes=200", "tokens=50", "hops=40", "passes=2000", "loss=0.1", NULL };

static const Shipped all_shipped[] = {
  { "ping-pong", NULL },
  { "token-ring", smaller_ring },
  { "bank", fewer_customers },
  { "bank/mm1.json", fewer_customers },
  { "bank/urgent.json", fewer_customers },
  { "wind-park", NULL },
  { "wind-park/one-container.json", NULL },
};

static FoliotWorld *
run (FoliotScenario *scenario, gboolean through_codec)
{
  const FoliotWorldOptions options = { .until = FOLIOT_TIME_NEVER, .through_codec = through_codec };
  g_autoptr (GError) error = NULL;
  FoliotWorld *world = foliot_world_new (scenario, &options, &error);

  g_assert_no_error (error);
  foliot_world_run (world, &error);
  g_assert_no_error (error);
  return world;
}

/* -- all of them --------------------------------------------------------------------------------------------------- */

static void
test_expectations (gconstpointer data)
{
  const Shipped *shipped = data;
  g_autoptr (FoliotScenario) scenario = shipped_load (shipped->path, shipped->settings);
  g_autoptr (FoliotWorld) world = run (scenario, FALSE);
  g_autoptr (GError) error = NULL;
  gsize n_rows = 0;

  foliot_world_check_expectations (world, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < foliot_world_get_n_tables (world); i++)
    n_rows += foliot_table_get_n_rows (foliot_world_get_table (world, i));
  g_assert_cmpuint (n_rows, >, 0);
}

static void
test_through_codec (gconstpointer data)
{
  const Shipped *shipped = data;
  g_autoptr (FoliotScenario) scenario = shipped_load (shipped->path, shipped->settings);
  g_autoptr (FoliotWorld) by_reference = run (scenario, FALSE), encoded = run (scenario, TRUE);
  g_autofree char *a = foliot_kernel_dup_digest (foliot_world_get_kernel (by_reference));
  g_autofree char *b = foliot_kernel_dup_digest (foliot_world_get_kernel (encoded));

  g_assert_cmpstr (a, ==, b);
}

static void
test_twins (gconstpointer data)
{
  const Shipped *shipped = data;
  g_autoptr (FoliotScenario) scenario = shipped_load (shipped->path, shipped->settings);
  g_autoptr (GError) error = NULL;

  foliot_world_check_twins (scenario, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

/* -- the wind park, computed once more ----------------------------------------------------------------------------- */

#define N_TURBINES PARK_N_TURBINES
#define N_STEPS    PARK_N_STEPS
#define LIMIT_KW   7000.0

static const double rated_kw[N_TURBINES] = { 2000, 2000, 5000 };

typedef struct
{
  double time_s;
  double power_kw[N_TURBINES];
  double feed_kw[N_TURBINES];
  double limit_kw[N_TURBINES];
} Step;

static void
read_series (Step steps[N_STEPS])
{
  double share[PARK_N_STEPS][PARK_N_TURBINES];

  shipped_read_wind (share);
  for (int i = 0; i < N_STEPS; i++)
    {
      steps[i].time_s = i * 900.0;
      for (int k = 0; k < N_TURBINES; k++)
        steps[i].power_kw[k] = share[i][k] * rated_kw[k];
    }
}

/* Rule "share": the limits of the step before bound what is fed in. */
static void
compute (Step steps[N_STEPS])
{
  for (int i = 0; i < N_STEPS; i++)
    {
      Step *step = &steps[i];
      double total = 0, rated = 0;

      for (int k = 0; k < N_TURBINES; k++)
        {
          double power = step->power_kw[k];

          step->feed_kw[k] = i > 0 && steps[i - 1].limit_kw[k] < power ? steps[i - 1].limit_kw[k] : power;
          total += power;
          rated += rated_kw[k];
        }
      for (int k = 0; k < N_TURBINES; k++)
        if (total > LIMIT_KW)
          step->limit_kw[k] = step->power_kw[k] * LIMIT_KW / total;
        else
          step->limit_kw[k] = MIN (rated_kw[k], step->power_kw[k] + (LIMIT_KW - total) * rated_kw[k] / rated);
    }
}

static void
assert_row (const char *line, const Step *step, int turbine)
{
  g_auto (GStrv) cells = g_strsplit (line, ",", -1);
  g_autofree char *name = g_strdup_printf ("Agent_%d", turbine);

  g_assert_cmpuint (g_strv_length (cells), ==, 5);
  g_assert_cmpfloat (g_ascii_strtod (cells[0], NULL), ==, step->time_s);
  g_assert_cmpstr (cells[1], ==, name);
  g_assert_cmpfloat (g_ascii_strtod (cells[2], NULL), ==, step->power_kw[turbine]);
  g_assert_cmpfloat (g_ascii_strtod (cells[3], NULL), ==, step->feed_kw[turbine]);
  g_assert_cmpfloat (g_ascii_strtod (cells[4], NULL), ==, step->limit_kw[turbine]);
}

static void
test_wind_park_rows (void)
{
  g_autoptr (FoliotScenario) scenario = shipped_load ("wind-park", NULL);
  g_autoptr (FoliotWorld) world = run (scenario, FALSE);
  g_autofree char *folder = g_dir_make_tmp ("foliot-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "turbines.csv", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) lines = NULL;
  Step steps[N_STEPS];

  read_series (steps);
  compute (steps);
  foliot_world_write_results (world, folder, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  g_assert_cmpstr (lines[0], ==, "time_s,turbine,P,P_feed,P_max");
  g_assert_cmpuint (g_strv_length (lines), ==, 1 + N_STEPS * N_TURBINES + 1);
  for (int i = 0; i < N_STEPS; i++)
    for (int k = 0; k < N_TURBINES; k++)
      assert_row (lines[1 + i * N_TURBINES + k], &steps[i], k);
  foliot_test_remove_folder (folder);
}

/* -- what an agent sees -------------------------------------------------------------------------------------------- */

static guint64
get_node_digest (FoliotWorld *world, const char *name)
{
  FoliotAgent *agent = foliot_world_get_agent (world, name);

  g_assert_nonnull (agent);
  return foliot_kernel_get_node_digest (foliot_world_get_kernel (world), foliot_agent_get_node (agent));
}

static void
test_wind_park_one_container (void)
{
  static const char *const agents[] = { "Controller", "Agent_0", "Agent_1", "Agent_2" };
  g_autoptr (FoliotScenario) four = shipped_load ("wind-park", NULL);
  g_autoptr (FoliotScenario) one = shipped_load ("wind-park/one-container.json", NULL);
  g_autoptr (FoliotWorld) a = run (four, FALSE), b = run (one, FALSE);

  for (gsize i = 0; i < G_N_ELEMENTS (agents); i++)
    g_assert_cmphex (get_node_digest (a, agents[i]), ==, get_node_digest (b, agents[i]));
  g_assert_cmphex (get_node_digest (a, "Agent_0"), !=, get_node_digest (a, "Agent_1"));
}

static void
test_extra_draw (void)
{
  static const char *const extra[] = { "agents.0.args.extra.each.1=1", NULL };
  static const char *const others[] = { "Walker_0", "Walker_2", "Walker_3" };
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "scenario", "walkers.json", NULL);
  g_autoptr (FoliotScenario) plain = shipped_load_file (path, NULL),
                             planted = shipped_load_file (path, extra);
  g_autoptr (FoliotWorld) a = run (plain, FALSE), b = run (planted, FALSE);

  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_cmphex (get_node_digest (a, others[i]), ==, get_node_digest (b, others[i]));
  g_assert_cmphex (get_node_digest (a, "Walker_1"), !=, get_node_digest (b, "Walker_1"));
}

static void
add_all (const char *what, GTestDataFunc func)
{
  for (gsize i = 0; i < G_N_ELEMENTS (all_shipped); i++)
    {
      g_autofree char *path = g_strdup_printf ("/shipped/%s/%s", what, all_shipped[i].path);

      g_test_add_data_func (path, &all_shipped[i], func);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_all ("expectations", test_expectations);
  add_all ("through-codec", test_through_codec);
  add_all ("twins", test_twins);
  g_test_add_func ("/shipped/wind-park/rows", test_wind_park_rows);
  g_test_add_func ("/shipped/wind-park/one-container", test_wind_park_one_container);
  g_test_add_func ("/shipped/extra-draw", test_extra_draw);
  return g_test_run ();
}
