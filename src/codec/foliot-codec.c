/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-codec.h>

#include "base/foliot-value-private.h"
#include "codec/foliot-codec-private.h"
#include "codec/foliot-rewrite-private.h"

/*
 * What all formats share: the registered serializers, the envelope, and the order in which a message is refused. A
 * value's traits say in O(1) whether there is anything to do; only then is it walked, without recursion.
 *
 * Encoding does not normalize: aiomas writes keys that become equal as text all, and its reader keeps the last. The
 * writers of such formats do the small changes themselves, and lower does them for links that carry values.
 */

/*
 * Objects inside objects that a peer may send. Freeing such a nest goes through the destructors of their classes, one
 * inside the other, which no stack of ours can stand in for.
 */
#define MAX_NESTED_OBJECTS 32

typedef struct
{
  GArray *serializers; /* of FoliotSerializer; the index is the type id */
  FoliotCodecBounds bounds;
} FoliotCodecPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (FoliotCodec, foliot_codec, G_TYPE_OBJECT)
G_DEFINE_QUARK (foliot-codec-error-quark, foliot_codec_error);
static G_DEFINE_QUARK (foliot-class-name, class_name);

/* ---- names and errors ---------------------------------------------------------------------------------------- */

void
_foliot_codec_set_class_name (GType type, const char *name)
{
  g_type_set_qdata (type, class_name_quark (), (gpointer) g_intern_string (name));
}

/* As Python prints `type.__name__`. */
static const char *
get_type_name (GType type)
{
  const char *name;

  if (type == G_TYPE_NONE)
    return "object";
  if (type == FOLIOT_TYPE_DATE)
    return "Arrow";
  name = g_type_get_qdata (type, class_name_quark ());
  return name != NULL ? name : g_type_name (type);
}

/* The name of a value's class. @full: with its module, as it stands between `<class '` and `'>`. */
static const char *
get_value_class (const FoliotValue *value, gboolean full)
{
  FoliotValueKind kind = foliot_value_get_kind (value);

  switch (kind)
    {
    case FOLIOT_VALUE_LIST:
      return "tuple";
    case FOLIOT_VALUE_DATE:
      return full ? "arrow.arrow.Arrow" : "Arrow";
    case FOLIOT_VALUE_EXT:
      return full ? "msgpack.ExtType" : "ExtType";
    case FOLIOT_VALUE_OBJECT:
      return get_type_name (foliot_value_get_object_type (value));
    default:
      return foliot_value_kind_to_python_name (kind);
    }
}

void
_foliot_codec_set_key_error (GError **error, const FoliotValue *key)
{
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_TYPE, "keys must be str, int, float, bool or None, not %s",
               get_value_class (key, FALSE));
}

void
_foliot_codec_set_depth_error (GError **error, guint max_depth)
{
  g_set_error (
      error, FOLIOT_CODEC_ERROR, FOLIOT_CODEC_ERROR_LIMIT,
      "Lists and maps inside each other are deeper than max_depth (%u): flatten the data or raise the limit",
      max_depth);
}

void
_foliot_codec_set_items_error (GError **error, guint max_items)
{
  g_set_error (error, FOLIOT_CODEC_ERROR, FOLIOT_CODEC_ERROR_LIMIT,
               "The message has more items than max_items (%u): send less at once or raise the limit",
               max_items);
}

void
_foliot_codec_set_memory_error (GError **error, gsize n_bytes)
{
  g_set_error (error, FOLIOT_CODEC_ERROR, FOLIOT_CODEC_ERROR_LIMIT,
               "No memory for %" G_GSIZE_FORMAT
               " bytes to hold the parts of a message: lower the limits of the codec",
               n_bytes);
}

void
_foliot_codec_set_not_plain_error (GError **error, const FoliotValue *value)
{
  g_set_error (error, FOLIOT_CODEC_ERROR, FOLIOT_CODEC_ERROR_UNSUPPORTED,
               "A value of class '%s' is not plain data of this format: lower it before it is written",
               get_value_class (value, TRUE));
}

void
foliot_codec_set_no_serializer_error (GError **error, FoliotValue *value)
{
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_SERIALIZATION,
               "No serializer found for type \"<class '%s'>\"", get_value_class (value, TRUE));
}

/* Takes @inner. */
static void
set_could_not_serialize (GError **error, FoliotValue *value, GError *inner)
{
  g_autoptr (GError) cause = inner;
  g_autofree char *repr = foliot_value_print (value);

  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_SERIALIZATION, "Could not serialize object \"%s\": %s", repr,
               cause != NULL ? cause->message : "the serializer gave no reason");
}

/* ---- serializers --------------------------------------------------------------------------------------------- */

static GArray *
get_serializers (FoliotCodec *codec)
{
  FoliotCodecPrivate *priv = foliot_codec_get_instance_private (codec);

  return priv->serializers;
}

/* Exact class first, then the fallback. Codecs have a handful of serializers: a linear search. */
static const FoliotSerializer *
find_serializer (FoliotCodec *codec, GType type, guint *out_id)
{
  GArray *serializers = get_serializers (codec);
  const FoliotSerializer *fallback = NULL;

  for (guint i = 0; i < serializers->len; i++)
    {
      const FoliotSerializer *serializer = &g_array_index (serializers, FoliotSerializer, i);

      if (serializer->type == type)
        {
          *out_id = i;
          return serializer;
        }
      if (serializer->type == G_TYPE_NONE)
        {
          fallback = serializer;
          *out_id = i;
        }
    }
  return fallback;
}

/* Plain data that the format has no form for: aiomas asks its serializers, of which none takes such a class. */
static void
refuse_plain (FoliotCodec *codec, FoliotValue *value, GError **error)
{
  guint id;

  if (find_serializer (codec, G_TYPE_INVALID, &id) == NULL)
    foliot_codec_set_no_serializer_error (error, value);
  else
    {
      GError *inner = NULL;

      foliot_codec_set_no_serializer_error (&inner, value);
      set_could_not_serialize (error, value, inner);
    }
}

/* `'utf-8' codec can't encode character '\ud800' in position 0: surrogates not allowed`, for the first lone surrogate. */
static void
refuse_surrogate (FoliotValue *value, GError **error)
{
  gsize length;
  const guint8 *text = (const guint8 *) foliot_value_get_string (value, &length);
  gsize position = 0;

  for (gsize i = 0; i + 2 < length; i++)
    {
      if (text[i] == 0xed && text[i + 1] >= 0xa0)
        {
          guint unit = 0xd000u | (text[i + 1] & 0x3fu) << 6 | (text[i + 2] & 0x3fu);

          g_set_error (error, FOLIOT_CODEC_ERROR, FOLIOT_CODEC_ERROR_UTF8,
                       "'utf-8' codec can't encode character '\\u%04x' in position %" G_GSIZE_FORMAT
                       ": surrogates not allowed",
                       unit, position);
          return;
        }
      position += (text[i] & 0xc0) != 0x80;
    }
}

static void
refuse_type_key (GError **error)
{
  g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_SERIALIZATION,
                       "A map with the key \"" FOLIOT_ENVELOPE_KEY
                       "\" cannot be sent: the other end would take it for an object. Use another key");
}

static FoliotValue *
wrap_envelope (guint id, FoliotValue *representation)
{
  FoliotValue *pair[] = { foliot_value_new_uint (id), representation };

  return foliot_value_build_map (FOLIOT_ENVELOPE_KEY, foliot_value_new_list (pair, 2), NULL);
}

static FoliotRewriteVerdict
serialize_object (FoliotCodec *codec, FoliotValue *object, FoliotValue **out, GError **error)
{
  gboolean is_date = foliot_value_get_kind (object) == FOLIOT_VALUE_DATE;
  GType type = is_date ? FOLIOT_TYPE_DATE : foliot_value_get_object_type (object);
  guint id = 0;
  const FoliotSerializer *serializer = find_serializer (codec, type, &id);
  FoliotValue *representation;
  GError *inner = NULL;

  if (serializer == NULL)
    {
      foliot_codec_set_no_serializer_error (error, object);
      return FOLIOT_REWRITE_FAIL;
    }
  representation = serializer->serialize (object, serializer->user_data, &inner);
  if (representation == NULL)
    {
      set_could_not_serialize (error, object, inner);
      return FOLIOT_REWRITE_FAIL;
    }
  if (foliot_value_get_traits (representation) & FOLIOT_VALUE_HAS_TYPE_KEY)
    {
      refuse_type_key (error);
      foliot_value_unref (representation);
      return FOLIOT_REWRITE_FAIL;
    }
  *out = wrap_envelope (id, representation);
  return FOLIOT_REWRITE_EXPAND;
}

/* ---- lower --------------------------------------------------------------------------------------------------- */

static FoliotRewriteVerdict
lower_value (FoliotValue *value, gboolean is_key, gpointer user_data, FoliotValue **out, GError **error)
{
  FoliotCodec *codec = user_data;
  FoliotCodecClass *klass = FOLIOT_CODEC_GET_CLASS (codec);
  FoliotValueKind kind = foliot_value_get_kind (value);

  if (is_key && (klass->changed & FOLIOT_VALUE_HAS_OTHER_KEY) && kind >= FOLIOT_VALUE_BYTES)
    {
      _foliot_codec_set_key_error (error, value);
      return FOLIOT_REWRITE_FAIL;
    }
  if ((foliot_value_get_traits (value) & (klass->refused | FOLIOT_VALUE_HAS_OBJECT)) == 0)
    return FOLIOT_REWRITE_KEEP;
  switch (kind)
    {
    case FOLIOT_VALUE_LIST:
    case FOLIOT_VALUE_MAP:
      return FOLIOT_REWRITE_ENTER;
    case FOLIOT_VALUE_DATE:
    case FOLIOT_VALUE_OBJECT:
      return serialize_object (codec, value, out, error);
    case FOLIOT_VALUE_STRING:
      refuse_surrogate (value, error);
      return FOLIOT_REWRITE_FAIL;
    default:
      refuse_plain (codec, value, error);
      return FOLIOT_REWRITE_FAIL;
    }
}

static gboolean
check_depth (FoliotCodec *codec, FoliotValue *value, GError **error)
{
  FoliotCodecPrivate *priv = foliot_codec_get_instance_private (codec);

  if (G_LIKELY (foliot_value_get_depth (value) <= priv->bounds.limits.max_depth))
    return TRUE;
  _foliot_codec_set_depth_error (error, priv->bounds.limits.max_depth);
  return FALSE;
}

/* A message is a triple around its content; Blosc has a header. */
/* The weight of a scalar, which is not written down. */
#define LIGHTEST           5
#define MESSAGE_ROOM_ITEMS 4
#define MESSAGE_ROOM_BYTES 64

/* A weight is of type and length alone: the worst that becomes of one byte is an escape of six. */
static gboolean
is_surely_within (const FoliotLimits *limits, guint weight)
{
  guint64 most = (guint64) 1 << weight;

  return 6 * most + MESSAGE_ROOM_BYTES <= MIN (limits->max_bytes, (gsize) G_MAXINT32)
         && most / 16 + MESSAGE_ROOM_ITEMS <= limits->max_items;
}

static void
set_bounds (FoliotCodecPrivate *priv, const FoliotLimits *limits)
{
  gint weight = FOLIOT_VALUE_MAX_WEIGHT - 1;

  while (weight >= LIGHTEST && !is_surely_within (limits, (guint) weight))
    weight--;
  priv->bounds.limits = *limits;
  priv->bounds.max_weight = weight >= LIGHTEST ? weight : -1;
}

/* Whether what @plain becomes keeps the limits. Its weight nearly always says so; else it is written, for nobody. */
static gboolean
check_weight (FoliotCodec *codec, FoliotValue *plain, GError **error)
{
  FoliotCodecPrivate *priv = foliot_codec_get_instance_private (codec);
  g_autoptr (GByteArray) nowhere = NULL;

  if (G_LIKELY ((gint) _foliot_value_weight (plain) <= priv->bounds.max_weight))
    return TRUE;
  nowhere = g_byte_array_new ();
  return foliot_codec_write (codec, plain, nowhere, error);
}

/* Objects become envelopes, which are deeper; what the format refuses is refused. */
static FoliotValue *
lower_objects (FoliotCodec *codec, FoliotValue *value, GError **error)
{
  FoliotCodecClass *klass = FOLIOT_CODEC_GET_CLASS (codec);
  FoliotValueTraits traits = foliot_value_get_traits (value);
  FoliotRewriter rewriter = { lower_value, NULL, codec, foliot_codec_get_limits (codec)->max_depth };
  g_autoptr (FoliotValue) plain = NULL;

  if (!check_depth (codec, value, error))
    return NULL;
  if (traits & FOLIOT_VALUE_HAS_TYPE_KEY)
    {
      refuse_type_key (error);
      return NULL;
    }
  if ((traits & (klass->refused | FOLIOT_VALUE_HAS_OBJECT)) == 0)
    return foliot_value_ref (value);
  plain = _foliot_rewrite (value, &rewriter, error);
  return plain != NULL && check_depth (codec, plain, error) ? g_steal_pointer (&plain) : NULL;
}

/* ---- raise --------------------------------------------------------------------------------------------------- */

/* A type id as aiomas compares it: by value, so 0.0 and false are 0. */
static const FoliotSerializer *
find_by_id (FoliotCodec *codec, FoliotValue *id)
{
  GArray *serializers = get_serializers (codec);
  guint64 number = G_MAXUINT64;
  double real;

  switch (foliot_value_get_kind (id))
    {
    case FOLIOT_VALUE_BOOL:
      number = foliot_value_get_bool (id) ? 1 : 0;
      break;
    case FOLIOT_VALUE_INT:
      if (foliot_value_fits_int64 (id) && foliot_value_get_int (id) >= 0)
        number = (guint64) foliot_value_get_int (id);
      break;
    case FOLIOT_VALUE_DOUBLE:
      real = foliot_value_get_double (id);
      if (real >= 0 && real < serializers->len && (double) (guint64) real == real)
        number = (guint64) real;
      break;
    default:
      break;
    }
  return number < serializers->len ? &g_array_index (serializers, FoliotSerializer, number) : NULL;
}

/* Returns: (transfer full) (nullable): the object in an envelope */
static FoliotValue *
open_envelope (FoliotCodec *codec, FoliotValue *envelope, GError **error)
{
  FoliotValue *pair = foliot_value_lookup (envelope, FOLIOT_ENVELOPE_KEY);
  const FoliotSerializer *serializer;
  FoliotValue *object;
  GError *inner = NULL;

  if (foliot_value_get_kind (pair) != FOLIOT_VALUE_LIST || foliot_value_get_length (pair) != 2)
    {
      g_autofree char *text = foliot_value_print (pair);

      g_set_error (error, FOLIOT_CODEC_ERROR, FOLIOT_CODEC_ERROR_ENVELOPE,
                   "The value of \"" FOLIOT_ENVELOPE_KEY
                   "\" is %s, expected a pair of type id and representation",
                   text);
      return NULL;
    }
  serializer = find_by_id (codec, foliot_value_get_item (pair, 0));
  if (serializer == NULL)
    {
      g_autofree char *text = foliot_value_print (foliot_value_get_item (pair, 0));

      g_set_error (
          error, FOLIOT_CODEC_ERROR, FOLIOT_CODEC_ERROR_ENVELOPE,
          "Unknown type id %s, %u serializers are registered: both ends need the same ones in the same order",
          text, get_serializers (codec)->len);
      return NULL;
    }
  object = serializer->deserialize (foliot_value_get_item (pair, 1), serializer->user_data, &inner);
  if (inner != NULL)
    g_propagate_error (error, inner);
  else if (object == NULL)
    g_set_error (error, FOLIOT_CODEC_ERROR, FOLIOT_CODEC_ERROR_ENVELOPE,
                 "The deserializer of %s gave no object", get_type_name (serializer->type));
  return object;
}

typedef struct
{
  FoliotCodec *codec;
  guint n_open; /* envelopes around the value that is met */
} Raise;

static gboolean
is_envelope (FoliotValue *value)
{
  return foliot_value_get_kind (value) == FOLIOT_VALUE_MAP
         && foliot_value_lookup (value, FOLIOT_ENVELOPE_KEY) != NULL;
}

static FoliotRewriteVerdict
raise_value (FoliotValue *value, gboolean is_key, gpointer user_data, FoliotValue **out, GError **error)
{
  Raise *raise = user_data;

  if ((foliot_value_get_traits (value) & FOLIOT_VALUE_HAS_TYPE_KEY) == 0)
    return FOLIOT_REWRITE_KEEP;
  if (is_envelope (value) && ++raise->n_open > MAX_NESTED_OBJECTS)
    {
      g_set_error (error, FOLIOT_CODEC_ERROR, FOLIOT_CODEC_ERROR_LIMIT,
                   "More than %d objects inside each other", MAX_NESTED_OBJECTS);
      return FOLIOT_REWRITE_FAIL;
    }
  return FOLIOT_REWRITE_ENTER;
}

/* Readers let envelopes pass as map keys; what they held must not be a map. */
static gboolean
check_keys (FoliotValue *map, GError **error)
{
  for (gsize i = 0; i < foliot_value_get_length (map); i++)
    if (foliot_value_get_kind (foliot_value_get_key (map, i)) == FOLIOT_VALUE_MAP)
      {
        g_set_error_literal (error, FOLIOT_CODEC_ERROR, FOLIOT_CODEC_ERROR_UNSUPPORTED,
                             "A map cannot be a map key");
        return FALSE;
      }
  return TRUE;
}

static FoliotValue *
raise_container (FoliotValue *container, gpointer user_data, GError **error)
{
  g_autoptr (FoliotValue) built = container;
  Raise *raise = user_data;

  if (foliot_value_get_kind (built) != FOLIOT_VALUE_MAP)
    return g_steal_pointer (&built);
  if (is_envelope (built))
    {
      raise->n_open--;
      return open_envelope (raise->codec, built, error);
    }
  if ((foliot_value_get_traits (built) & FOLIOT_VALUE_HAS_OTHER_KEY) && !check_keys (built, error))
    return NULL;
  return g_steal_pointer (&built);
}

/* ---- public -------------------------------------------------------------------------------------------------- */

static void
foliot_codec_finalize (GObject *object)
{
  FoliotCodecPrivate *priv = foliot_codec_get_instance_private (FOLIOT_CODEC (object));

  g_array_unref (priv->serializers);
  G_OBJECT_CLASS (foliot_codec_parent_class)->finalize (object);
}

static void
foliot_codec_class_init (FoliotCodecClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = foliot_codec_finalize;
}

static void
foliot_codec_init (FoliotCodec *codec)
{
  FoliotCodecPrivate *priv = foliot_codec_get_instance_private (codec);

  set_bounds (priv, &(FoliotLimits) FOLIOT_LIMITS_DEFAULT);
  priv->serializers = g_array_new (FALSE, FALSE, sizeof (FoliotSerializer));
}

FoliotCodec *
foliot_codec_new (GType type)
{
  g_return_val_if_fail (g_type_is_a (type, FOLIOT_TYPE_CODEC), NULL);
  return g_object_new (type, NULL);
}

GType
foliot_codec_type_from_name (const char *name, GError **error)
{
  g_return_val_if_fail (name != NULL, G_TYPE_INVALID);
  if (strcmp (name, "json") == 0)
    return FOLIOT_TYPE_CODEC_JSON;
  if (strcmp (name, "msgpack") == 0)
    return FOLIOT_TYPE_CODEC_MSGPACK;
  if (strcmp (name, "blosc") == 0)
    return FOLIOT_TYPE_CODEC_BLOSC;
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
               "Unknown codec \"%s\": use one of json, msgpack, blosc", name);
  return G_TYPE_INVALID;
}

gboolean
foliot_codec_add_serializer (FoliotCodec *codec, const FoliotSerializer *serializer, GError **error)
{
  GArray *serializers;

  g_return_val_if_fail (FOLIOT_IS_CODEC (codec), FALSE);
  g_return_val_if_fail (
      serializer != NULL && serializer->serialize != NULL && serializer->deserialize != NULL, FALSE);
  serializers = get_serializers (codec);
  for (guint i = 0; i < serializers->len; i++)
    if (g_array_index (serializers, FoliotSerializer, i).type == serializer->type)
      {
        g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
                     "There is already a serializer for type \"<class '%s'>\"",
                     serializer->type == FOLIOT_TYPE_DATE ? "arrow.arrow.Arrow"
                                                          : get_type_name (serializer->type));
        return FALSE;
      }
  g_array_append_val (serializers, *serializer);
  return TRUE;
}

void
foliot_codec_set_limits (FoliotCodec *codec, const FoliotLimits *limits)
{
  FoliotCodecPrivate *priv = foliot_codec_get_instance_private (codec);

  g_return_if_fail (FOLIOT_IS_CODEC (codec) && limits != NULL);
  set_bounds (priv, limits);
}

const FoliotLimits *
foliot_codec_get_limits (FoliotCodec *codec)
{
  FoliotCodecPrivate *priv = foliot_codec_get_instance_private (codec);

  return &priv->bounds.limits;
}

char *
foliot_codec_to_string (FoliotCodec *codec)
{
  GArray *serializers;
  GString *text;

  g_return_val_if_fail (FOLIOT_IS_CODEC (codec), NULL);
  serializers = get_serializers (codec);
  text = g_string_new (FOLIOT_CODEC_GET_CLASS (codec)->name);
  g_string_append_c (text, '[');
  for (guint i = 0; i < serializers->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "",
                            get_type_name (g_array_index (serializers, FoliotSerializer, i).type));
  g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

FoliotValueTraits
_foliot_codec_get_touched (FoliotCodec *codec)
{
  FoliotCodecClass *klass = FOLIOT_CODEC_GET_CLASS (codec);

  return klass->refused | klass->changed | FOLIOT_VALUE_HAS_OBJECT | FOLIOT_VALUE_HAS_TYPE_KEY;
}

const FoliotCodecBounds *
_foliot_codec_get_bounds (FoliotCodec *codec)
{
  FoliotCodecPrivate *priv = foliot_codec_get_instance_private (codec);

  return &priv->bounds;
}

FoliotValue *
foliot_codec_lower (FoliotCodec *codec, FoliotValue *value, GError **error)
{
  FoliotCodecClass *klass = FOLIOT_CODEC_GET_CLASS (codec);
  g_autoptr (FoliotValue) plain = lower_objects (codec, value, error);

  if (plain == NULL || !check_weight (codec, plain, error))
    return NULL;
  if (foliot_value_get_traits (plain) & klass->changed)
    return klass->normalize (codec, plain, error);
  return g_steal_pointer (&plain);
}

FoliotValue *
foliot_codec_raise (FoliotCodec *codec, FoliotValue *value, GError **error)
{
  FoliotCodecPrivate *priv = foliot_codec_get_instance_private (codec);
  Raise raise = { codec, 0 };
  FoliotRewriter rewriter = { raise_value, raise_container, &raise, priv->bounds.limits.max_depth };

  if ((foliot_value_get_traits (value) & FOLIOT_VALUE_HAS_TYPE_KEY) == 0)
    return foliot_value_ref (value);
  return _foliot_rewrite (value, &rewriter, error);
}

gboolean
foliot_codec_write (FoliotCodec *codec, FoliotValue *plain, GByteArray *out, GError **error)
{
  return FOLIOT_CODEC_GET_CLASS (codec)->write (codec, plain, out, error);
}

FoliotValue *
foliot_codec_read (FoliotCodec *codec, const guint8 *data, gsize length, GError **error)
{
  static const guint8 nothing[1];
  FoliotCodecPrivate *priv = foliot_codec_get_instance_private (codec);

  if (length > priv->bounds.limits.max_bytes)
    {
      g_set_error (error, FOLIOT_CODEC_ERROR, FOLIOT_CODEC_ERROR_LIMIT,
                   "The message has %" G_GSIZE_FORMAT " bytes, more than max_bytes (%" G_GSIZE_FORMAT ")",
                   length, priv->bounds.limits.max_bytes);
      return NULL;
    }
  return FOLIOT_CODEC_GET_CLASS (codec)->read (codec, length > 0 ? data : nothing, length, error);
}

gboolean
foliot_codec_encode (FoliotCodec *codec, FoliotValue *value, GByteArray *out, GError **error)
{
  g_autoptr (FoliotValue) plain = lower_objects (codec, value, error);

  return plain != NULL && foliot_codec_write (codec, plain, out, error);
}

FoliotValue *
foliot_codec_decode (FoliotCodec *codec, const guint8 *data, gsize length, GError **error)
{
  g_autoptr (FoliotValue) plain = foliot_codec_read (codec, data, length, error);

  return plain != NULL ? foliot_codec_raise (codec, plain, error) : NULL;
}
