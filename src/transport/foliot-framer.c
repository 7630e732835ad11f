/* SPDX-License-Identifier: MIT */
#include "transport/foliot-framer-private.h"

#include <string.h>

#include "kernel/foliot-fault-private.h"

/*
 * Cuts a stream of bytes into payloads. A payload's buffer grows with what has really arrived, at most to double of it, so an
 * announcement alone costs the peer's honesty and none of our memory. What was complete before an error is still
 * given out.
 */

#define HEADER_BYTES 4
#define FIRST_BYTES  4096

struct _FoliotFramer
{
  FoliotKernel *kernel; /* (nullable) for fault loops; borrowed */
  gsize max_bytes;
  guint8 header[HEADER_BYTES];
  guint n_header;
  guint8 *payload; /* of the frame under way */
  gsize length;    /* that it announced */
  gsize fill;
  gsize capacity;
  GQueue ready; /* of GBytes */
  GError *error;
};

FoliotFramer *
foliot_framer_new (gsize max_bytes)
{
  FoliotFramer *framer = g_new0 (FoliotFramer, 1);

  framer->max_bytes = max_bytes;
  g_queue_init (&framer->ready);
  return framer;
}

void
foliot_framer_free (FoliotFramer *framer)
{
  g_free (framer->payload);
  g_queue_clear_full (&framer->ready, (GDestroyNotify) g_bytes_unref);
  g_clear_error (&framer->error);
  g_free (framer);
}

void
_foliot_framer_set_kernel (FoliotFramer *framer, FoliotKernel *kernel)
{
  framer->kernel = kernel;
}

static gsize
take_header (FoliotFramer *framer, const guint8 *data, gsize length)
{
  gsize n = MIN (length, HEADER_BYTES - framer->n_header);
  guint32 announced;

  memcpy (framer->header + framer->n_header, data, n);
  framer->n_header += n;
  if (framer->n_header < HEADER_BYTES)
    return n;
  memcpy (&announced, framer->header, sizeof announced);
  framer->length = GUINT32_FROM_BE (announced);
  if (framer->length > framer->max_bytes)
    g_set_error (&framer->error, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_FRAME_TOO_LONG,
                 "The peer announces a message of %" G_GSIZE_FORMAT " bytes, the limit is %" G_GSIZE_FORMAT
                 ": raise it, or see whether the peer speaks this protocol",
                 framer->length, framer->max_bytes);
  return n;
}

static gboolean
make_room (FoliotFramer *framer, gsize needed)
{
  gsize capacity = MAX (framer->capacity, FIRST_BYTES);
  guint8 *payload;

  if (needed <= framer->capacity)
    return TRUE;
  while (capacity < needed)
    capacity *= 2;
  capacity = MIN (capacity, framer->length);
  payload = framer->kernel != NULL && _foliot_kernel_fault (framer->kernel)
                ? NULL
                : g_try_realloc (framer->payload, capacity);
  if (payload == NULL)
    {
      g_set_error (&framer->error, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_RESOURCES,
                   "No memory for a message of %" G_GSIZE_FORMAT " bytes: lower the limit of messages",
                   framer->length);
      return FALSE;
    }
  framer->payload = payload;
  framer->capacity = capacity;
  return TRUE;
}

static gsize
take_payload (FoliotFramer *framer, const guint8 *data, gsize length)
{
  gsize n = MIN (length, framer->length - framer->fill);

  if (!make_room (framer, framer->fill + n))
    return 0;
  if (n > 0)
    memcpy (framer->payload + framer->fill, data, n);
  framer->fill += n;
  return n;
}

static void
finish_payload (FoliotFramer *framer)
{
  g_queue_push_tail (&framer->ready, g_bytes_new_take (g_steal_pointer (&framer->payload), framer->length));
  framer->n_header = 0;
  framer->length = framer->fill = framer->capacity = 0;
}

gboolean
foliot_framer_feed (FoliotFramer *framer, const guint8 *data, gsize length, GError **error)
{
  g_return_val_if_fail (framer != NULL, FALSE);
  g_return_val_if_fail (data != NULL || length == 0, FALSE);

  while (framer->error == NULL && length > 0)
    {
      gsize n = framer->n_header < HEADER_BYTES ? take_header (framer, data, length)
                                                : take_payload (framer, data, length);

      data += n;
      length -= n;
      if (framer->error == NULL && framer->n_header == HEADER_BYTES && framer->fill == framer->length)
        finish_payload (framer);
    }
  if (framer->error == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (framer->error));
  return FALSE;
}

GBytes *
foliot_framer_next (FoliotFramer *framer)
{
  g_return_val_if_fail (framer != NULL, NULL);
  return g_queue_pop_head (&framer->ready);
}

void
foliot_framer_append (GByteArray *out, const guint8 *payload, gsize length)
{
  guint32 header = GUINT32_TO_BE ((guint32) length);

  g_return_if_fail (out != NULL);
  g_return_if_fail (length <= G_MAXUINT32);

  g_byte_array_append (out, (const guint8 *) &header, sizeof header);
  g_byte_array_append (out, payload, (guint) length);
}
