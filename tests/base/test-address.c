/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-address.h>

#include <string.h>

#define NOT_ENOUGH "not enough values to unpack (expected 2, got 1)"

static void
assert_address (const FoliotAddress *address, FoliotAddressKind kind, const char *host, gint64 port)
{
  g_assert_nonnull (address);
  g_assert_cmpint (foliot_address_get_kind (address), ==, kind);
  g_assert_cmpstr (foliot_address_get_host (address), ==, host);
  g_assert_cmpint (foliot_address_get_port (address), ==, port);
}

static void
test_base_url (void)
{
  g_autoptr (FoliotAddress) tcp = foliot_address_new_tcp ("localhost", 5555);
  g_autoptr (FoliotAddress) ipv6 = foliot_address_new_tcp ("::1", 5555);
  g_autoptr (FoliotAddress) zero = foliot_address_new_tcp ("127.0.0.1", 0);
  g_autoptr (FoliotAddress) path = foliot_address_new_unix ("/tmp/a b");
  g_autoptr (FoliotAddress) local = foliot_address_new_local ("queue", NULL);

  g_assert_cmpstr (foliot_address_get_base_url (tcp), ==, "tcp://localhost:5555/");
  g_assert_cmpstr (foliot_address_get_base_url (ipv6), ==, "tcp://::1:5555/");
  g_assert_cmpstr (foliot_address_get_base_url (zero), ==, "tcp://127.0.0.1:0/");
  g_assert_cmpstr (foliot_address_get_base_url (path), ==, "ipc://[/tmp/a b]/");
  g_assert_cmpstr (foliot_address_get_base_url (local), ==, "local://queue/");
}

static void
test_base_url_of_wildcard (void)
{
  static const char *const hosts[] = { NULL, "", "::", "0.0.0.0" };
  g_autofree char *first = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      g_autoptr (FoliotAddress) address = foliot_address_new_tcp (hosts[i], 5555);
      g_autoptr (FoliotAddress) again = NULL;
      const char *url = foliot_address_get_base_url (address);

      assert_address (address, FOLIOT_ADDRESS_TCP, hosts[i] != NULL ? hosts[i] : "", 5555);
      again = foliot_address_parse (url, NULL);
      g_assert_cmpstr (foliot_address_get_host (again), !=, "");
      g_assert_cmpstr (foliot_address_get_host (again), !=, "::");
      g_assert_cmpstr (foliot_address_get_host (again), !=, "0.0.0.0");
      g_assert_true (foliot_address_get_base_url (address) == url);
      if (first == NULL)
        first = g_strdup (url);
      g_assert_cmpstr (url, ==, first);
    }
}

static void
test_repr (void)
{
  g_autoptr (FoliotAddress) tcp = foliot_address_new_tcp ("localhost", 5555);
  g_autoptr (FoliotAddress) path = foliot_address_new_unix ("/it's");
  g_autoptr (FoliotAddress) local = foliot_address_new_local ("a\\\n\xff", NULL);

  g_assert_cmpstr (foliot_address_get_repr (tcp), ==, "('localhost', 5555)");
  g_assert_cmpstr (foliot_address_get_repr (path), ==, "\"/it's\"");
  g_assert_cmpstr (foliot_address_get_repr (local), ==, "LocalQueue('a\\\\\\n\xef\xbf\xbd')");
}

static void
test_local_refuses_slash (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (foliot_address_new_local ("a/b", &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE);
  g_assert_cmpstr (error->message, ==, "\"/\" not allowed in queue ID ('a/b')");
}

static void
test_parse (void)
{
  static const struct
  {
    const char *url;
    FoliotAddressKind kind;
    const char *host;
    gint64 port;
  } cases[] = {
    { "tcp://localhost:5555", FOLIOT_ADDRESS_TCP, "localhost", 5555 },
    { "tcp://localhost:5555/", FOLIOT_ADDRESS_TCP, "localhost", 5555 },
    { "tcp://[::1]:1/", FOLIOT_ADDRESS_TCP, "::1", 1 },
    { "tcp://::1:1", FOLIOT_ADDRESS_TCP, "::1", 1 },
    { "ipc://[/tmp/x]", FOLIOT_ADDRESS_UNIX, "/tmp/x", 0 },
    { "ipc://[/tmp/x]/", FOLIOT_ADDRESS_UNIX, "/tmp/x", 0 },
    { "local://q", FOLIOT_ADDRESS_LOCAL, "q", 0 },
    { "local://q/", FOLIOT_ADDRESS_LOCAL, "q", 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (FoliotAddress) address = foliot_address_parse (cases[i].url, &error);

      g_assert_no_error (error);
      assert_address (address, cases[i].kind, cases[i].host, cases[i].port);
    }
}

static void
test_parse_refuses (void)
{
  static const char *const urls[] = { "",         "localhost:5555", "http://a:1",  "TCP://a:1",   "tcp://a",
                                      "tcp://:1", "tcp://a:x",      "tcp://a:1/0", "ipc:///x",    "ipc://[/x",
                                      "ipc://",   "ipc://[/x]/0",   "local://q/0", "tcp://a:1//", "\xff" };

  for (gsize i = 0; i < G_N_ELEMENTS (urls); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *valid = g_utf8_make_valid (urls[i], -1);
      g_autofree char *expected = g_strconcat ("Unknown address type: ", valid, NULL);

      g_assert_null (foliot_address_parse (urls[i], &error));
      g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE);
      g_assert_cmpstr (error->message, ==, expected);
    }
}

static void
test_agent_url (void)
{
  static const struct
  {
    const char *url;
    FoliotAddressKind kind;
    const char *host;
    gint64 port;
    const char *agent_id;
  } cases[] = {
    { "tcp://localhost:5555/0", FOLIOT_ADDRESS_TCP, "localhost", 5555, "0" },
    { "tcp://[::1]:5555/0", FOLIOT_ADDRESS_TCP, "::1", 5555, "0" },
    { "tcp://::1:5555/0", FOLIOT_ADDRESS_TCP, "::1", 5555, "0" },
    { "tcp://[::1:5555/0", FOLIOT_ADDRESS_TCP, "[::1", 5555, "0" },
    { "tcp://[]:1/0", FOLIOT_ADDRESS_TCP, "", 1, "0" },
    { "tcp://[:1/0", FOLIOT_ADDRESS_TCP, "[", 1, "0" },
    { "ipc://[]/0", FOLIOT_ADDRESS_UNIX, "", 0, "0" },
    { "local:///0", FOLIOT_ADDRESS_LOCAL, "", 0, "0" },
    { "tcp://h: 5 /0", FOLIOT_ADDRESS_TCP, "h", 5, "0" },
    { "tcp://h:+5/0", FOLIOT_ADDRESS_TCP, "h", 5, "0" },
    { "tcp://h:5_5/0", FOLIOT_ADDRESS_TCP, "h", 55, "0" },
    { "tcp://h:-1/0", FOLIOT_ADDRESS_TCP, "h", -1, "0" },
    { "tcp://h:99999/0", FOLIOT_ADDRESS_TCP, "h", 99999, "0" },
    { "tcp://h:007/0", FOLIOT_ADDRESS_TCP, "h", 7, "0" },
    { "tcp://h:-9223372036854775808/0", FOLIOT_ADDRESS_TCP, "h", G_MININT64, "0" },
    { "tcp://h:9223372036854775807/0", FOLIOT_ADDRESS_TCP, "h", G_MAXINT64, "0" },
    { "tcp://h:1//0", FOLIOT_ADDRESS_TCP, "h", 1, "/0" },
    { "tcp://h:1/a/b", FOLIOT_ADDRESS_TCP, "h", 1, "a/b" },
    { "ipc://[/a]/b]/0", FOLIOT_ADDRESS_UNIX, "/a", 0, "b]/0" },
    { "local://q/grün", FOLIOT_ADDRESS_LOCAL, "q", 0, "grün" },
    { "tcp://h:1/tcp://h:2/0", FOLIOT_ADDRESS_TCP, "h", 1, "tcp://h:2/0" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *agent_id = NULL;
      g_autoptr (FoliotAddress) address = foliot_address_parse_agent (cases[i].url, &agent_id, &error);

      g_assert_no_error (error);
      assert_address (address, cases[i].kind, cases[i].host, cases[i].port);
      g_assert_cmpstr (agent_id, ==, cases[i].agent_id);
    }
}

static void
test_agent_url_errors (void)
{
  static const char *const cases[][2] = {
    { "", NOT_ENOUGH },
    { "tcp:/x", NOT_ENOUGH },
    { "tcp:///0", NOT_ENOUGH },
    { "tcp://localhost/0", NOT_ENOUGH },
    { "tcp://localhost:5555", NOT_ENOUGH },
    { "ipc://[/x]", NOT_ENOUGH },
    { "ipc://[/x/0", NOT_ENOUGH },
    { "local://q", NOT_ENOUGH },
    { "http://a:1/0", "http not in {'tcp', 'ipc', 'local'}" },
    { "TCP://localhost:5555/0", "TCP not in {'tcp', 'ipc', 'local'}" },
    { "://x/0", " not in {'tcp', 'ipc', 'local'}" },
    { "tcp://:5555/0", "string index out of range" },
    { "ipc://", "string index out of range" },
    { "tcp://localhost:x/0", "invalid literal for int() with base 10: 'x'" },
    { "tcp://localhost:/0", "invalid literal for int() with base 10: ''" },
    { "tcp://localhost:1_/", "invalid literal for int() with base 10: '1_'" },
    { "tcp://localhost:_1/0", "invalid literal for int() with base 10: '_1'" },
    { "tcp://localhost:1__1/0", "invalid literal for int() with base 10: '1__1'" },
    { "tcp://localhost:- 1/0", "invalid literal for int() with base 10: '- 1'" },
    { "tcp://localhost:9223372036854775808/0",
      "invalid literal for int() with base 10: '9223372036854775808'" },
    { "tcp://localhost:-9223372036854775809/0",
      "invalid literal for int() with base 10: '-9223372036854775809'" },
    { "ipc:///x/0", "" },
    { "tcp://localhost:5555/", "No agent ID specified." },
    { "ipc://[/x]/", "No agent ID specified." },
    { "local://q/", "No agent ID specified." },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      char *agent_id = NULL;
      g_autofree char *expected
          = g_strdup_printf ("Cannot parse agent URL \"%s\": %s", cases[i][0], cases[i][1]);

      g_assert_null (foliot_address_parse_agent (cases[i][0], &agent_id, &error));
      g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE);
      g_assert_cmpstr (error->message, ==, expected);
      g_assert_null (agent_id);
    }
}

static void
test_equal (void)
{
  g_autoptr (FoliotAddress) name = foliot_address_new_tcp ("localhost", 1);
  g_autoptr (FoliotAddress) number = foliot_address_new_tcp ("127.0.0.1", 1);
  g_autoptr (FoliotAddress) other_port = foliot_address_new_tcp ("localhost", 2);
  g_autoptr (FoliotAddress) same = foliot_address_parse ("tcp://localhost:1", NULL);
  g_autoptr (FoliotAddress) path = foliot_address_new_unix ("q");
  g_autoptr (FoliotAddress) local = foliot_address_new_local ("q", NULL);

  g_assert_true (foliot_address_equal (name, same));
  g_assert_cmpuint (foliot_address_hash (name), ==, foliot_address_hash (same));
  g_assert_false (foliot_address_equal (name, number));
  g_assert_false (foliot_address_equal (name, other_port));
  g_assert_false (foliot_address_equal (path, local));
  g_assert_cmpuint (foliot_address_hash (path), !=, foliot_address_hash (local));
}

static void
test_boxed (void)
{
  FoliotAddress *address = foliot_address_new_tcp ("localhost", 1);
  FoliotAddress *copy = g_boxed_copy (FOLIOT_TYPE_ADDRESS, address);

  g_assert_true (copy == address);
  g_boxed_free (FOLIOT_TYPE_ADDRESS, copy);
  assert_address (address, FOLIOT_ADDRESS_TCP, "localhost", 1);
  foliot_address_unref (address);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/address/row-079-base-url-forms", test_base_url);
  g_test_add_func ("/address/row-079-base-url-of-wildcard-hosts", test_base_url_of_wildcard);
  g_test_add_func ("/address/repr", test_repr);
  g_test_add_func ("/address/local-refuses-slash", test_local_refuses_slash);
  g_test_add_func ("/address/parse", test_parse);
  g_test_add_func ("/address/row-013-bad-address-type", test_parse_refuses);
  g_test_add_func ("/address/agent-url", test_agent_url);
  g_test_add_func ("/address/row-083-url-parsing-errors", test_agent_url_errors);
  g_test_add_func ("/address/equal", test_equal);
  g_test_add_func ("/address/boxed", test_boxed);
  return g_test_run ();
}
