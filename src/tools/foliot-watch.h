/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot.h>

/* What a running command watches for, by signals: Ctrl-C, SIGTERM, and an agent that never yields. One world at a time. */

/* After this many seconds in one event, and again after as many, a line on standard error says who does not yield. The
 * environment variable FOLIOT_WATCH_SECONDS gives another number, from 1 to FOLIOT_WATCH_SECONDS_MAX. */
#define FOLIOT_WATCH_SECONDS     5
#define FOLIOT_WATCH_SECONDS_MAX 86400

/* Reads the environment; call it once, before foliot_watch_begin(). Error: FOLIOT_ERROR_VALUE, for a variable that is no such
 * number. */
gboolean foliot_watch_configure (GError **error);
void foliot_watch_begin (FoliotKernel *kernel);
void foliot_watch_end (void);
gboolean foliot_watch_was_interrupted (void);
