/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/*
 * What AddressSanitizer, ThreadSanitizer, LeakSanitizer and valgrind must be told about stacks that are no threads'.
 * Without it they lie, or crash. Everything here is nothing in a build without them.
 */

#if defined(__SANITIZE_ADDRESS__)
#define FOLIOT_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FOLIOT_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define FOLIOT_TSAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__) && !defined(FOLIOT_TSAN)
#define FOLIOT_TSAN 1
#endif
#ifndef FOLIOT_ASAN
#define FOLIOT_ASAN 0
#endif
#ifndef FOLIOT_TSAN
#define FOLIOT_TSAN 0
#endif

#if FOLIOT_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif
#if FOLIOT_TSAN
#include <sanitizer/tsan_interface.h>
#endif
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#define FOLIOT_VALGRIND 1
#else
#define FOLIOT_VALGRIND 0
#endif

/* What a sanitizer keeps of a stack while another one runs. */
typedef struct
{
#if FOLIOT_ASAN
  void *fake;
  const void *bottom;
  size_t size;
#endif
#if FOLIOT_TSAN
  void *tsan;
#endif
  char unused; /* C has no empty structs */
} SanitizerStack;

/* Before a switch: from @from (NULL: it ends and never comes back) to @to. */
static inline void
sanitizer_leave (SanitizerStack *from, SanitizerStack *to)
{
#if FOLIOT_ASAN
  __sanitizer_start_switch_fiber (from != NULL ? &from->fake : NULL, to->bottom, to->size);
#endif
#if FOLIOT_TSAN
  __tsan_switch_to_fiber (to->tsan, 0);
#endif
}

/* After a switch, on the stack that was switched to: @here is where we are, @from gets the bounds of where we were. */
static inline void
sanitizer_arrive (SanitizerStack *here, SanitizerStack *from)
{
#if FOLIOT_ASAN
  __sanitizer_finish_switch_fiber (here->fake, from != NULL ? &from->bottom : NULL,
                                   from != NULL ? &from->size : NULL);
#endif
}

/* A stack that was never run on. */
static inline void
sanitizer_begin (SanitizerStack *stack, char *bottom, char *top)
{
#if FOLIOT_ASAN
  stack->fake = NULL;
  stack->bottom = bottom;
  stack->size = (size_t) (top - bottom);
#endif
#if FOLIOT_TSAN
  stack->tsan = __tsan_create_fiber (0);
#endif
}

static inline void
sanitizer_end (SanitizerStack *stack)
{
#if FOLIOT_TSAN
  __tsan_destroy_fiber (stack->tsan);
#endif
}

/* The stack that we are on now, before the first switch away from it. */
static inline void
sanitizer_note_current (SanitizerStack *stack)
{
#if FOLIOT_TSAN
  stack->tsan = __tsan_get_current_fiber ();
#endif
}

static inline void
sanitizer_unpoison (void *start, gsize size)
{
#if FOLIOT_ASAN
  __asan_unpoison_memory_region (start, size);
#endif
}

static inline void
sanitizer_add_root (void *start, gsize size)
{
#if FOLIOT_ASAN
  __lsan_register_root_region (start, size);
#endif
}

static inline void
sanitizer_remove_root (void *start, gsize size)
{
#if FOLIOT_ASAN
  __lsan_unregister_root_region (start, size);
#endif
}

static inline gboolean
sanitizer_on_valgrind (void)
{
#if FOLIOT_VALGRIND
  return RUNNING_ON_VALGRIND != 0;
#else
  return FALSE;
#endif
}

static inline guint
sanitizer_name_stack (void *bottom, void *top)
{
#if FOLIOT_VALGRIND
  return VALGRIND_STACK_REGISTER (bottom, top);
#else
  return 0;
#endif
}

static inline void
sanitizer_forget_stack (guint id)
{
#if FOLIOT_VALGRIND
  VALGRIND_STACK_DEREGISTER (id);
#endif
}
