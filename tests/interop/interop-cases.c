/* SPDX-License-Identifier: MIT */
#include "interop-cases.h"

#include <string.h>

/*
 * Checks do not end a case: what is wrong is written down, and the case goes on. So one failure of a peer shows as one line
 * and hides nothing behind it.
 */

#define NEW_YEAR "2016-01-01T00:00:00+00:00"

static FoliotValue *
text (const char *content)
{
  return foliot_value_new_string (content);
}

static FoliotValue *
number (gint64 content)
{
  return foliot_value_new_int (content);
}

static FoliotValue *
decimal (const char *digits)
{
  return foliot_value_new_decimal (digits, -1);
}

static FoliotValue *
real (double content)
{
  return foliot_value_new_double (content);
}

static FoliotValue *
date_of (const char *content)
{
  FoliotDate date;

  g_assert_true (foliot_date_parse (content, &date, NULL));
  return foliot_value_new_date (&date);
}

/* ---- checks ---- */

static void note (InteropStage *stage, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
note (InteropStage *stage, const char *format, ...)
{
  va_list args;

  g_string_append (stage->failure, stage->failure->len > 0 ? "; " : "");
  va_start (args, format);
  g_string_append_vprintf (stage->failure, format, args);
  va_end (args);
}

/* Takes both. */
static void
expect (InteropStage *stage, FoliotFuture *call, FoliotValue *expected)
{
  g_autoptr (FoliotValue) wanted = expected;
  g_autofree char *wanted_text = foliot_value_print (wanted);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) seen = foliot_await_take (call, &error);
  g_autofree char *seen_text = seen != NULL ? foliot_value_print (seen) : NULL;

  if (error != NULL)
    note (stage, "failed with %s instead of %s", error->message, wanted_text);
  else if (foliot_value_get_kind (seen) != foliot_value_get_kind (wanted)
           || !foliot_value_equal (seen, wanted))
    note (stage, "%s is not %s", seen_text, wanted_text);
}

static char *
dup_last_line (const GError *error)
{
  g_autofree char *all = g_strchomp (g_strdup (error->message));
  const char *line = strrchr (all, '\n');

  return g_strdup (line != NULL ? line + 1 : all);
}

/* Takes @call, which must fail at the peer. Returns: the last line of its text. */
static char *
await_failure (InteropStage *stage, FoliotFuture *call)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) seen = foliot_await_take (call, &error);
  g_autofree char *seen_text = seen != NULL ? foliot_value_print (seen) : NULL;

  if (error == NULL)
    note (stage, "no failure but %s", seen_text);
  else if (!g_error_matches (error, FOLIOT_ERROR, FOLIOT_ERROR_REMOTE))
    note (stage, "not a failure of the peer: %s", error->message);
  return error != NULL ? dup_last_line (error) : g_strdup ("");
}

static void
expect_failure (InteropStage *stage, FoliotFuture *call, const char *end)
{
  g_autofree char *line = await_failure (stage, call);

  if (!g_str_has_suffix (line, end))
    note (stage, "“%s” does not end with “%s”", line, end);
}

/* The URL of another agent of the peer's container. */
static char *
dup_url (InteropStage *stage, const char *aid)
{
  return g_strdup_printf ("%.*s%s", (int) (strrchr (stage->url, '/') + 1 - stage->url), stage->url, aid);
}

#define CALL(stage, method, ...) foliot_proxy_call ((stage)->peer, method, ##__VA_ARGS__, NULL)
#define LIST(...)                foliot_value_build_list (__VA_ARGS__, NULL)
#define MAP(...)                 foliot_value_build_map (__VA_ARGS__, NULL)

static FoliotValue *
empty_list (void)
{
  return foliot_value_new_list (NULL, 0);
}

static FoliotValue *
empty_map (void)
{
  return foliot_value_new_map (NULL, 0);
}

static FoliotFuture *
call_with (InteropStage *stage, const char *method, FoliotValue *positional, FoliotValue *keywords)
{
  return foliot_proxy_callv (stage->peer, method, positional, keywords);
}

/* ---- add ---- */

static void
add_numbers (InteropStage *stage)
{
  expect (stage, CALL (stage, "add", number (3), number (4)), number (7));
  expect (stage, CALL (stage, "add", real (0.1), real (0.2)), real (0.1 + 0.2));
  expect (stage, CALL (stage, "add", number (1), real (0.5)), real (1.5));
  expect (stage,
          CALL (stage, "add", number (G_GINT64_CONSTANT (1) << 62), number (G_GINT64_CONSTANT (1) << 62)),
          decimal ("9223372036854775808"));
  if (stage->has_bytes)
    return;
  expect (stage, CALL (stage, "add", decimal ("18446744073709551616"), number (-1)),
          decimal ("18446744073709551615"));
  expect (stage, CALL (stage, "add", decimal ("-1000000000000000000000000000000"), number (1)),
          decimal ("-999999999999999999999999999999"));
}

static void
add_texts (InteropStage *stage)
{
  expect (stage, CALL (stage, "add", text ("wind"), text ("räder 🎡")), text ("windräder 🎡"));
  expect (stage, call_with (stage, "add", NULL, MAP ("a", text ("a"), "b", text ("b"))), text ("ab"));
}

static void
add_wrong_types (InteropStage *stage)
{
  expect_failure (stage, CALL (stage, "add", number (1), text ("a")),
                  "TypeError: unsupported operand type(s) for +: 'int' and 'str'");
  expect_failure (stage, CALL (stage, "add", text ("a"), number (1)),
                  "TypeError: can only concatenate str (not \"int\") to str");
  expect_failure (stage, CALL (stage, "add", foliot_value_new_null (), number (1)),
                  "TypeError: unsupported operand type(s) for +: 'NoneType' and 'int'");
}

static void
wrong_arguments (InteropStage *stage)
{
  expect_failure (stage, CALL (stage, "add", number (1)),
                  "add() missing 1 required positional argument: 'b'");
  expect_failure (stage, CALL (stage, "add", number (1), number (2), number (3)),
                  "add() takes 3 positional arguments but 4 were given");
  expect_failure (stage, call_with (stage, "add", LIST (number (1), number (2)), MAP ("c", number (3))),
                  "add() got an unexpected keyword argument 'c'");
  expect (stage, CALL (stage, "add", number (1), number (2)), number (3));
}

/* ---- what arrives as it was sent ---- */

/* Takes @value. */
static void
expect_echo (InteropStage *stage, FoliotValue *value)
{
  expect (stage, CALL (stage, "echo", foliot_value_ref (value)), value);
}

static FoliotValue *
build_items (void)
{
  return LIST (foliot_value_new_null (), foliot_value_new_bool (TRUE), foliot_value_new_bool (FALSE),
               number (0), number (-1), number (G_MAXINT64), number (G_MININT64), real (2.5), real (-0.0),
               real (1e300), text (""), foliot_value_new_string_len ("a\0b\n\"\\", 6), text ("ß€😀"));
}

static void
echo (InteropStage *stage)
{
  g_autoptr (FoliotValue) items = build_items ();

  for (gsize i = 0; i < foliot_value_get_length (items); i++)
    expect_echo (stage, foliot_value_ref (foliot_value_get_item (items, i)));
  expect_echo (stage, foliot_value_ref (items));
  expect_echo (stage, MAP ("a", LIST (number (1), LIST (number (2), MAP ("b", foliot_value_new_null ()))), "",
                           empty_map ()));
  if (stage->has_bytes)
    {
      FoliotValue *pair[] = { number (1), text ("one") };

      expect_echo (stage, foliot_value_new_bytes ("\0\xff", 2));
      expect_echo (stage, foliot_value_new_map (pair, 1));
    }
}

static void
megabyte (InteropStage *stage)
{
  g_autofree char *long_text = g_strnfill (16 * 65536, 'm');
  g_autofree FoliotValue **numbers = g_new (FoliotValue *, 100000);

  expect_echo (stage, text (long_text));
  for (gint64 i = 0; i < 100000; i++)
    numbers[i] = number (i);
  expect_echo (stage, foliot_value_new_list (numbers, 100000));
}

static void
kwargs (InteropStage *stage)
{
  expect (stage, CALL (stage, "kwargs"), empty_map ());
  expect (stage, call_with (stage, "kwargs", NULL, MAP ("b", number (1), "a", text ("x"))),
          MAP ("b", number (1), "a", text ("x")));
  expect_failure (stage, CALL (stage, "kwargs", number (1)),
                  "kwargs() takes 1 positional argument but 2 were given");
}

static void
date (InteropStage *stage)
{
  expect (stage, CALL (stage, "date"), date_of (NEW_YEAR));
}

static void
date_after (InteropStage *stage)
{
  expect (stage, CALL (stage, "date_after", date_of (NEW_YEAR), number (90)),
          date_of ("2016-01-01T00:01:30+00:00"));
  expect (stage, CALL (stage, "date_after", date_of (NEW_YEAR), real (0.25)),
          date_of ("2016-01-01T00:00:00.250000+00:00"));
  expect (stage, CALL (stage, "date_after", date_of ("2016-01-01T02:00:00+02:00"), number (1)),
          date_of ("2016-01-01T02:00:01+02:00"));
  expect_echo (stage, date_of (NEW_YEAR));
}

/* ---- order and number ---- */

static void
slow (InteropStage *stage)
{
  g_autoptr (FoliotFuture) tortoise = CALL (stage, "slow", real (0.2), text ("tortoise"));

  expect (stage, CALL (stage, "slow", real (0.01), text ("hare")), text ("hare"));
  if (foliot_future_is_settled (tortoise))
    note (stage, "the tortoise was faster");
  expect (stage, g_steal_pointer (&tortoise), text ("tortoise"));
}

static void
in_flight (InteropStage *stage)
{
  FoliotFuture *calls[100];

  for (guint turn = 0; turn < 3; turn++)
    {
      for (gint64 i = 0; i < 100; i++)
        calls[i] = CALL (stage, "add", number (i), number (i));
      for (gint64 i = 0; i < 100; i++)
        expect (stage, calls[i], number (2 * i));
    }
}

/* ---- calls back ---- */

static FoliotFuture *
call_back (InteropStage *stage, const char *url, const char *method, FoliotValue *args)
{
  return CALL (stage, "call_back", text (url), text (method), args);
}

static void
call_back_new_connection (InteropStage *stage)
{
  const char *own = foliot_agent_get_address (stage->own);

  expect (stage, call_back (stage, own, "add", LIST (number (3), number (4))), number (7));
  expect (stage, call_back (stage, own, "echo", LIST (text ("x"))), text ("x"));
}

static void
call_back_own_container (InteropStage *stage)
{
  g_autofree char *further = dup_url (stage, "1");

  expect (stage, call_back (stage, further, "add", LIST (text ("a"), text ("b"))), text ("ab"));
}

static void
passed_on_failure (InteropStage *stage)
{
  const char *own = foliot_agent_get_address (stage->own);
  g_autofree char *further = dup_url (stage, "1");

  expect_failure (stage, call_back (stage, own, "fail", LIST (text ("from afar"))), "ValueError: from afar");
  expect_failure (
      stage, call_back (stage, further, "call_back", LIST (text (own), text ("fail"), LIST (text ("twice")))),
      "ValueError: twice");
  expect_failure (stage, call_back (stage, own, "nothing", empty_list ()),
                  "LookupError: Name \"nothing\" not found in \"agents/0\"");
}

static void
call_held_same_connection (InteropStage *stage)
{
  expect (stage, CALL (stage, "hold", foliot_agent_as_value (stage->own)), foliot_value_new_null ());
  expect (stage, CALL (stage, "call_held", LIST (number (3), number (4))), number (7));
  expect (stage,
          call_with (stage, "call_held", LIST (LIST (LIST (text ("x")))), MAP ("method", text ("echo"))),
          LIST (text ("x")));
  expect_failure (stage, CALL (stage, "call_held", LIST (text ("here")), text ("fail")), "ValueError: here");
}

static void
me (InteropStage *stage)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) seen = foliot_await_take (CALL (stage, "me"), &error);
  FoliotProxy *proxy = seen != NULL ? foliot_value_get_proxy (seen) : NULL;

  if (proxy == NULL)
    {
      note (stage, "no proxy");
      return;
    }
  if (!foliot_proxy_equal (proxy, stage->peer))
    note (stage, "another proxy");
  expect (stage, foliot_proxy_call (proxy, "add", number (1), number (2), NULL), number (3));
}

/* A received proxy cannot be sent on, not even back. */
static void
proxies_inside (InteropStage *stage)
{
  expect_failure (stage, CALL (stage, "echo", LIST (MAP ("who", foliot_agent_as_value (stage->own)))),
                  "Proxy'>\"");
  expect (stage, CALL (stage, "add", number (1), number (1)), number (2));
}

/* ---- failures ---- */

static void
fail (InteropStage *stage)
{
  expect_failure (stage, CALL (stage, "fail", text ("no wind")), "ValueError: no wind");
  expect_failure (stage, CALL (stage, "fail", text ("two\nlines")), "lines");
}

static void
unserializable (InteropStage *stage)
{
  g_autofree char *line = await_failure (stage, CALL (stage, "unserializable"));

  if (!g_str_has_prefix (line, "aiomas.exceptions.SerializationError: Could not serialize object "))
    note (stage, "“%s” is no failure of serialization", line);
  expect (stage, CALL (stage, "add", number (1), number (1)), number (2));
}

static void
hidden (InteropStage *stage)
{
  expect_failure (stage, CALL (stage, "hidden"), ".hidden\" is not exposed");
}

static void
unknown_name (InteropStage *stage)
{
  expect_failure (stage, CALL (stage, "x"), "LookupError: Name \"x\" not found in \"agents/0\"");
  expect_failure (stage, CALL (stage, "add/more"),
                  "LookupError: Name \"more\" not found in \"agents/0/add\"");
}

static void
unknown_agent (InteropStage *stage)
{
  g_autofree char *url = dup_url (stage, "99");
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) proxy
      = foliot_await_take (foliot_container_connect (stage->container, url, 0), &error);

  if (proxy != NULL)
    note (stage, "connected to nobody");
  else if (!g_error_matches (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION)
           || !g_str_has_prefix (error->message, "Agent \"99\" does not exist in Container("))
    note (stage, "another error: %s", error->message);
  expect (stage, CALL (stage, "add", number (1), number (1)), number (2));
}

const InteropCase interop_cases[] = {
  { "add-numbers", add_numbers },
  { "add-texts", add_texts },
  { "add-wrong-types", add_wrong_types },
  { "wrong-arguments", wrong_arguments },
  { "echo", echo },
  { "fail", fail },
  { "slow", slow },
  { "call-back-new-connection", call_back_new_connection },
  { "call-back-own-container", call_back_own_container },
  { "passed-on-failure", passed_on_failure },
  { "call-held-same-connection", call_held_same_connection },
  { "date", date },
  { "date-after", date_after },
  { "kwargs", kwargs },
  { "me", me },
  { "proxies-inside", proxies_inside },
  { "unserializable", unserializable },
  { "hidden", hidden },
  { "unknown-name", unknown_name },
  { "unknown-agent", unknown_agent },
  { "in-flight", in_flight },
  { "megabyte", megabyte },
  { NULL },
};
