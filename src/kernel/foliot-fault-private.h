/* SPDX-License-Identifier: MIT */
#pragma once

#include <errno.h>

#include "kernel/foliot-kernel-private.h"

/*
 * Fault loops. Every acquisition that can fail (a fiber's stack, a slab, a buffer whose size a peer chose, a descriptor,
 * a file) asks first whether this one must. A test makes the first fail, then the second, and so on, until a run passes
 * without a failure; each run must end with a named error and leave nothing behind.
 */

/*
 * _foliot_kernel_set_fault:
 * @n: which of the coming acquisitions fails, from 1; 0: none
 */
static inline void
_foliot_kernel_set_fault (FoliotKernel *kernel, guint32 n)
{
  ((FoliotKernelHead *) kernel)->fault_countdown = n;
}

/*
 * _foliot_fault:
 * @countdown: (nullable): which of the coming acquisitions fails, from 1; 0: none
 *
 * For what is acquired before there is a kernel.
 *
 * Returns: whether the acquisition that is about to be made must fail. Costs one branch.
 */
static inline gboolean
_foliot_fault (guint32 *countdown)
{
  return G_UNLIKELY (countdown != NULL && *countdown > 0) && --*countdown == 0;
}

/* Returns: the same for an acquisition of @kernel. */
static inline gboolean
_foliot_kernel_fault (FoliotKernel *kernel)
{
  return _foliot_fault (&((FoliotKernelHead *) kernel)->fault_countdown);
}

/* The same; errno is @reason then, as the system would have set it. */
static inline gboolean
_foliot_kernel_fault_errno (FoliotKernel *kernel, int reason)
{
  gboolean strikes = _foliot_kernel_fault (kernel);

  if (G_UNLIKELY (strikes))
    errno = reason;
  return strikes;
}

/* Returns: whether the fault that was set has not struck yet, so that a loop over n is done. */
static inline gboolean
_foliot_kernel_fault_is_left (FoliotKernel *kernel)
{
  return ((FoliotKernelHead *) kernel)->fault_countdown > 0;
}
