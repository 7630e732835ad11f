/* SPDX-License-Identifier: MIT */
#include "foliot-mosaik-master.h"

#include <gio/gio.h>
#include <string.h>

/* What a simulator asks of mosaik, how it ends, and what it does when things go wrong. */

static void
assert_failure (FoliotMaster *master, const char *head)
{
  g_autofree char *heard = foliot_master_hear (master);

  g_assert_nonnull (heard);
  if (!g_str_has_prefix (heard, head))
    g_assert_cmpstr (heard, ==, head);
}

#define STEP "[0, 3, [\"step\", [0, {}, 9], {}]]"

/* ---- A12, A16, A17: requests to mosaik ---- */

static void
assert_printed (FoliotValue *value, const char *expected)
{
  g_autofree char *text = value != NULL ? foliot_value_print (value) : NULL;

  g_assert_cmpstr (text, ==, expected);
}

static gboolean
ask_everything (Probe *probe, GError **error)
{
  g_autoptr (FoliotValue) wanted = foliot_value_build_map (
      "PV-0.e0", foliot_value_build_list (foliot_value_new_string ("P"), NULL), NULL);
  g_autoptr (FoliotValue) one = foliot_value_new_string ("S-0.e0");
  g_autoptr (FoliotValue) all = NULL, related = NULL, data = NULL;
  double percent;

  g_assert_true (foliot_mosaik_get_progress (probe->mosaik, &percent, error));
  g_assert_cmpfloat (percent, ==, 12.5);
  all = foliot_mosaik_get_related_entities (probe->mosaik, NULL, error);
  assert_printed (all, "{'nodes': {}, 'edges': []}");
  related = foliot_mosaik_get_related_entities (probe->mosaik, one, error);
  assert_printed (related, "{'PV-0.e0': {'sid': 'PV-0', 'type': 'PV'}}");
  data = foliot_mosaik_get_data (probe->mosaik, wanted, error);
  assert_printed (data, "{'PV-0.e0': {'P': 3.5}}");
  for (gint64 i = 0; i < 2; i++)
    {
      g_autoptr (FoliotValue) inputs = foliot_value_build_map (
          "S-0.e0",
          foliot_value_build_map (
              "PV-0.e0", foliot_value_build_map ("Q", foliot_value_new_int (i == 0 ? 23 : 42), NULL), NULL),
          NULL);
      g_assert_true (foliot_mosaik_set_data (probe->mosaik, inputs, error));
    }
  return foliot_mosaik_set_event (probe->mosaik, 5, error);
}

static void
prepare_asking (Probe *probe)
{
  probe->on_step = ask_everything;
}

static void
test_requests (FoliotMaster *master, Probe *probe)
{
  foliot_master_begin (master);
  foliot_master_assert_answer (master, STEP, "[0, 0, [\"get_progress\", [], {}]]");
  foliot_master_assert_answer (master, "[1, 0, 12.5]", "[0, 1, [\"get_related_entities\", [], {}]]");
  foliot_master_assert_answer (master, "[1, 1, {\"nodes\": {}, \"edges\": []}]",
                               "[0, 2, [\"get_related_entities\", [\"S-0.e0\"], {}]]");
  foliot_master_assert_answer (master, "[1, 2, {\"PV-0.e0\": {\"sid\": \"PV-0\", \"type\": \"PV\"}}]",
                               "[0, 3, [\"get_data\", [{\"PV-0.e0\": [\"P\"]}], {}]]");
  foliot_master_assert_answer (master, "[1, 3, {\"PV-0.e0\": {\"P\": 3.5}}]",
                               "[0, 4, [\"set_data\", [{\"S-0.e0\": {\"PV-0.e0\": {\"Q\": 23}}}], {}]]");
  foliot_master_assert_answer (master, "[1, 4, null]",
                               "[0, 5, [\"set_data\", [{\"S-0.e0\": {\"PV-0.e0\": {\"Q\": 42}}}], {}]]");
  foliot_master_assert_answer (master, "[1, 5, null]", "[0, 6, [\"set_event\", [5], {}]]");
  foliot_master_assert_answer (master, "[1, 6, null]", "[1, 3, 1]");
  foliot_master_stop (master);
}

typedef struct
{
  const char *answer;
  FoliotMosaikError code;
  const char *class_name, *text, *trace;
} Refusal;

static const Refusal refusals[] = {
  { "[\"ScenarioError\", \"No connection from T-0 to S-0: You need to connect entities from both simulators "
    "and set "
    "`async_requests=True`.\", \"Traceback:\\n\", \"  line 1\\n  line 2\\n\"]",
    FOLIOT_MOSAIK_ERROR_NOT_CONNECTED, "ScenarioError",
    "No connection from T-0 to S-0: You need to connect entities from both simulators and set "
    "`async_requests=True`.",
    "Traceback:\n  line 1\n  line 2\n" },
  { "[\"AsyncRequestsNotConnectedError\", \"No connection from T-0 to S-0: …\"]",
    FOLIOT_MOSAIK_ERROR_NOT_CONNECTED, "AsyncRequestsNotConnectedError", "No connection from T-0 to S-0: …",
    "" },
  { "[\"AsyncRequestsNotEnabledError\", \"Async. requests not enabled for the connection from A to B\"]",
    FOLIOT_MOSAIK_ERROR_NOT_ENABLED, "AsyncRequestsNotEnabledError",
    "Async. requests not enabled for the connection from A to B", "" },
  { "[\"AssertionError\", \"get_data must happen in step\", \"there\"]", FOLIOT_MOSAIK_ERROR_NOT_IN_STEP,
    "AssertionError", "get_data must happen in step", "there\n" },
  { "[\"SimulationError\", \"Simulator 'S-0' tried to set an event in non-real-time mode.\"]",
    FOLIOT_MOSAIK_ERROR_NOT_REAL_TIME, "SimulationError",
    "Simulator 'S-0' tried to set an event in non-real-time mode.", "" },
  { "[\"KeyError\", \"'Q-9'\"]", FOLIOT_MOSAIK_ERROR_UNKNOWN, "KeyError", "'Q-9'", "" },
  { "[\"TypeError\", \"odd\"]", FOLIOT_MOSAIK_ERROR_FAILED, "TypeError", "odd", "" },
  /* What nobody should send. */
  { "\"just a text\"", FOLIOT_MOSAIK_ERROR_FAILED, "", "just a text", "" },
  { "[\"OnlyType\"]", FOLIOT_MOSAIK_ERROR_FAILED, "OnlyType", "", "" },
  { "[1, null, [2]]", FOLIOT_MOSAIK_ERROR_FAILED, "1", "None", "[2]\n" },
  { "null", FOLIOT_MOSAIK_ERROR_FAILED, "", "None", "" },
};

static gboolean
ask_in_vain (Probe *probe, GError **error)
{
  const Refusal *refusal = probe->data;
  g_autoptr (GError) local = NULL, copy = NULL;
  double percent;

  g_assert_false (foliot_mosaik_get_progress (probe->mosaik, &percent, &local));
  g_assert_error (local, FOLIOT_MOSAIK_ERROR, (gint) refusal->code);
  copy = g_error_copy (local);
  g_assert_cmpstr (foliot_mosaik_error_get_class_name (copy), ==, refusal->class_name);
  g_assert_cmpstr (foliot_mosaik_error_get_text (copy), ==, refusal->text);
  g_assert_cmpstr (foliot_mosaik_error_get_trace (copy), ==, refusal->trace);
  g_assert_true (g_str_has_prefix (copy->message, "mosaik refused get_progress: "));
  return TRUE;
}

static void
prepare_vain (Probe *probe)
{
  probe->on_step = ask_in_vain;
}

/* The step goes on. */
static void
test_refusals (FoliotMaster *master, Probe *probe)
{
  foliot_master_begin (master);
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *request = g_strdup_printf ("[0, %u, [\"step\", [%u, {}, 9], {}]]", i, i);
      g_autofree char *question = g_strdup_printf ("[0, %u, [\"get_progress\", [], {}]]", i);
      g_autofree char *failure = g_strdup_printf ("[2, %u, %s]", i, refusals[i].answer);
      g_autofree char *answer = g_strdup_printf ("[1, %u, %u]", i, i + 1);

      probe->data = (gpointer) &refusals[i];
      foliot_master_assert_answer (master, request, question);
      foliot_master_assert_answer (master, failure, answer);
    }
  foliot_master_stop (master);
}

static gboolean
fail_with_theirs (Probe *probe, GError **error)
{
  double percent;

  return foliot_mosaik_get_progress (probe->mosaik, &percent, error);
}

static void
prepare_theirs (Probe *probe)
{
  probe->on_step = fail_with_theirs;
}

/* A failure of mosaik that the model hands back keeps its class and its trace. */
static void
test_their_failure (FoliotMaster *master, Probe *probe)
{
  foliot_master_begin (master);
  foliot_master_assert_answer (master, STEP, "[0, 0, [\"get_progress\", [], {}]]");
  foliot_master_assert_answer (
      master, "[2, 0, [\"ScenarioError\", \"odd\", \"here\"]]",
      "[2, 3, [\"ScenarioError\", \"mosaik refused get_progress: ScenarioError: odd\", "
      "\"in step at 0 of S-0 (FoliotMosaikError 0)\\n\", \"here\\n\"]]");
  foliot_master_stop (master);
}

/* ---- A16: set_event from behind ---- */

static FoliotValue *
set_event_later (gpointer data, GError **error)
{
  Probe *probe = data;

  g_assert_true (foliot_mosaik_wait_real (probe->mosaik, 1, error));
  g_assert_true (foliot_mosaik_set_event (probe->mosaik, 3, error));
  g_string_append (probe->calls, "event is set\n");
  return NULL;
}

static gboolean
start_event (Probe *probe, GError **error)
{
  foliot_future_unref (foliot_fiber_spawn (probe->kernel, NULL, "event", set_event_later, probe, NULL));
  return TRUE;
}

static void
prepare_event (Probe *probe)
{
  probe->on_setup_done = start_event;
}

static void
test_event (FoliotMaster *master, Probe *probe)
{
  foliot_master_begin (master);
  foliot_master_assert_hear (master, "[0, 0, [\"set_event\", [3], {}]]");
  foliot_master_assert_answer (master, STEP, "[1, 3, 1]");
  foliot_master_say (master, "[1, 0, null]");
  foliot_master_assert_answer (master, "[0, 4, [\"step\", [3, {}, 9], {}]]", "[1, 4, 4]");
  probe_assert_calls (probe, "step 0 {} max 9\nevent is set\nstep 3 {} max 9\n");
  foliot_master_stop (master);
}

/* ---- A21 ---- */

static gboolean
ask_progress (Probe *probe, GError **error)
{
  double percent;

  return foliot_mosaik_get_progress (probe->mosaik, &percent, error);
}

static void
prepare_slow (Probe *probe)
{
  probe->on_step = ask_progress;
}

static void
test_pipelined (FoliotMaster *master, Probe *probe)
{
  foliot_master_begin (master);
  foliot_master_say (master, STEP);
  foliot_master_say (master, "[0, 4, [\"get_data\", [{\"e0\": [\"x\"]}], {}]]");
  foliot_master_say (master, "[0, 5, [\"create\", [1, \"M\"], {}]]");
  foliot_master_assert_hear (master, "[0, 0, [\"get_progress\", [], {}]]");
  probe_assert_calls (probe, "step 0 {} max 9\n");
  foliot_master_assert_answer (master, "[1, 0, 1]", "[1, 3, 1]");
  foliot_master_assert_hear (master, "[1, 4, {\"e0\": {\"x\": 0}}]");
  foliot_master_assert_hear (master, "[1, 5, [{\"eid\": \"e1\", \"type\": \"M\"}]]");
  probe_assert_calls (probe, "get_data e0 x\ncreate M e1 {}\n");
  foliot_master_stop (master);
}

static void
test_two_steps (FoliotMaster *master, Probe *probe)
{
  foliot_master_begin (master);
  foliot_master_say (master, STEP);
  foliot_master_say (master, "[0, 4, [\"step\", [1, {}, 9], {}]]");
  foliot_master_assert_hear (master, "[0, 0, [\"get_progress\", [], {}]]");
  foliot_master_assert_answer (master, "[1, 0, 1]", "[1, 3, 1]");
  assert_failure (master,
                  "[2, 4, [\"RuntimeError\", \"two steps at once: the one before has no answer yet\"");
  foliot_master_assert_answer (master, "[0, 5, [\"step\", [1, {}, 9], {}]]",
                               "[0, 1, [\"get_progress\", [], {}]]");
  foliot_master_assert_answer (master, "[1, 1, 1]", "[1, 5, 2]");
  probe_assert_calls (probe, "step 0 {} max 9\nstep 1 {} max 9\n");
  foliot_master_stop (master);
}

static void
test_step_back (FoliotMaster *master, Probe *probe)
{
  foliot_master_begin (master);
  foliot_master_assert_answer (master, "[0, 3, [\"step\", [7, {}, 9], {}]]", "[1, 3, 8]");
  foliot_master_say (master, "[0, 4, [\"step\", [6, {}, 9], {}]]");
  assert_failure (master, "[2, 4, [\"RuntimeError\", \"step back to 6: time is 7 already\"");
  foliot_master_assert_answer (master, "[0, 5, [\"step\", [7, {}, 9], {}]]", "[1, 5, 8]");
  foliot_master_stop (master);
}

static FoliotValue *
ask_for (gpointer data, GError **error)
{
  Probe *probe = data;
  double percent;

  if (!foliot_mosaik_get_progress (probe->mosaik, &percent, error))
    return NULL;
  return foliot_value_new_double (percent);
}

static gboolean
ask_twice (Probe *probe, GError **error)
{
  g_autoptr (FoliotFuture) first = foliot_fiber_spawn (probe->kernel, NULL, "first", ask_for, probe, NULL);
  g_autoptr (FoliotFuture) second = foliot_fiber_spawn (probe->kernel, NULL, "second", ask_for, probe, NULL);
  g_autoptr (FoliotValue) one = foliot_await (first, FOLIOT_TIME_NEVER, error);
  g_autoptr (FoliotValue) two = foliot_await (second, FOLIOT_TIME_NEVER, error);

  assert_printed (one, "1.0");
  assert_printed (two, "2.0");
  return TRUE;
}

static void
prepare_twice (Probe *probe)
{
  probe->on_step = ask_twice;
}

static void
test_out_of_order (FoliotMaster *master, Probe *probe)
{
  foliot_master_begin (master);
  foliot_master_assert_answer (master, STEP, "[0, 0, [\"get_progress\", [], {}]]");
  foliot_master_assert_hear (master, "[0, 1, [\"get_progress\", [], {}]]");
  foliot_master_say (master, "[1, 1, 2]");
  foliot_master_assert_answer (master, "[1, 0, 1]", "[1, 3, 1]");
  foliot_master_stop (master);
}

/* ---- A18: the end ---- */

static void
assert_ended_well (FoliotMaster *master, Probe *probe)
{
  g_autoptr (GError) error = foliot_master_await_end (master);

  g_assert_no_error (error);
  g_assert_cmpuint (probe->n_finalized, ==, 1);
}

static void
test_stop_without_reply (FoliotMaster *master, Probe *probe)
{
  foliot_master_begin (master);
  foliot_master_say (master, "[0, 3, [\"stop\", [], {}]]");
  foliot_raw_socket_reset (foliot_master_get_socket (master));
  assert_ended_well (master, probe);
}

/* What comes behind is neither done nor answered. */
static void
test_stop_and_more (FoliotMaster *master, Probe *probe)
{
  foliot_master_begin (master);
  foliot_master_say (master, "[0, 3, [\"stop\", [], {}]]");
  foliot_master_say (master, "[0, 4, [\"stop\", [], {}]]");
  foliot_master_say (master, "[0, 5, [\"step\", [0, {}, 9], {}]]");
  foliot_master_assert_hear (master, "[1, 3, null]");
  foliot_master_assert_hear (master, NULL);
  probe_assert_calls (probe, "finalize\n");
  assert_ended_well (master, probe);
}

static gboolean
take_long (Probe *probe, GError **error)
{
  g_assert_true (foliot_mosaik_wait_real (probe->mosaik, 20, error));
  g_string_append (probe->calls, "results are written\n");
  return TRUE;
}

static void
prepare_long_finalize (Probe *probe)
{
  probe->on_finalize = take_long;
}

/* mosaik 3.7 sends SIGTERM the moment it has the answer to `stop`, or 0.1 s after it. */
static void
test_stop_then_signal (FoliotMaster *master, Probe *probe)
{
  foliot_master_begin (master);
  foliot_master_say (master, "[0, 3, [\"stop\", [], {}]]");
  foliot_raw_socket_await_turn (foliot_master_get_socket (master));
  foliot_mosaik_stop (probe->mosaik);
  foliot_mosaik_stop (probe->mosaik);
  foliot_master_assert_hear (master, "[1, 3, null]");
  foliot_mosaik_stop (probe->mosaik);
  probe_assert_calls (probe, "finalize\nresults are written\n");
  foliot_master_assert_hear (master, NULL);
  assert_ended_well (master, probe);
}

static void
test_signal (FoliotMaster *master, Probe *probe)
{
  foliot_master_begin (master);
  foliot_mosaik_stop (probe->mosaik);
  foliot_master_assert_hear (master, NULL);
  probe_assert_calls (probe, "finalize\nresults are written\n");
  assert_ended_well (master, probe);
}

static void
test_end_of_stream (FoliotMaster *master, Probe *probe)
{
  foliot_master_begin (master);
  foliot_raw_socket_end (foliot_master_get_socket (master));
  foliot_master_assert_hear (master, NULL);
  assert_ended_well (master, probe);
}

static void
test_half_header (FoliotMaster *master, Probe *probe)
{
  foliot_master_begin (master);
  g_assert_true (foliot_raw_socket_send (foliot_master_get_socket (master), "\0\0", 2));
  foliot_raw_socket_end (foliot_master_get_socket (master));
  assert_ended_well (master, probe);
}

static void
test_header_alone (FoliotMaster *master, Probe *probe)
{
  foliot_master_begin (master);
  g_assert_true (foliot_raw_socket_send (foliot_master_get_socket (master), "\0\0\0\x33[0, 0", 10));
  foliot_raw_socket_end (foliot_master_get_socket (master));
  assert_ended_well (master, probe);
}

/* The master goes away while a step waits for it: the step learns so, ends, and only then finalize runs. */
static gboolean
ask_and_tell (Probe *probe, GError **error)
{
  g_autoptr (GError) local = NULL;
  double percent;

  g_assert_false (foliot_mosaik_get_progress (probe->mosaik, &percent, &local));
  g_assert_true (g_error_matches (local, FOLIOT_ERROR, FOLIOT_ERROR_CANCELLED)
                 || g_error_matches (local, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET));
  g_string_append (probe->calls, "the step has ended\n");
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static void
prepare_broken_step (Probe *probe)
{
  probe->on_step = ask_and_tell;
}

static void
test_lost_in_step (FoliotMaster *master, Probe *probe)
{
  foliot_master_begin (master);
  foliot_master_assert_answer (master, STEP, "[0, 0, [\"get_progress\", [], {}]]");
  foliot_raw_socket_reset (foliot_master_get_socket (master));
  assert_ended_well (master, probe);
  probe_assert_calls (probe, "step 0 {} max 9\nthe step has ended\nfinalize\n");
}

static void
test_stop_in_step (FoliotMaster *master, Probe *probe)
{
  foliot_master_begin (master);
  foliot_master_assert_answer (master, STEP, "[0, 0, [\"get_progress\", [], {}]]");
  foliot_master_assert_answer (master, "[0, 4, [\"stop\", [], {}]]", "[1, 4, null]");
  foliot_master_assert_hear (master, NULL);
  assert_ended_well (master, probe);
  probe_assert_calls (probe, "step 0 {} max 9\nthe step has ended\nfinalize\n");
}

static gboolean
never_ready (Probe *probe, GError **error)
{
  return foliot_mosaik_wait_real (probe->mosaik, 3600 * 1000, error);
}

static void
prepare_slow_init (Probe *probe)
{
  probe->on_init = never_ready;
}

/* A6: mosaik gives up waiting for init. */
static void
test_stop_in_init (FoliotMaster *master, Probe *probe)
{
  foliot_master_say (master, "[0, 0, [\"init\", [\"S-0\"], {}]]");
  while (probe->calls->len == 0)
    foliot_raw_socket_await_turn (foliot_master_get_socket (master));
  foliot_master_assert_answer (master, "[0, 1, [\"stop\", [], {}]]", "[1, 1, null]");
  foliot_master_assert_hear (master, NULL);
  assert_ended_well (master, probe);
}

static void
test_lost_before_init (FoliotMaster *master, Probe *probe)
{
  g_autoptr (GError) error = NULL;

  foliot_raw_socket_end (foliot_master_get_socket (master));
  error = foliot_master_await_end (master);
  g_assert_no_error (error);
  g_assert_cmpuint (probe->n_finalized, ==, 0);
}

static gboolean
fail_finalize (Probe *probe, GError **error)
{
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_RUNTIME, "the disk is full");
  return FALSE;
}

static void
prepare_failing_finalize (Probe *probe)
{
  probe->on_finalize = fail_finalize;
}

static void
test_finalize_fails (FoliotMaster *master, Probe *probe)
{
  g_autoptr (GError) error = NULL;

  foliot_master_begin (master);
  foliot_master_assert_answer (master, "[0, 3, [\"stop\", [], {}]]", "[1, 3, null]");
  error = foliot_master_await_end (master);
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_RUNTIME);
}

/* Nobody is there who could be asked. */
static void
test_alone (FoliotKernel *kernel)
{
  g_auto (Probe) probe = { NULL };
  g_autoptr (GError) error = NULL;
  double percent;

  probe_make (&probe, kernel);
  g_assert_false (foliot_mosaik_get_progress (probe.mosaik, &percent, &error));
  g_assert_error (error, FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_STATE);
  g_object_unref (probe.mosaik);
}

static gboolean
fail_silently (Probe *probe, GError **error)
{
  return FALSE;
}

static void
prepare_silent_init (Probe *probe)
{
  probe->on_init = fail_silently;
}

static void
test_silent_init (FoliotMaster *master, Probe *probe)
{
  g_autoptr (GError) error = NULL;

  foliot_master_say (master, "[0, 0, [\"init\", [\"S-0\"], {}]]");
  assert_failure (master, "[2, 0, [\"RuntimeError\", \"the model failed, and does not say why\"");
  error = foliot_master_await_end (master);
  g_assert_error (error, FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_MODEL);
}

/* ---- A19 ---- */

static gboolean
fail_step (Probe *probe, GError **error)
{
  switch (probe->step_now->time)
    {
    case 0:
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "bad “thing”");
      return FALSE;
    case 1:
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no file");
      return FALSE;
    case 2:
      return FALSE;
    default:
      return TRUE;
    }
}

static void
prepare_failing_step (Probe *probe)
{
  probe->on_step = fail_step;
}

static void
test_step_fails (FoliotMaster *master, Probe *probe)
{
  foliot_master_begin (master);
  foliot_master_assert_answer (
      master, STEP,
      "[2, 3, [\"ValueError\", \"bad \\u201cthing\\u201d\", \"in step at 0 of S-0 (FoliotError "
      "5)\\n\"]]");
  foliot_master_assert_answer (
      master, "[0, 4, [\"step\", [1, {}, 9], {}]]",
      "[2, 4, [\"RuntimeError\", \"no file\", \"in step at 1 of S-0 (g-io-error-quark 1)\\n\"]]");
  foliot_master_say (master, "[0, 5, [\"step\", [2, {}, 9], {}]]");
  assert_failure (master, "[2, 5, [\"RuntimeError\", \"the model failed, and does not say why\"");
  foliot_master_assert_answer (master, "[0, 6, [\"step\", [3, {}, 9], {}]]", "[1, 6, 4]");
  foliot_master_stop (master);
}

static gboolean
give_what_json_has_not (Probe *probe, GError **error)
{
  g_clear_pointer (&probe->output, foliot_value_unref);
  probe->output = foliot_value_new_bytes ("\0", 1);
  return TRUE;
}

static void
prepare_odd_output (Probe *probe)
{
  probe->on_get_data = give_what_json_has_not;
}

static void
test_odd_output (FoliotMaster *master, Probe *probe)
{
  foliot_master_begin (master);
  foliot_master_say (master, "[0, 3, [\"get_data\", [{\"e0\": [\"x\"]}], {}]]");
  assert_failure (master, "[2, 3, [\"");
  foliot_master_assert_answer (master, "[0, 4, [\"step\", [3, {}, 9], {}]]", "[1, 4, 4]");
  foliot_master_stop (master);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  foliot_master_test_add_prepared ("/mosaik/a16-requests", prepare_asking, test_requests);
  foliot_master_test_add_prepared ("/mosaik/a16-set-event", prepare_event, test_event);
  foliot_master_test_add_prepared ("/mosaik/a17-refusals", prepare_vain, test_refusals);
  foliot_master_test_add_prepared ("/mosaik/a17-handed-back", prepare_theirs, test_their_failure);
  foliot_master_test_add_prepared ("/mosaik/a21-pipelined", prepare_slow, test_pipelined);
  foliot_master_test_add_prepared ("/mosaik/a21-two-steps", prepare_slow, test_two_steps);
  foliot_master_test_add ("/mosaik/a21-step-back", test_step_back);
  foliot_master_test_add_prepared ("/mosaik/a21-replies-out-of-order", prepare_twice, test_out_of_order);
  foliot_master_test_add ("/mosaik/a18-stop-without-reply", test_stop_without_reply);
  foliot_master_test_add ("/mosaik/a18-stop-and-more", test_stop_and_more);
  foliot_master_test_add_prepared ("/mosaik/a18-stop-then-signal", prepare_long_finalize,
                                   test_stop_then_signal);
  foliot_master_test_add_prepared ("/mosaik/a18-signal", prepare_long_finalize, test_signal);
  foliot_master_test_add_prepared ("/mosaik/a18-end-of-stream", prepare_long_finalize, test_end_of_stream);
  foliot_master_test_add ("/mosaik/a18-half-a-header", test_half_header);
  foliot_master_test_add ("/mosaik/a18-header-then-end", test_header_alone);
  foliot_master_test_add_prepared ("/mosaik/a18-lost-in-step", prepare_broken_step, test_lost_in_step);
  foliot_master_test_add_prepared ("/mosaik/a18-stop-in-step", prepare_broken_step, test_stop_in_step);
  foliot_master_test_add_prepared ("/mosaik/a06-stop-in-init", prepare_slow_init, test_stop_in_init);
  foliot_master_test_add ("/mosaik/a18-lost-before-init", test_lost_before_init);
  foliot_master_test_add_prepared ("/mosaik/a18-finalize-fails", prepare_failing_finalize,
                                   test_finalize_fails);
  foliot_master_test_add_bare ("/mosaik/alone", test_alone);
  foliot_master_test_add_prepared ("/mosaik/a07-silent-init", prepare_silent_init, test_silent_init);
  foliot_master_test_add_prepared ("/mosaik/a19-step-fails", prepare_failing_step, test_step_fails);
  foliot_master_test_add_prepared ("/mosaik/a19-output-that-json-has-not", prepare_odd_output,
                                   test_odd_output);
  return g_test_run ();
}
