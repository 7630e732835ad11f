/* SPDX-License-Identifier: MIT */
#include "agent/foliot-process-private.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <foliot/foliot-subproc.h>

#include "agent/foliot-tail-private.h"

/*
 * Real processes. Nothing here waits for a time: each wait is a poll for the event that must come, and the harness ends what
 * hangs. This program is its own helper: with --parent it starts a child and tells its pid.
 */

#define N_LINES 3

static char *self_path;

/* A process and what is told of it. */
typedef struct
{
  FoliotProcess *process;
  FoliotProcessReport *report;
} Subject;

static void
subject_free (Subject *subject)
{
  _foliot_process_free (subject->process);
  _foliot_process_report_free (subject->report);
  g_free (subject);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Subject, subject_free)

static Subject *
start (const char *const *argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *command = g_strjoinv (" ", (char **) argv);
  Subject *subject = g_new0 (Subject, 1);
  subject->process = _foliot_process_start (argv, NULL, NULL, &error);
  g_assert_no_error (error);
  subject->report = _foliot_process_report_new (command, _foliot_process_get_pid (subject->process), N_LINES);
  return subject;
}

static Subject *
start_shell (const char *script)
{
  const char *argv[] = { "sh", "-c", script, NULL };
  return start (argv);
}

static void
wait_readable (int fd)
{
  struct pollfd one = { fd, POLLIN, 0 };
  while (poll (&one, 1, -1) < 0)
    g_assert_cmpint (errno, ==, EINTR);
}

static void
add_line (const char *line, gpointer user_data)
{
  g_ptr_array_add (user_data, g_strdup (line));
}

/* @bytes: (transfer full) (nullable) */
static void
hear (Subject *subject, GBytes *bytes, GPtrArray *lines)
{
  gsize length;
  const char *data = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;
  if (data != NULL)
    _foliot_process_report_add (subject->report, data, length, lines != NULL ? add_line : NULL, lines);
  g_clear_pointer (&bytes, g_bytes_unref);
}

/* Reads until the process has written @n lines. */
static void
read_lines (Subject *subject, GPtrArray *lines, guint n)
{
  GBytes *bytes;
  while (lines->len < n)
    {
      wait_readable (_foliot_process_get_output_fd (subject->process));
      if (_foliot_process_read (subject->process, &bytes))
        hear (subject, bytes, lines);
    }
}

static void
wait_end (Subject *subject)
{
  GBytes *rest;
  wait_readable (_foliot_process_get_end_fd (subject->process));
  g_assert_true (_foliot_process_reap (subject->process, &rest));
  hear (subject, rest, NULL);
  _foliot_process_report_end_output (subject->report, NULL, NULL);
  _foliot_process_report_end (subject->report, _foliot_process_get_status (subject->process));
  g_assert_true (_foliot_process_reap (subject->process, &rest)); /* once and for all */
  g_assert_null (rest);
}

static void
assert_lives (Subject *subject)
{
  GBytes *rest;
  g_assert_false (_foliot_process_reap (subject->process, &rest));
  g_assert_null (rest);
}

static void
assert_report (Subject *subject, const char *pattern)
{
  g_autofree char *report = _foliot_process_report_dup_text (subject->report);
  if (!g_pattern_match_simple (pattern, report))
    g_error ("%s does not match %s", report, pattern);
}

static void
test_status (void)
{
  g_autoptr (Subject) subject = start_shell ("echo out; echo err >&2; exit 3");
  g_assert_cmpint (_foliot_process_get_status (subject->process), ==, FOLIOT_PROCESS_UNKNOWN);
  wait_end (subject);
  g_assert_cmpint (_foliot_process_get_status (subject->process), ==, 3);
  assert_report (subject, "process * (sh -c echo*) ended with exit status 3; its last lines:\n  out\n  err");
}

static void
test_silent (void)
{
  g_autoptr (Subject) subject = start_shell ("exit 0");
  wait_end (subject);
  assert_report (subject, "process * ended with exit status 0; it wrote nothing");
}

static void
test_killed (void)
{
  g_autoptr (Subject) subject = start_shell ("echo here; exec sleep 1000");
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  read_lines (subject, lines, 1);
  assert_lives (subject);
  assert_report (subject, "process * is running; its last lines:\n  here");
  _foliot_process_signal (subject->process, SIGKILL);
  wait_end (subject);
  g_assert_cmpint (_foliot_process_get_status (subject->process), ==, -SIGKILL);
  assert_report (subject, "process * was killed by signal 9 (KILL); its last lines:\n  here");
  _foliot_process_signal (subject->process, SIGKILL); /* nobody */
}

/* However much it writes, three lines are kept, and none is longer than the limit. */
static void
test_flood (void)
{
  g_autoptr (Subject) subject = start_shell (
      "head -c 3000000 /dev/zero | tr '\\0' x; echo; for i in 1 2 3 4 5; do echo line $i; done");
  struct pollfd fds[] = { { _foliot_process_get_output_fd (subject->process), POLLIN, 0 },
                          { _foliot_process_get_end_fd (subject->process), POLLIN, 0 } };
  while (poll (fds, G_N_ELEMENTS (fds), -1) >= 0 && fds[1].revents == 0)
    {
      GBytes *bytes;
      if (!_foliot_process_read (subject->process, &bytes))
        continue;
      fds[0].fd = bytes != NULL ? fds[0].fd : -1;
      hear (subject, bytes, NULL);
    }
  wait_end (subject);
  assert_report (subject,
                 "process * ended with exit status 0; its last lines:\n  line 3\n  line 4\n  line 5");
}

/* No such program, no such folder, not executable: said by the start, and no process is left. */
static void
test_start_fails (void)
{
  static const char *const nowhere[] = { "/nonexistent/program", NULL }, *const truth[] = { "true", NULL };
  g_autoptr (GError) error = NULL, folder = NULL;
  g_assert_null (_foliot_process_start (nowhere, NULL, NULL, &error));
  g_assert_error (error, FOLIOT_CHILD_ERROR, FOLIOT_CHILD_ERROR_START);
  g_assert_cmpstr (
      error->message, ==,
      "cannot start \"/nonexistent/program\": there is no such program, or it is not executable");
  g_assert_null (_foliot_process_start (truth, NULL, "/nonexistent", &folder));
  g_assert_error (folder, FOLIOT_CHILD_ERROR, FOLIOT_CHILD_ERROR_START);
  g_assert_true (g_str_has_prefix (folder->message, "cannot start \"true\" in /nonexistent: "));
  g_assert_cmpint (waitpid (-1, NULL, WNOHANG), ==, -1);
  g_assert_cmpint (errno, ==, ECHILD);
}

/* Its standard input ends when we let go of it. */
static void
test_life_line (void)
{
  g_autoptr (Subject) subject = start_shell ("cat; echo alone");
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  assert_lives (subject);
  _foliot_process_let_go (subject->process);
  read_lines (subject, lines, 1);
  g_assert_cmpstr (lines->pdata[0], ==, "alone");
  wait_end (subject);
}

/* The child has three descriptors and default signals, whatever we have. */
static void
test_clean_start (void)
{
  int open_fds[2];
  g_assert_cmpint (pipe (open_fds), ==, 0); /* without CLOEXEC */
  signal (SIGPIPE, SIG_IGN);
  g_autoptr (Subject) subject = start_shell ("ls /proc/$$/fd; grep SigIgn /proc/$$/status");
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  read_lines (subject, lines, 4);
  g_assert_cmpstr (lines->pdata[0], ==, "0");
  g_assert_cmpstr (lines->pdata[1], ==, "1");
  g_assert_cmpstr (lines->pdata[2], ==, "2");
  g_assert_cmpstr (lines->pdata[3], ==, "SigIgn:\t0000000000000000");
  wait_end (subject);
  signal (SIGPIPE, SIG_DFL);
  close (open_fds[0]);
  close (open_fds[1]);
}

/* Freeing a process that lives ends it and all that it started. */
static void
test_free_kills (void)
{
  Subject *subject = start_shell ("sleep 1000 & echo $!; wait");
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  read_lines (subject, lines, 1);
  /* The end of the output is the end of all who could write to it. */
  int output = dup (_foliot_process_get_output_fd (subject->process));
  GPid pid = _foliot_process_get_pid (subject->process);
  char byte;
  subject_free (subject);
  g_assert_cmpint (kill (pid, 0), ==, -1);
  wait_readable (output);
  g_assert_cmpint (read (output, &byte, 1), ==, 0);
  close (output);
}

/* ---- the parent is killed ---- */

/* Starts a child that ignores all that can be ignored, tells its number, or that of one of its own, and hangs. */
static int
be_parent (const char *what)
{
  g_autoptr (Subject) subject
      = start_shell (g_str_equal (what, "child") ? "trap '' HUP TERM INT PIPE; echo $$; exec sleep 1000"
                                                 : "trap '' HUP TERM INT PIPE; sleep 1000 & echo $!; wait");
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  read_lines (subject, lines, 1);
  g_print ("%s\n", (const char *) lines->pdata[0]);
  wait_end (subject);
  return 1;
}

static void
kill_parent (const char *what)
{
  const char *argv[] = { self_path, "--parent", what, NULL };
  g_autoptr (Subject) parent = start (argv);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  read_lines (parent, lines, 1);
  GPid child = (GPid) g_ascii_strtoll (lines->pdata[0], NULL, 10);
  g_assert_cmpint (child, >, 1);
  int end = pidfd_open (child, 0);
  g_assert_cmpint (end, >=, 0);
  g_assert_cmpint (kill (_foliot_process_get_pid (parent->process), SIGKILL), ==, 0); /* it alone */
  wait_readable (end);
  close (end);
  wait_end (parent);
  g_assert_cmpint (_foliot_process_get_status (parent->process), ==, -SIGKILL);
}

static void
test_parent_killed (void)
{
  kill_parent ("child");
}

/* What a child has started, which knows nothing of us and has no parent any more that would see to it. */
static void
test_grandchild (void)
{
  kill_parent ("grandchild");
}

/* The guard is deaf to what the group is told, and goes with the process. */
static void
test_guard (void)
{
  g_autoptr (Subject) subject
      = start_shell ("trap 'echo heard; exit 4' TERM; echo here; while :; do sleep 0.01; done");
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  GPid guard;
  read_lines (subject, lines, 1);
  guard = getpgid (_foliot_process_get_pid (subject->process));
  g_assert_cmpint (guard, !=, _foliot_process_get_pid (subject->process));
  g_assert_cmpint (guard, !=, getpgrp ());
  _foliot_process_signal (subject->process, SIGTERM);
  read_lines (subject, lines, 2);
  g_assert_cmpint (kill (guard, 0), ==, 0);
  wait_end (subject);
  g_assert_cmpint (_foliot_process_get_status (subject->process), ==, 4);
  g_assert_cmpint (kill (guard, 0), ==, -1);
}

/* ---- last lines ---- */

static void
test_tail (void)
{
  g_autoptr (FoliotTail) tail = _foliot_tail_new (2);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *huge = g_strnfill (3 * FOLIOT_TAIL_MAX_LINE, 'x');
  _foliot_tail_feed (tail, "one\ntw", 6, add_line, lines);
  g_assert_cmpuint (lines->len, ==, 1);
  _foliot_tail_feed (tail, "o\r\n\xff\n", 5, add_line, lines);
  g_assert_cmpstr (lines->pdata[1], ==, "two");
  g_assert_cmpstr (lines->pdata[2], ==, "\xef\xbf\xbd");
  _foliot_tail_feed (tail, huge, strlen (huge), add_line, lines);
  g_assert_cmpuint (lines->len, ==, 3);
  _foliot_tail_end (tail, add_line, lines);
  g_assert_cmpuint (strlen (lines->pdata[3]), ==, FOLIOT_TAIL_MAX_LINE);
  g_assert_cmpuint (_foliot_tail_get_n_lines (tail), ==, 2);
  _foliot_tail_append_to (tail, out);
  g_assert_true (g_str_has_prefix (out->str, "\n  \xef\xbf\xbd\n  xxx"));
}

int
main (int argc, char **argv)
{
  self_path = g_file_read_link ("/proc/self/exe", NULL);
  if (argc > 1 && g_str_equal (argv[1], "--parent"))
    return be_parent (argv[2]);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/process/status", test_status);
  g_test_add_func ("/process/silent", test_silent);
  g_test_add_func ("/process/killed", test_killed);
  g_test_add_func ("/process/flood", test_flood);
  g_test_add_func ("/process/start-fails", test_start_fails);
  g_test_add_func ("/process/life-line", test_life_line);
  g_test_add_func ("/process/clean-start", test_clean_start);
  g_test_add_func ("/process/free-kills", test_free_kills);
  g_test_add_func ("/process/parent-killed", test_parent_killed);
  g_test_add_func ("/process/grandchild", test_grandchild);
  g_test_add_func ("/process/guard", test_guard);
  g_test_add_func ("/process/tail", test_tail);
  return g_test_run ();
}
