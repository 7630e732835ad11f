/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The inside of a random stream, so that the distributions draw without a call.
 *
 * A stream is a position in the sequence philox (key, 0), philox (key, 1), …; each block is two words, of which the
 * second waits here for the next draw. That is the whole state: 64 bits of key, 64 of position, one word.
 */

#include <foliot/foliot-random.h>

struct _FoliotRandom
{
  guint64 key;
  guint64 position; /* how many words were drawn; the next block is half of it */
  guint64 spare;    /* the second word of the last block, while the position is odd */
  guint32 *draws;   /* the kernel's count for the event that is running */
  char *name;
  char *purpose;
};

/* foliot_random_draw_block: the first word of the next block; keeps the second. */
guint64 _foliot_random_draw_block (FoliotRandom *random);

/* foliot_random_draw: the next word; counted as one draw. */
static inline guint64
foliot_random_draw (FoliotRandom *random)
{
  *random->draws += 1;
  if (random->position++ & 1)
    return random->spare;
  return _foliot_random_draw_block (random);
}

/* foliot_random_draw_unit: in [0, 1), a multiple of 2^−53; exact, so the same everywhere. */
static inline double
foliot_random_draw_unit (FoliotRandom *random)
{
  return (double) (foliot_random_draw (random) >> 11) * 0x1p-53;
}
