/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "async/foliot-sanitizer.h"

G_BEGIN_DECLS

/*
 * Two stacks and the switch between them.
 *
 * A context is run by somebody, on whose stack control comes back when the context suspends or ends. Registers that a
 * call preserves are preserved; the floating point control words belong to the thread and are not touched: who changes
 * the rounding mode puts it back before the next wait. (Kernel events begin with the defaults.)
 *
 * On x86-64 the switch is our own: see foliot-context-x86-64.S for what it gains. Elsewhere, and in builds with a
 * sanitizer, it is boost.context's.
 */

#if defined(__x86_64__) && defined(__LP64__) && !FOLIOT_ASAN && !FOLIOT_TSAN
#define FOLIOT_CONTEXT_NATIVE 1
#else
#define FOLIOT_CONTEXT_NATIVE 0
#endif

typedef struct _FoliotContext FoliotContext;
typedef void (*FoliotContextFunc) (FoliotContext *context);

/* Offsets are known to the assembler. */
struct _FoliotContext
{
  void *stack;            /* where it goes on … */
  FoliotContextFunc func; /* … by what instruction */
  void *frame;
  void *caller; /* the stack of whoever runs it */
};

/* The stack ends below @top, aligned to 16 bytes. @entry must not return: it ends by foliot_context_end(). */
void foliot_context_init (FoliotContext *context, void *top, gsize size, FoliotContextFunc entry);

/* Runs @context until it suspends or ends. */
void foliot_context_run (FoliotContext *context);

/*
 * foliot_context_end: leaves @context, which is running, for ever, and calls @func on the stack of whoever runs it.
 * foliot_context_suspend: back to whoever runs @context, which is running; returns when it is run again.
 */
#if FOLIOT_CONTEXT_NATIVE
G_NORETURN static inline void
foliot_context_end (FoliotContext *context, FoliotContextFunc func)
{
  __asm__ volatile("jmp foliot_context_leave" : : "D"(context), "S"(func) : "memory");
  __builtin_unreachable ();
}

#ifdef __AVX512F__
#define FOLIOT_CONTEXT_AVX512                                                                                \
  , "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25", "xmm26",       \
      "xmm27", "xmm28", "xmm29", "xmm30", "xmm31", "k1", "k2", "k3", "k4", "k5", "k6", "k7"
#else
#define FOLIOT_CONTEXT_AVX512
#endif
static inline void
foliot_context_suspend (FoliotContext *context)
{
  __asm__ volatile("movq %%rsp, 0(%0)\n\t"
                   "leaq 1f(%%rip), %%rcx\n\t"
                   "movq %%rcx, 8(%0)\n\t"
                   "movq %%rbp, 16(%0)\n\t"
                   "movq 24(%0), %%rsp\n\t"
                   "jmp foliot_context_back\n"
                   "1:"
                   : "+D"(context)
                   :
                   : "rax", "rbx", "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
                     "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10",
                     "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "memory", "cc" FOLIOT_CONTEXT_AVX512);
}
#else
G_NORETURN void foliot_context_end (FoliotContext *context, FoliotContextFunc func);
void foliot_context_suspend (FoliotContext *context);
#endif

G_END_DECLS
