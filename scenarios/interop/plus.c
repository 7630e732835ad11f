/* SPDX-License-Identifier: MIT */
#include "plus.h"

#include <string.h>

/*
 * A peer that was written for a Python agent adds whatever Python adds. Integers have no size there: what fits 64 bits is
 * added by the machine, the rest digit by digit, as on paper.
 */

/* What a peer may pass that is an object is a proxy. */
static const char *
python_type (FoliotValue *value)
{
  FoliotValueKind kind = foliot_value_get_kind (value);

  return kind == FOLIOT_VALUE_OBJECT ? "Proxy" : foliot_value_kind_to_python_name (kind);
}

static FoliotValue *
refuse (FoliotValue *a, FoliotValue *b, GError **error)
{
  const char *left = python_type (a), *right = python_type (b);

  switch (foliot_value_get_kind (a))
    {
    case FOLIOT_VALUE_STRING:
    case FOLIOT_VALUE_LIST:
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_TYPE, "can only concatenate %s (not \"%s\") to %s", left,
                   right, left);
      break;
    case FOLIOT_VALUE_BYTES:
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_TYPE, "can't concat %s to bytes", right);
      break;
    default:
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_TYPE, "unsupported operand type(s) for +: '%s' and '%s'",
                   left, right);
    }
  return NULL;
}

/* ---- numbers ---- */

static gboolean
is_integer (FoliotValue *value)
{
  FoliotValueKind kind = foliot_value_get_kind (value);

  return kind == FOLIOT_VALUE_BOOL || kind == FOLIOT_VALUE_INT || kind == FOLIOT_VALUE_BIGINT;
}

static gboolean
is_small (FoliotValue *value)
{
  return foliot_value_get_kind (value) == FOLIOT_VALUE_BOOL || foliot_value_fits_int64 (value);
}

static gint64
get_small (FoliotValue *value)
{
  return foliot_value_get_kind (value) == FOLIOT_VALUE_BOOL ? foliot_value_get_bool (value)
                                                            : foliot_value_get_int (value);
}

static double
get_double (FoliotValue *value)
{
  return foliot_value_get_kind (value) == FOLIOT_VALUE_BOOL ? foliot_value_get_bool (value)
                                                            : foliot_value_get_double (value);
}

static char *
dup_digits (FoliotValue *value)
{
  return foliot_value_get_kind (value) == FOLIOT_VALUE_BOOL
             ? g_strdup (foliot_value_get_bool (value) ? "1" : "0")
             : foliot_value_dup_decimal (value);
}

/* The digit of weight 10^@place. */
static int
digit_at (const char *digits, gsize length, gsize place)
{
  return place < length ? digits[length - 1 - place] - '0' : 0;
}

static gboolean
is_less (const char *a, const char *b)
{
  gsize n_a = strlen (a), n_b = strlen (b);

  return n_a != n_b ? n_a < n_b : strcmp (a, b) < 0;
}

/* @a + @factor × @b, digit by digit; for a @factor of −1 @a must not be less than @b. Leading zeros may come out. */
static char *
combine_digits (const char *a, const char *b, int factor)
{
  gsize n_a = strlen (a), n_b = strlen (b), n = MAX (n_a, n_b) + 1;
  char *sum = g_malloc (n + 1);
  int carry = 0;

  for (gsize place = 0; place < n; place++)
    {
      int digit = digit_at (a, n_a, place) + factor * digit_at (b, n_b, place) + carry;

      carry = digit > 9 ? 1 : digit < 0 ? -1 : 0;
      sum[n - 1 - place] = (char) ('0' + digit - 10 * carry);
    }
  sum[n] = '\0';
  return sum;
}

static FoliotValue *
add_large (FoliotValue *a, FoliotValue *b)
{
  g_autofree char *one = dup_digits (a), *other = dup_digits (b), *sum = NULL, *text = NULL;
  gboolean minus_one = one[0] == '-', minus_other = other[0] == '-', minus;
  const char *x = one + minus_one, *y = other + minus_other, *digits;

  if (minus_one == minus_other)
    {
      sum = combine_digits (x, y, 1);
      minus = minus_one;
    }
  else if (is_less (x, y))
    {
      sum = combine_digits (y, x, -1);
      minus = minus_other;
    }
  else
    {
      sum = combine_digits (x, y, -1);
      minus = minus_one;
    }
  digits = sum + strspn (sum, "0");
  if (*digits == '\0')
    return foliot_value_new_int (0);
  text = g_strconcat (minus ? "-" : "", digits, NULL);
  return foliot_value_new_decimal (text, -1);
}

static FoliotValue *
add_integers (FoliotValue *a, FoliotValue *b)
{
  gint64 sum;

  if (is_small (a) && is_small (b) && !__builtin_add_overflow (get_small (a), get_small (b), &sum))
    return foliot_value_new_int (sum);
  return add_large (a, b);
}

/* ---- sequences ---- */

static FoliotValue *
join_texts (FoliotValue *a, FoliotValue *b)
{
  gsize n_a, n_b;
  const char *one = foliot_value_get_string (a, &n_a), *other = foliot_value_get_string (b, &n_b);
  g_autofree char *text = g_malloc (n_a + n_b + 1);

  memcpy (text, one, n_a);
  memcpy (text + n_a, other, n_b);
  return foliot_value_new_string_len (text, n_a + n_b);
}

static FoliotValue *
join_bytes (FoliotValue *a, FoliotValue *b)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  gsize n_a, n_b;
  const guint8 *one = foliot_value_get_bytes (a, &n_a), *other = foliot_value_get_bytes (b, &n_b);

  g_byte_array_append (bytes, one, (guint) n_a);
  g_byte_array_append (bytes, other, (guint) n_b);
  return foliot_value_new_bytes (bytes->data, bytes->len);
}

static FoliotValue *
join_lists (FoliotValue *a, FoliotValue *b)
{
  gsize n_a = foliot_value_get_length (a), n_b = foliot_value_get_length (b);
  g_autofree FoliotValue **items = g_new (FoliotValue *, n_a + n_b + 1);

  for (gsize i = 0; i < n_a; i++)
    items[i] = foliot_value_ref (foliot_value_get_item (a, i));
  for (gsize i = 0; i < n_b; i++)
    items[n_a + i] = foliot_value_ref (foliot_value_get_item (b, i));
  return foliot_value_new_list (items, n_a + n_b);
}

FoliotValue *
interop_plus (FoliotValue *a, FoliotValue *b, GError **error)
{
  FoliotValueKind kind = foliot_value_get_kind (a);
  gboolean a_is_double = kind == FOLIOT_VALUE_DOUBLE;
  gboolean b_is_double = foliot_value_get_kind (b) == FOLIOT_VALUE_DOUBLE;

  if (is_integer (a) && is_integer (b))
    return add_integers (a, b);
  if ((a_is_double || is_integer (a)) && (b_is_double || is_integer (b)))
    return foliot_value_new_double (get_double (a) + get_double (b));
  if (kind != foliot_value_get_kind (b))
    return refuse (a, b, error);
  if (kind == FOLIOT_VALUE_STRING)
    return join_texts (a, b);
  if (kind == FOLIOT_VALUE_BYTES)
    return join_bytes (a, b);
  return kind == FOLIOT_VALUE_LIST ? join_lists (a, b) : refuse (a, b, error);
}
