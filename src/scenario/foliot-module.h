/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-scenario.h>

/* A scenario's shared object, loaded. It stays in the process for good: the types it registered cannot go. */
typedef struct
{
  char *name;
  char *path;
  const FoliotModule *module;
} FoliotLoadedModule;

/* Looks for NAME.so in @dirs, `<folder>/build`, @folder, and where the library's own scenarios are installed.
 * @faults: (nullable). @error: MODULE says where it looked, or which version the module is of. */
FoliotLoadedModule *foliot_loaded_module_new (const char *name, const char *folder, const char *const *dirs,
                                              guint32 *faults, GError **error);
void foliot_loaded_module_free (FoliotLoadedModule *module);
/* G_TYPE_INVALID if there is no such class. */
GType foliot_loaded_module_lookup (FoliotLoadedModule *module, const char *class_name);
char **foliot_loaded_module_dup_names (FoliotLoadedModule *module);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotLoadedModule, foliot_loaded_module_free)
