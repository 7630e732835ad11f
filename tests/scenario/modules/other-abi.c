/* SPDX-License-Identifier: MIT */
#include <foliot/foliot.h>

/* As a module built against a Foliot of another time would look. */

static GType (*const no_types[]) (void) = { NULL };

extern const FoliotModule foliot_module;
__attribute__ ((visibility ("default"))) const FoliotModule foliot_module = { 9999, "0.0.1", no_types };
