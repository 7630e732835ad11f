/* SPDX-License-Identifier: MIT */
#include "async/foliot-side-stack.h"

#include <sys/mman.h>

#include "async/foliot-context.h"

/*
 * One side stack for each thread that asks, mapped at the first call and kept. Its control block lies at its top, its
 * lowest page is a guard. Who calls is suspended meanwhile, so one is enough.
 */

#define GUARD_BYTES 4096

typedef struct
{
  FoliotContext context;
  void (*func) (gpointer data);
  gpointer data;
  guint valgrind_id;
  gboolean busy;
  SanitizerStack own;
  SanitizerStack caller;
} SideStack;

static void side_stack_free (gpointer data);

static GPrivate side_stack_of_thread = G_PRIVATE_INIT (side_stack_free);

static char *
get_base (SideStack *self)
{
  return (char *) (self + 1) - FOLIOT_SIDE_STACK_BYTES;
}

static void
side_stack_free (gpointer data)
{
  SideStack *self = data;

  sanitizer_forget_stack (self->valgrind_id);
  munmap (get_base (self), FOLIOT_SIDE_STACK_BYTES);
}

static SideStack *
side_stack_get (void)
{
  SideStack *self = g_private_get (&side_stack_of_thread);
  char *base;

  if (self != NULL)
    return self;
  base = mmap (NULL, FOLIOT_SIDE_STACK_BYTES, PROT_READ | PROT_WRITE,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED)
    return NULL;
  mprotect (base, GUARD_BYTES, PROT_NONE);
  self = (SideStack *) (base + FOLIOT_SIDE_STACK_BYTES) - 1;
  self->valgrind_id = sanitizer_name_stack (base + GUARD_BYTES, self);
  g_private_set (&side_stack_of_thread, self);
  return self;
}

static void
on_end (FoliotContext *context)
{
  SideStack *self = (SideStack *) context;

  sanitizer_arrive (&self->caller, NULL);
  sanitizer_end (&self->own);
  self->busy = FALSE;
}

static void
entry (FoliotContext *context)
{
  SideStack *self = (SideStack *) context;

  sanitizer_arrive (&self->own, &self->caller);
  self->func (self->data);
  sanitizer_leave (NULL, &self->caller);
  foliot_context_end (context, on_end);
}

gboolean
_foliot_side_stack_call (void (*func) (gpointer data), gpointer data)
{
  SideStack *self = side_stack_get ();
  char *bottom, *top;

  if (self == NULL)
    return FALSE;
  g_assert (!self->busy);
  bottom = get_base (self) + GUARD_BYTES;
  top = (char *) ((guintptr) self & ~(guintptr) 63);
  self->busy = TRUE;
  self->func = func;
  self->data = data;
  foliot_context_init (&self->context, top, (gsize) (top - bottom), entry);
  sanitizer_begin (&self->own, bottom, top);
  sanitizer_note_current (&self->caller);
  sanitizer_leave (&self->caller, &self->own);
  foliot_context_run (&self->context);
  return TRUE;
}
