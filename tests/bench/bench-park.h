/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* The wind park of the scenarios as a file of its own, for as many days as somebody wants. */

#define BENCH_PARK_FILE        "park.json"
#define BENCH_PARK_TURBINES    3
#define BENCH_PARK_STEP_S      900
#define BENCH_PARK_STEPS_A_DAY 96

/* In kW: changes from step to step. */
guint bench_park_get_power (guint step, guint turbine);
/* Into @folder. @n_days: of input, for a run without a master. */
void bench_park_write (const char *folder, guint n_days);
