/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-kernel.h>

/*
 * Calling what will go on on another stack.
 *
 * A processor guesses where a ret goes by the calls before it. An event that resumes a fiber comes back when the fiber
 * waits again, by a jump: the call that ran the event would never meet its ret, and the fiber's own returns would all be
 * guessed one off, at 15 to 20 cycles each. So the kernel enters such an event by a jump as well. Then the last call
 * before the fiber's first ret is the one by which a fiber waited before it, which is the right guess wherever fibers do
 * the same thing.
 */

#if defined(__x86_64__) && defined(__LP64__)

/* For callers that call other functions, too: they keep the stack aligned, and nothing below its pointer. */
static inline void
foliot_leap (FoliotEventFunc func, gpointer target, gpointer payload)
{
  __asm__ volatile("leaq 1f(%%rip), %%rax\n\t"
                   "pushq %%rax\n\t"
                   "jmpq *%2\n"
                   "1:"
                   : "+D"(target), "+S"(payload), "+d"(func)
                   :
                   : "rax", "rcx", "r8", "r9", "r10", "r11", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5",
                     "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15",
                     "memory", "cc");
}

#else

static inline void
foliot_leap (FoliotEventFunc func, gpointer target, gpointer payload)
{
  func (target, payload);
}

#endif
