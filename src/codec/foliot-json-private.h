/* SPDX-License-Identifier: MIT */
#pragma once

#include "codec/foliot-sink-private.h"

G_BEGIN_DECLS

/* Exactly one JSON value, as Python's `json.loads` of the UTF-8 text takes it. */
FoliotValue *_foliot_json_read (const guint8 *data, gsize length, const FoliotLimits *limits, GError **error);
/* The same; @out_offset: the byte at which an error was found. */
FoliotValue *_foliot_json_read_located (const guint8 *data, gsize length, const FoliotLimits *limits,
                                        gsize *out_offset, GError **error);
/* As Python's `json.dumps` with its defaults writes it. */
gboolean _foliot_json_write (FoliotValue *value, const FoliotLimits *limits, GByteArray *out, GError **error);
/* A string with its quotes, ASCII only. */
gboolean _foliot_json_write_string (FoliotSink *sink, const char *text, gsize length, GError **error);
/* The text that a map key of another kind becomes; NULL with a TypeError for lists, maps, bytes … */
FoliotValue *_foliot_json_key_to_text (FoliotValue *key, GError **error);
/* The one NaN that JSON has: 0x7ff8000000000000. */
FoliotValue *_foliot_json_make_nan (void);

G_END_DECLS
