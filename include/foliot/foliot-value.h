/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-date.h>
#include <foliot/foliot-error.h>

G_BEGIN_DECLS

/**
 * FoliotValue:
 *
 * One immutable, reference-counted piece of data: what travels in messages, results of futures, arguments.
 *
 * References are not atomic: a value belongs to one thread at a time. Constructors that take an array of values take
 * the references in it. Equality, hash and order of maps are defined by content and never by address.
 */
typedef struct _FoliotValue FoliotValue;

#define FOLIOT_TYPE_VALUE (foliot_value_get_type ())
FOLIOT_API GType foliot_value_get_type (void);

typedef enum
{
  FOLIOT_VALUE_NULL,
  FOLIOT_VALUE_BOOL,
  FOLIOT_VALUE_INT,    /* −2^63 … 2^64−1 */
  FOLIOT_VALUE_BIGINT, /* beyond, as decimal text */
  FOLIOT_VALUE_DOUBLE,
  FOLIOT_VALUE_STRING, /* UTF-8 with a length; NUL allowed; lone surrogates as three bytes (WTF-8) */
  FOLIOT_VALUE_BYTES,
  FOLIOT_VALUE_LIST,
  FOLIOT_VALUE_MAP,    /* keys of any kind, in the order of insertion */
  FOLIOT_VALUE_DATE,   /* FoliotDate */
  FOLIOT_VALUE_EXT,    /* MsgPack extension: code 0–127 and bytes */
  FOLIOT_VALUE_OBJECT, /* an instance of a GObject class or boxed type: service, proxy, serializable */
} FoliotValueKind;

/**
 * FoliotValueTraits:
 *
 * What a value holds, itself or anywhere inside; known without walking it.
 */
typedef enum
{
  FOLIOT_VALUE_HAS_OBJECT = 1 << 0, /* objects or dates: something a serializer must turn into plain data */
  FOLIOT_VALUE_HAS_BYTES = 1 << 1,
  FOLIOT_VALUE_HAS_EXT = 1 << 2,
  FOLIOT_VALUE_HAS_BIGINT = 1 << 3,
  FOLIOT_VALUE_HAS_SURROGATE = 1 << 4, /* a lone surrogate in a string */
  FOLIOT_VALUE_HAS_OTHER_KEY = 1 << 5, /* a map key that is no string */
  FOLIOT_VALUE_HAS_TYPE_KEY = 1 << 6,  /* a map with the string key `__type__` */
  FOLIOT_VALUE_HAS_ODD_NAN = 1 << 7,   /* a NaN other than 0x7ff8000000000000 */
} FoliotValueTraits;

FOLIOT_API FoliotValue *foliot_value_new_null (void) FOLIOT_WARN_UNUSED;
FOLIOT_API FoliotValue *foliot_value_new_bool (gboolean value) FOLIOT_WARN_UNUSED;
FOLIOT_API FoliotValue *foliot_value_new_int (gint64 value) FOLIOT_WARN_UNUSED;
FOLIOT_API FoliotValue *foliot_value_new_uint (guint64 value) FOLIOT_WARN_UNUSED;
FOLIOT_API FoliotValue *foliot_value_new_double (double value) FOLIOT_WARN_UNUSED;

/**
 * foliot_value_new_decimal:
 * @digits: optional `-`, then decimal digits; leading zeros are dropped, "-0" is 0
 * @length: bytes, or −1
 *
 * Returns: (transfer full) (nullable): an INT when it fits, else a BIGINT; %NULL if @digits is no integer
 */
FOLIOT_API FoliotValue *foliot_value_new_decimal (const char *digits, gssize length) FOLIOT_WARN_UNUSED;

/**
 * foliot_value_new_string:
 * @text: UTF-8; an invalid byte is a programmer's mistake: it is replaced by U+FFFD
 */
FOLIOT_API FoliotValue *foliot_value_new_string (const char *text) FOLIOT_WARN_UNUSED;
FOLIOT_API FoliotValue *foliot_value_new_string_len (const char *text, gsize length) FOLIOT_WARN_UNUSED;

/**
 * foliot_value_new_string_checked:
 * @text: bytes
 * @length: how many
 * @allow_surrogates: whether three-byte surrogates (WTF-8) are taken
 *
 * Returns: (transfer full) (nullable): the string, or %NULL if the bytes are not valid
 */
FOLIOT_API FoliotValue *foliot_value_new_string_checked (const char *text, gsize length,
                                                         gboolean allow_surrogates) FOLIOT_WARN_UNUSED;
FOLIOT_API FoliotValue *foliot_value_new_string_printf (const char *format, ...)
    G_GNUC_PRINTF (1, 2) FOLIOT_WARN_UNUSED;
FOLIOT_API FoliotValue *foliot_value_new_bytes (gconstpointer data, gsize length) FOLIOT_WARN_UNUSED;
FOLIOT_API FoliotValue *foliot_value_new_ext (guint8 code, gconstpointer data,
                                              gsize length) FOLIOT_WARN_UNUSED;
FOLIOT_API FoliotValue *foliot_value_new_date (const FoliotDate *date) FOLIOT_WARN_UNUSED;

/**
 * foliot_value_new_list:
 * @items: (array length=n_items) (transfer full) (nullable): the items; the array itself stays the caller's
 */
FOLIOT_API FoliotValue *foliot_value_new_list (FoliotValue **items, gsize n_items) FOLIOT_WARN_UNUSED;

/**
 * foliot_value_new_map:
 * @pairs: (array) (transfer full) (nullable): key, value, key, value …: 2 × @n_pairs values; the array stays the
 *   caller's, its content is undefined afterwards
 *
 * Of equal keys the last value wins, at the place of the first (as in Python). Keys are equal by content; INT, BIGINT,
 * BOOL and DOUBLE keys of equal number are equal, also inside lists (a NaN equals a NaN of the same bits). O(n).
 */
FOLIOT_API FoliotValue *foliot_value_new_map (FoliotValue **pairs, gsize n_pairs) FOLIOT_WARN_UNUSED;

/**
 * foliot_value_build_list: (skip)
 * @first: (transfer full): items, then %NULL; an empty list is `foliot_value_new_list (NULL, 0)`
 */
FOLIOT_API FoliotValue *foliot_value_build_list (FoliotValue *first,
                                                 ...) G_GNUC_NULL_TERMINATED FOLIOT_WARN_UNUSED;

/**
 * foliot_value_build_map: (skip)
 * @first_key: text key, value (transfer full), text key, value …, then %NULL; an empty map is
 *   `foliot_value_new_map (NULL, 0)`
 */
FOLIOT_API FoliotValue *foliot_value_build_map (const char *first_key,
                                                ...) G_GNUC_NULL_TERMINATED FOLIOT_WARN_UNUSED;

/**
 * foliot_value_new_object:
 * @type: the exact class: a GObject class or boxed type
 * @instance: (transfer none): is referenced or copied
 */
FOLIOT_API FoliotValue *foliot_value_new_object (GType type, gpointer instance) FOLIOT_WARN_UNUSED;

FOLIOT_API FoliotValue *foliot_value_ref (FoliotValue *value) FOLIOT_WARN_UNUSED;
FOLIOT_API void foliot_value_unref (FoliotValue *value);

FOLIOT_API FoliotValueKind foliot_value_get_kind (const FoliotValue *value);
FOLIOT_API FoliotValueTraits foliot_value_get_traits (const FoliotValue *value);
/**
 * foliot_value_get_depth:
 *
 * Returns: how many lists and maps lie inside each other; 0 for anything else.
 */
FOLIOT_API guint foliot_value_get_depth (const FoliotValue *value);
FOLIOT_API gboolean foliot_value_is_null (const FoliotValue *value);
/**
 * foliot_value_kind_to_python_name:
 *
 * What Python's errors call such a value: `int`, `str`, `dict`; a LIST is a `list` (aiomas' own messages hold tuples), a DATE
 * an `Arrow`, an EXT an `ExtType`, an OBJECT, whose class is not known here, an `object`.
 *
 * Returns: (transfer none): it
 */
FOLIOT_API const char *foliot_value_kind_to_python_name (FoliotValueKind kind);
/**
 * foliot_value_is_number:
 *
 * Returns: whether it is an INT, BIGINT or DOUBLE (not a BOOL).
 */
FOLIOT_API gboolean foliot_value_is_number (const FoliotValue *value);

/* Readers. The kind must be right (checked as a programmer's mistake); get_double also takes an INT and BIGINT. */
FOLIOT_API gboolean foliot_value_get_bool (const FoliotValue *value);
FOLIOT_API gint64 foliot_value_get_int (const FoliotValue *value);
/**
 * foliot_value_get_uint:
 *
 * For an INT ≥ 0.
 */
FOLIOT_API guint64 foliot_value_get_uint (const FoliotValue *value);
/**
 * foliot_value_fits_int64:
 *
 * Returns: whether it is an INT in −2^63 … 2^63−1.
 */
FOLIOT_API gboolean foliot_value_fits_int64 (const FoliotValue *value);
/**
 * foliot_value_dup_decimal:
 *
 * Returns: (transfer full): the digits of an INT or BIGINT.
 */
FOLIOT_API char *foliot_value_dup_decimal (const FoliotValue *value) FOLIOT_WARN_UNUSED;
FOLIOT_API double foliot_value_get_double (const FoliotValue *value);
/**
 * foliot_value_get_string:
 * @out_length: (out) (optional): how many bytes, the NUL at the end not counted; there may be others before it
 *
 * Returns: NUL-terminated, borrowed from the value.
 */
FOLIOT_API const char *foliot_value_get_string (const FoliotValue *value, gsize *out_length);
/**
 * foliot_value_get_bytes:
 *
 * The data of BYTES or EXT, borrowed.
 */
FOLIOT_API gconstpointer foliot_value_get_bytes (const FoliotValue *value, gsize *out_length);
FOLIOT_API guint8 foliot_value_get_ext_code (const FoliotValue *value);
FOLIOT_API const FoliotDate *foliot_value_get_date (const FoliotValue *value);
/**
 * foliot_value_get_length:
 *
 * Returns: items of a LIST, pairs of a MAP.
 */
FOLIOT_API gsize foliot_value_get_length (const FoliotValue *value);
FOLIOT_API FoliotValue *foliot_value_get_item (const FoliotValue *list, gsize index);
FOLIOT_API FoliotValue *foliot_value_get_key (const FoliotValue *map, gsize index);
FOLIOT_API FoliotValue *foliot_value_get_pair_value (const FoliotValue *map, gsize index);
/**
 * foliot_value_lookup:
 *
 * O(n).
 *
 * Returns: (transfer none) (nullable): the value of the text key @key.
 */
FOLIOT_API FoliotValue *foliot_value_lookup (const FoliotValue *map, const char *key);
/**
 * foliot_value_get_object_type:
 *
 * Returns: the exact class of an OBJECT.
 */
FOLIOT_API GType foliot_value_get_object_type (const FoliotValue *value);
/**
 * foliot_value_get_object:
 *
 * Returns: (transfer none) (nullable): the instance if it is-a @type, else %NULL.
 */
FOLIOT_API gpointer foliot_value_get_object (const FoliotValue *value, GType type);

/**
 * foliot_value_equal:
 *
 * Same kind and content; doubles by bits; maps with the same pairs in the same order; objects by identity unless the
 * type has an equality of its own (foliot_value_set_object_funcs()).
 */
FOLIOT_API gboolean foliot_value_equal (const FoliotValue *a, const FoliotValue *b);

/**
 * foliot_value_hash:
 *
 * A 64-bit hash of the content, the same on every machine and in every run; it is what digests cover. Objects enter by
 * their type's hash function, else by their type name alone, never by address.
 */
FOLIOT_API guint64 foliot_value_hash (const FoliotValue *value);

typedef guint64 (*FoliotObjectHashFunc) (gpointer instance);
typedef gboolean (*FoliotObjectEqualFunc) (gpointer a, gpointer b);
typedef char *(*FoliotObjectFormatFunc) (gpointer instance);

/**
 * foliot_value_set_object_funcs: (skip)
 *
 * Declares, once per type, how instances of @type in values are hashed, compared and printed. Each may be %NULL.
 */
FOLIOT_API void foliot_value_set_object_funcs (GType type, FoliotObjectHashFunc hash,
                                               FoliotObjectEqualFunc equal, FoliotObjectFormatFunc format);

/**
 * foliot_value_print:
 *
 * Returns: (transfer full): a text for people, as Python's `repr` would print it; at most about 200 characters
 */
FOLIOT_API char *foliot_value_print (const FoliotValue *value) FOLIOT_WARN_UNUSED;

/**
 * foliot_double_format:
 * @value: a double
 * @buffer: (out): at least 32 bytes
 *
 * The shortest decimal text that reads back to the same double, in Python's `repr` form: `2.0`, `1e+16`, `1e-07`,
 * `-0.0`, `nan`, `inf`. Independent of the locale.
 *
 * Returns: @buffer
 */
FOLIOT_API char *foliot_double_format (double value, char buffer[32]);

/**
 * foliot_double_parse:
 * @text: a JSON number, or what [func@double_format] writes; the caller knows that it is one
 * @length: bytes
 *
 * The exact inverse of [func@double_format]; independent of the locale.
 *
 * Returns: the nearest double, ties to even; an infinity beyond the range
 */
FOLIOT_API double foliot_double_parse (const char *text, gsize length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotValue, foliot_value_unref)

G_END_DECLS
