/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-error.h>

static void
assert_wire (GQuark domain, int code, const char *message, const char *expected)
{
  g_autoptr (GError) error = g_error_new_literal (domain, code, message);
  g_autofree char *text = foliot_error_to_wire (error);

  g_assert_cmpstr (text, ==, expected);
  g_assert_true (g_utf8_validate (text, -1, NULL));
}

static void
test_wire_names (void)
{
  static const struct
  {
    FoliotError code;
    const char *name;
  } cases[] = {
    { FOLIOT_ERROR_FAILED, "Exception" },
    { FOLIOT_ERROR_CANCELLED, "asyncio.exceptions.CancelledError" },
    { FOLIOT_ERROR_TIMED_OUT, "TimeoutError" },
    { FOLIOT_ERROR_CLOSED, "RuntimeError" },
    { FOLIOT_ERROR_PREEMPTED, "RuntimeError" },
    { FOLIOT_ERROR_VALUE, "ValueError" },
    { FOLIOT_ERROR_TYPE, "TypeError" },
    { FOLIOT_ERROR_LOOKUP, "LookupError" },
    { FOLIOT_ERROR_ATTRIBUTE, "AttributeError" },
    { FOLIOT_ERROR_IMPORT, "ModuleNotFoundError" },
    { FOLIOT_ERROR_RUNTIME, "RuntimeError" },
    { FOLIOT_ERROR_CONNECTION, "ConnectionError" },
    { FOLIOT_ERROR_CONNECTION_REFUSED, "ConnectionRefusedError" },
    { FOLIOT_ERROR_CONNECTION_RESET, "ConnectionResetError" },
    { FOLIOT_ERROR_FILE_NOT_FOUND, "FileNotFoundError" },
    { FOLIOT_ERROR_SERIALIZATION, "aiomas.exceptions.SerializationError" },
    { FOLIOT_ERROR_REMOTE, "aiomas.exceptions.RemoteException" },
    { FOLIOT_ERROR_INVALID_STATE, "asyncio.exceptions.InvalidStateError" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = g_error_new_literal (FOLIOT_ERROR, (int) cases[i].code, "why");
      g_autofree char *expected = g_strconcat (cases[i].name, ": why\n", NULL);

      g_assert_cmpint (cases[i].code, ==, i); /* none is missing */
      g_assert_cmpstr (foliot_error_get_wire_name (error), ==, cases[i].name);
      assert_wire (FOLIOT_ERROR, (int) cases[i].code, "why", expected);
    }
  g_assert_cmpuint (G_N_ELEMENTS (cases), ==, FOLIOT_ERROR_INVALID_STATE + 1);
}

static void
test_to_wire (void)
{
  assert_wire (FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "", "ValueError\n");
  assert_wire (FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "two\nlines", "ValueError: two\nlines\n");
  assert_wire (FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "grün 🎈", "ValueError: grün 🎈\n");
  assert_wire (FOLIOT_ERROR, 4711, "from a later version", "Exception: from a later version\n");
  assert_wire (G_FILE_ERROR, G_FILE_ERROR_NOENT, "no such file", "RuntimeError: no such file\n");
}

static void
test_to_wire_is_utf8 (void)
{
  assert_wire (FOLIOT_ERROR, FOLIOT_ERROR_TYPE, "a\xff z", "TypeError: a\xef\xbf\xbd z\n");
  assert_wire (FOLIOT_ERROR, FOLIOT_ERROR_TYPE, "lone \xed\xa0\x80.", "TypeError: lone \xef\xbf\xbd.\n");
  assert_wire (G_FILE_ERROR, 0, "cut \xe2\x82", "RuntimeError: cut \xef\xbf\xbd\xef\xbf\xbd\n");
}

static void
assert_remote (const GError *error)
{
  g_autofree char *wire = foliot_error_to_wire (error);

  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_REMOTE);
  g_assert_cmpstr (error->message, ==, "Origin: ('127.0.0.1', 5555)\nValueError: 42\n");
  g_assert_cmpstr (foliot_error_get_origin (error), ==, "('127.0.0.1', 5555)");
  g_assert_cmpstr (foliot_error_get_remote_traceback (error), ==, "ValueError: 42\n");
  /* passed on, it ends in two newlines, as aiomas' */
  g_assert_cmpstr (wire, ==,
                   "aiomas.exceptions.RemoteException: Origin: ('127.0.0.1', 5555)\nValueError: 42\n\n");
}

static void
test_remote (void)
{
  g_autoptr (GError) error = foliot_error_new_remote ("('127.0.0.1', 5555)", "ValueError: 42\n");
  g_autoptr (GError) copy = g_error_copy (error);

  assert_remote (error);
  g_clear_error (&error);
  assert_remote (copy);
}

static void
test_not_remote (void)
{
  g_autoptr (GError) own = g_error_new_literal (FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "x");
  g_autoptr (GError) foreign = g_error_new_literal (G_FILE_ERROR, 0, "x");

  g_assert_null (foliot_error_get_origin (own));
  g_assert_null (foliot_error_get_remote_traceback (own));
  g_assert_null (foliot_error_get_origin (foreign));
  g_assert_null (foliot_error_get_remote_traceback (foreign));
}

static void
test_hierarchy (void)
{
  g_autoptr (GError) remote = foliot_error_new_remote ("o", "t");
  g_autoptr (GError) serialization = g_error_new_literal (FOLIOT_ERROR, FOLIOT_ERROR_SERIALIZATION, "x");
  g_autoptr (GError) foreign = g_error_new_literal (G_FILE_ERROR, FOLIOT_ERROR_REMOTE, "x");

  g_assert_true (foliot_error_is_aiomas (remote));
  g_assert_false (foliot_error_is_aiomas (serialization));
  g_assert_false (foliot_error_is_aiomas (foreign));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/error/wire-names", test_wire_names);
  g_test_add_func ("/error/to-wire", test_to_wire);
  g_test_add_func ("/error/to-wire-is-utf8", test_to_wire_is_utf8);
  g_test_add_func ("/error/remote", test_remote);
  g_test_add_func ("/error/not-remote", test_not_remote);
  g_test_add_func ("/error/row-116-exception-hierarchy", test_hierarchy);
  return g_test_run ();
}
