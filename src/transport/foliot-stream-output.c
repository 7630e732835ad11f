/* SPDX-License-Identifier: MIT */
#include "transport/foliot-stream-private.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>

/*
 * Small messages are copied one behind the other, so that many of them leave in one write and none of them keeps memory
 * of its own. A large one is not copied: its bytes are referenced, in their place between the others. A link that has
 * nothing to say keeps no block.
 */

#define FIRST_BLOCK_BYTES 4000
#define BLOCK_BYTES       (65536 - 96)
#define LARGE_BYTES       16384
#define MAX_VECTORS       64

struct _FoliotStreamBlock
{
  FoliotStreamBlock *next;
  GBytes *bytes; /* (nullable) whose data it is */
  const guint8 *data;
  gsize length;
  gsize start;    /* what was written already */
  gsize capacity; /* behind this struct; 0 with @bytes */
};

static void
add_block (FoliotStreamOutput *output, FoliotStreamBlock *block)
{
  *(output->last != NULL ? &output->last->next : &output->first) = block;
  output->last = block;
}

static gboolean
has_room (const FoliotStreamOutput *output, gsize needed)
{
  return output->last != NULL && output->last->bytes == NULL
         && output->last->capacity - output->last->length >= needed;
}

static gboolean
add_room (FoliotStreamOutput *output, gsize capacity)
{
  FoliotStreamBlock *block = g_try_malloc (sizeof *block + capacity);

  if (block == NULL)
    return FALSE;
  *block = (FoliotStreamBlock){ .data = (const guint8 *) (block + 1), .capacity = capacity };
  add_block (output, block);
  return TRUE;
}

/* In one block, where more of its kind follows. */
static gboolean
ensure_room (FoliotStreamOutput *output, gsize needed)
{
  return has_room (output, needed)
         || add_room (output, MAX (needed, output->first == NULL ? FIRST_BLOCK_BYTES : BLOCK_BYTES));
}

gboolean
_foliot_stream_output_append (FoliotStreamOutput *output, const void *data, gsize length)
{
  FoliotStreamBlock *block;

  if (length == 0)
    return TRUE;
  if (!ensure_room (output, length))
    return FALSE;
  block = output->last;
  memcpy ((guint8 *) (block + 1) + block->length, data, length);
  block->length += length;
  output->n_bytes += length;
  return TRUE;
}

gboolean
_foliot_stream_output_append_frame (FoliotStreamOutput *output, GBytes *payload)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (payload, &length);
  guint32 header = GUINT32_TO_BE ((guint32) length);
  FoliotStreamBlock *block;

  if (length < LARGE_BYTES)
    {
      /* Header and payload in one block, or neither. */
      return ensure_room (output, length + sizeof header)
             && _foliot_stream_output_append (output, &header, sizeof header)
             && _foliot_stream_output_append (output, data, length);
    }
  /* Between two large ones is only a header. */
  block = g_try_malloc (sizeof *block);
  if (block == NULL || (!has_room (output, sizeof header) && !add_room (output, sizeof header))
      || !_foliot_stream_output_append (output, &header, sizeof header))
    {
      g_free (block);
      return FALSE;
    }
  *block = (FoliotStreamBlock){ .bytes = g_bytes_ref (payload), .data = data, .length = length };
  add_block (output, block);
  output->n_bytes += length;
  return TRUE;
}

static void
drop_first (FoliotStreamOutput *output)
{
  FoliotStreamBlock *block = output->first;

  output->first = block->next;
  if (output->first == NULL)
    output->last = NULL;
  if (block->bytes != NULL)
    g_bytes_unref (block->bytes);
  g_free (block);
}

static void
advance (FoliotStreamOutput *output, gsize n_bytes)
{
  output->n_bytes -= n_bytes;
  while (n_bytes > 0)
    {
      gsize left = output->first->length - output->first->start;

      if (n_bytes < left)
        {
          output->first->start += n_bytes;
          return;
        }
      n_bytes -= left;
      drop_first (output);
    }
}

static gssize
write_some (FoliotStreamOutput *output, int fd)
{
  struct iovec vectors[MAX_VECTORS];
  struct msghdr message = { .msg_iov = vectors };
  FoliotStreamBlock *block = output->first;

  if (block->next == NULL)
    return send (fd, block->data + block->start, block->length - block->start, MSG_NOSIGNAL);
  for (; block != NULL && message.msg_iovlen < MAX_VECTORS; block = block->next)
    {
      vectors[message.msg_iovlen].iov_base = (void *) (block->data + block->start);
      vectors[message.msg_iovlen++].iov_len = block->length - block->start;
    }
  return sendmsg (fd, &message, MSG_NOSIGNAL);
}

gboolean
_foliot_stream_output_write (FoliotStreamOutput *output, int fd)
{
  while (output->n_bytes > 0)
    {
      gssize n = write_some (output, fd);

      if (n >= 0)
        advance (output, (gsize) n);
      else if (errno == EAGAIN || errno == EWOULDBLOCK)
        return TRUE;
      else if (errno != EINTR)
        return FALSE;
    }
  return TRUE;
}

void
_foliot_stream_output_clear (FoliotStreamOutput *output)
{
  while (output->first != NULL)
    drop_first (output);
  output->n_bytes = 0;
}
