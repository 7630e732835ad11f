/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-rpc.h>

#include <string.h>

/* What a signature may say, and what Python says of a call that does not fit. */

static FoliotValue *
parse (const char *json)
{
  g_autoptr (FoliotCodec) codec = foliot_codec_new (FOLIOT_TYPE_CODEC_JSON);
  g_autoptr (GError) error = NULL;
  FoliotValue *value = foliot_codec_read (codec, (const guint8 *) json, strlen (json), &error);

  g_assert_no_error (error);
  return value;
}

static FoliotArgs *
bind (const char *text, const char *positional, const char *keywords, GError **error)
{
  static FoliotSignature *kept; /* arguments point into their signature */
  g_autoptr (FoliotValue) args = parse (positional);
  g_autoptr (FoliotValue) names = parse (keywords);

  g_clear_pointer (&kept, foliot_signature_free);
  if (text == NULL)
    return NULL;
  kept = foliot_signature_new (text, error);
  g_assert_nonnull (kept);
  return foliot_signature_bind (kept, "f", args, names, error);
}

static void
assert_printed (FoliotValue *value, const char *expected)
{
  g_autofree char *printed = foliot_value_print (value);
  g_assert_cmpstr (printed, ==, expected);
}

static void
test_text (void)
{
  static const struct
  {
    const char *text, *printed;
  } cases[] = {
    { "", "()" },
    { " ", "()" },
    { "a", "(a)" },
    { "a:any b:bool,c:int d:number", "(a, b: bool, c: int, d: number)" },
    { "a: string?, b: bytes", "(a: string?, b: bytes)" },
    { "a:list=[1, \"], x\", {\"b\": 2}] b:map={} ", "(a: list = [1, \"], x\", {\"b\": 2}], b: map = {})" },
    { "a : number , b : number = 2", "(a: number, b: number = 2)" },
    { "d:date p:proxy?=null", "(d: date, p: proxy? = null)" },
    { "a=1 b=\"x\"", "(a = 1, b = \"x\")" },
    { "a,*rest,**more", "(a, *rest, **more)" },
    { "**more", "(**more)" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (FoliotSignature) signature = foliot_signature_new (cases[i].text, &error);
      g_autofree char *printed = NULL;

      g_assert_no_error (error);
      printed = foliot_signature_to_string (signature);
      g_assert_cmpstr (printed, ==, cases[i].printed);
    }
}

static void
test_text_round_trip (void)
{
  g_autoptr (FoliotSignature) first = foliot_signature_new ("a:number b:list=[1, 2] *c **d", NULL);
  g_autofree char *printed = foliot_signature_to_string (first);
  g_autofree char *inside = g_strndup (printed + 1, strlen (printed) - 2);
  g_autoptr (FoliotSignature) second = foliot_signature_new (inside, NULL);
  g_autofree char *again = foliot_signature_to_string (second);

  g_assert_cmpstr (printed, ==, again);
}

static void
test_bad_text (void)
{
  static const struct
  {
    const char *text, *why;
  } cases[] = {
    { "a:float", "offset 2: not a type" },
    { "1a", "offset 0: not a name" },
    { "a b:int= c", "is no JSON value" },
    { "a:int=", "is no JSON value" },
    { "a:int=1.5", "is of type number, not int" },
    { "a:int=null", "is of type null, not int" },
    { "a a", "'a' is declared twice" },
    { "a=1 b", "'b' has no default" },
    { "*a *b", "only one '*'" },
    { "**a *b", "only one '*'" },
    { "*a b", "'b' follows a '*' argument" },
    { "*", "no name behind '*'" },
    { "a;b", "expected a comma or a blank" },
    { "a,,b", "not a name" },
    { "a:int??", "expected a comma or a blank" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (foliot_signature_new (cases[i].text, &error));
      g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE);
      if (strstr (error->message, cases[i].why) == NULL)
        g_error ("\"%s\" gives: %s", cases[i].text, error->message);
    }
}

static void
test_names_and_types (void)
{
  g_autoptr (FoliotSignature) signature = foliot_signature_new ("a:number b=1 *c **d", NULL);
  static const char *const names[] = { "a", "b", "c", "d" }, *const types[] = { "number", "any", "*", "**" };

  g_assert_cmpuint (foliot_signature_get_n_args (signature), ==, 4);
  for (guint i = 0; i < 4; i++)
    {
      g_assert_cmpstr (foliot_signature_get_arg_name (signature, i), ==, names[i]);
      g_assert_cmpstr (foliot_signature_get_arg_type (signature, i), ==, types[i]);
    }
}

static void
test_values (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotArgs) args
      = bind ("b:bool i:int n:number s:string t:string? l:list m:map x=7", "[true, -5, 2, \"x\"]",
              "{\"m\": {\"k\": 1}, \"t\": null, \"l\": [1, 2]}", &error);

  g_assert_no_error (error);
  g_assert_true (foliot_args_get_bool (args, "b"));
  g_assert_cmpint (foliot_args_get_int (args, "i"), ==, -5);
  g_assert_cmpfloat (foliot_args_get_double (args, "n"), ==, 2.0);
  g_assert_cmpstr (foliot_args_get_string (args, "s"), ==, "x");
  g_assert_null (foliot_args_get_string (args, "t"));
  g_assert_true (foliot_args_is_null (args, "t"));
  g_assert_false (foliot_args_is_null (args, "s"));
  g_assert_cmpuint (foliot_value_get_length (foliot_args_get_value (args, "l")), ==, 2);
  assert_printed (foliot_args_get_value (args, "m"), "{'k': 1}");
  g_assert_cmpint (foliot_args_get_int (args, "x"), ==, 7);
  bind (NULL, "[]", "{}", NULL);
}

static void
test_collectors (void)
{
  g_autoptr (FoliotArgs) some = bind ("a *rest **more", "[1, 2, 3]", "{\"x\": 4, \"y\": 5}", NULL);

  assert_printed (foliot_args_get_value (some, "a"), "1");
  assert_printed (foliot_args_get_value (some, "rest"), "[2, 3]");
  assert_printed (foliot_args_get_value (some, "more"), "{'x': 4, 'y': 5}");
  g_clear_pointer (&some, foliot_args_free);
  some = bind ("a *rest **more", "[]", "{\"z\": 0, \"a\": 4}", NULL);
  assert_printed (foliot_args_get_value (some, "a"), "4");
  assert_printed (foliot_args_get_value (some, "rest"), "[]");
  assert_printed (foliot_args_get_value (some, "more"), "{'z': 0}");
  g_clear_pointer (&some, foliot_args_free);
  some = bind ("*rest", "[1, 2, 3, 4, 5, 6, 7, 8]", "{}", NULL);
  g_assert_cmpuint (foliot_value_get_length (foliot_args_get_value (some, "rest")), ==, 8);
  g_clear_pointer (&some, foliot_args_free);
  some = bind ("a b c d e f g h=8", "[1, 2, 3, 4, 5, 6, 7]", "{}", NULL);
  g_assert_cmpint (foliot_args_get_int (some, "h"), ==, 8);
  bind (NULL, "[]", "{}", NULL);
}

static void
test_refusals (void)
{
  static const struct
  {
    const char *signature, *positional, *keywords, *why;
  } cases[] = {
    { "a b", "[1]", "{}", "f() missing 1 required positional argument: 'b'" },
    { "a b", "[]", "{}", "f() missing 2 required positional arguments: 'a' and 'b'" },
    { "a b c", "[]", "{}", "f() missing 3 required positional arguments: 'a', 'b', and 'c'" },
    { "a b c d=1", "[]", "{\"b\": 1}", "f() missing 2 required positional arguments: 'a' and 'c'" },
    { "a:number b", "[\"x\"]", "{}", "f() missing 1 required positional argument: 'b'" },
    { "a b", "[1]", "{\"c\": 2}", "f() got an unexpected keyword argument 'c'" },
    { "", "[1]", "{\"c\": 2}", "f() got an unexpected keyword argument 'c'" },
    { "a b", "[1, 2, 3]", "{}", "f() takes 2 positional arguments but 3 were given" },
    { "a", "[1, 2]", "{}", "f() takes 1 positional argument but 2 were given" },
    { "", "[1]", "{}", "f() takes 0 positional arguments but 1 was given" },
    { "a b=1", "[1, 2, 3]", "{}", "f() takes from 1 to 2 positional arguments but 3 were given" },
    { "a b", "[1]", "{\"a\": 2}", "f() got multiple values for argument 'a'" },
    { "a:number", "[\"x\"]", "{}", "f() argument 'a' must be number, not string" },
    { "a:int", "[1.5]", "{}", "f() argument 'a' must be int, not number" },
    { "a:int", "[18446744073709551615]", "{}", "f() argument 'a' must be int within 64 bits" },
    { "a:int", "[99999999999999999999]", "{}", "f() argument 'a' must be int within 64 bits" },
    { "a:int", "[true]", "{}", "f() argument 'a' must be int, not bool" },
    { "a:string?", "[1]", "{}", "f() argument 'a' must be string or null, not int" },
    { "a:string", "[null]", "{}", "f() argument 'a' must be string, not null" },
    { "a:proxy", "[{}]", "{}", "f() argument 'a' must be proxy, not map" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (bind (cases[i].signature, cases[i].positional, cases[i].keywords, &error));
      g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_TYPE);
      g_assert_cmpstr (error->message, ==, cases[i].why);
    }
  bind (NULL, "[]", "{}", NULL);
}

static void
test_number_of_any_size (void)
{
  g_autoptr (FoliotArgs) args = bind ("a:number", "[99999999999999999999]", "{}", NULL);

  g_assert_cmpfloat (foliot_args_get_double (args, "a"), ==, 1e20);
  bind (NULL, "[]", "{}", NULL);
}

static void
test_keywords_must_be_strings (void)
{
  g_autoptr (FoliotSignature) signature = foliot_signature_new ("**more", NULL);
  FoliotValue *pair[] = { foliot_value_new_int (1), foliot_value_new_int (2) };
  g_autoptr (FoliotValue) keywords = foliot_value_new_map (pair, 1);
  g_autoptr (GError) error = NULL;

  g_assert_null (foliot_signature_bind (signature, "f", NULL, keywords, &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_TYPE);
  g_assert_cmpstr (error->message, ==, "f() keywords must be strings");
}

static void
test_undeclared_name (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr (FoliotArgs) args = bind ("a", "[1]", "{}", NULL);
      foliot_args_get_value (args, "b");
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*no argument 'b' is declared*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rpc/signature/text", test_text);
  g_test_add_func ("/rpc/signature/text-round-trip", test_text_round_trip);
  g_test_add_func ("/rpc/signature/bad-text", test_bad_text);
  g_test_add_func ("/rpc/signature/names-and-types", test_names_and_types);
  g_test_add_func ("/rpc/signature/values", test_values);
  g_test_add_func ("/rpc/signature/collectors", test_collectors);
  g_test_add_func ("/rpc/signature/refusals", test_refusals);
  g_test_add_func ("/rpc/signature/number-of-any-size", test_number_of_any_size);
  g_test_add_func ("/rpc/signature/keywords-must-be-strings", test_keywords_must_be_strings);
  g_test_add_func ("/rpc/signature/undeclared-name", test_undeclared_name);
  return g_test_run ();
}
