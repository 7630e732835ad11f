/* SPDX-License-Identifier: MIT */
#include "async/foliot-stack.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "async/foliot-sanitizer.h"
#include "kernel/foliot-fault-private.h"

/*
 * Stacks are cut from chunks of address space that cost nothing until touched. An idle fiber touches one page: its
 * control block and its few frames share the topmost one. Two details keep ten thousand of them from fighting for the
 * same cache lines. Each stack has its guard page on top of its size, so that the distance between two stacks is an
 * odd number of pages and the tops spread over all sets of the TLB; and tops are coloured, shifted by a few cache
 * lines each, within the first half of the page.
 *
 * Chunks grow from a megabyte to a gigabyte, so that a small world stays small and a million stacks are 65 mappings.
 * Free stacks are a list through their own control blocks, last in first out: the warmest is reused first. A guard
 * belongs to the address, not to the fiber: it is set when the stack is cut, and once.
 */

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

#define PAGE_BYTES        4096
#define LINE_BYTES        64
#define N_COLOURS         32
#define FIRST_CHUNK_BYTES (1 << 20)
#define LAST_CHUNK_BYTES  (1 << 30)
#define MAX_PROTECTED     8192
#define MANY_FREE         4096
#define CANARY_BYTES      256

typedef struct
{
  char *base;
  gsize n_stacks;
  gsize n_cut;
  FoliotStackSize size_class;
} Chunk;

typedef struct
{
  FoliotStack *free;
  gsize n_free;
  gsize n_used;
  gsize next_chunk_bytes;
  gssize chunk; /* the one being cut, or −1 */
} SizeClass;

struct _FoliotStackPool
{
  FoliotKernel *kernel;
  gsize control_size;
  gsize offset;   /* of the FoliotStack in it */
  GArray *chunks; /* of Chunk */
  SizeClass classes[FOLIOT_STACK_LARGE + 1];
  FoliotStackGuard guard;
  gsize n_protected;
};

gsize
_foliot_stack_size_bytes (FoliotStackSize size)
{
  switch (size)
    {
    case FOLIOT_STACK_SMALL:
      return 16 * 1024;
    case FOLIOT_STACK_LARGE:
      return 512 * 1024;
    case FOLIOT_STACK_DEFAULT:
    default:
      return 64 * 1024;
    }
}

static gsize
stride_bytes (FoliotStackSize size)
{
  return _foliot_stack_size_bytes (size) + PAGE_BYTES;
}

FoliotStackPool *
_foliot_stack_pool_new (FoliotKernel *kernel, gsize control_size)
{
  FoliotStackPool *pool = g_new0 (FoliotStackPool, 1);

  pool->kernel = kernel;
  pool->offset = control_size - sizeof (FoliotStack);
  pool->control_size = (control_size + LINE_BYTES - 1) & ~(gsize) (LINE_BYTES - 1);
  pool->chunks = g_array_new (FALSE, FALSE, sizeof (Chunk));
  /* LeakSanitizer reads whole chunks and would die in a guard that the list of mappings does not show. */
  pool->guard = FOLIOT_ASAN ? FOLIOT_STACK_GUARD_PROTECT : FOLIOT_STACK_GUARD_PAGE;
  for (guint i = 0; i < G_N_ELEMENTS (pool->classes); i++)
    {
      pool->classes[i].next_chunk_bytes = FIRST_CHUNK_BYTES;
      pool->classes[i].chunk = -1;
    }
  return pool;
}

static gsize
chunk_bytes (const Chunk *chunk)
{
  return chunk->n_stacks * stride_bytes (chunk->size_class);
}

/* Of stack number @index: its control block lies below the top, shifted by its colour. */
static FoliotStack *
control_block (FoliotStackPool *pool, const Chunk *chunk, gsize index)
{
  char *top = chunk->base + (index + 1) * stride_bytes (chunk->size_class);

  return (FoliotStack *) (top - (index % N_COLOURS) * LINE_BYTES - pool->control_size + pool->offset);
}

void
_foliot_stack_pool_free (FoliotStackPool *pool)
{
  for (guint i = 0; i < pool->chunks->len; i++)
    {
      Chunk *chunk = &g_array_index (pool->chunks, Chunk, i);

      if (sanitizer_on_valgrind ())
        for (gsize k = 0; k < chunk->n_cut; k++)
          sanitizer_forget_stack (control_block (pool, chunk, k)->valgrind_id);
      sanitizer_unpoison (chunk->base, chunk_bytes (chunk));
      sanitizer_remove_root (chunk->base, chunk_bytes (chunk));
      munmap (chunk->base, chunk_bytes (chunk));
    }
  g_array_unref (pool->chunks);
  g_free (pool);
}

void
_foliot_stack_pool_set_guard (FoliotStackPool *pool, FoliotStackGuard guard)
{
  pool->guard = guard;
}

/* Reserves address space for more stacks: twice as many as the time before, fewer when the system has less. */
static gboolean
reserve_chunk (FoliotStackPool *pool, FoliotStackSize size, GError **error)
{
  SizeClass *class = &pool->classes[size];
  gsize n_stacks = MAX (1, class->next_chunk_bytes / stride_bytes (size));
  Chunk chunk = { .base = MAP_FAILED, .size_class = size };

  if (!_foliot_kernel_fault (pool->kernel))
    for (; n_stacks > 0 && chunk.base == MAP_FAILED; n_stacks /= 2)
      {
        chunk.n_stacks = n_stacks;
        chunk.base = mmap (NULL, chunk_bytes (&chunk), PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      }
  else
    errno = ENOMEM;
  if (chunk.base == MAP_FAILED)
    {
      g_set_error (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_MEMORY,
                   "no memory for the stack of another fiber (%" G_GSIZE_FORMAT " KiB, %" G_GSIZE_FORMAT
                   " in use): %s; run fewer fibers at once, or raise the limit on address space",
                   _foliot_stack_size_bytes (size) / 1024, class->n_used, g_strerror (errno));
      return FALSE;
    }
  /* A huge page would make 30 idle stacks resident for one that is used. */
  madvise (chunk.base, chunk_bytes (&chunk), MADV_NOHUGEPAGE);
  sanitizer_add_root (chunk.base, chunk_bytes (&chunk));
  class->next_chunk_bytes = MIN (2 * class->next_chunk_bytes, LAST_CHUNK_BYTES);
  class->chunk = pool->chunks->len;
  g_array_append_val (pool->chunks, chunk);
  return TRUE;
}

static FoliotStackGuard
install_guard (FoliotStackPool *pool, char *page)
{
  if (pool->guard == FOLIOT_STACK_GUARD_PAGE)
    {
      if (madvise (page, PAGE_BYTES, MADV_GUARD_INSTALL) == 0)
        return FOLIOT_STACK_GUARD_PAGE;
      pool->guard = FOLIOT_STACK_GUARD_PROTECT;
    }
  if (pool->guard == FOLIOT_STACK_GUARD_PROTECT)
    {
      if (pool->n_protected < MAX_PROTECTED && mprotect (page, PAGE_BYTES, PROT_NONE) == 0)
        {
          pool->n_protected++;
          return FOLIOT_STACK_GUARD_PROTECT;
        }
      pool->guard = FOLIOT_STACK_GUARD_CANARY;
    }
  return FOLIOT_STACK_GUARD_CANARY;
}

static FoliotStack *
cut_stack (FoliotStackPool *pool, FoliotStackSize size, GError **error)
{
  SizeClass *class = &pool->classes[size];
  Chunk *chunk;
  FoliotStack *stack;
  char *guard_page;

  if (class->chunk < 0
      || g_array_index (pool->chunks, Chunk, class->chunk).n_cut
             == g_array_index (pool->chunks, Chunk, class->chunk).n_stacks)
    if (!reserve_chunk (pool, size, error))
      return NULL;
  chunk = &g_array_index (pool->chunks, Chunk, class->chunk);
  guard_page = chunk->base + chunk->n_cut * stride_bytes (size);
  stack = control_block (pool, chunk, chunk->n_cut);
  chunk->n_cut++;
  stack->bottom = guard_page + PAGE_BYTES;
  stack->size_class = size;
  stack->guard = install_guard (pool, guard_page);
  stack->trimmed = FALSE;
  stack->valgrind_id = sanitizer_name_stack (stack->bottom, stack);
  return stack;
}

FoliotStack *
_foliot_stack_pool_take (FoliotStackPool *pool, FoliotStackSize size, GError **error)
{
  SizeClass *class = &pool->classes[size];
  FoliotStack *stack = class->free;

  if (G_LIKELY (stack != NULL))
    {
      class->free = stack->next_free;
      class->n_free--;
      stack->trimmed = FALSE;
    }
  else
    {
      stack = cut_stack (pool, size, error);
      if (stack == NULL)
        return NULL;
    }
  class->n_used++;
  return stack;
}

/* What the fiber used beyond its first page goes back to the system, but only when stacks lie idle by the thousand. */
static void
trim (FoliotStack *stack)
{
  char *first_page = (char *) ((guintptr) stack & ~(guintptr) (PAGE_BYTES - 1)) - PAGE_BYTES;

  madvise (stack->bottom, first_page - stack->bottom, MADV_DONTNEED);
  stack->trimmed = TRUE;
}

void
_foliot_stack_pool_give (FoliotStackPool *pool, FoliotStack *stack)
{
  SizeClass *class = &pool->classes[stack->size_class];

  sanitizer_unpoison (stack->bottom, (char *) stack - stack->bottom);
  if (class->n_free > MANY_FREE && class->n_free > class->n_used)
    trim (stack);
  stack->next_free = class->free;
  class->free = stack;
  class->n_free++;
  class->n_used--;
}

gboolean
_foliot_stack_is_sound (FoliotStack *stack)
{
  static const char zeros[CANARY_BYTES];

  return stack->guard != FOLIOT_STACK_GUARD_CANARY
         || memcmp (stack->bottom - CANARY_BYTES, zeros, CANARY_BYTES) == 0;
}

FoliotStack *
_foliot_stack_pool_find_guard (FoliotStackPool *pool, gconstpointer address)
{
  const char *byte = address;

  for (guint i = 0; i < pool->chunks->len; i++)
    {
      const Chunk *chunk = &g_array_index (pool->chunks, Chunk, i);
      gsize index;

      if (byte < chunk->base || byte >= chunk->base + chunk_bytes (chunk))
        continue;
      index = (gsize) (byte - chunk->base) / stride_bytes (chunk->size_class);
      if ((gsize) (byte - chunk->base) % stride_bytes (chunk->size_class) >= PAGE_BYTES
          || index >= chunk->n_cut)
        return NULL;
      return control_block (pool, chunk, index);
    }
  return NULL;
}
