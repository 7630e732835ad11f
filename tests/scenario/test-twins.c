/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "scenario-kit.h"

static FoliotScenario *
make (Kit *kit, const char *defect)
{
  g_autofree char *json = g_strdup_printf (
      "{'foliot': 1, 'name': 't', 'duration': 8, 'seed': 3, 'outputs': [{'table': 'notes', 'columns': "
      "['n']}],\n"
      "'agents': [{'name': 'bob', 'type': 'Chaotic'},\n"
      "{'name': 'alice', 'type': 'Chaotic', 'args': {'defect': '%s', 'peer': {'agent': 'bob'}}}]}",
      defect);

  return kit_scenario (kit, json);
}

typedef struct
{
  const char *defect;
  const char *event; /* how the first different event is named */
  const char *class;
} Plant;

static const Plant plants[] = {
  { "padding", " at 0 s, frame of bob, message ", "\n  class payload: hash of what it carried: " },
  { "pointers", " at 0 s, frame of bob, message ", "\n  class payload: hash of what it carried: " },
  { "clock", " at 0 s, frame of bob, message ", "\n  class payload: hash of what it carried: " },
  { "random", " at 0 s, frame of bob, message ", "\n  class payload: hash of what it carried: " },
  { "static", " at 0 s, frame of bob, message ", "\n  class payload: hash of what it carried: " },
  { "draw", " at 0 s, timer of alice", "\n  class draws: random draws: " },
  { "pause", " s, ", "\n  class time: time in s: " },
  { "record", " at 0 s, wake of alice", "\n  class payload: hash of what it carried: " },
};

/* Each is found at its first event, with node and class; and says what caused it. */
static void
test_plant (gconstpointer data)
{
  const Plant *plant = data;
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (FoliotScenario) scenario = make (kit, plant->defect);
  g_autoptr (GError) error = NULL;

  g_assert_false (foliot_world_check_twins (scenario, NULL, NULL, NULL, &error));
  g_assert_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_DIFFERS);
  g_test_message ("%s", error->message);
  g_assert_true (g_str_has_prefix (error->message, "two runs of the same world differ: "));
  g_assert_nonnull (strstr (error->message, plant->event));
  g_assert_nonnull (strstr (error->message, plant->class));
}

/* One run fails where the other does not: never taken for equal. */
static void
test_one_fails (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (FoliotScenario) scenario = make (kit, "fails");
  guint n_found = 0;

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;

      if (!foliot_world_check_twins (scenario, NULL, NULL, NULL, &error))
        {
          g_assert_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_DIFFERS);
          n_found++;
        }
    }
  g_assert_cmpuint (n_found, >, 0);
}

static void
test_both_fail (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (FoliotScenario) scenario
      = kit_scenario (kit, "{'foliot': 1, 'name': 't', 'duration': 8, 'agents': [{'name': 'f', 'type': "
                           "'Faulty', 'args': {'where': 'run'}}]}");
  g_autoptr (GError) error = NULL;

  g_assert_false (foliot_world_check_twins (scenario, NULL, NULL, NULL, &error));
  g_assert_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_AGENT);
  g_assert_cmpstr (error->message, ==, "agent f: run failed at 2.5 s: as planned");
}

static void
test_no_false_alarm (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (FoliotScenario) scenario = make (kit, "");

  for (guint64 seed = 0; seed < 1000; seed++)
    {
      const FoliotWorldOptions options
          = { .has_seed = TRUE, .seed = seed, .until = FOLIOT_TIME_NEVER, .through_codec = seed % 2 == 1 };
      g_autoptr (GError) error = NULL;
      gboolean same = foliot_world_check_twins (scenario, &options, NULL, NULL, &error);

      g_assert_no_error (error);
      g_assert_true (same);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (plants); i++)
    {
      g_autofree char *path = g_strconcat ("/twins/plant/", plants[i].defect, NULL);

      g_test_add_data_func (path, &plants[i], test_plant);
    }
  g_test_add_func ("/twins/one-fails", test_one_fails);
  g_test_add_func ("/twins/both-fail", test_both_fail);
  g_test_add_func ("/twins/no-false-alarm", test_no_false_alarm);
  return g_test_run ();
}
