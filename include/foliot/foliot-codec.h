/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-value.h>

G_BEGIN_DECLS

/**
 * FOLIOT_CODEC_ERROR:
 *
 * Why bytes could not be decoded or a value not be encoded. Messages give the byte offset.
 * Failures that aiomas names (`SerializationError`) are of the domain FOLIOT_ERROR.
 */
#define FOLIOT_CODEC_ERROR (foliot_codec_error_quark ())
FOLIOT_API GQuark foliot_codec_error_quark (void);

/**
 * FoliotCodecError:
 * @FOLIOT_CODEC_ERROR_SYNTAX: the bytes are not this format
 * @FOLIOT_CODEC_ERROR_TRUNCATED: the bytes end too early
 * @FOLIOT_CODEC_ERROR_TRAILING: bytes are left after the value
 * @FOLIOT_CODEC_ERROR_UTF8: a text is not valid UTF-8, or holds a surrogate where the format has none
 * @FOLIOT_CODEC_ERROR_LIMIT: a limit of #FoliotLimits is exceeded; the message names it
 * @FOLIOT_CODEC_ERROR_ENVELOPE: a `__type__` map that is no envelope, or has an unknown type id
 * @FOLIOT_CODEC_ERROR_UNSUPPORTED: the format cannot express it (a map as map key, …)
 */
typedef enum
{
  FOLIOT_CODEC_ERROR_SYNTAX,
  FOLIOT_CODEC_ERROR_TRUNCATED,
  FOLIOT_CODEC_ERROR_TRAILING,
  FOLIOT_CODEC_ERROR_UTF8,
  FOLIOT_CODEC_ERROR_LIMIT,
  FOLIOT_CODEC_ERROR_ENVELOPE,
  FOLIOT_CODEC_ERROR_UNSUPPORTED,
} FoliotCodecError;

/**
 * FoliotLimits:
 * @max_bytes: of one encoded message, and of what it decompresses to; default 64 MiB
 * @max_depth: lists and maps inside each other; default 1 000
 * @max_items: list items, map pairs and scalars of one message in all; default 16 777 216
 *
 * What a decoder accepts and an encoder writes. Checked before memory is taken.
 */
typedef struct
{
  gsize max_bytes;
  guint max_depth;
  guint max_items;
} FoliotLimits;

#define FOLIOT_LIMITS_DEFAULT                                                                                \
  {                                                                                                          \
    64 * 1024 * 1024, 1000, 16 * 1024 * 1024                                                                 \
  }

/**
 * FoliotCodec:
 *
 * Turns values into bytes and back, and objects inside them into plain data and back. One instance per channel.
 *
 * There are two steps each way, so that a link which carries values by reference does exactly what a wire does:
 * *lower* turns a value with objects into plain data (`{"__type__": [id, representation]}`), refuses what the format
 * cannot carry and changes what it would change (JSON: keys become text, of equal keys the last wins); *raise* turns envelopes back
 * into objects, inside-out. `encode` is lower then write; `decode` is read then raise. The cost of lower and raise is
 * one look at the value's traits, depth and weight when there is nothing to do.
 */
#define FOLIOT_TYPE_CODEC (foliot_codec_get_type ())
FOLIOT_API G_DECLARE_DERIVABLE_TYPE (FoliotCodec, foliot_codec, FOLIOT, CODEC, GObject);

/**
 * FoliotCodecClass:
 * @name: what `str(codec)` begins with: "JSON"
 * @refused: traits the format cannot carry at all
 * @changed: traits for which @normalize must run; 0 if none
 * @normalize: (nullable): returns the plain value as the wire would deliver it, or an error; no objects inside
 * @write: appends the bytes of a plain value
 * @read: reads exactly one plain value from all of @data
 *
 * What a codec implements. @write and @read never see objects.
 */
struct _FoliotCodecClass
{
  GObjectClass parent_class;
  const char *name;
  FoliotValueTraits refused;
  FoliotValueTraits changed;
  FoliotValue *(*normalize) (FoliotCodec *codec, FoliotValue *value, GError **error);
  gboolean (*write) (FoliotCodec *codec, FoliotValue *value, GByteArray *out, GError **error);
  FoliotValue *(*read) (FoliotCodec *codec, const guint8 *data, gsize length, GError **error);
  gpointer padding[4];
};

/**
 * FoliotSerializeFunc:
 * @object: an OBJECT or DATE value of the registered type
 *
 * Returns: (transfer full) (nullable): its representation (may hold further objects), or %NULL with @error
 */
typedef FoliotValue *(*FoliotSerializeFunc) (FoliotValue *object, gpointer user_data, GError **error);
/**
 * FoliotDeserializeFunc:
 * @representation: what the peer's serializer returned
 *
 * Returns: (transfer full) (nullable): the object value, or %NULL with @error
 */
typedef FoliotValue *(*FoliotDeserializeFunc) (FoliotValue *representation, gpointer user_data,
                                               GError **error);

/**
 * FoliotSerializer:
 * @type: exact class; FOLIOT_TYPE_DATE for dates; %G_TYPE_NONE is the fallback for every class ("object")
 *
 * A type with its two functions: what `extra_serializers` lists hold.
 */
typedef struct
{
  GType type;
  FoliotSerializeFunc serialize;
  FoliotDeserializeFunc deserialize;
  gpointer user_data;
} FoliotSerializer;

#define FOLIOT_TYPE_CODEC_JSON (foliot_codec_json_get_type ())
FOLIOT_API GType foliot_codec_json_get_type (void);
#define FOLIOT_TYPE_CODEC_MSGPACK (foliot_codec_msgpack_get_type ())
FOLIOT_API GType foliot_codec_msgpack_get_type (void);
#define FOLIOT_TYPE_CODEC_BLOSC (foliot_codec_blosc_get_type ())
FOLIOT_API GType foliot_codec_blosc_get_type (void);

/**
 * foliot_codec_new:
 * @type: a codec class.
 *
 * Returns: (transfer full): an instance without serializers.
 */
FOLIOT_API FoliotCodec *foliot_codec_new (GType type) FOLIOT_WARN_UNUSED;

/**
 * foliot_codec_type_from_name:
 * @name: "json", "msgpack" or "blosc"
 * @error: %FOLIOT_ERROR_VALUE lists the names
 *
 * Returns: the class, or %G_TYPE_INVALID
 */
FOLIOT_API GType foliot_codec_type_from_name (const char *name, GError **error);

/**
 * foliot_codec_add_serializer:
 * @codec: a codec
 * @serializer: is copied; its type id on the wire is the number of serializers added before
 * @error: %FOLIOT_ERROR_VALUE `There is already a serializer for type "<class 'X'>"`
 *
 * Returns: whether it was added
 */
FOLIOT_API gboolean foliot_codec_add_serializer (FoliotCodec *codec, const FoliotSerializer *serializer,
                                                 GError **error);

/**
 * foliot_codec_get_date_serializer:
 *
 * Returns: aiomas' arrow serializer: dates as text (aiomas 2.0.1 `arrow_serializer`).
 */
FOLIOT_API const FoliotSerializer *foliot_codec_get_date_serializer (void);

/**
 * foliot_codec_set_no_serializer_error:
 * @error: (out) (optional): where the error goes
 * @value: the value that cannot be sent
 *
 * For serializers that take several classes (the fallback) and cannot take this one: sets the
 * %FOLIOT_ERROR_SERIALIZATION `No serializer found for type "<class 'X'>"`.
 */
FOLIOT_API void foliot_codec_set_no_serializer_error (GError **error, FoliotValue *value);

FOLIOT_API void foliot_codec_set_limits (FoliotCodec *codec, const FoliotLimits *limits);
FOLIOT_API const FoliotLimits *foliot_codec_get_limits (FoliotCodec *codec);

/**
 * foliot_codec_to_string:
 *
 * Returns: (transfer full): `JSON[Arrow, object]`: name and registered types in order.
 */
FOLIOT_API char *foliot_codec_to_string (FoliotCodec *codec) FOLIOT_WARN_UNUSED;

/**
 * foliot_codec_lower:
 * @value: any value
 * @error: FOLIOT_ERROR_SERIALIZATION `No serializer found for type "<class 'X'>"`, `Could not serialize object "<repr>": <why>`,
 *   FOLIOT_ERROR_TYPE (bad map keys), a user map with the key `__type__`, or a FOLIOT_CODEC_ERROR
 *
 * The limits hold as they do when @value is written. O(1) when it holds nothing to change and is far below the limits
 * (of bytes: about a tenth); else it is walked, and a large one is written once, for nobody, to find out.
 *
 * Returns: (transfer full) (nullable): plain data, exactly what the other end's reader would yield
 */
FOLIOT_API FoliotValue *foliot_codec_lower (FoliotCodec *codec, FoliotValue *value,
                                            GError **error) FOLIOT_WARN_UNUSED;

/**
 * foliot_codec_raise:
 * @value: plain data from [method@Codec.lower] of a peer's codec or from a reader
 *
 * O(1) when there is no envelope inside.
 *
 * Returns: (transfer full) (nullable): the value with objects
 */
FOLIOT_API FoliotValue *foliot_codec_raise (FoliotCodec *codec, FoliotValue *value,
                                            GError **error) FOLIOT_WARN_UNUSED;

/**
 * foliot_codec_write:
 *
 * Appends the bytes of plain data (what lower returned) to @out; @out is unchanged on failure.
 */
FOLIOT_API gboolean foliot_codec_write (FoliotCodec *codec, FoliotValue *plain, GByteArray *out,
                                        GError **error);
/**
 * foliot_codec_read:
 *
 * Returns: (transfer full) (nullable): plain data (what raise takes).
 */
FOLIOT_API FoliotValue *foliot_codec_read (FoliotCodec *codec, const guint8 *data, gsize length,
                                           GError **error) FOLIOT_WARN_UNUSED;
/**
 * foliot_codec_encode:
 *
 * Lower, then write; @out is unchanged on failure. As in aiomas, keys that JSON makes equal are
 * all written, and the reader keeps the last: what it reads is what [method@Codec.lower] gives.
 */
FOLIOT_API gboolean foliot_codec_encode (FoliotCodec *codec, FoliotValue *value, GByteArray *out,
                                         GError **error);
/**
 * foliot_codec_decode:
 * @error: what foliot_codec_read() and foliot_codec_raise() say
 *
 * Both in one: bytes to plain data, and that to values with objects.
 *
 * Returns: (transfer full) (nullable): the value; %NULL with @error
 */
FOLIOT_API FoliotValue *foliot_codec_decode (FoliotCodec *codec, const guint8 *data, gsize length,
                                             GError **error) FOLIOT_WARN_UNUSED;

/**
 * foliot_serializable_new: (skip)
 * @type: a GObject class
 * @names: (array zero-terminated=1): properties, in the order of the constructor's parameters; each is written, read
 *   and printed (`A(x=1, y=2)`). A property of type #FoliotValue takes any value.
 * @repr: whether foliot_value_print() prints instances as `A(x=1, y=2)`
 *
 * aiomas' `@serializable`: wire form `{"x": 1, "y": 2}`.
 *
 * Returns: (transfer none): a serializer that lives as long as the process; the same for the same @type
 */
FOLIOT_API const FoliotSerializer *foliot_serializable_new (GType type, const char *const *names,
                                                            gboolean repr);

/**
 * foliot_typed_parse:
 * @text: one value in the typed notation of tests/data/aiomas-wire.json: `["int", "-5"]`
 *
 * Services, proxies and instances of V and W (the two classes of those tests) are represented by stand-ins.
 *
 * Returns: (transfer full) (nullable): the value
 */
FOLIOT_API FoliotValue *foliot_typed_parse (const char *text, GError **error) FOLIOT_WARN_UNUSED;
/**
 * foliot_typed_format:
 *
 * Returns: (transfer full): one line of typed notation.
 */
FOLIOT_API char *foliot_typed_format (FoliotValue *value) FOLIOT_WARN_UNUSED;
/**
 * foliot_typed_get_serializer:
 * @name: "date", "V", "W" or "proxy" (a fallback: services as their path, which arrive as proxies)
 * @error: %FOLIOT_ERROR_VALUE lists the names
 *
 * Returns: (transfer none) (nullable): the serializer of the typed notation's stand-ins
 */
FOLIOT_API const FoliotSerializer *foliot_typed_get_serializer (const char *name, GError **error);

G_END_DECLS
