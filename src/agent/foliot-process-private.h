/* SPDX-License-Identifier: MIT */
#pragma once

#include "agent/foliot-process-report-private.h"

G_BEGIN_DECLS

/*
 * FoliotProcess:
 *
 * A child process of ours: two descriptors to poll. Knows no kernel and never waits; who owns it
 * polls. It never outlives us: the system kills it when the thread that started it ends, however that comes about. What it
 * started itself, and left in its process group, is killed when we end or reap it, and also when we are killed.
 *
 * Its standard input is the read end of a pipe whose write end we keep, so that a program that reads it learns at its end
 * that it is alone. Standard output and error are one pipe, so that lines keep their order. It gets no other descriptor,
 * is in a process group of its own (a terminal's Ctrl-C is the parent's to pass on), and starts with default signals.
 */
typedef struct _FoliotProcess FoliotProcess;

/*
 * @argv: the program, looked for in PATH unless it has a slash, and its arguments
 * @environment: (nullable): `NAME=value`; %NULL: ours
 * @folder: (nullable): to work in
 * @error: %FOLIOT_CHILD_ERROR_START names the program and what was wrong
 */
FoliotProcess *_foliot_process_start (const char *const *argv, const char *const *environment,
                                      const char *folder, GError **error);
/* Kills it, with its whole group, and reaps it if it was not reaped yet. */
void _foliot_process_free (FoliotProcess *process);

GPid _foliot_process_get_pid (FoliotProcess *process);
/* Readable when there is output, or its end. */
int _foliot_process_get_output_fd (FoliotProcess *process);
/* Readable when it has ended. */
int _foliot_process_get_end_fd (FoliotProcess *process);
/* Reads what is there, at most a few pages, so that a flood is taken in portions. @out_bytes: (transfer full) (nullable):
 * NULL: its output has ended. Returns: whether anything was there. */
gboolean _foliot_process_read (FoliotProcess *process, GBytes **out_bytes);
/* @out_rest: (transfer full) (nullable): the last of its output. Returns: whether it has ended. Never waits. */
gboolean _foliot_process_reap (FoliotProcess *process, GBytes **out_rest);
/* As Python's returncode: the exit status, or minus the signal that killed it; FOLIOT_PROCESS_UNKNOWN. */
int _foliot_process_get_status (FoliotProcess *process);
/* Sends @signal to it and its group; of no effect once it was reaped. */
void _foliot_process_signal (FoliotProcess *process, int signal);
/* Closes our end of its standard input. */
void _foliot_process_let_go (FoliotProcess *process);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotProcess, _foliot_process_free)

G_END_DECLS
