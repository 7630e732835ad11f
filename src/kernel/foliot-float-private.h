/* SPDX-License-Identifier: MIT */
#pragma once

#include <fenv.h>

/*
 * How the processor rounds, and what it does with denormals, reaches every double of a model. So events run with the
 * defaults of the C library, whatever the host program has set, and the host gets back what it had.
 */

#ifdef __x86_64__

typedef struct
{
  unsigned int mxcsr;
  unsigned short x87;
} FloatControl;

#define FLOAT_DEFAULT ((FloatControl){ .mxcsr = 0x1f80, .x87 = 0x037f })

static inline void
float_control_set (FloatControl control)
{
  __asm__ volatile("ldmxcsr %0\n\tfldcw %1" : : "m"(control.mxcsr), "m"(control.x87));
}

/* Returns: what to set again afterwards. */
static inline FloatControl
float_control_reset (void)
{
  FloatControl before;

  __asm__ volatile("stmxcsr %0\n\tfnstcw %1" : "=m"(before.mxcsr), "=m"(before.x87));
  float_control_set (FLOAT_DEFAULT);
  return before;
}

#else

typedef fenv_t FloatControl;

static inline void
float_control_set (FloatControl control)
{
  fesetenv (&control);
}

/* Returns: what to set again afterwards. */
static inline FloatControl
float_control_reset (void)
{
  FloatControl before;

  fegetenv (&before);
  fesetenv (FE_DFL_ENV);
  return before;
}

#endif
