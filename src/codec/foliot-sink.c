/* SPDX-License-Identifier: MIT */
#include "codec/foliot-sink-private.h"

/*
 * Reservations are worst cases, so the limit is enforced on what was really written: before each growth and at the end.
 * Writers keep single reservations small (or exact), hence the overshoot is a few kilobytes at most.
 */

/* GByteArray counts in guint. */
#define MAX_ARRAY_BYTES ((gsize) G_MAXINT32)

void
_foliot_sink_init (FoliotSink *sink, GByteArray *out, const FoliotLimits *limits)
{
  sink->out = out;
  sink->start = out->len;
  sink->max_bytes = MIN (limits->max_bytes, MAX_ARRAY_BYTES);
  g_byte_array_set_size (out, out->len + 128);
  sink->cursor = out->data + sink->start;
  sink->end = out->data + out->len;
}

static gboolean
check_length (FoliotSink *sink, gsize length, GError **error)
{
  if (length <= sink->max_bytes)
    return TRUE;
  g_set_error (error, FOLIOT_CODEC_ERROR, FOLIOT_CODEC_ERROR_LIMIT,
               "The encoded message is longer than max_bytes (%" G_GSIZE_FORMAT
               "): send less at once or raise the limit",
               sink->max_bytes);
  return FALSE;
}

gboolean
_foliot_sink_grow (FoliotSink *sink, gsize n_bytes, GError **error)
{
  gsize used = (gsize) (sink->cursor - sink->out->data) - sink->start;
  gsize wanted;

  if (!check_length (sink, used, error) || (n_bytes > 8192 && !check_length (sink, used + n_bytes, error)))
    return FALSE;
  wanted = MIN (sink->start + used + MAX (used, n_bytes + 256), (gsize) G_MAXUINT32);
  g_byte_array_set_size (sink->out, (guint) wanted);
  sink->cursor = sink->out->data + sink->start + used;
  sink->end = sink->out->data + sink->out->len;
  return TRUE;
}

gboolean
_foliot_sink_finish (FoliotSink *sink, gboolean ok, GError **error)
{
  gsize used = (gsize) (sink->cursor - sink->out->data) - sink->start;

  ok = ok && check_length (sink, used, error);
  g_byte_array_set_size (sink->out, (guint) (ok ? sink->start + used : sink->start));
  return ok;
}
