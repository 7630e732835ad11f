/* SPDX-License-Identifier: MIT */
#include "bench-park.h"

#include "bench-command.h"

#define PARK                                                                                                 \
  "{ \"foliot\": 1, \"name\": \"park\", \"module\": \"wind-park\", \"seed\": 1,\n"                           \
  "  \"start_date\": \"2016-01-01T00:00:00+01:00\", \"init_time\": \"-1 s\", \"duration\": \"%u d\",\n"      \
  "  \"containers\": [{ \"name\": \"control\", \"codec\": \"blosc\" },\n"                                    \
  "    { \"name\": \"park-{index}\", \"count\": 3, \"codec\": \"blosc\" }],\n"                               \
  "  \"agents\": [{ \"name\": \"Controller\", \"type\": \"Controller\", \"container\": \"control\",\n"       \
  "      \"args\": { \"max_windpark_feedin\": 4000, \"check_interval\": 900, \"rule\": \"share\" } },\n"     \
  "    { \"name\": \"Agent_{index}\", \"count\": 3, \"type\": \"WecsAgent\", \"container\": "                \
  "\"park-{index}\",\n"                                                                                      \
  "      \"args\": { \"controller\": { \"agent\": \"Controller\" }, \"number\": \"$index\", \"P_rated\": "   \
  "2000 } }],\n"                                                                                             \
  "  \"inputs\": [{ \"file\": \"park.csv\", \"time\": \"time_s\", \"deliver\": [\n"                          \
  "    { \"column\": \"wecs_0\", \"agent\": \"Agent_0\", \"input\": \"P\" },\n"                              \
  "    { \"column\": \"wecs_1\", \"agent\": \"Agent_1\", \"input\": \"P\" },\n"                              \
  "    { \"column\": \"wecs_2\", \"agent\": \"Agent_2\", \"input\": \"P\" }] }],\n"                          \
  "  \"outputs\": [{ \"table\": \"turbines\", \"agents\": \"Agent_*\", \"label\": \"turbine\", \"every\": "  \
  "\"15 min\",\n"                                                                                            \
  "    \"columns\": [\"P\", \"P_feed\", \"P_max\"] }],\n"                                                    \
  "  \"cosim\": { \"step\": 900, \"models\": [{ \"name\": \"WecsAgent\", \"agents\": \"Agent_*\",\n"         \
  "      \"params\": { \"P_rated\": \"P_rated\" }, \"inputs\": [\"P\", \"vm_pu\"], \"outputs\": "            \
  "[\"P_max\"] }],\n"                                                                                        \
  "    \"mosaik\": { \"type\": \"time-based\", \"feedback\": \"output\" } } }\n"

guint
bench_park_get_power (guint step, guint turbine)
{
  return (step * 37 + turbine * 501) % 2000;
}

void
bench_park_write (const char *folder, guint n_days)
{
  g_autofree char *scenario = g_strdup_printf (PARK, MAX (n_days, 1));
  g_autoptr (GString) series = g_string_new ("time_s,wecs_0,wecs_1,wecs_2\n");

  for (guint step = 0; step < MAX (n_days, 1) * BENCH_PARK_STEPS_A_DAY; step++)
    {
      g_string_append_printf (series, "%u", step * BENCH_PARK_STEP_S);
      for (guint i = 0; i < BENCH_PARK_TURBINES; i++)
        g_string_append_printf (series, ",%u.%u", bench_park_get_power (step, i), i + 1);
      g_string_append_c (series, '\n');
    }
  bench_folder_write (folder, BENCH_PARK_FILE, scenario);
  bench_folder_write (folder, "park.csv", series->str);
}
