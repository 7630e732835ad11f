/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/*
 * _foliot_build_id_of:
 * @symbol: (nullable): anything that a shared object or program of this process holds
 *
 * Returns: (transfer full): which build it is, in hex digits: the id that the linker gave it, over all that is in it; `unknown` without
 *   such an id. Of what is loaded, whatever lies on the disk by now.
 */
char *_foliot_build_id_of (gconstpointer symbol);
