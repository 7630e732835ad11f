/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-codec.h>

G_BEGIN_DECLS

/* Exactly one MsgPack value. Allocates only in step with the bytes that are there, whatever lengths they announce. */
FoliotValue *_foliot_msgpack_read (const guint8 *data, gsize length, const FoliotLimits *limits,
                                   GError **error);
/* As msgpack-python's `packb (use_bin_type=True)` writes it. */
gboolean _foliot_msgpack_write (FoliotValue *value, const FoliotLimits *limits, GByteArray *out,
                                GError **error);

/* What MsgPack has no form for, for the two codecs that write it. */
#define FOLIOT_MSGPACK_REFUSED (FOLIOT_VALUE_HAS_BIGINT | FOLIOT_VALUE_HAS_SURROGATE)

G_END_DECLS
