/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot.h>

#include "foliot-test-folder.h"
#include "table-text.h"

G_BEGIN_DECLS

/* A scenario of the project's, or any other file, with the modules that were built with it. It must load. */
FoliotScenario *shipped_load (const char *name, const char *const *settings);
FoliotScenario *shipped_load_file (const char *path, const char *const *settings);
/* The wind park's series: what part of its rated power each turbine has, a row a quarter of an hour. */
#define PARK_N_TURBINES 3
#define PARK_N_STEPS    96
void shipped_read_wind (double share[PARK_N_STEPS][PARK_N_TURBINES]);

G_END_DECLS
