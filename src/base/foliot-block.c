/* SPDX-License-Identifier: MIT */
#include "base/foliot-block-private.h"

/*
 * Where blocks come from when none waits, and where they go when enough do. A thread has no room at first, so the first
 * block that it drops brings it here, and its end is arranged for.
 */

/*
 * What may wait of each size. A large message is ten thousand blocks and more, mostly of one size or two; when they go
 * to the allocator it merges them, only to cut them again for the next message, at several times the price of reading it.
 */
#define ROOM_BYTES (1024 * 1024)

__thread FoliotBlocks _foliot_blocks __attribute__ ((tls_model ("initial-exec")));

/* The thread ends. What is dropped after this goes to the allocator, because there is no room again. */
static void
free_all (gpointer data)
{
  for (guint i = 0; i < FOLIOT_BLOCK_CLASSES; i++)
    {
      gpointer block;

      while ((block = _foliot_blocks.classes[i].first) != NULL)
        {
          _foliot_blocks.classes[i].first = *(gpointer *) block;
          g_free (block);
        }
      _foliot_blocks.classes[i].room = 0;
    }
}

static void
get_known (void)
{
  static GPrivate at_end = G_PRIVATE_INIT (free_all);

  _foliot_blocks.known = TRUE;
  for (guint i = 0; i < FOLIOT_BLOCK_CLASSES; i++)
    _foliot_blocks.classes[i].room = ROOM_BYTES / _foliot_block_class_size (i);
  g_private_set (&at_end, &_foliot_blocks);
}

gpointer
_foliot_block_make (gsize size)
{
  return g_malloc (_foliot_block_class_size (_foliot_block_class (size)));
}

void
_foliot_block_put_away (gpointer block, gsize size)
{
  if (_foliot_blocks.known)
    {
      g_free (block);
      return;
    }
  get_known ();
  _foliot_block_free (block, size);
}
