/* SPDX-License-Identifier: MIT */
#include "foliot-mosaik-master.h"

#include <string.h>

/* The protocol as mosaik speaks it, and what a simulator does with it: the bytes, the calls, and their order. */

#define INIT   "[0, 0, [\"init\", [\"S-0\"], {\"time_resolution\": 1.0}]]"
#define FAILED "[2, "

/* Fails unless the next message is a failure of @id whose class and text begin so. */
static void
assert_failure (FoliotMaster *master, const char *head)
{
  g_autofree char *heard = foliot_master_hear (master);

  g_test_message ("%s", heard);
  g_assert_nonnull (heard);
  if (!g_str_has_prefix (heard, head))
    g_assert_cmpstr (heard, ==, head);
}

/* ---- golden ---- */

static void
assert_bytes (FoliotMaster *master, const char *header, const char *payload)
{
  g_autofree char *heard = NULL, *expected = g_strdup_printf ("%s%s", header, payload);
  GString *hex = g_string_new (NULL);
  gsize got = 0;

  while (got < 4 + strlen (payload))
    {
      g_autoptr (GBytes) bytes = foliot_raw_socket_read (foliot_master_get_socket (master));
      const guint8 *data;
      gsize length;

      g_assert_nonnull (bytes);
      data = g_bytes_get_data (bytes, &length);
      for (gsize i = 0; i < length; i++, got++)
        if (got < 4)
          g_string_append_printf (hex, "%02x", data[i]);
        else
          g_string_append_c (hex, (char) data[i]);
    }
  heard = g_string_free (hex, FALSE);
  g_assert_cmpstr (heard, ==, expected);
}

static void
prepare_golden (Probe *probe)
{
  probe->output = foliot_value_new_string ("é😀");
}

static void
test_golden (FoliotMaster *master, Probe *probe)
{
  static const char golden[] = "\x00\x00\x00\x33[0, 0, [\"init\", [\"S-0\"], {\"time_resolution\": 1.0}]]";

  g_assert_true (foliot_raw_socket_send (foliot_master_get_socket (master), golden, sizeof golden - 1));
  assert_bytes (
      master, "0000007a",
      "[1, 0, {\"api_version\": \"3.0\", \"type\": \"time-based\", \"models\": {\"M\": {\"public\": true, "
      "\"params\": [], \"attrs\": [\"x\", \"y\"]}}}]");
  foliot_master_say (master, "[0, 1, [\"create\", [1, \"M\"], {}]]");
  assert_bytes (master, "00000024", "[1, 1, [{\"eid\": \"e0\", \"type\": \"M\"}]]");
  foliot_master_say (master, "[0, 2, [\"setup_done\", [], {}]]");
  assert_bytes (master, "0000000c", "[1, 2, null]");
  foliot_master_say (master, "[0, 3, [\"step\", [0, {}, 2], {}]]");
  assert_bytes (master, "00000009", "[1, 3, 1]");
  foliot_master_say (master, "[0, 4, [\"get_data\", [{\"e0\": [\"x\"]}], {}]]");
  assert_bytes (master, "0000002b", "[1, 4, {\"e0\": {\"x\": \"\\u00e9\\ud83d\\ude00\"}}]");
  foliot_master_say (master,
                     "[0, 5, [\"step\", [1, {\"e0\": {\"y\": {\"S-0.e0\": \"\\u00e9\\ud83d\\ude00\"}}}, 2], "
                     "{}]]");
  assert_bytes (master, "00000009", "[1, 5, 2]");
  foliot_master_say (master, "[0, 7, [\"stop\", [], {}]]");
  assert_bytes (master, "0000000c", "[1, 7, null]");
  probe_assert_calls (probe,
                      "init S-0 {'time_resolution': 1.0}\ncreate M e0 {}\nsetup_done\nstep 0 {} max 2\n"
                      "get_data e0 x\nstep 1 {'e0': {'y': {'S-0.e0': 'é😀'}}} max 2\nfinalize\n");
}

static void
test_compact (FoliotMaster *master, Probe *probe)
{
  foliot_master_begin (master);
  foliot_master_assert_answer (master, "[0,3,[\"step\",[0,{},2],{}]]", "[1, 3, 1]");
  foliot_master_assert_answer (master, " [ 0 ,\n4, [\"get_data\",[{\"e0\":[\"x\"]}],{}]]\n",
                               "[1, 4, {\"e0\": {\"x\": 0}}]");
  foliot_master_stop (master);
}

/* The same-time loop of an event-based simulator, as it is on the wire of mosaik. */
static gboolean
loop_init (Probe *probe, GError **error)
{
  foliot_mosaik_meta_set_type (probe->meta, FOLIOT_MOSAIK_EVENT_BASED);
  return TRUE;
}

static gboolean
loop_step (Probe *probe, GError **error)
{
  double power;
  guint n = foliot_mosaik_step_get_sum (probe->step_now, "e0", "x", &power);

  g_clear_pointer (&probe->output, foliot_value_unref);
  if (n > 0 && power > 4)
    probe->output = foliot_value_new_int ((gint64) power - 2);
  return TRUE;
}

/* No output: the loop is left. */
static gboolean
loop_get_data (Probe *probe, GError **error)
{
  return probe->output != NULL;
}

static void
prepare_loop (Probe *probe)
{
  probe->period = 0;
  probe->on_init = loop_init;
  probe->on_step = loop_step;
  probe->on_get_data = loop_get_data;
}

static void
test_same_time_loop (FoliotMaster *master, Probe *probe)
{
  foliot_master_begin (master);
  foliot_master_assert_answer (
      master, "[0, 3, [\"step\", [0, {\"e0\": {\"x\": {\"Mod-0.mod\": 8}}}, 9], {}]]", "[1, 3, null]");
  foliot_master_assert_answer (master, "[0, 4, [\"get_data\", [{\"e0\": [\"y\"]}], {}]]",
                               "[1, 4, {\"e0\": {\"y\": 6}}]");
  foliot_master_assert_answer (
      master, "[0, 5, [\"step\", [0, {\"e0\": {\"x\": {\"Mod-0.mod\": 6}}}, 9], {}]]", "[1, 5, null]");
  foliot_master_assert_answer (master, "[0, 6, [\"get_data\", [{\"e0\": [\"y\"]}], {}]]",
                               "[1, 6, {\"e0\": {\"y\": 4}}]");
  foliot_master_assert_answer (
      master, "[0, 7, [\"step\", [0, {\"e0\": {\"x\": {\"Mod-0.mod\": 4}}}, -1], {}]]", "[1, 7, null]");
  foliot_master_assert_answer (master, "[0, 8, [\"get_data\", [{\"e0\": [\"y\"]}], {}]]", "[1, 8, {}]");
  foliot_master_stop (master);
}

/* The demo: an old simulator that asks who is connected to it, and answers steps with set_data. */
static gboolean
demo_init (Probe *probe, GError **error)
{
  foliot_mosaik_meta_set_api_version (probe->meta, "2.2");
  return TRUE;
}

static gboolean
demo_setup_done (Probe *probe, GError **error)
{
  g_autoptr (FoliotValue) agents = foliot_value_build_list (foliot_value_new_string ("S-0.e0"),
                                                            foliot_value_new_string ("S-0.e1"), NULL);
  g_autoptr (FoliotValue) related = foliot_mosaik_get_related_entities (probe->mosaik, agents, error);
  g_autofree char *text = related != NULL ? foliot_value_print (related) : NULL;

  g_assert_cmpstr (text, ==, "{'S-0.e0': {'W-0.w0': {'sid': 'W-0', 'type': 'WECS'}}}");
  return TRUE;
}

static gboolean
demo_step (Probe *probe, GError **error)
{
  g_autoptr (FoliotValue) data = foliot_value_build_map (
      "Agent_0",
      foliot_value_build_map ("W-0.w0",
                              foliot_value_build_map ("P_max", foliot_value_new_double (1555.5), NULL), NULL),
      NULL);

  g_assert_cmpint (probe->step_now->max_advance, ==, FOLIOT_MOSAIK_NEVER);
  return foliot_mosaik_set_data (probe->mosaik, data, error);
}

static void
prepare_demo (Probe *probe)
{
  probe->period = 900;
  probe->on_init = demo_init;
  probe->on_setup_done = demo_setup_done;
  probe->on_step = demo_step;
}

static void
test_demo (FoliotMaster *master, Probe *probe)
{
  foliot_master_assert_answer (master,
                               "[0, 0, [\"init\", [\"MAS-0\"], {\"time_resolution\": 1.0, \"start_date\": "
                               "\"2016-01-01T00:00:00+01:00\"}]]",
                               "[1, 0, {\"api_version\": \"2.2\", \"models\": {\"M\": {\"public\": true, "
                               "\"params\": [], \"attrs\": [\"x\", "
                               "\"y\"]}}}]");
  foliot_master_assert_answer (master, "[0, 4, [\"setup_done\", [], {}]]",
                               "[0, 0, [\"get_related_entities\", [[\"S-0.e0\", \"S-0.e1\"]], {}]]");
  foliot_master_assert_answer (
      master, "[1, 0, {\"S-0.e0\": {\"W-0.w0\": {\"sid\": \"W-0\", \"type\": \"WECS\"}}}]", "[1, 4, null]");
  foliot_master_assert_answer (
      master, "[0, 5, [\"step\", [0, {\"e0\": {\"x\": {\"W-0.w0\": 2000.0}}}], {}]]",
      "[0, 1, [\"set_data\", [{\"Agent_0\": {\"W-0.w0\": {\"P_max\": 1555.5}}}], {}]]");
  foliot_master_assert_answer (master, "[1, 1, null]", "[1, 5, 900]");
  foliot_master_stop (master);
}

/* ---- A2, A7, A8, A9 ---- */

static void
test_remote (FoliotKernel *kernel)
{
  g_auto (Probe) probe = { NULL };
  g_autoptr (FoliotMaster) master = foliot_master_new_remote (kernel, &probe);

  foliot_master_begin (master);
  g_assert_null (foliot_mosaik_get_address (probe.mosaik));
  foliot_master_stop (master);
}

/* Two come at once: one is served, the other hung up on. */
static void
test_one_connection (FoliotKernel *kernel)
{
  g_auto (Probe) probe = { NULL };
  g_autoptr (FoliotMaster) master = foliot_master_new_remote (kernel, &probe);
  g_autoptr (FoliotRawSocket) second
      = foliot_raw_socket_new_connected (kernel, foliot_mosaik_get_address (probe.mosaik), 0);

  foliot_master_begin (master);
  g_assert_null (foliot_raw_socket_recv (second));
  foliot_master_stop (master);
}

static gboolean
fail_init (Probe *probe, GError **error)
{
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "no turbine has 3 blades");
  return FALSE;
}

static void
prepare_failing_init (Probe *probe)
{
  probe->on_init = fail_init;
}

static void
test_init_fails (FoliotMaster *master, Probe *probe)
{
  g_autoptr (GError) error = NULL;

  foliot_master_assert_answer (
      master, INIT,
      "[2, 0, [\"ValueError\", \"no turbine has 3 blades\", \"in init of S-0 (FoliotError 5)\\n\"]]");
  foliot_master_assert_hear (master, NULL);
  error = foliot_master_await_end (master);
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE);
  g_assert_cmpstr (error->message, ==, "no turbine has 3 blades");
  g_assert_cmpuint (probe->n_finalized, ==, 1);
}

static gboolean
spoil_meta (Probe *probe, GError **error)
{
  foliot_mosaik_meta_add_attribute (probe->meta, "M", "z", FOLIOT_MOSAIK_TRIGGER);
  return TRUE;
}

static void
prepare_spoilt_meta (Probe *probe)
{
  probe->on_init = spoil_meta;
}

static void
test_meta_refused (FoliotMaster *master, Probe *probe)
{
  g_autoptr (GError) error = NULL;

  foliot_master_say (master, INIT);
  assert_failure (master,
                  "[2, 0, [\"ValueError\", \"attribute \\u201cz\\u201d of model \\u201cM\\u201d is an event");
  foliot_master_assert_hear (master, NULL);
  error = foliot_master_await_end (master);
  g_assert_error (error, FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_META);
}

static gboolean
set_version (Probe *probe, GError **error)
{
  foliot_mosaik_meta_set_api_version (probe->meta, "3.0.13");
  return TRUE;
}

static void
prepare_version (Probe *probe)
{
  probe->on_init = set_version;
}

static void
test_version (FoliotMaster *master, Probe *probe)
{
  foliot_master_say (master, INIT);
  assert_failure (master, "[1, 0, {\"api_version\": \"3.0.13\", \"type\": \"time-based\"");
  foliot_master_stop (master);
}

/* The protocol's own functions let unknown keywords pass; init hands them on. */
static void
test_keywords (FoliotMaster *master, Probe *probe)
{
  foliot_master_say (master,
                     "[0, 0, [\"init\", [\"S-0\"], {\"time_resolution\": 0.5, \"colour\": \"blue\"}]]");
  assert_failure (master, "[1, 0, ");
  g_assert_cmpint (foliot_mosaik_get_tick (probe->mosaik), ==, FOLIOT_SECOND / 2);
  foliot_master_assert_answer (master, "[0, 1, [\"create\", [1, \"M\"], {\"shape\": 4}]]",
                               "[1, 1, [{\"eid\": \"e0\", \"type\": \"M\"}]]");
  foliot_master_assert_answer (master, "[0, 2, [\"setup_done\", [], {\"now\": true}]]", "[1, 2, null]");
  foliot_master_assert_answer (master, "[0, 3, [\"step\", [1, {}, 9], {\"mood\": 1}]]", "[1, 3, 2]");
  foliot_master_assert_answer (master, "[0, 4, [\"get_data\", [{}], {\"cache\": 0}]]", "[1, 4, {}]");
  probe_assert_calls (probe,
                      "init S-0 {'time_resolution': 0.5, 'colour': 'blue'}\ncreate M e0 {}\nsetup_done\n"
                      "step 1 {} max 9\n");
  foliot_master_stop (master);
}

static void
test_time_resolution (FoliotMaster *master, Probe *probe)
{
  g_autoptr (GError) error = NULL;

  foliot_master_say (master, "[0, 0, [\"init\", [\"S-0\"], {\"time_resolution\": \"fine\"}]]");
  assert_failure (master, "[2, 0, [\"TypeError\", \"time_resolution is 'fine': expected seconds");
  foliot_master_assert_hear (master, NULL);
  error = foliot_master_await_end (master);
  g_assert_error (error, FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_PROTOCOL);
}

/* ---- A10: create ---- */

static gboolean
parent_init (Probe *probe, GError **error)
{
  foliot_mosaik_meta_add_model (probe->meta, "Bus", FOLIOT_MOSAIK_PRIVATE);
  foliot_mosaik_meta_add_parameter (probe->meta, "M", "file");
  foliot_mosaik_meta_add_parameter (probe->meta, "M", "size");
  return TRUE;
}

static gboolean
parent_create (Probe *probe, GError **error)
{
  FoliotMosaikEntity *first = foliot_mosaik_entity_add_child (probe->entity, "Bus");
  FoliotMosaikEntity *second = foliot_mosaik_entity_add_child (probe->entity, "Bus");

  foliot_mosaik_entity_add_relation (second, foliot_mosaik_entity_get_id (first));
  foliot_mosaik_entity_set_extra_info (first,
                                       foliot_value_build_map ("kv", foliot_value_new_double (20), NULL));
  return TRUE;
}

static void
prepare_parent (Probe *probe)
{
  probe->on_init = parent_init;
  probe->on_create = parent_create;
}

static void
test_create (FoliotMaster *master, Probe *probe)
{
  foliot_master_say (master, INIT);
  assert_failure (
      master, "[1, 0, {\"api_version\": \"3.0\", \"type\": \"time-based\", \"models\": {\"M\": {\"public\": "
              "true, \"params\": [\"file\", \"size\"], \"attrs\": [\"x\", \"y\"]}, \"Bus\": {\"public\": "
              "false, \"params\": [], \"attrs\": []}}}]");
  foliot_master_assert_answer (
      master, "[0, 1, [\"create\", [2, \"M\"], {\"size\": 2, \"odd\": 1, \"file\": \"f\"}]]",
      "[1, 1, [{\"eid\": \"e0\", \"type\": \"M\", \"children\": [{\"eid\": \"Bus_0\", \"type\": \"Bus\", "
      "\"extra_info\": {\"kv\": 20.0}}, {\"eid\": \"Bus_1\", \"type\": \"Bus\", \"rel\": [\"Bus_0\"]}]}, "
      "{\"eid\": "
      "\"e1\", \"type\": \"M\", \"children\": [{\"eid\": \"Bus_2\", \"type\": \"Bus\", \"extra_info\": "
      "{\"kv\": 20.0}}, "
      "{\"eid\": \"Bus_3\", \"type\": \"Bus\", \"rel\": [\"Bus_2\"]}]}]]");
  g_assert_cmpuint (foliot_mosaik_get_n_entities (probe->mosaik), ==, 6);
  g_assert_cmpstr (foliot_mosaik_entity_get_id (foliot_mosaik_get_entity_at (probe->mosaik, 2)), ==, "Bus_1");
  foliot_master_assert_answer (master, "[0, 2, [\"create\", [0, \"M\"], {}]]", "[1, 2, []]");
  foliot_master_say (master, "[0, 3, [\"create\", [1, \"Bus\"], {}]]");
  assert_failure (master, "[2, 3, [\"LookupError\", \"S-0 has no public model 'Bus'\"");
  foliot_master_say (master, "[0, 4, [\"create\", [-1, \"M\"], {}]]");
  assert_failure (master, "[2, 4, [\"TypeError\", \"create wants a number of entities");
  foliot_master_stop (master);
}

/* The second of three fails: none of them is there. */
static gboolean
fail_second (Probe *probe, GError **error)
{
  if (foliot_mosaik_entity_get_index (probe->entity) != 1)
    return TRUE;
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_RUNTIME, "out of turbines");
  return FALSE;
}

static void
prepare_failing_create (Probe *probe)
{
  probe->on_create = fail_second;
}

static void
test_create_fails (FoliotMaster *master, Probe *probe)
{
  foliot_master_say (master, INIT);
  assert_failure (master, "[1, 0, ");
  foliot_master_say (master, "[0, 1, [\"create\", [3, \"M\"], {}]]");
  assert_failure (master, "[2, 1, [\"RuntimeError\", \"out of turbines\"");
  g_assert_cmpuint (foliot_mosaik_get_n_entities (probe->mosaik), ==, 0);
  g_assert_cmpuint (probe->n_destroyed_entities, ==, 2);
  foliot_master_assert_answer (master, "[0, 2, [\"create\", [1, \"M\"], {}]]",
                               "[1, 2, [{\"eid\": \"e0\", \"type\": \"M\"}]]");
  foliot_master_stop (master);
}

static gboolean
same_id (Probe *probe, GError **error)
{
  foliot_mosaik_entity_set_id (probe->entity, "twin");
  return TRUE;
}

static void
prepare_twins (Probe *probe)
{
  probe->on_create = same_id;
}

static void
test_twins (FoliotMaster *master, Probe *probe)
{
  foliot_master_say (master, INIT);
  assert_failure (master, "[1, 0, ");
  foliot_master_say (master, "[0, 1, [\"create\", [2, \"M\"], {}]]");
  assert_failure (master,
                  "[2, 1, [\"RuntimeError\", \"The entity id \\u201ctwin\\u201d has another entity\"");
  foliot_master_assert_answer (master, "[0, 2, [\"create\", [1, \"M\"], {}]]",
                               "[1, 2, [{\"eid\": \"twin\", \"type\": \"M\"}]]");
  foliot_master_stop (master);
}

/* ---- A11: extra methods ---- */

static FoliotValue *
method_a (gpointer self, FoliotArgs *args, GError **error)
{
  return foliot_value_new_int (2 * foliot_args_get_int (args, "x"));
}

static FoliotValue *
method_b (gpointer self, FoliotArgs *args, GError **error)
{
  g_string_append_printf (((Probe *) self)->calls, "method_b %s\n", foliot_args_get_string (args, "text"));
  return NULL;
}

static const FoliotMethod methods[] = {
  { "method_a", method_a, "x:int", "Twice." },
  { "method_b", method_b, "text:string=\"none\"", "Writes it down." },
  { NULL },
};

static void
prepare_methods (Probe *probe)
{
  probe->methods = methods;
}

static void
test_methods (FoliotMaster *master, Probe *probe)
{
  foliot_master_say (master, INIT);
  assert_failure (
      master, "[1, 0, {\"api_version\": \"3.0\", \"type\": \"time-based\", \"models\": {\"M\": {\"public\": "
              "true, \"params\": [], \"attrs\": [\"x\", \"y\"]}}, \"extra_methods\": [\"method_a\", "
              "\"method_b\"]}]");
  foliot_master_assert_answer (master, "[0, 1, [\"method_a\", [23], {}]]", "[1, 1, 46]");
  foliot_master_assert_answer (master, "[0, 2, [\"method_a\", [], {\"x\": 882}]]", "[1, 2, 1764]");
  foliot_master_assert_answer (master, "[0, 3, [\"method_b\", [\"42\"], {}]]", "[1, 3, null]");
  foliot_master_say (master, "[0, 4, [\"method_b\", [], {\"colour\": 1}]]");
  assert_failure (master,
                  "[2, 4, [\"TypeError\", \"method_b() got an unexpected keyword argument 'colour'\"");
  foliot_master_say (master, "[0, 5, [\"method_c\", [], {}]]");
  assert_failure (master,
                  "[2, 5, [\"AttributeError\", \"S-0 has no method \\u201cmethod_c\\u201d; it has init, ");
  foliot_master_stop (master);
}

/* ---- A13, A14, A22: steps ---- */

static void
test_steps (FoliotMaster *master, Probe *probe)
{
  foliot_master_begin (master);
  foliot_master_assert_answer (master, "[0, 3, [\"step\", [0, {}], {}]]", "[1, 3, 1]");
  foliot_master_assert_answer (master, "[0, 4, [\"step\", [0, {}, -1], {}]]", "[1, 4, 1]");
  foliot_master_assert_answer (master, "[0, 5, [\"step\", [5, {}, 3], {}]]", "[1, 5, 6]");
  foliot_master_assert_answer (master, "[0, 6, [\"step\", [5, {}, 1e400], {}]]", "[1, 6, 6]");
  foliot_master_assert_answer (master, "[0, 7, [\"step\", [5, {}, null], {}]]", "[1, 7, 6]");
  probe_assert_calls (probe, "step 0 {}\nstep 0 {} max -1\nstep 5 {} max 3\nstep 5 {}\nstep 5 {}\n");
  foliot_master_stop (master);
}

/* Entities as they were created, attributes as they were declared, sources by id; what is unknown comes last. */
static void
test_inputs_in_order (FoliotMaster *master, Probe *probe)
{
  foliot_master_begin (master);
  foliot_master_assert_answer (master, "[0, 3, [\"create\", [1, \"M\"], {}]]",
                               "[1, 3, [{\"eid\": \"e1\", \"type\": \"M\"}]]");
  foliot_master_assert_answer (master,
                               "[0, 4, [\"step\", [0, {\"zz\": {\"x\": {\"a\": 1}}, \"e1\": {\"y\": {\"b\": "
                               "1, \"a\": 2}}, \"aa\": {}, "
                               "\"e0\": {\"y\": {\"c\": 1}, \"w\": {\"s\": 1}, \"x\": {\"B-0.b\": 1, "
                               "\"B-0\": 2, \"A-1.a\": 3}}}, 9], {}]]",
                               "[1, 4, 1]");
  probe_assert_calls (
      probe,
      "create M e1 {}\n"
      "step 0 {'e0': {'x': {'A-1.a': 3, 'B-0': 2, 'B-0.b': 1}, 'y': {'c': 1}, 'w': {'s': 1}}, 'e1': {'y': "
      "{'a': 2, 'b': 1}}, 'aa': {}, 'zz': {'x': {'a': 1}}} max 9\n");
  foliot_master_stop (master);
}

static void
test_bad_steps (FoliotMaster *master, Probe *probe)
{
  static const char *const bad[] = {
    "[2.5, {}, 9]",
    "[\"0\", {}, 9]",
    "[-1, {}, 9]",
    "[1180591620717411303424, {}, 9]",
    "[9223372036854775807, {}, 9]",
    "[0]",
    "[0, {}, 9, 9]",
    "[0, [], 9]",
    "[0, {\"e0\": 1}, 9]",
    "[0, {\"e0\": {\"x\": 1}}, 9]",
  };

  foliot_master_begin (master);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *text = g_strdup_printf ("[0, 3, [\"step\", %s, {}]]", bad[i]);

      foliot_master_say (master, text);
      assert_failure (master, "[2, 3, [\"TypeError\", ");
    }
  probe_assert_calls (probe, "");
  foliot_master_assert_answer (master, "[0, 3, [\"step\", [0, {}, 2], {}]]", "[1, 3, 1]");
  foliot_master_stop (master);
}

static gboolean
set_next (Probe *probe, GError **error)
{
  probe->step_now->next = *(gint64 *) probe->data;
  return TRUE;
}

static void
prepare_next (Probe *probe)
{
  static gint64 next;

  probe->data = &next;
  probe->on_step = set_next;
}

static void
test_next_step (FoliotMaster *master, Probe *probe)
{
  gint64 *next = probe->data;

  foliot_master_begin (master);
  *next = 1000000;
  foliot_master_assert_answer (master, "[0, 3, [\"step\", [5, {}, 9], {}]]", "[1, 3, 1000000]");
  *next = 5;
  foliot_master_say (master, "[0, 4, [\"step\", [5, {}, 9], {}]]");
  assert_failure (master,
                  "[2, 4, [\"RuntimeError\", \"the step at 5 set 5 as the next one: it must be later\"");
  *next = FOLIOT_MOSAIK_NEVER;
  foliot_master_say (master, "[0, 5, [\"step\", [5, {}, 9], {}]]");
  assert_failure (master, "[2, 5, [\"RuntimeError\", \"the step at 5 set no next one");
  foliot_master_stop (master);
}

/* ---- A15: get_data ---- */

static gboolean
pick_output (Probe *probe, GError **error)
{
  g_clear_pointer (&probe->output, foliot_value_unref);
  if (g_str_equal (probe->attribute, "x"))
    probe->output = foliot_value_new_null ();
  foliot_mosaik_set_output_time (probe->mosaik, *(gint64 *) probe->data);
  return TRUE;
}

static void
prepare_outputs (Probe *probe)
{
  static gint64 time;

  time = 0;
  probe->data = &time;
  probe->on_get_data = pick_output;
}

static void
test_get_data (FoliotMaster *master, Probe *probe)
{
  gint64 *time = probe->data;

  foliot_master_begin (master);
  foliot_master_assert_answer (master, "[0, 3, [\"create\", [1, \"M\"], {}]]",
                               "[1, 3, [{\"eid\": \"e1\", \"type\": \"M\"}]]");
  foliot_master_assert_answer (master, "[0, 4, [\"get_data\", [{\"e0\": [\"y\"]}], {}]]",
                               "[1, 4, {\"e0\": {\"y\": 0}}]");
  foliot_master_assert_answer (master, "[0, 5, [\"step\", [0, {}, 9], {}]]", "[1, 5, 1]");
  foliot_master_assert_answer (
      master, "[0, 6, [\"get_data\", [{\"e1\": [\"y\", \"x\", \"x\", \"y\"], \"e0\": [\"x\"]}], {}]]",
      "[1, 6, {\"e0\": {\"x\": null}, \"e1\": {\"x\": null, \"y\": 0}}]");
  *time = 3;
  foliot_master_assert_answer (master, "[0, 7, [\"get_data\", [{\"e0\": [\"y\"]}], {}]]",
                               "[1, 7, {\"e0\": {\"y\": 0}, \"time\": 3}]");
  foliot_master_assert_answer (master, "[0, 8, [\"step\", [4, {}, 9], {}]]", "[1, 8, 5]");
  foliot_master_say (master, "[0, 9, [\"get_data\", [{\"e0\": [\"y\"]}], {}]]");
  assert_failure (master, "[2, 9, [\"RuntimeError\", \"the outputs of the step at 4 are for 3, before it\"");
  foliot_master_say (master, "[0, 10, [\"get_data\", [{\"e7\": [\"y\"]}], {}]]");
  assert_failure (master, "[2, 10, [\"LookupError\", \"There is no entity 'e7'\"");
  foliot_master_say (master, "[0, 11, [\"get_data\", [{\"e0\": [\"z\"]}], {}]]");
  assert_failure (master, "[2, 11, [\"LookupError\", \"Model \\u201cM\\u201d has no attribute 'z'\"");
  foliot_master_say (master, "[0, 12, [\"get_data\", [{\"e0\": \"x\"}], {}]]");
  assert_failure (master, "[2, 12, [\"TypeError\", \"get_data wants a list of attributes");
  foliot_master_stop (master);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  foliot_master_test_add_prepared ("/mosaik/golden-bytes", prepare_golden, test_golden);
  foliot_master_test_add ("/mosaik/compact", test_compact);
  foliot_master_test_add_prepared ("/mosaik/same-time-loop", prepare_loop, test_same_time_loop);
  foliot_master_test_add_prepared ("/mosaik/a08-api-2-and-set-data", prepare_demo, test_demo);
  foliot_master_test_add_bare ("/mosaik/a02-connect-start", test_remote);
  foliot_master_test_add_bare ("/mosaik/a02-one-connection", test_one_connection);
  foliot_master_test_add_prepared ("/mosaik/a07-init-fails", prepare_failing_init, test_init_fails);
  foliot_master_test_add_prepared ("/mosaik/a07-meta-refused", prepare_spoilt_meta, test_meta_refused);
  foliot_master_test_add_prepared ("/mosaik/a08-version", prepare_version, test_version);
  foliot_master_test_add ("/mosaik/a09-unknown-keywords", test_keywords);
  foliot_master_test_add ("/mosaik/a09-time-resolution", test_time_resolution);
  foliot_master_test_add_prepared ("/mosaik/a10-create", prepare_parent, test_create);
  foliot_master_test_add_prepared ("/mosaik/a10-create-fails", prepare_failing_create, test_create_fails);
  foliot_master_test_add_prepared ("/mosaik/a10-two-of-one-name", prepare_twins, test_twins);
  foliot_master_test_add_prepared ("/mosaik/a11-extra-methods", prepare_methods, test_methods);
  foliot_master_test_add ("/mosaik/a13-a22-steps", test_steps);
  foliot_master_test_add ("/mosaik/a13-inputs-in-order", test_inputs_in_order);
  foliot_master_test_add ("/mosaik/a13-bad-steps", test_bad_steps);
  foliot_master_test_add_prepared ("/mosaik/a14-next-step", prepare_next, test_next_step);
  foliot_master_test_add_prepared ("/mosaik/a15-get-data", prepare_outputs, test_get_data);
  return g_test_run ();
}
