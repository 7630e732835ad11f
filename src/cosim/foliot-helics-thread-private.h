/* SPDX-License-Identifier: MIT */
#pragma once

#include "cosim/foliot-helics-federate-private.h"

/*
 * The library waits for others inside of its calls; so it lives in a thread of its own, which is given one question at a time and
 * makes a descriptor readable when it has the answer. It receives no signals.
 */
typedef struct _FoliotHelicsThread FoliotHelicsThread;

/* @setup: stays the caller's when it fails. Returns: (nullable): NULL: the system has no room; errno. */
FoliotHelicsThread *_foliot_helics_thread_new (FoliotHelicsSetup *setup) G_GNUC_WARN_UNUSED_RESULT;
/* Readable when there is an answer. */
int _foliot_helics_thread_get_fd (FoliotHelicsThread *thread);
/* @question: transfer full. Only when the one before was answered. */
void _foliot_helics_thread_ask (FoliotHelicsThread *thread, GBytes *question);
/* Returns: whether there is an answer: @out_answer, or @error. */
gboolean _foliot_helics_thread_take (FoliotHelicsThread *thread, GBytes **out_answer, GError **error);
/*
 * Asks @question, (transfer full), unless one is being answered, which is broken off; then the federate leaves. Returns: whether it has; if
 * not in a few seconds, the thread keeps all that it has, and is left to itself.
 */
gboolean _foliot_helics_thread_leave (FoliotHelicsThread *thread, GBytes *question);
