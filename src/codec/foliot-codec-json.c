/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-codec.h>

#include "codec/foliot-json-private.h"
#include "codec/foliot-rewrite-private.h"

/*
 * JSON as Python's `json` module speaks it. It knows no bytes, and what it does not know of map keys and NaNs it changes
 * on the way: normalize does the same to a value that never becomes text.
 */

#define CHANGED (FOLIOT_VALUE_HAS_OTHER_KEY | FOLIOT_VALUE_HAS_ODD_NAN)

typedef struct
{
  FoliotCodec parent_instance;
} FoliotCodecJson;

typedef struct
{
  FoliotCodecClass parent_class;
} FoliotCodecJsonClass;

G_DEFINE_FINAL_TYPE (FoliotCodecJson, foliot_codec_json, FOLIOT_TYPE_CODEC)

static FoliotRewriteVerdict
normalize_value (FoliotValue *value, gboolean is_key, gpointer user_data, FoliotValue **out, GError **error)
{
  if (is_key && foliot_value_get_kind (value) != FOLIOT_VALUE_STRING)
    {
      *out = _foliot_json_key_to_text (value, error);
      return *out != NULL ? FOLIOT_REWRITE_REPLACE : FOLIOT_REWRITE_FAIL;
    }
  if ((foliot_value_get_traits (value) & CHANGED) == 0)
    return FOLIOT_REWRITE_KEEP;
  if (foliot_value_get_kind (value) != FOLIOT_VALUE_DOUBLE)
    return FOLIOT_REWRITE_ENTER;
  *out = _foliot_json_make_nan ();
  return FOLIOT_REWRITE_REPLACE;
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
