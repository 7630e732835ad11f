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
/* From now on the first Ctrl-C interrupts @kernel and is remembered; a second one ends the process at once. */
void foliot_watch_begin (FoliotKernel *kernel);
/* The kernel belongs to somebody who has his own way to end: instead of being interrupted, @stop (async-signal-safe) is called, at any
 * SIGTERM, since mosaik sends one behind its own word, and at the first Ctrl-C. Behind foliot_watch_begin(). */
void foliot_watch_stop_by (void (*stop) (gpointer user_data), gpointer user_data);
/* Another kernel runs; %NULL: none does, what is under way (the results are written) is brought to its end. */
void foliot_watch_turn_to (FoliotKernel *kernel);
/* Ctrl-C ends the process at once again. */
void foliot_watch_end (void);
gboolean foliot_watch_was_interrupted (void);
