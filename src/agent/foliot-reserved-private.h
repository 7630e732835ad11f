/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-agent.h>

G_BEGIN_DECLS

#define FOLIOT_RESERVED_NAME "_foliot"

/*
 * _foliot_reserved_new:
 * @container: whose reserved path it is; not referenced, it owns what is mounted
 *
 * Returns: (transfer full): the service that a container mounts as `_foliot`: what Foliot's own tools and masters ask of a container.
 * aiomas has no such name and no agent can take it: their ids are numbers.
 */
FoliotServiceDict *_foliot_reserved_new (FoliotContainer *container) FOLIOT_WARN_UNUSED;
/* As answers and errors call it: "external", "free", "paced", "realtime". */
const char *_foliot_reserved_get_drive_name (FoliotDrive drive);

G_END_DECLS
