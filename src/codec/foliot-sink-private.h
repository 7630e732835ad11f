/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-codec.h>

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

G_END_DECLS
