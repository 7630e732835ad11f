/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Small blocks of memory that are made and dropped several times for each message.
 *
 * A block that was dropped waits, by its size, for the next who wants one like it: last in, first out, so it is still
 * warm, and neither end calls the allocator. What waits belongs to the thread, is bounded, and is freed with the thread.
 * Every block is one of g_malloc(), so it may be dropped in another thread than it was made in. With a sanitizer all of
 * them go to the allocator, which then sees each use of a dead one.
 */

#include <glib.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define FOLIOT_BLOCKS_KEPT 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define FOLIOT_BLOCKS_KEPT 0
#endif
#endif
#ifndef FOLIOT_BLOCKS_KEPT
#define FOLIOT_BLOCKS_KEPT 1
#endif

/* 8, 24, 40, … 200 bytes: what the usual allocators, which keep 8 bytes beside each block, hand out without waste. */
#define FOLIOT_BLOCK_STEP    16
#define FOLIOT_BLOCK_CLASSES 13

/* The blocks that wait in a thread; @room says how many more of a size may. */
typedef struct
{
  struct
  {
    gpointer first; /* each begins with a pointer to the next */
    gsize room;
  } classes[FOLIOT_BLOCK_CLASSES];
  gboolean known; /* the thread frees them when it ends */
} FoliotBlocks;

/* Small enough for the room that the C library keeps for libraries that are loaded late. */
extern __thread FoliotBlocks _foliot_blocks __attribute__ ((tls_model ("initial-exec")));

gpointer _foliot_block_make (gsize size) G_GNUC_MALLOC;
void _foliot_block_put_away (gpointer block, gsize size);

static inline gsize
_foliot_block_class (gsize size)
{
  return (size + FOLIOT_BLOCK_STEP / 2 - 1) / FOLIOT_BLOCK_STEP;
}

static inline gsize
_foliot_block_class_size (gsize class)
{
  return class * FOLIOT_BLOCK_STEP + FOLIOT_BLOCK_STEP / 2;
}

/* Returns: @size bytes, of undefined content; never %NULL. */
static inline gpointer
_foliot_block_new (gsize size)
{
  gsize class = _foliot_block_class (size);
  gpointer block;

  if (!FOLIOT_BLOCKS_KEPT || class >= FOLIOT_BLOCK_CLASSES)
    return g_malloc (size);
  block = _foliot_blocks.classes[class].first;
  if (G_UNLIKELY (block == NULL))
    return _foliot_block_make (size);
  _foliot_blocks.classes[class].first = *(gpointer *) block;
  _foliot_blocks.classes[class].room++;
  return block;
}

/* The same, but %NULL if a large block cannot be had. */
static inline gpointer
_foliot_block_try_new (gsize size)
{
  return G_LIKELY (_foliot_block_class (size) < FOLIOT_BLOCK_CLASSES) ? _foliot_block_new (size)
                                                                      : g_try_malloc (size);
}

/* @size: what it was made with. */
static inline void
_foliot_block_free (gpointer block, gsize size)
{
  gsize class = _foliot_block_class (size);

  if (!FOLIOT_BLOCKS_KEPT || class >= FOLIOT_BLOCK_CLASSES)
    {
      g_free (block);
      return;
    }
  if (G_UNLIKELY (_foliot_blocks.classes[class].room == 0))
    {
      _foliot_block_put_away (block, size);
      return;
    }
  *(gpointer *) block = _foliot_blocks.classes[class].first;
  _foliot_blocks.classes[class].first = block;
  _foliot_blocks.classes[class].room--;
}
