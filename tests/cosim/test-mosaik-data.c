/* SPDX-License-Identifier: MIT */
#include "foliot-mosaik-master.h"

#include <string.h>

/* What values do on their way through a simulator, what bytes that are no message do to it, and what the record has of both. */

/* ---- A20: values ---- */

/* What comes in goes out. */
static gboolean
echo (Probe *probe, GError **error)
{
  FoliotValue *sources = foliot_mosaik_step_get_sources (probe->step_now, "e0", "x");

  g_clear_pointer (&probe->output, foliot_value_unref);
  probe->output = foliot_value_ref (foliot_value_get_pair_value (sources, 0));
  return TRUE;
}

static void
prepare_echo (Probe *probe)
{
  probe->on_step = echo;
}

static void
assert_echo (FoliotMaster *master, Probe *probe, const char *in, const char *out)
{
  g_autofree char *request
      = g_strdup_printf ("[0, 3, [\"step\", [0, {\"e0\": {\"x\": {\"a\": %s}}}, 9], {}]]", in);
  g_autofree char *answer = g_strdup_printf ("[1, 4, {\"e0\": {\"x\": %s}}]", out);

  foliot_master_assert_answer (master, request, "[1, 3, 1]");
  g_string_truncate (probe->calls, 0);
  foliot_master_assert_answer (master, "[0, 4, [\"get_data\", [{\"e0\": [\"x\"]}], {}]]", answer);
}

static void
test_values (FoliotMaster *master, Probe *probe)
{
  static const char *const rows[][2] = {
    { "NaN", "NaN" },
    { "Infinity", "Infinity" },
    { "-Infinity", "-Infinity" },
    { "1e400", "Infinity" },
    { "-1e400", "-Infinity" },
    { "1E5", "100000.0" },
    { "1e-7", "1e-07" },
    { "1e16", "1e+16" },
    { "123456789012345680.0", "1.2345678901234568e+17" },
    { "-0.0", "-0.0" },
    { "5e-324", "5e-324" },
    { "9223372036854775807", "9223372036854775807" },
    { "9223372036854775808", "9223372036854775808" },
    { "-9223372036854775809", "-9223372036854775809" },
    { "1180591620717411303424", "1180591620717411303424" },
    { "340282366920938463463374607431768211456", "340282366920938463463374607431768211456" },
    { "\"\\ud800\"", "\"\\ud800\"" },
    { "\"\\ude00\\ud83d\"", "\"\\ude00\\ud83d\"" },
    { "\"\\ud83d\\ude00\"", "\"\\ud83d\\ude00\"" },
    { "\"a\\u0000b\"", "\"a\\u0000b\"" },
    { "\"\\/\"", "\"/\"" },
    { "{\"k\": 1, \"l\": 2, \"k\": 3}", "{\"k\": 3, \"l\": 2}" },
    { "[1, 2.0, true, null, {\"a\": []}]", "[1, 2.0, true, null, {\"a\": []}]" },
    { "{\"answer\": 42}", "{\"answer\": 42}" },
  };

  foliot_master_begin (master);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    assert_echo (master, probe, rows[i][0], rows[i][1]);
  foliot_master_stop (master);
}

/* Sources, attributes and entities of one name: the last counts, as in Python. */
static void
test_duplicates (FoliotMaster *master, Probe *probe)
{
  foliot_master_begin (master);
  foliot_master_assert_answer (
      master,
      "[0, 3, [\"step\", [0, {\"e0\": {\"x\": {\"a\": 1}}, \"e0\": {\"x\": {\"b\": 1}, \"x\": "
      "{\"a\": 2, \"a\": 3}}}, 9], {}]]",
      "[1, 3, 1]");
  probe_assert_calls (probe, "step 0 {'e0': {'x': {'a': 3}}} max 9\n");
  foliot_master_stop (master);
}

/* A key that means an object between agents is one like all others here. */
static void
test_type_key (FoliotMaster *master, Probe *probe)
{
  foliot_master_begin (master);
  foliot_master_assert_answer (
      master, "[0, 3, [\"step\", [0, {\"e0\": {\"x\": {\"a\": {\"__type__\": [0, 1]}}}}, 9], {}]]",
      "[1, 3, 1]");
  probe_assert_calls (probe, "step 0 {'e0': {'x': {'a': {'__type__': [0, 1]}}}} max 9\n");
  foliot_master_stop (master);
}

static char *
make_nest (guint depth)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < depth; i++)
    g_string_append_c (text, '[');
  for (guint i = 0; i < depth; i++)
    g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

static void
test_deep (FoliotMaster *master, Probe *probe)
{
  g_autofree char *nest = make_nest (900);

  foliot_master_begin (master);
  assert_echo (master, probe, nest, nest);
  foliot_master_stop (master);
}

static void
test_long (FoliotMaster *master, Probe *probe)
{
  GString *text = g_string_new ("\"");

  while (text->len < 20 * 1000 * 1000)
    g_string_append (text, "twenty million bytes of nothing ");
  g_string_append_c (text, '"');
  foliot_master_begin (master);
  assert_echo (master, probe, text->str, text->str);
  foliot_master_stop (master);
  g_string_free (text, TRUE);
}

/* ---- A20: bytes that are no message ---- */

static void
assert_broken_off (FoliotMaster *master, Probe *probe, gconstpointer data, gsize length, const char *why)
{
  g_autoptr (GError) error = NULL;

  foliot_master_begin (master);
  g_assert_true (foliot_raw_socket_send (foliot_master_get_socket (master), data, length));
  foliot_master_assert_hear (master, NULL);
  error = foliot_master_await_end (master);
  g_assert_error (error, FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_PROTOCOL);
  if (strstr (error->message, why) == NULL)
    g_assert_cmpstr (error->message, ==, why);
  g_assert_cmpuint (probe->n_finalized, ==, 1);
}

static void
assert_text_breaks_off (FoliotMaster *master, Probe *probe, const char *text, const char *why)
{
  g_autoptr (GByteArray) frame = g_byte_array_new ();

  foliot_framer_append (frame, (const guint8 *) text, strlen (text));
  assert_broken_off (master, probe, frame->data, frame->len, why);
}

static void
test_too_deep (FoliotMaster *master, Probe *probe)
{
  g_autofree char *nest = make_nest (10000);
  g_autofree char *text
      = g_strdup_printf ("[0, 3, [\"step\", [0, {\"e0\": {\"x\": {\"a\": %s}}}, 9], {}]]", nest);

  assert_text_breaks_off (master, probe, text, "1000");
}

static void
test_no_json (FoliotMaster *master, Probe *probe)
{
  assert_text_breaks_off (master, probe, "[0, 3, [\"step\", [0, {}, 9], {}]", "byte");
}

static void
test_no_triple (FoliotMaster *master, Probe *probe)
{
  assert_text_breaks_off (master, probe, "[0, 3]", "no triple");
}

static void
test_odd_type (FoliotMaster *master, Probe *probe)
{
  assert_text_breaks_off (master, probe, "[7, 3, [\"step\", [0, {}, 9], {}]]", "Invalid message type 7");
}

static void
test_unknown_reply (FoliotMaster *master, Probe *probe)
{
  assert_text_breaks_off (master, probe, "[1, 17, null]", "A reply to request 17 arrived");
}

static void
test_too_long (FoliotMaster *master, Probe *probe)
{
  assert_broken_off (master, probe, "\xff\xff\xff\xff[0, 3", 10, "is not mosaik's protocol");
}

/* A request that is none is refused, and costs nothing else. */
static void
test_odd_requests (FoliotMaster *master, Probe *probe)
{
  static const char *const odd[] = {
    "null",
    "17",
    "[\"step\", [0, {}, 9]]",
    "[3, [], {}]",
    "[\"step\", {}, {}]",
    "[\"step\", [], []]",
    "[[], [], {}]",
    "[\"init\", [\"S-0\"], {}]",
    "[\"create\", [1], {}]",
    "[\"get_data\", [], {}]",
    "[\"get_data\", [1], {}]",
    "[\"setup_done\", [1], {}]",
    "[\"\", [], {}]",
    "[\"\\ud800\", [], {}]",
    "[\"step\\u0000\", [0, {}], {}]",
    "[\"finalize\", [], {}]",
    "[\"create\", [1e9, \"M\"], {}]",
    "[\"create\", [99999999999, \"M\"], {}]",
  };

  foliot_master_begin (master);
  for (gsize i = 0; i < G_N_ELEMENTS (odd); i++)
    {
      g_autofree char *request = g_strdup_printf ("[0, 3, %s]", odd[i]), *heard = NULL;

      foliot_master_say (master, request);
      heard = foliot_master_hear (master);
      if (!g_str_has_prefix (heard, "[2, 3, [\""))
        g_assert_cmpstr (heard, ==, odd[i]);
    }
  foliot_master_assert_answer (master, "[0, 4, [\"step\", [0, {}, 9], {}]]", "[1, 4, 1]");
  foliot_master_stop (master);
}

/* ---- the record ---- */

/* What two runs of one script differ in. */
typedef struct
{
  const char *first_step, *second_step, *outputs;
} Script;

static const Script *script;

static void
play (FoliotMaster *master, Probe *probe)
{
  static const char *const answers[] = { "[1, 4, 1]", "[1, 5, 2]" };

  foliot_master_begin (master);
  foliot_master_assert_answer (master, "[0, 3, [\"create\", [1, \"M\"], {}]]",
                               "[1, 3, [{\"eid\": \"e1\", \"type\": \"M\"}]]");
  foliot_master_assert_answer (master, script->first_step, answers[0]);
  foliot_master_assert_answer (master, script->second_step, answers[1]);
  foliot_master_assert_answer (master, script->outputs,
                               "[1, 6, {\"e0\": {\"x\": 1, \"y\": 1}, \"e1\": {\"x\": 1, \"y\": 1}}]");
  foliot_master_stop (master);
}

static char *
run_script (const Script *one)
{
  script = one;
  return foliot_master_run (NULL, play);
}

#define FIRST                                                                                                \
  "[0, 4, [\"step\", [0, {\"e0\": {\"x\": {\"A\": 0.1, \"B\": 0.2}}, \"e1\": {\"x\": {\"A\": 1}}}, 9], {}]]"
#define SECOND  "[0, 5, [\"step\", [1, {\"e0\": {\"x\": {\"A\": 1}, \"y\": {\"A\": 2}}}, 9], {}]]"
#define OUTPUTS "[0, 6, [\"get_data\", [{\"e0\": [\"x\", \"y\"], \"e1\": [\"x\", \"y\"]}], {}]]"

/* Neither the hash seed of mosaik's Python nor max_advance are in the record; all else is. */
static void
test_record (void)
{
  static const Script plain = { FIRST, SECOND, OUTPUTS };
  static const Script shuffled = {
    "[0, 4, [\"step\", [0, {\"e1\": {\"x\": {\"A\": 1}}, \"e0\": {\"x\": {\"B\": 0.2, \"A\": 0.1}}}, -1], "
    "{}]]",
    "[0, 5, [\"step\", [1, {\"e0\": {\"y\": {\"A\": 2}, \"x\": {\"A\": 1}}}, 0], {}]]",
    "[0, 6, [\"get_data\", [{\"e1\": [\"y\", \"x\"], \"e0\": [\"y\", \"x\"]}], {}]]",
  };
  static const Script others[] = {
    { "[0, 4, [\"step\", [0, {\"e0\": {\"x\": {\"A\": 0.2, \"B\": 0.1}}, \"e1\": {\"x\": {\"A\": 1}}}, 9], "
      "{}]]",
      SECOND, OUTPUTS },
    { "[0, 4, [\"step\", [0, {\"e0\": {\"y\": {\"A\": 0.1, \"B\": 0.2}}, \"e1\": {\"x\": {\"A\": 1}}}, 9], "
      "{}]]",
      SECOND, OUTPUTS },
    { FIRST, "[0, 5, [\"step\", [1, {\"e1\": {\"x\": {\"A\": 1}, \"y\": {\"A\": 2}}}, 9], {}]]", OUTPUTS },
    { FIRST, SECOND,
      "[0, 6, [\"get_data\", [{\"e0\": [\"x\", \"y\", \"y\"], \"e1\": [\"x\", \"y\"]}], {}]]" },
  };
  g_autofree char *first = run_script (&plain), *again = run_script (&plain),
                  *second = run_script (&shuffled);

  g_assert_cmpstr (first, ==, again);
  g_assert_cmpstr (first, ==, second);
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autofree char *other = run_script (&others[i]);

      g_assert_cmpstr (first, !=, other);
    }
}

/* ---- A23 ---- */

static void
play_steps (FoliotMaster *master, Probe *probe)
{
  foliot_master_begin (master);
  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *request
          = g_strdup_printf ("[0, 3, [\"step\", [%u, {\"e0\": {\"x\": {\"a\": %u}}}, 9], {}]]", i, i);
      g_autofree char *answer = g_strdup_printf ("[1, 3, %u]", i + 1);

      foliot_master_assert_answer (master, request, answer);
    }
  foliot_master_stop (master);
}

static gpointer
run_world (gpointer data)
{
  return foliot_master_run (NULL, play_steps);
}

static void
test_two_worlds (void)
{
  GThread *other = g_thread_new ("other", run_world, NULL);
  g_autofree char *here = run_world (NULL), *there = g_thread_join (other);

  g_assert_cmpstr (here, ==, there);
}

/* Two simulators in one world: one connection each. */
static void
test_two_simulators (FoliotKernel *kernel)
{
  g_auto (Probe) one = { NULL }, other = { NULL };
  g_autoptr (FoliotMaster) first = foliot_master_new (kernel, &one);
  g_autoptr (FoliotMaster) second = foliot_master_new_remote (kernel, &other);

  foliot_master_begin (first);
  foliot_master_begin (second);
  foliot_master_assert_answer (first, "[0, 3, [\"step\", [0, {}, 9], {}]]", "[1, 3, 1]");
  foliot_master_assert_answer (second, "[0, 3, [\"step\", [0, {}, 9], {}]]", "[1, 3, 1]");
  foliot_master_stop (first);
  foliot_master_assert_answer (second, "[0, 4, [\"step\", [1, {}, 9], {}]]", "[1, 4, 2]");
  foliot_master_stop (second);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  foliot_master_test_add_prepared ("/mosaik/a20-values", prepare_echo, test_values);
  foliot_master_test_add ("/mosaik/a20-duplicates", test_duplicates);
  foliot_master_test_add ("/mosaik/a20-type-key", test_type_key);
  foliot_master_test_add_prepared ("/mosaik/a20-deep", prepare_echo, test_deep);
  foliot_master_test_add_prepared ("/mosaik/a20-long", prepare_echo, test_long);
  foliot_master_test_add ("/mosaik/a20-too-deep", test_too_deep);
  foliot_master_test_add ("/mosaik/a20-no-json", test_no_json);
  foliot_master_test_add ("/mosaik/a20-no-triple", test_no_triple);
  foliot_master_test_add ("/mosaik/a20-odd-type", test_odd_type);
  foliot_master_test_add ("/mosaik/a20-unknown-reply", test_unknown_reply);
  foliot_master_test_add ("/mosaik/a20-too-long", test_too_long);
  foliot_master_test_add ("/mosaik/a20-odd-requests", test_odd_requests);
  g_test_add_func ("/mosaik/a22-record", test_record);
  g_test_add_func ("/mosaik/a23-two-worlds", test_two_worlds);
  foliot_master_test_add_bare ("/mosaik/a23-two-simulators", test_two_simulators);
  return g_test_run ();
}
