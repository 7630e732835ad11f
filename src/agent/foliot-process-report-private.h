/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * FoliotProcessReport:
 *
 * What is known of a process, to tell people: what it was, its last lines, and how it ended. It is given all of that, so it is the
 * same for a process that runs and for one of a recording.
 */
typedef struct _FoliotProcessReport FoliotProcessReport;

/* What the status of a process is while it is not known: it lives, or somebody else took it (SIGCHLD is ignored). */
#define FOLIOT_PROCESS_UNKNOWN G_MININT

/* A line of the output, valid UTF-8, without its end. */
typedef void (*FoliotLineFunc) (const char *line, gpointer user_data);

/* @command: valid UTF-8. @n_lines: how many last lines are kept */
FoliotProcessReport *_foliot_process_report_new (const char *command, GPid pid, guint n_lines);
void _foliot_process_report_free (FoliotProcessReport *report);
/* It wrote this. @func: (nullable): told of each line that is complete. */
void _foliot_process_report_add (FoliotProcessReport *report, const char *data, gsize length,
                                 FoliotLineFunc func, gpointer user_data);
/* It writes no more: what has no line end yet is a line, too. */
void _foliot_process_report_end_output (FoliotProcessReport *report, FoliotLineFunc func, gpointer user_data);
/* It has ended. @status: as Python's returncode: the exit status, or minus the signal that killed it; or UNKNOWN. */
void _foliot_process_report_end (FoliotProcessReport *report, int status);

GPid _foliot_process_report_get_pid (FoliotProcessReport *report);
int _foliot_process_report_get_status (FoliotProcessReport *report);
/* Returns: (transfer full): what happened and the last lines:
 * `process 4711 (foliot child …) was killed by signal 9 (KILL); its last lines:\n  …`. */
char *_foliot_process_report_dup_text (FoliotProcessReport *report);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotProcessReport, _foliot_process_report_free)

G_END_DECLS
