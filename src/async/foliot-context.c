/* SPDX-License-Identifier: MIT */
#include "async/foliot-context.h"

#include <fenv.h>

/*
 * A native context starts as if its entry had been called by nobody: an empty frame, and a return address of zero where
 * debuggers stop. Over boost.context a FoliotContext keeps boost's two handles in its stacks, and its func what is left
 * to do: the entry, then the function that ends it.
 */

#if FOLIOT_CONTEXT_NATIVE

G_STATIC_ASSERT (G_STRUCT_OFFSET (FoliotContext, stack) == 0);
G_STATIC_ASSERT (G_STRUCT_OFFSET (FoliotContext, func) == 8);
G_STATIC_ASSERT (G_STRUCT_OFFSET (FoliotContext, frame) == 16);
G_STATIC_ASSERT (G_STRUCT_OFFSET (FoliotContext, caller) == 24);

void
foliot_context_init (FoliotContext *context, void *top, gsize size, FoliotContextFunc entry)
{
  void **stack = (void **) top - 1;

  *stack = NULL;
  context->stack = stack;
  context->func = entry;
  context->frame = NULL;
}

#else

typedef struct
{
  void *context;
  void *data;
} Transfer;

Transfer jump_fcontext (void *to, void *data);
void *make_fcontext (void *stack_top, size_t size, void (*entry) (Transfer transfer));

static void
begin (Transfer transfer)
{
  FoliotContext *context = transfer.data;
  FoliotContextFunc entry = context->func;

  context->caller = transfer.context;
  context->func = NULL;
  fesetenv (FE_DFL_ENV); /* boost gives each context control words of its own: those of whoever made it */
  entry (context);
}

void
foliot_context_init (FoliotContext *context, void *top, gsize size, FoliotContextFunc entry)
{
  context->stack = make_fcontext (top, size, begin);
  context->func = entry;
}

void
foliot_context_run (FoliotContext *context)
{
  context->stack = jump_fcontext (context->stack, context).context;
  if (context->func != NULL)
    context->func (context);
}

void
foliot_context_suspend (FoliotContext *context)
{
  context->caller = jump_fcontext (context->caller, context).context;
}

void
foliot_context_end (FoliotContext *context, FoliotContextFunc func)
{
  context->func = func;
  jump_fcontext (context->caller, context);
  g_assert_not_reached ();
}

#endif
