/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-scenario.h>

/*
 * foliot_input_file_map:
 * @faults: (nullable): see kernel/foliot-fault-private.h
 * @error: MISSING with path and reason
 *
 * Returns: (transfer full): a file that a scenario is made of, to be read whole.
 */
GMappedFile *foliot_input_file_map (const char *path, guint32 *faults, GError **error);
