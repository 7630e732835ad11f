/* SPDX-License-Identifier: MIT */
#include <foliot/foliot.h>

#include <stdio.h>
#include <stdlib.h>

/*
 * No false alarm: clean scenarios, each run twice in lock-step, with another seed each time.
 *
 *   double-runs N MODULES SCENARIOS [FIRST-SEED]
 */

typedef struct
{
  const char *name;
  const char *until;
  const char *settings[5];
  FoliotScenario *scenario;
} Clean;

static Clean cleans[] = {
  { "ping-pong", "10 min", { NULL }, NULL },
  { "wind-park", "1 h", { NULL }, NULL },
  { "wind-park/one-container.json", "30 min", { NULL }, NULL },
  { "bank", "20 min", { NULL }, NULL },
  { "bank/urgent.json", "20 min", { NULL }, NULL },
  { "token-ring", "20 s", { "nodes=12", "tokens=4", "hops=8", "loss=0.2", NULL }, NULL },
};

static void
load (Clean *clean, const char *modules, const char *scenarios)
{
  const char *const dirs[] = { modules, NULL };
  g_autofree char *path = g_build_filename (scenarios, clean->name, NULL);
  g_autoptr (GError) error = NULL;

  clean->scenario = foliot_scenario_load (path, clean->settings, NULL, dirs, &error);
  if (clean->scenario == NULL)
    g_error ("%s", error->message);
}

static gboolean
run_twice (const Clean *clean, guint64 seed)
{
  FoliotWorldOptions options = { .has_seed = TRUE, .seed = seed, .through_codec = seed % 2 == 1 };
  g_autoptr (GError) error = NULL;

  g_assert_true (foliot_time_parse (clean->until, &options.until, NULL));
  if (seed % 5 == 0)
    options.shuffle_ties = seed + 1;
  if (foliot_world_check_twins (clean->scenario, &options, NULL, NULL, &error))
    return TRUE;
  printf ("# %s, seed %" G_GUINT64_FORMAT ": %s\n", clean->name, seed, error->message);
  return FALSE;
}

int
main (int argc, char **argv)
{
  guint64 n = argc > 1 ? g_ascii_strtoull (argv[1], NULL, 10) : 0, n_bad = 0;
  guint64 first = argc > 4 ? g_ascii_strtoull (argv[4], NULL, 10) : 1;

  if (argc < 4 || n == 0)
    {
      fprintf (stderr, "usage: double-runs N MODULES SCENARIOS [FIRST-SEED]\n");
      return 2;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (cleans); i++)
    load (&cleans[i], argv[2], argv[3]);
  for (guint64 i = 0; i < n; i++)
    n_bad += !run_twice (&cleans[i % G_N_ELEMENTS (cleans)], first + i);
  for (gsize i = 0; i < G_N_ELEMENTS (cleans); i++)
    g_clear_object (&cleans[i].scenario);
  printf ("1..1\n%s 1 - %" G_GUINT64_FORMAT " double runs, %" G_GUINT64_FORMAT " false alarms\n",
          n_bad == 0 ? "ok" : "not ok", n, n_bad);
  return n_bad > 0;
}
