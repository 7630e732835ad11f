/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot.h>

/* What a running command watches for, by signals: Ctrl-C, SIGTERM, and an agent that never yields. One world at a time. */

/* After this many seconds in one event, and again after as many, a line on standard error says who does not yield. */
#define FOLIOT_WATCH_SECONDS 5

void foliot_watch_begin (FoliotKernel *kernel);
void foliot_watch_end (void);
gboolean foliot_watch_was_interrupted (void);
