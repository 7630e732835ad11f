/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-codec.h>

#include "codec/foliot-json-private.h"
#include "codec/foliot-rewrite-private.h"

/*
 * JSON as Python's `json` module speaks it. It knows no bytes, and what it does not know of map keys and NaNs it changes
 * on the way: normalize does the same to a value that never becomes text.
 */

#define CHANGED (FOLIOT_VALUE_HAS_OTHER_KEY | FOLIOT_VALUE_HAS_ODD_NAN | FOLIOT_VALUE_HAS_SURROGATE)

typedef struct
{
  FoliotCodec parent_instance;
} FoliotCodecJson;

typedef struct
{
  FoliotCodecClass parent_class;
} FoliotCodecJsonClass;

G_DEFINE_FINAL_TYPE (FoliotCodecJson, foliot_codec_json, FOLIOT_TYPE_CODEC)

/* A high surrogate before a low one is one character once both were escapes: the text goes there and back. */
static FoliotValue *
through_text (FoliotValue *string)
{
  const FoliotLimits no_limits = { G_MAXUINT32, G_MAXUINT32, G_MAXUINT32 };
  g_autoptr (GByteArray) text = g_byte_array_new ();

  _foliot_json_write (string, &no_limits, text, NULL);
  return _foliot_json_read (text->data, text->len, &no_limits, NULL);
}

static FoliotRewriteVerdict
normalize_value (FoliotValue *value, gboolean is_key, gpointer user_data, FoliotValue **out, GError **error)
{
  FoliotValueKind kind = foliot_value_get_kind (value);

  if (is_key && kind != FOLIOT_VALUE_STRING)
    *out = _foliot_json_key_to_text (value, error);
  else if ((foliot_value_get_traits (value) & CHANGED) == 0)
    return FOLIOT_REWRITE_KEEP;
  else if (kind == FOLIOT_VALUE_LIST || kind == FOLIOT_VALUE_MAP)
    return FOLIOT_REWRITE_ENTER;
  else
    *out = kind == FOLIOT_VALUE_DOUBLE ? _foliot_json_make_nan () : through_text (value);
  return *out != NULL ? FOLIOT_REWRITE_REPLACE : FOLIOT_REWRITE_FAIL;
}

static FoliotValue *
foliot_codec_json_normalize (FoliotCodec *codec, FoliotValue *value, GError **error)
{
  FoliotRewriter rewriter = { normalize_value, NULL, NULL, foliot_codec_get_limits (codec)->max_depth };

  return _foliot_rewrite (value, &rewriter, error);
}

static gboolean
foliot_codec_json_write (FoliotCodec *codec, FoliotValue *value, GByteArray *out, GError **error)
{
  return _foliot_json_write (value, foliot_codec_get_limits (codec), out, error);
}

static FoliotValue *
foliot_codec_json_read (FoliotCodec *codec, const guint8 *data, gsize length, GError **error)
{
  return _foliot_json_read (data, length, foliot_codec_get_limits (codec), error);
}

static void
foliot_codec_json_class_init (FoliotCodecJsonClass *klass)
{
  FoliotCodecClass *codec_class = FOLIOT_CODEC_CLASS (klass);

  codec_class->name = "JSON";
  codec_class->refused = FOLIOT_VALUE_HAS_BYTES | FOLIOT_VALUE_HAS_EXT;
  codec_class->changed = CHANGED;
  codec_class->normalize = foliot_codec_json_normalize;
  codec_class->write = foliot_codec_json_write;
  codec_class->read = foliot_codec_json_read;
}

static void
foliot_codec_json_init (FoliotCodecJson *codec)
{
}
