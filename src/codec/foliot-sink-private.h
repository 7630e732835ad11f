/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-codec.h>

#include <string.h>

#include "base/foliot-value-private.h"
#include "codec/foliot-codec-private.h"

G_BEGIN_DECLS

/*
 * FoliotSink:
 *
 * Where writers put their bytes: the spare room of a GByteArray, used through a cursor so that a token costs no call.
 * A writer reserves the most that its next token can need, then stores and moves the cursor.
 */
typedef struct
{
  GByteArray *out;
  guint8 *cursor;
  guint8 *end;
  gsize start;
  gsize max_bytes;
} FoliotSink;

void _foliot_sink_init (FoliotSink *sink, GByteArray *out, const FoliotLimits *limits);
/* Gives the array its final length: what was written if @ok, else what it was before. */
gboolean _foliot_sink_finish (FoliotSink *sink, gboolean ok, GError **error);
gboolean _foliot_sink_grow (FoliotSink *sink, gsize n_bytes, GError **error);

static inline gboolean
_foliot_sink_reserve (FoliotSink *sink, gsize n_bytes, GError **error)
{
  return G_LIKELY ((gsize) (sink->end - sink->cursor) >= n_bytes) || _foliot_sink_grow (sink, n_bytes, error);
}

/* The caller has reserved @n_bytes. */
static inline void
_foliot_sink_put (FoliotSink *sink, gconstpointer bytes, gsize n_bytes)
{
  memcpy (sink->cursor, bytes, n_bytes);
  sink->cursor += n_bytes;
}

/*
 * A writer comes to a container: its children (pairs of a map; *@out_length) are counted, the limits are checked, and there is room
 * for @n_bytes that begin it. @n_open: containers that it is in.
 */
static inline gboolean
_foliot_sink_open (FoliotSink *sink, gsize n_bytes, gsize n_open, FoliotValue *container,
                   const FoliotLimits *limits, gsize *n_items, gsize *out_length, GError **error)
{
  *out_length = container->kind == FOLIOT_VALUE_LIST ? container->n_items : container->n_items / 2;
  *n_items += *out_length;
  return _foliot_codec_check_container (limits, *n_items, n_open, error)
         && _foliot_sink_reserve (sink, n_bytes, error);
}

G_END_DECLS
