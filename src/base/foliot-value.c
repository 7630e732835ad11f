/* SPDX-License-Identifier: MIT */
#include "base/foliot-value-private.h"

/*
 * Values are made and dropped several times for each message, so the usual ones cost nothing: null, the booleans,
 * small integers and whatever is empty are constants in read-only memory, and all else is one allocation. What upper
 * floors ask of a tree (is there an object inside? how deep is it?) is summed up while it is built from its parts, so
 * nobody walks it later.
 *
 * A peer decides how deep a value is and a fiber has 16 KiB of stack, so nothing here recurses: a dying container
 * waits in a chain that is threaded through the hash fields of the dead.
 */

#include "base/foliot-hash-private.h"
#include "base/foliot-text-private.h"

#include <stdarg.h>
#include <string.h>

G_DEFINE_BOXED_TYPE (FoliotValue, foliot_value, foliot_value_ref, foliot_value_unref)

#define PLAIN_NAN G_GUINT64_CONSTANT (0x7ff8000000000000)

/* ---- constants ---- */

#define SMALL_INT_MIN (-128)
#define SMALL_INT_MAX 1023

#define INT_1(n)                                                                                             \
  {                                                                                                          \
    .ref_count = FOLIOT_VALUE_IMMORTAL, .kind = FOLIOT_VALUE_INT, .integer = (n)                             \
  }
#define INT_4(n)   INT_1 (n), INT_1 ((n) + 1), INT_1 ((n) + 2), INT_1 ((n) + 3)
#define INT_16(n)  INT_4 (n), INT_4 ((n) + 4), INT_4 ((n) + 8), INT_4 ((n) + 12)
#define INT_64(n)  INT_16 (n), INT_16 ((n) + 16), INT_16 ((n) + 32), INT_16 ((n) + 48)
#define INT_128(n) INT_64 (n), INT_64 ((n) + 64)

static const FoliotValue small_ints[]
    = { INT_128 (-128), INT_128 (0),   INT_128 (128), INT_128 (256), INT_128 (384),
        INT_128 (512),  INT_128 (640), INT_128 (768), INT_128 (896) };
G_STATIC_ASSERT (G_N_ELEMENTS (small_ints) == SMALL_INT_MAX - SMALL_INT_MIN + 1);

static const FoliotValue null_value = { .ref_count = FOLIOT_VALUE_IMMORTAL, .kind = FOLIOT_VALUE_NULL };
static const FoliotValue bool_values[2]
    = { { .ref_count = FOLIOT_VALUE_IMMORTAL, .kind = FOLIOT_VALUE_BOOL, .integer = 0 },
        { .ref_count = FOLIOT_VALUE_IMMORTAL, .kind = FOLIOT_VALUE_BOOL, .integer = 1 } };
static const FoliotValue empty_list = { .ref_count = FOLIOT_VALUE_IMMORTAL,
                                        .kind = FOLIOT_VALUE_LIST,
                                        .depth = 1,
                                        .hash = FOLIOT_HASH_CONTAINER (FOLIOT_VALUE_LIST, 0) };
static const FoliotValue empty_map = { .ref_count = FOLIOT_VALUE_IMMORTAL,
                                       .kind = FOLIOT_VALUE_MAP,
                                       .depth = 1,
                                       .hash = FOLIOT_HASH_CONTAINER (FOLIOT_VALUE_MAP, 0) };
static const struct
{
  FoliotValue value;
  char text[8];
} empty_string = { .value = { .ref_count = FOLIOT_VALUE_IMMORTAL, .kind = FOLIOT_VALUE_STRING } };

/* ---- birth and death ---- */

static void
free_object (FoliotValue *value)
{
  if (G_TYPE_FUNDAMENTAL (value->type) == G_TYPE_OBJECT)
    g_object_unref (value->instance);
  else
    g_boxed_free (value->type, value->instance);
}

#define KINDS_WITH_TEXT                                                                                      \
  (1u << FOLIOT_VALUE_BIGINT | 1u << FOLIOT_VALUE_STRING | 1u << FOLIOT_VALUE_BYTES | 1u << FOLIOT_VALUE_EXT)

static inline void
free_leaf (FoliotValue *value)
{
  if (G_LIKELY ((1u << value->kind & (KINDS_WITH_TEXT | 1u << FOLIOT_VALUE_OBJECT)) == 0))
    {
      _foliot_block_free (value, sizeof *value);
      return;
    }
  if (value->kind == FOLIOT_VALUE_OBJECT)
    free_object (value);
  _foliot_block_free (value, sizeof *value + (value->kind == FOLIOT_VALUE_OBJECT ? 0 : value->n_bytes + 1));
}

/* The chain of the dead reuses their hash fields, which nobody asks for any more. */
static inline FoliotValue *
chain_push (FoliotValue *chain, FoliotValue *dead)
{
  dead->hash = (guintptr) chain;
  return dead;
}

void
_foliot_value_free (FoliotValue *value)
{
  FoliotValue *chain;

  if (!_foliot_value_is_container (value))
    {
      free_leaf (value);
      return;
    }
  chain = chain_push (NULL, value);
  while (chain != NULL)
    {
      FoliotValue *dead = chain;
      FoliotValue **items = _foliot_value_items (dead);

      chain = (FoliotValue *) (guintptr) dead->hash;
      for (guint32 i = 0; i < dead->n_items; i++)
        {
          FoliotValue *item = items[i];

          if (item->ref_count >= FOLIOT_VALUE_IMMORTAL || --item->ref_count > 0)
            continue;
          if (_foliot_value_is_container (item))
            chain = chain_push (chain, item);
          else
            free_leaf (item);
        }
      _foliot_block_free (dead, sizeof *dead + dead->n_items * sizeof *items);
    }
}

FoliotValue *
foliot_value_ref (FoliotValue *value)
{
  g_return_val_if_fail (value != NULL, NULL);
  return _foliot_value_ref (value);
}

void
foliot_value_unref (FoliotValue *value)
{
  g_return_if_fail (value != NULL);
  _foliot_value_unref (value);
}

/* ---- scalars ---- */

FoliotValue *
foliot_value_new_null (void)
{
  return (FoliotValue *) &null_value;
}

FoliotValue *
foliot_value_new_bool (gboolean value)
{
  return (FoliotValue *) &bool_values[value ? 1 : 0];
}

FoliotValue *
foliot_value_new_int (gint64 integer)
{
  FoliotValue *value;

  if (integer >= SMALL_INT_MIN && integer <= SMALL_INT_MAX)
    return (FoliotValue *) &small_ints[integer - SMALL_INT_MIN];
  value = _foliot_value_alloc (FOLIOT_VALUE_INT, 0);
  value->integer = integer;
  return value;
}

FoliotValue *
foliot_value_new_uint (guint64 natural)
{
  FoliotValue *value;

  if (natural <= G_MAXINT64)
    return foliot_value_new_int ((gint64) natural);
  value = _foliot_value_alloc (FOLIOT_VALUE_INT, 0);
  value->natural = natural;
  value->detail = 1;
  return value;
}

FoliotValue *
foliot_value_new_double (double real)
{
  FoliotValue *value = _foliot_value_alloc (FOLIOT_VALUE_DOUBLE, 0);

  value->real = real;
  if (G_UNLIKELY (real != real) && value->natural != PLAIN_NAN)
    value->traits = FOLIOT_VALUE_HAS_ODD_NAN;
  return value;
}

static FoliotValue *
new_data (FoliotValueKind kind, gconstpointer data, gsize length)
{
  FoliotValue *value = _foliot_value_alloc (kind, length + 1);
  char *text = _foliot_value_text (value);

  value->n_bytes = length;
  value->detail = _foliot_value_weigh (length + 8);
  if (length > 0)
    memcpy (text, data, length);
  text[length] = '\0';
  return value;
}

/* The digits, after a sign, of a number beyond 64 bits. */
static FoliotValue *
new_bigint (gboolean negative, const char *digits, gsize length)
{
  gsize n_bytes = length + (negative ? 1 : 0);
  FoliotValue *value = _foliot_value_alloc (FOLIOT_VALUE_BIGINT, n_bytes + 1);
  char *text = _foliot_value_text (value);

  value->n_bytes = n_bytes;
  value->detail = _foliot_value_weigh (n_bytes + 8);
  value->traits = FOLIOT_VALUE_HAS_BIGINT;
  if (negative)
    *text++ = '-';
  memcpy (text, digits, length);
  text[length] = '\0';
  return value;
}

/* Whether the digits (no leading zero) fit 64 bits, and what they are then. */
static gboolean
digits_to_uint (const char *digits, gsize length, guint64 *out_natural)
{
  guint64 natural = 0;

  if (length > 20)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    {
      if (__builtin_mul_overflow (natural, 10u, &natural)
          || __builtin_add_overflow (natural, (guint64) (digits[i] - '0'), &natural))
        return FALSE;
    }
  *out_natural = natural;
  return TRUE;
}

FoliotValue *
foliot_value_new_decimal (const char *digits, gssize length)
{
  gboolean negative;
  gsize left;
  guint64 natural;

  g_return_val_if_fail (digits != NULL, NULL);
  left = length < 0 ? strlen (digits) : (gsize) length;
  negative = left > 0 && digits[0] == '-';
  digits += negative;
  left -= negative;
  if (left == 0)
    return NULL;
  for (gsize i = 0; i < left; i++)
    if (!g_ascii_isdigit (digits[i]))
      return NULL;
  while (left > 1 && digits[0] == '0')
    {
      digits++;
      left--;
    }
  if (!digits_to_uint (digits, left, &natural))
    return new_bigint (negative, digits, left);
  if (!negative)
    return foliot_value_new_uint (natural);
  if (natural > (guint64) G_MAXINT64 + 1)
    return new_bigint (TRUE, digits, left);
  return foliot_value_new_int ((gint64) (0 - natural));
}

/* ---- text and bytes ---- */

FoliotValue *
foliot_value_new_string_checked (const char *text, gsize length, gboolean allow_surrogates)
{
  FoliotValue *value;
  gboolean surrogates;

  g_return_val_if_fail (text != NULL || length == 0, NULL);
  if (length == 0)
    return (FoliotValue *) &empty_string.value;
  if (_foliot_text_check (text, length, allow_surrogates, &surrogates) != length)
    return NULL;
  value = new_data (FOLIOT_VALUE_STRING, text, length);
  if (G_UNLIKELY (surrogates))
    value->traits = FOLIOT_VALUE_HAS_SURROGATE;
  return value;
}

FoliotValue *
foliot_value_new_string_len (const char *text, gsize length)
{
  FoliotValue *value = foliot_value_new_string_checked (text, length, FALSE);

  if (G_UNLIKELY (value == NULL && text != NULL))
    {
      g_autoptr (GString) valid = _foliot_text_make_valid (text, length);
      value = new_data (FOLIOT_VALUE_STRING, valid->str, valid->len);
    }
  return value;
}

FoliotValue *
_foliot_value_new_valid_text (const char *text, gsize length)
{
  return length > 0 ? new_data (FOLIOT_VALUE_STRING, text, length) : (FoliotValue *) &empty_string.value;
}

FoliotValue *
foliot_value_new_string (const char *text)
{
  g_return_val_if_fail (text != NULL, NULL);
  return foliot_value_new_string_len (text, strlen (text));
}

FoliotValue *
foliot_value_new_string_printf (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  return foliot_value_new_string (text);
}

FoliotValue *
foliot_value_new_bytes (gconstpointer data, gsize length)
{
  FoliotValue *value;

  g_return_val_if_fail (data != NULL || length == 0, NULL);
  value = new_data (FOLIOT_VALUE_BYTES, data, length);
  value->traits = FOLIOT_VALUE_HAS_BYTES;
  return value;
}

FoliotValue *
foliot_value_new_ext (guint8 code, gconstpointer data, gsize length)
{
  FoliotValue *value;

  g_return_val_if_fail (code <= 127, NULL);
  g_return_val_if_fail (data != NULL || length == 0, NULL);
  value = new_data (FOLIOT_VALUE_EXT, data, length);
  value->detail = code;
  value->traits = FOLIOT_VALUE_HAS_EXT;
  return value;
}

FoliotValue *
foliot_value_new_date (const FoliotDate *date)
{
  FoliotValue *value;

  g_return_val_if_fail (date != NULL, NULL);
  value = _foliot_value_alloc (FOLIOT_VALUE_DATE, 0);
  value->date = *date;
  value->traits = FOLIOT_VALUE_HAS_OBJECT;
  return value;
}

FoliotValue *
foliot_value_new_object (GType type, gpointer instance)
{
  FoliotValue *value;

  g_return_val_if_fail (instance != NULL, NULL);
  g_return_val_if_fail (g_type_is_a (type, G_TYPE_OBJECT) || G_TYPE_IS_BOXED (type), NULL);
  value = _foliot_value_alloc (FOLIOT_VALUE_OBJECT, 0);
  value->type = type;
  value->traits = FOLIOT_VALUE_HAS_OBJECT;
  if (G_TYPE_FUNDAMENTAL (type) == G_TYPE_OBJECT)
    value->instance = g_object_ref (instance);
  else
    value->instance = g_boxed_copy (type, instance);
  return value;
}

/* ---- lists and maps ---- */

static inline guint
max_depth (guint depth, const FoliotValue *item)
{
  return MAX (depth, _foliot_value_depth (item));
}

/* A container of copied @items, with the depth, the traits and the weight that follow from them. */
static FoliotValue *
new_container (FoliotValueKind kind, FoliotValue **items, gsize n_items)
{
  FoliotValue *value, **own;
  guint depth = 0;
  guint16 traits = 0;
  guint64 sum = 0;

  g_assert (n_items <= G_MAXUINT32);
  value = _foliot_value_alloc (kind, n_items * sizeof *items);
  own = _foliot_value_items (value);
  for (gsize i = 0; i < n_items; i++)
    {
      own[i] = items[i];
      traits |= items[i]->traits;
      depth = max_depth (depth, items[i]);
      sum += _foliot_value_count (items[i]);
    }
  value->n_items = n_items;
  value->depth = depth < G_MAXUINT ? depth + 1 : depth;
  value->traits = traits;
  _foliot_value_set_weight (value, sum);
  return value;
}

FoliotValue *
foliot_value_new_list (FoliotValue **items, gsize n_items)
{
  g_return_val_if_fail (items != NULL || n_items == 0, NULL);
  if (n_items == 0)
    return (FoliotValue *) &empty_list;
  return new_container (FOLIOT_VALUE_LIST, items, n_items);
}

static guint16
key_traits (const FoliotValue *key)
{
  if (key->kind != FOLIOT_VALUE_STRING)
    return FOLIOT_VALUE_HAS_OTHER_KEY;
  if (key->n_bytes == strlen ("__type__") && memcmp (_foliot_value_text (key), "__type__", key->n_bytes) == 0)
    return FOLIOT_VALUE_HAS_TYPE_KEY;
  return 0;
}

/* Adds what its own keys say of a map. */
static FoliotValue *
add_key_traits (FoliotValue *map)
{
  FoliotValue **items = _foliot_value_items (map);

  for (guint32 i = 0; i < map->n_items; i += 2)
    map->traits |= key_traits (items[i]);
  return map;
}

FoliotValue *
foliot_value_new_map (FoliotValue **pairs, gsize n_pairs)
{
  gsize n_left;

  g_return_val_if_fail (pairs != NULL || n_pairs == 0, NULL);
  if (n_pairs == 0)
    return (FoliotValue *) &empty_map;
  n_left = _foliot_value_unite_keys (pairs, n_pairs);
  return add_key_traits (new_container (FOLIOT_VALUE_MAP, pairs, 2 * n_left));
}

FoliotValue *
_foliot_filling_end (FoliotFilling *filling)
{
  FoliotValue *value = filling->value, *shorter;
  gsize n_left;

  g_assert (filling->next == filling->end);
  _foliot_value_set_weight (value, filling->sum);
  if (value->kind != FOLIOT_VALUE_MAP)
    return value;
  n_left = 2 * _foliot_value_unite_keys (_foliot_value_items (value), value->n_items / 2);
  if (G_LIKELY (n_left == value->n_items))
    return add_key_traits (value);
  shorter = new_container (FOLIOT_VALUE_MAP, _foliot_value_items (value), n_left);
  _foliot_block_free (value, sizeof *value + value->n_items * sizeof (FoliotValue *));
  return add_key_traits (shorter);
}

void
_foliot_filling_abandon (FoliotFilling *filling)
{
  while (filling->next < filling->end)
    *filling->next++ = foliot_value_new_null ();
  _foliot_value_unref (filling->value);
}

FoliotValue *
foliot_value_build_list (FoliotValue *first, ...)
{
  FoliotValue *few[8];
  g_autofree FoliotValue **many = NULL;
  FoliotValue **items = few;
  gsize n_items = 0;
  va_list args;

  va_start (args, first);
  for (FoliotValue *item = first; item != NULL; item = va_arg (args, FoliotValue *))
    {
      if (n_items >= G_N_ELEMENTS (few) && (n_items & (n_items - 1)) == 0)
        {
          many = g_renew (FoliotValue *, many, 2 * n_items);
          if (items == few)
            memcpy (many, few, sizeof few);
          items = many;
        }
      items[n_items++] = item;
    }
  va_end (args);
  return foliot_value_new_list (items, n_items);
}

FoliotValue *
foliot_value_build_map (const char *first_key, ...)
{
  FoliotValue *few[8];
  g_autofree FoliotValue **many = NULL;
  FoliotValue **pairs = few;
  gsize n_items = 0;
  va_list args;

  va_start (args, first_key);
  for (const char *key = first_key; key != NULL; key = va_arg (args, const char *))
    {
      if (n_items >= G_N_ELEMENTS (few) && (n_items & (n_items - 1)) == 0)
        {
          many = g_renew (FoliotValue *, many, 2 * n_items);
          if (pairs == few)
            memcpy (many, few, sizeof few);
          pairs = many;
        }
      pairs[n_items++] = foliot_value_new_string (key);
      pairs[n_items++] = va_arg (args, FoliotValue *);
    }
  va_end (args);
  return foliot_value_new_map (pairs, n_items / 2);
}
