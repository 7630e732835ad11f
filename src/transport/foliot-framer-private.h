/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-transport.h>

/* The buffer of @framer, whose size a peer chose, is an acquisition of @kernel; see kernel/foliot-fault-private.h. */
void _foliot_framer_set_kernel (FoliotFramer *framer, FoliotKernel *kernel);
