/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot.h>

/* Where the command finds what belongs to it, uninstalled (beside the binary, in its build folder) and installed. */

/* The command itself, to start once more; NULL if the system does not say. */
char *foliot_places_dup_command (void);

/* Folders for foliot_scenario_load(): @first (nullable), then those with modules of shipped scenarios; NULL-terminated, transfer
 * full. */
char **foliot_places_dup_module_dirs (const char *first);
/* PKG_CONFIG_PATH under which a build finds this very Foliot; transfer full. */
char *foliot_places_dup_pkg_config_path (void);
/* A program that belongs to the command, or NULL; transfer full. */
char *foliot_places_find_program (const char *name);
/* The binary that goes into every FMU, or NULL; transfer full. */
char *foliot_places_find_fmu_binary (void);
/* A folder of ours with nothing but files in it. */
void foliot_places_remove_folder (const char *folder);
/* The folder or file a user means by @scenario: as it is, or else a shipped scenario of that name; transfer full. */
char *foliot_places_find_scenario (const char *scenario);
/* foliot_scenario_load(), for arguments of the command: a recording is told from a scenario. */
FoliotScenario *foliot_places_load_scenario (const char *path, char **settings, char **module_dirs,
                                             GError **error);
