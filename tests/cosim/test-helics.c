/* SPDX-License-Identifier: MIT */
#include "foliot-test.h"

#include <foliot/foliot-helics.h>
#include <math.h>

#include "kernel/foliot-gate-private.h"

/* A federate over a library that is played by fake-helics.c; tests/cosim/real has the real one. */

static FoliotHelics *
new_federate (FoliotKernel *kernel, const char *broker, const char *words)
{
  const FoliotHelicsOptions options
      = { .library = g_getenv ("FAKE_HELICS"), .name = "one", .broker = broker, .core_init = words };
  g_autoptr (GError) error = NULL;
  FoliotHelics *helics = foliot_helics_new (kernel, &options, &error);

  g_assert_no_error (error);
  return helics;
}

static FoliotValue *
enter (FoliotHelics *helics, GError **error)
{
  return foliot_await_take (foliot_helics_enter (helics), error);
}

static FoliotValue *
request (FoliotHelics *helics, FoliotTime time, GError **error)
{
  return foliot_await_take (foliot_helics_request (helics, time), error);
}

static void
assert_grant (FoliotValue *grant, const char *expected)
{
  g_autofree char *text = foliot_value_print (grant);

  g_assert_cmpstr (text, ==, expected);
}

static void
publish (FoliotHelics *helics, guint publication, FoliotValue *value)
{
  g_autoptr (FoliotValue) owned = value;
  g_autoptr (GError) error = NULL;

  g_assert_true (foliot_helics_publish (helics, publication, owned, &error));
  g_assert_no_error (error);
}

/* -- values ------------------------------------------------------------------------------------------------------------ */

static FoliotValue *
new_numbers (double first, double second)
{
  return foliot_value_build_list (foliot_value_new_double (first), foliot_value_new_double (second), NULL);
}

static void
test_every_type (FoliotKernel *kernel)
{
  static const char *const names[] = { "double", "int", "boolean", "string", "complex", "vector" };
  g_autoptr (FoliotHelics) helics = new_federate (kernel, NULL, NULL);
  g_autoptr (FoliotValue) begin = NULL, grant = NULL, quiet = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      FoliotHelicsType type;

      g_assert_true (foliot_helics_type_from_name (names[i], &type, NULL));
      g_assert_cmpuint (foliot_helics_add_input (helics, names[i], type, NULL), ==, i);
      g_assert_cmpuint (foliot_helics_add_publication (helics, names[i], type, NULL), ==, i);
    }
  begin = enter (helics, NULL);
  assert_grant (begin, "{'time': 0, 'inputs': {}, 'messages': []}");
  publish (helics, 0, foliot_value_new_int (1));
  publish (helics, 0, foliot_value_new_double (0.1));
  publish (helics, 1, foliot_value_new_int (G_MININT64));
  publish (helics, 2, foliot_value_new_bool (TRUE));
  publish (helics, 3, foliot_value_new_string ("\xc3\xa9"));
  publish (helics, 4, new_numbers (1.5, -2.5));
  publish (helics, 5, new_numbers (0.0, 1e300));
  grant = request (helics, 5 * FOLIOT_SECOND, NULL);
  assert_grant (
      grant, "{'time': 5000000000, 'inputs': {'double': 0.1, 'int': -9223372036854775808, 'boolean': True, "
             "'string': '\xc3\xa9', 'complex': [1.5, -2.5], 'vector': [0.0, 1e+300]}, 'messages': []}");
  quiet = request (helics, 6 * FOLIOT_SECOND, NULL);
  assert_grant (quiet, "{'time': 6000000000, 'inputs': {}, 'messages': []}");
  g_assert_true (foliot_helics_close (helics));
}

static void
test_odd_values (FoliotKernel *kernel)
{
  g_autoptr (FoliotHelics) helics = new_federate (kernel, NULL, NULL);
  g_autoptr (FoliotValue) begin = NULL, grant = NULL;

  foliot_helics_add_input (helics, "text", FOLIOT_HELICS_STRING, NULL);
  foliot_helics_add_input (helics, "number", FOLIOT_HELICS_DOUBLE, NULL);
  foliot_helics_add_publication (helics, "text", FOLIOT_HELICS_STRING, NULL);
  foliot_helics_add_publication (helics, "number", FOLIOT_HELICS_DOUBLE, "kW");
  begin = enter (helics, NULL);
  publish (helics, 0, foliot_value_new_string ("latin-1"));
  publish (helics, 1, foliot_value_new_null ());
  grant = request (helics, FOLIOT_SECOND, NULL);
  assert_grant (
      grant, "{'time': 1000000000, 'inputs': {'text': {'base64': '6Q=='}, 'number': nan}, 'messages': []}");
}

static void
test_messages (FoliotKernel *kernel)
{
  g_autoptr (FoliotHelics) helics = new_federate (kernel, NULL, NULL);
  g_autoptr (FoliotValue) begin = NULL, grant = NULL;

  foliot_helics_add_endpoint (helics, "control");
  begin = enter (helics, NULL);
  foliot_helics_send (helics, 0, "grid/control", "hello");
  grant = request (helics, FOLIOT_SECOND, NULL);
  assert_grant (grant,
                "{'time': 1000000000, 'inputs': {}, 'messages': [['control', 'grid/control', 'hello']]}");
  g_assert_true (foliot_helics_close (helics));
  foliot_helics_send (helics, 0, "grid/control", "too late");
  g_assert_true (foliot_helics_close (helics));
}

static void
test_wrong_type (FoliotKernel *kernel)
{
  g_autoptr (FoliotHelics) helics = new_federate (kernel, NULL, NULL);
  g_autoptr (FoliotValue) text = foliot_value_new_string ("much");
  g_autoptr (GError) error = NULL;
  FoliotHelicsType type;

  foliot_helics_add_publication (helics, "power", FOLIOT_HELICS_DOUBLE, "kW");
  g_assert_false (foliot_helics_publish (helics, 0, text, &error));
  g_assert_error (error, FOLIOT_HELICS_ERROR, FOLIOT_HELICS_ERROR_REFUSED);
  g_assert_cmpstr (error->message, ==, "HELICS: publication power is of type double, which 'much' is not");
  g_clear_error (&error);
  g_assert_false (foliot_helics_type_from_name ("float", &type, &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE);
}

/* -- what goes wrong --------------------------------------------------------------------------------------------------- */

static void
assert_refused (FoliotKernel *kernel, FoliotHelics *helics, FoliotHelicsError code, const char *message)
{
  g_autoptr (FoliotHelics) owned = helics;
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) grant = enter (owned, &error);

  g_assert_null (grant);
  g_assert_error (error, FOLIOT_HELICS_ERROR, (gint) code);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_refused (FoliotKernel *kernel)
{
  FoliotHelics *helics = new_federate (kernel, NULL, NULL);

  foliot_helics_set_flag (helics, "uninteruptible", TRUE);
  assert_refused (kernel, helics, FOLIOT_HELICS_ERROR_REFUSED, "HELICS: there is no flag \"uninteruptible\"");
  helics = new_federate (kernel, NULL, NULL);
  foliot_helics_set_property (helics, "perod", 1.0);
  assert_refused (kernel, helics, FOLIOT_HELICS_ERROR_REFUSED, "HELICS: there is no property \"perod\"");
  helics = new_federate (kernel, NULL, NULL);
  foliot_helics_add_input (helics, "taken", FOLIOT_HELICS_DOUBLE, NULL);
  assert_refused (kernel, helics, FOLIOT_HELICS_ERROR_REFUSED,
                  "HELICS: cannot register taken: duplicate name (code -1)");
}

static void
test_no_broker (FoliotKernel *kernel)
{
  assert_refused (
      kernel, new_federate (kernel, "nobody", NULL), FOLIOT_HELICS_ERROR_PEER,
      "HELICS: cannot join the federation at nobody over zmq; is a broker running there?: Unable to "
      "connect to broker (code -1)");
}

static void
test_federation_fails (FoliotKernel *kernel)
{
  g_autoptr (FoliotHelics) helics = new_federate (kernel, NULL, "error=5");
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) begin = enter (helics, &error), grant = request (helics, 5 * FOLIOT_SECOND, &error),
                          none = NULL;

  g_assert_no_error (error);
  none = request (helics, 6 * FOLIOT_SECOND, &error);
  g_assert_error (error, FOLIOT_HELICS_ERROR, FOLIOT_HELICS_ERROR_PEER);
  g_assert_cmpstr (
      error->message, ==,
      "HELICS: the federation has failed, or was ended, before a time was granted to one: the grid "
      "has fallen over (code -101)");
}

static void
test_federation_ends (FoliotKernel *kernel)
{
  g_autoptr (FoliotHelics) helics = new_federate (kernel, NULL, "stop=5");
  g_autoptr (FoliotValue) begin = enter (helics, NULL), grant = request (helics, 6 * FOLIOT_SECOND, NULL);

  assert_grant (grant, "{'time': 9223372036854775807, 'inputs': {}, 'messages': []}");
}

static void
test_no_library (void)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_EXTERNAL, 1, 0);
  g_autoptr (GError) error = NULL;

  g_assert_null (foliot_helics_new (
      kernel, &(FoliotHelicsOptions){ .library = "/nowhere/libhelics.so", .name = "one" }, &error));
  g_assert_error (error, FOLIOT_HELICS_ERROR, FOLIOT_HELICS_ERROR_LIBRARY);
  g_assert_nonnull (strstr (error->message, "looked for /nowhere/libhelics.so"));
  g_assert_nonnull (strstr (error->message, "pip install helics"));
  g_clear_error (&error);
  g_assert_null (
      foliot_helics_new (kernel, &(FoliotHelicsOptions){ .library = "libm.so.6", .name = "one" }, &error));
  g_assert_error (error, FOLIOT_HELICS_ERROR, FOLIOT_HELICS_ERROR_LIBRARY);
  g_assert_nonnull (strstr (error->message, "has no function helicsGetVersion"));
}

/* -- the gate ----------------------------------------------------------------------------------------------------------- */

static void
on_opened (gpointer data, const FoliotPort *port)
{
  g_string_append_printf (data, "port %s\n", port->name);
}

static void
on_departed (gpointer data, const FoliotPort *port, const FoliotGatePoint *point, GBytes *bytes,
             const GError *refusal)
{
  g_string_append_printf (data, "out %.*s\n", (int) g_bytes_get_size (bytes),
                          (const char *) g_bytes_get_data (bytes, NULL));
}

static void
on_arrived (gpointer data, const FoliotArrival *arrival, const FoliotGatePoint *point)
{
  g_string_append_printf (data, "in %.*s\n", (int) g_bytes_get_size (arrival->bytes),
                          (const char *) g_bytes_get_data (arrival->bytes, NULL));
}

static void
on_moved (gpointer data, const FoliotGatePoint *point)
{
}

static void
on_waits (gpointer data)
{
}

/* All that a record needs: one departure a question, one arrival a grant. */
static void
test_gate (FoliotKernel *kernel)
{
  static const FoliotGateObserver observer = {
    .opened = on_opened, .arrived = on_arrived, .departed = on_departed, .moved = on_moved, .waits = on_waits
  };
  g_autoptr (GString) seen = g_string_new (NULL);
  g_autoptr (FoliotHelics) helics = NULL;
  g_autoptr (FoliotValue) begin = NULL, grant = NULL;

  _foliot_gate_set_observer (kernel, &observer, seen);
  helics = new_federate (kernel, NULL, NULL);
  foliot_helics_add_input (helics, "P", FOLIOT_HELICS_DOUBLE, "kW");
  foliot_helics_add_publication (helics, "P_max", FOLIOT_HELICS_DOUBLE, "kW");
  begin = enter (helics, NULL);
  publish (helics, 0, foliot_value_new_double (2000));
  grant = request (helics, FOLIOT_SECOND, NULL);
  foliot_helics_close (helics);
  _foliot_gate_set_observer (kernel, NULL, NULL);
  g_assert_cmpstr (seen->str, ==,
                   "port helics\n"
                   "out {\"enter\": true}\n"
                   "in {\"time\": 0, \"inputs\": {}, \"messages\": []}\n"
                   "out {\"publish\": {\"P_max\": 2000.0}, \"send\": [], \"request\": 1000000000}\n"
                   "in {\"time\": 1000000000, \"inputs\": {\"P\": 2000.0}, \"messages\": []}\n"
                   "out {\"publish\": {}, \"send\": [], \"leave\": true}\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  foliot_test_add ("/helics/every-type", test_every_type);
  foliot_test_add ("/helics/odd-values", test_odd_values);
  foliot_test_add ("/helics/messages", test_messages);
  foliot_test_add ("/helics/wrong-type", test_wrong_type);
  foliot_test_add ("/helics/refused", test_refused);
  foliot_test_add ("/helics/no-broker", test_no_broker);
  foliot_test_add ("/helics/federation-fails", test_federation_fails);
  foliot_test_add ("/helics/federation-ends", test_federation_ends);
  g_test_add_func ("/helics/no-library", test_no_library);
  foliot_test_add ("/helics/gate", test_gate);
  return g_test_run ();
}
