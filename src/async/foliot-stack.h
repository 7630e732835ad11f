/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-async.h>

G_BEGIN_DECLS

/*
 * Stacks for fibers, and the control block that lives at the top of each.
 */

typedef struct _FoliotStackPool FoliotStackPool;
typedef struct _FoliotStack FoliotStack;

/*
 * FoliotStackGuard: what stops a fiber that uses more stack than it has.
 * PAGE: a guard marker in the page table (MADV_GUARD_INSTALL, Linux 6.13); costs no mapping.
 * PROTECT: an inaccessible page; costs two mappings of the system's 65 530, so only the first stacks have one.
 * CANARY: a page that is only read: it must still be zero, looked at after each switch; found late, but found.
 */
typedef enum
{
  FOLIOT_STACK_GUARD_PAGE,
  FOLIOT_STACK_GUARD_PROTECT,
  FOLIOT_STACK_GUARD_CANARY,
} FoliotStackGuard;

/* The last member of the owner's control block, which lies at the top; usable stack is from @bottom up to the block. */
struct _FoliotStack
{
  char *bottom; /* lowest usable byte; the guard page lies below */
  FoliotStack *next_free;
  guint8 size_class;
  guint8 guard;
  guint8 trimmed;
  guint valgrind_id;
};

/* @kernel: whose fault points are asked. @control_size: bytes at the top of each stack that belong to the owner. */
FoliotStackPool *_foliot_stack_pool_new (FoliotKernel *kernel, gsize control_size);
void _foliot_stack_pool_free (FoliotStackPool *pool);

/* Returns: (nullable): a stack, its control block undefined but for this; last given, first taken. */
FoliotStack *_foliot_stack_pool_take (FoliotStackPool *pool, FoliotStackSize size, GError **error);
void _foliot_stack_pool_give (FoliotStackPool *pool, FoliotStack *stack);

/* Overrides what the system offers; for tests. */
void _foliot_stack_pool_set_guard (FoliotStackPool *pool, FoliotStackGuard guard);

/* Returns: FALSE when a CANARY was written to. */
gboolean _foliot_stack_is_sound (FoliotStack *stack);

/* Returns: (nullable): the stack whose guard holds @address. Async-signal-safe. */
FoliotStack *_foliot_stack_pool_find_guard (FoliotStackPool *pool, gconstpointer address);

gsize _foliot_stack_size_bytes (FoliotStackSize size);

G_END_DECLS
