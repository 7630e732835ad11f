/* SPDX-License-Identifier: MIT */
#include "agent/foliot-process-report-private.h"

#include <string.h>

#include "agent/foliot-tail-private.h"

/* The words of a person who asks what has become of a process. Asks nobody, so that a replay has the same words. */

#define COMMAND_SHOWN 72 /* characters of it, in a report */

struct _FoliotProcessReport
{
  char *command;
  GPid pid;
  gboolean has_ended;
  int status;
  FoliotTail *tail;
};

FoliotProcessReport *
_foliot_process_report_new (const char *command, GPid pid, guint n_lines)
{
  FoliotProcessReport *report = g_new (FoliotProcessReport, 1);
  *report = (FoliotProcessReport){ .command = g_strdup (command),
                                   .pid = pid,
                                   .status = FOLIOT_PROCESS_UNKNOWN,
                                   .tail = _foliot_tail_new (n_lines) };
  return report;
}

void
_foliot_process_report_free (FoliotProcessReport *report)
{
  _foliot_tail_free (report->tail);
  g_free (report->command);
  g_free (report);
}

void
_foliot_process_report_add (FoliotProcessReport *report, const char *data, gsize length, FoliotLineFunc func,
                            gpointer user_data)
{
  _foliot_tail_feed (report->tail, data, length, func, user_data);
}

void
_foliot_process_report_end_output (FoliotProcessReport *report, FoliotLineFunc func, gpointer user_data)
{
  _foliot_tail_end (report->tail, func, user_data);
}

void
_foliot_process_report_end (FoliotProcessReport *report, int status)
{
  report->has_ended = TRUE;
  report->status = status;
}

GPid
_foliot_process_report_get_pid (FoliotProcessReport *report)
{
  return report->pid;
}

int
_foliot_process_report_get_status (FoliotProcessReport *report)
{
  return report->status;
}

static void
append_status (FoliotProcessReport *report, GString *out)
{
  if (!report->has_ended)
    g_string_append (out, "is running");
  else if (report->status == FOLIOT_PROCESS_UNKNOWN)
    g_string_append (out, "ended, but somebody else took its status: is SIGCHLD ignored?");
  else if (report->status >= 0)
    g_string_append_printf (out, "ended with exit status %d", report->status);
  else
    g_string_append_printf (out, "was killed by signal %d (%s)", -report->status,
                            sigabbrev_np (-report->status));
}

/* As much of it as tells which one it is. */
static void
append_command (FoliotProcessReport *report, GString *out)
{
  glong length = g_utf8_strlen (report->command, -1);
  g_autofree char *start = g_utf8_substring (report->command, 0, MIN (length, COMMAND_SHOWN));

  g_string_append (out, start);
  if (length > COMMAND_SHOWN)
    g_string_append (out, "…");
}

char *
_foliot_process_report_dup_text (FoliotProcessReport *report)
{
  GString *out = g_string_new (NULL);
  g_string_append_printf (out, "process %d (", report->pid);
  append_command (report, out);
  g_string_append (out, ") ");
  append_status (report, out);
  if (_foliot_tail_get_n_lines (report->tail) == 0)
    g_string_append (out, "; it wrote nothing");
  else
    g_string_append (out, "; its last lines:");
  _foliot_tail_append_to (report->tail, out);
  return g_string_free (out, FALSE);
}
