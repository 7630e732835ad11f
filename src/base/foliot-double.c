/* SPDX-License-Identifier: MIT */
#include "base/foliot-double-private.h"

/*
 * Doubles as text, the shortest that reads back the same, and back.
 *
 * Writing is Raffaello Giulietti's Schubfach ("The Schubfach way to render doubles", 2020): the double and the two
 * borders of its rounding interval are multiplied by one tabulated power of ten, and the shortest decimal between
 * the borders is among four candidates. Integers and 64×64-bit products only, so the text is the same everywhere.
 *
 * Reading is Clinger's exact case (up to 2^53, a power of ten up to 10^22: one rounding), else Daniel Lemire's
 * ("Number parsing at a gigabyte per second", 2021) over the same table; what neither decides goes to the C library's
 * strtod in the C locale, which rounds correctly.
 */

#include "base/foliot-double-table.h"
#include <foliot/foliot-value.h>

#include <string.h>

#define HIDDEN_BIT      G_GUINT64_CONSTANT (0x0010000000000000)
#define FRACTION_MASK   G_GUINT64_CONSTANT (0x000fffffffffffff)
#define EXPONENT_MAX    0x7ff
#define EXPONENT_BIAS   1075
#define TABLE_MIN_POWER (-292)

/* digits × 10^exponent */
typedef struct
{
  guint64 digits;
  int exponent;
} Decimal;

static inline guint64
double_to_bits (double value)
{
  guint64 bits;
  memcpy (&bits, &value, sizeof bits);
  return bits;
}

/* ---- writing ---- */

static inline int
floor_log2_pow10 (int power)
{
  return (power * 1741647) >> 19;
}

/* floor (log10 (2^power)), or of 3/4 of it */
static inline int
floor_log10_pow2 (int power, gboolean three_quarters)
{
  return (power * 1262611 - (three_quarters ? 524031 : 0)) >> 22;
}

/* The product's high word, with its lowest bit set if anything below was lost: enough to compare with borders. */
static inline guint64
multiply_round_to_odd (const guint64 power[2], guint64 factor)
{
  unsigned __int128 low = (unsigned __int128) power[1] * factor;
  unsigned __int128 sum = (unsigned __int128) power[0] * factor + (guint64) (low >> 64);

  return (guint64) (sum >> 64) | ((guint64) sum > 1);
}

/* Chooses among s, s + 1 and, one digit shorter, the multiples of ten around them. */
static Decimal
choose_shortest (guint64 v, guint64 lower, guint64 upper, int exponent)
{
  guint64 s = v / 4, tens = s / 10, middle = 4 * s + 2;
  gboolean down_inside, up_inside;

  if (s >= 10)
    {
      down_inside = lower <= 40 * tens;
      up_inside = 40 * tens + 40 <= upper;
      if (down_inside != up_inside)
        return (Decimal){ tens + up_inside, exponent + 1 };
    }
  down_inside = lower <= 4 * s;
  up_inside = 4 * s + 4 <= upper;
  if (down_inside != up_inside)
    return (Decimal){ s + up_inside, exponent };
  return (Decimal){ s + (v > middle || (v == middle && (s & 1) != 0)), exponent };
}

/* The shortest decimal of a positive finite double, the nearest one of those; digits may end in zeros. */
static Decimal
shortest_decimal (guint64 bits)
{
  guint64 fraction = bits & FRACTION_MASK;
  int biased = (int) (bits >> 52) & EXPONENT_MAX;
  guint64 c = biased != 0 ? fraction | HIDDEN_BIT : fraction;
  int q = (biased != 0 ? biased : 1) - EXPONENT_BIAS;
  gboolean lower_is_closer = fraction == 0 && biased > 1;
  gboolean odd = c & 1;
  const guint64 *power;
  int k, h;

  if (q <= 0 && q > -53 && (c & ((G_GUINT64_CONSTANT (1) << -q) - 1)) == 0)
    return (Decimal){ c >> -q, 0 };
  k = floor_log10_pow2 (q, lower_is_closer);
  h = q + floor_log2_pow10 (-k) + 1;
  power = powers_of_ten[-k - TABLE_MIN_POWER];
  return choose_shortest (multiply_round_to_odd (power, (4 * c) << h),
                          multiply_round_to_odd (power, (4 * c - 2 + lower_is_closer) << h) + odd,
                          multiply_round_to_odd (power, (4 * c + 2) << h) - odd, k);
}

static void
drop_zeros (Decimal *decimal)
{
  while (decimal->digits % 10 == 0)
    {
      decimal->digits /= 10;
      decimal->exponent++;
    }
}

/* Writes the digits of @number at @out; returns how many. */
static guint
write_digits (guint64 number, char out[20])
{
  char reversed[20];
  guint n = 0;

  do
    reversed[n++] = (char) ('0' + number % 10);
  while ((number /= 10) != 0);
  for (guint i = 0; i < n; i++)
    out[i] = reversed[n - 1 - i];
  return n;
}

/* d[.ddd]e±XX, at least two digits of exponent */
static char *
write_scientific (char *at, const char *digits, guint n_digits, int exponent)
{
  *at++ = digits[0];
  if (n_digits > 1)
    {
      *at++ = '.';
      memcpy (at, digits + 1, n_digits - 1);
      at += n_digits - 1;
    }
  *at++ = 'e';
  *at++ = exponent < 0 ? '-' : '+';
  exponent = ABS (exponent);
  if (exponent < 10)
    *at++ = '0';
  return at + write_digits (exponent, at);
}

/* The point is @point digits from the left: 0 is 0.ddd, negative puts zeros between. */
static char *
write_fixed (char *at, const char *digits, int n_digits, int point)
{
  int n_whole = CLAMP (point, 0, n_digits);
  int n_zeros = MAX (point - n_digits, 0);

  memcpy (at, digits, n_whole);
  at += n_whole;
  memset (at, '0', n_zeros);
  at += n_zeros;
  if (point <= 0)
    *at++ = '0';
  *at++ = '.';
  if (point < 0)
    {
      memset (at, '0', -point);
      at += -point;
    }
  if (n_whole == n_digits)
    *at++ = '0';
  memcpy (at, digits + n_whole, n_digits - n_whole);
  return at + (n_digits - n_whole);
}

char *
foliot_double_format (double value, char buffer[32])
{
  guint64 bits = double_to_bits (value);
  guint64 magnitude = bits & G_MAXINT64;
  char *at = buffer, digits[20];
  Decimal decimal;
  int n_digits, point;

  if (value != value)
    return strcpy (buffer, "nan");
  if (bits != magnitude)
    *at++ = '-';
  if (magnitude >> 52 == EXPONENT_MAX)
    {
      strcpy (at, "inf");
      return buffer;
    }
  if (magnitude == 0)
    {
      strcpy (at, "0.0");
      return buffer;
    }
  decimal = shortest_decimal (magnitude);
  drop_zeros (&decimal);
  n_digits = (int) write_digits (decimal.digits, digits);
  point = n_digits + decimal.exponent;
  if (point > 16 || point < -3)
    at = write_scientific (at, digits, n_digits, point - 1);
  else
    at = write_fixed (at, digits, n_digits, point);
  *at = '\0';
  return buffer;
}

/* ---- integers in full ---- */

#define LIMB_BASE 1000000000u

gsize
_foliot_double_format_integer (double value, char digits[FOLIOT_DOUBLE_INTEGER_SIZE])
{
  guint64 bits = double_to_bits (value);
  guint64 mantissa = (bits & FRACTION_MASK) | HIDDEN_BIT;
  int shift = (int) (bits >> 52 & EXPONENT_MAX) - EXPONENT_BIAS;
  guint32 limbs[36];
  gsize n_limbs = 0, length = 0;

  mantissa = shift < 0 ? (shift > -64 ? mantissa >> -shift : 0) : mantissa;
  for (; mantissa > 0; mantissa /= LIMB_BASE)
    limbs[n_limbs++] = mantissa % LIMB_BASE;
  while (shift > 0)
    {
      guint step = MIN (shift, 29);
      guint64 carry = 0;

      for (gsize i = 0; i < n_limbs; i++)
        {
          carry += (guint64) limbs[i] << step;
          limbs[i] = carry % LIMB_BASE;
          carry /= LIMB_BASE;
        }
      if (carry > 0)
        limbs[n_limbs++] = carry;
      shift -= step;
    }
  if (bits >> 63 && n_limbs > 0)
    digits[length++] = '-';
  length += write_digits (n_limbs > 0 ? limbs[n_limbs - 1] : 0, digits + length);
  for (gsize i = n_limbs; i > 1; i--)
    {
      guint32 limb = limbs[i - 2];

      for (gsize place = 9; place > 0; place--, limb /= 10)
        digits[length + place - 1] = (char) ('0' + limb % 10);
      length += 9;
    }
  digits[length] = '\0';
  return length;
}

/* ---- reading ---- */

static const double exact_powers[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                       1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

/* Reads [-]d*[.d*][e[±]d*] if its digits fit 19 places and its exponent 4; FALSE leaves it to the C library. */
static gboolean
scan_decimal (const char *at, const char *end, gboolean *out_negative, Decimal *out)
{
  guint64 digits = 0;
  int n_digits = 0, exponent = 0, power = 0, n_power = 0;
  gboolean point = FALSE, power_negative = FALSE;

  *out_negative = at < end && *at == '-';
  for (at += *out_negative; at < end && (g_ascii_isdigit (*at) || (*at == '.' && !point)); at++)
    {
      if (*at == '.')
        {
          point = TRUE;
          continue;
        }
      digits = 10 * digits + (guint64) (*at - '0');
      n_digits += n_digits > 0 || digits != 0; /* the twentieth may bring it back to 0: 2^64 */
      exponent -= point;
      if (n_digits > 19 || exponent < -1000)
        return FALSE;
    }
  if (at < end && (*at | 0x20) == 'e')
    {
      at++;
      power_negative = at < end && *at == '-';
      if (at < end && (*at == '-' || *at == '+'))
        at++;
      for (; at < end && g_ascii_isdigit (*at) && n_power <= 4; at++, n_power++)
        power = 10 * power + (*at - '0');
      if (n_power == 0)
        return FALSE;
    }
  *out = (Decimal){ digits, exponent + (power_negative ? -power : power) };
  return at == end;
}

/* Clinger's case: digits and power are both exact doubles, so the one operation is the one rounding. */
static gboolean
decimal_to_double_exactly (const Decimal *decimal, double *out)
{
  int exponent = decimal->exponent;

  if (decimal->digits > HIDDEN_BIT * 2 || ABS (exponent) >= (int) G_N_ELEMENTS (exact_powers))
    return FALSE;
  *out = (double) decimal->digits;
  *out = exponent < 0 ? *out / exact_powers[-exponent] : *out * exact_powers[exponent];
  return TRUE;
}

/* The powers up to this one fit 128 bits; the table rounds others up. */
#define LAST_EXACT_POWER 55

/*
 * Eisel's and Lemire's case: 64 bits of digits times 128 bits of the power, rounded down, decide the 53 bits unless the
 * product lies too close below the next. Subnormals and infinities are left to the C library.
 */
static gboolean
decimal_to_double_by_product (const Decimal *decimal, double *out)
{
  int power = decimal->exponent, shift, exponent, upper;
  unsigned __int128 scale, sum;
  guint64 digits, high, low, mantissa, bits;

  if (decimal->digits == 0 || power < TABLE_MIN_POWER || power > 308)
    return FALSE;
  shift = __builtin_clzll (decimal->digits);
  digits = decimal->digits << shift;
  scale = (unsigned __int128) powers_of_ten[power - TABLE_MIN_POWER][0] << 64
          | powers_of_ten[power - TABLE_MIN_POWER][1];
  scale -= power < 0 || power > LAST_EXACT_POWER;
  sum = (unsigned __int128) digits * (guint64) (scale >> 64)
        + (guint64) ((unsigned __int128) digits * (guint64) scale >> 64);
  high = (guint64) (sum >> 64);
  low = (guint64) sum;
  upper = (int) (high >> 63);
  exponent = floor_log2_pow10 (power) + 63 + upper - shift + 1023;
  if (low == G_MAXUINT64 || exponent <= 0 || exponent >= EXPONENT_MAX - 1)
    return FALSE;
  mantissa = high >> (upper + 9); /* 54 bits: one to round by */
  if (low <= 1 && power >= -4 && power <= 23 && (mantissa & 3) == 1 && mantissa << (upper + 9) == high)
    mantissa &= ~G_GUINT64_CONSTANT (1); /* exactly between two: to even */
  mantissa = (mantissa + (mantissa & 1)) >> 1;
  bits = ((guint64) exponent << 52) + (mantissa - HIDDEN_BIT); /* a carry goes into the exponent */
  memcpy (out, &bits, sizeof *out);
  return TRUE;
}

double
foliot_double_parse (const char *text, gsize length)
{
  char few[64];
  g_autofree char *many = NULL;
  char *copy = few;
  gboolean negative;
  Decimal decimal;
  double value;

  g_return_val_if_fail (text != NULL, 0.0);
  if (scan_decimal (text, text + length, &negative, &decimal)
      && (decimal_to_double_exactly (&decimal, &value) || decimal_to_double_by_product (&decimal, &value)))
    return negative ? -value : value;
  if (length >= sizeof few)
    copy = many = g_malloc (length + 1);
  memcpy (copy, text, length);
  copy[length] = '\0';
  return g_ascii_strtod (copy, NULL);
}
