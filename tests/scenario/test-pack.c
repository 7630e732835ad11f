/* SPDX-License-Identifier: MIT */
#include <glib/gstdio.h>
#include <string.h>

#include "foliot-test.h"
#include "scenario-kit.h"

/* A scenario as one piece of data: what comes out of the pack is what went in, with its files gone. */

#define SCENARIO                                                                                             \
  "{'foliot': 1, 'name': 't', 'include': ['below/below.json'], 'duration': 4, 'parameters': {'n': 5},\n"     \
  "'agents': [{'name': 'a', 'type': 'Probe', 'args': {'ticks': '$n'}}],\n"                                   \
  "'outputs': [{'table': 'arrivals', 'columns': ['what', 'value']}, {'table': 'ticks', 'columns': ['i', "    \
  "'P']}]}"

static void
write_files (Kit *kit)
{
  g_autofree char *below = kit_path (kit, "below");

  g_assert_cmpint (g_mkdir (below, 0700), ==, 0);
  kit_write (kit, "below/data.csv", "time_s,u,v\n1,3,4\n2,5,6\n");
  kit_write (kit, "data.csv", "time_s,u,v\n1,3,7\n");
  kit_write (kit, "below/below.json",
             "{'inputs': [{'file': 'data.csv', 'deliver': [{'column': 'u', 'agent': 'a', 'input': 'P'}]},\n"
             "{'file': '../data.csv', 'deliver': [{'column': 'v', 'agent': 'a', 'input': 'Q'}]}]}");
}

static char *
run (FoliotScenario *scenario)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotWorld) world = foliot_world_new (scenario, NULL, &error);
  g_autofree char *arrivals = NULL, *ticks = NULL, *digest = NULL;

  g_assert_no_error (error);
  foliot_world_run (world, &error);
  g_assert_no_error (error);
  arrivals = kit_print_table (world, "arrivals");
  ticks = kit_print_table (world, "ticks");
  digest = foliot_world_dup_digest (world);
  return g_strdup_printf ("%s|%s|%s", arrivals, ticks, digest);
}

/* As it would come from a file of somebody else. */
static FoliotValue *
carry (FoliotValue *pack)
{
  g_autoptr (FoliotCodec) codec = foliot_codec_new (FOLIOT_TYPE_CODEC_MSGPACK);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  FoliotValue *carried;

  foliot_codec_encode (codec, pack, bytes, &error);
  g_assert_no_error (error);
  carried = foliot_codec_decode (codec, bytes->data, bytes->len, &error);
  g_assert_no_error (error);
  return carried;
}

static void
test_round_trip (void)
{
  g_autoptr (Kit) kit = kit_new ();
  const char *const less[] = { "n=1", NULL };
  g_autoptr (FoliotScenario) scenario = NULL, again = NULL, other = NULL;
  g_autoptr (FoliotValue) pack = NULL, carried = NULL, twice = NULL;
  g_autofree char *ran = NULL, *ran_again = NULL, *ran_other = NULL;
  g_autoptr (GError) error = NULL;

  write_files (kit);
  scenario = kit_scenario (kit, SCENARIO);
  pack = foliot_scenario_pack (scenario, &error);
  g_assert_no_error (error);
  carried = carry (pack);
  ran = run (scenario);
  foliot_test_remove_folder (kit->folder);
  again = foliot_scenario_unpack (carried, "/nowhere/pack", NULL, kit->registry, NULL, &error);
  g_assert_no_error (error);
  ran_again = run (again);
  g_assert_cmpstr (ran_again, ==, ran);
  g_assert_true (foliot_scenario_get_hash (again) == foliot_scenario_get_hash (scenario));
  twice = foliot_scenario_pack (again, &error);
  g_assert_true (foliot_value_equal (twice, pack));
  other = foliot_scenario_unpack (carried, "/nowhere/pack", less, kit->registry, NULL, &error);
  g_assert_no_error (error);
  ran_other = run (other);
  g_assert_cmpstr (ran_other, !=, ran);
}

/* The files that were loaded are those that are packed. */
static void
test_changed (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (FoliotScenario) scenario = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *said = NULL;

  write_files (kit);
  scenario = kit_scenario (kit, SCENARIO);
  kit_write (kit, "data.csv", "time_s,u,v\n1,3,8\n");
  g_assert_null (foliot_scenario_pack (scenario, &error));
  g_assert_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_MISSING);
  said = kit_strip (kit, error->message);
  g_assert_nonnull (strstr (said, "data.csv: has changed since the scenario was loaded; load it again"));
}

static void
assert_refused (FoliotValue *pack, FoliotScenarioError code, const char *message)
{
  g_autoptr (FoliotValue) owned = pack;
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotScenario) scenario
      = foliot_scenario_unpack (owned, "/nowhere/pack", NULL, NULL, NULL, &error);

  g_assert_null (scenario);
  g_assert_error (error, FOLIOT_SCENARIO_ERROR, (int) code);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_refused (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (FoliotScenario) scenario = NULL;
  g_autoptr (FoliotValue) pack = NULL, short_pack = NULL;
  g_autoptr (GError) error = NULL;

  assert_refused (foliot_value_new_int (1), FOLIOT_SCENARIO_ERROR_SYNTAX,
                  "/nowhere/pack: holds no packed scenario: expected a map of \"scenario\" and \"inputs\"");
  assert_refused (
      foliot_value_build_map ("scenario", foliot_value_build_map ("foliot", foliot_value_new_int (2), NULL),
                              "inputs", foliot_value_new_list (NULL, 0), NULL),
      FOLIOT_SCENARIO_ERROR_TYPE, "/nowhere/pack:1: /foliot: expected a whole number from 1 to 1, found 2");
  write_files (kit);
  scenario = kit_scenario (kit, SCENARIO);
  pack = foliot_scenario_pack (scenario, NULL);
  short_pack = foliot_value_build_map ("scenario", foliot_value_ref (foliot_value_lookup (pack, "scenario")),
                                       "inputs", foliot_value_new_list (NULL, 0), NULL);
  g_assert_null (foliot_scenario_unpack (short_pack, "/nowhere/pack", NULL, kit->registry, NULL, &error));
  g_assert_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_MISSING);
  g_assert_cmpstr (error->message, ==, "/nowhere/pack:1: /inputs/0/file: the pack does not hold this file");
}

/* Whose bytes are good, and whose codec there is not: its name is no type to be made. */
static void
test_codec_of_journal (void)
{
  g_autoptr (FoliotJournalHeader) header = foliot_journal_header_new ("run");
  g_autoptr (GError) error = NULL;
  FoliotWorldOptions options;

  foliot_journal_header_set (header, "codec", "FoliotCodecMsgpack");
  g_assert_true (foliot_world_options_set_from_journal (&options, header, &error));
  g_assert_no_error (error);
  g_assert_true (options.codec_type == FOLIOT_TYPE_CODEC_MSGPACK);
  foliot_journal_header_set (header, "codec", "FoliotKernel");
  g_assert_false (foliot_world_options_set_from_journal (&options, header, &error));
  g_assert_error (error, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_DAMAGED);
  g_assert_nonnull (strstr (error->message, "\"FoliotKernel\", which there is not"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pack/round-trip", test_round_trip);
  g_test_add_func ("/pack/changed", test_changed);
  g_test_add_func ("/pack/refused", test_refused);
  g_test_add_func ("/pack/codec-of-journal", test_codec_of_journal);
  return g_test_run ();
}
