/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-value.h>

#include <math.h>
#include <pthread.h>
#include <string.h>

#define I(n)    foliot_value_new_int (n)
#define S(text) foliot_value_new_string (text)
#define D(x)    foliot_value_new_double (x)

static void
assert_print (FoliotValue *value, const char *expected)
{
  g_autoptr (FoliotValue) own = value;
  g_autofree char *text = foliot_value_print (own);

  g_assert_cmpstr (text, ==, expected);
}

/* ---- scalars ---- */

static void
test_constants (void)
{
  g_assert_true (foliot_value_new_null () == foliot_value_new_null ());
  g_assert_true (foliot_value_new_bool (TRUE) == foliot_value_new_bool (7));
  g_assert_true (foliot_value_new_bool (FALSE) != foliot_value_new_bool (TRUE));
  g_assert_true (S ("") == foliot_value_new_string_len (NULL, 0));
  g_assert_true (foliot_value_new_list (NULL, 0) == foliot_value_new_list (NULL, 0));
  g_assert_true (foliot_value_new_map (NULL, 0) == foliot_value_new_map (NULL, 0));
  for (gint64 i = -128; i <= 1023; i++)
    {
      g_assert_true (I (i) == I (i));
      g_assert_cmpint (foliot_value_get_int (I (i)), ==, i);
    }
  for (int i = 0; i < 3; i++)
    {
      foliot_value_unref (I (7)); /* nobody can drop a constant */
      foliot_value_unref (foliot_value_new_null ());
      foliot_value_unref (foliot_value_new_list (NULL, 0));
    }
  g_assert_cmpint (foliot_value_get_int (I (7)), ==, 7);
  g_assert_cmpuint (foliot_value_get_length (foliot_value_new_list (NULL, 0)), ==, 0);
  g_assert_cmpstr (foliot_value_get_string (S (""), NULL), ==, "");
}

static void
test_ref (void)
{
  FoliotValue *value = I (1 << 20);

  g_assert_true (foliot_value_ref (value) == value);
  foliot_value_unref (value);
  g_assert_cmpint (foliot_value_get_int (value), ==, 1 << 20);
  g_assert_true (g_boxed_copy (FOLIOT_TYPE_VALUE, value) == value);
  g_boxed_free (FOLIOT_TYPE_VALUE, value);
  foliot_value_unref (value);
}

static void
test_integers (void)
{
  static const gint64 integers[] = { G_MININT64, -129, -128, 0, 1023, 1024, G_MAXINT64 };

  for (gsize i = 0; i < G_N_ELEMENTS (integers); i++)
    {
      g_autoptr (FoliotValue) value = I (integers[i]);
      g_autofree char *digits = foliot_value_dup_decimal (value);
      g_autofree char *expected = g_strdup_printf ("%" G_GINT64_FORMAT, integers[i]);

      g_assert_cmpint (foliot_value_get_kind (value), ==, FOLIOT_VALUE_INT);
      g_assert_cmpint (foliot_value_get_int (value), ==, integers[i]);
      g_assert_true (foliot_value_fits_int64 (value));
      g_assert_true (foliot_value_is_number (value));
      g_assert_cmpfloat (foliot_value_get_double (value), ==, (double) integers[i]);
      g_assert_cmpstr (digits, ==, expected);
      g_assert_cmpint (foliot_value_get_traits (value), ==, 0);
    }
}

static void
test_unsigned (void)
{
  g_autoptr (FoliotValue) small = foliot_value_new_uint (5);
  g_autoptr (FoliotValue) limit = foliot_value_new_uint (G_MAXINT64);
  g_autoptr (FoliotValue) large = foliot_value_new_uint (G_MAXUINT64);
  g_autoptr (FoliotValue) minus_one = I (-1);
  g_autofree char *digits = foliot_value_dup_decimal (large);

  g_assert_true (small == I (5));
  g_assert_cmpuint (foliot_value_get_uint (small), ==, 5);
  g_assert_true (foliot_value_fits_int64 (limit));
  g_assert_false (foliot_value_fits_int64 (large));
  g_assert_cmpuint (foliot_value_get_uint (large), ==, G_MAXUINT64);
  g_assert_cmpstr (digits, ==, "18446744073709551615");
  g_assert_cmpfloat (foliot_value_get_double (large), ==, 18446744073709551616.0);
  g_assert_false (foliot_value_equal (large, minus_one)); /* the same 64 bits */
  g_assert_cmphex (foliot_value_hash (large), !=, foliot_value_hash (minus_one));
}

static void
test_decimal (void)
{
  static const struct
  {
    const char *text;
    FoliotValueKind kind;
    const char *digits;
  } cases[] = {
    { "0", FOLIOT_VALUE_INT, "0" },
    { "-0", FOLIOT_VALUE_INT, "0" },
    { "007", FOLIOT_VALUE_INT, "7" },
    { "-000000000000000000000000000012", FOLIOT_VALUE_INT, "-12" },
    { "9223372036854775807", FOLIOT_VALUE_INT, "9223372036854775807" },
    { "9223372036854775808", FOLIOT_VALUE_INT, "9223372036854775808" },
    { "18446744073709551615", FOLIOT_VALUE_INT, "18446744073709551615" },
    { "18446744073709551616", FOLIOT_VALUE_BIGINT, "18446744073709551616" },
    { "99999999999999999999", FOLIOT_VALUE_BIGINT, "99999999999999999999" },
    { "000100000000000000000000", FOLIOT_VALUE_BIGINT, "100000000000000000000" },
    { "-9223372036854775808", FOLIOT_VALUE_INT, "-9223372036854775808" },
    { "-9223372036854775809", FOLIOT_VALUE_BIGINT, "-9223372036854775809" },
    { "-18446744073709551616", FOLIOT_VALUE_BIGINT, "-18446744073709551616" },
  };
  static const char *const refused[] = { "", "-", "+1", "1.0", " 1", "1 ", "--1", "1e3", "0x1", "١" };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (FoliotValue) value = foliot_value_new_decimal (cases[i].text, -1);
      g_autofree char *digits = foliot_value_dup_decimal (value);

      g_assert_cmpint (foliot_value_get_kind (value), ==, cases[i].kind);
      g_assert_cmpstr (digits, ==, cases[i].digits);
      g_assert_cmpint (foliot_value_get_traits (value), ==,
                       cases[i].kind == FOLIOT_VALUE_BIGINT ? FOLIOT_VALUE_HAS_BIGINT : 0);
      g_assert_true (foliot_value_is_number (value));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    g_assert_null (foliot_value_new_decimal (refused[i], -1));
  g_assert_true (foliot_value_new_decimal ("1234", 2) == I (12));
}

static void
test_doubles (void)
{
  g_autoptr (FoliotValue) plain = D (2.5);
  g_autoptr (FoliotValue) zero = D (0.0);
  g_autoptr (FoliotValue) minus_zero = D (-0.0);
  g_autoptr (FoliotValue) nan_value = D (NAN);
  g_autoptr (FoliotValue) odd_nan = D (-NAN);
  g_autoptr (FoliotValue) big = foliot_value_new_decimal ("-1000000000000000000000", -1);

  g_assert_cmpfloat (foliot_value_get_double (plain), ==, 2.5);
  g_assert_cmpfloat (foliot_value_get_double (big), ==, -1e21);
  g_assert_false (foliot_value_equal (zero, minus_zero));
  g_assert_true (foliot_value_equal (nan_value, nan_value));
  g_assert_false (foliot_value_equal (nan_value, odd_nan));
  g_assert_cmpint (foliot_value_get_traits (nan_value), ==, 0);
  g_assert_cmpint (foliot_value_get_traits (odd_nan), ==, FOLIOT_VALUE_HAS_ODD_NAN);
}

/* ---- text and bytes ---- */

static void
test_strings (void)
{
  g_autoptr (FoliotValue) text = S ("grün");
  g_autoptr (FoliotValue) with_nul = foliot_value_new_string_len ("a\0b", 3);
  g_autoptr (FoliotValue) printed = foliot_value_new_string_printf ("%d-%s", 5, "x");
  gsize length;

  g_assert_cmpstr (foliot_value_get_string (text, &length), ==, "grün");
  g_assert_cmpuint (length, ==, 5);
  g_assert_cmpmem (foliot_value_get_string (with_nul, &length), 4, "a\0b", 4);
  g_assert_cmpuint (length, ==, 3);
  g_assert_cmpstr (foliot_value_get_string (printed, NULL), ==, "5-x");
}

static void
assert_text (const char *text, gsize length, gboolean is_utf8, gboolean is_wtf8)
{
  g_autoptr (FoliotValue) strict = foliot_value_new_string_checked (text, length, FALSE);
  g_autoptr (FoliotValue) loose = foliot_value_new_string_checked (text, length, TRUE);
  g_autoptr (FoliotValue) repaired = foliot_value_new_string_len (text, length);
  gsize repaired_length;
  const char *repaired_text = foliot_value_get_string (repaired, &repaired_length);

  g_assert_cmpint (strict != NULL, ==, is_utf8);
  g_assert_cmpint (loose != NULL, ==, is_wtf8);
  g_assert_true (g_utf8_validate (repaired_text, (gssize) repaired_length, NULL));
  g_assert_cmpint (strcmp (repaired_text, text) == 0, ==, is_utf8);
  if (loose != NULL)
    g_assert_cmpint (foliot_value_get_traits (loose), ==, is_utf8 ? 0 : FOLIOT_VALUE_HAS_SURROGATE);
}

static void
test_utf8 (void)
{
  static const struct
  {
    const char *text;
    gboolean is_utf8, is_wtf8;
  } cases[] = {
    { "ascii", TRUE, TRUE },
    { "\x7f", TRUE, TRUE },
    { "\xc2\x80 \xdf\xbf", TRUE, TRUE },
    { "\xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80 \xef\xbf\xbf", TRUE, TRUE },
    { "\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf", TRUE, TRUE },
    { "\xed\xa0\x80", FALSE, TRUE },
    { "\xed\xbf\xbf", FALSE, TRUE },
    { "\xed\xa0\xbd\xed\xb8\x80", FALSE, TRUE },
    { "eight by\xed\xa0\x80tes", FALSE, TRUE },
    { "\x80", FALSE, FALSE },
    { "\xc0\x80", FALSE, FALSE },
    { "\xc1\xbf", FALSE, FALSE },
    { "\xe0\x9f\xbf", FALSE, FALSE },
    { "\xed\xa0", FALSE, FALSE },
    { "\xed\xa0x", FALSE, FALSE },
    { "\xf0\x8f\xbf\xbf", FALSE, FALSE },
    { "\xf4\x90\x80\x80", FALSE, FALSE },
    { "\xf5\x80\x80\x80", FALSE, FALSE },
    { "\xff", FALSE, FALSE },
    { "cut \xc3", FALSE, FALSE },
    { "cut \xe2\x82", FALSE, FALSE },
    { "cut \xf0\x9f\x8e", FALSE, FALSE },
    { "0123456\xc3(89", FALSE, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gsize length = strlen (cases[i].text);
      g_autofree char *exact = g_memdup2 (cases[i].text, length + 1);

      assert_text (exact, length, cases[i].is_utf8, cases[i].is_wtf8);
    }
}

static void
test_invalid_utf8_is_replaced (void)
{
  g_autoptr (FoliotValue) value = S ("a\xff\xc3z\xed\xa0\x80.");

  g_assert_cmpstr (foliot_value_get_string (value, NULL), ==, "a\xef\xbf\xbd\xef\xbf\xbdz\xef\xbf\xbd.");
  g_assert_cmpint (foliot_value_get_traits (value), ==, 0);
}

static void
test_bytes_and_ext (void)
{
  g_autoptr (FoliotValue) bytes = foliot_value_new_bytes ("a\0\xff", 3);
  g_autoptr (FoliotValue) empty = foliot_value_new_bytes (NULL, 0);
  g_autoptr (FoliotValue) ext = foliot_value_new_ext (127, "a\0\xff", 3);
  g_autoptr (FoliotValue) other = foliot_value_new_ext (126, "a\0\xff", 3);
  gsize length;

  g_assert_cmpmem (foliot_value_get_bytes (bytes, &length), 3, "a\0\xff", 3);
  g_assert_cmpuint (length, ==, 3);
  g_assert_nonnull (foliot_value_get_bytes (empty, &length));
  g_assert_cmpuint (length, ==, 0);
  g_assert_cmpint (foliot_value_get_traits (bytes), ==, FOLIOT_VALUE_HAS_BYTES);
  g_assert_cmpmem (foliot_value_get_bytes (ext, NULL), 3, "a\0\xff", 3);
  g_assert_cmpint (foliot_value_get_ext_code (ext), ==, 127);
  g_assert_cmpint (foliot_value_get_traits (ext), ==, FOLIOT_VALUE_HAS_EXT);
  g_assert_false (foliot_value_equal (bytes, ext));
  g_assert_false (foliot_value_equal (other, ext));
  g_assert_cmphex (foliot_value_hash (other), !=, foliot_value_hash (ext));
}

static void
test_date (void)
{
  FoliotDate date = { 1, 60 }, other_offset = { 1, 0 };
  g_autoptr (FoliotValue) value = foliot_value_new_date (&date);
  g_autoptr (FoliotValue) other = foliot_value_new_date (&other_offset);

  g_assert_cmpint (foliot_value_get_date (value)->microseconds, ==, 1);
  g_assert_cmpint (foliot_value_get_date (value)->offset_s, ==, 60);
  g_assert_cmpint (foliot_value_get_traits (value), ==, FOLIOT_VALUE_HAS_OBJECT);
  g_assert_false (foliot_value_equal (value, other));
  g_assert_cmphex (foliot_value_hash (value), !=, foliot_value_hash (other));
}

/* ---- lists and maps ---- */

static void
test_list (void)
{
  g_autoptr (FoliotValue) list = foliot_value_build_list (
      S ("path"), foliot_value_build_list (I (3), I (4), NULL), foliot_value_new_map (NULL, 0), NULL);
  FoliotValue *inner = foliot_value_get_item (list, 1);

  g_assert_cmpuint (foliot_value_get_length (list), ==, 3);
  g_assert_cmpuint (foliot_value_get_depth (list), ==, 2);
  g_assert_cmpstr (foliot_value_get_string (foliot_value_get_item (list, 0), NULL), ==, "path");
  g_assert_cmpint (foliot_value_get_int (foliot_value_get_item (inner, 1)), ==, 4);
  g_assert_cmpuint (foliot_value_get_depth (inner), ==, 1);
  g_assert_cmpuint (foliot_value_get_depth (foliot_value_get_item (inner, 1)), ==, 0);
}

static void
test_build_many (void)
{
  g_autoptr (FoliotValue) list
      = foliot_value_build_list (I (0), I (1), I (2), I (3), I (4), I (5), I (6), I (7), I (8), I (9), I (10),
                                 I (11), I (12), I (13), I (14), I (15), I (16), I (17), NULL);
  g_autoptr (FoliotValue) map
      = foliot_value_build_map ("a", I (0), "b", I (1), "c", I (2), "d", I (3), "e", I (4), "f", I (5), "g",
                                I (6), "h", I (7), "i", I (8), "j", I (9), NULL);

  g_assert_cmpuint (foliot_value_get_length (list), ==, 18);
  for (gsize i = 0; i < 18; i++)
    g_assert_cmpint (foliot_value_get_int (foliot_value_get_item (list, i)), ==, i);
  g_assert_cmpuint (foliot_value_get_length (map), ==, 10);
  for (gsize i = 0; i < 10; i++)
    {
      g_assert_cmpint (foliot_value_get_string (foliot_value_get_key (map, i), NULL)[0], ==, 'a' + i);
      g_assert_cmpint (foliot_value_get_int (foliot_value_get_pair_value (map, i)), ==, i);
    }
}

static void
test_traits (void)
{
  g_autoptr (FoliotValue) plain = foliot_value_build_map ("k", S ("v"), NULL);
  g_autoptr (FoliotValue) typed
      = foliot_value_build_list (foliot_value_build_map ("__type__", I (1), NULL), NULL);
  FoliotValue *pair[] = { foliot_value_new_bytes ("b", 1), D (-NAN) };
  g_autoptr (FoliotValue) odd = foliot_value_new_map (pair, 1);
  g_autoptr (FoliotValue) outer = foliot_value_build_list (
      foliot_value_ref (odd), foliot_value_new_decimal ("99999999999999999999", -1),
      foliot_value_new_string_checked ("\xed\xa0\x80", 3, TRUE), NULL);

  g_assert_cmpint (foliot_value_get_traits (plain), ==, 0);
  g_assert_cmpint (foliot_value_get_traits (typed), ==, FOLIOT_VALUE_HAS_TYPE_KEY);
  g_assert_cmpint (foliot_value_get_traits (odd), ==,
                   FOLIOT_VALUE_HAS_BYTES | FOLIOT_VALUE_HAS_OTHER_KEY | FOLIOT_VALUE_HAS_ODD_NAN);
  g_assert_cmpint (foliot_value_get_traits (outer), ==,
                   FOLIOT_VALUE_HAS_BYTES | FOLIOT_VALUE_HAS_OTHER_KEY | FOLIOT_VALUE_HAS_ODD_NAN
                       | FOLIOT_VALUE_HAS_BIGINT | FOLIOT_VALUE_HAS_SURROGATE);
}

static void
test_lookup (void)
{
  FoliotValue *pairs[]
      = { I (1), S ("int"), S ("1"), S ("text"), foliot_value_new_string_len ("a\0b", 3), I (2) };
  g_autoptr (FoliotValue) map = foliot_value_new_map (pairs, 3);

  g_assert_cmpstr (foliot_value_get_string (foliot_value_lookup (map, "1"), NULL), ==, "text");
  g_assert_null (foliot_value_lookup (map, "a"));
  g_assert_null (foliot_value_lookup (map, "2"));
}

static FoliotValue *
decimal (const char *digits)
{
  return foliot_value_new_decimal (digits, -1);
}

/* Two pairs, and whether their keys are one: then the first key stays, with the second value. Takes both. */
static void
assert_keys (FoliotValue *first, FoliotValue *second, gboolean equal)
{
  for (gsize n_others = 0; n_others <= 20; n_others += 20) /* both ways of finding them */
    {
      FoliotValue *pairs[2 * 22];
      g_autoptr (FoliotValue) map = NULL;

      for (gsize i = 0; i < n_others; i++)
        {
          pairs[2 * i] = foliot_value_new_string_printf ("other %u", (guint) i);
          pairs[2 * i + 1] = foliot_value_new_null ();
        }
      pairs[2 * n_others] = foliot_value_ref (first);
      pairs[2 * n_others + 1] = S ("first");
      pairs[2 * n_others + 2] = foliot_value_ref (second);
      pairs[2 * n_others + 3] = S ("second");
      map = foliot_value_new_map (pairs, n_others + 2);
      g_assert_cmpuint (foliot_value_get_length (map), ==, n_others + (equal ? 1 : 2));
      g_assert_true (foliot_value_get_key (map, n_others) == first);
      g_assert_cmpstr (foliot_value_get_string (foliot_value_get_pair_value (map, n_others), NULL), ==,
                       equal ? "second" : "first");
    }
  foliot_value_unref (first);
  foliot_value_unref (second);
}

static void
test_equal_keys (void)
{
  assert_keys (S ("a"), S ("a"), TRUE);
  assert_keys (S ("a"), S ("b"), FALSE);
  assert_keys (I (1), I (1), TRUE);
  assert_keys (I (1), D (1.0), TRUE);
  assert_keys (D (1.0), foliot_value_new_bool (TRUE), TRUE);
  assert_keys (foliot_value_new_bool (FALSE), I (0), TRUE);
  assert_keys (D (0.0), D (-0.0), TRUE);
  assert_keys (I (0), D (-0.0), TRUE);
  assert_keys (I (-5), D (-5.0), TRUE);
  assert_keys (D (1.5), D (1.5), TRUE);
  assert_keys (D (1.5), I (1), FALSE);
  assert_keys (I (1), S ("1"), FALSE);
  assert_keys (S ("a"), foliot_value_new_bytes ("a", 1), FALSE);
  assert_keys (foliot_value_new_null (), foliot_value_new_bool (FALSE), FALSE);
  assert_keys (D (NAN), D (NAN), TRUE);
  assert_keys (D (NAN), D (-NAN), FALSE);
  assert_keys (D (INFINITY), D (-INFINITY), FALSE);
}

static void
test_equal_large_number_keys (void)
{
  assert_keys (I (G_GINT64_CONSTANT (1) << 53), D (9007199254740992.0), TRUE);
  assert_keys (I ((G_GINT64_CONSTANT (1) << 53) + 1), D (9007199254740992.0), FALSE);
  assert_keys (I (G_MAXINT64), D (9223372036854775808.0), FALSE);
  assert_keys (foliot_value_new_uint (G_GUINT64_CONSTANT (1) << 63), D (9223372036854775808.0), TRUE);
  assert_keys (I (G_MININT64), D (-9223372036854775808.0), TRUE);
  assert_keys (I (G_MININT64), foliot_value_new_uint (G_GUINT64_CONSTANT (1) << 63), FALSE);
  assert_keys (foliot_value_new_uint (G_MAXUINT64), D (18446744073709551616.0), FALSE);
  assert_keys (foliot_value_new_uint (G_MAXUINT64), I (-1), FALSE);
  assert_keys (decimal ("18446744073709551616"), D (18446744073709551616.0), TRUE);
  assert_keys (D (1e23), decimal ("99999999999999991611392"), TRUE);
  assert_keys (D (1e23), decimal ("100000000000000000000000"), FALSE);
  assert_keys (D (-1e23), decimal ("-99999999999999991611392"), TRUE);
  assert_keys (decimal ("-99999999999999999999"), decimal ("-99999999999999999999"), TRUE);
  assert_keys (decimal ("-99999999999999999999"), decimal ("99999999999999999999"), FALSE);
}

static void
test_equal_list_keys (void)
{
  assert_keys (foliot_value_build_list (I (1), NULL), foliot_value_build_list (D (1.0), NULL), TRUE);
  assert_keys (foliot_value_build_list (I (1), NULL), foliot_value_build_list (I (1), I (1), NULL), FALSE);
  assert_keys (foliot_value_build_list (foliot_value_build_list (S ("x"), NULL), NULL),
               foliot_value_build_list (foliot_value_build_list (S ("y"), NULL), NULL), FALSE);
}

/* A value that shows whether it is alive. */
static FoliotValue *
new_witness (GWeakRef *weak)
{
  g_autoptr (GObject) object = g_object_new (G_TYPE_OBJECT, NULL);

  g_weak_ref_init (weak, object);
  return foliot_value_new_object (G_TYPE_OBJECT, object);
}

static gboolean
is_alive (GWeakRef *weak)
{
  g_autoptr (GObject) object = g_weak_ref_get (weak);
  return object != NULL;
}

static void
test_losing_values_are_released (void)
{
  GWeakRef weak[20];
  FoliotValue *pairs[40];
  FoliotValue *map;

  for (gsize i = 0; i < 20; i++)
    {
      pairs[2 * i] = foliot_value_new_string_printf ("key %u", (guint) i % 10);
      pairs[2 * i + 1] = new_witness (&weak[i]);
    }
  map = foliot_value_new_map (pairs, 20);
  g_assert_cmpuint (foliot_value_get_length (map), ==, 10);
  for (gsize i = 0; i < 20; i++)
    g_assert_cmpint (is_alive (&weak[i]), ==, i >= 10);
  foliot_value_unref (map);
  for (gsize i = 0; i < 20; i++)
    {
      g_assert_false (is_alive (&weak[i]));
      g_weak_ref_clear (&weak[i]);
    }
}

/* Would take minutes if it were quadratic. */
static void
test_many_keys (void)
{
  const gsize n = 300000;
  g_autofree FoliotValue **pairs = g_new (FoliotValue *, 4 * n);
  g_autoptr (FoliotValue) map = NULL;

  for (gsize i = 0; i < 2 * n; i++)
    {
      gint64 key = (gint64) (i % n);

      pairs[2 * i] = i < n ? I (key << 32) : D ((double) (key << 32));
      pairs[2 * i + 1] = I ((gint64) i);
    }
  map = foliot_value_new_map (pairs, 2 * n);
  g_assert_cmpuint (foliot_value_get_length (map), ==, n);
  for (gsize i = 0; i < n; i += 997)
    {
      g_assert_cmpint (foliot_value_get_int (foliot_value_get_key (map, i)), ==, (gint64) i << 32);
      g_assert_cmpint (foliot_value_get_int (foliot_value_get_pair_value (map, i)), ==, n + i);
    }
}

/* ---- equality and hash ---- */

static FoliotValue *
new_sample (guint which)
{
  FoliotDate date = { 5, 0 };
  FoliotValue *pair[] = { I (1), I (2) };

  switch (which)
    {
    case 0:
      return foliot_value_new_null ();
    case 1:
      return foliot_value_new_bool (FALSE);
    case 2:
      return foliot_value_new_bool (TRUE);
    case 3:
      return I (0);
    case 4:
      return I (1);
    case 5:
      return I (100000);
    case 6:
      return D (0.0);
    case 7:
      return D (1.0);
    case 8:
      return S ("");
    case 9:
      return S ("1");
    case 10:
      return foliot_value_new_bytes ("1", 1);
    case 11:
      return foliot_value_new_bytes ("", 0);
    case 12:
      return foliot_value_new_ext (0, "1", 1);
    case 13:
      return foliot_value_new_list (NULL, 0);
    case 14:
      return foliot_value_new_map (NULL, 0);
    case 15:
      return foliot_value_build_list (I (1), I (2), NULL);
    case 16:
      return foliot_value_build_list (I (2), I (1), NULL);
    case 17:
      return foliot_value_new_map (pair, 1);
    case 18:
      return foliot_value_build_list (foliot_value_build_list (I (1), I (2), NULL), NULL);
    case 19:
      return foliot_value_build_list (foliot_value_build_list (I (1), NULL), I (2), NULL);
    case 20:
      return foliot_value_build_map ("a", I (1), "b", I (2), NULL);
    case 21:
      return foliot_value_build_map ("b", I (2), "a", I (1), NULL);
    case 22:
      return foliot_value_new_date (&date);
    case 23:
      return foliot_value_new_decimal ("18446744073709551616", -1);
    case 24:
      return foliot_value_build_list (D (1.0), I (2), NULL);
    default:
      return NULL;
    }
}

static void
test_equal_and_hash (void)
{
  for (guint i = 0; i < 25; i++)
    for (guint j = 0; j < 25; j++)
      {
        g_autoptr (FoliotValue) a = new_sample (i);
        g_autoptr (FoliotValue) b = new_sample (j);

        g_assert_cmpint (foliot_value_equal (a, b), ==, i == j);
        if (i == j)
          g_assert_cmphex (foliot_value_hash (a), ==, foliot_value_hash (b));
        else
          g_assert_cmphex (foliot_value_hash (a), !=, foliot_value_hash (b));
        g_assert_cmpint (foliot_value_equal (a, b), ==, i == j); /* with known hashes */
        g_assert_cmphex (foliot_value_hash (a), ==, foliot_value_hash (a));
      }
}

/* Digests are written into files: these numbers may change with a new format of digests only. */
static void
test_hash_is_stable (void)
{
  g_autoptr (FoliotValue) list = foliot_value_build_list (
      S ("path"), foliot_value_build_list (I (3), I (4), NULL), foliot_value_new_map (NULL, 0), NULL);

  g_assert_cmphex (foliot_value_hash (foliot_value_new_null ()), ==, G_GUINT64_CONSTANT (0xe052ed86abb7a4aa));
  g_assert_cmphex (foliot_value_hash (S ("")), ==, G_GUINT64_CONSTANT (0x310d5aec98e912b0));
  g_assert_cmphex (foliot_value_hash (list), ==, G_GUINT64_CONSTANT (0xee42f15ae6ddbbd9));
}

/* ---- depth ---- */

#define DEEP 1000000

static FoliotValue *
new_deep (gint64 innermost)
{
  FoliotValue *value = I (innermost);

  for (int i = 0; i < DEEP; i++)
    {
      if (i % 2 == 0)
        value = foliot_value_new_list (&value, 1);
      else
        value = foliot_value_build_map ("k", value, NULL);
    }
  return value;
}

static gpointer
on_small_stack (gpointer data)
{
  FoliotValue *a = new_deep (5000), *b = new_deep (5000), *c = new_deep (5001);
  FoliotValue *pairs[] = { a, I (1), b, I (2) };
  FoliotValue *map;
  g_autofree char *text = foliot_value_print (a);

  g_assert_cmpuint (foliot_value_get_depth (a), ==, DEEP);
  g_assert_cmpuint (strlen (text), <, 300);
  g_assert_false (foliot_value_equal (a, c));
  g_assert_true (foliot_value_equal (a, b));
  g_assert_cmphex (foliot_value_hash (a), ==, foliot_value_hash (b));
  g_assert_cmphex (foliot_value_hash (a), !=, foliot_value_hash (c));
  map = foliot_value_new_map (pairs, 2);
  g_assert_cmpuint (foliot_value_get_length (map), ==, 1);
  foliot_value_unref (map);
  foliot_value_unref (c);
  return NULL;
}

static void
test_deep (void)
{
  pthread_attr_t attributes;
  pthread_t thread;

  g_assert_cmpint (pthread_attr_init (&attributes), ==, 0);
  g_assert_cmpint (pthread_attr_setstacksize (&attributes, 64 * 1024), ==, 0);
  g_assert_cmpint (pthread_create (&thread, &attributes, on_small_stack, NULL), ==, 0);
  g_assert_cmpint (pthread_join (thread, NULL), ==, 0);
  pthread_attr_destroy (&attributes);
}

/* What is shared is dropped when its last owner is. */
static void
test_shared_items (void)
{
  GWeakRef weak;
  FoliotValue *shared = foliot_value_build_list (new_witness (&weak), NULL);
  FoliotValue *twice = foliot_value_build_list (foliot_value_ref (shared), shared, NULL);
  FoliotValue *once = foliot_value_build_list (foliot_value_ref (shared), NULL);

  foliot_value_unref (twice);
  g_assert_true (is_alive (&weak));
  foliot_value_unref (once);
  g_assert_false (is_alive (&weak));
  g_weak_ref_clear (&weak);
}

/* ---- objects ---- */

typedef struct
{
  int number;
} Thing;

static Thing *
thing_copy (Thing *thing)
{
  return g_memdup2 (thing, sizeof *thing);
}

static GType thing_get_type (void);
G_DEFINE_BOXED_TYPE (Thing, thing, thing_copy, g_free)

static guint64
thing_hash (gpointer instance)
{
  return (guint64) ((Thing *) instance)->number;
}

static gboolean
thing_equal (gpointer a, gpointer b)
{
  return ((Thing *) a)->number == ((Thing *) b)->number;
}

static char *
thing_format (gpointer instance)
{
  return g_strdup_printf ("Thing(number=%d)", ((Thing *) instance)->number);
}

static void
test_gobject (void)
{
  g_autoptr (GObject) object = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (GObject) other_object = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (FoliotValue) value = foliot_value_new_object (G_TYPE_OBJECT, object);
  g_autoptr (FoliotValue) same = foliot_value_new_object (G_TYPE_OBJECT, object);
  g_autoptr (FoliotValue) other = foliot_value_new_object (G_TYPE_OBJECT, other_object);

  g_assert_cmpint (foliot_value_get_traits (value), ==, FOLIOT_VALUE_HAS_OBJECT);
  g_assert_true (foliot_value_get_object_type (value) == G_TYPE_OBJECT);
  g_assert_true (foliot_value_get_object (value, G_TYPE_OBJECT) == object);
  g_assert_null (foliot_value_get_object (value, G_TYPE_INITIALLY_UNOWNED));
  g_assert_true (foliot_value_equal (value, same));
  g_assert_false (foliot_value_equal (value, other));
  g_assert_cmphex (foliot_value_hash (value), ==, foliot_value_hash (other)); /* never by address */
  assert_print (foliot_value_ref (value), "<GObject object>");
}

static void
test_boxed_object (void)
{
  Thing five = { 5 }, six = { 6 };
  g_autoptr (FoliotValue) a = foliot_value_new_object (thing_get_type (), &five);
  g_autoptr (FoliotValue) b = foliot_value_new_object (thing_get_type (), &five);
  g_autoptr (FoliotValue) c = foliot_value_new_object (thing_get_type (), &six);

  g_assert_cmpint (((Thing *) foliot_value_get_object (a, thing_get_type ()))->number, ==, 5);
  g_assert_null (foliot_value_get_object (a, FOLIOT_TYPE_VALUE));
  g_assert_false (foliot_value_equal (a, b));
  foliot_value_set_object_funcs (thing_get_type (), thing_hash, thing_equal, thing_format);
  g_assert_true (foliot_value_equal (a, b));
  g_assert_false (foliot_value_equal (a, c));
  g_assert_cmphex (foliot_value_hash (a), ==, foliot_value_hash (b));
  g_assert_cmphex (foliot_value_hash (a), !=, foliot_value_hash (c));
  assert_print (foliot_value_build_list (foliot_value_ref (a), foliot_value_ref (c), NULL),
                "[Thing(number=5), Thing(number=6)]");
}

/* ---- text for people ---- */

static void
test_print (void)
{
  FoliotDate date = { 0, 0 };
  FoliotValue *pairs[] = { I (1), foliot_value_new_null (), S ("k"), foliot_value_new_bool (TRUE) };

  assert_print (foliot_value_new_null (), "None");
  assert_print (foliot_value_new_bool (FALSE), "False");
  assert_print (I (-5), "-5");
  assert_print (foliot_value_new_uint (G_MAXUINT64), "18446744073709551615");
  assert_print (foliot_value_new_decimal ("-99999999999999999999", -1), "-99999999999999999999");
  assert_print (D (2.0), "2.0");
  assert_print (S ("grün"), "'grün'");
  assert_print (foliot_value_new_bytes ("a\0\xff'", 4), "b\"a\\x00\\xff'\"");
  assert_print (foliot_value_new_ext (5, "\x01", 1), "ExtType(code=5, data=b'\\x01')");
  assert_print (foliot_value_new_date (&date), "<Arrow [1970-01-01T00:00:00+00:00]>");
  assert_print (foliot_value_build_list (I (1), foliot_value_new_list (NULL, 0), NULL), "[1, []]");
  assert_print (foliot_value_new_map (pairs, 2), "{1: None, 'k': True}");
}

static void
test_print_string_escapes (void)
{
  assert_print (S ("it's"), "\"it's\"");
  assert_print (S ("it's \"so\""), "'it\\'s \"so\"'");
  assert_print (S ("a\\b\n\r\t\x1b\x7f"), "'a\\\\b\\n\\r\\t\\x1b\\x7f'");
  assert_print (S ("\xc2\xa0\xe2\x80\xa8\xef\xbb\xbf"), "'\\xa0\\u2028\\ufeff'");
  assert_print (S ("🎈\xf3\xa0\x80\x81"), "'🎈\\U000e0001'");
  assert_print (foliot_value_new_string_checked ("\xed\xa0\x80", 3, TRUE), "'\\ud800'");
  assert_print (foliot_value_new_string_len ("\0", 1), "'\\x00'");
}

static void
test_print_is_short (void)
{
  g_autofree char *long_text = g_strnfill (100000, 'x'), *digits = g_strnfill (100000, '9');
  FoliotValue *values[]
      = { S (long_text), foliot_value_new_bytes (long_text, 100000), decimal (digits),
          foliot_value_build_list (S (long_text), S (long_text), S (long_text), NULL), NULL };
  g_autofree FoliotValue **many = g_new (FoliotValue *, 100000);

  for (gsize i = 0; i < 100000; i++)
    many[i] = I ((gint64) i);
  values[4] = foliot_value_new_list (many, 100000);
  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autofree char *text = foliot_value_print (values[i]);

      g_assert_cmpuint (g_utf8_strlen (text, -1), <=, 250);
      g_assert_nonnull (strstr (text, "…"));
      foliot_value_unref (values[i]);
    }
}

static void
test_python_names (void)
{
  g_assert_cmpstr (foliot_value_kind_to_python_name (FOLIOT_VALUE_NULL), ==, "NoneType");
  g_assert_cmpstr (foliot_value_kind_to_python_name (FOLIOT_VALUE_INT), ==, "int");
  g_assert_cmpstr (foliot_value_kind_to_python_name (FOLIOT_VALUE_BIGINT), ==, "int");
  g_assert_cmpstr (foliot_value_kind_to_python_name (FOLIOT_VALUE_DOUBLE), ==, "float");
  g_assert_cmpstr (foliot_value_kind_to_python_name (FOLIOT_VALUE_LIST), ==, "list");
  g_assert_cmpstr (foliot_value_kind_to_python_name (FOLIOT_VALUE_OBJECT), ==, "object");
}

static void
test_wrong_kind_is_a_mistake (void)
{
  g_test_expect_message ("Foliot", G_LOG_LEVEL_CRITICAL, "*FOLIOT_VALUE_INT*");
  g_assert_cmpint (foliot_value_get_int (foliot_value_new_null ()), ==, 0);
  g_test_assert_expected_messages ();
  g_test_expect_message ("Foliot", G_LOG_LEVEL_CRITICAL, "*index*");
  g_assert_null (foliot_value_get_item (foliot_value_new_list (NULL, 0), 0));
  g_test_assert_expected_messages ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/value/constants", test_constants);
  g_test_add_func ("/value/ref", test_ref);
  g_test_add_func ("/value/integers", test_integers);
  g_test_add_func ("/value/unsigned", test_unsigned);
  g_test_add_func ("/value/decimal", test_decimal);
  g_test_add_func ("/value/doubles", test_doubles);
  g_test_add_func ("/value/strings", test_strings);
  g_test_add_func ("/value/utf8", test_utf8);
  g_test_add_func ("/value/invalid-utf8-is-replaced", test_invalid_utf8_is_replaced);
  g_test_add_func ("/value/bytes-and-ext", test_bytes_and_ext);
  g_test_add_func ("/value/date", test_date);
  g_test_add_func ("/value/list", test_list);
  g_test_add_func ("/value/build-many", test_build_many);
  g_test_add_func ("/value/traits", test_traits);
  g_test_add_func ("/value/lookup", test_lookup);
  g_test_add_func ("/value/equal-keys", test_equal_keys);
  g_test_add_func ("/value/equal-large-number-keys", test_equal_large_number_keys);
  g_test_add_func ("/value/equal-list-keys", test_equal_list_keys);
  g_test_add_func ("/value/losing-values-are-released", test_losing_values_are_released);
  g_test_add_func ("/value/many-keys", test_many_keys);
  g_test_add_func ("/value/equal-and-hash", test_equal_and_hash);
  g_test_add_func ("/value/hash-is-stable", test_hash_is_stable);
  g_test_add_func ("/value/deep", test_deep);
  g_test_add_func ("/value/shared-items", test_shared_items);
  g_test_add_func ("/value/gobject", test_gobject);
  g_test_add_func ("/value/boxed-object", test_boxed_object);
  g_test_add_func ("/value/print", test_print);
  g_test_add_func ("/value/print-string-escapes", test_print_string_escapes);
  g_test_add_func ("/value/print-is-short", test_print_is_short);
  g_test_add_func ("/value/python-names", test_python_names);
  g_test_add_func ("/value/wrong-kind-is-a-mistake", test_wrong_kind_is_a_mistake);
  return g_test_run ();
}
