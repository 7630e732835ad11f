/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-codec.h>

#include "codec/foliot-msgpack-private.h"

/* MsgPack as msgpack-python speaks it with `use_bin_type`. It changes nothing: what it cannot carry it refuses. */

typedef struct
{
  FoliotCodec parent_instance;
} FoliotCodecMsgpack;

typedef struct
{
  FoliotCodecClass parent_class;
} FoliotCodecMsgpackClass;

G_DEFINE_FINAL_TYPE (FoliotCodecMsgpack, foliot_codec_msgpack, FOLIOT_TYPE_CODEC)

static gboolean
foliot_codec_msgpack_write (FoliotCodec *codec, FoliotValue *value, GByteArray *out, GError **error)
{
  return _foliot_msgpack_write (value, foliot_codec_get_limits (codec), out, error);
}

static FoliotValue *
foliot_codec_msgpack_read (FoliotCodec *codec, const guint8 *data, gsize length, GError **error)
{
  return _foliot_msgpack_read (data, length, foliot_codec_get_limits (codec), error);
}

static void
foliot_codec_msgpack_class_init (FoliotCodecMsgpackClass *klass)
{
  FoliotCodecClass *codec_class = FOLIOT_CODEC_CLASS (klass);

  codec_class->name = "MsgPack";
  codec_class->refused = FOLIOT_MSGPACK_REFUSED;
  codec_class->write = foliot_codec_msgpack_write;
  codec_class->read = foliot_codec_msgpack_read;
}

static void
foliot_codec_msgpack_init (FoliotCodecMsgpack *codec)
{
}
