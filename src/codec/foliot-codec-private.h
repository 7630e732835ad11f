/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-codec.h>

G_BEGIN_DECLS

/* The key that makes a map an envelope. */
#define FOLIOT_ENVELOPE_KEY "__type__"

/*
 * _foliot_codec_get_touched:
 *
 * Returns: the traits of values that foliot_codec_lower() does more to than look at their depth and weight
 */
FoliotValueTraits _foliot_codec_get_touched (FoliotCodec *codec);

/*
 * FoliotCodecBounds:
 * @max_weight: a value that is not heavier is surely within @limits when it is written, alone or as the content of a
 *   message; −1 if that can be said of none
 */
typedef struct
{
  FoliotLimits limits;
  gint max_weight;
} FoliotCodecBounds;

/* Returns: (transfer none): those of @codec, as long as it lives */
const FoliotCodecBounds *_foliot_codec_get_bounds (FoliotCodec *codec);

/* Gives @type the name that a Python peer's class has; it stands in error texts and in foliot_codec_to_string(). */
void _foliot_codec_set_class_name (GType type, const char *class_name);

/* `keys must be str, int, float, bool or None, not tuple` */
void _foliot_codec_set_key_error (GError **error, const FoliotValue *key);
void _foliot_codec_set_depth_error (GError **error, guint max_depth);
void _foliot_codec_set_items_error (GError **error, guint max_items);
void _foliot_codec_set_memory_error (GError **error, gsize n_bytes);
/* What a writer says of a value that lower has not turned into plain data. */
void _foliot_codec_set_not_plain_error (GError **error, const FoliotValue *value);

/* Whether one more list or map may be: @n_items: of the message with those in it; @n_open: containers around it. */
static inline gboolean
_foliot_codec_check_container (const FoliotLimits *limits, gsize n_items, gsize n_open, GError **error)
{
  if (G_UNLIKELY (n_items > limits->max_items))
    _foliot_codec_set_items_error (error, limits->max_items);
  else if (G_UNLIKELY (n_open >= limits->max_depth))
    _foliot_codec_set_depth_error (error, limits->max_depth);
  else
    return TRUE;
  return FALSE;
}

G_END_DECLS
